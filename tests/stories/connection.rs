//! The way to a real server: every answer and every silence that `db pin` and the guard can meet on it, through poolers, sockets
//! and TLS, as roles with and without rights. No answer is no proof.

use std::io::{Read, Write};
use std::net::TcpListener;

use crate::database::{CHECK, CONFIGURATION, Tunnel, world};
use crate::real::free_port;
use crate::real::postgres::{Certificates, Server};
use crate::world::World;

/// A URL of dev's whose database gives no answer: what `db pin` says, and that the guard takes it for no proof.
#[track_caller]
fn silent(world: World, url: &str, why: &str, hint: &str) -> World {
    let world = world.variable("DATABASE_URL", url);
    world.sets("dev", "DATABASE_URL", url);
    let said = format!("nexus-env: could not ask dev's database who it is: {why}\nhint: {hint}\n");
    world.run(&["db", "pin"]).ends_with_status(1).prints("").says(&said);
    let judged = world.run(&CHECK).ends_with_status(3);
    let row = "  database      no answer ";
    assert!(judged.stderr.contains("an unknown database") && judged.stderr.contains(row), "{}", judged.stderr);
    assert!(!judged.stderr.contains("hunter2"), "a password is shown: {}", judged.stderr);
    world
}

#[test]
fn what_gives_no_answer_is_said_and_proves_nothing() {
    let server = Server::start("hunter2");
    let tunnel = Tunnel::to(&server);
    // It takes connections and never says a word; it holds each open for as long as the test lasts.
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let (mute_port, gone) = (mute.local_addr().unwrap().port(), free_port());
    let web = TcpListener::bind("127.0.0.1:0").unwrap();
    let web_port = web.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for caller in web.incoming() {
            let Ok(mut caller) = caller else { return };
            let _ = caller.read(&mut [0; 64]);
            let _ = caller.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        }
    });
    let world = world(&server, &server).calls(tunnel.port, "15999").calls(web_port, "15800");
    let world = world.calls(mute_port, "15900").calls(gone, "15901");
    let url = |who: &str, port: u16, database: &str| format!("postgresql://{who}@127.0.0.1:{port}/{database}");
    let another = "nexus-env set DATABASE_URL -e dev stores another URL";
    let start = "start the server, or the tunnel to it, and try again";
    let right = "postgres:hunter2";
    let cases = [
        (
            url("postgres:hunter2-wrong", tunnel.port, "nexus_db"),
            "it refused the password (127.0.0.1 port 15999)",
            another,
        ),
        (url("nobody:hunter2", tunnel.port, "nexus_db"), "it refused the password (127.0.0.1 port 15999)", another),
        (
            url("postgres", tunnel.port, "nexus_db"),
            "it asks for a password, and the URL has none (127.0.0.1 port 15999)",
            another,
        ),
        (url(right, tunnel.port, "other"), "the server has no database of that name (127.0.0.1 port 15999)", another),
        (url(right, gone, "nexus_db"), "nobody answers there (127.0.0.1 port 15901)", start),
        (url(right, mute_port, "nexus_db"), "it did not answer within 2 s (127.0.0.1 port 15900)", start),
        (
            url(right, web_port, "nexus_db"),
            "what answers there is no PostgreSQL (127.0.0.1 port 15800)",
            "look at the port in DATABASE_URL: another program listens there",
        ),
        (
            format!("{}?sslmode=require", server.url(tunnel.port)),
            "the URL demands TLS, and the server has none (127.0.0.1 port 15999)",
            "look at sslmode, sslaccept and sslrootcert in DATABASE_URL",
        ),
    ];
    let world = cases.iter().fold(world, |world, (url, why, hint)| silent(world, url, why, hint));
    world.sets("dev", "DATABASE_URL", "postgresql://postgres:hunter2@no-such-host.invalid:5432/nexus_db");
    world.run(&["db", "pin"]).ends_with_status(1).prints("").says("nexus-env: could not ask dev's database who it is: its host's name leads nowhere (no-such-host.invalid port 5432)\n\
         hint: nexus-env set DATABASE_URL -e dev stores another URL\n");
    let url = server.url(tunnel.port);
    server.end();
    silent(world, &url, "it hung up without an answer (127.0.0.1 port 15999)", start);
    // The mute one still holds the connections that were given up.
    mute.accept().unwrap().0.set_nonblocking(true).unwrap();
}

