//! The formats for pipelines, on the cases.

use std::collections::BTreeSet;

use roxmltree::Document;
use serde_json::Value;

use super::super::{Run, render_run};
use super::*;
use crate::diagnostic::RuleEntry;

impl Case {
    /// As a pipeline gets it, from a run in `/srv/deploy` with two rules.
    fn of_a_run(&self, format: Format, failures: &[String]) -> String {
        let rules = rules();
        let run = Run {
            rules: &rules,
            failures,
            folder: Some("/srv/deploy"),
        };
        let options = Options::default();
        let mut out = Vec::new();
        render_run(
            format,
            &self.report,
            &self.sources,
            &options,
            &run,
            &mut out,
        )
        .unwrap();
        String::from_utf8(out).unwrap()
    }
}

fn rules() -> Vec<RuleEntry> {
    let rule = |id: &str, requirement, title: &str, why: &str| RuleEntry {
        id: id.to_owned(),
        title: title.to_owned(),
        requirement,
        severity: Severity::Error,
        why: why.to_owned(),
        asks: "Every connection lasts 605 seconds, under the name of `selfHostedDomain`."
            .to_owned(),
        document: "Access to CARTO".to_owned(),
        heading: "Requirements".to_owned(),
        url: Some(DOCS.to_owned()),
    };
    vec![
        rule(
            "host-mismatch",
            Requirement::Domain,
            "A hop does not serve the domain",
            "Requests for the domain end at the *default backend* [of nobody](x).",
        ),
        rule(
            "timeout-too-short",
            Requirement::Timeout605,
            "A configured timeout is under 605 seconds",
            "The connection ends while the query is still running.",
        ),
    ]
}

fn json(case: &Case, format: Format) -> Value {
    serde_json::from_str(&case.of_a_run(format, &[])).unwrap()
}

fn failure() -> Vec<String> {
    vec!["base.yaml: there is no such file".to_owned()]
}

/// Renders some cases one after the other, as one snapshot.
fn several(format: Format, cases: &[Case]) -> String {
    let texts = cases.iter().map(|case| case.of_a_run(format, &[]));
    texts.collect::<Vec<_>>().join("\n────\n")
}

#[test]
fn sarif_says_where_and_why() {
    insta::assert_snapshot!(
        "sarif_two_files",
        two_files().of_a_run(Format::Sarif, &failure())
    );
    insta::assert_snapshot!(
        "sarif_foreign_text",
        foreign_text().of_a_run(Format::Sarif, &[])
    );
}

#[test]
fn a_result_of_sarif_leads_to_its_rule_and_to_its_text() {
    for (name, case) in all() {
        let log = json(&case, Format::Sarif);
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), case.report.diagnostics.len(), "{name}");
        for (result, found) in results.iter().zip(&case.report.diagnostics) {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            let rule = &run["tool"]["driver"]["rules"][index];
            assert_eq!(rule["id"], result["ruleId"], "{name}");
            // The region, read as a program would that counts UTF-16, is the text of the span.
            let region = &result["locations"][0]["physicalLocation"]["region"];
            let text = case.sources.text(found.span.source);
            let text = text.strip_prefix('\u{feff}').unwrap_or(text);
            let lines: Vec<Vec<u16>> = text
                .split_inclusive('\n')
                .chain([""])
                .map(|line| line.encode_utf16().collect())
                .collect();
            let offset = |line: &str, column: &str| {
                let number = |name: &str| usize::try_from(region[name].as_u64().unwrap()).unwrap();
                let before: usize = lines[..number(line) - 1].iter().map(Vec::len).sum();
                before + number(column) - 1
            };
            let units = lines.concat();
            let (start, end) = (
                offset("startLine", "startColumn"),
                offset("endLine", "endColumn"),
            );
            let shown = String::from_utf16(&units[start..end]).unwrap();
            let meant = case.sources.slice(found.span);
            assert_eq!(shown, meant.trim_end(), "{name}");
        }
    }
}

