//! Templates that stand in values: the entries of `extraDeploy`, and texts that the chart passes through `tpl`.
//!
//! An entry of `extraDeploy` is a string or a mapping. The chart renders it with the release's values, and what comes out
//! may be several documents. Every node of them leads to the bytes in the values file that it came from.

use std::collections::HashMap;

use super::projection::{CHART_VERSION, ReleaseNames};
use super::values::made_string;
use crate::kube::{Object, Origin, Unplaced};
use crate::limits::Limits;
use portolan_template::{
    Budget, Chart, Context, Engine, Limit, Release, Rendered, TemplateProblem,
};
use portolan_yaml::source::{MappedText, Sources, Span};
use portolan_yaml::{
    self, Entry, Node, NodeData, NodeId, NodeKind, OPAQUE, Problem, ProblemKind, Tree,
};

/// What came out of templates in values.
#[derive(Debug, Default)]
pub struct Deployed {
    /// The objects.
    pub objects: Vec<Object>,
    /// Output that is not YAML although all of it is known, and keys that stand twice.
    pub yaml_problems: Vec<Problem>,
    /// Entries, or documents of them, that could not be read because parts of them need the chart.
    pub unplaced: Vec<Unplaced>,
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
    /// How much may be done.
    pub limits: &'r Limits,
    /// What the templates of the run have used up.
    pub budget: &'r Budget,
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
            capabilities: portolan_template::Capabilities {
                kube_version: self.kube_version,
                api_versions: None,
            },
            limits: portolan_template::Limits::from(self.limits),
        }
    }
}

/// Renders the templates of one release. The values are taken in once, and only where there is a template.
pub struct Templates<'r> {
    rendering: Rendering<'r>,
    /// The engine, and the values that it has taken in.
    engine: Option<(NodeId, Engine)>,
    /// Templates that Helm would refuse, and limits that were reached.
    problems: Vec<TemplateProblem>,
    /// The first template that was left out because the run's limit had been reached before, and how many there were.
    left_out: Option<(Span, Limit, usize)>,
}

impl<'r> Templates<'r> {
    /// Prepares to render.
    pub fn new(rendering: Rendering<'r>) -> Self {
        Templates {
            rendering,
            engine: None,
            problems: Vec::new(),
            left_out: None,
        }
    }

    /// What is wrong with the templates.
    pub fn into_problems(self) -> Vec<TemplateProblem> {
        let mut problems = self.problems;
        if let Some((span, limit, count)) = self.left_out {
            let which = match count {
                1 => "this template is not evaluated".to_owned(),
                count => format!("this template and {} more are not evaluated", count - 1),
            };
            problems.push(TemplateProblem {
                span,
                message: format!("{which}: the templates before it used up what there was for all"),
                help: None,
                fatal: false,
                kind: portolan_template::ProblemKind::Limit(limit),
            });
        }
        problems
    }

    /// Renders the template in a node; `None` where nothing that could be used comes out.
    fn render(&mut self, tree: &Tree, values: NodeId, item: NodeId) -> Option<Rendered> {
        let Rendering { limits, budget, .. } = self.rendering;
        let node = tree.node(item);
        let is_template = node.text().is_some_and(|text| text.contains("{{"));
        let spent = budget.spent(&portolan_template::Limits::from(limits));
        // What is no template costs what it is long, but its documents are nodes too.
        if let Some(limit) = spent.filter(|limit| is_template || *limit == Limit::Nodes) {
            let first = self.left_out.get_or_insert((node.site(), limit, 0));
            first.2 += 1;
            return None;
        }
        let text: MappedText = portolan_yaml::mapped_text(self.rendering.sources, node);
        if !is_template {
            return Some(Rendered {
                text,
                ..Rendered::default()
            });
        }
        budget.take_template();
        if self.engine.as_ref().is_none_or(|(of, _)| *of != values) {
            let context = self.rendering.context(tree.node(values));
            self.engine = Some((values, Engine::new(&context)));
        }
        let (_, engine) = self.engine.as_mut()?;
        let mut rendered = engine.render(&text, budget);
        let usable = !rendered.is_refused() && !rendered.is_cut_short();
        for problem in &mut rendered.problems {
            // A limit may be reached before the first action.
            if problem.span == Span::NOWHERE || problem.span.is_empty() {
                problem.span = node.site();
            }
        }
        self.problems.append(&mut rendered.problems);
        usable.then_some(rendered)
    }
}

