//! What is read from a text, and how much of it.

use std::ops::Range;
use std::sync::atomic::AtomicUsize;

use crate::source::{MappedText, SourceId, Sources, Span, SpanMap};

use super::{Limit, Limits, Node, NodeId, Problem, ProblemKind, Tree, build::Builder};

/// Everything that was read from a text.
#[derive(Debug, Default)]
pub struct Stream {
    /// The documents that could be read whole, in order. A text of nothing but comments has none.
    pub documents: Vec<Document>,
    /// What is wrong with the text, in the order in which it was found.
    pub problems: Vec<Problem>,
    /// Every comment, in the order of the text; also those of documents that could not be read.
    pub comments: Vec<Comment>,
    /// What was asked for with [`Filtered::places`], document by document.
    pub places: Vec<Span>,
}

/// A document of a stream.
#[derive(Debug, Clone, Copy)]
pub struct Document {
    /// Its root node; a null scalar for a document without content.
    pub root: NodeId,
    /// From its `---`, or else its first content, to its `...`, the next `---` or the end of the text.
    pub span: Span,
    /// True where there is nothing between this document's markers (comments aside).
    pub is_empty: bool,
    /// True where only [`Filtered::enough`] of it is in the tree; [`parse_again`] reads all of it.
    pub is_trimmed: bool,
}

/// A comment.
#[derive(Debug, Clone, Copy)]
pub struct Comment {
    /// From the `#` to the end of the line, without the line break.
    pub span: Span,
    /// True where nothing but whitespace stands before it on its line.
    pub own_line: bool,
}

/// Wishes about a document that has just been read.
#[derive(Debug, Default)]
pub struct Filtered {
    /// Places to be kept in [`Stream::places`].
    pub places: Vec<Span>,
    /// Where no more than these keys of the root are needed for now: the others may be dropped from the tree. They are
    /// not where something is wrong with the document.
    pub enough: Option<&'static [&'static str]>,
}

/// A function that looks at the root of every document, as soon as it has been read.
pub type DocumentFilter<'l> = &'l (dyn Fn(Node<'_>) -> Filtered + Sync);

/// Options of reading a text. None of them changes what is found in it.
#[derive(Clone, Copy, Default)]
pub struct Reading<'l> {
    /// How many threads may read a large text at once; one, where nothing is said.
    pub threads: usize,
    /// What is asked about every document.
    pub filter: Option<DocumentFilter<'l>>,
    /// Counts the bytes that have been read.
    pub done: Option<&'l AtomicUsize>,
}

impl std::fmt::Debug for Reading<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reading")
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

/// A text of less than this is read by one thread: to start another costs as much as to read 100 KB.
const SMALLEST_PART: usize = 512 * 1024;

/// A text and where its bytes were written.
#[derive(Clone, Copy)]
pub(super) struct Written<'a> {
    pub(super) text: &'a str,
    places: Places<'a>,
}

#[derive(Clone, Copy)]
enum Places<'a> {
    /// Here.
    Source(SourceId),
    Map(&'a SpanMap),
}

impl<'a> Written<'a> {
    pub(super) fn span(self, range: Range<usize>) -> Span {
        match self.places {
            Places::Source(source) if !self.text.is_empty() => {
                Span::new(source, range.start, range.end)
            }
            Places::Source(_) => Span::NOWHERE,
            Places::Map(map) => map.span(range).unwrap_or(Span::NOWHERE),
        }
    }

    fn of_source(sources: &'a Sources, source: SourceId) -> Self {
        Written {
            text: sources.text(source),
            places: Places::Source(source),
        }
    }
}

impl<'a> From<&'a MappedText> for Written<'a> {
    fn from(text: &'a MappedText) -> Self {
        Written {
            text: &text.text,
            places: Places::Map(&text.map),
        }
    }
}

/// Reads all documents of a text into the tree.
///
/// A document that cannot be read is left out, with a problem that says why; reading goes on at the next `---`.
/// All spans lead to where the text was written.
pub fn parse(text: &MappedText, tree: &mut Tree, limits: &Limits) -> Stream {
    read(Builder::new(text.into(), tree, limits), Builder::read_all)
}

/// Reads all documents of a source into the tree, as [`parse`] does.
pub fn parse_source(
    sources: &Sources,
    source: SourceId,
    tree: &mut Tree,
    limits: &Limits,
    reading: Reading<'_>,
) -> Stream {
    let mut builder = Builder::new(Written::of_source(sources, source), tree, limits);
    builder.filter = reading.filter;
    builder.done = reading.done;
    builder.threads = reading.threads;
    builder.smallest_part = SMALLEST_PART;
    read(builder, Builder::read_all)
}

/// Reads a document again of which [`Filtered::enough`] had been dropped; `None` where its place is not that of a
/// document.
pub fn parse_again(
    sources: &Sources,
    document: Document,
    tree: &mut Tree,
    limits: &Limits,
) -> Option<NodeId> {
    let text = Written::of_source(sources, document.span.source);
    let mut builder = Builder::new(text, tree, limits);
    builder.alone = true;
    builder.read_part(document.span.range());
    let read = builder.stream.documents.first()?;
    Some(read.root)
}

/// Reads with the parser alone, for tests to hold the other ways against.
#[cfg(test)]
pub(super) fn parse_slowly(text: &MappedText, tree: &mut Tree, limits: &Limits) -> Stream {
    read(Builder::new(text.into(), tree, limits), |builder| {
        builder.read(0);
    })
}

/// Reads in several threads even what is small.
#[cfg(test)]
pub(super) fn parse_in_parts(text: &MappedText, tree: &mut Tree, limits: &Limits) -> Stream {
    let mut builder = Builder::new(text.into(), tree, limits);
    builder.threads = 3;
    builder.smallest_part = 1;
    read(builder, Builder::read_all)
}

fn read<'a>(mut builder: Builder<'a>, way: impl FnOnce(&mut Builder<'a>)) -> Stream {
    let text = builder.text;
    let limits = builder.limits;
    if text.text.len() > limits.max_bytes {
        builder.limit(
            Limit::FileSize,
            0..0,
            format!(
                "the file is longer than {} bytes, the most that is read",
                limits.max_bytes
            ),
        );
        return builder.stream;
    }
    way(&mut builder);
    builder.report_control_character();
    let Builder {
        mut stream,
        unsaid_problems,
        ..
    } = builder;
    if unsaid_problems > 0 {
        stream.problems.push(Problem {
            kind: ProblemKind::LimitExceeded(Limit::Problems),
            span: text.span(0..0),
            message: format!("{unsaid_problems} more problems of this file are not shown"),
            help: None,
            related: None,
        });
    }
    stream
}
