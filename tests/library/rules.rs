//! The built-in rules: each is loaded, and each of its examples is executed.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::files::files_below;
use crate::support::read;
use portolan::cli::example_options;
use portolan::rules::{RuleSet, SharedFileError};
use portolan::selftest::try_examples;

/// Every rule file, with the folder that it lies in.
fn rule_files() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let files = files_below(&folder, "yaml").into_iter();
    files.map(|path| (path.clone(), read(&path))).collect()
}

/// A file that examples share.
fn shared(path: &str) -> Result<String, SharedFileError> {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    fs::read_to_string(rules.join(path)).map_err(SharedFileError::Unreadable)
}

fn name(path: Option<&Path>) -> &str {
    path.and_then(Path::file_name).unwrap().to_str().unwrap()
}

#[test]
fn every_rule_file_loads_and_lies_where_its_name_and_requirement_say() {
    let mut wrong = Vec::new();
    for (path, text) in rule_files() {
        let file = path
            .strip_prefix(env!("CARGO_MANIFEST_DIR"))
            .unwrap()
            .display();
        match RuleSet::parse_in(&text, &shared) {
            Ok((rule, _)) => {
                if name(Some(&path)) != format!("{}.yaml", rule.id()) {
                    wrong.push(format!("{file}: the rule is called `{}`", rule.id()));
                }
                let requirement = rule.file.requirement.as_str();
                if name(path.parent()) != requirement {
                    wrong.push(format!(
                        "{file}: the rule belongs to `rules/{requirement}/`"
                    ));
                }
            }
            Err(errors) => wrong.extend(errors.iter().map(|error| format!("{file}:{error}"))),
        }
    }
    assert!(wrong.is_empty(), "\n\n{}\n", wrong.join("\n"));
}

#[test]
fn the_program_carries_every_rule_file() {
    let ids: BTreeSet<String> = rule_files()
        .iter()
        .filter_map(|(_, text)| Some(RuleSet::parse_in(text, &shared).ok()?.0.id().to_owned()))
        .collect();
    let builtin: BTreeSet<String> = RuleSet::builtin()
        .iter()
        .map(|rule| rule.id().to_owned())
        .collect();
    assert_eq!(builtin, ids);
    let with_examples: BTreeSet<String> = RuleSet::builtin_files()
        .into_iter()
        .map(|file| file.id)
        .collect();
    assert_eq!(with_examples, ids);
    assert_eq!(
        RuleSet::builtin().len(),
        rule_files().len(),
        "two rules share an id"
    );
}

#[test]
fn every_rule_keeps_its_examples() {
    let files = RuleSet::builtin_files();
    let mut examples = 0;
    let mut wrong = String::new();
    for file in &files {
        examples += file.examples.bad.len() + file.examples.good.len();
        match try_examples(file, &example_options) {
            Ok(failures) => {
                for failure in failures {
                    wrong.push_str(&format!(
                        "{}: {}: {}\n",
                        file.id, failure.field, failure.example
                    ));
                    for mistake in failure.mistakes {
                        wrong.push_str(&format!("    {mistake}\n"));
                    }
                }
            }
            Err(errors) => {
                for error in errors {
                    wrong.push_str(&format!("{}: {error}\n", file.id));
                }
            }
        }
    }
    println!("{examples} examples of {} rules were run", files.len());
    assert!(wrong.is_empty(), "\n\n{wrong}");
}
