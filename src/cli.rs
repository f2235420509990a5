//! The road from what was typed to its command, and from how that ended to the exit status. The words stand in `words`.

mod usage;
mod words;

use std::ffi::OsString;

use clap::{ArgMatches, Args, Command, CommandFactory, FromArgMatches, Parser};

use self::words::{
    CheckFormat, Cli, DatabaseVerb, EnvironmentArgs, ExportArgs, Global, GuardArgs, GuardVerb, MigrateVerb,
    ProxyUpArgs, ProxyVerb, RecipientsArgs, RecipientsVerb, RunArgs, SetArgs, Verb, When,
};
use crate::command::{self, export};
use crate::domain::config::Access;
use crate::domain::guard::toolcall::Format;
use crate::domain::session::ambient::{Ambient, Colour};
use crate::domain::session::given;
use crate::domain::store::dotenv::Dialect;
use crate::domain::store::sealed::seal::merge::Side;
use crate::domain::target::acceptance::Emptiness;
use crate::edge::output::Form;
use crate::edge::{ambient, memory, output, terminal, tunnel};
use crate::error::{Result, Status, told};
use crate::steps::guard::Asked;
use crate::trace;

/// Runs the program and returns its exit status.
pub fn run(words: Vec<OsString>) -> Status {
    let line = ambient::take(given::TYPED);
    let mut ambient = ambient::read();
    // The tour's stand-in tunnel holds no secret, and has to be seen by who looks at its port: proc(5) hides what cannot be dumped.
    if ambient.variables.get(tunnel::MARK).is_none() {
        memory::protect();
    }
    // Not where Prisma reads what its engine says.
    let is_engine = words.first().is_some_and(command::engine::is_meant);
    if ambient.variables.text(given::TRACE) == Some("1") && !is_engine {
        trace::begin();
    }
    let outcome = match hidden(&ambient, &words, line) {
        Some(outcome) => outcome,
        None => match parse(&words) {
            Ok(cli) => {
                cli.global.apply(&mut ambient);
                act(&ambient, &words, cli.verb)
            }
            Err(error) => return usage::told(&ambient, &words, error),
        },
    };
    outcome.unwrap_or_else(|error| {
        terminal::complain(&ambient, &error);
        Status::from(told(&error).2 as u8)
    })
}

/// Words that only the hook and the tour use. They come first: they are on the way of every prompt that changed.
fn hidden(ambient: &Ambient, words: &[OsString], line: Option<OsString>) -> Option<Result<Status>> {
    let (called, rest) = words.split_first()?;
    if ambient.variables.get(tunnel::MARK).is_some() {
        return Some(command::tour::stand_in(rest));
    }
    if command::engine::is_meant(called) {
        return Some(command::engine::stand_in(ambient, rest));
    }
    let (verb, rest) = rest.split_first()?;
    match verb.to_str()? {
        "__load" => Some(command::session::load(ambient, called, rest)),
        "__node" => Some(command::guard::for_node(ambient, rest)),
        "__guard" => Some(command::guard::for_shell(ambient, rest)),
        "__merge" => Some(command::conflict::driver(ambient, rest)),
        "__names" => Some(command::conflict::names(rest)),
        "__line" => Some(command::guard::for_line(ambient, rest, line)),
        "__ended" => Some(command::guard::deployed(ambient, rest)),
        "__tour-reach" => Some(command::tour::reach(ambient, rest)),
        "hook" if rest.len() == 1 && !rest[0].to_string_lossy().starts_with('-') => {
            Some(command::session::hook(ambient, called, rest))
        }
        _ => None,
    }
}

/// The whole page of words takes longer to build than an export takes, so the verbs that scripts call are parsed alone.
/// Help and usage errors are the whole page's.
fn parse(words: &[OsString]) -> Result<Cli, clap::Error> {
    if let Some(verb) = usual(words) {
        return Ok(Cli { global: Global { color: When::Auto, quiet: false }, verb });
    }
    let word = |at: usize| words.get(at).and_then(|word| word.to_str());
    let alone = match (word(1), word(2)) {
        (Some("export"), _) => alone(&words[1..]).map(|(global, args)| (global, Verb::Export(args))),
        (Some("run"), _) => alone(&words[1..]).map(|(global, args)| (global, Verb::Run(args))),
        (Some("prompt"), _) => alone(&words[1..]).map(|(global, args)| (global, Verb::Prompt(args))),
        (Some("guard"), Some("check")) => {
            alone(&words[2..]).map(|(global, args)| (global, Verb::Guard(GuardVerb::Check(args))))
        }
        (Some(_) | None, _) => None,
    };
    match alone {
        Some((global, verb)) => Ok(Cli { global, verb }),
        None => Cli::try_parse_from(words),
    }
}

