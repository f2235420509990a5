//! `doctor` in a world with every fault planted, its whole answer compared, and in one where all is well.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use crate::world::World;
use crate::{DEV_INSTANCE, DEV_URL, PROD_INSTANCE, PROD_URL};

/// A person of bash, and a tmux of this world alone.
fn person(world: World) -> World {
    let sockets = world.home().join("tmux");
    fs::create_dir_all(&sockets).unwrap();
    let path = sockets.display().to_string();
    world.variable("SHELL", "/bin/bash").variable("TMUX_TMPDIR", path)
}

/// Epoch seconds.
fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

fn in_home(world: &World, name: &str, text: &str) {
    let path = world.home().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn configuration(dev: u16, prod: u16, fingerprint: &str) -> String {
    format!(
        "id = \"9f3k2v7m4q8x1c5b\"\ndefault = \"dev\"\n\n[env.dev.vars]\nNODE_ENV = \"development\"\n[env.dev.proxy]\n\
         instance = \"{DEV_INSTANCE}\"\nport = {dev}\n\n[env.prod]\n{fingerprint}[env.prod.proxy]\n\
         instance = \"{PROD_INSTANCE}\"\nport = {prod}\n"
    )
}

#[test]
fn a_clean_world_is_told_in_one_line() {
    let world = person(World::with(&configuration(5433, 5434, "fingerprint = \"1/nexus_db\"\n")))
        .secret("dev", "DATABASE_URL", DEV_URL)
        .program("cloud-sql-proxy", "#!/bin/sh\n");
    in_home(
        &world,
        ".bashrc",
        "PROMPT_COMMAND='history -a'\neval \"$(direnv hook bash)\"\neval \"$(nexus-env hook bash)\"\n",
    );
    in_home(&world, ".bash_history", "ls\nnpx prisma migrate dev\npsql postgresql://me:$PASSWORD@db/x\n");
    world.writes(".env.example", "DATABASE_URL=postgresql://user:password@localhost:5432/nexus_db\n");
    world.run(&["doctor"]).succeeds().prints("all is well\n");
    let json = world.run(&["doctor", "--json"]).succeeds();
    assert!(String::from_utf8_lossy(&json.stdout).contains("\"findings\": []"));
    // Outside of any repository too.
    world.run_in(world.home(), &["doctor"], b"").succeeds().prints("all is well\n");
}

#[test]
fn every_planted_fault_is_told_with_its_place_and_no_value() {
    let world = person(World::with(&configuration(5433, 5433, "")))
        .secret("dev", "DATABASE_URL", DEV_URL)
        .variable("NEXUS_ENV", "prod")
        .variable("NEXUS_ENV_UNTIL", (now() - 9 * 86_400 - 3_600).to_string());
    world.writes(".gitignore", ".nexusenv.local\npackages/*/.env\n");
    world.writes(".env.prod", format!("A=1\nDATABASE_URL=\"{PROD_URL}\"\n"));
    world.writes(".env.dev", format!("DATABASE_URL={DEV_URL}\n"));
    world.writes("packages/db/index.js", "");
    world.writes("packages/db/.env", format!("DATABASE_URL={DEV_URL}\nDIRECT_URL={DEV_URL}\n"));
    world.writes(".envrc", "use node\nexport DATABASE_URL=\"$MINE\"\n");
    world.writes("mise.toml", "[env]\nNODE_ENV = \"test\"\n");
    world.git(&["add", ".env.prod", "packages/db/index.js"]);
    in_home(
        &world,
        ".bashrc",
        "eval \"$(nexus-env hook bash)\"\nexport PRISMA_SCHEMA_ENGINE_BINARY=/x\nPROMPT_COMMAND=mine\neval \"$(mise activate bash)\"\n",
    );
    in_home(&world, ".profile", &format!("export DATABASE_URL='{PROD_URL}'\n"));
    in_home(&world, ".bash_history", &format!("ls\nexport DATABASE_URL={PROD_URL}\npsql {PROD_URL}\n"));
    in_home(&world, ".zsh_history", &format!(": 1700000000:0;psql {PROD_URL}\n"));
    in_home(&world, ".local/share/fish/fish_history", &format!("- cmd: set -x A {PROD_URL}\n  when: 1700000000\n"));
    fs::set_permissions(world.home().join(".local/state/nexus-env"), fs::Permissions::from_mode(0o777)).unwrap();
    let mut tmux = world.command("tmux", world.home());
    tmux.args(["new-session", "-d", "sleep 600"]).env("DATABASE_URL", PROD_URL).stdin(Stdio::null());
    world.finish(tmux, b"").succeeds();

    let output = world.run(&["doctor"]);
    let mut end = world.command("tmux", world.home());
    end.arg("kill-server");
    world.finish(end, b"").succeeds();
    let text = world.tidy(&String::from_utf8_lossy(&output.stdout));
    assert_eq!(text, include_str!("doctor.txt"), "{text}");
    assert_eq!(output.status, 1);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let json = world.run(&["doctor", "--json"]);
    let json = String::from_utf8_lossy(&json.stdout).into_owned();
    for told in [&text, &json] {
        assert!(!told.contains("hunter2"), "{told}");
    }
}

#[test]
fn stores_without_a_configuration_are_a_finding() {
    let world = person(crate::pausing::world());
    std::fs::remove_file(world.repo().join(".nexusenv")).unwrap();
    let found = world.run(&["doctor"]).ends_with_status(1);
    let text = String::from_utf8_lossy(&found.stdout).replace("\n  ", " ");
    assert!(
        text.contains("there are secrets in it and no `.nexusenv` beside it, so nothing is loaded here mend: git log"),
        "{text}"
    );
}

#[test]
fn a_broken_configuration_and_a_missing_identity_are_findings() {
    let world = person(World::new().file(".nexusenv", "default = 7\n"));
    in_home(&world, ".bashrc", "eval \"$(nexus-env hook bash)\"\n");
    let output = world.run(&["doctor"]);
    assert_eq!(output.status, 1);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("error: there is no identity to open the secrets with\n  mend: nexus-env init"), "{text}");
    assert!(text.contains("error: `.nexusenv` is not allowed yet, so nothing is loaded\n  mend: read it, "), "{text}");
    world.run(&["init"]).succeeds();
    world.run(&["allow"]);
    world.writes(".nexusenv", "default = \"dev\"\n[env.dev.proxy\n");
    world.writes(".nexusenv.d/prod.toml", "junk");
    let text = String::from_utf8_lossy(&world.run(&["doctor"]).stdout).into_owned();
    let before = [
        "error: .nexusenv:2: is no TOML", "error: `.nexusenv.d/prod.toml:1`: ", "error: `.nexusenv` is not allowed yet",
    ];
    let found: Vec<&str> = text.lines().filter(|line| line.starts_with("error: ")).collect();
    assert!(found.iter().zip(before).all(|(line, start)| line.starts_with(start)), "{text}");
    assert_eq!(found.len(), 3, "{text}");
    assert_eq!(
        fs::read_dir(world.home().join("tmux")).unwrap().count(),
        0,
        "tmux was asked, and made a directory for it"
    );
}
