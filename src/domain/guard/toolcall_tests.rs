//! Calls as each agent writes them, calls that nobody should have written, and the answers.

use super::*;
use proptest::prelude::*;

#[track_caller]
fn runs(text: &str, format: Format, line: &str, cwd: Option<&str>) {
    let expected = Call::Line { line: line.to_owned(), cwd: cwd.map(PathBuf::from) };
    assert_eq!(read(text), (format, expected));
}

#[test]
fn json_that_only_javascript_takes_is_read_too() {
    let deep = format!("{}{}", "[".repeat(300), "]".repeat(300));
    for oddity in [r#""\ud800""#, "1e999", &deep] {
        let call = format!(
            r#"{{"hook_event_name":"PreToolUse","x":{oddity},"tool_name":"Bash","tool_input":{{"command":"make reset"}}}}"#
        );
        runs(&call, Format::Claude, "make reset", None);
    }
}

#[test]
fn each_agents_call_is_understood() {
    runs(
        r#"{"session_id":"a","transcript_path":"/t","cwd":"/repo","permission_mode":"default","hook_event_name":"PreToolUse",
           "tool_name":"Bash","tool_input":{"command":"npx prisma migrate dev","description":"d","timeout":120000}}"#,
        Format::Claude,
        "npx prisma migrate dev",
        Some("/repo"),
    );
    runs(
        r#"{"session_id":"a","cwd":"/repo","hook_event_name":"BeforeTool","timestamp":"t",
           "tool_name":"run_shell_command","tool_input":{"command":"make reset","dir_path":"packages/db"}}"#,
        Format::Gemini,
        "make reset",
        Some("/repo/packages/db"),
    );
    runs(
        r#"{"conversation_id":"a","hook_event_name":"beforeShellExecution","workspace_roots":["/repo"],
           "command":"npm run x","cwd":""}"#,
        Format::Cursor,
        "npm run x",
        Some("/repo"),
    );
    runs(
        r#"{"conversation_id":"a","cursor_version":"2","hook_event_name":"preToolUse","tool_name":"Shell",
           "tool_input":{"command":"ls","working_directory":"/repo/a"}}"#,
        Format::Cursor,
        "ls",
        Some("/repo/a"),
    );
    runs(
        r#"{"timestamp":1,"cwd":"/repo","toolName":"bash","toolArgs":"{\"command\":\"npm run x\"}"}"#,
        Format::Copilot,
        "npm run x",
        Some("/repo"),
    );
    runs(r#"{"toolName":"bash","toolArgs":{"command":"x"}}"#, Format::Copilot, "x", None);
    // One that has a command is a shell, whatever it is called, unless it is a server's.
    runs(r#"{"toolName":"execute_sql","toolArgs":{"command":"x","sql":"drop table y"}}"#, Format::Copilot, "x", None);
    runs(r#"{"command":"x","cwd":"/repo"}"#, Format::Exit, "x", Some("/repo"));
    runs(r#"{"hook_event_name":"PermissionRequest","tool_input":{"cmd":"x"}}"#, Format::Exit, "x", None);
}

#[test]
fn words_without_a_shell_and_prismas_own_server_are_understood() {
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(
        read(r#"{"hook_event_name":"PreToolUse","tool_name":"shell","tool_input":{"command":["bash","-lc","x y"]}}"#).1,
        Call::Words { words: vec!["bash".into(), "-lc".into(), "x y".into()], cwd: None }
    );
    assert_eq!(
        read(
            r#"{"hook_event_name":"PreToolUse","tool_name":"mcp__Prisma-Local__migrate-reset","cwd":"/a",
               "tool_input":{"projectCWD":"/repo"}}"#
        )
        .1,
        Call::Words { words: words("prisma migrate reset"), cwd: Some("/repo".into()) }
    );
}

#[test]
fn a_file_that_is_written_is_named() {
    for tool in ["Write", "Edit", "edit_file", "mcp__files__write_file"] {
        let call = serde_json::json!({"tool_name": tool, "tool_input": {"file_path": "a", "content": "prisma db push"}, "cwd": "/r"});
        assert_eq!(read(&call.to_string()).1, Call::File { path: "a".into(), cwd: Some("/r".into()) }, "{tool}");
    }
}

#[test]
fn what_starts_no_command_is_harmless() {
    for text in [
        r#"{"hook_event_name":"PreToolUse","tool_name":"Read","tool_input":{"file_path":"/a"}}"#,
        r#"{"hook_event_name":"PreToolUse","tool_name":"mcp__other__list-tables","tool_input":{}}"#,
        r#"{"hook_event_name":"PostToolUse","tool_name":"Bash","tool_input":{"command":"prisma db push"}}"#,
        r#"{"hook_event_name":"afterShellExecution","command":"prisma db push"}"#,
        r#"{"hook_event_name":"SessionEnd"}"#,
        r#"{"hook_event_name":"UserPromptSubmit","prompt":"run prisma db push"}"#,
        "{}",
    ] {
        assert_eq!(read(text).1, Call::Harmless, "{text}");
    }
}

#[test]
fn each_word_of_a_command_that_may_be_a_place_is_looked_at_once() {
    let text = "cd 'a b' && ./x.sh --force -q;(cd ../c|tee>out) A=/srv `y` <in b";
    assert_eq!(places(text), ["../c", "./x.sh", "/srv", "A", "a", "b", "cd", "in", "out", "tee", "y"]);
    assert_eq!(places(""), Vec::<&str>::new());
    let many: Vec<String> = (0..300).map(|at| format!("p{at:03}")).collect();
    assert_eq!(places(&many.join(" ")).len(), 200);
}

#[test]
fn what_cannot_be_read_is_said_to_be_so() {
    for text in [
        "",
        "npx prisma db push",
        "[]",
        r#"{"tool_name":"Bash","tool_input":{"command":"x""#,
        r#"{"tool_name":"Bash","tool_input":{"command":3}}"#,
        r#"{"tool_name":"Bash","tool_input":{"command":["a",1]}}"#,
        r#"{"tool_name":"Bash","tool_input":{}}"#,
        r#"{"toolName":"bash","toolArgs":"prisma db push"}"#,
        r#"{"tool_name":"Bash","tool_input":7}"#,
    ] {
        assert_eq!(read(text).1, Call::Unreadable, "{text}");
    }
}

#[test]
fn each_agent_is_told_no_in_its_own_words() {
    let told = |format| {
        let answer = refuse(format, "blocked: \"x\"\nhint: y");
        (answer.stdout, answer.stderr, answer.exit)
    };
    // Beside the JSON, what an agent obeys that goes by the status.
    let object = |text: &str| (format!("{text}\n"), "blocked: \"x\"\nhint: y\n".to_owned(), 2);
    assert_eq!(
        told(Format::Claude),
        object(
            r#"{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"blocked: \"x\"\nhint: y"}}"#
        )
    );
    assert_eq!(told(Format::Gemini), object(r#"{"decision":"deny","reason":"blocked: \"x\"\nhint: y"}"#));
    assert_eq!(
        told(Format::Cursor),
        object(
            r#"{"agent_message":"blocked: \"x\"\nhint: y","permission":"deny","user_message":"blocked: \"x\"\nhint: y"}"#
        )
    );
    assert_eq!(
        told(Format::Copilot),
        object(r#"{"permissionDecision":"deny","permissionDecisionReason":"blocked: \"x\"\nhint: y"}"#)
    );
    assert_eq!(told(Format::Exit), (String::new(), "blocked: \"x\"\nhint: y\n".to_owned(), 2));
}

#[test]
fn no_agent_is_ever_told_yes() {
    for (_, format) in Format::WORDS {
        let answer = pass(format);
        assert!(answer.exit == 0 && ["", "{}\n"].contains(&answer.stdout.as_str()), "{answer:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_harm(text in "(?s)(\\{|\\}|\"|:|,|command|tool_input|toolArgs|cwd|[a-z ]|\\[|\\]|1|.){0,60}") {
        let _ = read(&text);
    }
}
