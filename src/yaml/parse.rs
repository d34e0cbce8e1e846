//! Builds nodes from the parser's events.
//!
//! Takes a text with its map and a tree to grow, gives the documents, comments and problems. It never recurses: open
//! collections lie on a stack, so depth costs memory only, and only up to [`Limits::max_nesting`].

use std::{collections::HashMap, ops::Range};

use crate::source::{MappedText, Span};

use super::{
    Entry, NodeData, NodeId, NodeKind, OPAQUE, Problem, ProblemKind, Scalar, Style, Tree, Value,
    events::{Anchor, Event, Events},
    layout,
    mapping::{Entries, Lost},
    scalar::{key_text, try_resolve},
    syntax,
};

/// What was read from a text.
#[derive(Debug, Default)]
pub struct Stream {
    /// The documents that could be read whole, in order. A text of nothing but comments has none.
    pub documents: Vec<Document>,
    /// What is wrong with the text, in the order in which it was found.
    pub problems: Vec<Problem>,
    /// Every comment, in the order of the text; also those of documents that could not be read.
    pub comments: Vec<Comment>,
}

/// A document of a stream.
#[derive(Debug, Clone, Copy)]
pub struct Document {
    /// Its root node; a null scalar for a document without content.
    pub root: NodeId,
    /// From its `---`, or else its first content, to its `...`, the next `---` or the end of the text.
    pub span: Span,
    /// True where there is nothing between this document's markers (comments aside).
    pub is_empty: bool,
}

/// A comment.
#[derive(Debug, Clone, Copy)]
pub struct Comment {
    /// From the `#` to the end of the line, without the line break.
    pub span: Span,
    /// True where nothing but white space stands before it on its line.
    pub own_line: bool,
}

/// How much of a text is read. Inputs are untrusted: each limit turns an attack into a problem with a span.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Collections within one another, aliases followed. The rooms downstream recurse over nodes; at this depth their
    /// stacks stay far below 1 MB, and no manifest of the corpus goes beyond 20.
    pub max_nesting: usize,
    /// Nodes of a text, what aliases and merge keys repeat included. A node takes about 100 bytes with its text and its
    /// entry; a 16 MB manifest has about one million.
    pub max_nodes: usize,
    /// Nodes of one document that are there through aliases. goyaml refuses documents from about this figure on
    /// (`alias_ratio_range_low` in its `decode.go`).
    pub max_aliased_nodes: usize,
    /// Length of a text in bytes. Offsets of a span are 32 bits wide.
    pub max_bytes: usize,
    /// Problems that are described one by one; how many there are beyond that is said in a last one.
    pub max_problems: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_nesting: 200,
            max_nodes: 5_000_000,
            max_aliased_nodes: 400_000,
            max_bytes: 256 * 1024 * 1024,
            max_problems: 500,
        }
    }
}

/// Reads all documents of a text into the tree.
///
/// A document that cannot be read is left out, with a problem that says why; reading goes on at the next `---`.
/// All spans lead to where the text was written.
pub fn parse(text: &MappedText, tree: &mut Tree, limits: &Limits) -> Stream {
    let mut builder = Builder {
        text,
        tree,
        limits,
        stream: Stream::default(),
        unsaid_problems: 0,
        nodes: 0,
        frames: Vec::new(),
        document: DocumentState::default(),
        last_scalar: None,
        unended: None,
    };
    if text.text.len() > limits.max_bytes {
        builder.limit(
            0..0,
            format!(
                "the text is longer than {} bytes, the most that is read",
                limits.max_bytes
            ),
        );
        return builder.stream;
    }
    builder.read();
    builder.report_control_character();
    let Builder {
        mut stream,
        unsaid_problems,
        ..
    } = builder;
    if unsaid_problems > 0 {
        stream.problems.push(Problem {
            kind: ProblemKind::LimitExceeded,
            span: text.map.span(0..0).unwrap_or(Span::NOWHERE),
            message: format!("{unsaid_problems} more problems of this text are not shown"),
            help: None,
            related: None,
        });
    }
    stream
}

/// The document cannot be read on; the problem has been recorded.
struct Abandon;

