//! Gateways whose routes lead to the router.

use super::controller_service::Before;
use super::layers::recognize::{Evidence, Recognized, by_class};
use super::layers::{EntryKind, Layer};
use super::listeners::ends_in_router;
use super::load_balancer::{described, unknown_tls};
use super::readers::policies;
use super::resource::ends_here;
use super::route::{Route, RouteRule};
use super::router::RouterObjects;
use super::{
    Context, Exposure, admission, front, ingress::host, opaque_supply, place_in, timeouts,
};
use crate::facts::{Anchor, EntryPoint, EntryPointKind, Fact, Frontend, RouterProtocol, TlsEnd};
use crate::kube::ObjectRef;
use portolan_yaml::Node;
use portolan_yaml::source::Span;

/// The layer whose Gateways have an SSL policy.
const GKE: &str = "gke-gateway";

/// Kinds of routes that can lead from a Gateway to a Service.
const ROUTES: [&str; 4] = ["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute"];

/// Adds every Gateway that a route leads from to the router, and the routes whose Gateway is not to be seen.
pub(super) fn extract<'a>(cx: Context<'a>, router: &'a RouterObjects<'a>, exposure: &mut Exposure) {
    for gateway in of_router(cx, router) {
        one(cx, gateway, router, exposure);
    }
    for (route, parent) in without_gateway(cx, router) {
        of_unseen(route, parent, exposure);
    }
}

/// Every Gateway that a route leads from to the router, in whatever namespace.
pub(super) fn of_router<'a>(cx: Context<'a>, router: &RouterObjects<'_>) -> Vec<ObjectRef<'a>> {
    let leads_on = |attached: &Attached<'_>| !backends(attached.route, router).is_empty();
    cx.objects
        .everywhere_of_kind(cx.tree, "Gateway")
        .filter(|gateway| is_gateway_api(*gateway) && attached(cx, *gateway).iter().any(leads_on))
        .collect()
}

/// Istio has a Gateway of its own.
fn is_gateway_api(gateway: ObjectRef<'_>) -> bool {
    gateway
        .api_version()
        .and_then(Node::text)
        .is_some_and(|version| version.starts_with("gateway.networking.k8s.io/"))
}

/// A route that names a Gateway as its parent.
#[derive(Clone, Copy)]
pub(super) struct Attached<'a> {
    /// The route.
    pub route: ObjectRef<'a>,
    /// The entry of `spec.parentRefs`.
    pub parent: Node<'a>,
}

impl<'a> Attached<'a> {
    /// The listener that the route names, where it names one.
    pub(super) fn section(self) -> Option<&'a str> {
        self.parent.get("sectionName").and_then(Node::text)
    }

    /// Whether the route names this listener, or any.
    pub(super) fn names(self, listener: Node<'_>) -> bool {
        let section = self.section();
        let port = self.parent.get("port").and_then(Node::as_int);
        let name = listener.get("name").and_then(Node::text);
        (section.is_none() || section == name)
            && (port.is_none() || port == listener.get("port").and_then(Node::as_int))
    }
}

/// Whether a parent is a Gateway of the Gateway API, as opposed to a Service of a mesh.
fn is_gateway(parent: Node<'_>) -> bool {
    parent
        .get("kind")
        .and_then(Node::text)
        .is_none_or(|kind| kind == "Gateway")
}

fn parents(route: ObjectRef<'_>) -> impl Iterator<Item = Node<'_>> {
    route
        .node
        .at(&["spec", "parentRefs"])
        .into_iter()
        .flat_map(Node::items)
        .filter(|parent| is_gateway(*parent))
}

fn routes<'a>(cx: Context<'a>) -> impl Iterator<Item = ObjectRef<'a>> {
    ROUTES
        .into_iter()
        .flat_map(move |kind| cx.objects.everywhere_of_kind(cx.tree, kind))
}

/// Whether a parent names a Gateway: by name, in the namespace that it gives or else in the route's own.
fn leads_to(route: ObjectRef<'_>, parent: Node<'_>, gateway: ObjectRef<'_>) -> bool {
    let name = parent.get("name").and_then(Node::text);
    let named = name.is_some() && name == gateway.name();
    named && is_in(route, parent, gateway)
}

/// Whether an object lies where a reference looks for it.
fn is_in(from: ObjectRef<'_>, reference: Node<'_>, object: ObjectRef<'_>) -> bool {
    match (
        reference.get("namespace").and_then(Node::text),
        object.namespace(),
    ) {
        (Some(named), Some(own)) => named == own,
        (Some(_), None) => true,
        (None, _) => from.shares_namespace(object),
    }
}

