//! `status`: the one answer to "where am I". It looks, connects and tells; it changes nothing, what cannot be seen is said
//! to be so, and nothing that is down keeps it waiting for long.

mod services;

use crate::domain::text::safe_text::safe_text;
use std::path::Path;

use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::config::vars::Vars;
use crate::domain::config::{Access, Config, Environment};
use crate::domain::guard::verdict::{self, Effect, On, Verdict};
use crate::domain::page::doctor::Severity;
use crate::domain::page::doctor::stores::{Examined, place};
use crate::domain::page::{self, Database, Guard, Line, Page, Paused, Proxy, Tone};
use crate::domain::session::ambient::{Ambient, Colour};
use crate::domain::session::layers;
use crate::domain::session::{given, keyboard};
use crate::domain::target::evidence::Evidence;
use crate::domain::target::holding;
use crate::domain::target::port::Standing;
use crate::domain::target::url::{DatabaseUrl, NOT_A_URL};
use crate::domain::target::{Known, Meant, Selection, StoredUrl, Target};
use crate::domain::text::secret::Secret;
use crate::edge::output::Form;
use crate::edge::{entry, output};
use crate::error::{Result, Status, told};
use crate::steps::load::{self, Configured, Loaded};
use crate::steps::observation;
use crate::steps::proxy as tunnels;
use crate::steps::sentry;
use crate::steps::{stores, trial};

/// Whether databases and services are asked for an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reaching {
    Online,
    /// Nothing is connected to.
    Offline,
}

/// The columns of a page that goes to no terminal.
const COLUMNS: usize = 80;

/// Prints the page or the object. A configuration that cannot be used is part of the answer, not a failure.
///
/// # Errors
/// Where the page cannot be written.
pub fn status(ambient: &Ambient, form: Form, reaching: Reaching) -> Result<Status> {
    let page = match load::look(ambient).0 {
        Configured::Ready(loaded) => seen(ambient, &loaded, reaching),
        Configured::Nothing => {
            let why = "there is no `.nexusenv` here or above".to_owned();
            Page { trust: "nothing", why: Some(why), hint: Some("nexus-env init".to_owned()), ..Page::default() }
        }
        Configured::Denied(root) => Page {
            trust: "denied",
            repository: Some(root.display().to_string()),
            why: Some("you denied this configuration".to_owned()),
            hint: Some("nexus-env allow".to_owned()),
            ..Page::default()
        },
        Configured::Unusable(root, error) => {
            let (why, hint, _) = told(&error);
            let root = Some(root.display().to_string()).filter(|root| !root.is_empty());
            Page { trust: "unusable", repository: root, why: Some(why), hint, ..Page::default() }
        }
    };
    match form {
        Form::Json => output::json(&serde_json::to_string_pretty(&page)?)?,
        Form::Text => {
            let lines = page::lines(&page, entry::stdout_columns().unwrap_or(COLUMNS));
            let colour = if entry::stdout_is_terminal() { ambient.colour } else { Colour::No };
            output::write(lines.iter().map(|line| painted(line, colour)).collect::<String>().as_bytes())?;
        }
    }
    Ok(Status::DONE)
}

/// Colour adds nothing that the words do not say.
fn painted(Line { text, tone }: &Line, colour: Colour) -> String {
    let text = safe_text(text);
    let code = match (colour, tone) {
        (Colour::No, _) | (Colour::Yes, Tone::Plain) => None,
        (Colour::Yes, Tone::Heading) => Some("1"),
        (Colour::Yes, Tone::Alarm) => Some("1;31"),
        (Colour::Yes, Tone::Detail) => Some("2"),
    };
    match code {
        Some(code) => format!("\x1b[{code}m{text}\x1b[0m\n"),
        None => format!("{text}\n"),
    }
}

/// What the page is made from.
struct Sight<'a> {
    ambient: &'a Ambient,
    config: &'a Config,
    root: &'a Path,
    stored: &'a [StoredUrl],
}

