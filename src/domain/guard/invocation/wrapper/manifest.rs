//! What a cluster is told to run by a manifest that stands on the line or in the repository: `kubectl apply -f -`. Of a file
//! that cannot be read, or is written in a way that is not, nothing is known and nothing is said.

use crate::domain::guard::invocation::options::{joined, options};
use crate::domain::guard::invocation::{Inner, Reader, Word};
use crate::domain::guard::scope::{Scope, Under};
use crate::domain::text::json::Json;
use crate::domain::text::yaml;

/// The commands of its containers. `None` where there are none to be read.
pub fn see_through<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    const VALUED: &[&str] = &["-f", "--filename", "-n", "--namespace", "--context", "--kubeconfig", "-k", "-l"];
    let options = options(words, VALUED);
    let verb = options.rest.first()?;
    let runs = matches!(verb.text.as_str(), "apply" | "create" | "replace");
    if !runs || options.has(&["--dry-run"]) {
        return None;
    }
    let file = options.value(&["-f", "--filename"])?;
    let text = match file.text.as_str() {
        "-" => scope.fed.text()?.to_owned(),
        _ => reader.file(file, scope)?,
    };
    let mut commands = Vec::new();
    let documents = text.split("\n---").map(|document| document.trim_start_matches("---"));
    documents.filter_map(yaml::read).for_each(|document| collect(&document, &mut commands));
    let mut inner = scope.clone().drained();
    inner.given_by("the cluster", Under::Elsewhere);
    let found = commands.into_iter().map(|words| match words.as_slice() {
        // `[sh, -c, LINE]` with the line as the only word.
        [one] => Inner::Line(joined(std::slice::from_ref(one)), inner.clone()),
        _ => Inner::Command(words, inner.clone()),
    });
    Some(found.collect::<Vec<_>>()).filter(|found| !found.is_empty())
}

/// `command` and `args` of every container, as one command each.
fn collect(json: &Json, found: &mut Vec<Vec<Word>>) {
    let list =
        |key: &str| json.get(key).map(Json::list).unwrap_or_default().iter().filter_map(Json::text).map(Word::sure);
    let words: Vec<Word> = list("command").chain(list("args")).collect();
    if !words.is_empty() {
        found.push(words);
    }
    json.list().iter().for_each(|one| collect(one, found));
    json.pairs().iter().for_each(|(_, one)| collect(one, found));
}
