//! What every command calls to leave a line in the audit log. It never fails and changes no decision: where the line
//! cannot be written, one sentence says so.

use crate::domain::agent;
use crate::domain::ambient::Ambient;
use crate::domain::record::Entry;
use crate::edge::{journal, terminal};
use crate::error::told;

/// Appends `entry` with the time and with who did it.
pub fn record(ambient: &Ambient, entry: &Entry) {
    if let Err(error) = journal::append(ambient, entry, agent::marker(&ambient.variables)) {
        terminal::say_anyway(&told(&error).0);
    }
}
