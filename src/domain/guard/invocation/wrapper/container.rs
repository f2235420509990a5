//! Sees through the programs that run a command in a container: docker, podman, nerdctl, and their compose. Such a command has
//! its container's own environment, and what is local to it is not local here.

use super::handed;
use crate::domain::guard::invocation::options::{after_flags, flag_value, joined, quoted};
use crate::domain::guard::invocation::program::is_shell;
use crate::domain::guard::invocation::{Inner, Reader, Word, named, tools};
use crate::domain::guard::scope::{Scope, Under};

/// Flags of the programs themselves that take the next word.
const OWN: &[&str] = &[
    "-H", "--host", "-c", "--context", "--config", "-l", "--log-level", "--tlscacert", "--tlscert", "--tlskey", "-n",
    "--namespace", "-a", "--address", "--connection", "--url", "--root",
];

const COMPOSE: &[&str] = &[
    "-f", "--file", "-p", "--project-name", "--project-directory", "--env-file", "--profile", "--ansi", "--parallel",
    "--progress", "--log-level", "-H", "--host", "-c", "--context",
];

const EXEC: &[&str] =
    &["-e", "--env", "--env-file", "-u", "--user", "-w", "--workdir", "--index", "--detach-keys", "-f", "-p", "--file"];

const COMPOSE_RUN: &[&str] = &[
    "-e", "--env", "--env-from-file", "-u", "--user", "-w", "--workdir", "-v", "--volume", "-p", "--publish", "-l",
    "--label", "--name", "--entrypoint", "--cap-add", "--cap-drop", "--pull", "--index", "-f",
];

/// Of `docker run`, with podman's and nerdctl's.
const RUN: &[&str] = &[
    "-a", "--attach", "--add-host", "--annotation", "--blkio-weight", "-c", "--cap-add", "--cap-drop",
    "--cgroup-parent", "--cgroupns", "--cidfile", "--cpu-shares", "--cpus", "--cpuset-cpus", "--detach-keys",
    "--device", "--dns", "--dns-search", "--domainname", "-e", "--entrypoint", "--env", "--env-file", "--expose",
    "--gpus", "--group-add", "-h", "--health-cmd", "--hostname", "--ip", "--ip6", "--ipc", "--isolation", "-l",
    "--label", "--label-file", "--link", "--log-driver", "--log-opt", "-m", "--mac-address", "--memory",
    "--memory-swap", "--mount", "--name", "--net", "--network", "--network-alias", "-p", "--pid", "--pids-limit",
    "--platform", "--pod", "--publish", "--pull", "--restart", "--runtime", "--secret", "--security-opt", "--shm-size",
    "--stop-signal", "--stop-timeout", "--storage-opt", "--sysctl", "--tmpfs", "-u", "--ulimit", "--user", "--userns",
    "--uts", "-v", "--volume", "--volume-driver", "--volumes-from", "-w", "--workdir",
];

/// What is inside, if the words run a command in a container.
pub fn run<'a>(reader: &Reader<'_>, name: &str, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    // With the variables that the flags in front of the container's own words hand to it.
    let in_container = |flags: &[Word]| {
        let mut inner = scope.clone();
        inner.given_by(name, Under::Elsewhere);
        handed::hand(reader, flags, scope, &mut inner);
        inner
    };
    let flags = |all: &'_ [Word], rest: &[Word]| all[..all.len() - rest.len()].to_vec();
    if name.ends_with("-compose") {
        let (verb, rest) = after_flags(words, COMPOSE).split_first()?;
        return match verb.text.as_str() {
            "exec" => {
                let words = after_flags(rest, EXEC);
                Some(vec![command(words.get(1..)?, in_container(&flags(rest, words)))])
            }
            "run" => {
                let words = after_flags(rest, COMPOSE_RUN);
                let own = flags(rest, words);
                let entry = flag_value(&own, &["--entrypoint"]);
                // Alone it is the service's own command, which the compose file says.
                if words.len() < 2 && entry.is_none() {
                    return None;
                }
                // Flags alone are for the program that the service is: `compose run migrate -path …`.
                let service = words.first().filter(|_| entry.is_none() && words[1].text.starts_with('-'));
                Some(vec![entered(entry.or(service.cloned()), words.get(1..)?, in_container(&own))])
            }
            _ => None,
        };
    }
    let mut words = after_flags(words, OWN);
    if words.first()?.text == "container" {
        words = &words[1..];
    }
    let (verb, rest) = words.split_first()?;
    match verb.text.as_str() {
        "compose" => run(reader, "docker-compose", rest, scope),
        "exec" => {
            let words = after_flags(rest, EXEC);
            Some(vec![command(words.get(1..)?, in_container(&flags(rest, words)))])
        }
        "run" | "create" => {
            let words = after_flags(rest, RUN);
            let own = flags(rest, words);
            let inner = in_container(&own);
            if let Some(volume) = wiped(&own, words) {
                return Some(vec![Inner::Unknown(format!("it deletes what is in the volume {volume}"), inner)]);
            }
            match flag_value(&own, &["--entrypoint"]) {
                Some(entry) => Some(vec![entered(Some(entry), words.get(1..)?, inner)]),
                None => Some(vec![Inner::Command(of_image(words)?, inner)]),
            }
        }
        _ => None,
    }
}

