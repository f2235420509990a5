//! What a person types to bring migrations to a protected environment, where a plain `prisma migrate deploy` is refused to
//! whoever cannot be asked. Pure.

use std::path::{Path, PathBuf};

use super::invocation::Invocation;
use crate::domain::config::Config;
use crate::domain::config::name::EnvironmentName;

/// The command, and the package to go to first where the configuration does not say where migrations are. `directory` is
/// where Prisma would be started.
pub fn typed(environment: &EnvironmentName, config: &Config, root: &Path, directory: &Path) -> String {
    let command = format!("nexus-env migrate deploy -e {environment}");
    let below = directory.strip_prefix(root).ok().filter(|below| !below.as_os_str().is_empty());
    match below.and_then(Path::to_str).filter(|_| config.prisma_directory.is_none()) {
        Some(below) => format!("cd {} && {command}", shell_words::quote(below)),
        None => command,
    }
}

/// The package that a deployment is about: what holds the schema or the migrations that it names, else where it is started.
pub fn package(invocation: &Invocation) -> PathBuf {
    let words = invocation.words.iter().map(String::as_str);
    let schema = words.clone().zip(words.skip(1)).find_map(|(word, next)| match word {
        "--schema" => Some(next),
        word => word.strip_prefix("--schema="),
    });
    let last = || invocation.words.last().and_then(|word| word.strip_prefix("--schema="));
    let named = invocation.migrations.clone().or_else(|| schema.or_else(last).map(PathBuf::from));
    let Some(named) = named else { return invocation.directory.clone() };
    let beside = invocation.directory.join(named);
    let beside = beside.parent().unwrap_or(&beside);
    // The usual place of a schema is a folder of that name in its package.
    if beside.ends_with("prisma") { beside.parent().unwrap_or(beside).to_owned() } else { beside.to_owned() }
}

/// Whether these words say to apply migrations.
pub fn is_meant<'w>(words: impl Iterator<Item = &'w str> + Clone) -> bool {
    words.clone().zip(words.skip(1)).any(|pair| pair == ("migrate", "deploy"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::guard::invocation::Tool;
    use crate::domain::guard::verdict::Effect;
    use crate::domain::sample::{self, name};

    #[test]
    fn a_package_is_gone_to_where_the_configuration_names_none() {
        let config = sample::config([]);
        let told = |config: &Config, directory: &str| {
            typed(&name("prod"), config, Path::new("/repo"), Path::new(directory))
                .replace("nexus-env migrate deploy -e prod", "…")
        };
        assert_eq!(told(&config, "/repo"), "…");
        assert_eq!(told(&config, "/repo/packages/my db"), "cd 'packages/my db' && …");
        assert_eq!(told(&config, "/elsewhere"), "…");
        let named = Config { prisma_directory: Some("packages/db".into()), ..config };
        assert_eq!(told(&named, "/repo/packages/db"), "…");
    }

    #[test]
    fn a_deployment_is_about_the_package_that_holds_its_schema_or_its_migrations() {
        for (words, migrations, expected) in [
            ("prisma migrate deploy", None, "/repo/a"),
            ("prisma migrate deploy --schema ../b/prisma/schema.prisma", None, "/repo/a/../b"),
            ("prisma migrate deploy --schema=db/schema.prisma", None, "/repo/a/db"),
            ("prisma migrate deploy --schema=db/schema.prisma --x", None, "/repo/a/db"),
            ("prisma --schema db/prisma/schema.prisma migrate deploy", None, "/repo/a/db"),
            ("prisma migrate deploy --schema", None, "/repo/a"),
            ("prisma migrate deploy --schema x/schema.prisma", Some("c/prisma/migrations"), "/repo/a/c"),
            ("prisma migrate deploy", Some("c/migrations"), "/repo/a/c"),
        ] {
            let invocation = Invocation {
                tool: Tool::Prisma,
                name: String::new(),
                words: words.split(' ').map(str::to_owned).collect(),
                outer: Default::default(),
                effect: Effect::Gated,
                does: "",
                why: "".into(),
                uses: Vec::new(),
                through: Default::default(),
                beaten: Vec::new(),
                directory: "/repo/a".into(),
                migrations: migrations.map(PathBuf::from),
            };
            assert_eq!(package(&invocation), PathBuf::from(expected), "{words} {migrations:?}");
        }
    }

    #[test]
    fn words_say_to_apply_migrations_where_the_two_stand_together() {
        for (words, expected) in [
            ("npx prisma migrate deploy", true),
            ("migrate deploy", true),
            ("migrate status deploy", false),
            ("deploy migrate", false),
            ("migrate", false),
        ] {
            assert_eq!(is_meant(words.split(' ')), expected, "{words}");
        }
    }
}
