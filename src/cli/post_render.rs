//! `portolan post-render`: the gate between Helm's rendering and the cluster.
//!
//! Helm hands the rendered manifests to a post-renderer, and installs what that writes. This one writes what it read, or
//! nothing and a status other than 0, at which Helm stops.

use std::io;

use clap::{Args, Command};

use super::arguments::CheckArguments;
use super::check::Ending;
use super::decode::decode;
use super::inputs::read_bounded;
use super::look::Look;
use super::{Exit, Surroundings, check, output, rule_folder};
use crate::check::{Input, Outcome, Role};

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
const ABOUT_VALUES: [&str; 8] = [
    "paths",
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
    look: Look,
    around: &mut Surroundings<'_>,
) -> Exit {
    let shared = &arguments.check;
    // Standard output belongs to the manifests.
    let look = look.on_stderr(around);
    let told = &shared.circumstances;
    if !shared.paths.is_empty()
        || !shared.values.is_empty()
        || !told.set.is_empty()
        || !told.set_string.is_empty()
    {
        let message =
            "post-render checks the manifests on standard input: it takes neither paths nor values";
        around.errors([message], look);
        return Exit::CouldNot;
    }
    let outputs = match output::plan(shared, look) {
        Ok(outputs) => outputs,
        Err(errors) => {
            around.errors(errors, look);
            return Exit::CouldNot;
        }
    };
    let mut own = None;
    let rules = match rule_folder::chosen(shared.rules.as_deref(), &mut own) {
        Ok(rules) => rules,
        Err(errors) => {
            rule_folder::report(&errors, look, around);
            return Exit::CouldNot;
        }
    };
    let options = match check::prepared(shared, rules) {
        Ok(options) => options,
        Err(errors) => {
            around.errors(errors, look);
            return Exit::CouldNot;
        }
    };
    let bytes = match read_bounded(around.stdin, &options.limits) {
        Ok(bytes) => bytes,
        Err(error) => {
            around.errors([format!("<stdin>: {error}")], look);
            return Exit::CouldNot;
        }
    };
    let (text, not_utf8) = decode(bytes.clone());
    // A chart may render nothing, and nothing is wrong with nothing. (Helm 4 itself refuses an empty answer.)
    let exit = if check::is_blank(&text) {
        Exit::Clean
    } else {
        let input = Input {
            name: "<stdin>".to_owned(),
            text,
            not_utf8,
            role: Role::Rendered,
        };
        let outcome = crate::check::check(vec![input], &options, rules);
        let ending = Ending {
            arguments: shared,
            outputs: &outputs,
            rules,
            look,
        };
        judge(&ending, &outcome, around)
    };
    if exit != Exit::Clean {
        return exit;
    }
    around.print(exit, |out| out.write_all(&bytes))
}

/// Writes the report to standard error.
fn judge(ending: &Ending<'_>, outcome: &Outcome, around: &mut Surroundings<'_>) -> Exit {
    if check::is_nothing(outcome) {
        let message = "nothing to check: standard input holds no Kubernetes object";
        around.errors([message], ending.look);
        return Exit::CouldNot;
    }
    let mut report = Vec::new();
    let mut inner = Surroundings {
        arguments: Vec::new(),
        stdin: &mut io::empty(),
        stdout: &mut report,
        stderr: &mut *around.stderr,
        variable: around.variable,
        terminal: around.terminal,
    };
    let exit = ending.conclude(outcome, Vec::new(), &mut inner);
    around.complain(&String::from_utf8_lossy(&report));
    exit
}
