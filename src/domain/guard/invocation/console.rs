//! The consoles of frameworks, which run code against the application's database: `rails runner`, `manage.py shell -c`,
//! `artisan tinker --execute`, `mix run -e`. Without code on the line, or fed, they are a person's own prompt.

use super::options::after_flags;
use super::{Inner, Reader, Sure, Word, code};
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
    /// Neither: what stands there says where it is, or names a file that it begins with.
    Prompt,
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
    row(&["rails", "hanami"], &["console", "c"], &[], &["-e", "--environment"], Takes::Prompt),
    row(
        &["manage.py", "django-admin"],
        &["shell", "shell_plus"],
        &["-c", "--command"],
        &["--settings", "-i", "--interface", "-v"],
        Takes::Prompt,
    ),
    row(&["flask"], &["shell"], &[], &["-A", "--app", "-e", "--env-file"], Takes::Prompt),
    row(&["artisan"], &["tinker"], &["--execute"], &[], Takes::Prompt),
    // developer.wordpress.org/cli/commands; www.drush.org/latest/commands; book.cakephp.org, "Interactive Console (REPL)".
    row(&["wp"], &["eval"], &[], WP, Takes::Word),
    row(&["wp"], &["shell", "eval-file"], &[], WP, Takes::Prompt),
    row(&["drush"], &["php:eval", "php-eval", "ev", "eval"], &[], DRUSH, Takes::Word),
    row(
        &["drush"],
        &["php:cli", "php-cli", "php", "core:cli", "core-cli", "php:script", "php-script", "scr"],
        &[],
        DRUSH,
        Takes::Prompt,
    ),
    row(&["cake"], &["console", "repl"], &[], &[], Takes::Prompt),
    row(&["console"], &["psysh"], &[], &["-e", "--env"], Takes::Prompt),
    row(&["magento", "n98-magerun2", "n98-magerun"], &["dev:console"], &[], &["--area"], Takes::Word),
    row(&["mix"], &["run", "eval"], &["-e", "--eval"], &["-r", "--require"], Takes::Word),
    row(&["iex"], &[], &["-e", "--eval"], &["-S", "--name", "--sname"], Takes::Flags),
    row(&["elixir"], &[], &["-e", "--eval"], &["-S", "-r", "-pa"], Takes::Flags),
    row(&["scala-cli"], &["eval"], &["-e"], &["--dep", "--dependency", "-S", "--scala", "--jvm"], Takes::Word),
    row(&["deno"], &["eval"], &[], &[], Takes::Word),
    row(&["deno"], &["repl"], &["--eval"], &[], Takes::Flags),
    row(&["racksh"], &[], &[], &[], Takes::Word),
    row(&["psysh"], &[], &[], &["-c", "--config", "--cwd"], Takes::Prompt),
    row(&["ipython", "ipython3", "pypy", "pypy3"], &[], &["-c"], &["-m", "--profile"], Takes::Flags),
    row(&["irb", "pry", "ghci", "groovysh"], &[], &["-e"], &["-r", "-I"], Takes::Flags),
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

const WP: &[&str] = &["--path", "--url", "--user", "--ssh"];
const DRUSH: &[&str] = &["-l", "--uri", "-r", "--root"];

/// The names of all consoles.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    ROWS.iter().flat_map(|row| row.names).chain(CONSOLES).copied()
}

/// The code that it runs. `None` where there is none to be read.
pub(super) fn see_through<'a>(
    reader: &Reader<'_>,
    name: &str,
    words: &[Word],
    scope: &Scope<'a>,
) -> Option<Vec<Inner<'a>>> {
    let behind = |row: &Console| match (row.verb, front(words, row)) {
        ([], _) => Some(words.to_vec()),
        (verbs, [first, rest @ ..]) if verbs.contains(&first.text.as_str()) => Some(rest.to_vec()),
        (_, _) => None,
    };
    let rows = ROWS.iter().filter(|row| row.names.contains(&name));
    let Some((row, words)) = rows.into_iter().find_map(|row| Some((row, behind(row)?))) else {
        return of_any_program(name, words, scope);
    };
    runs_sources(reader, &words, scope);
    if let Some(text) = told(&words, row.code) {
        return Some(code::run(name, &text, scope));
    }
    let rest = after_flags(&words, row.valued);
    if row.takes == Takes::Prompt {
        let files = rest.iter().filter(|word| word.text.contains('.') && !word.text.starts_with('-'));
        let mut found: Vec<Inner<'a>> =
            files.filter_map(|file| written(reader, name, &file.text, scope)).flatten().collect();
        found.extend(code::fed(name, scope).unwrap_or_default());
        return (!found.is_empty()).then_some(found);
    }
    match rest.first() {
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

/// Words that say that a program has a console of its own: `strapi console`, `node ace repl`, `bench --site SITE console`.
const CONSOLES: &[&str] = &["shell", "console", "repl"];

/// Code that such a program is fed, where it does something that matters.
fn of_any_program<'a>(name: &str, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let text = scope.fed.text()?;
    let found = || code::run(name, &Word::sure(text), scope);
    let is_one = words.iter().take(4).any(|word| CONSOLES.contains(&word.text.as_str()));
    is_one.then(found).filter(|found| !found.is_empty())
}

/// The words from the one on that may name a console: flags and a site's alias stand in front of it.
fn front<'w>(words: &'w [Word], row: &Console) -> &'w [Word] {
    let words = after_flags(words, row.valued);
    if words.first().is_some_and(|word| word.text.starts_with('@')) { &words[1..] } else { words }
}

/// All code behind these flags: each of several is run.
fn told(words: &[Word], flags: &[&str]) -> Option<Word> {
    let value = |(at, word): (usize, &Word)| match word.text.split_once('=') {
        _ if flags.contains(&word.text.as_str()) => words.get(at + 1).cloned(),
        Some((flag, value)) if flags.contains(&flag) => Some(Word { text: value.to_owned(), sure: word.sure }),
        Some(_) | None => None,
    };
    let all: Vec<Word> = words.iter().enumerate().filter_map(value).collect();
    let (first, more) = all.split_first()?;
    let join = |first: Word, next: &Word| Word {
        text: format!("{}\n{}", first.text, next.text),
        sure: if next.sure == Sure::No { Sure::No } else { first.sure },
    };
    Some(more.iter().fold(first.clone(), join))
}

/// The code of a file that the line itself writes. It is searched, not followed to its end, so it stays unknown as well.
pub(super) fn written<'a>(reader: &Reader<'_>, name: &str, file: &str, scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let path = scope.path(file);
    reader.notes.ran(&path);
    let Some(wrote) = reader.notes.written(&path) else {
        if reader.notes.brings() && reader.first_line(&path).is_none() {
            reader.notes.missed(&path);
        }
        return None;
    };
    wrote.text().map(|text| code::run(name, &Word::sure(text), scope))
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
