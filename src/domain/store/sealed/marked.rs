//! The two sides of a store that stand in one text between git's marks of a conflict. Pure; neither side is verified here.

use super::format;

/// What a text with marks of a conflict was made from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Marked {
    pub ours: Vec<u8>,
    pub theirs: Vec<u8>,
}

/// Whose a line is.
#[derive(Clone, Copy)]
enum Of {
    Both,
    Ours,
    /// What both come from, where `merge.conflictStyle` shows it.
    Base,
    Theirs,
}

/// Both sides, as git-merge(1) marks them ("How conflicts are presented"); `None` where the marks do not pair up, or where a
/// side is no store.
pub fn sides(text: &[u8]) -> Option<Marked> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let mut of = Of::Both;
    let mut marks = 0;
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let next = match (line.get(..7), of) {
            (Some(b"<<<<<<<"), Of::Both) => Of::Ours,
            (Some(b"|||||||"), Of::Ours) => Of::Base,
            (Some(b"======="), Of::Ours | Of::Base) => Of::Theirs,
            (Some(b">>>>>>>"), Of::Theirs) => Of::Both,
            _ => {
                match of {
                    Of::Both => {
                        ours.extend_from_slice(line);
                        theirs.extend_from_slice(line);
                    }
                    Of::Ours => ours.extend_from_slice(line),
                    Of::Theirs => theirs.extend_from_slice(line),
                    Of::Base => {}
                }
                continue;
            }
        };
        marks += 1;
        of = next;
    }
    let whole = marks > 0 && matches!(of, Of::Both) && [&ours, &theirs].iter().all(|side| format::parse(side).is_ok());
    whole.then_some(Marked { ours, theirs })
}
