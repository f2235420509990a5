//! The processes here that use a database whose structure has changed: they know nothing of it before they are started anew.

use super::side::Side;
use crate::domain::page::running;
use crate::domain::session::ambient::Ambient;
use crate::domain::text::safe_text;
use crate::edge::{listener, terminal};
use crate::steps::load::Loaded;

/// Names each, with what to do.
pub fn tell(ambient: &Ambient, loaded: &Loaded, side: &Side<'_>) {
    let Ok(running) = listener::running(ambient) else { return };
    let groups = running::groups(running, &loaded.config.database_variables, std::process::id());
    let endpoint = side.url.endpoint();
    let uses = groups
        .iter()
        .filter(|group| group.held.iter().any(|held| held.url().is_some_and(|url| url.endpoint() == endpoint)));
    for group in uses {
        let process = &group.running.process;
        let ports: Vec<String> = group.ports.iter().map(|port| format!(", port {port}")).collect();
        terminal::narrate(
            ambient,
            &format!(
                "restart {} (pid {}{}): it uses {}",
                safe_text::safe_text(&process.program),
                process.pid,
                ports.concat(),
                side.environment.name
            ),
        );
    }
}
