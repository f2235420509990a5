//! Finds the person's identity: in the two variables, in `identity.txt`, in an ssh key that their own settings name.
//!
//! Nothing in a repository can name one. What others could read is refused, not used with a warning.

mod account;
mod ignored;
mod made;

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use age::stream::StreamReader;
pub use made::{Created, How, create, place, protect, unprotected, write};
use zeroize::Zeroizing;

use crate::disk;
use crate::domain::config::name::VariableName;
use crate::domain::config::person::{self, Person};
use crate::domain::session::ambient::Ambient;
use crate::domain::store::identity::{self, Identities, Locked, Plugged, Understood, Unusable};
use crate::domain::store::sealed::RecipientName;
use crate::domain::text::safe_text;
use crate::domain::text::secret::Secret;
use crate::error::{Failure, Result};

/// The key itself, for CI.
pub use crate::domain::session::given::IDENTITY as VARIABLE;
/// A file that holds it.
pub use crate::domain::session::given::IDENTITY_FILE as FILE_VARIABLE;

/// An identity file is a few lines; an ssh key with a long comment is 4 KiB.
const LARGEST: u64 = 64 * 1024;

/// Finds the identity without asking anything: one behind a passphrase is a failure that says so. The first place
/// that is there counts, also when what it holds is wrong.
///
/// # Errors
/// None at all, one that cannot be read or is none, and one behind a passphrase.
pub fn find(ambient: &Ambient) -> Result<Identities> {
    match look(ambient)? {
        Understood::Ready(identities) => Ok(identities),
        Understood::Locked(locked) => Err(Failure::new(format!("{} is protected by a passphrase", locked.origin()))
            .hint("a prompt never asks for it; a command that you type does, such as nexus-env get NAME")
            .into()),
        Understood::Plugged(plugged) => Ok(closed(ambient, &plugged)),
    }
}

/// The person of an identity that only a plugin opens, by their public keys.
pub fn closed(ambient: &Ambient, plugged: &Plugged) -> Identities {
    plugged.closed().named(namer(ambient))
}

/// The same for a command with a person in front of it: `ask` gets what to ask for and returns the passphrase. Of what only a
/// plugin opens it is the public keys alone.
///
/// # Errors
/// None at all, one that cannot be read or is none, a wrong passphrase, and whatever `ask` fails with.
pub fn find_asking(ambient: &Ambient, ask: &dyn Fn(&str) -> Result<Secret>) -> Result<Identities> {
    match look(ambient)? {
        Understood::Ready(identities) => Ok(identities),
        Understood::Locked(locked) => unlock(ambient, locked, ask),
        Understood::Plugged(plugged) => Ok(closed(ambient, &plugged)),
    }
}

/// Opens an identity behind a passphrase, which `ask` gets.
///
/// # Errors
/// Those of asking, and another passphrase.
pub fn unlock(ambient: &Ambient, locked: Locked, ask: &dyn Fn(&str) -> Result<Secret>) -> Result<Identities> {
    let origin = locked.origin().to_owned();
    let passphrase = ask(&format!("passphrase of {origin}: "))?;
    let read = |mut file: StreamReader<&[u8]>, mut text: Zeroizing<Vec<u8>>| {
        file.read_to_end(&mut text).ok()?;
        Some(text)
    };
    let identities = locked.unlock(&passphrase, read).map_err(|unusable| failure(&origin, &unusable))?;
    Ok(identities.named(namer(ambient)))
}

/// What this person is called among the readers of a store, unless they say otherwise: their login name.
pub fn own_name(ambient: &Ambient) -> RecipientName {
    namer(ambient)()
}

