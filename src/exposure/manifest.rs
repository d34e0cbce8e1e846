//! What is true of objects as such, whatever they expose: types of annotations, API versions, doubles, placeholders.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::{Context, Exposure, readers};
use crate::diagnostic::Label;
use crate::facts::{
    Anchor, ApiVersion, DuplicateObject, Fact, NonString, Placeholder, StringPlace, ValueType,
};
use crate::kube::{ObjectRef, Origin};
use crate::version::Version;
use portolan_yaml::source::Span;
use portolan_yaml::{Node, NodeKind, OPAQUE, Style, Value};

/// Adds the facts.
pub(super) fn extract(cx: Context<'_>, exposure: &mut Exposure) {
    for object in cx.objects.iter(cx.tree) {
        string_maps(object, exposure);
        api_version(cx, object, exposure);
        placeholders(object.node, &object.title(), exposure);
    }
    duplicates(cx, exposure);
}

/// Annotations and labels, of the object and of the pods that it makes.
fn string_maps(object: ObjectRef<'_>, exposure: &mut Exposure) {
    let holders: [&[&str]; 2] = [&["metadata"], &["spec", "template", "metadata"]];
    for holder in holders {
        for (field, what) in [
            ("annotations", StringPlace::Annotation),
            ("labels", StringPlace::Label),
        ] {
            let path: Vec<&str> = holder.iter().copied().chain([field]).collect();
            let Some(map) = object.node.at(&path) else {
                continue;
            };
            let place = Anchor::new(map.site()).in_object(object.title());
            if what == StringPlace::Annotation {
                readers::names::extract(map, &place, exposure);
            }
            non_strings(map, what, &place, exposure);
        }
    }
}

/// Annotations and labels anywhere in values, and placeholders. Objects in `extraDeploy` are looked at as objects.
pub(super) fn of_values(root: Node<'_>, exposure: &mut Exposure) {
    let mut stack: Vec<(Node<'_>, &str)> = root
        .entries()
        .filter(|(entry, _)| &*entry.key != "extraDeploy")
        .map(|(entry, value)| (value, &*entry.key))
        .collect();
    while let Some((node, key)) = stack.pop() {
        let what = match key {
            "annotations" | "podAnnotations" | "commonAnnotations" => Some(StringPlace::Annotation),
            "labels" | "podLabels" | "commonLabels" => Some(StringPlace::Label),
            _ => None,
        };
        if let Some(what) = what {
            let place = Anchor::new(node.site());
            if what == StringPlace::Annotation {
                readers::names::extract(node, &place, exposure);
            }
            non_strings(node, what, &place, exposure);
            continue;
        }
        if node.site() == node.span() {
            stack.extend(node.entries().map(|(entry, value)| (value, &*entry.key)));
        }
    }
    for (entry, value) in root.entries() {
        if &*entry.key != "extraDeploy" {
            placeholders(value, "", exposure);
        }
    }
}

/// Adds a fact for each value of a mapping that is not a string.
pub(super) fn non_strings(
    map: Node<'_>,
    what: StringPlace,
    place: &Anchor,
    exposure: &mut Exposure,
) {
    for (entry, value) in map.entries() {
        if entry.key.contains(OPAQUE) {
            continue;
        }
        let (type_name, quoted) = match value.kind() {
            NodeKind::Mapping(_) => (ValueType::Mapping, None),
            NodeKind::Sequence(_) => (ValueType::Sequence, None),
            NodeKind::Alias(_) => continue,
            NodeKind::Scalar(scalar) => match scalar.value {
                Value::String => continue,
                Value::Bool(_) => (ValueType::Boolean, Some(scalar)),
                Value::Int(_) | Value::UInt(_) => (ValueType::Integer, Some(scalar)),
                Value::Float(_) => (ValueType::Number, Some(scalar)),
                Value::Null => (ValueType::Null, None),
            },
        };
        // The value's place; for a value that was left out, its key.
        let span = if value.site().is_empty() {
            entry.key_span
        } else {
            value.site()
        };
        if !exposure.seen.non_strings.insert(span) {
            continue;
        }
        let mut place = place.clone();
        place.span = span;
        place.labels = value
            .overrides()
            .filter(|replaced| replaced.text().is_some())
            .map(|replaced| Label {
                span: replaced.span(),
                message: "this earlier value is overridden".to_owned(),
            })
            .into_iter()
            .collect();
        let mut fact = NonString::new(place);
        fact.what = Fact::known(what);
        fact.key = Fact::known(entry.key.to_string());
        fact.type_name = Fact::known(type_name);
        fact.quoted = Fact::from_option(
            quoted
                // What the key says is a secret is not repeated.
                .filter(|_| crate::secret_names::word_in(&entry.key).is_none())
                .map(|scalar| format!("\"{}\"", scalar.text)),
        );
        exposure.facts.non_strings.push(fact);
    }
}

/// What `knowledge/apis/apis.yaml` says about one kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Api {
    kind: String,
    /// Where another project has the same kind: the group that is meant.
    #[serde(default)]
    group: Option<String>,
    versions: Vec<ApiRelease>,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ApiRelease {
    version: String,
    #[serde(default)]
    removed_in: Option<String>,
    #[serde(default)]
    gone: bool,
}

fn apis() -> &'static [Api] {
    static APIS: OnceLock<Vec<Api>> = OnceLock::new();
    APIS.get_or_init(|| {
        let files: Vec<Vec<Api>> =
            serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/apis.json")))
                .unwrap_or_default();
        files.into_iter().flatten().collect()
    })
}

