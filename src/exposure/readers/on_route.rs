//! Which layers read the objects on the ways in.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::super::layers::Layer;
use crate::kube::{ObjectRef, Origin};
use portolan_yaml::NodeId;

/// The layers on the ways in, by the objects that they read.
#[derive(Default)]
pub(in crate::exposure) struct OnRoute {
    readers: HashMap<NodeId, LayersOf>,
    /// Every layer met so far, by id: these facts outlive the set that it is from.
    met: HashMap<String, Arc<Layer>>,
    /// The objects in the order in which they were met: kind, title, origin.
    objects: Vec<(String, String, Origin)>,
    /// The namespaces that they lie in.
    namespaces: HashSet<String>,
}

/// The layers that read one object.
#[derive(Default)]
pub(super) struct LayersOf {
    /// Those that are known.
    pub layers: Vec<Arc<Layer>>,
    /// True where a layer that no file describes reads it too.
    pub unknown: bool,
    /// Names and numbers of the Service's ports that the ways in use.
    pub ports: Vec<String>,
}

impl OnRoute {
    /// Says that a layer reads an object; `None` for a layer that no file describes.
    pub(in crate::exposure) fn reads(&mut self, object: ObjectRef<'_>, layer: Option<&Layer>) {
        let (kind, title) = (object.kind().to_owned(), object.title());
        self.objects
            .push((kind, title, object.object.origin.clone()));
        self.namespaces
            .extend(object.namespace().map(str::to_owned));
        let of = self.readers.entry(object.node.id()).or_default();
        match layer {
            Some(layer) if of.layers.iter().any(|known| known.id == layer.id) => {}
            Some(layer) => {
                let met = self.met.entry(layer.id.clone());
                let met = met.or_insert_with(|| Arc::new(layer.clone()));
                of.layers.push(Arc::clone(met));
            }
            None => of.unknown = true,
        }
    }

    /// Says that a way in uses a port of a Service, by every name that it goes by.
    pub(in crate::exposure) fn uses(
        &mut self,
        service: ObjectRef<'_>,
        names: impl IntoIterator<Item = String>,
    ) {
        let of = self.readers.entry(service.node.id()).or_default();
        of.ports.extend(names);
    }

    /// Title and origin of the first object of a kind.
    pub(super) fn first_of(&self, kind: &str) -> Option<(&str, Origin)> {
        let mut objects = self.objects.iter();
        let (_, title, origin) = objects.find(|(known, ..)| known == kind)?;
        Some((title, origin.clone()))
    }

    /// Whether an object lies in the namespace of one on a way in.
    pub(super) fn is_beside(&self, object: ObjectRef<'_>) -> bool {
        object
            .namespace()
            .is_some_and(|namespace| self.namespaces.contains(namespace))
    }

    /// Whether an object of that title is on a way in.
    pub(super) fn has_met(&self, title: &str) -> bool {
        self.objects.iter().any(|(_, known, _)| known == title)
    }

    /// The layers that read an object; `None` where it is on no way in.
    pub(super) fn of(&self, object: ObjectRef<'_>) -> Option<&LayersOf> {
        self.readers.get(&object.node.id())
    }
}
