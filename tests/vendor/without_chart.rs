//! Values without a chart, held against what Helm makes of them with the real one.
//!
//! Runs where both are at hand: `PORTOLAN_HELM` names Helm, and `PORTOLAN_CHARTS` a folder that holds the chart's releases,
//! each in a folder of its number. Values are put together from pieces of what people write, by a generator that gives the
//! same ones for the same seed; `PORTOLAN_VARIANTS` says how many for each release. The docs say how to get the chart.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{check_values, read};
use portolan::check::{Input, Options, Outcome, Role, check};
use portolan::diagnostic::{Requirement, Severity, Verdict};
use portolan::rules::RuleSet;

/// What every installation needs; the chart refuses to render without.
const BASE: &str = "appConfigValues:
  selfHostedDomain: carto.acme.io
internalRedis:
  enabled: true
internalPostgresql:
  enabled: false
externalPostgresql:
  host: pg.acme.io
replicated:
  enabled: false
";

/// Pieces of values that go together in any number, as files that Helm merges.
const PIECES: &[&str] = &[
    "router:\n  service:\n    type: LoadBalancer\n",
    "router:\n  service:\n    type: \"LoadBalancer \"\n",
    "router:\n  service:\n    type: NodePort\n    nodePorts:\n      http: \"30080\"\n",
    "router:\n  service:\n    annotations:\n      service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: 1.1e1\n",
    "router:\n  service:\n    annotations: |\n      service.beta.kubernetes.io/aws-load-balancer-connection-idle-timeout: {{ add 600 5 | quote }}\n",
    "router:\n  service:\n    annotations:\n      service.beta.kubernetes.io/aws-load-balancer-connection-idle-timeout: '{{ .Values.nope | default 60 }}'\n",
    "router:\n  service:\n    annotations:\n      a.b/c: \"{{ if false }}\"\n      d.e/f: \"{{ end }}x\"\n",
    "router:\n  service:\n    ports:\n      http: 8.08e3\n      https: \"8443\"\n",
    "router:\n  service:\n    ports:\n      httpTargetPort: https\n",
    "router:\n  ingress:\n    enabled: true\n    tls: true\n    ingressClassName: nginx\n    path: /\n    pathType: Prefix\n",
    "router:\n  ingress:\n    enabled: true\n    annotations:\n      kubernetes.io/ingress.class: gce\n",
    "router:\n  ingress:\n    enabled: true\n    annotations: |\n      kubernetes.io/ingress.class: {{ .Values.class | default \"nginx\" }}\n      nginx.ingress.kubernetes.io/proxy-read-timeout: \"605\"\n",
    "router:\n  ingress:\n    enabled: true\n    extraTls: |\n      - hosts: [\"{{ .Values.appConfigValues.selfHostedDomain }}\"]\n        secretName: {{ .Release.Name }}-tls\n",
    "router:\n  ingress:\n    enabled: true\n    extraHosts:\n      - name: maps.acme.io\n      - {name: b.acme.io, path: /b, pathType: Prefix}\n",
    "gateway:\n  enabled: true\n  gatewayClassName: gke-l7-global-external-managed\n  staticIP: {enabled: true, value: carto-ip}\n  tlsCertificates:\n    managedCerts: {enabled: true, name: carto-cert}\n",
    "gateway:\n  enabled: true\n  gatewayClassName: istio\n  staticIP: {enabled: false}\n  listeners:\n    http: {port: \"8080\"}\n",
    "gateway:\n  enabled: true\n",
    "replicated:\n  platformDistribution: gke\n",
    "tlsCerts:\n  httpsEnabled: false\n",
    "tlsCerts:\n  autoGenerate: false\n  existingSecret: {name: \"carto-tls \"}\n",
    "appConfigValues:\n  selfHostedDomain: \"carto.acme.io \"\n",
    "appConfigValues:\n  selfHostedDomain: \"\"\n",
    "cartoConfigValues:\n  ingressTestingMode: true\n  onlyRunRouter: true\n",
    "fullnameOverride: \"12345\"\n",
    "nameOverride: maps\ncommonLabels:\n  team: \"{{ .Release.Name }}\"\n",
    "extraDeploy:\n  - |\n    {{- if .Capabilities.APIVersions.Has \"networking.k8s.io/v1\" }}\n    apiVersion: networking.k8s.io/v1\n    kind: Ingress\n    metadata: {name: second, annotations: {kubernetes.io/ingress.class: nginx}}\n    spec:\n      rules:\n        - host: {{ .Values.appConfigValues.selfHostedDomain }}\n          http:\n            paths:\n              - {path: /, pathType: Prefix, backend: {service: {name: carto-router, port: {name: http}}}}\n    {{- end }}\n",
    "extraDeploy:\n  - apiVersion: cloud.google.com/v1\n    kind: BackendConfig\n    metadata: {name: carto-bc}\n    spec:\n      timeoutSec: \"{{ .Values.router.timeout | default 605 }}\"\n",
    // From here on Helm may refuse.
    "router:\n  ingress:\n    enabled: true\n    path: \"*\"\n",
    "router:\n  service:\n    type: \"Load: Balancer\"\n",
    "nameOverride: \"a: b\"\n",
    "nameOverride: 5\n",
    "commonAnnotations:\n  team: maps\n",
    "mapsApi:\n  autoscaling: null\n",
    "mapsApi:\n  podLabels:\n    team: \"{{ .Values.nope.team }}\"\n",
    "router:\n  containerPorts: null\n",
    "appConfigValues:\n  logLevel: warn\n",
    "externalPostgresql:\n  host: \"\"\n",
    "extraDeploy:\n  - just text\n",
    "extraDeploy:\n  - |\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: x}\n    data: {a: \"{{ .Values.nope.x }}\"}\n",
    "extraDeploy:\n  - |\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: x}\n    data: {a: \"{{ include `nope` . }}\"}\n",
    "extraDeploy:\n  - |\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: x}\n    data: {a: {{ /* c */}}}\n",
];

