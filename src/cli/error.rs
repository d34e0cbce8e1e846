//! What keeps a command from its work, or from all of it.

use std::fmt;
use std::io;
use std::path::Path;

use super::CliContext;
use super::paths::shown;
use super::style::OutputStyle;
use crate::report::redacted;
use portolan_yaml::Issue;
use portolan_yaml::source::LineColumn;

/// The result of a step that can find several things wrong at once.
pub(super) type Result<T, E = Vec<Error>> = std::result::Result<T, E>;

/// One thing that keeps a command from its work.
#[derive(Debug)]
pub(super) enum Error {
    /// The call has no meaning, in a sentence.
    Call(String),
    /// Nothing that could be checked was named.
    NothingNamed(String),
    /// A file or a folder of that name cannot be used.
    File(String, FileError),
    /// Places in a file are wrong.
    Places {
        kind: FileKind,
        /// The name of the file.
        name: String,
        issues: Vec<Issue>,
    },
    /// Helm did not render the chart.
    Helm(HelmError),
    /// A check could not be made, or not as a whole, in a sentence.
    Check(String),
}

/// A file whose mistakes are reported at their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    Config,
    Baseline,
    Rule,
    Layer,
}

impl FileKind {
    /// The name that takes the place of a rule's in reports.
    fn as_str(self) -> &'static str {
        match self {
            FileKind::Config => "config",
            FileKind::Baseline => "baseline",
            FileKind::Rule => "rule-file",
            FileKind::Layer => "layer-file",
        }
    }
}

