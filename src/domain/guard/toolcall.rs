//! What a coding agent's hook hands over before a tool runs, and how each agent is answered. Pure.
//!
//! An agent is only ever told no, or nothing: it is never told yes, which could skip a question of its own to the person,
//! and never to ask, which it might answer itself.

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::invocation::{Invocation, Tool, database_tool};
use super::verdict::Effect;
use crate::domain::text::json::Json;

/// Whose format it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Format {
    /// Claude Code's `PreToolUse`; Codex speaks the same.
    Claude,
    /// Gemini CLI's `BeforeTool`.
    Gemini,
    /// Cursor's `beforeShellExecution` and `preToolUse`.
    Cursor,
    /// GitHub Copilot's `preToolUse`.
    Copilot,
    /// The exit status alone: 0 run, 2 refused, with the reason on stderr.
    Exit,
}

impl Format {
    pub const WORDS: [(&'static str, Format); 6] = [
        ("claude", Format::Claude),
        ("codex", Format::Claude),
        ("gemini", Format::Gemini),
        ("cursor", Format::Cursor),
        ("copilot", Format::Copilot),
        ("exit", Format::Exit),
    ];

    pub fn from_word(word: &str) -> Option<Format> {
        Format::WORDS.iter().find(|(known, _)| *known == word).map(|(_, format)| *format)
    }
}

/// What the agent is about to do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Call {
    /// It runs this shell line, in this directory where it says so.
    Line { line: String, cwd: Option<PathBuf> },
    /// It runs these words without a shell.
    Words { words: Vec<String>, cwd: Option<PathBuf> },
    /// It speaks to a database without a shell.
    Database { command: Invocation, cwd: Option<PathBuf> },
    /// It writes, moves or removes this file.
    File { path: PathBuf, cwd: Option<PathBuf> },
    /// Something that starts no command, or that has happened already.
    Harmless,
    /// The text is no call that anybody knows.
    Unreadable,
}

/// Reads a call, and finds out whose it is.
pub fn read(text: &str) -> (Format, Call) {
    let Some(Value::Object(call)) = parsed(text) else { return (Format::Exit, Call::Unreadable) };
    let event = first(&call, &["hook_event_name", "hookEventName", "event"]);
    let cursor = call.contains_key("cursor_version") || call.contains_key("workspace_roots");
    let format = match event {
        Some("beforeShellExecution" | "beforeMCPExecution") => Format::Cursor,
        Some("BeforeTool") => Format::Gemini,
        Some(_) if cursor => Format::Cursor,
        Some("PreToolUse") => Format::Claude,
        Some("preToolUse") => Format::Copilot,
        None if call.contains_key("toolName") => Format::Copilot,
        Some(_) | None => Format::Exit,
    };
    // What is told after the fact cannot be refused any more.
    let late = event.is_some_and(|event| {
        let event = event.to_ascii_lowercase();
        event.starts_with("post") || event.starts_with("after") || event.ends_with("end") || event == "stop"
    });
    (format, if late { Call::Harmless } else { command(&call) })
}

/// What a call comes to that nobody can read: a command that may be any.
pub fn unreadable(directory: PathBuf) -> Invocation {
    Invocation {
        tool: Tool::Other,
        name: "a tool call".to_owned(),
        words: Vec::new(),
        outer: Default::default(),
        effect: Effect::Unknown,
        does: "run on",
        why: "what came on stdin is no tool call that can be read".into(),
        uses: Vec::new(),
        through: Default::default(),
        beaten: Vec::new(),
        directory,
        migrations: None,
    }
}

/// An agent may be written in a language whose JSON has lone surrogates, or any depth: what serde refuses is read as
/// JavaScript reads it.
fn parsed(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().or_else(|| Json::read(text).map(value))
}

fn value(json: Json) -> Value {
    match json {
        Json::Text(text) => Value::String(text),
        Json::List(list) => list.into_iter().map(value).collect(),
        Json::Object(pairs) => pairs.into_iter().map(|(key, json)| (key, value(json))).collect(),
        Json::Other => Value::Null,
    }
}

fn json_of(input: &Map<String, Value>) -> Json {
    Json::read(&Value::Object(input.clone()).to_string()).unwrap_or(Json::Other)
}

