//! Walks a line as a shell would: in order, with assignments, `cd`, `export`, `set -a`, `source`, functions, subshells and
//! pipelines, and hands every command that would start to the reader. It runs and expands nothing for real.

mod builtin;
mod command;
mod expand;
mod feed;
mod writes;

use std::rc::Rc;

use super::word::said;
use super::{Inner, Invocation, Notes, Reader, Sure, Word, disk, mention};
use crate::domain::guard::line::{self, List, Node, Piece, Place, Simple, Takes, Written};
use crate::domain::guard::scope::{Exported, Fed, Named, Origin, Scope, Value};
use crate::domain::guard::verdict::Effect;
use crate::domain::text::pattern;

/// How deep scripts, wrappers and substitutions are followed.
const DEEPEST: usize = 24;

/// A loop over more words than these is followed once, with its variable unknown.
const MOST_ROUNDS: usize = 32;

/// Words that only frame other commands, in fish, and in what zsh allows beside bash.
const FRAME: &[&str] =
    &["and", "or", "not", "begin", "if", "else", "while", "until", "then", "do", "!", "nocorrect", "end"];

/// Every command that these words would start, fed with what stands in front of them.
pub fn of_words(reader: &Reader<'_>, words: &[String], fed: &Fed) -> Vec<Invocation> {
    let mut scope = reader.scope();
    scope.fed = fed.clone();
    let walk = Walk { reader, connects: false, selects: false };
    walk.whole(walk.command(words.iter().map(|word| Word::sure(word)).collect(), &scope))
}

/// Every command that this shell line would start.
pub fn of_line(reader: &Reader<'_>, text: &str) -> Vec<Invocation> {
    let read = |reader: &Reader<'_>, selects: bool| {
        reader.notes.allow_for(text);
        let walk = Walk { reader, connects: text.contains("/dev/tcp/"), selects };
        walk.whole(walk.text(text, &mut reader.scope()))
    };
    let mut found = read(reader, true);
    // A shell without the hook, and one in which `use` fails, goes on as it is: both count.
    if text.contains("nexus-env") && text.contains("use") {
        let again = Reader { notes: Notes::default(), ..*reader };
        let unchanged = read(&again, false);
        let is_new = |one: &Invocation| one.effect != Effect::Safe && !found.contains(one);
        let unchanged: Vec<Invocation> = unchanged.into_iter().filter(is_new).collect();
        found.extend(unchanged);
    }
    found
}

/// One line, as it is followed.
struct Walk<'a> {
    reader: &'a Reader<'a>,
    /// Whether it opens a connection by itself: `/dev/tcp/HOST/PORT`.
    connects: bool,
    /// Whether `nexus-env use` selects another environment for what follows.
    selects: bool,
}

/// What a part of a line comes to. What was found inside a command is read after it, not within it, so that no chain of
/// scripts is too long for the stack.
enum Found<'a> {
    Is(Invocation),
    Later(Inner<'a>),
}

impl<'a> Walk<'a> {
    /// All of a line, and what it runs of its own making.
    fn whole(&self, found: Vec<Found<'a>>) -> Vec<Invocation> {
        let mut all = self.finish(found, 0);
        if let Some(path) = self.reader.notes.written_and_run() {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let why = format!("the line itself writes {}, and runs it", path.display());
            all.push(Invocation::unknown(self.reader, &name, &[], &why, &self.reader.scope()));
        }
        all
    }

