//! A person's own keys: `keygen` makes an identity. No part of a private key is ever shown.

use std::path::Path;

use rand::RngCore;
use rand::rngs::OsRng;
use zeroize::Zeroizing;

use crate::domain::session::ambient::{Ambient, Terminal};
use crate::domain::store::identity::passphrase;
use crate::domain::store::identity::{self as text_of};
use crate::domain::text::calendar;
use crate::domain::text::secret::Secret;
use crate::edge::{consent, entry, identity, output, terminal};
use crate::error::{Failure, Result};

/// What stands before a new identity.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Behind {
    Nothing,
    /// `--passphrase`.
    Passphrase,
}

/// Makes an identity at the usual place or in the file that was named, and prints its public key. With a passphrase, one
/// that lies there without is put behind it, after a question: it stays the same key.
///
/// # Errors
/// Anything that is there already; a place that git would take; for a passphrase, no terminal to ask on.
pub fn keygen(ambient: &Ambient, file: Option<&Path>, behind: Behind) -> Result<()> {
    let path = identity::place(ambient, file)?;
    let (made, public) = text_of::generate(&calendar::rfc3339(ambient.now.seconds));
    if behind == Behind::Nothing {
        let origin = identity::write(ambient, &path, made.expose())?;
        terminal::say(ambient, &format!("made the identity {origin}; its public key:"));
        return output::write(format!("{public}\n").as_bytes());
    }
    if ambient.terminal == Terminal::Absent {
        return Err(Failure::new("a passphrase is asked for, and there is no terminal to ask on")
            .hint("nexus-env keygen makes an identity without one")
            .into());
    }
    let Some(there) = identity::unprotected(ambient, &path)? else {
        let origin = identity::write(ambient, &path, protected(&made)?.as_bytes())?;
        terminal::say(ambient, &format!("made the identity {origin}, behind a passphrase; its public key:"));
        return output::write(format!("{public}\n").as_bytes());
    };
    let question = "there is an identity already; put it behind a passphrase? it stays the same key [y/N] ";
    if !matches!(consent::typed(&format!("nexus-env: {question}"))?.as_str(), "y" | "Y" | "yes") {
        return Err(Failure::new("nothing was changed").hint("nexus-env keygen -o FILE makes another one").into());
    }
    let origin = identity::protect(ambient, &path, protected(&there)?.as_bytes())?;
    terminal::say(ambient, &format!("{origin} is behind a passphrase now; nexus-env unlock opens what it reads"));
    Ok(())
}

fn protected(text: &Secret) -> Result<String> {
    let mut random = Zeroizing::new([0; passphrase::RANDOM]);
    OsRng.try_fill_bytes(random.as_mut())?;
    let chosen = entry::new_passphrase(&passphrase::suggested(&random), passphrase::SHORTEST)?;
    let file = passphrase::protected(text, &chosen);
    file.ok_or_else(|| Failure::new("the operating system gave no random bytes").into())
}
