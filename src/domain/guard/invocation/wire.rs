//! Raw connections: what `nc`, `telnet`, `socat` and `/dev/tcp` are fed goes to a server as it stands. Redis and memcached take
//! plain words.

use super::{Invocation, Word, client, reach};
use crate::domain::guard::scope::Scope;
use crate::domain::guard::sql::Danger;
use crate::domain::guard::verdict::Effect;

/// Programs that send what they are fed; `openssl` does with `s_client`.
pub(super) const NAMES: &[&str] =
    &["nc", "ncat", "netcat", "telnet", "socat", "openssl", "gnutls-cli", "stunnel", "websocat"];

/// Whether a text empties a server that takes plain words.
pub(super) fn empties(text: &str) -> bool {
    client::redis(&text.replace("\\r", "\n").replace("\\n", "\n")) == Danger::Destructive
}

/// The command, if it sends what empties a server.
pub(super) fn read(name: &str, words: &[Word], scope: &Scope<'_>) -> Option<Invocation> {
    let sends = NAMES.contains(&name) && scope.fed.text().is_some_and(empties);
    sends.then(|| sent(name, words, scope))
}

/// What empties the server at the other end.
pub(super) fn sent(name: &str, words: &[Word], scope: &Scope<'_>) -> Invocation {
    let uses = vec![reach::unknown("server", "it is at the other end of a connection")];
    let is = (Effect::Gated, "empty", "it sends a command that deletes every key");
    Invocation::of_a_tool(name.to_owned(), (name, words), is, uses, scope)
}
