//! The ways to read a text are held against each other: what differs in the least is a bug in the quick ones.

use super::*;
use crate::parse::{parse_in_parts, parse_slowly};
use crate::{Document, Problem};

type Reader = fn(&MappedText, &mut Tree, &Limits) -> Stream;

fn all_of(text: &str, limits: &Limits, reader: Reader) -> String {
    let mut sources = Sources::default();
    let id = sources.add("manifests.yaml", text);
    let mut tree = Tree::default();
    let stream = reader(&MappedText::of_source(&sources, id), &mut tree, limits);
    let Stream {
        documents,
        problems,
        comments,
        places,
    } = stream;
    let documents: Vec<(Document, String)> = documents
        .into_iter()
        .map(|document| (document, whole(tree.node(document.root))))
        .collect();
    let documents: Vec<_> = documents
        .iter()
        .map(|(document, whole)| (document.span, document.is_empty, whole))
        .collect();
    let problems: Vec<Problem> = problems;
    format!("{documents:#?}\n{problems:#?}\n{comments:?}\n{places:?}")
}

/// A node with everything below it, without the ids.
fn whole(node: Node<'_>) -> String {
    let mut text = format!("{:?} {:?} ", node.site(), node.span());
    match node.kind() {
        NodeKind::Scalar(scalar) => text.push_str(&format!("{scalar:?}")),
        _ => {
            for (entry, value) in node.entries() {
                let value = whole(value);
                text.push_str(&format!(
                    "{:?} {:?}: {{{value}}}\n",
                    entry.key, entry.key_span
                ));
            }
            for item in node.items() {
                text.push_str(&format!("- {{{}}}\n", whole(item)));
            }
        }
    }
    text
}

fn assert_alike(text: &str) {
    assert_alike_within(text, &Limits::default());
}

fn assert_alike_within(text: &str, limits: &Limits) {
    let slow = all_of(text, limits, parse_slowly);
    for (name, reader) in [("by chunks", parse as Reader), ("in parts", parse_in_parts)] {
        let quick = all_of(text, limits, reader);
        if quick != slow {
            let line = quick.lines().zip(slow.lines()).find(|(a, b)| a != b);
            panic!("{name}: {line:#?}\n{text:?}\n{text}");
        }
    }
}

/// How many documents are read without the parser.
fn simple_documents(text: &str) -> (usize, usize) {
    let mut tokens = Vec::new();
    let starts: Vec<usize> = std::iter::once(0)
        .chain(text.match_indices("\n---\n").map(|(at, _)| at + 1))
        .chain([text.len()])
        .collect();
    let chunks = starts.windows(2).filter(|pair| pair[0] < pair[1]);
    let read =
        |pair: &&[usize]| crate::simple::read(text, pair[0]..pair[1], 100, &mut tokens).is_some();
    (chunks.clone().filter(read).count(), chunks.count())
}

const MANIFESTS: &str = r#"# rendered
---
# Source: carto/templates/router/service.yaml
apiVersion: v1
kind: Service   # of the router
metadata:
  name: carto-router
  annotations:
    {}
  labels: {}
spec:
  type: LoadBalancer
  loadBalancerSourceRanges: ["10.0.0.0/8", office]
  ports:
  - name: https
    port: 443
    targetPort: 'https'
  -   name: "http"
      port: 0o10
  selector:
    app.kubernetes.io/name: carto
status:
---
apiVersion: v1
kind: ConfigMap
data:
  nginx.conf: |
    server {
      # not a comment
      listen 8080;

    	tab;
    }

  other: |-
      deep
        deeper
      last: yes
  "quoted key": x: y


  empty:
  # between
  last: -1
items:
  - - a
    - b
  - key:
    - 1e3
    - ~
    other: |
      text
---
kind: Last
list:
- plain words, and (more) # here
- 'it'
- --flag=x
- |
  block
  text
  # comment of the text
# the end
"#;

#[test]
fn manifests_are_read_alike() {
    let text = MANIFESTS.replace("\"quoted key\": x: y", "\"quoted key\": x:y");
    assert_eq!(simple_documents(&text), (3, 4));
    assert_alike(&text);
    assert_alike(MANIFESTS);
    assert_alike(text.trim_end());
    assert_alike(&text.replace('\n', "\r\n"));
}

