//! What the files of a JavaScript project say: scripts, workspaces, `.env` files, Prisma's version. Pure: `Files` reads.

use super::safe_text;
use std::path::{Path, PathBuf};

use super::scope::{Scope, Value};

/// The seam through which project files are read. `edge::project` reads them; tests hold them in memory.
pub trait Files {
    fn read(&self, path: &Path) -> Content;
    /// The names in a directory; none where it cannot be listed.
    fn names(&self, directory: &Path) -> Vec<String>;
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Content {
    Text(String),
    Missing,
    /// It is there, and cannot be read: no permission, no regular file, too large, not UTF-8.
    Unreadable,
}

impl Content {
    pub fn text(self) -> Option<String> {
        match self {
            Content::Text(text) => Some(text),
            Content::Missing | Content::Unreadable => None,
        }
    }
}

/// A `package.json` and where it is.
pub struct Package {
    pub directory: PathBuf,
    json: serde_json::Value,
}

impl Package {
    /// The one in this very directory.
    pub fn at(files: &dyn Files, directory: &Path) -> Option<Package> {
        let text = files.read(&directory.join("package.json")).text()?;
        Some(Package { directory: directory.to_owned(), json: serde_json::from_str(&text).ok()? })
    }

    /// The nearest at or above a directory.
    pub fn nearest(files: &dyn Files, directory: &Path) -> Option<Package> {
        directory.ancestors().find_map(|ancestor| Package::at(files, ancestor))
    }

    pub fn script(&self, name: &str) -> Option<&str> {
        self.json.get("scripts")?.get(name)?.as_str()
    }

    /// The names of the scripts that fit a pattern such as `db:*`.
    pub fn scripts_like(&self, pattern: &str) -> Vec<String> {
        let scripts = self.json.get("scripts").and_then(|scripts| scripts.as_object());
        let names = scripts.into_iter().flat_map(|scripts| scripts.keys());
        names.filter(|name| super::pattern::fits(pattern, name)).cloned().collect()
    }

    pub fn name(&self) -> Option<&str> {
        self.json.get("name")?.as_str()
    }

    /// `prisma.schema`, where older projects name their schema.
    pub fn prisma_schema(&self) -> Option<&str> {
        self.json.get("prisma")?.get("schema")?.as_str()
    }

    fn workspace_patterns(&self, files: &dyn Files) -> Vec<String> {
        let listed = match self.json.get("workspaces") {
            Some(serde_json::Value::Object(object)) => object.get("packages").cloned(),
            other => other.cloned(),
        };
        let mut patterns: Vec<String> = listed
            .as_ref()
            .and_then(|list| list.as_array())
            .into_iter()
            .flatten()
            .filter_map(|pattern| pattern.as_str().map(str::to_owned))
            .collect();
        if let Some(yaml) = files.read(&self.directory.join("pnpm-workspace.yaml")).text() {
            // Only its list of packages matters, one `- "apps/*"` a line.
            let items = yaml.lines().filter_map(|line| line.trim().strip_prefix("- "));
            patterns.extend(items.map(|item| item.trim().trim_matches(['"', '\'']).to_owned()));
        }
        patterns
    }

    /// The packages of the workspace to which a directory belongs, its root first.
    pub fn workspace(files: &dyn Files, directory: &Path) -> Vec<Package> {
        let root = directory
            .ancestors()
            .filter_map(|ancestor| Package::at(files, ancestor))
            .find(|package| !package.workspace_patterns(files).is_empty());
        let Some(root) = root else { return Package::nearest(files, directory).into_iter().collect() };
        let mut members = Vec::new();
        for pattern in root.workspace_patterns(files).iter().filter(|pattern| !pattern.starts_with('!')) {
            let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
            let directories = match pattern.split_once('*') {
                None => vec![root.directory.join(pattern)],
                Some((parent, _)) => {
                    let parent = root.directory.join(parent.trim_end_matches('/'));
                    let mut names = files.names(&parent);
                    names.sort();
                    names.iter().map(|name| parent.join(name)).collect()
                }
            };
            members.extend(directories.iter().take(200).filter_map(|directory| Package::at(files, directory)));
        }
        let mut all = vec![root];
        all.extend(members);
        all
    }

