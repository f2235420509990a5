//! The main job on a scratch repository, with the real code paths, in a real interactive shell. Every step says what is
//! typed and what happened, and checks it: a tour that shows something else than it says fails. Nothing outside of
//! its own directory is read or written, and that directory is gone afterwards.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};

use crate::domain::session::ambient::{Ambient, Colour};
use crate::domain::target::url::DatabaseUrl;
use crate::edge::ambient as edge_ambient;
use crate::edge::pty::{Pty, Stop};
use crate::edge::scratch::Scratch;
use crate::edge::tunnel::{self, Tunnel};
use crate::edge::{output, terminal};
use crate::error::{Failure, Result, Status};

const DEV: &str = "acme-480610:us-central1:nexusdev-v2";
const PROD: &str = "acme-480610:us-central1:nexusprod-v2";
/// What the scratch shell prints before each prompt: a control character that no command of the tour prints, the exit
/// status of the line before, and another.
const PROMPT_BEGIN: char = '\u{1}';
const PROMPT_END: &str = "\u{2}";
const COMMAND_BEGIN: char = '\u{3}';
const PATIENCE: Duration = Duration::from_secs(20);

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Walks through it. `shell` is `bash`, `zsh` or `fish`; the person's own, else the first that is there.
///
/// # Errors
/// Where no shell is there, nobody is at the terminal, or a part of it cannot be made or started.
pub fn tour(ambient: &Ambient, shell: Option<&str>) -> Result<Status> {
    let shell = pick_shell(ambient, shell)?;
    catch_interrupt();
    let scratch = Scratch::new(&edge_ambient::temporary(ambient), "nexus-env-tour")?;
    let outcome = walk(ambient, &scratch, &shell);
    let path = scratch.path().display().to_string();
    scratch.remove()?;
    outcome?;
    tell(ambient, &format!("Done. {path} is removed again; nothing else was touched."));
    tell(ambient, "Next, in a repository of yours:  nexus-env init   (README: five minutes for a team)");
    Ok(Status::DONE)
}

/// The stand-in for a tunnel: `--port=PORT INSTANCE`, the command line of a Cloud SQL proxy.
///
/// # Errors
/// Words that are not the tour's, and a port that is taken.
pub fn stand_in(words: &[OsString]) -> Result<Status> {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    let port = words.iter().find_map(|word| word.strip_prefix("--port=")?.parse().ok());
    let instance = words.iter().find(|word| !word.starts_with('-'));
    match (port, instance) {
        (Some(port), Some(instance)) => tunnel::serve(port, instance).map(|()| Status::DONE),
        (None, _) | (_, None) => Err(Failure::new("the stand-in tunnel needs --port=PORT INSTANCE").into()),
    }
}

/// The stand-in for `npx prisma`: says whose database would have been reached.
///
/// # Errors
/// Where nothing answers on the port, and where the answer cannot be written.
pub fn reach(ambient: &Ambient, words: &[OsString]) -> Result<Status> {
    let port = ambient
        .variables
        .text("DATABASE_URL")
        .and_then(DatabaseUrl::parse)
        .and_then(|url| url.places().first().map(|place| place.port))
        .ok_or_else(|| Failure::new("`DATABASE_URL` is not set"))?;
    let verb: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    output::write(format!("(stand-in) prisma {} ran on {}\n", verb.join(" "), tunnel::ask(port)?).as_bytes())?;
    Ok(Status::DONE)
}

