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