fn seen(ambient: &Ambient, loaded: &Loaded, reaching: Reaching) -> Page {
    let config = &loaded.config;
    let active = load::active(ambient, loaded);
    let selection = sentry::selection(ambient, loaded);
    let stored = load::stored_urls(ambient, loaded);
    let environment = config.environment(&active.environment);
    let sight = Sight { ambient, config, root: &loaded.repository.root, stored: &stored };
    let is_loaded = matches!(selection, Selection::Environment(..));
    let secrets = environment.map(|environment| load::secrets(ambient, loaded, environment));

    let meant = meant(&sight, &active.environment.to_string(), is_loaded);
    let found = services::find(&sight);
    let urls: Vec<&DatabaseUrl> =
        meant.iter().filter_map(|one| one.url.as_ref()).chain(found.iter().flat_map(services::Found::urls)).collect();
    let (answers, healths) = asked(config, &urls, &found, reaching);

    let targets: Vec<(Target, &Meant)> =
        meant.iter().map(|one| (observed(&sight, &selection, one, &answers), one)).collect();
    let here: Vec<Target> =
        targets.iter().filter(|(_, one)| one.variable.is_some()).map(|(target, _)| target.clone()).collect();
    let judge = |effect| verdict::judge(effect, &On::Protected, &here, &selection, keyboard::person(ambient));
    let destructive = judge(Effect::Destructive);
    let names = match (&secrets, is_loaded) {
        (_, true) => {
            given::names(&ambient.variables).filter(|name| is_own(environment, name)).map(str::to_owned).collect()
        }
        (secrets, false) => names(environment, secrets.as_ref().and_then(|secrets| secrets.as_ref().ok())),
    };
    let vars = held(&sight, loaded, &active, is_loaded);
    let pooled = environment.filter(|_| reaching == Reaching::Online).and_then(|environment| {
        let held = load::access(environment, active.granted) == Access::ReadOnly;
        held.then(|| trial::try_once(ambient, config, environment, &vars, trial::PATIENT)).flatten()
    });
    let mut page = Page {
        repository: Some(loaded.repository.root.to_string_lossy().into_owned()),
        trust: "allowed",
        environment: Some(active.environment.to_string()),
        protected: environment.is_some_and(Environment::is_protected),
        loaded: is_loaded,
        expired: match &selection {
            Selection::Expired(name, _) => Some(name.to_string()),
            Selection::Environment(..) | Selection::Nothing => None,
        },
        until: active.until.map(|until| until.at),
        left: active.until.map(|until| until.left(ambient.clock())),
        access: environment.map(|environment| match load::access(environment, active.granted) {
            Access::ReadOnly if pooled.is_some() => holding::POOLED.to_owned(),
            Access::ReadOnly => holding::unheld(&config.database_variables, vars.iter()).words(),
            Access::ReadWrite => written(ambient, loaded, environment, &vars, is_loaded),
        }),
        paused: load::pauses(ambient, &config.id)
            .into_iter()
            .map(|pause| Paused {
                environment: pause.environment.to_string(),
                until: pause.end.at,
                left: pause.end.left(ambient.clock()),
            })
            .collect(),
        secrets: secrets.and_then(Result::err).map(|error| why(&error)),
        variables: names,
        databases: targets.iter().map(|(target, _)| told_database(target, &selection)).collect(),
        proxies: tunnels::all(ambient, loaded)
            .unwrap_or_default()
            .iter()
            .map(|one| proxy(ambient, one, &active.environment))
            .collect(),
        services: found
            .into_iter()
            .zip(healths)
            .map(|(one, health)| services::told(&sight, &selection, one, health, &answers))
            .collect(),
        blocked: (!here.is_empty()).then_some(match destructive {
            Verdict::Allow(_) => "no",
            Verdict::Ask(_) => "asks",
            Verdict::Block(_) => "yes",
        }),
        guard: Some(Guard {
            destructive: page::word(&destructive),
            gated: page::word(&judge(Effect::Gated)),
            reason: page::why(destructive.because(), &here),
            rules: config.guard.len(),
            line: is_loaded && given::asks_about_lines(&ambient.variables),
            shell: is_loaded,
            engine: has_layer(ambient, "PRISMA_SCHEMA_ENGINE_BINARY"),
            node: has_layer(ambient, "NODE_OPTIONS"),
        }),
        ..Page::default()
    };
    page.warnings = page::warnings(&page);
    let stores = stores::all(ambient, loaded);
    page.secrets = page.secrets.or_else(|| closed(&stores, &active.environment));
    page.warnings.extend(unloadable(&stores, &active.environment));
    page.warnings.extend(stores.iter().filter_map(Examined::waiting).map(|it| format!("{}; {}", it.sentence, it.mend)));
    page.warnings.extend(pooled.map(|pooled| format!("{}; {}", pooled.sentence, pooled.hint)));
    page
}

