//! The listeners that a Service's load balancer gets from annotations: which terminates TLS, and what goes on to the router.

use super::layers::Layer;
use super::layers::predicate::{MatchInput, Tristate, all_hold};
use super::layers::tls::Listeners;
use super::load_balancer::unknown_tls;
use super::route::Route;
use super::router::ServicePort;
use super::{Context, list_of, opaque_supply};
use crate::facts::{EntryPoint, Fact, RouterProtocol, TlsEnd};
use crate::kube::ObjectRef;
use portolan_yaml::Node;

/// What a load balancer makes of one Service port.
#[derive(Clone, Copy)]
pub(super) struct Listener {
    /// It terminates TLS.
    pub ends_tls: bool,
    /// What it speaks to what stands behind it.
    pub backend_protocol: RouterProtocol,
}

impl Listener {
    /// One that passes bytes through.
    pub(super) const PASSED: Listener = Listener {
        ends_tls: false,
        backend_protocol: RouterProtocol::Tls,
    };
}

/// The text of an annotation, empty where there is none; `None` where it cannot be known.
fn text<'a>(service: ObjectRef<'a>, key: &str) -> Option<&'a str> {
    match service.annotation(key) {
        Some(node) if node.is_opaque() => None,
        Some(node) => Some(node.text().unwrap_or_default()),
        None => Some(""),
    }
}

/// What a load balancer makes of a port; `None` where a template hides it.
pub(super) fn listener_of(
    rules: &Listeners,
    input: &MatchInput<'_>,
    service: ObjectRef<'_>,
    port: ServicePort<'_>,
) -> Option<Listener> {
    let mut certified = false;
    for key in &rules.certificates {
        certified |= is_certified(rules, text(service, key)?, port);
    }
    let again = match rules.encrypts_again_when.as_slice() {
        [] => Tristate::No,
        predicates => all_hold(predicates, input),
    };
    let protocol = match &rules.protocol {
        Some(key) => text(service, key)?.to_ascii_lowercase(),
        None => String::new(),
    };
    if certified && is_selected(rules, service, port)? {
        return Some(Listener {
            ends_tls: true,
            backend_protocol: if again == Tristate::Yes || rules.encrypts_again.contains(&protocol)
            {
                RouterProtocol::Https
            } else {
                RouterProtocol::Http
            },
        });
    }
    Some(if rules.reads_plain.contains(&protocol) {
        Listener {
            ends_tls: false,
            backend_protocol: RouterProtocol::Http,
        }
    } else {
        Listener::PASSED
    })
}

/// Whether a certificates' annotation has one for a port.
fn is_certified(rules: &Listeners, text: &str, port: ServicePort<'_>) -> bool {
    if !rules.ports_before_colon || !text.contains(':') {
        return !text.is_empty();
    }
    let number = port
        .number()
        .map(|number| number.to_string())
        .unwrap_or_default();
    text.split(';')
        .filter_map(|group| group.split_once(':'))
        .any(|(ports, _)| ports.split(',').any(|port| port.trim() == number))
}

/// Whether a port is among those with TLS.
fn is_selected(rules: &Listeners, service: ObjectRef<'_>, port: ServicePort<'_>) -> Option<bool> {
    let listed = match &rules.ports {
        Some(key) => text(service, key)?,
        None => "",
    };
    if listed.is_empty() {
        return Some(match &rules.default_ports {
            Some(ports) => port.number().is_some_and(|number| ports.contains(&number)),
            None => true,
        });
    }
    if listed == "*" && rules.star_is_all {
        return Some(true);
    }
    let number = port
        .number()
        .map(|number| number.to_string())
        .unwrap_or_default();
    let name = port.name();
    Some(listed.split(',').any(|item| {
        let item = if rules.trims { item.trim() } else { item };
        item == number || (rules.by_name && item == name)
    }))
}

