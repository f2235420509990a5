//! What a database URL is read as, shown as, and turned into.

use super::*;
use proptest::prelude::*;

#[track_caller]
fn check(text: &str, shown: &str) {
    assert_eq!(DatabaseUrl::parse(text).map_or(NOT_A_URL.to_owned(), |url| url.to_string()), shown);
}

#[test]
fn prints_without_the_password() {
    check("postgresql://postgres:hunter2@127.0.0.1:5433/nexus_db", "postgresql://postgres:•••@127.0.0.1:5433/nexus_db");
    check("postgres://u@h/db", "postgres://u@h/db");
    check("postgres://u:@h/db", "postgres://u:•••@h/db");
    check("postgres://u:a@b@h/db", "postgres://u:•••@h/db");
    check("mysql://root:secret@db:3307/app?socket=/tmp/m.sock", "mysql://root:•••@db:3307/app?socket=/tmp/m.sock");
    check(
        "mongodb+srv://u:p@c.mongodb.net/db?authSource=admin",
        "mongodb+srv://u:•••@c.mongodb.net/db?authSource=admin",
    );
    check(
        "postgresql://h/db?password=x&sslpassword=y&schema=a",
        "postgresql://h/db?password=•••&sslpassword=•••&schema=a",
    );
    let long = "a".repeat(40);
    check(&format!("postgresql://h/db?{long}=x&a{long}=y"), &format!("postgresql://h/db?{long}=•••&•••=•••"));
    check("postgresql://h/db?p4ss=x&Ssl-Mode x_y=z", NOT_A_URL);
    check("postgresql://h/db?p4ss=x&Ssl-Mode_y=z&w%40rd", "postgresql://h/db?•••=•••&Ssl-Mode_y=•••&•••");
    check("prisma://accelerate.prisma-data.net/?api_key=abc", "prisma://accelerate.prisma-data.net/?api_key=•••");
    check(
        "sqlserver://db:1433;database=app;user=sa;password=Pa55;encrypt=true",
        "sqlserver://db:1433;database=app;user=sa;password=•••;encrypt=true",
    );
    check("file:./dev.db", "file:./dev.db");
}

#[test]
fn never_echoes_what_is_no_url() {
    for text in [
        "", "hunter2", "hunter2://x:y@z", "postgres://u:pa/ss@h/db", "postgres://u:12/34@h/db",
        "postgres://u:12?34@h/db", "postgres://u:12#34@h/db", "postgres://u:p@h:port/db", "postgres://u:p@h o/db",
        "postgresql:hunter2@h/db",
    ] {
        let shown = DatabaseUrl::parse(text).map_or(NOT_A_URL.to_owned(), |url| url.to_string());
        assert!(shown == NOT_A_URL || !shown.contains("34"), "{text}: {shown}");
    }
}

#[track_caller]
fn places(text: &str, expected: &[(&str, u16)]) {
    let url = DatabaseUrl::parse(text).unwrap_or_else(|| panic!("{text}"));
    let got: Vec<(String, u16)> = url.places().iter().map(|place| (place.host.to_string(), place.port)).collect();
    let expected: Vec<(String, u16)> = expected.iter().map(|(host, port)| ((*host).to_owned(), *port)).collect();
    assert_eq!(got, expected, "{text}");
}

#[test]
fn knows_every_place_that_a_url_names() {
    places("postgres://u:p@DB.example.com./x", &[("db.example.com", 5432)]);
    places("postgres://u:p@a:1,b,c:3/x", &[("a", 1), ("b", 5432), ("c", 3)]);
    places("postgres://[::1]:5433/x", &[("::1", 5433)]);
    places("postgres:///x", &[("localhost", 5432)]);
    places("postgresql:///db?host=/cloudsql/p:r:i", &[("/cloudsql/p:r:i", 5432)]);
    places("postgresql://u:p@localhost:5433/db?host=%2Fvar%2Frun", &[("/var/run", 5433)]);
    places("postgresql://%2Fvar%2Frun%2Fpostgresql/db", &[("/var/run/postgresql", 5432)]);
    places("postgresql://h/db?host=a,b&port=1,2", &[("a", 1), ("b", 2)]);
    places("sqlserver://db\\inst;database=x", &[("db", 1433)]);
    places("cockroachdb://h/x", &[("h", 26257)]);
    places("file:x.db", &[]);
}

