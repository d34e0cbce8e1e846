//! What Google Cloud reads besides the load balancer itself: BackendConfig, FrontendConfig, managed certificates, network
//! endpoint groups, and the JSON in annotations.

use std::collections::{HashMap, HashSet};

use serde_json::Value as Json;

use super::router::RouterObjects;
use super::{Context, Exposure, opaque_supply, place_in};
use crate::facts::{
    Anchor, Attachment, Fact, InvalidJson, ManagedCertificate, ManagedDomain, Neg, Reference,
    ReferencedKind,
};
use crate::kube::ObjectRef;
use portolan_yaml::nearest::nearest;
use portolan_yaml::source::Span;
use portolan_yaml::{Node, NodeId, OPAQUE};

/// The annotation that names BackendConfigs, and its older form.
const BACKEND_CONFIG: [&str; 2] = [
    "cloud.google.com/backend-config",
    "beta.cloud.google.com/backend-config",
];
/// The annotation that names the FrontendConfig. The key holds `v1beta1`; there is no other form.
pub(super) const FRONTEND_CONFIG: &str = "networking.gke.io/v1beta1.FrontendConfig";
/// The annotation that lists managed certificates.
pub(super) const MANAGED_CERTIFICATES: &str = "networking.gke.io/managed-certificates";
const NEG: &str = "cloud.google.com/neg";
/// Among this many names the one that was meant is looked for.
const MOST_CANDIDATES: usize = 200;

/// The BackendConfig that applies to the router behind an Ingress.
pub(super) enum BackendConfig<'a> {
    /// The Service names none; the span is where it would.
    None(Span),
    /// It cannot be known which, or what stands in it.
    Unknown(Span, String),
    /// This one.
    Found(ObjectRef<'a>),
}

fn backend_config_annotation<'a>(service: ObjectRef<'a>) -> Option<(&'static str, Node<'a>)> {
    BACKEND_CONFIG
        .into_iter()
        .find_map(|key| service.annotation(key).map(|node| (key, node)))
}

/// The BackendConfig that the router Service names for the port that the Ingress uses.
pub(super) fn backend_config_for<'a>(
    cx: Context<'a>,
    ingress: ObjectRef<'a>,
    router: &RouterObjects<'a>,
) -> BackendConfig<'a> {
    let service = router.service;
    let missing = service.insertion_point(&["metadata", "annotations"]);
    let Some((_, node)) = backend_config_annotation(service) else {
        if service.is_opaque_at(&["metadata", "annotations"]) {
            return BackendConfig::Unknown(
                missing,
                opaque_supply("an annotation of the router Service"),
            );
        }
        return BackendConfig::None(missing);
    };
    if node.is_opaque() {
        return BackendConfig::Unknown(node.site(), opaque_supply("the BackendConfig's name"));
    }
    let Ok(Json::Object(map)) = serde_json::from_str::<Json>(node.text().unwrap_or_default())
    else {
        // Reported as invalid JSON; without it there is no BackendConfig.
        return BackendConfig::None(node.site());
    };
    let ports = map.get("ports").and_then(Json::as_object);
    let by_port = super::ingress::backend_port_names(ingress, router)
        .into_iter()
        .find_map(|name| ports?.get(&name)?.as_str());
    let Some(name) = by_port.or_else(|| map.get("default").and_then(Json::as_str)) else {
        return BackendConfig::None(node.site());
    };
    match cx.objects.find(cx.tree, "BackendConfig", name, service) {
        Some(object) => BackendConfig::Found(object),
        None => BackendConfig::Unknown(node.site(), not_among("BackendConfig", name)),
    }
}

/// What to supply where an object is named that is not among the input.
pub(super) fn not_among(kind: &str, name: &str) -> String {
    format!(
        "the {kind} `{name}` is not among the input: add it to `extraDeploy`, or give its manifest"
    )
}

/// Adds the facts.
pub(super) fn extract(
    cx: Context<'_>,
    router: Option<&RouterObjects<'_>>,
    exposure: &mut Exposure,
) {
    references(cx, exposure);
    let named = Named::of(cx);
    attachments(cx, &named, exposure);
    managed_certificates(cx, &named, exposure);
    if let Some(router) = router {
        neg(router, exposure);
    }
}

fn annotation_place(object: ObjectRef<'_>, node: Node<'_>) -> Anchor {
    Anchor::new(node.site()).in_object(object.title())
}

