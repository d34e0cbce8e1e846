//! What the chart would render from the values: the objects through which a request reaches the router.
//!
//! Values in, objects out: the router's Service, Ingress, Gateway with its HTTPRoutes, TLS Secrets, and of the Deployment
//! and ConfigMaps just what tells how the router listens. Every node of an object leads to the value it was rendered from,
//! or to the place where such a value should be written. The facts are those of the chart's templates at release 1.287.1
//! (`chart/templates/router`, `gateway`, `auto-tls-secret.yaml`); `tests/vendor/agreement.rs` holds them against `helm template`.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::values::{Values, made_scalar, made_string};
use crate::kube::{Object, Origin};
use portolan_yaml::source::{SourceId, Span};
use portolan_yaml::{Entry, NodeData, NodeId, NodeKind, Style, Tree, Value};

mod entry_points;
mod router;
mod tls;

/// The chart release that the projection follows.
pub const CHART_VERSION: &str = "1.287.1";

/// Names of one release.
#[derive(Clone, Debug)]
pub struct ReleaseNames {
    /// `.Release.Name`.
    pub release: String,
    /// `.Release.Namespace`; `None` leaves it open.
    pub namespace: Option<String>,
}

type Path = &'static [&'static str];

/// Renders the objects of one release.
pub struct Projection<'t> {
    tree: &'t mut Tree,
    values: NodeId,
    defaults: SourceId,
    fullname: String,
    namespace: Option<String>,
    objects: Vec<Object>,
}

impl<'t> Projection<'t> {
    /// Prepares to render the merged values (chart defaults included) under `values`.
    pub fn new(
        tree: &'t mut Tree,
        values: NodeId,
        defaults: SourceId,
        names: &ReleaseNames,
    ) -> Self {
        let fullname = fullname(Values::new(tree.node(values), defaults), &names.release);
        Projection {
            tree,
            values,
            defaults,
            fullname,
            namespace: names.namespace.clone(),
            objects: Vec::new(),
        }
    }

    /// All objects.
    pub fn render(mut self) -> Vec<Object> {
        self.service();
        self.config_maps();
        self.deployment();
        self.tls_secrets();
        if self.truthy(&["router", "ingress", "enabled"]) {
            self.ingress();
        }
        if self.truthy(&["gateway", "enabled"]) {
            self.gateway();
        }
        self.objects
    }

