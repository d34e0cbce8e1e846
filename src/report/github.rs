//! `github`: workflow commands, which GitHub Actions shows as annotations on the lines of a change.
//!
//! ```text
//! ::error file=customizations.yaml,line=14,endLine=14,col=73,endColumn=77,title=timeout-too-short::the load balancer …
//! ::notice file=customizations.yaml,title=certificate-chain is undecided::supply `--tls-cert`
//! ```
//!
//! A command is one line. Its text and its properties are percent-escaped as the runner undoes it (`actions/toolkit`,
//! `command.ts`), so that nothing in a file can begin a command of its own. Columns are given for spans on one line only:
//! the runner drops them for any other.

use std::borrow::Cow;
use std::io;

use crate::diagnostic::{Report, Severity, Verdict};
use portolan_yaml::source::Sources;

use super::file_name::relative;
use super::glyph::escaped;
use super::region::{ColumnUnit, region};
use super::secret::redacted;
use super::{Run, tally};

pub(super) fn render(
    report: &Report,
    sources: &Sources,
    run: &Run<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    for found in &report.diagnostics {
        let at = region(found.span, sources, ColumnUnit::Characters);
        let mut properties = vec![
            (
                "file",
                relative(sources.name(found.span.source), run.folder),
            ),
            ("line", at.start.line.to_string()),
            ("endLine", at.end.line.to_string()),
        ];
        if at.start.line == at.end.line {
            properties.push(("col", at.start.column.to_string()));
            properties.push(("endColumn", at.end.column.to_string()));
        }
        properties.push(("title", found.rule.clone()));
        let mut text = shown(&found.message);
        if let Some(help) = &found.help {
            text.push_str("\nhelp: ");
            text.push_str(&shown(help));
        }
        command(kind(found.severity), &properties, &text, out)?;
    }
    for release in &report.releases {
        let file = sources
            .iter()
            .any(|(_, source)| source.name() == release.name)
            .then(|| relative(&release.name, run.folder));
        for row in &release.requirements {
            if row.verdict != Verdict::Undecided {
                continue;
            }
            let mut properties = Vec::new();
            properties.extend(file.clone().map(|file| ("file", file)));
            properties.push(("title", format!("{} is undecided", row.requirement)));
            let mut text = row.requirement.title().to_owned();
            if !row.supply.is_empty() {
                text = shown(&row.supply.join("; "));
            }
            if file.is_none() {
                text = format!("{}: {text}", shown(&release.name));
            }
            command("notice", &properties, &text, out)?;
        }
    }
    for failure in run.failures {
        let title = [("title", "not everything could be checked".to_owned())];
        command("error", &title, &shown(failure), out)?;
    }
    // No text of a file is in this line.
    let verdicts = tally::verdicts(report);
    let findings = tally::findings(&report.summary);
    writeln!(
        out,
        "portolan: {findings}; checked {}{}{verdicts}",
        tally::checked(&report.summary),
        if verdicts.is_empty() {
            ""
        } else {
            "; requirements: "
        },
    )
}

fn kind(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    }
}

/// Escapes a text for the terminal: its line breaks stay, and nothing else that a terminal would obey.
fn shown(text: &str) -> String {
    let text = redacted(text, true);
    let lines: Vec<String> = text.trim_end().lines().map(escaped).collect();
    lines.join("\n")
}

fn command(
    name: &str,
    properties: &[(&str, String)],
    text: &str,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let properties: Vec<String> = properties
        .iter()
        .map(|(name, value)| format!("{name}={}", in_property(&escaped(value))))
        .collect();
    writeln!(out, "::{name} {}::{}", properties.join(","), in_data(text))
}

/// Escapes the data of a workflow command; `%` first, or it would be escaped twice.
fn in_data(text: &str) -> Cow<'_, str> {
    if !text.contains(['%', '\r', '\n']) {
        return Cow::Borrowed(text);
    }
    let text = text.replace('%', "%25");
    Cow::Owned(text.replace('\r', "%0D").replace('\n', "%0A"))
}

fn in_property(text: &str) -> String {
    in_data(text).replace(':', "%3A").replace(',', "%2C")
}
