//! Sees through what runs a package's programs and scripts: npx, npm, pnpm, yarn, bun, deno, node, task runners, and the
//! frameworks that carry Prisma's commands under names of their own.

use super::dotenv::{self, Wins};
use super::options::{after_flags, joined};
use super::script::{Everywhere, Flags, command, flags, led, lifecycle, named, programs, run, script_or_program};
use super::{Inner, Reader, Word, code};
use crate::domain::project::Package;
use crate::domain::scope::Scope;

/// Prisma's words behind a program's name, and the version where the name tells.
pub(super) struct Behind<'w> {
    pub major: Option<u32>,
    pub rest: &'w [Word],
}

/// Whether the words run Prisma itself, under its own name or a framework's. The first part of the answer are words that
/// the framework's own words stand for.
pub(super) fn prisma_words(words: &[Word]) -> Option<(Vec<&'static str>, Behind<'_>)> {
    let (first, rest) = words.split_first()?;
    let base = first.base();
    let (name, version) = base.split_once('@').unwrap_or((base, ""));
    let package = first.text.strip_prefix("npm:").and_then(|package| package.split(['/', '@']).next());
    let name = package.unwrap_or(name).trim_end_matches(".cmd");
    let behind = |skip: usize| Behind { major: None, rest: rest.get(skip..).unwrap_or(&[]) };
    if matches!(name, "prisma" | "prisma7") {
        let digits: String =
            version.trim_start_matches(['^', '~', '=', 'v']).chars().take_while(char::is_ascii_digit).collect();
        let major = digits.parse().ok().or((name == "prisma7").then_some(7));
        return Some((vec![], Behind { major, rest }));
    }
    let texts: Vec<&str> = rest.iter().map(|word| word.text.as_str()).collect();
    match (name, texts.as_slice()) {
        ("wasp", ["db", "migrate-dev", ..]) => Some((vec!["migrate", "dev"], behind(2))),
        ("wasp", ["db", "reset", ..]) => Some((vec!["migrate", "reset"], behind(2))),
        ("wasp", ["db", "seed" | "studio", ..]) => Some((vec!["db", "seed"], behind(2))),
        ("rw" | "redwood" | "rws" | "cedar" | "blitz" | "keystone", ["prisma", ..]) => Some((vec![], behind(1))),
        ("keystone", ["dev", ..]) => Some((vec!["db", "push"], behind(1))),
        ("zenstack" | "zen", ["migrate" | "db", ..]) => Some((vec![], behind(0))),
        ("python" | "python3" | "py", ["-m", "prisma", ..]) => Some((vec![], behind(2))),
        ("cargo", ["prisma", ..]) => Some((vec![], behind(1))),
        ("go", ["run", package, ..]) if package.contains("/prisma-client-go") => Some((vec![], behind(2))),
        _ => None,
    }
}

/// The file that the program `prisma` is: `node_modules/prisma/build/index.js`, also in pnpm's store.
fn is_prisma_file(path: &str) -> bool {
    path.ends_with("prisma/build/index.js") || path.ends_with(".bin/prisma") || path.ends_with("prisma/build/index")
}

/// The package whose program a file is: `node_modules/typeorm/cli.js`, `node_modules/.bin/knex`, `ace`.
fn package_of(path: &str) -> Option<&str> {
    if let Some((_, inside)) = path.rsplit_once("node_modules/") {
        let mut parts = inside.splitn(3, '/');
        return match parts.next()? {
            ".bin" => parts.next(),
            scope if scope.starts_with('@') => Some(&inside[..scope.len() + 1 + parts.next()?.len()]),
            package => Some(package),
        };
    }
    let base = path.rsplit('/').next()?;
    matches!(base, "ace" | "ace.js").then_some("ace")
}

/// The name by which a program is known, without a version behind it.
pub(super) fn known_as(word: &Word) -> &str {
    let base = word.base();
    match base.split_once('@').map_or(base, |(name, _)| name) {
        "dotenv-cli" => "dotenv",
        "npm-run-all2" => "npm-run-all",
        name => name.trim_start_matches("npm:"),
    }
}

