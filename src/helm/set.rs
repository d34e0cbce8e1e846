//! `--set` and `--set-string`, read as Helm reads them (`pkg/strvals`).
//!
//! `a.b=c,d=1,list={x,y},list[0]=z,port\.name=v`: values are integers, booleans or null where they look like it, strings
//! otherwise; `--set-string` makes strings of all of them. Each value's span lies in the text of the option.

use std::fmt;

use super::values::made_scalar;
use portolan_yaml::source::{SourceId, Span};
use portolan_yaml::{Entry, Node, NodeData, NodeId, NodeKind, Tree, Value};

/// A mistake in a `--set`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetError {
    /// Its place in the option's text.
    pub span: Span,
    /// The mistake, in a sentence.
    pub message: String,
}

impl fmt::Display for SetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SetError {}

/// Helm's own limits (`MaxIndex`, `MaxNestedNameLevel` in pkg/strvals).
const MAX_INDEX: usize = 65_536;
const MAX_DEPTH: usize = 30;

/// The text of one option.
#[derive(Clone, Copy, Debug)]
pub struct Text<'t> {
    /// Its source.
    pub source: SourceId,
    /// The text.
    pub text: &'t str,
    /// True for `--set-string`.
    pub as_string: bool,
}

/// A pair of key and value as it was given. The merged values no longer tell how each place came in.
#[derive(Clone, Debug)]
pub struct Given {
    span: Span,
    path: Vec<Step>,
    value: NodeId,
}

#[derive(Clone, Debug)]
enum Step {
    Key(String, Span),
    Index(usize, Span),
}

/// Lays one `--set` over values, and adds its pairs to `given`.
///
/// # Errors
/// Where the text is not what Helm accepts.
pub fn apply(
    tree: &mut Tree,
    values: NodeId,
    text: Text<'_>,
    given: &mut Vec<Given>,
) -> Result<NodeId, SetError> {
    let Text {
        source,
        text,
        as_string,
    } = text;
    let mut reader = SetParser {
        source,
        text,
        at: 0,
        as_string,
    };
    let mut root = values;
    while reader.at < text.len() {
        let start = reader.at;
        let path = reader.path()?;
        let value = reader.value(tree)?;
        // Helm reads a pair without a key, and does nothing with it.
        if path.is_empty() {
            continue;
        }
        root = reader.assign(tree, Some(root), &path, value)?;
        given.push(Given {
            span: reader.span(start, reader.at.min(text.len())),
            path,
            value,
        });
    }
    Ok(root)
}

/// Returns the path of keys that leads to a place in one of these pairs, which are in the order of their places.
pub fn path_at(tree: &Tree, given: &[Given], span: Span) -> Option<String> {
    let start = |span: Span| (span.source, span.start);
    let after = given.partition_point(|pair| start(pair.span) <= start(span));
    let pair = given.get(after.checked_sub(1)?)?;
    if !pair.span.contains(span) {
        return None;
    }
    let mut path = String::new();
    for step in &pair.path {
        let at = match step {
            Step::Key(key, at) => {
                portolan_yaml::push_key(&mut path, key);
                at
            }
            Step::Index(index, at) => {
                path.push_str(&format!("[{index}]"));
                at
            }
        };
        if at.contains(span) {
            return Some(path);
        }
    }
    path.push_str(&portolan_yaml::path_at(tree.node(pair.value), span));
    Some(path)
}

struct SetParser<'s> {
    source: SourceId,
    text: &'s str,
    at: usize,
    as_string: bool,
}

