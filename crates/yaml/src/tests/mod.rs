//! What the room promises, by the kind of promise.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod aliases;
mod hostile;
mod problems;
mod simple;
mod spans;
mod values;

use super::*;
use crate::source::{MappedText, Sources, Span};

/// A text with all that was read from it.
struct Read {
    sources: Sources,
    tree: Tree,
    stream: Stream,
}

fn read(text: &str) -> Read {
    read_within(text, &Limits::default())
}

fn read_within(text: &str, limits: &Limits) -> Read {
    let mut sources = Sources::default();
    let id = sources.add("customizations.yaml", text);
    let mut tree = Tree::default();
    let stream = parse(&MappedText::of_source(&sources, id), &mut tree, limits);
    Read {
        sources,
        tree,
        stream,
    }
}

impl Read {
    fn slice(&self, span: Span) -> &str {
        self.sources.slice(span)
    }

    fn root(&self) -> Node<'_> {
        self.tree.node(self.stream.documents[0].root)
    }

    /// The node at the end of a path of keys and item numbers.
    fn at(&self, path: &str) -> Node<'_> {
        path.split('/')
            .filter(|step| !step.is_empty())
            .fold(self.root(), |node, step| match node.get(step) {
                Some(value) => value,
                None => node.items().nth(step.parse().unwrap()).unwrap(),
            })
    }

    fn written(&self, path: &str) -> &str {
        self.slice(self.at(path).span())
    }

    /// Kind, place and message of each problem, one a line.
    fn problems(&self) -> Vec<String> {
        let problems = self.stream.problems.iter();
        problems
            .map(|problem| {
                let kind = format!("{:?}", problem.kind);
                let kind = kind.split_whitespace().next().unwrap().to_owned();
                let place = self.sources.line_column(problem.span);
                let slice = self.slice(problem.span);
                format!(
                    "{kind} {}:{} {slice:?} {}",
                    place.line, place.column, problem.message
                )
            })
            .collect()
    }
}
