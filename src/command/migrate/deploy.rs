//! `migrate deploy`: the committed migrations that waited long enough, to an environment that is proven to be the one that
//! is meant. Everything that stands in the way is told at once; what is done is shown before, compared after, and recorded.

use super::launch::Launch;
use super::side::{self, Side};
use super::target::{self, Looked};
use super::{Stock, Tree};
use crate::command::audit;
use crate::command::load::{self, Loaded};
use crate::domain::agent;
use crate::domain::ambient::Ambient;
use crate::domain::config::{Backup, Environment};
use crate::domain::promotion::act::{self, Act};
use crate::domain::promotion::gate::{self, Reason, Scene, Weight};
use crate::domain::promotion::ledger::{Cell, Column, Ledger, Seen};
use crate::domain::promotion::lexer;
use crate::domain::promotion::look::{Meaning, Read};
use crate::domain::promotion::migration::Migration;
use crate::domain::promotion::models::Models;
use crate::domain::promotion::place::{self, Place};
use crate::domain::promotion::plan::{Plan, Step};
use crate::domain::promotion::proof::{self, Proof};
use crate::domain::promotion::rules::{self, Circumstances};
use crate::domain::promotion::version::{Failing, failing};
use crate::domain::record::{Entry, Event};
use crate::domain::running;
use crate::domain::safe_text;
use crate::edge::foreground;
use crate::edge::{identity, listener, output, terminal};
use crate::error::{Exit, Failure, Result, Status};

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

/// Everything that the checks are made from, gathered once.
struct Case<'a> {
    ambient: &'a Ambient,
    loaded: &'a Loaded,
    environment: &'a Environment,
    tree: Tree,
    place: Place,
    stock: Stock,
    folder: String,
    ledger: Ledger,
    to: Option<String>,
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
    load::refuse_agent(ambient, environment, &format!("`migrate deploy` to {name}"))?;
    let case = Case::gather(ambient, &loaded, environment, wanted.to)?;
    let scene = case.scene();
    let pending = scene.pending(name);
    let mut reasons = scene.reasons(environment);
    let side = Side::of(ambient, &loaded, environment, &case.place);
    let side = match side {
        Ok(side) => side,
        Err(error) if reasons.is_empty() => return Err(error),
        // The ledger says so already.
        Err(_) => return Ok(case.refuse(&reasons)),
    };
    let proof = case.proof(&side);
    reasons.extend(proof.as_ref().err().cloned());
    let reads: Vec<Read> = pending.iter().filter_map(|line| case.read(&line.name)).collect();
    let seen = !reasons.iter().any(|reason| matches!(reason.kind, "unseen" | "unproven-target"));
    let looked = match (seen, pending.is_empty()) {
        (true, false) => target::look(&side, &reads),
        (false, _) | (_, true) => Looked { meanings: Vec::new(), found: Vec::new() },
    };
    reasons.extend(looked.meanings.iter().filter_map(|(question, meaning)| match meaning {
        Meaning::Fails(sentence) => Some(Reason {
            kind: "would-fail",
            weight: Weight::InTheWay,
            migration: Some(question.migration.clone()),
            sentence: format!("{} would fail on {name}: {sentence}", question.migration),
            next: vec![format!(
                "mend the rows in a migration before it; {}:{}",
                case.file(&question.migration),
                question.line
            )],
        }),
        Meaning::Nothing | Meaning::Note(_) => None,
    }));
    let plan = case.plan(&pending, proof.as_ref().ok(), &looked);
    let in_the_way = reasons.iter().any(|reason| reason.weight == Weight::InTheWay);
    if pending.is_empty() && !in_the_way {
        terminal::say(ambient, &format!("{name} has every migration already"));
        return Ok(Status::DONE);
    }
    if !plan.steps.is_empty() {
        output::page(&plan.text())?;
    }
    if in_the_way {
        return Ok(case.refuse(&reasons));
    }
    for note in &reasons {
        terminal::say(ambient, &safe_text::safe_text(&note.sentence));
    }
    if wanted.doing == Doing::Show {
        terminal::say(
            ambient,
            &format!("nothing is in the way; nexus-env migrate deploy -e {name} asks for its name and applies"),
        );
        return Ok(Status::DONE);
    }
    case.consent(wanted.asking)?;
    case.apply(&side, &pending.iter().map(|line| line.name.clone()).collect::<Vec<_>>(), proof.ok())
}

