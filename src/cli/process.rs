//! The process' own surroundings.

use std::env;
use std::io::{self, BufWriter, IsTerminal};
use std::process::ExitCode;

use super::{CliContext, Terminal, run};

/// Runs the program in its process.
pub fn main() -> ExitCode {
    let stdout = io::stdout();
    let terminal = Terminal {
        stdout: stdout.is_terminal(),
        stderr: io::stderr().is_terminal(),
        width: terminal_size::terminal_size_of(&stdout).map(|(width, _)| usize::from(width.0)),
    };
    let exit = run(CliContext {
        arguments: env::args_os().skip(1).collect(),
        stdin: &mut io::stdin().lock(),
        stdout: &mut BufWriter::new(stdout.lock()),
        stderr: &mut io::stderr().lock(),
        variable: &|name| env::var(name).ok(),
        terminal,
    });
    ExitCode::from(exit.code())
}
