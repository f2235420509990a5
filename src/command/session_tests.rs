use super::*;

#[track_caller]
fn check(words: &[&str], expected: Result<(&str, Option<u64>, Access), &str>) {
    let found = match wish(words) {
        Ok(wish) => Ok((wish.environment.to_string(), wish.duration.map(Duration::seconds), wish.access)),
        Err(failure) => Err(failure.map_or("usage".to_owned(), |failure| failure.message)),
    };
    let expected = expected.map(|(name, d, a)| (name.to_owned(), d, a)).map_err(str::to_owned);
    assert_eq!(found, expected, "{words:?}");
}

#[test]
fn understands_what_is_typed_after_use() {
    check(&["prod"], Ok(("prod", None, Access::ReadOnly)));
    check(&["prod", "--for", "30m", "--write"], Ok(("prod", Some(1800), Access::ReadWrite)));
    check(&["--write", "--for=2h", "prod"], Ok(("prod", Some(7200), Access::ReadWrite)));
    for bad in [&[][..], &["--for"], &["prod", "--for"], &["prod", "dev"], &["prod", "--wirte"], &["prod", "--write=1"]]
    {
        check(bad, Err("usage"));
    }
    check(&["prod", "--for", "5x"], Err("`5x` is no duration; write 30s, 30m or 2h"));
    check(&["../x"], Err("`../x` is no name of an environment"));
}

#[test]
fn a_request_names_the_shell_first() {
    let words = |words: &[&str]| request(&words.iter().map(OsString::from).collect::<Vec<_>>());
    assert_eq!(words(&["bash:5.2", "line", "A", "no name"]).unwrap().1.assigned, [VariableName::new("A").unwrap()]);
    assert!(words(&["zsh:5.9"]).unwrap().1.wish.is_none());
    for bad in [&[][..], &["tcsh:1"], &["bash:5.2", "other"]] {
        assert!(words(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn a_time_is_settled_when_a_change_would_move_it() {
    let at = |seconds, nanoseconds| Timestamp { seconds, nanoseconds };
    let (now, grain) = (at(100, 500), 20_000_000);
    assert!(is_racy(at(100, 400), now, grain));
    assert!(!is_racy(at(99, 900_000_000), now, grain));
    assert!(!is_racy(at(500, 0), now, grain), "a time in the future is none that a change would give");
    assert!(is_racy(at(99, 0), now, 2_000_000_000));
}

#[test]
fn only_plain_words_become_functions() {
    let rule = |command: &str| crate::domain::config::GuardRule {
        command: command.to_owned(),
        on: Vec::new(),
        action: crate::domain::config::GuardAction::Block,
        reason: None,
        origin: crate::domain::config::RuleOrigin::Repository,
    };
    let config = Config {
        id: crate::domain::name::RepositoryId::new("9f3k2v7m4q8x1c5b").unwrap(),
        default: EnvironmentName::new("dev").unwrap(),
        database_variables: Vec::new(),
        environments: Vec::new(),
        services: Vec::new(),
        prisma_directory: None,
        guard: ["ts-node scripts/*", "ts-node x", "*", "$(id) x", "./run", "-x", "", "make db"].map(rule).to_vec(),
    };
    assert_eq!(guarded(&config), ["make", "ts-node"]);
}
