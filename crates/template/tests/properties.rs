//! What must hold for any template: over those that Helm knows, and over these with pieces of others in them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[allow(dead_code)] // The target of the yaml crate uses all of it.
#[path = "../../yaml/tests/target/spans.rs"]
mod spans;
mod target;

use std::sync::LazyLock;

use proptest::prelude::*;

const VALUES: &str = include_str!("differential/values.yaml");

static TEMPLATES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let rows: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("differential/rows.json")).unwrap();
    let templates = rows.iter().map(|row| row["template"].as_str().unwrap());
    templates.map(str::to_owned).collect()
});

/// The nearest place at or before `at` that cuts no character.
fn floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at % (text.len() + 1))
}

#[test]
fn holds_for_every_template_of_the_table() {
    target::run(&TEMPLATES, VALUES, Some("v1.29.4"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn holds_for_a_template_with_a_piece_of_another(
        one: prop::sample::Index,
        other: prop::sample::Index,
        (at, from, to) in any::<(usize, usize, usize)>(),
    ) {
        let (one, other) = (one.get(&TEMPLATES), other.get(&TEMPLATES));
        let (from, to) = (floor(other, from), floor(other, to));
        let at = floor(one, at);
        let piece = &other[from.min(to)..from.max(to)];
        let template = format!("{}{piece}{}", &one[..at], &one[at..]);
        // In a block scalar of the values, too, where templates stand in practice.
        let lines: String = template.lines().map(|line| format!("  {line}\n")).collect();
        let values = format!("{VALUES}\nwithin: |\n{lines}");
        target::run(&[template], &values, None);
    }
}
