//! Bad input: one sentence, the place and the next step, told once; nothing is half-loaded and the shell goes on.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::world::shell::stories;
use crate::world::{Held, Shell, World, copy_program};
use crate::{DEV_AND_PROD, DEV_URL};

fn world() -> World {
    World::with(DEV_AND_PROD).secret("dev", "DATABASE_URL", DEV_URL)
}

/// Entering says exactly this, once, loads nothing, and the shell goes on.
#[track_caller]
fn refuses(shell: Shell, world: &World, expected: &str) {
    let mut session = world.open(shell);
    session.types("cd repo").prints(expected).ends_with_status(0);
    for name in ["NODE_ENV", "DATABASE_URL", "NEXUS_ENV"] {
        assert_eq!(session.holds(name), Held::Absent, "{name}");
    }
    session.types("echo on").prints("on");
    session.types("cd ..").prints("");
}

/// `allow` refuses this text with exactly these words, and what was allowed before is not loaded either.
#[track_caller]
fn cannot_be_allowed(shell: Shell, text: impl AsRef<[u8]>, expected: &str) {
    let world = world();
    let mut session = world.enter(shell);
    world.writes(".nexusenv", text);
    session.types("nexus-env allow");
    let (said, status) = (session.said().text.clone(), session.said().status);
    assert_eq!(said.split("\nnexus-env: ").next(), Some(expected));
    assert_eq!(status, 1);
    for name in ["NODE_ENV", "DATABASE_URL", "NEXUS_ENV"] {
        assert_eq!(session.holds(name), Held::Absent, "{name}");
    }
    session.types("echo on").prints("on");
}

fn identity(world: &World) -> std::path::PathBuf {
    world.home().join(".config/nexus-env/identity.txt")
}

fn store(world: &World) -> std::path::PathBuf {
    world.repo().join(".nexusenv.d/dev.toml")
}

