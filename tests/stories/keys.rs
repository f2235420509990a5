//! A person's own keys: made, behind a passphrase, and read by the ordinary age tool as age's own are read here.

use std::os::unix::fs::PermissionsExt;
use std::sync::{Mutex, PoisonError};
#[cfg(target_os = "linux")]
use std::time::Instant;

use crate::world::terminal::{Terminal, rendered};
use crate::world::{PATIENCE, Shell, World};
use crate::{DEV_AND_PROD, DEV_URL, PROD_URL};

/// Runs a program of the world on a terminal of its own in the repository, answers each question, and returns the exit
/// status and all that the terminal showed.
#[track_caller]
pub fn dialogue(world: &World, words: &[&str], turns: &[(&str, &str)]) -> (u32, String) {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let mut terminal = Terminal::start(&words, world.repo(), &world.variables());
    let mut from = 0;
    for (question, answer) in turns {
        let asked = |bytes: &[u8]| bytes.windows(question.len()).position(|part| part == question.as_bytes());
        from += question.len() + terminal.wait(question, PATIENCE, from, asked);
        terminal.send(format!("{answer}\r").as_bytes());
    }
    let status = terminal.ends();
    let shown = terminal.wait("its end", PATIENCE, 0, |bytes| Some(rendered(bytes)));
    (status, world.tidy(&shown))
}

pub const KEY: &str = "age1vpqqpkj0lrhlv857u4y7kmadegn6f33k2zq0ejj9p72rzlyexu2qdlj6xd";
/// What is unlocked is this user's, in every world, and `lock` forgets all of it.
pub static UNLOCKED: Mutex<()> = Mutex::new(());

/// Puts the identity of a world behind a passphrase, as age does, with less of the work that keeps others from trying: what opens it
/// is the same.
pub fn behind_a_passphrase(world: &World, passphrase: &str) {
    let file = world.home().join(".config/nexus-env/identity.txt");
    let mut recipient = age::scrypt::Recipient::new(passphrase.to_owned().into());
    recipient.set_work_factor(10);
    std::fs::write(&file, age::encrypt(&recipient, &std::fs::read(&file).unwrap()).unwrap()).unwrap();
}

const NEW: &str = "or nothing, and one is made for you: ";
const AGAIN: &str = "the same again: ";

#[test]
fn keygen_makes_a_file_of_its_own_and_prints_the_public_key() {
    let world = World::new();
    let place = world.home().join(".config/nexus-env/identity.txt");
    let made = world.run(&["keygen"]).succeeds();
    let made = made.says("nexus-env: made the identity `~/.config/nexus-env/identity.txt`; its public key:\n");
    assert_eq!(std::fs::metadata(&place).unwrap().permissions().mode() & 0o777, 0o600);
    let mut age = world.command("age-keygen", world.repo());
    age.arg("-y").arg(&place);
    assert_eq!(world.finish(age, b"").succeeds().stdout, made.stdout);
    let before = std::fs::read(&place).unwrap();
    world.run(&["keygen"]).ends_with_status(1).prints("").says(
        "nexus-env: `~/.config/nexus-env/identity.txt` is there already, and an identity is never replaced\n\
         hint: nexus-env keygen -o FILE makes another one; where this one was lost or stolen, first: \
         mv /home/ada/.config/nexus-env/identity.txt /home/ada/.config/nexus-env/identity.txt.old\n",
    );
    assert_eq!(std::fs::read(&place).unwrap(), before);
    // Where git would take it, none is made.
    world.run(&["keygen", "-o", "key"]).ends_with_status(1).says(
        "nexus-env: `~/repo/key` lies in the git work tree `~/repo` and is not ignored\n\
         hint: move it out of the work tree, or add it to that tree's .gitignore\n",
    );
    world.run(&["keygen", "-o", "../other", "--passphrase"]).ends_with_status(1).says(
        "nexus-env: a passphrase is asked for, and there is no terminal to ask on\n\
         hint: nexus-env keygen makes an identity without one\n",
    );
    assert!(!world.repo().join("key").exists() && !world.home().join("other").exists());
}

