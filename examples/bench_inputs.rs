//! Writes inputs of several sizes into a folder, the same bytes every time: what speed and memory are measured on.
//!
//! ```sh
//! cargo run --release --example bench_inputs -- /tmp/bench        # up to 16 MB
//! cargo run --release --example bench_inputs -- /tmp/bench 200    # and a file of 200 MB
//! ```

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// A step of Knuth's MMIX generator: good enough for names, and the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn pick<'w>(&mut self, words: &[&'w str]) -> &'w str {
        let index = usize::try_from(self.roll(words.len() as u64)).unwrap_or_default();
        words.get(index).copied().unwrap_or_default()
    }
}

const TEAMS: [&str; 8] = [
    "billing",
    "catalog",
    "checkout",
    "identity",
    "ledger",
    "search",
    "shipping",
    "telemetry",
];
const PARTS: [&str; 8] = [
    "api",
    "worker",
    "gateway",
    "scheduler",
    "exporter",
    "cache",
    "web",
    "sync",
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("give the folder to write into")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    fs::write(folder.join("values-4k.yaml"), values(&mut Dice(1), 4_000))?;
    fs::write(
        folder.join("rendered-150k.yaml"),
        manifests(&mut Dice(2), 150_000),
    )?;
    fs::write(
        folder.join("manifests-16m.yaml"),
        manifests(&mut Dice(3), 16 << 20),
    )?;
    if let Some(megabytes) = arguments.next() {
        let bytes = megabytes.parse::<usize>()? << 20;
        fs::write(
            folder.join(format!("manifests-{megabytes}m.yaml")),
            manifests(&mut Dice(4), bytes),
        )?;
    }
    let mut dice = Dice(5);
    for number in 0..2_000 {
        let place = folder.join(format!(
            "values-2000/{}/{}",
            dice.pick(&TEAMS),
            dice.pick(&["dev", "staging", "production"])
        ));
        fs::create_dir_all(&place)?;
        let bytes = 500 + usize::try_from(dice.roll(4_000))?;
        fs::write(
            place.join(format!("customizations-{number:04}.yaml")),
            values(&mut dice, bytes),
        )?;
    }
    Ok(())
}

/// A values file of the chart: one of the documented ways in, then settings of components up to the size.
fn values(dice: &mut Dice, bytes: usize) -> String {
    let mut text = String::from("# Overrides for the CARTO chart\n");
    let _ = writeln!(
        text,
        "appConfigValues:\n  selfHostedDomain: carto-{}.bluelake.io\ncartoConfigValues:\n  cartoAccGcpProjectId: acme-{:05}",
        dice.roll(1_000),
        dice.roll(99_999)
    );
    text.push_str(match dice.roll(4) {
        0 => "router:\n  service:\n    type: LoadBalancer\n    annotations:\n      service.beta.kubernetes.io/aws-load-balancer-type: nlb\n",
        1 => "router:\n  service:\n    type: LoadBalancer\n    annotations:\n      service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: \"15\"\n",
        2 => "router:\n  service:\n    type: LoadBalancer\n    annotations:\n      service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: \"4\"\n",
        _ => "router:\n  service:\n    type: LoadBalancer\n",
    });
    text.push_str(
        "tlsCerts:\n  httpsEnabled: true\n  autoGenerate: false\n  existingSecret:\n    name: carto-tls-cert\n    certKey: tls.crt\n    keyKey: tls.key\n",
    );
    let components = [
        "accountsWww",
        "aiApi",
        "cdnInvalidatorSub",
        "httpCache",
        "importApi",
        "importWorker",
        "ldsApi",
        "mapsApi",
        "notifier",
        "publicEventsApi",
        "sqlWorker",
        "workspaceApi",
        "workspaceSubscriber",
        "workspaceWww",
    ];
    for component in components {
        if text.len() >= bytes {
            break;
        }
        let _ = writeln!(
            text,
            "# sized after the load test of {team}\n{component}:\n  replicaCount: {}\n  resources:\n    requests:\n      cpu: {}m\n      memory: \"{}Mi\"\n    limits:\n      cpu: \"2\"\n      memory: 4Gi\n  nodeSelector:\n    pool: {team}\n  podAnnotations:\n    example.com/owner: '{team}'",
            1 + dice.roll(4),
            100 + dice.roll(900),
            256 + dice.roll(2_048),
            team = dice.pick(&TEAMS),
        );
    }
    text
}

/// What `helm template` renders, or a cluster's dump: one installation of CARTO among workloads of other namespaces.
fn manifests(dice: &mut Dice, bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 8_192);
    text.push_str(INSTALLATION);
    let mut number = 0;
    while text.len() < bytes {
        number += 1;
        let (team, part) = (dice.pick(&TEAMS), dice.pick(&PARTS));
        let name = format!("{team}-{part}-{number}");
        let namespace = format!("{team}-{}", dice.roll(12));
        deployment(&mut text, dice, &name, &namespace);
        service(&mut text, &name, &namespace);
        config_map(&mut text, dice, &name, &namespace);
        if dice.roll(2) == 0 {
            secret(&mut text, dice, &name, &namespace);
        }
    }
    text
}

fn head(text: &mut String, version: &str, kind: &str, name: &str, namespace: &str) {
    let _ = writeln!(
        text,
        "---\n# Source: {namespace}/templates/{file}.yaml\napiVersion: {version}\nkind: {kind}\nmetadata:\n  name: {name}\n  namespace: \"{namespace}\"\n  labels:\n    app.kubernetes.io/name: {name}\n    app.kubernetes.io/instance: {namespace}\n    app.kubernetes.io/managed-by: Helm\n    helm.sh/chart: {namespace}-4.12.0",
        file = kind.to_lowercase(),
    );
}

