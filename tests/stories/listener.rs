//! Who listens, as the program sees it on a real machine: real tunnels where Debian has them (ssh, socat, PgBouncer, both
//! generations of the Cloud SQL proxy's words), and processes with the real name and words of those that need a cloud or a
//! cluster behind them. Such a process listens and answers nothing; only who it is, is looked at.

#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use nexus_env::domain::config::repository::{AllowedText, AllowedTexts};
use nexus_env::domain::session::ambient::Ambient;
use nexus_env::domain::target::evidence::{Says, Source};
use nexus_env::domain::target::url::DatabaseUrl;
use nexus_env::domain::target::{self, Known, Selection};
use nexus_env::steps::observation;

use crate::real::postgres::{Account, Server, servers_account};
use crate::real::proxy::Proxy;
use crate::real::{Helper, free_port};
use crate::world::{copy_program, program};
use crate::{DEV_INSTANCE as DEV, PROD_INSTANCE as PROD};

/// dev and prod as the team has them, with what names prod's host.
pub fn configuration(more: &str) -> String {
    format!(
        "id = \"9f3k2v7m4q8x1c5b\"\ndefault = \"dev\"\n[env.dev.proxy]\ninstance = \"{DEV}\"\nport = 5433\n\
         [env.prod.proxy]\ninstance = \"{PROD}\"\nport = 5434\n[env.prod.match]\nhosts = [\"*.prod.internal\", \"127.0.0.2\"]\n{more}"
    )
}

pub fn surroundings(variables: &[(&str, &str)]) -> Ambient {
    let mut ambient = nexus_env::edge::ambient::read();
    let pairs = variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    ambient.variables = nexus_env::domain::session::ambient::Environ::new(pairs);
    ambient.home = None;
    ambient
}

/// What the listeners of a URL say, in the words of `guard explain`.
pub fn says_with(configuration: &str, ambient: &Ambient, url: &str) -> Vec<String> {
    let main = AllowedText { file: ".nexusenv", text: configuration.to_owned() };
    let config = nexus_env::domain::config::schema::parse(&AllowedTexts { main, local: None }, &[]).unwrap();
    let known = Known { config: &config, stored: &[], selection: &Selection::Nothing };
    let url = DatabaseUrl::parse(url).unwrap();
    let (_, evidence) = target::evidence(&known, &url, None, &|place| observation::look(ambient, place));
    let listener = evidence.into_iter().filter(|evidence| evidence.source == Source::Listener);
    listener
        .map(|evidence| {
            let says = match evidence.says {
                Says::Environment(name, _) => name.to_string(),
                Says::Local => "local".to_owned(),
                Says::NotAsPinned(_) | Says::Unknown => "unknown".to_owned(),
            };
            format!("{says}: {}", evidence.seen)
        })
        .collect()
}

#[track_caller]
pub fn check(host: &str, port: u16, expected: &[&str]) {
    let url = format!("postgresql://postgres:secret@{host}:{port}/nexus_db");
    assert_eq!(says_with(&configuration(""), &surroundings(&[]), &url), expected, "{host}:{port}");
}

/// A process with this name and these words that listens at each of the addresses.
pub fn carrying(name: &str, words: &[&str], addresses: &[(&str, u16)], adjust: impl FnOnce(&mut Command)) -> Helper {
    const LISTEN: &str = "import socket,sys,os\nkept=[]\nfor a in os.environ['LISTEN_AT'].split():\n h,p=a.rsplit('@',1)\n \
                          s=socket.socket(socket.AF_INET6 if ':' in h else socket.AF_INET)\n \
                          s.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEPORT,1)\n \
                          if h=='::': s.setsockopt(socket.IPPROTO_IPV6,socket.IPV6_V6ONLY,0)\n \
                          s.bind((h,int(p)));s.listen();kept.append(s)\nprint('ready',flush=True)\nsys.stdin.read()";
    // What is in PATH may be a script that starts the real one under its own name.
    let found = Command::new(program("python3")).args(["-c", "import sys; print(sys.executable)"]).output().unwrap();
    let mut command = Command::new(String::from_utf8(found.stdout).unwrap().trim());
    command.arg0(name).args(["-c", LISTEN]).args(words).env_clear();
    let at: Vec<String> = addresses.iter().map(|(host, port)| format!("{host}@{port}")).collect();
    command.env("LISTEN_AT", at.join(" ")).stdin(Stdio::piped()).stdout(Stdio::piped());
    adjust(&mut command);
    let mut helper = Helper::start(command, libc::SIGKILL);
    let mut line = String::new();
    BufReader::new(helper.child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n", "{name} could not listen");
    helper
}

pub fn here(name: &str, words: &[&str], port: u16) -> Helper {
    carrying(name, words, &[("127.0.0.1", port)], |_| {})
}

/// Waits until somebody listens, by connecting.
#[track_caller]
fn listens(port: u16) {
    let until = std::time::Instant::now() + crate::world::PATIENCE;
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(std::time::Instant::now() < until, "nobody listens on port {port}");
        std::thread::yield_now();
    }
}

