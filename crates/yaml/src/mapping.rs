//! A mapping while it is being read: keys are unique, the last value wins, merge keys are carried out in place.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
};

use crate::source::Span;

use super::tree::Entry;

/// Up to this many entries are searched one by one; beyond it they are indexed.
const SMALL: usize = 12;

/// The entries read so far.
#[derive(Default)]
pub(super) struct Entries {
    entries: Vec<Entry>,
    /// Which entries came in through a merge key; as long as the last of them, so empty for nearly every mapping.
    merged: Vec<bool>,
    index: Option<Index>,
}

/// An index of entries by the hash of their key. Keys are compared, so the random seed of the hash never shows.
struct Index {
    hasher: RandomState,
    by_hash: HashMap<u64, usize>,
}

impl Index {
    fn new(entries: &[Entry]) -> Self {
        let hasher = RandomState::new();
        let by_hash = entries
            .iter()
            .enumerate()
            .map(|(at, entry)| (hasher.hash_one(&*entry.key), at))
            .collect();
        Index { hasher, by_hash }
    }
}

/// An entry that had to give way.
pub(super) struct Lost {
    pub(super) key: Box<str>,
    pub(super) key_span: Span,
    /// True where it had come in through a merge key, where giving way is the purpose.
    pub(super) was_merged: bool,
}

impl Entries {
    /// Puts in an entry; one that has the key already gives way, and keeps its place.
    pub(super) fn insert(&mut self, entry: Entry, merged: bool) -> Option<Lost> {
        let known = self.find(&entry.key);
        let at = known.unwrap_or(self.entries.len());
        if merged || at < self.merged.len() {
            if self.merged.len() <= at {
                self.merged.resize(at + 1, false);
            }
            if let Some(flag) = self.merged.get_mut(at) {
                let was_merged = std::mem::replace(flag, merged);
                if known.is_some() {
                    return self.replace(at, entry, was_merged);
                }
            }
        } else if known.is_some() {
            return self.replace(at, entry, false);
        }
        if let Some(index) = &mut self.index {
            index
                .by_hash
                .entry(index.hasher.hash_one(&*entry.key))
                .or_insert(at);
        }
        self.entries.push(entry);
        if self.index.is_none() && self.entries.len() > SMALL {
            self.index = Some(Index::new(&self.entries));
        }
        None
    }

    fn replace(&mut self, at: usize, entry: Entry, was_merged: bool) -> Option<Lost> {
        let slot = self.entries.get_mut(at)?;
        let lost = std::mem::replace(slot, entry);
        Some(Lost {
            key: lost.key,
            key_span: lost.key_span,
            was_merged,
        })
    }

    fn find(&self, key: &str) -> Option<usize> {
        let Some(index) = &self.index else {
            return self.entries.iter().position(|entry| &*entry.key == key);
        };
        let at = *index.by_hash.get(&index.hasher.hash_one(key))?;
        if self.entries.get(at).is_some_and(|entry| &*entry.key == key) {
            return Some(at);
        }
        // Two keys of one 64-bit hash.
        self.entries.iter().position(|entry| &*entry.key == key)
    }

    /// Returns the entries in the order in which they were first written.
    pub(super) fn into_vec(mut self) -> Vec<Entry> {
        self.entries.shrink_to_fit();
        self.entries
    }
}
