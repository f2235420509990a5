//! What a proxy's words and environment say about the door at which each instance is served.

use super::*;
use crate::domain::config::Proxy;
use crate::domain::target::listening::Container;
use proptest::prelude::*;

pub(super) fn process(line: &str, environ: &[(&str, &str)]) -> Process {
    let argv = shell_words::split(line).unwrap();
    let program = argv[0].rsplit('/').next().unwrap().to_owned();
    let environ = environ.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    Process { pid: 1, program, argv, environ: Some(environ), ..Process::default() }
}

#[track_caller]
pub(super) fn check_with(line: &str, environ: &[(&str, &str)], door: &Door, expected: &[&str]) {
    let serves = leads(&process(line, environ), None).unwrap_or_default();
    assert_eq!(told(&serves, door), expected, "{line}: {serves:?}");
}

pub(super) fn told<'a>(serves: &'a Serves, door: &Door) -> Vec<&'a str> {
    serves.behind(door).into_iter().map(|far| far.told.as_str()).collect()
}

pub(super) fn tcp(address: &str, port: u16) -> Door {
    Door::Tcp { address: address.parse().unwrap(), port }
}

#[track_caller]
pub(super) fn check(line: &str, port: u16, expected: &[&str]) {
    check_with(line, &[], &tcp("127.0.0.1", port), expected);
}

#[test]
fn version_2_serves_at_the_ports_that_its_words_say() {
    check("cloud-sql-proxy --port=5433 p:r:i", 5433, &["p:r:i"]);
    check("cloud-sql-proxy --port 5433 p:r:i", 5433, &["p:r:i"]);
    check("/opt/bin/cloud-sql-proxy -p5433 p:r:i", 5433, &["p:r:i"]);
    check("cloud-sql-proxy -p=5433 p:r:i", 5433, &["p:r:i"]);
    check("cloud-sql-proxy p:r:i -ip 5433", 5433, &["p:r:i"]);
    check("cloud-sql-proxy.linux.amd64 --port 1 --port 5433 p:r:i", 5433, &["p:r:i"]);
    check("cloud-sql-proxy --port 5433 a:r:i b:r:i", 5433, &["a:r:i"]);
    check("cloud-sql-proxy --port 5433 a:r:i b:r:i", 5434, &["b:r:i"]);
    check("cloud-sql-proxy --port 5433 'a:r:i?port=7000' b:r:i", 5433, &["b:r:i"]);
    check("cloud-sql-proxy --port 5433 'a:r:i?port=7000' b:r:i", 7000, &["a:r:i"]);
    check("cloud-sql-proxy --port 5433 -- a:r:i", 5433, &["a:r:i"]);
    check("cloud-sql-proxy p:r:i", 5432, &["p:r:i"]);
    check("cloud-sql-proxy p:r:i", 3306, &["p:r:i"]);
    check("cloud-sql-proxy a:r:i b:r:i", 5433, &["b:r:i"]);
    check("cloud-sql-proxy a:r:i b:r:i", 5432, &["a:r:i", "b:r:i"]);
    check("cloud-sql-proxy --http-port 5433 --admin-port 5434 p:r:i", 5433, &[]);
    check("cloud-sql-proxy -c /key.json --port 5433 google.com:p:r:i", 5433, &["google.com:p:r:i"]);
    check("cloud-sql-proxy --structured-logs --auto-iam-authn --port 5433 p:r:i", 5433, &["p:r:i"]);
    check("cloud-sql-proxy wait --port 5433", 5433, &[]);
    check("ssh -L 5433:x:5432 cloud-sql-proxy", 9, &[]);
    check("cloud-sql-proxy shutdown --admin-port 5433", 5433, &[]);
    check("cloud-sql-proxy --http-address 0.0.0.0 --http-port=5433 --health-check --port 5434 p:r:i", 5433, &[]);
    check("cloud-sql-proxy --port 5433 db.prod.example.com", 5433, &["db.prod.example.com"]);
    check("cloud-sql-proxy -g -i --private-ip p:r:i -p 5433 --psc --quiet", 5433, &["p:r:i"]);
    check("cloud-sql-proxy --port 0 p:r:i", 40123, &["p:r:i"]);
    check("cloud-sql-proxy --skip-failed-instance-config=false --port 5433 a:r:i b:r:i", 5434, &["b:r:i"]);
    check("cloud-sql-proxy 'a:r:i?sql-data=true' 'b:r:i?port=' --port 5433", 5434, &["b:r:i"]);
    check("cloud-sql-proxy --unix-socket /cloudsql p:r:i", 5432, &[]);
    check("cloud-sql-proxy --unix-socket /cloudsql 'p:r:i?port=5433'", 5433, &["p:r:i"]);
    check("cloud-sql-proxy --skip-failed-instance-config --port 5433 a:r:i b:r:i", 5433, &["a:r:i", "b:r:i"]);
}

