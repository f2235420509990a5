//! `main → cli → command → steps → edge → domain`: the arrows never run back up, and each door to the outside is one file.

use super::source::{self, Source};

/// Fails with one line for each fault.
#[track_caller]
fn expect_none(faults: Vec<String>) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

fn in_floor(floor: &str) -> Vec<Source> {
    source::all().into_iter().filter(|file| file.path.starts_with(&format!("src/{floor}/"))).collect()
}

/// One fault for each name of `file` that lies below one of `prefixes`.
fn names_below(file: &Source, prefixes: &[&str]) -> Vec<String> {
    let found = prefixes.iter().flat_map(|prefix| file.below(prefix));
    found.map(|name| format!("{} names {name}", file.path)).collect()
}

#[test]
fn the_domain_touches_nothing_outside() {
    let outside = [
        "std::fs", "std::env", "std::net", "std::process", "std::io", "crate::edge", "crate::steps", "crate::command",
        "crate::cli",
    ];
    let files = in_floor("domain");
    expect_none(files.iter().flat_map(|file| names_below(file, &outside)).collect());
    let planted = Source::new("src/domain/x.rs", "use std::{fmt, net::IpAddr};\nfn f() { crate::edge::repo::find(); }");
    assert_eq!(
        names_below(&planted, &outside),
        ["src/domain/x.rs names std::net::IpAddr", "src/domain/x.rs names crate::edge::repo::find"]
    );
}

/// The domain's districts, each of which leans only on those before it.
const DISTRICTS: [&str; 8] = ["text", "config", "store", "target", "session", "guard", "promotion", "page"];

#[test]
fn no_district_leans_on_a_later_one() {
    let later = |file: &Source| -> Vec<String> {
        let at = DISTRICTS.iter().position(|district| file.path.starts_with(&format!("src/domain/{district}/")));
        let later = at.map_or(&DISTRICTS[..0], |at| &DISTRICTS[at + 1..]);
        // In `domain/text/clock.rs` `super` is the district; one up from there are its neighbours.
        let above = vec!["super"; file.path.matches('/').count() - 1].join("::");
        let prefixes = later.iter().flat_map(|name| [format!("crate::domain::{name}"), format!("{above}::{name}")]);
        prefixes.flat_map(|prefix| names_below(file, &[&prefix])).collect()
    };
    let files = in_floor("domain");
    let homeless = files.iter().filter(|file| {
        let name = file.path.split('/').nth(2).unwrap_or_default();
        !DISTRICTS.contains(&name) && !["mod.rs", "sample.rs"].contains(&name)
    });
    let faults = homeless.map(|file| format!("{} lives in no district", file.path));
    expect_none(faults.chain(files.iter().filter(|file| !file.path.ends_with("tests.rs")).flat_map(later)).collect());
    let planted =
        Source::new("src/domain/text/x.rs", "use crate::domain::guard::verdict;\nuse super::super::page::lines;");
    assert_eq!(later(&planted).len(), 2);
}

/// A reader of one kind of program answers with what it found inside; `walk` alone follows that.
#[test]
fn no_reader_of_a_program_follows_a_line_itself() {
    let room = "src/domain/guard/invocation/";
    let walks = |file: &Source| {
        let paths = ["super::walk", "super::super::walk", "crate::domain::guard::invocation::walk"];
        let inside = file.path.strip_prefix(room).is_some_and(|path| !path.starts_with("walk"));
        if inside { names_below(file, &[&paths[..], &["Walk", "of_line", "of_words"]].concat()) } else { Vec::new() }
    };
    expect_none(source::all().iter().flat_map(walks).collect());
    assert_eq!(walks(&Source::new(&format!("{room}x.rs"), "use super::walk::of_line;")).len(), 1);
}

#[test]
fn the_edge_knows_no_step_and_no_step_knows_its_command() {
    let above = ["crate::command", "crate::cli", "crate::steps"];
    let edge = in_floor("edge");
    let steps = in_floor("steps");
    let faults = edge.iter().flat_map(|file| names_below(file, &above));
    expect_none(faults.chain(steps.iter().flat_map(|file| names_below(file, &above[..2]))).collect());
}

/// `src/command/proxy/up.rs` and `src/command/proxy.rs` are both of the family `proxy`.
fn family<'a>(path: &'a str, floor: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(&format!("src/{floor}/"))?;
    let name = rest.split('/').next()?.trim_end_matches(".rs");
    (name != "mod").then_some(name)
}

/// What several commands do is a step, and no command is a part of another.
#[test]
fn no_command_calls_another() {
    let files = in_floor("command");
    let mut families: Vec<String> =
        files.iter().filter_map(|file| family(&file.path, "command")).map(str::to_owned).collect();
    families.dedup();
    expect_none(files.iter().flat_map(|file| other_families(file, "command", &families)).collect());
    let planted = Source::new("src/command/proxy/up.rs", "use super::stop;\nuse crate::command::{proxy, run::Output};");
    assert_eq!(
        other_families(&planted, "command", &["proxy", "run", "stop"].map(str::to_owned)),
        ["src/command/proxy/up.rs names crate::command::run::Output"]
    );
}

#[test]
fn no_door_opens_another() {
    let files = in_floor("edge");
    let doors: Vec<String> = files.iter().filter_map(|file| family(&file.path, "edge")).map(str::to_owned).collect();
    expect_none(files.iter().flat_map(|file| other_families(file, "edge", &doors)).collect());
    let planted = Source::new("src/edge/repo.rs", "use super::trust;\nuse crate::edge::{repo, vault::open};");
    let doors = ["repo", "trust", "vault"].map(str::to_owned);
    assert_eq!(
        other_families(&planted, "edge", &doors),
        ["src/edge/repo.rs names super::trust", "src/edge/repo.rs names crate::edge::vault::open"]
    );
}

