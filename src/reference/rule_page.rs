//! The page of one rule: all that its file says, and what the bad example really gives.

use super::{GENERATED, flowed};
use crate::report::{self, Format};
use crate::rules::{Case, Example, RuleFile, RuleSet, Template, Text};
use crate::selftest::{ReadOptions, run_example};

/// Columns of an example that a page shows; a certificate in base64 says nothing to a reader.
const WIDEST: usize = 90;

/// Writes the page, in Markdown.
///
/// # Errors
/// Where the rule cannot be loaded, or its examples cannot be run.
pub fn rule(file: &RuleFile, read_options: &ReadOptions) -> Result<String, String> {
    let rules = RuleSet::of(file.clone()).map_err(|errors| format!("{}: {errors:?}", file.id))?;
    let requirement = file.requirement;
    let mut text = format!("# {}\n\n{GENERATED}\n", file.id);
    text.push_str(&format!("{}.\n\n", prose(&file.title)));
    text.push_str(&format!(
        "Severity: {}. Requirement: [{requirement}](../rules.md#{requirement}).\n",
        severity(file)
    ));
    text.push_str(&format!("\n## Why\n\n{}\n", prose(&file.why)));
    let documentation = &file.documentation;
    let document = &documentation.document;
    let source = match &documentation.url {
        Some(url) => format!("[{document}]({url})"),
        None => document.clone(),
    };
    text.push_str(&format!(
        "\n## What the documentation asks\n\n{}\n\n“{}” in {source}.\n",
        prose(&documentation.asks),
        documentation.heading
    ));
    text.push_str(&format!("\n## How to fix it\n\n{}", cases(&file.help)));
    if !file.undecided.is_empty() {
        text.push_str("\n## What it may need to be told\n\n");
        for case in &file.undecided {
            text.push_str(&format!("- {}\n", outline(&case.supply)));
        }
    }
    for (kind, examples) in [("Bad", &file.examples.bad), ("Good", &file.examples.good)] {
        if let Some(example) = examples.first() {
            text.push_str(&format!("\n## {kind}: {}\n", prose(&example.name)));
            text.push_str(&shown(example));
            text.push_str(&found(example, &rules, read_options)?);
        }
    }
    Ok(text)
}

/// Writes the severity, with those that hold only sometimes.
fn severity(file: &RuleFile) -> String {
    let mut words = vec![file.severity.to_string()];
    for case in &file.severity_when {
        words.push(format!("{} where `{}`", case.severity, flowed(&case.when)));
    }
    words.join("; ")
}

/// Writes a text, or a list of those that are said under conditions.
fn cases(text: &Text) -> String {
    let cases = text.cases();
    if let [Case { when: None, text }] = cases.as_slice() {
        return format!("{}\n", sentence(&outline(text)));
    }
    let mut list = String::new();
    for Case { when, text } in &cases {
        let when = when.as_deref().map_or_else(
            || "Otherwise".to_owned(),
            |when| format!("Where `{}`", flowed(when)),
        );
        list.push_str(&format!("- {when}: {}\n", outline(text)));
    }
    list
}

/// Shows the files of an example, without the bodies of private keys.
fn shown(example: &Example) -> String {
    let mut text = String::new();
    if !example.options.is_empty() {
        text.push_str(&format!("\nWith `{}`:\n", example.options.join(" ")));
    }
    for file in &example.files {
        let is_yaml = [".yaml", ".yml", ".json"]
            .iter()
            .any(|end| file.name.ends_with(end));
        let language = if is_yaml { "yaml" } else { "text" };
        text.push_str(&format!("\n`{}`\n\n```{language}\n", file.name));
        let mut in_key = false;
        for line in file.text.lines() {
            in_key &= !line.contains("-----END");
            text.push_str(&if in_key { "…".to_owned() } else { cut(line) });
            text.push('\n');
            in_key |= line.contains("-----BEGIN") && line.contains("PRIVATE KEY");
        }
        text.push_str("```\n");
    }
    text
}

fn cut(line: &str) -> String {
    match line.char_indices().nth(WIDEST) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    }
}

/// Writes the findings of a check of an example, a line each.
fn found(example: &Example, rules: &RuleSet, read_options: &ReadOptions) -> Result<String, String> {
    let outcome = run_example(example, rules, read_options)?;
    if outcome.report.diagnostics.is_empty() {
        return Ok(String::new());
    }
    let mut plain = Vec::new();
    let options = report::Options::default();
    report::render(
        Format::Plain,
        &outcome.report,
        &outcome.sources,
        &options,
        &mut plain,
    )
    .map_err(|error| error.to_string())?;
    let lines: String = String::from_utf8_lossy(&plain)
        .lines()
        .take(outcome.report.diagnostics.len())
        .map(|line| format!("{line}\n"))
        .collect();
    Ok(format!("\n`portolan check` says:\n\n```text\n{lines}```\n"))
}

/// Writes a text with its facts as `‹timeout.setting›`.
fn outline(text: &str) -> String {
    prose(&Template::new(text).outline("‹", "›"))
}

/// Puts a text on one line in which nothing outside code spans is taken for HTML.
fn prose(text: &str) -> String {
    flowed(text)
        .split('`')
        .enumerate()
        .map(|(index, part)| match index % 2 {
            0 => part.replace('<', "&lt;").replace('*', "\\*"),
            _ => part.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("`")
}

/// Gives a text that stands alone a capital and a full stop.
fn sentence(text: &str) -> String {
    let text = super::capital(text);
    match text.strip_suffix("..") {
        Some(text) => format!("{text}."),
        None => text,
    }
}
