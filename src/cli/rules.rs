//! `portolan rules`: the list, and what goes with it.

use serde_json::{Value, json};

use super::arguments::{ListFormat, RulesArguments};
use super::look::Look;
use super::trial::counted;
use super::{Exit, Surroundings, rule_folder, trial};
use crate::diagnostic::Requirement;
use crate::reference;
use crate::report::{Style, cells, paint, wrap};
use crate::rules::{RuleFile, RuleSet};

/// Ids longer than this push their own title to the right.
const LONGEST_ID: usize = 34;

pub(super) fn run(arguments: &RulesArguments, look: Look, around: &mut Surroundings<'_>) -> Exit {
    if arguments.schema {
        return around.print(Exit::Clean, |out| {
            out.write_all(reference::rule_schema().as_bytes())
        });
    }
    if let Some(folder) = &arguments.test {
        return trial::run(folder, look, around);
    }
    let own;
    let rules = match &arguments.rules {
        None => RuleSet::builtin(),
        Some(folder) => match rule_folder::with_builtin(folder) {
            Ok(rules) => {
                own = rules;
                &own
            }
            Err(errors) => {
                rule_folder::report(&errors, look, around);
                return Exit::CouldNot;
            }
        },
    };
    let mut files: Vec<&RuleFile> = rules.iter().map(|rule| &rule.file).collect();
    files.sort_by(|left, right| (left.requirement, &left.id).cmp(&(right.requirement, &right.id)));
    let text = match arguments.format {
        ListFormat::Text => table(&files, look),
        ListFormat::Json => format!("{:#}\n", list(&files)),
    };
    around.print(Exit::Clean, |out| out.write_all(text.as_bytes()))
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

fn table(files: &[&RuleFile], look: Look) -> String {
    let shown = look.report_options(false);
    let longest = files
        .iter()
        .map(|file| file.id.len())
        .max()
        .unwrap_or_default()
        .min(LONGEST_ID);
    let mut text = String::new();
    for requirement in Requirement::ALL {
        let of_it: Vec<_> = files
            .iter()
            .filter(|file| file.requirement == requirement)
            .collect();
        if of_it.is_empty() {
            continue;
        }
        let id = paint(Style::Strong, requirement.as_str(), &shown);
        let title = paint(Style::Faint, requirement.title(), &shown);
        text.push_str(&format!("{id}  {title}\n"));
        for file in of_it {
            let id = look.visible(&file.id);
            let gap = " ".repeat(longest.saturating_sub(cells(&id)));
            let severity = paint(Style::Of(file.severity), file.severity.as_str(), &shown);
            let pad = " ".repeat("warning".len() - file.severity.as_str().len());
            // Two blanks at the margin and between columns.
            let margin = 2 + longest + 2 + "warning".len() + 2;
            let room = look.width.saturating_sub(margin).max(20);
            let title = wrap(&file.title, room, room, look.unicode)
                .join(&format!("\n{}", " ".repeat(margin)));
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