/// Word by word what scripts and editors call; a parser takes longer to build than a harmless answer. It would understand
/// the same, and everything else is for it.
fn usual(words: &[OsString]) -> Option<Verb> {
    let texts: Vec<&str> = words.iter().skip(1).map(|word| word.to_str()).collect::<Option<_>>()?;
    let value = |text: &str| (!text.is_empty() && !text.starts_with('-')).then(|| text.to_owned());
    let owned = |words: &[&str]| words.iter().map(OsString::from).collect();
    let run = |environment, command: &[&str]| {
        let environment = EnvironmentArgs { environment };
        Some(Verb::Run(RunArgs { environment, write: false, no_mask: false, command: owned(command) }))
    };
    let check = |line, command: &[&str]| GuardVerb::Check(GuardArgs { json: false, line, command: owned(command) });
    match texts.as_slice() {
        ["export", "--format", format] => {
            let environment = EnvironmentArgs { environment: None };
            Some(Verb::Export(ExportArgs { environment, format: export::Format::named(format)? }))
        }
        ["run", "--", command @ ..] if !command.is_empty() => run(None, command),
        ["run", "-e", environment, "--", command @ ..] if !command.is_empty() => {
            run(Some(value(environment)?), command)
        }
        ["guard", "check", "--line", line] => Some(Verb::Guard(check(Some(value(line)?), &[]))),
        ["guard", "check", "--", command @ ..] if !command.is_empty() => Some(Verb::Guard(check(None, command))),
        [..] => None,
    }
}

/// The first word is the verb's.
fn alone<A: Args>(words: &[OsString]) -> Option<(Global, A)> {
    let command = Global::augment_args(A::augment_args(Command::new("nexus-env")));
    let mut matches: ArgMatches = command.try_get_matches_from(words).ok()?;
    Some((Global::from_arg_matches(&matches).ok()?, A::from_arg_matches_mut(&mut matches).ok()?))
}

fn form(json: bool) -> Form {
    if json { Form::Json } else { Form::Text }
}

impl GuardArgs {
    fn asked(&self) -> Asked {
        match &self.line {
            Some(line) => Asked::Line(line.clone()),
            None => Asked::Words(self.command.iter().map(|word| word.to_string_lossy().into_owned()).collect()),
        }
    }
}

impl Global {
    fn apply(&self, ambient: &mut Ambient) {
        ambient.quiet = self.quiet;
        match self.color {
            When::Always => ambient.colour = Colour::Yes,
            When::Never => ambient.colour = Colour::No,
            When::Auto => {}
        }
    }
}

