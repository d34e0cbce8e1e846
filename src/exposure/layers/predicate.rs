//! Signs: what must stand in an object for something to be so. Recognition, settings and TLS all decide by them.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::paths;
use crate::kube::ObjectRef;
use crate::version::Version;
use portolan_yaml::Node;

/// One condition on an annotation, a field or an option. Everything that is given must hold.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Predicate {
    /// The object that is looked at.
    pub of: PredicateOf,
    /// An annotation.
    pub annotation: Option<String>,
    /// The beginning of annotations; any of them counts.
    pub annotation_prefix: Option<String>,
    /// A field; `[]` steps into lists, and any of the values counts.
    pub field: Option<String>,
    /// It is there and not empty.
    pub present: bool,
    /// It is not there, or empty.
    pub absent: bool,
    /// It is one of these, letter case aside.
    pub one_of: Vec<String>,
    /// It is exactly one of these.
    pub equals: Vec<String>,
    /// It is none of these, letter case aside; a missing one is none of them.
    pub none_of: Vec<String>,
    /// This stands in it.
    pub contains: Option<String>,
    /// This does not stand in it.
    pub lacks: Option<String>,
    /// Every rule of the Ingress has a TLS entry for its host: one that lists the host, or one that lists none.
    pub serves_hosts: bool,
    /// The router Service's name is an item of the comma-separated list.
    pub lists_router: bool,
    /// The AWS Load Balancer Controller is at least of this version, as far as was told.
    pub controller_since: Option<String>,
    /// The AWS Load Balancer Controller is not known to be of this version or a later one.
    pub controller_not_since: Option<String>,
}

/// The object that a sign is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PredicateOf {
    /// The entry point.
    #[default]
    Entry,
    /// The router Service.
    Service,
    /// The objects that the entry point hangs from; where they are not to be seen, nothing is known.
    AttachedTo,
    /// The parameters of its class (IngressClassParams), where they are to be seen.
    ClassParameters,
    /// The object that the Gateway or its class names as parameters, where it is to be seen.
    GatewayParameters,
    /// The rules that lead to the router: `field` is looked for from each of them.
    Rule,
    /// The controller's own configuration: objects of its name (ConfigMap, Deployment). Where none is to be seen, nothing is
    /// known.
    Controller,
}

/// What signs are looked for in.
#[derive(Clone, Default)]
pub struct MatchInput<'a> {
    /// The entry point.
    pub entry: Option<ObjectRef<'a>>,
    /// The router Service.
    pub service: Option<ObjectRef<'a>>,
    /// What the entry point hangs from.
    pub attached_to: Vec<ObjectRef<'a>>,
    /// An object that it hangs from and that is not to be seen: what to supply.
    pub missing: Option<String>,
    /// The parameters of its class.
    pub class_parameters: Option<ObjectRef<'a>>,
    /// The parameters of the Gateway or of its class.
    pub gateway_parameters: Option<ObjectRef<'a>>,
    /// The rules that lead to the router.
    pub rules: Vec<Node<'a>>,
    /// The controller's own configuration.
    pub configuration: Vec<ObjectRef<'a>>,
    /// Version of the AWS Load Balancer Controller, as far as it was told.
    pub controller: Option<&'a str>,
}

/// What became of a sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tristate {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// It cannot be known: what to supply.
    Unknown(String),
}

/// Whether all signs hold. One that does not decides, whatever is unknown about others.
pub fn all_hold(predicates: &[Predicate], input: &MatchInput<'_>) -> Tristate {
    let mut unknown = None;
    for predicate in predicates {
        match predicate.holds(input) {
            Tristate::Yes => {}
            Tristate::No => return Tristate::No,
            Tristate::Unknown(supply) => unknown = unknown.or(Some(supply)),
        }
    }
    unknown.map_or(Tristate::Yes, Tristate::Unknown)
}