#[test]
fn what_stands_behind_a_passphrase_is_read_by_age_and_here() {
    let world = World::new();
    let file = world.outside("key").display().to_string();
    std::fs::create_dir_all(world.outside("")).unwrap();
    let make = ["nexus-env", "keygen", "--passphrase", "-o", &file];
    let (status, told) = dialogue(&world, &make, &[(NEW, "short")]);
    assert_eq!(status, 1);
    assert!(told.ends_with(
        "nexus-env: a passphrase of less than 10 characters is found by trying\n\
         hint: type nothing, and one is made for you"
    ));
    let (status, told) = dialogue(&world, &make, &[(NEW, "correct horse"), (AGAIN, "correct hose")]);
    assert!(status == 1 && told.contains("that was not the same twice, and nothing was made"), "{told}");
    assert!(!world.outside("key").exists());
    let (status, told) = dialogue(&world, &make, &[(NEW, "correct horse"), (AGAIN, "correct horse")]);
    assert_eq!(
        (status, told.as_str()),
        (
            0,
            "nexus-env: a new passphrase, or nothing, and one is made for you:\n\
             nexus-env: the same again:\n\
             nexus-env: made the identity `/world/outside/key`, behind a passphrase; its public key:\n\
             age1ada"
        )
    );
    assert_eq!(std::fs::metadata(world.outside("key")).unwrap().permissions().mode() & 0o777, 0o600);
    let (status, clear) = dialogue(&world, &["age", "-d", &file], &[("Enter passphrase", "correct horse")]);
    assert!(status == 0 && clear.contains("AGE-SECRET-KEY-1"), "{status}");

    // One that is there goes behind a passphrase that is made, and stays the same key.
    let usual = world.home().join(".config/nexus-env/identity.txt");
    let public = world.run(&["keygen"]).succeeds().stdout;
    let put = ["nexus-env", "keygen", "--passphrase"];
    let question = "it stays the same key [y/N] ";
    let (status, told) = dialogue(&world, &put, &[(question, "n")]);
    assert!(status == 1 && told.contains("nothing was changed"), "{told}");
    let (status, told) = dialogue(&world, &put, &[(question, "y"), (NEW, "")]);
    assert_eq!(status, 0, "{told}");
    let shown = told.split("your passphrase is ").nth(1).unwrap();
    let (passphrase, rest) = shown.split_once('\n').unwrap();
    assert_eq!(
        rest,
        "  write it down now: without it nobody opens this identity\n\
         nexus-env: `~/.config/nexus-env/identity.txt` is behind a passphrase now; nexus-env unlock opens what it reads"
    );
    assert_eq!(passphrase.split('-').map(str::len).collect::<Vec<_>>(), [5; 5]);
    let usual = usual.display().to_string();
    let (status, clear) = dialogue(&world, &["age", "-d", &usual], &[("Enter passphrase", passphrase)]);
    assert!(status == 0 && clear.contains(String::from_utf8_lossy(&public).trim().get(..4).unwrap()), "{status}");
    let (status, told) = dialogue(&world, &put, &[]);
    assert!(status == 1 && told.contains("is behind a passphrase already"), "{told}");
}

/// For how long the kernel keeps a key of this name, as far as it has begun (`/proc/keys` rounds down). One that another took the
/// place of is listed until the kernel finds the time to clear it away.
#[cfg(target_os = "linux")]
fn kept(name: &str) -> &'static str {
    let until = Instant::now() + PATIENCE;
    let keys = loop {
        let keys = std::fs::read_to_string("/proc/keys").unwrap();
        if keys.lines().filter(|line| line.contains(name)).count() == 1 {
            break keys;
        }
        assert!(Instant::now() < until, "{name} is not there once:\n{keys}");
        std::thread::yield_now();
    };
    let line = keys.lines().find(|line| line.contains(name) && line.contains(" 3f0b0000 ")).unwrap_or_default();
    match line.split_whitespace().nth(3).unwrap_or_default() {
        "8h" | "7h" => "8h",
        "2h" | "1h" | "119m" => "2h",
        "15m" | "14m" => "15m",
        _ => panic!("{name}: {keys}"),
    }
}

