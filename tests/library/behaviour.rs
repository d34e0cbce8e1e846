//! What users meet besides the main job: several files, overrides, nulls, anchors, lists, broken documents.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use crate::support::{check_text, check_values, on, open_verdicts, places};
use portolan::check::{Input, Options, check};
use portolan::diagnostic::{Requirement, Verdict};
use portolan::facts::Platform;
use portolan::options::SetValue;
use portolan::rules::RuleSet;

const IDLE: &str = "service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout";

fn azure(timeout: &str) -> String {
    format!(
        "appConfigValues:\n  selfHostedDomain: carto.acme.io\ntlsCerts:\n  autoGenerate: false\nrouter:\n  service:\n    type: LoadBalancer\n    annotations:\n      {IDLE}: {timeout}\n"
    )
}

#[test]
fn of_three_files_given_one_by_one_the_middle_one_is_wrong() {
    let inputs = vec![
        Input::named("berlin/customizations.yaml", azure("\"11\"")),
        Input::named("madrid/customizations.yaml", azure("\"10\"")),
        Input::named("paris/customizations.yaml", azure("\"30\"")),
    ];
    let outcome = check(inputs, &Options::default(), RuleSet::builtin());
    assert_eq!(
        places(&outcome),
        ["timeout-too-short madrid/customizations.yaml:9:72 \"\\\"10\\\"\""]
    );
    assert_eq!(outcome.report.summary.releases, 3);
    assert_eq!(outcome.report.summary.files, 3);
    assert_eq!(outcome.report.releases.len(), 3);
}

#[test]
fn a_later_file_repairs_an_earlier_one() {
    let first = azure("\"10\"");
    let second = format!("router:\n  service:\n    annotations:\n      {IDLE}: \"11\"\n");
    let outcome = check_values(
        &[
            ("carto-values.yaml", &first),
            ("customizations.yaml", &second),
        ],
        &Options::default(),
    );
    assert_eq!(places(&outcome), Vec::<String>::new());
}

#[test]
fn a_later_file_breaks_an_earlier_one_and_both_places_are_shown() {
    let first = azure("\"11\"");
    let second = format!("router:\n  service:\n    annotations:\n      {IDLE}: \"10\"\n");
    let outcome = check_values(
        &[
            ("carto-values.yaml", &first),
            ("customizations.yaml", &second),
        ],
        &Options::default(),
    );
    assert_eq!(
        places(&outcome),
        ["timeout-too-short customizations.yaml:4:72 \"\\\"10\\\"\""]
    );
    let label = outcome
        .report
        .diagnostics
        .first()
        .unwrap()
        .labels
        .first()
        .unwrap();
    assert_eq!(outcome.sources.name(label.span.source), "carto-values.yaml");
    assert_eq!(outcome.sources.slice(label.span), "\"11\"");
    assert_eq!(label.message, "this earlier value is overridden");
}

#[test]
fn null_in_a_later_file_takes_a_default_of_the_chart_away() {
    // The router stops speaking HTTPS, as Helm renders it: `ROUTER_ENABLE_HTTPS: ""`.
    let outcome = check_values(
        &[
            ("carto-values.yaml", &azure("\"11\"")),
            ("customizations.yaml", "tlsCerts:\n  httpsEnabled: null\n"),
        ],
        &Options::default(),
    );
    assert_eq!(
        places(&outcome),
        ["no-tls-termination customizations.yaml:1:1 \"tlsCerts\""]
    );
}

#[test]
fn null_for_an_annotation_leaves_a_null_that_kubernetes_refuses_and_no_timeout() {
    // Helm deletes only what the chart's own values define, and an annotation is not among that.
    let second = format!("router:\n  service:\n    annotations:\n      {IDLE}: null\n");
    let outcome = check_values(
        &[
            ("carto-values.yaml", &azure("\"11\"")),
            ("customizations.yaml", &second),
        ],
        &Options::default(),
    );
    let found = places(&outcome);
    assert!(
        found.contains(&"annotation-not-string customizations.yaml:4:72 \"null\"".to_owned()),
        "{found:?}"
    );
    let defects: Vec<&str> = outcome
        .report
        .diagnostics
        .iter()
        .map(|found| found.rule.as_str())
        .collect();
    assert!(defects.contains(&"timeout-not-set"), "{defects:?}");
}

