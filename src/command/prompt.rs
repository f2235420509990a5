//! The prompt segment: what is exported says it, and whether the guard is paused. No configuration is read.

use crate::domain::ambient::Ambient;
use crate::domain::duration::Duration;
use crate::edge::{output, pause};
use crate::error::{Result, Status};

/// Prints the segment, and nothing where no environment is loaded. In `format`, `{env}` is the environment, `{left}` the
/// time that is left, `{access}` `write` where that was granted, `{paused}` for how long the guard is paused here, and
/// `{}` the usual segment.
pub fn prompt(ambient: &Ambient, format: &str) -> Result<Status> {
    if let Some(segment) = segment(ambient, format) {
        output::page(&format!("{segment}\n"))?;
    }
    Ok(Status::DONE)
}

fn segment(ambient: &Ambient, format: &str) -> Option<String> {
    let environment = ambient.variables.text("NEXUS_ENV").filter(|name| !name.is_empty())?;
    let left = ambient.variables.text("NEXUS_ENV_UNTIL").and_then(|text| text.parse::<u64>().ok()).map(|until| {
        match until.saturating_sub(u64::try_from(ambient.now.seconds).unwrap_or(0)) {
            0 => "ended".to_owned(),
            seconds => Duration::short(seconds),
        }
    });
    let access = match ambient.variables.text("NEXUS_ENV_ACCESS") {
        Some("read-write") => Some("write"),
        Some(_) | None => None,
    };
    let paused = paused(ambient);
    let usual_paused = paused.as_ref().map(|left| format!("paused {left}"));
    let parts = [Some(environment), left.as_deref(), access, usual_paused.as_deref()];
    let usual = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let [_, left, access, _] = parts.map(Option::unwrap_or_default);
    let format = format.replace("{paused}", &paused.unwrap_or_default());
    Some(format.replace("{}", &usual).replace("{env}", environment).replace("{left}", left).replace("{access}", access))
}

/// For how long the guard is paused in the repository whose environment this process was given.
fn paused(ambient: &Ambient) -> Option<String> {
    let root = ambient.variables.text("NEXUS_ENV_ROOT")?;
    let until = pause::all(ambient).into_iter().filter(|pause| pause.root == root).map(|pause| pause.until).max()?;
    Some(Duration::short(until.saturating_sub(u64::try_from(ambient.now.seconds).unwrap_or(0))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ambient::{Environ, Timestamp};
    use crate::domain::sample;

    #[track_caller]
    fn check(variables: &[(&str, &str)], format: &str, expected: Option<&str>) {
        let ambient = Ambient {
            variables: Environ::new(variables.iter().map(|(n, v)| (n.into(), v.into())).collect()),
            now: Timestamp { seconds: 1000, nanoseconds: 0 },
            ..sample::ambient()
        };
        assert_eq!(segment(&ambient, format).as_deref(), expected);
    }

    #[test]
    fn says_the_environment_the_time_left_and_write_access() {
        let prod = [("NEXUS_ENV", "prod"), ("NEXUS_ENV_UNTIL", "2680"), ("NEXUS_ENV_ACCESS", "read-write")];
        check(&[], "{}", None);
        check(&[("NEXUS_ENV", "dev")], "{}", Some("dev"));
        check(&prod[..2], "{}", Some("prod 28m"));
        check(&prod, "{}", Some("prod 28m write"));
        check(&prod, "<{env}|{left}|{access}>", Some("<prod|28m|write>"));
        check(&[("NEXUS_ENV", "prod"), ("NEXUS_ENV_UNTIL", "900")], "{}", Some("prod ended"));
    }
}
