//! `list`: which variables an environment has, where each comes from, and what waits to be changed. Needs no identity and shows
//! no value.

use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use super::{plain_names, today};
use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::session::ambient::Ambient;
use crate::domain::store::needs::{self, Need};
use crate::domain::store::sealed::Store;
use crate::domain::store::sealed::history;
use crate::domain::text::safe_text;
use crate::edge::{terminal, vault};
use crate::error::Result;
use crate::steps::load;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    Lines,
    Json,
}

/// One environment's variables as they stand in the files.
pub struct Stock<'a> {
    pub root: &'a Path,
    pub environment: &'a EnvironmentName,
    /// The names of its plain variables, which win over secrets.
    pub plain: &'a [VariableName],
}

/// `list` as it is typed.
///
/// # Errors
/// No usable configuration, an unknown environment, a store that cannot be read, and an output that cannot be written.
pub fn list_chosen(ambient: &Ambient, environment: Option<&str>, form: Form, out: &mut dyn Write) -> Result<()> {
    let loaded = load::configuration(ambient)?;
    let active = load::chosen(ambient, &loaded, environment)?;
    let environment = &active.environment;
    let plain = plain_names(&loaded, environment);
    list(ambient, &Stock { root: &loaded.repository.root, environment, plain: &plain }, form, out)
}

/// A line each, in order, or one JSON object.
///
/// # Errors
/// Where the output cannot be written.
pub fn list(ambient: &Ambient, stock: &Stock<'_>, form: Form, out: &mut dyn Write) -> Result<()> {
    let store = vault::read(stock.root, stock.environment)?;
    if let (None, Some(failure)) = (&store, load::gone(stock.root, stock.environment)) {
        return Err(failure.into());
    }
    let needs = store.as_ref().map(|store| needs::needs(store, today(ambient))).unwrap_or_default();
    // A plain variable wins over a secret of the same name.
    let secrets = store.iter().flat_map(|store| &store.secrets).map(|(name, _)| name);
    let mut all: Vec<(&VariableName, &str)> =
        secrets.filter(|name| !stock.plain.contains(name)).map(|name| (name, "secret")).collect();
    all.extend(stock.plain.iter().map(|name| (name, "plain")));
    all.sort();
    all.dedup();
    let need = |name: &VariableName| needs.iter().find(|need| need.name == *name);
    match form {
        Form::Json => {
            let variables: Vec<Value> = all
                .iter()
                .map(|(name, kind)| {
                    let secret = store.as_ref().filter(|_| *kind == "secret");
                    described(name, kind, secret, need(name))
                })
                .collect();
            let object = json!({ "environment": stock.environment.as_str(), "variables": variables });
            writeln!(out, "{}", safe_text::json(&object.to_string()))?;
        }
        Form::Lines => {
            let width = all.iter().map(|(name, _)| name.as_str().len()).max().unwrap_or(0);
            for (name, kind) in &all {
                let waits = need(name).filter(|_| *kind == "secret");
                let waits = waits.map(|need| format!("  {}", need.words())).unwrap_or_default();
                writeln!(out, "{:width$}  {kind}{waits}", name.as_str())?;
            }
            if all.is_empty() {
                terminal::say(ambient, &format!("{} has no variables", stock.environment));
            }
        }
    }
    Ok(out.flush()?)
}

fn described(name: &VariableName, kind: &str, store: Option<&Store>, need: Option<&Need>) -> Value {
    let written = store.and_then(|store| history::get(&store.history.written, name));
    let stale = store.and_then(|store| history::get(&store.stale, name));
    json!({
        "name": name.as_str(),
        "kind": kind,
        "written": written.map(|moment| json!({ "revision": moment.revision, "day": moment.day.to_string() })),
        "expires": store.and_then(|store| history::get(&store.history.expires, name)).map(|it| it.on.to_string()),
        "stale": stale.map(|readers| readers.split(' ').collect::<Vec<_>>()).unwrap_or_default(),
        "due": store.is_some() && need.is_some_and(Need::is_due),
        "note": store.and_then(|store| history::get(&store.history.notes, name)).map(ToString::to_string),
    })
}
