//! The tree of nodes that every later room reads.
//!
//! Nodes lie in one arena, [`Tree`], and are named by [`NodeId`]; [`Node`] pairs the two for reading. A node knows the
//! span it was written at, whichever text it came from. The tree only grows: merging values adds nodes and never
//! changes one.

use serde_json::Value as Json;

use crate::source::Span;

/// A character that stands for text that cannot be known without the chart (the output of `{{ include "…" . }}`). A
/// Unicode noncharacter, so that it cannot be meant by anyone.
pub const OPAQUE: char = '\u{fdd0}';

/// The name of a node of a [`Tree`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(u32);

impl NodeId {
    /// Returns the node's id as it is after [`Tree::append`] has put its tree behind `by` nodes.
    pub(super) fn moved(self, by: u32) -> Self {
        NodeId(self.0.saturating_add(by))
    }

    /// Returns the node's place among the nodes of its tree.
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// An arena of nodes.
#[derive(Debug, Default)]
pub struct Tree {
    pub(super) nodes: Vec<NodeData>,
}

/// A node as it is stored.
#[derive(Debug, Clone)]
pub struct NodeData {
    /// Where it was written. A block scalar's span is its content, without the header; a collection's reaches from its
    /// first to its last child; a value that was left out (`key:`) has a zero-width span right after the colon.
    pub span: Span,
    /// What it is.
    pub kind: NodeKind,
    /// The node of an earlier values file (or the chart's default) that this one replaced.
    pub overrides: Option<NodeId>,
}

/// The kinds of nodes.
#[derive(Debug, Clone)]
pub enum NodeKind {
    /// A scalar.
    Scalar(Scalar),
    /// A sequence.
    Sequence(Vec<NodeId>),
    /// A mapping, in the order in which it was written; a key that stands twice is kept once, with its last value (the
    /// others are reported as problems); merge keys (`<<`) have been carried out.
    Mapping(Vec<Entry>),
    /// `*name`: the span is the alias', the node it leads to was written elsewhere.
    Alias(NodeId),
}

/// One entry of a mapping.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key as Helm sees it (`y:` is `true`, `010:` is `8`).
    pub key: Box<str>,
    /// Where the key was written.
    pub key_span: Span,
    /// The value.
    pub value: NodeId,
}

/// A scalar: how it was written, and what Helm makes of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Scalar {
    /// The text after unquoting and folding. For a plain scalar, what was written.
    pub text: Box<str>,
    /// What Helm's parser resolves it to.
    pub value: Value,
    /// How it was written.
    pub style: Style,
}

/// A value that a scalar resolves to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// Nothing, `~`, `null`.
    Null,
    /// `true`, `yes`, `on`, `y` and their kin.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// An integer above `i64::MAX`.
    UInt(u64),
    /// Any other number.
    Float(f64),
    /// The scalar's text.
    String,
}

/// A way of writing a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes; also a value that was left out.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
    /// Not written as YAML at all: given on the command line, or computed.
    Made,
}

impl Tree {
    /// Adds a node.
    pub fn push(&mut self, data: NodeData) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(data);
        id
    }

    /// Returns how many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Returns true for a tree without nodes.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Pairs a node with its tree, for reading.
    pub fn node(&self, id: NodeId) -> Node<'_> {
        Node { tree: self, id }
    }

    /// Returns what is stored for a node. Ids come from this tree's own [`Tree::push`], so they are always in range; an
    /// id of another tree would read an arbitrary node, never out of bounds.
    pub fn data(&self, id: NodeId) -> &NodeData {
        static NOTHING: NodeData = NodeData {
            span: Span::NOWHERE,
            kind: NodeKind::Sequence(Vec::new()),
            overrides: None,
        };
        self.nodes.get(id.0 as usize).unwrap_or(&NOTHING)
    }
}

/// A node for reading. Aliases are followed by everything but [`Node::site`].
#[derive(Clone, Copy, Debug)]
pub struct Node<'t> {
    tree: &'t Tree,
    id: NodeId,
}

