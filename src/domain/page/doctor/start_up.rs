//! Findings about the shells' start-up files: whether the hook is there, whether something takes it away again, and what
//! stands before it at a prompt. Other shells' grammars are not followed; a line is what it plainly says.

use super::{Facts, File, Finding, Prompt, Role, Severity, Shell};

pub(super) fn findings(facts: &Facts) -> Vec<Finding> {
    let mut all = Vec::new();
    let Some(login) = facts.shell.as_deref().and_then(Shell::from_name) else { return of_all_shells(facts) };
    let files: Vec<&File> = facts.files.iter().filter(|file| file.role == Role::StartUp(login)).collect();
    if !files.iter().any(|file| hook(file).is_some()) {
        let (file, line) = match login {
            Shell::Bash => ("~/.bashrc", "eval \"$(nexus-env hook bash)\""),
            Shell::Zsh => ("~/.zshrc", "eval \"$(nexus-env hook zsh)\""),
            Shell::Fish => ("~/.config/fish/config.fish", "nexus-env hook fish | source"),
        };
        all.push(Finding {
            severity: Severity::Error,
            place: None,
            sentence: format!("the hook is in none of the start-up files of {}, your shell", login.name()),
            mend: format!("echo '{line}' >> {file}"),
        });
    }
    all.extend(of_all_shells(facts));
    all
}

fn of_all_shells(facts: &Facts) -> Vec<Finding> {
    let start_up = |file: &&File| matches!(file.role, Role::StartUp(_));
    let read_only = || Finding {
        severity: Severity::Error,
        place: None,
        sentence: "PROMPT_COMMAND is read-only in this shell, so only cd and guarded commands notice a change"
            .to_owned(),
        mend: "PROMPT_COMMAND=__nexus_env_hook where it is made read-only, or start bash without that".to_owned(),
    };
    let prompt = (facts.prompt == Prompt::ReadOnly).then(read_only);
    prompt.into_iter().chain(facts.files.iter().filter(start_up).flat_map(one)).collect()
}

/// The code of a line, without a comment that fills it.
fn code(line: &str) -> &str {
    let line = line.trim();
    if line.starts_with('#') { "" } else { line }
}

/// The line of the hook.
fn hook(file: &File) -> Option<(usize, &str)> {
    file.lines().map(|(number, line)| (number, code(line))).find(|(_, line)| line.contains("nexus-env hook "))
}

fn one(file: &File) -> Vec<Finding> {
    let mut all = Vec::new();
    let Role::StartUp(shell) = file.role else { return all };
    if let Some((number, _)) = file.lines().find(|(_, line)| code(line).contains("__nexus_env_")) {
        all.push(Finding {
            severity: Severity::Warning,
            place: file.at(number),
            sentence: "a copy of the hook's code stands here, which no update of nexus-env reaches".to_owned(),
            mend: format!("replace it by what nexus-env hook {} --help says", shell.name()),
        });
    }
    for (number, line) in file.lines() {
        let word =
            ["PRISMA_SCHEMA_ENGINE_BINARY", "PRISMA_MIGRATION_ENGINE_BINARY"].into_iter().find(|name| sets(line, name));
        if let Some(name) = word {
            all.push(Finding {
                severity: Severity::Note,
                place: file.at(number),
                sentence: format!("{name} is set here, and nexus-env takes it for the real engine"),
                mend: "remove the line, unless Prisma does not find its engine without it".to_owned(),
            });
        }
    }
    let Some((at, line)) = hook(file) else { return all };
    let named =
        line.split("nexus-env hook ").nth(1).and_then(|rest| rest.split(|c: char| !c.is_ascii_alphabetic()).next());
    if let Some(named) = named.filter(|named| *named != shell.name()) {
        all.push(Finding {
            severity: Severity::Error,
            place: file.at(at),
            sentence: format!("this is a start-up file of {}, and the hook is the one of {named}", shell.name()),
            mend: format!("nexus-env hook {} in this line", shell.name()),
        });
    }
    let after: Vec<(usize, &str)> =
        file.lines().map(|(number, line)| (number, code(line))).filter(|(number, _)| *number > at).collect();
    if let Some((number, name)) = after.iter().find_map(|(number, line)| Some((*number, replaces_hooks(shell, line)?)))
    {
        all.push(Finding {
            severity: Severity::Error,
            place: file.at(number),
            sentence: format!("{name} is set anew after the hook of line {at}, which takes the hook away"),
            mend: format!("move line {at} to the end of {}", file.shown),
        });
    }
    const FIRST_IN_LINE: &[(&str, &str)] = &[
        ("direnv hook", "direnv"),
        ("mise activate", "mise"),
        ("shadowenv init", "shadowenv"),
        ("rtx activate", "rtx"),
    ];
    let later = |(_, line): &&(usize, &str)| FIRST_IN_LINE.iter().any(|(words, _)| line.contains(words));
    if let Some((number, line)) = after.iter().find(later) {
        let tool = FIRST_IN_LINE.iter().find(|(words, _)| line.contains(words)).map_or("", |(_, name)| name);
        all.push(Finding {
            severity: Severity::Note,
            place: file.at(at),
            sentence: format!(
                "{tool}, which is loaded after the hook in line {number}, comes before it at each prompt"
            ),
            mend: format!("move line {at} to the end of {}", file.shown),
        });
    }
    all
}

/// The list of what runs at a prompt, where the line gives it a new value that leaves out the old one.
fn replaces_hooks(shell: Shell, line: &str) -> Option<&'static str> {
    let name = match shell {
        Shell::Bash => "PROMPT_COMMAND",
        Shell::Zsh => "precmd_functions",
        Shell::Fish => return None,
    };
    let rest = line.strip_prefix("export ").unwrap_or(line).strip_prefix(name)?;
    let value = rest.strip_prefix('=')?;
    (!value.contains(name)).then_some(name)
}

/// Whether the line gives the variable a value, in any of the shells.
pub(super) fn sets(line: &str, name: &str) -> bool {
    let line = code(line);
    let words: Vec<&str> = line.split_whitespace().collect();
    let assigned =
        |word: &&str| word.trim_start_matches(['"', '\'']).strip_prefix(name).is_some_and(|rest| rest.starts_with('='));
    match words.as_slice() {
        ["set", rest @ ..] => {
            rest.iter().take_while(|word| word.starts_with('-')).any(|word| word.contains('x'))
                && rest.iter().find(|word| !word.starts_with('-')) == Some(&name)
        }
        ["export" | "declare" | "typeset", rest @ ..] => rest.iter().any(assigned),
        [first, ..] => assigned(first),
        [] => false,
    }
}
