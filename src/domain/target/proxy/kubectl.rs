//! `kubectl port-forward`: names a pod or service, not a database, and often not even the cluster. Which environment that
//! is only the configuration can say.

use super::{At, FarEnd, More, Served, Serves, Side, base, bound, is_named};
use crate::domain::target::listening::Process;

/// Flags of every kubectl command, and of `port-forward`, that take the next word as their value.
const VALUED: &[&str] = &[
    "--address", "--as", "--as-group", "--as-uid", "--cache-dir", "--certificate-authority", "--client-certificate",
    "--client-key", "--cluster", "--context", "--kubeconfig", "--kuberc", "--log-flush-frequency", "--namespace",
    "--pod-running-timeout", "--profile", "--profile-output", "--request-timeout", "--server", "--tls-server-name",
    "--token", "--user", "--v", "--vmodule", "-n", "-s", "-v",
];

pub(super) fn serves(process: &Process) -> Option<Serves> {
    let words = process.words();
    // k3s, microk8s and minikube have it as a word of theirs.
    let inside = words.iter().take(3).any(|word| base(word) == "kubectl");
    if !is_named(process, &["kubectl", "oc"]) && !inside {
        return None;
    }
    let (flags, positional) = read(words.get(1..).unwrap_or(&[]));
    let mut rest = positional.iter().skip_while(|word| *word != "port-forward").skip(1);
    let object = rest.next()?;
    let flag =
        |names: [&str; 2]| flags.iter().rfind(|(name, _)| names.contains(&name.as_str())).map(|(_, v)| v.as_str());
    let (context, namespace) = (flag(["--context", "--cluster"]), flag(["--namespace", "-n"]));
    let addresses = flag(["--address", "--address"]).unwrap_or("localhost");
    let known = rest
        .flat_map(|pair| addresses.split(',').map(move |address| (address.trim(), pair)))
        .map(|(address, pair)| {
            let (local, remote) = pair.split_once(':').unwrap_or((pair, pair));
            let at = At::tcp(bound(address), local.parse().unwrap_or(0));
            Served { far: far(object, remote, namespace, context), at }
        })
        .collect();
    Some(Serves { known, more: More::No })
}

fn read(words: &[String]) -> (Vec<(String, String)>, Vec<String>) {
    let (mut flags, mut positional) = (Vec::new(), Vec::new());
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        if word == "--" {
            positional.extend(rest.by_ref().cloned());
        } else if let Some((name, value)) = word.split_once('=').filter(|_| word.starts_with('-')) {
            flags.push((name.to_owned(), value.to_owned()));
        } else if VALUED.contains(&word.as_str()) {
            flags.push((word.clone(), rest.next().cloned().unwrap_or_default()));
        } else if let Some(value) = word.strip_prefix("-n").filter(|value| !value.is_empty()) {
            flags.push(("-n".to_owned(), value.to_owned()));
        } else if !word.starts_with('-') {
            positional.push(word.clone());
        }
    }
    (flags, positional)
}

/// `svc/postgres` is another one in every cluster: certain is only what names its context as well.
fn far(object: &str, port: &str, namespace: Option<&str>, context: Option<&str>) -> FarEnd {
    let object = match object.split_once('/') {
        Some(("service" | "services" | "svc", name)) => format!("svc/{name}"),
        Some(("pods" | "pod" | "po", name)) => format!("pod/{name}"),
        Some(("deployment" | "deployments" | "deploy", name)) => format!("deploy/{name}"),
        Some(_) => object.to_owned(),
        None => format!("pod/{object}"),
    };
    let spaced = namespace.map(|namespace| format!("{namespace}/{object}"));
    let full = context.map(|context| format!("{context}/{}", spaced.as_deref().unwrap_or(&object)));
    let with_port = |name: String| [format!("{name}:{port}"), name];
    let told = format!("kubectl to {}:{port}", full.as_deref().or(spaced.as_deref()).unwrap_or(&object));
    FarEnd {
        told,
        names: full.into_iter().flat_map(with_port).collect(),
        perhaps: spaced.into_iter().chain([object]).flat_map(with_port).collect(),
        place: None,
        side: Side::There,
    }
}
