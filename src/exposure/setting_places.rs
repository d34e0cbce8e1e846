//! Where a setting stands: from a place as a layer file describes it to the node that was written there, if any.

use super::gke::{BackendConfig, backend_config_for};
use super::layers::setting::{Setting, SettingPlace, SettingTarget};
use super::readers::policies;
use super::route::{Route, RouteRule};
use super::{Context, opaque_supply, paths};
use crate::facts::Anchor;
use crate::kube::{ObjectRef, Origin};
use portolan_yaml::source::Span;
use portolan_yaml::{Node, Tree, mapped_text};

/// Looks at YAML text that a ConfigMap holds under a key; `None` where no ConfigMap has that key.
fn in_text<'a>(
    cx: Context<'a>,
    setting: &Setting,
    place: &SettingPlace,
    own: &[ObjectRef<'a>],
    text_key: &str,
) -> Option<AtPlace<'a>> {
    let path = place.field.as_deref().unwrap_or_default();
    let (object, node) = own
        .iter()
        .find_map(|object| Some((*object, object.node.get("data")?.get(text_key)?)))?;
    let unknown = |what: &str| {
        let supply = format!("`{text_key}` in {} {what}", object.title());
        Some(AtPlace::Unknown(node.site(), supply))
    };
    if node.is_opaque() {
        return unknown("comes from a template that needs the chart");
    }
    let mut tree = Tree::default();
    let text = mapped_text(cx.sources, node);
    let stream = portolan_yaml::parse(&text, &mut tree, &portolan_yaml::Limits::default());
    let Some(document) = stream.documents.first() else {
        return unknown("is not YAML, so what it sets is not known");
    };
    let root = tree.node(document.root);
    if let Some(found) = paths::nodes(root, path)
        .first()
        .filter(|node| !node.is_null())
    {
        return Some(AtPlace::InText {
            node,
            text: found.text().unwrap_or_default().to_owned(),
            span: found.site(),
            object,
            key: path.to_owned(),
        });
    }
    let span = paths::insertion_point(root, path, object.insertion_point(&["data", text_key]));
    Some(AtPlace::Missing(Some(Gap {
        place: Anchor::new(span).in_object(object.title()),
        how: Some(format!(
            "set `{path}: {}` in `{text_key}` of {}",
            setting.needed_at(place),
            object.title()
        )),
    })))
}

/// What was found at one place.
pub(super) enum AtPlace<'a> {
    /// This was written.
    Written {
        /// The value.
        node: Node<'a>,
        /// A part of the value, for a key within a map-valued annotation.
        text: Option<String>,
        /// The object that it stands on.
        object: ObjectRef<'a>,
        /// The key under which it stands.
        key: String,
    },
    /// This was written in a text within a value: the configuration that a ConfigMap holds as YAML.
    InText {
        /// The value with the text.
        node: Node<'a>,
        /// What was written.
        text: String,
        /// Where.
        span: Span,
        /// The object that it stands on.
        object: ObjectRef<'a>,
        /// The key under which it stands.
        key: String,
    },
    /// Nothing was written; here it would have been.
    Missing(Option<Gap>),
    /// Several objects say something about it, one of which counts, and the input does not tell which.
    Contested {
        /// What each says.
        alternatives: Vec<AtPlace<'a>>,
        /// Where one of them is.
        span: Span,
        /// What would decide.
        supply: String,
    },
    /// It cannot be known; here it would be, and this is to supply.
    Unknown(Span, String),
}

/// Where a value would have been written, and how.
pub(super) struct Gap {
    /// The place.
    pub place: Anchor,
    /// What to do, where that is not just to add the annotation there.
    pub how: Option<String>,
}

const ANNOTATIONS: [&str; 2] = ["metadata", "annotations"];

