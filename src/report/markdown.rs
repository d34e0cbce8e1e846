//! `markdown`: a summary for the comment on a pull request or for a job's page.
//!
//! First the verdicts, then each finding with a link to its line and what fixes it; everything else is behind a fold. All
//! text of files is written so that it cannot become markup (see `markup`).

use std::io;

use crate::diagnostic::{Diagnostic, ReleaseReport, Report, RequirementVerdict, Severity, Verdict};
use portolan_yaml::source::{Sources, Span};

use super::file_name::{encoded, relative};
use super::{Run, markup, tally};

/// GitHub takes comments of 65,536 characters; what is left out of a longer one is counted.
const LONGEST: usize = 60_000;

pub(super) fn render(
    report: &Report,
    sources: &Sources,
    run: &Run<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let page = MarkdownWriter { sources, run };
    let mut text = format!(
        "## Portolan: {}\n\nChecked {}.\n",
        tally::findings(&report.summary),
        tally::checked(&report.summary)
    );
    let failures = run
        .failures
        .iter()
        .map(|failure| format!("\n> Not checked: {}\n", markup::inline(failure)));
    append(&mut text, failures, LONGEST / 6, "input");
    let tables = report.releases.iter().map(|release| page.table(release));
    append(&mut text, tables, LONGEST / 2, "release");
    let findings = report.diagnostics.iter().map(|found| page.finding(found));
    append(&mut text, findings, LONGEST, "finding");
    out.write_all(text.as_bytes())
}

/// Appends sections as long as the text stays short enough, and says how many there are besides.
fn append(
    text: &mut String,
    mut sections: impl ExactSizeIterator<Item = String>,
    longest: usize,
    noun: &str,
) {
    while let Some(section) = sections.next() {
        if text.len() + section.len() > longest {
            let left = tally::count(sections.len() + 1, &format!("more {noun}"));
            text.push_str(&format!("\n…and {left} that would make this too long.\n"));
            return;
        }
        text.push_str(&section);
    }
}

struct MarkdownWriter<'a> {
    sources: &'a Sources,
    run: &'a Run<'a>,
}

impl MarkdownWriter<'_> {
    fn table(&self, release: &ReleaseReport) -> String {
        let name = markup::code(&relative(&release.name, self.run.folder));
        let mut text = format!("\n### Requirements of {name}\n\n");
        text.push_str("| | requirement | verdict | |\n|---|---|---|---|\n");
        for row in &release.requirements {
            let (sign, verdict) = sign(row.verdict);
            text.push_str(&format!(
                "| {sign} | {} | {verdict} | {} |\n",
                row.requirement,
                remark(row)
            ));
        }
        text
    }

    fn finding(&self, found: &Diagnostic) -> String {
        let sign = match found.severity {
            Severity::Error => "❌",
            Severity::Warning => "⚠️",
            Severity::Note => "ℹ️",
        };
        let mut text = format!(
            "\n#### {sign} {}: {} in {}\n\n{}\n",
            found.severity,
            markup::inline(&found.rule),
            self.link(found.span),
            markup::inline(&found.message)
        );
        let mut details = String::new();
        match found.help.as_deref().map(str::trim_end) {
            // A few lines of YAML keep their form.
            Some(help) if help.contains('\n') => {
                details.push_str(&format!("\n{}\n", markup::block(help)));
            }
            Some(help) => text.push_str(&format!("\n**Help:** {}\n", markup::inline(help))),
            None => {}
        }
        let mut places = String::new();
        for label in &found.labels {
            let words = markup::inline(&label.message);
            places.push_str(&format!("- {}: {words}\n", self.link(label.span)));
        }
        if let Some(path) = found.path.as_deref().filter(|path| !path.is_empty()) {
            places.push_str(&format!("- place: {}\n", markup::code(path)));
        }
        if let Some(object) = &found.object {
            places.push_str(&format!("- object: {}\n", markup::inline(object)));
        }
        if let Some(url) = found.url.as_deref().and_then(markup::address) {
            places.push_str(&format!("- [documentation]({url})\n"));
        }
        if !places.is_empty() {
            details.push_str(&format!("\n{places}"));
        }
        if !details.is_empty() {
            text.push_str(&format!(
                "\n<details><summary>details</summary>\n{details}\n</details>\n"
            ));
        }
        text
    }

    fn link(&self, span: Span) -> String {
        let line = self.sources.line_column(span).line;
        let file = relative(self.sources.name(span.source), self.run.folder);
        let words = markup::code(&format!("{file}:{line}"));
        format!("[{words}]({}#L{line})", encoded(&file))
    }
}

fn sign(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Met => ("✅", "met"),
        Verdict::Violated => ("❌", "**violated**"),
        Verdict::Undecided => ("❔", "**undecided**"),
        Verdict::NotApplicable => ("➖", "not applicable"),
    }
}

fn remark(row: &RequirementVerdict) -> String {
    let supply = markup::inline(&row.supply.join("; "));
    match row.verdict {
        Verdict::Violated if row.diagnostics > 0 => tally::count(row.diagnostics, "finding"),
        Verdict::Undecided => supply,
        Verdict::Met if !supply.is_empty() => format!("assumed: {supply}"),
        _ => String::new(),
    }
}
