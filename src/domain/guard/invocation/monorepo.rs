//! Sees through the task runners over a workspace, turbo, lerna and nx: the scripts of these names in every package that their
//! filters leave, and those that turbo's own configuration puts in front.

use std::path::Path;

use super::options::after_flags;
use super::script::{left_by, programs, run};
use super::{Inner, Reader, Word};
use crate::domain::guard::project::{Files, Package};
use crate::domain::guard::scope::Scope;
use crate::domain::text::json::Json;

/// What is inside, if it is a task. An empty answer means that it runs nothing.
pub fn see_through<'a>(reader: &Reader<'_>, name: &str, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    /// Their own commands, which are no tasks.
    const OWN: &[&str] = &[
        "reset", "graph", "migrate", "init", "report", "list", "format", "format:check", "format:write", "daemon",
        "connect", "release", "repair", "sync", "generate", "g", "show", "add", "login", "logout", "link", "unlink",
        "prune", "gen", "ls", "query", "telemetry", "bin", "bootstrap", "clean", "version", "publish", "changed",
        "diff", "create", "import", "info",
    ];
    if !matches!(name, "turbo" | "lerna" | "nx" | "lage") {
        return None;
    }
    if matches!(name, "nx" | "lerna")
        && words.iter().find(|word| !word.text.starts_with('-')).is_some_and(|word| OWN.contains(&word.text.as_str()))
    {
        return Some(Vec::new());
    }
    let all = Package::workspace(reader, &scope.cwd);
    let end = words.iter().position(|word| word.text == "--").unwrap_or(words.len());
    let behind = words.get(end + 1..).unwrap_or(&[]);
    let mut filters: Vec<String> = Vec::new();
    let mut tasks: Vec<&str> = Vec::new();
    let mut rest = words[..end].iter();
    let mut verb = "";
    let mut printed = false;
    while let Some(word) = rest.next() {
        let (flag, joined) = match word.text.split_once('=') {
            Some((flag, value)) if flag.starts_with('-') => (flag, Some(value)),
            Some(_) | None => (word.text.as_str(), None),
        };
        match flag {
            "--filter" | "--scope" | "-F" | "-p" | "--projects" | "--project" => {
                let given = joined.or_else(|| rest.next().map(|word| word.text.as_str()));
                filters.extend(given.into_iter().flat_map(|list| list.split(',')).map(str::to_owned));
            }
            // lerna's and nx's own way to leave packages out.
            "--exclude" | "--ignore" if name != "turbo" => {
                let given = joined.or_else(|| rest.next().map(|word| word.text.as_str()));
                filters.extend(given.into_iter().flat_map(|list| list.split(',')).map(|one| format!("!{one}")));
            }
            "-t" | "--target" | "--targets" => {
                let given = joined.or_else(|| rest.next().map(|word| word.text.as_str()));
                tasks.extend(given.into_iter().flat_map(|list| list.split(',')));
            }
            "--dry" | "--dry-run" | "--graph" => printed = true,
            "--concurrency" | "-c" | "--configuration" | "--cache-dir" | "--parallel" | "--since"
                if joined.is_none() && name != "nx" =>
            {
                if rest.as_slice().first().is_some_and(|next| next.text.chars().all(|c| c.is_ascii_digit())) {
                    rest.next();
                }
            }
            flag if flag.starts_with('-') => {}
            "run" | "run-many" | "exec" | "affected" | "watch" if verb.is_empty() && tasks.is_empty() => verb = flag,
            task => tasks.push(task),
        }
    }
    if printed {
        return Some(Vec::new());
    }
    if verb == "exec" {
        let inside = if behind.is_empty() { after_flags(words.get(1..)?, &["--scope", "--ignore"]) } else { behind };
        return Some(programs(&all, inside, scope));
    }
    // `nx TARGET PROJECT`.
    if name == "nx" && verb.is_empty() && tasks.len() == 2 {
        filters.extend(tasks.pop().map(str::to_owned));
    }
    // Turbo's filters are for the members alone.
    let skip = usize::from(name == "turbo" && !filters.is_empty() && all.len() > 1);
    let left = all[skip..].iter().zip(left_by(&all[skip..], &filters));
    let left: Vec<&Path> = left.filter(|(_, stays)| *stays).map(|(one, _)| one.directory.as_path()).collect();
    let mut tasks: Vec<(String, Upstream)> = tasks.into_iter().map(|task| (task.to_owned(), Upstream::No)).collect();
    if name == "turbo" {
        depended_on(reader, all.first(), &mut tasks);
    }
    let found = tasks.iter().flat_map(|(task, upstream)| {
        // `nx run project:target`, `turbo run package#task`.
        let split = if name == "nx" && verb == "run" { ':' } else { '#' };
        let (project, script) =
            task.split_once(split).map_or((None, task.as_str()), |(project, target)| (Some(project), target));
        let left = &left;
        all.iter()
            .filter(move |package| project.is_none_or(|project| project == "//" || package.is_named(project)))
            .filter(move |package| *upstream == Upstream::Yes || left.contains(&package.directory.as_path()))
            .flat_map(move |package| {
                let of_its_own = if name == "nx" { package.nx_target(reader, script) } else { Ok(Vec::new()) };
                let own = match of_its_own {
                    Ok(lines) => lines.into_iter().map(|line| Inner::Line(line, scope.clone())).collect(),
                    Err(why) => vec![Inner::Unknown(why, scope.clone())],
                };
                own.into_iter().chain(run(package, script, behind, &format!("{name} run"), scope)).collect::<Vec<_>>()
            })
            .collect::<Vec<_>>()
    });
    Some(found.collect())
}

/// Whether a task is another package's as well, which a filter does not leave out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Upstream {
    Yes,
    No,
}

/// The tasks that `turbo.json` puts in front of these: `dependsOn` (turborepo.com/docs/reference/configuration).
fn depended_on(reader: &Reader<'_>, root: Option<&Package>, tasks: &mut Vec<(String, Upstream)>) {
    let read = |name: &&str| reader.read(&root?.directory.join(name)).text();
    let text = ["turbo.json", "turbo.jsonc"].iter().find_map(read);
    let Some(json) = text.and_then(|text| Json::read(&text)) else { return };
    let Some(known) = json.get("tasks").or_else(|| json.get("pipeline")) else { return };
    let mut at = 0;
    while let Some((task, _)) = tasks.get(at).filter(|_| at < MOST_TASKS).cloned() {
        at += 1;
        let short = task.rsplit('#').next().unwrap_or(&task);
        let entry = known.get(&task).or_else(|| known.get(short));
        for need in entry.and_then(|entry| entry.get("dependsOn")).map(Json::list).unwrap_or_default() {
            let Some(need) = need.text().filter(|need| !need.starts_with('$')) else { continue };
            let found = match need.strip_prefix('^') {
                Some(name) => (name.to_owned(), Upstream::Yes),
                None => (need.to_owned(), Upstream::No),
            };
            if !tasks.contains(&found) {
                tasks.push(found);
            }
        }
    }
}

/// No configuration has more tasks in front of one.
const MOST_TASKS: usize = 200;
