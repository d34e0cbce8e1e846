//! Conditions on values, as the chart's templates ask them.

use super::{KeyPath, Read, wrong};
use crate::helm::values::is_truthy;
use crate::version::Version;
use portolan_yaml::Node;

/// A question about the values.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    /// Go's truth of a value.
    True(KeyPath),
    /// Whether a value prints as one of these.
    In(KeyPath, Vec<String>),
    /// Whether a text is empty but for whitespace.
    Blank(KeyPath),
    /// Whether a value is something, and neither a list nor a mapping.
    Scalar(KeyPath),
    /// Whether the cluster is known to be older than this, or the values say so.
    ClusterBelow(Version),
    /// The contrary.
    Not(Box<Condition>),
    /// All of them.
    All(Vec<Condition>),
    /// At least one of them.
    Any(Vec<Condition>),
}

/// A source of the values and versions that conditions ask for.
pub(crate) trait Circumstances {
    /// Returns the value of a key.
    fn value(&self, path: &KeyPath) -> Option<Node<'_>>;
    /// Returns the cluster's version, as the chart's library sees it.
    fn cluster(&self) -> Option<Version>;
}

impl Condition {
    /// Tells whether it holds.
    pub(crate) fn holds(&self, of: &impl Circumstances) -> bool {
        let text = |path: &KeyPath| of.value(path).and_then(Node::text).unwrap_or_default();
        match self {
            Condition::True(path) => of.value(path).is_some_and(is_truthy),
            Condition::In(path, words) => words.iter().any(|word| word == text(path)),
            Condition::Blank(path) => text(path).trim().is_empty(),
            Condition::Scalar(path) => of
                .value(path)
                .is_some_and(|value| value.scalar().is_some() && !value.is_null()),
            Condition::ClusterBelow(version) => of.cluster().is_some_and(|known| known < *version),
            Condition::Not(condition) => !condition.holds(of),
            Condition::All(conditions) => conditions.iter().all(|one| one.holds(of)),
            Condition::Any(conditions) => conditions.iter().any(|one| one.holds(of)),
        }
    }

    /// Reads one.
    pub(super) fn read(node: Node<'_>) -> Read<Self> {
        if let Some(path) = node.as_str() {
            return Ok(Condition::True(KeyPath::new(path)));
        }
        let mut entries = node.entries();
        let (Some((entry, value)), None) = (entries.next(), entries.next()) else {
            return wrong(node, "a key or a mapping of one entry");
        };
        match &*entry.key {
            "not" => Ok(Condition::Not(Box::new(Condition::read(value)?))),
            "all" => Ok(Condition::All(list(value)?)),
            "any" => Ok(Condition::Any(list(value)?)),
            "blank" => key(value).map(Condition::Blank),
            "scalar" => key(value).map(Condition::Scalar),
            "is" | "in" => words(value),
            "cluster-below" => match value.text().and_then(|text| text.parse().ok()) {
                Some(version) => Ok(Condition::ClusterBelow(version)),
                None => wrong(value, "a cluster version"),
            },
            _ => wrong(node, "a condition"),
        }
    }
}

fn key(node: Node<'_>) -> Read<KeyPath> {
    match node.as_str() {
        Some(path) => Ok(KeyPath::new(path)),
        None => wrong(node, "a key"),
    }
}

fn list(node: Node<'_>) -> Read<Vec<Condition>> {
    node.items().map(Condition::read).collect()
}

/// Reads `{KEY: TEXT}` or `{KEY: [TEXT, …]}`.
fn words(node: Node<'_>) -> Read<Condition> {
    let Some((entry, value)) = node.entries().next() else {
        return wrong(node, "a key with a text");
    };
    let one = value.text().into_iter();
    let words = one.chain(value.items().filter_map(Node::text));
    let words = words.map(str::to_owned).collect();
    Ok(Condition::In(KeyPath::new(&entry.key), words))
}