/// The command is looked for by its name, whatever the tool is called: `Bash`, `run_shell_command`, `bash`, a server of
/// MCP. Most tools that edit files have none.
fn command(call: &Map<String, Value>) -> Call {
    let nested = match ["tool_input", "toolArgs", "tool_args", "input"].iter().find_map(|key| call.get(*key)) {
        Some(Value::Object(input)) => Some(input.clone()),
        // Copilot and some of Cursor's events hand over JSON within a text.
        Some(Value::String(text)) => match parsed(text) {
            Some(Value::Object(input)) => Some(input),
            Some(_) | None => return Call::Unreadable,
        },
        Some(Value::Null) | None => None,
        Some(Value::Bool(_) | Value::Number(_) | Value::Array(_)) => return Call::Unreadable,
    };
    let input = nested.as_ref().unwrap_or(call);
    let cwd = directory(call, input);
    let tool = first(call, &["tool_name", "toolName"]).unwrap_or_default();
    if let Some(words) = of_prisma_server(tool) {
        let cwd = first(input, &["projectCWD", "projectCwd"]).map(PathBuf::from).or(cwd);
        return Call::Words { words, cwd };
    }
    let is_remote =
        tool.contains("__") || first(call, &["hook_event_name", "hookEventName"]) == Some("beforeMCPExecution");
    if !shell(tool)
        && (is_remote || !input.contains_key("command"))
        && let Some(command) = database_tool(tool, &json_of(input))
    {
        return Call::Database { command, cwd };
    }
    match ["command", "cmd", "script", "commandLine"].iter().find_map(|key| input.get(*key)) {
        Some(Value::String(line)) => Call::Line { line: line.clone(), cwd },
        Some(Value::Array(words)) => {
            match words.iter().map(|word| word.as_str().map(str::to_owned)).collect::<Option<Vec<String>>>() {
                Some(words) => Call::Words { words, cwd },
                None => Call::Unreadable,
            }
        }
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) => Call::Unreadable,
        None if shell(tool) => Call::Unreadable,
        None => match first(input, &["file_path", "filePath", "absolute_path", "notebook_path", "path"]) {
            Some(path) if writes(tool) => Call::File { path: PathBuf::from(path), cwd },
            Some(_) | None => Call::Harmless,
        },
    }
}

/// Tools of Prisma's own MCP server: they run its command line.
fn of_prisma_server(tool: &str) -> Option<Vec<String>> {
    let (server, tool) = tool.strip_prefix("mcp__")?.rsplit_once("__")?;
    let words = match tool {
        "migrate-dev" | "migrate_dev" => ["prisma", "migrate", "dev"],
        "migrate-reset" | "migrate_reset" => ["prisma", "migrate", "reset"],
        _ => return None,
    };
    server.to_ascii_lowercase().contains("prisma").then(|| words.map(str::to_owned).to_vec())
}

/// Tools that change files, by what they are called: `Write`, `edit_file`, `replace`, a server of MCP.
fn writes(tool: &str) -> bool {
    let tool = tool.to_ascii_lowercase();
    ["write", "edit", "create", "replace", "patch", "delete", "move", "append", "insert"]
        .iter()
        .any(|word| tool.contains(word))
}

/// Tools whose input must hold a command.
fn shell(tool: &str) -> bool {
    let tool = tool.to_ascii_lowercase();
    ["bash", "shell", "run_shell_command", "local_shell", "run_in_terminal", "powershell"].contains(&tool.as_str())
}

/// Where the command will run: what the tool says, else what the agent says of itself. A relative one is below that.
fn directory(call: &Map<String, Value>, input: &Map<String, Value>) -> Option<PathBuf> {
    let roots = call.get("workspace_roots").and_then(Value::as_array).and_then(|roots| roots.first());
    let own = first(call, &["cwd"]).filter(|cwd| !cwd.is_empty()).or(roots.and_then(Value::as_str)).map(PathBuf::from);
    let tools = first(input, &["workdir", "dir_path", "directory", "cwd", "working_directory"]);
    match (own, tools.filter(|cwd| !cwd.is_empty())) {
        (Some(own), Some(tools)) => Some(own.join(tools)),
        (None, Some(tools)) => Some(PathBuf::from(tools)),
        (own, None) => own,
    }
}

/// Words of a command that may be places: where it changes to, where a program or a package stands.
pub fn places(text: &str) -> Vec<&str> {
    let apart = |c: char| c.is_whitespace() || "'\"`;&|()<>=".contains(c);
    let mut words: Vec<&str> = text.split(apart).filter(|word| !word.is_empty() && !word.starts_with('-')).collect();
    words.sort_unstable();
    words.dedup();
    words.truncate(200);
    words
}

fn first<'a>(object: &'a Map<String, Value>, keys: &[&str]) -> Option<&'a str> {
    keys.iter().find_map(|key| object.get(*key)?.as_str())
}

/// What goes back to the agent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    pub stdout: String,
    pub stderr: String,
    pub exit: u8,
}

/// Nothing against it.
pub fn pass(format: Format) -> Answer {
    let stdout = match format {
        // These two read an empty answer as a broken hook.
        Format::Cursor | Format::Gemini => "{}\n",
        Format::Claude | Format::Copilot | Format::Exit => "",
    };
    Answer { stdout: stdout.to_owned(), stderr: String::new(), exit: 0 }
}

/// It must not run, and why.
pub fn refuse(format: Format, reason: &str) -> Answer {
    let object = match format {
        Format::Claude => json!({
            "hookSpecificOutput": {
                "hookEventName": "PreToolUse",
                "permissionDecision": "deny",
                "permissionDecisionReason": reason,
            }
        }),
        Format::Gemini => json!({ "decision": "deny", "reason": reason }),
        Format::Cursor => json!({ "permission": "deny", "user_message": reason, "agent_message": reason }),
        Format::Copilot => json!({ "permissionDecision": "deny", "permissionDecisionReason": reason }),
        Format::Exit => return Answer { stdout: String::new(), stderr: format!("{reason}\n"), exit: 2 },
    };
    // Versions of one agent differ in which of the two they obey: each says the same.
    Answer { stdout: format!("{object}\n"), stderr: format!("{reason}\n"), exit: 2 }
}

#[cfg(test)]
#[path = "toolcall_tests.rs"]
mod tests;
