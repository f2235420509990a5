//! The consoles of frameworks, which run code against the application's database: `rails runner`, `manage.py shell -c`,
//! `artisan tinker --execute`, `mix run -e`. Without code on the line, or fed, they are a person's own prompt.

use super::options::{after_flags, flag_value};
use super::{Inner, Reader, Word, code};
use crate::domain::guard::project::Files;
use crate::domain::guard::scope::{Fed, Scope};

struct Console {
    names: &'static [&'static str],
    /// The word that makes it one; none where the name alone does.
    verb: &'static [&'static str],
    /// Flags behind which code stands.
    code: &'static [&'static str],
    valued: &'static [&'static str],
    /// Whether code, or a file of it, may stand by itself.
    takes: Takes,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Takes {
    Flags,
    /// Code or a file of it.
    Word,
    /// Code, and tasks by their names.
    Code,
}

const fn row(
    names: &'static [&'static str],
    verb: &'static [&'static str],
    code: &'static [&'static str],
    valued: &'static [&'static str],
    takes: Takes,
) -> Console {
    Console { names, verb, code, valued, takes }
}

const ROWS: &[Console] = &[
    row(&["rails"], &["runner", "r"], &[], &["-e", "--environment"], Takes::Word),
    row(&["rails", "hanami"], &["console", "c"], &[], &["-e", "--environment"], Takes::Flags),
    row(
        &["manage.py", "django-admin"],
        &["shell", "shell_plus"],
        &["-c", "--command"],
        &["--settings", "-i", "--interface", "-v"],
        Takes::Flags,
    ),
    row(&["flask"], &["shell"], &[], &[], Takes::Flags),
    row(&["artisan"], &["tinker"], &["--execute"], &[], Takes::Flags),
    row(&["wp"], &["eval"], &[], &["--path", "--url", "--user"], Takes::Word),
    row(&["mix"], &["run", "eval"], &["-e", "--eval"], &["-r", "--require"], Takes::Word),
    row(&["iex"], &[], &["-e", "--eval"], &["-S", "--name", "--sname"], Takes::Flags),
    row(&["elixir"], &[], &["-e", "--eval"], &["-S", "-r", "-pa"], Takes::Flags),
    row(&["scala-cli"], &["eval"], &["-e"], &["--dep", "--dependency", "-S", "--scala", "--jvm"], Takes::Word),
    row(&["deno"], &["eval"], &[], &[], Takes::Word),
    row(&["ipython", "ipython3", "pypy", "pypy3"], &[], &["-c"], &["-m", "--profile"], Takes::Flags),
    row(&["irb", "pry", "psysh", "ghci", "groovysh"], &[], &["-e"], &["-r", "-I"], Takes::Flags),
    row(&["jshell"], &[], &[], &["--class-path", "--module-path", "--startup", "-R", "-C"], Takes::Flags),
    row(&["crystal"], &["eval"], &[], &[], Takes::Word),
    row(&["bb", "guile"], &[], &["-e", "-c"], &["-cp", "--classpath"], Takes::Code),
    row(&["amm"], &[], &["-c", "--code"], &[], Takes::Flags),
    row(&["lein"], &["run"], &["-e", "--eval"], &[], Takes::Flags),
    row(
        &[
            "groovy", "scala", "scala-cli", "clojure", "clj", "Rscript", "R", "julia", "lua", "luajit", "kotlin",
            "kotlinc", "racket", "swift", "ghc", "runghc", "raku", "ocaml", "janet", "coffee",
        ],
        &[],
        &["-e"],
        &[],
        Takes::Flags,
    ),
    row(&["erl", "sbcl", "octave", "octave-cli"], &[], &["-eval", "--eval"], &["-s", "-pa"], Takes::Flags),
    row(&["matlab"], &[], &["-batch", "-r"], &[], Takes::Flags),
    // sequel.jeremyevans.net, "sequel(1)"; ruby.github.io/rake, "Command Line Usage".
    row(&["sequel"], &[], &["-c"], &[], Takes::Flags),
    row(&["rake"], &[], &["-e", "--execute", "-p", "--execute-print", "-E", "--execute-continue"], &[], Takes::Flags),
];

/// The names of all consoles.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    ROWS.iter().flat_map(|row| row.names.iter().copied())
}

/// The code that it runs. `None` where there is none to be read.
pub(super) fn see_through<'a>(
    reader: &Reader<'_>,
    name: &str,
    words: &[Word],
    scope: &Scope<'a>,
) -> Option<Vec<Inner<'a>>> {
    let behind = |row: &Console| match (row.verb, words.split_first()) {
        ([], _) => Some(words.to_vec()),
        (verbs, Some((first, rest))) if verbs.contains(&first.text.as_str()) => Some(rest.to_vec()),
        (_, _) => None,
    };
    let rows = ROWS.iter().filter(|row| row.names.contains(&name));
    let (row, words) = rows.into_iter().find_map(|row| Some((row, behind(row)?)))?;
    runs_sources(reader, &words, scope);
    if let Some(text) = flag_value(&words, row.code) {
        return Some(code::run(name, &text, scope));
    }
    match after_flags(&words, row.valued).first() {
        Some(word) if word.text == "-" => code::fed(name, scope),
        Some(word) if row.takes == Takes::Word => {
            let is_file = word.text.contains('.') && !word.text.contains([' ', '(']) && {
                let path = scope.path(&word.text);
                reader.notes.ran(&path);
                reader.first_line(&path).is_some() || word.text.ends_with(".exs")
            };
            if is_file { None } else { Some(code::run(name, word, scope)) }
        }
        Some(word) if row.takes == Takes::Code && word.text.starts_with('(') => Some(code::run(name, word, scope)),
        Some(_) => None,
        // What cannot be read is taken for a prompt that a program drives.
        None if scope.fed != Fed::Nothing => code::fed(name, scope),
        None => None,
    }
}

/// Files of source text among the words, which an interpreter or a compiler's own `run` starts: `go run t.go`, `java T.java`.
pub(super) fn runs_sources(reader: &Reader<'_>, words: &[Word], scope: &Scope<'_>) {
    const ENDINGS: &[&str] = &[
        ".go", ".java", ".swift", ".scala", ".sc", ".kts", ".kt", ".dart", ".cr", ".zig", ".ps1", ".groovy", ".clj",
        ".R", ".jl", ".lua", ".exs", ".ex", ".hs", ".raku", ".ml", ".coffee", ".rkt", ".m", ".erl", ".lisp",
    ];
    let is_source = |word: &&Word| ENDINGS.iter().any(|ending| word.text.ends_with(ending));
    words.iter().filter(is_source).for_each(|word| reader.notes.ran(&scope.path(&word.text)));
}
