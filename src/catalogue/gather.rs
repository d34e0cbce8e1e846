//! Draws the catalogue from the chart's own files: the `values.yaml` of each release, the exceptions, and, for a chart of
//! the user's own, its templates.
//!
//! Besides the keys that the values define it takes those that a `## @param` line names, and those that stand commented out
//! where a key would stand. Of comments only the names of keys are kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Catalogue, ChartVersion, Exceptions, KeyId, KeyType, Variant};
use portolan_yaml::source::{MappedText, Sources};
use portolan_yaml::{Node, NodeKind, Tree, Value};

/// Keys that hold what Kubernetes defines, not the chart: its templates hand the whole value on (`toYaml`,
/// `common.tplvalues.render`), in every release that has them.
const HANDED_ON: [&str; 13] = [
    "affinity",
    "annotations",
    "containerSecurityContext",
    "global",
    "labels",
    "labelSelectorsOverride",
    "lifecycleHooks",
    "nodeSelector",
    "podSecurityContext",
    "resources",
    "strategy",
    "tolerations",
    "updateStrategy",
];

/// Endings of the names of keys whose values templates hand on.
const HANDED_ON_ENDS: [&str; 4] = ["Annotations", "Labels", "Probe", "SecurityContext"];

fn is_handed_on(name: &str) -> bool {
    HANDED_ON.contains(&name) || HANDED_ON_ENDS.iter().any(|end| name.ends_with(end))
}

/// The longest default that is kept, in bytes of JSON.
const LONGEST_DEFAULT: usize = 42;

/// A chart of the user's own, as texts.
#[derive(Clone, Debug, Default)]
pub struct ChartFiles {
    /// The name it was given as: a folder or a file.
    pub name: String,
    /// `version` in its `Chart.yaml`, where there is one.
    pub version: Option<String>,
    /// `values.yaml`.
    pub values: String,
    /// Names and aliases of its subcharts.
    pub subcharts: Vec<String>,
    /// Every template.
    pub templates: Vec<String>,
}

/// A key in one release.
#[derive(Clone, Debug, PartialEq, Eq)]
struct KeyShape {
    kind: KeyType,
    default: Option<String>,
}

/// The keys of one release, by path; a mapping comes before what lies in it.
type KeyShapes = BTreeMap<Vec<String>, KeyShape>;

/// Collects the releases of a chart.
#[derive(Debug, Default)]
pub struct CatalogueBuilder {
    releases: Vec<(String, KeyShapes)>,
}

impl CatalogueBuilder {
    /// Adds the next release.
    ///
    /// # Errors
    /// Where the values do not parse.
    pub fn add(&mut self, release: &str, values: &str) -> Result<(), String> {
        let shapes = shapes(values).map_err(|error| format!("{release}: {error}"))?;
        self.releases.push((release.to_owned(), shapes));
        Ok(())
    }

    /// Returns the catalogue of all releases added.
    ///
    /// # Errors
    /// An exception that names a release that there is not, or a key below nothing.
    pub fn finish(mut self, exceptions: &Exceptions) -> Result<Catalogue, String> {
        let order: Vec<String> = self.releases.iter().map(|(name, _)| name.clone()).collect();
        let index = |name: &Option<String>, otherwise: usize| match name {
            None => Ok(otherwise),
            Some(name) => order
                .iter()
                .position(|release| release == name)
                .ok_or_else(|| {
                    format!("an exception names the release {name}, which is not known")
                }),
        };
        for exception in &exceptions.list {
            let first = index(&exception.since, 0)?;
            let last = index(&exception.until, order.len().saturating_sub(1))?;
            let mut used = false;
            for (at, (_, shapes)) in self.releases.iter_mut().enumerate() {
                if (first..=last).contains(&at) {
                    used |= except(shapes, &exception.key, exception.free, exception.any);
                }
            }
            if !used {
                return Err(format!("the exception `{}` fits no release", exception.key));
            }
        }
        Ok(self.catalogue())
    }

    fn catalogue(self) -> Catalogue {
        let mut catalogue = Catalogue::empty();
        catalogue.releases = self
            .releases
            .iter()
            .map(|(name, _)| name.as_str().into())
            .collect();
        for (release, (_, shapes)) in self.releases.iter().enumerate() {
            for (path, shape) in shapes {
                let mut id = KeyId::ROOT;
                for name in path {
                    id = catalogue.insert(id, name);
                }
                catalogue.note(id, release, shape.clone());
            }
        }
        catalogue.in_order()
    }
}

