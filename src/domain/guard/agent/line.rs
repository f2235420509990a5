//! What a coding agent may not do with a shell line: type what is a person's, take its own marker or `NEXUS_ENV*` away from
//! this program, or reach into what the program keeps. A courtesy and no fence: it sees what stands in the line and in the
//! scripts that it names, and an agent that means to deceive finds another way.

use std::collections::BTreeMap;
use std::path::Path;

use super::own::{self, Call};
use super::programs::{
    INTERPRETERS, LOOKERS, SHELLS, base, is_ours, is_program, is_shell_script, listed, starts_others, tampers,
};
use crate::domain::config::name::EnvironmentName;
use crate::domain::guard::line::{self, Input, List, Node, Piece, Simple, Split, Written};
use crate::domain::guard::project::{Content, Files};
use crate::domain::guard::scope::tidy;

/// How deep lines inside of words, and scripts inside of lines, are followed.
const DEEPEST: usize = 6;

/// What is said of a line that changes what this program keeps.
pub const KEPT: &str = "what nexus-env keeps of a person's word is not a coding agent's to change";

/// What the line is judged by.
pub struct Surroundings<'a> {
    pub files: &'a dyn Files,
    pub cwd: &'a Path,
    pub home: Option<&'a Path>,
    /// Where this program keeps what a person said: its settings and its state.
    pub kept: &'a [&'a Path],
    /// Whether an environment of that name is protected; `None` where that is not known.
    pub protected: &'a dyn Fn(&str) -> Option<bool>,
}

/// Why a coding agent's line must not run: what completes "blocked: …".
pub fn refusal(line: &str, surroundings: &Surroundings<'_>) -> Option<String> {
    let walk = Walk { whole: line, surroundings };
    let mut state = State { depth: 0, tampered: None, inside: false, known: BTreeMap::new() };
    walk.redirected(line).or_else(|| walk.list(&line::read(line), &mut state))
}

struct Walk<'a> {
    whole: &'a str,
    surroundings: &'a Surroundings<'a>,
}

/// What the line has done so far.
#[derive(Clone)]
struct State {
    depth: usize,
    /// What was taken away or set: a variable's name, or all of them.
    tampered: Option<String>,
    /// It went into a directory of ours.
    inside: bool,
    /// Variables of the line itself.
    known: BTreeMap<String, String>,
}

