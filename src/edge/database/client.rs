//! One login and one question, in PostgreSQL's protocol, version 3 (manual, chapter 55). Whatever the server says in
//! words stays here.

use std::io::Write;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use fallible_iterator::FallibleIterator;
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{self, ChannelBinding, ScramSha256};
use postgres_protocol::escape::{escape_identifier, escape_literal};
use postgres_protocol::message::backend::{Header, Message};
use postgres_protocol::message::frontend;

use super::address::{Destination, To};
use super::refusal::{Refusal, refusal, refused};
use super::tls::{Demand, Tls};
use super::wire::{Stream, silence};
use crate::domain::target::holding::Trial;
use crate::domain::target::server::{Duty, Identity, ServerKind, Silence, Way};
use crate::domain::target::url::{DatabaseUrl, Host};
use crate::domain::text::secret::Secret;

/// Who asks: what of the URL a server has to know.
pub(super) struct Account {
    user: String,
    password: Option<Secret>,
    database: String,
    /// Some services find the server by it: `endpoint=…` of Neon, `--cluster=…` of CockroachDB.
    options: Option<String>,
    tls: Tls,
    purpose: Purpose,
}

/// What a session is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Purpose {
    Question,
    /// One write, which a person asked for.
    Label,
}

impl Account {
    pub fn of(url: &DatabaseUrl, purpose: Purpose) -> Account {
        let user = url.user().filter(|user| !user.is_empty()).unwrap_or("postgres").to_owned();
        Account {
            password: url.password().cloned(),
            database: url.database().unwrap_or(&user).to_owned(),
            options: url.parameter("options").filter(|options| !options.is_empty()),
            tls: Tls::of(url),
            purpose,
            user,
        }
    }
}

/// Which parameters the login carries.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Login {
    /// Read-only, and with a time-out of its own: the server keeps both, whatever is asked.
    Full,
    /// What every pooler lets through. The question's own transaction is read-only all the same.
    Bare,
    /// What any client would send: the URL's own options, and nothing of ours.
    AsGiven,
}

/// Logs in as any client would with this URL, and looks whether the session is read-only then. An error is only silence:
/// it says nothing about the option.
pub(super) fn trial(account: &Account, destination: &Destination, deadline: Instant) -> Result<Trial, Silence> {
    let mut session =
        match reach(account, destination, &|by_tls| log_in(account, destination, deadline, by_tls, Login::AsGiven)) {
            Ok(session) => session,
            Err(Refusal::Parameters) => return Ok(Trial::Refused),
            Err(Refusal::Silence(silence)) => return Err(silence),
        };
    let rows = session.query("SHOW transaction_read_only")?;
    session.part();
    match rows.first().and_then(|row| row.first()).and_then(Option::as_deref) {
        Some("on") => Ok(Trial::Held),
        Some(_) => Ok(Trial::Ignored),
        None => Err(Silence::NotPostgreSql),
    }
}

/// Asks who the server at `destination` is.
pub(super) fn identity(account: &Account, destination: &Destination, deadline: Instant) -> Result<Identity, Silence> {
    let mut session = open(account, destination, deadline)?;
    let identity = session.identity();
    session.part();
    identity
}

/// Writes the comment on the database, in a transaction that may write whatever the role's default is.
pub(super) fn comment(
    account: &Account,
    destination: &Destination,
    database: &str,
    comment: &str,
    deadline: Instant,
) -> Result<(), Silence> {
    let mut session = open(account, destination, deadline)?;
    let (database, comment) = (escape_identifier(database), escape_literal(comment));
    let sql = format!("BEGIN TRANSACTION READ WRITE; COMMENT ON DATABASE {database} IS {comment}; COMMIT");
    session.query(&sql).map(|_| ())
}

/// Several questions in one session, each in a transaction that may only read, with time-outs of its own.
pub(super) fn reading(account: &Account, destination: &Destination, deadline: Instant) -> Result<Session, Silence> {
    open(account, destination, deadline)
}

