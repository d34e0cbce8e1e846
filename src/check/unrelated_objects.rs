//! Objects that stand in a large file and have nothing to do with CARTO.
//!
//! A dump of a cluster holds thousands of objects of other namespaces, and none of them has any part in the findings. To
//! keep their nodes would take several times the memory of the text. So of a large file only what says whose an object is
//! is kept at first; when the installations are known, what may belong to them is read a second time, and kept whole.

use std::collections::{HashMap, HashSet};

use super::Session;
use crate::exposure::Reach;
use crate::kube::{Installation, Object, ObjectRef, Objects, Origin};
use portolan_yaml::source::Span;
use portolan_yaml::{Node, NodeId};

/// From this size on, documents that turn out to be of no installation are not kept in memory.
pub(super) const LARGE: usize = 1024 * 1024;

/// The keys that say what an object is, and whose.
pub(super) const IDENTITY: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// Tells whether a document may be an object that is nobody's concern. Installations are known by their Services, and
/// lists hold objects of their own.
pub(super) fn may_be_one(root: Node<'_>) -> bool {
    let kind = root.get("kind").and_then(Node::as_str);
    root.get("apiVersion")
        .is_some_and(|version| version.text().is_some())
        && kind.is_some_and(|kind| kind != "Service" && !kind.ends_with("List"))
        && root.get("extraDeploy").is_none()
}

impl Session<'_> {
    /// Reads the objects whole that may belong to an installation; the others are nobody's concern. Gives the places of
    /// those that are too much to be read.
    pub(super) fn read_again(
        &mut self,
        objects: &mut Objects,
        installations: &[Installation],
    ) -> Vec<Span> {
        let limits = portolan_yaml::Limits::from(&self.options.limits);
        let wanted = self.in_reach(objects, installations);
        let mut unread = Vec::new();
        let mut roots = HashMap::new();
        for document in self.documents.iter_mut().filter(|read| read.is_trimmed) {
            let old = document.root;
            if !wanted.contains(&old) {
                continue;
            }
            if self.tree.len() > limits.max_nodes {
                unread.push(document.span);
                continue;
            }
            let again =
                portolan_yaml::parse_again(&self.sources, *document, &mut self.tree, &limits);
            if let Some(whole) = again {
                document.root = whole;
                document.is_trimmed = false;
                roots.insert(old, whole);
            }
        }
        objects.replace_roots(&roots);
        unread
    }

    /// Returns the roots of the documents that are only partly in the tree and may be linked with an installation.
    fn in_reach(&self, objects: &Objects, installations: &[Installation]) -> HashSet<NodeId> {
        let reach = Reach::of(&self.tree, objects, &self.options.layers);
        let trimmed = self.documents.iter().filter(|read| read.is_trimmed);
        trimmed
            .map(|read| read.root)
            .filter(|root| {
                let object = Object {
                    root: *root,
                    origin: Origin::Manifest,
                    template: None,
                };
                let object = ObjectRef {
                    node: self.tree.node(*root),
                    object: &object,
                };
                installations.is_empty()
                    || Installation::of(object).may_be_one_of(installations)
                    || reach.holds(object)
            })
            .collect()
    }
}
