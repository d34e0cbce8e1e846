//! The examples of a layer file: inputs that meet the requirements on this layer, and inputs that break them. A test
//! executes them all; nothing else reads them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::EntryKind;
use crate::rules::ExampleFile;

/// A layer's examples, from its own file.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct LayerExamples {
    /// The layer's public name.
    pub id: String,
    /// Why its limits cannot be known, for a layer without settings.
    #[serde(default)]
    pub undecided: Option<String>,
    /// The kind of entry point that it serves.
    pub entry: EntryKind,
    /// The examples; none for a front that leaves no trace in the cluster.
    #[serde(default)]
    pub examples: BadAndGood,
}

/// Both kinds.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BadAndGood {
    /// Inputs in which something is found; none for a layer that is always undecided.
    #[serde(default)]
    pub bad: Vec<LayerExample>,
    /// Inputs in which nothing is.
    #[serde(default)]
    pub good: Vec<LayerExample>,
}

/// An input on a layer, and what is found in it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LayerExample {
    /// What the input shows, in a few words.
    pub name: String,
    /// Options of `portolan check`.
    #[serde(default)]
    pub options: Vec<String>,
    /// The files: values files are merged into one release, manifests are taken together with none.
    pub files: Vec<ExampleFile>,
    /// Every finding on `timeout-605` and `https-only`, notes aside.
    #[serde(default)]
    pub finds: Vec<LayerFinding>,
    /// Verdicts that come out, by requirement.
    #[serde(default)]
    pub verdicts: BTreeMap<String, String>,
    /// A part of what an undecided requirement asks for.
    #[serde(default)]
    pub supply: Option<String>,
}

/// A finding that an example expects.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LayerFinding {
    /// The rule.
    pub rule: String,
    /// The file; the first one when left out.
    #[serde(default)]
    pub file: Option<String>,
    /// The line of the primary span, from 1.
    pub line: usize,
    /// The text under the primary span; for a span of several lines, its first line.
    pub text: String,
    /// A part of the message.
    #[serde(default)]
    pub says: Option<String>,
}

/// The examples of every built-in layer.
pub fn builtin() -> Vec<LayerExamples> {
    // A file that does not fit is found by the test that executes them.
    serde_json::from_str(include_str!(concat!(
        env!("OUT_DIR"),
        "/layers-with-examples.json"
    )))
    .unwrap_or_default()
}
