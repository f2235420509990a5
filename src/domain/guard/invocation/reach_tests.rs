//! Where a client or a tool other than Prisma goes: by its words, its files and the variables of its surroundings.

use super::super::tests::{DEV, check_with, found};
use super::*;
use crate::domain::guard::verdict::Effect;

/// Where psql goes, as `host:port/database` of each reading.
#[track_caller]
fn psql(shell: &[(&str, &str)], line: &str, expected: &[&str]) {
    let line = format!("{line} -c 'DROP TABLE x'");
    let invocations = found(&[], shell, &line);
    let place = |url: &DatabaseUrl| {
        let places: Vec<String> = url.places().iter().map(|place| format!("{}:{}", place.host, place.port)).collect();
        format!("{}/{}", places.join(","), url.database().unwrap_or(""))
    };
    let each = invocations.iter().flat_map(|one| &one.uses).flat_map(|one| match &one.value {
        UrlValue::Url(url) => url.readings().iter().map(place).collect(),
        UrlValue::Unknown(why) => vec![why.clone()],
        UrlValue::NotAUrl | UrlValue::Absent | UrlValue::Stored(_) => vec!["nothing".to_owned()],
    });
    assert_eq!(each.collect::<Vec<_>>(), expected, "{line}");
}

#[test]
fn psql_goes_where_libpq_goes() {
    let scheme = "libpq takes a text of another scheme for a database's name";
    psql(&[], "psql 'postgresql://u@h:1/d?port=2'", &["h:2/d"]);
    psql(&[], "psql 'host=h port=1 port=2 dbname=d'", &["h:2/d"]);
    psql(&[], "psql 'host = h dbname='\\''d e'\\'", &["h:5432/d e"]);
    psql(&[], "psql postgresql+psycopg2://u@h:1/d", &[scheme]);
    psql(&[], "psql POSTGRESQL://u@h:1/d", &[scheme]);
    psql(&[], "psql -h f -p 7 postgresql:///d", &["f:7/d"]);
    psql(&[], "psql -h f -p 7 postgresql://h/d", &["h:7/d"]);
    psql(&[], "psql -h f -p 7 dbname=d", &["f:7/d"]);
    psql(&[], "psql -h f,g -p 7 d", &["f:7,g:7/d"]);
    let address = [("PGHOSTADDR", "10.0.0.1"), ("PGPORT", "7"), ("PGHOST", "p")];
    psql(&address, "psql postgresql://u@h:1/d", &["10.0.0.1:1/d", "h:1/d"]);
    psql(&address, "psql -h h d", &["10.0.0.1:7/d", "h:7/d"]);
    psql(&address, "psql 'host=h dbname=d'", &["10.0.0.1:7/d", "h:7/d"]);
    psql(&address, "PGHOSTADDR= psql postgresql://u@/d", &["p:7/d"]);
    psql(&[("PGSERVICE", "prod")], "psql postgresql://u@h/d", &["the service file says what prod is"]);
    psql(&[], "psql 'postgresql://h/d?service=prod'", &["the service file says what it is"]);
    psql(
        &[("PGHOSTADDR", "10.0.0.1"), ("DATABASE_URL", "postgres://h:1/d")],
        "npx drizzle-kit push; psql $DATABASE_URL",
        &["10.0.0.1:1/d", "h:1/d", "10.0.0.1:1/d", "h:1/d"],
    );
}