/// Why a file cannot be used. Each is said after the file's name.
#[derive(Debug)]
pub(super) enum FileError {
    /// There is no file; perhaps another was meant.
    Missing(Option<String>),
    /// There is neither a file nor a folder.
    MissingFileOrFolder,
    /// There is no folder.
    MissingFolder,
    /// There is no baseline yet.
    MissingBaseline,
    /// No Secret in it holds a certificate.
    NoCertificate,
    /// It is an input, and a report would be written over it.
    IsInput,
    /// It is something else than the baseline that would be written over it.
    NotABaseline,
    /// A folder holds no file of that kind.
    NoneOf(&'static str),
    /// A link leads nowhere.
    DanglingLink,
    /// The system does not allow it.
    Denied,
    /// It is a folder.
    Folder,
    /// It is larger than is read; the limit in words, and its name.
    TooLarge(String, &'static str),
    /// It is no UTF-8.
    NotUtf8,
    /// It cannot be read.
    Read(io::Error),
    /// It cannot be written.
    Write(io::Error),
    /// A report cannot be written to it.
    WriteReport(io::Error),
    /// A folder cannot be walked.
    Walk(ignore::Error),
    /// It is no chart that can be read, in words.
    Chart(ChartError),
}

/// Why a chart cannot be read.
#[derive(Debug)]
pub(super) enum ChartError {
    /// There is no `values.yaml`.
    NoValues,
    /// `Chart.yaml` cannot be read.
    ChartYaml(Issue),
    /// It is no archive of a chart.
    NotPacked(io::Error),
    /// An entry of the archive lies outside of it.
    LeadsOut(String),
    /// A file in it cannot be read.
    Entry(String, io::Error),
    /// Its folder cannot be walked.
    Walk(ignore::Error),
    /// A file in it is larger than so many bytes.
    EntryTooLarge(String, u64),
    /// All of it is larger than so many bytes.
    TooLarge(u64),
    /// It holds more files than that.
    TooManyFiles(usize),
    /// Its keys cannot be read, in a sentence.
    Keys(String),
}

/// Why `helm template` gave nothing.
#[derive(Debug)]
pub(super) enum HelmError {
    /// The program could not be run.
    NotRun(String, io::Error),
    /// Its output cannot be taken.
    Output(FileError),
    /// It ended with a status that says so, or by a signal.
    Status(Option<i32>),
}

impl Error {
    /// A file that cannot be used.
    pub(super) fn file(path: &Path, error: impl Into<FileError>) -> Self {
        Error::File(shown(path), error.into())
    }

    /// One sentence for each mistake, for reports that carry what went wrong.
    pub(super) fn sentences(&self) -> Vec<String> {
        match self {
            Error::Places { name, issues, .. } => issues
                .iter()
                .map(|issue| format!("{name}: {}", issue.message))
                .collect(),
            _ => vec![self.to_string()],
        }
    }
}

/// Lets `?` turn one error into a list of errors.
impl From<Error> for Vec<Error> {
    fn from(error: Error) -> Self {
        vec![error]
    }
}

impl From<ChartError> for FileError {
    fn from(error: ChartError) -> Self {
        FileError::Chart(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Call(sentence) | Error::NothingNamed(sentence) | Error::Check(sentence) => {
                f.write_str(sentence)
            }
            Error::File(name, error) => write!(f, "{name}: {error}"),
            Error::Places { .. } => f.write_str(&self.sentences().join("\n")),
            Error::Helm(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileError::Missing(None) => f.write_str("there is no such file"),
            FileError::Missing(Some(near)) => {
                write!(f, "there is no such file; did you mean `{near}`?")
            }
            FileError::MissingFileOrFolder => f.write_str("there is no such file or folder"),
            FileError::MissingFolder => f.write_str("there is no such folder"),
            FileError::MissingBaseline => {
                f.write_str("there is no such file; `portolan baseline` writes it")
            }
            FileError::NoCertificate => f.write_str("no Secret in it holds a certificate"),
            FileError::IsInput => {
                f.write_str("this is an input, and the report would be written over it")
            }
            FileError::NotABaseline => {
                f.write_str("this is not a baseline, so it is not overwritten")
            }
            FileError::NoneOf(noun) => {
                write!(f, "there is no {noun} file (*.yaml) in this folder")
            }
            FileError::DanglingLink => {
                f.write_str("is a symbolic link to a file that is not there")
            }
            FileError::Denied => f.write_str("may not be read (permission denied)"),
            FileError::Folder => f.write_str("is a folder, and a file is needed"),
            FileError::TooLarge(most, limit) => write!(
                f,
                "is larger than {most}, the most that is read of a file (the limit `{limit}`)"
            ),
            FileError::NotUtf8 => f.write_str("is not UTF-8 text"),
            FileError::Read(error) => write!(f, "cannot be read: {error}"),
            FileError::Write(error) => write!(f, "cannot be written: {error}"),
            FileError::WriteReport(error) => write!(f, "the report cannot be written: {error}"),
            FileError::Walk(error) => error.fmt(f),
            FileError::Chart(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for ChartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MIB: u64 = 1 << 20;
        match self {
            ChartError::NoValues => f.write_str("is not a chart: it has no values.yaml"),
            ChartError::ChartYaml(issue) => write!(f, "its Chart.yaml cannot be read: {issue}"),
            ChartError::NotPacked(error) => write!(
                f,
                "is not a packed chart: expected a .tgz as `helm package` makes it ({error})"
            ),
            ChartError::LeadsOut(path) => write!(f, "an entry leads out of the archive: {path}"),
            ChartError::Entry(path, error) => write!(f, "{path}: {error}"),
            ChartError::Walk(error) => error.fmt(f),
            ChartError::EntryTooLarge(path, most) => {
                write!(f, "{path} is larger than {} MiB", most / MIB)
            }
            ChartError::TooLarge(most) => write!(f, "holds more than {} MiB", most / MIB),
            ChartError::TooManyFiles(most) => write!(f, "holds more than {most} files"),
            ChartError::Keys(sentence) => f.write_str(sentence),
        }
    }
}

impl fmt::Display for HelmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HelmError::NotRun(program, error) => {
                write!(f, "`{program} template` could not be run: {error}")
            }
            HelmError::Output(error) => write!(f, "what Helm rendered {error}"),
            HelmError::Status(Some(code)) => {
                write!(f, "`helm template` ended with exit status {code}")
            }
            HelmError::Status(None) => f.write_str("`helm template` ended by a signal"),
        }
    }
}

impl std::error::Error for Error {}

impl std::error::Error for FileError {}

impl std::error::Error for ChartError {}

impl std::error::Error for HelmError {}

impl CliContext<'_> {
    /// Writes errors to standard error: within files in the form that problem matchers read.
    pub(super) fn report(&mut self, errors: &[Error], style: OutputStyle) {
        for error in errors {
            match error {
                Error::Places { kind, name, issues } => {
                    for issue in issues {
                        let message = redacted(&issue.message, style.unicode);
                        let line = finding_line(name, issue.place, kind.as_str(), &message, style);
                        self.complain(&line);
                    }
                }
                Error::NothingNamed(_) => {
                    self.errors([error.to_string()], style);
                    self.complain(
                        "\n  portolan check customizations.yaml\n  helm template carto carto/carto | portolan check -\n\n\
                         `portolan check --help` says more\n",
                    );
                }
                _ => self.errors([error.to_string()], style),
            }
        }
    }
}

/// Formats `NAME:LINE:COLUMN: error[RULE]: MESSAGE`.
pub(super) fn finding_line(
    name: &str,
    place: LineColumn,
    rule: &str,
    message: &str,
    style: OutputStyle,
) -> String {
    let LineColumn { line, column } = place;
    format!(
        "{}:{line}:{column}: error[{rule}]: {}\n",
        style.visible(name),
        style.visible(message)
    )
}