impl SetParser<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.source, start, end)
    }

    fn error<T>(&self, start: usize, message: impl Into<String>) -> Result<T, SetError> {
        Err(SetError {
            span: self.span(start, self.text.len().max(start)),
            message: message.into(),
        })
    }

    /// Reads text up to one of the stops, with backslashes taken away; the stop is not consumed.
    fn until(&mut self, stops: &[char]) -> (String, Option<char>) {
        let mut read = String::new();
        let mut escaped = false;
        let rest = self.text.get(self.at..).unwrap_or_default();
        for (offset, c) in rest.char_indices() {
            if escaped {
                read.push(c);
                escaped = false;
            } else if c == '\\' {
                escaped = true;
            } else if stops.contains(&c) {
                self.at += offset;
                return (read, Some(c));
            } else {
                read.push(c);
            }
        }
        self.at = self.text.len();
        (read, None)
    }

    fn path(&mut self) -> Result<Vec<Step>, SetError> {
        let mut path = Vec::new();
        loop {
            if path.len() > MAX_DEPTH {
                return self.error(self.at, format!("more than {MAX_DEPTH} levels of keys"));
            }
            let start = self.at;
            let (key, stop) = self.until(&['.', '[', '=', ',']);
            let span = self.span(start, self.at);
            // After an index there may be nothing before the next dot, bracket or equals sign.
            if !key.is_empty() {
                path.push(Step::Key(key, span));
            } else if stop == Some('=') && path.is_empty() {
                self.at += 1;
                return Ok(path);
            } else if !matches!(path.last(), Some(Step::Index(..))) {
                return self.error(start, "there is no key before this");
            }
            match stop {
                Some('.') => self.at += 1,
                Some('=') => {
                    self.at += 1;
                    return Ok(path);
                }
                Some('[') => {
                    self.at += 1;
                    path.push(self.index()?);
                }
                _ => return self.error(start, "this key has no value: `=` is missing"),
            }
        }
    }

    fn index(&mut self) -> Result<Step, SetError> {
        let start = self.at;
        let (digits, stop) = self.until(&[']']);
        let span = self.span(start, self.at);
        if stop.is_none() {
            return self.error(start, "the bracket is never closed");
        }
        self.at += 1;
        match digits.trim().parse::<usize>() {
            Ok(index) if index <= MAX_INDEX => Ok(Step::Index(index, span)),
            Ok(_) => self.error(start, format!("the index is above {MAX_INDEX}")),
            Err(_) => self.error(start, format!("`{digits}` is not a valid index")),
        }
    }

    fn value(&mut self, tree: &mut Tree) -> Result<NodeId, SetError> {
        let start = self.at;
        if self
            .text
            .get(start..)
            .is_some_and(|rest| rest.starts_with('{'))
        {
            self.at += 1;
            return self.list(tree, start);
        }
        let (text, _) = self.until(&[',']);
        let span = self.span(start, self.at);
        // The comma that ended it.
        self.at += 1;
        Ok(self.scalar(tree, &text, span))
    }

    fn list(&mut self, tree: &mut Tree, start: usize) -> Result<NodeId, SetError> {
        let mut items = Vec::new();
        loop {
            let item_at = self.at;
            let (text, stop) = self.until(&[',', '}']);
            let span = self.span(item_at, self.at);
            match stop {
                None => return self.error(start, "the list is never closed: `}` is missing"),
                Some(c) => {
                    self.at += 1;
                    if !(c == '}' && text.is_empty() && items.is_empty()) {
                        items.push(self.scalar(tree, &text, span));
                    }
                    if c == '}' {
                        break;
                    }
                }
            }
        }
        let span = self.span(start, self.at);
        match self
            .text
            .get(self.at..)
            .and_then(|rest| rest.chars().next())
        {
            None => {}
            Some(',') => self.at += 1,
            Some(_) => return self.error(self.at, "only a comma may follow a list"),
        }
        Ok(tree.push(NodeData {
            span,
            kind: NodeKind::Sequence(items),
            overrides: None,
        }))
    }

    fn scalar(&self, tree: &mut Tree, text: &str, span: Span) -> NodeId {
        let value = if self.as_string {
            Value::String
        } else {
            typed(text)
        };
        made_scalar(tree, text, value, span)
    }
}

/// Reads an untyped value as Helm does: `true`, `false`, `null`, an integer without leading zeros, or a string.
fn typed(text: &str) -> Value {
    if text.eq_ignore_ascii_case("true") {
        return Value::Bool(true);
    }
    if text.eq_ignore_ascii_case("false") {
        return Value::Bool(false);
    }
    if text.eq_ignore_ascii_case("null") {
        return Value::Null;
    }
    if text == "0" {
        return Value::Int(0);
    }
    if text.starts_with('0') {
        return Value::String;
    }
    text.parse::<i64>().map_or(Value::String, Value::Int)
}

