//! Which processes are told of, how they are grouped, and what is never shown of them.

use super::*;
use crate::domain::config::Protection;
use crate::domain::target::Reach;
use crate::domain::target::evidence::{Evidence, Says, Source};

const URL: &str = "postgresql://postgres:hunter2@127.0.0.1:5433/nexus_db";

fn running(pid: u32, parent: u32, line: &str, environ: &[(&str, &str)], ports: &[u16]) -> Running {
    let argv = shell_words::split(line).unwrap();
    let program = argv[0].rsplit('/').next().unwrap().trim_start_matches('-').to_owned();
    let environ = environ.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    let process = Process { pid, program, argv, environ: Some(environ), ..Process::default() };
    Running { process, parent, started: 1000 + u64::from(pid), ports: ports.to_vec() }
}

fn names() -> Vec<VariableName> {
    vec![VariableName::new("DATABASE_URL").unwrap()]
}

#[track_caller]
fn check(all: Vec<Running>, expected: &[(u32, &[u32], &[u16])]) {
    let groups = groups(all, &names(), 1);
    let found: Vec<(u32, &[u32], &[u16])> =
        groups.iter().map(|g| (g.running.process.pid, g.below.as_slice(), g.ports.as_slice())).collect();
    assert_eq!(found, expected);
}

#[test]
fn children_that_hold_the_same_stand_with_what_started_them() {
    let given = [("DATABASE_URL", URL), ("NEXUS_ENV", "prod")];
    check(
        vec![
            running(1, 0, "nexus-env ps", &given, &[]),
            running(10, 9, "npm run dev", &given, &[]),
            running(11, 10, "sh -c 'node server.js'", &given, &[]),
            running(12, 11, "node server.js", &given, &[8000]),
            running(13, 12, "node worker.js", &[("DATABASE_URL", "postgres://x/y")], &[8001]),
            running(14, 9, "vim", &[], &[]),
            running(15, 9, "vim", &[("DATABASE_URL", "")], &[]),
        ],
        &[(10, &[11, 12], &[8000]), (13, &[], &[8001])],
    );
}

#[test]
fn what_is_started_in_an_interactive_shell_stands_for_itself() {
    let given = [("DATABASE_URL", URL)];
    check(
        vec![
            running(10, 9, "-zsh", &given, &[]),
            running(11, 10, "node a.js", &given, &[1]),
            running(12, 10, "bash run.sh", &given, &[]),
            running(13, 12, "node b.js", &given, &[2]),
        ],
        &[(10, &[], &[]), (11, &[], &[1]), (12, &[13], &[2])],
    );
}

#[test]
fn a_name_holds_no_word_that_may_be_a_secret() {
    let of = |line: &str| short(&running(1, 0, line, &[], &[]).process);
    assert_eq!(of("node dist/main.js --key hunter2"), "node main.js");
    assert_eq!(of("node -e hunter2"), "node");
    assert_eq!(of("psql postgresql://u:hunter2@h/d"), "psql");
    assert_eq!(of("python3.11 manage.py runserver"), "python3.11 manage.py");
    assert_eq!(of("bash postgresql://u:hunter2@h/d"), "bash");
    assert_eq!(of("npm run dev:api --token=hunter2"), "npm run dev:api");
    assert_eq!(of("'npm run dev'"), "npm run dev");
    assert_eq!(of("/usr/bin/gunicorn app:app"), "gunicorn");
}