    fn unknown(&self, name: &str, words: &[Word], why: &str, scope: &Scope<'a>) -> Found<'a> {
        Found::Is(Invocation::unknown(self.reader, name, words, why, scope))
    }

    /// Every command of a text, in this very shell.
    fn text(&self, text: &str, scope: &mut Scope<'a>) -> Vec<Found<'a>> {
        if scope.depth > DEEPEST {
            return self.refused(text, scope);
        }
        scope.depth += 1;
        let mut found = Vec::new();
        match self.reader.notes.taken_apart(text) {
            Some(parts) => found.extend(parts.iter().flat_map(|part| self.list(part, scope))),
            None => found.extend(line::parts(text).flat_map(|part| self.list(&part, scope))),
        }
        scope.depth -= 1;
        found
    }

    /// A text that was not read: it counts as destructive where it names a destructive command, and as unknown where it
    /// names anything that could start one.
    fn refused(&self, text: &str, scope: &Scope<'a>) -> Vec<Found<'a>> {
        if mention::in_text(text) {
            return vec![Found::Is(Invocation::unreadable(scope))];
        }
        let words: Vec<Word> = text.split_whitespace().take(2).map(Word::unsure).collect();
        let why = "it cannot be read as a shell would read it";
        let could = mention::could_start_one(text);
        could.then(|| self.unknown(&said(&words), &words, why, scope)).into_iter().collect()
    }

    fn list(&self, list: &List, scope: &mut Scope<'a>) -> Vec<Found<'a>> {
        let mut found = Vec::new();
        for step in &list.0 {
            // The stages of a pipeline, and what runs in the background, change nothing for what follows.
            if step.stages.len() == 1 && step.place == Place::Foreground {
                found.extend(self.node(&step.stages[0], scope));
                continue;
            }
            // fish's `PROGRAM | source` runs in this shell what the program prints.
            if let [stages @ .., Node::Simple(last)] = step.stages.as_slice()
                && last.words.iter().map(Written::plain).collect::<Vec<_>>().join(" ").trim_end_matches(" -")
                    == "source"
            {
                found.extend(self.sourced(stages, scope));
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
        for (at, list) in simple.beside.iter().enumerate() {
            let mut inner = scope.clone();
            if simple.readers.contains(&at) {
                inner.fed = self.printed(&Node::Simple(simple.clone()), scope);
            }
            found.extend(self.list(list, &mut inner));
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
        let emptied = simple.outputs.iter().filter(|output| output.takes == Takes::Printed);
        let emptied = emptied.flat_map(|output| self.expand_one(&output.file, scope));
        found.extend(emptied.filter_map(|file| disk::emptied(&words, &file, scope)).map(Found::Is));
        if words.is_empty() {
            found.extend(self.note_writes(simple, &words, scope));
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
        if matches!(first.text.as_str(), "source" | ".") && behind.first().is_some_and(|file| is_input(&file.text)) {
            let fed = simple.input.as_ref().map_or(scope.fed.clone(), |input| self.input(input, scope));
            found.extend(self.sourced_text(fed, scope));
            return found;
        }
        let plain = words.iter().zip(rest).take_while(|(word, _)| word.text == "builtin").count();
        let fed = simple.input.as_ref().map(|input| self.input(input, scope));
        if let Some(more) = self.builtin(&words[plain..], &rest[plain..], fed.as_ref(), scope) {
            found.extend(more);
            return found;
        }
        let mut inner = scope.clone();
        for (name, written) in assignments {
            inner.set(&name, self.value(&written, scope), Origin::Line);
        }
        if let Some(fed) = fed {
            inner.fed = fed;
        }
        found.extend(self.programs_given(&words, &inner));
        found.extend(self.note_writes(simple, &words, scope));
        let named = said(&words);
        let all_unsure = words.iter().all(|word| word.sure == Sure::No);
        let mut more = self.command(words, &inner);
        let is_harmless = |found: &Found<'a>| matches!(found, Found::Is(one) if one.effect == Effect::Safe);
        if self.is_computed(&rest[0], all_unsure, scope) && more.iter().all(is_harmless) {
            more = vec![self.unknown(&named, &[], "the line computes what it runs", scope)];
        }
        found.extend(more);
        found
    }

    /// Whether a command's own name is what another program prints, or what nobody here knows.
    fn is_computed(&self, word: &Written, all_unsure: bool, scope: &Scope<'a>) -> bool {
        match word.0.last() {
            Some(Piece::Substitution(line, _)) => self.output(line, scope).is_none(),
            Some(Piece::Variable(name, _)) => match scope.expand(name) {
                Value::Unknown(_) => true,
                // The shell may know it, where a person types it.
                Value::Unset => scope.through.is_empty() && !is_well_known(name) && all_unsure,
                Value::Text(_) | Value::Stored(_) => false,
            },
            Some(Piece::Opaque(text)) => text.starts_with("${!"),
            // `set -- $(…); "$@"`.
            Some(Piece::Argument(..)) => {
                scope.arguments.as_ref().is_some_and(|all| all.first().is_some_and(|text| text.starts_with("$(")))
            }
            Some(Piece::Text(_) | Piece::Quoted(_) | Piece::Default(..)) | None => false,
        }
    }

    /// A function or an alias of the line. Inside of it the name is the program's again, so that none calls itself.
    fn named(&self, named: Named, name: &str, rest: &[Word], scope: &mut Scope<'a>) -> Vec<Found<'a>> {
        if scope.depth > DEEPEST || !self.reader.notes.step(rest.len()) {
            let why = "it leads further than it is followed";
            return vec![self.unknown(name, rest, why, scope)];
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

    fn substitutions(&self, words: &[Written], scope: &Scope<'a>) -> Vec<Found<'a>> {
        let lines = words.iter().flat_map(Written::lines);
        lines.flat_map(|line| self.text(&line, &mut scope.clone())).collect()
    }
}

/// Whether the file is what the command is fed.
fn is_input(file: &str) -> bool {
    matches!(file, "/dev/stdin" | "/dev/fd/0" | "/proc/self/fd/0" | "-")
}

/// Programs that people keep in a variable.
fn is_well_known(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "EDITOR", "VISUAL", "PAGER", "BROWSER", "SHELL", "SUDO", "CC", "CXX", "LD", "AR", "MAKE", "PYTHON", "NODE",
        "RUBY", "JAVA", "GO", "CARGO",
    ];
    NAMES.contains(&name)
}
