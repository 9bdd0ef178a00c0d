//! What a hostile or broken input may cost: at most a minute and a gibibyte, never a panic, never a file written or followed.
//!
//! Every input is made here; the program itself is run on it, so that its real memory can be watched.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::format_push_string,
    clippy::format_collect,
    reason = "a test"
)]

#[path = "hostile/bombs.rs"]
mod bombs;
#[path = "hostile/crowds.rs"]
mod crowds;
#[path = "hostile/damage.rs"]
mod damage;
#[path = "hostile/escapes.rs"]
mod escapes;
#[path = "hostile/gather.rs"]
mod gather;
#[path = "hostile/links.rs"]
mod links;
#[path = "hostile/run.rs"]
mod run;
#[path = "hostile/values.rs"]
mod values;
