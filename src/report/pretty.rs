//! `pretty`: for the person who has to change something now, and has never heard of this tool.
//!
//! Each finding says what is wrong, shows where, and says what to do and where the documentation asks for it. Then, for each
//! release, a row a requirement: also what is met, what could not be decided, and what was assumed. The last line
//! counts what was looked at, so that an empty report cannot be taken for a good one.

use std::io;

use crate::diagnostic::{Diagnostic, ReleaseReport, Report, RequirementVerdict, Severity, Verdict};
use portolan_yaml::source::Sources;

use super::secret::{Masks, redacted};
use super::style::{Style, link, paint, verdict_sign};
use super::{Options, frame, glyph, tally};

/// The longest id of a requirement.
const ID_CELLS: usize = 19;

/// The longest word for a verdict, `not applicable`.
const WORD_CELLS: usize = 14;

/// From this width on each row also says what the requirement demands.
const WIDE: usize = 106;

pub(super) fn render(
    report: &Report,
    sources: &Sources,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    findings(report, sources, options, out)?;
    let mut text = String::new();
    for release in &report.releases {
        text.clear();
        verdicts(release, report.releases.len() > 1, options, &mut text);
        text.push('\n');
        out.write_all(text.as_bytes())?;
    }
    text.clear();
    last_lines(report, options, &mut text);
    out.write_all(text.as_bytes())
}

/// Writes the findings alone, each with its snippets and its help.
pub(crate) fn findings(
    report: &Report,
    sources: &Sources,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut masks = Masks::new(sources);
    let mut text = String::new();
    for diagnostic in &report.diagnostics {
        text.clear();
        headline(diagnostic, options, &mut text);
        frame::push(diagnostic, sources, &mut masks, options, &mut text);
        text.push('\n');
        out.write_all(text.as_bytes())?;
    }
    Ok(())
}

fn width(options: &Options) -> usize {
    options.width.max(40)
}

/// Writes `error[timeout-too-short]: …`, wrapped.
fn headline(diagnostic: &Diagnostic, options: &Options, out: &mut String) {
    let rule = glyph::visible(&diagnostic.rule, options.unicode);
    let head = format!("{}[{rule}]", diagnostic.severity);
    let used = glyph::cells(&head) + 2;
    out.push_str(&paint(Style::Of(diagnostic.severity), &head, options));
    out.push_str(": ");
    let message = redacted(&diagnostic.message, options.unicode);
    let room = width(options);
    let lines = glyph::wrap(
        &message,
        room.saturating_sub(used),
        room - 2,
        options.unicode,
    );
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            out.push_str("  ");
        }
        out.push_str(&paint(Style::Strong, line, options));
        out.push('\n');
    }
}

/// Writes the verdict table of a release, and what was inferred about it.
fn verdicts(release: &ReleaseReport, several: bool, options: &Options, out: &mut String) {
    let name = glyph::visible(&release.name, options.unicode);
    let title = if several || !name.is_empty() {
        format!("Requirements of {name}")
    } else {
        "Requirements".to_owned()
    };
    out.push_str(&paint(Style::Strong, &title, options));
    out.push('\n');
    let mut said = Vec::new();
    for row in &release.requirements {
        verdict(row, &mut said, options, out);
    }
    for sentence in &release.inferred {
        entry("inferred: ", sentence, 2, Style::Faint, options, out);
    }
}

