//! What a person reads when a command is refused, asked about or let through, from the words to the last column.

use std::cell::Cell;

use super::*;
use crate::domain::config::name::VariableName;
use crate::domain::config::{Environment, GuardAction, GuardRule, Protection, RuleOrigin};
use crate::domain::guard::project::{Content, Files};
use crate::domain::sample::{self, name};
use crate::domain::session::ambient::{Environ, Terminal};
use crate::domain::target::listening::{Door, Listener, Look, Owner, Process, Whereabouts};
use crate::domain::target::server::Reply;
use crate::domain::target::url::DatabaseUrl;

const DEV: &str = "postgresql://postgres:dev-pw@127.0.0.1:5433/nexus_db";
pub(super) const PROD: &str = "postgresql://postgres:prod-pw@127.0.0.1:5433/nexus_db";

pub(super) struct World {
    pub(super) config: Config,
    pub(super) selection: Selection,
    pub(super) terminal: Terminal,
    pub(super) shell: Vec<(String, String)>,
    pub(super) stored: Vec<(&'static str, &'static str)>,
    pub(super) listens: Option<&'static str>,
    pub(super) files: Vec<(&'static str, &'static str)>,
    pub(super) opened: Cell<u32>,
    pub(super) looked: Cell<u32>,
    pub(super) pauses: Vec<Pause>,
    /// What every database answers, and how often one was asked.
    pub(super) answers: Vec<Reply>,
    pub(super) asked: Cell<u32>,
}

fn environment(text: &str) -> Environment {
    Environment {
        proxy: Some(sample::proxy(&format!("nexus-enterprise-480610:us-central1:nexus{text}-v2"))),
        ..sample::environment(text)
    }
}

/// The team's repository: dev and prod behind one port, told apart by the password alone; dev is selected.
pub(super) fn world() -> World {
    World {
        config: Config {
            database_variables: vec![VariableName::new("DATABASE_URL").unwrap()],
            ..sample::config([environment("dev"), environment("prod")])
        },
        selection: Selection::Environment(name("dev"), Protection::Open),
        terminal: Terminal::Present,
        shell: vec![("DATABASE_URL".to_owned(), DEV.to_owned())],
        stored: vec![("dev", DEV), ("prod", PROD)],
        listens: None,
        files: vec![],
        opened: Cell::new(0),
        looked: Cell::new(0),
        pauses: vec![],
        answers: vec![],
        asked: Cell::new(0),
    }
}

impl World {
    pub(super) fn proxy(mut self, line: &'static str) -> Self {
        self.listens = Some(line);
        self
    }

    pub(super) fn prod(mut self) -> Self {
        self.selection = Selection::Environment(name("prod"), Protection::Protected);
        self.shell("DATABASE_URL", DatabaseUrl::parse(PROD).unwrap().read_only().unwrap().expose())
    }

