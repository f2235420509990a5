//! What the files of a JavaScript project say: scripts, workspaces, `.env` files, Prisma's version. Pure: `Files` reads.

mod env;

use std::fmt;
use std::path::{Path, PathBuf};

pub use self::env::{env_file, parse_env};
use crate::domain::text::json::Json;
use crate::domain::text::{pattern, safe_text, yaml};

/// The seam through which project files are read. `edge::project` reads them; tests hold them in memory.
pub trait Files {
    fn read(&self, path: &Path) -> Content;
    /// The names in a directory; none where it cannot be listed.
    fn names(&self, directory: &Path) -> Vec<String>;
    /// The first line of a file, at most some hundred bytes of it: whether a large program is a script.
    fn first_line(&self, path: &Path) -> Option<String> {
        self.read(path).text().map(|text| text.lines().next().unwrap_or_default().to_owned())
    }
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Content {
    Text(String),
    Missing,
    /// It is there, and cannot be read.
    Unreadable(Obstacle),
}

/// Why a file that is there cannot be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Obstacle {
    TooLarge,
    Forbidden,
    /// A pipe, a device or a directory.
    NoFile,
    Failed,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Obstacle::TooLarge => "it is too large to be read",
            Obstacle::Forbidden => "it may not be read",
            Obstacle::NoFile => "it is no regular file",
            Obstacle::Failed => "reading it failed",
        })
    }
}

impl Content {
    pub fn text(self) -> Option<String> {
        match self {
            Content::Text(text) => Some(text),
            Content::Missing | Content::Unreadable(_) => None,
        }
    }
}

/// A `package.json` and where it is.
#[derive(Debug, Default)]
pub struct Package {
    pub directory: PathBuf,
    json: Option<Json>,
    /// Why its scripts are not known.
    pub obstacle: Option<String>,
}

impl Package {
    /// The one in this very directory. One that cannot be read is one with scripts that are not known.
    pub fn at(files: &dyn Files, directory: &Path) -> Option<Package> {
        // pnpm takes the other two as well (pnpm.io/package_json).
        let found = ["package.json", "package.yaml", "package.json5"].iter().find_map(|name| {
            let path = directory.join(name);
            let content = files.read(&path);
            (content != Content::Missing).then_some((path, content))
        });
        let (path, content) = found?;
        let (json, obstacle) = match content {
            Content::Text(text) => {
                let is_json = path.extension().is_some_and(|ending| ending == "json");
                match Json::read(&text).or_else(|| if is_json { None } else { yaml::read(&text) }) {
                    Some(json) => (Some(json), None),
                    None if is_json => (None, Some(format!("{} is not JSON", safe_text::path(&path)))),
                    None => (None, Some(format!("{} is written in a way that is not read", safe_text::path(&path)))),
                }
            }
            Content::Unreadable(why) => (None, Some(format!("{}: {why}", safe_text::path(&path)))),
            Content::Missing => return None,
        };
        Some(Package { directory: directory.to_owned(), json, obstacle })
    }

    /// The nearest at or above a directory.
    pub fn nearest(files: &dyn Files, directory: &Path) -> Option<Package> {
        directory.ancestors().find_map(|ancestor| Package::at(files, ancestor))
    }

    fn get(&self, key: &str) -> Option<&Json> {
        self.json.as_ref()?.get(key)
    }

    pub fn script(&self, name: &str) -> Option<&str> {
        self.get("scripts")?.get(name)?.text()
    }

    /// The names of the scripts that fit a pattern such as `db:*`.
    pub fn scripts_like(&self, pattern: &str) -> Vec<String> {
        let scripts = self.get("scripts").map(Json::pairs).unwrap_or_default().iter();
        let mut names: Vec<String> =
            scripts.map(|(name, _)| name.clone()).filter(|name| pattern::fits(pattern, name)).collect();
        names.sort();
        names.dedup();
        names
    }

