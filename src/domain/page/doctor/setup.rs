//! Findings about what nexus-env itself needs: identity, state, configuration, trust, ports, pins, programs.

use super::Merging;
use super::{Checked, Configuration, Facts, File, Finding, InGit, Ready, Role, Severity, StateDirectory};
use crate::domain::config::Environment;
use crate::domain::guard::reserved;
use crate::domain::text::duration::Duration;

pub(super) fn findings(facts: &Facts) -> Vec<Finding> {
    let mut all = Vec::new();
    if let Checked::Failed { sentence, hint } = &facts.identity {
        let mend = hint.clone().unwrap_or_else(|| "nexus-env init".to_owned());
        all.push(Finding { severity: Severity::Error, place: None, sentence: sentence.clone(), mend });
    }
    match &facts.state {
        StateDirectory::Well => {}
        StateDirectory::OpenToOthers(path) => all.push(Finding {
            severity: Severity::Error,
            place: Some(path.clone()),
            sentence: "others may write what was allowed here".to_owned(),
            mend: format!("chmod -R go-rwx {path}"),
        }),
        StateDirectory::AnotherUsers(path) => all.push(Finding {
            severity: Severity::Error,
            place: Some(path.clone()),
            sentence: "it belongs to another user, so nothing that was allowed counts".to_owned(),
            mend: format!("sudo chown -R \"$USER\" {path}"),
        }),
    }
    match &facts.configuration {
        Configuration::Nothing => {}
        Configuration::Gone(stores) => all.push(Finding {
            severity: Severity::Error,
            place: Some(stores.clone()),
            sentence: "there are secrets in it and no `.nexusenv` beside it, so nothing is loaded here".to_owned(),
            mend: "git log -- .nexusenv shows where it went, git checkout -- .nexusenv brings it back".to_owned(),
        }),
        Configuration::Denied => all.push(Finding {
            severity: Severity::Note,
            place: None,
            sentence: "you denied this configuration, so nothing is loaded here".to_owned(),
            mend: "nexus-env allow, to trust it after all".to_owned(),
        }),
        Configuration::Unusable { sentence, hint, beside } => {
            let error = |sentence: &str, hint: &Option<String>| Finding {
                severity: Severity::Error,
                place: None,
                // What changed since it was allowed takes several lines, and `allow` shows it again.
                sentence: sentence.lines().next().unwrap_or_default().to_owned(),
                mend: hint.clone().unwrap_or_else(|| "edit it, then nexus-env allow".to_owned()),
            };
            all.extend(beside.iter().map(|failure| error(&failure.message, &failure.hint)));
            all.push(error(sentence, hint));
        }
        Configuration::Ready(ready) => all.extend(configured(facts, ready)),
    }
    if let Some((environment, over)) = &facts.left_over {
        all.push(Finding {
            severity: Severity::Warning,
            place: None,
            sentence: format!(
                "this process still has the variables of {environment}, whose time was over {} ago",
                Duration::rough(*over)
            ),
            mend: "start it anew from a shell in the environment that you want".to_owned(),
        });
    }
    all
}

fn configured(facts: &Facts, ready: &Ready) -> Vec<Finding> {
    let config = &ready.config;
    let mut all = Vec::new();
    all.extend(ready.stores.iter().flat_map(|store| store.findings()));
    all.extend(facts.files.iter().filter_map(own_file));
    all.extend(reserved::unseen(config).into_iter().map(|sentence| Finding {
        severity: Severity::Note,
        place: line_of(facts, "[[guard]]", "command"),
        sentence,
        mend: "let the rule begin with the program that it is about".to_owned(),
    }));
    let with_port = |environment: &Environment| environment.proxy.as_ref().map(|proxy| proxy.port);
    for (at, environment) in config.environments.iter().enumerate() {
        let Some(port) = with_port(environment) else { continue };
        let Some(other) = config.environments[..at].iter().find(|other| with_port(other) == Some(port)) else {
            continue;
        };
        let free = (port + 1..).find(|port| !config.environments.iter().any(|e| with_port(e) == Some(*port)));
        let free = free.unwrap_or(port);
        all.push(Finding {
            severity: Severity::Warning,
            place: line_of(facts, &format!("[env.{}.proxy]", environment.name), "port"),
            sentence: format!(
                "{} and {} share port {port}, so whichever proxy was started last answers both",
                other.name, environment.name
            ),
            mend: format!("port = {free} under [env.{0}.proxy], and the same in {0}'s URL", environment.name),
        });
    }
    for environment in &config.environments {
        if environment.is_protected() && environment.fingerprint.is_none() {
            let name = &environment.name;
            all.push(Finding {
                severity: Severity::Warning,
                place: line_of(facts, &format!("[env.{name}]"), ""),
                sentence: format!(
                    "{name} is not pinned, so its database cannot be told from another one by what it says itself"
                ),
                mend: format!("nexus-env db pin -e {name}, then nexus-env db label -e {name}"),
            });
        }
    }
    if facts.merging == Merging::NotHere {
        all.push(Finding {
            severity: Severity::Note,
            place: Some(".gitattributes".to_owned()),
            sentence: "git does not merge secrets by name in this clone, and leaves conflicts".to_owned(),
            mend: "nexus-env init --git".to_owned(),
        });
    }
    for (environment, program) in &facts.missing {
        all.push(Finding {
            severity: Severity::Warning,
            place: line_of(facts, &format!("[env.{environment}.proxy]"), "command"),
            sentence: format!("{environment}'s tunnel needs `{program}`, which is nowhere in PATH"),
            mend: match program.as_str() {
                "cloud-sql-proxy" => "install it: https://cloud.google.com/sql/docs/postgres/sql-proxy".to_owned(),
                program => format!("install `{program}`, or name another `command` there"),
            },
        });
    }
    all
}

/// `.nexusenv.local` holds one person's overrides, which are nobody else's.
fn own_file(file: &File) -> Option<Finding> {
    let (severity, sentence, mend) = match file.role {
        Role::Own(InGit::Tracked) => (Severity::Error, "git tracks it, and it is one person's own", "git rm --cached"),
        Role::Own(InGit::Untracked) => {
            (Severity::Warning, "the next `git add .` takes it, and it is one person's own", "nexus-env init")
        }
        _ => return None,
    };
    let mend = match severity {
        Severity::Error => format!("{mend} {}, then nexus-env init, which ignores it", file.shown),
        Severity::Warning | Severity::Note => format!("{mend} adds it to .gitignore"),
    };
    Some(Finding { severity, place: Some(file.shown.clone()), sentence: sentence.to_owned(), mend })
}

/// Where a key of a table stands; the table's own line where the key is not written out.
fn line_of(facts: &Facts, table: &str, key: &str) -> Option<String> {
    let file = facts.files.iter().find(|file| file.role == Role::Configuration)?;
    let mut inside = None;
    for (number, line) in file.lines() {
        let line = line.trim();
        if line.starts_with('[') {
            if inside.is_some() {
                break;
            }
            inside = (line.split('#').next().unwrap_or("").trim() == table).then_some(number);
        } else if let (Some(_), Some((name, _))) = (inside, line.split_once('='))
            && name.trim() == key
        {
            return file.at(number);
        }
    }
    inside.map_or_else(|| Some(file.shown.clone()), |number| file.at(number))
}
