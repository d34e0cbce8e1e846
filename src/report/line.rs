//! One line of a file as it is shown: masked, made visible, and cut around the place that matters.
//!
//! A line may have megabytes (minified JSON, base64), so nothing here looks further than what fits on the screen.

use std::ops::Range;

use super::glyph;
use super::secret;

/// The visible part of a line.
pub(super) struct ShownLine {
    /// The text; holds nothing that a terminal would obey.
    pub text: String,
    /// Its width in cells.
    pub cells: usize,
    units: Vec<DisplayUnit>,
    /// Cells that the ellipsis before the first unit takes.
    lead: usize,
}

/// A character, or a whole secret.
struct DisplayUnit {
    bytes: Range<usize>,
    cell: usize,
    width: usize,
}

impl ShownLine {
    /// Returns the cells under which a byte range is shown. Text that was cut away is at the ellipsis.
    pub(super) fn cells_of(&self, bytes: &Range<usize>) -> Range<usize> {
        let start = self.cell_at(bytes.start);
        if bytes.is_empty() {
            return start..start;
        }
        let index = self
            .units
            .partition_point(|unit| unit.bytes.end < bytes.end);
        let end = match self.units.get(index) {
            Some(unit) if unit.bytes.start < bytes.end => unit.cell + unit.width,
            Some(unit) => unit.cell,
            None => self.cells,
        };
        start..end.max(start)
    }

    fn cell_at(&self, offset: usize) -> usize {
        match self.units.first() {
            Some(first) if offset < first.bytes.start => return self.lead.saturating_sub(1),
            Some(_) => {}
            None => return self.cells,
        }
        let index = self.units.partition_point(|unit| unit.bytes.end <= offset);
        self.units.get(index).map_or_else(
            || self.units.last().map_or(0, |unit| unit.cell + unit.width),
            |unit| unit.cell,
        )
    }
}

/// A line of a text, and what of it must not be read.
pub(super) struct LineView<'a> {
    /// The whole text.
    pub text: &'a str,
    /// The bytes of the line, without its line break.
    pub line: Range<usize>,
    /// Secrets of the whole text: sorted, apart from each other.
    pub masks: &'a [Range<usize>],
    /// Draw with more than ASCII.
    pub unicode: bool,
}