/// Names in annotations that lead to other objects.
fn references(cx: Context<'_>, exposure: &mut Exposure) {
    for service in cx.objects.of_kind(cx.tree, "Service") {
        if let Some((key, node)) = backend_config_annotation(service) {
            for name in backend_config_names(service, key, node, exposure) {
                reference(
                    cx,
                    service,
                    ReferencedKind::BackendConfig,
                    &name,
                    (key, node),
                    &HashSet::from([node.text().unwrap_or_default().to_owned()]),
                    exposure,
                );
            }
        }
    }
    for ingress in cx.objects.of_kind(cx.tree, "Ingress") {
        if let Some(node) = known_annotation(ingress, FRONTEND_CONFIG) {
            let name = node.text().unwrap_or_default().to_owned();
            reference(
                cx,
                ingress,
                ReferencedKind::FrontendConfig,
                &name,
                (FRONTEND_CONFIG, node),
                &HashSet::from([name.clone()]),
                exposure,
            );
        }
        if let Some(node) = known_annotation(ingress, MANAGED_CERTIFICATES) {
            let names = super::list_of(node.text().unwrap_or_default());
            let listed: HashSet<String> = names.iter().cloned().collect();
            for name in names {
                reference(
                    cx,
                    ingress,
                    ReferencedKind::ManagedCertificate,
                    &name,
                    (MANAGED_CERTIFICATES, node),
                    &listed,
                    exposure,
                );
            }
        }
    }
}

fn known_annotation<'a>(object: ObjectRef<'a>, key: &str) -> Option<Node<'a>> {
    object
        .annotation(key)
        .filter(|node| !node.is_opaque() && node.text().is_some_and(|text| !text.is_empty()))
}

/// The names in `cloud.google.com/backend-config`; adds a fact where its JSON is not what it must be.
fn backend_config_names(
    service: ObjectRef<'_>,
    key: &'static str,
    node: Node<'_>,
    exposure: &mut Exposure,
) -> Vec<String> {
    // What is no text at all is reported as an annotation that is not a string.
    if node.is_opaque() || node.text().is_none() {
        return Vec::new();
    }
    let defect = match read_backend_config(node.text().unwrap_or_default()) {
        Ok(names) => return names,
        Err(defect) => defect,
    };
    let mut invalid = InvalidJson::new(annotation_place(service, node));
    invalid.key = Fact::at(key.to_owned(), node.site());
    invalid.defect = Fact::known(defect);
    invalid.example = Fact::known(r#"'{"default": "carto-backend-config"}'"#.to_owned());
    exposure.facts.invalid_json.push(invalid);
    Vec::new()
}

/// The names in the annotation's JSON, or what is wrong with it.
fn read_backend_config(text: &str) -> Result<Vec<String>, String> {
    let json: Json = serde_json::from_str(text)
        .map_err(|error| format!("it is not JSON: {}", json_error(&error)))?;
    let Json::Object(map) = json else {
        return Err("it is JSON, but not an object".to_owned());
    };
    let ports = map.get("ports").and_then(Json::as_object);
    let names: Vec<String> = map
        .get("default")
        .into_iter()
        .chain(ports.into_iter().flat_map(|ports| ports.values()))
        .filter_map(Json::as_str)
        .map(str::to_owned)
        .collect();
    if names.is_empty() {
        return Err("it has neither `default` nor `ports` with a name".to_owned());
    }
    Ok(names)
}

/// What serde_json says, without the line that means nothing inside an annotation.
fn json_error(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.split_once(" at line ") {
        Some((what, _)) => format!("{what} at character {}", error.column()),
        None => text,
    }
}

fn reference(
    cx: Context<'_>,
    from: ObjectRef<'_>,
    kind: ReferencedKind,
    name: &str,
    (key, node): (&'static str, Node<'_>),
    listed: &HashSet<String>,
    exposure: &mut Exposure,
) {
    let found = cx
        .objects
        .find(cx.tree, kind.as_str(), name, from)
        .is_some();
    let others = || {
        cx.objects
            .of_kind(cx.tree, kind.as_str())
            .filter(|object| object.shares_namespace(from))
            .filter_map(ObjectRef::name)
    };
    let mut reference = Reference::new(annotation_place(from, node));
    reference.kind = Fact::known(kind);
    reference.name = Fact::at(name.to_owned(), node.site());
    reference.annotation = Fact::known(key.to_owned());
    reference.found = if found {
        Fact::known(true)
    } else if others().any(|name| name.contains(OPAQUE)) {
        Fact::Unknown(opaque_supply(&format!("the name of a {kind}")))
    } else if cx.objects.may_lack(kind.as_str()) {
        Fact::Unknown(not_among(kind.as_str(), name))
    } else {
        Fact::known(false)
    };
    if !found {
        // A name that the annotation lists already is not the one that was meant.
        let near = others()
            .filter(|other| !listed.contains(*other))
            .take(MOST_CANDIDATES);
        reference.nearest = Fact::from_option(nearest(name, near).map(str::to_owned));
    }
    exposure.facts.references.push(reference);
}

/// The names that Services and Ingresses have in their annotations, by kind, each with the namespaces of those who name it.
#[derive(Default)]
struct Named<'a>(HashMap<(ReferencedKind, String), HashSet<Option<&'a str>>>);

