//! Where the identity is looked for, what of it is refused, and how one is made.

use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::Command;

use nexus_env::domain::store::identity::{Identities, generate};
use nexus_env::edge::identity::{self, How};
use nexus_env::edge::vault;
use nexus_env::error::Result;

use super::world::*;

impl World {
    fn default_file(&self) -> PathBuf {
        self.ambient(&[]).config_dir.unwrap().join("identity.txt")
    }

    fn put(&self, path: &str, text: impl AsRef<[u8]>, mode: u32) -> PathBuf {
        let path = std::fs::canonicalize(self.root()).unwrap().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    fn find(&self, variables: &[(&str, &str)]) -> Result<Identities> {
        identity::find(&self.ambient(variables))
    }

    #[track_caller]
    fn finds_nothing(&self, variables: &[(&str, &str)], sentence: &str, hint: &str) {
        let told = told_by(self.find(variables).unwrap_err());
        assert_eq!(told, (sentence.to_owned(), hint.to_owned()));
    }

    fn keygen(&self, file: &str, words: &[&str]) -> String {
        let path = std::fs::canonicalize(self.root()).unwrap().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let done = Command::new("ssh-keygen").args(["-q", "-f"]).arg(&path).args(words).status().unwrap();
        assert!(done.success());
        let public = std::fs::read_to_string(path.with_extension("pub")).unwrap();
        public.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
    }
}

const ONE_LINE: &str =
    "an identity is one line that begins with AGE-SECRET-KEY-1, as age-keygen and nexus-env init write it";

fn a_key() -> (String, String) {
    let (text, public) = generate("2026-01-02T03:04:05Z");
    (String::from_utf8(text.expose().to_vec()).unwrap(), public)
}

#[test]
fn the_first_place_that_is_there_counts() {
    let world = World::new();
    let [(a, a_public), (b, b_public), (c, c_public)] = [a_key(), a_key(), a_key()];
    let hint = "nexus-env init makes one; in CI, set NEXUS_ENV_IDENTITY";
    world.finds_nothing(&[], "there is no identity to open the secrets with", hint);
    let ssh_public = world.keygen(".ssh/id", &["-t", "ed25519", "-N", ""]);
    world.put(".config/nexus-env/config.toml", "ssh_identity = \"~/.ssh/id\"\n", 0o644);
    let found = world.find(&[]).unwrap();
    assert_eq!((found.recipients(), found.origin.as_str()), (&[ssh_public][..], "`~/.ssh/id`"));
    world.put(".config/nexus-env/identity.txt", c, 0o600);
    let found = world.find(&[]).unwrap();
    assert_eq!((found.recipients(), found.origin.as_str()), (&[c_public][..], "`~/.config/nexus-env/identity.txt`"));
    let file = world.put("ci/key", b, 0o400);
    let file = ("NEXUS_ENV_IDENTITY_FILE", file.to_str().unwrap());
    assert_eq!(world.find(&[file]).unwrap().recipients(), [b_public]);
    let found = world.find(&[("NEXUS_ENV_IDENTITY", &a), file]).unwrap();
    assert_eq!((found.recipients(), found.origin.as_str()), (&[a_public][..], "`NEXUS_ENV_IDENTITY`"));
}

#[test]
fn a_place_that_is_there_but_wrong_is_not_passed_over() {
    let world = World::new();
    world.put(".config/nexus-env/identity.txt", a_key().0, 0o600);
    world.finds_nothing(
        &[("NEXUS_ENV_IDENTITY", "")],
        "`NEXUS_ENV_IDENTITY` is set, but empty",
        "in CI the secret may not be there: pull requests from forks get none",
    );
    let sentence = "`NEXUS_ENV_IDENTITY` holds something that is no age identity in line 1";
    world.finds_nothing(&[("NEXUS_ENV_IDENTITY", "canary")], sentence, ONE_LINE);
    let missing = ("NEXUS_ENV_IDENTITY_FILE", "/nowhere/key");
    let sentence = "could not read `/nowhere/key`: no such file or directory";
    world.finds_nothing(&[missing], sentence, "ls -ld /nowhere/key");
    world.finds_nothing(
        &[("NEXUS_ENV_IDENTITY_FILE", "key")],
        "`NEXUS_ENV_IDENTITY_FILE` is not an absolute path",
        "write it from the root on, or unset NEXUS_ENV_IDENTITY_FILE",
    );
}

#[test]
fn a_file_that_others_can_read_is_refused() {
    let world = World::new();
    let path = world.put(".config/nexus-env/identity.txt", a_key().0, 0o640);
    let chmod = format!("chmod 600 {}", path.display());
    let place = "`~/.config/nexus-env/identity.txt`";
    world.finds_nothing(&[], &format!("{place} is open to other users (mode 0640)"), &chmod);
    assert!(Command::new("sh").args(["-c", &chmod]).status().unwrap().success());
    assert!(world.find(&[]).is_ok(), "the hint mends it");
    for mode in [0o604, 0o610, 0o602, 0o666] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        world.finds_nothing(&[], &format!("{place} is open to other users (mode {mode:04o})"), &chmod);
    }
    let mut ambient = world.ambient(&[]);
    ambient.uid += 1;
    let owner = std::fs::metadata(&path).unwrap().uid();
    let (sentence, _) = told_by(identity::find(&ambient).unwrap_err());
    assert_eq!(sentence, format!("{place} belongs to another user (uid {owner})"));
}

