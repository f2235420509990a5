//! What every command calls to leave a line in the audit log. It never fails and changes no decision: where the line
//! cannot be written, one sentence says so.

use std::path::Path;

use crate::domain::guard::judgement::{self, Judged};
use crate::domain::guard::report::Outcome;
use crate::domain::page::audit_entry::{Entry, Event, Layer};
use crate::domain::session::ambient::Ambient;
use crate::domain::session::keyboard;
use crate::edge::{audit_log, terminal};
use crate::error::told;

/// Appends `entry` with the time and with who did it.
pub fn record(ambient: &Ambient, entry: &Entry) {
    if let Err(error) = audit_log::append(ambient, entry, keyboard::marker(&ambient.variables)) {
        terminal::say_anyway(&told(&error).0);
    }
}

/// Records what was decided about a whole line.
pub fn decided(ambient: &Ambient, root: Option<&Path>, outcome: &Outcome<'_>, event: Event, layer: Layer) {
    match outcome {
        Outcome::Judged(all, _) => {
            if let Some(decisive) = judgement::decisive(all) {
                judged(ambient, root, decisive, event, layer);
            }
        }
        Outcome::Unusable { name, .. } => {
            record(ambient, &Entry::new(event).command(name).reason("configuration").through(layer));
        }
        Outcome::NotOurs => {}
    }
}

/// Records what was decided about one command.
pub fn judged(ambient: &Ambient, root: Option<&Path>, judged: &Judged, event: Event, layer: Layer) {
    let mut entry = Entry::of(event, judged).through(layer);
    if let Some(root) = root {
        entry = entry.repository(root);
    }
    record(ambient, &entry);
}
