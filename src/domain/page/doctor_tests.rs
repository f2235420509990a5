//! Each finding from the facts that give rise to it, and none where all is well.

use super::*;
use proptest::prelude::*;

const URL: &str = "postgresql://postgres:hunter2@127.0.0.1:5433/nexus_db";

fn file(shown: &str, role: Role, text: &str) -> File {
    File { path: shown.into(), shown: shown.to_owned(), role, text: text.to_owned(), first_line: 1 }
}

fn facts(files: Vec<File>) -> Facts {
    Facts { files, ..Facts::default() }
}

#[track_caller]
fn check(facts: &Facts, expected: &[&str]) {
    let all = findings(facts);
    let told: Vec<String> = all
        .iter()
        .map(|f| format!("{:?} {}: {} | {}", f.severity, f.place.as_deref().unwrap_or("-"), f.sentence, f.mend))
        .collect();
    assert_eq!(told, expected);
    assert!(!page(&all, 80).contains("hunter2"));
}

const ZSHRC: Role = Role::StartUp(Shell::Zsh);
const BASHRC: Role = Role::StartUp(Shell::Bash);

#[test]
fn nothing_to_find_is_one_line() {
    check(&facts(vec![file("~/.zshrc", ZSHRC, "eval \"$(nexus-env hook zsh)\"\nalias x=y\n")]), &[]);
    assert_eq!(page(&[], 80), "all is well\n");
}

#[test]
fn the_hook_must_be_in_a_start_up_file_of_the_login_shell() {
    let with = |text: &str| Facts { shell: Some("zsh".to_owned()), ..facts(vec![file("~/.zshrc", ZSHRC, text)]) };
    let missing = "Error -: the hook is in none of the start-up files of zsh, your shell | \
                   echo 'eval \"$(nexus-env hook zsh)\"' >> ~/.zshrc";
    check(&with("# eval \"$(nexus-env hook zsh)\"\n"), &[missing]);
    check(&with("eval \"$(nexus-env hook zsh)\"\n"), &[]);
    check(&with("eval \"$(/opt/bin/nexus-env hook zsh)\"\n"), &[]);
    check(
        &with("eval \"$(nexus-env hook bash)\"\n"),
        &[
            "Error ~/.zshrc:1: this is a start-up file of zsh, and the hook is the one of bash | nexus-env hook zsh in this line",
        ],
    );
    check(&Facts { shell: Some("nu".to_owned()), ..Facts::default() }, &[]);
}

#[test]
fn the_hook_must_not_be_taken_away_again() {
    let hook = "eval \"$(nexus-env hook bash)\"\n";
    check(
        &facts(vec![file("~/.bashrc", BASHRC, &format!("{hook}PROMPT_COMMAND='history -a'\n"))]),
        &["Error ~/.bashrc:2: PROMPT_COMMAND is set anew after the hook of line 1, which takes the hook away | \
           move line 1 to the end of ~/.bashrc"],
    );
    for harmless in ["PROMPT_COMMAND=\"$PROMPT_COMMAND;x\"", "PROMPT_COMMAND+=(x)", "# PROMPT_COMMAND=x"] {
        check(&facts(vec![file("~/.bashrc", BASHRC, &format!("{hook}{harmless}\n"))]), &[]);
    }
    check(&facts(vec![file("~/.bashrc", BASHRC, &format!("PROMPT_COMMAND=x\n{hook}"))]), &[]);
    check(
        &facts(vec![file("~/.bashrc", BASHRC, &format!("{hook}eval \"$(direnv hook bash)\"\n"))]),
        &["Note ~/.bashrc:1: direnv, which is loaded after the hook in line 2, comes before it at each prompt | \
           move line 1 to the end of ~/.bashrc"],
    );
    check(
        &facts(vec![file("~/.bashrc", BASHRC, "__nexus_env_hook() { :; }\n")]),
        &["Warning ~/.bashrc:1: a copy of the hook's code stands here, which no update of nexus-env reaches | \
           replace it by what nexus-env hook bash --help says"],
    );
    check(
        &facts(vec![file("~/.zshrc", ZSHRC, "export PRISMA_SCHEMA_ENGINE_BINARY=/x\n")]),
        &["Note ~/.zshrc:1: PRISMA_SCHEMA_ENGINE_BINARY is set here, and nexus-env takes it for the real engine | \
           remove the line, unless Prisma does not find its engine without it"],
    );
}

