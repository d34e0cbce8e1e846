//! Input texts and positions in them.
//!
//! [`Sources`] keeps every input text with its name and line index. A [`Span`] is a byte range of one of them: it is
//! how everything downstream says *where*. Text that does not stand in a file as such (the value of a block scalar, the
//! output of a template) carries a [`SpanMap`] that leads every one of its bytes back to a file.
//!
//! Nothing here reads a file: texts come in from the command line, or from whoever embeds the library.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

/// Names one text of a [`Sources`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SourceId(u32);

/// A byte range in one source, on character boundaries; `end` is exclusive.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Span {
    /// The text it lies in.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span of no text at all: the default of a table, never shown.
    pub const NOWHERE: Span = Span {
        source: SourceId(u32::MAX),
        start: 0,
        end: 0,
    };

    /// Makes the span from `start` to `end` (exclusive), in bytes.
    pub fn new(source: SourceId, start: usize, end: usize) -> Self {
        let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span {
            source,
            start: clamp(start),
            end: clamp(end.max(start)),
        }
    }

    /// Returns the place as it is after [`Sources::append`] has put its text behind `by` others.
    pub fn moved(self, by: u32) -> Self {
        Span {
            source: SourceId(self.source.0.saturating_add(by)),
            ..self
        }
    }

    /// Returns the byte range within the source.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Returns the length in bytes.
    pub fn len(self) -> usize {
        self.range().len()
    }

    /// Returns true for a span between two characters.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Returns the zero-width span at the start of this one.
    pub fn at_start(self) -> Self {
        Span {
            end: self.start,
            ..self
        }
    }

    /// Returns the smallest span that holds both; `self` where they lie in different sources.
    pub(crate) fn hull(self, other: Span) -> Self {
        if self.source != other.source {
            return self;
        }
        Span {
            source: self.source,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// Returns true where `other` lies within this span.
    pub fn contains(self, other: Span) -> bool {
        self.source == other.source && self.start <= other.start && other.end <= self.end
    }
}

/// A place as people count it: both from 1, columns in characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LineColumn {
    /// Line number, from 1.
    pub line: usize,
    /// Column in characters, from 1. A leading byte order mark does not count.
    pub column: usize,
}

/// One input text.
#[derive(Debug)]
pub struct Source {
    name: String,
    text: Cow<'static, str>,
    /// Byte offset of the start of each line. Most texts are never asked for it.
    lines: OnceLock<Vec<u32>>,
    /// Ranges whose text must never be shown.
    secrets: Vec<Range<u32>>,
}

impl Source {
    fn new(name: String, text: Cow<'static, str>) -> Self {
        Source {
            name,
            text,
            lines: OnceLock::new(),
            secrets: Vec::new(),
        }
    }

    fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let bytes = self.text.as_bytes();
            // A lone carriage return ends a line in YAML too.
            let ends = || {
                memchr::memchr2_iter(b'\n', b'\r', bytes).filter(|at| {
                    bytes.get(*at) == Some(&b'\n') || bytes.get(*at + 1) != Some(&b'\n')
                })
            };
            let starts = ends().map(|at| u32::try_from(at + 1).unwrap_or(u32::MAX));
            let mut lines = Vec::with_capacity(ends().count() + 1);
            lines.push(0);
            lines.extend(starts);
            lines
        })
    }

    /// Returns the name shown to people: a path as it was given, `<stdin>`, `--set`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns how many lines the text has; a text that ends in a line break has an empty last line.
    pub fn line_count(&self) -> usize {
        self.lines().len()
    }

    /// Returns the bytes of a line (from 1) without its line break.
    pub fn line_range(&self, line: usize) -> Range<usize> {
        let start = line
            .checked_sub(1)
            .and_then(|index| self.lines().get(index))
            .map_or(self.text.len(), |start| *start as usize);
        let end = self
            .lines()
            .get(line)
            .map_or(self.text.len(), |next| *next as usize);
        let body = self.text.get(start..end).unwrap_or_default();
        start..start + body.trim_end_matches(['\n', '\r']).len()
    }

    /// Returns the line and column of a byte offset.
    pub fn line_column(&self, offset: usize) -> LineColumn {
        let offset = offset.min(self.text.len());
        let line = self
            .lines()
            .partition_point(|start| *start as usize <= offset);
        let start = line
            .checked_sub(1)
            .and_then(|index| self.lines().get(index))
            .map_or(0, |start| *start as usize);
        let before = self.text.get(start..offset).unwrap_or_default();
        let before = before.strip_prefix('\u{feff}').unwrap_or(before);
        LineColumn {
            line: line.max(1),
            column: before.chars().count() + 1,
        }
    }

    /// Ranges that hold secrets, sorted by start: never to be shown.
    pub fn secrets(&self) -> &[Range<u32>] {
        &self.secrets
    }
}

