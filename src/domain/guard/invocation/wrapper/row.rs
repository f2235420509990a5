//! One program that runs another, as data, and how its words are taken apart. The rows themselves are in `table` and `place`.

use super::handed;
use crate::domain::guard::invocation::options::{after_flags, flag_value, joined};
use crate::domain::guard::invocation::{Inner, Reader, Word};
use crate::domain::guard::scope::{Fed, Scope, Under};
use crate::domain::text::pattern;

/// One row.
pub struct Row {
    pub names: &'static [&'static str],
    /// The words that make it one, in order, each with its other spellings behind a `|`: `app exec`.
    verb: &'static [&'static str],
    /// Flags that take the next word.
    valued: &'static [&'static str],
    /// Words between the verb and the command: a place's name, a profile, a time.
    skip: usize,
    /// Flags behind which a whole line stands.
    line: &'static [&'static str],
    gives: Gives,
}

/// What it does to the environment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Gives {
    Nothing,
    /// Its own values, over the process's.
    Secrets,
    /// Its own values, where the process has none.
    Under,
    /// Hardly any: what the process has does not reach the command.
    Fresh,
    /// The command runs on another machine, or in a container: what is local there is not local here.
    Elsewhere,
}

/// A wrapper on this machine.
pub const fn row(
    names: &'static [&'static str],
    verb: &'static [&'static str],
    valued: &'static [&'static str],
    skip: usize,
    gives: Gives,
) -> Row {
    let line: &[&str] = if matches!(gives, Gives::Secrets) { &["--command"] } else { &[] };
    Row { names, verb, valued, skip, line, gives }
}

/// A way into another place.
pub const fn place(
    names: &'static [&'static str],
    verb: &'static [&'static str],
    valued: &'static [&'static str],
    skip: usize,
    line: &'static [&'static str],
) -> Row {
    Row { names, verb, valued, skip, line, gives: Gives::Elsewhere }
}

/// Their own flags may also follow their words, so that the command begins behind `--`, where there is one.
const DASHED: &[&str] = &["chamber", "aws-vault", "mise", "rtx", "wait-for-it", "wait-for-it.sh", "esc", "pulumi"];

/// What is inside, if one of these rows fits.
pub fn see_through<'a>(
    rows: &[&Row],
    reader: &Reader<'_>,
    name: &str,
    words: &[Word],
    scope: &Scope<'a>,
) -> Option<Vec<Inner<'a>>> {
    let (row, behind) = rows.iter().find_map(|row| Some((*row, behind_verb(row, words)?)))?;
    let own = behind.iter().position(|word| word.text == "--").map_or(behind, |end| &behind[..end]);
    let preserves = own.iter().any(|word| word.text.starts_with("--preserve-env"));
    let mut inner = scope.clone();
    match row.gives {
        Gives::Nothing => {}
        Gives::Secrets if preserves => inner.given_by(name, Under::Kept),
        Gives::Under => inner.given_by(name, Under::Kept),
        Gives::Secrets => inner.given_by(name, Under::Replaced),
        Gives::Fresh => inner.clear(),
        Gives::Elsewhere => {
            inner.given_by(name, Under::Elsewhere);
            let command = if own.len() == behind.len() { behind_name(row, behind).len() } else { 0 };
            handed::hand(reader, &own[..own.len().saturating_sub(command)], scope, &mut inner);
        }
    }
    if let Some(line) = flag_value(own, row.line) {
        return Some(vec![Inner::Line(line.text, inner)]);
    }
    let rest = match own.len() < behind.len() && DASHED.contains(&name) {
        true => &behind[own.len() + 1..],
        false => behind_name(row, behind),
    };
    Some(vec![match (rest, &inner.fed) {
        // Without a command it is a shell, which reads what it is fed.
        ([], Fed::Text(text) | Fed::Nearly(text)) if row.gives == Gives::Elsewhere => {
            Inner::Line(text.clone(), inner.drained())
        }
        // A whole line in one word.
        ([first, ..], _) if first.text.contains(char::is_whitespace) => Inner::Line(joined(rest), inner),
        (rest, _) => Inner::Command(rest.to_vec(), inner),
    }])
}

fn behind_verb<'w>(row: &Row, words: &'w [Word]) -> Option<&'w [Word]> {
    row.verb.iter().try_fold(words, |words, spellings| {
        let (first, rest) = after_flags(words, row.valued).split_first()?;
        pattern::fits_any(spellings, &first.text).then_some(rest)
    })
}

/// The command: behind `--`, else behind the words between and all flags around them.
fn behind_name<'w>(row: &Row, words: &'w [Word]) -> &'w [Word] {
    let mut rest = words;
    for _ in 0..row.skip {
        let behind = after_flags(rest, row.valued);
        // A place without a name: `vagrant ssh -- COMMAND`.
        if rest.len().checked_sub(behind.len() + 1).is_some_and(|at| rest[at].text == "--") {
            return behind;
        }
        rest = behind.get(1..).unwrap_or(&[]);
    }
    after_flags(rest, row.valued)
}
