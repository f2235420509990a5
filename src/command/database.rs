//! `db pin`, `db label` and `db verify`: which database is which, so that every guard knows it. Pinning and verifying
//! write nothing to a database, and labelling writes nothing but its comment.

use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::config::vars::{self, Vars};
use crate::domain::config::{Access, Config, Environment};
use crate::domain::page::audit_entry::{Entry, Event};
use crate::domain::session::ambient::Ambient;
use crate::domain::target::evidence::Evidence;
use crate::domain::target::holding::Pooled;
use crate::domain::target::pinning::{self, Consent, Finding, Found, Labelling, Standing};
use crate::domain::target::port::{self, Held, Whose};
use crate::domain::target::server::{Reply, Silence};
use crate::domain::target::url::{DatabaseKind, DatabaseUrl};
use crate::domain::target::{Known, Meant, Selection};
use crate::domain::text::secret::Secret;
use crate::edge::{database, output, terminal};
use crate::error::{Exit, Failure, Result, Status, told};
use crate::steps::audit;
use crate::steps::load::{self, Loaded};
use crate::steps::plain::{self, Edited};
use crate::steps::{observation, trial};

/// An environment's own database URL, and what is known about where it leads.
struct Own {
    variable: VariableName,
    url: DatabaseUrl,
    seen: Vec<Evidence>,
}

/// `db pin`: reads who the environment's database is, and writes it to `.nexusenv`.
///
/// # Errors
/// A coding agent, an environment without a PostgreSQL URL, a database that gives no fingerprint or looks like
/// another's, and an edit that fails.
pub fn pin(ambient: &Ambient, named: Option<&str>) -> Result<()> {
    // What it writes stays allowed, and the guard believes it from then on.
    load::refuse_any_agent(ambient, "`db pin`")?;
    let loaded = load::configuration(ambient)?;
    let active = load::chosen(ambient, &loaded, named)?;
    let environment = load::environment(&loaded, active.environment.as_str())?;
    let own = own(ambient, &loaded, environment)?;
    let found = |replies| own.found(&loaded.config, environment, replies);
    // Before anything is sent to what may be another environment's database.
    found(&[]).refuse_elsewhere()?;
    let replies = database::ask(&own.url);
    let pin = pinning::pin(&found(&replies))?;
    let at: Vec<&str> = replies.iter().map(|reply| reply.at.as_str()).collect();
    let (name, read) = (&environment.name, format!("{} (read at {})", pin.fingerprint, at.join(" and ")));
    let sentence = match plain::pin(plain::place(ambient, &loaded, &active), &pin.fingerprint)? {
        Edited::Yes => {
            let entry = Entry::new(Event::Pinned).environment(name).repository(&loaded.repository.root);
            audit::record(ambient, &entry.target(&pin.fingerprint.to_string()));
            format!("pinned {name} to {read} in `.nexusenv`")
        }
        Edited::No => format!("{name} is pinned to {read} already"),
    };
    terminal::say(ambient, &sentence);
    if let Some(twin) = &pin.twin {
        let hint = format!(
            "hint: {twin} is pinned to the same, so only labels tell the two apart: nexus-env db label -e {twin}"
        );
        terminal::narrate(ambient, &hint);
    }
    if !pin.labelled {
        terminal::narrate(
            ambient,
            &format!("hint: nexus-env db label -e {name} stores the name in the database too, for everyone's guard"),
        );
    }
    Ok(())
}

/// `db label`: writes the environment's name into the database's comment, and reads it back.
///
/// # Errors
/// A coding agent, an environment without a PostgreSQL URL, a name that was not typed, and a server that does not write
/// or keep the comment.
pub fn label(ambient: &Ambient, named: Option<&str>) -> Result<()> {
    load::refuse_any_agent(ambient, "`db label`")?;
    let loaded = load::configuration(ambient)?;
    let active = load::chosen(ambient, &loaded, named)?;
    let environment = load::environment(&loaded, active.environment.as_str())?;
    let name = &environment.name;
    let own = own(ambient, &loaded, environment)?;
    let found = |replies| own.found(&loaded.config, environment, replies);
    found(&[]).refuse_elsewhere()?;
    let replies = database::ask(&own.url);
    let (database, comment, consent) = match pinning::label(&found(&replies))? {
        Labelling::Nothing => {
            terminal::say(ambient, &format!("{name}'s database is labelled {name} already"));
            return Ok(());
        }
        Labelling::Write { database, comment, consent } => (database, comment, consent),
    };
    if let Consent::Copy(other) = &consent
        && let Some(original) = loaded.config.environment(other)
        && let Ok(theirs) = self::own(ambient, &loaded, original)
        && pinning::is_the_same(&replies, &database::ask(&theirs.url))
    {
        let sentence = format!("`{}` of {name} reaches {other}'s own database, and no copy of it", own.variable);
        return Err(Failure::new(sentence)
            .hint(format!("nexus-env set {} -e {name} stores another URL", own.variable))
            .into());
    }
    ask(ambient, &loaded, environment, &shown(&replies), &consent)?;
    database::write_comment(&own.url.read_write(), &database, &comment)
        .map_err(|silence| refused(&found(&[]), &silence))?;
    let written = database::ask(&own.url);
    let reads = |reply: &Reply| reply.answer.as_ref().is_ok_and(|i| i.comment.as_deref() == Some(comment.as_str()));
    if !written.iter().any(reads) {
        return Err(Failure::new(format!("the label was written and cannot be read back from {name}'s database"))
            .hint(format!("nexus-env db verify -e {name}"))
            .into());
    }
    let entry = Entry::new(Event::Labelled).environment(name).repository(&loaded.repository.root);
    audit::record(ambient, &entry.target(&shown(&replies)));
    terminal::say(ambient, &format!("labelled {} as {name}, in the comment on the database", shown(&replies)));
    if environment.fingerprint.is_none() {
        terminal::narrate(ambient, &format!("hint: nexus-env db pin -e {name} pins it in `.nexusenv` as well"));
    }
    Ok(())
}

