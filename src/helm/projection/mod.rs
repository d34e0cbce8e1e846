//! What the chart would render from the values: the objects through which a request reaches the router.
//!
//! Values in, objects out: the router's Service, Ingress, Gateway with its HTTPRoutes, TLS Secrets, and of the Deployment
//! and ConfigMaps just what tells how the router listens. Which objects there are, of which values they are made and how those
//! are printed stands in `chart/objects.yaml`, by release. Every node of an object leads to the value it was rendered from,
//! or to the place where such a value should be written. `tests/vendor/agreement.rs` holds them against `helm template`.

use sha2::{Digest, Sha256};

use super::chart_facts::{
    Alternative, Circumstances, Field, KeyPath, ObjectFacts, Piece, Release, RenderedFacts,
};
use super::printed::{self, Manner, Unprintable, go_text, outline};
use super::templates::Templates;
use super::values::{Values, is_truthy, made_scalar, made_string};
use crate::kube::{Object, Origin};
use crate::version::Version;
use portolan_yaml::source::{SourceId, Span};
use portolan_yaml::{Entry, Node, NodeData, NodeId, NodeKind, OPAQUE, Tree, Value};

mod names;

use names::{is_cut_within_a_character, trim_name, whole_name};

/// The newest chart release whose templates were read.
pub const CHART_VERSION: &str = "1.287.1";

/// Names of one release.
#[derive(Clone, Debug)]
pub struct ReleaseNames {
    /// `.Release.Name`.
    pub release: String,
    /// `.Release.Namespace`; `None` leaves it open.
    pub namespace: Option<String>,
}

/// Input of the projection.
#[derive(Clone, Copy)]
pub struct Given<'g> {
    /// The merged values, the chart's defaults included.
    pub values: NodeId,
    /// The source of the defaults.
    pub defaults: SourceId,
    /// Names of the release.
    pub names: &'g ReleaseNames,
    /// The chart's release, as its labels say it.
    pub version: &'g str,
    /// The cluster's version, where it was given.
    pub cluster: Option<Version>,
}

/// A value that Helm refuses to render.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its place.
    pub span: Span,
    /// Why, in one sentence.
    pub message: String,
    /// The fix, as a sentence.
    pub help: String,
    /// Place and description of the other source, where a certificate is given twice.
    pub beside: Option<(Span, String)>,
}

impl Refused {
    /// Refuses a value that the chart prints without quotes, and that needs them.
    pub(super) fn unprintable(what: &str, error: &Unprintable, span: Span) -> Self {
        Refused {
            span,
            message: format!(
                "the chart prints {what} without quotes, and what it is here breaks the YAML that Helm renders: {}",
                error.message
            ),
            help: "choose a value that YAML reads as plain text without quotes".to_owned(),
            beside: None,
        }
    }
}

/// Objects, and what stands in the way of others.
#[derive(Debug, Default)]
pub struct Projected {
    /// The objects that the chart renders.
    pub objects: Vec<Object>,
    /// Why Helm does not.
    pub refused: Vec<Refused>,
}

/// Renders the objects of one release.
pub struct Projection<'t, 'r> {
    tree: &'t mut Tree,
    templates: &'t mut Templates<'r>,
    given: Given<'t>,
    facts: &'static RenderedFacts,
    release: Release,
    fullname: String,
    /// The item that relative paths lead down from.
    item: Option<NodeId>,
    projected: Projected,
}

/// The values, as conditions see them.
struct Seen<'s> {
    values: Values<'s>,
    item: Option<Node<'s>>,
    facts: &'static RenderedFacts,
    release: &'s Release,
    cluster: Option<Version>,
}

impl<'s> Seen<'s> {
    fn get(&self, path: &KeyPath) -> Option<Node<'s>> {
        match path.renamed() {
            Some(name) => self.facts.key(name, self.release)?.get(self.values.root()),
            None if path.is_relative() => path.get(self.item?),
            None => path.get(self.values.root()),
        }
    }
}

impl Circumstances for Seen<'_> {
    fn value(&self, path: &KeyPath) -> Option<Node<'_>> {
        self.get(path)
    }

    fn cluster(&self) -> Option<Version> {
        // The values overrule the cluster.
        let told = [&["global", "kubeVersion"][..], &["kubeVersion"][..]];
        let told = told
            .into_iter()
            .find_map(|path| self.values.string(path)?.parse().ok());
        told.or(self.cluster)
    }
}

/// An entry that is being made: its key, the values' key at which it stands, its value.
type Made = (String, Span, NodeId);

