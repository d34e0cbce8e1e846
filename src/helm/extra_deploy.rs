//! Templates that stand in values: the entries of `extraDeploy`, and texts that the chart passes through `tpl`.
//!
//! An entry of `extraDeploy` is a string or a mapping. The chart renders it with the release's values, and what comes out
//! may be several documents. Every node of them leads to the bytes in the values file that it came from.

use std::collections::HashMap;

use super::projection::{CHART_VERSION, ReleaseNames};
use super::template::{self, Chart, Context, Release, TemplateProblem};
use super::values::made_string;
use crate::kube::{Object, Origin};
use crate::source::{MappedText, Sources};
use crate::yaml::{
    self, Entry, Node, NodeData, NodeId, NodeKind, OPAQUE, Problem, ProblemKind, Tree,
};

/// What came out of templates in values.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The objects.
    pub objects: Vec<Object>,
    /// Templates that Helm would refuse.
    pub template_problems: Vec<TemplateProblem>,
    /// Output that is not YAML although all of it is known, and keys that stand twice.
    pub yaml_problems: Vec<Problem>,
    /// Documents that could not be read because parts of them need the chart.
    pub hidden: usize,
}

/// What templates are rendered with.
#[derive(Clone, Copy)]
pub struct Rendering<'r> {
    /// The texts.
    pub sources: &'r Sources,
    /// Names of the release.
    pub names: &'r ReleaseNames,
    /// `.Capabilities.KubeVersion.Version`, where it was given.
    pub kube_version: Option<&'r str>,
}

impl Rendering<'_> {
    fn context<'c>(&'c self, values: Node<'c>) -> Context<'c> {
        Context {
            values,
            // Only the defaults that the projection reads are known.
            values_complete: false,
            release: Release {
                name: Some(&self.names.release),
                namespace: self.names.namespace.as_deref(),
                ..Release::default()
            },
            chart: Chart {
                name: Some("carto"),
                version: Some(CHART_VERSION),
                app_version: None,
            },
            capabilities: template::Capabilities {
                kube_version: self.kube_version,
                api_versions: None,
            },
            limits: template::Limits::default(),
        }
    }
}

/// Renders every entry of `extraDeploy`.
pub fn render(tree: &mut Tree, values: NodeId, rendering: Rendering<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let items = entries(tree.node(values));
    for item in items {
        if tree.node(item).is_mapping() {
            let root = render_texts(
                tree,
                values,
                item,
                rendering,
                &mut outcome.template_problems,
            );
            add_document(tree, root, &mut outcome);
        } else if tree.node(item).as_str().is_some() {
            render_text(tree, values, item, rendering, &mut outcome);
        }
    }
    outcome
}

/// The entries in the order in which the chart goes through them: `range` takes a mapping's values by the order of its keys.
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

/// An entry that is a string.
fn render_text(
    tree: &mut Tree,
    values: NodeId,
    item: NodeId,
    rendering: Rendering<'_>,
    outcome: &mut Outcome,
) {
    let text: MappedText = yaml::mapped_text(rendering.sources, tree.node(item));
    let rendered = template::render(&text, &rendering.context(tree.node(values)));
    let refused = rendered.is_refused();
    outcome.template_problems.extend(rendered.problems);
    if refused {
        outcome.hidden += 1;
        return;
    }
    let stream = yaml::parse(&rendered.text, tree, &yaml::Limits::default());
    let uncertain = !rendered.opaque.is_empty();
    for problem in stream.problems {
        // Placeholders for what is not known may break the YAML around them; that is no fault of the user's.
        if matches!(&problem.kind, ProblemKind::DuplicateKey { key } if key.contains(OPAQUE)) {
            continue;
        }
        if uncertain && problem.kind.loses_document() {
            outcome.hidden += 1;
        } else {
            outcome.yaml_problems.push(problem);
        }
    }
    for document in stream.documents {
        add_document(tree, document.root, outcome);
    }
}

