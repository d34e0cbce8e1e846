//! Go templates, rendered with values.

use portolan_template::{Capabilities, Chart, Context, Limits, Release, Rendered, render};
use portolan_yaml::source::{MappedText, Sources};
use portolan_yaml::{Node, Tree, parse};

use super::sections::{of_kind, sections};
use super::spans::{assert_mapped, assert_nodes, assert_span, assert_stream};

pub fn run(data: &[u8]) {
    let sections = sections(data, "template");
    let values = of_kind(&sections, "values").next();
    let values = values.map_or_else(|| "router: {}\n".to_owned(), |section| section.text());
    let version = of_kind(&sections, "kube-version").next();
    let version = version.map(|section| section.text().trim().to_owned());
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
    for section in of_kind(&sections, "template") {
        let source = sources.add("template", section.text());
        let template = MappedText::of_source(&sources, source);
        for complete in [true, false] {
            let root = tree.node(document.root);
            let context = context(root, complete, version.as_deref());
            let rendered = render(&template, &context);
            assert_rendered(&sources, &rendered);
            let again = render(&template, &context);
            assert_eq!(rendered.text.text, again.text.text, "rendered twice");
            assert_eq!(rendered.problems, again.problems, "rendered twice");
            assert_eq!(rendered.opaque, again.opaque, "rendered twice");
            let mut output = Tree::default();
            let stream = parse(
                &rendered.text,
                &mut output,
                &portolan_yaml::Limits::default(),
            );
            assert_stream(&sources, &output, &stream);
        }
    }
    // The same template where it stands in practice: in a scalar of the values.
    for node in assert_nodes(&sources, tree.node(document.root)) {
        if node.text().is_some_and(|text| text.contains("{{")) {
            let template = portolan_yaml::mapped_text(&sources, node);
            let root = tree.node(document.root);
            assert_rendered(&sources, &render(&template, &context(root, false, None)));
        }
    }
}

fn context<'a>(values: Node<'a>, complete: bool, version: Option<&'a str>) -> Context<'a> {
    Context {
        values,
        values_complete: complete,
        release: Release {
            name: Some("carto"),
            namespace: complete.then_some("carto"),
            revision: complete.then_some(1),
            is_install: complete.then_some(true),
            is_upgrade: complete.then_some(false),
        },
        chart: Chart {
            name: Some("carto"),
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
