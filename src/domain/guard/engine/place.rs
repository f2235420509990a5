//! Which of the engines in a directory runs on this machine. Prisma names each after a platform
//! (`packages/get-platform/src/binaryTargets.ts`). Pure.

/// The machine, as far as the names tell platforms apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Machine {
    /// `linux` or `macos`, as Rust calls them.
    pub system: &'static str,
    /// `x86_64` or `aarch64`.
    pub processor: &'static str,
    /// Whether the C library is musl.
    pub musl: bool,
    /// The version of OpenSSL that is installed: `3.0.x`.
    pub openssl: Option<&'static str>,
    /// Whether the distribution is one of Red Hat's.
    pub red_hat: bool,
}

/// The name that fits best; `None` where none can run here. Of several, one for the installed OpenSSL comes before one
/// that brings its own, and the distribution's family before another.
pub fn choose<'n>(names: &'n [String], machine: &Machine) -> Option<&'n String> {
    let best = names.iter().filter_map(|name| Some((rank(name, machine)?, name))).min_by_key(|(rank, _)| *rank);
    best.map(|(_, name)| name)
}

fn rank(name: &str, machine: &Machine) -> Option<u8> {
    let target = name.strip_prefix("schema-engine-").or_else(|| name.strip_prefix("migration-engine-"))?;
    if target.ends_with(".exe") || target.ends_with(".sha256") || target.ends_with(".gz") {
        return None;
    }
    let arm = target.contains("arm64");
    if arm != (machine.processor == "aarch64") {
        return None;
    }
    if machine.system == "macos" {
        return target.starts_with("darwin").then_some(0);
    }
    if target.starts_with("darwin") || target.starts_with("windows") || target.contains("bsd") {
        return None;
    }
    if target.contains("static") {
        return Some(8);
    }
    // A library of the other kind does not load; a name that says neither is taken for the usual one.
    if target.contains("musl") != machine.musl {
        return None;
    }
    let other_ssl = match machine.openssl {
        Some(version) if target.contains("openssl-") => u8::from(!target.ends_with(version)) * 2,
        Some(_) | None => 1,
    };
    let other_family = u8::from(target.starts_with("rhel") != machine.red_hat && !arm && !machine.musl);
    Some(other_ssl * 2 + other_family)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEBIAN: Machine =
        Machine { system: "linux", processor: "x86_64", musl: false, openssl: Some("3.0.x"), red_hat: false };

    #[track_caller]
    fn check(names: &[&str], machine: Machine, expected: Option<&str>) {
        let names: Vec<String> = names.iter().map(|name| format!("schema-engine-{name}")).collect();
        let chosen = choose(&names, &machine).map(|name| name.trim_start_matches("schema-engine-"));
        assert_eq!(chosen, expected, "{names:?}");
    }

    #[test]
    fn takes_the_engine_that_runs_here() {
        let all = [
            "darwin", "debian-openssl-1.1.x", "debian-openssl-3.0.x", "linux-arm64-openssl-3.0.x", "rhel-openssl-3.0.x",
        ];
        check(&all, DEBIAN, Some("debian-openssl-3.0.x"));
        check(&all, Machine { red_hat: true, ..DEBIAN }, Some("rhel-openssl-3.0.x"));
        check(&all, Machine { processor: "aarch64", ..DEBIAN }, Some("linux-arm64-openssl-3.0.x"));
        check(&all, Machine { openssl: Some("1.1.x"), ..DEBIAN }, Some("debian-openssl-1.1.x"));
        check(&all, Machine { system: "macos", ..DEBIAN }, Some("darwin"));
        check(
            &["darwin-arm64", "darwin"],
            Machine { system: "macos", processor: "aarch64", ..DEBIAN },
            Some("darwin-arm64"),
        );
        check(
            &["linux-musl-openssl-3.0.x", "debian-openssl-3.0.x"],
            Machine { musl: true, ..DEBIAN },
            Some("linux-musl-openssl-3.0.x"),
        );
        check(&["linux-static-x64"], DEBIAN, Some("linux-static-x64"));
        check(&["debian-openssl-1.1.x"], DEBIAN, Some("debian-openssl-1.1.x"));
        check(&["windows.exe", "darwin", "debian-openssl-3.0.x.sha256"], DEBIAN, None);
    }
}
