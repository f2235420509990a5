//! `migrate status`: each migration, in git and on each environment, and what stands in the way of which.

use crate::domain::config::name::EnvironmentName;
use crate::domain::config::{Config, Environment};
use crate::domain::page::{audit_entry, past};
use crate::domain::promotion::gate::Scene;
use crate::domain::promotion::page::{self, Page, Shared};
use crate::domain::session::ambient::Ambient;
use crate::domain::target::pinning;
use crate::domain::target::port::{self, Held, Whose};
use crate::domain::text::calendar;
use crate::edge::output::Form;
use crate::edge::{audit_log, output};
use crate::error::{Exit, Result, Status};
use crate::steps::load::{self, Loaded};
use crate::steps::observation;
use crate::steps::promotion::side;
use crate::steps::promotion::tree::Tree;

/// 0 where nothing stands in the way of anything, 1 where something does or could not be looked at.
///
/// # Errors
/// Where there are no migrations to be found, and where the page cannot be written. An environment that cannot be asked
/// is a column that says so.
pub fn status(ambient: &Ambient, form: Form) -> Result<Status> {
    let loaded = load::configuration(ambient)?;
    let tree = Tree::around(ambient, Some(&loaded.repository.root))?;
    let environments = in_order(&loaded.config);
    let mut page = Page { in_order: true, ..Page::default() };
    for place in tree.places(loaded.config.prisma_directory.as_deref())? {
        let columns = side::columns(ambient, &loaded, &environments, &place);
        let stock = tree.stock(&place)?;
        let ledger = stock.ledger(&tree, &place, columns);
        let folder = tree.here(&place.migrations);
        let scene = Scene { config: &loaded.config, ledger: &ledger, hollow: &stock.hollow, folder: &folder, to: None };
        let mut standing = page::standing(&scene, &environments, place.version.map(|version| version.to_string()));
        note_unended(ambient, &loaded, &mut standing);
        page.in_order &= standing.environments.iter().all(|column| column.in_the_way.is_empty());
        page.places.push(standing);
    }
    page.shared = shared(ambient, &loaded.config);
    match form {
        Form::Text => output::page(&page.text())?,
        Form::Json => output::json(&serde_json::to_string(&page)?)?,
    }
    Ok(if page.in_order { Status::DONE } else { Status::from(Exit::Failed as u8) })
}

/// A deployment of this machine that was killed left no word of how it ended. Where it was done all the same, or somebody is
/// at it, nothing is to be said.
fn note_unended(ambient: &Ambient, loaded: &Loaded, standing: &mut page::Standing) {
    let waits =
        |column: &&mut page::Column| column.pending > 0 || column.in_the_way.iter().any(|told| told.kind == "failed");
    let mut columns = standing.environments.iter_mut().filter(waits).peekable();
    if columns.peek().is_none() {
        return;
    }
    let (lines, _) = audit_entry::read(&audit_log::newest(ambient));
    let root = loaded.repository.root.display().to_string();
    for column in columns.filter(|column| !column.in_the_way.iter().any(|told| told.kind == "running")) {
        let name = EnvironmentName::new(&column.name);
        let Some((at, what)) = name.and_then(|name| past::unended(&lines, &root, &name)) else { continue };
        let at = calendar::rfc3339(at)[..16].replace('T', " ");
        column.notes.push(page::Told {
            kind: "unended",
            migration: None,
            sentence: format!("the deployment of {at} ({what}) did not get to say how it ended"),
            next: Vec::new(),
        });
    }
}

/// Each environment behind the one that it is promoted from.
pub fn in_order(config: &Config) -> Vec<&Environment> {
    let mut found: Vec<&Environment> = Vec::new();
    while found.len() < config.environments.len() {
        let ready = |environment: &&Environment| {
            let before = environment.promote_from.as_ref();
            !found.iter().any(|known| known.name == environment.name)
                && before.is_none_or(|name| found.iter().any(|known| known.name == *name))
        };
        match config.environments.iter().find(ready) {
            Some(environment) => found.push(environment),
            // The configuration's reader lets no circle through.
            None => break,
        }
    }
    found
}

/// The ports that several environments share, and who answers there now.
fn shared(ambient: &Ambient, config: &Config) -> Vec<Shared> {
    let now = |port| match port::held(config, port, observation::at_port(ambient, port)) {
        Held::By(holders) => holders.into_iter().find_map(|holder| match holder.whose {
            Whose::Environment(name) => Some(name.to_string()),
            Whose::Nobodys => None,
        }),
        Held::Free | Held::CannotBeSeen(_) => None,
    };
    let ports = pinning::shared_ports(config).into_iter();
    ports
        .map(|(port, sharing)| Shared {
            port,
            environments: sharing.iter().map(|environment| environment.name.to_string()).collect(),
            now: now(port),
            hints: pinning::own_ports(config, port, &sharing),
        })
        .collect()
}
