//! What `config.toml` says, the person's own settings. Nothing of a repository reaches them.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::declared::{GuardAction, GuardRule, RuleOrigin};
use super::name::{EnvironmentName, VariableName};
use crate::domain::text::safe_text::safe_text;

#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Person {
    /// `ssh_identity`: an ssh-ed25519 key to open stores with where there is no `identity.txt`; `~/` is home.
    pub ssh_identity: Option<String>,
    /// `allow_names`: variables that a repository may set although their names are refused otherwise.
    pub allow_names: Vec<VariableName>,
    /// `[[guard]]`: rules that hold in every repository. `on` names environments that need not be declared anywhere.
    pub guard: Vec<GuardRule>,
}

/// A sentence about one line, counted from one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wrong {
    pub line: usize,
    pub what: String,
}

pub fn parse(text: &str) -> Result<Person, Wrong> {
    let wrong = |offset: usize, what: String| {
        let before = &text.as_bytes()[..offset.min(text.len())];
        Wrong { line: 1 + before.iter().filter(|&&byte| byte == b'\n').count(), what }
    };
    let root = DeTable::parse(text)
        .map_err(|error| wrong(error.span().map_or(0, |span| span.start), error.message().to_lowercase()))?;
    let mut person = Person::default();
    for (key, value) in root.get_ref() {
        let at = value.span().start;
        match key.get_ref().as_ref() {
            "ssh_identity" => match value.get_ref().as_str() {
                Some(path) => person.ssh_identity = Some(path.to_owned()),
                None => return Err(wrong(at, "`ssh_identity` is a path in quotes".to_owned())),
            },
            "allow_names" => {
                let names = value.get_ref().as_array().and_then(|names| {
                    names.iter().map(|name| name.get_ref().as_str().and_then(VariableName::new)).collect()
                });
                person.allow_names =
                    names.ok_or_else(|| wrong(at, "`allow_names` is a list of variable names".to_owned()))?;
            }
            "guard" => {
                let rules = value.get_ref().as_array().ok_or_else(|| {
                    wrong(at, "`guard` is a list; a rule begins with `[[guard]]`, in double brackets".to_owned())
                })?;
                for found in rules {
                    person.guard.push(rule(found).map_err(|(offset, what)| wrong(offset, what))?);
                }
            }
            other => {
                return Err(wrong(key.span().start, unknown(other, &["ssh_identity", "allow_names", "guard"], "")));
            }
        }
    }
    Ok(person)
}

/// One `[[guard]]`. The error is a byte of the text and the sentence about it.
fn rule(found: &Spanned<DeValue<'_>>) -> Result<GuardRule, (usize, String)> {
    let start = found.span().start;
    let table = found.get_ref().as_table().ok_or_else(|| (start, "a rule begins with `[[guard]]`".to_owned()))?;
    let (mut command, mut on, mut action, mut reason) = (None, Vec::new(), GuardAction::Block, None);
    for (key, value) in table {
        let at = value.span().start;
        let word = value.get_ref().as_str().filter(|text| !text.trim().is_empty() && !text.contains(char::is_control));
        let a_word =
            |name: &str| word.map(str::to_owned).ok_or_else(|| (at, format!("`guard.{name}` is a text in quotes")));
        match key.get_ref().as_ref() {
            "command" => command = Some(a_word("command")?),
            "reason" => reason = Some(a_word("reason")?),
            "action" => {
                action = match word {
                    Some("block") => GuardAction::Block,
                    Some("confirm") => GuardAction::Confirm,
                    Some("allow") => GuardAction::Allow,
                    Some(_) | None => {
                        return Err((at, "`guard.action` is \"block\", \"confirm\" or \"allow\"".to_owned()));
                    }
                }
            }
            "on" => {
                let names = value.get_ref().as_array().filter(|names| !names.is_empty()).and_then(|names| {
                    names.iter().map(|name| name.get_ref().as_str().and_then(EnvironmentName::new)).collect()
                });
                on = names.ok_or_else(|| (at, "`guard.on` is a list of environments' names".to_owned()))?;
            }
            other => {
                let known = ["command", "on", "action", "reason"];
                return Err((key.span().start, unknown(other, &known, " in `guard`")));
            }
        }
    }
    let command =
        command.ok_or_else(|| (start, "`guard.command` is missing: the words that the rule is about".to_owned()))?;
    Ok(GuardRule { command, on, action, reason, origin: RuleOrigin::Person })
}

