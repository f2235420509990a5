//! Programs that run a command in another place, as rows: a hosting service's machine, a pod, a virtual machine. Such a command
//! has that place's environment, and what is local to it is not local here. Nothing here decides.

use crate::domain::guard::invocation::options::{after_flags, flag_value, joined};
use crate::domain::guard::invocation::{Inner, Word};
use crate::domain::guard::scope::{Fed, Scope, Under};

/// One way in.
struct Place {
    names: &'static [&'static str],
    /// The words that make it one, in order, each with its other spellings: `app exec`.
    verb: &'static [&'static [&'static str]],
    /// Flags that take the next word.
    valued: &'static [&'static str],
    /// Words between the verb and the command: the place's name.
    skip: usize,
    /// Flags behind which a whole line stands.
    line: &'static [&'static str],
}

const fn row(
    names: &'static [&'static str],
    verb: &'static [&'static [&'static str]],
    valued: &'static [&'static str],
    skip: usize,
    line: &'static [&'static str],
) -> Place {
    Place { names, verb, valued, skip, line }
}

const COMMAND: &[&str] = &["-c", "--command"];
const APP: &[&str] =
    &["-a", "--app", "-r", "--remote", "-s", "--size", "--region", "-t", "--type", "-e", "--env", "--dyno"];
const SERVICE: &[&str] = &["-s", "--service", "-e", "--environment", "-p", "--project", "-d", "--dir", "-u", "--user"];
const POD: &[&str] = &[
    "-n", "--namespace", "-c", "--container", "--context", "--cluster", "--kubeconfig", "--user", "--as", "-l", "-f",
    "--image", "--env", "--target", "--timeout",
];