/// The variables that this process was given, or those that it would be.
fn held(sight: &Sight<'_>, loaded: &Loaded, active: &load::Active, is_loaded: bool) -> Vars {
    if !is_loaded {
        return load::variables(sight.ambient, loaded, active).unwrap_or_default();
    }
    let given = given::names(&sight.ambient.variables);
    Vars::new(given.filter_map(|name| {
        Some((VariableName::new(name)?, Secret::new(sight.ambient.variables.get(name)?.as_encoded_bytes())))
    }))
}

/// What may be done in an environment that is not read-only: while another one's tunnel holds its port, what a load gives.
fn written(ambient: &Ambient, loaded: &Loaded, environment: &Environment, vars: &Vars, is_loaded: bool) -> String {
    let Ok(given) = load::as_seen(ambient, loaded, environment, vars.clone()) else { return "read-write".to_owned() };
    // What is loaded may be from before the tunnel was there: the next prompt of a guarded line holds it.
    let is_so = |name: &VariableName| given.vars.get(name) == vars.get(name);
    match given.seen.astray.is_empty() || is_loaded && !vars.iter().all(|(name, _)| is_so(name)) {
        true => "read-write".to_owned(),
        false => given.seen.held,
    }
}

/// Why there are no secrets of the selected environment, where a load would find none and say nothing.
fn closed(stores: &[Examined], selected: &EnvironmentName) -> Option<String> {
    let finding = stores.iter().find(|store| store.environment == *selected)?.findings().into_iter().next()?;
    let is_it = finding.severity == Severity::Error && finding.place == Some(place(selected));
    is_it.then(|| format!("{}; {}", finding.sentence, finding.mend))
}

/// What keeps an environment from loading, and what makes one less safe than its name says. Why the selected one's store
/// does not open stands elsewhere on the page.
fn unloadable(stores: &[Examined], selected: &EnvironmentName) -> Vec<String> {
    let own = place(selected);
    let findings =
        stores.iter().flat_map(Examined::findings).filter(|finding| match (finding.severity, &finding.place) {
            (Severity::Error, place) => place.as_ref() != Some(&own) && !finding.sentence.contains(&own),
            (Severity::Warning, Some(place)) => place == ".nexusenv",
            (Severity::Warning, None) | (Severity::Note, _) => false,
        });
    findings.map(|finding| format!("{}; {}", finding.sentence, finding.mend)).collect()
}

fn why(error: &anyhow::Error) -> String {
    match told(error) {
        (sentence, Some(hint), _) => format!("{sentence}; {hint}"),
        (sentence, None, _) => sentence,
    }
}

/// Whether one of the guard's deeper layers is in force in this process.
fn has_layer(ambient: &Ambient, variable: &str) -> bool {
    VariableName::new(variable).is_some_and(|name| layers::holds_ours(&name, &ambient.variables))
}

/// Whether the environment itself sets the variable, and not the guard beside it.
fn is_own(environment: Option<&Environment>, name: &str) -> bool {
    let declared =
        || environment.is_some_and(|environment| environment.vars.iter().any(|(own, _)| own.as_str() == name));
    VariableName::new(name).is_none_or(|name| !layers::is_one(&name)) || declared()
}

/// Every name that an environment would set.
fn names(environment: Option<&Environment>, secrets: Option<&Vars>) -> Vec<String> {
    let plain = environment.into_iter().flat_map(|environment| environment.vars.iter().map(|(name, _)| name));
    let mut names: Vec<String> =
        plain.chain(secrets.into_iter().flat_map(Vars::iter).map(|(name, _)| name)).map(ToString::to_string).collect();
    names.sort();
    names.dedup();
    names
}

