//! Sees through interpreters: node, python, ruby, php and their kind run a tool by its module or its file, or code in which
//! a command's line may stand. The code is searched, not run.

use super::dotenv::{self, Wins};
use super::program::{is_prisma_file, package_of};
use super::{Inner, Reader, Sure, Word, code, console, prisma, script};
use crate::domain::guard::project::{Files, Package};
use crate::domain::guard::scope::{Fed, Scope};

/// What is inside, if this is an interpreter.
pub fn see_through<'a>(reader: &Reader<'_>, name: &str, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    match name {
        "node" | "nodejs" | "tsx" | "ts-node" | "ts-node-esm" | "ts-node-dev" | "swc-node" | "babel-node" | "zx"
        | "vite-node" | "jiti" | "esno" => node(reader, name, words, scope),
        "osascript" | "awk" | "gawk" | "mawk" => words.iter().find(|word| word.text.contains(' ')).map(|word| {
            let mut found = code::run(name, word, scope);
            if word.text.contains("do shell script") {
                found = code::strings_as_lines(&word.text, scope);
            }
            found
        }),
        "expect" | "tclsh" => {
            let text = match (words.iter().find(|word| word.text.contains("spawn ")), words.last()) {
                (Some(word), _) => word.text.clone(),
                (None, Some(file)) => {
                    let path = scope.path(&file.text);
                    reader.notes.ran(&path);
                    reader.read(&path).text()?
                }
                (None, None) => match &scope.fed {
                    Fed::Text(text) | Fed::Nearly(text) => text.clone(),
                    Fed::Unknown => return code::fed(name, scope),
                    Fed::Nothing => return None,
                },
            };
            let starts = |line: &str| {
                let line = line.trim();
                line.strip_prefix("spawn ").or_else(|| line.strip_prefix("exec ")).map(str::to_owned)
            };
            let lines = text.split([';', '\n']).filter_map(starts);
            Some(lines.map(|line| Inner::Line(line, scope.clone())).collect())
        }
        "python" | "py" | "perl" | "php" | "ruby" | "sail" | "dotnet" | "cargo" | "symfony" => {
            tool(reader, name, words, scope)
        }
        name if name.starts_with("python3") || name.starts_with("python2") => tool(reader, "python", words, scope),
        // www.gnu.org/software/m4/manual, "Syscmd".
        "m4" => {
            let text = match words.iter().find(|word| !word.text.starts_with('-')) {
                Some(file) => reader.file(file, scope)?,
                None => scope.fed.text()?.to_owned(),
            };
            let calls = text.split("syscmd(").skip(1).filter_map(|rest| rest.split(')').next());
            let line = |call: &str| call.trim_start_matches('`').trim_end_matches('\'').to_owned();
            Some(calls.map(|call| Inner::Line(line(call), scope.clone())).collect())
        }
        "emacs" | "emacsclient" => {
            let text =
                words.iter().find(|word| word.text.contains("shell-command") || word.text.contains("call-process"))?;
            Some(code::strings_as_lines(&text.text, scope))
        }
        _ => console::see_through(reader, name, words, scope),
    }
}

/// What an interpreter, or a program of its kind, runs: a module, a tool's own script, or code.
fn tool<'a>(reader: &Reader<'_>, name: &str, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let named = |name: &str, rest: &[Word]| {
        let words = std::iter::once(Word::sure(name)).chain(rest.iter().cloned()).collect();
        Some(vec![Inner::Command(words, scope.clone())])
    };
    let at = first_word(name, words);
    // These look at a file's syntax, and run nothing of it.
    let looks = match name {
        "ruby" | "perl" => "-c",
        "php" => "-l",
        _ => "--check",
    };
    if words.first().is_some_and(|word| word.text == looks) {
        return None;
    }
    let Some(at) = at else {
        let prints = words.iter().any(|word| matches!(word.text.as_str(), "--version" | "-V" | "-v" | "--help" | "-h"));
        return if prints { None } else { code::fed(name, scope) };
    };
    let (first, rest) = words[at..].split_first()?;
    if let Some(piped) = scope.piped(&first.text) {
        return Some(match piped {
            Some(text) => code::run(name, &Word::sure(&text), scope),
            None => vec![Inner::Unknown("the line computes the code that it runs".to_owned(), scope.clone())],
        });
    }
    match (name, first.text.as_str()) {
        ("python", "-m") if rest.first()?.text == "django" => named("django-admin", &rest[1..]),
        // Prompts by the name of a module.
        ("python", "-m")
            if matches!(rest.first()?.text.as_str(), "asyncio" | "code" | "IPython") && rest.len() == 1 =>
        {
            code::fed(name, scope)
        }
        ("python", "-m") => named(&rest.first()?.text, &rest[1..]),
        (name, flag) if is_code(name, flag) => Some(code::run(name, rest.first()?, scope)),
        (_, "-") => code::fed(name, scope),
        ("python", file) if matches!(first.base(), "manage.py" | "django-admin.py" | "alembic" | "flask") => {
            named(file.rsplit('/').next().unwrap_or(file).trim_end_matches("-admin.py"), rest)
        }
        ("php" | "sail" | "symfony", _) if matches!(first.base(), "artisan" | "art") => named("artisan", rest),
        // laravel.com/docs/sail, "Executing Artisan Commands".
        ("sail", "tinker" | "test" | "migrate") => named("artisan", &words[at..]),
        ("php" | "sail" | "symfony", "console") => named("console", rest),
        ("php", _) if first.base() == "console" => named("console", rest),
        ("sail", "php" | "composer" | "npm" | "npx" | "yarn" | "pnpm" | "bun" | "bash" | "sh" | "psql" | "mysql") => {
            named(&first.text, rest)
        }
        ("ruby", _) if matches!(first.base(), "rails" | "rake") => named(first.base(), rest),
        ("dotnet", "ef") => named("dotnet-ef", rest),
        // github.com/dotnet-script/dotnet-script.
        ("dotnet", "script") if rest.first()?.text == "eval" => Some(code::run(name, rest.get(1)?, scope)),
        ("dotnet", "fm") => named("dotnet-fm", rest),
        ("php", "spark") => named("spark", rest),
        // A tool of a rule's, as dotnet finds it: `dotnet grate`.
        ("dotnet", tool) if !super::tools::of(tool).is_empty() => named(tool, rest),
        ("dotnet", "tool") if rest.first().is_some_and(|word| word.text == "run") => {
            named(&rest.get(1)?.text, rest.get(2..)?)
        }
        // sea-orm.rs, "Running Migration": the project's own program.
        ("cargo", "run") => {
            let names = |word: &Word| word.text.trim_end_matches('s') == "migration";
            let is_own = rest
                .iter()
                .zip(rest.iter().skip(1))
                .any(|(flag, word)| matches!(flag.text.as_str(), "-p" | "--package" | "--bin") && names(word))
                || rest.iter().any(|word| word.text.contains("migration/Cargo.toml"));
            let at = rest.iter().position(|word| word.text == "--");
            let words: Vec<Word> = [Word::sure("migrate")]
                .into_iter()
                .chain(rest.get(at.map_or(rest.len(), |at| at + 1)..)?.iter().cloned())
                .collect();
            if is_own {
                Some(vec![Inner::Command(
                    std::iter::once(Word::sure("sea-orm-cli")).chain(words).collect(),
                    scope.clone(),
                )])
            } else {
                None
            }
        }
        ("cargo", "sqlx" | "diesel" | "loco" | "sea-orm") => named(&first.text, rest),
        // A program of the language by its file: `php vendor/bin/phinx`, `ruby bin/hanami`, `python /opt/bin/alembic`.
        ("python" | "ruby" | "php" | "perl", file) => {
            if let Some(found) = console::written(reader, name, file, scope) {
                return Some(found);
            }
            let base = first.base();
            if super::tool::is_named(base) { named(base, rest) } else { None }
        }
        _ => None,
    }
}

