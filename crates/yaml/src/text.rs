//! Leads every byte of a scalar's value back to the file.
//!
//! A value differs from what was written: quotes go, escapes become characters, lines are folded, indentation is cut
//! away. [`mapped_text`] walks over the source and the known value side by side. The value is the guide: where several
//! line breaks may become any of a space, fewer breaks or none, the value says which. If the two part (the node was
//! written by a template, so the file does not hold its text), the whole value leads to the whole span.

use crate::source::{MappedText, Sources, Span, SpanMap};

use super::{Node, Style};

/// Returns a scalar's value with its map; empty for sequences and mappings.
///
/// Never fails: a value that is not written in the file as such leads, as a whole, to the span of the node.
pub fn mapped_text(sources: &Sources, node: Node<'_>) -> MappedText {
    let Some(scalar) = node.scalar() else {
        return MappedText::default();
    };
    let span = node.span();
    let value: &str = &scalar.text;
    let source = sources.text(span.source);
    let map = match scalar.style {
        Style::Made => None,
        Style::Plain if source.get(span.range()) == Some(value) => {
            let mut map = SpanMap::default();
            map.push_exact(span);
            Some(map)
        }
        Style::Plain | Style::SingleQuoted | Style::DoubleQuoted => {
            flow(source, value, span, scalar.style)
        }
        Style::Literal | Style::Folded => block(source, value, span),
    };
    let map = map.unwrap_or_else(|| {
        let mut map = SpanMap::default();
        map.push_made(value.len(), span);
        map
    });
    MappedText {
        text: value.to_owned(),
        map,
    }
}

/// The walk over source and value.
struct Walk<'t> {
    source: &'t str,
    /// Next byte of the source.
    at: usize,
    /// One past the last byte of the source that may be read.
    end: usize,
    /// The part of the value that is still to be found.
    rest: &'t str,
    span: Span,
    map: SpanMap,
}

impl<'t> Walk<'t> {
    fn source_rest(&self) -> &'t str {
        self.source.get(self.at..self.end).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.source_rest().chars().next()
    }

    /// Takes `len` bytes of the source as they are.
    fn exact(&mut self, len: usize) -> Option<()> {
        let written = self.source_rest().get(..len)?;
        self.rest = self.rest.strip_prefix(written)?;
        self.map
            .push_exact(Span::new(self.span.source, self.at, self.at + len));
        self.at += len;
        Some(())
    }

    /// Takes the value's next `made`, which comes from `len` bytes of the source.
    fn made(&mut self, made: &str, len: usize) -> Option<()> {
        self.rest = self.rest.strip_prefix(made)?;
        let span = Span::new(self.span.source, self.at, self.at + len);
        self.map.push_made(made.len(), span);
        self.at += len;
        Some(())
    }

    /// Takes a line break that stands in the value, too.
    fn kept_break(&mut self) -> Option<()> {
        let rest = self.source_rest();
        if rest.starts_with("\r\n") {
            self.at += 1;
            return self.exact(1);
        }
        match rest.starts_with('\r') {
            true => self.made("\n", 1),
            false => self.exact(1),
        }
    }

    /// Skips a line break, and says how long it is.
    fn break_len(&self) -> Option<usize> {
        let rest = self.source_rest();
        match rest.as_bytes() {
            [b'\r', b'\n', ..] => Some(2),
            [b'\r' | b'\n', ..] => Some(1),
            _ => None,
        }
    }

    fn finish(self) -> Option<SpanMap> {
        self.rest.is_empty().then_some(self.map)
    }
}

/// Maps plain scalars of several lines, and quoted ones.
fn flow(source: &str, value: &str, span: Span, style: Style) -> Option<SpanMap> {
    let quotes = usize::from(style != Style::Plain);
    let range = span.range();
    let written = source.get(range.clone())?;
    if quotes == 1 {
        let quote = if style == Style::SingleQuoted {
            '\''
        } else {
            '"'
        };
        written.strip_prefix(quote)?.strip_suffix(quote)?;
    }
    let mut walk = Walk {
        source,
        at: range.start + quotes,
        end: range.end - quotes,
        rest: value,
        span,
        map: SpanMap::default(),
    };
    while let Some(character) = walk.peek() {
        match character {
            '\'' if style == Style::SingleQuoted => walk.made("'", 2)?,
            '\\' if style == Style::DoubleQuoted => escape(&mut walk)?,
            ' ' | '\t' | '\n' | '\r' => white_space(&mut walk)?,
            _ => {
                let rest = walk.source_rest();
                let stop = |next: char| matches!(next, '\'' | '\\' | ' ' | '\t' | '\n' | '\r');
                let tail = rest.get(character.len_utf8()..)?;
                let len = character.len_utf8() + tail.find(stop).unwrap_or(tail.len());
                walk.exact(len)?;
            }
        }
    }
    walk.finish()
}

