//! The format of `portolan.yaml`.
//!
//! These types are all there is to the format: the JSON Schema for editors is generated from them, and a file is held
//! against that same schema when it is read. What a schema cannot say (dates, versions, names of rules) is checked
//! afterwards.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::diagnostic::Severity;
use crate::options::ReleaseOptions;

/// Settings of `portolan check` for a repository: its releases, and what is thought of findings. All paths are relative to
/// the folder of this file. Options on the command line win over what is here.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct ConfigFile {
    /// The releases of this repository, each with its values files. `portolan check` without a PATH checks all of them.
    pub releases: Vec<ReleaseFile>,
    /// The severity with which findings of a rule are reported: rule to severity. The verdict on the requirement stays.
    pub severity: BTreeMap<String, Level>,
    /// Findings that are accepted, each with the reason.
    pub ignore: Vec<IgnoreFile>,
    /// Folder of your own rule files.
    pub rules: Option<String>,
    /// Folder of your own layer files. One whose id is a built-in layer's takes its place.
    pub layers: Option<String>,
    /// Lowest severity that makes the exit status 1.
    pub fail_on: Option<FailOn>,
    /// Warnings and undecided requirements also make the exit status 1.
    pub strict: Option<bool>,
    /// The file of known findings, as `portolan baseline` writes it.
    pub baseline: Option<String>,
    /// Options of all releases and of files that no release names.
    #[serde(flatten)]
    pub defaults: ReleaseOptions,
}

/// A release: the values files that one `helm install` is given.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct ReleaseFile {
    /// The release's name in reports and for `--release`.
    pub name: String,
    /// Its values files in the order of Helm's `-f`: a later one wins.
    pub values: Vec<String>,
    /// Options of this release only; they win over the same keys at the top.
    #[serde(flatten)]
    pub options: ReleaseOptions,
}

/// Findings that are accepted.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct IgnoreFile {
    /// The rules whose findings are accepted.
    pub rules: Vec<String>,
    /// Only at this value, or below it, as reports name it: `router.service.annotations`. `*` matches any characters.
    pub path: Option<String>,
    /// Only in these files: a glob in which `*` stays within a folder and `**` does not.
    pub file: Option<String>,
    /// Why they may stay.
    pub reason: String,
    /// The last day on which this holds, as YYYY-MM-DD.
    pub until: Option<String>,
}

/// The level at which findings of a rule are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// As errors.
    Error,
    /// As warnings.
    Warning,
    /// As notes.
    Note,
    /// Not at all. They still count for the verdict on the requirement.
    Off,
}

impl Level {
    /// Returns the severity; nothing where findings are not reported.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Level::Error => Some(Severity::Error),
            Level::Warning => Some(Severity::Warning),
            Level::Note => Some(Severity::Note),
            Level::Off => None,
        }
    }
}

/// Lowest severity that makes the exit status 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum FailOn {
    /// Errors only.
    #[default]
    Error,
    /// Warnings and errors.
    Warning,
    /// Every finding.
    Note,
    /// No finding.
    Never,
}

impl FailOn {
    /// Tells whether a finding of that severity makes the check fail.
    pub fn counts(self, severity: Severity) -> bool {
        match self {
            FailOn::Error => severity >= Severity::Error,
            FailOn::Warning => severity >= Severity::Warning,
            FailOn::Note => true,
            FailOn::Never => false,
        }
    }
}