/// Looks at one place of a setting, for one rule of the way.
pub(super) fn look<'a>(
    cx: Context<'a>,
    setting: &Setting,
    place: &SettingPlace,
    route: &Route<'a>,
    rule: Option<RouteRule<'a>>,
) -> AtPlace<'a> {
    match place.of {
        SettingTarget::Entry if is_controllers(route) => {
            at_name(on_object(setting, place, route.entry), route.entry)
        }
        SettingTarget::Entry => on_object(setting, place, route.entry),
        SettingTarget::Service => on_object(setting, place, route.router.service),
        SettingTarget::Rule => match rule {
            Some(rule) => on_rule(setting, place, rule),
            None => AtPlace::Missing(None),
        },
        SettingTarget::BackendConfig => match backend_config_for(cx, route.entry, route.router) {
            BackendConfig::None(at) => AtPlace::Missing(Some(Gap {
                place: Anchor::new(at).in_object(route.router.service.title()),
                how: Some(format!(
                    "create a BackendConfig (`cloud.google.com/v1`) with `spec.timeoutSec: {0}` and name it in the router \
                     Service's annotation `cloud.google.com/backend-config: '{{\"default\": \"NAME\"}}'`",
                    setting.needed_at(place)
                )),
            })),
            BackendConfig::Unknown(at, supply) => AtPlace::Unknown(at, supply),
            BackendConfig::Found(object) => on_object(setting, place, object),
        },
        SettingTarget::Policy => on_policy(cx, setting, place, route, rule),
        SettingTarget::ClassParameters => match route.class_parameters {
            Some(object) => on_object(setting, place, object),
            None => AtPlace::Missing(None),
        },
        SettingTarget::GatewayParameters => on_gateway_parameters(cx, setting, place, route),
        SettingTarget::Controller if place.argument.is_some() => on_argument(setting, place, route),
        SettingTarget::Controller => on_controller(cx, setting, place, route),
        SettingTarget::Named => on_named(cx, setting, place, route),
    }
}

/// Looks at an object that an annotation of the router Service names.
fn on_named<'a>(
    cx: Context<'a>,
    setting: &Setting,
    place: &SettingPlace,
    route: &Route<'a>,
) -> AtPlace<'a> {
    let service = route.router.service;
    let key = place.named_by.as_deref().unwrap_or_default();
    let Some(node) = service.annotation(key).filter(|node| !node.is_null()) else {
        return AtPlace::Missing(None);
    };
    let kind = place.kind.as_deref().unwrap_or_default();
    let name = node.text().unwrap_or_default();
    if node.is_opaque() {
        return AtPlace::Unknown(node.site(), opaque_supply("an annotation"));
    }
    match cx.objects.find(cx.tree, kind, name, service) {
        // What the object leaves open is set elsewhere, or not at all.
        Some(object) => match on_object(setting, place, object) {
            AtPlace::Missing(_) => AtPlace::Missing(None),
            found => found,
        },
        None => AtPlace::Unknown(node.site(), super::gke::not_among(kind, name)),
    }
}

/// Looks at the arguments of the controller's workload. Of several the smallest number decides, as any of them may serve.
fn on_argument<'a>(setting: &Setting, place: &SettingPlace, route: &Route<'a>) -> AtPlace<'a> {
    let pattern = place.argument.as_deref().unwrap_or_default();
    let workloads: Vec<ObjectRef<'a>> = route
        .configuration
        .iter()
        .copied()
        .filter(|object| object.kind() != "ConfigMap")
        .collect();
    let mut found: Vec<(ObjectRef<'a>, Node<'a>, String)> = Vec::new();
    for workload in &workloads {
        for argument in paths::nodes(workload.node, "spec.template.spec.containers[].args[]") {
            if argument.is_opaque() {
                return AtPlace::Unknown(argument.site(), opaque_supply("an argument"));
            }
            if let Some(value) = argument
                .text()
                .and_then(|text| argument_value(text, pattern))
            {
                found.push((*workload, argument, value));
            }
        }
    }
    let seconds = |value: &str, node: Node<'_>| {
        let place = super::timeouts::as_written_at(setting, place);
        match super::duration::read(&place, node, value) {
            Ok(super::duration::ParsedDuration::Limit(milliseconds)) => milliseconds,
            _ => i64::MAX,
        }
    };
    let weakest = found
        .into_iter()
        .min_by_key(|(_, node, value)| seconds(value, *node));
    match weakest {
        Some((object, node, value)) => AtPlace::Written {
            node,
            text: Some(value),
            object,
            key: format!("--{pattern}"),
        },
        None if workloads.is_empty() => AtPlace::Unknown(
            route.entry.insertion_point(&ANNOTATIONS),
            format!(
                "`{pattern}` is set by an argument of {}, which is not among the input: give the manifest of its Deployment",
                place.held_in.as_deref().unwrap_or("the controller")
            ),
        ),
        None => AtPlace::Missing(None),
    }
}

