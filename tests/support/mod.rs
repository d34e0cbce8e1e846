//! What several tests share: reading the corpus, and checking as a user would.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub(crate) mod files;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use portolan::check::{Input, Options, Outcome, check};
use portolan::facts::Platform;
use portolan::rules::RuleSet;

/// The folder of vendor examples and Helm's real output, if the environment names it.
pub(crate) fn corpus(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("PORTOLAN_CORPUS").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("{test}: PORTOLAN_CORPUS is not set, so nothing of the corpus was checked");
    }
    folder
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Checks values files merged into one release, each a name and a text.
pub(crate) fn check_values(files: &[(&str, &str)], options: &Options) -> Outcome {
    let inputs = files
        .iter()
        .map(|(name, text)| Input::values(*name, *text))
        .collect();
    checked(inputs, options)
}

/// Checks one text, whatever it is.
pub(crate) fn check_text(name: &str, text: &str, options: &Options) -> Outcome {
    checked(vec![Input::named(name, text)], options)
}

fn checked(inputs: Vec<Input>, options: &Options) -> Outcome {
    let outcome = check(inputs, options, RuleSet::builtin());
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    outcome
}

/// Rule and object of every finding.
pub(crate) fn rules_and_objects(outcome: &Outcome) -> BTreeSet<(String, String)> {
    outcome
        .report
        .diagnostics
        .iter()
        .map(|found| (found.rule.clone(), found.object.clone().unwrap_or_default()))
        .collect()
}

/// `rule file:line:column "text under the primary span"` of every finding, in order.
pub(crate) fn places(outcome: &Outcome) -> Vec<String> {
    outcome
        .report
        .diagnostics
        .iter()
        .map(|found| {
            let at = outcome.sources.line_column(found.span);
            let text = outcome.sources.slice(found.span);
            format!(
                "{} {}:{}:{} {:?}",
                found.rule,
                outcome.sources.name(found.span.source),
                at.line,
                at.column,
                text.lines().next().unwrap_or_default()
            )
        })
        .collect()
}

/// `requirement verdict` of every row that is neither met nor not applicable.
pub(crate) fn open_verdicts(outcome: &Outcome) -> Vec<String> {
    use portolan::diagnostic::Verdict;
    outcome
        .report
        .releases
        .iter()
        .flat_map(|release| &release.requirements)
        .filter(|row| !matches!(row.verdict, Verdict::Met | Verdict::NotApplicable))
        .map(|row| format!("{} {}", row.requirement, row.verdict.as_str()))
        .collect()
}

/// Options on a platform.
pub(crate) fn on(platform: Platform) -> Options {
    let mut options = Options::default();
    options.release.platform = Some(platform);
    options
}
