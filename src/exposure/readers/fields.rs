//! Fields that a known kind of object does not have: the API server drops them, or refuses the object.

use std::sync::Arc;

use super::super::layers::{IgnoredField, Layer};
use super::super::{Context, Exposure, is_shown, paths};
use super::format::{FieldShape, KindFields};
use super::unread::Unread;
use super::{knowledge, requirement_of};
use crate::facts::{Anchor, Fact, Purpose, UnknownField, UnreadCause, UnreadSetting};
use crate::kube::{ObjectRef, Origin};
use portolan_yaml::nearest::{is_slip, nearest};
use portolan_yaml::source::Span;
use portolan_yaml::{Node, OPAQUE};

/// What every object has.
const COMMON: [&str; 4] = ["apiVersion", "kind", "metadata", "status"];

/// Adds the fields that the object's kind does not have.
pub(super) fn extract(cx: Context<'_>, object: ObjectRef<'_>, exposure: &mut Exposure) {
    // What the chart makes has the chart's fields.
    if object.object.origin == Origin::Projection {
        return;
    }
    let Some(kind) = kind_of(cx, object).filter(|kind| !kind.open) else {
        return;
    };
    let FieldShape::Fields(known) = &kind.fields else {
        return;
    };
    let mut stack = Vec::new();
    for (entry, value) in object.node.entries() {
        if COMMON.contains(&&*entry.key) || entry.key.contains(OPAQUE) {
            continue;
        }
        match shape_of(known, &entry.key) {
            Some(shape) => stack.push((value, shape, entry.key.to_string())),
            None => unknown(cx, object, kind, "", known, entry, exposure),
        }
    }
    while let Some((node, shape, path)) = stack.pop() {
        match shape {
            FieldShape::Leaf => {}
            FieldShape::List(inner) => {
                stack.extend(
                    node.items()
                        .map(|item| (item, &**inner, format!("{path}[]"))),
                );
            }
            FieldShape::Free(inner) => {
                stack.extend(
                    node.entries()
                        .map(|(_, value)| (value, &**inner, format!("{path}.*"))),
                );
            }
            FieldShape::Fields(known) => {
                for (entry, value) in node.entries() {
                    if entry.key.contains(OPAQUE) {
                        continue;
                    }
                    match shape_of(known, &entry.key) {
                        Some(shape) => stack.push((value, shape, format!("{path}.{}", entry.key))),
                        None => unknown(cx, object, kind, &path, known, entry, exposure),
                    }
                }
            }
        }
    }
}

/// Adds the fields of an object that none of the layers on its way in reads.
pub(super) fn ignored(cx: Context<'_>, object: ObjectRef<'_>, exposure: &mut Exposure) {
    let Some(of) = exposure.on_route.of(object).filter(|of| !of.unknown) else {
        return;
    };
    let Some((first, others)) = of.layers.split_first() else {
        return;
    };
    let is_by_all = |ignored: &&IgnoredField| {
        let ignores = |layer: &Arc<Layer>| {
            let mut also = layer.reads.ignores.iter();
            also.any(|also| also.kind == ignored.kind && also.field == ignored.field)
        };
        ignored.kind == object.kind() && others.iter().all(ignores)
    };
    let by_all = first.reads.ignores.iter().filter(is_by_all).cloned();
    for ignored in by_all.collect::<Vec<_>>() {
        for holder in paths::nodes(object.node, &ignored.within) {
            if let Some(span) = paths::key_at(holder, &ignored.field) {
                add_ignored(cx, object, &ignored, span, exposure);
            }
        }
    }
}

fn add_ignored(
    cx: Context<'_>,
    object: ObjectRef<'_>,
    ignored: &IgnoredField,
    span: Span,
    exposure: &mut Exposure,
) {
    if !is_shown(cx, span) || !exposure.seen.unknown_fields.insert(span) {
        return;
    }
    let mut fact = UnreadSetting::new(Anchor::new(span).in_object(object.title()));
    let unread = Unread {
        cause: UnreadCause::OtherReader,
        why: ignored.why.clone(),
        how: ignored.how.clone(),
    };
    let purposes = Vec::from_iter(Purpose::named(&ignored.serves));
    unread.describe(&mut fact, &ignored.field, object.kind(), purposes);
    exposure.facts.unread_settings.push(fact);
}

