//! The format of `portolan.yaml`.
//!
//! These types are all there is to the format: the JSON Schema for editors is generated from them, and a file is held
//! against that same schema when it is read. What a schema cannot say (dates, versions, names of rules) is checked
//! afterwards.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::diagnostic::Severity;
use crate::facts::Platform;

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
    /// Lowest severity that makes the exit status 1.
    pub fail_on: Option<FailOn>,
    /// Warnings and undecided requirements also make the exit status 1.
    pub strict: Option<bool>,
    /// The file of known findings, as `portolan baseline` writes it.
    pub baseline: Option<String>,
    /// What holds for all releases and for files that no release names.
    #[serde(flatten)]
    pub defaults: Settings,
}

/// A release: the values files that one `helm install` is given.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct ReleaseFile {
    /// What this release is called in reports and by `--release`.
    pub name: String,
    /// Its values files in the order of Helm's `-f`: a later one wins.
    pub values: Vec<String>,
    /// What holds for this release only; it wins over the same key at the top.
    #[serde(flatten)]
    pub settings: Settings,
}

/// What is known about a release besides its values files.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// Your own copy of the chart, a folder or a packed one (.tgz), whose keys apply.
    pub chart: Option<String>,
    /// The chart release whose keys apply, such as "1.84.10"; the newest known when left out.
    pub chart_version: Option<String>,
    /// Name of the Helm release, which the names of objects begin with; `carto` when left out.
    pub release_name: Option<String>,
    /// Namespace of the release.
    pub namespace: Option<String>,
    /// The cluster's platform, where annotations do not tell.
    pub platform: Option<Platform>,
    /// Kubernetes or GKE version, such as "1.31" or "1.17.6-gke.7".
    pub cluster_version: Option<String>,
    /// GKE: the cluster is VPC-native.
    pub vpc_native: Option<bool>,
    /// GKE: the cluster is in a Shared VPC.
    pub shared_vpc: Option<bool>,
    /// GKE: Network Policy is on.
    pub network_policy: Option<bool>,
    /// EKS: version of the AWS Load Balancer Controller, or "none".
    pub aws_load_balancer_controller: Option<String>,
    /// Values on top of all files, each `key=value` as for Helm's `--set`.
    pub set: Vec<String>,
    /// The same for Helm's `--set-string`: the value is a string whatever it looks like.
    pub set_string: Vec<String>,
    /// The certificate with its chain that the named TLS Secret is made from, PEM.
    pub tls_cert: Option<String>,
    /// Its private key, of which only the public half is looked at.
    pub tls_key: Option<String>,
    /// Roots of a private certificate authority, PEM.
    pub ca: Vec<String>,
}

/// Findings that are accepted.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct IgnoreFile {
    /// The rules whose findings are accepted.
    pub rules: Vec<String>,
    /// Only at this value, or below it, as reports name it: `router.service.annotations`. `*` stands for any characters.
    pub path: Option<String>,
    /// Only in these files: a glob in which `*` stays within a folder and `**` does not.
    pub file: Option<String>,
    /// Why they may stay.
    pub reason: String,
    /// The last day on which this holds, as YYYY-MM-DD.
    pub until: Option<String>,
}

/// How findings of a rule are reported.
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
    /// The severity; nothing where findings are not reported.
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema, clap::ValueEnum)]
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
    /// Whether a finding of that severity makes the check fail.
    pub fn counts(self, severity: Severity) -> bool {
        match self {
            FailOn::Error => severity >= Severity::Error,
            FailOn::Warning => severity >= Severity::Warning,
            FailOn::Note => true,
            FailOn::Never => false,
        }
    }
}

impl Settings {
    /// These over others: what is said here wins. Values to set come after those of the others, as Helm lays them.
    #[must_use]
    pub fn over(&self, base: &Settings) -> Settings {
        // A chart and a release of it answer the same question.
        let own_chart = self.chart.is_some() || self.chart_version.is_some();
        let (chart, chart_version) = match own_chart {
            true => (&self.chart, &self.chart_version),
            false => (&base.chart, &base.chart_version),
        };
        let text = |own: &Option<String>, other: &Option<String>| own.clone().or(other.clone());
        let both = |own: &[String], other: &[String]| [other, own].concat();
        Settings {
            chart: chart.clone(),
            chart_version: chart_version.clone(),
            release_name: text(&self.release_name, &base.release_name),
            namespace: text(&self.namespace, &base.namespace),
            platform: self.platform.or(base.platform),
            cluster_version: text(&self.cluster_version, &base.cluster_version),
            vpc_native: self.vpc_native.or(base.vpc_native),
            shared_vpc: self.shared_vpc.or(base.shared_vpc),
            network_policy: self.network_policy.or(base.network_policy),
            aws_load_balancer_controller: text(
                &self.aws_load_balancer_controller,
                &base.aws_load_balancer_controller,
            ),
            set: both(&self.set, &base.set),
            set_string: both(&self.set_string, &base.set_string),
            tls_cert: text(&self.tls_cert, &base.tls_cert),
            tls_key: text(&self.tls_key, &base.tls_key),
            ca: both(&self.ca, &base.ca),
        }
    }
}
