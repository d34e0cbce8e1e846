//! Builds nodes from the parser's events.
//!
//! The builder never recurses: open collections lie on a stack, so depth costs memory only, and only up to
//! [`Limits::max_nesting`]. Aliases and merge keys are in `aliases.rs`, problems in `report.rs`.

use std::{collections::HashMap, ops::Range, sync::atomic::AtomicUsize};

use crate::source::Span;

use super::{
    Entry, NodeData, NodeId, NodeKind, OPAQUE, ProblemKind, Scalar, Style, Tree, Value,
    events::{Anchor, Event},
    layout,
    limit::Limits,
    mapping::Entries,
    parse::{Comment, Document, DocumentFilter, Stream, Written},
    scalar::{key_text, try_resolve},
    syntax,
};

/// The document cannot be read on; the problem has been recorded.
pub(super) struct ParseAborted;

pub(super) struct Builder<'a> {
    pub(super) text: Written<'a>,
    pub(super) tree: &'a mut Tree,
    pub(super) limits: &'a Limits,
    pub(super) stream: Stream,
    pub(super) unsaid_problems: usize,
    pub(super) nodes: usize,
    /// The most that there have been of them at once.
    pub(super) most_nodes: usize,
    pub(super) frames: Vec<OpenCollection>,
    pub(super) document: DocumentState,
    /// The last scalar that was read, for error messages.
    pub(super) last_scalar: Option<Range<usize>>,
    /// The end of the last token, and whether it is a plain scalar: what follows is whitespace, comments and signs.
    pub(super) gap: (usize, bool),
    /// Where the last document began, if it goes on until the next one begins.
    pub(super) unended: Option<usize>,
    /// What is asked about every document.
    pub(super) filter: Option<DocumentFilter<'a>>,
    pub(super) done: Option<&'a AtomicUsize>,
    /// How many threads may read at once, and how much text each of them is to have at least.
    pub(super) threads: usize,
    pub(super) smallest_part: usize,
    /// True for the reader of one of several parts, which must not read beyond it.
    pub(super) alone: bool,
    /// True while a document is read for itself.
    pub(super) chunked: bool,
}

#[derive(Default)]
pub(super) struct DocumentState {
    pub(super) start: usize,
    pub(super) root: Option<Child>,
    pub(super) omitted: bool,
    pub(super) lost: bool,
    pub(super) aliased: usize,
    pub(super) anchors: HashMap<usize, Anchored>,
    /// What there was when the document began.
    pub(super) first_node: usize,
    pub(super) problems_before: usize,
    pub(super) nodes_before: usize,
}

#[derive(Clone, Copy)]
pub(super) struct Anchored {
    pub(super) id: NodeId,
    pub(super) height: usize,
    pub(super) weight: usize,
}

/// A node that was just finished.
pub(super) struct Child {
    pub(super) id: NodeId,
    pub(super) range: Range<usize>,
    /// How many collections lie within one another below and including it, aliases followed.
    pub(super) height: usize,
    /// How many nodes a walk over it visits, aliases followed.
    pub(super) weight: usize,
}

/// A collection that is still open.
pub(super) struct OpenCollection {
    pub(super) content: Content,
    pub(super) flow: bool,
    pub(super) anchor: Anchor,
    pub(super) start: usize,
    /// From the first to the last child so far.
    pub(super) hull: Option<Range<usize>>,
    pub(super) height: usize,
    pub(super) weight: usize,
}

pub(super) enum Content {
    Sequence(Vec<NodeId>),
    Mapping { entries: Entries, key: Option<Key> },
}

