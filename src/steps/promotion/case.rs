//! Everything that is to be known before migrations go to an environment, gathered once: what stands in git and in each
//! database, what the target's rows say, and what stands in the way.

use super::side::{self, Side};
use super::target::{self, Looked};
use super::tree::{Stock, Tree};
use crate::domain::config::Environment;
use crate::domain::promotion::act::{self, Act};
use crate::domain::promotion::gate::{self, Reason, Scene, Weight};
use crate::domain::promotion::ledger::{Column, Ledger, Line, Seen};
use crate::domain::promotion::look::{Meaning, Read};
use crate::domain::promotion::migration::Migration;
use crate::domain::promotion::models::Models;
use crate::domain::promotion::place::{self, Place};
use crate::domain::promotion::plan::{Plan, Step};
use crate::domain::promotion::proof::{self, Proof};
use crate::domain::promotion::rules::{self, Circumstances};
use crate::domain::promotion::statement;
use crate::domain::promotion::version::failing;
use crate::domain::session::ambient::Ambient;
use crate::domain::target::pinning;
use crate::domain::text::safe_text;
use crate::error::{Failure, Result};
use crate::steps::load::Loaded;

/// Everything that the checks are made from, gathered once.
pub struct Case<'a> {
    pub ambient: &'a Ambient,
    pub loaded: &'a Loaded,
    pub environment: &'a Environment,
    pub tree: Tree,
    pub place: Place,
    pub stock: Stock,
    pub folder: String,
    pub ledger: Ledger,
    pub to: Option<String>,
}

/// What the checks came to.
pub struct Examined<'a> {
    /// `None` where the environment's database cannot be asked; a reason says why.
    pub side: Option<Side<'a>>,
    /// By what the target is proven: what was seen, and how.
    pub proof: Option<(String, String)>,
    /// The names of what would be applied.
    pub pending: Vec<String>,
    pub reasons: Vec<Reason>,
    /// What would be done; `None` where nothing waits.
    pub plan: Option<Planned>,
}

/// What would be done, in words.
pub struct Planned {
    pub text: String,
    /// In which way `migrate deploy` does it.
    pub way: String,
    /// In which way somebody else's Prisma does.
    pub plain_way: String,
}

impl Examined<'_> {
    pub fn in_the_way(&self) -> Vec<&Reason> {
        self.reasons.iter().filter(|reason| reason.weight == Weight::InTheWay).collect()
    }

    /// Everything that stands in the way, each with what to type.
    pub fn told(&self, environment: &Environment) -> String {
        let stand = self.in_the_way();
        let count = match stand.len() {
            1 => "1 thing stands".to_owned(),
            several => format!("{several} things stand"),
        };
        let mut text = format!("blocked: {count} in the way of migrations to {}", environment.name);
        for reason in &stand {
            text.push_str(&format!("\n  {}", safe_text::safe_text(&reason.sentence)));
            reason.next.iter().for_each(|next| text.push_str(&format!("\n    {}", safe_text::safe_text(next))));
        }
        text
    }
}

