//! Texts of SQL that lose data, that do not, and that cannot be known.

use super::*;
use proptest::prelude::*;

#[track_caller]
fn check(text: &str, danger: Danger) {
    assert_eq!(read(text).danger, danger, "{text}");
}

#[test]
fn what_a_query_calls_may_lose_data() {
    for text in [
        "select cron.schedule('x', '* * * * *', $$truncate events$$)",
        "select dblink_exec('c', 'drop table x')",
        "select drop_chunks('metrics', interval '1 day')",
        "create event e on schedule every 1 day do truncate x",
        ".headers on\nDELETE FROM posts;",
        ".restore old.db",
    ] {
        assert_eq!(read(text).danger, Danger::Destructive, "{text}");
    }
    for text in [
        "select cron.schedule('x', '* * * * *', $$vacuum$$)",
        "select schedule from events where name = 'drop table'",
        "select dblink('c', 'select 1')",
        ".mode csv\nselect 1;",
        "create event e on schedule every 1 day do call f()",
    ] {
        assert_eq!(read(text).danger, Danger::None, "{text}");
    }
}

#[test]
fn what_queries_answer_is_read_where_it_is_sent() {
    check("select format('drop table %I', tablename) from pg_tables \\gexec", Danger::Destructive);
    check("select 'truncate ' || tablename from pg_tables\n\\gexec\n", Danger::Destructive);
    check("select format('analyze %I', tablename) from pg_tables \\gexec", Danger::Unknown);
    check("select 'drop table x'", Danger::None);
    assert_eq!(answered("select 'drop table ' || name || ';' from t").as_deref(), Some("drop table x;"));
    assert_eq!(answered("select concat(\"drop table \", name) from t").as_deref(), Some("drop table "));
    assert_eq!(answered("select name from t where kind = 'r'"), None);
    assert_eq!(answered("drop table x"), None);
}

#[test]
fn names_what_loses_data() {
    for text in [
        "DROP TABLE x",
        "drop schema public cascade; create schema public",
        "select 1; truncate users",
        "/* hello */ DROP DATABASE x",
        "-- hello\nDROP DATABASE x;",
        "DELETE FROM users",
        "delete from users;",
        "DELETE FROM users WHERE true",
        "DELETE FROM users WHERE 1=1",
        "DELETE FROM users USING (SELECT 1 WHERE 1 = 2) x",
        "update users set a = 1",
        "UPDATE users SET a = (SELECT 1 WHERE 2 = 3)",
        "ALTER TABLE users DROP COLUMN email",
        "alter table users drop email",
        "WITH d AS (DELETE FROM users RETURNING *) INSERT INTO old SELECT * FROM d",
        "WITH x AS (SELECT 1) DELETE FROM users",
        "EXPLAIN ANALYZE DELETE FROM users",
        "DO $$ BEGIN EXECUTE 'DROP TABLE ' || x; END $$",
        "DO $do$ DECLARE r record; BEGIN FOR r IN SELECT 1 LOOP DELETE FROM users; END LOOP; END $do$",
        "select 'it''s'; drop table x",
        "select E'it\\'s'; drop table x",
        "select 'open; drop table x",
        "BEGIN; DELETE FROM users; ROLLBACK",
        "SELECT 1\nGO\nDROP TABLE x\nGO",
        "/*!40000 DROP TABLE x */",
        "(DELETE FROM users)",
    ] {
        check(text, Danger::Destructive);
    }
}

#[test]
fn leaves_alone_what_does_not() {
    for text in [
        "",
        "select 1",
        "SELECT 'drop table x'",
        "-- drop table x",
        "/* drop /* nested */ table */ select 1",
        "/* /* nested */ drop table x; */ select 1",
        "DELETE FROM users WHERE id = 7",
        "UPDATE users SET a = 1 WHERE id = 7",
        "INSERT INTO x VALUES ('truncate')",
        "INSERT INTO x SELECT 1 ON CONFLICT DO UPDATE SET a = 1",
        "SELECT * FROM x FOR UPDATE",
        "WITH a AS (SELECT 1) SELECT * FROM a FOR UPDATE",
        "CREATE FUNCTION f() RETURNS void AS $$ DELETE FROM users $$ LANGUAGE sql",
        "CREATE TRIGGER t BEFORE UPDATE ON x EXECUTE FUNCTION f()",
        "ALTER TABLE x ALTER COLUMN y DROP NOT NULL",
        "ALTER TABLE x DROP CONSTRAINT y",
        "ALTER TABLE x ADD COLUMN \"drop\" int",
        "EXPLAIN DELETE FROM users",
        "\\d users",
        "\\dt",
        "COPY x (a) FROM stdin;\nDROP TABLE x;\n'\n\\.\nSELECT 1;",
        "GRANT UPDATE, DELETE ON x TO y",
        "select count(*) from deleted_users",
    ] {
        check(text, Danger::None);
    }
}

#[test]
fn what_is_put_together_elsewhere_is_unknown() {
    check("$SQL", Danger::Unknown);
    check("$(cat x.sql)", Danger::Unknown);
    check(":statement;", Danger::Unknown);
    check("SELECT statement FROM y \\gexec", Danger::Unknown);
    assert_eq!(read("\\i more.sql\nselect 1").files, ["more.sql"]);
}

proptest! {
    #[test]
    fn reading_never_panics(text in "\\PC{0,80}") {
        let _ = read(&text);
    }

    #[test]
    fn reading_what_looks_like_sql_never_panics(text in "((DROP|DELETE FROM|UPDATE|SET|WHERE|true|x|1|=|'|\"|`|\\$|\\$\\$|\\$a\\$|/\\*|\\*/|--|;|\\(|\\)|E'|\\\\|\n|é|#|COPY x FROM stdin) ?){0,30}") {
        let _ = read(&text);
    }
}
