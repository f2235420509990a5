//! What a database that is connected to says of itself and of its sessions: its structure, and who applies migrations to it
//! right now. Whose a session is is said; what it runs is not: it may hold values.

use std::time::Duration;

use crate::domain::promotion::catalogue::{self, Catalogue};
use crate::domain::promotion::look;
use crate::domain::target::server::Silence;
use crate::domain::text::duration;
use crate::domain::text::safe_text;
use crate::edge::database::Reading;

/// For one question.
const LIMIT: Duration = Duration::from_secs(5);

/// What its structure is.
///
/// # Errors
/// Why the server does not say.
pub fn catalogue(reading: &mut Reading) -> Result<Catalogue, Silence> {
    Ok(Catalogue::read(&reading.rows(catalogue::SQL, LIMIT)?))
}

/// `session 4242 (postgres, psql)`, of a row that begins with its number, its user and its application.
pub fn session(row: &[Option<String>]) -> Option<String> {
    let [Some(pid), user, application, ..] = row else { return None };
    let words: Vec<&str> = [user, application].into_iter().flatten().map(String::as_str).collect();
    let who = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", ");
    Some(format!("session {pid} ({})", safe_text::cut(&who, 80)))
}

/// Who applies migrations right now: whoever holds Prisma's own lock.
///
/// # Errors
/// Why the server does not say.
pub fn deploying(reading: &mut Reading) -> Result<Option<String>, Silence> {
    let sql = format!(
        "SELECT a.pid::text, a.usename::text, a.application_name::text, extract(epoch FROM now() - a.backend_start)::bigint::text \
         FROM pg_catalog.pg_locks JOIN pg_catalog.pg_stat_activity a USING (pid) WHERE {}",
        look::PRISMAS_LOCK
    );
    let rows = reading.rows(&sql, LIMIT)?;
    let told = |row: &Vec<Option<String>>| {
        let age = row.get(3)?.as_deref()?.parse().unwrap_or(0);
        Some(format!("{}, for {}", session(row)?, duration::Duration::short(age)))
    };
    Ok(rows.first().and_then(told))
}
