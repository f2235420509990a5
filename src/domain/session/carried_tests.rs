use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use super::*;
use crate::domain::config::{Environment, Protection};
use crate::domain::sample;
use crate::domain::text::clock::{Boot, Uptime};
use proptest::prelude::*;

const KEY: Key = Key([7; 16]);
const GRANT: &str = "6a3f1c529d0e4b7a8f610123456789ab";

fn name(text: &str) -> VariableName {
    VariableName::new(text).unwrap()
}

fn environment(text: &str) -> EnvironmentName {
    EnvironmentName::new(text).unwrap()
}

fn vars(pairs: &[(&str, &str)]) -> Vars {
    Vars::new(pairs.iter().map(|(n, v)| (name(n), Secret::new(*v))))
}

fn environ(pairs: &[(&str, &str)]) -> Environ {
    Environ::new(pairs.iter().map(|(n, v)| (n.into(), v.into())).collect())
}

fn place(text: &str) -> Place {
    Place { root: "/r".into(), environment: environment(text) }
}

fn loaded(pairs: &[(&str, Mark)]) -> Session {
    let managed = pairs.iter().map(|(n, mark)| (name(n), *mark)).collect();
    Session { place: Some(place("dev")), managed, ..Session::new(KEY) }
}

fn ours(value: &str) -> Mark {
    Mark::Ours(KEY.hash(value.as_bytes()))
}

/// A plan as words: `-` restore, `=` set, `x` and `u` save, `!` forget; then who is managed how.
fn shown(plan: &Plan) -> String {
    let mut words = Vec::new();
    let mut each = |sign: &str, names: &[VariableName]| words.extend(names.iter().map(|n| format!("{sign}{n}")));
    each("!", &plan.forget);
    each("-", &plan.restore);
    each("x", &plan.save);
    each("u", &plan.save_if_set);
    each("=", &plan.set.iter().map(|(n, _)| n.clone()).collect::<Vec<_>>());
    words.extend(plan.managed.iter().map(|(n, mark)| match mark {
        Mark::Ours(_) => format!("{n}:ours"),
        Mark::Inherited => format!("{n}:inherited"),
        Mark::Theirs => format!("{n}:theirs"),
    }));
    words.join(" ")
}

#[track_caller]
fn check(session: &Session, to: Option<&str>, wanted: &[(&str, &str)], exported: &[(&str, &str)], expected: &str) {
    let place = to.map(place);
    let plan = session.plan(Memory::Whole, place.as_ref(), &vars(wanted), &environ(exported), &[]);
    assert_eq!(shown(&plan), expected);
}

#[test]
fn entering_saves_what_is_there_and_sets_what_differs() {
    let fresh = Session::new(KEY);
    check(&fresh, Some("dev"), &[("A", "1"), ("B", "2")], &[("B", "mine")], "xB uA =A =B A:ours B:ours");
    check(&fresh, Some("dev"), &[("A", "1")], &[("A", "1")], "xA A:ours");
    check(&fresh, None, &[], &[("A", "1")], "");
}

#[test]
fn leaving_gives_back_what_is_still_ours() {
    let session = loaded(&[("A", ours("1")), ("B", ours("2")), ("C", ours("3")), ("D", Mark::Theirs)]);
    check(&session, None, &[], &[("A", "1"), ("B", "changed"), ("D", "x")], "!B !C -A");
}

#[test]
fn a_reload_touches_only_what_changed() {
    let session = loaded(&[("A", ours("1")), ("B", ours("2")), ("C", ours("3"))]);
    let now = [("A", "1"), ("B", "2"), ("C", "3")];
    check(&session, Some("dev"), &now, &now, "A:ours B:ours C:ours");
    check(&session, Some("dev"), &[("A", "1"), ("B", "new"), ("D", "4")], &now, "-C uD =B =D A:ours B:ours D:ours");
}