fn api_version(cx: Context<'_>, object: ObjectRef<'_>, exposure: &mut Exposure) {
    // The chart picks the version of what it renders by itself.
    if object.object.origin == Origin::Projection {
        return;
    }
    let Some(node) = object.api_version().filter(|node| !node.is_opaque()) else {
        return;
    };
    let version = node.text().unwrap_or_default();
    let Some(api) = apis().iter().find(|api| api.kind == object.kind()) else {
        return;
    };
    let other_project = api
        .group
        .as_deref()
        .is_some_and(|group| version.contains('/') && !version.starts_with(&format!("{group}/")));
    if other_project {
        return;
    }
    let mut fact = ApiVersion::new(super::place_in(object, &["apiVersion"]));
    fact.kind = Fact::known(object.kind().to_owned());
    fact.version = Fact::at(version.to_owned(), node.site());
    fact.use_instead =
        Fact::from_option(api.versions.first().map(|release| release.version.clone()));
    let release = api
        .versions
        .iter()
        .find(|release| release.version == version);
    fact.removed_in = Fact::from_option(release.and_then(|release| release.removed_in.clone()));
    fact.served = match release {
        None => Fact::known(false),
        Some(release) => match (&release.removed_in, release.gone) {
            (Some(removed), _) => served_until(cx, removed, object.kind(), version),
            (None, true) => Fact::Unknown(format!(
                "newer clusters no longer serve `{version}` for {}, and it is not documented since which version: use `{}`",
                object.kind(),
                api.versions.first().map_or("", |release| &release.version)
            )),
            (None, false) => Fact::known(true),
        },
    };
    if fact.served.value() != Some(&true) {
        exposure.facts.api_versions.push(fact);
    }
}

fn served_until(cx: Context<'_>, removed: &str, kind: &str, version: &str) -> Fact<bool> {
    match (cx.version(), removed.parse::<Version>()) {
        (Some(cluster), Ok(removed)) => Fact::known(cluster < removed),
        _ => Fact::Unknown(format!(
            "Kubernetes {removed} and later do not serve `{version}` for {kind}: give `--cluster-version`"
        )),
    }
}

/// Objects of one kind, name and namespace.
fn duplicates(cx: Context<'_>, exposure: &mut Exposure) {
    let mut seen: HashMap<(&str, &str, &str, &str), Span> = HashMap::new();
    for object in cx.objects.iter(cx.tree) {
        let Some(name) = object.name() else { continue };
        if name.contains(OPAQUE) || object.kind().is_empty() {
            continue;
        }
        let namespace = object.namespace().unwrap_or_default();
        let group = object
            .api_version()
            .and_then(Node::text)
            .and_then(|version| version.split_once('/'))
            .map_or("", |(group, _)| group);
        let span = object
            .node
            .at(&["metadata", "name"])
            .map_or(object.node.site(), Node::site);
        let Some(first) = seen.insert((group, object.kind(), namespace, name), span) else {
            continue;
        };
        let mut place = Anchor::new(span).in_object(object.title());
        place.labels.push(Label {
            span: first,
            message: "the other object of this kind and name".to_owned(),
        });
        let mut fact = DuplicateObject::new(place);
        fact.kind = Fact::known(object.kind().to_owned());
        fact.name = Fact::known(name.to_owned());
        exposure.facts.duplicate_objects.push(fact);
    }
}

