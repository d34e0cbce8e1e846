//! Keys of the values, as facts name them.

use portolan_yaml::Node;

/// A key of the values by its names from the top.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct KeyPath {
    text: String,
    parts: Vec<String>,
}

impl KeyPath {
    /// Reads a path: `router.service.type`, `.name`, `$domain`.
    pub(crate) fn new(text: &str) -> Self {
        let bare = text.strip_prefix('.').unwrap_or(text);
        KeyPath {
            text: text.to_owned(),
            parts: bare.split('.').map(str::to_owned).collect(),
        }
    }

    /// As it is written.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the names.
    pub(crate) fn parts(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.parts.iter().map(String::as_str)
    }

    /// Tells whether it leads down from the item at hand and not from the top.
    pub(crate) fn is_relative(&self) -> bool {
        self.text.starts_with('.')
    }

    /// Returns the name of a key that was renamed.
    pub(crate) fn renamed(&self) -> Option<&str> {
        self.text.strip_prefix('$')
    }

    /// Returns the value there.
    pub(crate) fn get<'t>(&self, root: Node<'t>) -> Option<Node<'t>> {
        self.parts().try_fold(root, |node, key| node.get(key))
    }
}