/// Writes one row. Input that several rows lack is asked for once.
fn verdict<'r>(
    row: &'r RequirementVerdict,
    said: &mut Vec<&'r str>,
    options: &Options,
    out: &mut String,
) {
    let style = Style::Verdict(row.verdict);
    let word = match row.verdict {
        Verdict::NotApplicable => "not applicable",
        other => other.as_str(),
    };
    let sign = verdict_sign(row.verdict, options);
    let head = paint(style, &format!("{sign} {word:<WORD_CELLS$}"), options);
    let mut notes: Vec<(Style, String)> = Vec::new();
    let findings = (row.diagnostics > 0).then(|| tally::count(row.diagnostics, "finding"));
    let titled = options.verbose || options.width >= WIDE;
    let title = titled.then(|| row.requirement.title());
    match (title, findings) {
        (Some(title), Some(findings)) => notes.push((Style::Text, format!("{title} ({findings})"))),
        (Some(title), None) => notes.push((Style::Faint, title.to_owned())),
        (None, Some(findings)) => notes.push((Style::Text, findings)),
        (None, None) => {}
    }
    let granted = match row.verdict {
        Verdict::Met => "assumed: ",
        _ => "",
    };
    let mut repeated = false;
    for supply in &row.supply {
        if said.contains(&supply.as_str()) {
            repeated = true;
        } else {
            said.push(supply);
            notes.push((Style::Text, format!("{granted}{supply}")));
        }
    }
    if repeated {
        notes.push((Style::Faint, "as above".to_owned()));
    }

    let hang = 2 + 2 + WORD_CELLS + 2 + ID_CELLS + 2;
    let room = width(options).saturating_sub(hang).max(16);
    let id = row.requirement.as_str();
    let mut lines = Vec::new();
    for (style, note) in &notes {
        let note = redacted(note, options.unicode);
        // Continued lines stand deeper, so that one sees where the next note begins.
        for (index, line) in glyph::wrap(&note, room, room - 2, options.unicode)
            .iter()
            .enumerate()
        {
            let pad = if index > 0 { "  " } else { "" };
            lines.push(format!("{pad}{}", paint(*style, line, options)));
        }
    }
    let mut lines = lines.into_iter();
    match lines.next() {
        None => out.push_str(&format!("  {head}  {id}\n")),
        Some(first) => out.push_str(&format!("  {head}  {id:<ID_CELLS$}  {first}\n")),
    }
    for line in lines {
        out.push_str(&format!("{}{line}\n", " ".repeat(hang)));
    }
}

/// Writes a wrapped sentence behind a word.
fn entry(word: &str, text: &str, indent: usize, style: Style, options: &Options, out: &mut String) {
    let hang = indent + glyph::cells(word);
    let room = width(options).saturating_sub(hang);
    let text = redacted(text, options.unicode);
    out.push_str(&" ".repeat(indent));
    out.push_str(&paint(style, word, options));
    for (index, line) in glyph::wrap(&text, room, room, options.unicode)
        .iter()
        .enumerate()
    {
        if index > 0 {
            out.push_str(&" ".repeat(hang));
        }
        out.push_str(line);
        out.push('\n');
    }
}

/// Writes the summary: what was found, what was looked at, and what to do next.
fn last_lines(report: &Report, options: &Options, out: &mut String) {
    let summary = &report.summary;
    let style = if summary.errors > 0 {
        Style::Of(Severity::Error)
    } else if summary.warnings > 0 {
        Style::Of(Severity::Warning)
    } else {
        Style::Strong
    };
    let findings = tally::findings(summary);
    let mut rest = format!("; checked {}", tally::checked(summary));
    let undecided = tally::number_of(report, Verdict::Undecided);
    let violated = tally::number_of(report, Verdict::Violated);
    if undecided > 0 {
        let verb = if undecided == 1 { "is" } else { "are" };
        rest.push_str(&format!(
            "; {} {verb} undecided, see above what to supply",
            tally::count(undecided, "requirement")
        ));
    } else if violated == 0 && !report.releases.is_empty() {
        rest.push_str("; every requirement that applies is met");
    }
    let room = width(options);
    let line = format!("{findings}{rest}");
    for (index, line) in glyph::wrap(&line, room, room - 2, options.unicode)
        .iter()
        .enumerate()
    {
        match line.strip_prefix(&findings).filter(|_| index == 0) {
            Some(rest) => {
                out.push_str(&paint(style, &findings, options));
                out.push_str(rest);
            }
            None if index == 0 => out.push_str(line),
            None => out.push_str(&format!("  {line}")),
        }
        out.push('\n');
    }
    let mut urls: Vec<&str> = Vec::new();
    for url in report
        .diagnostics
        .iter()
        .filter_map(|found| found.url.as_deref())
    {
        if !url.is_empty() && !urls.contains(&url) {
            urls.push(url);
        }
    }
    for url in urls {
        let url = redacted(url, options.unicode);
        let url = link(&glyph::visible(&url, options.unicode), options);
        out.push_str(&format!(
            "{} {url}\n",
            paint(Style::Faint, "documentation:", options)
        ));
    }
    if let Some(first) = report.diagnostics.first() {
        let rule = glyph::visible(&first.rule, options.unicode);
        let hint = format!("portolan explain {rule}: why, with a good and a bad example");
        out.push_str(&paint(Style::Faint, &hint, options));
        out.push('\n');
    }
}