fn unknown(key: &str, known: &[&str], place: &str) -> String {
    let near = known.iter().find(|known| strsim::damerau_levenshtein(known, key) <= 3 && known.len() > 3);
    match near {
        Some(near) => format!("unknown key `{}`{place}, did you mean `{near}`", safe_text(key)),
        None => format!("unknown key `{}`{place}", safe_text(key)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refuses(text: &str, line: usize, what: &str) {
        assert_eq!(parse(text), Err(Wrong { line, what: what.to_owned() }), "{text}");
    }

    #[test]
    fn reads_the_persons_settings() {
        let person = parse("# mine\nssh_identity = \"~/.ssh/id_ed25519\"\nallow_names = [\"NODE_OPTIONS\"]\n").unwrap();
        assert_eq!(person.ssh_identity.as_deref(), Some("~/.ssh/id_ed25519"));
        assert_eq!(person.allow_names, [VariableName::new("NODE_OPTIONS").unwrap()]);
        assert_eq!(parse(""), Ok(Person::default()));
    }

    #[test]
    fn reads_the_persons_rules() {
        let text = "[[guard]]\ncommand = \"psql *\"\n[[guard]]\ncommand = \"prisma studio\"\non = [\"prod\"]\n\
                    action = \"allow\"\nreason = \"it is read-only\"\n";
        let rule = |command: &str, on: &[&str], action, reason: Option<&str>| GuardRule {
            command: command.to_owned(),
            on: on.iter().filter_map(|name| EnvironmentName::new(name)).collect(),
            action,
            reason: reason.map(str::to_owned),
            origin: RuleOrigin::Person,
        };
        let expected = [
            rule("psql *", &[], GuardAction::Block, None),
            rule("prisma studio", &["prod"], GuardAction::Allow, Some("it is read-only")),
        ];
        assert_eq!(parse(text).unwrap().guard, expected);
    }

    #[test]
    fn says_the_line_of_a_wrong_rule() {
        refuses("[guard]\ncommand = \"x\"", 1, "`guard` is a list; a rule begins with `[[guard]]`, in double brackets");
        refuses("guard = [1]", 1, "a rule begins with `[[guard]]`");
        refuses("\n[[guard]]\nreason = \"x\"", 2, "`guard.command` is missing: the words that the rule is about");
        refuses("[[guard]]\ncomand = \"x\"", 2, "unknown key `comand` in `guard`, did you mean `command`");
        refuses(
            "[[guard]]\ncommand = \"x\"\naction = \"warn\"",
            3,
            "`guard.action` is \"block\", \"confirm\" or \"allow\"",
        );
        refuses("[[guard]]\ncommand = \"x\"\non = [\"a b\"]", 3, "`guard.on` is a list of environments' names");
        refuses("[[guard]]\ncommand = \"x\"\non = []", 3, "`guard.on` is a list of environments' names");
        refuses("[[guard]]\ncommand = 3", 2, "`guard.command` is a text in quotes");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_harm(text in "(?s)(\\[\\[guard\\]\\]|command|on|action|=|\"|\\[|\\]|\n| |.){0,40}") {
            let _ = parse(&text);
        }
    }

    #[test]
    fn says_the_line_and_the_nearest_key() {
        refuses("\nssh_identiy = \"x\"\n", 2, "unknown key `ssh_identiy`, did you mean `ssh_identity`");
        refuses("theme = 1", 1, "unknown key `theme`");
        refuses("allow_names = [\"1X\"]", 1, "`allow_names` is a list of variable names");
        refuses("ssh_identity = 3", 1, "`ssh_identity` is a path in quotes");
    }
}
