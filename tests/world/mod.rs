//! A small world for one story: a home of its own, a scratch repository with a real git, an empty environment, and the
//! program under test in the only way a person has it: on the PATH. Nothing of the machine's own settings reaches it.
//!
//!     let world = World::with(DEV_AND_PROD).secret("dev", "DATABASE_URL", "postgresql://…");
//!     let mut session = world.enter(Shell::Zsh);
//!     session.said().prints("nexus-env: dev · DATABASE_URL");

pub mod output;
pub mod session;
pub mod shell;
pub mod terminal;

use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

pub use output::Output;
pub use session::{Held, Session};
pub use shell::Shell;

/// How long a step may take before it counts as hanging; far more than any step needs, for a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub struct World {
    root: tempfile::TempDir,
    home: PathBuf,
    repo: PathBuf,
    variables: Vec<(String, String)>,
    /// Shell code of the person's own, before and after the line of the hook.
    before_hook: String,
    after_hook: String,
    hook: Hook,
    tidied: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Hook {
    Installed,
    Absent,
}

impl World {
    /// An empty repository in a fresh home.
    pub fn new() -> World {
        let root = tempfile::Builder::new().prefix("w").tempdir().expect("a temporary directory");
        let base = root.path().canonicalize().expect("its physical path");
        let (home, repo, bin, tools) =
            (base.join("home"), base.join("home/repo"), base.join("bin"), base.join("tools"));
        // Without the last ones fish's first start reads all manual pages in the background: fish 3, and fish 4.
        let generated = [".local/share/fish", ".cache/fish"].map(|kept| home.join(kept).join("generated_completions"));
        let fish = home.join(".config/fish");
        let more = ["run", "tmp", "outside"].map(|name| base.join(name));
        for directory in [&home, &repo, &bin, &tools, &fish].into_iter().chain(&more).chain(&generated) {
            fs::create_dir_all(directory).expect("a directory of the world");
        }
        fs::set_permissions(base.join("run"), fs::Permissions::from_mode(0o700)).expect("the runtime directory");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_nexus-env"), bin.join("nexus-env")).expect("the program");
        // Wherever Node comes from on this machine: its package manager need not be the system's.
        for name in ["node", "npm", "npx"] {
            std::os::unix::fs::symlink(program(name), tools.join(name)).expect("a tool of the world");
        }
        fs::write(
            home.join(".gitconfig"),
            "[init]\ndefaultBranch = main\n[user]\nname = Ada\nemail = ada@example.org\n",
        )
        .expect("git's settings");
        let shown = |path: PathBuf| path.display().to_string();
        let variables = [
            ("HOME", shown(home.clone())),
            ("USER", "ada".into()),
            ("LOGNAME", "ada".into()),
            ("XDG_CONFIG_HOME", shown(home.join(".config"))),
            ("XDG_STATE_HOME", shown(home.join(".local/state"))),
            ("XDG_DATA_HOME", shown(home.join(".local/share"))),
            ("XDG_CACHE_HOME", shown(home.join(".cache"))),
            ("XDG_RUNTIME_DIR", shown(base.join("run"))),
            ("TMPDIR", shown(base.join("tmp"))),
            ("TMUX_TMPDIR", shown(base.join("run"))),
            ("PATH", format!("{}:{}:/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin", bin.display(), tools.display())),
            ("TERM", "xterm".into()),
            ("LANG", "C.UTF-8".into()),
            ("TZ", "UTC".into()),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value)).to_vec();
        let tidied = vec![(shown(home.clone()), "/home/ada".to_owned()), (shown(base), "/world".to_owned())];
        let world = World {
            root,
            home,
            repo,
            variables,
            before_hook: String::new(),
            after_hook: String::new(),
            hook: Hook::Installed,
            tidied,
        };
        world.git(&["init", "--quiet"]);
        world
    }

    /// A repository with this `.nexusenv`, set up as a person does it: `init` for the identity, then `allow`.
    #[track_caller]
    pub fn with(nexusenv: &str) -> World {
        let world = World::new().file(".nexusenv", nexusenv);
        world.run(&["init"]).succeeds();
        world.allow()
    }

    /// Writes a file of the repository.
    pub fn file(self, path: &str, text: impl AsRef<[u8]>) -> World {
        self.writes(path, text);
        self
    }

    /// The same in the middle of a story.
    pub fn writes(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.repo.join(path);
        fs::create_dir_all(path.parent().expect("a file has a directory")).expect("its directory");
        fs::write(&path, text).unwrap_or_else(|error| panic!("could not write {}: {error}", path.display()));
    }

    /// Makes a program of the story's own, found before the machine's.
    pub fn program(self, name: &str, script: &str) -> World {
        let path = self.bin().join(name);
        fs::write(&path, script).expect("a program of the world");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("its mode");
        self
    }

    /// A program that is there already, found under this name before the machine's.
    pub fn tool(self, name: &str, path: &Path) -> World {
        std::os::unix::fs::symlink(path, self.bin().join(name)).expect("a tool of the world");
        self
    }

    /// Stores a secret through the real `set`, from stdin.
    #[track_caller]
    pub fn secret(self, environment: &str, name: &str, value: impl AsRef<[u8]>) -> World {
        self.sets(environment, name, value);
        self
    }

    #[track_caller]
    pub fn sets(&self, environment: &str, name: &str, value: impl AsRef<[u8]>) {
        // Worlds hold what people mean, empty values too.
        self.run_with_input(&["set", name, "-e", environment, "--empty"], value.as_ref()).succeeds();
    }

    /// Trusts the configuration as it stands.
    #[track_caller]
    pub fn allow(self) -> World {
        self.run(&["allow", "--yes"]).succeeds();
        self
    }

    /// A variable of the environment that everything in this world starts with.
    pub fn variable(mut self, name: &str, value: impl Into<String>) -> World {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// Shell code of the person's start-up file, before the hook's line.
    pub fn before_hook(mut self, code: &str) -> World {
        self.before_hook = format!("{code}\n");
        self
    }

    /// The same after the hook's line.
    pub fn after_hook(mut self, code: &str) -> World {
        self.after_hook = code.to_owned();
        self
    }

    /// A person who has not installed the hook.
    pub fn without_hook(mut self) -> World {
        self.hook = Hook::Absent;
        self
    }

    /// Shows `actual`, which is another in every run, as `shown` in all that is compared.
    pub fn calls(mut self, actual: impl ToString, shown: &str) -> World {
        self.tidied.push((actual.to_string(), shown.to_owned()));
        self
    }

    pub fn home(&self) -> &Path {
        &self.home
    }

    pub fn repo(&self) -> &Path {
        &self.repo
    }

    pub fn bin(&self) -> PathBuf {
        self.root.path().canonicalize().expect("the world").join("bin")
    }

    /// What `TMPDIR` is in this world.
    pub fn temporary(&self) -> PathBuf {
        self.root.path().canonicalize().expect("the world").join("tmp")
    }

    /// A path that is neither in the repository nor in the home directory.
    pub fn outside(&self, name: &str) -> PathBuf {
        self.root.path().canonicalize().expect("the world").join("outside").join(name)
    }

    pub fn variables(&self) -> Vec<(String, String)> {
        self.variables.clone()
    }

    /// An interactive shell with the hook, in the home directory.
    #[track_caller]
    pub fn open(&self, shell: Shell) -> Session<'_> {
        let hook = match self.hook {
            Hook::Installed => shell.hook_line(),
            Hook::Absent => "",
        };
        let code = shell.start_up(&format!("{}{hook}\n{}", self.before_hook, self.after_hook));
        let file = self.home.join(shell.start_up_file());
        fs::write(&file, code).expect("the shell's start-up file");
        Session::open(self, shell)
    }

    /// The same, after `cd repo`.
    #[track_caller]
    pub fn enter(&self, shell: Shell) -> Session<'_> {
        let mut session = self.open(shell);
        session.types("cd repo");
        session
    }

    /// Runs the program in the repository, without a terminal.
    pub fn run(&self, words: &[&str]) -> Output {
        self.run_in(&self.repo, words, b"")
    }

    pub fn run_with_input(&self, words: &[&str], input: &[u8]) -> Output {
        self.run_in(&self.repo, words, input)
    }

    pub fn run_in(&self, directory: &Path, words: &[&str], input: &[u8]) -> Output {
        let mut command = self.command("nexus-env", directory);
        command.args(words);
        self.finish(command, input)
    }

    /// Runs any program of this world to its end.
    pub fn finish(&self, mut command: Command, input: &[u8]) -> Output {
        let shown = format!("{command:?}");
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("could not start {shown}: {error}"));
        // A program that does not read its input may be gone already.
        let _ = child.stdin.take().expect("its stdin").write_all(input);
        let output = child.wait_with_output().expect("its end");
        Output::new(shown, output, |text| self.tidy(text))
    }

    /// A command with exactly this world's environment, away from any terminal.
    pub fn command(&self, program: &str, directory: &Path) -> Command {
        let path = self.variables.iter().find(|(name, _)| name == "PATH").map(|(_, path)| path.clone());
        let path = path.expect("a world has a PATH");
        let program = found_on(&path, program).unwrap_or_else(|| panic!("`{program}` is missing; run tests/run"));
        let mut command = Command::new(program);
        command.env_clear().envs(self.variables()).env("PWD", directory).current_dir(directory);
        // Without a session of its own the tests' own terminal would be there to ask on. A shell starts what it has in the
        // background with these two signals ignored, and whoever inherits that can neither take nor pass them on.
        let detach = || unsafe {
            libc::signal(libc::SIGINT, libc::SIG_DFL);
            libc::signal(libc::SIGQUIT, libc::SIG_DFL);
            match libc::setsid() {
                -1 => Err(std::io::Error::last_os_error()),
                _ => Ok(()),
            }
        };
        // SAFETY: setsid(2) and signal(2) are async-signal-safe.
        unsafe { std::os::unix::process::CommandExt::pre_exec(&mut command, detach) };
        command
    }

    pub fn git(&self, words: &[&str]) -> Output {
        let mut command = self.command("git", &self.repo);
        command.args(words);
        self.finish(command, b"").succeeds()
    }

    /// Text with this world's own paths, clock times and process numbers made the same in every run.
    pub fn tidy(&self, text: &str) -> String {
        let mut text = text.replace("\r\n", "\n");
        for (actual, shown) in &self.tidied {
            text = text.replace(actual, shown);
        }
        output::with_steady_fingerprints(&output::with_steady_numbers(&output::with_steady_keys(&text)))
    }
}

