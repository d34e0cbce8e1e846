//! `portolan rules --test`: the examples of a user's own rules, executed.

use std::path::Path;

use super::arguments::example_options;
use super::error::finding_line;
use super::paths;
use super::rule_folder::{self, Loaded};
use super::style::OutputStyle;
use super::{CliContext, Exit};
use crate::diagnostic::Severity;
use crate::report::{Style, paint};
use crate::selftest::try_examples;
use portolan_yaml::Issue;

pub(super) fn run(folder: &Path, style: OutputStyle, ctx: &mut CliContext<'_>) -> Exit {
    let loaded = match rule_folder::load(folder) {
        Ok(loaded) => loaded,
        Err(errors) => {
            ctx.report(&errors, style);
            return Exit::CouldNot;
        }
    };
    let shown = style.report_options(false);
    let ok = paint(Style::Help, "ok    ", &shown);
    let failed = paint(Style::Of(Severity::Error), "failed", &shown);
    let mut text = String::new();
    let mut examples = 0;
    let mut broken = 0;
    for Loaded {
        path,
        text: source,
        rule,
    } in &loaded
    {
        let file = &rule.file;
        let count = file.examples.bad.len() + file.examples.good.len();
        examples += count;
        let failures = try_examples(file, &example_options).unwrap_or_default();
        broken += failures.len();
        let word = if failures.is_empty() { &ok } else { &failed };
        text.push_str(&format!(
            "{word} {} ({})\n",
            file.id,
            counted(count, "example")
        ));
        for failure in failures {
            for mistake in &failure.mistakes {
                let message = format!("{} ({}): {mistake}", failure.example, failure.field);
                let Issue { place, message } =
                    source.issue(&format!("{}.name", failure.field), message);
                text.push_str(&finding_line(
                    &paths::shown(path),
                    place,
                    "rule-example",
                    &message,
                    style,
                ));
            }
        }
    }
    text.push_str(&format!(
        "\n{}, {}, {broken} failed\n",
        counted(loaded.len(), "rule"),
        counted(examples, "example")
    ));
    let exit = if broken == 0 {
        Exit::Clean
    } else {
        Exit::Findings
    };
    ctx.print(exit, |out| out.write_all(text.as_bytes()))
}

/// `1 rule`, `2 rules`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}
