//! What a layer reads, where its file says so itself: a controller of one's own is one file.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// What a layer reads beside what files under `knowledge/` say of its controller.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Reads {
    /// Its annotations, by prefix.
    pub annotations: Vec<ReadPrefix>,
    /// The fields of kinds of its own.
    pub kinds: Vec<ReadKind>,
    /// Fields of known kinds that it ignores.
    pub ignores: Vec<IgnoredField>,
    /// The annotations of the entry point are copied to the Service that is made for it, where the load balancer's
    /// controller reads them.
    pub passes_on: bool,
}

/// The annotations that a layer reads under one prefix.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReadPrefix {
    /// What its keys begin with, up to and with the slash.
    pub prefix: String,
    /// Whether some keys of the prefix are not listed; a key is then found only where it comes near one.
    #[serde(default)]
    pub open: bool,
    /// The keys without the prefix, by the kind of object that they are read on; `*` matches any characters.
    pub keys: BTreeMap<String, Vec<String>>,
    /// What keys are for: `timeout`, `redirect`, `tls` … A key that is for nothing is not missed where nobody reads it.
    #[serde(default)]
    pub serves: BTreeMap<String, Vec<String>>,
}

/// The fields of a kind of object.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReadKind {
    /// The kind.
    pub kind: String,
    /// Its API group.
    pub group: String,
    /// What its fields are for: `timeout`, `redirect`, `tls` …
    pub serves: String,
    /// The fields beside `apiVersion`, `kind`, `metadata` and `status`: a mapping for a mapping, a list of one for a list,
    /// any word for a scalar.
    pub fields: serde_json::Value,
}

/// A field that a kind has and that the layer does not read.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct IgnoredField {
    /// The kind of object.
    pub kind: String,
    /// Where the mapping stands that holds the field (`spec.rules[]`); every one of a list counts.
    pub within: String,
    /// The field in it, or a path below.
    pub field: String,
    /// What it would be for: `timeout`, `redirect`, `tls` …
    pub serves: String,
    /// Why nobody reads it, as a part of a sentence.
    pub why: String,
    /// What to do, as a sentence without its full stop.
    pub how: String,
    /// Where this was read.
    pub sources: Vec<String>,
}