/// Adds a fact for each placeholder left in a string below `root`. Every node is looked at once, where it was written.
pub(super) fn placeholders(root: Node<'_>, object: &str, exposure: &mut Exposure) {
    let mut stack: Vec<(Node<'_>, &str)> = vec![(root, "")];
    while let Some((node, key)) = stack.pop() {
        // What an alias leads to is looked at where it was written.
        if node.site() != node.span() {
            continue;
        }
        match node.kind() {
            NodeKind::Mapping(_) => {
                stack.extend(node.entries().map(|(entry, value)| (value, &*entry.key)))
            }
            NodeKind::Sequence(_) => stack.extend(node.items().map(|item| (item, key))),
            NodeKind::Scalar(scalar) => {
                if scalar.value != Value::String || key == "selfHostedDomain" {
                    continue;
                }
                for (at, text) in placeholders_in(&scalar.text, scalar.style) {
                    let span = within(node.span(), scalar.style, &scalar.text, at, text);
                    if !exposure.seen.placeholders.insert(span) {
                        continue;
                    }
                    let mut place = Anchor::new(span);
                    if !object.is_empty() {
                        place = place.in_object(object);
                    }
                    let mut fact = Placeholder::new(place);
                    fact.text = Fact::at(text.to_owned(), span);
                    fact.key = Fact::known(key.to_owned());
                    exposure.facts.placeholders.push(fact);
                }
            }
            NodeKind::Alias(_) => {}
        }
    }
}

/// The placeholder's own span, where the scalar's text stands in the source as it is.
fn within(span: Span, style: Style, text: &str, at: usize, found: &str) -> Span {
    let quote = usize::from(matches!(style, Style::SingleQuoted | Style::DoubleQuoted));
    if span.len() != text.len() + 2 * quote {
        return span;
    }
    let start = span.start as usize + quote + at;
    Span::new(span.source, start, start + found.len())
}

/// Placeholders in a text: `<REGION>`, `<your-domain>`. Not markup, not comparisons, not shell.
fn placeholders_in(text: &str, style: Style) -> Vec<(usize, &str)> {
    let is_block = matches!(style, Style::Literal | Style::Folded) || text.contains('\n');
    if is_block || text.contains("</") || text.contains("/>") || text.contains("<<") {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = text
        .get(from..)
        .and_then(|rest| rest.find('<'))
        .map(|at| from + at)
    {
        let rest = text.get(open + 1..).unwrap_or_default();
        let Some(length) = rest.find(['>', '<']) else {
            break;
        };
        // A named group of a regular expression.
        let before = text.get(..open).unwrap_or_default();
        if before.ends_with("(?") || before.ends_with("(?P") || before.ends_with("\\k") {
            from = open + 1;
            continue;
        }
        let inside = rest.get(..length).unwrap_or_default();
        if rest.get(length..).is_some_and(|rest| rest.starts_with('>'))
            && is_placeholder_word(inside)
        {
            found.push((open, text.get(open..open + length + 2).unwrap_or_default()));
        }
        from = open + 1;
    }
    found
}

fn is_placeholder_word(word: &str) -> bool {
    let screaming = word.len() >= 2
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | ' '));
    if screaming {
        // Written in place of a secret before a file was shown to somebody, not left in by mistake.
        return !matches!(
            word,
            "REDACTED" | "HIDDEN" | "MASKED" | "REMOVED" | "SECRET"
        );
    }
    // Lower-case words count where they ask for something.
    const ASKED_FOR: [&str; 27] = [
        "your",
        "my",
        "domain",
        "project",
        "namespace",
        "region",
        "bucket",
        "account",
        "accounts",
        "certificate",
        "cert",
        "secret",
        "email",
        "host",
        "hostname",
        "cluster",
        "name",
        "id",
        "arn",
        "tenant",
        "client",
        "password",
        "user",
        "username",
        "ip",
        "path",
        "url",
    ];
    let lower = word
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | ' '));
    lower
        && word
            .split(['_', '-', ' '])
            .any(|part| ASKED_FOR.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_found_and_markup_is_not() {
        let arn = "arn:aws:acm:<REGION>:<AWS_ACCOUNTS>:certificate/<CERTIFICATE_ID>";
        let found: Vec<&str> = placeholders_in(arn, Style::Plain)
            .into_iter()
            .map(|(_, text)| text)
            .collect();
        assert_eq!(found, ["<REGION>", "<AWS_ACCOUNTS>", "<CERTIFICATE_ID>"]);
        assert_eq!(placeholders_in("<your-domain>", Style::Plain).len(), 1);
        for text in [
            "a < b > c",
            "<p>hello</p>",
            "<br/>",
            "cat <<EOF",
            "<EntityDescriptor>",
            "x<y",
            "Name <ops@acme.io>",
            "(?P<name>.*)",
            "~^(?<user>.+)$",
        ] {
            assert!(placeholders_in(text, Style::Plain).is_empty(), "{text}");
        }
    }
}
