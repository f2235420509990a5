//! No repository sets a name that belongs to a shell or moves our own files, by whatever way it comes in.

use std::process::Command;

use nexus_env::domain::config::name::VariableName;
use nexus_env::domain::config::refused;

use crate::DEV_AND_PROD;
use crate::world::World;

/// The names that a shell on this machine prints with `code`.
fn names_of(shell: &str, words: &[&str]) -> Vec<String> {
    let mut command = Command::new(shell);
    let home = tempfile::tempdir().expect("a temporary directory");
    let output = command.args(words).env_clear().env("PATH", "/usr/bin:/bin");
    let output = output.env("HOME", home.path()).env("XDG_RUNTIME_DIR", home.path()).output();
    let text = String::from_utf8(output.expect("the shell starts").stdout).expect("names are text");
    text.split_whitespace().map(str::to_owned).collect()
}

/// Assigning to one of zsh's integers evaluates the text, `path[$(touch x)]` included, and all of these shells keep
/// variables of their own that an assignment breaks.
#[test]
fn what_a_shell_keeps_for_itself_is_refused() {
    let harmless = ["LANG", "LC_ALL", "TERM", "HOSTNAME", "HOSTTYPE", "MACHTYPE", "OSTYPE", "WATCH", "epochtime"];
    let zsh = "zmodload zsh/parameter zsh/complist zsh/sched zsh/watch zsh/datetime zsh/system
        for name kind in ${(kv)parameters}; do [[ $kind == *(special|integer|float)* ]] && print -r -- $name; done";
    let mut names = names_of("zsh", &["-fc", zsh]);
    names.extend(names_of("bash", &["--norc", "-c", "compgen -v"]));
    names.extend(names_of("fish", &["--no-config", "-c", "set --names"]));
    let known: Vec<VariableName> = names.iter().filter_map(|name| VariableName::new(name)).collect();
    assert!(known.len() > 100, "the shells name too few: {names:?}");
    let taken: Vec<&VariableName> = known
        .iter()
        .filter(|name| !harmless.contains(&name.as_str()) && refused::refusal(name, &[]).is_none())
        .collect();
    assert!(taken.is_empty(), "a repository may set {taken:?}");
}

#[test]
fn our_own_places_are_never_the_repositorys_to_move() {
    for name in ["XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "HOME", "NEXUS_ENV_ROOT", "CLAUDECODE"] {
        let world = World::new();
        world.run(&["init"]).succeeds();
        let settings = world.home().join(".config/nexus-env/config.toml");
        std::fs::write(settings, format!("allow_names = [\"{name}\"]\n")).expect("the person's settings");
        world.writes(".nexusenv", DEV_AND_PROD.replace("NODE_ENV", name));
        let said = world.run(&["allow"]).ends_with_status(1).stderr.clone();
        assert!(said.contains("hint: choose another name; no setting lifts this one"), "{said}");
        world.writes(".nexusenv", DEV_AND_PROD);
        world.writes(".nexusenv.local", format!("[env.dev.vars]\n{name} = \"/tmp\"\n"));
        world.run(&["allow"]).ends_with_status(1);
    }
}

#[test]
fn a_person_lifts_a_name_for_themselves() {
    let world = World::with(DEV_AND_PROD);
    world.writes(".nexusenv", DEV_AND_PROD.replace("NODE_ENV", "KUBECONFIG"));
    world.run(&["allow"]).ends_with_status(1);
    world.run_with_input(&["set", "KUBECONFIG", "-e", "dev"], b"x").ends_with_status(1);
    let settings = world.home().join(".config/nexus-env/config.toml");
    std::fs::write(settings, "allow_names = [\"KUBECONFIG\"]\n").expect("the person's settings");
    world.run(&["allow"]).succeeds();
    world.run(&["run", "-e", "dev", "--", "printenv", "KUBECONFIG"]).prints("development\n");
}
