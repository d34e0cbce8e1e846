//! The keys and types of values, held against the chart's own.
//!
//! Takes the values as they were written, file by file, and the catalogue of one chart release; gives facts about keys that
//! the chart does not have, and values of another type than it has. Below a free-form mapping nothing is unknown.

use std::collections::HashSet;

use super::scalars;
use super::values::is_truthy;
use crate::catalogue::{ChartVersion, KeyId, KeyType};
use crate::facts::{Anchor, ChartKey, ChartValue, Fact, Facts, ValueSort};
use portolan_yaml::source::{Sources, Span};
use portolan_yaml::{Entry, Node, NodeKind, Scalar, Tree, Value};

/// More findings of one sort than this say nothing new: the file belongs to another chart. As many as a report shows.
const MOST: usize = 10_000;

/// The place of a node as the chart sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyContext {
    /// The chart's key; `None` below a free-form mapping.
    pub key: Option<KeyId>,
    /// The chart's type of value there.
    pub kind: Option<KeyType>,
    /// Whether it lies in a mapping that templates hand on as it is, where Kubernetes and not the chart reads it.
    pub is_handed_on: bool,
    /// Whether the key stands in annotations or labels, which have a rule of their own.
    pub is_string_map: bool,
}

/// Adds the facts about one layer of values.
pub fn facts(
    edition: &ChartVersion,
    sources: &Sources,
    tree: &Tree,
    root: portolan_yaml::NodeId,
    facts: &mut Facts,
) {
    let mut walk = Walk {
        edition,
        sources,
        root: tree.node(root),
        seen: facts
            .chart_keys
            .iter()
            .map(|fact| fact.place.span)
            .chain(facts.chart_values.iter().map(|fact| fact.place.span))
            .collect(),
        uses: None,
        facts,
    };
    walk.run();
}

struct Walk<'w> {
    edition: &'w ChartVersion,
    sources: &'w Sources,
    root: Node<'w>,
    /// Places that something was said about: a value behind an alias is met more than once.
    seen: HashSet<Span>,
    uses: Option<Vec<Use>>,
    facts: &'w mut Facts,
}

/// A use of something that was written elsewhere, by an alias or a merge key.
struct Use {
    site: Span,
    written: Span,
}

