//! `json` on the cases.

use serde_json::Value;

use super::*;

fn parsed(case: &Case) -> Value {
    serde_json::from_str(&case.rendered(Format::Json, &Options::default())).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn a_finding_has_the_fields_of_the_contract_in_their_order() {
    let json = parsed(&azure_timeout());
    assert_eq!(
        keys(&json),
        ["schema", "tool", "diagnostics", "requirements", "summary"]
    );
    let found = &json["diagnostics"][0];
    assert_eq!(
        keys(found),
        [
            "rule",
            "severity",
            "requirement",
            "message",
            "help",
            "url",
            "file",
            "range",
            "path",
            "labels"
        ]
    );
    assert_eq!(
        keys(&json["requirements"][4]),
        ["id", "verdict", "diagnostics", "supply"]
    );
    assert_eq!(
        keys(&json["requirements"][0]),
        ["id", "verdict", "diagnostics"]
    );
    assert_eq!(
        keys(&json["summary"]),
        [
            "releases",
            "manifests",
            "files",
            "skipped",
            "errors",
            "warnings",
            "notes",
            "suppressed",
            "baselined"
        ]
    );
}

#[test]
fn several_files_and_several_releases_are_told_apart() {
    insta::assert_snapshot!(
        "json_two_files",
        two_files().rendered(Format::Json, &Options::default())
    );
    let json = parsed(&several_releases());
    let rows = json["requirements"].as_array().unwrap();
    assert_eq!(rows.len(), 18);
    assert_eq!(rows[0]["release"], "customizations.yaml");
    let undecided = rows
        .iter()
        .find(|row| row["release"] != "customizations.yaml" && row["verdict"] == "undecided");
    let supply = undecided.unwrap()["supply"].as_str().unwrap();
    assert!(supply.contains("becomes; or give"), "{supply}");
    // What was assumed is not a thing to supply.
    assert!(
        rows.iter()
            .all(|row| row["verdict"] == "undecided" || row.get("supply").is_none())
    );
}

#[test]
fn offsets_lead_to_the_text() {
    for (name, case) in all() {
        let json = parsed(&case);
        for (found, diagnostic) in json["diagnostics"]
            .as_array()
            .unwrap()
            .iter()
            .zip(&case.report.diagnostics)
        {
            let at = |end: &str| {
                usize::try_from(found["range"][end]["offset"].as_u64().unwrap()).unwrap()
            };
            let text = case.sources.text(diagnostic.span.source);
            assert_eq!(
                &text[at("start")..at("end")],
                case.sources.slice(diagnostic.span),
                "{name}"
            );
        }
    }
}

#[test]
fn a_message_that_quotes_a_key_is_stripped_of_it() {
    let json = secrets().rendered(Format::Json, &Options::default());
    assert!(!json.contains("MIIE"), "{json}");
}
