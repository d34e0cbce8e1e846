//! What a configuration makes of findings: entries of `ignore`, and severities.
//!
//! Both act after judging, like comments in a file: the verdict on a requirement stays what it is.

use super::Config;
use super::meaning::glob;
use crate::check::Outcome;
use crate::diagnostic::Diagnostic;
use crate::facts::{Anchor, Fact, Facts, Suppression};
use crate::rules::{RuleSet, judge};
use portolan_certificate::time::end_of_day;
use portolan_yaml::source::{SourceId, Sources, Span};

/// Properties of the run whose findings are looked through.
pub struct Judging<'r> {
    /// The rules of the run.
    pub rules: &'r RuleSet,
    /// The time, in seconds since 1970; entries do not expire where it is not known.
    pub now: Option<i64>,
    /// Extent to which the configuration's releases were checked.
    pub extent: Coverage,
    /// Whether findings of a rule were asked for: what was not looked at is not unused.
    pub selected: &'r dyn Fn(&str) -> bool,
    /// The name of a file relative to the folder of the configuration.
    pub name: &'r dyn Fn(&str) -> String,
}

/// Extent to which a configuration's releases were checked: an entry is called unused only where nothing is left that
/// it could be meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// A part.
    Part,
    /// All of its releases: an entry for other files may still be of use.
    Releases,
    /// All of its folder, with all of its releases.
    Folder,
}

/// An entry of `ignore` in use.
struct IgnoreState<'c> {
    rules: &'c [String],
    path: Option<&'c str>,
    file: Option<globset::GlobMatcher>,
    /// The day on which it expired.
    expired: Option<&'c str>,
    /// For each of its rules, whether it left out a finding.
    used: Vec<bool>,
}

impl Config {
    /// Leaves accepted findings out of an outcome, says which entries have expired or do nothing, and gives findings the
    /// severities asked for.
    pub fn apply(&self, outcome: &mut Outcome, run: &Judging<'_>) {
        let mut entries = self.entries(run.now);
        let before = outcome.report.diagnostics.len();
        let Outcome {
            report, sources, ..
        } = &mut *outcome;
        report.diagnostics.retain(|found| {
            // Every entry that means it is in use, and not only the first.
            let meant = entries
                .iter_mut()
                .filter_map(|entry| entry.accepts(found, sources, run.name).then_some(()));
            meant.count() == 0
        });
        report.summary.suppressed += before - report.diagnostics.len();
        self.about_entries(&entries, outcome, run);
        self.weigh(outcome);
    }

    fn entries(&self, now: Option<i64>) -> Vec<IgnoreState<'_>> {
        let over = |day: &str| match (end_of_day(day), now) {
            (Ok(end), Some(now)) => now >= end,
            _ => false,
        };
        let ignore = self.file.ignore.iter();
        ignore
            .map(|entry| IgnoreState {
                rules: &entry.rules,
                path: entry.path.as_deref(),
                file: entry
                    .file
                    .as_deref()
                    .and_then(|file| Some(glob(file).ok()?.compile_matcher())),
                expired: entry.until.as_deref().filter(|day| over(day)),
                used: vec![false; entry.rules.len()],
            })
            .collect()
    }

    /// Adds findings about the entries themselves.
    fn about_entries(&self, entries: &[IgnoreState<'_>], outcome: &mut Outcome, run: &Judging<'_>) {
        let mut about = Facts::default();
        let mut source = None;
        for (index, entry) in entries.iter().enumerate() {
            let judged = match run.extent {
                Coverage::Part => false,
                Coverage::Releases => entry.names_one_of(&outcome.sources, run.name),
                Coverage::Folder => true,
            };
            for ((number, rule), used) in entry.rules.iter().enumerate().zip(&entry.used) {
                let unused = judged && !used && (run.selected)(rule);
                if entry.expired.is_none() && !unused {
                    continue;
                }
                let source = *source.get_or_insert_with(|| self.add_to(&mut outcome.sources));
                let at = self.text.span(&format!("ignore[{index}].rules[{number}]"));
                let mut fact = Suppression::new(Anchor::new(Span { source, ..at }));
                fact.rule = Fact::known(rule.clone());
                fact.used = Fact::known(false);
                fact.in_config = Fact::known(true);
                fact.expired = Fact::from_option(entry.expired.map(str::to_owned));
                about.suppressions.push(fact);
            }
        }
        let said = judge(run.rules, &about);
        for mut found in said.diagnostics {
            if (run.selected)(&found.rule) {
                let source = self.text.span("").source;
                found.path = self.text.path(Span {
                    source,
                    ..found.span
                });
                outcome.report.diagnostics.push(found);
            }
        }
    }

    /// Adds the text to those of an outcome. What it sets may be a secret, whatever the key.
    fn add_to(&self, sources: &mut Sources) -> SourceId {
        let source = sources.add(self.name.clone(), self.text.as_str());
        let releases = self.file.releases.iter().enumerate();
        let own =
            releases.map(|(index, release)| (format!("releases[{index}]."), &release.options));
        for (before, options) in own.chain([(String::new(), &self.file.defaults)]) {
            for (key, list) in [("set", &options.set), ("setString", &options.set_string)] {
                for index in 0..list.len() {
                    let at = self.text.span(&format!("{before}{key}[{index}]"));
                    sources.mark_secret(Span { source, ..at });
                }
            }
        }
        source
    }

    /// Gives findings the severities asked for.
    pub fn weigh(&self, outcome: &mut Outcome) {
        outcome.report.diagnostics.retain_mut(|found| {
            let level = self.file.severity.get(&found.rule);
            let severity = level.map_or(Some(found.severity), |level| level.severity());
            found.severity = severity.unwrap_or(found.severity);
            severity.is_some()
        });
        outcome.settle();
    }
}

impl IgnoreState<'_> {
    /// Tells whether it is meant for one of these files.
    fn names_one_of(&self, files: &Sources, name: &dyn Fn(&str) -> String) -> bool {
        let is_meant = |glob: &globset::GlobMatcher| {
            let mut files = files.iter();
            files.any(|(_, source)| glob.is_match(name(source.name())))
        };
        self.file.as_ref().is_none_or(is_meant)
    }

    fn accepts(
        &mut self,
        found: &Diagnostic,
        sources: &Sources,
        name: &dyn Fn(&str) -> String,
    ) -> bool {
        let Some(number) = self.rules.iter().position(|rule| *rule == found.rule) else {
            return false;
        };
        let there = self.path.is_none_or(|pattern| {
            let path = found.path.as_deref();
            path.is_some_and(|path| super::pattern::is_at_or_below(path, pattern))
        });
        let in_file = self
            .file
            .as_ref()
            .is_none_or(|glob| glob.is_match(name(sources.name(found.span.source))));
        let accepts = self.expired.is_none() && there && in_file;
        if accepts && let Some(used) = self.used.get_mut(number) {
            *used = true;
        }
        accepts
    }
}