/// The value of an argument whose name fits a pattern.
fn argument_value(argument: &str, pattern: &str) -> Option<String> {
    let (name, value) = argument.trim_start_matches('-').split_once('=')?;
    let mut parts = name.split('.');
    let fits = pattern.split('.').all(|wanted| {
        parts
            .next()
            .is_some_and(|part| wanted == "*" || wanted.eq_ignore_ascii_case(part))
    });
    (fits && parts.next().is_none()).then(|| value.trim().to_owned())
}

/// Whether the hop is the load balancer of a controller, whose Service somebody else's chart writes.
fn is_controllers(route: &Route<'_>) -> bool {
    route.entry.kind() == "Service" && route.entry.object.root != route.router.service.object.root
}

/// What is missing on such a Service is shown at its name, which tells whose it is.
fn at_name<'a>(found: AtPlace<'a>, service: ObjectRef<'_>) -> AtPlace<'a> {
    match found {
        AtPlace::Missing(Some(gap)) => AtPlace::Missing(Some(Gap {
            place: super::place_in(service, &["metadata", "name"]),
            ..gap
        })),
        other => other,
    }
}

/// The annotation's key with the Service's HTTPS port filled in.
pub(super) fn annotation_key(key: &str, route: &Route<'_>) -> String {
    let port = route
        .router
        .port("https", 443)
        .and_then(|port| port.number())
        .unwrap_or(443);
    key.replace("{port}", &port.to_string())
}

fn on_object<'a>(setting: &Setting, place: &SettingPlace, object: ObjectRef<'a>) -> AtPlace<'a> {
    if let Some(key) = &place.annotation {
        return on_annotation(setting, place, object, key);
    }
    let path = place.field.as_deref().unwrap_or_default();
    let otherwise = object.insertion_point(&[]);
    in_node(setting, place, object, object.node, path, otherwise)
}

fn on_rule<'a>(setting: &Setting, place: &SettingPlace, rule: RouteRule<'a>) -> AtPlace<'a> {
    let path = place.field.as_deref().unwrap_or_default();
    in_node(
        setting,
        place,
        rule.object,
        rule.node,
        path,
        rule.node.site(),
    )
}

fn in_node<'a>(
    setting: &Setting,
    place: &SettingPlace,
    object: ObjectRef<'a>,
    root: Node<'a>,
    path: &str,
    otherwise: Span,
) -> AtPlace<'a> {
    let nodes = paths::nodes(root, path);
    let found = match &place.key {
        // A list of `{key, value}`.
        Some(key) => nodes
            .iter()
            .flat_map(|list| list.items())
            .find(|item| item.get("key").and_then(Node::text) == Some(key))
            .and_then(|item| item.get("value")),
        None => nodes.first().copied(),
    };
    if let Some(node) = found.filter(|node| !node.is_null()) {
        return AtPlace::Written {
            node,
            text: None,
            object,
            key: place.key.clone().unwrap_or_else(|| path.to_owned()),
        };
    }
    let span = paths::insertion_point(root, path, otherwise);
    if paths::is_hidden(root, path) {
        return AtPlace::Unknown(
            span,
            opaque_supply(&format!("a part of {}", object.title())),
        );
    }
    let minimum = setting.needed_at(place);
    let setting = match &place.key {
        Some(key) => format!("add `{{key: {key}, value: {minimum}}}` to `{path}`"),
        None => format!("set `{path}: {minimum}`"),
    };
    AtPlace::Missing(Some(Gap {
        place: Anchor::new(span).in_object(object.title()),
        how: Some(format!("{setting} in {}", object.title())),
    }))
}

fn on_annotation<'a>(
    setting: &Setting,
    place: &SettingPlace,
    object: ObjectRef<'a>,
    key: &str,
) -> AtPlace<'a> {
    let mut missing = object.insertion_point(&ANNOTATIONS);
    let keys = std::iter::once(key).chain(place.aliases.iter().map(String::as_str));
    for key in keys {
        let Some(node) = object.annotation(key) else {
            continue;
        };
        if node.is_null() {
            // A null is refused as an annotation, and sets nothing.
            missing = node.site();
            continue;
        }
        let Some(entry_key) = &place.key else {
            return AtPlace::Written {
                node,
                text: None,
                object,
                key: key.to_owned(),
            };
        };
        if node.is_opaque() {
            return AtPlace::Unknown(node.site(), opaque_supply("an annotation"));
        }
        if let Some(text) = map_value(node.text().unwrap_or_default(), entry_key) {
            return AtPlace::Written {
                node,
                text: Some(text),
                object,
                key: format!("{key}: {entry_key}"),
            };
        }
        return AtPlace::Missing(Some(Gap {
            place: Anchor::new(node.site()).in_object(object.title()),
            how: Some(format!(
                "add `{}` to the annotation `{key}`",
                setting.needed_at(place)
            )),
        }));
    }
    if object.is_opaque_at(&ANNOTATIONS) {
        return AtPlace::Unknown(missing, opaque_supply("an annotation"));
    }
    let minimum = setting.needed_at(place);
    let how = match values_of_annotations(object) {
        Some(path) => format!("add `{key}: {minimum}` under `{path}`"),
        None => format!(
            "add the annotation `{key}: {minimum}` to {}",
            object.title()
        ),
    };
    AtPlace::Missing(Some(Gap {
        place: Anchor::new(missing).in_object(object.title()),
        how: Some(how),
    }))
}