/// The database as people know it: its fingerprint, or where it answers.
fn shown(replies: &[Reply]) -> String {
    let fingerprint = replies.iter().find_map(|reply| reply.answer.as_ref().ok()?.fingerprint());
    let at = || replies.first().map_or(String::new(), |reply| format!("the database at {}", reply.at));
    fingerprint.map_or_else(at, |fingerprint| fingerprint.to_string())
}

/// A wrong label takes the guard away from a production database, so a person vouches for what is not proven.
fn ask(ambient: &Ambient, loaded: &Loaded, environment: &Environment, shown: &str, consent: &Consent) -> Result<()> {
    let name = &environment.name;
    let subject = format!("labelling {shown} as {name}");
    match consent {
        Consent::None => Ok(()),
        Consent::Name => {
            load::consent(ambient, environment, &subject, &format!("type {name} to label {shown} as {name}"))
        }
        Consent::Copy(other) => {
            let original = loaded.config.environment(other).unwrap_or(environment);
            let word = &original.name;
            terminal::say_anyway(&format!("{shown} says that it is {other}"));
            let question = format!("type {word} if it is a copy of {other}'s, and {name}'s from now on");
            load::consent(ambient, original, &subject, &question)
        }
    }
}

fn refused(found: &Found<'_>, silence: &Silence) -> Failure {
    let name = &found.environment.name;
    match silence {
        Silence::NoRights => Failure::new(format!("the role in {} does not own {name}'s database", found.variable))
            .hint("its owner writes the label; \\l in psql says who that is"),
        other => {
            Failure::new(format!("could not label {name}'s database: {}", other.words())).hint(found.mending(other))
        }
    }
}

/// `db verify`: each environment's URL against its pin and its label; 1 where one reaches what it should not, or did not answer.
///
/// # Errors
/// No usable configuration, an unknown name, and a page that cannot be written.
pub fn verify(ambient: &Ambient, named: Option<&str>) -> Result<Status> {
    let loaded = load::configuration(ambient)?;
    let chosen = named.map(|name| load::environment(&loaded, name)).transpose()?;
    let environments: Vec<&Environment> = match chosen {
        Some(environment) => vec![environment],
        None => loaded.config.environments.iter().collect(),
    };
    let width = environments.iter().map(|environment| environment.name.as_str().len()).max().unwrap_or(0);
    let (mut text, mut failed) = (String::new(), false);
    for environment in &environments {
        let finding = finding(ambient, &loaded, environment);
        failed |= finding.standing != Standing::Right;
        let mark = match finding.standing {
            Standing::Right => "",
            Standing::Unknown => "unknown: ",
            Standing::Wrong => "WRONG: ",
        };
        text.push_str(&format!("{:<width$}  {mark}{}\n", environment.name.as_str(), finding.sentence));
        for hint in &finding.hints {
            text.push_str(&format!("{:<width$}  hint: {hint}\n", ""));
        }
    }
    for (port, sharing) in pinning::shared_ports(&loaded.config) {
        if !sharing.iter().any(|one| environments.iter().any(|shown| shown.name == one.name)) {
            continue;
        }
        let names: Vec<&str> = sharing.iter().map(|environment| environment.name.as_str()).collect();
        let now = match answering(ambient, &loaded.config, port) {
            Some(name) => format!("now it is {name}"),
            None => "now it is none of them".to_owned(),
        };
        text.push_str(&format!(
            "{} share port {port}, where one of them answers at a time: {now}\n",
            names.join(" and ")
        ));
        for hint in pinning::own_ports(&loaded.config, port, &sharing) {
            text.push_str(&format!("hint: {hint}\n"));
        }
    }
    output::page(&text)?;
    Ok(if failed { Status::from(Exit::Failed as u8) } else { Status::DONE })
}

