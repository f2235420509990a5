//! Stands in for version 2 of the Cloud SQL Auth Proxy, which no package registry carries: a process that really is
//! named `cloud-sql-proxy`, takes that program's words and variables, and forwards each port to a PostgreSQL server of
//! the tests. It knows no Google; `CLOUD_SQL_PROXY_SERVERS` says which local port an instance's server has:
//!
//!     CLOUD_SQL_PROXY_SERVERS=project:region:dev=20111,project:region:prod=20112 cloud-sql-proxy --port 5433 project:region:dev
//!
//! Words and variables after <https://github.com/GoogleCloudPlatform/cloud-sql-proxy/blob/main/docs/cmd/cloud-sql-proxy.md>.

use std::collections::HashMap;
use std::error::Error;
use std::io::{Write, copy};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match read(&words, &std::env::vars().collect()).and_then(serve) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

/// One instance: where to listen, and the port of the server behind it.
#[derive(Debug, Eq, PartialEq)]
struct Forward {
    address: String,
    port: u16,
    server: u16,
}

fn read(words: &[String], variables: &HashMap<String, String>) -> Result<Vec<Forward>, Box<dyn Error>> {
    let mut address = variables.get("CSQL_PROXY_ADDRESS").cloned().unwrap_or_else(|| "127.0.0.1".into());
    let mut port: u16 = variables.get("CSQL_PROXY_PORT").map_or(Ok(5432), |port| port.parse())?;
    let mut instances = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let (flag, mut value) = match word.split_once('=') {
            Some((flag, value)) if flag.starts_with('-') => (flag, Some(value.to_owned())),
            Some(_) | None => (word.as_str(), None),
        };
        let mut value = || value.take().or_else(|| rest.next().cloned()).ok_or_else(|| format!("{flag} needs a value"));
        match flag {
            "-p" | "--port" => port = value()?.parse()?,
            "-a" | "--address" => address = value()?,
            "-q" | "--quiet" | "--private-ip" | "--auto-iam-authn" | "--structured-logs" => {}
            flag if flag.starts_with('-') => return Err(format!("unknown flag: {flag}").into()),
            instance => instances.push(instance.to_owned()),
        }
    }
    if instances.is_empty() {
        instances.extend(variables.get("CSQL_PROXY_INSTANCE_CONNECTION_NAME").cloned());
        instances
            .extend((0..).map_while(|n| variables.get(&format!("CSQL_PROXY_INSTANCE_CONNECTION_NAME_{n}")).cloned()));
    }
    if instances.is_empty() {
        return Err("missing instance_connection_name (e.g., project:region:instance)".into());
    }
    let servers: HashMap<&str, &str> = variables
        .get("CLOUD_SQL_PROXY_SERVERS")
        .ok_or("CLOUD_SQL_PROXY_SERVERS says where each instance's server is")?
        .split(',')
        .filter_map(|pair| pair.split_once('='))
        .collect();
    let mut forwards = Vec::new();
    for instance in &instances {
        let (name, query) = instance.split_once('?').unwrap_or((instance, ""));
        let own: HashMap<&str, &str> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let server = servers.get(name).ok_or_else(|| format!("no server stands in for `{name}`"))?.parse()?;
        let address = own.get("address").map_or_else(|| address.clone(), ToString::to_string);
        let here = match own.get("port") {
            Some(own) => own.parse()?,
            None => {
                // Instances without a port of their own get the next ones, in the order in which they were named.
                port += 1;
                port - 1
            }
        };
        forwards.push(Forward { address, port: here, server });
    }
    Ok(forwards)
}

/// Listens on all ports, says so in the real one's words, and forwards until it is ended.
fn serve(forwards: Vec<Forward>) -> Result<(), Box<dyn Error>> {
    let mut threads = Vec::new();
    for forward in forwards {
        let listener = TcpListener::bind((forward.address.as_str(), forward.port))?;
        threads.push(std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                std::thread::spawn(move || tunnel(client, forward.server));
            }
        }));
    }
    writeln!(std::io::stdout(), "The proxy has started successfully and is ready for new connections!")?;
    for thread in threads {
        let _ = thread.join();
    }
    Ok(())
}

/// Both directions until both ended; an end is handed on as an end.
fn tunnel(client: TcpStream, server: u16) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else { return };
    let (Ok(mut client_out), Ok(mut server_out)) = (client.try_clone(), server.try_clone()) else { return };
    let there = std::thread::spawn(move || {
        let _ = copy(&mut &client, &mut server_out);
        let _ = server_out.shutdown(Shutdown::Write);
    });
    let _ = copy(&mut &server, &mut client_out);
    let _ = client_out.shutdown(Shutdown::Write);
    let _ = there.join();
}
