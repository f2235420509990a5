//! Scripts of the repository that change rows: which of them a command runs, and where how one ended is kept.

use std::path::{Path, PathBuf};

use super::gate;
use crate::domain::config::{Config, Environment};

/// A script, by where it is and what it holds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Script {
    /// From the repository's root.
    pub path: String,
    /// SHA-256 of its file, in hex. What it imports is not looked at.
    pub hash: String,
}

/// Programs that run the file that is named behind them.
const INTERPRETERS: &[&str] = &[
    "node", "nodejs", "ts-node", "ts-node-esm", "ts-node-dev", "tsx", "swc-node", "babel-node", "vite-node", "esr",
    "jiti", "bun", "deno", "python", "ruby", "rails", "perl", "php", "bash", "sh", "zsh", "dash", "ksh", "fish",
    "psql",
];

const ENDINGS: &[&str] = &[
    "ts", "mts", "cts", "tsx", "js", "mjs", "cjs", "jsx", "py", "rb", "pl", "php", "sh", "bash", "zsh", "fish", "sql",
];

/// What stands behind these is read first, and is not what runs.
const BEFORE: &[&str] = &["-r", "--require", "--import", "--loader", "--preload", "-P", "--project", "--config"];

/// The script's file that one of these commands runs, each with the one that it was found in before it. Relative paths are
/// looked for in `directories`, in their order; what other people wrote (`node_modules`) is no script of the repository.
pub fn file(commands: &[Vec<String>], directories: &[PathBuf], is_ours: &dyn Fn(&Path) -> bool) -> Option<PathBuf> {
    let found = |word: &str| directories.iter().map(|directory| directory.join(word)).find(|path| is_ours(path));
    commands.iter().find_map(|words| {
        let (program, rest) = words.split_first()?;
        let name = program.rsplit('/').next().unwrap_or(program);
        if program.contains('/')
            && let Some(path) = found(program)
        {
            return Some(path);
        }
        let interprets = INTERPRETERS.contains(&name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.'));
        let mut before = program;
        rest.iter().filter(|_| interprets).find_map(|word| {
            let named =
                word.split_once('=').filter(|(flag, _)| *flag == "--file").map_or(word.as_str(), |(_, file)| file);
            let is_it = !BEFORE.contains(&before.as_str())
                && named.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending));
            before = word;
            found(named).filter(|_| is_it)
        })
    })
}

/// Whether how a script ended in this environment is kept: something protected is promoted from it, or it is protected.
pub fn is_kept(config: &Config, environment: &Environment) -> bool {
    let before =
        |protected: &Environment| gate::path(config, protected).iter().any(|step| step.name == environment.name);
    environment.is_protected() || config.environments.iter().filter(|one| one.is_protected()).any(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(commands: &[&str], expected: Option<&str>) {
        let commands: Vec<Vec<String>> =
            commands.iter().map(|line| line.split(' ').map(str::to_owned).collect()).collect();
        let ours =
            ["/r/scripts/import.ts", "/r/fix", "/r/packages/db/seed.js", "/r/setup.ts", "/r/fix.sql", "/r/x.json"];
        let is_ours = |path: &Path| ours.iter().any(|known| Path::new(known) == path);
        let found = file(&commands, &["/r".into(), "/r/packages/db".into()], &is_ours);
        assert_eq!(found.as_deref(), expected.map(Path::new), "{commands:?}");
    }

    #[test]
    fn the_file_that_an_interpreter_runs_is_the_script() {
        check(&["npx ts-node scripts/import.ts"], None);
        check(&["ts-node scripts/import.ts --all"], Some("/r/scripts/import.ts"));
        check(&["node -r setup.ts --env-file .env seed.js"], Some("/r/packages/db/seed.js"));
        check(&["python3.12 fix.py"], None);
        check(&["./fix --all"], Some("/r/fix"));
        check(&["/r/fix"], Some("/r/fix"));
        check(&["psql -f fix.sql"], Some("/r/fix.sql"));
        check(&["psql --file=fix.sql"], Some("/r/fix.sql"));
        check(&["npm run import", "tsx scripts/import.ts"], Some("/r/scripts/import.ts"));
        check(&["cat scripts/import.ts"], None);
        check(&["node x.json"], None);
        check(&["node node_modules/x/cli.js"], None);
        check(&[], None);
    }
}
