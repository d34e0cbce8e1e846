//! `portolan check`.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::arguments::CheckArguments;
use super::inputs::{Gathered, gather, read};
use super::look::Look;
use super::progress::checked;
use super::{Exit, Surroundings, chart, rule_folder};
use crate::check::{Input, Options, Outcome};
use crate::diagnostic::{Severity, Verdict};
use crate::nearest::ranked;
use crate::report::{self, Format};
use crate::rules::RuleSet;

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
    let mut own = None;
    let rules = match rule_folder::chosen(arguments.rules.as_deref(), &mut own) {
        Ok(rules) => rules,
        Err(errors) => {
            rule_folder::report(&errors, look, around);
            return Exit::CouldNot;
        }
    };
    let options = options(arguments, rules).and_then(with_files);
    let options = match options {
        Ok(options) => options,
        Err(errors) => {
            around.errors(errors, look);
            return Exit::CouldNot;
        }
    };
    let gathered = gather(&arguments.values, &arguments.paths, around.stdin);
    judge(arguments, &options, rules, gathered, look, around)
}

fn judge(
    arguments: &CheckArguments,
    options: &Options,
    rules: &RuleSet,
    gathered: Gathered,
    look: Look,
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
        checked(inputs, options, rules, around)
    };
    outcome.report.summary.skipped += templates;
    if is_nothing(&outcome) {
        if errors.is_empty() {
            errors.push(nothing(&blank, walked, outcome.report.summary.skipped));
        }
        around.errors(errors, look);
        return Exit::CouldNot;
    }
    errors.extend(outcome.failures.iter().cloned());
    let found = if fails(arguments, &outcome) {
        Exit::Findings
    } else {
        Exit::Clean
    };
    let exit = if errors.is_empty() {
        found
    } else {
        Exit::CouldNot
    };
    let usual = if look.terminal {
        Format::Pretty
    } else {
        Format::Plain
    };
    let format = arguments.format.unwrap_or(usual);
    let shown = look.report_options(arguments.verbose);
    let exit = around.print(exit, |out| {
        report::render(format, &outcome.report, &outcome.sources, &shown, out)
    });
    // After the report, so that they are the last thing seen.
    around.errors(errors, look);
    exit
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
    for file in options.pem_files() {
        match read(Path::new(&file.name)) {
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

/// Inputs with nothing in them but comments and document markers.
fn blank_names(inputs: &[Input]) -> Vec<String> {
    let is_blank = |input: &&Input| {
        input
            .text
            .trim_start_matches('\u{feff}')
            .lines()
            .all(|line| {
                let line = line.trim();
                line.is_empty() || line.starts_with('#') || line == "---" || line == "..."
            })
    };
    inputs
        .iter()
        .filter(is_blank)
        .map(|input| input.name.clone())
        .collect()
}

/// True where nothing was judged: that must never look like a pass.
fn is_nothing(outcome: &Outcome) -> bool {
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
    let undecided = || {
        report
            .releases
            .iter()
            .flat_map(|release| &release.requirements)
            .any(|row| row.verdict == Verdict::Undecided)
    };
    severities.any(|severity| {
        arguments.fail_on.counts(severity) || (arguments.strict && severity >= Severity::Warning)
    }) || (arguments.strict && undecided())
}
