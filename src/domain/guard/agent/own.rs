//! What a call of this program asks for, where a coding agent asks: what it may have, and what is a person's alone.

use super::programs::is_program;
use crate::domain::guard::deployment;

/// What the words behind the program's name are to a coding agent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Call<'w> {
    /// Nothing that it is refused anywhere.
    Free,
    /// Gives an environment's values, to whom or what it may be: refused where that is protected. `None` is the selected one.
    Reads(&'w str, Option<&'w str>),
    /// Changes the secrets of environments or who reads them: refused where one of them is protected. None is the selected one.
    Changes(&'w str, Vec<&'w str>),
    /// A person's word, whatever the environment.
    Persons(&'static str),
}

/// Reads the words behind the program's name.
pub fn call<'w>(words: &[&'w str]) -> Call<'w> {
    let words = after_flags(words);
    let Some((&verb, rest)) = words.split_first() else { return Call::Free };
    let own = before_command(verb, rest);
    if own.iter().any(|word| matches!(*word, "-h" | "--help")) {
        return Call::Free;
    }
    let has = |flag: &str| own.contains(&flag);
    let second = own.iter().find(|word| !word.starts_with('-')).copied();
    match (verb, second) {
        ("allow", _) => Call::Persons("allow"),
        // Where a configuration was denied the guard stands no longer.
        ("deny", _) => Call::Persons("deny"),
        ("use", _) if has("--write") => Call::Persons("use --write"),
        ("run", _) if has("--write") => Call::Persons("run --write"),
        ("rekey", _) if has("--unprotected") => Call::Persons("rekey --unprotected"),
        ("guard", Some("pause")) => Call::Persons("guard pause"),
        ("db", Some("label")) => Call::Persons("db label"),
        // What it writes stays allowed, and the guard believes it from then on.
        ("db", Some("pin")) => Call::Persons("db pin"),
        ("use" | "unlock", named) => Call::Reads(verb, named),
        ("get" | "export" | "run", _) => Call::Reads(verb, environment(own)),
        // The hook's own way to load: what it prints are values.
        ("__load", _) => Call::Reads(verb, None),
        ("set" | "unset" | "import" | "edit" | "rekey" | "rotate" | "resolve", _) => {
            Call::Changes(verb, environments(own))
        }
        // Which environments it is about stands in a file that anybody may have written.
        ("recipients", Some("approve")) => Call::Persons("recipients approve"),
        ("recipients", Some("add" | "remove")) => Call::Changes(verb, environments(own)),
        ("migrate", Some("deploy")) => Call::Changes("migrate deploy", environments(own)),
        (_, _) => Call::Free,
    }
}

/// The environment to which a line that calls this program would bring migrations, by whichever of its commands.
pub fn deploys(line: &str) -> Option<&str> {
    let apart = |c: char| !(c.is_alphanumeric() || "_-./=~:".contains(c));
    let words: Vec<&str> = line.split(apart).filter(|word| !word.is_empty()).collect();
    let calls = (0..words.len()).filter(|&at| is_program(words[at], at)).map(|at| after_flags(&words[at + 1..]));
    let named = calls.filter_map(|call| match call {
        ["use", rest @ ..] => rest.iter().find(|word| !word.starts_with('-')).copied(),
        call => environment(call),
    });
    deployment::is_meant(words.iter().copied()).then_some(named).into_iter().flatten().next()
}

/// The directory to which a line goes first.
pub fn goes_to(line: &str) -> Option<&str> {
    directories(line).next()
}

/// Every directory that the line goes to, as it stands there without its quotes.
pub fn directories(line: &str) -> impl Iterator<Item = &str> {
    let mut words = line.split(|c: char| c.is_whitespace() || ";&|()".contains(c)).filter(|word| !word.is_empty());
    std::iter::from_fn(move || {
        words.find(|word| matches!(*word, "cd" | "pushd"))?;
        words.find(|word| !word.starts_with('-')).map(|word| word.trim_matches(['"', '\'']))
    })
}

/// The command that `run` starts, where the words are of a `run`.
pub fn command<'s, 'w>(words: &'s [&'w str]) -> &'s [&'w str] {
    match after_flags(words) {
        ["run", rest @ ..] => {
            let behind = &rest[before_command("run", rest).len()..];
            behind.strip_prefix(&["--"]).unwrap_or(behind)
        }
        [..] => &[],
    }
}

/// Flags of the whole program may stand in front of its verb.
fn after_flags<'s, 'w>(mut words: &'s [&'w str]) -> &'s [&'w str] {
    loop {
        words = match words {
            ["-q" | "--quiet", rest @ ..] | ["--color", _, rest @ ..] => rest,
            [word, rest @ ..] if word.starts_with("--color=") => rest,
            [..] => return words,
        };
    }
}

/// The words that are the verb's own: `run` takes a command behind them.
fn before_command<'s, 'w>(verb: &str, rest: &'s [&'w str]) -> &'s [&'w str] {
    let mut end = rest.iter().position(|word| *word == "--").unwrap_or(rest.len());
    if verb == "run" {
        let mut at = 0;
        while at < end && rest[at].starts_with('-') {
            at += if matches!(rest[at], "-e" | "--env" | "--color") { 2 } else { 1 };
        }
        end = end.min(at);
    }
    &rest[..end]
}

