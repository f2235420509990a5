//! Programs that run a command in another place, as rows: a hosting service's machine, a pod, a virtual machine. Such a command
//! has that place's environment, and what is local to it is not local here. Nothing here decides.

use super::row::{Row, place};
use crate::domain::guard::invocation::options::flag_value;
use crate::domain::guard::invocation::{Inner, Word};
use crate::domain::guard::scope::{Scope, Under};

const COMMAND: &[&str] = &["-c", "--command"];
const APP: &[&str] =
    &["-a", "--app", "-r", "--remote", "-s", "--size", "--region", "-t", "--type", "-e", "--env", "--dyno"];
const SERVICE: &[&str] = &["-s", "--service", "-e", "--environment", "-p", "--project", "-d", "--dir", "-u", "--user"];
const POD: &[&str] = &[
    "-n", "--namespace", "-c", "--container", "--context", "--cluster", "--kubeconfig", "--user", "--as", "-l", "-f",
    "--image", "--env", "--target", "--timeout",
];

/// `kubectl run --dry-run=client`: it only says what it would do.
pub fn is_dry(texts: &[&str]) -> bool {
    let own = texts.iter().take_while(|text| **text != "--");
    own.into_iter().any(|text| text.starts_with("--dry-run") && *text != "--dry-run=none")
}

