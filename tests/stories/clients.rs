//! Where real clients go with a URL, beside where the guard says that they go: psql and node-postgres on two real servers. Of
//! the other clients in the table of `domain/url/clients.rs`, none is asked here.

use std::path::Path;
use std::process::Command;

use nexus_env::domain::target::url::{DatabaseUrl, Defaults};

use crate::real::postgres::{DATABASE, Server};

const QUESTION: &str = "SELECT current_setting('port') || '/' || current_database()";

/// `port/database`, or nothing where it does not get in.
fn psql(url: &str, variables: &[(&str, &str)]) -> Option<String> {
    let output = Command::new("psql")
        .args(["-XAtqc", QUESTION, url])
        .env("PGPASSWORD", "hunter2")
        .env("PGCONNECT_TIMEOUT", "5")
        .envs(variables.iter().copied())
        .output()
        .expect("psql");
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn node(url: &str, variables: &[(&str, &str)]) -> Option<String> {
    let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/real-parts/prisma7/node_modules/pg");
    assert!(modules.exists(), "run tests/real/setup, or tests/run, which does");
    let script = format!(
        "const {{ Client }} = require({modules:?}); const client = new Client({{ connectionString: process.argv[1] }});\
         client.connect().then(() => client.query(process.argv[2])).then((found) => {{\
         console.log(Object.values(found.rows[0])[0]); process.exit(0) }}).catch(() => process.exit(1))"
    );
    let output = Command::new("node")
        .args(["-e", &script, url, QUESTION])
        .env("PGPASSWORD", "hunter2")
        .envs(variables.iter().copied())
        .output()
        .expect("node");
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn shown(url: &DatabaseUrl) -> Vec<String> {
    let database = url.database().unwrap_or("postgres");
    url.places().iter().map(|place| format!("{}/{database}", place.port)).collect()
}

/// Both clients with this URL: where psql is, psql's own reading is; where node-postgres is, one of all readings is.
#[track_caller]
fn check(text: &str, variables: &[(&str, &str)], by_psql: Option<&str>, by_node: Option<&str>) {
    assert_eq!(psql(text, variables).as_deref(), by_psql, "psql {text}");
    assert_eq!(node(text, variables).as_deref(), by_node, "node-postgres {text}");
    let set = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let defaults = Defaults {
        host: set("PGHOST"),
        hostaddr: set("PGHOSTADDR"),
        port: set("PGPORT"),
        database: set("PGDATABASE"),
        user: set("PGUSER"),
    };
    if let Some(there) = by_psql {
        let url = DatabaseUrl::for_libpq(text, &defaults).unwrap_or_else(|| panic!("{text}"));
        assert!(shown(&url).contains(&there.to_owned()), "libpq's reading of {text}: {:?}", shown(&url));
    }
    if let Some(there) = by_node {
        let url = DatabaseUrl::parse_with(text, &defaults).unwrap_or_else(|| panic!("{text}"));
        let all: Vec<String> = url.readings().iter().flat_map(shown).collect();
        assert!(all.contains(&there.to_owned()), "the readings of {text}: {all:?}");
    }
}

#[test]
fn real_clients_go_where_the_guard_says() {
    let (one, two) = (Server::start("hunter2"), Server::start("hunter2"));
    let (a, b) = (one.port, two.port);
    let at = |port: u16, database: &str| format!("{port}/{database}");
    let (first, second) = (at(a, DATABASE), at(b, DATABASE));
    let base = format!("postgresql://postgres@127.0.0.1:{a}/{DATABASE}");
    let (first, second) = (Some(first.as_str()), Some(second.as_str()));
    let bare = |query: &str| format!("{base}{query}");

    check(&base, &[], first, first);
    check(&bare(&format!("?port={b}")), &[], second, second);
    check(&bare(&format!("?port={a}&port={b}")), &[], second, second);
    check(&bare(&format!("?port={b}&port={a}")), &[], first, first);
    check(&bare(&format!("?port={b}&")), &[], second, second);
    check(&bare(&format!("?p%6Frt={b}")), &[], second, second);
    check(&bare(&format!("?PORT={b}")), &[], None, first);
    check(&bare("?host=127.0.0.1"), &[], first, first);
    check(&bare("?hostaddr=127.0.0.1&host=nowhere.invalid"), &[], first, None);
    let of_postgres = (at(a, "postgres"), at(b, "postgres"));
    let (in_postgres, there) = (Some(of_postgres.0.as_str()), Some(of_postgres.1.as_str()));
    check(&bare("?dbname=other&dbname=postgres"), &[], in_postgres, first);
    check(&bare("?database=postgres"), &[], None, first);
    check(&bare(&format!("?dbname=postgres&port={b}")), &[], there, second);
    check(&format!("postgresql://postgres@nowhere.invalid:{a}/{DATABASE}?host=127.0.0.1"), &[], first, first);
    // A `#` is a letter to libpq, and the end to others.
    check(&bare(&format!("#?port={b}")), &[], None, first);
    check(
        &format!("postgresql://postgres@127.0.0.1:{a}/postgres#x?dbname={DATABASE}&port={b}"),
        &[],
        second,
        in_postgres,
    );
    let socket = two.socket().display();
    check(&bare(&format!("?host={socket}&port={b}")), &[], second, second);
    check(&format!("postgresql:///{DATABASE}?host={socket}&port={b}&user=postgres"), &[], second, second);
    for host in ["127.1", "0x7f.1", "2130706433", "0", "LOCALHOST", "%31%32%37.0.0.1"] {
        check(&format!("postgresql://postgres@{host}:{a}/{DATABASE}"), &[], first, first);
    }
    check(&format!("postgresql://postgres@127.0.0.1:1,127.0.0.1:{b}/{DATABASE}"), &[], second, None);
    check(&format!("postgresql+psycopg2://postgres@127.0.0.1:{a}/{DATABASE}"), &[], None, first);
    check(&format!("host=127.0.0.1 port={a} port = {b} user=postgres dbname='{DATABASE}'"), &[], second, None);

    let text = b.to_string();
    let (port, host) = (("PGPORT", text.as_str()), ("PGHOST", "127.0.0.1"));
    check(&base, &[port, host], first, first);
    check(&format!("postgresql://postgres@127.0.0.1/{DATABASE}"), &[port], second, second);
    check(&format!("postgresql:///{DATABASE}?user=postgres"), &[port, host], second, second);
    check("postgresql://postgres@127.0.0.1/", &[port, ("PGDATABASE", DATABASE)], second, second);
    let address = ("PGHOSTADDR", "127.0.0.1");
    check(&format!("postgresql://postgres@nowhere.invalid:{a}/{DATABASE}"), &[address], first, None);
}
