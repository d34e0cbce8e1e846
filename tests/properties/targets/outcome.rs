//! What must hold for what came of a check, whatever was checked.

use portolan::check::{self, Outcome};
use portolan::diagnostic::{Diagnostic, Requirement, Severity, Verdict};
use portolan::report;

use super::formats::{assert_formats, every_format};
use super::spans::{assert_lines, assert_span};

/// Places, order, verdicts and numbers.
pub fn assert_outcome(outcome: &Outcome) {
    let sources = &outcome.sources;
    let report = &outcome.report;
    sources.iter().for_each(|(_, source)| assert_lines(source));
    for found in &report.diagnostics {
        assert_span(sources, found.span, &found.rule);
        assert!(!found.message.is_empty(), "{} without words", found.rule);
        for label in &found.labels {
            assert_span(sources, label.span, &format!("label of {}", found.rule));
            assert!(
                !label.message.is_empty(),
                "a label of {} without words",
                found.rule
            );
        }
    }
    let key = |found: &Diagnostic| {
        let file = sources.name(found.span.source).to_owned();
        (file, found.span.start, found.span.end, found.rule.clone())
    };
    assert!(
        report.diagnostics.is_sorted_by_key(key),
        "findings are in order"
    );
    for release in &report.releases {
        let rows: Vec<Requirement> = release
            .requirements
            .iter()
            .map(|row| row.requirement)
            .collect();
        assert_eq!(
            rows,
            Requirement::ALL,
            "one verdict a requirement in {}",
            release.name
        );
        for row in &release.requirements {
            let says_what_to_supply = !row.supply.is_empty() || row.diagnostics > 0;
            assert!(
                row.verdict != Verdict::Undecided || says_what_to_supply,
                "{} of {} is undecided, and nobody says what to supply",
                row.requirement,
                release.name
            );
        }
    }
    let of = |severity| {
        let shown = report.diagnostics.iter();
        let shown = shown.filter(|found| found.severity == severity).count();
        shown + outcome.unshown.get(&severity).copied().unwrap_or_default()
    };
    assert_eq!(report.summary.errors, of(Severity::Error));
    assert_eq!(report.summary.warnings, of(Severity::Warning));
    assert_eq!(report.summary.notes, of(Severity::Note));
}

/// All of that, in every format, and the same bytes once more. `input` is what the fuzzer gave.
pub fn assert_check(input: &[u8], options: &check::Options, run: impl Fn() -> Outcome) {
    let run = || {
        let mut outcome = run();
        outcome.shorten(&options.limits);
        outcome
    };
    let outcome = run();
    assert_outcome(&outcome);
    if options.select.is_empty() && options.ignore.is_empty() {
        assert_verdicts_fit(&outcome);
    }
    let again = run();
    let look = report::Options::default();
    assert_formats(input, &outcome.report, &outcome.sources, &look);
    assert_eq!(
        every_format(&outcome.report, &outcome.sources, &look),
        every_format(&again.report, &again.sources, &look),
        "two runs"
    );
    assert_eq!(outcome.failures, again.failures, "two runs");
}

/// What is violated is said in a finding, and what is met has none that is an error.
fn assert_verdicts_fit(outcome: &Outcome) {
    let report = &outcome.report;
    // Of several releases nobody can tell whose finding it is.
    let [release] = &report.releases[..] else {
        return;
    };
    for row in &release.requirements {
        let of = |found: &&Diagnostic| found.requirement == row.requirement;
        let found: Vec<_> = report.diagnostics.iter().filter(of).collect();
        match row.verdict {
            Verdict::Violated => assert!(
                !found.is_empty() || report.summary.suppressed > 0 || !outcome.unshown.is_empty(),
                "{} is violated, and nobody says by what",
                row.requirement
            ),
            Verdict::Met | Verdict::NotApplicable => assert!(
                found.iter().all(|found| found.severity != Severity::Error),
                "{} is {}, and yet: {found:?}",
                row.requirement,
                row.verdict.as_str()
            ),
            Verdict::Undecided => {}
        }
    }
}
