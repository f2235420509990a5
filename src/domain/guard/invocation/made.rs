//! What a command comes to, once it is known which one it is: its effect, its reason and the databases that it will use.

use super::prisma;
use super::{Beaten, Invocation, Origin, Reader, Role, Tool, UrlValue, Use, Word, client, safe_text, uses};
use crate::domain::guard::project::prisma_major;
use crate::domain::guard::scope::Scope;
use crate::domain::guard::verdict::Effect;
use crate::domain::target::url::DatabaseUrl;

impl<'a> Reader<'a> {
    pub(super) fn unreadable(&self, scope: &Scope<'a>) -> Invocation {
        let value = UrlValue::Unknown("the line cannot be read".to_owned());
        let one = Use { label: "line".to_owned(), variable: None, role: Role::Main, value, origin: Origin::Line };
        Invocation {
            tool: Tool::Prisma,
            name: "a line that names a destructive command".to_owned(),
            words: Vec::new(),
            outer: scope.outer.clone(),
            effect: Effect::Destructive,
            does: "write to",
            why: "the line cannot be read as a shell would read it".into(),
            uses: vec![one],
            through: scope.through.clone(),
            beaten: Vec::new(),
            directory: scope.cwd.clone(),
            migrations: None,
        }
    }

    /// What runs and cannot be read, or not be followed to its end. `name` is for messages, `why` says what is in the way.
    pub(super) fn unknown(&self, name: &str, words: &[Word], why: String, scope: &Scope<'a>) -> Invocation {
        Invocation {
            tool: Tool::Other,
            name: name.to_owned(),
            words: words.iter().map(|word| word.text.clone()).collect(),
            outer: scope.outer.clone(),
            effect: Effect::Unknown,
            does: "run on",
            why: safe_text::safe_text(&why).into(),
            uses: uses::of_any_program(self, scope),
            through: scope.through.clone(),
            beaten: Vec::new(),
            directory: scope.cwd.clone(),
            migrations: None,
        }
    }

    pub(super) fn prisma(&self, words: &[Word], major: Option<u32>, scope: &Scope<'a>) -> Invocation {
        let major = major.or_else(|| prisma_major(self, &scope.cwd));
        let mut operation = prisma::read(words, major);
        if operation.rule.words == ["db", "execute"] {
            let danger = client::of_execute(self, operation.file.as_ref(), scope);
            operation.judge_sql(danger);
        }
        let uses = prisma::reach::uses(self, &operation, scope);
        // A comparison with migrations wipes a shadow database only where one is named.
        let effect = match (operation.rule.aim, uses.is_empty()) {
            (prisma::Aim::ShadowOfMigrations, true) => Effect::Safe,
            (prisma::Aim::ShadowOfMigrations, false)
            | (prisma::Aim::Nothing | prisma::Aim::Main | prisma::Aim::MainAndShadow | prisma::Aim::Hosted, _) => {
                operation.rule.effect
            }
        };
        let used = |beaten: &&Beaten| uses.iter().any(|one| one.variable.as_deref() == Some(beaten.variable.as_str()));
        Invocation {
            tool: Tool::Prisma,
            name: format!("prisma {}", operation.name).trim_end().to_owned(),
            words: std::iter::once("prisma".to_owned()).chain(words.iter().map(|word| word.text.clone())).collect(),
            outer: scope.outer.clone(),
            effect,
            does: operation.rule.does,
            why: operation.rule.why.into(),
            beaten: scope.beaten.iter().filter(used).cloned().collect(),
            uses,
            through: scope.through.clone(),
            directory: scope.cwd.clone(),
            migrations: None,
        }
    }

    /// A tool that is not Prisma, as a rule names it.
    pub(super) fn of_a_tool(
        &self,
        shown: String,
        name: &str,
        words: &[Word],
        (effect, does, why): (Effect, &'static str, &'static str),
        uses: Vec<Use>,
        scope: &Scope<'a>,
    ) -> Invocation {
        let used = |beaten: &&Beaten| uses.iter().any(|one| one.variable.as_deref() == Some(beaten.variable.as_str()));
        Invocation {
            tool: Tool::Other,
            name: shown,
            words: std::iter::once(name.to_owned()).chain(words.iter().map(|word| word.text.clone())).collect(),
            outer: scope.outer.clone(),
            effect,
            does,
            why: why.into(),
            beaten: scope.beaten.iter().filter(used).cloned().collect(),
            uses,
            through: scope.through.clone(),
            directory: scope.cwd.clone(),
            migrations: None,
        }
    }

    pub(super) fn other(&self, words: &[Word], scope: &Scope<'a>) -> Invocation {
        Invocation {
            tool: Tool::Other,
            name: said(words),
            words: words.iter().map(|word| word.text.clone()).collect(),
            outer: scope.outer.clone(),
            effect: Effect::Safe,
            does: "run on",
            why: "no built-in rule names it".into(),
            uses: uses::of_any_program(self, scope),
            through: scope.through.clone(),
            beaten: Vec::new(),
            directory: scope.cwd.clone(),
            migrations: None,
        }
    }
}

/// The first words of a command, for a message.
pub(super) fn said(words: &[Word]) -> String {
    words.iter().take(3).map(|word| shown(&word.text)).collect::<Vec<_>>().join(" ")
}

/// A word of an unknown program as a message may show it: a URL without its password, no value behind a `=`.
pub(super) fn shown(word: &str) -> String {
    if word.contains("://") {
        return DatabaseUrl::parse(word).map_or_else(|| "•••".to_owned(), |url| url.to_string());
    }
    match word.split_once('=') {
        Some((name, value)) if !value.is_empty() => format!("{name}=•••"),
        Some(_) | None => word.to_owned(),
    }
}
