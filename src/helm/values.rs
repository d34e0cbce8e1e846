//! Values in layers, merged as Helm merges them.
//!
//! Chart defaults, then each `-f` in order, then `--set`: mappings merge, everything else is replaced. The winner of a
//! merge remembers the node that it replaced.
//!
//! A `null` deletes a key of the chart's own defaults, and only that: under a key that the chart does not define (an
//! annotation, say) Helm renders the null. Measured with `helm template` 3.22: two files that set an annotation and then
//! null it give `annotation: null`, and even `--set …=null` does.

use std::collections::HashMap;

use portolan_yaml::source::{SourceId, Span};
use portolan_yaml::{Entry, Node, NodeData, NodeId, NodeKind, Scalar, Style, Tree, Value};

/// Merges `over` onto `base`, as one `-f` after another.
pub fn merge(tree: &mut Tree, base: NodeId, over: NodeId) -> NodeId {
    merge_nodes(tree, base, over, Nulls::Kept, 0)
}

/// Lays the user's values over the chart's defaults: there a `null` deletes.
pub fn coalesce(tree: &mut Tree, defaults: NodeId, values: NodeId) -> NodeId {
    merge_nodes(tree, defaults, values, Nulls::DeleteDefaults, 0)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Nulls {
    Kept,
    DeleteDefaults,
}

/// Deeper than any input: the parser limits nesting to less.
const MAX_DEPTH: usize = 1000;

fn merge_nodes(tree: &mut Tree, base: NodeId, over: NodeId, nulls: Nulls, depth: usize) -> NodeId {
    let base_node = tree.node(base);
    let over_node = tree.node(over);
    if !(base_node.is_mapping() && over_node.is_mapping()) || depth > MAX_DEPTH {
        return replace(tree, base, over);
    }
    let span = over_node.span();
    let over_entries: Vec<Entry> = over_node
        .entries()
        .map(|(entry, _)| entry.clone())
        .collect();
    let mut merged: Vec<Entry> = base_node
        .entries()
        .map(|(entry, _)| entry.clone())
        .collect();
    let index: HashMap<Box<str>, usize> = merged
        .iter()
        .enumerate()
        .map(|(at, entry)| (entry.key.clone(), at))
        .collect();
    let mut deleted = Vec::new();
    for entry in over_entries {
        let Some(at) = index.get(&entry.key).copied() else {
            merged.push(entry);
            continue;
        };
        let Some(known) = merged.get(at).map(|known| known.value) else {
            continue;
        };
        if nulls == Nulls::DeleteDefaults && tree.node(entry.value).is_null() {
            deleted.push(at);
            continue;
        }
        let value = merge_nodes(tree, known, entry.value, nulls, depth + 1);
        if let Some(slot) = merged.get_mut(at) {
            *slot = Entry {
                key: entry.key,
                key_span: entry.key_span,
                value,
            };
        }
    }
    let mut at = 0;
    merged.retain(|_| {
        at += 1;
        !deleted.contains(&(at - 1))
    });
    tree.push(NodeData {
        span,
        kind: NodeKind::Mapping(merged),
        overrides: None,
    })
}

/// Returns the node `over`, remembering that it replaced `base`.
fn replace(tree: &mut Tree, base: NodeId, over: NodeId) -> NodeId {
    let node = tree.node(over);
    let data = NodeData {
        span: node.site(),
        kind: match node.kind() {
            // Aliases keep leading to where they led.
            _ if node.site() != node.span() => NodeKind::Alias(node.target().id()),
            kind => kind.clone(),
        },
        overrides: Some(base),
    };
    tree.push(data)
}

/// The merged values of one release, for reading.
#[derive(Clone, Copy)]
pub struct Values<'t> {
    root: Node<'t>,
    /// The source that holds the chart's defaults: never shown as a place to edit.
    defaults: SourceId,
}

impl<'t> Values<'t> {
    /// Makes values whose nodes from `defaults` are the chart's own.
    pub fn new(root: Node<'t>, defaults: SourceId) -> Self {
        Values { root, defaults }
    }

    /// Returns the root mapping.
    pub fn root(self) -> Node<'t> {
        self.root
    }

    /// Returns the value at a path.
    pub fn get(self, path: &[&str]) -> Option<Node<'t>> {
        self.root.at(path)
    }

    /// Returns the value at a path if it was written by the user, not by the chart.
    pub fn given(self, path: &[&str]) -> Option<Node<'t>> {
        self.get(path).filter(|node| self.is_users(node.site()))
    }

    /// Tells whether a span is in a file of the user's.
    pub fn is_users(self, span: Span) -> bool {
        span.source != self.defaults && span != Span::NOWHERE
    }

    /// Returns a string; empty strings, null and other types are `None`.
    pub fn string(self, path: &[&str]) -> Option<&'t str> {
        self.get(path)?.text().filter(|text| !text.is_empty())
    }

    /// Tells whether a template's `if` takes the value as true.
    pub fn truthy(self, path: &[&str]) -> bool {
        self.get(path).is_some_and(is_truthy)
    }

    /// Returns the place where the value at a path is written, or should be: the key of the last part of the path that
    /// the user wrote; for a path of which nothing is there, the first key of the values.
    pub fn anchor(self, path: &[&str]) -> Span {
        let mut node = self.root;
        let mut span = self
            .root
            .entries()
            .map(|(entry, _)| entry.key_span)
            .find(|span| self.is_users(*span))
            .unwrap_or_else(|| self.root.site().at_start());
        for key in path {
            let Some((entry, value)) = node.entry(key) else {
                break;
            };
            if !self.is_users(entry.key_span) {
                break;
            }
            span = entry.key_span;
            node = value;
        }
        span
    }
}

