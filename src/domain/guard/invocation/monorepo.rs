//! Sees through the task runners over a workspace, turbo, lerna and nx: the scripts of these names in every package that their
//! filters leave. What their own configurations add to a task is not read.

use super::options::after_flags;
use super::script::{programs, run};
use super::{Inner, Reader, Word};
use crate::domain::guard::project::Package;
use crate::domain::guard::scope::Scope;

/// What is inside, if it is a task. An empty answer means that it runs nothing.
pub fn see_through<'a>(reader: &Reader<'_>, name: &str, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    /// Their own commands, which are no tasks.
    const OWN: &[&str] = &[
        "reset", "graph", "migrate", "init", "report", "list", "format", "format:check", "format:write", "daemon",
        "connect", "release", "repair", "sync", "generate", "g", "show", "add", "login", "logout", "link", "unlink",
        "prune", "gen", "ls", "query", "telemetry", "bin", "bootstrap", "clean", "version", "publish", "changed",
        "diff", "create", "import", "info",
    ];
    if !matches!(name, "turbo" | "lerna" | "nx") {
        return None;
    }
    if name != "turbo"
        && words.iter().find(|word| !word.text.starts_with('-')).is_some_and(|word| OWN.contains(&word.text.as_str()))
    {
        return Some(Vec::new());
    }
    let all = Package::workspace(reader.files, &scope.cwd);
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
                filters.extend(joined.or_else(|| rest.next().map(|word| word.text.as_str())).map(str::to_owned));
            }
            "-t" | "--target" | "--targets" => {
                let given = joined.or_else(|| rest.next().map(|word| word.text.as_str()));
                tasks.extend(given.into_iter().flat_map(|list| list.split(',')));
            }
            "--dry" | "--dry-run" | "--graph" => printed = true,
            "--concurrency" | "-c" | "--configuration" | "--cache-dir" | "--parallel" | "--since" | "--ignore"
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
    let found = tasks.iter().flat_map(|task| {
        // `nx run project:target`, `turbo run package#task`.
        let split = if name == "nx" && verb == "run" { ':' } else { '#' };
        let (project, script) =
            task.split_once(split).map_or((None, *task), |(project, target)| (Some(project), target));
        let filters = &filters;
        all.iter()
            .filter(move |package| project.is_none_or(|project| project == "//" || package.is_named(project)))
            .filter(move |package| filters.is_empty() || filters.iter().any(|filter| package.is_named(filter)))
            .flat_map(move |package| {
                let of_its_own = if name == "nx" { package.nx_target(reader.files, script) } else { Ok(Vec::new()) };
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
