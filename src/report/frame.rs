//! The framed snippets of one finding: for each file the lines that matter, underlined, with their words.
//!
//! Only these lines are looked at. What a whole file would cost is paid once, for its masks.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{Source, SourceId, Sources, Span};

use super::Options;
use super::glyph;
use super::line::{LineView, ShownLine};
use super::secret::{Masks, redacted};
use super::style::{Style, link, paint, signs};

/// Lines shown of a span that has several.
const LINES_OF_SPAN: usize = 3;

/// How far up the line is looked for that a line belongs to.
const LINES_TO_PARENT: usize = 200;

/// Words beside an underline have at least this room; else they go under it.
const LEAST_ROOM: usize = 24;

/// A place to underline.
struct Mark<'a> {
    span: Span,
    words: Option<&'a str>,
    primary: bool,
}

/// What of one file is shown.
struct FileView<'a> {
    id: SourceId,
    source: &'a Source,
    /// Marks by the line they are drawn under.
    marks: BTreeMap<usize, Vec<LineMark<'a>>>,
    /// Lines shown without marks.
    context: BTreeSet<usize>,
    /// After which line how many more of a span are left out.
    left_out: BTreeMap<usize, usize>,
}

/// A mark's part on one line.
#[derive(Clone)]
struct LineMark<'a> {
    bytes: Range<usize>,
    words: Option<&'a str>,
    primary: bool,
}

/// Writes the snippets, the help and the address of a finding.
pub(super) fn push(
    diagnostic: &Diagnostic,
    sources: &Sources,
    masks: &mut Masks<'_>,
    options: &Options,
    out: &mut String,
) {
    let views = views(diagnostic, sources);
    let digits = views
        .iter()
        .filter_map(FileView::last_line)
        .map(|line| line.to_string().len())
        .max()
        .unwrap_or(1);
    let frame = Frame {
        gutter: digits + 1,
        severity: diagnostic.severity,
        options,
    };
    for (index, view) in views.iter().enumerate() {
        frame.head(
            view,
            (index == 0).then_some(diagnostic),
            index > 0,
            sources,
            out,
        );
        frame.body(view, masks.of(view.id), out);
    }
    frame.foot(diagnostic, out);
}

fn views<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Vec<FileView<'a>> {
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

    /// The bytes of a line; a byte order mark is no part of it.
    fn line(&self, line: usize) -> Range<usize> {
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

    /// The line that says what this one belongs to: the nearest above that stands less deep. Above a blank line, the
    /// nearest that is not.
    fn parent(&self, line: usize) -> Option<usize> {
        // A line of any length: its indentation decides, and blanks can be as many.
        let depth = |text: &str| text.len() - text.trim_start_matches([' ', '\t']).len();
        let own = self.text(line);
        let own = if own.trim().is_empty() {
            usize::MAX
        } else {
            depth(own)
        };
        (1..line).rev().take(LINES_TO_PARENT).find(|line| {
            let text = self.text(*line);
            let body = text.trim_start();
            !body.is_empty() && !body.starts_with('#') && depth(text) < own
        })
    }

    /// The numbers of the lines shown.
    fn lines(&self) -> BTreeSet<usize> {
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

    fn last_line(&self) -> Option<usize> {
        self.context.last().max(self.marks.keys().last()).copied()
    }
}

/// How the frames of one finding are drawn.
struct Frame<'o> {
    /// Cells for line numbers.
    gutter: usize,
    severity: Severity,
    options: &'o Options,
}

