//! Secrets that a sentence would repeat.
//!
//! Messages quote values, and a value may be a secret's: by an alias, or by a template that takes it from where it was
//! written (`{{ .Values.cartoSecrets… }}`). So what is marked as secret is taken out of every sentence of the report.
//!
//! What also stands openly in an input is no secret: anyone who sees the report may see it, and a Secret may well hold
//! the domain or a service's name.

use std::collections::{BTreeSet, HashSet};

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Outcome;
use crate::secret_names::MASK;
use portolan_yaml::source::{MappedText, Source, Sources};

/// Shorter texts are words rather than secrets.
const SHORTEST: usize = 4;

/// Shorter texts are found only where they stand alone, as `admin` in `admin`, but not in `administration`.
const SHORTEST_WITHIN: usize = 8;

/// Of longer texts the beginning is looked for; what follows it is hidden to the end of the sentence.
const LONGEST: usize = 63;

/// Takes secrets out of every sentence.
pub(super) fn redact(outcome: &mut Outcome) {
    let Outcome {
        report,
        suppressed,
        sources,
        failures,
        ..
    } = outcome;
    let mut sentences: Vec<&mut String> = failures.iter_mut().collect();
    for found in report.diagnostics.iter_mut().chain(suppressed) {
        sentences.push(&mut found.message);
        let more = [&mut found.help, &mut found.path, &mut found.object];
        sentences.extend(more.into_iter().flatten());
        sentences.extend(found.labels.iter_mut().map(|label| &mut label.message));
    }
    for release in &mut report.releases {
        let rows = release.requirements.iter_mut();
        sentences.extend(rows.flat_map(|row| &mut row.supply));
        sentences.extend(&mut release.inferred);
    }
    if let Some(secrets) = Secrets::of(sources, &Pieces::of(&sentences)) {
        sentences.into_iter().for_each(|text| secrets.hide(text));
    }
}

/// Every few bytes that stand in a sentence. Of thousands of secrets hardly one is made of such pieces alone, and only
/// those are looked for.
struct Pieces(HashSet<[u8; SHORTEST]>);

impl Pieces {
    fn of(sentences: &[&mut String]) -> Pieces {
        let windows = sentences
            .iter()
            .flat_map(|text| text.as_bytes().windows(SHORTEST));
        Pieces(
            windows
                .filter_map(|window| window.try_into().ok())
                .collect(),
        )
    }

    fn may_hold(&self, text: &str) -> bool {
        let mut windows = text.as_bytes().windows(SHORTEST);
        windows.all(|window| self.0.contains(window))
    }
}

/// Texts that must not be shown.
struct Secrets {
    finder: AhoCorasick,
}

impl Secrets {
    /// Gathers the secrets that may be quoted in sentences of these pieces; `None` where there is none.
    fn of(sources: &Sources, pieces: &Pieces) -> Option<Secrets> {
        let mut texts = BTreeSet::new();
        for (_, source) in sources.iter() {
            for range in source.secrets() {
                let range = range.start as usize..range.end as usize;
                let written = source.text().get(range).unwrap_or_default();
                gather(written, pieces, &mut texts);
            }
        }
        if texts.is_empty() {
            return None;
        }
        let all = finder(texts.iter().map(String::as_str))?;
        let mut open = vec![false; texts.len()];
        for (_, source) in sources.iter() {
            for found in all.find_iter(source.text()) {
                if let Some(open) = open.get_mut(found.pattern().as_usize()) {
                    *open |= !is_marked(source, found.start(), found.end());
                }
            }
        }
        let kept = texts.iter().zip(open).filter(|(_, open)| !open);
        // A template may well have put them into base64.
        let forms = kept.flat_map(|(text, _)| [text.clone(), encoded(text)]);
        let forms: Vec<String> = forms.collect();
        Some(Secrets {
            finder: finder(forms.iter().map(String::as_str))?,
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

/// Gathers the texts in a marked place: each line, without what belongs to YAML, and the value of a quoted text.
fn gather(written: &str, pieces: &Pieces, texts: &mut BTreeSet<String>) {
    let yaml = |c: char| c.is_whitespace() || "\"':,{}[]-|>".contains(c);
    for line in written.lines() {
        let line = line.trim_matches(yaml);
        insert(line, pieces, texts);
    }
    if written.contains(['\\', '\'', '\n']) && written.starts_with(['"', '\'']) {
        let said = unquoted(written).unwrap_or_default();
        said.lines().for_each(|line| insert(line, pieces, texts));
    }
}

fn insert(text: &str, pieces: &Pieces, texts: &mut BTreeSet<String>) {
    let text = text.trim();
    let cut = text
        .get(..text.floor_char_boundary(LONGEST))
        .unwrap_or(text);
    let is_said = || pieces.may_hold(cut) || pieces.may_hold(&encoded(cut));
    if text.chars().count() >= SHORTEST && is_said() {
        texts.insert(cut.to_owned());
    }
}

/// Encodes a text in base64; of one that was cut, the groups that do not depend on what follows.
fn encoded(text: &str) -> String {
    let whole = if text.len() < LONGEST - 3 {
        text.len()
    } else {
        text.len() / 3 * 3
    };
    STANDARD.encode(text.as_bytes().get(..whole).unwrap_or_default())
}

/// Returns the value of a quoted scalar.
fn unquoted(written: &str) -> Option<String> {
    let mut sources = Sources::default();
    let source = sources.add("secret", written);
    let mut tree = portolan_yaml::Tree::default();
    let text = MappedText::of_source(&sources, source);
    let stream = portolan_yaml::parse(&text, &mut tree, &portolan_yaml::Limits::default());
    let node = tree.node(stream.documents.first()?.root);
    node.as_str().map(str::to_owned)
}

/// Tells whether a place is within what is marked.
fn is_marked(source: &Source, start: usize, end: usize) -> bool {
    // They are sorted by their start; those that begin together differ in their end.
    let secrets = source.secrets();
    let after = secrets.partition_point(|range| range.start as usize <= start);
    let before = secrets.get(..after).unwrap_or_default();
    let near = before.iter().rev().take(8);
    near.into_iter().any(|range| end <= range.end as usize)
}

/// Tells whether the text there is not part of a longer word.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).and_then(|text| text.chars().next_back());
    let after = text.get(end..).and_then(|text| text.chars().next());
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !is_word(before) && !is_word(after)
}