fn deployment(text: &mut String, dice: &mut Dice, name: &str, namespace: &str) {
    head(text, "apps/v1", "Deployment", name, namespace);
    let _ = writeln!(
        text,
        "  annotations:\n    {{}}\nspec:\n  replicas: {}\n  revisionHistoryLimit: 10\n  selector:\n    matchLabels:\n      app.kubernetes.io/name: {name}\n  template:\n    metadata:\n      labels:\n        app.kubernetes.io/name: {name}\n      annotations:\n        checksum/config: {:016x}{:016x}\n    spec:\n      serviceAccountName: {name}\n      securityContext:\n        runAsUser: 1000\n        runAsNonRoot: true\n      containers:",
        1 + dice.roll(5),
        dice.roll(u64::MAX / 4),
        dice.roll(u64::MAX / 4),
    );
    for container in ["main", "proxy"]
        .iter()
        .take(1 + usize::from(dice.roll(3) == 0))
    {
        let _ = writeln!(
            text,
            "        - name: {container}\n          image: \"registry.example.com/{name}:{}.{}.0\"\n          imagePullPolicy: IfNotPresent\n          args: [\"--listen\", \":8080\", \"--log-level\", \"info\"]\n          ports:\n            - name: http\n              containerPort: 8080\n              protocol: TCP\n          env:",
            dice.roll(9),
            dice.roll(30),
        );
        for variable in 0..4 + dice.roll(12) {
            let _ = writeln!(
                text,
                "            - name: {}_{variable}\n              value: \"{}\"",
                dice.pick(&["FEATURE_FLAG", "UPSTREAM_URL", "POOL_SIZE", "CACHE_TTL"]),
                dice.pick(&["true", "http://backend.svc:8080/v1", "25", "3600"]),
            );
        }
        let _ = writeln!(
            text,
            "            - name: DB_PASSWORD\n              valueFrom:\n                secretKeyRef:\n                  name: {name}\n                  key: password\n          livenessProbe:\n            httpGet:\n              path: /healthz\n              port: http\n            initialDelaySeconds: 10\n          resources:\n            limits:\n              cpu: 500m\n              memory: 512Mi\n            requests:\n              cpu: 100m\n              memory: 128Mi\n          volumeMounts:\n            - name: config\n              mountPath: /etc/app\n              readOnly: true"
        );
    }
    let _ = writeln!(
        text,
        "      volumes:\n        - name: config\n          configMap:\n            name: {name}\n        - name: scratch\n          emptyDir: {{}}"
    );
}

fn service(text: &mut String, name: &str, namespace: &str) {
    head(text, "v1", "Service", name, namespace);
    let _ = writeln!(
        text,
        "spec:\n  type: ClusterIP\n  ports:\n    - name: http\n      port: 80\n      targetPort: http\n      protocol: TCP\n  selector:\n    app.kubernetes.io/name: {name}"
    );
}

fn config_map(text: &mut String, dice: &mut Dice, name: &str, namespace: &str) {
    head(text, "v1", "ConfigMap", name, namespace);
    text.push_str("data:\n  application.properties: |\n    # generated\n");
    for line in 0..10 + dice.roll(40) {
        let _ = writeln!(
            text,
            "    service.{}.{line}.limit = {}",
            dice.pick(&PARTS),
            dice.roll(100_000)
        );
    }
    let _ = writeln!(
        text,
        "\n    [section]\n    upstream: \"{{{{ not yaml: at all\"\n  nginx.conf: |-\n    server {{\n      listen 8080;\n      location / {{\n        proxy_pass http://{name}:80;\n      }}\n    }}\n  LOG_LEVEL: '{}'\n  RETRIES: \"{}\"",
        dice.pick(&["debug", "info", "warn"]),
        dice.roll(9)
    );
}

fn secret(text: &mut String, dice: &mut Dice, name: &str, namespace: &str) {
    head(text, "v1", "Secret", name, namespace);
    text.push_str("type: Opaque\ndata:\n");
    for key in ["username", "password", "api-token"] {
        let _ = write!(text, "  {key}: \"");
        for _ in 0..16 + dice.roll(32) {
            text.push_str(dice.pick(&["Zm9v", "YmFy", "c2Vj", "a2V5", "MTIz", "QUJD"]));
        }
        text.push_str("\"\n");
    }
}

/// The parts of a rendered chart that decide how CARTO is reached.
const INSTALLATION: &str = r#"---
# Source: carto/templates/router/configmap.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: carto-router
  namespace: "carto"
  labels:
    app.kubernetes.io/name: carto
    app.kubernetes.io/instance: carto
    app.kubernetes.io/component: router
data:
  ROUTER_ENABLE_HTTPS: "true"
  CARTO_SELFHOSTED_DOMAIN: "carto.bluelake.io"
---
# Source: carto/templates/router/service.yaml
apiVersion: v1
kind: Service
metadata:
  name: carto-router
  namespace: "carto"
  labels:
    app.kubernetes.io/name: carto
    app.kubernetes.io/instance: carto
    app.kubernetes.io/component: router
  annotations:
    service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: "15"
spec:
  type: LoadBalancer
  ports:
    - name: https
      port: 443
      targetPort: https
      protocol: TCP
  selector:
    app.kubernetes.io/name: carto
    app.kubernetes.io/instance: carto
    app.kubernetes.io/component: router
---
# Source: carto/templates/router/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: carto-router
  namespace: "carto"
  labels:
    app.kubernetes.io/name: carto
    app.kubernetes.io/instance: carto
    app.kubernetes.io/component: router
spec:
  template:
    spec:
      containers:
        - name: router
          image: "gcr.io/carto/router:1.0.0"
          ports:
            - name: https
              containerPort: 8443
              protocol: TCP
"#;
