//! Prisma's real schema engine: where a project has it, becoming it, and one that runs behind this process with only its
//! stdin between. It judges no request, and changes no byte of one.

use crate::domain::text::safe_text;
use std::ffi::OsString;
use std::io::{BufRead, Write};
#[cfg(target_os = "linux")]
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;

use crate::domain::guard::engine::{self, Machine};
use crate::domain::session::ambient::Ambient;
use crate::domain::session::layers;
use crate::error::{Failure, Result};

/// The older name of the variable that Prisma reads.
const OLDER: &str = "PRISMA_MIGRATION_ENGINE_BINARY";
/// The name by which this program knows that it stands in for the engine.
pub const NAME: &str = "schema-engine";

/// Finds the engine that Prisma would have started without us: one that the person named, else the project's own, else
/// one that Prisma's own installer fetches now, as Prisma does where none is there.
///
/// # Errors
/// One sentence that says where it was looked for, and how to go on.
pub fn find(ambient: &Ambient) -> Result<PathBuf> {
    let own = std::env::current_exe().ok().and_then(|path| path.canonicalize().ok());
    let ours = |path: &Path| path.canonicalize().ok() == own;
    for name in [layers::ENGINE_BEFORE, OLDER] {
        let named = ambient.variables.get(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        if let Some(named) = named.filter(|path| !ours(path)) {
            // One that is relative was meant from where Prisma is started, at or above the schema's directory.
            let above = ambient.cwd.iter().flat_map(|cwd| cwd.ancestors());
            return match above.map(|directory| directory.join(&named)).find(|path| path.is_file()) {
                Some(found) => Ok(found),
                None => Err(missing(&format!("`{}`, which {name} names, is not there", safe_text::path(&named)))),
            };
        }
    }
    let packages = packages(ambient);
    let machine = machine();
    let installed = || packages.iter().find_map(|package| in_directory(package, &machine).filter(|path| !ours(path)));
    if let Some(engine) = installed().or_else(|| cached(ambient, &packages, &machine)) {
        return Ok(engine);
    }
    for package in &packages {
        fetch(package);
        if let Some(engine) = in_directory(package, &machine) {
            return Ok(engine);
        }
    }
    let cwd = safe_text::path(ambient.cwd.as_deref().unwrap_or(Path::new("/")));
    Err(missing(&match packages.first() {
        Some(package) => {
            format!("`{}` has none for this machine, and Prisma could not fetch it", safe_text::path(package))
        }
        None => format!("there is no node_modules/@prisma/engines at or above `{cwd}`"),
    }))
}

fn missing(why: &str) -> anyhow::Error {
    Failure::new(format!("Prisma's own schema engine was not found: {why}"))
        .hint("install Prisma here, or set PRISMA_SCHEMA_ENGINE_BINARY to the engine before you enter the repository")
        .into()
}

/// Every `@prisma/engines` that Prisma may have come with, nearest first: that of the very Prisma which started this
/// process, then those at or above the directory.
fn packages(ambient: &Ambient) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut add = |path: PathBuf| {
        if path.join("package.json").is_file() && !found.contains(&path) {
            found.push(path);
        }
    };
    let cli = ambient.variables.get(CLI).map(PathBuf::from).or_else(parents_script);
    let cli = cli.and_then(|path| path.canonicalize().ok());
    let starts = cli.iter().chain(&ambient.cwd).flat_map(|path| path.ancestors());
    for directory in starts {
        let modules = directory.join("node_modules");
        add(modules.join("@prisma/engines"));
        add(modules.join("prisma/node_modules/@prisma/engines"));
        // Where pnpm keeps what is not the project's own.
        let store = modules.join(".pnpm");
        for name in names(&store).into_iter().filter(|name| name.starts_with("@prisma+engines@")) {
            add(store.join(name).join("node_modules/@prisma/engines"));
        }
    }
    found
}

/// The script of the Prisma that started this process, as the preload for Node tells it.
pub use crate::domain::session::given::PRISMA as CLI;

/// The same where the preload was taken away.
#[cfg(target_os = "linux")]
fn parents_script() -> Option<PathBuf> {
    let parent = rustix::process::getppid()?.as_raw_nonzero();
    let words = std::fs::read(format!("/proc/{parent}/cmdline")).ok()?;
    let script = words.split(|byte| *byte == 0).nth(1)?;
    Some(PathBuf::from(std::ffi::OsStr::from_bytes(script))).filter(|path| path.is_absolute())
}

#[cfg(not(target_os = "linux"))]
fn parents_script() -> Option<PathBuf> {
    None
}

fn in_directory(package: &Path, machine: &Machine) -> Option<PathBuf> {
    engine::choose(&names(package), machine).map(|name| package.join(name))
}

fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

