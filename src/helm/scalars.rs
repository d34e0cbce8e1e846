//! Traps of YAML in values: words, keys and numbers that Helm takes for something else than was written, texts with white
//! space around them, documents that are never read, and values that another file replaces by something of another kind.

use super::keys::{KeyContext, found};
use crate::diagnostic::Label;
use crate::facts::{
    Anchor, BooleanWord, Fact, Facts, IgnoredDocument, PaddedText, RewrittenKey, RewrittenNumber,
    Side, TypeOverride, ValueSort,
};
use portolan_yaml::source::{Sources, Span};
use portolan_yaml::{Entry, Node, Scalar, Stream, Style, Tree, Value};

/// As many as a report shows.
const MOST: usize = 10_000;

/// Adds the fact that YAML changes a key; returns true where it does.
pub(super) fn key(sources: &Sources, entry: &Entry, facts: &mut Facts) -> bool {
    let written = sources.slice(entry.key_span);
    // Quoted keys keep their quotes in the slice, and resolve to themselves.
    let value = portolan_yaml::resolve(written, Style::Plain, None);
    if written == &*entry.key || matches!(value, Value::String | Value::Null) {
        return false;
    }
    // `True` and `TRUE` are booleans to everybody.
    if written.eq_ignore_ascii_case(&entry.key) {
        return false;
    }
    let known = |fact: &RewrittenKey| fact.place.span == entry.key_span;
    if facts.rewritten_keys.len() < MOST && !facts.rewritten_keys.iter().any(known) {
        let mut fact = RewrittenKey::new(Anchor::new(entry.key_span));
        fact.written = Fact::known(written.to_owned());
        fact.taken_as = Fact::known(entry.key.to_string());
        facts.rewritten_keys.push(fact);
    }
    true
}

/// Adds the fact that an unquoted word is a boolean to Helm.
pub(super) fn word(
    key_context: KeyContext,
    node: Node<'_>,
    scalar: &Scalar,
    expected: Option<ValueSort>,
    facts: &mut Facts,
) {
    let Value::Bool(taken_as) = scalar.value else {
        return;
    };
    let is_plain_word = scalar.style == Style::Plain
        && !scalar.text.eq_ignore_ascii_case("true")
        && !scalar.text.eq_ignore_ascii_case("false");
    // In annotations and labels no boolean is right, and another rule says so.
    if !is_plain_word || key_context.is_string_map || facts.boolean_words.len() >= MOST {
        return;
    }
    if is_known(facts, node.span()) {
        return;
    }
    let mut fact = BooleanWord::new(Anchor::new(node.span()));
    fact.word = Fact::known(scalar.text.to_string());
    fact.taken_as = Fact::known(taken_as);
    fact.expected = Fact::from_option(expected);
    facts.boolean_words.push(fact);
}

/// Adds the fact that a number is in place of a string, which a template prints in another way than it was written.
pub(super) fn number(
    sources: &Sources,
    path: &str,
    node: Node<'_>,
    scalar: &Scalar,
    facts: &mut Facts,
) {
    let is_number = matches!(
        scalar.value,
        Value::Int(_) | Value::UInt(_) | Value::Float(_)
    );
    if !is_number || scalar.style != Style::Plain {
        return;
    }
    let printed = portolan_yaml::template_text(scalar);
    if *printed == *scalar.text || facts.rewritten_numbers.len() >= MOST {
        return;
    }
    if is_known(facts, node.span()) {
        return;
    }
    let mut fact = RewrittenNumber::new(Anchor::new(node.span()));
    fact.path = Fact::known(path.to_owned());
    if !is_secret(sources, node.span(), path) {
        fact.written = Fact::known(scalar.text.to_string());
        fact.printed = Fact::known(printed.into_owned());
    }
    facts.rewritten_numbers.push(fact);
}

/// Adds the fact that there is whitespace within the quotes of a string.
pub(super) fn padding(
    sources: &Sources,
    path: &str,
    node: Node<'_>,
    scalar: &Scalar,
    facts: &mut Facts,
) {
    let text = &*scalar.text;
    let trimmed = text.trim();
    let is_quoted = matches!(scalar.style, Style::SingleQuoted | Style::DoubleQuoted);
    // A line break is meant: certificates, scripts, configuration.
    if !is_quoted || trimmed == text || trimmed.is_empty() || text.contains('\n') {
        return;
    }
    // The domain has rules of its own, and whitespace may belong to a secret.
    let is_other = path == "appConfigValues.selfHostedDomain"
        || is_secret(sources, node.span(), path)
        || facts.padded_texts.len() >= MOST;
    if is_other || is_known(facts, node.span()) {
        return;
    }
    let side = match (text.trim_start() == text, text.trim_end() == text) {
        (false, false) => Side::Around,
        (false, true) => Side::Before,
        _ => Side::After,
    };
    let mut fact = PaddedText::new(Anchor::new(node.span()));
    fact.path = Fact::known(path.to_owned());
    fact.side = Fact::known(side);
    fact.trimmed = Fact::known(trimmed.to_owned());
    facts.padded_texts.push(fact);
}