    /// The lines of one of nx's own targets (nx.dev, "Project Configuration"): nothing where the project declares none.
    ///
    /// # Errors
    /// Why the targets cannot be read.
    pub fn nx_target(&self, files: &dyn Files, target: &str) -> Result<Vec<String>, String> {
        let path = self.directory.join("project.json");
        let own = match files.read(&path) {
            Content::Text(text) => {
                Json::read(&text).ok_or_else(|| format!("{} is not JSON", safe_text::path(&path)))?
            }
            Content::Missing => Json::Other,
            Content::Unreadable(why) => return Err(format!("{}: {why}", safe_text::path(&path))),
        };
        let inside = self.get("nx").and_then(|nx| nx.get("targets"));
        let targets = own.get("targets").into_iter().chain(inside);
        let mut lines = Vec::new();
        for target in targets.filter_map(|targets| targets.get(target)) {
            let options = target.get("options");
            let several = options.and_then(|options| options.get("commands")).map(Json::list).unwrap_or_default();
            let one = [target.get("command"), options.and_then(|options| options.get("command"))];
            let each = several.iter().map(|one| one.get("command").unwrap_or(one)).chain(one.into_iter().flatten());
            lines.extend(each.filter_map(Json::text).map(str::to_owned));
        }
        Ok(lines)
    }

    /// What wireit runs for a script of this name: its command, and the scripts that it depends on.
    pub fn wireit(&self, name: &str) -> Option<(Option<&str>, Vec<&str>)> {
        let own = self.get("wireit")?.get(name)?;
        let needs = own.get("dependencies").map(Json::list).unwrap_or_default();
        fn text(need: &Json) -> Option<&str> {
            need.text().or_else(|| need.get("script")?.text())
        }
        Some((own.get("command").and_then(Json::text), needs.iter().filter_map(text).collect()))
    }

    pub fn name(&self) -> Option<&str> {
        self.get("name")?.text()
    }

    /// `prisma.schema`, where older projects name their schema.
    pub fn prisma_schema(&self) -> Option<&str> {
        self.get("prisma")?.get("schema")?.text()
    }

    /// Directories with packages, as patterns. `None` where they are not known.
    fn workspace_patterns(&self, files: &dyn Files) -> Option<Vec<String>> {
        let json = self.json.as_ref()?;
        let listed = match json.get("workspaces") {
            Some(Json::Object(_)) => json.get("workspaces").and_then(|object| object.get("packages")),
            other => other,
        };
        let texts = listed.map(Json::list).unwrap_or_default().iter().filter_map(Json::text);
        let mut patterns: Vec<String> = texts.map(str::to_owned).collect();
        match files.read(&self.directory.join("lerna.json")) {
            Content::Text(text) => {
                let listed = Json::read(&text)?;
                let texts = listed.get("packages").map(Json::list).unwrap_or_default().iter().filter_map(Json::text);
                patterns.extend(texts.map(str::to_owned));
            }
            Content::Missing => {}
            Content::Unreadable(_) => return None,
        }
        match files.read(&self.directory.join("pnpm-workspace.yaml")) {
            // Only its list of packages matters, one `- "apps/*"` a line.
            Content::Text(yaml) => {
                let items = yaml.split(['\n', '\r']).filter_map(|line| line.trim().strip_prefix("- "));
                let bare = items.map(|item| item.split(" #").next().unwrap_or(item).trim());
                patterns.extend(bare.map(|item| item.trim_matches(['"', '\'']).to_owned()));
            }
            Content::Missing => {}
            Content::Unreadable(_) => return None,
        }
        Some(patterns)
    }

