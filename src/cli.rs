//! Every word a user can type, on one page, and the road from a word to its command.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{ArgMatches, Args, Command, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::command::guard::{Asked, Form};
use crate::command::{self, export};
use crate::domain::ambient::{Ambient, Colour};
use crate::domain::config::Access;
use crate::domain::duration::Duration;
use crate::domain::toolcall::Format;
use crate::edge::{ambient, memory, output, terminal, tunnel};
use crate::error::{Exit, Result, Status, told};

/// Loads a repository's environment (dev, test, prod) with its age-encrypted credentials, and keeps destructive
/// database commands away from production.
#[derive(Debug, Parser)]
#[command(name = "nexus-env", version, disable_help_subcommand = true, arg_required_else_help = true, after_help = STATUS)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub verb: Verb,
}

const STATUS: &str = "Exit status: 0 done, 1 failed, 2 wrong usage, 3 blocked by the guard, 4 would ask (guard check \
                      only); run and a guarded command give the command's own.\nMessages go to stderr, data to stdout.";

#[derive(Args, Clone, Debug)]
pub struct Global {
    /// When to use colour in messages
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: When,
    /// Say nothing but errors and refusals
    #[arg(long, short, global = true)]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum When {
    Always,
    Never,
    Auto,
}

#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Verb {
    /// Print the shell code of the hook: eval "$(nexus-env hook zsh)", in fish: nexus-env hook fish | source
    Hook(HookArgs),
    /// Write a commented .nexusenv, make an identity where there is none; changes nothing that exists
    Init,
    /// Trust this configuration; shows what changed since it was allowed last
    Allow(PathArgs),
    /// Distrust this configuration: nothing is exported from it, and it no longer asks
    Deny(PathArgs),
    /// Select an environment for this shell alone (needs the hook)
    Use(UseArgs),
    /// The one answer to "where am I"
    Status(StatusArgs),
    /// Store a secret, read without echo from the terminal or from stdin
    Set(SetArgs),
    /// Print one value
    Get(NameArgs),
    /// List the names of an environment's variables, never their values
    List(EnvironmentArgs),
    /// Remove a variable from an environment
    Unset(NameArgs),
    /// Take the variables of a .env file into an environment's secrets
    Import(ImportArgs),
    /// Run one command in an environment, without touching the shell
    Run(RunArgs),
    /// Print an environment as data
    Export(ExportArgs),
    /// Print the prompt segment: `dev`, `prod 28m`
    Prompt(PromptArgs),
    /// Ask the guard about a command
    #[command(subcommand)]
    Guard(GuardVerb),
    /// Run an environment's proxy in the background
    #[command(subcommand)]
    Proxy(ProxyVerb),
    /// The audit log: blocks, questions, pauses, selections of protected environments, deployments
    Log(LogArgs),
    /// Running processes that hold a database URL, and the environment that each one reaches
    Ps(PsArgs),
    /// Check the whole set-up, and say how to mend each finding; exit 1 where one is an error
    Doctor(DoctorArgs),
    /// Which database is which: pin it in .nexusenv, label it in the database itself, verify both
    #[command(subcommand)]
    Db(DatabaseVerb),
    /// The main job on a scratch repository, for someone who has just installed it
    Tour(TourArgs),
    /// Print the completions of a shell
    Completions(CompletionArgs),
    /// Print the manual page
    Man,
}

#[derive(Args, Debug)]
pub struct HookArgs {
    #[arg(value_parser = PossibleValuesParser::new(["bash", "zsh", "fish"]))]
    shell: String,
}

#[derive(Args, Debug)]
pub struct PathArgs {
    /// A directory or its .nexusenv; the nearest one when left out
    path: Option<PathBuf>,
}

/// The words of `use`, which the hook hands to the binary as they are.
#[derive(Args, Debug)]
pub struct UseArgs {
    #[arg(value_name = "ENV")]
    pub environment: String,
    /// End by itself after this time: 30s, 30m, 2h (a protected environment: 30m unless told otherwise)
    #[arg(long = "for", value_name = "DURATION")]
    pub duration: Option<String>,
    /// Lift read-only, after you typed the environment's name
    #[arg(long)]
    pub write: bool,
}

