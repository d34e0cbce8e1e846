//! Annotations under the prefixes of known controllers.

use std::collections::HashSet;

use super::super::router::RouterObjects;
use super::super::{Context, Exposure, is_shown};
use super::format::{ReadKeys, ReaderFile};
use super::knowledge::{OwnReaders, all_readers, domain_of, readers_of, successors_of};
use super::on_route::LayersOf;
use super::requirement_of;
use super::unread::{Reading, Written};
use crate::facts::{Anchor, Fact, Purpose, UnknownAnnotation, UnreadSetting};
use crate::kube::ObjectRef;
use portolan_yaml::nearest::{is_slip, nearest};
use portolan_yaml::source::Span;
use portolan_yaml::{Node, OPAQUE};

/// Kinds that carry traffic. What else has annotations of the same owners (nodes, pods, volumes) is not this field's.
const KINDS: [&str; 18] = [
    "Gateway",
    "GatewayClass",
    "GRPCRoute",
    "HTTPProxy",
    "HTTPRoute",
    "Ingress",
    "IngressClass",
    "IngressRoute",
    "IngressRouteTCP",
    "ListenerSet",
    "Mapping",
    "Route",
    "Service",
    "TCPRoute",
    "TLSRoute",
    "UDPRoute",
    "VirtualServer",
    "VirtualService",
];

/// Adds the annotations that no controller has, and those that nobody reads where they are.
pub(super) fn extract<'a>(
    cx: Context<'a>,
    objects: &[ObjectRef<'a>],
    router: Option<&'a RouterObjects<'a>>,
    exposure: &mut Exposure,
) {
    // One line may stand for several objects (`commonAnnotations`, an alias): it is read where one of them is.
    let mut found: Vec<(Span, Finding)> = Vec::new();
    let mut read = HashSet::new();
    let reading = Reading {
        own: cx.layers.own_readers(),
        router,
        on_route: &exposure.on_route,
    };
    for object in objects.iter().copied() {
        if !KINDS.contains(&object.kind()) {
            continue;
        }
        let annotations = object.node.at(&["metadata", "annotations"]);
        for (entry, value) in annotations.into_iter().flat_map(Node::entries) {
            let is_own = entry.key.contains('/') && !entry.key.contains(OPAQUE);
            if !is_own || !is_shown(cx, entry.key_span) || read.contains(&entry.key_span) {
                continue;
            }
            let written = Written {
                key: &entry.key,
                value,
                object,
            };
            match finding(&reading, written, entry.key_span) {
                Some(finding) => found.push((entry.key_span, finding)),
                None => {
                    read.insert(entry.key_span);
                }
            }
        }
    }
    let mut said = HashSet::new();
    found.retain(|(span, _)| !read.contains(span) && said.insert(*span));
    for (_, finding) in found {
        match finding {
            Finding::Unknown(fact) => exposure.facts.unknown_annotations.push(fact),
            Finding::Unread(fact) => exposure.facts.unread_settings.push(fact),
        }
    }
}

/// What may be said of an annotation.
enum Finding {
    Unknown(UnknownAnnotation),
    Unread(UnreadSetting),
}

fn finding(reading: &Reading<'_>, written: Written<'_>, span: Span) -> Option<Finding> {
    let Written { key, object, .. } = written;
    let place = Anchor::new(span).in_object(object.title());
    // Layers name some keys that look like their own settings; those have findings already.
    let layers = reading.on_route.of(object);
    let mut layers = layers.into_iter().flat_map(|of| &of.layers);
    if layers.any(|layer| {
        layer
            .ineffective
            .iter()
            .any(|wrong| wrong.annotation == key)
    }) {
        return None;
    }
    if let Some(unknown) = unknown(reading.own, key, object, reading.on_route.of(object)) {
        return Some(Finding::Unknown(unknown.fact(
            reading.own,
            key,
            object,
            place,
        )));
    }
    let unread = reading.unread(written)?;
    let mut fact = UnreadSetting::new(place);
    unread.describe(&mut fact, key, object.kind(), purposes_of(reading.own, key));
    Some(Finding::Unread(fact))
}

/// A key that no controller has.
struct Unknown {
    controller: String,
    meant: Option<String>,
    near: bool,
    outdated: bool,
}

