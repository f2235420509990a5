//! Findings about what each environment would load: its store, and the variables that are made from it.

use super::{Finding, Severity};
use crate::domain::config::Protection;
use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::store::needs::Need;
use crate::domain::store::readers;
use crate::error::Failure;

/// What was found of one environment.
#[derive(Debug)]
pub struct Examined {
    pub environment: EnvironmentName,
    pub protection: Protection,
    pub is_default: bool,
    pub state: State,
}

#[derive(Debug)]
pub enum State {
    /// git has it in its index, and it is not in this work tree.
    Missing,
    /// This person's key is not among its readers.
    Closed(Failure),
    /// It cannot be read, or its seal does not hold.
    Failed(Failure),
    /// It is new here.
    NotAllowed(Failure),
    /// What stands behind an identity that is not there or is locked is not looked at.
    Unseen,
    Open(Loaded),
}

/// What an environment without a store loads counts as loaded too.
#[derive(Debug, Default)]
pub struct Loaded {
    /// Why its variables cannot be made: a reference that leads nowhere.
    pub broken: Option<Failure>,
    /// Database variables that hold nothing.
    pub empty: Vec<VariableName>,
    /// What waits to be changed where it was issued.
    pub waiting: Vec<Need>,
    /// Whether its store says neither that the environment is protected nor that it is not.
    pub unstated: bool,
}

/// The file as messages name it.
pub fn place(environment: &EnvironmentName) -> String {
    format!(".nexusenv.d/{environment}.toml")
}

impl Examined {
    /// In the order in which they are to be mended.
    pub fn findings(&self) -> Vec<Finding> {
        let name = &self.environment;
        let finding =
            |severity, sentence: String, mend: String| Finding { severity, place: Some(place(name)), sentence, mend };
        let failed = |severity, failure: &Failure| {
            let mend = failure.hint.clone().unwrap_or_else(|| format!("git log -p -- {}", place(name)));
            let named = failure.message.contains(&place(name));
            let place = Some(place(name)).filter(|_| !named);
            Finding { severity, place, sentence: failure.message.clone(), mend }
        };
        let mut all = Vec::new();
        match &self.state {
            State::Missing => all.push(finding(
                Severity::Error,
                format!("git has the secrets of {name}, and they are not in this work tree"),
                format!("git sparse-checkout add .nexusenv.d, or git checkout -- {} where it was deleted", place(name)),
            )),
            // Who works in dev need not read prod.
            State::Closed(failure) if self.is_default => all.push(failed(Severity::Error, failure)),
            State::Closed(failure) => all.push(failed(Severity::Note, failure)),
            State::Failed(failure) => all.push(failed(Severity::Error, failure)),
            State::NotAllowed(failure) => all.push(failed(Severity::Warning, failure)),
            State::Unseen => {}
            State::Open(loaded) => {
                all.extend(loaded.findings(name));
                all.extend(self.waiting());
                if loaded.unstated && self.protection == Protection::Protected {
                    all.push(finding(
                        Severity::Note,
                        format!("its seal does not say yet that {name} is protected"),
                        format!("the next nexus-env set -e {name} writes it"),
                    ));
                }
            }
        }
        if is_production(name) && self.protection == Protection::Open {
            all.push(Finding {
                severity: Severity::Warning,
                place: Some(".nexusenv".to_owned()),
                sentence: format!("{name} is not protected: `protected = false` lets everything run on it"),
                mend: format!("remove that line under [env.{name}], then nexus-env allow"),
            });
        }
        all
    }
}

impl Examined {
    /// The secrets that wait for a new value, where there are any.
    pub fn waiting(&self) -> Option<Finding> {
        let State::Open(Loaded { waiting, .. }) = &self.state else { return None };
        let (name, count) = (&self.environment, waiting.len());
        let each: Vec<String> = waiting.iter().map(|need| format!("`{}` ({})", need.name, need.words())).collect();
        let wait = if count == 1 { "waits" } else { "wait" };
        (count > 0).then(|| Finding {
            severity: if waiting.iter().any(Need::is_due) { Severity::Warning } else { Severity::Note },
            place: Some(place(name)),
            sentence: format!("{} of {name} {wait} to be changed: {}", readers::secrets(count), each.join(", ")),
            mend: format!("nexus-env rotate -e {name}"),
        })
    }
}