#[test]
fn version_2_binds_the_address_that_it_is_given() {
    let line = "cloud-sql-proxy --address 0.0.0.0 --port 5433 p:r:i";
    check_with(line, &[], &tcp("0.0.0.0", 5433), &["p:r:i"]);
    check_with("cloud-sql-proxy --port 5433 p:r:i", &[], &tcp("::1", 5433), &[]);
    check_with("cloud-sql-proxy --port 5433 'p:r:i?address=::1'", &[], &tcp("::1", 5433), &["p:r:i"]);
    check_with("cloud-sql-proxy --port 5433 p:r:i", &[], &tcp("::ffff:127.0.0.1", 5433), &["p:r:i"]);
}

#[test]
fn version_2_makes_sockets() {
    let socket = |path: &str| Door::Unix(path.to_owned());
    check_with("cloud-sql-proxy -u /cloudsql p:r:i", &[], &socket("/cloudsql/p:r:i/.s.PGSQL.5432"), &["p:r:i"]);
    check_with("cloud-sql-proxy 'p:r:i?unix-socket-path=/tmp/x'", &[], &socket("/tmp/x"), &["p:r:i"]);
    check_with("cloud-sql-proxy 'p:r:i?unix-socket=/a' -u /b", &[], &socket("/b/p:r:i"), &["p:r:i"]);
}

#[test]
fn version_2_reads_its_environment_when_no_instance_is_named() {
    let name = "CSQL_PROXY_INSTANCE_CONNECTION_NAME";
    let here = tcp("127.0.0.1", 5433);
    check_with("cloud-sql-proxy --port 5433", &[(name, "p:r:i")], &here, &["p:r:i"]);
    check_with("cloud-sql-proxy", &[(name, "p:r:i"), ("CSQL_PROXY_PORT", "5433")], &here, &["p:r:i"]);
    let after = [(name, "a:r:i"), ("CSQL_PROXY_INSTANCE_CONNECTION_NAME_1", "b:r:i"), ("CSQL_PROXY_PORT", "5432")];
    check_with("cloud-sql-proxy", &after, &here, &["b:r:i"]);
    let socket = [(name, "p:r:i"), ("CSQL_PROXY_UNIX_SOCKET", "/cloudsql")];
    check_with("cloud-sql-proxy", &socket, &Door::Unix("/cloudsql/p:r:i".to_owned()), &["p:r:i"]);
    let fuse = leads(&process("cloud-sql-proxy p:r:i", &[("CSQL_PROXY_FUSE", "/csql")]), None).unwrap();
    assert_eq!(fuse.more, More::Perhaps);
    let two = [
        ("CSQL_PROXY_INSTANCE_CONNECTION_NAME_0", "a:r:i"),
        ("CSQL_PROXY_INSTANCE_CONNECTION_NAME_1", "b:r:i?port=5433"),
    ];
    check_with("cloud-sql-proxy", &two, &here, &["b:r:i"]);
    check_with("cloud-sql-proxy -p 5433 a:r:i", &[(name, "p:r:i")], &here, &["a:r:i"]);
}

#[test]
fn version_1_serves_what_its_instances_flag_says() {
    check("cloud_sql_proxy -instances=p:r:i=tcp:5433", 5433, &["p:r:i"]);
    check("cloud_sql_proxy --instances p:r:i=tcp:5433", 5433, &["p:r:i"]);
    check("cloud_sql_proxy -instances=a:r:i=tcp:5433,b:r:i=tcp:0.0.0.0:5434", 5434, &["b:r:i"]);
    check("cloud_sql_proxy -host=http://127.0.0.1:8599/ -instances=a:r:i=tcp:5442 -token=fake", 5442, &["a:r:i"]);
    check("cloud_sql_proxy -token fake -instances=a:r:i=tcp:5442 -instances=b:r:i=tcp:5443", 5443, &["b:r:i"]);
    check("cloud-sql-proxy --instances=p:r:i=tcp:5433", 5433, &["p:r:i"]);
    check_with("cloud_sql_proxy", &[("INSTANCES", "p:r:i=tcp:5433")], &tcp("127.0.0.1", 5433), &["p:r:i"]);
    check_with(
        "cloud_sql_proxy -dir=/cloudsql -instances=p:r:i",
        &[],
        &Door::Unix("/cloudsql/p:r:i/.s.PGSQL.5432".to_owned()),
        &["p:r:i"],
    );
    let whole_project = cloud_sql(&process("cloud_sql_proxy -projects=x -dir=/cloudsql", &[])).unwrap();
    assert_eq!(whole_project.more, More::Perhaps);
}