impl LineView<'_> {
    /// Cuts the line to `room` cells around `focus`.
    pub(super) fn show(&self, focus: &Range<usize>, room: usize) -> ShownLine {
        let room = room.max(16);
        let (whole, complete) = self.forward(self.line.start, room);
        if complete {
            return self.assemble(whole, false, false);
        }
        let ellipsis = glyph::cells(glyph::ellipsis(self.unicode));
        let room = room - 2 * ellipsis;
        // What stands to the left says what the value belongs to, so it gets a third; it gets more where the focus is short
        // and the line ends soon after it.
        let anchor = self.floor(focus.start.clamp(self.line.start, self.line.end));
        let (right, _) = self.forward(anchor, room - room / 3);
        let used = right.last().map_or(0, |unit| unit.cell + unit.width);
        let start = self.backward(anchor, room - used);
        let (units, _) = self.forward(start, room);
        let ends = units.last().map_or(start, |unit| unit.bytes.end);
        self.assemble(units, start > self.line.start, ends < self.line.end)
    }

    fn assemble(
        &self,
        mut units: Vec<DisplayUnit>,
        cut_before: bool,
        cut_after: bool,
    ) -> ShownLine {
        let mut text = String::new();
        let mut lead = 0;
        if cut_before {
            text.push_str(glyph::ellipsis(self.unicode));
            lead = glyph::cells(&text);
        }
        let mut cells = lead;
        for unit in &mut units {
            unit.cell += lead;
            cells = unit.cell + unit.width;
            self.push(&unit.bytes, &mut text);
        }
        if cut_after {
            let sign = glyph::ellipsis(self.unicode);
            text.push_str(sign);
            cells += glyph::cells(sign);
        }
        ShownLine {
            text,
            cells,
            units,
            lead,
        }
    }

    /// Units from `at` on that fit, and whether the line ends with them.
    fn forward(&self, at: usize, room: usize) -> (Vec<DisplayUnit>, bool) {
        let mut units = Vec::new();
        let mut at = at;
        let mut cell = 0;
        let mut scratch = String::new();
        while let Some(bytes) = self.unit_from(at) {
            scratch.clear();
            let width = self.push(&bytes, &mut scratch);
            // Marks that take no cell at all are bounded too.
            if cell + width > room || units.len() > 4 * room {
                return (units, false);
            }
            at = bytes.end;
            units.push(DisplayUnit { bytes, cell, width });
            cell += width;
        }
        (units, true)
    }

    /// Returns the start of the units before `at` that fit.
    fn backward(&self, at: usize, room: usize) -> usize {
        let mut at = at;
        let mut used = 0;
        let mut scratch = String::new();
        for _ in 0..4 * room {
            let Some(bytes) = self.unit_before(at) else {
                return at;
            };
            scratch.clear();
            used += self.push(&bytes, &mut scratch);
            if used > room {
                return at;
            }
            at = bytes.start;
        }
        at
    }

    /// Appends what is shown for a unit.
    fn push(&self, bytes: &Range<usize>, out: &mut String) -> usize {
        if self.mask_over(bytes.start).is_some() {
            let mask = secret::mask(self.unicode);
            out.push_str(mask);
            return glyph::cells(mask);
        }
        let unit = self.text.get(bytes.clone()).unwrap_or_default();
        unit.chars()
            .map(|c| glyph::push(c, self.unicode, out))
            .sum()
    }

    fn unit_from(&self, at: usize) -> Option<Range<usize>> {
        if at >= self.line.end {
            return None;
        }
        if let Some(mask) = self.mask_over(at) {
            return Some(at..mask.end.min(self.line.end));
        }
        let c = self.text.get(at..)?.chars().next()?;
        Some(at..at + c.len_utf8())
    }

    fn unit_before(&self, at: usize) -> Option<Range<usize>> {
        if at <= self.line.start {
            return None;
        }
        if let Some(mask) = self.mask_over(at - 1) {
            return Some(mask.start.max(self.line.start)..at);
        }
        let c = self.text.get(..at)?.chars().next_back()?;
        Some(at - c.len_utf8()..at)
    }

    /// Returns the start of the unit that holds the byte.
    fn floor(&self, at: usize) -> usize {
        match self.mask_over(at) {
            Some(mask) => mask.start.max(self.line.start),
            None => self.text.floor_char_boundary(at),
        }
    }

    fn mask_over(&self, at: usize) -> Option<&Range<usize>> {
        let index = self.masks.partition_point(|mask| mask.end <= at);
        self.masks.get(index).filter(|mask| mask.start <= at)
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::single_range_in_vec_init
    )]
    use super::*;

    fn view<'a>(text: &'a str, masks: &'a [Range<usize>]) -> LineView<'a> {
        LineView {
            text,
            line: 0..text.len(),
            masks,
            unicode: true,
        }
    }

    #[test]
    fn cells_count_wide_characters_twice_and_tabs_four_times() {
        let text = "名: \tx";
        let shown = view(text, &[]).show(&(0..0), 80);
        assert_eq!(shown.text, "名: →   x");
        let x = text.find('x').unwrap();
        assert_eq!(shown.cells_of(&(x..x + 1)), 8..9);
        assert_eq!(shown.cells_of(&(text.len()..text.len())), 9..9);
        assert_eq!(shown.cells_of(&(0..3)), 0..2);
    }

    #[test]
    fn a_secret_is_as_long_as_any_other_and_what_follows_keeps_its_place() {
        let text = r#"password: "hunter2" # old"#;
        let masks = [11..18];
        let shown = view(text, &masks).show(&(0..0), 80);
        assert_eq!(shown.text, r#"password: "••••••••" # old"#);
        let hash = text.find('#').unwrap();
        assert_eq!(shown.cells_of(&(hash..hash + 1)), 21..22);
        assert_eq!(shown.cells_of(&(13..15)), 11..19);
    }

    #[test]
    fn a_long_line_is_cut_around_what_matters() {
        let text = format!("{}timeoutSec{}", "a".repeat(4000), "b".repeat(4000));
        let shown = view(&text, &[]).show(&(4000..4010), 60);
        assert_eq!(shown.cells, 60);
        assert!(shown.text.starts_with("…a") && shown.text.ends_with("b…"));
        let cells = shown.cells_of(&(4000..4010));
        assert_eq!(cells.len(), 10);
        let chars: Vec<char> = shown.text.chars().collect();
        assert_eq!(chars[cells].iter().collect::<String>(), "timeoutSec");
        // What lies outside is pointed at where the line was cut.
        assert_eq!(shown.cells_of(&(3..4)), 0..1);
        assert_eq!(shown.cells_of(&(7990..7991)), 59..60);
        let end = view(&text, &[]).show(&(8010..8010), 60);
        assert!(end.text.starts_with("…b") && !end.text.ends_with('…'));
    }
}
