//! Keys and types of values in whole checks: layers, `--set`, anchors, files that are not ours.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use crate::support::{check_values, places};
use portolan::check::{Input, Options, Role, check};
use portolan::options::{ReleaseOptions, SetValue};
use portolan::rules::RuleSet;

fn found(files: &[(&str, &str)]) -> Vec<String> {
    places(&check_values(files, &Options::default()))
}

#[test]
fn a_wrong_key_that_a_later_file_repeats_is_shown_in_both() {
    let text = "router:\n  ports: {}\n";
    assert_eq!(
        found(&[("a.yaml", text), ("b.yaml", text)])
            .iter()
            .filter(|place| place.starts_with("unknown-key"))
            .count(),
        2
    );
}

#[test]
fn a_wrong_key_on_the_command_line_is_found_once() {
    let options = Options {
        release: ReleaseOptions {
            set: vec![SetValue::from(
                "router.ports.httpsTargetPort=http".to_owned(),
            )],
            ..ReleaseOptions::default()
        },
        ..Options::default()
    };
    let outcome = check_values(
        &[(
            "a.yaml",
            "appConfigValues:\n  selfHostedDomain: carto.acme.io\n",
        )],
        &options,
    );
    let found: Vec<String> = places(&outcome)
        .into_iter()
        .filter(|place| place.starts_with("unknown-key"))
        .collect();
    assert_eq!(found, ["unknown-key --set:1:8 \"ports\""]);
}

#[test]
fn an_anchor_that_is_used_through_a_merge_key_makes_its_holder_known() {
    let used = "defaults:\n  small: &small\n    replicaCount: 1\nrouter:\n  <<: *small\nappConfigValues:\n  selfHostedDomain: carto.acme.io\n";
    assert!(
        !found(&[("a.yaml", used)])
            .iter()
            .any(|place| place.starts_with("unknown-key"))
    );
    let unused = used.replace("  <<: *small\n", "  replicaCount: 2\n");
    assert!(
        found(&[("a.yaml", &unused)]).contains(&"unknown-key a.yaml:1:1 \"defaults\"".to_owned())
    );
}

#[test]
fn a_password_of_digits_is_never_repeated() {
    let text = "appConfigValues:\n  selfHostedDomain: carto.acme.io\nexternalPostgresql:\n  password: 4111222233334444\n";
    let outcome = check_values(&[("a.yaml", text)], &Options::default());
    let found = outcome
        .report
        .diagnostics
        .iter()
        .find(|found| found.rule == "number-rewritten")
        .unwrap();
    assert!(!found.message.contains("4111") && !found.message.contains("4.11"));
}

#[test]
fn named_entries_of_extra_deploy_are_rendered_as_the_chart_does_it() {
    let text = "appConfigValues:\n  selfHostedDomain: carto.acme.io\nextraDeploy:\n  policy:\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: twin}\n  twin: |\n    apiVersion: v1\n    kind: ConfigMap\n    metadata:\n      name: twin\n";
    let found = found(&[("a.yaml", text)]);
    assert!(
        found.contains(&"duplicate-object a.yaml:12:13 \"twin\"".to_owned()),
        "{found:?}"
    );
    assert!(!found.iter().any(|place| place.starts_with("wrong-type")));
}

#[test]
fn files_of_others_in_the_same_folder_are_skipped() {
    let ours = "appConfigValues:\n  selfHostedDomain: carto.acme.io\n";
    let others = [
        (
            "docker-compose.yaml",
            "services:\n  router:\n    image: traefik:3\n    ports: [\"80:80\"]\nvolumes: {}\n",
        ),
        (
            ".gitlab-ci.yml",
            "stages: [build]\nbuild:\n  stage: build\n  script: [make]\n",
        ),
        (
            "workflow.yaml",
            "on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n",
        ),
        (
            "redis-values.yaml",
            "architecture: standalone\nauth:\n  enabled: false\nmaster:\n  persistence:\n    enabled: false\n",
        ),
        (
            "ingress-nginx.yaml",
            "controller:\n  service:\n    annotations: {}\ngateway:\n  enabled: true\n",
        ),
        (
            "apollo-values.yaml",
            "router:\n  configuration:\n    supergraph:\n      listen: 0.0.0.0:4000\nextraEnvVars: []\n",
        ),
        (
            "Chart.yaml",
            "apiVersion: v2\nname: wrapper\nversion: 0.1.0\n",
        ),
        ("mkdocs.yml", "site_name: Maps\nnav:\n  - index.md\n"),
        ("package.json", "{\"name\": \"maps\", \"scripts\": {}}"),
    ];
    let mut inputs = vec![Input {
        role: Role::Walked,
        ..Input::named("customizations.yaml", ours)
    }];
    inputs.extend(others.map(|(name, text)| Input {
        role: Role::Walked,
        ..Input::named(name, text)
    }));
    let outcome = check(inputs, &Options::default(), RuleSet::builtin());
    assert_eq!(outcome.report.summary.files, 1);
    assert_eq!(outcome.report.summary.skipped, others.len());
    assert_eq!(outcome.report.summary.releases, 1);
    assert_eq!(outcome.report.summary.manifests, 0);
}