#[test]
fn a_value_behind_an_anchor_is_shown_where_it_was_written() {
    let text = format!(
        "shared: &annotations\n  {IDLE}: \"10\"\nappConfigValues:\n  selfHostedDomain: carto.acme.io\nrouter:\n  service:\n    type: LoadBalancer\n    annotations: *annotations\n"
    );
    let outcome = check_values(&[("customizations.yaml", &text)], &Options::default());
    assert!(
        places(&outcome)
            .contains(&"timeout-too-short customizations.yaml:2:68 \"\\\"10\\\"\"".to_owned()),
        "{:?}",
        places(&outcome)
    );
}

#[test]
fn a_merge_key_brings_a_value_from_elsewhere() {
    let text = format!(
        "shared: &annotations\n  {IDLE}: \"10\"\nappConfigValues:\n  selfHostedDomain: carto.acme.io\nrouter:\n  service:\n    type: LoadBalancer\n    annotations:\n      <<: *annotations\n      team: maps\n"
    );
    let outcome = check_values(&[("customizations.yaml", &text)], &Options::default());
    assert!(
        places(&outcome)
            .contains(&"timeout-too-short customizations.yaml:2:68 \"\\\"10\\\"\"".to_owned()),
        "{:?}",
        places(&outcome)
    );
}

#[test]
fn a_finding_in_a_block_scalar_stands_at_its_true_line_and_column() {
    let text = "appConfigValues:\r\n  selfHostedDomain: carto.acme.io\r\ntlsCerts:\r\n  httpsEnabled: false\r\nrouter:\r\n  ingress:\r\n    enabled: true\r\n    annotations:\r\n      kubernetes.io/ingress.class: gce\r\n  service:\r\n    annotations:\r\n      cloud.google.com/backend-config: '{\"default\": \"größe\"}'\r\nextraDeploy:\r\n  - |\r\n    # Größe und Dauer\r\n    apiVersion: cloud.google.com/v1\r\n    kind: BackendConfig\r\n    metadata:\r\n      name: größe\r\n      labels: {{- include \"common.labels.standard\" . | nindent 4 }}\r\n    spec:\r\n      timeoutSec: {{ mul 10 60 }}\r\n";
    let outcome = check_values(&[("customizations.yaml", text)], &Options::default());
    assert!(
        places(&outcome).contains(
            &"timeout-too-short customizations.yaml:22:19 \"{{ mul 10 60 }}\"".to_owned()
        ),
        "{:?}",
        places(&outcome)
    );
}

/// What `kubectl get service,ingress,configmap,deployment -o yaml` prints.
const LIST: &str = r#"apiVersion: v1
kind: List
metadata:
  resourceVersion: ""
items:
- apiVersion: v1
  kind: Service
  metadata:
    annotations:
      meta.helm.sh/release-name: carto
      service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: "10"
    labels:
      app.kubernetes.io/component: router
    name: carto-router
    namespace: carto
  spec:
    ports:
    - name: http
      port: 80
      protocol: TCP
      targetPort: http
    - name: https
      port: 443
      protocol: TCP
      targetPort: https
    selector:
      app.kubernetes.io/component: router
    type: LoadBalancer
- apiVersion: v1
  data:
    ROUTER_ENABLE_HTTPS: "true"
  kind: ConfigMap
  metadata:
    name: carto-router
    namespace: carto
- apiVersion: v1
  data:
    CARTO_SELFHOSTED_DOMAIN: carto.acme.io
  kind: ConfigMap
  metadata:
    name: carto-workspace-api
    namespace: carto
"#;

