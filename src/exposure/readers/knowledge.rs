//! The built-in knowledge about readers. What a check does not meet is never decoded: an index of prefixes and kinds is all
//! that a cold start pays for, and only where there is an annotation or a kind to look up.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::super::layers::{Layer, ReadKind, ReadPrefix};
use super::format::{
    FieldFile, FieldShape, KindFields, PreparedKind, PreparedReader, ReadKeys, ReaderFile,
};
use crate::facts::Purpose;

/// One prefix of annotations with what is known about it.
pub(super) struct KnownReader {
    prefix: &'static str,
    outdated: Vec<&'static str>,
    bytes: &'static [u8],
    file: OnceLock<Option<Box<ReaderFile>>>,
}

impl KnownReader {
    /// What its file says.
    pub(super) fn file(&self) -> Option<&ReaderFile> {
        let decode = || postcard::from_bytes(self.bytes).ok().map(Box::new);
        self.file.get_or_init(decode).as_deref()
    }

    /// The part of the prefix before the slash, which is all that a key has in common with others of its owner.
    pub(super) fn domain(&self) -> &'static str {
        domain_of(self.prefix)
    }
}

/// The prefix of a key or of a prefix: what stands before its slash.
pub(super) fn domain_of(key: &str) -> &str {
    key.split_once('/').map_or("", |(domain, _)| domain)
}

/// Every prefix.
pub(super) fn all_readers() -> &'static [KnownReader] {
    static READERS: OnceLock<Vec<KnownReader>> = OnceLock::new();
    READERS.get_or_init(|| {
        let bytes = include_bytes!(concat!(env!("OUT_DIR"), "/readers.bin"));
        // That each of them is there is tested.
        let index: Vec<PreparedReader<'static>> = postcard::from_bytes(bytes).unwrap_or_default();
        index
            .into_iter()
            .map(|(prefix, outdated, bytes)| KnownReader {
                prefix,
                outdated,
                bytes,
                file: OnceLock::new(),
            })
            .collect()
    })
}

/// What layers of the user's own say that they read.
#[derive(Debug, Default)]
pub(in crate::exposure) struct OwnReaders {
    readers: Vec<ReaderFile>,
    kinds: Vec<(ReadKind, KindFields)>,
}

impl OwnReaders {
    /// What the files of some layers say.
    pub(in crate::exposure) fn of(layers: &[Layer]) -> OwnReaders {
        let mut own = OwnReaders::default();
        for layer in layers {
            let prefixes = layer.reads.annotations.iter();
            own.readers
                .extend(prefixes.map(|prefix| reader_of(layer, prefix)));
            let kinds = layer.reads.kinds.iter();
            own.kinds
                .extend(kinds.map(|kind| (kind.clone(), KindFields::from(kind))));
        }
        own
    }
}

fn reader_of(layer: &Layer, prefix: &ReadPrefix) -> ReaderFile {
    let reads = prefix.keys.iter().map(|(kind, keys)| ReadKeys {
        kinds: vec![kind.clone()],
        by: Some(vec![layer.id.clone()]),
        keys: keys.clone(),
    });
    ReaderFile {
        controller: layer.title.clone(),
        prefix: prefix.prefix.clone(),
        complete: !prefix.open,
        any_case: false,
        outdated: Vec::new(),
        reads: reads.collect(),
        any_type_with: None,
        serves: prefix.serves.clone(),
        ports: BTreeMap::new(),
        instead: Vec::new(),
        gone: BTreeMap::new(),
        sources: Vec::new(),
    }
}

impl From<&ReadKind> for KindFields {
    fn from(kind: &ReadKind) -> Self {
        let fields = FieldFile::deserialize(&kind.fields);
        KindFields {
            open: false,
            serves: kind.serves.clone(),
            serves_at: Vec::new(),
            targets: None,
            fields: fields.map_or(FieldShape::Leaf, FieldShape::from),
        }
    }
}

/// The readers whose prefix a key has; of several prefixes the longest counts.
pub(super) fn readers_of<'k>(own: &'k OwnReaders, key: &str) -> Vec<&'k ReaderFile> {
    let builtin = || {
        all_readers()
            .iter()
            .filter(|reader| key.starts_with(reader.prefix))
    };
    let own = || {
        own.readers
            .iter()
            .filter(|reader| key.starts_with(&reader.prefix))
    };
    let longest = builtin()
        .map(|reader| reader.prefix.len())
        .chain(own().map(|reader| reader.prefix.len()))
        .max();
    let has_longest = |length: usize| Some(length) == longest;
    let builtin = builtin().filter(|reader| has_longest(reader.prefix.len()));
    let own = own().filter(|reader| has_longest(reader.prefix.len()));
    builtin.filter_map(KnownReader::file).chain(own).collect()
}

/// The readers that once had the prefix of a key, each with what the key is called now.
pub(super) fn successors_of(key: &str) -> Vec<(&'static ReaderFile, String)> {
    let mut found = Vec::new();
    for reader in all_readers() {
        let mut prefixes = reader.outdated.iter();
        let Some(rest) = prefixes.find_map(|prefix| key.strip_prefix(prefix)) else {
            continue;
        };
        if let Some(file) = reader.file() {
            found.push((file, format!("{}{rest}", reader.prefix)));
        }
    }
    found
}

