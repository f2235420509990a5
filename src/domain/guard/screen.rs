//! The words in which a refusal or a question is told: a sentence, aligned rows, and what to type instead. Pure.

mod instead;

use std::path::Path;

use super::invocation::{Role, Tool};
use super::judgement::Judged;
use super::scope::Beaten;
use super::verdict::{Because, Effect, Reason, Verdict};
use crate::domain::config::Config;
use crate::domain::config::name::EnvironmentName;
use crate::domain::target::evidence::{Evidence, Says, Source};
use crate::domain::target::{Selection, Target};
use crate::domain::text::pattern;

/// What the words of an answer refer to.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub config: &'a Config,
    pub selection: &'a Selection,
    /// The directory of `.nexusenv`.
    pub root: &'a Path,
    pub asker: Asker,
}

/// Who reads the answer, and so what they can type.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Asker {
    Person,
    /// A coding agent: its shell has no hook, so that nothing selects an environment there.
    Agent,
}

/// What a refusal or a question says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Screen {
    /// `prisma migrate dev would write to prod`.
    pub sentence: String,
    pub rows: Vec<Row>,
    /// What to type instead, one thing a line.
    pub instead: Vec<String>,
}

/// A line of three columns.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Row {
    pub label: String,
    pub text: String,
    /// In parentheses; may be empty.
    pub how: String,
}

impl Row {
    pub fn new(label: &str, text: impl Into<String>, how: impl Into<String>) -> Row {
        Row { label: label.to_owned(), text: text.into(), how: how.into() }
    }
}

impl Screen {
    /// All of it, without the last line's end.
    pub fn text(&self) -> String {
        format!("{}\n{}", self.sentence, self.body()).trim_end().to_owned()
    }

    /// The lines below the first, columns aligned, two spaces in front.
    pub fn body(&self) -> String {
        let mut rows = self.rows.clone();
        let typed = self.instead.iter().enumerate();
        rows.extend(typed.map(|(at, text)| Row::new(if at == 0 { "instead" } else { "" }, text, "")));
        let width = |text: &str| text.chars().count();
        let labels = rows.iter().map(|row| width(&row.label)).max().unwrap_or(0);
        let texts = rows.iter().filter(|row| !row.how.is_empty()).map(|row| width(&row.text)).max().unwrap_or(0);
        rows.iter()
            .map(|row| {
                let label = format!("{}{}", row.label, " ".repeat(labels - width(&row.label)));
                match row.how.as_str() {
                    "" => format!("  {label}  {}\n", row.text),
                    how => format!("  {label}  {}{}   ({how})\n", row.text, " ".repeat(texts - width(&row.text))),
                }
            })
            .collect()
    }
}

/// The words for a verdict that is not a plain yes.
pub fn screen(judged: &Judged, view: &View<'_>) -> Screen {
    let because = judged.verdict.because();
    let target = because.target.and_then(|at| judged.targets.get(at));
    let mut rows: Vec<Row> = target.map(|target| rows(target, because.reason)).unwrap_or_default();
    rows.extend(judged.invocation.beaten.iter().map(note));
    rows.extend(read_only_note(judged, target));
    let through = judged.invocation.through.join(", ");
    if !through.is_empty() {
        rows.push(Row::new("through", through, ""));
    }
    let of_rule = judged.concern.as_ref().is_some_and(|concern| concern.rule.is_some());
    if judged.invocation.tool == Tool::Other || of_rule {
        let why = judged.concern.as_ref().map(|concern| concern.why.clone()).unwrap_or_default();
        rows.push(Row::new("because", why, ""));
    }
    Screen { sentence: sentence(judged, target, view.selection), rows, instead: instead::instead(judged, target, view) }
}

