//! The files that programs write which copy, fetch or edit one, and what those will hold where that is plain to see.

use std::path::{Path, PathBuf};

use super::{Found, Walk};
use crate::domain::guard::invocation::options::{after_flags, options};
use crate::domain::guard::invocation::strings::strings;
use crate::domain::guard::invocation::{Inner, Sure, Word, Wrote, wire, wrapper};
use crate::domain::guard::line::{Input, Node, Simple, Takes};
use crate::domain::guard::project::Files;
use crate::domain::guard::scope::{Fed, Scope};

/// Programs that make no file of those that they name.
const READERS: &[&str] = &[
    "test", "[", "ls", "cat", "bat", "chmod", "chown", "stat", "head", "tail", "less", "more", "grep", "rg", "rm",
    "wc", "diff", "echo", "printf", "shellcheck", "file", "vim", "vi", "nvim", "nano", "code", "which", "command",
    "type", "source", ".", "export", "cd", "read", "true", "false", ":",
];

/// Programs that bring files from an archive or from another machine.
const BRINGS: &[&str] = &[
    "tar", "bsdtar", "unzip", "7z", "scp", "sftp", "rsync", "aws", "gsutil", "curl", "wget", "git", "gh", "svn", "hg",
];

impl<'a> Walk<'a> {
    /// The files that a command writes, as far as its words tell.
    pub(super) fn note_writes(&self, simple: &Simple, words: &[Word], scope: &Scope<'a>) -> Vec<Found<'a>> {
        let name = words.first().map_or("", Word::base);
        if !READERS.contains(&name) {
            words.iter().for_each(|word| self.reader.notes.said(&word.text));
            if let Some(Input::Text(text)) = &simple.input {
                self.reader.notes.said(&text.plain());
            }
        }
        if BRINGS.contains(&name) {
            self.reader.notes.brought();
        }
        let printed = || match self.printed(&Node::Simple(simple.clone()), scope) {
            Fed::Text(text) => Some(text + "\n"),
            Fed::Nothing | Fed::Nearly(_) | Fed::Unknown => None,
        };
        let mut found = Vec::new();
        if self.connects
            && matches!(name, "echo" | "printf" | "print")
            && matches!(printed(), Some(text) if wire::empties(&text))
        {
            found.push(Found::Is(wire::sent("/dev/tcp", &[], scope)));
        }
        for output in &simple.outputs {
            let [file] = self.expand_one(&output.file, scope).try_into().unwrap_or([Word::unsure("")]);
            if file.sure == Sure::No || file.text == "/dev/null" {
                continue;
            }
            let what = match output.takes {
                Takes::Printed => printed().map(Wrote::Whole),
                Takes::Appended => printed().map(Wrote::Behind),
                Takes::Other => None,
            };
            let (path, what) = (scope.path(&file.text), what.unwrap_or(Wrote::Unknown));
            found.extend(scheduled(&path, &what, scope));
            self.reader.notes.wrote(path, what);
        }
        for (path, what) in self.written_by(simple, words, scope) {
            found.extend(scheduled(&path, &what, scope));
            self.reader.notes.wrote(path, what);
        }
        found
    }

    /// What a program writes itself; what redirections write is their command's.
    pub(super) fn written_by(&self, simple: &Simple, words: &[Word], scope: &Scope<'a>) -> Vec<(PathBuf, Wrote)> {
        let mut words = words;
        while let [first, rest @ ..] = words
            && matches!(first.base(), "sudo" | "doas")
        {
            words = after_flags(rest, &["-u", "-g", "-p", "-C"]);
        }
        let Some((first, rest)) = words.split_first() else { return Vec::new() };
        let fed = || match self.printed(&Node::Simple(fed_alone(simple)), scope) {
            Fed::Text(text) => Wrote::Whole(text + "\n"),
            Fed::Nothing | Fed::Nearly(_) | Fed::Unknown => Wrote::Unknown,
        };
        if writes_by_code(first.base()) {
            let fed = match &simple.input {
                Some(Input::Text(text)) => text.plain(),
                Some(Input::File(_)) | None => String::new(),
            };
            let code: Vec<&str> = rest.iter().map(|word| word.text.as_str()).chain([fed.as_str()]).collect();
            let code = code.join("\n");
            let writes = WRITES.iter().any(|call| code.contains(call));
            let named = strings(&code).into_iter().filter(|text| writes && is_file_name(text));
            return named.map(|file| (scope.path(&file), Wrote::Unknown)).collect();
        }
        match first.base() {
            "npm" | "pnpm" if sets_scripts(rest) => {
                let path = scope.path("package.json");
                let before = self.reader.read(&path).text().unwrap_or_else(|| "{}".to_owned());
                let what = with_scripts(&before, &rest[2..]).map_or(Wrote::Unknown, Wrote::Extended);
                vec![(path, what)]
            }
            // `composer config scripts.NAME LINE` (getcomposer.org/doc/03-cli.md).
            "composer"
                if let [config, key, line] = rest
                    && config.text == "config"
                    && key.text.starts_with("scripts.") =>
            {
                let path = scope.path("composer.json");
                let before = self.reader.read(&path).text().unwrap_or_else(|| "{}".to_owned());
                let pair = Word { text: format!("{}={}", key.text, line.text), sure: line.sure };
                let what = with_scripts(&before, &[pair]).map_or(Wrote::Unknown, Wrote::Extended);
                vec![(path, what)]
            }
            "tee" => {
                let behind = rest.iter().any(|word| matches!(word.text.as_str(), "-a" | "--append"));
                let what = match (fed(), behind) {
                    (Wrote::Whole(text), true) => Wrote::Behind(text),
                    (what, _) => what,
                };
                files(rest, "").into_iter().map(|file| (scope.path(file), what.clone())).collect()
            }
            name @ ("cp" | "mv" | "ln" | "install") => self.copied(name, rest, scope, fed),
            "sponge" => files(rest, "").into_iter().map(|file| (scope.path(file), fed())).collect(),
            "dd" => {
                let to = rest.iter().filter_map(|word| word.text.strip_prefix("of="));
                let from = rest.iter().any(|word| word.text.starts_with("if="));
                to.map(|file| (scope.path(file), if from { Wrote::Unknown } else { fed() })).collect()
            }
            name => files(rest, name).into_iter().map(|file| (scope.path(file), Wrote::Unknown)).collect(),
        }
    }

    /// `cp FILE FILE`, `cp FILE DIRECTORY`, and what does the same.
    fn copied(&self, name: &str, rest: &[Word], scope: &Scope<'a>, fed: impl Fn() -> Wrote) -> Vec<(PathBuf, Wrote)> {
        let valued: &[&str] = if name == "install" { &["-m", "-o", "-g", "-S"] } else { &["-S"] };
        let options = options(rest, valued);
        let Some((to, from)) = options.rest.split_last() else { return Vec::new() };
        let place = scope.path(&to.text);
        let is_directory = to.text.ends_with('/') || !self.reader.names(&place).is_empty();
        let one = |word: &&Word| {
            let path = if is_directory { place.join(word.base()) } else { place.clone() };
            let what = match word.text.as_str() {
                "/dev/stdin" => fed(),
                _ if word.sure == Sure::No => Wrote::Unknown,
                // A link's target is seen from the link's own place.
                file if name == "ln" && !file.starts_with('/') => {
                    let beside = path.parent().map(|parent| parent.join(file));
                    let read = |path: PathBuf| self.reader.read(&crate::domain::guard::scope::tidy(&path)).text();
                    beside.and_then(read).map_or(Wrote::Unknown, Wrote::Whole)
                }
                file => self.reader.read(&scope.path(file)).text().map_or(Wrote::Unknown, Wrote::Whole),
            };
            (path, what)
        };
        from.iter().map(one).collect()
    }
}

/// What a file will have run later that a line writes: a table of times, a script among those of a day, a unit of systemd's.
fn scheduled<'a>(path: &Path, what: &Wrote, scope: &Scope<'a>) -> Vec<Found<'a>> {
    let Some(text) = what.text() else { return Vec::new() };
    let place = path.to_string_lossy();
    let line = |text: &str| Inner::Line(text.to_owned(), scope.clone());
    let found = match place.as_ref() {
        // A user's name stands in front of the command.
        place if place.starts_with("/etc/cron.d/") || place == "/etc/crontab" => {
            let each = wrapper::crontab(text, scope).into_iter().filter_map(|inner| match inner {
                Inner::Line(text, _) => Some(line(text.split_once(char::is_whitespace)?.1)),
                _ => None,
            });
            each.collect()
        }
        place if place.starts_with("/etc/cron.") => vec![line(text)],
        // What an image is built with.
        place if place.rsplit('/').next().is_some_and(|name| name.starts_with("Dockerfile")) => {
            text.replace("\\\n", " ").lines().filter_map(|text| text.strip_prefix("RUN ")).map(line).collect()
        }
        place if place.contains("/spool/cron") => wrapper::crontab(text, scope),
        place if place.ends_with(".service") && place.contains("systemd") => {
            let starts = text.lines().filter_map(|text| text.trim().strip_prefix("Exec")?.split_once('='));
            starts.map(|(_, program)| line(program.trim_start_matches(['-', '@', '+', '!']))).collect()
        }
        _ => Vec::new(),
    };
    found.into_iter().map(Found::Later).collect()
}

