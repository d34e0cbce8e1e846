//! The whole way through the house: texts and options in, a report out.
//!
//! A pure function of its inputs: no file, clock, environment or network is touched here. That is what makes it testable
//! and embeddable.

mod certificates;
mod chart_failures;
mod classify;
mod join;
mod manifests;
mod parallel;
mod redact;
mod release;
mod rendering;
mod secrets;
mod suppressions;
mod truncate;
mod unrelated_objects;

pub use certificates::{CertificateOutcome, check_certificates};
pub use classify::{Classified, classify};
pub use portolan_certificate::PemFile;
pub use rendering::check_with_rendering;

use std::cmp::Ordering;
use std::sync::atomic::AtomicUsize;

use crate::catalogue::{Catalogue, ChartVersion};
use crate::diagnostic::{Diagnostic, Report, Severity, Summary};
use crate::exposure::CertificateInputs;
use crate::exposure::layers::LayerSet;
use crate::helm::projection::ReleaseNames;
use crate::helm::set;
use crate::limits::Limits;
use crate::options::ReleaseOptions;
use crate::rules::RuleSet;
use portolan_template::Budget;
use portolan_yaml::source::{SourceId, Sources};
use portolan_yaml::{Stream, Tree};

/// A text to check.
#[derive(Clone, Debug)]
pub struct Input {
    /// The name that people know it by: a path, `<stdin>`.
    pub name: String,
    /// Its bytes as text; what was not UTF-8 has been replaced.
    pub text: String,
    /// The offset of the first byte that was not UTF-8, if there was one.
    pub not_utf8: Option<usize>,
    /// The way it came in.
    pub role: Role,
}

impl Input {
    /// Makes an input of a text given by name, whatever it may be.
    pub fn named(name: impl Into<String>, text: impl Into<String>) -> Self {
        Input {
            name: name.into(),
            text: text.into(),
            not_utf8: None,
            role: Role::Named,
        }
    }

    /// Makes an input of a values file to be merged with the others of its kind into one release.
    pub fn values(name: impl Into<String>, text: impl Into<String>) -> Self {
        Input {
            role: Role::Values,
            ..Input::named(name, text)
        }
    }
}

/// The ways in which an input comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// By `-f`: a values file, merged with the others into one release.
    Values,
    /// As a path on the command line: classified by its content, never skipped.
    Named,
    /// Helm's rendering: manifests, whatever they look like.
    Rendered,
    /// Found in a folder: skipped where it is neither values nor manifests of ours.
    Walked,
}

/// Options of a check, apart from its inputs.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Options of the release. Its paths are read by whoever calls: the contents are in the next four fields.
    pub release: ReleaseOptions,
    /// The chart of the user's own whose keys apply (`--chart`).
    pub chart: Option<ChartVersion>,
    /// The certificate with its chain that the TLS Secret which values name is made from (`--tls-cert`).
    pub tls_cert: Option<PemFile>,
    /// Its private key (`--tls-key`).
    pub tls_key: Option<PemFile>,
    /// Roots of private authorities (`--ca`).
    pub ca: Vec<PemFile>,
    /// The time that certificates and the ends of suppressions are judged at, in seconds since 1970, UTC (`--now`). Dates
    /// are not judged where it is not given: there is no clock in here.
    pub now: Option<i64>,
    /// Only findings of these rules are reported; all of them where there is none.
    pub select: Vec<String>,
    /// Findings of these rules are not reported. They still count for the verdict.
    pub ignore: Vec<String>,
    /// Threads that may work at once; one, where nothing is said. The outcome does not depend on it.
    pub threads: usize,
    /// Limits on how much is read, computed and said.
    pub limits: Limits,
    /// The kinds of load balancers and controllers that are known (`--layers`).
    pub layers: LayerSet,
}

impl Options {
    /// Returns every file that must be read before a check.
    pub fn pem_files(&mut self) -> impl Iterator<Item = &mut PemFile> {
        self.tls_cert
            .iter_mut()
            .chain(&mut self.tls_key)
            .chain(&mut self.ca)
    }

    fn names(&self) -> ReleaseNames {
        ReleaseNames {
            // Helm has no default of its own.
            release: self
                .release
                .release_name
                .clone()
                .unwrap_or_else(|| "carto".to_owned()),
            namespace: self.release.namespace.clone(),
        }
    }

    /// Returns the chart that was asked for.
    fn edition(&self) -> Option<ChartVersion> {
        let release = || {
            let version = self.release.chart_version.as_deref()?;
            Catalogue::embedded().release(version).ok()
        };
        self.chart.clone().or_else(release)
    }
}