/// The routes attached to a Gateway, each with the parent that names it.
pub(super) fn attached<'a>(cx: Context<'a>, gateway: ObjectRef<'a>) -> Vec<Attached<'a>> {
    routes(cx)
        .flat_map(|route| parents(route).map(move |parent| Attached { route, parent }))
        .filter(|attached| leads_to(attached.route, attached.parent, gateway))
        .collect()
}

/// Routes that lead to the router from a Gateway that is not among the input.
fn without_gateway<'a>(
    cx: Context<'a>,
    router: &RouterObjects<'_>,
) -> Vec<(ObjectRef<'a>, Node<'a>)> {
    let is_seen = |route: ObjectRef<'_>, parent: Node<'_>| {
        let name = parent.get("name").and_then(Node::text).unwrap_or_default();
        cx.objects
            .everywhere_named(cx.tree, "Gateway", name)
            .any(|gateway| is_gateway_api(gateway) && leads_to(route, parent, gateway))
    };
    routes(cx)
        .filter(|route| !backends(*route, router).is_empty())
        .filter_map(|route| {
            let missing = parents(route).find(|parent| !is_seen(route, *parent))?;
            Some((route, missing))
        })
        .collect()
}

/// Adds a way in of which only the route is known.
fn of_unseen(route: ObjectRef<'_>, parent: Node<'_>, exposure: &mut Exposure) {
    let name = parent.get("name");
    let text = name.and_then(Node::text).unwrap_or_default();
    let called = match parent.get("namespace").and_then(Node::text) {
        Some(namespace) => format!("{namespace}/{text}"),
        None => text.to_owned(),
    };
    let place = name.map_or_else(|| parent.site(), Node::site);
    let mut entry = EntryPoint::new(Anchor::new(place).in_object(route.title()));
    entry.kind = Fact::known(EntryPointKind::Gateway);
    entry.name = Fact::known(route.title());
    let supply = if name.is_some_and(Node::is_opaque) {
        opaque_supply(&format!("the Gateway that {} names", route.title()))
    } else {
        format!(
            "the Gateway `{called}` that {} names is not among the input: give its manifest",
            route.title()
        )
    };
    let title = format!("the Gateway `{called}`");
    timeouts::of_unknown(&entry, &title, &supply, exposure);
    unknown_tls(&mut entry, &title, &supply);
    entry.refused = Fact::Unknown(supply);
    exposure.add_entry(entry);
}

