//! Where a span begins and ends, in the lines and columns that other programs count.

use std::ops::Range;

use portolan_yaml::source::{LineColumn, Source, Sources, Span};

/// The units that a column counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ColumnUnit {
    /// Unicode code points, as everywhere in this program.
    Characters,
    /// UTF-16 code units, as editors and their protocols count.
    Utf16,
}

/// A part of a file: lines and columns from 1; the end is exclusive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Region {
    pub start: LineColumn,
    pub end: LineColumn,
}

/// Returns the region of a span, without the spaces and line breaks at its end: those of a block belong to no one, and
/// would reach into the line below.
pub(super) fn region(span: Span, sources: &Sources, unit: ColumnUnit) -> Region {
    let start = LineColumn { line: 1, column: 1 };
    let Some(source) = sources.get(span.source) else {
        return Region { start, end: start };
    };
    let Range { start, end } = span.range();
    let text = source.text();
    let start = text.floor_char_boundary(start);
    let end = text.ceil_char_boundary(end).max(start);
    let end = start + text.get(start..end).unwrap_or_default().trim_end().len();
    Region {
        start: place(source, start, unit),
        end: place(source, end, unit),
    }
}

fn place(source: &Source, offset: usize, unit: ColumnUnit) -> LineColumn {
    let at = source.line_column(offset);
    if unit == ColumnUnit::Characters {
        return at;
    }
    let start = source.line_range(at.line).start;
    let before = source.text().get(start..offset).unwrap_or_default();
    let before = before.strip_prefix('\u{feff}').unwrap_or(before);
    LineColumn {
        column: before.chars().map(char::len_utf16).sum::<usize>() + 1,
        ..at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_in_the_unit_that_is_asked_for() {
        let mut sources = Sources::default();
        let text = "\u{feff}a: 😀ö x\nb:\n  c: 1\n\n";
        let id = sources.add("v.yaml", text);
        let at = |part: &str| {
            let start = text.find(part).unwrap_or_default();
            Span::new(id, start, start + part.len())
        };
        let columns = |span, unit| {
            let Region { start, end } = region(span, &sources, unit);
            (start.line, start.column, end.line, end.column)
        };
        assert_eq!(columns(at("x"), ColumnUnit::Characters), (1, 7, 1, 8));
        assert_eq!(columns(at("x"), ColumnUnit::Utf16), (1, 8, 1, 9));
        assert_eq!(columns(at("😀"), ColumnUnit::Utf16), (1, 4, 1, 6));
        // The blank line below a block is no part of it.
        assert_eq!(
            columns(at("b:\n  c: 1\n\n"), ColumnUnit::Utf16),
            (2, 1, 3, 7)
        );
        assert_eq!(columns(Span::NOWHERE, ColumnUnit::Utf16), (1, 1, 1, 1));
    }
}