impl<'t, 'r> Projection<'t, 'r> {
    /// Prepares to render.
    pub fn new(tree: &'t mut Tree, templates: &'t mut Templates<'r>, given: Given<'t>) -> Self {
        let values = Values::new(tree.node(given.values), given.defaults);
        let whole = whole_name(values, &given.names.release);
        let mut projected = Projected::default();
        projected.refused.extend(cut_name(values, &whole));
        Projection {
            tree,
            templates,
            given,
            facts: RenderedFacts::of_chart(),
            release: Release::of(given.version),
            fullname: trim_name(&whole),
            item: None,
            projected,
        }
    }

    /// Renders all objects.
    pub fn render(mut self) -> Projected {
        let facts = self.facts;
        for object in &facts.objects {
            let is_there = object.range.holds(&self.release)
                && object
                    .when
                    .as_ref()
                    .is_none_or(|when| when.holds(&self.seen()));
            if is_there {
                self.object(object);
            }
        }
        self.projected
    }

    fn seen(&self) -> Seen<'_> {
        Seen {
            values: self.values(),
            item: self.item.map(|item| self.tree.node(item)),
            facts: self.facts,
            release: &self.release,
            cluster: self.given.cluster,
        }
    }

    fn values(&self) -> Values<'_> {
        Values::new(self.tree.node(self.given.values), self.given.defaults)
    }

    /// Returns the place where the value of a key is written, or should be.
    fn anchor(&self, path: &KeyPath) -> Span {
        let path = path
            .renamed()
            .and_then(|name| self.facts.key(name, &self.release))
            .unwrap_or(path);
        if path.is_relative() {
            let item = self.item.map(|item| self.tree.node(item));
            let entry = path.parts().next().and_then(|key| item?.entry(key));
            let site = item.map_or(Span::NOWHERE, |item| item.site());
            return entry.map_or(site, |(entry, _)| entry.key_span);
        }
        let parts: Vec<&str> = path.parts().collect();
        self.values().anchor(&parts)
    }

    fn object(&mut self, facts: &'static ObjectFacts) {
        let at = self.anchor(&facts.at);
        let api = self.piece(&facts.api, at);
        let kind = made_string(self.tree, facts.kind.as_str(), at);
        let metadata = self.fields(&facts.metadata, at);
        let metadata = self.mapping(metadata, at);
        let mut entries: Vec<Made> = Vec::new();
        entries.extend(api.map(|api| ("apiVersion".to_owned(), at, api)));
        entries.push(("kind".to_owned(), at, kind));
        entries.push(("metadata".to_owned(), at, metadata));
        entries.extend(self.fields(&facts.body, at));
        let root = self.mapping(entries, at);
        self.projected.objects.push(Object {
            root,
            origin: Origin::Projection,
            template: Some(format!("carto/templates/{}", facts.template)),
        });
    }

    fn mapping(&mut self, entries: Vec<Made>, at: Span) -> NodeId {
        let entries = entries
            .into_iter()
            .map(|(key, key_span, value)| Entry {
                key: key.into(),
                key_span,
                value,
            })
            .collect();
        self.tree.push(NodeData {
            span: at,
            kind: NodeKind::Mapping(entries),
            overrides: None,
        })
    }

    fn fields(&mut self, fields: &'static [Field], around: Span) -> Vec<Made> {
        let mut made = Vec::new();
        for field in fields {
            let at = match field.at.as_ref().or_else(|| own_key(&field.value)) {
                Some(path) => self.anchor(path),
                None => around,
            };
            if let Some(value) = self.piece(&field.value, at) {
                made.push((field.key.clone(), at, value));
            }
        }
        made
    }

    /// Makes a value; `at` is where it stands if it has no place of its own.
    fn piece(&mut self, piece: &'static Piece, at: Span) -> Option<NodeId> {
        match piece {
            Piece::Literal(scalar) => Some(made_scalar(
                self.tree,
                scalar.text.clone(),
                scalar.value,
                at,
            )),
            Piece::Mapping(fields) => {
                let fields = self.fields(fields, at);
                Some(self.mapping(fields, at))
            }
            Piece::Sequence(items) => {
                let items = self.items(items, at);
                Some(self.tree.push(NodeData {
                    span: at,
                    kind: NodeKind::Sequence(items),
                    overrides: None,
                }))
            }
            Piece::Print(path, or) => Some(self.print(path, or.as_deref(), Manner::Plain)),
            Piece::Indent(path) => Some(self.print(path, None, Manner::Indented)),
            Piece::Quote(path) => Some(self.quote(path)),
            Piece::Yaml(path) => {
                let value = self.seen().get(path)?.id();
                Some(printed::as_yaml(self.tree, value))
            }
            Piece::Render(paths) => Some(self.rendered(paths, at)),
            Piece::Name(of, suffix) => {
                let name = trim_name(&format!("{}-{of}", self.fullname));
                Some(self.name(&format!("{name}{suffix}"), at))
            }
            Piece::Full(suffix) => Some(self.name(&format!("{}{suffix}", self.fullname), at)),
            Piece::Hashed(path) => Some(self.hashed(path)),
            Piece::Labels(component) => Some(self.labels(component.as_deref(), at)),
            Piece::Selector(component) => {
                let component = made_string(self.tree, component.as_str(), at);
                Some(self.mapping(vec![(COMPONENT.to_owned(), at, component)], at))
            }
            Piece::Namespace => {
                let namespace = self.given.names.namespace.as_deref()?;
                Some(made_string(self.tree, namespace, at))
            }
            Piece::The(name) => {
                let named = self.facts.named(name)?;
                self.piece(named, at)
            }
            Piece::Case(cases) => {
                let case = self.case(cases)?;
                let at = case.at.as_ref().map_or(at, |path| self.anchor(path));
                self.piece(case.then.as_ref()?, at)
            }
            // Parts of a list stand in one.
            Piece::Items(piece) => self.piece(piece, at),
            Piece::Each(..) => None,
        }
    }

    /// Returns the first alternative that holds.
    fn case(&self, cases: &'static [Alternative]) -> Option<&'static Alternative> {
        let seen = self.seen();
        cases.iter().find(|case| {
            case.range.holds(&self.release)
                && case.when.as_ref().is_none_or(|when| when.holds(&seen))
        })
    }

    fn items(&mut self, pieces: &'static [Piece], at: Span) -> Vec<NodeId> {
        let mut items = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Items(list) => {
                    let list = self.piece(list, at).map(|list| self.tree.node(list));
                    items.extend(list.into_iter().flat_map(Node::items).map(Node::id));
                }
                Piece::Each(lists, item) => items.extend(self.each(lists, item)),
                piece => items.extend(self.piece(piece, at)),
            }
        }
        items
    }

    fn each(&mut self, lists: &[KeyPath], piece: &'static Piece) -> Vec<NodeId> {
        let seen = self.seen();
        let list = lists.iter().filter_map(|path| seen.get(path));
        let Some(list) = list.into_iter().find(|list| is_truthy(*list)) else {
            return Vec::new();
        };
        let mut made = Vec::new();
        // `range` goes through a mapping's values too.
        let below = list.entries().map(|(_, value)| value);
        let found: Vec<NodeId> = list.items().chain(below).map(Node::id).collect();
        for item in found {
            self.item = Some(item);
            let at = self.tree.node(item).site();
            made.extend(self.piece(piece, at));
        }
        self.item = None;
        made
    }

    /// Returns the value of a key as it was written, or the chart's default at the place where it would be written.
    fn value(&mut self, path: &KeyPath) -> NodeId {
        let span = self.anchor(path);
        let Some(node) = self.seen().get(path) else {
            return made_scalar(self.tree, "", Value::Null, span);
        };
        if self.values().is_users(node.site()) {
            return node.id();
        }
        let kind = node.kind().clone();
        self.tree.push(NodeData {
            span,
            kind,
            overrides: None,
        })
    }

    /// Prints a value without quotes, and returns it as it is then read.
    fn print(&mut self, path: &KeyPath, or: Option<&str>, manner: Manner) -> NodeId {
        let value = self.value(path);
        let is_empty = !is_truthy(self.tree.node(value));
        let read = match or {
            Some(text) if is_empty => {
                let site = self.anchor(path);
                printed::read_anew(self.tree, text, manner, site)
            }
            _ => printed::read_value(self.tree, value, manner),
        };
        read.unwrap_or_else(|error| {
            let site = self.tree.node(value).site();
            self.unprintable(&format!("`{}`", self.name_of(path)), &error, site);
            made_string(self.tree, OPAQUE.to_string(), site)
        })
    }

    /// Returns the name of a key in messages.
    fn name_of(&self, path: &KeyPath) -> String {
        let renamed = path.renamed();
        let path = renamed
            .and_then(|name| self.facts.key(name, &self.release))
            .unwrap_or(path);
        path.as_str().trim_start_matches('.').to_owned()
    }

    /// Records a value that the chart prints without quotes, and that needs them.
    fn unprintable(&mut self, what: &str, error: &Unprintable, span: Span) {
        let refused = Refused::unprintable(what, error, span);
        let known = &mut self.projected.refused;
        if !known.iter().any(|known| known.span == refused.span) {
            known.push(refused);
        }
    }

    /// Prints the value as `{{ … | quote }}` does, at the value's own place.
    fn quote(&mut self, path: &KeyPath) -> NodeId {
        let span = self.anchor(path);
        let Some(node) = self.seen().get(path) else {
            return made_scalar(self.tree, "", Value::Null, span);
        };
        let is_users = self.values().is_users(node.site());
        let span = if is_users { node.span() } else { span };
        let id = node.id();
        let text = outline(node).map_or_else(|| go_text(node).into_owned(), str::to_owned);
        if is_users && node.as_str().is_some_and(|own| own == text) {
            return id;
        }
        made_string(self.tree, text, span)
    }

    /// Renders values that are evaluated as templates, one printed after the other: of two entries with one key the
    /// later wins.
    fn rendered(&mut self, paths: &[KeyPath], at: Span) -> NodeId {
        let mut parts = Vec::new();
        for path in paths {
            let value = self.seen().get(path).filter(|value| is_truthy(*value));
            let value = value.map(Node::id);
            let Some(value) = value else { continue };
            parts.extend(super::rendered::render(self.tree, value, self.templates));
        }
        let is_other = |part: &NodeId| !self.tree.node(*part).is_mapping();
        if let Some(other) = parts.iter().copied().find(is_other) {
            return other;
        }
        let mut entries: Vec<Entry> = Vec::new();
        let mut places = std::collections::HashMap::new();
        for part in parts {
            for (entry, _) in self.tree.node(part).entries() {
                let place = *places.entry(entry.key.clone()).or_insert(entries.len());
                match entries.get_mut(place) {
                    Some(known) => *known = entry.clone(),
                    None => entries.push(entry.clone()),
                }
            }
        }
        self.tree.push(NodeData {
            span: at,
            kind: NodeKind::Mapping(entries),
            overrides: None,
        })
    }

    /// Makes a name from the release's; nothing quotes it.
    fn name(&mut self, name: &str, at: Span) -> NodeId {
        match printed::read_anew(self.tree, name, Manner::Plain, at) {
            Ok(read) => read,
            Err(error) => {
                let overrides = [&["fullnameOverride"][..], &["nameOverride"][..]];
                let values = self.values();
                let given = overrides.into_iter().find_map(|path| values.given(path));
                let span = given.map_or(at, Node::site);
                self.unprintable("the release's name", &error, span);
                made_string(self.tree, name, at)
            }
        }
    }

    fn hashed(&mut self, path: &KeyPath) -> NodeId {
        let at = self.anchor(path);
        let text = self.seen().get(path).map(|node| go_text(node).into_owned());
        let digest = Sha256::digest(text.unwrap_or_default().as_bytes());
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let hash = hex.get(..5).unwrap_or_default();
        self.name(&format!("{}-tls-{hash}", self.fullname), at)
    }

    fn labels(&mut self, component: Option<&str>, at: Span) -> NodeId {
        let mut labels = vec![
            ("app.kubernetes.io/managed-by", "Helm".to_owned()),
            ("helm.sh/chart", format!("carto-{}", self.given.version)),
        ];
        if let Some(component) = component {
            labels.push((COMPONENT, component.to_owned()));
        }
        let labels = labels
            .into_iter()
            .map(|(key, text)| (key.to_owned(), at, made_string(self.tree, text, at)))
            .collect();
        self.mapping(labels, at)
    }
}

/// A name that Helm cuts within a character.
fn cut_name(values: Values<'_>, name: &str) -> Option<Refused> {
    let overrides = [&["fullnameOverride"][..], &["nameOverride"][..]];
    let mut given = overrides.into_iter().filter_map(|path| values.given(path));
    let span = given
        .next()
        .filter(|_| is_cut_within_a_character(name))?
        .site();
    Some(Refused {
        span,
        message: "Helm cannot render with this name: cut to 63 bytes, it ends within a character"
            .to_owned(),
        help: "choose a name of lower-case letters, digits and hyphens".to_owned(),
        beside: None,
    })
}

/// The label by which a component is known.
const COMPONENT: &str = "app.kubernetes.io/component";

/// Returns the key that a value is printed from: its place is where that is written.
fn own_key(piece: &Piece) -> Option<&KeyPath> {
    match piece {
        Piece::Print(path, _) | Piece::Indent(path) | Piece::Quote(path) | Piece::Yaml(path) => {
            Some(path)
        }
        // Of what may be several values, where the last one would be written.
        Piece::Case(cases) => own_key(cases.last()?.then.as_ref()?),
        _ => None,
    }
}