/// Where the file, the module or the code stands that is run.
fn first_word(name: &str, words: &[Word]) -> Option<usize> {
    // A flag's value is no file: `ruby -r sequel -e …`.
    let valued: &[&str] = match name {
        "ruby" => &["-r", "-I", "-C"],
        "perl" => &["-I"],
        "php" => &["-d", "-c", "-z"],
        "python" | "py" => &["-W", "-X"],
        _ => &[],
    };
    let is_value = |at: usize| at.checked_sub(1).is_some_and(|at| valued.contains(&words[at].text.as_str()));
    let is_first = |text: &str| !text.starts_with('-') || is_code(name, text) || matches!(text, "-m" | "-");
    (0..words.len()).find(|at| is_first(&words[*at].text) && !is_value(*at))
}

/// Whether code stands behind the flag; letters may stand in front of it: `perl -ne`, `ruby -rpg -e`.
fn is_code(name: &str, flag: &str) -> bool {
    let letter = match name {
        "python" | "py" => 'c',
        "perl" | "ruby" => 'e',
        "php" => 'r',
        _ => return false,
    };
    let letters = flag.strip_prefix('-').filter(|rest| !rest.starts_with('-') && rest.len() <= 4);
    letters.is_some_and(|letters| letters.ends_with(letter) || name == "perl" && letters.ends_with('E'))
}

/// `node [flags] …/prisma/build/index.js`: its flags may load `.env` files, which never win over the shell.
pub fn node<'a>(reader: &Reader<'_>, name: &str, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
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
            "--run" => {
                let package = Package::nearest(reader, &scope.cwd)?;
                let at = at + if joined.is_none() { 2 } else { 1 };
                let rest = words.get(at..).unwrap_or(&[]);
                let rest = rest.strip_prefix(&[Word::sure("--")]).unwrap_or(rest);
                return Some(script::run(&package, &value, rest, "node --run", &scope));
            }
            "-e" | "--eval" | "-p" | "--print" | "-pe" => {
                let sure = words.get(at + usize::from(joined.is_none())).map_or(Sure::Yes, |word| word.sure);
                return Some(code::run(name, &Word { text: value, sure }, &scope));
            }
            // `--check` reads a file, and runs nothing of it (nodejs.org/api/cli.html).
            "--version" | "-v" | "--help" | "-h" | "--check" | "-c" => return None,
            "-" => break,
            "-C" | "--conditions" | "--loader" | "--experimental-loader" | "--project" | "-P" => true,
            _ => false,
        };
        at += if takes && joined.is_none() { 2 } else { 1 };
    }
    let Some((script, rest)) = words.get(at..).and_then(<[Word]>::split_first) else {
        return code::fed(name, &scope);
    };
    if script.sure == Sure::No && script.text.contains("prisma") && prisma::is_guarded(rest) {
        let words = std::iter::once(Word::sure("prisma")).chain(rest.iter().cloned()).collect();
        return Some(vec![Inner::Command(words, scope)]);
    }
    let program = match script.text.as_str() {
        "-" => return code::fed(name, &scope),
        path if is_prisma_file(&scope.path(path).to_string_lossy()) => "prisma",
        path => match console::written(reader, name, path, &scope) {
            Some(found) => return Some(found),
            None => package_of(path)?,
        },
    };
    let words: Vec<Word> = std::iter::once(Word::sure(program)).chain(rest.iter().cloned()).collect();
    Some(vec![Inner::Command(words, scope)])
}
