//! `export`: an environment as data, for scripts, editors and CI. Everything goes to stdout, nothing is decided here
//! but how bytes are written in each format.

use std::path::Path;

use anyhow::anyhow;
use clap::ValueEnum;

use crate::domain::config::name::VariableName;
use crate::domain::config::vars::Vars;
use crate::domain::session::ambient::Ambient;
use crate::domain::store::dotenv::docker;
use crate::domain::store::dotenv::line::{self, Readers};
use crate::domain::target::traces::{self, Guise};
use crate::domain::text::secret::Secret;
use crate::edge::{output, terminal};
use crate::error::{Failure, Result, Status};
use crate::steps::load;

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Format {
    /// Lines that any POSIX shell can evaluate
    Shell,
    /// One object of names and values
    Json,
    /// Lines of a .env file, read alike by dotenv, `node --env-file` and a shell that sources it; by docker too, where it can
    Dotenv,
    /// Lines for `docker run --env-file`, which knows no quotes
    Docker,
    /// A step of GitHub Actions: masks every value, then appends to $GITHUB_ENV
    Github,
}

impl Format {
    /// The format of that name.
    pub fn named(text: &str) -> Option<Self> {
        let named = |format: &&Format| format.to_possible_value().is_some_and(|value| value.get_name() == text);
        Format::value_variants().iter().find(named).copied()
    }
}

/// Writes the variables of `environment`, or of the selected one, to stdout.
///
/// # Errors
/// No usable configuration, an unknown environment, a coding agent at a protected one, secrets that do not open, and a
/// value that the format cannot hold.
pub fn export(ambient: &Ambient, environment: Option<&str>, format: Format) -> Result<Status> {
    let loaded = load::configuration(ambient)?;
    let selected = load::chosen(ambient, &loaded, environment)?;
    let environment = load::environment(&loaded, selected.environment.as_str())?;
    load::refuse_agent(ambient, environment, &format!("`export` of {}", environment.name))?;
    load::ask_for(ambient, &loaded, environment)?;
    let given = load::given(ambient, &loaded, &selected)?;
    given.warn();
    let vars = given.vars;
    match format {
        Format::Shell => output::write(&shell(&vars))?,
        Format::Json => output::write(&json(&vars)?)?,
        Format::Dotenv => {
            let write = |name: &_, value: &[u8]| {
                line::write(Readers::All, name, value).or_else(|_| line::write(Readers::AllButDocker, name, value))
            };
            output::write(&lines(&vars, "a .env file that Node and a shell read alike", write)?)?;
        }
        Format::Docker => output::write(&lines(&vars, "docker's --env-file", docker::write)?)?,
        Format::Github => github(ambient, &vars)?,
    }
    Ok(Status::DONE)
}

/// `export NAME='value'`, one a line; POSIX 2.2.2 single quotes hold any byte but NUL and the quote itself.
fn shell(vars: &Vars) -> Vec<u8> {
    let size = |(name, value): (&VariableName, &Secret)| 16 + name.as_str().len() + value.expose().len();
    let mut out = Vec::with_capacity(vars.iter().map(size).sum());
    for (name, value) in vars.iter() {
        out.extend_from_slice(b"export ");
        out.extend_from_slice(name.as_str().as_bytes());
        out.extend_from_slice(b"='");
        for (at, part) in value.expose().split(|&byte| byte == b'\'').enumerate() {
            if at > 0 {
                out.extend_from_slice(br"'\''");
            }
            out.extend_from_slice(part);
        }
        out.extend_from_slice(b"'\n");
    }
    out
}

fn json(vars: &Vars) -> Result<Vec<u8>> {
    let mut object = serde_json::Map::new();
    for (name, value) in vars.iter() {
        object.insert(name.as_str().to_owned(), text(name, value, "JSON")?.into());
    }
    let mut out = serde_json::to_vec_pretty(&object)?;
    out.push(b'\n');
    Ok(out)
}

const NO_FILE: &str = "nexus-env export --format json, or nexus-env run -- COMMAND, which needs no file";

/// A line or more for each variable, as `write` has them; it says what a value holds that cannot stand there.
fn lines(
    vars: &Vars,
    place: &str,
    write: impl Fn(&VariableName, &[u8]) -> Result<String, &'static str>,
) -> Result<Vec<u8>> {
    let mut out = String::new();
    for (name, value) in vars.iter() {
        out.push_str(&write(name, value.expose()).map_err(|what| {
            Failure::new(format!("`{name}` cannot stand in {place}: it holds {what}")).hint(NO_FILE)
        })?);
    }
    Ok(out.into_bytes())
}

