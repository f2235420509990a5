//! Which editor a person means, and how each is told to keep no copy of the text elsewhere.

use super::given;
use crate::domain::text::environ::Environ;

/// The words of `VISUAL` or else `EDITOR`, as the person's own surroundings have it: one that an environment set is not meant.
/// `None` where neither is there.
pub fn words(variables: &Environ) -> Option<Vec<String>> {
    let own = |name: &&str| !given::names(variables).any(|other| other == *name);
    let named = ["VISUAL", "EDITOR"].into_iter().filter(own).filter_map(|name| variables.text(name));
    named.filter_map(|text| shell_words::split(text).ok()).find(|words| !words.is_empty())
}

/// What goes in front of the file's name for a program of this name; `None` for one that is not known here, and may keep
/// copies of its own.
pub fn flags(program: &str) -> Option<&'static [&'static str]> {
    let begins = |row: &&(&[&str], &'static [&'static str])| {
        let one = |name: &&str| {
            program == *name || program.strip_prefix(*name).is_some_and(|rest| rest.starts_with(['.', '-']))
        };
        row.0.iter().any(one)
    };
    EDITORS.iter().find(begins).map(|(_, flags)| *flags)
}

/// vim(1), "Swap file", `'backup'`, `'undofile'`, `'viminfo'`; nano(1), `set backup` and `set historylog` stand in its
/// configuration; the manual of Emacs, "Backup", "Auto Save", "Interlocking"; the others write nothing but the file.
const EDITORS: &[(&[&str], &[&str])] = &[
    (&["vim", "nvim", "view", "vimx"], &["-n", "-i", "NONE", "-c", "set nobackup nowritebackup noundofile nomodeline"]),
    (&["nano", "rnano"], &["--ignorercfiles"]),
    (&["emacs"], &["--eval", "(setq make-backup-files nil auto-save-default nil create-lockfiles nil)"]),
    (&["ed", "ex", "vi", "nvi", "hx", "helix", "kak", "mg"], &[]),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn environ(pairs: &[(&str, &str)]) -> Environ {
        Environ::new(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
    }

    #[test]
    fn the_persons_own_editor_is_meant() {
        let words = |pairs: &[(&str, &str)]| words(&environ(pairs)).map(|words| words.join("|"));
        assert_eq!(words(&[]), None);
        assert_eq!(words(&[("VISUAL", ""), ("EDITOR", "code --wait")]).as_deref(), Some("code|--wait"));
        assert_eq!(words(&[("VISUAL", "vim"), ("EDITOR", "ed")]).as_deref(), Some("vim"));
        assert_eq!(
            words(&[("VISUAL", "evil"), ("EDITOR", "ed"), ("NEXUS_ENV_NAMES", "A VISUAL")]).as_deref(),
            Some("ed")
        );
    }

    #[test]
    fn editors_are_known_by_their_program() {
        for program in ["vim", "vim.tiny", "nvim", "emacs-gtk", "nano"] {
            assert!(flags(program).is_some_and(|flags| !flags.is_empty()), "{program}");
        }
        assert_eq!((flags("vi"), flags("code"), flags("vimmer")), (Some(&[][..]), None, None));
    }
}