impl SetParser<'_> {
    /// A copy of `node` with `value` at the end of the path; what was there is remembered as overridden.
    fn assign(
        &self,
        tree: &mut Tree,
        node: Option<NodeId>,
        path: &[Step],
        value: NodeId,
    ) -> Result<NodeId, SetError> {
        let Some((step, rest)) = path.split_first() else {
            let Some(old) = node else { return Ok(value) };
            let mut data = tree.data(value).clone();
            data.overrides = Some(old);
            return Ok(tree.push(data));
        };
        match step {
            Step::Key(key, span) => self.assign_key(tree, node, (key, *span), rest, value),
            Step::Index(index, span) => self.assign_item(tree, node, (*index, *span), rest, value),
        }
    }

    /// Helm goes down into nothing but what is there already as the kind of thing that the path asks for.
    fn refused<T>(&self, span: Span, node: Node<'_>, expected: &str) -> Result<T, SetError> {
        let found = super::keys::found(node).as_str();
        Err(SetError {
            span,
            message: format!(
                "Helm refuses this: what the values have there is {found} and no {expected}"
            ),
        })
    }

    fn assign_key(
        &self,
        tree: &mut Tree,
        node: Option<NodeId>,
        (key, span): (&str, Span),
        rest: &[Step],
        value: NodeId,
    ) -> Result<NodeId, SetError> {
        let mut entries: Vec<Entry> = Vec::new();
        if let Some(node) = node.map(|id| tree.node(id)) {
            entries.extend(node.entries().map(|(entry, _)| entry.clone()));
        }
        let known = entries.iter().position(|entry| *entry.key == *key);
        let old = known
            .and_then(|at| entries.get(at))
            .map(|entry| entry.value);
        if let (Some(next), Some(old)) = (rest.first(), old.map(|old| tree.node(old))) {
            match next {
                Step::Key(..) if !old.is_mapping() => return self.refused(span, old, "mapping"),
                Step::Index(..) if !old.is_sequence() => return self.refused(span, old, "list"),
                Step::Key(..) | Step::Index(..) => {}
            }
        }
        let new = Entry {
            key: key.into(),
            key_span: span,
            value: self.assign(tree, old, rest, value)?,
        };
        match known.and_then(|at| entries.get_mut(at)) {
            Some(slot) => *slot = new,
            None => entries.push(new),
        }
        let span = node.map_or(span, |id| tree.node(id).site());
        Ok(tree.push(NodeData {
            span,
            kind: NodeKind::Mapping(entries),
            overrides: None,
        }))
    }

    fn assign_item(
        &self,
        tree: &mut Tree,
        node: Option<NodeId>,
        (index, span): (usize, Span),
        rest: &[Step],
        value: NodeId,
    ) -> Result<NodeId, SetError> {
        let mut items: Vec<NodeId> = Vec::new();
        if let Some(node) = node.map(|id| tree.node(id)) {
            items.extend(node.items().map(|item| item.id()));
        }
        while items.len() <= index {
            items.push(made_scalar(tree, "null", Value::Null, span));
        }
        let old = items.get(index).copied();
        let old = old.filter(|id| !tree.node(*id).is_null());
        let is_list = |id: NodeId| tree.node(id).is_sequence();
        if let (Some(Step::Index(..)), Some(old)) = (rest.first(), old.filter(|old| !is_list(*old)))
        {
            return self.refused(span, tree.node(old), "list");
        }
        // An item that is no mapping makes room for one.
        let old = match rest.first() {
            Some(Step::Key(..)) => old.filter(|old| tree.node(*old).is_mapping()),
            _ => old,
        };
        let new = self.assign(tree, old, rest, value)?;
        if let Some(slot) = items.get_mut(index) {
            *slot = new;
        }
        Ok(tree.push(NodeData {
            span,
            kind: NodeKind::Sequence(items),
            overrides: None,
        }))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use portolan_yaml::source::Sources;

    fn set(text: &str, as_string: bool) -> Result<(Tree, NodeId, Sources), SetError> {
        let mut sources = Sources::default();
        let mut tree = Tree::default();
        let source = sources.add("--set", text);
        let root = tree.push(NodeData {
            span: Span::NOWHERE,
            kind: NodeKind::Mapping(Vec::new()),
            overrides: None,
        });
        let text = Text {
            source,
            text,
            as_string,
        };
        let root = apply(&mut tree, root, text, &mut Vec::new())?;
        Ok((tree, root, sources))
    }

    #[test]
    fn a_path_makes_mappings_and_values_get_the_types_that_helm_gives_them() {
        let text = r"router.service.type=LoadBalancer,tlsCerts.httpsEnabled=false,router.replicas=2,a=007,b=null";
        let (tree, root, sources) = set(text, false).unwrap();
        let root = tree.node(root);
        let kind = root.at(&["router", "service", "type"]).unwrap();
        assert_eq!(kind.as_str(), Some("LoadBalancer"));
        assert_eq!(sources.slice(kind.span()), "LoadBalancer");
        assert_eq!(
            root.at(&["tlsCerts", "httpsEnabled"]).unwrap().as_bool(),
            Some(false)
        );
        assert_eq!(root.at(&["router", "replicas"]).unwrap().as_int(), Some(2));
        assert_eq!(root.get("a").unwrap().as_str(), Some("007"));
        assert!(root.get("b").unwrap().is_null());
    }

    #[test]
    fn an_escaped_dot_belongs_to_the_key_and_set_string_makes_strings() {
        let text = r"router.service.annotations.service\.beta\.kubernetes\.io/idle=605";
        let (tree, root, _) = set(text, true).unwrap();
        let node = tree
            .node(root)
            .at(&[
                "router",
                "service",
                "annotations",
                "service.beta.kubernetes.io/idle",
            ])
            .unwrap();
        assert_eq!(node.as_str(), Some("605"));
    }

    #[test]
    fn lists_and_indices_are_read() {
        let (tree, root, _) = set("a={x,y},b[1].name=z", false).unwrap();
        let root = tree.node(root);
        assert_eq!(root.get("a").unwrap().items().len(), 2);
        let second = root.get("b").unwrap().items().nth(1).unwrap();
        assert_eq!(second.get("name").unwrap().as_str(), Some("z"));
    }

    #[test]
    fn what_helm_refuses_is_an_error_with_a_place() {
        for text in ["router", "a.=x", "a[1=x", "a[x]=1", "a[99999999]=1", "a={x"] {
            assert!(set(text, false).is_err(), "{text}");
        }
    }

    #[test]
    fn a_path_that_goes_down_into_something_else_is_refused_at_its_key() {
        for (text, key) in [
            ("a=1,a.b=2", 4..5),
            ("a=null,a.b=2", 7..8),
            ("a={x},a.b=2", 6..7),
            ("a.b=1,a[0]=2", 6..7),
        ] {
            let error = set(text, false).map(|_| ()).unwrap_err();
            assert_eq!(error.span.range(), key, "{text}");
        }
    }

    #[test]
    fn a_pair_without_a_key_does_nothing() {
        let (tree, root, _) = set("=x,a=1", false).unwrap();
        assert_eq!(tree.node(root).entries().len(), 1);
    }

    #[test]
    fn a_place_leads_back_to_its_path() {
        let text = r"a.b\.c=1,l[2].name=x,l={y,zz}";
        let (mut sources, mut tree, mut given) = (Sources::default(), Tree::default(), Vec::new());
        let source = sources.add("--set", text);
        let root = tree.push(NodeData {
            span: Span::NOWHERE,
            kind: NodeKind::Mapping(Vec::new()),
            overrides: None,
        });
        let option = Text {
            source,
            text,
            as_string: false,
        };
        apply(&mut tree, root, option, &mut given).unwrap();
        let at = |part: &str| {
            let start = text.find(part).unwrap();
            path_at(&tree, &given, Span::new(source, start, start + part.len()))
        };
        assert_eq!(at("a").as_deref(), Some("a"));
        assert_eq!(at(r"b\.c").as_deref(), Some("a[\"b.c\"]"));
        assert_eq!(at("1").as_deref(), Some("a[\"b.c\"]"));
        assert_eq!(at("name").as_deref(), Some("l[2].name"));
        assert_eq!(at("{y,zz}").as_deref(), Some("l"));
        assert_eq!(at("zz").as_deref(), Some("l[1]"));
        assert_eq!(at("x,l"), None);
    }
}
