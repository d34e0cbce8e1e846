//! The cases that every format is tested on. Each is a realistic report, built by hand: no rule runs here.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod json;
mod look;
mod pipelines;
mod plain;
mod pretty;

use crate::diagnostic::{
    Diagnostic, Label, ReleaseReport, Report, Requirement, RequirementVerdict, Severity, Verdict,
};
use portolan_yaml::source::{SourceId, Sources, Span};

use super::{Format, Options, render};

/// A report with the texts it is about.
pub(super) struct Case {
    pub sources: Sources,
    pub report: Report,
}

impl Case {
    pub(super) fn rendered(&self, format: Format, options: &Options) -> String {
        let mut out = Vec::new();
        render(format, &self.report, &self.sources, options, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn new() -> Self {
        let mut report = Report::default();
        report.summary.releases = 1;
        report.summary.files = 1;
        Case {
            sources: Sources::default(),
            report,
        }
    }

    fn file(&mut self, name: &str, text: impl Into<String>) -> SourceId {
        self.sources.add(name, text)
    }

    /// Returns the span of `part` in a file, the first after `after`.
    fn span(&self, id: SourceId, after: &str, part: &str) -> Span {
        let text = self.sources.text(id);
        let from = text.find(after).unwrap() + after.len();
        let start = from + text[from..].find(part).unwrap();
        Span::new(id, start, start + part.len())
    }

    fn add(&mut self, diagnostic: Diagnostic) {
        let summary = &mut self.report.summary;
        match diagnostic.severity {
            Severity::Error => summary.errors += 1,
            Severity::Warning => summary.warnings += 1,
            Severity::Note => summary.notes += 1,
        }
        self.report.diagnostics.push(diagnostic);
    }

    fn release(&mut self, name: &str, rows: &[(Requirement, Verdict, &[&str])]) {
        let requirements = Requirement::ALL.into_iter().map(|requirement| {
            let given = rows.iter().find(|row| row.0 == requirement);
            let (verdict, supply) = given.map_or((Verdict::Met, &[][..]), |row| (row.1, row.2));
            RequirementVerdict {
                requirement,
                verdict,
                diagnostics: usize::from(verdict == Verdict::Violated),
                supply: supply.iter().map(|text| (*text).to_owned()).collect(),
            }
        });
        let requirements = requirements.collect();
        self.report.releases.push(ReleaseReport {
            name: name.to_owned(),
            requirements,
            inferred: Vec::new(),
        });
    }
}

fn finding(
    rule: &str,
    severity: Severity,
    requirement: Requirement,
    span: Span,
    message: &str,
) -> Diagnostic {
    Diagnostic {
        rule: rule.to_owned(),
        severity,
        requirement,
        message: message.to_owned(),
        help: None,
        url: None,
        span,
        path: None,
        object: None,
        labels: Vec::new(),
    }
}

fn label(span: Span, message: &str) -> Label {
    Label {
        span,
        message: message.to_owned(),
    }
}

const DOCS: &str =
    "https://docs.carto.com/carto-self-hosted/guides/advanced/configure-an-external-load-balancer";

const AKS: &str = r#"appConfigValues:
  selfHostedDomain: "carto.seafreight.example"

router:
  service:
    type: LoadBalancer
    annotations:
      service.beta.kubernetes.io/azure-load-balancer-internal: "false"
      # Minutes, not seconds
      service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: "10"

tlsCerts:
  httpsEnabled: true
  autoGenerate: false
  existingSecret:
    name: "carto-tls"
    certKey: "tls.crt"
    keyKey: "tls.key"
"#;

const NOT_ON_AZURE: [(Requirement, Verdict, &[&str]); 4] = [
    (Requirement::ManagedCertificate, Verdict::NotApplicable, &[]),
    (Requirement::GkeIngress, Verdict::NotApplicable, &[]),
    (Requirement::SslPolicy, Verdict::NotApplicable, &[]),
    (
        Requirement::CertificateChain,
        Verdict::Undecided,
        &[
            "supply `--tls-cert` and `--tls-key`: the files that the secret `carto-tls` was created from",
        ],
    ),
];

/// Builds a case of ten minutes on AKS, with one requirement undecided.
pub(super) fn azure_timeout() -> Case {
    let mut case = Case::new();
    let id = case.file("customizations.yaml", AKS);
    let span = case.span(id, "idle-timeout: ", "\"10\"");
    let kind = case.span(id, "type: ", "LoadBalancer");
    let mut found = finding(
        "timeout-too-short",
        Severity::Error,
        Requirement::Timeout605,
        span,
        "the Azure load balancer drops a connection that is idle for 10 minutes (600 s); the documentation asks for at least 605 s",
    );
    found.help =
        Some("set it to \"11\" or more: Azure counts in minutes, from 4 to 100".to_owned());
    found.url = Some(DOCS.to_owned());
    found.path = Some("router.service.annotations".to_owned());
    found.object = Some("Service carto-router".to_owned());
    found.labels = vec![
        label(span, "10 minutes"),
        label(kind, "this makes Azure put a load balancer in front"),
    ];
    case.add(found);
    let mut rows = NOT_ON_AZURE.to_vec();
    rows.push((Requirement::Timeout605, Verdict::Violated, &[]));
    case.release("customizations.yaml", &rows);
    case.report.releases[0].inferred = vec![
        "the platform is AKS, from the annotation `service.beta.kubernetes.io/azure-load-balancer-internal`".to_owned(),
    ];
    case
}

/// Builds a case in which the host of an Ingress is not the domain, which is in another file.
pub(super) fn two_files() -> Case {
    let mut case = Case::new();
    let domain = case.file(
        "environments/production/customizations.yaml",
        "appConfigValues:\n  selfHostedDomain: carto.seafreight.example\n",
    );
    let ingress = case.file(
        "rendered/ingress.yaml",
        concat!(
            "---\n# Source: carto/templates/router/ingress.yaml\n",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: carto-router\nspec:\n  rules:\n",
            "    - host: maps.seafreight.example\n      http:\n        paths: []\n",
        ),
    );
    case.report.summary.manifests = 1;
    case.report.summary.files = 2;
    let mut found = finding(
        "host-mismatch",
        Severity::Error,
        Requirement::Domain,
        case.span(ingress, "host: ", "maps.seafreight.example"),
        "the Ingress serves `maps.seafreight.example`, and the domain is `carto.seafreight.example`",
    );
    found.help = Some(
        "serve the domain:\n  router:\n    ingress:\n      host: carto.seafreight.example"
            .to_owned(),
    );
    found.path = Some("spec.rules[0].host".to_owned());
    found.object = Some("Ingress carto-router".to_owned());
    found.labels = vec![
        label(
            case.span(domain, "Domain: ", "carto.seafreight.example"),
            "the domain that is configured",
        ),
        label(
            case.span(ingress, "# ", "Source: carto/templates/router/ingress.yaml"),
            "rendered by this template",
        ),
    ];
    case.add(found);
    case.release(
        "environments/production/customizations.yaml",
        &[(Requirement::Domain, Verdict::Violated, &[])],
    );
    case
}

/// Builds a case with a BackendConfig in an `extraDeploy` block scalar, and what it would serve.
pub(super) fn extra_deploy() -> Case {
    let mut case = Case::new();
    let text = concat!(
        "router:\n  service:\n    type: ClusterIP\n    annotations:\n",
        "      cloud.google.com/backend-config: '{\"default\": \"carto-service-backend-config\"}'\n",
        "extraDeploy:\n  - |\n    apiVersion: cloud.google.com/v1\n    kind: BackendConfig\n    metadata:\n",
        "      name: {{ .Release.Name }}-service-backend-config\n    spec:\n      healthCheck:\n",
        "        checkIntervalSec: 30\n      timeoutSec: 600\n",
    );
    let id = case.file("custom_cert_config.yaml", text);
    let mut found = finding(
        "timeout-too-short",
        Severity::Error,
        Requirement::Timeout605,
        case.span(id, "timeoutSec: ", "600"),
        "the backend timeout is 600 s; the documentation asks for at least 605 s",
    );
    found.path = Some("extraDeploy[0].spec.timeoutSec".to_owned());
    found.object = Some("BackendConfig carto-service-backend-config".to_owned());
    found.help = Some("write `timeoutSec: 605`".to_owned());
    found.labels = vec![
        label(
            case.span(id, "name: ", "{{ .Release.Name }}-service-backend-config"),
            "its name, with the release `carto`",
        ),
        label(
            case.span(id, "\"default\": ", "\"carto-service-backend-config\""),
            "attached to the router's Service here",
        ),
    ];
    case.add(found);
    case
}

/// Builds a case with a label at the right end of a line, beyond the cut, and the finding in the midst of 5,000
/// characters.
pub(super) fn long_line() -> Case {
    let mut case = Case::new();
    let filler = |from: usize| -> String {
        (from..from + 110)
            .map(|n| format!("\"port-{n}\":{{\"port\":{n}}},"))
            .collect()
    };
    let text = format!(
        "{{\"router\":{{{}\"service\":{{\"tipe\":\"LoadBalancer\"}},{}\"replicas\":2}}}}\n",
        filler(8000),
        filler(9000)
    );
    assert!(text.len() > 5000);
    let id = case.file("values.min.json", text);
    let mut found = finding(
        "unknown-key",
        Severity::Error,
        Requirement::ValuesFile,
        case.span(id, "\"service\":{", "\"tipe\""),
        "the chart has no key `tipe`, so Helm ignores it",
    );
    found.help = Some("`type` was meant".to_owned());
    found.labels = vec![label(
        case.span(id, "port-9109", "\"replicas\""),
        "a key that the chart knows",
    )];
    case.add(found);
    case
}

/// Builds a case of places without text: a missing key, an empty file, the end of a file.
pub(super) fn zero_width() -> Case {
    let mut case = Case::new();
    let missing = case.file(
        "values.yaml",
        "appConfigValues:\n  selfHostedDomain:\nrouter: {}\n",
    );
    let empty = case.file("empty.yaml", "");
    let ended = case.file(
        "quote.yaml",
        "tlsCerts:\n  existingSecret:\n    name: \"carto-tls\n",
    );
    let at = case.span(missing, "selfHostedDomain:", "").at_start();
    let mut found = finding(
        "domain-not-set",
        Severity::Error,
        Requirement::Domain,
        at,
        "no domain is configured",
    );
    found.help =
        Some("write the host name that users type, e.g. `carto.yourdomain.example`".to_owned());
    case.add(found);
    case.add(finding(
        "yaml-syntax",
        Severity::Error,
        Requirement::ValuesFile,
        Span::new(empty, 0, 0),
        "the file holds no values",
    ));
    let end = case.sources.text(ended).len();
    let mut found = finding(
        "yaml-syntax",
        Severity::Error,
        Requirement::ValuesFile,
        Span::new(ended, end, end),
        "the file ends inside a quoted string",
    );
    found.labels = vec![label(case.span(ended, "name: ", "\""), "opened here")];
    case.add(found);
    case
}

/// Builds a case with a whole mapping, and the one that overrides it.
pub(super) fn whole_mapping() -> Case {
    let mut case = Case::new();
    let ports: String = (0..30)
        .map(|n| format!("    - name: p{n}\n      port: {}\n", 8000 + n))
        .collect();
    let text = format!(
        "router:\n  replicas: 2\n  extraPorts:\n{ports}\ntlsCerts:\n  httpsEnabled: true\n\nrouter:\n  replicas: 3\n"
    );
    let id = case.file("customizations.yaml", text);
    let text = case.sources.text(id);
    let end = text.find("tlsCerts").unwrap();
    let second = text.rfind("router").unwrap();
    let mut found = finding(
        "duplicate-key",
        Severity::Error,
        Requirement::ValuesFile,
        Span::new(id, 0, end),
        "`router` is written twice: Helm keeps the last one and loses this one without a word",
    );
    found.labels = vec![label(Span::new(id, second, second + 6), "this one counts")];
    case.add(found);
    case
}

/// Builds a case with CRLF, a byte order mark, umlauts, wide characters, a tab, and characters that a terminal would
/// obey.
pub(super) fn foreign_text() -> Case {
    let mut case = Case::new();
    let text = concat!(
        "\u{feff}# Größenänderung: 東京\r\nrouter:\r\n  labels: {größe: \"東京-本番\", on: yes}\r\n",
        "\tservice:\r\n  note: \"\u{1b}[31mred\u{7}\u{202e}gnp\u{202c}\" # x\r\n",
    );
    let id = case.file("größe.yaml", text);
    case.add(finding(
        "annotation-not-string",
        Severity::Error,
        Requirement::ValuesFile,
        case.span(id, "\", ", "on: yes"),
        "a label is text: write `\"yes\"`",
    ));
    let mut found = finding(
        "yaml-syntax",
        Severity::Error,
        Requirement::ValuesFile,
        case.span(id, "\r\n", "\t"),
        "a tab in the indentation",
    );
    found.labels = vec![label(
        case.span(id, "größe: ", "\"東京-本番\""),
        "the last value that was read",
    )];
    case.add(found);
    case.add(finding(
        "placeholder-left",
        Severity::Warning,
        Requirement::ValuesFile,
        case.span(id, "note: \"\u{1b}[31m", "red"),
        "looks \u{1b}[31mred\u{1b}[0m\nand has two lines",
    ));
    case
}

/// Builds a case with findings on lines that hold what nobody else may read.
pub(super) fn secrets() -> Case {
    let mut case = Case::new();
    let text = concat!(
        "externalPostgresql:\n  password: \"hunter2-hunter2\" # rotate\n  passwordd: 'tr0ub4dor'\n",
        "cartoSecrets:\n  encryptionSecretKey:\n    value: aVerySecretThing\n",
        "router:\n  tlsCertificates:\n    privateKey: |\n      -----BEGIN PRIVATE KEY-----\n",
        "      MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n      -----END PRIVATE KEY-----\n",
    );
    let id = case.file("customizations.yaml", text);
    let mut found = finding(
        "unknown-key",
        Severity::Error,
        Requirement::ValuesFile,
        case.span(id, "rotate\n  ", "passwordd"),
        "the chart has no key `passwordd`, so Helm ignores it",
    );
    found.labels = vec![label(
        case.span(id, "\" ", "# rotate"),
        "the key that it knows is here",
    )];
    case.add(found);
    let mut found = finding(
        "private-key-in-values",
        Severity::Warning,
        Requirement::CertificateChain,
        case.span(id, "privateKey: |\n      ", "-----BEGIN PRIVATE KEY-----\n      MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n      -----END PRIVATE KEY-----"),
        "a private key is in a values file; it reads -----BEGIN PRIVATE KEY----- MIIEvQIBADANBg -----END PRIVATE KEY-----",
    );
    found.labels = vec![label(
        case.span(id, "value: ", "aVerySecretThing"),
        "as does another secret",
    )];
    case.add(found);
    case
}

/// Builds a case of two releases with all four verdicts between them.
pub(super) fn several_releases() -> Case {
    let mut case = azure_timeout();
    case.file(
        "aws/customizations.yaml",
        "router:\n  service:\n    type: LoadBalancer\n",
    );
    case.report.summary.releases = 2;
    case.report.summary.files = 4;
    case.report.summary.skipped = 3;
    let supply: [&str; 2] = [
        "supply `--platform`: nothing in the values tells which cloud's load balancer this Service becomes",
        "or give the rendered manifests",
    ];
    case.release(
        "aws/customizations.yaml",
        &[
            (Requirement::Timeout605, Verdict::Undecided, &supply),
            (Requirement::GkeIngress, Verdict::NotApplicable, &[]),
            (
                Requirement::Domain,
                Verdict::Met,
                &["DNS leads the domain to the load balancer"],
            ),
        ],
    );
    case
}

/// Builds a case without findings.
pub(super) fn all_is_well() -> Case {
    let mut case = Case::new();
    case.file("customizations.yaml", AKS.replace("\"10\"", "\"30\""));
    let rows: Vec<_> = NOT_ON_AZURE
        .into_iter()
        .filter(|row| row.2.is_empty())
        .collect();
    case.release("customizations.yaml", &rows);
    case
}

fn all() -> Vec<(&'static str, Case)> {
    vec![
        ("azure_timeout", azure_timeout()),
        ("two_files", two_files()),
        ("extra_deploy", extra_deploy()),
        ("long_line", long_line()),
        ("zero_width", zero_width()),
        ("whole_mapping", whole_mapping()),
        ("foreign_text", foreign_text()),
        ("secrets", secrets()),
        ("several_releases", several_releases()),
        ("all_is_well", all_is_well()),
    ]
}
