//! `NEXUS_ENV_TRACE=1`: what was read, asked, observed and concluded, each with the time since the start, on stderr. It answers
//! "why did the guard not ask?". Nothing is told but places, names and conclusions: never a value, a URL's password or a
//! file's text. Where it is off, it costs one look at a number.

use std::fmt::Arguments;
use std::io::Write;
use std::sync::OnceLock;
use std::time::Instant;

use crate::domain::text::safe_text;

static BEGAN: OnceLock<Instant> = OnceLock::new();

/// From here on everything is told. To be called once, before anything is read.
pub fn begin() {
    let _ = BEGAN.set(Instant::now());
}

/// What a line of the trace is about.
#[derive(Clone, Copy)]
pub enum Step {
    /// A file or a directory.
    Read,
    /// A database, or another program.
    Asked,
    /// Who listens at a place, and what was given to this process.
    Observed,
    /// What follows.
    Concluded,
}

impl Step {
    fn word(self) -> &'static str {
        match self {
            Step::Read => "read",
            Step::Asked => "asked",
            Step::Observed => "observed",
            Step::Concluded => "concluded",
        }
    }
}

/// One line, where somebody asked for it: `trace::line(Step::Read, format_args!("{}", path.display()))`. The text is
/// written only then.
pub fn line(step: Step, text: Arguments<'_>) {
    if let Some(began) = BEGAN.get() {
        let since = began.elapsed().as_secs_f64() * 1000.0;
        let text = safe_text::lines(&text.to_string()).replace('\n', " ");
        let line = format!("nexus-env: trace {since:9.3} ms  {:<9}  {text}\n", step.word());
        let _ = std::io::stderr().write_all(line.as_bytes());
    }
}
