//! Which layer serves an entry point: by its class, its controller, its annotations, and the platform.

use super::predicate::{MatchInput, Tristate, all_hold};
use super::{EntryKind, Layer, LayerSet};
use crate::facts::Platform;
use crate::kube::ObjectRef;
use portolan_yaml::Node;

/// What came of it.
pub enum Recognized<'l> {
    /// This layer, and what was inferred for it.
    Layer(&'l Layer, Option<String>),
    /// None that a file describes.
    No,
}

/// The platform that an object's annotations tell of, with the first annotation that tells.
///
/// Annotations of several platforms tell nothing: a values file may be shared by clusters of each.
pub fn platform_of<'l, 'o>(
    layers: &'l LayerSet,
    kind: EntryKind,
    object: ObjectRef<'o>,
) -> Option<(&'l str, Node<'o>, &'o str)> {
    let annotations = object.node.at(&["metadata", "annotations"])?;
    let mut told = annotations.entries().filter_map(|(entry, value)| {
        let layer = layers.of(kind).find(|layer| {
            layer
                .recognize
                .platform_prefixes
                .iter()
                .any(|prefix| entry.key.starts_with(prefix.as_str()))
        })?;
        Some((layer.recognize.platform.as_deref()?, value, &*entry.key))
    });
    let first = told.next()?;
    told.all(|(platform, ..)| platform == first.0)
        .then_some(first)
}

/// Whether the signs besides class and platform hold.
fn is_meant(layer: &Layer, input: &MatchInput<'_>) -> bool {
    let alternatives = &layer.recognize.any_of;
    alternatives.is_empty()
        || alternatives
            .iter()
            .any(|predicates| all_hold(predicates, input) == Tristate::Yes)
}

/// The layer of a Service of type LoadBalancer. A class that no layer lists is served by somebody unknown.
pub fn load_balancer<'l>(
    layers: &'l LayerSet,
    platform: Option<&str>,
    class: Option<&str>,
    input: &MatchInput<'_>,
) -> Option<&'l Layer> {
    layers.of(EntryKind::LoadBalancer).find(|layer| {
        let known = &layer.recognize;
        let placed = match class {
            Some(class) => known.load_balancer_classes.iter().any(|own| own == class),
            None => platform.is_some() && known.platform.as_deref() == platform,
        };
        placed && is_meant(layer, input)
    })
}

/// What stands before an entry point, as far as the entry point tells.
pub fn fronts<'l>(layers: &'l LayerSet, input: &MatchInput<'_>) -> impl Iterator<Item = &'l Layer> {
    layers
        .of(EntryKind::Front)
        // Most fronts leave no sign in the cluster; they are there for the page of layers.
        .filter(|layer| !layer.recognize.any_of.is_empty() && is_meant(layer, input))
}

/// What tells which controller serves an Ingress or a Gateway.
pub struct Evidence<'a> {
    /// The entry point.
    pub object: ObjectRef<'a>,
    /// The class that it names.
    pub class: Option<&'a str>,
    /// The controller that the class names, where the class is among the input.
    pub controller: Option<&'a str>,
    /// The platform, where it was given.
    pub platform: Option<Platform>,
}

/// The layer of an Ingress or a Gateway.
pub fn by_class<'l>(
    layers: &'l LayerSet,
    kind: EntryKind,
    evidence: &Evidence<'_>,
    input: &MatchInput<'_>,
) -> Recognized<'l> {
    let candidates = || layers.of(kind).filter(|layer| is_meant(layer, input));
    if let Some(controller) = evidence.controller {
        let layer =
            candidates().find(|layer| begins_with(&layer.recognize.controllers, controller));
        return layer.map_or(Recognized::No, |layer| Recognized::Layer(layer, None));
    }
    let by_annotation = candidates().find_map(|layer| {
        let key = annotation_with_prefix(evidence.object, &layer.recognize.annotation_prefixes)?;
        Some((layer, key))
    });
    if let Some(class) = evidence.class {
        let named = |layer: &&'l Layer| {
            let known = &layer.recognize;
            known.classes.iter().any(|name| name == class)
                || begins_with(&known.class_prefixes, class)
        };
        // Two controllers may use one name: the annotations say which, else the first is meant.
        let layer = by_annotation
            .map(|(layer, _)| layer)
            .filter(named)
            .or_else(|| candidates().find(named));
        if let Some(layer) = layer {
            return Recognized::Layer(layer, None);
        }
    } else if let Some(platform) = evidence.platform {
        let layer = candidates().find(|layer| {
            let known = &layer.recognize;
            known.without_class && known.platform.as_deref() == Some(platform.as_str())
        });
        if let Some(layer) = layer {
            let inferred = format!(
                "{} taken as served by {}: it names no class, and the platform is `{platform}`",
                evidence.object.title(),
                layer.title
            );
            return Recognized::Layer(layer, Some(inferred));
        }
    }
    match by_annotation {
        Some((layer, key)) => {
            let inferred = format!(
                "{} taken as served by {} from its annotation `{key}`",
                evidence.object.title(),
                layer.title
            );
            Recognized::Layer(layer, Some(inferred))
        }
        None => Recognized::No,
    }
}

fn begins_with(prefixes: &[String], text: &str) -> bool {
    prefixes
        .iter()
        .any(|prefix| text.starts_with(prefix.as_str()))
}

fn annotation_with_prefix<'a>(object: ObjectRef<'a>, prefixes: &[String]) -> Option<&'a str> {
    object
        .node
        .at(&["metadata", "annotations"])?
        .entries()
        .map(|(entry, _)| &*entry.key)
        .find(|key| begins_with(prefixes, key))
}
