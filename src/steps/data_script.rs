//! A script of the repository that `run` starts: told with what it would write to and with where it ran before, asked about
//! where that is protected, and kept in the log by its content and its end.

use std::ffi::OsString;
use std::path::Path;

use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::config::vars::{self, Vars};
use crate::domain::config::{Access, Config, Environment};
use crate::domain::guard::invocation::{self, Invocation, Notes, Reader, Tool};
use crate::domain::guard::judgement::Judged;
use crate::domain::guard::project::Package;
use crate::domain::guard::rules;
use crate::domain::guard::scope::Fed;
use crate::domain::guard::screen::{self, Row, Screen};
use crate::domain::guard::verdict::{Effect, Verdict};
use crate::domain::page::audit_entry::{self, Entry, Event, Layer};
use crate::domain::page::past::Past;
use crate::domain::promotion::gate;
use crate::domain::promotion::place;
use crate::domain::promotion::script::{self, Script};
use crate::domain::session::ambient::{Ambient, Terminal};
use crate::domain::session::grant::Grant;
use crate::domain::target::url::DatabaseUrl;
use crate::domain::target::{Known, Meant, Selection, Target};
use crate::domain::text::safe_text;
use crate::edge::foreground::Ended;
use crate::edge::project::Disk;
use crate::edge::{audit_log, digest, grant, terminal};
use crate::error::Result;
use crate::steps::load::{self, Loaded};
use crate::steps::{audit, observation};

/// The script, and the commands that lead to it.
pub struct DataScript {
    pub script: Script,
    /// The words that lead to it, as they are typed; what may hold a value is left out.
    typed: String,
    invocations: Vec<Invocation>,
}

/// The script that these words run; `None` where there is none, or nobody will ask how it ended in this environment.
pub fn of(ambient: &Ambient, loaded: &Loaded, environment: &Environment, words: &[OsString]) -> Option<DataScript> {
    if !script::is_kept(&loaded.config, environment) {
        return None;
    }
    let words: Vec<String> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let shown =
        words.iter().map(|word| if word.contains(['=', '@', ':']) { "…".into() } else { safe_text::typed(word) });
    let typed = shown.collect::<Vec<_>>().join(" ");
    let process = |name: &str| ambient.variables.get(name).map(|value| value.to_string_lossy().into_owned());
    let (root, cwd) = (&loaded.repository.root, ambient.cwd.as_ref()?);
    let reader = Reader {
        files: &Disk,
        process: &process,
        database_variables: &loaded.config.database_variables,
        cwd,
        root,
        prisma_directory: loaded.config.prisma_directory.as_deref(),
        notes: Notes::default(),
    };
    among(cwd, root, typed, invocation::of_words(&reader, &words, &Fed::Nothing))
}

/// The script that one of these commands runs.
fn among(cwd: &Path, root: &Path, typed: String, invocations: Vec<Invocation>) -> Option<DataScript> {
    let commands = invocations.iter().flat_map(|one| one.outer.iter().chain([&one.words])).cloned().collect::<Vec<_>>();
    let ours = |path: &Path| {
        let path = place::normal(path);
        let inside = path.strip_prefix(root).is_ok_and(|path| !path.iter().any(|part| part == "node_modules"));
        inside && path.is_file()
    };
    let here = [cwd.to_owned(), root.to_owned()];
    // Most commands name no file that could be one, and nobody looks through the packages for them.
    script::file(&commands, &here, &|_| true)?;
    let packages = || Package::workspace(&Disk, root).into_iter().map(|package| package.directory).collect::<Vec<_>>();
    let file = script::file(&commands, &here, &ours).or_else(|| script::file(&commands, &packages(), &ours))?;
    let path = place::normal(&file).strip_prefix(root).ok()?.display().to_string();
    Some(DataScript { script: Script { path, hash: digest::of(&file)? }, typed, invocations })
}

