//! The prompt segment: what is exported says it, and whether the guard is paused. No configuration is read.

use crate::domain::session::ambient::Ambient;
use std::path::Path;

use crate::domain::session::given::{Ends, Given};
use crate::domain::text::duration::Duration;
use crate::edge::{output, pause};
use crate::error::{Result, Status};
use crate::steps::load;

/// Prints the segment, and nothing where no environment is loaded. In `format`, `{env}` is the environment, `{left}` the
/// time that is left, `{access}` `write` where that was granted, `{paused}` for how long the guard is paused here, and
/// `{}` the usual segment.
///
/// # Errors
/// Where the segment cannot be written.
pub fn prompt(ambient: &Ambient, format: &str) -> Result<Status> {
    if let Some(segment) = segment(ambient, format) {
        output::page(&format!("{segment}\n"))?;
    }
    Ok(Status::DONE)
}

fn segment(ambient: &Ambient, format: &str) -> Option<String> {
    let Given { environment, root, ends, grant } = Given::read(&ambient.variables)?;
    let now = ambient.clock();
    let left = match ends {
        Ends::Never => None,
        ends => Some(match ends.end().map_or(0, |end| end.left(now)) {
            0 => "ended".to_owned(),
            seconds => Duration::short(seconds),
        }),
    };
    let writes = |name| load::is_granted(ambient, &name, &environment, root.as_deref().unwrap_or(Path::new("")));
    let access = grant.filter(|_| !ends.is_over(now)).is_some_and(writes).then_some("write");
    let environment = environment.as_str();
    let paused = root.as_deref().and_then(|root| paused(ambient, root));
    let usual_paused = paused.as_ref().map(|left| format!("paused {left}"));
    let parts = [Some(environment), left.as_deref(), access, usual_paused.as_deref()];
    let usual = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let [_, left, access, _] = parts.map(Option::unwrap_or_default);
    let format = format.replace("{paused}", &paused.unwrap_or_default());
    Some(format.replace("{}", &usual).replace("{env}", environment).replace("{left}", left).replace("{access}", access))
}

/// For how long the guard is paused in the repository whose environment this process was given.
fn paused(ambient: &Ambient, root: &Path) -> Option<String> {
    let left = pause::all(ambient)
        .into_iter()
        .filter(|pause| Path::new(&pause.root) == root)
        .map(|pause| pause.end.left(ambient.clock()))
        .max()?;
    Some(Duration::short(left))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample;
    use crate::domain::session::ambient::{Environ, Timestamp};
    use crate::domain::session::grant::WriteGrant;
    use crate::domain::text::clock::End;
    use crate::edge::grant;

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
        let format = "<{env}|{left}|{access}>";
        check(&[], "{}", None);
        check(&[("NEXUS_ENV", "dev")], "{}", Some("dev"));
        check(&prod[..2], "{}", Some("prod 28m"));
        // A word is no grant.
        check(&prod, format, Some("<prod|28m|>"));
        let state = tempfile::tempdir().unwrap();
        let ambient = Ambient {
            state_dir: Some(state.path().to_owned()),
            now: Timestamp { seconds: 1000, nanoseconds: 0 },
            uid: rustix::process::geteuid().as_raw(),
            ..sample::ambient()
        };
        let end = End { at: 2680, uptime: None };
        let grant = WriteGrant { environment: sample::name("prod"), root: "/r".into(), end };
        let name = grant::keep_write(&ambient, &grant).unwrap();
        let granted = |root: &str| {
            let pairs =
                prod[..2].iter().copied().chain([("NEXUS_ENV_ROOT", root), ("NEXUS_ENV_ACCESS", name.as_str())]);
            let variables = Environ::new(pairs.map(|(n, v)| (n.into(), v.into())).collect());
            segment(&Ambient { variables, ..ambient.clone() }, format)
        };
        assert_eq!(granted("/r").as_deref(), Some("<prod|28m|write>"));
        assert_eq!(granted("/other").as_deref(), Some("<prod|28m|>"));
        check(&[("NEXUS_ENV", "prod"), ("NEXUS_ENV_UNTIL", "900")], "{}", Some("prod ended"));
        check(&[("NEXUS_ENV", "prod"), ("NEXUS_ENV_UNTIL", "x")], "{}", Some("prod ended"));
    }
}
