//! Kubernetes objects, from whichever input they came.
//!
//! Takes documents of manifests, the projection of values, and the output of `extraDeploy`; gives [`Objects`] and the
//! look-ups that links between them need. An object does not care where its nodes were written: each node remembers.

mod unplaced;

pub use unplaced::Unplaced;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use portolan_yaml::source::Span;
use portolan_yaml::{Node, NodeId, Tree};

/// The origin of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A manifest.
    Manifest,
    /// The chart, as projected from the values.
    Projection,
    /// An entry of `extraDeploy`.
    ExtraDeploy,
}

/// A Kubernetes object.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its root mapping.
    pub root: NodeId,
    /// Its origin.
    pub origin: Origin,
    /// The chart's template that rendered it (`# Source:` above a rendered manifest).
    pub template: Option<String>,
}

/// An installation: a namespace, and the release within it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// The namespace; `None` where the objects leave it open.
    pub namespace: Option<String>,
    /// `app.kubernetes.io/instance`, Helm's release name.
    pub release: Option<String>,
}

impl Installation {
    /// Tells whether an object that says this of itself may be part of one of the installations.
    pub fn may_be_one_of(&self, installations: &[Installation]) -> bool {
        installations
            .iter()
            .any(|installation| installation.may_hold(self, installations.len()))
    }

    /// Reads from an object where it belongs.
    pub fn of(object: ObjectRef<'_>) -> Self {
        Installation {
            namespace: object.namespace().map(str::to_owned),
            release: object
                .label("app.kubernetes.io/instance")
                .map(str::to_owned),
        }
    }

    /// Tells whether an object that says this of itself may be part of the installation. Release names only count where
    /// there are several installations: with one, everything in its namespace may lead to it.
    fn may_hold(&self, object: &Installation, installations: usize) -> bool {
        let agree = |left: &Option<String>, right: &Option<String>| match (left, right) {
            (Some(left), Some(right)) => left == right,
            _ => true,
        };
        agree(&self.namespace, &object.namespace)
            && (installations == 1 || agree(&self.release, &object.release))
    }
}

/// The world of one installation: its own objects, and those of other namespaces that it may be linked with.
///
/// Links name their namespace, or mean that of the object that they stand in. So [`Objects::find`] and
/// [`Objects::everywhere`] see the whole world, and [`Objects::iter`], [`Objects::of_kind`] and [`Objects::named`] only what lies
/// in the installation's own namespace, or leaves its namespace open.
#[derive(Clone, Debug, Default)]
pub struct Objects {
    own: ObjectSet,
    /// Objects in namespaces without an installation, and those that may be shared between namespaces. One set for all
    /// installations.
    shared: Arc<ObjectSet>,
    /// The installation's namespace, by which its own objects are told among the shared ones.
    namespace: Option<Box<str>>,
    unplaced: Vec<Unplaced>,
}

/// Objects in the order in which they were read, and where those of each kind and name are: one object may name thousands of
/// others.
#[derive(Clone, Debug, Default)]
struct ObjectSet {
    objects: Vec<Object>,
    kinds: HashMap<Box<str>, KindIndex>,
}

/// The objects of one kind, in their order.
#[derive(Clone, Debug, Default)]
struct KindIndex {
    all: Vec<usize>,
    by_name: HashMap<Box<str>, Vec<usize>>,
}

impl ObjectSet {
    fn push(&mut self, tree: &Tree, object: Object) {
        let at = self.objects.len();
        let view = ObjectRef {
            node: tree.node(object.root),
            object: &object,
        };
        let kind = self.kinds.entry(view.kind().into()).or_default();
        kind.all.push(at);
        if let Some(name) = view.name() {
            kind.by_name.entry(name.into()).or_default().push(at);
        }
        self.objects.push(object);
    }

    fn views<'o>(
        &'o self,
        tree: &'o Tree,
        at: &'o [usize],
    ) -> impl Iterator<Item = ObjectRef<'o>> + use<'o> {
        at.iter()
            .filter_map(|at| self.objects.get(*at))
            .map(move |object| ObjectRef {
                node: tree.node(object.root),
                object,
            })
    }

    fn iter<'o>(&'o self, tree: &'o Tree) -> impl Iterator<Item = ObjectRef<'o>> + use<'o> {
        self.objects.iter().map(move |object| ObjectRef {
            node: tree.node(object.root),
            object,
        })
    }

    fn of_kind<'o>(
        &'o self,
        tree: &'o Tree,
        kind: &str,
    ) -> impl Iterator<Item = ObjectRef<'o>> + use<'o> {
        let at = self.kinds.get(kind).map_or(&[][..], |kind| &kind.all);
        self.views(tree, at)
    }

    fn named<'o>(
        &'o self,
        tree: &'o Tree,
        kind: &str,
        name: &str,
    ) -> impl Iterator<Item = ObjectRef<'o>> + use<'o> {
        let named = self.kinds.get(kind).and_then(|kind| kind.by_name.get(name));
        self.views(tree, named.map_or(&[][..], Vec::as_slice))
    }
}

