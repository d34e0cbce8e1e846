//! Paths into objects as layer files write them: `spec.routes[].timeoutPolicy.response`.

use portolan_yaml::Node;
use portolan_yaml::source::Span;

/// Every node at a path; `[]` steps into each item of a list. The node itself for the empty path.
pub(super) fn nodes<'a>(root: Node<'a>, path: &str) -> Vec<Node<'a>> {
    let mut found = vec![root];
    for step in steps(path) {
        let (key, into_list) = match step.strip_suffix("[]") {
            Some(key) => (key, true),
            None => (step, false),
        };
        found = found
            .into_iter()
            .filter_map(|node| {
                if key.is_empty() {
                    Some(node)
                } else {
                    node.get(key)
                }
            })
            .flat_map(|node| {
                if into_list {
                    node.items().collect::<Vec<_>>()
                } else {
                    vec![node]
                }
            })
            .collect();
    }
    found
}

/// The steps of a path. A key with dots in it (`networking.gke.io/x`) has no place in a path.
fn steps(path: &str) -> impl Iterator<Item = &str> {
    path.split('.').filter(|step| !step.is_empty())
}

/// Where a node that is missing should have been written: the last key of the path that is there, else `otherwise`.
pub(super) fn insertion_point(root: Node<'_>, path: &str, otherwise: Span) -> Span {
    let mut span = otherwise;
    let mut node = root;
    for step in steps(path) {
        let Some((entry, value)) = node.entry(step) else {
            break;
        };
        span = entry.key_span;
        node = value;
    }
    span
}

/// Returns the key of the last step of a path, where all of it is there.
pub(super) fn key_at(root: Node<'_>, path: &str) -> Option<Span> {
    let mut span = None;
    let mut node = root;
    for step in steps(path) {
        let (entry, value) = node.entry(step)?;
        span = Some(entry.key_span);
        node = value;
    }
    span
}

/// True where a part of the way to a missing node comes from a template that needs the chart.
pub(super) fn is_hidden(root: Node<'_>, path: &str) -> bool {
    let mut node = root;
    for step in steps(path) {
        let has_opaque_key = node
            .entries()
            .any(|(entry, _)| entry.key.contains(portolan_yaml::OPAQUE));
        match node.get(step) {
            Some(value) if !value.is_opaque() => node = value,
            Some(_) => return true,
            None => return has_opaque_key,
        }
    }
    false
}
