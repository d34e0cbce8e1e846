//! Evaluates Go templates as Helm does, without the chart.
//!
//! [`render`] takes a template (an entry of `extraDeploy`, with the map that leads its bytes to the values file) and what
//! is known of the release and its values. It gives the text, every byte of which leads back to where it was written, and
//! the problems for which Helm would refuse the template. It never panics, and works within [`Limits`].
//!
//! What cannot be known without the chart is *opaque* and stays so through functions, conditions and loops, so that
//! nothing is concluded from it. Existing engines have no value for "unknown" and no place for a byte's origin (gotmpl 0.6
//! has a closed set of values and accepts a missing `end`); both run through everything here.
//!
//! # What stands in the text for what is not known
//!
//! - Within a line, an opaque value prints one [`OPAQUE`](portolan_yaml::OPAQUE) character.
//! - Through `nindent N`, it prints a line break, N spaces and `OPAQUE: OPAQUE`: an entry that may stand for any number of
//!   entries, so that those beside it are still read. Through `indent N`, the same without the line break.
//! - Where an action stands alone on its line it prints `OPAQUE: OPAQUE`, or `- OPAQUE` after an item of a sequence;
//!   but one `OPAQUE` where the line before ends with `:` and is indented less, for then it may be that key's value.
//! - A map to which the chart's defaults may add prints its known entries and then `OPAQUE: OPAQUE`; a loop over it runs
//!   for the known entries and then leaves a placeholder.
//! - A block (`if`, `with`, `range`) whose condition is not known asserts none of its branches. If it begins a line, it
//!   leaves `OPAQUE: OPAQUE` (or `- OPAQUE`, by the shape of its first line) with the indentation of the first line that
//!   a branch would print; if a branch holds a `---` line, a document separator and another `OPAQUE: OPAQUE` follow, so
//!   that what comes after is not taken for part of the document before. Within a line it leaves one `OPAQUE`. If no branch
//!   prints anything, or only text that is neither an entry nor an item on more than one line, it leaves nothing.
//!   Variables that a branch sets are opaque afterwards, and if a branch changes a map, so is every map's content.
//! - An action that fails leaves what an opaque one would, besides its problem.
//!
//! One mapping may hold several such entries: a reader must not report the key `OPAQUE` as standing twice.
//!
//! Each of these is recorded as an [`OpaquePart`]. The text may still not be valid YAML: then, and only where there are
//! opaque parts, the document should be taken as unknown, not as wrong.

use std::ops::Range;

use portolan_yaml::Node;
use portolan_yaml::source::{MappedText, Span};

mod ast;
mod blocks;
mod budget;
mod calls;
mod engine;
mod eval;
mod expression;
mod functions;
mod lexer;
mod literal;
mod output;
mod parse;
mod pipeline;
mod placeholder;
mod root;
mod value;
mod written;

pub use budget::{Budget, Limit, Limits};
pub use engine::Engine;
pub use written::written;

#[cfg(test)]
mod tests;

/// What is known of the release. What is `None` is opaque.
#[derive(Debug, Clone, Copy, Default)]
pub struct Release<'a> {
    /// `.Release.Name`
    pub name: Option<&'a str>,
    /// `.Release.Namespace`
    pub namespace: Option<&'a str>,
    /// `.Release.Revision`, from 1.
    pub revision: Option<i64>,
    /// `.Release.IsInstall`
    pub is_install: Option<bool>,
    /// `.Release.IsUpgrade`
    pub is_upgrade: Option<bool>,
}

/// What is known of the chart. What is `None` is opaque.
#[derive(Debug, Clone, Copy, Default)]
pub struct Chart<'a> {
    /// `.Chart.Name`
    pub name: Option<&'a str>,
    /// `.Chart.Version`
    pub version: Option<&'a str>,
    /// `.Chart.AppVersion`
    pub app_version: Option<&'a str>,
}

/// What is known of the cluster. What is `None` is opaque.
#[derive(Debug, Clone, Copy, Default)]
pub struct Capabilities<'a> {
    /// `.Capabilities.KubeVersion.Version`, with or without its `v`: `v1.29.4-gke.1043000`.
    pub kube_version: Option<&'a str>,
    /// `.Capabilities.APIVersions`: `networking.k8s.io/v1`, `networking.k8s.io/v1/Ingress`.
    pub api_versions: Option<&'a [String]>,
}

/// What a template is evaluated with.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The merged values, `.Values`.
    pub values: Node<'a>,
    /// True where `values` holds the chart's own defaults too. Otherwise a key that is absent is opaque: the chart may
    /// have a default for it.
    pub values_complete: bool,
    /// `.Release`
    pub release: Release<'a>,
    /// `.Chart`
    pub chart: Chart<'a>,
    /// `.Capabilities`
    pub capabilities: Capabilities<'a>,
    /// How much work may be done.
    pub limits: Limits,
}

/// What [`render`] gives.
#[derive(Debug, Clone, Default)]
pub struct Rendered {
    /// The output. Literal text leads to its own bytes, what an action printed to the whole action.
    pub text: MappedText,
    /// What is wrong, in the order of the template for syntax, then in that of the evaluation.
    pub problems: Vec<TemplateProblem>,
    /// What is not known.
    pub opaque: Vec<OpaquePart>,
}

impl Rendered {
    /// True where Helm would refuse the template, so that nothing of `text` would be deployed.
    pub fn is_refused(&self) -> bool {
        self.problems.iter().any(|problem| problem.fatal)
    }

    /// True where a limit was reached: `text` is then not all that Helm would make of the template.
    pub fn is_cut_short(&self) -> bool {
        self.problems
            .iter()
            .any(|problem| matches!(problem.kind, ProblemKind::Limit(_)))
    }
}

/// Something wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateProblem {
    /// Where it stands.
    pub span: Span,
    /// What was found and what was expected.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// True where Helm would refuse the template.
    pub fatal: bool,
    /// What kind of thing it is.
    pub kind: ProblemKind,
}

/// Kinds of problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// The template cannot be parsed.
    Syntax,
    /// It can, but its evaluation fails.
    Evaluation,
    /// One of the [`Limits`] was reached. Helm may well accept the template.
    Limit(Limit),
}

/// A part of the output that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpaquePart {
    /// The action, or the whole block from its first action to its `end`.
    pub span: Span,
    /// Why it is not known, in the user's words.
    pub reason: String,
    /// True for a block (or an action alone on its line) that stands for whole lines.
    pub whole_lines: bool,
    /// Where its placeholder lies in the output's text; empty where it left nothing.
    pub output: Range<usize>,
}

/// Evaluates one template. For several that are evaluated with the same values, [`Engine`] takes the values in once.
pub fn render(template: &MappedText, context: &Context<'_>) -> Rendered {
    Engine::new(context).render(template, &Budget::default())
}
