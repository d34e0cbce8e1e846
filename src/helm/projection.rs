//! What the chart would render from the values: the objects through which a request reaches the router.
//!
//! Values in, objects out: the router's Service, Ingress, Gateway with its HTTPRoutes, TLS Secrets, and of the Deployment
//! and ConfigMaps just what tells how the router listens. Every node of an object leads to the value it was rendered from,
//! or to the place where such a value should be written. The facts are those of the chart's templates (knowledge base,
//! section 1); `tests/agreement.rs` holds them against `helm template`.

use sha2::{Digest, Sha256};

use super::values::{Values, made_scalar, made_string};
use crate::kube::{Object, Origin};
use crate::source::{SourceId, Span};
use crate::yaml::{Entry, NodeData, NodeId, NodeKind, Tree, Value};

/// The chart release that the projection follows.
pub const CHART_VERSION: &str = "1.287.1";

/// Names of one release.
#[derive(Clone, Debug)]
pub struct ReleaseNames {
    /// `.Release.Name`.
    pub release: String,
    /// `.Release.Namespace`; `None` leaves it open.
    pub namespace: Option<String>,
}

type Path = &'static [&'static str];

/// Renders the objects of one release.
pub struct Projection<'t> {
    tree: &'t mut Tree,
    values: NodeId,
    defaults: SourceId,
    fullname: String,
    namespace: Option<String>,
    objects: Vec<Object>,
}

impl<'t> Projection<'t> {
    /// Prepares to render the merged values (chart defaults included) under `values`.
    pub fn new(
        tree: &'t mut Tree,
        values: NodeId,
        defaults: SourceId,
        names: &ReleaseNames,
    ) -> Self {
        let fullname = fullname(Values::new(tree.node(values), defaults), &names.release);
        Projection {
            tree,
            values,
            defaults,
            fullname,
            namespace: names.namespace.clone(),
            objects: Vec::new(),
        }
    }

    /// All objects.
    pub fn render(mut self) -> Vec<Object> {
        self.service();
        self.config_maps();
        self.deployment();
        self.tls_secrets();
        if self.truthy(&["router", "ingress", "enabled"]) {
            self.ingress();
        }
        if self.truthy(&["gateway", "enabled"]) {
            self.gateway();
        }
        self.objects
    }

