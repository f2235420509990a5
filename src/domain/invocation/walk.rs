//! Walks a line as a shell would: in order, with assignments, `cd`, `export`, `set -a`, `source`, subshells and
//! pipelines, and hands every command that would start to the reader. It runs and expands nothing for real.

use super::{Invocation, Reader, Sure, Word, wrapper};
use crate::domain::line::{self, List, Node, Piece, Place, Simple, Split, Written};
use crate::domain::project::env_file;
use crate::domain::scope::{Exported, Origin, Scope, Under, Value};

/// How deep scripts, wrappers and substitutions are followed.
pub(super) const DEEPEST: usize = 24;

impl<'a> Reader<'a> {
    pub(super) fn list(&self, list: &List, scope: &mut Scope<'a>) -> Vec<Invocation> {
        let mut found = Vec::new();
        for step in &list.0 {
            // The stages of a pipeline, and what runs in the background, change nothing for what follows.
            if step.stages.len() == 1 && step.place == Place::Foreground {
                found.extend(self.node(&step.stages[0], scope, None));
                continue;
            }
            let mut fed: Option<String> = None;
            for stage in &step.stages {
                found.extend(self.node(stage, &mut scope.clone(), fed.as_deref()));
                fed = self.printed(stage, scope);
            }
        }
        found
    }

    /// What a stage prints, where that is plain to see: the next stage may be a shell.
    fn printed(&self, stage: &Node, scope: &Scope<'a>) -> Option<String> {
        let Node::Simple(simple) = stage else { return None };
        let words = self.expand(&simple.words, scope);
        match words.first()?.base() {
            "echo" | "printf" => {
                let said: Vec<&str> =
                    words[1..].iter().map(|w| w.text.as_str()).filter(|w| !matches!(*w, "-n" | "-e")).collect();
                Some(said.join(" ").replace("\\n", "\n"))
            }
            "cat" => simple.fed.clone(),
            _ => None,
        }
    }

    fn node(&self, node: &Node, scope: &mut Scope<'a>, fed: Option<&str>) -> Vec<Invocation> {
        match node {
            Node::Subshell(list) => self.list(list, &mut scope.clone()),
            Node::Simple(simple) => self.simple(simple, scope, fed),
        }
    }

    fn simple(&self, simple: &Simple, scope: &mut Scope<'a>, fed: Option<&str>) -> Vec<Invocation> {
        if scope.depth > DEEPEST {
            return Vec::new();
        }
        let mut found = self.substitutions(&simple.words, scope);
        let assigned = simple.words.iter().take_while(|word| word.assignment().is_some()).count();
        let (assignments, rest) = simple.words.split_at(assigned);
        let values: Vec<(String, Value)> = assignments
            .iter()
            .filter_map(Written::assignment)
            .map(|(name, value)| (name, self.value(&value, scope)))
            .collect();
        let words = self.expand(rest, scope);
        if words.is_empty() {
            for (name, value) in values {
                scope.assign(&name, value, Exported::IfItWas);
            }
            return found;
        }
        if self.builtin(&words, rest, scope) {
            return found;
        }
        let mut inner = scope.clone();
        for (name, value) in values {
            inner.set(&name, value, Origin::Line);
        }
        let fed = simple.fed.as_deref().or(fed);
        match words[0].base() {
            "eval" => {
                let text: Vec<&str> = words[1..].iter().map(|word| word.text.as_str()).collect();
                found.extend(self.text(&text.join(" "), scope));
            }
            name if wrapper::is_shell(name) && wrapper::reads_its_input(&words[1..]) => {
                found.extend(fed.map(|text| self.text(text, &mut inner)).into_iter().flatten());
            }
            "xargs" => found.extend(self.xargs(&words[1..], fed, &inner)),
            _ => found.extend(self.command(words, &inner)),
        }
        found
    }

    /// `xargs COMMAND`: further words come from its input.
    fn xargs(&self, words: &[Word], fed: Option<&str>, scope: &Scope<'a>) -> Vec<Invocation> {
        let mut command = wrapper::after_flags(words, &["-n", "-P", "-I", "-L", "-s", "-d", "-E", "-a"]).to_vec();
        match fed {
            Some(text) => command.extend(text.split_whitespace().map(Word::sure)),
            None => command.push(Word::unsure("…")),
        }
        self.command(command, scope)
    }

