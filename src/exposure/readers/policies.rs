//! Policies: objects that take effect through a reference to what they are for.

use std::collections::BTreeMap;

use super::super::{Context, Exposure, is_shown, opaque_supply, paths, place_in};
use super::fields::kind_of;
use super::format::Targets;
use super::{listed, requirement_of};
use crate::diagnostic::Label;
use crate::facts::{Anchor, DetachedPolicy, Fact, PolicyConflict, PolicyDefect, Purpose};
use crate::kube::ObjectRef;
use portolan_yaml::nearest::nearest;
use portolan_yaml::source::Span;
use portolan_yaml::{Node, OPAQUE};

/// The references to its targets that a policy's kind reads. Of a kind that no file describes, the usual fields.
fn references<'a>(cx: Context<'_>, policy: ObjectRef<'a>) -> Vec<Node<'a>> {
    let nodes = |path: &str| paths::nodes(policy.node, path);
    match kind_of(cx, policy).and_then(|kind| kind.targets.as_ref()) {
        Some(targets) => targets.at.iter().flat_map(|path| nodes(path)).collect(),
        None => [nodes("spec.targetRef"), nodes("spec.targetRefs[]")].concat(),
    }
}

/// The policies of one kind on one object.
#[derive(Default)]
pub(in crate::exposure) struct OnTarget<'a> {
    /// Those that are for it.
    pub certain: Vec<ObjectRef<'a>>,
    /// Those for a part of it (a listener, a rule) that this way in may not use.
    pub maybe: Vec<ObjectRef<'a>>,
}

/// Finds the policies of a kind that are for an object. One for the very part that is used hides those for the whole.
pub(in crate::exposure) fn on_target<'a>(
    cx: Context<'a>,
    kind: &str,
    target: ObjectRef<'a>,
    rule: Option<Node<'_>>,
) -> OnTarget<'a> {
    let mut whole = Vec::new();
    let mut parts = Vec::new();
    let mut maybe = Vec::new();
    for policy in cx.objects.everywhere_of_kind(cx.tree, kind) {
        if !policy.shares_namespace(target) {
            continue;
        }
        let named = references(cx, policy)
            .into_iter()
            .filter(|reference| names(*reference, target));
        for reference in named {
            let section = reference.get("sectionName").and_then(Node::text);
            match section.map(|section| uses(target, rule, section)) {
                None => whole.push(policy),
                Some(Some(true)) => parts.push(policy),
                Some(None) => maybe.push(policy),
                Some(Some(false)) => {}
            }
        }
    }
    let certain = if parts.is_empty() { whole } else { parts };
    OnTarget { certain, maybe }
}

/// Whether a reference names an object, namespaces aside.
fn names(reference: Node<'_>, object: ObjectRef<'_>) -> bool {
    object.name().is_some()
        && reference.get("kind").and_then(Node::text) == Some(object.kind())
        && reference.get("name").and_then(Node::text) == object.name()
}

/// Whether a way in uses a part of a target: a rule of a route, a listener of a Gateway. `None` where others may be used.
fn uses(target: ObjectRef<'_>, rule: Option<Node<'_>>, section: &str) -> Option<bool> {
    if target.kind() != "Gateway" {
        let name = rule.and_then(|rule| rule.get("name")).and_then(Node::text);
        return Some(name == Some(section));
    }
    let listeners = paths::nodes(target.node, "spec.listeners[]");
    let is_plain =
        |listener: &Node<'_>| listener.get("protocol").and_then(Node::text) == Some("HTTP");
    let has_name = |listener: &Node<'_>| listener.get("name").and_then(Node::text) == Some(section);
    let own = listeners.iter().find(|listener| has_name(listener))?;
    let secure = listeners
        .iter()
        .filter(|listener| !is_plain(listener))
        .count();
    match (is_plain(own), secure) {
        // What clients send to the plain port is redirected where there is another.
        (true, 1..) => Some(false),
        (true, 0) if listeners.len() > 1 => None,
        (false, 2..) => None,
        _ => Some(true),
    }
}

