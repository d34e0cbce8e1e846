//! Places in the input whose text must never be shown.
//!
//! Known from the tree, once a text has been read: the contents of Secrets, and values under keys that hold secrets in the
//! chart. What a text that does not parse may hold is guarded by the report itself, by the look of it.

use std::collections::HashSet;

use crate::secret_names::{is_harmless, is_secret_name, may_be_secret, word_after};
use portolan_yaml::source::{SourceId, Span};
use portolan_yaml::{Node, NodeKind, Value};

/// Top-level values of the chart under which everything is secret.
const SECRET_TREES: [&str; 2] = ["cartoSecrets", "appSecrets"];

/// Finds the places below `root` that must not be shown. `root` is the root of a document, whatever it is.
pub(super) fn secret_places(root: Node<'_>) -> Vec<Span> {
    let mut places = Vec::new();
    for field in secret_fields(root) {
        between_keys(field, &mut places);
    }
    for key in SECRET_TREES {
        all_scalars(root.get(key), &mut places);
    }
    let keys: [&[&str]; 2] = [
        &["router", "tlsCertificates", "privateKeyValueBase64"],
        &[
            "gateway",
            "tlsCertificates",
            "customSSLCerts",
            "privateKeyValueBase64",
        ],
    ];
    for path in keys {
        all_scalars(root.at(path), &mut places);
    }
    named_scalars(root, &mut places);
    places.sort_unstable();
    places.dedup();
    places
}

/// Finds such places in values that several texts were merged into: a Secret of `extraDeploy` may have its kind from
/// one and its contents from another, `--set` among them.
pub(super) fn secret_places_in_merged(root: Node<'_>) -> Vec<Span> {
    let mut places = Vec::new();
    for field in secret_fields(root) {
        all_scalars(Some(field), &mut places);
    }
    places.sort_unstable();
    places.dedup();
    places
}

