//! The format of a rule file.
//!
//! One file is one rule. These types are all there is to the format: the JSON Schema for authors is generated from them.
//! Whatever serde cannot check (expressions, names of facts, placeholders in texts) is checked when a rule is loaded.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diagnostic::{Requirement, Severity};
use crate::example::ExampleFile;
use crate::facts::Purpose;

/// A rule: what must hold, why, where the documentation asks for it, and what to tell the user.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleFile {
    /// The public name, which names the problem: lower-case words joined by hyphens. The file is called the same.
    pub id: String,
    /// The problem in one line.
    pub title: String,
    /// The documented requirement that the rule bears on.
    pub requirement: Requirement,
    /// The fact that names the requirement of a finding, as `subject.field`, for a rule about what may serve any of them.
    /// Where it names none, `requirement` holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirement_from: Option<String>,
    /// Severity of a finding.
    pub severity: Severity,
    /// Other severities where a condition holds; the first that does counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub severity_when: Vec<SeverityCase>,
    /// Further requirements that are violated with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Requirement>,
    /// Consequence of a finding for the requirement's verdict. By default an error or a warning makes it `violated`,
    /// and a note leaves it alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Consequence>,
    /// Place in the documentation that asks for it.
    pub documentation: Documentation,
    /// Consequence for users where it does not hold.
    pub why: String,
    /// The kind of thing that is judged: a subject of the reference of facts.
    pub subject: String,
    /// A CEL expression over facts: which of the subjects the rule is about. All of them when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// A CEL expression over facts that must be true.
    pub require: String,
    /// Cases in which it cannot be said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undecided: Vec<Undecided>,
    /// Assumptions made where the rule holds, because nothing in the input can tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub granted: Vec<Case>,
    /// The fact whose place is the primary span, as `subject.field`. The subject's own place when left out, and where the
    /// fact was written nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The problem: one sentence without a full stop. `{subject.field}` is replaced by the fact.
    pub message: Text,
    /// The fix, as a sentence.
    pub help: Text,
    /// Further places that explain the finding.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<LabelFile>,
    /// Purposes of the settings that a finding says are missing. One that is there for that and that nobody reads is
    /// shown beside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Purpose>,
    /// For a rule about a setting that nobody reads: what is said of it beside a finding that such a setting is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explains: Option<Explains>,
    /// Inputs that break the rule, and inputs that keep it. They are executed.
    pub examples: Examples,
}

/// The words of a finding beside others that it explains.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Explains {
    /// The fact that lists what the setting is for, as `subject.field`. Findings of rules that have one of these under
    /// `missing` are explained.
    pub missing: String,
    /// The words shown at the setting's place.
    pub message: String,
}

/// A severity with a condition.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SeverityCase {
    /// A CEL expression over facts.
    pub when: String,
    /// Severity of a finding then.
    pub severity: Severity,
    /// Consequence of a finding for the requirement's verdict then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Consequence>,
}

/// The consequence of a finding for the verdict on its requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Consequence {
    /// The requirement is not met.
    Violated,
    /// The requirement cannot be decided; the finding's help says what to supply.
    Undecided,
    /// The requirement may still be met.
    None,
}

/// A place in the documentation that asks for what a rule checks.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Documentation {
    /// Title of the document.
    pub document: String,
    /// The heading that it is under.
    pub heading: String,
    /// Its demand, in our own words.
    pub asks: String,
    /// Its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A case in which a rule cannot decide.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Undecided {
    /// A CEL expression over facts.
    pub when: String,
    /// Input that would decide it. `{subject.field}` is replaced by the fact.
    pub supply: String,
}

/// A text, or several of which the first that applies is taken.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Text {
    /// Always this.
    Always(String),
    /// The first whose condition holds; the last should have none.
    Cases(Vec<Case>),
}

impl Text {
    /// Returns its cases; one without a condition for a text that is always the same.
    pub fn cases(&self) -> Vec<Case> {
        match self {
            Text::Always(text) => vec![Case {
                when: None,
                text: text.clone(),
            }],
            Text::Cases(cases) => cases.clone(),
        }
    }
}

/// A text with a condition.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Case {
    /// A CEL expression over facts; always when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// The text.
    pub text: String,
}

/// A secondary place.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LabelFile {
    /// The fact whose place is labelled, as `subject.field`. The label is left out where the fact was written nowhere.
    pub at: String,
    /// The words shown there.
    pub message: String,
    /// A CEL expression over facts; always when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
}

/// The examples of a rule.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Examples {
    /// Inputs that break the rule; at least one.
    pub bad: Vec<Example>,
    /// Inputs that keep it; at least one.
    pub good: Vec<Example>,
}

/// An input, and what the rule finds in it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Example {
    /// The situation that the input shows, in a few words.
    pub name: String,
    /// Options of `portolan check`, e.g. `--platform=aks`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// The files in order: values files are merged into one release, manifests are taken together. One that is called
    /// `portolan-baseline.yaml` is the baseline.
    pub files: Vec<ExampleFile>,
    /// Exactly what the rule finds (in a bad example at least one).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub finds: Vec<Expected>,
}

/// A finding that an example expects.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Expected {
    /// The file; the first one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line of the primary span, from 1.
    pub line: usize,
    /// The text under the primary span, exactly; for a span of several lines, its first line.
    pub text: String,
}
