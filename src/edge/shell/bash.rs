//! bash, 3.2 and later.

use super::{Check, Code, Conditions, Dialect, Remembered, Transition, Watched};

/// Plain single quotes: `$'…'` takes the shell a quarter longer. The two bytes that old versions use for themselves
/// while they expand words are written the other way.
pub(super) fn quote(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'\'');
    for &byte in bytes {
        match byte {
            b'\'' => out.extend_from_slice(br"'\''"),
            0x01 | 0x7f => out.extend_from_slice(format!("'$'\\{byte:03o}''").as_bytes()),
            _ => out.push(byte),
        }
    }
    out.push(b'\'');
}

pub(super) fn render(out: &mut Code, dialect: Dialect, transition: &Transition) {
    out.each("__nexus_env_forget", transition.forget);
    if !transition.restore.is_empty() {
        out.raw("if [[ -z $__nexus_env_kept ]] && unset -v")
            .names(transition.restore)
            .raw(" 2>/dev/null; then :; else ");
        out.each("__nexus_env_put_back", transition.restore).raw("fi\n");
    }
    if transition.loaded.is_empty() {
        out.raw("__nexus_env_kept=''\n");
    }
    out.each("__nexus_env_keep", transition.save);
    take(out, transition);
    out.raw("; then\n");
    transition.export(out);
    out.raw("\n__nexus_env_refusal=''");
    remember(out, transition.state);
    for line in transition.lines {
        out.raw("printf '%s\\n' ").quoted(format!("nexus-env: {line}").as_bytes()).raw(" >&2\n");
    }
    out.raw("else\n__nexus_env_refuse").names(transition.loaded);
    for (name, _) in transition.labels {
        out.raw(" ").raw(name);
    }
    out.raw("\n:");
    remember(out, transition.state_if_refused);
    out.raw("fi\n");
    transition.remember(out, dialect);
    out.raw("\n__nexus_env_same() { ");
    match transition.check {
        Check::Always => out.raw("return 1"),
        Check::Unless(conditions) => check(out, dialect, conditions),
    };
    out.raw("; }\n");
}

/// True when every variable can be set. To unset them first is the one test of `readonly` that starts no process, and
/// takes attributes away that would change a value.
fn take(out: &mut Code, transition: &Transition) {
    out.raw("if ");
    if !transition.save_if_set.is_empty() {
        out.raw("{ [[ -z ");
        for name in transition.save_if_set {
            out.raw("${").raw(name.as_str()).raw("+x}");
        }
        out.raw(" ]] || __nexus_env_keep_own").names(transition.save_if_set).raw("; } && ");
    }
    out.raw("unset -v").names(transition.set.iter().map(|(name, _)| name));
    for (name, _) in transition.labels {
        out.raw(" ").raw(name);
    }
    out.raw(" 2>/dev/null");
}

fn remember(out: &mut Code, state: Remembered) {
    out.raw("\n__nexus_env_state=").quoted(state.line.as_bytes());
    out.raw(" __nexus_env_seal=").quoted(state.seal.as_bytes());
    out.raw(" __nexus_env_label=${NEXUS_ENV-}\n");
}

/// One conditional, with everything unrolled. `[ = ]` for what comes from outside: `[[ == ]]` takes no account of case
/// under `nocasematch`. `-nt` and `-ot` count a missing file as older, so that they also see one that was removed.
fn check<'c>(out: &'c mut Code, dialect: Dialect, conditions: &Conditions) -> &'c mut Code {
    let clock = conditions.until.as_ref().and_then(|until| until.clock.as_ref());
    if let Some((clock, _)) = clock {
        out.raw("true >|").path(clock).raw(" 2>/dev/null || return 1; ");
    }
    out.raw("[ \"${PWD-}\" = ").path(&conditions.pwd).raw(" ] && [[ -n ${__nexus_env_state-}");
    out.raw(" && $__nexus_env_state == \"$__nexus_env_seal\"* && ${NEXUS_ENV-} == \"$__nexus_env_label\"");
    match (&conditions.until, clock) {
        (Some(until), None) if dialect.has_clock() => {
            out.raw(&format!(" && ${{EPOCHSECONDS:-{}}} -lt {}", u32::MAX, until.at));
        }
        (Some(_), Some((clock, stamp))) => {
            out.raw(" && ! ").path(clock).raw(" -nt ").path(stamp);
        }
        (Some(_), None) => {
            out.raw(" && -z 'no clock'");
        }
        (None, _) => {}
    }
    for Watched { sighting, stamp } in &conditions.present {
        match stamp {
            Some(stamp) => {
                out.raw(" && ! ( ").path(&sighting.path).raw(" -nt ").path(stamp);
                out.raw(" || ").path(&sighting.path).raw(" -ot ").path(stamp).raw(" )");
            }
            None => {
                out.raw(" && -z 'no stamp'");
            }
        }
        if let Some(physical) = &sighting.physical {
            out.raw(" && ").path(&sighting.path).raw(" -ef ").path(physical);
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
    for (path, content) in
        conditions.present.iter().filter_map(|w| Some((&w.sighting.path, w.sighting.content.as_ref()?)))
    {
        out.raw(" && __nexus_env_holds ").path(path).raw(" ").quoted(content);
    }
    out
}