#[test]
fn what_the_person_changed_is_theirs_until_another_environment_is_selected() {
    let session = loaded(&[("A", ours("1")), ("B", ours("2"))]);
    let wanted = [("A", "1"), ("B", "2")];
    check(&session, Some("dev"), &wanted, &[("A", "mine"), ("B", "2")], "!A A:theirs B:ours");
    let session = loaded(&[("A", Mark::Theirs), ("B", ours("2"))]);
    check(&session, Some("dev"), &wanted, &[("A", "mine"), ("B", "2")], "A:theirs B:ours");
    check(&session, Some("test"), &wanted, &[("A", "mine"), ("B", "2")], "xA =A A:ours B:ours");
    check(&session, Some("test"), &wanted, &[("B", "2")], "uA =A A:ours B:ours");
    check(&session, None, &[], &[("A", "mine"), ("B", "2")], "-B");
}

#[test]
fn a_variable_assigned_on_the_line_is_left_for_the_next_load() {
    let session = Session::new(KEY);
    let (wanted, exported) = (vars(&[("A", "1"), ("B", "2")]), environ(&[("A", "line")]));
    let plan = session.plan(Memory::Whole, Some(&place("dev")), &wanted, &exported, &[name("A")]);
    assert_eq!(shown(&plan), "uB =B B:ours");
    let session = loaded(&[("A", ours("0")), ("B", ours("2"))]);
    let plan =
        session.plan(Memory::Whole, None, &Vars::default(), &environ(&[("A", "line"), ("B", "2")]), &[name("A")]);
    assert_eq!(shown(&plan), "-B A:ours");
}

#[test]
fn a_nested_shell_takes_over_the_names_and_a_lost_memory_removes_them() {
    let exported = environ(&[
        ("NEXUS_ENV", "prod"),
        ("NEXUS_ENV_ROOT", "/r"),
        ("NEXUS_ENV_NAMES", "A B PATH 7x A"),
        ("NEXUS_ENV_UNTIL", "99"),
        ("NEXUS_ENV_ACCESS", GRANT),
        ("A", "1"),
        ("B", "2"),
    ]);
    let (session, memory) = Session::recall(Some(NEW), &exported, KEY);
    assert_eq!(memory, Memory::Fresh);
    assert_eq!(session.managed, [(name("A"), Mark::Inherited), (name("B"), Mark::Inherited)]);
    let until = Some(Until { end: End { at: 99, uptime: None }, granted: None });
    // What it claims to have been granted is carried on, for whoever can tell whether it was.
    let grant = GrantName::new(GRANT);
    assert_eq!(session.selections, [Selection { root: "/r".into(), environment: environment("prod"), until, grant }]);
    let plan = session.plan(memory, session.place.as_ref(), &vars(&[("A", "1"), ("B", "new")]), &exported, &[]);
    assert_eq!(shown(&plan), "=B A:ours B:ours");
    let plan = session.plan(memory, None, &Vars::default(), &exported, &[]);
    assert_eq!(shown(&plan), "-A -B");
    for state in [None, Some("garbage")] {
        assert_eq!(Session::recall(state, &exported, KEY), (session.clone(), Memory::Lost));
    }
}

#[test]
fn a_word_is_no_grant_and_an_end_that_cannot_be_read_selects_nothing() {
    let mut exported = vec![("NEXUS_ENV", "prod"), ("NEXUS_ENV_ROOT", "/r"), ("NEXUS_ENV_ACCESS", "read-write")];
    assert_eq!(Session::recall(Some(NEW), &environ(&exported), KEY).0.selections[0].grant, None);
    for until in ["", "soon", "+99", "99x"] {
        exported.push(("NEXUS_ENV_UNTIL", until));
        let (session, _) = Session::recall(Some(NEW), &environ(&exported), KEY);
        assert_eq!((session.selections.len(), session.place.is_some()), (0, true), "{until}");
        exported.pop();
    }
}