fn sentence(judged: &Judged, target: Option<&Target>, selection: &Selection) -> String {
    let because = judged.verdict.because();
    let name = called(judged);
    let role = because.target.and_then(|at| judged.invocation.uses.get(at)).map(|one| one.role);
    let would = |environment: &str| match role {
        Some(Role::Shadow) => format!("{name} would wipe {environment}, which is named as its shadow database"),
        Some(Role::Main | Role::Direct) | None => format!("{name} would {} {environment}", judged.invocation.does),
    };
    let environment = because.environment.as_ref().map(EnvironmentName::as_str);
    match (because.reason, environment) {
        (Reason::Reaches, Some(environment)) => would(environment),
        (Reason::Disagrees, Some(environment)) => {
            let strongest = target.and_then(|target| strongest(target, environment));
            match (strongest, against(target, environment)) {
                (Some(Source::Selection), _) => {
                    format!("{name}: {environment} is selected, but the database is another one")
                }
                (Some(Source::Identity), Some(other)) => {
                    format!("{name}: the URL is {environment}'s, but {other}")
                }
                (_, Some(other)) => format!("{}, although {other}", would(environment)),
                (_, None) => would(environment),
            }
        }
        (Reason::Disagrees, None) => {
            let claims = target.map(contradiction).unwrap_or_default();
            format!("{name}: what was found disagrees about the database that it reaches{claims}")
        }
        (Reason::Expired, Some(environment)) => format!("{name}: the time for {environment} is over"),
        (Reason::CannotBeKnown, Some(environment)) => {
            format!("{name}: {environment} is selected, and which database the command would reach cannot be known")
        }
        (Reason::NothingKnown, _) => {
            let chosen = match selection {
                Selection::Environment(name, _) => format!(", although {name} is selected"),
                Selection::Nothing | Selection::Expired(..) => String::new(),
            };
            format!("{}{chosen}", would("an unknown database"))
        }
        (Reason::Unread, Some(environment)) => {
            let near = if because.target.is_some() { "within reach" } else { "selected" };
            format!("{name}: {environment} is {near}, and what would run cannot be known")
        }
        (Reason::Harmless | Reason::ProvenOther | Reason::OutOfReach | Reason::Paused, _) => format!("{name} may run"),
        (Reason::Reaches | Reason::Expired | Reason::CannotBeKnown | Reason::Unread, None) => {
            format!("{name} may not run")
        }
    }
}

/// What the command is called: where a rule names what started it, as the rule does.
fn called(judged: &Judged) -> &str {
    let rule = judged.concern.as_ref().and_then(|concern| concern.rule.as_deref());
    let of_outer = rule.filter(|rule| !pattern::fits_command(rule, &judged.invocation.words));
    of_outer.unwrap_or(&judged.invocation.name)
}

/// The strongest source that speaks for the environment.
fn strongest(target: &Target, environment: &str) -> Option<Source> {
    target.evidence.iter().filter(|e| speaks_for(e).as_deref() == Some(environment)).map(|e| e.source).min()
}

/// What speaks against the environment, in words: the selection before the rest, since it is what the person believes.
fn against(target: Option<&Target>, environment: &str) -> Option<String> {
    let other = |evidence: &&Evidence| speaks_for(evidence).is_some_and(|name| name != environment);
    let found: Vec<&Evidence> = target?.evidence.iter().filter(other).collect();
    let itself = |e: &&&Evidence| matches!(e.source, Source::Label | Source::Fingerprint);
    let chosen = found.iter().find(|e| e.source == Source::Selection);
    claim(found.iter().find(itself).or(chosen).or(found.first())?)
}

/// What one piece of evidence claims, as half a sentence.
fn claim(evidence: &Evidence) -> Option<String> {
    let name = speaks_for(evidence)?;
    Some(match (evidence.source, &evidence.says) {
        (Source::Selection, _) => format!("{name} is selected"),
        (Source::Identity, _) => format!("the URL is {name}'s"),
        (_, Says::Local) => "a server of this machine answers there".to_owned(),
        (Source::Match, _) => format!("it matches {name}"),
        (Source::Label, _) => format!("its label says {name}"),
        (Source::Fingerprint, _) => format!("its fingerprint is {name}'s"),
        (Source::Database | Source::Listener | Source::File, _) => format!("what answers there is {name}'s"),
    })
}

/// The two sides of a disagreement between environments on which the rule does not hold.
fn contradiction(target: &Target) -> String {
    let claims = |evidence: &&Evidence| speaks_for(evidence).is_some() && evidence.says != Says::Local;
    let Some(first) = target.evidence.iter().find(claims) else { return String::new() };
    let second = target.evidence.iter().filter(claims).find(|other| speaks_for(other) != speaks_for(first));
    let pinned = target.evidence.iter().any(|e| matches!(&e.says, Says::NotAsPinned(_)));
    let second = match (second.and_then(claim), pinned) {
        (Some(second), _) => second,
        (None, true) => "it is not the database that is pinned".to_owned(),
        (None, false) => return String::new(),
    };
    claim(first).map_or(String::new(), |first| format!(": {first}, but {second}"))
}

