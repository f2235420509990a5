//! Code of another language that stands on a line: what `node -e` and `python -c` would hand to a shell. Only its strings are
//! looked at, and only where the code starts processes.

use super::options::{flag_value, is_one_expansion};
use super::strings::{string, strings};
use super::talk::{self, Starts};
use super::{Inner, Sure, Word, client, fold, interface, tool};
use crate::domain::guard::scope::{Fed, Scope};
use crate::domain::guard::sql::{self, Danger};

/// Calls that start a process.
const STARTS: &[&str] = &[
    "exec", "spawn", "system(", "popen", "subprocess", "child_process", "Bun.$", "zx", "$`", "shell_exec", "passthru",
    "proc_open", "%x(", "Kernel.", "System.cmd", "Deno.Command", "system \"", "system '", "qx", "`", "Open3",
    "system2(", "(shell \"", "process/shell", "do script", "IO.popen", "io.popen", "os:cmd(", "ProcessBuilder",
    "Process(", "Process.start", "Process.Start", "Process.run", "sys.process", "shell/sh", "java.shell", "(system ",
    "callCommand", "callProcess", "readProcess", "executableURL", "execa", "pexpect", "fabric", "invoke.run(",
    "Context().run(", "plumbum", "Deno.run(", "exec_run(", "(sh \"", "Sys.command", "shell_cmd(", "unix(", ".waitFor(",
];

/// Calls that run a text which comes from outside of the code.
const OUTSIDE: &[&str] = &[
    "exec(process.env", "execSync(process.env", "execSync(require('fs')", "execSync(fs.readFile", "exec(fs.readFile",
    "system(sys.stdin", "system(input(", "system(os.environ", "exec(urllib", "exec(u.urlopen", "exec(requests",
    "eval(requests", "exec(input(", "system($ENV", "system($0)", "system($1)", "system(gets", "system(ENV",
    "eval(gets", "shell_exec($_", "execSync(process.argv", "execSync(await", "eval(await", ".then(eval)", "eval(atob(",
    "exec(base64", "exec(compile(base64", "exec(__import__", "source(\"http", "source('http", "source(url(",
    "load(\"http", "load('http", "include('http", "include \"http", "require('http://", "dofile(\"/dev/stdin",
];

/// Calls of a shell or of a program, whose first argument is what is run.
const RUNS: &[&str] = &[
    "execSync(", "spawnSync(", "execFileSync(", "os.system(", "os.popen(", "subprocess.run(", "subprocess.call(",
    "subprocess.Popen(", "check_call(", "check_output(", "getoutput(", "shell_exec(", "passthru(", "Deno.Command(",
];

/// Calls that run code of the program's own language.
const EVALUATES: &[&str] = &["eval(", "evaluate(", "load(", "instance_eval(", "runInThisContext(", "new Function("];

/// Whether one of these calls runs what another call gives: `os.system(base64.b64decode(…))`.
fn runs_what_it_computes(text: &str) -> bool {
    let apart =
        |at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '>' | ':'));
    RUNS.iter().chain(EVALUATES).any(|call| {
        text.match_indices(call).filter(|(at, _)| !EVALUATES.contains(call) || apart(*at)).any(|(at, _)| {
            let argument = text[at + call.len()..].trim_start();
            let is_literal = argument.starts_with(['"', '\'', '`', '[', ')']);
            let end = argument.find([',', ';', '\n']).unwrap_or(argument.len());
            let call = argument[..end].split_once('(');
            !is_literal
                && call.is_some_and(|(name, _)| {
                    !name.ends_with("quote") && !name.ends_with("join") && !name.contains(['"', '\''])
                })
        })
    })
}

/// Calls that send a statement, and what brings one that stands nowhere in the code.
const TOLD: &[&str] = &[
    ".execute(", ".executescript(", ".query(", "PG.connect.exec(", ".raw(", ".unsafe(", "RawUnsafe(", "->query(",
    "->exec(", "::unprepared(", "::statement(",
];
const CARRIES: &[&str] = &[
    "b64decode(", "Buffer.from(", "atob(", "open(", "readFileSync(", "File.read(", "read_text(", "sys.stdin",
    "urlopen(", "requests.get(", "decompress(", "unhexlify(", "file_get_contents(", "fromhex(", "[::-1]", "reverse(",
];

/// Whether a statement comes from somewhere else than the code: `execute(open('x.sql').read())`.
fn sends_what_it_brings(text: &str) -> bool {
    let brings = |rest: &str| CARRIES.iter().any(|call| interface::arguments(rest).contains(call));
    TOLD.iter().any(|call| text.match_indices(call).any(|(at, _)| brings(&text[at + call.len()..])))
}

