//! `run`: one command in an environment, without touching the shell. The guard judges it first, by the variables that it
//! will have; then this process becomes the command, or stands before it where what it writes is kept somewhere, or how it ends.

use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use anyhow::anyhow;

use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::config::vars::Vars;
use crate::domain::config::{Access, Environment};
use crate::domain::guard::deployment;
use crate::domain::guard::node::Named;
use crate::domain::page::audit_entry::{Entry, Event, Layer};
use crate::domain::session::ambient::{Ambient, Environ};
use crate::domain::session::given::{self, Ends, Given};
use crate::domain::session::layers as layers_of;
use crate::domain::target::exposure;
use crate::domain::text::needles::Needles;
use crate::domain::text::safe_text;
use crate::domain::text::secret::Secret;
use crate::edge::foreground::attended::{self, Kept, Watched};
use crate::edge::{ambient, grant, identity, layers, program, terminal};
use crate::error::{Failure, Result, Status, told};
use crate::steps::data_script;
use crate::steps::load::{self, Active, Loaded};
use crate::steps::proxy;
use crate::steps::sentry::{self, Yes};
use crate::steps::{astray, audit};

/// How PostgreSQL refuses a statement in a transaction that is read-only (its `PreventCommandIfReadOnly`), as every client and
/// Prisma pass it on.
const READ_ONLY: &str = "in a read-only transaction";

/// Whether stored values are replaced in what the command writes to anything but a terminal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Output {
    Masked,
    AsItIs,
}

/// Becomes `words` with the environment's variables. Returns when it was blocked or could not be started, and where its output
/// was looked at or a script's end is kept, with its own status.
///
/// # Errors
/// No usable configuration, an unknown environment, a coding agent at a protected one, secrets that do not open, a yes
/// that was not given, and a command that cannot be started.
pub fn run(
    ambient: &Ambient,
    called: &OsStr,
    named: Option<&str>,
    asked: Access,
    output: Output,
    words: &[OsString],
) -> Result<Status> {
    let loaded = load::configuration(ambient)?;
    let mut active = load::chosen(ambient, &loaded, named)?;
    let environment = load::environment(&loaded, active.environment.as_str())?;
    let what = format!("`run` in {}", environment.name);
    match deployment::is_meant(words.iter().filter_map(|word| word.to_str())) {
        true => load::refuse_deployment_by_agent(ambient, &loaded, environment, &what)?,
        false => load::refuse_agent(ambient, environment, &what)?,
    }
    let script = data_script::of(ambient, &loaded, environment, words);
    let writes = asked == Access::ReadWrite || load::access(environment, active.granted) == Access::ReadWrite;
    let asks = script
        .as_ref()
        .filter(|script| writes && environment.is_protected() && !script.is_refused(&loaded, environment));
    let root = &loaded.repository.root;
    let given_yes = match asks {
        Some(script) => script.ask(ambient, &loaded, environment)?,
        None => None,
    };
    // Where nothing is held read-only nothing is lifted.
    if asked == Access::ReadWrite && environment.access == Access::ReadOnly {
        active.grant = Some(match given_yes {
            Some(_) => load::lift(ambient, root, environment, active.until)?,
            None => load::consent_to_write(ambient, root, environment, active.until)?,
        });
        active.granted = Access::ReadWrite;
    }
    load::ask_for(ambient, &loaded, environment)?;
    let (vars, secrets) = load::variables_and_secrets(ambient, &loaded, &active)?;
    let hidden = hidden(if prints_values(words) { Output::AsItIs } else { output }, &vars, &secrets);
    refuse_astray(ambient, &loaded, environment, &vars, words)?;
    let engine = layers_of::engine_before(&vars, &ambient.variables);
    let named = Named::by_rules(loaded.config.guard.iter().map(|rule| rule.command.as_str()));
    let files = layers::prepare(ambient, &program::path(ambient, called, ambient::program()?), &named);
    let vars = match files {
        Ok(files) => layers_of::added(&vars, &ambient.variables, &files),
        Err(error) => {
            terminal::say(ambient, &format!("child processes are not guarded: {}", told(&error).0));
            vars
        }
    };
    let mut inner = Ambient { variables: given(ambient, &loaded, &active, &vars, engine), ..ambient.clone() };
    if let Some(number) = given_yes {
        inner.variables = inner.variables.with(grant::VARIABLE, number);
    }
    let yes = match sentry::before_run(&inner, words)? {
        Ok(yes) => yes,
        Err(refused) => return Ok(refused),
    };
    if let Some(yes) = &yes {
        inner.variables = inner.variables.with(grant::VARIABLE, yes.number.clone());
    }
    let deployment = yes.filter(Yes::has_promises);
    if !ambient.quiet {
        let environment = load::environment(&loaded, active.environment.as_str())?;
        if let Some(line) = proxy::notice(ambient, &loaded.config, environment, &vars) {
            terminal::say(ambient, &line);
        }
    }
    let (program, arguments) = words.split_first().ok_or_else(|| anyhow!("no command was given"))?;
    if environment.is_protected() {
        let name = Path::new(program).file_name().unwrap_or_default().to_string_lossy();
        let entry = Entry::new(Event::Ran).environment(&environment.name).repository(root);
        let entry = script.iter().fold(entry, |entry, script| entry.script(&script.script));
        audit::record(ambient, &entry.command(&name).through(Layer::Run));
    }
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(inner.variables.iter());
    let hidden = hidden.as_ref().map(|(needles, kept)| (needles, *kept));
    let stays = script.is_some() || deployment.is_some();
    let refused = Watched::new(READ_ONLY);
    let ended = match hidden {
        None if !stays => Err(command.exec()),
        hidden => attended::in_our_place(command, hidden, &refused),
    };
    let ended = ended.map_err(|error| not_started(&loaded, Path::new(program), &error))?;
    if refused.seen() && !ended.well() && !writes && environment.access == Access::ReadOnly {
        let name = &environment.name;
        let write = format!("nexus-env run -e {name} --write -- COMMAND");
        terminal::say(
            ambient,
            &format!("PostgreSQL refused to write: {name}'s URL is read-only\nhint: to write: {write}"),
        );
    }
    if let Some(deployment) = deployment {
        deployment.ended(ambient, &ended.to_string());
    }
    if let Some(script) = script {
        script.ended(ambient, &loaded, environment, load::access(environment, active.granted), ended);
    }
    Ok(ended.pass_on())
}

