//! What to type instead of a command that does not run, or not yet. It names only what works, and nothing to whoever has
//! done it already. Pure.

use super::{Asker, View};
use crate::domain::config::name::EnvironmentName;
use crate::domain::config::{Config, Environment, Protection, RuleOrigin};
use crate::domain::guard::deployment;
use crate::domain::guard::invocation::Tool;
use crate::domain::guard::judgement::Judged;
use crate::domain::guard::scope::Origin;
use crate::domain::guard::verdict::{self, Because, Effect, Reason, Verdict};
use crate::domain::session::grant::DEPLOY;
use crate::domain::target::evidence::{Evidence, Says, Source};
use crate::domain::target::{NOBODY, Selection, Target};

/// One thing a line.
pub(super) fn instead(judged: &Judged, target: Option<&Target>, view: &View<'_>) -> Vec<String> {
    let because = judged.verdict.because();
    let to_open = to_open(judged, view);
    let by_hand = by_hand(judged, view);
    match because.reason {
        Reason::Harmless | Reason::ProvenOther | Reason::OutOfReach | Reason::Paused => Vec::new(),
        Reason::Reaches | Reason::Disagrees | Reason::CannotBeKnown | Reason::Unread => {
            let meant = meant(judged, target);
            let first = match selected_open(view) {
                _ if meant.is_some() => {
                    let tunnel = meant.and_then(|name| view.config.environment(name));
                    tunnel.filter(|it| it.proxy.is_some() && leads_to(target, it)).map(switch)
                }
                Some(open) if is_through_tunnel(target, because) => leads_to(target, open).then(|| match open.proxy {
                    Some(_) => switch(open),
                    None => format!("stop that tunnel and start {}'s", open.name),
                }),
                Some(_) => None,
                None => to_open,
            };
            let second = of_class(judged, view.config, meant.is_some(), by_hand);
            let itself = |e: &Evidence| matches!(e.source, Source::Label | Source::Fingerprint);
            let unsettled = because.environment.is_none() && target.is_some_and(|t| t.evidence.iter().any(itself));
            let verify = unsettled.then(|| {
                "nexus-env db verify tells which database each environment reaches, and how to mend it".to_owned()
            });
            first.into_iter().chain(second).chain(verify).collect()
        }
        Reason::Expired => {
            let again = because.environment.as_ref().filter(|_| view.asker == Asker::Person);
            let again = again.map(|name| format!("nexus-env use {name} for another while"));
            let by_hand = by_hand.map(|command| format!("at a terminal: {command}"));
            to_open.into_iter().chain(again).chain(by_hand).collect()
        }
        Reason::NothingKnown => of_nothing(target, to_open, view),
    }
}

/// The open environment to go to: the default where that is one.
fn open(config: &Config) -> Option<&Environment> {
    let default = config.environment(&config.default).filter(|environment| !environment.is_protected());
    default.or_else(|| config.environments.iter().find(|environment| !environment.is_protected()))
}

/// The selected environment, where it is an open one.
fn selected_open<'a>(view: &View<'a>) -> Option<&'a Environment> {
    match view.selection {
        Selection::Environment(name, _) => view.config.environment(name).filter(|it| !it.is_protected()),
        Selection::Nothing | Selection::Expired(..) => None,
    }
}

/// How the open environment is selected, where none is and where that changes what the command reaches.
fn to_open(judged: &Judged, view: &View<'_>) -> Option<String> {
    let environment = open(view.config).filter(|_| selected_open(view).is_none() && follows_the_selection(judged))?;
    Some(match view.asker {
        Asker::Person => format!("nexus-env use {}", environment.name),
        Asker::Agent => format!("nexus-env run -e {} -- …", environment.name),
    })
}

/// Whether the command takes its URL from the environment that is loaded, or is stopped because of the selection itself. An
/// exported variable beats Prisma's own `.env`.
fn follows_the_selection(judged: &Judged) -> bool {
    let because = judged.verdict.because();
    let Some(at) = because.target.filter(|_| because.reason != Reason::CannotBeKnown) else { return true };
    judged.invocation.uses.get(at).is_some_and(|one| {
        one.variable.is_some()
            && match &one.origin {
                Origin::Shell => true,
                Origin::File(file) => judged.invocation.tool == Tool::Prisma && file.rsplit('/').next() == Some(".env"),
                Origin::Line | Origin::Flag(_) | Origin::Schema(_) | Origin::Service(_) => false,
            }
    })
}

fn switch(environment: &Environment) -> String {
    format!("nexus-env proxy up -e {0} --switch, which stops that tunnel and starts {0}'s", environment.name)
}

