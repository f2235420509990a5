//! The variables of an environment, in order, with `${NAME}` replaced. Never looks outside of the environment, and
//! never evaluates anything.

use std::collections::HashMap;

use super::name::VariableName;
use crate::domain::text::secret::Secret;
use crate::error::Failure;

/// Variables in the order in which they are exported: by name.
#[derive(Clone, Debug, Default)]
pub struct Vars(Vec<(VariableName, Secret)>);

impl Vars {
    /// Later entries win over earlier ones of the same name.
    pub fn new(pairs: impl IntoIterator<Item = (VariableName, Secret)>) -> Self {
        let mut all: Vec<(VariableName, Secret)> = pairs.into_iter().collect();
        all.reverse();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all.dedup_by(|later, earlier| later.0 == earlier.0);
        Vars(all)
    }

    pub fn get(&self, name: &VariableName) -> Option<&Secret> {
        self.0.binary_search_by(|(n, _)| n.cmp(name)).ok().map(|at| &self.0[at].1)
    }

    /// The same names, their values replaced where `change` has another one.
    pub fn map(mut self, change: impl Fn(&VariableName, &Secret) -> Option<Secret>) -> Self {
        for (name, value) in &mut self.0 {
            if let Some(other) = change(name, value) {
                *value = other;
            }
        }
        self
    }

    pub fn iter(&self) -> impl Iterator<Item = (&VariableName, &Secret)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The hint of every fault in a reference.
pub const REFERENCES: &str = "`${NAME}` is another variable of the same environment, `$$` is a dollar sign";

/// How far a reference may lead through others.
const DEEPEST: usize = 64;
/// What all values of an environment may hold together, in bytes: more than a process can be started with.
const LARGEST: usize = 4 << 20;

/// The longest `NAME=value` that Linux hands to a program, in bytes without its NUL (MAX_ARG_STRLEN, execve(2)).
const LONGEST: usize = 128 * 1024 - 1;
/// What all variables of an environment may measure together, in bytes: half of what macOS has for everything that a program is
/// started with (ARG_MAX), and a quarter of what Linux usually has.
const LONGEST_TOGETHER: usize = 512 * 1024;

/// Whether a program can be started with a variable of that length.
pub fn can_be_exported(name: &VariableName, value: &[u8]) -> bool {
    name.as_str().len() + 1 + value.len() <= LONGEST
}

/// Says what is wrong with the `$` of a value as written, in words that follow the variable's name.
///
/// A `$` alone is a fault: some loaders replace `$NAME`, some keep it, and the one that the person did not mean would
/// be noticed late.
///
/// # Errors
/// Those words.
pub fn check_references(value: &str) -> Result<(), String> {
    parts(value).map(drop)
}

enum Part<'v> {
    Text(&'v str),
    Reference(VariableName),
}

fn parts(value: &str) -> Result<Vec<Part<'_>>, String> {
    let mut parts = Vec::new();
    let mut rest = value;
    while let Some(at) = rest.find('$') {
        parts.push(Part::Text(&rest[..at]));
        let after = &rest[at + 1..];
        if let Some(after) = after.strip_prefix('$') {
            parts.push(Part::Text("$"));
            rest = after;
        } else if let Some(after) = after.strip_prefix('{') {
            let Some((name, after)) = after.split_once('}') else {
                return Err("has a `${` without its `}`".to_owned());
            };
            let name = VariableName::new(name).ok_or("has a `${…}` around something that is no variable's name")?;
            parts.push(Part::Reference(name));
            rest = after;
        } else {
            return Err("has a `$` that stands alone".to_owned());
        }
    }
    parts.push(Part::Text(rest));
    Ok(parts)
}

/// The variables as they are exported. `plain` has the values as written, in which `${NAME}` is another variable of the
/// environment, plain or secret, and `$$` a dollar sign. The values of `secrets` are opaque: a `${` in one stays.
///
/// A plain variable wins over a secret of the same name, so that one person's `.nexusenv.local` can replace it; a
/// reference of a variable to its own name means that secret. Unknown names and circles are failures.
///
/// # Errors
/// Also a variable with which no program could be started, and all together where they are that long.
pub fn resolve(plain: &[(VariableName, String)], secrets: Vars) -> Result<Vars, Failure> {
    let vars = replaced(plain, secrets)?;
    if let Some((name, _)) = vars.iter().find(|(name, value)| !can_be_exported(name, value.expose())) {
        return Err(Failure::new(format!("`{name}` is longer than 128 KiB, and no program can be started with it"))
            .hint(format!("nexus-env unset {name}, and store the path of a file in its place")));
    }
    let together: usize = vars.iter().map(|(name, value)| name.as_str().len() + value.expose().len() + 2).sum();
    if together > LONGEST_TOGETHER {
        let longest = vars.iter().max_by_key(|(_, value)| value.expose().len()).map(|(name, _)| name.as_str());
        return Err(Failure::new(
            "the variables are longer than 512 KiB together, and no program can be started with them",
        )
        .hint(format!("store the path of a file in place of the longest, `{}`", longest.unwrap_or_default())));
    }
    Ok(vars)
}

