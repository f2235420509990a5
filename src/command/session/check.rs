//! How a shell sees by itself that it must load again: by the times, the contents and the stamps of the files that this load
//! saw. Where that cannot be made sure of, it loads at every prompt.

use std::path::PathBuf;

use anyhow::Context;

use crate::domain::config::watch::{Mode, Sighting, Watch};
use crate::domain::session::ambient::{Ambient, Timestamp};
use crate::domain::text::clock::{End, Uptime};
use crate::edge::shell::{self, Check, Conditions, Dialect, Shell, Until, Watched};
use crate::edge::stamp;
use crate::error::Result;

/// What must hold for the shell to stay as it is.
pub fn check(ambient: &Ambient, dialect: Dialect, watch: Watch, until: Option<End>) -> Check {
    let Some(pwd) = ambient.pwd.clone().or_else(|| ambient.cwd.clone()) else { return Check::Always };
    let blind = dialect.version == (0, 0);
    let unsettled = watch.present.iter().any(|sighting| {
        let time = match dialect.shell {
            Shell::Zsh => sighting.changed,
            Shell::Bash | Shell::Fish => sighting.modified,
        };
        let unfit = |content: &Vec<u8>| content.contains(&0) || content.len() > shell::LONGEST_CONTENT;
        is_racy(time, ambient.now, grain(dialect, sighting, time)) || sighting.content.as_ref().is_some_and(unfit)
    });
    // Only zsh sees the time of a change of permissions.
    let unseen = watch.mode == Mode::Matters && dialect.shell != Shell::Zsh;
    if blind || unsettled || unseen {
        return Check::Always;
    }
    let stamped = || -> Result<(Vec<Option<PathBuf>>, Option<Until>)> {
        let directory = || ambient.runtime_dir.as_deref().context("there is no place for stamps");
        let mut stamps = vec![None; watch.present.len()];
        if dialect.needs_stamps() && !watch.present.is_empty() {
            let times: Vec<Timestamp> = watch.present.iter().map(|sighting| sighting.modified).collect();
            stamps = stamp::stamps(directory()?, &times)?.into_iter().map(Some).collect();
        }
        let Some(End { at, uptime: end }) = until else { return Ok((stamps, None)) };
        let this_start = |end: &Uptime| ambient.uptime.is_some_and(|now| now.boot == end.boot);
        let uptime = end.filter(this_start).map(|end| end.seconds);
        if dialect.has_clock() {
            return Ok((stamps, Some(Until { at, uptime, clock: None })));
        }
        // The last moment before the end: in whole seconds as well as in nanoseconds only later ones are newer.
        let last = Timestamp { seconds: i64::try_from(at)? - 1, nanoseconds: 999_999_999 };
        let last = stamp::stamps(directory()?, &[last])?.pop().context("there is no stamp")?;
        Ok((stamps, Some(Until { at, uptime, clock: Some((stamp::clock(directory()?)?, last)) })))
    };
    let Ok((stamps, until)) = stamped() else { return Check::Always };
    let present = watch.present.into_iter().zip(stamps).map(|(sighting, stamp)| Watched { sighting, stamp }).collect();
    Check::Unless(Conditions { pwd, present, absent: watch.absent, owned: watch.owned, until })
}

/// The smallest step of a file's time, in nanoseconds: the kernel's clock for files moves in ticks of up to 10 ms. Where
/// there are no nanoseconds, and no content is compared, up to 2 s.
fn grain(dialect: Dialect, sighting: &Sighting, time: Timestamp) -> i128 {
    let whole_seconds = dialect.compares_seconds() || time.nanoseconds == 0;
    if whole_seconds && sighting.content.is_none() { 2_000_000_000 } else { 20_000_000 }
}

/// Whether a change right after the file was seen could leave it with the same time.
fn is_racy(time: Timestamp, now: Timestamp, grain: i128) -> bool {
    let nanoseconds = |time: Timestamp| i128::from(time.seconds) * 1_000_000_000 + i128::from(time.nanoseconds);
    (nanoseconds(now) - nanoseconds(time)).abs() <= grain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_settled_when_a_change_would_move_it() {
        let at = |seconds, nanoseconds| Timestamp { seconds, nanoseconds };
        let (now, grain) = (at(100, 500), 20_000_000);
        assert!(is_racy(at(100, 400), now, grain));
        assert!(!is_racy(at(99, 900_000_000), now, grain));
        assert!(!is_racy(at(500, 0), now, grain), "a time in the future is none that a change would give");
        assert!(is_racy(at(99, 0), now, 2_000_000_000));
    }
}