/// Whether one string of the code is a client's line, and another one SQL that destroys: `io.popen("psql db", "w")`.
fn feeds_a_client(text: &str) -> bool {
    let strings = strings(text);
    let is_client = |line: &String| line.split_whitespace().next().is_some_and(client::is_named);
    let destroys = |text: &String| sql::read(text).danger == Danger::Destructive;
    (text.contains("| \"") || text.contains("popen")) && strings.iter().any(is_client) && strings.iter().any(destroys)
}

/// What the code of a program would do: lines that it hands to a shell, and what it does to a database by itself.
pub(super) fn run<'a>(program: &str, code: &Word, scope: &Scope<'a>) -> Vec<Inner<'a>> {
    let text = code.text.trim();
    if code.sure == Sure::No && is_one_expansion(text) {
        return vec![Inner::Unknown("the line computes the code that it runs".to_owned(), scope.clone())];
    }
    // Code that was quoted twice is one text: `runner '"User.delete_all"'`.
    let inside = string(text).filter(|(_, after)| text.starts_with(['"', '\'']) && after.is_empty());
    let text = inside.as_ref().map_or(text, |(inside, _)| inside.trim());
    let (written, text) = (text, &fold::folded(program, text));
    let mut found = if starts(text) || runs_a_string(program, text) { lines(text, scope) } else { Vec::new() };
    found.extend(handed_to_alembic(text, scope));
    found.extend(interface::commands(text).into_iter().map(|words| Inner::Command(words, scope.clone())));
    // ipython's own way.
    found.extend(text.strip_prefix('!').map(|line| Inner::Line(line.to_owned(), scope.clone())));
    if OUTSIDE.iter().any(|call| text.contains(call) || written.contains(call))
        || runs_what_it_computes(text)
        || sends_what_it_brings(text)
    {
        found.push(Inner::Unknown("its code runs what it is given from outside".to_owned(), scope.clone()));
    }
    let starts = if starts(text) { Starts::Processes } else { Starts::Nothing };
    if feeds_a_client(text) || talk::loses(text, starts) {
        found.push(Inner::Talks(program.to_owned(), talk::named(text), scope.clone()));
    }
    found
}

fn starts(text: &str) -> bool {
    STARTS.iter().any(|call| text.contains(call))
}

/// Languages whose ways to start a program all stand in [`STARTS`].
const WELL_KNOWN: &[&str] = &[
    "node", "nodejs", "tsx", "ts-node", "ts-node-esm", "ts-node-dev", "swc-node", "babel-node", "zx", "vite-node",
    "jiti", "esno", "bun", "deno", "python", "py", "ipython", "ipython3", "ruby", "irb", "pry", "perl", "php", "psysh",
    "rails", "artisan", "manage.py", "django-admin", "awk", "gawk", "mawk", "osascript", "wp", "flask",
];

/// What says that a string is shown to a person.
const SHOWS: &[&str] =
    &["print", "echo", "puts", "format", "log", "display", "disp(", "say ", "write", "cat(", "putStr"];

/// Whether a string of a language whose calls are not known here is the line of a tool that a rule knows, and is not shown.
fn runs_a_string(program: &str, text: &str) -> bool {
    let names_a_tool = |line: &String| {
        let first = line.split_whitespace().next().map(Word::sure);
        first.is_some_and(|word| client::is_named(word.base()) || tool::is_named(word.base()))
    };
    !WELL_KNOWN.contains(&program)
        && !SHOWS.iter().any(|call| text.contains(call))
        && strings(text).iter().any(names_a_tool)
}

/// Flags behind which programs take code of a language of their own.
const CODE: &[&str] = &["-e", "-E", "-c", "--eval", "-eval", "--exec", "--execute", "--expr", "--expression", "--code"];

/// Programs that look for code, and run none.
const SEARCHES: &[&str] = &["semgrep", "ast-grep", "sg", "comby", "sourcegraph", "src"];

/// Code behind a flag of a program that nobody here knows, as far as it starts a tool that a rule knows.
pub(super) fn of_unknown_program<'a>(program: &str, words: &[Word], scope: &Scope<'a>) -> Vec<Inner<'a>> {
    let code = flag_value(words, CODE).filter(|word| word.text.contains(['(', '"', '\'']));
    match code {
        Some(code) if !SEARCHES.contains(&program) && (starts(&code.text) || runs_a_string(program, &code.text)) => {
            lines(&code.text, scope)
        }
        Some(_) | None => Vec::new(),
    }
}