/// What is inside, if this runs something else.
pub(super) fn see_through<'a>(
    reader: &Reader<'_>,
    name: &str,
    words: &[Word],
    scope: &Scope<'a>,
) -> Option<Vec<Inner<'a>>> {
    match name {
        "npx" | "npm-exec" => Some(npx(reader, words, scope)),
        "npm" => npm(reader, words, scope),
        "pnpm" => pnpm(reader, words, scope),
        "pnpx" | "pnx" => Some(command(after_flags(words, &["--package", "-p"]), scope.clone())),
        "yarn" | "yarnpkg" => yarn(reader, words, scope),
        "bun" => bun(reader, words, scope),
        "bunx" => {
            let mut scope = scope.clone();
            bun_files(reader, &mut scope);
            Some(command(after_flags(words, &["-p", "--package"]), scope))
        }
        "deno" | "dx" => deno(reader, words, scope),
        "node" | "nodejs" | "tsx" | "ts-node" | "ts-node-esm" | "ts-node-dev" | "swc-node" | "babel-node" => {
            node(reader, words, scope)
        }
        "run-s" | "run-p" | "npm-run-all" => {
            let package = Package::nearest(reader.files, &scope.cwd)?;
            let wanted = words.iter().filter(|word| !word.text.starts_with('-'));
            let names = wanted.filter_map(|word| word.text.split_whitespace().next());
            let scripts = names.flat_map(|pattern| package.scripts_like(&pattern.replace("**", "*")));
            Some(scripts.flat_map(|script| run(&package, &script, &[], name, scope)).collect())
        }
        "turbo" | "lerna" | "nx" => monorepo(reader, name, words, scope),
        "dotenv-run-script" => {
            let package = Package::nearest(reader.files, &scope.cwd)?;
            let (script, rest) = words.split_first()?;
            Some(run(&package, &script.text, rest, name, scope))
        }
        "concurrently" | "conc" => {
            let rest = after_flags(
                words,
                &["-n", "--names", "-c", "--prefix-colors", "-p", "--prefix", "-m", "-s", "--success"],
            );
            Some(rest.iter().flat_map(|word| named_script(reader, word, scope)).collect())
        }
        "start-server-and-test" | "start-test" => {
            let package = Package::nearest(reader.files, &scope.cwd)?;
            let each = words.iter().flat_map(|word| match package.script(&word.text) {
                Some(_) => run(&package, &word.text, &[], name, scope),
                None => vec![Inner::Line(word.text.clone(), scope.clone())],
            });
            Some(each.collect())
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
            interpreter(name, words, scope)
        }
        name if name.starts_with("python3") || name.starts_with("python2") => interpreter("python", words, scope),
        _ => None,
    }
}

const NPM_VALUED: &[&str] = &[
    "-p",
    "--package",
    "-w",
    "--workspace",
    "--cache",
    "--registry",
    "--userconfig",
    "--loglevel",
    "--node-options",
    "--script-shell",
];

/// npx: the first word that is no flag ends its flags; `-c TEXT` is a line.
fn npx<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Vec<Inner<'a>> {
    let (flags, rest) = flags(words, NPM_VALUED, &["-c", "--call"]);
    let (scope, packages) = led(reader, &flags, scope);
    if let Some(text) = flags.call {
        return vec![Inner::Line(text.text, scope)];
    }
    match flags.filters.is_empty() {
        true => command(rest, scope),
        false => script_or_program(&packages, rest, "npx", &scope),
    }
}

/// npm takes its flags anywhere in front of `--`.
fn npm<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let end = words.iter().position(|word| word.text == "--").unwrap_or(words.len());
    let behind = words.get(end + 1..).unwrap_or(&[]);
    let mut own: Vec<Word> = Vec::new();
    let mut positional: Vec<Word> = Vec::new();
    let mut rest = words[..end].iter();
    while let Some(word) = rest.next() {
        let text = word.text.as_str();
        let takes = NPM_VALUED.contains(&text) || matches!(text, "-C" | "--prefix" | "-c" | "--call");
        if text.starts_with('-') && text.len() > 1 {
            own.push(word.clone());
            if takes {
                own.extend(rest.next().cloned());
            }
        } else {
            positional.push(word.clone());
        }
    }
    let (flags, _) = flags(&own, NPM_VALUED, &["-c", "--call"]);
    let (scope, packages) = led(reader, &flags, scope);
    let (verb, arguments) = positional.split_first()?;
    let arguments: Vec<Word> = arguments.iter().chain(behind).cloned().collect();
    let verb = verb.text.as_str();
    let is = |full: &str, shortest: usize| verb.len() >= shortest && full.starts_with(verb);
    if verb == "x" || is("exec", 3) {
        if let Some(text) = flags.call {
            return Some(vec![Inner::Line(text.text, scope)]);
        }
        return Some(match flags.filters.is_empty() && flags.everywhere == Everywhere::No {
            true => command(&arguments, scope),
            false => script_or_program(&packages, &arguments, "npm exec", &scope),
        });
    }
    if is("run-script", 2) || matches!(verb, "rum" | "urn") {
        let (script, arguments) = arguments.split_first()?;
        return Some(packages.iter().flat_map(|p| run(p, &script.text, arguments, "npm run", &scope)).collect());
    }
    let script = match verb {
        "start" | "stop" | "restart" | "test" => verb,
        "t" | "tst" => "test",
        "install" | "i" | "ci" | "in" | "isntall" | "add" | "clean-install" | "install-test" | "it" => {
            return Some(lifecycle(reader, "npm", &scope));
        }
        _ => return None,
    };
    Some(packages.iter().flat_map(|package| run(package, script, &arguments, "npm", &scope)).collect())
}

