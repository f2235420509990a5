//! The words that make a shell ask: a line with none of them runs unasked, so every program that a rule knows, and every one
//! that runs what it is given, is among them. They are read off the tables of the reader; no rule stands here.

use super::invocation;

/// What the reader sees through by its name alone, beside the rows of its tables.
const RUNNERS: &[&str] = &[
    // Shells, and what they have themselves.
    "bash", "sh", "zsh", "dash", "ksh", "fish", "ash", "mksh", "eval", "source", "trap", "exec", "command", "builtin",
    "fc", "r", // Programs that start another one, here or in another place.
    "env", "genv", "sudo", "doas", "su", "runuser", "sg", "script", "flock", "nix", "nix-shell", "watch", "hyperfine",
    "entr", "watchexec", "nodemon", "chokidar", "chokidar-cli", "aws", "find", "parallel", "xargs", "ssh", "mosh",
    "et", "autossh", "tmux", "screen", "at", "batch", "sops", "docker", "podman", "nerdctl", "docker-compose",
    "podman-compose", "cmd", "powershell", "pwsh", "vercel", "vc", "busybox", "cross-env", "cross-env-shell", "dotenv",
    "dotenv-cli", "dotenvx", "env-cmd", // Package managers and runners of scripts and recipes.
    "go", "npx", "npm-exec", "npm", "pnpm", "pnpx", "pnx", "yarn", "yarnpkg", "bun", "bunx", "deno", "dx", "run-s",
    "run-p", "npm-run-all", "npm-run-all2", "dotenv-run-script", "concurrently", "conc", "start-server-and-test",
    "start-test", "turbo", "lerna", "nx", "make", "gmake", "just", "task", "go-task", "mise", "rtx", "composer",
    // Interpreters.
    "node", "nodejs", "tsx", "ts-node", "ts-node-esm", "ts-node-dev", "swc-node", "babel-node", "osascript", "awk",
    "gawk", "expect", "python", "python2", "python3", "py", "perl", "php", "ruby", "sail", "dotnet", "cargo", "spring",
    "java", "swift", "scala", "kotlin", "dart", "crystal", "zig", "symfony", "zx", "vite-node", "jiti", "iex",
    "elixir", "ipython", "irb",
    // What runs something that stands in a file: processes, tasks, tables of times.
    "rushx", "nr", "nlx", "wsrun", "rush-pnpm", "remake", "moon", "lage", "wireit", "pm2", "pm2-runtime", "pm2-dev",
    "crontab", "foreman", "honcho", "overmind", "goreman", "hivemind", "nf", "sem", "socat", "tclsh", "nu", "xonsh",
    "elvish", "yash", "osh", "mawk", // What git runs between its own steps.
    "rebase", "bisect", "foreach",
    "filter-branch", // What opens a connection, types into a terminal, or writes a table of times.
    "tcp", "scp", "sftp", "sbatch", "schtasks", "cron", "acli",
];

/// Prisma, and frameworks that carry it.
const PRISMA: &[&str] = &[
    "prisma", "prisma7", "prisma-next", "prisma-client-go", "wasp", "rw", "redwood", "rws", "cedar", "blitz",
    "keystone", "zenstack", "zen",
];

/// A line with this anywhere is asked about: migrators have names of their own (`nomad-migrate`, `//db:migrator`).
pub const PART: &str = "migrat";

/// Each as a shell takes a line apart: letters, digits, `_` and `-`. Of a name with other characters in it, its longest part.
/// One that stands in two tables comes twice.
pub fn words() -> impl Iterator<Item = &'static str> {
    RUNNERS.iter().copied().chain(invocation::runners()).filter_map(longest).chain(tools())
}

/// Those of the tools and clients that a rule names: what a shell that gets no answer lets nobody run.
pub fn tools() -> impl Iterator<Item = &'static str> {
    PRISMA.iter().copied().chain(invocation::tools()).filter_map(longest)
}

fn longest(name: &'static str) -> Option<&'static str> {
    let parts = name.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')));
    parts.filter(|part| part.bytes().any(|byte| byte.is_ascii_alphabetic())).max_by_key(|part| part.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_what_is_typed_and_what_runs_it() {
        let words: Vec<&str> = words().collect();
        for word in ["prisma", "npx", "psql", "make", "mikro-orm", "gcloud", "sudo", "ssh", "bash", "eval", "manage"] {
            assert!(words.contains(&word), "{word}");
        }
        for word in ["git", "ls", "cd", "echo", "vim", "nexus-env", "-", ""] {
            assert!(!words.contains(&word), "{word}");
        }
        assert!(tools().any(|tool| tool == "alembic") && tools().all(|tool| tool != "sudo"));
    }
}
