//! What must hold for any input, tried on every manifest that the examples of rules and layers hold: the order of documents
//! and files says nothing, and less input never proves more. And what is assumed is said.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;

use portolan::check::{Input, Options, check};
use portolan::cli::example_options;
use portolan::diagnostic::{Requirement, Verdict};
use portolan::rules::RuleSet;

use crate::support::{check_text, open_verdicts};

/// An input of manifests, and the options that go with it.
struct Manifests {
    name: String,
    documents: Vec<String>,
    options: Options,
    is_good: bool,
}

/// Every example of a rule that is one file of manifests with several documents.
fn manifests() -> Vec<Manifests> {
    let mut found = Vec::new();
    for file in RuleSet::builtin_files() {
        let good = file.examples.good.iter().map(|example| (example, true));
        let bad = file.examples.bad.iter().map(|example| (example, false));
        for (example, is_good) in good.chain(bad) {
            let [only] = example.files.as_slice() else {
                continue;
            };
            let documents: Vec<String> = only.text.split("\n---\n").map(str::to_owned).collect();
            if documents.len() < 2 || !only.text.starts_with("apiVersion") {
                continue;
            }
            found.push(Manifests {
                name: format!("{}: {}", file.id, example.name),
                documents,
                options: example_options(&example.options).unwrap(),
                is_good,
            });
        }
    }
    assert!(found.len() > 15, "{}", found.len());
    found.extend(field_cases());
    found
}

/// The manifests of field cases, where the environment names their folder.
fn field_cases() -> Vec<Manifests> {
    let Some(folder) = std::env::var_os("PORTOLAN_CASES") else {
        eprintln!("PORTOLAN_CASES is not set: the laws were tried on the examples of rules alone");
        return Vec::new();
    };
    let folder = std::path::PathBuf::from(folder).join("field");
    let mut found = Vec::new();
    for case in std::fs::read_dir(folder).unwrap() {
        let path = case.unwrap().path();
        let Ok(text) = std::fs::read_to_string(path.join("manifests.yaml")) else {
            continue;
        };
        found.push(Manifests {
            name: path.display().to_string(),
            documents: text.split("\n---\n").map(str::to_owned).collect(),
            options: Options::default(),
            is_good: false,
        });
    }
    found
}

/// The worst verdict on each requirement.
fn verdicts(files: &[String], options: &Options) -> BTreeMap<Requirement, Verdict> {
    let inputs = files
        .iter()
        .enumerate()
        .map(|(number, text)| Input::named(format!("{number}.yaml"), text.clone()))
        .collect();
    let outcome = check(inputs, options, RuleSet::builtin());
    let mut worst = BTreeMap::new();
    let rank = |verdict: Verdict| match verdict {
        Verdict::NotApplicable => 0,
        Verdict::Met => 1,
        Verdict::Undecided => 2,
        Verdict::Violated => 3,
    };
    for row in outcome
        .report
        .releases
        .iter()
        .flat_map(|release| &release.requirements)
    {
        let known = worst.entry(row.requirement).or_insert(row.verdict);
        if rank(row.verdict) > rank(*known) {
            *known = row.verdict;
        }
    }
    worst
}

#[test]
fn the_order_of_documents_and_their_files_change_no_verdict() {
    let mut wrong = Vec::new();
    for input in manifests() {
        let whole = verdicts(&[input.documents.join("\n---\n")], &input.options);
        let mut reversed = input.documents.clone();
        reversed.reverse();
        let mut turned = input.documents.clone();
        turned.rotate_left(1);
        for (how, files) in [
            ("reversed", vec![reversed.join("\n---\n")]),
            ("turned", vec![turned.join("\n---\n")]),
            ("a file each", input.documents.clone()),
            ("a file each, reversed", reversed.clone()),
        ] {
            let other = verdicts(&files, &input.options);
            if other != whole {
                wrong.push(format!("{} {how}: {whole:?} {other:?}", input.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn less_input_never_proves_more() {
    let mut wrong = Vec::new();
    for input in manifests().into_iter().filter(|input| input.is_good) {
        let whole = verdicts(&[input.documents.join("\n---\n")], &input.options);
        for left_out in 0..input.documents.len() {
            let mut documents = input.documents.clone();
            let document = documents.remove(left_out);
            let less = verdicts(&[documents.join("\n---\n")], &input.options);
            for (requirement, verdict) in &whole {
                let proved = less.get(requirement) == Some(&Verdict::Met);
                if proved && matches!(verdict, Verdict::Undecided | Verdict::Violated) {
                    let first: Vec<&str> = document.lines().take(2).collect();
                    wrong.push(format!(
                        "{}: without {first:?} {requirement} is met, with it {verdict:?}",
                        input.name
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const BEHIND_NGINX: &str = "appConfigValues:\n  selfHostedDomain: carto.acme.io\ntlsCerts:\n  httpsEnabled: false\n  autoGenerate: false\n  existingSecret:\n    name: carto-tls\nrouter:\n  ingress:\n    enabled: true\n    tls: true\n    path: /\n    ingressClassName: nginx\n    annotations:\n      nginx.ingress.kubernetes.io/proxy-read-timeout: \"3600\"\n      nginx.ingress.kubernetes.io/proxy-send-timeout: \"3600\"\n";

fn timeout_row(options: &Options) -> (Option<String>, Vec<String>) {
    let outcome = check_text("customizations.yaml", BEHIND_NGINX, options);
    let row = open_verdicts(&outcome)
        .into_iter()
        .find(|row| row.starts_with("timeout-605"));
    (row, outcome.report.releases[0].inferred.clone())
}

#[test]
fn a_hop_outside_the_input_is_undecided_until_somebody_vouches_for_it() {
    let (row, _) = timeout_row(&Options::default());
    assert_eq!(row.as_deref(), Some("timeout-605 undecided"));

    let vouched = ["--assume=before ingress-nginx=900:F5 in front, ticket NET-12".to_owned()];
    let (row, inferred) = timeout_row(&example_options(&vouched).unwrap());
    assert_eq!(row, None);
    assert!(
        inferred.contains(
            &"assumed: the load balancer before ingress-nginx holds connections for 900 s (F5 in front, ticket NET-12)"
                .to_owned()
        ),
        "{inferred:?}"
    );

    let short = ["--assume=before ingress-nginx=300:F5 in front, ticket NET-12".to_owned()];
    let (row, _) = timeout_row(&example_options(&short).unwrap());
    assert_eq!(row.as_deref(), Some("timeout-605 violated"));

    let other = ["--assume=before Traefik=900:F5 in front, ticket NET-12".to_owned()];
    let (row, _) = timeout_row(&example_options(&other).unwrap());
    assert_eq!(row.as_deref(), Some("timeout-605 undecided"));
}
