//! Large inputs: read in parts, by several threads, and not kept whole. Nothing of that may show in a report.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::fmt::Write as _;

use portolan::check::{Input, Options, Outcome, check};
use portolan::diagnostic::Diagnostic;
use portolan::limits::{Limit, Limits};
use portolan::report::{self, Format};
use portolan::rules::RuleSet;

/// One installation, whose load balancer closes connections after four minutes.
const INSTALLATION: &str = r#"---
# Source: carto/templates/router/configmap.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: carto-router
  namespace: carto
data:
  ROUTER_ENABLE_HTTPS: "true"
  CARTO_SELFHOSTED_DOMAIN: "carto.bluelake.io"
---
# Source: carto/templates/router/service.yaml
apiVersion: v1
kind: Service
metadata:
  name: carto-router
  namespace: carto
  labels:
    app.kubernetes.io/instance: carto
    app.kubernetes.io/component: router
  annotations:
    service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: "4"
spec:
  type: LoadBalancer
  ports:
    - name: https
      port: 443
      targetPort: https
  selector:
    app.kubernetes.io/component: router
"#;

/// A workload of somebody else, with a Secret, and a ConfigMap that the router would not bear.
fn stranger(number: usize) -> String {
    let mut text = String::new();
    for (kind, rest) in [
        (
            "ConfigMap",
            "data:\n  ROUTER_ENABLE_HTTPS: \"false\"\n  notes: |\n    --- not a document\n    a: b\n",
        ),
        ("Secret", "data:\n  password: aHVudGVyMg==\n"),
        (
            "Deployment",
            "spec:\n  template:\n    spec:\n      containers:\n        - name: main\n          args: [\"--a\", b]\n",
        ),
    ] {
        let _ = write!(
            text,
            "---\n# Source: other/templates/{kind}.yaml\napiVersion: v1\nkind: {kind}\nmetadata:\n  name: other-{number}\n  namespace: other\n{rest}"
        );
    }
    text
}

fn strangers(bytes: usize) -> String {
    let mut text = String::new();
    let mut number = 0;
    while text.len() < bytes {
        text.push_str(&stranger(number));
        number += 1;
    }
    text
}

fn outcome(inputs: &[(&str, &str)], threads: usize) -> Outcome {
    outcome_within(inputs, threads, Limits::default())
}

fn outcome_within(inputs: &[(&str, &str)], threads: usize, limits: Limits) -> Outcome {
    let options = Options {
        threads,
        limits,
        ..Options::default()
    };
    let inputs = inputs
        .iter()
        .map(|(name, text)| Input::named(*name, *text))
        .collect();
    let mut outcome = check(inputs, &options, RuleSet::builtin());
    outcome.shorten(&options.limits);
    outcome
}

fn rendered(outcome: &Outcome) -> String {
    let options = report::Options {
        color: false,
        width: 100,
        links: false,
        unicode: true,
        verbose: true,
    };
    let mut out = Vec::new();
    for format in [Format::Pretty, Format::Plain, Format::Json] {
        report::render(
            format,
            &outcome.report,
            &outcome.sources,
            &options,
            &mut out,
        )
        .unwrap();
    }
    String::from_utf8(out).unwrap()
}

/// What was found, without the lines.
fn findings(outcome: &Outcome) -> Vec<String> {
    let found = outcome.report.diagnostics.iter().map(|found| {
        format!(
            "{} {:?} {} {:?}",
            found.rule,
            found.path,
            outcome.sources.slice(found.span),
            found.object
        )
    });
    found.collect()
}

#[test]
fn a_large_file_says_what_a_small_one_says() {
    let around = strangers(1_500_000);
    let large = format!("{around}{INSTALLATION}{around}");
    let small = format!("{}{INSTALLATION}{}", stranger(0), stranger(1));
    let small = outcome(&[("all.yaml", &small)], 1);
    let one = outcome(&[("all.yaml", &large)], 1);
    assert!(findings(&small).iter().any(|it| it.contains("timeout")));
    assert_eq!(findings(&one), findings(&small));
    for threads in [2, 3, 16] {
        let many = outcome(&[("all.yaml", &large)], threads);
        assert_eq!(rendered(&many), rendered(&one), "{threads} threads");
    }
}

#[test]
fn a_mistake_in_a_large_file_is_found_where_it_stands() {
    let around = strangers(700_000);
    for (mistake, rule) in [
        ("a: \"b\n", "syntax"),
        ("a: 1\na: 2\n", "duplicate-key"),
        ("a: &a [*a]\n", "syntax"),
    ] {
        let broken = format!("---\napiVersion: v1\nkind: ConfigMap\n{mistake}");
        let text = format!("{around}{broken}{around}{INSTALLATION}{broken}{around}");
        let one = outcome(&[("all.yaml", &text)], 1);
        let lines: Vec<usize> = one
            .report
            .diagnostics
            .iter()
            .filter(|found| found.rule.contains(rule))
            .map(|found| one.sources.line_column(found.span).line)
            .collect();
        let line_after = |part: &str| part.lines().count() + 4;
        let second = format!("{around}{broken}{around}{INSTALLATION}");
        assert_eq!(lines.len(), 2, "{mistake}: {lines:?}");
        assert!(lines[0].abs_diff(line_after(&around)) <= 1, "{lines:?}");
        assert!(lines[1].abs_diff(line_after(&second)) <= 1, "{lines:?}");
        assert_eq!(
            rendered(&outcome(&[("all.yaml", &text)], 3)),
            rendered(&one)
        );
    }
}

