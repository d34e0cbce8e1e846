//! Secrets that are told by their name, or by the object they stand in: `password: …`, an environment entry, a `Secret`.
//!
//! This reads lines and not YAML, on purpose: it must work on the file that does not parse.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::{Pattern, Search, matches, names};
use crate::secret_names::{is_harmless, is_secret_name, may_be_secret};

/// Bytes that braces are followed beyond the lines indented under them: Helm takes any indentation between them.
const BEYOND_BLOCK: usize = 4096;

/// Bytes within which a `value` is looked for in a mapping between braces: enough for the keys before it.
const LONGEST_FLOW: usize = 1024;

static VALUE_KEY: Pattern = LazyLock::new(|| Regex::new(r#"\bvalue["']?[ \t]*:"#).ok());
static FIRST_KEY: Pattern = LazyLock::new(|| {
    Regex::new(r#"^\s*(?:- +)*(?:"[^"]*"|'[^']*'|[^\s:"'#]+)[ \t]*:(?:\s|$)"#).ok()
});
static DATA_IN_JSON: Pattern =
    LazyLock::new(|| Regex::new(r#"["']?(?:data|stringData)["']?\s*:\s*\{"#).ok());

/// Tells whether all patterns compile: one that did not would hide nothing.
#[cfg(test)]
pub(super) fn patterns_compile() -> bool {
    let patterns = [&VALUE_KEY, &FIRST_KEY, &DATA_IN_JSON];
    patterns.iter().all(|pattern| pattern.is_some())
}

impl Search<'_> {
    /// Hides what is a secret by its name or its object.
    pub(super) fn by_name(&mut self) {
        self.named_values();
        self.environment();
        self.environment_apart();
        self.by_place();
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

    /// Hides values of environment entries that are not right behind the name.
    fn environment_apart(&mut self) {
        let mut known: HashMap<usize, Range<usize>> = HashMap::new();
        let mut at = 0;
        while let Some(name) = names::next_name(self.text, at) {
            at = name.end;
            let said = self.part(name.clone());
            if !may_be_secret(said) || !is_secret_name(said, false) {
                continue;
            }
            let line = self.line_of(name.start);
            let start = self.lines.get(line).map_or(0, |line| line.start);
            if self.part(start..name.start).contains('{') {
                self.values_between_braces(name);
                continue;
            }
            let column = self.line(line).map_or(0, item_indent);
            let looked_at = |lines: &Range<usize>| lines.contains(&line);
            if known.get(&column).is_some_and(looked_at) {
                continue;
            }
            let lines = self.object_around(line, column);
            for index in lines.clone() {
                let text = self.line(index).unwrap_or_default();
                if item_indent(text) == column
                    && let Some(colon) = names::after_value_key(text)
                {
                    let start = self.lines.get(index).map_or(0, |line| line.start);
                    self.value(start + colon, column, false);
                }
            }
            known.insert(column, lines);
        }
    }

    /// Hides the values in the innermost braces around a name.
    fn values_between_braces(&mut self, name: Range<usize>) {
        let from = name.start.saturating_sub(LONGEST_FLOW);
        let from = self.text.floor_char_boundary(from);
        let reach = self.text.floor_char_boundary(name.end + LONGEST_FLOW);
        let start = self.part(from..name.start).rfind('{');
        let start = start.map_or(from, |open| from + open);
        let close = self.part(name.end..reach).find('}');
        let close = close.map_or(reach, |close| name.end + close);
        let keys: Vec<_> = matches(&VALUE_KEY, self.part(start..close)).collect();
        for key in keys {
            self.value(start + key.end, usize::MAX, false);
        }
    }

    /// Hides the value that begins after a key's colon; returns where to go on reading.
    ///
    /// `column` is the key's: what stands deeper belongs to the value. `all` hides numbers and booleans too.
    fn value(&mut self, after: usize, column: usize, all: bool) -> usize {
        let line = self.line_of(after);
        let Range { start, end } = self.start_of_value(after);
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
            Some('{') if rest.starts_with("{{") => {
                let close = rest.rfind("}}").map_or(end, |at| start + at + 2);
                if !is_harmless(self.part(start..close)) {
                    self.hide(start..close);
                }
                end
            }
            Some('{') if all => self.braces(start, line, column),
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

    /// Hides what stands between braces, and all that is indented under their line: where they close is but guessed.
    fn braces(&mut self, start: usize, line: usize, column: usize) -> usize {
        let below = self.deeper(line + 1, column);
        let last = below.end.saturating_sub(1).max(line);
        let end = self.lines.get(last).map_or(start, |line| line.end);
        let reach = self.text.floor_char_boundary(end + BEYOND_BLOCK);
        let within = self.part(start + 1..reach);
        let document = within.find("\n---").unwrap_or(within.len());
        match self.end_of_braces(start + 1..start + 1 + document) {
            Some(close) => {
                self.hide(start + 1..close);
                // Nothing but a comma and a comment can follow.
                let rest = self.part(close + 1..end);
                let comment = rest.trim_start_matches([',', ' ', '\t']);
                if !(comment.is_empty() || comment.starts_with('#') && !comment.contains('\n')) {
                    self.hide(close + 1..end);
                }
                end.max(close)
            }
            None => {
                self.hide(start + 1..end);
                end
            }
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

    /// Hides what is below a secret's key: a list or text whole, of a mapping only what is called `value`.
    ///
    /// Mappings within it are gone through line by line with it, so that each line is looked at once however deep it lies.
    fn block(&mut self, first: usize, column: usize, all: bool) -> usize {
        let below = self.deeper(first, column);
        let mapping = self.opens_mapping(below.clone(), all);
        let mut done = below.start;
        for index in below.clone() {
            if index < done {
                continue;
            }
            let Some(line) = self.line(index) else {
                continue;
            };
            let in_braces = all && line.trim_start_matches([' ', '-']).starts_with('{');
            if !mapping || in_braces {
                self.hide_line(index);
                continue;
            }
            let start = self.lines.get(index).map_or(0, |line| line.start);
            let key = if all { &FIRST_KEY } else { &VALUE_KEY };
            let key = matches(key, line).next();
            let name_end = line.find(':').unwrap_or(line.len());
            match key {
                Some(key) if all || key.start <= name_end => {
                    // A pattern may have taken the blank after the colon with it.
                    let colon = line.get(..key.end).map_or(0, |key| key.trim_end().len());
                    let after = start + colon;
                    let depth = item_indent(line);
                    if !self.begins_below(after) {
                        self.value(after, depth, all);
                    } else if !self.opens_mapping(index + 1..below.end, all) {
                        let text = self.deeper(index + 1, depth);
                        done = text.end;
                        for line in text {
                            self.hide_line(line);
                        }
                    }
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

    /// Tells whether the first of these lines that says anything is a key; with `in_block`, one outside of braces.
    fn opens_mapping(&self, mut lines: Range<usize>, in_block: bool) -> bool {
        let is_key = |line: &str| FIRST_KEY.as_ref().is_some_and(|key| key.is_match(line));
        lines
            .find_map(|index| {
                let line = self.line(index)?;
                let says = !line.trim().is_empty() && !line.trim_start().starts_with('#');
                says.then(|| is_key(line) && !(in_block && line.trim_start().starts_with('{')))
            })
            .unwrap_or(false)
    }

    /// Returns where a value begins on its line, behind its anchor and its tag, and where the line ends.
    fn start_of_value(&self, after: usize) -> Range<usize> {
        let line = self.line_of(after);
        let end = self.lines.get(line).map_or(after, |line| line.end);
        let mut start = after + leading_blanks(self.part(after..end));
        while self.part(start..end).starts_with(['&', '!']) {
            let rest = self.part(start..end);
            let word = rest.find([' ', '\t']).unwrap_or(rest.len());
            start += word + leading_blanks(self.part(start + word..end));
        }
        start..end
    }

    /// Tells whether the value of a key begins below its line.
    fn begins_below(&self, after: usize) -> bool {
        let rest = self.part(self.start_of_value(after));
        matches!(rest.chars().next(), None | Some('#'))
    }

    fn secret_objects(&mut self) {
        let kinds = names::secret_kinds(self.text);
        let mut done = 0..0;
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
                    // What another one holds between its braces is hidden with them.
                    if !done.contains(&(start + colon)) {
                        done = start + colon..self.value(start + colon, column, true);
                    }
                }
            }
            known.insert(column, lines);
        }
    }

    /// Returns the lines of the mapping whose keys are in `column`, around one of its lines.
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
            done = self
                .end_of_braces(opening.end..self.text.len())
                .unwrap_or(self.text.len());
            self.hide(opening.end..done);
        }
    }

    /// Returns the end, within `range`, of the brace that was opened just before it.
    fn end_of_braces(&self, range: Range<usize>) -> Option<usize> {
        let start = range.start;
        let mut depth = 1usize;
        let mut quote = None;
        let mut escape = false;
        // The last byte that was no blank: a quote within a word opens nothing.
        let mut before = b'{';
        let mut after_blank = false;
        let mut in_comment = false;
        for (at, byte) in self.part(range).bytes().enumerate() {
            match (byte, quote) {
                _ if in_comment => in_comment = byte != b'\n',
                _ if escape => escape = false,
                (b'\\', Some(b'"')) => escape = true,
                (_, Some(open)) if byte == open => quote = None,
                (_, Some(_)) => {}
                (b'"' | b'\'', None) if b"{[,:(\\".contains(&before) => quote = Some(byte),
                (b'#', None) => in_comment = after_blank,
                (b'{', None) => depth += 1,
                (b'}', None) => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Some(start + at);
            }
            after_blank = byte.is_ascii_whitespace();
            if !after_blank {
                before = byte;
            }
        }
        None
    }

    /// Returns the end of the quoted text; the end of the line where the quote is never closed.
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

    /// Returns the lines from `first` on that are deeper than `column`, or are items of a list in that column.
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

    /// Counts the bytes between the start of the line and an offset.
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

/// Returns the column of the key in `  - key: value`.
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
