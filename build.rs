//! Leaves the tables for unwinding out of the program that is released: it ends at a panic and never unwinds, and they are a
//! tenth of it. Tests, debug builds and macOS keep theirs.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let set = |name: &str| std::env::var(name).unwrap_or_default();
    if set("PROFILE") == "release" && set("CARGO_CFG_TARGET_OS") == "linux" {
        let script = std::path::Path::new(&set("OUT_DIR")).join("no-unwinding.ld");
        let text = "SECTIONS { /DISCARD/ : { *(.eh_frame) } } INSERT AFTER .text;\n";
        if std::fs::write(&script, text).is_ok() {
            println!("cargo::rustc-link-arg-bin=nexus-env=-Wl,-T,{}", script.display());
        }
    }
}
