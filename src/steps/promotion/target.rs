//! The look at a deployment's target: its own rows, the tables that will be locked, and who is in the way now. Read-only,
//! with no lock beyond `ACCESS SHARE`, and no statement over its time.

use std::time::Duration;

use super::presence;
use super::side::Side;
use crate::domain::promotion::act::Object;
use crate::domain::promotion::look::{self, Answer, Meaning, Question, Read};
use crate::domain::target::server::Silence;
use crate::domain::text::duration;
use crate::edge::database::Reading;

/// For all questions together, and for one.
const PATIENCE: Duration = Duration::from_secs(60);
const LIMIT: Duration = Duration::from_secs(5);

/// A transaction that is open for longer holds up a lock for a while.
const LONG: u64 = 30;

#[derive(Default)]
pub struct Looked {
    /// By migration and line.
    pub meanings: Vec<(Question, Meaning)>,
    pub found: Vec<String>,
    /// Whoever applies migrations right now.
    pub deploying: Option<String>,
}

/// Asks everything. What cannot be asked is said among what was found.
pub fn look(side: &Side<'_>, migrations: &[Read]) -> Looked {
    let schema = side.schema();
    let questions = look::questions(migrations, &schema);
    let locked = look::locked(migrations, &schema);
    let mut looked = Looked::default();
    let mut reading = match Reading::open(&side.url, PATIENCE) {
        Ok(reading) => reading,
        Err(silent) => {
            let why = silent.answer.err().map_or_else(String::new, |silence| format!(": {}", silence.words()));
            looked.found.push(format!("its rows could not be looked at{why}"));
            return looked;
        }
    };
    for question in questions {
        let answer = answer(&mut reading, &question);
        let meaning = question.meaning(&answer);
        looked.meanings.push((question, meaning));
    }
    for one in &locked {
        match size(&mut reading, &one.table) {
            Ok(Some((rows, bytes))) => looked.found.push(one.told(rows, bytes)),
            // It is not there yet.
            Ok(None) => {}
            Err(why) => looked.found.push(format!("{}: its size could not be read: {}", one.table.name, why.words())),
        }
    }
    let tables: Vec<&Object> = locked.iter().map(|one| &one.table).collect();
    looked.found.extend(others(&mut reading, &tables));
    looked.deploying = presence::deploying(&mut reading).ok().flatten();
    looked
}

fn answer(reading: &mut Reading, question: &Question) -> Answer {
    match reading.rows(&question.sql, LIMIT) {
        Ok(rows) => match rows.first().and_then(|row| row.first()?.as_deref()?.parse().ok()) {
            Some(number) => Answer::Number(number),
            None => Answer::Silent("it gave no number".to_owned()),
        },
        Err(Silence::TimedOut) => Answer::TooLong,
        // 42P01, 42703 and 3F000: no such table, column or schema. 42883: the type cannot be compared.
        Err(Silence::Refused(state)) if matches!(state.as_str(), "42P01" | "42703" | "3F000" | "42883") => {
            Answer::NotThere
        }
        Err(silence) => Answer::Silent(silence.words()),
    }
}

/// A table's rows by the server's own estimate, and its size in bytes.
fn size(reading: &mut Reading, table: &Object) -> Result<Option<(u64, u64)>, Silence> {
    let name = literal(&table.quoted());
    let sql = format!(
        "SELECT greatest(c.reltuples::bigint, pg_catalog.pg_stat_get_live_tuples(c.oid), 0)::text, pg_catalog.pg_table_size(c.oid)::text \
         FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass({name})"
    );
    let rows = reading.rows(&sql, LIMIT)?;
    let number = |at: usize| rows.first()?.get(at)?.as_deref()?.parse::<u64>().ok();
    Ok(number(0).zip(number(1)))
}

/// Sessions that hold a lock on one of the tables, and those whose transaction is open for long. Whose they are is said,
/// what they run is not: it may hold values.
fn others(reading: &mut Reading, tables: &[&Object]) -> Vec<String> {
    let names: Vec<String> =
        tables.iter().map(|table| format!("pg_catalog.to_regclass({})", literal(&table.quoted()))).collect();
    let among = if names.is_empty() { "NULL".to_owned() } else { names.join(", ") };
    let sql = format!(
        "SELECT a.pid::text, coalesce(a.usename, '')::text, coalesce(a.application_name, '')::text, \
         coalesce(a.state, '')::text, extract(epoch FROM now() - a.xact_start)::bigint::text, \
         (SELECT string_agg(DISTINCT c.relname, ', ')::text FROM pg_catalog.pg_locks l \
          JOIN pg_catalog.pg_class c ON c.oid = l.relation WHERE l.pid = a.pid AND l.granted AND l.relation IN ({among})) \
         FROM pg_catalog.pg_stat_activity a WHERE a.datname = pg_catalog.current_database() \
         AND a.pid <> pg_catalog.pg_backend_pid() AND a.xact_start IS NOT NULL ORDER BY a.xact_start"
    );
    let Ok(rows) = reading.rows(&sql, LIMIT) else { return Vec::new() };
    let told = |row: &Vec<Option<String>>| {
        let text = |at: usize| row.get(at).and_then(|value| value.as_deref()).unwrap_or_default();
        let age = text(4).parse::<u64>().unwrap_or(0);
        let held = text(5);
        if held.is_empty() && age < LONG {
            return None;
        }
        let held = if held.is_empty() { String::new() } else { format!(" and holds a lock on {held}") };
        let age = duration::Duration::short(age);
        let state = if text(3).starts_with("idle") { ", idle" } else { "" };
        Some(format!("{} has had a transaction open for {age}{state}{held}", presence::session(row)?))
    };
    rows.iter().filter_map(told).take(10).collect()
}

/// Who applies migrations to it right now, over a connection of its own; `None` also where that gives no answer.
pub fn deploying_to(side: &Side<'_>) -> Option<String> {
    presence::deploying(&mut Reading::open(&side.url, LIMIT).ok()?).ok().flatten()
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