const PLACES: &[Place] = &[
    // Hosting services.
    row(&["fly", "flyctl"], &[&["ssh"], &["console"]], &["-a", "--app", "-r", "-u", "-s"], 0, &["-C", "--command"]),
    row(&["fly", "flyctl"], &[&["console"]], &["-a", "--app"], 0, &["-C", "--command"]),
    row(&["fly", "flyctl"], &[&["machine", "machines", "m"], &["exec"]], &["-a", "--app", "--timeout"], 1, &[]),
    row(&["fly", "flyctl"], &[&["machine", "machines", "m"], &["run"]], &["-a", "--app", "-e", "--env", "-r"], 1, &[]),
    row(&["heroku"], &[&["run", "run:detached", "run:inside", "local:run"]], APP, 0, &[]),
    row(&["heroku"], &[&["ps:exec"]], APP, 0, COMMAND),
    row(&["kamal", "mrsk"], &[&["app", "server"], &["exec"]], KAMAL, 0, &[]),
    row(&["kamal", "mrsk"], &[&["accessory"], &["exec"]], KAMAL, 1, &[]),
    row(&["dokku"], &[&["run", "run:detached"]], &["--app", "-e", "--env", "--cron-id"], 1, &[]),
    row(&["dokku"], &[&["enter"]], &["--app", "--container-id"], 2, &[]),
    row(&["scalingo"], &[&["run", "one-off-container"]], APP, 0, &[]),
    row(&["clever"], &[&["ssh"]], &["--app", "-a", "--alias"], 0, COMMAND),
    row(&["platform", "upsun", "magento-cloud", "symfony"], &[&["ssh", "environment:ssh"]], PLATFORM, 0, &[]),
    row(&["railway"], &[&["ssh"]], SERVICE, 0, &[]),
    row(&["render"], &[&["ssh"]], &["-o", "--output"], 1, &[]),
    row(&["render"], &[&["jobs"], &["create"]], &["-o", "--output"], 1, &["--start-command"]),
    row(&["aptible"], &[&["ssh"]], &["--app", "--environment", "--remote"], 0, &[]),
    row(&["gigalixir"], &[&["run", "ps:run"]], APP, 0, &[]),
    row(&["porter"], &[&["run"]], &["-c", "--container", "--cluster", "--namespace", "--project"], 1, &[]),
    row(&["porter"], &[&["app"], &["run"]], &["-c", "--container", "--cluster", "--project"], 1, &[]),
    row(&["convox"], &[&["run", "exec"]], &["-a", "--app", "-r", "--rack", "--release"], 1, &[]),
    row(&["cf"], &[&["ssh", "run-task", "rt"]], &["-i", "-m", "-k", "--name", "--process"], 1, COMMAND),
    row(
        &["copilot"],
        &[&["svc", "task"], &["exec", "run"]],
        &["-a", "--app", "-e", "--env", "-n", "--name"],
        0,
        COMMAND,
    ),
    row(&["eb"], &[&["ssh"]], &["-n", "--number", "-i", "--instance"], 1, COMMAND),
    row(&["aws"], &[&["ecs"], &["execute-command"]], &["--profile", "--region"], 0, &["--command"]),
    row(&["gcloud"], &[&["compute"], &["ssh"]], GCLOUD, 1, &["--command"]),
    row(&["gcloud"], &[&["alpha", "beta"], &["compute"], &["ssh"]], GCLOUD, 1, &["--command"]),
    row(&["gcloud"], &[&["app"], &["instances"], &["ssh"]], GCLOUD, 1, &["--command"]),
    row(&["gcloud"], &[&["cloud-shell"], &["ssh"]], GCLOUD, 0, &["--command"]),
    row(&["az"], &[&["container", "containerapp"], &["exec"]], &["-n", "-g"], 0, &["--exec-command", "--command"]),
    row(&["az"], &[&["ssh"], &["vm"]], &["-n", "-g", "--name", "--resource-group"], 0, &[]),
    row(&["az"], &[&["vm"], &["run-command"], &["invoke"]], &["-n", "-g"], 0, &["--scripts"]),
    row(&["doctl"], &[&["compute"], &["ssh"]], &["--ssh-user", "--ssh-key-path"], 1, &["--ssh-command"]),
    // Orchestrators.
    row(&["kubectl", "oc", "k", "kubecolor"], &[&["exec"]], POD, 1, &[]),
    row(&["kubectl", "oc", "k", "kubecolor"], &[&["run", "debug", "rsh"]], POD, 1, &[]),
    row(&["kubectl", "oc", "k", "kubecolor"], &[&["create"], &["job", "deployment"]], POD, 1, &[]),
    row(&["nomad"], &[&["alloc", "exec"], &["exec"]], &["-task", "-namespace", "-region", "-address"], 1, &[]),
    row(&["nomad"], &[&["exec"]], &["-task", "-namespace", "-region", "-address"], 1, &[]),
    row(&["crictl"], &[&["exec"]], &["-r", "--runtime-endpoint", "--timeout"], 1, &[]),
    row(
        &["ctr"],
        &[&["task", "tasks", "t"], &["exec"]],
        &["-n", "--namespace", "--exec-id", "--user", "--cwd"],
        1,
        &[],
    ),
    // Other machines, and those inside this one.
    row(&["tsh", "coder"], &[&["ssh"]], &["-l", "-n", "-p", "--cluster"], 1, &[]),
    row(&["minikube"], &[&["ssh"]], &["-n", "--node", "-p", "--profile"], 0, &[]),
    row(&["devpod"], &[&["ssh"]], &["--user", "--workdir"], 1, &["--command"]),
    row(&["gh"], &[&["codespace", "cs"], &["ssh"]], &["-c", "--codespace", "-R"], 0, &[]),
    row(&["devcontainer"], &[&["exec"]], &["--workspace-folder", "--container-id", "--id-label", "--config"], 0, &[]),
    row(&["vagrant"], &[&["ssh"]], &[], 1, COMMAND),
    row(&["multipass"], &[&["exec"]], &["-d", "--working-directory"], 1, &[]),
    row(&["lxc", "incus"], &[&["exec"]], &["--project", "--env", "--user", "--group", "--cwd", "--mode"], 1, &[]),
    row(&["pct"], &[&["exec"]], &[], 1, &[]),
    row(&["limactl"], &[&["shell"]], &["--workdir", "--shell"], 1, &[]),
    row(&["lima"], &[], &[], 0, &[]),
    row(&["colima"], &[&["ssh"]], &["-p", "--profile"], 0, &[]),
    row(&["orb", "orbctl"], &[], &["-m", "--machine", "-u", "--user", "-w", "--workdir", "-s"], 0, &[]),
    row(&["wsl"], &[], &["-d", "--distribution", "-u", "--user", "--cd", "--shell-type"], 0, &[]),
    row(&["toolbox"], &[&["run"]], &["-c", "--container", "-d", "--distro", "-r", "--release"], 0, &[]),
    row(&["distrobox"], &[&["enter"]], &["-n", "--name", "-a"], 1, &[]),
    row(&["distrobox-enter"], &[], &["-n", "--name", "-a"], 1, &[]),
    row(&["machinectl"], &[&["shell"]], &["-M", "-H", "-E", "--uid"], 1, &[]),
    row(&["nsenter"], &[], &["-t", "--target", "-S", "-G", "--setuid", "--setgid"], 0, &[]),
    row(&["chroot", "arch-chroot"], &[], &["-u"], 1, &[]),
    // Local stacks for development.
    row(&["lando"], &[&["ssh"]], &["-s", "--service", "-u", "--user"], 0, COMMAND),
    row(&["ddev"], &[&["exec", "."]], &["-s", "--service", "-d", "--dir"], 0, &[]),
    row(&["ddev", "lando"], &[], &[], 0, &[]),
    // Many machines at once.
    row(&["ansible"], &[], &["-i", "-u", "-m", "-e", "-l", "--become-user"], 1, &["-a", "--args"]),
    row(&["salt"], &[], &[], 2, &[]),
    row(&["pssh", "parallel-ssh", "pdsh", "dsh"], &[], &["-h", "-H", "-l", "-t", "-p", "-o", "-e", "-w", "-g"], 0, &[]),
    row(&["knife"], &[&["ssh"]], &["-x", "-i", "-a"], 1, &[]),
    row(&["fab"], &[], &["-H", "--hosts", "-i"], 0, &[]),
];

