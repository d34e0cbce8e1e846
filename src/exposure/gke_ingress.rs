//! What the GKE controller makes of an Ingress: certificates, redirect, static addresses.

use super::gke::{FRONTEND_CONFIG, MANAGED_CERTIFICATES, not_among};
use super::router::RouterObjects;
use super::{Context, list_of, opaque_supply, text_fact};
use crate::facts::{EntryPoint, Fact, Frontend, Ingress, RouterProtocol, TlsEnd};
use crate::kube::{ObjectRef, Origin};
use portolan_yaml::Node;

const ALLOW_HTTP: &str = "kubernetes.io/ingress.allow-http";
const GLOBAL_IP: &str = "kubernetes.io/ingress.global-static-ip-name";
const REGIONAL_IP: &str = "kubernetes.io/ingress.regional-static-ip-name";
const PRE_SHARED: &str = "ingress.gcp.kubernetes.io/pre-shared-cert";
const ANNOTATIONS: [&str; 2] = ["metadata", "annotations"];

/// What the controller speaks to the router, and where: `cloud.google.com/app-protocols: {"https": "HTTPS"}` by port name;
/// the older key is read first.
pub(super) fn backend(
    router: &RouterObjects<'_>,
    port: Option<super::router::ServicePort<'_>>,
    entry: &mut EntryPoint,
) {
    let Some(port) = port else {
        entry.backend_port = Fact::Absent(None);
        return;
    };
    entry.backend_port = router.backend_port(port);
    let protocols = router
        .service
        .annotation("service.alpha.kubernetes.io/app-protocols")
        .or_else(|| router.service.annotation("cloud.google.com/app-protocols"));
    entry.backend_protocol = match protocols {
        Some(node) if node.is_opaque() => {
            Fact::Unknown(opaque_supply("the Service's app-protocols"))
        }
        Some(node) => {
            let json: serde_json::Value =
                serde_json::from_str(node.text().unwrap_or_default()).unwrap_or_default();
            let protocol = json
                .get(port.name())
                .and_then(serde_json::Value::as_str)
                .unwrap_or("HTTP");
            let protocol = match protocol {
                "HTTP" => RouterProtocol::Http,
                _ => RouterProtocol::Https,
            };
            Fact::at(protocol, node.site())
        }
        None => Fact::known(RouterProtocol::Http),
    };
}

/// Certificates, redirect and plain HTTP as the GKE controller builds them.
pub(super) fn tls(
    cx: Context<'_>,
    ingress: ObjectRef<'_>,
    entry: &mut EntryPoint,
    facts: &mut Ingress,
    seen: &mut Frontend,
) {
    entry.http_left_to_router = Fact::known(false);
    let annotations_at = ingress.insertion_point(&ANNOTATIONS);

    let mut certificates = Vec::new();
    let mut declared_at = None;
    let sections = ingress
        .node
        .at(&["spec", "tls"])
        .into_iter()
        .flat_map(Node::items);
    for section in sections {
        let name = section.get("secretName");
        declared_at = declared_at.or(Some(name.map_or(section.site(), Node::site)));
        match name.and_then(Node::text).filter(|name| !name.is_empty()) {
            Some(name) => certificates.push(format!("Secret {name}")),
            None => {
                // In values the place to look at is the switch that asks for the section.
                let projected = ingress.object.origin == Origin::Projection;
                let at = name
                    .filter(|_| !projected)
                    .map_or(section.site(), Node::site);
                facts.unnamed_tls_secret = Fact::at(true, at);
            }
        }
    }
    if facts.unnamed_tls_secret.value().is_none() {
        facts.unnamed_tls_secret = Fact::known(false);
    }
    facts.tls_secrets = Fact::Known(
        certificates
            .iter()
            .filter_map(|name| name.strip_prefix("Secret "))
            .map(str::to_owned)
            .collect(),
        declared_at,
    );
    for (key, what) in [
        (PRE_SHARED, "SSL certificate"),
        (MANAGED_CERTIFICATES, "ManagedCertificate"),
    ] {
        if let Some(node) = ingress.annotation(key) {
            let names = list_of(node.text().unwrap_or_default());
            if !names.is_empty() {
                declared_at = declared_at.or(Some(node.site()));
            }
            certificates.extend(names.into_iter().map(|name| format!("{what} {name}")));
        }
    }
    let hidden = ingress.is_opaque_at(&ANNOTATIONS) || ingress.is_opaque_at(&["spec", "tls"]);
    let serves_https = declared_at.is_some();
    entry.certificates = Fact::Known(certificates, declared_at.or(Some(annotations_at)));
    (entry.serves_https, entry.tls_ends_at) = match (serves_https, hidden) {
        (true, _) => (
            Fact::known(true),
            Fact::Known(TlsEnd::LoadBalancer, declared_at),
        ),
        (false, true) => {
            let supply = opaque_supply("an annotation of the Ingress");
            (Fact::Unknown(supply.clone()), Fact::Unknown(supply))
        }
        (false, false) => (Fact::known(false), Fact::Absent(Some(annotations_at))),
    };

    let allow = ingress.annotation(ALLOW_HTTP);
    // What does not parse as a boolean counts as true.
    let denied = allow
        .and_then(Node::text)
        .is_some_and(|text| matches!(text, "false" | "False" | "FALSE" | "f" | "F" | "0"));
    entry.serves_http = match allow {
        Some(node) if node.is_opaque() => {
            Fact::Unknown(opaque_supply("`kubernetes.io/ingress.allow-http`"))
        }
        Some(node) => Fact::at(!denied, node.site()),
        None => Fact::Known(true, Some(annotations_at)),
    };
    let frontend = frontend_config(cx, ingress);
    seen.config = text_fact(
        ingress.annotation(FRONTEND_CONFIG),
        annotations_at,
        "the FrontendConfig's name",
    );
    match frontend {
        NamedConfig::None => {
            entry.redirects_http = Fact::Known(false, Some(annotations_at));
            seen.ssl_policy = Fact::Absent(Some(annotations_at));
        }
        NamedConfig::Unknown(supply) => {
            entry.redirects_http = Fact::Unknown(supply.clone());
            seen.ssl_policy = Fact::Unknown(supply);
        }
        NamedConfig::Found(object) => {
            let path = ["spec", "redirectToHttps", "enabled"];
            let at = object.insertion_point(&path);
            entry.redirects_http = match object.node.at(&path) {
                Some(node) if node.is_opaque() => {
                    Fact::Unknown(opaque_supply("the FrontendConfig's redirect"))
                }
                Some(node) => Fact::at(node.as_bool() == Some(true), node.site()),
                None => Fact::Known(false, Some(at)),
            };
            let policy = object.node.at(&["spec", "sslPolicy"]);
            seen.ssl_policy = text_fact(
                policy,
                object.insertion_point(&["spec"]),
                "the SSL policy's name",
            );
        }
    }
}