#[test]
fn a_list_as_kubectl_prints_it_is_read_item_by_item() {
    let outcome = check_text("<stdin>", LIST, &Options::default());
    assert_eq!(
        places(&outcome),
        ["timeout-too-short <stdin>:11:72 \"\\\"10\\\"\""]
    );
    assert_eq!(outcome.report.summary.manifests, 3);
    let found = outcome.report.diagnostics.first().unwrap();
    assert_eq!(found.object.as_deref(), Some("Service carto-router"));
    assert_eq!(
        found.path.as_deref(),
        Some(
            "items[0].metadata.annotations[\"service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout\"]"
        )
    );
}

#[test]
fn the_documents_around_a_broken_one_are_still_checked() {
    let service = "# Source: carto/templates/router/service.yaml\napiVersion: v1\nkind: Service\nmetadata:\n  name: carto-router\n  labels: {app.kubernetes.io/component: router}\n  annotations:\n    service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: \"10\"\nspec:\n  type: LoadBalancer\n  ports:\n    - {name: http, port: 80, targetPort: http}\n    - {name: https, port: 443, targetPort: https}\n";
    let broken = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [carto\n";
    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: carto-workspace-api}\ndata:\n  CARTO_SELFHOSTED_DOMAIN: https://carto.acme.io\n";
    let text = format!("{service}---\n{broken}---\n{config}");
    let outcome = check_text("manifests.yaml", &text, &Options::default());
    let rules: Vec<&str> = outcome
        .report
        .diagnostics
        .iter()
        .map(|found| found.rule.as_str())
        .collect();
    assert_eq!(
        rules,
        ["timeout-too-short", "yaml-syntax", "domain-invalid"]
    );
    let syntax = &outcome.report.diagnostics[1];
    assert_eq!(outcome.sources.line_column(syntax.span).line, 18);
}

#[test]
fn a_values_file_that_does_not_parse_leaves_everything_else_undecided() {
    let outcome = check_values(
        &[(
            "customizations.yaml",
            "router:\n\tservice:\n    type: LoadBalancer\n",
        )],
        &Options::default(),
    );
    assert_eq!(outcome.report.diagnostics.len(), 1);
    assert!(
        places(&outcome)[0].starts_with("yaml-syntax customizations.yaml:2:1"),
        "{:?}",
        places(&outcome)
    );
    let open = open_verdicts(&outcome);
    assert_eq!(open.len(), 9);
    assert!(open.contains(&"timeout-605 undecided".to_owned()));
    assert!(open.contains(&"values-file violated".to_owned()));
}

#[test]
fn a_load_balancer_on_an_unknown_cloud_is_undecided_not_fine() {
    let text = "appConfigValues:\n  selfHostedDomain: carto.acme.io\nrouter:\n  service:\n    type: LoadBalancer\n";
    let outcome = check_values(&[("customizations.yaml", text)], &Options::default());
    assert!(places(&outcome).is_empty(), "{:?}", places(&outcome));
    assert_eq!(
        open_verdicts(&outcome),
        ["https-only undecided", "timeout-605 undecided"]
    );
    let supply = outcome.report.releases[0]
        .requirements
        .iter()
        .flat_map(|row| &row.supply)
        .next()
        .unwrap();
    assert!(supply.contains("--platform"), "{supply}");
}

