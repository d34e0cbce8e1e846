//! The layers of a run: those that are built in, and a user's own before them.

use std::sync::{Arc, OnceLock};

use super::super::readers::OwnReaders;
use super::{EntryKind, Layer, layers};

/// A set of layers.
#[derive(Clone, Debug, Default)]
pub struct LayerSet {
    own: Arc<[Layer]>,
    /// What the layers of the user's own say that they read.
    reads: Arc<OnceLock<OwnReaders>>,
}

impl LayerSet {
    /// The built-in layers.
    pub fn builtin() -> &'static LayerSet {
        static LAYERS: OnceLock<LayerSet> = OnceLock::new();
        LAYERS.get_or_init(LayerSet::default)
    }

    /// The built-in layers with others before them. One whose id is a built-in layer's takes its place.
    pub fn with(own: Vec<Layer>) -> LayerSet {
        LayerSet {
            own: own.into(),
            reads: Arc::default(),
        }
    }

    /// What the layers of the user's own say that they read.
    pub(in crate::exposure) fn own_readers(&self) -> &OwnReaders {
        self.reads.get_or_init(|| OwnReaders::of(&self.own))
    }

    /// The layers of one kind of entry point, in the order in which they are tried.
    pub fn of(&self, kind: EntryKind) -> impl Iterator<Item = &Layer> {
        let own = self.own.iter().filter(move |layer| layer.entry == kind);
        let is_replaced = |layer: &&Layer| self.own.iter().any(|own| own.id == layer.id);
        own.chain(layers(kind).iter().filter(move |layer| !is_replaced(layer)))
    }

    /// All layers, a kind of entry point after the other.
    pub fn iter(&self) -> impl Iterator<Item = &Layer> {
        EntryKind::ALL.iter().flat_map(|kind| self.of(*kind))
    }
}
