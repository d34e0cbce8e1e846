//! Several values files and `--set`, merged as Helm merges them.

use std::collections::BTreeMap;

use portolan::helm::defaults::on_the_way;
use portolan::helm::values::{coalesce, merge};
use portolan::helm::{CHART_DEFAULTS, DEFAULTS_NAME, set};
use portolan_yaml::source::{MappedText, Sources, Span};
use portolan_yaml::{Limits, Node, NodeData, NodeId, NodeKind, Tree, Value, parse};

use super::sections::sections;
use super::spans::{assert_nodes, assert_span};

pub fn run(data: &[u8]) {
    let mut sources = Sources::default();
    let mut tree = Tree::default();
    let anchor = sources.add("customizations.yaml", "");
    let mut merged = tree.push(NodeData {
        span: Span::new(anchor, 0, 0),
        kind: NodeKind::Mapping(Vec::new()),
        overrides: None,
    });
    let mut expected = Plain::Mapping(BTreeMap::new());
    for section in sections(data, "values") {
        match section.kind {
            "set" | "set-string" => {
                let text = section.text();
                let source = sources.add("--set", text.clone());
                let as_string = section.kind == "set-string";
                let text = set::Text {
                    source,
                    text: &text,
                    as_string,
                };
                let mut given = Vec::new();
                match set::apply(&mut tree, merged, text, &mut given) {
                    Ok(root) => {
                        merged = root;
                        expected = Plain::of(tree.node(merged));
                    }
                    Err(error) => {
                        assert_span(&sources, error.span, "--set");
                        assert!(!error.message.is_empty(), "an error without words");
                    }
                }
            }
            _ => {
                let Some(root) = read(&mut sources, &mut tree, &section.text()) else {
                    continue;
                };
                let file = Plain::of(tree.node(root));
                merged = merge(&mut tree, merged, root);
                expected = expected.and_then(file, Nulls::Kept);
                assert_eq!(
                    Plain::of(tree.node(merged)),
                    expected,
                    "after one more file"
                );
            }
        }
        assert_nodes(&sources, tree.node(merged));
    }
    let defaults = sources.add(DEFAULTS_NAME, CHART_DEFAULTS);
    let text = MappedText::of_source(&sources, defaults);
    let stream = parse(&text, &mut tree, &Limits::default());
    let defaults = on_the_way(&mut tree, stream.documents[0].root, "1.287.1");
    let laid = coalesce(&mut tree, defaults, merged);
    assert_nodes(&sources, tree.node(laid));
    let expected = Plain::of(tree.node(defaults)).and_then(expected, Nulls::DeleteDefaults);
    assert_eq!(
        Plain::of(tree.node(laid)),
        expected,
        "over the chart's defaults"
    );
}

/// The root of a values file, where it is a mapping.
fn read(sources: &mut Sources, tree: &mut Tree, text: &str) -> Option<NodeId> {
    let source = sources.add("customizations.yaml", text);
    let text = MappedText::of_source(sources, source);
    let stream = parse(&text, tree, &Limits::default());
    let root = stream.documents.first()?.root;
    tree.node(root).is_mapping().then_some(root)
}

/// What a tree says, without places: merging is written here a second time, in the plainest way.
#[derive(Clone, Debug, PartialEq)]
enum Plain {
    Scalar(String),
    Null,
    Sequence(Vec<Plain>),
    Mapping(BTreeMap<String, Plain>),
    /// There is more than is looked at.
    Rest,
}

#[derive(Clone, Copy, PartialEq)]
enum Nulls {
    Kept,
    DeleteDefaults,
}

impl Plain {
    fn of(root: Node<'_>) -> Plain {
        let mut left = 20_000;
        Plain::bounded(root, &mut left)
    }

    /// Aliases repeat what they lead to, so that a short text may say very much.
    fn bounded(node: Node<'_>, left: &mut usize) -> Plain {
        let Some(rest) = left.checked_sub(1) else {
            return Plain::Rest;
        };
        *left = rest;
        match node.kind() {
            NodeKind::Mapping(_) => Plain::Mapping(
                node.entries()
                    .map(|(entry, value)| (entry.key.to_string(), Plain::bounded(value, left)))
                    .collect(),
            ),
            NodeKind::Sequence(_) => Plain::Sequence(
                node.items()
                    .map(|item| Plain::bounded(item, left))
                    .collect(),
            ),
            NodeKind::Scalar(scalar) if scalar.value == Value::Null => Plain::Null,
            NodeKind::Scalar(scalar) => {
                Plain::Scalar(format!("{:?} {}", scalar.value, scalar.text))
            }
            NodeKind::Alias(_) => panic!("an alias that leads to an alias"),
        }
    }

    fn and_then(self, over: Plain, nulls: Nulls) -> Plain {
        match (self, over) {
            (Plain::Mapping(mut base), Plain::Mapping(over)) => {
                for (key, value) in over {
                    let known = base.remove(&key);
                    let deletes = nulls == Nulls::DeleteDefaults && value == Plain::Null;
                    match known {
                        Some(_) if deletes => {}
                        Some(known) => {
                            base.insert(key, known.and_then(value, nulls));
                        }
                        None => {
                            base.insert(key, value);
                        }
                    }
                }
                Plain::Mapping(base)
            }
            (_, over) => over,
        }
    }
}
