//! From the path of a field to its place.

use super::tree::Node;
use crate::source::Span;

/// Finds where a field (`examples.bad[0].files`) stands: a scalar's value, or the key of a collection; for one that was
/// not written, the nearest thing around it that was. Nothing where not even its first step was written.
pub fn place_of(root: Node<'_>, field: &str) -> Option<Span> {
    let mut node = root;
    let mut span = None;
    for step in steps(field) {
        let next = match step {
            Step::Key(key) => node.entry(key).map(|(entry, value)| {
                let leaf = value.scalar().is_some_and(|scalar| !scalar.text.is_empty());
                (value, if leaf { value.site() } else { entry.key_span })
            }),
            Step::Index(index) => node.items().nth(index).map(|item| (item, item.site())),
        };
        let Some((found, at)) = next else { break };
        node = found;
        span = Some(at);
    }
    span
}

/// Returns the value of a field (`examples.bad[0].files`), where it was written.
pub(crate) fn node_at<'t>(root: Node<'t>, field: &str) -> Option<Node<'t>> {
    steps(field).try_fold(root, |node, step| match step {
        Step::Key(key) => node.entry(key).map(|(_, value)| value),
        Step::Index(index) => node.items().nth(index),
    })
}

enum Step<'f> {
    Key(&'f str),
    Index(usize),
}

fn steps(field: &str) -> impl Iterator<Item = Step<'_>> {
    field
        .split(['.', '['])
        .filter(|part| !part.is_empty())
        .map(|part| match part.strip_suffix(']').map(str::parse) {
            Some(Ok(index)) => Step::Index(index),
            _ => Step::Key(part),
        })
}