fn finding(ambient: &Ambient, loaded: &Loaded, environment: &Environment) -> Finding {
    let own = match own(ambient, loaded, environment) {
        Ok(own) => own,
        Err(error) => {
            let (sentence, hint, _) = told(&error);
            let finding = Finding::right(format!("was not looked at: {sentence}"));
            return Finding { hints: hint.into_iter().collect(), ..finding };
        }
    };
    let found = |replies| own.found(&loaded.config, environment, replies);
    if found(&[]).elsewhere().is_some() {
        return pinning::verify(&found(&[]));
    }
    let finding = pinning::verify(&found(&database::ask(&own.url)));
    match finding.standing {
        Standing::Right => held(ambient, &loaded.config, environment, &own, finding),
        Standing::Unknown | Standing::Wrong => finding,
    }
}

/// Adds what keeps the environment's URL from being read-only, where it should be.
fn held(ambient: &Ambient, config: &Config, environment: &Environment, own: &Own, found: Finding) -> Finding {
    let vars = Vars::new([(own.variable.clone(), Secret::new(own.url.expose()))]);
    let pooled = match environment.access {
        Access::ReadOnly => trial::try_once(ambient, config, environment, &vars, trial::PATIENT),
        Access::ReadWrite => None,
    };
    let Some(Pooled { sentence, hint }) = pooled else { return found };
    Finding {
        sentence: format!("{}; {sentence}", found.sentence),
        hints: found.hints.into_iter().chain([hint]).collect(),
        ..found
    }
}

/// Whose tunnel listens on a port now.
fn answering(ambient: &Ambient, config: &Config, port: u16) -> Option<EnvironmentName> {
    let Held::By(holders) = port::held(config, port, observation::at_port(ambient, port)) else { return None };
    holders.into_iter().find_map(|holder| match holder.whose {
        Whose::Environment(name) => Some(name),
        Whose::Nobodys => None,
    })
}

/// The first of the environment's database URLs, which must be one that can be asked.
fn own(ambient: &Ambient, loaded: &Loaded, environment: &Environment) -> Result<Own> {
    let config = &loaded.config;
    let name = &environment.name;
    load::ask_for(ambient, loaded, environment)?;
    let secrets = load::secrets(ambient, loaded, environment)?;
    let vars = vars::resolve(&environment.vars, secrets)?;
    let set = |variable: &&VariableName| vars.get(variable).is_some_and(|value| !value.expose().is_empty());
    let Some(variable) = config.database_variables.iter().find(set) else {
        let first = config.database_variables.first().map_or("DATABASE_URL".to_owned(), ToString::to_string);
        return Err(Failure::new(format!("{name} has no database URL, `{first}` is not set"))
            .hint(format!("nexus-env set {first} -e {name}"))
            .into());
    };
    let text = vars.get(variable).and_then(|value| std::str::from_utf8(value.expose()).ok());
    let Some(url) = text.and_then(DatabaseUrl::parse) else {
        return Err(Failure::new(format!("`{variable}` of {name} is no database URL"))
            .hint(format!("nexus-env set {variable} -e {name}; a password's `@`, `/`, `?` and `#` are written %40, %2F, %3F and %23"))
            .into());
    };
    match url.kind() {
        DatabaseKind::PostgreSql | DatabaseKind::CockroachDb => {}
        DatabaseKind::MySql
        | DatabaseKind::SqlServer
        | DatabaseKind::MongoDb
        | DatabaseKind::Sqlite
        | DatabaseKind::PrismaService => {
            return Err(Failure::new(format!(
                "nexus-env asks only PostgreSQL who it is, and `{variable}` of {name} is for {}",
                url.kind().name()
            ))
            .hint(format!("hosts under [env.{name}.match] in .nexusenv say whose a URL is"))
            .into());
        }
    }
    let stored = load::stored_urls(ambient, loaded);
    let selection = Selection::Environment(name.clone(), environment.protection);
    let known = Known { config, stored: &stored, selection: &selection };
    let (label, origin) = (variable.to_string(), format!("stored for {name}"));
    let meant = Meant { label, url: Some(url.clone()), origin, variable: None };
    let seen = observation::observe(&known, &|place| observation::look(ambient, place), &meant).evidence;
    Ok(Own { variable: variable.clone(), url, seen })
}

impl Own {
    fn found<'a>(&'a self, config: &'a Config, environment: &'a Environment, replies: &'a [Reply]) -> Found<'a> {
        Found { config, environment, variable: &self.variable, seen: &self.seen, replies }
    }
}
