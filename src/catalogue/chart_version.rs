//! The catalogue as seen from one release.

use std::sync::Arc;

use super::{Catalogue, KeyId, KeyType};

/// A catalogue at one release.
#[derive(Clone, Debug)]
pub struct ChartVersion {
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) release: usize,
    /// The release's name where that is not its number: `./chart (1.287.1)`.
    name: Option<String>,
}

/// When a key that this release does not have was there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Availability {
    /// The releases, in words: `1.20.1 to 1.27.1`.
    pub releases: String,
    /// True where this release comes after them.
    pub is_past: bool,
    /// The first release without it, or, for a key of the future, with it.
    pub changed_in: String,
}

impl ChartVersion {
    pub(super) fn new(catalogue: Arc<Catalogue>, release: usize) -> Self {
        ChartVersion {
            catalogue,
            release,
            name: None,
        }
    }

    /// Gives the version another name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Returns the release.
    pub fn version(&self) -> &str {
        self.catalogue
            .releases
            .get(self.release)
            .map_or("", |version| version)
    }

    /// Returns the name: the release, or the chart that the user gave.
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_else(|| self.version())
    }

    /// Tells whether the user gave the chart.
    pub fn is_own(&self) -> bool {
        self.name.is_some()
    }

    /// Returns the key of that name under another, in whatever release.
    pub fn known(&self, parent: KeyId, name: &str) -> Option<KeyId> {
        self.catalogue.child(parent, name)
    }

    /// Returns the type of a key in this release; `None` where the release does not have it.
    pub fn kind(&self, id: KeyId) -> Option<KeyType> {
        if id == KeyId::ROOT {
            return Some(KeyType::Mapping);
        }
        Some(self.catalogue.variant(id, self.release)?.kind)
    }

    /// Returns the default in the newest release in which the key is what it is here, as JSON; where it is short.
    pub fn default(&self, id: KeyId) -> Option<&str> {
        self.catalogue.variant(id, self.release)?.default.as_deref()
    }

    /// Returns the default of a key in this very release, where that is certain: a default that changes from release to
    /// release is kept for the newest only.
    pub fn certain_default(&self, id: KeyId) -> Option<&str> {
        let is_newest = self.release + 1 == self.catalogue.releases.len();
        self.default(id).filter(|_| is_newest)
    }

    /// Tells whether anything is known to be under a key in this release.
    pub fn has_children(&self, id: KeyId) -> bool {
        self.children(id).next().is_some()
    }

    /// Returns the keys under another in this release.
    pub fn children(&self, id: KeyId) -> impl Iterator<Item = KeyId> + '_ {
        self.catalogue
            .children(id)
            .iter()
            .copied()
            .filter(|child| self.kind(*child).is_some())
    }

    /// Returns a key's name.
    pub fn key_name(&self, id: KeyId) -> &str {
        self.catalogue.name(id)
    }

    /// Returns the key that it is under.
    pub fn parent(&self, id: KeyId) -> KeyId {
        self.catalogue.parent(id)
    }

    /// Returns its names from the top, joined by dots.
    pub fn path(&self, id: KeyId) -> String {
        self.catalogue.path(id)
    }

    /// Returns when a key that this release does not have was there.
    pub fn availability(&self, id: KeyId) -> Option<Availability> {
        let (first, last) = self.catalogue.span(id)?;
        let name = |index: usize| {
            self.catalogue
                .releases
                .get(index)
                .map_or_else(String::new, ToString::to_string)
        };
        let releases = if first == last {
            name(first)
        } else {
            format!("{} to {}", name(first), name(last))
        };
        let is_past = self.release > last;
        let changed_in = if is_past {
            name((last + 1).min(self.release))
        } else {
            name(first)
        };
        Some(Availability {
            releases,
            is_past,
            changed_in,
        })
    }
}
