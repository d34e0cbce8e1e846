//! The built-in layers: each is read from its file, and each of its examples is executed with all rules at once.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fs;
use std::path::Path;

use portolan::check::{Input, check};
use portolan::cli::example_options;
use portolan::diagnostic::{Requirement, Severity, Verdict};
use portolan::exposure::layers::page::layers_page;
use portolan::exposure::layers::{LayerSet, with_examples};
use portolan::rules::RuleSet;
use portolan::selftest::try_layer;

#[test]
fn every_layer_keeps_its_examples() {
    let layers = LayerSet::builtin();
    let mut examples = 0;
    let mut wrong = String::new();
    for layer in with_examples() {
        examples += layer.examples.bad.len() + layer.examples.good.len();
        for failure in try_layer(&layer, layers, &example_options) {
            for mistake in failure.mistakes {
                wrong += &format!("{} / {}: {mistake}\n", layer.id, failure.example);
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(examples > 90, "{examples}");
}

#[test]
fn a_class_that_no_file_describes_is_named_and_left_undecided() {
    let values = [
        (
            "class `higress`",
            "router:\n  ingress:\n    enabled: true\n    ingressClassName: higress\n",
        ),
        (
            "class `acme-mesh`",
            "gateway:\n  enabled: true\n  gatewayClassName: acme-mesh\n  staticIP:\n    enabled: false\n",
        ),
        (
            "platform `other`",
            "router:\n  service:\n    type: LoadBalancer\n",
        ),
    ];
    for (named, text) in values {
        let options = example_options(&["--platform=other".to_owned()]).unwrap();
        let input = Input::values("customizations.yaml", text);
        let outcome = check(vec![input], &options, RuleSet::builtin());
        let timeouts: Vec<_> = outcome
            .report
            .diagnostics
            .iter()
            .filter(|found| found.rule.starts_with("timeout") && found.severity != Severity::Note)
            .collect();
        assert!(timeouts.is_empty(), "{named}: {timeouts:?}");
        let row = outcome.report.releases[0]
            .requirements
            .iter()
            .find(|row| row.requirement == Requirement::Timeout605)
            .unwrap();
        assert_eq!(row.verdict, Verdict::Undecided);
        assert!(
            row.supply.iter().any(|text| text.contains(named)),
            "{:?}",
            row.supply
        );
    }
}

#[test]
fn every_layer_file_is_called_like_its_layer() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("layers");
    let mut files: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    files.sort();
    let mut ids: Vec<String> = with_examples().into_iter().map(|layer| layer.id).collect();
    ids.sort();
    assert_eq!(ids, files);
}

#[test]
fn the_page_of_layers_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/layers.md");
    let expected = layers_page();
    if std::env::var_os("PORTOLAN_UPDATE").is_some_and(|value| value == "1") {
        fs::write(&path, &expected).unwrap();
        return;
    }
    let found = fs::read_to_string(&path)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    assert!(
        found == expected,
        "docs/layers.md is not current; `cargo xtask gen` rewrites it"
    );
}
