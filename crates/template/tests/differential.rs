//! Holds the template engine against Helm itself.
//!
//! `rows.json` was made by Helm v3: each row is a template, given to `tpl` with `values.yaml`, and what it printed; `null`
//! where Helm refused it. With `PORTOLAN_HELM` set to a `helm` binary, the table is made again and compared first.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::Command;

use portolan_template::{Capabilities, Chart, Context, Limits, Release, Rendered, render};
use portolan_yaml::source::{MappedText, Sources, Span};
use portolan_yaml::{Entry, NodeData, NodeId, NodeKind, Scalar, Style, Tree, Value};

const VALUES: &str = include_str!("differential/values.yaml");
const ROWS: &str = include_str!("differential/rows.json");

fn add(tree: &mut Tree, value: &yaml_serde::Value) -> NodeId {
    let scalar = |text: String, value: Value| {
        NodeKind::Scalar(Scalar {
            text: text.into(),
            value,
            style: Style::Plain,
        })
    };
    let kind = match value {
        yaml_serde::Value::Null => scalar("null".into(), Value::Null),
        yaml_serde::Value::Bool(value) => scalar(value.to_string(), Value::Bool(*value)),
        yaml_serde::Value::Number(number) => match number.as_i64() {
            Some(whole) => scalar(number.to_string(), Value::Int(whole)),
            None => scalar(number.to_string(), Value::Float(number.as_f64().unwrap())),
        },
        yaml_serde::Value::String(text) => scalar(text.clone(), Value::String),
        yaml_serde::Value::Sequence(items) => {
            NodeKind::Sequence(items.iter().map(|item| add(tree, item)).collect())
        }
        yaml_serde::Value::Mapping(entries) => NodeKind::Mapping(
            entries
                .iter()
                .map(|(key, value)| Entry {
                    key: key.as_str().unwrap_or("null").into(),
                    key_span: Span::NOWHERE,
                    value: add(tree, value),
                })
                .collect(),
        ),
        yaml_serde::Value::Tagged(_) => panic!("the fixture has no tags"),
    };
    tree.push(NodeData {
        span: Span::NOWHERE,
        kind,
        overrides: None,
    })
}

fn evaluate(template: &str) -> Rendered {
    let mut tree = Tree::default();
    let root = add(&mut tree, &yaml_serde::from_str(VALUES).unwrap());
    let mut sources = Sources::default();
    let source = sources.add("customizations.yaml", template);
    let context = Context {
        values: tree.node(root),
        values_complete: true,
        release: Release {
            name: Some("carto"),
            namespace: Some("maps"),
            revision: Some(1),
            is_install: Some(true),
            is_upgrade: Some(false),
        },
        chart: Chart {
            name: Some("carto"),
            version: Some("1.2.3"),
            app_version: Some("2024.1"),
        },
        capabilities: Capabilities {
            kube_version: Some("v1.29.4"),
            api_versions: None,
        },
        limits: Limits::default(),
    };
    render(&MappedText::of_source(&sources, source), &context)
}

fn rows() -> Vec<(String, Option<String>)> {
    let rows: Vec<serde_json::Value> = serde_json::from_str(ROWS).unwrap();
    rows.iter()
        .map(|row| {
            let expected = row["expected"].as_str().map(str::to_owned);
            (row["template"].as_str().unwrap().to_owned(), expected)
        })
        .collect()
}

#[test]
fn it_prints_what_helm_prints_and_refuses_what_helm_refuses() {
    let mut differences = String::new();
    for (template, expected) in rows() {
        let rendered = evaluate(&template);
        let found = (!rendered.is_refused()).then_some(rendered.text.text.as_str());
        // What is defined in the chart is not ours to refuse.
        let unknown = !rendered.opaque.is_empty() && rendered.problems.is_empty();
        if found != expected.as_deref() && !(unknown && expected.is_none()) {
            differences.push_str(&format!(
                "{template:?}\n  helm {expected:?}\n  here {found:?} {:?}\n",
                rendered
                    .problems
                    .iter()
                    .map(|problem| &problem.message)
                    .collect::<Vec<_>>()
            ));
        }
    }
    assert!(differences.is_empty(), "\n{differences}");
}

#[test]
fn every_byte_of_the_output_leads_into_the_template() {
    for (template, _) in rows() {
        let rendered = evaluate(&template);
        assert_eq!(
            rendered.text.map.len(),
            rendered.text.text.len(),
            "{template:?}"
        );
        if let Some(span) = rendered.text.map.span(0..rendered.text.text.len()) {
            assert!(span.end as usize <= template.len(), "{template:?}");
        }
    }
}

#[test]
fn the_table_is_what_helm_prints_today() {
    let Some(helm) = std::env::var_os("PORTOLAN_HELM") else {
        return;
    };
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("template_differential");
    let chart = folder.join("chart");
    std::fs::create_dir_all(chart.join("templates")).unwrap();
    let write = |path: &Path, text: &str| std::fs::write(path, text).unwrap();
    write(
        &chart.join("Chart.yaml"),
        "apiVersion: v2\nname: carto\nversion: 1.2.3\nappVersion: \"2024.1\"\n",
    );
    write(
        &chart.join("templates/out.yaml"),
        "out: {{ tpl .Values.template . | b64enc | quote }}\nend: true\n",
    );
    let values = folder.join("values.yaml");
    write(&values, VALUES);
    for (template, expected) in rows() {
        let given = folder.join("template.json");
        write(
            &given,
            &serde_json::json!({ "template": template }).to_string(),
        );
        let output = Command::new(&helm)
            .args(["template", "carto"])
            .arg(&chart)
            .args([
                "--namespace",
                "maps",
                "--kube-version",
                "v1.29.4",
                "--values",
            ])
            .arg(&values)
            .arg("--values")
            .arg(&given)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        // Only what stands between the marks is ours; Helm adds a header.
        let encoded = text
            .split("out: \"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        let found = encoded.map(|encoded| {
            use base64::Engine as _;
            let bytes = base64::engine::general_purpose::STANDARD
                .decode(encoded)
                .unwrap();
            String::from_utf8(bytes).unwrap()
        });
        assert_eq!(found, expected, "{template:?}");
    }
}
