//! Running processes that hold a URL through the port of a tunnel that is about to be another environment's: they would be
//! carried along, so they are named, and a person says yes first. It stops none of them.

use crate::domain::page::running::{self, Group};
use crate::domain::session::ambient::Terminal;
use crate::domain::session::keyboard;
use crate::edge::{consent, listener, terminal};
use crate::error::{Failure, Result};
use crate::steps::load;
use crate::steps::proxy::Scene;

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Carry {
    /// Where there are any, the environment's name must be typed.
    #[default]
    Ask,
    /// `--yes`.
    Along,
}

/// Names them and asks. `of_the_tunnel` are processes of the tunnel itself, which inherit what their shell had.
///
/// # Errors
/// Nobody to ask, or another word than the environment's name: nothing was stopped then.
pub fn consent(scene: &Scene<'_>, carry: Carry, of_the_tunnel: &dyn Fn(u32) -> bool) -> Result<()> {
    let config = scene.config();
    let all = listener::running(scene.ambient)?;
    let own = std::process::id();
    let above = running::ancestors(&all, own);
    let groups: Vec<Group> = running::groups(all, &config.database_variables, own)
        .into_iter()
        .filter(|group| !above.contains(&group.running.process.pid) && !of_the_tunnel(group.running.process.pid))
        .collect();
    let stored = load::stored_urls(scene.ambient, scene.loaded);
    let (name, port) = (&scene.environment.name, scene.proxy.port);
    let carried = running::carried(&groups, port, name, &scene.loaded.repository.root, &stored);
    if carried.is_empty() {
        return Ok(());
    }
    let (count, holds) = match carried.len() {
        1 => ("a running process".to_owned(), "holds"),
        more => (format!("{more} running processes"), "hold"),
    };
    let mut told = format!("{count} {holds} a database URL through port {port} and would reach {name} from now on");
    for group in carried {
        told.push_str(&format!("\n    {}", running::line(group)));
    }
    let refuse = |why: &str| {
        Failure::new(format!("{told}\n{why}, so nothing was stopped"))
            .hint(format!("end them, or nexus-env proxy up -e {name} --switch --yes"))
    };
    match (carry, keyboard::person(scene.ambient)) {
        (Carry::Along, _) => {
            terminal::say(scene.ambient, &told);
            Ok(())
        }
        (Carry::Ask, Terminal::Absent) => Err(refuse("there is nobody to ask").into()),
        (Carry::Ask, Terminal::Present) => {
            terminal::say_anyway(&told);
            match consent::typed(&format!("nexus-env: type {name} to carry them along: "))? == name.as_str() {
                true => Ok(()),
                false => Err(Failure::new("it was not confirmed, so nothing was stopped").into()),
            }
        }
    }
}
