//! `chart/objects.yaml`: what the templates render.

use super::{Condition, KeyPath, Range, Read, RenderedFacts, wrong};
use portolan_yaml::{Node, NodeKind, Scalar};

/// An object that the chart renders.
#[derive(Clone, Debug)]
pub(crate) struct ObjectFacts {
    /// Its kind.
    pub(crate) kind: String,
    /// Its `apiVersion`.
    pub(crate) api: Piece,
    /// The template that renders it, below `templates/`.
    pub(crate) template: String,
    /// The releases that render it.
    pub(crate) range: Range,
    /// Under which condition.
    pub(crate) when: Option<Condition>,
    /// The key at which findings stand that have no value of their own.
    pub(crate) at: KeyPath,
    /// `metadata`.
    pub(crate) metadata: Vec<Field>,
    /// The rest of it.
    pub(crate) body: Vec<Field>,
}

/// An entry of a mapping.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// Its key.
    pub(crate) key: String,
    /// The key of the values at which it stands, where that is another one than around it.
    pub(crate) at: Option<KeyPath>,
    /// Its value.
    pub(crate) value: Piece,
}

/// An alternative among several values.
#[derive(Clone, Debug)]
pub(crate) struct Alternative {
    /// The releases in which it may be taken.
    pub(crate) range: Range,
    /// Under which condition.
    pub(crate) when: Option<Condition>,
    /// The key of the values at which it stands.
    pub(crate) at: Option<KeyPath>,
    /// Its value; nothing where the field is left out.
    pub(crate) then: Option<Piece>,
}

/// A value of a rendered object.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    /// Stands in the template as it is.
    Literal(Scalar),
    /// A mapping.
    Mapping(Vec<Field>),
    /// A list.
    Sequence(Vec<Piece>),
    /// A value printed without quotes; the text where it is empty.
    Print(KeyPath, Option<String>),
    /// A value printed without quotes on lines of its own.
    Indent(KeyPath),
    /// A value printed in quotes.
    Quote(KeyPath),
    /// A value printed as YAML.
    Yaml(KeyPath),
    /// Values printed as YAML or as they are, and evaluated as templates.
    Render(Vec<KeyPath>),
    /// The full name with a component's, cut to what Kubernetes takes, and what is added to it.
    Name(String, String),
    /// The full name and what is added to it.
    Full(String),
    /// The full name with digits of a value's hash.
    Hashed(KeyPath),
    /// Standard labels, those of a component, and the common ones.
    Labels(Option<String>),
    /// The labels that select a component's pods.
    Selector(String),
    /// The release's namespace.
    Namespace,
    /// A piece of that name under `named`.
    The(String),
    /// The items of a list, as a part of another one.
    Items(Box<Piece>),
    /// The first that holds.
    Case(Vec<Alternative>),
    /// Made for every item of the first list that is not empty.
    Each(Vec<KeyPath>, Box<Piece>),
}

/// Reads the file.
pub(super) fn read(root: Node<'_>) -> Read<RenderedFacts> {
    let mut facts = RenderedFacts::default();
    for (entry, value) in section(root, "renamed")?.entries() {
        let mut paths = Vec::new();
        for item in value.items() {
            paths.push((Range::read(item)?, path(item, "path")?));
        }
        facts.renamed.push((entry.key.to_string(), paths));
    }
    for (entry, value) in section(root, "named")?.entries() {
        facts.named.push((entry.key.to_string(), piece(value)?));
    }
    for item in section(root, "objects")?.items() {
        facts.objects.push(object(item)?);
    }
    Ok(facts)
}

fn section<'t>(root: Node<'t>, key: &str) -> Read<Node<'t>> {
    root.get(key).map_or_else(|| wrong(root, key), Ok)
}

fn text(node: Node<'_>, key: &str) -> Read<String> {
    match node.get(key).and_then(Node::text) {
        Some(text) => Ok(text.to_owned()),
        None => wrong(node, key),
    }
}

fn path(node: Node<'_>, key: &str) -> Read<KeyPath> {
    text(node, key).map(|text| KeyPath::new(&text))
}

fn object(node: Node<'_>) -> Read<ObjectFacts> {
    Ok(ObjectFacts {
        kind: text(node, "kind")?,
        api: piece(section(node, "api")?)?,
        template: text(node, "template")?,
        range: Range::read(node)?,
        when: node.get("when").map(Condition::read).transpose()?,
        at: path(node, "at")?,
        metadata: fields(section(node, "metadata")?)?,
        body: fields(section(node, "body")?)?,
    })
}

fn fields(node: Node<'_>) -> Read<Vec<Field>> {
    let field = |(entry, value): (&portolan_yaml::Entry, Node<'_>)| {
        let (key, at) = split_anchor(&entry.key);
        Ok(Field {
            key: key.to_owned(),
            at,
            value: piece(value)?,
        })
    };
    node.entries().map(field).collect()
}