#[test]
fn version_2_is_read_from_flags_variables_and_its_file() {
    // Who answers behind it does not matter here, so nobody does.
    let servers = [(DEV, 1), (PROD, 1)];
    let port = free_port();
    let told = format!("prod: {PROD}");
    for words in [
        vec!["-p".to_owned(), port.to_string(), PROD.to_owned()],
        vec![PROD.to_owned(), format!("-p={port}")],
        vec![format!("{PROD}?port={port}")],
        vec![
            "--structured-logs".to_owned(),
            "--address=127.0.0.1".to_owned(),
            format!("--port={port}"),
            PROD.to_owned(),
        ],
    ] {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let _proxy = Proxy::version_2_to(&words, &servers);
        check("127.0.0.1", port, &[&told]);
    }
    let two = free_port();
    let _proxy = Proxy::version_2_to(&[&format!("{DEV}?port={port}"), &format!("{PROD}?port={two}")], &servers);
    check("localhost", port, &[&format!("dev: {DEV}")]);
    check("localhost", two, &[&told]);
    drop(_proxy);
    let variables = [("CSQL_PROXY_INSTANCE_CONNECTION_NAME", PROD.to_owned()), ("CSQL_PROXY_PORT", port.to_string())];
    let _proxy = Proxy::version_2_with(&[], &variables, &servers);
    check("127.0.0.1", port, &[&told]);
    drop(_proxy);
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("x.yaml", format!("# the team's\nport: {port}\ninstance-connection-name: \"{PROD}\"\n")),
        ("x.toml", format!("port = {port}\ninstance-connection-name = \"{PROD}\"\n")),
        ("x.json", format!("{{\"port\": {port}, \"instance-connection-name\": \"{PROD}\"}}")),
    ] {
        let file = directory.path().join(name);
        fs::write(&file, &text).unwrap();
        let proxy = here("cloud-sql-proxy", &["--config-file", file.to_str().unwrap()], port);
        check("127.0.0.1", port, &[&told]);
        // What was written later is not what the proxy has read.
        let later = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
        fs::File::options().write(true).open(&file).unwrap().set_modified(later).unwrap();
        check("127.0.0.1", port, &["unknown: a tunnel to what its words do not tell"]);
        drop(proxy);
    }
    // Relative to the proxy's own directory.
    let file = directory.path().join("y.yaml");
    fs::write(&file, format!("port: {port}\ninstance-connection-name: {PROD}\n")).unwrap();
    let at = [("127.0.0.1", port)];
    let _proxy = carrying("cloud-sql-proxy", &["--config-file", "y.yaml"], &at, |command| {
        command.current_dir(directory.path());
    });
    check("127.0.0.1", port, &[&told]);
}

