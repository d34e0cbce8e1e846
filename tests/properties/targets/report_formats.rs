//! Any findings about any texts, in every format: `finding` parts say where, and their text is the message.

use portolan::diagnostic::{
    Diagnostic, Label, ReleaseReport, Report, Requirement, RequirementVerdict, Severity, Verdict,
};
use portolan::report::Options;
use portolan_yaml::source::{SourceId, Sources, Span};

use super::formats::{assert_formats, every_format};
use super::sections::{Section, of_kind, sections};

pub fn run(data: &[u8]) {
    let sections = sections(data, "file");
    let mut sources = Sources::default();
    let mut files = Vec::new();
    for section in of_kind(&sections, "file") {
        let name = if section.name.is_empty() {
            "values.yaml"
        } else {
            section.name
        };
        files.push(sources.add(name, section.text()));
    }
    let Some(first) = files.first().copied() else {
        return;
    };
    for section in of_kind(&sections, "secret") {
        if let Some(span) = spans(section, &sources, &files, first).first() {
            sources.mark_secret(*span);
        }
    }
    let mut report = Report::default();
    for section in of_kind(&sections, "finding") {
        report
            .diagnostics
            .extend(finding(section, &sources, &files, first));
    }
    for section in of_kind(&sections, "release") {
        report.releases.push(release(section));
    }
    for look in looks(&sections) {
        assert_formats(data, &report, &sources, &look);
        let twice = [(); 2].map(|()| every_format(&report, &sources, &look));
        assert_eq!(twice[0], twice[1], "shown twice");
    }
}

/// Wide and narrow, with and without what a terminal can do.
fn looks(sections: &[Section<'_>]) -> [Options; 2] {
    let width = of_kind(sections, "width").next();
    let width = width.and_then(|section| section.name.parse().ok());
    [
        Options {
            width: width.unwrap_or(80),
            ..Options::default()
        },
        Options {
            width: 40,
            color: true,
            links: true,
            unicode: false,
            verbose: true,
        },
    ]
}

/// `FROM..TO` in the first file, or `FILE:FROM..TO`: several are the place and its labels.
///
/// They are moved to character boundaries: what asks for a finding promises that.
fn spans(
    section: Section<'_>,
    sources: &Sources,
    files: &[SourceId],
    first: SourceId,
) -> Vec<Span> {
    let words = section.name.split(' ').take(6);
    let span = |word: &str| {
        let (file, range) = word.split_once(':').unwrap_or(("0", word));
        let file: usize = file.parse().ok()?;
        let file = files.get(file).copied().unwrap_or(first);
        let (from, to) = range.split_once("..")?;
        let text = sources.text(file);
        let at = |word: &str| Some(text.floor_char_boundary(word.parse::<usize>().ok()?));
        Some(Span::new(file, at(from)?, at(to)?))
    };
    words.filter_map(span).collect()
}

fn finding(
    section: Section<'_>,
    sources: &Sources,
    files: &[SourceId],
    first: SourceId,
) -> Option<Diagnostic> {
    let words = section.text();
    let (message, help) = words.split_once('\n').unwrap_or((&words, ""));
    let spans = spans(section, sources, files, first);
    let (span, labels) = spans.split_first()?;
    let severities = [Severity::Error, Severity::Warning, Severity::Note];
    Some(Diagnostic {
        rule: "yaml-syntax".to_owned(),
        severity: severities[words.len() % severities.len()],
        requirement: Requirement::ValuesFile,
        message: message.to_owned(),
        help: (!help.is_empty()).then(|| help.to_owned()),
        url: None,
        span: *span,
        path: words.len().is_multiple_of(2).then(|| message.to_owned()),
        object: words.len().is_multiple_of(5).then(|| message.to_owned()),
        labels: labels
            .iter()
            .map(|span| Label {
                span: *span,
                message: message.to_owned(),
            })
            .collect(),
    })
}

fn release(section: Section<'_>) -> ReleaseReport {
    let words = section.text();
    let verdicts = [
        Verdict::Met,
        Verdict::Violated,
        Verdict::Undecided,
        Verdict::NotApplicable,
    ];
    let row = |(index, requirement)| RequirementVerdict {
        requirement,
        verdict: verdicts[(index + words.len()) % verdicts.len()],
        diagnostics: index % 3,
        supply: words.lines().take(index).map(str::to_owned).collect(),
    };
    ReleaseReport {
        name: section.name.to_owned(),
        requirements: Requirement::ALL.into_iter().enumerate().map(row).collect(),
        inferred: words.lines().map(str::to_owned).collect(),
    }
}
