//! What is known about readers, as files say it: which annotations a controller reads on which kinds of objects, and which
//! fields a kind of object has.
//!
//! One file a prefix under `knowledge/annotations/`, one a kind under `knowledge/kinds/`; a layer file may say the same of
//! its own controller under `reads`. This file belongs to the library and to the build script, which writes what the
//! library reads.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

/// The annotations that one controller reads under one prefix.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ReaderFile {
    /// What people call the controller, with its article: it stands in sentences.
    pub(crate) controller: String,
    /// What its keys begin with. Several files may have the same.
    pub(crate) prefix: String,
    /// Whether every key of the prefix that the controller reads is listed.
    #[serde(default = "yes")]
    pub(crate) complete: bool,
    /// Whether the letter case of its keys does not count.
    #[serde(default)]
    pub(crate) any_case: bool,
    /// Prefixes that the controller no longer reads.
    #[serde(default)]
    pub(crate) outdated: Vec<String>,
    /// What is read.
    pub(crate) reads: Vec<ReadKeys>,
    /// A key and values of it with which the controller makes a load balancer for a Service of any type.
    #[serde(default)]
    pub(crate) any_type_with: Option<KeyValues>,
    /// What keys are for, by purpose. A key that is for nothing here is not missed.
    #[serde(default)]
    pub(crate) serves: BTreeMap<String, Vec<String>>,
    /// Keys whose JSON or name speaks of ports of the Service.
    #[serde(default)]
    pub(crate) ports: BTreeMap<String, PortSyntax>,
    /// Kinds on which a key looks right and is not, with what to use instead.
    #[serde(default)]
    pub(crate) instead: Vec<Instead>,
    /// Keys that are read no longer, each with the last release line that did.
    #[serde(default)]
    pub(crate) gone: BTreeMap<String, String>,
    /// Where this was read.
    pub(crate) sources: Vec<String>,
}

/// A key with some of its values.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct KeyValues {
    /// The key without the prefix.
    pub(crate) key: String,
    /// The values.
    pub(crate) values: Vec<String>,
}

/// Keys that are read on some kinds of objects.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ReadKeys {
    /// The kinds.
    pub(crate) kinds: Vec<String>,
    /// The layers that are this reader: one of them must be on the way for a key to be read. A reader beside all layers
    /// (external-dns, cert-manager) has none, and nothing tells whether it is there.
    #[serde(default)]
    pub(crate) by: Option<Vec<String>>,
    /// The keys without the prefix; `*` matches any characters.
    pub(crate) keys: Vec<String>,
}

/// How a key speaks of ports of the Service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PortSyntax {
    /// The value is JSON with a mapping `ports`, by name or number, and a `default` for the others.
    JsonPorts,
    /// The value is a JSON mapping by name.
    JsonNames,
    /// The key ends in the protocol and the number: `TLS-443`.
    Suffix,
}

/// What to use in place of keys that a kind of object does not take.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Instead {
    /// The keys.
    pub(crate) keys: Vec<String>,
    /// The kinds that they are written on; any where there is none.
    #[serde(default)]
    pub(crate) kinds: Vec<String>,
    /// The layers that are on the way; any where there is none.
    #[serde(default)]
    pub(crate) with: Vec<String>,
    /// The classes of the Ingress with which its controller does not take them; any where there is none.
    #[serde(default)]
    pub(crate) classes: Vec<String>,
    /// Why they do nothing there, where that is more than that nobody reads them.
    #[serde(default)]
    pub(crate) why: Option<String>,
    /// What to do, as a sentence without its full stop.
    pub(crate) how: String,
}

fn yes() -> bool {
    true
}

