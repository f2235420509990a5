//! Scripts that change rows: through `run`, with what they would write to, where they ran before, and how they ended.

use std::process::Stdio;

use crate::database::CONFIGURATION;
use crate::real::postgres::Server;
use crate::world::{Session, Shell, World};

/// A program of the team's that reaches the database by itself, as an import does.
const IMPORT: &str = "require('child_process').execFileSync('psql', [process.env.DATABASE_URL, '-qc', \"INSERT INTO prices VALUES (1)\"], { stdio: 'inherit' });\n";

fn world(dev: &Server, prod: &Server) -> World {
    let configuration = CONFIGURATION.replace("[env.prod]\n", "[env.prod]\npromote_from = \"dev\"\n");
    for server in [dev, prod] {
        server.query("CREATE TABLE prices (a int)");
    }
    World::with(&configuration)
        .file("scripts/import.js", IMPORT)
        .secret("dev", "DATABASE_URL", dev.url(dev.port))
        .secret("prod", "DATABASE_URL", prod.url(prod.port))
        .calls(dev.port, "15433")
        .calls(prod.port, "15434")
}

fn rows(server: &Server) -> String {
    server.query("SELECT count(*) FROM prices")
}

/// Types a line and answers each question in turn; what was printed, without what was typed.
#[track_caller]
fn answers(session: &mut Session<'_>, line: &str, answers: &[(&str, &str)]) -> (String, i32) {
    session.presses(&format!("{line}\r"));
    for (question, answer) in answers {
        session.shows(question);
        session.presses(&format!("{answer}\r"));
    }
    let reply = session.returns();
    (reply.text().to_owned(), reply.status())
}

const ON_PROD: &str = "nexus-env run -e prod --write -- node scripts/import.js";

#[test]
fn a_script_writes_to_prod_after_it_ran_on_dev() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = world(&dev, &prod);
    let mut session = world.enter(Shell::Bash);
    // What the read-only URL stopped is told afterwards.
    let reply = session.types("nexus-env run -e prod -- node scripts/import.js 2>&1 | tail -n 2");
    reply.prints(
        "nexus-env: `scripts/import.js` ended with exit status 1, and prod was read-only for it\n\
         hint: where that stopped it: nexus-env run -e prod --write -- node scripts/import.js",
    );
    let (text, status) = answers(&mut session, ON_PROD, &[("to run it: ", "prod"), ("all the same: ", "no")]);
    assert_eq!((status, rows(&prod).as_str()), (3, "0"), "{text}");
    assert_eq!(
        text,
        "nexus-env: scripts/import.js would write to prod\n  \
           script        scripts/import.js                                    (sha256 b4072d64a4f3)\n  \
           DATABASE_URL  postgresql://postgres:•••@127.0.0.1:15434/nexus_db   (stored for prod)\n  \
           reaches       a database server of this machine                    (postgres, pid 4242, port 15434)\n  \
           dev           never ran there with this content, as far as the log of this machine knows\n  \
           instead       nexus-env run -e dev -- node scripts/import.js\n\
         nexus-env: type prod to run it: prod\n\
         nexus-env: it never ran on dev; type import.js to run it all the same: no\n\
         nexus-env: `scripts/import.js` on prod was not confirmed, nothing changed"
    );
    session.types("nexus-env run -e dev -- node scripts/import.js").ends_with_status(0);
    assert_eq!(rows(&dev), "1");
    let (text, status) = answers(&mut session, ON_PROD, &[("to run it: ", "prod")]);
    assert_eq!((status, rows(&prod).as_str()), (0, "1"), "{text}");
    assert!(
        text.contains("\n  dev           ran 20") && text.contains(" with this content, exit status 0\n"),
        "{text}"
    );
    // Another content is another script.
    world.writes("scripts/import.js", format!("{IMPORT}// twice\n"));
    let (text, status) = answers(&mut session, ON_PROD, &[("to run it: ", "prod"), ("all the same: ", "import.js")]);
    assert_eq!((status, rows(&prod).as_str()), (0, "2"), "{text}");
    let log = String::from_utf8(world.run(&["log", "--json"]).stdout).unwrap();
    let log: serde_json::Value = serde_json::from_str(&log).unwrap();
    let told: Vec<String> = log["entries"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["sha256"].is_string())
        .map(|entry| {
            let text = |key: &str| entry[key].as_str().unwrap_or("-").to_owned();
            [text("event"), text("environment"), text("script"), text("detail")].join(" ")
        })
        .collect();
    assert_eq!(
        told,
        [
            "ran prod scripts/import.js -",
            "ended prod scripts/import.js exit status 1",
            "ended dev scripts/import.js exit status 0",
            "ran prod scripts/import.js -",
            "ended prod scripts/import.js exit status 0",
            "ran prod scripts/import.js -",
            "ended prod scripts/import.js exit status 0",
        ]
    );
}

