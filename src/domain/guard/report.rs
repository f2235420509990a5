//! The answer to a whole line: its exit status, its text, its explanation and its JSON. Pure.

use serde_json::{Value, json};

use super::judgement::{self, Judged};
use super::scope::Beaten;
use super::screen::{self, View};
use super::verdict::{Because, Reason, Verdict};
use crate::domain::config::Protection;
use crate::domain::target::Target;
use crate::domain::target::evidence::{Says, Source};

/// What the commands of a line came to.
pub enum Outcome<'a> {
    /// There is no configuration in force: nothing here is ours to judge.
    NotOurs,
    /// The configuration cannot be used, and a built-in rule names this command.
    Unusable {
        name: String,
        message: String,
        hint: Option<String>,
    },
    Judged(Vec<Judged>, View<'a>),
}

/// 0 allowed, 3 blocked, 4 would ask.
pub fn exit(outcome: &Outcome<'_>) -> u8 {
    match outcome {
        Outcome::NotOurs => 0,
        Outcome::Unusable { .. } => 3,
        Outcome::Judged(all, _) => match judgement::decisive(all).map(|judged| &judged.verdict) {
            None | Some(Verdict::Allow(_)) => 0,
            Some(Verdict::Block(_)) => 3,
            Some(Verdict::Ask(_)) => 4,
        },
    }
}

/// The message as the person reads it, without the program's name in front and without the last line's end.
pub fn told(outcome: &Outcome<'_>) -> String {
    match outcome {
        Outcome::NotOurs => "allowed: no configuration of nexus-env is in force here".to_owned(),
        Outcome::Unusable { name, message, hint } => {
            let hint = hint.as_ref().map_or(String::new(), |hint| format!("\nhint: {hint}"));
            format!("blocked: {name}: {message}{hint}")
        }
        Outcome::Judged(all, view) => match judgement::decisive(all) {
            Some(judged) => {
                let screen = screen::screen(judged, view);
                let first = match &judged.verdict {
                    Verdict::Allow(because) => return allowed(judged, because),
                    Verdict::Ask(_) => screen.sentence.clone(),
                    Verdict::Block(_) => format!("blocked: {}", screen.sentence),
                };
                format!("{first}\n{}", screen.body()).trim_end().to_owned()
            }
            None => "allowed: it starts no command".to_owned(),
        },
    }
}

fn allowed(judged: &Judged, because: &Because) -> String {
    let name = &judged.invocation.name;
    match (&because.reason, &because.environment) {
        (Reason::ProvenOther, Some(environment)) => format!("allowed: {name} reaches {environment}"),
        (Reason::ProvenOther, None) => format!("allowed: {name} reaches a database of this machine"),
        (Reason::Paused, Some(environment)) => format!("allowed: paused: {name} on {environment}"),
        (Reason::Paused, None) => format!("allowed: paused: {name} on a database that nothing is known about"),
        (
            Reason::Harmless
            | Reason::Reaches
            | Reason::Disagrees
            | Reason::Expired
            | Reason::CannotBeKnown
            | Reason::NothingKnown
            | Reason::Unread
            | Reason::OutOfReach,
            _,
        ) => format!("allowed: {name}: {}", judged.invocation.why),
    }
}

