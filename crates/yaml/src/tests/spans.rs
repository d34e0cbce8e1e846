use super::*;

const CUSTOMIZATIONS: &str = "\
# CARTO Self-Hosted
router:
  service:
    type: LoadBalancer # public
    annotations:
      service.beta.kubernetes.io/aws-load-balancer-connection-idle-timeout: \"600\"
      cloud.google.com/backend-config: '{\"default\": \"carto\"}'
    ports: {http: 80, https: 443}
    loadBalancerSourceRanges: [10.0.0.0/8, 192.168.0.0/16]
    externalTrafficPolicy:
  replicas: 2
appConfigValues:
  selfHostedDomain: carto.example.com
extraDeploy:
  - |
    apiVersion: cloud.google.com/v1
    kind: BackendConfig

    metadata:
      name: {{ .Release.Name }}-router

  - apiVersion: v1
    kind: Secret
  -
  - >-
    folded text
    of two lines
";

#[test]
fn every_node_knows_what_was_written() {
    let read = read(CUSTOMIZATIONS);
    assert_eq!(read.problems(), [""; 0]);
    assert_eq!(read.written("router/service/type"), "LoadBalancer");
    let annotations = read.at("router/service/annotations");
    let (timeout, value) = annotations.entries().next().unwrap();
    assert_eq!(
        read.slice(timeout.key_span),
        "service.beta.kubernetes.io/aws-load-balancer-connection-idle-timeout"
    );
    assert_eq!(read.slice(value.span()), "\"600\"");
    let whole = read.slice(annotations.span());
    assert!(whole.starts_with("service.beta.") && whole.ends_with("\"carto\"}'"));
    assert_eq!(
        read.written("router/service/ports"),
        "{http: 80, https: 443}"
    );
    assert_eq!(read.written("router/service/ports/https"), "443");
    assert_eq!(
        read.written("router/service/loadBalancerSourceRanges"),
        "[10.0.0.0/8, 192.168.0.0/16]"
    );
    assert_eq!(
        read.written("extraDeploy/0"),
        "apiVersion: cloud.google.com/v1\n    kind: BackendConfig\n\n    metadata:\n      name: {{ .Release.Name }}-router"
    );
    assert_eq!(
        read.written("extraDeploy/1"),
        "apiVersion: v1\n    kind: Secret"
    );
    assert_eq!(
        read.written("extraDeploy/3"),
        "folded text\n    of two lines"
    );
    assert!(read.written("").starts_with("router:") && read.written("").ends_with("of two lines"));
}

#[test]
fn a_value_that_was_left_out_stands_right_after_the_colon_or_dash() {
    let read = read(CUSTOMIZATIONS);
    let policy = read.at("router/service/externalTrafficPolicy");
    assert!(policy.is_null());
    let after =
        CUSTOMIZATIONS.find("externalTrafficPolicy:").unwrap() + "externalTrafficPolicy:".len();
    assert_eq!(policy.span().range(), after..after);
    let item = read.at("extraDeploy/2");
    let after = CUSTOMIZATIONS.find("  -\n").unwrap() + 3;
    assert_eq!(item.span().range(), after..after);
}

/// The text with a `|` where the only null node was left out.
fn with_caret(text: &str) -> String {
    fn find(node: Node<'_>) -> Option<usize> {
        if node.is_null() {
            assert!(node.span().is_empty());
            return Some(node.span().start as usize);
        }
        node.entries()
            .map(|(_, value)| value)
            .chain(node.items())
            .find_map(find)
    }
    let read = read(text);
    assert_eq!(read.problems(), [""; 0], "{text:?}");
    let at = find(read.root()).unwrap();
    format!("{}|{}", &text[..at], &text[at..])
}

#[test]
fn omitted_values_are_placed_in_every_layout() {
    for expected in [
        "router:|\n",
        "router:|   # none\n# more\nkots: 1\n",
        "router :|\n",
        "{router:| , kots: 1}",
        "{router|, kots: 1}",
        "? router|\n",
        "? router\n# c\n:|\n",
        "router:| &anchor\nkots: 1\n",
        "\"router\":|\n",
        "- a\n-|\n- b\n",
        "-|\n",
        "-|   \n- a\n",
        "- a # x\n# y\n-| # z\n- b\n",
        "list:\n-|\n- a\n",
        "list:\n  -|\n",
        "list: &all # c\n  -| &item\n",
        "- -|\n  - a\n",
        "- - a\n  -|\n",
        "- key: a\n-|\n",
        "- |\n  text\n\n# c\n-|\n",
        "--- # c\n-|\n",
    ] {
        let caret = expected.rfind('|').unwrap();
        let text = format!("{}{}", &expected[..caret], &expected[caret + 1..]);
        assert_eq!(with_caret(&text), expected);
    }
}

#[test]
fn tags_and_anchors_are_not_part_of_a_span() {
    let read = read("name: &domain !!str carto.example.com\nports: &p [80]\nbase: &b\n  x: 1\n");
    assert_eq!(read.written("name"), "carto.example.com");
    assert_eq!(read.written("ports"), "[80]");
    assert_eq!(read.written("base"), "x: 1");
}

#[test]
fn block_scalars_span_their_content_only() {
    for (text, expected) in [
        ("cert: |\n\n  AAA\n  BBB\n\n\nkey: 1\n", "AAA\n  BBB"),
        ("cert: |+\n  AAA\n\nkey: 1\n", "AAA"),
        ("cert: |2- # c\n   AAA", " AAA"),
        ("cert: >\r\n  AAA\r\n   BBB\r\n", "AAA\r\n   BBB"),
        ("cert: |-\n  AAA\n  \n", "AAA"),
    ] {
        assert_eq!(read(text).written("cert"), expected, "{text:?}");
    }
    let empty = read("cert: | # none\nkey: 1\n");
    assert_eq!(empty.at("cert").span().range(), 14..14);
    assert_eq!(empty.at("cert").as_str(), Some(""));
}

