use super::*;
use crate::domain::config::name::RepositoryId;
use crate::domain::store::sealed::Ciphertext;
use proptest::prelude::*;

fn sample() -> Store {
    let recipient =
        |name: &str| Recipient { name: RecipientName::new(name).unwrap(), key: format!("age1{}", "q".repeat(58)) };
    let secret = |name: &str, byte| (VariableName::new(name).unwrap(), Ciphertext::new(vec![byte; 72]).unwrap());
    Store {
        repository: RepositoryId::new("9f3k2v7m4q8x1c5b").unwrap(),
        environment: EnvironmentName::new("prod").unwrap(),
        protected: None,
        revision: 3,
        seal: [7; 32],
        key: b"age".to_vec(),
        recipients: vec![recipient("ada"), recipient("ci")],
        secrets: vec![secret("A", 1), secret("B_2", 2)],
        stale: vec![(VariableName::new("A").unwrap(), "bob eve".to_owned())],
        history: History::default(),
    }
}

/// The same with all that a store tells beside its secrets: 20 [written], 21 A, 22 B_2, 24 [joined], 25 ada, 27 [expires],
/// 28 A, 30 [notes], 31 B_2.
fn telling() -> Store {
    let name = |name: &str| VariableName::new(name).unwrap();
    let moment = |text| Moment::parse(text).unwrap();
    let history = History {
        written: vec![(name("A"), moment("1 2026-03-01")), (name("B_2"), moment("3 2026-03-04"))],
        joined: vec![(RecipientName::new("ada").unwrap(), moment("1 2026-03-01"))],
        expires: vec![(name("A"), Expiry::parse("2026-05-30 90d").unwrap())],
        notes: vec![(name("B_2"), Note::new("the vendor's console").unwrap())],
    };
    Store { history, ..sample() }
}

/// Line 1 is the header, 2 the version, 3 repository, 4 environment, 5 revision, 6 seal, 7 key, 9 [recipients],
/// 10 ada, 11 ci, 13 [secrets], 14 A, 15 B_2, 17 [stale], 18 A.
#[track_caller]
fn refuses(old: &str, new: &str, line: usize, what: &str) {
    let text = render(&telling());
    assert!(text.contains(old), "{old}");
    let got = parse(text.replacen(old, new, 1).as_bytes());
    assert_eq!(got, Err(Malformed::At { line, what: what.to_owned() }), "{old:?} -> {new:?}");
}

#[track_caller]
fn means_the_same(change: impl Fn(&str) -> String) {
    let text = change(&render(&sample()));
    assert_eq!(parse(text.as_bytes()), Ok(sample()), "{text}");
}

#[test]
fn what_is_rendered_is_read_by_both_readers() {
    let text = render(&sample());
    assert_eq!(lines::read(&text), Some(sample()));
    assert_eq!(parse_toml(&text), Ok(sample()));
    assert_eq!(parse(text.as_bytes()), Ok(sample()));
    for protection in [Protection::Protected, Protection::Open] {
        let saying = Store { protected: Some(protection), ..sample() };
        let text = render(&saying);
        assert_eq!(text.lines().nth(4), Some(&*format!("protected = {}", said(protection))));
        assert_eq!((lines::read(&text), parse_toml(&text)), (Some(saying.clone()), Ok(saying)));
    }
    for all in [telling(), Store { stale: Vec::new(), ..telling() }] {
        assert_eq!((lines::read(&render(&all)), parse_toml(&render(&all))), (Some(all.clone()), Ok(all)));
    }
    let mut small = sample();
    (small.stale, small.secrets, small.recipients) = (Vec::new(), Vec::new(), Vec::new());
    assert_eq!(lines::read(&render(&small)), Some(small.clone()));
    assert_eq!(parse_toml(&render(&small)), Ok(small));
}

#[test]
fn spacing_comments_and_order_mean_nothing() {
    means_the_same(|text| text.replace('\n', "\r\n"));
    means_the_same(|text| text.replace(" = ", "="));
    means_the_same(|text| format!("# seen by a formatter\n{text}\n\n"));
    means_the_same(|text| text.replace("version = 1\n", "").replacen('\n', "\nversion = 1 # one\n", 1));
    means_the_same(|text| {
        let (a, b) = (text.lines().nth(13).unwrap(), text.lines().nth(14).unwrap());
        text.replace(&format!("{a}\n{b}"), &format!("{b}\n{a}"))
    });
}

