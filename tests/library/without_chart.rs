//! What values say where the chart is not at hand: as much as Helm would make of them, and where that is not known, openly.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use crate::support::{check_values, on, open_verdicts, places};
use portolan::check::{Options, Outcome};
use portolan::diagnostic::{Requirement, Verdict};
use portolan::facts::Platform;

/// A release that everybody would call right: a load balancer on Azure with TLS of the router's own.
const SOUND: &str = "appConfigValues:
  selfHostedDomain: carto.acme.io
tlsCerts:
  autoGenerate: false
  existingSecret:
    name: carto-tls-cert
router:
  service:
    type: LoadBalancer
    annotations:
      service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: \"11\"
";

fn verdict(outcome: &Outcome, requirement: Requirement) -> Verdict {
    let rows = &outcome.report.releases[0].requirements;
    rows.iter()
        .find(|row| row.requirement == requirement)
        .unwrap()
        .verdict
}

fn supply(outcome: &Outcome, requirement: Requirement) -> &[String] {
    let rows = &outcome.report.releases[0].requirements;
    let row = rows.iter().find(|row| row.requirement == requirement);
    &row.unwrap().supply
}

fn on_azure(customizations: &str) -> Outcome {
    let files = [
        ("carto-values.yaml", SOUND),
        ("customizations.yaml", customizations),
    ];
    check_values(&files, &on(Platform::Aks))
}

