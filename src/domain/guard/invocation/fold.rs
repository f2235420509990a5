//! Code of another language as it would stand there if nobody had taken its words apart: texts that are put together by `+` are
//! one, `db["drop"]()` is `db.drop()`, and a name that an import gives another name is its own. It is rewritten, not run.

use std::collections::BTreeMap;

use super::strings::string;

/// Languages in which a `'` begins no text.
const LISPS: &[&str] = &["clojure", "clj", "bb", "lein", "racket", "guile", "sbcl", "janet"];

/// What stands between two texts that are one.
const JOINERS: &[&str] = &["", "+", ".", "..", "++", "<>"];

/// One part of the code.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Piece<'t> {
    Name(&'t str),
    Sign(char),
    Blank(&'t str),
    /// What it says, and how it stands there.
    Text(String, String),
    /// A name that was a text.
    Made(String),
}

/// The code of this program, put together.
pub(super) fn folded(program: &str, code: &str) -> String {
    let pieces = pieces(code, LISPS.contains(&program));
    let aliases = aliases(&pieces);
    let mut folding = Folding { out: Vec::new(), bound: BTreeMap::new(), joins_neighbours: !LISPS.contains(&program) };
    for (at, piece) in pieces.iter().enumerate() {
        let called = matches!(pieces.get(at + 1), Some(Piece::Sign('(' | '.')));
        match piece {
            Piece::Name(name) if called => {
                folding.out.push(Piece::Name(aliases.get(name).copied().unwrap_or(name)));
            }
            Piece::Text(text, shown) => folding.text(text, shown),
            Piece::Sign(sign) => folding.sign(*sign, pieces.get(at + 1)),
            Piece::Name(_) | Piece::Blank(_) | Piece::Made(_) => folding.out.push(piece.clone()),
        }
    }
    let shown = |piece: &Piece<'_>| match piece {
        Piece::Name(text) | Piece::Blank(text) => (*text).to_owned(),
        Piece::Sign(sign) => sign.to_string(),
        Piece::Text(_, shown) | Piece::Made(shown) => shown.clone(),
    };
    folding.out.iter().map(shown).collect()
}

/// The code without the blanks that say nothing, and with each of its texts in `'`.
pub(super) fn tight(code: &str) -> String {
    let pieces = pieces(code, false);
    let mut found = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Name(name) => found.push_str(name),
            Piece::Made(name) => found.push_str(name),
            Piece::Sign(sign) => found.push(*sign),
            Piece::Text(text, _) => found.push_str(&quoted(text, '\'')),
            Piece::Blank(_) => {
                let is_name = |at: Option<usize>| at.is_some_and(|at| matches!(pieces.get(at), Some(Piece::Name(_))));
                if is_name(at.checked_sub(1)) && is_name(Some(at + 1)) {
                    found.push(' ');
                }
            }
        }
    }
    found
}

fn quoted(text: &str, quote: char) -> String {
    let escaped = text.replace('\\', "\\\\").replace('\n', "\\n").replace(quote, &format!("\\{quote}"));
    format!("{quote}{escaped}{quote}")
}

fn pieces(code: &str, lisp: bool) -> Vec<Piece<'_>> {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        let run = |fits: &dyn Fn(char) -> bool| rest.find(|c: char| !fits(c)).unwrap_or(rest.len());
        let length = match c {
            '\'' if lisp => {
                found.push(Piece::Sign(' '));
                1
            }
            '"' | '\'' | '`' => match string(rest) {
                Some((text, after)) => {
                    let length = rest.len() - after.len();
                    found.push(Piece::Text(filled(&text), rest[..length].to_owned()));
                    length
                }
                None => {
                    found.push(Piece::Sign(c));
                    1
                }
            },
            c if c.is_whitespace() => {
                let length = run(&char::is_whitespace);
                found.push(Piece::Blank(&rest[..length]));
                length
            }
            c if is_name(c) => {
                let length = run(&is_name);
                found.push(Piece::Name(&rest[..length]));
                length
            }
            c => {
                found.push(Piece::Sign(c));
                c.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    found
}

/// A template's text with the texts that it puts in: `drop${"Database"}`.
fn filled(text: &str) -> String {
    let mut found = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        let inside = string(behind).and_then(|(text, after)| Some((text, after.strip_prefix('}')?)));
        found.push_str(before);
        match inside {
            Some((text, after)) => {
                found.push_str(&text);
                rest = after;
            }
            None => {
                found.push_str("${");
                rest = behind;
            }
        }
    }
    found + rest
}