/// What is known of an object's kind.
pub(super) fn kind_of<'a>(cx: Context<'a>, object: ObjectRef<'_>) -> Option<&'a KindFields> {
    let version = object.api_version().and_then(Node::text)?;
    let group = version.split_once('/').map_or("", |(group, _)| group);
    knowledge::fields_of(cx.layers.own_readers(), object.kind(), group)
}

fn shape_of<'k>(known: &'k [(String, FieldShape)], name: &str) -> Option<&'k FieldShape> {
    known
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, shape)| shape)
}

fn unknown(
    cx: Context<'_>,
    object: ObjectRef<'_>,
    kind: &KindFields,
    parent: &str,
    siblings: &[(String, FieldShape)],
    entry: &portolan_yaml::Entry,
    exposure: &mut Exposure,
) {
    if !is_shown(cx, entry.key_span) || !exposure.seen.unknown_fields.insert(entry.key_span) {
        return;
    }
    let name = &*entry.key;
    let path = joined(parent, name);
    let meant = meant_by(kind, parent, siblings, name);
    let purpose = purpose_at(kind, meant.as_ref().map_or(parent, |meant| &meant.path));
    let place = Anchor::new(entry.key_span).in_object(object.title());
    let mut fact = UnknownField::new(place);
    fact.kind = Fact::known(object.kind().to_owned());
    fact.field = Fact::at(name.to_owned(), entry.key_span);
    fact.path = Fact::known(path);
    fact.misplaced = Fact::known(meant.as_ref().is_some_and(|meant| meant.misplaced));
    fact.meant = Fact::from_option(meant.map(|meant| meant.path));
    let purposes = Vec::from_iter(purpose);
    fact.requirement = Fact::known(requirement_of(&purposes).as_str().to_owned());
    fact.purposes = Fact::known(purposes);
    exposure.facts.unknown_fields.push(fact);
}

fn joined(parent: &str, name: &str) -> String {
    if parent.is_empty() {
        name.to_owned()
    } else {
        format!("{parent}.{name}")
    }
}

/// A field that was probably meant.
struct Meant {
    path: String,
    misplaced: bool,
}

/// The field that was meant: a slip of the pen, else the same name elsewhere in the kind, else the nearest name beside it.
fn meant_by(
    kind: &KindFields,
    parent: &str,
    siblings: &[(String, FieldShape)],
    name: &str,
) -> Option<Meant> {
    let beside = |found: &str| Meant {
        path: joined(parent, found),
        misplaced: false,
    };
    let names = || siblings.iter().map(|(name, _)| name.as_str());
    let slips = names().filter(|known| is_slip(name, known));
    if let Some(found) = nearest(name, slips) {
        return Some(beside(found));
    }
    if let Some(path) = elsewhere(&kind.fields, name) {
        return Some(Meant {
            path,
            misplaced: true,
        });
    }
    nearest(name, names()).map(beside)
}

/// The shortest path at which a kind has a field of that name, the first of several.
fn elsewhere(fields: &FieldShape, name: &str) -> Option<String> {
    let mut level = vec![(String::new(), fields)];
    while !level.is_empty() {
        let mut below = Vec::new();
        for (path, shape) in level {
            match shape {
                FieldShape::Leaf | FieldShape::Free(_) => {}
                FieldShape::List(inner) => below.push((format!("{path}[]"), &**inner)),
                FieldShape::Fields(fields) => {
                    if fields.iter().any(|(known, _)| known == name) {
                        return Some(joined(&path, name));
                    }
                    below.extend(
                        fields
                            .iter()
                            .map(|(known, shape)| (joined(&path, known), shape)),
                    );
                }
            }
        }
        level = below;
    }
    None
}

/// What a field at a path is for: the longest path that is said of decides.
pub(super) fn purpose_at(kind: &KindFields, path: &str) -> Option<Purpose> {
    let is_below = |above: &str| {
        path.strip_prefix(above)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let nearest = kind
        .serves_at
        .iter()
        .filter(|(above, _)| is_below(above))
        .max_by_key(|(above, _)| above.len());
    Purpose::named(nearest.map_or(&kind.serves, |(_, purpose)| purpose))
}
