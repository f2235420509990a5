use super::*;

#[track_caller]
fn check(name: &str, value: impl AsRef<[u8]>, keeping: Keeping, expected: Option<&str>) {
    let name = VariableName::new(name).unwrap();
    let environment = EnvironmentName::new("dev").unwrap();
    let role = Role::of(&name, &[VariableName::new("DATABASE_URL").unwrap()]);
    let fault = Offer { name: &name, environment: &environment, role, keeping }.fault(value.as_ref());
    let told = fault.as_ref().map(|wrong| wrong.what);
    assert_eq!(told, expected, "{name} {}", value.as_ref().escape_ascii());
}

#[track_caller]
fn hints(value: &str, expected: &str) {
    let name = VariableName::new("DATABASE_URL").unwrap();
    assert_eq!(how_to_mend(&name, value), expected, "{value}");
}

const IN_CLEAR: Option<&str> = Some("would put a password into git");
const NONE: Option<&str> = Some("is no database URL");

#[test]
fn a_database_variable_takes_a_url_or_nothing() {
    for url in [
        "",
        "postgresql://u:p@h/db",
        "postgres://h/db?a=b",
        "mysql://u:p@h:3306/db",
        "file:./dev.db",
        "sqlserver://h:1433;database=d;user=u;password=p",
        "mongodb+srv://u:p@h/db",
        "prisma+postgres://accelerate.prisma-data.net/?api_key=k",
        "postgresql+psycopg2://u:p@h/db",
        "libsql://db-me.turso.io?authToken=t",
        "clickhouse://u:p@h:8123/db",
        "jdbc:oracle:thin://h:1521/db",
        "host=h dbname=db user=u password=p",
    ] {
        check("DATABASE_URL", url, Keeping::Encrypted, None);
    }
    for text in [
        "not a url", " ", "hunter2", "postgresql:/h/db", "postgresql//u:p@h/db", "://", "postgresql://u:p/w@h/db",
        "postgress://u:p@h/db", "postgresql://u:p@h/db\r", " postgresql://u:p@h/db", "\"postgresql://u:p@h/db\"",
        "DATABASE_URL=postgresql://u:p@h/db", "https://example.org", "libsql://a b", "1x://h",
    ] {
        check("DATABASE_URL", text, Keeping::Encrypted, NONE);
        check("OTHER", text, Keeping::Encrypted, None);
    }
    check("DATABASE_URL", b"\xff\xfe://h", Keeping::Encrypted, NONE);
    check("OTHER", b"\xff\xfe", Keeping::Encrypted, None);
    check("OTHER", b"a\0b", Keeping::Encrypted, Some("holds a NUL byte, which no variable can"));
}

#[test]
fn a_reference_is_judged_when_it_was_replaced() {
    check("DATABASE_URL", "${OTHER_URL}", Keeping::Clear, None);
    check("DATABASE_URL", "postgresql://app:${DB_PASSWORD}@h/db", Keeping::Clear, None);
    check("DATABASE_URL", "postgresql://app@h/db?password=${DB_PASSWORD}", Keeping::Clear, None);
    check("DATABASE_URL", "${OTHER_URL}", Keeping::Encrypted, NONE);
}

#[test]
fn a_password_never_stands_in_clear() {
    for value in [
        "postgresql://u:p@h/db",
        "postgresql://u:p/w@h/db",
        "postgresql://u@h/db?password=p",
        "postgresql://u@h/db?pass%77ord=p",
        "postgresql://u@h/db?sslmode=require&sslpassword=p",
        "postgresql://u:x${PART}@h/db",
        "postgresql://u:${PART}x@h/db",
        "jdbc:postgresql://h/db?user=u&password=p",
        "sqlserver://h:1433;database=d;user=u;password=p",
        "Server=h;Database=d;User Id=u;Password=p",
        "host=h dbname=db password=p",
        "mongodb+srv://u:p@h/db",
        "redis://:p@h:6379/0",
        "amqp://u:p@h",
        "https://u:token@github.com/a/b",
        "psql 'postgresql://u:p@h/db'",
        "prisma://accelerate.prisma-data.net/?api_key=k",
        "libsql://h?authToken=t",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nx",
        "AGE-SECRET-KEY-1QQQ",
    ] {
        check("ANY_NAME", value, Keeping::Clear, IN_CLEAR);
        check("ANY_NAME", value, Keeping::Encrypted, None);
    }
    check("PGPASSWORD", "p", Keeping::Clear, IN_CLEAR);
    for value in [
        "",
        "https://api.example.test",
        "https://example.test:8080/@scope/package",
        "http://localhost:3000/a?b=c@d:e",
        "https://key@o1.ingest.sentry.io/2",
        "postgresql://u@h/db?sslmode=require",
        "postgresql://u:@h/db",
        "development",
        "a:b@c",
        "${SCHEME}://h",
        "-----BEGIN PUBLIC KEY-----",
    ] {
        check("ANY_NAME", value, Keeping::Clear, None);
    }
}

#[test]
fn each_slip_has_its_own_hint() {
    hints("postgresql://u:p@h/db\r", "there is white space before or after the URL");
    hints(" postgresql://u:p@h/db", "there is white space before or after the URL");
    hints("DATABASE_URL = 'x'", "only what stands after the `=` is the value");
    hints("'postgresql://u:p@h/db'", "the quotes are not part of the URL");
    let escapes = "a password's `@`, `/`, `?`, `#` and `%` are written %40, %2F, %3F, %23 and %25";
    hints("postgresql://u:p/w@h/db", escapes);
    hints("hunter2", NO_URL);
    for text in ["\"hunter2\"", "DATABASE_URLS=x", " hunter2 ", "a@b", "x://y z", "'"] {
        hints(text, NO_URL);
    }
    hints("DATABASE_URL=postgresql://h/db", "only what stands after the `=` is the value");
    hints("`mysql://h/db`", "the quotes are not part of the URL");
}

#[test]
fn an_empty_value_must_be_meant() {
    let (name, environment) = (VariableName::new("A").unwrap(), EnvironmentName::new("prod").unwrap());
    let offer = |keeping| Offer { name: &name, environment: &environment, role: Role::Other, keeping };
    let told = |keeping| {
        let failure = offer(keeping).accept(b"", Emptiness::Refused).unwrap_err();
        (failure.message, failure.hint.unwrap())
    };
    let sentence = "the value of `A` is empty, and nothing was stored".to_owned();
    let hint = |plain| format!("if that is meant: nexus-env set{plain} A -e prod --empty");
    assert_eq!(told(Keeping::Encrypted), (sentence.clone(), hint("")));
    assert_eq!(told(Keeping::Clear), (sentence, hint(" --plain")));
    assert!(offer(Keeping::Encrypted).accept(b"", Emptiness::Meant).is_ok());
}