impl<'a> Named<'a> {
    fn of(cx: Context<'a>) -> Self {
        let mut named = Named::default();
        for service in cx.objects.of_kind(cx.tree, "Service") {
            let text = backend_config_annotation(service).and_then(|(_, node)| node.text());
            let names = text.map(read_backend_config).and_then(Result::ok);
            for name in names.unwrap_or_default() {
                named.add(ReferencedKind::BackendConfig, name, service);
            }
        }
        for ingress in cx.objects.of_kind(cx.tree, "Ingress") {
            let text = |key| known_annotation(ingress, key).and_then(Node::text);
            if let Some(name) = text(FRONTEND_CONFIG) {
                named.add(ReferencedKind::FrontendConfig, name.to_owned(), ingress);
            }
            for name in super::list_of(text(MANAGED_CERTIFICATES).unwrap_or_default()) {
                named.add(ReferencedKind::ManagedCertificate, name, ingress);
            }
        }
        named
    }

    fn add(&mut self, kind: ReferencedKind, name: String, by: ObjectRef<'a>) {
        self.0
            .entry((kind, name))
            .or_default()
            .insert(by.namespace());
    }

    /// Whether one that may lie in the object's namespace names it.
    fn names(&self, object: ObjectRef<'_>, kind: ReferencedKind, name: &str) -> bool {
        let Some(namespaces) = self.0.get(&(kind, name.to_owned())) else {
            return false;
        };
        match object.namespace() {
            Some(own) => namespaces.contains(&Some(own)) || namespaces.contains(&None),
            None => true,
        }
    }
}

/// Objects that do nothing unless another names them.
fn attachments(cx: Context<'_>, named: &Named<'_>, exposure: &mut Exposure) {
    for (kind, attach_to) in [
        (ReferencedKind::BackendConfig, "Service"),
        (ReferencedKind::FrontendConfig, "Ingress"),
    ] {
        let hidden = cx.objects.of_kind(cx.tree, attach_to).any(|other| {
            let keys: &[&str] = if kind == ReferencedKind::BackendConfig {
                &BACKEND_CONFIG
            } else {
                &[FRONTEND_CONFIG]
            };
            other.is_opaque_at(&["metadata", "annotations"])
                || keys
                    .iter()
                    .any(|key| other.annotation(key).is_some_and(Node::is_opaque))
        });
        for object in cx.objects.of_kind(cx.tree, kind.as_str()) {
            let Some(name) = object.name() else { continue };
            let attached = named.names(object, kind, name);
            let mut attachment = Attachment::new(place_in(object, &["metadata", "name"]));
            attachment.kind = Fact::known(kind);
            attachment.name = Fact::at(name.to_owned(), attachment.place.span);
            attachment.attached = match (attached, hidden || name.contains(OPAQUE)) {
                (true, _) => Fact::known(true),
                (false, true) => Fact::Unknown(opaque_supply(&format!(
                    "the annotation that may name {}",
                    object.title()
                ))),
                (false, false) => Fact::known(false),
            };
            attachment.attach_to = Fact::known(attach_to.to_owned());
            attachment.how = Fact::known(if kind == ReferencedKind::BackendConfig {
                format!("cloud.google.com/backend-config: '{{\"default\": \"{name}\"}}'")
            } else {
                format!("{FRONTEND_CONFIG}: \"{name}\"")
            });
            exposure.facts.attachments.push(attachment);
        }
    }
}

