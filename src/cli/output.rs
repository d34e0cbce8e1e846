//! Where reports go: standard output, or files that are written whole or not at all.
//!
//! A file is written beside its place and then renamed onto it: who reads it meanwhile sees the old report or the new one,
//! and a full disk leaves the old one untouched. What is no regular file (a pipe, `/dev/null`) is written to directly.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::arguments::CheckArguments;
use super::error::{Error, FileError};
use super::style::OutputStyle;
use super::{CliContext, Exit};
use crate::check::Outcome;
use crate::report::{self, Format};

/// A value of `--format`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OutputSpec {
    format: Format,
    file: Option<PathBuf>,
}

/// Reads `NAME` or `NAME=FILE`.
pub(super) fn wanted(text: &str) -> Result<OutputSpec, Error> {
    let (name, file) = match text.split_once('=') {
        None => (text, None),
        Some((name, "")) => return Err(Error::Call(format!("`{name}=` names no file"))),
        Some((name, file)) => (name, Some(PathBuf::from(file))),
    };
    let format = name.parse().map_err(Error::Call)?;
    Ok(OutputSpec { format, file })
}

/// A report to be written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Output {
    format: Format,
    target: OutputTarget,
}

impl Output {
    /// Tells whether the report describes the rules behind it.
    pub(super) fn describes_rules(&self) -> bool {
        self.format == Format::Sarif
    }
}

#[derive(Debug, PartialEq, Eq)]
enum OutputTarget {
    Stdout,
    File(PathBuf),
}

/// Plans which reports go where; says it, and returns nothing, where the command line contradicts itself.
pub(super) fn planned(
    arguments: &CheckArguments,
    style: OutputStyle,
    ctx: &mut CliContext<'_>,
) -> Option<Vec<Output>> {
    plan(arguments, style)
        .map_err(|errors| ctx.report(&errors, style))
        .ok()
}

/// Plans which reports go where.
///
/// # Errors
/// Sentences about two reports in one place, and about a report in place of an input.
fn plan(arguments: &CheckArguments, style: OutputStyle) -> Result<Vec<Output>, Vec<Error>> {
    let output = arguments.output.as_deref();
    let without: Vec<Format> = arguments
        .format
        .iter()
        .filter(|wanted| wanted.file.is_none())
        .map(|wanted| wanted.format)
        .collect();
    if let [first, second, ..] = without.as_slice() {
        let place = output.map_or("standard output".into(), Path::to_string_lossy);
        return Err(vec![Error::Call(format!(
            "`--format {first}` and `--format {second}` would both be written to {place}: name a file for one of them, \
             for example `--format {second}=report.{}`",
            extension(*second)
        ))]);
    }
    let target = |file: &Path| {
        let stdout = file.as_os_str() == "-" || file == Path::new("/dev/stdout");
        if stdout {
            OutputTarget::Stdout
        } else {
            OutputTarget::File(file.to_owned())
        }
    };
    let mut outputs: Vec<Output> = Vec::new();
    for wanted in &arguments.format {
        let file = wanted.file.as_deref().or(output);
        outputs.push(Output {
            format: wanted.format,
            target: file.map_or(OutputTarget::Stdout, target),
        });
    }
    if arguments.format.is_empty() {
        let target = output.map_or(OutputTarget::Stdout, target);
        let format = if style.terminal && target == OutputTarget::Stdout {
            Format::Pretty
        } else {
            Format::Plain
        };
        outputs.push(Output { format, target });
    } else if let (Some(output), true) = (output, without.is_empty()) {
        return Err(vec![Error::Call(format!(
            "`--output {}` has nothing to write: every `--format` names a file of its own",
            output.display()
        ))]);
    }
    let mut errors = twice(&outputs);
    errors.extend(
        outputs
            .iter()
            .filter_map(|output| over_input(output, arguments)),
    );
    if errors.is_empty() {
        Ok(outputs)
    } else {
        Err(errors)
    }
}

/// Returns the usual extension of files of a format.
fn extension(format: Format) -> &'static str {
    match format {
        Format::Pretty | Format::Plain | Format::Github => "txt",
        Format::Json | Format::Gitlab => "json",
        Format::Sarif => "sarif",
        Format::Junit | Format::Checkstyle => "xml",
        Format::Markdown => "md",
    }
}

fn twice(outputs: &[Output]) -> Vec<Error> {
    let mut errors = Vec::new();
    for (index, output) in outputs.iter().enumerate() {
        let mut before = outputs.iter().take(index);
        let Some(other) = before.find(|other| same(&other.target, &output.target)) else {
            continue;
        };
        let place = match &output.target {
            OutputTarget::Stdout => "standard output".into(),
            OutputTarget::File(path) => path.to_string_lossy(),
        };
        errors.push(Error::Call(format!(
            "`{}` and `{}` would both be written to {place}",
            other.format, output.format
        )));
    }
    errors
}

fn same(left: &OutputTarget, right: &OutputTarget) -> bool {
    match (left, right) {
        (OutputTarget::Stdout, OutputTarget::Stdout) => true,
        // Any number of reports may be thrown away.
        (OutputTarget::File(left), OutputTarget::File(right)) => {
            !is_special(left) && final_place(left) == final_place(right)
        }
        _ => false,
    }
}

