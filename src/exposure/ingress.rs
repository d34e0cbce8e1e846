//! Ingresses that lead to the router: the chart's own, and those that people bring themselves.

use super::gke::{FRONTEND_CONFIG, MANAGED_CERTIFICATES, not_among};
use super::layers::{EntryKind, Layer, recognize};
use super::load_balancer::unknown_tls;
use super::router::RouterObjects;
use super::{Exposure, Scene, domain, list_of, opaque_supply, text_fact, timeouts};
use crate::facts::{EntryPoint, Fact, Host, Ingress, Place};
use crate::kube::{Origin, View};
use crate::source::Span;
use crate::yaml::Node;

const CLASS: &str = "kubernetes.io/ingress.class";
const ALLOW_HTTP: &str = "kubernetes.io/ingress.allow-http";
const GLOBAL_IP: &str = "kubernetes.io/ingress.global-static-ip-name";
const REGIONAL_IP: &str = "kubernetes.io/ingress.regional-static-ip-name";
const PRE_SHARED: &str = "ingress.gcp.kubernetes.io/pre-shared-cert";
const ANNOTATIONS: [&str; 2] = ["metadata", "annotations"];

/// Classes that the GKE controller takes up, by annotation only.
const GKE_CLASSES: [&str; 4] = [
    "gce",
    "gce-internal",
    "gce-regional-external",
    "gce-multi-cluster",
];

/// Adds every Ingress that leads to the router.
pub fn extract(scene: Scene<'_>, router: &RouterObjects<'_>, exposure: &mut Exposure) {
    let ingresses: Vec<View<'_>> = scene
        .objects
        .of_kind(scene.tree, "Ingress")
        .filter(|ingress| ingress.shares_namespace(router.service))
        .filter(|ingress| !backends(*ingress, router).is_empty())
        .collect();
    for ingress in ingresses {
        one(scene, ingress, router, exposure);
    }
}

/// The backends of an Ingress that are the router Service: `spec.…backend` mappings of either API version.
fn backends<'a>(ingress: View<'a>, router: &RouterObjects<'_>) -> Vec<Node<'a>> {
    let spec = ingress.node.get("spec");
    let rules = spec.and_then(|spec| spec.get("rules"));
    let by_path = rules
        .into_iter()
        .flat_map(Node::items)
        .filter_map(|rule| rule.at(&["http", "paths"]))
        .flat_map(Node::items)
        .filter_map(|path| path.get("backend"));
    let default = spec.and_then(|spec| spec.get("defaultBackend").or_else(|| spec.get("backend")));
    by_path
        .chain(default)
        .filter(|backend| {
            let name = backend
                .at(&["service", "name"])
                .or_else(|| backend.get("serviceName"))
                .and_then(Node::text);
            name.is_some() && name == router.service.name()
        })
        .collect()
}

/// The Service ports that an Ingress uses, by every name that they go by: name and number.
pub fn backend_port_names(ingress: View<'_>, router: &RouterObjects<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for backend in backends(ingress, router) {
        let port = backend.at(&["service", "port"]);
        let given = port
            .and_then(|port| port.get("name").or_else(|| port.get("number")))
            .or_else(|| backend.get("servicePort"))
            .and_then(Node::text)
            .unwrap_or_default()
            .to_owned();
        for port in router.ports() {
            let number = port
                .number()
                .map(|number| number.to_string())
                .unwrap_or_default();
            if given == port.name() || given == number {
                names.extend([port.name(), number]);
            }
        }
        names.push(given);
    }
    names
}

/// How an Ingress names its class.
struct Class<'a> {
    text: Option<&'a str>,
    from: Option<&'static str>,
    span: Option<Span>,
    opaque: bool,
}