/// Every text of one analysis.
#[derive(Debug, Default)]
pub struct Sources {
    sources: Vec<Source>,
}

impl Sources {
    /// Adds a text under the name that people know it by.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        self.push(Source::new(name.into(), Cow::Owned(text.into())))
    }

    /// Adds a text that is part of the program.
    pub fn add_static(&mut self, name: impl Into<String>, text: &'static str) -> SourceId {
        self.push(Source::new(name.into(), Cow::Borrowed(text)))
    }

    fn push(&mut self, source: Source) -> SourceId {
        let id = SourceId(u32::try_from(self.sources.len()).unwrap_or(u32::MAX));
        self.sources.push(source);
        id
    }

    /// Returns the source of that id.
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.sources.get(id.0 as usize)
    }

    /// Returns the name of a source.
    pub fn name(&self, id: SourceId) -> &str {
        self.get(id).map_or("<unknown>", Source::name)
    }

    /// Returns the text of a source.
    pub fn text(&self, id: SourceId) -> &str {
        self.get(id).map_or("", Source::text)
    }

    /// Returns the text under a span.
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.source).get(span.range()).unwrap_or_default()
    }

    /// Returns the line and column of a span's start.
    pub fn line_column(&self, span: Span) -> LineColumn {
        self.get(span.source)
            .map_or(LineColumn { line: 1, column: 1 }, |source| {
                source.line_column(span.start as usize)
            })
    }

    /// Marks a text that must never be shown.
    pub fn mark_secret(&mut self, span: Span) {
        self.mark_secrets([span]);
    }

    /// Marks texts that must never be shown. All at once, since they are kept in order.
    pub fn mark_secrets(&mut self, spans: impl IntoIterator<Item = Span>) {
        let mut marked = Vec::new();
        for span in spans {
            if let Some(source) = self.sources.get_mut(span.source.0 as usize) {
                source.secrets.push(span.start..span.end);
                marked.push(span.source);
            }
        }
        marked.sort_unstable();
        marked.dedup();
        for id in marked {
            if let Some(source) = self.sources.get_mut(id.0 as usize) {
                source.secrets.sort_by_key(|secret| secret.start);
            }
        }
    }

    /// Takes over the texts of another, and says what [`Span::moved`] needs to lead its spans here.
    pub fn append(&mut self, mut other: Sources) -> u32 {
        let by = u32::try_from(self.sources.len()).unwrap_or(u32::MAX);
        self.sources.append(&mut other.sources);
        by
    }

    /// Returns all sources, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.sources
            .iter()
            .enumerate()
            .map(|(index, source)| (SourceId(u32::try_from(index).unwrap_or(u32::MAX)), source))
    }
}

/// A map from the bytes of a derived text back to where they were written.
///
/// Pieces lie in order and without gaps. An *exact* piece was copied byte for byte; any other was made from its whole
/// span (the output of `{{ … }}`, an escape sequence), so each byte of it leads to that whole span.
#[derive(Clone, Debug, Default)]
pub struct SpanMap {
    pieces: Vec<Piece>,
    len: usize,
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    /// First byte in the derived text.
    start: usize,
    span: Span,
    exact: bool,
}

impl SpanMap {
    /// Returns the map of a text that is a source's own.
    pub fn identity(source: SourceId, len: usize) -> Self {
        let mut map = SpanMap::default();
        map.push_exact(Span::new(source, 0, len));
        map
    }

    /// Returns the length of the derived text in bytes.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Returns true for an empty derived text.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Appends bytes that stand in the source as they are.
    pub fn push_exact(&mut self, span: Span) {
        if span.is_empty() {
            return;
        }
        if let Some(last) = self.pieces.last_mut() {
            let joins = last.exact
                && last.span.source == span.source
                && last.span.end == span.start
                && self.len - last.start == last.span.len();
            if joins {
                last.span.end = span.end;
                self.len += span.len();
                return;
            }
        }
        self.pieces.push(Piece {
            start: self.len,
            span,
            exact: true,
        });
        self.len += span.len();
    }