/// Every string of the code as a line, and all of them together as one: `spawn('npx', 'prisma', 'migrate', 'dev')`. The
/// strings of an array are the words of one command, with the string in front of it: `spawn('npx', ['prisma', …])`.
fn lines<'a>(text: &str, scope: &Scope<'a>) -> Vec<Inner<'a>> {
    let mut found = word_lists(text, scope);
    let mut single: Vec<String> = Vec::new();
    let mut array: Option<Vec<Word>> = None;
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\'', '`', '[', ']']) {
        let (between, behind) = (&rest[..at], &rest[at..]);
        match behind.chars().next() {
            Some('[') => {
                // `spawn("npx", […])`, `new Deno.Command("npx", { args: […] })`.
                let between = between.trim();
                let follows = between == "," || between.starts_with(',') && between.ends_with("args:");
                let program = single.last().filter(|_| follows).map(|text| Word::sure(text));
                array = Some(program.into_iter().collect());
                rest = &behind[1..];
            }
            Some(']') => {
                // Several lines, which a loop runs: `for (const c of ['npx …', 'npx …']) execSync(c)`.
                let is_line = |word: &Word| word.text.split_whitespace().count() > 1;
                if let Some(words) = array.as_ref().filter(|words| words.first().is_some_and(is_line)) {
                    found.extend(words.iter().map(|word| Inner::Line(word.text.clone(), scope.clone())));
                }
                found.extend(
                    array.take().filter(|words| words.len() > 1).map(|words| Inner::Command(words, scope.clone())),
                );
                rest = &behind[1..];
            }
            _ => {
                let Some((inside, after)) = string(behind) else { break };
                match &mut array {
                    Some(words) => words.push(Word::sure(&inside)),
                    None => single.push(inside),
                }
                rest = after;
            }
        }
    }
    // What an array that never ends holds is as good as single.
    single.extend(array.into_iter().flatten().map(|word| word.text));
    let words: Vec<Word> = single.iter().filter(|text| !text.contains(' ')).map(|text| Word::sure(text)).collect();
    // Modules that are imported stand before the program.
    let from =
        words.iter().position(|word| !matches!(word.text.as_str(), "child_process" | "node:child_process" | "utf8"));
    let together = from.map(|at| Inner::Command(words[at..].to_vec(), scope.clone()));
    // `system("psql", "-c", "DROP TABLE users")`.
    if single.len() != words.len() {
        found.push(Inner::Command(single.iter().map(|text| Word::sure(text)).collect(), scope.clone()));
    }
    found.extend(single.into_iter().map(|text| Inner::Line(text, scope.clone())).chain(together));
    found
}

/// Lists of bare words, and lines without quotes: `exec qw(npx prisma …)`, `System.cmd("npx", ~w(prisma …))`, `%x(npx …)`;
/// and the words of a tool whose own module is called: alembic's `main(argv=['downgrade', 'base'])`.
fn word_lists<'a>(text: &str, scope: &Scope<'a>) -> Vec<Inner<'a>> {
    let mut found = Vec::new();
    for mark in ["qw(", "~w(", "~w[", "%w[", "%w(", "%x(", "%x{", "qx(", "qx{"] {
        for (at, _) in text.match_indices(mark) {
            let inside = &text[at + mark.len()..];
            let inside = inside.split([')', ']', '}']).next().unwrap_or(inside);
            let program = text[..at].trim_end().strip_suffix(',').and_then(|before| strings(before).pop());
            let words = program.iter().map(String::as_str).chain(inside.split_whitespace());
            found.push(Inner::Command(words.map(Word::sure).collect(), scope.clone()));
        }
    }
    found
}

/// Words that code hands to alembic's own entry, without its name: `alembic.config.main(argv=[…])`.
fn handed_to_alembic<'a>(text: &str, scope: &Scope<'a>) -> Option<Inner<'a>> {
    let (_, behind) = text.split_once("alembic")?;
    let (_, list) = ["argv=[", "main(["].iter().find_map(|entry| behind.split_once(entry))?;
    let words = strings(list.split(']').next().unwrap_or(list));
    let words = std::iter::once(Word::sure("alembic")).chain(words.iter().map(|word| Word::sure(word)));
    Some(Inner::Command(words.collect(), scope.clone()))
}

/// Code that is fed to an interpreter. `None` where nothing is: it is a person's own prompt.
pub(super) fn fed<'a>(program: &str, scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let unknown = || Inner::Unknown("what it is fed is computed by the line".to_owned(), scope.clone());
    let read = |text: &str| run(program, &Word::sure(text), scope);
    match &scope.fed {
        Fed::Text(text) => Some(read(text)),
        Fed::Nearly(text) => Some(read(text).into_iter().chain([unknown()]).collect()),
        Fed::Unknown => Some(vec![unknown()]),
        Fed::Nothing => None,
    }
}

/// Every string, where the code is known to start processes.
pub(super) fn strings_as_lines<'a>(text: &str, scope: &Scope<'a>) -> Vec<Inner<'a>> {
    strings(text).into_iter().map(|text| Inner::Line(text, scope.clone())).collect()
}

/// JSON, or what looks like it, that holds a command: each string as a line, and all of them as words.
pub(super) fn of_json<'a>(text: &str, scope: &Scope<'a>) -> Vec<Inner<'a>> {
    let words = strings(text).iter().map(|text| Word::sure(text)).collect();
    strings_as_lines(text, scope).into_iter().chain([Inner::Command(words, scope.clone())]).collect()
}
