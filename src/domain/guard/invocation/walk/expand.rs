//! What the shell puts in the place of a word: values of variables, arguments and what a substitution is known to print. What it
//! cannot know stays marked.

use super::Walk;
use crate::domain::guard::invocation::{Sure, Word};
use crate::domain::guard::line::{Piece, Split, Written};
use crate::domain::guard::scope::{Exported, Scope, Value};

/// A value of more pieces than these is unknown as a whole: each that holds another twice doubles it.
const MOST_PIECES: usize = 64;

impl<'a> Walk<'a> {
    pub(super) fn assign(&self, name: &str, written: &Written, exported: Exported, scope: &mut Scope<'a>) {
        let (value, phrase) = (self.value(written, scope), self.phrase(written, scope));
        scope.assign(name, value, exported);
        scope.remember(name, phrase);
    }

    /// The words of a value of which only a part is known: `psql -h $DB_HOST -c`.
    fn phrase(&self, written: &Written, scope: &Scope<'a>) -> Option<Written> {
        let mut pieces = Vec::new();
        for piece in &written.0 {
            match piece {
                Piece::Text(text) | Piece::Quoted(text) => pieces.push(Piece::Quoted(text.clone())),
                Piece::Variable(name, _) if scope.phrase(name).is_some() => {
                    pieces.extend(scope.phrase(name).into_iter().flat_map(|phrase| phrase.0.clone()));
                }
                piece => {
                    let words = self.expand_one(&Written(vec![piece.clone()]), scope);
                    let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
                    pieces.push(match words.iter().all(|word| word.sure == Sure::Yes) {
                        true => Piece::Quoted(text),
                        false => Piece::Opaque(text),
                    });
                }
            }
        }
        let several =
            pieces.iter().any(|piece| matches!(piece, Piece::Quoted(text) if text.contains(char::is_whitespace)));
        let unknown = pieces.iter().any(|piece| matches!(piece, Piece::Opaque(_)));
        (several && unknown && pieces.len() <= MOST_PIECES).then_some(Written(pieces))
    }

    /// The value of an assignment.
    pub(super) fn value(&self, written: &Written, scope: &Scope<'a>) -> Value {
        let mut text = String::new();
        for piece in &written.0 {
            let value = match piece {
                Piece::Text(part) | Piece::Quoted(part) => Value::text(part.as_str()),
                Piece::Variable(name, _) => scope.expand(name),
                Piece::Default(name, word, _) => match scope.expand(name) {
                    Value::Unset => self.value(word, scope),
                    value if value.as_text() == Some("") => self.value(word, scope),
                    value => value,
                },
                Piece::Argument(number, _) => match (&scope.arguments, number) {
                    (Some(all), Some(number @ 1..)) => {
                        all.get(*number as usize - 1).map_or(Value::Unset, |text| Value::text(text.as_str()))
                    }
                    (Some(all), None) => Value::text(all.join(" ")),
                    (Some(_) | None, _) => Value::Unknown("the line computes it".to_owned()),
                },
                Piece::Substitution(line, _) => match self.output(line, scope) {
                    Some(text) => Value::text(text),
                    None => Value::Unknown("the line computes it".to_owned()),
                },
                Piece::Opaque(_) => Value::Unknown("the line computes it".to_owned()),
            };
            match value {
                Value::Text(secret) => text.push_str(&String::from_utf8_lossy(secret.expose())),
                Value::Unset => {}
                Value::Unknown(why) => return Value::Unknown(why),
                Value::Stored(environment) => return Value::Stored(environment),
            }
        }
        Value::text(text)
    }

    pub(super) fn expand(&self, words: &[Written], scope: &Scope<'a>) -> Vec<Word> {
        words.iter().flat_map(|word| self.expand_one(word, scope)).collect()
    }

    pub(super) fn expand_one(&self, word: &Written, scope: &Scope<'a>) -> Vec<Word> {
        if let [Piece::Text(text)] = word.0.as_slice()
            && let Some(words) = braced(text)
        {
            return words.iter().map(|word| Word::sure(word)).collect();
        }
        let mut expansion = Expansion {
            done: Vec::new(),
            now: Word::sure(""),
            state: State::Empty,
            separators: scope.expand("IFS").as_text().unwrap_or_default().to_owned(),
        };
        for piece in &word.0 {
            self.expand_piece(piece, scope, &mut expansion);
        }
        if expansion.state != State::Empty {
            expansion.done.push(expansion.now);
        }
        expansion.done
    }