impl Loaded {
    fn findings(&self, name: &EnvironmentName) -> Vec<Finding> {
        let in_configuration =
            |severity, sentence, mend| Finding { severity, place: Some(".nexusenv".to_owned()), sentence, mend };
        let broken = self.broken.iter().map(|failure| {
            let mend = failure.hint.clone().unwrap_or_else(|| "edit it, then nexus-env allow".to_owned());
            in_configuration(Severity::Error, format!("{name} cannot be loaded: {}", failure.message), mend)
        });
        let empty = self.empty.iter().map(|variable| {
            let sentence = format!("`{variable}` of {name} is empty");
            in_configuration(Severity::Warning, sentence, format!("nexus-env set {variable} -e {name}"))
        });
        broken.chain(empty).collect()
    }
}

/// The names that are protected unless the configuration says otherwise.
fn is_production(name: &EnvironmentName) -> bool {
    matches!(name.as_str(), "prod" | "production")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::name;
    use crate::domain::store::needs::Due;

    #[track_caller]
    fn check(environment: &str, protection: Protection, state: State, expected: &[&str]) {
        let store = Examined { environment: name(environment), protection, is_default: environment == "dev", state };
        let told = |finding: &Finding| {
            let place = finding.place.as_deref().unwrap_or_default();
            format!("{:?} {place}: {}; {}", finding.severity, finding.sentence, finding.mend)
        };
        assert_eq!(store.findings().iter().map(told).collect::<Vec<_>>(), expected);
    }

    fn failure() -> Failure {
        Failure::new("why").hint("what to type")
    }

    #[test]
    fn who_reads_nothing_by_default_is_told_so_as_an_error() {
        check("dev", Protection::Open, State::Closed(failure()), &["Error .nexusenv.d/dev.toml: why; what to type"]);
        let note = ["Note .nexusenv.d/prod.toml: why; what to type"];
        check("prod", Protection::Protected, State::Closed(failure()), &note);
    }

    #[test]
    fn what_keeps_an_environment_from_loading_is_an_error() {
        check("dev", Protection::Open, State::Failed(failure()), &["Error .nexusenv.d/dev.toml: why; what to type"]);
        check(
            "dev",
            Protection::Open,
            State::Missing,
            &["Error .nexusenv.d/dev.toml: git has the secrets of dev, and they are not in this work tree; git \
             sparse-checkout add .nexusenv.d, or git checkout -- .nexusenv.d/dev.toml where it was deleted"],
        );
        let broken = Loaded { broken: Some(failure()), ..Loaded::default() };
        check(
            "dev",
            Protection::Open,
            State::Open(broken),
            &["Error .nexusenv: dev cannot be loaded: why; what to type"],
        );
        let warning = ["Warning .nexusenv.d/dev.toml: why; what to type"];
        check("dev", Protection::Open, State::NotAllowed(failure()), &warning);
    }

    #[test]
    fn what_loads_and_is_not_as_it_should_be_is_said() {
        let empty =
            Loaded { empty: vec![VariableName::new("DATABASE_URL").unwrap()], unstated: true, ..Loaded::default() };
        check(
            "prod",
            Protection::Protected,
            State::Open(empty),
            &[
                "Warning .nexusenv: `DATABASE_URL` of prod is empty; nexus-env set DATABASE_URL -e prod",
                "Note .nexusenv.d/prod.toml: its seal does not say yet that prod is protected; the next nexus-env set -e \
             prod writes it",
            ],
        );
        check(
            "prod",
            Protection::Open,
            State::Unseen,
            &[
                "Warning .nexusenv: prod is not protected: `protected = false` lets everything run on it; remove that line \
             under [env.prod], then nexus-env allow",
            ],
        );
        check("dev", Protection::Open, State::Open(Loaded { unstated: true, ..Loaded::default() }), &[]);
    }

    #[test]
    fn what_waits_to_be_changed_is_a_warning_once_it_is_time() {
        let need = |seen_by: Option<&str>, expiry| Need {
            name: VariableName::new("A").unwrap(),
            seen_by: seen_by.map(str::to_owned),
            expiry,
            note: None,
        };
        let day = crate::domain::text::day::Day::parse("2026-03-15").unwrap();
        let state = |need| State::Open(Loaded { waiting: vec![need], ..Loaded::default() });
        let stale =
            ["Warning .nexusenv.d/dev.toml: 1 secret of dev waits to be changed: `A` (stale: bob could read it); \
                      nexus-env rotate -e dev"];
        check("dev", Protection::Open, state(need(Some("bob"), None)), &stale);
        let soon = ["Note .nexusenv.d/dev.toml: 1 secret of dev waits to be changed: `A` (expires in 3 days, on \
                     2026-03-15); nexus-env rotate -e dev"];
        check("dev", Protection::Open, state(need(None, Some(Due::Soon(day, 3)))), &soon);
    }
}