impl<'a> Case<'a> {
    /// # Errors
    /// No migrations here, a last one that is not there, and git that gives no answer.
    pub fn gather(
        ambient: &'a Ambient,
        loaded: &'a Loaded,
        environment: &'a Environment,
        to: Option<&str>,
    ) -> Result<Case<'a>> {
        let tree = Tree::around(ambient, Some(&loaded.repository.root))?;
        let places = tree.places(loaded.config.prisma_directory.as_deref())?;
        let place = place::own(&places, &tree.cwd).cloned();
        let Some(place) = place else {
            let list: Vec<String> = places.iter().map(|place| tree.shown(&place.migrations)).collect();
            return Err(Failure::new(format!("there are several folders of migrations: {}", list.join(", ")))
                .hint("cd into the package that is meant, or name it: directory under [prisma] in .nexusenv")
                .into());
        };
        let steps = steps(loaded, environment);
        let case = Case::at(ambient, loaded, environment, tree, place, &steps)?;
        let to = to.map(|to| named(&case.stock, to)).transpose()?;
        Ok(Case { to, ..case })
    }

    /// Of one place, with what these environments have.
    ///
    /// # Errors
    /// Where the migrations cannot be read.
    pub fn at(
        ambient: &'a Ambient,
        loaded: &'a Loaded,
        environment: &'a Environment,
        tree: Tree,
        place: Place,
        seen: &[&Environment],
    ) -> Result<Case<'a>> {
        let stock = tree.stock(&place)?;
        let columns = side::columns(ambient, loaded, seen, &place);
        let ledger = stock.ledger(&tree, &place, columns);
        let folder = tree.here(&place.migrations);
        Ok(Case { ambient, loaded, environment, tree, place, stock, folder, ledger, to: None })
    }

    /// # Errors
    /// Where the target could not be seen.
    pub fn could_be_seen(&self) -> Result<()> {
        let column = self.ledger.columns.iter().find(|column| column.environment == self.environment.name);
        let Some(Column { seen: Seen::Unseen { why, hint }, environment }) = column else { return Ok(()) };
        let failure = Failure::new(format!("{environment} {why}"));
        Err(match hint {
            Some(hint) => failure.hint(hint.clone()),
            None => failure,
        }
        .into())
    }

    /// What was checked is what is there still: nobody committed, edited or deployed since.
    ///
    /// # Errors
    /// Where something did change, and with `again` as what to type.
    pub fn unchanged(&self, side: &Side<'_>, again: &str) -> Result<()> {
        let stock = self.tree.stock(&self.place)?;
        let columns = side::columns(self.ambient, self.loaded, &steps(self.loaded, self.environment), &self.place);
        let ledger = stock.ledger(&self.tree, &self.place, columns);
        if ledger != self.ledger || stock.migrations != self.stock.migrations {
            let failure = Failure::new("something changed since it was checked, so nothing was applied");
            return Err(failure.hint(again).into());
        }
        match target::deploying_to(side).map(|session| gate::deploying(&self.environment.name, &session)) {
            Some(reason) => {
                Err(Failure::new(format!("{}, so nothing was applied", reason.sentence)).hint(&reason.next[0]).into())
            }
            None => Ok(()),
        }
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

    pub fn migration(&self, name: &str) -> Option<&Migration> {
        self.stock.migrations.iter().find(|migration| migration.name == name)
    }

    fn read(&self, name: &str) -> Option<Read> {
        let migration = self.migration(name)?;
        let acts = statement::statements(&migration.text()).iter().map(|one| (one.line, act::read(one))).collect();
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
            // Pinning what one URL reaches to two environments would tell neither from the other.
            Proof::Shared(evidence) => Err(missing(
                format!("nothing proves that what `{}` of {name} reaches is {name}: it is {}", side.variable, evidence.how),
                vec![
                    format!("nexus-env set {} -e {name} stores {name}'s own", side.variable),
                    "where a tunnel makes the difference: [env.NAME.proxy] in .nexusenv for each, with a port of its own".to_owned(),
                ],
            )),
            Proof::Missing => Err(missing(
                format!("nothing proves that what `{}` of {name} reaches is {name}", side.variable),
                vec![format!("nexus-env db pin -e {name}"), format!("nexus-env db label -e {name}")],
            )),
        }
    }

    fn plan<'b>(&'b self, pending: &[&'b Line], proof: Option<&(String, String)>, looked: &Looked) -> Plan<'b> {
        let models = Models::read(&self.place.text);
        let circumstances = Circumstances { dialect: self.place.dialect, version: self.place.version, models: &models };
        let steps = pending.iter().filter_map(|line| {
            let migration = self.migration(&line.name)?;
            let statements = statement::statements(&migration.text());
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

    /// Where the target shares its port with a step before it, one of them is always unseen: only a port of its own helps.
    fn with_ports_of_their_own(&self, reasons: &mut [Reason]) {
        let on_the_way = steps(self.loaded, self.environment);
        for (port, sharing) in pinning::shared_ports(&self.loaded.config) {
            let both = sharing.iter().filter(|one| on_the_way.iter().any(|step| step.name == one.name)).count() > 1;
            for reason in reasons.iter_mut().filter(|one| both && matches!(one.kind, "unseen" | "unproven")) {
                reason.next = pinning::own_ports(&self.loaded.config, port, &sharing);
                reason.next.push("nexus-env allow, and nexus-env proxy up -e each of them".to_owned());
            }
        }
    }

    /// Makes every check, and a look at the target's rows where it is proven to be the target.
    ///
    /// # Errors
    /// Where the environment's secrets cannot be opened, and nothing else says so.
    pub fn examine(&self) -> Result<Examined<'a>> {
        let (environment, name) = (self.environment, &self.environment.name);
        let scene = self.scene();
        let pending = scene.pending(name);
        let mut reasons = scene.reasons(environment);
        let names = pending.iter().map(|line| line.name.clone()).collect();
        let side = match Side::of(self.ambient, self.loaded, environment, &self.place) {
            Ok(side) => side,
            Err(error) if reasons.is_empty() => return Err(error),
            // The ledger says so already.
            Err(_) => return Ok(Examined { side: None, proof: None, pending: names, reasons, plan: None }),
        };
        let proof = self.proof(&side);
        // One that could not be seen is said to be another already.
        let unseen = reasons.iter().any(|one| one.kind == "unseen");
        reasons.extend(proof.as_ref().err().filter(|_| !unseen).cloned());
        self.with_ports_of_their_own(&mut reasons);
        let reads: Vec<Read> = pending.iter().filter_map(|line| self.read(&line.name)).collect();
        let sure = !reasons.iter().any(|reason| matches!(reason.kind, "unseen" | "unproven-target"));
        let looked = match sure && !pending.is_empty() {
            true => target::look(&side, &reads),
            false => Looked::default(),
        };
        if let Some(session) = looked.deploying.as_ref().filter(|_| !reasons.iter().any(|one| one.kind == "running")) {
            reasons.push(gate::deploying(name, session));
        }
        reasons.extend(looked.meanings.iter().filter_map(|(question, meaning)| match meaning {
            Meaning::Fails(sentence) => Some(Reason {
                kind: "would-fail",
                weight: Weight::InTheWay,
                migration: Some(question.migration.clone()),
                sentence: format!("{} would fail on {name}: {sentence}", question.migration),
                next: vec![format!(
                    "mend the rows in a migration before it; {}:{}",
                    self.file(&question.migration),
                    question.line
                )],
            }),
            Meaning::Nothing | Meaning::Note(_) => None,
        }));
        let plan = self.plan(&pending, proof.as_ref().ok(), &looked);
        let plan = (!plan.steps.is_empty()).then(|| Planned {
            text: plan.text(),
            way: plan.way(),
            plain_way: plan.plain_way(),
        });
        Ok(Examined { side: Some(side), proof: proof.ok(), pending: names, reasons, plan })
    }
}

/// The environments on the way, the target last.
pub fn steps<'a>(loaded: &'a Loaded, environment: &'a Environment) -> Vec<&'a Environment> {
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
