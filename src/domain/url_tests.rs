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
        "",
        "hunter2",
        "hunter2://x:y@z",
        "postgres://u:pa/ss@h/db",
        "postgres://u:12/34@h/db",
        "postgres://u:12?34@h/db",
        "postgres://u:12#34@h/db",
        "postgres://u:p@h:port/db",
        "postgres://u:p@h o/db",
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
    places("postgresql://h/db?hostaddr=10.0.0.1", &[("h", 5432), ("10.0.0.1", 5432)]);
    places("sqlserver://db\\inst;database=x", &[("db", 1433)]);
    places("cockroachdb://h/x", &[("h", 26257)]);
    places("file:x.db", &[]);
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
fn read_only(text: &str, expected: &str) {
    let url = DatabaseUrl::parse(text).unwrap_or_else(|| panic!("{text}"));
    assert_eq!(url.read_only().expose(), expected);
    assert_eq!(url.read_only().read_only().expose(), expected);
}

#[test]
fn makes_a_url_read_only_and_keeps_every_other_byte() {
    let ours = "options=-c%20default_transaction_read_only%3Don";
    read_only("postgres://u:p%40@h/db", &format!("postgres://u:p%40@h/db?{ours}"));
    read_only("postgres://u:p@h/db?", &format!("postgres://u:p@h/db?{ours}"));
    read_only("postgres://u:p@h/db?a=1&b=%2f", &format!("postgres://u:p@h/db?a=1&b=%2f&{ours}"));
    read_only("postgres://u:p@h/db?a=1#x", &format!("postgres://u:p@h/db?a=1&{ours}#x"));
    read_only(
        "postgres://u:p@h/db?options=-c%20search_path%3Da&b=1",
        "postgres://u:p@h/db?options=-c%20search_path%3Da%20-c%20default_transaction_read_only%3Don&b=1",
    );
    read_only(
        "postgres://h/db?options=-cdefault_transaction_read_only%3Doff",
        "postgres://h/db?options=-cdefault_transaction_read_only%3Doff%20-c%20default_transaction_read_only%3Don",
    );
    read_only(
        "postgres://h/db?options=--default-transaction-read-only%3Dtrue",
        "postgres://h/db?options=--default-transaction-read-only%3Dtrue",
    );
    read_only("mysql://u:p@h/db", "mysql://u:p@h/db");
    read_only("sqlserver://h;database=x", "sqlserver://h;database=x");
}

proptest! {
    #[test]
    fn parsing_never_panics(text in "\\PC{0,80}") {
        let _ = DatabaseUrl::parse(&text).map(|url| (url.to_string(), url.read_only(), url.read_write()));
    }

    #[test]
    fn parsing_what_looks_like_a_url_never_panics(text in "(postgres|mysql|sqlserver|mongodb|prisma)://[-a-z0-9:@/?#;=%,\\[\\]&.é]{0,60}") {
        let _ = DatabaseUrl::parse(&text).map(|url| (url.to_string(), url.read_only(), url.read_write()));
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
        let once = url.read_only();
        let twice = once.read_only();
        prop_assert_eq!(once.expose(), twice.expose());
        prop_assert!(once.same_but_query(&url));
        prop_assert!(once.expose().contains("default_transaction_read_only%3Don"));
        let back = once.read_write();
        if query != "?" && !query.contains("options=&") {
            prop_assert_eq!(back.expose(), text);
        }
    }
}