    fn read(&self) -> Values<'_> {
        Values::new(self.tree.node(self.values), self.defaults)
    }

    fn truthy(&self, path: Path) -> bool {
        self.read().truthy(path)
    }

    fn text(&self, path: Path) -> String {
        self.read().string(path).unwrap_or_default().to_owned()
    }

    fn anchor(&self, path: Path) -> Span {
        self.read().anchor(path)
    }

    fn made(&mut self, text: impl Into<Box<str>>, path: Path) -> NodeId {
        let span = self.anchor(path);
        made_string(self.tree, text, span)
    }

    /// The value at a path as it was written, or the chart's default at the place where it would be written.
    fn value(&mut self, path: Path) -> NodeId {
        let span = self.anchor(path);
        let values = self.read();
        let Some(node) = values.get(path) else {
            return made_scalar(self.tree, "", Value::Null, span);
        };
        if values.is_users(node.site()) {
            return node.id();
        }
        let kind = node.kind().clone();
        self.tree.push(NodeData {
            span,
            kind,
            overrides: None,
        })
    }

    /// The value at a path where the template prints it without quotes: `"8443"` is read again, as a number.
    fn printed(&mut self, path: Path) -> NodeId {
        let id = self.value(path);
        let node = self.tree.node(id);
        let Some(text) = node.as_str() else { return id };
        let value = portolan_yaml::resolve(text, Style::Plain, None);
        if value == Value::String {
            return id;
        }
        let (text, span) = (text.to_owned(), node.site());
        made_scalar(self.tree, text, value, span)
    }

    fn mapping(&mut self, at: Path, entries: Vec<(&str, Path, NodeId)>) -> NodeId {
        let entries = entries
            .into_iter()
            .map(|(key, key_at, value)| Entry {
                key: key.into(),
                key_span: self.anchor(key_at),
                value,
            })
            .collect();
        let span = self.anchor(at);
        self.tree.push(NodeData {
            span,
            kind: NodeKind::Mapping(entries),
            overrides: None,
        })
    }

    fn sequence(&mut self, at: Path, items: Vec<NodeId>) -> NodeId {
        let span = self.anchor(at);
        self.tree.push(NodeData {
            span,
            kind: NodeKind::Sequence(items),
            overrides: None,
        })
    }

    /// Items of a list that the user may have written.
    fn items(&self, path: Path) -> Vec<NodeId> {
        self.read()
            .get(path)
            .into_iter()
            .flat_map(|node| node.items())
            .map(|node| node.id())
            .collect()
    }

    /// Two mappings of annotations as the template prints them one after the other: the later wins.
    fn annotations(&mut self, first: Path, second: Path, at: Path) -> NodeId {
        let mut entries: Vec<Entry> = Vec::new();
        let mut places: HashMap<Box<str>, usize> = HashMap::new();
        for path in [first, second] {
            let values = self.read();
            let given: Vec<Entry> = values
                .get(path)
                .into_iter()
                .flat_map(|node| node.entries())
                .map(|(entry, _)| entry.clone())
                .collect();
            for entry in given {
                match places
                    .get(&entry.key)
                    .and_then(|at: &usize| entries.get_mut(*at))
                {
                    Some(known) => *known = entry,
                    None => {
                        places.insert(entry.key.clone(), entries.len());
                        entries.push(entry);
                    }
                }
            }
        }
        let span = self.anchor(at);
        self.tree.push(NodeData {
            span,
            kind: NodeKind::Mapping(entries),
            overrides: None,
        })
    }

    fn metadata(
        &mut self,
        name: &str,
        at: Path,
        annotations: Option<(Path, NodeId)>,
        component: Option<&str>,
    ) -> NodeId {
        let name = self.made(name, at);
        let mut labels = vec![
            ("app.kubernetes.io/managed-by", "Helm".to_owned()),
            ("helm.sh/chart", format!("carto-{CHART_VERSION}")),
        ];
        if let Some(component) = component {
            labels.push(("app.kubernetes.io/component", component.to_owned()));
        }
        let labels = labels
            .into_iter()
            .map(|(key, text)| (key, at, self.made(text, at)))
            .collect();
        let labels = self.mapping(at, labels);
        let mut entries = vec![("name", at, name), ("labels", at, labels)];
        if let Some(namespace) = self.namespace.clone() {
            let namespace = self.made(namespace, at);
            entries.push(("namespace", at, namespace));
        }
        if let Some((annotations_at, annotations)) = annotations {
            entries.push(("annotations", annotations_at, annotations));
        }
        self.mapping(at, entries)
    }

    fn object(
        &mut self,
        (api_version, kind): (&str, &str),
        at: Path,
        metadata: NodeId,
        mut rest: Vec<(&'static str, Path, NodeId)>,
        template: &str,
    ) {
        let api_version = self.made(api_version, at);
        let kind = self.made(kind, at);
        let mut entries = vec![
            ("apiVersion", at, api_version),
            ("kind", at, kind),
            ("metadata", at, metadata),
        ];
        entries.append(&mut rest);
        let root = self.mapping(at, entries);
        self.objects.push(Object {
            root,
            origin: Origin::Projection,
            template: Some(format!("carto/templates/{template}")),
        });
    }

    /// The value as `{{ … | quote }}` prints it, at the value's own place.
    fn quoted(&mut self, path: Path) -> NodeId {
        let values = self.read();
        let node = values.get(path);
        let text = node
            .and_then(|node| node.text())
            .unwrap_or_default()
            .to_owned();
        let span = values
            .given(path)
            .map_or_else(|| values.anchor(path), |node| node.span());
        made_string(self.tree, text, span)
    }
}

/// The release's base name, as the chart's library computes it (`common.names.fullname`, bitnami/common 1.17.1).
pub fn fullname(values: Values<'_>, release: &str) -> String {
    if let Some(name) = values.string(&["fullnameOverride"]) {
        return trim_name(name);
    }
    let name = values.string(&["nameOverride"]).unwrap_or("carto");
    if release.contains(name) {
        trim_name(release)
    } else {
        trim_name(&format!("{release}-{name}"))
    }
}

/// `trunc 63 | trimSuffix "-"`.
pub fn trim_name(name: &str) -> String {
    let cut: String = name.chars().take(63).collect();
    cut.strip_suffix('-').unwrap_or(&cut).to_owned()
}

fn hashed_name(fullname: &str, certificate: &str) -> String {
    let digest = Sha256::digest(certificate.as_bytes());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{fullname}-tls-{}", hex.get(..5).unwrap_or_default())
}
