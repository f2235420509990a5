//! Whether git ignores a file. Asking starts a process, and an identity is looked at with every load, so a yes is kept for
//! as long as nothing changed that it rests on.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sha2::{Digest, Sha256};

use crate::disk;
use crate::domain::session::ambient::Ambient;

/// Whether git ignores `file`, which lies in the work tree `tree`. Where git cannot say, it does not.
pub fn is_ignored(ambient: &Ambient, tree: &Path, file: &Path) -> bool {
    let kept = kept(ambient, file);
    let known = kept.as_ref().and_then(|path| String::from_utf8(disk::read(path).ok()?).ok());
    if let Some((source, seen)) = known.as_deref().and_then(|text| text.split_once('\n'))
        && basis(ambient, tree, file, source).as_deref() == Some(seen)
    {
        return true;
    }
    // Looked at before git is asked: a change in between makes it ask again.
    let before = |source: &str| basis(ambient, tree, file, source);
    let without_source = before("");
    let Some(source) = ask(tree, file) else { return false };
    if let (Some(kept), Some(seen)) = (kept, before(&source))
        && before("") == without_source
    {
        // Where it cannot be kept, git is asked the next time too.
        let _ = disk::keep(&kept, format!("{source}\n{seen}").as_bytes());
    }
    true
}

fn kept(ambient: &Ambient, file: &Path) -> Option<PathBuf> {
    let hash = Sha256::digest(file.as_os_str().as_encoded_bytes());
    let name: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Some(ambient.state_dir.as_ref()?.join("ignored").join(name))
}

/// All that the answer rests on, as a hash of how it looks now: the patterns along the way and those of the person, the file
/// of patterns that gave the answer, settings that name others, and the index, since what is tracked is not ignored
/// (gitignore(5)). `None` where git keeps them in a place that is not looked for here.
fn basis(ambient: &Ambient, tree: &Path, file: &Path, source: &str) -> Option<String> {
    let git = tree.join(".git");
    if !git.is_dir() {
        return None;
    }
    let along =
        file.ancestors().skip(1).take_while(|above| above.starts_with(tree)).map(|above| above.join(".gitignore"));
    let own = ["info/exclude", "config", "index"].map(|name| git.join(name));
    let person = [".gitconfig", ".config/git/config", ".config/git/ignore"];
    let person = ambient.home.iter().flat_map(|home| person.map(|name| home.join(name)));
    let xdg = ambient.config_dir.iter().filter_map(|directory| directory.parent());
    let xdg = xdg.flat_map(|base| ["git/config", "git/ignore"].map(|name| base.join(name)));
    let named = (!source.is_empty()).then(|| tree.join(source));
    let others = std::iter::once(PathBuf::from("/etc/gitconfig")).chain(named);
    let mut hash = Sha256::new();
    for path in along.chain(own).chain(person).chain(xdg).chain(others) {
        hash.update(format!("{path:?} {:?}\n", disk::sight(&path)));
    }
    Some(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The file of patterns by which git ignores it, as git names it.
fn ask(tree: &Path, file: &Path) -> Option<String> {
    let mut git = Command::new("git");
    // A hook into file watching is a program that the work tree's configuration names.
    git.args(["-c", "core.fsmonitor=false", "-C"]).arg(tree).args(["check-ignore", "-z", "--verbose", "--stdin"]);
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR"] {
        git.env_remove(variable);
    }
    let mut child = git.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let path = [file.as_os_str().as_encoded_bytes(), b"\0"].concat();
    let written = child.stdin.take().is_some_and(|mut stdin| stdin.write_all(&path).is_ok());
    let output = child.wait_with_output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    // Source, line, pattern, path: git-check-ignore(1). A pattern with `!` says that it is not ignored.
    let [source, _, pattern, ..] = text.split('\0').collect::<Vec<_>>()[..] else { return None };
    (written && output.status.success() && !pattern.starts_with('!') && !source.contains('\n'))
        .then(|| source.to_owned())
}
