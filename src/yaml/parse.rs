//! What is read from a text, and how much of it.

use crate::limits::Limit;
use crate::source::{MappedText, Span};

use super::{
    NodeId, Problem, ProblemKind, Tree,
    build::{Builder, DocumentState},
};

/// What was read from a text.
#[derive(Debug, Default)]
pub struct Stream {
    /// The documents that could be read whole, in order. A text of nothing but comments has none.
    pub documents: Vec<Document>,
    /// What is wrong with the text, in the order in which it was found.
    pub problems: Vec<Problem>,
    /// Every comment, in the order of the text; also those of documents that could not be read.
    pub comments: Vec<Comment>,
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
}

/// A comment.
#[derive(Debug, Clone, Copy)]
pub struct Comment {
    /// From the `#` to the end of the line, without the line break.
    pub span: Span,
    /// True where nothing but white space stands before it on its line.
    pub own_line: bool,
}

/// How much of a text is read. Inputs are untrusted: each limit turns an attack into a problem with a span.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Collections within one another, aliases followed. The rooms downstream recurse over nodes; at this depth their
    /// stacks stay far below 1 MB, and no manifest of the corpus goes beyond 20.
    pub max_nesting: usize,
    /// Nodes of a text, what aliases and merge keys repeat included. A node takes about 100 bytes with its text and its
    /// entry; a 16 MB manifest has about one million.
    pub max_nodes: usize,
    /// Nodes of one document that are there through aliases. goyaml refuses documents from about this figure on
    /// (`alias_ratio_range_low` in its `decode.go`).
    pub max_aliased_nodes: usize,
    /// Length of a text in bytes. Offsets of a span are 32 bits wide.
    pub max_bytes: usize,
    /// Length of a scalar in bytes.
    pub max_scalar_bytes: usize,
    /// Problems that are described one by one; how many there are beyond that is said in a last one.
    pub max_problems: usize,
}

impl Default for Limits {
    fn default() -> Self {
        crate::limits::Limits::default().yaml()
    }
}

/// Reads all documents of a text into the tree.
///
/// A document that cannot be read is left out, with a problem that says why; reading goes on at the next `---`.
/// All spans lead to where the text was written.
pub fn parse(text: &MappedText, tree: &mut Tree, limits: &Limits) -> Stream {
    let mut builder = Builder {
        text,
        tree,
        limits,
        stream: Stream::default(),
        unsaid_problems: 0,
        nodes: 0,
        frames: Vec::new(),
        document: DocumentState::default(),
        last_scalar: None,
        gap: (0, false),
        unended: None,
    };
    if text.text.len() > limits.max_bytes {
        builder.limit(
            Limit::FileSize,
            0..0,
            format!(
                "the text is longer than {} bytes, the most that is read",
                limits.max_bytes
            ),
        );
        return builder.stream;
    }
    builder.read();
    builder.report_control_character();
    let Builder {
        mut stream,
        unsaid_problems,
        ..
    } = builder;
    if unsaid_problems > 0 {
        stream.problems.push(Problem {
            kind: ProblemKind::LimitExceeded(Limit::YamlProblems),
            span: text.map.span(0..0).unwrap_or(Span::NOWHERE),
            message: format!("{unsaid_problems} more problems of this text are not shown"),
            help: None,
            related: None,
        });
    }
    stream
}