#[test]
fn a_real_ssh_forward_leads_to_its_far_host() {
    let server = Server::start("secret");
    let directory = tempfile::tempdir().unwrap();
    let key = |name: &str| {
        let path = directory.path().join(name);
        let made =
            Command::new(program("ssh-keygen")).args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&path).status();
        assert!(made.unwrap().success());
        path
    };
    let (host_key, own) = (key("host"), key("own"));
    fs::copy(own.with_extension("pub"), directory.path().join("allowed")).unwrap();
    let door = free_port();
    let mut sshd = Command::new("/usr/sbin/sshd");
    sshd.args(["-D", "-e", "-f", "/dev/null", "-p", &door.to_string(), "-o", "ListenAddress=127.0.0.1"]);
    sshd.arg("-o").arg(format!("HostKey={}", host_key.display()));
    sshd.arg("-o").arg(format!("AuthorizedKeysFile={}", directory.path().join("allowed").display()));
    for option in ["StrictModes=no", "UsePAM=no", "PasswordAuthentication=no", "PidFile=none"] {
        sshd.args(["-o", option]);
    }
    sshd.stderr(Stdio::null());
    // As root it wants a directory of the system and chroot(2), which a container may refuse; as anybody else it lets
    // that user alone in.
    let mut login = Vec::new();
    if let Some(Account { uid, gid }) = servers_account() {
        for file in [directory.path(), &host_key] {
            std::os::unix::fs::chown(file, Some(uid), Some(gid)).unwrap();
        }
        sshd.uid(uid).gid(gid);
        login = vec!["-o", "User=postgres"];
    }
    let _sshd = Helper::start(sshd, libc::SIGKILL);
    listens(door);
    let forward = |spelling: &[String], expected: &dyn Fn(u16) -> String| {
        let port = free_port();
        let mut ssh = Command::new(program("ssh"));
        ssh.args(["-F", "/dev/null", "-N", "-p", &door.to_string(), "-i"]).arg(&own);
        for option in
            ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "IdentitiesOnly=yes", "LogLevel=ERROR"]
        {
            ssh.args(["-o", option]);
        }
        ssh.args(&login);
        ssh.args(spelling.iter().map(|word| word.replace("PORT", &port.to_string())));
        let _ssh = Helper::start(ssh, libc::SIGKILL);
        listens(port);
        check("127.0.0.1", port, &[&expected(port)]);
    };
    let far = format!("127.0.0.1:{}", server.port);
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    // sshd is this machine, so what the machine calls itself is looked at in its turn.
    let local = |_| "local: a database server of this machine".to_owned();
    forward(&words(&["-L", &format!("PORT:{far}"), "127.0.0.1"]), &local);
    forward(&words(&[&format!("-LPORT:{far}"), "127.0.0.1"]), &local);
    forward(&words(&["127.0.0.1", "-o", &format!("LocalForward=127.0.0.1:PORT {far}")]), &local);
    let prod = |_| "prod: ssh to 127.0.0.1 → db.prod.internal:5432".to_owned();
    forward(&words(&["-L", "PORT:db.prod.internal:5432", "127.0.0.1"]), &prod);
    let unknown = |_| "unknown: ssh to 127.0.0.1 → db.other:5432".to_owned();
    forward(&words(&["-TL", "PORT:db.other:5432", "127.0.0.1"]), &unknown);
}

