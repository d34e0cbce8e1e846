//! Typed YAML with the place of everything that is wrong in it.
//!
//! A text is read with our own tree, which knows where each node stands, and held against the JSON Schema of a type: that
//! finds every unknown key and every wrong type at once, at its exact place, where a deserializer stops at the first. What
//! passes is given to serde.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use crate::nearest::nearest;
use crate::source::{LineColumn, MappedText, SourceId, Sources, Span};
use crate::{Limits, Node, NodeId, NodeKind, Tree, Value};

/// Something wrong in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigIssue {
    /// Where.
    pub place: LineColumn,
    /// What, in one sentence.
    pub message: String,
}

/// A text that was read, to find places in it by the path of a field.
#[derive(Debug)]
pub struct Text {
    sources: Sources,
    source: SourceId,
    tree: Tree,
    root: Option<NodeId>,
}

/// A file as its type, and its text.
pub type Typed<T> = (T, Text);

/// The JSON Schema of a type: draft 2020-12, every object closed.
pub fn schema_of<T: JsonSchema>() -> Json {
    let schema = schemars::generate::SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<T>();
    let mut schema = Json::from(schema);
    close(&mut schema);
    schema
}

/// Says `additionalProperties: false` where flattening has made `unevaluatedProperties: false` of it: it means the same
/// here, and more editors know it. That a key is not set by default goes without saying.
fn close(schema: &mut Json) {
    match schema {
        Json::Object(fields) => {
            if let Some(closed) = fields.remove("unevaluatedProperties") {
                fields.insert("additionalProperties".to_owned(), closed);
            }
            if fields.get("default").is_some_and(Json::is_null) {
                fields.remove("default");
            }
            fields.values_mut().for_each(close);
        }
        Json::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// Reads a text as a type. An empty one is what the type is by default.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read<T: JsonSchema + DeserializeOwned + Default>(
    text: &str,
) -> Result<Typed<T>, Vec<ConfigIssue>> {
    let mut sources = Sources::default();
    let source = sources.add("", text);
    let mut tree = Tree::default();
    let mapped = MappedText::of_source(&sources, source);
    let stream = crate::parse(&mapped, &mut tree, &Limits::default());
    let mut mistakes: Vec<(Span, String)> = stream
        .problems
        .into_iter()
        .map(|problem| (problem.span, problem.message))
        .collect();
    if let Some(second) = stream.documents.get(1).filter(|second| !second.is_empty) {
        let message = "a second document is never read: write everything in one";
        mistakes.push((second.span.at_start(), message.to_owned()));
    }
    let root = stream
        .documents
        .first()
        .filter(|document| !document.is_empty)
        .map(|document| document.root);
    let mut value = None;
    if let Some(root) = root {
        let schema = schema_of::<T>();
        let mut check = Check {
            defs: schema.get("$defs").cloned().unwrap_or_default(),
            mistakes: &mut mistakes,
        };
        value = Some(check.node(tree.node(root), &schema, "the file"));
    }
    let read = match value {
        _ if !mistakes.is_empty() => None,
        None => Some(T::default()),
        Some(value) => match serde_json::from_value(value) {
            Ok(read) => Some(read),
            Err(error) => {
                let start = Span::new(source, 0, 0);
                mistakes.push((start, format!("cannot be read: {error}")));
                None
            }
        },
    };
    if let Some(read) = read {
        let text = Text {
            sources,
            source,
            tree,
            root,
        };
        return Ok((read, text));
    }
    mistakes.sort();
    Err(mistakes
        .into_iter()
        .map(|(span, message)| ConfigIssue {
            place: sources.line_column(span),
            message,
        })
        .collect())
}

impl Text {
    /// The whole text.
    pub fn as_str(&self) -> &str {
        self.sources.text(self.source)
    }

    /// Where a field (`ignore[0].rules`) stands: a scalar's value, or the key of a collection; for one that was not
    /// written, the nearest thing around it that was.
    pub fn span(&self, field: &str) -> Span {
        let start = Span::new(self.source, 0, 0);
        self.root.map_or(start, |root| {
            crate::place_of(self.tree.node(root), field).unwrap_or(start)
        })
    }

    /// The path of a place; nothing where it lies outside of all keys.
    pub fn path(&self, span: Span) -> Option<String> {
        let path = crate::path_at(self.tree.node(self.root?), span);
        (!path.is_empty()).then_some(path)
    }

    /// A mistake at a key of the mapping that stands at a path.
    pub fn mistake_at_key(&self, path: &[&str], key: &str, message: String) -> ConfigIssue {
        let root = self.root.map(|root| self.tree.node(root));
        let entry = root.and_then(|root| root.at(path)?.entry(key));
        let span = entry.map_or(Span::new(self.source, 0, 0), |(entry, _)| entry.key_span);
        ConfigIssue {
            place: self.sources.line_column(span),
            message,
        }
    }

    /// A mistake at a field.
    pub fn mistake(&self, field: &str, message: impl Into<String>) -> ConfigIssue {
        ConfigIssue {
            place: self.sources.line_column(self.span(field)),
            message: message.into(),
        }
    }
}

/// Holds nodes against a schema; gives the value that serde reads.
struct Check<'m> {
    defs: Json,
    mistakes: &'m mut Vec<(Span, String)>,
}

