//! Turns the rule files and the layer files into JSON, so that a cold start parses no YAML of our own.
//!
//! What is in the files is not judged here: the library checks it when it loads them, and `cargo test` loads them all.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let rules = read_folder(Path::new("rules"))?;
    fs::write(
        out.join("rules-with-examples.json"),
        serde_json::to_string(&rules)?,
    )?;
    let without: Vec<Value> = rules.into_iter().map(without_examples).collect();
    fs::write(out.join("rules.json"), serde_json::to_string(&without)?)?;
    let layers = read_folder(Path::new("layers"))?;
    fs::write(
        out.join("layers-with-examples.json"),
        serde_json::to_string(&layers)?,
    )?;
    // One list a kind of entry point, so that a check reads only what it needs.
    for kind in ["load-balancer", "ingress", "gateway", "resource", "front"] {
        let of_kind: Vec<Value> = layers
            .iter()
            .filter(|layer| layer.get("entry").and_then(Value::as_str) == Some(kind))
            .cloned()
            .map(without_the_examples_key)
            .collect();
        fs::write(
            out.join(format!("layers-{kind}.json")),
            serde_json::to_string(&of_kind)?,
        )?;
    }
    let apis = read_folder(Path::new("knowledge"))?;
    fs::write(out.join("apis.json"), serde_json::to_string(&apis)?)?;
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
            let value: Value = serde_saphyr::from_str(&text)
                .map_err(|error| format!("{}: {error}", path.display()))?;
            values.push(value);
        }
    }
    Ok(values)
}

fn without_the_examples_key(mut layer: Value) -> Value {
    if let Some(layer) = layer.as_object_mut() {
        layer.remove("examples");
    }
    layer
}

fn without_examples(mut rule: Value) -> Value {
    if let Some(rule) = rule.as_object_mut() {
        rule.insert("examples".to_owned(), json!({"bad": [], "good": []}));
    }
    rule
}
