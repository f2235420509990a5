//! Reads what `doctor` looks through: start-up files, histories, `.env*`, other loaders' files, and what git and tmux say.
//! It keeps nothing and changes nothing; a file that is too long is read from its end.

use crate::domain::text::safe_text;
use std::collections::HashSet;
use std::fs::File as Handle;
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::domain::page::doctor::{File, InGit, Loader, Role, Shell, StateDirectory, is_dotenv};
use crate::domain::session::ambient::Ambient;

/// Of a longer file only this much is kept in memory, its end.
const LONGEST: u64 = 8 * 1024 * 1024;

/// Every file that is there, in one order.
pub fn files(ambient: &Ambient, root: Option<&Path>) -> Vec<File> {
    let mut wanted: Vec<(PathBuf, Role)> = Vec::new();
    if let Some(home) = &ambient.home {
        start_up(ambient, home, &mut wanted);
        histories(ambient, home, &mut wanted);
        wanted.push((config_home(ambient, home).join("mise/config.toml"), Role::Loader(Loader::Mise)));
    }
    if let Some(root) = root {
        wanted.push((root.join(".nexusenv"), Role::Configuration));
        const MISE: &[&str] = &[
            "mise.toml", ".mise.toml", "mise.local.toml", ".mise.local.toml", "mise/config.toml", ".config/mise.toml",
            ".config/mise/config.toml",
        ];
        wanted.push((root.join(".envrc"), Role::Loader(Loader::Direnv)));
        wanted.extend(MISE.iter().map(|name| (root.join(name), Role::Loader(Loader::Mise))));
        wanted.extend(below(&root.join(".shadowenv.d"), "lisp").map(|path| (path, Role::Loader(Loader::Shadowenv))));
        wanted.extend([".autoenv", ".autoenv.zsh"].map(|name| (root.join(name), Role::Loader(Loader::Autoenv))));
        wanted.extend(dotenv_files(root));
        wanted.push((root.join(OWN), Role::Own(in_git(root, OWN))));
    }
    let mut seen = HashSet::new();
    wanted.retain(|(path, _)| seen.insert(path.clone()));
    wanted.into_iter().filter_map(|(path, role)| read(ambient, root, path, role)).collect()
}

fn config_home(ambient: &Ambient, home: &Path) -> PathBuf {
    directory(ambient, "XDG_CONFIG_HOME").unwrap_or_else(|| home.join(".config"))
}

fn directory(ambient: &Ambient, name: &str) -> Option<PathBuf> {
    ambient.variables.get(name).map(PathBuf::from).filter(|path| path.is_absolute())
}

fn start_up(ambient: &Ambient, home: &Path, wanted: &mut Vec<(PathBuf, Role)>) {
    let zsh = directory(ambient, "ZDOTDIR").unwrap_or_else(|| home.to_owned());
    let fish = config_home(ambient, home).join("fish");
    let bash = [".bashrc", ".bash_profile", ".bash_login", ".profile"].map(|name| home.join(name));
    wanted.extend(bash.map(|path| (path, Role::StartUp(Shell::Bash))));
    let files = [".zshenv", ".zprofile", ".zshrc", ".zlogin"].map(|name| zsh.join(name));
    wanted.extend(files.map(|path| (path, Role::StartUp(Shell::Zsh))));
    wanted.extend(below(&fish.join("conf.d"), "fish").map(|path| (path, Role::StartUp(Shell::Fish))));
    wanted.push((fish.join("config.fish"), Role::StartUp(Shell::Fish)));
}

fn histories(ambient: &Ambient, home: &Path, wanted: &mut Vec<(PathBuf, Role)>) {
    let zsh = directory(ambient, "ZDOTDIR").unwrap_or_else(|| home.to_owned());
    let data = directory(ambient, "XDG_DATA_HOME").unwrap_or_else(|| home.join(".local/share"));
    wanted.push((home.join(".bash_history"), Role::History(Shell::Bash)));
    let files = [zsh.join(".zsh_history"), home.join(".zsh_history"), zsh.join(".zhistory"), zsh.join(".histfile")];
    wanted.extend(files.map(|path| (path, Role::History(Shell::Zsh))));
    wanted.push((data.join("fish/fish_history"), Role::History(Shell::Fish)));
    if let Some(named) = directory(ambient, "HISTFILE") {
        let shell = ambient.variables.text("SHELL").and_then(|shell| Shell::from_name(shell.rsplit('/').next()?));
        wanted.push((named, Role::History(shell.unwrap_or(Shell::Bash))));
    }
}

/// The files of a directory with this ending, sorted.
fn below(directory: &Path, extension: &str) -> impl Iterator<Item = PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == extension)).collect();
    found.sort();
    found.into_iter()
}

