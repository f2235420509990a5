//! `gcloud compute start-iap-tunnel`: a port of a machine in Google's cloud. `gcloud sql connect` starts a Cloud SQL proxy
//! of its own, which is read as such.

use super::{At, FarEnd, More, Served, Serves, Side, base, bound};
use crate::domain::target::listening::Process;

pub(super) fn serves(process: &Process) -> Option<Serves> {
    // It is a Python program: its own name stands behind the interpreter's.
    let start = process.argv.iter().take(6).position(|word| matches!(base(word), "gcloud" | "gcloud.py"))?;
    let words = process.argv.get(start + 1..)?;
    let tunnel = words.iter().position(|word| word == "start-iap-tunnel")?;
    let (mut flags, mut positional) = (Vec::new(), Vec::new());
    let mut rest = words[tunnel + 1..].iter();
    while let Some(word) = rest.next() {
        match (word.strip_prefix("--"), word.split_once('=')) {
            (Some(_), Some((name, value))) => flags.push((name.to_owned(), value.to_owned())),
            (Some(_), None) if VALUED.contains(&word.as_str()) => {
                flags.push((word.clone(), rest.next().cloned().unwrap_or_default()));
            }
            (Some(_), None) => {}
            (None, _) => positional.push(word.as_str()),
        }
    }
    // What stands before the verb may name the project as well.
    let before = words[..tunnel].iter().filter_map(|word| word.split_once('='));
    flags.extend(before.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let flag = |name: &str| flags.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    let [machine, port] = positional.as_slice() else { return Some(Serves { known: vec![], more: More::Perhaps }) };
    let (host, local) = match flag("--local-host-port") {
        Some(text) => text.rsplit_once(':').unwrap_or(("localhost", text)),
        None => ("localhost", "0"),
    };
    let project = flag("--project");
    let name = format!("{machine}:{port}");
    let full = project.map(|project| format!("{project}:{name}"));
    let far = FarEnd {
        told: format!("iap tunnel to {}", full.as_deref().unwrap_or(&name)),
        names: full.into_iter().collect(),
        perhaps: vec![name, (*machine).to_owned()],
        place: None,
        side: Side::There,
    };
    let at = At::tcp(bound(host), local.parse().unwrap_or(0));
    Some(Serves { known: vec![Served { far, at }], more: More::No })
}

const VALUED: &[&str] = &[
    "--local-host-port", "--project", "--zone", "--region", "--network", "--dest-group", "--account",
    "--configuration", "--verbosity", "--impersonate-service-account", "--billing-project", "--network-interface",
];