/// The preload for Node stands where everyone may read it, and so outside of the world.
impl Drop for World {
    fn drop(&mut self) {
        let root = self.root.path().display().to_string();
        for base in ["/dev/shm", "/tmp"] {
            // SAFETY: geteuid(2) cannot fail.
            let directory = Path::new(base).join(format!("nexus-env-{}", unsafe { libc::geteuid() }));
            for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
                if fs::read_to_string(entry.path()).is_ok_and(|text| text.contains(&root)) {
                    let _ = fs::remove_file(entry.path());
                }
            }
        }
    }
}

/// A program's copy, by `cp`: a file that this process itself had open for writing would still be open in whatever another test
/// starts at the same moment, and cannot be run until that has become another program (execve(2), ETXTBSY).
pub fn copy_program(from: impl AsRef<Path>, to: &Path) {
    let copied = Command::new(program("cp")).arg(from.as_ref()).arg(to).status();
    assert!(copied.is_ok_and(|status| status.success()), "{}", to.display());
}

/// The path of a program that the tests need.
///
/// # Panics
/// Where it is missing: nothing is skipped.
pub fn program(name: &str) -> PathBuf {
    let path = std::env::var("PATH").unwrap_or_default();
    found_on(&path, name).unwrap_or_else(|| panic!("`{name}` is missing; run tests/run, which installs it"))
}

fn found_on(path: &str, name: &str) -> Option<PathBuf> {
    path.split(':').map(|directory| Path::new(directory).join(name)).find(|candidate| {
        !candidate.as_os_str().as_bytes().is_empty()
            && fs::metadata(candidate).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
    })
}
