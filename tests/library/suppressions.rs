//! Comments that keep findings out of the list.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use crate::support::{check_text, check_values, open_verdicts, places};
use portolan::check::Options;
use portolan::diagnostic::Verdict;

const IDLE: &str = "service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout";

fn values(before: &str, behind: &str) -> String {
    format!(
        "appConfigValues:\n  selfHostedDomain: carto.acme.io\ntlsCerts:\n  autoGenerate: false\nrouter:\n  service:\n    type: LoadBalancer\n    annotations:\n{before}      {IDLE}: \"10\"{behind}\n"
    )
}

fn rules(text: &str, options: &Options) -> Vec<String> {
    let outcome = check_values(&[("customizations.yaml", text)], options);
    places(&outcome)
}

#[test]
fn a_comment_on_the_line_or_alone_above_it_suppresses_and_the_verdict_stays() {
    let on_the_line = values("", " # portolan: ignore[timeout-too-short] a lab");
    let above = values("      # portolan: ignore[timeout-too-short] a lab\n", "");
    for text in [on_the_line, above] {
        let outcome = check_values(&[("customizations.yaml", &text)], &Options::default());
        assert_eq!(places(&outcome), Vec::<String>::new(), "{text}");
        assert_eq!(outcome.report.summary.suppressed, 1);
        assert_eq!(outcome.report.summary.errors, 0);
        assert!(open_verdicts(&outcome).contains(&"timeout-605 violated".to_owned()));
    }
}

#[test]
fn several_comments_may_stand_one_above_the_other() {
    let text = values(
        "      # portolan: ignore[timeout-too-short] a lab\n      # portolan: ignore[placeholder-left] filled in later\n",
        "",
    );
    assert_eq!(
        rules(&text, &Options::default()),
        ["unused-suppression customizations.yaml:10:26 \"placeholder-left\""]
    );
}

#[test]
fn a_comment_farther_away_or_for_another_rule_suppresses_nothing() {
    let far = values("      # portolan: ignore[timeout-too-short] a lab\n\n", "");
    let found = rules(&far, &Options::default());
    assert_eq!(found.len(), 2, "{found:?}");
    let other = values("", " # portolan: ignore[timeout-not-set] a lab");
    let found = rules(&other, &Options::default());
    assert!(found[0].starts_with("timeout-too-short"), "{found:?}");
    assert!(found[1].starts_with("unused-suppression"), "{found:?}");
}

#[test]
fn without_a_reason_it_suppresses_nothing_and_says_so() {
    let text = values("", " # portolan: ignore[timeout-too-short]");
    let found = rules(&text, &Options::default());
    assert!(found[0].starts_with("timeout-too-short"), "{found:?}");
    assert!(found[1].starts_with("malformed-suppression"), "{found:?}");
}

#[test]
fn it_holds_to_the_end_of_its_day() {
    let text = values(
        "",
        " # portolan: ignore[timeout-too-short] until=2027-03-31 a lab",
    );
    let at = |now: i64| Options {
        now: Some(now),
        ..Options::default()
    };
    // 2027-03-31T23:59:59Z and the second after it.
    assert_eq!(rules(&text, &at(1_806_537_599)), Vec::<String>::new());
    let outcome = check_values(&[("customizations.yaml", &text)], &at(1_806_537_600));
    let messages: Vec<&str> = outcome
        .report
        .diagnostics
        .iter()
        .map(|found| found.message.as_str())
        .collect();
    assert_eq!(messages.len(), 2);
    assert!(
        messages.contains(&"this suppression of `timeout-too-short` expired on 2027-03-31"),
        "{messages:?}"
    );
    // Where the time is not known, nothing has expired.
    assert_eq!(rules(&text, &Options::default()), Vec::<String>::new());
}

#[test]
fn a_suppression_of_a_rule_that_is_not_selected_is_not_unused() {
    let text = values("", " # portolan: ignore[timeout-too-short] a lab");
    let options = Options {
        select: vec!["unused-suppression".to_owned()],
        ..Options::default()
    };
    assert_eq!(rules(&text, &options), Vec::<String>::new());
}

#[test]
fn it_works_in_manifests_and_in_texts_of_extra_deploy() {
    let manifest = format!(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: carto-router\n  labels: {{app.kubernetes.io/component: router}}\n  annotations:\n    # portolan: ignore[timeout-too-short] a lab\n    {IDLE}: \"10\"\nspec:\n  type: LoadBalancer\n  ports:\n    - {{name: https, port: 443, targetPort: https}}\n"
    );
    let outcome = check_text("manifests.yaml", &manifest, &Options::default());
    assert_eq!(places(&outcome), Vec::<String>::new());
    assert_eq!(outcome.report.summary.suppressed, 1);
    let text = "appConfigValues:\n  selfHostedDomain: carto.acme.io\nextraDeploy:\n  - |\n    apiVersion: networking.gke.io/v1\n    kind: ManagedCertificate\n    metadata:\n      name: <your-name> # portolan: ignore[placeholder-left] the pipeline fills it in\n    spec:\n      domains:\n        # portolan: ignore[placeholder-left] the pipeline fills it in\n        - <your-domain>\n";
    let outcome = check_values(&[("customizations.yaml", text)], &Options::default());
    let left: Vec<String> = places(&outcome)
        .into_iter()
        .filter(|place| place.contains("placeholder-left") || place.contains("suppression"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
    assert_eq!(outcome.report.summary.suppressed, 2);
    let row = &outcome.report.releases[0].requirements;
    let values_file = row
        .iter()
        .find(|row| row.requirement.as_str() == "values-file")
        .unwrap();
    assert_eq!(values_file.verdict, Verdict::Violated);
}

/// Two hundred were once all that was looked for, and whoever had suppressed more was told of comments without a finding.
#[test]
fn thousands_of_suppressed_findings_stay_suppressed() {
    let mut values = "appConfigValues:\n  selfHostedDomain: carto.acme.io\n".to_owned();
    for number in 0..1200 {
        values.push_str(&format!(
            "# portolan: ignore[unknown-key] read by our own tools\nours{number}: 1\n"
        ));
    }
    let outcome = portolan::check::check(
        vec![portolan::check::Input::named("customizations.yaml", values)],
        &portolan::check::Options::default(),
        portolan::rules::RuleSet::builtin(),
    );
    let left: Vec<&str> = outcome
        .report
        .diagnostics
        .iter()
        .map(|found| found.rule.as_str())
        .filter(|rule| ["unknown-key", "unused-suppression"].contains(rule))
        .collect();
    assert!(left.is_empty(), "{}", left.len());
    assert_eq!(outcome.report.summary.suppressed, 1200);
}
