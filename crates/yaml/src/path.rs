//! From a place in a text back to the path of keys that leads there.

use std::fmt::Write;

use super::tree::{Entry, Node, NodeId, NodeKind};
use crate::source::Span;

/// Returns the path to the deepest node or key below `root` that holds `span`:
/// `service.annotations["example.com/x"]`, `extraDeploy[0]`. Empty for a place outside all of them.
///
/// Values that an alias leads to are found where they were written.
pub fn path_at(root: Node<'_>, span: Span) -> String {
    let mut path = String::new();
    let mut node = root;
    loop {
        // What an alias leads to lies elsewhere.
        if node.site() != node.span() {
            return path;
        }
        let next = match node.kind() {
            NodeKind::Mapping(entries) => {
                let found = |entry: &Entry| {
                    let value = node.tree().node(entry.value);
                    let at_key = entry.key_span.contains(span);
                    (at_key || holds(value, span)).then_some((!at_key).then_some(value))
                };
                let mut near = near(node, entries, span).into_iter().flatten();
                let entry = near.find_map(|entry| Some((entry, found(entry)?)));
                let entry = entry.or_else(|| {
                    entries
                        .iter()
                        .find_map(|entry| Some((entry, found(entry)?)))
                });
                entry.map(|(entry, value)| {
                    push_key(&mut path, &entry.key);
                    value
                })
            }
            NodeKind::Sequence(items) => {
                let item = |id: &NodeId| node.tree().node(*id);
                let after = items.partition_point(|id| begins(item(id).site(), span));
                let index = after.checked_sub(1);
                let found = index.and_then(|index| Some((index, item(items.get(index)?))));
                found
                    .filter(|(_, item)| holds(*item, span))
                    .map(|(index, item)| {
                        // Writing to a String cannot fail.
                        let _ = write!(path, "[{index}]");
                        Some(item)
                    })
            }
            NodeKind::Scalar(_) | NodeKind::Alias(_) => None,
        };
        match next.flatten() {
            Some(child) => node = child,
            None => return path,
        }
    }
}

/// Returns the entries that a place is likely to lie in: there may be a million, and as many places. They lie in order
/// but for those that a merge key brought in from elsewhere, before or after the ones looked for.
fn near<'t>(node: Node<'_>, entries: &'t [Entry], span: Span) -> [Option<&'t Entry>; 2] {
    [true, false].map(|elsewhere_is_before| {
        let after = entries.partition_point(|entry| {
            if node.span().contains(entry.key_span) {
                begins(entry.key_span, span)
            } else {
                elsewhere_is_before
            }
        });
        entries.get(after.checked_sub(1)?)
    })
}

/// Returns true where a node begins before a place, or with it.
fn begins(node: Span, span: Span) -> bool {
    (node.source, node.start) <= (span.source, span.start)
}

fn holds(node: Node<'_>, span: Span) -> bool {
    node.site().contains(span)
}

/// Adds a key to a path.
pub fn push_key(path: &mut String, key: &str) {
    let plain = !key.is_empty()
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if !plain {
        let _ = write!(
            path,
            "[\"{}\"]",
            key.replace('\\', "\\\\").replace('"', "\\\"")
        );
        return;
    }
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(key);
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::source::{MappedText, Sources};
    use crate::{Limits, Tree, parse};

    #[test]
    fn a_place_leads_back_to_its_path() {
        let text = "shop:\n  service:\n    annotations:\n      example.com/x: \"10\"\nmanifests:\n  - |\n    kind: BackendConfig\n  - kind: Service\n";
        let (mut sources, mut tree) = (Sources::default(), Tree::default());
        let source = sources.add("values.yaml", text);
        let stream = parse(
            &MappedText::of_source(&sources, source),
            &mut tree,
            &Limits::default(),
        );
        let root = tree.node(stream.documents.first().unwrap().root);
        let at = |what: &str| {
            let start = text.find(what).unwrap();
            path_at(root, Span::new(source, start, start + what.len()))
        };
        assert_eq!(at("\"10\""), "shop.service.annotations[\"example.com/x\"]");
        assert_eq!(at("service"), "shop.service");
        assert_eq!(at("BackendConfig"), "manifests[0]");
        assert_eq!(at("Service"), "manifests[1].kind");
    }
}
