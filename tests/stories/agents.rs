//! A coding agent: what its hook is told, and what the program itself does where an agent's marker stands.

use serde_json::{Value, json};

use crate::pausing::{DEV, PROD, logged, world};
use crate::world::shell::stories;
use crate::world::{Held, Shell, World};

/// Asks the hook from outside of the repository: the call says where it runs.
fn hook(world: &World, words: &[&str], call: &str) -> crate::world::Output {
    world.run_in(world.home(), &[&["guard", "hook"], words].concat(), call.as_bytes())
}

fn claude(world: &World, line: &str) -> String {
    let cwd = world.repo().display().to_string();
    json!({"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": {"command": line}, "cwd": cwd})
        .to_string()
}

fn on(url: &str, line: &str) -> String {
    format!("DATABASE_URL={url} {line}")
}

#[test]
fn claude_is_told_why_a_command_must_not_run_and_nothing_about_others() {
    let world = world();
    let refused = hook(&world, &[], &claude(&world, &on(PROD, "npx prisma migrate dev"))).ends_with_status(2);
    let answer: Value = serde_json::from_slice(&refused.stdout).unwrap();
    let output = &answer["hookSpecificOutput"];
    assert_eq!((&output["hookEventName"], &output["permissionDecision"]), (&json!("PreToolUse"), &json!("deny")));
    let reason = output["permissionDecisionReason"].as_str().unwrap();
    assert!(reason.starts_with("blocked: prisma migrate dev would write to prod\n"), "{reason}");
    assert!(!reason.contains("hunter2"), "{reason}");
    // Versions differ in whether they obey the JSON or the status.
    assert_eq!(refused.stderr, format!("{reason}\n"));
    let more = ["ls -la", "git commit -m 'prisma migrate reset'", "npx prisma generate", "echo prisma db push", ""];
    for line in more {
        hook(&world, &[], &claude(&world, line)).succeeds().prints("").says("");
    }
    hook(&world, &[], &claude(&world, &on(DEV, "npx prisma migrate dev"))).succeeds().prints("").says("");
    assert_eq!(logged(&world), "blocked prod prisma migrate dev -\n");
    let log = std::fs::read_to_string(world.home().join(".local/state/nexus-env/audit.log")).unwrap();
    assert!(log.contains("\"through\":\"agent\"") && log.contains("\"agent\":\"AI_AGENT\""), "{log}");
}

