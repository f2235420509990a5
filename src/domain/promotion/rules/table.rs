//! What `ALTER TABLE` does to a table that is there.

use super::{Harm, Judge};
use crate::domain::promotion::act::{Change, Checked, Constraint, Filled, Object};

/// Whether it keeps others from writing for longer than a moment's change of the catalogue, or until the end of the
/// transaction: every action does but validation (manual, 13.3.1).
pub(super) fn holds_a_lock(change: &Change) -> bool {
    !matches!(change, Change::Validate)
}

/// Whether it takes as long as the table is large.
pub(super) fn reads_every_row(change: &Change) -> bool {
    match change {
        Change::AddColumn(column) => column.filled == Filled::Rewriting || column.unique,
        Change::ChangeType(..) | Change::SetNotNull(_) | Change::Validate => true,
        Change::AddConstraint(constraint) => match constraint {
            Constraint::Check(checked) | Constraint::ForeignKey(checked) => *checked == Checked::Now,
            Constraint::Unique(_) | Constraint::Primary(_) | Constraint::Exclude => true,
            Constraint::FromIndex => false,
        },
        Change::DropColumn(_)
        | Change::DropNotNull(_)
        | Change::RenameColumn(_)
        | Change::RenameTable
        | Change::SetSchema
        | Change::Other => false,
    }
}

/// Whether the rows that are there can make it fail.
pub(super) fn can_fail(change: &Change) -> bool {
    match change {
        Change::AddColumn(column) => column.required && column.filled == Filled::Nothing || column.unique,
        other => reads_every_row(other),
    }
}

impl Judge<'_> {
    /// One action on a table that is there and may hold rows.
    pub(super) fn change(&mut self, table: &Object, change: &Change) {
        match change {
            Change::DropColumn(column) => {
                self.say(
                    "ban-drop-column",
                    Harm::Loses,
                    format!("drops {table}.{column} with all its values"),
                    "first deploy code that no longer uses it, drop it in a later migration after a backup",
                );
                if self.circumstances.models.uses_column(&table.name, column) {
                    self.still_used(&format!("the column {table}.{column}"));
                }
            }
            Change::AddColumn(column) => {
                let name = &column.name;
                if column.required && column.filled == Filled::Nothing {
                    self.say(
                        "adding-required-field",
                        Harm::Fails,
                        format!("{table}.{name} is NOT NULL without a default, which fails as soon as {table} has a row"),
                        "add it with a DEFAULT, or without NOT NULL, fill it, and require it in a later migration",
                    );
                }
                if column.filled == Filled::Rewriting {
                    self.say(
                        "adding-field-with-default",
                        Harm::Locks,
                        format!("each row of {table} gets a value of its own for {name}: the table is written anew, and nobody can use it"),
                        "add the column without it, set the default, and fill the rows in batches",
                    );
                }
                if column.unique {
                    self.unique(table);
                }
                if column.references {
                    self.foreign_key(table);
                }
            }
            Change::ChangeType(column, kind) => self.say(
                "changing-column-type",
                Harm::Locks,
                format!("{table}.{column} becomes {kind}: the table may be written anew while nobody can use it, and values may not fit"),
                "a new column, filled in batches, that the code reads before the old one is dropped",
            ),
            Change::SetNotNull(column) => self.say(
                "adding-not-nullable-field",
                Harm::Fails,
                format!("{table}.{column} becomes NOT NULL: it fails where a row has none, and every row is looked at while nobody can use the table"),
                format!("ADD CONSTRAINT … CHECK (\"{column}\" IS NOT NULL) NOT VALID; VALIDATE CONSTRAINT in a later migration, then SET NOT NULL"),
            ),
            Change::AddConstraint(Constraint::ForeignKey(Checked::Now)) => self.foreign_key(table),
            Change::AddConstraint(Constraint::Check(Checked::Now)) => self.say(
                "constraint-missing-not-valid",
                Harm::Locks,
                format!("every row of {table} is checked while nobody can use it, and one that does not fit makes it fail"),
                "ADD CONSTRAINT … NOT VALID; VALIDATE CONSTRAINT in a later migration",
            ),
            Change::AddConstraint(Constraint::Unique(_) | Constraint::Exclude) => self.unique(table),
            Change::AddConstraint(Constraint::Primary(_)) => self.say(
                "adding-serial-primary-key-field",
                Harm::Locks,
                format!("an index over {table} is built while nobody can use it, and two rows that hold the same make it fail"),
                "CREATE UNIQUE INDEX CONCURRENTLY in a migration of its own, then ADD CONSTRAINT … PRIMARY KEY USING INDEX",
            ),
            Change::RenameColumn(column) => self.say(
                "renaming-column",
                Harm::Breaks,
                format!("code that runs now asks for {table}.{column} until it is restarted with the new name"),
                "@map(\"…\") keeps the database's name; or a new column that both versions of the code fill",
            ),
            Change::RenameTable => self.say(
                "renaming-table",
                Harm::Breaks,
                format!("code that runs now asks for {table} until it is restarted with the new name"),
                "@@map(\"…\") keeps the database's name; or a view of the old name until all code is new",
            ),
            Change::DropNotNull(_)
            | Change::AddConstraint(
                Constraint::FromIndex | Constraint::ForeignKey(Checked::Later) | Constraint::Check(Checked::Later),
            )
            | Change::Validate
            | Change::SetSchema
            | Change::Other => {}
        }
    }

    fn unique(&mut self, table: &Object) {
        self.say(
            "disallowed-unique-constraint",
            Harm::Fails,
            format!("two rows of {table} that hold the same make it fail, and nobody can use the table while it looks"),
            "CREATE UNIQUE INDEX CONCURRENTLY in a migration of its own, then ADD CONSTRAINT … UNIQUE USING INDEX",
        );
    }

    fn foreign_key(&mut self, table: &Object) {
        self.say(
            "adding-foreign-key-constraint",
            Harm::Locks,
            format!("every row of {table} is looked up while nobody can write to either table, and one without a partner makes it fail"),
            "ADD CONSTRAINT … NOT VALID; VALIDATE CONSTRAINT in a later migration",
        );
    }
}
