//! Sees through what runs a package's programs and scripts: npx, npm, pnpm, yarn, bun, deno and those that run several at
//! once. It opens no file but `package.json`, `deno.json` and what a flag or bun itself names as `.env`.

use super::dotenv::{self, Wins};
use super::options::{after_flags, is_one_expansion, joined, options};
use super::script::{
    Everywhere, Flags, command, filtered, flags, led, lifecycle, named, nearest, not_here, of_runtime, programs, run,
    script_or_program,
};
use super::{Inner, Reader, Sure, Word, code, console, interpreter, java, prisma};
use crate::domain::guard::project::{Files, Package};
use crate::domain::guard::scope::Scope;
use crate::domain::text::json::Json;

/// `go run [flags] PACKAGE[@version] WORDS`, and `go tool NAME WORDS`: a program of another module by its last name. What
/// stands in this repository is nobody's tool.
fn go<'a>(words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    const VALUED: &[&str] =
        &["-tags", "-mod", "-modfile", "-C", "-exec", "-p", "-ldflags", "-gcflags", "-asmflags", "-overlay", "-pgo"];
    let (verb, rest) = words.split_first()?;
    let (package, rest) = after_flags(rest, VALUED).split_first()?;
    let path = package.text.split('@').next()?;
    let foreign = path.split_once('/').is_some_and(|(host, _)| host.contains('.') && !host.starts_with('.'));
    let named = match verb.text.as_str() {
        "run" => foreign,
        "tool" => foreign || !path.contains(['/', '.']),
        _ => false,
    };
    // A migrator of the repository's own: `go run ./cmd/migrate down`.
    let migrates = verb.text == "run" && path.trim_end_matches(".go").rsplit('/').next() == Some("migrate");
    if !named && !migrates {
        return None;
    }
    let is_version = |part: &&str| part.strip_prefix('v').is_some_and(|n| n.chars().all(|c| c.is_ascii_digit()));
    let name = match path.rsplit('/').find(|part| !is_version(part))? {
        "prisma-client-go" => "prisma",
        name => name,
    };
    Some(command(&std::iter::once(Word::sure(name)).chain(rest.iter().cloned()).collect::<Vec<_>>(), scope.clone()))
}

/// What is inside, if this runs something else.
pub(super) fn see_through<'a>(
    reader: &Reader<'_>,
    name: &str,
    words: &[Word],
    scope: &Scope<'a>,
) -> Option<Vec<Inner<'a>>> {
    match name {
        "go" | "java" | "swift" | "scala" | "kotlin" | "dart" | "crystal" | "zig" => {
            console::runs_sources(reader, words, scope);
            if name == "go" { go(words, scope) } else { java::see_through(reader, name, words, scope) }
        }
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
        "run-s" | "run-p" | "npm-run-all" => {
            let package = Package::nearest(reader, &scope.cwd)?;
            if let Some(why) = &package.obstacle {
                return Some(vec![Inner::Unknown(why.clone(), scope.clone())]);
            }
            let wanted = words.iter().filter(|word| !word.text.starts_with('-'));
            let names = wanted.filter_map(|word| word.text.split_whitespace().next());
            let scripts = names.flat_map(|pattern| package.scripts_like(&pattern.replace("**", "*")));
            Some(scripts.flat_map(|script| run(&package, &script, &[], name, scope)).collect())
        }
        "rushx" | "nr" => match words.split_first() {
            Some((script, rest)) if !script.text.starts_with('-') => {
                Some(nearest(reader, scope).iter().flat_map(|one| run(one, &script.text, rest, name, scope)).collect())
            }
            Some(_) | None => None,
        },
        "nlx" => Some(command(words, scope.clone())),
        // github.com/whoeverest/wsrun: a script in the packages that are named, else in all.
        "wsrun" => {
            let options = options(words, &["-p", "--package", "-c"]);
            let script = options.value(&["-c"]).or(options.rest.first().copied())?;
            let filters: Vec<String> = options.values(&["-p", "--package"]).map(|word| word.text.clone()).collect();
            let packages = filtered(Package::workspace(reader, &scope.cwd), &filters);
            Some(packages.iter().flat_map(|package| run(package, &script.text, &[], name, scope)).collect())
        }
        // The script that names it says in its own table what it runs.
        "wireit" => {
            let package = Package::nearest(reader, &scope.cwd)?;
            let (_, script) = scope.through.last()?.rsplit_once(' ')?;
            let (own, needs) = package.wireit(script)?;
            let needs = needs.iter().flat_map(|need| run(&package, need, &[], "wireit", scope));
            let own = own.map(|text| Inner::Line(text.to_owned(), scope.clone()));
            Some(needs.chain(own).collect())
        }
        "dotenv-run-script" => {
            let package = Package::nearest(reader, &scope.cwd)?;
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
            let package = Package::nearest(reader, &scope.cwd)?;
            let each = words.iter().flat_map(|word| match package.script(&word.text).or(package.obstacle.as_deref()) {
                Some(_) => run(&package, &word.text, &[], name, scope),
                None => vec![Inner::Line(word.text.clone(), scope.clone())],
            });
            Some(each.collect())
        }
        _ => None,
    }
}

