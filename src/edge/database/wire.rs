//! A connection whose every wait ends at one deadline. It knows no protocol.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::io::{Errno, ioctl_fionbio};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketType, connect, socket};

use crate::domain::target::server::Silence;

pub(super) struct Wire {
    line: Line,
    deadline: Instant,
}

enum Line {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// A wire, or TLS over one.
pub(super) trait Stream: Read + Write {}

impl<S: Read + Write> Stream for S {}

impl Wire {
    pub fn tcp(address: SocketAddr, deadline: Instant) -> Result<Wire, Silence> {
        let rest = left(deadline).map_err(|error| silence(&error))?;
        let stream = TcpStream::connect_timeout(&address, rest).map_err(|error| silence(&error))?;
        let _ = stream.set_nodelay(true);
        Ok(Wire { line: Line::Tcp(stream), deadline })
    }

    /// A socket whose owner takes no more connections must not hold this program up, so it is tried without waiting.
    pub fn unix(path: &str, deadline: Instant) -> Result<Wire, Silence> {
        let open = || -> Result<UnixStream, Errno> {
            #[cfg(target_os = "linux")]
            let address = match path.strip_prefix('@') {
                Some(name) => SocketAddrUnix::new_abstract_name(name.as_bytes())?,
                None => SocketAddrUnix::new(path)?,
            };
            #[cfg(not(target_os = "linux"))]
            let address = SocketAddrUnix::new(path)?;
            let socket = socket(AddressFamily::UNIX, SocketType::STREAM, None)?;
            ioctl_fionbio(&socket, true)?;
            connect(&socket, &address)?;
            ioctl_fionbio(&socket, false)?;
            Ok(UnixStream::from(socket))
        };
        match open() {
            Ok(stream) => Ok(Wire { line: Line::Unix(stream), deadline }),
            Err(error) => Err(silence(&io::Error::from(error))),
        }
    }
}

/// The time that is left; an error of the kind `TimedOut` when there is none.
fn left(deadline: Instant) -> io::Result<Duration> {
    let rest = deadline.saturating_duration_since(Instant::now());
    if rest.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(rest) }
}

impl Read for Wire {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let rest = Some(left(self.deadline)?);
        match &mut self.line {
            Line::Tcp(stream) => stream.set_read_timeout(rest).and_then(|()| stream.read(bytes)),
            Line::Unix(stream) => stream.set_read_timeout(rest).and_then(|()| stream.read(bytes)),
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let rest = Some(left(self.deadline)?);
        match &mut self.line {
            Line::Tcp(stream) => stream.set_write_timeout(rest).and_then(|()| stream.write(bytes)),
            Line::Unix(stream) => stream.set_write_timeout(rest).and_then(|()| stream.write(bytes)),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a failed connection, read or write means.
pub(super) fn silence(error: &io::Error) -> Silence {
    match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => Silence::TimedOut,
        ErrorKind::UnexpectedEof
        | ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::WriteZero => Silence::HungUp,
        ErrorKind::PermissionDenied => Silence::NotLetIn,
        // TLS says so of what it cannot read.
        ErrorKind::InvalidData => Silence::TlsBroken,
        _ => Silence::NobodyThere,
    }
}
