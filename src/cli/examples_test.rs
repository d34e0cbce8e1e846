//! `portolan rules --test` and `portolan layers --test`: the examples of a user's own files, executed.

use std::path::Path;

use super::arguments::example_options;
use super::error::finding_line;
use super::own_files::{self, Loaded, OwnFile};
use super::paths;
use super::style::OutputStyle;
use super::{CliContext, Exit};
use crate::diagnostic::Severity;
use crate::exposure::layers::{Layer, LayerSet};
use crate::report::{Style, paint};
use crate::rules::Rule;
use crate::selftest::{ExampleFailure, try_examples, try_layer};
use portolan_yaml::Issue;

/// Tries the rules of a folder, each alone.
pub(super) fn rules(folder: &Path, style: OutputStyle, ctx: &mut CliContext<'_>) -> Exit {
    let loaded = match own_files::load::<Rule>(folder) {
        Ok(loaded) => loaded,
        Err(errors) => {
            ctx.report(&errors, style);
            return Exit::CouldNot;
        }
    };
    let trials = loaded.iter().map(|loaded| {
        let file = &loaded.file.file;
        Trial {
            loaded,
            examples: file.examples.bad.len() + file.examples.good.len(),
            failures: try_examples(file, &example_options).unwrap_or_default(),
        }
    });
    report(trials.collect(), style, ctx)
}

/// Tries the layers of a folder, all of them at once before the built-in ones.
pub(super) fn layers(folder: &Path, style: OutputStyle, ctx: &mut CliContext<'_>) -> Exit {
    let loaded = match own_files::load::<Layer>(folder) {
        Ok(loaded) => loaded,
        Err(errors) => {
            ctx.report(&errors, style);
            return Exit::CouldNot;
        }
    };
    let layers = loaded.iter().map(|loaded| loaded.file.clone());
    let layers = LayerSet::with(layers.collect());
    let trials = loaded.iter().map(|loaded| {
        let examples = &loaded.file.examples;
        Trial {
            loaded,
            examples: examples.bad.len() + examples.good.len(),
            failures: try_layer(&loaded.file, &layers, &example_options),
        }
    });
    report(trials.collect(), style, ctx)
}

/// What became of the examples of one file.
struct Trial<'f, F> {
    loaded: &'f Loaded<F>,
    examples: usize,
    failures: Vec<ExampleFailure>,
}

fn report<F: OwnFile>(
    trials: Vec<Trial<'_, F>>,
    style: OutputStyle,
    ctx: &mut CliContext<'_>,
) -> Exit {
    let shown = style.report_options(false);
    let ok = paint(Style::Help, "ok    ", &shown);
    let failed = paint(Style::Of(Severity::Error), "failed", &shown);
    let mut text = String::new();
    for trial in &trials {
        let word = if trial.failures.is_empty() {
            &ok
        } else {
            &failed
        };
        let examples = counted(trial.examples, "example");
        text.push_str(&format!("{word} {} ({examples})\n", trial.loaded.file.id()));
        for failure in &trial.failures {
            add_failure(&mut text, trial.loaded, failure, style);
        }
    }
    let examples = trials.iter().map(|trial| trial.examples).sum();
    let broken: usize = trials.iter().map(|trial| trial.failures.len()).sum();
    text.push_str(&format!(
        "\n{}, {}, {broken} failed\n",
        counted(trials.len(), F::NOUN),
        counted(examples, "example")
    ));
    let exit = if broken == 0 {
        Exit::Clean
    } else {
        Exit::Findings
    };
    ctx.print(exit, |out| out.write_all(text.as_bytes()))
}

fn add_failure<F: OwnFile>(
    text: &mut String,
    loaded: &Loaded<F>,
    failure: &ExampleFailure,
    style: OutputStyle,
) {
    let name = format!("{}-example", F::NOUN);
    for mistake in &failure.mistakes {
        let message = format!("{} ({}): {mistake}", failure.example, failure.field);
        let at = format!("{}.name", failure.field);
        let Issue { place, message } = loaded.text.issue(&at, message);
        text.push_str(&finding_line(
            &paths::shown(&loaded.path),
            place,
            &name,
            &message,
            style,
        ));
    }
}

/// `1 rule`, `2 rules`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}
