//! What must hold for any bytes at all as YAML, and for the YAML that stands in their scalars: panics where a property is
//! broken.
//!
//! `cargo test -p portolan-yaml` runs it over generated texts, and the target `yaml_tree` of `cargo fuzz` (`fuzz/` of the
//! repository) for as long as it is let.
#![allow(unreachable_pub)] // Included by the crate of fuzz targets, too.

pub mod spans;

use portolan_yaml::source::{MappedText, Sources, Span};
use portolan_yaml::{Limits, NodeId, Problem, Stream, Tree, mapped_text, parse, path_at};

use spans::{assert_lines, assert_nodes, assert_reads_back, assert_span, assert_stream};

/// How many scalars are read back, and how many of those with lines of their own are read as YAML once more.
const SCALARS: usize = 64;
const INNER: usize = 8;

/// Reads a text, whatever it is.
pub fn run(data: &[u8]) {
    let mut sources = Sources::default();
    let source = sources.add("values.yaml", String::from_utf8_lossy(data));
    let text = MappedText::of_source(&sources, source);
    let mut tree = Tree::default();
    let stream = parse(&text, &mut tree, &Limits::default());
    sources.iter().for_each(|(_, source)| assert_lines(source));
    assert_stream(&sources, &tree, &stream);
    assert_in_order(&sources, &stream);
    assert_same_again(&text, &stream, &tree);
    let written = sources.text(source);
    let as_written = outline(written);
    if !written.contains('\r') {
        let windows = outline(&written.replace('\n', "\r\n"));
        assert_eq!(windows, as_written, "with the line ends of Windows");
    }
    if !written.contains('\u{feff}') {
        let marked = outline(&format!("\u{feff}{written}"));
        assert_eq!(marked, as_written, "with a byte order mark");
    }
    let mut inner = Vec::new();
    for document in &stream.documents {
        let root = tree.node(document.root);
        let nodes = assert_nodes(&sources, root);
        for node in nodes
            .iter()
            .filter(|node| node.scalar().is_some())
            .take(SCALARS)
        {
            assert_reads_back(&sources, *node);
            let _ = path_at(root, node.span());
            if node.text().is_some_and(|text| text.contains('\n')) && inner.len() < INNER {
                inner.push(node.target().id());
            }
        }
    }
    for scalar in inner {
        read_within(&sources, &mut tree, scalar);
    }
}

/// Reads a text within a text, such as a manifest in a block scalar: what is found in it leads to the file, too.
fn read_within(sources: &Sources, tree: &mut Tree, scalar: NodeId) {
    let whole = tree.node(scalar).span();
    let text = mapped_text(sources, tree.node(scalar));
    let stream = parse(&text, tree, &Limits::default());
    assert_stream(sources, tree, &stream);
    for problem in &stream.problems {
        assert!(
            whole.contains(problem.span),
            "{:?} outside {whole:?}",
            problem.span
        );
    }
    for document in &stream.documents {
        assert!(
            whole.contains(tree.node(document.root).span()),
            "outside {whole:?}"
        );
        assert_span(sources, document.span, "document within a scalar");
    }
}

/// Checks that comments and documents are in the order of the text.
fn assert_in_order(sources: &Sources, stream: &Stream) {
    let mut last = 0;
    for comment in &stream.comments {
        assert!(sources.slice(comment.span).starts_with('#'), "comment");
        assert!(last <= comment.span.start, "comments are in order");
        last = comment.span.start;
    }
    let mut last = 0;
    for document in &stream.documents {
        assert!(last <= document.span.start, "documents are in order");
        last = document.span.end;
    }
}

/// Checks that reading again gives the same.
fn assert_same_again(text: &MappedText, first: &Stream, first_tree: &Tree) {
    let mut tree = Tree::default();
    let again = parse(text, &mut tree, &Limits::default());
    assert_eq!(first.problems, again.problems);
    assert_eq!(first_tree.len(), tree.len());
}

/// Lists what was read of a text, with lines and columns: the same however its lines end.
fn outline(text: &str) -> Vec<String> {
    let mut sources = Sources::default();
    let source = sources.add("values.yaml", text);
    let mut tree = Tree::default();
    let text = MappedText::of_source(&sources, source);
    let stream = parse(&text, &mut tree, &Limits::default());
    let place = |span: Span| {
        let start = sources.line_column(span);
        format!("{}:{}", start.line, start.column)
    };
    let mut lines = Vec::new();
    // What was found in a document before it turned out to be unreadable depends on how far the parser looks ahead.
    let is_lost = |problem: &&Problem| problem.kind.loses_document();
    let lost = stream.problems.iter().any(|problem| is_lost(&problem));
    for problem in stream
        .problems
        .iter()
        .filter(|problem| !lost || is_lost(problem))
    {
        lines.push(format!("{} {}", place(problem.span), problem.message));
    }
    for document in stream.documents.iter().filter(|_| !lost) {
        for node in assert_nodes(&sources, tree.node(document.root)) {
            let keys = node.entries().map(|(entry, _)| {
                let place = place(entry.key_span);
                format!("{place} {:?}", entry.key)
            });
            let keys: Vec<String> = keys.collect();
            let scalar = node.scalar();
            lines.push(format!("{} {scalar:?} {keys:?}", place(node.site())));
        }
    }
    lines
}
