//! What must hold for any template and any values: panics where a property is broken.
//!
//! `cargo test -p portolan-template` runs it over templates that Helm knows, with pieces of others in them, and the target
//! `template` of `cargo fuzz` (`fuzz/` of the repository) for as long as it is let.

use portolan_template::{Capabilities, Chart, Context, Limits, Release, Rendered, render};
use portolan_yaml::source::{MappedText, Sources};
use portolan_yaml::{Node, Tree, parse};

// Whoever includes this has the module of the yaml crate's target beside it.
use super::spans::{assert_mapped, assert_nodes, assert_span, assert_stream};

/// Renders templates with values and, perhaps, a version of Kubernetes.
#[allow(unreachable_pub)] // Included by the crate of fuzz targets, too.
pub fn run(templates: &[String], values: &str, version: Option<&str>) {
    let mut sources = Sources::default();
    let mut tree = Tree::default();
    let values = sources.add("values.yaml", values);
    let stream = parse(
        &MappedText::of_source(&sources, values),
        &mut tree,
        &portolan_yaml::Limits::default(),
    );
    let Some(document) = stream.documents.first() else {
        return;
    };
    let root = tree.node(document.root);
    for template in templates {
        let source = sources.add("template", template);
        let template = MappedText::of_source(&sources, source);
        for complete in [true, false] {
            let context = context(root, complete, version);
            let rendered = render(&template, &context);
            assert_rendered(&sources, &rendered);
            assert_same(&rendered, &render(&template, &context));
            let mut output = Tree::default();
            let limits = portolan_yaml::Limits::default();
            let stream = parse(&rendered.text, &mut output, &limits);
            assert_stream(&sources, &output, &stream);
        }
    }
    // Templates where they stand in practice: in scalars of the values.
    for node in assert_nodes(&sources, root) {
        if node.text().is_some_and(|text| text.contains("{{")) {
            let template = portolan_yaml::mapped_text(&sources, node);
            assert_rendered(&sources, &render(&template, &context(root, false, None)));
        }
    }
}

fn assert_same(one: &Rendered, other: &Rendered) {
    assert_eq!(one.text.text, other.text.text, "rendered twice");
    assert_eq!(one.problems, other.problems, "rendered twice");
    assert_eq!(one.opaque, other.opaque, "rendered twice");
}

fn context<'a>(values: Node<'a>, complete: bool, version: Option<&'a str>) -> Context<'a> {
    Context {
        values,
        values_complete: complete,
        release: Release {
            name: Some("shop"),
            namespace: complete.then_some("shop"),
            revision: complete.then_some(1),
            is_install: complete.then_some(true),
            is_upgrade: complete.then_some(false),
        },
        chart: Chart {
            name: Some("shop"),
            version: Some("1.287.1"),
            app_version: None,
        },
        capabilities: Capabilities {
            kube_version: version,
            api_versions: None,
        },
        limits: Limits::default(),
    }
}

fn assert_rendered(sources: &Sources, rendered: &Rendered) {
    assert_mapped(sources, &rendered.text, "output");
    for problem in &rendered.problems {
        assert_span(sources, problem.span, "problem");
        assert!(!problem.message.is_empty(), "a problem without words");
    }
    for part in &rendered.opaque {
        assert_span(sources, part.span, "opaque part");
        assert!(
            rendered.text.text.get(part.output.clone()).is_some(),
            "{part:?} is no piece of the output"
        );
    }
}
