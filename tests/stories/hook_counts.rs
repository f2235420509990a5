//! How many processes the hook starts: none where nothing changed, one for a load. Counted by strace in a real
//! interactive shell.
#![cfg(target_os = "linux")]

use crate::hook_loading::{DEV_AND_PROD, nested};
use crate::world::shell::stories;
use crate::world::{Shell, World};

/// Forks and execs while these lines are typed into an interactive shell, one pair for each line. A line may be empty.
fn counted(world: &World, shell: Shell, lines: &[&str]) -> Vec<(usize, usize)> {
    let file = world.outside("trace");
    let _ = std::os::unix::fs::symlink("/bin/true", world.bin().join("mark"));
    let mut session = world.open(shell);
    let calls = "trace=fork,vfork,clone,clone3,execve";
    session.types(&format!("strace -f -qq -s 200 -o {} -e {calls} {}", file.display(), nested(world, shell)));
    // A file is settled after 20 ms; a first load may come before.
    session.settles();
    for (at, line) in lines.iter().enumerate() {
        session.types(&format!("mark mark-{at}-"));
        session.types(line);
    }
    session.types(&format!("mark mark-{}-", lines.len()));
    session.types("exit");
    let trace = std::fs::read_to_string(&file).unwrap();
    let mut counts = vec![(0, 0); lines.len()];
    let mut current = None;
    for line in trace.lines().filter(|line| !line.contains("resumed>") && !line.contains("---")) {
        let fork = line.contains("fork(") || (line.contains("clone") && !line.contains("CLONE_THREAD"));
        let exec = line.contains("execve(") && !line.contains("= -1");
        if let Some(mark) = line.split("\"mark-").nth(1).filter(|_| exec) {
            current = mark.split('-').next().and_then(|number| number.parse::<usize>().ok());
            continue;
        }
        if let Some(count) = current.and_then(|at| counts.get_mut(at)) {
            count.0 += usize::from(fork);
            count.1 += usize::from(exec);
        }
    }
    // Each is followed by the fork of the next mark.
    counts.into_iter().map(|(forks, execs)| (forks - 1, execs)).collect()
}

stories! {
    fn nothing_is_started_where_nothing_changed_and_one_process_for_a_load(shell) {
        let world = World::with(DEV_AND_PROD).file("a/b/c/d/x", "").file("package.json", "{\"scripts\":{\"build\":\"tsc\"}}")
;
        for tool in ["npx", "npm"] {
            world.finish(world.command("true", world.repo()), b"");
            std::fs::write(world.bin().join(tool), "#!/bin/sh\n").unwrap();
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(world.bin().join(tool), std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let steps = [
            ("", (0, 0)),
            ("", (0, 0)),
            ("cd /", (1, 1)),
            ("", (0, 0)),
            ("cd ~/repo", (1, 1)),
            ("", (0, 0)),
            ("", (0, 0)),
            ("cd a/b/c/d", (1, 1)),
            ("", (0, 0)),
            // The command itself, and the question about its line.
            ("npx tsc --noEmit", (2, 2)),
            ("npm run build", (2, 2)),
            ("nexus-env use prod --for 1h", (1, 1)),
            ("", (0, 0)),
            ("cd /", (1, 1)),
            ("", (0, 0)),
        ];
        let lines: Vec<&str> = steps.iter().map(|(line, _)| *line).collect();
        let expected: Vec<(usize, usize)> = steps.iter().map(|(_, count)| *count).collect();
        assert_eq!(counted(&world, shell, &lines), expected, "{lines:?}");
    }

    /// As on a file system that keeps whole seconds: there the content is compared, by a builtin.
    fn nothing_is_started_where_a_files_time_has_no_nanoseconds(shell) {
        let world = World::with(DEV_AND_PROD);
        let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_500_000_000);
        let file = std::fs::File::options().write(true).open(world.repo().join(".nexusenv")).unwrap();
        file.set_times(std::fs::FileTimes::new().set_modified(long_ago)).unwrap();
        assert_eq!(counted(&world, shell, &["cd ~/repo", "", ""]), [(1, 1), (0, 0), (0, 0)]);
        let mut session = world.enter(shell);
        session.types("").prints("");
    }
}
