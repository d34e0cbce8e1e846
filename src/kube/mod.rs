//! Kubernetes objects, from whichever input they came.
//!
//! Takes documents of manifests, the projection of values, and the output of `extraDeploy`; gives [`Objects`] and the
//! look-ups that links between them need. An object does not care where its nodes were written: each node remembers.

use std::collections::HashMap;

use crate::source::Span;
use crate::yaml::{Node, NodeId, Tree};

/// Where an object came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A manifest.
    Manifest,
    /// What the chart would render from the values.
    Projection,
    /// An entry of `extraDeploy`.
    ExtraDeploy,
}

/// One object.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its root mapping.
    pub root: NodeId,
    /// Where it came from.
    pub origin: Origin,
    /// The chart's template that rendered it (`# Source:` above a rendered manifest).
    pub template: Option<String>,
}

/// One installation: a namespace, and the release within it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// The namespace; `None` where the objects leave it open.
    pub namespace: Option<String>,
    /// `app.kubernetes.io/instance`, Helm's release name.
    pub release: Option<String>,
}

impl Installation {
    /// True where an object that says this of itself may be part of one of the installations.
    pub fn may_be_one_of(&self, installations: &[Installation]) -> bool {
        installations
            .iter()
            .any(|installation| installation.may_hold(self, installations.len()))
    }

    /// What an object says about where it belongs.
    pub fn of(object: View<'_>) -> Self {
        Installation {
            namespace: object.namespace().map(str::to_owned),
            release: object
                .label("app.kubernetes.io/instance")
                .map(str::to_owned),
        }
    }

    /// Whether an object that says this of itself may be part of the installation. Release names only count where there
    /// are several installations: with one, everything in its namespace may lead to it.
    fn may_hold(&self, object: &Installation, installations: usize) -> bool {
        let agree = |left: &Option<String>, right: &Option<String>| match (left, right) {
            (Some(left), Some(right)) => left == right,
            _ => true,
        };
        agree(&self.namespace, &object.namespace)
            && (installations == 1 || agree(&self.release, &object.release))
    }
}

/// All objects of one release or one set of manifests.
#[derive(Clone, Debug, Default)]
pub struct Objects {
    objects: Vec<Object>,
    hidden: usize,
}

impl Objects {
    /// Adds an object; the items of a `List` are added one by one.
    pub fn add(&mut self, tree: &Tree, object: Object) {
        let view = View {
            node: tree.node(object.root),
            object: &object,
        };
        // A list's kind ends in `List`, and unlike any object it has `items` and no name.
        let is_list =
            view.kind().ends_with("List") && view.node.get("items").is_some_and(Node::is_sequence);
        if !is_list {
            self.objects.push(object);
            return;
        }
        let items: Vec<NodeId> = view
            .node
            .get("items")
            .into_iter()
            .flat_map(Node::items)
            .filter(|item| item.is_mapping())
            .map(Node::id)
            .collect();
        for root in items {
            self.objects.push(Object {
                root,
                origin: object.origin.clone(),
                template: object.template.clone(),
            });
        }
    }

    /// The objects by installation, and how many belong to none of them: what lies in another namespace, or carries the
    /// name of another release, is somebody else's. An object that may be of several belongs to those that have a
    /// link with it, and to the first where none has.
    pub fn split(self, tree: &Tree, installations: &[Installation]) -> (Vec<Objects>, usize) {
        if installations.is_empty() {
            return (vec![self], 0);
        }
        let mut sets = vec![Objects::default(); installations.len()];
        let mut others = 0;
        let mut open = Vec::new();
        for object in self.objects {
            let own = Installation::of(View {
                node: tree.node(object.root),
                object: &object,
            });
            let may_be: Vec<usize> = installations
                .iter()
                .enumerate()
                .filter(|(_, installation)| installation.may_hold(&own, installations.len()))
                .map(|(at, _)| at)
                .collect();
            match may_be.as_slice() {
                [] => others += 1,
                [only] => sets
                    .get_mut(*only)
                    .into_iter()
                    .for_each(|set| set.objects.push(object.clone())),
                _ => open.push((object, may_be)),
            }
        }
        for (object, may_be) in open {
            let mut linked: Vec<usize> = may_be
                .iter()
                .copied()
                .filter(|at| {
                    sets.get(*at)
                        .is_some_and(|set| set.is_linked(tree, &object))
                })
                .collect();
            if linked.is_empty() {
                linked.extend(may_be.first());
            }
            for at in linked {
                if let Some(set) = sets.get_mut(at) {
                    set.objects.push(object.clone());
                }
            }
        }
        for set in &mut sets {
            set.hidden = self.hidden;
        }
        (sets, others)
    }

