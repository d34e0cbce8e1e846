//! How a builder begins, goes through the parser's events, and returns to where it was.

use std::ops::Range;

use crate::Limit;

use super::{
    Document, Problem, Tree,
    build::{Builder, DocumentState, ParseAborted},
    events::Events,
    limit::Limits,
    parse::{Stream, Written},
    syntax,
};

/// The place where a builder stands, beside its tree and stream.
pub(super) struct Rest {
    pub(super) unsaid_problems: usize,
    pub(super) nodes: usize,
    pub(super) most_nodes: usize,
    pub(super) gap: (usize, bool),
    pub(super) last_scalar: Option<Range<usize>>,
    pub(super) unended: Option<usize>,
}

/// The place where a builder stood before a document.
pub(super) struct Mark {
    tree: usize,
    documents: usize,
    last_document: Option<Document>,
    problems: usize,
    last_problem: Option<Problem>,
    comments: usize,
    places: usize,
    rest: Rest,
}

impl<'a> Builder<'a> {
    pub(super) fn new(text: Written<'a>, tree: &'a mut Tree, limits: &'a Limits) -> Self {
        Builder {
            text,
            tree,
            limits,
            stream: Stream::default(),
            unsaid_problems: 0,
            nodes: 0,
            most_nodes: 0,
            frames: Vec::new(),
            document: DocumentState::default(),
            last_scalar: None,
            gap: (0, false),
            unended: None,
            filter: None,
            done: None,
            threads: 1,
            smallest_part: usize::MAX,
            alone: false,
            chunked: false,
        }
    }

    fn rest(&self) -> Rest {
        Rest {
            unsaid_problems: self.unsaid_problems,
            nodes: self.nodes,
            most_nodes: self.most_nodes,
            gap: self.gap,
            last_scalar: self.last_scalar.clone(),
            unended: self.unended,
        }
    }

    /// Takes the builder apart.
    pub(super) fn into_rest(self) -> (Stream, Rest) {
        let rest = self.rest();
        (self.stream, rest)
    }
}

impl Builder<'_> {
    /// Reads with the parser alone, from a place where a document may begin to the end of the text.
    pub(super) fn read(&mut self, from: usize) {
        let text = self.text.text;
        let mut events = Events::new(text.get(from..).unwrap_or_default(), self.limits);
        while let Some(next) = events.next() {
            let outcome = match next {
                Ok((event, range)) => self.take(event, from + range.start..from + range.end),
                Err(mut failure) => {
                    failure.at += from;
                    self.unended = None;
                    let context = syntax::Context {
                        last_scalar: self.last_scalar.take(),
                        open_bracket: self
                            .frames
                            .last()
                            .filter(|frame| frame.flow)
                            .map(|frame| frame.start),
                    };
                    let found = syntax::explain(text, &failure, context);
                    self.found(found);
                    Err(ParseAborted)
                }
            };
            if self.has_too_many_nodes() {
                return;
            }
            if outcome.is_err() {
                self.frames.clear();
                self.document = DocumentState::default();
                if !events.skip_document() {
                    return;
                }
            }
        }
        self.extend_last_document(text.len());
    }

    pub(super) fn has_too_many_nodes(&mut self) -> bool {
        self.most_nodes = self.most_nodes.max(self.nodes);
        if self.nodes <= self.limits.max_nodes {
            return false;
        }
        let at = self.frames.last().map_or(0, |frame| frame.start);
        let message = format!(
            "the file holds more than {} nodes, the most that is read",
            self.limits.max_nodes
        );
        self.limit(Limit::Nodes, at..at, message);
        true
    }

    /// Remembers where it stands, between two documents.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            tree: self.tree.len(),
            documents: self.stream.documents.len(),
            last_document: self.stream.documents.last().copied(),
            problems: self.stream.problems.len(),
            last_problem: self.stream.problems.last().cloned(),
            comments: self.stream.comments.len(),
            places: self.stream.places.len(),
            rest: self.rest(),
        }
    }

    /// Forgets everything that was read since.
    pub(super) fn return_to(&mut self, mark: Mark) {
        self.frames.clear();
        self.document = DocumentState::default();
        self.tree.nodes.truncate(mark.tree);
        let Stream {
            documents,
            problems,
            comments,
            places,
        } = &mut self.stream;
        documents.truncate(mark.documents);
        if let (Some(last), Some(before)) = (documents.last_mut(), mark.last_document) {
            *last = before;
        }
        problems.truncate(mark.problems);
        if let (Some(last), Some(before)) = (problems.last_mut(), mark.last_problem) {
            *last = before;
        }
        comments.truncate(mark.comments);
        places.truncate(mark.places);
        let Rest {
            unsaid_problems,
            nodes,
            most_nodes,
            gap,
            last_scalar,
            unended,
        } = mark.rest;
        self.unsaid_problems = unsaid_problems;
        self.nodes = nodes;
        self.most_nodes = most_nodes;
        self.gap = gap;
        self.last_scalar = last_scalar;
        self.unended = unended;
    }
}
