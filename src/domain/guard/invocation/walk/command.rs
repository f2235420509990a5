//! What a command comes to: through wrappers, runners and interpreters to the tool. The readers of each kind stand in one list,
//! and what they find inside is read here.

use std::rc::Rc;

use super::{DEEPEST, Found, Walk};
use crate::domain::guard::invocation::word::said;
use crate::domain::guard::invocation::wrapper::{self, assignments};
use crate::domain::guard::invocation::{Inner, Invocation, Reader, Sure, Word};
use crate::domain::guard::invocation::{
    client, cmdlet, code, disk, interpreter, java, mcp, mention, monorepo, options, prisma, program, reach,
};
use crate::domain::guard::invocation::{recipe, request, runner, script, shell_script, sound, told, tool, uses, wire};
use crate::domain::guard::line;
use crate::domain::guard::scope::{Fed, Scope, Under};
use crate::domain::guard::verdict::Effect;

/// So many commands within each other are in no project: a chain of scripts is two for each.
const LONGEST_CHAIN: usize = 2000;

/// So many of its words each: a rule's stand in front.
const MOST_WORDS: usize = 500;

/// So many commands around one are kept for the team's rules.
const MOST_OUTER: usize = 200;

/// Reads the words of a program that runs something else: what is inside, `None` where the name is none of its own.
type SeesThrough = for<'a> fn(&Reader<'_>, &str, &[Word], &Scope<'a>) -> Option<Vec<Inner<'a>>>;

/// Every reader of such programs; the first that answers decides.
const READERS: [SeesThrough; 5] =
    [wrapper::see_through, runner::see_through, monorepo::see_through, interpreter::see_through, recipe::see_through];

impl<'a> Walk<'a> {
    /// Reads on until nothing is left to be read, in the order in which it runs.
    pub(super) fn finish(&self, found: Vec<Found<'a>>, depth: usize) -> Vec<Invocation> {
        let mut all = Vec::new();
        let mut waiting = found;
        waiting.reverse();
        while let Some(next) = waiting.pop() {
            let inner = match next {
                Found::Is(one) => {
                    all.push(one);
                    continue;
                }
                Found::Later(inner) => inner,
            };
            let mut more = match inner {
                Inner::Command(words, mut scope) => {
                    scope.depth = depth;
                    self.command(words, &scope)
                }
                Inner::Line(text, mut scope) => {
                    scope.depth = depth;
                    self.text(&text, &mut scope)
                }
                Inner::Unknown(why, scope) => {
                    let words: Vec<Word> =
                        scope.outer.last().into_iter().flatten().map(|text| Word::sure(text)).collect();
                    vec![self.unknown(&said(&words), &words, &why, &scope)]
                }
                Inner::Talks(program, url, scope) => {
                    let uses = match url {
                        Some(url) => vec![reach::given("URL", &Word::sure(&url), &scope)],
                        None => uses::of_any_program(self.reader, &scope),
                    };
                    let is = (Effect::Gated, "delete from", "it deletes all of something from a database");
                    vec![Found::Is(Invocation::of_a_tool(program.clone(), (&program, &[]), is, uses, &scope))]
                }
            };
            more.reverse();
            waiting.append(&mut more);
        }
        all
    }

