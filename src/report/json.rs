//! `json`: the schema that other people's programs hold. Fields are added, never renamed, moved or taken away.

use std::borrow::Cow;
use std::io;
use std::ops::Range;

use serde::Serialize;

use crate::diagnostic::{self, Report, Requirement, Severity, Summary, Verdict};
use portolan_yaml::source::{LineColumn, Source, Sources, Span};

use super::Run;
use super::secret::redacted;

/// The number in the field `schema`: it changes when a field goes away or changes its meaning.
pub const SCHEMA_VERSION: u32 = 1;

/// The whole report.
#[derive(Serialize)]
struct JsonReport<'a> {
    schema: u32,
    tool: Tool,
    /// Sorted by file, then offset, then rule.
    diagnostics: Vec<Diagnostic<'a>>,
    /// Rows, each of a requirement and a release.
    requirements: Vec<RequirementRow<'a>>,
    summary: Summary,
    /// Reasons why the check is incomplete, only where there are some.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failures: Vec<Cow<'a, str>>,
}

/// Who wrote the report.
#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

/// A finding. What it does not have is left out, but for `labels`, which may be empty.
#[derive(Serialize)]
struct Diagnostic<'a> {
    rule: &'a str,
    severity: Severity,
    requirement: Requirement,
    message: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<Cow<'a, str>>,
    file: &'a str,
    range: FileRange,
    /// The place in the values or in the object.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<Cow<'a, str>>,
    labels: Vec<Label<'a>>,
}

/// A place that explains a finding.
#[derive(Serialize)]
struct Label<'a> {
    file: &'a str,
    range: FileRange,
    message: Cow<'a, str>,
}

/// A piece of a file; `end` is exclusive.
#[derive(Serialize)]
struct FileRange {
    start: Position,
    end: Position,
}

/// A place in a file: line and column from 1, the column in characters; the offset from 0, in bytes.
#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
    offset: usize,
}

/// A row of the verdict table.
#[derive(Serialize)]
struct RequirementRow<'a> {
    id: Requirement,
    verdict: Verdict,
    diagnostics: usize,
    /// Input that would decide it, only where it is undecided.
    #[serde(skip_serializing_if = "Option::is_none")]
    supply: Option<String>,
    /// The values file, only where there are several releases.
    #[serde(skip_serializing_if = "Option::is_none")]
    release: Option<&'a str>,
}

pub(super) fn render(
    report: &Report,
    sources: &Sources,
    run: &Run<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let several = report.releases.len() > 1;
    let requirements = report.releases.iter().flat_map(|release| {
        release.requirements.iter().map(move |row| RequirementRow {
            id: row.requirement,
            verdict: row.verdict,
            diagnostics: row.diagnostics,
            supply: (row.verdict == Verdict::Undecided && !row.supply.is_empty())
                .then(|| redacted(&row.supply.join("; "), true).into_owned()),
            release: several.then_some(release.name.as_str()),
        })
    });
    let document = JsonReport {
        schema: SCHEMA_VERSION,
        tool: Tool {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
        },
        diagnostics: report
            .diagnostics
            .iter()
            .map(|diagnostic| finding(diagnostic, sources))
            .collect(),
        requirements: requirements.collect(),
        summary: report.summary,
        failures: run
            .failures
            .iter()
            .map(|text| redacted(text, true))
            .collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn finding<'a>(diagnostic: &'a diagnostic::Diagnostic, sources: &'a Sources) -> Diagnostic<'a> {
    let labels = diagnostic.labels.iter().map(|label| Label {
        file: sources.name(label.span.source),
        range: file_range(label.span, sources),
        message: redacted(&label.message, true),
    });
    Diagnostic {
        rule: &diagnostic.rule,
        severity: diagnostic.severity,
        requirement: diagnostic.requirement,
        message: redacted(&diagnostic.message, true),
        help: diagnostic.help.as_deref().map(|help| redacted(help, true)),
        url: diagnostic.url.as_deref().map(|url| redacted(url, true)),
        file: sources.name(diagnostic.span.source),
        range: file_range(diagnostic.span, sources),
        path: diagnostic.path.as_deref().map(|path| redacted(path, true)),
        labels: labels.collect(),
    }
}

fn file_range(span: Span, sources: &Sources) -> FileRange {
    let Range { start, end } = span.range();
    let source = sources.get(span.source);
    FileRange {
        start: position(source, start),
        end: position(source, end),
    }
}

fn position(source: Option<&Source>, offset: usize) -> Position {
    let LineColumn { line, column } = source.map_or(LineColumn { line: 1, column: 1 }, |source| {
        source.line_column(offset)
    });
    Position {
        line,
        column,
        offset,
    }
}
