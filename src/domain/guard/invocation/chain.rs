//! Chains of calls by which an object mapper deletes or changes rows: `DB[:carts].where(id: 5).delete`. One of which no link
//! narrows anything down means all of them. It goes by the names of the links, whatever the language.

use std::ops::Range;

use super::fold;
use super::interface::{arguments, is_outside, texts};

/// Links that take rows away.
const LOSES: &[&str] = &["delete", "delete_all", "deleteAll", "forceDelete", "destroy", "del", "truncate", "update"];

/// Links in front of those that leave nothing out.
const NEUTRAL: &[&str] = &[
    "all", "each", "query", "newQuery", "newModelQuery", "unscoped", "withTrashed", "with_deleted", "unfiltered",
    "toQuery", "order", "createQueryBuilder", "scope",
];

/// Links behind those that leave nothing out.
const RUNS: &[&str] = &[
    "execute", "exec", "then", "catch", "finally", "getQuery", "returning", "save", "commit", "run", "getResult",
    "await", "unwrap", "sync", "blockingGet", "block", "subscribe",
];

/// Conditions that hold for every row, without blanks, and without a closing parenthesis.
const ALWAYS: &[&str] = &[
    "where('1=1'", "whereRaw('1=1'", "whereRaw('true'", "where('1','1'", "where(1,1", "where('id','>',0",
    "where('id','>=',0", "where('id','!=',0", "whereNotNull('id'", "filter(True", "where(true", "where(True",
    "where('true'", "where('id>0'", "where('id','<>',0", "where('id','!=',null", "where('id','is not',null",
];

/// Whether one of the chains in this code takes away, or changes, everything of something.
pub(super) fn empties(code: &str) -> bool {
    // Each language has its own sign between two links.
    let plain = fold::tight(code).replace("->", ".").replace("::", ".").replace("?.", ".");
    let texts = texts(&plain);
    let whole = Code { plain: &plain, texts: &texts };
    let links = plain.match_indices('.').filter(|(at, _)| is_outside(&texts, *at));
    links.into_iter().any(|(at, _)| whole.is_lost_at(at)) || whole.goes_one_by_one()
}

/// Calls that take one row away, in a loop over all of them.
const TAKES: &[&str] = &[".delete(", ".forceDelete(", ".destroy("];

struct Code<'c> {
    plain: &'c str,
    texts: &'c [Range<usize>],
}