/// The router redirects what reaches its plain port while it speaks HTTPS itself: behind TLS that never ends.
#[test]
fn plain_http_to_a_router_that_still_speaks_https_is_undecided_not_fine() {
    let offload = |tls: &str| {
        let values = format!(
            "appConfigValues:
  selfHostedDomain: carto.acme.io
{tls}router:
  service:
    type: LoadBalancer
    ports:
      httpsTargetPort: http
    annotations:
      service.beta.kubernetes.io/aws-load-balancer-backend-protocol: http
      service.beta.kubernetes.io/aws-load-balancer-ssl-cert: arn:aws:acm:eu-west-1:123456789012:certificate/3f1b2c44-7a7e-4d0e-9c59-0a1b2c3d4e5f
"
        );
        let outcome = check_text("customizations.yaml", &values, &Options::default());
        let rows = &outcome.report.releases[0].requirements;
        let row = rows
            .iter()
            .find(|row| row.requirement == Requirement::HttpsOnly)
            .unwrap();
        (row.verdict, row.supply.join("; "))
    };
    let (verdict, supply) = offload("");
    assert_eq!(verdict, Verdict::Undecided);
    assert!(
        supply.ends_with("set `tlsCerts.httpsEnabled: false`"),
        "{supply}"
    );
    assert_eq!(
        offload("tlsCerts:\n  httpsEnabled: false\n"),
        (Verdict::Met, String::new())
    );
}

#[test]
fn a_class_that_is_not_known_is_undecided_by_name() {
    let text = "appConfigValues:\n  selfHostedDomain: carto.acme.io\ntlsCerts:\n  httpsEnabled: false\nrouter:\n  ingress:\n    enabled: true\n    ingressClassName: acme-proxy\n";
    let outcome = check_values(&[("customizations.yaml", text)], &Options::default());
    let supply: Vec<&String> = outcome.report.releases[0]
        .requirements
        .iter()
        .flat_map(|row| &row.supply)
        .collect();
    assert!(
        supply.iter().any(|supply| supply.contains("`acme-proxy`")),
        "{supply:?}"
    );
}

#[test]
fn values_on_the_command_line_win_over_files() {
    let mut options = Options::default();
    let key = IDLE.replace('.', "\\.");
    options.release.set_string.push(SetValue::from(format!(
        "router.service.annotations.{key}=10"
    )));
    let outcome = check_values(&[("customizations.yaml", &azure("\"11\""))], &options);
    assert_eq!(places(&outcome).len(), 1);
    assert!(
        places(&outcome)[0].starts_with("timeout-too-short --set-string:1:"),
        "{:?}",
        places(&outcome)
    );
    let label = outcome.report.diagnostics[0].labels.first().unwrap();
    assert_eq!(outcome.sources.slice(label.span), "\"11\"");
}

#[test]
fn manifests_without_the_router_are_undecided_not_fine() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: carto-notes}\ndata: {a: b}\n";
    let outcome = check_text("manifests.yaml", text, &Options::default());
    assert_eq!(
        open_verdicts(&outcome),
        [
            "exposed undecided",
            "https-only undecided",
            "timeout-605 undecided",
            "domain undecided"
        ]
    );
}

#[test]
fn a_template_that_does_not_render_is_found_where_it_stands() {
    let text = "router:\n  service:\n    type: LoadBalancer\nextraDeploy:\n  - |\n    apiVersion: v1\n    kind: ConfigMap\n    metadata:\n      name: notes\n    data:\n      {{- if .Values.router.service.type }}\n      type: lb\n";
    let outcome = check_values(&[("customizations.yaml", text)], &on(Platform::Gke));
    let found = places(&outcome);
    assert!(
        found
            .iter()
            .any(|place| place.starts_with("template-error customizations.yaml:11:7")),
        "{found:?}"
    );
}

#[test]
fn ignored_rules_are_not_reported_but_the_verdict_stays_honest() {
    let options = Options {
        ignore: vec!["timeout-too-short".to_owned()],
        ..Options::default()
    };
    let outcome = check_values(&[("customizations.yaml", &azure("\"10\""))], &options);
    assert!(places(&outcome).is_empty());
    assert!(open_verdicts(&outcome).contains(&"timeout-605 violated".to_owned()));
}

#[test]
fn two_installations_in_one_set_of_manifests_are_judged_one_by_one() {
    let second = LIST
        .replace("namespace: carto", "namespace: maps")
        .replace("\"10\"", "\"4\"");
    let text = format!("{LIST}---\n{second}");
    let outcome = check_text("<stdin>", &text, &Options::default());
    let texts: Vec<&str> = outcome
        .report
        .diagnostics
        .iter()
        .map(|found| outcome.sources.slice(found.span))
        .collect();
    assert_eq!(texts, ["\"10\"", "\"4\""]);
    let names: Vec<&str> = outcome
        .report
        .releases
        .iter()
        .map(|release| release.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["<stdin> (namespace carto)", "<stdin> (namespace maps)"]
    );
}

