//! Hostile input, checked whole: each limit is reached by an input of a kind that people with bad intent write, the finding
//! says which one and where, and the rest of the input is still checked.
//!
//! Nothing is timed: without its limit, each of these would run for minutes or ask for gigabytes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use portolan::check::{Input, Options, Outcome, check};
use portolan::diagnostic::{Requirement, Severity, Verdict};
use portolan::limits::{Limit, Limits};
use portolan::options::{ReleaseOptions, SetValue};
use portolan::rules::RuleSet;
use portolan_certificate::PemFile;

/// What is found beside the hostile part, so that the rest is known to be checked.
const TYPO: &str = "appConfigValues:\n  selfHostedDomain: carto.acme.io\nrouter:\n  servise: {}\n";

fn run_with(text: &str, limits: &[&str]) -> Outcome {
    let mut options = Options::default();
    for limit in limits {
        options.limits.assign(limit).unwrap();
    }
    let mut outcome = check(
        vec![Input::values("customizations.yaml", text)],
        &options,
        RuleSet::builtin(),
    );
    outcome.shorten(&options.limits);
    outcome
}

/// Each finding of `limit-reached`: line, the text under its span (its first line), and the message.
fn reached(outcome: &Outcome) -> Vec<(usize, String, String)> {
    outcome
        .report
        .diagnostics
        .iter()
        .filter(|found| found.rule == "limit-reached")
        .map(|found| {
            let text = outcome.sources.slice(found.span);
            (
                outcome.sources.line_column(found.span).line,
                text.lines().next().unwrap_or_default().to_owned(),
                found.message.clone(),
            )
        })
        .collect()
}

fn rules(outcome: &Outcome) -> Vec<&str> {
    let mut rules: Vec<&str> = outcome
        .report
        .diagnostics
        .iter()
        .map(|found| found.rule.as_str())
        .collect();
    rules.dedup();
    rules
}

/// Checks that the one finding is an error that says how to raise the limit, and that it does not look like a pass.
#[track_caller]
fn is_said(outcome: &Outcome, limit: Limit) {
    let found: Vec<_> = outcome
        .report
        .diagnostics
        .iter()
        .filter(|found| found.rule == "limit-reached")
        .collect();
    assert!(!found.is_empty(), "{outcome:#?}");
    assert_eq!(found[0].severity, Severity::Error);
    let help = found[0].help.as_deref().unwrap();
    assert!(
        help.contains(&format!("--limit {}=", limit.name())),
        "{help}"
    );
    let row = outcome.report.releases[0]
        .requirements
        .iter()
        .find(|row| row.requirement == Requirement::ValuesFile)
        .unwrap();
    assert_ne!(row.verdict, Verdict::Met);
}

/// A template as an annotation of the router's Service; the typo beside it must be found all the same.
#[track_caller]
fn template(template: &str, limits: &[&str], limit: Limit, expected: (&str, &str)) {
    let text = format!("{TYPO}  service:\n    annotations:\n      acme.io/x: '{template}'\n");
    let outcome = run_with(&text, limits);
    let (under, message) = expected;
    // The templates of one map are evaluated together, so that what is said of the whole stands at its key.
    let found = reached(&outcome);
    assert!(
        found.iter().any(|(line, text, said)| *line == 7
            && said == message
            && (text == under || text == "acme.io/x")),
        "{found:?}"
    );
    is_said(&outcome, limit);
    assert!(
        rules(&outcome).contains(&"unknown-key"),
        "{:?}",
        rules(&outcome)
    );
    assert!(!rules(&outcome).contains(&"template-error"));
}

#[test]
fn loops_end_at_the_number_of_their_items() {
    template(
        "{{ range until 1000000000 }}x{{ end }}",
        &[],
        Limit::RangeItems,
        (
            "until 1000000000",
            "this goes over more than 1000000 items; the limit `range-items` is 1000000",
        ),
    );
    template(
        "{{ range 1000000000 }}x{{ end }}",
        &[],
        Limit::RangeItems,
        (
            "1000000000",
            "this goes over more than 1000000 items; the limit `range-items` is 1000000",
        ),
    );
}

