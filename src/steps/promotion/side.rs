//! One environment's side of the ledger: its database URL, what it reaches, and the history that the database keeps.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;

use super::presence;
use crate::domain::config::Environment;
use crate::domain::config::name::VariableName;
use crate::domain::config::vars::{self, Vars};
use crate::domain::guard::invocation::datasource::Written;
use crate::domain::promotion::history::{History, Now, Row};
use crate::domain::promotion::ledger::{Column, Seen};
use crate::domain::promotion::place::Place;
use crate::domain::session::ambient::Ambient;
use crate::domain::target::evidence::Evidence;
use crate::domain::target::listening::Whereabouts;
use crate::domain::target::pinning::{self, Found, Standing};
use crate::domain::target::server::{Reply, Silence};
use crate::domain::target::url::{self, DatabaseKind, DatabaseUrl};
use crate::domain::target::{Known, Meant, Selection, StoredUrl, Target};
use crate::edge::database::Reading;
use crate::error::{Failure, Result, told};
use crate::steps::load::{self, Loaded};
use crate::steps::observation;

/// For the connection and everything that `status` asks.
const PATIENCE: Duration = Duration::from_secs(4);

/// What one query about the history may take.
const LIMIT: Duration = Duration::from_secs(2);

/// An environment with the URL that Prisma would use for its migrations.
pub struct Side<'a> {
    pub environment: &'a Environment,
    pub variable: VariableName,
    /// As it is stored, without what makes it read-only.
    pub url: DatabaseUrl,
}

impl<'a> Side<'a> {
    /// # Errors
    /// Where the environment's secrets cannot be opened here, or it has no database URL that can be asked.
    pub fn of(ambient: &Ambient, loaded: &Loaded, environment: &'a Environment, place: &Place) -> Result<Side<'a>> {
        let name = &environment.name;
        // Said behind the environment's name: `prod could not be opened: …`.
        let opened = load::ask_for(ambient, loaded, environment)
            .and_then(|()| load::secrets(ambient, loaded, environment))
            .and_then(|secrets| Ok(vars::resolve(&environment.vars, secrets)?));
        let vars = opened.context("could not be opened")?;
        let Some(variable) = variable(loaded, place, &vars) else {
            return Err(Failure::new("has no variable for a database URL")
                .hint("database_variables in .nexusenv names it")
                .into());
        };
        let text = vars.get(&variable).and_then(|value| std::str::from_utf8(value.expose()).ok());
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return Err(Failure::new(format!("has no database URL, `{variable}` is not set"))
                .hint(format!("nexus-env set {variable} -e {name}"))
                .into());
        };
        let Some(url) = DatabaseUrl::parse(text) else {
            return Err(Failure::new(format!("has no database URL: `{variable}` is none"))
                .hint(format!("nexus-env set {variable} -e {name}"))
                .into());
        };
        match url.kind() {
            DatabaseKind::PostgreSql | DatabaseKind::CockroachDb => {}
            other @ (DatabaseKind::MySql
            | DatabaseKind::SqlServer
            | DatabaseKind::MongoDb
            | DatabaseKind::Sqlite
            | DatabaseKind::PrismaService) => {
                return Err(Failure::new(format!(
                    "was not asked: only PostgreSQL is, and `{variable}` is for {}",
                    other.name()
                ))
                .into());
            }
        }
        Ok(Side { environment, variable, url: url.read_write() })
    }

    /// What is known of the URL without a connection.
    fn observed(&self, loaded: &Loaded, stored: &[StoredUrl], look: &dyn Fn(&url::Place) -> Whereabouts) -> Target {
        let selection = Selection::Environment(self.environment.name.clone(), self.environment.protection);
        let known = Known { config: &loaded.config, stored, selection: &selection };
        let (label, origin) = (self.variable.to_string(), format!("stored for {}", self.environment.name));
        let meant = Meant { label, url: Some(self.url.clone()), origin, variable: None };
        observation::observe(&known, look, &meant)
    }

    /// Everything that is known of it, with the database's own word.
    pub fn target(&self, ambient: &Ambient, loaded: &Loaded) -> Target {
        let mut target =
            self.observed(loaded, &load::stored_urls(ambient, loaded), &|place| observation::look(ambient, place));
        target.evidence.extend(observation::said(&loaded.config, &self.url));
        target
    }

    /// The database's history, unless the database is not the environment's.
    pub fn seen(&self, loaded: &Loaded, observed: &[Evidence]) -> Seen {
        let wrong = |replies: &[Reply]| {
            let finding = pinning::verify(&self.found(loaded, observed, replies));
            (finding.standing != Standing::Right)
                .then(|| Seen::Unseen { why: finding.sentence, hint: finding.hints.into_iter().next() })
        };
        // Before anything is sent to what may be another environment's database.
        if self.found(loaded, observed, &[]).elsewhere().is_some()
            && let Some(unseen) = wrong(&[])
        {
            return unseen;
        }
        let mut reading = match Reading::open(&self.url, PATIENCE) {
            Ok(reading) => reading,
            Err(silent) => return wrong(&[silent]).unwrap_or_else(nothing),
        };
        if let Some(unseen) = wrong(&[reading.who()]) {
            return unseen;
        }
        self.history(&mut reading).unwrap_or_else(|silence| Seen::Unseen {
            why: format!("did not answer: {} ({})", silence.words(), reading.at),
            hint: Some(self.found(loaded, observed, &[]).mending(&silence)),
        })
    }

