//! What `config.toml` says, the person's own settings. Nothing of a repository reaches them.

use toml::Spanned;
use toml::de::DeValue;

use super::declared::{
    Access, Config, Deploy, Environment, Export, GuardAction, GuardRule, Match, Protection, Proxy, RuleOrigin,
};
use super::document;
use super::name::{EnvironmentName, RepositoryId, VariableName};
use crate::domain::text::safe_text::safe_text;

/// What stands in these settings and in no repository's.
pub const KEYS: [&str; 5] = ["ssh_identity", "age_plugins", "allow_names", "shell", "protect"];

#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Person {
    /// `ssh_identity`: an ssh-ed25519 key to open stores with where there is no `identity.txt`; `~/` is home.
    pub ssh_identity: Option<String>,
    /// `age_plugins`: the plugins of age that `unlock` and `recipients` may start.
    pub age_plugins: Vec<String>,
    /// `allow_names`: variables that a repository may set although their names are refused otherwise.
    pub allow_names: Vec<VariableName>,
    /// `[shell] line`: whether the line that is typed is judged before the shell runs it.
    pub lines: Lines,
    /// `[[guard]]`: rules that hold in every repository. `on` names environments that need not be declared anywhere.
    pub guard: Vec<GuardRule>,
    /// `[[protect]]`: databases that are protected in every directory.
    pub protect: Vec<Protect>,
}

impl Person {
    /// What holds where there is no configuration of a team's; `None` where nothing is protected everywhere.
    pub fn everywhere(self) -> Option<Config> {
        (!self.protect.is_empty()).then_some(())?;
        Some(Config {
            id: RepositoryId::new("0000000000000000")?,
            default: EnvironmentName::new("none")?,
            database_variables: vec![VariableName::new("DATABASE_URL")?],
            environments: self.protect.iter().flat_map(Protect::environments).collect(),
            services: Vec::new(),
            prisma_directory: None,
            guard: self.guard,
        })
    }
}

/// A database that is protected wherever the person is, with or without a configuration.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Protect {
    pub name: EnvironmentName,
    /// Patterns with `*`.
    pub hosts: Vec<String>,
    /// Cloud SQL instances, `PROJECT:REGION:INSTANCE`.
    pub instances: Vec<String>,
    /// What a label in the database may say, beside the name itself.
    pub labels: Vec<EnvironmentName>,
}

impl Protect {
    /// The same as environments that nobody can select: one for each instance and each label, since an environment has one.
    pub fn environments(&self) -> Vec<Environment> {
        let environment = |name: &EnvironmentName, matches: Match, instance: Option<&String>| Environment {
            name: name.clone(),
            protection: Protection::Protected,
            promote_from: None,
            access: Access::ReadOnly,
            export: Export::Command,
            fingerprint: None,
            vars: Vec::new(),
            proxy: instance.map(|instance| Proxy { instance: instance.clone(), port: 0, command: Vec::new() }),
            matches,
            backup: None,
            deploy: Deploy::default(),
        };
        let none = Match { origin: RuleOrigin::Person, ..Match::default() };
        let hosts = Match { hosts: self.hosts.clone(), ..none.clone() };
        let first = environment(&self.name, hosts, self.instances.first());
        let others = self.instances.iter().skip(1).map(|one| environment(&self.name, none.clone(), Some(one)));
        let labels = self.labels.iter().filter(|label| **label != self.name);
        std::iter::once(first).chain(others).chain(labels.map(|label| environment(label, none.clone(), None))).collect()
    }
}

/// What becomes of the line that a person types.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Lines {
    #[default]
    Judged,
    /// The guard functions stand alone.
    LeftAlone,
}

/// A sentence about one line, counted from one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wrong {
    pub line: usize,
    pub what: String,
}