/// A session, by TLS or without it as the URL demands, and without our parameters where those are refused.
fn open(account: &Account, destination: &Destination, deadline: Instant) -> Result<Session, Silence> {
    let attempt = |by_tls| match log_in(account, destination, deadline, by_tls, Login::Full) {
        Err(Refusal::Parameters) => log_in(account, destination, deadline, by_tls, Login::Bare)
            .map(|session| Session { way: Way::Pooled, ..session }),
        other => other,
    };
    reach(account, destination, &attempt).map_err(|refusal| match refusal {
        Refusal::Silence(silence) => silence,
        Refusal::Parameters => Silence::PoolerAlone,
    })
}

/// Attempts with TLS or without it, in the order that the URL demands.
fn reach(
    account: &Account,
    destination: &Destination,
    attempt: &dyn Fn(bool) -> Result<Session, Refusal>,
) -> Result<Session, Refusal> {
    let socket = matches!(destination.to, To::Socket(_));
    // libpq uses no TLS over a unix socket, whatever is demanded (manual, 34.19.3).
    let demand = if socket { Demand::Never } else { account.tls.demand };
    let first = match demand {
        Demand::Never | Demand::IfRefused => false,
        Demand::IfOffered | Demand::Always => true,
    };
    let answer = attempt(first);
    let again = match (&answer, demand) {
        (Err(Refusal::Silence(Silence::NotLetIn)), Demand::IfRefused) => Some(true),
        (Err(Refusal::Silence(Silence::NotLetIn | Silence::TlsBroken)), Demand::IfOffered) => Some(false),
        (Ok(_) | Err(_), _) => None,
    };
    match again.map(attempt) {
        Some(Ok(session)) => Ok(session),
        Some(Err(refusal @ Refusal::Parameters)) => Err(refusal),
        Some(Err(Refusal::Silence(_))) | None => answer,
    }
}

fn log_in(
    account: &Account,
    destination: &Destination,
    deadline: Instant,
    by_tls: bool,
    login: Login,
) -> Result<Session, Refusal> {
    let wire = destination.open(deadline)?;
    // A clear password may be read by others unless the line is ours or TLS.
    let private = match (&destination.to, by_tls) {
        (To::Address(address), false) => address.ip().to_canonical().is_loopback(),
        (To::Socket(_), _) | (To::Address(_), true) => true,
    };
    let stream: Box<dyn Stream> = if by_tls {
        let host = match &destination.host {
            Host::Name(name) => name.clone(),
            Host::Address(address) => address.to_string(),
            Host::Socket(_) => String::new(),
        };
        account.tls.start(wire, &host)?
    } else {
        Box::new(wire)
    };
    let mut session = Session { stream, buffer: BytesMut::new(), way: Way::Straight };
    session.greet(account, login)?;
    session.authenticate(account, private)?;
    Ok(session)
}

pub(super) struct Session {
    stream: Box<dyn Stream>,
    buffer: BytesMut,
    way: Way,
}

/// A server's answers here are a few hundred bytes; what claims to be longer is no PostgreSQL.
const LONGEST: i32 = 1024 * 1024;

impl Session {
    fn send(&mut self, fill: impl FnOnce(&mut BytesMut) -> std::io::Result<()>) -> Result<(), Silence> {
        let mut bytes = BytesMut::new();
        fill(&mut bytes).map_err(|_| Silence::NotPostgreSql)?;
        self.stream.write_all(&bytes).and_then(|()| self.stream.flush()).map_err(|error| silence(&error))
    }