/// The whole story of every command, for `guard explain`.
pub fn explained(outcome: &Outcome<'_>) -> String {
    let Outcome::Judged(all, view) = outcome else { return format!("{}\n", told(outcome)) };
    let mut out = String::new();
    for judged in all {
        let screen = screen::screen(judged, view);
        let verdict = match &judged.verdict {
            Verdict::Allow(because) => allowed(judged, because),
            Verdict::Ask(_) => format!("asks: {}", screen.sentence),
            Verdict::Block(_) => format!("blocked: {}", screen.sentence),
        };
        let class = judged.effect().word();
        let why = judged.concern.as_ref().map_or(&*judged.invocation.why, |concern| concern.why.as_str());
        out.push_str(&format!("{verdict}\n  class: {class}, since {why}\n"));
        if !judged.invocation.through.is_empty() {
            out.push_str(&format!("  through: {}\n", judged.invocation.through.join(", ")));
        }
        for target in &judged.targets {
            let url = target.url.as_ref().map_or(String::new(), |url| format!("{url} "));
            out.push_str(&format!("  {}: {url}({})\n", target.label, target.origin));
            if target.evidence.is_empty() {
                out.push_str("    no evidence\n");
            }
            for evidence in &target.evidence {
                let says = match &evidence.says {
                    Says::Environment(name, Protection::Protected) => format!("{name} (protected)"),
                    Says::Environment(name, Protection::Open) => name.to_string(),
                    Says::Local => "this machine".to_owned(),
                    Says::NotAsPinned(names) => {
                        format!("not {}", names.iter().map(|n| n.as_str()).collect::<Vec<_>>().join(", not "))
                    }
                    Says::Unknown => "nothing".to_owned(),
                };
                let word = Source::told(evidence.source.detail());
                out.push_str(&format!("    {word} says {says}: {} ({})\n", evidence.seen, evidence.how));
            }
        }
        for beaten in &judged.invocation.beaten {
            let Beaten { by, variable } = beaten;
            out.push_str(&format!("  note: `{by}` does not change {variable}: the shell's own value wins\n"));
        }
        for instead in &screen.instead {
            out.push_str(&format!("  instead: {instead}\n"));
        }
    }
    if all.is_empty() {
        out.push_str("allowed: it starts no command\n");
    }
    out
}

/// One object: `verdict`, `exit`, `reason`, `environment`, `message`, `instead`, `commands`.
pub fn as_json(outcome: &Outcome<'_>) -> Value {
    let exit = exit(outcome);
    let word = match exit {
        0 => "allow",
        4 => "ask",
        _ => "block",
    };
    let (reason, environment, instead, commands) = match outcome {
        Outcome::Judged(all, view) => {
            let decisive = judgement::decisive(all);
            let because = decisive.map(|judged| judged.verdict.because());
            let screen = decisive
                .filter(|judged| !matches!(judged.verdict, Verdict::Allow(_)))
                .map(|judged| screen::screen(judged, view));
            (
                because.map_or("harmless", |because| because.reason.word()),
                because.and_then(|because| because.environment.as_ref()).map(ToString::to_string),
                screen.map(|screen| screen.instead).unwrap_or_default(),
                all.iter().map(one_as_json).collect(),
            )
        }
        Outcome::Unusable { hint, .. } => ("configuration", None, hint.iter().cloned().collect(), vec![]),
        Outcome::NotOurs => ("none", None, Vec::new(), vec![]),
    };
    json!({
        "verdict": word,
        "exit": exit,
        "reason": reason,
        "environment": environment,
        "message": told(outcome),
        "instead": instead,
        "commands": commands,
    })
}

/// The same object where the guard has no answer.
pub fn unanswered(why: &str) -> Value {
    refused(&format!("blocked: {why}"), "unanswered")
}

/// The same object for a refusal that is about no command.
pub fn refused(message: &str, reason: &str) -> Value {
    json!({
        "verdict": "block",
        "exit": 3,
        "reason": reason,
        "environment": null,
        "message": message,
        "instead": [],
        "commands": [],
    })
}

fn one_as_json(judged: &Judged) -> Value {
    let verdict = match judged.verdict {
        Verdict::Allow(_) => "allow",
        Verdict::Ask(_) => "ask",
        Verdict::Block(_) => "block",
    };
    let target = |target: &Target| {
        let evidence: Vec<Value> = target
            .evidence
            .iter()
            .map(|evidence| {
                let (environment, protection) = match &evidence.says {
                    Says::Environment(name, protection) => {
                        (Some(name.to_string()), Some(*protection == Protection::Protected))
                    }
                    Says::Local => (None, Some(false)),
                    Says::NotAsPinned(_) | Says::Unknown => (None, None),
                };
                json!({
                    "source": evidence.source.word(),
                    "detail": evidence.source.detail(),
                    "environment": environment,
                    "protected": protection,
                    "seen": evidence.seen,
                    "how": evidence.how,
                })
            })
            .collect();
        json!({
            "name": target.label,
            "url": target.url.as_ref().map(ToString::to_string),
            "origin": target.origin,
            "evidence": evidence,
        })
    };
    json!({
        "command": judged.invocation.name,
        "verdict": verdict,
        "reason": judged.verdict.because().reason.word(),
        "effect": judged.effect().word(),
        "through": *judged.invocation.through,
        "targets": judged.targets.iter().map(target).collect::<Vec<_>>(),
    })
}
