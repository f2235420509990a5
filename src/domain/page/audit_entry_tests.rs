//! What a line of the log holds, what it never holds, and how it is read back.

use super::*;
use proptest::prelude::*;

fn ada() -> Who {
    Who { uid: 1000, pid: 4242, tty: Some("/dev/pts/3".to_owned()), agent: None }
}

#[test]
fn a_line_says_what_where_and_who() {
    let prod = EnvironmentName::new("prod").unwrap();
    let entry = Entry::new(Event::Blocked)
        .environment(&prod)
        .repository(Path::new("/home/ada/nexus"))
        .command("prisma migrate dev")
        .reason("protected")
        .target("nexus:us-central1:nexusprod-v2")
        .through(Layer::Shell);
    let line = entry.line(&ada(), 1_767_225_599);
    let expected = json!({
        "time": "2025-12-31T23:59:59Z", "event": "blocked", "environment": "prod", "repository": "/home/ada/nexus",
        "command": "prisma migrate dev", "reason": "protected", "target": "nexus:us-central1:nexusprod-v2",
        "through": "shell", "uid": 1000, "pid": 4242, "tty": "/dev/pts/3",
    });
    assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), expected);
}

#[test]
fn every_event_has_a_word_of_its_own() {
    for event in Event::ALL {
        assert_eq!(Event::from_word(event.word()), Some(event));
    }
}

#[test]
fn a_command_ends_before_its_first_possible_value() {
    #[track_caller]
    fn check(name: &str, expected: &str) {
        assert_eq!(Entry::new(Event::Blocked).command(name).command.as_deref(), Some(expected));
    }
    check("prisma migrate dev", "prisma migrate dev");
    check("psql postgresql://u:hunter2@h/db", "psql");
    check("mysql -phunter2", "mysql");
    check("curl token=hunter2 x", "curl");
    check("@prisma/client x", "@prisma/client x");
    check("tool u:hunter2@h", "tool");
    check("two\nlines", "two lines");
}

#[test]
fn a_password_is_taken_out_of_every_text() {
    let entry = Entry::new(Event::Pinned)
        .detail("from postgresql://ada:p@ss:hunter2@h:5432/db to mysql://u:hunter2@h/x?y=z and on")
        .target("postgresql://h/db");
    assert_eq!(entry.detail.as_deref(), Some("from postgresql://ada:•••@h:5432/db to mysql://u:•••@h/x?y=z and on"));
    assert_eq!(entry.target.as_deref(), Some("postgresql://h/db"));
}

#[test]
fn a_torn_line_is_counted_and_hides_no_other() {
    let whole = Entry::new(Event::Ran).command("node x").line(&ada(), 5);
    let (lines, torn) = read(&format!("{whole}\n{}\n\n{whole}\n", &whole[..20]));
    assert_eq!((lines.len(), torn), (2, 1));
    let (lines, torn) = read(&format!("{}{whole}\n{whole}", &whole[..30]));
    assert_eq!((lines.len(), torn), (2, 1));
    assert_eq!((lines[0].at, lines[0].text("event"), lines[0].text("command")), (5, Some("ran"), Some("node x")));
    assert_eq!(read("{}\n[1]\n{\"time\":\"never\",\"event\":\"ran\"}\n").1, 3);
}

proptest! {
    #[test]
    fn a_line_is_one_line_short_enough_to_be_written_at_once(text in "(?s).{0,400}", other in "\\PC{0,5000}") {
        let entry = Entry::new(Event::Blocked)
            .repository(Path::new(&other))
            .command(&text)
            .reason(&other)
            .target(&other)
            .through(Layer::Node)
            .detail(&other);
        let line = entry.line(&ada(), 1_700_000_000);
        prop_assert!(!line.contains('\n') && line.len() < 16 * 1024, "{}", line.len());
        prop_assert_eq!(read(&line).0.len(), 1);
    }

    #[test]
    fn any_text_is_read_without_harm(text in "(?s)(\\{\"|\"time\"|\n|.){0,60}") {
        let _ = read(&text);
    }
}
