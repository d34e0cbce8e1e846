//! Reads a text document by document, where it can, and in several threads, where that pays.
//!
//! A `---` at the start of a line ends whatever stands above it, wherever it stands, so the documents of a text can be
//! read for themselves. What goes wrong in one of them may depend on the rest of the text, though: the parser recovers
//! in its own way, directives stand above the `---` that they belong to, and aliases have limits. So whenever a
//! document is not simply right, the parser reads the text from the beginning of that document to its end, as if there
//! were no chunks.

use std::{borrow::Cow, ops::Range, sync::atomic::Ordering};

use memchr::memmem;

use super::{
    Style, Tree,
    build::{Builder, ParseAborted},
    events::{Event, Events},
    parse::Stream,
    reader::Rest,
    simple::{self, Token, TokenKind},
};

/// The outcome of reading a chunk.
enum Read {
    Whole,
    /// The parser has to read the text from here on.
    NotAlone,
    /// Nothing more is to be read.
    Stop,
}

impl<'a> Builder<'a> {
    /// Reads the whole text.
    pub(super) fn read_all(&mut self) {
        let len = self.text.text.len();
        if self.threads > 1 && len >= self.smallest_part.saturating_mul(2) {
            self.read_in_parts();
        } else {
            self.read_part(0..len);
        }
    }

    /// Reads a part of the text that begins where a document may begin. False where everything after it has been read,
    /// too, or nothing more is to be read.
    pub(super) fn read_part(&mut self, part: Range<usize>) -> bool {
        let mut at = part.start;
        let mut tokens = Vec::new();
        while at < part.end {
            let end = next_marker(self.text.text, at).min(part.end);
            match self.read_chunk(at..end, &mut tokens) {
                Read::Whole => {
                    if let Some(done) = self.done {
                        done.fetch_add(end - at, Ordering::Relaxed);
                    }
                    at = end;
                }
                Read::NotAlone if self.alone => return false,
                Read::NotAlone => {
                    self.read(at);
                    return false;
                }
                Read::Stop => return false,
            }
        }
        if part.end == self.text.text.len() {
            self.extend_last_document(part.end);
        }
        true
    }

    fn read_chunk(&mut self, chunk: Range<usize>, tokens: &mut Vec<Token>) -> Read {
        let text = self.text.text;
        let deepest = self.limits.max_nesting.saturating_sub(1);
        self.chunked = true;
        let read = if simple::read(text, chunk.clone(), deepest, tokens).is_some() {
            self.take_all(tokens.iter().map(|token| event(text, *token)), chunk.end)
        } else {
            match self.parsed(chunk.clone()) {
                Some(events) => self.take_all(events.into_iter(), chunk.end),
                None => Read::NotAlone,
            }
        };
        self.chunked = false;
        read
    }

    /// Returns the parser's events of a chunk, if there is nothing about them that has to do with the rest of the text.
    fn parsed(&self, chunk: Range<usize>) -> Option<Vec<(Event<'a>, Range<usize>)>> {
        // The marker below belongs to what the parser has to see, since the end of a text is something else to it.
        let whole = self.text.text;
        let text = whole.get(chunk.start..whole.floor_char_boundary(chunk.end + 4))?;
        if text.starts_with('%') || memmem::find(text.as_bytes(), b"\n%").is_some() {
            return None;
        }
        let mut events = Vec::new();
        let mut parser = Events::new(text, self.limits);
        while let Some(next) = parser.next() {
            let (event, range) = next.ok()?;
            if matches!(event, Event::DocumentStart { .. }) && range.start >= chunk.len() {
                break;
            }
            events.push((event, chunk.start + range.start..chunk.start + range.end));
        }
        Some(events)
    }

    fn take_all<'e>(
        &mut self,
        events: impl Iterator<Item = (Event<'e>, Range<usize>)>,
        end: usize,
    ) -> Read {
        let before = self.mark();
        for (event, range) in events {
            if let Err(ParseAborted) = self.take(event, range) {
                self.return_to(before);
                return Read::NotAlone;
            }
            if self.has_too_many_nodes() {
                return Read::Stop;
            }
        }
        // The parser ends a document where the next token begins.
        if self.document.root.is_some() {
            let _ = self.take(Event::DocumentEnd, end..end);
            if self.has_too_many_nodes() {
                return Read::Stop;
            }
        }
        Read::Whole
    }

    /// Reads parts of the text at once, and puts them together in their order.
    fn read_in_parts(&mut self) {
        let text = self.text;
        let (limits, filter, done, threads) = (self.limits, self.filter, self.done, self.threads);
        let parts = parts(text.text, threads, self.smallest_part);
        let mut read = std::thread::scope(|scope| {
            let running: Vec<_> = parts
                .iter()
                .map(|part| {
                    let read = move || {
                        let mut tree = Tree::default();
                        let mut builder = Builder::new(text, &mut tree, limits);
                        builder.filter = filter;
                        builder.done = done;
                        builder.alone = true;
                        builder.gap = (part.start, false);
                        let whole = builder.read_part(part.clone());
                        let (stream, rest) = builder.into_rest();
                        Part {
                            whole,
                            tree,
                            stream,
                            rest,
                        }
                    };
                    std::thread::Builder::new().spawn_scoped(scope, read).ok()
                })
                .collect();
            running
                .into_iter()
                .map(|thread| thread?.join().ok())
                .collect::<Vec<_>>()
        })
        .into_iter();
        for part in parts {
            let read = read.next().flatten();
            match read.filter(|read| {
                read.whole && self.nodes.saturating_add(read.rest.most_nodes) <= limits.max_nodes
            }) {
                Some(read) => self.absorb(part.start, read),
                // Something is wrong here, or there is too much of it: read on step by step.
                None => {
                    if !self.read_part(part) {
                        return;
                    }
                }
            }
        }
    }

