//! What is wrong with a text as YAML, before anyone asks what it means.

use std::error::Error;
use std::fmt;

use crate::Limit;
use crate::source::Span;

/// A defect of a text as YAML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What kind of thing is wrong.
    pub kind: ProblemKind,
    /// Where it shows.
    pub span: Span,
    /// What was found and what was expected, in one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Another place that explains it, and what is to be said there.
    pub related: Option<(Span, String)>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Problem {}

/// The kinds of problems.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The text is not YAML. The document that it lies in is left out of the stream.
    Syntax,
    /// An alias whose value cannot be known: there is no such anchor before it, or the anchored value holds itself. The
    /// document is left out of the stream, as Helm refuses it.
    Alias,
    /// Well-formed YAML that Helm's parser refuses all the same (a null key, `!!int eight`, `%YAML 1.2`). The document
    /// is in the stream; of a mapping entry that Helm refuses, the key and value are not.
    Rejected,
    /// A key that stands twice in a mapping. Helm silently takes the last, which is the primary span; the one that is
    /// lost is the related one.
    DuplicateKey {
        /// The key as Helm sees it.
        key: String,
    },
    /// A merge key (`<<`) below an entry with a key of its own. In Helm's parser the later one wins, so the entry above
    /// is silently lost, unlike in other YAML parsers. The primary span is the merge key, the related one the lost key.
    MergeOverridesKey {
        /// The key as Helm sees it.
        key: String,
    },
    /// The text goes beyond one of the [`super::Limits`]. What was read before is in the stream, the document is not.
    LimitExceeded(Limit),
}

impl ProblemKind {
    /// Returns true where the document that has the problem was left out of the stream.
    pub fn loses_document(&self) -> bool {
        match self {
            ProblemKind::Syntax | ProblemKind::Alias => true,
            // Problems that are only counted say nothing of the document that they are in.
            ProblemKind::LimitExceeded(limit) => *limit != Limit::Problems,
            _ => false,
        }
    }
}
