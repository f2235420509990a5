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

#[test]
fn what_is_no_sql_is_said_and_the_rest_is_judged() {
    check("DROP TABLE a;\nCREATE TABEL b ();", &["1:ban-drop-table", "2:syntax-error"]);
    check("-- nexus-env: allow syntax-error, PostgreSQL 19 takes it\nFOO BAR;\nDROP TABLE a;", &["3:ban-drop-table"]);
    check("ALTER TABLE t ADD COLUMN a text NOT NULL DEFAULT 'x', ADD b text[], ADD c numeric(10, 2)[];", &[]);
}

/// What squawk's own rules of these names find in 2.68 (its linter's tests), told by the same names here; what it finds
/// beyond, on tables that the file makes or on what Prisma writes in every migration, is left out on purpose.
#[test]
fn squawks_rules_are_meant_as_squawk_means_them() {
    check("ALTER TABLE t ADD COLUMN a int DEFAULT 1", &[]);
    check("ALTER TABLE t ADD COLUMN a timestamptz DEFAULT now()", &[]);
    check("ALTER TABLE t ADD COLUMN a timestamptz DEFAULT clock_timestamp()", &["1:adding-field-with-default"]);
    check("ALTER TABLE t ADD COLUMN a int GENERATED ALWAYS AS (b * 2) STORED", &["1:adding-field-with-default"]);
    check("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)", &["1:constraint-missing-not-valid"]);
    check("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID", &[]);
    check("ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i", &[]);
    check(
        "ALTER TABLE t ADD COLUMN id bigserial PRIMARY KEY",
        &["1:adding-field-with-default", "1:disallowed-unique-constraint"],
    );
    check("ALTER TABLE t ADD PRIMARY KEY (id)", &["1:adding-serial-primary-key-field"]);
    check("DROP INDEX i", &["1:require-concurrent-index-deletion"]);
    check("DROP INDEX CONCURRENTLY i", &[]);
    check("ALTER TABLE t RENAME TO u", &["1:renaming-table"]);
    check("DROP DATABASE d", &["1:ban-drop-database"]);
    check("TRUNCATE t, u", &["1:ban-truncate", "1:ban-truncate"]);
    check("EXPLAIN DELETE FROM t", &[]);
    check("EXPLAIN ANALYZE DELETE FROM t", &["1:delete-without-where"]);
    check("DELETE FROM t WHERE (true)", &["1:delete-without-where"]);
    check("DELETE FROM t WHERE CURRENT OF c", &[]);
    check("CREATE FUNCTION f() RETURNS void BEGIN ATOMIC DELETE FROM t; END", &[]);
    check("ROLLBACK TO SAVEPOINT a; ALTER TABLE t ADD UNIQUE (a)", &["1:disallowed-unique-constraint"]);
}

const WORDS: &str = "ALTER TABLE ADD DROP COLUMN CONSTRAINT CREATE UNIQUE INDEX CONCURRENTLY ON DELETE FROM UPDATE SET WHERE \
    INSERT INTO SELECT VALUES WITH AS TRUNCATE DO BEGIN ATOMIC END CASE WHEN TYPE VALUE DEFAULT NOT NULL CHECK PRIMARY KEY \
    REFERENCES RENAME TO EXPLAIN ANALYZE LOCK VACUUM FULL FUNCTION GENERATED USING ONLY IF EXISTS CAST INTERVAL JOIN MERGE GRANT \
    COPY TRIGGER POLICY VIEW SCHEMA OWNED BY ( ) [ ] , ; . = :: ' \" $$ $a$ E' U&\" B' -- /* */ ` 1 1.e 0x $1 : t \"T\" é \\ \0 \u{feff}";

proptest::proptest! {
    #[test]
    fn no_text_makes_the_checker_panic(
        words in proptest::collection::vec(proptest::sample::select(WORDS.split(' ').collect::<Vec<_>>()), 0..40),
        between in "[ \n]?",
        odd in "\\PC{0,30}",
    ) {
        let text = words.join(&between) + &odd;
        let models = Models::read(SCHEMA);
        for version in ["6.19.3", "7.10.1"] {
            let version = Version::parse(version);
            let circumstances = Circumstances { dialect: Dialect::PostgreSql, version, models: &models };
            let _ = marks(&Migration::new("x", text.clone()), "m.sql", &circumstances);
        }
    }
}
