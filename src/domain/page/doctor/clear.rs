//! Findings about database URLs that stand in clear: in `.env*`, start-up files, shell histories and the tmux server. Told
//! are file, line and count. A value is looked at and forgotten.

use super::{Configuration, Facts, File, Finding, InGit, Role, Severity, Shell};
use crate::domain::target::url::DatabaseUrl;

/// Whether a file's name is one of those that dotenv libraries read.
pub fn is_dotenv(name: &str) -> bool {
    name == ".env" || name.starts_with(".env.") || (name.ends_with(".env") && name.starts_with('.'))
}

pub(super) fn findings(facts: &Facts) -> Vec<Finding> {
    let mut all: Vec<Finding> = facts.files.iter().filter_map(|file| one(facts, file)).collect();
    all.extend(facts.tmux.iter().map(|name| Finding {
        severity: Severity::Warning,
        place: Some("tmux".to_owned()),
        sentence: format!(
            "{name} in the tmux server's environment is a database URL with its password, which every new pane gets"
        ),
        mend: format!("tmux set-environment -gu {name}"),
    }));
    all
}

fn one(facts: &Facts, file: &File) -> Option<Finding> {
    let lines: Vec<usize> = file.lines().filter(|(_, line)| holds_url(line)).map(|(number, _)| number).collect();
    let first = *lines.first()?;
    let several = lines.len() > 1;
    let what = match lines.len() {
        1 => "a database URL with its password".to_owned(),
        more => format!("{more} database URLs with their passwords"),
    };
    let stands = if several { "stand" } else { "stands" };
    let shown = &file.shown;
    let import = format!("nexus-env import {shown}{}", environment_of(facts, file));
    let (severity, sentence, mend) = match file.role {
        Role::DotEnv(InGit::Tracked) => (
            Severity::Error,
            format!("{what} {stands} in clear in a file that git tracks, so the password must be changed too"),
            format!("{import}; git rm --cached {shown}"),
        ),
        Role::DotEnv(InGit::Untracked) => (
            Severity::Error,
            format!("{what} {stands} in clear in a file that the next `git add .` takes"),
            format!("{import}, then rm {shown}"),
        ),
        Role::DotEnv(InGit::Ignored | InGit::Outside) => (
            Severity::Warning,
            format!("{what} {stands} in clear, and tools read it where nexus-env has loaded nothing"),
            format!("{import}, then rm {shown}"),
        ),
        Role::StartUp(_) => (
            Severity::Warning,
            format!("{what} {stands} in clear in what every shell reads"),
            format!("remove it (vi +{first} {shown}); nexus-env set keeps it"),
        ),
        Role::History(shell) => (
            Severity::Warning,
            format!("{what} {stands} in clear in the history"),
            match shell {
                Shell::Fish => "history delete --contains postgres, in fish".to_owned(),
                Shell::Bash | Shell::Zsh => format!("vi +{first} {shown}, with no other shell open"),
            },
        ),
        Role::Loader(_) => (
            Severity::Warning,
            format!("{what} {stands} in clear in another loader's file"),
            format!("nexus-env set keeps it; then vi +{first} {shown}"),
        ),
        Role::Own(_) => (
            Severity::Warning,
            format!("{what} {stands} in clear in one person's overrides"),
            format!("remove it (vi {shown}); nexus-env set keeps it"),
        ),
        Role::Configuration => (
            Severity::Error,
            format!("{what} {stands} in clear in a file that git tracks"),
            "nexus-env set keeps it encrypted; then a new password".to_owned(),
        ),
    };
    Some(Finding { severity, place: file.at(first), sentence, mend })
}

/// ` -e prod` for `.env.prod`, where there is such an environment.
fn environment_of(facts: &Facts, file: &File) -> String {
    let Configuration::Ready(ready) = &facts.configuration else { return String::new() };
    let suffix = file.shown.rsplit('/').next().and_then(|name| name.strip_prefix(".env.")).unwrap_or("");
    let known = ready.config.environments.iter().find(|environment| environment.name.as_str() == suffix);
    known.map_or_else(String::new, |environment| format!(" -e {}", environment.name))
}

/// The names in `NAME=VALUE` lines whose value is a database URL with a password.
pub fn names_in_clear(text: &str) -> Vec<String> {
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    pairs.filter(|(_, value)| holds_url(value)).map(|(name, _)| name.to_owned()).collect()
}

/// Whether a database URL with a password that is one stands in the line.
fn holds_url(line: &str) -> bool {
    let mut rest = line;
    while let Some(at) = rest.find("://") {
        let scheme = rest[..at].trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '+').len();
        // Text that a shell, a file or JSON ends.
        let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>' | '|' | ';' | ')' | '\\');
        let tail = &rest[scheme..];
        let url = tail.split(ends).next().unwrap_or("");
        if DatabaseUrl::parse(url).is_some_and(|url| url.password().is_some_and(|p| is_one(p.expose()))) {
            return true;
        }
        rest = &rest[at + 3..];
    }
    false
}

/// Not a place where one belongs: `${DB_PASSWORD}`, `password`, `•••`.
fn is_one(password: &[u8]) -> bool {
    const STAND_INS: &[&str] =
        &["password", "pass", "passwd", "secret", "changeme", "change-me", "example", "user", "xxx"];
    let Ok(text) = std::str::from_utf8(password) else { return true };
    let lower = text.to_lowercase();
    let stars = lower.chars().all(|c| matches!(c, '*' | 'x' | '•' | '.' | '_'));
    let named = lower.starts_with("your") || lower.contains("_password") || STAND_INS.contains(&lower.as_str());
    !(text.is_empty() || stars || named || text.starts_with('$') || text.starts_with('{') || text.starts_with('['))
}