#[test]
fn a_real_socat_and_a_real_pgbouncer_are_followed() {
    let server = Server::start("secret");
    // Each on a port of its own: a child of the one before may hold its port a moment longer.
    let socat = |words: &dyn Fn(String) -> Vec<String>, expected: &str| {
        let port = free_port();
        let mut command = Command::new(program("socat"));
        command.args(words(format!("TCP-LISTEN:{port},bind=127.0.0.1,fork,reuseaddr"))).stderr(Stdio::null());
        let _socat = Helper::start(command, libc::SIGKILL);
        listens(port);
        // The child that was asked whether it listens may be ending still: then it is seen as one more, with no words of its own.
        let url = format!("postgresql://postgres:secret@127.0.0.1:{port}/nexus_db");
        let deadline = std::time::Instant::now() + crate::world::PATIENCE;
        while says_with(&configuration(""), &surroundings(&[]), &url).len() > 1 && std::time::Instant::now() < deadline
        {
        }
        check("127.0.0.1", port, &[expected]);
    };
    let near = format!("TCP:127.0.0.1:{}", server.port);
    socat(&|listen| vec![listen, near.clone()], "local: a database server of this machine");
    let far = || "TCP:db.prod.internal:5432".to_owned();
    socat(&|listen| vec!["-d".to_owned(), listen, far()], "prod: socat to db.prod.internal:5432");

    let directory = tempfile::tempdir().unwrap();
    let ini = directory.path().join("pgbouncer.ini");
    let port = free_port();
    let text = format!(
        "[databases]\nnexus_db = host=db.prod.internal port=5432\nlocal_db = host=127.0.0.1 port={} dbname=local_db\n\
         [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n",
        server.port
    );
    fs::write(&ini, text).unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new("/usr/sbin/pgbouncer");
    // It refuses to be root.
    // SAFETY: geteuid(2) cannot fail.
    if unsafe { libc::geteuid() } == 0 {
        command.args(["-u", "nobody"]);
    }
    command.arg(&ini).stdout(Stdio::null()).stderr(Stdio::null());
    let _pgbouncer = Helper::start(command, libc::SIGKILL);
    listens(port);
    check("127.0.0.1", port, &["prod: pgbouncer to db.prod.internal:5432"]);
    let url = format!("postgresql://postgres:secret@127.0.0.1:{port}/local_db");
    let told = says_with(&configuration(""), &surroundings(&[]), &url);
    assert_eq!(told, ["local: a database server of this machine"]);
}

#[test]
fn processes_with_the_words_of_other_tunnels_are_named() {
    let cases: &[(&str, &[&str], &str)] = &[
        ("kubectl", &["port-forward", "-n", "data", "svc/pg", "PORT:5432"], "unknown: kubectl to data/svc/pg:5432"),
        (
            "alloydb-auth-proxy",
            &["projects/p/locations/l/clusters/c/instances/i", "--port", "PORT"],
            "unknown: projects/p/locations/l/clusters/c/instances/i",
        ),
        ("ssh", &["-NL", "PORT:10.0.0.9:5432", "bastion"], "unknown: ssh to bastion → 10.0.0.9:5432"),
        ("autossh", &["-M", "0", "-NL", "PORT:db.prod.internal:5432", "b"], "prod: ssh to b → db.prod.internal:5432"),
        ("cloud-sql-proxy", &["--fuse", "/csql"], "unknown: a tunnel to what its words do not tell"),
        ("ncat", &["-kl", "PORT"], "unknown: a program that no environment declares"),
    ];
    for (name, words, expected) in cases {
        let port = free_port();
        let fill = |word: &str| word.replace("PORT", &port.to_string()).replace("PROD", PROD);
        let words: Vec<String> = words.iter().map(|word| fill(word)).collect();
        let _process = here(name, &words.iter().map(String::as_str).collect::<Vec<_>>(), port);
        check("127.0.0.1", port, &[&expected.replace("PROD", PROD)]);
    }
}

