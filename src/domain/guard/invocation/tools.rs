//! Tools other than Prisma that destroy by design, as data: their names, the words that name what they do, and how each finds
//! its database. Nothing here decides; a new tool is a new row.

mod administration;
mod cloud;
mod frameworks;
mod hosted;
mod javascript;
mod migrations;
mod servers;
mod storage;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::domain::guard::verdict::Effect::{self, Destructive, Gated, Safe};

/// One program, under all names that it has.
#[derive(Clone, Copy, Debug)]
pub struct Tool {
    /// Names of programs and of packages.
    pub names: &'static [&'static str],
    pub finds: Finds,
    /// Where in its words its rules look.
    pub place: Place,
    /// Flags that take the next word, so that it names no command.
    pub valued: &'static [&'static str],
    /// The first that fits decides. What fits none is harmless.
    pub rules: &'static [Rule],
}

/// Words of a tool, and what they do.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Patterns: `*` stands for any characters, `|` is between several of which one fits.
    pub words: &'static [&'static str],
    /// At least one of these flags is there too, unless there is none to be; behind `=` a pattern for its value.
    pub flags: &'static [&'static str],
    /// With one of these it is harmless.
    pub unless: &'static [&'static str],
    pub effect: Effect,
    /// Completes "… would …": `roll back`.
    pub does: &'static str,
    /// Why it is in its class.
    pub why: &'static str,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    /// The words begin with the rule's.
    First,
    /// The rule's words stand together somewhere: tasks of which several can be given, or words behind a URL.
    Anywhere,
}

/// In a rule's words, in the place of a pattern: a name that says it is a database's, such as `shop-db-backups`. As the last one
/// it stands for any word from there on, of several that are given.
pub const OF_A_DATABASE: &str = "<of a database>";

/// How a tool finds its database.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Finds {
    /// A URL behind one of these flags, in one of these variables or by itself; else as below, with these files.
    Url(&'static [&'static str], &'static [&'static str]),
    /// A file of its own, where it can be read: these are its names, and flags that name it. Else the environment's database
    /// variables.
    Configured(&'static [&'static str]),
    /// PostgreSQL's own programs: `-h`, `-p`, `-U`, `-d`, and `PGHOST` and its kind.
    Libpq,
    /// MySQL's own programs.
    MySql,
    /// A URL or a name of a MongoDB in its words.
    Mongo,
    /// A server on this machine at a port that is the tool's own, unless a flag names another.
    Local(u16, &'static [&'static str]),
    /// A hosted service's, which no URL tells.
    Hosted(&'static str),
}

const fn destroys(words: &'static [&'static str], does: &'static str, why: &'static str) -> Rule {
    Rule { words, flags: &[], unless: &[], effect: Destructive, does, why }
}

const fn gates(words: &'static [&'static str], does: &'static str, why: &'static str) -> Rule {
    Rule { words, flags: &[], unless: &[], effect: Gated, does, why }
}

const fn reads(words: &'static [&'static str]) -> Rule {
    Rule { words, flags: &[], unless: &[], effect: Safe, does: "read", why: "it reads, or prints" }
}

impl Rule {
    /// The rule, where one of these flags is given as well.
    const fn with(mut self, flags: &'static [&'static str]) -> Rule {
        self.flags = flags;
        self
    }

    /// The rule, where none of these flags is given.
    const fn unless(mut self, unless: &'static [&'static str]) -> Rule {
        self.unless = unless;
        self
    }
}

/// A tool whose rules look at its first words.
const fn tool(names: &'static [&'static str], finds: Finds) -> Tool {
    Tool { names, finds, place: Place::First, valued: &[], rules: &[] }
}

impl Tool {
    /// The same, where its rules look at all its words.
    const fn anywhere(mut self) -> Tool {
        self.place = Place::Anywhere;
        self
    }

    const fn valued(mut self, valued: &'static [&'static str]) -> Tool {
        self.valued = valued;
        self
    }

    const fn rules(mut self, rules: &'static [Rule]) -> Tool {
        self.rules = rules;
        self
    }
}

const DROPS: &str = "it drops the database, or everything in it";
const UNDOES: &str = "it undoes migrations, and what they created is dropped with its rows";
const EMPTIES: &str = "it deletes the rows of every table";
const SYNCS: &str = "it changes the database to fit the code, without a migration";
const APPLIES: &str = "it applies migrations";
const SEEDS: &str = "a seed may begin with deleting";
const HISTORY: &str = "it writes the history of migrations";
const RESTORES: &str = "it writes what a dump holds";
const REPLACES: &str = "it drops what is there before it writes what a dump holds";
const OVERWRITES: &str = "it puts what a backup holds in the place of what is there";
const BACKUPS: &str = "it deletes backups, which nothing brings back";
const DELETES_HOSTED: &str = "it deletes what the service hosts";

const PARTS: [&[Tool]; 8] = [
    administration::TOOLS,
    javascript::TOOLS,
    hosted::TOOLS,
    cloud::TOOLS,
    servers::TOOLS,
    storage::TOOLS,
    frameworks::TOOLS,
    migrations::TOOLS,
];

const fn count() -> usize {
    let (mut all, mut at) = (0, 0);
    while at < PARTS.len() {
        all += PARTS[at].len();
        at += 1;
    }
    all
}

static ALL: [Tool; count()] = {
    let mut all = [PARTS[0][0]; count()];
    let (mut part, mut within, mut at) = (0, 0, 0);
    while at < all.len() {
        if within == PARTS[part].len() {
            (part, within) = (part + 1, 0);
        } else {
            all[at] = PARTS[part][within];
            (within, at) = (within + 1, at + 1);
        }
    }
    all
};

/// Every tool that is known here, Prisma and the clients for SQL apart.
pub static TOOLS: &[Tool] = &ALL;

/// Flags of PostgreSQL's own programs that take the next word.
pub const LIBPQ_VALUED: &[&str] =
    &["-h", "--host", "-p", "--port", "-U", "--username", "-d", "--dbname", "--maintenance-db"];

static NAMED: LazyLock<BTreeMap<&'static str, Vec<&'static Tool>>> = LazyLock::new(|| {
    let mut named: BTreeMap<&str, Vec<&Tool>> = BTreeMap::new();
    for tool in TOOLS {
        tool.names.iter().for_each(|name| named.entry(name).or_default().push(tool));
    }
    named
});

/// The tools of a name.
pub fn of(name: &str) -> &'static [&'static Tool] {
    NAMED.get(name).map_or(&[], Vec::as_slice)
}
