use super::*;

const SCHEMA: &str = "model User {\n id Int @id\n mail String\n}\n";

#[track_caller]
fn check_in(version: &str, sql: &str, expected: &[&str]) {
    let models = Models::read(SCHEMA);
    let circumstances =
        Circumstances { dialect: Dialect::PostgreSql, version: Version::parse(version), models: &models };
    let found = judge(&Migration::new("x", sql), "m.sql", &circumstances);
    let found: Vec<String> = found.iter().map(|finding| format!("{}:{}", finding.line, finding.rule)).collect();
    assert_eq!(found, expected, "{sql}");
}

#[track_caller]
fn check(sql: &str, expected: &[&str]) {
    check_in("6.19.3", sql, expected);
}

#[test]
fn a_table_that_the_file_makes_holds_nothing_and_nobody_waits_for_it() {
    check(
        "CREATE TABLE a (id int);\nCREATE UNIQUE INDEX i ON a(id);\nALTER TABLE a ADD COLUMN b int NOT NULL;\n\
         ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES \"User\"(id);\nDELETE FROM a;\nDROP TABLE a;",
        &[],
    );
    check(
        "CREATE TABLE a ();\nSELECT 1;\nALTER TABLE b ADD COLUMN c text;\nALTER TABLE b ADD d int NOT NULL DEFAULT 1",
        &[],
    );
}

#[test]
fn what_loses_rows_is_named() {
    check("DROP TABLE old", &["1:ban-drop-table"]);
    check("\n\nDROP TABLE \"User\"", &["3:ban-drop-table", "3:drop-still-used"]);
    check("ALTER TABLE \"User\" DROP COLUMN mail", &["1:ban-drop-column", "1:drop-still-used"]);
    check("ALTER TABLE \"User\" DROP COLUMN old", &["1:ban-drop-column"]);
    check("DELETE FROM t", &["1:delete-without-where"]);
    check("DELETE FROM t WHERE a = 1", &[]);
    check("UPDATE t SET a = 1", &["1:update-without-where"]);
    check("TRUNCATE t", &["1:ban-truncate"]);
    check("DO $$ BEGIN EXECUTE 'DROP TABLE ' || 'x'; END $$", &["1:do-execute"]);
    check("DROP SCHEMA x CASCADE", &["1:ban-drop-schema"]);
    check("SELECT 'DROP TABLE x'; -- DROP TABLE y", &[]);
}

#[test]
fn what_may_fail_or_locks_is_named() {
    check("ALTER TABLE t ADD a text NOT NULL", &["1:adding-required-field"]);
    check("ALTER TABLE t ALTER a SET NOT NULL", &["1:adding-not-nullable-field"]);
    check("ALTER TABLE t ADD a uuid DEFAULT gen_random_uuid()", &["1:adding-field-with-default"]);
    check("ALTER TABLE t ADD UNIQUE (a)", &["1:disallowed-unique-constraint"]);
    check("ALTER TABLE t ALTER a TYPE bigint", &["1:changing-column-type"]);
    check("CREATE INDEX i ON t(a)", &["1:require-concurrent-index-creation"]);
    check("CREATE INDEX CONCURRENTLY i ON t(a)", &[]);
    check("CREATE INDEX CONCURRENTLY i ON t(a);\nSELECT 1;", &["1:ban-concurrent-index-creation-in-transaction"]);
    check("ALTER TABLE t RENAME a TO b", &["1:renaming-column"]);
    check("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u(id)", &["1:adding-foreign-key-constraint"]);
    check("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u(id) NOT VALID", &[]);
}

#[test]
fn a_lock_that_a_long_statement_prolongs_is_named() {
    let sql = "ALTER TABLE t ADD a int;\nUPDATE u SET b = 1 WHERE c = 2;";
    check(sql, &["2:lock-with-long-statement"]);
    check_in("7.10.1", sql, &["2:not-atomic"]);
    check_in("7.10.1", &format!("BEGIN;{sql}COMMIT;"), &["2:lock-with-long-statement"]);
    check_in("7.10.1", "CREATE TABLE a ();\nCREATE INDEX i ON a(b);\nALTER TABLE t ADD b int;", &[]);
}

#[test]
fn a_new_value_of_an_enumeration_waits_for_the_commit() {
    let sql = "ALTER TYPE r ADD VALUE 'X';\nINSERT INTO t VALUES ('X');";
    check(sql, &["2:enum-value-used-at-once"]);
    check_in("7.10.1", sql, &[]);
}

#[test]
fn a_comment_with_a_reason_allows_one_rule_for_one_statement() {
    check(
        "-- nexus-env: allow ban-drop-table, copied to the archive\nDROP TABLE a;\nDROP TABLE b;",
        &["3:ban-drop-table"],
    );
    check("-- nexus-env: allow ban-drop-table\nDROP TABLE a;", &["2:ban-drop-table"]);
    check("-- nexus-env: allow ban-drop-tabel, x\nDROP TABLE a;", &["2:ban-drop-table", "2:unknown-rule"]);
    check_in(
        "7.10.1",
        "-- nexus-env: allow not-atomic, the second can be repeated\nALTER TABLE t ADD a int;\nUPDATE t SET a = 1 WHERE b = 2",
        &[],
    );
}

#[test]
fn of_another_dialect_only_what_loses_rows_is_judged() {
    let models = Models::default();
    let circumstances = Circumstances { dialect: Dialect::Other, version: None, models: &models };
    let found =
        judge(&Migration::new("x", "DROP TABLE `a`; CREATE INDEX i ON b(c); DELETE FROM b"), "m.sql", &circumstances);
    let found: Vec<&str> = found.iter().map(|finding| finding.rule).collect();
    assert_eq!(found, ["ban-drop-table", "delete-without-where"]);
}