/// Each reading as `host:port/database`, with its user in front where that is not `u`.
#[track_caller]
fn readings(text: &str, expected: &[&str]) {
    let url = DatabaseUrl::parse(text).unwrap_or_else(|| panic!("{text}"));
    assert_eq!(url.readings().iter().map(shown).collect::<Vec<_>>(), expected, "{text}");
}

fn shown(url: &DatabaseUrl) -> String {
    let places: Vec<String> = url.places().iter().map(|place| format!("{}:{}", place.host, place.port)).collect();
    let user = url.user().filter(|user| *user != "u").map(|user| format!("{user}@")).unwrap_or_default();
    format!("{user}{}/{}", places.join(","), url.database().unwrap_or(""))
}

/// What real clients made of these is held to in tests/stories/clients.rs.
#[test]
fn knows_where_each_client_goes_with_what_stands_in_the_query() {
    readings("postgresql://u@h:1/db", &["h:1/db"]);
    readings("postgresql://u@h:1/db?port=2", &["h:2/db", "h:1/db"]);
    readings("postgresql://u@h:1/db?port=2&port=3", &["h:3/db", "h:1/db"]);
    readings("postgresql://u@h:1/db?p%6Frt=2", &["h:2/db", "h:1/db"]);
    readings("postgresql://u@h:1/db?port=", &["h:5432/db", "h:1/db"]);
    readings("postgresql://u@h:1/db?port=2&", &["h:2/db", "h:1/db"]);
    readings("postgresql://u@h:1/db?host=i", &["i:1/db", "h:1/db"]);
    readings("postgresql://u@h:1/db?host=i&host=j&port=2", &["j:2/db", "j:1/db", "h:1/db"]);
    readings("postgresql://u@h:1/db?host=", &["localhost:1/db", "h:1/db"]);
    readings("postgresql://u@h:1/db?hostaddr=10.0.0.1&hostaddr=10.0.0.2", &["10.0.0.2:1/db", "h:1/db"]);
    readings("postgresql://u@h:1/db?hostaddr=10.0.0.1&host=i", &["10.0.0.1:1/db", "i:1/db", "h:1/db"]);
    readings("postgresql://u@h:1/db?dbname=a&dbname=b", &["h:1/b", "h:1/db"]);
    readings("postgresql://u@h:1/db?database=a", &["h:1/db", "h:1/a"]);
    readings("postgresql://u@h:1/db?user=v", &["v@h:1/db", "h:1/db"]);
    readings("postgresql://h:1/db?user=v", &["v@h:1/db"]);
    readings("postgresql://v@h:1/db?user=", &["v@h:1/db"]);
    readings("jdbc:postgresql://h:1/db?user=v", &["v@h:1/db"]);
    readings("mysql://u@h:1/db?user=v", &["v@h:1/db", "h:1/db"]);
    readings("mongodb://v@h:1/db?user=w", &["v@h:1/db"]);
    readings("postgresql://u@h:1/a/b", &["h:1/a/b", "h:1/a"]);
    readings("postgresql://u@h:1/db#x", &["h:1/db#x", "h:1/db"]);
    readings("postgresql://u@h:1/db#?port=2", &["h:2/db#", "h:1/db"]);
    readings("jdbc:postgresql://h:1/db?PGPORT=2&PGDBNAME=a", &["h:1/db", "h:2/a"]);
    readings("jdbc:postgresql://h:1/db?PORT=2", &["h:1/db", "h:2/db"]);
    readings("postgresql://h:1,i:2/db", &["h:1,i:2/db"]);
    readings("postgresql://h,i/db?port=1,2", &["h:1,i:2/db", "h:5432,i:5432/db"]);
    readings("postgresql://u@localhost/db?host=/cloudsql/p:r:i", &["/cloudsql/p:r:i:5432/db"]);
    readings("mysql://u@h:1/db?port=2&database=a", &["h:2/db", "h:1/db", "h:2/a"]);
    readings("host=h port=1 port=2 dbname=a dbname='b c'", &["h:2/b c"]);
    readings("host = h hostaddr=10.0.0.1 dbname=a", &["10.0.0.1:5432/a", "h:5432/a"]);
    for text in ["postgresql://u@h:1/db?port=x", "postgresql://h/db?hostaddr=h", "postgresql://h:0/db"] {
        assert!(DatabaseUrl::parse(text).is_none(), "{text}");
    }
}

