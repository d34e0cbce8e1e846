//! Aliases and merge keys: what is written once and meant in several places.

use std::ops::Range;

use crate::Limit;
use crate::source::Span;

use super::{
    Entry, NodeId, NodeKind, Problem, ProblemKind, Style, Value,
    build::{Builder, Child, Content, OpenCollection, ParseAborted},
    syntax,
};

impl Builder<'_> {
    pub(super) fn alias(&mut self, anchor: usize, range: Range<usize>) -> Result<(), ParseAborted> {
        let Some(target) = self.document.anchors.get(&anchor).copied() else {
            // The parser knows the anchor, so it is that of a collection which is still open.
            let name = self.text.text.get(range.clone()).unwrap_or("*");
            let message = format!("`{name}` is inside the value that it repeats");
            let opened = self
                .frames
                .iter()
                .find(|frame| frame.anchor == Some(anchor));
            let related =
                opened.map(|frame| (frame.start..frame.start, "the value begins here".to_owned()));
            self.document.lost = true;
            self.found(syntax::SyntaxDefect {
                kind: ProblemKind::Alias,
                range: range.clone(),
                message,
                help: None,
                related,
            });
            self.finish_scalar("", Value::Null, Style::Plain, None, range);
            return Ok(());
        };
        if self.frames.len() + target.height > self.limits.max_nesting {
            return Err(self.too_deep(range));
        }
        self.document.aliased = self.document.aliased.saturating_add(target.weight);
        // What downstream walks over counts, whether it is stored once or many times.
        self.nodes = self.nodes.saturating_add(target.weight);
        if self.document.aliased > self.limits.max_aliased_nodes {
            let message = format!(
                "the aliases of this document repeat more than {} nodes, which Helm refuses",
                self.limits.max_aliased_nodes
            );
            // The limit is this document's, so the text's is not to trip over it.
            self.nodes = self.nodes.saturating_sub(self.document.aliased);
            self.limit(Limit::AliasedNodes, range, message);
            return Err(ParseAborted);
        }
        let id = self.push(NodeKind::Alias(target.id), range.clone());
        let child = Child {
            id,
            range,
            height: target.height,
            weight: target.weight.saturating_add(1),
        };
        self.finish(child, None);
        Ok(())
    }

    pub(super) fn unknown_alias(&mut self, range: Range<usize>) {
        let found = syntax::SyntaxDefect {
            kind: ProblemKind::Alias,
            range: range.clone(),
            // The name is left out: a password that begins with `*` looks like an alias.
            message: "no anchor of this name comes before this alias in its document".to_owned(),
            help: Some("put it in quotes if it is meant as a string".to_owned()),
            related: None,
        };
        self.document.lost = true;
        self.found(found);
        self.finish_scalar("", Value::Null, Style::Plain, None, range);
    }

    /// Carries out `<<` as goyaml does: at the place where it stands, over the entries above it.
    pub(super) fn merge(&mut self, value: NodeId, key_span: Span) {
        let Some(merged) = self.merged_entries(value) else {
            self.problem(Problem {
                kind: ProblemKind::Rejected,
                span: self.tree.data(value).span,
                message: "`<<` takes a mapping, an alias of one, or a list of these".to_owned(),
                help: None,
                related: Some((key_span, "the merge key".to_owned())),
            });
            return;
        };
        self.nodes = self.nodes.saturating_add(merged.len());
        for entry in merged {
            let Some(OpenCollection {
                content: Content::Mapping { entries, .. },
                ..
            }) = self.frames.last_mut()
            else {
                return;
            };
            let Some(lost) = entries.insert(entry, true).filter(|lost| !lost.was_merged) else {
                continue;
            };
            self.problem(Problem {
                message: format!(
                    "this merge key sets `{}` again, and in Helm the later one wins",
                    lost.key
                ),
                kind: ProblemKind::MergeOverridesKey {
                    key: lost.key.into(),
                },
                span: key_span,
                help: Some("put `<<` above the keys that are to win over it".to_owned()),
                related: Some((lost.key_span, "this one is lost".to_owned())),
            });
        }
    }

    /// Returns the entries that a merge key brings in, the strongest last; `None` where goyaml refuses the value.
    pub(super) fn merged_entries(&self, value: NodeId) -> Option<Vec<Entry>> {
        let mapping = |id: NodeId| match self.tree.node(id).kind() {
            NodeKind::Mapping(entries) => Some(entries),
            _ => None,
        };
        match &self.tree.data(value).kind {
            NodeKind::Sequence(items) => {
                let mut merged = Vec::new();
                for item in items.iter().rev() {
                    merged.extend_from_slice(mapping(*item)?);
                }
                Some(merged)
            }
            _ => mapping(value).cloned(),
        }
    }
}
