//! That nothing of a person's is lost when ours come and go.

use super::*;
use crate::domain::config::name::EnvironmentName;
use crate::domain::session::{Key, Memory, NEW, Place, Plan, Session};

const OURS: &str = "--require=/s/nexus-env/node/nexus-env-preload-1f.cjs";

fn files() -> Files {
    Files {
        engine: "/s/nexus-env/engine/schema-engine".into(),
        preload: "/s/nexus-env/node/nexus-env-preload-1f.cjs".into(),
    }
}

fn environ(pairs: &[(&str, &str)]) -> Environ {
    Environ::new(pairs.iter().map(|(name, value)| (name.into(), value.into())).collect())
}

fn value(vars: &Vars, name: &str) -> Option<String> {
    let secret = vars.get(&VariableName::new(name)?)?;
    String::from_utf8(secret.expose().to_vec()).ok()
}

#[track_caller]
fn beside(before: &str, expected: &str) {
    let with = added(&Vars::default(), &environ(&[("NODE_OPTIONS", before)]), &files());
    let with = value(&with, "NODE_OPTIONS").unwrap();
    assert_eq!(with, expected);
    assert_eq!(without_ours(&with).as_deref(), Some(before));
    let again = added(&Vars::default(), &environ(&[("NODE_OPTIONS", &with)]), &files());
    assert_eq!(value(&again, "NODE_OPTIONS").as_deref(), Some(expected), "added twice");
}

#[test]
fn stands_in_front_of_what_is_there_and_comes_out_without_a_trace() {
    beside("", OURS);
    beside("--max-old-space-size=4096", &format!("{OURS} --max-old-space-size=4096"));
    beside("--require \"/a b/x.js\"  --trace-warnings ", &format!("{OURS} --require \"/a b/x.js\"  --trace-warnings "));
    assert_eq!(without_ours("--require=/x/other.cjs"), None);
    assert_eq!(without_ours(&format!("--a {OURS} --b")).as_deref(), Some("--a --b"));
    assert_eq!(without_ours(&format!("--a {OURS}")).as_deref(), Some("--a "));
}

#[test]
fn a_path_with_spaces_is_one_word() {
    let odd = Files { preload: "/a \"b\"/nexus-env/node/nexus-env-preload-1f.cjs".into(), ..files() };
    let with = added(&Vars::default(), &Environ::default(), &odd);
    let with = value(&with, "NODE_OPTIONS").unwrap();
    assert_eq!(with, r#"--require="/a \"b\"/nexus-env/node/nexus-env-preload-1f.cjs""#);
    assert_eq!(without_ours(&format!("{with} --x")).as_deref(), Some("--x"));
}

#[test]
fn remembers_the_engine_that_was_there() {
    let before = |pairs: &[(&str, &str)]| engine_before(&Vars::default(), &environ(pairs));
    let ours = "/s/nexus-env/engine/schema-engine";
    assert_eq!(before(&[]), None);
    assert_eq!(before(&[(ENGINE, "")]), None);
    assert_eq!(before(&[(ENGINE, "/own/engine")]).as_deref(), Some("/own/engine"));
    assert_eq!(before(&[(ENGINE, ours), (ENGINE_BEFORE, "/own/engine")]).as_deref(), Some("/own/engine"));
    assert_eq!(before(&[(ENGINE, ours)]), None);
}

fn place() -> Place {
    Place { root: "/repo".into(), environment: EnvironmentName::new("dev").unwrap() }
}

/// What a shell that exports this does at its load outside of the repository.
fn leaving(session: &Session, exported: &Environ) -> Plan {
    let mut plan = session.plan(Memory::Whole, None, &Vars::default(), exported, &[]);
    plan.keep_beside_layers(exported);
    plan
}

#[test]
fn leaving_gives_back_what_stands_beside_ours_also_what_came_since() {
    let before = environ(&[("NODE_OPTIONS", "--x"), (ENGINE, "/own/engine")]);
    let mut session = Session::new(Key([0; 16]));
    let vars = added(&Vars::default(), &before, &files());
    let plan = session.plan(Memory::Fresh, Some(&place()), &vars, &before, &[]);
    (session.place, session.managed) = (Some(place()), plan.managed);
    let options = value(&vars, "NODE_OPTIONS").unwrap();
    let bun = value(&vars, "BUN_OPTIONS").unwrap();
    let ours = "/s/nexus-env/engine/schema-engine";
    let loaded = |options: &str| {
        environ(&[("NODE_OPTIONS", options), ("BUN_OPTIONS", &bun), (ENGINE, ours), (ENGINE_BEFORE, "/own/engine")])
    };
    let plan = leaving(&session, &loaded(&options));
    assert_eq!(value(&plan.set, "NODE_OPTIONS").as_deref(), Some("--x"));
    assert_eq!(value(&plan.set, ENGINE).as_deref(), Some("/own/engine"));
    assert_eq!(plan.restore.iter().map(VariableName::as_str).collect::<Vec<_>>(), ["BUN_OPTIONS"]);
    let plan = leaving(&session, &loaded(&format!("{options} --mine")));
    assert_eq!(value(&plan.set, "NODE_OPTIONS").as_deref(), Some("--x --mine"));
    // Where nothing stands beside ours the shell knows best: absent, empty and set without being exported are three things.
    let plan = leaving(&session, &loaded(OURS));
    assert_eq!(value(&plan.set, "NODE_OPTIONS"), None);
}

#[test]
fn a_nested_shell_gives_back_what_it_never_saved() {
    let exported = environ(&[
        ("NODE_OPTIONS", &format!("{OURS} --x")),
        (ENGINE, "/s/nexus-env/engine/schema-engine"),
        ("NEXUS_ENV", "dev"),
        ("NEXUS_ENV_ROOT", "/repo"),
        ("NEXUS_ENV_NAMES", "BUN_OPTIONS NODE_OPTIONS PATH PRISMA_SCHEMA_ENGINE_BINARY"),
    ]);
    let (session, _) = Session::recall(Some(NEW), &exported, Key([0; 16]));
    let plan = leaving(&session, &exported);
    assert_eq!(value(&plan.set, "NODE_OPTIONS").as_deref(), Some("--x"));
    // Neither what is dangerous nor what does not hold ours is touched by a name alone.
    assert_eq!(plan.restore.iter().map(VariableName::as_str).collect::<Vec<_>>(), [ENGINE]);
}

proptest::proptest! {
    #[test]
    fn nothing_beside_ours_is_ever_changed(before in "[ -~é]{0,40}") {
        proptest::prop_assume!(without_ours(&before).is_none());
        // An open quote would swallow what stands behind it; ours stand in front.
        let exported = environ(&[("NODE_OPTIONS", before.as_str())]);
        let with = value(&added(&Vars::default(), &exported, &files()), "NODE_OPTIONS").unwrap();
        let bare = without_ours(&with).unwrap();
        proptest::prop_assert_eq!(bare, before);
    }
}