impl Unknown {
    fn fact(
        self,
        own: &OwnReaders,
        key: &str,
        object: ObjectRef<'_>,
        place: Anchor,
    ) -> UnknownAnnotation {
        let purposes = match &self.meant {
            Some(meant) => purposes_of(own, meant),
            None => purposes_of_name(key.split_once('/').map_or(key, |(_, name)| name)),
        };
        let requirement = requirement_of(&purposes);
        let mut fact = UnknownAnnotation::new(place);
        fact.key = Fact::known(key.to_owned());
        fact.kind = Fact::known(object.kind().to_owned());
        fact.controller = Fact::known(self.controller);
        fact.near = Fact::known(self.near);
        fact.outdated = Fact::known(self.outdated);
        fact.meant = Fact::from_option(self.meant);
        fact.purposes = Fact::known(purposes);
        fact.requirement = Fact::known(requirement.as_str().to_owned());
        fact
    }
}

/// What a known key is for, in the order of the files.
pub(super) fn purposes_of(own: &OwnReaders, key: &str) -> Vec<Purpose> {
    let mut purposes = Vec::new();
    for reader in readers_of(own, key) {
        for purpose in reader.purposes(rest_of(reader, key)) {
            if !purposes.contains(&purpose) {
                purposes.push(purpose);
            }
        }
    }
    purposes
}

/// What a name is for where other controllers have it.
fn purposes_of_name(name: &str) -> Vec<Purpose> {
    let mut readers = all_readers().iter().filter_map(|known| known.file());
    let purpose = readers.find_map(|reader| reader.purposes(name).next());
    purpose.into_iter().collect()
}

/// A key without the reader's prefix.
pub(super) fn rest_of<'k>(reader: &ReaderFile, key: &'k str) -> &'k str {
    key.get(reader.prefix.len()..).unwrap_or_default()
}

/// Whether a key is read on a kind of object.
pub(super) fn is_read_on(own: &OwnReaders, key: &str, kind: &str) -> bool {
    readers_of(own, key).into_iter().any(|reader| {
        let mut lists = reader.lists_with(rest_of(reader, key));
        lists.any(|list| list.kinds.iter().any(|known| known == kind))
    })
}

fn is_known(own: &OwnReaders, key: &str) -> bool {
    readers_of(own, key)
        .into_iter()
        .any(|reader| reader.lists_with(rest_of(reader, key)).next().is_some())
}

fn unknown(
    own: &OwnReaders,
    key: &str,
    object: ObjectRef<'_>,
    on_route: Option<&LayersOf>,
) -> Option<Unknown> {
    let readers = readers_of(own, key);
    if let Some(outdated) = outdated(own, key, &readers, on_route) {
        return Some(outdated);
    }
    if is_known(own, key) {
        return None;
    }
    match readers.first() {
        Some(first) => under_prefix(key, &readers, first, object),
        None => near_prefix(own, key),
    }
}

/// A key under a prefix that its controller does not read any more. Where another controller has that prefix, the one on
/// the way decides.
fn outdated(
    own: &OwnReaders,
    key: &str,
    readers: &[&ReaderFile],
    on_route: Option<&LayersOf>,
) -> Option<Unknown> {
    let (reader, meant) = successors_of(key)
        .into_iter()
        .filter(|(_, meant)| is_known(own, meant))
        .find(|(reader, _)| readers.is_empty() || is_served_by(reader, readers, on_route))?;
    Some(Unknown {
        controller: reader.controller.clone(),
        meant: Some(meant),
        near: true,
        outdated: true,
    })
}

/// Whether the layers on the way are all known, and are the reader rather than one of the others.
fn is_served_by(reader: &ReaderFile, others: &[&ReaderFile], on_route: Option<&LayersOf>) -> bool {
    let Some(on_route) = on_route.filter(|of| !of.unknown && !of.layers.is_empty()) else {
        return false;
    };
    on_route.layers.iter().all(|layer| {
        let reads = |reader: &ReaderFile| {
            let by = reader.reads.iter().filter_map(|list| list.by.as_ref());
            by.flatten().any(|id| *id == layer.id)
        };
        reads(reader) && !others.iter().any(|other| reads(other))
    })
}

