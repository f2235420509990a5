//! The scripts and programs of packages: which package a manager's flags lead to, what runs before and after a script.

use std::path::PathBuf;

use super::options::is_one_expansion;
use super::{Inner, Reader, Sure, Word};
use crate::domain::guard::project::Package;
use crate::domain::guard::scope::Scope;
use crate::domain::text::json::Json;

pub(super) fn command<'a>(words: &[Word], scope: Scope<'a>) -> Vec<Inner<'a>> {
    vec![Inner::Command(words.to_vec(), scope)]
}

/// One script with those that run before and after it, in the package's directory. A script that is running already is
/// not followed again.
pub(super) fn run<'a>(package: &Package, script: &str, words: &[Word], by: &str, scope: &Scope<'a>) -> Vec<Inner<'a>> {
    let mut scope = scope.clone();
    let label = format!("{by} {script}");
    // Whoever runs it: `npm test` may start `npm run test` in all packages, its own among them.
    let place = format!("script {script} in {}", package.directory.display());
    if scope.is_running(&place) {
        return Vec::new();
    }
    if let Some(why) = &package.obstacle {
        return vec![Inner::Unknown(why.clone(), scope)];
    }
    scope.enter(&place, &label);
    scope.cwd.clone_from(&package.directory);
    [format!("pre{script}"), script.to_owned(), format!("post{script}")]
        .iter()
        .filter_map(|name| {
            let mut text = package.script(name)?.to_owned();
            if name == script {
                for word in words {
                    text.push(' ');
                    match word.sure {
                        Sure::Yes => text.push_str(&shell_words::quote(&word.text)),
                        Sure::No => text.push_str(&word.text),
                    }
                }
            }
            Some(Inner::Line(text, scope.clone()))
        })
        .collect()
}

/// What an installation runs by itself.
pub(super) fn lifecycle<'a>(reader: &Reader<'_>, by: &str, scope: &Scope<'a>) -> Vec<Inner<'a>> {
    let Some(package) = Package::at(reader, &scope.cwd) else { return Vec::new() };
    ["install", "prepublish", "prepare"].iter().flat_map(|script| run(&package, script, &[], by, scope)).collect()
}

/// A script of a package that is not here: on another machine, or in a directory that the line goes to and that is not there. By
/// its name it may well be one that changes a database.
pub(super) fn not_here<'a>(packages: &[Package], name: &str, by: &str, scope: &Scope<'a>) -> Option<Inner<'a>> {
    const CHANGES: &[&str] = &[
        "db", "database", "migrate", "migration", "migrations", "reset", "seed", "drop", "wipe", "nuke", "fresh",
        "prisma", "truncate", "rollback", "drizzle", "knex", "schema", "deploy",
    ];
    let changes = name.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| CHANGES.contains(&part));
    let why = || format!("what {by} {name} runs there is not known here");
    (packages.is_empty() && changes).then(|| Inner::Unknown(why(), scope.clone()))
}