impl<'a> Case<'a> {
    fn gather(
        ambient: &'a Ambient,
        loaded: &'a Loaded,
        environment: &'a Environment,
        to: Option<&str>,
    ) -> Result<Case<'a>> {
        let tree = Tree::around(ambient, Some(&loaded.repository.root))?;
        let places = tree.places(loaded.config.prisma_directory.as_deref())?;
        let Some(place) = place::own(&places, &tree.cwd).cloned() else {
            let list: Vec<String> = places.iter().map(|place| tree.shown(&place.migrations)).collect();
            return Err(Failure::new(format!("there are several folders of migrations: {}", list.join(", ")))
                .hint("cd into the package that is meant, or name it: directory under [prisma] in .nexusenv")
                .into());
        };
        let stock = tree.stock(&place)?;
        let to = to.map(|to| named(&stock, to)).transpose()?;
        let columns = side::columns(ambient, loaded, &steps(loaded, environment), &place);
        let ledger = stock.ledger(&tree, &place, columns);
        let folder = tree.here(&place.migrations);
        Ok(Case { ambient, loaded, environment, tree, place, stock, folder, ledger, to })
    }

    fn scene(&self) -> Scene<'_> {
        Scene {
            config: &self.loaded.config,
            ledger: &self.ledger,
            hollow: &self.stock.hollow,
            folder: &self.folder,
            to: self.to.as_deref(),
        }
    }

    fn file(&self, migration: &str) -> String {
        format!("{}/{migration}/migration.sql", self.folder)
    }

    fn migration(&self, name: &str) -> Option<&Migration> {
        self.stock.migrations.iter().find(|migration| migration.name == name)
    }

    fn read(&self, name: &str) -> Option<Read> {
        let migration = self.migration(name)?;
        let acts = lexer::statements(&migration.text()).iter().map(|one| (one.line, act::read(one))).collect();
        Some(Read { migration: name.to_owned(), acts })
    }

    /// By what the target is proven to be the environment: what was seen, and how.
    fn proof(&self, side: &Side<'_>) -> std::result::Result<(String, String), Reason> {
        let name = &self.environment.name;
        let target = side.target(self.ambient, self.loaded);
        let missing = |sentence: String, next: Vec<String>| Reason {
            kind: "unproven-target",
            weight: Weight::InTheWay,
            migration: None,
            sentence,
            next,
        };
        match proof::of(name, target.reach, &target.evidence) {
            Proof::Given(evidence) => Ok((evidence.seen, evidence.how)),
            Proof::Against(evidence) => Err(missing(
                format!("`{}` of {name} reaches {} ({})", side.variable, evidence.seen, evidence.how),
                vec![format!("nexus-env db verify -e {name}")],
            )),
            Proof::Missing => Err(missing(
                format!("nothing proves that what `{}` of {name} reaches is {name}", side.variable),
                vec![format!("nexus-env db pin -e {name}"), format!("nexus-env db label -e {name}")],
            )),
        }
    }

    fn plan<'b>(
        &'b self,
        pending: &[&'b crate::domain::promotion::ledger::Line],
        proof: Option<&(String, String)>,
        looked: &Looked,
    ) -> Plan<'b> {
        let models = Models::read(&self.place.text);
        let circumstances = Circumstances { dialect: self.place.dialect, version: self.place.version, models: &models };
        let steps = pending.iter().filter_map(|line| {
            let migration = self.migration(&line.name)?;
            let statements = lexer::statements(&migration.text());
            let acts: Vec<Act> = statements.iter().map(act::read).collect();
            let of_it = looked.meanings.iter().filter(|(question, _)| question.migration == line.name);
            Some(Step {
                migration,
                line,
                marks: rules::marks(migration, &self.file(&line.name), &circumstances),
                meanings: of_it.map(|(question, meaning)| (question.line, meaning.clone())).collect(),
                failing: failing(self.place.version, &statements, &acts),
            })
        });
        let path = gate::path(&self.loaded.config, self.environment);
        Plan {
            environment: self.environment,
            folder: &self.folder,
            path: path.into_iter().filter_map(|step| Some((step, self.ledger.position(&step.name)?))).collect(),
            proof: proof.cloned(),
            steps: steps.collect(),
            found: looked.found.clone(),
            version: self.place.version,
        }
    }

    /// Tells everything that stands in the way.
    fn refuse(&self, reasons: &[Reason]) -> Status {
        let name = &self.environment.name;
        let stand: Vec<&Reason> = reasons.iter().filter(|reason| reason.weight == Weight::InTheWay).collect();
        let count =
            if stand.len() == 1 { "1 thing stands".to_owned() } else { format!("{} things stand", stand.len()) };
        let mut text = format!("blocked: {count} in the way of migrations to {name}");
        for reason in &stand {
            text.push_str(&format!("\n  {}", safe_text::safe_text(&reason.sentence)));
            reason.next.iter().for_each(|next| text.push_str(&format!("\n    {next}")));
        }
        terminal::say_anyway(&text);
        let kinds: Vec<&str> = stand.iter().map(|reason| reason.kind).collect();
        let entry = self.entry(Event::Blocked).reason("promotion").detail(&kinds.join(", "));
        audit::record(self.ambient, &entry);
        Status::from(Exit::Blocked as u8)
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
                if let Some(marker) = agent::marker(&ambient.variables) {
                    return Err(Failure::new(format!("{subject} with --yes is not for a coding agent ({marker})"))
                        .exit(Exit::Blocked)
                        .into());
                }
                let own = [identity::VARIABLE, identity::FILE_VARIABLE];
                if !own.iter().any(|name| ambient.variables.get(name).is_some_and(|value| !value.is_empty())) {
                    return Err(Failure::new("--yes is for a pipeline with an identity of its own")
                        .hint(format!("leave it out and type {name}; in CI: {} or {}", own[0], own[1]))
                        .exit(Exit::Blocked)
                        .into());
                }
                Ok(())
            }
        }
    }

    fn apply(&self, side: &Side<'_>, promised: &[String], proof: Option<(String, String)>) -> Result<Status> {
        let (ambient, name) = (self.ambient, &self.environment.name);
        self.unchanged()?;
        let target = proof.map(|(seen, _)| seen).unwrap_or_default();
        if let Some(backup) = &self.environment.backup {
            self.back_up(backup)?;
            // It may have taken its time.
            self.unchanged()?;
        }
        let count =
            if promised.len() == 1 { "1 migration".to_owned() } else { format!("{} migrations", promised.len()) };
        let detail = format!("{count}: {}", promised.join(", "));
        audit::record(ambient, &self.entry(Event::DeployStarted).target(&target).detail(&detail));
        let only: Option<Vec<&Migration>> =
            self.to.as_ref().map(|to| self.stock.migrations.iter().filter(|migration| migration.name <= *to).collect());
        let launch = Launch::new(ambient, self.loaded, side, &self.place, &side.url, only.as_deref())?;
        let ended = self.run(&launch, promised);
        let after = self.after()?;
        let column = after.position(name);
        let cell = |migration: &str| {
            let line = after.lines.iter().find(|line| line.name == migration)?;
            Some(&line.cells[column?])
        };
        let missing: Vec<&String> =
            promised.iter().filter(|migration| !cell(migration).is_some_and(Cell::is_there)).collect();
        let done = promised.len() - missing.len();
        let failed = match &ended {
            Ok(ended) if ended.well() && missing.is_empty() => None,
            Ok(ended) if ended.well() => Some("Prisma says that all is well, and not everything is there".to_owned()),
            Ok(ended) => Some(format!("Prisma ended with {ended}")),
            Err(error) => Some(error.to_string()),
        };
        let Some(failed) = failed else {
            audit::record(ambient, &self.entry(Event::Deployed).target(&target).detail(&detail));
            terminal::say(ambient, &format!("{name} has {count} more, as promised, read back from it"));
            self.tell_services(side);
            return Ok(Status::DONE);
        };
        audit::record(
            ambient,
            &self.entry(Event::DeployFailed).target(&target).detail(&format!("{failed}; {done} of {count}")),
        );
        let hint = match missing.first().map(|first| (first, cell(first))) {
            Some((first, Some(Cell::Failed { .. }))) => {
                format!("{first} is half-way; nexus-env migrate status says what to type")
            }
            Some(_) | None => "nexus-env migrate status says what stands where".to_owned(),
        };
        let restore = self.environment.backup.as_ref().and_then(|backup| backup.restore.as_ref());
        if let Some(restore) = restore {
            terminal::say_anyway(&format!("to go back to the backup: {restore}"));
        }
        Err(Failure::new(format!("{done} of {count} for {name} were applied: {failed}")).hint(hint).into())
    }

    /// Runs Prisma; once more where a lock did not come in time and nothing of the migration is left.
    fn run(&self, launch: &Launch, promised: &[String]) -> Result<foreground::Ended> {
        const TRIES: usize = 3;
        for _ in 1..TRIES {
            let ended = launch.run(&["deploy"])?;
            let Some(stopped) = (!ended.well()).then(|| self.stopped_by_a_lock(promised)).flatten() else {
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
            let statements = lexer::statements(&migration.text());
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

    /// What was checked is what is there still: nobody committed, edited or deployed since.
    fn unchanged(&self) -> Result<()> {
        let stock = self.tree.stock(&self.place)?;
        let columns = side::columns(self.ambient, self.loaded, &steps(self.loaded, self.environment), &self.place);
        let ledger = stock.ledger(&self.tree, &self.place, columns);
        if ledger == self.ledger && stock.migrations == self.stock.migrations {
            return Ok(());
        }
        Err(Failure::new("something changed since it was checked, so nothing was applied")
            .hint(format!("nexus-env migrate deploy -e {}", self.environment.name))
            .into())
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

    /// The processes here that use the target: they know nothing of its new form before they are started anew.
    fn tell_services(&self, side: &Side<'_>) {
        let Ok(running) = listener::running(self.ambient) else { return };
        let groups = running::groups(running, &self.loaded.config.database_variables, std::process::id());
        let endpoint = side.url.endpoint();
        let uses = groups
            .iter()
            .filter(|group| group.held.iter().any(|held| held.url().is_some_and(|url| url.endpoint() == endpoint)));
        for group in uses {
            let process = &group.running.process;
            let ports: Vec<String> = group.ports.iter().map(|port| format!(", port {port}")).collect();
            terminal::narrate(
                self.ambient,
                &format!(
                    "restart {} (pid {}{}): it uses {}",
                    safe_text::safe_text(&process.program),
                    process.pid,
                    ports.concat(),
                    self.environment.name
                ),
            );
        }
    }
}

/// The environments on the way, the target last.
fn steps<'a>(loaded: &'a Loaded, environment: &'a Environment) -> Vec<&'a Environment> {
    let mut all = gate::path(&loaded.config, environment);
    all.push(environment);
    all
}

/// The migration of that name, or the only one whose name goes on like that.
fn named(stock: &Stock, to: &str) -> Result<String> {
    let names = || stock.migrations.iter().map(|migration| &migration.name);
    if let Some(name) = names().find(|name| *name == to) {
        return Ok(name.clone());
    }
    let like: Vec<&String> = names().filter(|name| name.starts_with(to) || name.ends_with(to)).collect();
    match like.as_slice() {
        [one] => Ok((*one).clone()),
        _ => {
            let last: Vec<&str> = names().rev().take(3).map(String::as_str).collect();
            Err(Failure::new(format!("there is no migration `{}`", safe_text::cut(to, 100)))
                .hint(format!("the newest are {}", last.join(", ")))
                .into())
        }
    }
}
