//! A script of the repository that `run` starts: told with what it would write to and with where it ran before, asked about
//! where that is protected, and kept in the log by its content and its end.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::load::{self, Loaded};
use super::{audit, observation};
use crate::domain::config::name::VariableName;
use crate::domain::config::vars::{self, Vars};
use crate::domain::config::{Access, Environment};
use crate::domain::guard::invocation::{Invocation, Journal, Reader, Tool};
use crate::domain::guard::project::Package;
use crate::domain::guard::rules;
use crate::domain::guard::scope::Fed;
use crate::domain::guard::screen::{self, Row, Screen};
use crate::domain::guard::verdict::Effect;
use crate::domain::page::past::Past;
use crate::domain::page::record::{self, Entry, Event, Layer};
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
use crate::edge::{digest, grant, journal, terminal};
use crate::error::Result;

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
    let process = |name: &str| ambient.variables.get(name).map(|value| value.to_string_lossy().into_owned());
    let (root, cwd) = (&loaded.repository.root, ambient.cwd.as_ref()?);
    let reader = Reader {
        files: &Disk,
        process: &process,
        database_variables: &loaded.config.database_variables,
        cwd,
        root,
        prisma_directory: loaded.config.prisma_directory.as_deref(),
        journal: Journal::default(),
    };
    let invocations = reader.words(&words, &Fed::Nothing);
    let commands = invocations.iter().flat_map(|one| one.outer.iter().chain([&one.words])).cloned().collect::<Vec<_>>();
    let ours = |path: &Path| {
        let path = place::normal(path);
        let inside = path.strip_prefix(root).is_ok_and(|path| !path.iter().any(|part| part == "node_modules"));
        inside && path.is_file()
    };
    let found = |directories: &[PathBuf]| script::file(&commands, directories, &ours);
    let packages = || Package::workspace(&Disk, root).into_iter().map(|package| package.directory).collect::<Vec<_>>();
    let file = found(&[cwd.clone(), root.clone()]).or_else(|| found(&packages()))?;
    let path = place::normal(&file).strip_prefix(root).ok()?.display().to_string();
    let shown =
        words.iter().map(|word| if word.contains(['=', '@', ':']) { "…".into() } else { safe_text::typed(word) });
    let typed = shown.collect::<Vec<_>>().join(" ");
    Some(DataScript { script: Script { path, hash: digest::of(&file)? }, typed, invocations })
}

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
        let before = gate::path(&loaded.config, environment).pop();
        let past = before.map(|before| (before, self.past(ambient, loaded, before)));
        let proven = past.as_ref().is_some_and(|(_, past)| past.is_proof());
        let vars = vars::resolve(&environment.vars, load::secrets(ambient, loaded, environment)?)?;
        terminal::say_anyway(&self.screen(ambient, loaded, environment, &vars, past.as_ref()).text());
        // What the team declared writable, a pipeline with an identity of its own may write to.
        let declared = environment.access == Access::ReadWrite && load::has_own_identity(ambient);
        if declared && ambient.terminal == Terminal::Absent {
            return Ok(None);
        }
        let subject = format!("`{path}` on {name}");
        load::consent(ambient, environment, &subject, &format!("type {name} to run it"))?;
        if !proven {
            let word = path.rsplit('/').next().unwrap_or(path);
            let why = match &past {
                Some((before, Past::Never)) => format!("it never ran on {}", before.name),
                Some((before, Past::Ran { .. })) => format!("it did not end well on {}", before.name),
                None => format!("nothing says where it ran before {name}"),
            };
            load::typed(ambient, word, &subject, &format!("{why}; type {word} to run it all the same"))?;
        }
        // Prisma's own commands are checked where they run, whatever was said to the script around them.
        let names = self.invocations.iter().filter(|one| one.tool != Tool::Prisma).map(|one| one.name.clone());
        let now = ambient.now.seconds.unsigned_abs();
        Ok(grant::keep(ambient, &Grant::new(name.as_str(), &loaded.repository.root, names, now)).ok())
    }

    fn past(&self, ambient: &Ambient, loaded: &Loaded, before: &Environment) -> Past {
        let (lines, _) = record::read(&journal::read(ambient).0);
        let root = loaded.repository.root.display().to_string();
        Past::of(&lines, &root, &before.name, &self.script.hash)
    }

    fn screen(
        &self,
        ambient: &Ambient,
        loaded: &Loaded,
        environment: &Environment,
        vars: &Vars,
        past: Option<&(&Environment, Past)>,
    ) -> Screen {
        let Script { path, hash } = &self.script;
        let row = |label: &str, text: String, how: String| Row { label: label.to_owned(), text, how };
        let mut rows = vec![row("script", path.clone(), format!("sha256 {}", &hash[..12]))];
        for target in targets(ambient, loaded, environment, vars) {
            rows.extend(screen::seen(&target));
        }
        let named = self.invocations.iter().flat_map(|one| rules::concerns(&loaded.config, one));
        let named = named
            .filter(|concern| concern.rule.is_some() && concern.on.holds(&environment.name, environment.protection));
        rows.extend(named.map(|concern| row("because", concern.why, String::new())));
        let mut instead = Vec::new();
        match past {
            Some((before, past)) => {
                rows.push(row(before.name.as_str(), past.told(), String::new()));
                if !past.is_proof() {
                    instead.push(format!("nexus-env run -e {} -- {}", before.name, self.typed));
                }
            }
            None => instead
                .push(format!("promote_from under [env.{}] in .nexusenv says where it runs first", environment.name)),
        }
        Screen { sentence: format!("{path} would write to {}", environment.name), rows, instead }
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
