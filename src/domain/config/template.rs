//! What `init` writes: the first `.nexusenv` of a repository, and the line of its `.gitignore`.

use super::name::RepositoryId;

/// A `.nexusenv` with dev and prod, commented.
pub fn configuration(id: &RepositoryId) -> String {
    include_str!("template.toml").replace("{id}", id.as_str())
}

/// A repository's id from random bytes, five bits of each: 100 bits, written with the alphabet of RFC 4648 base32 in
/// lower case.
pub fn id(random: [u8; 20]) -> RepositoryId {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    RepositoryId::from_letters(random.map(|byte| ALPHABET[usize::from(byte % 32)]))
}

/// A `.gitignore` that keeps `.nexusenv.local` out of git; `None` when it does so already. Line ends and all else stay.
pub fn ignoring(gitignore: &[u8]) -> Option<Vec<u8>> {
    const NAMES: [&[u8]; 3] = [b".nexusenv.local", b"/.nexusenv.local", b"**/.nexusenv.local"];
    let lines = || gitignore.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    // The last line that speaks of it decides (gitignore(5)), so one that takes it back needs a new line after it.
    let last = lines().rfind(|line| line.ends_with(b".nexusenv.local") || NAMES.contains(line));
    if last.is_some_and(|line| NAMES.contains(&line)) {
        return None;
    }
    let crlf = gitignore.iter().position(|byte| *byte == b'\n').is_some_and(|at| gitignore[..at].ends_with(b"\r"));
    let newline: &[u8] = if crlf { b"\r\n" } else { b"\n" };
    let unended: &[u8] = if gitignore.is_empty() || gitignore.ends_with(b"\n") { b"" } else { newline };
    Some([gitignore, unended, b".nexusenv.local", newline].concat())
}

/// What git is told of the stores.
const ATTRIBUTES: &str = ".nexusenv.d/*.toml merge=nexus-env diff=nexus-env";

/// A `.gitattributes` by which git merges and shows stores by name; `None` where it is told so already.
pub fn attributed(gitattributes: &[u8]) -> Option<Vec<u8>> {
    let said =
        |line: &[u8]| line.starts_with(b".nexusenv.d/") && line.windows(16).any(|part| part == b" merge=nexus-env");
    if gitattributes.split(|byte| *byte == b'\n').any(said) {
        return None;
    }
    let unended: &[u8] = if gitattributes.is_empty() || gitattributes.ends_with(b"\n") { b"" } else { b"\n" };
    Some([gitattributes, unended, ATTRIBUTES.as_bytes(), b"\n"].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::config::Protection;
    use crate::domain::config::repository::{AllowedText, AllowedTexts};
    use crate::domain::config::schema;

    #[track_caller]
    fn understood(text: &str) -> crate::domain::config::Config {
        let main = AllowedText { file: ".nexusenv", text: text.to_owned() };
        schema::parse(&AllowedTexts { main, local: None }, &[]).unwrap()
    }

    #[test]
    fn what_init_writes_is_understood_as_it_stands_and_uncommented() {
        let text = configuration(&id([0xff; 20]));
        let config = understood(&text);
        assert_eq!((config.id.as_str(), config.default.as_str()), ("77777777777777777777", "dev"));
        assert_eq!(config.environments[1].protection, Protection::Protected);

        let line = |line: &str| match line.strip_prefix("# ") {
            Some(bare) if bare.starts_with('[') || bare.contains(" = ") => format!("{bare}\n"),
            Some(_) | None => format!("{line}\n"),
        };
        let whole = text.lines().map(line).collect::<String>().replace("PROJECT:REGION:INSTANCE", "p:r:i");
        let config = understood(&whole);
        let ports: Vec<u16> = config.environments.iter().filter_map(|e| Some(e.proxy.as_ref()?.port)).collect();
        assert_eq!(ports, [5433, 5434], "each environment has a port of its own");
        assert_eq!(config.environments[0].vars.len(), 2);
        assert_eq!(config.environments[1].matches.hosts, ["*.prod.internal"]);
    }

    #[test]
    fn an_id_has_a_hundred_bits() {
        assert_eq!(id([0; 20]).as_str(), "aaaaaaaaaaaaaaaaaaaa");
        assert_eq!(RepositoryId::new(id([31; 20]).as_str()), Some(id([31 + 32; 20])));
    }

    #[track_caller]
    fn check(before: &str, after: Option<&str>) {
        let got = ignoring(before.as_bytes()).map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(got.as_deref(), after);
    }

    #[test]
    fn the_local_file_is_ignored_once_and_in_the_files_own_line_ends() {
        check("", Some(".nexusenv.local\n"));
        check("node_modules\n", Some("node_modules\n.nexusenv.local\n"));
        check("node_modules", Some("node_modules\n.nexusenv.local\n"));
        check("node_modules\r\ndist", Some("node_modules\r\ndist\r\n.nexusenv.local\r\n"));
        check("a\n.nexusenv.local\nb\n", None);
        check("/.nexusenv.local  \r\n", None);
        check("*.local\n", Some("*.local\n.nexusenv.local\n"));
        check("#.nexusenv.local\n", Some("#.nexusenv.local\n.nexusenv.local\n"));
        check(".nexusenv.local\n!.nexusenv.local\n", Some(".nexusenv.local\n!.nexusenv.local\n.nexusenv.local\n"));
    }

    #[test]
    fn git_is_told_once_of_the_stores() {
        let told = attributed(b"").unwrap();
        assert_eq!(told, format!("{ATTRIBUTES}\n").as_bytes());
        assert_eq!(attributed(&told), None);
        assert_eq!(attributed(b"*.png binary"), Some(format!("*.png binary\n{ATTRIBUTES}\n").into_bytes()));
        assert_eq!(attributed(b".nexusenv.d/* merge=nexus-env\r\n"), None);
    }
}
