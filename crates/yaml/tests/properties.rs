//! What must hold for any text, over generated ones.
#![allow(clippy::unwrap_used, clippy::panic)]

mod target;

use proptest::prelude::*;

/// A file with a piece of everything.
const VALUES: &str = "\
# A shop\nfront: &r\n  service:\n    type: LoadBalancer # public\n    annotations: {a: \"6\\t00\", 'b''c': 'd'}\n\
list:\n- é\n-\n- {x, y: }\n- [1, ~]\nextraDeploy:\n  - |2-\n    kind: X\n     y\n\n  - >+\n    folded\n    text\n\n\
other:\n  <<: *r\n  \"k\": plain of\n    two lines\n? q\n: !!str 1\n---\n# two\n...\n---\na: {{ b }}\n";

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn holds_for_any_text(text in "\\PC{0,60}") {
        target::run(text.as_bytes());
    }

    #[test]
    fn holds_for_any_text_of_yaml_signs(
        text in "([ \n\t\r:#,&*!|>'\"%@?\\-\\[\\]{}aé1~.<=+\u{feff}\u{0}]|- |: |: \\|\n|\n  |---\n|<<: |&a |\\*a |\\{\\{ ){0,40}"
    ) {
        target::run(text.as_bytes());
    }

    #[test]
    fn holds_for_a_damaged_values_file(
        edits in prop::collection::vec((0..VALUES.len(), 0usize..6, "[ \n\t:#,&*|>'\"\\-\\[\\]{}aé\r]{0,3}"), 1..5)
    ) {
        let mut text = VALUES.to_owned();
        for (at, cut, insert) in edits {
            let floor = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            let (from, to) = (floor(at), floor(at + cut));
            text.replace_range(from..to, &insert);
        }
        target::run(text.as_bytes());
    }
}

#[test]
fn holds_for_whole_files() {
    target::run(VALUES.as_bytes());
    for row in include_str!("yaml_scalars.tsv").lines() {
        let scalar = row.split('\t').next().unwrap_or_default();
        target::run(format!("x: {scalar}\n").as_bytes());
    }
}
