//! Paths to inputs: files, folders and standard input are read here, and nowhere else.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::decode::decode;
use super::error::{Error, FileError};
use super::paths::{identity, shown};
use crate::check::{Input, Role};
use crate::limits::{Limit, Limits};
use portolan_yaml::nearest::nearest;

/// Name of standard input.
pub(super) const STDIN: &str = "<stdin>";

/// Names of files that are looked at in a folder.
const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];

/// A text that was read, and the file that it is; standard input is none.
#[derive(Debug)]
pub(super) struct LoadedFile {
    pub input: Input,
    pub path: Option<PathBuf>,
}

/// Everything that was read.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// The texts.
    pub found: Vec<LoadedFile>,
    /// What could not be read.
    pub errors: Vec<Error>,
    /// The folders that were walked.
    pub walked: Vec<PathBuf>,
    /// Templates of charts that were passed over in a folder: counted as skipped, like what is neither values nor manifests.
    pub templates: usize,
}

/// Reads the files of `-f`, then the paths. A path that cannot be read does not keep the others from being checked.
///
/// With `skip_unrelated`, a path is treated like one that was found in a folder.
pub(super) fn gather(
    values: &[PathBuf],
    paths: &[PathBuf],
    skip_unrelated: bool,
    limits: &Limits,
    stdin: &mut dyn Read,
) -> Gathered {
    let mut reader = InputReader {
        limits,
        stdin,
        stdin_bytes: None,
        gathered: Gathered::default(),
    };
    for path in last_of_each(values) {
        reader.file(path, Role::Values);
    }
    if !reader.gathered.errors.is_empty() {
        // A release of which a layer is missing is another release: nothing true could be said of it.
        reader.gathered.found.clear();
    }
    let mut seen = HashSet::new();
    for path in paths {
        if path.as_os_str() != "-" && path.is_dir() {
            reader.folder(path, &mut seen);
        } else if !seen.insert(identity(path)) {
            continue;
        } else if skip_unrelated {
            reader.found(Path::new("."), path);
        } else {
            reader.file(path, Role::Named);
        }
    }
    reader.gathered
}

/// Reads a layer of a release under the name that it is shown by.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn layer(path: &Path, name: String, limits: &Limits) -> Result<Input, FileError> {
    Ok(input(name, read(path, limits)?, Role::Values))
}

fn input(name: String, bytes: Vec<u8>, role: Role) -> Input {
    let (text, not_utf8) = decode(bytes);
    Input {
        name,
        text,
        not_utf8,
        role,
    }
}

/// Drops repeated files but for the last of each: merging a file again only brings its own values back to the top.
fn last_of_each(values: &[PathBuf]) -> Vec<&Path> {
    let mut seen = HashSet::new();
    let mut kept: Vec<&Path> = values
        .iter()
        .rev()
        .map(PathBuf::as_path)
        .filter(|path| seen.insert(identity(path)))
        .collect();
    kept.reverse();
    kept
}

struct InputReader<'s> {
    limits: &'s Limits,
    stdin: &'s mut dyn Read,
    /// The bytes of standard input, which can be read only once but named twice (`-f - -`).
    stdin_bytes: Option<Vec<u8>>,
    gathered: Gathered,
}

impl InputReader<'_> {
    fn file(&mut self, path: &Path, role: Role) {
        let (name, bytes, path) = if path.as_os_str() == "-" {
            (STDIN.to_owned(), self.stdin(), None)
        } else {
            (shown(path), read(path, self.limits), Some(path.to_owned()))
        };
        match bytes {
            Ok(bytes) => self.gathered.found.push(LoadedFile {
                input: input(name, bytes, role),
                path,
            }),
            Err(error) => self.gathered.errors.push(Error::File(name, error)),
        }
    }

    fn stdin(&mut self) -> Result<Vec<u8>, FileError> {
        if let Some(bytes) = &self.stdin_bytes {
            return Ok(bytes.clone());
        }
        let bytes = read_bounded(self.stdin, self.limits)?;
        self.stdin_bytes = Some(bytes.clone());
        Ok(bytes)
    }

    fn folder(&mut self, folder: &Path, seen: &mut HashSet<PathBuf>) {
        self.gathered.walked.push(folder.to_owned());
        // Only what the repository itself says is passed over, so that the result is the same on every machine.
        let walk = ignore::WalkBuilder::new(folder)
            .hidden(true)
            .git_ignore(true)
            .require_git(false)
            .git_global(false)
            .git_exclude(false)
            .ignore(false)
            .follow_links(false)
            .sort_by_file_name(Ord::cmp)
            .build();
        for entry in walk {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.gathered.errors.push(unwalked(error, folder));
                    continue;
                }
            };
            let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
            let path = entry.path();
            let path = path.strip_prefix("./").unwrap_or(path);
            if !is_file || !is_candidate(path) || !seen.insert(identity(path)) {
                continue;
            }
            self.found(folder, path);
        }
    }

    /// Adds a file that nobody named as one of ours.
    fn found(&mut self, folder: &Path, path: &Path) {
        if is_chart_template(folder, path) {
            self.gathered.templates += 1;
        } else {
            self.file(path, Role::Walked);
        }
    }
}

