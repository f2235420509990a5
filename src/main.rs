//! The program: hands its words to `cli` and exits with the status that comes back.
//!
//! It has a C entry point of its own, because the standard library's reads `/proc/self/maps` for a stack guard first: a
//! quarter of all instructions of a start that finds nothing to do.

#![no_main]

use nexus_env::cli;
use nexus_env::edge::{ambient, output, terminal};

/// What the C library calls. `std::env::args_os` has the words all the same.
#[unsafe(no_mangle)]
pub extern "C" fn main(_count: libc::c_int, _words: *const *const libc::c_char) -> libc::c_int {
    terminal::complete_streams();
    ambient::take_no_traces();
    output::outlive_readers();
    let status = cli::run(std::env::args_os().collect());
    output::finish();
    libc::c_int::from(status.0)
}