#[test]
fn what_a_script_connects_to_is_where_the_rest_runs() {
    let one = |script: &str, expected: &[&str]| {
        let files = [("a.sql", script), ("inc.sql", "\\c postgresql://inc/d\n"), ("drop.sql", "drop table x;")];
        let line = "psql postgresql://u@h:1/d -f a.sql";
        let uses = found(&files, &[("PGHOST", "p")], line).remove(0);
        let there = |one: &Use| match &one.value {
            UrlValue::Url(url) => url.expose().to_owned(),
            UrlValue::Unknown(why) => why.clone(),
            UrlValue::NotAUrl | UrlValue::Absent | UrlValue::Stored(_) => "nothing".to_owned(),
        };
        let told = std::iter::once(format!("{:?}", uses.effect)).chain(uses.uses.iter().map(there));
        assert_eq!(told.collect::<Vec<_>>(), expected, "{script}");
    };
    let drop = "drop table x;\n";
    one(drop, &["Destructive", "postgresql://u@h:1/d"]);
    one(&format!("{drop}\\c e\nselect 1;"), &["Destructive", "postgresql://u@h:1/d"]);
    one(&format!("\\c e\n{drop}"), &["Destructive", "postgresql://u@h:1/e"]);
    one(&format!("\\c - - i 2\n{drop}"), &["Destructive", "postgresql://u@i:2/d"]);
    one(&format!("\\c e v i 2\n{drop}"), &["Destructive", "postgresql://v@i:2/e"]);
    one(&format!("\\connect 'postgresql://i/e'\n{drop}"), &["Destructive", "postgresql://i/e"]);
    one(&format!("\\c \"host=i dbname=e\"\n{drop}"), &["Destructive", "host=i dbname=e"]);
    one(&format!("\\c -reuse-previous=on postgresql:///e\n{drop}"), &["Destructive", "postgresql:///e"]);
    one(&format!("\\c -reuse-previous=off e\n{drop}"), &["Destructive", "postgresql://p:5432/e"]);
    one(&format!("select 1; \\c e \\c - - i\n{drop}"), &["Destructive", "postgresql://u@i:1/e"]);
    one(&format!("{drop}\\c e\n{drop}"), &["Destructive", "postgresql://u@h:1/d", "postgresql://u@h:1/e"]);
    one(&format!("\\i inc.sql\n{drop}"), &["Destructive", "postgresql://inc/d"]);
    one("\\c e\n\\i drop.sql", &["Destructive", "postgresql://u@h:1/e"]);
    one(&format!("\\set d e\n\\c :d\n{drop}"), &["Destructive", "its words cannot be known before it runs"]);
    one("\\c e\nselect 1;", &["Safe", "postgresql://u@h:1/d"]);
    let line = "psql postgresql://u@h:1/d -c '\\c postgresql://i/e' -c 'drop table x'";
    check_with(&[], &[], line, &["psql: \\connect postgresql://i/e (on the line)"]);
    let line = "psql postgresql://u@h:1/d <<'X'\n\\c postgresql://i/e\ndrop table x;\nX";
    check_with(&[], &[], line, &["psql: \\connect postgresql://i/e (on the line)"]);
    let from = "psql \"$(cat x)\" -c '\\c postgresql://i/e' -c 'drop table x'";
    check_with(&[], &[], from, &["psql: \\connect postgresql://i/e (on the line)"]);
    let before = "where it was connected before is not known";
    for to in ["e", "-reuse-previous=on postgresql://i/e"] {
        let line = format!("psql \"$(cat x)\" -c '\\c {to}' -c 'drop table x'");
        check_with(&[], &[], &line, &[&format!("psql: \\connect unknown: {before} (on the line)")]);
    }
    let unknown = "database unknown: its own text connects it to another server (on the line)";
    check_with(&[], &[], "sqlite3 dev.db '.open prod.db' 'drop table x'", &[&format!("sqlite3: {unknown}")]);
}

#[test]
fn each_tool_finds_its_database_in_its_own_way() {
    let drop = "-c 'DROP TABLE x'";
    let one =
        |line: &str, expected: &str| check_with(&[], &[("PGHOST", "pg"), ("DATABASE_URL", DEV)], line, &[expected]);
    one(&format!("psql {drop}"), "psql: database postgresql://pg:5432/ (set in this shell)");
    one(
        &format!("psql -h 127.0.0.1 -p 5433 -U me nexus_db {drop}"),
        "psql: database postgresql://me@127.0.0.1:5433/nexus_db (on the line)",
    );
    one(
        &format!("psql -qAth h -p5433 -d nexus_db {drop}"),
        "psql: database postgresql://h:5433/nexus_db (on the line)",
    );
    one(&format!("psql postgres://a/b {drop}"), "psql: URL postgres://a/b (on the line)");
    one(&format!("psql $DATABASE_URL {drop}"), "psql: URL postgres://u:dev@dev/x (on the line)");
    one(
        &format!("psql 'host=h port=6 dbname=d user=u' {drop}"),
        "psql: database host=h port=6 dbname=d user=u (on the line)",
    );
    one(
        &format!("psql -h /run/pg {drop}"),
        "psql: database postgresql://localhost:5432/?host=%2Frun%2Fpg (on the line)",
    );
    one(&format!("PGHOST=h PGDATABASE=d psql {drop}"), "psql: database postgresql://h:5432/d (on the line)");
    one(
        &format!("psql $UNKNOWN_URL {drop}"),
        "psql: URL unknown: its words cannot be known before it runs (on the line)",
    );
    one(&format!("psql service=prod {drop}"), "psql: database unknown: the service file says what it is (on the line)");
    one("dropdb -h h nexus_db", "dropdb: database postgresql://h:5432/nexus_db (on the line)");
    one(
        &format!("docker run flyway/flyway psql -h localhost {drop}"),
        "psql: database unknown: docker gives its own environment (on the line)",
    );
    one(
        &format!("docker compose exec db psql -h localhost {drop}"),
        "psql: database unknown: docker-compose gives its own environment (on the line)",
    );
    one(
        "docker exec db psql postgres://u@localhost/x -c 'drop table y'",
        "psql: URL unknown: docker reaches its own network (on the line)",
    );
    one("mysql -h h -P 3307 shop -e 'drop table x'", "mysql: database mysql://h:3307/shop (on the line)");
    one("sqlite3 dev.db 'drop table x'", "sqlite3: file file:/repo/dev.db (on the line)");
    one(
        "sqlx database drop --database-url postgres://a/b",
        "sqlx database drop: --database-url postgres://a/b (on the line)",
    );
    one("goose postgres postgres://a/b down", "goose down: URL postgres://a/b (on the line)");
    one("goose postgres 'user=u host=a dbname=b' down", "goose down: URL user=u host=a dbname=b (on the line)");
    one("alembic downgrade -1", "alembic downgrade: DATABASE_URL postgres://u:dev@dev/x (set in this shell)");
    one(
        "supabase db reset",
        "supabase db reset: database postgresql://postgres@127.0.0.1:54322/postgres (on the line)",
    );
    one(
        "supabase db reset --linked",
        "supabase db reset: database unknown: the linked project is a hosted one (on the line)",
    );
    one("heroku pg:reset", "heroku pg:reset: service unknown: it is heroku's (on the line)");
    check_with(
        &[
            (
                "drizzle.config.ts",
                "import 'dotenv/config'\nexport default { dbCredentials: { url: process.env.PG_URL! } }",
            ),
            (".env", "PG_URL=postgres://h/d"),
        ],
        &[("DATABASE_URL", DEV)],
        "npx drizzle-kit push",
        &["drizzle-kit push: PG_URL postgres://h/d (from .env)"],
    );
    check_with(
        &[("alembic.ini", "[alembic]\nsqlalchemy.url = postgresql://h/d\n")],
        &[],
        "alembic downgrade base",
        &["alembic downgrade: url postgresql://h/d (written in alembic.ini)"],
    );
    check_with(
        &[],
        &[],
        "rails db:drop",
        &["rails db:drop: database unknown: a file of its own names it (on the line)"],
    );
}

