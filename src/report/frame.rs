//! The framed snippets of one finding: for each file the lines that matter, underlined, with their words.
//!
//! Only these lines are looked at. What a whole file would cost is paid once, for its masks.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, Severity};
use portolan_yaml::source::Sources;

use super::Options;
use super::glyph;
use super::line::{LineView, ShownLine};
use super::secret::{Masks, redacted};
use super::style::{Style, paint, signs};
use super::view::{FileView, LineMark, views};

/// Words beside an underline have at least this room; else they go under it.
const LEAST_ROOM: usize = 24;

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
    let frame = SnippetFrame {
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

/// The frames of one finding, and how they are drawn.
struct SnippetFrame<'o> {
    /// Cells for line numbers.
    gutter: usize,
    severity: Severity,
    options: &'o Options,
}

impl SnippetFrame<'_> {
    fn paint(&self, style: Style, text: &str) -> String {
        paint(style, text, self.options)
    }

    /// Returns how many cells are left beside the frame's side.
    fn room(&self) -> usize {
        self.options.width.max(40).saturating_sub(self.gutter + 3)
    }

    /// Draws the head: the file, and for the finding's own file also the place in the values and the object.
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
            let text = redacted(text, self.options.unicode);
            let text = glyph::visible(&text, self.options.unicode);
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

    /// Draws the underlines of one line, and their words: those of the last one beside it, the others below.
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

    /// Draws one row below a line. Words follow after a space where the row does not end with one.
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

    /// Draws the help. The documentation's address is given once, at the end of the report: most findings share it.
    fn foot(&self, diagnostic: &Diagnostic, out: &mut String) {
        let signs = signs(self.options);
        let unicode = self.options.unicode;
        let indent = self.gutter + 3;
        let lead = |word: &str, out: &mut String| {
            let blank = " ".repeat(self.gutter);
            let sign = signs.foot;
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
