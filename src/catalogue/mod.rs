//! The chart's own keys: which there are, of what type, and in which releases.
//!
//! The chart has no schema, so Helm takes any key and says nothing. A [`Catalogue`] holds facts about every release at
//! once; an [`ChartVersion`] is the catalogue as seen from one release. The embedded one is `chart/keys.txt`, which
//! `cargo run --example catalogue` writes from the chart's `values.yaml` files ([`CatalogueBuilder`]); the same code reads a chart
//! of the user's own. Facts only: no text of the chart's comments is kept.

mod chart_version;
mod exceptions;
mod gather;
mod keys;
mod suggest;
mod text;

use std::sync::{Arc, OnceLock};

pub use chart_version::ChartVersion;
pub use exceptions::{Exception, Exceptions};
pub use gather::{CatalogueBuilder, ChartFiles};
use keys::Keys;
pub use suggest::{SuggestedBy, Suggestion};

/// The type of a key's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyType {
    /// A mapping whose keys are all known: any other key under it has no effect.
    Mapping,
    /// A mapping that is handed on as it is (annotations, resources …), or that belongs to a subchart.
    Free,
    /// A list, whose items are free.
    List,
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number,
    /// A text that is not empty.
    Text,
    /// An empty text: a place for any scalar.
    Empty,
    /// Known, but not of which type: a template reads it, or a comment names it.
    Any,
}

impl KeyType {
    /// Tells whether keys under it that the catalogue does not hold mean nothing.
    pub fn is_free(self) -> bool {
        self != KeyType::Mapping
    }
}

/// A key's type and default in some releases.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Variant {
    kind: KeyType,
    /// The default in the newest of its releases as JSON, where it is short and not empty.
    default: Option<Box<str>>,
    /// First and last release of each stretch, as indices; in order.
    releases: Vec<(u16, u16)>,
}

/// Names a key of a catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId(u32);

impl KeyId {
    /// The mapping that holds the top-level keys.
    pub const ROOT: KeyId = KeyId(0);
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    name: Box<str>,
    parent: KeyId,
    /// In the order of their names.
    children: Vec<KeyId>,
    variants: Vec<Variant>,
}

impl Key {
    fn new(name: &str, parent: KeyId) -> Self {
        Key {
            name: name.into(),
            parent,
            children: Vec::new(),
            variants: Vec::new(),
        }
    }
}

/// The keys of every known release of the chart.
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// Oldest first.
    releases: Vec<Box<str>>,
    keys: Keys,
}

/// The most releases that a catalogue can hold.
const MAX_RELEASES: usize = u16::MAX as usize;