/// The key of the values that an object's annotations come from, for an object that the chart makes of values.
fn values_of_annotations(object: ObjectRef<'_>) -> Option<&'static str> {
    if object.object.origin != Origin::Projection {
        return None;
    }
    match object.kind() {
        "Service" => Some("router.service.annotations"),
        "Ingress" => Some("router.ingress.annotations"),
        "Gateway" => Some("gateway.annotations"),
        _ => None,
    }
}

/// The value of a key in `k=v,k=v`, blanks trimmed.
fn map_value(text: &str, key: &str) -> Option<String> {
    text.split(',').find_map(|item| {
        let (name, value) = item.split_once('=')?;
        (name.trim() == key).then(|| value.trim().to_owned())
    })
}

fn on_policy<'a>(
    cx: Context<'a>,
    setting: &Setting,
    place: &SettingPlace,
    route: &Route<'a>,
    rule: Option<RouteRule<'a>>,
) -> AtPlace<'a> {
    let kind = place.kind.as_deref().unwrap_or_default();
    let candidates: Vec<(&str, ObjectRef<'a>)> = place
        .targets
        .iter()
        .filter_map(|target| {
            let object = match target.as_str() {
                "Service" => route.router.service,
                "Gateway" => route.entry,
                _ => rule?.object,
            };
            Some((target.as_str(), object))
        })
        .collect();
    // The target that is named first is the more specific one.
    for (_, object) in &candidates {
        let found = policies_on(cx, setting, place, *object, rule);
        if let Some(found) = found {
            return found;
        }
    }
    let field = place.field.as_deref().unwrap_or_default();
    let minimum = setting.needed_at(place);
    let how = candidates.first().map(|(target, object)| {
        let group = if *target == "Service" {
            "\"\""
        } else {
            "gateway.networking.k8s.io"
        };
        let name = object.name().unwrap_or_default().replace(portolan_yaml::OPAQUE, "…");
        format!(
            "add a {kind} to `extraDeploy` with `{field}: {minimum}` and `spec.targetRef` naming the {target} `{name}` \
             (`group: {group}`, `kind: {target}`)"
        )
    });
    AtPlace::Missing(Some(Gap {
        place: super::place_in(route.entry, &["spec", "gatewayClassName"]),
        how,
    }))
}

/// What the policies on one object say; `None` where there is none, or none that sets this.
fn policies_on<'a>(
    cx: Context<'a>,
    setting: &Setting,
    place: &SettingPlace,
    target: ObjectRef<'a>,
    rule: Option<RouteRule<'a>>,
) -> Option<AtPlace<'a>> {
    let kind = place.kind.as_deref().unwrap_or_default();
    let field = place.field.as_deref().unwrap_or_default();
    // Where policies add up, one that says nothing of this leaves it to others.
    let says_nothing = |policy: &ObjectRef<'a>| {
        policies::adds_up(cx, *policy)
            && paths::nodes(policy.node, field).is_empty()
            && !paths::is_hidden(policy.node, field)
    };
    let rule = rule.map(|rule| rule.node);
    let mut on = policies::on_target(cx, kind, target, rule);
    on.certain.retain(|policy| !says_nothing(policy));
    on.maybe.retain(|policy| !says_nothing(policy));
    let at = |policy: ObjectRef<'a>| on_object(setting, place, policy);
    if let ([only], []) = (on.certain.as_slice(), on.maybe.as_slice()) {
        return Some(at(*only));
    }
    let all: Vec<ObjectRef<'a>> = on.certain.iter().chain(&on.maybe).copied().collect();
    let first = *all.first()?;
    let mut alternatives: Vec<AtPlace<'a>> = all.iter().copied().map(at).collect();
    if on.certain.is_empty() {
        alternatives.push(AtPlace::Missing(None));
    }
    Some(AtPlace::Contested {
        alternatives,
        span: super::place_in(first, &["metadata", "name"]).span,
        supply: policies::contest(&all, &target.title()),
    })
}

