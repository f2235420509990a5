//! What a shell evaluates gives exactly the bytes that went in, and the hooks pass each shell's own checker, as they
//! stand and rendered.

use std::path::Path;
use std::process::{Command, Stdio};

use nexus_env::domain::config::name::VariableName;
use nexus_env::domain::config::vars::Vars;
use nexus_env::domain::text::secret::Secret;
use nexus_env::edge::shell::{Check, Dialect, Nearby, Remembered, Shell, Transition};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::DEV_AND_PROD;
use crate::world::shell::stories;
use crate::world::{Held, World, program};

const SHELLS: [(&str, &str); 3] = [("bash", "bash:5.2"), ("zsh", "zsh:5.9"), ("fish", "fish:3.6.0")];

/// Any bytes but NUL, and often those that mean something to a shell.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let special = proptest::sample::select(vec![
        b"'".to_vec(),
        b"\\".to_vec(),
        b"''".to_vec(),
        b"\\'".to_vec(),
        b"\n".to_vec(),
        b"\r".to_vec(),
        b"\\\n".to_vec(),
        b"$(id)".to_vec(),
        b"`id`".to_vec(),
        b"!".to_vec(),
        b"!!".to_vec(),
        b"\x01".to_vec(),
        b"\x7f".to_vec(),
        b"\t ".to_vec(),
        b"\x1b[0m".to_vec(),
        b"\xff".to_vec(),
        b"\xc3".to_vec(),
        b"\x83\xa2".to_vec(),
        "é€🦀".into(),
        "\u{f600}\u{f6ff}".into(),
        "\u{f700}\u{e000}\u{f8ff}".into(),
        "\u{fdd0}\u{ffff}\u{10ffff}".into(),
        "\u{85}\u{2028}".into(),
        b"*?[a]~{a,b}".to_vec(),
        b"#;&|<>()".to_vec(),
        b"\\x41\\n".to_vec(),
        b"%s".to_vec(),
        b"=".to_vec(),
    ]);
    let bytes = proptest::collection::vec(1u8..=255, 0..12);
    proptest::collection::vec(prop_oneof![special, bytes], 0..8).prop_map(|parts| parts.concat())
}

fn name(at: usize) -> VariableName {
    VariableName::new(&format!("NX_{at:02}")).unwrap()
}

/// The variables that a child of the shell is given after it evaluated the code, in the way in which the hook does it.
fn through(shell: &str, dialect: &str, locale: &str, values: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let vars = Vars::new(values.iter().enumerate().map(|(at, value)| (name(at), Secret::new(value.clone()))));
    let names: Vec<VariableName> = vars.iter().map(|(name, _)| name.clone()).collect();
    let transition = Transition {
        forget: &[],
        restore: &[],
        save: &[],
        save_if_set: &names,
        set: &vars,
        loaded: &names,
        labels: &[("NEXUS_ENV", Some(b"dev".to_vec()))],
        state: Remembered { line: "1 0", seal: "1 0" },
        state_if_refused: Remembered { line: "1 1", seal: "1 1" },
        lines: &[],
        typed: nexus_env::domain::config::person::Lines::Judged,
        nearby: Nearby::Configuration,
        guarded: &[],
        marks: &[],
        holders: "",
        astray: "",
        check: &Check::Always,
    };
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name).display().to_string();
    let kind = Shell::from_name(shell).unwrap();
    std::fs::write(at("hook"), kind.hook(Path::new("/nowhere/it's here/nexus-env"))).unwrap();
    std::fs::write(at("code"), Dialect::parse(dialect).unwrap().render(&transition)).unwrap();
    let script = match kind {
        Shell::Fish => format!("source {}; set -l out (cat {}); eval \"$out\"; command env -0", at("hook"), at("code")),
        Shell::Bash | Shell::Zsh => {
            format!(
                ". {}; f() {{ local out; out=$(cat {}); eval \"$out\"; }}; f; command env -0",
                at("hook"),
                at("code")
            )
        }
    };
    let output = Command::new(program(shell))
        .args(["-c", &script])
        .env_clear()
        .envs([("LC_ALL", locale), ("PATH", "/usr/bin:/bin"), ("HOME", &at("")), ("XDG_RUNTIME_DIR", &at(""))])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{shell}");
    let held = |name: &VariableName| {
        let prefix = format!("{name}=");
        let mut entries = output.stdout.split(|&byte| byte == 0);
        entries.find_map(|entry| entry.strip_prefix(prefix.as_bytes())).map(<[u8]>::to_vec).unwrap_or_default()
    };
    names.iter().map(held).collect()
}

