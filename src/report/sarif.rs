//! `sarif`: SARIF 2.1.0, which GitHub code scanning and many viewers read.
//!
//! Columns count UTF-16 code units, and the run says so: readers that do not look at `columnKind` count them too. Paths are
//! relative to the folder of the run (`%SRCROOT%`), so that a service finds them in the repository.
//!
//! What could not be decided stands among the notifications of the invocation. SARIF has results of the kind `open` for it,
//! but GitHub makes an alert of every result whatever its kind, and an undecided requirement is no defect. Every verdict is
//! in the properties of the run.

use std::io;

use serde_json::{Map, Value, json};

use crate::diagnostic::{Diagnostic, Report, RuleEntry, Severity, Verdict};
use crate::fingerprint::fingerprints;
use portolan_yaml::source::{Sources, Span};

use super::Run;
use super::file_name::{relative, uri};
use super::glyph::escaped;
use super::markup;
use super::region::{ColumnUnit, region};
use super::secret::redacted;

/// Address at which the schema is published.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The name of the folder that relative paths begin in; GitHub knows it.
const ROOT: &str = "%SRCROOT%";

/// Ids of notifications, in the order in which the driver declares them.
const UNDECIDED: (usize, &str) = (0, "undecided");
const COULD_NOT_CHECK: (usize, &str) = (1, "could-not-check");

pub(super) fn render(
    report: &Report,
    sources: &Sources,
    run: &Run<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let page = SarifWriter { sources, run };
    let rules = rules(report, run);
    let prints = fingerprints(report, sources, |name| relative(name, run.folder));
    let results = report.diagnostics.iter().zip(prints);
    let results = results.map(|(found, print)| page.result(found, &print, &rules));
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "shortDescription": { "text": env!("CARGO_PKG_DESCRIPTION") },
                "rules": rules.iter().map(Rule::descriptor).collect::<Vec<_>>(),
                "notifications": [
                    declared(UNDECIDED.1, "A requirement cannot be decided: something is missing from the input"),
                    declared(COULD_NOT_CHECK.1, "Not everything could be checked"),
                ],
            }},
            "invocations": [{
                "executionSuccessful": run.failures.is_empty(),
                "toolExecutionNotifications": notifications(report, run),
            }],
            "originalUriBaseIds": { ROOT: {
                "description": { "text": "The folder that the files were checked in" },
            }},
            "columnKind": "utf16CodeUnits",
            "newlineSequences": ["\r\n", "\n", "\r"],
            "results": results.collect::<Vec<_>>(),
            "properties": { "verdicts": verdicts(report, run) },
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

/// A rule of the run: one that is known, or one of which only a finding tells.
enum Rule<'a> {
    Known(&'a RuleEntry),
    OfFinding(&'a Diagnostic),
}

fn rules<'a>(report: &'a Report, run: &Run<'a>) -> Vec<Rule<'a>> {
    let mut rules: Vec<Rule<'a>> = run.rules.iter().map(Rule::Known).collect();
    for found in &report.diagnostics {
        if !rules.iter().any(|rule| rule.id() == found.rule) {
            rules.push(Rule::OfFinding(found));
        }
    }
    rules
}

impl Rule<'_> {
    fn id(&self) -> &str {
        match self {
            Rule::Known(entry) => &entry.id,
            Rule::OfFinding(found) => &found.rule,
        }
    }

    fn descriptor(&self) -> Value {
        let (severity, requirement) = match self {
            Rule::Known(entry) => (entry.severity, entry.requirement),
            Rule::OfFinding(found) => (found.severity, found.requirement),
        };
        let mut fields = Map::new();
        let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
        put("id", self.id().into());
        if let Rule::OfFinding(found) = self {
            // GitHub takes no rule without these.
            for name in ["shortDescription", "fullDescription", "help"] {
                put(name, json!({ "text": found.rule }));
            }
        }
        if let Rule::Known(entry) = self {
            put("shortDescription", json!({ "text": shown(&entry.title) }));
            put("fullDescription", json!({ "text": shown(&entry.why) }));
            let (text, markdown) = help(entry);
            put("help", json!({ "text": text, "markdown": markdown }));
            if let Some(url) = entry.url.as_deref().and_then(markup::address) {
                put("helpUri", url.into());
            }
        }
        put("defaultConfiguration", json!({ "level": level(severity) }));
        put(
            "properties",
            json!({
                "tags": ["carto", requirement.as_str()],
                "precision": "high",
                "problem.severity": problem(severity),
            }),
        );
        Value::Object(fields)
    }
}