#[test]
fn recognises_a_declared_tunnel() {
    let proxy = |command: &[&str]| Proxy {
        instance: "db.prod".to_owned(),
        port: 5433,
        command: command.iter().map(|word| (*word).to_owned()).collect(),
    };
    let ssh = proxy(&["ssh", "-N", "-L", "{port}:{instance}:5432", "bastion"]);
    assert!(is_declared(&ssh, &process("/usr/bin/ssh -N -L 5433:db.prod:5432 bastion", &[])));
    assert!(!is_declared(&ssh, &process("ssh -N -L 5433:db.dev:5432 bastion", &[])));
    let script = proxy(&["./scripts/tunnel.sh", "{instance}"]);
    assert!(is_declared(&script, &process("/bin/bash ./scripts/tunnel.sh db.prod", &[])));
    assert!(!is_declared(&proxy(&[]), &process("x", &[])));
}

#[test]
fn a_socket_under_cloudsql_names_its_instance() {
    assert_eq!(instance_of_socket("/cloudsql/p:r:i"), Some(FarEnd::named("p:r:i")));
    assert_eq!(instance_of_socket("/cloudsql/p:r:i/.s.PGSQL.5432"), Some(FarEnd::named("p:r:i")));
    assert_eq!(instance_of_socket("/var/run/postgresql"), None);
}

#[test]
fn version_2_reads_the_file_that_a_flag_names() {
    let with = |line: &str, text: &str, environ: &[(&str, &str)]| {
        let process = Process { file: Some(text.to_owned()), ..process(line, environ) };
        let serves = leads(&process, None).unwrap();
        let at = |port| told(&serves, &tcp("127.0.0.1", port)).join(" ");
        (at(5433), at(5434), serves.more)
    };
    let yaml = "# ours\nport: 5433 # the team's\ninstance-connection-name: \"p:r:prod\"\nauto-iam-authn: true\n";
    let found = |first: &str, second: &str, more| (first.to_owned(), second.to_owned(), more);
    assert_eq!(with("cloud-sql-proxy --config-file x.yaml", yaml, &[]), found("p:r:prod", "", More::No));
    assert_eq!(with("cloud-sql-proxy --config-file=x.yml", yaml, &[]), found("p:r:prod", "", More::No));
    assert_eq!(with("cloud-sql-proxy --config-file x.yaml -p 5434", yaml, &[]), found("", "p:r:prod", More::No));
    let port = [("CSQL_PROXY_PORT", "5434")];
    assert_eq!(with("cloud-sql-proxy --config-file x.yaml", yaml, &port), found("", "p:r:prod", More::No));
    assert_eq!(with("cloud-sql-proxy --config-file x.yaml p:r:dev", yaml, &[]), found("p:r:dev", "", More::No));
    let toml = "port = 5433\ninstance-connection-name-0 = \"p:r:a\"\ninstance-connection-name-1 = 'p:r:b'\n";
    assert_eq!(with("cloud-sql-proxy --config-file x.toml", toml, &[]), found("p:r:a", "p:r:b", More::No));
    let json = r#"{"port": 5433, "instance-connection-name": "p:r:prod?port=5434", "quiet": true}"#;
    assert_eq!(with("cloud-sql-proxy --config-file x.json", json, &[]), found("", "p:r:prod", More::No));
    // What is not understood leaves every port open, and may hide more.
    let nested = "instances:\n  - p:r:prod\n";
    assert_eq!(with("cloud-sql-proxy --config-file x.yaml", nested, &[]), found("", "", More::Perhaps));
    assert_eq!(with("cloud-sql-proxy --config-file x.yaml p:r:a", nested, &[]), found("p:r:a", "p:r:a", More::Perhaps));
    assert_eq!(with("cloud-sql-proxy --config-file x.hcl p:r:a", yaml, &[]), found("p:r:a", "p:r:a", More::Perhaps));
}

#[test]
fn the_file_that_is_to_be_read_is_the_one_that_the_words_name() {
    let of = |line: &str| file_of(&process(line, &[("CSQL_PROXY_CONFIG_FILE", "never.yaml")]));
    assert_eq!(of("cloud-sql-proxy --config-file etc/x.yaml p:r:i").as_deref(), Some("etc/x.yaml"));
    assert_eq!(of("alloydb-auth-proxy --config-file=/x.toml").as_deref(), Some("/x.toml"));
    assert_eq!(of("pgbouncer -d /etc/pgbouncer/pgbouncer.ini").as_deref(), Some("/etc/pgbouncer/pgbouncer.ini"));
    assert_eq!(of("cloud-sql-proxy p:r:i"), None);
    assert_eq!(of("vim --config-file x.yaml"), None);
}

