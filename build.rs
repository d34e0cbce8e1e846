//! Turns the rule files, the layer files and the knowledge files into JSON, so that a cold start parses no YAML of our own,
//! and parses the expressions of the rules ahead: see `src/rules/prepared.rs`.
//!
//! What is in the files is not judged here: the library checks it when it loads them, and `cargo test` loads them all.

#[path = "src/rules/prepared.rs"]
mod prepared;
#[path = "src/exposure/readers/format.rs"]
mod readers;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use cel::Env;
use portolan_yaml::{Node, ParsedText};
use prepared::{PreparedExpression, PreparedRule, Tree};
use readers::{KindFields, KindFile, PreparedKind, PreparedReader, ReaderFile};
use serde::Deserialize;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut rules = read_folder(Path::new("rules"))?;
    for rule in &mut rules {
        inline_shared_files(rule, Path::new("rules"))?;
    }
    fs::write(
        out.join("rules-with-examples.json"),
        serde_json::to_string(&rules)?,
    )?;
    fs::write(out.join("rules.bin"), records(&rules)?)?;
    fs::write(out.join("expressions.bin"), expressions(&rules)?)?;
    let layers = read_folder(Path::new("layers"))?;
    fs::write(
        out.join("layers-with-examples.json"),
        serde_json::to_string(&layers)?,
    )?;
    // One list a kind of entry point, so that a check reads only what it needs.
    for kind in [
        "load-balancer",
        "ingress",
        "gateway",
        "resource",
        "tcp-services",
        "front",
    ] {
        let of_kind: Vec<Value> = layers
            .iter()
            .filter(|layer| layer.get("entry").and_then(Value::as_str) == Some(kind))
            .cloned()
            .map(without_examples)
            .collect();
        fs::write(
            out.join(format!("layers-{kind}.json")),
            serde_json::to_string(&of_kind)?,
        )?;
    }
    println!("cargo::rerun-if-changed=chart/keys.txt");
    let catalogue = fs::read_to_string("chart/keys.txt")?;
    fs::write(out.join("catalogue.bin"), catalogue_index(&catalogue)?)?;
    let apis = read_folder(Path::new("knowledge/apis"))?;
    fs::write(out.join("apis.json"), serde_json::to_string(&apis)?)?;
    let readers = read_folder(Path::new("knowledge/annotations"))?;
    fs::write(out.join("readers.bin"), readers_index(&readers)?)?;
    let kinds = read_folder(Path::new("knowledge/kinds"))?;
    fs::write(out.join("kinds.bin"), kinds_index(&kinds)?)?;
    Ok(())
}

/// Every `.yaml` file below a folder, by path.
fn read_folder(folder: &Path) -> Result<Vec<Value>, Box<dyn Error>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.sort();
    let mut values = Vec::new();
    for path in paths {
        if path.is_dir() {
            values.extend(read_folder(&path)?);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            println!("cargo::rerun-if-changed={}", path.display());
            let text = fs::read_to_string(&path)?;
            let parsed = ParsedText::parse(&text)
                .map_err(|issues| format!("{}:\n{issues}", path.display()))?;
            values.extend(parsed.root().map(Node::to_json));
        }
    }
    Ok(values)
}

/// Puts the texts of files that examples share in the place of their names: see `src/rules/shared_files.rs`.
fn inline_shared_files(rule: &mut Value, folder: &Path) -> Result<(), Box<dyn Error>> {
    for kind in ["/examples/bad", "/examples/good"] {
        let examples = rule.pointer_mut(kind).and_then(Value::as_array_mut);
        for example in examples.into_iter().flatten() {
            let files = example.get_mut("files").and_then(Value::as_array_mut);
            let files = files.into_iter().flatten();
            for file in files.filter_map(Value::as_object_mut) {
                let Some(shared) = file.remove("file") else {
                    continue;
                };
                let mut text = String::new();
                for path in shared.as_array().unwrap_or(&vec![shared.clone()]) {
                    let path = folder.join(path.as_str().ok_or("a path is not a string")?);
                    let part = fs::read_to_string(&path)
                        .map_err(|error| format!("{}: {error}", path.display()))?;
                    println!("cargo::rerun-if-changed={}", path.display());
                    text.push_str(&part);
                }
                file.insert("text".to_owned(), text.into());
            }
        }
    }
    Ok(())
}

fn without_examples(mut layer: Value) -> Value {
    if let Some(layer) = layer.as_object_mut() {
        layer.remove("examples");
    }
    layer
}

