//! The words of the guard, of proxies, databases, migrations and the log.

use std::ffi::OsString;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand, ValueEnum};

use super::EnvironmentArgs;
use crate::domain::guard::toolcall::Format;
use crate::domain::text::duration::Duration;

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
    Duration::parse(text).map_err(|failure| failure.message)
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
