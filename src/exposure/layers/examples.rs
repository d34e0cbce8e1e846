//! The examples of a layer file: inputs that meet the requirements on this layer, and inputs that break them. They are
//! executed; nothing else reads them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::diagnostic::Verdict;
use crate::example::ExampleFile;

/// The examples of a layer; none for a front that leaves no trace in the cluster.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LayerExamples {
    /// Inputs in which something is found; none for a layer that is always undecided.
    #[serde(default)]
    pub bad: Vec<LayerExample>,
    /// Inputs in which nothing is.
    #[serde(default)]
    pub good: Vec<LayerExample>,
}

/// An input on a layer, and what is found in it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LayerExample {
    /// What the input shows, in a few words.
    pub name: String,
    /// Options of `portolan check`.
    #[serde(default)]
    pub options: Vec<String>,
    /// The files: values files are merged into one release, manifests are taken together with none.
    pub files: Vec<ExampleFile>,
    /// Every finding on `timeout-605`, `https-only` and `values-file`, notes aside.
    #[serde(default)]
    pub finds: Vec<LayerFinding>,
    /// Verdicts that come out, by requirement.
    #[serde(default)]
    pub verdicts: BTreeMap<String, Verdict>,
    /// A part of what an undecided requirement asks for.
    #[serde(default)]
    pub supply: Option<String>,
}

/// A finding that an example expects.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
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