fn rules(route: ObjectRef<'_>) -> impl Iterator<Item = Node<'_>> {
    route
        .node
        .at(&["spec", "rules"])
        .into_iter()
        .flat_map(Node::items)
}

/// The references of a route to the router Service.
fn backends<'a>(route: ObjectRef<'a>, router: &RouterObjects<'_>) -> Vec<Node<'a>> {
    rules(route)
        .filter_map(|rule| rule.get("backendRefs"))
        .flat_map(Node::items)
        .filter(|backend| is_router(route, *backend, router))
        .collect()
}

fn is_router(route: ObjectRef<'_>, backend: Node<'_>, router: &RouterObjects<'_>) -> bool {
    let name = backend.get("name").and_then(Node::text);
    let is_service = backend
        .get("kind")
        .and_then(Node::text)
        .is_none_or(|kind| kind == "Service" || kind == "ServiceImport");
    is_service
        && name.is_some()
        && name == router.service.name()
        && is_in(route, backend, router.service)
}

fn leads_to_router(route: ObjectRef<'_>, rule: Node<'_>, router: &RouterObjects<'_>) -> bool {
    rule.get("backendRefs")
        .into_iter()
        .flat_map(Node::items)
        .any(|backend| is_router(route, backend, router))
}

/// Why no listener of the Gateway takes any of the routes that lead to the router; absent where one does.
fn refused(
    cx: Context<'_>,
    gateway: ObjectRef<'_>,
    attached: &[Attached<'_>],
    router: &RouterObjects<'_>,
) -> Fact<String> {
    let mut unknown = None;
    let mut refusal = None;
    for one in attached {
        let backends = backends(one.route, router);
        let Some(backend) = backends.first() else {
            continue;
        };
        match admits(gateway, *one).and(may_reach(cx, one.route, *backend, router)) {
            Admission::Yes => return Fact::Absent(None),
            Admission::No(why, at) => refusal = refusal.or(Some((why, at))),
            Admission::Unknown(supply) => unknown = unknown.or(Some(supply)),
        }
    }
    match (unknown, refusal) {
        (Some(supply), _) => Fact::Unknown(supply),
        (None, Some((why, at))) => Fact::at(why, at),
        (None, None) => Fact::Absent(None),
    }
}

/// Whether a Gateway takes a route up.
enum Admission {
    Yes,
    /// Why not, and what says so.
    No(String, Span),
    /// What would tell.
    Unknown(String),
}

impl Admission {
    fn and(self, other: Admission) -> Admission {
        match (self, other) {
            (no @ Admission::No(..), _) | (_, no @ Admission::No(..)) => no,
            (unknown @ Admission::Unknown(_), _) | (_, unknown @ Admission::Unknown(_)) => unknown,
            _ => Admission::Yes,
        }
    }
}

/// Whether a listener that a route names takes routes of its namespace. `Same` is the Gateway API's default.
fn admits(gateway: ObjectRef<'_>, attached: Attached<'_>) -> Admission {
    let elsewhere = matches!(
        (gateway.namespace(), attached.route.namespace()),
        (Some(left), Some(right)) if left != right
    );
    let listeners: Vec<Node<'_>> = gateway
        .node
        .at(&["spec", "listeners"])
        .into_iter()
        .flat_map(Node::items)
        .collect();
    let mut named = listeners
        .iter()
        .filter(|listener| attached.names(**listener))
        .peekable();
    if named.peek().is_none() && !listeners.is_empty() {
        let at = attached.parent.get("sectionName");
        let section = at.and_then(Node::text).unwrap_or_default();
        return Admission::No(
            format!(
                "it has no listener `{section}`, which {} names",
                attached.route.title()
            ),
            at.map_or_else(|| attached.parent.site(), Node::site),
        );
    }
    if !elsewhere {
        return Admission::Yes;
    }
    let mut refusal = Admission::Yes;
    for listener in named {
        let from = listener.at(&["allowedRoutes", "namespaces", "from"]);
        match from.and_then(Node::text).unwrap_or("Same") {
            "All" => return Admission::Yes,
            "Selector" => {
                refusal = Admission::Unknown(format!(
                    "{} takes routes of namespaces with certain labels: whether `{}` has them cannot be seen here; check it with \
                     `kubectl get namespace {} --show-labels`",
                    gateway.title(),
                    attached.route.namespace().unwrap_or_default(),
                    attached.route.namespace().unwrap_or_default(),
                ));
            }
            _ if matches!(refusal, Admission::Yes) => {
                let at = from.map_or_else(|| listener.site(), Node::site);
                refusal = Admission::No(
                    format!(
                        "its listeners take routes of the Gateway's own namespace alone (`allowedRoutes`), and {} is in `{}`",
                        attached.route.title(),
                        attached.route.namespace().unwrap_or_default()
                    ),
                    at,
                );
            }
            _ => {}
        }
    }
    refusal
}

/// Whether a route may name a Service of another namespace: a ReferenceGrant there must allow it.
fn may_reach(
    cx: Context<'_>,
    route: ObjectRef<'_>,
    backend: Node<'_>,
    router: &RouterObjects<'_>,
) -> Admission {
    let (Some(from), Some(to)) = (route.namespace(), router.service.namespace()) else {
        return Admission::Yes;
    };
    if from == to {
        return Admission::Yes;
    }
    let allows = |grant: &ObjectRef<'_>| {
        let has = |list: &str, key: &str, value: &str| {
            grant
                .node
                .at(&["spec", list])
                .into_iter()
                .flat_map(Node::items)
                .any(|item| item.get(key).and_then(Node::text) == Some(value))
        };
        grant.namespace().is_none_or(|own| own == to)
            && has("from", "namespace", from)
            && has("from", "kind", route.kind())
            && has("to", "kind", "Service")
    };
    let granted = cx
        .objects
        .everywhere_of_kind(cx.tree, "ReferenceGrant")
        .any(|grant| allows(&grant));
    if granted {
        return Admission::Yes;
    }
    let _ = backend;
    Admission::Unknown(format!(
        "{} names a Service of another namespace, which takes a ReferenceGrant in `{to}` for {} of `{from}`: give its manifest",
        route.title(),
        route.kind()
    ))
}

fn redirects_to_https(rule: Node<'_>) -> bool {
    rule.get("filters")
        .into_iter()
        .flat_map(Node::items)
        .any(|filter| {
            filter
                .at(&["requestRedirect", "scheme"])
                .and_then(Node::text)
                == Some("https")
        })
}

fn one<'a>(
    cx: Context<'a>,
    gateway: ObjectRef<'a>,
    router: &'a RouterObjects<'a>,
    exposure: &mut Exposure,
) {
    let class = gateway.node.at(&["spec", "gatewayClassName"]);
    let class_text = class.and_then(Node::text).filter(|text| !text.is_empty());
    let mut entry = EntryPoint::new(place_in(gateway, &["spec", "gatewayClassName"]));
    entry.kind = Fact::known(EntryPointKind::Gateway);
    entry.name = Fact::known(gateway.title());
    let mut route = Route::new(gateway, router)
        .with_class(cx, "GatewayClass", class_text)
        .with_gateway_parameters(cx);
    let evidence = Evidence {
        object: gateway,
        class: class_text,
        controller: route.controller(),
        platform: cx.options.platform,
    };
    let layer = match by_class(cx.layers, EntryKind::Gateway, &evidence, &route.input(cx)) {
        Recognized::Layer(layer, inferred) => {
            if let Some(inferred) = inferred {
                exposure.infer(inferred);
            }
            Some(layer)
        }
        Recognized::No => None,
    };
    let attached = attached(cx, gateway);
    entry.refused = refused(cx, gateway, &attached, router);
    for object in [gateway, router.service] {
        exposure.on_route.reads(object, layer);
    }
    for one in &attached {
        exposure.on_route.reads(one.route, layer);
    }
    backend(&attached, router, &mut entry);
    for one in &attached {
        if backends(one.route, router).is_empty() {
            continue;
        }
        let names: Vec<Node<'_>> = one
            .route
            .node
            .at(&["spec", "hostnames"])
            .into_iter()
            .flat_map(Node::items)
            .collect();
        host(cx, one.route, one.route.kind(), &names, exposure);
        let leading = rules(one.route).filter(|rule| leads_to_router(one.route, *rule, router));
        route.rules.extend(leading.map(|node| RouteRule {
            object: one.route,
            node,
        }));
    }
    match layer {
        Some(layer) => {
            described(layer, &mut entry);
            route = route.with_configuration(cx, layer);
            if layer.id == GKE {
                exposure.facts.frontends.push(frontend(cx, gateway));
            }
            match &layer.undecided {
                Some(supply) => unknown_tls(&mut entry, &layer.title, supply),
                None => tls(layer, gateway, &attached, &route, &mut entry),
            }
            route.ends_tls = ends_here(&entry);
            admission::fill(cx, layer, &route, &mut entry);
            if let Before::Seen(before) = timeouts::of_route(cx, layer, &route, &entry, exposure) {
                front::fill(cx, layer, &before, &route, &mut entry);
            }
        }
        None => {
            let title = match class_text {
                Some(class) => format!(
                    "a Gateway of class `{}`",
                    class.replace(portolan_yaml::OPAQUE, "…")
                ),
                None => "a Gateway without a class".to_owned(),
            };
            let supply =
                format!("Portolan does not know the limits of {title}: check them by hand");
            timeouts::of_unknown(&entry, &title, &supply, exposure);
            unknown_tls(&mut entry, &title, &supply);
        }
    }
    exposure.add_entry(entry);
}

