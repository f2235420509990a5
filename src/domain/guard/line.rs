//! A shell line as the guard asks about it: which simple commands run, in what order, in which shell, fed with what. The
//! grammar is that of the crate `brush-parser` (POSIX and bash); here its tree is made small. Nothing is expanded.
//!
//! fish and zsh have forms that bash lacks (`if …; …; end`, `(…)` as a substitution, `for x (…)`). A text that bash would not
//! run is cut where every one of them ends a command, and each piece is read by itself. A piece that cannot be read stays
//! in the tree as such, so that whoever reads on can refuse it.

mod limits;
mod open;
mod redirection;
mod tree;

use brush_parser::ast::{
    self, AndOr, Command, CommandPrefixOrSuffixItem as Item, CompoundCommand, CompoundList, IoFileRedirectKind,
    IoFileRedirectTarget, IoHereDocument, IoRedirect, ProcessSubstitutionKind, SeparatorOperator,
};
use brush_parser::{ParseError, Parser, ParserOptions};

pub use self::open::{Open, open};
use self::redirection::{input, output, substituted, unseen};
pub use self::tree::{Input, List, Node, Output, Place, Simple, Step, Takes};
pub use crate::domain::text::words::{Piece, Split, Written, is_name};
use crate::domain::text::words::{here_document, written};

/// Longer texts are no lines that a person or an agent writes.
const LONGEST: usize = 512 * 1024;

/// What is read at a time, in bytes, unless a command goes on behind it.
const PART: usize = 32 * 1024;

/// How many ends of a line are tried before a longer part is.
const TRIES: usize = 12;

/// The word that stands for a command's first, second, … process substitution.
pub fn pipe(at: usize) -> String {
    format!("<({at})")
}

/// Reads a whole line, or several.
pub fn read(text: &str) -> List {
    List(parts(text).flat_map(|list| list.0).collect())
}

/// Reads a text of any length, a part of it at a time, each cut where the parser takes it for whole.
pub fn parts(text: &str) -> impl Iterator<Item = List> {
    // A script from Windows, or from an old Mac.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let mut size = PART;
        loop {
            // A command may go on behind one end of a line and not behind the next.
            let mut tried = 0;
            for end in ends(rest, size).take(TRIES) {
                let goes_on = end < rest.len() && rest[..end].ends_with("\\\n");
                if let Some(list) = parsed(&rest[..end]).filter(|_| !goes_on) {
                    at += end;
                    return Some(list);
                }
                tried = end;
            }
            if tried == rest.len() || tried * 2 > LONGEST {
                at += tried;
                return Some(List(pieces(&rest[..tried]).into_iter().filter_map(piece).collect()));
            }
            size = tried * 2;
        }
    })
}

/// Where lines end, from about `from` bytes on; the end of the text is the last.
fn ends(text: &str, from: usize) -> impl Iterator<Item = usize> {
    let from = from.min(text.len());
    let newlines = text.as_bytes()[from..].iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    newlines.map(move |(at, _)| from + at + 1).filter(|end| *end < text.len()).chain([text.len()])
}

/// Whether a shell would go on reading behind this text: a quote, a here-document or a compound command is not closed.
pub fn is_open(text: &str) -> bool {
    if !is_readable(text) {
        return false;
    }
    let escapes = text.len() - text.trim_end_matches('\\').len();
    let end = Parser::new(text.as_bytes(), &ParserOptions::default()).parse_program().err();
    escapes % 2 == 1
        || end.is_some_and(|error| match error {
            ParseError::ParsingAtEndOfInput => true,
            ParseError::ParsingNear(_) => false,
            ParseError::Tokenizing { inner, .. } => inner.is_incomplete(),
        })
}

/// Whether the parser can be given the text.
fn is_readable(text: &str) -> bool {
    text.len() <= LONGEST && limits::is_bearable(text)
}

fn parsed(text: &str) -> Option<List> {
    if !is_readable(text) {
        return None;
    }
    let program = Parser::new(text.as_bytes(), &ParserOptions::default()).parse_program().ok()?;
    Some(List(program.complete_commands.iter().flat_map(|commands| list(commands).0).collect()))
}

/// One piece of a text that could not be read as a whole.
fn piece(text: &str) -> Option<Step> {
    let mut text = text.trim();
    while let Some((word, rest)) = text.split_once(char::is_whitespace)
        && matches!(
            word,
            "if" | "while" | "until" | "else" | "elif" | "then" | "do" | "and" | "or" | "not" | "begin" | "!"
        )
    {
        text = rest.trim_start();
    }
    if text.is_empty() || text.starts_with('#') {
        return None;
    }
    let head = text.split_whitespace().next().unwrap_or_default();
    let node = match parsed(text) {
        Some(list) => Node::Group(list),
        // The words of a loop, or of a choice, are no command.
        None if matches!(head, "select" | "for" | "foreach" | "switch" | "case" | "function") => return None,
        None => Node::Unreadable(text.to_owned()),
    };
    Some(Step { stages: vec![node], place: Place::Foreground })
}