impl Code<'_> {
    fn is_lost_at(&self, at: usize) -> bool {
        let behind = &self.plain[at + 1..];
        let name = name_at(behind);
        let behind = &behind[name.len()..];
        let told = behind.strip_prefix('(').map(arguments);
        if name == "each" {
            return told.is_some_and(takes) && self.means_all(self.chain_before(at));
        }
        if !LOSES.contains(&name) {
            return false;
        }
        let behind = told.map_or(behind, |told| behind.get(told.len() + 2..).unwrap_or(""));
        if name == "update" && told.is_none_or(str::is_empty) || !only_runs(behind) {
            return false;
        }
        let chain = self.chain_before(at);
        let told = told.unwrap_or_default();
        match name {
            // Drizzle's, of a table that the code brings in.
            "delete" if matches!(chain, "db" | "tx" | "trx" | "database" | "orm" | "drizzle") => {
                self.is_brought(told, at)
            }
            // Drupal's: api.drupal.org, "Delete queries".
            "delete" if chain.ends_with("database()") => told.starts_with('\''),
            // Slick's, and SQLAlchemy's of a table.
            "delete" if behind.starts_with(')') && self.is_handed_over(chain, at) => true,
            _ => self.means_all(chain),
        }
    }

    /// Whether a name alone is what a call runs: `db.run(users.delete)`, `c.execute(users.delete())`.
    fn is_handed_over(&self, chain: &str, end: usize) -> bool {
        let before = &self.plain[..end - chain.len()];
        !chain.is_empty() && chain.chars().all(is_name) && (before.ends_with(".run(") || before.ends_with(".execute("))
    }

    /// `for u in s.query(User): s.delete(u)`, `[b.delete() for b in B.objects.all()]`, `foreach (User::all() as $u)`.
    fn goes_one_by_one(&self) -> bool {
        let loops = [" in ", "foreach("];
        takes(self.plain)
            && loops.iter().any(|word| {
                let places = self.plain.match_indices(word).map(|(at, _)| at + word.len());
                places.into_iter().any(|from| {
                    let end = chain_end(&self.plain[from..]);
                    let after = &self.plain[from + end..];
                    let goes_on = after.starts_with("if ") || after.starts_with(" if ");
                    is_outside(self.texts, from) && !goes_on && self.means_all(&self.plain[from..from + end])
                })
            })
    }

    /// Whether the end of a chain is all of a table.
    fn means_all(&self, mut chain: &str) -> bool {
        let of_sequel = self.plain.contains("equel") || chain.starts_with("DB[");
        let of_knex = self.plain.contains("knex");
        let of_a_class = chain.starts_with(|c: char| c.is_ascii_uppercase());
        loop {
            if ALWAYS.iter().any(|one| chain.strip_suffix(')').is_some_and(|chain| chain.ends_with(one))) {
                return true;
            }
            let (before, name, told) = self.last(chain);
            match name {
                "" => return of_sequel && told.starts_with(':'),
                "query" | "newQuery" | "newModelQuery" if !told.starts_with('\'') => return true,
                "from" if of_sequel && told.starts_with(':') => return true,
                "dataset" if of_a_class && !before.contains('.') => return true,
                "filter" if of_a_class && told.is_empty() && !before.contains('.') => return true,
                "objects" if of_a_class && told.is_empty() => return true,
                "resultset" | "createQueryBuilder" => return true,
                "table" | "from"
                    if ["DB", "Capsule", "Manager", "connection()", "Database"]
                        .iter()
                        .any(|end| before.ends_with(end)) =>
                {
                    return true;
                }
                "all" | "cursor" | "withTrashed" | "unscoped" if of_a_class && !before.contains('.') => return true,
                "table" | "from" if of_knex && told.starts_with('\'') => return true,
                name if NEUTRAL.contains(&name) => {}
                _ => return of_knex && before.is_empty() && told.starts_with('\''),
            }
            chain = before;
        }
    }

    /// The links in front of the last one, its name, and what stands in its parentheses or brackets.
    fn last<'t>(&self, chain: &'t str) -> (&'t str, &'t str, &'t str) {
        let (opens, told) = match chain.chars().next_back() {
            Some(')' | ']') => {
                let from = self.opening(chain);
                (from, chain.get(from + 1..chain.len() - 1).unwrap_or(""))
            }
            Some(_) | None => (chain.len(), ""),
        };
        let front = &chain[..opens];
        let name = name_before(front);
        let front = &front[..front.len() - name.len()];
        // What stands in brackets is of what stands in front of them.
        let name = if chain[opens..].starts_with('[') { "" } else { name };
        (front.strip_suffix('.').unwrap_or(front), name, told)
    }

    /// The chain that ends at a place.
    fn chain_before(&self, end: usize) -> &str {
        // So far as anybody writes such chains.
        const LONGEST: usize = 1000;
        let least = self.plain.floor_char_boundary(end.saturating_sub(LONGEST));
        let mut at = end;
        loop {
            while at > least && self.plain[..at].ends_with([')', ']']) {
                at = least + self.opening(&self.plain[least..at]);
            }
            at -= name_before(&self.plain[least..at]).len();
            match self.plain[least..at].strip_suffix('.') {
                Some(front) if !front.is_empty() => at = least + front.len(),
                Some(_) | None => return &self.plain[at..end],
            }
        }
    }

    /// Where the parenthesis or the bracket opens with which a text ends. Brackets in texts come in pairs most of the time.
    fn opening(&self, text: &str) -> usize {
        let mut depth = 0usize;
        for (at, c) in text.char_indices().rev() {
            match c {
                ')' | ']' | '}' => depth += 1,
                '(' | '[' | '{' => {
                    depth -= 1;
                    if depth == 0 {
                        return at;
                    }
                }
                _ => {}
            }
        }
        0
    }

    /// Whether a name stands among those that the code takes from elsewhere.
    fn is_brought(&self, name: &str, before: usize) -> bool {
        let front = &self.plain[..before];
        let from = front.contains("import") || front.contains("require(");
        let alone = |at: usize| {
            let apart = |c: Option<char>| !c.is_some_and(|c| is_name(c) || c == '.');
            apart(front[..at].chars().next_back()) && apart(front[at + name.len()..].chars().next())
        };
        let is_path = !name.is_empty() && name.chars().all(|c| is_name(c) || c == '.');
        from && is_path
            && (name.starts_with("schema.")
                || front.match_indices(name).any(|(at, _)| alone(at) && is_outside(self.texts, at)))
    }
}