/// Tells whether a scalar has been reported: the merged values show again what the files have shown.
fn is_known(facts: &Facts, span: Span) -> bool {
    facts
        .boolean_words
        .iter()
        .any(|fact| fact.place.span == span)
        || facts
            .rewritten_numbers
            .iter()
            .any(|fact| fact.place.span == span)
        || facts
            .padded_texts
            .iter()
            .any(|fact| fact.place.span == span)
}

/// Tells whether a value is one that must not be shown.
fn is_secret(sources: &Sources, span: Span, path: &str) -> bool {
    let marked = sources.get(span.source).is_some_and(|source| {
        source
            .secrets()
            .iter()
            .any(|secret| secret.start < span.end && span.start < secret.end)
    });
    let name = path
        .rsplit('.')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let words = ["password", "secret", "token", "key", "credential"];
    marked || path.contains("Secrets.") || words.iter().any(|word| name.contains(word))
}

/// Adds facts about the documents of a values file that Helm never reads: all but the first.
pub fn documents(tree: &Tree, stream: &Stream, facts: &mut Facts) {
    let mut others = stream
        .documents
        .iter()
        .skip(1)
        .map(|document| tree.node(document.root))
        .filter(|root| !root.is_null());
    let Some(first) = others.next() else { return };
    let span = first
        .entries()
        .next()
        .map_or(first.site(), |(entry, _)| entry.key_span);
    let mut fact = IgnoredDocument::new(Anchor::new(span));
    let count = 1 + others.count();
    fact.count = Fact::known(i64::try_from(count).unwrap_or(i64::MAX));
    let first_is_empty = stream
        .documents
        .first()
        .is_some_and(|document| tree.node(document.root).is_null());
    fact.first_is_empty = Fact::known(first_is_empty);
    facts.ignored_documents.push(fact);
}

/// Adds facts about values that a later file or option replaced with one of another kind.
pub fn overrides(sources: &Sources, merged: Node<'_>, facts: &mut Facts) {
    let mut stack = vec![merged];
    while let Some(node) = stack.pop() {
        if let Some(replaced) = node.overrides()
            && node.site() == node.span()
            && differ(replaced, node)
            && facts.type_overrides.len() < MOST
        {
            add_override(sources, replaced, node, facts);
        }
        if node.site() == node.span() {
            stack.extend(node.entries().map(|(_, value)| value));
        }
    }
}

fn add_override(sources: &Sources, replaced: Node<'_>, node: Node<'_>, facts: &mut Facts) {
    let has_wrong_type = |span: Span| {
        facts
            .chart_values
            .iter()
            .any(|fact| fact.place.span == span)
    };
    // What is wrong by the chart's own types has been said.
    if has_wrong_type(node.span()) || has_wrong_type(replaced.span()) {
        return;
    }
    let mut place = Anchor::new(node.span());
    place.labels.push(Label {
        span: replaced.span(),
        message: format!("{} that is lost", found(replaced)),
    });
    let mut fact = TypeOverride::new(place);
    fact.before = Fact::known(found(replaced));
    fact.after = Fact::known(found(node));
    fact.file = Fact::known(sources.name(replaced.span().source).to_owned());
    facts.type_overrides.push(fact);
}

/// Tells whether one is a collection with something in it, and the other is another kind of thing. An empty value is
/// how a file takes away what another one gave.
fn differ(before: Node<'_>, after: Node<'_>) -> bool {
    let sort = |node: Node<'_>| match (node.is_mapping(), node.is_sequence()) {
        (true, _) => 0,
        (_, true) => 1,
        _ => 2,
    };
    let is_template = |node: Node<'_>| {
        node.as_str()
            .is_some_and(|text| text.contains("{{") || text.contains('\n'))
    };
    sort(before) != sort(after)
        && super::values::is_truthy(before)
        && super::values::is_truthy(after)
        && !is_template(before)
        && !is_template(after)
}
