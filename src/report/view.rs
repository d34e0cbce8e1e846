//! Which lines of which files a finding is shown with, and what of them is underlined.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::diagnostic::Diagnostic;
use portolan_yaml::source::{Source, SourceId, Sources, Span};

/// Lines shown of a span that has several.
const LINES_OF_SPAN: usize = 3;

/// Lines above that are searched for the one that a line belongs to.
const LINES_TO_PARENT: usize = 200;

/// Bytes of a line that are searched for its indentation.
const LONGEST_INDENT: usize = 512;

/// A place to underline.
struct Mark<'a> {
    span: Span,
    words: Option<&'a str>,
    primary: bool,
}

/// The part of one file that is shown.
pub(super) struct FileView<'a> {
    pub id: SourceId,
    pub source: &'a Source,
    /// Marks by the line they are drawn under.
    pub marks: BTreeMap<usize, Vec<LineMark<'a>>>,
    /// Lines shown without marks.
    context: BTreeSet<usize>,
    /// After which line how many more of a span are left out.
    pub left_out: BTreeMap<usize, usize>,
}

/// A mark's part on one line.
#[derive(Clone)]
pub(super) struct LineMark<'a> {
    pub bytes: Range<usize>,
    pub words: Option<&'a str>,
    pub primary: bool,
}

/// Returns the files of a finding, its own first.
pub(super) fn views<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Vec<FileView<'a>> {
    let mut marks = vec![Mark {
        span: diagnostic.span,
        words: None,
        primary: true,
    }];
    for label in &diagnostic.labels {
        let words = Some(label.message.as_str()).filter(|words| !words.trim().is_empty());
        match marks.first_mut() {
            // The words on the primary span come as a label on the same span.
            Some(primary) if primary.span == label.span && primary.words.is_none() => {
                primary.words = words
            }
            _ => marks.push(Mark {
                span: label.span,
                words,
                primary: false,
            }),
        }
    }
    let mut views: Vec<FileView<'_>> = Vec::new();
    for mark in marks {
        let Some(source) = sources.get(mark.span.source) else {
            continue;
        };
        let index = views.iter().position(|view| view.id == mark.span.source);
        let index = index.unwrap_or_else(|| {
            views.push(FileView {
                id: mark.span.source,
                source,
                marks: BTreeMap::new(),
                context: BTreeSet::new(),
                left_out: BTreeMap::new(),
            });
            views.len() - 1
        });
        if let Some(view) = views.get_mut(index) {
            view.add(&mark);
        }
    }
    views
}

impl<'a> FileView<'a> {
    fn add(&mut self, mark: &Mark<'a>) {
        let text = self.source.text();
        let start = text.floor_char_boundary(mark.span.range().start);
        let end = text.ceil_char_boundary(mark.span.range().end);
        // The blanks and line breaks at the end of a block belong to no one.
        let end = start + text.get(start..end).unwrap_or_default().trim_end().len();
        let first = self.source.line_column(start).line;
        let last = self.source.line_column(end).line.max(first);
        let line = self.line(first);
        let start = start.clamp(line.start, line.end);
        let end = end.clamp(start, line.end);
        self.marks.entry(first).or_default().push(LineMark {
            bytes: start..end,
            words: mark.words,
            primary: mark.primary,
        });
        let shown = last.min(first + LINES_OF_SPAN - 1);
        self.context.extend(first + 1..=shown);
        if last > shown {
            self.left_out.insert(shown, last - shown);
        }
        if mark.primary
            && let Some(parent) = self.parent(first)
        {
            self.context.insert(parent);
        }
    }

    /// Returns the bytes of a line, without a byte order mark.
    pub(super) fn line(&self, line: usize) -> Range<usize> {
        let range = self.source.line_range(line);
        let body = self.source.text().get(range.clone()).unwrap_or_default();
        let mark = if line == 1 && body.starts_with('\u{feff}') {
            3
        } else {
            0
        };
        range.start + mark..range.end
    }

    fn text(&self, line: usize) -> &'a str {
        self.source.text().get(self.line(line)).unwrap_or_default()
    }

    /// Returns the line that this one belongs to: the nearest above with less indentation. Above a blank line, the
    /// nearest that is not blank.
    fn parent(&self, line: usize) -> Option<usize> {
        let head = |line: usize| {
            let text = self.text(line);
            text.get(..text.floor_char_boundary(LONGEST_INDENT))
                .unwrap_or_default()
        };
        let depth = |text: &str| text.len() - text.trim_start_matches([' ', '\t']).len();
        let own = head(line);
        let own = if own.trim().is_empty() {
            usize::MAX
        } else {
            depth(own)
        };
        (1..line).rev().take(LINES_TO_PARENT).find(|line| {
            let text = head(*line);
            let body = text.trim_start();
            !body.is_empty() && !body.starts_with('#') && depth(text) < own
        })
    }

    /// Returns the numbers of the lines shown.
    pub(super) fn lines(&self) -> BTreeSet<usize> {
        let mut lines = self.context.clone();
        lines.extend(self.marks.keys());
        // A gap of one line costs as much as the line.
        let gaps: Vec<usize> = lines
            .iter()
            .zip(lines.iter().skip(1))
            .filter(|(above, below)| **below == **above + 2)
            .map(|(above, _)| above + 1)
            .collect();
        lines.extend(gaps);
        lines
    }

    pub(super) fn last_line(&self) -> Option<usize> {
        self.context.last().max(self.marks.keys().last()).copied()
    }
}