/// Cuts where a command may end in any of the shells, outside of quotes.
fn pieces(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut quote, mut skip) = (0, None, false);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            _ if skip => skip = false,
            (Some('\''), '\\') => {}
            (_, '\\') => skip = true,
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, ';' | '\n' | '|' | '&' | '(' | ')' | '{' | '}') => {
                found.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            (None, _) => {}
        }
    }
    found.push(&text[start..]);
    found
}

fn list(list: &CompoundList) -> List {
    let mut steps = Vec::new();
    for item in &list.0 {
        let place = match item.1 {
            SeparatorOperator::Async => Place::Background,
            SeparatorOperator::Sequence => Place::Foreground,
        };
        let further = item.0.additional.iter().map(|more| match more {
            AndOr::And(pipeline) | AndOr::Or(pipeline) => pipeline,
        });
        let pipelines = std::iter::once(&item.0.first).chain(further);
        let mut own: Vec<Step> = pipelines.map(|pipeline| Step { stages: stages(&pipeline.seq), place }).collect();
        // `a && b &` runs both in one shell in the background.
        if own.len() > 1 && place == Place::Background {
            own.iter_mut().for_each(|step| step.place = Place::Foreground);
            own = vec![Step { stages: vec![Node::Subshell(List(own))], place }];
        }
        steps.append(&mut own);
    }
    List(steps)
}

/// The commands of a pipeline. What a compound one prints into a file is as good as piped into `cat >FILE`.
fn stages(commands: &[Command]) -> Vec<Node> {
    let mut found: Vec<Node> = commands.iter().map(node).collect();
    if let Some(Command::Compound(_, Some(redirects))) = commands.last() {
        let outputs: Vec<Output> = redirects.0.iter().filter_map(output).collect();
        if outputs.iter().any(|output| output.takes != Takes::Other && output.file.plain() != "/dev/null") {
            found.push(Node::Simple(Simple { words: vec![written("cat")], outputs, ..Simple::default() }));
        }
    }
    found
}

fn node(command: &Command) -> Node {
    match command {
        Command::Simple(command) => Node::Simple(simple(command)),
        Command::Compound(command, redirects) => {
            let inner = compound(command);
            let redirects = redirects.as_ref().map_or(&[][..], |list| &list.0);
            // What is fed to a loop is fed to each of its commands.
            let inner = match input(redirects) {
                Some(input) => fed(inner, &input),
                None => inner,
            };
            let foreground = |node| Step { stages: vec![node], place: Place::Foreground };
            let beside = redirects.iter().flat_map(run_beside).map(Node::Subshell).map(foreground);
            let mut steps: Vec<Step> = beside.collect();
            if steps.is_empty() {
                return inner;
            }
            steps.push(foreground(inner));
            Node::Group(List(steps))
        }
        Command::Function(definition) => {
            let body = compound(&definition.body.0);
            Node::Function(definition.fname.value.clone(), one(body))
        }
        // A test runs what its substitutions do.
        Command::ExtendedTest(test, _) => {
            let lines = written(&test.to_string()).lines();
            Node::Group(List(lines.iter().flat_map(|line| read(line).0).collect()))
        }
    }
}

fn one(node: Node) -> List {
    match node {
        Node::Group(list) => list,
        node => List(vec![Step { stages: vec![node], place: Place::Foreground }]),
    }
}

fn compound(command: &CompoundCommand) -> Node {
    match command {
        // The parser takes `( (a) )` for arithmetic too. Read as commands, real arithmetic names none that matters.
        CompoundCommand::Arithmetic(command) if command.expr.value.trim_start().starts_with(['$', '!']) => {
            let lines = written(&command.expr.value).lines();
            Node::Subshell(List(lines.iter().flat_map(|line| read(line).0).collect()))
        }
        CompoundCommand::Arithmetic(command) => Node::Subshell(read(&command.expr.value)),
        CompoundCommand::ArithmeticForClause(command) => Node::Group(list(&command.body.list)),
        CompoundCommand::BraceGroup(command) => Node::Group(list(&command.list)),
        CompoundCommand::Subshell(command) => Node::Subshell(list(&command.list)),
        CompoundCommand::ForClause(command) => {
            let values = command.values.iter().flatten().map(|word| written(&word.value)).collect();
            Node::Each(command.variable_name.clone(), values, list(&command.body.list))
        }
        CompoundCommand::CaseClause(command) => {
            let branches = command.cases.iter().map(|case| {
                let patterns = case.patterns.iter().map(|pattern| written(&pattern.value)).collect();
                (patterns, case.cmd.as_ref().map(list).unwrap_or_default())
            });
            Node::Choice(written(&command.value.value), branches.collect())
        }
        CompoundCommand::IfClause(command) => {
            let mut steps = list(&command.condition).0;
            steps.extend(list(&command.then).0);
            for more in command.elses.iter().flatten() {
                steps.extend(more.condition.iter().flat_map(|condition| list(condition).0));
                steps.extend(list(&more.body).0);
            }
            Node::Group(List(steps))
        }
        CompoundCommand::WhileClause(command) | CompoundCommand::UntilClause(command) => {
            let mut steps = list(&command.0).0;
            steps.extend(list(&command.1.list).0);
            Node::Group(List(steps))
        }
        CompoundCommand::Coprocess(command) => Node::Subshell(one(fed(node(&command.body), &unseen()))),
    }
}