#[test]
fn any_bytes_come_through_each_shell_as_they_are() {
    let mut runner = TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
    let values = proptest::collection::vec(value(), 1..40);
    runner
        .run(&values, |values| {
            for (shell, dialect) in SHELLS {
                let locale = if values.len() % 2 == 0 { "C" } else { "C.UTF-8" };
                prop_assert_eq!(through(shell, dialect, locale, &values), values.clone(), "{} {}", shell, locale);
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn every_byte_comes_through_each_shell_alone_and_between_letters() {
    let alone = (1..=255u8).map(|byte| vec![byte]);
    let between = (1..=255u8).map(|byte| vec![b'a', byte, b'b']);
    let values: Vec<Vec<u8>> = alone.chain(between).collect();
    for (shell, dialect) in SHELLS {
        for (at, part) in values.chunks(90).enumerate() {
            assert_eq!(through(shell, dialect, "C.UTF-8", part), part, "{shell}, part {at}");
        }
    }
}

#[test]
fn a_value_of_many_kilobytes_comes_through() {
    let value = vec![(0..100_000u32).map(|n| u8::try_from(n % 255 + 1).unwrap()).collect::<Vec<u8>>()];
    for (shell, dialect) in SHELLS {
        assert_eq!(through(shell, dialect, "C.UTF-8", &value), value, "{shell}");
    }
}

#[test]
fn the_hooks_pass_the_shells_own_checkers_as_they_stand_and_rendered() {
    let directory = tempfile::tempdir().unwrap();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("shell");
    for (shell, checkers) in [
        ("bash", &[&["shellcheck", "--shell=bash"][..], &["bash", "-n"], &["bash", "--posix", "-n"]][..]),
        ("zsh", &[&["zsh", "-n"]]),
        ("fish", &[&["fish", "--no-execute"], &["fish_indent", "--check"]]),
    ] {
        let rendered = directory.path().join(format!("hook.{shell}"));
        let hook = Shell::from_name(shell).unwrap().hook(Path::new("/opt/it's a \"path\"/nexus-env"));
        std::fs::write(&rendered, hook).unwrap();
        for checker in checkers {
            let files = [sources.join(format!("hook.{shell}")), rendered.clone()];
            // fish_indent would write the rendered path's quotes another way.
            let files = if checker[0] == "fish_indent" { &files[..1] } else { &files[..] };
            for file in files {
                let mut command = Command::new(program(checker[0]));
                command.args(&checker[1..]).arg(file).env("XDG_RUNTIME_DIR", directory.path());
                let output = command.output().unwrap();
                let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
                assert!(output.status.success(), "{checker:?} {}:\n{said}", file.display());
            }
        }
    }
}

stories! {
    /// Linux hands no program more than 128 KiB in one variable: with a longer one nothing would start any more.
    fn a_value_that_no_program_can_be_given_is_named_and_nothing_is_loaded(shell) {
        let long = "x".repeat(70_000);
        let text = DEV_AND_PROD.replace("[env.dev.vars]\n", &format!("[env.dev.vars]\nPART = \"{long}\"\nWHOLE = \"${{PART}}${{PART}}\"\n"));
        let world = World::with(&text);
        let mut session = world.open(shell);
        session.types("cd repo").prints(
            "nexus-env: `WHOLE` is longer than 128 KiB, and no program can be started with it\n\
             hint: nexus-env unset WHOLE, and store the path of a file in its place");
        assert_eq!(session.holds("PART"), Held::Absent);
        session.types("/bin/echo works").prints("works");
        session.types("cd ..").prints("");
    }
}

#[test]
fn a_value_that_no_program_can_be_given_is_not_stored() {
    let world = World::with(DEV_AND_PROD);
    let long = "k".repeat(140_000);
    let said = "nexus-env: the value of `BUNDLE` is longer than the 128 KiB that a program can be given, and nothing was stored\n\
                hint: store the path of a file\n";
    for words in [&["set", "BUNDLE", "-e", "dev"][..], &["set", "--plain", "BUNDLE", "-e", "dev"]] {
        world.run_with_input(words, long.as_bytes()).ends_with_status(1).says(said);
    }
    world.writes("old.env", format!("BUNDLE={long}\nSMALL=1\n"));
    let told = world.run(&["import", "old.env", "-e", "dev"]);
    assert!(told.stderr.contains("`BUNDLE`") && told.stderr.contains("128 KiB"), "{}", told.stderr);
    world.run(&["get", "BUNDLE", "-e", "dev"]).ends_with_status(1);
}
