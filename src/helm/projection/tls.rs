//! TLS Secrets, and the names by which they are found.

use super::{Path, Projection, hashed_name};
use portolan_yaml::NodeId;

impl Projection<'_> {
    /// The name that the chart gives the router's TLS Secret.
    pub(super) fn tls_secret_name(&mut self) -> NodeId {
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

    pub(super) fn tls_secrets(&mut self) {
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

    pub(super) fn gateway_tls(&mut self) -> NodeId {
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
}