/// Masks first: whole values, each of their lines and the password inside a URL, as they are, decoded and encoded for a URL;
/// only then the values are written. (GitHub, "Workflow commands": `::add-mask::`, and multi-line values in `GITHUB_ENV`
/// with a delimiter.)
fn github(ambient: &Ambient, vars: &Vars) -> Result<()> {
    let file = ambient.variables.get("GITHUB_ENV").map(Path::new).ok_or_else(|| {
        anyhow!(Failure::new("`GITHUB_ENV` is not set").hint("this format is for a step of a GitHub Actions workflow"))
    })?;
    let mut masks = Vec::new();
    let mut body = Vec::new();
    for (name, value) in vars.iter() {
        text(name, value, "a GitHub Actions environment")?;
        for part in maskable(value) {
            masks.extend_from_slice(b"::add-mask::");
            masks.extend_from_slice(&part);
            masks.push(b'\n');
        }
        let delimiter = format!("nexus_env_{:016x}", rand::random::<u64>());
        body.extend_from_slice(format!("{name}<<{delimiter}\n").as_bytes());
        body.extend_from_slice(value.expose());
        body.extend_from_slice(format!("\n{delimiter}\n").as_bytes());
    }
    output::write(&masks)?;
    output::append(file, &body)?;
    terminal::say(ambient, &format!("{} variables written to GITHUB_ENV, every value masked", vars.len()));
    Ok(())
}

/// What must not be seen in a log, a line each.
fn maskable(value: &Secret) -> Vec<Vec<u8>> {
    let wanted = [Guise::AsItIs, Guise::PercentDecoded, Guise::PercentEncoded];
    let traces = traces::of(value).into_iter().filter(|trace| wanted.contains(&trace.guise));
    let lines = traces.filter(|trace| !trace.text.expose().iter().any(|byte| matches!(byte, b'\n' | b'\r')));
    lines.map(|trace| escaped_for_runner(trace.text.expose())).collect()
}

/// In a workflow command `%` is written `%25`.
fn escaped_for_runner(part: &[u8]) -> Vec<u8> {
    part.iter().flat_map(|&b| if b == b'%' { b"%25".to_vec() } else { vec![b] }).collect()
}

fn text<'a>(name: &VariableName, value: &'a Secret, place: &str) -> Result<&'a str> {
    std::str::from_utf8(value.expose()).map_err(|_| {
        anyhow!(
            Failure::new(format!("`{name}` holds bytes that are no UTF-8, and {place} cannot hold them"))
                .hint("nexus-env export --format shell")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vars(pairs: &[(&str, &str)]) -> Vars {
        Vars::new(pairs.iter().map(|(n, v)| (VariableName::new(n).unwrap(), Secret::new(*v))))
    }

    #[test]
    fn shell_lines_hold_quotes_and_newlines() {
        let out = shell(&vars(&[("A", "it's\n$x `y` !")]));
        assert_eq!(String::from_utf8(out).unwrap(), "export A='it'\\''s\n$x `y` !'\n");
    }

    #[track_caller]
    fn masks(value: &str, expected: &[&str]) {
        let shown: Vec<String> =
            maskable(&Secret::new(value)).into_iter().map(|part| String::from_utf8(part).unwrap()).collect();
        let missing: Vec<_> = expected.iter().filter(|part| !shown.iter().any(|other| other == *part)).collect();
        assert!(missing.is_empty() && shown.iter().all(|part| !part.contains('\n')), "{missing:?} in {shown:?}");
    }

    #[test]
    fn masks_each_line_and_the_password_inside_a_url_in_each_of_its_forms() {
        masks("one\ntwo\n", &["one", "two", "one%250Atwo%250A"]);
        masks("a b", &["a b", "a%2520b", "a+b"]);
        masks("postgresql://u:p%40ss@h/db", &["postgresql://u:p%2540ss@h/db", "p@ss", "p%2540ss"]);
        masks("postgresql://u:p@ss@h/db", &["p@ss", "p%2540ss"]);
        masks("postgresql://h/db?password=a%20b", &["a b", "a%2520b", "a+b"]);
        masks("redis://:p%2fss@h", &["p%252fss", "p%252Fss", "p/ss"]);
        masks("postgresql://postgres:postgres@h/db", &["postgres"]);
    }
}