    /// The next message that is an answer: notices and settings are none.
    fn next(&mut self) -> Result<Message, Silence> {
        loop {
            if let Some(header) = Header::parse(&self.buffer).map_err(|_| Silence::NotPostgreSql)?
                && header.len() > LONGEST
            {
                return Err(Silence::NotPostgreSql);
            }
            match Message::parse(&mut self.buffer).map_err(|_| Silence::NotPostgreSql)? {
                Some(Message::NoticeResponse(_) | Message::ParameterStatus(_) | Message::NotificationResponse(_)) => {}
                Some(message) => return Ok(message),
                None => {
                    let mut bytes = [0; 4096];
                    match self.stream.read(&mut bytes) {
                        Ok(0) if self.buffer.is_empty() => return Err(Silence::HungUp),
                        Ok(0) => return Err(Silence::NotPostgreSql),
                        Ok(count) => self.buffer.extend_from_slice(&bytes[..count]),
                        Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                        Err(error) => return Err(silence(&error)),
                    }
                }
            }
        }
    }

    fn greet(&mut self, account: &Account, login: Login) -> Result<(), Silence> {
        let mut parameters = vec![
            ("user", account.user.as_str()),
            ("database", account.database.as_str()),
            ("application_name", "nexus-env"),
            ("client_encoding", "UTF8"),
        ];
        if login != Login::Bare {
            parameters.extend(account.options.as_deref().map(|options| ("options", options)));
        }
        if login == Login::Full {
            // After the options, so that these win.
            let read_only = match account.purpose {
                Purpose::Question => "on",
                Purpose::Label => "off",
            };
            parameters.extend([("default_transaction_read_only", read_only), ("statement_timeout", "2000")]);
        }
        self.send(|bytes| frontend::startup_message(parameters, bytes))
    }

    fn authenticate(&mut self, account: &Account, private: bool) -> Result<(), Refusal> {
        let password = || account.password.as_ref().map(Secret::expose).ok_or(Silence::PasswordMissing);
        loop {
            match self.next()? {
                Message::AuthenticationOk | Message::BackendKeyData(_) => {}
                Message::AuthenticationCleartextPassword if !private => return Err(Silence::ClearPassword.into()),
                Message::AuthenticationCleartextPassword => {
                    let password = password()?;
                    self.send(|bytes| frontend::password_message(password, bytes))?;
                }
                Message::AuthenticationMd5Password(body) => {
                    let hash = md5_hash(account.user.as_bytes(), password()?, body.salt());
                    self.send(|bytes| frontend::password_message(hash.as_bytes(), bytes))?;
                }
                Message::AuthenticationSasl(body) => {
                    let known = body.mechanisms().any(|mechanism| Ok(mechanism == sasl::SCRAM_SHA_256));
                    if !known.map_err(|_| Silence::NotPostgreSql)? {
                        return Err(Silence::UnknownLogin.into());
                    }
                    self.scram(password()?)?;
                }
                Message::ErrorResponse(body) => return Err(refusal(&body)),
                Message::ReadyForQuery(_) => return Ok(()),
                Message::AuthenticationGss
                | Message::AuthenticationKerberosV5
                | Message::AuthenticationScmCredential
                | Message::AuthenticationSspi => return Err(Silence::UnknownLogin.into()),
                _ => return Err(Silence::NotPostgreSql.into()),
            }
        }
    }

    /// RFC 7677. The server proves that it knows the password too; one that cannot is answered no further.
    fn scram(&mut self, password: &[u8]) -> Result<(), Refusal> {
        let mut scram = ScramSha256::new(password, ChannelBinding::unsupported());
        self.send(|bytes| frontend::sasl_initial_response(sasl::SCRAM_SHA_256, scram.message(), bytes))?;
        match self.next()? {
            Message::AuthenticationSaslContinue(body) => {
                scram.update(body.data()).map_err(|_| Silence::UnknownLogin)?;
            }
            Message::ErrorResponse(body) => return Err(refusal(&body)),
            _ => return Err(Silence::NotPostgreSql.into()),
        }
        self.send(|bytes| frontend::sasl_response(scram.message(), bytes))?;
        match self.next()? {
            Message::AuthenticationSaslFinal(body) => {
                scram.finish(body.data()).map_err(|_| Silence::WrongPassword.into())
            }
            Message::ErrorResponse(body) => Err(refusal(&body)),
            _ => Err(Silence::NotPostgreSql.into()),
        }
    }