/// What the controller refuses as a whole, so that no load balancer comes up.
pub(super) fn refusal(ingress: ObjectRef<'_>, facts: &Ingress, entry: &mut EntryPoint) {
    let is_internal = facts.internal.value() == Some(&true);
    if is_internal && entry.redirects_http.value() == Some(&true) {
        let at = entry.redirects_http.span();
        entry.refused = Fact::Known(
            "GKE's controller cannot redirect on an internal load balancer, and stops before it configures any frontend"
                .to_owned(),
            at,
        );
        entry.refused_how = Fact::known(
            "remove `redirectToHttps` from the FrontendConfig and close plain HTTP with `kubernetes.io/ingress.allow-http: \"false\"`"
                .to_owned(),
        );
        entry.redirects_http = Fact::Known(false, at);
        return;
    }
    let is_closed = entry.serves_http.value() == Some(&false);
    if is_closed && entry.serves_https.value() == Some(&false) {
        let at = ingress.annotation(ALLOW_HTTP).map(Node::site);
        entry.refused = Fact::Known(
            "plain HTTP is closed and there is no certificate, so it would listen to nothing"
                .to_owned(),
            at,
        );
        entry.refused_how = entry.certificate_how.clone();
    }
}

enum NamedConfig<'a> {
    None,
    Unknown(String),
    Found(ObjectRef<'a>),
}

fn frontend_config<'a>(cx: Context<'a>, ingress: ObjectRef<'a>) -> NamedConfig<'a> {
    let Some(node) = ingress.annotation(FRONTEND_CONFIG) else {
        return if ingress.is_opaque_at(&ANNOTATIONS) {
            NamedConfig::Unknown(opaque_supply("an annotation of the Ingress"))
        } else {
            NamedConfig::None
        };
    };
    if node.is_opaque() {
        return NamedConfig::Unknown(opaque_supply("the FrontendConfig's name"));
    }
    let name = node.text().unwrap_or_default();
    if name.is_empty() {
        return NamedConfig::None;
    }
    match cx.objects.find(cx.tree, "FrontendConfig", name, ingress) {
        Some(object) => NamedConfig::Found(object),
        None => NamedConfig::Unknown(not_among("FrontendConfig", name)),
    }
}

/// Static addresses and managed certificates.
pub(super) fn facts(cx: Context<'_>, ingress: ObjectRef<'_>, facts: &mut Ingress) {
    let annotations_at = ingress.insertion_point(&ANNOTATIONS);
    let text = |key: &str| match ingress.annotation(key) {
        None if ingress.is_opaque_at(&ANNOTATIONS) => {
            Fact::Unknown(opaque_supply("an annotation of the Ingress"))
        }
        node => text_fact(node, annotations_at, "an annotation of the Ingress"),
    };
    facts.global_static_ip = text(GLOBAL_IP);
    facts.regional_static_ip = text(REGIONAL_IP);
    let named = facts
        .global_static_ip
        .value()
        .or(facts.regional_static_ip.value())
        .cloned();
    let span = facts
        .global_static_ip
        .value()
        .and(facts.global_static_ip.span())
        .or(facts.regional_static_ip.span());
    facts.static_ip_name_valid = match &named {
        Some(name) => Fact::Known(is_google_name(name), span),
        None => Fact::Absent(None),
    };
    facts.static_ip_suggestion = Fact::from_option(named.and_then(|name| {
        let meant = name.to_ascii_lowercase().replace(['_', '.', ' '], "-");
        (meant != name && is_google_name(&meant)).then_some(meant)
    }));
    let listed = ingress.annotation(MANAGED_CERTIFICATES);
    facts.managed_certificates = Fact::Known(
        listed
            .map(|node| list_of(node.text().unwrap_or_default()))
            .unwrap_or_default(),
        Some(listed.map_or(annotations_at, Node::site)),
    );
    let release_has_one = cx
        .objects
        .of_kind(cx.tree, "ManagedCertificate")
        .any(|certificate| certificate.shares_namespace(ingress));
    facts.wants_managed_certificate = Fact::known(
        release_has_one
            || facts
                .managed_certificates
                .value()
                .is_some_and(|names| !names.is_empty()),
    );
}

/// Names that Google Compute accepts: `[a-z]([-a-z0-9]*[a-z0-9])?`, at most 63 characters (Compute API, Address.name).
fn is_google_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    (1..=63).contains(&bytes.len())
        && bytes.first().is_some_and(u8::is_ascii_lowercase)
        && bytes.last() != Some(&b'-')
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
}
