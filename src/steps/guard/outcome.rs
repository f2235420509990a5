//! What comes of a command line: the commands that it would start, what each reaches, and the verdict on it. It tells nobody
//! and asks nobody at the terminal.

use std::cell::OnceCell;
use std::path::PathBuf;

use super::doors::{Doors, observe};
use super::{Asked, Standing, Surroundings};
use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::guard::invocation::{self, Invocation, Notes, Reader};
use crate::domain::guard::judgement::{Concern, Judged};
use crate::domain::guard::pause;
use crate::domain::guard::report::Outcome;
use crate::domain::guard::rules;
use crate::domain::guard::scope::Fed;
use crate::domain::guard::screen::{Asker, View};
use crate::domain::guard::verdict::{self, Because, Effect, On, Reason, Verdict};
use crate::domain::session::ambient::Ambient;
use crate::domain::session::{given, keyboard};
use crate::domain::target::evidence::Evidence;
use crate::domain::target::{self, Known, StoredUrl, Target};
use crate::steps::observation::{Depth, Questions};
use crate::trace::{self, Step};

/// Judges every command that the words or the line would start.
pub fn outcome<'a>(ambient: &Ambient, standing: &'a Standing<'a>, asked: &Asked, doors: &Doors<'_>) -> Outcome<'a> {
    outcome_in(Depth::UntilSure, ambient, standing, asked, doors)
}

/// The same, with as much found out as is asked for.
pub fn outcome_in<'a>(
    depth: Depth,
    ambient: &Ambient,
    standing: &'a Standing<'a>,
    asked: &Asked,
    doors: &Doors<'_>,
) -> Outcome<'a> {
    match standing {
        Standing::Nothing => Outcome::NotOurs,
        Standing::Unusable(failure) => {
            let named = VariableName::new("DATABASE_URL").into_iter().collect::<Vec<_>>();
            let found = invocations(ambient, doors, &named, None, asked);
            // What cannot be followed may do anything, so it waits where the process was given an environment.
            let given = given::is_any(&ambient.variables);
            let is_named = |invocation: &&Invocation| match invocation.effect {
                Effect::Safe => false,
                Effect::Unknown => given,
                Effect::Gated | Effect::Destructive => true,
            };
            match found.iter().find(is_named) {
                Some(invocation) => Outcome::Unusable {
                    name: invocation.name.clone(),
                    message: failure.message.clone(),
                    hint: failure.hint.clone(),
                },
                None => Outcome::NotOurs,
            }
        }
        Standing::Ready(surroundings) => {
            let names = &surroundings.config.database_variables;
            let found = invocations(ambient, doors, names, Some(surroundings), asked);
            let stored = OnceCell::new();
            let questions = Questions::new(doors.ask, depth);
            let judged = |invocation| judge(ambient, surroundings, &stored, doors, &questions, invocation);
            let all: Vec<Judged> = found.into_iter().map(judged).collect();
            all.iter().for_each(traced);
            let asker = keyboard::marker(&ambient.variables).map_or(Asker::Person, |_| Asker::Agent);
            let Surroundings { config, root, selection, .. } = surroundings;
            Outcome::Judged(all, View { config, selection, root, asker })
        }
    }
}

fn invocations(
    ambient: &Ambient,
    doors: &Doors<'_>,
    names: &[VariableName],
    surroundings: Option<&Surroundings<'_>>,
    asked: &Asked,
) -> Vec<Invocation> {
    let process = |name: &str| ambient.variables.get(name).map(|value| value.to_string_lossy().into_owned());
    let cwd = ambient.cwd.clone().or_else(|| ambient.pwd.clone()).unwrap_or_else(|| PathBuf::from("/"));
    let reader = Reader {
        files: doors.files,
        process: &process,
        database_variables: names,
        cwd: &cwd,
        root: surroundings.map_or(&cwd, |surroundings| surroundings.root),
        prisma_directory: surroundings.and_then(|surroundings| surroundings.config.prisma_directory.as_deref()),
        notes: Notes::default(),
    };
    match asked {
        Asked::Words(words) => invocation::of_words(&reader, words, &Fed::Nothing),
        Asked::Piped(words) => invocation::of_words(&reader, words, &Fed::Unknown),
        Asked::Line(line) => invocation::of_line(&reader, line),
        Asked::Ready(invocations) => invocations.clone(),
    }
}

