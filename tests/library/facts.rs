//! The facts that rules can use: each is filled in somewhere, so that no condition over it is about nothing.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use portolan::cli::example_options;
use portolan::exposure::layers::with_examples;
use portolan::facts::Facts;
use portolan::rules::{Example, RuleSet};
use portolan::selftest::run_example;

/// A rule that holds of each subject in which the field is not null.
fn seen(subject: &str, field: &str) -> String {
    let id = format!("seen-{subject}-{field}").replace('_', "-");
    format!(
        "id: {id}
title: {subject}.{field} is known somewhere
requirement: exposed
severity: note
documentation: {{document: none, heading: none, asks: nothing, url: 'https://example.com'}}
why: a fact that nothing fills in is always null
subject: {subject}
when: {subject}.{field} != null
require: 'true'
message: it does not
help: nothing
examples:
  bad: [{{name: none, files: [{{name: a.yaml, text: 'a: 1'}}], finds: [{{line: 1, text: a}}]}}]
  good: [{{name: none, files: [{{name: a.yaml, text: 'a: 1'}}]}}]
"
    )
}

#[test]
fn every_fact_is_known_in_some_example() {
    let mut rules = RuleSet::default();
    let mut missing = BTreeSet::new();
    for subject in Facts::SUBJECTS {
        for field in subject.fields {
            let (rule, _) = RuleSet::parse(&seen(subject.name, field.name)).unwrap();
            missing.insert(rule.id().to_owned());
            rules.add(rule).unwrap();
        }
    }
    let of_rules = RuleSet::builtin_files().into_iter().flat_map(|file| {
        let examples = file.examples;
        examples.bad.into_iter().chain(examples.good)
    });
    let of_layers = with_examples().into_iter().flat_map(|layer| {
        let examples = layer.examples;
        examples.bad.into_iter().chain(examples.good)
    });
    let of_layers = of_layers.map(|example| Example {
        name: example.name,
        options: example.options,
        files: example.files,
        finds: Vec::new(),
    });
    for example in of_rules.chain(of_layers) {
        let outcome = run_example(&example, &rules, &example_options).unwrap();
        for (id, held) in &outcome.held {
            if *held > 0 {
                missing.remove(id.as_str());
            }
        }
    }
    // Of suppressions that have run out or stand in `portolan.yaml`; tests/cli/configuration.rs tries both.
    for id in ["seen-suppression-expired", "seen-suppression-in-config"] {
        assert!(missing.remove(id), "{id}: an example knows it now");
    }
    assert!(
        missing.is_empty(),
        "no example of a rule or a layer knows these facts; fill each in where its subject is made, and add an example: \
         {missing:#?}"
    );
}
