//! What `migrate status` says, as facts for `--json` and as a table for people.

use std::collections::BTreeMap;

use serde::Serialize;

use super::gate::{Reason, Scene, Weight};
use super::ledger::{Cell, InGit, Line, Seen};
use crate::domain::config::Environment;
use crate::domain::text::calendar;

/// The names are those of `migrate status --json`, and stay.
#[derive(Debug, Default, Serialize)]
pub struct Page {
    pub places: Vec<Standing>,
    /// Ports that several environments share, in words.
    pub shared: Vec<Shared>,
    /// Whether nothing stands in the way anywhere: exit status 0.
    pub in_order: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct Shared {
    pub port: u16,
    pub environments: Vec<String>,
    /// Whose proxy answers there now.
    pub now: Option<String>,
    pub hints: Vec<String>,
}

/// One folder of migrations.
#[derive(Debug, Serialize)]
pub struct Standing {
    pub migrations_in: String,
    pub prisma: Option<String>,
    pub environments: Vec<Column>,
    pub migrations: Vec<Row>,
}

#[derive(Debug, Serialize)]
pub struct Column {
    pub name: String,
    pub protected: bool,
    pub promote_from: Option<String>,
    /// `seen`, `no-history` or `unseen`.
    pub state: &'static str,
    pub why: Option<String>,
    pub hint: Option<String>,
    pub applied: usize,
    pub pending: usize,
    /// Something waits, and nothing stands in its way.
    pub ready: bool,
    pub in_the_way: Vec<Told>,
    pub notes: Vec<Told>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Told {
    pub kind: &'static str,
    pub migration: Option<String>,
    pub sentence: String,
    pub next: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Row {
    pub name: String,
    /// `committed`, `modified`, `staged`, `untracked`, `deleted`, `missing` or `no git`.
    pub git: &'static str,
    pub environments: BTreeMap<String, State>,
    #[serde(skip)]
    cells: Vec<Cell>,
    #[serde(skip)]
    standing: InGit,
}

#[derive(Debug, Serialize)]
pub struct State {
    pub state: &'static str,
    /// RFC 3339, UTC.
    pub at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub into: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logs: Option<String>,
}

impl Told {
    fn of(reason: Reason) -> Told {
        Told { kind: reason.kind, migration: reason.migration, sentence: reason.sentence, next: reason.next }
    }
}

/// A folder's part of the page.
pub fn standing(scene: &Scene<'_>, environments: &[&Environment], prisma: Option<String>) -> Standing {
    let columns = environments.iter().enumerate().map(|(at, environment)| {
        let (stand, notes): (Vec<Reason>, Vec<Reason>) =
            scene.reasons(environment).into_iter().partition(|reason| reason.weight == Weight::InTheWay);
        let pending = scene.pending(&environment.name).len();
        let (state, why, hint) = match &scene.ledger.columns[at].seen {
            Seen::History(_) => ("seen", None, None),
            Seen::NoHistory { .. } => ("no-history", None, None),
            Seen::Unseen { why, hint } => ("unseen", Some(why.clone()), hint.clone()),
        };
        Column {
            name: environment.name.to_string(),
            protected: environment.is_protected(),
            promote_from: environment.promote_from.as_ref().map(ToString::to_string),
            state,
            why,
            hint,
            applied: scene.ledger.applied(at),
            pending,
            ready: pending > 0 && stand.is_empty(),
            in_the_way: stand.into_iter().map(Told::of).collect(),
            notes: notes.into_iter().map(Told::of).collect(),
        }
    });
    let rows = scene.ledger.lines.iter().map(|line| row(line, environments));
    Standing {
        migrations_in: scene.folder.to_owned(),
        prisma,
        environments: columns.collect(),
        migrations: rows.collect(),
    }
}

fn row(line: &Line, environments: &[&Environment]) -> Row {
    let state = |cell: &Cell| State {
        state: cell.word(),
        at: cell.at().map(calendar::rfc3339),
        into: match cell {
            Cell::Squashed { into, .. } => Some(into.clone()),
            _ => None,
        },
        logs: match cell {
            Cell::Failed { logs, .. } => logs.clone(),
            _ => None,
        },
    };
    Row {
        name: line.name.clone(),
        git: line.git.word(),
        environments: environments.iter().zip(&line.cells).map(|(e, cell)| (e.name.to_string(), state(cell))).collect(),
        cells: line.cells.clone(),
        standing: line.git,
    }
}

impl Page {
    pub fn text(&self) -> String {
        let mut text = String::new();
        for standing in &self.places {
            if !text.is_empty() {
                text.push('\n');
            }
            standing.put(&mut text);
        }
        for shared in &self.shared {
            let now = match &shared.now {
                Some(name) => format!("now it is {name}"),
                None => "now it is none of them".to_owned(),
            };
            text.push_str(&format!(
                "\n{} share port {}, where one of them answers at a time: {now}\n",
                shared.environments.join(" and "),
                shared.port
            ));
            for hint in &shared.hints {
                text.push_str(&format!("  hint: {hint}\n"));
            }
        }
        text
    }
}

/// So many of the migrations that are in order everywhere are shown; those before them are counted.
const SHOWN: usize = 12;

impl Standing {
    fn put(&self, text: &mut String) {
        text.push_str(&self.migrations_in);
        text.push_str(&self.prisma.as_ref().map_or_else(String::new, |version| format!(" · Prisma {version}")));
        text.push('\n');
        let settled = self.migrations.iter().take_while(|row| row.is_settled()).count();
        let folded = settled.saturating_sub(SHOWN);
        let mut table = vec![self.head()];
        table.extend(self.migrations[folded..].iter().map(Row::words));
        if folded > 0 {
            text.push_str(&format!("  {folded} older ones are committed and applied everywhere\n"));
        }
        match self.migrations.is_empty() {
            true => text.push_str("  no migration yet\n"),
            false => put_table(&table, text),
        }
        for column in &self.environments {
            text.push('\n');
            column.put(text);
        }
    }

    fn head(&self) -> Vec<String> {
        let mut words = vec!["migration".to_owned(), "git".to_owned()];
        words.extend(self.environments.iter().map(|column| column.name.clone()));
        words
    }
}

fn put_table(table: &[Vec<String>], text: &mut String) {
    let widths: Vec<usize> =
        (0..table[0].len()).map(|at| table.iter().map(|row| row[at].chars().count()).max().unwrap_or(0)).collect();
    for row in table {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        text.push_str(&format!("  {}\n", cells.collect::<Vec<_>>().join("  ").trim_end()));
    }
}

impl Row {
    fn is_settled(&self) -> bool {
        let there = |cell: &Cell| matches!(cell, Cell::Applied { .. } | Cell::ByHand { .. } | Cell::Squashed { .. });
        let kept = matches!(self.standing, InGit::Committed | InGit::Missing);
        kept && self.cells.iter().all(there)
    }

    fn words(&self) -> Vec<String> {
        let mut words = vec![self.name.clone(), self.git.to_owned()];
        words.extend(self.cells.iter().map(cell));
        words
    }
}

fn cell(cell: &Cell) -> String {
    let when = |at: i64| calendar::rfc3339(at)[..16].replace('T', " ");
    match cell {
        Cell::Applied { at } => when(*at),
        Cell::ByHand { at } => format!("{} marked by hand", when(*at)),
        Cell::Edited { at } => format!("{} EDITED since", when(*at)),
        Cell::Pending => "pending".to_owned(),
        Cell::RolledBack { .. } => "pending, rolled back before".to_owned(),
        Cell::Failed { at, .. } => format!("{} FAILED", when(*at)),
        Cell::Orphan { at } => format!("{} not in git", when(*at)),
        Cell::Squashed { at, .. } => format!("{} squashed", when(*at)),
        Cell::Unmarked => "there, not marked".to_owned(),
        Cell::Nothing => "-".to_owned(),
        Cell::Unknown => "?".to_owned(),
    }
}

impl Column {
    fn put(&self, text: &mut String) {
        let name = &self.name;
        let counted = match (self.state, self.pending) {
            ("unseen", _) => self.why.clone().unwrap_or_default(),
            (_, 0) if self.in_the_way.iter().any(|told| matches!(told.kind, "failed" | "running")) => {
                format!("{} applied, one begun and not ended", self.applied)
            }
            (_, 0) => format!("{} applied, nothing waits", self.applied),
            (_, pending) => format!("{} applied, {pending} pending", self.applied),
        };
        text.push_str(&format!("{name}: {counted}\n"));
        if self.state == "unseen" {
            text.push_str(&self.hint.as_ref().map_or_else(String::new, |hint| format!("  hint: {hint}\n")));
        }
        for told in self.in_the_way.iter().filter(|told| told.kind != "unseen") {
            text.push_str(&format!("  in the way: {}\n", told.sentence));
            told.next.iter().for_each(|next| text.push_str(&format!("    {next}\n")));
        }
        for told in &self.notes {
            text.push_str(&format!("  note: {}\n", told.sentence));
        }
        if self.ready {
            let command = match self.promote_from.is_some() || self.protected {
                true => format!("nexus-env migrate deploy -e {name}"),
                false => format!("nexus-env run -e {name} -- npx prisma migrate deploy"),
            };
            text.push_str(&format!("  ready: {command}\n"));
        }
    }
}
