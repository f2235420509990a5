//! Where a repository keeps its Prisma migrations, found where Prisma looks: its configuration, the schema it names, and
//! beside that the folder. Read as text; what a configuration computes is not known.

use std::path::{Component, Path, PathBuf};

use super::rules::Dialect;
use super::version::Version;
use crate::domain::guard::invocation::datasource::{Datasource, from_configuration, from_schema};
use crate::domain::guard::project::{Content, Files, Package};

/// One schema with its migrations.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    /// The folder of migrations.
    pub migrations: PathBuf,
    /// Where Prisma is started.
    pub package: PathBuf,
    /// A file, or a folder of several.
    pub schema: Option<PathBuf>,
    pub configuration: Option<PathBuf>,
    /// All of the schema's text.
    pub text: String,
    pub dialect: Dialect,
    pub version: Option<Version>,
    /// Which variables hold its URLs.
    pub source: Datasource,
}

/// The places of a repository. Its declared one is the only one; else the one of the current directory comes first, then
/// those of the workspace's packages, then every folder with a `migration_lock.toml` that git knows.
pub fn places(files: &dyn Files, root: &Path, cwd: &Path, declared: Option<&Path>, locks: &[PathBuf]) -> Vec<Place> {
    if let Some(declared) = declared {
        return declared_place(files, &root.join(declared)).into_iter().collect();
    }
    let mut found: Vec<Place> = Vec::new();
    let mut add = |place: Option<Place>| {
        if let Some(place) = place.filter(|place| !found.iter().any(|known| known.migrations == place.migrations)) {
            found.push(place);
        }
    };
    let above = cwd.ancestors().take_while(|directory| directory.starts_with(root));
    add(above.into_iter().find_map(|directory| of_directory(files, directory)));
    for package in Package::workspace(files, root) {
        add(of_directory(files, &package.directory));
    }
    for lock in locks {
        add(of_lock(files, root, lock));
    }
    found
}

/// Whether the first place is the current directory's own, so that nobody has to say which one is meant.
pub fn own<'a>(places: &'a [Place], cwd: &Path) -> Option<&'a Place> {
    match places {
        [one] => Some(one),
        [first, others @ ..] if cwd.starts_with(&first.package) => {
            // A package above is another's.
            let depth = |place: &Place| place.package.components().count();
            let as_near = |other: &Place| cwd.starts_with(&other.package) && depth(other) >= depth(first);
            (!others.iter().any(as_near)).then_some(first)
        }
        _ => None,
    }
}

fn declared_place(files: &dyn Files, directory: &Path) -> Option<Place> {
    of_directory(files, directory).or_else(|| {
        let migrations = directory.join("migrations");
        let package =
            Package::nearest(files, directory).map_or_else(|| directory.to_owned(), |package| package.directory);
        let schema = directory.join("schema.prisma");
        let is_schema = files.read(&schema).text().is_some();
        Some(put_together(files, migrations, package, is_schema.then_some(schema), None))
    })
}

/// The schema and the configuration that a command names.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Named {
    pub schema: Option<PathBuf>,
    pub configuration: Option<PathBuf>,
}

/// What Prisma finds when it is started in this directory; `None` where there is neither schema nor configuration, or one
/// says where the migrations are in words that only it understands.
pub fn started(files: &dyn Files, directory: &Path, named: &Named) -> Option<Place> {
    let given = named.configuration.as_ref().map(|path| directory.join(path));
    if given.as_ref().is_some_and(|path| files.read(path).text().is_none()) {
        return None;
    }
    let configuration = given.or_else(|| configuration(files, directory));
    let text = configuration.as_ref().and_then(|path| files.read(path).text()).unwrap_or_default();
    // A configuration's relative paths start at the directory that Prisma is started in, or at its own below `.config`.
    let base = configuration.as_ref().and_then(|path| path.parent()).unwrap_or(directory);
    let schema = match &named.schema {
        Some(path) => Some(directory.join(path)).filter(|path| is_schema(files, path)),
        None => path_behind(&text, "schema").map(|path| base.join(path)).or_else(|| usual_schema(files, directory)),
    };
    if named.schema.is_some() && schema.is_none() {
        return None;
    }
    let block = inside(&text, "migrations");
    let migrations = match block.and_then(|block| value_behind(block, "path")) {
        Some(_) => base.join(path_behind(block?, "path")?),
        None => folder_of(files, schema.as_ref()?).join("migrations"),
    };
    Some(put_together(files, migrations, directory.to_owned(), schema, configuration))
}

fn of_directory(files: &dyn Files, directory: &Path) -> Option<Place> {
    started(files, directory, &Named::default())
}

/// The schema of a directory where nobody names one.
fn usual_schema(files: &dyn Files, directory: &Path) -> Option<PathBuf> {
    let declared = Package::at(files, directory).and_then(|package| Some(directory.join(package.prisma_schema()?)));
    let usual = ["schema.prisma", "prisma/schema.prisma", "prisma/schema"].map(|path| directory.join(path));
    declared.into_iter().chain(usual).find(|path| is_schema(files, path))
}

/// The place of a folder of migrations.
pub fn of_folder(files: &dyn Files, root: &Path, folder: &Path) -> Option<Place> {
    of_lock(files, root, &normal(folder).join("migration_lock.toml"))
}

