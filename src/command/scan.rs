//! `scan`: stored values that stand in clear in a repository's files. It says where and which, and never shows a value.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::config::vars::Vars;
use crate::domain::session::ambient::Ambient;
use crate::domain::target::exposure::{Hit, SHORTEST, Search};
use crate::domain::text::safe_text;
use crate::edge::git::{Git, Object};
use crate::edge::{files, output, terminal};
use crate::error::{Failure, Result, Status, told};
use crate::steps::load::{self, Loaded};

/// Where to look.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Where {
    /// Files that git knows or does not ignore, as they are now.
    WorkTree,
    /// What the next commit would bring.
    Staged,
    /// Everything that was ever committed.
    History,
}

/// A place that was found: of what, and the line there.
struct Place {
    file: String,
    hit: Hit,
}

/// What came of looking.
struct Looked {
    places: Vec<Place>,
    /// Completes "stands in clear in …".
    at: String,
    /// How many files could not be read. What stands there is not known, so they are no good news.
    unread: usize,
}

/// Looks, prints a line for each place, and ends with status 1 where there is one, or where not everything could be read.
///
/// # Errors
/// No usable configuration, an unknown environment, and secrets that do not open: without them there is nothing to look
/// for.
pub fn scan(ambient: &Ambient, paths: &[PathBuf], environment: Option<&str>, within: Where) -> Result<Status> {
    let loaded = load::configuration(ambient)?;
    let secrets = secrets(ambient, &loaded, environment)?;
    let values = || {
        secrets.iter().flat_map(|(environment, vars)| vars.iter().map(move |(name, value)| (environment, name, value)))
    };
    let short: Vec<&VariableName> =
        values().filter(|(_, _, value)| value.expose().len() < SHORTEST).map(|(_, name, _)| name).collect();
    if !short.is_empty() {
        let names: Vec<String> = short.iter().map(|name| format!("`{name}`")).collect();
        terminal::say(ambient, &format!("not looked for, since shorter than {SHORTEST} bytes: {}", names.join(", ")));
    }
    let Some(search) = Search::new(values()) else {
        terminal::say(ambient, "there is no stored value to look for");
        return Ok(Status::DONE);
    };
    let looked = match within {
        Where::WorkTree => work_tree(ambient, &loaded, paths, &search)?,
        Where::Staged => staged(ambient, &loaded, paths, &search)?,
        Where::History => history(&loaded, &search)?,
    };
    report(ambient, &search, &looked)
}

/// The secrets of each environment that can be opened here. Who cannot is said, and what they hold is not looked for.
fn secrets(ambient: &Ambient, loaded: &Loaded, environment: Option<&str>) -> Result<Vec<(EnvironmentName, Vars)>> {
    if let Some(name) = environment {
        let environment = load::environment(loaded, name)?;
        return Ok(vec![(environment.name.clone(), load::secrets(ambient, loaded, environment)?)]);
    }
    let (mut opened, mut last) = (Vec::new(), None);
    for environment in &loaded.config.environments {
        match load::secrets(ambient, loaded, environment) {
            Ok(vars) => opened.push((environment.name.clone(), vars)),
            Err(error) => {
                terminal::say(
                    ambient,
                    &format!("what {} holds is not looked for: {}", environment.name, told(&error).0),
                );
                last = Some(error);
            }
        }
    }
    match last {
        Some(error) if opened.iter().all(|(_, vars)| vars.iter().next().is_none()) => Err(error),
        Some(_) | None => Ok(opened),
    }
}

fn git(loaded: &Loaded) -> Result<Git> {
    Git::around(&loaded.repository.root).ok_or_else(|| {
        Failure::new("this is no repository of git's")
            .hint("nexus-env scan PATH looks at files wherever they are")
            .into()
    })
}

fn work_tree(ambient: &Ambient, loaded: &Loaded, paths: &[PathBuf], search: &Search) -> Result<Looked> {
    let git = match paths.is_empty() {
        true => Some(git(loaded)?),
        false => Git::around(&loaded.repository.root),
    };
    let mut all = Vec::new();
    // A file that is named is looked at, also one that git ignores.
    let absolute = absolute(ambient, paths);
    if let Some((typed, _)) = paths.iter().zip(&absolute).find(|(_, path)| !files::is_there(path)) {
        let typed = safe_text::path(typed);
        return Err(Failure::new(format!("there is no `{typed}`"))
            .hint("nexus-env scan looks at every file of the repository")
            .into());
    }
    let (named, directories): (Vec<&PathBuf>, Vec<&PathBuf>) = absolute.iter().partition(|path| files::is_file(path));
    let top = git.as_ref().map(|git| git.top.as_path());
    all.extend(named.into_iter().cloned());
    let (inside, outside): (Vec<&PathBuf>, Vec<&PathBuf>) =
        directories.into_iter().partition(|path| top.is_some_and(|top| path.starts_with(top)));
    for directory in outside {
        all.extend(files::below(directory)?);
    }
    if let Some(git) = git.as_ref().filter(|_| paths.is_empty() || !inside.is_empty()) {
        let below: Vec<PathBuf> = inside.into_iter().cloned().collect();
        all.extend(git.files(&below)?.iter().map(|path| git.top.join(path)));
    }
    let look = |bytes: &[u8]| Some(search.hits(bytes)).filter(|hits| !hits.is_empty());
    let mut progress = terminal::Progress::new(ambient, all.len(), "files");
    let seen = files::each(&all, &look, &mut |done| progress.at(done));
    drop(progress);
    let (mut places, mut unread) = (Vec::new(), 0);
    for (number, seen) in seen {
        let file = shown_from(top, &all[number]);
        match seen {
            Ok(hits) => places.extend(hits.into_iter().map(|hit| Place { file: file.clone(), hit })),
            Err(error) => {
                unread += 1;
                terminal::say_anyway(&format!("not looked at: `{file}`: {error}"));
            }
        }
    }
    Ok(Looked { places, at: files_of(all.len()), unread })
}