fn is_candidate(path: &Path) -> bool {
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| {
            EXTENSIONS
                .iter()
                .any(|known| extension.eq_ignore_ascii_case(known))
        })
}

/// Why a folder cannot be walked.
pub(super) fn unwalked(error: ignore::Error, folder: &Path) -> Error {
    match error {
        ignore::Error::WithDepth { err, .. } => unwalked(*err, folder),
        ignore::Error::WithPath { path, err } => unwalked(*err, &path),
        ignore::Error::Io(error) => Error::file(folder, reason(error, folder)),
        _ => Error::file(folder, FileError::Walk(error)),
    }
}

/// Tells whether a file is below `templates` of a Helm chart: such files are templates of YAML and not YAML.
fn is_chart_template(folder: &Path, path: &Path) -> bool {
    path.ancestors()
        .skip(1)
        .take_while(|ancestor| ancestor.starts_with(folder) || folder == Path::new("."))
        .filter(|ancestor| ancestor.file_name().is_some_and(|name| name == "templates"))
        .any(|templates| templates.with_file_name("Chart.yaml").is_file())
}

/// Reads a file. Pipes are welcome: `<(helm template …)` of a shell is one.
pub(super) fn read(path: &Path, limits: &Limits) -> Result<Vec<u8>, FileError> {
    let metadata = fs::metadata(path).map_err(|error| reason(error, path))?;
    if metadata.is_dir() {
        return Err(FileError::Folder);
    }
    if metadata.len() > limits.file_size as u64 {
        return Err(too_large(limits));
    }
    let mut file = File::open(path).map_err(|error| reason(error, path))?;
    read_bounded(&mut file, limits)
}

/// Reads a file of Portolan's own, which must be UTF-8.
pub(super) fn read_text(path: &Path, limits: &Limits) -> Result<String, FileError> {
    match decode(read(path, limits)?) {
        (text, None) => Ok(text),
        (_, Some(_)) => Err(FileError::NotUtf8),
    }
}

/// Reads all of it, up to a bound.
pub(super) fn read_bounded(from: &mut dyn Read, limits: &Limits) -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    from.take(limits.file_size as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(FileError::Read)?;
    if bytes.len() > limits.file_size {
        return Err(too_large(limits));
    }
    Ok(bytes)
}

fn too_large(limits: &Limits) -> FileError {
    let limit = Limit::FileSize;
    FileError::TooLarge(limit.shown(limits.file_size), limit.name())
}

/// Why a file cannot be opened.
fn reason(error: io::Error, path: &Path) -> FileError {
    match error.kind() {
        io::ErrorKind::NotFound if path.is_symlink() => FileError::DanglingLink,
        io::ErrorKind::NotFound => FileError::Missing(neighbour(path)),
        io::ErrorKind::PermissionDenied => FileError::Denied,
        _ => FileError::Read(error),
    }
}

/// Finds the file beside a missing one that was probably meant.
fn neighbour(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let folder = match path.parent()? {
        parent if parent.as_os_str().is_empty() => Path::new("."),
        parent => parent,
    };
    let names: Vec<String> = fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| is_candidate(Path::new(name)))
        .collect();
    let near = nearest(name, names.iter().map(String::as_str))?;
    Some(shown(&path.with_file_name(near)))
}