/// What is to be said of a script that a rule of the team's asks about at a prompt.
pub struct Asked {
    /// In lines, without the last one's end.
    pub told: String,
    /// Why one more word is to be typed, and which.
    pub unproven: Option<(String, String)>,
}

/// The first script among commands that a rule asks about.
pub fn asked_about(ambient: &Ambient, config: &Config, root: &Path, all: &[Judged]) -> Option<Asked> {
    all.iter().find_map(|judged| {
        let Verdict::Ask(because) = &judged.verdict else { return None };
        let named = judged.concern.as_ref().is_some_and(|concern| concern.rule.is_some());
        let environment =
            config.environment(because.environment.as_ref()?).filter(|one| named && one.is_protected())?;
        let script = among(ambient.cwd.as_ref()?, root, String::new(), vec![judged.invocation.clone()])?;
        let past = script.before(ambient, config, root, environment);
        let screen = Screen { sentence: String::new(), rows: script.rows(past.as_ref()), instead: Vec::new() };
        Some(Asked {
            told: screen.body().trim_end().to_owned(),
            unproven: script.unproven(&environment.name, past.as_ref()),
        })
    })
}

/// Where a script should have run before, and what is known of that.
type Before<'a> = (&'a Environment, Past);

impl DataScript {
    /// Tells what it would write to, and asks: the environment's name, and one word more where nothing shows that it did
    /// well where it should have run before. The number of the yes, for the guard, which would ask the same.
    ///
    /// # Errors
    /// With status 3 where nobody can be asked, or where something else was typed.
    pub fn ask(&self, ambient: &Ambient, loaded: &Loaded, environment: &Environment) -> Result<Option<String>> {
        let (name, path) = (&environment.name, &self.script.path);
        if rules::is_let(&loaded.config, &self.invocations, name) {
            return Ok(None);
        }
        let past = self.before(ambient, &loaded.config, &loaded.repository.root, environment);
        let vars = vars::resolve(&environment.vars, load::secrets(ambient, loaded, environment)?)?;
        terminal::say_anyway(&self.screen(ambient, loaded, environment, &vars, past.as_ref()).text());
        // What the team declared writable, a pipeline with an identity of its own may write to.
        let declared = environment.access == Access::ReadWrite && load::has_own_identity(ambient);
        if declared && ambient.terminal == Terminal::Absent {
            return Ok(None);
        }
        let subject = format!("`{path}` on {name}");
        load::consent(ambient, environment, &subject, &format!("type {name} to run it"))?;
        if let Some((why, word)) = self.unproven(name, past.as_ref()) {
            load::typed(ambient, &word, &subject, &why)?;
        }
        // Prisma's own commands are checked where they run, whatever was said to the script around them.
        let names = self.invocations.iter().filter(|one| one.tool != Tool::Prisma).map(|one| one.name.clone());
        let now = ambient.now.seconds.unsigned_abs();
        Ok(grant::keep(ambient, &Grant::new(name.as_str(), &loaded.repository.root, names, now)).ok())
    }

