//! Findings that explain others: a setting that is there and that nobody reads, beside the finding that it is missing.

use super::condition::Bindings;
use super::load::Rule;
use super::template::{Template, split_name};
use crate::diagnostic::{Diagnostic, Label};
use crate::facts::{Fact, FactValue};

/// Beside one finding no more places are shown than can be read.
const MOST_LABELS: usize = 4;

/// Settings that the findings of a run say are missing, and those that are there in their place.
#[derive(Default)]
pub(super) struct Explanations {
    /// Findings by their number, each with what it misses.
    missing: Vec<(usize, Vec<String>)>,
    /// Places of settings that nobody reads, each with what it would be for.
    unread: Vec<(Label, Vec<String>)>,
}

impl Explanations {
    /// Notes a finding of a rule that explains others, or that others may explain.
    pub(super) fn note(
        &mut self,
        rule: &Rule,
        scope: &Bindings<'_>,
        number: usize,
        found: &Diagnostic,
    ) {
        if !rule.file.missing.is_empty() {
            let missing = rule.file.missing.iter();
            let missing = missing.map(|purpose| purpose.as_str().to_owned());
            self.missing.push((number, missing.collect()));
        }
        let Some(explains) = &rule.file.explains else {
            return;
        };
        let fact =
            split_name(&explains.missing).and_then(|(subject, field)| scope.fact(subject, field));
        if let Some(Fact::Known(FactValue::List(purposes), _)) = fact {
            let label = Label {
                span: found.span,
                message: Template::new(&explains.message).fill(scope),
            };
            self.unread.push((label, purposes));
        }
    }

    /// Puts the places of unread settings beside the findings that they explain.
    pub(super) fn label(self, diagnostics: &mut [Diagnostic]) {
        for (number, missing) in self.missing {
            let Some(finding) = diagnostics.get_mut(number) else {
                continue;
            };
            let explaining = self
                .unread
                .iter()
                .filter(|(_, purposes)| purposes.iter().any(|purpose| missing.contains(purpose)))
                .map(|(label, _)| label)
                .filter(|label| label.span != finding.span);
            let explaining: Vec<Label> = explaining.take(MOST_LABELS).cloned().collect();
            finding.labels.extend(explaining);
        }
    }
}
