//! Asks a service of this machine whether it is well: one GET over the loopback, with a second for all of it. It follows
//! no redirection and reads no more than the first line.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(1);

/// The status of the answer (RFC 9112, section 4), or half a sentence that says why there is none.
///
/// # Errors
/// That half sentence.
pub fn ask(port: u16, path: &str) -> Result<u16, String> {
    if path.chars().any(|c| c.is_control() || c == ' ') {
        return Err("is no path that can be asked for".to_owned());
    }
    let deadline = Instant::now() + PATIENCE;
    let left = || Some(deadline.saturating_duration_since(Instant::now())).filter(|left| !left.is_zero());
    let slow = || "does not answer within a second".to_owned();
    let mut stream = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)]
        .into_iter()
        .find_map(|address| TcpStream::connect_timeout(&SocketAddr::new(address, port), left()?).ok())
        .ok_or_else(|| "cannot be reached".to_owned())?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nUser-Agent: nexus-env\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    );
    stream.set_write_timeout(left()).and_then(|()| stream.write_all(request.as_bytes())).map_err(|_| slow())?;
    let mut bytes = Vec::new();
    let mut buffer = [0; 64];
    while bytes.len() < 64 && !bytes.contains(&b'\n') {
        stream.set_read_timeout(Some(left().ok_or_else(slow)?)).map_err(|_| slow())?;
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return Err(slow()),
        }
    }
    status(&bytes).ok_or_else(|| "answers something that is no HTTP".to_owned())
}

fn status(bytes: &[u8]) -> Option<u16> {
    let line = String::from_utf8_lossy(bytes);
    let rest = line.strip_prefix("HTTP/1.")?;
    rest.split(' ').nth(1)?.get(..3)?.parse().ok().filter(|status| (100..600).contains(status))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn reads_the_status_of_an_answer() {
        for (bytes, expected) in [
            (&b"HTTP/1.1 200 OK\r\n"[..], Some(200)),
            (b"HTTP/1.0 503\r\n", Some(503)),
            (b"HTTP/1.1 999 x", None),
            (b"SSH-2.0-OpenSSH\r\n", None),
            (b"HTTP/1.1", None),
            (b"", None),
        ] {
            assert_eq!(status(bytes), expected, "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn one_that_takes_the_connection_and_says_nothing_is_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        assert_eq!(ask(port, "/health"), Err("does not answer within a second".to_owned()));
    }

    #[test]
    fn a_path_adds_nothing_to_the_request() {
        assert_eq!(ask(9, "/\r\nX: y"), Err("is no path that can be asked for".to_owned()));
    }

    #[test]
    fn nobody_there_is_said_to_be_nobody() {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        assert_eq!(ask(port, "/"), Err("cannot be reached".to_owned()));
    }
}
