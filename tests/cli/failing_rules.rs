//! A rule that fails is reported as what it is: the others still speak, and the exit status says that not all was checked.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use crate::sandbox::{ROUTER_RULE, Sandbox, TIMEOUT_RULE, values};
use portolan::report::Format;

const FAILED: &str = "rule `acme-timeout` could not be applied";

/// A folder in which the rule about timeouts fails on the second of two values files, and another one speaks.
fn desk_with(condition: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox
        .put("customizations.yaml", values("60"))
        .put(
            "own/acme-timeout.yaml",
            TIMEOUT_RULE.replace("timeout.seconds >= 120", condition),
        )
        .put("own/acme-public.yaml", ROUTER_RULE);
    sandbox
}

#[test]
fn a_condition_that_fails_over_null_says_which_fact_is_null() {
    for (condition, hint) in [
        (
            "timeout.defect < 'a'",
            "; `timeout.defect` is null here: ask in `when` that it is not\n",
        ),
        (
            "timeout.defect < timeout.instead && timeout.seconds < timeout.defect",
            "; these are null here: `timeout.defect`, `timeout.instead`: ask in `when` that they are not\n",
        ),
        ("timeout.seconds / 0 > 1", "Division by zero of Int(60)\n"),
    ] {
        let sandbox = desk_with(condition);
        let said = sandbox.run("check --rules own --platform eks customizations.yaml");
        assert!(said.err.contains(hint), "{condition}: {}", said.err);
    }
}

#[test]
fn a_condition_that_fails_is_said_and_the_other_rules_still_speak() {
    for condition in [
        "timeout.seconds / 0 > 1",
        "timeout.seconds % 0 == 1",
        "timeout.seconds + 9223372036854775807 > 0",
        "timeout.seconds * -9223372036854775807 > 0",
        "timeout.seconds + timeout.text == 2",
        "timeout.seconds",
        "timeout.text",
        "timeout.seconds && true",
        "size(timeout.seconds) > 0",
        "timeout.text.matches('(')",
        "int(timeout.setting) > 1",
        "timeout.setting[0] == 'a'",
        "version_compare(timeout.setting, '1.2.3') > 0",
    ] {
        let sandbox = desk_with(condition);
        let said = sandbox.run("check --rules own --platform eks customizations.yaml");
        assert_eq!(said.code, 2, "{condition}: {}{}", said.out, said.err);
        assert_eq!(
            said.err.matches(FAILED).count(),
            1,
            "{condition}: {}",
            said.err
        );
        assert!(!said.err.contains("panicked"), "{condition}: {}", said.err);
        for other in ["timeout-too-short", "acme-public"] {
            assert!(
                said.out.contains(other),
                "{condition}: {other}: {}",
                said.out
            );
        }
    }
}

#[test]
fn a_failure_stands_in_every_format_that_can_carry_it() {
    let sandbox = desk_with("timeout.seconds / 0 > 1");
    for format in Format::ALL {
        let said = sandbox.run(&format!(
            "check --rules own --platform eks --format {format} --color never customizations.yaml"
        ));
        assert_eq!(said.code, 2, "{format}");
        assert!(said.err.contains(FAILED), "{format}: {}", said.err);
        assert!(said.out.contains("acme-public"), "{format}: {}", said.out);
        // The first two are read beside standard error; the others hold places in files and nothing else.
        let beside = [
            Format::Pretty,
            Format::Plain,
            Format::Gitlab,
            Format::Checkstyle,
        ];
        if !beside.contains(&format) {
            assert!(
                said.out.contains("acme-timeout") && said.out.contains("could not be applied"),
                "{format}: {}",
                said.out
            );
        }
    }
}

#[test]
fn a_requirement_is_not_met_while_a_rule_of_it_fails() {
    let sandbox = desk_with("timeout.seconds / 0 > 1");
    sandbox.put("customizations.yaml", values("4000"));
    let said = sandbox.run("check --rules own --platform eks --format json customizations.yaml");
    let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let rows = report["requirements"].as_array().unwrap();
    let row = rows.iter().find(|row| row["id"] == "timeout-605").unwrap();
    assert_eq!(row["verdict"], "undecided", "{row}");
    assert!(row["supply"].as_str().unwrap().contains(FAILED), "{row}");
    assert!(report["failures"][0].as_str().unwrap().starts_with(FAILED));
}

#[test]
fn a_rule_that_names_what_is_not_there_is_refused_before_anything_is_judged() {
    for (from, to) in [
        ("timeout.seconds >= 120", "nonsense(timeout.seconds)"),
        ("timeout.seconds >= 120", "timeout.missing >= 120"),
        ("{timeout.setting}", "{timeout.missing}"),
    ] {
        let sandbox = desk_with("timeout.seconds >= 120");
        sandbox.put("own/acme-timeout.yaml", TIMEOUT_RULE.replace(from, to));
        let said = sandbox.run("check --rules own customizations.yaml");
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{to}");
        assert!(said.err.contains("error[rule-file]"), "{to}: {}", said.err);
    }
}
