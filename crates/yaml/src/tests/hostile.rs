use std::time::{Duration, Instant};

use super::*;

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
    let long = read_within("shop: front\n", &limits);
    assert!(matches!(
        long.stream.problems[0].kind,
        ProblemKind::LimitExceeded(_)
    ));
}
