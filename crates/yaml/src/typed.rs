//! Typed reading, with the place of everything that is wrong.
//!
//! A text is read with our own tree, which knows where each node stands, and held against the JSON Schema of a type:
//! that finds every unknown key and every wrong type at once, at its exact place, where a deserializer stops at the
//! first. What passes is given to serde.
//!
//! Of JSON Schema this knows what `schemars` makes of structs, enumerations of words, lists, maps and untagged choices
//! between values of different kinds. A struct is closed with `deny_unknown_fields`; an open one takes any further key.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use crate::nearest::nearest;
use crate::source::Span;
use crate::{Issues, Node, NodeKind, ParsedText, Value};

/// A file as its type, and its text.
pub type Typed<T> = (T, ParsedText);

/// Gives the JSON Schema of a type: draft 2020-12.
pub fn schema_of<T: JsonSchema>() -> Json {
    let schema = schemars::generate::SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<T>();
    let mut schema = Json::from(schema);
    simplify(&mut schema);
    schema
}

/// Says `additionalProperties: false` where flattening has made `unevaluatedProperties: false` of it: it means the same
/// here, and more editors know it. That a key is not set by default goes without saying.
fn simplify(schema: &mut Json) {
    match schema {
        Json::Object(fields) => {
            if let Some(closed) = fields.remove("unevaluatedProperties") {
                fields.insert("additionalProperties".to_owned(), closed);
            }
            if fields.get("default").is_some_and(Json::is_null) {
                fields.remove("default");
            }
            fields.values_mut().for_each(simplify);
        }
        Json::Array(items) => items.iter_mut().for_each(simplify),
        _ => {}
    }
}

/// Reads a text as a type. An empty one is an empty mapping, or an empty list for a type that is a list.
///
/// ```
/// use portolan_yaml::typed::read;
/// use schemars::JsonSchema;
/// use serde::Deserialize;
///
/// #[derive(Debug, Deserialize, JsonSchema)]
/// #[serde(deny_unknown_fields)]
/// struct Settings {
///     seconds: u32,
///     #[serde(default)]
///     platform: Option<String>,
/// }
///
/// let (settings, _) = read::<Settings>("seconds: 605\n").unwrap();
/// assert_eq!((settings.seconds, settings.platform), (605, None));
///
/// let issues = read::<Settings>("seconds: ten\nplatfrom: gke\n").unwrap_err();
/// assert_eq!(issues[0].to_string(), "1:10: `seconds` is a whole number of at least 0");
/// assert_eq!(issues[1].to_string(), "2:1: the file has no key `platfrom`; did you mean `platform`?");
/// ```
///
/// # Errors
/// Everything that is wrong with it, in the order of the text.
pub fn read<T: JsonSchema + DeserializeOwned>(text: &str) -> Result<Typed<T>, Issues> {
    let (text, mut found) = ParsedText::read(text);
    // Of a document that cannot be read there is nothing left to hold against the schema.
    if text.root().is_none() && !found.is_empty() {
        return Err(text.issues(found));
    }
    let schema = schema_of::<T>();
    let mut check = Check {
        defs: schema.get("$defs").unwrap_or(&Json::Null),
        found: &mut found,
    };
    let value = match text.root() {
        Some(root) => check.node(root, &schema, "the file"),
        None => check.empty(&schema, text.start()),
    };
    if found.is_empty() {
        match serde_json::from_value(value) {
            Ok(read) => return Ok((read, text)),
            Err(error) => found.push((text.start(), format!("cannot be read: {error}"))),
        }
    }
    Err(text.issues(found))
}

/// A walk that holds nodes against a schema, and gives the value that serde reads.
struct Check<'s> {
    defs: &'s Json,
    found: &'s mut Vec<(Span, String)>,
}

/// The values that a schema allows.
struct Choice<'s> {
    schemas: Vec<&'s Json>,
    /// Whether nothing may stand there, too.
    optional: bool,
}

impl<'s> Check<'s> {
    fn wrong(&mut self, span: Span, message: String) -> Json {
        self.found.push((span, message));
        Json::Null
    }

    /// Takes a text without content for an empty collection.
    fn empty(&mut self, schema: &'s Json, start: Span) -> Json {
        if type_of(schema) == Some("array") {
            return Json::Array(Vec::new());
        }
        self.missing(schema, &Map::new(), &[], start, "the file");
        Json::Object(Map::new())
    }

