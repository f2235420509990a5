//! While Prisma applies migrations: which one takes long, how far it is, and who is in its way.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::domain::promotion::limits;
use crate::domain::promotion::look::PRISMAS_LOCK;
use crate::domain::session::ambient::Ambient;
use crate::domain::text::duration::Duration as Span;
use crate::edge::database::Reading;
use crate::edge::terminal;
use crate::steps::promotion::presence::session;
use crate::steps::promotion::side::Side;

/// Before anything is said, and between two sentences.
const FIRST: Duration = Duration::from_secs(3);
const THEN: Duration = Duration::from_secs(15);

const PATIENCE: Duration = Duration::from_secs(4);
const LIMIT: Duration = Duration::from_secs(2);

/// Does the work, and says what it is at where it takes long.
pub fn beside<T>(ambient: &Ambient, side: &Side<'_>, work: impl FnOnce() -> T) -> T {
    let (working, ended) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(|| watch(ambient, side, ended));
        let done = work();
        drop(working);
        done
    })
}

fn watch(ambient: &Ambient, side: &Side<'_>, ended: Receiver<()>) {
    let mut wait = FIRST;
    while ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
        wait = THEN;
        if let Some(sentence) = look(side) {
            terminal::say(ambient, &sentence);
        }
    }
}

fn look(side: &Side<'_>) -> Option<String> {
    let mut reading = Reading::open(&side.url, PATIENCE).ok()?;
    let schema = side.schema().replace('"', "\"\"");
    let begun = format!(
        "SELECT migration_name::text, extract(epoch FROM now() - started_at)::bigint::text FROM \"{schema}\".\"_prisma_migrations\" \
         WHERE finished_at IS NULL AND rolled_back_at IS NULL ORDER BY started_at DESC LIMIT 1"
    );
    let begun = reading.rows(&begun, LIMIT).ok()?;
    let [Some(migration), Some(seconds)] = begun.first()?.as_slice() else { return None };
    let sentence = format!("{migration} has been running for {}", Span::short(seconds.parse().unwrap_or(0)));
    let at_it = format!(
        "SELECT b.pid::text, coalesce(b.usename, '')::text, coalesce(b.application_name, '')::text, p.percent FROM pg_catalog.pg_stat_activity a \
         LEFT JOIN LATERAL unnest(pg_catalog.pg_blocking_pids(a.pid)) blocking(pid) ON true \
         LEFT JOIN pg_catalog.pg_stat_activity b ON b.pid = blocking.pid \
         LEFT JOIN LATERAL (SELECT (100 * blocks_done / greatest(blocks_total, 1))::text AS percent \
         FROM pg_catalog.pg_stat_progress_create_index i WHERE i.pid = a.pid) p ON true \
         WHERE a.pid <> pg_catalog.pg_backend_pid() AND a.state = 'active' AND a.datname = pg_catalog.current_database() \
         AND (a.application_name = '{}' OR a.pid IN (SELECT pid FROM pg_catalog.pg_locks WHERE {PRISMAS_LOCK}))",
        limits::NAME
    );
    let rows = reading.rows(&at_it, LIMIT).unwrap_or_default();
    let blocker = rows.iter().find_map(|row| session(row));
    let percent = rows.iter().find_map(|row| row.get(3)?.as_deref());
    Some(match (blocker, percent) {
        (Some(blocker), _) => format!("{sentence}, and waits for a lock that {blocker} holds"),
        (None, Some(percent)) => format!("{sentence}: {percent} % of an index"),
        (None, None) => sentence,
    })
}