/// The same for whoever may never ask: a load starts no process to find it out.
fn namer(ambient: &Ambient) -> impl Fn() -> RecipientName + Send + Sync + 'static {
    let said = |name| ambient.variables.text(name).filter(|said| !said.is_empty()).map(str::to_owned);
    let (login, uid) = (said("USER").or_else(|| said("LOGNAME")), ambient.uid);
    let chosen = chosen(ambient);
    move || {
        let chosen = chosen.as_deref().and_then(|path| String::from_utf8(disk::read(path).ok()?).ok());
        let login = || RecipientName::like(&login.clone().or_else(|| account::login(uid)).unwrap_or_default());
        chosen.and_then(|name| RecipientName::new(&name)).unwrap_or_else(login)
    }
}

/// Keeps the name under which this person asked to be let in, for every line that says it again.
///
/// # Errors
/// A state directory that cannot be written.
pub fn call(ambient: &Ambient, name: &RecipientName) -> Result<()> {
    let Some(path) = chosen(ambient) else { return Ok(()) };
    Ok(disk::keep(&path, name.as_str().as_bytes()).map_err(|error| disk::unwritable("write", &path, &error))?)
}

fn chosen(ambient: &Ambient) -> Option<PathBuf> {
    ambient.state_dir.as_ref().map(|directory| directory.join("name"))
}

/// The files whose change could mend a failure to find or use the identity.
pub fn watched(ambient: &Ambient) -> Vec<PathBuf> {
    let named = ambient.variables.get(FILE_VARIABLE).map(PathBuf::from);
    let usual =
        ambient.config_dir.iter().flat_map(|directory| [directory.join("identity.txt"), directory.join("config.toml")]);
    named.into_iter().chain(usual).filter(|path| path.is_absolute()).collect()
}

/// The public key to encrypt to for oneself.
///
/// # Errors
/// Where no identity has a public key that can be written down.
pub fn own_recipient(identities: &Identities) -> Result<String> {
    let first = identities.recipients().first();
    first.cloned().ok_or_else(|| failure(&identities.origin, &Unusable::Empty))
}

/// Where the identity is taken from, for messages: the first place that is there, whether or not what it holds can be used.
pub fn origin(ambient: &Ambient) -> Option<String> {
    match source(ambient).ok()?? {
        Source::Variable(_) => Some(VARIABLE.to_owned()),
        Source::File(path) => Some(path.display().to_string()),
    }
}

/// Names that the person lets a repository set although they are refused otherwise. Settings that cannot be read
/// lift nothing; `find` says what is wrong with them.
pub fn lifted_names(ambient: &Ambient) -> Vec<VariableName> {
    settings(ambient).map(|person| person.allow_names).unwrap_or_default()
}

/// Where the identity is; not yet looked into.
enum Source<'a> {
    Variable(&'a std::ffi::OsStr),
    File(PathBuf),
}

/// The first identity that is there, ready or behind a passphrase.
///
/// # Errors
/// None at all, or one that cannot be used.
pub fn look(ambient: &Ambient) -> Result<Understood> {
    match source(ambient)? {
        Some(source) => Ok(match source.read(ambient)? {
            Understood::Ready(identities) => Understood::Ready(identities.named(namer(ambient))),
            closed @ (Understood::Locked(_) | Understood::Plugged(_)) => closed,
        }),
        None => {
            let command = maker(ambient);
            Err(Failure::new("there is no identity to open the secrets with")
                .hint(format!("nexus-env {command} makes one; in CI, set NEXUS_ENV_IDENTITY"))
                .into())
        }
    }
}

/// What makes an identity here: where others have stored secrets already, one has to be let in.
fn maker(ambient: &Ambient) -> &'static str {
    let root = ambient.cwd.iter().flat_map(|cwd| cwd.ancestors()).find(|place| place.join(".nexusenv").exists());
    if root.is_some_and(disk::has_stores) { "join" } else { "init" }
}