#[test]
fn alloydb_names_its_instance_by_a_uri() {
    let uri = "projects/p/locations/l/clusters/c/instances/i";
    check(&format!("alloydb-auth-proxy {uri} --port 5433"), 5433, &[uri]);
    check(&format!("./alloydb-auth-proxy.linux.amd64 '{uri}?port=5433'"), 5433, &[uri]);
    check(&format!("alloydb-auth-proxy {uri}"), 5432, &[uri]);
    check(&format!("alloydb-auth-proxy {uri}"), 3306, &[]);
    let environ = [("ALLOYDB_PROXY_INSTANCE_URI", uri), ("ALLOYDB_PROXY_PORT", "5433")];
    check_with("alloydb-auth-proxy", &environ, &tcp("127.0.0.1", 5433), &[uri]);
    check_with(&format!("alloydb-auth-proxy -u /x {uri}"), &[], &Door::Unix("/x/p.l.c.i/.s.PGSQL.5432".into()), &[uri]);
    let serves = leads(&process(&format!("alloydb-auth-proxy {uri}"), &[]), None).unwrap();
    assert_eq!(serves.known[0].far.names, [uri, "p:l:c:i"]);
}

#[test]
fn pgbouncer_leads_elsewhere_for_each_database() {
    let ini = "[pgbouncer]\nlisten_port = 5433\nauth_file = users.txt\n[databases]\n; ours\n\
               nexus_db = host=db.prod port=5433 password='a b'\ndev = dbname=nexus_db\n* = host=10.0.0.9\n";
    let process = Process { file: Some(ini.to_owned()), ..process("pgbouncer -d /etc/pgbouncer/pgbouncer.ini", &[]) };
    let of = |database: &str| {
        let serves = leads(&process, Some(database)).unwrap();
        (told(&serves, &tcp("0.0.0.0", 5433)).join(" "), serves.known[0].far.place.is_some())
    };
    assert_eq!(of("nexus_db"), ("pgbouncer to db.prod:5433".to_owned(), true));
    assert_eq!(of("dev"), ("pgbouncer to localhost:5432".to_owned(), false));
    assert_eq!(of("other"), ("pgbouncer to 10.0.0.9:5432".to_owned(), true));
    let included = Process { file: Some(format!("%include other.ini\n{ini}")), ..process.clone() };
    assert_eq!(leads(&included, Some("nexus_db")).unwrap().more, More::Perhaps);
    assert_eq!(leads(&Process { file: None, ..process }, Some("nexus_db")).unwrap().known, []);
}

#[test]
fn a_declared_tunnel_is_known_through_what_started_it() {
    let proxy = |command: &[&str]| Proxy {
        instance: "db.prod".to_owned(),
        port: 5433,
        command: command.iter().map(|word| (*word).to_owned()).collect(),
    };
    let npm = proxy(&["npm", "run", "tunnel"]);
    let title = Process { pid: 2, argv: vec!["npm run tunnel".to_owned(), String::new()], ..process("npm", &[]) };
    let ssh = Process { parents: vec![process("sh -c 'ssh -N x'", &[]), title.clone()], ..process("ssh -N x", &[]) };
    assert_eq!(declared(&npm, &ssh), Some(Declared::Parent(&title)));
    assert_eq!(declared(&npm, &title), Some(Declared::Itself));
    assert_eq!(declared(&proxy(&["npm", "run", "other"]), &ssh), None);
    let wrapper = proxy(&["./tunnel.sh", "{instance}"]);
    assert!(is_declared(&wrapper, &process("bash -c './tunnel.sh db.prod'", &[])));
    assert!(is_declared(&wrapper, &process("/bin/sh -ec 'exec ./tunnel.sh db.prod'", &[])));
    assert!(is_declared(&wrapper, &process("dash -e -u -c './tunnel.sh db.prod'", &[])));
    assert!(is_declared(&wrapper, &process("zsh doc -lc './tunnel.sh db.prod'", &[])));
    assert!(!is_declared(&wrapper, &process("sh -c './tunnel.sh db.dev'", &[])));
    assert!(!is_declared(&wrapper, &process("sh doc './tunnel.sh db.prod'", &[])));
    assert!(!is_declared(&wrapper, &process("python3 -c './tunnel.sh db.prod'", &[])));
}

