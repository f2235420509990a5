//! Which program a word or a path is: by its own name, by a framework's that carries Prisma's commands under names of its own,
//! or by its file in `node_modules`. It opens no file.

use super::Word;

/// Prisma's words behind a program's name, and the version where the name tells.
pub struct Behind<'w> {
    pub major: Option<u32>,
    pub rest: &'w [Word],
}

/// Whether the words run Prisma itself, under its own name or a framework's. The first part of the answer are words that
/// the framework's own words stand for.
pub fn prisma_words(words: &[Word]) -> Option<(Vec<&'static str>, Behind<'_>)> {
    let (first, rest) = words.split_first()?;
    let base = if is_prisma_file(&first.text) { "prisma" } else { first.base() };
    let (name, version) = base.split_once('@').unwrap_or((base, ""));
    let package = first.text.strip_prefix("npm:").and_then(|package| package.split(['/', '@']).next());
    let name = without_ending(package.unwrap_or(name));
    let behind = |skip: usize| Behind { major: None, rest: rest.get(skip..).unwrap_or(&[]) };
    if matches!(name, "prisma" | "prisma7") {
        let digits: String =
            version.trim_start_matches(['^', '~', '=', 'v']).chars().take_while(char::is_ascii_digit).collect();
        let major = digits.parse().ok().or((name == "prisma7").then_some(7));
        return Some((vec![], Behind { major, rest }));
    }
    // Prisma 8 before it had Prisma's own name.
    if name == "prisma-next" {
        return Some((vec![], Behind { major: Some(8), rest }));
    }
    let texts: Vec<&str> = rest.iter().take(3).map(|word| word.text.as_str()).collect();
    match (name, texts.as_slice()) {
        ("wasp", ["db", "migrate-dev", ..]) => Some((vec!["migrate", "dev"], behind(2))),
        ("wasp", ["db", "reset", ..]) => Some((vec!["migrate", "reset"], behind(2))),
        ("wasp", ["db", "seed" | "studio", ..]) => Some((vec!["db", "seed"], behind(2))),
        ("rw" | "redwood" | "rws" | "cedar" | "blitz" | "keystone", ["prisma", ..]) => Some((vec![], behind(1))),
        ("keystone", ["dev", ..]) => Some((vec!["db", "push"], behind(1))),
        ("zenstack" | "zen", ["migrate" | "db", ..]) => Some((vec![], behind(0))),
        ("python" | "python3" | "py", ["-m", "prisma", ..]) => Some((vec![], behind(2))),
        ("cargo", ["prisma", ..]) => Some((vec![], behind(1))),
        _ => None,
    }
}

/// The file that the program `prisma` is: `node_modules/prisma/build/index.js`, also in pnpm's store.
pub fn is_prisma_file(path: &str) -> bool {
    path.ends_with("prisma/build/index.js") || path.ends_with(".bin/prisma") || path.ends_with("prisma/build/index")
}

/// The package whose program a file is: `node_modules/typeorm/cli.js`, `node_modules/.bin/knex`, `ace`.
pub fn package_of(path: &str) -> Option<&str> {
    if let Some((_, inside)) = path.rsplit_once("node_modules/") {
        let mut parts = inside.splitn(3, '/');
        return match parts.next()? {
            ".bin" => parts.next(),
            scope if scope.starts_with('@') => Some(&inside[..scope.len() + 1 + parts.next()?.len()]),
            package => Some(package),
        };
    }
    match path.rsplit('/').next()?.split('.').next()? {
        "ace" => Some("ace"),
        "umzug" => Some("umzug"),
        _ => None,
    }
}

/// The name by which a program is known, without a version behind it.
pub fn known_as(word: &Word) -> &str {
    let inside = word.text.contains("node_modules/").then(|| package_of(&word.text)).flatten();
    if word.text.starts_with("@go-task/cli") {
        return "task";
    }
    let base = inside.filter(|name| !name.starts_with('@')).unwrap_or_else(|| word.base());
    match without_ending(base.split_once('@').map_or(base, |(name, _)| name)) {
        "dotenv-cli" => "dotenv",
        "sqlx-cli" => "sqlx",
        "rush-pnpm" => "pnpm",
        "diesel_cli" | "diesel-cli" => "diesel",
        "npm-run-all2" => "npm-run-all",
        name => name.trim_start_matches("npm:"),
    }
}

/// A program's name without what Windows puts behind it.
fn without_ending(name: &str) -> &str {
    [".cmd", ".exe", ".ps1", ".bat"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}

/// Whether a shell has this name.
pub fn is_shell(name: &str) -> bool {
    const NAMES: &[&str] =
        &["bash", "sh", "zsh", "dash", "ksh", "fish", "ash", "mksh", "yash", "osh", "nu", "xonsh", "elvish"];
    NAMES.contains(&name)
}
