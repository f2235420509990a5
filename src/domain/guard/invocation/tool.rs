//! Reads the words of the tools in the table: which rule names what they do, and on which database.

use super::options::{Options, is_one_expansion, options};
use super::tools::{self, Place, Rule, Tool};
use super::word::said;
use super::{Invocation, Reader, Sure, Word, named, reach};
use crate::domain::guard::scope::Scope;
use crate::domain::guard::verdict::Effect;
use crate::domain::text::pattern;

/// Words with which a tool makes something for a person to fill in, whatever stands behind them.
const MAKES: &[&str] =
    &["new", "create", "generate", "g", "add", "init", "help", "runner", "r", "console", "c", "server", "s", "status"];

/// The command, if the name is a tool's.
pub(super) fn read(reader: &Reader<'_>, name: &str, words: &[Word], scope: &Scope<'_>) -> Option<Invocation> {
    let goals: Vec<Word>;
    let words = match name {
        "mvn" | "mvnw" | "mvnd" => {
            goals = words.iter().map(|word| Word { text: goal(&word.text), sure: word.sure }).collect();
            &goals
        }
        _ => words,
    };
    let mut found: Option<(&Tool, Options<'_>, &Rule)> = None;
    for tool in tools::of(name) {
        let options = options(words, tool.valued);
        if let Some(rule) = rule(tool, &options) {
            found = Some((tool, options, rule));
            break;
        }
    }
    let Some((tool, options, rule)) = found else { return computed(reader, name, words, scope) };
    let uses = if rule.effect == Effect::Safe { Vec::new() } else { reach::uses(reader, tool.finds, &options, scope) };
    let shown: Vec<&str> = std::iter::once(name).chain(named_by(tool, rule, &options)).collect();
    Some(Invocation::of_a_tool(shown.join(" "), (name, words), (rule.effect, rule.does, rule.why), uses, scope))
}

/// Words that the line computes, where a rule's could stand: what it does cannot be known.
fn computed(reader: &Reader<'_>, name: &str, words: &[Word], scope: &Scope<'_>) -> Option<Invocation> {
    let could = |tool: &&'static Tool| {
        let options = options(words, tool.valued);
        let unsure = |at: usize| options.rest.get(at).is_some_and(|word| word.sure == Sure::No);
        // The last word may become several.
        let several = options.rest.last().is_some_and(|word| word.sure == Sure::No && is_one_expansion(&word.text));
        let fits = |rule: &Rule| {
            (rule.words.len() <= options.rest.len() || several && options.rest.len() > 1)
                && rule.words.iter().enumerate().any(|(at, _)| unsure(at))
                && rule.words.iter().zip(&options.rest).all(|(pattern, word)| {
                    word.sure == Sure::No && *pattern != tools::OF_A_DATABASE || fits_word(pattern, &word.text)
                })
        };
        let anywhere = tool.place == Place::Anywhere;
        let task =
            anywhere && options.rest.first().is_some_and(|word| word.sure == Sure::No && is_any_task(tool, &word.text));
        // `gcloud sql $(cat words)`: the words in front of it begin a rule.
        let begun = |rule: &Rule| {
            let before = &options.rest[..options.rest.len() - 1];
            let begins = |from: usize| {
                before.len() - from < rule.words.len()
                    && rule.words.iter().zip(&before[from..]).all(|(pattern, word)| fits_word(pattern, &word.text))
            };
            rule.effect > Effect::Unknown && (0..before.len()).any(begins)
        };
        let task = task || anywhere && several && tool.rules.iter().any(begun);
        task || tool.place == Place::First && tool.rules.iter().any(|rule| rule.effect > Effect::Unknown && fits(rule))
    };
    tools::of(name).iter().copied().find(could)?;
    let shown = said(&[&[Word::sure(name)], words].concat());
    Some(Invocation::unknown(reader, &shown, words, "the line computes what it is told to do", scope))
}

/// Whether a computed word can come to be a task that a rule names: `$(cat task)`, `db:$(cat task)`.
fn is_any_task(tool: &Tool, text: &str) -> bool {
    let begin = text.split(['$', '`', '…']).next().unwrap_or_default();
    let begins = |rule: &Rule| rule.words.first().is_some_and(|word| word.starts_with(begin));
    is_one_expansion(text)
        || !begin.is_empty() && tool.rules.iter().any(|rule| rule.effect > Effect::Unknown && begins(rule))
}

fn named_by<'w>(tool: &Tool, rule: &Rule, options: &'w Options<'_>) -> Vec<&'w str> {
    let at = at(tool, rule, options);
    options.rest.iter().skip(at).take(rule.words.len()).map(|word| word.text.as_str()).collect()
}

