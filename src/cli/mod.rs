//! The command line: the only room that reads files, the environment and the terminal.
//!
//! [`run`] takes all of those as arguments, so that a test can call it; [`main`] hands it the process' own. What is found
//! goes to standard output, what kept the work from being done to standard error.

mod arguments;
mod baseline;
mod cert;
mod chart;
mod check;
mod completions;
mod config;
mod decode;
mod error;
mod examples_test;
mod explain;
mod helm;
mod inputs;
mod layers;
mod limits;
mod man;
mod output;
mod own_files;
mod paths;
mod plan;
mod post_render;
mod process;
mod progress;

mod rules;
mod style;

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::Path;

use clap::error::ErrorKind;

pub use arguments::{command, example_options};
pub use process::main;

use arguments::Command;
use style::OutputStyle;

/// The exit status of the program. The figures are public: see "Exit status" in the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Nothing at or above `--fail-on`.
    Clean,
    /// There are findings.
    Findings,
    /// The work could not be done, or not all of it.
    CouldNot,
}

impl Exit {
    /// Returns the figure.
    pub fn code(self) -> u8 {
        match self {
            Exit::Clean => 0,
            Exit::Findings => 1,
            Exit::CouldNot => 2,
        }
    }
}

/// Properties of the terminal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terminal {
    /// Standard output is one.
    pub stdout: bool,
    /// Standard error is one.
    pub stderr: bool,
    /// Its width in columns.
    pub width: Option<usize>,
}

/// Everything around the program that it reads or writes, files aside.
pub struct CliContext<'w> {
    /// The command line, without the program's name.
    pub arguments: Vec<OsString>,
    /// Standard input.
    pub stdin: &'w mut dyn Read,
    /// Standard output.
    pub stdout: &'w mut dyn Write,
    /// Standard error.
    pub stderr: &'w mut dyn Write,
    /// Environment variables by name.
    pub variable: &'w dyn Fn(&str) -> Option<String>,
    /// The terminal.
    pub terminal: Terminal,
}

/// Does what the command line says.
pub fn run(mut ctx: CliContext<'_>) -> Exit {
    let parsed = match arguments::parse(&ctx) {
        Ok(parsed) => parsed,
        Err(error) => return refuse(&mut ctx, &error),
    };
    let style = OutputStyle::new(parsed.color, &ctx);
    match &parsed.command {
        Command::Check(arguments) => check::run(arguments, style, &mut ctx),
        Command::Helm(arguments) => helm::run(arguments, style, &mut ctx),
        Command::PostRender(arguments) => post_render::run(arguments, style, &mut ctx),
        Command::Baseline(arguments) => baseline::run(arguments, style, &mut ctx),
        Command::Config(arguments) => config::run(arguments, style, &mut ctx),
        Command::Rules(arguments) => rules::run(arguments, style, &mut ctx),
        Command::Cert(arguments) => cert::run(arguments, style, &mut ctx),
        Command::Explain(arguments) => explain::run(arguments, style, &mut ctx),
        Command::Completions(arguments) => completions::run(arguments, &mut ctx),
        Command::Man(arguments) => man::run(arguments, style, &mut ctx),
        Command::Layers(arguments) => layers::run(arguments, style, &mut ctx),
        Command::Limits => limits::run(&mut ctx),
    }
}

/// Prints help, version or mistakes on the command line.
fn refuse(ctx: &mut CliContext<'_>, error: &clap::Error) -> Exit {
    let style = OutputStyle::new(arguments::asked_color(&ctx.arguments), ctx);
    let text = error.render();
    if !error.use_stderr() {
        return ctx.print(Exit::Clean, |out| match style.color {
            true => write!(out, "{}", text.ansi()),
            false => write!(out, "{text}"),
        });
    }
    let mut shown = match style.error_color {
        true => text.ansi().to_string(),
        false => text.to_string(),
    };
    // `portolan customizations.yaml` is what a newcomer writes first.
    if error.kind() == ErrorKind::InvalidSubcommand
        && let Some(first) = ctx.arguments.first()
        && Path::new(first).exists()
    {
        shown.push_str(&format!(
            "\nto check a file: portolan check {}\n",
            first.to_string_lossy()
        ));
    }
    ctx.complain(&shown);
    Exit::CouldNot
}

impl CliContext<'_> {
    /// Writes to standard output. A reader that has gone away is no mistake: the status stays what it is.
    fn print(&mut self, exit: Exit, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Exit {
        let written = write(self.stdout).and_then(|()| self.stdout.flush());
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                self.complain(&format!("error: the output cannot be written: {error}\n"));
                Exit::CouldNot
            }
            _ => exit,
        }
    }

    /// Writes to standard error. Where that fails, there is nobody left to tell.
    fn complain(&mut self, text: &str) {
        let _ = self
            .stderr
            .write_all(text.as_bytes())
            .and_then(|()| self.stderr.flush());
    }

    /// Writes errors to standard error, one a line.
    fn errors(&mut self, errors: impl IntoIterator<Item = impl AsRef<str>>, style: OutputStyle) {
        for error in errors {
            let word = style.error_word();
            self.complain(&format!("{word} {}\n", style.visible(error.as_ref())));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk without room.
    struct Full;

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_report_that_cannot_be_written_is_no_success() {
        let mut errors = Vec::new();
        let exit = run(CliContext {
            arguments: ["check", "-"].map(OsString::from).to_vec(),
            stdin: &mut &b"router:\n  service:\n    type: ClusterIP\n"[..],
            stdout: &mut Full,
            stderr: &mut errors,
            variable: &|_| None,
            terminal: Terminal::default(),
        });
        assert_eq!(exit, Exit::CouldNot);
        let errors = String::from_utf8_lossy(&errors);
        assert!(errors.contains("the output cannot be written"), "{errors}");
    }
}