/// A command that prints what the other is fed.
fn fed_alone(simple: &Simple) -> Simple {
    let words = vec![crate::domain::text::words::written("cat")];
    Simple { words, input: simple.input.clone(), ..Simple::default() }
}

/// The files that the program writes, as its words name them; of one without a name all of its words.
fn files<'w>(words: &'w [Word], name: &str) -> Vec<&'w str> {
    let behind = |flags: &[&str], letter: char| {
        let bundled = |text: &str| text.starts_with('-') && !text.starts_with("--") && text.ends_with(letter);
        let at = words.iter().position(|word| flags.contains(&word.text.as_str()) || bundled(&word.text));
        at.and_then(|at| words.get(at + 1)).map(|word| word.text.as_str())
    };
    let plain = || words.iter().filter(|word| !word.text.starts_with('-')).map(|word| word.text.as_str());
    match name {
        "" => plain().collect(),
        // `-fsSLo FILE`, `-qO FILE`; `curl -O` takes the name that the URL ends with.
        "curl" => behind(&["-o", "--output"], 'o').into_iter().chain(named_by_url(words)).collect(),
        "wget" => match behind(&["-O", "--output-document"], 'O') {
            Some(file) => vec![file],
            None => words.iter().filter_map(|word| word.text.rsplit_once("://")?.1.rsplit('/').next()).collect(),
        },
        "ed" | "ex" => plain().collect(),
        "sed" | "perl" if words.iter().any(|word| word.text.starts_with("-i")) => plain().skip(1).collect(),
        _ => Vec::new(),
    }
}