fn source(ambient: &Ambient) -> Result<Option<Source<'_>>> {
    if let Some(text) = ambient.variables.get(VARIABLE) {
        return Ok(Some(Source::Variable(text)));
    }
    if let Some(path) = ambient.variables.get(FILE_VARIABLE) {
        let path = PathBuf::from(path);
        // One that depends on the current directory could be a file of a repository.
        return if path.is_absolute() {
            Ok(Some(Source::File(path)))
        } else {
            Err(Failure::new(format!("`{FILE_VARIABLE}` is not an absolute path"))
                .hint(format!("write it from the root on, or unset {FILE_VARIABLE}"))
                .into())
        };
    }
    let default = config_dir(ambient)?.join("identity.txt");
    if std::fs::symlink_metadata(&default).is_ok() {
        return Ok(Some(Source::File(default)));
    }
    match settings(ambient)?.ssh_identity {
        None => Ok(None),
        Some(path) => Ok(Some(Source::File(below_home(ambient, &path)?))),
    }
}

impl Source<'_> {
    fn read(self, ambient: &Ambient) -> Result<Understood> {
        match self {
            Source::Variable(text) => {
                let origin = format!("`{VARIABLE}`");
                let parsed = identity::parse(&origin, text.as_bytes());
                parsed.map_err(|unusable| match unusable {
                    Unusable::Empty => Failure::new(format!("{origin} is set, but empty"))
                        .hint("in CI the secret may not be there: pull requests from forks get none")
                        .into(),
                    other => failure(&origin, &other),
                })
            }
            Source::File(path) => {
                let text = read_private(ambient, &path)?;
                let origin = shown(ambient, &path);
                identity::parse(&origin, &text).map_err(|unusable| match unusable {
                    Unusable::Empty | Unusable::NotText | Unusable::Garbage { .. }
                        if config_dir(ambient).is_ok_and(|directory| path == directory.join("identity.txt")) =>
                    {
                        let (quoted, command) = (safe_text::typed(&path), maker(ambient));
                        Failure::new(format!("{origin} {}", unusable.sentence()))
                            .hint(format!(
                                "put back the line that begins with AGE-SECRET-KEY-1; or, for another one, mv {quoted} \
                                 {quoted}.old && nexus-env {command}"
                            ))
                            .into()
                    }
                    other => failure(&origin, &other),
                })
            }
        }
    }
}

/// Reads a file that must be a regular one of this user, which nobody else may read.
fn read_private(ambient: &Ambient, path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let name = shown(ambient, path);
    let quoted = safe_text::typed(path);
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
        .open(path)
        .map_err(|error| failed("could not read", path, &error))?;
    // The file that was opened, not what stands at the path by now.
    let meta = file.metadata().map_err(|error| failed("could not read", path, &error))?;
    if !meta.is_file() {
        return Err(Failure::new(format!("{name} is not a regular file")).hint(format!("ls -l {quoted}")).into());
    }
    if meta.uid() != ambient.uid {
        return Err(Failure::new(format!("{name} belongs to another user (uid {})", meta.uid()))
            .hint("an identity is used by its owner alone; copy it to a file of your own")
            .into());
    }
    if meta.mode() & 0o077 != 0 {
        return Err(Failure::new(format!("{name} is open to other users (mode {:04o})", meta.mode() & 0o7777))
            .hint(format!("chmod 600 {quoted}"))
            .into());
    }
    if meta.len() > LARGEST {
        return Err(Failure::new(format!("{name} is too large for an identity"))
            .hint("an identity is one line that begins with AGE-SECRET-KEY-1")
            .into());
    }
    refuse_in_work_tree(ambient, path)?;
    // Room for all of it at once: a buffer that grows leaves copies behind.
    let mut text = Zeroizing::new(Vec::with_capacity(usize::try_from(meta.len()).unwrap_or(0) + 64));
    file.take(LARGEST).read_to_end(&mut text).map_err(|error| failed("could not read", path, &error))?;
    Ok(text)
}