fn speaks_for(evidence: &Evidence) -> Option<String> {
    match &evidence.says {
        Says::Environment(name, _) => Some(name.to_string()),
        Says::Local => Some("this machine".to_owned()),
        Says::NotAsPinned(_) | Says::Unknown => None,
    }
}

/// A target as it was seen, whatever it comes to.
pub fn seen(target: &Target) -> Vec<Row> {
    rows(target, Reason::Reaches)
}

/// The URL, and the evidence that the person needs: what is behind the port always, the rest where it decides.
fn rows(target: &Target, reason: Reason) -> Vec<Row> {
    let mut rows = vec![match &target.url {
        Some(url) => Row::new(&target.label, url.read_write().to_string(), &target.origin),
        None => Row::new(&target.label, &target.origin, ""),
    }];
    // A fingerprint that says nothing matters where nothing else does.
    let (disagrees, fingerprint) = match reason {
        Reason::Disagrees => (Shown::All, Shown::Never),
        Reason::NothingKnown | Reason::CannotBeKnown => (Shown::Strong, Shown::Strong),
        Reason::Harmless | Reason::ProvenOther | Reason::Reaches | Reason::Expired => (Shown::Strong, Shown::Never),
        Reason::Unread | Reason::OutOfReach | Reason::Paused => (Shown::Strong, Shown::Never),
    };
    let strong = target.evidence.iter().any(|e| match e.source {
        Source::Label | Source::Fingerprint | Source::Listener | Source::File | Source::Match => {
            e.says != Says::Unknown
        }
        Source::Database | Source::Identity | Source::Selection => false,
    });
    let mut found: Vec<(u8, Row)> = Vec::new();
    for evidence in &target.evidence {
        // In the order in which a connection meets them: the port, then the database.
        let (place, label, needed) = match evidence.source {
            Source::Listener | Source::File => (0, "reaches", Shown::Strong),
            Source::Fingerprint if evidence.says == Says::Unknown => (1, "fingerprint", fingerprint),
            Source::Fingerprint => (1, "fingerprint", Shown::Strong),
            Source::Label => (2, "label", Shown::Strong),
            Source::Database => (3, "database", Shown::Strong),
            Source::Match => (4, "match", Shown::Strong),
            Source::Identity => (5, Source::told(evidence.source.word()), Shown::All),
            Source::Selection => (6, "selected", Shown::All),
        };
        let shared = evidence.source == Source::Identity && evidence.says == Says::Unknown;
        if needed == Shown::Strong
            || needed == Shown::All && disagrees == Shown::All
            || shared
            || !strong && evidence.source == Source::Identity
        {
            found.push((place, Row::new(label, &evidence.seen, &evidence.how)));
        }
    }
    found.sort_by_key(|(place, _)| *place);
    rows.extend(found.into_iter().map(|(_, row)| row));
    rows
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Shown {
    Strong,
    All,
    Never,
}

fn note(beaten: &Beaten) -> Row {
    let text = format!("`{}` does not change {}: the shell's own value wins", beaten.by, beaten.variable);
    Row::new("note", text, "")
}

/// A gated command that goes on will still meet a read-only database.
fn read_only_note(judged: &Judged, target: Option<&Target>) -> Option<Row> {
    let url = target?.url.as_ref()?;
    let environment = judged.verdict.because().environment.as_ref()?;
    let asks = matches!(judged.verdict, Verdict::Ask(_)) && judged.effect() == Effect::Gated;
    let text = format!("the URL is read-only, so PostgreSQL refuses writes until nexus-env use {environment} --write");
    (asks && url.is_read_only()).then(|| Row::new("note", text, ""))
}

/// The word to be typed where the verdict asks: the environment's name, since it cannot be typed by habit.
pub fn word(because: &Because, selection: &Selection) -> String {
    match (&because.environment, selection) {
        (Some(environment), _) => environment.to_string(),
        (None, Selection::Environment(name, _) | Selection::Expired(name, _)) => name.to_string(),
        (None, Selection::Nothing) => "yes".to_owned(),
    }
}
