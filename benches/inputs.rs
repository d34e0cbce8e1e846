//! Inputs for the benchmarks: made here, the same in every run.
#![allow(
    dead_code,
    reason = "each benchmark is a program of its own and uses some of them"
)]

use std::fmt::Write as _;

/// A certificate with a long life, for bundles.
pub const CERTIFICATE: &str =
    include_str!("../crates/certificate/tests/pem/public-intermediate.pem");

/// A values file of about 4 kB: an Ingress on GKE, three objects in `extraDeploy`, a short timeout among them.
pub fn values(number: usize) -> String {
    let mut text = format!(
        "# customizations of installation {number}
appConfigValues:
  selfHostedDomain: carto-{number}.acme.io
cartoConfigValues:
  selfHostedGcpProjectId: acme-{number}
router:
  ingress:
    enabled: true
    annotations:
      kubernetes.io/ingress.class: gce
      kubernetes.io/ingress.global-static-ip-name: carto-{number}
      networking.gke.io/v1beta1.FrontendConfig: carto-frontend
      networking.gke.io/managed-certificates: carto-certificate
  service:
    type: NodePort
    annotations:
      cloud.google.com/backend-config: '{{\"default\": \"carto-backend\"}}'
extraDeploy:
  - |
    apiVersion: cloud.google.com/v1
    kind: BackendConfig
    metadata:
      name: carto-backend
      labels: {{{{- include \"common.labels.standard\" . | nindent 8 }}}}
    spec:
      timeoutSec: 600
  - apiVersion: networking.gke.io/v1beta1
    kind: FrontendConfig
    metadata:
      name: carto-frontend
    spec:
      sslPolicy: carto-ssl
      redirectToHttps:
        enabled: true
  - |
    apiVersion: networking.gke.io/v1
    kind: ManagedCertificate
    metadata:
      name: carto-certificate
      namespace: {{{{ .Release.Namespace }}}}
    spec:
      domains:
        - {{{{ .Values.appConfigValues.selfHostedDomain | quote }}}}
"
    );
    for component in [
        "accountsWww",
        "importWorker",
        "mapsApi",
        "notifier",
        "sqlWorker",
        "workspaceApi",
        "workspaceWww",
    ] {
        let _ = write!(
            text,
            "# {component} gets what a pilot phase showed it to need, and no more than the nodes have
{component}:
  replicaCount: 2
  resources:
    limits:
      cpu: 500m
      memory: \"512Mi\"
    requests:
      cpu: 250m
      memory: \"256Mi\"
  podAnnotations:
    prometheus.io/scrape: \"true\"
    prometheus.io/port: \"9102\"
"
        );
    }
    text
}

/// Manifests as `helm template` prints them, of about that many bytes, with the objects around the router first.
pub fn manifests(bytes: usize) -> String {
    let mut text = "---
# Source: carto/templates/router/service.yaml
apiVersion: v1
kind: Service
metadata:
  name: carto-router
  labels:
    app.kubernetes.io/name: carto
    app.kubernetes.io/instance: carto
    app.kubernetes.io/component: router
  annotations:
    service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: \"10\"
spec:
  type: LoadBalancer
  ports:
    - name: https
      port: 443
      targetPort: https
  selector:
    app.kubernetes.io/component: router
"
    .to_owned();
    let mut number = 0;
    while text.len() < bytes {
        number += 1;
        let _ = write!(
            text,
            "---
# Source: carto/templates/worker-{number}/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: carto-worker-{number}
  labels:
    app.kubernetes.io/name: carto
    app.kubernetes.io/instance: carto
    app.kubernetes.io/component: worker-{number}
spec:
  replicas: {}
  selector:
    matchLabels:
      app.kubernetes.io/component: worker-{number}
  template:
    metadata:
      labels:
        app.kubernetes.io/component: worker-{number}
      annotations:
        checksum/config: \"{number:016}\"
    spec:
      containers:
        - name: worker
          image: \"gcr.io/carto-onprem-artifacts/worker:2024.{number}.1\"
          env:
            - name: WORKER_CONCURRENCY
              value: \"{number}\"
            - name: REDIS_PASSWORD
              valueFrom:
                secretKeyRef:
                  name: carto-redis
                  key: redis-password
          resources:
            limits: {{cpu: 500m, memory: 512Mi}}
",
            number % 5 + 1
        );
    }
    text
}

/// A certificate bundle of that many certificates.
pub fn bundle(count: usize) -> String {
    CERTIFICATE.repeat(count)
}