#[test]
fn an_address_has_many_spellings() {
    for host in ["127.1", "0x7f.1", "0x7f000001", "2130706433", "0177.0.0.1", "127.0.0.1", "%31%32%37.0.0.1"] {
        places(&format!("postgresql://{host}:1/db"), &[("127.0.0.1", 1)]);
    }
    places("postgresql://0:1/db", &[("0.0.0.0", 1)]);
    places("postgresql://10.1.258:1/db", &[("10.1.1.2", 1)]);
    places("postgresql://1.2.3.4.5:1/db", &[("1.2.3.4.5", 1)]);
    places("postgresql://256.1:1/db", &[("256.1", 1)]);
    places("postgresql://h:+1/db", &[("h", 1)]);
    places("postgresql://h:%31%20/db", &[("h", 1)]);
    places("postgresql://localhost.:1/db", &[("localhost", 1)]);
    places("POSTGRES://H:1/db", &[("h", 1)]);
    places("postgresql+psycopg2://h:1/db", &[("h", 1)]);
    places("postgresql://[fe80::1%25eth0]:1/db", &[("fe80::1", 1)]);
}

#[test]
fn the_environment_says_what_the_text_does_not() {
    let set = |host: &str, hostaddr: &str, port: &str, database: &str| {
        let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Defaults {
            host: filled(host),
            hostaddr: filled(hostaddr),
            port: filled(port),
            database: filled(database),
            user: None,
        }
    };
    let there = set("p", "10.0.0.1", "7", "d");
    with("postgresql://h:1/db", &there, &["10.0.0.1:1/db", "h:1/db"]);
    with("postgresql://h:1/db?hostaddr=10.0.0.2", &there, &["10.0.0.2:1/db", "h:1/db"]);
    with("postgresql://h/", &there, &["10.0.0.1:7/d", "h:7/d"]);
    with("host=h", &there, &["10.0.0.1:7/d", "h:7/d"]);
    with("", &there, &["10.0.0.1:7/d", "p:7/d"]);
    let there = set("p,q", "", "7,8", "d");
    with("postgresql:///db", &there, &["p:7,q:8/db"]);
    with("postgresql://h/db", &there, &["h:7/db"]);
    with("postgresql://h:1/db?port=2", &there, &["h:2/db"]);
    with("dbname=db port=1", &there, &["p:1,q:1/db"]);
    // node-postgres has these as well, Prisma has not.
    let url = DatabaseUrl::parse_with("postgresql://h/db", &there).unwrap();
    assert_eq!(url.readings().iter().map(shown).collect::<Vec<_>>(), ["h:7/db", "h:5432/db"]);
    let nowhere = set("", "elsewhere", "", "");
    assert!(DatabaseUrl::for_libpq("postgresql://h/db", &nowhere).is_none());
}

#[track_caller]
fn with(text: &str, defaults: &Defaults, expected: &[&str]) {
    let url = DatabaseUrl::for_libpq(text, defaults).unwrap_or_else(|| panic!("{text}"));
    assert_eq!(url.readings().iter().map(shown).collect::<Vec<_>>(), expected, "{text}");
}

#[test]
fn a_connection_string_says_enough_or_is_none() {
    check("host=h dbname=a user=u password='a b'", "host=h dbname=a user=u password=•••");
    check("service=prod", "service=prod");
    for text in ["host=h", "user=u", "a=b", "host=h dbname='a", "Host=h;Database=d", "host=h dbname=a color=red"] {
        check(text, NOT_A_URL);
    }
}

#[test]
fn knows_what_means_to_be_a_postgresql_url() {
    for text in [
        "postgresql://u:p@h/a b",
        " postgres://h/x",
        "{\"url\": \"postgresql+asyncpg://h/x\"}",
        "jdbc:postgresql:shop",
        "Host=h;Database=d;Username=u;Password=p",
    ] {
        assert!(DatabaseUrl::is_meant(text), "{text}");
    }
    for text in ["https://postgres.example.org/", "postgres", "host=h", "see https://h/postgresql"] {
        assert!(!DatabaseUrl::is_meant(text), "{text}");
    }
}

