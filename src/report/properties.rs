//! What holds for any text and any span.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use proptest::prelude::*;

use crate::diagnostic::{
    Diagnostic, Label, ReleaseReport, Report, Requirement, RequirementVerdict, RuleEntry, Severity,
    Verdict,
};
use portolan_yaml::source::{Sources, Span};

use super::{Format, Options, Run, render, render_run};

/// Generates texts near to what the renderers have to look out for.
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
            "|", "`", "<b>", "</details>", "</pre>", "]]>", "&amp;", "@ada", "#12", "::error::", "%0A", "](x)", "\\", "\u{fffe}",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Builds a report with a finding for each span; the spans need not lie on character boundaries.
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

/// Renders the report from a run in which everything says `words`, also the names of files and rules.
fn of_a_run(format: Format, report: &Report, sources: &Sources, words: &str) -> String {
    let text = words.to_owned();
    let rules = [RuleEntry {
        id: report.diagnostics[0].rule.clone(),
        title: text.clone(),
        requirement: Requirement::ValuesFile,
        severity: Severity::Error,
        why: text.clone(),
        asks: text.clone(),
        document: text.clone(),
        heading: text.clone(),
        url: Some(format!("https://x.example/{words}")),
    }];
    let failures = [text];
    let run = Run {
        rules: &rules,
        failures: &failures,
        folder: Some("/srv/deploy"),
    };
    let options = Options::default();
    let mut out = Vec::new();
    render_run(format, report, sources, &options, &run, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn rendered(format: Format, report: &Report, sources: &Sources, options: &Options) -> String {
    let mut out = Vec::new();
    render(format, report, sources, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Tells whether XML 1.0 can hold a character.
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
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
    fn what_a_pipeline_gets_can_be_read_whatever_stands_in_a_file(
        texts in prop::collection::vec(text(), 1..3),
        spans in prop::collection::vec(any::<(usize, usize, usize)>(), 1..9),
        words in text(),
        name in text(),
    ) {
        let mut sources = Sources::default();
        let mut report = report(&mut sources, &texts, &spans, &words);
        // A file and a rule of any name.
        let odd = sources.add(name.clone(), texts[0].clone());
        report.diagnostics[0].span = Span::new(odd, 0, 0);
        report.diagnostics[0].object = Some(words.clone());
        report.releases[0].name = name.clone();
        let findings = report.diagnostics.len();
        let run = |format| of_a_run(format, &report, &sources, &words);

        let log: serde_json::Value = serde_json::from_str(&run(Format::Sarif)).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap();
        prop_assert_eq!(results.len(), findings);
        for result in results {
            let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
            let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~/%:".contains(c);
            prop_assert!(uri.as_str().unwrap().chars().all(allowed), "{uri}");
        }
        let issues: serde_json::Value = serde_json::from_str(&run(Format::Gitlab)).unwrap();
        prop_assert_eq!(issues.as_array().unwrap().len(), findings);

        let junit = run(Format::Junit);
        let document = roxmltree::Document::parse(&junit).unwrap();
        prop_assert!(document.descendants().any(|node| node.has_tag_name("skipped")));
        let checkstyle = run(Format::Checkstyle);
        let document = roxmltree::Document::parse(&checkstyle).unwrap();
        let errors = document.descendants().filter(|node| node.has_tag_name("error"));
        prop_assert_eq!(errors.count(), findings);
        for text in [&junit, &checkstyle] {
            prop_assert!(text.chars().all(is_xml), "{text:?}");
        }

        // One command a finding, one for what is open, one for the failure, and the summary.
        let github = run(Format::Github);
        let lines: Vec<&str> = github.split('\n').collect();
        prop_assert_eq!(lines.len(), findings + 4, "{}", github);
        let commands = lines.iter().filter(|line| line.starts_with("::"));
        prop_assert_eq!(commands.count(), findings + 2);
        prop_assert!(github.chars().all(|c| c == '\n' || !c.is_control()), "{github:?}");

        let markdown = run(Format::Markdown);
        let rows: Vec<&str> = markdown.lines().filter(|line| line.starts_with('|')).collect();
        prop_assert_eq!(rows.len(), 3);
        prop_assert!(rows.iter().all(|row| row.matches('|').count() == 5), "{rows:?}");
        let ours = ["code", "/code", "details", "/details", "summary", "/summary", "pre", "/pre"];
        let tags = markdown.split('<').skip(1).map(|rest| rest.split('>').next().unwrap());
        for tag in tags {
            prop_assert!(ours.contains(&tag), "<{tag}> in {markdown}");
        }
        for tag in ["details", "pre", "code"] {
            let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
            prop_assert_eq!(markdown.matches(&open).count(), markdown.matches(&close).count());
        }
        // Nobody is called: after each `@` stands what keeps a name from following.
        let after = markdown.split('@').skip(1);
        prop_assert!(after.into_iter().all(|rest| rest.starts_with('\u{200b}') || !rest.starts_with(|c: char| c.is_alphanumeric())), "{markdown}");
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
        for format in Format::ALL {
            let text = of_a_run(format, &report, &sources, "words");
            prop_assert!(!text.contains("Zq9") && !text.contains("material"), "{format}: {text}");
        }
    }

    #[test]
    fn a_key_in_a_sentence_is_hidden_from_pipelines(before in "[a-z ]{0,9}", after in "[a-z ]{0,9}") {
        let key = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw";
        let words = format!("{before}-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----{after}");
        let mut sources = Sources::default();
        let texts = ["x: 1\n".to_owned()];
        let report = report(&mut sources, &texts, &[(0, 0, 1), (0, 0, 1)], &words);
        for format in Format::ALL {
            let text = of_a_run(format, &report, &sources, &words);
            prop_assert!(!text.contains("MIIEvQ"), "{format}: {text}");
        }
    }
}
