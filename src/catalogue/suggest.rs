//! Which key was meant by one that the chart does not have: by meaning first, by spelling second.

use std::collections::BTreeSet;

use super::{ChartVersion, KeyId, KeyType};
use crate::words::declare_words;
use portolan_yaml::nearest::nearest;

declare_words! {
    /// The ways in which a suggestion is found.
    SuggestedBy {
        /// By the letters, in other case or with other signs between words.
        Case = "case",
        /// A slip of the pen.
        Spelling = "spelling",
        /// By the name one or more levels deeper or higher: indentation was lost or added.
        Indentation = "indentation",
        /// By the name in another part of the chart.
        Elsewhere = "elsewhere",
        /// The chart renamed it.
        Renamed = "renamed",
    }
}

/// A key that may have been meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// Its path.
    pub path: String,
    /// The way in which it was found.
    pub how: SuggestedBy,
}

impl ChartVersion {
    /// Suggests the key that was probably meant by `name` under `parent`. `below` are the keys that were written under
    /// it, `before` is the key that was written above it: where indentation was lost, it belongs in there.
    pub fn suggest(
        &self,
        parent: KeyId,
        name: &str,
        below: &[&str],
        before: Option<&str>,
    ) -> Option<Suggestion> {
        let found = |id: KeyId, how: SuggestedBy| {
            Some(Suggestion {
                path: self.path(id),
                how,
            })
        };
        let siblings: Vec<KeyId> = self
            .children(parent)
            .filter(|id| self.takes(*id, below))
            .collect();
        let plain = letters(name);
        if let Some(id) = siblings
            .iter()
            .find(|id| letters(self.key_name(**id)) == plain)
        {
            return found(*id, SuggestedBy::Case);
        }
        let close = siblings.iter().find(|id| {
            let other = self.key_name(**id);
            let longest = name.len().max(other.len());
            longest > 3 && strsim::damerau_levenshtein(name, other) <= 1 + usize::from(longest > 8)
        });
        if let Some(id) = close {
            return found(*id, SuggestedBy::Spelling);
        }
        let into = before
            .and_then(|before| self.known(parent, before))
            .filter(|id| self.kind(*id) == Some(KeyType::Mapping))
            .and_then(|id| self.within(id, name, below));
        if let Some(id) = into
            .or_else(|| self.deeper(parent, name, below))
            .or_else(|| self.higher(parent, name, below))
        {
            return found(id, SuggestedBy::Indentation);
        }
        let names = || siblings.iter().map(|id| self.key_name(*id));
        let near =
            nearest(name, names()).or_else(|| names().find(|other| begin_alike(name, other)));
        if let Some(near) = near {
            return found(self.known(parent, near)?, SuggestedBy::Spelling);
        }
        let id = self.elsewhere(parent, name, below)?;
        found(id, SuggestedBy::Elsewhere)
    }

    /// Returns the key that the chart has in place of one that this release does not have, followed step by step; with
    /// the release that brought it.
    pub fn successor(&self, id: KeyId) -> Option<(Suggestion, String)> {
        let mut at = id;
        // Nothing was renamed more than twice so far.
        for _ in 0..4 {
            at = self.step(at)?;
            if self.kind(at).is_some() {
                let (first, _) = self.catalogue.span(at)?;
                let since = self.catalogue.releases.get(first)?.to_string();
                let found = Suggestion {
                    path: self.path(at),
                    how: SuggestedBy::Renamed,
                };
                return Some((found, since));
            }
        }
        None
    }

    /// Returns the key that replaced one when it went, or, for a key of newer releases, the one that it replaced.
    fn step(&self, id: KeyId) -> Option<KeyId> {
        let (first, last) = self.catalogue.span(id)?;
        let is_past = self.release > last;
        let turn = if is_past {
            last + 1
        } else {
            first.checked_sub(1)?
        };
        let name = self.key_name(id);
        let below = self.names_below(id);
        let path = self.path(id);
        // The best candidate; none where two are equally good: then nobody knows which one was meant.
        let mut best: Option<(usize, Option<KeyId>)> = None;
        for candidate in self.catalogue.ids() {
            let Some((begins, ends)) = self.catalogue.span(candidate) else {
                continue;
            };
            let changed_in = if is_past { begins } else { ends };
            // The new name is sometimes there a release before the old one goes.
            let is_later = is_past == (ends > last) && candidate != id;
            if !is_later || changed_in.abs_diff(turn) > 1 {
                continue;
            }
            let theirs = self.key_name(candidate);
            let score = if theirs == name {
                let other = self.path(candidate);
                let shared = shared_tail(&path, &other);
                // `name` or `enabled` alone says nothing; right below the top, the rest of the name changed.
                let is_flat = |path: &str| path.matches('.').count() == 1;
                if shared < 2 && !(is_flat(&path) && is_flat(&other)) {
                    continue;
                }
                10 * shared
            } else if below.len() > 2 {
                let known = self.names_below(candidate);
                let common = below.intersection(&known).count();
                if common * 10 < below.len() * 6 {
                    continue;
                }
                5 + usize::from(letters(theirs).contains(&letters(name)))
            } else if self.catalogue.parent(candidate) == self.catalogue.parent(id)
                && nearest(name, [theirs]).is_some()
            {
                3
            } else {
                continue;
            };
            match best {
                Some((known, _)) if known > score => {}
                Some((known, _)) if known == score => best = Some((score, None)),
                _ => best = Some((score, Some(candidate))),
            }
        }
        best.and_then(|(_, id)| id)
    }

