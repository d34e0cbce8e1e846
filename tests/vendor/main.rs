//! The vendor's examples, and agreement with what Helm renders.

#![allow(
    unreachable_pub,
    reason = "test binaries share helpers, and each one uses some of them"
)]

mod agreement;
#[path = "../support/mod.rs"]
mod support;
mod vendor_examples;
mod without_chart;
