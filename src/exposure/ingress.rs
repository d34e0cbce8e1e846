//! Ingresses that lead to the router: the chart's own, and those that people bring themselves.

use super::controller_service::Before;
use super::layers::recognize::{Evidence, Recognized, by_class, platform_of};
use super::layers::{EntryKind, Layer};
use super::load_balancer::{described, unknown_tls};
use super::resource::ends_here;
use super::route::Route;
use super::router::{RouterObjects, ServicePort};
use super::{
    Context, Exposure, admission, declared_tls, domain, front, gke_ingress, ingress_paths,
    opaque_supply, timeouts,
};
use crate::facts::{
    Anchor, ClassSource, EntryPoint, EntryPointKind, Fact, Frontend, Host, Ingress, Platform,
};
use crate::kube::ObjectRef;
use portolan_yaml::Node;
use portolan_yaml::source::Span;

const CLASS: &str = "kubernetes.io/ingress.class";
const ANNOTATIONS: [&str; 2] = ["metadata", "annotations"];
/// The layer whose Ingresses are read by code of their own.
const GKE: &str = "gke-ingress";

/// Classes that the GKE controller takes up, by annotation only.
const GKE_CLASSES: [&str; 4] = [
    "gce",
    "gce-internal",
    "gce-regional-external",
    "gce-multi-cluster",
];

/// Adds every Ingress that leads to the router.
pub(super) fn extract<'a>(cx: Context<'a>, router: &'a RouterObjects<'a>, exposure: &mut Exposure) {
    for ingress in of_router(cx, router) {
        one(cx, ingress, router, exposure);
    }
}

/// Every Ingress that leads to the router.
pub(super) fn of_router<'a>(cx: Context<'a>, router: &RouterObjects<'_>) -> Vec<ObjectRef<'a>> {
    cx.objects
        .of_kind(cx.tree, "Ingress")
        .filter(|ingress| ingress.shares_namespace(router.service))
        .filter(|ingress| !backends(*ingress, router).is_empty())
        .collect()
}

/// The backends of an Ingress that are the router Service: `spec.…backend` mappings of either API version.
fn backends<'a>(ingress: ObjectRef<'a>, router: &RouterObjects<'_>) -> Vec<Node<'a>> {
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
        .filter(|backend| is_router(*backend, router))
        .collect()
}

/// Whether a backend is the router Service.
pub(super) fn is_router(backend: Node<'_>, router: &RouterObjects<'_>) -> bool {
    let name = backend
        .at(&["service", "name"])
        .or_else(|| backend.get("serviceName"))
        .and_then(Node::text);
    name.is_some() && name == router.service.name()
}

/// The Service ports that an Ingress uses, by every name that they go by: name and number.
pub(super) fn backend_port_names(
    ingress: ObjectRef<'_>,
    router: &RouterObjects<'_>,
) -> Vec<String> {
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
    from: Option<ClassSource>,
    span: Option<Span>,
    opaque: bool,
}