    /// Returns every key of this release.
    fn everything(&self) -> Vec<KeyId> {
        let mut all = Vec::new();
        let mut stack: Vec<KeyId> = self.children(KeyId::ROOT).collect();
        while let Some(id) = stack.pop() {
            all.push(id);
            stack.extend(self.children(id));
        }
        all.sort_unstable();
        all
    }

    /// Returns the names of the keys under another, in whatever release.
    fn names_below(&self, id: KeyId) -> BTreeSet<&str> {
        self.catalogue
            .children(id)
            .iter()
            .map(|child| self.key_name(*child))
            .collect()
    }

    /// Tells whether what was written under a key could be under this one.
    fn takes(&self, id: KeyId, below: &[&str]) -> bool {
        if below.is_empty() {
            return true;
        }
        match self.kind(id) {
            Some(KeyType::Mapping) => below.iter().any(|name| {
                self.known(id, name)
                    .is_some_and(|child| self.kind(child).is_some())
            }),
            Some(KeyType::Free | KeyType::Any) => true,
            _ => false,
        }
    }

    /// Finds the key of that name below another, the highest first.
    fn within(&self, parent: KeyId, name: &str, below: &[&str]) -> Option<KeyId> {
        let mut level = vec![parent];
        while !level.is_empty() {
            let hit = level
                .iter()
                .filter_map(|id| self.known(*id, name))
                .find(|id| self.kind(*id).is_some() && self.takes(*id, below));
            if hit.is_some() {
                return hit;
            }
            level = level
                .into_iter()
                .flat_map(|id| self.children(id).collect::<Vec<_>>())
                .filter(|id| self.kind(*id) == Some(KeyType::Mapping))
                .collect();
        }
        None
    }

    /// Finds the key of that name some levels below one beside it: indentation was lost.
    fn deeper(&self, parent: KeyId, name: &str, below: &[&str]) -> Option<KeyId> {
        if parent != KeyId::ROOT {
            return self.within(parent, name, below);
        }
        // Below the top lies everything, and a common word says nothing.
        if below.is_empty() && !is_telling(name) {
            return None;
        }
        let mut holders = self.children(KeyId::ROOT).filter_map(|id| {
            let child = self.known(id, name)?;
            (self.kind(child).is_some() && self.takes(child, below)).then_some(child)
        });
        let only = holders.next()?;
        holders.next().is_none().then_some(only)
    }

    /// Finds the key of that name beside one of those that lead here: indentation was added.
    fn higher(&self, parent: KeyId, name: &str, below: &[&str]) -> Option<KeyId> {
        let mut at = parent;
        while at != KeyId::ROOT {
            at = self.catalogue.parent(at);
            let hit = self
                .known(at, name)
                .filter(|id| self.kind(*id).is_some() && self.takes(*id, below));
            if hit.is_some() {
                return hit;
            }
        }
        None
    }

    /// Finds the one key of that name anywhere, or the one within the same part of the chart.
    fn elsewhere(&self, parent: KeyId, name: &str, below: &[&str]) -> Option<KeyId> {
        if !is_telling(name) {
            return None;
        }
        let same: Vec<KeyId> = self
            .everything()
            .into_iter()
            .filter(|id| self.key_name(*id) == name && self.takes(*id, below))
            .collect();
        let top = self.path(parent);
        let top = top.split('.').next().unwrap_or_default();
        let mut near = same
            .iter()
            .filter(|id| !top.is_empty() && self.path(**id).split('.').next() == Some(top));
        match (near.next(), near.next(), same.as_slice()) {
            (Some(one), None, _) => Some(*one),
            (_, _, [one]) => Some(*one),
            _ => None,
        }
    }
}

/// Strips a name of case and of signs between words.
fn letters(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// Tells whether a name is of several words: `name` or `enabled` could be anywhere.
fn is_telling(name: &str) -> bool {
    name.len() > 6 && name.chars().skip(1).any(|c| c.is_ascii_uppercase())
}

/// Tells whether two names have most of the shorter one in common at their beginning: `replicas`, `replicaCount`.
fn begin_alike(left: &str, right: &str) -> bool {
    let common = left
        .chars()
        .zip(right.chars())
        .take_while(|(left, right)| left == right)
        .count();
    common >= 5 && common * 4 >= left.len().min(right.len()) * 3
}

/// Counts the names that two paths have in common at their ends.
fn shared_tail(left: &str, right: &str) -> usize {
    left.rsplit('.')
        .zip(right.rsplit('.'))
        .take_while(|(left, right)| left == right)
        .count()
}