fn class(ingress: View<'_>) -> Class<'_> {
    let field = ingress.node.at(&["spec", "ingressClassName"]);
    let annotation = ingress.annotation(CLASS);
    let candidates = [(annotation, "annotation"), (field, "field")];
    for (node, from) in candidates {
        let Some(node) = node else { continue };
        if node.is_opaque() {
            return Class {
                text: None,
                from: None,
                span: Some(node.site()),
                opaque: true,
            };
        }
        if let Some(text) = node.text().filter(|text| !text.is_empty()) {
            return Class {
                text: Some(text),
                from: Some(from),
                span: Some(node.site()),
                opaque: false,
            };
        }
    }
    Class {
        text: None,
        from: None,
        span: None,
        opaque: false,
    }
}

/// Whether the GKE controller takes an Ingress up.
fn taken_by_gke(
    scene: Scene<'_>,
    ingress: View<'_>,
    class: &Class<'_>,
    exposure: &mut Exposure,
) -> Fact<bool> {
    if class.opaque {
        return Fact::Unknown(opaque_supply("the Ingress's class"));
    }
    let given = scene.cluster.platform.as_deref();
    match (class.from, class.text) {
        (Some("annotation"), Some(text)) => Fact::Known(GKE_CLASSES.contains(&text), class.span),
        (Some(_), Some(_)) => Fact::Known(false, class.span),
        _ => {
            // Without a class GKE's controller takes it, and on another platform whatever is the default there.
            let (platform, told_by) = match given {
                Some(given) => (Some(given), None),
                None => match super::layers::platform_of(ingress) {
                    Some((platform, _, key)) => (Some(platform), Some(key)),
                    None => (None, None),
                },
            };
            if let (Some(platform), Some(key)) = (platform, told_by) {
                exposure.infer(format!(
                    "platform taken as `{platform}` from the annotation `{key}` of {}",
                    ingress.title()
                ));
            }
            match platform {
                Some(platform) => Fact::known(platform == "gke"),
                None => Fact::Unknown(
                    "the Ingress names no class and no annotation tells which platform it is on: give `--platform`, or set the \
                     annotation `kubernetes.io/ingress.class: gce`"
                        .to_owned(),
                ),
            }
        }
    }
}

fn one(scene: Scene<'_>, ingress: View<'_>, router: &RouterObjects<'_>, exposure: &mut Exposure) {
    let class = class(ingress);
    let gke = taken_by_gke(scene, ingress, &class, exposure);
    let annotations_at = ingress.insertion_point(&ANNOTATIONS);
    let annotations_place = Place::new(annotations_at).in_object(ingress.title());

    let mut facts = Ingress::new(annotations_place.clone());
    facts.name = Fact::known(ingress.name().unwrap_or_default().to_owned());
    facts.class = Fact::Known(
        class.text.unwrap_or_default().to_owned(),
        class.span.or(Some(annotations_at)),
    );
    if class.text.is_none() {
        facts.class = Fact::Absent(Some(annotations_at));
    }
    facts.class_from = Fact::from_option(class.from.map(str::to_owned));
    facts.class_not_seen = Fact::known(
        class.from == Some("field") && class.text.is_some_and(|text| GKE_CLASSES.contains(&text)),
    );
    facts.internal = Fact::known(class.text == Some("gce-internal"));
    facts.gke = gke.clone();

    let mut entry = EntryPoint::new(annotations_place);
    entry.kind = Fact::known("ingress".to_owned());
    entry.name = Fact::known(ingress.title());
    backend(ingress, router, &mut entry);
    hosts(scene, ingress, exposure);

    let layer = match &gke {
        Fact::Known(true, _) => recognize(EntryKind::Ingress, "gke", class.text, ingress),
        _ => None,
    };
    match layer {
        Some(layer) => {
            tls_on_gke(scene, layer, ingress, &mut entry, &mut facts);
            gke_facts(scene, ingress, &mut facts);
            timeouts::of_layer(scene, layer, ingress, router, exposure);
        }
        None => {
            let title = match (class.text, &class.from) {
                (Some(text), _) => format!("an Ingress of class `{text}`"),
                _ => "an Ingress without a class".to_owned(),
            };
            let supply = match &gke {
                Fact::Unknown(supply) => supply.clone(),
                _ => format!("Portolan does not know the limits of {title}: check them by hand"),
            };
            timeouts::of_unknown(&entry, &title, &supply, exposure);
            let backend = (entry.backend_port.clone(), entry.backend_protocol.clone());
            unknown_tls(&mut entry, &title, &supply);
            (entry.backend_port, entry.backend_protocol) = backend;
        }
    }
    exposure.facts.ingresses.push(facts);
    exposure.add_entry(entry);
}

/// What the Ingress speaks to the router, and where.
fn backend(ingress: View<'_>, router: &RouterObjects<'_>, entry: &mut EntryPoint) {
    let names = backend_port_names(ingress, router);
    let port = router.ports().find(|port| {
        names.contains(&port.name())
            || port
                .number()
                .is_some_and(|number| names.contains(&number.to_string()))
    });
    let Some(port) = port else {
        entry.backend_port = Fact::Absent(None);
        return;
    };
    entry.backend_port = router.backend_port(port);
    // `cloud.google.com/app-protocols: {"https": "HTTPS"}` by port name; the older key is read first.
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
            Fact::at(
                if protocol == "HTTP" { "http" } else { "https" }.to_owned(),
                node.site(),
            )
        }
        None => Fact::known("http".to_owned()),
    };
}