/// Go's truth of a value: everything but false, zero, empty and nothing.
pub fn is_truthy(node: Node<'_>) -> bool {
    match node.kind() {
        NodeKind::Mapping(entries) => !entries.is_empty(),
        NodeKind::Sequence(items) => !items.is_empty(),
        NodeKind::Alias(_) => true,
        NodeKind::Scalar(scalar) => match scalar.value {
            Value::Null => false,
            Value::Bool(value) => value,
            Value::Int(value) => value != 0,
            Value::UInt(value) => value != 0,
            Value::Float(value) => value != 0.0,
            Value::String => !scalar.text.is_empty(),
        },
    }
}

/// Makes a string that was computed rather than written, at the place that it was computed from.
pub fn made_string(tree: &mut Tree, text: impl Into<Box<str>>, span: Span) -> NodeId {
    tree.push(NodeData {
        span,
        kind: NodeKind::Scalar(Scalar {
            text: text.into(),
            value: Value::String,
            style: Style::Made,
        }),
        overrides: None,
    })
}

/// Makes a scalar that was computed, of any type.
pub fn made_scalar(tree: &mut Tree, text: impl Into<Box<str>>, value: Value, span: Span) -> NodeId {
    tree.push(NodeData {
        span,
        kind: NodeKind::Scalar(Scalar {
            text: text.into(),
            value,
            style: Style::Made,
        }),
        overrides: None,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use portolan_yaml::source::{MappedText, Sources};
    use portolan_yaml::{Limits, parse};

    fn read(sources: &mut Sources, tree: &mut Tree, name: &str, text: &str) -> NodeId {
        let source = sources.add(name, text);
        let stream = parse(
            &MappedText::of_source(sources, source),
            tree,
            &Limits::default(),
        );
        assert!(stream.problems.is_empty(), "{:?}", stream.problems);
        stream.documents.first().unwrap().root
    }

    #[test]
    fn a_later_file_wins_and_remembers_what_it_replaced() {
        let (mut sources, mut tree) = (Sources::default(), Tree::default());
        let first = read(
            &mut sources,
            &mut tree,
            "carto-values.yaml",
            "router:\n  service:\n    type: ClusterIP\n  replicas: 2\n",
        );
        let second = read(
            &mut sources,
            &mut tree,
            "customizations.yaml",
            "router:\n  service:\n    type: LoadBalancer\n",
        );
        let merged = merge(&mut tree, first, second);
        let root = tree.node(merged);
        let kind = root.at(&["router", "service", "type"]).unwrap();
        assert_eq!(kind.as_str(), Some("LoadBalancer"));
        assert_eq!(sources.name(kind.span().source), "customizations.yaml");
        let replaced = kind.overrides().unwrap();
        assert_eq!(replaced.as_str(), Some("ClusterIP"));
        assert_eq!(sources.name(replaced.span().source), "carto-values.yaml");
        assert_eq!(root.at(&["router", "replicas"]).unwrap().as_int(), Some(2));
    }

    #[test]
    fn null_deletes_a_default_of_the_chart_and_stays_null_anywhere_else() {
        let (mut sources, mut tree) = (Sources::default(), Tree::default());
        let defaults = read(
            &mut sources,
            &mut tree,
            "chart",
            "tlsCerts:\n  httpsEnabled: true\nrouter:\n  service:\n    annotations: {}\n",
        );
        let first = read(
            &mut sources,
            &mut tree,
            "a.yaml",
            "router:\n  service:\n    annotations:\n      idle: '605'\n",
        );
        let second = read(
            &mut sources,
            &mut tree,
            "b.yaml",
            "tlsCerts:\n  httpsEnabled: null\nrouter:\n  service:\n    annotations:\n      idle: null\n",
        );
        let user = merge(&mut tree, first, second);
        let all = coalesce(&mut tree, defaults, user);
        let root = tree.node(all);
        assert!(root.at(&["tlsCerts", "httpsEnabled"]).is_none());
        assert!(
            root.at(&["router", "service", "annotations", "idle"])
                .unwrap()
                .is_null()
        );
    }

    #[test]
    fn lists_are_replaced_whole() {
        let (mut sources, mut tree) = (Sources::default(), Tree::default());
        let first = read(
            &mut sources,
            &mut tree,
            "a.yaml",
            "extraDeploy:\n  - a\n  - b\n",
        );
        let second = read(&mut sources, &mut tree, "b.yaml", "extraDeploy: [c]\n");
        let merged = merge(&mut tree, first, second);
        assert_eq!(
            tree.node(merged).get("extraDeploy").unwrap().items().len(),
            1
        );
    }
}
