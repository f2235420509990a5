//! Reads the answers of a container engine (Docker's API, which podman and others speak as well): which container
//! publishes a port, and what runs in it. Pure.

use serde_json::Value;

use super::base;
use crate::domain::target::listening::{Container, Process};

/// The containers that publish this port, with the engine's name for each. Of `GET /containers/json`.
pub fn publishing(answer: &str, port: u16) -> Vec<(String, Container)> {
    let Ok(Value::Array(all)) = serde_json::from_str(answer) else { return Vec::new() };
    let one = |entry: &Value| {
        let published = entry["Ports"].as_array()?.iter().find(|published| {
            published["PublicPort"].as_u64() == Some(port.into()) && published["Type"].as_str() != Some("udp")
        })?;
        let networks = entry["NetworkSettings"]["Networks"].as_object();
        let addresses = networks.into_iter().flat_map(|networks| networks.values()).flat_map(|network| {
            [&network["IPAddress"], &network["GlobalIPv6Address"]].map(|address| address.as_str().unwrap_or(""))
        });
        let container = Container {
            name: entry["Names"][0].as_str().unwrap_or("").trim_start_matches('/').to_owned(),
            image: entry["Image"].as_str().unwrap_or("").to_owned(),
            port: u16::try_from(published["PrivatePort"].as_u64()?).ok()?,
            addresses: addresses.filter(|address| !address.is_empty()).map(str::to_owned).collect(),
            process: Process::default(),
        };
        Some((entry["Id"].as_str()?.to_owned(), container))
    };
    all.iter().filter_map(one).collect()
}

/// The words and the environment of the container's first process. Of `GET /containers/ID/json`.
pub fn first_process(answer: &str) -> Option<Process> {
    let value: Value = serde_json::from_str(answer).ok()?;
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect()
    };
    let path = value["Path"].as_str()?.to_owned();
    let environ = texts(&value["Config"]["Env"]);
    Some(Process {
        program: base(&path).to_owned(),
        argv: std::iter::once(path).chain(texts(&value["Args"])).collect(),
        environ: Some(
            environ.iter().filter_map(|pair| pair.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
        ),
        ..Process::default()
    })
}
