//! The vendor's examples, and agreement with what Helm renders.

mod agreement;
#[path = "../support/mod.rs"]
mod support;
mod vendor_examples;