/// One entry of `extraDeploy`.
#[derive(Clone, Copy)]
struct Item {
    /// Its value.
    id: NodeId,
    /// Where it stands among the others, from 0.
    at: usize,
}

/// Renders every entry of `extraDeploy`.
pub fn render(tree: &mut Tree, values: NodeId, templates: &mut Templates<'_>) -> Deployed {
    let mut outcome = Deployed::default();
    let items = entries(tree.node(values));
    for (at, id) in items.into_iter().enumerate() {
        let item = Item { id, at };
        if tree.node(id).is_mapping() {
            let root = render_texts(tree, values, id, templates);
            add_document(tree, root, item, None, &mut outcome);
        } else if tree.node(id).as_str().is_some() {
            render_text(tree, values, item, templates, &mut outcome);
        }
    }
    outcome
}

/// What would tell what a template prints.
const ASK_HELM: &str = "check Helm's output instead (`helm template … | portolan check -`)";

/// An entry, or a document in it, of which nobody knows what it is. It stands at `span`, or, where that is empty, at the
/// entry's beginning.
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

/// The kinds that the text of an entry names, each once.
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
    item: Item,
    templates: &mut Templates<'_>,
    outcome: &mut Deployed,
) {
    let Some(rendered) = templates.render(tree, values, item.id) else {
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
    let Rendering { limits, budget, .. } = templates.rendering;
    let before = tree.len();
    let left = budget.nodes_left(&portolan_template::Limits::from(limits));
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
            templates.problems.push(TemplateProblem {
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
            outcome.yaml_problems.push(problem);
        } else if uncertain && problem.kind.loses_document() {
            outcome.unplaced.push(lost(tree, problem.span));
        } else {
            outcome.yaml_problems.push(problem);
        }
    }
    for document in stream.documents {
        add_document(tree, document.root, item, Some(&reason), outcome);
    }
}

/// Why parts of an output are not known.
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
    reason: Option<&str>,
    outcome: &mut Deployed,
) {
    let node = tree.node(root);
    if node.is_null() {
        return;
    }
    let kind = node.get("kind").and_then(Node::text).unwrap_or_default();
    if kind.is_empty() || kind.contains(OPAQUE) {
        let why = reason.unwrap_or("its kind comes from a template");
        let span = Some(node.site());
        outcome
            .unplaced
            .push(unplaced(tree, item, span, why, ASK_HELM));
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
pub fn render_values(tree: &mut Tree, values: NodeId, templates: &mut Templates<'_>) -> NodeId {
    let mut root = values;
    for path in TEMPLATED {
        let Some(node) = tree.node(values).at(path).map(Node::id) else {
            continue;
        };
        let rendered = render_texts(tree, values, node, templates);
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
    templates: &mut Templates<'_>,
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
    }
    if found.is_empty() {
        return root;
    }
    found.sort_unstable();
    found.dedup();
    let mut rendered = HashMap::new();
    for id in found {
        let output = templates.render(tree, values, id);
        let text = output.map_or_else(|| OPAQUE.to_string(), |output| output.text.text);
        let span = tree.node(id).span();
        rendered.insert(id, made_string(tree, text, span));
    }
    copy_with(tree, root, &rendered, 0)
}

/// Deeper than any input: the limit `nesting` cannot be set to more.
const DEEPEST: usize = 1_000;

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
    if depth > DEEPEST {
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