impl Objects {
    /// Adds an object; the items of a `List` are added one by one.
    pub fn add(&mut self, tree: &Tree, object: Object) {
        let view = ObjectRef {
            node: tree.node(object.root),
            object: &object,
        };
        // A list's kind ends in `List`, and unlike any object it has `items` and no name.
        let is_list =
            view.kind().ends_with("List") && view.node.get("items").is_some_and(Node::is_sequence);
        if !is_list {
            self.own.push(tree, object);
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
            let item = Object {
                root,
                origin: object.origin.clone(),
                template: object.template.clone(),
            };
            self.own.push(tree, item);
        }
    }

    /// Splits objects into the worlds of the installations. An object that names no namespace, and may so be of several
    /// installations, belongs to those that have a link with it, and to the first where none has. Objects in a
    /// namespace without an installation are in reach of all of them, unless `is_out_of_reach` says that nothing can
    /// link one with them. Also returned is how many objects are no installation's own.
    pub fn split(
        self,
        tree: &Tree,
        installations: &[Installation],
        is_out_of_reach: impl Fn(ObjectRef<'_>) -> bool,
    ) -> (Vec<Objects>, usize) {
        if installations.is_empty() {
            return (vec![self], 0);
        }
        let mut sets = vec![ObjectSet::default(); installations.len()];
        let mut shared = ObjectSet::default();
        let mut by_namespace: HashMap<Option<&str>, Vec<usize>> = HashMap::new();
        for (at, installation) in installations.iter().enumerate() {
            let namespace = installation.namespace.as_deref();
            by_namespace.entry(namespace).or_default().push(at);
        }
        let everywhere: Vec<usize> = (0..installations.len()).collect();
        let mut others = 0;
        let mut open = Vec::new();
        for object in self.own.objects {
            let view = ObjectRef {
                node: tree.node(object.root),
                object: &object,
            };
            let own = Installation::of(view);
            let mut may_be: Vec<usize> = match own.namespace.as_deref() {
                Some(namespace) => {
                    let [near, open] = [Some(namespace), None].map(|key| by_namespace.get(&key));
                    near.into_iter().chain(open).flatten().copied().collect()
                }
                None => everywhere.clone(),
            };
            may_be.retain(|at| {
                installations
                    .get(*at)
                    .is_some_and(|place| place.may_hold(&own, installations.len()))
            });
            may_be.sort_unstable();
            // A Gateway of one installation's namespace may serve another's.
            if installations.len() > 1 && view.kind() == "Gateway" {
                shared.push(tree, object.clone());
            }
            match may_be.as_slice() {
                [] if own.namespace.is_none()
                    || by_namespace.contains_key(&own.namespace.as_deref()) =>
                {
                    others += 1;
                }
                [] if is_out_of_reach(view) => others += 1,
                [] => shared.push(tree, object),
                [only] => {
                    if let Some(set) = sets.get_mut(*only) {
                        set.push(tree, object);
                    }
                }
                _ => open.push((object, may_be)),
            }
        }
        let mut links: Vec<Links<'_>> = sets.iter().map(|set| Links::of(set, tree)).collect();
        for (object, may_be) in open {
            let node = tree.node(object.root);
            let texts = texts(node);
            let name = node.at(&["metadata", "name"]).and_then(Node::text);
            let name = name.unwrap_or_default();
            let mut linked: Vec<usize> = may_be
                .iter()
                .copied()
                .filter(|at| {
                    links
                        .get(*at)
                        .is_some_and(|links| links.lead_to(name, &texts))
                })
                .collect();
            if linked.is_empty() {
                linked.extend(may_be.first());
            }
            for at in linked {
                if let Some(links) = links.get_mut(at) {
                    links.add(node);
                }
                if let Some(set) = sets.get_mut(at) {
                    set.push(tree, object.clone());
                }
            }
        }
        let others = others + shared.objects.len();
        let shared = Arc::new(shared);
        let worlds = sets
            .into_iter()
            .zip(installations)
            .map(|(own, installation)| Objects {
                own,
                shared: Arc::clone(&shared),
                namespace: installation.namespace.as_deref().map(Box::from),
                unplaced: self.unplaced.clone(),
            })
            .collect();
        (worlds, others)
    }

    /// Puts other nodes in the place of roots: the same objects, read again.
    pub fn replace_roots(&mut self, by: &HashMap<NodeId, NodeId>) {
        for object in &mut self.own.objects {
            if let Some(root) = by.get(&object.root) {
                object.root = *root;
            }
        }
    }

    /// Adds a part of the input that could not be placed.
    pub fn add_unplaced(&mut self, unplaced: Unplaced) {
        self.unplaced.push(unplaced);
    }

    /// Returns what could not be placed, in the order in which it was met.
    pub fn unplaced(&self) -> &[Unplaced] {
        &self.unplaced
    }

    /// Tells whether there may be objects of a kind that could not be read, so that a missing one proves nothing.
    pub fn may_lack(&self, kind: &str) -> bool {
        self.unplaced.iter().any(|unplaced| unplaced.may_be(kind))
    }

    /// Counts the installation's own objects.
    pub fn len(&self) -> usize {
        self.own.objects.len()
    }

    /// Tells whether there is none.
    pub fn is_empty(&self) -> bool {
        self.own.objects.is_empty()
    }

    /// Returns the installation's own objects.
    pub fn iter<'o>(&'o self, tree: &'o Tree) -> impl Iterator<Item = ObjectRef<'o>> {
        self.own.iter(tree)
    }

    /// Returns its own objects of one kind.
    pub fn of_kind<'o>(
        &'o self,
        tree: &'o Tree,
        kind: &str,
    ) -> impl Iterator<Item = ObjectRef<'o>> + use<'o> {
        self.own.of_kind(tree, kind)
    }

