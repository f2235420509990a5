//! Which simple commands a line is read as.

use super::*;
use proptest::prelude::*;

/// Commands joined by ` ; `, stages by ` | `, subshells in parentheses, groups in braces, words by underscores.
fn told(list: &List) -> String {
    let node = |node: &Node| match node {
        Node::Subshell(list) => format!("({})", told(list)),
        Node::Group(list) => format!("{{{}}}", told(list)),
        Node::Each(name, words, list) => {
            let words: Vec<String> = words.iter().map(Written::plain).collect();
            format!("{name}={}{{{}}}", words.join("_"), told(list))
        }
        Node::Choice(word, branches) => {
            let branch = |(patterns, list): &(Vec<Written>, List)| {
                let patterns: Vec<String> = patterns.iter().map(Written::plain).collect();
                format!("{}){}", patterns.join("|"), told(list))
            };
            format!("{}{{{}}}", word.plain(), branches.iter().map(branch).collect::<Vec<_>>().join(" "))
        }
        Node::Function(name, list) => format!("{name}(){{{}}}", told(list)),
        Node::Unreadable(text) => format!("?{text}?"),
        Node::Simple(simple) => {
            let words: Vec<String> = simple.words.iter().map(Written::plain).collect();
            let fed = simple.input.as_ref().map_or(String::new(), |input| match input {
                Input::Text(text) => format!(" <{}>", text.plain().trim_end()),
                Input::File(file) => format!(" <{}", file.plain()),
            });
            let beside: Vec<String> = simple.beside.iter().map(|list| format!(" +({})", told(list))).collect();
            format!("{}{fed}{}", words.join("_"), beside.concat())
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
    assert_eq!(told(&read(line)), expected, "{line}");
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
    check("{ a; b; }", "{a ; b}");
    check("( (a b) )", "(a_b)");
    check("((x = 1))", "(x_=_1)");
}

#[test]
fn a_shell_reads_on_behind_what_is_open() {
    for text in
        ["echo \\", "echo 'a", "echo \"a", "if true", "if true; then x", "(x", "{ x", "cat <<E\nx", "x && ", "x |"]
    {
        assert!(is_open(text), "{text}");
    }
    for text in ["", "x", "echo \\\\", "echo 'a'", "if true; then x; fi", "(x)", "cat <<E\nx\nE\n", "x )", "x;"] {
        assert!(!is_open(text), "{text}");
    }
}

#[test]
fn keeps_quoted_text_together() {
    check("echo 'a && b' \"c; d\" e\\ f", "echo_a && b_c; d_e f");
    check("a\"b\"'c'", "abc");
    check("echo $'a\\nb'", "echo_a\nb");
    check("echo \"a \\\"b\\\" $X $(y \")\")\"", "echo_a \"b\" $X $(y \")\")");
    check("echo 'a", "?echo 'a?");
    check("b; echo \"a; c", "{b} ; ?echo \"a; c?");
    check("echo $(a", "{echo_$} ; {a}");
    check("echo \\\"; b $(a", "{echo_\"} ; {b_$} ; {a}");
}

#[test]
fn drops_comments_and_redirections() {
    check("a # b && c", "a");
    check("a#b", "a#b");
    check("a > f 2>&1 < g >> h &> i b", "a_b <g");
    check("a <(b) > >(c)", "a_<(0) +(b) +(c)");
    check("a <<< 'x y'", "a <x y>");
    check("cat <<EOF\na && b\nEOF\nc", "cat <a && b> ; c");
    check("bash <<-'X'\n\ta\n\tX", "bash <a>");
}

#[test]
fn a_number_that_the_parser_cannot_take_is_cut() {
    for text in [
        "~?(~-11111111111111111111110(*5",
        "cd ~+99999999999999999999/x",
        "cd ~99999999999999999999",
        "echo {1..99999999999999999999} {-99999999999999999999..2..99999999999999999999}",
        ">|h>|2>|7>6|2>|75555555555555555555555555555555>>",
        "npx prisma migrate reset 99999999999>x",
        "a 9999999999<b",
    ] {
        let _ = read(text);
    }
    assert_eq!(read("a 2>&1 --id 12345678901234567890").0.len(), 1);
}

#[test]
fn what_an_unquoted_document_substitutes_runs() {
    check("cat <<EOF\n$(a) it's `b \"c\"`\nEOF", "cat <$(a) it's $(b \"c\")> +(a) +(b_c)");
    check("cat <<'EOF'\n$(a) `b`\nEOF", "cat <$(a) `b`>");
    check("cat <<EOF\n\\$(a) \\`b\\`\nEOF", "cat <$(a) `b`>");
}

#[test]
fn a_document_whose_end_has_no_name_is_cut_into_pieces() {
    for text in ["bash a << \"\" \nprisma", "a<<'' b &&)-e)c", "a <<-''", "a <<\\\nb", "a <<"] {
        let _ = read(text);
    }
    check("a << ''\nb", "?a << ''? ; {b}");
    check("a <<< ''; b", "a <> ; b");
}

#[test]
fn flattens_compound_commands() {
    check("if a; then b; else c; fi", "{a ; b ; c}");
    check("for x in 1 2; do a $x; done", "x=1_2{a_$x}");
    check("while a; do b; done < f", "{a <f ; b <f}");
    check("{ a; b <g; } <<< x", "{a <x> ; b <g}");
}

#[test]
fn reads_functions_conditions_and_cases() {
    check("f() { a; }; f", "f(){a} ; f");
    check("function f { a; }", "f(){a}");
    check("[[ -n $X && $Y ]] && a", "{} ; a");
    check("case $1 in x) a ;; y|z) b ;; esac", "$1{x)a y|z)b}");
    check("X=(1 2) a", "X=1 2_a");
}

#[test]
fn reads_what_fish_and_zsh_have_beside_bash() {
    check("if test -f x; a; end", "{test_-f_x} ; {a} ; {end}");
    check("a; and b", "a ; and_b");
    check("echo (a b)", "{echo} ; {a_b}");
    check("for x (1 2) a", "{1_2} ; {a}");
    check("while true; a 'b;c'; end", "{true} ; {a_b;c} ; {end}");
    check("ls *(.) && a", "ls_*(.) ; a");
    check("a &!", "a & ; ");
}

#[test]
fn a_text_that_would_take_the_parser_too_long_or_too_deep_is_read_in_pieces() {
    for opening in [
        "(", "((", "( ", "$(", "{ ", "if ", "while ", "[[ ( ", "${x:-", "\"$(", "for ((", "case x in ", "f() ", "! ",
        "time ", "`",
    ] {
        for many in [8, 40, 3000] {
            let _ = read(&opening.repeat(many));
            let _ = read(&format!("{}a", opening.repeat(many)));
        }
    }
    let script = "if a; then\n  b (c)\nfi\n".repeat(2000);
    let _ = read(&script);
}

#[test]
fn a_long_text_is_read_in_parts_that_are_cut_between_commands() {
    let unit = "if a; then\n  cat <<E\nx; y\nE\nfi\nb 'c\nd' \\\n  e\n";
    let whole = unit.repeat(9000);
    let all: Vec<String> = parts(&whole).map(|list| told(&list)).collect();
    assert!(all.len() > 3);
    assert_eq!(all.join(" ; "), vec![told(&read(unit)); 9000].join(" ; "));
    assert_eq!(parts("").count(), 0);
    let endless = format!("a\ncat <<E\n{}", "x y\n".repeat(200_000));
    assert!(parts(&endless).flat_map(|list| list.0).any(|step| told(&List(vec![step])) == "{a}"));
}

proptest! {
    #[test]
    fn words_that_open_something_never_take_long(text in "((\\(|\\(\\(|\\$\\(|\"|`|\\{ |if |for |case x in |\\[\\[ |\\) |fi|; |<\\(|\\$\\(\\(|f\\(\\) |x )){0,60}") {
        let _ = read(&text);
    }

    #[test]
    fn reading_never_panics(text in "[-a-z'\"\\\\$(){}<>|&;#=` \n]{0,60}") {
        let _ = read(&text);
    }

    #[test]
    fn reading_any_text_never_panics(text in "\\PC{0,60}") {
        let _ = read(&text);
    }
}