/// The names in `file` of other families of its floor than its own.
fn other_families(file: &Source, floor: &str, families: &[String]) -> Vec<String> {
    let Some(own) = family(&file.path, floor) else { return Vec::new() };
    // In `edge/listener.rs` `super` is the edge; in `edge/listener/linux.rs` it is the door itself.
    let depth = file.path.matches('/').count() - 1;
    let above = vec!["super"; depth].join("::");
    let others = families.iter().filter(|other| *other != own);
    others
        .flat_map(|other| names_below(file, &[&format!("crate::{floor}::{other}"), &format!("{above}::{other}")]))
        .collect()
}

#[test]
fn the_error_type_knows_nobody() {
    let files = source::all();
    let error = files.iter().find(|file| file.path == "src/error.rs").expect("src/error.rs");
    expect_none(names_below(error, &["crate", "super"]));
}

#[test]
fn only_ambient_reads_the_process_environment() {
    let reads = ["std::env::var", "std::env::var_os", "std::env::vars", "std::env::vars_os", "std::env::current_dir"];
    let more = [
        "std::env::temp_dir", "std::env::home_dir", "env::var", "env::vars_os", "dirs::home_dir", "dirs::config_dir",
        "libc::getenv",
    ];
    let files = source::all();
    let others = files.iter().filter(|file| file.path != "src/edge/ambient.rs");
    expect_none(others.flat_map(|file| names_below(file, &[&reads[..], &more[..]].concat())).collect());
}

/// Where a name of our own variables is written out, beside the type that reads and writes them.
const SPELLS_OURS: &[&str] = &[
    "src/domain/session/given.rs",
    // Districts below it, and what they take away or refuse is every name that begins so.
    "src/domain/config/refused/table.rs", "src/domain/target/started.rs", "src/domain/guard/agent/programs.rs",
];

#[test]
fn our_own_variables_are_read_and_written_in_one_place() {
    let spells = |file: &Source| file.has("\"NEXUS_ENV") && !SPELLS_OURS.contains(&file.path.as_str());
    let files = source::all();
    expect_none(files.iter().filter(|file| spells(file)).map(|file| format!("{} names one", file.path)).collect());
    assert!(spells(&Source::new("src/command/x.rs", "fn f() { variables.text(\"NEXUS_ENV_ROOT\") }")));
}

#[test]
fn programs_start_in_the_edge_and_in_run_alone() {
    let files = source::all();
    let others = files.iter().filter(|file| !file.path.starts_with("src/edge/") && file.path != "src/command/run.rs");
    expect_none(others.flat_map(|file| names_below(file, &["std::process::Command", "process::Command"])).collect());
}

/// A load, `export`, the hook, the guard and a merge run nothing of anybody's to open a secret.
#[test]
fn plugins_of_age_are_started_by_unlock_and_recipients_alone() {
    let may = ["src/edge/plugin", "src/steps/plugins.rs", "src/command/keys.rs", "src/command/recipients"];
    let found = |file: &Source| match may.iter().any(|place| file.path.starts_with(place)) {
        true => Vec::new(),
        false => names_below(file, &["crate::edge::plugin", "crate::steps::plugins"]),
    };
    expect_none(source::all().iter().flat_map(found).collect());
    let planted = Source::new("src/steps/load/opening.rs", "use crate::steps::plugins;");
    assert_eq!(found(&planted), ["src/steps/load/opening.rs names crate::steps::plugins"]);
}

#[test]
fn data_is_printed_in_one_place_and_talk_in_another() {
    // The tour's stand-in tunnel is a program of its own; one word tells its parent that it listens.
    let data = ["src/edge/output.rs", "src/edge/tunnel.rs"];
    let faults = |file: &Source| {
        let words = ["println!", "print!(", "stdout().lock", "stdout().write", "stdout();"]
            .into_iter()
            .filter(|_| !data.contains(&file.path.as_str()));
        let talk = ["eprintln!", "eprint!(", "stderr().write", "stderr().lock"];
        let talk = talk.into_iter().filter(|_| !["src/edge/terminal.rs", "src/trace.rs"].contains(&file.path.as_str()));
        let found = words.chain(talk).filter(|word| file.has(word));
        found.map(|word| format!("{} has {word}", file.path)).collect::<Vec<_>>()
    };
    expect_none(source::all().iter().flat_map(faults).collect());
    assert_eq!(faults(&Source::new("src/cli.rs", "fn f() { println!(\"x\") }")), ["src/cli.rs has println!"]);
}

#[test]
fn a_verdict_is_reached_for_every_case_by_name() {
    let files = source::all();
    let verdict =
        files.iter().find(|file| file.path == "src/domain/guard/verdict.rs").expect("src/domain/guard/verdict.rs");
    assert!(!verdict.has("_ =>"), "unknown is not safe: name the cases");
}

#[test]
fn every_file_says_first_what_it_is() {
    let silent = source::all().into_iter().filter(|file| !file.text.starts_with("//! "));
    expect_none(silent.map(|file| format!("{} does not open with `//!`", file.path)).collect());
}

/// A file is read in one go.
#[test]
fn no_file_is_longer_than_400_lines() {
    let faults = source::all().into_iter().filter_map(|file| {
        let lines = file.text.lines().count();
        (lines > 400).then(|| format!("{} has {lines} lines", file.path))
    });
    expect_none(faults.collect());
}
