//! Values as Helm's `toYaml` prints them, with the place of every byte: what a chart hands to `tpl` where it takes values
//! of any type.

use portolan_yaml::source::{MappedText, Sources, Span};
use portolan_yaml::{Node, NodeKind, OPAQUE, Style, Value};

use super::functions::yaml::key_order;
use super::functions::yaml_scalar::{self, Written};

/// Deeper than any input: the parser limits nesting to less.
const DEEPEST: usize = 1_000;

/// The text of a value. Strings lead to their own bytes; quotes, keys and everything else to the node that they are of.
pub fn written(sources: &Sources, node: Node<'_>) -> MappedText {
    let mut writer = Writer {
        sources,
        out: MappedText::default(),
    };
    writer.node(node, 0, Position::Root, 0);
    writer.out
}

/// Where the cursor stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    Root,
    /// After `KEY:`.
    Entry,
    /// After `-`.
    Item,
}

struct Writer<'s> {
    sources: &'s Sources,
    out: MappedText,
}

impl Writer<'_> {
    /// Appends what was made from a span.
    fn made(&mut self, text: &str, span: Span) {
        self.out.text.push_str(text);
        self.out.map.push_made(text.len(), span);
    }

    /// Appends a part of a string's text.
    fn part(&mut self, of: &MappedText, range: std::ops::Range<usize>) {
        let text = of.text.get(range.clone()).unwrap_or_default();
        self.out.text.push_str(text);
        self.out.map.push_part(&of.map, range);
    }

    fn indent(&mut self, by: usize, span: Span) {
        self.made(&" ".repeat(by), span);
    }

    /// The first child of an item stands on the item's own line.
    fn begin_line(&mut self, position: Position, index: usize, indent: usize, span: Span) {
        match (position, index) {
            (Position::Item, 0) => self.made(" ", span),
            (Position::Entry, 0) => {
                self.made("\n", span);
                self.indent(indent, span);
            }
            _ => self.indent(indent, span),
        }
    }

    /// Writes a node and its line break.
    fn node(&mut self, node: Node<'_>, indent: usize, position: Position, depth: usize) {
        let span = node.site();
        match node.kind() {
            _ if depth > DEEPEST => self.made(&format!(" {OPAQUE}\n"), span),
            NodeKind::Mapping(entries) if !entries.is_empty() => {
                let mut entries: Vec<_> = node.entries().collect();
                entries.sort_by(|(one, _), (other, _)| key_order(&one.key, &other.key));
                let inner = if position == Position::Root {
                    indent
                } else {
                    indent + 2
                };
                for (index, (entry, value)) in entries.into_iter().enumerate() {
                    self.begin_line(position, index, inner, entry.key_span);
                    if let Written::Line(key) = yaml_scalar::write(&entry.key, true, 2) {
                        self.made(&key, entry.key_span);
                    }
                    self.made(":", entry.key_span);
                    self.node(value, inner, Position::Entry, depth + 1);
                }
            }
            NodeKind::Sequence(items) if !items.is_empty() => {
                let inner = if position == Position::Item {
                    indent + 2
                } else {
                    indent
                };
                for (index, item) in node.items().enumerate() {
                    self.begin_line(position, index, inner, item.site());
                    self.made("-", item.site());
                    self.node(item, inner, Position::Item, depth + 1);
                }
            }
            _ => {
                if position != Position::Root {
                    self.made(" ", span);
                }
                self.scalar(node, indent, position);
                self.made("\n", span);
            }
        }
    }

    fn scalar(&mut self, node: Node<'_>, indent: usize, position: Position) {
        let span = node.site();
        match node.kind() {
            NodeKind::Mapping(_) => self.made("{}", span),
            NodeKind::Sequence(_) => self.made("[]", span),
            NodeKind::Scalar(scalar) if scalar.value != Value::String => {
                let made_by_set = scalar.style == Style::Made;
                match scalar.value {
                    Value::Int(number) if made_by_set => self.made(&number.to_string(), span),
                    _ => self.made(&portolan_yaml::yaml_text(scalar), span),
                }
            }
            NodeKind::Scalar(_) => self.string(node, indent, position),
            NodeKind::Alias(_) => self.made("null", span),
        }
    }

    fn string(&mut self, node: Node<'_>, indent: usize, position: Position) {
        let span = node.site();
        let text = portolan_yaml::mapped_text(self.sources, node);
        match yaml_scalar::write(&text.text, false, 2) {
            Written::Line(line) if line == text.text => self.part(&text, 0..text.text.len()),
            Written::Line(line) if line.starts_with('\'') => self.single_quoted(&text, span),
            Written::Line(line) if line == format!("\"{}\"", text.text) => {
                self.made("\"", span);
                self.part(&text, 0..text.text.len());
                self.made("\"", span);
            }
            Written::Line(line) => self.made(&line, span),
            Written::Literal { header } => {
                self.made(&header, span);
                let inner = match position {
                    Position::Root => indent.max(2),
                    _ => indent + 2,
                };
                let body = text.text.strip_suffix('\n').unwrap_or(&text.text);
                let mut at = 0;
                for line in body.split('\n') {
                    self.made("\n", span);
                    if !line.is_empty() {
                        self.indent(inner, span);
                        self.part(&text, at..at + line.len());
                    }
                    at += line.len() + 1;
                }
            }
        }
    }

    fn single_quoted(&mut self, text: &MappedText, span: Span) {
        self.made("'", span);
        let mut at = 0;
        for piece in text.text.split_inclusive('\'') {
            self.part(text, at..at + piece.len());
            if piece.ends_with('\'') {
                self.made("'", span);
            }
            at += piece.len();
        }
        self.made("'", span);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use portolan_yaml::{Limits, Tree, parse};

    fn through(values: &str) -> String {
        let mut sources = Sources::default();
        let source = sources.add("values.yaml", values);
        let mut tree = Tree::default();
        let text = MappedText::of_source(&sources, source);
        let stream = parse(&text, &mut tree, &Limits::default());
        let root = tree.node(stream.documents.first().unwrap().root);
        let written = written(&sources, root);
        assert_eq!(written.text.len(), written.map.len());
        written.text
    }

    #[test]
    fn values_are_printed_as_helm_prints_them() {
        assert_eq!(
            through(
                "b: '{{ x }}'\na: \"it's\"\np: 0x25d\nt: \"605\"\nl:\n  - x: |\n      one\n      two\n    z: {}\n  - []\n"
            ),
            "a: it's\nb: '{{ x }}'\nl:\n- x: |\n    one\n    two\n  z: {}\n- []\np: 605\nt: \"605\"\n"
        );
    }

    #[test]
    fn what_stands_within_quotes_leads_to_its_own_bytes() {
        let values = "a: '{{ .Values.nope | default \"605\" }}'\n";
        let mut sources = Sources::default();
        let source = sources.add("values.yaml", values);
        let mut tree = Tree::default();
        let text = MappedText::of_source(&sources, source);
        let stream = parse(&text, &mut tree, &Limits::default());
        let written = written(&sources, tree.node(stream.documents.first().unwrap().root));
        let at = written.text.find("nope").unwrap();
        let span = written.map.span(at..at + 4).unwrap();
        assert_eq!(sources.slice(span), "nope");
    }
}