#[test]
fn a_line_is_read_to_its_end_and_a_question_is_a_refusal() {
    let world = world().file(
        "package.json",
        format!(r#"{{"scripts": {{"reset": "DATABASE_URL={PROD} prisma migrate reset -f", "db": "npm run reset"}}}}"#),
    );
    for line in [
        "cd . && bash -c 'DATABASE_URL=postgresql://prod:x@127.0.0.1:1/nexus_db npx prisma db push'",
        "true; npm run db",
        // Nothing tells which database that is.
        "DATABASE_URL=postgresql://x:y@127.0.0.1:1/z npx prisma migrate reset --force",
        "npx prisma migrate reset --force",
        // A person would be asked.
        "DATABASE_URL=postgresql://prod:x@127.0.0.1:1/nexus_db npx prisma db seed",
        "if true; then npx prisma migrate reset --force",
    ] {
        let output = hook(&world, &["--format", "exit"], &claude(&world, line)).ends_with_status(2).prints("");
        assert!(output.stderr.starts_with("blocked: "), "{line}: {}", output.stderr);
    }
}

#[test]
fn a_line_that_goes_into_the_repository_is_judged_by_its_configuration() {
    let world = world();
    let call = |line: &str| {
        let cwd = world.home().display().to_string();
        json!({"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": {"command": line}, "cwd": cwd})
            .to_string()
    };
    let repo = world.repo().display().to_string();
    for line in [
        format!("cd repo && {}", on(PROD, "npx prisma db push")),
        format!("cd {repo}; {}", on(PROD, "npx prisma db push")),
        "cd ~/repo && npx prisma migrate reset --force".to_owned(),
        format!("npm --prefix {repo} exec prisma migrate reset"),
        format!("(cd '{repo}' && npx prisma migrate reset)"),
    ] {
        hook(&world, &["--format", "exit"], &call(&line)).ends_with_status(2);
    }
    for line in [
        format!("cd {repo} && npm test"),
        format!("cd repo && {}", on(DEV, "npx prisma db push")),
        "npx prisma db push".to_owned(),
    ] {
        hook(&world, &["--format", "exit"], &call(&line)).succeeds().says("");
    }
}

/// Whatever the line does to the program that reads it, there is an answer that an agent obeys.
#[test]
fn a_line_that_would_eat_memory_or_stack_has_an_answer() {
    let world = world();
    let deep = |open: &str, count: usize| format!("{}npx prisma migrate reset", open.repeat(count));
    let lines = [
        "<<E$[\t\t".to_owned(),
        "cat <<E$[\t\t\nnpx prisma migrate dev".to_owned(),
        deep("(", 20_000),
        deep("$(", 5_000),
        deep("{ ", 20_000),
        deep("if ", 20_000),
        deep("\"$(", 3_000),
        deep("${x:-", 5_000),
        deep("! ", 20_000),
        deep("env ", 20_000),
    ];
    for line in lines {
        let told = hook(&world, &[], &claude(&world, &on(PROD, &line)));
        let text = String::from_utf8_lossy(&told.stdout).into_owned();
        assert_eq!(told.status, if text.is_empty() { 0 } else { 2 }, "{}", &line[..line.len().min(40)]);
        assert!(text.is_empty() || text.contains("\"deny\""), "{text}");
    }
}

#[test]
fn each_agent_is_answered_in_its_own_format() {
    let world = world();
    let cwd = world.repo().display().to_string();
    let line = on(PROD, "npx prisma db push");
    let calls = [
        (
            json!({"hook_event_name": "BeforeTool", "tool_name": "run_shell_command", "tool_input": {"command": line}, "cwd": cwd}),
            "/decision",
        ),
        (
            json!({"hook_event_name": "beforeShellExecution", "command": line, "cwd": "", "workspace_roots": [cwd]}),
            "/permission",
        ),
        (
            json!({"toolName": "bash", "toolArgs": json!({"command": line}).to_string(), "cwd": cwd}),
            "/permissionDecision",
        ),
    ];
    for (call, place) in calls {
        let output = hook(&world, &[], &call.to_string()).ends_with_status(2);
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(answer.pointer(place), Some(&json!("deny")), "{answer}");
        let harmless = call.to_string().replace("db push", "generate");
        let output = hook(&world, &[], &harmless).succeeds().says("");
        assert!(["", "{}\n"].contains(&String::from_utf8(output.stdout).unwrap().as_str()));
    }
}

#[test]
fn a_database_tool_is_judged_by_its_sql_its_verb_and_the_database_that_it_names() {
    let world = world();
    let cwd = world.repo().display().to_string();
    let call = |tool: &str, input: Value| {
        json!({"hook_event_name": "PreToolUse", "tool_name": tool, "tool_input": input, "cwd": cwd}).to_string()
    };
    for (tool, input) in [
        ("mcp__supabase__execute_sql", json!({"project_id": "abc", "query": "drop table users"})),
        ("mcp__supabase__reset_branch", json!({"branch_id": "abc"})),
        ("mcp__db__query", json!({"connectionString": PROD, "sql": "truncate users"})),
    ] {
        let refused = hook(&world, &[], &call(tool, input)).ends_with_status(2);
        assert!(refused.stderr.starts_with("blocked: ") && !refused.stderr.contains("hunter2"), "{}", refused.stderr);
    }
    for (tool, input) in [
        ("mcp__supabase__execute_sql", json!({"project_id": "abc", "query": "select * from users"})),
        ("mcp__supabase__list_tables", json!({})),
        ("mcp__db__query", json!({"connectionString": DEV, "sql": "truncate users"})),
        ("mcp__docs__search", json!({"query": "drop table"})),
    ] {
        hook(&world, &[], &call(tool, input)).succeeds().prints("").says("");
    }
}

#[test]
fn a_call_that_nobody_understands_never_breaks_harmless_work() {
    let world = world();
    let unread = ["", "nonsense", "[]", "{\"tool_name\":\"Bash\""];
    let said = "nexus-env: what came on stdin is no tool call that can be read, so nothing was judged\n";
    for call in unread {
        hook(&world, &[], call).succeeds().prints("").says(said);
    }
    for call in ["{}", r#"{"tool_name":"Write","tool_input":{"content":"prisma db push"}}"#] {
        hook(&world, &[], call).succeeds().prints("").says("");
    }
    // It may be any command, which waits where prod is selected.
    let on_prod = |call: &str| {
        let words = ["run", "-e", "prod", "--", "sh", "-c", "printf %s \"$0\" | nexus-env guard hook", call];
        world.run(&words)
    };
    for call in unread {
        let refused = on_prod(call).ends_with_status(2);
        let told = "blocked: a tool call: prod is selected, and what would run cannot be known\n  because  ";
        assert!(refused.stderr.starts_with(told), "{call}: {}", refused.stderr);
    }
    on_prod("{}").succeeds().prints("").says("");
    hook(&world, &[], r#"{"tool_name":"Bash","tool_input":{"command":"npx prisma db push"#)
        .ends_with_status(2)
        .says("blocked: the tool call cannot be read, and it names a destructive database command\n");
    // Where no configuration is, nothing is ours to judge.
    let elsewhere = r#"{"hook_event_name":"PreToolUse","tool_name":"Bash","cwd":"/","tool_input":{"command":"npx prisma db push"}}"#;
    hook(&world, &[], elsewhere).succeeds().prints("");
    // A configuration that cannot be used blocks what a rule names.
    let (named, other) = (claude(&world, "npx prisma db push"), claude(&world, "npm test"));
    world.writes(".nexusenv", "[[[");
    let output = hook(&world, &["--format", "exit"], &named).ends_with_status(2);
    assert!(
        output.stderr.starts_with("blocked: prisma db push: `.nexusenv` changed since it was allowed"),
        "{}",
        output.stderr
    );
    hook(&world, &["--format", "exit"], &other).succeeds().says("");
}

#[test]
fn a_line_that_does_what_is_a_persons_is_refused_and_so_is_one_without_the_agents_marker() {
    let world = world();
    for (line, why) in [
        ("nexus-env allow", "`nexus-env allow` is a person's to type, not a coding agent's"),
        (
            "cd /; env -u CLAUDECODE nexus-env get DATABASE_URL -e prod",
            "`nexus-env get` is run without what the agent has in its environment (CLAUDECODE), which may hand it a protected environment",
        ),
        (
            "echo >> ~/.config/nexus-env/config.toml",
            "what nexus-env keeps of a person's word is not a coding agent's to change",
        ),
    ] {
        let refused = format!("blocked: {why}\n  instead       a person types it in a shell of their own\n");
        hook(&world, &["--format", "exit"], &claude(&world, line)).ends_with_status(2).prints("").says(&refused);
    }
    for line in [
        "nexus-env run -e dev -- npm test",
        "env -u CLAUDECODE nexus-env get DATABASE_URL -e dev",
        "git commit -m 'nexus-env allow'",
    ] {
        hook(&world, &["--format", "exit"], &claude(&world, line)).succeeds().says("");
    }
    let write = |path: String| {
        let cwd = world.repo().display().to_string();
        json!({"hook_event_name": "PreToolUse", "tool_name": "Write", "tool_input": {"file_path": path, "content": "x"}, "cwd": cwd}).to_string()
    };
    let mark = world.home().join(".local/state/nexus-env/allowed/x").display().to_string();
    hook(&world, &["--format", "exit"], &write(mark)).ends_with_status(2).says(
        "blocked: what nexus-env keeps of a person's word is not a coding agent's to change\n  instead       a person does it\n",
    );
    hook(&world, &["--format", "exit"], &write("src/main.ts".to_owned())).succeeds().says("");
    assert_eq!(logged(&world), "blocked - nexus-env -\n".repeat(3));
    // An agent that asks beforehand hears the same; a person is not concerned.
    world.run(&["guard", "check", "--line", "nexus-env allow"]).succeeds();
    let world = world.variable("CLAUDECODE", "1");
    world.run(&["guard", "check", "--line", "nexus-env allow"]).ends_with_status(3).prints("");
    let told = world.run(&["guard", "check", "--json", "--line", "nexus-env allow"]).ends_with_status(3);
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!((&told["verdict"], &told["exit"], &told["reason"]), (&json!("block"), &json!(3), &json!("person")));
}

/// Whichever way an agent tries, it can say to the person what to type.
#[test]
fn a_deployment_is_refused_with_what_a_person_types() {
    let schema = "datasource db { provider = \"postgresql\" }\n";
    let world = world().file("packages/db/prisma/schema.prisma", schema).file("prisma/schema.prisma", schema);
    let plain = on(PROD, "npx prisma migrate deploy");
    let (here, there) = ("nexus-env migrate deploy -e prod", "cd packages/db && nexus-env migrate deploy -e prod");
    let guards = |typed: &str| format!("  at a terminal: {typed}, which asks for the name prod\n");
    let persons = |typed: &str| format!("  instead       a person types in a shell of their own: {typed}\n");
    for (line, instead) in [
        (plain.clone(), guards(here)),
        (format!("cd packages/db && {plain}"), guards(there)),
        (format!("{plain} --schema packages/db/prisma/schema.prisma"), guards(there)),
        ("nexus-env run -e prod -- npx prisma migrate deploy".to_owned(), guards(here)),
        ("nexus-env run -e prod --write -- npx prisma migrate deploy".to_owned(), persons(here)),
        ("nexus-env use prod --write && npx prisma migrate deploy".to_owned(), persons(here)),
        ("cd packages/db; nexus-env migrate deploy -e prod".to_owned(), persons(there)),
    ] {
        let refused = hook(&world, &["--format", "exit"], &claude(&world, &line)).ends_with_status(2);
        assert!(refused.stderr.ends_with(&instead), "{line}: {}", refused.stderr);
    }
    // What it starts all the same says so, too.
    let world = world.variable("CLAUDECODE", "1");
    let deploy = ["npx", "prisma", "migrate", "deploy"];
    let hint = format!("\nhint: a person types in a shell of their own: {there}\n");
    for words in [&["migrate", "deploy", "-e", "prod"][..], &[&["run", "-e", "prod", "--"][..], &deploy].concat()] {
        let refused = world.run_in(&world.repo().join("packages/db"), words, b"").ends_with_status(3);
        assert!(refused.stderr.ends_with(&hint), "{words:?}: {}", refused.stderr);
    }
    let mut session = world.enter(Shell::Bash);
    session.types(&plain).ends_with_status(3);
    assert!(format!("{}\n", session.said().text).ends_with(&guards(here)), "{}", session.said().text);
}

#[test]
fn the_hook_waits_for_no_person() {
    let world = world();
    let mut session = world.enter(Shell::Bash);
    session.types("nexus-env guard hook").ends_with_status(2).prints(
        "nexus-env: `guard hook` reads a coding agent's tool call from stdin\n\
         hint: it goes into the agent's settings; by hand, nexus-env guard check --line 'npx prisma migrate dev'",
    );
}

stories! {
    fn an_agents_shell_is_given_no_protected_environment(shell) {
        let world = world().variable("CLAUDECODE", "1");
        let mut session = world.enter(shell);
        assert_eq!(session.holds("DATABASE_URL"), Held::exported(DEV));
        session.types("nexus-env use prod").prints(
            "nexus-env: prod until 15:42 · read-only · not exported to a coding agent (CLAUDECODE)");
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
        session.types("nexus-env use prod --write").ends_with_status(3).prints(
            "nexus-env: `--write` on prod is not for a coding agent (CLAUDECODE)\nhint: a person types it in a shell of their own");
        // A question is a refusal, although there is a terminal.
        session.types(&format!("env DATABASE_URL={PROD} nexus-env guard check -- npx prisma db seed")).ends_with_status(3);
    }
}

#[test]
fn an_agent_is_refused_what_would_hand_it_a_protected_environment() {
    let world = world().variable("CURSOR_AGENT", "1");
    let refused = |words: &[&str], what: &str| {
        world.run(words).ends_with_status(3).prints("").says(&format!(
            "nexus-env: `{what}` {} prod is not for a coding agent (CURSOR_AGENT)\n\
             hint: a person types it in a shell of their own\n",
            if what == "run" { "in" } else { "of" }
        ));
    };
    refused(&["run", "-e", "prod", "--", "true"], "run");
    refused(&["run", "-e", "prod", "--write", "--", "true"], "run");
    refused(&["export", "-e", "prod", "--format", "shell"], "export");
    refused(&["get", "DATABASE_URL", "-e", "prod"], "get");
    let persons = |words: &[&str], what: &str| {
        world.run_with_input(words, b"x").ends_with_status(3).prints("").says(&format!(
            "nexus-env: {what} is not for a coding agent (CURSOR_AGENT)\nhint: a person types it in a shell of their own\n"
        ));
    };
    persons(&["allow"], "`allow`");
    persons(&["deny"], "`deny`");
    persons(&["guard", "pause"], "`guard pause`");
    persons(&["db", "pin", "-e", "dev"], "`db pin`");
    persons(&["db", "label", "-e", "dev"], "`db label`");
    persons(&["rekey", "--unprotected", "-e", "prod"], "changing the readers of prod");
    persons(&["rekey", "-e", "prod"], "changing the readers of prod");
    persons(&["set", "A", "-e", "prod"], "changing the secrets of prod");
    persons(&["import", ".env", "-e", "prod"], "changing the secrets of prod");
    persons(&["set", "--plain", "A", "-e", "prod"], "`set` in prod");
    persons(&["unset", "DATABASE_URL", "-e", "prod"], "`unset` in prod");
    world.run_with_input(&["set", "A", "-e", "dev"], b"x").succeeds();
    world.run_with_input(&["set", "--plain", "B", "-e", "dev"], b"x").succeeds();
    world.run(&["list", "-e", "prod"]).succeeds();
    world.run(&["run", "--", "true"]).succeeds();
    world.run(&["get", "DATABASE_URL"]).succeeds().prints(DEV);
    world.run(&["export", "--format", "shell"]).succeeds();
}
