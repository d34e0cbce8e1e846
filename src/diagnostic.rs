//! What a check has to say: diagnostics, verdicts and the summary that every format renders.
//!
//! These types are the truth for all formats. They hold finished sentences and spans, and know nothing of how they are shown.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use portolan_yaml::source::Span;

/// The severity of a finding.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is broken by it.
    Note,
    /// Works, or may work, but not as documented.
    Warning,
    /// CARTO will not be reachable as documented.
    Error,
}

impl Severity {
    /// Returns the word shown to people and machines.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A documented requirement. The names are public: they stand in the verdict table and in other people's pipelines.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Requirement {
    /// The router is reachable from outside in a documented way.
    Exposed,
    /// CARTO is reached over HTTPS only.
    HttpsOnly,
    /// Every hop holds a connection for at least 605 seconds.
    #[serde(rename = "timeout-605")]
    Timeout605,
    /// A domain is configured, and every hop serves it.
    Domain,
    /// The user's own certificate is complete, valid, for the domain, and matches its key.
    CertificateChain,
    /// Google-managed certificates are attached, for the domain, with a reserved static IP.
    ManagedCertificate,
    /// Settings that Ingress on GKE needs.
    GkeIngress,
    /// An SSL policy with a minimum TLS version is attached to the Ingress frontend.
    SslPolicy,
    /// The values file does what it looks like it does.
    ValuesFile,
}

impl Requirement {
    /// All of them, in the order of the verdict table.
    pub const ALL: [Requirement; 9] = [
        Requirement::Exposed,
        Requirement::HttpsOnly,
        Requirement::Timeout605,
        Requirement::Domain,
        Requirement::CertificateChain,
        Requirement::ManagedCertificate,
        Requirement::GkeIngress,
        Requirement::SslPolicy,
        Requirement::ValuesFile,
    ];

    /// Seconds that every hop must hold a connection, as [`Requirement::Timeout605`] asks for (knowledge base, section
    /// 0).
    pub const NEEDED_SECONDS: i64 = 605;

    /// Returns the public id.
    pub fn as_str(self) -> &'static str {
        match self {
            Requirement::Exposed => "exposed",
            Requirement::HttpsOnly => "https-only",
            Requirement::Timeout605 => "timeout-605",
            Requirement::Domain => "domain",
            Requirement::CertificateChain => "certificate-chain",
            Requirement::ManagedCertificate => "managed-certificate",
            Requirement::GkeIngress => "gke-ingress",
            Requirement::SslPolicy => "ssl-policy",
            Requirement::ValuesFile => "values-file",
        }
    }

    /// Returns its demand, in a few words.
    pub fn title(self) -> &'static str {
        match self {
            Requirement::Exposed => "the router is reachable from outside in a documented way",
            Requirement::HttpsOnly => "HTTPS only, plain HTTP is only redirected",
            Requirement::Timeout605 => "every hop holds a connection for at least 605 seconds",
            Requirement::Domain => "a domain is configured and every hop serves it",
            Requirement::CertificateChain => {
                "your certificate is complete, valid and for the domain"
            }
            Requirement::ManagedCertificate => {
                "the Google-managed certificate is attached, with a static IP"
            }
            Requirement::GkeIngress => "Ingress as GKE needs it",
            Requirement::SslPolicy => "an SSL policy sets the minimum TLS version",
            Requirement::ValuesFile => "the file does what it looks like it does",
        }
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Requirement {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Requirement::ALL
            .into_iter()
            .find(|requirement| requirement.as_str() == name)
            .ok_or_else(|| format!("`{name}` is not a requirement"))
    }
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The id of the rule that it comes from.
    pub rule: String,
    /// Its severity.
    pub severity: Severity,
    /// The requirement that it bears on.
    pub requirement: Requirement,
    /// The problem, in one sentence without a full stop at its end.
    pub message: String,
    /// The fix, as a sentence.
    pub help: Option<String>,
    /// Address of a page to read more.
    pub url: Option<String>,
    /// The one place to look at first.
    pub span: Span,
    /// The place in the values or in the object, e.g. `router.service.annotations` or `extraDeploy[0]`.
    pub path: Option<String>,
    /// The Kubernetes object concerned, e.g. `Service carto-router`.
    pub object: Option<String>,
    /// Other places that explain it, in any file.
    pub labels: Vec<Label>,
}

/// A place that helps to explain a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its place.
    pub span: Span,
    /// The words shown there.
    pub message: String,
}

/// The outcome for one requirement.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every check that applies held.
    Met,
    /// At least one check failed.
    Violated,
    /// Something is missing that would decide it.
    Undecided,
    /// Nothing in the input is subject to it.
    NotApplicable,
}

impl Verdict {
    /// Returns the word shown to people and machines.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Met => "met",
            Verdict::Violated => "violated",
            Verdict::Undecided => "undecided",
            Verdict::NotApplicable => "not-applicable",
        }
    }
}

/// A row of the verdict table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequirementVerdict {
    /// The requirement.
    pub requirement: Requirement,
    /// The outcome.
    pub verdict: Verdict,
    /// Number of diagnostics that bear on it.
    pub diagnostics: usize,
    /// For an undecided requirement: what to supply, each in one sentence. For one that is met: what was assumed.
    pub supply: Vec<String>,
}

/// The verdicts on one release, or on one set of manifests.
#[derive(Clone, Debug)]
pub struct ReleaseReport {
    /// The values file's path (the last one where several were merged), or the manifests' names.
    pub name: String,
    /// Rows, each of a requirement, in the order of [`Requirement::ALL`].
    pub requirements: Vec<RequirementVerdict>,
    /// Facts that were inferred rather than given, in whole sentences ("taken as AWS from …").
    pub inferred: Vec<String>,
}

/// The numbers of what was checked and what was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Releases checked from values.
    pub releases: usize,
    /// Kubernetes objects read from manifests.
    pub manifests: usize,
    /// Files read.
    pub files: usize,
    /// Files passed over while a folder was walked.
    pub skipped: usize,
    /// Findings of each severity.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Notes.
    pub notes: usize,
    /// Findings that comments in the files, or the configuration, keep out of the list.
    pub suppressed: usize,
    /// Findings that the baseline keeps out of the list.
    pub baselined: usize,
}

/// Properties of a rule that was applied, whether or not it found anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleEntry {
    /// Its public name.
    pub id: String,
    /// The problem in one line.
    pub title: String,
    /// The requirement that it bears on.
    pub requirement: Requirement,
    /// The usual severity of a finding.
    pub severity: Severity,
    /// The consequence where it does not hold.
    pub why: String,
    /// The documentation's demand.
    pub asks: String,
    /// Title of the document that asks it.
    pub document: String,
    /// The heading that it is under there.
    pub heading: String,
    /// Its address.
    pub url: Option<String>,
}

/// Everything a check has to say.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Sorted by file name, then offset, then rule.
    pub diagnostics: Vec<Diagnostic>,
    /// The releases and manifest sets, in the order in which they were given.
    pub releases: Vec<ReleaseReport>,
    /// The numbers.
    pub summary: Summary,
}
