//! The router Service as an entry point: `type: LoadBalancer` and `type: NodePort`.

use super::layers::recognize::{self, platform_of};
use super::layers::tls::TlsModel;
use super::layers::{EntryKind, Layer};
use super::resource::ends_here;
use super::route::Route;
use super::router::RouterObjects;
use super::{Context, Exposure, admission, listeners, opaque_supply, place_in, timeouts};
use crate::facts::{EntryPoint, EntryPointKind, Fact, Platform};
use crate::kube::ObjectRef;
use portolan_yaml::{Node, OPAQUE};

/// The platform that a LoadBalancer Service is on: given, or told by an annotation. A platform that makes no load balancers
/// of its own leaves it to the annotations.
pub(super) fn platform(
    cx: Context<'_>,
    service: ObjectRef<'_>,
    exposure: &mut Exposure,
) -> Option<String> {
    let given = cx.options.platform.map(|given| given.as_str().to_owned());
    if let Some(Platform::Gke | Platform::Eks | Platform::Aks) = cx.options.platform {
        return given;
    }
    let Some((platform, _, key)) = platform_of(cx.layers, EntryKind::LoadBalancer, service) else {
        return given;
    };
    exposure.infer(format!(
        "platform taken as `{platform}` from the annotation `{key}` of {}",
        service.title()
    ));
    Some(platform.to_owned())
}

/// Adds the LoadBalancer entry point, if there is one.
pub(super) fn extract<'a>(cx: Context<'a>, router: &'a RouterObjects<'a>, exposure: &mut Exposure) {
    if router.service_type().value().map(String::as_str) != Some("LoadBalancer") {
        return;
    }
    let service = router.service;
    let mut entry = EntryPoint::new(place_in(service, &["spec", "type"]));
    entry.kind = Fact::known(EntryPointKind::LoadBalancer);
    entry.name = Fact::known(service.title());
    let mut route = Route::new(service, router);
    let platform = platform(cx, service, exposure);
    let class = service
        .node
        .at(&["spec", "loadBalancerClass"])
        .and_then(Node::text)
        .filter(|class| !class.is_empty());
    let layer = recognize::load_balancer(cx.layers, platform.as_deref(), class, &route.input(cx));
    exposure.on_route.reads(service, layer);
    match layer {
        Some(layer) => {
            described(layer, &mut entry);
            match &layer.undecided {
                Some(supply) => unknown_tls(&mut entry, &layer.title, supply),
                None => listeners::tls(cx, layer, &route, &mut entry),
            }
            route.ends_tls = ends_here(&entry);
            admission::fill(cx, layer, &route, &mut entry);
            timeouts::of_route(cx, layer, &route, &entry, exposure);
        }
        None => {
            let (title, supply) = unknown_layer(platform.as_deref(), class);
            timeouts::of_unknown(&entry, &title, &supply, exposure);
            unknown_tls(&mut entry, &title, &supply);
        }
    }
    exposure.add_entry(entry);
}

/// What to call a load balancer that no layer file describes, and what would help.
fn unknown_layer(platform: Option<&str>, class: Option<&str>) -> (String, String) {
    let title = match (class, platform) {
        (Some(class), _) if class.contains(OPAQUE) => {
            let title = "a load balancer of a class that a template makes".to_owned();
            return (title, opaque_supply("`spec.loadBalancerClass`"));
        }
        (Some(class), _) => format!("the load balancer of class `{class}`"),
        (None, Some(platform)) => format!("the load balancer on platform `{platform}`"),
        (None, None) => {
            return (
                "a load balancer on an unknown platform".to_owned(),
                "no annotation tells which cloud makes the load balancer: give `--platform gke`, `eks` or `aks`".to_owned(),
            );
        }
    };
    let supply = format!("Portolan does not know the limits of {title}: check them by hand");
    (title, supply)
}

/// What a layer file says about the layer as such.
pub(super) fn described(layer: &Layer, entry: &mut EntryPoint) {
    entry.layer = Fact::known(layer.id.clone());
    entry.layer_title = Fact::known(layer.title.clone());
    entry.certificate_setting = Fact::from_option(layer.tls.certificate_setting.clone());
    entry.certificate_how = Fact::from_option(layer.tls.certificate_how.clone());
    entry.redirect_how = Fact::from_option(layer.tls.redirect_how.clone());
    entry.can_end_tls = Fact::known(layer.tls.model != TlsModel::PassThrough);
}

/// Facts about TLS on a layer that no file describes.
pub(super) fn unknown_tls(entry: &mut EntryPoint, title: &str, supply: &str) {
    entry.layer_title = Fact::known(title.to_owned());
    for fact in [
        &mut entry.serves_https,
        &mut entry.serves_http,
        &mut entry.redirects_http,
    ] {
        *fact = Fact::Unknown(supply.to_owned());
    }
    entry.http_left_to_router = Fact::known(false);
    entry.can_end_tls = Fact::Unknown(supply.to_owned());
    entry.tls_ends_at = Fact::Unknown(supply.to_owned());
    entry.backend_protocol = Fact::Unknown(supply.to_owned());
    entry.backend_port = Fact::Unknown(supply.to_owned());
}

/// Adds a NodePort as an entry point, unless something else leads to it.
pub(super) fn node_port(_: Context<'_>, router: &RouterObjects<'_>, exposure: &mut Exposure) {
    let is_node_port = router.service_type().value().map(String::as_str) == Some("NodePort");
    if !is_node_port || !exposure.facts.entry_points.is_empty() {
        return;
    }
    let mut entry = EntryPoint::new(place_in(router.service, &["spec", "type"]));
    entry.kind = Fact::known(EntryPointKind::NodePort);
    entry.name = Fact::known(router.service.title());
    let title = "whatever is in front of the NodePort";
    let supply = "a NodePort says nothing about what leads to it: use `type: LoadBalancer`, or Ingress on GKE";
    timeouts::of_unknown(&entry, title, supply, exposure);
    unknown_tls(&mut entry, title, supply);
    exposure.on_route.reads(router.service, None);
    exposure.add_entry(entry);
}
