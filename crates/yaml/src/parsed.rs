//! A text of one document, as files of settings, rules and charts are.

use std::error::Error;
use std::fmt;
use std::ops::{Deref, Range};

use crate::source::{LineColumn, MappedText, SourceId, Sources, Span};
use crate::{Limits, Node, NodeId, Tree};

/// A defect of a text, and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Line and column, from 1.
    pub place: LineColumn,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LineColumn { line, column } = self.place;
        write!(f, "{line}:{column}: {}", self.message)
    }
}

impl Error for Issue {}

/// All defects of a text, in its order; never nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issues(Vec<Issue>);

impl Deref for Issues {
    type Target = [Issue];

    fn deref(&self) -> &[Issue] {
        &self.0
    }
}

impl IntoIterator for Issues {
    type Item = Issue;
    type IntoIter = std::vec::IntoIter<Issue>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl From<Issue> for Issues {
    fn from(issue: Issue) -> Self {
        Issues(vec![issue])
    }
}

impl From<Issues> for Vec<Issue> {
    fn from(issues: Issues) -> Self {
        issues.0
    }
}

/// One line each.
impl fmt::Display for Issues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, issue) in self.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{issue}")?;
        }
        Ok(())
    }
}

impl Error for Issues {}

/// A text that was read, to find places in it by the path of a field.
#[derive(Debug)]
pub struct ParsedText {
    sources: Sources,
    source: SourceId,
    tree: Tree,
    root: Option<NodeId>,
}

impl ParsedText {
    /// Reads a text.
    ///
    /// ```
    /// use portolan_yaml::ParsedText;
    ///
    /// let text = ParsedText::parse("name: shop\nports: [80, 0o670]\n").unwrap();
    /// let root = text.root().unwrap();
    /// assert_eq!(root.to_json().to_string(), r#"{"name":"shop","ports":[80,440]}"#);
    /// assert_eq!(text.issue("ports[1]", "is taken").to_string(), "2:13: is taken");
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong with it as YAML; also a second document, which nobody would read.
    pub fn parse(text: &str) -> Result<ParsedText, Issues> {
        let (text, problems) = ParsedText::read(text);
        if problems.is_empty() {
            Ok(text)
        } else {
            Err(text.issues(problems))
        }
    }

    /// Reads what can be read, and says what is wrong beside. Where a key stands twice its last value is taken, of
    /// several documents the first one that is whole, as by Helm.
    pub fn parse_leniently(text: &str) -> (ParsedText, Vec<Issue>) {
        let (text, problems) = ParsedText::read(text);
        let issues = text.issues(problems);
        (text, issues.into())
    }

    pub(crate) fn read(text: &str) -> (ParsedText, Vec<(Span, String)>) {
        let mut sources = Sources::default();
        let source = sources.add("", text);
        let mut tree = Tree::default();
        let mapped = MappedText::of_source(&sources, source);
        let stream = crate::parse(&mapped, &mut tree, &Limits::default());
        let problems = stream.problems.into_iter();
        let mut problems: Vec<(Span, String)> = problems
            .map(|problem| (problem.span, problem.message))
            .collect();
        if let Some(second) = stream.documents.get(1).filter(|second| !second.is_empty) {
            let message = "a second document is never read: write everything in one";
            problems.push((second.span.at_start(), message.to_owned()));
        }
        let root = stream
            .documents
            .first()
            .filter(|document| !document.is_empty)
            .map(|document| document.root);
        let text = ParsedText {
            sources,
            source,
            tree,
            root,
        };
        (text, problems)
    }

    /// Turns spans into lines and columns, in the order of the text.
    pub(crate) fn issues(&self, mut found: Vec<(Span, String)>) -> Issues {
        found.sort();
        let issues = found.into_iter().map(|(span, message)| Issue {
            place: self.sources.line_column(span),
            message,
        });
        Issues(issues.collect())
    }

    /// Returns the root of its document; nothing where there is no content.
    pub fn root(&self) -> Option<Node<'_>> {
        self.root.map(|root| self.tree.node(root))
    }

    /// Returns the whole text.
    pub fn as_str(&self) -> &str {
        self.sources.text(self.source)
    }

    /// Returns the place before the first character.
    pub fn start(&self) -> Span {
        Span::new(self.source, 0, 0)
    }

    /// Finds where a field (`ignore[0].rules`) stands: a scalar's value, or the key of a collection; for one that was
    /// not written, the nearest thing around it that was.
    pub fn span(&self, field: &str) -> Span {
        let span = self.root().and_then(|root| crate::place_of(root, field));
        span.unwrap_or(self.start())
    }

    /// Returns the path of a place; nothing where it lies outside of all keys.
    pub fn path(&self, span: Span) -> Option<String> {
        let path = crate::path_at(self.root()?, span);
        (!path.is_empty()).then_some(path)
    }

    /// Makes an issue about a field.
    pub fn issue(&self, field: &str, message: impl Into<String>) -> Issue {
        self.issue_at(self.span(field), message.into())
    }

    /// Makes an issue about some bytes of a field's text; about the whole field where none are given.
    pub fn issue_within(
        &self,
        field: &str,
        part: Option<Range<usize>>,
        message: impl Into<String>,
    ) -> Issue {
        let within = part.and_then(|part| {
            let node = crate::node_at(self.root()?, field)?;
            crate::mapped_text(&self.sources, node).map.span(part)
        });
        self.issue_at(within.unwrap_or(self.span(field)), message.into())
    }

    /// Makes an issue about a key of the mapping that stands at a path.
    pub fn issue_at_key(&self, path: &[&str], key: &str, message: impl Into<String>) -> Issue {
        let entry = self.root().and_then(|root| root.at(path)?.entry(key));
        let span = entry.map_or(self.start(), |(entry, _)| entry.key_span);
        self.issue_at(span, message.into())
    }

    fn issue_at(&self, span: Span, message: String) -> Issue {
        Issue {
            place: self.sources.line_column(span),
            message,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_at_its_value_or_where_it_is_missing() {
        let text =
            "id: ours\nmessage:\n  - when: a\n    text: b\n  - text: {c.d}\nexamples:\n  bad: []\n";
        let text = ParsedText::parse(text).unwrap();
        let at = |field| text.issue(field, "x").to_string();
        assert_eq!(at("id"), "1:5: x");
        assert_eq!(at("message[0].text"), "4:11: x");
        assert_eq!(at("message[7]"), "2:1: x");
        assert_eq!(at("examples.bad"), "7:3: x");
        assert_eq!(at("examples.good"), "6:1: x");
        assert_eq!(at("nothing"), "1:1: x");
    }

    #[test]
    fn everything_that_is_wrong_is_found_at_once_in_the_order_of_the_text() {
        let issues = ParsedText::parse("a: 1\nb: {}\na: 2\n---\nc: 3\n").unwrap_err();
        let shown: Vec<String> = issues.iter().map(Issue::to_string).collect();
        assert_eq!(shown.len(), 2, "{shown:?}");
        assert!(shown.concat().starts_with("3:1: "), "{shown:?}");
        assert!(
            shown
                .concat()
                .ends_with("4:1: a second document is never read: write everything in one"),
            "{shown:?}"
        );
    }
}
