//! The load balancer before a controller that runs in the cluster, as far as TLS goes: where it terminates TLS, what reaches
//! the controller is plain HTTP, and a controller that redirects plain HTTP must know that it was HTTPS before.

use super::Context;
use super::layers::predicate::{Tristate, all_hold};
use super::layers::{Layer, Trust};
use super::listeners::{Listener, listener_of};
use super::route::Route;
use super::router::ServicePort;
use crate::facts::{EntryPoint, Fact, RouterProtocol, TlsEnd};
use crate::kube::ObjectRef;
use portolan_yaml::Node;

/// A controller's own load balancer.
pub(super) struct Front<'a> {
    /// Its Service.
    pub service: ObjectRef<'a>,
    /// The layer that makes it.
    pub layer: &'a Layer,
    /// The Service as the route to a router, for the layer's settings.
    pub hop: Route<'a>,
}

/// One port of the load balancer.
struct Port<'a> {
    node: Node<'a>,
    listener: Listener,
    /// Whether it leads to the port of the controller that speaks TLS.
    to_tls: bool,
}

impl<'a> Front<'a> {
    /// Its ports; `None` where it cannot be known what becomes of one.
    fn ports(&self, cx: Context<'a>) -> Option<Vec<Port<'a>>> {
        let rules = self.layer.tls.listeners.as_ref();
        let input = self.hop.input(cx);
        self.service
            .node
            .at(&["spec", "ports"])
            .into_iter()
            .flat_map(Node::items)
            .map(|node| {
                let port = ServicePort { node };
                let listener = match rules {
                    Some(rules) => listener_of(rules, &input, self.service, port)?,
                    None => Listener::PASSED,
                };
                Some(Port {
                    node,
                    listener,
                    to_tls: leads_to_tls(port),
                })
            })
            .collect()
    }
}

/// Whether a Service port leads to the controller's port for TLS: by the name of its target, else by its number and name.
fn leads_to_tls(port: ServicePort<'_>) -> bool {
    let target = port.node.get("targetPort");
    let by_name = target.and_then(|target| target.as_str());
    if let Some(name) = by_name {
        return name.contains("https") || name.contains("secure") || name.contains("tls");
    }
    let number = target.and_then(Node::as_int).or_else(|| port.number());
    match number {
        Some(443 | 8443) => true,
        Some(80 | 8080 | 8000) => false,
        _ => port.name().contains("https") || port.number() == Some(443),
    }
}

/// Lays the load balancer over what the controller alone would do.
pub(super) fn fill<'a>(
    cx: Context<'a>,
    layer: &Layer,
    front: &Front<'a>,
    route: &Route<'a>,
    entry: &mut EntryPoint,
) {
    let Some(ports) = front.ports(cx) else {
        let supply = super::opaque_supply(&format!("an annotation of {}", front.service.title()));
        entry.tls_ends_at = Fact::Unknown(supply.clone());
        entry.serves_https = Fact::Unknown(supply);
        return;
    };
    if ports.is_empty() {
        return;
    }
    let terminated: Vec<&Port<'_>> = ports
        .iter()
        .filter(|port| port.listener.ends_tls && !port.to_tls)
        .collect();
    let encrypted_again = ports.iter().any(|port| {
        port.listener.ends_tls && port.listener.backend_protocol == RouterProtocol::Https
    });
    let passed = ports
        .iter()
        .any(|port| !port.listener.ends_tls && port.to_tls);
    let plain = ports
        .iter()
        .any(|port| !port.listener.ends_tls && !port.to_tls);
    let redirects = entry.redirects_http.clone();
    if let Some(first) = terminated.first() {
        let at = certificate(front).map_or_else(|| first.node.site(), Node::site);
        entry.certificates = Fact::Known(
            vec![format!("the certificate of {}", front.service.title())],
            Some(at),
        );
        entry.tls_ends_at = Fact::Known(TlsEnd::LoadBalancer, Some(at));
        entry.serves_https = Fact::Known(true, Some(at));
        if redirects.value() == Some(&true) {
            loops(
                cx,
                layer.trust.as_ref(),
                layer,
                route,
                redirects.span(),
                entry,
            );
        } else if let Fact::Unknown(supply) = &redirects {
            entry.redirects_for_ever = Fact::Unknown(supply.clone());
        }
    } else if encrypted_again || passed {
        // The controller's own certificate, or one that stands for it.
        if encrypted_again {
            let at = certificate(front).map(Node::site);
            entry.serves_https = Fact::Known(true, at);
        }
    } else if plain && !passed {
        // No port leads to where the controller terminates TLS.
        let at = front.service.insertion_point(&["spec", "ports"]);
        entry.serves_https = Fact::Known(false, Some(at));
        entry.tls_ends_at = Fact::Absent(Some(at));
    }
    if !plain {
        entry.serves_http = Fact::known(false);
        entry.redirects_http = Fact::known(false);
    }
}

fn certificate<'a>(front: &Front<'a>) -> Option<Node<'a>> {
    let rules = front.layer.tls.listeners.as_ref()?;
    rules
        .certificates
        .iter()
        .find_map(|key| front.service.annotation(key))
}

/// A redirect behind TLS that was terminated before: it never ends unless the controller trusts what the hop before says.
fn loops<'a>(
    cx: Context<'a>,
    trust: Option<&Trust>,
    layer: &Layer,
    route: &Route<'a>,
    at: Option<portolan_yaml::source::Span>,
    entry: &mut EntryPoint,
) {
    let Some(trust) = trust else {
        entry.redirects_for_ever = Fact::Unknown(format!(
            "a load balancer terminates TLS before {}, which redirects plain HTTP: check that it trusts the load balancer's \
             `X-Forwarded-Proto`",
            layer.title
        ));
        return;
    };
    let input = route.input(cx);
    entry.trust_how = Fact::known(trust.how.clone());
    let mut unknown = None;
    for predicates in &trust.any_of {
        match all_hold(predicates, &input) {
            Tristate::Yes => {
                entry.redirects_for_ever = Fact::known(false);
                return;
            }
            Tristate::No => {}
            Tristate::Unknown(supply) => unknown = unknown.or(Some(supply)),
        }
    }
    entry.redirects_for_ever = match unknown {
        Some(supply) => Fact::Unknown(supply),
        None => Fact::Known(true, at),
    };
}