struct Builder<'a> {
    text: &'a MappedText,
    tree: &'a mut Tree,
    limits: &'a Limits,
    stream: Stream,
    unsaid_problems: usize,
    nodes: usize,
    frames: Vec<Frame>,
    document: DocumentState,
    /// The last scalar that was read, for error messages.
    last_scalar: Option<Range<usize>>,
    /// Where the last document began, if it goes on until the next one begins.
    unended: Option<usize>,
}

#[derive(Default)]
struct DocumentState {
    start: usize,
    root: Option<Child>,
    omitted: bool,
    lost: bool,
    aliased: usize,
    anchors: HashMap<usize, Anchored>,
}

#[derive(Clone, Copy)]
struct Anchored {
    id: NodeId,
    height: usize,
    weight: usize,
}

/// A node that was just finished.
struct Child {
    id: NodeId,
    range: Range<usize>,
    /// How many collections lie within one another below and including it, aliases followed.
    height: usize,
    /// How many nodes a walk over it visits, aliases followed.
    weight: usize,
}

/// A collection that is still open.
struct Frame {
    content: Content,
    flow: bool,
    anchor: Anchor,
    start: usize,
    /// From the first to the last child so far.
    hull: Option<Range<usize>>,
    height: usize,
    weight: usize,
}

enum Content {
    Sequence(Vec<NodeId>),
    Mapping { entries: Entries, key: Option<Key> },
}

/// A key that waits for its value.
enum Key {
    Text {
        key: Box<str>,
        span: Span,
    },
    Merge {
        span: Span,
    },
    /// Helm refuses it, so its value leads nowhere.
    Refused,
}

impl Frame {
    fn cover(&mut self, range: &Range<usize>) {
        match &mut self.hull {
            Some(hull) => hull.end = range.end.max(hull.end),
            None => self.hull = Some(range.clone()),
        }
    }
}