fn files_of(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}

/// From the top of the repository, as git names it.
fn shown_from(top: Option<&Path>, path: &Path) -> String {
    safe_text::path(top.and_then(|top| path.strip_prefix(top).ok()).unwrap_or(path))
}

fn absolute(ambient: &Ambient, paths: &[PathBuf]) -> Vec<PathBuf> {
    let here = ambient.cwd.clone().unwrap_or_default();
    let whole = |path: &PathBuf| here.join(path);
    paths.iter().map(|path| whole(path).canonicalize().unwrap_or_else(|_| whole(path))).collect()
}

fn staged(ambient: &Ambient, loaded: &Loaded, paths: &[PathBuf], search: &Search) -> Result<Looked> {
    let git = git(loaded)?;
    let staged = git.staged(&absolute(ambient, paths))?;
    let mut places = Vec::new();
    git.show_staged(&staged, &mut |path, content| {
        let file = safe_text::path(path);
        places.extend(search.hits(content).into_iter().map(|hit| Place { file: file.clone(), hit }));
    })?;
    let are = if staged.len() == 1 { "is" } else { "are" };
    Ok(Looked { places, at: format!("{} that {are} staged", files_of(staged.len())), unread: 0 })
}

fn history(loaded: &Loaded, search: &Search) -> Result<Looked> {
    let git = git(loaded)?;
    let (mut found, mut count) = (Vec::new(), 0);
    git.show_history(&mut |object| {
        count += usize::from(object.kind == "commit");
        if object.kind == "blob" || object.kind == "commit" {
            let file = match object.kind {
                "commit" => "its message".to_owned(),
                _ => safe_text::path(path_of(object)),
            };
            found.extend(
                search
                    .hits(object.content)
                    .into_iter()
                    .map(|hit| (object.id.to_owned(), object.kind == "commit", file.clone(), hit)),
            );
        }
    })?;
    // Asked once for each content that was found.
    let mut commits: BTreeMap<String, String> = BTreeMap::new();
    let mut places = Vec::new();
    for (id, is_commit, file, hit) in found {
        let short = id.get(..10).unwrap_or(&id).to_owned();
        let commit = commits.entry(id.clone()).or_insert_with(|| match is_commit {
            true => short,
            false => git.introduced(&id).unwrap_or(short),
        });
        places.push(Place { file: format!("{commit}:{file}"), hit });
    }
    Ok(Looked { places, at: format!("{count} commits"), unread: 0 })
}

fn path_of<'o>(object: &Object<'o>) -> &'o Path {
    use std::os::unix::ffi::OsStrExt;
    Path::new(std::ffi::OsStr::from_bytes(object.path))
}

fn report(ambient: &Ambient, search: &Search, Looked { places, at, unread }: &Looked) -> Result<Status> {
    if places.is_empty() && *unread > 0 {
        return Err(Failure::new(format!(
            "{} could not be looked at, and nothing was found in the rest",
            files_of(*unread)
        ))
        .hint("let yourself read what is named above, or name the paths to look at: nexus-env scan PATH")
        .into());
    }
    if places.is_empty() {
        terminal::say(ambient, &format!("no stored value stands in clear in {at}"));
        return Ok(Status::DONE);
    }
    let line = |place: &Place| {
        let owners: Vec<String> = search.owners(place.hit).iter().map(ToString::to_string).collect();
        format!("{}:{}: {}\n", place.file, place.hit.line, owners.join("; "))
    };
    output::page(&places.iter().map(line).collect::<String>())?;
    let count = if places.len() == 1 { "1 place".to_owned() } else { format!("{} places", places.len()) };
    Err(Failure::new(format!("a stored value stands in clear in {count} of {at}"))
        .hint("take it out, and change the credential where it was issued: whoever has a copy has it; then nexus-env set NAME")
        .into())
}
