//! What a server's error means, by its SQLSTATE. Its words stay here.

use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::ErrorResponseBody;

use crate::domain::target::server::Silence;

/// Why a login failed.
pub(super) enum Refusal {
    /// A pooler that knows fewer parameters than PostgreSQL does.
    Parameters,
    Silence(Silence),
}

impl From<Silence> for Refusal {
    fn from(silence: Silence) -> Self {
        Refusal::Silence(silence)
    }
}

/// The SQLSTATE and the words of an error (manual, 55.8).
fn fields(body: &ErrorResponseBody) -> (String, String) {
    let (mut state, mut words) = (String::new(), String::new());
    let mut fields = body.fields();
    while let Ok(Some(field)) = fields.next() {
        let text = || String::from_utf8_lossy(field.value_bytes()).into_owned();
        match field.type_() {
            b'C' => state = text(),
            b'M' => words = text().to_ascii_lowercase(),
            _ => {}
        }
    }
    (state, words)
}

pub(super) fn refusal(body: &ErrorResponseBody) -> Refusal {
    let (_, words) = fields(body);
    // PgBouncer, and what is built like it; Amazon's RDS Proxy.
    match words.contains("unsupported startup parameter") || words.contains("command-line options") {
        true => Refusal::Parameters,
        false => Refusal::Silence(refused(body)),
    }
}

/// What an error means, by its SQLSTATE (manual, appendix A). PgBouncer has one for all its own, so there the words tell.
pub(super) fn refused(body: &ErrorResponseBody) -> Silence {
    let (state, words) = fields(body);
    match state.as_str() {
        "28P01" => Silence::WrongPassword,
        "28000" if words.contains("client certificate") => Silence::CertificateWanted,
        "28000" => Silence::NotLetIn,
        "3D000" => Silence::NoSuchDatabase,
        "42501" => Silence::NoRights,
        "25006" => Silence::ReadOnly,
        "53300" => Silence::TooManyConnections,
        "57P01" | "57P02" | "57P03" => Silence::NotReady,
        "57014" => Silence::TimedOut,
        "08P01" if words.contains("no such database") => Silence::NoSuchDatabase,
        "08P01" if words.contains("no such user") || words.contains("auth") || words.contains("password") => {
            Silence::WrongPassword
        }
        "08P01" | "08000" | "08006" => Silence::PoolerAlone,
        other => Silence::Refused(other.chars().filter(char::is_ascii_alphanumeric).take(5).collect()),
    }
}
