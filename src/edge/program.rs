//! Where this program is, as the shell's hook should remember it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::domain::session::ambient::Ambient;

/// The file of a program, its links followed: what it is called there is what it is.
pub fn find(ambient: &Ambient, program: &str) -> Option<PathBuf> {
    let named = Path::new(program);
    let found = match named.components().count() > 1 {
        true => ambient.cwd.as_ref().map(|cwd| cwd.join(named)).filter(|path| path.is_file()),
        false => {
            let path = ambient.variables.get("PATH").unwrap_or_default();
            std::env::split_paths(path).map(|directory| directory.join(named)).find(|path| path.is_file())
        }
    };
    found.map(|path| path.canonicalize().unwrap_or(path))
}

/// The absolute path by which this program was started, where that leads to `own`, its file; else `own`. A link in
/// `PATH` outlives the versioned directory behind it.
pub fn path(ambient: &Ambient, called: &OsStr, own: PathBuf) -> PathBuf {
    let physical = own.canonicalize().ok();
    let leads_here = |path: &PathBuf| path.is_absolute() && physical.is_some() && path.canonicalize().ok() == physical;
    let called = Path::new(called);
    let by_name = if called.components().count() > 1 || called.is_absolute() {
        ambient.cwd.as_ref().map(|cwd| cwd.join(called)).filter(leads_here)
    } else {
        let path = ambient.variables.get("PATH").unwrap_or_default();
        std::env::split_paths(path).map(|directory| directory.join(called)).find(leads_here)
    };
    by_name.unwrap_or(own)
}