#[derive(Args, Debug)]
pub struct StatusArgs {
    /// One JSON object: repository, trust (allowed, denied, unusable, nothing), why, hint, environment, protected,
    /// loaded, expired, until, left, access, paused, secrets, variables, databases (variable, url, origin, reaches,
    /// reaches_protected, conclusion, evidence), proxies (name, port, instance, listener, state, answers, reaches, pid,
    /// started, since), services (name, port, listener, pid, health, environment, databases, unknown), blocked, guard
    /// (destructive, gated, reason, rules, shell, engine, node), warnings
    #[arg(long)]
    json: bool,
    /// Connect to no database and ask no service for its health
    #[arg(long)]
    offline: bool,
}

#[derive(Args, Debug)]
pub struct PsArgs {
    /// One JSON object: processes, each with environment, protected, pid, parent, program, ports, started, below, databases, inherited
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
pub struct DoctorArgs {
    /// One JSON object: identity, findings, each with severity, place, sentence, mend
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
pub struct EnvironmentArgs {
    /// The environment; the selected one when left out
    #[arg(short, long = "env", value_name = "ENV")]
    environment: Option<String>,
}

#[derive(Args, Debug)]
pub struct SetArgs {
    name: String,
    /// There is no way to give a value as an argument: other users could read it, and the history keeps it
    #[arg(hide = true)]
    value: Option<OsString>,
    #[command(flatten)]
    environment: EnvironmentArgs,
    /// Write a plain variable to .nexusenv instead of a secret
    #[arg(long)]
    plain: bool,
}

#[derive(Args, Debug)]
pub struct NameArgs {
    name: String,
    #[command(flatten)]
    environment: EnvironmentArgs,
}

#[derive(Args, Debug)]
pub struct ImportArgs {
    file: PathBuf,
    #[command(flatten)]
    environment: EnvironmentArgs,
}

#[derive(Args, Debug)]
pub struct RunArgs {
    #[command(flatten)]
    environment: EnvironmentArgs,
    /// Lift read-only for this command, after you typed the environment's name
    #[arg(long)]
    write: bool,
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

#[derive(Args, Debug)]
pub struct ExportArgs {
    #[command(flatten)]
    environment: EnvironmentArgs,
    #[arg(long)]
    format: export::Format,
}

#[derive(Args, Debug)]
pub struct PromptArgs {
    /// `{env}` is the environment, `{left}` the time that is left, `{access}` `write` where that was granted, `{paused}`
    /// for how long the guard is paused here, and `{}` the usual segment
    #[arg(long, default_value = "{}")]
    format: String,
}

#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum GuardVerb {
    /// The verdict for a command or a shell line: exit 0 allowed, 3 blocked, 4 would ask
    Check(GuardArgs),
    /// The same, with every piece of evidence
    Explain(GuardArgs),
    /// Let everything through on one environment for a short time, after you typed its name
    Pause(PauseArgs),
    /// End a pause before its time
    Resume(EnvironmentArgs),
    /// Say which scripts of package.json start a command that can lose data, for pre-commit and CI: exit 3 where one does
    Scripts(ScriptsArgs),
    /// Answer a coding agent's hook: reads its tool call as JSON on stdin
    #[command(after_help = HOOK)]
    Hook(AgentArgs),
}

#[derive(Args, Debug)]
pub struct ScriptsArgs {
    /// A script that is meant to: its name, or DIRECTORY:NAME, with `*` for any characters
    #[arg(long, value_name = "SCRIPT")]
    except: Vec<String>,
    /// One JSON object: scripts, found; each found has package, script, command, effect, excepted
    #[arg(long)]
    json: bool,
}

const HOOK: &str = "In .claude/settings.json: {\"hooks\": {\"PreToolUse\": [{\"matcher\": \"Bash\", \"hooks\": \
                    [{\"type\": \"command\", \"command\": \"nexus-env guard hook\"}]}]}}\nNothing is said about a harmless \
                    call. A refusal is an object in the agent's format; with --format exit it is status 2, with the reason \
                    on stderr.";

#[derive(Args, Debug)]
pub struct AgentArgs {
    /// The agent's format; found out from the call when left out
    #[arg(long, value_parser = PossibleValuesParser::new(Format::WORDS.map(|(word, _)| word)))]
    format: Option<String>,
}

#[derive(Args, Debug)]
pub struct PauseArgs {
    /// How long: 30s, 10m; at most 1h
    #[arg(long = "for", value_name = "DURATION", default_value = "10m")]
    duration: String,
    #[command(flatten)]
    environment: EnvironmentArgs,
}

#[derive(Args, Debug)]
pub struct LogArgs {
    /// One JSON object: file, torn, entries; an entry has time, event, environment, repository, command, reason, target, through, detail, uid, pid, tty, agent
    #[arg(long)]
    json: bool,
    /// How many of the newest entries
    #[arg(short, value_name = "N", default_value_t = 30)]
    number: usize,
    /// Only what happened in this last time: 30m, 2h
    #[arg(long, value_name = "DURATION")]
    since: Option<String>,
    /// Only what happened in this environment
    #[arg(short, long = "env", value_name = "ENV")]
    environment: Option<String>,
}

#[derive(Args, Debug)]
pub struct GuardArgs {
    /// One JSON object: verdict, exit, reason, environment, message, instead, commands
    #[arg(long)]
    json: bool,
    /// A whole shell line instead of words
    #[arg(long, value_name = "SHELL LINE", conflicts_with = "command")]
    line: Option<String>,
    #[arg(last = true, required_unless_present = "line", value_name = "CMD")]
    command: Vec<OsString>,
}

#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum ProxyVerb {
    /// Start it, and return when it listens; never onto a port that another environment's proxy holds
    Up(ProxyUpArgs),
    /// Stop it, if nexus-env started it
    Down(ProxyDownArgs),
    /// Show how each environment's proxy stands
    Status(ProxyStatusArgs),
    /// Print the end of its log
    Logs(ProxyLogsArgs),
}

#[derive(Args, Debug)]
pub struct ProxyUpArgs {
    #[command(flatten)]
    environment: EnvironmentArgs,
    /// Stop another environment's proxy that holds the port; one that nexus-env did not start only after you typed its
    /// environment's name
    #[arg(long)]
    switch: bool,
    /// With --switch: this process may be stopped without a question
    #[arg(long, value_name = "PID", requires = "switch")]
    pid: Option<u32>,
    /// How long it may take until it listens: 30s (the default), 2m
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    timeout: Option<Duration>,
}

#[derive(Args, Debug)]
pub struct ProxyDownArgs {
    #[command(flatten)]
    environment: EnvironmentArgs,
    /// Every proxy of this repository that nexus-env started
    #[arg(long, conflicts_with_all = ["environment", "pid"])]
    all: bool,
    /// The environment's proxy, started by somebody else, with this process number
    #[arg(long, value_name = "PID")]
    pid: Option<u32>,
}

#[derive(Args, Debug)]
pub struct ProxyStatusArgs {
    /// This environment alone; all when left out
    #[arg(short, long = "env", value_name = "ENV")]
    environment: Option<String>,
    /// One JSON object: proxies, each with environment, port, instance, state (running, starting, down, taken, unknown,
    /// unseen), answers, reaches, program, pid, started, since, log
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
pub struct ProxyLogsArgs {
    #[command(flatten)]
    environment: EnvironmentArgs,
    /// Go on printing what comes, until you interrupt it
    #[arg(short, long)]
    follow: bool,
    /// How many lines from the end
    #[arg(short = 'n', long, value_name = "LINES", default_value_t = 100)]
    lines: usize,
}

fn duration(text: &str) -> Result<Duration, String> {
    Duration::parse(text)
}

#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum DatabaseVerb {
    /// Read who an environment's database is, and write it to .nexusenv as `fingerprint`; writes nothing to the database
    Pin(EnvironmentArgs),
    /// Store the environment's name in the database itself, in its comment, so that everyone's guard knows it
    Label(EnvironmentArgs),
    /// Check that each environment's URL reaches the database it should: exit 1 where one does not
    Verify(EnvironmentArgs),
}

#[derive(Args, Debug)]
pub struct TourArgs {
    /// The shell to walk through it in; yours when left out
    #[arg(long, value_parser = PossibleValuesParser::new(["bash", "zsh", "fish"]))]
    shell: Option<String>,
}

#[derive(Args, Debug)]
pub struct CompletionArgs {
    shell: clap_complete::Shell,
}

/// Runs the program and returns its exit status.
pub fn run(words: Vec<OsString>) -> Status {
    memory::protect();
    let mut ambient = ambient::read();
    let outcome = match hidden(&ambient, &words) {
        Some(outcome) => outcome,
        None => match parse(&words) {
            Ok(cli) => {
                cli.global.apply(&mut ambient);
                act(&ambient, &words, cli.verb)
            }
            Err(error) => return usage(&error),
        },
    };
    outcome.unwrap_or_else(|error| {
        terminal::complain(&ambient, &error);
        Status::from(told(&error).2 as u8)
    })
}

/// Words that only the hook and the tour use. They come first: they are on the way of every prompt that changed.
fn hidden(ambient: &Ambient, words: &[OsString]) -> Option<Result<Status>> {
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
        "__node" => Some(command::sentry::for_node(ambient, rest)),
        "__guard" => Some(command::sentry::for_shell(ambient, rest)),
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

/// The first word is the verb's.
fn alone<A: Args>(words: &[OsString]) -> Option<(Global, A)> {
    let command = Global::augment_args(A::augment_args(Command::new("nexus-env")));
    let mut matches: ArgMatches = command.try_get_matches_from(words).ok()?;
    Some((Global::from_arg_matches(&matches).ok()?, A::from_arg_matches_mut(&mut matches).ok()?))
}

/// Help and version are data; every other answer of the parser is a usage error.
fn usage(error: &clap::Error) -> Status {
    let _ = error.print();
    match error.use_stderr() {
        true => Status::from(Exit::Usage as u8),
        false => Status::DONE,
    }
}

impl GuardArgs {
    fn asked(&self) -> Asked {
        match &self.line {
            Some(line) => Asked::Line(line.clone()),
            None => Asked::Words(self.command.iter().map(|word| word.to_string_lossy().into_owned()).collect()),
        }
    }

    fn form(&self) -> Form {
        if self.json { Form::Json } else { Form::Text }
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
        agent, doctor, init, log, pause, prompt, ps, run, scripts, sentry, session, status, tour, trust, variables,
    };
    let done = |()| Status::DONE;
    match verb {
        Verb::Hook(args) => session::hook(ambient, &words[0], &[args.shell.into()]),
        Verb::Init => init::init_with_identity(ambient).map(done),
        Verb::Allow(args) => trust::allow_with_secrets(ambient, args.path.as_deref()).map(done),
        Verb::Deny(args) => trust::deny(ambient, args.path.as_deref()).map(done),
        Verb::Use(_) => Err(session::use_without_hook().into()),
        Verb::Status(args) => {
            let form = if args.json { status::Form::Json } else { status::Form::Page };
            let reaching = if args.offline { status::Reaching::Offline } else { status::Reaching::Online };
            status::status(ambient, form, reaching)
        }
        Verb::Set(args) => set(ambient, &args).map(done),
        Verb::Get(args) => {
            let environment = args.environment.environment.as_deref();
            variables::get_presented(ambient, &args.name, environment, &mut output::stream()).map(done)
        }
        Verb::List(args) => {
            variables::list_chosen(ambient, args.environment.as_deref(), &mut output::stream()).map(done)
        }
        Verb::Unset(args) => {
            variables::unset_chosen(ambient, &args.name, args.environment.environment.as_deref()).map(done)
        }
        Verb::Import(args) => variables::at(ambient, args.environment.environment.as_deref(), |place, _, _| {
            variables::import(place, &args.file)
        })
        .map(done),
        Verb::Run(args) => {
            let access = if args.write { Access::ReadWrite } else { Access::ReadOnly };
            run::run(ambient, &words[0], args.environment.environment.as_deref(), access, &args.command)
        }
        Verb::Export(args) => export::export(ambient, args.environment.environment.as_deref(), args.format),
        Verb::Prompt(args) => prompt::prompt(ambient, &args.format),
        Verb::Guard(GuardVerb::Check(args)) => sentry::check(ambient, &args.asked(), args.form()),
        Verb::Guard(GuardVerb::Explain(args)) => sentry::explain(ambient, &args.asked()),
        Verb::Proxy(verb) => proxy(ambient, verb),
        Verb::Guard(GuardVerb::Pause(args)) => {
            pause::pause(ambient, args.environment.environment.as_deref(), &args.duration).map(done)
        }
        Verb::Guard(GuardVerb::Resume(args)) => pause::resume(ambient, args.environment.as_deref()).map(done),
        Verb::Guard(GuardVerb::Scripts(args)) => {
            scripts::scripts(ambient, &args.except, if args.json { scripts::Form::Json } else { scripts::Form::Table })
        }
        Verb::Guard(GuardVerb::Hook(args)) => agent::hook(ambient, args.format.as_deref().and_then(Format::from_word)),
        Verb::Log(args) => {
            let wanted = log::Wanted { number: args.number, since: args.since, environment: args.environment };
            log::log(ambient, &wanted, if args.json { log::Form::Json } else { log::Form::Table }).map(done)
        }
        Verb::Ps(args) => ps::ps(ambient, if args.json { status::Form::Json } else { status::Form::Page }),
        Verb::Doctor(args) => doctor::doctor(ambient, if args.json { status::Form::Json } else { status::Form::Page }),
        Verb::Db(DatabaseVerb::Pin(args)) => command::database::pin(ambient, args.environment.as_deref()).map(done),
        Verb::Db(DatabaseVerb::Label(args)) => command::database::label(ambient, args.environment.as_deref()).map(done),
        Verb::Db(DatabaseVerb::Verify(args)) => command::database::verify(ambient, args.environment.as_deref()),
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

fn proxy(ambient: &Ambient, verb: ProxyVerb) -> Result<Status> {
    use command::proxy::{self, Up, Which, logs, standing};
    match verb {
        ProxyVerb::Up(ProxyUpArgs { environment: EnvironmentArgs { environment }, switch, pid, timeout }) => {
            proxy::up(ambient, &Up { environment, switch, pid, patience: timeout })
        }
        ProxyVerb::Down(args) => {
            let which = if args.all { Which::All } else { Which::Of(args.environment.environment) };
            proxy::down(ambient, &which, args.pid)
        }
        ProxyVerb::Status(args) => {
            let form = if args.json { standing::Form::Json } else { standing::Form::Text };
            standing::status(ambient, args.environment.as_deref(), form)
        }
        ProxyVerb::Logs(args) => {
            let then = if args.follow { logs::Then::Follow } else { logs::Then::Return };
            logs::logs(ambient, args.environment.environment.as_deref(), args.lines, then)
        }
    }
}

fn set(ambient: &Ambient, args: &SetArgs) -> Result<()> {
    use command::{plain, variables};
    if args.value.is_some() {
        return Err(variables::refuse_argument(&args.name).into());
    }
    let environment = args.environment.environment.as_deref();
    match args.plain {
        true => plain::set_typed(ambient, &args.name, environment),
        false => variables::at(ambient, environment, |place, _, _| variables::set(place, &args.name)),
    }
}
