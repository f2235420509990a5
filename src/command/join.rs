//! `join`: the second person's first command after a clone. It makes an identity where there is none, and prints the one line
//! that a colleague types to let them in. It reads no configuration that was not allowed, opens nothing and trusts nothing:
//! which environments there are, and who reads them, is taken from the stores as they stand.

use std::path::{Path, PathBuf};

use crate::domain::config::Protection;
use crate::domain::config::name::EnvironmentName;
use crate::domain::session::ambient::Ambient;
use crate::domain::store::reader_key::{self, ReaderKey};
use crate::domain::store::readers;
use crate::domain::store::request::{self, Request};
use crate::domain::store::sealed::{Recipient, Store};
use crate::edge::identity::How;
use crate::edge::{entry, identity, output, requests, terminal, vault};
use crate::error::{Failure, Result};
use crate::steps::load::{self, Configured};

/// What becomes of the line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Asking {
    /// It is printed, to be sent.
    Line,
    /// `--request`: it is written into the repository, for a pull request.
    Request,
}

/// # Errors
/// No configuration here or above, no place for an identity, and a name that is another reader's.
pub fn join(ambient: &Ambient, name: Option<&str>, asking: Asking) -> Result<()> {
    let name = name.map(reader_key::name).transpose()?;
    let root = root(ambient)?;
    let created = identity::create(ambient)?;
    let identities = identity::find_asking(ambient, &entry::passphrase)?;
    let key = identity::own_recipient(&identities)?;
    if created.how == How::Made {
        terminal::say(ambient, &format!("made your identity {}; it stays on this machine", created.origin));
    }
    let stores = vault::names(&root).into_iter().map(|name| vault::read(&root, &name));
    let stores: Vec<Store> = stores.filter_map(Result::transpose).collect::<Result<_, _>>()?;
    if stores.is_empty() {
        terminal::say(ambient, "nobody has stored a secret here yet, so there is nothing to be let in to");
        terminal::narrate(ambient, "hint: nexus-env allow, after a look at `.nexusenv`");
        return Ok(());
    }
    let closed: Vec<&Store> = stores.iter().filter(|store| !is_reader(store, &key)).collect();
    if closed.is_empty() {
        let names: Vec<_> = stores.iter().map(|store| store.environment.clone()).collect();
        terminal::say(ambient, &format!("you can read {} already", readers::listed(&names)));
        terminal::narrate(ambient, "hint: nexus-env allow, after a look at `.nexusenv`");
        return Ok(());
    }
    let me = match name {
        Some(name) => {
            let me = not_taken(&closed, Recipient { name, key })?;
            identity::call(ambient, &me.name)?;
            me
        }
        None => {
            let readers: Vec<Recipient> = closed.iter().flat_map(|store| store.recipients.clone()).collect();
            readers::unlike(&readers, Recipient { name: identity::own_name(ambient), key })
        }
    };
    // Who comes new works in dev: the rest is for whoever lets them in to give.
    let (held, open): (Vec<&Store>, Vec<&Store>) = closed.into_iter().partition(|store| is_protected(store));
    let (wished, held) = if open.is_empty() { (held, Vec::new()) } else { (open, held) };
    let environments: Vec<EnvironmentName> = wished.iter().map(|store| store.environment.clone()).collect();
    let who = readers::one_of(&wished[0].recipients);
    match asking {
        Asking::Line => {
            terminal::say(
                ambient,
                &format!("{who} can let you in; send them this line, which they type in this repository:"),
            );
            output::write(format!("{}\n", readers::line(&me, &environments)).as_bytes())?;
        }
        Asking::Request => {
            let key = ReaderKey::parse(&me.key).map_err(Failure::from)?;
            let request = Request { name: me.name.clone(), key, environments };
            requests::write(&root, &request)?;
            let place = request::place(&me.name);
            terminal::say(ambient, &format!("wrote `{place}`: commit it on a branch of its own, for a pull request"));
            terminal::say(ambient, &format!("{who} can let you in: nexus-env recipients approve {}", me.name));
        }
    }
    let held: Vec<String> = held.iter().map(|store| format!("-e {}", store.environment)).collect();
    if !held.is_empty() {
        terminal::say(ambient, &format!("where you are to read that too, they add {}", held.join(" ")));
    }
    let done = match asking {
        Asking::Line => "once they committed",
        Asking::Request => "once they approved and committed it",
    };
    let spoken = reader_key::fingerprint(&me.key);
    let sentence = format!("your key, to compare aloud: {spoken}\nhint: {done}: git pull && nexus-env allow");
    terminal::say(ambient, &sentence);
    Ok(())
}

/// Where the nearest configuration is, whatever was said about it.
fn root(ambient: &Ambient) -> Result<PathBuf> {
    match load::look(ambient).0 {
        Configured::Ready(loaded) => Ok(loaded.repository.root),
        Configured::Denied(root) => Ok(root),
        Configured::Unusable(root, _) if root != Path::new("") => Ok(root),
        Configured::Unusable(_, error) => Err(error),
        Configured::Nothing => Err(Failure::new("there is no `.nexusenv` here or above")
            .hint("cd into the repository that you cloned; nexus-env init makes a new one")
            .into()),
    }
}

fn is_reader(store: &Store, key: &str) -> bool {
    store.recipients.iter().any(|reader| reader.key == key)
}

/// As far as can be told of a store that nobody here can open: this gives nothing, and only chooses what to ask for.
fn is_protected(store: &Store) -> bool {
    match store.protected {
        Some(stated) => stated == Protection::Protected,
        None => store.environment.protected_by_default(),
    }
}

/// A name that was chosen is not made another one.
fn not_taken(stores: &[&Store], me: Recipient) -> Result<Recipient> {
    let taken = stores.iter().find(|store| store.recipients.iter().any(|reader| reader.name == me.name));
    match taken {
        None => Ok(me),
        Some(store) => Err(Failure::new(format!(
            "`{}` is another reader of {} already, with another key",
            me.name, store.environment
        ))
        .hint(format!("nexus-env join {}-2, or another name by which they know you", me.name))
        .into()),
    }
}
