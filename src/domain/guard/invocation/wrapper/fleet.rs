//! Ansible's modules and Salt's functions where a line names one: what runs on many machines and is no line of a shell's.

use crate::domain::guard::invocation::options::{after_flags, flag_value};
use crate::domain::guard::invocation::{Inner, Word, tools};
use crate::domain::guard::scope::{Scope, Under};
use crate::domain::guard::sql::{self, Danger};

/// What is inside; `None` where the module takes a line of a shell's.
pub fn see_through<'a>(name: &str, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let mut scope = scope.clone();
    scope.given_by(name, Under::Elsewhere);
    match name {
        "ansible" => ansible(words, &scope),
        name => {
            let rest = after_flags(words, &["-t", "--timeout", "-b", "--batch", "-l", "--log-level"]);
            let function = rest.get(usize::from(name == "salt")..)?;
            let known = function.first().is_some_and(|word| !tools::of(&word.text).is_empty());
            known.then(|| vec![Inner::Command(function.to_vec(), scope)])
        }
    }
}

/// `ansible HOSTS -m MODULE -a 'NAME=VALUE …'`.
fn ansible<'a>(words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let module = flag_value(words, &["-m", "--module-name"])?;
    let module = module.text.rsplit('.').next()?.to_owned();
    let given = flag_value(words, &["-a", "--args"]).map(|word| word.text).unwrap_or_default();
    let given = shell_words::split(&given).unwrap_or_default();
    let value = |key: &str| given.iter().find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='));
    let command =
        |words: &[&str]| Some(vec![Inner::Command(words.iter().map(|word| Word::sure(word)).collect(), scope.clone())]);
    match module.as_str() {
        "command" | "shell" | "raw" | "script" | "expect" => None,
        "file" if value("state") == Some("absent") => command(&["rm", "-rf", value("path").or(value("dest"))?]),
        "cron" if value("state") != Some("absent") => Some(vec![Inner::Line(value("job")?.to_owned(), scope.clone())]),
        "redis" if value("command") == Some("flush") => command(&["redis-cli", "flushall"]),
        _ => {
            let told = value("query").or(value("script"));
            if told.is_some_and(|text| sql::read(text).danger == Danger::Destructive) {
                return Some(vec![Inner::Talks(format!("ansible -m {module}"), None, scope.clone())]);
            }
            let words: Vec<&str> = std::iter::once(module.as_str()).chain(given.iter().map(String::as_str)).collect();
            if tools::of(&module).is_empty() { Some(Vec::new()) } else { command(&words) }
        }
    }
}
