//! What must not be read: every format that shows a piece of a file asks here first.
//!
//! Keys, passwords and tokens are found in two ways. The analysis marks what it knows ([`Source::secrets`]). Beside that
//! the raw text is searched, because a file that does not parse has no marks: private keys in PEM and in base64, values
//! under names such as `password`, what stands in a `Secret`, passwords in addresses, tokens of known make, and any long
//! run of base64 or hex that is not a certificate. Where in doubt text is hidden: a snippet with a hole in it still says
//! where to look, and a secret in a CI log stays there.
//!
//! A mask has one length whatever it hides, and never spans a line break.
//!
//! A pattern is built when a text holds what every match of it holds: to build them all costs more than the rest of a check
//! of one small file, and most texts hold none of it.

mod forms;
mod hint;
mod named;
mod names;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use portolan_yaml::source::{Source, SourceId, Sources};

/// Runs of base64 or hex from this length on are hidden.
const LONG_RUN: usize = 40;

/// `-----BEGIN CERTIFICATE` in base64: such a run is public.
const CERTIFICATE_IN_BASE64: &str = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FU";

/// `PRIVATE KEY` in base64, at each of the three places it can have in a group of bytes.
const KEY_IN_BASE64: [&str; 3] = ["UFJJVkFURSBLRV", "BSSVZBVEUgS0VZ", "QUklWQVRFIEtFW"];

type Pattern = LazyLock<Option<Regex>>;

static KEY_HEADER: Pattern =
    LazyLock::new(|| Regex::new(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----").ok());
static CERTIFICATE: Pattern =
    LazyLock::new(|| Regex::new(r"-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]*").ok());
static IN_ADDRESS: Pattern =
    LazyLock::new(|| Regex::new(r#"[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@'"]*:([^\s'"]+)@"#).ok());
static TOKEN: Pattern = LazyLock::new(|| {
    Regex::new(concat!(
        r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?",
        r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
        r"|\bAIza[A-Za-z0-9_-]{30,}",
        r"|\b(?:gh[opsur]_|github_pat_|glpat-|xox[abprs]-|sk-)[A-Za-z0-9_-]{16,}",
        r"|(?i:\b(?:bearer|basic))[ \t]+[A-Za-z0-9._~+/-]{12,}=*",
    ))
    .ok()
});

/// Beginnings of each kind of [`TOKEN`], those in a header aside, and how many letters, digits, `_` and `-` follow at
/// least.
const TOKEN_STARTS: [(&str, usize); 13] = [
    ("eyJ", 8),
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 30),
    ("gho_", 16),
    ("ghp_", 16),
    ("ghs_", 16),
    ("ghu_", 16),
    ("ghr_", 16),
    ("github_pat_", 16),
    ("glpat-", 16),
    ("xox", 16),
    ("sk-", 16),
];

/// Returns the sign that is shown instead of a secret.
pub(super) fn mask(unicode: bool) -> &'static str {
    if unicode {
        "••••••••"
    } else {
        "********"
    }
}

/// Masks in a sentence the secrets that can be told from their own form.
///
/// Messages are made without secrets; this is the second lock on the door.
pub(crate) fn redacted(text: &str, unicode: bool) -> Cow<'_, str> {
    let mut search = Search::new(text);
    search.by_form(false);
    let masks = search.finish();
    if masks.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    for range in masks {
        shown.push_str(text.get(at..range.start).unwrap_or_default());
        shown.push_str(mask(unicode));
        at = range.end;
    }
    shown.push_str(text.get(at..).unwrap_or_default());
    Cow::Owned(shown)
}

/// The masks of every source that something is shown of, each searched once.
pub(super) struct Masks<'a> {
    sources: &'a Sources,
    found: HashMap<SourceId, Vec<Range<usize>>>,
}

impl<'a> Masks<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Masks {
            sources,
            found: HashMap::new(),
        }
    }

    /// Returns the byte ranges to hide: sorted, apart from each other, each within one line.
    pub(super) fn of(&mut self, id: SourceId) -> &[Range<usize>] {
        let sources = self.sources;
        self.found
            .entry(id)
            .or_insert_with(|| sources.get(id).map(masks).unwrap_or_default())
    }
}

fn masks(source: &Source) -> Vec<Range<usize>> {
    let mut search = Search::new(source.text());
    for range in source.secrets() {
        search.hide(range.start as usize..range.end as usize);
    }
    search.by_form(true);
    search.by_name();
    search.finish()
}

/// A text that is searched for secrets.
struct Search<'a> {
    text: &'a str,
    /// Each line without its line break.
    lines: Vec<Range<usize>>,
    found: Vec<Range<usize>>,
}

