//! What a template prints of a value, and what YAML then reads.
//!
//! A value that the chart prints without quotes is read a second time: `"LoadBalancer "` loses its blank, `"8080"` becomes
//! a number, `6.05e2` was printed as `605`, and `a: b` breaks the document.

use std::borrow::Cow;

use super::values::made_scalar;
use portolan_yaml::source::{MappedText, Span, SpanMap};
use portolan_yaml::{Limits, Node, NodeData, NodeId, NodeKind, Scalar, Style, Tree, Value};

/// The ways in which a template prints a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// `{{ .Values.x }}` after a key.
    Plain,
    /// `{{ .Values.x | nindent 4 }}` after a key.
    Indented,
    /// In the middle of a longer text.
    Within,
}

/// Returns the text that `{{ .Values.x }}` prints.
pub(crate) fn go_text(node: Node<'_>) -> Cow<'_, str> {
    match node.target().kind() {
        NodeKind::Scalar(scalar) => go_scalar(scalar),
        NodeKind::Mapping(_) | NodeKind::Sequence(_) => Cow::Owned(go_collection(node, 0)),
        NodeKind::Alias(_) => Cow::Borrowed(""),
    }
}

fn go_scalar(scalar: &Scalar) -> Cow<'_, str> {
    match scalar.value {
        // `--set` gives whole numbers, which print with all their digits.
        Value::Int(number) if scalar.style == Style::Made => Cow::Owned(number.to_string()),
        _ => portolan_yaml::template_text(scalar),
    }
}

/// What stands for a printed collection: that it is one, and nothing of what is in it.
pub(crate) fn outline(node: Node<'_>) -> Option<&'static str> {
    match node.target().kind() {
        NodeKind::Mapping(_) => Some("map[…]"),
        NodeKind::Sequence(_) => Some("[…]"),
        _ => None,
    }
}

/// Deeper than any input: the parser limits nesting to less.
const DEEPEST: usize = 1_000;

/// Prints `map[a:1 b:2]` and `[1 2]`, as Go does.
fn go_collection(node: Node<'_>, depth: usize) -> String {
    if depth > DEEPEST {
        return portolan_yaml::OPAQUE.to_string();
    }
    let inner = |node: Node<'_>| match node.target().kind() {
        NodeKind::Scalar(scalar) if scalar.value == Value::Null => "<nil>".to_owned(),
        NodeKind::Scalar(scalar) => go_scalar(scalar).into_owned(),
        _ => go_collection(node, depth + 1),
    };
    if node.is_mapping() {
        let mut entries: Vec<(&str, String)> = node
            .entries()
            .map(|(entry, value)| (&*entry.key, inner(value)))
            .collect();
        entries.sort_unstable();
        let entries = entries.iter().map(|(key, value)| format!("{key}:{value}"));
        return format!("map[{}]", entries.collect::<Vec<_>>().join(" "));
    }
    let items: Vec<String> = node.items().map(inner).collect();
    format!("[{}]", items.join(" "))
}

/// Tells whether a text that is printed without quotes is read as that very string, which can be seen without parsing
/// it.
fn reads_as_itself(text: &str) -> bool {
    let is_plain = |at: char| {
        at.is_ascii_alphanumeric() || matches!(at, '.' | '_' | '-' | '/' | '*' | '+' | '=')
    };
    text.starts_with(|at: char| at.is_ascii_alphanumeric() || at == '/')
        && text.chars().all(is_plain)
        && portolan_yaml::resolve(text, Style::Plain, None) == Value::String
}

/// Why a value cannot be printed where the template prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unprintable {
    /// The message of the YAML reader.
    pub(crate) message: String,
}

/// Reads a text that is printed without quotes as YAML. The nodes are at `site`.
pub(crate) fn read_anew(
    tree: &mut Tree,
    text: &str,
    manner: Manner,
    site: Span,
) -> Result<NodeId, Unprintable> {
    if manner != Manner::Within && reads_as_itself(text) {
        return Ok(made_scalar(tree, text, Value::String, site));
    }
    let printed = match manner {
        Manner::Plain => format!("- a: {text}\n  z: 0\n"),
        Manner::Within => format!("- a: x/{text}\n  z: 0\n"),
        Manner::Indented => {
            let lines = text.replace('\n', "\n    ");
            format!("- a: \n    {lines}\n  z: 0\n")
        }
    };
    let mut map = SpanMap::default();
    map.push_made(printed.len(), site);
    let stream = portolan_yaml::parse(&MappedText { text: printed, map }, tree, &Limits::default());
    if let Some(problem) = stream.problems.first() {
        let message = problem.message.clone();
        return Err(Unprintable { message });
    }
    let root = stream
        .documents
        .first()
        .map(|document| tree.node(document.root));
    let entry = root.and_then(|root| root.items().next());
    let entry = entry.filter(|entry| entry.entries().count() == 2);
    let read = entry.and_then(|entry| entry.get("z").and(entry.get("a")));
    let Some(read) = read else {
        let message = "it ends the entry that it is printed into".to_owned();
        return Err(Unprintable { message });
    };
    Ok(in_one_place(tree, read.id(), site))
}

/// Puts a subtree that was read again at one place: its text is computed, and does not appear in the file as such.
fn in_one_place(tree: &mut Tree, id: NodeId, site: Span) -> NodeId {
    match tree.node(id).scalar().cloned() {
        Some(scalar) => made_scalar(tree, scalar.text, scalar.value, site),
        None => id,
    }
}

