//! Rule files of the user's own: loading a folder, and saying exactly where a file is wrong.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::CliContext;
use super::style::OutputStyle;
use crate::rules::{Rule, RuleError, RuleSet};
use portolan_yaml::Tree;
use portolan_yaml::source::{LineColumn, MappedText, Sources, Span};

/// A rule and the file that it comes from.
#[derive(Debug)]
pub(super) struct Loaded {
    pub path: PathBuf,
    pub text: String,
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
            errors.push(FolderError::of(&path, &text, &error));
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
        let rule = match RuleSet::parse(&text) {
            Ok(rule) => rule,
            Err(wrong) => {
                errors.extend(
                    wrong
                        .iter()
                        .map(|error| FolderError::of(&path, &text, error)),
                );
                continue;
            }
        };
        if let Some(message) = misnamed(&path, &rule, &loaded) {
            errors.push(FolderError::of(&path, &text, &in_id(message)));
        }
        loaded.push(Loaded { path, text, rule });
    }
    if errors.is_empty() {
        Ok(loaded)
    } else {
        Err(errors)
    }
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
            "the file is called `{}` and the rule `{}`: name both alike",
            path.file_name()?.to_string_lossy(),
            rule.id()
        ));
    }
    let other = before.iter().find(|other| other.rule.id() == rule.id())?;
    Some(format!(
        "there is a rule `{}` already, in {}",
        rule.id(),
        other.path.display()
    ))
}

fn in_id(message: String) -> RuleError {
    RuleError {
        field: "id".to_owned(),
        message,
        part: None,
        at: None,
    }
}

impl FolderError {
    fn of(path: &Path, text: &str, error: &RuleError) -> Self {
        let place = match error.at {
            Some((line, column)) => LineColumn { line, column },
            None => locate_part(text, &error.field, error.part.clone()),
        };
        FolderError::At {
            path: path.to_owned(),
            place,
            message: error.to_string(),
        }
    }
}

/// Where a field (`examples.bad[0].files`) stands in a rule file: a scalar's value, or the key of a collection; for one
/// that was not written, the nearest thing around it that was.
pub(super) fn locate(text: &str, field: &str) -> LineColumn {
    locate_part(text, field, None)
}

/// Where some bytes of a field's text stand in a rule file; the whole field where none are given.
fn locate_part(text: &str, field: &str, part: Option<Range<usize>>) -> LineColumn {
    let mut sources = Sources::default();
    let source = sources.add("rule", text);
    let mut tree = Tree::default();
    let mapped = MappedText::of_source(&sources, source);
    let stream = portolan_yaml::parse(&mapped, &mut tree, &portolan_yaml::Limits::default());
    let Some(document) = stream.documents.first() else {
        return LineColumn { line: 1, column: 1 };
    };
    let root = tree.node(document.root);
    let start = Span::new(source, root.span().start as usize, root.span().end as usize);
    let within = part.and_then(|part| {
        let node = portolan_yaml::node_at(root, field)?;
        portolan_yaml::mapped_text(&sources, node).map.span(part)
    });
    let span = within.or_else(|| portolan_yaml::place_of(root, field));
    sources.line_column(span.unwrap_or(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_at_its_value_or_where_it_is_missing() {
        let text =
            "id: ours\nmessage:\n  - when: a\n    text: b\n  - text: {c.d}\nexamples:\n  bad: []\n";
        let at = |field| {
            let LineColumn { line, column } = locate(text, field);
            (line, column)
        };
        assert_eq!(at("id"), (1, 5));
        assert_eq!(at("message[0].text"), (4, 11));
        assert_eq!(at("message[7]"), (2, 1));
        assert_eq!(at("examples.bad"), (7, 3));
        assert_eq!(at("examples.good"), (6, 1));
        assert_eq!(at("nothing"), (1, 1));
    }
}
