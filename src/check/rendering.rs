//! A release judged from both ends: the values that people edit, and what Helm renders from them.
//!
//! Findings belong where people can mend them: what both ends say is said of the values, and the rendering adds what the
//! values do not show. The rendering is the proof. A finding that rests on how the chart renders a value is dropped where
//! the rendering refutes it: the chart may be a fork with defaults or templates of its own.

use std::collections::BTreeMap;

use super::{Input, Options, Outcome, check, count, is_selected};
use crate::diagnostic::{Diagnostic, ReleaseReport, Requirement, RequirementVerdict, Verdict};
use crate::rules::RuleSet;

/// Checks values files merged into one release, and the manifests that Helm renders from them, as one release.
pub fn check_with_rendering(
    values: Vec<Input>,
    rendered: Input,
    options: &Options,
    rules: &RuleSet,
) -> Outcome {
    // Both ends are compared before anything is left out.
    let all = Options {
        select: Vec::new(),
        ignore: Vec::new(),
        ..options.clone()
    };
    let mut values = check(values, &all, rules);
    let mut rendering = check(vec![rendered], &all, rules);
    let proof = Tally::of(&rendering);
    let refuted = |found: &Diagnostic| {
        let judged = rendering
            .held
            .get(&found.rule)
            .is_some_and(|times| *times > 0);
        found.requirement != Requirement::ValuesFile && judged && !proof.has(found)
    };
    values.report.diagnostics.retain(|found| !refuted(found));
    let own: Vec<Requirement> = values
        .report
        .diagnostics
        .iter()
        .chain(&values.suppressed)
        .filter(|found| !proof.has(found))
        .map(|found| found.requirement)
        .collect();
    let mut known = Tally::of(&values);
    rendering
        .report
        .diagnostics
        .retain(|found| !known.take(found));
    // The rendering is no input of its own: it is made from the values.
    rendering.report.summary.files = 0;
    let mut whole = Outcome::join([values, rendering]);
    let mut ends = std::mem::take(&mut whole.report.releases).into_iter();
    if let Some(of_values) = ends.next() {
        whole.report.releases.push(merged(of_values, ends, &own));
    }
    let diagnostics = &mut whole.report.diagnostics;
    diagnostics.retain(|found| is_selected(found, options));
    count(&mut whole.report);
    whole
}

/// How often each rule speaks of each object.
struct Tally(BTreeMap<(String, Option<String>), usize>);

impl Tally {
    fn of(outcome: &Outcome) -> Self {
        let mut times = BTreeMap::new();
        for found in outcome.report.diagnostics.iter().chain(&outcome.suppressed) {
            *times.entry(key(found)).or_default() += 1;
        }
        Tally(times)
    }

    fn has(&self, found: &Diagnostic) -> bool {
        self.0.contains_key(&key(found))
    }

    /// Takes one away, if there is one left.
    fn take(&mut self, found: &Diagnostic) -> bool {
        match self.0.get_mut(&key(found)) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }
}

fn key(found: &Diagnostic) -> (String, Option<String>) {
    (found.rule.clone(), found.object.clone())
}

/// One table of verdicts in place of one for the values and one for each installation in the rendering; `own` are the
/// requirements of findings that only the values show.
fn merged(
    mut whole: ReleaseReport,
    rendered: impl Iterator<Item = ReleaseReport>,
    own: &[Requirement],
) -> ReleaseReport {
    for (index, other) in rendered.enumerate() {
        for row in other.requirements {
            let same = |known: &&mut RequirementVerdict| known.requirement == row.requirement;
            if let Some(known) = whole.requirements.iter_mut().find(same) {
                prove(known, row, index == 0, own);
            }
        }
        for sentence in other.inferred {
            if !whole.inferred.contains(&sentence) {
                whole.inferred.push(sentence);
            }
        }
    }
    whole
}

/// Takes over the rendering's verdict on a requirement.
fn prove(
    row: &mut RequirementVerdict,
    rendered: RequirementVerdict,
    first: bool,
    own: &[Requirement],
) {
    let of_values = row.requirement == Requirement::ValuesFile || own.contains(&row.requirement);
    let stays = row.verdict == Verdict::Violated && (of_values || !first);
    if stays {
        row.diagnostics = row.diagnostics.max(rendered.diagnostics);
    } else if rendered.verdict == Verdict::Violated || !of_values {
        *row = rendered;
    }
}
