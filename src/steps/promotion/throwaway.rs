//! A throw-away database on the server of an open environment, and PostgreSQL's own programs to fill it. It is gone with its
//! owner; one that was killed has its own swept away by the next.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::side::Side;
use crate::domain::config::Environment;
use crate::domain::promotion::copy;
use crate::domain::promotion::gate;
use crate::domain::promotion::place::Place;
use crate::domain::promotion::proof::{self, Proof};
use crate::domain::session::ambient::Ambient;
use crate::domain::target::url::DatabaseUrl;
use crate::domain::text::safe_text;
use crate::edge::database::Reading;
use crate::edge::foreground::{self, Ended, Talk};
use crate::error::{Exit, Failure, Result};
use crate::steps::load::Loaded;

/// The server on which copies are made: that of the first step, which must be an open environment's.
///
/// # Errors
/// Where there is none, or nothing proves that its URL reaches it.
pub fn host<'a>(ambient: &Ambient, loaded: &'a Loaded, environment: &Environment, place: &Place) -> Result<Side<'a>> {
    let first = gate::path(&loaded.config, environment).into_iter().next();
    let host = first.or_else(|| loaded.config.environment(&loaded.config.default)).filter(|host| !host.is_protected());
    let Some(host) = host.filter(|host| host.name != environment.name) else {
        return Err(Failure::new(format!(
            "there is no open environment whose server could hold a copy of {}",
            environment.name
        ))
        .hint(format!("promote_from under [env.{}] in .nexusenv names one", environment.name))
        .into());
    };
    let side = Side::of(ambient, loaded, host, place)?;
    let target = side.target(ambient, loaded);
    match proof::of(&host.name, target.reach, &target.evidence) {
        Proof::Given(_) => Ok(side),
        Proof::Against(evidence) => {
            let sentence = format!("the URL of {} reaches {} ({})", host.name, evidence.seen, evidence.how);
            Err(Failure::new(sentence).hint("nexus-env db verify").exit(Exit::Blocked).into())
        }
        Proof::Shared(evidence) => {
            let sentence =
                format!("nothing proves that the URL of {0} reaches {0}: it is {1}", host.name, evidence.how);
            Err(Failure::new(sentence)
                .hint(format!("nexus-env set {} -e {} stores its own", side.variable, environment.name))
                .exit(Exit::Blocked)
                .into())
        }
        Proof::Missing => {
            Err(Failure::new(format!("nothing proves that the URL of {} reaches {}", host.name, host.name))
                .hint(format!("nexus-env db pin -e {0}; nexus-env db label -e {0}", host.name))
                .exit(Exit::Blocked)
                .into())
        }
    }
}

/// Begins the name of each of them.
const PREFIX: &str = "nexus_rehearsal_";

/// It lives as long as this; what it needs is time of its own.
const PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);

pub struct Throwaway<'a> {
    tools: &'a Tools<'a>,
    host: &'a DatabaseUrl,
    name: String,
    pub url: DatabaseUrl,
    /// A session that shows others that somebody still needs it.
    held: Option<Reading>,
}

impl<'a> Throwaway<'a> {
    /// An empty database beside the host's own. Those that nobody is connected to any more are dropped first.
    ///
    /// # Errors
    /// Where the host's role may not make one, or PostgreSQL's programs are not here.
    pub fn on(side: &'a Side<'_>, tools: &'a Tools<'a>) -> Result<Throwaway<'a>> {
        let host = &side.url;
        let left = format!(
            "SELECT datname FROM pg_catalog.pg_database d WHERE datname LIKE '{}%' \
             AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datname = d.datname)",
            PREFIX.replace('_', "\\_")
        );
        let left = tools.psql(host, Talk::Hidden, &["--command", &left])?;
        let drop = |name: &str| format!("--command=DROP DATABASE IF EXISTS \"{}\"", name.replace('"', "\"\""));
        let drops: Vec<String> = left.lines().map(drop).collect();
        if !drops.is_empty() {
            // Somebody else may be at it, too.
            let _ = tools.psql(host, Talk::Hidden, &drops.iter().map(String::as_str).collect::<Vec<_>>());
        }
        let name = format!("{PREFIX}{:08x}", rand::random::<u32>());
        let create = format!("CREATE DATABASE \"{name}\"");
        let url = copy::with_database(host, &name);
        // Before it is made: psql may be stopped when the server has it already.
        let mut made = Throwaway { tools, host, name, url, held: None };
        tools.psql(host, Talk::Shown, &["--command", &create]).map_err(|_| {
            Failure::new(format!("no database can be made on {}'s server", side.environment.name))
                .hint("ALTER ROLE … CREATEDB lets its role; what psql said stands above")
        })?;
        made.held = Reading::open(&made.url, PATIENCE).ok();
        Ok(made)
    }
}

