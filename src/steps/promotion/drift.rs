//! Drift: what the target's structure has that its own migrations do not make, and the other way round. Its migrations are
//! replayed into an empty database on dev's server, and both catalogues are held against each other: of the target nothing
//! but its catalogue is read.

use std::time::Duration;

use super::case::Case;
use super::presence;
use super::side::Side;
use super::throwaway::{self, Throwaway, Tools};
use crate::domain::promotion::catalogue::Catalogue;
use crate::domain::promotion::ledger::Cell;
use crate::domain::target::url::DatabaseUrl;
use crate::domain::text::safe_text;
use crate::edge::ambient as surroundings;
use crate::edge::database::Reading;
use crate::edge::scratch::Scratch;
use crate::error::{Failure, Result, told};

const PATIENCE: Duration = Duration::from_secs(20);

/// So many differences are told.
const MOST: usize = 12;

/// What a person reads of it, in lines.
pub fn told_of(case: &Case<'_>, side: &Side<'_>) -> String {
    let name = &case.environment.name;
    match look(case, side) {
        Ok((0, _)) => "drift    not looked at: it has no migration yet\n".to_owned(),
        Ok((count, differences)) if differences.is_empty() => {
            let migrations =
                if count == 1 { "its migration makes".to_owned() } else { format!("its {count} migrations make") };
            format!("drift    none: {name}'s structure is what {migrations}\n")
        }
        Ok((_, differences)) => {
            let mut text = format!("drift    {name}'s structure is not what its migrations make\n");
            for sentence in differences.iter().take(MOST) {
                text.push_str(&format!("         {}\n", safe_text::safe_text(sentence)));
            }
            if differences.len() > MOST {
                text.push_str(&format!("         … and {} more\n", differences.len() - MOST));
            }
            text
        }
        Err(error) => format!("drift    not looked at: {}\n", safe_text::safe_text(&told(&error).0)),
    }
}

/// How many migrations the target has, and what differs from what they make.
fn look(case: &Case<'_>, side: &Side<'_>) -> Result<(usize, Vec<String>)> {
    let name = &case.environment.name;
    let at = case.ledger.position(name).ok_or_else(|| Failure::new("it could not be seen"))?;
    let cells = || case.ledger.lines.iter().map(|line| (line.name.as_str(), &line.cells[at]));
    if let Some((migration, _)) = cells().find(|(_, cell)| {
        matches!(cell, Cell::Orphan { .. } | Cell::Edited { .. } | Cell::Failed { .. } | Cell::Unknown)
    }) {
        return Err(Failure::new(format!("what {migration} made of it cannot be replayed")).into());
    }
    let names: Vec<&str> = cells().filter(|(_, cell)| cell.is_there()).map(|(name, _)| name).collect();
    if names.is_empty() {
        return Ok((0, Vec::new()));
    }
    let host = throwaway::host(case.ambient, case.loaded, case.environment, &case.place)?;
    let scratch = Scratch::new(&surroundings::temporary(case.ambient), "nexus-env-drift")?;
    let tools = Tools { ambient: case.ambient, directory: scratch.path().to_owned() };
    let copy = Throwaway::on(&host, &tools)?;
    let schema = side.schema();
    let files = throwaway::files(&case.place.migrations, names.iter().copied());
    tools.replay(&copy.url, &schema, &files).map_err(|_| {
        let host = &host.environment.name;
        Failure::new(format!("its migrations do not apply to an empty database on {host}'s server"))
    })?;
    let (target, migrations) = (read(&side.url)?, read(&copy.url)?);
    Ok((names.len(), target.drift(&migrations, &schema, name.as_str())))
}

fn read(url: &DatabaseUrl) -> Result<Catalogue> {
    let silence = |why: String| Failure::new(format!("its catalogue could not be read: {why}"));
    let mut reading = Reading::open(url, PATIENCE)
        .map_err(|reply| silence(reply.answer.err().map_or_else(String::new, |silence| silence.words())))?;
    Ok(presence::catalogue(&mut reading).map_err(|why| silence(why.words()))?)
}