fn pnpm<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    const VALUED: &[&str] =
        &["--reporter", "--loglevel", "--package", "--registry", "--store-dir", "--workspace-concurrency"];
    let (leading, rest) = flags(words, VALUED, &[]);
    let (first, arguments) = rest.split_first()?;
    let wide = |more: &Flags| Flags {
        directory: more.directory.clone().or(leading.directory.clone()),
        filters: leading.filters.iter().chain(&more.filters).cloned().collect(),
        everywhere: if more.everywhere == Everywhere::Yes { Everywhere::Yes } else { leading.everywhere },
        call: None,
        env_files: vec![],
    };
    match first.text.as_str() {
        "recursive" | "multi" | "m" => {
            let everywhere: Vec<Word> = std::iter::once(Word::sure("-r")).chain(arguments.iter().cloned()).collect();
            pnpm(reader, &everywhere, scope)
        }
        verb @ ("exec" | "dlx" | "run" | "run-script") => {
            let (more, arguments) = flags(arguments, VALUED, &[]);
            let shell_mode = words.iter().any(|word| matches!(word.text.as_str(), "-c" | "--shell-mode"));
            let (scope, packages) = led(reader, &wide(&more), scope);
            Some(match verb {
                "exec" | "dlx" if shell_mode => vec![Inner::Line(joined(arguments), scope)],
                "dlx" => command(arguments, scope),
                "exec" => programs(&packages, arguments, &scope),
                _ => script_or_program(&packages, arguments, "pnpm run", &scope),
            })
        }
        "install" | "i" | "add" | "ci" | "update" | "up" => {
            let (scope, _) = led(reader, &leading, scope);
            Some(lifecycle(reader, "pnpm", &scope))
        }
        "remove" | "rm" | "link" | "import" | "store" | "why" | "list" | "ls" | "outdated" | "audit" | "publish"
        | "pack" | "config" | "setup" | "env" | "patch" | "rebuild" | "prune" | "fetch" | "root" | "bin" | "init"
        | "create" | "deploy" | "licenses" | "self-update" => None,
        _ => {
            let (scope, packages) = led(reader, &leading, scope);
            Some(script_or_program(&packages, rest, "pnpm", &scope))
        }
    }
}

fn yarn<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let (leading, rest) = flags(words, &["--mutex", "--cache-folder", "--modules-folder"], &[]);
    let (mut scope, packages) = led(reader, &leading, scope);
    let Some((first, arguments)) = rest.split_first() else { return Some(lifecycle(reader, "yarn", &scope)) };
    match first.text.as_str() {
        "run" => {
            let (_, arguments) = flags(arguments, &[], &[]);
            Some(script_or_program(&packages, arguments, "yarn run", &scope))
        }
        "exec" => match after_flags(arguments, &[]) {
            [text] if text.text.contains(' ') => Some(vec![Inner::Line(text.text.clone(), scope)]),
            rest => Some(command(rest, scope)),
        },
        "dlx" => Some(command(after_flags(arguments, &["-p", "--package"]), scope)),
        "node" => node(reader, arguments, &scope),
        "workspace" => {
            let (workspace, arguments) = arguments.split_first()?;
            let directory = named(reader, &scope, &workspace.text).into_iter().next().map(|package| package.directory);
            scope.cwd = directory.unwrap_or(scope.cwd);
            yarn(reader, arguments, &scope)
        }
        "workspaces" => {
            let (verb, arguments) = arguments.split_first()?;
            let rest = match verb.text.as_str() {
                "run" => arguments,
                "foreach" => {
                    let rest = after_flags(arguments, &["--include", "--exclude", "--from", "-j", "--jobs"]);
                    match rest.first().map(|word| word.text.as_str()) {
                        Some("run" | "exec") => &rest[1..],
                        Some(_) | None => rest,
                    }
                }
                _ => return None,
            };
            Some(script_or_program(&Package::workspace(reader.files, &scope.cwd), rest, "yarn workspaces run", &scope))
        }
        "install" | "add" | "up" | "upgrade" => Some(lifecycle(reader, "yarn", &scope)),
        "remove" | "cache" | "config" | "why" | "info" | "list" | "outdated" | "audit" | "publish" | "pack"
        | "init" | "create" | "global" | "link" | "unlink" | "npm" | "plugin" | "set" | "dedupe" | "patch"
        | "version" | "bin" | "import" | "licenses" | "check" | "help" => None,
        _ => Some(script_or_program(&packages, rest, "yarn", &scope)),
    }
}

