//! Whether a coding agent is at the keyboard. Such a one is never given a protected environment's credentials, and
//! cannot be asked for consent.

use super::ambient::{Ambient, Environ, Terminal};
use crate::domain::config::marker::{REPLIT, is_marker};

/// Parts of names that a person sets for an agent in their own shell, where no agent is yet.
const SETTINGS: &[&str] = &["_API_KEY", "_CONFIG", "_DISABLE", "_EXPERIMENTAL", "_HOME", "_MAX_", "_SKIP_", "_USE_"];

/// The name of the variable that gives a coding agent away. An empty value, `0` and `false` mean that there is none.
pub fn marker(variables: &Environ) -> Option<&str> {
    variables.iter().find_map(|(name, value)| {
        let name = name.to_str()?;
        let known = is_marker(name) && !SETTINGS.iter().any(|part| name.contains(part));
        let known = known && (name != REPLIT || value.to_str()?.starts_with("agent-"));
        (known && !matches!(value.to_str(), Some("" | "0" | "false"))).then_some(name)
    })
}

/// Whether a person can be asked: there is a terminal, and no agent sits at it.
pub fn person(ambient: &Ambient) -> Terminal {
    match (ambient.terminal, marker(&ambient.variables)) {
        (Terminal::Present, None) => Terminal::Present,
        (Terminal::Present, Some(_)) | (Terminal::Absent, _) => Terminal::Absent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, value: &str, expected: bool) {
        let variables = Environ::new(vec![(name.into(), value.into()), ("TERM".into(), "dumb".into())]);
        assert_eq!(marker(&variables), expected.then_some(name), "{name}={value}");
    }

    #[test]
    fn knows_the_markers_of_coding_agents() {
        check("CLAUDECODE", "1", true);
        check("CODEX_SANDBOX", "seatbelt", true);
        check("REPLIT_SESSION", "agent-7", true);
        check("CLAUDECODE", "0", false);
        check("CODEX_THREAD_ID", "x", true);
        check("OPENCODE", "1", true);
        check("CLAUDE_CODE_ENTRYPOINT", "cli", true);
        check("CODEX_HOME", "/home/me/.codex", false);
        check("CLAUDE_CODE_USE_BEDROCK", "1", false);
        check("CLAUDE_CODE_MAX_OUTPUT_TOKENS", "64000", false);
        check("OPENCODE_CONFIG", "x", false);
        check("REPLIT_SESSION", "mine", false);
        check("AGENTS", "1", false);
    }
}
