//! `chart/refusals.yaml`: what Helm refuses to render with the chart.

use super::{Condition, KeyPath, Range, Read, wrong};
use portolan_yaml::Node;

/// A question to the values whose answer stops Helm.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    /// The releases.
    pub(crate) range: Range,
    /// When it stops.
    pub(crate) when: Condition,
    /// The keys at which a finding may stand: the first that the user has written.
    pub(crate) at: Vec<KeyPath>,
    /// Why, in one sentence.
    pub(crate) message: String,
    /// The fix, as a sentence.
    pub(crate) help: String,
    /// Whether it stops Helm in diagnostic mode too.
    pub(crate) always: bool,
    /// The other source, where a certificate is given twice.
    pub(crate) beside: Option<KeyPath>,
}

/// Keys with what templates do with their values.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    /// The releases.
    pub(crate) range: Range,
    /// Under which condition the templates do so.
    pub(crate) when: Option<Condition>,
    /// The keys below which each of `keys` is looked for; none where they stand at the top.
    pub(crate) of: Vec<KeyPath>,
    /// The keys; `*` stands for any one name.
    pub(crate) keys: Vec<KeyPath>,
    /// Keys that are none of them, with everything below.
    except: Vec<String>,
}

impl Keys {
    /// Whether they are about a key.
    pub(crate) fn are_about(&self, path: &str) -> bool {
        let lies_in = |other: &String| {
            let rest = path.strip_prefix(other.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        !self.except.iter().any(lies_in)
    }
}

/// Everything in the file.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    /// The chart's own validators, and what else its templates cannot do.
    pub(crate) refusals: Vec<Refusal>,
    /// Mappings that templates look into: without one there is a nil pointer.
    pub(crate) looked_into: Vec<Keys>,
    /// Values that functions take as strings.
    pub(crate) strings: Vec<Keys>,
    /// Subcharts, whose values must be mappings.
    pub(crate) subcharts: Vec<Keys>,
    /// Values that are printed without quotes, besides those of `chart/objects.yaml`.
    pub(crate) printed: Vec<Keys>,
    /// Values that are printed without quotes as a part of something longer.
    pub(crate) within: Vec<Keys>,
    /// Values that are evaluated as templates, besides those of `chart/objects.yaml`.
    pub(crate) templated: Vec<Keys>,
}

/// Reads the file.
pub(super) fn read(root: Node<'_>) -> Read<Refusals> {
    let list = |key: &str| {
        let items = root.get(key).into_iter().flat_map(Node::items);
        items.map(keys).collect::<Read<Vec<Keys>>>()
    };
    let refusals = root.get("refusals").into_iter().flat_map(Node::items);
    Ok(Refusals {
        refusals: refusals.map(refusal).collect::<Read<_>>()?,
        looked_into: list("looked-into")?,
        strings: list("strings")?,
        subcharts: list("subcharts")?,
        printed: list("printed")?,
        within: list("within")?,
        templated: list("templated")?,
    })
}

fn text(node: Node<'_>, key: &str) -> Read<String> {
    match node.get(key).and_then(Node::as_str) {
        Some(text) => Ok(text.trim().to_owned()),
        None => wrong(node, key),
    }
}

fn refusal(node: Node<'_>) -> Read<Refusal> {
    let at = node.get("at").into_iter().flat_map(Node::items);
    let Some(when) = node.get("when") else {
        return wrong(node, "when");
    };
    Ok(Refusal {
        range: Range::read(node)?,
        when: Condition::read(when)?,
        at: at.filter_map(Node::text).map(KeyPath::new).collect(),
        message: text(node, "message")?,
        help: text(node, "help")?,
        always: node.get("always").and_then(Node::as_bool) == Some(true),
        beside: node.get("beside").and_then(Node::text).map(KeyPath::new),
    })
}

fn keys(node: Node<'_>) -> Read<Keys> {
    let texts = |key: &str| {
        let items = node.get(key).into_iter().flat_map(Node::items);
        items.filter_map(Node::text)
    };
    Ok(Keys {
        range: Range::read(node)?,
        when: node.get("when").map(Condition::read).transpose()?,
        of: texts("of").map(KeyPath::new).collect(),
        keys: texts("keys").map(KeyPath::new).collect(),
        except: texts("except").map(str::to_owned).collect(),
    })
}
