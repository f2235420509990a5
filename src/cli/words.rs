//! Every word a user can type: the verbs on one page, the words of each family beside it. What a word means is not known here.

mod guarding;
mod readers;

pub use self::guarding::*;
pub use self::readers::*;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::command::export;

/// Loads a repository's environment (dev, test, prod) with its age-encrypted credentials, and keeps destructive
/// database commands away from production.
#[derive(Debug, Parser)]
#[command(name = "nexus-env", version, arg_required_else_help = true, after_help = STATUS)]
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
    pub color: When,
    /// Say nothing but errors and refusals
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum When {
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
    Init(InitArgs),
    /// Trust this configuration, after showing all that it can do and what changed since it was allowed last
    Allow(AllowArgs),
    /// Distrust this configuration: nothing is exported from it, and it no longer asks
    Deny(PathArgs),
    /// Select an environment for this shell alone (needs the hook)
    Use(UseArgs),
    /// The one answer to "where am I"
    Status(StatusArgs),
    /// Store a secret, read without echo from the terminal or from stdin
    Set(SetArgs),
    /// Print one value, or copy it to the clipboard
    Get(GetArgs),
    /// List the names of an environment's variables, never their values
    List(ListArgs),
    /// Remove a variable from an environment
    Unset(NameArgs),
    /// Change an environment's secrets in your editor: in memory, sealed when you save
    Edit(EnvironmentArgs),
    /// Take the variables of files (.env, .envrc, docker's, NAME: value) into an environment's secrets
    Import(ImportArgs),
    /// Who can read which environment: list them, let somebody in, take somebody out
    Recipients(RecipientsArgs),
    /// For the second person, after a clone: make an identity where there is none, and print the one line that lets them in
    Join(JoinArgs),
    /// Make an identity, at its usual place or in a file, and print its public key
    Keygen(KeygenArgs),
    /// Keep an environment open for a time, where your identity stands behind a passphrase or a plugin of age
    Unlock(UnlockArgs),
    /// Forget at once what unlock keeps: one environment's, or all
    Lock(LockArgs),
    /// Merge the secrets that git could not, by name; asks whose to keep of what both sides changed
    Resolve(ResolveArgs),
    /// Make a new data key for an environment, and encrypt every value anew for the same readers
    Rekey(RekeyArgs),
    /// Give each secret that is stale or due a new value, one after the other; Enter leaves one for later
    Rotate(EnvironmentArgs),
    /// Check that every store is whole, for CI and pre-commit: exit 1 where one is not; needs no allow
    Verify(VerifyArgs),
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
    /// Find stored values that stand in clear in tracked files; exit 1 where one does
    Scan(ScanArgs),
    /// The audit log: blocks, questions, pauses, selections of protected environments, deployments
    Log(LogArgs),
    /// Running processes that hold a database URL, and the environment that each one reaches
    Ps(PsArgs),
    /// Check the whole set-up, and say how to mend each finding; exit 1 where one is an error
    Doctor(DoctorArgs),
    /// Which database is which: pin it in .nexusenv, label it in the database itself, verify both
    #[command(subcommand)]
    Db(DatabaseVerb),
    /// Where each Prisma migration stands, what it risks, and its way to a protected environment
    #[command(subcommand)]
    Migrate(MigrateVerb),
    /// The main job on a scratch repository, for someone who has just installed it
    Tour(TourArgs),
    /// Print the completions of a shell
    Completions(CompletionArgs),
    /// Print the manual page
    Man,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Dialect {
    /// NAME=value with quotes and comments, `export` in front or not; NAME: value
    Dotenv,
    /// docker's --env-file, where quotes are part of a value
    Docker,
    /// Assignments of a shell; nothing is run
    Shell,
}

#[derive(Args, Debug)]
pub struct HookArgs {
    #[arg(value_parser = PossibleValuesParser::new(["bash", "zsh", "fish"]))]
    pub shell: String,
}

#[derive(Args, Debug)]
pub struct InitArgs {
    /// Let git merge secrets by name, without a question: a line in .gitattributes, and settings of this clone
    #[arg(long)]
    pub git: bool,
}

#[derive(Args, Debug)]
pub struct AllowArgs {
    /// A directory or its .nexusenv; the nearest one when left out
    pub path: Option<PathBuf>,
    /// Answer yes where it would ask: what loosens, a key that is new here, an id that is known from another place
    #[arg(long)]
    pub yes: bool,
}

#[derive(Args, Debug)]
pub struct PathArgs {
    /// A directory or its .nexusenv; the nearest one when left out
    pub path: Option<PathBuf>,
}

// The hook hands these to the binary as they are. (What stands in `///` here would be the verb's help.)
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
    pub json: bool,
    /// Connect to no database and ask no service for its health
    #[arg(long)]
    pub offline: bool,
}

