//! Clients that call a tool of an MCP server from a shell: what they call is judged as a coding agent's own call of that tool.

use super::service::database_tool;
use super::{Invocation, Word};
use crate::domain::guard::scope::Fed;
use crate::domain::text::json::Json;

/// Such clients, by their names and those of their packages.
pub(super) const CLIENTS: &[&str] = &[
    "mcporter", "mcp", "mcp-cli", "mcpc", "mcptools", "mcpt", "fastmcp", "inspector", "mcp-inspector", "mcphost",
    "mcp-client", "toolbox",
];

/// Subcommands behind which the tool's name stands, and flags of which it is the value.
const CALLS: &[&str] = &["call", "call-tool", "exec", "run", "invoke", "tools/call", "tools-call"];
const TOOL: &[&str] = &["--tool-name", "--tool", "-t"];

/// The call, where it is one of a database's tools.
pub(super) fn read(name: &str, words: &[Word]) -> Option<Invocation> {
    if !CLIENTS.contains(&name) {
        return None;
    }
    let behind = |names: &[&str]| {
        let at = words.iter().position(|word| names.contains(&word.text.as_str()))?;
        words[at + 1..].iter().position(|word| !word.text.starts_with('-')).map(|more| at + 1 + more)
    };
    let at = behind(TOOL).or_else(|| behind(CALLS))?;
    let mut call = words[at].text.as_str();
    let mut arguments = Vec::new();
    // `server.tool(sql: "…")`.
    if let Some((tool, inside)) = call.split_once('(') {
        call = tool;
        let pairs = inside.trim_end_matches(')').split_once(':');
        arguments.extend(pairs.map(|(key, value)| (key.trim().to_owned(), text(value))));
    }
    for word in words {
        if let Some(json) = Json::read(&word.text).filter(|json| !json.pairs().is_empty()) {
            arguments.push(("arguments".to_owned(), json));
        } else if let Some((key, value)) = word.text.split_once('=') {
            arguments.push((key.trim_start_matches('-').to_owned(), Json::Text(value.to_owned())));
        } else if let Some((key, value)) = word.text.split_once(':') {
            arguments.push((key.to_owned(), text(value)));
        }
    }
    // The server's name, where it is a word of its own: `call SERVER TOOL`.
    let named = words.get(at + 1).filter(|word| is_name(&word.text)).map(|word| word.text.as_str());
    [Some(call), named].into_iter().flatten().find_map(|tool| database_tool(tool, &Json::Object(arguments.clone())))
}

/// A call that is fed to such a tool's server by itself, as a line of JSON-RPC (modelcontextprotocol.io, "tools/call").
pub(super) fn fed(fed: &Fed) -> Option<Invocation> {
    let calls = fed.text()?.lines().filter(|line| line.contains("tools/call")).filter_map(Json::read);
    calls.into_iter().find_map(|call| {
        let params = call.get("params")?;
        database_tool(params.get("name")?.text()?, params.get("arguments").unwrap_or(&Json::Other))
    })
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

fn text(value: &str) -> Json {
    Json::Text(value.trim().trim_matches(['"', '\'']).to_owned())
}
