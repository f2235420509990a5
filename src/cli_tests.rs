use super::*;
use proptest::prelude::*;

fn words(texts: &[&str]) -> Vec<OsString> {
    std::iter::once("nexus-env").chain(texts.iter().copied()).map(OsString::from).collect()
}

/// The same words for the parser, as text; `None` where it refuses them or they are a question for help.
fn parsed(words: &[OsString]) -> Option<String> {
    Cli::try_parse_from(words).ok().map(|cli| format!("{:?} {:?}", cli.global, cli.verb))
}

#[test]
fn the_usual_words_need_no_parser() {
    for texts in [
        &["export", "--format", "shell"][..],
        &["run", "--", "npm", "test", "--", "-x"],
        &["run", "-e", "prod", "--", "true"],
        &["guard", "check", "--line", "ls -la"],
        &["guard", "check", "--", "prisma", "migrate", "reset", "--force"],
    ] {
        let words = words(texts);
        assert!(usual(&words).is_some(), "{texts:?}");
        assert_eq!(parse(&words).ok().map(|cli| format!("{:?} {:?}", cli.global, cli.verb)), parsed(&words));
    }
    for texts in [
        &["export"][..],
        &["export", "--format", "xml"],
        &["run", "--"],
        &["run", "-e", "--", "true"],
        &["guard", "check", "--line", "--json"],
        &["guard", "check", "--"],
        &[],
    ] {
        assert!(usual(&words(texts)).is_none(), "{texts:?}");
    }
}

/// Everything after the verb that might be read in two ways.
fn word() -> impl Strategy<Value = &'static str> {
    let all = ["--", "--", "-e", "--env", "--line", "--format", "--json", "--write", "-q", "-h", "--version", "-", ""];
    let texts = ["x", "-x", "a b", "shell", "json", "prod", "check", "-eprod", "--line=x", "export", "run", "guard"];
    prop::sample::select([&all[..], &texts[..]].concat())
}

proptest! {
    #[test]
    fn what_needs_no_parser_is_what_the_parser_would_say(
        verb in prop::sample::select(vec![
            &["export"][..], &["export", "--format"], &["run"], &["run", "--"], &["run", "-e"], &["run", "-e", "prod", "--"],
            &["guard", "check"], &["guard", "check", "--"], &["guard", "check", "--line"], &["guard"],
        ]),
        rest in prop::collection::vec(word(), 0..5),
    ) {
        let words = words(&[verb, &rest].concat());
        if let Some(verb) = usual(&words) {
            let global = Global { color: When::Auto, quiet: false };
            prop_assert_eq!(Some(format!("{global:?} {verb:?}")), parsed(&words));
        }
        // Parsed alone, a verb's words say what the whole page says.
        prop_assert_eq!(parse(&words).ok().map(|cli| format!("{:?} {:?}", cli.global, cli.verb)), parsed(&words));
    }
}