/// The same commands, each reading from `input` where it reads from nothing else.
fn fed(node: Node, input: &Input) -> Node {
    let all = |list: List| {
        let step = |mut step: Step| {
            if !step.stages.is_empty() {
                let first = step.stages.remove(0);
                step.stages.insert(0, fed(first, input));
            }
            step
        };
        List(list.0.into_iter().map(step).collect())
    };
    match node {
        Node::Simple(mut simple) => {
            simple.input.get_or_insert_with(|| input.clone());
            Node::Simple(simple)
        }
        Node::Subshell(list) => Node::Subshell(all(list)),
        Node::Group(list) => Node::Group(all(list)),
        Node::Each(name, values, list) => Node::Each(name, values, all(list)),
        Node::Choice(word, branches) => {
            let branches = branches.into_iter().map(|(patterns, list)| (patterns, all(list)));
            Node::Choice(word, branches.collect())
        }
        node @ (Node::Function(..) | Node::Unreadable(_)) => node,
    }
}

fn simple(command: &ast::SimpleCommand) -> Simple {
    let mut found = Simple::default();
    let prefix = command.prefix.iter().flat_map(|prefix| &prefix.0);
    let suffix = command.suffix.iter().flat_map(|suffix| &suffix.0);
    prefix.for_each(|item| take(item, &mut found));
    found.words.extend(command.word_or_name.iter().map(|word| written(&word.value)));
    suffix.for_each(|item| take(item, &mut found));
    found
}

/// What the shell itself runs for the text of a here-document whose end is not quoted (POSIX, XCU 2.7.4): quotes mean
/// nothing there, substitutions do.
fn run_by(document: &IoHereDocument) -> Vec<List> {
    let text = &document.doc.value;
    if !document.requires_expansion || !text.contains(['$', '`']) {
        return Vec::new();
    }
    let substitutions = here_document(text).0.into_iter().filter_map(|piece| match piece {
        Piece::Substitution(text, _) => Some(read(&text)),
        Piece::Text(_) | Piece::Quoted(_) | Piece::Variable(..) | Piece::Default(..) => None,
        Piece::Argument(..) | Piece::Opaque(_) => None,
    });
    substitutions.collect()
}

/// What a redirection runs, whatever it stands behind.
fn run_beside(redirect: &IoRedirect) -> Vec<List> {
    match redirect {
        IoRedirect::HereDocument(_, document) => run_by(document),
        IoRedirect::File(_, _, IoFileRedirectTarget::ProcessSubstitution(_, command)) => vec![list(&command.list)],
        other => substituted(other).iter().map(|line| read(line)).collect(),
    }
}

fn take(item: &Item, found: &mut Simple) {
    match item {
        Item::Word(word) => found.words.push(written(&word.value)),
        Item::AssignmentWord(assignment, word) => found.words.push(match &assignment.value {
            ast::AssignmentValue::Scalar(_) => written(&word.value),
            ast::AssignmentValue::Array(values) => {
                let append = if assignment.append { "+" } else { "" };
                let mut pieces = vec![Piece::Text(format!("{}{append}=", assignment.name))];
                for (at, (_, value)) in values.iter().enumerate() {
                    if at > 0 || assignment.append {
                        pieces.push(Piece::Quoted(" ".to_owned()));
                    }
                    pieces.extend(written(&value.value).0);
                }
                Written(pieces)
            }
        }),
        Item::ProcessSubstitution(kind, command) => {
            if matches!(kind, ProcessSubstitutionKind::Write) {
                found.readers.push(found.beside.len());
            }
            // The parser makes a word of its own of what stands behind `FLAG=`.
            let pipe = Piece::Opaque(pipe(found.beside.len()));
            match found.words.last_mut() {
                Some(word) if matches!(word.0.last(), Some(Piece::Text(text)) if text.ends_with(['=', '@'])) => {
                    word.0.push(pipe);
                }
                Some(_) | None => found.words.push(Written(vec![pipe])),
            }
            found.beside.push(list(&command.list));
        }
        Item::IoRedirect(redirect) => {
            if let Some(input) = input(std::slice::from_ref(redirect)) {
                found.input = Some(input);
            }
            if let IoRedirect::File(fd, kind, IoFileRedirectTarget::ProcessSubstitution(..)) = redirect {
                if matches!((fd, kind), (None | Some(0), IoFileRedirectKind::Read)) {
                    let word = Written(vec![Piece::Opaque(pipe(found.beside.len()))]);
                    found.input = Some(Input::File(word));
                }
                if matches!((fd, kind), (None | Some(1), IoFileRedirectKind::Write | IoFileRedirectKind::Append)) {
                    found.readers.push(found.beside.len());
                }
            }
            found.outputs.extend(output(redirect));
            found.beside.extend(run_beside(redirect));
        }
    }
}

#[cfg(test)]
#[path = "line_tests.rs"]
mod tests;
