//! The router itself: its Service, and of its Deployment and the ConfigMaps what tells how it listens.

use super::{Path, Projection, trim_name};

impl Projection<'_> {
    pub(super) fn service(&mut self) {
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
            let port = self.printed(port_at);
            let target = self.printed(target_at);
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

    pub(super) fn config_maps(&mut self) {
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

    pub(super) fn deployment(&mut self) {
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
            let port = self.printed(at);
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
}
