//! zsh, 5.1 and later.

use super::{Check, Code, Conditions, Dialect, Remembered, Transition};
use crate::domain::config::name::VariableName;
use crate::domain::session::ambient::Timestamp;

/// Under every option, RC_QUOTES too: no quote ever follows two others.
pub(super) fn quote(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'\'');
    for &byte in bytes {
        match byte {
            b'\'' => out.extend_from_slice(br"'\''"),
            _ => out.push(byte),
        }
    }
    out.push(b'\'');
}

pub(super) fn render(out: &mut Code, dialect: Dialect, transition: &Transition) {
    out.each("__nexus_env_forget", transition.forget);
    if !transition.restore.is_empty() {
        out.raw("if [[ -n $__nexus_env_kept || \"");
        for name in transition.restore {
            out.raw("${(t)").raw(name.as_str()).raw("}");
        }
        out.raw("\" == *readonly* ]]; then ").each("__nexus_env_put_back", transition.restore).raw("else unset");
        out.names(transition.restore).raw("; fi\n");
    }
    if transition.loaded.is_empty() {
        out.raw("__nexus_env_kept=''\n");
    }
    // An assignment to a read-only variable would end everything that runs, so all are looked at first.
    out.raw("if [[ \"");
    for name in
        transition.set.iter().map(|(name, _)| name.as_str()).chain(transition.labels.iter().map(|(name, _)| *name))
    {
        out.raw("${(t)").raw(name).raw("}");
    }
    out.raw("\" == *(readonly|array|association|tied)* ]]; then\n");
    // Nothing was set yet: only what an earlier load set is to be given back.
    let new =
        |name: &VariableName| [transition.save, transition.save_if_set].iter().any(|n| n.binary_search(name).is_ok());
    let earlier: Vec<VariableName> = transition.loaded.iter().filter(|name| !new(name)).cloned().collect();
    out.each("__nexus_env_put_back", &earlier).raw("__nexus_env_refuse").names(transition.loaded);
    for (name, _) in transition.labels {
        out.raw(" ").raw(name);
    }
    remember(out, transition.state_if_refused);
    // What has its value already is not set again.
    let (changes, stays): (Vec<_>, Vec<_>) =
        transition.save.iter().cloned().partition(|name| transition.set.get(name).is_some());
    out.raw("else\n").each("__nexus_env_keep x", &changes).each("__nexus_env_keep =", &stays);
    if !transition.save_if_set.is_empty() {
        out.raw("[[ -z \"");
        for name in transition.save_if_set {
            out.raw("${").raw(name.as_str()).raw("+x}");
        }
        out.raw("\" ]] || ").each("__nexus_env_keep u", transition.save_if_set);
    }
    transition.export(out);
    let mut command = "\nunset";
    for name in transition.absent() {
        out.raw(command).raw(" ").raw(name);
        command = "";
    }
    out.raw("\n__nexus_env_refusal=''");
    remember(out, transition.state);
    for line in transition.lines {
        out.raw("print -ru2 -- ").quoted(format!("nexus-env: {line}").as_bytes()).raw("\n");
    }
    out.raw("fi\n");
    transition.remember(out, dialect);
    out.raw("\nfunction __nexus_env_same { ");
    match transition.check {
        Check::Always => out.raw("return 1"),
        Check::Unless(conditions) => check(out, conditions),
    };
    out.raw("; }\n");
}

fn remember(out: &mut Code, state: Remembered) {
    out.raw("\ntypeset -g +x __nexus_env_state=").quoted(state.line.as_bytes());
    out.raw(" __nexus_env_seal=").quoted(state.seal.as_bytes());
    out.raw(" __nexus_env_label=${NEXUS_ENV-}\n");
}

/// Runs under whatever options the person has set. The change time of all files is read by one builtin: it cannot be
/// set back. `-g` and a broken-down format keep libc from looking at /etc/localtime for every file.
fn check<'c>(out: &'c mut Code, conditions: &Conditions) -> &'c mut Code {
    if !conditions.present.is_empty() {
        out.raw("local -a __nexus_env_times; ");
    }
    out.raw("[[ $PWD == ").path(&conditions.pwd).raw(" && -n ${__nexus_env_state-}");
    out.raw(" && $__nexus_env_state == \"$__nexus_env_seal\"* && ${NEXUS_ENV-} == \"$__nexus_env_label\"");
    if let Some(until) = &conditions.until {
        out.raw(&format!(" && ${{EPOCHSECONDS:-{}}} -lt {}", u32::MAX, until.at));
    }
    for watched in &conditions.present {
        out.raw(" && -e ").path(&watched.sighting.path);
        if let Some(physical) = &watched.sighting.physical {
            out.raw(" && ").path(&watched.sighting.path).raw(" -ef ").path(physical);
        }
    }
    for path in &conditions.absent {
        out.raw(" && ! -e ").path(path);
    }
    for path in &conditions.owned {
        out.raw(" && -O ").path(path);
    }
    out.raw(" ]]");
    if let Some(end) = conditions.until.as_ref().and_then(|until| until.uptime) {
        out.raw(&format!(" && __nexus_env_before {end}"));
    }
    if !conditions.present.is_empty() {
        out.raw(" && zstat -g -A __nexus_env_times -F %Y%m%d%H%M%S%N +ctime --");
        let mut times = Vec::new();
        for watched in &conditions.present {
            out.raw(" ").path(&watched.sighting.path);
            times.push(broken_down(watched.sighting.changed));
        }
        out.raw(" 2>/dev/null && [[ \"${(j: :)__nexus_env_times[@]}\" == ")
            .quoted(times.join(" ").as_bytes())
            .raw(" ]]");
    }
    for watched in conditions.present.iter().filter(|watched| watched.sighting.changed.nanoseconds == 0) {
        if let Some(content) = &watched.sighting.content {
            // Trailing newlines are what `$(<FILE)` does not give.
            let end = content.iter().rposition(|byte| *byte != b'\n').map_or(0, |last| last + 1);
            out.raw(" && __nexus_env_holds ").path(&watched.sighting.path).raw(" ").quoted(&content[..end]);
        }
    }
    out
}

/// The time as `strftime` writes it for `%Y%m%d%H%M%S%N`, in UTC. The calendar is Howard Hinnant's `civil_from_days`.
fn broken_down(time: Timestamp) -> String {
    let (days, second) = (time.seconds.div_euclid(86_400), time.seconds.rem_euclid(86_400));
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}{:09}", time.nanoseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(seconds: i64, nanoseconds: u32, expected: &str) {
        assert_eq!(broken_down(Timestamp { seconds, nanoseconds }), expected);
    }

    #[test]
    fn writes_times_as_strftime_does() {
        check(0, 0, "19700101000000000000000");
        check(951_782_400, 7, "20000229000000000000007");
        check(1_795_403_647, 123_456_789, "20261123031407123456789");
        check(-1, 999_999_999, "19691231235959999999999");
    }
}