impl<'a> Search<'a> {
    fn new(text: &'a str) -> Self {
        let mut lines = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let body = line.trim_end_matches(['\n', '\r']);
            lines.push(start..start + body.len());
            start += line.len();
        }
        Search {
            text,
            lines,
            found: Vec::new(),
        }
    }

    /// Hides a range, each of its lines for itself, without the blanks around.
    fn hide(&mut self, range: Range<usize>) {
        let start = self.text.floor_char_boundary(range.start);
        let end = self.text.ceil_char_boundary(range.end);
        let mut at = start;
        for line in self.part(start..end).split_inclusive(['\n', '\r']) {
            let body = line.trim_end();
            let blank = body.len() - body.trim_start().len();
            if blank < body.len() {
                self.found.push(at + blank..at + body.len());
            }
            at += line.len();
        }
    }

    fn finish(mut self) -> Vec<Range<usize>> {
        self.found.sort_by_key(|range| (range.start, range.end));
        let mut merged: Vec<Range<usize>> = Vec::with_capacity(self.found.len());
        for range in self.found {
            match merged.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
        }
        merged
    }

    fn part(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }

    /// Returns the index of the line that holds an offset.
    fn line_of(&self, offset: usize) -> usize {
        self.lines
            .partition_point(|line| line.start <= offset)
            .saturating_sub(1)
    }

    fn line(&self, index: usize) -> Option<&'a str> {
        self.text.get(self.lines.get(index)?.clone())
    }

    /// Hides secrets known by their own form, wherever they are. In sentences long runs are fingerprints; in files,
    /// keys.
    fn by_form(&mut self, in_file: bool) {
        if self.text.contains("PRIVATE KEY") {
            for header in matches(&KEY_HEADER, self.text) {
                let end = self.end_of_key(header.end);
                self.hide(header.end..end);
            }
        }
        if self.text.contains("://")
            && let Some(pattern) = IN_ADDRESS.as_ref()
        {
            for found in pattern.captures_iter(self.text) {
                if let Some(password) = found.get(1) {
                    self.hide(password.range());
                }
            }
        }
        if hint::of_token(self.text) {
            for token in matches(&TOKEN, self.text) {
                self.hide(token);
            }
        }
        self.by_surroundings();
        self.long_runs(in_file);
    }

    /// Returns the end of the body of a PEM key that begins at `start`.
    fn end_of_key(&self, start: usize) -> usize {
        let rest = self.part(start..self.text.len());
        let dashes = rest.find("-----").unwrap_or(rest.len());
        if rest
            .get(dashes..)
            .is_some_and(|rest| rest.starts_with("-----END"))
        {
            return start + dashes;
        }
        // The key was cut off: what looks like more of it belongs to it, up to whatever is fenced next.
        let index = self.line_of(start);
        let line_end = self.lines.get(index).map_or(start, |line| line.end);
        let line_end = line_end.min(start + dashes);
        if let Some(quote) = self.part(start..line_end).find(['"', '\'']) {
            return start + quote;
        }
        let mut end = line_end;
        for line in self.lines.iter().skip(index + 1) {
            let body = self.part(line.clone()).trim();
            let header = body.starts_with("Proc-Type:") || body.starts_with("DEK-Info:");
            if !header && !body.bytes().all(is_base64) {
                break;
            }
            end = line.end;
        }
        end
    }

    fn long_runs(&mut self, in_file: bool) {
        let certificates: Vec<_> = if self.text.contains("CERTIFICATE-----") {
            matches(&CERTIFICATE, self.text).collect()
        } else {
            Vec::new()
        };
        let bytes = self.text.as_bytes();
        let mut at = 0;
        for run in bytes.split(|byte| !is_base64(*byte)) {
            let range = at..at + run.len();
            at = range.end + 1;
            if run.len() < LONG_RUN {
                continue;
            }
            let text = self.part(range.clone());
            let key = KEY_IN_BASE64.iter().any(|key| text.contains(key));
            if key || (in_file && is_random(text)) {
                let before = certificates.partition_point(|known| known.end <= range.start);
                let public = text.starts_with(CERTIFICATE_IN_BASE64)
                    || certificates
                        .get(before)
                        .is_some_and(|known| known.start <= range.start)
                    || self.part(0..range.start).ends_with("sha256:");
                if key || !public {
                    let end = self.end_of_run(range.end);
                    self.hide(range.start..end);
                }
            }
        }
    }

    /// Returns the end of a run of base64: one that fills its line may go on in the next ones, down to a short rest
    /// that is not itself a long run.
    fn end_of_run(&self, end: usize) -> usize {
        let index = self.line_of(end);
        if self.lines.get(index).is_none_or(|line| line.end != end) {
            return end;
        }
        self.lines
            .iter()
            .skip(index + 1)
            .take_while(|line| {
                let body = self.part((*line).clone()).trim();
                // A longer one is found for itself; to stop there keeps the search linear.
                !body.is_empty() && body.len() < LONG_RUN && body.bytes().all(is_base64)
            })
            .last()
            .map_or(end, |line| line.end)
    }
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// Tells keys from words and paths of the same letters.
fn is_random(run: &str) -> bool {
    let has = |test: fn(&u8) -> bool| run.as_bytes().iter().any(test);
    run.bytes().all(|byte| byte.is_ascii_hexdigit())
        || (has(u8::is_ascii_digit) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase))
}

fn matches<'t>(
    pattern: &'static Pattern,
    text: &'t str,
) -> impl Iterator<Item = Range<usize>> + 't {
    pattern
        .as_ref()
        .into_iter()
        .flat_map(move |pattern| pattern.find_iter(text).map(|found| found.range()))
}
