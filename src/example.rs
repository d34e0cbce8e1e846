//! The files within examples of rules and of layers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A file of an example.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExampleFile {
    /// What it is called.
    pub name: String,
    /// Its contents.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// In place of `text`, a file that examples share, or several that are put one after the other: paths from the folder of
    /// the rules, e.g. `certificates/leaf.pem`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<SharedFiles>,
}

/// Paths of files that examples share.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum SharedFiles {
    /// One file.
    One(String),
    /// Several, one after the other.
    Several(Vec<String>),
}

impl SharedFiles {
    /// Returns the paths in order.
    pub fn paths(&self) -> &[String] {
        match self {
            SharedFiles::One(path) => std::slice::from_ref(path),
            SharedFiles::Several(paths) => paths,
        }
    }
}
