//! Many inputs: each values file is a release of its own, so it is checked for itself, by whichever thread has time, and what
//! was built for that is dropped at once. Memory is that of the largest, not that of all.
//!
//! Manifests are one set however many files they stand in, and files of `-f` are one release: these have a tree in common.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{
    Batch, Checked, Input, Options, Outcome, Role, check_set_alone, check_together, collect,
    in_order, join, redact,
};
use crate::rules::RuleSet;

/// The stack of a main thread.
const STACK: usize = 8 * 1024 * 1024;

pub(super) fn check(
    inputs: Vec<Input>,
    options: &Options,
    rules: &RuleSet,
    done: &AtomicUsize,
) -> Outcome {
    let mut together = Vec::new();
    let mut parallel = Vec::new();
    let many = inputs.len() > 1;
    for (place, input) in inputs.into_iter().enumerate() {
        // Whatever may be manifests mentions this somewhere. What mentions it and is no manifest loses nothing.
        let alone = many
            && matches!(input.role, Role::Named | Role::Walked)
            && memchr::memmem::find(input.text.as_bytes(), b"apiVersion").is_none();
        if alone {
            parallel.push((place, input));
        } else {
            together.push((place, input));
        }
    }
    // One values file and manifests beside it are one installation.
    if parallel.len() == 1 && !together.is_empty() {
        together.append(&mut parallel);
        together.sort_by_key(|(place, _)| *place);
    }
    let mut batches = vec![check_together(together, options, rules, done)];
    batches.extend(each(parallel, options, rules, done));
    let is_empty = |batch: &Batch| {
        batch.releases.is_empty() && batch.sets.is_empty() && batch.summary.skipped == 0
    };
    if options.release.set_values().next().is_some() && batches.iter().all(is_empty) {
        batches.push(check_set_alone(options, rules));
    }
    join_batches(batches)
}

/// Checks every input for itself.
fn each(
    inputs: Vec<(usize, Input)>,
    options: &Options,
    rules: &RuleSet,
    done: &AtomicUsize,
) -> Vec<Batch> {
    let threads = options.threads.clamp(1, inputs.len().max(1));
    let inputs: Vec<_> = inputs
        .into_iter()
        .map(|input| Mutex::new(Some(input)))
        .collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut batches = Vec::new();
        while let Some(input) = inputs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let Some((place, input)) = input.lock().ok().and_then(|mut input| input.take()) else {
                continue;
            };
            let batch = check_together(vec![(place, input)], options, rules, done);
            batches.push((place, batch));
        }
        batches
    };
    let mut batches = std::thread::scope(|scope| {
        // Where no thread can be started, this one does all of it.
        let running: Vec<_> = (1..threads)
            .filter_map(|_| {
                let thread = std::thread::Builder::new().stack_size(STACK);
                thread.spawn_scoped(scope, work).ok()
            })
            .collect();
        let mut batches = work();
        for thread in running {
            match thread.join() {
                Ok(more) => batches.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        batches
    });
    batches.sort_by_key(|(place, _)| *place);
    batches.into_iter().map(|(_, batch)| batch).collect()
}

/// Joins outcomes as if everything had been checked together: releases in the order of their inputs, then manifests.
pub(super) fn join_batches(batches: Vec<Batch>) -> Outcome {
    let mut outcome = Outcome::default();
    let mut releases: Vec<(usize, Checked)> = Vec::new();
    let mut sets = Vec::new();
    for batch in batches {
        let by = outcome.sources.append(batch.sources);
        let moved = |mut checked: Checked| {
            for found in checked
                .diagnostics
                .iter_mut()
                .chain(&mut checked.suppressed)
            {
                join::shift(found, by);
            }
            checked
        };
        releases.extend(
            batch
                .releases
                .into_iter()
                .map(|(place, checked)| (place, moved(checked))),
        );
        sets.extend(batch.sets.into_iter().map(moved));
        join::add(&mut outcome.report.summary, batch.summary);
    }
    releases.sort_by_key(|(place, _)| *place);
    let mut diagnostics = Vec::new();
    for checked in releases.into_iter().map(|(_, checked)| checked).chain(sets) {
        collect(checked, &mut diagnostics, &mut outcome);
    }
    outcome.report.diagnostics = in_order(diagnostics, &outcome.sources);
    outcome.count();
    redact::redact(&mut outcome);
    outcome
}
