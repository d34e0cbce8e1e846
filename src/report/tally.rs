//! The summary in words, for the formats that people read.

use crate::diagnostic::{Report, Summary, Verdict};

/// Writes a number with its noun: `1 error`, `2 errors`.
pub(super) fn count(number: usize, noun: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{s}")
}

/// Writes the numbers of findings: `2 errors and 1 warning`; `no findings`.
pub(crate) fn findings(summary: &Summary) -> String {
    let parts = [
        (summary.errors, "error"),
        (summary.warnings, "warning"),
        (summary.notes, "note"),
    ];
    let parts = parts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| count(number, noun));
    let mut text = list(parts.collect()).unwrap_or_else(|| "no findings".to_owned());
    if summary.suppressed > 0 {
        text.push_str(&format!(", {} suppressed", summary.suppressed));
    }
    if summary.baselined > 0 {
        text.push_str(&format!(", {} in the baseline", summary.baselined));
    }
    text
}

/// Writes what was checked: `1 release and 14 objects from manifests in 3 files, 2 files skipped`.
pub(super) fn checked(summary: &Summary) -> String {
    let mut what = Vec::new();
    if summary.releases > 0 {
        what.push(count(summary.releases, "release"));
    }
    if summary.manifests > 0 {
        what.push(count(summary.manifests, "manifest"));
    }
    let files = count(summary.files, "file");
    let mut text = match list(what) {
        Some(what) => format!("{what} in {files}"),
        None => files,
    };
    if summary.skipped > 0 {
        text.push_str(&format!(", {} skipped", count(summary.skipped, "file")));
    }
    text
}

/// Writes how many requirements have each verdict, over all releases: `6 met, 1 violated`.
pub(super) fn verdicts(report: &Report) -> String {
    let words = [
        (Verdict::Met, "met"),
        (Verdict::Violated, "violated"),
        (Verdict::Undecided, "undecided"),
        (Verdict::NotApplicable, "not applicable"),
    ];
    let parts: Vec<String> = words
        .into_iter()
        .map(|(verdict, word)| (number_of(report, verdict), word))
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    parts.join(", ")
}

/// Counts the requirements with this verdict, over all releases.
pub(super) fn number_of(report: &Report, verdict: Verdict) -> usize {
    report
        .releases
        .iter()
        .flat_map(|release| &release.requirements)
        .filter(|row| row.verdict == verdict)
        .count()
}

/// Joins words: `a`, `a and b`, `a, b and c`.
fn list(parts: Vec<String>) -> Option<String> {
    match parts.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        [before @ .., last] => Some(format!("{} and {last}", before.join(", "))),
    }
}
