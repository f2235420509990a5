//! Tunnels that `[env.*.proxy] command` declares, whatever program they are: told by the words of the process that holds
//! the port, or of one that started it.

use super::base;
use crate::domain::config::Proxy;
use crate::domain::target::listening::Process;

/// The words of a declared tunnel with its port and instance filled in.
pub fn command_of(proxy: &Proxy) -> Vec<String> {
    proxy
        .command
        .iter()
        .map(|word| word.replace("{port}", &proxy.port.to_string()).replace("{instance}", &proxy.instance))
        .collect()
}

/// Which process has the words of the declared tunnel.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Declared<'a> {
    /// The one that was asked about.
    Itself,
    /// One that started it: `npm run tunnel`, which starts ssh.
    Parent(&'a Process),
}

/// Whether the process or one that started it has the words of the declared tunnel.
pub fn declared<'a>(proxy: &Proxy, process: &'a Process) -> Option<Declared<'a>> {
    match is_declared(proxy, process) {
        true => Some(Declared::Itself),
        false => process.parents.iter().find(|parent| is_declared(proxy, parent)).map(Declared::Parent),
    }
}

/// Whether the process itself was started with the words of the declared tunnel. An interpreter may stand in front, and a
/// shell may have them as its line.
pub fn is_declared(proxy: &Proxy, process: &Process) -> bool {
    let declared = command_of(proxy);
    let words = process.words();
    is_same(&declared, &words) || line_of(&words).is_some_and(|line| is_same(&declared, &line))
}

fn is_same(declared: &[String], words: &[String]) -> bool {
    let Some((name, rest)) = declared.split_first() else { return false };
    let Some(front) = words.len().checked_sub(declared.len()) else { return false };
    front <= 2 && words[front + 1..] == *rest && base(&words[front]) == base(name)
}

/// The words of `sh -c LINE`, where the line is one plain command.
fn line_of(words: &[String]) -> Option<Vec<String>> {
    const SHELLS: &[&str] = &["sh", "bash", "dash", "zsh", "fish", "ksh"];
    let (shell, rest) = words.split_first()?;
    if !SHELLS.contains(&base(shell)) {
        return None;
    }
    let at = rest.iter().position(|word| word.starts_with('-') && word.ends_with('c'))?;
    let mut line = shell_words::split(rest.get(at + 1)?).ok()?;
    if line.first().is_some_and(|word| word == "exec") {
        line.remove(0);
    }
    Some(line)
}
