//! Findings about other loaders of a repository that set the same variables: whichever runs last wins, silently.

use super::start_up::sets;
use super::{Configuration, Facts, File, Finding, Loader, Role, Severity, Shell};
use crate::domain::config::name::VariableName;

/// Variables that nexus-env keeps for its own layers.
const OURS: &[&str] = &["PRISMA_SCHEMA_ENGINE_BINARY", "NODE_OPTIONS"];

pub(super) fn findings(facts: &Facts) -> Vec<Finding> {
    let Configuration::Ready(ready) = &facts.configuration else { return Vec::new() };
    let names: Vec<&str> = ready.names.iter().map(VariableName::as_str).chain(OURS.iter().copied()).collect();
    let mut all = Vec::new();
    for file in &facts.files {
        let loader = match file.role {
            Role::Loader(loader) => loader,
            Role::StartUp(Shell::Zsh) => {
                all.extend(plugin(facts, file, &names));
                continue;
            }
            Role::StartUp(_) | Role::History(_) | Role::DotEnv(_) | Role::Own(_) | Role::Configuration => continue,
        };
        let mut found: Vec<(usize, &str)> = Vec::new();
        let mut inside = false;
        for (number, line) in file.lines() {
            if loader == Loader::Mise && line.trim_start().starts_with('[') {
                inside = line.trim() == "[env]";
            }
            let of = |name: &&&str| match loader {
                Loader::Direnv | Loader::Autoenv => sets(line, name),
                Loader::Mise => {
                    inside && key_of(line) == **name || line.trim_start().starts_with(&format!("env.{name}"))
                }
                Loader::Shadowenv => line.contains("(env/set") && line.contains(&format!("\"{name}\"")),
            };
            found.extend(names.iter().find(of).map(|name| (number, *name)));
        }
        all.extend(told(file, loader, &found));
        let whole = file.lines().find(|(_, line)| loads_dotenv(loader, line));
        if let (Some((number, _)), Some(name)) = (whole, names.iter().find(|name| in_dotenv(facts, name))) {
            all.extend(told(file, loader, &[(number, name)]));
        }
    }
    all
}

/// oh-my-zsh's plugin reads the `.env` of every directory that is entered.
fn plugin(facts: &Facts, file: &File, names: &[&str]) -> Option<Finding> {
    let (number, _) = file.lines().find(|(_, line)| loads_dotenv(Loader::Autoenv, line))?;
    let name = names.iter().find(|name| in_dotenv(facts, name))?;
    told(file, Loader::Autoenv, &[(number, name)])
}

fn told(file: &File, loader: Loader, found: &[(usize, &str)]) -> Option<Finding> {
    let (number, name) = found.first()?;
    let (tool, mend) = match loader {
        Loader::Direnv => ("direnv", "direnv deny, or remove it there".to_owned()),
        Loader::Mise => ("mise", format!("remove {name} from [env] in {}", file.shown)),
        Loader::Shadowenv => ("shadowenv", format!("remove {name} from {}", file.shown)),
        Loader::Autoenv => ("a loader of .env files", format!("remove it from {}", file.shown)),
    };
    let more = match found.len() {
        1 => String::new(),
        more => format!(" and {} more", more - 1),
    };
    Some(Finding {
        severity: Severity::Warning,
        place: file.at(*number),
        sentence: format!("{tool} sets {name}{more} as well, and whichever runs last wins"),
        mend,
    })
}

fn key_of(line: &str) -> &str {
    line.split_once('=').map_or("", |(key, _)| key.trim().trim_matches(['"', '\'']))
}

/// `dotenv` in `.envrc`, `_.file = ".env"` of mise, the `dotenv` plugin of oh-my-zsh.
fn loads_dotenv(loader: Loader, line: &str) -> bool {
    let line = line.trim();
    match loader {
        Loader::Direnv => line.split_whitespace().next().is_some_and(|w| matches!(w, "dotenv" | "dotenv_if_exists")),
        Loader::Mise => line.starts_with("_.file") || line.starts_with("env._.file"),
        Loader::Autoenv => {
            line.starts_with("plugins=") && line.split(|c: char| !c.is_ascii_alphanumeric()).any(|w| w == "dotenv")
        }
        Loader::Shadowenv => false,
    }
}

fn in_dotenv(facts: &Facts, name: &str) -> bool {
    let dotenv = facts.files.iter().filter(|file| matches!(file.role, Role::DotEnv(_)) && file.shown == ".env");
    dotenv.flat_map(File::lines).any(|(_, line)| sets(line, name))
}