/// Numbers that look as if thrown, the same for every run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most as u64).unwrap()
    }

    fn pieces(&mut self) -> Vec<&'static str> {
        let count = 1 + self.below(4);
        (0..count)
            .map(|_| PIECES[self.below(PIECES.len())])
            .collect()
    }
}

/// The verdicts that compare: whether the file does what it looks like is not to be seen in a rendering.
fn verdicts(outcome: &Outcome) -> Vec<(Requirement, Verdict)> {
    let rows = outcome
        .report
        .releases
        .iter()
        .flat_map(|release| &release.requirements);
    rows.filter(|row| row.requirement != Requirement::ValuesFile)
        .map(|row| (row.requirement, row.verdict))
        .collect()
}

fn are_opposite(left: Verdict, right: Verdict) -> bool {
    matches!(
        (left, right),
        (Verdict::Met, Verdict::Violated) | (Verdict::Violated, Verdict::Met)
    )
}

/// What came of one release of the chart.
#[derive(Default)]
struct Tally {
    rendered: usize,
    refused: usize,
    /// Variants that Helm refuses and Portolan passes without an error, with Helm's words.
    silent: Vec<String>,
    /// Opposite verdicts, and templates that Portolan refuses and Helm renders.
    wrong: Vec<String>,
}

impl Tally {
    fn add(&mut self, helm: &Path, chart: &Path, version: &str, pieces: &[&str]) {
        let files = [&[BASE], pieces].concat();
        let name = format!("{version} {pieces:?}");
        let values: Vec<(String, &str)> = files
            .iter()
            .enumerate()
            .map(|(at, text)| (format!("{at}.yaml"), *text))
            .collect();
        let given: Vec<(&str, &str)> = values
            .iter()
            .map(|(name, text)| (name.as_str(), *text))
            .collect();
        let mut options = Options::default();
        options.release.namespace = Some("carto".to_owned());
        options.release.chart_version = Some(version.parse().unwrap());
        let from_values = check_values(&given, &options);
        match render(helm, chart, &given) {
            Ok(manifests) => {
                self.rendered += 1;
                self.compare(&name, &from_values, manifests, &options);
            }
            Err(error) => {
                self.refused += 1;
                let mut found = from_values.report.diagnostics.iter();
                if !found.any(|found| found.severity == Severity::Error) {
                    self.silent.push(format!("{name}: {error}"));
                }
            }
        }
    }

