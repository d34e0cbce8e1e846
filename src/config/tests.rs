#![allow(clippy::unwrap_used)]

use super::*;
use crate::facts::Platform;

fn mistakes(text: &str) -> Vec<String> {
    let shown = |mistake: &ConfigIssue| {
        let LineColumn { line, column } = mistake.place;
        format!("{line}:{column}: {}", mistake.message)
    };
    match Config::read("portolan.yaml", text) {
        Ok(config) => config
            .rules_unknown_to(RuleSet::builtin())
            .iter()
            .map(shown)
            .collect(),
        Err(mistakes) => mistakes.iter().map(shown).collect(),
    }
}

use portolan_yaml::source::LineColumn;

#[test]
fn everything_that_can_be_said_is_read() {
    let text = "\
platform: gke
severity: {node-port: off, several-ways-in: note}
failOn: warning
strict: yes
rules: our-rules
baseline: portolan-baseline.yaml
ignore:
  - rules: [timeout-too-short]
    path: router.service
    file: 'deploy/**/*.yaml'
    reason: a lab
    until: 2027-03-31
releases:
  - name: prod
    values: [base.yaml, prod.yaml]
    clusterVersion: '1.31'
    vpcNative: true
    set: [a=b]
";
    assert_eq!(mistakes(text), Vec::<String>::new());
    let config = Config::read("portolan.yaml", text).unwrap();
    let release = config.file.releases.first().unwrap();
    let options = config.options_of(release);
    assert_eq!(options.platform, Some(Platform::Gke));
    assert_eq!(options.cluster_version.as_deref(), Some("1.31"));
    assert_eq!(config.file.strict, Some(true));
    assert_eq!(config.file.severity.get("node-port"), Some(&Level::Off));
    assert_eq!(
        config.file.ignore.first().unwrap().until.as_deref(),
        Some("2027-03-31")
    );
}

#[test]
fn every_mistake_is_found_at_once_and_at_its_place() {
    let text = "\
platfrom: gke
platform: azure
strict: 1
severity:
  node-port: fatal
releases:
  - values: base.yaml
    vpcNative: 'yes'
    clusterVersion: 1.30
ignore:
  - reason: a lab
    rule: node-port
";
    assert_eq!(
        mistakes(text),
        [
            "1:1: the file has no key `platfrom`; did you mean `platform`?",
            "2:11: `platform` is one of gke, eks, aks, openshift, other, and not `azure`",
            "3:9: `strict` is `true` or `false`",
            "5:14: `node-port` is one of error, warning, note, off, and not `fatal`",
            "7:5: an entry of `releases` needs the key `name`",
            "7:13: `values` is a list (`- …` or `[…]`)",
            "8:16: `vpcNative` is `true` or `false`",
            "9:21: `clusterVersion` is a string: write \"1.30\", in quotes",
            "12:5: an entry of `ignore` has no key `rule`; did you mean `rules`?",
        ]
    );
}

#[test]
fn what_a_schema_cannot_say_is_checked_too() {
    let text = "\
chart: carto
chartVersion: '1.2'
releases:
  - {name: prod, values: []}
  - {name: prod, values: [a.yaml], awsLoadBalancerController: latest}
ignore:
  - rules: []
    reason: '--'
    file: 'a[b'
    until: 2027-02-30
";
    let found = mistakes(text);
    let places: Vec<&str> = found
        .iter()
        .map(|mistake| mistake.split(": ").next().unwrap())
        .collect();
    assert_eq!(
        places,
        [
            "2:15", "2:15", "4:18", "5:12", "5:63", "7:5", "8:13", "9:11", "10:12"
        ],
        "{found:#?}"
    );
    assert!(
        found
            .iter()
            .any(|it| it == "10:12: `2027-02-30` is not a valid date (expected YYYY-MM-DD)")
    );
}

#[test]
fn a_rule_that_does_not_exist_is_a_mistake() {
    let text = "severity: {nodeport: off}\nignore:\n  - {rules: [node-port, timeout-to-short], reason: a lab}\n";
    assert_eq!(
        mistakes(text),
        [
            "1:12: there is no rule `nodeport`; did you mean `node-port`?",
            "3:25: there is no rule `timeout-to-short`; did you mean `timeout-too-short`?",
        ]
    );
}

#[test]
fn broken_yaml_and_hostile_input_are_mistakes_with_a_place() {
    assert_eq!(mistakes(""), Vec::<String>::new());
    assert_eq!(mistakes("releases: [\n").len(), 1);
    assert_eq!(
        mistakes("- a\n"),
        ["1:3: the file is a mapping (`key: value`)"]
    );
    assert_eq!(
        mistakes("platform: gke\nplatform: eks\n").len(),
        1,
        "a key twice"
    );
    assert_eq!(
        mistakes("platform: gke\n---\nplatform: eks\n"),
        ["2:1: a second document is never read: write everything in one"]
    );
    let deep = format!("releases: {}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(!mistakes(&deep).is_empty());
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nreleases: [*b,*b,*b]\n";
    assert!(!mistakes(bomb).is_empty());
}

#[test]
fn the_schema_closes_every_object_and_asks_for_what_is_needed() {
    let schema = schema();
    assert_eq!(schema.get("additionalProperties"), Some(&false.into()));
    let release = schema.pointer("/$defs/ReleaseFile").unwrap();
    assert_eq!(release.get("additionalProperties"), Some(&false.into()));
    assert_eq!(
        release.get("required").unwrap().to_string(),
        "[\"name\",\"values\"]"
    );
    assert!(release.pointer("/properties/platform").is_some());
}
