//! `gitlab`: GitLab's Code Quality report, a JSON list of findings.
//!
//! The fields are those that GitLab's documentation names ("Code Quality", "Implement a custom tool"); it ignores all others.
//! There is no field for a verdict, so what could not be decided is not in here: `junit` says it.

use std::io;

use serde::Serialize;

use crate::diagnostic::{Report, Severity};
use crate::fingerprint::fingerprints;
use portolan_yaml::source::Sources;

use super::Run;
use super::file_name::relative;
use super::glyph::escaped;
use super::region::{ColumnUnit, region};
use super::secret::redacted;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

pub(super) fn render(
    report: &Report,
    sources: &Sources,
    run: &Run<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let prints = fingerprints(report, sources, |name| relative(name, run.folder));
    let issues: Vec<Issue<'_>> = report
        .diagnostics
        .iter()
        .zip(prints)
        .map(|(found, fingerprint)| {
            let lines = region(found.span, sources, ColumnUnit::Characters);
            Issue {
                description: escaped(&redacted(&found.message, true)),
                check_name: &found.rule,
                fingerprint,
                severity: severity(found.severity),
                location: Location {
                    path: relative(sources.name(found.span.source), run.folder),
                    lines: Lines {
                        begin: lines.start.line,
                        end: lines.end.line,
                    },
                },
            }
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    writeln!(out)
}

/// Maps to GitLab's own levels: info, minor, major, critical and blocker. CARTO is out of reach after an error.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "critical",
        Severity::Warning => "major",
        Severity::Note => "info",
    }
}
