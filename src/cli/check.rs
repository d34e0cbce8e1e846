//! `portolan check`.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use super::arguments::CheckArguments;
use super::baseline::Baselines;
use super::config::Names;
use super::error::Error;
use super::output::{self, Output};
use super::plan::{Group, Plan, RunContext, plan};
use super::progress::checked;
use super::style::OutputStyle;
use super::{CliContext, Exit};
use crate::check::{Input, Outcome, Role, check_with_rendering};
use crate::config::{Coverage, FailOn, Judging};
use crate::diagnostic::{RuleEntry, Severity, Verdict};
use crate::report;
use crate::rules::Rule;
use portolan_yaml::nearest::ranked;

pub(super) fn run(
    arguments: &CheckArguments,
    style: OutputStyle,
    ctx: &mut CliContext<'_>,
) -> Exit {
    let Some(outputs) = output::planned(arguments, style, ctx) else {
        return Exit::CouldNot;
    };
    let Some(plan) = plan(&arguments.scope, style, ctx) else {
        return Exit::CouldNot;
    };
    let ending = ExitPolicy {
        arguments,
        outputs: &outputs,
        style,
    };
    ending.conclude(plan, Vec::new(), ctx)
}

/// The way a check ends, whichever command it is made for.
pub(super) struct ExitPolicy<'a> {
    pub arguments: &'a CheckArguments,
    pub outputs: &'a [Output],
    pub style: OutputStyle,
}

impl ExitPolicy<'_> {
    /// Checks what is planned, writes the reports, then what kept the check from being whole, and says what that comes to.
    pub(super) fn conclude(
        &self,
        plan: Plan<'_>,
        mut errors: Vec<Error>,
        ctx: &mut CliContext<'_>,
    ) -> Exit {
        let ExitPolicy {
            arguments, style, ..
        } = *self;
        let mut baselines = match Baselines::read(arguments, &plan) {
            Ok(baselines) => baselines,
            Err(errors) => {
                ctx.report(&errors, style);
                return Exit::CouldNot;
            }
        };
        let Plan {
            mut groups,
            terms,
            errors: mut unread,
            walked,
            passed_over,
        } = plan;
        let mut blank = EmptyInputs::default();
        let mut failed = false;
        let mut outcomes = Vec::new();
        for (index, group) in groups.iter_mut().enumerate() {
            let mut outcome = judge(group, &terms, &mut blank, ctx);
            baselines.apply(index, group, &mut outcome, &terms.here);
            failed |= fails(arguments, group, &outcome);
            if arguments.verbose {
                name_configuration(group, &mut outcome);
            }
            outcomes.push(outcome);
        }
        for (group, outcome) in baselines.stale(&groups, &arguments.scope) {
            failed |= fails(arguments, group, &outcome);
            outcomes.push(outcome);
        }
        let mut outcome = Outcome::join(outcomes);
        outcome.report.summary.skipped += passed_over;
        // Not before: what a baseline or an `ignore` takes away must not have cost another finding its place.
        outcome.shorten(&arguments.scope.limits());
        unread.append(&mut errors);
        let mut errors = unread;
        let whole = errors.is_empty();
        // Whoever hands over whatever has changed may have changed nothing of ours.
        let may_be_nothing = whole && terms.scope.skip_unrelated;
        if may_be_nothing {
            outcome.report.summary.skipped += blank.all.len();
        }
        if is_nothing(&outcome) && !may_be_nothing {
            if whole {
                let skipped = outcome.report.summary.skipped;
                errors.push(nothing(&blank.all, walked, skipped));
            }
            ctx.report(&errors, style);
            return Exit::CouldNot;
        }
        errors.extend(blank.error());
        errors.extend(outcome.failures.iter().cloned().map(Error::Check));
        let exit = if !errors.is_empty() {
            Exit::CouldNot
        } else if failed {
            Exit::Findings
        } else {
            Exit::Clean
        };
        let failures: Vec<String> = errors.iter().flat_map(Error::sentences).collect();
        let run = report::Run {
            rules: &self.entries(&groups),
            failures: &failures,
            folder: terms.here.to_str(),
        };
        let exit = output::write(
            self.outputs,
            &outcome,
            &run,
            arguments.verbose,
            exit,
            style,
            ctx,
        );
        // After the report, so that they are the last thing seen.
        ctx.report(&errors, style);
        exit
    }

    /// Returns the rules that applied, for a report that describes them: their texts are not read for any other.
    fn entries(&self, groups: &[Group]) -> Vec<RuleEntry> {
        if !self.outputs.iter().any(Output::describes_rules) {
            return Vec::new();
        }
        let rules = groups.iter().flat_map(|group| group.rules().iter());
        let by_id: BTreeMap<&str, &Rule> = rules.map(|rule| (rule.id(), rule)).collect();
        by_id.into_values().map(Rule::entry).collect()
    }
}

/// Names of files with nothing in them, of checks that were not made for that.
#[derive(Default)]
pub(super) struct EmptyInputs {
    all: Vec<String>,
    /// Names that were asked for, or that a release names.
    asked_for: Vec<String>,
}

impl EmptyInputs {
    /// What was asked for and not checked must never look like a pass.
    pub(super) fn error(&self) -> Option<Error> {
        (!self.asked_for.is_empty()).then(|| nothing(&self.asked_for, false, 0))
    }
}

