//! Starts the plugins of age that the person's own settings name, for `unlock` and `recipients`, and for nothing else. What is
//! found is what no repository and no other user could have put there. age's own way to start one takes the first that stands in
//! `PATH`, hands it this whole environment and prints keys where `AGEDEBUG` says so; hence this one.

mod conversation;
mod place;

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::PathBuf;

use age::secrecy::ExposeSecret;
use age::{DecryptError, EncryptError};
use age_core::format::{FileKey, Stanza};

use self::conversation::{Conversation, Reply};
use crate::domain::session::ambient::{Ambient, Terminal};
use crate::domain::session::{given, keyboard};
use crate::domain::store::identity::Plugged;
use crate::domain::store::plugin::PluginName;
use crate::domain::store::plugin::frame::Frame;
use crate::domain::text::secret::Secret;
use crate::error::{Failure, Result};

/// How a plugin reaches the person: a sentence is shown, a question asked, a secret typed without echo.
#[derive(Clone, Copy)]
pub struct Talk {
    pub tell: fn(&str),
    pub ask: fn(&str) -> Result<String>,
    pub secret: fn(&str) -> Result<Secret>,
}

/// Where plugins are found, and what they are started with.
#[derive(Clone)]
pub struct Plugins {
    named: Vec<String>,
    directories: Vec<PathBuf>,
    trees: Vec<PathBuf>,
    variables: Vec<(OsString, OsString)>,
    settings: String,
    terminal: Terminal,
    uid: u32,
    talk: Talk,
}

/// One that may be started.
struct Plugin {
    program: String,
    path: PathBuf,
    variables: Vec<(OsString, OsString)>,
    terminal: Terminal,
    talk: Talk,
}

impl Plugins {
    /// Those that `age_plugins` in the person's settings names. Nothing is looked for below the work trees around `repository`
    /// and the current directory.
    pub fn new(ambient: &Ambient, named: Vec<String>, repository: &std::path::Path, talk: Talk) -> Plugins {
        let trees = place::trees(ambient, repository);
        let path = ambient.variables.get("PATH").unwrap_or_default();
        let (directories, kept) = place::directories(path, &trees, ambient.uid);
        // What a load set is the repository's word, our own variables are for us alone, and `AGEDEBUG` makes a plugin's library
        // print what it is told.
        let ours = |name: &str| {
            name.starts_with(given::PREFIX)
                || name == "AGEDEBUG"
                || name == "PATH"
                || given::names(&ambient.variables).any(|set| set == name)
        };
        let variables = ambient.variables.iter().filter(|(name, _)| !name.to_str().is_some_and(ours));
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let settings = ambient.config_dir.as_ref().map(|directory| directory.join("config.toml"));
        Plugins {
            named,
            directories,
            trees,
            variables: variables.chain([("PATH".into(), kept)]).collect(),
            settings: settings.map(|path| place::shown(ambient, &path)).unwrap_or_else(|| "config.toml".to_owned()),
            terminal: keyboard::person(ambient),
            uid: ambient.uid,
            talk,
        }
    }

    /// What wraps a key for this reader.
    ///
    /// # Errors
    /// A key of no plugin, and one whose plugin may not be started or is not there.
    pub fn recipient(&self, key: &str) -> Result<Box<dyn age::Recipient>, Failure> {
        let name = PluginName::of_recipient(key)
            .ok_or_else(|| Failure::new(format!("`{key}` is no public key that can be encrypted to")))?;
        let plugin = self.find(&name, &format!("to encrypt to {}", short(key)))?;
        Ok(Box::new(Recipient { plugin, key: key.to_owned() }))
    }

    /// What unwraps with these identities, a program for each plugin.
    ///
    /// # Errors
    /// A plugin that may not be started or is not there.
    pub fn identities(&self, plugged: &Plugged) -> Result<Vec<Box<dyn age::Identity>>, Failure> {
        let mut all: Vec<Box<dyn age::Identity>> = Vec::new();
        let mut done: Vec<&PluginName> = Vec::new();
        for (name, _) in &plugged.lines {
            if !done.contains(&name) {
                done.push(name);
                let plugin = self.find(name, &format!("to use {}", plugged.origin))?;
                let lines = plugged.lines.iter().filter(|(other, _)| other == name).map(|(_, line)| line.clone());
                all.push(Box::new(Identity { plugin, lines: lines.collect() }));
            }
        }
        Ok(all)
    }

