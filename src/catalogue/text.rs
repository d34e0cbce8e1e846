//! The catalogue as text: one line a key, so that a change of the chart is a change of few lines.
//!
//! ```text
//! releases 1.8.1 1.9.1 1.11.2 …
//! router m
//!  service m
//!   type s="ClusterIP"
//!   loadBalancerIP e 1.20.1..
//! ```
//!
//! A key is indented by one blank a level. Then come the letter of its kind, its default as JSON where it says something,
//! and the releases that have it, as `FIRST..LAST` separated by commas; `FIRST..` reaches to the newest. Where no releases
//! stand, they are those of the key above it. A key that was of another type in other releases stands once for each.

use std::fmt::Write as _;

use super::{Catalogue, Key, KeyId, KeyType, MAX_RELEASES, Variant};

const KINDS: [(KeyType, char); 8] = [
    (KeyType::Mapping, 'm'),
    (KeyType::Free, 'f'),
    (KeyType::List, 'l'),
    (KeyType::Boolean, 'b'),
    (KeyType::Number, 'n'),
    (KeyType::Text, 's'),
    (KeyType::Empty, 'e'),
    (KeyType::Any, 'a'),
];

impl Catalogue {
    /// Reads a catalogue.
    ///
    /// # Errors
    /// A sentence with the number of the line that has not the form described above.
    pub fn parse(text: &str) -> Result<Catalogue, String> {
        let mut catalogue = Catalogue::empty();
        let mut lines = text.lines().enumerate();
        let first = lines.next().map(|(_, line)| line).unwrap_or_default();
        let Some(releases) = first.strip_prefix("releases ") else {
            return Err("line 1 does not list the releases".to_owned());
        };
        catalogue.releases = releases.split(' ').map(Into::into).collect();
        if catalogue.releases.len() > MAX_RELEASES {
            return Err("there are too many releases".to_owned());
        }
        let newest = catalogue.newest_index();
        // The open keys, outermost first, each with its releases.
        let mut open: Vec<(KeyId, Vec<(u16, u16)>)> = vec![(KeyId::ROOT, vec![(0, newest)])];
        for (index, line) in lines {
            let wrong = || format!("line {} is not the line of a key", index + 1);
            let depth = line.len() - line.trim_start_matches(' ').len();
            open.truncate(depth + 1);
            let (parent, inherited) = open.last().ok_or_else(wrong)?;
            if open.len() != depth + 1 {
                return Err(wrong());
            }
            let (name, variant) = catalogue.read_line(line, inherited).ok_or_else(wrong)?;
            let releases = variant.releases.clone();
            let id = catalogue.insert(*parent, name);
            catalogue.add_variant(id, variant);
            open.push((id, releases));
        }
        Ok(catalogue)
    }

    /// Reads the name and what else a line says of a key, whose parent was in the `inherited` releases.
    pub(super) fn read_line<'t>(
        &self,
        line: &'t str,
        inherited: &[(u16, u16)],
    ) -> Option<(&'t str, Variant)> {
        let (name, rest) = line.trim_start_matches(' ').split_once(' ')?;
        let letter = rest.chars().next()?;
        let (kind, _) = KINDS.iter().find(|(_, known)| *known == letter)?;
        let (default, rest) = read_default(rest.get(1..)?)?;
        let releases = match rest.strip_prefix(' ') {
            None => inherited.to_vec(),
            Some(ranges) => self.read_ranges(ranges)?,
        };
        let variant = Variant {
            kind: *kind,
            default: default.map(Into::into),
            releases,
        };
        Some((name, variant))
    }

    /// Returns the key of that name under another; made where there is none. Names come in order nearly always.
    pub(super) fn insert(&mut self, parent: KeyId, name: &str) -> KeyId {
        let children = self.children(parent);
        let last_name = children.last().map(|last| self.name(*last));
        let at = if last_name.is_none_or(|last| last < name) {
            children.len()
        } else {
            match children.binary_search_by(|id| self.name(*id).cmp(name)) {
                Ok(at) => return children.get(at).copied().unwrap_or(KeyId::ROOT),
                Err(at) => at,
            }
        };
        let id = KeyId(u32::try_from(self.keys.len()).unwrap_or(u32::MAX));
        self.keys.push(Key::new(name, parent));
        if let Some(parent) = self.key_mut(parent) {
            parent.children.insert(at, id);
        }
        id
    }

    fn add_variant(&mut self, id: KeyId, variant: Variant) {
        if let Some(key) = self.key_mut(id) {
            key.variants.push(variant);
        }
    }

    fn read_ranges(&self, text: &str) -> Option<Vec<(u16, u16)>> {
        let index = |name: &str| {
            let at = self.releases().position(|release| release == name)?;
            u16::try_from(at).ok()
        };
        text.split(',')
            .map(|range| {
                let (first, last) = range.split_once("..")?;
                let last = if last.is_empty() {
                    self.newest_index()
                } else {
                    index(last)?
                };
                Some((index(first)?, last))
            })
            .collect()
    }

    /// Prints the whole catalogue as text.
    pub fn print(&self) -> String {
        let mut text = format!("releases {}\n", self.releases.join(" "));
        let all = vec![(0, self.newest_index())];
        for child in self.children(KeyId::ROOT) {
            self.print_key(*child, 0, &all, &mut text);
        }
        text
    }

    fn print_key(&self, id: KeyId, depth: usize, inherited: &[(u16, u16)], text: &mut String) {
        let Some(key) = self.key(id) else { return };
        let indent = " ".repeat(depth);
        let mut releases = inherited;
        for variant in &key.variants {
            let letter = KINDS
                .iter()
                .find(|(kind, _)| *kind == variant.kind)
                .map_or('a', |(_, letter)| *letter);
            let _ = write!(text, "{indent}{} {letter}", key.name);
            if let Some(default) = &variant.default {
                let _ = write!(text, "={default}");
            }
            if variant.releases != inherited {
                let _ = write!(text, " {}", self.print_ranges(&variant.releases));
            }
            text.push('\n');
            releases = &variant.releases;
        }
        for child in &key.children {
            self.print_key(*child, depth + 1, releases, text);
        }
    }

    fn print_ranges(&self, ranges: &[(u16, u16)]) -> String {
        let name = |index: u16| {
            self.releases
                .get(usize::from(index))
                .map_or("", |name| name)
        };
        let newest = self.releases.len().saturating_sub(1);
        let ranges: Vec<String> = ranges
            .iter()
            .map(|(first, last)| {
                let end = if usize::from(*last) == newest {
                    ""
                } else {
                    name(*last)
                };
                format!("{}..{end}", name(*first))
            })
            .collect();
        ranges.join(",")
    }
}

/// Reads the default after a kind's letter, and returns what follows it.
fn read_default(text: &str) -> Option<(Option<&str>, &str)> {
    let Some(text) = text.strip_prefix('=') else {
        return Some((None, text));
    };
    let end = match text.strip_prefix('"') {
        // Blanks may stand in a text; the quote that ends it has no backslash before it.
        Some(inside) => {
            let mut escaped = false;
            let close = inside.find(|c: char| {
                let closes = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                closes
            })?;
            close + 2
        }
        None => text.find(' ').unwrap_or(text.len()),
    };
    let (default, rest) = text.split_at_checked(end)?;
    Some((Some(default), rest))
}