/// Reads a value that is printed without quotes as YAML: returns the value's own node where nothing changes.
pub(crate) fn read_value(
    tree: &mut Tree,
    value: NodeId,
    manner: Manner,
) -> Result<NodeId, Unprintable> {
    let node = tree.node(value);
    if node.is_opaque() {
        return Ok(value);
    }
    let (site, overrides) = (node.site(), node.overrides().map(Node::id));
    let text = go_text(node).into_owned();
    let unchanged = |read: &Scalar, own: &Scalar| read.value == own.value && read.text == own.text;
    let read = read_anew(tree, &text, manner, site)?;
    let same = match (tree.node(read).scalar(), tree.node(value).scalar()) {
        (Some(read), Some(own)) => unchanged(read, own) || is_same_number(read, own),
        _ => false,
    };
    if same {
        return Ok(value);
    }
    // What a collection prints to may hold anything that stands in it: nobody is to quote it.
    let read = match outline(tree.node(value)) {
        Some(outline) if tree.node(read).scalar().is_some() => {
            made_scalar(tree, outline, Value::String, site)
        }
        _ => read,
    };
    let kind = tree.node(read).kind().clone();
    Ok(tree.push(NodeData {
        span: site,
        kind,
        overrides,
    }))
}

/// Tells whether a number or word is written as it prints.
fn is_same_number(read: &Scalar, own: &Scalar) -> bool {
    own.value != Value::String && read.value == own.value && *read.text == *own.text
}

/// Copies a subtree so that every scalar reads as `toYaml` prints it; returns the node itself where nothing changes.
pub(crate) fn as_yaml(tree: &mut Tree, root: NodeId) -> NodeId {
    let mut changed = std::collections::HashMap::new();
    let mut stack = vec![tree.node(root)];
    while let Some(node) = stack.pop() {
        match node.kind() {
            NodeKind::Mapping(_) => stack.extend(node.entries().map(|(_, value)| value)),
            NodeKind::Sequence(_) => stack.extend(node.items()),
            NodeKind::Scalar(scalar) if scalar.value != Value::String => {
                let text = portolan_yaml::yaml_text(scalar);
                let is_set = matches!(scalar.value, Value::Int(_)) && scalar.style == Style::Made;
                if *text != *scalar.text && scalar.value != Value::Null && !is_set {
                    changed.insert(node.target().id(), text.into_owned());
                }
            }
            NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
        }
    }
    if changed.is_empty() {
        return root;
    }
    let mut replaced = std::collections::HashMap::new();
    for (id, text) in changed {
        let span = tree.node(id).span();
        let value = portolan_yaml::resolve(&text, Style::Plain, None);
        replaced.insert(id, made_scalar(tree, text, value, span));
    }
    super::rendered::copy_with(tree, root, &replaced, 0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use portolan_yaml::source::Sources;

    /// Returns what is read where the value of `x` is printed.
    fn printed(values: &str, manner: Manner) -> Result<(String, Value), String> {
        let mut sources = Sources::default();
        let source = sources.add("values.yaml", values);
        let mut tree = Tree::default();
        let text = MappedText::of_source(&sources, source);
        let stream = portolan_yaml::parse(&text, &mut tree, &Limits::default());
        let root = stream.documents.first().unwrap().root;
        let value = tree.node(root).get("x").unwrap().id();
        match read_value(&mut tree, value, manner) {
            Ok(read) => match tree.node(read).scalar() {
                Some(scalar) => Ok((scalar.text.to_string(), scalar.value)),
                None => Ok(("a collection".to_owned(), Value::Null)),
            },
            Err(error) => Err(error.message),
        }
    }

    fn plain(values: &str) -> Result<(String, Value), String> {
        printed(values, Manner::Plain)
    }

    #[test]
    fn blanks_around_a_text_go() {
        let found = plain("x: \"LoadBalancer \"\n");
        assert_eq!(found, Ok(("LoadBalancer".to_owned(), Value::String)));
    }

    #[test]
    fn a_number_in_quotes_is_a_number_and_one_with_an_exponent_is_printed_without() {
        assert_eq!(
            plain("x: \"8080\"\n"),
            Ok(("8080".to_owned(), Value::Int(8080)))
        );
        assert_eq!(
            plain("x: 6.05e2\n"),
            Ok(("605".to_owned(), Value::Int(605)))
        );
        assert_eq!(plain("x: 0x25d\n"), Ok(("605".to_owned(), Value::Int(605))));
    }

    #[test]
    fn a_comment_sign_ends_the_text_and_nothing_is_null() {
        assert_eq!(plain("x: \"a #b\"\n"), Ok(("a".to_owned(), Value::String)));
        assert_eq!(plain("x: \"\"\n").map(|found| found.1), Ok(Value::Null));
        assert_eq!(plain("x: null\n").map(|found| found.1), Ok(Value::Null));
    }

    #[test]
    fn what_breaks_the_document_is_refused() {
        for text in ["*", "a: b", "[a", "@x", "%x", "'x", "a\\nb", "x\\ny: z"] {
            let found = plain(&format!("x: \"{text}\"\n"));
            assert!(found.is_err(), "{text}: {found:?}");
        }
    }

    #[test]
    fn lines_are_joined_by_blanks_where_they_are_indented() {
        let found = printed("x: |\n  QUJD\n  REVG\n", Manner::Indented);
        assert_eq!(found, Ok(("QUJD REVG".to_owned(), Value::String)));
    }

    #[test]
    fn a_mapping_is_read_as_one_string_of_which_nothing_is_shown() {
        let values = "x: {password: Zx9qLm4T, args: [--token, null]}\n";
        assert_eq!(plain(values), Ok(("map[…]".to_owned(), Value::String)));
        assert!(plain("x: {a: 'b: c'}\n").is_err());
    }
}