#[test]
fn what_is_odd_is_left_to_the_parser() {
    for text in [
        "",
        "\n",
        "---",
        "---\n",
        "---\n---\n",
        "a: 1",
        "a: 1\n---",
        "a: 1\n...\n---\nb: 2\n",
        "%YAML 1.1\n---\na: 1\n",
        "a: 1\n...\n%YAML 1.1\n---\nb: 1\n",
        "a: 1\n%TAG ! x\n---\nb: 1\n",
        "a: &x 1\n---\nb: *x\n",
        "a: &x {k: 1}\nb: *x\n---\nb: *x\nc:\n  <<: *y\n",
        "a: \"1\n---\nb: 2\"\n---\nc: 3\n",
        "a: [1\n---\nb: 2\n---\nc: 3\n",
        "a: |\n  x\n---\nb: |\n  y",
        "a: >\n  x\n  y\n---\nb: 1\n",
        "\u{feff}---\na: 1\n---\nb: 1\n",
        "\u{feff}a: 1\n",
        "a: 1\n---\n\u{feff}b: 1\n",
        "a: größe\n---\nb: 1\n",
        "a:\n\t- 1\n---\nb: 1\n",
        "a: 1\n\t\n---\nb: 1\n",
        "a: 1\n\t\n\t---\nb: 1\n",
        "a:\n- b\n - c\n---\nd: 1\n",
        "a: b\n  c\n",
        "a: b\n\n  # x\n  c\n",
        "a:\n  b: 1\n c: 2\n",
        "- a\nb: 1\n",
        "a: 1\n- b\n",
        "a: 1\na: 2\n---\nb: 1\n",
        "a: {{ x }}\n---\nb: 1\n",
        "a: |\n x\n  y\n z\nb: 1\n",
        "a: |\n    x\n  y\nb: 1\n",
        "a: |\n    x\n  # y\nb: 1\n",
        "a: |\n\n  x\n",
        "a: |\nb: 1\n",
        "a: |+\n  x\n\n---\nb: 1\n",
        "- a: |\n  x\n",
        "a:\n- |\n x\n",
        "? a\n: b\n",
        "a: 'it''s'\n",
        "a: \"x\\n\"\n",
        "'a': 1\n\"b\" : 2\n",
        "a: b #c\nd: e#f\n",
        "a: # x\n  b\n",
        "a:\n  - # x\n    b\n",
        "a:\n  -\n    b: 1\n",
        "a:   \n  \n  b: 1   \n   \n",
        "key with space: 1\n",
        "a:b: 1\n",
        "a: [ ]\n",
        "a: [a, ]\n",
        "a: [a b]\n",
        "a: [\"x\":y]\n",
        "a: [a: b]\n",
        "a: []x\n",
        "a: {}\n  b: 1\n",
        "a:\n{}\n",
        "{}\n",
        "a: null\n~: 1\n",
        "a: -\n",
        "a: - b\n",
        "a: !!int x\n",
        "--- a\n",
        "--- # x\na: 1\n",
        "---\n--- \na: 1\n",
        "----\n",
        "---a: 1\n",
        "a: 1\n--- |\n x\n",
        "a: 1\n# c\n---\n# d\n---\n# e\n",
        "a: \u{1}\n---\nb: 1\n",
        "a: 1\r---\rb: 1\r",
        "a:\n    b:\n  - c\n",
        "a:\n    - b\n    c: d\n",
        "- - a\n  - b\n- c\n",
        "- a\n-\n- b\n",
        "a: 1 \n b: 2\n",
        " a: 1\nb: 2\n",
        "  a: 1\n  b: 2\n",
        "a: ---\n",
        "a: ...\n",
        "...\n",
        "a: 1\n...\n",
        "... x: 1\n",
        "...: 1\n",
        "a: {\n",
        "a: }\n",
        "a: 1\n  # c\n# d\n",
    ] {
        assert_alike(text);
        assert_alike(&format!("x: 1\n---\n{text}"));
        assert_alike(&format!("{text}\n---\ny: [1, 2]\n"));
    }
}

