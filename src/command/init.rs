//! `init`: the first `.nexusenv` of a repository, an identity where there is none, and the next step. Changes nothing
//! that exists, but for a line in `.gitignore`.

use crate::domain::text::safe_text;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use rand::RngCore;
use rand::rngs::OsRng;

use crate::domain::config::repository::{InputKind, Repository};
use crate::domain::config::template;
use crate::domain::session::ambient::Ambient;
use crate::edge::identity::{self, How};
use crate::edge::repo::{self, Found};
use crate::edge::trust::{self, Trust};
use crate::edge::{terminal, vault};
use crate::error::{Failure, Result};

/// Makes what is missing, in the top directory of the git work tree, else in the current directory. A second call
/// finds everything there and says so. `make_identity` makes an identity where there is none, and returns what to say
/// about it.
///
/// # Errors
/// A current directory that was deleted, or a place that cannot be written; what was made before stays.
pub fn init(ambient: &Ambient, make_identity: impl FnOnce(&Ambient) -> Result<Option<String>>) -> Result<()> {
    let Some(cwd) = ambient.cwd.as_deref() else {
        return Err(anyhow!(Failure::new("the current directory was deleted").hint("cd to one that exists")));
    };
    let top = repo::git_top(ambient, cwd).unwrap_or_else(|| cwd.to_owned());
    let root = match repo::find(ambient)? {
        Found::Unreadable(_, error) => return Err(error),
        // One between here and the top is the one that counts here; one above it belongs to somebody else.
        Found::Repository(repository) if repository.root.starts_with(&top) => repository.root,
        Found::Repository(_) | Found::Nothing(_) => top,
    };
    if let Some(identity) = make_identity(ambient)? {
        terminal::say(ambient, &identity);
    }
    let written = configuration(ambient, &root)?;
    ignore(ambient, &root)?;
    next(ambient, &root, written)
}

/// Whose file it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Written {
    Now,
    Before,
}

fn configuration(ambient: &Ambient, root: &Path) -> Result<Written> {
    let path = root.join(InputKind::Main.file_name());
    let mut random = [0; 20];
    OsRng.try_fill_bytes(&mut random)?;
    let id = template::id(random);
    let text = template::configuration(&id);
    if !repo::create(&path, text.as_bytes())? {
        terminal::say(ambient, &format!("{} is there already, and stays as it is", shown(ambient, &path)));
        return Ok(Written::Before);
    }
    // Trusted is what was written here, and nothing that lies beside it.
    if let Found::Repository(found) = repo::find_from(ambient, root)?
        && found.main.untrusted_bytes() == text.as_bytes()
    {
        trust::allow(ambient, &Repository { local: None, ..found })?;
        trust::settle(ambient, &id, root)?;
    }
    terminal::say(ambient, &format!("wrote {} with dev and prod, and allowed it", shown(ambient, &path)));
    Ok(Written::Now)
}

fn ignore(ambient: &Ambient, root: &Path) -> Result<()> {
    let path = root.join(".gitignore");
    let before = repo::content(&path)?;
    let Some(after) = template::ignoring(before.as_deref().unwrap_or_default()) else { return Ok(()) };
    let fresh = before.is_none() && repo::create(&path, &after)?;
    if !fresh {
        repo::replace(&path, &after)?;
    }
    let file = shown(ambient, &path);
    let sentence = if fresh { format!("wrote {file} with") } else { format!("added to {file}:") };
    terminal::say(ambient, &format!("{sentence} `.nexusenv.local`"));
    Ok(())
}

/// Says what to type next.
fn next(ambient: &Ambient, root: &Path, written: Written) -> Result<()> {
    let allowed = match repo::find_from(ambient, root)? {
        Found::Repository(repository) => matches!(trust::judge(ambient, &repository)?, Trust::Allowed(_)),
        Found::Unreadable(..) | Found::Nothing(_) => false,
    };
    let env_file = repo::prisma_env_file(root);
    let step = match (allowed, env_file, written) {
        // What is stored already is read by others: another one's `set` would make secrets that they cannot read.
        (true, _, Written::Before) if vault::has_stores(root) => {
            "nexus-env status, which says what you can read".to_owned()
        }
        (_, _, Written::Now) if vault::has_stores(root) => "the secrets in `.nexusenv.d` are bound to the `id` of a \
            `.nexusenv` before this one: write the `repository` of one of them as `id`, then nexus-env allow"
            .to_owned(),
        (false, _, Written::Now | Written::Before) => "nexus-env allow, after a look at the files".to_owned(),
        (true, Some(file), Written::Now) => {
            format!("nexus-env import {} -e dev, to take over what this project has", typed(ambient, &file))
        }
        (true, _, Written::Now | Written::Before) => {
            "nexus-env set DATABASE_URL -e dev, and the same for prod".to_owned()
        }
    };
    terminal::say(ambient, &format!("next: {step}"));
    Ok(())
}

