//! The entries of `extraDeploy`.
//!
//! An entry is a string or a mapping. The chart renders it with the release's values, and what comes out may be several
//! documents. Every node of them leads to the bytes in the values file that it came from.

use super::rendered::holds_template;
use super::templates::Templates;
use crate::kube::{Object, Origin, Unplaced};
use portolan_template::{Limit, Rendered, TemplateProblem};
use portolan_yaml::source::{MappedText, Span};
use portolan_yaml::{self, Node, NodeId, OPAQUE, ProblemKind, Tree};

/// Results of evaluating `extraDeploy`.
#[derive(Debug, Default)]
pub struct Deployed {
    /// The objects.
    pub objects: Vec<Object>,
    /// Entries, or documents of them, that could not be read because parts of them need the chart.
    pub unplaced: Vec<Unplaced>,
}

/// An entry of `extraDeploy`.
#[derive(Clone, Copy)]
struct Item {
    /// Its value.
    id: NodeId,
    /// Its index among the others, from 0.
    at: usize,
}

/// Renders every entry of `extraDeploy`.
pub fn render(tree: &mut Tree, values: NodeId, templates: &mut Templates<'_>) -> Deployed {
    let mut outcome = Deployed::default();
    let items = entries(tree.node(values));
    for (at, id) in items.into_iter().enumerate() {
        let item = Item { id, at };
        let node = tree.node(id);
        match () {
            () if node.is_opaque() => {
                let why = "it comes from a template that needs the chart";
                outcome
                    .unplaced
                    .push(unplaced(tree, item, None, why, ASK_HELM));
            }
            () if node.as_str().is_some() => {
                let text = portolan_yaml::mapped_text(templates.rendering.sources, node);
                render_text(tree, item, &text, templates, &mut outcome);
            }
            () if holds_template(node) => {
                let text = portolan_template::written(templates.rendering.sources, node);
                render_text(tree, item, &text, templates, &mut outcome);
            }
            () => {
                let root = super::printed::as_yaml(tree, id);
                add_document(tree, root, item, None, templates, &mut outcome);
            }
        }
    }
    outcome
}

/// Advice for a template whose output is not known.
const ASK_HELM: &str = "check Helm's output instead (`helm template … | portolan check -`)";

/// Describes an entry, or a document in it, of which nobody knows what it is. Its place is `span`, or, where that is
/// empty, the entry's beginning.
fn unplaced(tree: &Tree, item: Item, span: Option<Span>, why: &str, supply: &str) -> Unplaced {
    let node = tree.node(item.id);
    let kinds = kinds(node);
    let entry = format!("`extraDeploy[{}]`", item.at);
    let what = match kinds.as_slice() {
        [] => format!("entry {entry}"),
        kinds => format!("{} in {entry}", kinds.join(", ")),
    };
    Unplaced {
        span: span.unwrap_or_else(|| node.site()),
        what,
        why: why.to_owned(),
        supply: supply.to_owned(),
        kinds,
    }
}

/// Finds the kinds that the text of an entry names, each once.
fn kinds(node: Node<'_>) -> Vec<Box<str>> {
    let named = node.get("kind").and_then(Node::text).into_iter();
    let text = node.as_str().unwrap_or_default();
    let written = text.lines().filter_map(|line| line.strip_prefix("kind:"));
    let mut kinds: Vec<Box<str>> = Vec::new();
    for kind in named.chain(written) {
        let kind = kind.trim().trim_matches(['"', '\'']);
        let is_word = !kind.is_empty() && kind.chars().all(|at| at.is_ascii_alphanumeric());
        if !is_word {
            // One of them may be anything.
            return Vec::new();
        }
        if !kinds.iter().any(|known| &**known == kind) {
            kinds.push(kind.into());
        }
    }
    kinds
}

/// Returns the entries in the order in which the chart goes through them: `range` takes a mapping's values by the order
/// of its keys.
fn entries(values: Node<'_>) -> Vec<NodeId> {
    let Some(node) = values.get("extraDeploy") else {
        return Vec::new();
    };
    let mut named: Vec<(&str, NodeId)> = node
        .entries()
        .map(|(entry, value)| (&*entry.key, value.id()))
        .collect();
    named.sort_unstable();
    let items = node.items().map(Node::id);
    items.chain(named.into_iter().map(|(_, id)| id)).collect()
}