/// Whether policies of this kind, or this one, add up field by field.
pub(in crate::exposure) fn adds_up(cx: Context<'_>, policy: ObjectRef<'_>) -> bool {
    let by_kind = kind_of(cx, policy)
        .and_then(|kind| kind.targets.as_ref())
        .is_some_and(|targets| targets.field_by_field);
    by_kind || policy.node.at(&["spec", "mergeType"]).is_some()
}

/// The name of a policy as a sentence quotes it.
fn quoted(policy: ObjectRef<'_>) -> String {
    format!(
        "`{}`",
        policy.name().unwrap_or_default().replace(OPAQUE, "…")
    )
}

/// What several policies for one target make unknown, and what to do about it.
pub(in crate::exposure) fn contest(policies: &[ObjectRef<'_>], target: &str) -> String {
    let mut names: Vec<String> = policies.iter().copied().map(quoted).collect();
    names.sort();
    let kind = policies.first().map_or("", |policy| policy.kind());
    format!(
        "{} are all of kind {kind} and for {target}, and which of them counts is not to be seen here: keep one of them",
        listed(names.iter().map(String::as_str))
    )
}

/// Adds the policies that are attached to nothing, and those that contradict one another.
pub(super) fn extract(cx: Context<'_>, objects: &[ObjectRef<'_>], exposure: &mut Exposure) {
    let mut by_target: BTreeMap<(String, String, String, String), Vec<ObjectRef<'_>>> =
        BTreeMap::new();
    for policy in objects.iter().copied() {
        let Some(kind) = kind_of(cx, policy) else {
            continue;
        };
        let Some(targets) = &kind.targets else {
            continue;
        };
        let purposes = Vec::from_iter(Purpose::named(&kind.serves));
        let references = references(cx, policy);
        if references.is_empty() {
            without_target(cx, policy, targets, &purposes, exposure);
        }
        for reference in references {
            if let Some(defect) = defect(cx, policy, reference, targets) {
                defect.add(cx, policy, targets, &purposes, exposure);
                continue;
            }
            let text = |key: &str| {
                let text = reference.get(key).and_then(Node::text);
                text.unwrap_or_default().to_owned()
            };
            let target = (
                policy.kind().to_owned(),
                text("kind"),
                text("name"),
                text("sectionName"),
            );
            by_target.entry(target).or_default().push(policy);
        }
    }
    for ((kind, target_kind, target, _), mut policies) in by_target {
        // The order of the text must not count.
        policies.sort_by_key(|policy| (policy.namespace(), policy.name()));
        let target = format!("{target_kind} {target}");
        if exposure.on_route.has_met(&target) {
            conflict(cx, &kind, &target, &policies, exposure);
        }
    }
}

/// Why a reference leads to nothing.
struct Defect {
    what: PolicyDefect,
    span: Span,
    target: String,
    meant: Option<String>,
    attached: Fact<bool>,
}

impl Defect {
    fn add(
        self,
        cx: Context<'_>,
        policy: ObjectRef<'_>,
        targets: &Targets,
        purposes: &[Purpose],
        exposure: &mut Exposure,
    ) {
        if !is_shown(cx, self.span) {
            return;
        }
        let mut fact = DetachedPolicy::new(Anchor::new(self.span).in_object(policy.title()));
        fact.kind = Fact::known(policy.kind().to_owned());
        fact.name = Fact::from_option(policy.name().map(str::to_owned));
        fact.defect = Fact::known(self.what);
        fact.target = Fact::known(self.target);
        fact.meant = Fact::from_option(self.meant);
        fact.attached = self.attached;
        fact.takes = Fact::known(targets.kinds.clone());
        fact.requirement = Fact::known(requirement_of(purposes).as_str().to_owned());
        fact.purposes = Fact::known(purposes.to_vec());
        exposure.facts.detached_policies.push(fact);
    }
}

