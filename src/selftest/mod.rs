//! The examples of rules and of layers, executed.
//!
//! A file of either shows inputs in which something is found and inputs in which nothing is. Each is put through the whole
//! check, and what is found is compared with what the example says. This is how rules and layers are tested; there is no
//! other. The room lies above all that a check is made of.

mod layers;
mod rules;

pub use layers::try_layer;
pub use rules::{run_example, try_examples};

use std::fmt;

use crate::baseline::Baseline;
use crate::check::{Classified, Input, Options, Outcome, check, classify};
use crate::diagnostic::{Diagnostic, Verdict};
use crate::example::ExampleFile;
use crate::rules::RuleSet;
use portolan_yaml::source::{MappedText, Sources};
use portolan_yaml::{Limits, Tree, parse};

/// A file of that name in an example is the baseline of its run.
const BASELINE: &str = "portolan-baseline.yaml";

/// Reads the options of an example; the command line gives its own parser.
pub type ReadOptions = dyn Fn(&[String]) -> Result<Options, String>;

/// An example that does not do what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleFailure {
    /// The example in its file: `examples.bad[0]`.
    pub field: String,
    /// Its name.
    pub example: String,
    /// Mistakes in it; never empty.
    pub mistakes: Vec<ExampleMismatch>,
}

/// The ways in which an example can fail.
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
    /// A finding is there, and its message says something else.
    OtherWords {
        /// The finding.
        spot: FindingLocation,
        /// The part that its message should contain.
        part: String,
        /// The message.
        message: String,
    },
    /// Something else came out.
    OtherVerdict {
        /// The requirement.
        requirement: String,
        /// The expected verdict.
        wanted: Verdict,
        /// The verdict found.
        found: String,
        /// Sentences that say what would decide it, where it is undecided.
        supply: Vec<String>,
    },
    /// No undecided requirement asks for it.
    NotAsked {
        /// The part that should be asked for.
        part: String,
        /// The sentences that ask.
        asked: String,
    },
}

/// The place where a finding is, or should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingLocation {
    /// The rule, where an example is about several.
    pub rule: Option<String>,
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The text under the primary span, its first line.
    pub text: String,
}

/// Puts the files of an example through the whole check.
fn run(files: &[ExampleFile], mut options: Options, rules: &RuleSet) -> Result<Outcome, String> {
    // `--tls-cert=cert.crt` names a file of the example, which then is no input.
    let mut pem = Vec::new();
    for wanted in options.pem_files() {
        let Some(file) = files.iter().find(|file| file.name == wanted.name) else {
            return Err(format!("the example has no file `{}`", wanted.name));
        };
        wanted.bytes = file.text.clone().into_bytes();
        pem.push(file.name.as_str());
    }
    let baseline = files.iter().find(|file| file.name == BASELINE);
    pem.extend(baseline.map(|file| file.name.as_str()));
    let mut outcome = check(inputs(files, &pem), &options, rules);
    if let Some(file) = baseline {
        let mut known = Baseline::read(file.name.as_str(), &file.text)
            .map_err(|_| format!("`{}` cannot be read as a baseline", file.name))?;
        known.apply(&mut outcome, &str::to_owned);
        let stale = known.stale(rules, &|_| true);
        outcome = Outcome::join([outcome, stale]);
    }
    Ok(outcome)
}

/// Makes inputs of an example's files: manifests are taken together, all others are layers of one release.
fn inputs(files: &[ExampleFile], pem: &[&str]) -> Vec<Input> {
    files
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

/// Returns the place of a finding.
fn located(found: &Diagnostic, outcome: &Outcome) -> FindingLocation {
    let sources = &outcome.sources;
    FindingLocation {
        rule: None,
        file: sources.name(found.span.source).to_owned(),
        line: sources.line_column(found.span).line,
        text: first_line(sources.slice(found.span)),
    }
}

impl FindingLocation {
    /// Returns the place where an example expects a finding: in its first file, where it names none.
    fn of(file: Option<&str>, line: usize, text: &str, files: &[ExampleFile]) -> Self {
        let first = files.first().map(|file| file.name.as_str());
        FindingLocation {
            rule: None,
            file: file.or(first).unwrap_or_default().to_owned(),
            line,
            text: first_line(text),
        }
    }

    fn of_rule(mut self, rule: &str) -> Self {
        self.rule = Some(rule.to_owned());
        self
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

impl fmt::Display for FindingLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(rule) = &self.rule {
            write!(f, "{rule} ")?;
        }
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
            ExampleMismatch::OtherWords {
                spot,
                part,
                message,
            } => write!(f, "{spot} does not say `{part}`: {message}"),
            ExampleMismatch::OtherVerdict {
                requirement,
                wanted,
                found,
                supply,
            } => {
                write!(f, "{requirement} is {found}, not {}", wanted.as_str())?;
                match supply.as_slice() {
                    [] => Ok(()),
                    asked => write!(f, ": {}", asked.join("; ")),
                }
            }
            ExampleMismatch::NotAsked { part, asked } => {
                write!(f, "nothing asks for `{part}`: {asked}")
            }
        }
    }
}
