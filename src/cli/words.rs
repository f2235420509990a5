//! Every word a user can type, on one page. What a word means is not known here.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::command::export;
use crate::domain::guard::toolcall::Format;
use crate::domain::text::duration::Duration;

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
    List(EnvironmentArgs),
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
    /// Keep an environment open for a time, where your identity stands behind a passphrase
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
pub struct EnvironmentsArgs {
    /// An environment, as often as there are several: all are changed, or none; the selected one when left out
    #[arg(short, long = "env", value_name = "ENV")]
    pub environments: Vec<String>,
}

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct RecipientsArgs {
    #[command(subcommand)]
    pub verb: Option<RecipientsVerb>,
    #[command(flatten)]
    pub environments: EnvironmentsArgs,
    /// What two people compare aloud: the fingerprint of the environment's key and of each reader's, under the seal
    #[arg(long)]
    pub fingerprint: bool,
}

#[derive(Debug, Subcommand)]
pub enum RecipientsVerb {
    /// Every reader with their key and since when they can read, a line each
    List(EnvironmentsArgs),
    /// Let somebody in to all that is stored
    Add(ReaderAddArgs),
    /// Let somebody in who asked by join --request, after comparing the fingerprint with them
    Approve(ReaderApproveArgs),
    /// Take somebody out: a new key, every value anew, and the list of what they could read, stale until each is changed
    Remove(ReaderRemoveArgs),
}

#[derive(Args, Debug)]
pub struct ReaderAddArgs {
    /// What they are called: letters, digits, - and _
    pub name: String,
    /// Their public key, age1… or ssh-ed25519 …, as nexus-env join prints it
    #[arg(required = true, num_args = 1..)]
    pub key: Vec<String>,
    #[command(flatten)]
    pub environments: EnvironmentsArgs,
}

#[derive(Args, Debug)]
pub struct ReaderApproveArgs {
    /// Whose request: .nexusenv.d/requests/NAME.toml
    pub name: String,
    /// An environment, as often as there are several; those that are asked for when left out
    #[arg(short, long = "env", value_name = "ENV")]
    pub environments: Vec<String>,
    /// The fingerprint was compared
    #[arg(long)]
    pub yes: bool,
}

#[derive(Args, Debug)]
pub struct ReaderRemoveArgs {
    /// What they are called, as recipients list shows it
    pub name: String,
    #[command(flatten)]
    pub environments: EnvironmentsArgs,
    /// Also where that is yourself
    #[arg(long)]
    pub yes: bool,
}

#[derive(Args, Debug)]
pub struct JoinArgs {
    /// What you are called among the readers; your login name when left out
    pub name: Option<String>,
    /// Write it as .nexusenv.d/requests/NAME.toml instead, for a pull request
    #[arg(long)]
    pub request: bool,
    /// Let git merge secrets by name, without a question: a line in .gitattributes, and settings of this clone
    #[arg(long)]
    pub git: bool,
}

#[derive(Args, Debug)]
pub struct VerifyArgs {
    /// Only what needs no identity: the text of each store, whose it is, and that its key is wrapped for the readers it names
    #[arg(long)]
    pub no_key: bool,
}

#[derive(Args, Debug)]
pub struct KeygenArgs {
    /// The file to make; ~/.config/nexus-env/identity.txt when left out. Nothing is replaced
    #[arg(short, long = "output", value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Behind a passphrase, yours or one that is made for you; an identity that is there is put behind it
    #[arg(long)]
    pub passphrase: bool,
}

#[derive(Args, Debug)]
pub struct UnlockArgs {
    /// The environment; the selected one when left out
    #[arg(value_name = "ENV")]
    pub environment: Option<String>,
    /// For how long: 30s, 15m, 2h (15m for a protected environment, else 8h, when left out)
    #[arg(long = "for", value_name = "DURATION")]
    pub duration: Option<String>,
}

#[derive(Args, Debug)]
pub struct LockArgs {
    /// The environment; all of them, in every repository, when left out
    #[arg(value_name = "ENV")]
    pub environment: Option<String>,
}

