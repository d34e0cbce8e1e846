//! What `.` is at the start of a template: `.Values`, `.Release`, `.Chart`, `.Capabilities` and the rest.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Context;
use super::value::{Element, Heap, IntType, Map, MapKind, Value};

/// Fields of `.Chart` that we are never told, as Helm's `chart.Metadata` has them.
const OTHER_CHART_FIELDS: [&str; 16] = [
    "Home",
    "Sources",
    "Description",
    "Keywords",
    "Maintainers",
    "Icon",
    "APIVersion",
    "Condition",
    "Tags",
    "Deprecated",
    "Annotations",
    "KubeVersion",
    "Dependencies",
    "Type",
    "IsRoot",
    "Metadata",
];

pub(super) fn build(heap: &mut Heap, context: &Context<'_>) -> Value {
    let values = values(heap, context);
    let release = release(heap, context);
    let chart = chart(heap, context);
    let capabilities = capabilities(heap, context);
    let entries = [
        ("Values", values),
        ("Release", release),
        ("Chart", chart),
        ("Capabilities", capabilities),
        ("Files", unknown("the chart's files are not given")),
        ("Subcharts", unknown("the chart's own charts are not given")),
        (
            "Template",
            unknown("the name of the chart's template is not given"),
        ),
    ];
    heap.new_map(Map {
        entries: entries
            .into_iter()
            .map(|(key, value)| (Rc::from(key), value))
            .collect(),
        kind: MapKind::Any,
        open: None,
    })
}

fn unknown(reason: &str) -> Value {
    Value::Opaque(Rc::from(reason))
}

fn or_unknown(value: Option<Value>, what: &str) -> Value {
    value.unwrap_or_else(|| unknown(&format!("`{what}` is not given")))
}

fn values(heap: &mut Heap, context: &Context<'_>) -> Value {
    let open = !context.values_complete;
    let value = heap.import(context.values, ".Values", open);
    if let Value::Map(id) = value {
        // Its own type: `typeOf` shows it.
        let map = heap.map(id).cloned().unwrap_or_default();
        return heap.new_map(Map {
            kind: MapKind::Values,
            ..map
        });
    }
    // A values file that is empty or not a mapping sets nothing.
    heap.new_map(Map {
        entries: BTreeMap::new(),
        kind: MapKind::Values,
        open: open.then(|| Rc::from(".Values")),
    })
}

fn release(heap: &mut Heap, context: &Context<'_>) -> Value {
    let release = context.release;
    let revision = release
        .revision
        .map(|revision| Value::Int(revision, IntType::Int));
    let entries = [
        (
            "Name",
            or_unknown(release.name.map(Value::text), ".Release.Name"),
        ),
        (
            "Namespace",
            or_unknown(release.namespace.map(Value::text), ".Release.Namespace"),
        ),
        ("Revision", or_unknown(revision, ".Release.Revision")),
        (
            "IsInstall",
            or_unknown(release.is_install.map(Value::Bool), ".Release.IsInstall"),
        ),
        (
            "IsUpgrade",
            or_unknown(release.is_upgrade.map(Value::Bool), ".Release.IsUpgrade"),
        ),
        ("Service", Value::text("Helm")),
    ];
    heap.new_map(Map {
        entries: entries
            .into_iter()
            .map(|(key, value)| (Rc::from(key), value))
            .collect(),
        kind: MapKind::Any,
        open: None,
    })
}

fn chart(heap: &mut Heap, context: &Context<'_>) -> Value {
    let chart = context.chart;
    let mut fields = vec![
        (
            "Name",
            or_unknown(chart.name.map(Value::text), ".Chart.Name"),
        ),
        (
            "Version",
            or_unknown(chart.version.map(Value::text), ".Chart.Version"),
        ),
        (
            "AppVersion",
            or_unknown(chart.app_version.map(Value::text), ".Chart.AppVersion"),
        ),
    ];
    for name in OTHER_CHART_FIELDS {
        fields.push((name, unknown(&format!("`.Chart.{name}` is not given"))));
    }
    heap.new_struct("chart.Metadata", fields)
}

fn capabilities(heap: &mut Heap, context: &Context<'_>) -> Value {
    let given = context.capabilities;
    let kube = match given.kube_version {
        Some(version) => {
            let bare = version.trim_start_matches('v');
            let mut parts = bare.split(['.', '-', '+']);
            let major = parts.next().unwrap_or_default().to_owned();
            let minor = parts.next().unwrap_or_default().to_owned();
            let full = Value::text(format!("v{bare}"));
            heap.new_struct(
                "*chartutil.KubeVersion",
                vec![
                    ("Version", full.clone()),
                    ("GitVersion", full.clone()),
                    ("String", full),
                    ("Major", Value::text(major)),
                    ("Minor", Value::text(minor)),
                ],
            )
        }
        None => unknown("the cluster's version is not given"),
    };
    let versions = match given.api_versions {
        Some(versions) => {
            let items = versions
                .iter()
                .map(|version| Value::text(version.as_str()))
                .collect();
            heap.new_list_of(items, Element::Versions)
        }
        None => unknown("what the cluster serves is not given"),
    };
    heap.new_struct(
        "*chartutil.Capabilities",
        vec![
            ("KubeVersion", kube),
            ("APIVersions", versions),
            ("HelmVersion", unknown("Helm's version is not given")),
        ],
    )
}
