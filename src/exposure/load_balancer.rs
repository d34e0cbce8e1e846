//! The router Service as an entry point: `type: LoadBalancer` and `type: NodePort`.

use super::layers::{EntryKind, Layer, TlsModel, platform_of, recognize};
use super::router::{RouterObjects, ServicePort};
use super::{Exposure, Scene, opaque_supply, place_in, timeouts};
use crate::facts::{EntryPoint, Fact};
use crate::kube::View;
use crate::version::Version;
use crate::yaml::Node;

const AWS: &str = "service.beta.kubernetes.io/aws-load-balancer-";

/// The platform that a LoadBalancer Service is on: given, or told by an annotation.
fn platform(scene: Scene<'_>, service: View<'_>, exposure: &mut Exposure) -> Option<String> {
    if let Some(given) = &scene.cluster.platform {
        return Some(given.clone());
    }
    let (platform, _, key) = platform_of(service)?;
    exposure.infer(format!(
        "platform taken as `{platform}` from the annotation `{key}` of {}",
        service.title()
    ));
    Some(platform.to_owned())
}

/// Adds the LoadBalancer entry point, if there is one.
pub fn extract(scene: Scene<'_>, router: &RouterObjects<'_>, exposure: &mut Exposure) {
    if router.service_type().value().map(String::as_str) != Some("LoadBalancer") {
        return;
    }
    let service = router.service;
    let mut entry = EntryPoint::new(place_in(service, &["spec", "type"]));
    entry.kind = Fact::known("load-balancer".to_owned());
    entry.name = Fact::known(service.title());
    let platform = platform(scene, service, exposure);
    let layer = platform
        .as_deref()
        .and_then(|platform| recognize(EntryKind::LoadBalancer, platform, None, service))
        .filter(|_| !taken_over_by_controller(scene, platform.as_deref()));
    match layer {
        Some(layer) => {
            entry.layer = Fact::known(layer.id.clone());
            entry.layer_title = Fact::known(layer.title.clone());
            entry.certificate_knob = Fact::from_option(layer.certificate_knob.clone());
            entry.can_end_tls = Fact::known(layer.tls != TlsModel::None);
            tls(layer, router, &mut entry);
            timeouts::of_layer(scene, layer, service, router, exposure);
        }
        None => {
            let (title, supply) = unknown_layer(scene, service, platform.as_deref());
            timeouts::of_unknown(&entry, &title, &supply, exposure);
            unknown_tls(&mut entry, &title, &supply);
        }
    }
    exposure.add_entry(entry);
}

/// With version 2.5 or later the AWS Load Balancer Controller takes new Services over and makes a Network Load Balancer.
fn taken_over_by_controller(scene: Scene<'_>, platform: Option<&str>) -> bool {
    let first = "2.5".parse::<Version>();
    let version = scene
        .cluster
        .aws_load_balancer_controller
        .as_deref()
        .map(str::parse::<Version>);
    match (version, first) {
        (Some(Ok(version)), Ok(first)) => platform == Some("eks") && version >= first,
        _ => false,
    }
}

/// What to call a load balancer that no layer file describes, and what would help.
fn unknown_layer(scene: Scene<'_>, service: View<'_>, platform: Option<&str>) -> (String, String) {
    let Some(platform) = platform else {
        return (
            "a load balancer on an unknown platform".to_owned(),
            "no annotation tells which cloud makes the load balancer: give `--platform gke`, `eks` or `aks`".to_owned(),
        );
    };
    let kind = service
        .annotation(&format!("{AWS}type"))
        .or_else(|| service.node.at(&["spec", "loadBalancerClass"]))
        .and_then(Node::text);
    let title = match kind {
        Some(kind) => format!("the load balancer of type `{kind}`"),
        None if taken_over_by_controller(scene, Some(platform)) => {
            "the Network Load Balancer of the AWS Load Balancer Controller".to_owned()
        }
        None => format!("the load balancer on platform `{platform}`"),
    };
    let supply = format!("Portolan does not know the limits of {title}: check them by hand");
    (title, supply)
}