#[derive(Args, Debug)]
pub struct ResolveArgs {
    #[arg(short, long = "env", value_name = "ENV")]
    pub environment: Option<String>,
    /// Of what both sides changed, keep this side's
    #[arg(long, conflicts_with = "theirs")]
    pub ours: bool,
    /// Of what both sides changed, keep the other side's
    #[arg(long)]
    pub theirs: bool,
}

#[derive(Args, Debug)]
pub struct RekeyArgs {
    #[command(flatten)]
    pub environments: EnvironmentsArgs,
    /// From here on as secrets of an unprotected environment, after you typed its name
    #[arg(long)]
    pub unprotected: bool,
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
    /// Say which scripts of package.json start a command that can lose data, for pre-commit and CI: exit 3 where one does, 1 where not all could be followed
    Scripts(ScriptsArgs),
    /// Answer a coding agent's hook: reads its tool call as JSON on stdin
    #[command(after_help = HOOK)]
    Hook(AgentArgs),
}

#[derive(Args, Debug)]
pub struct ScriptsArgs {
    /// A script that is meant to: its name, or DIRECTORY:NAME, with `*` for any characters
    #[arg(long, value_name = "SCRIPT")]
    pub except: Vec<String>,
    /// One JSON object: scripts, found, unread; each found has package, script, command, effect, excepted
    #[arg(long)]
    pub json: bool,
}

const HOOK: &str = "In .claude/settings.json: {\"hooks\": {\"PreToolUse\": [{\"matcher\": \"Bash\", \"hooks\": \
                    [{\"type\": \"command\", \"command\": \"nexus-env guard hook\"}]}]}}\nNothing is said about a harmless \
                    call. A refusal is an object in the agent's format; with --format exit it is status 2, with the reason \
                    on stderr.";

#[derive(Args, Debug)]
pub struct AgentArgs {
    /// The agent's format; found out from the call when left out
    #[arg(long, value_parser = PossibleValuesParser::new(Format::WORDS.map(|(word, _)| word)))]
    pub format: Option<String>,
}

#[derive(Args, Debug)]
pub struct PauseArgs {
    /// How long: 30s, 10m; at most 1h
    #[arg(long = "for", value_name = "DURATION", default_value = "10m")]
    pub duration: String,
    #[command(flatten)]
    pub environment: EnvironmentArgs,
}

#[derive(Args, Debug)]
pub struct LogArgs {
    /// One JSON object: file, torn, entries; an entry has time, event, environment, repository, command, reason, target, through, detail, uid, pid, tty, agent
    #[arg(long)]
    pub json: bool,
    /// How many of the newest entries
    #[arg(short, value_name = "N", default_value_t = 30)]
    pub number: usize,
    /// Only what happened in this last time: 30m, 2h
    #[arg(long, value_name = "DURATION")]
    pub since: Option<String>,
    /// Only what happened in this environment
    #[arg(short, long = "env", value_name = "ENV")]
    pub environment: Option<String>,
}

#[derive(Args, Debug)]
pub struct GuardArgs {
    /// One JSON object: verdict, exit, reason, environment, message, instead, commands
    #[arg(long)]
    pub json: bool,
    /// A whole shell line instead of words
    #[arg(long, value_name = "SHELL LINE", conflicts_with = "command")]
    pub line: Option<String>,
    #[arg(last = true, required_unless_present = "line", value_name = "CMD")]
    pub command: Vec<OsString>,
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
    pub environment: EnvironmentArgs,
    /// Stop another environment's proxy that holds the port; one that nexus-env did not start only after you typed its
    /// environment's name
    #[arg(long)]
    pub switch: bool,
    /// With --switch: running processes that would reach another database from then on are carried along unasked
    #[arg(long, requires = "switch")]
    pub yes: bool,
    /// With --switch: this process may be stopped without a question
    #[arg(long, value_name = "PID", requires = "switch")]
    pub pid: Option<u32>,
    /// How long it may take until it listens: 30s (the default), 2m
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub timeout: Option<Duration>,
}