impl<'w> Walk<'w> {
    fn run(&mut self) {
        let top = KeyContext {
            key: Some(KeyId::ROOT),
            kind: Some(KeyType::Mapping),
            is_handed_on: false,
            is_string_map: false,
        };
        let mut stack: Vec<(Node<'w>, KeyContext)> = vec![(self.root, top)];
        while let Some((node, key_context)) = stack.pop() {
            // What an alias leads to below a free key is looked at where it was written.
            if key_context.key.is_none() && node.site() != node.span() {
                continue;
            }
            match node.kind() {
                NodeKind::Mapping(_) => {
                    let mut before = None;
                    for (entry, value) in node.entries() {
                        if let Some(key_context) = self.entry(key_context, before, entry, value) {
                            stack.push((value, key_context));
                        }
                        before = Some(&*entry.key);
                    }
                }
                NodeKind::Sequence(_) => {
                    let below = KeyContext {
                        key: None,
                        kind: None,
                        ..key_context
                    };
                    stack.extend(node.items().map(|item| (item, below)));
                }
                NodeKind::Scalar(scalar) => self.scalar(key_context, node, scalar),
                NodeKind::Alias(_) => {}
            }
        }
    }

    /// Looks at a key, and says where its value stands; `None` where there is nothing more to look at.
    fn entry(
        &mut self,
        above: KeyContext,
        before: Option<&str>,
        entry: &'w Entry,
        value: Node<'w>,
    ) -> Option<KeyContext> {
        let is_rewritten = scalars::key(self.sources, entry, self.facts);
        let is_string_map = above.is_string_map || is_string_map(&entry.key);
        let free = KeyContext {
            key: None,
            kind: None,
            is_handed_on: true,
            is_string_map,
        };
        let Some(parent) = above.key else {
            return Some(free);
        };
        let parent_is_free = above.kind.is_none_or(KeyType::is_free);
        let Some(id) = self.edition.known(parent, &entry.key) else {
            if parent_is_free {
                return Some(free);
            }
            if !is_rewritten {
                self.unknown(parent, before, entry, value);
            }
            return None;
        };
        let Some(kind) = self.edition.kind(id) else {
            if parent_is_free {
                return Some(free);
            }
            self.other_release(id, entry, value);
            return None;
        };
        // What is a closed mapping in the values may lie within one that is handed on whole.
        let kind = match kind {
            KeyType::Mapping if parent_is_free => KeyType::Free,
            kind => kind,
        };
        let key_context = KeyContext {
            key: Some(id),
            kind: Some(kind),
            is_handed_on: parent_is_free,
            is_string_map,
        };
        if self.value(id, kind, entry, value) {
            return None;
        }
        Some(key_context)
    }

    fn unknown(&mut self, parent: KeyId, before: Option<&str>, entry: &Entry, value: Node<'w>) {
        let name = &*entry.key;
        let is_top = parent == KeyId::ROOT;
        if self.facts.chart_keys.len() >= MOST {
            return;
        }
        // `x-…` is how Compose and others mark keys that are there for people and anchors.
        if is_top && (name.starts_with("x-") || self.holds_used_anchor(value)) {
            return;
        }
        let Some(mut fact) = self.new_key(parent, entry, value) else {
            return;
        };
        let below: Vec<&str> = value.entries().map(|(entry, _)| &*entry.key).collect();
        let own = below
            .iter()
            .filter(|name| {
                self.edition
                    .known(KeyId::ROOT, name)
                    .is_some_and(|id| self.edition.kind(id) == Some(KeyType::Mapping))
            })
            .count();
        let holds_values = is_top && own > 0 && own * 2 >= below.len();
        fact.holds_values = Fact::known(holds_values);
        if !holds_values && let Some(found) = self.edition.suggest(parent, name, &below, before) {
            fact.suggestion = Fact::known(found.path);
            fact.how = Fact::known(found.how);
        }
        self.facts.chart_keys.push(fact);
    }

    fn other_release(&mut self, id: KeyId, entry: &Entry, value: Node<'w>) {
        let parent = self.edition.parent(id);
        let Some(mut fact) = self.new_key(parent, entry, value) else {
            return;
        };
        fact.holds_values = Fact::known(false);
        if let Some(when) = self.edition.availability(id) {
            fact.releases = Fact::known(when.releases);
            fact.is_past = Fact::known(when.is_past);
            fact.turned = Fact::known(when.changed_in);
        }
        if let Some((found, since)) = self.edition.successor(id) {
            fact.suggestion = Fact::known(found.path);
            fact.how = Fact::known(found.how);
            if fact.is_past.value() == Some(&true) {
                fact.turned = Fact::known(since);
            }
        }
        self.facts.chart_keys.push(fact);
    }

    fn new_key(&mut self, parent: KeyId, entry: &Entry, value: Node<'w>) -> Option<ChartKey> {
        if self.facts.chart_keys.len() >= MOST || !self.seen.insert(entry.key_span) {
            return None;
        }
        let mut fact = ChartKey::new(Anchor::new(entry.key_span));
        fact.path = Fact::known(self.path(parent, &entry.key));
        fact.key = Fact::known(entry.key.to_string());
        fact.below = Fact::from_option(first_below(value));
        fact.chart = Fact::known(self.edition.name().to_owned());
        Some(fact)
    }

    fn path(&self, parent: KeyId, name: &str) -> String {
        let name = if name.contains('.') {
            format!("[{name:?}]")
        } else {
            name.to_owned()
        };
        match self.edition.path(parent) {
            above if above.is_empty() => name,
            above if name.starts_with('[') => format!("{above}{name}"),
            above => format!("{above}.{name}"),
        }
    }

    /// Tells whether something under a key is used elsewhere by its anchor.
    fn holds_used_anchor(&mut self, value: Node<'w>) -> bool {
        let root = self.root;
        let uses = self.uses.get_or_insert_with(|| uses(root));
        let span = value.span();
        // In the order of what was written, so that each use is looked at for the one key that holds it.
        let first = uses.partition_point(|used| used.written.start < span.start);
        uses.get(first..)
            .unwrap_or_default()
            .iter()
            .take_while(|used| used.written.start <= span.end)
            .any(|used| span.contains(used.written) && !span.contains(used.site))
    }

    /// Compares a value's type with the chart's; true where they differ.
    fn value(&mut self, id: KeyId, kind: KeyType, entry: &Entry, value: Node<'w>) -> bool {
        let Some(mismatch) = self.mismatch(id, kind, value) else {
            return false;
        };
        let span = if value.site().is_empty() {
            entry.key_span
        } else {
            value.site()
        };
        if self.facts.chart_values.len() >= MOST || !self.seen.insert(span) {
            return true;
        }
        let mut place = Anchor::new(span);
        if value.site() != value.span() {
            place.labels.push(crate::diagnostic::Label {
                span: value.span(),
                message: "the value".to_owned(),
            });
        }
        let mut fact = ChartValue::new(place);
        fact.path = Fact::known(self.edition.path(id));
        fact.expected = Fact::known(expected(kind));
        fact.found = Fact::known(found(value));
        fact.default = Fact::from_option(self.edition.default(id).map(str::to_owned));
        fact.means = Fact::from_option(mismatch.means);
        self.facts.chart_values.push(fact);
        true
    }

    fn mismatch(&self, id: KeyId, kind: KeyType, value: Node<'w>) -> Option<Mismatch> {
        const TYPE: Option<Mismatch> = Some(Mismatch { means: None });
        if value.is_null() || kind == KeyType::Any {
            return None;
        }
        let is_extra_deploy = self.edition.path(id) == "extraDeploy";
        match (kind, value.kind()) {
            (KeyType::Mapping, NodeKind::Mapping(_)) => None,
            (KeyType::Mapping, _) => TYPE,
            (KeyType::Free, NodeKind::Mapping(_)) => None,
            // `initContainers: {}` and `sidecars: {}` are lists, whatever the chart's default looks like.
            (KeyType::Free, NodeKind::Sequence(items)) => {
                let is_mapping =
                    self.edition.has_children(id) || is_string_map(self.edition.key_name(id));
                if is_mapping && !items.is_empty() {
                    TYPE
                } else {
                    None
                }
            }
            (KeyType::List, NodeKind::Sequence(_)) => None,
            // The chart goes through it value by value, so that named entries do.
            (KeyType::List, NodeKind::Mapping(entries)) if is_extra_deploy => {
                let is_object = entries
                    .iter()
                    .any(|entry| matches!(&*entry.key, "apiVersion" | "kind" | "metadata"));
                if is_object { TYPE } else { None }
            }
            (KeyType::List, NodeKind::Mapping(entries)) => {
                if entries.is_empty() {
                    None
                } else {
                    TYPE
                }
            }
            (KeyType::Free | KeyType::List, NodeKind::Scalar(scalar)) => {
                // What is empty is left out, and a text may hold YAML that the template hands on.
                let may_be_yaml = !is_extra_deploy && is_yaml_text(scalar);
                // Templates look for `enabled` in it, which fails even in `false`.
                let is_looked_into =
                    kind == KeyType::Free && self.edition.known(id, "enabled").is_some();
                if (is_truthy(value) || is_looked_into) && !may_be_yaml {
                    TYPE
                } else {
                    None
                }
            }
            (KeyType::Boolean, NodeKind::Scalar(scalar)) => match scalar.value {
                Value::String => of_text_for_boolean(&scalar.text),
                _ => None,
            },
            (KeyType::Number, NodeKind::Scalar(scalar)) => match scalar.value {
                Value::Bool(_) => TYPE,
                Value::String if is_number_text(&scalar.text) => None,
                Value::String => TYPE,
                _ => None,
            },
            (KeyType::Text | KeyType::Empty, NodeKind::Scalar(_)) => None,
            (_, NodeKind::Mapping(_) | NodeKind::Sequence(_)) => {
                if is_truthy(value) {
                    TYPE
                } else {
                    None
                }
            }
            (_, NodeKind::Alias(_)) | (KeyType::Any, _) => None,
        }
    }

    fn scalar(&mut self, key_context: KeyContext, node: Node<'w>, scalar: &Scalar) {
        if node.site() != node.span() {
            return;
        }
        let path = key_context.key.map(|id| self.edition.path(id));
        let expected = key_context
            .kind
            .filter(|kind| *kind != KeyType::Any)
            .map(expected);
        scalars::word(key_context, node, scalar, expected, self.facts);
        if key_context.is_handed_on {
            return;
        }
        if let (Some(path), Some(KeyType::Text | KeyType::Empty)) = (path, key_context.kind) {
            scalars::number(self.sources, &path, node, scalar, self.facts);
            scalars::padding(self.sources, &path, node, scalar, self.facts);
        }
    }
}

struct Mismatch {
    /// For text that reads as a boolean: which.
    means: Option<bool>,
}

fn of_text_for_boolean(text: &str) -> Option<Mismatch> {
    if text.is_empty() || text.contains("{{") {
        return None;
    }
    let means = match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" | "1" | "enabled" => Some(true),
        "false" | "no" | "off" | "n" | "0" | "disabled" => Some(false),
        _ => None,
    };
    Some(Mismatch { means })
}