/// A script of this name, else a program of this name.
pub(super) fn script_or_program<'a>(
    packages: &[Package],
    words: &[Word],
    by: &str,
    scope: &Scope<'a>,
) -> Vec<Inner<'a>> {
    let Some((name, rest)) = words.split_first() else { return Vec::new() };
    let begins = || format!("{}*", name.text.split(['$', '`', '…']).next().unwrap_or_default());
    let could_be_one = || packages.iter().any(|package| !package.scripts_like(&begins()).is_empty());
    if name.sure == Sure::No && (is_one_expansion(&name.text) || could_be_one()) {
        return vec![Inner::Unknown("the line computes which script it runs".to_owned(), scope.clone())];
    }
    let rest = if rest.first().is_some_and(|word| word.text == "--") { &rest[1..] } else { rest };
    // pnpm.io/cli/run: a script's name may be a regular expression, of which only a plain text is followed.
    if let Some(inside) = name.text.strip_prefix('/').and_then(|text| text.strip_suffix('/')) {
        let plain = inside.trim_start_matches('^').trim_end_matches('$');
        let known = plain.chars().all(|c| c.is_alphanumeric() || matches!(c, ':' | '-' | '_'));
        let start = if inside.starts_with('^') { "" } else { "*" };
        let pattern = if known { format!("{start}{plain}*") } else { "*".to_owned() };
        let each = packages
            .iter()
            .flat_map(|package| package.scripts_like(&pattern).into_iter().map(move |script| (package, script)));
        return each.flat_map(|(package, script)| run(package, &script, rest, by, scope)).collect();
    }
    let may_hold = |package: &&Package| package.obstacle.is_some() || package.script(&name.text).is_some();
    let holding: Vec<&Package> = packages.iter().filter(may_hold).collect();
    if !holding.is_empty() {
        return holding.iter().flat_map(|package| run(package, &name.text, rest, by, scope)).collect();
    }
    if let Some(missing) = not_here(packages, &name.text, by, scope) {
        return vec![missing];
    }
    let places: Vec<PathBuf> = match packages {
        [_, _, ..] => packages.iter().map(|package| package.directory.clone()).collect(),
        [one] if !scope.cwd.starts_with(&one.directory) => vec![one.directory.clone()],
        [_] | [] => vec![scope.cwd.clone()],
    };
    places
        .into_iter()
        .map(|place| {
            let mut scope = scope.clone();
            scope.cwd = place;
            Inner::Command(words.to_vec(), scope)
        })
        .collect()
}

/// The lines of one of composer's scripts, or why they are not known. `None` where there is none of that name.
pub(super) fn known_scripts(text: &str, name: &str) -> Option<Result<Vec<String>, String>> {
    let Some(json) = Json::read(text) else { return Some(Err("composer.json is not JSON".to_owned())) };
    let script = json.get("scripts")?.get(name)?;
    let texts = script.text().into_iter().chain(script.list().iter().filter_map(Json::text));
    Some(Ok(texts.map(str::to_owned).collect()))
}

pub(super) fn nearest(reader: &Reader<'_>, scope: &Scope<'_>) -> Vec<Package> {
    let path = scope.cwd.join("package.json");
    reader.notes.ran(&path);
    reader.notes.followed(&path);
    Package::nearest(reader, &scope.cwd).into_iter().collect()
}

/// The packages that filters leave: those that one names, or all but those that `!` names. A filter that cannot be followed,
/// such as what changed since a commit, may mean any of them.
pub(super) fn filtered(all: Vec<Package>, filters: &[String]) -> Vec<Package> {
    let left = left_by(&all, filters);
    all.into_iter().zip(left).filter(|(_, stays)| *stays).map(|(package, _)| package).collect()
}

/// Whether each of the packages stays.
pub(super) fn left_by(all: &[Package], filters: &[String]) -> Vec<bool> {
    let (out, within): (Vec<&str>, Vec<&str>) =
        filters.iter().map(String::as_str).partition(|one| one.starts_with('!'));
    let is =
        |package: &Package, filters: &[&str]| filters.iter().any(|one| package.is_named(one.trim_start_matches('!')));
    let known = within.iter().all(|one| !one.contains('[')) && all.iter().any(|package| is(package, &within));
    all.iter().map(|package| !is(package, &out) && (!known || is(package, &within))).collect()
}

pub(super) fn named(reader: &Reader<'_>, scope: &Scope<'_>, filter: &str) -> Vec<Package> {
    Package::workspace(reader, &scope.cwd).into_iter().filter(|package| package.is_named(filter)).collect()
}

/// Leading flags and what they say about the directory and the packages.
pub(super) struct Flags {
    pub directory: Option<String>,
    pub filters: Vec<String>,
    pub everywhere: Everywhere,
    pub call: Option<Word>,
    pub env_files: Vec<String>,
}

