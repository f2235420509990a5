//! fish, 3.1 and later. All on one line a statement: what a command prints comes back to fish line by line.

use super::{Check, Code, Conditions, Dialect, Remembered, Transition, Watched};

/// Single quotes, in which only `\` and `'` are special. Control characters, bytes that are no UTF-8 and characters of
/// the areas that fish uses for itself (private use, non-characters) stand outside of them as bytes.
pub(super) fn quote(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'\'');
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\'' => out.extend_from_slice(br"\'"),
                '\\' => out.extend_from_slice(br"\\"),
                '\n' => out.extend_from_slice(br"'\n'"),
                _ if character.is_control() || is_reserved(character) => {
                    outside(out, character.encode_utf8(&mut [0; 4]).as_bytes());
                }
                _ => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        outside(out, chunk.invalid());
    }
    out.push(b'\'');
}

fn is_reserved(character: char) -> bool {
    let point = u32::from(character);
    matches!(point, 0xe000..=0xf8ff | 0xfdd0..=0xfdef | 0xf_0000..) || point & 0xfffe == 0xfffe
}

fn outside(out: &mut Vec<u8>, bytes: &[u8]) {
    if !bytes.is_empty() {
        out.push(b'\'');
        for byte in bytes {
            out.extend_from_slice(format!("\\X{byte:02x}").as_bytes());
        }
        out.push(b'\'');
    }
}

pub(super) fn render(out: &mut Code, dialect: Dialect, transition: &Transition) {
    out.statement("__nexus_env_forget", transition.forget);
    out.statement("__nexus_env_put_back", transition.restore);
    out.statement("__nexus_env_keep", transition.save);
    out.statement("__nexus_env_keep", transition.save_if_set);
    // `set` leaves `$status` alone where it succeeds, hence the `true`.
    out.raw("if true;\n");
    for (name, value) in transition.set.iter() {
        out.raw("and set -gx ").raw(name.as_str()).raw(" ").quoted(value.expose()).raw(";\n");
    }
    for (name, value) in transition.present() {
        out.raw("and set -gx ").raw(name).raw(" ").quoted(value).raw(";\n");
    }
    for name in transition.absent() {
        out.raw("set --erase -g ").raw(name).raw(";\n");
    }
    out.raw("set -g __nexus_env_refusal;\n");
    remember(out, transition.state);
    for line in transition.lines {
        out.raw("echo ").quoted(format!("nexus-env: {line}").as_bytes()).raw(" >&2;\n");
    }
    out.raw("else;\n__nexus_env_refuse").names(transition.loaded);
    for (name, _) in transition.labels {
        out.raw(" ").raw(name);
    }
    out.raw(";\n");
    remember(out, transition.state_if_refused);
    out.raw("end;\nset -g __nexus_env_near ").raw(transition.nearby()).raw(";\nset -g __nexus_env_rules");
    for name in transition.marks {
        out.raw(" ").quoted(name.as_bytes());
    }
    out.raw(";\nset -g __nexus_env_holders ")
        .raw(transition.holders)
        .raw(";\nset -g __nexus_env_astray ")
        .raw(transition.astray)
        .raw(";\nset -g __nexus_env_line ")
        .raw(transition.line(dialect));
    out.raw(";\n__nexus_env_wrap ").raw(&transition.guarded(dialect)).raw(";\nfunction __nexus_env_same; ");
    match transition.check {
        Check::Always => out.raw("return 1"),
        Check::Unless(conditions) => check(out, dialect, conditions),
    };
    out.raw("; end;\n");
}

fn remember(out: &mut Code, state: Remembered) {
    out.raw("set -g __nexus_env_state ").quoted(state.line.as_bytes()).raw(";\nset -g __nexus_env_seal ");
    out.quoted(state.seal.as_bytes()).raw(";\nset -g __nexus_env_label \"$NEXUS_ENV\";\n");
}

/// `-nt` and `-ot` compare nanoseconds and count a missing file as older. `path is` looks at any number of files.
fn check<'c>(out: &'c mut Code, dialect: Dialect, conditions: &Conditions) -> &'c mut Code {
    if let Some(until) = &conditions.until {
        match &until.clock {
            Some((clock, stamp)) => {
                out.raw("true >").path(clock).raw("; or return 1; test ").path(clock).raw(" -nt ").path(stamp);
                out.raw("; and return 1; ");
            }
            None => {
                out.raw("return 1; ");
            }
        }
        if let Some(end) = until.uptime {
            out.raw(&format!("__nexus_env_before {end}; or return 1; "));
        }
    }
    out.raw("test \"$PWD\" = ").path(&conditions.pwd).raw(" -a -n \"$__nexus_env_state\"");
    out.raw(" -a \"$NEXUS_ENV\" = \"$__nexus_env_label\"");
    for Watched { sighting, stamp } in &conditions.present {
        match stamp {
            Some(stamp) => {
                out.raw(" -a ! ").path(&sighting.path).raw(" -nt ").path(stamp);
                out.raw(" -a ! ").path(&sighting.path).raw(" -ot ").path(stamp);
            }
            None => {
                out.raw(" -a -z 'no stamp'");
            }
        }
        if let Some(physical) = &sighting.physical {
            out.raw(" -a ").path(&sighting.path).raw(" -ef ").path(physical);
        }
    }
    for path in &conditions.owned {
        out.raw(" -a -O ").path(path);
    }
    out.raw("; or return 1; string match -q -- \"$__nexus_env_seal*\" \"$__nexus_env_state\"; or return 1; ");
    if !conditions.absent.is_empty() {
        // `path` came with fish 3.5.
        let (first, between) = if dialect.version >= (3, 5) { ("path is --", " ") } else { ("test -e", " -o -e ") };
        out.raw(first).raw(" ");
        for (at, path) in conditions.absent.iter().enumerate() {
            out.raw(if at > 0 { between } else { "" }).path(path);
        }
        out.raw("; and return 1; ");
    }
    for (path, content) in
        conditions.present.iter().filter_map(|w| Some((&w.sighting.path, w.sighting.content.as_ref()?)))
    {
        out.raw("__nexus_env_holds ").path(path).raw(" ").quoted(content).raw("; or return 1; ");
    }
    out.raw("return 0")
}

impl Code {
    fn statement(&mut self, command: &str, names: &[crate::domain::config::name::VariableName]) {
        if !names.is_empty() {
            self.raw(command).names(names).raw(";\n");
        }
    }
}