    fn expand_piece(&self, piece: &Piece, scope: &Scope<'a>, to: &mut Expansion) {
        match piece {
            Piece::Text(text) => {
                // `{a,b}` becomes several words.
                let braces = text.find('{').is_some_and(|at| text[at..].contains(',') && text[at..].contains('}'));
                to.text(text);
                if braces {
                    to.now.sure = Sure::No;
                }
            }
            Piece::Quoted(text) => to.text(text),
            Piece::Opaque(text) => match pointed(text, scope).or_else(|| replaced(text, scope)) {
                Some(value) => to.value(&value, Split::Several),
                None => to.unknown(text),
            },
            Piece::Substitution(line, split) => match self.output(line, scope) {
                Some(text) => to.value(&text, *split),
                None => to.unknown(&format!("$({line})")),
            },
            Piece::Variable(name, split) if scope.phrase(name).is_some() => {
                for piece in scope.phrase(name).into_iter().flat_map(|phrase| &phrase.0) {
                    match piece {
                        Piece::Quoted(text) | Piece::Text(text) => to.value(text, *split),
                        piece => to.unknown(&Written(vec![piece.clone()]).plain()),
                    }
                }
            }
            Piece::Variable(name, split) => match scope.expand(name) {
                Value::Text(secret) => to.value(&String::from_utf8_lossy(secret.expose()), *split),
                // A variable of the shell that is not exported, or a function's own: nobody here knows it.
                Value::Unset | Value::Unknown(_) | Value::Stored(_) => to.unknown(&format!("${name}")),
            },
            Piece::Default(name, word, split) => match scope.expand(name) {
                Value::Text(secret) if !secret.expose().is_empty() => {
                    to.value(&String::from_utf8_lossy(secret.expose()), *split);
                }
                Value::Text(_) | Value::Unset => {
                    let text =
                        self.expand_one(word, scope).iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ");
                    to.value(&text, *split);
                }
                Value::Unknown(_) | Value::Stored(_) => to.unknown(&format!("${name}")),
            },
            Piece::Argument(number, split) => match (&scope.arguments, number) {
                (Some(all), Some(number @ 1..)) => {
                    to.value(all.get(*number as usize - 1).map_or("", String::as_str), *split);
                }
                (Some(all), None) => {
                    for (at, text) in all.iter().enumerate() {
                        if at > 0 {
                            to.next();
                        }
                        to.text(text);
                    }
                }
                (Some(_) | None, Some(number)) => to.unknown(&format!("${number}")),
                (None, None) => to.unknown("$@"),
            },
        }
    }
}

/// `${NAME//THIS/THAT}` and `${NAME/THIS/THAT}` where both are plain, and `${NAME:+}`, which is nothing whatever the name holds.
fn replaced(text: &str, scope: &Scope<'_>) -> Option<String> {
    let inside = text.strip_prefix("${")?.strip_suffix('}')?;
    let end = inside.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
    let (name, how) = inside.split_at(end);
    if matches!(how, ":+" | "+") {
        return Some(String::new());
    }
    let (this, that) = how.trim_start_matches('/').split_once('/')?;
    if !how.starts_with('/')
        || this.is_empty()
        || [this, that].iter().any(|part| part.contains(['*', '?', '[', '$', '`', '\\', '#', '%', '"', '\'']))
    {
        return None;
    }
    let value = scope.expand(name).as_text()?.to_owned();
    Some(if how.starts_with("//") { value.replace(this, that) } else { value.replacen(this, that, 1) })
}

/// `${!NAME}`: the variable whose name the variable holds.
fn pointed(text: &str, scope: &Scope<'_>) -> Option<String> {
    let name = text.strip_prefix("${!")?.strip_suffix('}')?;
    let target = scope.expand(name).as_text()?.to_owned();
    scope.expand(&target).as_text().map(str::to_owned)
}

/// The words of `a{b,c}d`, where its braces hold no others.
fn braced(text: &str) -> Option<Vec<String>> {
    let (before, rest) = text.split_once('{')?;
    let (inside, after) = rest.split_once('}')?;
    let plain = !before.contains('$') && !inside.contains(['{', '$']) && !after.contains(['{', '}']);
    (plain && inside.contains(',')).then(|| inside.split(',').map(|part| format!("{before}{part}{after}")).collect())
}

/// The words that one written word becomes.
struct Expansion {
    done: Vec<Word>,
    now: Word,
    state: State,
    /// What `IFS` holds, where the line sets it.
    separators: String,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum State {
    Empty,
    Begun,
    /// A value ended with a blank: what follows is a word of its own.
    Ended,
}

impl Expansion {
    fn text(&mut self, text: &str) {
        if self.state == State::Ended {
            self.next();
        }
        self.state = State::Begun;
        self.now.text.push_str(text);
    }

    fn unknown(&mut self, text: &str) {
        self.text(text);
        self.now.sure = Sure::No;
    }

    fn next(&mut self) {
        self.done.push(std::mem::replace(&mut self.now, Word::sure("")));
    }

    fn end(&mut self) {
        if self.state == State::Begun {
            self.state = State::Ended;
        }
    }

    fn value(&mut self, text: &str, split: Split) {
        let text: &str = &match split {
            Split::Several if !self.separators.is_empty() => {
                text.chars().map(|c| if self.separators.contains(c) { ' ' } else { c }).collect()
            }
            Split::Several | Split::One => std::borrow::Cow::Borrowed(text),
        };
        match split {
            Split::One => self.text(text),
            Split::Several => {
                if text.starts_with(char::is_whitespace) {
                    self.end();
                }
                for (at, part) in text.split_whitespace().enumerate() {
                    if at > 0 {
                        self.end();
                    }
                    self.text(part);
                }
                if text.ends_with(char::is_whitespace) {
                    self.end();
                }
            }
        }
    }
}
