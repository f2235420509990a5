//! What runs, and which database it reaches.

#![cfg(target_os = "linux")]

use crate::PROD_INSTANCE as PROD;
use crate::listener::{carrying, configuration, here};
use crate::real::free_port;
use crate::world::World;

#[test]
fn ps_tells_what_running_processes_reach_and_never_a_value() {
    let port = free_port();
    let served = free_port();
    let world = World::with(&configuration("")).calls(served, "8000").calls(port, "15433");
    let _proxy = here("cloud-sql-proxy", &["--port", &port.to_string(), PROD], port);
    let url = format!("postgresql://postgres:hunter2@127.0.0.1:{port}/nexus_db");
    let _server = carrying("api-server", &[], &[("127.0.0.1", served)], |command| {
        command.env("DATABASE_URL", &url).env("NEXUS_ENV", "prod").env("NEXUS_ENV_UNTIL", "1700000000");
    });
    let text = world.run(&["ps"]).succeeds();
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    let from = text.find(&format!("· port {served} ·")).unwrap_or_else(|| panic!("{text}"));
    let own = text[..from].rfind('\n').map_or(&text[..], |at| &text[at + 1..]);
    let own = own.split("\n\n").next().unwrap();
    assert!(own.starts_with("prod"), "{own}");
    for words in [
        &format!("DATABASE_URL postgresql://postgres:•••@127.0.0.1:{port}/nexus_db"),
        &format!("listener: {PROD}"),
        "was given prod, whose time was over ",
        "still writes to prod, whatever a shell has selected since",
    ] {
        assert!(own.contains(words), "{words} in {own}");
    }
    let json = world.run(&["ps", "--json"]).succeeds();
    let json = String::from_utf8_lossy(&json.stdout).into_owned();
    assert!(json.contains("\"over\":true") && json.contains("\"environment\":\"prod\""), "{json}");
    for told in [&text, &json] {
        assert!(!told.contains("hunter2"), "{told}");
    }
}