/// Checks what falls to one configuration, and does with the findings what it says. Files with nothing in them are added to
/// `blank`.
pub(super) fn judge(
    group: &mut Group,
    terms: &RunContext<'_>,
    blank: &mut EmptyInputs,
    ctx: &mut CliContext<'_>,
) -> Outcome {
    let mut runs = std::mem::take(&mut group.runs);
    let rules = group.rules();
    let mut extent = group.extent;
    let mut outcomes = Vec::new();
    let mut layers = Vec::new();
    for run in &mut runs {
        // A long folder is many texts: each is there once.
        let inputs = std::mem::take(&mut run.inputs);
        let names = blank_names(&inputs);
        let nothing_else =
            run.options.release.set_values().next().is_none() && run.rendered.is_none();
        if names.len() == inputs.len() && nothing_else {
            let asked_for = inputs.iter().filter(|it| it.role != Role::Walked);
            let asked_for = asked_for.map(|input| input.name.clone());
            blank.asked_for.extend(asked_for);
            blank.all.extend(names);
            extent = Coverage::Part;
            continue;
        }
        let mut outcome = match run.rendered.take() {
            Some(rendered) => check_with_rendering(inputs, rendered, &run.options, rules),
            None => checked(inputs, &run.options, rules, ctx),
        };
        if let Some(release) = &run.release {
            for report in &mut outcome.report.releases {
                report.name.clone_from(release);
            }
            layers.extend(run.files.iter().map(String::as_str));
        }
        outcomes.push(outcome);
    }
    let mut outcome = Outcome::join(outcomes);
    // A file that several releases share is one file.
    let read = layers.len();
    layers.sort_unstable();
    layers.dedup();
    let again = read - layers.len();
    outcome.report.summary.files = outcome.report.summary.files.saturating_sub(again);
    if !outcome.failures.is_empty() {
        extent = Coverage::Part;
    }
    if let Some(found) = &group.found {
        let names = Names {
            here: &terms.here,
            folder: &found.folder,
        };
        found.config.apply(
            &mut outcome,
            &Judging {
                rules,
                now: terms.now,
                extent,
                selected: &|rule| terms.scope.selects(rule),
                name: &|name| names.of(name),
            },
        );
    }
    group.runs = runs;
    group.extent = extent;
    outcome
}

/// Says at each release which configuration it owes its options to.
fn name_configuration(group: &Group, outcome: &mut Outcome) {
    if let Some(found) = &group.found {
        for release in &mut outcome.report.releases {
            let sentence = format!("settings taken from {}", found.config.name);
            release.inferred.push(sentence);
        }
    }
}

/// Reads the clock, in seconds since 1970.
pub(super) fn clock() -> Option<i64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok()
}

/// Says that there is no such rule, with the ones that may have been meant.
pub(super) fn no_rule<'n>(id: &str, ids: impl IntoIterator<Item = &'n str>) -> String {
    let near: Vec<String> = ranked(id, ids)
        .into_iter()
        .take(3)
        .map(|near| format!("`{near}`"))
        .collect();
    if near.is_empty() {
        format!("no rule `{id}`; `portolan rules` lists them")
    } else {
        format!("no rule `{id}`; did you mean {}?", near.join(" or "))
    }
}

/// Inputs with nothing in them but comments and document markers.
fn blank_names(inputs: &[Input]) -> Vec<String> {
    inputs
        .iter()
        .filter(|input| is_blank(&input.text))
        .map(|input| input.name.clone())
        .collect()
}

/// Tells whether a text holds nothing but comments and document markers.
pub(super) fn is_blank(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').lines().all(|line| {
        let line = line.trim();
        line.is_empty() || line.starts_with('#') || line == "---" || line == "..."
    })
}

/// Tells whether nothing was judged: that must never look like a pass.
fn is_nothing(outcome: &Outcome) -> bool {
    let summary = &outcome.report.summary;
    summary.releases == 0 && summary.manifests == 0 && outcome.report.diagnostics.is_empty()
}

fn nothing(blank: &[String], walked: bool, skipped: usize) -> Error {
    let found = if skipped > 0 {
        let files = if skipped == 1 {
            "1 file was"
        } else {
            &format!("{skipped} files were")
        };
        format!("{files} looked at, and none holds values of the chart or Kubernetes objects")
    } else if walked && blank.is_empty() {
        "no *.yaml, *.yml or *.json file was found".to_owned()
    } else if blank.is_empty() {
        "the input holds no Kubernetes object".to_owned()
    } else {
        format!(
            "{} {} empty",
            blank.join(", "),
            if blank.len() == 1 { "is" } else { "are" }
        )
    };
    Error::Check(format!("nothing to check: {found}"))
}

/// Tells whether the findings of a group make the call fail, by the command line or else by its configuration.
fn fails(arguments: &CheckArguments, group: &Group, outcome: &Outcome) -> bool {
    let config = group.found.as_ref().map(|found| &found.config.file);
    let fail_on = arguments
        .fail_on
        .or_else(|| config?.fail_on)
        .unwrap_or(FailOn::Error);
    let strict = arguments.strict || config.and_then(|config| config.strict).unwrap_or_default();
    let report = &outcome.report;
    let mut severities = report.diagnostics.iter().map(|found| found.severity);
    // A note can violate a requirement, too. One that is violated by nothing but what was suppressed or ignored is accepted.
    let reported = |requirement| {
        let mut found = report.diagnostics.iter();
        found.any(|found| found.requirement == requirement)
    };
    let open = || {
        report
            .releases
            .iter()
            .flat_map(|release| &release.requirements)
            .any(|row| match row.verdict {
                Verdict::Undecided => true,
                Verdict::Violated => reported(row.requirement),
                Verdict::Met | Verdict::NotApplicable => false,
            })
    };
    severities.any(|severity| fail_on.counts(severity) || (strict && severity >= Severity::Warning))
        || (strict && open())
}