#[test]
fn only_a_regular_file_is_read_and_a_link_is_followed_to_it() {
    let world = World::new();
    let target = world.put("keys/real", a_key().0, 0o600);
    let link = world.default_file();
    std::fs::create_dir_all(link.parent().unwrap()).unwrap();
    symlink(&target, &link).unwrap();
    assert!(world.find(&[]).is_ok());
    std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(told_by(world.find(&[]).unwrap_err()).0.ends_with("is open to other users (mode 0644)"));
    std::fs::remove_file(&target).unwrap();
    // A link to nothing is a place that is there.
    assert!(told_by(world.find(&[]).unwrap_err()).0.ends_with("no such file or directory"));
    rustix::fs::mknodat(rustix::fs::CWD, &target, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    let hint = format!("ls -l {}", link.display());
    world.finds_nothing(&[], "`~/.config/nexus-env/identity.txt` is not a regular file", &hint);
}

#[test]
fn one_in_a_git_work_tree_is_refused_unless_it_is_ignored() {
    let world = World::new();
    let git = |words: &[&str]| {
        let done = Command::new("git").arg("-C").arg(world.root()).args(words).output().unwrap();
        assert!(done.status.success(), "{words:?}");
    };
    git(&["init", "--quiet"]);
    let home = world.ambient(&[]).home.unwrap();
    let sentence = |place: &str| format!("`{place}` lies in the git work tree `~` and is not ignored");
    let hint = "move it out of the work tree, or add it to that tree's .gitignore";
    let (said, hinted) = told_by(identity::create(&world.ambient(&[])).unwrap_err());
    assert_eq!((said, hinted.as_str()), (sentence("~/.config/nexus-env/identity.txt"), hint));
    assert!(!world.default_file().exists(), "it was made all the same");
    let path = world.put("keys/id", a_key().0, 0o600);
    let variable = ("NEXUS_ENV_IDENTITY_FILE", path.to_str().unwrap());
    world.finds_nothing(&[variable], &sentence("~/keys/id"), hint);
    std::fs::write(home.join(".gitignore"), "keys/\n").unwrap();
    assert!(world.find(&[variable]).is_ok());
    git(&["add", "--force", "keys/id"]);
    world.finds_nothing(&[variable], &sentence("~/keys/id"), hint);
}

#[test]
fn ssh_rsa_is_refused_and_an_encrypted_one_is_asked_for_only_by_who_may_ask() {
    let world = World::new();
    world.put(".config/nexus-env/config.toml", "ssh_identity = \"~/.ssh/id\"\n", 0o644);
    world.keygen(".ssh/id", &["-t", "rsa", "-b", "2048", "-N", ""]);
    let hint = "ssh-keygen -t ed25519 makes a key that can be used, nexus-env init an age identity";
    let sentence = "`~/.ssh/id` is an ssh-rsa key, which is refused (RUSTSEC-2023-0071)";
    world.finds_nothing(&[], sentence, hint);
    let place = world.ambient(&[]).home.unwrap().join(".ssh/id");
    std::fs::remove_file(&place).unwrap();
    world.keygen(".ssh/id", &["-t", "rsa", "-b", "2048", "-N", "canary"]);
    world.finds_nothing(&[], sentence, hint);
    std::fs::remove_file(&place).unwrap();
    world.keygen(".ssh/id", &["-t", "ecdsa", "-N", ""]);
    world.finds_nothing(&[], "`~/.ssh/id` is no ssh-ed25519 key", hint);
    std::fs::remove_file(&place).unwrap();
    let public = world.keygen(".ssh/id", &["-t", "ed25519", "-N", "canary"]);
    world.finds_nothing(
        &[],
        "`~/.ssh/id` is protected by a passphrase",
        "a prompt never asks for it; a command that you type does, such as nexus-env get NAME",
    );
    let answer = |passphrase: &'static str| {
        move |prompt: &str| {
            assert_eq!(prompt, "passphrase of `~/.ssh/id`: ");
            Ok(nexus_env::domain::text::secret::Secret::new(passphrase))
        }
    };
    let found = identity::find_asking(&world.ambient(&[]), &answer("canary")).unwrap();
    assert_eq!(found.recipients(), [public]);
    let (sentence, _) = told_by(identity::find_asking(&world.ambient(&[]), &answer("canary2")).unwrap_err());
    assert_eq!(sentence, "`~/.ssh/id` does not open with this passphrase");
}

