//! What a proxy's words and environment say about the door at which each instance is served.

use super::*;
use proptest::prelude::*;

fn process(line: &str, environ: &[(&str, &str)]) -> Process {
    let argv = shell_words::split(line).unwrap();
    let program = argv[0].rsplit('/').next().unwrap().to_owned();
    let environ = environ.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    Process { pid: 1, program, argv, environ: Some(environ) }
}

#[track_caller]
fn check_with(line: &str, environ: &[(&str, &str)], door: &Door, expected: &[&str]) {
    let serves = cloud_sql(&process(line, environ)).unwrap_or_default();
    assert_eq!(serves.behind(door), expected, "{line}: {serves:?}");
}

fn tcp(address: &str, port: u16) -> Door {
    Door::Tcp { address: address.parse().unwrap(), port }
}

#[track_caller]
fn check(line: &str, port: u16, expected: &[&str]) {
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
    assert_eq!(instance_of_socket("/cloudsql/p:r:i"), Some("p:r:i"));
    assert_eq!(instance_of_socket("/cloudsql/p:r:i/.s.PGSQL.5432"), Some("p:r:i"));
    assert_eq!(instance_of_socket("/var/run/postgresql"), None);
}

proptest! {
    #[test]
    fn reading_any_words_never_panics(words in proptest::collection::vec("[-a-z:=?&,./0-9é]{0,24}", 0..8)) {
        for name in ["cloud-sql-proxy", "cloud_sql_proxy"] {
            let mut argv = vec![name.to_owned()];
            argv.extend(words.iter().cloned());
            let process = Process { pid: 1, program: name.to_owned(), argv, environ: None };
            let _ = cloud_sql(&process);
        }
    }

    #[test]
    fn counted_ports_follow_the_order_of_the_instances(count in 1usize..6, start in 1024u16..60000) {
        let instances: Vec<String> = (0..count).map(|at| format!("p:r:i{at}")).collect();
        let line = format!("cloud-sql-proxy --port {start} {}", instances.join(" "));
        let serves = cloud_sql(&process(&line, &[])).unwrap();
        for (at, instance) in instances.iter().enumerate() {
            let door = tcp("127.0.0.1", start + at as u16);
            prop_assert_eq!(serves.behind(&door), vec![instance.as_str()]);
        }
    }
}