/// A path as it is typed here.
fn typed(ambient: &Ambient, path: &Path) -> String {
    safe_text::typed(here(ambient, path))
}

fn shown(ambient: &Ambient, path: &Path) -> String {
    format!("`{}`", safe_text::path(&here(ambient, path)))
}

fn here(ambient: &Ambient, path: &Path) -> PathBuf {
    let below = ambient.cwd.as_deref().and_then(|cwd| path.strip_prefix(cwd).ok());
    below.unwrap_or(path).to_owned()
}

/// `init` as it is typed: with an identity made where there is none.
///
/// # Errors
/// A configuration that is there already, an identity that is there and wrong, and a file that cannot be written.
pub fn init_with_identity(ambient: &Ambient) -> Result<()> {
    init(ambient, |ambient| {
        let created = identity::create(ambient)?;
        let key = created.recipient.map(|key| format!(", public key {key}")).unwrap_or_default();
        Ok(Some(match created.how {
            How::Made => format!("made your identity {}{key}", created.origin),
            How::Kept => format!("your identity is {}{key}", created.origin),
        }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample;

    struct World {
        _keep: tempfile::TempDir,
        repo: PathBuf,
        ambient: Ambient,
    }

    impl World {
        fn new() -> Self {
            let keep = tempfile::tempdir().unwrap();
            let home = keep.path().canonicalize().unwrap();
            let repo = home.join("repo");
            std::fs::create_dir_all(repo.join("deep/er")).unwrap();
            let ambient = Ambient {
                cwd: Some(repo.join("deep/er")),
                state_dir: Some(home.join("state")),
                quiet: true,
                uid: rustix::process::geteuid().as_raw(),
                home: Some(home),
                ..sample::ambient()
            };
            World { _keep: keep, repo, ambient }
        }

        fn init(&self) {
            init(&self.ambient, |_| Ok(None)).unwrap();
        }

        fn read(&self, path: &str) -> Option<String> {
            std::fs::read_to_string(self.repo.join(path)).ok()
        }

        fn allowed(&self, path: &str) -> bool {
            let Ok(Found::Repository(repository)) = repo::find_from(&self.ambient, &self.repo.join(path)) else {
                return false;
            };
            matches!(trust::judge(&self.ambient, &repository), Ok(Trust::Allowed(_)))
        }
    }

    #[test]
    fn writes_in_the_git_top_and_trusts_what_it_wrote() {
        let world = World::new();
        std::fs::create_dir(world.repo.join(".git")).unwrap();
        world.init();
        assert!(world.read(".nexusenv").unwrap().contains("[env.dev.vars]"));
        assert_eq!(world.read(".gitignore").as_deref(), Some(".nexusenv.local\n"));
        assert!(world.allowed(""));
    }

    #[test]
    fn writes_here_where_there_is_no_git() {
        let world = World::new();
        world.init();
        assert!(world.read("deep/er/.nexusenv").is_some() && world.read(".nexusenv").is_none());
    }

    #[test]
    fn a_second_call_changes_nothing() {
        let world = World::new();
        world.init();
        let before = (world.read("deep/er/.nexusenv"), world.read("deep/er/.gitignore"));
        world.init();
        assert_eq!((world.read("deep/er/.nexusenv"), world.read("deep/er/.gitignore")), before);
    }

    #[test]
    fn what_exists_stays_and_is_not_trusted() {
        let world = World::new();
        std::fs::create_dir(world.repo.join(".git")).unwrap();
        std::fs::write(world.repo.join(".nexusenv"), "theirs").unwrap();
        std::fs::write(world.repo.join(".gitignore"), "dist\r\n").unwrap();
        world.init();
        assert_eq!(world.read(".nexusenv").as_deref(), Some("theirs"));
        assert_eq!(world.read(".gitignore").as_deref(), Some("dist\r\n.nexusenv.local\r\n"));
        assert!(!world.allowed(""));
    }

    #[test]
    fn a_local_file_that_lay_there_is_not_trusted_with_it() {
        let world = World::new();
        std::fs::write(world.repo.join("deep/er/.nexusenv.local"), "[env.dev.vars]\nX = \"1\"").unwrap();
        world.init();
        assert!(!world.allowed("deep/er"));
        std::fs::remove_file(world.repo.join("deep/er/.nexusenv.local")).unwrap();
        assert!(world.allowed("deep/er"));
    }

    #[test]
    fn without_an_identity_nothing_is_written() {
        let world = World::new();
        let result = init(&world.ambient, |_| Err(anyhow!(Failure::new("no room"))));
        assert_eq!(result.unwrap_err().to_string(), "no room");
        assert!(world.read("deep/er/.nexusenv").is_none());
    }

    #[test]
    fn two_repositories_have_two_ids() {
        let (one, two) = (World::new(), World::new());
        one.init();
        two.init();
        assert_ne!(one.read("deep/er/.nexusenv"), two.read("deep/er/.nexusenv"));
    }
}