/// Where TLS is terminated, and what becomes of plain HTTP.
pub(super) fn tls(cx: Context<'_>, layer: &Layer, route: &Route<'_>, entry: &mut EntryPoint) {
    let router = route.router;
    let service = router.service;
    let annotations_at = service.insertion_point(&["metadata", "annotations"]);
    let rules = layer.tls.listeners.as_ref();
    let named: Vec<Node<'_>> = rules
        .into_iter()
        .flat_map(|rules| &rules.certificates)
        .filter_map(|key| service.annotation(key))
        .collect();
    entry.certificates = Fact::Known(
        named
            .iter()
            .flat_map(|node| list_of(node.text().unwrap_or_default()))
            .collect(),
        Some(named.first().map_or(annotations_at, |node| node.site())),
    );
    let (Some(https), http) = (router.port("https", 443), router.port("http", 80)) else {
        entry.tls_ends_at = Fact::Absent(Some(service.insertion_point(&["spec", "ports"])));
        entry.serves_https = Fact::known(false);
        entry.serves_http = Fact::known(true);
        entry.redirects_http = Fact::known(false);
        entry.http_left_to_router = Fact::known(false);
        return;
    };
    let input = route.input(cx);
    let is_on = rules.map(|rules| all_hold(&rules.when, &input));
    let of = |port: ServicePort<'_>| match (rules, &is_on) {
        (Some(rules), Some(Tristate::Yes)) => listener_of(rules, &input, service, port),
        (Some(_), Some(Tristate::Unknown(_))) => None,
        _ => Some(Listener::PASSED),
    };
    let http_listener = http.map(of);
    let (Some(https_listener), true) = (
        of(https),
        http_listener.as_ref().is_none_or(Option::is_some),
    ) else {
        let supply = opaque_supply("an annotation of the router Service");
        unknown_tls(entry, &layer.title, &supply);
        return;
    };
    let backend_port = router.backend_port(https);
    entry.backend_protocol = Fact::known(https_listener.backend_protocol);
    if https_listener.ends_tls {
        entry.tls_ends_at = Fact::Known(TlsEnd::LoadBalancer, entry.certificates.span());
        entry.serves_https = Fact::known(true);
    } else {
        ends_in_router(
            https_listener.backend_protocol == RouterProtocol::Tls,
            route,
            &backend_port,
            entry,
        );
    }
    entry.backend_port = backend_port;
    let redirected = rules.map(|rules| match rules.redirected.as_slice() {
        [] => Tristate::No,
        predicates => all_hold(predicates, &input),
    });
    entry.redirects_http = match redirected {
        Some(Tristate::Yes) => {
            let at = rules
                .and_then(|rules| rules.redirected.first())
                .and_then(|predicate| predicate.nodes(&input).first().copied())
                .map(Node::site);
            Fact::Known(true, at)
        }
        Some(Tristate::Unknown(supply)) => Fact::Unknown(supply),
        _ => Fact::known(false),
    };
    let Some(Some(http_listener)) = http_listener else {
        entry.serves_http = Fact::known(false);
        entry.http_left_to_router = Fact::known(false);
        return;
    };
    let http_at = rules
        .and_then(|rules| service.annotation(rules.ports.as_deref()?))
        .map(Node::site)
        .or_else(|| http.map(|port| port.node.site()));
    entry.serves_http = Fact::Known(!http_listener.ends_tls, http_at);
    entry.http_left_to_router = match &router.https_enabled {
        Fact::Known(enabled, _) => Fact::known(*enabled),
        Fact::Absent(_) => Fact::known(false),
        Fact::Unknown(supply) => Fact::Unknown(supply.clone()),
    };
}

/// Whether connections that are passed through find TLS at the router.
pub(super) fn ends_in_router(
    passes: bool,
    route: &Route<'_>,
    backend_port: &Fact<String>,
    entry: &mut EntryPoint,
) {
    let to_https_port = backend_port.value().map(String::as_str) == Some("https");
    match (&route.router.https_enabled, backend_port) {
        (Fact::Unknown(supply), _) | (_, Fact::Unknown(supply)) => {
            entry.tls_ends_at = Fact::Unknown(supply.clone());
            entry.serves_https = Fact::Unknown(supply.clone());
        }
        (Fact::Known(true, span), _) if to_https_port && passes => {
            entry.tls_ends_at = Fact::Known(TlsEnd::Router, *span);
            entry.serves_https = Fact::known(true);
        }
        (enabled, _) => {
            entry.tls_ends_at = Fact::Absent(enabled.span());
            entry.serves_https = Fact::known(false);
        }
    }
}
