//! Several checks as one: the outcomes of releases that were checked apart, each with options of its own.

use super::Outcome;
use crate::diagnostic::{Diagnostic, Summary};
use portolan_yaml::source::Sources;

impl Outcome {
    /// Joins outcomes in the order in which they are given.
    ///
    /// Every text is kept once for each outcome that read it. A finding that several of them make at the same place of a
    /// shared file is said once.
    pub fn join(outcomes: impl IntoIterator<Item = Outcome>) -> Outcome {
        let mut whole = Outcome::default();
        for outcome in outcomes {
            whole.absorb(outcome);
        }
        whole.settle();
        whole
    }

    fn absorb(&mut self, other: Outcome) {
        let Outcome {
            report,
            sources,
            failures,
            held,
            suppressed,
            unshown,
        } = other;
        let by = self.sources.append(sources);
        self.report
            .diagnostics
            .extend(report.diagnostics.into_iter().map(|found| moved(found, by)));
        self.suppressed
            .extend(suppressed.into_iter().map(|found| moved(found, by)));
        self.report.releases.extend(report.releases);
        let (sum, part) = (&mut self.report.summary, report.summary);
        add(sum, part);
        for (severity, more) in unshown {
            *self.unshown.entry(severity).or_default() += more;
        }
        for failure in failures {
            if !self.failures.contains(&failure) {
                self.failures.push(failure);
            }
        }
        for (rule, times) in held {
            *self.held.entry(rule).or_default() += times;
        }
    }
}

/// Adds what is counted while inputs are read; findings are counted at the end.
pub(super) fn add(sum: &mut Summary, part: Summary) {
    sum.releases += part.releases;
    sum.manifests += part.manifests;
    sum.files += part.files;
    sum.skipped += part.skipped;
    sum.suppressed += part.suppressed;
    sum.baselined += part.baselined;
}

fn moved(mut found: Diagnostic, by: u32) -> Diagnostic {
    shift(&mut found, by);
    found
}

/// Leads the places of a finding to where [`Sources::append`] has put its texts.
pub(super) fn shift(found: &mut Diagnostic, by: u32) {
    found.span = found.span.moved(by);
    for label in &mut found.labels {
        label.span = label.span.moved(by);
    }
}

/// Tells whether both say the same thing of the same place, though each may have read the file for itself.
pub(super) fn same(left: &Diagnostic, right: &Diagnostic, sources: &Sources) -> bool {
    left.rule == right.rule
        && left.message == right.message
        && left.path == right.path
        && left.span.range() == right.span.range()
        && sources.name(left.span.source) == sources.name(right.span.source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Input, Options, check};
    use crate::rules::RuleSet;

    const BASE: &str = "router:\n  service:\n    type: LoadBalancer\n    typo: 1\n";

    fn release(files: &[(&str, &str)]) -> Outcome {
        let inputs = files
            .iter()
            .map(|(name, text)| Input::values(*name, *text))
            .collect();
        check(inputs, &Options::default(), RuleSet::builtin())
    }

    #[test]
    fn spans_lead_to_the_texts_of_their_own_release() {
        let first = release(&[(
            "a.yaml",
            "# first\nappConfigValues: {}\nrouter: {servise: {}}\n",
        )]);
        let second = release(&[("b.yaml", "router: {servise: {}}\nappConfigValues: {}\n")]);
        let whole = Outcome::join([second, first]);
        let places: Vec<String> = whole
            .report
            .diagnostics
            .iter()
            .filter(|found| found.rule == "unknown-key")
            .map(|found| {
                let at = whole.sources.line_column(found.span);
                let name = whole.sources.name(found.span.source);
                format!("{name}:{}: {}", at.line, whole.sources.slice(found.span))
            })
            .collect();
        assert_eq!(places, ["a.yaml:3: servise", "b.yaml:1: servise"]);
        assert_eq!(whole.report.summary.releases, 2);
        assert_eq!(whole.report.releases.len(), 2);
    }

    #[test]
    fn a_finding_in_a_shared_file_is_said_once() {
        let one = release(&[("base.yaml", BASE), ("one.yaml", "appConfigValues: {}\n")]);
        let two = release(&[("base.yaml", BASE), ("two.yaml", "appConfigValues: {}\n")]);
        let whole = Outcome::join([one, two]);
        let typos = whole
            .report
            .diagnostics
            .iter()
            .filter(|found| found.rule == "unknown-key");
        assert_eq!(typos.count(), 1);
        let summary = whole.report.summary;
        let counted = summary.errors + summary.warnings + summary.notes;
        assert_eq!(counted, whole.report.diagnostics.len());
    }
}