/// The names that the Ingress serves, in its rules and in its TLS section.
fn hosts(scene: Scene<'_>, ingress: View<'_>, exposure: &mut Exposure) {
    let spec = ingress.node.get("spec");
    let rules: Vec<Node<'_>> = spec
        .and_then(|spec| spec.get("rules"))
        .into_iter()
        .flat_map(Node::items)
        .collect();
    // A rule without a host serves every name.
    let catch_all = rules.is_empty()
        || rules
            .iter()
            .any(|rule| rule.get("host").is_none_or(Node::is_null));
    if !catch_all {
        let names: Vec<Node<'_>> = rules.iter().filter_map(|rule| rule.get("host")).collect();
        host(scene, ingress, "Ingress rule", &names, exposure);
    }
    let sections: Vec<Node<'_>> = spec
        .and_then(|spec| spec.get("tls"))
        .into_iter()
        .flat_map(Node::items)
        .collect();
    let named: Vec<Node<'_>> = sections
        .iter()
        .filter_map(|section| section.get("hosts"))
        .flat_map(Node::items)
        .collect();
    let open = sections.iter().any(|section| {
        section
            .get("hosts")
            .is_none_or(|hosts| hosts.items().len() == 0)
    });
    if !open && !named.is_empty() {
        host(scene, ingress, "Ingress TLS section", &named, exposure);
    }
}

/// One list of names and whether any of them serves the domain.
pub fn host(
    scene: Scene<'_>,
    object: View<'_>,
    role: &str,
    names: &[Node<'_>],
    exposure: &mut Exposure,
) {
    let Some(first) = names.first() else { return };
    let configured = domain::configured(scene);
    let place = Place::new(first.site()).in_object(object.title());
    let mut fact = Host::new(place);
    fact.role = Fact::known(role.to_owned());
    fact.name = Fact::at(
        names
            .iter()
            .map(|name| {
                name.text()
                    .unwrap_or_default()
                    .replace(crate::yaml::OPAQUE, "…")
            })
            .collect::<Vec<_>>()
            .join("`, `"),
        first.site(),
    );
    let serves = match &configured {
        Fact::Known(domain, _) => names
            .iter()
            .any(|name| domain::serves(name.text().unwrap_or_default(), domain)),
        _ => false,
    };
    fact.serves_domain = match &configured {
        Fact::Unknown(supply) => Fact::Unknown(supply.clone()),
        _ if !serves && names.iter().any(|name| name.is_opaque()) => {
            Fact::Unknown(opaque_supply(&format!("a host of {}", object.title())))
        }
        _ => Fact::known(serves),
    };
    fact.domain = configured;
    exposure.facts.hosts.push(fact);
}

/// Certificates, redirect and plain HTTP as the GKE controller builds them.
fn tls_on_gke(
    scene: Scene<'_>,
    layer: &Layer,
    ingress: View<'_>,
    entry: &mut EntryPoint,
    facts: &mut Ingress,
) {
    entry.layer = Fact::known(layer.id.clone());
    entry.layer_title = Fact::known(layer.title.clone());
    entry.certificate_knob = Fact::from_option(layer.certificate_knob.clone());
    entry.can_end_tls = Fact::known(true);
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
            Fact::Known("load-balancer".to_owned(), declared_at),
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
    let frontend = frontend_config(scene, ingress);
    facts.frontend_config = text_fact(
        ingress.annotation(FRONTEND_CONFIG),
        annotations_at,
        "the FrontendConfig's name",
    );
    match frontend {
        Frontend::None => {
            entry.redirects_http = Fact::Known(false, Some(annotations_at));
            facts.ssl_policy = Fact::Absent(Some(annotations_at));
        }
        Frontend::Unknown(supply) => {
            entry.redirects_http = Fact::Unknown(supply.clone());
            facts.ssl_policy = Fact::Unknown(supply);
        }
        Frontend::Found(object) => {
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
            facts.ssl_policy = text_fact(
                policy,
                object.insertion_point(&["spec"]),
                "the SSL policy's name",
            );
        }
    }
}

enum Frontend<'a> {
    None,
    Unknown(String),
    Found(View<'a>),
}

fn frontend_config<'a>(scene: Scene<'a>, ingress: View<'a>) -> Frontend<'a> {
    let Some(node) = ingress.annotation(FRONTEND_CONFIG) else {
        return if ingress.is_opaque_at(&ANNOTATIONS) {
            Frontend::Unknown(opaque_supply("an annotation of the Ingress"))
        } else {
            Frontend::None
        };
    };
    if node.is_opaque() {
        return Frontend::Unknown(opaque_supply("the FrontendConfig's name"));
    }
    let name = node.text().unwrap_or_default();
    if name.is_empty() {
        return Frontend::None;
    }
    match scene
        .objects
        .find(scene.tree, "FrontendConfig", name, ingress)
    {
        Some(object) => Frontend::Found(object),
        None => Frontend::Unknown(not_among("FrontendConfig", name)),
    }
}

/// Static addresses and managed certificates.
fn gke_facts(scene: Scene<'_>, ingress: View<'_>, facts: &mut Ingress) {
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
    let release_has_one = scene
        .objects
        .of_kind(scene.tree, "ManagedCertificate")
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
