//! Our reader held against `yaml_serde`, a parser of another family: the structure of the same texts must be equal.
//!
//! Set `PORTOLAN_CORPUS` to a folder to compare every `*.yaml` below it, too.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use portolan_yaml::source::{MappedText, Sources};
use portolan_yaml::{Limits, Node, Stream, Style, Tree, Value, mapped_text, parse};
use serde::Deserialize;
use yaml_serde::Value as Theirs;

/// Where the two trees part, as a path; `None` where they agree.
fn difference(ours: Node<'_>, theirs: &Theirs, path: &str) -> Option<String> {
    let part = |what: &str| Some(format!("{path}: {what}: {:?} / {theirs:?}", ours.kind()));
    match theirs {
        Theirs::Mapping(mapping) => {
            if !ours.is_mapping() || ours.entries().len() != mapping.len() {
                return part("not the same mapping");
            }
            for ((entry, value), (key, their_value)) in ours.entries().zip(mapping) {
                let key = match key {
                    Theirs::String(key) => key.clone(),
                    // YAML 1.1 writes some keys differently; their order is the same.
                    _ => entry.key.to_string(),
                };
                if *entry.key != *key && !matches!(&*entry.key, "true" | "false") {
                    return part("another key");
                }
                if let Some(found) = difference(value, their_value, &format!("{path}/{key}")) {
                    return Some(found);
                }
            }
            None
        }
        Theirs::Sequence(items) => {
            if !ours.is_sequence() || ours.items().len() != items.len() {
                return part("not the same sequence");
            }
            let mut pairs = ours.items().zip(items).enumerate();
            pairs.find_map(|(at, (ours, theirs))| difference(ours, theirs, &format!("{path}/{at}")))
        }
        Theirs::Tagged(tagged) => difference(ours, &tagged.value, path),
        scalar => {
            let Some(found) = ours.scalar() else {
                return part("not a scalar");
            };
            let equal = match (scalar, found.value) {
                (Theirs::Null, value) => value == Value::Null,
                (Theirs::Bool(theirs), value) => value == Value::Bool(*theirs),
                (Theirs::Number(theirs), Value::Int(ours)) => {
                    theirs.as_f64() == Some(ours as f64) || found.text.starts_with('0')
                }
                (Theirs::Number(theirs), Value::UInt(ours)) => theirs.as_u64() == Some(ours),
                (Theirs::Number(theirs), Value::Float(ours)) => theirs.as_f64() == Some(ours),
                // YAML 1.2 knows neither `yes` nor `0777`, and reads what was written.
                (Theirs::String(theirs), _) => *theirs == *found.text,
                _ => false,
            };
            if equal { None } else { part("another scalar") }
        }
    }
}

/// Every byte of every scalar must lead somewhere; plain scalars of one line to themselves.
fn check_maps(sources: &Sources, node: Node<'_>) {
    if let Some(scalar) = node.scalar() {
        let mapped = mapped_text(sources, node);
        assert_eq!(*mapped.text, *scalar.text);
        assert_eq!(mapped.map.len(), mapped.text.len());
        let written = sources.slice(node.span());
        if scalar.style == Style::Plain && !written.contains('\n') {
            assert_eq!(written, &*scalar.text);
        }
        // In a file that was not made by a template, a value of letters is found letter by letter.
        for (at, character) in mapped.text.char_indices() {
            let span = mapped.map.span(at..at + character.len_utf8()).unwrap();
            if character.is_ascii_alphanumeric() && scalar.style != Style::DoubleQuoted {
                assert_eq!(sources.slice(span), character.to_string());
            }
        }
    }
    for (_, value) in node.entries() {
        check_maps(sources, value);
    }
    for item in node.items() {
        check_maps(sources, item);
    }
}

