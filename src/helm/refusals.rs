//! What Helm refuses to render with the chart, although every file is right as YAML: the chart's own validators, mappings
//! that are not there, values of the wrong type, values that break the document they are printed into.
//!
//! What is asked stands in `chart/refusals.yaml`.

use super::chart_facts::{Circumstances, KeyPath, Keys, Refusal, Release, refusals};
use super::printed::{self, Manner};
use super::projection::Refused;
use super::rendered;
use super::templates::Templates;
use super::values::{Values, is_truthy};
use crate::catalogue::{ChartVersion, KeyId};
use crate::version::Version;
use portolan_yaml::source::{SourceId, Span};
use portolan_yaml::{Node, NodeId, Tree};

/// Input of the search for refusals.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The merged values, the chart's defaults included.
    pub values: NodeId,
    /// What the user has written of them.
    pub user: NodeId,
    /// The source of the defaults.
    pub defaults: SourceId,
    /// The chart's release.
    pub edition: &'a ChartVersion,
    /// The cluster's version, where it was given.
    pub cluster: Option<Version>,
}

/// Looks for everything that Helm refuses. What is wrong with templates in values goes to `templates`.
pub fn find(tree: &mut Tree, templates: &mut Templates<'_>, asked: Asked<'_>) -> Vec<Refused> {
    let release = Release::of(asked.edition.version());
    let seen = Seen {
        values: Values::new(tree.node(asked.values), asked.defaults),
        user: tree.node(asked.user),
        cluster: asked.cluster,
        release: &release,
        edition: asked.edition,
    };
    let known = refusals();
    let mut found = seen.refusals(&known.refusals);
    found.extend(seen.nil_pointers(&known.looked_into));
    found.extend(seen.no_strings(&known.strings));
    found.extend(seen.no_mappings(&known.subcharts));
    let printed = seen.given(&known.printed, Manner::Plain);
    let within = seen.given(&known.within, Manner::Within);
    let templated = seen.given(&known.templated, Manner::Plain);
    for given in printed.into_iter().chain(within) {
        if let Err(error) = printed::read_value(tree, given.value, given.manner) {
            let span = tree.node(given.value).site();
            let what = format!("`{}`", given.path);
            found.push(Refused::unprintable(&what, &error, span));
        }
    }
    for given in templated {
        if is_truthy(tree.node(given.value)) {
            rendered::render(tree, given.value, templates);
        }
    }
    found
}

/// The values of one release of the chart.
struct Seen<'s> {
    values: Values<'s>,
    user: Node<'s>,
    cluster: Option<Version>,
    release: &'s Release,
    edition: &'s ChartVersion,
}

/// A value that the user has written, and how it is printed.
struct GivenValue {
    path: String,
    value: NodeId,
    manner: Manner,
}

impl Circumstances for Seen<'_> {
    fn value(&self, path: &KeyPath) -> Option<Node<'_>> {
        path.get(self.values.root())
    }

    fn cluster(&self) -> Option<Version> {
        self.cluster
    }
}

impl<'s> Seen<'s> {
    /// Returns the place where a key is written, or should be.
    fn anchor(&self, path: &KeyPath) -> Span {
        let parts: Vec<&str> = path.parts().collect();
        self.values.anchor(&parts)
    }

    /// Tells whether the user has said anything of a key: a default that the user gave back to the chart counts.
    fn is_given(&self, path: &KeyPath) -> bool {
        let mut node = self.values.root();
        for key in path.parts() {
            match node.entry(key) {
                Some((entry, value)) if self.values.is_users(entry.key_span) => node = value,
                _ => return false,
            }
        }
        true
    }

    fn refusals(&self, refusals: &[Refusal]) -> Vec<Refused> {
        let is_diagnostic = self.values.truthy(&["diagnosticMode", "enabled"]);
        let in_force = refusals.iter().filter(|refusal| {
            refusal.range.holds(self.release)
                && (refusal.always || !is_diagnostic)
                && refusal.when.holds(self)
        });
        in_force
            .filter_map(|refusal| self.refused(refusal))
            .collect()
    }

    /// Makes a finding at the first key that the user has written; nothing where it is the chart's own affair.
    fn refused(&self, refusal: &Refusal) -> Option<Refused> {
        let at = refusal.at.iter().find(|path| self.is_given(path))?;
        let span = self.anchor(at);
        Some(Refused {
            span,
            message: refusal.message.clone(),
            help: refusal.help.clone(),
            beside: refusal.beside.as_ref().map(|path| self.other_source(path)),
        })
    }

