//! What a stage of a pipeline, a substitution or a redirection prints, where that is plain to see: the next stage may be a shell,
//! or a database's client. It judges nothing, and what it cannot see is unknown.

use super::Walk;
use crate::domain::guard::invocation::filter::{self, Exact};
use crate::domain::guard::invocation::options::{flag_value, is_one_expansion, options};
use crate::domain::guard::invocation::{Inner, Sure, Word, client, printer, program, wrapper};
use crate::domain::guard::line::{self, Input, List, Node, Piece, Simple, Step};
use crate::domain::guard::scope::{Fed, Scope};
use crate::domain::guard::sql::{self, Danger};

/// How deep wrappers are followed for what they print.
const DEEPEST: usize = 24;

/// More than this is not followed: what prints its input twice doubles it.
const LONGEST: usize = 256 * 1024;

/// What the script of a dump with `--clean` begins with, whatever it holds.
const DROPS: &str = "DROP TABLE IF EXISTS what_the_dump_holds;";

impl<'a> Walk<'a> {
    pub(super) fn printed(&self, stage: &Node, scope: &Scope<'a>) -> Fed {
        match stage {
            Node::Simple(simple) => {
                let fed = match &simple.input {
                    Some(input) => self.input(input, scope),
                    None => scope.fed.clone(),
                };
                let written = simple.words.iter().skip_while(|word| word.assignment().is_some()).cloned();
                let words = self.expand(&written.collect::<Vec<_>>(), scope);
                let mut inner = scope.clone();
                inner.fed = fed;
                if !simple.beside.is_empty() {
                    inner.pipes = simple.beside.iter().map(|list| self.all_printed(list, scope)).collect();
                }
                self.printed_by(&words, &inner)
            }
            Node::Subshell(list) | Node::Group(list) => self.all_printed(list, scope),
            Node::Each(..) | Node::Choice(..) | Node::Function(..) | Node::Unreadable(_) => Fed::Unknown,
        }
    }

    /// What several commands print, one after the other. Where only a part is known, that is enough if it destroys.
    pub(super) fn all_printed(&self, List(steps): &List, scope: &Scope<'a>) -> Fed {
        let printed: Vec<Fed> = steps.iter().map(|step| self.printed_in_the_end(step, scope)).collect();
        let known: Vec<&str> = printed.iter().filter_map(Fed::text).collect();
        let text = known.join("\n");
        if text.len() > LONGEST {
            return Fed::Unknown;
        }
        let exact = printed.iter().all(|fed| matches!(fed, Fed::Text(_)));
        match known.len() == printed.len() || sql::read(&text).danger == Danger::Destructive {
            true if exact => Fed::Text(text),
            true => Fed::Nearly(text),
            false => Fed::Unknown,
        }
    }

    fn printed_in_the_end(&self, step: &Step, scope: &Scope<'a>) -> Fed {
        let mut scope = scope.clone();
        let mut fed = scope.fed.clone();
        for stage in &step.stages {
            scope.fed = fed;
            fed = match stage {
                // `$(<FILE)`.
                Node::Simple(Simple { words, input: Some(input), .. }) if words.is_empty() => self.input(input, &scope),
                stage => self.printed(stage, &scope),
            };
        }
        fed
    }