#[test]
fn a_document_behind_a_condition_on_the_cluster_keeps_every_row_open_and_is_named_there() {
    let outcome = on_azure(
        "extraDeploy:
  - |
    {{- if .Capabilities.APIVersions.Has \"networking.k8s.io/v1\" }}
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata:
      name: second
    {{- end }}
",
    );
    assert_eq!(places(&outcome), Vec::<String>::new());
    assert_eq!(
        verdict(&outcome, Requirement::HttpsOnly),
        Verdict::Undecided
    );
    assert_eq!(
        supply(&outcome, Requirement::Timeout605),
        [
            "Ingress in `extraDeploy[0]` is not placed: what the cluster serves is not given; check Helm's output instead \
             (`helm template … | portolan check -`)"
        ]
    );
}

#[test]
fn a_document_that_may_be_the_way_in_leaves_open_whether_there_is_one() {
    let files = [(
        "customizations.yaml",
        "appConfigValues:
  selfHostedDomain: carto.acme.io
extraDeploy:
  - |
    {{- if .Capabilities.APIVersions.Has \"route.openshift.io/v1\" }}
    apiVersion: route.openshift.io/v1
    kind: Route
    metadata:
      name: carto
    {{- end }}
",
    )];
    let outcome = check_values(&files, &Options::default());
    assert_eq!(places(&outcome), Vec::<String>::new());
    assert_eq!(verdict(&outcome, Requirement::Exposed), Verdict::Undecided);
}

#[test]
fn a_monitor_behind_a_condition_touches_nothing() {
    let outcome = on_azure(
        "extraDeploy:
  - |
    {{- if .Capabilities.APIVersions.Has \"monitoring.coreos.com/v1\" }}
    apiVersion: monitoring.coreos.com/v1
    kind: ServiceMonitor
    metadata:
      name: router
    {{- end }}
",
    );
    assert_eq!(open_verdicts(&outcome), open_verdicts(&on_azure("")));
}

/// Rule, message and place of every finding of one rule.
fn messages(outcome: &Outcome, rule: &str) -> Vec<String> {
    let found = outcome.report.diagnostics.iter();
    let found = found.filter(|found| found.rule == rule);
    found
        .map(|found| {
            let at = outcome.sources.line_column(found.span);
            format!("{}:{} {}", at.line, at.column, found.message)
        })
        .collect()
}

#[test]
fn annotations_written_as_a_string_are_annotations() {
    let outcome = on_azure(
        "router:
  service:
    annotations: |
      service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: \"10\"
",
    );
    assert_eq!(
        places(&outcome),
        ["timeout-too-short customizations.yaml:4:72 \"\\\"10\\\"\""]
    );
}

#[test]
fn a_template_may_begin_in_one_annotation_and_end_in_the_next() {
    let outcome = on_azure(
        "router:
  service:
    annotations:
      a.b/c: \"{{ if false }}\"
      service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: \"10\"
      z.z/z: \"{{ end }}\"
",
    );
    // What stands between them is printed nowhere, so the load balancer has its default of four minutes.
    assert_eq!(messages(&outcome, "template-error"), [""; 0]);
    assert_eq!(messages(&outcome, "timeout-too-short"), [""; 0]);
    assert_eq!(messages(&outcome, "timeout-not-set").len(), 1);
}

#[test]
fn a_template_in_a_key_is_evaluated() {
    let key = "service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout";
    let templated = "service.beta.kubernetes.io/{{ `azure` }}-load-balancer-tcp-idle-timeout";
    let values = SOUND.replace(
        &format!("{key}: \"11\""),
        &format!("\"{templated}\": \"10\""),
    );
    let outcome = check_values(&[("customizations.yaml", &values)], &on(Platform::Aks));
    assert_eq!(
        places(&outcome),
        ["timeout-too-short customizations.yaml:11:82 \"\\\"10\\\"\""]
    );
}

#[test]
fn what_the_chart_prints_without_quotes_is_read_anew() {
    let blank = on_azure("router:\n  service:\n    type: \"LoadBalancer \"\n");
    assert_eq!(messages(&blank, "invalid-service-type"), [""; 0]);
    assert_eq!(verdict(&blank, Requirement::Exposed), Verdict::Met);
    let star = on_azure("router:\n  ingress:\n    enabled: true\n    path: \"*\"\n");
    assert_eq!(
        messages(&star, "template-error"),
        [
            "4:11 the chart prints `router.ingress.path` without quotes, and what it is here breaks the YAML that Helm renders: \
             expected a name after `*`"
        ]
    );
    let name = on_azure("nameOverride: \"a: b\"\n");
    assert_eq!(
        places(&name),
        ["template-error customizations.yaml:1:15 \"\\\"a: b\\\"\""]
    );
}

#[test]
fn a_number_is_what_helm_prints_of_it() {
    let seconds = "router:
  ingress:
    enabled: true
    ingressClassName: nginx
    path: /
    annotations:
      nginx.ingress.kubernetes.io/proxy-read-timeout: 6.05e2
      nginx.ingress.kubernetes.io/proxy-send-timeout: 0x25d
";
    let outcome = on_azure(seconds);
    assert_eq!(messages(&outcome, "timeout-invalid"), [""; 0]);
    assert_eq!(messages(&outcome, "timeout-too-short"), [""; 0]);
}

#[test]
fn a_key_that_nobody_has_is_absent_and_not_unknown() {
    let backend = |seconds: &str| {
        format!(
            "router:
  service:
    annotations:
      service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: '{{{{ {seconds} }}}}'
"
        )
    };
    let absent = on_azure(&backend(".Values.nope | default 10"));
    assert_eq!(
        places(&absent),
        ["timeout-too-short customizations.yaml:4:72 \"'{{ .Values.nope | default 10 }}'\""]
    );
    let pointer = on_azure(&backend(".Values.nope.timeout"));
    assert_eq!(
        messages(&pointer, "template-error"),
        ["4:88 `.Values.nope` is not set, so it has no `timeout`"]
    );
    // What the chart has and the catalogue does not know is unknown.
    let unknown = on_azure(&backend("len .Values.router.tolerations"));
    assert_eq!(messages(&unknown, "timeout-too-short"), [""; 0]);
    assert_eq!(
        verdict(&unknown, Requirement::Timeout605),
        Verdict::Undecided
    );
}

#[test]
fn null_for_a_mapping_that_templates_look_into_stops_helm() {
    let outcome = on_azure("mapsApi:\n  autoscaling: null\n  podAnnotations: null\n");
    assert_eq!(
        messages(&outcome, "template-error"),
        [
            "2:3 the chart cannot render: its templates look into `mapsApi.autoscaling`, which is not a mapping here"
        ]
    );
}

#[test]
fn a_switched_off_component_asks_for_nothing() {
    let values = "mapsApi:\n  livenessProbe: null\n";
    assert_eq!(messages(&on_azure(values), "template-error").len(), 1);
    let router_alone = format!("{values}cartoConfigValues:\n  onlyRunRouter: true\n");
    assert_eq!(
        messages(&on_azure(&router_alone), "template-error"),
        [""; 0]
    );
}

#[test]
fn a_template_in_any_value_that_the_chart_evaluates_is_checked() {
    let outcome = on_azure(
        "mapsApi:
  podLabels:
    team: \"{{ .Values.nope.team }}\"
  extraEnvVars: |
    - name: A
      value: {{ include \"nope\" . }}
",
    );
    assert_eq!(
        places(&outcome),
        [
            "template-error customizations.yaml:3:27 \".team\"",
            "template-error customizations.yaml:6:17 \"include \\\"nope\\\" .\"",
        ]
    );
}

#[test]
fn an_entry_that_is_no_object_stops_helm() {
    for entry in [
        "just text",
        "\"605\"",
        "- a: b",
        "apiVersion: v1\n    kind: [x]",
    ] {
        let outcome = on_azure(&format!("extraDeploy:\n  - |\n    {entry}\n"));
        let found = messages(&outcome, "template-error");
        assert_eq!(found.len(), 1, "{entry}");
        assert!(found[0].starts_with("3:"), "{entry}: {found:?}");
    }
}

#[test]
fn common_annotations_meet_a_defect_of_the_chart() {
    let outcome = on_azure("commonAnnotations:\n  team: maps\n");
    let found = messages(&outcome, "template-error");
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("a defect of its own: `carto-common-service-account.yaml`"));
    let around =
        "commonAnnotations:\n  team: maps\ncommonBackendServiceAccount:\n  create: false\n";
    assert_eq!(messages(&on_azure(around), "template-error"), [""; 0]);
}

#[test]
fn the_charts_validators_are_asked() {
    let outcome = on_azure("appConfigValues:\n  logLevel: warn\n");
    assert_eq!(
        messages(&outcome, "template-error"),
        ["2:3 the chart refuses to render: it does not know this `appConfigValues.logLevel`"]
    );
}

/// The outcome with the chart of a release.
fn at_release(version: &str, customizations: &str) -> Outcome {
    let mut options = Options::default();
    options.release.chart_version = Some(version.parse().unwrap());
    let files = [
        ("carto-values.yaml", SOUND),
        ("customizations.yaml", customizations),
    ];
    check_values(&files, &options)
}

const GATEWAY: &str = "replicated:
  platformDistribution: gke
gateway:
  enabled: true
  gatewayClassName: gke-l7-global-external-managed
  staticIP:
    enabled: true
    value: carto-ip
  tlsCertificates:
    managedCerts:
      enabled: true
      name: carto-cert
";

#[test]
fn a_release_without_gateways_renders_none() {
    let outcome = at_release("1.46.6", GATEWAY);
    let ways: Vec<_> = outcome
        .report
        .diagnostics
        .iter()
        .filter(|found| {
            found
                .object
                .as_deref()
                .is_some_and(|object| object.contains("Gateway"))
        })
        .collect();
    assert!(ways.is_empty(), "{ways:?}");
}

#[test]
fn the_backend_policy_of_its_time_holds_five_seconds_too_little() {
    let of_policy = |version: &str| {
        let outcome = at_release(version, GATEWAY);
        let found = outcome
            .report
            .diagnostics
            .into_iter()
            .filter(|found| found.rule == "timeout-too-short" && found.message.contains("600"));
        found.count()
    };
    assert_eq!(
        ["1.84.10", "1.104.2", "1.110.1", "1.287.1"].map(of_policy),
        [1, 1, 0, 0]
    );
}

#[test]
fn a_level_that_the_old_chart_did_not_check_passes_there() {
    let values = "appConfigValues:\n  logLevel: warn\n";
    let refused = |version| messages(&at_release(version, values), "template-error").len();
    assert_eq!([refused("1.146.1"), refused("1.149.1")], [0, 1]);
}
