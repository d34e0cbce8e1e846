#![allow(clippy::unwrap_used)]

use super::*;

fn set(text: &str) -> SetValue {
    SetValue::from(text.to_owned())
}

#[test]
fn what_is_said_nearer_wins_and_lists_are_added() {
    let configuration = ReleaseOptions {
        platform: Some(Platform::Gke),
        vpc_native: Some(true),
        set: vec![set("a=1")],
        ca: vec!["root.crt".into()],
        ..ReleaseOptions::default()
    };
    let command_line = ReleaseOptions {
        platform: Some(Platform::Aks),
        namespace: Some("carto".to_owned()),
        set: vec![set("a=2")],
        set_string: vec![set("b=3")],
        ..ReleaseOptions::default()
    };
    let both = command_line.over(&configuration);
    assert_eq!(both.platform, Some(Platform::Aks));
    assert_eq!(both.vpc_native, Some(true));
    assert_eq!(both.namespace.as_deref(), Some("carto"));
    assert_eq!(both.set, [set("a=1"), set("a=2")]);
    let laid: Vec<(&str, bool)> = both
        .set_values()
        .map(|(value, is_string)| (&*value.text, is_string))
        .collect();
    assert_eq!(laid, [("a=1", false), ("a=2", false), ("b=3", true)]);
    assert_eq!(both.paths(), [Path::new("root.crt")]);
}

#[test]
fn a_chart_and_a_release_of_it_are_one_answer() {
    let release = ReleaseOptions {
        chart_version: Some("1.84.10".parse().unwrap()),
        ..ReleaseOptions::default()
    };
    let own = ReleaseOptions {
        chart: Some("chart".into()),
        ..ReleaseOptions::default()
    };
    assert_eq!(own.over(&release).chart_version, None);
    assert_eq!(release.over(&own).chart, None);
    let neither = ReleaseOptions::default();
    assert_eq!(
        neither.over(&own).chart.as_deref(),
        Some(Path::new("chart"))
    );
}

#[test]
fn a_value_of_the_wrong_form_is_named_by_its_key() {
    let read: ReleaseOptions = serde_json::from_str(
        r#"{"clusterVersion": "latest", "awsLoadBalancerController": "none", "chartVersion": "one"}"#,
    )
    .unwrap();
    let keys: Vec<String> = read.issues().into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["chartVersion", "clusterVersion"]);
}