    /// What changes the shell itself. Returns whether the words did.
    fn builtin(&self, words: &[Word], written: &[Written], scope: &mut Scope<'a>) -> bool {
        let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        match texts.as_slice() {
            ["cd" | "pushd", rest @ ..] => {
                let to = rest.iter().find(|word| !word.starts_with('-')).copied().unwrap_or("~");
                scope.cwd = scope.path(to);
            }
            ["set", "-o", "allexport"] => scope.exports_all = Exported::Yes,
            ["set", "+o", "allexport"] | ["set", "+a"] => scope.exports_all = Exported::IfItWas,
            ["set", flags] if flags.starts_with('-') && flags.contains('a') => scope.exports_all = Exported::Yes,
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
                        Some((name, value)) => {
                            let value = self.value(&value, scope);
                            scope.assign(&name, value, exported);
                        }
                        None => self.export(word, scope),
                    }
                }
            }
            ["unset", names @ ..] => names.iter().filter(|n| line::is_name(n)).for_each(|name| scope.unset(name)),
            ["source" | ".", file, ..] => self.source(file, scope),
            _ => return false,
        }
        true
    }

    /// `export NAME`, or `export $(grep -v '^#' .env | xargs)`.
    fn export(&self, word: &Written, scope: &mut Scope<'a>) {
        for piece in &word.0 {
            match piece {
                Piece::Substitution(line) => {
                    let file = line
                        .split_whitespace()
                        .find(|word| word.contains(".env"))
                        .map(|f| f.trim_matches(['\'', '"', '<']));
                    match file {
                        Some(file) => self.source(file, scope),
                        None => scope.given_by("what the line computes", Under::Replaced),
                    }
                }
                Piece::Text(name) if line::is_name(name) => scope.export(name),
                Piece::Text(_) | Piece::Quoted(_) | Piece::Variable(..) | Piece::Opaque(_) => {}
            }
        }
    }

    fn source(&self, file: &str, scope: &mut Scope<'a>) {
        match env_file(self.files, &scope.path(file), scope) {
            Some(Ok(pairs)) => {
                for (name, value) in pairs {
                    let known = scope.get(&name).value != Value::Unset;
                    if known || scope.exports_all == Exported::Yes || file.contains(".env") {
                        scope.set(&name, value, Origin::File(file.to_owned()));
                    }
                }
            }
            Some(Err(_)) => scope.given_by(file, Under::Replaced),
            None => {}
        }
    }

    fn substitutions(&self, words: &[Written], scope: &Scope<'a>) -> Vec<Invocation> {
        let pieces = words.iter().flat_map(|word| &word.0);
        pieces
            .filter_map(|piece| match piece {
                Piece::Substitution(line) => Some(self.text(line, &mut scope.clone())),
                Piece::Text(_) | Piece::Quoted(_) | Piece::Variable(..) | Piece::Opaque(_) => None,
            })
            .flatten()
            .collect()
    }

    /// The value of an assignment.
    fn value(&self, written: &Written, scope: &Scope<'a>) -> Value {
        let mut text = String::new();
        for piece in &written.0 {
            match piece {
                Piece::Text(part) | Piece::Quoted(part) => text.push_str(part),
                Piece::Variable(name, _) => match scope.expand(name) {
                    Value::Text(secret) => text.push_str(&String::from_utf8_lossy(secret.expose())),
                    Value::Unset => {}
                    Value::Unknown(why) => return Value::Unknown(why),
                    Value::Stored(environment) => return Value::Stored(environment),
                },
                Piece::Substitution(_) | Piece::Opaque(_) => {
                    return Value::Unknown("the line computes it".to_owned());
                }
            }
        }
        Value::text(text)
    }

    fn expand(&self, words: &[Written], scope: &Scope<'a>) -> Vec<Word> {
        words.iter().flat_map(|word| self.expand_one(word, scope)).collect()
    }

    fn expand_one(&self, word: &Written, scope: &Scope<'a>) -> Vec<Word> {
        let mut done: Vec<Word> = Vec::new();
        let mut now = Word::sure("");
        let mut there = word.0.iter().any(|piece| matches!(piece, Piece::Text(_) | Piece::Quoted(_)));
        for piece in &word.0 {
            match piece {
                Piece::Text(text) | Piece::Quoted(text) => now.text.push_str(text),
                Piece::Opaque(text) => {
                    there = true;
                    now.text.push_str(text);
                    now.sure = Sure::No;
                }
                Piece::Substitution(line) => {
                    there = true;
                    now.text.push_str(&format!("$({line})"));
                    now.sure = Sure::No;
                }
                Piece::Variable(name, split) => match (scope.expand(name), split) {
                    (Value::Text(secret), Split::One) => {
                        there = true;
                        now.text.push_str(&String::from_utf8_lossy(secret.expose()));
                    }
                    (Value::Text(secret), Split::Several) => {
                        let text = String::from_utf8_lossy(secret.expose()).into_owned();
                        let mut parts = text.split_whitespace();
                        if let Some(first) = parts.next() {
                            there = true;
                            now.text.push_str(first);
                        }
                        for part in parts {
                            done.push(std::mem::replace(&mut now, Word::sure(part)));
                        }
                    }
                    // A variable of the shell that is not exported, or a function's own: nobody here knows it.
                    (Value::Unset | Value::Unknown(_) | Value::Stored(_), _) => {
                        there = true;
                        now.text.push_str(&format!("${name}"));
                        now.sure = Sure::No;
                    }
                },
            }
        }
        if there {
            done.push(now);
        }
        done
    }
}
