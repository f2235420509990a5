//! What a person said yes to by typing an environment's name, kept: to one command, so that a deeper layer of the guard need
//! not ask again; or to writing, for a time. Which name was typed, where, and until when. Pure. It holds no value and opens
//! nothing by itself.

use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::domain::config::name::EnvironmentName;
use crate::domain::text::clock::{End, Now, Uptime, whole_number};

/// How long a yes holds for a command that has not come to its point yet, in seconds: a build may run before.
pub const LASTS: u64 = 15 * 60;

/// The command whose end is recorded.
pub const DEPLOY: &str = "prisma migrate deploy";

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Grant {
    /// What was typed.
    pub word: String,
    /// The directory of the configuration that asked.
    pub root: PathBuf,
    /// Seconds since 1970-01-01 UTC.
    pub until: u64,
    pub commands: Vec<Granted>,
    /// What the commands are to bring to protected environments, to be compared with what is there when they have ended.
    pub promises: Vec<Promise>,
}

/// Migrations that a command was let through for, after every check.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Promise {
    pub environment: EnvironmentName,
    /// The folder in which they stand.
    pub folder: PathBuf,
    pub migrations: Vec<String>,
    /// What the target was seen to be.
    pub target: String,
}

/// One command, and the process group that has used the yes; from then on it is that group's alone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Granted {
    pub name: String,
    pub used_by: Option<u32>,
}

/// By which a kept yes is found again: a random number that is in the environment of what it was given to, and nowhere else.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GrantName(String);

impl GrantName {
    pub fn of(number: u128) -> GrantName {
        GrantName(format!("{number:032x}"))
    }

