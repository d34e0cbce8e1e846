//! TLS as a layer file declares it in cases of signs: where it ends, what becomes of plain HTTP, what the router is sent.

use super::layers::Layer;
use super::layers::predicate::{MatchInput, Tristate, all_hold};
use super::layers::tls::{BackendProtocol, Ends, EndsCase, Plain};
use super::listeners::ends_in_router;
use super::route::Route;
use super::router::ServicePort;
use super::{Context, list_of, paths};
use crate::facts::{EntryPoint, Fact, RouterProtocol, TlsEnd};
use portolan_yaml::Node;
use portolan_yaml::source::Span;

/// What a list of cases comes to.
enum Chosen<'c, C> {
    Case(&'c C),
    None,
    Unknown(String),
}

/// The first case that holds; one that cannot be known stands in the way of the later ones.
fn choose<'c, C>(
    cases: &'c [C],
    predicates: impl Fn(&'c C) -> &'c [super::layers::Predicate],
    input: &MatchInput<'_>,
) -> Chosen<'c, C> {
    for case in cases {
        match all_hold(predicates(case), input) {
            Tristate::Yes => return Chosen::Case(case),
            Tristate::No => {}
            Tristate::Unknown(supply) => return Chosen::Unknown(supply),
        }
    }
    Chosen::None
}

/// Fills in the entry point's facts about TLS.
pub(super) fn tls<'a>(
    cx: Context<'a>,
    layer: &Layer,
    route: &Route<'a>,
    port: Option<ServicePort<'a>>,
    entry: &mut EntryPoint,
) {
    let input = route.input(cx);
    let missing_at = entry.place.span;
    let checks = || format!("it cannot be seen here: check {} by hand", layer.title);
    entry.http_left_to_router = Fact::known(false);
    entry.certificates = Fact::Known(Vec::new(), Some(missing_at));
    backend(layer, &input, port, route, entry);
    match choose(&layer.tls.ends, |case| &case.when, &input) {
        Chosen::Unknown(supply) => {
            entry.tls_ends_at = Fact::Unknown(supply.clone());
            entry.serves_https = Fact::Unknown(supply);
        }
        Chosen::None => {
            entry.tls_ends_at = Fact::Absent(Some(missing_at));
            entry.serves_https = Fact::known(false);
        }
        Chosen::Case(case) => match case.is {
            Ends::Here => {
                let (names, at) = certificates(case, &input);
                let at = at.unwrap_or(missing_at);
                entry.certificates = Fact::Known(names, Some(at));
                entry.tls_ends_at = Fact::Known(TlsEnd::LoadBalancer, Some(at));
                entry.serves_https = Fact::Known(true, Some(at));
            }
            Ends::Router => {
                entry.backend_protocol = Fact::known(RouterProtocol::Tls);
                let backend_port = entry.backend_port.clone();
                ends_in_router(true, route, &backend_port, entry);
            }
            Ends::Unknown => {
                let supply = case.supply.clone().unwrap_or_else(checks);
                entry.tls_ends_at = Fact::Unknown(supply.clone());
                entry.serves_https = Fact::Unknown(supply);
            }
        },
    }
    plain_http(layer, &input, missing_at, &checks(), entry);
}

/// The names of certificates, and where the first stands.
fn certificates(case: &EndsCase, input: &MatchInput<'_>) -> (Vec<String>, Option<Span>) {
    let signed: Vec<Node<'_>> = case
        .when
        .first()
        .map(|predicate| predicate.matching(input))
        .unwrap_or_default();
    let at = signed.first().map(|node| node.site());
    let named: Vec<Node<'_>> = match (&case.names, case.when.first()) {
        (Some(path), Some(predicate)) => predicate
            .objects(input)
            .into_iter()
            .flat_map(|object| paths::nodes(object.node, path))
            .collect(),
        _ => signed,
    };
    let what = case.what.as_deref().unwrap_or("certificate");
    let mut names: Vec<String> = named
        .iter()
        .filter(|node| !node.is_opaque())
        .filter_map(|node| node.text())
        .flat_map(list_of)
        .map(|name| format!("{what} {name}"))
        .collect();
    if names.is_empty() {
        names.push(what.to_owned());
    }
    (names, named.first().map(|node| node.site()).or(at))
}

fn plain_http(
    layer: &Layer,
    input: &MatchInput<'_>,
    missing_at: Span,
    checks: &str,
    entry: &mut EntryPoint,
) {
    let (is, at, supply) = match choose(&layer.tls.plain, |case| &case.when, input) {
        Chosen::Unknown(supply) => (Plain::Unknown, None, Some(supply)),
        Chosen::None => (Plain::Served, None, None),
        Chosen::Case(case) => {
            let node = case
                .when
                .first()
                .and_then(|predicate| predicate.matching(input).first().copied());
            (case.is, node.map(Node::site), case.supply.clone())
        }
    };
    // Among the settings of the same controller is where the missing one belongs.
    let beside = || {
        let annotations = input.entry?.node.at(&["metadata", "annotations"])?;
        let prefixes = &layer.recognize.annotation_prefixes;
        let mut keys = annotations.entries().map(|(entry, _)| entry);
        let first = keys.find(|entry| {
            prefixes
                .iter()
                .any(|prefix| entry.key.starts_with(prefix.as_str()))
        })?;
        Some(first.key_span)
    };
    let missing_at = match is {
        Plain::Served => beside().unwrap_or(missing_at),
        _ => missing_at,
    };
    let at = Some(at.unwrap_or(missing_at));
    (entry.serves_http, entry.redirects_http) = match is {
        Plain::Served => (Fact::Known(true, at), Fact::Known(false, at)),
        Plain::Redirected => (Fact::Known(true, at), Fact::Known(true, at)),
        Plain::Closed => (Fact::Known(false, at), Fact::Known(false, at)),
        Plain::Unknown => {
            let supply = supply.unwrap_or_else(|| checks.to_owned());
            (Fact::Unknown(supply.clone()), Fact::Unknown(supply))
        }
    };
}

/// What the layer speaks to the router, and where.
fn backend(
    layer: &Layer,
    input: &MatchInput<'_>,
    port: Option<ServicePort<'_>>,
    route: &Route<'_>,
    entry: &mut EntryPoint,
) {
    entry.backend_port = match port {
        Some(port) => route.router.backend_port(port),
        None => Fact::Absent(None),
    };
    entry.backend_protocol = match choose(&layer.tls.backend, |case| &case.when, input) {
        Chosen::Unknown(supply) => Fact::Unknown(supply),
        Chosen::None => Fact::known(RouterProtocol::Http),
        Chosen::Case(case) => {
            let at = case
                .when
                .first()
                .and_then(|predicate| predicate.matching(input).first().copied())
                .map(Node::site);
            match case.is {
                BackendProtocol::Http => Fact::Known(RouterProtocol::Http, at),
                BackendProtocol::Https => Fact::Known(RouterProtocol::Https, at),
                BackendProtocol::Unknown => Fact::Unknown(format!(
                    "what {} speaks to the router is decided request by request: set it",
                    layer.title
                )),
            }
        }
    };
}