    fn before<'a>(
        &self,
        ambient: &Ambient,
        config: &'a Config,
        root: &Path,
        environment: &Environment,
    ) -> Option<Before<'a>> {
        let before = gate::path(config, environment).pop()?;
        let (lines, _) = audit_entry::read(&audit_log::read(ambient).0);
        Some((before, Past::of(&lines, &root.display().to_string(), &before.name, &self.script.hash)))
    }

    /// What is asked where nothing shows that it did well before: why, with the word, and the word.
    fn unproven(&self, name: &EnvironmentName, past: Option<&Before<'_>>) -> Option<(String, String)> {
        let why = match past {
            Some((_, past)) if past.is_proof() => return None,
            Some((before, Past::Never)) => format!("it never ran on {}", before.name),
            Some((before, Past::Ran { .. })) => format!("it did not end well on {}", before.name),
            None => format!("nothing says where it ran before {name}"),
        };
        let word = self.script.path.rsplit('/').next().unwrap_or(&self.script.path).to_owned();
        Some((format!("{why}; type {word} to run it all the same"), word))
    }

    /// Which it is, and how it did before.
    fn rows(&self, past: Option<&Before<'_>>) -> Vec<Row> {
        let Script { path, hash } = &self.script;
        let script = Row::new("script", path, format!("sha256 {}", &hash[..12]));
        let before = past.map(|(before, past)| Row::new(before.name.as_str(), past.told(), ""));
        std::iter::once(script).chain(before).collect()
    }

    fn screen(
        &self,
        ambient: &Ambient,
        loaded: &Loaded,
        environment: &Environment,
        vars: &Vars,
        past: Option<&Before<'_>>,
    ) -> Screen {
        let name = &environment.name;
        let mut rows = self.rows(past);
        let seen = targets(ambient, loaded, environment, vars).into_iter().flat_map(|target| screen::seen(&target));
        rows.splice(1..1, seen.collect::<Vec<_>>());
        let named = self.invocations.iter().flat_map(|one| rules::concerns(&loaded.config, one));
        let named = named.filter(|concern| concern.rule.is_some() && concern.on.holds(name, environment.protection));
        let because = named.map(|concern| Row::new("because", concern.why, ""));
        rows.extend(because.collect::<Vec<_>>());
        let instead = match past {
            Some((_, past)) if past.is_proof() => None,
            Some((before, _)) => Some(format!("nexus-env run -e {} -- {}", before.name, self.typed)),
            None => Some(format!("promote_from under [env.{name}] in .nexusenv says where it runs first")),
        };
        let sentence = format!("{} would write to {name}", self.script.path);
        Screen { sentence, rows, instead: instead.into_iter().collect() }
    }

    /// Whether the guard refuses one of the commands whatever is typed, so that nothing is asked first.
    pub fn is_refused(&self, loaded: &Loaded, environment: &Environment) -> bool {
        let concerns = self.invocations.iter().flat_map(|one| rules::concerns(&loaded.config, one));
        concerns
            .into_iter()
            .any(|one| one.effect == Effect::Destructive && one.on.holds(&environment.name, environment.protection))
    }

    /// Keeps how it ended, and says what may have stopped it.
    pub fn ended(&self, ambient: &Ambient, loaded: &Loaded, environment: &Environment, access: Access, ended: Ended) {
        let entry = Entry::new(Event::Ended).environment(&environment.name).repository(&loaded.repository.root);
        audit::record(ambient, &entry.script(&self.script).detail(&ended.to_string()).through(Layer::Run));
        if environment.is_protected() && access == Access::ReadOnly && !ended.well() {
            let (path, name) = (&self.script.path, &environment.name);
            terminal::say(
                ambient,
                &format!(
                    "`{path}` ended with {ended}, and {name} was read-only for it\n\
                     hint: where that stopped it: nexus-env run -e {name} --write -- {}",
                    self.typed
                ),
            );
        }
    }
}

/// What each database variable of the environment reaches, with the databases' own word.
fn targets(ambient: &Ambient, loaded: &Loaded, environment: &Environment, vars: &Vars) -> Vec<Target> {
    let stored = load::stored_urls(ambient, loaded);
    let selection = Selection::Environment(environment.name.clone(), environment.protection);
    let known = Known { config: &loaded.config, stored: &stored, selection: &selection };
    let named = |name: &VariableName| {
        let url = DatabaseUrl::parse(std::str::from_utf8(vars.get(name)?.expose()).ok()?)?;
        let origin = format!("stored for {}", environment.name);
        let meant = Meant { label: name.to_string(), url: Some(url.clone()), origin, variable: None };
        let mut target = observation::observe(&known, &|place| observation::look(ambient, place), &meant);
        target.evidence.extend(observation::said(&loaded.config, &url));
        Some(target)
    };
    loaded.config.database_variables.iter().filter_map(named).collect()
}