    /// The packages of the workspace to which a directory belongs, its root first. A root whose packages are not known
    /// says so in its obstacle.
    pub fn workspace(files: &dyn Files, directory: &Path) -> Vec<Package> {
        let mut nearest: Option<Package> = None;
        for mut package in directory.ancestors().filter_map(|ancestor| Package::at(files, ancestor)) {
            match package.workspace_patterns(files) {
                None => {
                    let why = || format!("the packages of {} are not known", safe_text::path(&package.directory));
                    package.obstacle = Some(package.obstacle.take().unwrap_or_else(why));
                    return vec![package];
                }
                Some(patterns) if !patterns.is_empty() => return package.with_members(files, &patterns),
                Some(_) => nearest = nearest.or(Some(package)),
            }
        }
        nearest.into_iter().collect()
    }

    fn with_members(mut self, files: &dyn Files, patterns: &[String]) -> Vec<Package> {
        let mut found = Vec::new();
        let mut left = MOST_DIRECTORIES;
        for pattern in patterns.iter().filter(|pattern| !pattern.starts_with('!')) {
            let segments: Vec<&str> = pattern.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
            fitting(files, self.directory.clone(), &segments, &mut left, &mut found);
        }
        if left == 0 {
            self.obstacle =
                Some(format!("{} has more directories than are looked at", safe_text::path(&self.directory)));
        }
        let mut seen = std::collections::BTreeSet::from([self.directory.clone()]);
        let members: Vec<Package> = found
            .into_iter()
            .filter(|directory| seen.insert(directory.clone()))
            .filter_map(|directory| Package::at(files, &directory))
            .collect();
        std::iter::once(self).chain(members).collect()
    }

    /// Whether a filter of a package manager names this package: by its name, or by its directory.
    pub fn is_named(&self, filter: &str) -> bool {
        if filter == "." {
            return true;
        }
        let filter = filter.trim_matches(['{', '}', '.', '^']).trim_start_matches('/');
        let by_name = self.name().is_some_and(|name| {
            pattern::fits(filter, name) || name.rsplit('/').next().is_some_and(|short| short == filter)
        });
        // A directory, or a pattern for several: `./apps/*`.
        let parts = filter.split('/').count();
        let names: Vec<_> = self.directory.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        let tail = names[names.len().saturating_sub(parts)..].join("/");
        by_name
            || (!filter.is_empty()
                && (self.directory.ends_with(filter) || pattern::fits(&filter.replace("**", "*"), &tail)))
    }
}

/// More directories than these are no workspace.
const MOST_DIRECTORIES: u32 = 100_000;

/// The directories below one that a pattern's parts fit: `packages/*`, `apps/**`, `{web,api}/*`.
fn fitting(files: &dyn Files, directory: PathBuf, parts: &[&str], left: &mut u32, found: &mut Vec<PathBuf>) {
    let Some(remaining) = left.checked_sub(1) else { return };
    *left = remaining;
    let Some((part, rest)) = parts.split_first() else {
        found.push(directory);
        return;
    };
    if !part.contains(['*', '{', '?', '[']) {
        fitting(files, super::scope::tidy(&directory.join(part)), rest, left, found);
        return;
    }
    let mut names = files.names(&directory);
    names.retain(|name| name != "node_modules" && !name.starts_with('.'));
    names.sort();
    if *part == "**" {
        fitting(files, directory.clone(), rest, left, found);
        for name in names {
            let below = directory.join(name);
            // Only a directory has names in it.
            if !files.names(&below).is_empty() {
                fitting(files, below, parts, left, found);
            }
        }
        return;
    }
    // What is more than a `*` is taken for anything: a package too many is only looked at.
    let fits = |name: &&String| part.contains(['{', '?', '[', '(']) || pattern::fits(part, name);
    for name in names.iter().filter(fits) {
        fitting(files, directory.join(name), rest, left, found);
    }
}

/// The major version of the Prisma that runs in a directory, from the nearest `node_modules`.
pub fn prisma_major(files: &dyn Files, directory: &Path) -> Option<u32> {
    let installed = |ancestor: &Path| {
        let text = files.read(&ancestor.join("node_modules/prisma/package.json")).text()?;
        Json::read(&text)?.get("version")?.text()?.split('.').next()?.parse().ok()
    };
    directory.ancestors().find_map(installed)
}
