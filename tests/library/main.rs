//! What the library says of inputs: findings, verdicts, places.

#![allow(
    unreachable_pub,
    reason = "test binaries share helpers, and each one uses some of them"
)]

mod behaviour;
mod catalogue;
mod certificates;
mod chart_keys;
mod facts;
mod laws;
mod layers;
mod plan;
mod promises;
mod rules;
mod secrets;
#[path = "../support/mod.rs"]
mod support;
mod suppressions;
mod without_chart;