    fn read(&self) -> Values<'_> {
        Values::new(self.tree.node(self.values), self.defaults)
    }

    fn truthy(&self, path: Path) -> bool {
        self.read().truthy(path)
    }

    fn text(&self, path: Path) -> String {
        self.read().string(path).unwrap_or_default().to_owned()
    }

    fn anchor(&self, path: Path) -> Span {
        self.read().anchor(path)
    }

    fn made(&mut self, text: impl Into<Box<str>>, path: Path) -> NodeId {
        let span = self.anchor(path);
        made_string(self.tree, text, span)
    }

    /// The value at a path as it was written, or the chart's default at the place where it would be written.
    fn value(&mut self, path: Path) -> NodeId {
        let span = self.anchor(path);
        let values = self.read();
        let Some(node) = values.get(path) else {
            return made_scalar(self.tree, "", Value::Null, span);
        };
        if values.is_users(node.site()) {
            return node.id();
        }
        let kind = node.kind().clone();
        self.tree.push(NodeData {
            span,
            kind,
            overrides: None,
        })
    }

    fn mapping(&mut self, at: Path, entries: Vec<(&str, Path, NodeId)>) -> NodeId {
        let entries = entries
            .into_iter()
            .map(|(key, key_at, value)| Entry {
                key: key.into(),
                key_span: self.anchor(key_at),
                value,
            })
            .collect();
        let span = self.anchor(at);
        self.tree.push(NodeData {
            span,
            kind: NodeKind::Mapping(entries),
            overrides: None,
        })
    }

    fn sequence(&mut self, at: Path, items: Vec<NodeId>) -> NodeId {
        let span = self.anchor(at);
        self.tree.push(NodeData {
            span,
            kind: NodeKind::Sequence(items),
            overrides: None,
        })
    }

    /// Items of a list that the user may have written.
    fn items(&self, path: Path) -> Vec<NodeId> {
        self.read()
            .get(path)
            .into_iter()
            .flat_map(|node| node.items())
            .map(|node| node.id())
            .collect()
    }

    /// Two mappings of annotations as the template prints them one after the other: the later wins.
    fn annotations(&mut self, first: Path, second: Path, at: Path) -> NodeId {
        let mut entries: Vec<Entry> = Vec::new();
        for path in [first, second] {
            let values = self.read();
            let given: Vec<Entry> = values
                .get(path)
                .into_iter()
                .flat_map(|node| node.entries())
                .map(|(entry, _)| entry.clone())
                .collect();
            for entry in given {
                match entries.iter_mut().find(|known| known.key == entry.key) {
                    Some(known) => *known = entry,
                    None => entries.push(entry),
                }
            }
        }
        let span = self.anchor(at);
        self.tree.push(NodeData {
            span,
            kind: NodeKind::Mapping(entries),
            overrides: None,
        })
    }

    fn metadata(
        &mut self,
        name: &str,
        at: Path,
        annotations: Option<(Path, NodeId)>,
        component: Option<&str>,
    ) -> NodeId {
        let name = self.made(name, at);
        let mut labels = vec![
            ("app.kubernetes.io/managed-by", "Helm".to_owned()),
            ("helm.sh/chart", format!("carto-{CHART_VERSION}")),
        ];
        if let Some(component) = component {
            labels.push(("app.kubernetes.io/component", component.to_owned()));
        }
        let labels = labels
            .into_iter()
            .map(|(key, text)| (key, at, self.made(text, at)))
            .collect();
        let labels = self.mapping(at, labels);
        let mut entries = vec![("name", at, name), ("labels", at, labels)];
        if let Some(namespace) = self.namespace.clone() {
            let namespace = self.made(namespace, at);
            entries.push(("namespace", at, namespace));
        }
        if let Some((annotations_at, annotations)) = annotations {
            entries.push(("annotations", annotations_at, annotations));
        }
        self.mapping(at, entries)
    }

    fn object(
        &mut self,
        (api_version, kind): (&str, &str),
        at: Path,
        metadata: NodeId,
        mut rest: Vec<(&'static str, Path, NodeId)>,
        template: &str,
    ) {
        let api_version = self.made(api_version, at);
        let kind = self.made(kind, at);
        let mut entries = vec![
            ("apiVersion", at, api_version),
            ("kind", at, kind),
            ("metadata", at, metadata),
        ];
        entries.append(&mut rest);
        let root = self.mapping(at, entries);
        self.objects.push(Object {
            root,
            origin: Origin::Projection,
            template: Some(format!("carto/templates/{template}")),
        });
    }

    fn service(&mut self) {
        const AT: Path = &["router", "service"];
        const ANNOTATIONS: Path = &["router", "service", "annotations"];
        const PORTS: Path = &["router", "service", "ports"];
        let annotations = self.annotations(&["commonAnnotations"], ANNOTATIONS, ANNOTATIONS);
        let name = format!("{}-router", self.fullname);
        let metadata = self.metadata(
            &trim_name(&name),
            AT,
            Some((ANNOTATIONS, annotations)),
            Some("router"),
        );
        let mut ports = Vec::new();
        let listed: [(&str, Path, Path); 2] = [
            (
                "http",
                &["router", "service", "ports", "http"],
                &["router", "service", "ports", "httpTargetPort"],
            ),
            (
                "https",
                &["router", "service", "ports", "https"],
                &["router", "service", "ports", "httpsTargetPort"],
            ),
        ];
        for (name, port_at, target_at) in listed {
            let name = self.made(name, port_at);
            let port = self.value(port_at);
            let target = self.value(target_at);
            ports.push(self.mapping(
                PORTS,
                vec![
                    ("name", PORTS, name),
                    ("port", port_at, port),
                    ("targetPort", target_at, target),
                ],
            ));
        }
        ports.extend(self.items(&["router", "service", "extraPorts"]));
        let ports = self.sequence(PORTS, ports);
        let kind = self.value(&["router", "service", "type"]);
        let mut spec = vec![
            ("type", &["router", "service", "type"] as Path, kind),
            ("ports", PORTS, ports),
        ];
        const LOAD_BALANCER_IP: Path = &["router", "service", "loadBalancerIP"];
        if self.truthy(LOAD_BALANCER_IP) {
            let address = self.value(LOAD_BALANCER_IP);
            spec.push(("loadBalancerIP", LOAD_BALANCER_IP, address));
        }
        let spec = self.mapping(AT, spec);
        self.object(
            ("v1", "Service"),
            AT,
            metadata,
            vec![("spec", AT, spec)],
            "router/service.yaml",
        );
    }

    fn config_maps(&mut self) {
        const HTTPS: Path = &["tlsCerts", "httpsEnabled"];
        const DOMAIN: Path = &["appConfigValues", "selfHostedDomain"];
        if !self.truthy(&["router", "existingConfigMap"]) {
            let name = trim_name(&format!("{}-router", self.fullname));
            let metadata = self.metadata(&name, HTTPS, None, Some("router"));
            let enabled = self.quoted(HTTPS);
            let data = self.mapping(HTTPS, vec![("ROUTER_ENABLE_HTTPS", HTTPS, enabled)]);
            self.object(
                ("v1", "ConfigMap"),
                HTTPS,
                metadata,
                vec![("data", HTTPS, data)],
                "router/configmap.yaml",
            );
        }
        let name = trim_name(&format!("{}-workspace-api", self.fullname));
        let metadata = self.metadata(&name, DOMAIN, None, Some("workspace-api"));
        let domain = self.quoted(DOMAIN);
        let data = self.mapping(DOMAIN, vec![("CARTO_SELFHOSTED_DOMAIN", DOMAIN, domain)]);
        self.object(
            ("v1", "ConfigMap"),
            DOMAIN,
            metadata,
            vec![("data", DOMAIN, data)],
            "workspace-api/configmap.yaml",
        );
    }

    /// The value as `{{ … | quote }}` prints it, at the value's own place.
    fn quoted(&mut self, path: Path) -> NodeId {
        let values = self.read();
        let node = values.get(path);
        let text = node
            .and_then(|node| node.text())
            .unwrap_or_default()
            .to_owned();
        let span = values
            .given(path)
            .map_or_else(|| values.anchor(path), |node| node.span());
        made_string(self.tree, text, span)
    }

    fn deployment(&mut self) {
        const AT: Path = &["router"];
        const CERTS: Path = &["tlsCerts"];
        let name = trim_name(&format!("{}-router", self.fullname));
        let metadata = self.metadata(&name, AT, None, Some("router"));
        let mut ports = Vec::new();
        let listed: [(&str, Path); 2] = [
            ("http", &["router", "containerPorts", "http"]),
            ("https", &["router", "containerPorts", "https"]),
        ];
        for (name, at) in listed {
            let name = self.made(name, at);
            let port = self.value(at);
            ports.push(self.mapping(at, vec![("name", at, name), ("containerPort", at, port)]));
        }
        let ports = self.sequence(AT, ports);
        let container = self.mapping(AT, vec![("ports", AT, ports)]);
        let containers = self.sequence(AT, vec![container]);
        let mut pod = vec![("containers", AT, containers)];
        if self.truthy(&["tlsCerts", "httpsEnabled"]) {
            let volume_name = self.made("tls-secret", CERTS);
            let secret = self.tls_secret_name();
            let secret = self.mapping(CERTS, vec![("secretName", CERTS, secret)]);
            let volume = self.mapping(
                CERTS,
                vec![("name", CERTS, volume_name), ("secret", CERTS, secret)],
            );
            let volumes = self.sequence(CERTS, vec![volume]);
            pod.push(("volumes", CERTS, volumes));
        }
        let pod = self.mapping(AT, pod);
        let template = self.mapping(AT, vec![("spec", AT, pod)]);
        let spec = self.mapping(AT, vec![("template", AT, template)]);
        self.object(
            ("apps/v1", "Deployment"),
            AT,
            metadata,
            vec![("spec", AT, spec)],
            "router/deployment.yaml",
        );
    }

    /// The name that the chart gives the router's TLS Secret.
    fn tls_secret_name(&mut self) -> NodeId {
        const EXISTING: Path = &["tlsCerts", "existingSecret", "name"];
        const CERTIFICATE: Path = &["router", "tlsCertificates", "certificateValueBase64"];
        if self.truthy(EXISTING) {
            return self.value(EXISTING);
        }
        if self.truthy(CERTIFICATE) {
            let name = hashed_name(&self.fullname, &self.text(CERTIFICATE));
            return self.made(name, CERTIFICATE);
        }
        let name = format!("{}-tls", self.fullname);
        self.made(name, &["tlsCerts", "autoGenerate"])
    }

    fn tls_secrets(&mut self) {
        const AUTO: Path = &["tlsCerts", "autoGenerate"];
        const VALUES: Path = &["router", "tlsCertificates"];
        const CERTIFICATE: Path = &["router", "tlsCertificates", "certificateValueBase64"];
        const KEY: Path = &["router", "tlsCertificates", "privateKeyValueBase64"];
        if self.truthy(AUTO) {
            let name = self.tls_secret_name();
            let name = self.tree.node(name).text().unwrap_or_default().to_owned();
            let metadata = self.metadata(&name, AUTO, None, None);
            let kind = self.made("kubernetes.io/tls", AUTO);
            self.object(
                ("v1", "Secret"),
                AUTO,
                metadata,
                vec![("type", AUTO, kind)],
                "auto-tls-secret.yaml",
            );
        }
        if self.truthy(&["tlsCerts", "httpsEnabled"]) && self.truthy(CERTIFICATE) {
            let name = self.tls_secret_name();
            let name = self.tree.node(name).text().unwrap_or_default().to_owned();
            let metadata = self.metadata(&name, VALUES, None, None);
            let kind = self.made("kubernetes.io/tls", VALUES);
            let certificate = self.value(CERTIFICATE);
            let key = self.value(KEY);
            let data = self.mapping(
                VALUES,
                vec![("tls.crt", CERTIFICATE, certificate), ("tls.key", KEY, key)],
            );
            self.object(
                ("v1", "Secret"),
                VALUES,
                metadata,
                vec![("type", VALUES, kind), ("data", VALUES, data)],
                "router/custom-tls-secret.yaml",
            );
        }
    }

    fn ingress(&mut self) {
        const AT: Path = &["router", "ingress"];
        const ANNOTATIONS: Path = &["router", "ingress", "annotations"];
        const CLASS: Path = &["router", "ingress", "ingressClassName"];
        const TLS: Path = &["router", "ingress", "tls"];
        const DOMAIN: Path = &["appConfigValues", "selfHostedDomain"];
        const SECRET: Path = &["tlsCerts", "existingSecret", "name"];
        let annotations = self.annotations(ANNOTATIONS, &["commonAnnotations"], ANNOTATIONS);
        let service = trim_name(&format!("{}-router", self.fullname));
        let metadata = self.metadata(&service, AT, Some((ANNOTATIONS, annotations)), None);
        let mut spec = Vec::new();
        if self.truthy(CLASS) {
            let class = self.value(CLASS);
            spec.push(("ingressClassName", CLASS, class));
        }
        let mut rules = Vec::new();
        if self.truthy(DOMAIN) {
            let host = self.value(DOMAIN);
            let path = self.value(&["router", "ingress", "path"]);
            let path_type = self.value(&["router", "ingress", "pathType"]);
            let rule = self.ingress_rule(DOMAIN, host, path, path_type, &service);
            rules.push(rule);
        }
        for extra in self.items(&["router", "ingress", "extraHosts"]) {
            let child = |key: &str| self.tree.node(extra).get(key).map(crate::yaml::Node::id);
            let (name, path, path_type) = (child("name"), child("path"), child("pathType"));
            let Some(name) = name else { continue };
            let path = path.unwrap_or_else(|| self.made("/", AT));
            let path_type = path_type.unwrap_or_else(|| self.made("ImplementationSpecific", AT));
            let rule = self.ingress_rule(
                &["router", "ingress", "extraHosts"],
                name,
                path,
                path_type,
                &service,
            );
            rules.push(rule);
        }
        rules.extend(self.items(&["router", "ingress", "extraRules"]));
        let rules = self.sequence(DOMAIN, rules);
        spec.push(("rules", DOMAIN, rules));
        let mut tls = Vec::new();
        if self.truthy(TLS) {
            let host = self.value(DOMAIN);
            let hosts = self.sequence(DOMAIN, vec![host]);
            let secret = self.value(SECRET);
            tls.push(self.mapping(
                TLS,
                vec![("hosts", DOMAIN, hosts), ("secretName", SECRET, secret)],
            ));
        }
        tls.extend(self.items(&["router", "ingress", "extraTls"]));
        if !tls.is_empty() {
            let tls = self.sequence(TLS, tls);
            spec.push(("tls", TLS, tls));
        }
        let spec = self.mapping(AT, spec);
        self.object(
            ("networking.k8s.io/v1", "Ingress"),
            AT,
            metadata,
            vec![("spec", AT, spec)],
            "router/ingress.yaml",
        );
    }

    fn ingress_rule(
        &mut self,
        at: Path,
        host: NodeId,
        path: NodeId,
        path_type: NodeId,
        service: &str,
    ) -> NodeId {
        let name = self.made(service, at);
        let port_name = self.made("http", at);
        let port = self.mapping(at, vec![("name", at, port_name)]);
        let service = self.mapping(at, vec![("name", at, name), ("port", at, port)]);
        let backend = self.mapping(at, vec![("service", at, service)]);
        let path = self.mapping(
            at,
            vec![
                ("path", &["router", "ingress", "path"], path),
                ("pathType", &["router", "ingress", "pathType"], path_type),
                ("backend", at, backend),
            ],
        );
        let paths = self.sequence(at, vec![path]);
        let http = self.mapping(at, vec![("paths", at, paths)]);
        self.mapping(at, vec![("host", at, host), ("http", at, http)])
    }

    fn gateway(&mut self) {
        const AT: Path = &["gateway"];
        const ANNOTATIONS: Path = &["gateway", "annotations"];
        const CLASS: Path = &["gateway", "gatewayClassName"];
        const CERTS: Path = &["gateway", "tlsCertificates"];
        const LISTENERS: Path = &["gateway", "listeners"];
        const HTTPS_NAME: Path = &["gateway", "listeners", "https", "name"];
        const HTTPS_PORT: Path = &["gateway", "listeners", "https", "port"];
        const HTTP_NAME: Path = &["gateway", "listeners", "http", "name"];
        const HTTP_PORT: Path = &["gateway", "listeners", "http", "port"];
        let name = trim_name(&format!("{}-gateway", self.fullname));
        let annotations = self.annotations(&["commonAnnotations"], ANNOTATIONS, ANNOTATIONS);
        let metadata = self.metadata(&name, AT, Some((ANNOTATIONS, annotations)), None);
        let class = self.value(CLASS);

        let tls = self.gateway_tls();
        let (listener_name, port, protocol) = (
            self.value(HTTPS_NAME),
            self.value(HTTPS_PORT),
            self.made("HTTPS", LISTENERS),
        );
        let https = self.mapping(
            LISTENERS,
            vec![
                ("name", HTTPS_NAME, listener_name),
                ("protocol", LISTENERS, protocol),
                ("port", HTTPS_PORT, port),
                ("tls", CERTS, tls),
            ],
        );
        let (listener_name, port, protocol) = (
            self.value(HTTP_NAME),
            self.value(HTTP_PORT),
            self.made("HTTP", LISTENERS),
        );
        let http = self.mapping(
            LISTENERS,
            vec![
                ("name", HTTP_NAME, listener_name),
                ("port", HTTP_PORT, port),
                ("protocol", LISTENERS, protocol),
            ],
        );
        let listeners = self.sequence(LISTENERS, vec![https, http]);
        let spec = self.mapping(
            AT,
            vec![
                ("gatewayClassName", CLASS, class),
                ("listeners", LISTENERS, listeners),
            ],
        );
        let api = "gateway.networking.k8s.io/v1beta1";
        self.object(
            (api, "Gateway"),
            AT,
            metadata,
            vec![("spec", AT, spec)],
            "gateway/gateway-api.yaml",
        );

        let service_port: Path = if self.truthy(&["tlsCerts", "httpsEnabled"]) {
            &["router", "service", "ports", "https"]
        } else {
            &["router", "service", "ports", "http"]
        };
        let router = trim_name(&format!("{}-router", self.fullname));
        let backend_name = self.made(router, AT);
        let backend_port = self.value(service_port);
        let backend = self.mapping(
            AT,
            vec![
                ("name", AT, backend_name),
                ("port", service_port, backend_port),
            ],
        );
        let backends = self.sequence(AT, vec![backend]);
        let rule = self.mapping(AT, vec![("backendRefs", AT, backends)]);
        self.http_route(&format!("{name}-https"), &name, HTTPS_NAME, rule);

        let filter_type = self.made("RequestRedirect", AT);
        let scheme = self.made("https", AT);
        let redirect = self.mapping(AT, vec![("scheme", AT, scheme)]);
        let filter = self.mapping(
            AT,
            vec![("type", AT, filter_type), ("requestRedirect", AT, redirect)],
        );
        let filters = self.sequence(AT, vec![filter]);
        let rule = self.mapping(AT, vec![("filters", AT, filters)]);
        self.http_route(&format!("{name}-http-to-https"), &name, HTTP_NAME, rule);
    }

    fn gateway_tls(&mut self) -> NodeId {
        const CERTS: Path = &["gateway", "tlsCertificates"];
        const CUSTOM: Path = &["gateway", "tlsCertificates", "customSSLCerts"];
        const CERTIFICATE: Path = &[
            "gateway",
            "tlsCertificates",
            "customSSLCerts",
            "certificateValueBase64",
        ];
        const KEY: Path = &[
            "gateway",
            "tlsCertificates",
            "customSSLCerts",
            "privateKeyValueBase64",
        ];
        const MANAGED: Path = &["gateway", "tlsCertificates", "managedCerts", "name"];
        const MODE: Path = &["gateway", "tls", "mode"];
        let mode = self.value(MODE);
        let mut tls = vec![("mode", MODE, mode)];
        if self.truthy(&["gateway", "tlsCertificates", "customSSLCerts", "enabled"]) {
            let name = hashed_name(&self.fullname, &self.text(CERTIFICATE));
            let metadata = self.metadata(&name, CUSTOM, None, None);
            let kind = self.made("kubernetes.io/tls", CUSTOM);
            let certificate = self.value(CERTIFICATE);
            let key = self.value(KEY);
            let data = self.mapping(
                CUSTOM,
                vec![("tls.crt", CERTIFICATE, certificate), ("tls.key", KEY, key)],
            );
            self.object(
                ("v1", "Secret"),
                CUSTOM,
                metadata,
                vec![("type", CUSTOM, kind), ("data", CUSTOM, data)],
                "gateway/custom-tls-secret.yaml",
            );
            let ref_kind = self.made("Secret", CUSTOM);
            let ref_name = self.made(name, CUSTOM);
            let reference = self.mapping(
                CUSTOM,
                vec![("kind", CUSTOM, ref_kind), ("name", CUSTOM, ref_name)],
            );
            let references = self.sequence(CUSTOM, vec![reference]);
            tls.push(("certificateRefs", CUSTOM, references));
        } else if self.truthy(&["gateway", "tlsCertificates", "managedCerts", "enabled"]) {
            let name = self.value(MANAGED);
            let options = self.mapping(
                MANAGED,
                vec![("networking.gke.io/pre-shared-certs", MANAGED, name)],
            );
            tls.push(("options", MANAGED, options));
        }
        self.mapping(CERTS, tls)
    }

    fn http_route(&mut self, name: &str, gateway: &str, section: Path, rule: NodeId) {
        const AT: Path = &["gateway"];
        const DOMAIN: Path = &["appConfigValues", "selfHostedDomain"];
        let metadata = self.metadata(name, AT, None, None);
        let parent_name = self.made(gateway, AT);
        let section = self.value(section);
        let parent = self.mapping(
            AT,
            vec![("name", AT, parent_name), ("sectionName", AT, section)],
        );
        let parents = self.sequence(AT, vec![parent]);
        let host = self.value(DOMAIN);
        let hosts = self.sequence(DOMAIN, vec![host]);
        let rules = self.sequence(AT, vec![rule]);
        let spec = self.mapping(
            AT,
            vec![
                ("parentRefs", AT, parents),
                ("hostnames", DOMAIN, hosts),
                ("rules", AT, rules),
            ],
        );
        let api = "gateway.networking.k8s.io/v1beta1";
        self.object(
            (api, "HTTPRoute"),
            AT,
            metadata,
            vec![("spec", AT, spec)],
            "gateway/gateway-api.yaml",
        );
    }
}

/// The release's base name, as the chart's library computes it (`common.names.fullname`, bitnami/common 1.17.1).
pub fn fullname(values: Values<'_>, release: &str) -> String {
    if let Some(name) = values.string(&["fullnameOverride"]) {
        return trim_name(name);
    }
    let name = values.string(&["nameOverride"]).unwrap_or("carto");
    if release.contains(name) {
        trim_name(release)
    } else {
        trim_name(&format!("{release}-{name}"))
    }
}

/// `trunc 63 | trimSuffix "-"`.
pub fn trim_name(name: &str) -> String {
    let cut: String = name.chars().take(63).collect();
    cut.strip_suffix('-').unwrap_or(&cut).to_owned()
}

fn hashed_name(fullname: &str, certificate: &str) -> String {
    let digest = Sha256::digest(certificate.as_bytes());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{fullname}-tls-{}", hex.get(..5).unwrap_or_default())
}
