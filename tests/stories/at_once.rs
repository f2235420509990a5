//! Several writers at once, and writers that are killed: what was said to be stored is there, and nothing is left over.

use std::process::Stdio;

use crate::DEV_AND_PROD;
use crate::world::World;

/// Starts all of these at once, each with its own value on stdin, and waits until all have succeeded.
fn all_at_once(world: &World, commands: &[Vec<String>]) {
    let start = |words: &Vec<String>| {
        let mut command = world.command("nexus-env", world.repo());
        let mut child =
            command.args(words).stdin(Stdio::piped()).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"value").unwrap();
        child
    };
    let children: Vec<_> = commands.iter().map(start).collect();
    for (child, words) in children.into_iter().zip(commands) {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

#[test]
fn eight_writers_of_each_kind_keep_all_that_they_stored() {
    // The store is made by whichever comes first.
    let world = World::with(DEV_AND_PROD);
    let secret = (0..8).map(|n| words(&format!("set S{n} -e dev")));
    let plain = (0..8).map(|n| words(&format!("set --plain P{n} -e dev")));
    all_at_once(&world, &secret.chain(plain).collect::<Vec<_>>());
    let listed: String =
        (0..8).map(|n| format!("P{n}        plain\n")).chain((0..8).map(|n| format!("S{n}        secret\n"))).collect();
    world.run(&["list", "-e", "dev"]).succeeds().prints(&format!("NODE_ENV  plain\n{listed}"));
    world.run(&["run", "--", "true"]).succeeds().says("");
    assert_eq!(
        String::from_utf8_lossy(&world.git(&["status", "--short"]).stdout),
        "?? .gitignore\n?? .nexusenv\n?? .nexusenv.d/\n"
    );
    assert_eq!(std::fs::read_dir(world.repo().join(".nexusenv.d")).unwrap().count(), 1);
}

#[test]
fn what_killed_writers_left_is_gone_after_the_next_write() {
    let world = World::with(DEV_AND_PROD);
    let state = world.home().join(".local/state/nexus-env");
    let directories = [world.repo().to_owned(), state.clone(), state.join("allowed"), state.join("last")];
    // No process has that number (proc(5), pid_max).
    let left: Vec<_> = directories.iter().map(|directory| directory.join("..nexusenv.4194305-0000abcd.new")).collect();
    for path in &left {
        std::fs::write(path, "half").unwrap();
    }
    let mine = world.repo().join("..nexusenv.new");
    std::fs::write(&mine, "mine").unwrap();
    world.run_with_input(&["set", "--plain", "A", "-e", "dev"], b"1").succeeds();
    assert!(left.iter().all(|path| !path.exists()) && mine.exists());
}