#[test]
fn a_database_that_is_no_postgresql_is_not_asked_and_the_message_says_so() {
    let world = World::with(CONFIGURATION).secret("dev", "DATABASE_URL", "mysql://u:hunter2@db.example.com/x");
    world.run(&["db", "pin"]).ends_with_status(1).prints("").says(
        "nexus-env: nexus-env asks only PostgreSQL who it is, and `DATABASE_URL` of dev is for MySQL\n\
         hint: hosts under [env.dev.match] in .nexusenv say whose a URL is\n",
    );
    world.run(&["db", "verify"]).ends_with_status(0).prints("dev   was not looked at: nexus-env asks only PostgreSQL who it is, and `DATABASE_URL` of dev is for MySQL\n      \
         hint: hosts under [env.dev.match] in .nexusenv say whose a URL is\n\
         prod  was not looked at: prod has no database URL, `DATABASE_URL` is not set\n      \
         hint: nexus-env set DATABASE_URL -e prod\n").says("");
    let world = world.variable("DATABASE_URL", "mysql://u:hunter2@db.example.org/x");
    world.run(&CHECK).ends_with_status(3).prints("").says(
        "nexus-env: blocked: prisma migrate dev would write to an unknown database\n  \
         DATABASE_URL  mysql://u:•••@db.example.org/x   (set in this shell)\n  \
         database      was not asked itself             (nexus-env asks only PostgreSQL, and this is MySQL)\n  \
         instead       if it is dev's, say so in .nexusenv under [env.dev.proxy] or [env.dev.match], then nexus-env allow\n",
    );
}

#[test]
fn a_pooler_passes_the_question_on_to_its_server() {
    let server = Server::start("hunter2");
    let pooler = server.pooled();
    let world = world(&server, &server).calls(pooler.port, "16432");
    world.sets("dev", "DATABASE_URL", server.url(pooler.port));
    world.run(&["db", "pin"]).ends_with_status(0).prints("").says(
        "nexus-env: pinned dev to 7700000000000000001/nexus_db (read at 127.0.0.1 port 16432) in `.nexusenv`\n\
         hint: nexus-env db label -e dev stores the name in the database too, for everyone's guard\n",
    );
    world
        .run(&["db", "verify", "-e", "dev"])
        .ends_with_status(0)
        .prints(
            "dev  answers as pinned, 7700000000000000001/nexus_db, not labelled\n     \
         hint: nexus-env db label -e dev\n",
        )
        .says("");
    server.query("COMMENT ON DATABASE nexus_db IS '[nexus-env:prod]'");
    let world = world.variable("DATABASE_URL", server.url(pooler.port));
    world.run(&CHECK).ends_with_status(3).prints("").says(
        "nexus-env: blocked: prisma migrate dev would write to prod, although a server of this machine answers there\n  \
         DATABASE_URL  postgresql://postgres:•••@127.0.0.1:16432/nexus_db   (set in this shell)\n  \
         reaches       a database server of this machine                    (postgres, pid 4242, port 15433 behind pgbouncer, pid 4242, port 16432)\n  \
         label         prod                                                 (stored in the database itself)\n  \
         stored        dev                                                  (the URL stored for dev)\n  \
         instead       nexus-env use dev\n                \
         to apply committed migrations to prod: nexus-env migrate deploy -e prod\n",
    );
    assert_eq!(server.query("SHOW default_transaction_read_only"), "off");
    world.sets("dev", "DATABASE_URL", server.url(pooler.port).replace("hunter2", "wrong"));
    world.run(&["db", "pin"]).ends_with_status(1).prints("").says(
        "nexus-env: could not ask dev's database who it is: it refused the password (127.0.0.1 port 16432)\n\
         hint: nexus-env set DATABASE_URL -e dev stores another URL\n",
    );
    world.sets("dev", "DATABASE_URL", server.url(pooler.port).replace("nexus_db", "other"));
    let told = world.run(&["db", "pin"]).ends_with_status(1).prints("").stderr;
    // PgBouncer 1.24 passes the server's own answer on, 1.18 does not.
    let of_old = "a pooler answers, and reaches no server (127.0.0.1 port 16432)\nhint: start the server, or the tunnel to it, and try again";
    let of_new = "the server has no database of that name (127.0.0.1 port 16432)\nhint: nexus-env set DATABASE_URL -e dev stores another URL";
    let expected = [of_old, of_new].map(|said| format!("nexus-env: could not ask dev's database who it is: {said}\n"));
    assert!(expected.contains(&told), "{told}");
}

