//! A shell line as `guard check --line` and coding agents bring it, and every command that it would start.
#![no_main]

use std::path::{Path, PathBuf};

use libfuzzer_sys::fuzz_target;
use nexus_env::domain::guard::invocation::{self, Notes, Reader};
use nexus_env::domain::guard::line;
use nexus_env::domain::guard::project::{Content, Files};

/// One package.json everywhere, whose scripts are the rest of the input.
struct Project(String);

impl Files for Project {
    fn read(&self, path: &Path) -> Content {
        match path.ends_with("package.json") {
            true => Content::Text(self.0.clone()),
            false => Content::Missing,
        }
    }

    fn names(&self, _directory: &Path) -> Vec<String> {
        Vec::new()
    }
}

fuzz_target!(|text: &str| {
    let (typed, package) = text.split_once('\0').unwrap_or((text, ""));
    let root = PathBuf::from("/repo");
    let reader = Reader {
        files: &Project(package.to_owned()),
        process: &|name| (name == "DATABASE_URL").then(|| "postgresql://u:p@127.0.0.1:5433/db".to_owned()),
        database_variables: &[],
        cwd: &root,
        root: &root,
        prisma_directory: None,
        notes: Notes::default(),
    };
    let _ = invocation::of_line(&reader, typed);
    let _ = line::open(text);
});
