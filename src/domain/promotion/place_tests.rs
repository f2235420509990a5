use std::collections::BTreeMap;

use super::*;
use crate::domain::guard::invocation::datasource::Written;

#[derive(Default)]
struct Memory(BTreeMap<PathBuf, String>);

impl Files for Memory {
    fn read(&self, path: &Path) -> Content {
        self.0.get(path).cloned().map_or(Content::Missing, Content::Text)
    }

    fn names(&self, directory: &Path) -> Vec<String> {
        let below = self.0.keys().filter_map(|path| path.strip_prefix(directory).ok());
        let mut names: Vec<String> =
            below.filter_map(|path| Some(path.components().next()?.as_os_str().to_str()?.to_owned())).collect();
        names.dedup();
        names
    }
}

const SCHEMA: &str = "datasource db {\n  provider = \"postgresql\"\n  url = env(\"DATABASE_URL\")\n}\n";

/// Files without a text hold a schema.
fn files(list: &[(&str, &str)]) -> Memory {
    Memory(list.iter().map(|(path, text)| (PathBuf::from(path), (*text).to_owned())).collect())
}

#[track_caller]
fn check(list: &[(&str, &str)], cwd: &str, declared: Option<&str>, expected: &[&str]) {
    let files = files(list);
    let locks: Vec<PathBuf> = files.0.keys().filter(|path| path.ends_with("migration_lock.toml")).cloned().collect();
    let found = places(&files, Path::new("/r"), Path::new(cwd), declared.map(Path::new), &locks);
    let found: Vec<String> =
        found.iter().map(|place| format!("{} in {}", place.migrations.display(), place.package.display())).collect();
    assert_eq!(found, expected);
}

#[test]
fn finds_the_folder_where_prisma_does() {
    check(&[("/r/prisma/schema.prisma", SCHEMA)], "/r", None, &["/r/prisma/migrations in /r"]);
    check(&[("/r/prisma/schema.prisma", SCHEMA)], "/r/src/deep", None, &["/r/prisma/migrations in /r"]);
    check(&[("/r/schema.prisma", SCHEMA)], "/r", None, &["/r/migrations in /r"]);
    check(&[("/r/prisma/schema/base.prisma", SCHEMA)], "/r", None, &["/r/prisma/schema/migrations in /r"]);
    check(
        &[("/r/package.json", "{\"prisma\":{\"schema\":\"db/my.prisma\"}}"), ("/r/db/my.prisma", SCHEMA)],
        "/r",
        None,
        &["/r/db/migrations in /r"],
    );
    check(&[("/r/x/y", "")], "/r", None, &[]);
}

#[test]
fn a_configuration_names_schema_and_folder() {
    let written = "import path from 'node:path'\nexport default defineConfig({\n  // schema: 'old.prisma',\n  schema: path.join('db', 'main.prisma'),\n  migrations: {\n    seed: 'tsx seed.ts',\n    path: \"db/steps\",\n  },\n  datasource: { url: env('DIRECT_URL') },\n})\n";
    let list = [("/r/prisma.config.ts", written), ("/r/db/main.prisma", SCHEMA)];
    check(&list, "/r", None, &["/r/db/steps in /r"]);
    let place = places(&files(&list), Path::new("/r"), Path::new("/r"), None, &[]).remove(0);
    assert_eq!(place.schema, Some(PathBuf::from("/r/db/main.prisma")));
    assert_eq!(place.source.main, [Written::Variable("DIRECT_URL".to_owned())]);
    let bare = "export default { schema: './prisma' }";
    check(
        &[("/r/prisma.config.mjs", bare), ("/r/prisma/a.prisma", SCHEMA)],
        "/r",
        None,
        &["/r/prisma/migrations in /r"],
    );
}