/// Returns the long description of a rule: as plain text, and as Markdown.
fn help(entry: &RuleEntry) -> (String, String) {
    let place = format!("{}, {}", entry.document, entry.heading);
    let text = format!(
        "{}\n\nThe documentation asks: {} ({})",
        shown(&entry.why),
        shown(&entry.asks),
        shown(&place),
    );
    let words = markup::inline(&place);
    let place = match entry.url.as_deref().and_then(markup::address) {
        Some(url) => format!("[{words}]({url})"),
        None => words,
    };
    let markdown = format!(
        "{}\n\n**The documentation asks:** {} ({place})",
        markup::inline(&entry.why),
        markup::inline(&entry.asks),
    );
    (text, markdown)
}

struct SarifWriter<'a> {
    sources: &'a Sources,
    run: &'a Run<'a>,
}

impl SarifWriter<'_> {
    fn result(&self, found: &Diagnostic, print: &str, rules: &[Rule<'_>]) -> Value {
        let index = rules.iter().position(|rule| rule.id() == found.rule);
        let mut text = shown(&found.message);
        if let Some(help) = &found.help {
            text.push_str("\nHelp: ");
            text.push_str(&shown(help));
        }
        let labels = found.labels.iter().enumerate().map(|(id, label)| {
            json!({
                "id": id,
                "message": { "text": shown(&label.message) },
                "physicalLocation": self.place(label.span),
            })
        });
        json!({
            "ruleId": found.rule,
            "ruleIndex": index,
            "level": level(found.severity),
            "message": { "text": text },
            "locations": [{
                "physicalLocation": self.place(found.span),
                "logicalLocations": logical(found),
            }],
            "relatedLocations": labels.collect::<Vec<_>>(),
            "partialFingerprints": { "portolan/v1": print },
            "properties": { "requirement": found.requirement },
        })
    }

    fn place(&self, span: Span) -> Value {
        let at = region(span, self.sources, ColumnUnit::Utf16);
        let (uri, is_relative) = uri(self.sources.name(span.source), self.run.folder);
        let file = if is_relative {
            json!({ "uri": uri, "uriBaseId": ROOT })
        } else {
            json!({ "uri": uri })
        };
        json!({
            "artifactLocation": file,
            "region": {
                "startLine": at.start.line,
                "startColumn": at.start.column,
                "endLine": at.end.line,
                "endColumn": at.end.column,
            },
        })
    }
}

/// Returns the place in the values, and the object.
fn logical(found: &Diagnostic) -> Vec<Value> {
    let places = [(&found.path, "property"), (&found.object, "resource")];
    let known = places.into_iter().filter_map(|(name, kind)| {
        let name = name.as_deref().filter(|name| !name.is_empty())?;
        Some(json!({ "fullyQualifiedName": escaped(&redacted(name, true)), "kind": kind }))
    });
    known.collect()
}

fn declared(id: &str, text: &str) -> Value {
    json!({ "id": id, "shortDescription": { "text": text } })
}

fn notifications(report: &Report, run: &Run<'_>) -> Vec<Value> {
    let mut all = Vec::new();
    for release in &report.releases {
        let name = relative(&release.name, run.folder);
        for row in &release.requirements {
            if row.verdict != Verdict::Undecided {
                continue;
            }
            let mut text = format!("{}: {} is undecided", escaped(&name), row.requirement);
            if !row.supply.is_empty() {
                text.push_str(": ");
                text.push_str(&shown(&row.supply.join("; ")));
            }
            all.push(notification(UNDECIDED, "note", &text));
        }
    }
    let failures = run.failures.iter();
    all.extend(failures.map(|failure| notification(COULD_NOT_CHECK, "error", &shown(failure))));
    all
}

fn notification((index, id): (usize, &str), level: &str, text: &str) -> Value {
    json!({
        "descriptor": { "id": id, "index": index },
        "level": level,
        "message": { "text": text },
    })
}

fn verdicts(report: &Report, run: &Run<'_>) -> Vec<Value> {
    let rows = report.releases.iter().flat_map(|release| {
        let name = relative(&release.name, run.folder);
        release.requirements.iter().map(move |row| {
            json!({ "release": name, "requirement": row.requirement, "verdict": row.verdict })
        })
    });
    rows.collect()
}

/// Escapes a text that viewers show: `[words](target)` in it would become a link (SARIF 2.1.0, 3.11.6).
fn shown(text: &str) -> String {
    let text = redacted(text, true);
    let lines: Vec<String> = text.trim_end().lines().map(escaped).collect();
    lines.join("\n").replace("](", "\\](")
}

fn level(severity: Severity) -> &'static str {
    severity.as_str()
}

/// Returns the words of GitHub's `problem.severity`.
fn problem(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "recommendation",
    }
}
