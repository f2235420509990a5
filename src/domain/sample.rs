//! What the tests start from: a configuration and a process's surroundings in which nothing is set, so that a test says only
//! what it is about. For tests alone.

use crate::domain::config::name::{EnvironmentName, RepositoryId, VariableName};
use crate::domain::config::{Access, Config, Deploy, Environment, Export, Match, Protection, Proxy};
use crate::domain::session::ambient::{Ambient, Colour, Environ, Terminal, Timestamp};
use crate::domain::store::sealed::history::History;
use crate::domain::store::sealed::{Ciphertext, Recipient, RecipientName, Store};

pub fn name(text: &str) -> EnvironmentName {
    EnvironmentName::new(text).unwrap()
}

/// Protected where its name begins with `prod`.
pub fn environment(text: &str) -> Environment {
    Environment {
        name: name(text),
        protection: if text.starts_with("prod") { Protection::Protected } else { Protection::Open },
        promote_from: None,
        access: Access::ReadOnly,
        export: Export::Shell,
        fingerprint: None,
        vars: vec![],
        proxy: None,
        matches: Match::default(),
        backup: None,
        deploy: Deploy::default(),
    }
}

/// Dev is the default.
pub fn config(environments: impl IntoIterator<Item = Environment>) -> Config {
    Config {
        id: RepositoryId::new("9f3k2v7m4q8x1c5b").unwrap(),
        default: name("dev"),
        database_variables: vec![],
        environments: environments.into_iter().collect(),
        services: vec![],
        prisma_directory: None,
        guard: vec![],
    }
}

/// The Cloud SQL proxy of an instance, on port 5433.
pub fn proxy(instance: &str) -> Proxy {
    Proxy {
        instance: instance.to_owned(),
        port: 5433,
        command: ["cloud-sql-proxy", "--port={port}", "{instance}"].map(str::to_owned).to_vec(),
    }
}

/// A process without a directory, a variable or a person.
pub fn ambient() -> Ambient {
    Ambient {
        cwd: None,
        pwd: None,
        home: None,
        config_dir: None,
        state_dir: None,
        runtime_dir: None,
        variables: Environ::default(),
        terminal: Terminal::Absent,
        colour: Colour::No,
        quiet: false,
        now: Timestamp::default(),
        uptime: None,
        uid: 0,
    }
}

/// A store of `prod` with these secrets and readers, whose key says that it is wrapped for as many. Nothing in it opens.
pub fn store(secrets: &[&str], readers: &[&str]) -> Store {
    let stanza = "-> X25519 a\nb\n".repeat(readers.len());
    Store {
        repository: RepositoryId::new("9f3k2v7m4q8x1c5b").unwrap(),
        environment: name("prod"),
        protected: Some(Protection::Protected),
        revision: 1,
        seal: [0; 32],
        key: format!("age-encryption.org/v1\n{stanza}--- mac\n").into_bytes(),
        recipients: readers
            .iter()
            .map(|name| Recipient { name: RecipientName::new(name).unwrap(), key: format!("age1{name}") })
            .collect(),
        secrets: secrets
            .iter()
            .map(|name| (VariableName::new(name).unwrap(), Ciphertext::new(vec![0; 72]).unwrap()))
            .collect(),
        stale: Vec::new(),
        history: History::default(),
    }
}
