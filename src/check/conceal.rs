//! Secrets that a sentence would repeat.
//!
//! Messages quote values, and a value may be a secret's: by an alias, or by a template that takes it from where it was
//! written (`{{ .Values.cartoSecrets… }}`). So what is marked as secret is taken out of every sentence of the report.
//!
//! What also stands openly in an input is no secret: anyone who sees the report may see it, and a Secret may well hold
//! the domain or a service's name.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Outcome;
use crate::secrecy::MASK;
use crate::source::{MappedText, Source, Sources};
use crate::yaml;

/// Shorter texts are words rather than secrets.
const SHORTEST: usize = 4;

/// Shorter texts are found only where they stand alone, as `admin` in `admin`, but not in `administration`.
const SHORTEST_WITHIN: usize = 8;

/// Of longer texts the beginning is looked for; what follows it is hidden to the end of the sentence.
const LONGEST: usize = 63;

/// No input that anyone has written holds more; each takes memory while it is looked for.
const MOST: usize = 100_000;

/// Takes secrets out of every sentence.
pub(super) fn conceal(outcome: &mut Outcome) {
    let Some(secrets) = Secrets::of(&outcome.sources) else {
        return;
    };
    for found in &mut outcome.report.diagnostics {
        secrets.hide(&mut found.message);
        for text in [&mut found.help, &mut found.path, &mut found.object] {
            text.iter_mut().for_each(|text| secrets.hide(text));
        }
        let labels = found.labels.iter_mut();
        labels.for_each(|label| secrets.hide(&mut label.message));
    }
    for release in &mut outcome.report.releases {
        let rows = release.requirements.iter_mut();
        let supply = rows.flat_map(|row| &mut row.supply);
        let texts = supply.chain(&mut release.inferred);
        texts.for_each(|text| secrets.hide(text));
    }
    let failures = outcome.failures.iter_mut();
    failures.for_each(|text| secrets.hide(text));
}

/// Texts that must not be shown.
struct Secrets {
    finder: AhoCorasick,
}

impl Secrets {
    fn of(sources: &Sources) -> Option<Secrets> {
        let mut texts = BTreeSet::new();
        for (_, source) in sources.iter() {
            for range in source.secrets() {
                let range = range.start as usize..range.end as usize;
                gather(source.text().get(range).unwrap_or_default(), &mut texts);
            }
        }
        if texts.is_empty() {
            return None;
        }
        let all = Secrets {
            finder: finder(texts.iter().map(String::as_str))?,
        };
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let mut open = vec![false; texts.len()];
        for (_, source) in sources.iter() {
            for found in all.finder.find_iter(source.text()) {
                if let Some(open) = open.get_mut(found.pattern().as_usize()) {
                    *open |= !is_marked(source, found.start(), found.end());
                }
            }
        }
        let kept: Vec<&str> = texts
            .into_iter()
            .zip(open)
            .filter_map(|(text, open)| (!open).then_some(text))
            .collect();
        // A template may well have put them into base64.
        let encoded: Vec<String> = kept.iter().map(|text| encoded(text)).collect();
        let kept = kept.into_iter().chain(encoded.iter().map(String::as_str));
        Some(Secrets {
            finder: finder(kept)?,
        })
    }

    fn hide(&self, text: &mut String) {
        let mut hidden = String::new();
        let mut at = 0;
        for found in self.finder.find_iter(text.as_str()) {
            if found.len() < SHORTEST_WITHIN && !stands_alone(text, found.start(), found.end()) {
                continue;
            }
            hidden.push_str(text.get(at..found.start()).unwrap_or_default());
            hidden.push_str(MASK);
            // A text that was cut has at least the length of whole groups of base64.
            let is_cut = found.len() >= LONGEST - 3;
            at = if is_cut { text.len() } else { found.end() };
            if is_cut {
                break;
            }
        }
        if at > 0 {
            hidden.push_str(text.get(at..).unwrap_or_default());
            *text = hidden;
        }
    }
}

fn finder<'t>(texts: impl Iterator<Item = &'t str>) -> Option<AhoCorasick> {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(texts)
        .ok()
}

/// The texts that stand in a marked place: each line, without what belongs to YAML, and what a quoted text says.
fn gather(written: &str, texts: &mut BTreeSet<String>) {
    let yaml = |c: char| c.is_whitespace() || "\"':,{}[]-|>".contains(c);
    for line in written.lines() {
        let line = line.trim_matches(yaml);
        insert(line, texts);
    }
    if written.contains(['\\', '\'', '\n']) && written.starts_with(['"', '\'']) {
        let said = unquoted(written).unwrap_or_default();
        said.lines().for_each(|line| insert(line, texts));
    }
}

fn insert(text: &str, texts: &mut BTreeSet<String>) {
    let text = text.trim();
    let cut = text
        .get(..text.floor_char_boundary(LONGEST))
        .unwrap_or(text);
    if text.chars().count() >= SHORTEST && texts.len() < MOST {
        texts.insert(cut.to_owned());
    }
}

/// A text in base64; of one that was cut, the groups that do not depend on what follows.
fn encoded(text: &str) -> String {
    let whole = if text.len() < LONGEST - 3 {
        text.len()
    } else {
        text.len() / 3 * 3
    };
    STANDARD.encode(text.as_bytes().get(..whole).unwrap_or_default())
}

/// What a quoted scalar says.
fn unquoted(written: &str) -> Option<String> {
    let mut sources = Sources::default();
    let source = sources.add("secret", written);
    let mut tree = yaml::Tree::default();
    let text = MappedText::of_source(&sources, source);
    let stream = yaml::parse(&text, &mut tree, &yaml::Limits::default());
    let node = tree.node(stream.documents.first()?.root);
    node.as_str().map(str::to_owned)
}

/// True where a place lies within what is marked.
fn is_marked(source: &Source, start: usize, end: usize) -> bool {
    // They are sorted by their start; those that begin together differ in their end.
    let secrets = source.secrets();
    let after = secrets.partition_point(|range| range.start as usize <= start);
    let before = secrets.get(..after).unwrap_or_default();
    let near = before.iter().rev().take(8);
    near.into_iter().any(|range| end <= range.end as usize)
}

/// True where what stands there is no part of a longer word.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).and_then(|text| text.chars().next_back());
    let after = text.get(end..).and_then(|text| text.chars().next());
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !is_word(before) && !is_word(after)
}