/// Splits `KEY@PATH`.
fn split_anchor(key: &str) -> (&str, Option<KeyPath>) {
    match key.split_once('@') {
        Some((key, at)) => (key, Some(KeyPath::new(at))),
        None => (key, None),
    }
}

fn piece(node: Node<'_>) -> Read<Piece> {
    match node.kind() {
        NodeKind::Scalar(scalar) => match node.as_str().and_then(|text| text.strip_prefix('=')) {
            Some(expression) => value(node, expression),
            None => Ok(Piece::Literal(scalar.clone())),
        },
        NodeKind::Sequence(_) => node
            .items()
            .map(piece)
            .collect::<Read<_>>()
            .map(Piece::Sequence),
        NodeKind::Mapping(_) => {
            directive(node)?.map_or_else(|| fields(node).map(Piece::Mapping), Ok)
        }
        NodeKind::Alias(_) => wrong(node, "a value"),
    }
}

/// Reads `{$case: …}` and the like.
fn directive(node: Node<'_>) -> Read<Option<Piece>> {
    if let Some(cases) = node.get("$case") {
        let cases = cases.items().map(alternative).collect::<Read<_>>()?;
        return Ok(Some(Piece::Case(cases)));
    }
    if let Some(items) = node.get("$items") {
        return Ok(Some(Piece::Items(Box::new(piece(items)?))));
    }
    if let Some(lists) = node.get("$each") {
        let lists = lists.items().filter_map(Node::text).map(KeyPath::new);
        let item = piece(section(node, "item")?)?;
        return Ok(Some(Piece::Each(lists.collect(), Box::new(item))));
    }
    Ok(None)
}

fn alternative(node: Node<'_>) -> Read<Alternative> {
    let then = node
        .entries()
        .find(|(entry, _)| split_anchor(&entry.key).0 == "then");
    let (at, then) = match then {
        Some((entry, value)) => (split_anchor(&entry.key).1, Some(piece(value)?)),
        None => (None, None),
    };
    Ok(Alternative {
        range: Range::read(node)?,
        when: node.get("when").map(Condition::read).transpose()?,
        at,
        then,
    })
}

/// Reads a text that begins with `=`.
fn value(node: Node<'_>, expression: &str) -> Read<Piece> {
    let words: Vec<&str> = expression.split(' ').collect();
    let piece = match words.as_slice() {
        ["print", path] => Piece::Print(KeyPath::new(path), None),
        ["print", path, "or", text] => Piece::Print(KeyPath::new(path), Some((*text).to_owned())),
        ["indent", path] => Piece::Indent(KeyPath::new(path)),
        ["quote", path] => Piece::Quote(KeyPath::new(path)),
        ["yaml", path] => Piece::Yaml(KeyPath::new(path)),
        ["render", paths @ ..] => {
            Piece::Render(paths.iter().map(|path| KeyPath::new(path)).collect())
        }
        ["name", of] => Piece::Name((*of).to_owned(), String::new()),
        ["name", of, suffix] => Piece::Name((*of).to_owned(), (*suffix).to_owned()),
        ["full", suffix] => Piece::Full((*suffix).to_owned()),
        ["hashed", path] => Piece::Hashed(KeyPath::new(path)),
        ["labels"] => Piece::Labels(None),
        ["labels", component] => Piece::Labels(Some((*component).to_owned())),
        ["selector", component] => Piece::Selector((*component).to_owned()),
        ["namespace"] => Piece::Namespace,
        ["the", name] => Piece::The((*name).to_owned()),
        _ => return wrong(node, "a value"),
    };
    Ok(piece)
}

#[cfg(test)]
impl ObjectFacts {
    /// Returns the names of shared values and renamed keys that it refers to.
    pub(super) fn names_used(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut stack: Vec<&Piece> = vec![&self.api];
        stack.extend(
            self.metadata
                .iter()
                .chain(&self.body)
                .map(|field| &field.value),
        );
        while let Some(piece) = stack.pop() {
            match piece {
                Piece::The(name) => names.push(name.clone()),
                Piece::Mapping(fields) => stack.extend(fields.iter().map(|field| &field.value)),
                Piece::Sequence(items) => stack.extend(items),
                Piece::Items(piece) | Piece::Each(_, piece) => stack.push(piece),
                Piece::Case(cases) => {
                    stack.extend(cases.iter().filter_map(|case| case.then.as_ref()))
                }
                Piece::Print(path, _) | Piece::Quote(path) => {
                    names.extend(path.renamed().map(str::to_owned));
                }
                _ => {}
            }
        }
        names
    }
}