fn bun<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    const VALUED: &[&str] = &["-r", "--preload", "--require", "--config", "-c", "--port", "--tsconfig-override"];
    let (leading, rest) = flags(words, VALUED, &[]);
    let (mut scope, packages) = led(reader, &leading, scope);
    for file in &leading.env_files {
        dotenv::load(reader, &mut scope, file, Wins::Shell, &format!("bun --env-file {file}"));
    }
    bun_files(reader, &mut scope);
    let (first, arguments) = rest.split_first()?;
    if let Some(at) = words.iter().position(|word| matches!(word.text.as_str(), "-e" | "--eval" | "-p" | "--print")) {
        return Some(code::lines(&words.get(at + 1)?.text, &scope));
    }
    match first.text.as_str() {
        "run" => {
            let (more, arguments) = flags(arguments, VALUED, &[]);
            for file in &more.env_files {
                dotenv::load(reader, &mut scope, file, Wins::Shell, &format!("bun --env-file {file}"));
            }
            let packages = if more.filters.is_empty() { packages } else { led(reader, &more, &scope).1 };
            Some(script_or_program(&packages, arguments, "bun run", &scope))
        }
        "x" => Some(command(after_flags(arguments, &["-p", "--package"]), scope)),
        "exec" => Some(vec![Inner::Line(joined(arguments), scope)]),
        "install" | "i" | "add" | "a" | "ci" => Some(lifecycle(reader, "bun", &scope)),
        "test" | "build" | "create" | "init" | "pm" | "remove" | "rm" | "update" | "link" | "unlink" | "upgrade"
        | "outdated" | "publish" | "patch" | "audit" | "info" | "why" | "repl" => None,
        _ => Some(script_or_program(&packages, rest, "bun", &scope)),
    }
}

/// Bun reads these by itself; what the shell has wins.
fn bun_files(reader: &Reader<'_>, scope: &mut Scope<'_>) {
    let mode = scope.get("NODE_ENV").value.as_text().unwrap_or("development").to_owned();
    let before = scope.beaten.len();
    for file in [".env.local".to_owned(), format!(".env.{mode}"), ".env".to_owned()] {
        dotenv::load(reader, scope, &file, Wins::Shell, "");
    }
    scope.beaten.truncate(before);
}

fn deno<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    const VALUED: &[&str] =
        &["-c", "--config", "--import-map", "--lock", "--cert", "-L", "--location", "--seed", "--v8-flags"];
    let (first, arguments) = words.split_first()?;
    match first.text.as_str() {
        "run" | "x" => Some(command(after_flags(arguments, VALUED), scope.clone())),
        "task" => {
            let (flags, rest) = flags(arguments, VALUED, &[]);
            let (scope, packages) = led(reader, &flags, scope);
            let task = rest.first()?;
            let own = ["deno.json", "deno.jsonc"].iter().find_map(|file| {
                let text = reader.files.read(&scope.cwd.join(file)).text()?;
                let json: serde_json::Value = serde_json::from_str(&text).ok()?;
                let entry = json.get("tasks")?.get(&task.text)?;
                Some(entry.as_str().or_else(|| entry.get("command")?.as_str())?.to_owned())
            });
            match own {
                Some(text) => {
                    let mut scope = scope.clone();
                    scope.through.push(format!("deno task {}", task.text));
                    Some(vec![Inner::Line(text, scope)])
                }
                None => Some(script_or_program(&packages, rest, "deno task", &scope)),
            }
        }
        text if text.starts_with("npm:") => Some(command(words, scope.clone())),
        _ => None,
    }
}

