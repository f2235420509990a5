//! Which simple commands a line is read as.

use super::*;
use proptest::prelude::*;

/// Commands joined by ` ; `, stages by ` | `, subshells in parentheses, words by spaces.
fn told(list: &List) -> String {
    let node = |node: &Node| match node {
        Node::Subshell(list) => format!("({})", told(list)),
        Node::Simple(simple) => {
            let words: Vec<String> = simple.words.iter().map(Written::plain).collect();
            let fed = simple.fed.as_ref().map_or(String::new(), |fed| format!(" <{}>", fed.trim_end()));
            format!("{}{fed}", words.join("_"))
        }
    };
    let step = |step: &Step| {
        let stages: Vec<String> = step.stages.iter().map(node).collect();
        format!("{}{}", stages.join(" | "), if step.place == Place::Background { " &" } else { "" })
    };
    list.0.iter().map(step).collect::<Vec<_>>().join(" ; ")
}

#[track_caller]
fn check(line: &str, expected: &str) {
    assert_eq!(read(line).map_or("unreadable".to_owned(), |list| told(&list)), expected, "{line}");
}

#[test]
fn splits_lists_and_pipelines() {
    check("a b && c || d; e & f | g", "a_b ; c ; d ; e & ; f | g");
    check("a\nb", "a ; b");
    check("a |& b", "a | b");
    check("a \\\n b", "a_b");
    check("", "");
    check("a &&\nb", "a ; b");
    check("(a; b) && c", "(a ; b) ; c");
    check("{ a; b; }", "a ; b");
    check("( (a) )", "((a))");
}

#[test]
fn keeps_quoted_text_together() {
    check("echo 'a && b' \"c; d\" e\\ f", "echo_a && b_c; d_e f");
    check("a\"b\"'c'", "abc");
    check("echo $'a\\nb'", "echo_a\nb");
    check("echo \"a \\\"b\\\" $X $(y \")\")\"", "echo_a \"b\" $X $(y \")\")");
    check("echo 'a", "unreadable");
    check("echo \"a", "unreadable");
    check("echo $(a", "unreadable");
}

#[test]
fn drops_comments_and_redirections() {
    check("a # b && c", "a");
    check("a#b", "a#b");
    check("a > f 2>&1 < g >> h &> i b", "a_b");
    check("a <<< 'x y'", "a <x y>");
    check("cat <<EOF\na && b\nEOF\nc", "cat <a && b> ; c");
    check("bash <<-'X'\n\ta\n\tX", "bash <a>");
}

#[test]
fn flattens_compound_commands() {
    check("if a; then b; else c; fi", "a ; b ; c");
    check("for x in 1 2; do a $x; done", "a_$x");
}

#[test]
fn reads_functions_conditions_and_cases() {
    check("f() { a; }; f", "a ; f");
    check("function f { a; }", "a");
    check("[[ -n $X && $Y ]] && a", "a");
    check("case $1 in x) a ;; y|z) b ;; esac", "a ; y | b");
    check("X=(1 2) a", "X=_a");
}

proptest! {
    #[test]
    fn reading_never_panics(text in "[-a-z'\"\\\\$(){}<>|&;#=` \n]{0,60}") {
        let _ = read(&text);
    }

    #[test]
    fn reading_any_text_never_panics(text in "\\PC{0,60}") {
        let _ = read(&text);
    }
}
