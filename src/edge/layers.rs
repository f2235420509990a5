//! The files behind the variables of the guard's deeper layers: a link to this program by the engine's name, and the
//! preload. Made once, replaced whole when this program moves or changes. It knows no environment.
//!
//! A process under another account inherits NODE_OPTIONS too (`su postgres -c …`, `setpriv`, `gosu`), and Node ends where it cannot
//! read what that names. So the preload stands where everyone may read it, while the state directory stays this user's alone.

use crate::domain::text::safe_text;
use std::fs::{DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::disk;
use crate::domain::guard::node::{self, Named};
use crate::domain::session::ambient::Ambient;
use crate::domain::session::layers::{Files, PRELOAD};
use crate::error::Result;

/// The files, made where they are missing. `program` is the path by which this program was started, `named` what rules add
/// to the tools.
///
/// # Errors
/// A directory that cannot be made or is not ours alone, and a file that cannot be written.
pub fn prepare(ambient: &Ambient, program: &Path, named: &Named) -> Result<Files> {
    let state = ambient.state_dir.as_deref().context("there is no home directory to keep the guard's files in")?;
    let engine = state.join("engine/schema-engine");
    if std::fs::read_link(&engine).ok().as_deref() != Some(program) {
        disk::link(&engine, program).with_context(|| format!("could not write `{}`", safe_text::path(&engine)))?;
    }
    let text = preload(named, &engine)?;
    let name = format!("{}{:016x}{}", PRELOAD.0, hash(text.as_bytes()), PRELOAD.1);
    let there = |path: &Path| {
        std::fs::symlink_metadata(path).is_ok_and(|seen| seen.is_file() && seen.len() == text.len() as u64)
    };
    if let Some(preload) = public().map(|directory| directory.join(&name))
        && (there(&preload) || disk::publish(&preload, text.as_bytes()).is_ok())
    {
        return Ok(Files { engine, preload });
    }
    let preload = state.join("node").join(name);
    if !there(&preload) {
        disk::keep(&preload, text.as_bytes())
            .with_context(|| format!("could not write `{}`", safe_text::path(&preload)))?;
    }
    Ok(Files { engine, preload })
}

/// A directory of this user's that everyone may look into and nobody else may write into. Above it is one of root's that is
/// sticky, so that nobody else can put another one in its place. Memory first: what is in `/tmp` is swept there by date.
fn public() -> Option<PathBuf> {
    let uid = rustix::process::geteuid().as_raw();
    ["/dev/shm", "/tmp"].iter().find_map(|base| {
        let above = std::fs::metadata(base).ok()?;
        if !above.is_dir() || above.uid() != 0 || above.mode() & 0o1000 == 0 {
            return None;
        }
        let directory = Path::new(base).join(format!("nexus-env-{uid}"));
        // Where there is one already, what it is decides.
        let _ = DirBuilder::new().mode(0o755).create(&directory);
        let seen = std::fs::symlink_metadata(&directory).ok()?;
        if !seen.is_dir() || seen.uid() != uid || seen.mode() & 0o022 != 0 {
            return None;
        }
        // The umask may have taken something away.
        if seen.mode() & 0o777 != 0o755 {
            std::fs::set_permissions(&directory, Permissions::from_mode(0o755)).ok()?;
        }
        Some(directory)
    })
}

fn preload(named: &Named, engine: &Path) -> Result<String> {
    let tools: Vec<&str> =
        node::tools().map(|name| name as &str).chain(named.programs.iter().map(String::as_str)).collect();
    let scripts = serde_json::to_string(&named.scripts).context("a rule is no text")?;
    let program = serde_json::to_string(&engine.to_string_lossy()).context("a path is no text")?;
    let text = include_str!("../../shell/preload.cjs").replace("__NEXUS_ENV_TOOLS__", &tools.join("|"));
    Ok(text.replace("'__NEXUS_ENV_SCRIPTS__'", &scripts).replace("'__NEXUS_ENV_PROGRAM__'", &program))
}

/// FNV-1a: a name for each content of ours, no seal.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample;

    #[test]
    fn makes_them_once_and_follows_a_program_that_moved() {
        let directory = tempfile::tempdir().unwrap();
        let ambient = Ambient { state_dir: Some(directory.path().join("nexus-env")), ..sample::ambient() };
        let files = prepare(&ambient, Path::new("/opt/a/nexus-env"), &Named::default()).unwrap();
        let text = std::fs::read_to_string(&files.preload).unwrap();
        assert!(text.contains("drizzle-kit") && !text.contains("__NEXUS_ENV_"));
        let times = |files: &Files| std::fs::symlink_metadata(&files.preload).unwrap().modified().unwrap();
        let before = times(&files);
        let moved = prepare(&ambient, Path::new("/opt/b/nexus-env"), &Named::default()).unwrap();
        assert_eq!((&moved, times(&moved)), (&files, before));
        assert_eq!(std::fs::read_link(&files.engine).unwrap(), Path::new("/opt/b/nexus-env"));
        std::fs::write(&files.preload, "half").unwrap();
        prepare(&ambient, Path::new("/opt/b/nexus-env"), &Named::default()).unwrap();
        assert_eq!(std::fs::read_to_string(&files.preload).unwrap(), text);
        assert_eq!(std::fs::read_dir(files.engine.parent().unwrap()).unwrap().count(), 1);
        assert!(text.contains(&format!("\"{}\"", files.engine.display())));
        std::fs::remove_file(&files.preload).unwrap();
    }
}
