//! What becomes of a report that nobody could read to its end.

use super::Outcome;
use crate::diagnostic::{Diagnostic, Requirement, Severity};
use crate::limits::{Limit, Limits};

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
            let places = if more == 1 { "place" } else { "places" };
            let rest = format!(" (and {more} more {places})");
            last.message.push_str(&rest);
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
    let more = match all - limits.findings {
        1 => "1 more finding is".to_owned(),
        more => format!("{more} more findings are"),
    };
    let note = Diagnostic {
        rule: "limit-reached".to_owned(),
        severity: Severity::Note,
        requirement: Requirement::ValuesFile,
        message: format!(
            "{more} not shown; the limit `{}` is {}",
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
