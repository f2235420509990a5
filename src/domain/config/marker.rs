//! The variables that give a coding agent away, by their names alone.

/// What agents put into the environment of the processes they start: Prisma's own list (`ai-safety.ts`, 7.9) and the
/// common name `AI_AGENT`, which `edge::ambient` also gives where the file `/opt/.devin` tells of one. An entry that ends in `*` is a prefix.
pub const MARKERS: &[&str] = &[
    "CLAUDECODE", "CLAUDE_CODE*", "CODEX_THREAD_ID", "CODEX_CI", "CODEX_SANDBOX*", "GEMINI_CLI", "QWEN_CODE",
    "CURSOR_AGENT", "COPILOT_CLI", "OPENCODE*", "AUGMENT_AGENT", "ANTIGRAVITY_AGENT", "CLINE_ACTIVE", "AGENT",
    "AI_AGENT",
];

/// Replit's, which is a person's unless its value begins with `agent-`.
pub const REPLIT: &str = "REPLIT_SESSION";

/// Whether an agent can be known by a variable of this name, whatever it holds.
pub fn is_marker(name: &str) -> bool {
    name == REPLIT
        || MARKERS.iter().any(|marker| match marker.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => name == *marker,
        })
}