/// Other names and what they stand for: `import command as c`, `const {execSync: run} = …`.
fn aliases<'t>(pieces: &[Piece<'t>]) -> BTreeMap<&'t str, &'t str> {
    let solid: Vec<&Piece<'t>> = pieces.iter().filter(|piece| !matches!(piece, Piece::Blank(_))).collect();
    let mut found = BTreeMap::new();
    let mut takes_apart = false;
    for (at, four) in solid.windows(4).enumerate() {
        match four {
            [Piece::Name("const" | "let" | "var"), Piece::Sign('{'), ..] => takes_apart = true,
            [Piece::Sign('}'), ..] => takes_apart = false,
            [Piece::Name(name), Piece::Name("as"), Piece::Name(alias), _] => {
                found.insert(*alias, *name);
            }
            [Piece::Name(name), Piece::Sign(':'), Piece::Name(alias), Piece::Sign(',' | '}')] if takes_apart => {
                found.insert(*alias, *name);
            }
            _ => {}
        }
        if let ([_, Piece::Name(name), Piece::Name("as"), Piece::Name(alias)], true) = (four, at + 4 == solid.len()) {
            found.insert(*alias, *name);
        }
    }
    found
}

struct Folding<'t> {
    out: Vec<Piece<'t>>,
    /// Names that are one text each.
    bound: BTreeMap<&'t str, String>,
    /// Whether two texts without anything between them are one.
    joins_neighbours: bool,
}