#[track_caller]
fn same(a: &str, b: &str, expected: bool) {
    let [a, b] = [a, b].map(|text| DatabaseUrl::parse(text).unwrap_or_else(|| panic!("{text}")));
    assert_eq!(a.same_but_query(&b), expected, "{a} {b}");
}

#[test]
fn compares_everything_but_the_query() {
    let dev = "postgresql://postgres:dev@127.0.0.1:5433/nexus_db";
    same(dev, "postgres://postgres:dev@localhost:5433/nexus_db?schema=public", true);
    same(dev, "postgresql://postgres:%64ev@127.0.0.1:5433/nexus_db", true);
    same(dev, "postgresql://postgres:prod@127.0.0.1:5433/nexus_db", false);
    same(dev, "postgresql://postgres:dev@127.0.0.1:5434/nexus_db", false);
    same("postgresql://u:p@h/db", "postgresql://u:p@h:5432/db", true);
    same("postgresql://u:p@h/db", "postgresql://u:p@h/other", false);
}

#[track_caller]
fn back(text: &str) {
    let url = DatabaseUrl::parse(text).unwrap_or_else(|| panic!("{text}"));
    assert_eq!(url.read_only().unwrap().read_write().expose(), text);
}

#[test]
fn takes_exactly_that_off_again() {
    back("postgres://h/db?target_session_attrs=read-write");
    back("postgres://h/db?options=-cwork_mem%3D1&options=-c%20work_mem%3D2&a=1&");
    back("jdbc:postgresql://h/db?targetServerType=primary&targetServerType=master");
    back("host=h dbname=a options='-c x.y=1' target_session_attrs=read-write");
    back("host=h dbname=a target_session_attrs=any");
    // What a person wrote in another way stays, also where it says the same.
    let own = "postgres://h/db?options=-cdefault_transaction_read_only%3Don";
    assert_eq!(DatabaseUrl::parse(own).unwrap().read_write().expose(), own);
}

proptest! {
    #[test]
    fn parsing_never_panics(text in "\\PC{0,80}") {
        let _ = DatabaseUrl::parse(&text).map(|url| (url.to_string(), url.read_only(), url.read_write(), url.readings()));
    }

    #[test]
    fn parsing_what_looks_like_a_url_never_panics(text in "(postgres|mysql|sqlserver|mongodb|prisma)://[-a-z0-9:@/?#;=%,\\[\\]&.é]{0,60}") {
        let _ = DatabaseUrl::parse(&text).map(|url| (url.to_string(), url.read_only(), url.read_write(), url.readings()));
    }

    #[test]
    fn what_is_printed_never_holds_the_password(
        password in "[0-9@:+%!?#/&=;.-]{0,6}QZX[0-9]{2}[0-9@:+%!?#/&=;.-]{0,6}",
        scheme in "(postgres|postgresql|mysql|mongodb|cockroachdb)",
        query in "(|\\?schema=a|\\?sslpassword=QZX11&a=1)",
    ) {
        let text = format!("{scheme}://user:{password}@10.0.0.1:5433/db{query}");
        if let Some(url) = DatabaseUrl::parse(&text) {
            prop_assert!(!url.to_string().contains("QZX"), "{}", url);
            prop_assert!(!format!("{url:?}").contains("QZX"), "{:?}", url);
        }
    }

    #[test]
    fn read_only_is_idempotent_and_taken_back(
        password in "[a-zA-Z0-9%._~-]{0,20}",
        query in "(|\\?|\\?schema=a|\\?a=1&options=-c%20search_path%3Db|\\?options=&c=1|\\?x=%zz&y)",
        fragment in "(|#f)",
    ) {
        let text = format!("postgresql://user:{password}@h:5433/db{query}{fragment}");
        let url = DatabaseUrl::parse(&text).expect("a URL");
        let once = url.read_only().unwrap();
        let twice = once.read_only().unwrap();
        prop_assert_eq!(once.expose(), twice.expose());
        prop_assert!(once.same_but_query(&url));
        prop_assert!(once.expose().contains("default_transaction_read_only%3Don"));
        let back = once.read_write();
        if query != "?" && !query.contains("options=&") {
            prop_assert_eq!(back.expose(), text);
        }
    }
}
