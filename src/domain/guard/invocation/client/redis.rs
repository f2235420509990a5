//! What a text would do as commands of Redis: one a line, or a script in its own language, which is searched and not read.

use crate::domain::guard::sql::Danger;

/// A command a line, as it is typed or as the wire has it.
pub(in crate::domain::guard::invocation) fn danger(text: &str) -> Danger {
    let lower = text.to_ascii_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    let is_script =
        matches!(words.first(), Some(&("eval" | "fcall" | "function" | "script"))) || lower.contains("redis.call");
    // `--cluster call HOST:PORT COMMAND`.
    let at = if words.first() == Some(&"call") { 2 } else { 0 };
    let line = |line: &str| empties(line.split_whitespace().skip(at).collect::<Vec<_>>().as_slice());
    let flushes = ["flushall", "flushdb"].iter().any(|command| lower.contains(command));
    if lower.lines().any(line) || is_script && (flushes || deletes_all(&lower)) {
        return Danger::Destructive;
    }
    let computed = |word: Option<&&str>| word.is_some_and(|word| word.starts_with(['$', '…']));
    let is_computed = words.first() == Some(&"eval") && computed(words.get(1));
    match computed(words.first()) || is_computed || deletes_computed(&words) {
        true => Danger::Unknown,
        false => Danger::None,
    }
}

/// A command that deletes what a server holds. What becomes another one's replica takes over what that one holds.
fn empties(words: &[&str]) -> bool {
    match words {
        ["flushall" | "flushdb" | "ft.dropindex" | "flush_all" | "graph.delete", ..] => true,
        ["cluster", "reset" | "flushslots", ..] | ["shutdown", "nosave", ..] | ["function", "flush", ..] => true,
        ["replicaof" | "slaveof", host, _, ..] => *host != "no",
        _ => false,
    }
}

/// A script that deletes every key it finds, with a pattern for all.
fn deletes_all(script: &str) -> bool {
    let plain: String = script.chars().filter(|c| !c.is_whitespace() && *c != '\\').collect();
    let plain = plain.replace('"', "'");
    let deletes = plain.contains("'del'") || plain.contains("'unlink'");
    let scans = plain.contains("'scan'") && (!plain.contains("'match'") || plain.contains("'match','*'"));
    let given = plain.contains("argv[1]") && script.trim_end().ends_with(" *");
    deletes && (plain.contains("'keys','*'") || scans || given)
}

/// `DEL` of keys that another program lists.
fn deletes_computed(words: &[&str]) -> bool {
    matches!(words, ["del" | "unlink", keys @ ..] if keys.iter().any(|key| key.starts_with(['$', '…'])))
}
