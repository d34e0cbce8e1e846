//! `portolan check`.

use std::env;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::arguments::CheckArguments;
use super::inputs::{Gathered, gather, read};
use super::look::Look;
use super::output::{self, Output};
use super::progress::checked;
use super::{Exit, Surroundings, chart, rule_folder};
use crate::check::{Input, Options, Outcome};
use crate::diagnostic::{Severity, Verdict};
use crate::nearest::ranked;
use crate::report;
use crate::rules::{Rule, RuleSet};

pub(super) fn run(arguments: &CheckArguments, look: Look, around: &mut Surroundings<'_>) -> Exit {
    if arguments.values.is_empty() && arguments.paths.is_empty() {
        around.errors(
            ["nothing to check: give a values file, a folder, or `-` for standard input"],
            look,
        );
        around.complain(
            "\n  portolan check customizations.yaml\n  helm template carto carto/carto | portolan check -\n\n\
             `portolan check --help` says more\n",
        );
        return Exit::CouldNot;
    }
    let outputs = match output::plan(arguments, look) {
        Ok(outputs) => outputs,
        Err(errors) => {
            around.errors(errors, look);
            return Exit::CouldNot;
        }
    };
    let mut own = None;
    let rules = match rule_folder::chosen(arguments.rules.as_deref(), &mut own) {
        Ok(rules) => rules,
        Err(errors) => {
            rule_folder::report(&errors, look, around);
            return Exit::CouldNot;
        }
    };
    let options = match prepared(arguments, rules) {
        Ok(options) => options,
        Err(errors) => {
            around.errors(errors, look);
            return Exit::CouldNot;
        }
    };
    let gathered = gather(
        &arguments.values,
        &arguments.paths,
        arguments.skip_unrelated,
        &options.limits,
        around.stdin,
    );
    let ending = Ending {
        arguments,
        outputs: &outputs,
        rules,
        look,
    };
    judge(&ending, &options, gathered, around)
}

fn judge(
    ending: &Ending<'_>,
    options: &Options,
    gathered: Gathered,
    around: &mut Surroundings<'_>,
) -> Exit {
    let Gathered {
        inputs,
        mut errors,
        walked,
        templates,
    } = gathered;
    let blank = blank_names(&inputs);
    let all_blank = blank.len() == inputs.len() && options.set.is_empty();
    let mut outcome = if all_blank {
        Outcome::default()
    } else {
        checked(inputs, options, ending.rules, around)
    };
    let arguments = ending.arguments;
    let skips = arguments.skip_unrelated && arguments.values.is_empty() && options.set.is_empty();
    if skips && all_blank {
        outcome.report.summary.skipped += blank.len();
    }
    outcome.report.summary.skipped += templates;
    if is_nothing(&outcome) && !(skips && errors.is_empty()) {
        if errors.is_empty() {
            errors.push(nothing(&blank, walked, outcome.report.summary.skipped));
        }
        around.errors(errors, ending.look);
        return Exit::CouldNot;
    }
    ending.conclude(&outcome, errors, around)
}

/// How a check ends, whichever command it was made for.
pub(super) struct Ending<'a> {
    pub arguments: &'a CheckArguments,
    pub outputs: &'a [Output],
    pub rules: &'a RuleSet,
    pub look: Look,
}

impl Ending<'_> {
    /// Writes the reports, then what kept the check from being whole, and says what that comes to.
    pub(super) fn conclude(
        &self,
        outcome: &Outcome,
        mut errors: Vec<String>,
        around: &mut Surroundings<'_>,
    ) -> Exit {
        let Ending {
            arguments,
            outputs,
            rules,
            look,
        } = *self;
        errors.extend(outcome.failures.iter().cloned());
        let found = if fails(arguments, outcome) {
            Exit::Findings
        } else {
            Exit::Clean
        };
        let exit = if errors.is_empty() {
            found
        } else {
            Exit::CouldNot
        };
        let entries: Vec<_> = rules.iter().map(Rule::entry).collect();
        let folder = env::current_dir().ok();
        let folder = folder.as_deref().map(Path::to_string_lossy);
        let run = report::Run {
            rules: &entries,
            failures: &errors,
            folder: folder.as_deref(),
        };
        let exit = output::write(
            outputs,
            outcome,
            &run,
            arguments.verbose,
            exit,
            look,
            around,
        );
        // After the report, so that they are the last thing seen.
        around.errors(errors, look);
        exit
    }
}

/// The options of a check, with the files that they name.
pub(super) fn prepared(
    arguments: &CheckArguments,
    rules: &RuleSet,
) -> Result<Options, Vec<String>> {
    options(arguments, rules).and_then(with_files)
}

fn options(arguments: &CheckArguments, rules: &RuleSet) -> Result<Options, Vec<String>> {
    let unknown: Vec<String> = [
        ("--select", &arguments.select),
        ("--ignore", &arguments.ignore),
    ]
    .into_iter()
    .flat_map(|(option, ids)| ids.iter().map(move |id| (option, id)))
    .filter(|(_, id)| rules.get(id).is_none())
    .map(|(option, id)| {
        format!(
            "{option}: {}",
            no_rule(id, rules.iter().map(|rule| rule.id()))
        )
    })
    .collect();
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let circumstances = arguments.circumstances.options();
    let chart = match &arguments.chart {
        Some(path) => Some(chart::read(path).map_err(|error| vec![error])?),
        None => circumstances.chart.clone(),
    };
    Ok(Options {
        select: arguments.select.clone(),
        ignore: arguments.ignore.clone(),
        chart,
        threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        ..circumstances
    })
}

/// Reads the files of certificates, and the clock where no time was given.
fn with_files(mut options: Options) -> Result<Options, Vec<String>> {
    let mut errors = Vec::new();
    let limits = options.limits.clone();
    for file in options.pem_files() {
        match read(Path::new(&file.name), &limits) {
            Ok(bytes) => file.bytes = bytes,
            Err(error) => errors.push(format!("{}: {error}", file.name)),
        }
    }
    options.now = options.now.or_else(clock);
    if errors.is_empty() {
        Ok(options)
    } else {
        Err(errors)
    }
}

/// The time, in seconds since 1970.
pub(super) fn clock() -> Option<i64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok()
}

/// That there is no such rule, with the ones that may have been meant.
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

/// Nothing but comments and document markers.
pub(super) fn is_blank(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').lines().all(|line| {
        let line = line.trim();
        line.is_empty() || line.starts_with('#') || line == "---" || line == "..."
    })
}

/// Inputs with nothing in them but comments and document markers.
fn blank_names(inputs: &[Input]) -> Vec<String> {
    inputs
        .iter()
        .filter(|input| is_blank(&input.text))
        .map(|input| input.name.clone())
        .collect()
}

/// True where nothing was judged: that must never look like a pass.
pub(super) fn is_nothing(outcome: &Outcome) -> bool {
    let summary = &outcome.report.summary;
    summary.releases == 0 && summary.manifests == 0 && outcome.report.diagnostics.is_empty()
}

fn nothing(blank: &[String], walked: bool, skipped: usize) -> String {
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
    format!("nothing to check: {found}")
}

fn fails(arguments: &CheckArguments, outcome: &Outcome) -> bool {
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
    severities.any(|severity| {
        arguments.fail_on.counts(severity) || (arguments.strict && severity >= Severity::Warning)
    }) || (arguments.strict && open())
}