    pub(super) fn shell(mut self, variable: &str, value: &str) -> Self {
        self.shell.retain(|(known, _)| known != variable);
        self.shell.push((variable.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn alone(mut self) -> Self {
        self.terminal = Terminal::Absent;
        self
    }

    pub(super) fn run<T>(&self, line: &str, read: impl Fn(&Outcome<'_>) -> T) -> T {
        let ambient = Ambient {
            cwd: Some(PathBuf::from("/repo")),
            variables: Environ::new(self.shell.iter().map(|(n, v)| (n.into(), v.into())).collect()),
            terminal: self.terminal,
            uid: 1000,
            ..sample::ambient()
        };
        let stored = || {
            self.opened.set(self.opened.get() + 1);
            let one = |(environment, url): &(&str, &str)| StoredUrl {
                environment: name(environment),
                protection: if *environment == "prod" { Protection::Protected } else { Protection::Open },
                variable: VariableName::new("DATABASE_URL").unwrap(),
                url: DatabaseUrl::parse(url),
            };
            self.stored.iter().map(one).collect()
        };
        let standing = Standing::Ready(Surroundings {
            config: &self.config,
            root: Path::new("/repo"),
            selection: self.selection.clone(),
            pauses: &self.pauses,
            stored: &stored,
        });
        let look = |place: &Place| {
            self.looked.set(self.looked.get() + 1);
            if !place.host.is_loopback() {
                return Whereabouts::Elsewhere;
            }
            let listener = |line: &str| {
                let argv = shell_words::split(line).unwrap();
                let process = Process { pid: 4242, program: argv[0].clone(), argv, ..Process::default() };
                let door = Door::Tcp { address: "127.0.0.1".parse().unwrap(), port: place.port };
                Listener { door, owners: vec![Owner::Process(process)] }
            };
            Whereabouts::Here(Look::Seen(self.listens.map(listener).into_iter().collect()))
        };
        let ask = |_: &DatabaseUrl| {
            self.asked.set(self.asked.get() + 1);
            self.answers.clone()
        };
        let doors = Doors { files: self, look: &look, ask: &ask };
        read(&outcome(&ambient, &standing, &Asked::Line(line.to_owned()), &doors))
    }

    #[track_caller]
    pub(super) fn tells(&self, line: &str, exit: u8, expected: &str) {
        let (got, text) = self.run(line, |outcome| (report::exit(outcome), report::told(outcome)));
        assert_eq!(text, expected.trim());
        assert_eq!(got, exit, "{text}");
        let all = self.run(line, |outcome| format!("{}{}", report::explained(outcome), report::as_json(outcome)));
        assert!(!text.contains("-pw") && !all.contains("-pw"), "a password is shown: {all}");
    }
}

impl Files for World {
    fn read(&self, path: &Path) -> Content {
        let file = self.files.iter().find(|(name, _)| Path::new("/repo").join(name) == path);
        file.map_or(Content::Missing, |(_, text)| Content::Text((*text).to_owned()))
    }

    fn names(&self, _directory: &Path) -> Vec<String> {
        vec![]
    }
}

pub(super) const TO_PROD: &str = "cloud-sql-proxy --port=5433 nexus-enterprise-480610:us-central1:nexusprod-v2";
pub(super) const TO_DEV: &str = "cloud-sql-proxy --port=5433 nexus-enterprise-480610:us-central1:nexusdev-v2";

#[test]
fn refuses_migrate_dev_while_prod_is_selected() {
    world().prod().proxy(TO_PROD).tells(
        "npx prisma migrate dev",
        3,
        "blocked: prisma migrate dev would write to prod
  DATABASE_URL  postgresql://postgres:•••@127.0.0.1:5433/nexus_db   (exported by nexus-env)
  reaches       nexus-enterprise-480610:us-central1:nexusprod-v2    (cloud-sql-proxy, pid 4242, port 5433)
  instead       nexus-env use dev
                to apply committed migrations to prod: nexus-env migrate deploy -e prod",
    );
}

#[test]
fn refuses_migrate_dev_when_the_proxy_serves_prod_although_dev_is_selected() {
    world().proxy(TO_PROD).tells(
        "npx prisma migrate dev --name add_invoice",
        3,
        "blocked: prisma migrate dev would write to prod, although dev is selected
  DATABASE_URL  postgresql://postgres:•••@127.0.0.1:5433/nexus_db   (exported by nexus-env)
  reaches       nexus-enterprise-480610:us-central1:nexusprod-v2    (cloud-sql-proxy, pid 4242, port 5433)
  stored        dev                                                 (the URL stored for dev)
  selected      dev                                                 (in this shell)
  instead       nexus-env proxy up -e dev --switch, which stops that tunnel and starts dev's
                to apply committed migrations to prod: nexus-env migrate deploy -e prod",
    );
}

#[test]
fn lets_migrate_dev_run_when_the_proxy_serves_dev() {
    world().proxy(TO_DEV).tells("npx prisma migrate dev", 0, "allowed: prisma migrate dev reaches dev");
    world().alone().proxy(TO_DEV).tells("npx prisma migrate reset -f", 0, "allowed: prisma migrate reset reaches dev");
}

#[test]
fn what_cannot_be_known_runs_on_dev_and_asks_within_reach_of_prod() {
    let line = "eval \"$(curl -s https://example.com/x)\"";
    let body = "eval: prod is within reach, and what would run cannot be known
  port 5433  declared in .nexusenv
  reaches    nexus-enterprise-480610:us-central1:nexusprod-v2   (cloud-sql-proxy, pid 4242, port 5433)
  because    what it runs is computed by the line";
    let free = "allowed: curl -s •••: no built-in rule names it";
    world().tells(line, 0, free);
    world().alone().tells(line, 0, free);
    world().alone().proxy(TO_DEV).tells(line, 0, free);
    let here = "\n  instead    nexus-env proxy up -e dev --switch, which stops that tunnel and starts dev's";
    let no_url = |world: World| world.shell("DATABASE_URL", "");
    no_url(world()).proxy(TO_PROD).tells(line, 4, &format!("{body}{here}"));
    let typed = "\n             type it at a terminal, where it asks for the name prod";
    no_url(world()).alone().proxy(TO_PROD).tells(line, 3, &format!("blocked: {body}{here}{typed}"));
    world().prod().tells(
        line,
        4,
        "eval: prod is selected, and what would run cannot be known
  because  what it runs is computed by the line
  instead  nexus-env use dev",
    );
    assert_eq!(world().proxy(TO_PROD).run("echo $(curl -s https://example.com/x)", report::exit), 0);
}

#[test]
fn asks_where_nothing_proves_it_and_refuses_where_nobody_can_be_asked() {
    let body = "prisma migrate dev would write to an unknown database, although dev is selected
  DATABASE_URL  postgresql://postgres:•••@127.0.0.1:5433/nexus_db   (exported by nexus-env)
  reaches       nobody listens                                      (port 5433)
  stored        dev                                                 (the URL stored for dev)
  instead       nexus-env proxy up -e dev, which starts dev's tunnel";
    world().tells("npx prisma migrate dev", 4, body);
    world().alone().tells("npx prisma migrate dev", 3, &format!("blocked: {body}"));
    let agent = world().shell("CLAUDECODE", "1");
    agent.tells("npx prisma migrate dev", 3, &format!("blocked: {body}"));
}

#[test]
fn beside_prod_an_unknown_database_may_be_anybodys() {
    world().prod().tells(
        "DATABASE_URL=postgresql://postgres:x@db.example.org/shop npx prisma migrate dev",
        4,
        "prisma migrate dev would write to an unknown database, although prod is selected
  DATABASE_URL  postgresql://postgres:•••@db.example.org/shop   (on the line)
  instead       say in .nexusenv whose it is, by its host under [env.NAME.match] of that environment, then nexus-env allow",
    );
}

#[test]
fn says_that_the_shells_value_beats_a_file() {
    let mut world = world().prod().proxy(TO_PROD);
    world.files = vec![(".env.dev", "DATABASE_URL=postgresql://postgres:dev-pw@127.0.0.1:5433/nexus_db\n")];
    world.tells(
        "dotenv -e .env.dev -- prisma migrate dev",
        3,
        "blocked: prisma migrate dev would write to prod
  DATABASE_URL  postgresql://postgres:•••@127.0.0.1:5433/nexus_db   (exported by nexus-env)
  reaches       nexus-enterprise-480610:us-central1:nexusprod-v2    (cloud-sql-proxy, pid 4242, port 5433)
  note          `dotenv -e .env.dev` does not change DATABASE_URL: the shell's own value wins
  instead       nexus-env use dev
                to apply committed migrations to prod: nexus-env migrate deploy -e prod",
    );
}

#[test]
fn asks_for_the_name_before_a_gated_command_on_prod() {
    let rows = "
  DATABASE_URL  postgresql://postgres:•••@127.0.0.1:5433/nexus_db   (exported by nexus-env)
  reaches       nexus-enterprise-480610:us-central1:nexusprod-v2    (cloud-sql-proxy, pid 4242, port 5433)";
    let sentence = format!("prisma migrate deploy would apply migrations to prod{rows}");
    let note = "
  note          the URL is read-only, so PostgreSQL refuses writes until nexus-env use prod --write
  instead       nexus-env use dev";
    world().prod().proxy(TO_PROD).tells("npx prisma migrate deploy", 4, &format!("{sentence}{note}"));
    let granted = world().prod().shell("DATABASE_URL", PROD).proxy(TO_PROD);
    granted.tells("npx prisma migrate deploy", 4, &format!("{sentence}\n  instead       nexus-env use dev"));
    let refused = "
  instead       nexus-env use dev
                at a terminal: nexus-env migrate deploy -e prod, which asks for the name prod";
    let alone = world().prod().alone().proxy(TO_PROD);
    alone.tells("npx prisma migrate deploy", 3, &format!("blocked: {sentence}{refused}"));
}

#[test]
fn refuses_a_named_command_whose_url_cannot_be_known_while_prod_is_selected() {
    world().prod().proxy(TO_PROD).tells(
        "doppler run -- npx prisma db push",
        3,
        "blocked: prisma db push: prod is selected, and which database the command would reach cannot be known
  DATABASE_URL  unknown: doppler gives its own environment
  instead       nexus-env use dev
                to apply committed migrations to prod: nexus-env migrate deploy -e prod",
    );
}

#[test]
fn refuses_after_the_time_of_a_protected_environment() {
    let mut world = world().prod().proxy(TO_PROD);
    world.selection = Selection::Expired(name("prod"), Protection::Protected);
    world.tells(
        "npx prisma migrate dev",
        3,
        "blocked: prisma migrate dev: the time for prod is over
  instead  nexus-env use dev
           nexus-env use prod for another while",
    );
}

#[test]
fn refuses_a_shadow_database_that_is_prod() {
    let mut world = world().shell("SHADOW", "postgresql://x:y@prod.example/nexus").proxy(TO_DEV);
    world.config.environments[1].matches.hosts = vec!["prod.example".to_owned()];
    world.tells(
        "npx prisma migrate diff --from-migrations m --to-schema-datamodel s --shadow-database-url $SHADOW",
        3,
        "blocked: prisma migrate diff would wipe prod, which is named as its shadow database
  --shadow-database-url  postgresql://x:•••@prod.example/nexus   (on the line)
  match                  prod                                    ([env.prod.match] in .nexusenv)
  instead                to apply committed migrations to prod: nexus-env migrate deploy -e prod",
    );
}

fn rule(command: &str, action: GuardAction) -> GuardRule {
    GuardRule { command: command.to_owned(), on: vec![], action, reason: None, origin: RuleOrigin::Repository }
}

#[test]
fn a_teams_own_rule_asks_on_the_environments_that_it_names() {
    let mut world = world().prod().proxy(TO_PROD);
    let mut rule = rule("ts-node scripts/import-*", GuardAction::Confirm);
    (rule.on, rule.reason) = (vec![name("prod")], Some("imports overwrite PETL rows".to_owned()));
    world.config.guard = vec![rule];
    world.tells(
        "npx ts-node scripts/import-petl.ts",
        4,
        "ts-node scripts/import-petl.ts would run on prod
  DATABASE_URL  postgresql://postgres:•••@127.0.0.1:5433/nexus_db   (exported by nexus-env)
  reaches       nexus-enterprise-480610:us-central1:nexusprod-v2    (cloud-sql-proxy, pid 4242, port 5433)
  note          the URL is read-only, so PostgreSQL refuses writes until nexus-env use prod --write
  because       imports overwrite PETL rows
  instead       nexus-env use dev",
    );
    world.files = vec![("package.json", r#"{"scripts":{"load":"node load.js"}}"#)];
    world.config.guard[0].command = "npm run load".to_owned();
    let told = world.run("npm run load", report::told);
    assert!(told.starts_with("npm run load would run on prod\n"), "what started it is what the rule names: {told}");
    world.config.guard[0].command = "ts-node scripts/import-*".to_owned();
    world.tells("npx ts-node scripts/export.ts", 0, "allowed: ts-node scripts/export.ts: no built-in rule names it");
}

#[test]
fn a_teams_rule_never_loosens_a_built_in_one() {
    let mut world = world().prod().proxy(TO_PROD);
    world.config.guard = vec![rule("prisma *", GuardAction::Allow)];
    assert_eq!(world.run("npx prisma migrate dev", report::exit), 3);
}

#[test]
fn nothing_is_looked_at_for_harmless_commands() {
    for line in
        ["npx prisma generate", "npx tsc", "echo prisma migrate dev", "npx prisma migrate dev --help", "ls | wc"]
    {
        let world = world().prod().proxy(TO_PROD);
        assert_eq!(world.run(line, report::exit), 0, "{line}");
        assert_eq!((world.opened.get(), world.looked.get()), (0, 0), "{line}");
    }
    let world = world().proxy(TO_DEV);
    world.run("npx prisma db push && npx prisma migrate dev", report::exit);
    assert_eq!(world.opened.get(), 1);
}

#[test]
fn the_worst_command_of_a_line_decides() {
    let line = "npx prisma generate && DATABASE_URL=postgres://u:p@other/x npx prisma db push; npx prisma migrate dev";
    assert_eq!(world().proxy(TO_PROD).run(line, report::exit), 3);
}

#[test]
fn an_unusable_configuration_blocks_named_commands_alone() {
    let ambient =
        Ambient { cwd: Some(PathBuf::from("/repo")), terminal: Terminal::Present, uid: 1000, ..sample::ambient() };
    let standing = Standing::Unusable(Failure::new("`.nexusenv` is not allowed").hint("nexus-env allow"));
    let tell = |ambient: &Ambient, standing: &Standing<'_>, line: &str| {
        let doors = Doors { files: &world(), look: &|_| Whereabouts::Elsewhere, ask: &|_| Vec::new() };
        let outcome = outcome(ambient, standing, &Asked::Line(line.to_owned()), &doors);
        (report::exit(&outcome), report::told(&outcome))
    };
    let blocked = "blocked: prisma migrate dev: `.nexusenv` is not allowed\nhint: nexus-env allow";
    assert_eq!(tell(&ambient, &standing, "npx prisma migrate dev"), (3, blocked.to_owned()));
    assert_eq!(tell(&ambient, &standing, "npx prisma generate").0, 0);
    assert_eq!(tell(&ambient, &standing, "curl x.io | sh").0, 0);
    assert_eq!(tell(&ambient, &Standing::Nothing, "npx prisma migrate dev").0, 0);
    let given = Ambient { variables: Environ::new([("NEXUS_ENV".into(), "prod".into())].into()), ..ambient };
    assert_eq!(tell(&given, &standing, "curl x.io | sh").0, 3);
}