fn takes(text: &str) -> bool {
    TAKES.iter().any(|call| text.contains(call))
}

/// Where the chain ends with which a text begins.
fn chain_end(text: &str) -> usize {
    let mut at = 0;
    loop {
        at += name_at(&text[at..]).len();
        while text[at..].starts_with(['(', '[']) {
            at = text.floor_char_boundary(at + arguments(&text[at + 1..]).len() + 2);
        }
        match text[at..].strip_prefix('.') {
            Some(more) if more.starts_with(is_name) => at += 1,
            Some(_) | None => return at,
        }
    }
}

/// Whether what is chained behind the last link only runs it.
fn only_runs(behind: &str) -> bool {
    let mut rest = behind;
    while let Some(more) = rest.strip_prefix('.') {
        let name = name_at(more);
        if !RUNS.contains(&name) {
            return false;
        }
        rest = &more[name.len()..];
        if let Some(told) = rest.strip_prefix('(').map(arguments) {
            rest = rest.get(told.len() + 2..).unwrap_or("");
        }
    }
    true
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

fn name_at(text: &str) -> &str {
    &text[..text.find(|c: char| !is_name(c)).unwrap_or(text.len())]
}

fn name_before(text: &str) -> &str {
    let from = text.char_indices().rev().find(|(_, c)| !is_name(*c)).map_or(0, |(at, c)| at + c.len_utf8());
    &text[from..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: &str, expected: bool) {
        assert_eq!(empties(code), expected, "{code}");
    }

    #[test]
    fn a_chain_that_narrows_nothing_means_all_rows() {
        for code in [
            "Sequel.connect(ENV.fetch('DATABASE_URL'))[:carts].delete",
            "DB[:carts].truncate",
            "DB[:carts].update(total: 0)",
            "Sequel.connect(x).from(:carts).delete",
            "User::query()->forceDelete()",
            "(new User)->newQuery()->delete()",
            "User::whereRaw(\"1=1\")->delete()",
            "User::all()->each->forceDelete()",
            "DB::table('users')->delete();",
            "DB::connection()->table('users')->update(['a' => 1])",
            "s.query(User).delete()",
            "User.query().del().then(f)",
            "$em->createQueryBuilder()->delete('User', 'u')->getQuery()->execute()",
            "S->connect($x)->resultset('U')->delete",
            "[s.delete(u) for u in s.query(User).all()]",
            "for b in B.objects.all(): b.delete()",
            "User.filter().delete()",
            "User::all()->each(fn($u) => $u->delete())",
            "foreach (User::all() as $u) { $u->delete(); }",
            "User.dataset.delete",
            "k = require('knex')(c); k('users').update({a: 1}).then(f)",
            "e.execute(users.delete())",
            "import {db, users} from './db'; db.delete(users).then(f)",
            "Await.result(db.run(users.delete), 5.seconds)",
        ] {
            check(code, true);
        }
        for code in [
            "DB[:carts].where(id: 5).delete",
            "h[:a].delete",
            "User::query()->where('id', 5)->delete()",
            "User::active()->delete()",
            "DB::table('users')->where('id', 5)->delete()",
            "User.query().delete().where('id', 5)",
            "s.query(User).filter_by(id=4).delete()",
            "Schema->connect($x)->resultset('U')->search({id => 5})->delete",
            "import {db, users} from './db'; db.delete(users).where(eq(users.id, 5))",
            "db.delete('key')",
            "d.update(a)",
            "[s.delete(u) for u in s.query(User).filter_by(old=True)]",
            "for b in B.objects.filter(old=True): b.delete()",
            "[b.delete() for b in B.objects.all() if b.old]",
            "for f in files: f.delete()",
            "for k in d.all(): d.delete(k)",
            "User::where('old', 1)->each(fn($u) => $u->delete())",
            "k = require('knex')(c); k('users').where('id', 1).del()",
            "User::find(5)->delete()",
            "print('DB[:carts].delete')",
            "x.all.delete",
            "hash.query('x').update(1)",
        ] {
            check(code, false);
        }
    }
}
