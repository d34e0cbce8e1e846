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
use crate::version::Version;
use portolan_yaml::source::{SourceId, Span};
use portolan_yaml::{Node, NodeId, Tree};

/// What is looked at.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The merged values, the chart's defaults included.
    pub values: NodeId,
    /// The source of the defaults.
    pub defaults: SourceId,
    /// The chart's release.
    pub version: &'a str,
    /// The cluster's version, where it was given.
    pub cluster: Option<Version>,
}

/// Looks for everything that Helm refuses. What is wrong with templates in values goes to `templates`.
pub fn find(tree: &mut Tree, templates: &mut Templates<'_>, asked: Asked<'_>) -> Vec<Refused> {
    let release = Release::of(asked.version);
    let values = |tree| Seen {
        values: Values::new(tree, asked.defaults),
        cluster: asked.cluster,
        release: &release,
    };
    let seen = values(tree.node(asked.values));
    let known = refusals();
    let mut found = seen.refusals(&known.refusals);
    found.extend(seen.nil_pointers(&known.looked_into));
    found.extend(seen.no_strings(&known.strings));
    let printed = seen.given(&known.printed);
    let templated = seen.given(&known.templated);
    for (path, value) in printed {
        if let Err(error) = printed::read_value(tree, value, Manner::Plain) {
            let span = tree.node(value).site();
            found.push(Refused::unprintable(&format!("`{path}`"), &error, span));
        }
    }
    for (_, value) in templated {
        if is_truthy(tree.node(value)) {
            rendered::render(tree, value, templates);
        }
    }
    found
}

/// The values of one release of the chart.
struct Seen<'s> {
    values: Values<'s>,
    cluster: Option<Version>,
    release: &'s Release,
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
    /// Where a key is written, or where it should be.
    fn anchor(&self, path: &KeyPath) -> Span {
        let parts: Vec<&str> = path.parts().collect();
        self.values.anchor(&parts)
    }

    /// Whether the user has said anything of a key: a default that the user gave back to the chart counts.
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

    /// A finding at the first key that the user has written; nothing where it is the chart's own affair.
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

    /// The keys that templates treat so in this release.
    fn in_force<'k>(&'k self, keys: &'k [Keys]) -> impl Iterator<Item = &'k KeyPath> {
        let holds = |keys: &&Keys| {
            keys.range.holds(self.release) && keys.when.as_ref().is_none_or(|when| when.holds(self))
        };
        keys.iter().filter(holds).flat_map(|keys| &keys.paths)
    }

    /// Mappings that the user has put something else in the place of.
    fn nil_pointers(&self, keys: &[Keys]) -> Vec<Refused> {
        let mut found = Vec::new();
        for pattern in self.in_force(keys) {
            for (path, parent) in parents(self.values.root(), pattern) {
                let Some(last) = pattern.parts().next_back() else {
                    continue;
                };
                let name = format!("{path}{last}");
                // Of a mapping that is not there, the missing parts say nothing more.
                if parent.is_mapping() && !parent.get(last).is_some_and(Node::is_mapping) {
                    found.push(self.nil_pointer(&name));
                }
            }
        }
        found
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
                        "the chart cannot render: its templates take `{path}` for a string, and it is none here"
                    ),
                    help: "put it in quotes".to_owned(),
                    beside: None,
                });
            }
        }
        found
    }

    /// The values that the user has written under some keys, each with its path.
    fn given_nodes(&self, keys: &[Keys]) -> Vec<(String, Node<'s>)> {
        let mut found = Vec::new();
        for pattern in self.in_force(keys) {
            let Some(last) = pattern.parts().next_back() else {
                continue;
            };
            for (path, parent) in parents(self.values.root(), pattern) {
                let value = parent.get(last);
                let given = value.filter(|value| self.values.is_users(value.site()));
                found.extend(given.map(|value| (format!("{path}{last}"), value)));
            }
        }
        found
    }

    fn given(&self, keys: &[Keys]) -> Vec<(String, NodeId)> {
        let found = self.given_nodes(keys).into_iter();
        found.map(|(path, node)| (path, node.id())).collect()
    }
}

/// The nodes above the last name of a path, each with its own path and a dot; `*` stands for any one name.
fn parents<'t>(root: Node<'t>, pattern: &KeyPath) -> Vec<(String, Node<'t>)> {
    let above = pattern.parts().len().saturating_sub(1);
    let mut found = vec![(String::new(), root)];
    for name in pattern.parts().take(above) {
        let mut below = Vec::new();
        for (path, node) in found {
            if name == "*" {
                let entries = node.entries();
                below
                    .extend(entries.map(|(entry, value)| (format!("{path}{}.", entry.key), value)));
            } else {
                below.extend(
                    node.get(name)
                        .map(|value| (format!("{path}{name}."), value)),
                );
            }
        }
        found = below;
    }
    found
}