/// `PORTOLAN_SARIF_SCHEMA` names the published schema; `PORTOLAN_PYTHON` a Python that has the package `jsonschema`.
#[test]
fn sarif_fits_the_published_schema() {
    let Some(schema) = std::env::var_os("PORTOLAN_SARIF_SCHEMA") else {
        eprintln!("PORTOLAN_SARIF_SCHEMA is not set, so SARIF was not held against its schema");
        return;
    };
    let python = std::env::var_os("PORTOLAN_PYTHON").unwrap_or("python3".into());
    let folder = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new(python);
    command
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/.ci/validate-json.py"))
        .arg(schema);
    for (name, case) in all() {
        for (kind, failures) in [("whole", vec![]), ("broken", failure())] {
            let path = folder.path().join(format!("{name}-{kind}.sarif"));
            std::fs::write(&path, case.of_a_run(Format::Sarif, &failures)).unwrap();
            command.arg(path);
        }
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(said.contains(&format!("{} files are valid", 2 * all().len())));
}

#[test]
fn github_gets_one_command_a_finding_and_one_for_what_is_open() {
    let cases = [
        two_files(),
        whole_mapping(),
        foreign_text(),
        secrets(),
        several_releases(),
    ];
    insta::assert_snapshot!("github", several(Format::Github, &cases));
    let text = all_is_well().of_a_run(Format::Github, &failure());
    insta::assert_snapshot!(text, @"
    ::error title=not everything could be checked::base.yaml: there is no such file
    portolan: no findings; checked 1 release in 1 file; requirements: 6 met, 3 not applicable
    ");
}

#[test]
fn what_stands_in_a_file_is_no_command() {
    let mut case = Case::new();
    let id = case.file("a,b:c%.yaml", "x: 1\n");
    let span = Span::new(id, 0, 1);
    case.add(finding(
        "yaml-syntax",
        Severity::Warning,
        Requirement::ValuesFile,
        span,
        "100%\r\n::stop-commands::x\u{1b}[0m",
    ));
    insta::assert_snapshot!(case.of_a_run(Format::Github, &[]), @r"
    ::warning file=a%2Cb%3Ac%25.yaml,line=1,endLine=1,col=1,endColumn=2,title=yaml-syntax::100%25%0A::stop-commands::x\u{1b}[0m
    portolan: 1 warning; checked 1 release in 1 file
    ");
}

#[test]
fn gitlab_gets_the_fields_that_it_documents() {
    let cases = [two_files(), whole_mapping(), all_is_well()];
    insta::assert_snapshot!("gitlab", several(Format::Gitlab, &cases));
    for (name, case) in all() {
        let issues = json(&case, Format::Gitlab);
        let mut prints = BTreeSet::new();
        for issue in issues.as_array().unwrap() {
            for field in ["description", "check_name", "fingerprint", "severity"] {
                assert!(issue[field].is_string(), "{name}: {field}");
            }
            let steps = ["info", "minor", "major", "critical", "blocker"];
            assert!(steps.contains(&issue["severity"].as_str().unwrap()));
            assert!(issue["location"]["path"].is_string(), "{name}");
            assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() > 0);
            assert!(prints.insert(issue["fingerprint"].to_string()), "{name}");
        }
    }
}

#[test]
fn junit_has_a_case_for_each_requirement() {
    let cases = [several_releases(), foreign_text(), secrets()];
    insta::assert_snapshot!("junit", several(Format::Junit, &cases));
    insta::assert_snapshot!(
        "junit_failure",
        all_is_well().of_a_run(Format::Junit, &failure())
    );
}

#[test]
fn the_counts_of_junit_are_those_of_its_elements() {
    for (name, case) in all() {
        let text = case.of_a_run(Format::Junit, &failure());
        let document = Document::parse(&text).unwrap();
        let root = document.root_element();
        let all = |tag: &str| {
            root.descendants()
                .filter(|node| node.has_tag_name(tag))
                .count()
        };
        let said = |attribute: &str| root.attribute(attribute).unwrap().parse::<usize>().unwrap();
        assert_eq!(said("tests"), all("testcase"), "{name}");
        assert_eq!(said("failures"), all("failure"), "{name}");
        assert_eq!(said("errors"), all("error"), "{name}");
        for suite in root
            .children()
            .filter(|node| node.has_tag_name("testsuite"))
        {
            let within = |tag: &str| {
                let nodes = suite.descendants().filter(|node| node.has_tag_name(tag));
                nodes.count().to_string()
            };
            assert_eq!(suite.attribute("tests"), Some(&*within("testcase")));
            assert_eq!(suite.attribute("failures"), Some(&*within("failure")));
            assert_eq!(suite.attribute("errors"), Some(&*within("error")));
            assert_eq!(suite.attribute("skipped"), Some(&*within("skipped")));
        }
    }
}

#[test]
fn a_finding_in_a_layer_is_listed_where_it_counts() {
    let mut case = several_releases();
    // A layer that both releases may rest on, and a requirement that one of them has findings on.
    let base = case.file("base.yaml", "router: {}\n");
    let found = |requirement| {
        let span = Span::new(base, 0, 6);
        finding(
            "in-base",
            Severity::Error,
            requirement,
            span,
            "in the layer",
        )
    };
    case.add(found(Requirement::Timeout605));
    case.add(found(Requirement::SslPolicy));
    let text = case.of_a_run(Format::Junit, &[]);
    let document = Document::parse(&text).unwrap();
    let at = document
        .descendants()
        .filter(|node| {
            node.is_element() && node.text().is_some_and(|text| text.contains("in-base"))
        })
        .map(|node| {
            let case = node.parent().unwrap();
            let attribute = |name| case.attribute(name).unwrap();
            format!("{} {}", attribute("classname"), attribute("name"))
        });
    let at: BTreeSet<String> = at.collect();
    let expected = ["customizations.yaml timeout-605", "portolan in-base"];
    assert_eq!(at.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn checkstyle_names_each_file_once() {
    let mut case = two_files();
    let span = case.report.diagnostics[0].labels[0].span;
    case.report.diagnostics.insert(
        0,
        finding(
            "domain-placeholder",
            Severity::Note,
            Requirement::Domain,
            span,
            "the domain is <yours> & \"nobody's\"",
        ),
    );
    let cases = [case, foreign_text(), all_is_well()];
    insta::assert_snapshot!("checkstyle", several(Format::Checkstyle, &cases));
}

#[test]
fn markdown_is_a_comment_that_nothing_breaks() {
    let cases = [azure_timeout(), two_files(), foreign_text(), secrets()];
    insta::assert_snapshot!("markdown", several(Format::Markdown, &cases));
    let text = several_releases().of_a_run(Format::Markdown, &failure());
    insta::assert_snapshot!("markdown_several_releases", text);
}

#[test]
fn a_comment_stays_within_what_github_takes() {
    let mut case = Case::new();
    let id = case.file("customizations.yaml", AKS);
    for _ in 0..500 {
        case.add(finding(
            "timeout-too-short",
            Severity::Error,
            Requirement::Timeout605,
            Span::new(id, 0, 3),
            &"ten minutes ".repeat(20),
        ));
    }
    for _ in 0..400 {
        case.release("customizations.yaml", &NOT_ON_AZURE);
    }
    let failures = vec![failure()[0].clone(); 1000];
    let text = case.of_a_run(Format::Markdown, &failures);
    assert!(text.len() < 65_536, "{}", text.len());
    for (mark, all, noun) in [
        ("\n> ", 1000, "inputs"),
        ("\n### ", 400, "releases"),
        ("\n#### ", 500, "findings"),
    ] {
        let shown = text.matches(mark).count();
        assert!(shown > 20, "{shown} {noun}");
        let left = format!("…and {} more {noun}", all - shown);
        assert!(text.contains(&left), "{left}");
    }
}

#[test]
fn a_message_that_quotes_a_key_is_stripped_of_it_in_every_format() {
    for format in Format::ALL {
        let text = secrets().of_a_run(format, &[]);
        assert!(!text.contains("MIIE"), "{format}: {text}");
        assert!(
            !text.contains("hunter2") && !text.contains("aVerySecret"),
            "{format}"
        );
    }
}