#[test]
fn a_monorepo_has_several() {
    let list = [
        ("/r/package.json", "{\"workspaces\":[\"packages/*\"]}"),
        ("/r/packages/a/package.json", "{\"devDependencies\":{\"prisma\":\"^6.19.3\"}}"),
        ("/r/packages/a/prisma/schema.prisma", SCHEMA),
        ("/r/packages/b/package.json", "{}"),
        ("/r/packages/b/prisma/schema.prisma", SCHEMA),
        ("/r/tools/odd/migrations/migration_lock.toml", "provider = \"mysql\""),
    ];
    let all = [
        "/r/packages/a/prisma/migrations in /r/packages/a",
        "/r/packages/b/prisma/migrations in /r/packages/b",
        "/r/tools/odd/migrations in /r",
    ];
    check(&list, "/r", None, &all);
    check(&list, "/r/packages/b/src", None, &[all[1], all[0], all[2]]);
    check(&list, "/r", Some("packages/b"), &[all[1]]);
    check(&list, "/r", Some("packages/b/prisma"), &["/r/packages/b/prisma/migrations in /r/packages/b/prisma"]);
    let files = files(&list);
    let found = places(&files, Path::new("/r"), Path::new("/r/packages/a"), None, &[]);
    assert_eq!(
        own(&found, Path::new("/r/packages/a")).map(|place| place.package.clone()),
        Some("/r/packages/a".into())
    );
    assert_eq!(own(&found, Path::new("/r")), None);
    let list =
        [("/r/prisma/schema.prisma", SCHEMA), ("/r/b/package.json", "{}"), ("/r/b/prisma/schema.prisma", SCHEMA)];
    let locks =
        ["/r/prisma/migrations/migration_lock.toml", "/r/b/prisma/migrations/migration_lock.toml"].map(PathBuf::from);
    for (cwd, package) in [("/r", "/r"), ("/r/b", "/r/b"), ("/r/b/src", "/r/b")] {
        let found = places(&self::files(&list), Path::new("/r"), Path::new(cwd), None, &locks);
        assert_eq!(
            (found.len(), own(&found, Path::new(cwd)).map(|place| place.package.clone())),
            (2, Some(package.into()))
        );
    }
    assert_eq!(found[0].version, Version::parse("6.19"));
}

#[test]
fn the_provider_is_the_locks() {
    let list =
        [("/r/prisma/schema.prisma", SCHEMA), ("/r/prisma/migrations/migration_lock.toml", "provider = \"sqlite\"")];
    assert_eq!(places(&files(&list), Path::new("/r"), Path::new("/r"), None, &[])[0].dialect, Dialect::Other);
}

#[test]
fn what_is_started_with_a_schema_or_a_configuration_is_about_those() {
    let list = [
        ("/r/prisma/schema.prisma", SCHEMA),
        ("/r/b/prisma/schema.prisma", SCHEMA),
        ("/r/c/my.config.ts", "export default { schema: 'x.prisma', migrations: { path: 'steps' } }"),
        ("/r/c/x.prisma", SCHEMA),
        ("/r/d/prisma.config.ts", "export default { migrations: { path: where() } }"),
        ("/r/d/prisma/schema.prisma", SCHEMA),
    ];
    let files = files(&list);
    let check = |directory: &str, schema: Option<&str>, configuration: Option<&str>, expected: Option<&str>| {
        let named = Named { schema: schema.map(PathBuf::from), configuration: configuration.map(PathBuf::from) };
        let found = started(&files, Path::new(directory), &named).map(|place| place.migrations);
        assert_eq!(found, expected.map(PathBuf::from), "{directory} {schema:?} {configuration:?}");
    };
    check("/r", None, None, Some("/r/prisma/migrations"));
    check("/r", Some("b/prisma/schema.prisma"), None, Some("/r/b/prisma/migrations"));
    check("/r", Some("nowhere.prisma"), None, None);
    check("/r", None, Some("c/my.config.ts"), Some("/r/c/steps"));
    check("/r", None, Some("nowhere.ts"), None);
    check("/r/b", None, None, Some("/r/b/prisma/migrations"));
    check("/r/none", None, None, None);
    // Nobody can say what it computes.
    check("/r/d", None, None, None);
    let place = of_folder(&files, Path::new("/r"), Path::new("/r/b/./prisma/migrations")).unwrap();
    assert_eq!(place.schema, Some("/r/b/prisma/schema.prisma".into()));
}