fn class(ingress: ObjectRef<'_>) -> Class<'_> {
    let field = ingress.node.at(&["spec", "ingressClassName"]);
    let annotation = ingress.annotation(CLASS);
    let candidates = [
        (annotation, ClassSource::Annotation),
        (field, ClassSource::Field),
    ];
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
    cx: Context<'_>,
    ingress: ObjectRef<'_>,
    class: &Class<'_>,
    exposure: &mut Exposure,
) -> Fact<bool> {
    if class.opaque {
        return Fact::Unknown(opaque_supply("the Ingress's class"));
    }
    let given = cx.options.platform.map(Platform::as_str);
    match (class.from, class.text) {
        (Some(ClassSource::Annotation), Some(text)) => {
            Fact::Known(GKE_CLASSES.contains(&text), class.span)
        }
        (Some(_), Some(_)) => Fact::Known(false, class.span),
        _ => {
            // Without a class GKE's controller takes it, and on another platform whatever is the default there.
            let (platform, told_by) = match given {
                Some(given) => (Some(given), None),
                None => match platform_of(cx.layers, EntryKind::Ingress, ingress) {
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

fn one<'a>(
    cx: Context<'a>,
    ingress: ObjectRef<'a>,
    router: &'a RouterObjects<'a>,
    exposure: &mut Exposure,
) {
    let class = class(ingress);
    let mut route = Route::new(ingress, router).with_class(cx, "IngressClass", class.text);
    let mut gke = taken_by_gke(cx, ingress, &class, exposure);
    let layer = layer_of(cx, &class, &route, &gke, exposure);
    if layer.is_some_and(|layer| layer.id != GKE) && matches!(gke, Fact::Unknown(_)) {
        gke = Fact::known(false);
    }
    let annotations_at = ingress.insertion_point(&ANNOTATIONS);
    let annotations_place = Anchor::new(annotations_at).in_object(ingress.title());

    let mut facts = Ingress::new(annotations_place.clone());
    facts.name = Fact::known(ingress.name().unwrap_or_default().to_owned());
    facts.class = match class.text {
        Some(text) => Fact::Known(text.to_owned(), class.span.or(Some(annotations_at))),
        None => Fact::Absent(Some(annotations_at)),
    };
    facts.class_from = Fact::from_option(class.from);
    facts.class_not_seen = Fact::known(
        class.from == Some(ClassSource::Field)
            && class.text.is_some_and(|text| GKE_CLASSES.contains(&text)),
    );
    facts.internal = Fact::known(class.text == Some("gce-internal"));
    facts.gke = gke.clone();

    let mut frontend = Frontend::new(annotations_place.clone());
    frontend.kind = Fact::known("Ingress".to_owned());
    frontend.gke = gke.clone();

    let mut entry = EntryPoint::new(annotations_place);
    entry.kind = Fact::known(EntryPointKind::Ingress);
    entry.name = Fact::known(ingress.title());
    hosts(cx, ingress, exposure);
    let port = service_port(ingress, router);
    for object in [ingress, router.service] {
        exposure.on_route.reads(object, layer);
    }
    let ports = backend_port_names(ingress, router);
    exposure.on_route.uses(router.service, ports);
    match layer {
        Some(layer) => {
            described(layer, &mut entry);
            route = route.with_configuration(cx, layer);
            ingress_paths::extract(cx, layer, &route, exposure);
            if let Some(supply) = &layer.undecided {
                unknown_tls(&mut entry, &layer.title, supply);
            } else if layer.id == GKE {
                gke_ingress::backend(router, port, &mut entry);
                gke_ingress::tls(cx, ingress, &mut entry, &mut facts, &mut frontend);
                gke_ingress::facts(cx, ingress, &mut facts);
                gke_ingress::refusal(ingress, &facts, &mut entry);
            } else {
                declared_tls::tls(cx, layer, &route, port, &mut entry);
            }
            route.ends_tls = ends_here(&entry);
            admission::fill(cx, layer, &route, &mut entry);
            if let Before::Seen(before) = timeouts::of_route(cx, layer, &route, &entry, exposure) {
                front::fill(cx, layer, &before, &route, &mut entry);
            }
        }
        None => {
            let title = match class.text {
                Some(text) => format!("an Ingress of class `{text}`"),
                None => "an Ingress without a class".to_owned(),
            };
            let supply = match &gke {
                Fact::Unknown(supply) => supply.clone(),
                _ => format!("Portolan does not know the limits of {title}: check them by hand"),
            };
            timeouts::of_unknown(&entry, &title, &supply, exposure);
            unknown_tls(&mut entry, &title, &supply);
            gke_ingress::backend(router, port, &mut entry);
        }
    }
    exposure.facts.ingresses.push(facts);
    exposure.facts.frontends.push(frontend);
    exposure.add_entry(entry);
}

/// The layer that serves the Ingress. Google's controller has rules of its own; the others go by class.
fn layer_of<'a>(
    cx: Context<'a>,
    class: &Class<'a>,
    route: &Route<'a>,
    gke: &Fact<bool>,
    exposure: &mut Exposure,
) -> Option<&'a Layer> {
    if gke.value() == Some(&true) {
        return cx
            .layers
            .of(EntryKind::Ingress)
            .find(|layer| layer.id == GKE);
    }
    let is_googles = class.text.is_some_and(|text| GKE_CLASSES.contains(&text));
    if class.opaque || is_googles {
        return None;
    }
    let evidence = Evidence {
        object: route.entry,
        class: class.text,
        controller: route.controller(),
        platform: cx.options.platform,
    };
    match by_class(cx.layers, EntryKind::Ingress, &evidence, &route.input(cx)) {
        Recognized::Layer(layer, inferred) => {
            if let Some(inferred) = inferred {
                exposure.infer(inferred);
            }
            Some(layer)
        }
        Recognized::No => None,
    }
}

/// The Service port that the Ingress leads to.
fn service_port<'a>(ingress: ObjectRef<'a>, router: &RouterObjects<'a>) -> Option<ServicePort<'a>> {
    let names = backend_port_names(ingress, router);
    router.ports().find(|port| {
        names.contains(&port.name())
            || port
                .number()
                .is_some_and(|number| names.contains(&number.to_string()))
    })
}

/// The names that the Ingress serves, in its rules and in its TLS section.
fn hosts(cx: Context<'_>, ingress: ObjectRef<'_>, exposure: &mut Exposure) {
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
        host(cx, ingress, "Ingress rule", &names, exposure);
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
        host(cx, ingress, "Ingress TLS section", &named, exposure);
    }
}

/// One list of names and whether any of them serves the domain.
pub(super) fn host(
    cx: Context<'_>,
    object: ObjectRef<'_>,
    role: &str,
    names: &[Node<'_>],
    exposure: &mut Exposure,
) {
    let Some(first) = names.first() else { return };
    let configured = domain::configured(cx);
    let place = Anchor::new(first.site()).in_object(object.title());
    let mut fact = Host::new(place);
    fact.role = Fact::known(role.to_owned());
    fact.name = Fact::at(
        names
            .iter()
            .map(|name| {
                name.text()
                    .unwrap_or_default()
                    .replace(portolan_yaml::OPAQUE, "…")
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