stories! {
    fn broken_toml(shell) {
        cannot_be_allowed(shell, "id = \"9f3k2v7m4q8x1c5b\"\n[env.dev\n", "nexus-env: .nexusenv:2: is no TOML: unclosed table, expected `]`");
    }

    fn an_unknown_key_and_the_nearest_known_one(shell) {
        cannot_be_allowed(shell, DEV_AND_PROD.replace("default = ", "defualt = "), "nexus-env: .nexusenv:3: unknown key `defualt`\nhint: did you mean `default`?");
    }

    fn a_dangerous_name(shell) {
        cannot_be_allowed(shell, DEV_AND_PROD.replace("NODE_ENV", "LD_PRELOAD"), "nexus-env: .nexusenv:6: `env.dev.vars.LD_PRELOAD` is refused from a repository: the dynamic loader runs what it \
             names\nhint: `allow_names = [\"LD_PRELOAD\"]` in your own config.toml lets it through \
             for you alone");
    }

    fn a_name_that_is_no_identifier(shell) {
        cannot_be_allowed(shell, DEV_AND_PROD.replace("NODE_ENV", "\"NODE ENV; exit\""), "nexus-env: .nexusenv:6: `env.dev.vars.NODE ENV; exit` sets `NODE ENV; exit`, which is no name for a \
             variable\nhint: letters, digits and `_`, not beginning with a digit");
    }

    fn a_nul_in_a_value(shell) {
        cannot_be_allowed(shell, DEV_AND_PROD.replace("development", "dev\\u0000elopment"), "nexus-env: .nexusenv:6: `env.dev.vars.NODE_ENV` holds a NUL character, which no variable can\n\
             hint: write it in base64, or the path of a file");
    }

    fn a_protected_default(shell) {
        cannot_be_allowed(shell, DEV_AND_PROD.replace("default = \"dev\"", "default = \"prod\""), "nexus-env: .nexusenv:3: `default` names `prod`, which is protected\nhint: a new shell starts in an environment \
             where nothing can be broken; select that one by `nexus-env use`");
    }

    fn no_utf_8(shell) {
        cannot_be_allowed(shell, b"id = \"9f3k2v7m4q8x1c5b\"\n# \xff\n", "nexus-env: .nexusenv:2: is not UTF-8\nhint: save it as UTF-8");
    }

    fn a_reference_to_nothing(shell) {
        let world = World::with(&DEV_AND_PROD.replace("development", "${NOTHING}"));
        refuses(
            shell,
            &world,
            "nexus-env: `NODE_ENV` refers to `NOTHING`, which this environment does not have\n\
             hint: `${NAME}` is another variable of the same environment, `$$` is a dollar sign",
        );
    }

    fn a_missing_identity(shell) {
        let world = world();
        fs::remove_file(identity(&world)).unwrap();
        refuses(shell, &world, "nexus-env: there is no identity to open the secrets with\nhint: nexus-env join makes one; in CI, set NEXUS_ENV_IDENTITY");
    }

    fn an_identity_that_others_can_read(shell) {
        let world = world();
        fs::set_permissions(identity(&world), fs::Permissions::from_mode(0o644)).unwrap();
        refuses(shell, &world, "nexus-env: `~/.config/nexus-env/identity.txt` is open to other users (mode 0644)\n\
             hint: chmod 600 /home/ada/.config/nexus-env/identity.txt");
    }

    fn an_identity_that_is_no_recipient(shell) {
        let (world, stranger) = (world(), World::with(DEV_AND_PROD));
        fs::copy(identity(&stranger), identity(&world)).unwrap();
        // fish asks the system for it.
        let world = if shell == Shell::Fish { world.before_hook("set -gx USER ada") } else { world };
        refuses(shell, &world, "nexus-env: your key is not among the readers of `dev`; ada can let you in\n\
             hint: send them this line, which they type here: nexus-env recipients add ada-2 age1ada -e dev");
    }

    fn a_damaged_store(shell) {
        let world = world();
        let text = fs::read_to_string(store(&world)).unwrap();
        let at = text.find("DATABASE_URL = \"v1:").unwrap() + 30;
        let flipped = if &text[at..=at] == "A" { "B" } else { "A" };
        fs::write(store(&world), format!("{}{flipped}{}", &text[..at], &text[at + 1..])).unwrap();
        refuses(shell, &world, "nexus-env: the seal of `.nexusenv.d/dev.toml` does not hold: the value of `DATABASE_URL` was not written under \
             this name for `dev`\n\
             hint: git log -p -- .nexusenv.d/dev.toml shows who changed it, git checkout -- .nexusenv.d/dev.toml restores it");
    }

    fn a_truncated_store(shell) {
        let world = world();
        let text = fs::read(store(&world)).unwrap();
        fs::write(store(&world), &text[..text.len() / 2]).unwrap();
        refuses(shell, &world, "nexus-env: `.nexusenv.d/dev.toml:8`: invalid basic string, expected `\"`\n\
             hint: git log -p -- .nexusenv.d/dev.toml shows who changed it, git checkout -- .nexusenv.d/dev.toml restores it");
    }

    fn a_store_from_another_repository(shell) {
        let world = world();
        let other = World::with(&DEV_AND_PROD.replace("9f3k2v7m4q8x1c5b", "0000000000000000")).secret("dev", "A", "b");
        fs::copy(store(&other), store(&world)).unwrap();
        refuses(shell, &world, "nexus-env: `.nexusenv.d/dev.toml` belongs to another repository\n\
             hint: its values can be stored here one by one: nexus-env set NAME");
    }

    fn a_huge_configuration(shell) {
        let world = world().file(".nexusenv", format!("{DEV_AND_PROD}#{}\n", "x".repeat(1024 * 1024)));
        refuses(shell, &world, "nexus-env: `/home/ada/repo/.nexusenv` is larger than 1 MiB\n\
             hint: a configuration is a page of text; move the rest out of it");
    }

    fn a_configuration_that_is_no_file(shell) {
        let world = world();
        fs::remove_file(world.repo().join(".nexusenv")).unwrap();
        fs::create_dir(world.repo().join(".nexusenv")).unwrap();
        refuses(shell, &world, "nexus-env: `/home/ada/repo/.nexusenv` is no regular file\n\
             hint: ls -ld /home/ada/repo/.nexusenv shows what it is");
    }

    fn a_missing_binary_under_an_installed_hook(shell) {
        let world = world().program("npx", "#!/bin/sh\necho ran\n");
        // A copy of its own in place of the link, so that it can go.
        let own = world.bin().join("nexus-env");
        fs::remove_file(&own).unwrap();
        copy_program(env!("CARGO_BIN_EXE_nexus-env"), &own);
        let mut session = world.open(shell);
        session.types("cd repo");
        assert_eq!(session.holds("DATABASE_URL"), Held::exported(DEV_URL));
        fs::remove_file(&own).unwrap();
        session.types("cd ..").prints(&format!(
            "nexus-env: `/world/bin/nexus-env` is gone, so nothing is loaded\n\
             hint: install nexus-env again, or take its hook out of {}",
            match shell {
                Shell::Bash | Shell::Bash32 => "your .bashrc",
                Shell::Zsh => "your .zshrc",
                Shell::Fish => "config.fish",
            }
        ));
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
        session.types("echo on").prints("on");
        session.types("cd repo").prints("");
        // What a rule names stays blocked; what none names goes on.
        session.types("npx prisma migrate dev").ends_with_status(3);
        session.types("npx eslint").prints("ran");
    }

    fn a_damaged_edit_unloads_what_was_loaded(shell) {
        let world = world();
        let mut session = world.enter(shell);
        world.writes(".nexusenv", "id = \n");
        session.types("");
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
        assert_eq!(session.holds("NODE_ENV"), Held::Absent);
        world.writes(".nexusenv", DEV_AND_PROD);
        session.types("").prints("nexus-env: dev · DATABASE_URL and 1 more");
    }
}

/// Nothing of the person's can be read-only in fish.
#[test]
fn a_variable_that_bash_or_zsh_holds_read_only() {
    for shell in [Shell::Bash, Shell::Zsh] {
        let world = world();
        let mut session = world.open(shell);
        session.types("readonly NODE_ENV=mine");
        session.types("cd repo").prints(
            "nexus-env: `NODE_ENV` is read-only in this shell, so nothing is loaded\n\
             hint: start a shell that does not set it, or rename it in the configuration",
        );
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent, "half of the environment");
        assert_eq!(session.holds("NODE_ENV"), Held::in_the_shell("mine"));
        session.types("echo on").prints("on");
    }
}
