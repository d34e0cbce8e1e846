//! Secrets that are told by their name, or by the object they stand in: `password: …`, an environment entry, a `Secret`.
//!
//! This reads lines and not YAML, on purpose: it must work on the file that does not parse.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::{Pattern, Search, matches, names};

/// Parts of a name that make its value a secret; compared in small letters, without `_`, `-` and `.`.
const SECRET: [&str; 13] = [
    "passw",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "credential",
    "privatekey",
    "apikey",
    "accesskey",
    "accountkey",
    "encryptionkey",
    "signingkey",
    "clientkey",
];

/// Endings that make the value a reference to a secret, or a setting of it.
const NOT_SECRET: [&str; 38] = [
    "name",
    "names",
    "namespace",
    "ref",
    "refs",
    "seconds",
    "minutes",
    "hours",
    "days",
    "ttl",
    "timeout",
    "expiry",
    "expiration",
    "expiresin",
    "lifetime",
    "url",
    "uri",
    "endpoint",
    "host",
    "file",
    "path",
    "dir",
    "mount",
    "mode",
    "type",
    "kind",
    "length",
    "size",
    "policy",
    "enabled",
    "version",
    "algorithm",
    "issuer",
    "audience",
    "pullsecret",
    "pullsecrets",
    "provider",
    "class",
];

/// How far a `value` is looked for in a mapping between braces, in bytes: enough for the keys before it.
const LONGEST_FLOW: usize = 1024;

