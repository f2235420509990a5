//! The file by which somebody asks to be let in, `.nexusenv.d/requests/NAME.toml`: whoever may write to the repository may
//! have written it, so it says who asks, and proves nothing.

use serde::Deserialize;

use super::reader_key::ReaderKey;
use super::sealed::RecipientName;
use crate::domain::config::name::EnvironmentName;
use crate::error::Failure;

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Request {
    pub name: RecipientName,
    pub key: ReaderKey,
    /// Which environments they would like to read.
    pub environments: Vec<EnvironmentName>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    key: String,
    environments: Vec<String>,
}

/// The file's place below the repository, as messages show it.
pub fn place(name: &RecipientName) -> String {
    format!(".nexusenv.d/requests/{name}.toml")
}

impl Request {
    pub fn render(&self) -> String {
        let Request { name, key, environments } = self;
        let environments: Vec<String> = environments.iter().map(|name| format!("\"{name}\"")).collect();
        format!(
            "# {name} asks to be let in. Whoever can read these environments compares the key's fingerprint with {name}, by\n\
             # voice, then types: nexus-env recipients approve {name}\n\
             # fingerprint: {}\n\
             name = \"{name}\"\nkey = \"{key}\"\nenvironments = [{}]\n",
            key.fingerprint(),
            environments.join(", ")
        )
    }

    /// Reads the request of this name.
    ///
    /// # Errors
    /// With the file, for a text that is none, or another one's.
    pub fn parse(name: &RecipientName, text: &str) -> Result<Request, Failure> {
        let place = place(name);
        let wrong = |what: &str| {
            let hint = format!("nexus-env join {name} --request, typed by {name}, writes it anew");
            Failure::new(format!("`{place}` {what}")).hint(hint)
        };
        // TOML's own words could quote what stands there.
        let written: Written = toml::from_str(text).map_err(|_| wrong("is no request to be let in"))?;
        if written.name != name.as_str() {
            return Err(wrong("holds the request of somebody else"));
        }
        let key = ReaderKey::parse(&written.key).map_err(|reason| {
            let Failure { message, hint, exit: _ } = Failure::from(reason);
            Failure::new(format!("`{place}`: {message}")).hint(hint.unwrap_or_default())
        })?;
        let environments: Option<Vec<EnvironmentName>> =
            written.environments.iter().map(|name| EnvironmentName::new(name)).collect();
        let environments = environments.filter(|all| !all.is_empty());
        let environments = environments.ok_or_else(|| wrong("names no environment, or something that is none"))?;
        Ok(Request { name: name.clone(), key, environments })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "age1vpqqpkj0lrhlv857u4y7kmadegn6f33k2zq0ejj9p72rzlyexu2qdlj6xd";

    fn grace() -> RecipientName {
        RecipientName::new("grace").unwrap()
    }

    #[track_caller]
    fn refuses(text: &str, sentence: &str) {
        let failure = Request::parse(&grace(), text).unwrap_err();
        assert_eq!(failure.message, format!("`.nexusenv.d/requests/grace.toml`{sentence}"));
    }

    #[test]
    fn what_is_written_is_read() {
        let environments = ["dev", "test"].map(|name| EnvironmentName::new(name).unwrap()).to_vec();
        let request = Request { name: grace(), key: ReaderKey::parse(KEY).unwrap(), environments };
        assert_eq!(Request::parse(&grace(), &request.render()).unwrap(), request);
    }

    #[test]
    fn what_is_no_request_is_refused() {
        let good = format!("name = \"grace\"\nkey = \"{KEY}\"\nenvironments = [\"dev\"]\n");
        assert!(Request::parse(&grace(), &good).is_ok());
        refuses("", " is no request to be let in");
        refuses(&format!("{good}more = 1\n"), " is no request to be let in");
        refuses(&good.replace("\"grace\"", "\"eve\""), " holds the request of somebody else");
        refuses(&good.replace("\"dev\"", "\"../dev\""), " names no environment, or something that is none");
        refuses(&good.replace("\"dev\"", ""), " names no environment, or something that is none");
        let rsa = ": an ssh-rsa key is refused: opening with one leaks it through its timing (RUSTSEC-2023-0071)";
        refuses(&good.replace(KEY, "ssh-rsa AAAA"), rsa);
    }
}
