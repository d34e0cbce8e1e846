//! The ways in: the Ingress, and the Gateway with its routes.

use super::{Path, Projection, trim_name};
use portolan_yaml::NodeId;

impl Projection<'_> {
    pub(super) fn ingress(&mut self) {
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
            let child = |key: &str| self.tree.node(extra).get(key).map(portolan_yaml::Node::id);
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

    pub(super) fn ingress_rule(
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

    pub(super) fn gateway(&mut self) {
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
        let backend_port = self.printed(service_port);
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

    pub(super) fn http_route(&mut self, name: &str, gateway: &str, section: Path, rule: NodeId) {
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