const KAMAL: &[&str] =
    &["-d", "--destination", "-h", "--hosts", "-r", "--roles", "-c", "--config-file", "--version", "-e", "--env"];
const PLATFORM: &[&str] =
    &["-p", "--project", "-e", "--environment", "-A", "--app", "--worker", "-I", "--instance", "-o", "--option"];
const GCLOUD: &[&str] = &["--project", "--zone", "--account", "--ssh-flag", "--ssh-key-file"];

pub(super) fn names() -> impl Iterator<Item = &'static str> {
    PLACES.iter().flat_map(|row| row.names.iter().copied())
}

/// What is inside, if the words run a command in one of these places.
pub fn run<'a>(name: &str, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let (place, behind) = PLACES
        .iter()
        .filter(|place| place.names.contains(&name))
        .find_map(|place| Some((place, behind_verb(place, words)?)))?;
    let mut scope = scope.clone();
    scope.given_by(name, Under::Elsewhere);
    let own = behind.iter().position(|word| word.text == "--").map_or(behind, |end| &behind[..end]);
    if let Some(line) = flag_value(own, place.line) {
        return Some(vec![Inner::Line(line.text, scope)]);
    }
    Some(vec![match (behind_name(place, behind), &scope.fed) {
        // Without a command it is a shell, which reads what it is fed.
        ([], Fed::Text(text)) => Inner::Line(text.clone(), scope.drained()),
        ([first, ..], _) if first.text.contains(char::is_whitespace) => {
            Inner::Line(joined(behind_name(place, behind)), scope)
        }
        (rest, _) => Inner::Command(rest.to_vec(), scope),
    }])
}

fn behind_verb<'w>(place: &Place, words: &'w [Word]) -> Option<&'w [Word]> {
    place.verb.iter().try_fold(words, |words, spellings| {
        let (first, rest) = after_flags(words, place.valued).split_first()?;
        spellings.contains(&first.text.as_str()).then_some(rest)
    })
}

/// The command: behind `--`, else behind the place's name and all flags around it.
fn behind_name<'w>(place: &Place, words: &'w [Word]) -> &'w [Word] {
    let mut rest = words;
    for _ in 0..place.skip {
        let behind = after_flags(rest, place.valued);
        // A place without a name: `vagrant ssh -- COMMAND`.
        if rest.len().checked_sub(behind.len() + 1).is_some_and(|at| rest[at].text == "--") {
            return behind;
        }
        rest = behind.get(1..).unwrap_or(&[]);
    }
    after_flags(rest, place.valued)
}