fn walk(ambient: &Ambient, scratch: &Scratch, shell: &str) -> Result<()> {
    let port = tunnel::free_port(5433)?;
    let proxy = furnish(scratch, shell, port)?;
    let mut guide = Guide { ambient, step: 0, pty: start(ambient, scratch, shell)? };
    guide.prompt()?;
    let url = |password: &str| format!("postgresql://postgres:{password}@127.0.0.1:{port}/nexus_db");

    tell(ambient, &format!("A scratch repository in {}, in a real {shell}.", scratch.path().display()));
    tell(ambient, "It needs no Node: a small stand-in answers for `npx prisma`, and the guard does not mind.");
    guide.says("A configuration without secrets goes into git. It names the environments and their tunnels.");
    guide.types("cd shop && cat .nexusenv", Expect::Shows("[env.prod.proxy]"))?;
    guide.says("An identity opens the credentials. It is made where there is none, outside of the repository.");
    guide.types("nexus-env init", Expect::Shows("made your identity"))?;
    guide.says("A configuration is trusted by its content, and nothing loads before that.");
    guide.types("nexus-env allow", Expect::Done)?;
    guide.says("Credentials are typed without echo and stored encrypted with age, for that identity.");
    guide.types_secret("nexus-env set DATABASE_URL -e dev", &url("dev-password"))?;
    guide.types_secret("nexus-env set DATABASE_URL -e prod", &url("prod-password"))?;
    guide.types("grep -c password .nexusenv.d/prod.toml", Expect::Status(1))?;
    guide.types("cd ..", Expect::Done)?;

    guide.says("Entering the repository exports dev, decrypted in one process start.");
    guide.types("cd shop", Expect::Shows("nexus-env: dev"))?;
    guide.types(
        "echo \"$NEXUS_ENV: ${DATABASE_URL}\"".replace("${", "$").replace('}', "").as_str(),
        Expect::Shows("dev: postgresql://"),
    )?;

    let dev = Tunnel::start(&proxy, port, DEV)?;
    guide.says(&format!("Elsewhere somebody has started:  cloud-sql-proxy --port={port} {DEV}"));
    guide.types("npx prisma migrate dev --name add_invoice", Expect::Shows("nexusdev-v2"))?;
    drop(dev);

    let prod = Tunnel::start(&proxy, port, PROD)?;
    guide.says(&format!("Now somebody stops it and starts:  cloud-sql-proxy --port={port} {PROD}\n   The URL, the port and the selected environment are the same as before. The database is not."));
    guide.types("npx prisma migrate dev --name add_invoice", Expect::Blocked("nexusprod-v2"))?;
    guide.says("Harmless commands are none of its business.");
    guide.types("npx prisma generate", Expect::Done)?;

    guide.says("Selecting prod is for this shell alone, read-only, and ends by itself.");
    guide.types("nexus-env use prod --for 30m", Expect::Shows("prod until"))?;
    guide.types("nexus-env prompt", Expect::Shows("prod"))?;
    guide.types("npx prisma migrate reset --force", Expect::Blocked("prod"))?;
    guide.types("nexus-env status", Expect::Shows("prod"))?;
    drop(prod);

    guide.says("Back to dev, and out: nothing stays behind in the shell.");
    guide.types("nexus-env use dev", Expect::Shows("nexus-env: dev"))?;
    guide.types("cd ..", Expect::Done)?;
    guide.types("env | grep -c DATABASE_URL", Expect::Status(1))?;
    Ok(())
}

/// Writes the scratch world and returns the stand-in tunnel's program.
fn furnish(scratch: &Scratch, shell: &str, port: u16) -> Result<std::path::PathBuf> {
    let program = edge_ambient::program()?;
    scratch.link("bin/nexus-env", &program)?;
    let proxy = scratch.copy("bin/cloud-sql-proxy", &program)?;
    let id: String = (0..16).map(|_| char::from(b'a' + rand::random::<u8>() % 26)).collect();
    scratch.file(
        "home/shop/.nexusenv",
        &include_str!("tour/nexusenv.toml").replace("{id}", &id).replace("{port}", &port.to_string()),
    )?;
    scratch.file("home/shop/package.json", "{ \"name\": \"shop\", \"private\": true }\n")?;
    scratch.program("bin/npx", include_str!("tour/npx.sh"))?;
    let (rc, text) = match shell {
        "bash" => ("home/.bashrc", include_str!("tour/bashrc")),
        "zsh" => ("home/.zshrc", include_str!("tour/zshrc")),
        _ => ("home/.config/fish/config.fish", include_str!("tour/config.fish")),
    };
    scratch.file(rc, text)?;
    Ok(proxy)
}

fn start(ambient: &Ambient, scratch: &Scratch, shell: &str) -> Result<Pty> {
    let home = scratch.directory("home")?;
    // fish keeps files of its own in one of these, and in `/tmp` where it is told of neither.
    let (temporary, runtime) = (scratch.directory("tmp")?, scratch.directory("run")?);
    let mut path = scratch.path().join("bin").into_os_string();
    if let Some(rest) = ambient.variables.get("PATH") {
        path.push(":");
        path.push(rest);
    }
    let mut variables = vec![
        ("HOME", home.clone().into_os_string()),
        ("PATH", path),
        ("TMPDIR", temporary.into_os_string()),
        ("XDG_RUNTIME_DIR", runtime.into_os_string()),
        ("TERM", "dumb".into()),
        ("LANG", ambient.variables.get("LANG").unwrap_or(OsStr::new("C.UTF-8")).to_owned()),
    ];
    variables.extend(ambient.variables.get("TZ").map(|zone| ("TZ", zone.to_owned())));
    let words: &[&str] = match shell {
        "bash" => &["--noediting", "-i"],
        _ => &["-i"],
    };
    Pty::start(shell, words, &home, variables).with_context(|| format!("could not start `{shell}`"))
}

/// What a step must show, or the tour is wrong about itself.
enum Expect<'a> {
    Done,
    Shows(&'a str),
    Status(i32),
    /// Exit status 3, and the message names this.
    Blocked(&'a str),
}

struct Guide<'a> {
    ambient: &'a Ambient,
    step: usize,
    pty: Pty,
}

