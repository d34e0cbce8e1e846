//! Paths of an Ingress: whether the controller serves everything below them, as they seem to say.

use super::layers::predicate::{Tristate, all_hold};
use super::layers::{Layer, PathTrap};
use super::route::Route;
use super::{Context, Exposure, ingress::is_router, opaque_supply};
use crate::facts::{Anchor, Fact, IngressPath};
use portolan_yaml::Node;

/// The type where none is given (Ingress before `networking.k8s.io/v1`).
const NO_TYPE: &str = "ImplementationSpecific";

/// Adds the first path to the router of each rule.
pub(super) fn extract(cx: Context<'_>, layer: &Layer, route: &Route<'_>, exposure: &mut Exposure) {
    let input = route.input(cx);
    let traps: Vec<(&PathTrap, Tristate)> = layer
        .path_traps
        .iter()
        .map(|trap| (trap, all_hold(&trap.when, &input)))
        .collect();
    let rules = route.entry.node.at(&["spec", "rules"]);
    for rule in rules.into_iter().flat_map(Node::items) {
        let paths: Vec<Node<'_>> = rule
            .at(&["http", "paths"])
            .into_iter()
            .flat_map(Node::items)
            .filter(|path| {
                path.get("backend")
                    .is_some_and(|backend| is_router(backend, route.router))
            })
            .collect();
        // One path that serves everything makes up for the others.
        let served = paths
            .iter()
            .any(|path| matches!(trap_of(*path, &traps), Trapped::No));
        if let Some(first) = paths.first() {
            one(*first, served, &traps, route, exposure);
        }
    }
}

enum Trapped<'t> {
    No,
    By(&'t PathTrap),
    Unknown(String),
}

fn trap_of<'t>(path: Node<'_>, traps: &[(&'t PathTrap, Tristate)]) -> Trapped<'t> {
    let (text, kind) = (path.get("path"), path.get("pathType"));
    if [text, kind].into_iter().flatten().any(Node::is_opaque) {
        return Trapped::Unknown(opaque_supply("a path of the Ingress"));
    }
    let (text, kind) = (written(text, "/"), written(kind, NO_TYPE));
    for (trap, held) in traps {
        let meant = trap.path.as_deref().is_none_or(|path| path == text)
            && trap
                .contains
                .as_deref()
                .is_none_or(|part| text.contains(part))
            && (trap.types.is_empty() || trap.types.iter().any(|known| known == kind));
        match (meant, held) {
            (true, Tristate::Yes) => return Trapped::By(trap),
            (true, Tristate::Unknown(supply)) => return Trapped::Unknown(supply.clone()),
            _ => {}
        }
    }
    Trapped::No
}

fn written<'a>(node: Option<Node<'a>>, otherwise: &'static str) -> &'a str {
    node.and_then(Node::text)
        .filter(|text| !text.is_empty())
        .unwrap_or(otherwise)
}

fn one(
    path: Node<'_>,
    served: bool,
    traps: &[(&PathTrap, Tristate)],
    route: &Route<'_>,
    exposure: &mut Exposure,
) {
    let node = path.get("path");
    let span = node.map_or_else(|| path.site(), Node::site);
    let mut fact = IngressPath::new(Anchor::new(span).in_object(route.entry.title()));
    fact.ingress = Fact::known(route.entry.title());
    fact.path = Fact::at(written(node, "/").to_owned(), span);
    fact.path_type = Fact::known(written(path.get("pathType"), NO_TYPE).to_owned());
    if !served {
        match trap_of(path, traps) {
            Trapped::No => {}
            Trapped::Unknown(supply) => fact.defect = Fact::Unknown(supply),
            Trapped::By(trap) => {
                fact.defect = Fact::at(trap.why.clone(), span);
                fact.instead = Fact::known(trap.instead.clone());
            }
        }
    }
    exposure.facts.ingress_paths.push(fact);
}