const NPM_VALUED: &[&str] = &[
    "-p", "--package", "-w", "--workspace", "--cache", "--registry", "--userconfig", "--loglevel", "--node-options",
    "--script-shell",
];

/// npx: the first word that is no flag ends its flags; `-c TEXT` is a line.
fn npx<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Vec<Inner<'a>> {
    let (flags, rest) = flags(words, NPM_VALUED, &["-c", "--call"]);
    let (scope, packages) = led(reader, &flags, scope);
    if let Some(text) = flags.call {
        return vec![Inner::Line(text.text, scope)];
    }
    let is_computed = |word: &Word| word.sure == Sure::No && is_one_expansion(&word.text);
    match flags.filters.is_empty() {
        true if rest.first().is_some_and(is_computed) && !prisma::is_guarded(&rest[1..]) => {
            vec![Inner::Unknown("the line computes which program it runs".to_owned(), scope)]
        }
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
    let (verb, arguments) = positional.split_first().filter(|(verb, _)| verb.text != "pkg")?;
    let (flags, _) = flags(&own, NPM_VALUED, &["-c", "--call"]);
    let (scope, packages) = led(reader, &flags, scope);
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
        if script.sure == Sure::No {
            return Some(vec![Inner::Unknown("the line computes which script it runs".to_owned(), scope)]);
        }
        if let Some(missing) = not_here(&packages, &script.text, "npm run", &scope) {
            return Some(vec![missing]);
        }
        return Some(packages.iter().flat_map(|p| run(p, &script.text, arguments, "npm run", &scope)).collect());
    }
    // `npm explore PACKAGE -- COMMAND`, in the package's own directory.
    if verb == "explore" {
        let (package, line) = arguments.split_first()?;
        let mut inner = scope.clone();
        let member = named(reader, &scope, &package.text).into_iter().next().map(|package| package.directory);
        inner.cwd = member.unwrap_or_else(|| scope.path(&format!("node_modules/{}", package.text)));
        return Some(command(line, inner));
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
        "pkg" | "remove" | "rm" | "link" | "import" | "store" | "why" | "list" | "ls" | "outdated" | "audit"
        | "publish" | "pack" | "config" | "setup" | "env" | "patch" | "rebuild" | "prune" | "fetch" | "root"
        | "bin" | "init" | "create" | "deploy" | "licenses" | "self-update" => None,
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
        "node" => interpreter::node(reader, "node", arguments, &scope),
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
                        Some("exec") if rest.get(1).is_some_and(|word| word.text.contains(' ')) => {
                            return Some(vec![Inner::Line(joined(&rest[1..]), scope)]);
                        }
                        Some("run" | "exec") => &rest[1..],
                        Some(_) | None => rest,
                    }
                }
                _ => return None,
            };
            Some(script_or_program(&Package::workspace(reader, &scope.cwd), rest, "yarn workspaces run", &scope))
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
        return Some(code::run("bun", words.get(at + 1)?, &scope));
    }
    match first.text.as_str() {
        "run" | "-" if rest.iter().take(2).any(|word| word.text == "-") => code::fed("bun", &scope),
        "run" => {
            let (more, arguments) = flags(arguments, VALUED, &[]);
            for file in &more.env_files {
                dotenv::load(reader, &mut scope, file, Wins::Shell, &format!("bun --env-file {file}"));
            }
            let (scope, packages) = match more.filters.is_empty() && more.directory.is_none() {
                true => (scope, packages),
                false => led(reader, &more, &scope),
            };
            Some(script_or_program(&packages, &of_runtime(arguments), "bun run", &scope))
        }
        "x" => Some(command(after_flags(arguments, &["-p", "--package"]), scope)),
        "exec" => Some(vec![Inner::Line(joined(arguments), scope)]),
        "install" | "i" | "add" | "a" | "ci" => Some(lifecycle(reader, "bun", &scope)),
        "test" | "build" | "create" | "init" | "pm" | "remove" | "rm" | "update" | "link" | "unlink" | "upgrade"
        | "outdated" | "publish" | "patch" | "audit" | "info" | "why" | "repl" => None,
        _ => Some(script_or_program(&packages, &of_runtime(rest), "bun", &scope)),
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
        "run" | "x" => {
            let rest = after_flags(arguments, VALUED);
            if rest.first().is_some_and(|word| word.text == "-") {
                return code::fed("deno", scope);
            }
            // A registry's address is a package's; a program's own is code that nobody here has read.
            if rest.first().is_some_and(|word| word.text.starts_with("http") && word.text.contains("://")) {
                return Some(vec![Inner::Unknown("its code is fetched when it runs".to_owned(), scope.clone())]);
            }
            if let Some(script) = rest.first() {
                reader.notes.ran(&scope.path(&script.text));
            }
            Some(command(rest, scope.clone()))
        }
        "task" => {
            let (flags, rest) = flags(arguments, VALUED, &[]);
            let (scope, packages) = led(reader, &flags, scope);
            let task = rest.first()?;
            let own = ["deno.json", "deno.jsonc"].iter().find_map(|file| {
                reader.notes.ran(&scope.cwd.join(file));
                let text = reader.read(&scope.cwd.join(file)).text()?;
                let json = Json::read(&text)?;
                let entry = json.get("tasks")?.get(&task.text)?;
                Some(entry.text().or_else(|| entry.get("command")?.text())?.to_owned())
            });
            match own {
                Some(text) => {
                    let mut scope = scope.clone();
                    scope.enter(&format!("deno task {}", task.text), &format!("deno task {}", task.text));
                    Some(vec![Inner::Line(text, scope)])
                }
                None => Some(script_or_program(&packages, rest, "deno task", &scope)),
            }
        }
        text if text.starts_with("npm:") => Some(command(words, scope.clone())),
        text if text.contains('.') => Some(command(&of_runtime(words), scope.clone())),
        _ => None,
    }
}

/// `npm:NAME` and its kind are scripts, also `npm:db:*`; all else is a line.
fn named_script<'a>(reader: &Reader<'_>, word: &Word, scope: &Scope<'a>) -> Vec<Inner<'a>> {
    let named = ["npm:", "pnpm:", "yarn:", "bun:", "node:"].iter().find_map(|prefix| word.text.strip_prefix(prefix));
    match (named, Package::nearest(reader, &scope.cwd)) {
        (Some(_), Some(Package { obstacle: Some(why), .. })) => vec![Inner::Unknown(why, scope.clone())],
        (Some(named), Some(package)) => {
            let (pattern, arguments) = named.split_once(' ').unwrap_or((named, ""));
            let arguments: Vec<Word> = arguments.split_whitespace().map(Word::sure).collect();
            let scripts = package.scripts_like(pattern);
            scripts.iter().flat_map(|script| run(&package, script, &arguments, "npm run", scope)).collect()
        }
        (Some(_) | None, _) => vec![Inner::Line(word.text.clone(), scope.clone())],
    }
}
