//! A repository's stores in a temporary directory, and people with identities of their own.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use nexus_env::domain::config::Protection;
use nexus_env::domain::config::name::{EnvironmentName, RepositoryId, VariableName};
use nexus_env::domain::session::ambient::{Ambient, Colour, Environ, Terminal, Timestamp};
use nexus_env::domain::store::identity::{self, Identities, Understood};
use nexus_env::domain::store::sealed::seal::{Change, DataKey, Keys};
use nexus_env::domain::store::sealed::{Pin, RecipientName, Store, format};
use nexus_env::domain::text::day::Day;
use nexus_env::domain::text::secret::Secret;
use nexus_env::edge::vault::{self, By, Expected, Opened, Outcome, VaultFailure, Wanted};
use nexus_env::error::{Failure, told};
use zeroize::Zeroizing;

/// A value that must not be seen anywhere but where it was asked for.
pub const CANARY: &str = "canary-7f3a";

pub const ID: &str = "9f3k2v7m4q8x1c5b";

/// Nobody here has a key that only a plugin knows.
pub fn no_plugin(key: &str) -> Result<Box<dyn age::Recipient>, Failure> {
    Err(Failure::new(format!("`{key}` takes a plugin")))
}

pub fn name(text: &str) -> VariableName {
    VariableName::new(text).unwrap()
}

pub fn set(name: &str, value: impl Into<Vec<u8>>) -> Change {
    Change::Set(self::name(name), Secret::new(value))
}

/// On the day of [`World::ambient`].
pub fn by(name: &RecipientName) -> By<'_> {
    By { name, today: Day::of(1_767_225_599) }
}

/// Somebody with a fresh identity.
pub fn somebody() -> Identities {
    let (text, _) = identity::generate("2026-01-02T03:04:05Z");
    match identity::parse("`a test`", text.expose()) {
        Ok(Understood::Ready(identities)) => identities,
        Ok(Understood::Locked(_) | Understood::Plugged(_)) | Err(_) => panic!("a fresh identity is one"),
    }
}

pub struct World {
    pub dir: tempfile::TempDir,
    pub id: RepositoryId,
    pub environment: EnvironmentName,
    pub protection: Protection,
    pub pin: Option<Pin>,
    pub ada: Identities,
}

impl World {
    /// An empty repository in which `prod` is protected.
    pub fn new() -> Self {
        World {
            dir: tempfile::tempdir().unwrap(),
            id: RepositoryId::new(ID).unwrap(),
            environment: EnvironmentName::new("prod").unwrap(),
            protection: Protection::Protected,
            pin: None,
            ada: somebody(),
        }
    }

    /// One with `A`, `B` and `C` stored by ada, each with a canary in its value.
    pub fn with_three() -> Self {
        let mut world = World::new();
        let outcome = world.change(&["A", "B", "C"].map(|name| set(name, format!("{name}-{CANARY}")))).unwrap();
        world.pin = Some(outcome.pin);
        world
    }

    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    pub fn expected(&self) -> Expected<'_> {
        Expected {
            id: &self.id,
            environment: &self.environment,
            protection: self.protection,
            pin: self.pin,
            lifted: &[],
        }
    }

    pub fn file(&self) -> PathBuf {
        vault::path(self.root(), &self.environment)
    }

    pub fn text(&self) -> String {
        std::fs::read_to_string(self.file()).unwrap()
    }

    pub fn overwrite(&self, text: impl AsRef<[u8]>) {
        std::fs::create_dir_all(self.file().parent().unwrap()).unwrap();
        std::fs::write(self.file(), text).unwrap();
    }

    pub fn store(&self) -> Store {
        format::parse(self.text().as_bytes()).unwrap()
    }

    /// Writes the store as an outsider would: the text alone, without a new seal.
    pub fn plant(&self, change: impl FnOnce(&mut Store)) {
        let mut store = self.store();
        change(&mut store);
        self.overwrite(format::render(&store));
    }

    pub fn change(&self, changes: &[Change]) -> Result<Outcome, VaultFailure> {
        let lock = vault::lock(self.root())?;
        vault::change(&lock, &self.expected(), &self.ada, by(&RecipientName::new("ada").unwrap()), changes)
    }

    pub fn open(&self) -> Result<Opened, VaultFailure> {
        self.open_as(&self.ada)
    }

    pub fn open_as(&self, who: &Identities) -> Result<Opened, VaultFailure> {
        let store = vault::read(self.root(), &self.environment)?.expect("there is a store");
        vault::open(&store, &self.expected(), who, Wanted::All)
    }

    /// The sentence and the hint of opening, which must fail and must not show a value. `set` fails the same way.
    #[track_caller]
    pub fn refused(&self) -> (String, String) {
        let before = self.text();
        let told = told_by(self.open().expect_err("the store opened"));
        let by_set = told_by(self.change(&[set("D", CANARY)]).expect_err("set went through"));
        assert_eq!(told.0, by_set.0, "open and set say different things");
        assert_eq!(before, self.text(), "a refused set wrote something");
        told
    }

    /// The keys of the present file, without any check.
    pub fn keys(&self) -> Keys {
        self.keys_of(&self.store().key)
    }

    pub fn keys_of(&self, wrapped: &[u8]) -> Keys {
        let mut key = Zeroizing::new([0; 32]);
        let mut reader = age::Decryptor::new_buffered(wrapped).unwrap().decrypt(self.ada.keys()).unwrap();
        std::io::Read::read_exact(&mut reader, key.as_mut()).unwrap();
        Keys::derive(&DataKey::new(key), &self.id, &self.environment)
    }

    /// Which values open under their names when nobody looks at the seal.
    pub fn opening_without_seal(&self) -> Vec<String> {
        let (keys, store) = (self.keys(), self.store());
        let opening = store.secrets.iter().filter(|(name, text)| keys.belongs(name, text));
        opening.map(|(name, _)| name.to_string()).collect()
    }

    pub fn ambient(&self, variables: &[(&str, &str)]) -> Ambient {
        let pair = |&(name, value): &(&str, &str)| (OsString::from(name), OsString::from(value));
        let root = std::fs::canonicalize(self.root()).unwrap();
        Ambient {
            cwd: Some(root.clone()),
            pwd: Some(root.clone()),
            home: Some(root.clone()),
            config_dir: Some(root.join(".config/nexus-env")),
            state_dir: Some(root.join(".local/state/nexus-env")),
            runtime_dir: None,
            variables: Environ::new(variables.iter().map(pair).collect()),
            terminal: Terminal::Absent,
            colour: Colour::No,
            quiet: true,
            now: Timestamp { seconds: 1_767_225_599, nanoseconds: 0 },
            uptime: None,
            uid: rustix::process::geteuid().as_raw(),
        }
    }
}

/// What the person reads. No way to fail shows a canary, not even in `Debug`.
#[track_caller]
pub fn told_by(failure: impl Into<anyhow::Error> + std::fmt::Debug) -> (String, String) {
    let debug = format!("{failure:?}");
    let error = failure.into();
    let (sentence, hint, _) = told(&error);
    let hint = hint.unwrap_or_default();
    let everything = format!("{debug} {error:?} {sentence} {hint}");
    assert!(!everything.contains("canary"), "a value shows: {everything}");
    let key = everything.split("AGE-SECRET-KEY-1").skip(1).any(|rest| rest.starts_with(char::is_alphanumeric));
    assert!(!key, "a key shows: {everything}");
    assert!(error.chain().any(|cause| cause.is::<Failure>()), "no Failure inside: {everything}");
    (sentence, hint)
}