fn rule(tool: &'static Tool, options: &Options<'_>) -> Option<&'static Rule> {
    let asks = options.rest.last().is_some_and(|word| word.text == "help") && tool.place == Place::First;
    if options.has(&["--help", "-help"]) || asks || options.has(&["--version"]) && !tool.valued.contains(&"--version") {
        return None;
    }
    let first = options.rest.first().map_or("", |word| word.text.as_str());
    if tool.place == Place::Anywhere && MAKES.contains(&first) {
        return None;
    }
    let holds = |rule: &&'static Rule| (rule.flags.is_empty() || given(rule, options)) && !options.has(rule.unless);
    match tool.place {
        Place::First => tool.rules.iter().find(|rule| holds(rule) && fits(rule, options, 0)),
        // Of several tasks the worst one counts; for each the first rule that fits decides.
        Place::Anywhere => (0..options.rest.len().max(1))
            .filter_map(|at| tool.rules.iter().find(|rule| holds(rule) && fits(rule, options, at)))
            .max_by_key(|rule| rule.effect),
    }
}

/// Whether one of the rule's flags is there, with a value that fits where it asks for one.
fn given(rule: &Rule, options: &Options<'_>) -> bool {
    rule.flags.iter().any(|flag| match flag.split_once('=') {
        Some((flag, pattern)) => options.values(&[flag]).any(|value| fits_word(pattern, &value.text)),
        None => options.has(&[flag]),
    })
}

fn fits(rule: &Rule, options: &Options<'_>, at: usize) -> bool {
    let rest = &options.rest[at..];
    let (front, names) = match rule.words {
        [front @ .., tools::OF_A_DATABASE] => (front, true),
        all => (all, false),
    };
    front.len() <= rest.len()
        && front.iter().zip(rest).all(|(pattern, word)| fits_word(pattern, &word.text))
        && (!names || rest[front.len()..].iter().any(|word| named::of_a_database(&word.text)))
}

fn fits_word(pattern: &str, text: &str) -> bool {
    if pattern == tools::OF_A_DATABASE {
        return named::of_a_database(text);
    }
    pattern::fits_any(pattern, text) || pattern.split('|').any(|one| is_short_for(text, one))
}

/// Whether each part of a command's name is the begin of the full one's: `doctrine:sch:drop`, as Symfony's consoles take it
/// (symfony.com/doc/current/components/console), and `flyC` for `flywayClean` (docs.gradle.org, "Task name abbreviation").
fn is_short_for(text: &str, full: &str) -> bool {
    let full = full.trim_matches('*');
    let apart = |text: &str, colon: bool| -> Vec<String> {
        if colon {
            return text.split(':').map(str::to_owned).collect();
        }
        let mut parts: Vec<String> = vec![String::new()];
        for c in text.chars() {
            if c.is_ascii_uppercase() {
                parts.push(String::new());
            }
            parts.last_mut().into_iter().for_each(|part| part.push(c));
        }
        parts
    };
    let colon = text.contains(':');
    if full.contains('*') || text.len() < 3 || !colon && !text.contains(|c: char| c.is_ascii_uppercase()) {
        return false;
    }
    let (text, full) = (apart(text, colon), apart(full, colon));
    text.len() > 1
        && text.len() == full.len()
        && text.iter().zip(&full).all(|(text, full)| !text.is_empty() && full.starts_with(text.as_str()))
}

/// A goal of Maven's by its plugin's short name: `org.flywaydb:flyway-maven-plugin:11.3.0:clean` (maven.apache.org, "Introduction to
/// Plugin Prefix Resolution").
fn goal(text: &str) -> String {
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        [_, plugin, .., goal] if plugin.ends_with("-maven-plugin") => {
            format!("{}:{goal}", plugin.trim_end_matches("-maven-plugin"))
        }
        _ => text.to_owned(),
    }
}

/// Where the rule's words stand.
fn at(tool: &Tool, rule: &Rule, options: &Options<'_>) -> usize {
    match tool.place {
        Place::First => 0,
        Place::Anywhere => (0..options.rest.len()).find(|at| fits(rule, options, *at)).unwrap_or(0),
    }
}

/// Whether this is a tool's name, and hardly a plain word.
pub(super) fn is_named(name: &str) -> bool {
    !PLAIN.contains(&name) && !tools::of(name).is_empty()
}

/// Names that are also plain words say too little by themselves.
const PLAIN: &[&str] = &[
    "migrate", "atlas", "goose", "ace", "console", "gel", "neon", "aws", "gcloud", "az", "k", "oc", "helm", "fly",
    "platform", "railway", "exo", "civo", "convex", "evolve", "grate", "tern", "refinery", "soda", "buffalo", "loco",
    "ley", "lucky", "piccolo", "tortoise", "cap", "mina", "mc", "b2", "sam", "cf", "copilot", "snow", "pc", "cb",
    "tiger", "nile", "tembo", "astra", "fauna", "render", "borg", "medusa", "amplify", "hadoop", "consul", "barman",
    "zfs", "vault", "curator", "solr", "br", "kudu", "repmgr", "multipass", "vagrant", "dd",
];

/// Whether these words, the tool's name first, are a destructive command, whatever stands before them.
pub(super) fn is_destructive(name: &str, words: &[Word]) -> bool {
    is_at_least(Effect::Destructive, name, words)
}

/// The same for one that is gated or destructive.
pub(super) fn is_at_least(effect: Effect, name: &str, words: &[Word]) -> bool {
    let does =
        |tool: &&'static Tool| rule(tool, &options(words, tool.valued)).is_some_and(|rule| rule.effect >= effect);
    !PLAIN.contains(&name) && tools::of(name).iter().any(does)
}