impl Walk<'_> {
    fn text(&self, text: &str, state: &State) -> Option<String> {
        let mut state = state.clone();
        state.depth += 1;
        if state.depth > DEEPEST {
            return None;
        }
        self.list(&line::read(text), &mut state)
    }

    fn list(&self, list: &List, state: &mut State) -> Option<String> {
        for step in &list.0 {
            let alone = step.stages.len() == 1;
            for (at, stage) in step.stages.iter().enumerate() {
                let mut inner = state.clone();
                let found = if alone { self.node(stage, state) } else { self.node(stage, &mut inner) };
                // What a stage prints is run by a later one that runs what it reads.
                let fed = || {
                    let reader = step.stages[at + 1..].iter().find_map(|later| self.reader(later, state))?;
                    self.printed(stage, &reader)
                };
                if let Some(found) = found.or_else(fed) {
                    return Some(found);
                }
            }
        }
        None
    }

    fn node(&self, node: &Node, state: &mut State) -> Option<String> {
        match node {
            Node::Simple(simple) => self.simple(simple, state),
            Node::Subshell(list) => self.list(list, &mut state.clone()),
            // Written down now, run later: by what is known here.
            Node::Function(_, list) => self.list(list, &mut state.clone()),
            Node::Group(list) => self.list(list, state),
            Node::Each(name, words, list) => {
                // Each word in turn, so that `for c in allow deny` is read.
                let words: Vec<String> = words.iter().flat_map(|word| self.expand(word, state)).collect();
                if words.is_empty() {
                    return self.list(list, state);
                }
                words.into_iter().find_map(|word| {
                    state.known.insert(name.clone(), word);
                    self.list(list, state)
                })
            }
            Node::Choice(_, branches) => branches.iter().find_map(|(_, list)| self.list(list, &mut state.clone())),
            Node::Unreadable(text) => self.loosely(text, state),
        }
    }

    fn simple(&self, simple: &Simple, state: &mut State) -> Option<String> {
        let inside = simple.words.iter().flat_map(Written::lines).find_map(|line| self.text(&line, state));
        let beside = || simple.beside.iter().find_map(|list| self.list(list, &mut state.clone()));
        if let Some(found) = inside.or_else(beside) {
            return Some(found);
        }
        let assigned = simple.words.iter().take_while(|word| word.assignment().is_some()).count();
        let mut tampered = state.tampered.clone();
        let mut given = Vec::new();
        for (name, value) in simple.words[..assigned].iter().filter_map(Written::assignment) {
            if is_ours(&name) {
                tampered = Some(name.clone());
            }
            given.push((name, self.expand(&value, state).join(" ")));
        }
        let words: Vec<String> = simple.words[assigned..].iter().flat_map(|word| self.expand(word, state)).collect();
        if words.is_empty() {
            // Assignments alone are the shell's own: a name that is exported stays so.
            state.tampered = tampered;
            state.known.extend(given);
            return None;
        }
        let mut inner = State { tampered, ..state.clone() };
        let found = self.command(&words, &mut inner).or_else(|| self.input(simple, &words, &inner));
        if found.is_none() {
            self.builtin(&words, state);
        }
        found
    }

    /// What changes the shell itself, for the rest of the line.
    fn builtin(&self, words: &[String], state: &mut State) {
        let texts: Vec<&str> = words.iter().map(String::as_str).collect();
        match texts.as_slice() {
            [
                "unset" | "export" | "declare" | "typeset" | "readonly" | "local" | "set" | "setenv" | "unsetenv",
                rest @ ..,
            ] => {
                let name = |word: &&str| word.split('=').next().unwrap_or_default().trim_end_matches('+').to_owned();
                let ours = rest.iter().map(name).find(|name| is_ours(name));
                state.tampered = ours.or(state.tampered.take());
                state.known.extend(
                    rest.iter().filter_map(|word| word.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())),
                );
            }
            ["cd" | "pushd", rest @ ..] => state.inside |= rest.iter().any(|word| self.is_kept(word)),
            [..] => {}
        }
    }

    fn command(&self, words: &[String], state: &mut State) -> Option<String> {
        let texts: Vec<&str> = words.iter().map(String::as_str).collect();
        let first = base(texts[0]);
        if let Some(found) = self.reaches_in(first, &texts, state) {
            return Some(found);
        }
        for at in 0..texts.len() {
            // Each word that may be a program: the first, and what a program that starts others is given.
            let started = at == 0 || texts[..at].iter().any(|word| starts_others(base(word)));
            if !started {
                continue;
            }
            if let Some(what) = tampers(&texts[..at]) {
                state.tampered = Some(what);
            }
            if is_program(texts[at], at) {
                let found = self.judged(own::call(&texts[at + 1..]), state);
                // Its own words follow, and behind `run` a command.
                let command = own::command(&texts[at + 1..]);
                return found.or_else(|| {
                    let words: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
                    if words.is_empty() { None } else { self.command(&words, state) }
                });
            }
            let program = base(texts[at]);
            let code = texts.iter().skip(at + 1).filter(|word| word.contains(char::is_whitespace));
            let found = if listed(INTERPRETERS, program) {
                // Its own code decides what it hands on.
                let state = State { tampered: Some("its environment".to_owned()), ..state.clone() };
                texts.iter().skip(at + 1).find_map(|word| self.loosely(word, &state))
            } else if listed(SHELLS, program) {
                code.clone().find_map(|text| self.text(text, state)).or_else(|| self.script(&texts[at + 1..], state))
            } else if starts_others(program) {
                let mut elsewhere = state.clone();
                if let Some(what) = tampers(&texts[at..=at]) {
                    elsewhere.tampered = Some(what);
                }
                let told = || {
                    code.clone().find_map(|text| match text.split_once('=').filter(|(name, _)| line::is_name(name)) {
                        // `alias x='…'`.
                        Some((_, code)) => self.text(code, &elsewhere),
                        // `env -S '…'`.
                        None if program == "env" => self.text(&format!("env {text}"), &elsewhere),
                        None => self.text(text, &elsewhere),
                    })
                };
                // What is told to a program that only tells, searches or commits is no command.
                let words = texts[at + 1..].iter().filter(|word| !word.starts_with('-') && !word.contains('='));
                let tells = words.clone().find(|word| !word.contains(char::is_whitespace));
                if tells.is_some_and(|word| listed(LOOKERS, base(word))) { None } else { told() }
            } else if at == 0 && program != texts[0] {
                // `./deploy.sh`: a file of its own.
                self.script(&texts, state)
            } else {
                None
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// A here-document or a here-string is run by what runs what it reads.
    fn input(&self, simple: &Simple, words: &[String], state: &State) -> Option<String> {
        let Some(Input::Text(text)) = &simple.input else { return None };
        let text = self.expand(text, state).join(" ");
        self.reading(words, state).and_then(|state| self.text(&text, &state).or_else(|| self.loosely(&text, &state)))
    }

    /// The state in which a stage runs what it reads, where it does.
    fn reader(&self, node: &Node, state: &State) -> Option<State> {
        let Node::Simple(simple) = node else { return Some(state.clone()) };
        let words: Vec<String> = simple.words.iter().flat_map(|word| self.expand(word, state)).collect();
        self.reading(&words, state)
    }

    fn reading(&self, words: &[String], state: &State) -> Option<State> {
        let texts: Vec<&str> = words.iter().map(String::as_str).collect();
        let at = texts.iter().position(|word| {
            let program = base(word);
            listed(SHELLS, program)
                || listed(INTERPRETERS, program)
                || matches!(
                    program,
                    "xargs" | "parallel" | "ssh" | "at" | "batch" | "su" | "script" | "tmux" | "crontab"
                )
        })?;
        let assigned = texts[..at].iter().filter_map(|word| word.split_once('=')).map(|(name, _)| name);
        let tampered =
            tampers(&texts[..=at]).or_else(|| assigned.into_iter().find(|name| is_ours(name)).map(str::to_owned));
        Some(State { tampered: tampered.or(state.tampered.clone()), ..state.clone() })
    }

    /// The words of a stage, as what somebody else runs.
    fn printed(&self, node: &Node, state: &State) -> Option<String> {
        let prints = |simple: &Simple| {
            let first = simple.words.first().map(|word| self.expand(word, state).join(" "));
            first.is_some_and(|word| matches!(base(&word), "echo" | "printf" | "print" | "yes" | "cat"))
        };
        match node {
            Node::Simple(simple) if !prints(simple) => None,
            Node::Simple(simple) => {
                let words: Vec<String> =
                    simple.words.iter().skip(1).flat_map(|word| self.expand(word, state)).collect();
                let apart = words.iter().find_map(|word| self.text(word, state));
                apart
                    .or_else(|| self.text(&words.join(" "), state))
                    .or_else(|| self.loosely(&words.join(" "), state))
                    .or_else(|| match &simple.input {
                        Some(Input::Text(text)) => self.text(&self.expand(text, state).join(" "), state),
                        Some(Input::File(_)) | None => None,
                    })
            }
            Node::Group(list) | Node::Subshell(list) => {
                list.0.iter().flat_map(|step| &step.stages).find_map(|stage| self.printed(stage, state))
            }
            Node::Each(..) | Node::Choice(..) | Node::Function(..) | Node::Unreadable(_) => None,
        }
    }

    /// The first of these words that is a file is run.
    fn script(&self, words: &[&str], state: &State) -> Option<String> {
        let file = words.iter().find(|word| !word.starts_with('-') && !word.contains(char::is_whitespace))?;
        let path = match (file.strip_prefix("~/"), self.surroundings.home) {
            (Some(rest), Some(home)) => home.join(rest),
            (Some(_) | None, _) => self.surroundings.cwd.join(file),
        };
        match self.surroundings.files.read(&tidy(&path)) {
            Content::Text(text) if text.starts_with("#!") && !is_shell_script(&text) => {
                self.loosely(&text, &State { tampered: Some("its environment".to_owned()), ..state.clone() })
            }
            Content::Text(text) => self.text(&text, state),
            // It may be written by this very line.
            Content::Missing => self.loosely(self.whole, state),
            Content::Unreadable(_) => None,
        }
    }

    /// Calls of this program in a text that is no shell's, word by word.
    fn loosely(&self, text: &str, state: &State) -> Option<String> {
        let apart = |c: char| !(c.is_alphanumeric() || "_-./=~:".contains(c));
        let words: Vec<&str> = text.split(apart).filter(|word| !word.is_empty()).take(4096).collect();
        (0..words.len())
            .filter(|&at| is_program(words[at], at))
            .find_map(|at| self.judged(own::call(&words[at + 1..words.len().min(at + 12)]), state))
    }

    fn judged(&self, call: Call<'_>, state: &State) -> Option<String> {
        let persons = |verb: &str| format!("`nexus-env {verb}` is a person's to type, not a coding agent's");
        let (verb, named, changes) = match call {
            Call::Free => return None,
            Call::Persons(verb) => return Some(persons(verb)),
            Call::Reads(verb, named) => (verb, named.into_iter().collect(), false),
            Call::Changes(verb, named) => (verb, named, true),
        };
        let protected = |name: &&str| EnvironmentName::new(name).and_then(|_| (self.surroundings.protected)(name));
        // The selected environment is not known here.
        let known: Vec<Option<bool>> =
            if named.is_empty() { vec![None] } else { named.iter().map(protected).collect() };
        if changes && known.contains(&Some(true)) {
            return Some(persons(verb));
        }
        let what = state.tampered.as_ref().filter(|_| known.iter().any(|known| *known != Some(false)))?;
        Some(format!(
            "`nexus-env {verb}` is run without what the agent has in its environment ({what}), which may hand it a protected environment"
        ))
    }

    /// A redirection that writes what we keep. Redirections are no part of the tree, so they are looked for in the text.
    fn redirected(&self, text: &str) -> Option<String> {
        let behind =
            text.match_indices('>').map(|(at, _)| text[at + 1..].trim_start_matches(['>', '|', '&', ' ', '\t']));
        let target = |rest: &str| {
            rest.split(|c: char| c.is_whitespace() || ";|&()<>".contains(c))
                .next()
                .unwrap_or_default()
                .replace(['"', '\''], "")
        };
        behind.map(target).find(|word| self.is_kept(word)).map(|_| KEPT.to_owned())
    }

    /// A program that may change what we keep, or read the identity.
    fn reaches_in(&self, program: &str, words: &[&str], state: &State) -> Option<String> {
        let changes = words.iter().any(|word| {
            matches!(*word, "-delete" | "-exec" | "-execdir" | "-i" | "--in-place") || word.starts_with("-i.")
        });
        let looks = listed(LOOKERS, program) || (matches!(program, "find" | "fd" | "sed" | "awk") && !changes);
        let named = || words[1..].iter().filter(|word| self.is_kept(word));
        let lists = matches!(
            program,
            "ls" | "stat" | "test" | "[" | "[[" | "echo" | "printf" | "git" | "gh" | "find" | "cd" | "pushd"
        );
        if named().any(|word| word.ends_with("identity.txt")) && !lists {
            return Some("the identity is a person's: whoever reads it reads every protected environment".to_owned());
        }
        let touches = named().next().is_some() || state.inside;
        (touches && !looks && !matches!(program, "cd" | "pushd" | "nexus-env")).then(|| KEPT.to_owned())
    }

    fn is_kept(&self, word: &str) -> bool {
        if word.contains("$XDG_") || word.contains("${XDG_") {
            return word.contains("/nexus-env");
        }
        let home = self.surroundings.home.map(|home| home.to_string_lossy()).unwrap_or_default();
        let word = word.replace("${HOME}", "~").replace("$HOME", "~");
        let path = match word.strip_prefix("~/") {
            Some(rest) => Path::new(&*home).join(rest),
            None => self.surroundings.cwd.join(&word),
        };
        let path = tidy(&path);
        self.surroundings.kept.iter().any(|kept| path.starts_with(kept))
    }

    /// The words that one becomes; what is not known of it is left out.
    fn expand(&self, word: &Written, state: &State) -> Vec<String> {
        let mut text = String::new();
        let mut several = false;
        for piece in &word.0 {
            match piece {
                Piece::Text(more) | Piece::Quoted(more) => text.push_str(more),
                Piece::Variable(name, _) if matches!(name.as_str(), "HOME") => text.push('~'),
                Piece::Variable(name, _) if name.starts_with("XDG_") => text.push_str(&format!("${name}")),
                Piece::Variable(name, split) => {
                    text.push_str(state.known.get(name).map_or("", String::as_str));
                    several |= *split == Split::Several;
                }
                Piece::Default(_, written, _) => text.push_str(&self.expand(written, state).join(" ")),
                Piece::Argument(..) | Piece::Substitution(..) | Piece::Opaque(_) => {}
            }
        }
        match several && word.0.len() == 1 {
            true => text.split_whitespace().map(str::to_owned).collect(),
            false => vec![text],
        }
    }
}

#[cfg(test)]
#[path = "line_tests.rs"]
mod tests;
