//! `migrate deploy`: the committed migrations that waited long enough, to an environment that is proven to be the one that
//! is meant. Everything that stands in the way is told at once; what is done is shown before, compared after, and recorded.

use super::launch::Launch;
use super::progress;
use crate::domain::config::Backup;
use crate::domain::page::audit_entry::{Entry, Event};
use crate::domain::promotion::act::{self, Act};
use crate::domain::promotion::ledger::{Cell, Column, Ledger, Seen};
use crate::domain::promotion::migration::Migration;
use crate::domain::promotion::outcome::{self, Outcome};
use crate::domain::promotion::statement;
use crate::domain::promotion::version::{Failing, failing};
use crate::domain::session::ambient::{Ambient, Terminal};
use crate::domain::session::keyboard;
use crate::domain::text::safe_text;
use crate::edge::foreground::{self, Ended};
use crate::edge::{identity, output, terminal};
use crate::error::{Exit, Failure, Result, Status, told};
use crate::interruption;
use crate::steps::audit;
use crate::steps::load;
use crate::steps::promotion::case::{Case, Examined};
use crate::steps::promotion::preview::{self, Way};
use crate::steps::promotion::services;
use crate::steps::promotion::side::{self, Side};
use crate::steps::promotion::target;

/// What was typed.
pub struct Wanted<'a> {
    pub environment: Option<&'a str>,
    /// The last migration that is meant.
    pub to: Option<&'a str>,
    pub doing: Doing,
    pub asking: Asking,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Doing {
    Apply,
    /// Stops before the question.
    Show,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Asking {
    Person,
    /// `--yes`, for a pipeline with an identity of its own.
    Nobody,
}

/// 0 where everything that was promised is there, 3 where something stands in the way.
///
/// # Errors
/// Where a check cannot be made, nobody confirmed, the backup or Prisma failed, or the result is not what was promised.
pub fn deploy(ambient: &Ambient, wanted: &Wanted<'_>) -> Result<Status> {
    let loaded = load::configuration(ambient)?;
    let active = load::chosen(ambient, &loaded, wanted.environment)?;
    let environment = load::environment(&loaded, active.environment.as_str())?;
    let name = &environment.name;
    load::refuse_deployment_by_agent(ambient, &loaded, environment, &format!("`migrate deploy` to {name}"))?;
    let case = Case::gather(ambient, &loaded, environment, wanted.to)?;
    let found = case.examine()?;
    let stand = !found.in_the_way().is_empty();
    if found.pending.is_empty() && !stand {
        terminal::say(ambient, &format!("{name} has every migration already"));
        return Ok(Status::DONE);
    }
    let side = match &found.side {
        Some(side) if !stand => side,
        Some(_) | None => {
            let (page, stopped) = interruption::held(|| preview::refused(&case, &found));
            page.map_or(Ok(()), |page| output::page(&page))?;
            let refused = case.refuse(&found);
            return Ok(stopped.map_or(refused, |signal| Ended::Signal(signal).pass_on()));
        }
    };
    let (done, stopped) = interruption::held(|| case.go(side, &found, wanted));
    match (done, stopped) {
        (Err(error), Some(signal)) => {
            terminal::complain(ambient, &error);
            Ok(Ended::Signal(signal).pass_on())
        }
        (done, _) => done,
    }
}

impl Case<'_> {
    /// Tells everything that stands in the way.
    fn refuse(&self, found: &Examined<'_>) -> Status {
        terminal::say_anyway(&found.told(self.environment));
        let kinds: Vec<&str> = found.in_the_way().iter().map(|reason| reason.kind).collect();
        let entry = self.entry(Event::Blocked).reason("promotion").detail(&kinds.join(", "));
        audit::record(self.ambient, &entry);
        Status::from(Exit::Blocked as u8)
    }

    /// From the page to the end. Nothing of it is left half done by a key, but what Prisma was stopped in.
    fn go(&self, side: &Side<'_>, found: &Examined<'_>, wanted: &Wanted<'_>) -> Result<Status> {
        let page = preview::page(self, found, side, Way::Own);
        interruption::check("nothing was applied")?;
        output::page(&page)?;
        let name = &self.environment.name;
        if wanted.doing == Doing::Show {
            let next = format!("nexus-env migrate deploy -e {name} asks for its name and applies");
            terminal::say(self.ambient, &format!("nothing is in the way; {next}"));
            return Ok(Status::DONE);
        }
        self.consent(wanted.asking)?;
        self.apply(side, found)
    }

    fn entry(&self, event: Event) -> Entry {
        Entry::new(event)
            .environment(&self.environment.name)
            .repository(&self.loaded.repository.root)
            .command("nexus-env migrate deploy")
    }

    /// The name, typed by a person; or `--yes` of a pipeline that has an identity of its own.
    fn consent(&self, asking: Asking) -> Result<()> {
        let (ambient, name) = (self.ambient, &self.environment.name);
        let subject = format!("`migrate deploy` to {name}");
        match asking {
            Asking::Person if !self.environment.is_protected() => Ok(()),
            Asking::Person => {
                let question = format!("type {name} to apply them");
                let typed = load::consent(ambient, self.environment, &subject, &question);
                let event = if typed.is_ok() { Event::Confirmed } else { Event::NotConfirmed };
                audit::record(ambient, &self.entry(event));
                typed
            }
            Asking::Nobody => {
                if let Some(marker) = keyboard::marker(&ambient.variables) {
                    return Err(Failure::new(format!("{subject} with --yes is not for a coding agent ({marker})"))
                        .exit(Exit::Blocked)
                        .into());
                }
                let piped = ambient.variables.get("CI").is_some_and(|value| !value.is_empty());
                if ambient.terminal == Terminal::Present && !piped {
                    return Err(Failure::new("--yes is for a pipeline, and there is a person at this terminal")
                        .hint(format!("leave it out and type {name}"))
                        .exit(Exit::Blocked)
                        .into());
                }
                if !load::has_own_identity(ambient) {
                    let own = [identity::VARIABLE, identity::FILE_VARIABLE];
                    return Err(Failure::new("--yes is for a pipeline with an identity of its own")
                        .hint(format!("leave it out and type {name}; in CI: {} or {}", own[0], own[1]))
                        .exit(Exit::Blocked)
                        .into());
                }
                Ok(())
            }
        }
    }

    fn apply(&self, side: &Side<'_>, found: &Examined<'_>) -> Result<Status> {
        let (ambient, name) = (self.ambient, &self.environment.name);
        let promised = found.pending.as_slice();
        let again = format!("nexus-env migrate deploy -e {name}");
        self.unchanged(side, &again)?;
        let target = found.proof.as_ref().map(|(seen, _)| seen.clone()).unwrap_or_default();
        if let Some(backup) = &self.environment.backup {
            self.back_up(backup)?;
            // It may have taken its time.
            self.unchanged(side, &again)?;
        }
        interruption::check("nothing was applied").inspect_err(|error| {
            audit::record(ambient, &self.entry(Event::DeployFailed).detail(&told(error).0));
        })?;
        let detail = outcome::listed(promised);
        audit::record(ambient, &self.entry(Event::DeployStarted).target(&target).detail(&detail));
        let only: Option<Vec<&Migration>> =
            self.to.as_ref().map(|to| self.stock.migrations.iter().filter(|migration| migration.name <= *to).collect());
        let launch = Launch::new(ambient, self.loaded, side, &self.place, &side.url, only.as_deref())?;
        let ended = progress::beside(ambient, side, || self.run(&launch, promised));
        let failing = |detail: &str| {
            audit::record(ambient, &self.entry(Event::DeployFailed).target(&target).detail(detail));
        };
        let after = self.after().inspect_err(|error| failing(&told(error).0))?;
        let outcome = Outcome::of(&after, name, promised);
        let failed = match &ended {
            Ok(ended) if ended.well() && outcome.is_whole() => None,
            Ok(ended) if ended.well() => Some("Prisma says that all is well, and not everything is there".to_owned()),
            Ok(ended) => Some(format!("Prisma ended with {ended}")),
            Err(error) => Some(error.to_string()),
        };
        let Some(failed) = failed else {
            audit::record(ambient, &self.entry(Event::Deployed).target(&target).detail(&detail));
            terminal::say(ambient, &outcome.told(name));
            services::tell(ambient, self.loaded, side);
            return Ok(Status::DONE);
        };
        failing(&format!("{failed}; {}", outcome.how_far()));
        let other = target::deploying_to(side).map(|session| {
            format!("{session}, is still at it on the server; when it is over: nexus-env migrate status")
        });
        let restore = self.environment.backup.as_ref().and_then(|backup| backup.restore.as_ref());
        if let Some(restore) = restore {
            terminal::say_anyway(&format!("to go back to the backup: {restore}"));
        }
        let hint = other.unwrap_or_else(|| outcome.hint());
        Err(Failure::new(format!("{}: {failed}", outcome.told(name))).hint(hint).into())
    }

    /// Runs Prisma; once more where a lock did not come in time and nothing of the migration is left.
    fn run(&self, launch: &Launch, promised: &[String]) -> Result<Ended> {
        const TRIES: usize = 3;
        for _ in 1..TRIES {
            let ended = launch.run(&["deploy"])?;
            let again = !ended.well() && interruption::came().is_none();
            let Some(stopped) = again.then(|| self.stopped_by_a_lock(promised)).flatten() else {
                return Ok(ended);
            };
            terminal::say_anyway(&format!("{stopped} got no lock in time and left nothing behind: once more"));
            if !launch.run(&["resolve", "--rolled-back", &stopped])?.well() {
                return Ok(ended);
            }
        }
        launch.run(&["deploy"])
    }

    /// The migration that waited for a lock for too long, where all of it is one transaction.
    fn stopped_by_a_lock(&self, promised: &[String]) -> Option<String> {
        let after = self.after().ok()?;
        let column = after.position(&self.environment.name)?;
        promised.iter().find_map(|name| {
            let line = after.lines.iter().find(|line| line.name == *name)?;
            let Cell::Failed { logs: Some(logs), .. } = &line.cells[column] else { return None };
            let locked = logs.contains("55P03") || logs.contains("lock timeout");
            let migration = self.migration(name)?;
            let statements = statement::statements(&migration.text());
            let acts: Vec<Act> = statements.iter().map(act::read).collect();
            let whole = failing(self.place.version, &statements, &acts) == Failing::Whole;
            (locked && whole).then(|| name.clone())
        })
    }

    /// The ledger of the target alone, read anew.
    fn after(&self) -> Result<Ledger> {
        let columns = side::columns(self.ambient, self.loaded, &[self.environment], &self.place);
        if let Some(Column { seen: Seen::Unseen { why, hint }, environment }) = columns.first() {
            let failure = Failure::new(format!("what {environment} has now could not be read back: it {why}"));
            return Err(match hint {
                Some(hint) => failure.hint(hint.clone()),
                None => failure,
            }
            .into());
        }
        Ok(self.stock.ledger(&self.tree, &self.place, columns))
    }

    fn back_up(&self, backup: &Backup) -> Result<()> {
        let run = |what: &str, words: &[String]| -> Result<()> {
            let shown = shell_words::join(words);
            terminal::say(self.ambient, &format!("{what}: {}", safe_text::safe_text(&shown)));
            let hidden = [identity::VARIABLE, identity::FILE_VARIABLE];
            let variables = self.ambient.variables.iter().filter(|(name, _)| !hidden.iter().any(|other| name == other));
            let failure = match foreground::run(words, &self.loaded.repository.root, variables) {
                Ok(ended) if ended.well() => return Ok(()),
                Ok(ended) => format!("the {what} ended with {ended}, so nothing was applied"),
                Err(error) => format!("the {what} could not be started, so nothing was applied: {error}"),
            };
            let entry = self.entry(Event::DeployFailed).detail(&format!("the {what} failed"));
            audit::record(self.ambient, &entry);
            let hint = format!("try it by itself: {shown}; it stands under [env.{}.backup]", self.environment.name);
            Err(Failure::new(failure).hint(hint).into())
        };
        run("backup", &backup.command)?;
        if let Some(verify) = &backup.verify {
            run("verification of the backup", verify)?;
        }
        Ok(())
    }
}