/// How many documents were compared.
fn compare(name: &str, text: &str) -> usize {
    let mut sources = Sources::default();
    let id = sources.add(name, text);
    let mut tree = Tree::default();
    let stream: Stream = parse(
        &MappedText::of_source(&sources, id),
        &mut tree,
        &Limits::default(),
    );
    let theirs: Result<Vec<Theirs>, _> = yaml_serde::Deserializer::from_str(text)
        .map(Theirs::deserialize)
        .collect();
    let theirs = match theirs {
        Ok(theirs) => theirs,
        Err(error) => {
            assert!(
                !stream.problems.is_empty(),
                "{name}: only they refuse it: {error}"
            );
            return 0;
        }
    };
    assert!(
        stream.problems.is_empty(),
        "{name}: only we refuse it: {:?}",
        stream.problems
    );
    let ours = stream.documents.iter();
    // For a text of nothing but comments they make a document of nothing.
    if !(stream.documents.is_empty() && theirs == [Theirs::Null]) {
        assert_eq!(ours.len(), theirs.len(), "{name}: not as many documents");
    }
    for (at, (document, theirs)) in ours.zip(&theirs).enumerate() {
        let root = tree.node(document.root);
        if let Some(found) = difference(root, theirs, &format!("{name}#{at}")) {
            panic!("{found}");
        }
        check_maps(&sources, root);
    }
    theirs.len()
}

#[test]
fn own_snippets_read_alike() {
    for text in [
        "router:\n  service:\n    type: LoadBalancer\n    annotations:\n      a.b/c: \"600\"\n",
        "extraDeploy:\n  - |\n    apiVersion: v1\n    kind: Secret\n\n  - apiVersion: v1\n    data: {a: b, c: [1, 2]}\n",
        "a: 1\n---\nb: 2\n---\n---\n# c\n...\n---\nc: 3\n",
        "text: plain of\n  two lines\n\n  and more\nquoted: 'it''s\n\n  here'\ndouble: \"a\\tb \\\n   c\\u00e9\\n\"\n",
        "a: >\n  folded\n  text\n\n    more\n   indented\n  done\n\n\nb: |+\n  keep\n\nc: |2-\n    two\n   one\n",
        "numbers: [0, -1, 1.5, 1e3, .5, 0x1F, 12345678901234567890]\nwords: [yes, no, on, y, ~, null, true, FALSE]\n",
        "empty:\nlist:\n-\n- a\n-   - b\n    -\nmap: {a, b: , c: d}\n",
        "a: &x {k: 1}\nb: *x\nc: [*x, &y z, *y]\n",
        "? complex\n: value\n? only\n",
        "\"quoted key\": 1\n'single': 2\n",
        "crlf: 1\r\nblock: |\r\n  a\r\n  b\r\nlast: 2\r\n",
        "url: https://carto.example.com:8443/a?b#c\ntime: 12:30:45\n",
        "unicode: größe 😀 \u{1f600}\n# ünïcode\nö: ä\n",
        "- - - a\n    - b\n- c: d\n  e:\n  - f\n",
        "",
        "# nothing\n",
        "just a scalar\n",
        "tagged: !!str 12\nother: !custom x\n",
        // Refused by both.
        "a: [1\n",
        "a: b: c\n",
        "a: \"open\n",
        "a:\n\tb: 1\n",
        "a: 1\na: 2\n",
        "a: *nowhere\n",
    ] {
        compare("snippet", text);
    }
}

#[test]
fn the_corpus_reads_alike() {
    let Some(corpus) = std::env::var_os("PORTOLAN_CORPUS") else {
        eprintln!("PORTOLAN_CORPUS is not set: no corpus was compared");
        return;
    };
    let mut files = Vec::new();
    collect(Path::new(&corpus), &mut files);
    assert!(!files.is_empty(), "no YAML below {}", corpus.display());
    let mut documents = 0;
    for file in &files {
        documents += compare(
            &file.display().to_string(),
            &fs::read_to_string(file).unwrap(),
        );
    }
    eprintln!(
        "{} files with {documents} documents read alike",
        files.len()
    );
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "yaml" || extension == "yml")
        {
            files.push(path);
        }
    }
}