fn act(ambient: &Ambient, words: &[OsString], verb: Verb) -> Result<Status> {
    use command::{
        agent, conflict, doctor, drivers, guard, init, join, keys, log, pause, prompt, ps, recipients, run, scan,
        scripts, session, status, tour, trust, variables, verify,
    };
    let done = |()| Status::DONE;
    match verb {
        Verb::Hook(args) => session::hook(ambient, &words[0], &[args.shell.into()]),
        Verb::Init(args) => {
            let offer = if args.git { drivers::Offer::Taken } else { drivers::Offer::Asked };
            init::init_with_identity(ambient).and_then(|()| drivers::offer_here(ambient, offer)).map(done)
        }
        Verb::Allow(args) => {
            let answer = if args.yes { trust::Answer::Yes } else { trust::Answer::Asked };
            trust::allow_typed(ambient, args.path.as_deref(), answer).map(done)
        }
        Verb::Deny(args) => trust::deny(ambient, args.path.as_deref()).map(done),
        Verb::Use(_) => Err(session::use_without_hook().into()),
        Verb::Status(args) => {
            let form = form(args.json);
            let reaching = if args.offline { status::Reaching::Offline } else { status::Reaching::Online };
            status::status(ambient, form, reaching)
        }
        Verb::Set(args) => set(ambient, &args).map(done),
        Verb::Get(args) => {
            let environment = args.environment.environment.as_deref();
            match args.copy {
                true => variables::copy_presented(ambient, &args.name, environment).map(done),
                false => variables::get_presented(ambient, &args.name, environment, &mut output::stream()).map(done),
            }
        }
        Verb::List(args) => {
            let form = if args.json { variables::Form::Json } else { variables::Form::Lines };
            let environment = args.environment.environment.as_deref();
            variables::list_chosen(ambient, environment, form, &mut output::stream()).map(done)
        }
        Verb::Unset(args) => {
            variables::unset_chosen(ambient, &args.name, args.environment.environment.as_deref()).map(done)
        }
        Verb::Import(args) => {
            let replacing = if args.yes { variables::Replacing::Unasked } else { variables::Replacing::Asked };
            let dialect = args.format.map(|format| match format {
                words::Dialect::Dotenv => Dialect::Dotenv,
                words::Dialect::Docker => Dialect::Docker,
                words::Dialect::Shell => Dialect::Shell,
            });
            let files: Vec<_> = args.files.iter().map(|file| variables::Source::new(file, dialect)).collect();
            variables::import_chosen(ambient, &files, args.environment.environment.as_deref(), replacing).map(done)
        }
        Verb::Keygen(args) => {
            let behind = if args.passphrase { keys::Behind::Passphrase } else { keys::Behind::Nothing };
            keys::keygen(ambient, args.output.as_deref(), behind).map(done)
        }
        Verb::Unlock(args) => keys::unlock(ambient, args.environment.as_deref(), args.duration.as_deref()).map(done),
        Verb::Lock(args) => keys::lock(ambient, args.environment.as_deref()).map(done),
        Verb::Resolve(args) => {
            let keep = match (args.ours, args.theirs) {
                (true, _) => conflict::Keep::Of(Side::Ours),
                (false, true) => conflict::Keep::Of(Side::Theirs),
                (false, false) => conflict::Keep::Asked,
            };
            conflict::resolve(ambient, args.environment.as_deref(), keep).map(done)
        }
        Verb::Rekey(args) => {
            let aim = if args.unprotected { recipients::Aim::Unprotected } else { recipients::Aim::NewKey };
            recipients::rekey(ambient, &args.environments.environments, aim).map(done)
        }
        Verb::Recipients(args) => readers(ambient, args).map(done),
        Verb::Join(args) => {
            let asking = if args.request { join::Asking::Request } else { join::Asking::Line };
            let offer = if args.git { drivers::Offer::Taken } else { drivers::Offer::Asked };
            let joined = join::join(ambient, args.name.as_deref(), asking);
            joined.and_then(|()| drivers::offer_here(ambient, offer)).map(done)
        }
        Verb::Rotate(args) => variables::rotate(ambient, args.environment.as_deref()).map(done),
        Verb::Verify(args) => {
            verify::verify(ambient, if args.no_key { verify::Depth::Structure } else { verify::Depth::Seal })
        }
        Verb::Run(args) => {
            let access = if args.write { Access::ReadWrite } else { Access::ReadOnly };
            let output = if args.no_mask { run::Output::AsItIs } else { run::Output::Masked };
            run::run(ambient, &words[0], args.environment.environment.as_deref(), access, output, &args.command)
        }
        Verb::Export(args) => export::export(ambient, args.environment.environment.as_deref(), args.format),
        Verb::Prompt(args) => prompt::prompt(ambient, &args.format),
        Verb::Guard(GuardVerb::Check(args)) => guard::check(ambient, &args.asked(), form(args.json)),
        Verb::Guard(GuardVerb::Explain(args)) => guard::explain(ambient, &args.asked()),
        Verb::Proxy(verb) => proxy(ambient, verb),
        Verb::Guard(GuardVerb::Pause(args)) => {
            pause::pause(ambient, args.environment.environment.as_deref(), &args.duration).map(done)
        }
        Verb::Guard(GuardVerb::Resume(args)) => pause::resume(ambient, args.environment.as_deref()).map(done),
        Verb::Guard(GuardVerb::Scripts(args)) => scripts::scripts(ambient, &args.except, form(args.json)),
        Verb::Guard(GuardVerb::Hook(args)) => agent::hook(ambient, args.format.as_deref().and_then(Format::from_word)),
        Verb::Edit(args) => variables::edit(ambient, args.environment.as_deref()).map(done),
        Verb::Scan(args) => {
            let within = match (args.staged, args.history) {
                (true, _) => scan::Where::Staged,
                (false, true) => scan::Where::History,
                (false, false) => scan::Where::WorkTree,
            };
            scan::scan(ambient, &args.paths, args.environment.as_deref(), within)
        }
        Verb::Log(args) => {
            let wanted = log::Wanted { number: args.number, since: args.since, environment: args.environment };
            log::log(ambient, &wanted, form(args.json)).map(done)
        }
        Verb::Ps(args) => ps::ps(ambient, form(args.json)),
        Verb::Doctor(args) => doctor::doctor(ambient, form(args.json)),
        Verb::Db(DatabaseVerb::Pin(args)) => command::database::pin(ambient, args.environment.as_deref()).map(done),
        Verb::Db(DatabaseVerb::Label(args)) => command::database::label(ambient, args.environment.as_deref()).map(done),
        Verb::Db(DatabaseVerb::Verify(args)) => command::database::verify(ambient, args.environment.as_deref()),
        Verb::Migrate(verb) => migrate(ambient, verb),
        Verb::Tour(args) => tour::tour(ambient, args.shell.as_deref()),
        Verb::Completions(args) => {
            clap_complete::generate(args.shell, &mut Cli::command(), "nexus-env", &mut output::stream());
            Ok(Status::DONE)
        }
        Verb::Man => {
            clap_mangen::Man::new(Cli::command()).render(&mut output::stream())?;
            Ok(Status::DONE)
        }
    }
}

