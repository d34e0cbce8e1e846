//! Ways in that no Ingress or Gateway shows: ports that ingress-nginx hands on, and load balancers outside the cluster that
//! reach the router through a network endpoint group of its own.

use super::controller_service::Before;
use super::layers::{EntryKind, Layer};
use super::listeners::ends_in_router;
use super::load_balancer::{described, unknown_tls};
use super::resource::ends_here;
use super::route::Route;
use super::router::RouterObjects;
use super::{Context, Exposure, admission, front, timeouts};
use crate::facts::{Anchor, EntryPoint, EntryPointKind, Fact, RouterProtocol};
use crate::kube::ObjectRef;
use portolan_yaml::Node;

const NEG: &str = "cloud.google.com/neg";
const AUTONEG: [&str; 2] = ["controller.autoneg.dev/neg", "anthos.cft.dev/autoneg"];

/// Adds both.
pub(super) fn extract<'a>(cx: Context<'a>, router: &'a RouterObjects<'a>, exposure: &mut Exposure) {
    tcp_services(cx, router, exposure);
    standalone_neg(router, exposure);
}

/// Ports that a ConfigMap of tcp-services hands on to the router: `PORT: NAMESPACE/SERVICE:PORT`.
fn tcp_services<'a>(cx: Context<'a>, router: &'a RouterObjects<'a>, exposure: &mut Exposure) {
    for map in cx.objects.everywhere_of_kind(cx.tree, "ConfigMap") {
        for (entry, value) in map.node.get("data").into_iter().flat_map(Node::entries) {
            let is_port = entry.key.parse::<u16>().is_ok();
            let port = value
                .text()
                .filter(|_| is_port)
                .and_then(|text| router_port(text, router.service));
            let layer = port.and_then(|_| cx.layers.of(EntryKind::TcpServices).next());
            if let (Some(port), Some(layer)) = (port, layer) {
                let name = format!("port {} of {}", entry.key, map.title());
                tcp_port(cx, layer, map, value, port, name, router, exposure);
            }
        }
    }
}

#[allow(clippy::too_many_arguments)]
fn tcp_port<'a>(
    cx: Context<'a>,
    layer: &Layer,
    map: ObjectRef<'a>,
    value: Node<'a>,
    port: &str,
    name: String,
    router: &'a RouterObjects<'a>,
    exposure: &mut Exposure,
) {
    let mut point = EntryPoint::new(Anchor::new(value.site()).in_object(map.title()));
    point.kind = Fact::known(EntryPointKind::TcpServices);
    point.name = Fact::known(name);
    let mut route = Route::new(map, router).with_configuration(cx, layer);
    described(layer, &mut point);
    let service_port = router.ports().find(|known| {
        known.name() == port
            || known
                .number()
                .is_some_and(|number| number.to_string() == port)
    });
    if let Some(service_port) = service_port {
        point.backend_port = router.backend_port(service_port);
    }
    point.backend_protocol = Fact::known(RouterProtocol::Tls);
    point.http_left_to_router = Fact::known(false);
    point.certificates = Fact::known(Vec::new());
    let backend_port = point.backend_port.clone();
    ends_in_router(true, &route, &backend_port, &mut point);
    point.serves_http = match &point.serves_https {
        Fact::Known(serves, _) => Fact::at(!serves, value.site()),
        other => other.clone(),
    };
    point.redirects_http = Fact::known(false);
    route.ends_tls = ends_here(&point);
    admission::fill(cx, layer, &route, &mut point);
    if let Before::Seen(before) = timeouts::of_route(cx, layer, &route, &point, exposure) {
        front::fill(cx, layer, &before, &route, &mut point);
    }
    exposure.add_entry(point);
}

/// The port of the router Service that an entry of tcp-services names, where it names the router.
fn router_port<'t>(text: &'t str, router: ObjectRef<'_>) -> Option<&'t str> {
    let (namespace, rest) = text.split_once('/')?;
    let mut parts = rest.split(':');
    let (name, port) = (parts.next()?, parts.next()?);
    let is_near = router.namespace().is_none_or(|own| own == namespace);
    (is_near && router.name() == Some(name)).then_some(port)
}

/// A network endpoint group of the Service's own, which a load balancer outside the cluster uses.
fn standalone_neg(router: &RouterObjects<'_>, exposure: &mut Exposure) {
    let service = router.service;
    let exposed = service.annotation(NEG).filter(|node| {
        let json = serde_json::from_str::<serde_json::Value>(node.text().unwrap_or_default());
        json.is_ok_and(|json| {
            json.get("exposed_ports")
                .and_then(serde_json::Value::as_object)
                .is_some_and(|ports| !ports.is_empty())
        })
    });
    let automatic = || AUTONEG.into_iter().find_map(|key| service.annotation(key));
    let Some(node) = exposed.or_else(automatic) else {
        return;
    };
    let mut point = EntryPoint::new(Anchor::new(node.site()).in_object(service.title()));
    point.kind = Fact::known(EntryPointKind::Neg);
    point.name = Fact::known(format!("the network endpoint group of {}", service.title()));
    let title = "a load balancer outside the cluster";
    let supply = "a load balancer outside the cluster reaches the router through its network endpoint group, and cannot be \
                  seen here: check its frontend and its backend service (`gcloud compute backend-services describe NAME \
                  --format='value(timeoutSec)'`)";
    timeouts::of_unknown(&point, title, supply, exposure);
    unknown_tls(&mut point, title, supply);
    point.refused = Fact::Unknown(supply.to_owned());
    exposure.add_entry(point);
}