/// A policy that names no target at all, in no way that Portolan knows of.
fn without_target(
    cx: Context<'_>,
    policy: ObjectRef<'_>,
    targets: &Targets,
    purposes: &[Purpose],
    exposure: &mut Exposure,
) {
    let spec = policy.node.get("spec");
    // Selectors choose by label; a reference of another name is a finding as a field that the kind does not have.
    let is_named = spec.into_iter().flat_map(Node::entries).any(|(entry, _)| {
        let key = entry.key.to_ascii_lowercase();
        key.contains("target") || entry.key.contains(OPAQUE)
    });
    if is_named || policy.is_opaque_at(&["spec"]) {
        return;
    }
    let defect = Defect {
        what: PolicyDefect::NoTarget,
        span: place_in(policy, &["spec"]).span,
        target: String::new(),
        meant: None,
        attached: Fact::known(false),
    };
    let at = policy.insertion_point(&["spec"]);
    Defect { span: at, ..defect }.add(cx, policy, targets, purposes, exposure);
}

/// What is wrong with a reference; `None` where it leads to its target.
fn defect(
    cx: Context<'_>,
    policy: ObjectRef<'_>,
    reference: Node<'_>,
    targets: &Targets,
) -> Option<Defect> {
    let node = |key: &str| reference.get(key);
    let hidden = ["group", "kind", "name", "namespace", "sectionName"]
        .into_iter()
        .any(|key| node(key).is_some_and(Node::is_opaque));
    if hidden {
        return None;
    }
    let text = |key: &str| node(key).and_then(Node::text).unwrap_or_default();
    let span = |key: &str| node(key).map_or_else(|| reference.site(), Node::site);
    let (kind, name) = (text("kind"), text("name"));
    let wrong = |what: PolicyDefect, at: &str| Defect {
        what,
        span: span(at),
        target: format!("{kind} {name}"),
        meant: None,
        attached: Fact::known(false),
    };
    if !targets.kinds.is_empty() && !targets.kinds.iter().any(|taken| taken == kind) {
        return Some(wrong(PolicyDefect::WrongKind, "kind"));
    }
    let group = group_of(kind);
    if node("group").is_some() && text("group") != group {
        return Some(Defect {
            meant: Some(if group.is_empty() { "\"\"" } else { group }.to_owned()),
            target: text("group").to_owned(),
            ..wrong(PolicyDefect::WrongGroup, "group")
        });
    }
    let is_elsewhere = !text("namespace").is_empty()
        && policy
            .namespace()
            .is_some_and(|own| own != text("namespace"));
    if is_elsewhere {
        return Some(wrong(PolicyDefect::OtherNamespace, "namespace"));
    }
    let same = || cx.objects.everywhere_named(cx.tree, kind, name);
    let Some(target) = same().find(|object| object.shares_namespace(policy)) else {
        return Some(not_found(cx, policy, kind, name, span("name")));
    };
    let section = text("sectionName");
    let lacks = !section.is_empty()
        && kind == "Gateway"
        && !paths::nodes(target.node, "spec.listeners[].name")
            .into_iter()
            .any(|name| name.is_opaque() || name.text() == Some(section));
    lacks.then(|| Defect {
        target: section.to_owned(),
        ..wrong(PolicyDefect::NoSection, "sectionName")
    })
}

/// The API group of a kind that a policy may name.
fn group_of(kind: &str) -> &'static str {
    match kind {
        "Service" => "",
        "ServiceImport" => "net.gke.io",
        _ => "gateway.networking.k8s.io",
    }
}