impl Frame<'_> {
    fn paint(&self, style: Style, text: &str) -> String {
        paint(style, text, self.options)
    }

    /// Cells beside the frame's side.
    fn room(&self) -> usize {
        self.options.width.max(40).saturating_sub(self.gutter + 3)
    }

    /// Where it is: the file, and for the finding's own file also the place in the values and the object.
    fn head(
        &self,
        view: &FileView<'_>,
        own: Option<&Diagnostic>,
        again: bool,
        sources: &Sources,
        out: &mut String,
    ) {
        let signs = signs(self.options);
        let at = own
            .map(|diagnostic| diagnostic.span.range().start)
            .or_else(|| {
                view.marks
                    .values()
                    .flatten()
                    .map(|mark| mark.bytes.start)
                    .next()
            });
        let at = view.source.line_column(at.unwrap_or_default());
        let place = format!("{}:{}:{}", sources.name(view.id), at.line, at.column);
        let place = glyph::visible(&place, self.options.unicode);
        let blank = " ".repeat(self.gutter);
        let corner = if again { signs.next_file } else { signs.top };
        // The ASCII arrow stands one cell to the left, as it does in other tools.
        let corner_at = self.gutter + 2 - glyph::cells(corner);
        if again {
            out.push_str(&format!(
                "{blank}{}\n",
                self.paint(Style::Faint, signs.side)
            ));
        }
        out.push_str(&" ".repeat(corner_at));
        out.push_str(&self.paint(Style::Faint, corner));
        out.push(' ');
        out.push_str(&self.paint(Style::Strong, &place));
        let mut used = self.gutter + 3 + glyph::cells(&place);
        let more = own.map(|diagnostic| [diagnostic.path.as_deref(), diagnostic.object.as_deref()]);
        for text in more
            .into_iter()
            .flatten()
            .flatten()
            .filter(|text| !text.is_empty())
        {
            let text = glyph::visible(text, self.options.unicode);
            let cells = glyph::cells(&text);
            if used + glyph::cells(signs.dot) + cells <= self.options.width.max(40) {
                out.push_str(&self.paint(Style::Faint, &format!("{}{text}", signs.dot)));
                used += glyph::cells(signs.dot) + cells;
            } else {
                let side = self.paint(Style::Faint, signs.side);
                out.push_str(&format!(
                    "\n{blank}{side}  {}",
                    self.paint(Style::Faint, &text)
                ));
                used = self.gutter + 3 + cells;
            }
        }
        out.push('\n');
    }

    fn body(&self, view: &FileView<'_>, masks: &[Range<usize>], out: &mut String) {
        let signs = signs(self.options);
        let mut before = None;
        for line in view.lines() {
            let told = before.is_some_and(|before| view.left_out.contains_key(&before));
            if !told && before.is_some_and(|before| line > before + 1) {
                self.side(signs.gap, out);
                out.push('\n');
            }
            before = Some(line);
            let marks = view.marks.get(&line).map_or(&[][..], Vec::as_slice);
            let bytes = view.line(line);
            let focus = marks
                .iter()
                .find(|mark| mark.primary)
                .or(marks.first())
                .map_or(bytes.start..bytes.start, |mark| mark.bytes.clone());
            let shown = LineView {
                text: view.source.text(),
                line: bytes,
                masks,
                unicode: self.options.unicode,
            };
            let shown = shown.show(&focus, self.room());
            let number = format!("{line:>width$} ", width = self.gutter - 1);
            out.push_str(&self.paint(Style::Faint, &format!("{number}{}", signs.side)));
            if !shown.text.is_empty() {
                out.push_str("  ");
                out.push_str(&shown.text);
            } else if !marks.is_empty() && line == view.source.line_count() {
                let words = if line == 1 {
                    "(the file is empty)"
                } else {
                    "(end of the file)"
                };
                out.push_str("  ");
                out.push_str(&self.paint(Style::Faint, words));
            }
            out.push('\n');
            self.marks(&shown, marks, out);
            if let Some(number) = view.left_out.get(&line) {
                self.side(signs.gap, out);
                let noun = super::tally::count(*number, "more line");
                out.push_str(&self.paint(Style::Faint, &format!("  {noun}")));
                out.push('\n');
            }
        }
    }

    fn side(&self, sign: &str, out: &mut String) {
        out.push_str(&" ".repeat(self.gutter));
        out.push_str(&self.paint(Style::Faint, sign));
    }

    fn style(&self, primary: bool) -> Style {
        if primary {
            Style::Of(self.severity)
        } else {
            Style::Label
        }
    }

    /// The underlines of one line, and their words: those of the last one beside it, the others below.
    fn marks(&self, shown: &ShownLine, marks: &[LineMark<'_>], out: &mut String) {
        if marks.is_empty() {
            return;
        }
        let signs = signs(self.options);
        let mut marks: Vec<(Range<usize>, &LineMark<'_>)> = marks
            .iter()
            .map(|mark| (shown.cells_of(&mark.bytes), mark))
            .collect();
        marks.sort_by_key(|(cells, mark)| (cells.start, !mark.primary));

        let mut row = Cells::default();
        // The primary one is drawn last: where two overlap, it is the one to see.
        for primary in [false, true] {
            for (cells, mark) in marks.iter().filter(|(_, mark)| mark.primary == primary) {
                let sign = if primary { signs.primary } else { signs.label };
                for at in cells.clone() {
                    row.put(at, sign, self.style(primary));
                }
                if cells.is_empty() {
                    row.put(cells.start, signs.caret, self.style(mark.primary));
                }
            }
        }
        let mut below: Vec<(usize, &str, bool)> = marks
            .iter()
            .filter_map(|(cells, mark)| Some((cells.start, mark.words?, mark.primary)))
            .collect();
        let mut beside = None;
        if let Some((start, words, primary)) = below.last().copied()
            && marks.last().is_some_and(|(cells, _)| cells.start == start)
        {
            let words = self.words(words);
            if row.len() + 1 + glyph::cells(&words) <= self.room() && !words.contains('\n') {
                beside = Some((words, primary));
                below.pop();
            }
        }
        self.row(&row, beside, out);

        while let Some((at, words, primary)) = below.pop() {
            let style = self.style(primary);
            let mut row = Cells::default();
            for (other, _, primary) in &below {
                row.put(*other, signs.stem, self.style(*primary));
            }
            let words = self.words(words);
            let turn = glyph::cells(signs.turn_right);
            let to_the_right = self.room().saturating_sub(at + turn);
            let stems = row.clone();
            if to_the_right >= LEAST_ROOM.min(glyph::cells(&words)) || at < self.room() / 2 {
                let mut stemmed = row;
                stemmed.put_text(at, signs.turn_right, style);
                for line in glyph::wrap(&words, to_the_right, to_the_right.max(LEAST_ROOM), true) {
                    stemmed.pad(at + turn);
                    self.row(&stemmed, Some((line, primary)), out);
                    stemmed = stems.clone();
                }
            } else {
                // No room to the right: the words end where the mark is.
                let space = at.saturating_sub(glyph::cells(signs.turn_left)) + 1;
                for (index, line) in glyph::wrap(&words, space, space, true).iter().enumerate() {
                    let mut row = Cells::default();
                    let line = if index == 0 {
                        format!("{line}{}", signs.turn_left)
                    } else {
                        line.clone()
                    };
                    let end = if index == 0 { at + 1 } else { space };
                    row.pad(end.saturating_sub(glyph::cells(&line)));
                    self.row(&row, Some((line, primary)), out);
                }
            }
        }
    }

    fn words(&self, words: &str) -> String {
        glyph::visible(
            &redacted(words, self.options.unicode).replace('\n', " "),
            self.options.unicode,
        )
    }

    /// One row below a line. Words follow after a blank where the row does not end with one.
    fn row(&self, row: &Cells, words: Option<(String, bool)>, out: &mut String) {
        let signs = signs(self.options);
        self.side(signs.side, out);
        out.push_str("  ");
        let mut at = 0;
        while let Some((_, style)) = row.0.get(at) {
            let run: String = row
                .0
                .iter()
                .skip(at)
                .take_while(|(_, other)| other == style)
                .map(|(c, _)| *c)
                .collect();
            at += run.chars().count();
            out.push_str(&self.paint(*style, &run));
        }
        if let Some((words, primary)) = words {
            if row.0.last().is_some_and(|(c, _)| *c != ' ') {
                out.push(' ');
            }
            out.push_str(&self.paint(self.style(primary), &words));
        }
        out.push('\n');
    }

    /// What to do, and where the documentation asks for it.
    fn foot(&self, diagnostic: &Diagnostic, out: &mut String) {
        let signs = signs(self.options);
        let unicode = self.options.unicode;
        let mut sign = signs.foot;
        let indent = self.gutter + 3;
        let mut lead = |word: &str, out: &mut String| {
            let blank = " ".repeat(self.gutter);
            let sign = std::mem::replace(&mut sign, "");
            let pad = " ".repeat(3usize.saturating_sub(glyph::cells(sign)));
            let sign = self.paint(Style::Faint, sign);
            out.push_str(&format!(
                "{blank}{sign}{pad}{}",
                self.paint(Style::Help, word)
            ));
        };
        if let Some(help) = diagnostic
            .help
            .as_deref()
            .filter(|help| !help.trim().is_empty())
        {
            lead("help:", out);
            let hang = indent + "help: ".len();
            let room = self
                .options
                .width
                .max(40)
                .saturating_sub(hang)
                .max(LEAST_ROOM);
            for (index, line) in glyph::wrap(&redacted(help, unicode), room, room, unicode)
                .iter()
                .enumerate()
            {
                let blank = if index == 0 {
                    " ".to_owned()
                } else {
                    " ".repeat(hang)
                };
                out.push_str(&format!("{blank}{line}\n"));
            }
        }
        if let Some(url) = diagnostic.url.as_deref().filter(|url| !url.is_empty()) {
            lead("docs:", out);
            let url = link(&glyph::visible(url, unicode), self.options);
            out.push_str(&format!(" {url}\n"));
        }
    }
}

/// A row of single cells, each with its style.
#[derive(Clone, Default)]
struct Cells(Vec<(char, Style)>);

impl Cells {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn pad(&mut self, to: usize) {
        while self.0.len() < to {
            self.0.push((' ', Style::Text));
        }
    }

    fn put(&mut self, at: usize, sign: char, style: Style) {
        self.pad(at + 1);
        if let Some(cell) = self.0.get_mut(at) {
            *cell = (sign, style);
        }
    }

    fn put_text(&mut self, at: usize, text: &str, style: Style) {
        for (index, c) in text.chars().enumerate() {
            self.put(at + index, c, style);
        }
    }
}