#[test]
fn loops_in_loops_end_at_the_number_of_steps() {
    template(
        "{{ range until 10000 }}{{ range until 10000 }}{{ end }}{{ end }}",
        &["template-steps=50000"],
        Limit::TemplateSteps,
        (
            "until 10000",
            "the templates of this release take more than 50000 steps: this one is not evaluated to its end; the limit `template-steps` is 50000",
        ),
    );
}

#[test]
fn texts_end_at_the_bytes_of_all_of_them() {
    template(
        "{{ repeat 1000000000 \"x\" }}",
        &[],
        Limit::TemplateOutput,
        (
            "repeat 1000000000 \"x\"",
            "the template makes a string of more than 33554432 bytes; the limit `template-output` is 32MiB",
        ),
    );
    template(
        "{{ printf \"%9999999d%9999999d%9999999d%9999999d\" 1 2 3 4 }}",
        &["template-output=1MiB"],
        Limit::TemplateOutput,
        (
            "printf \"%9999999d%9999999d%9999999d%9999999d\" 1 2 3 4",
            "the template makes a string of more than 1048576 bytes; the limit `template-output` is 1MiB",
        ),
    );
}

#[test]
fn a_width_beyond_what_go_reads_is_what_go_makes_of_it() {
    let text = format!(
        "{TYPO}  service:\n    annotations:\n      acme.io/x: '{{{{ printf \"%1000000000d|\" 5 }}}}'\n"
    );
    let outcome = run_with(&text, &[]);
    assert_eq!(reached(&outcome), []);
    assert!(!rules(&outcome).contains(&"template-error"));
}

#[test]
fn templates_that_call_themselves_end_at_their_depth() {
    template(
        "{{ define \"a\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}",
        &[],
        Limit::TemplateDepth,
        (
            "{{ include \"a\" . }}",
            "the template is nested more than 60 deep; the limit `template-depth` is 60",
        ),
    );
    let outcome = run_with(
        &format!(
            "{TYPO}self: '{{{{ tpl .Values.self . }}}}'\nextraDeploy:\n  - '{{{{ tpl .Values.self . }}}}'\n"
        ),
        &[],
    );
    is_said(&outcome, Limit::TemplateDepth);
    assert_eq!(reached(&outcome)[0].0, 7);
}

#[test]
fn a_regular_expression_ends_at_its_compiled_size() {
    template(
        "{{ regexMatch \"(x{1000}){1000}\" \"x\" }}",
        &[],
        Limit::RegexSize,
        (
            "regexMatch \"(x{1000}){1000}\" \"x\"",
            "this regular expression takes more than 262144 bytes once it is compiled; the limit `regex-size` is 256KiB",
        ),
    );
}

#[test]
fn templates_and_their_variables_have_limits() {
    template(
        &format!("{{{{/* {} */}}}}x", "long ".repeat(300)),
        &["template-size=1KiB"],
        Limit::TemplateSize,
        (
            &format!("'{{{{/* {} */}}}}x'", "long ".repeat(300)),
            "this template is longer than 1024 bytes, and is not evaluated; the limit `template-size` is 1KiB",
        ),
    );
    template(
        &(0..600)
            .map(|at| format!("{{{{ $v{at} := 1 }}}}"))
            .collect::<String>(),
        &[],
        Limit::TemplateVariables,
        (
            "$v499",
            "more than 500 variables are declared; the limit `template-variables` is 500",
        ),
    );
}

/// A file of a kilobyte must not buy a budget for each of its templates.
#[test]
fn templates_share_one_budget() {
    let entries: String = (0..20)
        .map(|at| format!("  - '{{{{ $x{at} := repeat 4000000 \"x\" }}}}'\n"))
        .collect();
    let text = format!("{TYPO}extraDeploy:\n{entries}");
    let outcome = run_with(&text, &[]);
    let found = reached(&outcome);
    assert_eq!(
        found,
        [
            (
                14,
                "repeat 4000000 \"x\"".to_owned(),
                "the templates of this release make more than 33554432 bytes of text: this one is not evaluated to its end; the limit `template-output` is 32MiB".to_owned()
            ),
            (
                15,
                "'{{ $x9 := repeat 4000000 \"x\" }}'".to_owned(),
                "this template and 10 more are not evaluated: the templates before it used up what there was for all; the limit `template-output` is 32MiB".to_owned()
            ),
        ]
    );
    assert!(rules(&outcome).contains(&"unknown-key"));
}