#[test]
fn a_rule_of_the_teams_is_told_and_asks_no_second_time() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = world(&dev, &prod);
    let rule = "[[guard]]\ncommand = \"node scripts/import*\"\naction = \"confirm\"\nreason = \"imports overwrite PETL rows\"\n";
    let file = std::fs::read_to_string(world.repo().join(".nexusenv")).unwrap();
    world.writes(".nexusenv", format!("{file}{rule}"));
    let world = world.allow();
    world.run(&["run", "-e", "dev", "--", "node", "scripts/import.js"]).succeeds().says("");
    let mut session = world.enter(Shell::Bash);
    let (text, status) = answers(&mut session, ON_PROD, &[("to run it: ", "prod")]);
    assert_eq!((status, rows(&prod).as_str()), (0, "1"), "{text}");
    assert!(text.contains("\n  because       imports overwrite PETL rows\n"), "{text}");
    // The same rule at the prompt.
    session.answers("nexus-env use prod --write", "read-only: ", "prod").ends_with_status(0);
    world.writes("scripts/import.js", format!("{IMPORT}// anew\n"));
    let (text, status) = answers(
        &mut session,
        "node scripts/import.js",
        &[("to go on: ", "prod"), ("it never ran on dev; type import.js to run it all the same: ", "no")],
    );
    assert_eq!((status, rows(&prod).as_str()), (3, "1"), "{text}");
    assert!(text.contains("\n  script  scripts/import.js") && text.contains("\n  dev     never ran there"), "{text}");
    let world = world.file("scripts/import.js", IMPORT);
    // Nobody can be asked: nothing runs. What somebody else wrote is no script of the repository.
    let refused = world.run(&["run", "-e", "prod", "--write", "--", "node", "scripts/import.js"]).ends_with_status(3);
    assert!(
        refused.stderr.contains("nexus-env: `scripts/import.js` on prod needs a person at a terminal\n"),
        "{}",
        refused.stderr
    );
    assert_eq!(rows(&prod), "1");
}

#[test]
fn a_script_ends_as_it_would_without_run() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = world(&dev, &prod)
        .file("scripts/nine.sh", "exit 9\n")
        .file(
            "scripts/wait.js",
            "process.on('SIGTERM', () => { console.log('told'); process.exit(7); });\nsetInterval(() => {}, 1e6);\nconsole.log('ready');\n",
        )
        .file("scripts/killed.sh", "kill -KILL $$\n");
    world.run(&["run", "-e", "dev", "--", "sh", "scripts/nine.sh"]).ends_with_status(9).says("");
    let mut session = world.enter(Shell::Bash);
    session.types("nexus-env run -e dev -- sh scripts/killed.sh").ends_with_status(137);
    // What would end the program is for the script.
    let mut command = world.command("nexus-env", world.repo());
    command.args(["run", "-e", "dev", "--", "node", "scripts/wait.js"]).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut out, &mut line).unwrap();
    assert_eq!(line, "ready\n");
    // SAFETY: a signal to our own child.
    unsafe { libc::kill(child.id() as libc::pid_t, libc::SIGTERM) };
    std::io::Read::read_to_string(&mut out, &mut line).unwrap();
    assert_eq!((line.as_str(), child.wait().unwrap().code()), ("ready\ntold\n", Some(7)));
}