/// printenv(1) was asked for a value by its name, as `get` is: scripts take what it says.
fn prints_values(words: &[OsString]) -> bool {
    words.first().is_some_and(|program| Path::new(program).file_name().is_some_and(|name| name == "printenv"))
}

/// What must not be seen in what the command writes, and in which of its streams; `None` where nothing has to be looked at.
fn hidden(output: Output, vars: &Vars, secrets: &Vars) -> Option<(Needles, Kept)> {
    let kept = Some(Kept::look()).filter(|kept| output == Output::Masked && kept.any())?;
    // As they are stored, and as the command gets them.
    let given = secrets.iter().filter_map(|(name, _)| vars.get(name));
    let values = secrets.iter().map(|(_, value)| value).chain(given);
    Some((Needles::new(values.flat_map(exposure::masked))?, kept))
}

fn not_started(loaded: &Loaded, program: &Path, error: &std::io::Error) -> Failure {
    let shown = safe_text::path(program);
    let environment =
        program.to_str().and_then(EnvironmentName::new).filter(|n| loaded.config.environment(n).is_some());
    if let (Some(name), ErrorKind::NotFound) = (environment, error.kind()) {
        return Failure::new(format!("there is no program `{shown}`; the environment is named by -e"))
            .hint(format!("nexus-env run -e {name} -- COMMAND"));
    }
    match error.kind() {
        ErrorKind::NotFound => Failure::new(format!("there is no program `{shown}`"))
            .hint("is it installed, on the PATH, and spelled right?"),
        ErrorKind::PermissionDenied => Failure::new(format!("`{shown}` cannot be run: permission denied"))
            .hint(format!("ls -l {}", safe_text::typed(program))),
        _ => Failure::new(format!("could not start `{shown}`: {error}")),
    }
}

/// Whatever the command is, it must not be handed a URL that reaches a protected environment that nobody asked for: one of
/// this environment's own, or one that the command would inherit.
fn refuse_astray(
    ambient: &Ambient,
    loaded: &Loaded,
    environment: &Environment,
    vars: &Vars,
    words: &[OsString],
) -> Result<()> {
    let inherited = |name: &&VariableName| {
        let value = ambient.variables.get(name.as_str()).filter(|_| !is_dropped(ambient, name.as_str()))?;
        Some(((*name).clone(), Secret::new(value.as_bytes())))
    };
    let others = loaded.config.database_variables.iter().filter(|name| vars.get(name).is_none());
    let own = vars.iter().map(|(name, value)| (name.clone(), value.clone()));
    let all = Vars::new(own.chain(others.filter_map(|name| inherited(&name))).collect::<Vec<_>>());
    let seen = astray::look(ambient, &loaded.config, environment, &all);
    let Some(first) = seen.astray.first() else { return Ok(()) };
    let name = words.first().map(|word| Path::new(word).file_name().unwrap_or_default().to_string_lossy());
    let entry = Entry::new(Event::Blocked).environment(&first.environment).repository(&loaded.repository.root);
    audit::record(ambient, &entry.command(&name.unwrap_or_default()).target(&first.seen).through(Layer::Run));
    Err(first.refusal(environment).into())
}

/// Beside the labels.
const OURS: &[&str] = &[layers_of::ENGINE_BEFORE, grant::VARIABLE, "__nexus_env_state"];

/// Whether the command does not inherit this variable: a label, the identity, or what another selection left.
fn is_dropped(ambient: &Ambient, name: &str) -> bool {
    given::LABELS.contains(&name)
        || OURS.contains(&name)
        || name == identity::VARIABLE
        || given::names(&ambient.variables).any(|other| other == name)
}

/// The environment of the command: ours, less what another selection left and less the identity, with the variables
/// and the labels of this one.
fn given(ambient: &Ambient, loaded: &Loaded, active: &Active, vars: &Vars, engine: Option<String>) -> Environ {
    let mut pairs: Vec<(OsString, OsString)> =
        vars.iter().map(|(name, value)| (name.as_str().into(), OsStr::from_bytes(value.expose()).to_owned())).collect();
    let names: Vec<&str> = vars.iter().map(|(name, _)| name.as_str()).collect();
    let label = Given {
        environment: active.environment.clone(),
        root: Some(loaded.repository.root.clone()),
        ends: active.until.map_or(Ends::Never, Ends::At),
        grant: active.grant.clone(),
    };
    let labels = Given::labels(Some(&label), &names).into_iter();
    pairs.extend(labels.filter_map(|(name, value)| Some((name.into(), OsString::from_vec(value?)))));
    if let Some(engine) = engine {
        pairs.push((layers_of::ENGINE_BEFORE.into(), engine.into()));
    }
    let set: Vec<OsString> = pairs.iter().map(|(name, _)| name.clone()).collect();
    let dropped = |name: &OsStr| is_dropped(ambient, name.to_str().unwrap_or_default());
    let kept = ambient.variables.iter().filter(|(name, _)| !dropped(name) && !set.iter().any(|s| s == name));
    pairs.extend(kept.map(|(name, value)| (name.to_owned(), value.to_owned())));
    Environ::new(pairs)
}