fn on_gateway_parameters<'a>(
    cx: Context<'a>,
    setting: &Setting,
    place: &SettingPlace,
    route: &Route<'a>,
) -> AtPlace<'a> {
    let kind = place.kind.as_deref().unwrap_or_default();
    let at = super::place_in(route.entry, &["spec", "gatewayClassName"]);
    let own = route
        .entry
        .node
        .at(&["spec", "infrastructure", "parametersRef"]);
    let of_class = route
        .class_object
        .and_then(|class| class.node.at(&["spec", "parametersRef"]));
    let name = own
        .or(of_class)
        .and_then(|reference| reference.get("name"))
        .and_then(Node::text);
    if let Some(name) = name {
        let found = cx
            .objects
            .iter(cx.tree)
            .find(|object| object.kind() == kind && object.name() == Some(name));
        return match found {
            Some(object) => on_object(setting, place, object),
            None => AtPlace::Unknown(at.span, super::gke::not_among(kind, name)),
        };
    }
    if route.class_object.is_none() {
        return AtPlace::Unknown(
            at.span,
            format!(
                "the GatewayClass may name a {kind} and is not among the input: give its manifest, or name one in \
                 `spec.infrastructure.parametersRef` of {}",
                route.entry.title()
            ),
        );
    }
    AtPlace::Missing(Some(Gap {
        place: at,
        how: Some(format!(
            "add a {kind} and name it in `spec.infrastructure.parametersRef` of {}",
            route.entry.title()
        )),
    }))
}

/// The controller's own configuration is seldom among the input. Where it is, what does not stand in it is not set.
fn on_controller<'a>(
    cx: Context<'a>,
    setting: &Setting,
    place: &SettingPlace,
    route: &Route<'a>,
) -> AtPlace<'a> {
    let kind = place.kind.as_deref().unwrap_or("ConfigMap");
    let path = place.field.as_deref().unwrap_or_default();
    let own: Vec<ObjectRef<'a>> = if kind == "ConfigMap" {
        let is_configuration = |object: &ObjectRef<'_>| object.kind() == kind;
        let configuration = route.configuration.iter().copied();
        configuration.filter(is_configuration).collect()
    } else {
        cx.objects.everywhere_of_kind(cx.tree, kind).collect()
    };
    let key = path.rsplit('.').next().unwrap_or(path);
    if let Some(text_key) = &place.text_key
        && let Some(found) = in_text(cx, setting, place, &own, text_key)
    {
        return found;
    }
    let found = own
        .iter()
        .find_map(|object| Some((*object, paths::nodes(object.node, path).first().copied()?)));
    if let Some((object, node)) = found {
        return AtPlace::Written {
            node,
            text: None,
            object,
            key: key.to_owned(),
        };
    }
    if let Some(object) = own.first() {
        let span = paths::insertion_point(object.node, path, object.insertion_point(&[]));
        if paths::is_hidden(object.node, path) {
            let supply = opaque_supply(&format!("a part of {}", object.title()));
            return AtPlace::Unknown(span, supply);
        }
        return AtPlace::Missing(Some(Gap {
            place: Anchor::new(span).in_object(object.title()),
            how: Some(format!(
                "set `{path}: {}` in {}",
                setting.needed_at(place),
                object.title()
            )),
        }));
    }
    let held_in = place
        .held_in
        .as_deref()
        .unwrap_or("the controller's ConfigMap");
    let default = match setting.default {
        Some(default) => format!(" (default {default} s)"),
        None => String::new(),
    };
    let near = setting
        .places
        .iter()
        .find(|place| place.of != SettingTarget::Controller);
    let supply = match near
        .and_then(|near| Some((near, near.annotation.as_deref().or(near.field.as_deref())?)))
    {
        Some((near, near_key)) => format!(
            "nothing here sets it, and `{key}`{default} in {held_in} cannot be seen here: set `{near_key}: {}`",
            setting.needed_at(near)
        ),
        None => format!(
            "`{key}`{default} is set in {held_in} alone, which cannot be seen here: check that it is {} or more, or give its \
             manifest",
            setting.needed_at(place)
        ),
    };
    AtPlace::Unknown(route.entry.insertion_point(&ANNOTATIONS), supply)
}