fn environment<'w>(words: &[&'w str]) -> Option<&'w str> {
    environments(words).first().copied()
}

fn environments<'w>(words: &[&'w str]) -> Vec<&'w str> {
    let named = |(at, word): (usize, &&'w str)| match *word {
        "-e" | "--env" => words.get(at + 1).copied(),
        word => word
            .strip_prefix("--env=")
            .or_else(|| word.strip_prefix("-e="))
            .or_else(|| word.strip_prefix("-e").filter(|rest| !rest.is_empty() && !word.starts_with("--"))),
    };
    words.iter().enumerate().filter_map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(words: &str, expected: Call<'_>) {
        assert_eq!(call(&words.split(' ').collect::<Vec<_>>()), expected, "{words}");
    }

    #[test]
    fn tells_what_is_a_persons_from_what_is_free() {
        use Call::{Changes, Free, Persons, Reads};
        for words in [
            "status", "list -e prod", "guard check -- x", "guard hook", "db verify", "--version", "", "init",
            "recipients list -e prod", "recipients --fingerprint -e prod", "join grace --request", "verify --no-key",
            "allow --help", "guard pause -h", "log --json", "proxy up -e prod", "migrate status",
        ] {
            check(words, Free);
        }
        check("allow .", Persons("allow"));
        check("-q allow", Persons("allow"));
        check("--color never --quiet deny", Persons("deny"));
        check("--color=never -q allow", Persons("allow"));
        check("use prod --write", Persons("use --write"));
        check("use --write --for=10m prod", Persons("use --write"));
        check("guard pause --for 10m", Persons("guard pause"));
        check("db label -e dev", Persons("db label"));
        check("db pin -e dev", Persons("db pin"));
        check("rekey -e prod --unprotected", Persons("rekey --unprotected"));
        check("run -e prod --write -- x", Persons("run --write"));
        check("run --write x", Persons("run --write"));
        check("run -e dev -- x --write", Reads("run", Some("dev")));
        check("run x -e prod", Reads("run", None));
        check("get A -e prod", Reads("get", Some("prod")));
        check("get A -eprod", Reads("get", Some("prod")));
        check("export --env=prod --format json", Reads("export", Some("prod")));
        check("use prod", Reads("use", Some("prod")));
        check("__load bash:5.2 use prod", Reads("__load", None));
        check("set A --env prod", Changes("set", vec!["prod"]));
        check("set A", Changes("set", vec![]));
        check("recipients add bob age1 -e dev -e prod", Changes("recipients", vec!["dev", "prod"]));
        check("recipients remove bob --env=prod", Changes("recipients", vec!["prod"]));
        check("recipients approve bob -e dev", Persons("recipients approve"));
        check("rekey -e dev -eprod", Changes("rekey", vec!["dev", "prod"]));
        check("rotate -e prod", Changes("rotate", vec!["prod"]));
        check("migrate deploy -e prod", Changes("migrate deploy", vec!["prod"]));
    }

    #[test]
    fn the_environment_of_a_deployment_is_told_whichever_command_names_it() {
        for (line, environment) in [
            ("nexus-env migrate deploy -e prod", Some("prod")),
            ("cd x && nexus-env -q migrate deploy --env=prod", Some("prod")),
            ("nexus-env run -e prod -- npx prisma migrate deploy", Some("prod")),
            ("nexus-env use prod; npx prisma migrate deploy", Some("prod")),
            ("nexus-env use --for=1h prod && prisma migrate deploy", Some("prod")),
            ("(/usr/bin/nexus-env migrate deploy -eprod)", Some("prod")),
            ("nexus-env migrate deploy", None),
            ("nexus-env use prod; npx prisma migrate status", None),
            ("npx prisma migrate deploy -e prod", None),
            ("my_nexus-env migrate deploy -e prod", None),
        ] {
            assert_eq!(deploys(line), environment, "{line}");
        }
    }

    #[test]
    fn this_program_is_known_by_its_name_and_at_the_head_by_a_pattern() {
        for (word, at, expected) in [
            ("nexus-env", 0, true),
            ("nexus-env", 3, true),
            ("/opt/bin/nexus-env", 3, true),
            ("nexus-*", 0, true),
            ("nex?s-env", 0, true),
            ("nexus[-_]env", 0, true),
            ("n[d-f]xus-e[!m]v", 0, true),
            ("nexus[-_]dev", 0, false),
            ("nexus-env[", 1, false),
            ("/opt/bin/nexus-*", 0, true),
            ("nexus-*", 1, false),
            ("*", 0, false),
            ("?*", 0, false),
            ("nexus", 0, false),
            ("nexus-environment", 0, false),
            ("nginx-*", 0, false),
        ] {
            assert_eq!(is_program(word, at), expected, "{word} {at}");
        }
    }

    #[test]
    fn a_line_goes_first_where_its_first_cd_leads() {
        for (line, to) in [
            ("cd packages/db && nexus-env migrate deploy -e prod", Some("packages/db")),
            ("git pull;cd a;cd b", Some("a")),
            ("(cd a)", Some("a")),
            ("cd", None),
            ("nexus-env migrate deploy -e prod", None),
        ] {
            assert_eq!(goes_to(line), to, "{line}");
        }
    }
}
