//! The baseline: a file of findings that are known, so that a check reports only new ones.
//!
//! A finding is recognised by its fingerprint ([`crate::fingerprint`]), never by its line. The rule, the file, the place and
//! the message stand beside it for people who read the file and its differences. Like a comment in a file, an entry takes a
//! finding out of the list and leaves the verdict on its requirement as it is.

mod text;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::Outcome;
use crate::config::{ConfigIssue, read_typed};
use crate::facts::{Anchor, Fact, Facts, StaleBaselineEntry};
use crate::fingerprint::fingerprints;
use crate::report::{redacted, visible};
use crate::rules::{RuleSet, judge};
use portolan_yaml::source::Span;

pub use text::text;

/// The rule about entries that match nothing; it never goes into a baseline itself.
const STALE: &str = "stale-baseline-entry";

/// The format that is written, and the only one that is read.
const VERSION: i64 = 1;

/// Known findings, as `portolan baseline` writes them.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct BaselineFile {
    /// The version of this format: 1.
    version: i64,
    /// The findings.
    findings: Vec<BaselineEntry>,
}

/// A known finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct BaselineEntry {
    /// The file, relative to the folder of the baseline.
    pub file: String,
    /// The rule.
    pub rule: String,
    /// The place in the values or in the object.
    pub path: Option<String>,
    /// The Kubernetes object concerned.
    pub object: Option<String>,
    /// The finding's message.
    pub message: Option<String>,
    /// The fingerprint by which the finding is recognised.
    pub fingerprint: String,
}

/// A baseline that was read, and what a run has used of it.
#[derive(Debug)]
pub struct Baseline {
    name: String,
    text: crate::config::ParsedText,
    entries: Vec<BaselineEntry>,
    /// Entries by fingerprint.
    known: BTreeMap<String, usize>,
    matched: Vec<bool>,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(name: impl Into<String>, text: &str) -> Result<Baseline, Vec<ConfigIssue>> {
        let (file, text) = read_typed::<BaselineFile>(text)?;
        if file.version != VERSION {
            let message = format!(
                "version {} of the format of baselines is not known here: this Portolan reads version {VERSION}",
                file.version
            );
            return Err(vec![text.issue("version", message)]);
        }
        let entries = file.findings;
        let known = entries.iter().enumerate();
        let known = known.map(|(index, entry)| (entry.fingerprint.clone(), index));
        Ok(Baseline {
            name: name.into(),
            known: known.collect(),
            matched: vec![false; entries.len()],
            entries,
            text,
        })
    }

    /// Returns its entries.
    pub fn entries(&self) -> &[BaselineEntry] {
        &self.entries
    }

    /// Leaves known findings out of an outcome, and counts them. `name` says what a file is called relative to the folder
    /// of the baseline.
    pub fn apply(&mut self, outcome: &mut Outcome, name: &dyn Fn(&str) -> String) {
        let prints = fingerprints(&outcome.report, &outcome.sources, name);
        let mut prints = prints.into_iter();
        let before = outcome.report.diagnostics.len();
        outcome.report.diagnostics.retain(|_| {
            let print = prints.next();
            let index = print.and_then(|print| self.known.get(&print).copied());
            if let Some(slot) = index.and_then(|index| self.matched.get_mut(index)) {
                *slot = true;
            }
            index.is_none()
        });
        outcome.report.summary.baselined += before - outcome.report.diagnostics.len();
        outcome.settle();
    }

    /// Reports the entries that nothing has matched. `looked_at` tells whether the run would have found what an entry
    /// names.
    pub fn stale(&self, rules: &RuleSet, looked_at: &dyn Fn(&BaselineEntry) -> bool) -> Outcome {
        let mut outcome = Outcome::default();
        let mut about = Facts::default();
        let mut source = None;
        for (index, (entry, matched)) in self.entries.iter().zip(&self.matched).enumerate() {
            if *matched || !looked_at(entry) {
                continue;
            }
            let source = *source
                .get_or_insert_with(|| outcome.sources.add(self.name.clone(), self.text.as_str()));
            let at = self.text.span(&format!("findings[{index}].rule"));
            let mut fact = StaleBaselineEntry::new(Anchor::new(Span { source, ..at }));
            fact.rule = Fact::known(entry.rule.clone());
            fact.file = Fact::known(entry.file.clone());
            about.stale_baseline_entries.push(fact);
        }
        let said = judge(rules, &about);
        outcome.report.diagnostics = said.diagnostics;
        outcome.held = said.held;
        outcome.settle();
        outcome
    }
}

/// Turns the findings of an outcome into entries of a baseline.
pub fn entries_of(outcome: &Outcome, name: &dyn Fn(&str) -> String) -> Vec<BaselineEntry> {
    let prints = fingerprints(&outcome.report, &outcome.sources, name);
    let clean = |text: &str| visible(&redacted(text, true), true);
    outcome
        .report
        .diagnostics
        .iter()
        .zip(prints)
        .filter(|(found, _)| found.rule != STALE)
        .map(|(found, fingerprint)| BaselineEntry {
            file: name(outcome.sources.name(found.span.source)),
            rule: found.rule.clone(),
            path: found.path.as_deref().map(clean),
            object: found.object.as_deref().map(clean),
            message: Some(clean(&found.message)),
            fingerprint,
        })
        .collect()
}

#[cfg(test)]
mod tests;