#[test]
fn clients_of_mysql_and_mongo_go_where_their_own_words_say() {
    let shell = [("MYSQL_HOST", "m"), ("MONGO_HOST", "g")];
    let there = |line: &str| {
        let all = found(&[], &shell, line);
        let told = |one: &Use| match &one.value {
            UrlValue::Url(url) => url.expose().to_owned(),
            UrlValue::Unknown(why) => why.clone(),
            UrlValue::NotAUrl | UrlValue::Absent | UrlValue::Stored(_) => "nothing".to_owned(),
        };
        all.iter()
            .filter(|one| one.effect != Effect::Safe)
            .flat_map(|one| &one.uses)
            .map(told)
            .collect::<Vec<_>>()
            .join(" ")
    };
    for (line, expected) in [
        ("mysql -h h -P 7 -u u d -e 'drop table x'", "mysql://u@h:7/d"),
        ("mysql --host=h --port=7 -D d -e 'drop table x'", "mysql://h:7/d"),
        ("mysql d -e 'drop table x'", "mysql://m:3306/d"),
        ("mysql $D -e 'drop table x'", "its words cannot be known before it runs"),
        ("mysql -h $(x) d -e 'drop table x'", "its words cannot be known before it runs"),
        ("mysql -e 'drop table x'", "mysql://m:3306/"),
        ("mongosh --host h --port 7 d --eval 'db.dropDatabase()'", "mongodb://h:7/d"),
        ("mongosh mongodb://h:7/d --eval 'db.dropDatabase()'", "mongodb://h:7/d"),
        ("mongosh $(x) --eval 'db.dropDatabase()'", "its words cannot be known before it runs"),
        ("mongosh d --eval 'db.dropDatabase()'", "mongodb://g:27017/d"),
        ("mongorestore --uri mongodb://h:7/d --drop", "mongodb://h:7/d"),
        ("mongorestore -h h -d $D --drop", "its words cannot be known before it runs"),
        ("mongorestore -d d --drop", "mongodb://g:27017/d"),
    ] {
        assert_eq!(there(line), expected, "{line}");
    }
}

#[test]
fn a_url_in_a_container_leads_here_only_by_a_name_that_leads_out_of_it() {
    let own = "docker reaches its own network";
    for (host, expected) in [
        ("localhost", own),
        ("db", own),
        ("127.0.0.1", own),
        ("0.0.0.0", own),
        ("[::1]", own),
        ("db.example.com", "postgres://db.example.com/x"),
        ("10.7.0.5", "postgres://10.7.0.5/x"),
        ("db,db.example.com", "postgres://db,db.example.com/x"),
    ] {
        let line = format!("docker run -e DATABASE_URL=postgres://{host}/x node:22 npx prisma db push");
        let all = found(&[], &[], &line);
        let value = all.iter().flat_map(|one| &one.uses).map(|one| &one.value).next();
        let told = match value {
            Some(UrlValue::Url(url)) => url.expose(),
            Some(UrlValue::Unknown(why)) => why,
            other => panic!("{line}: {other:?}"),
        };
        assert_eq!(told, expected, "{line}");
    }
}