    /// Whether a Service or Ingress of the set names an object in an annotation, or the object names such a Service.
    fn is_linked(&self, tree: &Tree, object: &Object) -> bool {
        let object = View {
            node: tree.node(object.root),
            object,
        };
        let name = object.name().unwrap_or_default();
        self.iter(tree)
            .filter(|other| matches!(other.kind(), "Service" | "Ingress" | "Gateway"))
            .any(|other| {
                let names_it = other
                    .node
                    .at(&["metadata", "annotations"])
                    .into_iter()
                    .flat_map(Node::entries)
                    .filter_map(|(_, value)| value.text())
                    .any(|text| !name.is_empty() && text.contains(name));
                names_it
                    || (other.kind() == "Service"
                        && has_text(object.node, other.name().unwrap_or_default()))
            })
    }

    /// Puts other nodes in the place of roots: the same objects, read again.
    pub fn replace_roots(&mut self, by: &HashMap<NodeId, NodeId>) {
        for object in &mut self.objects {
            if let Some(root) = by.get(&object.root) {
                object.root = *root;
            }
        }
    }

    /// Says that there are this many more documents that could not be read.
    pub fn hide(&mut self, documents: usize) {
        self.hidden += documents;
    }

    /// True where there may be objects that could not be read, so that a missing one proves nothing.
    pub fn is_incomplete(&self) -> bool {
        self.hidden > 0
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// True where there is none.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// All of them, for reading.
    pub fn iter<'o>(&'o self, tree: &'o Tree) -> impl Iterator<Item = View<'o>> {
        self.objects.iter().map(move |object| View {
            node: tree.node(object.root),
            object,
        })
    }

    /// Those of one kind.
    pub fn of_kind<'o>(&'o self, tree: &'o Tree, kind: &'o str) -> impl Iterator<Item = View<'o>> {
        self.iter(tree).filter(move |object| object.kind() == kind)
    }

    /// The object of a kind and name in the namespace of `from`.
    pub fn find<'o>(
        &'o self,
        tree: &'o Tree,
        kind: &'o str,
        name: &'o str,
        from: View<'o>,
    ) -> Option<View<'o>> {
        self.of_kind(tree, kind)
            .find(|object| object.name() == Some(name) && object.shares_namespace(from))
    }
}

/// Whether some scalar below a node is that text.
fn has_text(node: Node<'_>, text: &str) -> bool {
    let mut stack = vec![node];
    while let Some(node) = stack.pop() {
        if node.text() == Some(text) && !text.is_empty() {
            return true;
        }
        // What an alias leads to is looked at where it was written.
        if node.site() == node.span() {
            stack.extend(node.entries().map(|(_, value)| value));
            stack.extend(node.items());
        }
    }
    false
}

/// An object for reading.
#[derive(Clone, Copy, Debug)]
pub struct View<'o> {
    /// Its root mapping.
    pub node: Node<'o>,
    /// The object.
    pub object: &'o Object,
}

impl<'o> View<'o> {
    /// `kind`; empty where there is none.
    pub fn kind(self) -> &'o str {
        self.node.get("kind").and_then(Node::as_str).unwrap_or("")
    }

    /// `apiVersion`.
    pub fn api_version(self) -> Option<Node<'o>> {
        self.node.get("apiVersion")
    }

    /// `metadata.name`.
    pub fn name(self) -> Option<&'o str> {
        self.node.at(&["metadata", "name"]).and_then(Node::text)
    }

    /// `metadata.namespace`; `None` where it is left to the release.
    pub fn namespace(self) -> Option<&'o str> {
        self.node
            .at(&["metadata", "namespace"])
            .and_then(Node::text)
            .filter(|namespace| !namespace.is_empty())
    }

    /// Whether two objects may lie in one namespace: the same, or one that is left to the release.
    pub fn shares_namespace(self, other: View<'_>) -> bool {
        match (self.namespace(), other.namespace()) {
            (Some(left), Some(right)) => left == right,
            _ => true,
        }
    }

    /// Kind and name, as people say it: `Service carto-router`.
    pub fn title(self) -> String {
        match self.name() {
            Some(name) => format!("{} {}", self.kind(), name.replace(crate::yaml::OPAQUE, "…")),
            None => self.kind().to_owned(),
        }
    }

    /// An annotation.
    pub fn annotation(self, key: &str) -> Option<Node<'o>> {
        self.node.at(&["metadata", "annotations"])?.get(key)
    }

    /// A label.
    pub fn label(self, key: &str) -> Option<&'o str> {
        self.node.at(&["metadata", "labels"])?.get(key)?.text()
    }

    /// True where the mapping at a path has parts that cannot be known without the chart.
    pub fn is_opaque_at(self, path: &[&str]) -> bool {
        self.node.at(path).is_some_and(|node| {
            node.is_opaque()
                || node
                    .entries()
                    .any(|(entry, _)| entry.key.contains(crate::yaml::OPAQUE))
        })
    }

    /// Where a field that is missing should have been written: the key of the last part of the path that is there; for a
    /// path of which nothing is there, the object's `kind`.
    pub fn insertion_point(self, path: &[&str]) -> Span {
        let mut span = self
            .node
            .get("kind")
            .map_or_else(|| self.node.site(), Node::site);
        let mut node = self.node;
        for key in path {
            let Some((entry, value)) = node.entry(key) else {
                break;
            };
            span = entry.key_span;
            node = value;
        }
        span
    }
}
