//! Records problems while a text is read, among them what goyaml refuses although it is well-formed YAML.

use std::ops::Range;

use crate::Limit;
use crate::source::Span;

use super::{
    Problem, ProblemKind, Style,
    build::{Builder, Content, ParseAborted},
    events::Event,
    layout,
    mapping::Lost,
    syntax,
};

impl Builder<'_> {
    /// Looks for tabs that goyaml refuses between the last token and this one.
    pub(super) fn look_between_tokens(&mut self, event: &Event<'_>, range: &Range<usize>) {
        let (from, after_plain) = self.gap;
        if range.start < from {
            return;
        }
        let (plain, block_scalar) = match event {
            Event::Scalar { style, .. } => (
                *style == Style::Plain && !range.is_empty(),
                matches!(style, Style::Literal | Style::Folded),
            ),
            _ => (false, false),
        };
        // An event of no width leaves what is before it to the next one, but for who is open meanwhile.
        self.gap = (range.end, plain || after_plain && range.is_empty());
        let in_flow = self.frames.last().is_some_and(|frame| frame.flow);
        if in_flow || block_scalar {
            return;
        }
        let Some(between) = self.text.text.get(from..range.start) else {
            return;
        };
        let Some(first) = between.bytes().position(|byte| byte == b'\t') else {
            return;
        };
        if let Some(tab) = self.refused_tab(from, from + first..range.start, after_plain) {
            let message = "Helm refuses a tab here: only spaces indent YAML".to_owned();
            self.refused(tab..tab + 1, message, Some("replace it with spaces"));
        }
    }

    /// Returns the first tab of a range that goyaml's scanner meets where a token may begin.
    fn refused_tab(
        &self,
        token_end: usize,
        range: Range<usize>,
        after_plain: bool,
    ) -> Option<usize> {
        let text = self.text.text;
        let tabs = text.get(range.clone())?.match_indices('\t');
        let mut tabs = tabs.map(|(offset, _)| range.start + offset);
        let blank = text.get(token_end..range.end)?;
        let blank_end = range.end - blank.trim_start().len();
        let mut line_end = 0;
        tabs.find(|tab| {
            // Behind the first tab of a line there is no place for a token that a tab may not be in.
            if *tab < line_end {
                return false;
            }
            line_end = layout::line_end(text, *tab);
            let start = layout::line_start(text, *tab);
            let before = text.get(start..*tab).unwrap_or_default();
            if start < token_end {
                return false;
            }
            if !before.bytes().all(|byte| byte == b' ') {
                // `-` and then a tab.
                return before.trim_end().ends_with('-')
                    && before.bytes().all(|byte| matches!(byte, b' ' | b'-'));
            }
            // After a plain scalar, the scanner still looks for its next line, and a tab that is indented deeper than the
            // mapping could be part of that.
            let in_scalar = after_plain && *tab <= blank_end;
            let at_edge = before.is_empty() && !self.frames.is_empty();
            !in_scalar || at_edge || before.len() < self.column_of_mapping()
        })
    }

    /// Returns the column of the innermost collection where that is a block mapping, otherwise 0.
    fn column_of_mapping(&self) -> usize {
        match self.frames.last() {
            Some(frame) if matches!(frame.content, Content::Mapping { .. }) => frame
                .start
                .saturating_sub(layout::line_start(self.text.text, frame.start)),
            _ => 0,
        }
    }

    /// goyaml knows `%YAML 1.1` and `%TAG`, and nothing else.
    pub(super) fn check_directives(&mut self, start: usize, version: Option<(u32, u32)>) {
        let text = self.text.text;
        for (range, line) in layout::directives(text, start) {
            let name = line.split_ascii_whitespace().next().unwrap_or_default();
            let message = match name {
                "%TAG" => continue,
                "%YAML" if version == Some((1, 1)) => continue,
                "%YAML" => "Helm reads YAML 1.1 only, and refuses this version".to_owned(),
                _ => format!("Helm refuses the directive `{name}`"),
            };
            self.refused(range, message, Some("leave the line out"));
        }
    }

    /// goyaml refuses control characters wherever they stand, even in comments.
    pub(super) fn report_control_character(&mut self) {
        let Some((at, character)) = layout::control_character(self.text.text) else {
            return;
        };
        let span = self.span(at..at + character.len_utf8());
        if matches!(character, '\u{85}' | '\u{2028}' | '\u{2029}') {
            let message = format!(
                "the invisible character U+{:04X} ends a line in Helm's YAML parser",
                u32::from(character)
            );
            let help = Some("remove it, or write it as an escape in double quotes");
            self.refused(at..at + character.len_utf8(), message, help);
            return;
        }
        let known =
            self.stream.problems.iter().any(|problem| {
                problem.span.start == span.start && problem.kind == ProblemKind::Syntax
            });
        if !known {
            let message = format!(
                "the control character U+{:04X} is not allowed in YAML",
                u32::from(character)
            );
            self.refused(at..at + character.len_utf8(), message, None);
        }
    }

    pub(super) fn duplicate(&mut self, span: Span, lost: Lost) {
        self.problem(Problem {
            message: format!(
                "the key `{}` appears twice in this mapping, and only the last one counts",
                lost.key
            ),
            kind: ProblemKind::DuplicateKey {
                key: lost.key.into(),
            },
            span,
            help: Some("join the two, or remove one of them".to_owned()),
            related: Some((lost.key_span, "this one is lost".to_owned())),
        });
    }

    pub(super) fn too_deep(&mut self, range: Range<usize>) -> ParseAborted {
        let message = format!(
            "more than {} collections are nested here",
            self.limits.max_nesting
        );
        self.limit(Limit::Nesting, range, message);
        ParseAborted
    }

    pub(super) fn too_long(&mut self, range: Range<usize>) -> ParseAborted {
        let message = format!(
            "this value is longer than {} bytes",
            self.limits.max_scalar_bytes
        );
        self.limit(Limit::ValueSize, range.start..range.start, message);
        ParseAborted
    }

    pub(super) fn refused(&mut self, range: Range<usize>, message: String, help: Option<&str>) {
        let span = self.span(range);
        self.problem(Problem {
            kind: ProblemKind::Rejected,
            span,
            message,
            help: help.map(str::to_owned),
            related: None,
        });
    }

    pub(super) fn limit(&mut self, limit: Limit, range: Range<usize>, message: String) {
        let span = self.span(range);
        self.problem(Problem {
            kind: ProblemKind::LimitExceeded(limit),
            span,
            message,
            help: None,
            related: None,
        });
    }

    pub(super) fn found(&mut self, found: syntax::SyntaxDefect) {
        let span = self.span(found.range);
        let related = found
            .related
            .map(|(range, label)| (self.span(range), label));
        self.problem(Problem {
            kind: found.kind,
            span,
            message: found.message,
            help: found.help,
            related,
        });
    }

    pub(super) fn problem_count(&self) -> usize {
        self.stream.problems.len() + self.unsaid_problems
    }

    pub(super) fn problem(&mut self, problem: Problem) {
        // An unquoted template may be seen twice: as a mapping, and as what breaks the text after it.
        if let Some(last) = self.stream.problems.last_mut()
            && (last.span, &last.message) == (problem.span, &problem.message)
        {
            *last = problem;
            return;
        }
        if self.stream.problems.len() < self.limits.max_problems {
            self.stream.problems.push(problem);
        } else {
            self.unsaid_problems += 1;
        }
    }
}
