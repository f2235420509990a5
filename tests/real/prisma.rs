//! The real Prisma CLI in a world: a repository with a schema and one committed migration, and the packages that
//! `tests/real/setup` has installed.

use std::os::unix::fs::symlink;
use std::path::PathBuf;

use crate::world::World;

#[derive(Clone, Copy, Debug)]
pub enum Prisma {
    Six,
    Seven,
}

impl Prisma {
    /// Puts the schema, the migration and the installed packages into the world's repository.
    #[track_caller]
    pub fn moves_into(self, world: World) -> World {
        let name = match self {
            Prisma::Six => "prisma6",
            Prisma::Seven => "prisma7",
        };
        let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let (source, installed) =
            (manifest.join("tests/real").join(name), manifest.join("target/real-parts").join(name));
        assert!(installed.join("installed.json").exists(), "run tests/real/setup, or tests/run, which does");
        for file in [
            "package.json",
            "prisma/schema.prisma",
            "prisma/migrations/migration_lock.toml",
            "prisma/migrations/20260101000000_first/migration.sql",
            "prisma.config.ts",
        ] {
            // Prisma 6 needs no configuration file.
            if let Ok(text) = std::fs::read(source.join(file)) {
                world.writes(file, text);
            }
        }
        symlink(installed.join("node_modules"), world.repo().join("node_modules")).expect("the installed packages");
        let engine = installed.join("schema-engine.mjs").display().to_string();
        world
            .variable("PRISMA_SCHEMA_ENGINE_BINARY", engine.clone())
            // Prisma 6 would download a query engine too; any file that exists stops it.
            .variable("PRISMA_QUERY_ENGINE_LIBRARY", engine)
            .variable("CHECKPOINT_DISABLE", "1")
            .variable("npm_config_update_notifier", "false")
    }
}