/// `npm:NAME` and its kind are scripts, also `npm:db:*`; all else is a line.
fn named_script<'a>(reader: &Reader<'_>, word: &Word, scope: &Scope<'a>) -> Vec<Inner<'a>> {
    let named = ["npm:", "pnpm:", "yarn:", "bun:", "node:"].iter().find_map(|prefix| word.text.strip_prefix(prefix));
    match (named, Package::nearest(reader.files, &scope.cwd)) {
        (Some(named), Some(package)) => {
            let (pattern, arguments) = named.split_once(' ').unwrap_or((named, ""));
            let arguments: Vec<Word> = arguments.split_whitespace().map(Word::sure).collect();
            let scripts = package.scripts_like(pattern);
            scripts.iter().flat_map(|script| run(&package, script, &arguments, "npm run", scope)).collect()
        }
        (Some(_) | None, _) => vec![Inner::Line(word.text.clone(), scope.clone())],
    }
}

/// What an interpreter, or a program of its kind, runs: a module, a tool's own script, or code.
fn interpreter<'a>(name: &str, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
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
fn node<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
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

/// Task runners over a workspace: the scripts of these names in every package that the filter leaves.
fn monorepo<'a>(reader: &Reader<'_>, name: &str, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    /// Their own commands, which are no tasks.
    const OWN: &[&str] = &[
        "reset",
        "graph",
        "migrate",
        "init",
        "report",
        "list",
        "format",
        "format:check",
        "format:write",
        "daemon",
        "connect",
        "release",
        "repair",
        "sync",
        "generate",
        "g",
        "show",
        "add",
        "login",
        "logout",
        "link",
        "unlink",
        "prune",
        "gen",
        "ls",
        "query",
        "telemetry",
        "bin",
        "bootstrap",
        "clean",
        "version",
        "publish",
        "changed",
        "diff",
        "create",
        "import",
        "info",
    ];
    if name != "turbo"
        && words.iter().find(|word| !word.text.starts_with('-')).is_some_and(|word| OWN.contains(&word.text.as_str()))
    {
        return Some(Vec::new());
    }
    let all = Package::workspace(reader.files, &scope.cwd);
    let end = words.iter().position(|word| word.text == "--").unwrap_or(words.len());
    let behind = words.get(end + 1..).unwrap_or(&[]);
    let mut filters: Vec<String> = Vec::new();
    let mut tasks: Vec<&str> = Vec::new();
    let mut rest = words[..end].iter();
    let mut verb = "";
    let mut printed = false;
    while let Some(word) = rest.next() {
        let (flag, joined) = match word.text.split_once('=') {
            Some((flag, value)) if flag.starts_with('-') => (flag, Some(value)),
            Some(_) | None => (word.text.as_str(), None),
        };
        match flag {
            "--filter" | "--scope" | "-F" | "-p" | "--projects" | "--project" => {
                filters.extend(joined.or_else(|| rest.next().map(|word| word.text.as_str())).map(str::to_owned));
            }
            "-t" | "--target" | "--targets" => {
                let given = joined.or_else(|| rest.next().map(|word| word.text.as_str()));
                tasks.extend(given.into_iter().flat_map(|list| list.split(',')));
            }
            "--dry" | "--dry-run" | "--graph" => printed = true,
            "--concurrency" | "-c" | "--configuration" | "--cache-dir" | "--parallel" | "--since" | "--ignore"
                if joined.is_none() && name != "nx" =>
            {
                if rest.as_slice().first().is_some_and(|next| next.text.chars().all(|c| c.is_ascii_digit())) {
                    rest.next();
                }
            }
            flag if flag.starts_with('-') => {}
            "run" | "run-many" | "exec" | "affected" | "watch" if verb.is_empty() && tasks.is_empty() => verb = flag,
            task => tasks.push(task),
        }
    }
    if printed {
        return Some(Vec::new());
    }
    if verb == "exec" {
        let inside = if behind.is_empty() { after_flags(words.get(1..)?, &["--scope", "--ignore"]) } else { behind };
        return Some(programs(&all, inside, scope));
    }
    // `nx TARGET PROJECT`.
    if name == "nx" && verb.is_empty() && tasks.len() == 2 {
        filters.extend(tasks.pop().map(str::to_owned));
    }
    let found = tasks.iter().flat_map(|task| {
        // `nx run project:target`, `turbo run package#task`.
        let split = if name == "nx" && verb == "run" { ':' } else { '#' };
        let (project, script) =
            task.split_once(split).map_or((None, *task), |(project, target)| (Some(project), target));
        let filters = &filters;
        all.iter()
            .filter(move |package| project.is_none_or(|project| project == "//" || package.is_named(project)))
            .filter(move |package| filters.is_empty() || filters.iter().any(|filter| package.is_named(filter)))
            .flat_map(move |package| run(package, script, behind, &format!("{name} run"), scope))
            .collect::<Vec<_>>()
    });
    Some(found.collect())
}