    /// Returns its own objects of one kind and name.
    pub fn named<'o>(
        &'o self,
        tree: &'o Tree,
        kind: &str,
        name: &str,
    ) -> impl Iterator<Item = ObjectRef<'o>> + use<'o> {
        self.own.named(tree, kind, name)
    }

    /// Returns every object of the world: the installation's own, then those of other namespaces.
    pub fn everywhere<'o>(&'o self, tree: &'o Tree) -> impl Iterator<Item = ObjectRef<'o>> {
        let shared = self.shared.iter(tree);
        self.own
            .iter(tree)
            .chain(shared.filter(|object| self.is_elsewhere(*object)))
    }

    /// Returns every object of one kind, of whatever namespace.
    pub fn everywhere_of_kind<'o>(
        &'o self,
        tree: &'o Tree,
        kind: &str,
    ) -> impl Iterator<Item = ObjectRef<'o>> {
        let shared = self.shared.of_kind(tree, kind);
        self.own
            .of_kind(tree, kind)
            .chain(shared.filter(|object| self.is_elsewhere(*object)))
    }

    /// Returns every object of one kind and name, of whatever namespace.
    pub fn everywhere_named<'o>(
        &'o self,
        tree: &'o Tree,
        kind: &str,
        name: &str,
    ) -> impl Iterator<Item = ObjectRef<'o>> {
        let shared = self.shared.named(tree, kind, name);
        self.own
            .named(tree, kind, name)
            .chain(shared.filter(|object| self.is_elsewhere(*object)))
    }

    /// Finds the object of a kind and name in the namespace of `from`.
    pub fn find<'o>(
        &'o self,
        tree: &'o Tree,
        kind: &str,
        name: &str,
        from: ObjectRef<'_>,
    ) -> Option<ObjectRef<'o>> {
        self.everywhere_named(tree, kind, name)
            .find(|object| object.shares_namespace(from))
    }

    /// Finds the object of a kind and name that a reference in `from` means: in the namespace that it names, else in
    /// that of `from`.
    pub fn find_in<'o>(
        &'o self,
        tree: &'o Tree,
        kind: &str,
        name: &str,
        namespace: Option<&str>,
        from: ObjectRef<'_>,
    ) -> Option<ObjectRef<'o>> {
        let Some(namespace) = namespace else {
            return self.find(tree, kind, name, from);
        };
        self.everywhere_named(tree, kind, name)
            .find(|object| object.namespace().is_none_or(|own| own == namespace))
    }

    /// Tells whether a shared object is not among the installation's own already.
    fn is_elsewhere(&self, object: ObjectRef<'_>) -> bool {
        object.namespace() != self.namespace.as_deref()
    }
}

