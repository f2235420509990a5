//! The house rules of DESIGN, each an absence: what a floor never names, what a hook never uses, what the program is
//! never built from. They read the source as text, so each rule is first shown to see a planted fault.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on panics")]

mod floors;
mod hooks;
mod needs;
mod source;
mod supply;
