//! Rule files of the user's own: loading a folder, and saying exactly where a file is wrong.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::{Error, FileError, FileKind, Result};
use super::inputs::unwalked;
use super::paths::shown;
use crate::rules::{Rule, RuleSet, SharedFileError};
use portolan_yaml::{Issue, ParsedText};

/// A rule and the file that it comes from.
#[derive(Debug)]
pub(super) struct Loaded {
    pub path: PathBuf,
    pub text: ParsedText,
    pub rule: Rule,
}

/// The rules of a run: the built-in ones, with those of a folder where one is named; `own` then keeps them.
pub(super) fn chosen<'r>(
    folder: Option<&Path>,
    own: &'r mut Option<RuleSet>,
) -> Result<&'r RuleSet> {
    Ok(match folder {
        None => RuleSet::builtin(),
        Some(folder) => own.insert(with_builtin(folder)?),
    })
}

/// The built-in rules together with those of a folder.
pub(super) fn with_builtin(folder: &Path) -> Result<RuleSet> {
    let mut rules = RuleSet::builtin_owned();
    let mut errors = Vec::new();
    for Loaded { path, text, rule } in load(folder)? {
        if let Err(error) = rules.add(rule) {
            errors.push(wrong_places(&path, vec![error.issue(&text)]));
        }
    }
    if errors.is_empty() {
        Ok(rules)
    } else {
        Err(errors)
    }
}

/// Every rule file of a folder and the folders in it, sorted by path.
///
/// # Errors
/// All mistakes of all files at once.
pub(super) fn load(folder: &Path) -> Result<Vec<Loaded>> {
    let (paths, mut errors) = rule_files(folder);
    if paths.is_empty() && errors.is_empty() {
        return Err(vec![Error::file(folder, FileError::NoRules)]);
    }
    let mut loaded: Vec<Loaded> = Vec::new();
    for path in paths {
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                errors.push(Error::file(&path, FileError::Read(error)));
                continue;
            }
        };
        let shared = |shared: &str| read_shared(folder, shared);
        let (rule, text) = match RuleSet::parse_in(&text, &shared) {
            Ok(read) => read,
            Err(issues) => {
                errors.push(wrong_places(&path, issues));
                continue;
            }
        };
        if let Some(message) = misnamed(&path, &rule, &loaded) {
            errors.push(wrong_places(&path, vec![text.issue("id", message)]));
        }
        loaded.push(Loaded { path, text, rule });
    }
    if errors.is_empty() {
        Ok(loaded)
    } else {
        Err(errors)
    }
}

/// Reads a file that examples share. Links do not lead out of the folder, either.
fn read_shared(folder: &Path, path: &str) -> Result<String, SharedFileError> {
    let whole = |path: &Path| fs::canonicalize(path).map_err(SharedFileError::Unreadable);
    let (folder, file) = (whole(folder)?, whole(&folder.join(path))?);
    if !file.starts_with(folder) {
        return Err(SharedFileError::Outside);
    }
    fs::read_to_string(file).map_err(SharedFileError::Unreadable)
}

fn rule_files(folder: &Path) -> (Vec<PathBuf>, Vec<Error>) {
    let mut paths = Vec::new();
    let mut errors = Vec::new();
    let walk = ignore::WalkBuilder::new(folder)
        .standard_filters(false)
        .hidden(true)
        .sort_by_file_name(Ord::cmp)
        .build();
    for entry in walk {
        match entry {
            Ok(entry) => {
                let is_file = entry.path().is_file();
                let extension = entry
                    .path()
                    .extension()
                    .and_then(|extension| extension.to_str());
                if is_file && matches!(extension, Some("yaml" | "yml")) {
                    paths.push(entry.into_path());
                }
            }
            Err(error) => errors.push(unwalked(error, folder)),
        }
    }
    (paths, errors)
}

/// What is wrong with the rule's name in its folder.
fn misnamed(path: &Path, rule: &Rule, before: &[Loaded]) -> Option<String> {
    let stem = path.file_stem()?.to_string_lossy();
    if stem != rule.id() {
        return Some(format!(
            "`id`: the file is called `{}` and the rule `{}`: name both alike",
            path.file_name()?.to_string_lossy(),
            rule.id()
        ));
    }
    let other = before.iter().find(|other| other.rule.id() == rule.id())?;
    Some(format!(
        "`id`: there is a rule `{}` already, in {}",
        rule.id(),
        other.path.display()
    ))
}

fn wrong_places(path: &Path, issues: Vec<Issue>) -> Error {
    Error::Places {
        kind: FileKind::Rule,
        name: shown(path),
        issues,
    }
}