    /// Returns `None` for what [`GrantName::of`] does not make.
    pub fn new(text: &str) -> Option<GrantName> {
        let good = text.len() == 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        good.then(|| GrantName(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for GrantName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Write access to a read-only environment, given after its name was typed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WriteGrant {
    pub environment: EnvironmentName,
    /// The directory of the configuration that asked.
    pub root: PathBuf,
    pub end: End,
}

impl WriteGrant {
    /// Whether it lifts read-only here and now. No shell outlives its machine's start, so no grant does.
    pub fn holds(&self, environment: &EnvironmentName, root: &Path, now: Now) -> bool {
        self.environment == *environment && self.root == root && !self.end.is_over_or_of_another_start(now)
    }

    pub fn encode(&self) -> Vec<u8> {
        let WriteGrant { environment, root, end: End { at, uptime } } = self;
        let uptime = uptime.map(|uptime| uptime.to_string()).unwrap_or_default();
        [format!("nexus-env write 1\n{environment}\n{at}\n{uptime}\n").as_bytes(), root.as_os_str().as_bytes()].concat()
    }

    /// `None` for anything but what [`WriteGrant::encode`] wrote.
    pub fn decode(bytes: &[u8]) -> Option<WriteGrant> {
        let mut lines = bytes.strip_prefix(b"nexus-env write 1\n")?.splitn(4, |&byte| byte == b'\n');
        let root = |lines: &mut dyn Iterator<Item = &[u8]>| {
            let root = Path::new(std::ffi::OsStr::from_bytes(lines.next()?)).to_owned();
            root.is_absolute().then_some(root)
        };
        let mut text = || lines.next().and_then(|line| std::str::from_utf8(line).ok());
        let environment = EnvironmentName::new(text()?)?;
        let at = whole_number(text()?)?;
        let uptime = match text()? {
            "" => None,
            text => Some(Uptime::parse(text)?),
        };
        Some(WriteGrant { environment, root: root(&mut lines)?, end: End { at, uptime } })
    }
}

/// What a layer is about to ask.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    pub word: &'a str,
    pub root: &'a Path,
    /// The command, and others of which it may be a part: `migrate dev` applies migrations as `migrate deploy` does.
    pub names: &'a [String],
    /// The process group that asks.
    pub group: u32,
    pub now: u64,
}

impl Grant {
    pub fn new(word: &str, root: &Path, names: impl IntoIterator<Item = String>, now: u64) -> Self {
        let commands = names.into_iter().map(|name| Granted { name, used_by: None }).collect();
        Grant {
            word: word.to_owned(),
            root: root.to_owned(),
            until: now.saturating_add(LASTS),
            commands,
            promises: Vec::new(),
        }
    }

    /// Whether it lets migrations be applied.
    pub fn deploys(&self) -> bool {
        self.commands.iter().any(|granted| granted.name == DEPLOY)
    }

    /// Whether the question was answered already. If so, the command belongs to the asking group from here on.
    pub fn answers(&mut self, question: &Question<'_>) -> bool {
        if self.word != question.word || self.root != question.root || self.until <= question.now {
            return false;
        }
        let fits = |granted: &&mut Granted| {
            question.names.contains(&granted.name) && granted.used_by.is_none_or(|group| group == question.group)
        };
        match self.commands.iter_mut().find(fits) {
            Some(granted) => {
                granted.used_by = Some(question.group);
                true
            }
            None => false,
        }
    }

    pub fn encode(&self) -> Vec<u8> {
        let commands: Vec<_> = self.commands.iter().map(|granted| (&granted.name, granted.used_by)).collect();
        let root = self.root.to_str();
        let promises: Vec<_> = self.promises.iter().map(Promise::encode).collect();
        serde_json::json!({ "word": self.word, "root": root, "until": self.until, "commands": commands, "promises": promises })
            .to_string()
            .into_bytes()
    }

    /// `None` for anything but what [`Grant::encode`] wrote.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let value: serde_json::Value = serde_json::from_slice(bytes).ok()?;
        let text = |name: &str| value.get(name)?.as_str().map(str::to_owned);
        let command = |one: &serde_json::Value| {
            let used_by = match one.get(1)? {
                serde_json::Value::Null => None,
                group => Some(u32::try_from(group.as_u64()?).ok()?),
            };
            Some(Granted { name: one.get(0)?.as_str()?.to_owned(), used_by })
        };
        Some(Grant {
            word: text("word")?,
            root: text("root")?.into(),
            until: value.get("until")?.as_u64()?,
            commands: value.get("commands")?.as_array()?.iter().map(command).collect::<Option<_>>()?,
            promises: value.get("promises")?.as_array()?.iter().map(Promise::decode).collect::<Option<_>>()?,
        })
    }
}

impl Promise {
    fn encode(&self) -> serde_json::Value {
        serde_json::json!({ "environment": self.environment.as_str(), "folder": self.folder.to_str(),
            "migrations": self.migrations, "target": self.target })
    }

    fn decode(value: &serde_json::Value) -> Option<Promise> {
        let text = |name: &str| value.get(name)?.as_str();
        let migration = |one: &serde_json::Value| one.as_str().map(str::to_owned);
        Some(Promise {
            environment: EnvironmentName::new(text("environment")?)?,
            folder: text("folder")?.into(),
            migrations: value.get("migrations")?.as_array()?.iter().map(migration).collect::<Option<_>>()?,
            target: text("target")?.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant() -> Grant {
        Grant::new("prod", Path::new("/repo"), ["prisma migrate deploy".to_owned()], 1000)
    }

    #[track_caller]
    fn check(grant: &mut Grant, word: &str, root: &str, names: &[&str], group: u32, now: u64, expected: bool) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let question = Question { word, root: Path::new(root), names: &names, group, now };
        assert_eq!(grant.answers(&question), expected, "{question:?}");
    }

    #[test]
    fn answers_the_same_question_and_no_other() {
        check(&mut grant(), "prod", "/repo", &["prisma migrate deploy"], 7, 1001, true);
        check(&mut grant(), "prod", "/repo", &["prisma migrate resolve", "prisma migrate deploy"], 7, 1001, true);
        check(&mut grant(), "test", "/repo", &["prisma migrate deploy"], 7, 1001, false);
        check(&mut grant(), "prod", "/other", &["prisma migrate deploy"], 7, 1001, false);
        check(&mut grant(), "prod", "/repo", &["prisma db execute"], 7, 1001, false);
        check(&mut grant(), "prod", "/repo", &["prisma migrate deploy"], 7, 1000 + LASTS, false);
    }

    #[test]
    fn belongs_to_the_group_that_used_it_first() {
        let mut grant = grant();
        check(&mut grant, "prod", "/repo", &["prisma migrate deploy"], 7, 1001, true);
        let mut again = Grant::decode(&grant.encode()).unwrap();
        assert_eq!(again, grant);
        check(&mut again, "prod", "/repo", &["prisma migrate deploy"], 7, 1002, true);
        check(&mut again, "prod", "/repo", &["prisma migrate deploy"], 8, 1002, false);
    }

    #[test]
    fn write_access_holds_for_its_environment_and_place_until_its_end() {
        let start = crate::domain::text::clock::Boot::parse("6a3f1c529d0e4b7a8f610123456789ab").unwrap();
        let now = |seconds, uptime| Now { seconds, uptime: Some(Uptime { boot: start, seconds: uptime }) };
        let (prod, dev) = (EnvironmentName::new("prod").unwrap(), EnvironmentName::new("dev").unwrap());
        let grant = WriteGrant { environment: prod.clone(), root: "/re po".into(), end: End::after(now(1000, 50), 60) };
        let kept = WriteGrant::decode(&grant.encode()).unwrap();
        assert_eq!(kept, grant);
        for (environment, root, now, expected) in [
            (&prod, "/re po", now(1059, 109), true),
            (&prod, "/re po", now(1060, 109), false),
            (&prod, "/re po", now(500, 110), false),
            (&prod, "/re po", Now { seconds: 1001, uptime: None }, false),
            (&prod, "/other", now(1001, 51), false),
            (&dev, "/re po", now(1001, 51), false),
        ] {
            assert_eq!(kept.holds(environment, Path::new(root), now), expected, "{environment} {root} {now:?}");
        }
        let text = String::from_utf8(grant.encode()).unwrap();
        for (old, new) in [("write 1", "write 2"), ("prod", "../x"), ("1060", "+1060"), (":110", ""), ("/re", "re")] {
            assert_eq!(WriteGrant::decode(text.replacen(old, new, 1).as_bytes()), None, "{new}");
        }
    }

    proptest::proptest! {
        #[test]
        fn reading_never_panics(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..60)) {
            proptest::prop_assert_eq!(Grant::decode(&bytes), None);
        }

        #[test]
        fn what_was_written_is_read(word in "[a-z]{1,8}", name in "\\PC{0,20}", now in 0u64..1 << 40) {
            let mut grant = Grant::new(&word, Path::new("/a b"), [name.clone()], now);
            grant.promises.push(Promise {
                environment: EnvironmentName::new("prod").unwrap(),
                folder: "/a b/prisma/migrations".into(),
                migrations: vec![name.clone(), word],
                target: name,
            });
            proptest::prop_assert_eq!(Grant::decode(&grant.encode()), Some(grant));
        }
    }
}
