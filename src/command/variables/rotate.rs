//! `rotate`: one walk through the secrets that wait for a new value, because somebody who left could read them or because
//! their time is over. Each is asked for in turn, hidden, and stored at once; Enter leaves one for later.

use super::{Place, at, open, store, today};
use crate::domain::session::ambient::{Ambient, Terminal};
use crate::domain::store::needs::{self, Need};
use crate::domain::store::readers::secrets;
use crate::domain::target::acceptance::Emptiness;
use crate::edge::vault::{self, Wanted};
use crate::edge::{entry, terminal};
use crate::error::{Failure, Result};

/// # Errors
/// No terminal to ask on, a value that cannot be stored, a store that cannot be read. What was stored before stays.
pub fn rotate(ambient: &Ambient, environment: Option<&str>) -> Result<()> {
    at(ambient, environment, |place, _, _| walk(place))
}

fn walk(place: &Place<'_>) -> Result<()> {
    let (ambient, environment) = (place.ambient, place.expected.environment);
    let waiting = waiting(place)?;
    if waiting.is_empty() {
        terminal::say(ambient, &format!("nothing of {environment} waits to be changed"));
        return Ok(());
    }
    if ambient.terminal == Terminal::Absent {
        return Err(Failure::new("`rotate` asks for each new value, and there is no terminal to ask on")
            .hint(format!("some-command | nexus-env set {} -e {environment}", waiting[0].name))
            .into());
    }
    let count = secrets(waiting.len());
    terminal::say(
        ambient,
        &format!("{count} of {environment} to change: make each new where it was issued, then give it here"),
    );
    for (at, need) in waiting.iter().enumerate() {
        ask(place, need, &format!("{} of {}", at + 1, waiting.len()))?;
    }
    let told = match self::waiting(place)?.len() {
        0 => format!("{environment} has nothing left to change"),
        left => format!("{} of {environment} left for later: nexus-env rotate -e {environment}", secrets(left)),
    };
    terminal::say(ambient, &told);
    Ok(())
}

/// Until it is stored, or left for later: one that was mistyped is asked for once more.
fn ask(place: &Place<'_>, need: &Need, position: &str) -> Result<()> {
    let name = &need.name;
    let note = need.note.as_ref().map(|note| format!("\n  issued  {note}")).unwrap_or_default();
    let words = need.words();
    let prompt = format!("{position}  {name}  {words}{note}\nnew value of {name} (not shown; Enter for later): ");
    while let Some(value) = entry::from_terminal_or_later(&prompt)? {
        match store(place, name.clone(), value, Emptiness::Refused) {
            Ok(()) => break,
            Err(error) => terminal::complain(place.ambient, &error),
        }
    }
    Ok(())
}

/// Of a store whose seal holds, so that nobody is sent to change what only a planted line calls stale.
fn waiting(place: &Place<'_>) -> Result<Vec<Need>> {
    let Some(store) = vault::read(place.root, place.expected.environment)? else { return Ok(Vec::new()) };
    open(place, &store, Wanted::Only(&[]))?;
    Ok(needs::needs(&store, today(place.ambient)))
}