fn migrate(ambient: &Ambient, verb: MigrateVerb) -> Result<Status> {
    use command::migrate::{check, deploy, rehearse, status};
    match verb {
        MigrateVerb::Rehearse(args) => rehearse::rehearse(ambient, args.environment.as_deref()),
        MigrateVerb::Deploy(args) => deploy::deploy(
            ambient,
            &deploy::Wanted {
                environment: args.environment.environment.as_deref(),
                to: args.to.as_deref(),
                doing: if args.dry_run { deploy::Doing::Show } else { deploy::Doing::Apply },
                asking: if args.yes { deploy::Asking::Nobody } else { deploy::Asking::Person },
            },
        ),
        MigrateVerb::Status(args) => status::status(ambient, form(args.json)),
        MigrateVerb::Check(args) => {
            let form = match args.format {
                CheckFormat::Text => check::Form::Text,
                CheckFormat::Json => check::Form::Json,
                CheckFormat::Github => check::Form::GitHub,
            };
            check::check(ambient, args.base.as_deref(), form)
        }
    }
}

fn proxy(ambient: &Ambient, verb: ProxyVerb) -> Result<Status> {
    use command::proxy::{self, Carry, Up, Which, logs, standing};
    match verb {
        ProxyVerb::Up(ProxyUpArgs { environment: EnvironmentArgs { environment }, switch, yes, pid, timeout }) => {
            proxy::up(
                ambient,
                &Up { environment, switch, carry: if yes { Carry::Along } else { Carry::Ask }, pid, patience: timeout },
            )
        }
        ProxyVerb::Down(args) => {
            let which = if args.all { Which::All } else { Which::Of(args.environment.environment) };
            proxy::down(ambient, &which, args.pid)
        }
        ProxyVerb::Status(args) => {
            let form = form(args.json);
            standing::status(ambient, args.environment.as_deref(), form)
        }
        ProxyVerb::Logs(args) => {
            let then = if args.follow { logs::Then::Follow } else { logs::Then::Return };
            logs::logs(ambient, args.environment.environment.as_deref(), args.lines, then)
        }
    }
}

fn readers(ambient: &Ambient, args: RecipientsArgs) -> Result<()> {
    use command::recipients::{self, Answer, Leaving};
    match args.verb {
        None if args.fingerprint => recipients::fingerprint(ambient, &args.environments.environments),
        None => recipients::list(ambient, &args.environments.environments),
        Some(RecipientsVerb::List(args)) => recipients::list(ambient, &args.environments),
        Some(RecipientsVerb::Add(args)) => {
            recipients::add(ambient, &args.name, &args.key, &args.environments.environments)
        }
        Some(RecipientsVerb::Approve(args)) => {
            let answer = if args.yes { Answer::Yes } else { Answer::Asked };
            recipients::approve(ambient, &args.name, &args.environments, answer)
        }
        Some(RecipientsVerb::Remove(args)) => {
            let leaving = if args.yes { Leaving::Oneself } else { Leaving::Others };
            recipients::remove(ambient, &args.name, &args.environments.environments, leaving)
        }
    }
}

fn set(ambient: &Ambient, args: &SetArgs) -> Result<()> {
    use command::variables;
    if let Some(value) = &args.value {
        let loaded = crate::steps::load::configuration(ambient).ok();
        let meant = loaded
            .and_then(|loaded| Some(crate::steps::load::environment(&loaded, value.to_str()?).ok()?.name.clone()));
        let refused = variables::refuse_argument(&args.name, args.environment.environment.as_deref());
        return Err(match meant {
            Some(name) => refused.hint(format!("nexus-env set {} -e {name}", args.name)),
            None => refused,
        }
        .into());
    }
    let environment = args.environment.environment.as_deref();
    let emptiness = if args.empty { Emptiness::Meant } else { Emptiness::Refused };
    match args.plain {
        true => variables::set_typed(ambient, &args.name, environment, emptiness),
        false => {
            let kept = if args.keep { variables::Kept::Yes } else { variables::Kept::No };
            let beside = variables::Beside::typed(ambient, args.expires.as_deref(), args.note.as_deref(), kept)?;
            variables::at(ambient, environment, |place, _, _| variables::set(place, &args.name, emptiness, &beside))
        }
    }
}

#[cfg(test)]
#[path = "cli_tests.rs"]
mod tests;