/// `npm pkg set scripts.NAME=LINE …` (docs.npmjs.com/cli/commands/npm-pkg).
fn sets_scripts(words: &[Word]) -> bool {
    words.iter().take(2).map(|word| word.text.as_str()).eq(["pkg", "set"])
        && words[2..].iter().any(|word| word.text.starts_with("scripts"))
}

/// The text of a `package.json` with these scripts more. `None` where one of them is computed or takes another one's place,
/// and where anything else is set with them: tools have tables of their own there.
fn with_scripts(text: &str, words: &[Word]) -> Option<String> {
    let mut package: serde_json::Value = serde_json::from_str(text).ok()?;
    let scripts = package.as_object_mut()?.entry("scripts").or_insert_with(|| serde_json::json!({})).as_object_mut()?;
    for word in words.iter().filter(|word| !word.text.starts_with('-')) {
        let (name, line) = word.text.strip_prefix("scripts.")?.split_once('=')?;
        let is_plain = word.sure == Sure::Yes && !name.contains(['.', '[', ']']);
        let before = scripts.insert(name.to_owned(), line.into());
        if !is_plain || before.is_some_and(|before| before != line) {
            return None;
        }
    }
    serde_json::to_string(&package).ok()
}

fn named_by_url(words: &[Word]) -> Option<&str> {
    let keeps =
        |text: &str| text == "--remote-name" || text.starts_with('-') && !text.starts_with("--") && text.contains('O');
    words.iter().find(|word| keeps(&word.text))?;
    words.iter().find(|word| word.text.contains("://"))?.text.rsplit('/').next()
}

/// Calls with which code of another language writes a file.
const WRITES: &[&str] = &[
    "writeFile", "appendFile", "write_text(", "write_bytes(", ".write(", "File.write", "IO.write",
    "file_put_contents(", "Bun.write(", "Deno.writeTextFile", "createWriteStream(", "copyFile", "rename(", "symlink(",
    "outputFile(",
];

/// Interpreters whose code stands on the line, most of the time.
fn writes_by_code(name: &str) -> bool {
    matches!(name, "node" | "nodejs" | "bun" | "deno" | "tsx" | "ruby" | "perl" | "php") || name.starts_with("python")
}

fn is_file_name(text: &str) -> bool {
    !text.is_empty() && text.len() < 200 && !text.contains(char::is_whitespace) && text.contains(['.', '/'])
}
