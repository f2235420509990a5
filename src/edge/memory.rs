//! Keeps this process's memory to itself: no core file, and no other process of the same user attaches to it.

/// One system call. On Linux a process that is not dumpable writes no core and cannot be traced by its own user;
/// `execve` makes it dumpable again (prctl(2)), so a command started by `run` is as it always was. A system that
/// refuses is no reason to stop.
#[cfg(target_os = "linux")]
pub fn protect() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

/// Lowers the soft limit alone and leaves the hard one, so that a command started by `run` can raise it again.
#[cfg(not(target_os = "linux"))]
pub fn protect() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Core);
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: limit.maximum });
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #[test]
    fn the_process_is_no_longer_dumpable() {
        super::protect();
        let now = rustix::process::dumpable_behavior();
        assert_eq!(now, Ok(rustix::process::DumpableBehavior::NotDumpable));
    }
}