impl Check<'_> {
    fn wrong(&mut self, span: Span, message: String) -> Json {
        self.mistakes.push((span, message));
        Json::Null
    }

    /// `what` is how messages name the node.
    fn node(&mut self, node: Node<'_>, schema: &Json, what: &str) -> Json {
        let (schema, optional) = self.resolved(schema);
        if optional && node.is_null() {
            return Json::Null;
        }
        if let Some(words) = words(&schema) {
            return self.word(node, &words, what);
        }
        let kind = match schema.get("type") {
            Some(Json::Array(kinds)) => kinds.iter().find_map(Json::as_str),
            kind => kind.and_then(Json::as_str),
        };
        match (kind, node.kind()) {
            (Some("object"), NodeKind::Mapping(_)) => self.mapping(node, &schema, what),
            (Some("array"), NodeKind::Sequence(_)) => self.sequence(node, &schema, what),
            (Some("string"), NodeKind::Scalar(scalar)) => match scalar.value {
                Value::String => Json::from(&*scalar.text),
                Value::Null => self.wrong(node.span(), format!("{what} is empty")),
                _ => {
                    let text = &scalar.text;
                    let message = format!("{what} is a string: write \"{text}\", in quotes");
                    self.wrong(node.span(), message)
                }
            },
            (Some("boolean"), NodeKind::Scalar(_)) if node.as_bool().is_some() => {
                Json::from(node.as_bool())
            }
            (Some("integer"), NodeKind::Scalar(_)) if node.as_int().is_some() => {
                Json::from(node.as_int())
            }
            (kind, _) => {
                let expected = match kind {
                    Some("object") => "a mapping (`key: value`)",
                    Some("array") => "a list (`- …` or `[…]`)",
                    Some("boolean") => "`true` or `false`",
                    Some("integer") => "a whole number",
                    _ => "a string",
                };
                self.wrong(node.site(), format!("{what} is {expected}"))
            }
        }
    }

    /// The schema behind references, and whether it may be left empty.
    fn resolved(&self, schema: &Json) -> (Json, bool) {
        let is_null = |one: &Json| one.get("type").and_then(Json::as_str) == Some("null");
        if let Some(choice) = schema.get("anyOf").and_then(Json::as_array) {
            let other = choice.iter().find(|one| !is_null(one));
            let inner = other.map_or((Json::Null, false), |one| self.resolved(one));
            return (inner.0, choice.iter().any(is_null) || inner.1);
        }
        if let Some(name) = schema.get("$ref").and_then(Json::as_str) {
            let name = name.rsplit('/').next().unwrap_or_default();
            return (self.defs.get(name).cloned().unwrap_or_default(), false);
        }
        let optional = match schema.get("type") {
            Some(Json::Array(kinds)) => kinds.iter().any(|kind| kind == "null"),
            _ => false,
        };
        (schema.clone(), optional)
    }

    fn word(&mut self, node: Node<'_>, words: &[String], what: &str) -> Json {
        // `off` is a word here, though YAML 1.1 takes it for `false`.
        let text = node.text().unwrap_or_default();
        if words.iter().any(|word| word == text) {
            return Json::from(text);
        }
        let known = words.join(", ");
        let hint = nearest(text, words.iter().map(String::as_str))
            .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        let said = if text.is_empty() {
            String::new()
        } else {
            format!(", and not `{text}`")
        };
        self.wrong(node.site(), format!("{what} is one of {known}{said}{hint}"))
    }

    fn sequence(&mut self, node: Node<'_>, schema: &Json, what: &str) -> Json {
        let item = schema.get("items").cloned().unwrap_or_default();
        let what = format!("an entry of {what}");
        Json::Array(
            node.items()
                .map(|one| self.node(one, &item, &what))
                .collect(),
        )
    }

    fn mapping(&mut self, node: Node<'_>, schema: &Json, what: &str) -> Json {
        let empty = Map::new();
        let known = schema.get("properties").and_then(Json::as_object);
        let known = known.unwrap_or(&empty);
        let others = schema
            .get("additionalProperties")
            .filter(|one| one.is_object());
        let mut read = Map::new();
        for (entry, value) in node.entries() {
            let name = &*entry.key;
            match known.get(name).or(others) {
                Some(schema) => {
                    let value = self.node(value, schema, &format!("`{name}`"));
                    read.insert(name.to_owned(), value);
                }
                None => {
                    let near = nearest(name, known.keys().map(String::as_str));
                    let hint = near.map_or_else(
                        || {
                            let known: Vec<&str> = known.keys().map(String::as_str).collect();
                            format!("; the keys are {}", known.join(", "))
                        },
                        |near| format!("; did you mean `{near}`?"),
                    );
                    let message = format!("{what} has no key `{name}`{hint}");
                    self.wrong(entry.key_span, message);
                }
            }
        }
        let required = schema.get("required").and_then(Json::as_array);
        for name in required.into_iter().flatten().filter_map(Json::as_str) {
            if node.get(name).is_none() {
                let first = node.entries().next().map(|(entry, _)| entry.key_span);
                let place = first.unwrap_or(node.site());
                self.wrong(place, format!("{what} needs the key `{name}`"));
            }
        }
        // An empty value means that a key is not set; serde has a default for it.
        read.retain(|_, value| !value.is_null());
        Json::Object(read)
    }
}

/// The words of an enumeration.
fn words(schema: &Json) -> Option<Vec<String>> {
    let texts = |values: Vec<&Json>| {
        let texts: Option<Vec<String>> = values
            .into_iter()
            .map(|value| value.as_str().map(str::to_owned))
            .collect();
        texts.filter(|texts| !texts.is_empty())
    };
    if let Some(values) = schema.get("enum").and_then(Json::as_array) {
        return texts(values.iter().collect());
    }
    let cases = schema.get("oneOf").and_then(Json::as_array)?;
    texts(
        cases
            .iter()
            .map(|case| case.get("const").unwrap_or(&Json::Null))
            .collect(),
    )
}
