//! What the programs that send requests would send: to which address, by which method, and with what in it. It judges nothing.

use super::Place;
use crate::domain::guard::invocation::Word;
use crate::domain::guard::invocation::options::{flag_value, options};
use crate::domain::guard::scope::Fed;

/// Where `az rest` sends what names no host.
const AZURE: &str = "https://management.azure.com";

/// What would be sent.
pub(super) struct Request {
    pub method: String,
    pub address: String,
    pub bodies: Vec<String>,
}

/// Flags of curl's that hold what is sent.
const DATA: &[&str] = &["-d", "--data", "--data-binary", "--data-raw", "--data-ascii", "--data-urlencode", "--json"];

/// Flags of wget's that take the next word.
const OF_WGET: &[&str] = &[
    "--method", "--body-data", "--post-data", "--body-file", "--post-file", "--header", "--user", "--password", "-U",
    "--user-agent", "-O", "-o", "-a", "-P", "-T", "-t", "-e", "-Q", "-w",
];

/// The request of one of the programs that send any. What stands in a file, or on its input, is what it is fed.
pub(super) fn read(name: &str, words: &[Word], fed: &Fed) -> Option<Request> {
    let texts =
        |words: &mut dyn Iterator<Item = &Word>| -> Vec<String> { words.map(|word| word.text.clone()).collect() };
    match name {
        "curl" => {
            let valued = &[
                "-X", "--request", "-H", "--header", "-u", "--user", "-o", "--output", "--url", "-b", "-A", "-w", "-T",
                "--upload-file",
            ];
            let options = options(words, &[valued, DATA].concat());
            let bodies = texts(&mut options.values(DATA));
            let read = |body: String| match body.split_once('@') {
                Some(("" | "query" | "sql", _)) => fed.text().unwrap_or_default().to_owned(),
                Some(_) | None => body,
            };
            let address = options.value(&["--url"]).or(options.rest.first().copied())?.text.clone();
            // A file that is put anywhere else is kept there.
            let uploads = options.value(&["-T", "--upload-file"]).filter(|_| Place::of(&address).is_databases());
            let uploads = uploads.map(|_| "@-".to_owned());
            let bodies: Vec<String> = bodies.into_iter().chain(uploads).collect();
            let default = if bodies.is_empty() || options.has(&["-G", "--get"]) { "GET" } else { "POST" };
            let method = options.value(&["-X", "--request"]).map_or(default, |word| word.text.as_str()).to_owned();
            Some(Request { method, address, bodies: bodies.into_iter().map(read).collect() })
        }
        "http" | "https" | "xh" | "xhs" | "curlie" => {
            let options =
                options(words, &["-a", "--auth", "-A", "--auth-type", "--session", "-o", "--output", "--raw"]);
            let mut rest = options.rest.iter();
            let first = rest.next()?;
            let is_method = first.text.bytes().all(|b| b.is_ascii_alphabetic()) && first.text != "localhost";
            let address = if is_method { rest.next()? } else { first }.text.clone();
            let method = if is_method { first.text.to_ascii_uppercase() } else { "GET".to_owned() };
            let items: Vec<&str> = rest.map(|word| word.text.as_str()).collect();
            let mut bodies: Vec<String> = items.iter().map(|item| item.replacen(":=", "=", 1)).collect();
            bodies.push(of_items(&items));
            bodies.extend(options.value(&["--raw"]).map(|word| word.text.clone()));
            let uploads = items.iter().any(|item| item.find('@').is_some_and(|at| at > 0 && !item[..at].contains('=')));
            bodies.extend(fed.text().filter(|_| !uploads).map(str::to_owned));
            Some(Request { method, address, bodies })
        }
        "wget" => {
            let file = flag_value(words, &["--body-file", "--post-file"]).and(fed.text()).map(str::to_owned);
            let body = flag_value(words, &["--body-data", "--post-data"]).map(|word| word.text).or(file);
            let default = if body.is_some() { "POST" } else { "GET" };
            let method = flag_value(words, &["--method"]).map_or(default.to_owned(), |word| word.text);
            let rest = options(words, OF_WGET).rest;
            let address = rest.iter().find(|word| word.text.contains(['/', '.']))?;
            Some(Request { method, address: address.text.clone(), bodies: body.into_iter().collect() })
        }
        // learn.microsoft.com/powershell/module/microsoft.powershell.utility/invoke-restmethod; `az rest`.
        "Invoke-RestMethod" | "Invoke-WebRequest" | "irm" | "iwr" | "az"
            if name != "az" || words.first()?.text == "rest" =>
        {
            const METHOD: &[&str] = &["-Method", "--method", "-m"];
            const ADDRESS: &[&str] = &["-Uri", "--url", "--uri", "-u"];
            let method = flag_value(words, METHOD).map_or("GET".to_owned(), |word| word.text);
            let loose = || words.iter().find(|word| word.text.contains("://")).cloned();
            let address = flag_value(words, ADDRESS).or_else(loose)?.text;
            // Azure's own addresses begin without a host.
            let address = if address.starts_with('/') { format!("{AZURE}{address}") } else { address };
            let body = flag_value(words, &["-Body", "--body", "-b"]).map(|word| word.text);
            Some(Request { method, address, bodies: body.into_iter().collect() })
        }
        // github.com/hasura/graphqurl.
        "gq" | "graphqurl" => {
            let address = words.iter().find(|word| word.text.contains("://"))?.text.clone();
            let body = flag_value(words, &["-q", "--query"])?.text;
            Some(Request { method: "POST".to_owned(), address, bodies: vec![body] })
        }
        // GitHub's own addresses begin without a host.
        "gh" if words.first()?.text == "api" => {
            let options = options(&words[1..], &["-X", "--method", "-H", "--header", "-f", "-F", "--field", "--input"]);
            let method = options.value(&["-X", "--method"])?.text.clone();
            let address = options.rest.first().filter(|word| word.text.contains("://"))?.text.clone();
            Some(Request { method, address, bodies: Vec::new() })
        }
        _ => None,
    }
}

/// What HTTPie's and xh's words come to: `query=TEXT`, `args:=JSON`, `params[name]=TEXT` (httpie.io/docs/cli, "JSON").
fn of_items(items: &[&str]) -> String {
    let mut body = serde_json::json!({});
    for item in items {
        let Some((key, text)) = item.split_once('=') else { continue };
        let value = match key.strip_suffix(':') {
            Some(_) => serde_json::from_str(text).unwrap_or_default(),
            None => serde_json::Value::from(text),
        };
        let path = key.trim_end_matches(':').split('[').map(|part| part.trim_end_matches(']'));
        let mut place = &mut body;
        for part in path {
            if !place.is_object() {
                *place = serde_json::json!({});
            }
            place = &mut place[part];
        }
        *place = value;
    }
    body.to_string()
}