impl Folding<'_> {
    fn text(&mut self, text: &str, shown: &str) {
        let before = self.joined_to();
        let piece = match before {
            Some(at) => {
                let whole = match &self.out[at] {
                    Piece::Text(first, _) => format!("{first}{text}"),
                    Piece::Name(_) | Piece::Made(_) | Piece::Sign(_) | Piece::Blank(_) => text.to_owned(),
                };
                self.out.truncate(at);
                let shown = quoted(&whole, '"');
                Piece::Text(whole, shown)
            }
            None if shown.starts_with('`') && shown.contains("${\"") => Piece::Text(text.to_owned(), quoted(text, '`')),
            None => Piece::Text(text.to_owned(), shown.to_owned()),
        };
        let mut solid = self.out.iter().rev().filter(|piece| !matches!(piece, Piece::Blank(_)));
        if let (Some(Piece::Sign('=')), Some(Piece::Name(name)), Piece::Text(text, _)) =
            (solid.next(), solid.next(), &piece)
        {
            self.bound.insert(name, text.clone());
        }
        self.out.push(piece);
    }

    /// Where the text stands that the next one belongs to.
    fn joined_to(&self) -> Option<usize> {
        let mut between = String::new();
        for (at, piece) in self.out.iter().enumerate().rev() {
            match piece {
                Piece::Blank(_) => {}
                Piece::Sign(sign) if between.len() < 2 => between.insert(0, *sign),
                Piece::Text(..) if JOINERS.contains(&between.as_str()) => {
                    return (self.joins_neighbours || !between.is_empty()).then_some(at);
                }
                Piece::Text(..) | Piece::Sign(_) | Piece::Name(_) | Piece::Made(_) => return None,
            }
        }
        None
    }

    fn sign(&mut self, sign: char, next: Option<&Piece<'_>>) {
        match sign {
            ']' => {
                let solid = |end: usize| self.out[..end].iter().rposition(|piece| !matches!(piece, Piece::Blank(_)));
                if let Some(inside) = solid(self.out.len())
                    && let Some(opens) = solid(inside).filter(|at| self.out[*at] == Piece::Sign('['))
                    && let Some(before) = opens.checked_sub(1).map(|at| &self.out[at])
                    && let Some(name) = self.name_of(&self.out[inside])
                {
                    let is_key = matches!(before, Piece::Sign('{' | ',') | Piece::Blank(_));
                    let of_an_object = matches!(before, Piece::Name(_) | Piece::Made(_) | Piece::Sign(')' | ']'));
                    let called = matches!(next, Some(Piece::Sign('(' | '[')));
                    if of_an_object && called || is_key && next == Some(&Piece::Sign(':')) {
                        self.out.truncate(opens);
                        if of_an_object {
                            self.out.push(Piece::Sign('.'));
                        }
                        self.out.push(Piece::Made(name));
                        return;
                    }
                }
                self.out.push(Piece::Sign(']'));
            }
            ')' => {
                self.out.push(Piece::Sign(')'));
                self.attribute();
                if let Some((from, whole)) = self.put_together() {
                    self.out.truncate(from);
                    self.text(&whole, &quoted(&whole, '"'));
                }
            }
            sign => self.out.push(Piece::Sign(sign)),
        }
    }

    /// Python's `getattr(x, "name")` is `x.name`.
    fn attribute(&mut self) {
        // So many parts back at most: longer calls stay as they are.
        const FURTHEST: usize = 200;
        let from = self.out.len().saturating_sub(FURTHEST);
        let [front @ .., inside, Piece::Sign(')')] = &self.out[from..] else { return };
        let Some(name) = self.name_of(inside) else { return };
        let solid = front.iter().rposition(|piece| !matches!(piece, Piece::Blank(_)));
        let Some(comma) = solid.filter(|at| front[*at] == Piece::Sign(',')) else { return };
        let mut depth = 0usize;
        let opens = front[..comma].iter().rposition(|piece| match piece {
            Piece::Sign(')' | ']') => {
                depth += 1;
                false
            }
            Piece::Sign('(' | '[') if depth > 0 => {
                depth -= 1;
                false
            }
            Piece::Sign('(') => true,
            Piece::Sign(_) | Piece::Name(_) | Piece::Made(_) | Piece::Text(..) | Piece::Blank(_) => false,
        });
        let Some(at) = opens.and_then(|at| (from + at).checked_sub(1)) else { return };
        if self.out[at] == Piece::Name("getattr") {
            self.out.truncate(from + comma);
            self.out.drain(at..at + 2);
            self.out.extend([Piece::Sign('.'), Piece::Made(name)]);
        }
    }

    /// The name that a text, or what is bound to one, would be.
    fn name_of(&self, piece: &Piece<'_>) -> Option<String> {
        let text = match piece {
            Piece::Text(text, _) => text,
            Piece::Name(name) => self.bound.get(name)?,
            Piece::Sign(_) | Piece::Blank(_) | Piece::Made(_) => return None,
        };
        let is_one = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '$'));
        is_one.then(|| text.clone())
    }

    /// `["drop", "Database"].join("")`, and Python's `"".join(["drop", "Database"])`: where it begins, and what it comes to.
    fn put_together(&self) -> Option<(usize, String)> {
        let is_nothing =
            |piece: &Piece<'_>| matches!(piece, Piece::Text(text, shown) if text.is_empty() && shown.len() == 2);
        let list = |end: usize| {
            let mut texts = Vec::new();
            for at in (0..end).rev() {
                match &self.out[at] {
                    Piece::Text(text, _) => texts.insert(0, text.as_str()),
                    Piece::Sign(',') | Piece::Blank(_) => {}
                    Piece::Sign('[') => return Some((at, texts.concat())),
                    Piece::Sign(_) | Piece::Name(_) | Piece::Made(_) => return None,
                }
            }
            None
        };
        match self.out.as_slice() {
            [
                front @ ..,
                Piece::Sign(']'),
                Piece::Sign('.'),
                Piece::Name("join"),
                Piece::Sign('('),
                text,
                Piece::Sign(')'),
            ] if is_nothing(text) => list(front.len()),
            [front @ .., Piece::Sign(']'), Piece::Sign(')')] => {
                let (at, whole) = list(front.len())?;
                let begins = at.checked_sub(4)?;
                match &self.out[begins..at] {
                    [text, Piece::Sign('.'), Piece::Name("join"), Piece::Sign('(')] if is_nothing(text) => {
                        Some((begins, whole))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(program: &str, code: &str, expected: &str) {
        assert_eq!(folded(program, code), expected, "{code}");
    }

    #[test]
    fn what_was_taken_apart_stands_together() {
        check("node", "db['drop' + 'Database']()", "db.dropDatabase()");
        check("node", "db['users'][\"drop\"]()", "db.users.drop()");
        check("node", "const m = 'dr' + 'op'; db[m]()", "const m = \"drop\"; db.drop()");
        check("node", "db[`drop${\"Database\"}`]()", "db.dropDatabase()");
        check("node", "db[['drop','Database'].join('')]()", "db.dropDatabase()");
        check("python", "x(''.join(['a', 'b']))", "x(\"ab\")");
        check("python", "c.execute('drop ' 'table x')", "c.execute(\"drop table x\")");
        check("python", "getattr(__import__('os'), 'system')('ls')", "__import__('os').system('ls')");
        check("php", "$db->exec('DR' . 'OP TABLE x')", "$db->exec(\"DROP TABLE x\")");
        check("node", "run({['drop']: 'users'})", "run({drop: 'users'})");
    }

    #[test]
    fn a_name_that_an_import_gives_is_its_own() {
        check(
            "python",
            "from alembic import command as c; c.upgrade(x)",
            "from alembic import command as c; command.upgrade(x)",
        );
        check(
            "node",
            "const {spawn: s} = require('child_process'); s('ls')",
            "const {spawn: s} = require('child_process'); spawn('ls')",
        );
    }

    #[test]
    fn what_stands_together_stays_as_it_is() {
        for code in [
            "spawn('npx', ['prisma', 'db'])", "const a = ['x'][0]", "it's", "a['b'] = 1", "x = 'a' + y",
            "['a','b'].join('-')",
        ] {
            check("node", code, code);
        }
        check("bb", "(pg/x '[a :as b] [\"q\" \"r\"])", "(pg/x  [a :as b] [\"q\" \"r\"])");
        assert_eq!(tight("new  Foo( \"a b\", x )"), "new Foo('a b',x)");
    }
}
