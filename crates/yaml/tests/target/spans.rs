//! What must hold for every place: within its text, on character boundaries, and the same place by line and column.

#![allow(unreachable_pub)] // Included by the crate of fuzz targets, too.

use std::collections::HashSet;

use portolan_yaml::source::{MappedText, Source, Sources, Span};
use portolan_yaml::{Limits, Node, NodeId, Stream, Style, Tree, mapped_text, parse};

/// Checks that a span lies in a text of ours, and cuts no character.
pub fn assert_span(sources: &Sources, span: Span, what: &str) {
    let Some(source) = sources.get(span.source) else {
        panic!("{what}: {span:?} lies in no text");
    };
    assert!(
        source.text().get(span.range()).is_some(),
        "{what}: {span:?} is no piece of a text of {} bytes",
        source.text().len()
    );
}

/// How much of a text is counted through: columns of very long lines take long.
const COUNTED: usize = 2_000;

/// Checks that line and column of every offset are what counting gives, and lead back to it.
pub fn assert_lines(source: &Source) {
    let text = source.text();
    let (mut line, mut column, mut before) = (1, 1, ' ');
    for (offset, character) in text.char_indices().take(COUNTED) {
        if before == '\n' || before == '\r' && character != '\n' {
            (line, column) = (line + 1, 1);
            assert_eq!(
                source.line_range(line).start,
                offset,
                "start of line {line}"
            );
        }
        let found = source.line_column(offset);
        assert_eq!(
            (found.line, found.column),
            (line, column),
            "place of {offset}"
        );
        // A byte order mark at the start of a line takes no column.
        if !(column == 1 && character == '\u{feff}' && source.line_range(line).start == offset) {
            column += 1;
        }
        before = character;
    }
}

/// Checks that every byte of a derived text leads to a place in a text of ours.
pub fn assert_mapped(sources: &Sources, text: &MappedText, what: &str) {
    assert_eq!(text.map.len(), text.text.len(), "{what}: map and text");
    let characters = text
        .text
        .char_indices()
        .map(|(at, c)| at..at + c.len_utf8());
    // The map is made piece by piece: the first few thousand characters have every kind of piece.
    for range in characters.take(2_000) {
        let Some(span) = text.map.span(range.clone()) else {
            panic!("{what}: nothing is known of {range:?}");
        };
        let written = sources
            .get(span.source)
            .and_then(|source| source.text().get(span.range()));
        assert!(written.is_some(), "{what}: {range:?} leads to {span:?}");
    }
    let whole = text.map.span(0..text.text.len());
    assert_eq!(
        whole.is_none(),
        text.text.is_empty(),
        "{what}: the whole text"
    );
}

/// Checks that everything that parsing gave leads to places in texts of ours.
pub fn assert_stream(sources: &Sources, tree: &Tree, stream: &Stream) {
    for problem in &stream.problems {
        assert_span(sources, problem.span, "problem");
        assert!(!problem.message.is_empty(), "a problem without words");
        if let Some((related, _)) = &problem.related {
            assert_span(sources, *related, "related place");
        }
    }
    for comment in &stream.comments {
        assert_span(sources, comment.span, "comment");
    }
    for document in &stream.documents {
        assert_span(sources, document.span, "document");
        assert_nodes(sources, tree.node(document.root));
    }
}

/// Checks that every node and key at or below one has a span, also the nodes that it replaced. Gives all of them.
pub fn assert_nodes<'t>(sources: &Sources, root: Node<'t>) -> Vec<Node<'t>> {
    let mut seen: HashSet<NodeId> = HashSet::new();
    let mut nodes = Vec::new();
    let mut stack = vec![root];
    while let Some(node) = stack.pop() {
        if !seen.insert(node.id()) {
            continue;
        }
        assert_span(sources, node.site(), "node");
        assert_span(sources, node.span(), "node's text");
        let mut keys = HashSet::new();
        for (entry, value) in node.entries() {
            assert_span(sources, entry.key_span, "key");
            assert!(
                keys.insert(&*entry.key),
                "the key {:?} stands twice",
                entry.key
            );
            stack.push(value);
        }
        stack.extend(node.items());
        stack.extend(node.overrides());
        nodes.push(node);
    }
    nodes
}

/// Checks that what stands under a scalar's span is its value, and that its text leads back byte for byte.
pub fn assert_reads_back(sources: &Sources, node: Node<'_>) {
    let Some(scalar) = node.scalar() else {
        return;
    };
    assert_mapped(sources, &mapped_text(sources, node), "scalar");
    let written = sources.slice(node.span());
    if node.is_opaque() || written.contains(['\n', '\r']) {
        return;
    }
    match scalar.style {
        Style::Plain => assert_eq!(written, &*scalar.text, "a plain scalar"),
        Style::SingleQuoted | Style::DoubleQuoted => {
            assert_eq!(
                reparsed(written),
                Some(scalar.text.to_string()),
                "{written}"
            );
        }
        Style::Literal | Style::Folded | Style::Made => {}
    }
}

/// Reads a text that is one scalar.
fn reparsed(written: &str) -> Option<String> {
    let mut sources = Sources::default();
    let mut tree = Tree::default();
    let source = sources.add("scalar", written);
    let text = MappedText::of_source(&sources, source);
    let stream = parse(&text, &mut tree, &Limits::default());
    let document = stream.documents.first()?;
    let scalar = tree.node(document.root).scalar()?;
    Some(scalar.text.to_string())
}