/// A list with a release name on every object, and another timeout.
fn release(name: &str, minutes: &str) -> String {
    LIST.replace(
        "app.kubernetes.io/component: router\n    name",
        &format!("app.kubernetes.io/component: router\n      app.kubernetes.io/instance: {name}\n    name"),
    )
    .replace("name: carto-", &format!("name: {name}-"))
    .replace("\"10\"", &format!("\"{minutes}\""))
}

#[test]
fn two_releases_in_one_namespace_are_judged_one_by_one() {
    for (first, second) in [("11", "4"), ("4", "11")] {
        let text = format!("{}---\n{}", release("base", first), release("prod", second));
        let outcome = check_text("<stdin>", &text, &Options::default());
        let texts: Vec<&str> = outcome
            .report
            .diagnostics
            .iter()
            .map(|found| outcome.sources.slice(found.span))
            .collect();
        assert_eq!(texts, ["\"4\""], "{:?}", places(&outcome));
        assert_eq!(outcome.report.releases.len(), 2);
    }
}

#[test]
fn objects_of_another_namespace_are_left_out_and_counted() {
    let foreign = "apiVersion: networking.gke.io/v1\nkind: ManagedCertificate\nmetadata:\n  name: grafana\n  namespace: monitoring\nspec:\n  domains: [grafana.acme.io]\n";
    let text = format!("{}---\n{foreign}", LIST.replace("\"10\"", "\"11\""));
    let outcome = check_text("<stdin>", &text, &Options::default());
    assert_eq!(places(&outcome), Vec::<String>::new());
    let inferred = &outcome.report.releases[0].inferred;
    assert!(
        inferred
            .iter()
            .any(|said| said.contains("1 objects of other namespaces")),
        "{inferred:?}"
    );
}

#[test]
fn a_port_in_quotes_is_the_number_that_the_template_prints() {
    let text = "appConfigValues:\n  selfHostedDomain: carto.acme.io\ntlsCerts:\n  autoGenerate: false\nrouter:\n  service:\n    type: LoadBalancer\n    ports:\n      httpsTargetPort: \"8443\"\n";
    let outcome = check_values(&[("customizations.yaml", text)], &on(Platform::Gke));
    assert_eq!(places(&outcome), Vec::<String>::new());
    assert!(
        !open_verdicts(&outcome)
            .iter()
            .any(|row| row.starts_with("https-only"))
    );
}

#[test]
fn a_mapping_that_the_chart_looks_into_cannot_be_taken_away() {
    let text = "appConfigValues:\n  selfHostedDomain: carto.acme.io\nrouter:\n  service:\n    type: LoadBalancer\n    ports: null\n";
    let outcome = check_values(&[("customizations.yaml", text)], &on(Platform::Gke));
    assert!(
        places(&outcome).contains(&"template-error customizations.yaml:4:3 \"service\"".to_owned())
            || places(&outcome)
                .contains(&"template-error customizations.yaml:6:5 \"ports\"".to_owned()),
        "{:?}",
        places(&outcome)
    );
}

#[test]
fn an_object_without_a_release_belongs_to_the_release_that_names_it() {
    let ingress = |release: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: {release}-router\n  namespace: carto\n  labels: {{app.kubernetes.io/component: router, app.kubernetes.io/instance: {release}}}\n  annotations:\n    cloud.google.com/backend-config: '{{\"default\": \"{release}-backend\"}}'\nspec:\n  type: ClusterIP\n  ports: [{{name: http, port: 80, targetPort: http}}]\n---\napiVersion: cloud.google.com/v1\nkind: BackendConfig\nmetadata: {{name: {release}-backend, namespace: carto}}\nspec: {{timeoutSec: 605}}\n"
        )
    };
    let text = format!("{}---\n{}", ingress("blue"), ingress("green"));
    let outcome = check_text("<stdin>", &text, &Options::default());
    let rules: Vec<&str> = outcome
        .report
        .diagnostics
        .iter()
        .map(|found| found.rule.as_str())
        .collect();
    assert_eq!(
        rules,
        ["router-not-exposed", "router-not-exposed"],
        "{:?}",
        places(&outcome)
    );
}

