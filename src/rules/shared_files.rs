//! Files that examples share: a certificate stands once in the folder of the rules, and examples name it.

use std::error::Error;
use std::fmt;
use std::io::ErrorKind;
use std::path::{Component, Path};

use super::format::RuleFile;
use super::load::RuleError;
use crate::example::{ExampleFile, SharedFiles};

/// Reads a shared file by its path from the folder of the rules; see `is_within`.
pub type ReadShared<'r> = dyn Fn(&str) -> Result<String, SharedFileError> + 'r;

/// A shared file that cannot be read.
#[derive(Debug)]
pub enum SharedFileError {
    /// The rule does not come from a folder.
    NoFolder,
    /// The path leads out of the folder of the rules.
    Outside,
    /// The file itself cannot be read, or is not UTF-8.
    Unreadable(std::io::Error),
}

impl fmt::Display for SharedFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SharedFileError::NoFolder => f.write_str("only a rule in a folder can name files"),
            SharedFileError::Outside => {
                f.write_str("the path must stay in the folder of the rules")
            }
            // The usual cause: a folder within the folder of the rules was named, or a rule in it.
            SharedFileError::Unreadable(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                f.write_str("there is no such file in the folder of rules that was named")
            }
            SharedFileError::Unreadable(error) => error.fmt(f),
        }
    }
}

impl Error for SharedFileError {}

/// Tells whether a path stays below the folder that it starts from, links aside.
pub(crate) fn is_within(path: &str) -> bool {
    let path = Path::new(path);
    let mut parts = path.components();
    // Backslashes separate folders on Windows only: a rule must mean the same everywhere.
    parts.all(
        |part| matches!(part, Component::Normal(part) if !part.as_encoded_bytes().contains(&b'\\')),
    ) && path.file_name().is_some()
}

/// Puts the texts of shared files in the place of their names, and says what is wrong with the others.
pub(super) fn inline(file: &mut RuleFile, read: &ReadShared<'_>) -> Vec<RuleError> {
    let mut errors = Vec::new();
    let examples = &mut file.examples;
    for (kind, examples) in [("bad", &mut examples.bad), ("good", &mut examples.good)] {
        for (index, example) in examples.iter_mut().enumerate() {
            for (number, file) in example.files.iter_mut().enumerate() {
                let field = format!("examples.{kind}[{index}].files[{number}]");
                inline_file(file, &field, read, &mut errors);
            }
        }
    }
    errors
}

fn inline_file(
    file: &mut ExampleFile,
    field: &str,
    read: &ReadShared<'_>,
    errors: &mut Vec<RuleError>,
) {
    let mut wrong = |field: String, message: String| {
        errors.push(RuleError {
            field,
            message,
            part: None,
        });
    };
    let Some(shared) = file.file.take() else {
        if file.text.is_empty() {
            wrong(
                field.to_owned(),
                "says neither `text` nor `file`".to_owned(),
            );
        }
        return;
    };
    if !file.text.is_empty() {
        let message = "says both `text` and `file`: leave one of them out";
        wrong(format!("{field}.file"), message.to_owned());
        return;
    }
    let is_list = matches!(shared, SharedFiles::Several(_));
    for (index, path) in shared.paths().iter().enumerate() {
        let found = match is_within(path) {
            true => read(path),
            false => Err(SharedFileError::Outside),
        };
        match found {
            Ok(part) => file.text.push_str(&part),
            Err(error) => {
                let place = match is_list {
                    true => format!("{field}.file[{index}]"),
                    false => format!("{field}.file"),
                };
                wrong(place, format!("`{path}`: {error}"));
            }
        }
    }
}
