//! `set`, `get`, `list`, `unset` and `import` on a real store, called as the command line calls them.

use std::cell::RefCell;
use std::path::Path;

use nexus_env::command::variables::{self, Beside, Form, Place, Questions, Source, Stock};
use nexus_env::domain::config::name::VariableName;
use nexus_env::domain::session::ambient::Ambient;
use nexus_env::domain::store::sealed::{Pin, Recipient};
use nexus_env::domain::target::acceptance::Emptiness;
use nexus_env::domain::text::secret::Secret;
use nexus_env::error::Result;

use super::world::*;

/// Runs one command on the world's `prod`, and gives back what it wanted to be remembered.
fn at<T>(world: &World, run: impl FnOnce(&Place<'_>) -> Result<T>) -> (Result<T>, Option<Pin>) {
    at_with(world, &[], run)
}

/// The same beside plain variables of these names.
fn at_with<T>(
    world: &World,
    plain: &[VariableName],
    run: impl FnOnce(&Place<'_>) -> Result<T>,
) -> (Result<T>, Option<Pin>) {
    let ambient: Ambient = world.ambient(&[("USER", "ada")]);
    let remembered = RefCell::new(None);
    let remember = |pin, _: &[Recipient]| {
        *remembered.borrow_mut() = Some(pin);
        Ok(())
    };
    let place = Place {
        ambient: &ambient,
        root: world.root(),
        expected: world.expected(),
        identities: &world.ada,
        database_variables: &[],
        plain,
        remember: &remember,
    };
    let result = run(&place);
    (result, *remembered.borrow())
}

fn import(place: &Place<'_>, file: &Path) -> Result<()> {
    let questions = Questions { replace: &|_| Ok(()), choose: &|_, _| Ok(0) };
    variables::import(place, &[Source::new(file, None)], &questions)
}

fn got(world: &World, name: &str, plain: Option<&str>) -> Result<String> {
    let mut out = Vec::new();
    let plain = plain.map(Secret::new);
    at(world, |place| variables::get(place, name, plain, &|_, value| Ok(value), &mut out)).0?;
    Ok(String::from_utf8(out)?)
}

#[test]
fn stores_remembers_and_prints() {
    let mut world = World::new();
    let (done, pin) = at(&world, |place| variables::store(place, name("A"), Secret::new("one\n"), Emptiness::Refused));
    done.unwrap();
    assert_eq!(pin.map(|pin| pin.revision), Some(1));
    assert_eq!(world.store().readers(), "ada");
    world.pin = pin;
    assert_eq!(got(&world, "A", None).unwrap(), "one\n");
    let (_, again) = at(&world, |place| variables::store(place, name("A"), Secret::new("one\n"), Emptiness::Refused));
    assert_eq!(again, None, "nothing changed, nothing to remember");
}

#[test]
fn get_knows_plain_variables_and_presents_secrets() {
    let world = World::with_three();
    assert_eq!(got(&world, "A", None).unwrap(), format!("A-{CANARY}"));
    assert_eq!(got(&world, "A", Some("plain")).unwrap(), "plain", "a plain variable of that name wins");
    assert_eq!(got(&world, "PLAIN", Some("plain")).unwrap(), "plain");
    let told = told_by(got(&world, "D", None).unwrap_err());
    assert_eq!(told, ("`D` is not set for prod".to_owned(), "nexus-env set D -e prod".to_owned()));
    let mut out = Vec::new();
    let present = |_: &_, _| Ok(Secret::new("presented"));
    at(&world, |place| variables::get(place, "A", None, &present, &mut out)).0.unwrap();
    assert_eq!(out, b"presented");
    assert_eq!(got(&World::new(), "X", Some("plain")).unwrap(), "plain");
    let unseen = World { pin: None, ..World::with_three() };
    let told = told_by(got(&unseen, "A", None).unwrap_err());
    assert_eq!(told.0, "the secrets of prod are new here and not allowed yet");
}

#[test]
fn list_shows_names_and_where_they_come_from() {
    let world = World::with_three();
    let mut out = Vec::new();
    let plain = [name("LONGER_NAME"), name("B")];
    let stock = Stock { root: world.root(), environment: &world.environment, plain: &plain };
    variables::list(&world.ambient(&[]), &stock, Form::Lines, &mut out).unwrap();
    let expected = "A            secret\nB            plain\nC            secret\nLONGER_NAME  plain\n";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn unset_removes_a_secret_and_nothing_else() {
    let world = World::with_three();
    at(&world, |place| variables::unset(place, "B")).0.unwrap();
    assert_eq!(world.open().unwrap().vars.len(), 2);
    let told = told_by(at(&world, |place| variables::unset(place, "B")).0.unwrap_err());
    assert_eq!(told, ("`B` is no secret of prod".to_owned(), "nexus-env list -e prod".to_owned()));
    let told = told_by(at_with(&world, &[name("P")], |place| variables::unset(place, "P")).0.unwrap_err());
    assert_eq!(told.1, "it is a plain variable: its line stands in `.nexusenv`");
    let empty = World::new();
    assert!(at(&empty, |place| variables::unset(place, "B")).0.is_err());
    assert!(!empty.root().join(".nexusenv.d").exists());
}

#[test]
fn names_and_values_that_cannot_be_are_refused() {
    let world = World::with_three();
    let set = |text: &str| {
        told_by(at(&world, |place| variables::set(place, text, Emptiness::Refused, &Beside::default())).0.unwrap_err())
    };
    assert_eq!(set("my-name").0, "`my-name` is no name of a variable");
    assert_eq!(set("canary with spaces").0, "this is no name of a variable");
    let (sentence, hint) = set("PASSWORD=canary");
    assert!(sentence.starts_with("a value is never taken from the command line: "), "{sentence}");
    assert!(hint.starts_with("nexus-env set PASSWORD, which asks for it"), "{hint}");
    let (sentence, hint) = set("LD_PRELOAD");
    assert!(sentence.starts_with("`LD_PRELOAD` is refused: the dynamic loader runs what it names"), "{sentence}");
    assert_eq!(hint, "`allow_names = [\"LD_PRELOAD\"]` in your own config.toml lets it through for you alone");
    let nul = at(&world, |place| variables::store(place, name("D"), Secret::new("canary\0"), Emptiness::Refused));
    assert_eq!(
        told_by(nul.0.unwrap_err()).0,
        "the value of `D` holds a NUL byte, which no variable can, and nothing was stored"
    );
}

#[test]
fn import_takes_everything_in_one_write() {
    let world = World::with_three();
    let file = world.root().join(".env");
    let text = format!("# c\nexport A=A-{CANARY}\nB=\"new\\nline\"\nD='$x'\nE=a${{A}}\nPATH=/evil\nD='$y'\n");
    std::fs::write(&file, text).unwrap();
    let (done, pin) = at(&world, |place| import(place, &file));
    done.unwrap();
    assert_eq!(pin.map(|pin| pin.revision), Some(2), "one write");
    let opened = world.open().unwrap();
    let values: Vec<_> = opened.vars.iter().map(|(n, v)| (n.as_str(), v.expose().to_vec())).collect();
    let expected = [
        ("A", format!("A-{CANARY}")),
        ("B", "new\nline".to_owned()),
        ("C", format!("C-{CANARY}")),
        ("D", "$y".to_owned()),
        ("E", "a${A}".to_owned()),
    ];
    assert_eq!(values, expected.map(|(n, v)| (n, v.into_bytes())));
    assert!(file.exists(), "the file is the person's to delete");
}

#[test]
fn import_takes_all_or_nothing() {
    let world = World::with_three();
    let before = world.text();
    let file = world.root().join("my.env");
    std::fs::write(&file, "D=1\ncanary\n").unwrap();
    let (sentence, hint) = told_by(at(&world, |place| import(place, &file)).0.unwrap_err());
    let place = file.display();
    let expected = format!("`{place}:2`: `NAME=value` is expected, and there is no `=`, and nothing was taken");
    assert_eq!((sentence, hint.as_str()), (expected, "mend line 2 and import it again"));
    std::fs::write(&file, "# nothing\n").unwrap();
    assert!(at(&world, |place| import(place, &file)).0.is_err());
    let (sentence, _) = told_by(at(&world, |place| import(place, world.root())).0.unwrap_err());
    assert!(sentence.ends_with("it is no regular file"), "{sentence}");
    assert_eq!(before, world.text());
}
