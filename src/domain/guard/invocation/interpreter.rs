//! Sees through interpreters: node, python, ruby, php and their kind run a tool by its module or its file, or code in which
//! a command's line may stand. The code is searched, not run.

use super::dotenv::{self, Wins};
use super::program::{is_prisma_file, package_of};
use super::{Inner, Reader, Word, code};
use crate::domain::guard::scope::Scope;

/// What is inside, if this is an interpreter.
pub fn see_through<'a>(reader: &Reader<'_>, name: &str, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    match name {
        "node" | "nodejs" | "tsx" | "ts-node" | "ts-node-esm" | "ts-node-dev" | "swc-node" | "babel-node" => {
            node(reader, words, scope)
        }
        "osascript" | "awk" | "gawk" => words.iter().find(|word| word.text.contains(' ')).map(|word| {
            let mut found = code::lines(&word.text, scope);
            if word.text.contains("do shell script") {
                found = code::strings_as_lines(&word.text, scope);
            }
            found
        }),
        "expect" => {
            let text = words.iter().find(|word| word.text.contains("spawn "))?;
            let lines = text.text.split([';', '\n']).filter_map(|line| line.trim().strip_prefix("spawn "));
            Some(lines.map(|line| Inner::Line(line.to_owned(), scope.clone())).collect())
        }
        "python" | "py" | "perl" | "php" | "ruby" | "sail" | "dotnet" | "cargo" | "spring" | "symfony" => {
            tool(name, words, scope)
        }
        name if name.starts_with("python3") || name.starts_with("python2") => tool("python", words, scope),
        _ => None,
    }
}

/// What an interpreter, or a program of its kind, runs: a module, a tool's own script, or code.
fn tool<'a>(name: &str, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let named = |name: &str, rest: &[Word]| {
        let words = std::iter::once(Word::sure(name)).chain(rest.iter().cloned()).collect();
        Some(vec![Inner::Command(words, scope.clone())])
    };
    let at = words
        .iter()
        .position(|word| !word.text.starts_with('-') || matches!(word.text.as_str(), "-m" | "-c" | "-e" | "-r" | "-"));
    let Some(at) = at else { return code::fed(scope) };
    let (first, rest) = words[at..].split_first()?;
    match (name, first.text.as_str()) {
        ("python", "-m") => named(&rest.first()?.text, &rest[1..]),
        ("python", "-c") | ("ruby" | "perl", "-e") | ("php", "-r") => Some(code::lines(&rest.first()?.text, scope)),
        (_, "-") => code::fed(scope),
        ("python", file) if matches!(first.base(), "manage.py" | "django-admin.py" | "alembic" | "flask") => {
            named(file.rsplit('/').next().unwrap_or(file).trim_end_matches("-admin.py"), rest)
        }
        ("php" | "sail" | "symfony", _) if matches!(first.base(), "artisan" | "art") => named("artisan", rest),
        ("php" | "sail" | "symfony", "console") => named("console", rest),
        ("php", _) if first.base() == "console" => named("console", rest),
        ("sail", "php" | "composer" | "npm" | "npx" | "yarn" | "pnpm" | "bun" | "bash" | "sh" | "psql" | "mysql") => {
            named(&first.text, rest)
        }
        ("ruby", _) if matches!(first.base(), "rails" | "rake") => named(first.base(), rest),
        ("spring", "rails" | "rake") => named(&first.text, rest),
        ("dotnet", "ef") => named("dotnet-ef", rest),
        ("dotnet", "tool") if rest.first().is_some_and(|word| word.text == "run") => {
            named(&rest.get(1)?.text, rest.get(2..)?)
        }
        ("cargo", "sqlx" | "diesel") => named(&first.text, rest),
        _ => None,
    }
}

/// `node [flags] …/prisma/build/index.js`: its flags may load `.env` files, which never win over the shell.
pub fn node<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let mut scope = scope.clone();
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|word| word.text.starts_with('-')) {
        let (flag, joined) = match word.text.split_once('=') {
            Some((flag, value)) => (flag, Some(value.to_owned())),
            None => (word.text.as_str(), None),
        };
        let value = joined.clone().or_else(|| words.get(at + 1).map(|word| word.text.clone())).unwrap_or_default();
        let takes = match flag {
            "--env-file" | "--env-file-if-exists" => {
                dotenv::load(reader, &mut scope, &value, Wins::Shell, &format!("node --env-file={value}"));
                true
            }
            "-r" | "--require" | "--import" => {
                if value.starts_with("dotenv/config") {
                    let named = words.iter().find_map(|word| word.text.strip_prefix("dotenv_config_path="));
                    let file = named.unwrap_or(".env").to_owned();
                    dotenv::load(reader, &mut scope, &file, Wins::Shell, &format!("dotenv/config with {file}"));
                }
                true
            }
            "-e" | "--eval" | "-p" | "--print" | "-pe" => return Some(code::lines(&value, &scope)),
            "-" => break,
            "-C" | "--conditions" | "--loader" | "--experimental-loader" | "--project" | "-P" => true,
            _ => false,
        };
        at += if takes && joined.is_none() { 2 } else { 1 };
    }
    let Some((script, rest)) = words.get(at..).and_then(<[Word]>::split_first) else {
        return code::fed(&scope);
    };
    let program = match script.text.as_str() {
        "-" => return code::fed(&scope),
        path if is_prisma_file(path) => "prisma",
        path => package_of(path)?,
    };
    let words: Vec<Word> = std::iter::once(Word::sure(program)).chain(rest.iter().cloned()).collect();
    Some(vec![Inner::Command(words, scope)])
}