    /// Appends `len` bytes that were made from a span.
    pub fn push_made(&mut self, len: usize, span: Span) {
        if len == 0 {
            return;
        }
        self.pieces.push(Piece {
            start: self.len,
            span,
            exact: false,
        });
        self.len += len;
    }

    /// Appends a part of another map: the bytes `range` of its derived text.
    pub fn push_part(&mut self, other: &SpanMap, range: Range<usize>) {
        let mut at = range.start;
        while at < range.end {
            let Some(index) = other.piece_at(at) else {
                return;
            };
            let Some(piece) = other.pieces.get(index) else {
                return;
            };
            let piece_end = other
                .pieces
                .get(index + 1)
                .map_or(other.len, |next| next.start);
            let end = piece_end.min(range.end);
            if end <= at {
                return;
            }
            if piece.exact {
                let from = piece.span.start as usize + (at - piece.start);
                self.push_exact(Span::new(piece.span.source, from, from + (end - at)));
            } else {
                self.push_made(end - at, piece.span);
            }
            at = end;
        }
    }

    fn piece_at(&self, offset: usize) -> Option<usize> {
        self.pieces
            .partition_point(|piece| piece.start <= offset)
            .checked_sub(1)
    }

    /// Finds where the byte at `offset` was written; for an offset at the end of the text, the place just after its
    /// last byte.
    fn locate(&self, offset: usize) -> Option<Span> {
        let piece = self.pieces.get(self.piece_at(offset)?)?;
        if !piece.exact {
            return Some(piece.span);
        }
        let at = piece.span.start as usize + (offset - piece.start);
        let at = at.min(piece.span.end as usize);
        Some(Span::new(piece.span.source, at, at))
    }

    /// Finds where a byte range of the derived text was written: the hull of its pieces.
    ///
    /// `None` only for the map of an empty text.
    pub fn span(&self, range: Range<usize>) -> Option<Span> {
        let first = self.locate(range.start)?;
        if range.is_empty() {
            return Some(first);
        }
        let last = self.locate(range.end - 1)?;
        let piece = self.pieces.get(self.piece_at(range.end - 1)?)?;
        let last = if piece.exact {
            Span {
                end: last.end + 1,
                ..last
            }
        } else {
            last
        };
        Some(first.hull(last))
    }
}

/// A text together with the places it was written at.
#[derive(Clone, Debug, Default)]
pub struct MappedText {
    /// The text.
    pub text: String,
    /// Where each byte of it was written.
    pub map: SpanMap,
}

impl MappedText {
    /// Takes a whole source.
    pub fn of_source(sources: &Sources, source: SourceId) -> Self {
        let text = sources.text(source).to_owned();
        let map = SpanMap::identity(source, text.len());
        MappedText { text, map }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_skip_the_byte_order_mark() {
        let mut sources = Sources::default();
        let id = sources.add("customizations.yaml", "\u{feff}größe: ä\r\nx: 1\n");
        let source = sources.get(id).unwrap();
        let x = source.text().find("x: 1").unwrap();
        assert_eq!(source.line_column(x), LineColumn { line: 2, column: 1 });
        let umlaut = source.text().rfind('ä').unwrap();
        assert_eq!(
            source.line_column(umlaut),
            LineColumn { line: 1, column: 8 }
        );
        assert_eq!(&source.text()[source.line_range(2)], "x: 1");
    }

    #[test]
    fn a_derived_range_leads_back_to_the_hull_of_its_pieces() {
        let mut sources = Sources::default();
        let id = sources.add("values.yaml", "name: {{ .Release.Name }}-lb");
        let mut map = SpanMap::default();
        map.push_exact(Span::new(id, 0, 6));
        map.push_made(5, Span::new(id, 6, 25));
        map.push_exact(Span::new(id, 25, 28));
        // "name: shops-lb"
        assert_eq!(map.span(6..14), Some(Span::new(id, 6, 28)));
        assert_eq!(map.span(0..4), Some(Span::new(id, 0, 4)));
        assert_eq!(map.span(12..14), Some(Span::new(id, 26, 28)));
        assert_eq!(map.span(14..14), Some(Span::new(id, 28, 28)));
        let mut part = SpanMap::default();
        part.push_part(&map, 4..13);
        assert_eq!(part.len(), 9);
        assert_eq!(part.span(0..9), Some(Span::new(id, 4, 27)));
    }
}