#[test]
fn the_number_of_templates_has_a_limit_and_nothing_is_left_out_silently() {
    let entries: String = (0..50)
        .map(|at| format!("  - '{{{{ {at} }}}}'\n"))
        .collect();
    let text = format!("{TYPO}extraDeploy:\n{entries}");
    let outcome = run_with(&text, &["templates=10"]);
    assert_eq!(
        reached(&outcome),
        [(
            16,
            "'{{ 10 }}'".to_owned(),
            "this template and 39 more are not evaluated: the templates before it used up what there was for all; the limit `templates` is 10".to_owned()
        )]
    );
    is_said(&outcome, Limit::Templates);
}

#[test]
fn what_templates_make_has_a_limit_of_its_own() {
    let text = format!(
        "{TYPO}extraDeploy:\n  - |\n    {{{{ range until 5000 }}}}\n    - x\n    {{{{- end }}}}\n  - |\n    {{{{ 1 }}}}\n"
    );
    let outcome = run_with(&text, &["template-nodes=1000"]);
    let found = reached(&outcome);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].2.ends_with("the limit `template-nodes` is 1000"));
    assert!(found[1].2.starts_with("this template is not evaluated"));
}

#[test]
fn aliases_that_repeat_one_another_end_at_the_number_of_values() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for at in 1..10 {
        let before = format!("*a{}", at - 1);
        text.push_str(&format!(
            "a{at}: &a{at} [{}]\n",
            [before.as_str(); 10].join(", ")
        ));
    }
    let outcome = run_with(&format!("{text}{TYPO}"), &[]);
    assert_eq!(
        reached(&outcome),
        [(
            6,
            "*a4".to_owned(),
            "the aliases of this document repeat more than 400000 nodes, which Helm refuses; the limit `aliased-nodes` is 400000".to_owned()
        )]
    );
    is_said(&outcome, Limit::AliasedNodes);
}

#[test]
fn nesting_ends_at_its_depth_whatever_brackets_it_is_made_of() {
    for opening in ["[", "{a: "] {
        let text = format!("{TYPO}deep: {}\n", opening.repeat(100_000));
        let outcome = run_with(&text, &[]);
        is_said(&outcome, Limit::Nesting);
        assert_eq!(reached(&outcome)[0].0, 5);
    }
}

#[test]
fn a_file_ends_at_its_nodes_its_length_and_the_length_of_a_value() {
    let many = format!("{TYPO}list:\n{}", "  - 1\n".repeat(2_000));
    is_said(&run_with(&many, &["nodes=1000"]), Limit::Nodes);
    is_said(&run_with(&many, &["file-size=1KiB"]), Limit::FileSize);
    let long = format!("{TYPO}value: {}\n", "long ".repeat(1_000_000));
    let outcome = run_with(&long, &["value-size=1MiB"]);
    is_said(&outcome, Limit::ValueSize);
    assert_eq!(reached(&outcome)[0].0, 5);
}

#[test]
fn a_file_that_is_lost_does_not_keep_manifests_from_being_checked() {
    let bomb = format!(
        "apiVersion: v1\nkind: ConfigMap\ndata: {}\n",
        "[".repeat(1_000)
    );
    let service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: carto-router\n  annotations:\n    a: 1\nspec:\n  type: LoadBalancer\n";
    let outcome = check(
        vec![
            Input::named("bomb.yaml", bomb),
            Input::named("service.yaml", service),
        ],
        &Options::default(),
        RuleSet::builtin(),
    );
    is_said(&outcome, Limit::Nesting);
    assert!(
        rules(&outcome).contains(&"annotation-not-string"),
        "{:?}",
        rules(&outcome)
    );
}

#[test]
fn problems_of_a_text_are_counted_beyond_their_limit() {
    let text = format!("{TYPO}{}", "same: 1\n".repeat(100));
    let outcome = run_with(&text, &["yaml-problems=10"]);
    let (line, _, message) = &reached(&outcome)[0];
    assert_eq!(*line, 1);
    assert_eq!(
        message,
        "89 more problems of this file are not shown; the limit `yaml-problems` is 10"
    );
    // The values were read all the same.
    assert!(rules(&outcome).contains(&"unknown-key"));
}