impl Drop for Throwaway<'_> {
    fn drop(&mut self) {
        drop(self.held.take());
        let drop = format!("DROP DATABASE IF EXISTS \"{}\"", self.name);
        // A Prisma that was stopped may have left a session; before PostgreSQL 13 it has to end by itself.
        let forced = format!("{drop} WITH (FORCE)");
        if self.tools.clear_away(self.host, Talk::Hidden, &forced).is_err() {
            let _ = self.tools.clear_away(self.host, Talk::Shown, &drop);
        }
    }
}

type Given<'v> = std::vec::IntoIter<(&'v OsStr, &'v OsStr)>;

/// PostgreSQL's own programs. How they connect stands in variables, never among their words.
pub struct Tools<'a> {
    pub ambient: &'a Ambient,
    pub directory: PathBuf,
}

impl Tools<'_> {
    /// What `pg_dump` prints of a database, which it cannot change.
    ///
    /// # Errors
    /// Where `pg_dump` cannot be started or ends badly.
    pub fn dump(&self, url: &DatabaseUrl, words: &[&str]) -> Result<String> {
        let usual = ["pg_dump", "--no-owner", "--no-privileges", "--no-publications", "--no-subscriptions"];
        let options = "-c default_transaction_read_only=on -c lock_timeout=3000";
        self.run(url, &[&usual, words].concat(), Talk::Shown, Some(options))
    }

    /// # Errors
    /// Where `psql` cannot be started or ends badly.
    pub fn psql(&self, url: &DatabaseUrl, talk: Talk, words: &[&str]) -> Result<String> {
        let usual = ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"];
        self.run(url, &[&usual, words].concat(), talk, None)
    }

    /// One statement that is not stopped by a key.
    fn clear_away(&self, url: &DatabaseUrl, talk: Talk, statement: &str) -> Result<()> {
        let words = ["psql", "--no-psqlrc", "--quiet", "--command", statement];
        self.started(url, &words, None, |words, variables| {
            foreground::undisturbed(words, &self.directory, variables, talk)
        })
        .map(drop)
    }

    /// Runs files of SQL one after the other, up to the first error, as Prisma would: names without a schema are `schema`'s.
    ///
    /// # Errors
    /// Where `psql` cannot be started, and the first error of the server's.
    pub fn replay(&self, url: &DatabaseUrl, schema: &str, files: &[PathBuf]) -> Result<()> {
        let files: Vec<String> = files.iter().map(|file| format!("--file={}", file.display())).collect();
        let usual = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"];
        let words: Vec<&str> = usual.into_iter().chain(files.iter().map(String::as_str)).collect();
        let path =
            format!("-c search_path=\"{}\"", schema.replace('"', "\"\"").replace('\\', "\\\\").replace(' ', "\\ "));
        self.run(url, &words, Talk::Hidden, Some(&path)).map(|_| ())
    }

    fn run(&self, url: &DatabaseUrl, words: &[&str], talk: Talk, options: Option<&str>) -> Result<String> {
        self.started(url, words, options, |words, variables| {
            foreground::output(words, &self.directory, variables, talk)
        })
    }

    fn started(
        &self,
        url: &DatabaseUrl,
        words: &[&str],
        options: Option<&str>,
        start: impl FnOnce(&[String], Given<'_>) -> io::Result<(Ended, Vec<u8>)>,
    ) -> Result<String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let path = self.ambient.variables.get("PATH").unwrap_or_default().to_owned();
        let mut variables: Vec<(OsString, OsString)> = vec![("PATH".into(), path), ("LC_ALL".into(), "C.UTF-8".into())];
        variables.extend(copy::libpq(url).into_iter().map(|(name, value)| {
            (OsString::from(name), OsString::from(String::from_utf8_lossy(value.expose()).into_owned()))
        }));
        variables.extend(options.map(|options| (OsString::from("PGOPTIONS"), OsString::from(options))));
        let given = variables.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str())).collect::<Vec<_>>();
        match start(&words, given.into_iter()) {
            Ok((ended, text)) if ended.well() => Ok(String::from_utf8_lossy(&text).into_owned()),
            Ok((ended, _)) => Err(Failure::new(format!("{} ended with {ended}", words[0]))
                .hint("what it said stands above; it must be as new as the server")
                .into()),
            Err(error) => Err(Failure::new(format!("could not start {}: {error}", safe_text::safe_text(&words[0])))
                .hint("install PostgreSQL's client programs: apt-get install postgresql-client, brew install libpq")
                .into()),
        }
    }
}

/// The files of migrations, in their order.
pub fn files<'b>(folder: &Path, names: impl Iterator<Item = &'b str>) -> Vec<PathBuf> {
    names.map(|name| folder.join(name).join("migration.sql")).collect()
}