/// A target that is not where the policy looks for it. Whether there is none is certain only where others of its kind are
/// among the input.
fn not_found(cx: Context<'_>, policy: ObjectRef<'_>, kind: &str, name: &str, span: Span) -> Defect {
    let near: Vec<&str> = cx
        .objects
        .everywhere_of_kind(cx.tree, kind)
        .filter(|object| object.shares_namespace(policy))
        .filter_map(ObjectRef::name)
        .collect();
    let in_other = cx
        .objects
        .everywhere_named(cx.tree, kind, name)
        .next()
        .is_some();
    let supply = format!(
        "the {kind} `{name}` that {} is for is not among the input: give its manifest",
        policy.title()
    );
    let attached = if near.iter().any(|name| name.contains(OPAQUE)) {
        Fact::Unknown(opaque_supply(&format!("the name of a {kind}")))
    } else if !in_other && (near.is_empty() || cx.objects.may_lack(kind)) {
        Fact::Unknown(supply)
    } else {
        Fact::known(false)
    };
    Defect {
        what: if in_other {
            PolicyDefect::OtherNamespace
        } else {
            PolicyDefect::NotFound
        },
        span,
        target: format!("{kind} {name}"),
        meant: nearest(name, near).map(str::to_owned),
        attached,
    }
}

/// Several policies of one kind for one target on a way in.
fn conflict(
    cx: Context<'_>,
    kind: &str,
    target: &str,
    policies: &[ObjectRef<'_>],
    exposure: &mut Exposure,
) {
    for (at, policy) in policies.iter().enumerate() {
        let mut rivals = policies.iter().enumerate().filter(|(other, rival)| {
            *other != at && rival.shares_namespace(*policy) && contradicts(cx, *policy, **rival)
        });
        let Some((first, _)) = rivals.next() else {
            continue;
        };
        // One finding says enough, at the last of them by name.
        if at < first || rivals.any(|(other, _)| other > at) {
            continue;
        }
        let others = policies
            .iter()
            .filter(|other| other.node.id() != policy.node.id());
        let mut place = place_in(*policy, &["metadata", "name"]);
        place.labels.extend(others.map(|other| Label {
            span: place_in(*other, &["metadata", "name"]).span,
            message: format!("this one is for {target} as well"),
        }));
        let purpose = kind_of(cx, *policy).and_then(|kind| Purpose::named(&kind.serves));
        let requirement = requirement_of(&Vec::from_iter(purpose));
        let mut fact = PolicyConflict::new(place);
        fact.kind = Fact::known(kind.to_owned());
        fact.target = Fact::known(target.to_owned());
        fact.names = Fact::known(policies.iter().copied().map(quoted).collect());
        fact.requirement = Fact::known(requirement.as_str().to_owned());
        exposure.facts.policy_conflicts.push(fact);
    }
}

/// Whether two policies for one target say different things. Where policies add up, about the same field.
fn contradicts(cx: Context<'_>, left: ObjectRef<'_>, right: ObjectRef<'_>) -> bool {
    let (left_says, right_says) = (leaves(left), leaves(right));
    if adds_up(cx, left) && adds_up(cx, right) {
        return left_says
            .iter()
            .any(|(path, value)| right_says.get(path).is_some_and(|other| other != value));
    }
    left_says != right_says
}

/// What a policy sets: each scalar by its path, references aside.
fn leaves(policy: ObjectRef<'_>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut stack: Vec<(String, Node<'_>)> = policy
        .node
        .get("spec")
        .into_iter()
        .flat_map(Node::entries)
        .filter(|(entry, _)| !entry.key.starts_with("target") && &*entry.key != "mergeType")
        .map(|(entry, value)| (entry.key.to_string(), value))
        .collect();
    while let Some((path, node)) = stack.pop() {
        if let Some(text) = node.text() {
            found.insert(path, text.to_owned());
            continue;
        }
        let fields = node.entries();
        stack.extend(fields.map(|(entry, value)| (format!("{path}.{}", entry.key), value)));
        let items = node.items().enumerate();
        stack.extend(items.map(|(at, item)| (format!("{path}[{at}]"), item)));
    }
    found
}