impl<'t> Node<'t> {
    /// Returns the node's name in the tree.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// Returns the tree that the node lies in.
    pub fn tree(self) -> &'t Tree {
        self.tree
    }

    /// Returns the node itself, or the one that its alias leads to.
    pub fn target(self) -> Node<'t> {
        let mut at = self;
        // An alias leads to an anchor before it, so this ends; the bound guards against a tree built by hand.
        for _ in 0..64 {
            match self.tree.data(at.id).kind {
                NodeKind::Alias(to) => at = self.tree.node(to),
                _ => return at,
            }
        }
        at
    }

    /// Returns what is stored for the node (for an alias: for the node that it leads to).
    pub fn data(self) -> &'t NodeData {
        self.tree.data(self.target().id)
    }

    /// Returns the kind of node; never [`NodeKind::Alias`].
    pub fn kind(self) -> &'t NodeKind {
        &self.data().kind
    }

    /// Returns the place where the node's text was written.
    pub fn span(self) -> Span {
        self.data().span
    }

    /// Returns the place where the node is used: the alias for an alias, otherwise its span.
    pub fn site(self) -> Span {
        self.tree.data(self.id).span
    }

    /// Returns the node that this one replaced when values were merged.
    pub fn overrides(self) -> Option<Node<'t>> {
        self.data().overrides.map(|id| self.tree.node(id))
    }

    /// Returns the scalar, if it is one.
    pub fn scalar(self) -> Option<&'t Scalar> {
        match self.kind() {
            NodeKind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// Returns a string's text; `None` for numbers, booleans, null and collections.
    pub fn as_str(self) -> Option<&'t str> {
        let scalar = self.scalar()?;
        matches!(scalar.value, Value::String).then_some(&*scalar.text)
    }

    /// Returns a scalar's text as it would be printed, whatever it resolves to; `None` for null and collections.
    pub fn text(self) -> Option<&'t str> {
        let scalar = self.scalar()?;
        (scalar.value != Value::Null).then_some(&*scalar.text)
    }

    /// Returns a boolean's value.
    pub fn as_bool(self) -> Option<bool> {
        match self.scalar()?.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// Returns an integer's value.
    pub fn as_int(self) -> Option<i64> {
        match self.scalar()?.value {
            Value::Int(value) => Some(value),
            _ => None,
        }
    }

    /// Returns true for null, written or left out.
    pub fn is_null(self) -> bool {
        self.scalar()
            .is_some_and(|scalar| scalar.value == Value::Null)
    }

    /// Returns true for a mapping.
    pub fn is_mapping(self) -> bool {
        matches!(self.kind(), NodeKind::Mapping(_))
    }

    /// Returns true for a sequence.
    pub fn is_sequence(self) -> bool {
        matches!(self.kind(), NodeKind::Sequence(_))
    }

    /// Returns true where part of the scalar's text cannot be known without the chart.
    pub fn is_opaque(self) -> bool {
        self.scalar()
            .is_some_and(|scalar| scalar.text.contains(OPAQUE))
    }

    /// Returns the entries of a mapping; empty for anything else.
    pub fn entries(
        self,
    ) -> impl DoubleEndedIterator<Item = (&'t Entry, Node<'t>)> + ExactSizeIterator {
        let entries: &'t [Entry] = match self.kind() {
            NodeKind::Mapping(entries) => entries,
            _ => &[],
        };
        let tree = self.tree;
        entries
            .iter()
            .map(move |entry| (entry, tree.node(entry.value)))
    }

    /// Returns the items of a sequence; empty for anything else.
    pub fn items(self) -> impl DoubleEndedIterator<Item = Node<'t>> + ExactSizeIterator {
        let items: &'t [NodeId] = match self.kind() {
            NodeKind::Sequence(items) => items,
            _ => &[],
        };
        let tree = self.tree;
        items.iter().map(move |id| tree.node(*id))
    }

    /// Returns the entry of a mapping under a key.
    pub fn entry(self, key: &str) -> Option<(&'t Entry, Node<'t>)> {
        self.entries().find(|(entry, _)| &*entry.key == key)
    }

    /// Returns the value of a mapping under a key.
    pub fn get(self, key: &str) -> Option<Node<'t>> {
        self.entry(key).map(|(_, value)| value)
    }

    /// Gives the node as JSON, aliases carried out. Numbers stay what they were written as, where Helm makes floats of
    /// all.
    pub fn to_json(self) -> Json {
        match self.kind() {
            NodeKind::Scalar(scalar) => match scalar.value {
                Value::Null => Json::Null,
                Value::Bool(value) => Json::from(value),
                Value::Int(value) => Json::from(value),
                Value::UInt(value) => Json::from(value),
                Value::Float(value) => Json::from(value),
                Value::String => Json::from(&*scalar.text),
            },
            NodeKind::Sequence(_) => self.items().map(Node::to_json).collect(),
            NodeKind::Mapping(_) => {
                let entries = self.entries();
                let entries =
                    entries.map(|(entry, value)| (String::from(&*entry.key), value.to_json()));
                Json::Object(entries.collect())
            }
            NodeKind::Alias(_) => Json::Null,
        }
    }

    /// Returns the value at the end of a path of keys.
    pub fn at(self, path: &[&str]) -> Option<Node<'t>> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }
}