#[test]
fn byte_order_mark_crlf_and_umlauts_do_not_shift_spans() {
    let read = read("\u{feff}größe: ä\r\nstraße: \"ß\r\n  x\"\r\n---\r\nzweites: ö\r\n");
    let (key, value) = read.root().entries().next().unwrap();
    assert_eq!(read.slice(key.key_span), "größe");
    assert_eq!(read.slice(value.span()), "ä");
    assert_eq!(read.written("straße"), "\"ß\r\n  x\"");
    assert_eq!(read.at("straße").as_str(), Some("ß x"));
    let second = read.tree.node(read.stream.documents[1].root);
    assert_eq!(read.slice(second.get("zweites").unwrap().span()), "ö");
}

#[test]
fn a_lone_carriage_return_ends_a_line() {
    let read = read("router: 1\rkots: 2\r");
    assert_eq!(read.written("router"), "1");
    assert_eq!(read.written("kots"), "2");
}

#[test]
fn documents_are_kept_in_order_even_when_empty() {
    let read = read(
        "# top\n---\n# Source: carto/templates/none.yaml\n---\nkind: Service\n...\n---\nkind: Ingress\n---\n",
    );
    let empty: Vec<bool> = read
        .stream
        .documents
        .iter()
        .map(|document| document.is_empty)
        .collect();
    assert_eq!(empty, [true, false, false, true]);
    let spans: Vec<&str> = read
        .stream
        .documents
        .iter()
        .map(|document| read.slice(document.span))
        .collect();
    assert!(spans[0].starts_with("---\n# Source"));
    assert!(spans[1].starts_with("---\nkind: Service\n"));
    assert!(spans[2].starts_with("---\nkind: Ingress\n"));
    let comments: Vec<(&str, bool)> = read
        .stream
        .comments
        .iter()
        .map(|comment| (read.slice(comment.span), comment.own_line))
        .collect();
    assert_eq!(
        comments,
        [
            ("# top", true),
            ("# Source: carto/templates/none.yaml", true)
        ]
    );
    assert!(super::read("# nothing\n").stream.documents.is_empty());
    assert!(super::read("").stream.documents.is_empty());
    assert!(
        super::read("--- ~\n")
            .stream
            .documents
            .iter()
            .all(|document| !document.is_empty)
    );
}

#[test]
fn comments_know_whether_they_stand_alone() {
    let read = read(
        "# portolan: ignore[timeout-too-short] known\nrouter: # here\n  a: \"# no\"\n  # deep\n  b: x#y\n",
    );
    let comments: Vec<(&str, bool)> = read
        .stream
        .comments
        .iter()
        .map(|comment| (read.slice(comment.span), comment.own_line))
        .collect();
    assert_eq!(
        comments,
        [
            ("# portolan: ignore[timeout-too-short] known", true),
            ("# here", false),
            ("# deep", true),
        ]
    );
}

#[test]
fn three_hundred_lines_of_comments_are_no_error() {
    let comments = "# commented-out default\n".repeat(300);
    let indented = "  # commented-out default\n".repeat(300);
    for text in [
        format!("router:\n{comments}  replicas: 1\n"),
        format!("router:\n{indented}  replicas: 1\n"),
        format!("router:\n{comments}"),
        format!("router:\n{comments}kots: 1\n"),
        format!("-\n{comments}  a: 1\n"),
        format!("- \n{comments}- 1\n"),
        format!("{comments}---\n{comments}a: 1\n{comments}---\n{comments}"),
        format!("router: {{\n{comments}a: 1,\n{comments}}}\n"),
        format!("? a\n{comments}: b\n"),
        format!("broken: [\n---\n{comments}a: 1\n"),
    ] {
        let read = read(&text);
        let expected = usize::from(text.starts_with("broken"));
        assert_eq!(read.problems().len(), expected, "{:?}", read.problems());
        assert_eq!(read.stream.comments.len() % 300, 0, "{}", &text[..20]);
        assert!(!read.stream.comments.is_empty());
    }
}

#[test]
fn spans_of_a_derived_text_lead_to_the_file() {
    let mut sources = Sources::default();
    let file = "extraDeploy:\n  - |\n    name: {{ .Release.Name }}-lb\n    port: 80\n";
    let id = sources.add("customizations.yaml", file);
    let place = |text: &str| {
        let start = file.find(text).unwrap();
        Span::new(id, start, start + text.len())
    };
    let mut text = MappedText {
        text: "name: carto-lb\nport: 80\n".to_owned(),
        ..MappedText::default()
    };
    text.map.push_exact(place("name: "));
    text.map.push_made(5, place("{{ .Release.Name }}"));
    text.map.push_exact(place("-lb\n"));
    text.map.push_exact(place("port: 80\n"));
    let mut tree = Tree::default();
    let stream = parse(&text, &mut tree, &Limits::default());
    let root = tree.node(stream.documents[0].root);
    let name = root.get("name").unwrap();
    assert_eq!(name.as_str(), Some("carto-lb"));
    assert_eq!(sources.slice(name.span()), "{{ .Release.Name }}-lb");
    assert_eq!(sources.slice(root.get("port").unwrap().span()), "80");
    let mapped = mapped_text(&sources, name);
    assert_eq!(mapped.text, "carto-lb");
    assert_eq!(mapped.map.span(0..1), Some(name.span()));
}
