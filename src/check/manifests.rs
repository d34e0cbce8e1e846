//! A set of manifests: the objects of all files, judged one installation at a time.

use super::release::{absorb, files};
use super::{Checked, InputDocument, Session};
use crate::exposure::{Context, Reach, extract, installations};
use crate::facts::{Anchor, Facts};
use crate::kube::{Installation, Object, ObjectRef, Objects, Origin, Unplaced};
use crate::limits::Limit;
use portolan_yaml::source::Span;

/// The objects of all manifests of a call.
#[derive(Default)]
pub(super) struct ManifestSet {
    /// Facts about what is wrong with the texts.
    pub facts: Facts,
    /// The objects of every file.
    pub objects: Objects,
    /// The installations of CARTO among them.
    pub installations: Vec<Installation>,
}

impl Session<'_> {
    /// Reads the objects of all files, and what is wrong with their texts.
    pub(super) fn objects(&mut self, documents: &[InputDocument]) -> ManifestSet {
        let mut set = ManifestSet::default();
        for document in documents {
            self.text_facts(document, &mut set.facts);
            let lost = document.stream.problems.iter();
            for problem in lost.filter(|problem| problem.kind.loses_document()) {
                let unread = unread(&document.name, problem.span, "it is not valid YAML");
                set.objects.add_unplaced(unread);
            }
            let templates = self.templates(document);
            for read in &document.stream.documents {
                let root = self.tree.node(read.root);
                if !root.is_mapping() || root.get("kind").is_none() {
                    continue;
                }
                let object = Object {
                    root: read.root,
                    origin: Origin::Manifest,
                    template: template_above(&templates, root.span(), read.span),
                };
                set.objects.add(&self.tree, object);
            }
        }
        set.installations = installations(&self.tree, &set.objects);
        let left_out = self.read_again(&mut set.objects, &set.installations);
        if let Some(first) = left_out.first() {
            let message =
                "from here on there is more than can be kept in memory of what may belong to CARTO";
            let place = Anchor::new(first.at_start());
            self.limit_reached(Limit::Nodes, place, message.to_owned(), &mut set.facts);
            let why = "it is more than can be kept in memory";
            for span in &left_out {
                let unread = unread(self.sources.name(span.source), *span, why);
                set.objects.add_unplaced(unread);
            }
        }
        set
    }

    /// Checks the manifests of all files as one set.
    ///
    /// Several installations among them, each in a namespace of its own, are judged one by one.
    pub(super) fn manifests(
        &mut self,
        documents: &[InputDocument],
        set: ManifestSet,
    ) -> Vec<Checked> {
        let ManifestSet {
            mut facts,
            objects,
            installations,
        } = set;
        let anchor = documents
            .first()
            .map_or(Span::NOWHERE, |document| Span::new(document.source, 0, 0));
        let name = documents
            .iter()
            .map(|document| document.name.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        let files = files(documents);
        let reach = Reach::of(&self.tree, &objects, &self.options.layers);
        let is_out_of_reach = |object: ObjectRef<'_>| !reach.holds(object);
        let (sets, others) = objects
            .clone()
            .split(&self.tree, &installations, is_out_of_reach);
        let mut checked = Vec::new();
        for (index, set) in sets.iter().enumerate() {
            let cx = Context {
                tree: &self.tree,
                sources: &self.sources,
                objects: set,
                options: &self.options.release,
                from_values: false,
                anchor,
                certificates: &self.certificates,
                layers: &self.options.layers,
            };
            let mut exposure = extract(cx);
            self.sources
                .mark_secrets(std::mem::take(&mut exposure.secrets));
            absorb(&mut exposure.facts, std::mem::take(&mut facts));
            if others > 0 {
                exposure.inferred.push(format!(
                    "{others} objects of other namespaces or releases were left out, except where something here names them"
                ));
            }
            let name = match installations.get(index) {
                Some(installation) if installations.len() > 1 => {
                    let parts: Vec<String> = [
                        ("namespace", &installation.namespace),
                        ("release", &installation.release),
                    ]
                    .into_iter()
                    .filter_map(|(what, name)| Some(format!("{what} {}", name.as_deref()?)))
                    .collect();
                    format!("{name} ({})", parts.join(", "))
                }
                _ => name.clone(),
            };
            checked.push(self.judge(name, &files, exposure, set.unplaced()));
        }
        checked
    }

    /// Finds `# Source:` comments: the place of each and the template that it names.
    fn templates(&self, document: &InputDocument) -> Vec<(Span, String)> {
        document
            .stream
            .comments
            .iter()
            .filter_map(|comment| {
                let text = self.sources.slice(comment.span);
                let template = text.strip_prefix("# Source: ")?;
                Some((comment.span, template.trim().to_owned()))
            })
            .collect()
    }
}

/// Describes a document of manifests that could not be read.
fn unread(file: &str, span: Span, why: &str) -> Unplaced {
    Unplaced {
        span,
        what: format!("a document of {file}"),
        why: why.to_owned(),
        supply: "fix it, or leave it out".to_owned(),
        kinds: Vec::new(),
    }
}

/// Returns the template named by the last `# Source:` comment in a document before its content.
fn template_above(templates: &[(Span, String)], root: Span, document: Span) -> Option<String> {
    // They lie in the order of the text.
    let above = templates.partition_point(|(span, _)| span.end <= root.start);
    let (span, template) = templates.get(above.checked_sub(1)?)?;
    let is_near = span.source == root.source && span.end + 1 >= document.start;
    is_near.then(|| template.clone())
}