#[derive(Args, Debug)]
pub struct ProxyDownArgs {
    #[command(flatten)]
    pub environment: EnvironmentArgs,
    /// Every proxy of this repository that nexus-env started
    #[arg(long, conflicts_with_all = ["environment", "pid"])]
    pub all: bool,
    /// The environment's proxy, started by somebody else, with this process number
    #[arg(long, value_name = "PID")]
    pub pid: Option<u32>,
}

#[derive(Args, Debug)]
pub struct ProxyStatusArgs {
    /// This environment alone; all when left out
    #[arg(short, long = "env", value_name = "ENV")]
    pub environment: Option<String>,
    /// One JSON object: proxies, each with environment, port, instance, state (running, starting, down, taken, unknown,
    /// unseen), answers, reaches, program, pid, started, since, log
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct ProxyLogsArgs {
    #[command(flatten)]
    pub environment: EnvironmentArgs,
    /// Go on printing what comes, until you interrupt it
    #[arg(short, long)]
    pub follow: bool,
    /// How many lines from the end
    #[arg(short = 'n', long, value_name = "LINES", default_value_t = 100)]
    pub lines: usize,
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

#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum MigrateVerb {
    /// Each migration in git and on each environment, and what stands in the way: exit 1 where something does
    Status(MigrateStatusArgs),
    /// Apply committed migrations to an environment, after every check: exit 3 where something stands in the way
    Deploy(MigrateDeployArgs),
    /// The pending migrations, with the real Prisma, on a throw-away copy of an environment's schema; reads nothing else of it
    Rehearse(EnvironmentArgs),
    /// For a pull request, with no database and no secret: exit 1 where a migration was edited, renamed, deleted or is out of
    /// order, or its SQL loses data, locks or may fail
    #[command(after_help = ALLOW)]
    Check(MigrateCheckArgs),
}

const ALLOW: &str = "A comment above a statement allows one rule for it, and says why:\n  -- nexus-env: allow ban-drop-table, \
                     copied to the archive on Monday\nWhat concerns the whole file (not-atomic, migration-edited, \
                     migration-out-of-order, migration-renamed, migration-deleted) is allowed at its top.";

#[derive(Args, Debug)]
pub struct MigrateDeployArgs {
    #[command(flatten)]
    pub environment: EnvironmentArgs,
    /// The last migration to apply; the ones after it wait
    #[arg(long, value_name = "NAME")]
    pub to: Option<String>,
    /// Check and show everything, and stop before the question: exit 3 where something stands in the way
    #[arg(long)]
    pub dry_run: bool,
    /// Ask nobody: for a pipeline with an identity of its own (NEXUS_ENV_IDENTITY or NEXUS_ENV_IDENTITY_FILE)
    #[arg(long)]
    pub yes: bool,
}

#[derive(Args, Debug)]
pub struct MigrateStatusArgs {
    /// One JSON object: in_order, places (migrations_in, prisma, environments, migrations), shared (port, environments, now,
    /// hints). An environment has name, protected, promote_from, state (seen, no-history, unseen), why, hint, applied,
    /// pending, ready, in_the_way and notes (kind, migration, sentence, next); a migration has name, git (committed,
    /// modified, staged, untracked, deleted, missing, no git) and, by environment, state (applied, marked, edited, pending,
    /// rolled-back, failed, orphan, squashed, unmarked, nothing, unknown), at, into, logs
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct MigrateCheckArgs {
    /// The branch that this is to be merged into; its tip counts. When left out: the one that CI names, else the default branch
    #[arg(long, value_name = "REF")]
    pub base: Option<String>,
    /// json is one object: base, places, new, findings, each with rule, harm, migration, file, line, sentence, instead;
    /// github annotates the pull request
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: CheckFormat,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum CheckFormat {
    Text,
    Json,
    Github,
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
