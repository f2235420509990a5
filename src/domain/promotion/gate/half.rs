//! What is said of a migration that began and did not end: which of its statements are done, and how to go on.

use super::resolve;
use crate::domain::config::name::EnvironmentName;
use crate::domain::promotion::history::Half;

/// How far it came, to stand behind a sentence, and what to type.
pub fn told(half: &Half, name: &EnvironmentName, migration: &str) -> (String, Vec<String>) {
    let (back, forth) = (resolve(name, "--rolled-back", migration), resolve(name, "--applied", migration));
    let count = |seen: Option<bool>| half.statements.iter().filter(|(_, shown)| *shown == seen).count();
    let shown = |at: Option<&(usize, Option<bool>)>| at.and_then(|(_, shown)| *shown);
    if count(None) == half.statements.len() {
        let next = vec![format!("{back}, where nothing of it is left"), format!("{forth}, where all of it is there")];
        return (String::new(), next);
    }
    // They run in their order.
    if count(Some(true)) == 0 && shown(half.statements.first()) == Some(false) {
        return ("; nothing of it is there".to_owned(), vec![back]);
    }
    if count(Some(false)) == 0 && shown(half.statements.last()) == Some(true) {
        return ("; all of it is there".to_owned(), vec![forth]);
    }
    let lines = |seen: Option<bool>, of: &str| {
        let found: Vec<String> =
            half.statements.iter().filter(|(_, shown)| *shown == seen).map(|(line, _)| line.to_string()).collect();
        match found.as_slice() {
            [] => None,
            [one] => Some(format!("line {one} {of}")),
            several => Some(format!("lines {} {}", several.join(", "), of.replacen("is ", "are ", 1))),
        }
    };
    let parts = [lines(Some(true), "is there"), lines(Some(false), "is not there"), lines(None, "is not to be seen")];
    let there = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let next =
        vec![format!("undo what is there, then {back}"), format!("or do what is not there by hand, then {forth}")];
    (format!("; of its statements {there}"), next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample;

    #[track_caller]
    fn check(statements: &[(usize, Option<bool>)], expected: &str, next: &[&str]) {
        let half = Half { statements: statements.to_vec(), deploying: None };
        let (there, said) = told(&half, &sample::name("prod"), "a");
        let short = |text: &String| text.replace("nexus-env run -e prod --write -- npx prisma migrate resolve ", "");
        assert_eq!(
            (there.as_str(), said.iter().map(short).collect::<Vec<_>>()),
            (expected, next.iter().map(|s| (*s).to_owned()).collect())
        );
    }

    #[test]
    fn how_far_it_came_decides_what_to_type() {
        check(&[], "", &["--rolled-back a, where nothing of it is left", "--applied a, where all of it is there"]);
        check(&[(1, Some(false)), (2, Some(false))], "; nothing of it is there", &["--rolled-back a"]);
        check(&[(1, Some(false)), (2, None)], "; nothing of it is there", &["--rolled-back a"]);
        check(&[(1, None), (2, Some(true))], "; all of it is there", &["--applied a"]);
        check(
            &[(1, Some(true)), (2, Some(true)), (4, Some(false)), (5, None)],
            "; of its statements lines 1, 2 are there, line 4 is not there, line 5 is not to be seen",
            &["undo what is there, then --rolled-back a", "or do what is not there by hand, then --applied a"],
        );
    }
}