/// Result of a check.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The report.
    pub report: Report,
    /// The texts that the report's spans lie in.
    pub sources: Sources,
    /// Reasons why the check is incomplete: mistakes in rules, inputs that are nothing.
    pub failures: Vec<String>,
    /// Number of times that each rule was found to hold, by id.
    pub held: std::collections::BTreeMap<String, usize>,
    /// Findings that comments in the files keep out of the report's list.
    pub suppressed: Vec<Diagnostic>,
    /// Number of findings that a limit keeps out of the report's list; its numbers count them all the same.
    pub unshown: std::collections::BTreeMap<Severity, usize>,
}

impl Outcome {
    /// Puts findings in order, each said once, and counts them again: for whoever has added some or taken some away.
    pub fn settle(&mut self) {
        let found = std::mem::take(&mut self.report.diagnostics);
        self.report.diagnostics = in_order(found, &self.sources);
        self.count();
        redact::redact(self);
    }

    /// Keeps as many findings as the limits allow, the worst first; the report's numbers still count all of them. For the very
    /// end: whatever weighs findings, a baseline for example, must see them all.
    pub fn shorten(&mut self, limits: &Limits) {
        truncate::shorten(self, limits);
        self.count();
    }

    /// Counts the findings by severity.
    fn count(&mut self) {
        let Outcome {
            report, unshown, ..
        } = self;
        let of = |severity| {
            let shown = report.diagnostics.iter();
            let shown = shown.filter(|found| found.severity == severity).count();
            shown + unshown.get(&severity).copied().unwrap_or_default()
        };
        let (errors, warnings, notes) = (
            of(Severity::Error),
            of(Severity::Warning),
            of(Severity::Note),
        );
        report.summary.errors = errors;
        report.summary.warnings = warnings;
        report.summary.notes = notes;
    }
}

/// Everything that is read and built during one check.
struct Session<'o> {
    sources: Sources,
    tree: Tree,
    /// Every document read, to lead places back to paths.
    documents: Vec<portolan_yaml::Document>,
    /// Every pair of `--set`, for the same; in the order of their places.
    given: Vec<set::Given>,
    options: &'o Options,
    rules: &'o RuleSet,
    certificates: CertificateInputs,
    /// The chart whose keys apply.
    edition: ChartVersion,
    /// Every suppression in the texts.
    written: Vec<suppressions::Written>,
    /// Budget of the release's templates.
    budget: Budget,
}

/// An input after reading.
struct InputDocument {
    source: SourceId,
    name: String,
    stream: Stream,
    not_utf8: Option<usize>,
}

/// Checks inputs against rules.
pub fn check(inputs: Vec<Input>, options: &Options, rules: &RuleSet) -> Outcome {
    parallel::check(inputs, options, rules, &AtomicUsize::new(0))
}

/// Checks inputs, and counts in `done` how many bytes of them have been dealt with so far.
pub fn check_counting(
    inputs: Vec<Input>,
    options: &Options,
    rules: &RuleSet,
    done: &AtomicUsize,
) -> Outcome {
    parallel::check(inputs, options, rules, done)
}

/// Results for some of the inputs: the findings of releases, each with the place of the input that it was made from.
#[derive(Default)]
struct Batch {
    releases: Vec<(usize, Checked)>,
    /// The manifests of all inputs are one set, or several installations in it.
    sets: Vec<Checked>,
    summary: Summary,
    sources: Sources,
}

/// Checks what `--set` says where there is nothing else to check.
fn check_set_alone(options: &Options, rules: &RuleSet) -> Batch {
    let mut shop = Session::new(options, rules);
    let checked = shop.release(Vec::new(), None);
    let summary = Summary {
        releases: 1,
        ..Summary::default()
    };
    shop.batch(vec![(0, checked)], Vec::new(), summary)
}