pub static PLACES: &[Row] = &[
    // Hosting services.
    place(&["fly", "flyctl"], &["ssh", "console"], &["-a", "--app", "-r", "-u", "-s"], 0, &["-C", "--command"]),
    place(&["fly", "flyctl"], &["console"], &["-a", "--app"], 0, &["-C", "--command"]),
    place(&["fly", "flyctl"], &["machine|machines|m", "exec"], &["-a", "--app", "--timeout"], 1, &[]),
    place(&["fly", "flyctl"], &["machine|machines|m", "run"], &["-a", "--app", "-e", "--env", "-r"], 1, &[]),
    place(&["heroku"], &["run|run:detached|run:inside|local:run"], APP, 0, &[]),
    place(&["heroku"], &["ps:exec"], APP, 0, COMMAND),
    place(&["kamal", "mrsk"], &["app|server", "exec"], KAMAL, 0, &[]),
    place(&["kamal", "mrsk"], &["accessory", "exec"], KAMAL, 1, &[]),
    place(&["dokku"], &["run|run:detached"], &["--app", "-e", "--env", "--cron-id"], 1, &[]),
    place(&["dokku"], &["enter"], &["--app", "--container-id"], 2, &[]),
    place(&["scalingo"], &["run|one-off-container"], APP, 0, &[]),
    place(&["clever"], &["ssh"], &["--app", "-a", "--alias"], 0, COMMAND),
    place(&["platform", "upsun", "magento-cloud", "symfony"], &["ssh|environment:ssh"], PLATFORM, 0, &[]),
    place(&["railway"], &["ssh"], SERVICE, 0, &[]),
    place(&["render"], &["ssh"], &["-o", "--output"], 1, &[]),
    place(&["render"], &["jobs", "create"], &["-o", "--output"], 1, &["--start-command"]),
    place(&["aptible"], &["ssh"], &["--app", "--environment", "--remote"], 0, &[]),
    place(&["gigalixir"], &["run|ps:run"], APP, 0, &[]),
    place(&["porter"], &["run"], &["-c", "--container", "--cluster", "--namespace", "--project"], 1, &[]),
    place(&["porter"], &["app", "run"], &["-c", "--container", "--cluster", "--project"], 1, &[]),
    place(&["convox"], &["run|exec"], &["-a", "--app", "-r", "--rack", "--release"], 1, &[]),
    place(&["cf"], &["ssh|run-task|rt"], &["-i", "-m", "-k", "--name", "--process"], 1, COMMAND),
    place(&["copilot"], &["svc|task", "exec|run"], &["-a", "--app", "-e", "--env", "-n", "--name"], 0, COMMAND),
    place(&["eb"], &["ssh"], &["-n", "--number", "-i", "--instance"], 1, COMMAND),
    place(&["aws"], &["ecs", "execute-command"], &["--profile", "--region"], 0, &["--command"]),
    place(&["gcloud"], &["compute", "ssh"], GCLOUD, 1, &["--command"]),
    place(&["gcloud"], &["alpha|beta", "compute", "ssh"], GCLOUD, 1, &["--command"]),
    place(&["gcloud"], &["app", "instances", "ssh"], GCLOUD, 1, &["--command"]),
    place(&["gcloud"], &["cloud-shell", "ssh"], GCLOUD, 0, &["--command"]),
    place(&["az"], &["container|containerapp", "exec"], &["-n", "-g"], 0, &["--exec-command", "--command"]),
    place(&["az"], &["ssh", "vm"], &["-n", "-g", "--name", "--resource-group"], 0, &[]),
    place(&["az"], &["vm", "run-command", "invoke"], &["-n", "-g"], 0, &["--scripts"]),
    place(&["doctl"], &["compute", "ssh"], &["--ssh-user", "--ssh-key-path"], 1, &["--ssh-command"]),
    // Orchestrators.
    place(&["kubectl", "oc", "k", "kubecolor"], &["exec"], POD, 1, &[]),
    place(&["kubectl", "oc", "k", "kubecolor"], &["run|debug|rsh"], POD, 1, &[]),
    place(&["kubectl", "oc", "k", "kubecolor"], &["create", "job|deployment"], POD, 1, &[]),
    place(&["nomad"], &["alloc|exec", "exec"], &["-task", "-namespace", "-region", "-address"], 1, &[]),
    place(&["nomad"], &["exec"], &["-task", "-namespace", "-region", "-address"], 1, &[]),
    place(&["crictl"], &["exec"], &["-r", "--runtime-endpoint", "--timeout"], 1, &[]),
    place(&["ctr"], &["task|tasks|t", "exec"], &["-n", "--namespace", "--exec-id", "--user", "--cwd"], 1, &[]),
    // Other machines, and those inside this one.
    place(&["tsh", "coder"], &["ssh"], &["-l", "-n", "-p", "--cluster"], 1, &[]),
    place(&["minikube"], &["ssh"], &["-n", "--node", "-p", "--profile"], 0, &[]),
    place(&["devpod"], &["ssh"], &["--user", "--workdir"], 1, &["--command"]),
    place(&["gh"], &["codespace|cs", "ssh"], &["-c", "--codespace", "-R"], 0, &[]),
    place(&["devcontainer"], &["exec"], &["--workspace-folder", "--container-id", "--id-label", "--config"], 0, &[]),
    place(&["vagrant"], &["ssh"], &[], 1, COMMAND),
    place(&["multipass"], &["exec"], &["-d", "--working-directory"], 1, &[]),
    place(&["lxc", "incus"], &["exec"], &["--project", "--env", "--user", "--group", "--cwd", "--mode"], 1, &[]),
    place(&["pct"], &["exec"], &[], 1, &[]),
    place(&["limactl"], &["shell"], &["--workdir", "--shell"], 1, &[]),
    place(&["lima"], &[], &[], 0, &[]),
    place(&["colima"], &["ssh"], &["-p", "--profile"], 0, &[]),
    place(&["orb", "orbctl"], &[], &["-m", "--machine", "-u", "--user", "-w", "--workdir", "-s"], 0, &[]),
    place(&["wsl"], &[], &["-d", "--distribution", "-u", "--user", "--cd", "--shell-type"], 0, &[]),
    place(&["toolbox"], &["run"], &["-c", "--container", "-d", "--distro", "-r", "--release"], 0, &[]),
    place(&["distrobox"], &["enter"], &["-n", "--name", "-a"], 1, &[]),
    place(&["distrobox-enter"], &[], &["-n", "--name", "-a"], 1, &[]),
    place(&["machinectl"], &["shell"], &["-M", "-H", "-E", "--uid"], 1, &[]),
    place(&["nsenter"], &[], &["-t", "--target", "-S", "-G", "--setuid", "--setgid"], 0, &[]),
    place(&["chroot", "arch-chroot"], &[], &["-u"], 1, &[]),
    // Local stacks for development.
    place(&["lando"], &["ssh"], &["-s", "--service", "-u", "--user"], 0, COMMAND),
    place(&["ddev"], &["exec|."], &["-s", "--service", "-d", "--dir"], 0, &[]),
    place(&["ddev", "lando"], &[], &[], 0, &[]),
    // Many machines at once.
    place(&["ansible"], &[], &["-i", "-u", "-m", "-e", "-l", "--become-user"], 1, &["-a", "--args"]),
    place(&["salt"], &[], &[], 2, &[]),
    place(
        &["pssh", "parallel-ssh", "pdsh", "dsh", "clush", "mpssh"],
        &[],
        &["-h", "-H", "-l", "-t", "-p", "-o", "-e", "-w", "-g"],
        0,
        &[],
    ),
    place(&["knife"], &["ssh"], &["-x", "-i", "-a"], 1, &[]),
    place(&["dep", "deployer"], &["run"], &["-o", "--option", "-f", "--file"], 0, &[]),
    place(&["fab"], &[], &["-H", "--hosts", "-i"], 0, &[]),
];

