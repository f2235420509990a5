//! Walks a line as a shell would: in order, with assignments, `cd`, `export`, `set -a`, `source`, functions, subshells and
//! pipelines, and hands every command that would start to the reader. It runs and expands nothing for real.

use std::rc::Rc;

use super::{Found, Reader, Sure, Word, mention, printer};
use crate::domain::guard::line::{self, List, Node, Piece, Place, Simple, Split, Written};
use crate::domain::guard::project::{Content, env_file};
use crate::domain::guard::scope::{Exported, Fed, Named, Origin, Scope, Under, Value};
use crate::domain::guard::verdict::Effect;
use crate::domain::text::pattern;

/// How deep scripts, wrappers and substitutions are followed.
pub(super) const DEEPEST: usize = 24;

/// A loop over more words than these is followed once, with its variable unknown.
const MOST_ROUNDS: usize = 32;

/// A value of more pieces than these is unknown as a whole: each that holds another twice doubles it.
const MOST_PIECES: usize = 64;

/// Words that only frame other commands, in fish, and in what zsh allows beside bash.
const FRAME: &[&str] =
    &["and", "or", "not", "begin", "if", "else", "while", "until", "then", "do", "!", "nocorrect", "end"];

impl<'a> Reader<'a> {
    /// Every command of a text, in this very shell.
    pub(super) fn text(&self, text: &str, scope: &mut Scope<'a>) -> Vec<Found<'a>> {
        if scope.depth > DEEPEST {
            return self.refused(text, scope);
        }
        scope.depth += 1;
        let mut found = Vec::new();
        for part in line::parts(text) {
            found.append(&mut self.list(&part, scope));
        }
        scope.depth -= 1;
        found
    }

    /// A text that was not read: it counts as destructive where it names a destructive command, and as unknown where it
    /// names anything that could start one.
    fn refused(&self, text: &str, scope: &Scope<'a>) -> Vec<Found<'a>> {
        if mention::in_text(text) {
            return vec![Found::Is(self.unreadable(scope))];
        }
        let words: Vec<Word> = text.split_whitespace().take(2).map(Word::unsure).collect();
        let why = "it cannot be read as a shell would read it".to_owned();
        let could = mention::could_start_one(text);
        could.then(|| Found::Is(self.unknown(&super::said(&words), &words, why, scope))).into_iter().collect()
    }

    pub(super) fn list(&self, list: &List, scope: &mut Scope<'a>) -> Vec<Found<'a>> {
        let mut found = Vec::new();
        for step in &list.0 {
            // The stages of a pipeline, and what runs in the background, change nothing for what follows.
            if step.stages.len() == 1 && step.place == Place::Foreground {
                found.extend(self.node(&step.stages[0], scope));
                continue;
            }
            let mut fed: Option<Fed> = None;
            for (at, stage) in step.stages.iter().enumerate() {
                let mut inner = scope.clone();
                inner.fed = fed.take().unwrap_or(inner.fed);
                found.extend(self.node(stage, &mut inner));
                // Nothing reads what the last one prints.
                fed = (at + 1 < step.stages.len()).then(|| self.printed(stage, &inner));
            }
        }
        found
    }

    fn node(&self, node: &Node, scope: &mut Scope<'a>) -> Vec<Found<'a>> {
        match node {
            Node::Simple(simple) => self.simple(simple, scope),
            Node::Subshell(list) => self.list(list, &mut scope.clone()),
            Node::Group(list) => self.list(list, scope),
            Node::Each(name, words, list) => self.each(name, words, list, scope),
            Node::Choice(word, branches) => self.choice(word, branches, scope),
            Node::Function(name, list) => {
                scope.name(name, Named::Function(Rc::new(list.clone())));
                Vec::new()
            }
            Node::Unreadable(text) => self.refused(text, scope),
        }
    }

    /// Where the word is known, the branch that it fits; else every one.
    fn choice(&self, word: &Written, branches: &[(Vec<Written>, List)], scope: &mut Scope<'a>) -> Vec<Found<'a>> {
        let mut found = self.substitutions(std::slice::from_ref(word), scope);
        let values = self.expand_one(word, scope);
        let known = match values.as_slice() {
            [] => Some(String::new()),
            [one] if one.sure == Sure::Yes => Some(one.text.clone()),
            _ => None,
        };
        for (patterns, list) in branches {
            let fits = |pattern: &Written| match (&known, self.expand_one(pattern, scope).as_slice()) {
                (Some(known), [one]) if one.sure == Sure::Yes && !one.text.contains(['?', '[']) => {
                    pattern::fits(&one.text, known)
                }
                (Some(_) | None, _) => true,
            };
            if patterns.iter().any(fits) {
                found.extend(self.list(list, scope));
                if known.is_some() {
                    break;
                }
            }
        }
        found
    }

    fn each(&self, name: &str, words: &[Written], list: &List, scope: &mut Scope<'a>) -> Vec<Found<'a>> {
        let mut found = self.substitutions(words, scope);
        let values = self.expand(words, scope);
        let known = values.iter().all(|word| word.sure == Sure::Yes && !word.text.contains(['*', '?', '[']));
        if values.is_empty() || values.len() > MOST_ROUNDS || !known {
            scope.assign(name, Value::Unknown("a loop gives it".to_owned()), Exported::IfItWas);
            found.extend(self.list(list, scope));
            return found;
        }
        for value in values {
            scope.assign(name, Value::text(value.text), Exported::IfItWas);
            found.extend(self.list(list, scope));
        }
        found
    }

    fn simple(&self, simple: &Simple, scope: &mut Scope<'a>) -> Vec<Found<'a>> {
        let mut found = self.substitutions(&simple.words, scope);
        for list in &simple.beside {
            found.extend(self.list(list, &mut scope.clone()));
        }
        scope.pipes = simple.beside.iter().map(|list| self.all_printed(list, scope)).collect();
        let assigned = simple.words.iter().take_while(|word| word.assignment().is_some()).count();
        let (assignments, mut rest) = simple.words.split_at(assigned);
        let assignments: Vec<(String, Written)> = assignments.iter().filter_map(Written::assignment).collect();
        while let [Written(pieces), more @ ..] = rest {
            match pieces.as_slice() {
                [Piece::Text(text)] if FRAME.contains(&text.as_str()) => rest = more,
                _ => break,
            }
        }
        let words = self.expand(rest, scope);
        if words.is_empty() {
            self.note_writes(simple, &words, scope);
        }
        let Some((first, behind)) = words.split_first() else {
            for (name, written) in assignments {
                self.assign(&name, &written, Exported::IfItWas, scope);
            }
            return found;
        };
        if let Some(named) = scope.named.get(&first.text).cloned() {
            found.extend(self.named(named, &first.text, behind, scope));
            return found;
        }
        if let Some(more) = self.builtin(&words, rest, scope) {
            found.extend(more);
            return found;
        }
        let mut inner = scope.clone();
        for (name, written) in assignments {
            inner.set(&name, self.value(&written, scope), Origin::Line);
        }
        if let Some(input) = &simple.input {
            inner.fed = self.input(input, scope);
        }
        self.note_writes(simple, &words, scope);
        let named = super::said(&words);
        let mut more = self.command(words, &inner);
        let is_harmless = |found: &Found<'a>| matches!(found, Found::Is(one) if one.effect == Effect::Safe);
        if self.is_computed(&rest[0], scope) && more.iter().all(is_harmless) {
            more = vec![Found::Is(self.unknown(&named, &[], "the line computes what it runs".to_owned(), scope))];
        }
        found.extend(more);
        found
    }

    /// Whether a command's own name is what another program prints.
    fn is_computed(&self, word: &Written, scope: &Scope<'a>) -> bool {
        match word.0.last() {
            Some(Piece::Substitution(line, _)) => self.output(line, scope).is_none(),
            Some(Piece::Variable(name, _)) => matches!(scope.expand(name), Value::Unknown(_)),
            Some(Piece::Text(_) | Piece::Quoted(_) | Piece::Default(..) | Piece::Argument(..) | Piece::Opaque(_)) => {
                false
            }
            None => false,
        }
    }

    /// The files that a command writes, as far as its words tell.
    fn note_writes(&self, simple: &Simple, words: &[Word], scope: &Scope<'a>) {
        let outputs = self.expand(&simple.outputs, scope);
        let names = words.split_first().map(|(first, rest)| written_by(first.base(), rest)).unwrap_or_default();
        for name in outputs.iter().filter(|word| word.sure == Sure::Yes).map(|word| word.text.as_str()).chain(names) {
            self.journal.wrote(scope.path(name));
        }
    }

    /// A function or an alias of the line. Inside of it the name is the program's again, so that none calls itself.
    pub(super) fn named(&self, named: Named, name: &str, rest: &[Word], scope: &mut Scope<'a>) -> Vec<Found<'a>> {
        if scope.depth > DEEPEST || !self.journal.step() {
            let why = "it leads further than it is followed".to_owned();
            return vec![Found::Is(self.unknown(name, rest, why, scope))];
        }
        let own = scope.unname(name);
        scope.depth += 1;
        let found = match &named {
            Named::Function(list) => {
                let arguments = rest.iter().map(|word| word.text.clone()).collect();
                let before = scope.arguments.replace(arguments);
                let found = self.list(list, scope);
                scope.arguments = before;
                found
            }
            Named::Alias(text) => {
                let quoted = rest.iter().map(|word| match word.sure {
                    Sure::Yes => shell_words::quote(&word.text).into_owned(),
                    Sure::No => word.text.clone(),
                });
                let line = std::iter::once(text.clone()).chain(quoted).collect::<Vec<_>>().join(" ");
                self.text(&line, scope)
            }
        };
        scope.depth -= 1;
        if let Some(own) = own {
            scope.name(name, own);
        }
        found
    }

    /// What changes the shell itself, and what that runs. `None` where the words are none of it.
    fn builtin(&self, words: &[Word], written: &[Written], scope: &mut Scope<'a>) -> Option<Vec<Found<'a>>> {
        let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        match texts.as_slice() {
            ["cd" | "pushd", rest @ ..] => {
                let to = rest.iter().find(|word| !word.starts_with('-')).copied().unwrap_or("~");
                scope.cwd = scope.path(to);
            }
            ["set", "-o", "allexport"] => scope.exports_all = Exported::Yes,
            ["set", "+o", "allexport"] | ["set", "+a"] => scope.exports_all = Exported::IfItWas,
            ["set", flags] if flags.starts_with('-') && flags.contains('a') => scope.exports_all = Exported::Yes,
            ["set", "--", arguments @ ..] => {
                scope.arguments = Some(arguments.iter().map(|text| (*text).to_owned()).collect());
            }
            // fish: `set -x NAME VALUE`, `set -e NAME`.
            ["set", flags, name, value @ ..] if flags.starts_with('-') && line::is_name(name) => {
                if flags.contains('e') {
                    scope.unset(name);
                } else {
                    let exported = if flags.contains('x') { Exported::Yes } else { Exported::IfItWas };
                    scope.assign(name, Value::text(value.join(" ")), exported);
                }
            }
            ["export" | "declare" | "typeset" | "local" | "readonly", ..] => {
                let exported =
                    texts[0] == "export" || texts.iter().any(|word| word.starts_with('-') && word.contains('x'));
                let exported = if exported { Exported::Yes } else { Exported::IfItWas };
                for word in &written[1..] {
                    match word.assignment() {
                        Some((name, written)) => self.assign(&name, &written, exported, scope),
                        None => self.export(word, scope),
                    }
                }
            }
            ["unset", names @ ..] => names.iter().filter(|n| line::is_name(n)).for_each(|name| scope.unset(name)),
            ["alias", definitions @ ..] => {
                for (name, text) in definitions.iter().filter_map(|text| text.split_once('=')) {
                    scope.name(name, Named::Alias(text.to_owned()));
                }
            }
            ["source" | ".", file, ..] if scope.piped(file).is_some() => {
                return Some(match scope.piped(file).flatten() {
                    Some(text) => self.text(&text, scope),
                    None => {
                        scope.given_by("what the line computes", Under::Replaced);
                        let why = "what it runs is computed by the line".to_owned();
                        vec![Found::Is(self.unknown("source", &words[..1], why, scope))]
                    }
                });
            }
            ["read" | "mapfile" | "readarray", names @ ..] => {
                for name in names.iter().filter(|name| line::is_name(name)) {
                    scope.assign(name, Value::Unknown("the line reads it".to_owned()), Exported::IfItWas);
                }
            }
            ["source" | ".", file, arguments @ ..] => return Some(self.source(file, arguments, scope)),
            ["eval", ..] => {
                let text = texts[1..].join(" ");
                if printer::is_own(&text) {
                    return Some(Vec::new());
                }
                let found = self.text(&text, scope);
                let mut found = self.finish(found, scope.depth + 1);
                let is_known = words.iter().all(|word| word.sure == Sure::Yes);
                if !is_known && found.iter().all(|one| one.effect <= Effect::Unknown) {
                    found.retain(|one| one.effect == Effect::Safe);
                    // What a substitution prints is run, and may be what stands in it.
                    found.push(match mention::in_text(&text) {
                        true => self.unreadable(scope),
                        false => self.unknown("eval", words, "what it runs is computed by the line".to_owned(), scope),
                    });
                    if text.starts_with('$') || text.contains('`') || text.contains("$(") {
                        scope.given_by("what the line computes", Under::Replaced);
                    }
                }
                return Some(found.into_iter().map(Found::Is).collect());
            }
            _ => return None,
        }
        Some(Vec::new())
    }

    /// `export NAME`, or `export $(grep -v '^#' .env | xargs)`.
    fn export(&self, word: &Written, scope: &mut Scope<'a>) {
        for piece in &word.0 {
            match piece {
                Piece::Substitution(line, _) => {
                    let file = line
                        .split_whitespace()
                        .find(|word| word.contains(".env"))
                        .map(|f| f.trim_matches(['\'', '"', '<']));
                    match file {
                        Some(file) => self.load(file, scope),
                        None => scope.given_by("what the line computes", Under::Replaced),
                    }
                }
                Piece::Text(name) if line::is_name(name) => scope.export(name),
                Piece::Text(_) | Piece::Quoted(_) | Piece::Variable(..) => {}
                Piece::Default(..) | Piece::Argument(..) | Piece::Opaque(_) => {}
            }
        }
    }

    /// `source FILE`: a script that runs in this shell; one that is a `.env` file by its name gives variables as well.
    fn source(&self, file: &str, arguments: &[&str], scope: &mut Scope<'a>) -> Vec<Found<'a>> {
        let name = file.rsplit('/').next().unwrap_or(file);
        let path = scope.path(file);
        self.journal.ran(&path);
        let place = format!("source {}", path.display());
        let text = match self.files.read(&path) {
            Content::Missing => return Vec::new(),
            Content::Unreadable(why) => {
                scope.given_by(file, Under::Replaced);
                let named = format!("source {file}");
                return vec![Found::Is(self.unknown(&named, &[], format!("{file}: {why}"), scope))];
            }
            Content::Text(_) if scope.is_running(&place) || printer::is_set_up(name) => return Vec::new(),
            Content::Text(text) => text,
        };
        self.journal.allow_for_file(&path, &text);
        if name.contains(".env") || name == "env" {
            let found = self.text(&text, &mut scope.clone());
            self.load(file, scope);
            return found;
        }
        let (running, through) = (scope.running.clone(), scope.through.clone());
        scope.enter(&place, &format!("source {file}"));
        let given = (!arguments.is_empty()).then(|| arguments.iter().map(|text| (*text).to_owned()).collect());
        let before = scope.arguments.clone();
        scope.arguments = given.or_else(|| before.clone());
        let found = self.text(&text, scope);
        scope.arguments = before;
        (scope.running, scope.through) = (running, through);
        found
    }

    fn load(&self, file: &str, scope: &mut Scope<'a>) {
        match env_file(self.files, &scope.path(file), scope) {
            Some(Ok(pairs)) => {
                for (name, value) in pairs {
                    scope.set(&name, value, Origin::File(file.to_owned()));
                }
            }
            Some(Err(_)) => scope.given_by(file, Under::Replaced),
            None => {}
        }
    }

    fn substitutions(&self, words: &[Written], scope: &Scope<'a>) -> Vec<Found<'a>> {
        let lines = words.iter().flat_map(Written::lines);
        lines.flat_map(|line| self.text(&line, &mut scope.clone())).collect()
    }

    fn assign(&self, name: &str, written: &Written, exported: Exported, scope: &mut Scope<'a>) {
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
    fn value(&self, written: &Written, scope: &Scope<'a>) -> Value {
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

    fn expand_one(&self, word: &Written, scope: &Scope<'a>) -> Vec<Word> {
        let mut expansion = Expansion { done: Vec::new(), now: Word::sure(""), state: State::Empty };
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
            Piece::Opaque(text) => to.unknown(text),
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

/// The files that programs write which copy or fetch one.
fn written_by<'w>(name: &str, words: &'w [Word]) -> Vec<&'w str> {
    let behind = |flags: &[&str]| {
        let at = words.iter().position(|word| flags.contains(&word.text.as_str()));
        at.and_then(|at| words.get(at + 1)).map(|word| word.text.as_str())
    };
    let plain = || words.iter().filter(|word| !word.text.starts_with('-')).map(|word| word.text.as_str());
    match name {
        "tee" => plain().collect(),
        "curl" => behind(&["-o", "--output"]).into_iter().collect(),
        "wget" => behind(&["-O", "--output-document"]).into_iter().collect(),
        "cp" | "mv" | "ln" | "install" => plain().next_back().into_iter().collect(),
        "dd" => words.iter().filter_map(|word| word.text.strip_prefix("of=")).collect(),
        "sed" | "perl" if words.iter().any(|word| word.text.starts_with("-i")) => plain().skip(1).collect(),
        _ => Vec::new(),
    }
}

/// The words that one written word becomes.
struct Expansion {
    done: Vec<Word>,
    now: Word,
    state: State,
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
