//! A record is read only as it was written, and a log shows nothing that a terminal would obey.

use super::*;
use crate::domain::config::name::VariableName;
use crate::domain::sample;
use proptest::prelude::*;

fn draft() -> Draft {
    Draft {
        version: 1,
        repository: "9f3k2v7m4q8x1c5b".to_owned(),
        root: PathBuf::from("/home/ada/two words\n"),
        environment: "dev".to_owned(),
        instance: "p:r:dev".to_owned(),
        port: 5433,
        words: digest(&["cloud-sql-proxy".to_owned()]),
        since: 1_700_000_000,
        boot: "b".to_owned(),
    }
}

#[test]
fn a_record_is_read_as_it_was_written() {
    let text = format!("{}4242 987654\n", draft().line());
    assert_eq!(Started::parse(&text), Some(Started { draft: draft(), pid: 4242, birth: "987654".to_owned() }));
}

#[test]
fn half_a_record_and_a_number_that_means_more_than_one_process_are_none() {
    for second in ["", "4242\n", "4242 1", "4242 \n", "4242 1 2\n", "0 1\n", "1 1\n", "-1 1\n", "4294967295 1\n"] {
        assert_eq!(Started::parse(&format!("{}{second}", draft().line())), None, "{second:?}");
    }
    assert_eq!(Started::parse(&format!("{}4242 1\n", draft().line().replace("\"version\":1", "\"version\":2"))), None);
}

#[test]
fn other_words_are_another_proxy() {
    let proxy = |port, word: &str| Proxy { instance: "i".to_owned(), port, command: vec![word.to_owned()] };
    let words = digest(&proxy::command_of(&proxy(5433, "tunnel {port}")));
    let draft = Draft { words, ..draft() };
    assert!(draft.is_what_is_asked_for(&proxy(5433, "tunnel {port}")));
    assert!(!draft.is_what_is_asked_for(&proxy(5434, "tunnel {port}")));
    assert!(!draft.is_what_is_asked_for(&proxy(5433, "tunnel")));
    assert_ne!(digest(&["a b".to_owned()]), digest(&["a".to_owned(), "b".to_owned()]));
}

#[test]
fn a_proxy_inherits_what_is_the_persons_own() {
    let given =
        ["HOME", "NEXUS_ENV_ROOT", "__nexus_env_state", "TOKEN", "DATABASE_URL", "DATABASE_URL_2", "PGPASSFILE"];
    let variables = Environ::new(given.map(|name| (OsString::from(name), OsString::from("x"))).to_vec());
    let config = Config {
        database_variables: vec![VariableName::new("DATABASE_URL").unwrap()],
        ..sample::config([sample::environment("dev")])
    };
    let kept = inherited(&variables, &|name| name == "TOKEN", &config);
    let mut kept: Vec<_> = kept.iter().map(|(name, _)| name.to_str().unwrap()).collect();
    kept.sort_unstable();
    assert_eq!(kept, ["DATABASE_URL_2", "HOME", "PGPASSFILE"]);
}

#[test]
fn a_terminal_obeys_nothing_in_a_log() {
    assert_eq!(last_lines("a\nb\u{1b}[1m\r\nc\n", 2), ["b�[1m", "c"]);
    assert_eq!(last_lines("a\n", 9), ["a"]);
}

proptest! {
    #[test]
    fn any_text_is_no_record_or_one_that_is_written_the_same(text in any::<String>()) {
        prop_assert_eq!(Started::parse(&text), None);
    }
}