    /// Holds a node against a schema; `what` is how messages name the node.
    fn node(&mut self, node: Node<'_>, schema: &'s Json, what: &str) -> Json {
        let mut choice = Choice {
            schemas: Vec::new(),
            optional: false,
        };
        self.resolve(schema, &mut choice);
        if choice.optional && node.is_null() {
            return Json::Null;
        }
        let fitting = choice.schemas.iter().find(|schema| fits(schema, node));
        let Some(schema) = fitting else {
            let expected: Vec<String> = choice.schemas.iter().copied().map(expected).collect();
            return self.wrong(node.site(), format!("{what} is {}", expected.join(" or ")));
        };
        if let Some(words) = words(schema) {
            return self.word(node, &words, what);
        }
        match (type_of(schema), node.kind()) {
            (Some("object"), _) => self.mapping(node, schema, what),
            (Some("array"), _) => self.sequence(node, schema, what),
            (Some("string"), _) => self.string(node, what),
            (Some("boolean"), _) if node.as_bool().is_some() => Json::from(node.as_bool()),
            (Some("integer"), _) if node.as_int().is_some_and(|int| in_bounds(schema, int)) => {
                Json::from(node.as_int())
            }
            (Some("number"), NodeKind::Scalar(scalar))
                if !matches!(scalar.value, Value::String | Value::Bool(_) | Value::Null) =>
            {
                node.to_json()
            }
            (None, _) => node.to_json(),
            _ => self.wrong(node.site(), format!("{what} is {}", expected(schema))),
        }
    }

    /// Collects the schemas behind references and choices.
    fn resolve(&self, schema: &'s Json, choice: &mut Choice<'s>) {
        if let Some(several) = schema.get("anyOf").and_then(Json::as_array) {
            several.iter().for_each(|one| self.resolve(one, choice));
            return;
        }
        if let Some(name) = schema.get("$ref").and_then(Json::as_str) {
            let name = name.rsplit('/').next().unwrap_or_default();
            if let Some(schema) = self.defs.get(name) {
                self.resolve(schema, choice);
            }
            return;
        }
        match schema.get("type") {
            Some(Json::String(kind)) if kind == "null" => choice.optional = true,
            Some(Json::Array(kinds)) => {
                choice.optional |= kinds.iter().any(|kind| kind == "null");
                choice.schemas.push(schema);
            }
            _ => choice.schemas.push(schema),
        }
    }

    fn word(&mut self, node: Node<'_>, words: &[&str], what: &str) -> Json {
        // `off` is a word here, though YAML 1.1 takes it for `false`.
        let text = node.text().unwrap_or_default();
        if words.contains(&text) {
            return Json::from(text);
        }
        let known = words.join(", ");
        let hint = nearest(text, words.iter().copied())
            .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        let said = if text.is_empty() {
            String::new()
        } else {
            format!(", and not `{text}`")
        };
        self.wrong(node.site(), format!("{what} is one of {known}{said}{hint}"))
    }

    fn string(&mut self, node: Node<'_>, what: &str) -> Json {
        let Some(scalar) = node.scalar() else {
            return Json::Null;
        };
        let text = &scalar.text;
        let message = match scalar.value {
            Value::String => return Json::from(&**text),
            Value::Null => format!("{what} is empty"),
            _ => format!("{what} is a string: write \"{text}\", in quotes"),
        };
        self.wrong(node.span(), message)
    }

    fn sequence(&mut self, node: Node<'_>, schema: &'s Json, what: &str) -> Json {
        let item = schema.get("items").unwrap_or(&Json::Null);
        let what = format!("an entry of {what}");
        let items = node.items().map(|one| self.node(one, item, &what));
        Json::Array(items.collect())
    }

