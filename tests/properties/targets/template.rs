//! Go templates, rendered with values: the parts of an input, for the crate's own target.

#[path = "../../../crates/template/tests/target/mod.rs"]
mod target;

use super::sections::{of_kind, sections};
use super::spans;

pub fn run(data: &[u8]) {
    let sections = sections(data, "template");
    let first = |kind| {
        of_kind(&sections, kind)
            .next()
            .map(|section| section.text())
    };
    let values = first("values").unwrap_or_else(|| "router: {}\n".to_owned());
    let version = first("kube-version");
    let templates = of_kind(&sections, "template").map(|section| section.text());
    let templates: Vec<String> = templates.collect();
    target::run(&templates, &values, version.as_deref().map(str::trim));
}
