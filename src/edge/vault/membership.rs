//! Who can read an environment: the same data key for one more, or a new one and every value anew for those who stay. What
//! was wrapped before a new key opens nothing that is stored from there on. Nothing is written here: several environments
//! are changed all together or not at all.

use super::write::{Others, new_data_key, nonce, wrap};
use super::{Expected, Outcome, VaultFailure, data_key, pin, unwrap, verify};
use crate::domain::config::Protection;
use crate::domain::store::identity::Identities;
use crate::domain::store::sealed::seal::Keys;
use crate::domain::store::sealed::{Recipient, Store};
use crate::domain::text::day::Day;

/// A store without secrets yet, for one reader, whoever makes it.
///
/// # Errors
/// A key that cannot be encrypted to.
pub fn begin(
    expected: &Expected<'_>,
    reader: Recipient,
    today: Day,
    others: &Others<'_>,
) -> Result<Outcome, VaultFailure> {
    let key = new_data_key()?;
    let readers = vec![reader];
    let wrapped = wrap(&key, &readers, others)?;
    let keys = Keys::derive(&key, expected.id, expected.environment);
    let after = keys.create(wrapped, readers, expected.protection, today);
    let pin = pin(&after, &Expected { pin: None, ..*expected }, &keys);
    Ok(Outcome { before: None, after: Some(after), pin, warning: None })
}

/// The store with one more reader, who can read all that is in it.
///
/// # Errors
/// Those of opening it, and a key that cannot be encrypted to.
pub fn admit(
    before: Store,
    expected: &Expected<'_>,
    identities: &Identities,
    newcomer: &Recipient,
    today: Day,
    others: &Others<'_>,
) -> Result<Outcome, VaultFailure> {
    allowed(expected)?;
    let key = data_key(&before, expected.id, expected.environment, identities)?;
    let keys = Keys::derive(&key, expected.id, expected.environment);
    let (verified, warning) = verify(&before, expected, &keys)?;
    let mut recipients = before.recipients.clone();
    recipients.push(newcomer.clone());
    recipients.sort_by(|a, b| a.name.cmp(&b.name));
    let wrapped = wrap(&key, &recipients, others)?;
    let after = verified.admitting(wrapped, recipients, expected.protection, today);
    let pin = pin(&after, expected, &keys);
    Ok(Outcome { before: Some(before), after: Some(after), pin, warning })
}

/// The same secrets under a new data key, for these readers, as secrets of an environment that is protected or not from here
/// on: the one way in which secrets of a protected environment become those of an open one.
///
/// # Errors
/// Those of opening it, and a key that cannot be encrypted to.
pub fn renew(
    before: Store,
    expected: &Expected<'_>,
    identities: &Identities,
    readers: Vec<Recipient>,
    becomes: Protection,
    others: &Others<'_>,
) -> Result<Outcome, VaultFailure> {
    allowed(expected)?;
    // Whatever the configuration calls it, what is there is judged as strictly as what it may be.
    let strict = Expected { protection: Protection::Protected, ..*expected };
    let keys = unwrap(&before, &strict, identities)?;
    let (verified, warning) = verify(&before, &strict, &keys)?;
    let data_key = new_data_key()?;
    let wrapped = wrap(&data_key, &readers, others)?;
    let new = Keys::derive(&data_key, expected.id, expected.environment);
    let after = verified.rekeyed(&new, wrapped, readers, becomes, nonce).map_err(|stopped| stopped.told(expected))?;
    let pin = pin(&after, &Expected { pin: None, ..*expected }, &new);
    Ok(Outcome { before: Some(before), after: Some(after), pin, warning })
}

/// Whose file it is was never said of a store that was not allowed here.
fn allowed(expected: &Expected<'_>) -> Result<(), VaultFailure> {
    let environment = expected.environment.clone();
    expected.pin.map(drop).ok_or(VaultFailure::NotAllowed { environment })
}