#[test]
fn urls_in_clear_are_told_by_place_alone() {
    let one =
        |role, text: &str| findings(&facts(vec![file("x", role, text)])).into_iter().map(|f| (f.severity, f.sentence));
    let found =
        |role, text: &str| one(role, text).next().map(|(severity, sentence)| (severity, sentence.contains("in clear")));
    let line = format!("DATABASE_URL={URL}");
    assert_eq!(found(Role::DotEnv(InGit::Tracked), &line), Some((Severity::Error, true)));
    assert_eq!(found(Role::DotEnv(InGit::Untracked), &line), Some((Severity::Error, true)));
    assert_eq!(found(Role::DotEnv(InGit::Ignored), &line), Some((Severity::Warning, true)));
    assert_eq!(found(ZSHRC, &format!("export DATABASE_URL=\"{URL}\"")), Some((Severity::Warning, true)));
    assert_eq!(
        found(Role::History(Shell::Zsh), &format!(": 1700000000:0;psql '{URL}'")),
        Some((Severity::Warning, true))
    );
    assert_eq!(
        found(Role::History(Shell::Fish), &format!("- cmd: set -x DATABASE_URL {URL}\n  when: 1")),
        Some((Severity::Warning, true))
    );
    for harmless in [
        "DATABASE_URL=postgresql://user:password@localhost:5432/x",
        "DATABASE_URL=postgresql://user:${DB_PASSWORD}@localhost/x",
        "DATABASE_URL=postgresql://user:$PASS@localhost/x",
        "DATABASE_URL=postgresql://postgres:<PROD_PASSWORD>@127.0.0.1/x",
        "DATABASE_URL=postgresql://user@localhost/x",
        "DATABASE_URL=postgresql://user:********@localhost/x",
        "DATABASE_URL=file:./dev.db",
        "git clone https://me:hunter2@github.com/x/y",
        "cat postgres://",
    ] {
        assert_eq!(found(Role::DotEnv(InGit::Tracked), harmless), None, "{harmless}");
    }
    let history = format!("ls\npsql {URL}\nexport A={URL}\n");
    check(
        &facts(vec![File { first_line: 100, ..file("~/.bash_history", Role::History(Shell::Bash), &history) }]),
        &["Warning ~/.bash_history:101: 2 database URLs with their passwords stand in clear in the history | \
           vi +101 ~/.bash_history, with no other shell open"],
    );
    assert_eq!(names_in_clear(&format!("A=1\nDATABASE_URL={URL}\n-B\nC=postgres://u@h/d\n")), ["DATABASE_URL"]);
}

fn ready(text: &str, names: &[&str]) -> Facts {
    let names: Vec<VariableName> = names.iter().filter_map(|name| VariableName::new(name)).collect();
    let main = crate::domain::config::repository::AllowedText { file: ".nexusenv", text: text.to_owned() };
    let texts = crate::domain::config::repository::AllowedTexts { main, local: None };
    let config = crate::domain::config::schema::parse(&texts, &[]).unwrap();
    Facts {
        configuration: Configuration::Ready(Box::new(Ready { config, names, stores: Vec::new() })),
        ..facts(vec![file(".nexusenv", Role::Configuration, text)])
    }
}

const SHARED: &str = "id = \"9f3k2v7m4q8x1c5b\"\ndefault = \"dev\"\n[env.dev.proxy]\ninstance = \"p:r:dev\"\nport = 5433\n\
                      [env.prod]\nfingerprint = \"1/x\"\n[env.prod.proxy]\ninstance = \"p:r:prod\"\nport = 5433\n";

#[test]
fn environments_that_share_a_port_are_told() {
    check(
        &ready(SHARED, &[]),
        &["Warning .nexusenv:10: dev and prod share port 5433, so whichever proxy was started last answers both | \
           port = 5434 under [env.prod.proxy], and the same in prod's URL"],
    );
    let own = SHARED.replacen("5433", "5434", 1);
    check(&ready(&own, &[]), &[]);
    let unpinned = own.replace("fingerprint = \"1/x\"\n", "");
    check(
        &ready(&unpinned, &[]),
        &[
            "Warning .nexusenv:6: prod is not pinned, so its database cannot be told from another one by what it says itself | \
           nexus-env db pin -e prod, then nexus-env db label -e prod",
        ],
    );
}

