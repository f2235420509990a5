//! `export`: an environment as data, for scripts, editors and CI. Everything goes to stdout, nothing is decided here
//! but how bytes are written in each format.

use std::path::Path;

use anyhow::anyhow;
use clap::ValueEnum;

use crate::command::load;
use crate::domain::ambient::Ambient;
use crate::domain::name::VariableName;
use crate::domain::secret::Secret;
use crate::domain::url::DatabaseUrl;
use crate::domain::vars::Vars;
use crate::edge::{output, terminal};
use crate::error::{Failure, Result, Status};

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Format {
    /// Lines that any POSIX shell can evaluate
    Shell,
    /// One object of names and values
    Json,
    /// Lines of a .env file
    Dotenv,
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
pub fn export(ambient: &Ambient, environment: Option<&str>, format: Format) -> Result<Status> {
    let loaded = load::configuration(ambient)?;
    let selected = load::chosen(ambient, &loaded, environment)?;
    let environment = load::environment(&loaded, selected.environment.as_str())?;
    load::refuse_agent(ambient, environment, &format!("`export` of {}", environment.name))?;
    let vars = load::variables(ambient, &loaded, &selected)?;
    match format {
        Format::Shell => output::write(&shell(&vars))?,
        Format::Json => output::write(&json(&vars)?)?,
        Format::Dotenv => output::write(&dotenv(&vars)?)?,
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

/// Double-quoted where a value needs it, with `\n`, `\r`, `\"`, `\\` and `\$`: what the dotenv packages of Node, Ruby
/// and Python agree on, except that Node's knows no `\"`; such values are single-quoted when they can be.
fn dotenv(vars: &Vars) -> Result<Vec<u8>> {
    let mut out = String::new();
    for (name, value) in vars.iter() {
        let value = text(name, value, "a .env file")?;
        let plain =
            !value.is_empty() && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-./:@%+,=?&".contains(&b));
        let line = if plain {
            format!("{name}={value}\n")
        } else if !value.contains(['\'', '\r']) {
            format!("{name}='{value}'\n")
        } else {
            let escaped = value
                .replace('\\', r"\\")
                .replace('"', "\\\"")
                .replace('$', r"\$")
                .replace('\n', r"\n")
                .replace('\r', r"\r");
            format!("{name}=\"{escaped}\"\n")
        };
        out.push_str(&line);
    }
    Ok(out.into_bytes())
}

/// Masks first, whole values, each of their lines, and the password inside a URL; only then the values are written.
/// (GitHub, "Workflow commands": `::add-mask::`, and multi-line values in `GITHUB_ENV` with a delimiter.)
fn github(ambient: &Ambient, vars: &Vars) -> Result<()> {
    let file = ambient.variables.get("GITHUB_ENV").map(Path::new).ok_or_else(|| {
        anyhow!(Failure::new("`GITHUB_ENV` is not set").hint("this format is for a step of a GitHub Actions workflow"))
    })?;
    let mut masks = Vec::new();
    let mut body = Vec::new();
    for (name, value) in vars.iter() {
        text(name, value, "a GitHub Actions environment")?;
        for part in maskable(value.expose()) {
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

/// What must not be seen in a log: each line of a value, percent-encoded as the runner wants its own escapes, and the
/// password of a URL both as written and decoded.
fn maskable(value: &[u8]) -> Vec<Vec<u8>> {
    let mut parts: Vec<Vec<u8>> = value.split(|&b| b == b'\n' || b == b'\r').map(<[u8]>::to_vec).collect();
    let url = std::str::from_utf8(value).ok().and_then(DatabaseUrl::parse);
    if let Some(password) = url.as_ref().and_then(DatabaseUrl::password) {
        parts.push(password.expose().to_vec());
        parts.extend(written_password(value));
    }
    parts.retain(|part| !part.is_empty());
    let mut escaped: Vec<Vec<u8>> = parts.iter().map(|part| escaped_for_runner(part)).collect();
    escaped.dedup();
    escaped
}

/// In a workflow command `%` is written `%25`.
fn escaped_for_runner(part: &[u8]) -> Vec<u8> {
    part.iter().flat_map(|&b| if b == b'%' { b"%25".to_vec() } else { vec![b] }).collect()
}

/// The password of `scheme://user:password@host` as it is written, escapes and all.
fn written_password(url: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(url).ok()?;
    let (userinfo, _) = text.split_once("://")?.1.rsplit_once('@')?;
    Some(userinfo.split_once(':')?.1.as_bytes().to_vec())
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

    #[test]
    fn dotenv_quotes_only_what_needs_it() {
        let out = dotenv(&vars(&[("A", "plain"), ("B", "two words $x"), ("C", "it's\n\"$x\""), ("D", "")])).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "A=plain\nB='two words $x'\nC=\"it's\\n\\\"\\$x\\\"\"\nD=''\n");
    }

    #[test]
    fn masks_each_line_and_the_password_inside_a_url() {
        let shown = |value: &str| {
            maskable(value.as_bytes()).into_iter().map(|p| String::from_utf8(p).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(shown("one\ntwo\n"), ["one", "two"]);
        assert_eq!(shown("postgresql://u:p%40ss@h/db"), ["postgresql://u:p%2540ss@h/db", "p@ss", "p%2540ss"]);
    }
}
