//! What an edit changes, and what it leaves alone.

use proptest::prelude::*;

use super::*;
use crate::domain::config::repository::{AllowedText, AllowedTexts};
use crate::domain::config::schema;

const EXAMPLE: &str = include_str!("../../../../.nexusenv.example");

fn environment(text: &str) -> EnvironmentName {
    EnvironmentName::new(text).unwrap()
}

fn name(text: &str) -> VariableName {
    VariableName::new(text).unwrap()
}

/// Sets `B` of dev to `2`.
#[track_caller]
fn check_set(text: &str, expected: &str) {
    assert_eq!(set_plain(text, &environment("dev"), &name("B"), "2").unwrap(), expected);
}

/// Removes `B` of dev.
#[track_caller]
fn check_unset(text: &str, expected: Option<&str>) {
    assert_eq!(unset_plain(text, &environment("dev"), &name("B")).unwrap().as_deref(), expected);
}

#[test]
fn a_value_is_replaced_where_it_stands() {
    check_set("[env.dev.vars]\nB = '1' # why\nC = \"3\"", "[env.dev.vars]\nB = \"2\" # why\nC = \"3\"");
    check_set("[env.dev]\nvars = { A = \"1\", B = \"1\" }\n", "[env.dev]\nvars = { A = \"1\", B = \"2\" }\n");
    check_set("env.dev.vars.B = \"\"\"\nx\"\"\" # c", "env.dev.vars.B = \"2\" # c");
}

#[test]
fn a_new_one_goes_below_the_last_of_its_section() {
    check_set(
        "[env.dev.vars]\nA = \"1\" # one\n\n# about prod\n[env.prod]\n",
        "[env.dev.vars]\nA = \"1\" # one\nB = \"2\"\n\n# about prod\n[env.prod]\n",
    );
    check_set("[env.dev.vars]\n[env.prod]\n", "[env.dev.vars]\nB = \"2\"\n[env.prod]\n");
    check_set("[env.dev.vars] # none yet", "[env.dev.vars] # none yet\nB = \"2\"\n");
    check_set("[env.dev.vars]\n\tA = \"1\"", "[env.dev.vars]\n\tA = \"1\"\n\tB = \"2\"\n");
    check_set("[env.dev.vars]\nA = '''\n[env.dev]\n'''\n", "[env.dev.vars]\nA = '''\n[env.dev]\n'''\nB = \"2\"\n");
}

#[test]
fn it_follows_the_way_the_table_is_written() {
    check_set("[env.dev]\nvars.A = \"1\"\n", "[env.dev]\nvars.A = \"1\"\nvars.B = \"2\"\n");
    check_set("env.dev.vars.A = \"1\"\nid = \"x\"\n", "env.dev.vars.A = \"1\"\nenv.dev.vars.B = \"2\"\nid = \"x\"\n");
    check_set("[env.dev]\nvars = { A = \"1\" }\n", "[env.dev]\nvars = { A = \"1\", B = \"2\" }\n");
    check_set("[env.dev]\nvars = {}\n", "[env.dev]\nvars = { B = \"2\" }\n");
    check_set("env = { dev = { protected = true } }", "env = { dev = { protected = true, vars.B = \"2\" } }");
    check_set("[env]\ndev = { vars.A = \"1\" }", "[env]\ndev = { vars.A = \"1\", vars.B = \"2\" }");
}

#[test]
fn a_section_is_made_beside_those_of_its_environment() {
    check_set("", "[env.dev.vars]\nB = \"2\"\n");
    check_set("id = \"x\"", "id = \"x\"\n\n[env.dev.vars]\nB = \"2\"\n");
    check_set(
        "[env.dev]\nprotected = false # no\n\n[[guard]]\ncommand = \"x\"\n",
        "[env.dev]\nprotected = false # no\n\n[env.dev.vars]\nB = \"2\"\n\n[[guard]]\ncommand = \"x\"\n",
    );
    check_set("[env.dev.proxy]\nport = 1\n", "[env.dev.proxy]\nport = 1\n\n[env.dev.vars]\nB = \"2\"\n");
}

#[test]
fn line_ends_stay_as_they_are() {
    check_set("[env.dev.vars]\r\nA = \"1\"\r\n# c\r\n", "[env.dev.vars]\r\nA = \"1\"\r\nB = \"2\"\r\n# c\r\n");
    check_set("id = \"x\"\r\n", "id = \"x\"\r\n\r\n[env.dev.vars]\r\nB = \"2\"\r\n");
}