#[test]
fn says_which_line_is_wrong_and_why() {
    refuses("version = 1\n", "", 30, "`version` is missing");
    refuses("revision = 3\n", "revision = -3\n", 5, "a whole number is expected here");
    refuses("revision = 3\n", "revision = 03\n", 5, "unexpected leading zero, expected nothing");
    refuses("revision = 3\n", "revision = 9223372036854775808\n", 5, "a whole number is expected here");
    refuses("revision = 3\n", "revision = 3\nrevision = 4\n", 6, "duplicate key");
    refuses("revision = 3\n", "revision = 3\nshade = 4\n", 6, "`shade` is no key of a store");
    refuses("revision = 3\n", "revision = 3\n\"\\u001b[2J\" = 4\n", 6, "this key is no key of a store");
    refuses("\"prod\"", "\"../prod\"", 4, "this is no environment's name");
    refuses("revision = 3\n", "protected = 1\nrevision = 3\n", 5, "`protected` is true or false");
    refuses("revision = 3\n", "protected = true\nprotected = false\nrevision = 3\n", 6, "duplicate key");
    refuses("seal = \"Bw", "seal = \"B!", 6, "this is not base64");
    refuses("seal = \"", "seal = \"AAAA", 6, "a seal has 32 bytes");
    refuses("key = \"YWdl\"", "key = [1]", 7, "a text in quotes is expected here");
    refuses("ci = \"age1", "ci = \"x", 11, "the key of `ci` is no public key of age");
    refuses("\nci", "\n\"c i\"", 11, "this key is no name that can stand here");
    refuses("B_2 = \"v1:", "B_2 = \"v2:", 15, "the value of `B_2` is not an encrypted one");
    refuses("B_2 = \"v1:", "B_2 = \"v1:AAAA", 15, "the value of `B_2` is not an encrypted one");
    refuses("B_2", "B-2", 15, "`B-2` is no name that can stand here");
    refuses("B_2", "A", 15, "duplicate key");
    refuses("bob eve", "bob  eve", 18, "names of recipients are expected here");
    refuses("\"3 2026", "\"03 2026", 22, "a revision and its day are expected here");
    refuses("\nada = \"1 ", "\nada = \"", 25, "a revision and its day are expected here");
    refuses("90d", "90m", 28, "a day and a number of days are expected here");
    refuses("the vendor", "\\tthe vendor", 31, "this is no note");
    refuses("[joined]\nada", "[joined]\n\"a da\"", 25, "this key is no name that can stand here");
}

#[test]
fn another_version_is_told_before_anything_else() {
    let text = render(&sample()).replace("version = 1", "version = 2").replace("[secrets]", "[vault]");
    assert_eq!(parse(text.as_bytes()), Err(Malformed::Version("2".to_owned())));
    assert_eq!(parse(&vec![b'#'; LARGEST + 1]), Err(Malformed::TooLarge));
    assert!(matches!(parse(&vec![0xff; LARGEST]), Err(Malformed::At { line: 1, .. })));
    let conflict = render(&sample()).replace("[secrets]", "<<<<<<< HEAD\n[secrets]");
    assert_eq!(parse(conflict.as_bytes()), Err(Malformed::Conflict { line: 13 }));
    assert_eq!(parse(b"a\n\xff"), Err(Malformed::At { line: 2, what: "this is not UTF-8 text".to_owned() }));
}

proptest! {
    #[test]
    fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = parse(&bytes);
    }

    /// The quick reader must never accept what TOML would not, or understand it in another way.
    #[test]
    fn the_quick_reader_agrees_with_toml(at in any::<prop::sample::Index>(), with in "[ -~\n\r\t]{0,3}", cut in 0_usize..4) {
        let text = render(&Store { protected: Some(Protection::Protected), ..telling() });
        let at = at.index(text.len());
        let changed = format!("{}{with}{}", &text[..at], &text[(at + cut).min(text.len())..]);
        if let Some(quick) = lines::read(&changed) {
            prop_assert_eq!(parse_toml(&changed), Ok(quick));
        }
    }

    #[test]
    fn lines_in_another_order_are_read_the_same_way(from in 0_usize..32, to in 0_usize..32) {
        let text = render(&Store { protected: Some(Protection::Open), ..telling() });
        let mut all: Vec<&str> = text.split('\n').collect();
        let line = all.remove(from);
        all.insert(to, line);
        let changed = all.join("\n");
        if let Some(quick) = lines::read(&changed) {
            prop_assert_eq!(parse_toml(&changed), Ok(quick));
        }
    }
}
