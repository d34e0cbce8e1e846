//! What must hold for any input: a bounded number of generated inputs, and every input that once broke something.
//!
//! The same properties run for hours under `cargo fuzz`; see docs/fuzzing.md.
#![allow(
    unreachable_pub,
    reason = "test binaries share helpers, and each one uses some of them"
)]
#![allow(clippy::panic, clippy::indexing_slicing)]

mod targets;

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestError, TestRunner};

use targets::edits::Edit;
use targets::seeds::Seeds;
use targets::{TARGETS, target};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs a target over seeds and over edited seeds, always the same ones.
fn bounded(name: &str, cases: u32) {
    let Some(target) = target(name) else {
        panic!("there is no target `{name}`");
    };
    let seeds = Seeds::of(name, root());
    assert!(
        seeds.texts.len() > 3,
        "{name} has {} seeds",
        seeds.texts.len()
    );
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(605),
        max_shrink_iters: 2_000,
        ..ProptestConfig::default()
    };
    let edit = (any::<u8>(), any::<u32>(), any::<u32>()).prop_map(|(how, at, what)| Edit {
        how,
        at,
        what,
    });
    let input = (any::<usize>(), prop::collection::vec(edit, 0..8));
    let made = |seed: usize, edits: &[Edit]| {
        let mut data = seeds.text(seed).to_vec();
        edits.iter().for_each(|edit| edit.apply(&mut data, &seeds));
        data
    };
    let result = TestRunner::new(config).run(&input, |(seed, edits)| {
        (target.run)(&made(seed, &edits));
        Ok(())
    });
    match result {
        Ok(()) => {}
        Err(TestError::Fail(reason, (seed, edits))) => panic!(
            "{name}: {reason}\nAn input for tests/regressions/{name}/, named after the defect:\n{}",
            String::from_utf8_lossy(&made(seed, &edits))
        ),
        Err(error) => panic!("{name}: {error}"),
    }
}

#[test]
fn yaml_tree_holds_for_generated_inputs() {
    bounded("yaml_tree", 1000);
}

#[test]
fn values_merge_holds_for_generated_inputs() {
    bounded("values_merge", 500);
}

#[test]
fn template_holds_for_generated_inputs() {
    bounded("template", 1000);
}

#[test]
fn certificate_holds_for_generated_inputs() {
    bounded("certificate", 500);
}

#[test]
fn rule_file_holds_for_generated_inputs() {
    bounded("rule_file", 100);
}

#[test]
fn whole_check_holds_for_generated_inputs() {
    bounded("whole_check", 150);
}

#[test]
fn report_formats_holds_for_generated_inputs() {
    bounded("report_formats", 500);
}

/// Inputs that once broke something: `tests/regressions/TARGET/NAME`, named after the defect.
#[test]
fn nothing_that_was_fixed_breaks_again() {
    let folder = root().join("tests/regressions");
    for target in TARGETS {
        // Git does not keep an empty folder.
        for entry in fs::read_dir(folder.join(target.name))
            .into_iter()
            .flatten()
            .flatten()
        {
            eprintln!("{}", entry.path().display());
            match fs::read(entry.path()) {
                Ok(data) => (target.run)(&data),
                Err(error) => panic!("{}: {error}", entry.path().display()),
            }
        }
    }
}