#[test]
fn sockets_and_parameters_for_the_host_are_followed() {
    let server = Server::start("hunter2");
    let world = world(&server, &server).calls(server.socket().display(), "/run/postgresql");
    let by_socket = format!(
        "postgresql://postgres:hunter2@localhost/nexus_db?host={}&port={}&schema=public&connection_limit=1&pgbouncer=true",
        server.socket().display(),
        server.port
    );
    world.sets("dev", "DATABASE_URL", &by_socket);
    world.run(&["db", "pin"]).ends_with_status(0).prints("").says(
        "nexus-env: pinned dev to 7700000000000000001/nexus_db (read at socket /run/postgresql) in `.nexusenv`\n\
         hint: nexus-env db label -e dev stores the name in the database too, for everyone's guard\n",
    );
    let by_parameter =
        format!("postgresql://postgres:hunter2@elsewhere.example/nexus_db?host=127.0.0.1&port={}", server.port);
    world.sets("dev", "DATABASE_URL", by_parameter);
    world.run(&["db", "pin"]).ends_with_status(0).prints("").says(
        "nexus-env: dev is pinned to 7700000000000000001/nexus_db (read at 127.0.0.1 port 15433) already\n\
         hint: nexus-env db label -e dev stores the name in the database too, for everyone's guard\n",
    );
}

/// `localhost` is both families, and a client may take either.
#[test]
fn two_servers_on_one_port_are_both_asked() {
    let dev = Server::start("hunter2");
    let prod = Server::start_with("hunter2", "::1", dev.port, &[]);
    dev.query("COMMENT ON DATABASE nexus_db IS '[nexus-env:dev]'");
    prod.query("COMMENT ON DATABASE nexus_db IS '[nexus-env:prod]'");
    let url = dev.url(dev.port).replace("127.0.0.1", "localhost");
    let world = world(&dev, &prod).variable("DATABASE_URL", &url);
    world.sets("dev", "DATABASE_URL", &url);
    world.run(&CHECK).ends_with_status(3).prints("").says("nexus-env: blocked: prisma migrate dev would write to prod, although its label says dev\n  \
         DATABASE_URL  postgresql://postgres:•••@localhost:15433/nexus_db   (set in this shell)\n  \
         reaches       a database server of this machine                    (postgres, pid 4242, port 15433)\n  \
         reaches       a database server of this machine                    (postgres, pid 4242, port 15433)\n  \
         label         dev                                                  (stored in the database itself, 127.0.0.1 port 15433)\n  \
         label         prod                                                 (stored in the database itself, ::1 port 15433)\n  \
         stored        dev and prod                                         (the URL stored for dev and prod alike, so it speaks for neither)\n  \
         instead       nexus-env use dev\n                \
         to apply committed migrations to prod: nexus-env migrate deploy -e prod\n");
    world.run(&["db", "pin"]).ends_with_status(1).prints("").says(
        "nexus-env: `DATABASE_URL` of dev reaches two databases, by one address each\n\
         hint: write 127.0.0.1 or [::1] instead of localhost\n",
    );
    let world = world.variable("DATABASE_URL", url.replace("localhost", "[::1]"));
    world.run(&CHECK).ends_with_status(3).prints("").says("nexus-env: blocked: prisma migrate dev would write to prod, although a server of this machine answers there\n  \
         DATABASE_URL  postgresql://postgres:•••@[::1]:15433/nexus_db   (set in this shell)\n  \
         reaches       a database server of this machine                (postgres, pid 4242, port 15433)\n  \
         label         prod                                             (stored in the database itself)\n  \
         stored        dev and prod                                     (the URL stored for dev and prod alike, so it speaks for neither)\n  \
         instead       nexus-env use dev\n                \
         to apply committed migrations to prod: nexus-env migrate deploy -e prod\n");
}

