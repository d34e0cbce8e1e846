//! What holds for any text and any span.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use proptest::prelude::*;

use crate::diagnostic::{
    Diagnostic, Label, ReleaseReport, Report, Requirement, RequirementVerdict, Severity, Verdict,
};
use crate::source::{Sources, Span};

use super::{Format, Options, render};

/// Texts near to what the renderers have to look out for.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z: \"'|>#{}\\[\\]=&-]{0,12}",
        2 => "\\PC{0,6}",
        1 => any::<char>().prop_map(String::from),
        1 => "[A-Za-z0-9+/]{30,90}",
        3 => prop::sample::select(vec![
            "\n", "\r\n", "\r", "\t", "\u{feff}", "\u{1b}[31m", "password: ", "  token: |\n", "kind: Secret\n", "data:\n",
            "-----BEGIN PRIVATE KEY-----", "-----END", "\"kind\": \"Secret\",", "\"data\": {", "漢字", "e\u{301}",
            "https://u:p@h", "- name: DB_PASSWORD\n", "  value: x",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// A report with a finding for each span; the spans need not lie on character boundaries.
fn report(
    sources: &mut Sources,
    texts: &[String],
    spans: &[(usize, usize, usize)],
    words: &str,
) -> Report {
    let ids: Vec<_> = texts
        .iter()
        .map(|text| sources.add("values.yaml", text.clone()))
        .collect();
    let mut places = spans.iter().map(|(file, from, to)| {
        let file = file % texts.len();
        let length = texts[file].len();
        let (from, to) = (from % (length + 1), to % (length + 1));
        Span::new(ids[file], from.min(to), from.max(to))
    });
    let mut report = Report::default();
    while let Some(span) = places.next() {
        let labels = places.by_ref().take(3).map(|span| Label {
            span,
            message: words.to_owned(),
        });
        report.diagnostics.push(Diagnostic {
            rule: "yaml-syntax".to_owned(),
            severity: Severity::Error,
            requirement: Requirement::ValuesFile,
            message: words.to_owned(),
            help: Some(words.to_owned()),
            url: Some(words.to_owned()),
            span,
            path: Some(words.to_owned()),
            object: None,
            labels: labels.collect(),
        });
    }
    report.releases.push(ReleaseReport {
        name: "values.yaml".to_owned(),
        requirements: vec![RequirementVerdict {
            requirement: Requirement::ValuesFile,
            verdict: Verdict::Undecided,
            diagnostics: 1,
            supply: vec![words.to_owned()],
        }],
        inferred: vec![words.to_owned()],
    });
    report
}

fn rendered(format: Format, report: &Report, sources: &Sources, options: &Options) -> String {
    let mut out = Vec::new();
    render(format, report, sources, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

proptest! {
    #[test]
    fn any_text_and_any_span_can_be_shown(
        texts in prop::collection::vec(text(), 1..3),
        spans in prop::collection::vec(any::<(usize, usize, usize)>(), 1..9),
        words in text(),
        width in 0usize..140,
        unicode: bool,
    ) {
        let mut sources = Sources::default();
        let report = report(&mut sources, &texts, &spans, &words);
        let options = Options { width, unicode, ..Options::default() };

        let pretty = rendered(Format::Pretty, &report, &sources, &options);
        prop_assert!(pretty.chars().all(|c| c == '\n' || !c.is_control()), "{pretty:?}");

        let plain = rendered(Format::Plain, &report, &sources, &options);
        prop_assert_eq!(plain.lines().count(), report.diagnostics.len() + 2);
        prop_assert!(plain.chars().all(|c| c == '\n' || !c.is_control()), "{plain:?}");

        let json = rendered(Format::Json, &report, &sources, &options);
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(json["diagnostics"].as_array().unwrap().len(), report.diagnostics.len());
    }

    #[test]
    fn no_format_shows_what_was_marked(before in text(), after in text(), at in any::<usize>()) {
        let secret = "Zq9~secret~material~Zq9";
        let text = format!("{before}{secret}{after}");
        let start = before.len();
        let mut sources = Sources::default();
        let id = sources.add("values.yaml", text.clone());
        sources.mark_secret(Span::new(id, start, start + secret.len()));
        let spans = [(0, start, start + secret.len()), (0, at, at)];
        let mut report = report(&mut sources, &[text], &spans, "words");
        for diagnostic in &mut report.diagnostics {
            diagnostic.span.source = id;
            diagnostic.labels.iter_mut().for_each(|label| label.span.source = id);
        }
        let options = Options { width: 200, ..Options::default() };
        let pretty = rendered(Format::Pretty, &report, &sources, &options);
        prop_assert!(!pretty.contains("Zq9") && !pretty.contains("material"), "{pretty}");
    }
}