#[test]
fn an_environment_is_locked_until_its_passphrase_is_typed_and_again_when_its_time_is_over() {
    let _alone = UNLOCKED.lock().unwrap_or_else(PoisonError::into_inner);
    let passphrase = "correct horse";
    let world = World::with(&DEV_AND_PROD.replace("9f3k2v7m4q8x1c5b", "unlocking0000001"));
    let world = world.secret("dev", "DATABASE_URL", DEV_URL).secret("prod", "DATABASE_URL", PROD_URL);
    // A key without a passphrase is never locked.
    world
        .run(&["unlock", "dev"])
        .succeeds()
        .says("nexus-env: `~/.config/nexus-env/identity.txt` has no passphrase, so dev is never locked\n");
    behind_a_passphrase(&world, passphrase);

    // At a prompt, and where nobody can be asked, nothing asks.
    let locked =
        |environment: &str| format!("nexus-env: {environment} is locked\nhint: nexus-env unlock {environment}\n");
    world.run(&["export", "-e", "prod", "--format", "json"]).ends_with_status(1).prints("").says(&locked("prod"));
    world.run_with_input(&["set", "A", "-e", "dev"], b"1").ends_with_status(1).says(&locked("dev"));
    world.run(&["unlock", "dev"]).ends_with_status(1).says(
        "nexus-env: the identity is protected by a passphrase, and there is no terminal to ask for it on\n\
         hint: in CI, NEXUS_ENV_IDENTITY holds an identity without one\n",
    );
    let mut session = world.open(Shell::Bash);
    assert_eq!(session.types("cd repo").text, locked("dev").trim_end());
    let asks = "passphrase of `~/.config/nexus-env/identity.txt`: ";
    let said = session.answers("nexus-env unlock", asks, "wrong horse").text.clone();
    assert!(said.ends_with(
        "nexus-env: `~/.config/nexus-env/identity.txt` does not open with this passphrase\nhint: try again"
    ));
    let said = session.answers("nexus-env unlock", asks, passphrase).text.clone();
    assert!(said.contains("nexus-env: dev is unlocked until 15:42\n"), "{said}");
    assert!(said.ends_with("nexus-env: dev · DATABASE_URL and 1 more"), "{said}");
    assert_eq!(session.types("nexus-env get DATABASE_URL").text, DEV_URL);

    #[cfg(target_os = "linux")]
    assert_eq!(kept("unlocking0000001:dev"), "8h");

    // One environment is open, the other is not; a command that was typed asks by itself.
    world.run(&["export", "-e", "prod", "--format", "json"]).ends_with_status(1).says(&locked("prod"));
    let get = ["nexus-env", "run", "-e", "prod", "--", "printenv", "NODE_ENV"];
    let (status, told) = dialogue(&world, &get, &[(asks, passphrase)]);
    assert!(status == 0 && told.ends_with("\nproduction"), "{told}");
    world.run(&["export", "-e", "prod", "--format", "json"]).ends_with_status(1).says(&locked("prod"));
    let (status, told) = dialogue(&world, &["nexus-env", "unlock", "prod", "--for", "2h"], &[(asks, passphrase)]);
    assert!(status == 0 && told.ends_with("nexus-env: prod is unlocked until 15:42"), "{told}");
    world.run(&["export", "-e", "prod", "--format", "json"]).succeeds();

    // Whoever reads it, and whether it is whole, is seen and changed with what is kept: nothing asks once more.
    let listed = String::from_utf8(world.run(&["recipients", "list", "-e", "prod"]).succeeds().stdout).unwrap();
    assert!(listed.trim_end().ends_with("(you)"), "{listed}");
    world.run(&["recipients", "--fingerprint"]).succeeds().says("");
    let whole = String::from_utf8(world.run(&["verify"]).succeeds().says("").stdout).unwrap();
    assert_eq!(whole.matches("the seal holds").count(), 2, "{whole}");
    world.run(&["recipients", "add", "bob", KEY, "-e", "prod", "-e", "dev"]).succeeds();
    world.run(&["recipients", "remove", "ada", "-e", "prod"]).ends_with_status(1).says(
        "nexus-env: `ada` is you, and you could no longer read prod\n\
         hint: if that is meant: nexus-env recipients remove ada -e prod --yes\n",
    );
    world.run(&["recipients", "remove", "bob", "-e", "prod"]).succeeds();
    // What was kept opens nothing under the new key.
    world.run(&["rekey", "-e", "prod"]).ends_with_status(1).says(&locked("prod"));
    world.run(&["verify"]).ends_with_status(1).says(
        "nexus-env: prod is locked\n\
         hint: nexus-env verify --no-key checks what needs none; in CI, NEXUS_ENV_IDENTITY holds one\n",
    );
    assert_eq!(dialogue(&world, &["nexus-env", "unlock", "prod", "--for", "2h"], &[(asks, passphrase)]).0, 0);

    // What is kept opens only what is sealed under it: a changed file, and one under another key, are locked.
    let place = world.repo().join(".nexusenv.d/prod.toml");
    let whole = std::fs::read_to_string(&place).unwrap();
    std::fs::write(&place, whole.replace("revision = 3", "revision = 4")).unwrap();
    world.run(&["export", "-e", "prod", "--format", "json"]).ends_with_status(1).prints("").says(&locked("prod"));
    let (status, told) = dialogue(&world, &["nexus-env", "unlock", "prod"], &[(asks, passphrase)]);
    assert!(status == 1 && told.contains("the seal of `.nexusenv.d/prod.toml` does not hold"), "{told}");
    std::fs::write(&place, whole).unwrap();
    world.run(&["export", "-e", "prod", "--format", "json"]).succeeds();

    // A protected environment is open for a quarter of an hour, unless told otherwise.
    #[cfg(target_os = "linux")]
    {
        assert_eq!(kept("unlocking0000001:prod"), "2h");
        assert_eq!(dialogue(&world, &["nexus-env", "unlock", "prod"], &[(asks, passphrase)]).0, 0);
        assert_eq!(kept("unlocking0000001:prod"), "15m");
    }

    // Forgotten at once, also in the shell that has it.
    world.run(&["lock", "prod"]).succeeds().says("nexus-env: prod is locked\n");
    world.run(&["lock", "prod"]).succeeds().says("nexus-env: prod was not unlocked\n");
    world.run(&["export", "-e", "prod", "--format", "json"]).ends_with_status(1).says(&locked("prod"));
    let said = session.types("nexus-env lock").text.clone();
    assert_eq!(said, format!("nexus-env: locked 1 environment\n{}", locked("dev").trim_end()));
    assert_eq!(session.types("echo \"[${DATABASE_URL-}]\"").text, "[]");
    let world = world.variable("CLAUDECODE", "1");
    world.run(&["unlock", "prod"]).ends_with_status(3);
}