/// Where Prisma keeps what it fetched: `~/.cache/prisma/master/<commit>/<platform>/schema-engine`.
fn cached(ambient: &Ambient, packages: &[PathBuf], machine: &Machine) -> Option<PathBuf> {
    let base = ambient.variables.get("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let base = base.or_else(|| Some(ambient.home.as_ref()?.join(".cache")))?.join("prisma/master");
    packages.iter().find_map(|package| {
        let directory = base.join(commit(package)?);
        let platforms: Vec<String> = names(&directory).iter().map(|platform| format!("{NAME}-{platform}")).collect();
        let platform = engine::choose(&platforms, machine)?.strip_prefix(NAME)?.strip_prefix('-')?;
        Some(directory.join(platform).join(NAME)).filter(|path| path.is_file())
    })
}

/// The commit of the engines that this package wants, from the package beside it.
fn commit(package: &Path) -> Option<String> {
    let beside = [package.join("node_modules/@prisma/engines-version"), package.with_file_name("engines-version")];
    beside.iter().find_map(|directory| {
        let text = std::fs::read_to_string(directory.join("package.json")).ok()?;
        let json: serde_json::Value = serde_json::from_str(&text).ok()?;
        Some(json.get("prisma")?.get("enginesVersion")?.as_str()?.to_owned())
    })
}

/// Prisma fetches no engine where the variable names one, so what it left out is made up for here, by its own installer.
fn fetch(package: &Path) {
    let script = package.join("scripts/postinstall.js");
    if script.is_file() {
        // stdout is Prisma's line to its engine.
        let mut command = Command::new("node");
        command.arg(script).env_remove(layers::ENGINE).env_remove(OLDER);
        let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

fn machine() -> Machine {
    let library = |name: &str| {
        ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu"]
            .iter()
            .chain(&["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"])
            .any(|directory| Path::new(directory).join(name).exists())
    };
    let versions = [("libssl.so.3", "3.0.x"), ("libssl.so.1.1", "1.1.x"), ("libssl.so.1.0.2", "1.0.x")];
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    Machine {
        system: std::env::consts::OS,
        processor: std::env::consts::ARCH,
        musl: Path::new("/etc/alpine-release").exists(),
        openssl: versions.iter().find(|(file, _)| library(file)).map(|(_, version)| *version),
        red_hat: ["rhel", "fedora", "centos"].iter().any(|family| release.contains(family)),
    }
}

/// Becomes the engine. Returns only where that failed.
pub fn become_it(engine: &Path, words: &[OsString]) -> anyhow::Error {
    let error = Command::new(engine).args(words).exec();
    not_started(engine, &error)
}

fn not_started(engine: &Path, error: &std::io::Error) -> anyhow::Error {
    Failure::new(format!("could not start Prisma's schema engine `{}`: {error}", safe_text::path(engine)))
        .hint("npm rebuild @prisma/engines, or install Prisma again")
        .into()
}

/// The engine behind this process. Its stdout and stderr are this process's own, so only what goes in passes through here.
pub struct Relay {
    stdin: Option<ChildStdin>,
    /// What is done when it has ended, with how it did.
    last: Arc<Mutex<Option<Last>>>,
}

type Last = Box<dyn FnOnce(&str) + Send>;

/// The engine's process number, for the signals that it must get too.
static BEHIND: AtomicI32 = AtomicI32::new(0);

impl Relay {
    /// Starts it. When it ends, this process ends in the same way, whatever it is doing.
    ///
    /// # Errors
    /// Where the engine cannot be started.
    pub fn start(engine: &Path, words: &[OsString]) -> Result<Relay> {
        let mut command = Command::new(engine);
        command.args(words).stdin(Stdio::piped());
        let mut child: Child = command.spawn().map_err(|error| not_started(engine, &error))?;
        let stdin = child.stdin.take();
        BEHIND.store(i32::try_from(child.id()).context("a process number")?, Ordering::SeqCst);
        for signal in [libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGQUIT, libc::SIGUSR1, libc::SIGUSR2] {
            // SAFETY: the handler does nothing but kill(2), which is safe in one.
            unsafe { libc::signal(signal, hand_on as *const () as libc::sighandler_t) };
        }
        let last: Arc<Mutex<Option<Last>>> = Arc::default();
        let at_end = Arc::clone(&last);
        std::thread::spawn(move || {
            let ended = child.wait();
            let how = match &ended {
                Ok(status) => status.signal().map_or_else(
                    || format!("exit status {}", status.code().unwrap_or(1)),
                    |signal| format!("signal {signal}"),
                ),
                Err(_) => "an end that nobody saw".to_owned(),
            };
            let last = at_end.lock().unwrap_or_else(PoisonError::into_inner).take();
            last.into_iter().for_each(|last| last(&how));
            match ended {
                Ok(status) => end_like(status),
                Err(_) => std::process::exit(1),
            }
        });
        Ok(Relay { stdin, last })
    }

    /// This is done when the engine has ended, before this process does.
    pub fn at_its_end(&self, last: impl FnOnce(&str) + Send + 'static) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(last));
    }

    /// Hands one line on as it is. One that has ended takes nothing more, and its end is ours.
    pub fn send(&mut self, line: &[u8]) {
        if let Some(stdin) = &mut self.stdin {
            let _ = stdin.write_all(line).and_then(|()| stdin.flush());
        }
    }

    /// Says that nothing more comes, and waits for its end.
    pub fn finish(mut self) -> ! {
        drop(self.stdin.take());
        loop {
            std::thread::park();
        }
    }
}

extern "C" fn hand_on(signal: libc::c_int) {
    let behind = BEHIND.load(Ordering::SeqCst);
    if behind > 0 {
        // SAFETY: kill(2) takes any numbers; the process is our own child until we end with it.
        unsafe { libc::kill(behind, signal) };
    }
}

/// Ends this process by the same signal, or with the same status.
fn end_like(status: ExitStatus) -> ! {
    if let Some(signal) = status.signal() {
        // SAFETY: the default action of the signal is to end this process, which is what is wanted.
        unsafe {
            libc::signal(signal, libc::SIG_DFL);
            libc::raise(signal);
        }
    }
    std::process::exit(status.code().unwrap_or(1))
}

/// The next line from Prisma with its end; `None` when there is no more.
///
/// # Errors
/// Where stdin cannot be read.
pub fn next_line(input: &mut impl BufRead) -> Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let length = input.read_until(b'\n', &mut line).context("could not read from Prisma")?;
    Ok((length > 0).then_some(line))
}

/// What Prisma sends.
pub fn input() -> impl BufRead {
    std::io::stdin().lock()
}
