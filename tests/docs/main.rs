//! Pages and files for others are what the program makes of them.

#![allow(
    unreachable_pub,
    reason = "test binaries share helpers, and each one uses some of them"
)]

#[path = "../support/console.rs"]
mod console;
#[path = "../support/files.rs"]
mod files;
mod formats;
mod generated;
mod links;
#[path = "../support/page.rs"]
mod page;
mod problem_matchers;
mod readme;
