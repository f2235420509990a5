//! Marks of a conflict that were committed: git has forgotten the two sides, and the file still has them.

use crate::merging::{PLACE, commit, git, holds};
use crate::world::World;
use crate::{DEV_AND_PROD, DEV_URL};

/// Somebody whose git merges secrets as text, and who commits what comes of it.
fn in_a_hurry() -> World {
    let world = World::with(DEV_AND_PROD).secret("dev", "DATABASE_URL", DEV_URL);
    world.sets("dev", "OLD", "old");
    world.git(&["add", "-A"]);
    world.git(&["commit", "-qm", "one"]);
    world.git(&["checkout", "-qb", "other"]);
    world.run(&["unset", "OLD", "-e", "dev"]).succeeds();
    commit(&world, &[("TOKEN", "theirs"), ("ONE", "1")]);
    world.git(&["checkout", "-q", "main"]);
    commit(&world, &[("TOKEN", "ours"), ("TWO", "2")]);
    git(&world, world.repo(), &["merge", "-q", "other"]).ends_with_status(1);
    world.git(&["add", "-A"]);
    world
}

#[test]
fn marks_that_were_committed_are_merged_by_name_all_the_same() {
    let world = in_a_hurry();
    world.git(&["commit", "-qm", "merged"]);
    let list = world.run(&["list", "-e", "dev"]).ends_with_status(1).stderr;
    assert!(list.ends_with("hint: nexus-env resolve merges both sides by name\n"), "{list}");
    world
        .run(&["resolve", "--theirs"])
        .succeeds()
        .says("nexus-env: merged the secrets of dev: `TOKEN` is theirs\nnexus-env: next: git commit\n");
    holds(&world, &[("TOKEN", "theirs"), ("ONE", "1"), ("TWO", "2"), ("DATABASE_URL", DEV_URL)]);
    // Removed on one side and changed on none.
    world.run(&["get", "OLD", "-e", "dev"]).ends_with_status(1);
    world.run(&["resolve"]).succeeds().says("nexus-env: git has no store of secrets in conflict here\n");

    // Staged and not yet committed: nobody knows which side changed what, so the person decides about all of it.
    let world = in_a_hurry();
    world.run(&["resolve", "--ours"]).succeeds().says(
        "nexus-env: merged the secrets of dev: `OLD` is ours, `ONE` is ours, `TOKEN` is ours, `TWO` is ours\n\
         nexus-env: next: git commit\n",
    );
    holds(&world, &[("TOKEN", "ours"), ("OLD", "old"), ("TWO", "2")]);
}

#[test]
fn marks_with_one_side_left_are_mended_from_what_git_has() {
    let world = in_a_hurry();
    let text = std::fs::read_to_string(world.repo().join(PLACE)).unwrap();
    world.writes(PLACE, text.replace(">>>>>>> other\n", ""));
    world.git(&["commit", "-qam", "merged"]);
    let way = "hint: git log --oneline -- .nexusenv.d/dev.toml, then git checkout COMMIT -- .nexusenv.d/dev.toml takes it \
               as it was in one of these\n";
    let resolve = world.run(&["resolve"]).ends_with_status(1).stderr;
    let sentence =
        "nexus-env: `.nexusenv.d/dev.toml` has marks of a merge conflict, and not both sides any more\n".to_owned();
    assert_eq!(resolve, sentence + way);
    let list = world.run(&["list", "-e", "dev"]).ends_with_status(1).stderr;
    assert!(list.ends_with(way), "{list}");
    world.git(&["checkout", "main~1", "--", PLACE]);
    world.run(&["get", "TOKEN", "-e", "dev"]).succeeds().prints("ours");
}
