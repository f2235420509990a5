use super::*;
use crate::domain::promotion::statement::statements;

#[track_caller]
fn check(sql: &str, expected: &str) {
    let found: Vec<String> = statements(sql).iter().map(|one| told(&read(one))).collect();
    assert_eq!(found.join("; "), expected, "{sql}");
}

fn told(act: &Act) -> String {
    let list = |objects: &[Object]| objects.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    match act {
        Act::CreateTable(table) => format!("create {table}"),
        Act::DropTable(tables) => format!("drop {}", list(tables)),
        Act::AlterTable(table, changes) => {
            format!("alter {table}: {}", changes.iter().map(change).collect::<Vec<_>>().join(", "))
        }
        Act::CreateIndex(index) => format!(
            "index {:?} {:?} {}({}){}",
            index.lock,
            index.unique,
            index.table,
            index.columns.join(","),
            if index.only { " where" } else { "" }
        ),
        Act::Truncate(tables) => format!("truncate {}", list(tables)),
        Act::Delete(table, condition) => format!("delete {table} {condition:?}"),
        Act::Update(table, condition) => format!("update {table} {condition:?}"),
        other => format!("{other:?}"),
    }
}

fn change(change: &Change) -> String {
    match change {
        Change::AddColumn(column) => format!(
            "add {} {}{} {:?}",
            column.name,
            column.kind,
            if column.required { " required" } else { "" },
            column.filled
        ),
        other => format!("{other:?}"),
    }
}

#[test]
fn reads_what_prisma_writes() {
    check("CREATE TABLE \"Invoice\" (\n \"id\" SERIAL NOT NULL, CONSTRAINT x PRIMARY KEY (\"id\"))", "create Invoice");
    check("DROP TABLE \"a\", public.\"B\" CASCADE", "drop a,public.B");
    check("CREATE UNIQUE INDEX \"I_k\" ON \"Invoice\"(\"number\")", "index Held Yes Invoice(number)");
    check(
        "ALTER TABLE \"T\" ADD COLUMN     \"a\" TEXT NOT NULL,\nADD COLUMN \"b\" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP, DROP COLUMN \"c\"",
        "alter T: add a text required Nothing, add b timestamp(3) required Constant, DropColumn(\"c\")",
    );
    check(
        "ALTER TABLE \"T\" ADD CONSTRAINT \"f\" FOREIGN KEY (\"a\") REFERENCES \"U\"(\"id\") ON DELETE SET NULL ON UPDATE CASCADE",
        "alter T: AddConstraint(ForeignKey(Now))",
    );
    check(
        "ALTER TABLE \"T\" ALTER COLUMN \"r\" TYPE \"Role_new\" USING (\"r\"::text::\"Role_new\")",
        "alter T: ChangeType(\"r\", \"Role_new\")",
    );
    check("ALTER TYPE \"Role\" ADD VALUE 'ADMIN'", "AddValue(Object { schema: None, name: \"Role\" }, \"ADMIN\")");
    check("BEGIN; COMMIT;", "Begin; End");
}

#[test]
fn reads_the_actions_of_a_table() {
    check("ALTER TABLE ONLY s.t ALTER a SET NOT NULL", "alter s.t: SetNotNull(\"a\")");
    check("ALTER TABLE t ALTER COLUMN a DROP NOT NULL", "alter t: DropNotNull(\"a\")");
    check("ALTER TABLE t ALTER COLUMN a SET DEFAULT 1, DROP CONSTRAINT x", "alter t: Other, Other");
    check("ALTER TABLE t DROP a", "alter t: DropColumn(\"a\")");
    check("ALTER TABLE t RENAME TO u", "alter t: RenameTable");
    check("ALTER TABLE t RENAME a TO b", "alter t: RenameColumn(\"a\")");
    check("ALTER TABLE t ADD UNIQUE (a, b)", "alter t: AddConstraint(Unique([\"a\", \"b\"]))");
    check("ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX i", "alter t: AddConstraint(FromIndex)");
    check("ALTER TABLE t ADD CHECK (a > 0) NOT VALID", "alter t: AddConstraint(Check(Later))");
    check("ALTER TABLE t VALIDATE CONSTRAINT c", "alter t: Validate");
    check("ALTER TABLE t ADD a uuid DEFAULT gen_random_uuid()", "alter t: add a uuid Rewriting");
    check("ALTER TABLE t ADD a text DEFAULT 'x'::varchar(3) NOT NULL", "alter t: add a text required Constant");
    check("ALTER TABLE t ADD a int GENERATED ALWAYS AS (b + 1) STORED", "alter t: add a int Rewriting");
    check("ALTER TABLE t ADD a numeric(10, 2)", "alter t: add a numeric(10,2) Nothing");
}

#[test]
fn reads_what_changes_rows() {
    check("DELETE FROM t", "delete t None");
    check("DELETE FROM t WHERE id = 1", "delete t Given");
    check("DELETE FROM t WHERE 1 = 1", "delete t None");
    check("UPDATE t SET a = (SELECT 1 WHERE true)", "update t None");
    check("UPDATE t SET a = 1 WHERE b IS NULL", "update t Given");
    check("WITH x AS (SELECT 1) DELETE FROM t", "delete t None");
    check("WITH d AS (DELETE FROM t RETURNING *) INSERT INTO u SELECT * FROM d", "delete t None");
    check("INSERT INTO t SELECT * FROM u", "Copy(Object { schema: None, name: \"t\" })");
    check("INSERT INTO t VALUES (1) ON CONFLICT DO UPDATE SET a = 1", "Other");
    check("GRANT UPDATE, DELETE ON t TO u", "Other");
    check("CREATE TRIGGER x BEFORE UPDATE ON t EXECUTE FUNCTION f()", "Other");
    check("TRUNCATE t, u CASCADE", "truncate t,u");
    check("DO $$ BEGIN EXECUTE 'DROP TABLE x'; END $$", "Do(Yes)");
    check("DO $$ BEGIN PERFORM 1; END $$", "Do(No)");
    check("DROP SCHEMA public CASCADE", "DropMuch(\"schema\", \"public\")");
}

#[test]
fn reads_indexes() {
    check("CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t USING gin (a)", "index Concurrently No t(a)");
    check("CREATE INDEX ON t (lower(a))", "index Held No t()");
    check("CREATE UNIQUE INDEX i ON t (a DESC, b) WHERE deleted IS NULL", "index Held Yes t(a,b) where");
    check("DROP INDEX CONCURRENTLY i", "DropIndex(Concurrently)");
}
