//! Values that the chart prints as YAML and evaluates as one template: annotations, labels, `extraTls` and their like.
//!
//! Whatever such a value is, the chart makes a text of it, a mapping by `toYaml` and a string as it stands, evaluates the
//! text, and prints what comes out. So a mapping may be written as a string, a template may stand in a key, and one may
//! begin in one value and end in the next.

use std::collections::HashMap;

use super::printed::as_yaml;
use super::templates::Templates;
use super::values::{made_scalar, made_string};
use portolan_template::Rendered;
use portolan_yaml::source::{MappedText, Span};
use portolan_yaml::{Entry, Node, NodeData, NodeId, NodeKind, OPAQUE, ProblemKind, Tree, Value};

/// Renders a value; `None` where nothing is printed.
pub(crate) fn render(
    tree: &mut Tree,
    value: NodeId,
    templates: &mut Templates<'_>,
) -> Option<NodeId> {
    let node = tree.node(value);
    let (site, is_string) = (node.site(), node.as_str().is_some());
    if node.is_opaque() {
        return Some(value);
    }
    let text: MappedText = match () {
        () if is_string => portolan_yaml::mapped_text(templates.rendering.sources, node),
        () if holds_template(node) => portolan_template::written(templates.rendering.sources, node),
        () => return Some(as_yaml(tree, value)),
    };
    let read = match templates.evaluate(tree, &text, site) {
        Some(rendered) => read(tree, &rendered, site, templates),
        None => Err(Unread),
    };
    match read {
        Ok(root) => root,
        Err(Unread) if is_string => Some(unknown_entries(tree, site)),
        Err(Unread) => {
            // Helm stops here; what can be read of it one by one is still worth a look.
            let reported = templates.mark();
            let root = render_each(tree, value, templates);
            templates.forget_since(reported);
            Some(root)
        }
    }
}

/// Nothing of an output can be used, and a problem says why.
struct Unread;

/// Reads the first document of an output.
fn read(
    tree: &mut Tree,
    rendered: &Rendered,
    site: Span,
    templates: &mut Templates<'_>,
) -> Result<Option<NodeId>, Unread> {
    let limits = portolan_yaml::Limits::from(templates.rendering.limits);
    let before = tree.len();
    let stream = portolan_yaml::parse(&rendered.text, tree, &limits);
    templates.rendering.budget.take_nodes(tree.len() - before);
    let is_certain = rendered.opaque.is_empty();
    let mut lost = false;
    for mut problem in stream.problems {
        lost |= problem.kind.loses_document();
        // Of two entries with one key the later is printed later, and wins.
        let is_harmless = matches!(problem.kind, ProblemKind::DuplicateKey { .. });
        if is_certain && !is_harmless {
            if problem.span == Span::NOWHERE {
                problem.span = site;
            }
            templates.report_yaml(problem);
        }
    }
    if lost {
        return if is_certain {
            Err(Unread)
        } else {
            Ok(Some(unknown_entries(tree, site)))
        };
    }
    let root = stream
        .documents
        .first()
        .map(|document| tree.node(document.root));
    Ok(root.filter(|root| !root.is_null()).map(Node::id))
}

/// Makes a mapping of which nobody knows the entries.
fn unknown_entries(tree: &mut Tree, site: Span) -> NodeId {
    let value = made_scalar(tree, OPAQUE.to_string(), Value::String, site);
    let entry = Entry {
        key: OPAQUE.to_string().into(),
        key_span: site,
        value,
    };
    tree.push(NodeData {
        span: site,
        kind: NodeKind::Mapping(vec![entry]),
        overrides: None,
    })
}

/// Tells whether there is a template in a key or a string.
pub(super) fn holds_template(root: Node<'_>) -> bool {
    let mut stack = vec![root];
    while let Some(node) = stack.pop() {
        match node.kind() {
            NodeKind::Mapping(_) => {
                for (entry, value) in node.entries() {
                    if entry.key.contains("{{") {
                        return true;
                    }
                    stack.push(value);
                }
            }
            NodeKind::Sequence(_) => stack.extend(node.items()),
            NodeKind::Scalar(scalar) if scalar.text.contains("{{") => return true,
            NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
        }
    }
    false
}

/// Copies `root` so that the strings that hold templates are rendered one by one; returns `root` itself where there is
/// none.
fn render_each(tree: &mut Tree, root: NodeId, templates: &mut Templates<'_>) -> NodeId {
    let mut found = Vec::new();
    let mut stack = vec![tree.node(root)];
    while let Some(node) = stack.pop() {
        match node.kind() {
            NodeKind::Mapping(_) => stack.extend(node.entries().map(|(_, value)| value)),
            NodeKind::Sequence(_) => stack.extend(node.items()),
            NodeKind::Scalar(scalar) if scalar.text.contains("{{") => {
                found.push(node.target().id());
            }
            NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
        }
    }
    found.sort_unstable();
    found.dedup();
    let mut rendered = HashMap::new();
    for id in found {
        let output = templates.evaluate_node(tree, id);
        let text = output.map_or_else(|| OPAQUE.to_string(), |output| output.text.text);
        let span = tree.node(id).span();
        rendered.insert(id, made_string(tree, text, span));
    }
    copy_with(tree, root, &rendered, 0)
}

/// Deeper than any input: the limit `nesting` cannot be set to more.
const DEEPEST: usize = 1_000;

/// Copies a subtree with some nodes replaced; unchanged parts are shared.
pub(super) fn copy_with(
    tree: &mut Tree,
    root: NodeId,
    replaced: &HashMap<NodeId, NodeId>,
    depth: usize,
) -> NodeId {
    let node = tree.node(root);
    if let Some(new) = replaced.get(&node.target().id()) {
        return *new;
    }
    if depth > DEEPEST || replaced.is_empty() {
        return root;
    }
    let span = node.site();
    let kind = match node.kind() {
        NodeKind::Mapping(entries) => {
            let entries = entries.clone();
            let copied: Vec<Entry> = entries
                .into_iter()
                .map(|entry| Entry {
                    value: copy_with(tree, entry.value, replaced, depth + 1),
                    ..entry
                })
                .collect();
            NodeKind::Mapping(copied)
        }
        NodeKind::Sequence(items) => {
            let items = items.clone();
            NodeKind::Sequence(
                items
                    .into_iter()
                    .map(|item| copy_with(tree, item, replaced, depth + 1))
                    .collect(),
            )
        }
        NodeKind::Scalar(_) | NodeKind::Alias(_) => return root,
    };
    tree.push(NodeData {
        span,
        kind,
        overrides: None,
    })
}
