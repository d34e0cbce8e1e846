use super::*;

/// Checks that every byte of a value is led to the file, and that exact bytes are the file's.
#[track_caller]
fn check_map(read: &Read, node: Node<'_>) -> usize {
    let mapped = mapped_text(&read.sources, node);
    let Some(scalar) = node.scalar() else {
        return 0;
    };
    assert_eq!(*mapped.text, *scalar.text);
    assert_eq!(mapped.map.len(), mapped.text.len());
    let source = read.sources.text(node.span().source);
    let mut exact = 0;
    for (at, character) in mapped.text.char_indices() {
        let span = mapped.map.span(at..at + character.len_utf8()).unwrap();
        let written = source
            .get(span.range())
            .expect("a span on character boundaries");
        if written.starts_with(character) && written.len() == character.len_utf8() {
            exact += character.len_utf8();
        }
    }
    exact
}

/// What each character of the value of `x` was written as, joined by `·`; runs that stand as they are, joined.
fn trace(text: &str) -> String {
    let read = read(text);
    let node = read.at("x");
    check_map(&read, node);
    let mapped = mapped_text(&read.sources, node);
    let mut parts: Vec<String> = Vec::new();
    let mut last_end = None;
    for (at, character) in mapped.text.char_indices() {
        let span = mapped.map.span(at..at + character.len_utf8()).unwrap();
        let written = read.slice(span);
        if last_end == Some(span.start) && written == character.to_string() {
            parts.last_mut().unwrap().push(character);
        } else {
            parts.push(written.to_owned());
        }
        last_end = (written == character.to_string()).then_some(span.end);
    }
    parts.join("·")
}

#[test]
fn values_lead_back_through_every_style() {
    assert_eq!(trace("x: carto.example.com\n"), "carto.example.com");
    assert_eq!(trace("x: a b\n  c\n\n  d\n"), "a b·\n·c·\n·d");
    assert_eq!(trace("x: 'it''s'\n"), "it·''·s");
    assert_eq!(trace("x: 'a\n  b\n\n  c'\n"), "a·\n·b·\n·c");
    assert_eq!(
        trace("x: \"a\\tb\\u00e9\\x41\\\"\"\n"),
        "a·\\t·b·\\u00e9·\\x41·\\\""
    );
    assert_eq!(trace("x: \"\\ud83d\\ude00!\"\n"), "\\ud83d\\ude00·!");
    assert_eq!(trace("x: \"a\\\n   b \\\n\n  c\"\n"), "a·b ·\n·c");
    assert_eq!(trace("x: \"a \n  b\"\n"), "a·\n·b");
    assert_eq!(trace("x: |\n  a\n   b\n\n  c\n"), "a\n· b\n\n·c\n");
    assert_eq!(trace("x: |\n\n  a\n"), "\n·a\n");
    assert_eq!(trace("x: |-\n  a\r\n  b\r\n"), "a·\n·b");
    assert_eq!(trace("x: |2-\n    a\n   b\n"), "  a\n· b");
    assert_eq!(trace("x: |+\n  a\n\n\ny: 1\n"), "a\n\n\n");
    assert_eq!(
        trace("x: >\n  a\n  b\n\n  c\n    d\n  e\n"),
        "a·\n·b·\n·c\n·  d\n·e\n"
    );
    assert_eq!(trace("x: >-\n\n  a\n\n\n  b\n"), "\n·a·\n\n·b");
    assert_eq!(trace("x: |\n  a"), "a");
    assert_eq!(trace("x: ''\n"), "");
}

#[test]
fn every_byte_of_an_extra_deploy_template_leads_to_its_own() {
    let text = "extraDeploy:\n  - |\n    kind: BackendConfig\n\n    metadata:\n      name: \"{{ .Release.Name }}\"\n    # größe\n";
    let read = read(text);
    let node = read.at("extraDeploy/0");
    let value = node.as_str().unwrap();
    assert_eq!(check_map(&read, node), value.len());
    let mapped = mapped_text(&read.sources, node);
    let at = value.find(".Release").unwrap();
    let span = mapped.map.span(at..at + 8).unwrap();
    assert_eq!(span.range().start, text.find(".Release").unwrap());
}

#[test]
fn a_value_that_the_file_does_not_hold_leads_to_its_span() {
    let mut sources = Sources::default();
    let id = sources.add("customizations.yaml", "x: {{ .Values.name }}\n");
    let span = Span::new(id, 3, 21);
    for style in [
        Style::Plain,
        Style::SingleQuoted,
        Style::DoubleQuoted,
        Style::Literal,
        Style::Folded,
        Style::Made,
    ] {
        let mut tree = Tree::default();
        let node = tree.push(NodeData {
            span,
            kind: NodeKind::Scalar(Scalar {
                text: "carto\nrouter".into(),
                value: Value::String,
                style,
            }),
            overrides: None,
        });
        let mapped = mapped_text(&sources, tree.node(node));
        assert_eq!(mapped.map.len(), 12);
        assert_eq!(mapped.map.span(3..4), Some(span));
        assert_eq!(mapped.map.span(11..12), Some(span));
    }
}
