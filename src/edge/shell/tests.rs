use super::*;

#[track_caller]
fn check(shell: Shell, value: &[u8], expected: &str) {
    assert_eq!(String::from_utf8_lossy(&shell.quote(value)), expected);
}

#[test]
fn quotes_in_each_shells_own_way() {
    check(Shell::Bash, b"it's $HOME\n", "'it'\\''s $HOME\n'");
    check(Shell::Bash, b"\x01", "''$'\\001'''");
    check(Shell::Zsh, b"''", "''\\'''\\'''");
    check(Shell::Fish, b"it's \\ $HOME\n\xff\x1b", "'it\\'s \\\\ $HOME'\\n''\\Xff''\\X1b''");
    check(Shell::Fish, "é\u{f6ff}".as_bytes(), "'é'\\Xef\\X9b\\Xbf''");
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        check(shell, b"", "''");
    }
}

#[track_caller]
fn dialect(text: &str, expected: Option<(Shell, (u32, u32))>) {
    assert_eq!(Dialect::parse(text).map(|dialect| (dialect.shell, dialect.version)), expected, "{text}");
}

#[test]
fn knows_a_shell_and_its_version() {
    dialect("bash:5.2", Some((Shell::Bash, (5, 2))));
    dialect("fish:3.6.0", Some((Shell::Fish, (3, 6))));
    dialect("fish:4.0b1-12-gabc", Some((Shell::Fish, (4, 0))));
    dialect("zsh:0", Some((Shell::Zsh, (0, 0))));
    dialect("bash", None);
    dialect("tcsh:6.2", None);
}

#[test]
fn old_shells_are_known_by_what_they_lack() {
    let of = |text| Dialect::parse(text).unwrap();
    assert!(
        of("bash:3.2").compares_seconds() && of("bash:4.2").compares_seconds() && !of("bash:4.3").compares_seconds()
    );
    assert!(
        !of("bash:4.4").has_clock()
            && of("bash:5.0").has_clock()
            && of("zsh:5.9").has_clock()
            && !of("fish:3.6").has_clock()
    );
}

#[test]
fn a_hook_names_the_program_once_and_quoted() {
    for (shell, expected) in [
        (Shell::Bash, "__nexus_env_bin='/o'\\''x/nexus-env'\n"),
        (Shell::Zsh, "__nexus_env_bin='/o'\\''x/nexus-env'\n"),
        (Shell::Fish, "__nexus_env_bin '/o\\'x/nexus-env'\n"),
    ] {
        let hook = String::from_utf8(shell.hook(Path::new("/o'x/nexus-env"))).unwrap();
        assert_eq!(hook.matches(expected).count(), 1);
        assert!(!hook.contains("__NEXUS_ENV_BIN__"));
    }
}

fn conditions() -> Conditions {
    Conditions {
        pwd: "/r/it's".into(),
        present: Vec::new(),
        absent: vec!["/r/.nexusenv".into()],
        owned: Vec::new(),
        until: None,
    }
}

/// The check in the code for a shell, without what comes before it.
fn rendered(text: &str, check: &Check) -> String {
    let vars = Vars::default();
    let transition = Transition {
        forget: &[],
        restore: &[],
        save: &[],
        save_if_set: &[],
        set: &vars,
        loaded: &[],
        labels: &[("NEXUS_ENV", None)],
        state: Remembered { line: "1 a b", seal: "1 a" },
        state_if_refused: Remembered { line: "1 c d", seal: "1 c" },
        lines: &[],
        typed: Lines::Judged,
        nearby: Nearby::Nothing,
        guarded: &["ts-node".to_owned()],
        marks: &["ts-node".to_owned(), "wipe.sh".to_owned()],
        holders: "5433=81234",
        astray: "",
        check,
    };
    let code = String::from_utf8(Dialect::parse(text).unwrap().render(&transition)).unwrap();
    let at = code.find("__nexus_env_same").unwrap();
    assert!(code[..at].contains("dotenv dotenvx env-cmd ts-node"));
    code[at..].to_owned()
}

#[test]
fn where_nothing_can_be_watched_every_prompt_loads() {
    for text in ["bash:5.2", "zsh:5.9", "fish:3.6"] {
        assert!(rendered(text, &Check::Always).contains("return 1"));
    }
    let time = crate::domain::session::ambient::Timestamp { seconds: 1, nanoseconds: 2 };
    let sighting = Sighting { path: "/r/x".into(), physical: None, modified: time, changed: time, content: None };
    let unstamped = Conditions { present: vec![Watched { sighting, stamp: None }], ..conditions() };
    for text in ["bash:5.2", "fish:3.6"] {
        assert!(rendered(text, &Check::Unless(unstamped.clone())).contains("-z 'no stamp'"));
    }
    let timed = Conditions { until: Some(Until { at: 99, uptime: Some(55), clock: None }), ..conditions() };
    assert!(rendered("bash:4.4", &Check::Unless(timed.clone())).contains("-z 'no clock'"));
    for text in ["bash:5.0", "zsh:5.9"] {
        let check = rendered(text, &Check::Unless(timed.clone()));
        assert!(check.contains("-lt 99 &&") && check.contains("]] && __nexus_env_before 55"), "{check}");
    }
    assert!(rendered("fish:3.6", &Check::Unless(timed)).starts_with("__nexus_env_same; return 1;"));
}

#[test]
fn a_check_compares_the_directory_as_text_and_looks_for_what_was_absent() {
    let check = Check::Unless(conditions());
    assert!(rendered("bash:5.2", &check).contains("[ \"${PWD-}\" = '/r/it'\\''s' ]"));
    assert!(rendered("bash:5.2", &check).contains("&& ! -e '/r/.nexusenv' ]]"));
    assert!(rendered("zsh:5.9", &check).contains("[[ $PWD == '/r/it'\\''s' "));
    assert!(rendered("fish:3.6", &check).contains("path is -- '/r/.nexusenv'; and return 1"));
    assert!(rendered("fish:3.4", &check).contains("test -e '/r/.nexusenv'; and return 1"));
}