#[test]
fn a_variable_goes_with_its_line() {
    check_unset(
        "[env.dev.vars]\n# a\nA = \"1\"\nB = \"2\" # two\nC = \"3\"\n",
        Some("[env.dev.vars]\n# a\nA = \"1\"\nC = \"3\"\n"),
    );
    check_unset("[env.dev.vars]\nB = '''\nx\n'''", Some("[env.dev.vars]\n"));
    check_unset("[env.dev]\nvars.B = \"1\"\r\n", Some("[env.dev]\n"));
    check_unset("env.dev.vars = { B = \"1\" }", Some("env.dev.vars = { }"));
    check_unset("env.dev.vars = { A = \"1\", B = \"1\" }", Some("env.dev.vars = { A = \"1\" }"));
    check_unset("env.dev.vars = { B = \"1\", A = \"1\" }", Some("env.dev.vars = { A = \"1\" }"));
    check_unset("env = { dev = { vars.A = \"1\", vars.B = \"2\" } }", Some("env = { dev = { vars.A = \"1\" } }"));
    check_unset("[env.dev.vars]\nA = \"1\"\n[env.prod.vars]\nB = \"1\"", None);
}

#[test]
fn a_fingerprint_goes_to_its_environment() {
    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(set_fingerprint(text, &environment("dev"), "7/db").unwrap(), expected);
    }
    check("[env.dev]\nprotected = true\n", "[env.dev]\nprotected = true\nfingerprint = \"7/db\"\n");
    check("[env.dev]\nfingerprint = \"1/x\" # c\n", "[env.dev]\nfingerprint = \"7/db\" # c\n");
    check(
        "# dev\n[env.dev.vars]\nA = \"1\"\n",
        "# dev\n[env.dev]\nfingerprint = \"7/db\"\n\n[env.dev.vars]\nA = \"1\"\n",
    );
    check("env.dev.protected = true\n", "env.dev.protected = true\nenv.dev.fingerprint = \"7/db\"\n");
    check("[env.dev]\n[env.dev.vars]\nA = \"1\"", "[env.dev]\nfingerprint = \"7/db\"\n[env.dev.vars]\nA = \"1\"");
}

#[test]
fn what_cannot_be_written_is_told() {
    let set = |text: &str, value: &str| set_plain(text, &environment("dev"), &name("B"), value).unwrap_err().message;
    assert_eq!(set("", "5$"), "the value for `B` has a `$` that stands alone");
    assert_eq!(set("", "\0"), "the value for `B` holds a NUL character, which no variable can");
    assert_eq!(set("[env", "x"), ".nexusenv:1: is no TOML: unclosed table, expected `]`");
    let by_hand = "`env.dev.vars.B` stands in `.nexusenv` in a way that cannot be edited from here";
    assert_eq!(set("env = 3\n", "x"), by_hand);
}

fn config(text: &str) -> Option<String> {
    let main = AllowedText { file: ".nexusenv", text: text.to_owned() };
    schema::parse(&AllowedTexts { main, local: None }, &[]).ok().map(|mut config| {
        for environment in &mut config.environments {
            environment.vars.retain(|(name, _)| !name.as_str().starts_with("NEW"));
            environment.vars.sort();
        }
        format!("{config:?}")
    })
}

proptest! {
    #[test]
    fn every_other_line_stays_byte_for_byte(
        crlf in any::<bool>(), cut in any::<prop::sample::Index>(), env in "dev|test|prod",
        key in "NEW_[A-C]|NODE_ENV|API_HOST", value in "(\\PC|[\\n\\r\\t\"'\\\\\u{7f}\u{1}]){0,20}"
    ) {
        let ends: Vec<usize> = EXAMPLE.match_indices('\n').map(|(at, _)| at + 1).chain([EXAMPLE.len() - 1]).collect();
        let mut text = EXAMPLE[..ends[cut.index(ends.len())]].to_owned();
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        let (env, key, value) = (environment(&env), name(&key), value.replace('$', "$$"));
        prop_assume!(toml::de::DeTable::parse(&text).is_ok());
        let edited = set_plain(&text, &env, &key, &value).unwrap();
        let before = text.split_inclusive('\n').zip(edited.split_inclusive('\n')).take_while(|(a, b)| a == b).count();
        let after = text.split_inclusive('\n').rev().zip(edited.split_inclusive('\n').rev()).take_while(|(a, b)| a == b).count();
        let lines = text.split_inclusive('\n').count();
        prop_assert!(before + after + 1 >= lines, "{edited}");
        prop_assert_eq!(set_plain(&edited, &env, &key, &value).unwrap(), edited.as_str());
        if key.as_str().starts_with("NEW") && EXAMPLE.len() == text.replace('\r', "").len() {
            prop_assert_eq!(config(&edited), config(&text));
            let gone = unset_plain(&edited, &env, &key).unwrap().unwrap();
            prop_assert_eq!(gone, text);
        }
    }

    #[test]
    fn never_panics_and_never_writes_something_else(text in "([a-z.={}\"\\[\\],\n #B1]|env|dev|vars|\\[env.dev.vars\\]\n){0,30}") {
        if let Ok(edited) = set_plain(&text, &environment("dev"), &name("B"), "2") {
            prop_assert!(unset_plain(&edited, &environment("dev"), &name("B")).is_ok());
        }
        let _ = unset_plain(&text, &environment("dev"), &name("B"));
        let _ = set_fingerprint(&text, &environment("dev"), "7/x");
    }
}