#[test]
fn limits_hold_in_every_way_of_reading() {
    let limits = |max_nesting, max_nodes, max_problems| Limits {
        max_nesting,
        max_nodes,
        max_problems,
        max_aliased_nodes: 3,
        ..Limits::default()
    };
    let twice = "a: 1\na: 2\nb:\n  - c: [x]\n---\n".repeat(4);
    let aliases = format!("{twice}x: &x [1, 2, 3]\ny: [*x, *x]\n---\n{twice}");
    for nodes in 1..60 {
        for text in [&twice, &aliases] {
            assert_alike_within(text, &limits(200, nodes, 500));
            assert_alike_within(text, &limits(nodes / 8 + 1, 1000, nodes / 10 + 1));
        }
    }
}

/// A step of a generator that is the same everywhere.
fn roll(state: &mut u64, sides: usize) -> usize {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).unwrap() % sides
}

/// Changes that people and tools make to texts, and some that nobody makes.
fn mutate(text: &str, state: &mut u64) -> String {
    const PIECES: [&str; 36] = [
        "\n", " ", "  ", "\t", ":", ": ", "- ", "-", "#", " #", "\"", "'", "{", "}", "[", "]", ",",
        "|", "|-\n", ">", "&a ", "*a", "!!str ", "%", "---\n", "\n---\n", "\n...\n", "\\", "é",
        "\r\n", "? ", "<<: ", "{{ x }}", "a: 1\n", "\u{feff}", "",
    ];
    let mut bytes: String = text.to_owned();
    for _ in 0..=roll(state, 3) {
        let mut at = roll(state, bytes.len() + 1);
        while !bytes.is_char_boundary(at) {
            at -= 1;
        }
        match roll(state, 4) {
            0 => {
                let mut end = (at + 1 + roll(state, 6)).min(bytes.len());
                while !bytes.is_char_boundary(end) {
                    end += 1;
                }
                bytes.replace_range(at..end, "");
            }
            1 => {
                // A line goes, or comes twice.
                let start = bytes[..at].rfind('\n').map_or(0, |at| at + 1);
                let end = bytes[at..]
                    .find('\n')
                    .map_or(bytes.len(), |end| at + end + 1);
                let line = bytes[start..end].to_owned();
                match roll(state, 2) {
                    0 => bytes.replace_range(start..end, ""),
                    _ => bytes.insert_str(start, &line),
                }
            }
            _ => bytes.insert_str(at, PIECES[roll(state, PIECES.len())]),
        }
    }
    bytes
}

/// How many times as many texts are tried as usual: `PORTOLAN_ROUNDS=20 cargo test --release --lib read_alike`.
fn rounds() -> usize {
    let asked = std::env::var("PORTOLAN_ROUNDS").ok();
    asked.map_or(1, |rounds| rounds.parse().unwrap())
}

#[test]
fn mutated_manifests_are_read_alike() {
    let mut state = 1;
    for _ in 0..4_000 * rounds() {
        assert_alike(&mutate(MANIFESTS, &mut state));
    }
}

#[test]
fn real_files_and_what_mutations_make_of_them_are_read_alike() {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures").into();
    let corpus = std::env::var("PORTOLAN_CORPUS").ok();
    let mut folders: Vec<std::path::PathBuf> = vec![fixtures];
    folders.extend(corpus.map(Into::into));
    let (mut simple, mut all, mut mutated, mut state) = (0, 0, 0, 7);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "yaml") {
                let text = std::fs::read_to_string(&path).unwrap();
                assert_alike(&text);
                let (here, of) = simple_documents(&text);
                (simple, all) = (simple + here, all + of);
                for document in text.split_inclusive("\n---\n").filter(|it| it.len() < 4000) {
                    for _ in 0..rounds() {
                        assert_alike(&mutate(document, &mut state));
                        mutated += 1;
                    }
                }
            }
        }
    }
    assert!(all > 0, "no YAML in the fixtures");
    println!("{simple} of {all} documents are simple; {mutated} mutated ones were read");
}
