//! Who listens at a place, joined with what a container engine says of a port that it publishes: two doors, of which
//! neither knows the other. The guard, `status` and `ps` share it beside `load`. It judges nothing.

use crate::domain::ambient::Ambient;
use crate::domain::listening::{Container, Listener, Look, Owner, Process, Whereabouts};
use crate::domain::proxy;
use crate::domain::url::Place;
use crate::edge::{containers, listener};

/// Who answers at this place. An engine is asked only where a process holds the port for one.
pub fn look(ambient: &Ambient, place: &Place) -> Whereabouts {
    let mut answer = listener::look(place);
    let Whereabouts::Here(Look::Seen(listeners)) = &mut answer else { return answer };
    let mut asked: Option<Vec<Container>> = None;
    for Listener { door, owners } in listeners {
        let processes = owners.iter_mut().flat_map(|owner| match owner {
            Owner::Process(process) => std::slice::from_mut(process),
            Owner::Hidden { suspects, .. } => suspects.as_mut_slice(),
        });
        for process in processes.filter(|process: &&mut Process| proxy::publishes(process, door)) {
            let containers = asked.get_or_insert_with(|| containers::behind(ambient, place.port));
            let found = containers.iter().find(|container| proxy::is_published(process, container));
            process.container = found.cloned().map(Box::new);
        }
    }
    answer
}