impl Guide<'_> {
    fn says(&mut self, text: &str) {
        self.step += 1;
        tell(self.ambient, &format!("\n{}. {text}", self.step));
    }

    fn types(&mut self, line: &str, expect: Expect<'_>) -> Result<()> {
        emphasise(self.ambient, &format!("   $ {line}"));
        self.pty.types(line)?;
        let (text, status) = self.prompt()?;
        self.shows(line, &text, status, expect)
    }

    /// A line that asks for a value without echo, and the value.
    fn types_secret(&mut self, line: &str, value: &str) -> Result<()> {
        emphasise(self.ambient, &format!("   $ {line}"));
        self.pty.types(line)?;
        let asked = self.pty.read_until("(not shown): ", PATIENCE, interrupted).map_err(|stop| lost(line, stop))?;
        self.pty.types(value)?;
        let (text, status) = self.prompt()?;
        self.shows(line, &format!("{}(not shown): ••••••••\n{text}", plain(printed(&asked))), status, Expect::Done)
    }

    /// Reads up to the next prompt: what was printed, and the exit status of the line before.
    fn prompt(&mut self) -> Result<(String, i32)> {
        let text = self.pty.read_until(PROMPT_END, PATIENCE, interrupted).map_err(|stop| lost("the prompt", stop))?;
        let (text, status) =
            text.rsplit_once(PROMPT_BEGIN).ok_or_else(|| anyhow!("the shell's prompt was not understood"))?;
        Ok((plain(printed(text)), status.trim().parse().unwrap_or(-1)))
    }

    fn shows(&self, line: &str, text: &str, status: i32, expect: Expect<'_>) -> Result<()> {
        for shown in text.lines() {
            // fish marks with ⏎ that it went to a new line by itself, and shows a line that was refused a second time.
            let shown = if shown.starts_with('⏎') { shown.trim_start_matches([' ', '⏎']) } else { shown };
            if !shown.trim().is_empty() && shown.strip_prefix("> ") != Some(line) {
                tell(self.ambient, &format!("     {shown}"));
            }
        }
        let good = match expect {
            Expect::Done => status == 0,
            Expect::Shows(part) => status == 0 && text.contains(part),
            Expect::Status(wanted) => status == wanted,
            Expect::Blocked(part) => status == 3 && text.contains("blocked") && text.contains(part),
        };
        if status == 3 {
            tell(self.ambient, "     (exit status 3)");
        }
        if !good {
            bail!(
                Failure::new(format!("the tour expected something else of `{line}` (exit status {status})"))
                    .hint("this is a defect of nexus-env on this machine: please report it with the lines above")
            );
        }
        Ok(())
    }
}

fn lost(line: &str, stop: Stop) -> anyhow::Error {
    match stop {
        Stop::Interrupted => anyhow!(Failure::new("the tour was interrupted")),
        Stop::Silent(text) => {
            anyhow!(Failure::new(format!("the shell did not answer to `{line}`; it had printed: {}", plain(&text))))
        }
        Stop::Gone(text) => {
            anyhow!(Failure::new(format!("the shell ended at `{line}`; it had printed: {}", plain(&text))))
        }
    }
}

/// What a command printed, without the echo of the line: fish has its own editor, so it says where the command began.
fn printed(text: &str) -> &str {
    text.rsplit_once(COMMAND_BEGIN).map_or(text, |(_, printed)| printed)
}

/// The text without carriage returns and terminal sequences.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => match rest.next() {
                Some('[') => while rest.next().is_some_and(|c| !('@'..='~').contains(&c)) {},
                Some(']') => while rest.next().is_some_and(|c| c != '\u{7}' && c != '\u{1b}') {},
                Some(_) | None => {}
            },
            '\n' | '\t' => out.push(c),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

fn tell(ambient: &Ambient, line: &str) {
    terminal::narrate(ambient, line);
}

fn emphasise(ambient: &Ambient, line: &str) {
    match ambient.colour {
        Colour::Yes => terminal::tell(&format!("\u{1b}[1m{line}\u{1b}[0m\n")),
        Colour::No => tell(ambient, line),
    }
}

fn pick_shell(ambient: &Ambient, wanted: Option<&str>) -> Result<String> {
    if let Some(shell) = wanted {
        return match on_path(ambient, shell) {
            true => Ok(shell.to_owned()),
            false => Err(Failure::new(format!("`{shell}` is not installed here"))
                .hint("nexus-env tour --shell bash, zsh or fish, whichever you have")
                .into()),
        };
    }
    let own = ambient.variables.text("SHELL").and_then(|path| Path::new(path).file_name()?.to_str());
    own.into_iter()
        .chain(["bash", "zsh", "fish"])
        .find(|shell| matches!(*shell, "bash" | "zsh" | "fish") && on_path(ambient, shell))
        .map(str::to_owned)
        .ok_or_else(|| Failure::new("none of bash, zsh and fish is installed here").into())
}

fn on_path(ambient: &Ambient, program: &str) -> bool {
    ambient.variables.get("PATH").is_some_and(|path| edge_ambient::finds(path, program))
}

fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Ctrl-C, and a reader who has seen enough, end the tour in good order, so that its directory goes too.
fn catch_interrupt() {
    extern "C" fn note(_signal: libc::c_int) {
        INTERRUPTED.store(true, Ordering::Relaxed);
    }
    for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGPIPE] {
        // SAFETY: the handler only stores to an atomic, which is async-signal-safe.
        unsafe { libc::signal(signal, note as *const () as libc::sighandler_t) };
    }
}
