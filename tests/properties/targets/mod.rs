//! What must hold for any input at all: one target an entrance, each a function of bytes that panics where a property is
//! broken.
//!
//! `cargo test` runs them over a bounded number of generated inputs and over every regression (`tests/properties/main.rs`);
//! `cargo fuzz` runs them for as long as it is let (`fuzz/`). Both take this module as it is. What must hold for the input
//! of a crate stands in that crate (`crates/NAME/tests/target/`), whose own tests run it, too.

mod certificate;
pub mod edits;
mod formats;
mod inputs;
mod outcome;
mod report_formats;
mod rule_file;
pub mod sections;
pub mod seeds;
mod template;
mod values_merge;
mod whole_check;
/// Any text as YAML: the crate's own target.
#[path = "../../../crates/yaml/tests/target/mod.rs"]
mod yaml_tree;

use yaml_tree::spans;

/// An entrance for input that nobody has looked at.
#[derive(Clone, Copy)]
pub struct Target {
    /// The name of the fuzz target, and of the folder of its regressions.
    pub name: &'static str,
    /// Takes an input; panics where a property does not hold.
    pub run: fn(&[u8]),
}

/// Every target.
pub const TARGETS: [Target; 7] = [
    Target {
        name: "yaml_tree",
        run: yaml_tree::run,
    },
    Target {
        name: "values_merge",
        run: values_merge::run,
    },
    Target {
        name: "template",
        run: template::run,
    },
    Target {
        name: "certificate",
        run: certificate::run,
    },
    Target {
        name: "rule_file",
        run: rule_file::run,
    },
    Target {
        name: "whole_check",
        run: whole_check::run,
    },
    Target {
        name: "report_formats",
        run: report_formats::run,
    },
];

/// The target of that name.
pub fn target(name: &str) -> Option<Target> {
    TARGETS.into_iter().find(|target| target.name == name)
}