#[test]
fn the_page_says_what_still_writes_to_prod() {
    let given = [("DATABASE_URL", URL), ("NEXUS_ENV", "prod"), ("NEXUS_ENV_UNTIL", "7000")];
    let all = vec![
        running(10, 9, "node server.js", &given, &[8000, 8001]),
        running(11, 10, "node worker.js", &given, &[]),
        running(20, 9, "python3 x.py", &[("DATABASE_URL", "hunter2")], &[]),
    ];
    let prod = EnvironmentName::new("prod").unwrap();
    let target = |url: Option<&str>, evidence: Vec<Evidence>| Target {
        label: "DATABASE_URL".to_owned(),
        url: url.and_then(DatabaseUrl::parse),
        origin: "it is no database URL".to_owned(),
        reach: Reach::Here,
        evidence,
    };
    let evidence = Evidence {
        source: Source::Listener,
        says: Says::Environment(prod, Protection::Protected),
        seen: "nexus-enterprise-480610:us-central1:nexusprod-v2".to_owned(),
        how: "cloud-sql-proxy, pid 4242, port 5433".to_owned(),
    };
    let groups = groups(all, &names(), 1);
    let targets = [target(Some(URL), vec![evidence]), target(None, vec![])];
    let told: Vec<Told> =
        groups.iter().zip(&targets).map(|(g, t)| super::told(g, core::slice::from_ref(t), 7300)).collect();
    let page = page(&told, 7300);
    assert_eq!(
        page,
        "prod     node server.js · pid 10 · ports 8000, 8001 · started 1h 44m ago\n\
         \x20        DATABASE_URL postgresql://postgres:•••@127.0.0.1:5433/nexus_db\n\
         \x20          listener: nexus-enterprise-480610:us-central1:nexusprod-v2\n\
         \x20            (cloud-sql-proxy, pid 4242, port 5433)\n\
         \x20        and 1 process below it\n\
         \x20        was given prod, whose time was over 5m ago\n\
         \x20        still writes to prod, whatever a shell has selected since\n\
         \n\
         unknown  python3 x.py · pid 20 · started 1h 44m ago\n\
         \x20        DATABASE_URL it is no database URL\n\
         \x20          nothing tells which environment this is\n"
    );
    assert!(page.lines().all(|line| line.chars().count() <= 80));
    assert!(!serde_json::to_string(&told).unwrap().contains("hunter2"));
}

#[test]
fn whoever_holds_a_url_through_the_port_is_carried_along_unless_it_meant_to() {
    let name = |text: &str| EnvironmentName::new(text).unwrap();
    let stored = |environment: &str, protection, url: &str| StoredUrl {
        environment: name(environment),
        protection,
        variable: names().remove(0),
        url: DatabaseUrl::parse(url),
    };
    let prods = "postgresql://postgres:other@127.0.0.1:5433/nexus_db";
    let stored = [stored("dev", Protection::Open, URL), stored("prod", Protection::Protected, prods)];
    let given = |environment| [("DATABASE_URL", URL), ("NEXUS_ENV", environment), ("NEXUS_ENV_ROOT", "/repo")];
    let elsewhere = "postgresql://postgres:hunter2@127.0.0.1:5434/nexus_db";
    let groups = groups(
        vec![
            running(10, 9, "node dev.js", &given("dev"), &[8000]),
            running(11, 9, "node prod.js", &given("prod"), &[]),
            running(12, 9, "node by-hand.js", &[("DATABASE_URL", URL)], &[]),
            running(13, 9, "node by-hand-of-prod.js", &[("DATABASE_URL", prods)], &[]),
            running(14, 9, "node elsewhere.js", &[("DATABASE_URL", elsewhere)], &[]),
        ],
        &names(),
        1,
    );
    let carried = |to: &str| -> Vec<u32> {
        let found = carried(&groups, 5433, &name(to), Path::new("/repo"), &stored);
        found.iter().map(|group| group.running.process.pid).collect()
    };
    assert_eq!(carried("prod"), [10, 12]);
    assert_eq!(carried("dev"), [11, 13]);
    assert_eq!(line(&groups[0]), "node dev.js, pid 10, port 8000, given dev");
}

#[test]
fn the_parents_of_a_process_end_somewhere() {
    let all = [running(3, 2, "x", &[], &[]), running(2, 1, "x", &[], &[]), running(1, 0, "x", &[], &[])];
    assert_eq!(ancestors(&all, 3), [2, 1]);
    assert_eq!(ancestors(&[running(3, 2, "x", &[], &[]), running(2, 3, "x", &[], &[])], 3), [2, 3]);
}
