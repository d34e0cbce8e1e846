//! The README shows real output: what it prints is what the program prints. `PORTOLAN_UPDATE=1` rewrites it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::path::Path;

const FIXTURE: &str = "fixtures/azure-load-balancer/customizations.yaml";

#[test]
fn the_readme_shows_what_the_program_prints() {
    crate::console::holds("README.md", |line| line == format!("check {FIXTURE}"));
}

#[test]
fn the_pages_about_configuration_show_what_the_program_prints() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    for page in ["configuration.md", "baseline.md"] {
        crate::page::holds(&docs.join(page));
    }
}

#[test]
fn the_page_about_configuration_names_each_key() {
    let page = include_str!("../../docs/configuration.md");
    let schema = portolan::reference::config_schema();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let keys: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    assert!(keys.len() > 15, "{keys:?}");
    for key in keys {
        assert!(
            page.contains(&format!("`{key}`")),
            "docs/configuration.md says nothing of `{key}`"
        );
    }
}
