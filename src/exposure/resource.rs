//! Custom resources that are entry point and route in one: HTTPProxy, VirtualService, OpenShift's Route, IngressRoute,
//! Mapping. People bring them through `extraDeploy` or as manifests.

use super::controller_service::Before;
use super::ingress::host;
use super::layers::{COMMON, EntryKind, Layer, Resource};
use super::load_balancer::{described, unknown_tls};
use super::route::{Route, RouteRule};
use super::router::{RouterObjects, ServicePort};
use super::{Context, Exposure, admission, declared_tls, front, paths, timeouts};
use crate::facts::{Anchor, EntryPoint, EntryPointKind, Fact, TlsEnd};
use crate::kube::ObjectRef;
use portolan_yaml::Node;

/// Adds every custom resource that leads to the router.
pub(super) fn extract<'a>(cx: Context<'a>, router: &'a RouterObjects<'a>, exposure: &mut Exposure) {
    for (layer, route, port) in of_router(cx, router) {
        one(cx, layer, route, port, exposure);
    }
}

/// A layer, the route through a custom resource of its kind, and the port of the router Service that it leads to.
type Found<'a> = (&'a Layer, Route<'a>, Option<ServicePort<'a>>);

/// Every custom resource that leads to the router.
pub(super) fn of_router<'a>(cx: Context<'a>, router: &'a RouterObjects<'a>) -> Vec<Found<'a>> {
    let mut found = Vec::new();
    for object in cx.objects.everywhere(cx.tree) {
        if COMMON.contains(&object.kind()) {
            continue;
        }
        for layer in cx.layers.of(EntryKind::Resource) {
            let Some(resource) = &layer.resource else {
                continue;
            };
            if is_of(object, &resource.kind, &resource.group)
                && let Some((route, port)) = route_of(cx, resource, object, router)
            {
                found.push((layer, route, port));
            }
        }
    }
    found
}

fn is_of(object: ObjectRef<'_>, kind: &str, group: &str) -> bool {
    let version = object
        .api_version()
        .and_then(Node::text)
        .unwrap_or_default();
    object.kind() == kind && version.split('/').next() == Some(group)
}

/// The route through a custom resource; `None` where it does not lead to the router, or leads nobody in from outside.
fn route_of<'a>(
    cx: Context<'a>,
    resource: &Resource,
    object: ObjectRef<'a>,
    router: &'a RouterObjects<'a>,
) -> Option<(Route<'a>, Option<ServicePort<'a>>)> {
    let mut route = Route::new(object, router);
    let mut port = None;
    for path in &resource.rules {
        for node in paths::nodes(object.node, path) {
            let backends = paths::nodes(node, &resource.backends);
            let Some(backend) = backends
                .into_iter()
                .find(|backend| leads_to(*backend, resource, router, object))
            else {
                continue;
            };
            route.rules.push(RouteRule { object, node });
            port = port.or_else(|| service_port(backend, resource, router));
        }
    }
    (!route.rules.is_empty() && attach(cx, resource, &mut route)).then_some((route, port))
}

fn one<'a>(
    cx: Context<'a>,
    layer: &'a Layer,
    mut route: Route<'a>,
    port: Option<ServicePort<'a>>,
    exposure: &mut Exposure,
) {
    let (object, router) = (route.entry, route.router);
    let Some(resource) = &layer.resource else {
        return;
    };
    let mut entry =
        EntryPoint::new(Anchor::new(object.insertion_point(&["spec"])).in_object(object.title()));
    entry.kind = Fact::known(EntryPointKind::Resource);
    entry.name = Fact::known(object.title());
    described(layer, &mut entry);
    route = route.with_configuration(cx, layer);
    match &layer.undecided {
        Some(supply) => unknown_tls(&mut entry, &layer.title, supply),
        None => declared_tls::tls(cx, layer, &route, port, &mut entry),
    }
    let names: Vec<Node<'_>> = resource
        .hosts
        .iter()
        .flat_map(|path| paths::nodes(object.node, path))
        .collect();
    // `*` serves every name.
    if !names.iter().any(|name| name.text() == Some("*")) {
        host(cx, object, &resource.kind, &names, exposure);
    }
    for object in [object, router.service] {
        exposure.on_route.reads(object, Some(layer));
    }
    route.ends_tls = ends_here(&entry);
    admission::fill(cx, layer, &route, &mut entry);
    if let Before::Seen(before) = timeouts::of_route(cx, layer, &route, &entry, exposure) {
        front::fill(cx, layer, &before, &route, &mut entry);
    }
    exposure.add_entry(entry);
}