impl Builder<'_> {
    fn read(&mut self) {
        let text = &self.text.text;
        let mut events = Events::new(text, self.limits);
        while let Some(next) = events.next() {
            let outcome = match next {
                Ok((event, range)) => self.take(event, range),
                Err(failure) => {
                    self.unended = None;
                    let context = syntax::Context {
                        last_scalar: self.last_scalar.take(),
                        open_bracket: self.frames.last().filter(|frame| frame.flow).map(|frame| frame.start),
                    };
                    let found = syntax::explain(text, &failure, context);
                    self.found(found);
                    Err(Abandon)
                }
            };
            if self.nodes > self.limits.max_nodes {
                let at = self.frames.last().map_or(0, |frame| frame.start);
                let message = format!(
                    "the text holds more than {} nodes, the most that is read",
                    self.limits.max_nodes
                );
                self.limit(at..at, message);
                return;
            }
            if outcome.is_err() {
                self.frames.clear();
                self.document = DocumentState::default();
                if !events.skip_document() {
                    return;
                }
            }
        }
        self.extend_last_document(text.len());
    }

    fn take(&mut self, event: Event<'_>, range: Range<usize>) -> Result<(), Abandon> {
        match event {
            Event::DocumentStart { explicit, version } => {
                self.extend_last_document(range.start);
                self.document = DocumentState {
                    start: range.start,
                    ..DocumentState::default()
                };
                if explicit {
                    self.check_directives(range.start, version);
                }
            }
            Event::DocumentEnd => self.end_document(range),
            Event::Comment { own_line } => {
                let span = self.span(range);
                self.stream.comments.push(Comment { span, own_line });
            }
            Event::Alias(anchor) => return self.alias(anchor, range),
            Event::UnknownAlias => self.unknown_alias(range),
            Event::Scalar {
                text,
                style,
                anchor,
                tag,
            } => {
                self.scalar(&text, style, anchor, tag.as_deref(), range);
            }
            Event::SequenceStart { flow, anchor } => {
                return self.open(Content::Sequence(Vec::new()), flow, anchor, range.start);
            }
            Event::MappingStart { flow, anchor } => {
                let content = Content::Mapping {
                    entries: Entries::default(),
                    key: None,
                };
                return self.open(content, flow, anchor, range.start);
            }
            Event::End => self.close(range.end),
        }
        Ok(())
    }

    fn open(
        &mut self,
        content: Content,
        flow: bool,
        anchor: Anchor,
        start: usize,
    ) -> Result<(), Abandon> {
        if self.frames.len() >= self.limits.max_nesting {
            return Err(self.too_deep(start..start));
        }
        self.frames.push(Frame {
            content,
            flow,
            anchor,
            start,
            hull: None,
            height: 0,
            weight: 1,
        });
        Ok(())
    }

    fn close(&mut self, end: usize) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        let text = &self.text.text;
        let bracketed = frame.flow && matches!(text.as_bytes().get(frame.start), Some(b'{' | b'['));
        let range = if bracketed {
            frame.start..end.max(frame.start)
        } else {
            frame.hull.unwrap_or(frame.start..frame.start)
        };
        if frame.flow && layout::opens_template(text, frame.start) {
            let template = layout::template_range(text, frame.start);
            self.found(syntax::unquoted_template(template, ProblemKind::Rejected));
            let mut unknown = String::new();
            unknown.push(OPAQUE);
            self.finish_scalar(&unknown, Value::String, Style::Plain, frame.anchor, range);
            return;
        }
        let kind = match frame.content {
            Content::Sequence(items) => NodeKind::Sequence(items),
            Content::Mapping { entries, .. } => NodeKind::Mapping(entries.into_vec()),
        };
        let id = self.push(kind, range.clone());
        let child = Child {
            id,
            range,
            height: frame.height + 1,
            weight: frame.weight,
        };
        self.finish(child, frame.anchor);
    }

    fn scalar(
        &mut self,
        text: &str,
        style: Style,
        anchor: Anchor,
        tag: Option<&str>,
        range: Range<usize>,
    ) {
        let source = &self.text.text;
        let omitted = range.is_empty() && style == Style::Plain;
        let range = match style {
            Style::Plain if omitted => self.place_of_omitted(range.start),
            Style::Literal | Style::Folded => layout::block_content(source, range),
            _ => range,
        };
        self.last_scalar = Some(range.clone());
        let expects_key = self.expects_key();
        if expects_key
            && text == "<<"
            && (tag.is_none() && style == Style::Plain || tag.is_some_and(is_merge_tag))
        {
            self.set_key(&range, |span| Key::Merge { span });
            return;
        }
        let value = try_resolve(text, style, tag).unwrap_or_else(|| {
            let name = tag.unwrap_or_default().replace("tag:yaml.org,2002:", "!!");
            self.refused(
                range.clone(),
                format!("this value is not what its tag `{name}` says"),
                None,
            );
            Value::String
        });
        if !expects_key {
            if matches!(value, Value::Float(number) if !number.is_finite()) {
                let help = "quote it if it is meant as text";
                self.refused(
                    range.clone(),
                    "Helm cannot read this number: JSON has no infinity and no NaN".to_owned(),
                    Some(help),
                );
            }
            if self.frames.is_empty() {
                self.document.omitted = omitted && anchor.is_none() && tag.is_none();
            }
        } else if anchor.is_none() {
            self.scalar_key(text, value, &range);
            return;
        }
        self.finish_scalar(text, value, style, anchor, range);
    }

    fn finish_scalar(
        &mut self,
        text: &str,
        value: Value,
        style: Style,
        anchor: Anchor,
        range: Range<usize>,
    ) {
        let scalar = Scalar {
            text: text.into(),
            value,
            style,
        };
        let id = self.push(NodeKind::Scalar(scalar), range.clone());
        let child = Child {
            id,
            range,
            height: 0,
            weight: 1,
        };
        self.finish(child, anchor);
    }

    /// Where a value that was left out would have been written.
    fn place_of_omitted(&self, mark: usize) -> Range<usize> {
        let text = &self.text.text;
        let mut frames = self.frames.iter().rev();
        let at = match frames.next() {
            Some(Frame {
                content: Content::Mapping { key: Some(_), .. },
                hull: Some(hull),
                ..
            }) => layout::after_colon(text, hull.end),
            Some(
                frame @ Frame {
                    content: Content::Sequence(_),
                    flow: false,
                    ..
                },
            ) => {
                let key_end = match frames.next() {
                    Some(Frame {
                        content: Content::Mapping { .. },
                        hull,
                        ..
                    }) => hull.as_ref().map(|hull| hull.end),
                    _ => None,
                };
                let from = frame.hull.as_ref().map(|hull| hull.end);
                layout::after_dash(text, from.or(key_end).unwrap_or(frame.start)).unwrap_or(mark)
            }
            _ => mark,
        };
        at..at
    }

    fn alias(&mut self, anchor: usize, range: Range<usize>) -> Result<(), Abandon> {
        let Some(target) = self.document.anchors.get(&anchor).copied() else {
            // The parser knows the anchor, so it is that of a collection which is still open.
            let name = self.text.text.get(range.clone()).unwrap_or("*");
            let message = format!("`{name}` stands within the value that it repeats");
            let opened = self
                .frames
                .iter()
                .find(|frame| frame.anchor == Some(anchor));
            let related =
                opened.map(|frame| (frame.start..frame.start, "the value begins here".to_owned()));
            self.document.lost = true;
            self.found(syntax::Found {
                kind: ProblemKind::Alias,
                range: range.clone(),
                message,
                help: None,
                related,
            });
            self.finish_scalar("", Value::Null, Style::Plain, None, range);
            return Ok(());
        };
        if self.frames.len() + target.height > self.limits.max_nesting {
            return Err(self.too_deep(range));
        }
        self.document.aliased = self.document.aliased.saturating_add(target.weight);
        // What downstream walks over counts, whether it is stored once or many times.
        self.nodes = self.nodes.saturating_add(target.weight);
        if self.document.aliased > self.limits.max_aliased_nodes {
            let message = format!(
                "the aliases of this document repeat more than {} nodes, which Helm refuses",
                self.limits.max_aliased_nodes
            );
            // The limit is this document's, so the text's is not to trip over it.
            self.nodes = self.nodes.saturating_sub(self.document.aliased);
            self.limit(range, message);
            return Err(Abandon);
        }
        let id = self.push(NodeKind::Alias(target.id), range.clone());
        let child = Child {
            id,
            range,
            height: target.height,
            weight: target.weight.saturating_add(1),
        };
        self.finish(child, None);
        Ok(())
    }

    fn unknown_alias(&mut self, range: Range<usize>) {
        let alias = self.text.text.get(range.clone()).unwrap_or("*");
        let name = alias.trim_start_matches('*');
        let found = syntax::Found {
            kind: ProblemKind::Alias,
            range: range.clone(),
            message: format!("no anchor `&{name}` stands before this alias in its document"),
            help: Some(format!("quote it, \"{alias}\", if it is meant as text")),
            related: None,
        };
        self.document.lost = true;
        self.found(found);
        self.finish_scalar("", Value::Null, Style::Plain, None, range);
    }

    /// Hands a finished node to the collection that it stands in.
    fn finish(&mut self, child: Child, anchor: Anchor) {
        if let Some(anchor) = anchor {
            let anchored = Anchored {
                id: child.id,
                height: child.height,
                weight: child.weight,
            };
            self.document.anchors.insert(anchor, anchored);
        }
        if self.expects_key() {
            self.node_key(&child);
            return;
        }
        let Some(frame) = self.frames.last_mut() else {
            self.document.root = Some(child);
            return;
        };
        frame.cover(&child.range);
        frame.height = frame.height.max(child.height);
        frame.weight = frame.weight.saturating_add(child.weight);
        match &mut frame.content {
            Content::Sequence(items) => items.push(child.id),
            Content::Mapping { entries, key } => match key.take() {
                Some(Key::Text { key, span }) => {
                    let entry = Entry {
                        key,
                        key_span: span,
                        value: child.id,
                    };
                    let lost = entries.insert(entry, false);
                    if let Some(lost) = lost.filter(|lost| !lost.was_merged) {
                        self.duplicate(span, lost);
                    }
                }
                Some(Key::Merge { span }) => self.merge(child.id, span),
                Some(Key::Refused) | None => {}
            },
        }
    }

    fn expects_key(&self) -> bool {
        matches!(
            self.frames.last(),
            Some(Frame {
                content: Content::Mapping { key: None, .. },
                ..
            })
        )
    }

    fn set_key(&mut self, range: &Range<usize>, make: impl FnOnce(Span) -> Key) {
        let span = self.span(range.clone());
        let Some(frame) = self.frames.last_mut() else {
            return;
        };
        frame.cover(range);
        frame.weight += 1;
        if let Content::Mapping { key, .. } = &mut frame.content {
            *key = Some(make(span));
        }
    }

    fn scalar_key(&mut self, text: &str, value: Value, range: &Range<usize>) {
        self.nodes += 1;
        let Some(key) = key_text(text, value) else {
            let (message, help) = match value {
                Value::Null => ("a key must not be null", "quote it, or give it a name"),
                _ => ("Helm refuses a number of this size as a key", "quote it"),
            };
            self.refused(range.clone(), message.to_owned(), Some(help));
            self.set_key(range, |_| Key::Refused);
            return;
        };
        let key = key.into();
        self.set_key(range, |span| Key::Text { key, span });
    }

    /// A key that is a node of its own: anchored, an alias, or not a scalar at all.
    fn node_key(&mut self, child: &Child) {
        let scalar = self.tree.node(child.id).scalar();
        if let Some(scalar) = scalar.map(|scalar| (scalar.text.clone(), scalar.value)) {
            self.scalar_key(&scalar.0, scalar.1, &child.range);
            return;
        }
        // `{{ .Values.x }}` is a mapping whose key is a mapping: what it really is will be said at its end.
        let template = self.frames.last().is_some_and(|frame| {
            frame.flow && layout::opens_template(&self.text.text, frame.start)
        });
        if !template {
            let message = "a key must be a scalar, not a sequence or a mapping".to_owned();
            self.refused(child.range.clone(), message, None);
        }
        self.set_key(&child.range, |_| Key::Refused);
    }

    /// Carries out `<<` as goyaml does: at the place where it stands, over the entries above it.
    fn merge(&mut self, value: NodeId, key_span: Span) {
        let Some(merged) = self.merged_entries(value) else {
            self.problem(Problem {
                kind: ProblemKind::Rejected,
                span: self.tree.data(value).span,
                message: "`<<` takes a mapping, an alias of one, or a list of these".to_owned(),
                help: None,
                related: Some((key_span, "the merge key".to_owned())),
            });
            return;
        };
        self.nodes = self.nodes.saturating_add(merged.len());
        for entry in merged {
            let Some(Frame {
                content: Content::Mapping { entries, .. },
                ..
            }) = self.frames.last_mut()
            else {
                return;
            };
            let Some(lost) = entries.insert(entry, true).filter(|lost| !lost.was_merged) else {
                continue;
            };
            self.problem(Problem {
                message: format!(
                    "this merge key sets `{}` again, and in Helm the later one wins",
                    lost.key
                ),
                kind: ProblemKind::MergeOverridesKey {
                    key: lost.key.into(),
                },
                span: key_span,
                help: Some("put `<<` above the keys that are to win over it".to_owned()),
                related: Some((lost.key_span, "this one is lost".to_owned())),
            });
        }
    }

    /// The entries that a merge key brings in, the strongest last; `None` where goyaml refuses the value.
    fn merged_entries(&self, value: NodeId) -> Option<Vec<Entry>> {
        let mapping = |id: NodeId| match self.tree.node(id).kind() {
            NodeKind::Mapping(entries) => Some(entries),
            _ => None,
        };
        match &self.tree.data(value).kind {
            NodeKind::Sequence(items) => {
                let mut merged = Vec::new();
                for item in items.iter().rev() {
                    merged.extend_from_slice(mapping(*item)?);
                }
                Some(merged)
            }
            _ => mapping(value).cloned(),
        }
    }

    fn end_document(&mut self, end: Range<usize>) {
        let document = std::mem::take(&mut self.document);
        self.frames.clear();
        let Some(root) = document.root.filter(|_| !document.lost) else {
            return;
        };
        let span = self.span(document.start..end.end.max(document.start));
        self.stream.documents.push(Document {
            root: root.id,
            span,
            is_empty: document.omitted,
        });
        self.unended = end.is_empty().then_some(document.start);
    }

    fn extend_last_document(&mut self, end: usize) {
        let Some(start) = self.unended.take() else {
            return;
        };
        let span = self.span(start..end);
        if let Some(document) = self.stream.documents.last_mut() {
            document.span = span;
        }
    }

    /// goyaml knows `%YAML 1.1` and `%TAG`, and nothing else.
    fn check_directives(&mut self, start: usize, version: Option<(u32, u32)>) {
        let text = &self.text.text;
        for (range, line) in layout::directives(text, start) {
            let name = line.split_ascii_whitespace().next().unwrap_or_default();
            let message = match name {
                "%TAG" => continue,
                "%YAML" if version == Some((1, 1)) => continue,
                "%YAML" => "Helm reads YAML 1.1 only, and refuses this version".to_owned(),
                _ => format!("Helm refuses the directive `{name}`"),
            };
            self.refused(range, message, Some("leave the line out"));
        }
    }

    /// goyaml refuses control characters wherever they stand, even in comments.
    fn report_control_character(&mut self) {
        let Some((at, character)) = layout::control_character(&self.text.text) else {
            return;
        };
        let span = self.span(at..at + character.len_utf8());
        let known =
            self.stream.problems.iter().any(|problem| {
                problem.span.start == span.start && problem.kind == ProblemKind::Syntax
            });
        if !known {
            let message = format!(
                "the control character U+{:04X} is not allowed in YAML",
                u32::from(character)
            );
            self.refused(at..at + character.len_utf8(), message, None);
        }
    }

    fn duplicate(&mut self, span: Span, lost: Lost) {
        self.problem(Problem {
            message: format!(
                "the key `{}` stands twice in this mapping, and only the last one counts",
                lost.key
            ),
            kind: ProblemKind::DuplicateKey {
                key: lost.key.into(),
            },
            span,
            help: Some("join the two, or remove one of them".to_owned()),
            related: Some((lost.key_span, "this one is lost".to_owned())),
        });
    }

    fn too_deep(&mut self, range: Range<usize>) -> Abandon {
        let message = format!(
            "more than {} collections lie within one another here",
            self.limits.max_nesting
        );
        self.limit(range, message);
        Abandon
    }

    fn refused(&mut self, range: Range<usize>, message: String, help: Option<&str>) {
        let span = self.span(range);
        self.problem(Problem {
            kind: ProblemKind::Rejected,
            span,
            message,
            help: help.map(str::to_owned),
            related: None,
        });
    }

    fn limit(&mut self, range: Range<usize>, message: String) {
        let span = self.span(range);
        self.problem(Problem {
            kind: ProblemKind::LimitExceeded,
            span,
            message,
            help: None,
            related: None,
        });
    }

    fn found(&mut self, found: syntax::Found) {
        let span = self.span(found.range);
        let related = found
            .related
            .map(|(range, label)| (self.span(range), label));
        self.problem(Problem {
            kind: found.kind,
            span,
            message: found.message,
            help: found.help,
            related,
        });
    }

    fn problem(&mut self, problem: Problem) {
        // An unquoted template may be seen twice: as a mapping, and as what breaks the text after it.
        if let Some(last) = self.stream.problems.last_mut()
            && (last.span, &last.message) == (problem.span, &problem.message)
        {
            *last = problem;
            return;
        }
        if self.stream.problems.len() < self.limits.max_problems {
            self.stream.problems.push(problem);
        } else {
            self.unsaid_problems += 1;
        }
    }

    fn push(&mut self, kind: NodeKind, range: Range<usize>) -> NodeId {
        self.nodes += 1;
        let span = self.span(range);
        self.tree.push(NodeData {
            span,
            kind,
            overrides: None,
        })
    }

    fn span(&self, range: Range<usize>) -> Span {
        self.text.map.span(range).unwrap_or(Span::NOWHERE)
    }
}

fn is_merge_tag(tag: &str) -> bool {
    matches!(tag, "!!merge" | "tag:yaml.org,2002:merge")
}