    /// The rows of the last statement that has some, each value as text.
    fn query(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, Silence> {
        self.send(|bytes| frontend::query(sql, bytes))?;
        let (mut rows, mut failed) = (Vec::new(), None);
        loop {
            match self.next()? {
                Message::RowDescription(_) => rows.clear(),
                Message::DataRow(body) => {
                    let value = |range: Option<std::ops::Range<usize>>| {
                        Ok(range.map(|range| String::from_utf8_lossy(&body.buffer()[range]).into_owned()))
                    };
                    rows.push(body.ranges().map(value).collect().map_err(|_| Silence::NotPostgreSql)?);
                }
                Message::ErrorResponse(body) => failed = failed.or(Some(refused(&body))),
                Message::ReadyForQuery(_) => return failed.map_or(Ok(rows), Err),
                _ => {}
            }
        }
    }

    /// The rows that one query answers. It waits for no lock longer than a second, and takes no longer than `limit`, whatever
    /// the server's own settings are.
    pub(super) fn rows(&mut self, sql: &str, limit: Duration) -> Result<Vec<Vec<Option<String>>>, Silence> {
        let limit = limit.as_millis();
        let sql = format!(
            "BEGIN TRANSACTION READ ONLY; SET LOCAL statement_timeout = {limit}; SET LOCAL lock_timeout = 1000; {sql}; COMMIT"
        );
        let rows = self.query(&sql);
        if rows.is_err() {
            self.query("ROLLBACK")?;
        }
        rows
    }

    pub(super) fn part(&mut self) {
        let _ = self.send(|bytes| {
            frontend::terminate(bytes);
            Ok(())
        });
    }

    /// Asks all in one go. Where the role may not read the control file, or there is none, it asks for the rest.
    pub(super) fn identity(&mut self) -> Result<Identity, Silence> {
        const SYSTEM: &str = "(SELECT system_identifier::text FROM pg_catalog.pg_control_system())";
        const SERVER: &str = "pg_catalog.pg_is_in_recovery()::text, pg_catalog.pg_postmaster_start_time()::text";
        let question = |system: &str, server: &str| {
            format!(
                "BEGIN TRANSACTION READ ONLY; \
                 SELECT {system}, pg_catalog.current_database()::text, {server}, pg_catalog.version()::text, \
                 pg_catalog.shobj_description(oid, 'pg_database')::text FROM pg_catalog.pg_database \
                 WHERE datname = pg_catalog.current_database(); COMMIT"
            )
        };
        let rows = match self.query(&question(SYSTEM, SERVER)) {
            Err(Silence::Refused(_) | Silence::NoRights) => {
                self.query("ROLLBACK")?;
                match self.query(&question("NULL", SERVER)) {
                    Err(Silence::Refused(_) | Silence::NoRights) => {
                        self.query("ROLLBACK")?;
                        self.query(&question("NULL", "'false', NULL"))?
                    }
                    other => other?,
                }
            }
            other => other?,
        };
        match rows.as_slice() {
            [row] => match row.as_slice() {
                [system, Some(database), standby, started, version, comment] => Ok(Identity {
                    kind: match version.as_deref().is_some_and(|version| version.contains("CockroachDB")) {
                        true => ServerKind::CockroachDb,
                        false => ServerKind::PostgreSql,
                    },
                    // `bigint` has a sign, and the identifier has none.
                    system: system.as_deref().and_then(|text| text.parse::<i128>().ok()).map(|number| number as u64),
                    database: database.clone(),
                    comment: comment.clone(),
                    started: started.clone(),
                    duty: if standby.as_deref() == Some("true") { Duty::Standby } else { Duty::Primary },
                    way: self.way,
                }),
                _ => Err(Silence::NotPostgreSql),
            },
            _ => Err(Silence::NotPostgreSql),
        }
    }
}
