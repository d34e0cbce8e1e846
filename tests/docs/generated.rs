//! Keeps the generated files under `docs/` current. `cargo xtask gen` rewrites them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::path::Path;
use std::{env, fs};

use portolan::reference;
use portolan::rules::RuleSet;

fn is_current(name: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(name);
    if env::var_os("PORTOLAN_UPDATE").is_some_and(|value| value == "1") {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, expected).unwrap();
        return;
    }
    let found = fs::read_to_string(&path)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    let first = found
        .lines()
        .zip(expected.lines())
        .position(|(found, expected)| found != expected);
    assert!(
        found == expected,
        "docs/{name} is not current from line {}; `cargo xtask gen` rewrites it",
        first.map_or_else(
            || found.lines().count().min(expected.lines().count()) + 1,
            |index| index + 1
        )
    );
}

#[test]
fn the_schema_of_rule_files_is_current() {
    is_current("rule.schema.json", &reference::rule_schema());
}

#[test]
fn the_schema_of_layer_files_is_current() {
    is_current("layer.schema.json", &reference::layer_schema());
}

#[test]
fn the_schema_of_portolan_yaml_is_current() {
    is_current("portolan.schema.json", &reference::config_schema());
}

#[test]
fn the_reference_of_facts_is_current() {
    is_current("facts.md", &reference::facts());
}

#[test]
fn the_reference_of_limits_is_current() {
    is_current("limits.md", &reference::limits());
}

#[test]
fn the_table_of_rules_is_current() {
    is_current("rules.md", &reference::rules(&RuleSet::builtin_files()));
}

#[test]
fn the_page_of_each_rule_is_current() {
    let files = RuleSet::builtin_files();
    for file in &files {
        let page = reference::rule_page(file, &portolan::cli::example_options).unwrap();
        is_current(&format!("rules/{}.md", file.id), &page);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let id = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(
            files.iter().any(|file| file.id == id),
            "{}: there is no such rule; remove the page",
            path.display()
        );
    }
}

#[test]
fn no_page_of_a_rule_shows_a_private_key() {
    let mut keys = 0;
    for file in RuleSet::builtin_files() {
        let page = reference::rule_page(&file, &portolan::cli::example_options).unwrap();
        let mut lines = page.lines();
        while let Some(line) = lines.next() {
            if line.contains("-----BEGIN") && line.contains("PRIVATE KEY") {
                assert_eq!(lines.next(), Some("…"), "{}: {line}", file.id);
                keys += 1;
            }
        }
    }
    assert!(keys > 0);
}