#[test]
fn other_loaders_of_the_same_variables_are_told() {
    let own = SHARED.replacen("5433", "5434", 1);
    let with = |shown: &str, role: Role, text: &str| {
        let mut facts = ready(&own, &["DATABASE_URL", "API_KEY"]);
        facts.files.push(file(".env", Role::DotEnv(InGit::Ignored), "API_KEY=x\n"));
        facts.files.push(file(shown, role, text));
        let all = findings(&facts);
        all.iter()
            .map(|f| format!("{}: {}", f.place.as_deref().unwrap_or("-"), f.sentence))
            .collect::<Vec<_>>()
            .join("|")
    };
    let last = "as well, and whichever runs last wins";
    let loader = |loader| Role::Loader(loader);
    assert_eq!(
        with(".envrc", loader(Loader::Direnv), "use node\nexport DATABASE_URL=x API_KEY=y\n"),
        format!(".envrc:2: direnv sets DATABASE_URL {last}")
    );
    assert_eq!(with(".envrc", loader(Loader::Direnv), "dotenv\n"), format!(".envrc:1: direnv sets API_KEY {last}"));
    assert_eq!(
        with(
            "mise.toml",
            loader(Loader::Mise),
            "[tools]\nDATABASE_URL = 1\n[env]\nNODE_ENV = 'x'\nDATABASE_URL = 'y'\n"
        ),
        format!("mise.toml:5: mise sets DATABASE_URL {last}")
    );
    assert_eq!(
        with(".shadowenv.d/x.lisp", loader(Loader::Shadowenv), "(env/set \"API_KEY\" \"x\")\n"),
        format!(".shadowenv.d/x.lisp:1: shadowenv sets API_KEY {last}")
    );
    assert_eq!(
        with("~/.zshrc", ZSHRC, "plugins=(git dotenv)\n"),
        format!("~/.zshrc:1: a loader of .env files sets API_KEY {last}")
    );
    assert_eq!(
        with(".envrc", loader(Loader::Direnv), "export PRISMA_SCHEMA_ENGINE_BINARY=x\n"),
        format!(".envrc:1: direnv sets PRISMA_SCHEMA_ENGINE_BINARY {last}")
    );
    assert_eq!(with(".envrc", loader(Loader::Direnv), "# export DATABASE_URL=x\n"), "");
    assert_eq!(with("~/.zshrc", ZSHRC, "plugins=(git)\n"), "");
}

proptest! {
    #[test]
    fn reading_any_text_never_panics_and_tells_no_password(
        before in "[-a-z=:'\"/+éß# \n]{0,24}", after in "[-a-z=:'\"/@éß# \n]{0,24}", password in "[a-z0-9]{12,20}",
    ) {
        let url = format!("postgresql://postgres:{password}@127.0.0.1:5433/x");
        let text = format!("{before} {url} {after}\nplugins=({before})\nexport {before}={url}{after}");
        let (git, shell) = (InGit::Tracked, Shell::Zsh);
        for role in [
            Role::StartUp(Shell::Bash),
            Role::StartUp(shell),
            Role::StartUp(Shell::Fish),
            Role::History(shell),
            Role::DotEnv(git),
            Role::Loader(Loader::Direnv),
            Role::Loader(Loader::Mise),
            Role::Loader(Loader::Shadowenv),
            Role::Configuration,
        ] {
            let mut facts = ready(SHARED, &["DATABASE_URL"]);
            facts.files.push(file("x", role, &text));
            let all = findings(&facts);
            prop_assert!(all.iter().any(|finding| finding.sentence.contains("in clear")), "{role:?}");
            prop_assert!(!page(&all, 80).contains(&password));
        }
    }
}

#[test]
fn the_worst_comes_first_and_lines_are_short() {
    let mut facts = ready(SHARED, &["DATABASE_URL"]);
    facts.shell = Some("fish".to_owned());
    facts.tmux = vec!["DATABASE_URL".to_owned()];
    facts.left_over = Some(("prod".to_owned(), 300));
    facts.missing = vec![(EnvironmentName::new("dev").unwrap(), "cloud-sql-proxy".to_owned())];
    facts.state = StateDirectory::OpenToOthers("~/.local/state/nexus-env".to_owned());
    let all = findings(&facts);
    let told = page(&all, 200);
    assert!(told.lines().any(|line| line.chars().count() > 80), "{told}");
    let page = page(&all, 80);
    assert!(page.starts_with("error: "), "{page}");
    assert!(page.ends_with("\n2 errors, 4 warnings\n"), "{page}");
    assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
}

#[test]
fn a_mend_breaks_between_its_steps_and_never_inside_of_a_command() {
    let finding = Finding {
        severity: Severity::Note,
        place: None,
        sentence: "it is gone".to_owned(),
        mend: "git log -- .nexusenv shows where it went, git checkout -- .nexusenv brings it back; or nexus-env init"
            .to_owned(),
    };
    let expected = "note: it is gone\n  mend: git log -- .nexusenv shows where it went,\n        \
                    git checkout -- .nexusenv brings it back; or nexus-env init\n\n1 note\n";
    assert_eq!(page(std::slice::from_ref(&finding), 80), expected);
    let whole = page(&[finding], 120);
    assert!(whole.contains("went, git checkout -- .nexusenv brings it back; or nexus-env init\n"), "{whole}");
}