#[test]
fn an_ssh_key_stores_and_opens() {
    let mut world = World::new();
    world.put(".config/nexus-env/config.toml", "ssh_identity = \"~/.ssh/id\"\n", 0o644);
    let public = world.keygen(".ssh/id", &["-t", "ed25519", "-N", ""]);
    world.ada = world.find(&[]).unwrap();
    world.change(&[set("A", CANARY)]).unwrap();
    assert_eq!(world.store().recipients[0].key, public);
    assert_eq!(world.open().unwrap().vars.len(), 1);
    assert!(matches!(world.open_as(&somebody()), Err(vault::VaultFailure::NotARecipient { .. })));
}

#[test]
fn creating_makes_one_for_oneself_alone_and_never_another() {
    let world = World::new();
    let ambient = world.ambient(&[]);
    let made = identity::create(&ambient).unwrap();
    let path = world.default_file();
    assert_eq!((made.how, made.origin.as_str()), (How::Made, "`~/.config/nexus-env/identity.txt`"));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    for above in [path.parent().unwrap(), path.parent().unwrap().parent().unwrap()] {
        assert_eq!(std::fs::metadata(above).unwrap().permissions().mode() & 0o777, 0o700, "{}", above.display());
    }
    let text = std::fs::read_to_string(&path).unwrap();
    let recipient = made.recipient.clone().unwrap();
    let comments = format!("# created: 2025-12-31T23:59:59Z\n# public key: {recipient}\nAGE-SECRET-KEY-1");
    assert!(text.starts_with(&comments) && text.lines().count() == 3);
    assert_eq!(identity::own_recipient(&identity::find(&ambient).unwrap()).unwrap(), recipient);
    let kept = identity::create(&ambient).unwrap();
    assert_eq!((kept.how, kept.recipient), (How::Kept, made.recipient));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    let output = Command::new("age-keygen").arg("-y").arg(&path).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), recipient, "age-keygen reads it");
}

#[test]
fn creating_keeps_what_is_there_also_when_it_cannot_be_used() {
    let world = World::new();
    let path = world.put(".config/nexus-env/identity.txt", "canary\n", 0o600);
    let (sentence, hint) = told_by(identity::create(&world.ambient(&[])).unwrap_err());
    let expected = "`~/.config/nexus-env/identity.txt` holds something that is no age identity in line 1";
    let place = path.canonicalize().unwrap();
    let place = place.display();
    let way = format!(
        "put back the line that begins with AGE-SECRET-KEY-1; or, for another one, mv {place} {place}.old && nexus-env init"
    );
    assert_eq!((sentence.as_str(), hint), (expected, way));
    assert_eq!(std::fs::read_to_string(path).unwrap(), "canary\n");
    let (text, public) = a_key();
    let kept = identity::create(&World::new().ambient(&[("NEXUS_ENV_IDENTITY", &text)])).unwrap();
    assert_eq!((kept.how, kept.recipient), (How::Kept, Some(public)));
}

#[test]
fn the_persons_settings_say_file_and_line() {
    let world = World::new();
    world.put(".config/nexus-env/config.toml", "\nssh_identiy = \"~/.ssh/id\"\n", 0o644);
    let hint = "the keys are ssh_identity, age_plugins, allow_names, [shell], [[guard]] and [[protect]]";
    let sentence = "`~/.config/nexus-env/config.toml:2`: unknown key `ssh_identiy`, did you mean `ssh_identity`";
    world.finds_nothing(&[], sentence, hint);
    assert!(identity::lifted_names(&world.ambient(&[])).is_empty());
    world.put(".config/nexus-env/config.toml", "[shell]\nline = true\nline = false\n", 0o644);
    let sentence = "`~/.config/nexus-env/config.toml:3`: duplicate key `line`, which stands in line 2 already";
    world.finds_nothing(&[], sentence, "remove one of the two lines");
    world.put(".config/nexus-env/config.toml", "allow_names = [\"NODE_OPTIONS\"]\n", 0o644);
    assert_eq!(identity::lifted_names(&world.ambient(&[])), [name("NODE_OPTIONS")]);
}
