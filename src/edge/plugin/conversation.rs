//! One conversation with a plugin: it is told all at once, and then says what it has and asks what it needs
//! (<https://c2sp.org/age-plugin>).

use std::io::{ErrorKind, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

use super::Plugin;
use crate::domain::session::ambient::Terminal;
use crate::domain::store::plugin::frame::{Frame, Nonsense, Reading};
use crate::domain::text::safe_text::safe_text;
use crate::error::{Failure, Result};

/// The longest line that a plugin may send, in bytes: a post-quantum key's stanza has a word of 1.5 KiB.
const LONGEST: usize = 16 * 1024;
/// How much it may say in one message, and how often, in bytes and messages: far more than any does.
const MOST: usize = 256 * 1024;
const MESSAGES: usize = 1000;

/// What a message is answered with.
pub enum Reply {
    Ok,
    Fail,
    Unsupported,
    Text(Zeroizing<Vec<u8>>),
    /// Yes or no, beside the `ok`.
    Word(&'static str),
}

pub struct Conversation<'p> {
    plugin: &'p Plugin,
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    said: Vec<String>,
    /// Why the person could not be asked.
    unasked: Option<Failure>,
}

impl<'p> Conversation<'p> {
    /// Starts a plugin, away from the repository.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn start(plugin: &'p Plugin, machine: &str) -> Result<Conversation<'p>, Failure> {
        let mut command = Command::new(&plugin.path);
        command
            .arg(format!("--age-plugin={machine}"))
            .current_dir("/")
            .env_clear()
            .envs(plugin.variables.iter().cloned());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let failed = |why: &str| {
            Failure::new(format!("{} could not be started: {why}", plugin.program))
                .hint(format!("{} --version shows whether it runs here", plugin.program))
        };
        let mut child = command.spawn().map_err(|error| {
            let text = error.to_string();
            failed(&text.split(" (os error").next().unwrap_or_default().to_lowercase())
        })?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => {
                Ok(Conversation { plugin, child, input, output, said: Vec::new(), unasked: None })
            }
            _ => Err(failed("it has no pipes")),
        }
    }

    /// # Errors
    /// Where it ended.
    pub fn send(&mut self, frame: &Frame) -> Result<(), Failure> {
        let text = frame.render();
        self.input.write_all(text.as_bytes()).and_then(|()| self.input.flush()).map_err(|_| self.ended())
    }

    /// Answers until it is done: what it tells and asks reaches the person, and `own` answers the rest.
    ///
    /// # Errors
    /// What it says is wrong, a person who could not be asked, and one that ended or said what can be no message.
    pub fn answer(mut self, own: &mut dyn FnMut(&Frame) -> Reply) -> Result<(), Failure> {
        for _ in 0..MESSAGES {
            let frame = self.receive()?;
            let reply = match frame.split() {
                ("done", _) => return self.end(),
                ("msg", _) => {
                    (self.plugin.talk.tell)(&format!("{}: {}", self.plugin.program, frame.text()));
                    Reply::Ok
                }
                ("confirm", words) => self.confirm(&frame, words),
                ("request-public", _) => self.ask(&frame.text(), |plugin, question| {
                    (plugin.talk.ask)(question).map(|answer| Zeroizing::new(answer.into_bytes()))
                }),
                ("request-secret", _) => self.ask(&frame.text(), |plugin, question| {
                    (plugin.talk.secret)(question).map(|answer| Zeroizing::new(answer.expose().to_vec()))
                }),
                ("error", _) => {
                    self.said.push(safe_text(frame.text().trim()).to_string());
                    Reply::Ok
                }
                _ => own(&frame),
            };
            match reply {
                Reply::Ok => self.send(&Frame::new(&["ok"], &[]))?,
                Reply::Text(text) => self.send(&Frame::new(&["ok"], &text))?,
                Reply::Fail => self.send(&Frame::new(&["fail"], &[]))?,
                Reply::Unsupported => self.send(&Frame::new(&["unsupported"], &[]))?,
                Reply::Word(word) => self.send(&Frame::new(&["ok", word], &[]))?,
            }
        }
        Err(self.nonsense())
    }

    fn ask(&mut self, text: &str, by: impl Fn(&Plugin, &str) -> Result<Zeroizing<Vec<u8>>>) -> Reply {
        let program = &self.plugin.program;
        if self.plugin.terminal == Terminal::Absent {
            let failure = Failure::new(format!(
                "{program} asks `{}`, and there is no terminal to ask on",
                safe_text(text.trim())
            ));
            self.unasked = Some(failure.hint("a person types this command in a shell of their own"));
            return Reply::Fail;
        }
        let text = text.trim().trim_end_matches(':');
        match by(self.plugin, &format!("{program}: {text}: ")) {
            Ok(answer) => Reply::Text(answer),
            Err(error) => {
                let (message, hint, exit) = crate::error::told(&error);
                self.unasked = Some(Failure { message, hint, exit });
                Reply::Fail
            }
        }
    }

    /// A question with one or two answers, in base64: `confirm YES [NO]`.
    fn confirm(&mut self, frame: &Frame, words: &[String]) -> Reply {
        let decoded =
            |word: &String| STANDARD_NO_PAD.decode(word).ok().map(|text| String::from_utf8_lossy(&text).into_owned());
        let answers: Option<Vec<String>> = words.iter().take(2).map(decoded).collect();
        let choice = match answers.as_deref() {
            Some([yes]) => format!("Enter: {yes}"),
            Some([yes, no]) => format!("y: {yes}, n: {no}"),
            _ => return Reply::Fail,
        };
        let both = words.len() > 1;
        let chosen = self.ask(&format!("{} [{choice}]", frame.text().trim()), |plugin, question| {
            let typed = (plugin.talk.ask)(question)?.to_lowercase();
            Ok(Zeroizing::new(vec![u8::from(!both || matches!(typed.as_str(), "y" | "yes"))]))
        });
        match chosen {
            Reply::Text(answer) => Reply::Word(if answer.first() == Some(&1) { "yes" } else { "no" }),
            other => other,
        }
    }

    /// One message. Byte by byte, so that nothing of a key stays in a buffer.
    fn receive(&mut self) -> Result<Frame, Failure> {
        let mut reading = Reading::default();
        let mut line = Zeroizing::new(Vec::with_capacity(LONGEST));
        let mut byte = Zeroizing::new([0]);
        for _ in 0..MOST {
            match self.output.read(byte.as_mut()) {
                Ok(0) => return Err(self.ended()),
                Ok(_) if byte[0] == b'\n' => {
                    let text = std::str::from_utf8(&line).map_err(|_| Nonsense);
                    match text.and_then(|text| reading.line(text)) {
                        Ok(Some(frame)) => return Ok(frame),
                        Ok(None) => line.clear(),
                        Err(Nonsense) => return Err(self.nonsense()),
                    }
                }
                Ok(_) if line.len() < LONGEST => line.push(byte[0]),
                Ok(_) => return Err(self.nonsense()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(self.ended()),
            }
        }
        Err(self.nonsense())
    }

    fn end(mut self) -> Result<(), Failure> {
        if let Some(unasked) = self.unasked.take() {
            return Err(unasked);
        }
        match self.said.is_empty() {
            true => Ok(()),
            false => {
                let program = &self.plugin.program;
                Err(Failure::new(format!("{program} says: {}", self.said.join("; ")))
                    .hint(format!("type it once more with its key plugged in; {program} --help says what it needs")))
            }
        }
    }

    /// Why nothing comes any more.
    fn ended(&mut self) -> Failure {
        if let Some(unasked) = self.unasked.take() {
            return unasked;
        }
        let program = &self.plugin.program;
        let how = self.child.wait().ok().map(how).unwrap_or_default();
        Failure::new(format!("{program} ended before it had answered{how}"))
            .hint(format!("{program} --version shows whether it runs here"))
    }

    fn nonsense(&self) -> Failure {
        let program = &self.plugin.program;
        Failure::new(format!("{program} answers in no words that a plugin of age has"))
            .hint(format!("{program} --version shows whether it is the program that its name says"))
    }
}

fn how(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!(" (exit status {code})"),
        (None, Some(signal)) => format!(" (signal {signal})"),
        (None, None) => String::new(),
    }
}

impl Drop for Conversation<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
