//! Entering a repository exports what its store holds, decrypted: any bytes, never evaluated, on the same line as the `cd`.

use crate::world::shell::stories;
use crate::world::{Held, World};
use crate::{DEV_AND_PROD, DEV_URL};

fn world() -> World {
    World::with(DEV_AND_PROD).secret("dev", "DATABASE_URL", DEV_URL)
}

stories! {
    fn entering_exports_the_environment_and_says_so_in_one_line(shell) {
        let world = world();
        let mut session = world.open(shell);
        session.said().prints("");
        session.types("cd repo").prints("nexus-env: dev · DATABASE_URL and 1 more").ends_with_status(0);
        assert_eq!(session.holds("DATABASE_URL"), Held::exported(DEV_URL));
        assert_eq!(session.holds("NODE_ENV"), Held::exported("development"));
        assert_eq!(session.holds("NEXUS_ENV"), Held::exported("dev"));
        session.types("true").prints("");
    }

    fn values_are_any_bytes_and_are_never_evaluated(shell) {
        let values: [&[u8]; 12] = [
            b"", b" ", b"two\nlines\n", b"it's \"quoted\"", b"$HOME ${HOME} $(touch /world) `touch /world`", b"!! !1 ^a^b",
            b"\\ \\n \\'", "käse · 値 \u{1f512}".as_bytes(), b"not utf-8: \xff\xfe", b"#not a comment; exit 9 & |", b"-n", b"\t\x01\x1b[31m",
        ];
        let mut world = World::with(DEV_AND_PROD);
        for (number, value) in values.iter().enumerate() {
            // `set` takes one newline off the end of what it reads.
            world = world.secret("dev", &format!("V{number}"), [value, &b"\n"[..]].concat());
        }
        let mut session = world.enter(shell);
        let environment = session.env_of_child();
        for (number, value) in values.iter().enumerate() {
            let held = environment.get(&format!("V{number}")).map(|held| held.escape_ascii().to_string());
            assert_eq!(held, Some(value.escape_ascii().to_string()), "V{number}");
        }
    }

    fn a_command_on_the_same_line_as_the_cd_has_it(shell) {
        let world = world().program("npx", "#!/bin/sh\necho \"npx has ${NODE_ENV-nothing}\"\n");
        let mut session = world.open(shell);
        session.types("cd repo && npx hello").prints("nexus-env: dev · DATABASE_URL and 1 more\nnpx has development");
        session.types("cd .. && npx hello").prints("npx has nothing");
    }

    fn from_one_repository_into_another_nothing_of_the_first_stays(shell) {
        let other = "id = \"0000000000000000\"\ndefault = \"dev\"\n[env.dev.vars]\nOTHER = \"yes\"\n";
        let world = world().file("../other/.nexusenv", other);
        world.run_in(&world.home().join("other"), &["allow"], b"").succeeds();
        let mut session = world.enter(shell);
        session.types("cd ../other").prints("nexus-env: dev · OTHER");
        assert_eq!(session.holds("OTHER"), Held::exported("yes"));
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
        assert_eq!(session.holds("NODE_ENV"), Held::Absent);
    }
}