/// One that lies in a git work tree is one `git add` away from everyone, unless git ignores it.
fn refuse_in_work_tree(ambient: &Ambient, path: &Path) -> Result<()> {
    let physical = match std::fs::canonicalize(path) {
        Ok(physical) => physical,
        // It is about to be made: its directory is there.
        Err(_) => match (path.parent().map(std::fs::canonicalize), path.file_name()) {
            (Some(Ok(parent)), Some(name)) => parent.join(name),
            _ => path.to_owned(),
        },
    };
    let Some(tree) = physical.ancestors().skip(1).find(|above| above.join(".git").symlink_metadata().is_ok()) else {
        return Ok(());
    };
    if ignored::is_ignored(ambient, tree, &physical) {
        return Ok(());
    }
    let name = shown(ambient, &physical);
    Err(Failure::new(format!("{name} lies in the git work tree {} and is not ignored", shown(ambient, tree)))
        .hint("move it out of the work tree, or add it to that tree's .gitignore")
        .into())
}

/// Where the person's settings are.
pub fn settings_file(ambient: &Ambient) -> Option<PathBuf> {
    ambient.config_dir.as_ref().map(|directory| directory.join("config.toml"))
}

/// The person's own settings.
///
/// # Errors
/// With file and line: rules of the guard that nobody can read would not hold.
pub fn settings(ambient: &Ambient) -> Result<Person> {
    let Some(path) = settings_file(ambient) else {
        return Ok(Person::default());
    };
    let mut text = String::new();
    // Opening a pipe for reading would wait for a writer (open(2), O_NONBLOCK).
    let file = OpenOptions::new().read(true).custom_flags(rustix::fs::OFlags::NONBLOCK.bits() as i32).open(&path);
    match file.and_then(|file| file.take(LARGEST).read_to_string(&mut text)) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Person::default()),
        Err(error) => return Err(failed("could not read", &path, &error)),
    }
    person::parse(&text).map_err(|wrong| {
        let name = format!("`{}:{}`", bare(ambient, &path), wrong.line);
        let hint = match wrong.what.starts_with("duplicate key") {
            true => "remove one of the two lines",
            false => "the keys are ssh_identity, age_plugins, allow_names, [shell], [[guard]] and [[protect]]",
        };
        Failure::new(format!("{name}: {}", wrong.what)).hint(hint).into()
    })
}

fn below_home(ambient: &Ambient, path: &str) -> Result<PathBuf> {
    let path = match (path.strip_prefix("~/"), &ambient.home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    };
    if path.is_absolute() {
        Ok(path)
    } else {
        let message = "`ssh_identity` in your config.toml is not an absolute path";
        Err(Failure::new(message).hint("ssh_identity = \"~/.ssh/id_ed25519\"").into())
    }
}

fn config_dir(ambient: &Ambient) -> Result<&Path> {
    ambient.config_dir.as_deref().ok_or_else(|| {
        Failure::new("neither `HOME` nor `XDG_CONFIG_HOME` is an absolute path")
            .hint("set HOME, or NEXUS_ENV_IDENTITY_FILE to where the identity is")
            .into()
    })
}

fn failure(origin: &str, unusable: &Unusable) -> anyhow::Error {
    Failure::new(format!("{origin} {}", unusable.sentence())).hint(unusable.hint()).into()
}

fn failed(act: &str, path: &Path, error: &std::io::Error) -> anyhow::Error {
    let reason = error.to_string();
    let reason = reason.split(" (os error").next().unwrap_or_default().to_lowercase();
    let hint = format!("ls -ld {}", safe_text::typed(path));
    Failure::new(format!("{act} `{}`: {reason}", safe_text::path(path))).hint(hint).into()
}

/// A path in backticks, with `~` for home and nothing that could move the cursor.
fn shown(ambient: &Ambient, path: &Path) -> String {
    format!("`{}`", bare(ambient, path))
}

fn bare(ambient: &Ambient, path: &Path) -> String {
    match ambient.home.as_ref().and_then(|home| path.strip_prefix(home).ok()) {
        Some(rest) if rest.as_os_str().is_empty() => "~".to_owned(),
        Some(rest) => format!("~/{}", safe_text::path(rest)),
        None => safe_text::path(path),
    }
}
