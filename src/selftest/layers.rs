//! The examples of layers: each is put through the whole check with all rules at once.

use std::collections::BTreeMap;

use super::{ExampleFailure, ExampleMismatch, FindingLocation, ReadOptions, located, run};
use crate::check::Outcome;
use crate::diagnostic::{Diagnostic, Requirement, RequirementVerdict, Severity};
use crate::exposure::layers::examples::LayerExample;
use crate::exposure::layers::{Layer, LayerSet};
use crate::rules::RuleSet;

/// Runs all examples of a layer among the layers of a set.
pub fn try_layer(
    layer: &Layer,
    layers: &LayerSet,
    read_options: &ReadOptions,
) -> Vec<ExampleFailure> {
    let mut failures = Vec::new();
    let both = [("bad", &layer.examples.bad), ("good", &layer.examples.good)];
    for (kind, examples) in both {
        for (index, example) in examples.iter().enumerate() {
            let mistakes = mistakes(example, layers, read_options);
            if !mistakes.is_empty() {
                failures.push(ExampleFailure {
                    field: format!("examples.{kind}[{index}]"),
                    example: example.name.clone(),
                    mistakes,
                });
            }
        }
    }
    failures
}

/// Says how an example differs from what it says.
fn mistakes(
    example: &LayerExample,
    layers: &LayerSet,
    read_options: &ReadOptions,
) -> Vec<ExampleMismatch> {
    let mut options = match read_options(&example.options) {
        Ok(options) => options,
        Err(error) => return vec![ExampleMismatch::Options(error)],
    };
    options.layers = layers.clone();
    let outcome = match run(&example.files, options, RuleSet::builtin()) {
        Ok(outcome) => outcome,
        Err(error) => return vec![ExampleMismatch::Options(error)],
    };
    let failures = outcome.failures.iter().cloned();
    let mut mistakes: Vec<ExampleMismatch> = failures.map(ExampleMismatch::Failed).collect();
    findings(example, &outcome, &mut mistakes);
    verdicts(example, &outcome, &mut mistakes);
    mistakes
}

/// Compares the findings on the connection, on HTTPS and on what the file does, notes aside.
fn findings(example: &LayerExample, outcome: &Outcome, mistakes: &mut Vec<ExampleMismatch>) {
    // The last of them finds an annotation that the layer reads and `knowledge/annotations/` does not list.
    let asked = [
        Requirement::Timeout605,
        Requirement::HttpsOnly,
        Requirement::ValuesFile,
    ];
    let is_asked = |found: &&Diagnostic| {
        asked.contains(&found.requirement) && found.severity != Severity::Note
    };
    let found = outcome.report.diagnostics.iter().filter(is_asked);
    let mut found: Vec<(FindingLocation, &str)> = found
        .map(|found| {
            let spot = located(found, outcome).of_rule(&found.rule);
            (spot, found.message.as_str())
        })
        .collect();
    for wanted in &example.finds {
        let file = wanted.file.as_deref();
        let spot = FindingLocation::of(file, wanted.line, &wanted.text, &example.files)
            .of_rule(&wanted.rule);
        let Some(index) = found.iter().position(|(found, _)| *found == spot) else {
            mistakes.push(ExampleMismatch::Missing(spot));
            continue;
        };
        let (_, message) = found.remove(index);
        if let Some(part) = &wanted.says
            && !message.contains(part.as_str())
        {
            let (part, message) = (part.clone(), message.to_owned());
            mistakes.push(ExampleMismatch::OtherWords {
                spot,
                part,
                message,
            });
        }
    }
    let noisy = found.into_iter();
    mistakes.extend(noisy.map(|(spot, message)| ExampleMismatch::Noisy(spot, message.to_owned())));
}

/// Compares what came out on each requirement, and what an undecided one asks for.
fn verdicts(example: &LayerExample, outcome: &Outcome, mistakes: &mut Vec<ExampleMismatch>) {
    let releases = outcome.report.releases.iter();
    let rows: Vec<&RequirementVerdict> =
        releases.flat_map(|release| &release.requirements).collect();
    let found: BTreeMap<&str, &RequirementVerdict> = rows
        .iter()
        .map(|row| (row.requirement.as_str(), *row))
        .collect();
    for (requirement, wanted) in &example.verdicts {
        let row = found.get(requirement.as_str());
        if row.is_none_or(|row| row.verdict != *wanted) {
            mistakes.push(ExampleMismatch::OtherVerdict {
                requirement: requirement.clone(),
                wanted: *wanted,
                found: row.map_or("missing", |row| row.verdict.as_str()).to_owned(),
                supply: row.map(|row| row.supply.clone()).unwrap_or_default(),
            });
        }
    }
    let Some(part) = &example.supply else { return };
    let asked: Vec<&str> = rows
        .iter()
        .flat_map(|row| &row.supply)
        .map(String::as_str)
        .collect();
    if !asked.iter().any(|text| text.contains(part.as_str())) {
        mistakes.push(ExampleMismatch::NotAsked {
            part: part.clone(),
            asked: asked.join("; "),
        });
    }
}