    fn find(&self, name: &PluginName, why: &str) -> Result<Plugin, Failure> {
        let program = name.program();
        if !self.named.iter().any(|named| named == name.as_str()) {
            let all: Vec<String> =
                self.named.iter().map(String::as_str).chain([name.as_str()]).map(|one| format!("\"{one}\"")).collect();
            return Err(Failure::new(format!("{why} takes {program}, and your own settings name no such plugin"))
                .hint(format!(
                    "if you installed it yourself, in `{}`: age_plugins = [{}]",
                    self.settings,
                    all.join(", ")
                )));
        }
        let path = place::find(&program, &self.directories, &self.trees, self.uid)
            .map_err(|failure| Failure { message: format!("{why} takes {program}, {}", failure.message), ..failure })?;
        let (variables, terminal, talk) = (self.variables.clone(), self.terminal, self.talk);
        Ok(Plugin { program, path, variables, terminal, talk })
    }
}

/// The beginning of a key, enough to know it by.
fn short(key: &str) -> String {
    match key.get(..24) {
        Some(first) if key.len() > 32 => format!("{first}…"),
        _ => key.to_owned(),
    }
}

struct Recipient {
    plugin: Plugin,
    key: String,
}

impl age::Recipient for Recipient {
    fn wrap_file_key(&self, key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        self.wrap(key).map_err(|failure| EncryptError::Io(std::io::Error::other(failure)))
    }
}

impl Recipient {
    fn wrap(&self, key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), Failure> {
        let plugin = &self.plugin;
        let mut conversation = Conversation::start(plugin, "recipient-v1")?;
        conversation.send(&Frame::new(&["add-recipient", &self.key], &[]))?;
        conversation.send(&Frame::new(&["extension-labels"], &[]))?;
        conversation.send(&Frame::new(&["wrap-file-key"], key.expose_secret()))?;
        conversation.send(&Frame::new(&["done"], &[]))?;
        let (mut stanzas, mut labels) = (Vec::new(), HashSet::new());
        conversation.answer(&mut |frame| match frame.split() {
            ("recipient-stanza", [file, tag, arguments @ ..]) if file == "0" => {
                stanzas.push(Stanza { tag: tag.clone(), args: arguments.to_vec(), body: frame.body.to_vec() });
                Reply::Ok
            }
            ("labels", all) => {
                labels = all.iter().cloned().collect();
                Reply::Ok
            }
            _ => Reply::Unsupported,
        })?;
        // A load counts them, and one for each reader is what it takes.
        match stanzas.len() {
            1 => Ok((stanzas, labels)),
            count => Err(Failure::new(format!(
                "{} wrapped the key {count} times for one reader, where once is right",
                plugin.program
            ))
            .hint(format!("{} --version says whether there is a newer one", plugin.program))),
        }
    }
}

struct Identity {
    plugin: Plugin,
    lines: Vec<Secret>,
}

impl age::Identity for Identity {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        self.unwrap_stanzas(std::slice::from_ref(stanza))
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, DecryptError>> {
        let unwrapped = self.unwrap(stanzas);
        unwrapped.map_err(|failure| DecryptError::Io(std::io::Error::other(failure))).transpose()
    }
}

impl Identity {
    /// One conversation for all stanzas: each may ask for a touch.
    fn unwrap(&self, stanzas: &[Stanza]) -> Result<Option<FileKey>, Failure> {
        let plugin = &self.plugin;
        let mut conversation = Conversation::start(plugin, "identity-v1")?;
        for line in &self.lines {
            let line = String::from_utf8_lossy(line.expose());
            conversation.send(&Frame::new(&["add-identity", &line], &[]))?;
        }
        for stanza in stanzas {
            let words = ["recipient-stanza", "0", &stanza.tag].into_iter();
            let words: Vec<&str> = words.chain(stanza.args.iter().map(String::as_str)).collect();
            conversation.send(&Frame::new(&words, &stanza.body))?;
        }
        conversation.send(&Frame::new(&["done"], &[]))?;
        let mut key = None;
        conversation.answer(&mut |frame| match frame.split() {
            ("file-key", [file]) if file == "0" && key.is_none() && frame.body.len() == 16 => {
                key = Some(FileKey::init_with_mut(|key| key.copy_from_slice(&frame.body)));
                Reply::Ok
            }
            ("file-key", _) => Reply::Fail,
            _ => Reply::Unsupported,
        })?;
        Ok(key)
    }
}
