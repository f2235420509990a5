//! A new data key for an environment: every value anew, for the same readers. What was wrapped before opens nothing that
//! is stored from here on.

use super::write::{Lock, new_data_key, nonce, wrap};
use super::{Expected, Outcome, VaultFailure, pin, unwrap, verify};
use crate::domain::config::Protection;
use crate::domain::store::container::seal::Keys;
use crate::domain::store::identity::Identities;

/// Makes a new data key and seals everything anew under it, as secrets of an environment that is protected or not from
/// here on: the one way in which secrets of a protected environment become those of an open one. `None` where there is
/// no store.
///
/// # Errors
/// Those of opening it, and of writing.
pub fn rekey(
    lock: &Lock,
    expected: &Expected<'_>,
    identities: &Identities,
    becomes: Protection,
) -> Result<Option<Outcome>, VaultFailure> {
    let environment = expected.environment;
    let Some(before) = lock.read(environment)? else { return Ok(None) };
    if expected.pin.is_none() {
        return Err(VaultFailure::NotAllowed { environment: environment.clone() });
    }
    // Whatever the configuration calls it, what is there is judged as strictly as what it may be.
    let strict = Expected { protection: Protection::Protected, ..*expected };
    let keys = unwrap(&before, &strict, identities)?;
    let (verified, warning) = verify(&before, &strict, &keys)?;
    let data_key = new_data_key()?;
    let recipients = before.recipients.clone();
    let wrapped = wrap(&data_key, &recipients)?;
    let new = Keys::derive(&data_key, expected.id, environment);
    let after =
        verified.rekeyed(&new, wrapped, recipients, becomes, nonce).map_err(|stopped| stopped.told(expected))?;
    lock.write(environment, &after)?;
    let pin = pin(&after, &Expected { pin: None, ..*expected }, &new);
    Ok(Some(Outcome { before: Some(before), after: Some(after), pin, warning }))
}