/// A folder that holds a `migration_lock.toml`, and the nearest package above it.
fn of_lock(files: &dyn Files, root: &Path, lock: &Path) -> Option<Place> {
    let migrations = lock.parent()?;
    let above: Vec<&Path> = migrations.ancestors().skip(1).take_while(|path| path.starts_with(root)).collect();
    let by_prisma = above.iter().find_map(|directory| of_directory(files, directory));
    if let Some(place) = by_prisma.filter(|place| place.migrations == migrations) {
        return Some(place);
    }
    let package = above.iter().find(|directory| Package::at(files, directory).is_some()).copied().unwrap_or(root);
    let beside = migrations.parent()?;
    let schema = [beside.join("schema.prisma"), beside.to_owned()].into_iter().find(|path| is_schema(files, path));
    Some(put_together(files, migrations.to_owned(), package.to_owned(), schema, configuration(files, package)))
}

fn put_together(
    files: &dyn Files,
    migrations: PathBuf,
    package: PathBuf,
    schema: Option<PathBuf>,
    configuration: Option<PathBuf>,
) -> Place {
    let (migrations, schema) = (normal(&migrations), schema.map(|path| normal(&path)));
    let text = schema.as_ref().map(|path| schema_text(files, path)).unwrap_or_default();
    let mut source = from_schema(&text);
    if let Some(configured) = configuration.as_ref().and_then(|path| files.read(path).text()) {
        let configured = from_configuration(&configured);
        if !configured.main.is_empty() {
            source = configured;
        }
    }
    let lock = files.read(&migrations.join("migration_lock.toml")).text().unwrap_or_default();
    let provider = path_behind(&lock.replace('=', ":"), "provider").unwrap_or_default();
    let dialect = match provider.as_str() {
        "" | "postgresql" | "postgres" | "cockroachdb" => Dialect::PostgreSql,
        _ => Dialect::Other,
    };
    Place { version: version(files, &package), migrations, package, schema, configuration, text, dialect, source }
}

/// Without `.` and `..`, which a configuration's paths may hold.
pub fn normal(path: &Path) -> PathBuf {
    let mut found = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                found.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => found.push(part),
        }
    }
    found
}

fn configuration(files: &dyn Files, directory: &Path) -> Option<PathBuf> {
    const ENDINGS: [&str; 6] = ["ts", "js", "mjs", "cjs", "mts", "cts"];
    let stems = ["prisma7.config", "prisma.config", ".config/prisma"];
    let mut paths =
        stems.iter().flat_map(|stem| ENDINGS.iter().map(move |end| directory.join(format!("{stem}.{end}"))));
    paths.find(|path| files.read(path) != Content::Missing)
}

fn is_schema(files: &dyn Files, path: &Path) -> bool {
    schema_text(files, path).contains("datasource")
}

/// Of one file, or of every `.prisma` file in a folder and its folders.
fn schema_text(files: &dyn Files, path: &Path) -> String {
    if let Content::Text(text) = files.read(path) {
        return text;
    }
    let mut names = files.names(path);
    names.sort();
    let parts = names.iter().filter(|name| name.ends_with(".prisma"));
    parts.filter_map(|name| files.read(&path.join(name)).text()).collect::<Vec<_>>().join("\n")
}

/// The folder that a schema counts as: its own where it is one, else the file's.
fn folder_of(files: &dyn Files, schema: &Path) -> PathBuf {
    match files.read(schema) {
        Content::Text(_) | Content::Unreadable(_) => schema.parent().unwrap_or(schema).to_owned(),
        Content::Missing => schema.to_owned(),
    }
}

/// The version that is installed, else the one that `package.json` asks for.
fn version(files: &dyn Files, package: &Path) -> Option<Version> {
    let read = |path: PathBuf| serde_json::from_str::<serde_json::Value>(&files.read(&path).text()?).ok();
    let installed = package.ancestors().find_map(|above| {
        Version::parse(read(above.join("node_modules/prisma/package.json"))?.get("version")?.as_str()?)
    });
    installed.or_else(|| {
        package.ancestors().find_map(|above| {
            let json = read(above.join("package.json"))?;
            let listed = |list: &str| Version::parse(json.get(list)?.get("prisma")?.as_str()?);
            listed("devDependencies").or_else(|| listed("dependencies"))
        })
    })
}

/// The text between the braces behind `key:`.
fn inside<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let rest = value_behind(text, key)?.strip_prefix('{')?;
    let mut depth = 1_usize;
    for (at, c) in rest.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(&rest[..at]);
        }
    }
    None
}

/// The path behind `key:`, in quotes or as `path.join("a", "b")`.
fn path_behind(text: &str, key: &str) -> Option<String> {
    let value = value_behind(text, key)?;
    let quote = |c: char| matches!(c, '"' | '\'' | '`');
    if let Some(first) = value.chars().next().filter(|c| quote(*c)) {
        return Some(value[1..].split(first).next()?.to_owned());
    }
    let call = value
        .split_once('(')
        .filter(|(name, _)| name.trim_end().ends_with("join") || name.trim_end().ends_with("resolve"));
    let words = call?.1.split(')').next()?;
    let parts: Vec<&str> = words.split(quote).skip(1).step_by(2).collect();
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// What stands behind `key:`, where the key is a whole word at the beginning of its line or behind a brace or comma.
fn value_behind<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    for (at, _) in text.match_indices(key) {
        let before = text[..at].trim_end_matches([' ', '\t', '"', '\'']);
        let fresh = before.is_empty() || before.ends_with(['{', ',', '\n', '\r']);
        let commented = text[..at].rsplit('\n').next().is_some_and(|line| line.contains("//"));
        if let (true, false, Some(rest)) =
            (fresh, commented, text[at + key.len()..].trim_start_matches(['"', '\'', ' ']).strip_prefix(':'))
        {
            return Some(rest.trim_start());
        }
    }
    None
}

#[cfg(test)]
#[path = "place_tests.rs"]
mod tests;