    /// Takes over what was read of a part that begins at `start`.
    fn absorb(&mut self, start: usize, part: Part) {
        let Part {
            mut tree,
            stream,
            rest,
            ..
        } = part;
        if start > 0 {
            self.extend_last_document(start);
        }
        let by = self.tree.append(&mut tree);
        let Stream {
            documents,
            problems,
            comments,
            places,
        } = stream;
        let moved = documents.into_iter().map(|mut document| {
            document.root = document.root.moved(by);
            document
        });
        self.stream.documents.extend(moved);
        self.stream.comments.extend(comments);
        self.stream.places.extend(places);
        for problem in problems {
            self.problem(problem);
        }
        self.unsaid_problems += rest.unsaid_problems;
        self.nodes += rest.nodes;
        self.gap = rest.gap;
        self.last_scalar = rest.last_scalar;
        self.unended = rest.unended;
    }
}

/// Everything that was read of a part of the text.
struct Part {
    whole: bool,
    tree: Tree,
    stream: Stream,
    rest: Rest,
}

/// Returns the event that a token stands for.
fn event(text: &str, token: Token) -> (Event<'_>, Range<usize>) {
    let scalar = |text, style| Event::Scalar {
        text,
        style,
        anchor: None,
        tag: None,
    };
    let part = |start, end| Cow::Borrowed(text.get(start..end).unwrap_or_default());
    match token {
        Token::Start { at, explicit } => (
            Event::DocumentStart {
                explicit,
                version: None,
            },
            at..at + if explicit { 3 } else { 0 },
        ),
        Token::Comment {
            start,
            end,
            own_line,
        } => (Event::Comment { own_line }, start..end),
        Token::Plain { start, end } => (scalar(part(start, end), Style::Plain), start..end),
        Token::Quoted { start, end } => {
            let style = if text.as_bytes().get(start) == Some(&b'"') {
                Style::DoubleQuoted
            } else {
                Style::SingleQuoted
            };
            (scalar(part(start + 1, end - 1), style), start..end)
        }
        Token::Literal {
            start,
            end,
            indentation,
            strip,
        } => {
            let written = text.get(start..end).unwrap_or_default();
            let literal = Cow::Owned(literal(written, indentation, strip));
            (scalar(literal, Style::Literal), start..end)
        }
        Token::Omitted { at } => (scalar(Cow::Borrowed(""), Style::Plain), at..at),
        Token::Open { at, kind } => {
            let flow = matches!(kind, TokenKind::FlowMapping | TokenKind::FlowSequence);
            let event = match kind {
                TokenKind::Mapping | TokenKind::FlowMapping => {
                    Event::MappingStart { flow, anchor: None }
                }
                TokenKind::Sequence | TokenKind::FlowSequence => {
                    Event::SequenceStart { flow, anchor: None }
                }
            };
            (event, at..at + usize::from(flow))
        }
        Token::Close { at } => (Event::End, at..at),
    }
}

/// Returns the text of a block scalar, from its first character on.
fn literal(written: &str, indentation: usize, strip: bool) -> String {
    let mut text = String::with_capacity(written.len());
    for (number, line) in written.split_inclusive('\n').enumerate() {
        let cut = if number == 0 { 0 } else { indentation };
        // An empty line may be shorter than the indentation.
        text.push_str(
            line.get(cut..)
                .filter(|rest| !rest.is_empty())
                .unwrap_or("\n"),
        );
    }
    text.truncate(text.trim_end_matches('\n').len());
    if !strip {
        text.push('\n');
    }
    text
}

/// Finds where the next document after the one at `at` begins with a `---`, or the end of the text.
fn next_marker(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut from = at;
    while let Some(found) = bytes
        .get(from..)
        .and_then(|rest| memmem::find(rest, b"\n---"))
    {
        let start = from + found + 1;
        if matches!(
            bytes.get(start + 3),
            None | Some(b' ' | b'\t' | b'\n' | b'\r')
        ) {
            return start;
        }
        from = start;
    }
    bytes.len()
}

/// Cuts a text into parts of about the same size that begin at a `---`.
fn parts(text: &str, threads: usize, smallest: usize) -> Vec<Range<usize>> {
    let size = (text.len() / threads.max(1)).max(smallest).max(1);
    let mut parts = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let mut end = text.len();
        if text.len() - start > size + size / 2 {
            end = next_marker(text, start + size);
            // Whitespace before the marker may have to be looked at together with it.
            while end < text.len() && has_blanks_before(text, end) {
                end = next_marker(text, end);
            }
        }
        parts.push(start..end);
        start = end;
    }
    parts
}

fn has_blanks_before(text: &str, marker: usize) -> bool {
    let before = text.as_bytes().get(..marker.saturating_sub(1));
    !matches!(before.and_then(|before| before.last()), Some(b'!'..=b'~'))
}