/// Checks inputs, each with its place among all of them, with one tree for all.
fn check_together(
    inputs: Vec<(usize, Input)>,
    options: &Options,
    rules: &RuleSet,
    done: &AtomicUsize,
) -> Batch {
    if inputs.is_empty() {
        return Batch::default();
    }
    let mut shop = Session::new(options, rules);
    let mut layers = Vec::new();
    let mut releases = Vec::new();
    let mut manifests = Vec::new();
    let mut summary = Summary::default();
    for (place, input) in inputs {
        let role = input.role;
        let document = shop.read(input, done);
        let written = shop.suppressions(&document);
        shop.written.extend(written);
        match (
            role,
            classify(
                &shop.tree,
                &document.stream,
                shop.sources.text(document.source),
            ),
        ) {
            (Role::Values, _) => layers.push(document),
            (Role::Rendered, _) | (_, Classified::Manifests) => manifests.push(document),
            (_, Classified::Values) => releases.push((place, vec![document])),
            (Role::Walked, Classified::Other) => {
                summary.skipped += 1;
                continue;
            }
            // A path on the command line is never skipped.
            (_, Classified::Other) => releases.push((place, vec![document])),
        }
        summary.files += 1;
    }
    if !layers.is_empty() {
        releases.insert(0, (0, layers));
    }
    summary.releases = releases.len();
    let set = shop.objects(&manifests);
    summary.manifests = set.objects.len();
    // Manifests without an installation of their own belong to the one that the values make.
    let are_of_release =
        !manifests.is_empty() && set.installations.is_empty() && releases.len() == 1;
    let (mut beside, apart) = if are_of_release {
        (Some((manifests.as_slice(), set)), None)
    } else {
        (None, Some(set))
    };
    let releases = releases
        .into_iter()
        .map(|(place, release)| (place, shop.release(release, beside.take())))
        .collect();
    let sets = match apart {
        Some(set) if !manifests.is_empty() => shop.manifests(&manifests, set),
        _ => Vec::new(),
    };
    shop.batch(releases, sets, summary)
}

impl<'o> Session<'o> {
    fn new(options: &'o Options, rules: &'o RuleSet) -> Self {
        let mut sources = Sources::default();
        let certificates = CertificateInputs::read(
            options.tls_cert.as_ref(),
            options.tls_key.as_ref(),
            &options.ca,
            options.now,
            &options.limits,
            &mut sources,
        );
        Session {
            sources,
            tree: Tree::default(),
            documents: Vec::new(),
            given: Vec::new(),
            options,
            rules,
            certificates,
            edition: options
                .edition()
                .unwrap_or_else(|| Catalogue::embedded().newest()),
            written: Vec::new(),
            budget: Budget::default(),
        }
    }

    /// Collects the findings that were asked for, with their paths, and the texts.
    fn batch(
        self,
        mut releases: Vec<(usize, Checked)>,
        mut sets: Vec<Checked>,
        mut summary: Summary,
    ) -> Batch {
        let checked = releases.iter_mut().map(|(_, checked)| checked);
        for checked in checked.chain(&mut sets) {
            summary.suppressed += checked.suppressed.len();
            checked
                .diagnostics
                .retain(|found| is_selected(found, self.options));
            for found in &mut checked.diagnostics {
                found.path = self.path(found.span);
            }
        }
        Batch {
            releases,
            sets,
            summary,
            sources: self.sources,
        }
    }
}

/// Results for one release or set of manifests.
struct Checked {
    report: crate::diagnostic::ReleaseReport,
    diagnostics: Vec<Diagnostic>,
    failures: Vec<String>,
    held: std::collections::BTreeMap<String, usize>,
    suppressed: Vec<Diagnostic>,
}

fn collect(checked: Checked, diagnostics: &mut Vec<Diagnostic>, outcome: &mut Outcome) {
    outcome.report.releases.push(checked.report);
    diagnostics.extend(checked.diagnostics);
    outcome.suppressed.extend(checked.suppressed);
    for failure in checked.failures {
        if !outcome.failures.contains(&failure) {
            outcome.failures.push(failure);
        }
    }
    for (rule, count) in checked.held {
        *outcome.held.entry(rule).or_default() += count;
    }
}

fn is_selected(found: &Diagnostic, options: &Options) -> bool {
    let selected = options.select.is_empty() || options.select.contains(&found.rule);
    selected && !options.ignore.contains(&found.rule)
}

/// Sorts by file, place and rule, and drops repetitions.
fn in_order(mut diagnostics: Vec<Diagnostic>, sources: &Sources) -> Vec<Diagnostic> {
    diagnostics.sort_by(|left, right| order(left, right, sources));
    diagnostics.dedup_by(|left, right| join::same(left, right, sources));
    diagnostics
}

fn order(left: &Diagnostic, right: &Diagnostic, sources: &Sources) -> Ordering {
    let key = |found: &Diagnostic| (found.span.start, found.span.end);
    sources
        .name(left.span.source)
        .cmp(sources.name(right.span.source))
        .then_with(|| key(left).cmp(&key(right)))
        .then_with(|| left.rule.cmp(&right.rule))
        .then_with(|| left.message.cmp(&right.message))
        .then_with(|| left.path.cmp(&right.path))
}