    fn mapping(&mut self, node: Node<'_>, schema: &'s Json, what: &str) -> Json {
        let known = schema.get("properties").and_then(Json::as_object);
        let others = schema.get("additionalProperties");
        let closed = others.is_some_and(|others| others == false);
        let others = others.filter(|others| others.is_object());
        let mut read = Map::new();
        let mut meant = Vec::new();
        for (entry, value) in node.entries() {
            let name = &*entry.key;
            if let Some(schema) = known.and_then(|known| known.get(name)).or(others) {
                let value = self.node(value, schema, &format!("`{name}`"));
                read.insert(name.to_owned(), value);
            } else if closed {
                let names = known.into_iter().flat_map(Map::keys).map(String::as_str);
                let near = nearest(name, names.clone());
                meant.extend(near);
                let hint = match near {
                    Some(near) => format!("; did you mean `{near}`?"),
                    None => format!("; the keys are {}", names.collect::<Vec<_>>().join(", ")),
                };
                self.wrong(entry.key_span, format!("{what} has no key `{name}`{hint}"));
            }
        }
        let first = node.entries().next().map(|(entry, _)| entry.key_span);
        self.missing(schema, &read, &meant, first.unwrap_or(node.site()), what);
        // An empty value means that a key is not set; serde has a default for it.
        read.retain(|_, value| !value.is_null());
        Json::Object(read)
    }

    /// Says which keys are needed and not there; not of those that another key was `meant` to be.
    fn missing(
        &mut self,
        schema: &Json,
        read: &Map<String, Json>,
        meant: &[&str],
        place: Span,
        what: &str,
    ) {
        let required = schema.get("required").and_then(Json::as_array);
        let required = required.into_iter().flatten().filter_map(Json::as_str);
        let missing: Vec<String> = required
            .filter(|name| !read.contains_key(*name) && !meant.contains(name))
            .map(|name| format!("`{name}`"))
            .collect();
        let keys = match missing.as_slice() {
            [] => return,
            [one] => format!("the key {one}"),
            [head @ .., last] => format!("the keys {} and {last}", head.join(", ")),
        };
        self.wrong(place, format!("{what} needs {keys}"));
    }
}

/// Gives the type that a schema names, null aside.
fn type_of(schema: &Json) -> Option<&str> {
    match schema.get("type") {
        Some(Json::Array(kinds)) => {
            let mut kinds = kinds.iter().filter_map(Json::as_str);
            kinds.find(|kind| *kind != "null")
        }
        kind => kind.and_then(Json::as_str),
    }
}

/// Says whether a node is of the kind that a schema speaks of.
fn fits(schema: &Json, node: Node<'_>) -> bool {
    match (type_of(schema), node.kind()) {
        (Some("object"), kind) => matches!(kind, NodeKind::Mapping(_)),
        (Some("array"), kind) => matches!(kind, NodeKind::Sequence(_)),
        (None, _) if words(schema).is_none() => true,
        (_, kind) => matches!(kind, NodeKind::Scalar(_)),
    }
}

/// Says in words what a schema asks for.
fn expected(schema: &Json) -> String {
    if let Some(words) = words(schema) {
        return format!("one of {}", words.join(", "));
    }
    let kind = match type_of(schema) {
        Some("object") => "a mapping (`key: value`)",
        Some("array") => "a list (`- …` or `[…]`)",
        Some("boolean") => "`true` or `false`",
        Some("number") => "a number",
        Some("integer") => "a whole number",
        _ => "a string",
    };
    let bound = |name| schema.get(name).and_then(Json::as_i64);
    match (bound("minimum"), bound("maximum")) {
        (Some(least), Some(most)) => format!("{kind} from {least} to {most}"),
        (Some(least), None) => format!("{kind} of at least {least}"),
        (None, Some(most)) => format!("{kind} of at most {most}"),
        (None, None) => kind.to_owned(),
    }
}

fn in_bounds(schema: &Json, int: i64) -> bool {
    let bound = |name| schema.get(name).and_then(Json::as_i64);
    bound("minimum").is_none_or(|least| int >= least)
        && bound("maximum").is_none_or(|most| int <= most)
}

/// Lists the words of an enumeration.
fn words(schema: &Json) -> Option<Vec<&str>> {
    let words: Option<Vec<&str>> = if let Some(values) = schema.get("enum") {
        values.as_array()?.iter().map(Json::as_str).collect()
    } else {
        let cases = schema.get("oneOf")?.as_array()?.iter();
        cases
            .map(|case| case.get("const").and_then(Json::as_str))
            .collect()
    };
    words.filter(|words| !words.is_empty())
}