/// A report in place of a file that was to be checked is a slip of the hand that costs the file.
fn over_input(output: &Output, arguments: &CheckArguments) -> Option<Error> {
    let OutputTarget::File(path) = &output.target else {
        return None;
    };
    let place = fs::canonicalize(path).ok().filter(|path| path.is_file())?;
    let scope = &arguments.scope;
    let inputs = scope
        .values
        .iter()
        .chain(&scope.paths)
        .chain(&arguments.baseline)
        .chain(&scope.config)
        .map(PathBuf::as_path)
        .chain(scope.options.paths());
    let mut inputs = inputs.filter_map(|input| fs::canonicalize(input).ok());
    // In a folder that is checked, a report in JSON may well be that of the last time; one in YAML is none of ours.
    let is_yaml = place
        .extension()
        .is_some_and(|name| name.eq_ignore_ascii_case("yaml") || name.eq_ignore_ascii_case("yml"));
    let is_input = |input: PathBuf| input == place || (is_yaml && place.starts_with(&input));
    inputs
        .any(is_input)
        .then(|| Error::file(path, FileError::IsInput))
}

/// Writes every report, those in files first.
pub(super) fn write(
    outputs: &[Output],
    outcome: &Outcome,
    run: &report::Run<'_>,
    verbose: bool,
    exit: Exit,
    style: OutputStyle,
    ctx: &mut CliContext<'_>,
) -> Exit {
    let mut exit = exit;
    let shown = style.report_options(verbose);
    let for_files = report::Options {
        color: false,
        links: false,
        width: report::Options::default().width,
        ..shown
    };
    let render = |format, options: &report::Options, out: &mut dyn Write| {
        report::render_run(format, &outcome.report, &outcome.sources, options, run, out)
    };
    for Output { format, target } in outputs {
        if let OutputTarget::File(path) = target {
            let mut bytes = Vec::new();
            let written =
                render(*format, &for_files, &mut bytes).and_then(|()| to_file(path, &bytes));
            if let Err(error) = written {
                ctx.report(&[Error::file(path, FileError::WriteReport(error))], style);
                exit = Exit::CouldNot;
            }
        }
    }
    for Output { format, target } in outputs {
        if *target == OutputTarget::Stdout {
            exit = ctx.print(exit, |out| render(*format, &shown, out));
        }
    }
    exit
}

/// Writes a file whole or not at all.
pub(super) fn to_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if is_special(path) {
        let mut file = OpenOptions::new().write(true).open(path)?;
        return match file.write_all(bytes) {
            // A reader that has gone away is no mistake.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written,
        };
    }
    let place = final_place(path);
    let folder = match place.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut beside = new_file(&place, folder)?;
    beside.write_all(bytes)?;
    beside.as_file().sync_all()?;
    beside.persist(&place).map_err(|error| error.error)?;
    // That the name leads to it is known to the folder alone. Where folders cannot be opened, there is no more to do.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Makes a file that goes away by itself unless it gets its name. It may be read by whoever may read the one that it
/// replaces, or by whoever the user lets read new files.
fn new_file(place: &Path, folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".portolan-");
    let old = fs::metadata(place).map(|metadata| metadata.permissions());
    if old.is_ok() {
        // What the user may not write to is not replaced either.
        OpenOptions::new().write(true).open(place)?;
    }
    #[cfg(unix)]
    let open = {
        use std::os::unix::fs::PermissionsExt as _;
        fs::Permissions::from_mode(0o666)
    };
    #[cfg(unix)]
    builder.permissions(open);
    let file = builder.tempfile_in(folder).map_err(|error| {
        let folder = folder.display();
        match error.kind() {
            io::ErrorKind::NotFound => io::Error::other(format!("there is no folder `{folder}`")),
            io::ErrorKind::PermissionDenied => {
                io::Error::other(format!("no file may be made in folder `{folder}`"))
            }
            _ => error,
        }
    })?;
    if let Ok(old) = old {
        file.as_file().set_permissions(old)?;
    }
    Ok(file)
}

/// Tells whether something is there that is not a regular file: a pipe, a device, a socket. The names that a process
/// has for its own open files are among them even where a regular file is behind one, which must not be replaced while
/// it is open.
fn is_special(path: &Path) -> bool {
    let open = ["/dev/", "/proc/"]
        .iter()
        .any(|root| path.starts_with(root));
    open || fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// Follows a path through symbolic links, also where nothing is there yet.
fn final_place(path: &Path) -> PathBuf {
    /// As many links as the kernel follows.
    const LINKS: usize = 40;
    let mut place = path.to_owned();
    for _ in 0..LINKS {
        let Ok(to) = fs::read_link(&place) else {
            break;
        };
        // A path that is absolute takes the place of the other.
        place = place.parent().unwrap_or(Path::new("")).join(to);
    }
    let folder = match place.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    match (fs::canonicalize(folder), place.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => place,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_every_format() {
        let mut command = super::super::command();
        let check = command.find_subcommand_mut("check");
        let help = check.map(|check| check.render_long_help().to_string());
        let help = help.unwrap_or_default().replace('\n', " ");
        for format in Format::ALL {
            assert!(help.contains(format.as_str()), "{format}");
        }
    }

    #[test]
    fn a_name_of_a_format_may_bring_a_file() {
        let file = |name: &str| Some(PathBuf::from(name));
        let wanted = |text: &str| wanted(text).ok().map(|wanted| (wanted.format, wanted.file));
        assert_eq!(wanted("json"), Some((Format::Json, None)));
        assert_eq!(
            wanted("json=a=b.json"),
            Some((Format::Json, file("a=b.json")))
        );
        assert_eq!(wanted("json="), None);
        assert_eq!(wanted("=a"), None);
    }
}