#[test]
fn when_all_memory_is_lost_what_is_exported_is_no_original() {
    let (session, memory) = Session::recall(None, &environ(&[]), KEY);
    let plan = session.plan(memory, Some(&place("dev")), &vars(&[("A", "1")]), &environ(&[("A", "old")]), &[]);
    assert_eq!(shown(&plan), "=A A:ours");
}

fn config() -> Config {
    let one = |text: &str, protection| Environment {
        protection,
        access: if protection == Protection::Protected || text == "held" {
            Access::ReadOnly
        } else {
            Access::ReadWrite
        },
        ..sample::environment(text)
    };
    sample::config([
        one("dev", Protection::Open),
        one("test", Protection::Open),
        one("held", Protection::Open),
        one("prod", Protection::Protected),
    ])
}

fn wish(text: &str, duration: Option<&str>, access: Access) -> Wish {
    Wish { environment: environment(text), duration: duration.map(|d| Duration::parse(d).unwrap()), access }
}

/// The environment and its end, then what ended.
#[track_caller]
fn selects(session: &mut Session, wish: Option<Wish>, now: u64, expected: &str) {
    selects_at(session, wish, Now { seconds: now, uptime: None }, expected);
}

#[track_caller]
fn selects_at(session: &mut Session, wish: Option<Wish>, now: Now, expected: &str) {
    let shown = match session.select(Path::new("/r"), &config(), wish.as_ref(), now) {
        Err(failure) => failure.message,
        Ok(Selected { environment, until, grant: _, ended }) => format!(
            "{environment} {:?}{}",
            until.map(|end| end.at),
            ended.map(|e| format!(" after {} {:?}", e.environment, e.granted)).unwrap_or_default()
        ),
    };
    assert_eq!(shown, expected);
}

#[test]
fn a_selection_is_kept_for_its_root_and_ends_by_itself() {
    let mut session = Session::new(KEY);
    selects(&mut session, None, 100, "dev None");
    selects(&mut session, Some(wish("test", None, Access::ReadOnly)), 100, "test None");
    selects(&mut session, None, 1_000_000, "test None");
    selects(&mut session, Some(wish("prod", None, Access::ReadOnly)), 100, "prod Some(1900)");
    selects(&mut session, None, 1899, "prod Some(1900)");
    selects(&mut session, None, 1900, "dev None after prod Some(1800)");
    selects(&mut session, None, 1901, "dev None");
    selects(&mut session, Some(wish("prod", Some("10s"), Access::ReadWrite)), 100, "prod Some(110)");
    selects(&mut session, Some(wish("prod", Some("10s"), Access::ReadOnly)), 100, "prod Some(110)");
    selects(&mut session, Some(wish("dev", None, Access::ReadOnly)), 100, "dev None");
    assert_eq!(session.selections, []);
    selects(&mut session, Some(wish("nope", None, Access::ReadOnly)), 100, "there is no environment `nope`");
}

#[test]
fn a_selection_ends_also_where_the_clock_was_set_back() {
    let start = Boot::parse(GRANT).unwrap();
    let now = |seconds, uptime| Now { seconds, uptime: Some(Uptime { boot: start, seconds: uptime }) };
    let mut session = Session::new(KEY);
    selects_at(&mut session, Some(wish("prod", Some("10s"), Access::ReadOnly)), now(1000, 50), "prod Some(1010)");
    selects_at(&mut session, None, now(5, 59), "prod Some(1010)");
    // The shell that is opened in it hears of both.
    let exported = environ(&[
        ("NEXUS_ENV", "prod"),
        ("NEXUS_ENV_ROOT", "/r"),
        ("NEXUS_ENV_UNTIL", "1010"),
        ("NEXUS_ENV_UNTIL_UPTIME", "6a3f1c529d0e4b7a8f610123456789ab:60"),
    ]);
    let (mut nested, _) = Session::recall(Some(NEW), &exported, KEY);
    selects_at(&mut nested, None, now(5, 59), "prod Some(1010)");
    selects_at(&mut nested, None, now(5, 60), "dev None after prod None");
    selects_at(&mut session, None, now(5, 60), "dev None after prod Some(10)");
}