#[test]
fn a_declared_npm_script_is_known_by_what_it_started() {
    let directory = tempfile::tempdir().unwrap();
    let port = free_port();
    let script = format!("require('net').createServer().listen({port}, '127.0.0.1', () => console.log('ready'))");
    fs::write(directory.path().join("tunnel.js"), script).unwrap();
    fs::write(directory.path().join("package.json"), r#"{"scripts": {"tunnel": "node tunnel.js"}}"#).unwrap();
    let mut command = Command::new(program("npm"));
    command.args(["run", "tunnel"]).current_dir(directory.path()).stdout(Stdio::null()).stderr(Stdio::null());
    let npm = Helper::start(command, libc::SIGTERM);
    listens(port);
    let declared = "[env.test.proxy]\ninstance = \"test\"\nport = 6000\ncommand = [\"npm\", \"run\", \"tunnel\"]\n";
    let url = format!("postgresql://postgres:secret@127.0.0.1:{port}/nexus_db");
    assert_eq!(says_with(&configuration(declared), &surroundings(&[]), &url), ["test: test"]);
    let other = declared.replace("tunnel", "other");
    let told = says_with(&configuration(&other), &surroundings(&[]), &url);
    assert_eq!(told, ["unknown: a program that no environment declares"]);
    // npm hands the signal on to what it started.
    drop(npm);
}

#[test]
fn each_family_and_each_of_several_listeners_is_seen() {
    let (dev, prod) = (format!("dev: {DEV}"), format!("prod: {PROD}"));
    let port = free_port();
    let text = port.to_string();
    let _v4 = here("cloud-sql-proxy", &["--port", &text, DEV], port);
    check("127.0.0.1", port, &[&dev]);
    check("[::1]", port, &["unknown: nobody listens"]);
    let at = [("::1", port)];
    let v6 = carrying("cloud-sql-proxy", &["--address", "::1", "--port", &text, PROD], &at, |_| {});
    check("127.0.0.1", port, &[&dev]);
    check("[::1]", port, &[&prod]);
    check("localhost", port, &[&dev, &prod]);
    drop(v6);
    // Two processes on one socket address: the system gives a connection to either.
    let _second = here("cloud-sql-proxy", &["--port", &text, PROD], port);
    let mut both = says_with(
        &configuration(""),
        &surroundings(&[]),
        &format!("postgresql://postgres:secret@127.0.0.1:{port}/nexus_db"),
    );
    both.sort();
    assert_eq!(both, [dev.clone(), prod.clone()]);
    let port = free_port();
    let words = ["--address", "::", "--port", &port.to_string(), PROD];
    let _dual = carrying("cloud-sql-proxy", &words, &[("::", port)], |_| {});
    check("127.0.0.1", port, &[&prod]);
    check("[::1]", port, &[&prod]);
}

/// As root, which sees every process; anybody else cannot start one of another user, and leaves it to CI, which must be
/// root.
#[test]
fn another_users_process_is_named_where_it_can_be_seen_and_unknown_where_not() {
    // SAFETY: geteuid(2) cannot fail.
    if unsafe { libc::geteuid() } != 0 {
        assert!(std::env::var_os("CI").is_none(), "CI runs the tests as root");
        return;
    }
    let world = tempfile::tempdir().unwrap();
    fs::set_permissions(world.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let port = free_port();
    let proxy = world.path().join("cloud-sql-proxy");
    copy_program(crate::real::proxy::stand_in(), &proxy);
    let mut command = Command::new(&proxy);
    command.args(["--port", &port.to_string(), PROD]).env_clear().uid(65534).gid(65534).current_dir("/");
    command.env("CLOUD_SQL_PROXY_SERVERS", format!("{PROD}=1")).stdout(Stdio::null());
    let _nobody = Helper::start(command, libc::SIGKILL);
    listens(port);
    check("127.0.0.1", port, &[&format!("prod: {PROD}")]);

    // And as nobody, looking at what root holds: a socket of this very process, which has no telling words.
    let kept = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = kept.local_addr().unwrap().port();
    let own = world.path().join("nexus-env");
    copy_program(env!("CARGO_BIN_EXE_nexus-env"), &own);
    let configuration = "id = \"9f3k2v7m4q8x1c5b\"\ndefault = \"dev\"\n[env.dev.vars]\nA = \"b\"\n";
    fs::write(world.path().join(".nexusenv"), configuration).unwrap();
    let url = format!("postgresql://postgres:secret@127.0.0.1:{port}/nexus_db");
    let run = |words: &[&str]| {
        let mut command = Command::new(&own);
        command.args(words).env_clear().env("HOME", world.path()).env("DATABASE_URL", &url);
        let output = command.current_dir(world.path()).uid(65534).gid(65534).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
    };
    run(&["allow"]);
    let told = run(&["status", "--json"]);
    assert!(told.contains("a process of another user, which cannot be seen"), "{told}");
    assert!(told.contains("uid 0"), "{told}");
}

/// Whether a path is there, for reading the tests' own needs aloud when one fails.
#[test]
fn the_programs_that_these_stories_need_are_there() {
    for path in ["/usr/sbin/sshd", "/usr/sbin/pgbouncer"] {
        assert!(Path::new(path).exists(), "{path} is missing; run tests/run");
    }
    for name in ["ssh", "ssh-keygen", "socat", "npm", "python3"] {
        program(name);
    }
}
