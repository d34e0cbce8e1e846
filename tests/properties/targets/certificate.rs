//! Bundles of certificates and private keys, whatever their bytes are: the parts of an input, for the crate's own target.

#[path = "../../../crates/certificate/tests/target/mod.rs"]
mod target;

use super::sections::{of_kind, sections};

pub fn run(data: &[u8]) {
    let sections = sections(data, "bundle");
    let first = |kind| of_kind(&sections, kind).next().map(|section| section.body);
    for section in of_kind(&sections, "bundle") {
        target::run(section.body, first("key"), first("ca"));
    }
}