fn judge(
    ambient: &Ambient,
    surroundings: &Surroundings<'_>,
    stored: &OnceCell<Vec<StoredUrl>>,
    doors: &Doors<'_>,
    questions: &Questions<'_>,
    invocation: Invocation,
) -> Judged {
    let concerns = rules::concerns(surroundings.config, &invocation);
    let harmless = Verdict::Allow(Because { reason: Reason::Harmless, environment: None, target: None });
    if concerns.is_empty() {
        return Judged { invocation, concern: None, targets: Vec::new(), verdict: harmless };
    }
    let stored = stored.get_or_init(|| (surroundings.stored)());
    let known = Known { config: surroundings.config, stored, selection: &surroundings.selection };
    let ons: Vec<&On> = concerns.iter().map(|concern| &concern.on).collect();
    let mut targets: Vec<Target> = invocation.uses.iter().map(|one| observe(&known, doors, one)).collect();
    match concerns.iter().any(|concern| concern.effect > Effect::Unknown) {
        true => questions.ask_all(&known, &mut targets, &ons),
        // It may open any database, so what answers on the declared ports counts, whatever URL is set.
        false => targets.extend(target::declared_ports(&known, doors.look)),
    }
    let mut decided: Option<(Verdict, Concern)> = None;
    for concern in concerns {
        let person = keyboard::person(ambient);
        let verdict = verdict::judge(concern.effect, &concern.on, &targets, &surroundings.selection, person);
        let verdict = unless_paused(surroundings, &concern, &targets, verdict);
        decided = Some(match decided {
            None => (verdict, concern),
            Some((known, by)) => {
                let paused = verdict.because().reason == Reason::Paused && matches!(known, Verdict::Allow(_));
                let stricter = if paused { verdict } else { known.clone().stricter(verdict) };
                if stricter == known { (known, by) } else { (stricter, concern) }
            }
        });
    }
    match decided {
        Some((verdict, concern)) => Judged { invocation, concern: Some(concern), targets, verdict },
        None => Judged { invocation, concern: None, targets, verdict: harmless },
    }
}

/// What was found out about a command, piece by piece, and what it came to.
fn traced(judged: &Judged) {
    let Judged { invocation, targets, verdict, .. } = judged;
    for target in targets {
        for Evidence { source, says, seen, how } in &target.evidence {
            let place = &target.label;
            trace::line(Step::Observed, format_args!("{place}: {} says {says}: {seen} ({how})", source.detail()));
        }
    }
    let (name, effect, because) = (&invocation.name, invocation.effect.word(), verdict.because().reason.word());
    trace::line(Step::Concluded, format_args!("{name}, {effect}: {}, {because}", verdict.word()));
}

/// The verdict, or that the guard is paused on everything that it is about.
fn unless_paused(surroundings: &Surroundings<'_>, concern: &Concern, targets: &[Target], verdict: Verdict) -> Verdict {
    let paused: Vec<EnvironmentName> = surroundings.pauses.iter().map(|pause| pause.environment.clone()).collect();
    match verdict {
        Verdict::Ask(because) | Verdict::Block(because)
            if pause::lifts(&paused, surroundings.config, &concern.on, targets, &because) =>
        {
            Verdict::Allow(Because { reason: Reason::Paused, ..because })
        }
        Verdict::Allow(_) | Verdict::Ask(_) | Verdict::Block(_) => verdict,
    }
}
