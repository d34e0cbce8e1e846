//! The keys themselves: those of the embedded catalogue are read from its text one by one, when they are asked for.
//!
//! A check looks a few dozen of the 3000 keys up. To read all of them first was a fifth of what a check of one small file
//! cost. The build script notes where each key's line begins, which key it lies under, and which key comes after all that
//! lie under it: the text is in that order.

use std::sync::OnceLock;

use super::{Catalogue, EMBEDDED_TEXT, Key, KeyId};

/// Three numbers a key, of four bytes each.
const INDEX: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalogue.bin"));

const ENTRY: usize = 12;

/// Keys by their number. A place that is empty belongs to a key that was not asked for yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    places: Vec<OnceLock<Box<Key>>>,
}

impl Keys {
    /// Returns the keys of the embedded catalogue.
    pub(super) fn embedded() -> Self {
        let mut places = Vec::new();
        places.resize_with(INDEX.len() / ENTRY, OnceLock::new);
        Keys { places }
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn push(&mut self, key: Key) {
        self.places.push(OnceLock::from(Box::new(key)));
    }
}

/// Returns the releases of the embedded catalogue.
pub(super) fn embedded_releases() -> Vec<Box<str>> {
    let first = EMBEDDED_TEXT.lines().next().unwrap_or_default();
    let releases = first.strip_prefix("releases ").unwrap_or_default();
    releases.split(' ').map(Into::into).collect()
}

impl Catalogue {
    /// Reads every key. Must come before the list of releases grows: `FIRST..` in the text means the newest one there.
    pub(super) fn read_all(&self) {
        for id in self.ids() {
            self.key(id);
        }
    }

    pub(super) fn key(&self, id: KeyId) -> Option<&Key> {
        let place = self.keys.places.get(id.0 as usize)?;
        match place.get() {
            Some(key) => Some(key),
            None => {
                let key = self.read_embedded(id)?;
                Some(place.get_or_init(|| Box::new(key)))
            }
        }
    }

    pub(super) fn key_mut(&mut self, id: KeyId) -> Option<&mut Key> {
        // Reads it where that was not done yet.
        self.key(id)?;
        let place = self.keys.places.get_mut(id.0 as usize)?;
        place.get_mut().map(|key| &mut **key)
    }

    /// Reads a key of the embedded catalogue from its line, or its lines where it was of several types.
    fn read_embedded(&self, id: KeyId) -> Option<Key> {
        let entry = KeyRecord::of(id)?;
        let mut key = Key::new("", entry.parent);
        let mut child = KeyId(id.0 + 1);
        while child.0 < entry.next {
            key.children.push(child);
            child = KeyId(KeyRecord::of(child)?.next);
        }
        let all = [(0, self.newest_index())];
        if id == KeyId::ROOT {
            return Some(key);
        }
        let inherited = match self.key(entry.parent)?.variants.last() {
            Some(variant) => &variant.releases,
            None => &all[..],
        };
        let end = KeyRecord::of(KeyId(id.0 + 1)).map_or(EMBEDDED_TEXT.len(), |next| next.start);
        for line in EMBEDDED_TEXT.get(entry.start..end)?.lines() {
            let (name, variant) = self.read_line(line, inherited)?;
            key.name = name.into();
            key.variants.push(variant);
        }
        Some(key)
    }
}

/// The place of a key in the text and among the others.
struct KeyRecord {
    /// Offset of its first line.
    start: usize,
    parent: KeyId,
    /// The first key after it that does not lie under it.
    next: u32,
}

impl KeyRecord {
    fn of(id: KeyId) -> Option<KeyRecord> {
        let (entry, _) = INDEX
            .get(id.0 as usize * ENTRY..)?
            .split_at_checked(ENTRY)?;
        let (numbers, _) = entry.as_chunks::<4>();
        let [start, parent, next] = *numbers else {
            return None;
        };
        Some(KeyRecord {
            start: u32::from_le_bytes(start) as usize,
            parent: KeyId(u32::from_le_bytes(parent)),
            next: u32::from_le_bytes(next),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_one_by_one_are_those_of_the_text_read_whole() {
        let whole = Catalogue::parse(EMBEDDED_TEXT).unwrap();
        let embedded = Catalogue::embedded();
        assert_eq!(embedded.releases, whole.releases);
        assert_eq!(embedded.len(), whole.len());
        // From the last, so that none has been read for another one's sake.
        for id in whole.ids().into_iter().rev().chain([KeyId::ROOT]) {
            assert_eq!(embedded.key(id), whole.key(id), "{}", whole.path(id));
        }
    }
}