/// The database URLs of this process; where nothing is loaded also those that are stored for the environment.
fn meant(sight: &Sight<'_>, environment: &str, is_loaded: bool) -> Vec<Meant> {
    let one = |name: &VariableName| {
        let label = name.to_string();
        if let Some(value) = sight.ambient.variables.get(name.as_str()) {
            let url = value.to_str().and_then(DatabaseUrl::parse);
            let origin = if url.is_some() { "in this process" } else { NOT_A_URL };
            return Some(Meant { label, url, origin: origin.to_owned(), variable: Some(name.clone()) });
        }
        let of_it = |stored: &&StoredUrl| stored.environment.as_str() == environment && stored.variable == *name;
        let url = sight.stored.iter().find(of_it).filter(|_| !is_loaded)?.url.clone()?;
        let origin = format!("stored for {environment}, not in this process");
        Some(Meant { label, url: Some(url), origin, variable: None })
    };
    sight.config.database_variables.iter().filter_map(one).collect()
}

/// What databases said, by URL.
type Answers = Vec<(DatabaseUrl, Vec<Evidence>)>;

/// Asks all databases and all services at the same time, so that what is down costs the time of the slowest alone.
fn asked(
    config: &Config,
    urls: &[&DatabaseUrl],
    found: &[services::Found],
    reaching: Reaching,
) -> (Answers, Vec<Option<page::Health>>) {
    if reaching == Reaching::Offline {
        return (Vec::new(), found.iter().map(|_| None).collect());
    }
    let mut different: Vec<&DatabaseUrl> = Vec::new();
    for url in urls {
        if !different.iter().any(|known| known.same_but_query(url)) {
            different.push(url);
        }
    }
    std::thread::scope(|scope| {
        let healths: Vec<_> = found.iter().map(|one| scope.spawn(|| one.health())).collect();
        let answers: Vec<_> =
            different.iter().map(|url| (url, scope.spawn(|| observation::said(config, url)))).collect();
        let answers = answers.into_iter().map(|(url, thread)| ((*url).clone(), thread.join().unwrap_or_default()));
        (answers.collect(), healths.into_iter().map(|thread| thread.join().unwrap_or_default()).collect())
    })
}

/// What is known about a URL: what its database said first, then what can be seen without a connection.
fn observed(sight: &Sight<'_>, selection: &Selection, one: &Meant, answers: &Answers) -> Target {
    let known = Known { config: sight.config, stored: sight.stored, selection };
    let mut target = observation::observe(&known, &|place| observation::look(sight.ambient, place), one);
    let same = |asked: &DatabaseUrl| one.url.as_ref().is_some_and(|url| asked.same_but_query(url));
    if let Some((_, said)) = answers.iter().find(|(asked, _)| same(asked)) {
        target.evidence.splice(0..0, said.iter().cloned());
    }
    target
}

fn told_database(target: &Target, selection: &Selection) -> Database {
    Database {
        variable: target.label.clone(),
        url: target.url.as_ref().map_or_else(|| target.origin.clone(), ToString::to_string),
        shown: target.url.as_ref().map_or_else(|| target.origin.clone(), |url| url.read_write().to_string()),
        origin: target.origin.clone(),
        reaches: page::reaches(target, page::selected(selection)),
        evidence: target.evidence.iter().map(page::fact).collect(),
    }
}

fn proxy(ambient: &Ambient, standing: &Standing, selected: &EnvironmentName) -> Proxy {
    let is_selected = standing.environment == *selected;
    let holder = standing.holder();
    Proxy {
        name: standing.environment.to_string(),
        port: standing.port,
        instance: Some(standing.instance.clone()),
        listener: holder.map(|holder| match standing.reaches() {
            true => format!("{holder}, to {}", holder.seen),
            false => holder.to_string(),
        }),
        state: standing.word(),
        answers: standing.answers(),
        reaches: holder.map(|holder| holder.seen.clone()),
        pid: standing.pid(),
        started: standing.started.is_some(),
        since: standing.started.as_ref().map(|started| started.draft.since),
        told: match standing.word() {
            "down" if is_selected => format!("not running; nexus-env proxy up -e {}", standing.environment),
            _ => standing.told(tunnels::since(ambient, standing).as_deref()),
        },
    }
}