#[derive(Args, Debug)]
pub struct PsArgs {
    /// One JSON object: processes, each with environment, protected, pid, parent, program, ports, started, below, databases, inherited
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct DoctorArgs {
    /// One JSON object: identity, findings, each with severity, place, sentence, mend
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct ListArgs {
    #[command(flatten)]
    pub environment: EnvironmentArgs,
    /// One JSON object: environment, variables, each with name, kind (secret, plain), and of a secret written (revision, day),
    /// expires, stale (who left and could read it), due, note
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct EnvironmentArgs {
    /// The environment; the selected one when left out
    #[arg(short, long = "env", value_name = "ENV")]
    pub environment: Option<String>,
}

#[derive(Args, Debug)]
pub struct SetArgs {
    pub name: String,
    /// There is no way to give a value as an argument: other users could read it, and the history keeps it
    #[arg(hide = true)]
    pub value: Option<OsString>,
    #[command(flatten)]
    pub environment: EnvironmentArgs,
    /// Write a plain variable to .nexusenv instead of a secret; refused for a value with a password
    #[arg(long)]
    pub plain: bool,
    /// Until when it is good: 90d, 2027-03-01, or never. Kept in clear, under the seal; list, status and doctor say what is due,
    /// and a new value begins the same time anew
    #[arg(long, value_name = "TIME", conflicts_with = "plain")]
    pub expires: Option<String>,
    /// Where it was issued, one line; an empty one takes it off. Kept in clear, under the seal: everyone who has the repository
    /// can read it
    #[arg(long, value_name = "TEXT", conflicts_with = "plain")]
    pub note: Option<String>,
    /// Keep the value as it is, and change only what is told beside it
    #[arg(long, conflicts_with_all = ["plain", "empty"])]
    pub keep: bool,
    /// Take an empty value; else it is refused, since a command that failed in front of a pipe gives one, too
    #[arg(long)]
    pub empty: bool,
}

#[derive(Args, Debug)]
pub struct NameArgs {
    pub name: String,
    #[command(flatten)]
    pub environment: EnvironmentArgs,
}

#[derive(Args, Debug)]
pub struct GetArgs {
    pub name: String,
    #[command(flatten)]
    pub environment: EnvironmentArgs,
    /// To the clipboard instead of stdout: by wl-copy, xclip, xsel, pbcopy, or the terminal itself
    #[arg(long)]
    pub copy: bool,
}

#[derive(Args, Debug)]
pub struct ScanArgs {
    /// Files and directories to look at; every file that git knows or does not ignore when left out
    pub paths: Vec<PathBuf>,
    /// Only this environment's values
    #[arg(short, long = "env", value_name = "ENV")]
    pub environment: Option<String>,
    /// Look at what the next commit would bring
    #[arg(long, conflicts_with = "history")]
    pub staged: bool,
    /// Look at everything that was ever committed, on all branches
    #[arg(long, conflicts_with = "paths")]
    pub history: bool,
}

#[derive(Args, Debug)]
pub struct ImportArgs {
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// What they are written in; shell for .envrc and *.sh, dotenv for the others when left out
    #[arg(long)]
    pub format: Option<Dialect>,
    #[command(flatten)]
    pub environment: EnvironmentArgs,
    /// Replace values of a protected environment without a question
    #[arg(long)]
    pub yes: bool,
}

#[derive(Args, Debug)]
pub struct RunArgs {
    #[command(flatten)]
    pub environment: EnvironmentArgs,
    /// Lift read-only for this command, after you typed the environment's name
    #[arg(long)]
    pub write: bool,
    /// Leave stored values in what the command writes; else they are replaced where that is no terminal
    #[arg(long)]
    pub no_mask: bool,
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true, value_name = "CMD")]
    pub command: Vec<OsString>,
}

#[derive(Args, Debug)]
pub struct ExportArgs {
    #[command(flatten)]
    pub environment: EnvironmentArgs,
    #[arg(long)]
    pub format: export::Format,
}

#[derive(Args, Debug)]
pub struct PromptArgs {
    /// `{env}` is the environment, `{left}` the time that is left, `{access}` `write` where that was granted, `{paused}`
    /// for how long the guard is paused here, and `{}` the usual segment
    #[arg(long, default_value = "{}")]
    pub format: String,
}

#[derive(Args, Debug)]
pub struct TourArgs {
    /// The shell to walk through it in; yours when left out
    #[arg(long, value_parser = PossibleValuesParser::new(["bash", "zsh", "fish"]))]
    pub shell: Option<String>,
}

#[derive(Args, Debug)]
pub struct CompletionArgs {
    pub shell: clap_complete::Shell,
}
