//! Asks the container engines of this machine, over their sockets, which container publishes a port. It reads, it starts
//! and changes nothing, and an engine that does not answer soon is taken to be none.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{OFlags, fcntl_setfl};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketType, connect};

use crate::domain::session::ambient::Ambient;
use crate::domain::target::listening::Container;
use crate::domain::target::proxy::engine;

/// For all engines and questions together.
const PATIENCE: Duration = Duration::from_millis(1000);
/// More than the list of a thousand containers.
const LONGEST: u64 = 8 * 1024 * 1024;

/// The containers that publish this port, each with its first process.
pub fn behind(ambient: &Ambient, port: u16) -> Vec<Container> {
    let deadline = Instant::now() + PATIENCE;
    let mut found = Vec::new();
    for socket in sockets(ambient) {
        let Some(list) = get(&socket, "/containers/json", deadline) else { continue };
        for (id, mut container) in engine::publishing(&list, port) {
            // The engine's own name for it, which goes into a path.
            let plain = !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric());
            let process = plain
                .then(|| get(&socket, &format!("/containers/{id}/json"), deadline))
                .flatten()
                .and_then(|answer| engine::first_process(&answer));
            container.process = process.unwrap_or_default();
            found.push(container);
        }
    }
    found
}

/// Where Docker, its desktop, podman, OrbStack, colima, Rancher and Lima have their sockets.
fn sockets(ambient: &Ambient) -> Vec<PathBuf> {
    let variable = |name: &str| ambient.variables.text(name).filter(|value| !value.is_empty());
    let mut all: Vec<PathBuf> = Vec::new();
    all.extend(variable("DOCKER_HOST").and_then(|host| host.strip_prefix("unix://")).map(PathBuf::from));
    all.extend(["/var/run/docker.sock", "/run/podman/podman.sock"].map(PathBuf::from));
    if let Some(runtime) = variable("XDG_RUNTIME_DIR") {
        all.extend(["docker.sock", "podman/podman.sock"].map(|name| Path::new(runtime).join(name)));
    }
    const IN_HOME: &[&str] = &[
        ".docker/run/docker.sock",
        ".docker/desktop/docker.sock",
        ".orbstack/run/docker.sock",
        ".colima/default/docker.sock",
        ".rd/docker.sock",
        ".lima/docker/sock/docker.sock",
        ".local/share/containers/podman/machine/podman.sock",
    ];
    all.extend(ambient.home.iter().flat_map(|home| IN_HOME.iter().map(|name| home.join(name))));
    let mut physical: Vec<PathBuf> = all.iter().filter_map(|path| path.canonicalize().ok()).collect();
    let mut seen = Vec::new();
    physical.retain(|path| {
        !seen.contains(path) && {
            seen.push(path.clone());
            true
        }
    });
    physical
}

/// The body of the answer, where it is a good one.
fn get(socket: &Path, path: &str, deadline: Instant) -> Option<String> {
    let left = || deadline.checked_duration_since(Instant::now()).filter(|left| !left.is_zero());
    // A socket that nobody serves would let a blocking connection wait for ever.
    // macOS has no flags for that at the socket's making.
    let door = rustix::net::socket(AddressFamily::UNIX, SocketType::STREAM, None).ok()?;
    fcntl_setfd(&door, FdFlags::CLOEXEC).ok()?;
    fcntl_setfl(&door, OFlags::NONBLOCK).ok()?;
    connect(&door, &SocketAddrUnix::new(socket).ok()?).ok()?;
    let mut stream = UnixStream::from(door);
    stream.set_nonblocking(false).ok()?;
    stream.set_write_timeout(Some(left()?)).ok()?;
    // Of this version the answer ends with the connection and comes in one piece.
    stream.write_all(format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").as_bytes()).ok()?;
    let mut answer = Vec::new();
    let mut piece = [0; 16 * 1024];
    loop {
        stream.set_read_timeout(Some(left()?)).ok()?;
        match stream.read(&mut piece).ok()? {
            0 => break,
            count => answer.extend_from_slice(&piece[..count]),
        }
        if answer.len() as u64 > LONGEST {
            return None;
        }
    }
    let answer = String::from_utf8(answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split_whitespace().nth(1)?;
    (status == "200").then(|| body.to_owned())
}