    /// What a command prints that is fed with what the scope says.
    fn printed_by(&self, words: &[Word], scope: &Scope<'a>) -> Fed {
        let Some((first, rest)) = words.split_first() else { return Fed::Unknown };
        let fed = scope.fed.clone();
        let files = || rest.iter().filter(|word| !word.text.starts_with('-')).collect::<Vec<&Word>>();
        match first.base() {
            "echo" | "print" => {
                let said = rest.iter().map(|w| w.text.as_str()).filter(|w| !matches!(*w, "-n" | "-e" | "-ne" | "-r"));
                of_words(said.collect::<Vec<_>>().join(" ").replace("\\n", "\n"), rest)
            }
            "printf" => of_words(filter::printf(rest), rest),
            "cat" => match files().as_slice() {
                [] => fed,
                // What a file holds in another place, nobody here knows.
                _ if scope.elsewhere().is_some() => Fed::Unknown,
                files => {
                    let texts: Option<Vec<String>> = files.iter().map(|file| self.reader.file(file, scope)).collect();
                    texts.map_or(Fed::Unknown, |texts| Fed::Text(texts.join("\n")))
                }
            },
            // Where a program is, is that program.
            "nexus-env" if rest.iter().any(|word| word.text == "export") => {
                let named = flag_value(rest, &["-e", "--env"]);
                // Without a name it prints what this process has.
                Fed::Text(named.map_or(String::new(), |name| format!("{} {}", printer::LOADS, name.text)))
            }
            "which" => Fed::Text(files().first().map_or(String::new(), |word| word.text.clone())),
            "command" if rest.iter().any(|word| word.text == "-v") => {
                Fed::Text(files().first().map_or(String::new(), |word| word.text.clone()))
            }
            // A new file or directory, whatever it will be called.
            "mktemp" => Fed::Text("/tmp/mktemp".to_owned()),
            "pwd" => Fed::Text(scope.cwd.display().to_string()),
            "cd" | "export" | "set" | "unset" | "true" | ":" | "sleep" | "read" | "trap" => Fed::Text(String::new()),
            "tee" => fed,
            "envsubst" => fed.text().map_or(Fed::Unknown, |text| Fed::Nearly(text.to_owned())),
            "tr" => fed.text().map_or(Fed::Unknown, |text| match filter::translated(rest, text) {
                Some(text) if matches!(fed, Fed::Text(_)) => Fed::Text(text),
                text => Fed::Nearly(text.unwrap_or_else(|| text_of(&fed))),
            }),
            "rev" if files().is_empty() => match fed {
                Fed::Text(text) => {
                    let turned = text.lines().map(|line| line.chars().rev().collect::<String>());
                    Fed::Text(turned.collect::<Vec<_>>().join("\n"))
                }
                Fed::Nothing | Fed::Nearly(_) | Fed::Unknown => Fed::Unknown,
            },
            "base64" if files().is_empty() && rest.iter().any(|word| DECODES.contains(&word.text.as_str())) => {
                match fed {
                    Fed::Text(text) => decoded(&text).map_or(Fed::Unknown, Fed::Text),
                    Fed::Nothing | Fed::Nearly(_) | Fed::Unknown => Fed::Unknown,
                }
            }
            "git" if rest.iter().map(|word| word.text.as_str()).eq(["rev-parse", "--show-toplevel"]) => {
                Fed::Text(self.reader.root.display().to_string())
            }
            // What is packed in a file, nobody here knows.
            "gzip" | "gunzip" | "zcat" | "bzip2" | "bunzip2" | "bzcat" | "xz" | "unxz" | "xzcat" | "zstd"
            | "unzstd" | "zstdcat" | "lz4" | "pigz" | "unpigz" | "mbuffer" => {
                if files().is_empty() {
                    fed
                } else {
                    Fed::Unknown
                }
            }
            name if filter::is_one(name) => self.filtered(name, rest, scope),
            _ => self.printed_by_a_tool(first, rest, scope),
        }
    }

    /// What a filter lets through of its files, else of what it is fed, and what it writes itself.
    fn filtered(&self, name: &str, rest: &[Word], scope: &Scope<'a>) -> Fed {
        let (made, files) = filter::parts(name, rest);
        let here = scope.elsewhere().is_none();
        let texts: Option<Vec<String>> =
            files.iter().map(|file| if here { self.reader.file(file, scope) } else { None }).collect();
        let (text, from) = match (files.is_empty(), texts) {
            (true, _) => (scope.fed.text().map(str::to_owned), matches!(scope.fed, Fed::Text(_))),
            (false, texts) => (texts.map(|texts| texts.join("\n")), true),
        };
        let text = text.map(|text| filter::through(name, rest, &text));
        match (text, sql::read(&made).danger) {
            (Some((text, Exact::Yes)), _) if from => Fed::Text(text),
            (text, Danger::Destructive) => {
                Fed::Nearly(format!("{made}\n{}", text.map(|(text, _)| text).unwrap_or_default()))
            }
            (Some((text, _)), _) => Fed::Nearly(text),
            (None, _) => Fed::Unknown,
        }
    }

    fn printed_by_a_tool(&self, first: &Word, rest: &[Word], scope: &Scope<'a>) -> Fed {
        let name = program::known_as(first);
        let said: Vec<&str> = std::iter::once(first).chain(rest).map(|word| word.text.as_str()).collect();
        if printer::is_own(&format!("$({})", said.join(" "))) {
            // A shell's own set-up runs nothing that matters here.
            return Fed::Text(String::new());
        }
        if let Some(printed) = dumped(name, rest).or_else(|| client::printed(self.reader, name, rest, scope)) {
            return printed;
        }
        if scope.depth > DEEPEST {
            return Fed::Unknown;
        }
        match wrapper::see_through(self.reader, name, rest, scope).unwrap_or_default().pop() {
            Some(Inner::Command(words, mut scope)) => {
                scope.depth += 1;
                self.printed_by(&words, &scope)
            }
            Some(Inner::Line(text, mut scope)) => {
                scope.depth += 1;
                self.all_printed(&line::read(&text), &scope)
            }
            Some(Inner::Unknown(..) | Inner::Talks(..)) | None => Fed::Unknown,
        }
    }