    fn compare(&mut self, name: &str, from_values: &Outcome, manifests: String, options: &Options) {
        let rendered = Input {
            role: Role::Rendered,
            ..Input::named("rendered", manifests)
        };
        let rendered = check(vec![rendered], options, RuleSet::builtin());
        let pairs = verdicts(from_values).into_iter().zip(verdicts(&rendered));
        for ((requirement, ours), (_, helms)) in pairs {
            if are_opposite(ours, helms) {
                let (ours, helms) = (ours.as_str(), helms.as_str());
                self.wrong.push(format!(
                    "{name}: {requirement} is {ours}, and {helms} in Helm's output"
                ));
            }
        }
        let refused = |rule: &str| matches!(rule, "template-error" | "yaml-syntax");
        let found = &from_values.report.diagnostics;
        for found in found.iter().filter(|found| refused(&found.rule)) {
            self.wrong
                .push(format!("{name}: Helm renders it, and {}", found.message));
        }
    }
}

fn render(helm: &Path, chart: &Path, values: &[(&str, &str)]) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(helm);
    command
        .args(["template", "carto"])
        .arg(chart)
        .args(["-n", "carto"]);
    for (name, text) in values {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        command.arg("-f").arg(file);
    }
    let output = command.output().unwrap();
    if output.status.success() {
        Ok(String::from_utf8(output.stdout).unwrap())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}

/// The releases in the folder of charts.
fn charts(folder: &Path) -> Vec<(String, PathBuf)> {
    let mut charts: Vec<(String, PathBuf)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("Chart.yaml").is_file())
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                path,
            )
        })
        .collect();
    charts.sort();
    charts
}

#[test]
fn verdicts_of_values_are_never_the_opposite_of_those_of_helms_output() {
    let named = |name| std::env::var_os(name).map(PathBuf::from);
    let (Some(helm), Some(folder)) = (named("PORTOLAN_HELM"), named("PORTOLAN_CHARTS")) else {
        eprintln!(
            "without_chart: PORTOLAN_HELM or PORTOLAN_CHARTS is not set, so nothing was rendered"
        );
        return;
    };
    let count = std::env::var("PORTOLAN_VARIANTS").map_or(30, |count| count.parse().unwrap());
    let charts = charts(&folder);
    assert!(!charts.is_empty(), "no chart in {}", folder.display());
    for (version, chart) in charts {
        assert!(
            read(&chart.join("Chart.yaml")).contains(&version),
            "{version}"
        );
        let (mut dice, mut tally) = (Dice(0x9e37_79b9_7f4a_7c15), Tally::default());
        for _ in 0..count {
            let pieces = dice.pieces();
            tally.add(&helm, &chart, &version, &pieces);
        }
        eprintln!(
            "{version}: {} rendered, {} refused, of these {} in silence",
            tally.rendered,
            tally.refused,
            tally.silent.len()
        );
        assert_eq!(tally.wrong, Vec::<String>::new());
        assert!(
            tally.silent.len() * 20 <= tally.refused,
            "{:#?}",
            tally.silent
        );
    }
}

#[test]
fn the_generator_uses_every_piece() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let used: std::collections::BTreeSet<&str> = (0..500).flat_map(|_| dice.pieces()).collect();
    assert_eq!(used.len(), PIECES.len());
}
