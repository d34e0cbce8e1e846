//! `portolan rules`: the list, and what goes with it.

use serde_json::{Value, json};

use super::arguments::{ListFormat, RulesArguments};
use super::examples_test::counted;
use super::style::OutputStyle;
use super::{CliContext, Exit, examples_test, own_files};
use crate::diagnostic::Requirement;
use crate::reference;
use crate::report::{Style, cells, paint, wrap};
use crate::rules::RuleFile;

/// Ids longer than this push their own title to the right.
const LONGEST_ID: usize = 34;

/// Width of the longest severity.
const SEVERITY: usize = "warning".len();

pub(super) fn run(
    arguments: &RulesArguments,
    style: OutputStyle,
    ctx: &mut CliContext<'_>,
) -> Exit {
    if arguments.schema {
        return ctx.print(Exit::Clean, |out| {
            out.write_all(reference::rule_schema().as_bytes())
        });
    }
    if let Some(folder) = &arguments.test {
        return examples_test::rules(folder, style, ctx);
    }
    let mut own = None;
    let rules = match own_files::chosen(arguments.rules.as_deref(), &mut own) {
        Ok(rules) => rules,
        Err(errors) => {
            ctx.report(&errors, style);
            return Exit::CouldNot;
        }
    };
    let mut files: Vec<&RuleFile> = rules.iter().map(|rule| &*rule.file).collect();
    files.sort_by(|left, right| (left.requirement, &left.id).cmp(&(right.requirement, &right.id)));
    let text = match arguments.format {
        ListFormat::Text => table(&files, style),
        ListFormat::Json => format!("{:#}\n", list(&files)),
    };
    ctx.print(Exit::Clean, |out| out.write_all(text.as_bytes()))
}

fn list(files: &[&RuleFile]) -> Value {
    let rule = |file: &&RuleFile| {
        json!({
            "id": file.id,
            "severity": file.severity,
            "requirement": file.requirement,
            "title": file.title,
            "documentation": file.documentation,
        })
    };
    Value::Array(files.iter().map(rule).collect())
}

fn table(files: &[&RuleFile], style: OutputStyle) -> String {
    let shown = style.report_options(false);
    let mut text = String::new();
    for requirement in Requirement::ALL {
        let of_it: Vec<&RuleFile> = files
            .iter()
            .copied()
            .filter(|file| file.requirement == requirement)
            .collect();
        if of_it.is_empty() {
            continue;
        }
        let (id, title) = (requirement.as_str(), requirement.title());
        let title = hanging(title, id.len() + 2, style, |line| {
            paint(Style::Faint, line, &shown)
        });
        let id = paint(Style::Strong, id, &shown);
        text.push_str(&format!("{id}  {title}\n"));
        // As wide as this group needs, which leaves its titles more room than one width for all would.
        let longest = of_it.iter().map(|file| file.id.len()).max();
        let longest = longest.unwrap_or_default().min(LONGEST_ID);
        for file in of_it {
            let id = style.visible(&file.id);
            let gap = " ".repeat(longest.saturating_sub(cells(&id)));
            let severity = file.severity.as_str();
            let pad = " ".repeat(SEVERITY.saturating_sub(severity.len()));
            let severity = paint(Style::Of(file.severity), severity, &shown);
            let margin = 2 + longest + 2 + SEVERITY + 2;
            let title = hanging(&file.title, margin, style, str::to_owned);
            text.push_str(&format!("  {id}{gap}  {severity}{pad}  {title}\n"));
        }
        text.push('\n');
    }
    text.push_str(&format!(
        "{}; `portolan explain RULE` says more\n",
        counted(files.len(), "rule")
    ));
    text
}

/// Writes a wrapped text whose lines after the first begin at `margin`, as the first one does.
fn hanging(
    text: &str,
    margin: usize,
    style: OutputStyle,
    paint: impl Fn(&str) -> String,
) -> String {
    let room = style.width.saturating_sub(margin).max(20);
    let lines: Vec<String> = wrap(text, room, room, style.unicode)
        .iter()
        .map(|line| paint(line))
        .collect();
    lines.join(&format!("\n{}", " ".repeat(margin)))
}
