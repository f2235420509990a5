//! Which URLs are held read-only, and how one is made so.

use super::*;

#[track_caller]
fn read_only(text: &str, expected: &str) {
    let url = DatabaseUrl::parse(text).unwrap_or_else(|| panic!("{text}"));
    let once = url.read_only().unwrap();
    assert_eq!(once.expose(), expected);
    assert_eq!(once.read_only().unwrap().expose(), expected);
}

#[track_caller]
fn unheld(text: &str, word: &str) {
    let url = DatabaseUrl::parse(text).unwrap_or_else(|| panic!("{text}"));
    assert_eq!(url.read_only().unwrap_err().word(), word);
}

#[test]
fn says_what_cannot_be_held() {
    unheld("mysql://u:p@h/db", "mysql");
    unheld("sqlserver://h;database=x", "sqlserver");
    unheld("mongodb://h/x", "mongodb");
    unheld("file:./x.db", "sqlite");
    unheld("prisma+postgres://h/?api_key=k", "prisma");
    // libpq would take the rest for options of its own.
    unheld("postgres://h/db#&options=-c%20default_transaction_read_only%3Doff", "its own options");
}

#[test]
fn a_url_is_held_where_every_client_would_make_its_session_read_only() {
    let on = "options=-c%20default_transaction_read_only%3Don";
    for (query, held) in [
        (on.to_owned(), true),
        (format!("a=b&{on}#x"), true),
        ("options=-cdefault_transaction_read_only%3DT".to_owned(), true),
        ("options=--default-transaction-read-only%3Dyes".to_owned(), true),
        ("options=-c%20DEFAULT_TRANSACTION_READ_ONLY%3D1".to_owned(), true),
        ("options=-c%20default_transaction_read_only%3Doff%20-cdefault_transaction_read_only%3Don".to_owned(), true),
        ("options=%20-c%20work_mem%3D1%5C%20%20-c%20default_transaction_read_only%3Don%20".to_owned(), true),
        // JDBC does not see a name that is encoded.
        (on.replace("opt", "o%70t"), false),
        (format!("{on}&{}", on.replace("opt", "o%70t")), true),
        (format!("{on}&{}", on.replace("Don", "Doff")), false),
        (format!("{}&{on}", on.replace("Don", "Doff")), false),
        (format!("{on}#?"), false),
        (format!("{on}#&"), false),
        (format!("#{on}"), false),
        (String::new(), false),
        ("options=".to_owned(), false),
        ("options=-c".to_owned(), false),
        ("options=default_transaction_read_only%3Don".to_owned(), false),
        ("options=-c%20transaction_read_only%3Don".to_owned(), false),
        ("options=-c%20default_transaction_read_only%3D".to_owned(), false),
        ("options=-c%20default_transaction_read_only%3Dtruer".to_owned(), false),
        ("options=-c%5C%20default_transaction_read_only%3Don".to_owned(), false),
        ("options=-c%20default_transaction_read_only%3Don%20-cdefault_transaction_read_only%3D0".to_owned(), false),
    ] {
        let url = DatabaseUrl::parse(&format!("postgres://h/db?{query}")).unwrap_or_else(|| panic!("{query}"));
        assert_eq!(url.is_read_only(), held, "{query}");
    }
    for (text, held) in [
        ("host=h dbname=a options='-c default_transaction_read_only=on'", true),
        ("host=h dbname=a options='-c default_transaction_read_only=off'", false),
        ("host=h dbname=a", false),
    ] {
        assert_eq!(DatabaseUrl::parse(text).unwrap().is_read_only(), held, "{text}");
    }
}

#[test]
fn a_long_url_is_held_as_well() {
    let text = format!("postgres://h/db?application_name={}", "a".repeat(64 * 1024 - 34));
    let url = DatabaseUrl::parse(&text).unwrap();
    assert!(url.read_only().unwrap().expose().len() > 64 * 1024);
    assert!(DatabaseUrl::parse(&format!("{text}aaaa")).is_none());
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
    read_only("postgres://h/db?a=1&", &format!("postgres://h/db?a=1&{ours}&"));
    read_only(
        "postgres://h/db?target_session_attrs=read-write",
        &format!("postgres://h/db?target_session_attrs=%61ny&{ours}"),
    );
    read_only(
        "postgres://h/db?target_session_attrs=primary",
        &format!("postgres://h/db?target_session_attrs=primary&{ours}"),
    );
    read_only(
        "jdbc:postgresql://h/db?targetServerType=master",
        &format!("jdbc:postgresql://h/db?targetServerType=a%6Ey&{ours}"),
    );
    // pgx takes the first of several, libpq the last.
    read_only(
        "postgres://h/db?options=-cwork_mem%3D1&options=-c%20work_mem%3D2",
        "postgres://h/db?options=-cwork_mem%3D1%20-c%20default_transaction_read_only%3Don\
         &options=-c%20work_mem%3D2%20-c%20default_transaction_read_only%3Don",
    );
    // JDBC does not see a name that is encoded.
    read_only(
        "postgres://h/db?o%70tions=-cwork_mem%3D1",
        &format!("postgres://h/db?o%70tions=-cwork_mem%3D1%20-c%20default_transaction_read_only%3Don&{ours}"),
    );
    read_only(
        "postgres://h/db?options=endpoint%3Dx",
        "postgres://h/db?options=endpoint%3Dx%20-c%20default_transaction_read_only%3Don",
    );
    read_only("host=h dbname=a", "host=h dbname=a options='-c default_transaction_read_only=on'");
    read_only(
        "host=h dbname=a options='-c x.y=\\'z' target_session_attrs=read-write",
        "host=h dbname=a options='-c x.y=\\'z' target_session_attrs=read-write target_session_attrs=any \
         options='-c x.y=\\'z -c default_transaction_read_only=on'",
    );
}