/// The volume or directory by whose name a database keeps its data there, and from which what runs in the container deletes.
fn wiped(flags: &[Word], words: &[Word]) -> Option<String> {
    const DELETES: &[&str] = &["rm", "find", "shred", "truncate", "dd", "wipe", "mkfs"];
    let said = joined(words);
    let tokens: Vec<&str> = said.split(|c: char| c.is_whitespace() || "'\"`;|&()".contains(c)).collect();
    let first = *tokens.iter().find(|token| DELETES.contains(token))?;
    if first == "find" && !said.contains("-delete") && !said.contains("rm ") {
        return None;
    }
    let is_named = |place: &str| tokens.iter().any(|token| *token == place || token.starts_with(&format!("{place}/")));
    // A directory of a person's own is no volume.
    let is_local = |volume: &str| volume.contains(['/', '~', '$']) && !volume.starts_with("/var/lib/");
    flags.iter().filter_map(|word| mounted(&word.text)).find_map(|(volume, place)| {
        let is_one = !is_local(&volume) && named::of_a_database(&volume) && is_named(&place);
        is_one.then_some(volume)
    })
}

/// What a flag's value mounts, and where: `pgdata:/data:ro`, `type=volume,source=pgdata,target=/data`.
fn mounted(text: &str) -> Option<(String, String)> {
    let text = text.strip_prefix("--volume=").or_else(|| text.strip_prefix("--mount=")).unwrap_or(text);
    let field = |names: &[&str]| {
        let mut fields = text.split(',').filter_map(|field| field.split_once('='));
        fields.find(|(name, _)| names.contains(name)).map(|(_, value)| value.to_owned())
    };
    if let (Some(volume), Some(place)) = (field(&["source", "src"]), field(&["target", "dst", "destination"])) {
        return Some((volume, place));
    }
    let (volume, place) = text.split_once(":/")?;
    Some((volume.to_owned(), format!("/{}", place.split(':').next().unwrap_or_default())))
}

/// The words behind an image's name, or with it where the image is a tool's own: the runner tells, or the tool.
fn of_image(words: &[Word]) -> Option<Vec<Word>> {
    const RUNNERS: &[&str] =
        &["npx", "npm", "pnpm", "yarn", "bun", "bunx", "prisma", "psql", "mysql", "mariadb", "mongosh"];
    let base = |text: &str| {
        let base = text.rsplit('/').next().unwrap_or(text);
        base.split([':', '@']).next().unwrap_or(base).to_owned()
    };
    let known = |word: &Word| {
        let base = base(&word.text);
        RUNNERS.contains(&base.as_str()) || is_shell(&base) || !tools::of(&base).is_empty()
    };
    let (image, behind) = words.split_first()?;
    // A tool of this name there is; in front of a tool's own image it is a word of that one.
    let is_verb =
        behind.first().is_some_and(|word| word.text == "migrate") && !tools::of(&base(&image.text)).is_empty();
    if behind.first().is_some_and(known) && !is_verb || !known(image) {
        return Some(behind.to_vec());
    }
    Some(std::iter::once(Word::sure(&base(&image.text))).chain(behind.iter().cloned()).collect())
}

fn command<'a>(words: &[Word], scope: Scope<'a>) -> Inner<'a> {
    Inner::Command(words.to_vec(), scope)
}

/// What `--entrypoint` puts in the place of the image's own program. Compose takes several words there.
fn entered<'a>(entry: Option<Word>, words: &[Word], scope: Scope<'a>) -> Inner<'a> {
    match entry.filter(|entry| !entry.text.trim().is_empty()) {
        None => command(words, scope),
        Some(entry) if entry.text.contains(char::is_whitespace) => {
            Inner::Line(format!("{} {}", entry.text, quoted(words)), scope)
        }
        Some(entry) => Inner::Command(std::iter::once(entry).chain(words.iter().cloned()).collect(), scope),
    }
}