/// # Errors
/// Where it is no TOML, has a key that is not known, or a value of the wrong kind.
pub fn parse(text: &str) -> Result<Person, Wrong> {
    let wrong = |offset: usize, what: String| {
        let before = &text.as_bytes()[..offset.min(text.len())];
        Wrong { line: 1 + before.iter().filter(|&&byte| byte == b'\n').count(), what }
    };
    let root =
        document::read(text).map_err(|broken| Wrong { line: broken.line, what: broken.sentence.to_lowercase() })?;
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
            "age_plugins" => {
                let plain = |name: &str| {
                    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_');
                    !name.is_empty() && name.bytes().all(plain)
                };
                let name = |name: &Spanned<DeValue<'_>>| {
                    let name = name.get_ref().as_str()?.to_ascii_lowercase();
                    let name = name.strip_prefix("age-plugin-").unwrap_or(&name).to_owned();
                    plain(&name).then_some(name)
                };
                let names = value.get_ref().as_array().and_then(|names| names.iter().map(name).collect());
                person.age_plugins = names
                    .ok_or_else(|| wrong(at, "`age_plugins` is a list of names such as \"yubikey\"".to_owned()))?;
            }
            "guard" => {
                let rules = value.get_ref().as_array().ok_or_else(|| {
                    wrong(at, "`guard` is a list; a rule begins with `[[guard]]`, in double brackets".to_owned())
                })?;
                for found in rules {
                    person.guard.push(rule(found).map_err(|(offset, what)| wrong(offset, what))?);
                }
            }
            "shell" => person.lines = lines(value).map_err(|(offset, what)| wrong(offset, what))?,
            "protect" => {
                let entries = value.get_ref().as_array().ok_or_else(|| {
                    wrong(at, "`protect` is a list; an entry begins with `[[protect]]`, in double brackets".to_owned())
                })?;
                for found in entries {
                    person.protect.push(protect(found).map_err(|(offset, what)| wrong(offset, what))?);
                }
            }
            other => {
                let known = [&KEYS[..], &["guard"]].concat();
                return Err(wrong(key.span().start, unknown(other, &known, "")));
            }
        }
    }
    Ok(person)
}

/// `[shell]`. The error is a byte of the text and the sentence about it.
fn lines(found: &Spanned<DeValue<'_>>) -> Result<Lines, (usize, String)> {
    let start = found.span().start;
    let table = found.get_ref().as_table().ok_or_else(|| (start, "`shell` is a table: `[shell]`".to_owned()))?;
    let mut lines = Lines::Judged;
    for (key, value) in table {
        match (key.get_ref().as_ref(), value.get_ref().as_bool()) {
            ("line", Some(true)) => lines = Lines::Judged,
            ("line", Some(false)) => lines = Lines::LeftAlone,
            ("line", None) => return Err((value.span().start, "`shell.line` is true or false".to_owned())),
            (other, _) => return Err((key.span().start, unknown(other, &["line"], " in `shell`"))),
        }
    }
    Ok(lines)
}