/// Finds the contents of Secrets: of the object that `root` is, of the items of a list, and of what `extraDeploy`
/// brings along.
fn secret_fields(root: Node<'_>) -> Vec<Node<'_>> {
    let mut fields = Vec::new();
    let mut seen = HashSet::new();
    let mut objects = vec![root];
    if let Some(extra) = root.get("extraDeploy") {
        objects.extend(extra.items());
        objects.extend(extra.entries().map(|(_, object)| object));
    }
    while let Some(object) = objects.pop() {
        // However many aliases lead to an object, it is looked at once.
        if !seen.insert(object.target().id()) {
            continue;
        }
        // The items of a list are objects too.
        objects.extend(object.get("items").into_iter().flat_map(Node::items));
        if object.get("kind").and_then(Node::as_str) == Some("Secret") {
            fields.extend(["data", "stringData"].map(|name| object.get(name)));
        }
    }
    fields.into_iter().flatten().collect()
}

/// Finds texts under names of secrets, wherever they are: `externalPostgresql.password`, an entry of an environment.
fn named_scalars(root: Node<'_>, places: &mut Vec<Span>) {
    let mut stack = vec![root];
    while let Some(node) = stack.pop() {
        // What an alias leads to is looked at where it was written.
        if node.site() != node.span() {
            continue;
        }
        stack.extend(node.items());
        let entry = || Some((node.get("name")?.as_str()?, node.get("value")?));
        if let Some((_, value)) = entry().filter(|(name, _)| is_secret(name)) {
            text(value, places);
        }
        for (entry, value) in node.entries() {
            if is_secret(&entry.key) {
                text(value, places);
                texts_in(value, places);
            }
            stack.push(value);
        }
    }
}

fn is_secret(key: &str) -> bool {
    let (annotation, name) = match key.rsplit_once('/') {
        Some((_, name)) => (true, name),
        None => (false, key),
    };
    may_be_secret(name) && is_secret_name(name, annotation)
}

/// Adds a text that may be a secret; of an alias, the place where it was written.
fn text(value: Node<'_>, places: &mut Vec<Span>) {
    if value.as_str().is_some_and(|text| !is_harmless(text)) || is_long_number(value) {
        places.push(value.span());
    }
}

/// Tells whether a value is a number of more digits than a setting has.
fn is_long_number(value: Node<'_>) -> bool {
    value.scalar().is_some_and(|scalar| {
        let number = matches!(
            scalar.value,
            Value::Int(_) | Value::UInt(_) | Value::Float(_)
        );
        number && !is_harmless(&scalar.text)
    })
}

/// Adds the items of a list under a name of secrets, and the `value` of a mapping there.
fn texts_in(node: Node<'_>, places: &mut Vec<Span>) {
    if node.site() == node.span() {
        node.items().for_each(|item| text(item, places));
        let value = node.get("value");
        value.into_iter().for_each(|value| text(value, places));
    }
}

/// Finds the places that must not be shown in a text that could not be read: nobody knows what is where, so everything
/// is covered from the colon of a key that sounds like a secret to the end of the lines indented under it, as are the
/// contents of a document that says it is a Secret.
pub(super) fn secret_places_in_unread(source: SourceId, text: &str) -> Vec<Span> {
    let mut places = Vec::new();
    let mut offset = 0;
    let mut under: Option<usize> = None;
    let mut word = word_after(text, 0);
    let mut in_secret = false;
    for line in text.split_inclusive('\n') {
        if offset == 0 || line.starts_with("---") {
            in_secret = says_secret(text.get(offset..).unwrap_or_default());
        }
        let indent = line.len() - line.trim_start().len();
        let from = match under {
            Some(depth) if indent > depth || line.trim().is_empty() => Some(0),
            _ => {
                if word.is_some_and(|at| at < offset) {
                    word = word_after(text, offset);
                }
                let colon = word
                    .and_then(|at| at.checked_sub(offset))
                    .and_then(|at| Some(at + line.get(at..)?.find(':')?))
                    .or_else(|| contents_of_secret(line).filter(|_| in_secret));
                under = colon.map(|_| indent);
                colon.map(|at| at + 1)
            }
        };
        if let Some(from) = from {
            let end = offset + line.trim_end().len();
            if offset + from < end {
                places.push(Span::new(source, offset + from, end));
            }
        }
        offset += line.len();
    }
    places
}

/// Tells whether a line of the first document of a text says `kind: Secret`.
fn says_secret(text: &str) -> bool {
    text.lines()
        .enumerate()
        .take_while(|(index, line)| *index == 0 || !line.starts_with("---"))
        .any(|(_, line)| line.contains("kind") && line.contains("Secret"))
}

/// Returns the place of the colon behind the name of a Secret's contents, if the line begins with that name.
fn contents_of_secret(line: &str) -> Option<usize> {
    let key = line.trim_start_matches([' ', '-', '"', '\'']);
    let rest = key
        .strip_prefix("stringData")
        .or_else(|| key.strip_prefix("data"))?;
    let rest = rest.trim_start_matches(['"', '\'', ' ']);
    rest.starts_with(':').then(|| line.len() - rest.len())
}

/// Finds the places that must not be shown in an option `--set` that cannot be read: the value that it puts into `data`
/// or `stringData` of an object, to its end, since nobody knows where the next value begins.
pub(super) fn secret_places_in_unread_set(source: SourceId, text: &str) -> Option<Span> {
    let fields = [".data.", ".stringData."];
    let field = fields.iter().filter_map(|field| text.find(field)).min()?;
    let sign = field + text.get(field..)?.find('=')?;
    Some(Span::new(source, sign + 1, text.len()))
}

/// Adds everything in a mapping but its keys, also what the tree has lost: the first of two entries under one key.
fn between_keys(mapping: Node<'_>, places: &mut Vec<Span>) {
    if mapping.site() != mapping.span() {
        return;
    }
    let whole = mapping.span();
    let mut entries: Vec<(Span, bool)> = mapping
        .entries()
        // Certificates are public, and findings point into them. A key that was put in their place is still known by
        // its look.
        .map(|(entry, _)| (entry.key_span, entry.key.ends_with(".crt")))
        .filter(|(key, _)| whole.contains(*key))
        .collect();
    entries.sort_unstable();
    let mut from = whole.start;
    let mut public = false;
    let ends = entries.iter().map(|(key, _)| key.start).chain([whole.end]);
    let next = entries
        .iter()
        .map(|(key, public)| (key.end + 1, *public))
        .chain([(whole.end, true)]);
    for (until, (then, then_public)) in ends.zip(next) {
        if from < until && !public {
            places.push(Span {
                start: from,
                end: until,
                ..whole
            });
        }
        (from, public) = (then, then_public);
    }
}

/// Strings and long numbers below a node; booleans and short numbers are settings.
fn all_scalars(node: Option<Node<'_>>, places: &mut Vec<Span>) {
    let mut stack: Vec<Node<'_>> = node.into_iter().collect();
    while let Some(node) = stack.pop() {
        if node.site() != node.span() {
            // What an alias leads to is secret where it was written.
            places.push(node.span());
            continue;
        }
        match node.kind() {
            NodeKind::Mapping(_) => stack.extend(node.entries().map(|(_, value)| value)),
            NodeKind::Sequence(_) => stack.extend(node.items()),
            NodeKind::Scalar(_)
                if node.as_str().is_some_and(|text| !text.is_empty()) || is_long_number(node) =>
            {
                places.push(node.span());
            }
            NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
        }
    }
}