/// A key that none of the readers of its prefix has. Where not every key of a prefix is known, it must come near one.
fn under_prefix<'k>(
    key: &str,
    readers: &[&'k ReaderFile],
    first: &ReaderFile,
    object: ObjectRef<'_>,
) -> Option<Unknown> {
    let prefix = &*first.prefix;
    let rest = rest_of(first, key);
    let (here, elsewhere): (Vec<_>, Vec<_>) = readers
        .iter()
        .flat_map(|reader| reader.names())
        .partition(|(_, list)| list.kinds.iter().any(|kind| kind == object.kind()));
    let (here, elsewhere) = (bare_names(&here), bare_names(&elsewhere));
    let slip = |of: &[&'k str]| {
        let slips = of.iter().copied().filter(|name| is_slip(rest, name));
        nearest(rest, slips)
    };
    let near = slip(&here)
        .or_else(|| nearest(rest, here.iter().copied()).filter(|_| slip(&elsewhere).is_some()))
        .or_else(|| slip(&elsewhere));
    let full = |name: &str| format!("{prefix}{name}");
    let meant = near
        .map(full)
        .or_else(|| same_name_elsewhere(rest, readers, object));
    let is_complete = readers.iter().all(|reader| reader.complete);
    if meant.is_none() && !is_complete {
        return None;
    }
    let near = meant.is_some();
    let meant = meant.or_else(|| nearest(rest, here).map(full));
    let has_it = |reader: &&&ReaderFile| {
        let name = meant
            .as_deref()
            .and_then(|meant| meant.strip_prefix(prefix));
        name.is_some_and(|name| reader.lists_with(name).next().is_some())
    };
    let reader = readers.iter().find(has_it).copied().unwrap_or(first);
    Some(Unknown {
        controller: reader.controller.clone(),
        meant,
        near,
        outdated: false,
    })
}

/// Names without the lists that they stand in.
fn bare_names<'k>(names: &[(&'k str, &ReadKeys)]) -> Vec<&'k str> {
    names.iter().map(|(name, _)| *name).collect()
}

/// The same name under another prefix of the same layers, on that kind of object.
fn same_name_elsewhere(
    rest: &str,
    readers: &[&ReaderFile],
    object: ObjectRef<'_>,
) -> Option<String> {
    let layers: HashSet<&str> = readers
        .iter()
        .flat_map(|reader| &reader.reads)
        .filter_map(|list| list.by.as_ref())
        .flatten()
        .map(String::as_str)
        .collect();
    let others = all_readers().iter().filter_map(|known| known.file());
    others
        .filter(|other| {
            other.lists_with(rest).any(|list| {
                let by = list.by.iter().flatten();
                list.kinds.iter().any(|kind| kind == object.kind())
                    && by.into_iter().any(|id| layers.contains(id.as_str()))
            })
        })
        .map(|other| format!("{}{rest}", other.prefix))
        .next()
}

/// A key whose prefix no reader has: a slip in it, or in a longer prefix of the same owner.
fn near_prefix(own: &OwnReaders, key: &str) -> Option<Unknown> {
    let domain = domain_of(key);
    let same = all_readers()
        .iter()
        .filter(|known| known.domain() == domain);
    for reader in same.filter_map(|known| known.file()) {
        let keys: Vec<String> = reader.full_keys().collect();
        let name = |key: &str| key.get(domain.len() + 1..).unwrap_or_default().to_owned();
        let near = keys.iter().find(|known| is_slip(&name(key), &name(known)));
        if let Some(meant) = near {
            return Some(slipped(reader, meant.clone()));
        }
    }
    let near = all_readers()
        .iter()
        .filter(|known| known.domain() != domain && is_slip(domain, known.domain()));
    for reader in near.filter_map(|known| known.file()) {
        let name = key.get(domain.len()..).unwrap_or_default();
        let meant = format!("{}{name}", domain_of(&reader.prefix));
        if is_known(own, &meant) {
            return Some(slipped(reader, meant));
        }
    }
    None
}

fn slipped(reader: &ReaderFile, meant: String) -> Unknown {
    Unknown {
        controller: reader.controller.clone(),
        meant: Some(meant),
        near: true,
        outdated: false,
    }
}
