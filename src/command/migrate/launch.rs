//! How the real Prisma is started for one deployment: its words, its directory, and variables that no other process gets.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::domain::config::Access;
use crate::domain::promotion::limits;
use crate::domain::promotion::migration::Migration;
use crate::domain::promotion::place::Place;
use crate::domain::session::ambient::Ambient;
use crate::domain::session::{given, layers};
use crate::domain::target::url::DatabaseUrl;
use crate::domain::text::secret::Secret;
use crate::edge::foreground::{self, Ended};
use crate::edge::scratch::Scratch;
use crate::edge::{ambient as surroundings, grant, identity, migrations};
use crate::error::{Failure, Result};
use crate::steps::load::{self, Active, Loaded};
use crate::steps::promotion::side::Side;

/// Prisma, ready to be started.
pub struct Launch {
    words: Vec<String>,
    directory: PathBuf,
    variables: Vec<(OsString, OsString)>,
    flags: Vec<String>,
    /// Gone with it.
    _copy: Option<Scratch>,
}

impl Launch {
    /// Prisma in an environment with write access and with its limits, for this one process. With `only`, it sees no
    /// migration but these: they are copied, and it is pointed at the copy.
    ///
    /// # Errors
    /// Where the environment's secrets cannot be opened, or the copy cannot be made.
    pub fn new(
        ambient: &Ambient,
        loaded: &Loaded,
        side: &Side<'_>,
        place: &Place,
        url: &DatabaseUrl,
        only: Option<&[&Migration]>,
    ) -> Result<Launch> {
        let bin = foreground::above(&place.package, "node_modules/.bin/prisma");
        let words = match bin {
            Some(bin) => vec![bin.display().to_string()],
            None => vec!["npx".to_owned(), "prisma".to_owned()],
        };
        let (flags, copy) = match only {
            Some(only) => copied(ambient, side, place, only)?,
            None => (usual_flags(place), None),
        };
        let variables = variables(ambient, loaded, side, url)?;
        Ok(Launch { words, directory: place.package.clone(), variables, flags, _copy: copy })
    }

    /// Runs `prisma migrate WORDS`, its words passed through.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn run(&self, words: &[&str]) -> Result<Ended> {
        let mut all = self.words.clone();
        all.push("migrate".to_owned());
        all.extend(words.iter().map(|word| (*word).to_owned()));
        all.extend(self.flags.iter().cloned());
        let variables = self.variables.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()));
        foreground::run(&all, &self.directory, variables).map_err(|error| {
            Failure::new(format!("could not start Prisma: {error}"))
                .hint(format!("npm install, in {}", crate::domain::text::safe_text::path(&self.directory)))
                .into()
        })
    }
}

/// A configuration says where the schema is; without one Prisma is told.
fn usual_flags(place: &Place) -> Vec<String> {
    match (&place.configuration, &place.schema) {
        (None, Some(schema)) => vec!["--schema".to_owned(), schema.display().to_string()],
        (Some(_), _) | (None, None) => Vec::new(),
    }
}

/// The migrations that are meant, in a folder of their own, with a schema or a configuration that leads there.
fn copied(
    ambient: &Ambient,
    side: &Side<'_>,
    place: &Place,
    only: &[&Migration],
) -> Result<(Vec<String>, Option<Scratch>)> {
    let copy = Scratch::new(&surroundings::temporary(ambient), "nexus-env-deploy")?;
    for migration in only {
        copy.file(&format!("prisma/migrations/{}/migration.sql", migration.name), &migration.text())?;
    }
    copy.file("prisma/migrations/migration_lock.toml", &migrations::lock(&place.migrations))?;
    if place.configuration.is_none() {
        let schema = copy.file("prisma/schema.prisma", &place.text)?;
        return Ok((vec!["--schema".to_owned(), schema.display().to_string()], Some(copy)));
    }
    // The configuration's own code may be anything; what Prisma needs of it here is little.
    if let Some(modules) = foreground::above(&place.package, "node_modules") {
        copy.link("node_modules", &modules)?;
    }
    let text = |path: &Path| serde_json::json!(path.display().to_string()).to_string();
    let source = match place.version {
        Some(version) if version.major < 7 => String::new(),
        Some(_) | None => format!(", datasource: {{ url: process.env[\"{}\"] }}", side.variable),
    };
    let schema = place.schema.as_deref().map_or_else(String::new, |schema| format!("schema: {}, ", text(schema)));
    let configuration = copy.file(
        "prisma.config.mjs",
        &format!(
            "import {{ defineConfig }} from \"prisma/config\";\nexport default defineConfig({{ {schema}migrations: {{ path: {} }}{source} }});\n",
            text(&copy.path().join("prisma/migrations"))
        ),
    )?;
    Ok((vec!["--config".to_owned(), configuration.display().to_string()], Some(copy)))
}

/// Everything of this process but its identity and the guard's own layers, with the environment's variables: the one URL
/// writable and limited, every other one read-only.
fn variables(
    ambient: &Ambient,
    loaded: &Loaded,
    side: &Side<'_>,
    url: &DatabaseUrl,
) -> Result<Vec<(OsString, OsString)>> {
    let active =
        Active { environment: side.environment.name.clone(), until: None, granted: Access::ReadOnly, grant: None };
    let limited = limits::limited(url, &side.environment.deploy);
    let vars = load::variables(ambient, loaded, &active)?
        .map(|name, _| (*name == side.variable).then(|| Secret::new(limited.expose())));
    let mut with: Vec<(OsString, OsString)> =
        vars.iter().map(|(name, value)| (name.as_str().into(), OsStr::from_bytes(value.expose()).to_owned())).collect();
    // The checks were made here; the engine that answers is Prisma's own.
    let engine = layers::engine_before(&vars, &ambient.variables);
    with.extend(engine.map(|engine| (layers::ENGINE.into(), engine.into())));
    let without = [identity::VARIABLE, identity::FILE_VARIABLE, grant::VARIABLE, layers::ENGINE, layers::ENGINE_BEFORE];
    let without = [&without[..], &given::LABELS].concat();
    let all = ambient.variables.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let found = foreground::variables(all, &without, with);
    let node = ambient.variables.text("NODE_OPTIONS").and_then(layers::without_ours);
    Ok(found
        .into_iter()
        .filter_map(|(name, value)| match (&node, name == "NODE_OPTIONS") {
            (Some(node), true) => (!node.is_empty()).then(|| (name, node.clone().into())),
            (Some(_) | None, _) => Some((name, value)),
        })
        .collect())
}
