//! The tour's stand-in for a database tunnel: a process with `cloud-sql-proxy`'s name and command line that listens
//! where that one would, and tells each caller whose database it stands for. No Google, no database.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context;

use crate::error::Result;

/// The variable that turns a copy of this program into the stand-in; a real proxy is never started by it.
pub const MARK: &str = "__NEXUS_ENV_TOUR_TUNNEL";

/// A running stand-in; it ends with its owner.
#[derive(Debug)]
pub struct Tunnel {
    child: Child,
}

impl Tunnel {
    /// Starts `program --port=PORT INSTANCE` and returns when it listens.
    ///
    /// # Errors
    /// Where it cannot be started, or does not listen in time.
    pub fn start(program: &Path, port: u16, instance: &str) -> Result<Tunnel> {
        let mut child = Command::new(program)
            .arg(format!("--port={port}"))
            .arg(instance)
            .env(MARK, "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("could not start the stand-in tunnel")?;
        let mut line = [0; 9];
        let heard =
            child.stdout.take().is_some_and(|mut out| out.read_exact(&mut line).is_ok() && &line == b"listening");
        let tunnel = Tunnel { child };
        anyhow::ensure!(heard, "the stand-in tunnel could not listen on port {port}");
        Ok(tunnel)
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The stand-in itself: listens on the loopback and never returns while it is let live.
///
/// # Errors
/// Where the port is taken.
pub fn serve(port: u16, instance: &str) -> Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    std::io::stdout().write_all(b"listening")?;
    std::io::stdout().flush()?;
    for caller in listener.incoming() {
        let _ = caller.and_then(|mut caller| caller.write_all(instance.as_bytes()));
    }
    Ok(())
}

/// Whose database answers on a port of the loopback, as the stand-in tells it.
///
/// # Errors
/// Where nothing answers in time.
pub fn ask(port: u16) -> Result<String> {
    let mut stream =
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).with_context(|| format!("nothing answers on port {port}"))?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    let mut instance = String::new();
    stream.read_to_string(&mut instance)?;
    Ok(instance)
}

/// A port of the loopback that nobody listens on: `wanted` if it is free, else one that the system picks.
///
/// # Errors
/// Where the system has none to give.
pub fn free_port(wanted: u16) -> Result<u16> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, wanted)).or_else(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    Ok(listener.local_addr()?.port())
}
