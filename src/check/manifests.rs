//! A set of manifests: the objects of all files, judged one installation at a time.

use super::release::{absorb, files};
use super::{Checked, InputDocument, Session};
use crate::exposure::{Context, extract, installations};
use crate::facts::{Anchor, Facts};
use crate::kube::{Object, Objects, Origin, Unplaced};
use crate::limits::Limit;
use portolan_yaml::source::Span;

impl Session<'_> {
    /// Checks the manifests of all files as one set.
    ///
    /// Several installations among them, each in a namespace of its own, are judged one by one.
    pub(super) fn manifests(&mut self, documents: Vec<InputDocument>) -> (Vec<Checked>, usize) {
        let mut facts = Facts::default();
        let mut objects = Objects::default();
        for document in &documents {
            self.text_facts(document, &mut facts);
            let lost = document.stream.problems.iter();
            for problem in lost.filter(|problem| problem.kind.loses_document()) {
                objects.add_unplaced(unread(&document.name, problem.span, "it is not valid YAML"));
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
                objects.add(&self.tree, object);
            }
        }
        let anchor = documents
            .first()
            .map_or(Span::NOWHERE, |document| Span::new(document.source, 0, 0));
        let name = documents
            .iter()
            .map(|document| document.name.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        let count = objects.len();
        let files = files(&documents);
        let installations = installations(&self.tree, &objects);
        let left_out = self.read_again(&mut objects, &installations);
        if let Some(first) = left_out.first() {
            let message =
                "from here on there is more than can be kept in memory of what may belong to CARTO";
            let place = Anchor::new(first.at_start());
            self.limit_reached(Limit::Nodes, place, message.to_owned(), &mut facts);
            let why = "it is more than can be kept in memory";
            for span in &left_out {
                objects.add_unplaced(unread(self.sources.name(span.source), *span, why));
            }
        }
        let (sets, others) = objects.split(&self.tree, &installations);
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
            };
            let mut exposure = extract(cx);
            self.sources
                .mark_secrets(std::mem::take(&mut exposure.secrets));
            absorb(&mut exposure.facts, std::mem::take(&mut facts));
            if others > 0 {
                exposure.inferred.push(format!(
                    "{others} objects of other namespaces or releases were left out"
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
        (checked, count)
    }

    /// `# Source:` comments: where each stands and the template that it names.
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

/// A document of manifests that could not be read.
fn unread(file: &str, span: Span, why: &str) -> Unplaced {
    Unplaced {
        span,
        what: format!("a document of {file}"),
        why: why.to_owned(),
        supply: "fix it, or leave it out".to_owned(),
        kinds: Vec::new(),
    }
}

/// The template named by the last `# Source:` comment in a document before its content.
fn template_above(templates: &[(Span, String)], root: Span, document: Span) -> Option<String> {
    // They lie in the order of the text.
    let above = templates.partition_point(|(span, _)| span.end <= root.start);
    let (span, template) = templates.get(above.checked_sub(1)?)?;
    let is_near = span.source == root.source && span.end + 1 >= document.start;
    is_near.then(|| template.clone())
}