#[test]
fn a_published_port_is_told_by_who_holds_it() {
    let held = |line: &str| publishes(&process(line, &[]), &tcp("0.0.0.0", 5433));
    let proxy = "/usr/bin/docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 5433 -container-ip 172.17.0.2 -container-port 5432";
    assert!(held(proxy));
    assert!(!held(&proxy.replace("5433", "5434")));
    assert!(held("rootlesskit --net=slirp4netns dockerd"));
    assert!(held("/Applications/Docker.app/Contents/MacOS/com.docker.backend"));
    assert!(!held("node docker-proxy.js"));
    let container = |image: &str, command: &[&str]| Container {
        name: "db".to_owned(),
        image: image.to_owned(),
        port: 5432,
        addresses: vec!["172.17.0.2".to_owned()],
        process: Process { argv: command.iter().map(|word| (*word).to_owned()).collect(), ..Process::default() },
    };
    let postgres = container("postgres:16", &["docker-entrypoint.sh", "postgres"]);
    assert!(is_published(&process(proxy, &[]), &postgres));
    assert!(!is_published(&process(&proxy.replace("0.2", "0.3"), &[]), &postgres));
    assert!(!is_published(&process(&proxy.replace("5432", "5439"), &[]), &postgres));
    assert!(is_database_image(&postgres));
    assert!(is_database_image(&container(
        "docker.io/postgis/postgis:16-3.4@sha256:0",
        &["docker-entrypoint.sh", "postgres"]
    )));
    assert!(!is_database_image(&container("postgres:16", &["socat", "TCP-LISTEN:5432", "TCP:prod:5432"])));
    assert!(!is_database_image(&container("team/postgres-tunnel", &["docker-entrypoint.sh"])));
}

proptest! {
    #[test]
    fn reading_any_words_never_panics(words in proptest::collection::vec("[-a-z:=?&,./0-9é]{0,24}", 0..8)) {
        for name in
            ["cloud-sql-proxy", "cloud_sql_proxy", "ssh", "kubectl", "gcloud", "fly", "socat", "session-manager-plugin"]
        {
            let mut argv = vec![name.to_owned()];
            argv.extend(words.iter().cloned());
            let process = Process { pid: 1, program: name.to_owned(), argv, ..Process::default() };
            let _ = leads(&process, None);
        }
    }

    #[test]
    fn reading_any_file_never_panics_and_a_flat_one_is_read(
        text in "[-a-z:=?&,./0-9é\"'#\\[\\]{} \n]{0,80}", name in "[a-z]{1,8}", value in "[a-z0-9:.-]{1,16}",
    ) {
        for (program, path) in [("cloud-sql-proxy", "x.yaml"), ("cloud-sql-proxy", "x.toml"), ("pgbouncer", "x.ini")] {
            let argv = [program, "--config-file", path].map(str::to_owned).to_vec();
            let process = Process { program: program.to_owned(), argv, file: Some(text.clone()), ..Process::default() };
            let _ = leads(&process, Some("x"));
        }
        prop_assume!(!value.starts_with('-') && !value.ends_with(':') );
        let yaml = flat::read(&format!("{name}: {value}\n"), flat::Format::Yaml);
        prop_assert_eq!(yaml, Some(vec![(name.clone(), value.clone())]));
        let toml = flat::read(&format!("{name} = \"{value}\"\n"), flat::Format::Toml);
        prop_assert_eq!(toml, Some(vec![(name, value)]));
    }

    #[test]
    fn reading_any_answer_of_an_engine_never_panics(text in "[-a-zA-Z0-9:,\"{}\\[\\] ]{0,80}", port in 1u16..) {
        let _ = engine::publishing(&text, port);
        let _ = engine::first_process(&text);
        let list = format!(
            r#"[{{"Id":"a","Names":["/db"],"Image":"x","Ports":[{{"PrivatePort":5432,"PublicPort":{port},"Type":"tcp"}}]}},{{}}]"#
        );
        prop_assert_eq!(engine::publishing(&list, port).len(), 1);
        prop_assert_eq!(engine::publishing(&list, port.wrapping_add(1)).len(), 0);
    }

    #[test]
    fn counted_ports_follow_the_order_of_the_instances(count in 1usize..6, start in 1024u16..60000) {
        let instances: Vec<String> = (0..count).map(|at| format!("p:r:i{at}")).collect();
        let line = format!("cloud-sql-proxy --port {start} {}", instances.join(" "));
        let serves = cloud_sql(&process(&line, &[])).unwrap();
        for (at, instance) in instances.iter().enumerate() {
            let door = tcp("127.0.0.1", start + at as u16);
            prop_assert_eq!(told(&serves, &door), vec![instance.as_str()]);
        }
    }
}