/// One `[[protect]]`. The error is a byte of the text and the sentence about it.
fn protect(found: &Spanned<DeValue<'_>>) -> Result<Protect, (usize, String)> {
    let start = found.span().start;
    let table = found.get_ref().as_table().ok_or_else(|| (start, "an entry begins with `[[protect]]`".to_owned()))?;
    let (mut name, mut hosts, mut instances, mut labels) = (None, Vec::new(), Vec::new(), Vec::new());
    for (key, value) in table {
        let key_at = key.span().start;
        let key = key.get_ref().as_ref();
        let texts = || {
            let texts = value.get_ref().as_array().filter(|texts| !texts.is_empty()).and_then(|texts| {
                let text = |text: &Spanned<DeValue<'_>>| text.get_ref().as_str().map(str::trim).map(str::to_owned);
                texts.iter().map(|found| text(found).filter(|text| !text.is_empty())).collect::<Option<Vec<_>>>()
            });
            texts.ok_or_else(|| (value.span().start, format!("`protect.{key}` is a list of texts in quotes")))
        };
        let of_environment = |text: &str| {
            let wrong =
                || (value.span().start, format!("`protect.{key}`: `{}` is no environment's name", safe_text(text)));
            EnvironmentName::new(text).ok_or_else(wrong)
        };
        match key {
            "name" => name = Some(of_environment(value.get_ref().as_str().unwrap_or_default())?),
            "hosts" => hosts = texts()?,
            "instances" => instances = texts()?,
            "labels" => labels = texts()?.iter().map(|text| of_environment(text)).collect::<Result<_, _>>()?,
            other => return Err((key_at, unknown(other, &["name", "hosts", "instances", "labels"], " in `protect`"))),
        }
    }
    let name = name.ok_or_else(|| (start, "`protect.name` is missing: what the database is called".to_owned()))?;
    Ok(Protect { name, hosts, instances, labels })
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
        let named = parse("age_plugins = [\"yubikey\", \"age-plugin-fido2-hmac\"]").unwrap().age_plugins;
        assert_eq!(named, ["yubikey", "fido2-hmac"]);
        refuses("age_plugins = \"yubikey\"", 1, "`age_plugins` is a list of names such as \"yubikey\"");
        refuses("\nage_plugins = [\"/opt/x\"]", 2, "`age_plugins` is a list of names such as \"yubikey\"");
        refuses("age_plugin = [\"x\"]", 1, "unknown key `age_plugin`, did you mean `age_plugins`");
        assert_eq!(parse(""), Ok(Person::default()));
        assert_eq!(parse("[shell]\nline = false\n").unwrap().lines, Lines::LeftAlone);
        assert_eq!(parse("[shell]\nline = true\n").unwrap().lines, Lines::Judged);
        refuses("[shell]\nline = 0", 2, "`shell.line` is true or false");
        refuses("[shell]\nlines = false", 2, "unknown key `lines` in `shell`, did you mean `line`");
        refuses("shell = false", 1, "`shell` is a table: `[shell]`");
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
    fn reads_what_is_protected_everywhere() {
        let text = "[[protect]]\nname = \"prod\"\nhosts = [\"*.prod.internal\"]\n\
                    instances = [\"p:r:one\", \"p:r:two\"]\nlabels = [\"prod\", \"live\"]\n";
        let found = parse(text).unwrap().protect;
        let environments: Vec<Environment> = found.iter().flat_map(Protect::environments).collect();
        let names: Vec<&str> = environments.iter().map(|environment| environment.name.as_str()).collect();
        assert_eq!(names, ["prod", "prod", "live"]);
        assert!(environments.iter().all(Environment::is_protected));
        let instances: Vec<_> = environments.iter().filter_map(|e| Some(e.proxy.as_ref()?.instance.as_str())).collect();
        assert_eq!(instances, ["p:r:one", "p:r:two"]);
        refuses("[[protect]]\nhosts = [\"x\"]", 1, "`protect.name` is missing: what the database is called");
        refuses("[[protect]]\nname = \"a b\"", 2, "`protect.name`: `a b` is no environment's name");
        refuses("[[protect]]\nname = \"p\"\nhosts = \"x\"", 3, "`protect.hosts` is a list of texts in quotes");
        refuses(
            "[[protect]]\nname = \"p\"\nhost = [\"x\"]",
            3,
            "unknown key `host` in `protect`, did you mean `hosts`",
        );
        refuses(
            "[protect]\nname = \"p\"",
            1,
            "`protect` is a list; an entry begins with `[[protect]]`, in double brackets",
        );
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
        refuses("colours = 1", 1, "unknown key `colours`");
        refuses("[shell]\nline = true\nline = false\n", 3, "duplicate key `line`, which stands in line 2 already");
        refuses("allow_names = [\"1X\"]", 1, "`allow_names` is a list of variable names");
        refuses("ssh_identity = 3", 1, "`ssh_identity` is a path in quotes");
    }
}