fn replaced(plain: &[(VariableName, String)], secrets: Vars) -> Result<Vars, Failure> {
    let mut resolver = Resolver {
        written: plain.iter().map(|(name, value)| (name, value.as_str())).collect(),
        secrets: &secrets,
        done: HashMap::new(),
        path: Vec::new(),
        left: LARGEST,
    };
    for (name, _) in plain {
        resolver.value(name)?;
    }
    let done: Vec<_> = resolver.done.into_iter().map(|(name, value)| (name.clone(), value)).collect();
    if done.is_empty() {
        return Ok(secrets);
    }
    Ok(Vars::new(secrets.0.into_iter().chain(done)))
}

struct Resolver<'v> {
    written: HashMap<&'v VariableName, &'v str>,
    secrets: &'v Vars,
    done: HashMap<&'v VariableName, Secret>,
    /// The names that are being replaced just now, outermost first.
    path: Vec<&'v VariableName>,
    left: usize,
}

impl<'v> Resolver<'v> {
    /// The value of a plain variable.
    fn value(&mut self, name: &'v VariableName) -> Result<Secret, Failure> {
        if let Some(value) = self.done.get(name) {
            return Ok(value.clone());
        }
        let written = self.written.get(name).copied().unwrap_or_default();
        if self.path.contains(&name) {
            return Err(self.circle(name));
        }
        if self.path.len() >= DEEPEST {
            return Err(failure(self.path[0], &format!("leads through more than {DEEPEST} other variables")));
        }
        self.path.push(name);
        let mut value = Vec::new();
        for part in parts(written).map_err(|sentence| failure(name, &sentence))? {
            match part {
                Part::Text(text) => self.append(name, &mut value, text.as_bytes())?,
                Part::Reference(other) => {
                    let other = self.referred(name, &other)?;
                    self.append(name, &mut value, other.expose())?;
                }
            }
        }
        self.path.pop();
        let value = Secret::new(value);
        self.done.insert(name, value.clone());
        Ok(value)
    }

    fn referred(&mut self, from: &'v VariableName, name: &VariableName) -> Result<Secret, Failure> {
        let secret = self.secrets.get(name);
        match (self.written.get_key_value(name), secret) {
            (Some(_), Some(secret)) if from == name => Ok(secret.clone()),
            (Some((&name, _)), Some(_) | None) => self.value(name),
            (None, Some(secret)) => Ok(secret.clone()),
            (None, None) => {
                let known = self.written.keys().copied().chain(self.secrets.0.iter().map(|(name, _)| name));
                let near = known
                    .map(|known| (strsim::damerau_levenshtein(known.as_str(), name.as_str()), known.as_str()))
                    .filter(|(distance, _)| *distance <= 1 + name.as_str().len() / 4)
                    .min();
                let failure = failure(from, &format!("refers to `{name}`, which this environment does not have"));
                Err(match near {
                    Some((_, near)) => failure.hint(format!("did you mean `${{{near}}}`?")),
                    None => failure,
                })
            }
        }
    }

    fn append(&mut self, name: &VariableName, value: &mut Vec<u8>, more: &[u8]) -> Result<(), Failure> {
        self.left = self
            .left
            .checked_sub(more.len())
            .ok_or_else(|| failure(name, &format!("makes the environment larger than {} MiB", LARGEST >> 20)))?;
        value.extend_from_slice(more);
        Ok(())
    }

    fn circle(&self, name: &VariableName) -> Failure {
        let from = self.path.iter().position(|on_path| *on_path == name).unwrap_or_default();
        let names: Vec<&str> = self.path[from..].iter().map(|name| name.as_str()).chain([name.as_str()]).collect();
        failure(name, &format!("refers to itself: {}", names.join(" → ")))
    }
}

