//! Variables that a shell will not have set, or has in a way of its own: nothing is half loaded, and all comes back as it was.

use crate::hook_loading::{DEV_AND_PROD, nested};
use crate::hook_manners::{LOADED, in_bash_and_zsh};
use crate::world::{Held, Shell, World};

#[test]
fn a_variable_that_cannot_be_set_leaves_nothing_half_loaded() {
    let world = World::with(DEV_AND_PROD).file("sub/x", "");
    let cases = [
        ("readonly NODE_ENV=mine", "read-only"),
        ("readonly NODE_ENV", "read-only"),
        ("NODE_ENV=(a b)", "an array"),
        ("export NODE_ENV=mine; readonly NODE_ENV", "read-only"),
    ];
    in_bash_and_zsh(|shell| {
        for (code, why) in cases {
            let mut session = world.open(shell);
            session.types("export DATABASE_URL=own");
            session.types(code).prints("");
            session.types("cd repo").prints(&format!(
                "nexus-env: `NODE_ENV` is {why} in this shell, so nothing is loaded\n\
                 hint: start a shell that does not set it, or rename it in the configuration"
            ));
            assert_eq!(session.holds("DATABASE_URL"), Held::exported("own"), "{shell}: {code}");
            session.types("").prints("");
            session.types("cd sub").prints("");
            if code.contains("(a b)") {
                session.types("echo \"${NODE_ENV[*]}\"").prints("a b");
            }
            session.types("cd ../..").prints("");
            assert_eq!(session.holds("DATABASE_URL"), Held::exported("own"), "{shell}: {code}");
        }
    });
}

#[test]
fn a_variable_made_read_only_while_loaded_is_named_and_the_rest_goes() {
    in_bash_and_zsh(|shell| {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.enter(shell);
        session.types("readonly NODE_ENV");
        session.types("cd ..").prints(&format!(
            "nexus-env: `NODE_ENV` is read-only in this shell and keeps its value\nhint: exec {shell}"
        ));
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
        session.types("").prints("");
    });
}

#[test]
fn attributes_do_not_change_what_is_set() {
    in_bash_and_zsh(|shell| {
        for attribute in ["typeset -i NODE_ENV=7", "typeset -u NODE_ENV=x", "typeset -ix NODE_ENV=7"] {
            let world = World::with(DEV_AND_PROD);
            let mut session = world.open(shell);
            session.types(attribute);
            session.types("cd repo").prints(LOADED);
            assert_eq!(session.holds("NODE_ENV"), Held::exported("development"), "{shell}: {attribute}");
            session.types("cd ..");
            let value = if attribute.contains("-u") { "X" } else { "7" };
            session.types("echo $NODE_ENV").prints(value);
        }
    });
}

#[test]
fn fish_gets_its_lists_and_universal_variables_back() {
    let world = World::with(DEV_AND_PROD);
    let mut session = world.open(Shell::Fish);
    session.types("set -g NODE_ENV a 'b c' d; set -Ux DATABASE_URL universal");
    session.types("cd repo").prints(LOADED);
    assert_eq!(session.holds("NODE_ENV"), Held::exported("development"));
    session.types("cd ..");
    session.types("count $NODE_ENV; echo $NODE_ENV[2]").prints("3\nb c");
    session
        .types("set -S DATABASE_URL | string match '*universal*'; set -qg DATABASE_URL; echo $status")
        .prints("$DATABASE_URL: set in universal scope, exported, with 1 elements\n$DATABASE_URL[1]: |universal|\n1");
}

#[test]
fn a_subshell_of_zsh_that_changes_directory_says_and_changes_nothing() {
    let world = World::with(DEV_AND_PROD);
    let mut session = world.enter(Shell::Zsh);
    session.types("echo $(cd /; echo $DATABASE_URL)").prints("postgresql://dev:one@127.0.0.1:5433/nexus_db");
    session.types("(cd /; cd ~)").prints("");
    session.types("").prints("");
}

#[test]
fn a_function_named_like_the_persons_alias_is_still_defined() {
    for shell in [Shell::Bash, Shell::Zsh] {
        let world = World::with(DEV_AND_PROD).before_hook("alias nexus-env='nexus-env' npx='npx --no-install'\n");
        let mut session = world.enter(shell);
        session.types("nexus-env use test").prints("nexus-env: test · DATABASE_URL and 1 more");
        let _ = nested(&world, shell);
    }
}

#[test]
fn a_label_that_cannot_be_set_leaves_nothing_half_loaded() {
    in_bash_and_zsh(|shell| {
        let world = World::with(DEV_AND_PROD).after_hook("readonly NEXUS_ENV=x\n");
        let mut session = world.enter(shell);
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
        session.types("").prints("");
    });
}