/// Whether the layer itself terminates TLS.
pub(super) fn ends_here(entry: &EntryPoint) -> Fact<bool> {
    match &entry.tls_ends_at {
        Fact::Known(place, span) => Fact::Known(*place == TlsEnd::LoadBalancer, *span),
        Fact::Absent(span) => Fact::Known(false, *span),
        Fact::Unknown(supply) => Fact::Unknown(supply.clone()),
    }
}

/// The Service that a backend names: a bare name, a DNS name, or a URL with scheme and port.
fn service_name(text: &str) -> (&str, Option<&str>) {
    let bare = text.split_once("://").map_or(text, |(_, rest)| rest);
    let bare = bare.split('/').next().unwrap_or(bare);
    let (name, port) = match bare.split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (bare, None),
    };
    (name.split('.').next().unwrap_or(name), port)
}

fn leads_to(
    backend: Node<'_>,
    resource: &Resource,
    router: &RouterObjects<'_>,
    object: ObjectRef<'_>,
) -> bool {
    let text = paths::nodes(backend, &resource.service)
        .first()
        .and_then(|node| node.text())
        .unwrap_or_default();
    let bare = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = bare.split([':', '/']).next().unwrap_or(bare);
    // `router.carto.svc…` names its namespace itself.
    let namespace = host.split('.').nth(1);
    let near = match (namespace, router.service.namespace()) {
        (Some(named), Some(own)) => named == own,
        (Some(_), None) => true,
        (None, _) => object.shares_namespace(router.service),
    };
    near && !text.is_empty() && Some(service_name(text).0) == router.service.name()
}

fn service_port<'a>(
    backend: Node<'a>,
    resource: &Resource,
    router: &'a RouterObjects<'a>,
) -> Option<ServicePort<'a>> {
    let by_field = resource
        .port
        .as_deref()
        .and_then(|path| paths::nodes(backend, path).first().copied())
        .and_then(Node::text);
    let by_name = paths::nodes(backend, &resource.service)
        .first()
        .and_then(|node| node.text())
        .and_then(|text| service_name(text).1);
    let wanted = by_field.or(by_name)?;
    router.ports().find(|port| {
        port.name() == wanted
            || port
                .number()
                .is_some_and(|number| number.to_string() == wanted)
            // OpenShift names the port of the pod.
            || port.node.get("targetPort").and_then(Node::text) == Some(wanted)
    })
}

/// Finds what the resource hangs from; false where it leads nobody in from outside.
fn attach<'a>(cx: Context<'a>, resource: &Resource, route: &mut Route<'a>) -> bool {
    let Some(attached) = &resource.attached_to else {
        return true;
    };
    let names: Vec<&str> = paths::nodes(route.entry.node, &attached.field)
        .into_iter()
        .filter_map(Node::text)
        .filter(|name| Some(*name) != attached.inside.as_deref())
        .collect();
    for full in &names {
        let name = full.rsplit('/').next().unwrap_or(full);
        let namespace = full.split_once('/').map(|(namespace, _)| namespace);
        let entry = route.entry;
        let found = cx.objects.everywhere(cx.tree).find(|object| {
            is_of(*object, &attached.kind, &attached.group)
                && object.name() == Some(name)
                && match (namespace, object.namespace()) {
                    (Some(wanted), Some(own)) => wanted == own,
                    (Some(_), None) => true,
                    (None, _) => object.shares_namespace(entry),
                }
        });
        match found {
            Some(object) => route.attached_to.push(object),
            None => {
                route.missing = Some(format!(
                    "the {} `{full}` is not among the input: give its manifest",
                    attached.kind
                ));
            }
        }
    }
    !names.is_empty()
}
