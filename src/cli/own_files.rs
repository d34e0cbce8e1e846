//! Rule files and layer files of the user's own: loading a folder, and saying exactly where a file is wrong.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::{Error, FileError, FileKind, Result};
use super::inputs::unwalked;
use super::paths::shown;
use crate::exposure::layers::{Layer, LayerSet};
use crate::rules::{Rule, RuleSet, SharedFileError};
use portolan_yaml::typed::Typed;
use portolan_yaml::{Issue, ParsedText};

/// A file that a user can have of their own, beside those that are built in.
pub(super) trait OwnFile: Sized {
    /// What reports call it.
    const KIND: FileKind;
    /// What people call it.
    const NOUN: &'static str;

    /// Reads it, and what it names in its folder.
    fn parse(text: &str, folder: &Path) -> Result<Typed<Self>, Vec<Issue>>;

    /// Its public name, which the file is called by.
    fn id(&self) -> &str;
}

impl OwnFile for Rule {
    const KIND: FileKind = FileKind::Rule;
    const NOUN: &'static str = "rule";

    fn parse(text: &str, folder: &Path) -> Result<Typed<Self>, Vec<Issue>> {
        RuleSet::parse_in(text, &|shared: &str| read_shared(folder, shared))
    }

    fn id(&self) -> &str {
        Rule::id(self)
    }
}

impl OwnFile for Layer {
    const KIND: FileKind = FileKind::Layer;
    const NOUN: &'static str = "layer";

    fn parse(text: &str, _folder: &Path) -> Result<Typed<Self>, Vec<Issue>> {
        Layer::parse(text)
    }

    fn id(&self) -> &str {
        &self.id
    }
}

/// What was read from a file, and where it comes from.
#[derive(Debug)]
pub(super) struct Loaded<F> {
    pub path: PathBuf,
    pub text: ParsedText,
    pub file: F,
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
    for Loaded { path, text, file } in load::<Rule>(folder)? {
        if let Err(error) = rules.add(file) {
            errors.push(wrong_places::<Rule>(&path, vec![error.issue(&text)]));
        }
    }
    if errors.is_empty() {
        Ok(rules)
    } else {
        Err(errors)
    }
}

/// The built-in layers with those of a folder before them.
pub(super) fn layers_of(folder: &Path) -> Result<LayerSet> {
    let own = load::<Layer>(folder)?.into_iter();
    Ok(LayerSet::with(own.map(|loaded| loaded.file).collect()))
}

/// Every file of a kind in a folder and the folders in it, sorted by path.
///
/// # Errors
/// All mistakes of all files at once.
pub(super) fn load<F: OwnFile>(folder: &Path) -> Result<Vec<Loaded<F>>> {
    let (paths, mut errors) = yaml_files(folder);
    if paths.is_empty() && errors.is_empty() {
        return Err(vec![Error::file(folder, FileError::NoneOf(F::NOUN))]);
    }
    let mut loaded: Vec<Loaded<F>> = Vec::new();
    for path in paths {
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                errors.push(Error::file(&path, FileError::Read(error)));
                continue;
            }
        };
        let (file, text) = match F::parse(&text, folder) {
            Ok(read) => read,
            Err(issues) => {
                errors.push(wrong_places::<F>(&path, issues));
                continue;
            }
        };
        if let Some(message) = misnamed(&path, &file, &loaded) {
            errors.push(wrong_places::<F>(&path, vec![text.issue("id", message)]));
        }
        loaded.push(Loaded { path, text, file });
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

fn yaml_files(folder: &Path) -> (Vec<PathBuf>, Vec<Error>) {
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

/// What is wrong with a file's name in its folder.
fn misnamed<F: OwnFile>(path: &Path, file: &F, before: &[Loaded<F>]) -> Option<String> {
    let stem = path.file_stem()?.to_string_lossy();
    if stem != file.id() {
        return Some(format!(
            "`id`: the file is called `{}` and the {} `{}`: name both alike",
            path.file_name()?.to_string_lossy(),
            F::NOUN,
            file.id()
        ));
    }
    let other = before.iter().find(|other| other.file.id() == file.id())?;
    Some(format!(
        "`id`: there is a {} `{}` already, in {}",
        F::NOUN,
        file.id(),
        other.path.display()
    ))
}

fn wrong_places<F: OwnFile>(path: &Path, issues: Vec<Issue>) -> Error {
    Error::Places {
        kind: F::KIND,
        name: shown(path),
        issues,
    }
}