impl Catalogue {
    /// Notes what a key is in a release; releases come in order.
    fn note(&mut self, id: KeyId, release: usize, shape: KeyShape) {
        let release = u16::try_from(release).unwrap_or(u16::MAX);
        let Some(key) = self.key_mut(id) else {
            return;
        };
        let default = shape.default.map(String::into_boxed_str);
        let known = key
            .variants
            .iter_mut()
            .find(|variant| variant.kind == shape.kind);
        let Some(variant) = known else {
            key.variants.push(Variant {
                kind: shape.kind,
                default,
                releases: vec![(release, release)],
            });
            return;
        };
        variant.default = default;
        match variant.releases.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(release) => *last = release,
            _ => variant.releases.push((release, release)),
        }
    }

    /// Numbers the keys in the order in which they are printed.
    fn in_order(self) -> Catalogue {
        let mut ordered = Catalogue::empty();
        ordered.releases.clone_from(&self.releases);
        let mut stack: Vec<(KeyId, KeyId)> = vec![(KeyId::ROOT, KeyId::ROOT)];
        while let Some((old, new)) = stack.pop() {
            if let (Some(from), Some(to)) = (self.key(old), ordered.key_mut(new)) {
                to.variants.clone_from(&from.variants);
            }
            for child in self.children(old) {
                let name = self.name(*child).to_owned();
                let id = ordered.insert(new, &name);
                stack.push((*child, id));
            }
        }
        ordered
    }

    /// Returns the catalogue with a chart of the user's own as its newest release.
    ///
    /// # Errors
    /// Where its values do not parse.
    pub fn with_chart(&self, files: &ChartFiles) -> Result<ChartVersion, String> {
        let mut shapes = shapes(&files.values)?;
        for name in &files.subcharts {
            except(&mut shapes, name, true, false);
        }
        for free in ["global", "tags"] {
            except(&mut shapes, free, true, false);
        }
        for template in &files.templates {
            for path in reads(template) {
                known(&mut shapes, &path);
            }
        }
        let mut catalogue = self.clone();
        catalogue.read_all();
        let release = catalogue.releases.len();
        let version = files
            .version
            .clone()
            .unwrap_or_else(|| "unknown".to_owned());
        // What only templates read in the newest known release counts for this one, too: it may be a packed chart whose
        // templates were too many to read.
        let last = release.saturating_sub(1);
        for id in catalogue.ids() {
            let only_read = catalogue
                .variant(id, last)
                .is_some_and(|variant| variant.kind == KeyType::Any);
            let path: Vec<String> = catalogue.path(id).split('.').map(str::to_owned).collect();
            if only_read && parent_is_there(&shapes, &path) {
                known(&mut shapes, &path);
                // A list or a boolean that may be a text as well.
                if let Some(shape) = shapes.get_mut(&path)
                    && matches!(shape.kind, KeyType::List | KeyType::Boolean)
                {
                    shape.kind = KeyType::Any;
                }
            }
        }
        catalogue.releases.push(version.as_str().into());
        for (path, shape) in shapes {
            let mut id = KeyId::ROOT;
            for name in &path {
                id = catalogue.insert(id, name);
            }
            catalogue.note(id, release, shape);
        }
        let name = match &files.version {
            Some(version) => format!("{version} ({})", files.name),
            None => files.name.clone(),
        };
        Ok(ChartVersion::new(Arc::new(catalogue), release).named(name))
    }

    pub(super) fn ids(&self) -> Vec<KeyId> {
        (1..self.keys.len())
            .map(|at| KeyId(u32::try_from(at).unwrap_or(u32::MAX)))
            .collect()
    }
}

