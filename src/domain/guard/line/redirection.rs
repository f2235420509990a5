//! What a redirection feeds to a command, and which file it writes.

use brush_parser::ast::{IoFileRedirectKind, IoFileRedirectTarget, IoRedirect};

use super::tree::{Input, Output, Takes};
use crate::domain::text::words::{Piece, Written, here_document, written};

/// Something that is fed, and nobody here knows what.
pub fn unseen() -> Input {
    Input::File(Written(vec![Piece::Opaque("<&".to_owned())]))
}

pub fn output(redirect: &IoRedirect) -> Option<Output> {
    let (word, takes) = match redirect {
        IoRedirect::File(fd, kind, IoFileRedirectTarget::Filename(word)) => match (fd, kind) {
            (None | Some(1), IoFileRedirectKind::Write | IoFileRedirectKind::Clobber) => (word, Takes::Printed),
            (None | Some(1), IoFileRedirectKind::Append) => (word, Takes::Appended),
            (_, IoFileRedirectKind::Write | IoFileRedirectKind::Clobber | IoFileRedirectKind::Append) => {
                (word, Takes::Other)
            }
            _ => return None,
        },
        IoRedirect::OutputAndError(word, _) => (word, Takes::Other),
        IoRedirect::File(..) | IoRedirect::HereDocument(..) | IoRedirect::HereString(..) => return None,
    };
    Some(Output { file: written(&word.value), takes })
}

/// The lines that the word behind a redirection runs.
pub fn substituted(redirect: &IoRedirect) -> Vec<String> {
    match redirect {
        IoRedirect::File(_, _, IoFileRedirectTarget::Filename(word) | IoFileRedirectTarget::Duplicate(word))
        | IoRedirect::HereString(_, word)
        | IoRedirect::OutputAndError(word, _) => written(&word.value).lines(),
        IoRedirect::File(..) | IoRedirect::HereDocument(..) => Vec::new(),
    }
}

/// What redirections feed to descriptor 0; the last one counts.
pub fn input(redirects: &[IoRedirect]) -> Option<Input> {
    redirects.iter().rev().find_map(|redirect| match redirect {
        IoRedirect::HereString(None | Some(0), word) => Some(Input::Text(written(&word.value))),
        IoRedirect::HereDocument(None | Some(0), document) => {
            let text = if document.remove_tabs {
                let lines = document.doc.value.lines().map(|line| line.trim_start_matches('\t'));
                lines.collect::<Vec<_>>().join("\n")
            } else {
                document.doc.value.clone()
            };
            let expands = document.requires_expansion && text.contains(['$', '`', '\\']);
            Some(Input::Text(if expands { here_document(&text) } else { Written(vec![Piece::Quoted(text)]) }))
        }
        IoRedirect::File(None | Some(0), IoFileRedirectKind::Read, IoFileRedirectTarget::Filename(word)) => {
            Some(Input::File(written(&word.value)))
        }
        // Another descriptor's file, a coprocess: nobody here follows those.
        IoRedirect::File(None | Some(0), IoFileRedirectKind::DuplicateInput, target) => Some(match target {
            IoFileRedirectTarget::Duplicate(word) if word.value == "-" => Input::Text(Written::default()),
            _ => unseen(),
        }),
        IoRedirect::File(..) | IoRedirect::HereDocument(..) | IoRedirect::HereString(..) => None,
        IoRedirect::OutputAndError(..) => None,
    })
}
