//! What the library says of inputs: findings, verdicts, places.

mod behaviour;
mod catalogue;
mod certificates;
mod chart_keys;
mod layers;
mod promises;
mod rules;
mod secrets;
#[path = "../support/mod.rs"]
mod support;
mod suppressions;
mod without_chart;
