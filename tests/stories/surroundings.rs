//! The hook beside what else a person has: functions and aliases of the guarded names, and direnv.

use crate::world::shell::stories;
use crate::world::{Held, Shell, World};
use crate::{DEV_AND_PROD, DEV_URL};

fn world() -> World {
    World::with(DEV_AND_PROD).secret("dev", "DATABASE_URL", DEV_URL)
}

stories! {
    fn an_existing_function_or_alias_of_a_guarded_name_keeps_working(shell) {
        let own = match shell {
            Shell::Bash | Shell::Bash32 | Shell::Zsh => "pnpm() { echo \"my pnpm $*\"; }; alias yarn='echo my yarn'",
            Shell::Fish => "function pnpm; echo my pnpm $argv; end; function yarn; echo my yarn $argv; end",
        };
        let world = world().after_hook(own);
        let mut session = world.open(shell);
        for _ in 0..2 {
            session.types("pnpm install").prints("my pnpm install");
            session.types("yarn install").prints("my yarn install");
            session.types("cd repo");
            session.types("pnpm install").prints("my pnpm install");
            session.types("yarn install").prints("my yarn install");
            session.types("cd ..");
        }
    }

    fn direnv_and_we_do_not_disturb_each_other(shell) {
        let hook = match shell {
            Shell::Bash | Shell::Bash32 => "eval \"$(direnv hook bash)\"",
            Shell::Zsh => "eval \"$(direnv hook zsh)\"",
            Shell::Fish => "direnv hook fish | source",
        };
        let world = world().file(".envrc", "export FROM_DIRENV=yes\n").after_hook(hook).variable("DIRENV_LOG_FORMAT", "");
        let mut allow = world.command("direnv", world.repo());
        allow.arg("allow");
        world.finish(allow, b"").succeeds();
        let mut session = world.enter(shell);
        session.types("");
        assert_eq!(session.holds("FROM_DIRENV"), Held::exported("yes"));
        assert_eq!(session.holds("DATABASE_URL"), Held::exported(DEV_URL));
        session.types("cd ..");
        session.types("");
        assert_eq!(session.holds("FROM_DIRENV"), Held::Absent);
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
    }
}
