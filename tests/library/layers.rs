//! The built-in layers: each is read from its file, and each of its examples is executed with all rules at once.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fs;
use std::path::Path;

use portolan::check::{Input, check};
use portolan::cli::example_options;
use portolan::diagnostic::{Requirement, Severity, Verdict};
use portolan::exposure::layers::page::layers_page;
use portolan::exposure::layers::{Layer, LayerSet, with_examples};
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

/// A controller that nobody but its owner knows.
const OWN: &str = r#"
id: acme-edge
title: Acme Edge
entry: ingress
recognize:
  classes: [acme-edge]
tls:
  model: declared
  ends:
    - when: [{field: "spec.tls[].secretName", present: true}]
      is: here
  plain:
    - when: []
      is: redirected
timeouts:
  - meaning: idle
    places:
      - annotation: edge.acme.io/idle-timeout
    syntax: integer
    unit: seconds
    default: 60
    sources: [the handbook of Acme Edge]
reads:
  annotations:
    - prefix: edge.acme.io/
      keys:
        Ingress: [idle-timeout, entry]
        Service: [weight]
      serves:
        timeout: [idle-timeout]
  kinds:
    - kind: EdgePolicy
      group: edge.acme.io
      serves: timeout
      fields: {spec: {idleTimeout: string, retries: [{codes: [string]}]}}
examples:
  bad:
    - name: the timeout on the Service, where nobody reads it
      files:
        - name: customizations.yaml
          text: |
            tlsCerts: {httpsEnabled: false, autoGenerate: false, existingSecret: {name: carto-tls}}
            router:
              service:
                annotations:
                  edge.acme.io/idle-timeout: "900"
              ingress: {enabled: true, tls: true, path: /, ingressClassName: acme-edge}
      finds:
        - rule: setting-not-read
          line: 5
          text: edge.acme.io/idle-timeout
        - rule: timeout-not-set
          line: 6
          text: ingress
  good:
    - name: the timeout on the Ingress
      files:
        - name: customizations.yaml
          text: |
            tlsCerts: {httpsEnabled: false, autoGenerate: false, existingSecret: {name: carto-tls}}
            router:
              ingress:
                enabled: true
                tls: true
                path: /
                ingressClassName: acme-edge
                annotations:
                  edge.acme.io/idle-timeout: "900"
      verdicts: {timeout-605: met, https-only: met}
"#;

#[test]
fn what_a_controller_of_ones_own_reads_stands_in_its_one_file() {
    let (layer, _) = Layer::parse(OWN).unwrap();
    let mut options = example_options(&[]).unwrap();
    options.layers = LayerSet::with(vec![layer.clone()]);
    let failures = try_layer(&layer, &options.layers, &example_options);
    assert!(failures.is_empty(), "{failures:?}");
    let values = r#"
tlsCerts:
  httpsEnabled: false
  autoGenerate: false
  existingSecret: {name: carto-tls}
router:
  service:
    annotations:
      edge.acme.io/idle-timeout: "900"
      edge.acme.io/weight: "5"
  ingress:
    enabled: true
    tls: true
    ingressClassName: acme-edge
    annotations:
      edge.acme.io/idle-timout: "900"
      nginx.ingress.kubernetes.io/proxy-read-timeout: "900"
extraDeploy:
  - apiVersion: edge.acme.io/v1
    kind: EdgePolicy
    metadata: {name: carto}
    spec:
      idleTimeouts: 900s
      retries: [{code: ["503"]}]
"#;
    let input = Input::values("customizations.yaml", values);
    let outcome = check(vec![input], &options, RuleSet::builtin());
    let mut found: Vec<(&str, &str)> = outcome
        .report
        .diagnostics
        .iter()
        .filter(|found| {
            ["setting-not-read", "unknown-annotation", "unknown-field"].contains(&&*found.rule)
        })
        .map(|found| (&*found.rule, outcome.sources.slice(found.span)))
        .collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("setting-not-read", "edge.acme.io/idle-timeout"),
            (
                "setting-not-read",
                "nginx.ingress.kubernetes.io/proxy-read-timeout"
            ),
            ("unknown-annotation", "edge.acme.io/idle-timout"),
            ("unknown-field", "code"),
            ("unknown-field", "idleTimeouts"),
        ]
    );
    let not_set = outcome
        .report
        .diagnostics
        .iter()
        .find(|found| found.rule == "timeout-not-set")
        .unwrap();
    let beside = not_set
        .labels
        .iter()
        .filter(|label| label.message.starts_with("set here, but not read"));
    assert!(beside.count() >= 3, "{:?}", not_set.labels);
}
