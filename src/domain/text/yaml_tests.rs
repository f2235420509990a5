//! YAML as people write it, and what is not taken for any.

use super::*;
use proptest::prelude::*;

#[track_caller]
fn check(text: &str, json: &str) {
    assert_eq!(read(text), Json::read(json), "{text}");
}

#[test]
fn maps_lists_and_scalars_are_read_as_json_would_say_them() {
    check("a: b\nc:\n  d: e f # x\n  'g:h': \"i\\nj\"\n", r#"{"a":"b","c":{"d":"e f","g:h":"i\nj"}}"#);
    check("a:\n- b\n- c: d\n  e: f\n-\n  - g\n", r#"{"a":["b",{"c":"d","e":"f"},["g"]]}"#);
    check(
        "# x\n---\na: [b, 'c, d', {e: f}]\ng: {h: i, j: [k]}\n",
        r#"{"a":["b","c, d",{"e":"f"}],"g":{"h":"i","j":["k"]}}"#,
    );
    check("a: |\n  b\n    c\n\n  d\ne: >-\n  f\n  g\n", r#"{"a":"b\n  c\n\nd\n","e":"f g\n"}"#);
    check("a: &x\n  b: c\nd: *x\ne:\n  <<: *x\n  f: g\n", r#"{"a":{"b":"c"},"d":{"b":"c"},"e":{"f":"g","b":"c"}}"#);
    check("a: one\n  two\nb: http://c:1/d#e\n", r#"{"a":"one two","b":"http://c:1/d#e"}"#);
    check("a: [\n  b,\n  c\n]\n", r#"{"a":["b","c"]}"#);
    check("- a\n- - b\n  - c\n", r#"["a",["b","c"]]"#);
}

#[test]
fn what_is_not_understood_is_nothing() {
    for text in ["? a\n: b\n", "a: b\n   c: d\n", "\ta: b\n", "a: *unknown\n", "a: [b\n", "a: 'b\n", "a: `b`\n"] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn aliases_that_double_each_other_end() {
    let mut text = "a0: &a0 [x, x]\n".to_owned();
    for at in 1..40 {
        text.push_str(&format!("a{at}: &a{at}\n  - *a{}\n  - *a{}\n", at - 1, at - 1));
    }
    assert_eq!(read(&text), None);
}

proptest! {
    #[test]
    fn reading_never_panics(text in "\\PC{0,60}|(a|b|: |:|- |\\[|\\]|\\{|\\}|,|\"|'|\\||>|&x |\\*x|<<|\n|  | #|é|!t ){0,50}") {
        let _ = read(&text);
    }
}