    fn other_source(&self, path: &KeyPath) -> (Span, String) {
        let value = path.get(self.values.root()).and_then(Node::text);
        (self.anchor(path), value.unwrap_or_default().to_owned())
    }

    /// Mappings that the user has taken away.
    fn nil_pointers(&self, keys: &[Keys]) -> Vec<Refused> {
        let given = self.given_nodes(keys).into_iter();
        let nulls = given.filter(|(_, node)| node.is_null());
        nulls.map(|(path, _)| self.nil_pointer(&path)).collect()
    }

    /// Subcharts with values that are no mappings.
    fn no_mappings(&self, keys: &[Keys]) -> Vec<Refused> {
        let given = self.given_nodes(keys).into_iter();
        let others = given.filter(|(_, node)| !node.is_null() && !node.is_mapping());
        let refused = |(path, node): (String, Node<'_>)| Refused {
            span: node.site(),
            message: format!(
                "Helm cannot merge this with the values of the subchart `{path}`: they are a mapping"
            ),
            help: format!("write a mapping, or remove `{path}`"),
            beside: None,
        };
        others.map(refused).collect()
    }

    fn nil_pointer(&self, name: &str) -> Refused {
        Refused {
            span: self.anchor(&KeyPath::new(name)),
            message: format!(
                "the chart cannot render: its templates look into `{name}`, which is not a mapping here"
            ),
            help: format!("remove `{name}`, or give it the keys that you want to change"),
            beside: None,
        }
    }

    fn no_strings(&self, keys: &[Keys]) -> Vec<Refused> {
        let mut found = Vec::new();
        for (path, node) in self.given_nodes(keys) {
            if is_truthy(node) && node.as_str().is_none() && !node.is_opaque() {
                found.push(Refused {
                    span: node.site(),
                    message: format!(
                        "the chart cannot render: its templates take `{path}` for a string, and it is not one here"
                    ),
                    help: "put it in quotes".to_owned(),
                    beside: None,
                });
            }
        }
        found
    }

    /// The values that the user has written under some keys of the chart, each with its path.
    fn given_nodes(&self, keys: &[Keys]) -> Vec<(String, Node<'s>)> {
        let in_force = |keys: &&Keys| {
            keys.range.holds(self.release) && keys.when.as_ref().is_none_or(|when| when.holds(self))
        };
        let mut found = Vec::new();
        for keys in keys.iter().filter(in_force) {
            let above = match keys.of.as_slice() {
                [] => vec![(String::new(), self.user)],
                of => of
                    .iter()
                    .flat_map(|of| below(String::new(), self.user, of))
                    .collect(),
            };
            for (path, node) in above {
                let given = keys
                    .keys
                    .iter()
                    .flat_map(|key| below(path.clone(), node, key));
                found.extend(
                    given.filter(|(path, _)| keys.are_about(path) && self.is_of_chart(path)),
                );
            }
        }
        found
    }

    /// Whether this release of the chart has a key.
    fn is_of_chart(&self, path: &str) -> bool {
        let mut parent = KeyId::ROOT;
        for name in path.split('.') {
            match self.edition.known(parent, name) {
                Some(key) if self.edition.kind(key).is_some() => parent = key,
                _ => return false,
            }
        }
        true
    }

    fn given(&self, keys: &[Keys], manner: Manner) -> Vec<GivenValue> {
        let found = self.given_nodes(keys).into_iter();
        let given = |(path, node): (String, Node<'_>)| GivenValue {
            path,
            value: node.id(),
            manner,
        };
        found.map(given).collect()
    }
}

/// What lies below a node along a path, each with its own path; `*` stands for any one name.
fn below<'t>(at: String, root: Node<'t>, pattern: &KeyPath) -> Vec<(String, Node<'t>)> {
    let step = |path: &str, name: &str| match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    };
    let mut found = vec![(at, root)];
    for name in pattern.parts() {
        let mut next = Vec::new();
        for (path, node) in found {
            match name {
                "*" => next.extend(
                    node.entries()
                        .map(|(entry, value)| (step(&path, &entry.key), value)),
                ),
                name => next.extend(node.get(name).map(|value| (step(&path, name), value))),
            }
        }
        found = next;
    }
    found
}