/// Digits, a percentage, a template, nothing: what may stand for a number.
fn is_number_text(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || text.contains("{{") || text.trim_end_matches('%').parse::<f64>().is_ok()
}

/// Tells whether a string is one that a template may print as a mapping or a list.
fn is_yaml_text(scalar: &Scalar) -> bool {
    let text = scalar.text.trim();
    scalar.value == Value::String
        && (text.contains("{{")
            || text.contains('\n')
            || text.contains(": ")
            || text.ends_with(':')
            || text.starts_with(['[', '{', '-']))
}

pub(super) fn expected(kind: KeyType) -> ValueSort {
    match kind {
        KeyType::Mapping | KeyType::Free => ValueSort::Mapping,
        KeyType::List => ValueSort::List,
        KeyType::Boolean => ValueSort::Boolean,
        KeyType::Number => ValueSort::Number,
        KeyType::Text | KeyType::Empty | KeyType::Any => ValueSort::Text,
    }
}

/// Names the sort of a value.
pub(super) fn found(value: Node<'_>) -> ValueSort {
    match value.kind() {
        NodeKind::Mapping(_) => ValueSort::Mapping,
        NodeKind::Sequence(_) => ValueSort::List,
        NodeKind::Alias(_) => ValueSort::Alias,
        NodeKind::Scalar(scalar) => match scalar.value {
            Value::Null => ValueSort::Nothing,
            Value::Bool(_) => ValueSort::Boolean,
            Value::Int(_) | Value::UInt(_) | Value::Float(_) => ValueSort::Number,
            Value::String => ValueSort::Text,
        },
    }
}

