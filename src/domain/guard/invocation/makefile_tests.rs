//! What a Makefile runs for a target.

use super::*;
use proptest::prelude::*;

#[track_caller]
fn check(text: &str, target: &str, expected: &[&str]) {
    assert_eq!(read(text).lines(target).lines, expected, "{text}");
}

#[test]
fn gives_the_lines_of_a_target_and_of_what_it_needs() {
    check("a: b\n\t@x\nb:\n\t-y\n\tz\n", "a", &["y", "z", "x"]);
    check("P = npx prisma\na:\n\t$(P) migrate ${W} $$HOME $@\n", "a", &["npx prisma migrate ${W} $HOME a"]);
    check("P := x\nP += y\nP ?= z\na: ; $(P)\n", "a", &["x y"]);
    check("a:\n\tx \\\n\t  y\n", "a", &["x  y"]);
    check("db-%:\n\tprisma db $*\n", "db-push", &["prisma db push"]);
    check("a b: c\n\tx\nc:\n", "b", &["x"]);
    check("a:\n\t$(MAKE) b $(shell c d)\n", "a", &["make b $(c d)"]);
    check("a: a b\n\tx\nb: a\n\ty\n", "a", &["y", "x"]);
    check("a: X = 1\na:\n\t$(X)\n", "a", &["1"]);
    check("A = $(A)$(A)\na:\n\t$(A)\n", "a", &[""]);
    check("define D\nx $(1)\ny\nendef\na:\n\t$(call D,z)\n\t$(D)\n", "a", &["x z", "y", "x ", "y"]);
    let many: String = (0..300).map(|at| format!("t{at}: t{}\n\tl{at}\n", at + 1)).collect();
    assert_eq!(read(&many).lines("t0").lines.len(), 300);
}

#[test]
fn knows_the_first_target_and_what_is_exported() {
    let found = read(".PHONY: a\nexport X = 1\ninclude .env\nexport\na:\nb:\n");
    assert_eq!(found.first(), Some("a"));
    assert_eq!(read("# usage: make b\n#b: c\na:\n").first(), Some("a"));
    assert_eq!(
        (found.exported, found.exports_all, found.includes),
        (vec!["X".to_owned()], true, vec![".env".to_owned()])
    );
}

#[test]
fn rules_that_make_computes_may_be_any() {
    for text in ["$(eval $(call R,a))", "$(foreach x,a b,$(eval $(call R,$(x))))", "$(X): b\n\ty"] {
        let file = read(&format!("{text}\nc:\n\tz\n"));
        assert!(!file.lines("a").is_whole && file.lines("c").is_whole, "{text}");
    }
    assert!(read("c:\n\tz\n").lines("a").is_whole);
}

#[test]
fn a_name_that_doubles_itself_is_followed_only_so_far() {
    let text = "%: %$@\n\techo $@\na%: $@$@%\n\tnpx prisma db push\n";
    let lines = read(text).lines("ab");
    assert!(lines.lines.iter().any(|line| line == "npx prisma db push"));
    assert!(lines.lines.iter().map(String::len).sum::<usize>() < 1 << 20);
}

proptest! {
    #[test]
    fn reading_never_panics(text in "\\PC{0,80}|([a-c]|:|=|\\$|\\(|\\)|\\{|\\}|%|\t|\n|\\\\|@|é| ){0,60}") {
        let found = read(&text);
        let _ = (found.first().map(str::to_owned), found.lines("a"));
    }
}