#[test]
fn write_access_ends_also_where_the_environment_is_not_protected() {
    let mut session = Session::new(KEY);
    selects(&mut session, Some(wish("held", None, Access::ReadOnly)), 100, "held None");
    selects(&mut session, Some(wish("held", None, Access::ReadWrite)), 100, "held Some(1900)");
    session.note_grant(Path::new("/r"), GrantName::new(GRANT));
    assert_eq!(session.selections[0].grant, GrantName::new(GRANT));
    selects(&mut session, Some(wish("held", None, Access::ReadOnly)), 100, "held None");
    assert_eq!(session.selections[0].grant, None);
}

#[test]
fn a_selection_that_the_configuration_no_longer_bears_is_dropped() {
    for (text, expected) in [("gone", "dev None"), ("prod", "dev None")] {
        let mut session = Session::new(KEY);
        let (root, environment) = ("/r".into(), environment(text));
        session.selections = vec![Selection { root, environment, until: None, grant: None }];
        selects(&mut session, None, 100, expected);
    }
}

fn any_path() -> impl Strategy<Value = PathBuf> {
    proptest::collection::vec(1u8..=255, 0..20)
        .prop_map(|bytes| PathBuf::from(OsString::from_vec([b"/".to_vec(), bytes].concat())))
}

prop_compose! {
    fn any_selection()(
        root in any_path(), environment in "[a-z][a-z0-9_-]{0,8}", until in any::<Option<(u64, Option<u64>)>>(),
        uptime in any::<Option<(u128, u64)>>(), grant in any::<Option<u128>>(),
    ) -> Selection {
        Selection {
            root,
            environment: EnvironmentName::new(&environment).unwrap(),
            until: until.map(|(at, granted)| {
                let boot = |number: u128| Boot::parse(&format!("{number:032x}")).unwrap();
                let uptime = uptime.map(|(number, seconds)| Uptime { boot: boot(number), seconds });
                Until { end: End { at, uptime }, granted }
            }),
            grant: grant.map(GrantName::of),
        }
    }
}

prop_compose! {
    fn any_session()(
        key in any::<[u8; 16]>(),
        place in proptest::option::of((any_path(), "[a-z]{1,8}")),
        managed in proptest::collection::vec(("[A-Z_][A-Z0-9_]{0,8}", prop_oneof![
            any::<u64>().prop_map(Mark::Ours), Just(Mark::Inherited), Just(Mark::Theirs),
        ]), 0..6),
        selections in proptest::collection::vec(any_selection(), 0..4),
        told in any::<Option<u64>>(),
    ) -> Session {
        Session {
            key: Key(key),
            place: place.map(|(root, text)| Place { root, environment: EnvironmentName::new(&text).unwrap() }),
            managed: managed.into_iter().map(|(text, mark)| (VariableName::new(&text).unwrap(), mark)).collect(),
            selections,
            told,
        }
    }
}

proptest! {
    #[test]
    fn a_line_says_all_that_there_is_to_remember(session in any_session()) {
        let line = session.encode();
        prop_assert!(line.bytes().all(|b| b.is_ascii_graphic() || b == b' ') && !line.contains('\''));
        let fields: Vec<&str> = line.splitn(3, ' ').collect();
        prop_assert_eq!(Session::head(&line), fields[..2].join(" "));
        prop_assert_eq!(Session::decode(&line), Some(session));
    }

    #[test]
    fn a_damaged_line_is_no_line(session in any_session(), at in any::<proptest::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = session.encode().into_bytes();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        prop_assert_eq!(std::str::from_utf8(&bytes).ok().and_then(Session::decode), None);
        prop_assert_eq!(std::str::from_utf8(&bytes[..at]).ok().and_then(Session::decode), None);
    }

    #[test]
    fn any_text_is_read_without_a_panic(text in ".{0,200}") {
        let _ = Session::decode(&text);
        let _ = Session::decode(&format!("2 {text}"));
    }
}