/// Facts about TLS on a layer that no file describes.
pub fn unknown_tls(entry: &mut EntryPoint, title: &str, supply: &str) {
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

/// What a load balancer makes of one Service port.
struct Listener {
    /// It ends TLS.
    ends_tls: bool,
    /// What it speaks to the router: `http`, `https`, or `tls` for bytes passed through.
    backend_protocol: &'static str,
}

fn listener(layer: &Layer, service: View<'_>, port: ServicePort<'_>) -> Option<Listener> {
    let passed = Listener {
        ends_tls: false,
        backend_protocol: "tls",
    };
    if layer.tls != TlsModel::ClassicElb {
        return Some(passed);
    }
    let read = |name: &str| -> Option<&str> {
        let node = service.annotation(&format!("{AWS}{name}"));
        // `None` for text that cannot be known; an empty annotation counts as none.
        match node {
            Some(node) if node.is_opaque() => None,
            Some(node) => Some(node.text().unwrap_or_default()),
            None => Some(""),
        }
    };
    let (certificate, ports, protocol) = (
        read("ssl-cert")?,
        read("ssl-ports")?,
        read("backend-protocol")?,
    );
    let name = port.name();
    let number = port
        .number()
        .map(|number| number.to_string())
        .unwrap_or_default();
    // The controller splits at commas and does not trim.
    let selected = ports.is_empty()
        || ports == "*"
        || ports.split(',').any(|item| item == name || item == number);
    let protocol = protocol.to_ascii_lowercase();
    if certificate.is_empty() || !selected {
        return Some(match protocol.as_str() {
            "http" => Listener {
                ends_tls: false,
                backend_protocol: "http",
            },
            _ => passed,
        });
    }
    Some(Listener {
        ends_tls: true,
        backend_protocol: match protocol.as_str() {
            "https" | "ssl" => "https",
            _ => "http",
        },
    })
}

/// Where TLS ends, and what becomes of plain HTTP.
fn tls(layer: &Layer, router: &RouterObjects<'_>, entry: &mut EntryPoint) {
    let service = router.service;
    let certificate_at = service.insertion_point(&["metadata", "annotations"]);
    entry.certificates = match service.annotation(&format!("{AWS}ssl-cert")) {
        Some(node) if layer.tls == TlsModel::ClassicElb => {
            Fact::at(super::list_of(node.text().unwrap_or_default()), node.site())
        }
        _ => Fact::Known(Vec::new(), Some(certificate_at)),
    };
    let (Some(https), http) = (router.port("https", 443), router.port("http", 80)) else {
        entry.tls_ends_at = Fact::Absent(Some(service.insertion_point(&["spec", "ports"])));
        entry.serves_https = Fact::known(false);
        entry.serves_http = Fact::known(true);
        entry.redirects_http = Fact::known(false);
        entry.http_left_to_router = Fact::known(false);
        return;
    };
    let http_listener = http.map(|port| listener(layer, service, port));
    let (Some(https_listener), true) = (
        listener(layer, service, https),
        http_listener.as_ref().is_none_or(Option::is_some),
    ) else {
        let title = layer.title.clone();
        unknown_tls(
            entry,
            &title,
            &opaque_supply("an annotation of the router Service"),
        );
        return;
    };
    let backend_port = router.backend_port(https);
    let to_https_port = backend_port.value().map(String::as_str) == Some("https");
    entry.backend_protocol = Fact::known(https_listener.backend_protocol.to_owned());
    if https_listener.ends_tls {
        entry.tls_ends_at = Fact::Known("load-balancer".to_owned(), entry.certificates.span());
        entry.serves_https = Fact::known(true);
    } else {
        match (&router.https_enabled, &backend_port) {
            (Fact::Unknown(supply), _) | (_, Fact::Unknown(supply)) => {
                entry.tls_ends_at = Fact::Unknown(supply.clone());
                entry.serves_https = Fact::Unknown(supply.clone());
            }
            (Fact::Known(true, span), _)
                if to_https_port && https_listener.backend_protocol == "tls" =>
            {
                entry.tls_ends_at = Fact::Known("router".to_owned(), *span);
                entry.serves_https = Fact::known(true);
            }
            (enabled, _) => {
                entry.tls_ends_at = Fact::Absent(enabled.span());
                entry.serves_https = Fact::known(false);
            }
        }
    }
    entry.backend_port = backend_port;
    entry.redirects_http = Fact::known(false);
    let Some(Some(http_listener)) = http_listener else {
        entry.serves_http = Fact::known(false);
        entry.http_left_to_router = Fact::known(false);
        return;
    };
    let http_at = service
        .annotation(&format!("{AWS}ssl-ports"))
        .map(Node::site)
        .or_else(|| http.map(|port| port.node.site()));
    entry.serves_http = Fact::Known(!http_listener.ends_tls, http_at);
    entry.http_left_to_router = match &router.https_enabled {
        Fact::Known(enabled, _) => Fact::known(*enabled),
        Fact::Absent(_) => Fact::known(false),
        Fact::Unknown(supply) => Fact::Unknown(supply.clone()),
    };
}

/// Adds a NodePort as an entry point, unless an Ingress or a Gateway leads to it.
pub fn node_port(_: Scene<'_>, router: &RouterObjects<'_>, exposure: &mut Exposure) {
    let is_node_port = router.service_type().value().map(String::as_str) == Some("NodePort");
    if !is_node_port || !exposure.facts.entry_points.is_empty() {
        return;
    }
    let mut entry = EntryPoint::new(place_in(router.service, &["spec", "type"]));
    entry.kind = Fact::known("node-port".to_owned());
    entry.name = Fact::known(router.service.title());
    let title = "whatever stands before the NodePort";
    let supply = "a NodePort says nothing about what leads to it: use `type: LoadBalancer`, or Ingress on GKE";
    timeouts::of_unknown(&entry, title, supply, exposure);
    unknown_tls(&mut entry, title, supply);
    exposure.add_entry(entry);
}
