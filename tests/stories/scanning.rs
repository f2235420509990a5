//! `scan`: stored values that stand in clear, in the work tree, in what is staged, in the history.

use crate::world::World;
use crate::{DEV_AND_PROD, DEV_URL, PROD_URL};

/// A team's own document, as such documents are.
const DOCUMENT: &str = "# Environments\n\n1. Start the proxy\n2. Start the API:\n\n   ```bash\n   \
                        export DATABASE_URL=\"postgresql://postgres:hunter2-prod@127.0.0.1:5433/nexus_db\"\n   ```\n";

fn world() -> World {
    let world =
        World::with(DEV_AND_PROD).secret("dev", "DATABASE_URL", DEV_URL).secret("prod", "DATABASE_URL", PROD_URL);
    world.secret("prod", "PIN", "1234").file(".gitignore", "/ignored.txt\n.nexusenv.local\n")
}

const HINT: &str = "hint: take it out, and change the credential where it was issued: whoever has a copy has it; then nexus-env set NAME\n";
const SHORT: &str = "nexus-env: not looked for, since shorter than 6 bytes: `PIN`\n";

#[test]
fn a_password_in_a_document_is_found_and_never_shown() {
    let world = world().file("docs/day.md", DOCUMENT).file("new.sh", "PGPASSWORD=hunter2-dev psql\n");
    let world = world.file("ignored.txt", DOCUMENT).file("clean.txt", "postgres 1234\n");
    world.git(&["add", "docs", ".nexusenv", ".nexusenv.d"]);
    world
        .run(&["scan"])
        .ends_with_status(1)
        .prints("docs/day.md:7: `DATABASE_URL` of prod\nnew.sh:1: `DATABASE_URL` of dev, the password inside it\n")
        .says(&format!("{SHORT}nexus-env: a stored value stands in clear in 2 places of 7 files\n{HINT}"));
    world
        .run(&["scan", "clean.txt", "docs", "-e", "dev"])
        .succeeds()
        .prints("")
        .says("nexus-env: no stored value stands in clear in 2 files\n");
    // A file that is named is looked at, also one that git ignores.
    world.run(&["scan", "-q", "ignored.txt"]).ends_with_status(1).prints("ignored.txt:7: `DATABASE_URL` of prod\n");
}

/// What stands there is unknown, and so no good news.
#[test]
fn a_file_that_cannot_be_read_is_named_and_fails() {
    let world = world().file("clean.txt", "postgres 1234\n");
    std::fs::File::create(world.repo().join("dump.sql")).unwrap().set_len((1 << 30) + 1).unwrap();
    world.run(&["scan", "clean.txt", "dump.sql"]).ends_with_status(1).prints("").says(&format!(
        "{SHORT}nexus-env: not looked at: `dump.sql`: file too large\n\
         nexus-env: 1 file could not be looked at, and nothing was found in the rest\n\
         hint: let yourself read what is named above, or name the paths to look at: nexus-env scan PATH\n"
    ));
    world.run(&["scan", "missing"]).ends_with_status(1).prints("").says(&format!(
        "{SHORT}nexus-env: there is no `missing`\nhint: nexus-env scan looks at every file of the repository\n"
    ));
}

#[test]
fn what_is_staged_counts_as_it_is_staged_and_what_was_committed_stays() {
    let world = world().file("a file.txt", "x\nhunter2-prod\n");
    world.git(&["add", "a file.txt"]);
    world.writes("a file.txt", "clean\n");
    world.run(&["scan", "-q"]).succeeds().prints("");
    world
        .run(&["scan", "-q", "--staged"])
        .ends_with_status(1)
        .prints("a file.txt:2: `DATABASE_URL` of prod, the password inside it\n");
    world.git(&["commit", "--quiet", "-m", "one"]);
    let commit = String::from_utf8(world.git(&["rev-parse", "--short", "HEAD"]).stdout).unwrap();
    world.git(&["add", "a file.txt"]);
    world
        .run(&["scan", "--staged"])
        .succeeds()
        .says(&format!("{SHORT}nexus-env: no stored value stands in clear in 1 file that is staged\n"));
    world.git(&["commit", "--quiet", "-m", "the password was hunter2-dev"]);
    let world = world.calls(commit.trim(), "abcdef0");
    let head = String::from_utf8(world.git(&["rev-parse", "HEAD"]).stdout).unwrap();
    let world = world.calls(&head[..10], "fedcba9");
    let found = world.run(&["scan", "--history"]).ends_with_status(1);
    found.says(&format!("{SHORT}nexus-env: a stored value stands in clear in 2 places of 2 commits\n{HINT}")).prints(
        "fedcba9:its message:6: `DATABASE_URL` of dev, the password inside it\n\
             abcdef0:a file.txt:2: `DATABASE_URL` of prod, the password inside it\n",
    );
}
