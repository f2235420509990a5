//! Protection that belongs to the secrets: what a person sees whose configuration takes it away, and the way out.

use crate::pausing::{GUARDED, PROD, logged, world};
use crate::world::Held;
use crate::world::shell::stories;

const REFUSED: &str = "\
nexus-env: the secrets of `prod` are those of a protected environment, and this configuration calls it unprotected, so nothing is loaded
hint: protected = true under [env.prod] in .nexusenv, then nexus-env allow; where it is to be protected no longer: nexus-env rekey --unprotected -e prod";

stories! {
    fn a_configuration_that_unprotects_loads_nothing_until_the_name_was_typed(shell) {
        let world = world();
        world.writes(".nexusenv", GUARDED.replace("[env.prod.vars]", "[env.prod]\nprotected = false\n[env.prod.vars]"));
        world.run(&["allow", "--yes"]);
        world.run(&["allow"]);
        let mut session = world.enter(shell);
        session.said().prints(REFUSED);
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
        session.types("nexus-env get DATABASE_URL -e prod").prints(REFUSED).ends_with_status(1);
        let asks = "nexus-env: type prod to make its secrets those of an unprotected environment: ";
        session.answers("nexus-env rekey --unprotected -e prod", "environment: ", "no").ends_with_status(3).prints(&format!(
            "{asks}no\nnexus-env: `rekey --unprotected` was not confirmed, nothing changed"));
        session.answers("nexus-env rekey --unprotected -e prod", "environment: ", "prod").ends_with_status(0).prints(&format!(
            "{asks}prod\n\
             nexus-env: prod has a new key: 1 secret encrypted anew for ada; no longer protected\n\
             hint: commit .nexusenv.d/prod.toml; the others accept the new key with nexus-env allow\n\
             nexus-env: dev · DATABASE_URL and 1 more"));
        session.types("nexus-env get DATABASE_URL -e prod").prints(PROD);
        assert_eq!(logged(&world), "rekeyed prod - unprotected\n");
    }
}

#[test]
fn rekeying_makes_a_new_key_and_an_agent_does_not() {
    let world = world();
    let before = std::fs::read_to_string(world.repo().join(".nexusenv.d/prod.toml")).unwrap();
    world.run(&["rekey", "-e", "prod"]).succeeds().prints("").says(
        "nexus-env: prod has a new key: 1 secret encrypted anew for ada\n\
         hint: commit .nexusenv.d/prod.toml; the others accept the new key with nexus-env allow\n",
    );
    let after = std::fs::read_to_string(world.repo().join(".nexusenv.d/prod.toml")).unwrap();
    assert!(before != after && after.contains("\nprotected = true\nrevision = 2\n"), "{after}");
    assert!(world.run(&["get", "DATABASE_URL", "-e", "prod"]).succeeds().stdout.starts_with(PROD.as_bytes()));
    let world = world.variable("CLAUDECODE", "1");
    world.run(&["rekey", "-e", "prod"]).ends_with_status(3).says(
        "nexus-env: changing the readers of prod is not for a coding agent (CLAUDECODE)\nhint: a person types it in a shell of their own\n",
    );
    world.run(&["rekey", "-e", "dev"]).succeeds();
    world.run(&["rekey", "--unprotected", "-e", "prod"]).ends_with_status(3);
}
