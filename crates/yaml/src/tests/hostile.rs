use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

/// Checks everything that must hold for any text at all.
fn check(text: &str) {
    let read = read(text);
    let len = read.sources.iter().next().unwrap().1.text().len();
    let whole = |span: Span| {
        assert!(span.range().end <= len, "{span:?} in {text:?}");
        assert!(
            text.get(span.range()).is_some(),
            "{span:?} splits a character of {text:?}"
        );
    };
    for problem in &read.stream.problems {
        whole(problem.span);
        assert!(!problem.message.is_empty());
        if let Some((related, _)) = &problem.related {
            whole(*related);
        }
    }
    for comment in &read.stream.comments {
        whole(comment.span);
        assert!(read.slice(comment.span).starts_with('#'), "{text:?}");
    }
    let starts: Vec<u32> = read
        .stream
        .comments
        .iter()
        .map(|comment| comment.span.start)
        .collect();
    assert!(starts.is_sorted(), "{text:?}");
    let mut last_end = 0;
    for document in &read.stream.documents {
        whole(document.span);
        assert!(last_end <= document.span.start, "{text:?}");
        last_end = document.span.end;
        walk(&read, read.tree.node(document.root), &whole);
    }
}

fn walk(read: &Read, node: Node<'_>, whole: &impl Fn(Span)) {
    whole(node.site());
    whole(node.span());
    if let Some(scalar) = node.scalar() {
        let written = read.slice(node.span());
        match scalar.style {
            _ if node.is_opaque() => {}
            Style::Plain if !written.contains(['\n', '\r']) => assert_eq!(written, &*scalar.text),
            Style::SingleQuoted => assert!(written.starts_with('\'') && written.ends_with('\'')),
            Style::DoubleQuoted => assert!(written.starts_with('"') && written.ends_with('"')),
            _ => {}
        }
        let mapped = mapped_text(&read.sources, node);
        assert_eq!(*mapped.text, *scalar.text);
        assert_eq!(mapped.map.len(), mapped.text.len());
        for (at, character) in mapped.text.char_indices() {
            whole(mapped.map.span(at..at + character.len_utf8()).unwrap());
        }
    }
    for (entry, value) in node.entries() {
        whole(entry.key_span);
        walk(read, value, whole);
    }
    for item in node.items() {
        walk(read, item, whole);
    }
}

const VALUES: &str = "\
# CARTO\nrouter: &r\n  service:\n    type: LoadBalancer # public\n    annotations: {a: \"6\\t00\", 'b''c': 'd'}\n\
list:\n- é\n-\n- {x, y: }\n- [1, ~]\nextraDeploy:\n  - |2-\n    kind: X\n     y\n\n  - >+\n    folded\n    text\n\n\
other:\n  <<: *r\n  \"k\": plain of\n    two lines\n? q\n: !!str 1\n---\n# two\n...\n---\na: {{ b }}\n";

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_panic(text in "\\PC{0,60}") {
        check(&text);
    }

    #[test]
    fn any_text_of_yaml_signs_is_read_without_panic(
        text in "([ \n\t\r:#,&*!|>'\"%@?\\-\\[\\]{}aé1~.<=+\u{feff}\u{0}]|- |: |: \\|\n|\n  |---\n|<<: |&a |\\*a |\\{\\{ ){0,40}"
    ) {
        check(&text);
    }

    #[test]
    fn a_damaged_values_file_is_read_without_panic(
        edits in prop::collection::vec((0..VALUES.len(), 0usize..6, "[ \n\t:#,&*|>'\"\\-\\[\\]{}aé\r]{0,3}"), 1..5)
    ) {
        let mut text = VALUES.to_owned();
        for (at, cut, insert) in edits {
            let floor = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            let (from, to) = (floor(at), floor(at + cut));
            text.replace_range(from..to, &insert);
        }
        check(&text);
    }
}

#[test]
fn the_values_file_of_these_tests_is_sound() {
    check(VALUES);
    assert_eq!(
        read(VALUES).problems(),
        [
            "Rejected 30:4 \"{{ b }}\" a Go template must be quoted in YAML, where `{` begins a mapping"
        ]
    );
}

/// Debug builds on a busy machine, so this is far above what a release build needs.
#[track_caller]
fn quickly(text: &str) -> Read {
    let start = Instant::now();
    let read = read(text);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(10), "{took:?}");
    read
}

#[test]
fn depth_is_limited_in_every_shape() {
    for opening in ["[", "- ", "{a: ", "? ", "a:\n ", "- - ", "[{a: ["] {
        let text = format!("{}\n---\nok: 1\n", opening.repeat(100_000));
        let read = quickly(&text);
        assert!(!read.stream.problems.is_empty(), "{opening:?}");
    }
    let nested = format!("{}{}\n", "[".repeat(150), "]".repeat(150));
    assert!(quickly(&nested).stream.problems.is_empty());
    let mixed = format!(
        "{}{}{}\n",
        "- ".repeat(150),
        "[".repeat(150),
        "]".repeat(150)
    );
    assert!(matches!(
        quickly(&mixed).stream.problems[0].kind,
        ProblemKind::LimitExceeded(_)
    ));
}

#[test]
fn long_scalars_and_wide_collections_are_linear() {
    let long = "word ".repeat(1_000_000);
    assert_eq!(
        quickly(&format!("a: {long}\n")).at("a").as_str(),
        Some(long.trim_end())
    );
    quickly(&format!("a: \"{long}\"\n"));
    quickly(&format!("a: |\n  {long}\n"));
    quickly(&format!("a: |\n{}", "  line\n".repeat(500_000)));
    let wide: String = (0..100_000).map(|at| format!("key{at}: 1\n")).collect();
    assert_eq!(quickly(&wide).root().entries().len(), 100_000);
    quickly(&format!("{{{}}}", "a,".repeat(100_000)));
    quickly(&"-\n".repeat(100_000));
    quickly(&"- # c\n\n".repeat(100_000));
    quickly(&"a:\n-\n# c\n".repeat(100_000));
    quickly(&"---\n".repeat(100_000));
    quickly(&"---\n[\n".repeat(50_000));
    quickly(&"--- {{\n".repeat(50_000));
    quickly(&format!("a: |\n{}", "\n".repeat(500_000)));
    quickly(&format!("{}a: \"", "x: |\n\n".repeat(50_000)));
    quickly(&format!("a: {}\n", "\t".repeat(200_000)));
    quickly(&format!("a: b\n{}", "\t\n".repeat(100_000)));
}

#[test]
fn a_mapped_scalar_of_many_lines_is_linear() {
    for header in ["|", ">", "|+"] {
        let text = format!(
            "a: {header}\n{}{}",
            "  line\n\n".repeat(100_000),
            "\n".repeat(100_000)
        );
        let read = quickly(&text);
        let start = Instant::now();
        let mapped = mapped_text(&read.sources, read.at("a"));
        assert_eq!(mapped.map.len(), mapped.text.len());
        assert!(start.elapsed() < Duration::from_secs(10));
    }
}

#[test]
fn the_limits_can_be_lowered() {
    let limits = Limits {
        max_nodes: 10,
        ..Limits::default()
    };
    let wide = read_within(&"- 1\n".repeat(100), &limits);
    assert!(matches!(
        wide.stream.problems[0].kind,
        ProblemKind::LimitExceeded(_)
    ));
    assert!(wide.tree.len() < 20);
    let limits = Limits {
        max_bytes: 10,
        ..Limits::default()
    };
    let long = read_within("router: carto\n", &limits);
    assert!(matches!(
        long.stream.problems[0].kind,
        ProblemKind::LimitExceeded(_)
    ));
}