#[test]
fn a_missing_timeout_names_the_values_or_the_object_to_write_it_to() {
    let help = |outcome: &portolan::check::Outcome| {
        let mut found = outcome.report.diagnostics.iter();
        let found = found.find(|found| found.rule == "timeout-not-set").unwrap();
        found.help.clone().unwrap()
    };
    let values = "router:\n  service:\n    type: LoadBalancer\n";
    let from_values = check_values(&[("values.yaml", values)], &on(Platform::Aks));
    assert_eq!(
        help(&from_values),
        "add `service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: \"11\"` under `router.service.annotations`"
    );
    let manifest = "apiVersion: v1\nkind: Service\nmetadata:\n  name: carto-router\n  labels:\n    \
                    app.kubernetes.io/component: router\nspec:\n  type: LoadBalancer\n";
    let from_manifest = check_text("service.yaml", manifest, &on(Platform::Aks));
    assert_eq!(
        help(&from_manifest),
        "add the annotation `service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: \"11\"` to Service carto-router"
    );
}

/// Helm sorts annotations: what the order of keys decided would be decided otherwise in the rendering.
#[test]
fn annotations_of_several_platforms_decide_nothing_in_any_order() {
    let azure = "      service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: \"10\"\n";
    let google = "      cloud.google.com/neg: '{\"ingress\": true}'\n";
    for (first, second) in [(azure, google), (google, azure)] {
        let values = format!(
            "appConfigValues:\n  selfHostedDomain: carto.acme.io\nrouter:\n  service:\n    type: LoadBalancer\n    annotations:\n{first}{second}"
        );
        let outcome = check(
            vec![Input::named("customizations.yaml", values.clone())],
            &Options::default(),
            RuleSet::builtin(),
        );
        let timeout = outcome.report.releases[0]
            .requirements
            .iter()
            .find(|row| row.requirement == Requirement::Timeout605)
            .unwrap();
        assert_eq!(timeout.verdict, Verdict::Undecided, "{values}");
        assert!(
            timeout.supply.join(" ").contains("--platform"),
            "{:?}",
            timeout.supply
        );
    }
}

/// Helm takes `0777` for 511, as YAML 1.1 does: the load balancer closes connections after 511 seconds.
#[test]
fn a_number_that_a_template_reads_from_yaml_is_the_one_that_helm_reads() {
    let values = |written: &str| {
        format!(
            "appConfigValues:
  selfHostedDomain: carto.acme.io
router:
  ingress:
    enabled: true
    annotations:
      kubernetes.io/ingress.class: gce
  service:
    annotations:
      cloud.google.com/backend-config: '{{\"default\": \"carto-backend\"}}'
extraDeploy:
  - |
    apiVersion: cloud.google.com/v1
    kind: BackendConfig
    metadata:
      name: carto-backend
    spec:
      timeoutSec: {{{{ int (fromYaml \"a: {written}\").a }}}}
"
        )
    };
    let timeouts = |written: &str| {
        let outcome = check_text("customizations.yaml", &values(written), &on(Platform::Gke));
        let mut places = places(&outcome);
        places.retain(|place| place.starts_with("timeout-too-short"));
        places
    };
    assert_eq!(
        timeouts("0777"),
        [r#"timeout-too-short customizations.yaml:18:19 "{{ int (fromYaml \"a: 0777\").a }}""#]
    );
    assert_eq!(timeouts("777"), Vec::<String>::new());
}