#[test]
fn findings_are_counted_beyond_their_limit_and_the_worst_are_kept() {
    let annotations: String = (0..300)
        .map(|at| format!("      acme.io/x{at}: {at}\n"))
        .collect();
    let text = format!("{TYPO}  service:\n    annotations:\n{annotations}");
    let all = run_with(&text, &[]);
    let few = run_with(&text, &["findings=20"]);
    assert_eq!(few.report.diagnostics.len(), 21);
    let last = few.report.diagnostics.last().unwrap();
    let more = all.report.diagnostics.len() - 20;
    assert_eq!(
        last.message,
        format!("{more} more findings are not shown; the limit `findings` is 20")
    );
    assert_eq!(last.severity, Severity::Note);
    assert_eq!(few.report.summary.errors, all.report.summary.errors);
    assert_eq!(few.report.summary.notes, all.report.summary.notes + 1);
    let errors = few
        .report
        .diagnostics
        .iter()
        .filter(|found| found.severity == Severity::Error);
    assert_eq!(errors.count(), 20);
}

#[test]
fn certificates_of_one_file_have_a_limit() {
    let pem = include_str!("../../crates/certificate/tests/pem/public-intermediate.pem").repeat(5);
    let mut options = Options {
        tls_cert: Some(PemFile {
            name: "fullchain.pem".to_owned(),
            bytes: pem.into_bytes(),
        }),
        limits: Limits::default(),
        ..Options::default()
    };
    options.limits.assign("certificates=3").unwrap();
    let text = "appConfigValues:\n  selfHostedDomain: carto.acme.io\nrouter:\n  service:\n    type: LoadBalancer\ntlsCerts:\n  httpsEnabled: true\n  autoGenerate: false\n  existingSecret:\n    name: acme-tls\n";
    let outcome = check(
        vec![Input::values("customizations.yaml", text)],
        &options,
        RuleSet::builtin(),
    );
    is_said(&outcome, Limit::Certificates);
    let found = reached(&outcome);
    assert_eq!(found[0].1, "-----BEGIN CERTIFICATE-----");
    assert!(
        found[0].2.ends_with(
            "has more than 3 certificates, and is not judged; the limit `certificates` is 3"
        ),
        "{found:?}"
    );
}

#[test]
fn values_on_the_command_line_have_the_limits_of_helm() {
    for (text, message) in [
        ("a[999999999]=1", "the index is above 65536"),
        (
            &*format!("{}=1", ["a"; 5000].join(".")),
            "more than 30 levels of keys",
        ),
    ] {
        let options = Options {
            release: ReleaseOptions {
                set: vec![SetValue::from(text.to_owned())],
                ..ReleaseOptions::default()
            },
            ..Options::default()
        };
        let outcome = check(
            vec![Input::values("customizations.yaml", TYPO)],
            &options,
            RuleSet::builtin(),
        );
        let found = outcome
            .report
            .diagnostics
            .iter()
            .find(|found| found.rule == "yaml-syntax")
            .unwrap();
        assert_eq!(found.message, message);
    }
}

/// Keys and names of a megabyte under which thousands of findings stand: what repeats them must not.
#[test]
fn long_keys_and_names_are_not_repeated_by_everything_below_them() {
    let long = "k".repeat(200_000);
    let children: String = (0..2_000)
        .map(|at| format!("  a{at}: {{b: '{{{{ .Values }}}}'}}\n"))
        .collect();
    let text = format!("{TYPO}? {long}\n:\n{children}extraDeploy:\n  - '{{{{ 1 }}}}'\n");
    let outcome = run_with(&text, &[]);
    assert!(rules(&outcome).contains(&"unknown-key"));
    let annotations: String = (0..2_000).map(|at| format!("    a{at}: {at}\n")).collect();
    let manifest = format!(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: {long}\n  annotations:\n{annotations}"
    );
    let outcome = check(
        vec![Input::named("service.yaml", manifest)],
        &Options::default(),
        RuleSet::builtin(),
    );
    let titles: usize = outcome
        .report
        .diagnostics
        .iter()
        .filter_map(|found| found.object.as_ref())
        .map(String::len)
        .sum();
    assert!(outcome.report.diagnostics.len() >= 2_000);
    assert!(titles < 300 * outcome.report.diagnostics.len());
}