    /// What a substitution prints: `$(cat FILE)`, `$(<FILE)`, `$(echo WORDS)`.
    pub(super) fn output(&self, line: &str, scope: &Scope<'a>) -> Option<String> {
        if scope.depth > DEEPEST {
            return None;
        }
        let mut scope = scope.clone();
        scope.depth += 1;
        let list = line::read(line);
        if list.0.is_empty() {
            return None;
        }
        match self.all_printed(&list, &scope) {
            Fed::Text(text) => Some(text.trim_end_matches('\n').to_owned()),
            Fed::Nothing | Fed::Nearly(_) | Fed::Unknown => None,
        }
    }

    pub(super) fn input(&self, input: &Input, scope: &Scope<'a>) -> Fed {
        match input {
            Input::Text(written) => {
                let words = self.expand(std::slice::from_ref(written), scope);
                of_words(words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" "), &words)
            }
            Input::File(written) => match self.expand(std::slice::from_ref(written), scope).as_slice() {
                [word] if word.text == "/dev/null" => Fed::Text(String::new()),
                [word] if matches!(word.text.as_str(), "/dev/tty" | "/dev/stdin") => scope.fed.clone(),
                [word] => self.reader.file(word, scope).map_or(Fed::Unknown, Fed::Text),
                _ => Fed::Unknown,
            },
        }
    }
}

/// A text that words make. Where the line computes one that a shell would take for a program, or all of the text, a part of what
/// it holds is not known.
fn of_words(text: String, words: &[Word]) -> Fed {
    let computed = words.iter().any(|word| word.sure == Sure::No)
        && (is_one_expansion(text.trim()) || computes_a_program(&line::read(&text)));
    if computed { Fed::Nearly(text) } else { Fed::Text(text) }
}

fn computes_a_program(List(steps): &List) -> bool {
    steps.iter().flat_map(|step| &step.stages).any(|stage| match stage {
        Node::Simple(simple) => {
            let first = simple.words.iter().find(|word| word.assignment().is_none());
            first.is_some_and(|word| match word.0.as_slice() {
                [Piece::Quoted(text), Piece::Variable(name, _), ..] if text.is_empty() => !super::is_well_known(name),
                [Piece::Variable(name, _), ..] => !super::is_well_known(name),
                [Piece::Opaque(_) | Piece::Substitution(..), ..] => true,
                _ => false,
            })
        }
        Node::Subshell(list) | Node::Group(list) | Node::Each(_, _, list) | Node::Function(_, list) => {
            computes_a_program(list)
        }
        Node::Choice(_, branches) => branches.iter().any(|(_, list)| computes_a_program(list)),
        Node::Unreadable(_) => false,
    })
}

fn text_of(fed: &Fed) -> String {
    fed.text().unwrap_or_default().to_owned()
}

const DECODES: &[&str] = &["-d", "-D", "--decode"];

fn decoded(text: &str) -> Option<String> {
    use base64::Engine;
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    String::from_utf8(base64::engine::general_purpose::STANDARD.decode(plain).ok()?).ok()
}

/// What a program that dumps prints: with `--clean`, and with MySQL's own default, it drops before it creates.
fn dumped(name: &str, words: &[Word]) -> Option<Fed> {
    const POSTGRES: &[&str] = &[
        "-d", "--dbname", "-f", "--file", "-F", "--format", "-j", "-Z", "-n", "-N", "-S", "-t", "-T", "-h", "-p", "-U",
        "-e", "-E", "-l", "--host", "--port", "--username", "--role", "-L", "-I", "-P",
    ];
    const MYSQL: &[&str] = &["-u", "-h", "-P", "-S", "-r", "-T", "-w"];
    let plain = |drops: bool| if drops { Fed::Text(DROPS.to_owned()) } else { Fed::Unknown };
    match name {
        "pg_dump" | "pg_dumpall" | "pg_restore" => {
            let options = options(words, POSTGRES);
            let format = options.value(&["-F", "--format"]).map_or("p", |word| word.text.as_str());
            let script = name == "pg_restore" || format.starts_with('p');
            let elsewhere = match options.value(&["-f", "--file"]) {
                Some(file) => file.text != "-",
                None => name == "pg_restore" && options.has(&["-d", "--dbname", "-l", "--list"]),
            };
            Some(if elsewhere { Fed::Text(String::new()) } else { plain(script && options.has(&["-c", "--clean"])) })
        }
        "mysqldump" | "mariadb-dump" => {
            let options = options(words, MYSQL);
            let kept = options.has(&["--skip-add-drop-table", "--skip-opt", "--compact", "-t", "--no-create-info"]);
            let drops = !kept || options.has(&["--add-drop-database", "--add-drop-table"]);
            Some(match options.has(&["-r", "--result-file"]) {
                true => Fed::Text(String::new()),
                false => plain(drops),
            })
        }
        _ => None,
    }
}
