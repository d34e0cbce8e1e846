//! Gateways whose routes lead to the router.

use super::layers::recognize::{Evidence, Recognized, by_class};
use super::layers::{EntryKind, Layer};
use super::listeners::ends_in_router;
use super::load_balancer::{described, unknown_tls};
use super::resource::ends_here;
use super::route::{Route, RouteRule};
use super::router::RouterObjects;
use super::{Context, Exposure, ingress::host, opaque_supply, place_in, timeouts};
use crate::facts::{EntryPoint, EntryPointKind, Fact, RouterProtocol, TlsEnd};
use crate::kube::ObjectRef;
use portolan_yaml::Node;

/// Kinds of routes that can lead from a Gateway to a Service.
const ROUTES: [&str; 4] = ["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute"];

/// Adds every Gateway that a route leads from to the router.
pub(super) fn extract<'a>(cx: Context<'a>, router: &'a RouterObjects<'a>, exposure: &mut Exposure) {
    for gateway in of_router(cx, router) {
        one(cx, gateway, router, exposure);
    }
}

/// Every Gateway that a route leads from to the router.
pub(super) fn of_router<'a>(cx: Context<'a>, router: &RouterObjects<'_>) -> Vec<ObjectRef<'a>> {
    let leads_on = |route: &ObjectRef<'_>| !backends(*route, router).is_empty();
    cx.objects
        .of_kind(cx.tree, "Gateway")
        .filter(|gateway| {
            is_gateway_api(*gateway)
                && routes(cx, *gateway)
                    .iter()
                    .any(|(route, _)| leads_on(route))
        })
        .collect()
}

/// Istio has a Gateway of its own.
fn is_gateway_api(gateway: ObjectRef<'_>) -> bool {
    gateway
        .api_version()
        .and_then(Node::text)
        .is_some_and(|version| version.starts_with("gateway.networking.k8s.io/"))
}

/// The routes attached to a Gateway, each with the listener that it names.
pub(super) fn routes<'a>(
    cx: Context<'a>,
    gateway: ObjectRef<'a>,
) -> Vec<(ObjectRef<'a>, Option<&'a str>)> {
    let mut attached = Vec::new();
    let all = cx.objects.iter(cx.tree);
    for route in all.filter(|object| ROUTES.contains(&object.kind())) {
        let parents = route.node.at(&["spec", "parentRefs"]);
        for parent in parents.into_iter().flat_map(Node::items) {
            let name = parent.get("name").and_then(Node::text);
            if name.is_some() && name == gateway.name() {
                attached.push((route, parent.get("sectionName").and_then(Node::text)));
            }
        }
    }
    attached
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
        .filter(|backend| is_router(*backend, router))
        .collect()
}

fn is_router(backend: Node<'_>, router: &RouterObjects<'_>) -> bool {
    let name = backend.get("name").and_then(Node::text);
    name.is_some() && name == router.service.name()
}

fn leads_to_router(rule: Node<'_>, router: &RouterObjects<'_>) -> bool {
    rule.get("backendRefs")
        .into_iter()
        .flat_map(Node::items)
        .any(|backend| is_router(backend, router))
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
    let mut route = Route::new(gateway, router).with_class(cx, "GatewayClass", class_text);
    let evidence = Evidence {
        object: gateway,
        class: class_text,
        controller: route.controller(),
        platform: cx.options.platform,
    };
    let layer = match by_class(EntryKind::Gateway, &evidence, &route.input(cx)) {
        Recognized::Layer(layer, inferred) => {
            if let Some(inferred) = inferred {
                exposure.infer(inferred);
            }
            Some(layer)
        }
        Recognized::No => None,
    };
    let attached = routes(cx, gateway);
    backend(&attached, router, &mut entry);
    for (attached_route, _) in &attached {
        if backends(*attached_route, router).is_empty() {
            continue;
        }
        let names: Vec<Node<'_>> = attached_route
            .node
            .at(&["spec", "hostnames"])
            .into_iter()
            .flat_map(Node::items)
            .collect();
        host(cx, *attached_route, attached_route.kind(), &names, exposure);
        let leading = rules(*attached_route).filter(|rule| leads_to_router(*rule, router));
        route.rules.extend(leading.map(|node| RouteRule {
            object: *attached_route,
            node,
        }));
    }
    match layer {
        Some(layer) => {
            described(layer, &mut entry);
            match &layer.undecided {
                Some(supply) => unknown_tls(&mut entry, &layer.title, supply),
                None => tls(layer, gateway, &attached, &route, &mut entry),
            }
            route.ends_tls = ends_here(&entry);
            timeouts::of_route(cx, layer, &route, &entry, exposure);
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
fn backend(
    attached: &[(ObjectRef<'_>, Option<&str>)],
    router: &RouterObjects<'_>,
    entry: &mut EntryPoint,
) {
    let reference = attached
        .iter()
        .flat_map(|(route, _)| backends(*route, router))
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
    attached: &[(ObjectRef<'_>, Option<&str>)],
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
fn plain_http(
    plain: &[Node<'_>],
    attached: &[(ObjectRef<'_>, Option<&str>)],
    entry: &mut EntryPoint,
) {
    let mut served_at = None;
    let mut redirected_at = None;
    for listener in plain {
        let name = listener.get("name").and_then(Node::text);
        let on_listener = attached
            .iter()
            .filter(|(_, section)| section.is_none() || *section == name);
        for (route, _) in on_listener {
            for rule in rules(*route) {
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