impl ReaderFile {
    /// The lists in which a key, without its prefix, stands.
    pub(super) fn lists_with(&self, rest: &str) -> impl Iterator<Item = &ReadKeys> {
        self.reads
            .iter()
            .filter(move |list| list.keys.iter().any(|key| self.is_like(key, rest)))
    }

    /// Every key without the prefix, and the list in which it stands; those with a wildcard are left out, and those that
    /// are read no longer.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, &ReadKeys)> {
        let keys = self
            .reads
            .iter()
            .flat_map(|list| list.keys.iter().map(move |key| (&**key, list)));
        keys.filter(|(key, _)| !key.contains('*') && !self.gone.contains_key(*key))
    }

    /// Every such key with its prefix.
    pub(super) fn full_keys(&self) -> impl Iterator<Item = String> {
        self.names().map(|(key, _)| format!("{}{key}", self.prefix))
    }

    /// Whether a key, without its prefix, is a listed one.
    pub(super) fn is_like(&self, listed: &str, key: &str) -> bool {
        if self.any_case {
            is_like(&listed.to_ascii_lowercase(), &key.to_ascii_lowercase())
        } else {
            is_like(listed, key)
        }
    }

    /// What a key, without its prefix, is for.
    pub(super) fn purposes(&self, rest: &str) -> impl Iterator<Item = Purpose> {
        self.serves
            .iter()
            .filter(move |(_, keys)| keys.iter().any(|key| self.is_like(key, rest)))
            .filter_map(|(purpose, _)| Purpose::named(purpose))
    }
}

/// Whether a key is one of a list's, whose `*` matches any characters.
fn is_like(listed: &str, key: &str) -> bool {
    let Some((before, after)) = listed.split_once('*') else {
        return listed == key;
    };
    let Some(rest) = key.strip_prefix(before) else {
        return false;
    };
    (0..=rest.len())
        .filter_map(|at| rest.get(at..))
        .any(|rest| is_like(after, rest))
}

/// The fields of a kind, by its name and API group.
pub(super) fn fields_of<'k>(
    own: &'k OwnReaders,
    kind: &str,
    group: &str,
) -> Option<&'k KindFields> {
    let mut own = own.kinds.iter();
    let is_it = |known: &ReadKind| known.kind == kind && known.group == group;
    if let Some((_, fields)) = own.find(|(known, _)| is_it(known)) {
        return Some(fields);
    }
    struct KnownKind {
        kind: &'static str,
        groups: Vec<&'static str>,
        bytes: &'static [u8],
        fields: OnceLock<Option<Box<KindFields>>>,
    }
    static KINDS: OnceLock<Vec<KnownKind>> = OnceLock::new();
    let kinds = KINDS.get_or_init(|| {
        let bytes = include_bytes!(concat!(env!("OUT_DIR"), "/kinds.bin"));
        let index: Vec<PreparedKind<'static>> = postcard::from_bytes(bytes).unwrap_or_default();
        index
            .into_iter()
            .map(|(kind, groups, bytes)| KnownKind {
                kind,
                groups,
                bytes,
                fields: OnceLock::new(),
            })
            .collect()
    });
    let known = kinds
        .iter()
        .find(|known| known.kind == kind && known.groups.contains(&group))?;
    let decode = || postcard::from_bytes(known.bytes).ok().map(Box::new);
    known.fields.get_or_init(decode).as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reader_and_every_kind_is_read() {
        assert!(all_readers().len() > 50);
        for reader in all_readers() {
            let file = reader.file();
            assert!(
                file.is_some_and(|file| {
                    file.prefix == reader.prefix
                        && !file.sources.is_empty()
                        && file
                            .serves
                            .keys()
                            .all(|name| Purpose::named(name).is_some())
                }),
                "{}",
                reader.prefix
            );
        }
        let own = OwnReaders::default();
        let backend = fields_of(&own, "BackendConfig", "cloud.google.com");
        assert_eq!(backend.map(|kind| &*kind.serves), Some("timeout"));
        assert!(fields_of(&own, "BackendConfig", "acme.io").is_none());
    }

    #[test]
    fn a_star_stands_for_any_characters() {
        assert!(is_like(
            "listener-attributes.*",
            "listener-attributes.TLS-443"
        ));
        assert!(is_like(
            "router.tls.domains.*.main",
            "router.tls.domains.0.main"
        ));
        assert!(!is_like(
            "router.tls.domains.*.main",
            "router.tls.domains.0.sans"
        ));
        assert!(!is_like("listener-attributes.*", "listener-attribute"));
    }

    #[test]
    fn the_longest_prefix_decides() {
        let own = OwnReaders::default();
        let readers = readers_of(&own, "service.beta.kubernetes.io/aws-load-balancer-type");
        assert_eq!(readers.len(), 1);
        let joined = readers_of(&own, "networking.gke.io/certmap");
        assert_eq!(joined.len(), 2, "two files have the prefix");
        let new = successors_of("contour.heptio.com/response-timeout");
        assert!(matches!(&new[..], [(_, meant)] if meant == "projectcontour.io/response-timeout"));
    }
}