/// Reads the keys of a `values.yaml`.
fn shapes(values: &str) -> Result<KeyShapes, String> {
    let mut sources = Sources::default();
    let mut tree = Tree::default();
    let source = sources.add("values.yaml", values);
    let stream = portolan_yaml::parse(
        &MappedText::of_source(&sources, source),
        &mut tree,
        &portolan_yaml::Limits::default(),
    );
    if let Some(problem) = stream
        .problems
        .iter()
        .find(|problem| problem.kind.loses_document())
    {
        return Err(format!(
            "its values.yaml does not parse: line {}: {}",
            sources.line_column(problem.span).line,
            problem.message
        ));
    }
    let mut shapes = KeyShapes::new();
    let Some(document) = stream.documents.first() else {
        return Ok(shapes);
    };
    let mut stack: Vec<(Vec<String>, Node<'_>)> = vec![(Vec::new(), tree.node(document.root))];
    while let Some((path, node)) = stack.pop() {
        for (entry, value) in node.entries() {
            let mut path = path.clone();
            path.push(entry.key.to_string());
            shapes.insert(path.clone(), shape(&entry.key, value));
            if value.is_mapping() {
                stack.push((path, value));
            }
        }
    }
    for path in named_in_comments(values) {
        if parent_is_there(&shapes, &path) {
            known(&mut shapes, &path);
        }
    }
    Ok(shapes)
}

/// Reads a key of the values.
fn shape(name: &str, value: Node<'_>) -> KeyShape {
    let mut default = None;
    let kind = match value.kind() {
        NodeKind::Mapping(entries) if entries.is_empty() || is_handed_on(name) => KeyType::Free,
        NodeKind::Mapping(_) => KeyType::Mapping,
        NodeKind::Sequence(_) => KeyType::List,
        NodeKind::Alias(_) => KeyType::Any,
        NodeKind::Scalar(scalar) => {
            let json = portolan_yaml::json_text(scalar);
            if json.len() <= LONGEST_DEFAULT && !scalar.text.is_empty() {
                default = Some(json);
            }
            match scalar.value {
                Value::Null => KeyType::Any,
                Value::Bool(_) => KeyType::Boolean,
                Value::Int(_) | Value::UInt(_) | Value::Float(_) => KeyType::Number,
                Value::String if scalar.text.is_empty() => KeyType::Empty,
                Value::String => KeyType::Text,
            }
        }
    };
    KeyShape { kind, default }
}

fn parent_is_there(shapes: &KeyShapes, path: &[String]) -> bool {
    match path.split_last() {
        Some((_, [])) => true,
        Some((_, parent)) => shapes.contains_key(parent),
        None => false,
    }
}

/// Makes a path known, with the mappings that lead to it.
fn known(shapes: &mut KeyShapes, path: &[String]) {
    for length in 1..=path.len() {
        let part = path.get(..length).unwrap_or_default().to_vec();
        let kind = if length == path.len() {
            KeyType::Any
        } else {
            KeyType::Mapping
        };
        let shape = shapes.entry(part).or_insert(KeyShape {
            kind,
            default: None,
        });
        // A text or a list that a template looks into is not what the values show; let it be anything.
        let is_leaf = !matches!(shape.kind, KeyType::Mapping | KeyType::Free | KeyType::Any);
        if length < path.len() && is_leaf {
            shape.kind = KeyType::Any;
            shape.default = None;
        }
    }
}

/// Applies an exception to one release; true where it fits.
fn except(shapes: &mut KeyShapes, key: &str, free: bool, any: bool) -> bool {
    let pattern: Vec<&str> = key.split('.').collect();
    let paths: Vec<Vec<String>> = match pattern.split_first() {
        Some((&"*", rest)) => {
            // Only where the values have what leads to it.
            let above = rest.split_last().map_or(&[] as &[&str], |(_, above)| above);
            shapes
                .keys()
                .filter(|path| {
                    path.len() == 1 + above.len()
                        && path
                            .iter()
                            .skip(1)
                            .map(String::as_str)
                            .eq(above.iter().copied())
                })
                .map(|path| {
                    let first = path.first().cloned().unwrap_or_default();
                    let rest = rest.iter().map(|name| (*name).to_owned());
                    std::iter::once(first).chain(rest).collect()
                })
                .collect()
        }
        _ => vec![pattern.iter().map(|name| (*name).to_owned()).collect()],
    };
    for path in &paths {
        // What says more about a key does not make it.
        if any && !shapes.contains_key(path) {
            continue;
        }
        known(shapes, path);
        if let Some(shape) = shapes.get_mut(path) {
            if free {
                shape.kind = KeyType::Free;
                shape.default = None;
            } else if any {
                shape.kind = KeyType::Any;
            }
        }
    }
    !paths.is_empty()
}

/// Finds keys that `## @param` lines name, and keys that are commented out.
fn named_in_comments(values: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    // Open keys of the lines above, each with its column.
    let mut open: Vec<(usize, String)> = Vec::new();
    for line in values.lines() {
        let body = line.trim_start();
        let column = line.len() - body.len();
        let Some(comment) = body.strip_prefix('#') else {
            if let Some(name) = key_of(body) {
                open.retain(|(at, _)| *at < column);
                open.push((column, name.to_owned()));
            }
            continue;
        };
        let text = comment.trim_start_matches('#').trim_start();
        if let Some(named) = text.strip_prefix("@param ") {
            let path = named.split_whitespace().next().unwrap_or_default();
            let path = path.split('[').next().unwrap_or_default();
            found.push(path.split('.').map(str::to_owned).collect());
            continue;
        }
        // One `#` and at most one blank: the key itself, taken out; two signs begin an explanation.
        let inner = comment.strip_prefix(' ').unwrap_or(comment);
        let indent = inner.len() - inner.trim_start().len();
        if comment.starts_with('#') || indent > 0 {
            continue;
        }
        if let Some(name) = key_of(inner) {
            let path = open.iter().filter(|(at, _)| *at < column);
            let mut path: Vec<String> = path.map(|(_, name)| name.clone()).collect();
            path.push(name.to_owned());
            found.push(path);
        }
    }
    found
}

/// Returns the key that a line begins with.
fn key_of(line: &str) -> Option<&str> {
    let (name, rest) = line.split_once(':')?;
    let is_word = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    // `NOTE:` and `HACK:` open a remark.
    let is_remark = name.len() > 1 && name.chars().all(|c| c.is_ascii_uppercase());
    let ends = rest.is_empty() || rest.starts_with(' ');
    (is_word && !is_remark && ends).then_some(name)
}

/// Finds the paths after `.Values` in a template.
fn reads(template: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (at, _) in template.match_indices(".Values.") {
        let rest = template.get(at + ".Values.".len()..).unwrap_or_default();
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.')))
            .unwrap_or(rest.len());
        let path: Vec<String> = rest
            .get(..end)
            .unwrap_or_default()
            .split('.')
            .map(str::to_owned)
            .collect();
        if path.iter().all(|name| !name.is_empty()) {
            found.push(path);
        }
    }
    found
}