#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Everywhere {
    Yes,
    No,
}

/// Takes the leading flags off. What `--filter`, `-w`, `-C`, `--cwd`, `--prefix`, `-c` mean is the same for all managers.
pub(super) fn flags<'w>(words: &'w [Word], valued: &[&str], shell_mode: &[&str]) -> (Flags, &'w [Word]) {
    let mut found =
        Flags { directory: None, filters: vec![], everywhere: Everywhere::No, call: None, env_files: vec![] };
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let text = word.text.as_str();
        if text == "--" {
            at += 1;
            break;
        }
        if !text.starts_with('-') || text == "-" {
            break;
        }
        let (flag, joined) = match text.split_once('=') {
            Some((flag, value)) => (flag, Some(value.to_owned())),
            None => (text, None),
        };
        let next = || joined.clone().or_else(|| words.get(at + 1).map(|word| word.text.clone())).unwrap_or_default();
        let mut takes_next = valued.contains(&flag) && joined.is_none();
        match flag {
            "--prefix" | "-C" | "--dir" | "--cwd" => {
                found.directory = Some(next());
                takes_next = joined.is_none();
            }
            "-F" | "--filter" | "--filter-prod" => {
                found.filters.push(next());
                takes_next = joined.is_none();
            }
            "-w" | "--workspace" if valued.contains(&flag) => found.filters.push(next()),
            "--env-file" => {
                found.env_files.push(next());
                takes_next = joined.is_none();
            }
            "-r" | "--recursive" | "--workspaces" | "--ws" | "-ws" => found.everywhere = Everywhere::Yes,
            flag if shell_mode.contains(&flag) => {
                let sure = words.get(at + 1).map_or(Sure::Yes, |word| word.sure);
                found.call = Some(Word { text: next(), sure });
                takes_next = joined.is_none();
            }
            _ => {}
        }
        at += if takes_next { 2 } else { 1 };
    }
    (found, words.get(at..).unwrap_or(&[]))
}

/// The scope and the packages that leading flags lead to.
pub(super) fn led<'a>(reader: &Reader<'_>, flags: &Flags, scope: &Scope<'a>) -> (Scope<'a>, Vec<Package>) {
    let mut scope = scope.clone();
    if let Some(directory) = &flags.directory {
        scope.cwd = scope.path(directory);
    }
    let packages = match (flags.filters.as_slice(), flags.everywhere) {
        ([], Everywhere::No) => nearest(reader, &scope),
        ([], Everywhere::Yes) => Package::workspace(reader, &scope.cwd),
        (filters, _) => filtered(Package::workspace(reader, &scope.cwd), filters),
    };
    (scope, packages)
}

/// A program in each of several packages, or here.
pub(super) fn programs<'a>(packages: &[Package], words: &[Word], scope: &Scope<'a>) -> Vec<Inner<'a>> {
    match packages {
        [_, _, ..] => packages
            .iter()
            .map(|package| {
                let mut scope = scope.clone();
                scope.cwd.clone_from(&package.directory);
                Inner::Command(words.to_vec(), scope)
            })
            .collect(),
        [one] if !scope.cwd.starts_with(&one.directory) => {
            let mut scope = scope.clone();
            scope.cwd.clone_from(&one.directory);
            command(words, scope)
        }
        [_] | [] => command(words, scope.clone()),
    }
}

/// The words of a runtime: a file of source text is one also where its name has no directory in front.
pub(super) fn of_runtime(words: &[Word]) -> Vec<Word> {
    const ENDINGS: &[&str] = &[".ts", ".js", ".mjs", ".cjs", ".mts", ".cts", ".tsx", ".jsx"];
    let mut words = words.to_vec();
    if let Some(first) = words.first_mut().filter(|word| !word.text.contains([':', '/']))
        && ENDINGS.iter().any(|ending| first.text.ends_with(ending))
    {
        first.text.insert_str(0, "./");
    }
    words
}
