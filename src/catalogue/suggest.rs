//! Which key was meant by one that the chart does not have: by meaning first, by spelling second.

use std::collections::BTreeSet;

use super::{Edition, KeyId, Kind};
use crate::nearest::nearest;

/// How a suggestion was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The same letters in other case, or with other signs between words.
    Case,
    /// A slip of the pen.
    Spelling,
    /// The same key one or more levels deeper or higher: indentation was lost or added.
    Indentation,
    /// The same key in another part of the chart.
    Elsewhere,
    /// The chart renamed it.
    Renamed,
}

impl How {
    /// As rules see it.
    pub fn as_str(self) -> &'static str {
        match self {
            How::Case => "case",
            How::Spelling => "spelling",
            How::Indentation => "indentation",
            How::Elsewhere => "elsewhere",
            How::Renamed => "renamed",
        }
    }
}

/// A key that may have been meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// Its path.
    pub path: String,
    /// How it was found.
    pub how: How,
}

impl Edition {
    /// The key that was probably meant by `name` under `parent`. `below` are the keys that were written under it.
    pub fn suggest(&self, parent: KeyId, name: &str, below: &[&str]) -> Option<Suggestion> {
        let found = |id: KeyId, how: How| {
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
            return found(*id, How::Case);
        }
        let close = siblings.iter().find(|id| {
            let other = self.key_name(**id);
            let longest = name.len().max(other.len());
            longest > 3 && strsim::damerau_levenshtein(name, other) <= 1 + usize::from(longest > 8)
        });
        if let Some(id) = close {
            return found(*id, How::Spelling);
        }
        if let Some(id) = self
            .deeper(parent, name, below)
            .or_else(|| self.higher(parent, name, below))
        {
            return found(id, How::Indentation);
        }
        let names = siblings.iter().map(|id| self.key_name(*id));
        if let Some(near) = nearest(name, names) {
            return found(self.known(parent, near)?, How::Spelling);
        }
        let id = self.elsewhere(parent, name, below)?;
        found(id, How::Elsewhere)
    }

    /// Where the chart moved a key that this release does not have.
    pub fn successor(&self, id: KeyId) -> Option<Suggestion> {
        let (first, last) = self.catalogue.span(id)?;
        let is_past = self.release > last;
        // What came when it went, or went when it came.
        let step = if is_past {
            last + 1
        } else {
            first.checked_sub(1)?
        };
        let name = self.key_name(id);
        let below: BTreeSet<&str> = self.names_below(id);
        let path = self.path(id);
        let mut best: Option<(usize, String)> = None;
        for candidate in self.everything() {
            let Some((begins, ends)) = self.catalogue.span(candidate) else {
                continue;
            };
            let turns = if is_past {
                begins == step
            } else {
                ends == step
            };
            if !turns {
                continue;
            }
            let score = if self.key_name(candidate) == name {
                let shared = shared_tail(&path, &self.path(candidate));
                10 * shared
            } else if !below.is_empty() {
                let theirs = self.names_below(candidate);
                let common = below.intersection(&theirs).count();
                let all = below.union(&theirs).count();
                if common * 10 < all * 6 {
                    continue;
                }
                5
            } else {
                let near = self.catalogue.parent(candidate) == self.catalogue.parent(id)
                    && nearest(name, [self.key_name(candidate)]).is_some();
                if !near {
                    continue;
                }
                3
            };
            let candidate = self.path(candidate);
            let better = best.as_ref().is_none_or(|(known, known_path)| {
                (score, known_path.len()) > (*known, candidate.len())
            });
            if better {
                best = Some((score, candidate));
            }
        }
        if let Some((_, path)) = best {
            return Some(Suggestion {
                path,
                how: How::Renamed,
            });
        }
        let below: Vec<&str> = below.into_iter().collect();
        let parent = self.catalogue.parent(id);
        self.suggest(parent, name, &below)
            .filter(|found| matches!(found.how, How::Case | How::Indentation))
    }

    /// Every key of this release.
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

    /// Names of the keys under another, in whatever release.
    fn names_below(&self, id: KeyId) -> BTreeSet<&str> {
        self.catalogue
            .children(id)
            .iter()
            .map(|child| self.key_name(*child))
            .collect()
    }

    /// Whether what was written under a key could stand under this one.
    fn takes(&self, id: KeyId, below: &[&str]) -> bool {
        if below.is_empty() {
            return true;
        }
        match self.kind(id) {
            Some(Kind::Mapping) => below.iter().any(|name| {
                self.known(id, name)
                    .is_some_and(|child| self.kind(child).is_some())
            }),
            Some(Kind::Free | Kind::Any) => true,
            _ => false,
        }
    }

    /// The key of that name some levels below another, the highest first: indentation was lost.
    fn deeper(&self, parent: KeyId, name: &str, below: &[&str]) -> Option<KeyId> {
        // At the top everything is deeper, and a common name says nothing.
        if parent == KeyId::ROOT {
            let mut holders = self.children(KeyId::ROOT).filter_map(|id| {
                let child = self.known(id, name)?;
                (self.kind(child).is_some() && self.takes(child, below)).then_some(child)
            });
            let only = holders.next()?;
            return holders.next().is_none().then_some(only);
        }
        let mut level: Vec<KeyId> = self.children(parent).collect();
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
                .filter(|id| self.kind(*id) == Some(Kind::Mapping))
                .flat_map(|id| self.children(id).collect::<Vec<_>>())
                .collect();
        }
        None
    }

    /// The key of that name beside one of those that lead here: indentation was added.
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

    /// The one key of that name anywhere, or the one within the same part of the chart.
    fn elsewhere(&self, parent: KeyId, name: &str, below: &[&str]) -> Option<KeyId> {
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

/// A name without case and without signs between words.
fn letters(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// How many names two paths have in common at their ends.
fn shared_tail(left: &str, right: &str) -> usize {
    left.rsplit('.')
        .zip(right.rsplit('.'))
        .take_while(|(left, right)| left == right)
        .count()
}