/// The `.env*` of the repository. Where git knows it, also those below the top; it leaves out whole directories that hold
/// nothing of the repository, such as `node_modules`.
fn dotenv_files(root: &Path) -> Vec<(PathBuf, Role)> {
    let dotenv = |path: &String| is_dotenv(path.rsplit('/').next().unwrap_or(path));
    let (tracked, others, ignored) = (
        git(root, &["ls-files", "-z"]),
        git(root, &["ls-files", "-z", "--others", "--directory"]),
        git(root, &["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"]),
    );
    let (Some(tracked), Some(others), Some(ignored)) = (tracked, others, ignored) else {
        let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        return names
            .iter()
            .filter(|name| dotenv(name))
            .map(|n| (root.join(n), Role::DotEnv(InGit::Outside)))
            .collect();
    };
    let ignored: HashSet<String> = ignored.into_iter().collect();
    let kept = |path: &String| if ignored.contains(path) { InGit::Ignored } else { InGit::Untracked };
    let mut all: Vec<(String, InGit)> = tracked.into_iter().map(|path| (path, InGit::Tracked)).collect();
    all.extend(others.into_iter().map(|path| (path.clone(), kept(&path))));
    all.retain(|(path, _)| dotenv(path));
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all.into_iter().map(|(path, in_git)| (root.join(path), Role::DotEnv(in_git))).collect()
}

/// The overrides of one person.
const OWN: &str = ".nexusenv.local";

fn in_git(root: &Path, name: &str) -> InGit {
    let listed = |words: &[&str]| git(root, &[&["ls-files", "-z"], words, &["--", name]].concat());
    match (listed(&[]), listed(&["--others", "--exclude-standard"])) {
        (Some(tracked), _) if !tracked.is_empty() => InGit::Tracked,
        (_, Some(untracked)) if !untracked.is_empty() => InGit::Untracked,
        (Some(_), Some(_)) => InGit::Ignored,
        (None, _) | (_, None) => InGit::Outside,
    }
}

/// What git lists, or `None` where there is no work tree or no git.
fn git(root: &Path, words: &[&str]) -> Option<Vec<String>> {
    let mut command = Command::new("git");
    command.arg("-C").arg(root).args(words).stdin(Stdio::null()).stderr(Stdio::null());
    let output = command.output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Some(text.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
}

fn read(ambient: &Ambient, root: Option<&Path>, path: PathBuf, role: Role) -> Option<File> {
    let length = std::fs::metadata(&path).ok().filter(std::fs::Metadata::is_file)?.len();
    let mut handle = Handle::open(&path).ok()?;
    let mut first_line = 1;
    if let Some(skipped) = length.checked_sub(LONGEST).filter(|skipped| *skipped > 0) {
        let mut left = skipped;
        let mut piece = vec![0; 64 * 1024];
        while left > 0 {
            let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(piece.len());
            let count = handle.read(&mut piece[..wanted]).ok().filter(|count| *count > 0)?;
            first_line += piece[..count].iter().filter(|byte| **byte == b'\n').count();
            left -= count as u64;
        }
        handle.seek(SeekFrom::Start(skipped)).ok()?;
    }
    let mut bytes = Vec::new();
    handle.take(LONGEST).read_to_end(&mut bytes).ok()?;
    let shown = shown(ambient, root, &path);
    Some(File { shown, path, role, text: String::from_utf8_lossy(&bytes).into_owned(), first_line })
}

/// As a person writes it.
fn shown(ambient: &Ambient, root: Option<&Path>, path: &Path) -> String {
    if let Some(inside) = root.and_then(|root| path.strip_prefix(root).ok()) {
        return safe_text::path(inside);
    }
    match ambient.home.as_ref().and_then(|home| path.strip_prefix(home).ok()) {
        Some(inside) => format!("~/{}", safe_text::path(inside)),
        None => safe_text::path(path),
    }
}

/// `NAME=VALUE` lines of the tmux server's environment; nothing where no server runs. Where none ever ran, tmux is not asked:
/// it would make the directory of its sockets (tmux(1), `-L`).
pub fn tmux(ambient: &Ambient) -> String {
    let directory = ambient.variables.text("TMUX_TMPDIR").unwrap_or("/tmp");
    let sockets = Path::new(directory).join(format!("tmux-{}", ambient.uid));
    if ambient.variables.text("TMUX").is_none() && !sockets.is_dir() {
        return String::new();
    }
    let mut command = Command::new("tmux");
    command.args(["show-environment", "-g"]).stdin(Stdio::null()).stderr(Stdio::null());
    let output = command.output().ok().filter(|output| output.status.success());
    output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
}

/// Whose the state directory is, and who else may write there.
pub fn state(ambient: &Ambient) -> StateDirectory {
    let Some(directory) = &ambient.state_dir else { return StateDirectory::Well };
    let named = shown(ambient, None, directory);
    match std::fs::metadata(directory) {
        Err(_) => StateDirectory::Well,
        Ok(meta) if meta.uid() != ambient.uid => StateDirectory::AnotherUsers(named),
        Ok(meta) if meta.mode() & 0o022 != 0 => StateDirectory::OpenToOthers(named),
        Ok(_) => StateDirectory::Well,
    }
}