impl Predicate {
    /// The values that it looks at.
    pub fn nodes<'a>(&self, input: &MatchInput<'a>) -> Vec<Node<'a>> {
        let mut nodes = Vec::new();
        for object in self.objects(input) {
            if let Some(key) = &self.annotation {
                nodes.extend(object.annotation(key));
            }
            if let Some(prefix) = &self.annotation_prefix {
                nodes.extend(
                    object
                        .node
                        .at(&["metadata", "annotations"])
                        .into_iter()
                        .flat_map(Node::entries)
                        .filter(|(entry, _)| entry.key.starts_with(prefix.as_str()))
                        .map(|(_, value)| value),
                );
            }
            if let Some(path) = &self.field {
                nodes.extend(paths::nodes(object.node, path));
            }
        }
        if self.of == PredicateOf::Rule
            && let Some(path) = &self.field
        {
            let rules = input.rules.iter();
            nodes.extend(rules.flat_map(|rule| paths::nodes(*rule, path)));
        }
        nodes.retain(|node| !node.is_null());
        nodes
    }

    /// The values that make it hold: for a list of wanted ones, those alone.
    pub fn matching<'a>(&self, input: &MatchInput<'a>) -> Vec<Node<'a>> {
        let mut nodes = self.nodes(input);
        if !self.one_of.is_empty() {
            nodes.retain(|node| {
                let text = node.text().unwrap_or_default();
                self.one_of
                    .iter()
                    .any(|wanted| wanted.eq_ignore_ascii_case(text.trim()))
            });
        }
        nodes
    }

    /// The objects that it is looked for in.
    pub fn objects<'a>(&self, input: &MatchInput<'a>) -> Vec<ObjectRef<'a>> {
        match self.of {
            PredicateOf::Entry => input.entry.into_iter().collect(),
            PredicateOf::Service => input.service.into_iter().collect(),
            PredicateOf::AttachedTo => input.attached_to.clone(),
            PredicateOf::ClassParameters => input.class_parameters.into_iter().collect(),
            PredicateOf::GatewayParameters => input.gateway_parameters.into_iter().collect(),
            PredicateOf::Rule => Vec::new(),
            PredicateOf::Controller => input.configuration.clone(),
        }
    }

    fn holds(&self, input: &MatchInput<'_>) -> Tristate {
        if let Some(since) = &self.controller_since
            && !controller_reaches(input.controller, since)
        {
            return Tristate::No;
        }
        if let Some(since) = &self.controller_not_since
            && controller_reaches(input.controller, since)
        {
            return Tristate::No;
        }
        if self.serves_hosts
            && !input
                .entry
                .is_none_or(|entry| has_tls_for_every_rule(entry.node))
        {
            return Tristate::No;
        }
        if self.annotation.is_none() && self.annotation_prefix.is_none() && self.field.is_none() {
            return Tristate::Yes;
        }
        if self.of == PredicateOf::AttachedTo
            && let Some(missing) = &input.missing
        {
            return Tristate::Unknown(missing.clone());
        }
        if self.of == PredicateOf::Controller && input.configuration.is_empty() {
            let setting = self.field.as_deref().unwrap_or_default();
            let setting = setting.rsplit('.').next().unwrap_or(setting);
            return Tristate::Unknown(format!(
                "the controller's own configuration, which holds `{setting}`, is not among the input: give its ConfigMap"
            ));
        }
        let nodes = self.nodes(input);
        if nodes.iter().any(|node| node.is_opaque()) {
            return Tristate::Unknown(super::super::opaque_supply("an annotation or a field"));
        }
        if nodes.is_empty() && self.is_hidden(input) {
            return Tristate::Unknown(super::super::opaque_supply("an annotation"));
        }
        if self.holds_for(&nodes, input) {
            Tristate::Yes
        } else {
            Tristate::No
        }
    }

    /// True where a template that needs the chart may have written the annotation.
    fn is_hidden(&self, input: &MatchInput<'_>) -> bool {
        (self.annotation.is_some() || self.annotation_prefix.is_some())
            && self
                .objects(input)
                .iter()
                .any(|object| object.is_opaque_at(&["metadata", "annotations"]))
    }

    fn holds_for(&self, nodes: &[Node<'_>], input: &MatchInput<'_>) -> bool {
        // A mapping or a list that is there counts as present; only its text would be empty.
        let filled = |node: &Node<'_>| {
            node.is_mapping()
                || (node.is_sequence() && node.items().len() > 0)
                || node.text().is_some_and(|text| !text.is_empty())
        };
        let any = |wanted: &dyn Fn(&str) -> bool| {
            nodes
                .iter()
                .any(|node| node.text().is_some_and(|text| wanted(text.trim())))
        };
        let is_among =
            |list: &[String], text: &str| list.iter().any(|known| known.eq_ignore_ascii_case(text));
        let router = input.service.and_then(ObjectRef::name).unwrap_or_default();
        (!self.present || nodes.iter().any(filled))
            && (!self.absent || !nodes.iter().any(filled))
            && (self.one_of.is_empty() || any(&|text| is_among(&self.one_of, text)))
            && (self.equals.is_empty()
                || any(&|text| self.equals.iter().any(|wanted| wanted == text)))
            && !any(&|text| is_among(&self.none_of, text))
            && self
                .contains
                .as_deref()
                .is_none_or(|part| any(&|text| text.contains(part)))
            && self
                .lacks
                .as_deref()
                .is_none_or(|part| !any(&|text| text.contains(part)))
            && (!self.lists_router
                || any(&|text| text.split(',').any(|item| item.trim() == router)))
    }
}

/// Whether every rule of an Ingress has a TLS entry for its host.
fn has_tls_for_every_rule(ingress: Node<'_>) -> bool {
    let entries = paths::nodes(ingress, "spec.tls[]");
    let for_all = entries
        .iter()
        .any(|entry| paths::nodes(*entry, "hosts[]").is_empty());
    let listed: Vec<&str> = entries
        .iter()
        .flat_map(|entry| paths::nodes(*entry, "hosts[]"))
        .filter_map(Node::text)
        .collect();
    for_all
        || paths::nodes(ingress, "spec.rules[]")
            .into_iter()
            .all(|rule| {
                let host = rule.get("host").and_then(Node::text);
                host.is_some_and(|host| listed.iter().any(|name| name.eq_ignore_ascii_case(host)))
            })
}

/// Whether the controller is known to be of a version or a later one. `none` and nothing at all are not.
pub fn controller_reaches(told: Option<&str>, since: &str) -> bool {
    match (told.map(str::parse::<Version>), since.parse::<Version>()) {
        (Some(Ok(told)), Ok(since)) => told >= since,
        _ => false,
    }
}
