//! What `config.toml` says, the person's own settings. Nothing of a repository reaches them.

use toml::de::DeTable;

use super::name::VariableName;

#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Person {
    /// `ssh_identity`: an ssh-ed25519 key to open stores with where there is no `identity.txt`; `~/` is home.
    pub ssh_identity: Option<String>,
    /// `allow_names`: variables that a repository may set although their names are refused otherwise.
    pub allow_names: Vec<VariableName>,
}

/// A sentence about one line, counted from one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wrong {
    pub line: usize,
    pub what: String,
}

pub fn parse(text: &str) -> Result<Person, Wrong> {
    const KNOWN: [&str; 2] = ["ssh_identity", "allow_names"];
    let wrong = |offset: usize, what: String| {
        let before = &text.as_bytes()[..offset.min(text.len())];
        Wrong { line: 1 + before.iter().filter(|&&byte| byte == b'\n').count(), what }
    };
    let root = DeTable::parse(text)
        .map_err(|error| wrong(error.span().map_or(0, |span| span.start), error.message().to_lowercase()))?;
    let mut person = Person::default();
    for (key, value) in root.get_ref() {
        let at = value.span().start;
        match key.get_ref().as_ref() {
            "ssh_identity" => match value.get_ref().as_str() {
                Some(path) => person.ssh_identity = Some(path.to_owned()),
                None => return Err(wrong(at, "`ssh_identity` is a path in quotes".to_owned())),
            },
            "allow_names" => {
                let names = value.get_ref().as_array().and_then(|names| {
                    names.iter().map(|name| name.get_ref().as_str().and_then(VariableName::new)).collect()
                });
                person.allow_names =
                    names.ok_or_else(|| wrong(at, "`allow_names` is a list of variable names".to_owned()))?;
            }
            other => {
                let near = KNOWN.into_iter().find(|known| strsim::damerau_levenshtein(known, other) <= 3);
                let what = match near {
                    Some(near) => format!("unknown key `{}`, did you mean `{near}`", other.escape_debug()),
                    None => format!("unknown key `{}`", other.escape_debug()),
                };
                return Err(wrong(key.span().start, what));
            }
        }
    }
    Ok(person)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refuses(text: &str, line: usize, what: &str) {
        assert_eq!(parse(text), Err(Wrong { line, what: what.to_owned() }), "{text}");
    }

    #[test]
    fn reads_the_persons_settings() {
        let person = parse("# mine\nssh_identity = \"~/.ssh/id_ed25519\"\nallow_names = [\"NODE_OPTIONS\"]\n").unwrap();
        assert_eq!(person.ssh_identity.as_deref(), Some("~/.ssh/id_ed25519"));
        assert_eq!(person.allow_names, [VariableName::new("NODE_OPTIONS").unwrap()]);
        assert_eq!(parse(""), Ok(Person::default()));
    }

    #[test]
    fn says_the_line_and_the_nearest_key() {
        refuses("\nssh_identiy = \"x\"\n", 2, "unknown key `ssh_identiy`, did you mean `ssh_identity`");
        refuses("theme = 1", 1, "unknown key `theme`");
        refuses("allow_names = [\"1X\"]", 1, "`allow_names` is a list of variable names");
        refuses("ssh_identity = 3", 1, "`ssh_identity` is a path in quotes");
    }
}