impl Catalogue {
    /// Returns the catalogue of the releases that were known when Portolan was built; read when it is first asked for.
    pub fn embedded() -> &'static Arc<Catalogue> {
        static EMBEDDED: OnceLock<Arc<Catalogue>> = OnceLock::new();
        EMBEDDED.get_or_init(|| {
            Arc::new(Catalogue {
                releases: keys::embedded_releases(),
                keys: Keys::embedded(),
            })
        })
    }

    /// Makes a catalogue of no release.
    fn empty() -> Self {
        let mut keys = Keys::default();
        keys.push(Key::new("", KeyId::ROOT));
        Catalogue {
            releases: Vec::new(),
            keys,
        }
    }

    /// Returns the releases, oldest first.
    pub fn releases(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.releases.iter().map(|release| &**release)
    }

    /// Counts the keys of all releases together.
    pub fn len(&self) -> usize {
        self.keys.len().saturating_sub(1)
    }

    /// Tells whether the catalogue has no keys.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the catalogue as seen from its newest release.
    pub fn newest(self: &Arc<Self>) -> ChartVersion {
        ChartVersion::new(Arc::clone(self), self.releases.len().saturating_sub(1))
    }

    /// Returns the catalogue as seen from a release.
    ///
    /// # Errors
    /// A sentence that names the known releases nearest to one that is not known.
    pub fn release(self: &Arc<Self>, version: &str) -> Result<ChartVersion, String> {
        let bare = version.strip_prefix('v').unwrap_or(version);
        match self.releases().rposition(|release| release == bare) {
            Some(index) => Ok(ChartVersion::new(Arc::clone(self), index)),
            None => Err(self.no_release(version, bare)),
        }
    }

    fn no_release(&self, version: &str, bare: &str) -> String {
        let newest = self.releases().next_back().unwrap_or_default();
        let Some(wanted) = numbers(bare) else {
            return format!("`{version}` is not a chart version: expected one like `{newest}`");
        };
        let known: Vec<(Vec<u64>, &str)> = self
            .releases()
            .filter_map(|release| Some((numbers(release)?, release)))
            .collect();
        let below = known.iter().filter(|(have, _)| *have < wanted).max();
        let above = known.iter().filter(|(have, _)| *have > wanted).min();
        match (below, above) {
            (Some((_, below)), Some((_, above))) => {
                format!("chart release {version} is not known; the nearest are {below} and {above}")
            }
            (Some((_, below)), None) => format!(
                "chart release {version} is newer than all that are known: take {below}, or give the chart itself with `--chart`"
            ),
            (None, Some((_, above))) => {
                format!(
                    "chart release {version} is older than all that are known: the oldest is {above}"
                )
            }
            (None, None) => format!("chart release {version} is not known"),
        }
    }

    fn newest_index(&self) -> u16 {
        u16::try_from(self.releases.len().saturating_sub(1)).unwrap_or(u16::MAX)
    }

    fn children(&self, id: KeyId) -> &[KeyId] {
        self.key(id).map_or(&[], |key| &key.children)
    }

    /// Returns the key of that name under another, in whatever release.
    fn child(&self, parent: KeyId, name: &str) -> Option<KeyId> {
        let children = self.children(parent);
        let at = children
            .binary_search_by(|id| self.name(*id).cmp(name))
            .ok()?;
        children.get(at).copied()
    }

    fn name(&self, id: KeyId) -> &str {
        self.key(id).map_or("", |key| &key.name)
    }

    fn parent(&self, id: KeyId) -> KeyId {
        self.key(id).map_or(KeyId::ROOT, |key| key.parent)
    }

    /// Returns a key's type and default in a release.
    fn variant(&self, id: KeyId, release: usize) -> Option<&Variant> {
        self.key(id)?.variants.iter().find(|variant| {
            variant
                .releases
                .iter()
                .any(|(first, last)| (usize::from(*first)..=usize::from(*last)).contains(&release))
        })
    }

    /// Returns its names from the top, joined by dots.
    fn path(&self, id: KeyId) -> String {
        let mut names = Vec::new();
        let mut at = id;
        while at != KeyId::ROOT {
            names.push(self.name(at));
            at = self.parent(at);
        }
        names.reverse();
        names.join(".")
    }

    /// Returns the first and last release of a key as indices.
    fn span(&self, id: KeyId) -> Option<(usize, usize)> {
        let stretches = || {
            self.key(id)
                .into_iter()
                .flat_map(|key| &key.variants)
                .flat_map(|variant| &variant.releases)
        };
        let first = stretches().map(|(first, _)| *first).min()?;
        let last = stretches().map(|(_, last)| *last).max()?;
        Some((usize::from(first), usize::from(last)))
    }
}

/// Splits a version into its numbers, for comparison.
fn numbers(version: &str) -> Option<Vec<u64>> {
    version.split('.').map(|part| part.parse().ok()).collect()
}

/// `chart/keys.txt`; its form is described in `text.rs`.
const EMBEDDED_TEXT: &str = include_str!("../../chart/keys.txt");

/// Exceptions found by reading templates: keys that the values do not define, subcharts.
pub const EXCEPTIONS_TEXT: &str = include_str!("../../chart/exceptions.yaml");

#[cfg(test)]
mod tests;
