//! The examples of rules: each is put through the whole check, alone with its rule.

use super::{ExampleFailure, ExampleMismatch, FindingLocation, ReadOptions, located, run};
use crate::check::Outcome;
use crate::diagnostic::Diagnostic;
use crate::facts::Facts;
use crate::rules::{Example, RuleError, RuleFile, RuleSet};

/// Runs all examples of a rule file.
///
/// # Errors
/// What is wrong with the rule itself, before any example is looked at.
pub fn try_examples(
    file: &RuleFile,
    read_options: &ReadOptions,
) -> Result<Vec<ExampleFailure>, Vec<RuleError>> {
    let rules = RuleSet::of(file.clone())?;
    let defect = Facts::SUBJECTS
        .iter()
        .any(|subject| subject.name == file.subject && subject.defect);
    let mut failures = Vec::new();
    for (kind, examples) in [("bad", &file.examples.bad), ("good", &file.examples.good)] {
        for (index, example) in examples.iter().enumerate() {
            let must_touch = kind == "good" && !defect;
            let mistakes = mistakes(file, example, must_touch, &rules, read_options);
            if !mistakes.is_empty() {
                failures.push(ExampleFailure {
                    field: format!("examples.{kind}[{index}]"),
                    example: example.name.clone(),
                    mistakes,
                });
            }
        }
    }
    Ok(failures)
}

fn mistakes(
    file: &RuleFile,
    example: &Example,
    must_touch: bool,
    rules: &RuleSet,
    read_options: &ReadOptions,
) -> Vec<ExampleMismatch> {
    let outcome = match run_example(example, rules, read_options) {
        Ok(outcome) => outcome,
        Err(error) => return vec![ExampleMismatch::Options(error)],
    };
    let mut mistakes: Vec<ExampleMismatch> = outcome
        .failures
        .iter()
        .cloned()
        .map(ExampleMismatch::Failed)
        .collect();
    let mut found = spots(&outcome, &file.id);
    for expected in &example.finds {
        let file = expected.file.as_deref();
        let spot = FindingLocation::of(file, expected.line, &expected.text, &example.files);
        match found.iter().position(|(found, _)| *found == spot) {
            Some(index) => {
                found.remove(index);
            }
            None => mistakes.push(ExampleMismatch::Missing(spot)),
        }
    }
    mistakes.extend(
        found
            .into_iter()
            .map(|(spot, message)| ExampleMismatch::Noisy(spot, message)),
    );
    // Where something else went wrong, that the rule held nowhere says nothing new.
    if must_touch && mistakes.is_empty() && outcome.held.get(&file.id).is_none_or(|held| *held == 0)
    {
        mistakes.push(ExampleMismatch::Untouched);
    }
    mistakes
}

/// Puts an example through the whole check.
///
/// # Errors
/// What is wrong with its options.
pub fn run_example(
    example: &Example,
    rules: &RuleSet,
    read_options: &ReadOptions,
) -> Result<Outcome, String> {
    let options = read_options(&example.options)?;
    run(&example.files, options, rules)
}

/// Returns the rule's findings, each with its message.
fn spots(outcome: &Outcome, rule: &str) -> Vec<(FindingLocation, String)> {
    let of_rule = |found: &&Diagnostic| found.rule == rule;
    let found = outcome.report.diagnostics.iter().filter(of_rule);
    found
        .map(|found| (located(found, outcome), found.message.clone()))
        .collect()
}
