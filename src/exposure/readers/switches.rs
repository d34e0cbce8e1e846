//! Settings in a block of the values of which the chart renders nothing, because its switch is off.

use super::super::Exposure;
use super::annotations::{is_read_on, purposes_of};
use super::knowledge::OwnReaders;
use crate::diagnostic::Label;
use crate::facts::{Anchor, Purpose, UnreadCause, UnreadSetting};
use crate::kube::Origin;
use portolan_yaml::Node;
use portolan_yaml::source::Span;

use super::unread::Unread;

/// A block of the values with its switch.
struct Block {
    /// The keys that lead to it. The switch is its `enabled`.
    path: &'static [&'static str],
    /// What the chart renders of it.
    kind: &'static str,
    /// Keys in it that make a setting where they are true or filled, with what it is for.
    settings: &'static [(&'static [&'static str], Purpose)],
}

const BLOCKS: [Block; 2] = [
    Block {
        path: &["router", "ingress"],
        kind: "Ingress",
        settings: &[(&["tls"], Purpose::Tls), (&["extraTls"], Purpose::Tls)],
    },
    Block {
        path: &["gateway"],
        kind: "Gateway",
        settings: &[
            (
                &["tlsCertificates", "customSSLCerts", "enabled"],
                Purpose::Tls,
            ),
            (
                &["tlsCertificates", "managedCerts", "enabled"],
                Purpose::Tls,
            ),
            (&["staticIP", "enabled"], Purpose::Address),
        ],
    },
];

/// Adds a fact for each block of the user's values that holds settings and is switched off.
pub(in crate::exposure) fn extract(root: Node<'_>, exposure: &mut Exposure) {
    for block in &BLOCKS {
        let Some(node) = root.at(block.path).filter(|node| node.is_mapping()) else {
            continue;
        };
        let switch = node.get("enabled");
        let is_off =
            switch.is_none_or(|switch| switch.is_null() || switch.as_bool() == Some(false));
        let (first, purposes) = settings(block, node);
        let Some(first) = first.filter(|_| is_off) else {
            continue;
        };
        let path = block.path.join(".");
        let mut place = Anchor::new(first);
        if let Some(switch) = switch.filter(|switch| !switch.site().is_empty()) {
            place.labels.push(Label {
                span: switch.site(),
                message: "switched off here".to_owned(),
            });
        }
        let mut fact = UnreadSetting::new(place);
        let said = if switch.is_some() { "false" } else { "not set" };
        let unread = Unread {
            cause: UnreadCause::SwitchedOff,
            why: format!(
                "`{path}.enabled` is {said}, so the chart renders no {} from it",
                block.kind
            ),
            how: how(block, &path, exposure),
        };
        unread.describe(&mut fact, &path, block.kind, purposes);
        exposure.facts.unread_settings.push(fact);
    }
}

/// Where the first setting of a block stands, and what all of them are for.
fn settings(block: &Block, node: Node<'_>) -> (Option<Span>, Vec<Purpose>) {
    let mut first = None;
    let mut purposes = Vec::new();
    let mut add = |span: Span, purpose: Purpose| {
        first = first.or(Some(span));
        if !purposes.contains(&purpose) {
            purposes.push(purpose);
        }
    };
    // What an alias leads to was written for something else.
    // The chart's keys are looked at by themselves, whatever layers the run has.
    let own = &OwnReaders::default();
    let annotations = node
        .get("annotations")
        .filter(|annotations| annotations.site() == annotations.span());
    for (entry, _) in annotations.into_iter().flat_map(Node::entries) {
        if !is_read_on(own, &entry.key, block.kind) {
            continue;
        }
        for purpose in purposes_of(own, &entry.key) {
            add(entry.key_span, purpose);
        }
    }
    for (path, purpose) in block.settings {
        let Some(value) = node.at(path) else { continue };
        if value.as_bool() == Some(true) || value.items().len() > 0 {
            add(value.site(), *purpose);
        }
    }
    (first, purposes)
}

/// What to do: switch the block on, or write the setting where what leads to the router takes it from.
fn how(block: &Block, path: &str, exposure: &Exposure) -> String {
    match exposure.on_route.first_of(block.kind) {
        Some((title, origin)) if origin != Origin::Projection => format!(
            "write it into {title}, which is your own and takes nothing from `{path}`, and remove it here"
        ),
        _ => format!("set `{path}.enabled: true`, or remove it"),
    }
}