fn add_document(tree: &Tree, root: NodeId, outcome: &mut Outcome) {
    let node = tree.node(root);
    if node.is_null() {
        return;
    }
    let kind = node.get("kind").and_then(Node::text).unwrap_or_default();
    if kind.is_empty() || kind.contains(OPAQUE) {
        // Nobody knows what it is.
        outcome.hidden += 1;
        return;
    }
    outcome.objects.push(Object {
        root,
        origin: Origin::ExtraDeploy,
        template: Some("carto/templates/extra-list.yaml".to_owned()),
    });
}

/// Subtrees of the values that the chart passes through `tpl`.
const TEMPLATED: [&[&str]; 8] = [
    &["commonAnnotations"],
    &["commonLabels"],
    &["router", "service", "annotations"],
    &["router", "service", "extraPorts"],
    &["router", "ingress", "annotations"],
    &["router", "ingress", "extraTls"],
    &["router", "ingress", "extraRules"],
    &["gateway", "annotations"],
];

/// The values with the templates in them rendered where the chart does so.
pub fn render_values(
    tree: &mut Tree,
    values: NodeId,
    rendering: Rendering<'_>,
    problems: &mut Vec<TemplateProblem>,
) -> NodeId {
    let mut root = values;
    for path in TEMPLATED {
        let Some(node) = tree.node(values).at(path).map(Node::id) else {
            continue;
        };
        let rendered = render_texts(tree, values, node, rendering, problems);
        if rendered != node {
            root = replace_at(tree, root, path, rendered);
        }
    }
    root
}

/// A copy of `root` in which the texts that hold templates are rendered; `root` itself where there is none.
fn render_texts(
    tree: &mut Tree,
    values: NodeId,
    root: NodeId,
    rendering: Rendering<'_>,
    problems: &mut Vec<TemplateProblem>,
) -> NodeId {
    let mut found = Vec::new();
    let mut stack = vec![tree.node(root)];
    while let Some(node) = stack.pop() {
        match node.kind() {
            NodeKind::Mapping(_) => stack.extend(node.entries().map(|(_, value)| value)),
            NodeKind::Sequence(_) => stack.extend(node.items()),
            NodeKind::Scalar(scalar) if scalar.text.contains("{{") => {
                found.push(node.target().id())
            }
            NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
        }
        // A value with a million nodes and templates among them is nobody's configuration.
        if stack.len() > 100_000 || found.len() > 10_000 {
            return root;
        }
    }
    if found.is_empty() {
        return root;
    }
    found.sort_unstable();
    found.dedup();
    let mut rendered = HashMap::new();
    for id in found {
        let node = tree.node(id);
        let text = yaml::mapped_text(rendering.sources, node);
        let output = template::render(&text, &rendering.context(tree.node(values)));
        let refused = output.is_refused();
        problems.extend(output.problems);
        let text = if refused {
            OPAQUE.to_string()
        } else {
            output.text.text
        };
        let span = node.span();
        rendered.insert(id, made_string(tree, text, span));
    }
    copy_with(tree, root, &rendered, 0)
}

/// A copy of a subtree with some nodes replaced; unchanged parts are shared.
fn copy_with(
    tree: &mut Tree,
    root: NodeId,
    replaced: &HashMap<NodeId, NodeId>,
    depth: usize,
) -> NodeId {
    let node = tree.node(root);
    if let Some(new) = replaced.get(&node.target().id()) {
        return *new;
    }
    if depth > yaml::Limits::default().max_nesting {
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

/// A copy of the mappings along a path, with another node at its end.
fn replace_at(tree: &mut Tree, root: NodeId, path: &[&str], new: NodeId) -> NodeId {
    let Some((key, rest)) = path.split_first() else {
        return new;
    };
    let node = tree.node(root);
    let span = node.site();
    let mut entries: Vec<Entry> = node.entries().map(|(entry, _)| entry.clone()).collect();
    for entry in &mut entries {
        if &*entry.key == *key {
            entry.value = replace_at(tree, entry.value, rest, new);
        }
    }
    tree.push(NodeData {
        span,
        kind: NodeKind::Mapping(entries),
        overrides: None,
    })
}