/// What the Gateway speaks to the router, and where.
fn backend(attached: &[Attached<'_>], router: &RouterObjects<'_>, entry: &mut EntryPoint) {
    let reference = attached
        .iter()
        .flat_map(|one| backends(one.route, router))
        .next();
    let number = reference
        .and_then(|reference| reference.get("port"))
        .and_then(Node::as_int);
    let Some(port) = router
        .ports()
        .find(|port| port.number().is_some() && port.number() == number)
    else {
        return;
    };
    entry.backend_port = router.backend_port(port);
    // Without `appProtocol: HTTPS` on the Service's port the load balancer speaks plain HTTP to it.
    let app_protocol = port.node.get("appProtocol");
    entry.backend_protocol = match app_protocol {
        Some(node) if node.is_opaque() => Fact::Unknown(opaque_supply("the port's appProtocol")),
        Some(node)
            if node
                .text()
                .is_some_and(|text| text.eq_ignore_ascii_case("https")) =>
        {
            Fact::at(RouterProtocol::Https, node.site())
        }
        _ => Fact::known(RouterProtocol::Http),
    };
}

/// Listeners: which have a certificate, and what the plain ones do.
fn tls(
    layer: &Layer,
    gateway: ObjectRef<'_>,
    attached: &[Attached<'_>],
    route: &Route<'_>,
    entry: &mut EntryPoint,
) {
    entry.http_left_to_router = Fact::known(false);
    let mut certificates = Vec::new();
    let mut certificate_at = None;
    let mut https_at = gateway.insertion_point(&["spec", "listeners"]);
    let mut plain = Vec::new();
    let mut passes = false;
    let by_map = gateway
        .annotation("networking.gke.io/certmap")
        .and_then(|node| Some((node, node.text().filter(|text| !text.is_empty())?)));
    if let Some((node, name)) = by_map {
        certificates.push(format!("certificate map {name}"));
        certificate_at = Some(node.site());
    }
    let listeners = gateway
        .node
        .at(&["spec", "listeners"])
        .into_iter()
        .flat_map(Node::items);
    for listener in listeners {
        match listener.get("protocol").and_then(Node::text) {
            Some("HTTP") => plain.push(listener),
            Some("TLS")
                if listener.at(&["tls", "mode"]).and_then(Node::text) == Some("Passthrough") =>
            {
                passes = true;
            }
            Some("HTTPS" | "TLS") => {
                https_at = listener
                    .entry("tls")
                    .map_or_else(|| listener.site(), |(entry, _)| entry.key_span);
                for reference in listener
                    .at(&["tls", "certificateRefs"])
                    .into_iter()
                    .flat_map(Node::items)
                {
                    if let Some(name) = reference
                        .get("name")
                        .and_then(Node::text)
                        .filter(|name| !name.is_empty())
                    {
                        certificates.push(format!("Secret {name}"));
                        certificate_at = certificate_at.or(Some(reference.site()));
                    }
                }
                if layer.tls.finds_certificate && certificate_at.is_none() {
                    certificates.push("certificate found by host name".to_owned());
                    certificate_at = Some(listener.site());
                }
                let pre_shared =
                    listener.at(&["tls", "options", "networking.gke.io/pre-shared-certs"]);
                if let Some(node) = pre_shared
                    && let Some(names) = node.text().filter(|text| !text.is_empty())
                {
                    certificates.push(format!("SSL certificate {names}"));
                    certificate_at = certificate_at.or(Some(node.site()));
                }
            }
            _ => {}
        }
    }
    if passes && certificate_at.is_none() {
        entry.certificates = Fact::Known(certificates, Some(https_at));
        entry.backend_protocol = Fact::known(RouterProtocol::Tls);
        let backend_port = entry.backend_port.clone();
        ends_in_router(true, route, &backend_port, entry);
        return plain_http(&plain, attached, entry);
    }
    let serves_https = certificate_at.is_some();
    entry.certificates = Fact::Known(certificates, certificate_at.or(Some(https_at)));
    entry.serves_https = Fact::Known(serves_https, certificate_at.or(Some(https_at)));
    entry.tls_ends_at = if serves_https {
        Fact::Known(TlsEnd::LoadBalancer, certificate_at)
    } else {
        Fact::Absent(Some(https_at))
    };
    plain_http(&plain, attached, entry);
}

/// What becomes of requests to the plain listeners: a listener without a route answers 404 and serves nothing.
fn plain_http(plain: &[Node<'_>], attached: &[Attached<'_>], entry: &mut EntryPoint) {
    let mut served_at = None;
    let mut redirected_at = None;
    for listener in plain {
        for one in attached.iter().filter(|one| one.names(*listener)) {
            for rule in rules(one.route) {
                if redirects_to_https(rule) {
                    redirected_at = redirected_at.or(Some(rule.site()));
                } else {
                    served_at = served_at.or(Some(listener.site()));
                }
            }
        }
    }
    entry.serves_http = Fact::Known(
        served_at.is_some() || redirected_at.is_some(),
        served_at.or(redirected_at),
    );
    entry.redirects_http = Fact::Known(
        served_at.is_none() && redirected_at.is_some(),
        redirected_at,
    );
}

/// What a client's TLS connection meets on a Gateway of GKE's. The SSL policy is named in a GCPGatewayPolicy.
fn frontend(cx: Context<'_>, gateway: ObjectRef<'_>) -> Frontend {
    let mut frontend = Frontend::new(place_in(gateway, &["spec", "gatewayClassName"]));
    frontend.kind = Fact::known("Gateway".to_owned());
    frontend.gke = Fact::known(true);
    let policies = policies::on_target(cx, "GCPGatewayPolicy", gateway, None).certain;
    let named = |policy: &ObjectRef<'_>| {
        super::text_fact(
            policy.node.at(&["spec", "default", "sslPolicy"]),
            policy.insertion_point(&["spec", "default"]),
            "the SSL policy's name",
        )
    };
    let Some(first) = policies.first() else {
        frontend.ssl_policy = Fact::Absent(Some(frontend.place.span));
        return frontend;
    };
    frontend.config = Fact::from_option(first.name().map(str::to_owned));
    let agree = policies
        .iter()
        .all(|policy| named(policy).value().is_some() == named(first).value().is_some());
    frontend.ssl_policy = if agree {
        named(first)
    } else {
        Fact::Unknown(policies::contest(&policies, &gateway.title()))
    };
    frontend
}
