//! Start-up files, histories, `.env*` and other loaders' files: whatever a person has.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_env::domain::page::doctor::{self, Facts, File, InGit, Loader, Role, Shell};

fuzz_target!(|text: &str| {
    let file = |role| File { path: "x".into(), shown: ".env".to_owned(), role, text: text.to_owned(), first_line: 1 };
    let roles = [
        Role::StartUp(Shell::Bash),
        Role::StartUp(Shell::Zsh),
        Role::StartUp(Shell::Fish),
        Role::History(Shell::Bash),
        Role::DotEnv(InGit::Ignored),
        Role::Loader(Loader::Direnv),
        Role::Loader(Loader::Mise),
        Role::Loader(Loader::Shadowenv),
        Role::Configuration,
    ];
    let facts = Facts { files: roles.into_iter().map(file).collect(), ..Facts::default() };
    let _ = doctor::page(&doctor::findings(&facts), 80);
    let _ = doctor::names_in_clear(text);
});
