//! A proxy that does not come to serve: what is said of it.

use crate::DEV_INSTANCE;
use crate::proxy::team_with;

#[test]
fn one_that_ends_at_once_shows_its_last_words() {
    let team = team_with(
        "command = [\"sh\", \"-c\", \"echo starting {instance}; echo no credentials >&2; exit 7\"]",
        Vec::new(),
    );
    team.world.run(&["proxy", "up"]).ends_with_status(1).prints("").says(&format!(
        "nexus-env: dev's proxy ended with status 7 before it listened on port 15433\n    \
         starting {DEV_INSTANCE}\n    no credentials\nhint: nexus-env proxy logs -e dev\n"
    ));
    assert_eq!(team.stands("dev")["state"], "down");
}

#[test]
fn one_that_never_listens_is_stopped_when_its_time_is_over() {
    let team = team_with("command = [\"sh\", \"-c\", \"echo waiting; exec sleep 600\"]", Vec::new());
    team.world.run(&["proxy", "up", "--timeout", "1s"]).ends_with_status(1).says(
        "nexus-env: dev's proxy did not listen on port 15433 within 1s, so it was stopped\n    waiting\n\
         hint: nexus-env proxy logs -e dev; with --timeout 2m it has longer\n",
    );
    assert_eq!(team.stands("dev")["state"], "down");
}

#[test]
fn a_program_that_is_missing_is_said_to_be() {
    let team = team_with("command = [\"no-such-tunnel\", \"{port}\"]", Vec::new());
    team.world.run(&["proxy", "up"]).ends_with_status(1).says(
        "nexus-env: could not start dev's proxy `no-such-tunnel`: there is no such program\n\
         hint: install it, or name another `command` under [env.dev.proxy]\n",
    );
    assert_eq!(team.stands("dev")["state"], "down");
}
