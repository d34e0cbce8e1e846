//! The examples of rules, executed.
//!
//! A rule file shows inputs that break the rule and inputs that keep it. Each is put through the whole check, alone with
//! its rule, and what is found is compared with what the example says. This is how rules are tested; there is no other.

use std::fmt;

use super::format::{Example, Expected, RuleFile};
use super::load::{RuleError, RuleSet};
use crate::baseline::Baseline;
use crate::check::{Classified, Input, Options, Outcome, check, classify};
use crate::facts::Facts;
use portolan_yaml::source::{MappedText, Sources};
use portolan_yaml::{Limits, Tree, parse};

/// A file of that name in an example is the baseline of its run.
const BASELINE: &str = "portolan-baseline.yaml";

/// Reads the options of an example; the command line gives its own parser.
pub type ReadOptions = dyn Fn(&[String]) -> Result<Options, String>;

/// An example that does not do what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleFailure {
    /// The example in its rule file: `examples.bad[0]`.
    pub field: String,
    /// Its name.
    pub example: String,
    /// What went wrong; never empty.
    pub mistakes: Vec<ExampleMismatch>,
}

/// What can go wrong with an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExampleMismatch {
    /// The example expects a finding that is not there.
    Missing(FindingLocation),
    /// There is a finding that the example does not expect; the text is its message.
    Noisy(FindingLocation, String),
    /// A good example in which the rule judged nothing: it shows nothing.
    Untouched,
    /// The example's options are none of `portolan check`.
    Options(String),
    /// The rule could not be applied.
    Failed(String),
}

/// Where a finding is, or should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingLocation {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The text under the primary span, its first line.
    pub text: String,
}

/// Runs all examples of a rule file.
///
/// # Errors
/// What is wrong with the rule itself, before any example is looked at.
pub fn try_examples(
    file: &RuleFile,
    read_options: &ReadOptions,
) -> Result<Vec<ExampleFailure>, Vec<RuleError>> {
    let rules = RuleSet::of(file.clone())?;
    let defect = Facts::SUBJECTS
        .iter()
        .any(|subject| subject.name == file.subject && subject.defect);
    let mut failures = Vec::new();
    for (kind, examples) in [("bad", &file.examples.bad), ("good", &file.examples.good)] {
        for (index, example) in examples.iter().enumerate() {
            let must_touch = kind == "good" && !defect;
            let mistakes = mistakes(file, example, must_touch, &rules, read_options);
            if !mistakes.is_empty() {
                failures.push(ExampleFailure {
                    field: format!("examples.{kind}[{index}]"),
                    example: example.name.clone(),
                    mistakes,
                });
            }
        }
    }
    Ok(failures)
}

fn mistakes(
    file: &RuleFile,
    example: &Example,
    must_touch: bool,
    rules: &RuleSet,
    read_options: &ReadOptions,
) -> Vec<ExampleMismatch> {
    let outcome = match run_example(example, rules, read_options) {
        Ok(outcome) => outcome,
        Err(error) => return vec![ExampleMismatch::Options(error)],
    };
    let mut mistakes: Vec<ExampleMismatch> = outcome
        .failures
        .iter()
        .cloned()
        .map(ExampleMismatch::Failed)
        .collect();
    let mut found = spots(&outcome, &file.id);
    for expected in &example.finds {
        let spot = FindingLocation::of(expected, example);
        match found.iter().position(|(found, _)| *found == spot) {
            Some(index) => {
                found.remove(index);
            }
            None => mistakes.push(ExampleMismatch::Missing(spot)),
        }
    }
    mistakes.extend(
        found
            .into_iter()
            .map(|(spot, message)| ExampleMismatch::Noisy(spot, message)),
    );
    // Where something else went wrong, that the rule held nowhere says nothing new.
    if must_touch && mistakes.is_empty() && outcome.held.get(&file.id).is_none_or(|held| *held == 0)
    {
        mistakes.push(ExampleMismatch::Untouched);
    }
    mistakes
}

/// Puts an example through the whole check.
///
/// # Errors
/// What is wrong with its options.
pub fn run_example(
    example: &Example,
    rules: &RuleSet,
    read_options: &ReadOptions,
) -> Result<Outcome, String> {
    let mut options = read_options(&example.options)?;
    // `--tls-cert=cert.crt` names a file of the example, which then is no input.
    let mut pem = Vec::new();
    for wanted in options.pem_files() {
        let Some(file) = example.files.iter().find(|file| file.name == wanted.name) else {
            return Err(format!("the example has no file `{}`", wanted.name));
        };
        wanted.bytes = file.text.clone().into_bytes();
        pem.push(file.name.as_str());
    }
    let baseline = example.files.iter().find(|file| file.name == BASELINE);
    pem.extend(baseline.map(|file| file.name.as_str()));
    let mut outcome = check(inputs(example, &pem), &options, rules);
    if let Some(file) = baseline {
        let mut known = Baseline::read(file.name.as_str(), &file.text)
            .map_err(|_| format!("`{}` cannot be read as a baseline", file.name))?;
        known.apply(&mut outcome, &str::to_owned);
        let stale = known.stale(rules, &|_| true);
        outcome = Outcome::join([outcome, stale]);
    }
    Ok(outcome)
}

/// The files of an example: manifests are taken together, all others are layers of one release.
fn inputs(example: &Example, pem: &[&str]) -> Vec<Input> {
    example
        .files
        .iter()
        .filter(|file| !pem.contains(&file.name.as_str()))
        .map(|file| match content(&file.text) {
            Classified::Manifests => Input::named(&file.name, &file.text),
            Classified::Values | Classified::Other => Input::values(&file.name, &file.text),
        })
        .collect()
}

fn content(text: &str) -> Classified {
    let mut sources = Sources::default();
    let mut tree = Tree::default();
    let source = sources.add("example", text);
    let stream = parse(
        &MappedText::of_source(&sources, source),
        &mut tree,
        &Limits::default(),
    );
    classify(&tree, &stream, text)
}

/// The rule's findings, each with its message.
fn spots(outcome: &Outcome, rule: &str) -> Vec<(FindingLocation, String)> {
    let sources = &outcome.sources;
    outcome
        .report
        .diagnostics
        .iter()
        .filter(|found| found.rule == rule)
        .map(|found| {
            let spot = FindingLocation {
                file: sources.name(found.span.source).to_owned(),
                line: sources.line_column(found.span).line,
                text: first_line(sources.slice(found.span)),
            };
            (spot, found.message.clone())
        })
        .collect()
}

impl FindingLocation {
    fn of(expected: &Expected, example: &Example) -> Self {
        let first = example.files.first().map(|file| file.name.as_str());
        FindingLocation {
            file: expected
                .file
                .as_deref()
                .or(first)
                .unwrap_or_default()
                .to_owned(),
            line: expected.line,
            text: first_line(&expected.text),
        }
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

impl fmt::Display for FindingLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} `{}`", self.file, self.line, self.text)
    }
}

impl fmt::Display for ExampleMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExampleMismatch::Missing(spot) => write!(f, "missing: {spot} (expected, not found)"),
            ExampleMismatch::Noisy(spot, message) => {
                write!(f, "noisy: {spot} (found, not expected): {message}")
            }
            ExampleMismatch::Untouched => {
                f.write_str("does not touch the rule: it holds nowhere in this example")
            }
            ExampleMismatch::Options(error) => write!(f, "options: {error}"),
            ExampleMismatch::Failed(error) => f.write_str(error),
        }
    }
}
