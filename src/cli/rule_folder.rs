//! Rule files of the user's own: loading a folder, and saying exactly where a file is wrong.

use std::fs;
use std::path::{Path, PathBuf};

use super::CliContext;
use super::style::OutputStyle;
use crate::rules::{Rule, RuleSet, SharedFileError};
use portolan_yaml::source::LineColumn;
use portolan_yaml::{Issue, ParsedText};

/// A rule and the file that it comes from.
#[derive(Debug)]
pub(super) struct Loaded {
    pub path: PathBuf,
    pub text: ParsedText,
    pub rule: Rule,
}

/// What is wrong with a folder of rules, ready to be printed.
#[derive(Debug)]
pub(super) enum FolderError {
    /// With a folder or a file as a whole.
    Unreadable(String),
    /// Within a file.
    At {
        path: PathBuf,
        place: LineColumn,
        message: String,
    },
}

/// Writes them to standard error: within files in the form that problem matchers read.
pub(super) fn report(errors: &[FolderError], style: OutputStyle, ctx: &mut CliContext<'_>) {
    for error in errors {
        match error {
            FolderError::Unreadable(message) => ctx.errors([message], style),
            FolderError::At {
                path,
                place,
                message,
            } => {
                let line = finding_line(path, *place, "rule-file", message, style);
                ctx.complain(&line);
            }
        }
    }
}

/// `PATH:LINE:COLUMN: error[NAME]: MESSAGE`.
pub(super) fn finding_line(
    path: &Path,
    place: LineColumn,
    name: &str,
    message: &str,
    style: OutputStyle,
) -> String {
    let LineColumn { line, column } = place;
    let path = style.visible(&path.to_string_lossy());
    format!(
        "{path}:{line}:{column}: error[{name}]: {}\n",
        style.visible(message)
    )
}

/// The rules of a run: the built-in ones, with those of a folder where one is named; `own` then keeps them.
pub(super) fn chosen<'r>(
    folder: Option<&Path>,
    own: &'r mut Option<RuleSet>,
) -> Result<&'r RuleSet, Vec<FolderError>> {
    Ok(match folder {
        None => RuleSet::builtin(),
        Some(folder) => own.insert(with_builtin(folder)?),
    })
}

/// The built-in rules together with those of a folder.
pub(super) fn with_builtin(folder: &Path) -> Result<RuleSet, Vec<FolderError>> {
    let mut rules = RuleSet::builtin_owned();
    let mut errors = Vec::new();
    for Loaded { path, text, rule } in load(folder)? {
        if let Err(error) = rules.add(rule) {
            errors.push(FolderError::of(&path, error.issue(&text)));
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
pub(super) fn load(folder: &Path) -> Result<Vec<Loaded>, Vec<FolderError>> {
    let (paths, mut errors) = rule_files(folder);
    if paths.is_empty() && errors.is_empty() {
        let message = format!(
            "{}: there is no rule file (*.yaml) in this folder",
            folder.display()
        );
        return Err(vec![FolderError::Unreadable(message)]);
    }
    let mut loaded: Vec<Loaded> = Vec::new();
    for path in paths {
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                errors.push(FolderError::Unreadable(format!(
                    "{}: {error}",
                    path.display()
                )));
                continue;
            }
        };
        let shared = |shared: &str| read_shared(folder, shared);
        let (rule, text) = match RuleSet::parse_in(&text, &shared) {
            Ok(read) => read,
            Err(issues) => {
                errors.extend(
                    issues
                        .into_iter()
                        .map(|issue| FolderError::of(&path, issue)),
                );
                continue;
            }
        };
        if let Some(message) = misnamed(&path, &rule, &loaded) {
            errors.push(FolderError::of(&path, text.issue("id", message)));
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

fn rule_files(folder: &Path) -> (Vec<PathBuf>, Vec<FolderError>) {
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
            Err(error) => errors.push(FolderError::Unreadable(format!("rules: {error}"))),
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

impl FolderError {
    fn of(path: &Path, issue: Issue) -> Self {
        FolderError::At {
            path: path.to_owned(),
            place: issue.place,
            message: issue.message,
        }
    }
}