/// Evaluates the text of an entry and reads its documents.
fn render_text(
    tree: &mut Tree,
    item: Item,
    text: &MappedText,
    templates: &mut Templates<'_>,
    outcome: &mut Deployed,
) {
    let site = tree.node(item.id).site();
    let Some(rendered) = templates.evaluate(tree, text, site) else {
        let why = "its template could not be evaluated";
        let supply = "fix the template";
        outcome
            .unplaced
            .push(unplaced(tree, item, None, why, supply));
        return;
    };
    let reason = reason(&rendered);
    let lost = |tree: &Tree, span: Span| {
        let span = Some(span).filter(|span| *span != Span::NOWHERE);
        unplaced(tree, item, span, &reason, ASK_HELM)
    };
    let (limits, budget) = (templates.rendering.limits, templates.rendering.budget);
    let before = tree.len();
    let left = budget.nodes_left(&templates.rendering.limits());
    let within = portolan_yaml::Limits {
        max_nodes: left.min(limits.nodes),
        max_bytes: limits.file_size,
        ..portolan_yaml::Limits::from(limits)
    };
    let stream = portolan_yaml::parse(&rendered.text, tree, &within);
    budget.take_nodes(tree.len() - before);
    let uncertain = !rendered.opaque.is_empty();
    for problem in stream.problems {
        // Placeholders for what is not known may break the YAML around them; that is no fault of the user's.
        if matches!(&problem.kind, ProblemKind::DuplicateKey { key } if key.contains(OPAQUE)) {
            continue;
        }
        if problem.kind == ProblemKind::LimitExceeded(portolan_yaml::Limit::Nodes)
            && left < limits.nodes
        {
            // The next template is not to be begun.
            budget.take_nodes(left.saturating_add(1));
            outcome.unplaced.push(lost(tree, problem.span));
            templates.report(TemplateProblem {
                span: problem.span,
                message: format!(
                    "the documents that templates make hold more than {} keys and values",
                    limits.template_nodes
                ),
                help: None,
                fatal: false,
                kind: portolan_template::ProblemKind::Limit(Limit::Nodes),
            });
            continue;
        }
        if matches!(problem.kind, ProblemKind::LimitExceeded(_)) {
            if problem.kind.loses_document() {
                outcome.unplaced.push(lost(tree, problem.span));
            }
            templates.report_yaml(problem);
        } else if uncertain && problem.kind.loses_document() {
            outcome.unplaced.push(lost(tree, problem.span));
        } else {
            templates.report_yaml(problem);
        }
    }
    for document in stream.documents {
        add_document(
            tree,
            document.root,
            item,
            Some(&rendered),
            templates,
            outcome,
        );
    }
}

/// Says why parts of an output are not known.
fn reason(rendered: &Rendered) -> String {
    let opaque = rendered.opaque.first();
    opaque.map_or_else(
        || "it is more than can be read".to_owned(),
        |part| part.reason.clone(),
    )
}

fn add_document(
    tree: &Tree,
    root: NodeId,
    item: Item,
    rendered: Option<&Rendered>,
    templates: &mut Templates<'_>,
    outcome: &mut Deployed,
) {
    let node = tree.node(root);
    if node.is_null() {
        return;
    }
    let is_certain = rendered.is_none_or(|rendered| rendered.opaque.is_empty());
    if let Some(message) = Some(node).filter(|_| is_certain).and_then(no_object) {
        let site = tree.node(item.id).site();
        templates.report(TemplateProblem {
            span: if node.site() == Span::NOWHERE {
                site
            } else {
                node.site()
            },
            message: message.to_owned(),
            help: Some("write a Kubernetes object: `apiVersion`, `kind` and `metadata`".to_owned()),
            fatal: true,
            kind: portolan_template::ProblemKind::Evaluation,
        });
        return;
    }
    let kind = node.get("kind").and_then(Node::text).unwrap_or_default();
    if kind.is_empty() || kind.contains(OPAQUE) {
        let why = rendered.map(reason);
        let why = why.as_deref().unwrap_or("its kind comes from a template");
        let span = Some(node.site());
        outcome
            .unplaced
            .push(unplaced(tree, item, span, why, ASK_HELM));
        return;
    }
    if let (Some(rendered), Some(hidden)) = (rendered, node.get("spec").and_then(unknown_entries)) {
        let mut part = unplaced(tree, item, Some(hidden), &reason(rendered), ASK_HELM);
        part.what = format!("a part of {}", part.what);
        part.kinds = vec![kind.into()];
        outcome.unplaced.push(part);
    }
    outcome.objects.push(Object {
        root,
        origin: Origin::ExtraDeploy,
        template: Some("carto/templates/extra-list.yaml".to_owned()),
    });
}

/// Where there may be entries below a node that nobody knows.
fn unknown_entries(root: Node<'_>) -> Option<Span> {
    let mut stack = vec![root];
    while let Some(node) = stack.pop() {
        for (entry, value) in node.entries() {
            if entry.key.contains(OPAQUE) {
                return Some(entry.key_span);
            }
            stack.push(value);
        }
        stack.extend(node.items());
    }
    None
}

/// Why Helm does not take a document for an object.
fn no_object(node: Node<'_>) -> Option<&'static str> {
    let is_text = |key: &str| match node.get(key) {
        Some(value) => value.is_null() || value.as_str().is_some(),
        None => true,
    };
    if node.scalar().is_some() || node.is_sequence() {
        return Some(
            "Helm does not render this entry: its output is not a mapping, and so not a Kubernetes object",
        );
    }
    if !is_text("apiVersion") || !is_text("kind") {
        return Some(
            "Helm does not render this entry: its `apiVersion` and `kind` must be strings",
        );
    }
    let metadata = node.get("metadata");
    if metadata.is_some_and(|node| !node.is_mapping() && !node.is_null()) {
        return Some("Helm does not render this entry: its `metadata` is not a mapping");
    }
    None
}