static VALUE_KEY: Pattern = LazyLock::new(|| Regex::new(r#"\bvalue["']?[ \t]*:"#).ok());
static FIRST_KEY: Pattern = LazyLock::new(|| {
    Regex::new(r#"^\s*(?:- +)*(?:"[^"]*"|'[^']*'|[^\s:"'#]+)[ \t]*:(?:\s|$)"#).ok()
});
static DATA_IN_JSON: Pattern =
    LazyLock::new(|| Regex::new(r#"["']?(?:data|stringData)["']?\s*:\s*\{"#).ok());

/// A pattern that did not compile would hide nothing.
#[cfg(test)]
pub(super) fn patterns_compile() -> bool {
    let patterns = [&VALUE_KEY, &FIRST_KEY, &DATA_IN_JSON];
    patterns.iter().all(|pattern| pattern.is_some())
}

impl Search<'_> {
    /// What is a secret by its name or its object.
    pub(super) fn by_name(&mut self) {
        self.named_values();
        self.environment();
        self.secret_objects();
        self.secret_objects_in_json();
    }

    fn named_values(&mut self) {
        let mut at = 0;
        while let Some(key) = names::next_secret_key(self.text, at) {
            at = key.end;
            let annotation = self.part(0..key.start).ends_with('/');
            if is_secret_name(self.part(key.clone()), annotation) {
                let column = self.column(key.start);
                at = self.value(key.end, column, false).max(at);
            }
        }
    }

    fn environment(&mut self) {
        let mut at = 0;
        while let Some((name, end)) = names::next_entry(self.text, at) {
            at = end;
            if is_secret_name(self.part(name), false) {
                let line = self.line_of(end);
                let column = self.line(line).map_or(0, indent);
                self.value(end, column, false);
            }
        }
    }

    /// Hides the value that begins after a key's colon; returns where to go on reading.
    ///
    /// `column` is the key's: what stands deeper belongs to the value. `all` hides numbers and booleans too.
    fn value(&mut self, after: usize, column: usize, all: bool) -> usize {
        let line = self.line_of(after);
        let end = self.lines.get(line).map_or(after, |line| line.end);
        let mut start = after + leading_blanks(self.part(after..end));
        while self.part(start..end).starts_with(['&', '!']) {
            let rest = self.part(start..end);
            let word = rest.find([' ', '\t']).unwrap_or(rest.len());
            start += word + leading_blanks(self.part(start + word..end));
        }
        let rest = self.part(start..end);
        match rest.chars().next() {
            None | Some('#') => self.block(line + 1, column, all),
            Some(quote @ ('"' | '\'')) => {
                let content = start + 1..self.end_of_quoted(start + 1, quote);
                if all || !is_harmless(self.part(content.clone())) {
                    self.hide(content.clone());
                }
                content.end
            }
            Some('|' | '>') => {
                let below = self.deeper(line + 1, column);
                if let (Some(first), Some(last)) = (
                    self.lines.get(below.start),
                    self.lines.get(below.end.wrapping_sub(1)),
                ) && !below.is_empty()
                {
                    self.hide(first.start..last.end);
                }
                end
            }
            Some('{') if rest.starts_with("{{") => end,
            Some('{') => {
                let reach = self.text.floor_char_boundary(start + LONGEST_FLOW);
                let close = self
                    .part(start..reach)
                    .find('}')
                    .map_or(reach, |close| start + close);
                let keys: Vec<_> = matches(&VALUE_KEY, self.part(start..close)).collect();
                for key in keys {
                    self.value(start + key.end, usize::MAX, all);
                }
                start
            }
            Some('*') => start,
            Some(_) => self.plain(start..end, after, column, all),
        }
    }

    fn plain(&mut self, rest: Range<usize>, after: usize, column: usize, all: bool) -> usize {
        let line = self.line_of(rest.start);
        let line_start = self.lines.get(line).map_or(0, |line| line.start);
        let text = self.part(rest.clone());
        let assigned = self.part(0..after).ends_with('=');
        let in_flow = column == usize::MAX || self.part(line_start..after).contains(['{', '[']);
        let mut end = text.len();
        let mut stop = |at: Option<usize>| end = end.min(at.unwrap_or(end));
        stop(text.find(" #"));
        if assigned {
            stop(text.find([' ', ',', '"', '\'', ';', '&']));
        } else if in_flow {
            stop(text.find([',', '}']));
        }
        let content = rest.start..rest.start + end;
        if all || !is_harmless(self.part(content.clone())) {
            self.hide(content.clone());
            if !assigned && !in_flow {
                for line in self.deeper(line + 1, column) {
                    self.hide_line(line);
                }
            }
        }
        content.end
    }

    /// What stands below a secret's key: a list or text is hidden, of a mapping only what is called `value`.
    fn block(&mut self, first: usize, column: usize, all: bool) -> usize {
        let below = self.deeper(first, column);
        let is_key = |line: &str| FIRST_KEY.as_ref().is_some_and(|key| key.is_match(line));
        let opening = below
            .clone()
            .filter_map(|index| self.line(index))
            .find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
        let mapping = opening.is_some_and(is_key);
        for index in below.clone() {
            let Some(line) = self.line(index) else {
                continue;
            };
            let start = self.lines.get(index).map_or(0, |line| line.start);
            if !mapping {
                self.hide_line(index);
                continue;
            }
            let key = if all { &FIRST_KEY } else { &VALUE_KEY };
            let key = matches(key, line).next();
            let name_end = line.find(':').unwrap_or(line.len());
            match key {
                Some(key) if all || key.start <= name_end => {
                    // A pattern may have taken the blank after the colon with it.
                    let colon = line.get(..key.end).map_or(0, |key| key.trim_end().len());
                    self.value(start + colon, indent(line), all);
                }
                _ if all => self.hide_line(index),
                _ => {}
            }
        }
        // The mapping's own keys are looked at for themselves.
        let last = if mapping { first } else { below.end };
        self.lines
            .get(last)
            .map_or(self.text.len(), |line| line.start)
    }

    fn secret_objects(&mut self) {
        let kinds = names::secret_kinds(self.text);
        // The last mapping looked at in each column: one that says its kind twice is looked at once.
        let mut known: HashMap<usize, Range<usize>> = HashMap::new();
        for kind in kinds {
            let line = self.line_of(kind);
            let column = self.line(line).map_or(0, item_indent);
            if known
                .get(&column)
                .is_some_and(|lines| lines.contains(&line))
            {
                continue;
            }
            let lines = self.object_around(line, column);
            for index in lines.clone() {
                let Some(text) = self.line(index) else {
                    continue;
                };
                let body = text
                    .trim_start_matches([' ', '-'])
                    .trim_start_matches(['"', '\'']);
                let is_data = ["data", "stringData"].iter().any(|name| {
                    body.strip_prefix(name).is_some_and(|rest| {
                        rest.trim_start_matches(['"', '\'', ' ']).starts_with(':')
                    })
                });
                if item_indent(text) == column && is_data {
                    let start = self.lines.get(index).map_or(0, |line| line.start);
                    let colon = text.find(':').map_or(text.len(), |colon| colon + 1);
                    self.value(start + colon, column, true);
                }
            }
            known.insert(column, lines);
        }
    }

    /// The lines of the mapping whose keys stand in `column`, around one of its lines.
    fn object_around(&self, line: usize, column: usize) -> Range<usize> {
        let belongs = |index: &usize| {
            self.line(*index).is_some_and(|line| {
                line.trim().is_empty() || (indent(line) >= column && !line.starts_with("---"))
            })
        };
        let starts_item = |index: usize| {
            self.line(index)
                .is_some_and(|line| indent(line) < column && item_indent(line) == column)
        };
        let mut first = line;
        while !starts_item(first) && first > 0 && (belongs(&(first - 1)) || starts_item(first - 1))
        {
            first -= 1;
        }
        let end = (line + 1..self.lines.len())
            .find(|index| !belongs(index))
            .unwrap_or(self.lines.len());
        first..end
    }

    fn secret_objects_in_json(&mut self) {
        if !names::has_secret_kind_in_json(self.text) {
            return;
        }
        let openings: Vec<_> = matches(&DATA_IN_JSON, self.text).collect();
        let mut done = 0;
        for opening in openings {
            if opening.start < done {
                continue;
            }
            done = self.end_of_braces(opening.end);
            self.hide(opening.end..done);
        }
    }

    /// Where the brace closes that was opened just before `start`.
    fn end_of_braces(&self, start: usize) -> usize {
        let mut depth = 1usize;
        let mut in_string = false;
        let mut escape = false;
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        for (at, byte) in rest.iter().enumerate() {
            match byte {
                _ if escape => escape = false,
                b'\\' if in_string => escape = true,
                b'"' => in_string = !in_string,
                b'{' if !in_string => depth += 1,
                b'}' if !in_string => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return start + at;
            }
        }
        self.text.len()
    }

    /// Where the quote closes; the end of the line where it never does.
    fn end_of_quoted(&self, start: usize, quote: char) -> usize {
        let rest = self.part(start..self.text.len());
        let mut chars = rest.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let next = chars.peek().map(|(_, c)| *c);
            if (quote == '"' && c == '\\') || (quote == '\'' && c == quote && next == Some(quote)) {
                chars.next();
            } else if c == quote {
                return start + at;
            }
        }
        self.lines
            .get(self.line_of(start))
            .map_or(start, |line| line.end)
    }

    /// The lines from `first` on that stand deeper than `column`, or are items of a list in that column.
    fn deeper(&self, first: usize, column: usize) -> Range<usize> {
        let mut end = first;
        for index in first..self.lines.len() {
            let Some(line) = self.line(index) else { break };
            if line.trim().is_empty() {
                continue;
            }
            let depth = indent(line);
            let item = depth == column && line.trim_start().starts_with("- ");
            if depth <= column && !item {
                break;
            }
            end = index + 1;
        }
        first..end
    }

    fn hide_line(&mut self, index: usize) {
        if let Some(range) = self.lines.get(index).cloned() {
            let item = self.part(range.clone()).trim_start();
            let item = item.strip_prefix("- ").unwrap_or(item);
            self.hide(range.end - item.len()..range.end);
        }
    }

    /// Bytes between the start of the line and an offset.
    fn column(&self, offset: usize) -> usize {
        let line = self.lines.get(self.line_of(offset));
        let column = line.map_or(0, |line| offset.saturating_sub(line.start));
        // The quote before a key belongs to it.
        let quoted = self.part(0..offset).ends_with(['"', '\'']);
        column - usize::from(quoted && column > 0)
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// The column of the key in `  - key: value`.
fn item_indent(line: &str) -> usize {
    let mut at = indent(line);
    while let Some(rest) = line.get(at..).and_then(|rest| rest.strip_prefix("- ")) {
        at = line.len() - rest.trim_start_matches(' ').len();
    }
    at
}

fn leading_blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}

/// True for a name whose value is a secret itself, not the name of one or a setting of it.
///
/// `annotation` says that a `/` stands before it: `…/auth-secret: carto-basic-auth` names an object.
fn is_secret_name(name: &str, annotation: bool) -> bool {
    let name: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let refers = name.contains("existingsecret")
        || name.contains("keyref")
        || name.starts_with("existing")
        || (annotation && name.ends_with("secret"))
        || NOT_SECRET.iter().any(|ending| name.ends_with(ending));
    !refers && SECRET.iter().any(|part| name.contains(part))
}

/// True for what is no secret whatever its name: nothing, a number, a boolean, a template, a placeholder.
fn is_harmless(value: &str) -> bool {
    let value = value.trim();
    let word = value.to_ascii_lowercase();
    value.is_empty()
        || matches!(
            word.as_str(),
            "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "~"
        )
        || value
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
        || (value.starts_with("{{") && value.ends_with("}}"))
        || (value.starts_with('<') && value.ends_with('>'))
        || value.starts_with("${")
}