    /// What a command comes to: through wrappers and runners to the tool.
    pub(super) fn command(&self, words: Vec<Word>, scope: &Scope<'a>) -> Vec<Found<'a>> {
        let is = |one: Invocation| vec![Found::Is(one)];
        let (words, mut scope) = assignments(&words, scope);
        scope.depth += 1;
        scope.chain += 1;
        let words = wrapper::without_repeats(words);
        let Some((first, rest)) = words.split_first() else { return Vec::new() };
        if scope.depth > DEEPEST || scope.chain > LONGEST_CHAIN || !self.reader.notes.step(words.len()) {
            let why = "it leads further than it is followed";
            return vec![self.unknown(&said(words), words, why, &scope)];
        }
        if let Some((prefix, behind)) = program::prisma_words(words) {
            // Prisma's MCP server, which is asked for something else than to run one of its tools.
            let asks = matches!(&scope.fed, Fed::Text(text) if !mcp::is_call(text));
            if asks && behind.rest.first().is_some_and(|word| word.text == "mcp") {
                return is(Invocation::other(self.reader, words, &scope));
            }
            let prefix = prefix.iter().map(|word| Word::sure(word));
            let words: Vec<Word> = prefix.chain(behind.rest.iter().cloned()).collect();
            return is(prisma::invocation(self.reader, &words, behind.major, &scope));
        }
        if let Some(named) = scope.named.get(&first.text).cloned() {
            return self.named(named, &first.text, rest, &mut scope);
        }
        let name = program::known_as(first);
        // A script that uv, or another wrapper of python's, runs by its name.
        let is_script = || name.ends_with(".py") && !tool::is_named(name) && name != "manage.py";
        let by_uv = || scope.outer.last().and_then(|words| words.first()).is_some_and(|program| program == "uv");
        if first.text == "-" && by_uv() || !first.text.contains('/') && is_script() {
            let words = std::iter::once(Word::sure("python")).chain(words.iter().cloned()).collect();
            return vec![Found::Later(Inner::Command(words, scope))];
        }
        if let Some(invocation) = disk::read(self.reader, name, rest, &scope) {
            return is(invocation);
        }
        // A server of tools in a container.
        if let Some(invocation) = mcp::fed(&scope.fed).filter(|_| matches!(name, "docker" | "podman" | "nerdctl")) {
            return is(invocation);
        }
        if matches!(name, "java" | "mvn" | "mvnw" | "gradle" | "gradlew" | "docker") && java::makes_anew(rest, &scope) {
            let uses = uses::of_any_program(self.reader, &scope);
            let does = (Effect::Destructive, "empty", "Hibernate drops every table and makes it anew");
            return is(Invocation::of_a_tool(name.to_owned(), (name, rest), does, uses, &scope));
        }
        let known = READERS.iter().find_map(|see_through| see_through(self.reader, name, rest, &scope));
        let inner = known.or_else(|| shell_script::program(self.reader, first, rest, &scope));
        if let Some(mut inner) = inner {
            let mut outer = scope.outer.clone();
            if outer.len() < MOST_OUTER {
                Rc::make_mut(&mut outer).push(words.iter().take(MOST_WORDS).map(|word| word.text.clone()).collect());
            }
            inner.iter_mut().for_each(|inner| inner.scope_mut().outer.clone_from(&outer));
            return inner.into_iter().map(Found::Later).collect();
        }
        let handed = self.handed(name, rest, &scope);
        let known =
            client::read(self.reader, name, rest, &scope).or_else(|| tool::read(self.reader, name, rest, &scope));
        let known = known
            .or_else(|| wire::read(name, rest, &scope))
            .or_else(|| cmdlet::read(name, rest, &scope))
            .or_else(|| mcp::read(name, rest, &handed));
        if let Some(invocation) = known {
            return is(invocation);
        }
        if let Some(invocation) = mcp::fed(&scope.fed).filter(|_| !mention::only_mentions(name)) {
            return is(invocation);
        }
        if first.sure == Sure::No && prisma::is_guarded(rest) {
            return is(prisma::invocation(self.reader, rest, None, &scope));
        }
        if first.sure == Sure::No
            && let Some(invocation) = client::of_unknown_program(words, &scope)
        {
            return is(invocation);
        }
        // `${PACKAGE_MANAGER} run NAME`.
        if first.sure == Sure::No && rest.first().is_some_and(|word| word.text == "run") {
            let packages = script::nearest(self.reader, &scope);
            return script::script_or_program(&packages, &rest[1..], "run", &scope)
                .into_iter()
                .map(Found::Later)
                .collect();
        }
        // A program that nobody here knows, with a shell's name behind it, may well be one that runs it.
        if let Some(at) = mention::shell_inside(name, words) {
            Rc::make_mut(&mut scope.through).push(first.text.clone());
            return vec![Found::Later(Inner::Command(words[at..].to_vec(), scope))];
        }
        // A program that nobody here knows, with a whole Prisma command behind it, may well be one that runs it.
        if let Some(at) = (1..words.len()).find(|at| mention::may_run(name, &words[*at..])) {
            Rc::make_mut(&mut scope.through).push(first.text.clone());
            return vec![Found::Later(Inner::Command(words[at..].to_vec(), scope))];
        }
        // A line or a command that such a program may be told to run.
        let mut inner = scope.clone();
        Rc::make_mut(&mut inner.through).push(first.text.clone());
        let line = mention::line_inside(name, rest).map(|line| self.text(line, &mut inner.clone()));
        let behind = || mention::behind_dashes(name, rest).map(|words| self.command(words.to_vec(), &inner));
        if let Some(found) = line.or_else(behind) {
            let found = self.finish(found, scope.depth);
            if found.iter().any(|one| one.effect != Effect::Safe) {
                return found.into_iter().map(Found::Is).collect();
            }
        }
        let sounds = || sound::like_a_loss(rest) || sound::as_named(&first.text, rest);
        if first.sure == Sure::No && options::is_one_expansion(&first.text) && (is_computed(words) || sounds()) {
            return vec![self.unknown(&said(words), words, "the line computes what it runs", &scope)];
        }
        // A release of Elixir's, or another program with a console of its own.
        if let [verb, code] = rest
            && matches!(verb.text.as_str(), "eval" | "rpc")
            && code.text.contains(['(', '.'])
        {
            let found = code::run(name, code, &scope);
            if !found.is_empty() {
                return found.into_iter().map(Found::Later).collect();
            }
        }
        let code = code::of_unknown_program(name, rest, &scope);
        if !code.is_empty() && !mention::only_mentions(name) {
            return code.into_iter().map(Found::Later).collect();
        }
        if let Some(words) = mention::listed(name, words) {
            scope.given_by(name, Under::Elsewhere);
            return vec![Found::Later(Inner::Command(words, scope))];
        }
        if let Fed::Text(text) = &handed
            && mention::runs_tests(name)
        {
            let found = code::run(name, &Word::sure(text), &scope);
            if !found.is_empty() {
                return found.into_iter().map(Found::Later).collect();
            }
        }
        let request = request::why_destructive(name, rest, &handed);
        if let Some(why) = request
            .or_else(|| sound::why_destructive(name, rest, &handed))
            .or_else(|| told::why_destructive(name, rest, &handed))
        {
            return vec![self.unknown(&said(words), words, why, &scope)];
        }
        is(Invocation::other(self.reader, words, &scope))
    }

    /// What a program is fed. A file that the line writes and names to it is as good, and so is one that is there where a request
    /// takes its body from it: `-d @FILE`, `--json=@FILE`, `-d@FILE`.
    fn handed(&self, name: &str, words: &[Word], scope: &Scope<'a>) -> Fed {
        let behind = |word: &Word| word.text.split_once(['@', '=']).map(|(_, file)| file.to_owned());
        let named = words.iter().flat_map(|word| [Some(word.text.clone()), behind(word)]).flatten();
        let files = named.map(|file| scope.path(file.trim_start_matches('@')));
        let there = |word: &Word| {
            let (flag, file) = word.text.split_once('@')?;
            let is_body = matches!(flag, "" | "-d" | "--data=" | "--data-binary=" | "--json=") && file != "-";
            is_body.then(|| self.reader.file(&Word { text: file.to_owned(), sure: word.sure }, scope))?
        };
        let written = self.reader.notes.first_written(files);
        let sends = matches!(name, "curl" | "http" | "https" | "xh" | "xhs") && scope.elsewhere().is_none();
        let text = written.or_else(|| if sends { words.iter().find_map(there) } else { None });
        text.map_or_else(|| scope.fed.clone(), Fed::Text)
    }
}

/// Whether what stands in a command's place is computed by the line, and not handed to it: `$@` is whoever called it. A
/// variable in front of words that are known, as in `$LOG "a message"`, is most of the time one of those that print.
fn is_computed(words: &[Word]) -> bool {
    let text = words[0].text.as_str();
    let is_variable = || text.strip_prefix('$').is_some_and(|name| line::is_name(name.trim_matches(['{', '}'])));
    text.starts_with("$(") || is_variable() && words.iter().all(|word| word.sure == Sure::No)
}
