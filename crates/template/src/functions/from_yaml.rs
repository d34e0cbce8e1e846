//! `fromYaml` and `fromYamlArray`.
//!
//! Helm reads the text as it reads a values file (`0777` is 511, `yes` is true, all numbers are floats), but only its first
//! document, and it fails for no text: an error becomes a map with the one key `Error`, or a list with the one text.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::eval::{Eval, EvalResult};
use super::super::value::{Map, MapKind, Value};
use super::{Deep, Function, function, text};
use portolan_yaml::source::{MappedText, Sources};
use portolan_yaml::{
    Limits, Node, NodeKind, Problem, ProblemKind, Stream, Tree, Value as Scalar, parse,
};

pub(super) const FUNCTIONS: &[Function] = &[
    function("fromYaml", 1, 1, Deep, |eval, arguments| {
        from_yaml(eval, arguments, Wanted::Map)
    }),
    function("fromYamlArray", 1, 1, Deep, |eval, arguments| {
        from_yaml(eval, arguments, Wanted::List)
    }),
];

/// What a function gives, whatever the text holds.
#[derive(Clone, Copy)]
enum Wanted {
    Map,
    List,
}

/// Why a text is not what was wanted.
enum Failure {
    /// It is not YAML to Helm. What goyaml says about it is not known word by word.
    NotYaml,
    /// Its root is of another type.
    Root(&'static str),
    /// Nobody read it to its end.
    TooLarge,
}

fn from_yaml(eval: &mut Eval<'_>, arguments: &[Value], wanted: Wanted) -> EvalResult {
    let text = text(eval, arguments, 0)?;
    eval.charge(text.len() / 4)?;
    let (mut sources, mut tree) = (Sources::default(), Tree::default());
    let source = sources.add("", &*text);
    let mapped = MappedText::of_source(&sources, source);
    let stream = parse(&mapped, &mut tree, &Limits::default());
    match root(&stream, &tree, wanted) {
        Ok(Some(root)) => take_in(eval, root, 0),
        Ok(None) => Ok(wanted.empty(eval)),
        Err(failure) => Ok(wanted.of_failure(eval, &failure)),
    }
}

/// The root of the first document, or nothing for an empty one.
fn root<'t>(stream: &Stream, tree: &'t Tree, wanted: Wanted) -> Result<Option<Node<'t>>, Failure> {
    let first = stream.documents.first();
    // A document that cannot be read is not in the stream: its problems stand before the first one that is.
    let of_first =
        |problem: &&Problem| first.is_none_or(|document| problem.span.start < document.span.end);
    for problem in stream.problems.iter().filter(of_first) {
        match problem.kind {
            ProblemKind::LimitExceeded(_) => return Err(Failure::TooLarge),
            ProblemKind::Syntax | ProblemKind::Alias | ProblemKind::Rejected => {
                return Err(Failure::NotYaml);
            }
            _ => {}
        }
    }
    let Some(document) = first else {
        return Ok(None);
    };
    let root = tree.node(document.root);
    match (root.kind(), wanted) {
        (NodeKind::Mapping(_), Wanted::Map) | (NodeKind::Sequence(_), Wanted::List) => {
            Ok(Some(root))
        }
        (NodeKind::Mapping(_), _) => Err(Failure::Root("object")),
        (NodeKind::Sequence(_), _) => Err(Failure::Root("array")),
        (NodeKind::Scalar(scalar), _) => match scalar.value {
            Scalar::Null => Ok(None),
            Scalar::Bool(_) => Err(Failure::Root("bool")),
            Scalar::String => Err(Failure::Root("string")),
            Scalar::Int(_) | Scalar::UInt(_) | Scalar::Float(_) => Err(Failure::Root("number")),
        },
        (NodeKind::Alias(_), _) => Err(Failure::NotYaml),
    }
}

impl Wanted {
    fn empty(self, eval: &mut Eval<'_>) -> Value {
        match self {
            Wanted::Map => map(eval, BTreeMap::new()),
            Wanted::List => eval.heap.new_list(Vec::new()),
        }
    }

    /// Go's name of the type.
    fn go_type(self) -> &'static str {
        match self {
            Wanted::Map => "map[string]interface {}",
            Wanted::List => "[]interface {}",
        }
    }

    fn of_failure(self, eval: &mut Eval<'_>, failure: &Failure) -> Value {
        let message = match failure {
            Failure::NotYaml => {
                Value::Opaque(Rc::from("what Helm says about a text that is not YAML"))
            }
            Failure::Root(found) => Value::text(format!(
                "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {found} into Go value of type {}",
                self.go_type()
            )),
            Failure::TooLarge => {
                return Value::Opaque(Rc::from("the YAML in the text is too large to be read"));
            }
        };
        match self {
            Wanted::Map => map(eval, BTreeMap::from([(Rc::from("Error"), message)])),
            Wanted::List => eval.heap.new_list(vec![message]),
        }
    }
}

fn map(eval: &mut Eval<'_>, entries: BTreeMap<Rc<str>, Value>) -> Value {
    eval.heap.new_map(Map {
        entries,
        kind: MapKind::Any,
        open: None,
    })
}

/// Takes in a node with all below it. An alias is a copy of its own, as in Helm, and is charged as one.
fn take_in(eval: &mut Eval<'_>, node: Node<'_>, depth: usize) -> EvalResult {
    eval.charge(1)?;
    eval.allow_depth(depth)?;
    Ok(match node.kind() {
        NodeKind::Scalar(scalar) => match scalar.value {
            Scalar::Null => Value::Nil,
            Scalar::Bool(value) => Value::Bool(value),
            // Everything goes through JSON, from which Go reads no other numbers.
            Scalar::Int(value) => Value::Float(value as f64),
            Scalar::UInt(value) => Value::Float(value as f64),
            Scalar::Float(value) => Value::Float(value),
            Scalar::String => Value::text(&*scalar.text),
        },
        NodeKind::Sequence(_) => {
            let mut items = Vec::with_capacity(node.items().len());
            for item in node.items() {
                items.push(take_in(eval, item, depth + 1)?);
            }
            eval.heap.new_list(items)
        }
        NodeKind::Mapping(_) => {
            let mut entries = BTreeMap::new();
            for (entry, value) in node.entries() {
                let value = take_in(eval, value, depth + 1)?;
                entries.insert(Rc::from(&*entry.key), value);
            }
            map(eval, entries)
        }
        NodeKind::Alias(_) => Value::Nil,
    })
}