/// Each `sslmode` of libpq's, and Prisma's own `sslaccept` and `sslcert`, against a server that takes nothing but TLS.
#[test]
fn tls_is_what_the_url_demands() {
    let files = Certificates::made();
    let file = |name: &str| files.file(name);
    let port = free_port();
    let settings = [
        "ssl=on".to_owned(),
        format!("ssl_cert_file={}", file("server.crt")),
        format!("ssl_key_file={}", file("server.key")),
        format!("hba_file={}", file("hba")),
    ];
    let server = Server::start_with("hunter2", "127.0.0.1", port, &settings.each_ref().map(String::as_str));
    let world = world(&server, &server);
    let verified = |host: &str, query: &str| {
        world.sets("dev", "DATABASE_URL", format!("postgresql://postgres:hunter2@{host}:{port}/nexus_db{query}"));
        let output = world.run(&["db", "verify", "-e", "dev"]);
        String::from_utf8(output.stdout).unwrap().lines().next().unwrap_or_default().to_owned()
    };
    let (ca, other) = (file("ca.crt"), file("other.crt"));
    let answers = format!("dev  answers as {}/nexus_db, not pinned, not labelled", server.system());
    for query in [
        String::new(),
        "?sslmode=prefer".to_owned(),
        "?sslmode=allow".to_owned(),
        "?sslmode=require".to_owned(),
        format!("?sslmode=require&sslrootcert={ca}"),
        format!("?sslmode=verify-ca&sslrootcert={ca}"),
        "?sslmode=require&sslaccept=accept_invalid_certs".to_owned(),
    ] {
        assert_eq!(verified("127.0.0.1", &query), answers, "{query}");
    }
    for query in [format!("?sslmode=verify-full&sslrootcert={ca}"), format!("?sslaccept=strict&sslcert={ca}")] {
        assert_eq!(verified("localhost", &query), answers, "{query}");
    }
    let at = format!("(127.0.0.1 port {port})");
    for (query, why) in [
        ("?sslmode=disable".to_owned(), "it does not let this role in from here"),
        (format!("?sslmode=verify-ca&sslrootcert={other}"), "nothing vouches for its certificate"),
        (format!("?sslmode=require&sslrootcert={other}"), "nothing vouches for its certificate"),
        ("?sslmode=verify-full".to_owned(), "nothing vouches for its certificate"),
        (format!("?sslmode=verify-full&sslrootcert={ca}"), "its certificate is for another name"),
        ("?sslmode=verify-ca&sslrootcert=/none".to_owned(), "the file that `sslrootcert` names cannot be used"),
    ] {
        assert_eq!(verified("127.0.0.1", &query), format!("dev  unknown: did not answer: {why} {at}"), "{query}");
    }
}

/// A role that owns nothing, on a server whose administrator has closed what identifies it.
#[test]
fn a_role_that_lacks_the_rights_is_told_so_and_changes_nothing() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter2"));
    dev.query("CREATE ROLE app LOGIN PASSWORD 'hunter2'");
    dev.query("COMMENT ON DATABASE nexus_db IS '[nexus-env:dev]'");
    let url = dev.url(dev.port).replace("//postgres:", "//app:");
    let world = world(&dev, &prod).secret("dev", "DATABASE_URL", &url);
    // Reading who it is needs no right of its own (PostgreSQL 15).
    world.run(&["db", "verify", "-e", "dev"]).succeeds();
    dev.query("COMMENT ON DATABASE nexus_db IS NULL");
    world.run(&["db", "label", "-e", "dev"]).ends_with_status(1).prints("").says(
        "nexus-env: the role in DATABASE_URL does not own dev's database\n\
         hint: its owner writes the label; \\l in psql says who that is\n",
    );
    assert_eq!(
        dev.query("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'nexus_db'"),
        ""
    );
    dev.query("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC");
    world.run(&["db", "pin", "-e", "dev"]).ends_with_status(1).prints("").says(
        "nexus-env: the role in DATABASE_URL may not read the server's identifier\n\
         hint: its administrator: GRANT EXECUTE ON FUNCTION pg_control_system() TO that role; or nexus-env db label -e dev\n",
    );
    // The label is read all the same.
    dev.query("COMMENT ON DATABASE nexus_db IS '[nexus-env:prod]'");
    let verified = world.run(&["db", "verify", "-e", "dev"]).ends_with_status(1);
    let text = String::from_utf8_lossy(&verified.stdout);
    assert!(text.starts_with("dev  WRONG: says that it is prod, by its label"), "{text}");
}