fn failure(name: &VariableName, rest: &str) -> Failure {
    Failure::new(format!("`{name}` {rest}")).hint(REFERENCES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(text: &str) -> VariableName {
        VariableName::new(text).unwrap()
    }

    fn plain(pairs: &[(&str, &str)]) -> Vec<(VariableName, String)> {
        pairs.iter().map(|(key, value)| (name(key), (*value).to_owned())).collect()
    }

    /// Resolves beside the secrets `PASSWORD` and `RAW`, and compares the value of the first variable, or the message.
    #[track_caller]
    fn check(pairs: &[(&str, &str)], expected: &str) {
        let secrets = Vars::new([(name("PASSWORD"), Secret::new("p$${x}")), (name("RAW"), Secret::new(vec![0xff]))]);
        let got = match resolve(&plain(pairs), secrets) {
            Ok(vars) => String::from_utf8_lossy(vars.get(&name(pairs[0].0)).unwrap().expose()).into_owned(),
            Err(failure) => failure.message,
        };
        assert_eq!(got, expected);
    }

    #[test]
    fn replaces_names_and_doubled_dollars() {
        check(&[("A", "plain")], "plain");
        check(&[("A", "")], "");
        check(&[("A", "http://${HOST}:${PORT}/"), ("HOST", "x"), ("PORT", "1")], "http://x:1/");
        check(&[("A", "${B}"), ("B", "${C}!"), ("C", "$$c")], "$c!");
        check(&[("A", "$$$${B}$$"), ("B", "b")], "$${B}$");
        check(&[("A", "$$${B}"), ("B", "b")], "$b");
    }

    #[test]
    fn a_secret_is_opaque() {
        check(&[("A", "u:${PASSWORD}@h")], "u:p$${x}@h");
        check(&[("A", "${RAW}")], "\u{fffd}");
    }

    #[test]
    fn a_plain_variable_wins_over_a_secret_and_can_build_on_it() {
        check(&[("PASSWORD", "mine")], "mine");
        check(&[("PASSWORD", "${PASSWORD}+")], "p$${x}+");
        check(&[("A", "${PASSWORD}"), ("PASSWORD", "${PASSWORD}+")], "p$${x}+");
    }

    #[test]
    fn says_what_is_wrong() {
        check(&[("A", "a$b")], "`A` has a `$` that stands alone");
        check(&[("A", "a$")], "`A` has a `$` that stands alone");
        check(&[("A", "${B")], "`A` has a `${` without its `}`");
        check(&[("A", "${B:-x}")], "`A` has a `${…}` around something that is no variable's name");
        check(&[("A", "${}")], "`A` has a `${…}` around something that is no variable's name");
        check(&[("A", "${HOME}")], "`A` refers to `HOME`, which this environment does not have");
        check(&[("A", "${A}")], "`A` refers to itself: A → A");
        check(&[("A", "${B}"), ("B", "${C}"), ("C", "${B}")], "`B` refers to itself: B → C → B");
    }

    #[test]
    fn growth_and_depth_have_an_end() {
        let doubling: Vec<(VariableName, String)> =
            (0..60).map(|n| (name(&format!("V{n}")), format!("${{V{}}}${{V{}}}", n + 1, n + 1))).collect();
        let mut all = doubling;
        all.push((name("V60"), "x".repeat(100)));
        let message = resolve(&all, Vars::default()).unwrap_err().message;
        assert!(message.ends_with("makes the environment larger than 4 MiB"), "{message}");

        let mut chain: Vec<(VariableName, String)> =
            (0..30_000).map(|n| (name(&format!("V{n}")), format!("${{V{}}}", n + 1))).collect();
        chain.push((name("V30000"), String::new()));
        let message = resolve(&chain, Vars::default()).unwrap_err().message;
        assert_eq!(message, "`V0` leads through more than 64 other variables");
    }

    #[test]
    fn what_no_program_can_be_started_with_is_named() {
        let fails = |secrets: Vec<(&str, usize)>| {
            let secrets = secrets.into_iter().map(|(key, length)| (name(key), Secret::new("x".repeat(length))));
            resolve(&[], Vars::new(secrets)).err().map(|failure| failure.message)
        };
        assert_eq!(fails(vec![("BUNDLE", 131_064)]), None);
        let long = "`BUNDLE` is longer than 128 KiB, and no program can be started with it";
        assert_eq!(fails(vec![("A", 1), ("BUNDLE", 131_065)]).as_deref(), Some(long));
        let together = "the variables are longer than 512 KiB together, and no program can be started with them";
        let four = [("A", 131_000), ("B", 131_000), ("C", 131_000), ("D", 131_000)];
        assert_eq!(fails(four.to_vec()), None);
        assert_eq!(fails([&four[..], &[("E", 300)]].concat()).as_deref(), Some(together));
    }

    proptest! {
        #[test]
        fn terminates_on_anything(values in prop::collection::vec("([$]([{][A-E]?[}]?|[$])?|[a-z]){0,6}", 1..6)) {
            let plain: Vec<_> =
                values.into_iter().zip(["A", "B", "C", "D", "E"]).map(|(value, key)| (name(key), value)).collect();
            let secrets = Vars::new([(name("A"), Secret::new("${B}"))]);
            if let Ok(vars) = resolve(&plain, secrets) {
                for (key, _) in &plain {
                    prop_assert!(vars.get(key).is_some());
                }
            }
        }

        #[test]
        fn a_text_with_doubled_dollars_comes_out_as_it_went_in(text in "\\PC*") {
            let plain = [(name("A"), text.replace('$', "$$"))];
            let vars = resolve(&plain, Vars::default()).unwrap();
            prop_assert_eq!(vars.get(&name("A")).unwrap().expose(), text.as_bytes());
        }
    }
}
