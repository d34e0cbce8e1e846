//! `portolan post-render`: the gate between Helm's rendering and the cluster.
//!
//! Helm hands the rendered manifests to a post-renderer, and installs what that writes. This one writes what it read, or
//! nothing and a status other than 0, at which Helm stops.

use std::io;

use clap::{Args, Command};

use super::arguments::CheckArguments;
use super::check::ExitPolicy;
use super::decode::decode;
use super::error::Error;
use super::inputs::{Gathered, LoadedFile, STDIN, read_bounded};
use super::plan::plan_of;
use super::style::OutputStyle;
use super::{CliContext, Exit, check, output};
use crate::check::{Input, Role};

pub(super) const EXAMPLES: &str = "\
Examples:
  Helm 3 runs a program:
    helm upgrade --install carto carto/carto -f customizations.yaml \\
      --post-renderer portolan --post-renderer-args post-render

  Helm 4 runs a plugin, see docs/integrations/helm.md:
    helm upgrade --install carto carto/carto -f customizations.yaml \\
      --post-renderer portolan-post-render

Exit status:
  0  nothing at or above --fail-on; the manifests were passed on
  1  findings; nothing was passed on
  2  could not check; nothing was passed on";

#[derive(Debug, Args)]
pub(super) struct PostRenderArguments {
    #[command(flatten)]
    check: CheckArguments,
}

/// Options of `portolan check` that are about values and paths: there are none here.
const ABOUT_VALUES: [&str; 10] = [
    "paths",
    "skip_unrelated",
    "release",
    "values",
    "chart",
    "chart_version",
    "set",
    "set_string",
    "release_name",
    "namespace",
];

/// Hides what has no meaning for manifests on standard input.
pub(super) fn fit(command: Command) -> Command {
    ABOUT_VALUES.into_iter().fold(command, |command, id| {
        command.mut_arg(id, |argument| argument.hide(true))
    })
}

pub(super) fn run(
    arguments: &PostRenderArguments,
    style: OutputStyle,
    ctx: &mut CliContext<'_>,
) -> Exit {
    let shared = &arguments.check;
    // Standard output belongs to the manifests.
    let style = style.on_stderr(ctx);
    let told = &shared.scope.options;
    if !shared.scope.paths.is_empty()
        || !shared.scope.values.is_empty()
        || told.set_values().next().is_some()
    {
        let message =
            "post-render checks the manifests on standard input: it takes neither paths nor values";
        ctx.errors([message], style);
        return Exit::CouldNot;
    }
    let Some(outputs) = output::planned(shared, style, ctx) else {
        return Exit::CouldNot;
    };
    let bytes = match read_bounded(ctx.stdin, &shared.scope.limits()) {
        Ok(bytes) => bytes,
        Err(error) => {
            ctx.report(&[Error::File(STDIN.to_owned(), error)], style);
            return Exit::CouldNot;
        }
    };
    let (text, not_utf8) = decode(bytes.clone());
    // A chart may render nothing, and nothing is wrong with nothing. (Helm 4 itself refuses an empty answer.)
    let exit = if check::is_blank(&text) {
        Exit::Clean
    } else {
        let input = Input {
            name: STDIN.to_owned(),
            text,
            not_utf8,
            role: Role::Rendered,
        };
        let ending = ExitPolicy {
            arguments: shared,
            outputs: &outputs,
            style,
        };
        judge(&ending, input, ctx)
    };
    if exit != Exit::Clean {
        return exit;
    }
    ctx.print(exit, |out| out.write_all(&bytes))
}

/// Checks the manifests, and writes the report to standard error.
fn judge(ending: &ExitPolicy<'_>, input: Input, ctx: &mut CliContext<'_>) -> Exit {
    let gathered = Gathered {
        found: vec![LoadedFile { input, path: None }],
        ..Gathered::default()
    };
    let Some(plan) = plan_of(&ending.arguments.scope, gathered, ending.style, ctx) else {
        return Exit::CouldNot;
    };
    let mut report = Vec::new();
    let mut inner = CliContext {
        arguments: Vec::new(),
        stdin: &mut io::empty(),
        stdout: &mut report,
        stderr: &mut *ctx.stderr,
        variable: ctx.variable,
        terminal: ctx.terminal,
    };
    let exit = ending.conclude(plan, Vec::new(), &mut inner);
    ctx.complain(&String::from_utf8_lossy(&report));
    exit
}
