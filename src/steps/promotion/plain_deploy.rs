//! A plain `prisma migrate deploy`, as somebody types it or a script does: the same checks as before `migrate deploy`.

use std::path::Path;

use super::case::Case;
use crate::domain::config::name::EnvironmentName;
use crate::domain::page::record::Layer;
use crate::domain::promotion::gate::{Reason, Weight};
use crate::domain::session::ambient::Ambient;
use crate::domain::text::safe_text;
use crate::edge::terminal;
use crate::error::Result;
use crate::steps::load;

/// What the guard asks before a plain `prisma migrate deploy` on a protected environment: why it must not run, after the
/// same checks; the plan is told where it may. `words` are the command's own, as far as they are known.
///
/// # Errors
/// Where a check cannot be made.
pub fn in_the_way(ambient: &Ambient, name: &EnvironmentName, words: &[String], layer: Layer) -> Result<Option<String>> {
    // One that the person's own settings alone name has no migrations here.
    let load::Configured::Ready(loaded) = load::look(ambient).0 else { return Ok(None) };
    let Some(environment) = loaded.config.environment(name) else { return Ok(None) };
    let named = value_of(words, "--schema").or_else(|| value_of(words, "--config"));
    let case = match Case::of(ambient, &loaded, environment, named.map(Path::new))? {
        Some(case) => case,
        // Prisma finds none either.
        None if named.is_none() => return Ok(None),
        None => {
            return Ok(Some(format!(
                "blocked: nobody can say here which migrations `{}` would bring to {name}\n  \
                 in the package whose migrations are meant: nexus-env migrate deploy -e {name}",
                safe_text::cut(named.unwrap_or_default(), 100)
            )));
        }
    };
    let mut found = case.examine()?;
    if environment.backup.is_some() && !found.pending.is_empty() {
        found.reasons.push(Reason {
            kind: "backup-first",
            weight: Weight::InTheWay,
            migration: None,
            sentence: format!("a backup of {name} is declared, and Prisma makes none"),
            next: vec![format!("nexus-env migrate deploy -e {name}")],
        });
    }
    if !found.in_the_way().is_empty() {
        return Ok(Some(found.told(environment)));
    }
    if let (Some((plan, _)), Layer::Line | Layer::Shell | Layer::Run | Layer::Node) = (&found.plan, layer) {
        terminal::narrate(ambient, &safe_text::lines(plan));
        let better =
            format!("hint: nexus-env migrate deploy -e {name} does it with time-outs, and compares afterwards\n");
        terminal::narrate(ambient, &better);
    }
    Ok(None)
}

/// The value of a flag, joined or as the next word.
fn value_of<'a>(words: &'a [String], flag: &str) -> Option<&'a str> {
    let at = words
        .iter()
        .rposition(|word| word.strip_prefix(flag).is_some_and(|rest| rest.is_empty() || rest.starts_with('=')))?;
    match words[at].split_once('=') {
        Some((_, value)) => Some(value),
        None => words.get(at + 1).map(String::as_str),
    }
}