/// A key that waits for its value.
pub(super) enum Key {
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

impl OpenCollection {
    pub(super) fn cover(&mut self, range: &Range<usize>) {
        match &mut self.hull {
            Some(hull) => hull.end = range.end.max(hull.end),
            None => self.hull = Some(range.clone()),
        }
    }
}

impl Builder<'_> {
    pub(super) fn take(
        &mut self,
        event: Event<'_>,
        range: Range<usize>,
    ) -> Result<(), ParseAborted> {
        self.look_between_tokens(&event, &range);
        match event {
            Event::DocumentStart { explicit, version } => {
                self.extend_last_document(range.start);
                self.document = DocumentState {
                    start: range.start,
                    first_node: self.tree.len(),
                    problems_before: self.problem_count(),
                    nodes_before: self.nodes,
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
                if text.len() > self.limits.max_scalar_bytes {
                    return Err(self.too_long(range));
                }
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

    pub(super) fn open(
        &mut self,
        content: Content,
        flow: bool,
        anchor: Anchor,
        start: usize,
    ) -> Result<(), ParseAborted> {
        if self.frames.len() >= self.limits.max_nesting {
            return Err(self.too_deep(start..start));
        }
        self.frames.push(OpenCollection {
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

    pub(super) fn close(&mut self, end: usize) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        let text = self.text.text;
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

    pub(super) fn scalar(
        &mut self,
        text: &str,
        style: Style,
        anchor: Anchor,
        tag: Option<&str>,
        range: Range<usize>,
    ) {
        let source = self.text.text;
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
                let help = "quote it if it is meant as a string";
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

    pub(super) fn finish_scalar(
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

    /// Finds where a value that was left out would have been written.
    pub(super) fn place_of_omitted(&self, mark: usize) -> Range<usize> {
        let text = self.text.text;
        let mut frames = self.frames.iter().rev();
        let at = match frames.next() {
            Some(OpenCollection {
                content: Content::Mapping { key: Some(_), .. },
                hull: Some(hull),
                ..
            }) => layout::after_colon(text, hull.end),
            Some(
                frame @ OpenCollection {
                    content: Content::Sequence(_),
                    flow: false,
                    ..
                },
            ) => {
                let key_end = match frames.next() {
                    Some(OpenCollection {
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

    /// Hands a finished node to the collection that it stands in.
    pub(super) fn finish(&mut self, child: Child, anchor: Anchor) {
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

    pub(super) fn expects_key(&self) -> bool {
        matches!(
            self.frames.last(),
            Some(OpenCollection {
                content: Content::Mapping { key: None, .. },
                ..
            })
        )
    }

    pub(super) fn set_key(&mut self, range: &Range<usize>, make: impl FnOnce(Span) -> Key) {
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

    pub(super) fn scalar_key(&mut self, text: &str, value: Value, range: &Range<usize>) {
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

    /// Takes a key that is a node of its own: anchored, an alias, or not a scalar at all.
    pub(super) fn node_key(&mut self, child: &Child) {
        let scalar = self.tree.node(child.id).scalar();
        if let Some(scalar) = scalar.map(|scalar| (scalar.text.clone(), scalar.value)) {
            self.scalar_key(&scalar.0, scalar.1, &child.range);
            return;
        }
        // `{{ .Values.x }}` is a mapping whose key is a mapping: what it really is will be said at its end.
        let template = self
            .frames
            .last()
            .is_some_and(|frame| frame.flow && layout::opens_template(self.text.text, frame.start));
        if !template {
            let message = "a key must be a scalar, not a sequence or a mapping".to_owned();
            self.refused(child.range.clone(), message, None);
        }
        self.set_key(&child.range, |_| Key::Refused);
    }

    pub(super) fn end_document(&mut self, end: Range<usize>) {
        let document = std::mem::take(&mut self.document);
        self.frames.clear();
        let Some(root) = document.root.filter(|_| !document.lost) else {
            return;
        };
        let span = self.span(document.start..end.end.max(document.start));
        let mut read = Document {
            root: root.id,
            span,
            is_empty: document.omitted,
            is_trimmed: false,
        };
        if let Some(filter) = self.filter {
            let seen = filter(self.tree.node(root.id));
            self.stream.places.extend(seen.places);
            // A finding may lead anywhere in its document, and so may an alias.
            let is_plain = self.chunked
                && document.anchors.is_empty()
                && document.problems_before == self.problem_count();
            if let Some(keys) = seen.enough.filter(|_| is_plain) {
                read.root = self.tree.trim(document.first_node, root.id, keys);
                read.is_trimmed = true;
                // The limit is for memory: what has been dropped takes none.
                let kept = self.tree.len().saturating_sub(document.first_node);
                self.nodes = document.nodes_before.saturating_add(kept);
            }
        }
        self.stream.documents.push(read);
        self.unended = end.is_empty().then_some(document.start);
    }

    pub(super) fn extend_last_document(&mut self, end: usize) {
        let Some(start) = self.unended.take() else {
            return;
        };
        let span = self.span(start..end);
        if let Some(document) = self.stream.documents.last_mut() {
            document.span = span;
        }
    }

    pub(super) fn push(&mut self, kind: NodeKind, range: Range<usize>) -> NodeId {
        self.nodes += 1;
        let span = self.span(range);
        self.tree.push(NodeData {
            span,
            kind,
            overrides: None,
        })
    }

    pub(super) fn span(&self, range: Range<usize>) -> Span {
        self.text.span(range)
    }
}

fn is_merge_tag(tag: &str) -> bool {
    matches!(tag, "!!merge" | "tag:yaml.org,2002:merge")
}