/// The fields of one kind of object.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct KindFile {
    /// The kind.
    #[allow(dead_code)] // The build script's index holds these two.
    pub(crate) kind: String,
    /// Its API groups; the core group is empty.
    #[allow(dead_code)]
    pub(crate) groups: Vec<String>,
    /// Whether it has fields that are not listed.
    #[serde(default)]
    pub(crate) open: bool,
    /// What its fields are for.
    pub(crate) serves: String,
    /// What fields at these paths and below are for, where that differs, by purpose.
    #[serde(default)]
    pub(crate) serves_at: BTreeMap<String, Vec<String>>,
    /// What a policy of this kind may be attached to.
    #[serde(default)]
    pub(crate) targets: Option<Targets>,
    /// The fields beside `apiVersion`, `kind`, `metadata` and `status`.
    pub(crate) fields: FieldFile,
    /// Where this was read.
    #[serde(rename = "sources")]
    pub(crate) _sources: Vec<String>,
    /// `page` where no schema is public and documentation had to do.
    #[serde(default, rename = "confidence")]
    pub(crate) _confidence: Option<String>,
}

/// What a policy may be attached to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Targets {
    /// Where its references stand.
    pub(crate) at: Vec<String>,
    /// The kinds that it takes.
    pub(crate) kinds: Vec<String>,
    /// Whether several policies add up, each field by itself, rather than one hiding the others.
    #[serde(default)]
    pub(crate) field_by_field: bool,
}

/// Fields as a file lists them: a type, a list of one shape, or a mapping. The key `*` stands for any name.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum FieldFile {
    /// A list.
    List(Vec<FieldFile>),
    /// A mapping.
    Fields(BTreeMap<String, FieldFile>),
    /// A scalar's type, or `any`.
    Type(IgnoredAny),
}

/// The fields of one kind, ready to be held against an object.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KindFields {
    /// Whether it has fields that are not listed.
    pub(crate) open: bool,
    /// What its fields are for.
    pub(crate) serves: String,
    /// What fields at these paths and below are for, where that differs: path and purpose.
    pub(crate) serves_at: Vec<(String, String)>,
    /// What a policy of this kind may be attached to.
    pub(crate) targets: Option<Targets>,
    /// The fields.
    pub(crate) fields: FieldShape,
}

/// The shape of a field.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum FieldShape {
    /// A scalar, or something whose inside is not known.
    Leaf,
    /// A list of this.
    List(Box<FieldShape>),
    /// A mapping of these.
    Fields(Vec<(String, FieldShape)>),
    /// A mapping of any names to this.
    Free(Box<FieldShape>),
}

impl From<KindFile> for KindFields {
    fn from(file: KindFile) -> Self {
        let serves_at = file.serves_at.into_iter();
        KindFields {
            open: file.open,
            serves: file.serves,
            serves_at: serves_at
                .flat_map(|(purpose, paths)| {
                    paths.into_iter().map(move |path| (path, purpose.clone()))
                })
                .collect(),
            targets: file.targets,
            fields: file.fields.into(),
        }
    }
}

impl From<FieldFile> for FieldShape {
    fn from(file: FieldFile) -> Self {
        match file {
            FieldFile::Type(_) => FieldShape::Leaf,
            FieldFile::List(items) => {
                let inner = items
                    .into_iter()
                    .next()
                    .map_or(FieldShape::Leaf, Into::into);
                FieldShape::List(Box::new(inner))
            }
            FieldFile::Fields(mut fields) => match fields.remove("*") {
                Some(inner) => FieldShape::Free(Box::new(inner.into())),
                None => FieldShape::Fields(
                    fields
                        .into_iter()
                        .map(|(name, inner)| (name, inner.into()))
                        .collect(),
                ),
            },
        }
    }
}

/// A prefix of annotations: itself, those that it replaced, and its [`ReaderFile`], serialized.
pub(crate) type PreparedReader<'a> = (&'a str, Vec<&'a str>, &'a [u8]);

/// A kind, its groups, and its [`KindFields`], serialized.
pub(crate) type PreparedKind<'a> = (&'a str, Vec<&'a str>, &'a [u8]);