/// Links from the Services, Ingresses and Gateways of a set to other objects, and from those to a Service.
#[derive(Default)]
struct Links<'t> {
    annotations: Vec<&'t str>,
    services: HashSet<&'t str>,
}

impl<'t> Links<'t> {
    fn of(set: &ObjectSet, tree: &'t Tree) -> Self {
        let mut links = Links::default();
        for object in &set.objects {
            links.add(tree.node(object.root));
        }
        links
    }

    fn add(&mut self, node: Node<'t>) {
        let kind = node.get("kind").and_then(Node::as_str).unwrap_or_default();
        if !matches!(kind, "Service" | "Ingress" | "Gateway") {
            return;
        }
        let annotations = node.at(&["metadata", "annotations"]);
        let annotations = annotations.into_iter().flat_map(Node::entries);
        self.annotations
            .extend(annotations.filter_map(|(_, value)| value.text()));
        if kind == "Service" {
            let name = node.at(&["metadata", "name"]).and_then(Node::text);
            self.services.extend(name.filter(|name| !name.is_empty()));
        }
    }

    /// Tells whether an annotation names an object, or the object, which holds these texts, names a Service.
    fn lead_to(&self, name: &str, texts: &HashSet<&str>) -> bool {
        let names_it = !name.is_empty() && self.annotations.iter().any(|text| text.contains(name));
        names_it || self.services.iter().any(|service| texts.contains(service))
    }
}

/// Returns the scalars below a node.
fn texts(node: Node<'_>) -> HashSet<&str> {
    let mut found = HashSet::new();
    let mut stack = vec![node];
    while let Some(node) = stack.pop() {
        found.extend(node.text());
        // What an alias leads to is looked at where it was written.
        if node.site() == node.span() {
            stack.extend(node.entries().map(|(_, value)| value));
            stack.extend(node.items());
        }
    }
    found
}

/// Shortens a name for messages: a cluster takes no name of more than 253 characters, but thousands of findings in one
/// object repeat what was written.
fn shown(name: &str) -> String {
    const LONGEST: usize = 253;
    let name = name.replace(portolan_yaml::OPAQUE, "…");
    match name.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", name.get(..cut).unwrap_or_default()),
        None => name,
    }
}

/// An object for reading.
#[derive(Clone, Copy, Debug)]
pub struct ObjectRef<'o> {
    /// Its root mapping.
    pub node: Node<'o>,
    /// The object.
    pub object: &'o Object,
}

impl<'o> ObjectRef<'o> {
    /// Returns `kind`; empty where there is none.
    pub fn kind(self) -> &'o str {
        self.node.get("kind").and_then(Node::as_str).unwrap_or("")
    }

    /// Returns `apiVersion`.
    pub fn api_version(self) -> Option<Node<'o>> {
        self.node.get("apiVersion")
    }

    /// Returns `metadata.name`.
    pub fn name(self) -> Option<&'o str> {
        self.node.at(&["metadata", "name"]).and_then(Node::text)
    }

    /// Returns `metadata.namespace`; `None` where it is left to the release.
    pub fn namespace(self) -> Option<&'o str> {
        self.node
            .at(&["metadata", "namespace"])
            .and_then(Node::text)
            .filter(|namespace| !namespace.is_empty())
    }

    /// Tells whether two objects may be in one namespace: the same, or one that is left to the release.
    pub fn shares_namespace(self, other: ObjectRef<'_>) -> bool {
        match (self.namespace(), other.namespace()) {
            (Some(left), Some(right)) => left == right,
            _ => true,
        }
    }

    /// Returns kind and name, as people say it: `Service carto-router`.
    pub fn title(self) -> String {
        match self.name() {
            Some(name) => format!("{} {}", shown(self.kind()), shown(name)),
            None => shown(self.kind()),
        }
    }

    /// Returns an annotation.
    pub fn annotation(self, key: &str) -> Option<Node<'o>> {
        self.node.at(&["metadata", "annotations"])?.get(key)
    }

    /// Returns a label.
    pub fn label(self, key: &str) -> Option<&'o str> {
        self.node.at(&["metadata", "labels"])?.get(key)?.text()
    }

    /// Tells whether the mapping at a path has parts that cannot be known without the chart.
    pub fn is_opaque_at(self, path: &[&str]) -> bool {
        self.node.at(path).is_some_and(|node| {
            node.is_opaque()
                || node
                    .entries()
                    .any(|(entry, _)| entry.key.contains(portolan_yaml::OPAQUE))
        })
    }

    /// Returns the place where a missing field should have been written: the key of the last part of the path that is
    /// there; for a path of which nothing is there, the object's `kind`.
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
