//! The chart's own values, as far as they are known.
//!
//! `chart/defaults.yaml` has those that decide the way to the router, for every release. Of all others the catalogue knows
//! that they are there and of which type, and in the newest release most of their values; what it does not know stands in
//! the tree as unknown, so that a template may ask for it and nothing is concluded.

use super::chart_facts::{Range, Release};
use super::values::{made_scalar, merge};
use crate::catalogue::{ChartVersion, KeyId, KeyType};
use portolan_yaml::source::Span;
use portolan_yaml::{Entry, Node, NodeData, NodeId, NodeKind, OPAQUE, Style, Tree, Value};

/// Keys under which Helm puts the values of subcharts, or hands on anything.
const OPEN: [&str; 8] = [
    "common",
    "global",
    "internalPostgresql",
    "internalRedis",
    "postgresql",
    "redis",
    "replicated",
    "tags",
];

/// Returns the values in `chart/defaults.yaml`, whose root is given, that hold at a release.
pub fn on_the_way(tree: &mut Tree, root: NodeId, version: &str) -> NodeId {
    let release = Release::of(version);
    let mut layers = Vec::new();
    for item in tree.node(root).items() {
        let holds = Range::read(item).is_ok_and(|range| range.holds(&release));
        layers.extend(item.get("values").filter(|_| holds).map(Node::id));
    }
    let mut layers = layers.into_iter();
    let Some(first) = layers.next() else {
        return mapping(tree, Vec::new());
    };
    layers.fold(first, |all, layer| merge(tree, all, layer))
}

/// Builds everything that is known of a release's values.
pub(super) fn of_release(tree: &mut Tree, edition: &ChartVersion, on_the_way: NodeId) -> NodeId {
    let known = children(tree, edition, KeyId::ROOT);
    let known = mapping(tree, known);
    merge(tree, known, on_the_way)
}

fn children(tree: &mut Tree, edition: &ChartVersion, parent: KeyId) -> Vec<Entry> {
    let mut entries = Vec::new();
    for id in edition.children(parent) {
        let Some(kind) = edition.kind(id) else {
            continue;
        };
        let name = edition.key_name(id);
        let is_open = parent == KeyId::ROOT && OPEN.contains(&name);
        let value = match kind {
            // Templates ask for it, and the values do not have it.
            KeyType::Any if !is_open => continue,
            KeyType::Mapping | KeyType::Free | KeyType::Any => {
                let mut below = children(tree, edition, id);
                if is_open {
                    let unknown = unknown(tree);
                    below.push(entry(&OPAQUE.to_string(), unknown));
                }
                mapping(tree, below)
            }
            KeyType::Empty => made_scalar(tree, "", Value::String, Span::NOWHERE),
            KeyType::List | KeyType::Boolean | KeyType::Number | KeyType::Text => {
                match edition.certain_default(id) {
                    Some(json) => default(tree, json),
                    None => unknown(tree),
                }
            }
        };
        entries.push(entry(name, value));
    }
    entries
}

fn entry(key: &str, value: NodeId) -> Entry {
    Entry {
        key: key.into(),
        key_span: Span::NOWHERE,
        value,
    }
}

fn mapping(tree: &mut Tree, entries: Vec<Entry>) -> NodeId {
    tree.push(NodeData {
        span: Span::NOWHERE,
        kind: NodeKind::Mapping(entries),
        overrides: None,
    })
}

fn unknown(tree: &mut Tree) -> NodeId {
    made_scalar(tree, OPAQUE.to_string(), Value::String, Span::NOWHERE)
}

/// Makes a node of a default as the catalogue has it: a scalar as JSON.
fn default(tree: &mut Tree, json: &str) -> NodeId {
    let (text, style) = match json
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        Some(text) if !text.contains('\\') => (text, Style::DoubleQuoted),
        Some(_) => return unknown(tree),
        None => (json, Style::Plain),
    };
    let value = portolan_yaml::resolve(text, style, None);
    tree.push(NodeData {
        span: Span::NOWHERE,
        kind: NodeKind::Scalar(portolan_yaml::Scalar {
            text: text.into(),
            value,
            style,
        }),
        overrides: None,
    })
}