#[test]
fn a_large_file_without_an_installation_is_read_whole() {
    let text = format!(
        "{}# {}\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\n  namespace: other\nspec:\n  rules: []\n",
        strangers(20_000),
        "a long comment ".repeat(80_000)
    );
    let large = outcome(&[("all.yaml", &text)], 2);
    let small = outcome(&[("all.yaml", &text[text.len() - 2_000..])], 1);
    assert_eq!(findings(&large), findings(&small));
}

#[test]
fn many_values_files_give_one_report_in_the_order_of_their_names() {
    let texts: Vec<(String, String)> = (0..60)
        .map(|number| {
            let mut text = String::from("router:\n  service:\n    type: LoadBalancer\n");
            match number % 4 {
                0 => text.push_str("    annotations:\n      service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: \"4\"\n"),
                1 => text.push_str("    typo: 1 # portolan: ignore[unknown-key] known\n"),
                2 => text.push_str("extraDeploy:\n  - |\n    apiVersion: v1\n    kind: ConfigMap\n"),
                _ => text = format!("{INSTALLATION}# {number}\n"),
            }
            (format!("{number:02}.yaml"), text)
        })
        .collect();
    let inputs: Vec<(&str, &str)> = texts
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let one = outcome(&inputs, 1);
    assert_eq!(one.report.summary.releases, 45);
    assert_eq!(one.report.summary.files, 60);
    assert_eq!(one.report.summary.suppressed, 15);
    assert_eq!(rendered(&outcome(&inputs, 4)), rendered(&one));
    // Each as if nothing else had been there.
    for (name, text) in inputs.iter().filter(|(_, text)| !text.contains("---")) {
        let alone = outcome(&[(name, text)], 1);
        let here: Vec<String> = findings(&one);
        assert!(
            findings(&alone).iter().all(|it| here.contains(it)),
            "{name}"
        );
    }
    let names: Vec<&str> = one
        .report
        .releases
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    assert!(names[..45].is_sorted(), "{names:?}");
}

#[test]
fn the_limit_of_findings_is_that_of_all_files_together() {
    let typos: String = (0..10).map(|at| format!("  servise{at}: {{}}\n")).collect();
    let texts: Vec<(String, String)> = (0..20)
        .map(|number| {
            let kind = if number % 2 == 0 {
                "carto: 1\n"
            } else {
                "# apiVersion\n"
            };
            (
                format!("{number:02}.yaml"),
                format!("{kind}router:\n{typos}"),
            )
        })
        .collect();
    let inputs: Vec<(&str, &str)> = texts
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let limits = Limits::with(&[(Limit::Findings, 25)]);
    let all = outcome(&inputs, 1);
    let one = outcome_within(&inputs, 1, limits.clone());
    let found = &one.report.diagnostics;
    assert!(all.report.diagnostics.len() >= 200);
    assert_eq!(found.len(), 26);
    let more = all.report.diagnostics.len() - 25;
    assert_eq!(
        found[25].message,
        format!("{more} more findings are not shown; the limit `findings` is 25")
    );
    // The worst of all of them, each as it is said without a limit.
    for found in &found[..25] {
        let same = |it: &&Diagnostic| {
            (&it.rule, it.span.range(), &it.path) == (&found.rule, found.span.range(), &found.path)
        };
        assert!(
            all.report.diagnostics.iter().any(|it| same(&it)),
            "{found:?}"
        );
    }
    for threads in [2, 5] {
        let many = outcome_within(&inputs, threads, limits.clone());
        assert_eq!(rendered(&many), rendered(&one), "{threads} threads");
    }
}

#[test]
fn each_release_may_have_as_much_of_templates_as_one_that_is_checked_alone() {
    let values = |mention: &str| {
        format!(
            "# {mention}\nrouter:\n  service:\n    annotations:\n      acme.io/x: '{{{{ repeat 30000 \"x\" | len }}}}'\n"
        )
    };
    let (plain, other) = (values("values"), values("apiVersion"));
    let inputs = [
        ("1.yaml", plain.as_str()),
        ("2.yaml", &other),
        ("3.yaml", &plain),
        ("4.yaml", &other),
    ];
    let reached = |most: usize, threads| {
        let limits = Limits::with(&[(Limit::TemplateOutput, most)]);
        let outcome = outcome_within(&inputs, threads, limits);
        let found = outcome.report.diagnostics.iter();
        found.filter(|it| it.rule == "limit-reached").count()
    };
    for threads in [1, 3] {
        assert_eq!(reached(40_000, threads), 0);
        assert_eq!(reached(20_000, threads), 4);
    }
}