/// Whether the target is reached through a tunnel of the environment that the answer is about.
fn is_through_tunnel(target: Option<&Target>, because: &Because) -> bool {
    target.is_some_and(|target| {
        target.evidence.iter().any(|e| match (&e.says, &because.environment) {
            (Says::Environment(name, _), Some(environment)) => e.source == Source::Listener && name == environment,
            (Says::Environment(..) | Says::Local | Says::NotAsPinned(_) | Says::Unknown, _) => false,
        })
    })
}

/// Whether the environment's own tunnel would stand where the target is: on its declared port, or behind its URL.
fn leads_to(target: Option<&Target>, environment: &Environment) -> bool {
    let Some(target) = target else { return false };
    match (&environment.proxy, &target.url) {
        (Some(proxy), Some(url)) => url.places().iter().any(|place| place.port == proxy.port),
        // One of the declared ports, whatever URL leads there.
        (Some(proxy), None) => target.label == format!("port {}", proxy.port),
        (None, _) => target.evidence.iter().any(|e| match (&e.says, e.source) {
            (Says::Environment(name, _), Source::Selection | Source::Identity) => *name == environment.name,
            _ => false,
        }),
    }
}

/// The environment that the person means, where a gated command would reach another one's database.
fn meant<'a>(judged: &'a Judged, target: Option<&Target>) -> Option<&'a EnvironmentName> {
    judged.verdict.because().environment.as_ref().filter(|name| {
        judged.effect() == Effect::Gated && target.is_some_and(|target| verdict::is_only_meant(target, name))
    })
}

/// The environment as the repository declares it: a label, and one's own `[[protect]]`, may name one that it does not.
fn declared<'a>(config: &'a Config, name: &EnvironmentName) -> Option<&'a Environment> {
    config.environment(name).filter(|environment| environment.matches.origin != RuleOrigin::Person)
}

/// What a person types where a plain deployment is refused.
fn by_hand(judged: &Judged, view: &View<'_>) -> Option<String> {
    let name = judged.verdict.because().environment.as_ref().filter(|name| {
        judged.invocation.name == DEPLOY && declared(view.config, name).is_some_and(Environment::is_protected)
    })?;
    let typed = deployment::typed(name, view.config, view.root, &deployment::package(&judged.invocation));
    Some(format!("{typed}, which asks for the name {name}"))
}

/// What the command's class offers, beside another environment.
fn of_class(judged: &Judged, config: &Config, is_meant: bool, by_hand: Option<String>) -> Option<String> {
    let environment = judged.verdict.because().environment.as_ref()?;
    match (judged.invocation.tool, judged.concern.as_ref().map(|concern| concern.effect)) {
        (Tool::Prisma, Some(Effect::Destructive)) => {
            let name = &declared(config, environment)?.name;
            Some(format!("to apply committed migrations to {name}: nexus-env migrate deploy -e {name}"))
        }
        (_, Some(Effect::Gated)) if is_meant => by_hand.map(|command| format!("then {command}")),
        (_, Some(Effect::Gated | Effect::Unknown)) => {
            let itself = format!("type it at a terminal, where it asks for the name {environment}");
            Some(by_hand.map_or(itself, |command| format!("at a terminal: {command}")))
                .filter(|_| matches!(judged.verdict, Verdict::Block(_)))
        }
        (Tool::Prisma | Tool::Other, _) => None,
    }
}

fn of_nothing(target: Option<&Target>, to_open: Option<String>, view: &View<'_>) -> Vec<String> {
    let silent = target.is_some_and(|t| t.evidence.iter().any(|e| e.source == Source::Listener && e.seen == NOBODY));
    let tunnel = selected_open(view).filter(|it| silent && it.proxy.is_some() && leads_to(target, it));
    match tunnel {
        Some(environment) => vec![format!("nexus-env proxy up -e {0}, which starts {0}'s tunnel", environment.name)],
        None if target.is_some_and(|target| target.url.is_none()) => to_open.into_iter().collect(),
        // Beside a protected environment the database may be anybody's.
        None if matches!(view.selection, Selection::Environment(_, Protection::Protected)) => {
            let declare = "say in .nexusenv whose it is, by its host under [env.NAME.match] of that environment, then \
                           nexus-env allow";
            to_open.into_iter().chain([declare.to_owned()]).collect()
        }
        None => open(view.config).map_or(Vec::new(), |environment| {
            let declare = format!(
                "if it is {0}'s, say so in .nexusenv under [env.{0}.proxy] or [env.{0}.match], then nexus-env allow",
                environment.name
            );
            let answered = |t: &Target| t.evidence.iter().any(|e| e.source == Source::Fingerprint);
            let name = target
                .is_some_and(answered)
                .then(|| format!("or tell it by the database itself: nexus-env db label -e {0}", environment.name));
            std::iter::once(declare).chain(name).collect()
        }),
    }
}
