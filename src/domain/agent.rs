//! Whether a coding agent is at the keyboard. Such a one is never given a protected environment's credentials, and
//! cannot be asked for consent.

pub mod line;
pub mod own;
mod programs;

use super::ambient::{Ambient, Environ, Terminal};

/// What agents put into the environment of the processes they start: Prisma's own list (`ai-safety.ts`, 7.9) and the
/// common name `AI_AGENT`, which `edge::ambient` also gives where the file `/opt/.devin` tells of one. An entry that ends in `*` is a prefix.
pub const MARKERS: &[&str] = &[
    "CLAUDECODE",
    "CLAUDE_CODE*",
    "CODEX_THREAD_ID",
    "CODEX_CI",
    "CODEX_SANDBOX*",
    "GEMINI_CLI",
    "QWEN_CODE",
    "CURSOR_AGENT",
    "COPILOT_CLI",
    "OPENCODE*",
    "AUGMENT_AGENT",
    "ANTIGRAVITY_AGENT",
    "CLINE_ACTIVE",
    "AGENT",
    "AI_AGENT",
];

/// Parts of names that a person sets for an agent in their own shell, where no agent is yet.
const SETTINGS: &[&str] = &["_API_KEY", "_CONFIG", "_DISABLE", "_EXPERIMENTAL", "_HOME", "_MAX_", "_SKIP_", "_USE_"];

/// Replit's, which is a person's unless its value begins with `agent-`.
const REPLIT: &str = "REPLIT_SESSION";

/// Whether an agent can be known by a variable of this name, whatever it holds.
pub fn is_marker(name: &str) -> bool {
    name == REPLIT
        || MARKERS.iter().any(|marker| match marker.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => name == *marker,
        })
}

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
