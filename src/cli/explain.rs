//! `portolan explain`: everything that a rule file says, for people; and what a requirement demands.

mod layer;
mod requirement;

pub(super) use layer::layer_page;

use super::arguments::ExplainArguments;
use super::check::no_rule;
use super::style::OutputStyle;
use super::{CliContext, Exit, own_files};
use crate::diagnostic::{Requirement, Severity};
use crate::example::ExampleFile;
use crate::report::{self, Style, cells, paint, wrap};
use crate::rules::{Case, Example, Expected, Rule, RuleFile, Template, Text};

pub(super) fn run(
    arguments: &ExplainArguments,
    style: OutputStyle,
    ctx: &mut CliContext<'_>,
) -> Exit {
    let mut files = crate::rules::RuleSet::builtin_files();
    if let Some(folder) = &arguments.rules {
        match own_files::load::<Rule>(folder) {
            Ok(loaded) => files.extend(
                loaded
                    .into_iter()
                    .map(|loaded| loaded.file.file.into_inner()),
            ),
            Err(errors) => {
                ctx.report(&errors, style);
                return Exit::CouldNot;
            }
        }
    }
    let file = files.iter().find(|file| file.id == arguments.rule);
    let requirement = arguments.rule.parse::<Requirement>().ok();
    let mut page = ExplainPage::new(style);
    match (file, requirement) {
        (Some(file), _) => page.rule(file),
        (None, Some(requirement)) => page.requirement(requirement, &files),
        (None, None) => {
            let rules = files.iter().map(|file| file.id.as_str());
            let all = rules.chain(Requirement::ALL.map(Requirement::as_str));
            ctx.errors([no_rule(&arguments.rule, all)], style);
            return Exit::CouldNot;
        }
    }
    ctx.print(Exit::Clean, |out| out.write_all(page.text.as_bytes()))
}

/// A page being written.
struct ExplainPage {
    style: OutputStyle,
    shown: report::Options,
    text: String,
}

impl ExplainPage {
    fn new(style: OutputStyle) -> Self {
        ExplainPage {
            style,
            shown: style.report_options(false),
            text: String::new(),
        }
    }

    fn rule(&mut self, file: &RuleFile) {
        self.line(&format!(
            "{} {}",
            self.paint(
                Style::Of(file.severity),
                &format!("{}[{}]", file.severity, self.style.visible(&file.id))
            ),
            self.paint(Style::Faint, &format!("requirement {}", file.requirement)),
        ));
        for line in wrap(
            &file.title,
            self.style.width,
            self.style.width,
            self.style.unicode,
        ) {
            let line = self.paint(Style::Strong, &line);
            self.line(&line);
        }
        self.heading("Why");
        self.paragraph(&file.why);
        self.heading("What the documentation asks");
        let documentation = &file.documentation;
        self.paragraph(&documentation.asks);
        let (open, close) = if self.style.unicode {
            ("“", "”")
        } else {
            ("\"", "\"")
        };
        let heading = &documentation.heading;
        self.paragraph(&format!(
            "{open}{heading}{close} in {open}{}{close}",
            documentation.document
        ));
        if let Some(url) = &documentation.url {
            let link = report::link(&self.style.visible(url), &self.shown);
            self.line(&format!("  {link}"));
        }
        self.heading("What it says");
        self.cases(&file.message);
        self.heading("How to fix it");
        self.cases(&file.help);
        if !file.undecided.is_empty() {
            self.heading("What it may need to be told");
            for case in &file.undecided {
                self.paragraph(&self.outline(&case.supply));
            }
        }
        for example in file.examples.bad.iter().take(1) {
            self.example("A bad example", example);
        }
        for example in file.examples.good.iter().take(1) {
            self.example("A good example", example);
        }
    }

    fn paint(&self, style: Style, text: &str) -> String {
        paint(style, text, &self.shown)
    }

    fn line(&mut self, text: &str) {
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    fn heading(&mut self, text: &str) {
        let text = self.paint(Style::Label, text);
        self.line("");
        self.line(&text);
    }

    fn paragraph(&mut self, text: &str) {
        self.hanging(text, "  ", "  ");
    }

    /// Writes a wrapped text whose first line begins otherwise than the rest.
    fn hanging(&mut self, text: &str, first: &str, rest: &str) {
        let room = self.style.width.saturating_sub(cells(rest)).max(20);
        // Line breaks of a rule file mean nothing, as in messages.
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = report::redacted(&text, self.style.unicode);
        for (index, line) in wrap(&text, room, room, self.style.unicode)
            .iter()
            .enumerate()
        {
            let margin = if index == 0 { first } else { rest };
            self.line(&format!("{margin}{line}"));
        }
    }

    /// Writes a text with its facts as `‹timeout.setting›`.
    fn outline(&self, text: &str) -> String {
        let (open, close) = if self.style.unicode {
            ("‹", "›")
        } else {
            ("<", ">")
        };
        Template::new(text).outline(open, close)
    }

    /// Writes a text, or several with the conditions under which each is said.
    fn cases(&mut self, text: &Text) {
        let cases = text.cases();
        let several = cases.len() > 1;
        for Case { when, text } in &cases {
            let outline = self.outline(text);
            if !several {
                self.paragraph(&outline);
                continue;
            }
            let when = when
                .as_deref()
                .map_or_else(|| "otherwise".to_owned(), |when| format!("where {when}"));
            let bullet = if self.style.unicode { "  • " } else { "  - " };
            self.hanging(&format!("{when}:"), bullet, "    ");
            self.hanging(&outline, "      ", "      ");
        }
    }

    fn example(&mut self, heading: &str, example: &Example) {
        self.heading(&format!("{heading}: {}", self.style.visible(&example.name)));
        if !example.options.is_empty() {
            self.paragraph(&format!("with {}", example.options.join(" ")));
        }
        let first = example.files.first().map(|file| file.name.as_str());
        for file in &example.files {
            let finds: Vec<&Expected> = example
                .finds
                .iter()
                .filter(|found| found.file.as_deref().or(first) == Some(&file.name))
                .collect();
            self.file(file, &finds);
        }
    }

    /// Writes a file with line numbers, and a line of markers under what is found.
    fn file(&mut self, file: &ExampleFile, finds: &[&Expected]) {
        let name = self.paint(Style::Faint, &self.style.visible(&file.name));
        self.line(&format!("  {name}"));
        let bar = if self.style.unicode { "│" } else { "|" };
        let digits = file.text.lines().count().to_string().len();
        for (index, line) in file.text.lines().enumerate() {
            let number = index + 1;
            let margin = self.paint(Style::Faint, &format!("  {number:>digits$} {bar}"));
            self.line(&format!("{margin} {}", self.style.visible(line)));
            for found in finds.iter().filter(|found| found.line == number) {
                let text = found.text.lines().next().unwrap_or_default();
                let Some((before, _)) = line.split_once(text) else {
                    continue;
                };
                let margin = self.paint(Style::Faint, &format!("  {:digits$} {bar}", ""));
                let blank = " ".repeat(cells(&self.style.visible(before)));
                let sign = if self.style.unicode { "━" } else { "^" };
                let marker = sign.repeat(cells(&self.style.visible(text)).max(1));
                let marker = self.paint(Style::Of(Severity::Error), &marker);
                self.line(&format!("{margin} {blank}{marker}"));
            }
        }
    }
}