    fn found<'b>(&'b self, loaded: &'b Loaded, seen: &'b [Evidence], replies: &'b [Reply]) -> Found<'b> {
        Found { config: &loaded.config, environment: self.environment, variable: &self.variable, seen, replies }
    }

    /// The schema in which Prisma keeps its table.
    pub fn schema(&self) -> String {
        self.url.parameter("schema").filter(|schema| !schema.is_empty()).unwrap_or_else(|| "public".to_owned())
    }

    /// # Errors
    /// Why the database does not say.
    pub fn history(&self, reading: &mut Reading) -> Result<Seen, Silence> {
        let schema = self.schema();
        let quoted = schema.replace('"', "\"\"");
        let at = |column: &str| format!("extract(epoch FROM {column})::bigint::text");
        let sql = format!(
            "SELECT migration_name::text, checksum::text, {}, {}, {}, applied_steps_count::text, left(logs, 400)::text \
             FROM \"{quoted}\".\"_prisma_migrations\" ORDER BY started_at, id",
            at("started_at"),
            at("finished_at"),
            at("rolled_back_at")
        );
        match reading.rows(&sql, LIMIT) {
            Ok(rows) => {
                let mut history = History::of(&rows.iter().filter_map(|row| read(row)).collect::<Vec<_>>());
                if history.is_unfinished() {
                    history.now = Some(self.now(reading));
                }
                Ok(Seen::History(history))
            }
            // 42P01: there is no such table; 3F000: nor such a schema.
            Err(Silence::Refused(state)) if matches!(state.as_str(), "42P01" | "3F000") => {
                let literal = schema.replace('\'', "''");
                let sql = format!(
                    "SELECT count(*)::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                     WHERE n.nspname = '{literal}' AND c.relkind IN ('r', 'p', 'v', 'm')"
                );
                let rows = reading.rows(&sql, LIMIT)?;
                let tables = rows.first().and_then(|row| row.first()?.as_deref()?.parse().ok()).unwrap_or(0);
                Ok(Seen::NoHistory { tables })
            }
            Err(silence) => Err(silence),
        }
    }
}

impl Side<'_> {
    /// What the database is at. While somebody is at it, its catalogue is locked.
    fn now(&self, reading: &mut Reading) -> Now {
        let deploying = presence::deploying(reading).ok().flatten();
        let catalogue = if deploying.is_none() { presence::catalogue(reading).ok() } else { None };
        Now { deploying, catalogue, schema: self.schema() }
    }
}

fn nothing() -> Seen {
    Seen::Unseen { why: "did not answer".to_owned(), hint: None }
}

fn read(row: &[Option<String>]) -> Option<Row> {
    let [Some(name), Some(checksum), Some(started), finished, rolled_back, steps, logs] = row else { return None };
    let number = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<i64>().ok());
    Some(Row {
        name: name.clone(),
        checksum: checksum.clone(),
        started: started.parse().unwrap_or(0),
        finished: number(finished),
        rolled_back: number(rolled_back),
        steps: number(steps).unwrap_or(0),
        logs: logs.clone(),
    })
}

/// The variable that holds the URL of Prisma's migrations: the schema's direct one, else its main one, else the first of the
/// configuration that is set.
fn variable(loaded: &Loaded, place: &Place, vars: &Vars) -> Option<VariableName> {
    let named = |written: &Written| match written {
        Written::Variable(name) => VariableName::new(name),
        Written::Literal(_) | Written::Computed => None,
    };
    let set = |name: &VariableName| vars.get(name).is_some_and(|value| !value.expose().is_empty());
    let of_schema = place.source.direct.iter().chain(&place.source.main).filter_map(named);
    let all: Vec<VariableName> = of_schema.chain(loaded.config.database_variables.iter().cloned()).collect();
    all.iter().find(|name| set(name)).or(all.first()).cloned()
}

/// The columns of these environments, each asked at the same time.
pub fn columns(ambient: &Ambient, loaded: &Loaded, environments: &[&Environment], place: &Place) -> Vec<Column> {
    // They come first: a passphrase is asked for once, and what it opens is there for all.
    let sides: Vec<Result<Side<'_>>> =
        environments.iter().map(|environment| Side::of(ambient, loaded, environment, place)).collect();
    let stored = load::stored_urls(ambient, loaded);
    // Environments often share a port, and to find out who is there every process is looked at.
    let known: Mutex<HashMap<url::Place, Whereabouts>> = Mutex::default();
    let at = |place: &url::Place| {
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(place.clone()).or_insert_with(|| observation::look(ambient, place)).clone()
    };
    let look = |side: &Result<Side<'_>>| match side {
        Ok(side) => side.seen(loaded, &side.observed(loaded, &stored, &at).evidence),
        Err(error) => {
            let (why, hint, _) = told(error);
            Seen::Unseen { why, hint }
        }
    };
    let seen: Vec<Seen> = std::thread::scope(|scope| {
        let asked: Vec<_> = sides.iter().map(|side| scope.spawn(|| look(side))).collect();
        asked.into_iter().map(|thread| thread.join().unwrap_or_else(|_| nothing())).collect()
    });
    let named = environments.iter().zip(seen);
    named.map(|(environment, seen)| Column { environment: environment.name.clone(), seen }).collect()
}