fn managed_certificates(cx: Context<'_>, named: &Named<'_>, exposure: &mut Exposure) {
    let hidden = cx.objects.of_kind(cx.tree, "Ingress").any(|ingress| {
        ingress.is_opaque_at(&["metadata", "annotations"])
            || ingress
                .annotation(MANAGED_CERTIFICATES)
                .is_some_and(Node::is_opaque)
    });
    let (which, counts) = serving(cx);
    for object in cx.objects.of_kind(cx.tree, "ManagedCertificate") {
        let Some(name) = object.name() else { continue };
        let domains: Vec<Node<'_>> = object
            .node
            .at(&["spec", "domains"])
            .into_iter()
            .flat_map(Node::items)
            .collect();
        let attached = named.names(object, ReferencedKind::ManagedCertificate, name);
        let mut certificate = ManagedCertificate::new(place_in(object, &["metadata", "name"]));
        certificate.name = Fact::at(name.to_owned(), certificate.place.span);
        certificate.attached = match (attached, hidden || name.contains(OPAQUE)) {
            (true, _) => Fact::known(true),
            (false, true) => {
                Fact::Unknown(opaque_supply("the Ingress's list of managed certificates"))
            }
            (false, false) => Fact::known(false),
        };
        let domains_at = object.insertion_point(&["spec", "domains"]);
        certificate.domains =
            if object.is_opaque_at(&["spec"]) || object.is_opaque_at(&["spec", "domains"]) {
                Fact::Unknown(opaque_supply("a domain of the ManagedCertificate"))
            } else {
                Fact::at(i64::try_from(domains.len()).unwrap_or(i64::MAX), domains_at)
            };
        exposure.facts.managed_certificates.push(certificate);
        // Where another one serves the configured domain, this one may be for other names.
        let near: usize = match object.namespace() {
            Some(own) => [Some(own), None]
                .iter()
                .filter_map(|at| counts.get(at))
                .sum(),
            None => counts.values().sum(),
        };
        if near == usize::from(which.contains(&object.node.id())) {
            super::ingress::host(cx, object, "ManagedCertificate", &domains, exposure);
        }
        for node in domains {
            let place = Anchor::new(node.site()).in_object(object.title());
            let mut domain = ManagedDomain::new(place);
            domain.certificate = Fact::known(name.to_owned());
            let text = node.text().unwrap_or_default();
            domain.name = if node.is_opaque() {
                Fact::Unknown(opaque_supply("a domain of the ManagedCertificate"))
            } else {
                Fact::at(text.to_owned(), node.site())
            };
            domain.defect = if node.is_opaque() {
                Fact::Unknown(opaque_supply("a domain of the ManagedCertificate"))
            } else {
                Fact::from_option(super::domain::managed_defect(text))
            };
            exposure.facts.managed_domains.push(domain);
        }
    }
}

/// The ManagedCertificates that serve the configured domain, counted by namespace.
fn serving<'a>(cx: Context<'a>) -> (HashSet<NodeId>, HashMap<Option<&'a str>, usize>) {
    let (mut which, mut counts) = (HashSet::new(), HashMap::new());
    let Fact::Known(configured, _) = super::domain::configured(cx) else {
        return (which, counts);
    };
    for object in cx.objects.of_kind(cx.tree, "ManagedCertificate") {
        let domains = object.node.at(&["spec", "domains"]);
        let mut names = domains
            .into_iter()
            .flat_map(Node::items)
            .filter_map(Node::text);
        if names.any(|name| super::domain::serves(name, &configured)) {
            which.insert(object.node.id());
            *counts.entry(object.namespace()).or_default() += 1;
        }
    }
    (which, counts)
}

/// The Service behind a GKE Ingress: reached through a network endpoint group or not.
fn neg(router: &RouterObjects<'_>, exposure: &mut Exposure) {
    let behind_gke = exposure
        .facts
        .ingresses
        .iter()
        .any(|ingress| ingress.gke.value() == Some(&true));
    if !behind_gke {
        return;
    }
    let service = router.service;
    let missing = service.insertion_point(&["metadata", "annotations"]);
    let mut neg = Neg::new(Anchor::new(missing).in_object(service.title()));
    neg.service_type = router.service_type();
    match service.annotation(NEG) {
        Some(node) if node.is_opaque() => {
            let supply = opaque_supply("the annotation `cloud.google.com/neg`");
            neg.text = Fact::Unknown(supply.clone());
            neg.enabled = Fact::Unknown(supply.clone());
            neg.defect = Fact::Unknown(supply);
        }
        Some(node) => {
            let text = node.text().unwrap_or_default();
            neg.place = annotation_place(service, node);
            neg.text = Fact::at(text.to_owned(), node.site());
            match neg_defect(text) {
                Ok(enabled) => neg.enabled = Fact::at(enabled, node.site()),
                Err(defect) => {
                    neg.enabled = Fact::at(false, node.site());
                    neg.defect = Fact::at(defect, node.site());
                }
            }
        }
        None if service.is_opaque_at(&["metadata", "annotations"]) => {
            let supply = opaque_supply("an annotation of the router Service");
            neg.text = Fact::Unknown(supply.clone());
            neg.enabled = Fact::Unknown(supply.clone());
            neg.defect = Fact::Unknown(supply);
        }
        None => {
            neg.text = Fact::Absent(Some(missing));
            neg.enabled = Fact::at(false, missing);
        }
    }
    exposure.facts.negs.push(neg);
}

/// Whether the annotation turns the network endpoint group on for Ingress, or what is wrong with it.
fn neg_defect(text: &str) -> Result<bool, String> {
    let json: Json = serde_json::from_str(text)
        .map_err(|error| format!("it is not JSON: {}", json_error(&error)))?;
    let Json::Object(map) = json else {
        return Err("it is JSON, but not an object".to_owned());
    };
    match map.get("ingress") {
        Some(Json::Bool(enabled)) => Ok(*enabled),
        Some(_) => Err("`ingress` must be `true` without quotes".to_owned()),
        None => Ok(false),
    }
}
