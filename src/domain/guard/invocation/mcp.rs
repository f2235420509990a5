//! Clients that call a tool of an MCP server from a shell: what they call is judged as a coding agent's own call of that tool.

use super::service::database_tool;
use super::strings::string;
use super::{Invocation, Word};
use crate::domain::guard::scope::Fed;
use crate::domain::text::json::Json;

/// Such clients, by their names and those of their packages.
pub(super) const CLIENTS: &[&str] = &[
    "mcporter", "mcp", "mcp-cli", "mcpc", "mcptools", "mcpt", "fastmcp", "inspector", "mcp-inspector", "mcphost",
    "mcp-client", "toolbox", "mcp-use", "mcpkit", "mcptool", "mcp-tools", "mcp-cmd", "supergateway", "mcp-remote",
];

/// Subcommands behind which the tool's name stands, and flags of which it is the value.
const CALLS: &[&str] = &["call", "call-tool", "exec", "run", "invoke", "tools/call", "tools-call"];
const TOOL: &[&str] = &["--tool-name", "--tool", "--target", "-t"];

/// The call, where it is one of a database's tools; its arguments may be fed, or stand in a file.
pub(super) fn read(name: &str, words: &[Word], fed: &Fed) -> Option<Invocation> {
    // docs.docker.com/ai/mcp-catalog-and-toolkit, "docker mcp tools".
    let of_docker = name == "docker" && words.first().is_some_and(|word| word.text == "mcp");
    if !CLIENTS.contains(&name) && !of_docker {
        return None;
    }
    let behind = |names: &[&str]| {
        let at = words.iter().position(|word| names.contains(&word.text.as_str()))?;
        words[at + 1..].iter().position(|word| !word.text.starts_with('-')).map(|more| at + 1 + more)
    };
    // `mcporter SERVER.TOOL …`, `mcp-cli SERVER/TOOL …`: the verb may be left out.
    let bare = || {
        words
            .iter()
            .position(|word| !word.text.starts_with('-'))
            .filter(|at| words.len() > at + 1 || of_a_server(&words[*at].text))
    };
    let at = behind(TOOL).or_else(|| behind(CALLS)).or_else(bare)?;
    let mut call = words[at].text.as_str();
    let mut arguments = Vec::new();
    if let Some((tool, inside)) = call.split_once('(') {
        call = tool;
        arguments.extend(named_arguments(inside.trim_end().trim_end_matches(')')));
    }
    arguments.extend(fed.text().and_then(Json::read).map(|json| ("arguments".to_owned(), json)));
    for word in words {
        if let Some(json) = Json::read(&word.text).filter(|json| !json.pairs().is_empty()) {
            arguments.push(("arguments".to_owned(), json));
        } else if let Some((key, value)) = word.text.split_once('=').or_else(|| word.text.split_once(':')) {
            arguments.push((key.trim_start_matches('-').trim_end_matches(':').to_owned(), text(value)));
        }
    }
    // A flag of the tool's own name with its value: `--sql "…"`.
    for pair in words.windows(2) {
        if let Some(key) = pair[0].text.strip_prefix("--").filter(|key| !key.contains('=')) {
            arguments.push((key.to_owned(), text(&pair[1].text)));
        }
    }
    // The server's name, where it is a word of its own: `call SERVER TOOL`.
    let named = words.get(at + 1).filter(|word| is_name(&word.text)).map(|word| word.text.as_str());
    [Some(call), named].into_iter().flatten().find_map(|tool| database_tool(tool, &Json::Object(arguments.clone())))
}

fn of_a_server(text: &str) -> bool {
    text.contains(['.', '/', ':', '('])
}

/// `projectId: "x", sql: "…"`.
fn named_arguments(inside: &str) -> Vec<(String, Json)> {
    let mut found = Vec::new();
    let mut rest = inside;
    while let Some((key, behind)) = rest.split_once([':', '=']) {
        let behind = behind.trim_start();
        let (value, after) = match string(behind).filter(|_| behind.starts_with(['"', '\'', '`'])) {
            Some((value, after)) => (value, after),
            None => {
                let closes = match behind.chars().next() {
                    Some('[') => behind.rfind(']').map(|at| at + 1),
                    Some('{') => behind.rfind('}').map(|at| at + 1),
                    Some(_) | None => behind.find(','),
                };
                let end = closes.unwrap_or(behind.len());
                (behind[..end].trim().to_owned(), &behind[end..])
            }
        };
        let value = Json::read(&value).filter(|json| json.text().is_none()).unwrap_or(Json::Text(value));
        found.push((key.trim().trim_matches(['"', '\'']).to_owned(), value));
        rest = after.trim_start().trim_start_matches(',');
    }
    found
}

/// A call that is fed to such a tool's server by itself, as a line of JSON-RPC (modelcontextprotocol.io, "tools/call").
pub(super) fn fed(fed: &Fed) -> Option<Invocation> {
    fed.text()?.lines().filter(|line| is_call(line)).find_map(called)
}

/// Whether a text is such a call.
pub(super) fn is_call(text: &str) -> bool {
    text.contains("tools/call")
}

/// What such a call amounts to.
pub(super) fn called(text: &str) -> Option<Invocation> {
    let call = Json::read(text)?;
    let params = call.get("params")?;
    database_tool(params.get("name")?.text()?, params.get("arguments").unwrap_or(&Json::Other))
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

fn text(value: &str) -> Json {
    let value = value.trim();
    let inside = |quote| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    Json::Text(inside('"').or_else(|| inside('\'')).unwrap_or(value).to_owned())
}