/// Lines that ssh runs here: `-o ProxyCommand=LINE`, `-o "LocalCommand LINE"` (ssh_config(5)).
pub fn of_ssh<'a>(flags: &[Word], scope: &Scope<'a>) -> Vec<Inner<'a>> {
    const RUNS: &[&str] = &["proxycommand", "localcommand", "knownhostscommand"];
    let glued = flags.iter().filter_map(|word| word.text.strip_prefix("-o").filter(|text| !text.is_empty()));
    let apart = flags.iter().zip(flags.iter().skip(1)).filter(|(flag, _)| flag.text == "-o");
    let line = |setting: &str| {
        let (name, line) = setting.trim().split_once(['=', ' '])?;
        RUNS.contains(&name.to_ascii_lowercase().as_str()).then(|| Inner::Line(line.to_owned(), scope.clone()))
    };
    glued.chain(apart.map(|(_, value)| value.text.as_str())).filter_map(line).collect()
}

const KAMAL: &[&str] =
    &["-d", "--destination", "-h", "--hosts", "-r", "--roles", "-c", "--config-file", "--version", "-e", "--env"];
const PLATFORM: &[&str] =
    &["-p", "--project", "-e", "--environment", "-A", "--app", "--worker", "-I", "--instance", "-o", "--option"];
const GCLOUD: &[&str] = &["--project", "--zone", "--account", "--ssh-flag", "--ssh-key-file"];

/// A plugin of kubectl's that starts the cluster's own psql there: `kubectl cnpg psql CLUSTER -- …`.
pub fn of_cnpg<'a>(words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let [plugin, verb, ..] = words else { return None };
    if plugin.text != "cnpg" || verb.text != "psql" {
        return None;
    }
    let own = words.iter().position(|word| word.text == "--").map_or(&[][..], |at| &words[at + 1..]);
    let mut scope = scope.clone();
    scope.given_by("kubectl cnpg psql", Under::Elsewhere);
    Some(vec![Inner::Command([&[Word::sure("psql")], own].concat(), scope)])
}

/// Laravel's own host: a command of artisan's over there.
pub fn of_vapor<'a>(words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let verb = match words.first()?.text.as_str() {
        "command" => "",
        "tinker" => "tinker --execute=",
        _ => return None,
    };
    let line = flag_value(words, &["--command", "--code"])?;
    let mut scope = scope.clone();
    scope.given_by("vapor", Under::Elsewhere);
    Some(vec![Inner::Line(format!("php artisan {verb}{}", line.text), scope)])
}