fn is_string_map(key: &str) -> bool {
    key == "annotations"
        || key == "labels"
        || key.ends_with("Annotations")
        || key.ends_with("Labels")
}

/// Returns the first path of keys below a mapping, as long as there is but one way down.
fn first_below(value: Node<'_>) -> Option<String> {
    let mut names = Vec::new();
    let mut at = value;
    while names.len() < 4
        && let Some((entry, next)) = at.entries().next()
    {
        names.push(entry.key.to_string());
        if at.entries().len() > 1 {
            break;
        }
        at = next;
    }
    (!names.is_empty()).then(|| names.join("."))
}

/// Finds every use of something written elsewhere, below a node.
fn uses(root: Node<'_>) -> Vec<Use> {
    let mut found = Vec::new();
    let mut stack = vec![root];
    while let Some(node) = stack.pop() {
        if node.site() != node.span() {
            found.push(Use {
                site: node.site(),
                written: node.span(),
            });
            continue;
        }
        for (entry, value) in node.entries() {
            if node.span().contains(entry.key_span) {
                stack.push(value);
            } else {
                found.push(Use {
                    site: node.span(),
                    written: entry.key_span,
                });
            }
        }
        stack.extend(node.items());
    }
    found.sort_by_key(|used| used.written);
    found
}