/// What every check needs of each rule.
fn records(rules: &[Value]) -> Result<Vec<u8>, Box<dyn Error>> {
    let texts: Vec<String> = rules
        .iter()
        .map(|rule| {
            let mut rule = rule.clone();
            if let Some(rule) = rule.as_object_mut() {
                rule.insert("examples".to_owned(), json!({"bad": [], "good": []}));
            }
            serde_json::to_string(&rule)
        })
        .collect::<Result<_, _>>()?;
    let records: Vec<PreparedRule<'_>> = rules
        .iter()
        .zip(&texts)
        .map(|(rule, json)| {
            let undecided = rule.get("undecided").and_then(Value::as_array);
            PreparedRule {
                id: text(rule, "id"),
                subject: text(rule, "subject"),
                requirement: text(rule, "requirement"),
                requirement_from: rule.get("requirement-from").and_then(Value::as_str),
                when: rule.get("when").and_then(Value::as_str),
                require: text(rule, "require"),
                undecided: undecided
                    .into_iter()
                    .flatten()
                    .map(|case| (text(case, "when"), text(case, "supply")))
                    .collect(),
                grants: rule.get("granted").is_some(),
                json,
            }
        })
        .collect();
    Ok(postcard::to_allocvec(&records)?)
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Every expression of the rules that can be parsed, with its tree.
fn expressions(rules: &[Value]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut sources = Vec::new();
    for rule in rules {
        collect_expressions(rule, &mut sources);
    }
    let environment = Env::stdlib();
    let mut trees: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
    for source in sources {
        // What is wrong with one that cannot be parsed is said when the rule is loaded by a test.
        if let Ok(parsed) = environment.parser().parse(source)
            && let Some(tree) = Tree::of(&parsed)
        {
            trees.insert(source, postcard::to_allocvec(&tree)?);
        }
    }
    let entries: Vec<PreparedExpression<'_>> =
        trees.iter().map(|(text, tree)| (*text, &**tree)).collect();
    Ok(postcard::to_allocvec(&entries)?)
}

/// Expressions stand under `when` and `require`, wherever in a rule.
fn collect_expressions<'v>(value: &'v Value, sources: &mut Vec<&'v str>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::String(source) if key == "when" || key == "require" => {
                        sources.push(source)
                    }
                    _ if key == "examples" => {}
                    _ => collect_expressions(value, sources),
                }
            }
        }
        Value::Array(list) => {
            for value in list {
                collect_expressions(value, sources);
            }
        }
        _ => {}
    }
}

/// Each prefix of annotations with its reader, which the library decodes when it meets a key of that prefix.
fn readers_index(files: &[Value]) -> Result<Vec<u8>, Box<dyn Error>> {
    let files: Vec<ReaderFile> = files
        .iter()
        .map(ReaderFile::deserialize)
        .collect::<Result<_, _>>()?;
    let bytes: Vec<Vec<u8>> = files
        .iter()
        .map(postcard::to_allocvec)
        .collect::<Result<_, _>>()?;
    let index: Vec<PreparedReader<'_>> = files
        .iter()
        .zip(&bytes)
        .map(|(file, bytes)| {
            let outdated = file.outdated.iter().map(String::as_str).collect();
            (&*file.prefix, outdated, &**bytes)
        })
        .collect();
    Ok(postcard::to_allocvec(&index)?)
}

/// Each kind of object with its fields, which the library decodes when it meets such an object.
fn kinds_index(files: &[Value]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut kinds = Vec::new();
    for file in files {
        let file = KindFile::deserialize(file)?;
        let (kind, groups) = (file.kind.clone(), file.groups.clone());
        kinds.push((
            kind,
            groups,
            postcard::to_allocvec(&KindFields::from(file))?,
        ));
    }
    let index: Vec<PreparedKind<'_>> = kinds
        .iter()
        .map(|(kind, groups, bytes)| {
            let groups = groups.iter().map(String::as_str).collect();
            (&**kind, groups, &**bytes)
        })
        .collect();
    Ok(postcard::to_allocvec(&index)?)
}

/// A key of the catalogue: where its first line begins, the key that it lies under, the first key after it that does not lie
/// under it.
struct CatalogueKey<'t> {
    start: usize,
    parent: usize,
    next: usize,
    name: &'t str,
}

/// Where each key of the catalogue stands: `src/catalogue/keys.rs` says why.
fn catalogue_index(text: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut keys = vec![CatalogueKey {
        start: 0,
        parent: 0,
        next: 0,
        name: "",
    }];
    // The open keys, outermost first.
    let mut open = vec![0];
    let mut start = text.find('\n').map_or(text.len(), |end| end + 1);
    for line in text.lines().skip(1) {
        let body = line.trim_start_matches(' ');
        let depth = line.len() - body.len();
        let name = body.split(' ').next().unwrap_or_default();
        // A key that was of several types stands on as many lines, one after the other.
        let again = open.len() == depth + 2 && keys.last().is_some_and(|last| last.name == name);
        if !again {
            close(&mut keys, open.get(depth + 1..).unwrap_or_default());
            open.truncate(depth + 1);
            let parent = *open.last().ok_or("a key lies under none")?;
            open.push(keys.len());
            keys.push(CatalogueKey {
                start,
                parent,
                next: 0,
                name,
            });
        }
        start += line.len() + 1;
    }
    close(&mut keys, &open);
    let mut bytes = Vec::new();
    for key in keys {
        for number in [key.start, key.parent, key.next] {
            bytes.extend(u32::try_from(number)?.to_le_bytes());
        }
    }
    Ok(bytes)
}

/// Nothing more lies under the keys of those numbers.
fn close(keys: &mut [CatalogueKey<'_>], closed: &[usize]) {
    let next = keys.len();
    for number in closed {
        if let Some(key) = keys.get_mut(*number) {
            key.next = next;
        }
    }
}