    /// Whether a filter of a package manager names this package: by its name, or by its directory.
    pub fn is_named(&self, filter: &str) -> bool {
        if filter == "." {
            return true;
        }
        let filter = filter.trim_matches(['{', '}', '.', '^']).trim_start_matches('/');
        let by_name = self.name().is_some_and(|name| {
            super::pattern::fits(filter, name) || name.rsplit('/').next().is_some_and(|short| short == filter)
        });
        by_name || (!filter.is_empty() && self.directory.ends_with(filter))
    }
}

/// The major version of the Prisma that runs in a directory, from the nearest `node_modules`.
pub fn prisma_major(files: &dyn Files, directory: &Path) -> Option<u32> {
    let installed = |ancestor: &Path| {
        let text = files.read(&ancestor.join("node_modules/prisma/package.json")).text()?;
        let json: serde_json::Value = serde_json::from_str(&text).ok()?;
        json.get("version")?.as_str()?.split('.').next()?.parse().ok()
    };
    directory.ancestors().find_map(installed)
}

/// The variables of a `.env` file, as dotenv reads it: `export` in front, quotes, comments, `${NAME}`. The last of
/// several wins. `None` where the file is missing; an unreadable one cannot be known.
pub fn env_file(files: &dyn Files, path: &Path, scope: &Scope<'_>) -> Option<Result<Vec<(String, Value)>, String>> {
    match files.read(path) {
        Content::Text(text) => Some(Ok(parse_env(&text, scope))),
        Content::Missing => None,
        Content::Unreadable => Some(Err(format!("{} cannot be read", safe_text::path(path)))),
    }
}

/// See [`env_file`].
pub fn parse_env(text: &str, scope: &Scope<'_>) -> Vec<(String, Value)> {
    let mut pairs: Vec<(String, Value)> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        rest = after;
        let line = line.trim().trim_start_matches('\u{feff}');
        let line = line.strip_prefix("export ").map_or(line, str::trim_start);
        let Some((name, value)) = line.split_once('=').or_else(|| line.split_once(": ")) else { continue };
        let name = name.trim();
        if name.starts_with('#') || name.is_empty() || name.contains(char::is_whitespace) {
            continue;
        }
        let value = value.trim_start();
        let value = match value.chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) {
            Some(quote) => {
                // A quoted value may go on over several lines.
                let start = value.as_ptr() as usize - text.as_ptr() as usize + 1;
                match text[start..].find(quote) {
                    Some(end) => {
                        let consumed = start + end + 1;
                        let remaining = text.len() - rest.len();
                        if consumed > remaining {
                            rest = text[consumed..].split_once('\n').map_or("", |(_, after)| after);
                        }
                        let inner = &text[start..start + end];
                        match quote {
                            '\'' => Value::text(inner),
                            _ => expanded(inner, scope, &pairs),
                        }
                    }
                    None => expanded(value, scope, &pairs),
                }
            }
            None => {
                let end = value.find(" #").unwrap_or(value.len());
                let bare = if value.starts_with('#') { "" } else { value[..end].trim_end() };
                expanded(bare, scope, &pairs)
            }
        };
        pairs.retain(|(known, _)| known != name);
        pairs.push((name.to_owned(), value));
    }
    pairs
}

/// `${NAME}` in a file's value: the environment first, then the file.
fn expanded(text: &str, scope: &Scope<'_>, pairs: &[(String, Value)]) -> Value {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let Some(end) = rest[at..].find('}') else { break };
        out.push_str(&rest[..at]);
        let name = &rest[at + 2..at + end];
        let value = match scope.get(name).value {
            Value::Unset => pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()),
            known => Some(known),
        };
        match value {
            Some(Value::Text(secret)) => out.push_str(&String::from_utf8_lossy(secret.expose())),
            Some(Value::Unset) | None => {}
            Some(Value::Unknown(_) | Value::Stored(_)) => return Value::Unknown(format!("it refers to {name}")),
        }
        rest = &rest[at + end + 1..];
    }
    out.push_str(rest);
    Value::text(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let process = |name: &str| (name == "HOST").then(|| "h".to_owned());
        let scope = Scope::new(PathBuf::from("/"), &process);
        let got: Vec<(String, String)> = parse_env(text, &scope)
            .into_iter()
            .map(|(name, value)| (name, value.as_text().unwrap_or("?").to_owned()))
            .collect();
        let expected: Vec<(String, String)> =
            expected.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn reads_env_files_as_dotenv_does() {
        check(
            "A=1\nexport B = 2 # x\n# C=3\nD='a # b'\nE=\"x\"\n",
            &[("A", "1"), ("B", "2"), ("D", "a # b"), ("E", "x")],
        );
        check("A=1\nA=2", &[("A", "2")]);
        check("URL=postgres://${HOST}/${DB}\n", &[("URL", "postgres://h/")]);
        check("DB=x\nURL=\"postgres://${HOST}/${DB}\"", &[("DB", "x"), ("URL", "postgres://h/x")]);
        check("A=\"1\n2\"\nB=3", &[("A", "1\n2"), ("B", "3")]);
        check("A='${HOST}'", &[("A", "${HOST}")]);
        check("nothing here", &[]);
    }

    proptest::proptest! {
        #[test]
        fn reading_never_panics(text in "\\PC{0,60}|[A-Z=\"'`#${} \n]{0,60}") {
            let process = |_: &str| None;
            let _ = parse_env(&text, &Scope::new(PathBuf::from("/"), &process));
        }
    }
}
