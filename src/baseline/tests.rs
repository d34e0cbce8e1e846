#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use crate::check::{Input, Options, check};

const VALUES: &str = "appConfigValues:\n  selfHostedDomain: carto.acme.io\ntlsCerts:\n  autoGenerate: false\nrouter:\n  service:\n    type: LoadBalancer\n    annotations:\n      service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: \"10\"\n";

fn run(text: &str) -> Outcome {
    let inputs = vec![Input::values("customizations.yaml", text)];
    check(inputs, &Options::default(), RuleSet::builtin())
}

fn baseline_of(text_of_values: &str) -> Baseline {
    let entries = entries_of(&run(text_of_values), &str::to_owned);
    Baseline::read("portolan-baseline.yaml", &text(entries)).unwrap()
}

#[test]
fn what_is_written_is_read_again_and_matches_after_lines_have_moved() {
    let mut baseline = baseline_of(VALUES);
    assert_eq!(baseline.entries().len(), 1);
    let mut outcome = run(&format!("# one\n# two\n{VALUES}"));
    baseline.apply(&mut outcome, &str::to_owned);
    assert_eq!(outcome.report.diagnostics, []);
    assert_eq!(outcome.report.summary.baselined, 1);
    assert_eq!(outcome.report.summary.errors, 0);
    let verdicts = &outcome.report.releases[0].requirements;
    let open = verdicts
        .iter()
        .any(|row| row.verdict == crate::diagnostic::Verdict::Violated);
    assert!(open, "accepting a finding does not fix it");
    assert!(
        baseline
            .stale(RuleSet::builtin(), &|_| true)
            .report
            .diagnostics
            .is_empty()
    );
}

#[test]
fn an_entry_without_a_finding_is_stale_only_where_its_file_was_looked_at() {
    let mut baseline = baseline_of(VALUES);
    baseline.apply(&mut run(&VALUES.replace("10", "11")), &str::to_owned);
    let stale = baseline.stale(RuleSet::builtin(), &|_| true);
    assert_eq!(stale.report.diagnostics.len(), 1);
    let found = &stale.report.diagnostics[0];
    assert_eq!(found.rule, "stale-baseline-entry");
    assert_eq!(stale.sources.slice(found.span), "\"timeout-too-short\"");
    let elsewhere = baseline.stale(RuleSet::builtin(), &|entry| {
        entry.file != "customizations.yaml"
    });
    assert!(elsewhere.report.diagnostics.is_empty());
}

#[test]
fn any_text_survives_being_written() {
    let odd = "a\u{7f}\u{85}\u{feff}\u{2028}\"\\\n\t\u{0}é: # {}";
    let entry = BaselineEntry {
        file: odd.to_owned(),
        rule: "r".to_owned(),
        fingerprint: "00".to_owned(),
        message: Some(odd.to_owned()),
        ..BaselineEntry::default()
    };
    let read = Baseline::read("b", &text(vec![entry.clone()])).unwrap();
    assert_eq!(read.entries(), [entry]);
}

#[test]
fn a_file_that_is_no_baseline_is_refused_with_its_places() {
    let places = |text: &str| -> Vec<String> {
        let mistakes = Baseline::read("b", text).unwrap_err();
        mistakes
            .iter()
            .map(|it| format!("{}:{} {}", it.place.line, it.place.column, it.message))
            .collect()
    };
    assert_eq!(
        places("version: 2\nfindings: []\n"),
        [
            "1:10 version 2 of the format of baselines is not known here: this Portolan reads version 1"
        ]
    );
    assert_eq!(
        places("version: 1\nfindings:\n  - rule: x\n    file: v.yaml\n    fingerprints: z\n"),
        ["5:5 an entry of `findings` has no key `fingerprints`; did you mean `fingerprint`?",]
    );
    assert_eq!(
        places("").len(),
        1,
        "an empty file is more likely a mistake than an empty baseline"
    );
}