/// Takes whitespace. Within a line it stands for itself; around line breaks it goes, and the breaks are folded.
fn white_space(walk: &mut Walk<'_>) -> Option<()> {
    let rest = walk.source_rest();
    let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let start = walk.at;
    walk.at += blank;
    let Some(first) = walk.break_len() else {
        walk.at = start;
        return walk.exact(blank);
    };
    let break_at = walk.at;
    walk.at += first;
    skip_indentation(walk);
    if walk.break_len().is_none() {
        let after = walk.at;
        walk.at = break_at;
        walk.made(" ", first)?;
        walk.at = after;
        return Some(());
    }
    while walk.break_len().is_some() {
        walk.kept_break()?;
        skip_indentation(walk);
    }
    Some(())
}

fn skip_indentation(walk: &mut Walk<'_>) {
    let rest = walk.source_rest();
    walk.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
}

/// Takes one escape of a double-quoted scalar.
fn escape(walk: &mut Walk<'_>) -> Option<()> {
    let mut characters = walk.source_rest().chars();
    characters.next();
    let kind = characters.next()?;
    let digits = match kind {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        '\n' | '\r' => {
            walk.at += 1;
            walk.at += walk.break_len()?;
            skip_indentation(walk);
            while walk.break_len().is_some() {
                walk.kept_break()?;
                skip_indentation(walk);
            }
            return Some(());
        }
        _ => 0,
    };
    let mut len = 1 + kind.len_utf8() + digits;
    let rest = walk.source_rest();
    let mut code = match kind {
        '0' => 0,
        'a' => 7,
        'b' => 8,
        't' | '\t' => 9,
        'n' => 10,
        'v' => 11,
        'f' => 12,
        'r' => 13,
        'e' => 27,
        ' ' | '"' | '/' | '\\' => u32::from(kind),
        'N' => 0x85,
        '_' => 0xa0,
        'L' => 0x2028,
        'P' => 0x2029,
        _ => u32::from_str_radix(rest.get(2..len)?, 16).ok()?,
    };
    if kind == 'u' && (0xd800..0xdc00).contains(&code) {
        // A surrogate pair is one character.
        let low = rest.get(len..)?.strip_prefix("\\u")?.get(..4)?;
        let low = u32::from_str_radix(low, 16).ok()?.checked_sub(0xdc00)?;
        code = 0x10000 + ((code - 0xd800) << 10) + low;
        len += 6;
    }
    let mut buffer = [0; 4];
    walk.made(char::from_u32(code)?.encode_utf8(&mut buffer), len)
}

/// Maps literal and folded scalars. The span begins after the indentation of the first line with content.
fn block(source: &str, value: &str, span: Span) -> Option<SpanMap> {
    let start = span.start as usize;
    let before = source.get(..start)?;
    let line_start = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let indentation = start - line_start;
    let mut walk = Walk {
        source,
        at: line_start,
        end: source.len(),
        rest: value,
        span,
        map: SpanMap::default(),
    };
    let content = value.trim_start_matches('\n');
    for _ in 0..value.len() - content.len() {
        // Empty lines above the first content; their breaks stand in the value.
        let above = source.get(..walk.at)?;
        let above = above
            .strip_suffix('\n')
            .map_or(above, |text| text.strip_suffix('\r').unwrap_or(text));
        let above = if above.len() == walk.at {
            above.strip_suffix('\r')?
        } else {
            above
        };
        walk.at = above.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    }
    while !walk.rest.is_empty() {
        // A line: indentation, content, breaks.
        let rest = walk.source_rest();
        let spaces = rest.len() - rest.trim_start_matches(' ').len();
        walk.at += spaces.min(indentation);
        let rest = walk.source_rest();
        let len = rest.find(['\n', '\r']).unwrap_or(rest.len());
        if len > 0 {
            walk.exact(len)?;
        }
        if walk.rest.is_empty() {
            break;
        }
        line_breaks(&mut walk, indentation)?;
    }
    walk.finish()
}

/// Takes the line breaks after a line of a block scalar, with the empty lines that follow: the value says what became
/// of them.
fn line_breaks(walk: &mut Walk<'_>, indentation: usize) -> Option<()> {
    let wanted = walk.rest.len() - walk.rest.trim_start_matches('\n').len();
    // Where each break begins, up to the next line with content.
    let mut breaks = Vec::new();
    while let Some(len) = walk.break_len() {
        breaks.push(walk.at);
        walk.at += len;
        let rest = walk.source_rest();
        let spaces = rest.len() - rest.trim_start_matches(' ').len();
        walk.at += spaces.min(indentation);
        // Breaks beyond the wanted ones were chomped, or will be looked at with the next line.
        if breaks.len() > wanted {
            break;
        }
    }
    let ends = walk.rest.len() == wanted;
    if wanted == 0 {
        walk.at = *breaks.first()?;
        let len = walk.break_len()?;
        return walk.made(" ", len);
    }
    // Folding drops the first of several breaks.
    let dropped = usize::from(!ends && breaks.len() > wanted);
    for at in breaks.iter().skip(dropped).take(wanted) {
        walk.at = *at;
        walk.kept_break()?;
    }
    Some(())
}
