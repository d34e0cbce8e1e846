//! What becomes of a report that nobody could read to its end.

use super::{Outcome, join::same, order};
use crate::diagnostic::{Diagnostic, Requirement, Severity};
use crate::limits::{Limit, Limits};
use crate::source::Sources;

/// Of the findings in a part of the inputs those that may be shown in the end: what comes after enough of its own severity is
/// not, whatever is found elsewhere.
pub(super) fn may_be_shown<'d>(
    mut found: Vec<&'d mut Diagnostic>,
    limits: &Limits,
    sources: &Sources,
) -> Vec<&'d mut Diagnostic> {
    if found.len() <= limits.findings {
        return found;
    }
    found.sort_by(|left, right| order(left, right, sources));
    found.dedup_by(|left, right| same(left, right, sources));
    let mut left = [Severity::Error, Severity::Warning, Severity::Note]
        .map(|severity| (severity, limits.findings));
    found.retain(|found| {
        let alike = left.iter_mut().find(|(it, _)| *it == found.severity);
        alike.is_some_and(|(_, left)| {
            let is_one = *left > 0;
            *left = left.saturating_sub(1);
            is_one
        })
    });
    found
}

/// Keeps as many findings as the limits allow, the worst first, and of each as many places. What was left out is counted in
/// a closing note; the report's own numbers count everything.
pub(super) fn shorten(outcome: &mut Outcome, limits: &Limits) {
    let Outcome {
        report, unshown, ..
    } = outcome;
    for found in &mut report.diagnostics {
        let more = found.labels.len().saturating_sub(limits.labels);
        found.labels.truncate(limits.labels);
        if let Some(last) = found.labels.last_mut().filter(|_| more > 0) {
            last.message.push_str(&format!(" (and {more} more places)"));
        }
    }
    let all = report.diagnostics.len();
    if all <= limits.findings {
        return;
    }
    let mut left = limits.findings;
    let mut keep = vec![false; all];
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        for (found, keep) in report.diagnostics.iter().zip(&mut keep) {
            if found.severity == severity && left > 0 {
                left -= 1;
                *keep = true;
            }
        }
    }
    for (found, keep) in report.diagnostics.iter().zip(&keep) {
        if !keep {
            *unshown.entry(found.severity).or_default() += 1;
        }
    }
    let mut kept = keep.iter();
    report
        .diagnostics
        .retain(|_| kept.next().copied().unwrap_or(false));
    let Some(last) = report.diagnostics.last() else {
        return;
    };
    let more = all - limits.findings;
    let note = Diagnostic {
        rule: "limit-reached".to_owned(),
        severity: Severity::Note,
        requirement: Requirement::ValuesFile,
        message: format!(
            "{more} more findings are not shown; the limit `{}` is {}",
            Limit::Findings.name(),
            Limit::Findings.shown(limits.findings)
        ),
        help: Some(limits.help(Limit::Findings)),
        url: None,
        span: last.span,
        path: None,
        object: None,
        labels: Vec::new(),
    };
    report.diagnostics.push(note);
}
