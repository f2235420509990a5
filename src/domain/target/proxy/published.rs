//! Ports that a container engine publishes: the process that holds the port tells nothing of what is behind, so the engine
//! is asked elsewhere, and its answer is read here.

use super::base;
use crate::domain::target::listening::{Container, Door, Process};

/// Programs that hold ports for containers, on Linux and on macOS.
const PUBLISHERS: &[&str] = &[
    "docker-proxy", "dockerd", "rootlesskit", "rootlessport", "containers-rootlessport", "rootlessport-child",
    "conmon", "slirp4netns", "pasta", "pasta.avx2", "gvproxy", "com.docker.backend", "com.docker.vpnkit", "vpnkit",
    "OrbStack Helper", "OrbStack", "limactl",
];

/// Whether the process holds this port for a container.
pub fn publishes(process: &Process, door: &Door) -> bool {
    let Door::Tcp { port, .. } = door else { return false };
    let first = process.argv.first().map_or("", String::as_str);
    // colima and lima forward through a shared ssh connection.
    let virtual_machine = first.starts_with("ssh: ") && (first.contains("/.lima/") || first.contains("/_lima/"));
    if !PUBLISHERS.contains(&base(&process.program)) && !PUBLISHERS.contains(&base(first)) && !virtual_machine {
        return false;
    }
    match flag(process, "-host-port") {
        Some(text) => text.parse() == Ok(*port),
        None => true,
    }
}

/// Whether the container is the one whose port the process publishes. `docker-proxy` says which port and address of the
/// container it leads to; from the others nothing can be compared.
pub fn is_published(process: &Process, container: &Container) -> bool {
    let port = flag(process, "-container-port").is_none_or(|text| text.parse() == Ok(container.port));
    let address = flag(process, "-container-ip").is_none_or(|text| container.addresses.contains(&text));
    port && address
}

fn flag(process: &Process, name: &str) -> Option<String> {
    let at = process.argv.iter().position(|word| word == name)?;
    process.argv.get(at + 1).cloned()
}

/// Whether the container's image is a database server's, and it runs that.
pub(in crate::domain) fn is_database_image(container: &Container) -> bool {
    const IMAGES: &[&str] = &[
        "postgres", "postgis", "postgresql", "pgvector", "timescaledb", "timescaledb-ha", "mysql", "mysql-server",
        "mariadb", "mongo", "cockroach", "server",
    ];
    const PROGRAMS: &[&str] = &[
        "docker-entrypoint.sh", "docker-ensure-initdb.sh", "entrypoint.sh", "postgres", "mysqld", "mariadbd", "mongod",
        "cockroach", "sqlservr", "run.sh",
    ];
    // `registry/team/postgres:16@sha256:…`
    let image = container.image.split('@').next().unwrap_or("");
    let last = base(image).split(':').next().unwrap_or("");
    let known = match last {
        "server" => image.contains("mssql/"),
        last => IMAGES.contains(&last),
    };
    known && container.process.argv.iter().take(3).any(|word| PROGRAMS.contains(&base(word)))
}
