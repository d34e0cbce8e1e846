//! Scalars against a table that Helm's own Go packages produced.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use portolan_yaml::source::{MappedText, Sources};
use portolan_yaml::{
    Limits, NodeKind, ProblemKind, Tree, Value, json_text, parse, template_text, yaml_text,
};

fn json_of(text: &str, value: Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => value.into(),
        Value::Int(value) => value.into(),
        Value::UInt(value) => value.into(),
        Value::Float(value) => value.into(),
        Value::String => text.into(),
    }
}

/// Numbers are compared as numbers, so that 1.0 is 1.
fn same(ours: &serde_json::Value, theirs: &serde_json::Value) -> bool {
    ours == theirs
        || (ours.is_f64() || theirs.is_f64())
            && ours.as_f64().is_some()
            && ours.as_f64() == theirs.as_f64()
}

#[test]
fn scalars_resolve_and_print_as_in_helm() {
    let mut rows = 0;
    let table = include_str!("yaml_scalars.tsv");
    for row in table.lines().filter(|row| !row.starts_with("# ")) {
        let [written, json, key, yaml, template] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not five columns: {row:?}");
        };
        if written == "-" {
            continue; // `x: -` is not a scalar but a syntax error
        }
        rows += 1;
        let mut sources = Sources::default();
        let id = sources.add("customizations.yaml", format!("x: {written}\n"));
        let mut tree = Tree::default();
        let stream = parse(
            &MappedText::of_source(&sources, id),
            &mut tree,
            &Limits::default(),
        );
        if json == "error" {
            assert_eq!(stream.problems.len(), 1, "{written}: {stream:?}");
            assert_eq!(stream.problems[0].kind, ProblemKind::Rejected, "{written}");
        } else {
            assert!(
                stream.problems.is_empty(),
                "{written}: {:?}",
                stream.problems
            );
            let scalar = tree
                .node(stream.documents[0].root)
                .get("x")
                .unwrap()
                .scalar()
                .unwrap();
            let theirs: serde_json::Value = serde_json::from_str(json).unwrap();
            let ours = json_of(&scalar.text, scalar.value);
            assert!(same(&ours, &theirs), "{written}: {ours} is not {theirs}");
            if scalar.value != Value::String {
                assert_eq!(yaml_text(scalar), yaml, "{written} after toYaml");
            }
            // Helm's engine takes `<no value>` out of what a template prints.
            assert_eq!(
                template_text(scalar),
                template.replace("<no value>", ""),
                "{written} in a template"
            );
            let printed: serde_json::Value = serde_json::from_str(&json_text(scalar)).unwrap();
            let equal = same(&printed, &theirs)
                || printed.as_f64().is_some() && printed.as_f64() == theirs.as_f64();
            assert!(equal, "{written}: toJson {printed} is not {theirs}");
        }

        let id = sources.add("customizations.yaml", format!("? {written}\n: 1\n"));
        let stream = parse(
            &MappedText::of_source(&sources, id),
            &mut tree,
            &Limits::default(),
        );
        if key == "error" {
            assert_eq!(
                stream.problems[0].kind,
                ProblemKind::Rejected,
                "{written} as a key"
            );
            continue;
        }
        let NodeKind::Mapping(entries) = tree.node(stream.documents[0].root).kind() else {
            panic!("{written} is not read as a key");
        };
        assert_eq!(&*entries[0].key, key, "{written} as a key");
    }
    assert!(rows > 200);
}
