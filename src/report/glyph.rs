//! What a character looks like on a terminal, and how wide it is there; wrapping by that width.
//!
//! Texts come from files that nobody has vouched for. A control character, an escape sequence or a mark that turns the
//! reading direction is shown as a symbol of itself: it must neither reach the terminal nor hide from the reader.

use unicode_width::UnicodeWidthChar;

/// A word longer than this is cut: a message may quote a value of any length.
const LONGEST_WORD: usize = 400;

/// Appends what is shown for a character and returns the cells it takes.
///
/// Every character has one width wherever it stands (a tab takes four cells), so that a part of a line can be measured
/// without what comes before it.
pub(super) fn push(c: char, unicode: bool, out: &mut String) -> usize {
    let code = u32::from(c);
    match c {
        '\t' if unicode => {
            out.push_str("→   ");
            4
        }
        '\t' => {
            out.push_str("^I  ");
            4
        }
        '\u{0}'..='\u{1f}' | '\u{7f}' if unicode => {
            // The Unicode block "Control Pictures" follows the order of ASCII, with DEL at its end.
            let picture = if code == 0x7f { 0x2421 } else { 0x2400 + code };
            out.push(char::from_u32(picture).unwrap_or('?'));
            1
        }
        '\u{0}'..='\u{1f}' | '\u{7f}' => {
            out.push('^');
            out.push(char::from_u32(code ^ 0x40).unwrap_or('?'));
            2
        }
        _ if is_deceptive(c) => {
            let name = format!("<U+{code:04X}>");
            out.push_str(&name);
            name.len()
        }
        _ => {
            out.push(c);
            c.width().unwrap_or(0)
        }
    }
}

/// Tells whether a reader cannot see a character, or takes it for another: C1 controls, marks of reading direction,
/// zero-width characters, line separators that YAML 1.2 does not know, the no-break space, noncharacters that XML
/// cannot hold.
fn is_deceptive(c: char) -> bool {
    matches!(
        c,
        '\u{80}'..='\u{a0}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202f}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{fffe}'..='\u{ffff}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// Returns the text as it may be shown, on one line.
pub(crate) fn visible(text: &str, unicode: bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        push(c, unicode, &mut shown);
    }
    shown
}

/// Returns the text on one line without anything that moves a cursor, in the escapes that programmers know (`\n`,
/// `\u{1b}`).
pub(super) fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || (is_deceptive(c) && c != '\u{a0}') {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Counts the cells of a text that [`visible`] made.
pub(crate) fn cells(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// Breaks a text into lines of at most `room` cells; the first has `first` cells.
///
/// Line breaks of the text are kept, and so is the indentation of its lines: help may show a few lines of YAML. A word that
/// is longer than the room is left whole, because a path or an address that was broken cannot be copied.
pub(crate) fn wrap(text: &str, first: usize, room: usize, unicode: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.trim_end().lines() {
        let indent = paragraph.len() - paragraph.trim_start_matches(' ').len();
        let indent = indent.min(room / 2);
        let mut line = " ".repeat(indent);
        let mut used = indent;
        let mut empty = true;
        for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
            let word = shortened(visible(word, unicode), unicode);
            let width = cells(&word);
            let room = if lines.is_empty() { first } else { room };
            if !empty && used + 1 + width > room {
                lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
                used = indent;
                empty = true;
            }
            if !empty {
                line.push(' ');
                used += 1;
            }
            line.push_str(&word);
            used += width;
            empty = false;
        }
        lines.push(line);
    }
    if lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

fn shortened(word: String, unicode: bool) -> String {
    if word.len() <= LONGEST_WORD {
        return word;
    }
    let cut: String = word.chars().take(LONGEST_WORD / 4).collect();
    cut + ellipsis(unicode)
}

/// Returns the sign for text that is left out.
pub(super) fn ellipsis(unicode: bool) -> &'static str {
    if unicode { "…" } else { "..." }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_sequence_in_a_file_is_shown_and_not_obeyed() {
        assert_eq!(visible("a\u{1b}[31mb\r", true), "a␛[31mb␍");
        assert_eq!(visible("a\u{1b}[31mb\u{7f}", false), "a^[[31mb^?");
        assert_eq!(visible("x\u{202e}y\u{85}", true), "x<U+202E>y<U+0085>");
        assert_eq!(escaped("a\nb\u{1b}[0m"), "a\\nb\\u{1b}[0m");
    }

    #[test]
    fn text_wraps_at_the_width_in_cells_and_keeps_its_own_lines() {
        let text = "写真 写真 写真\n  type: LoadBalancer";
        let lines = wrap(text, 9, 9, true);
        assert_eq!(lines, ["写真 写真", "写真", "  type:", "  LoadBalancer"]);
        assert_eq!(wrap("", 10, 10, true), [""]);
    }

    #[test]
    fn a_word_of_any_length_is_cut() {
        let long = "x".repeat(5000);
        assert_eq!(wrap(&long, 80, 80, true), ["x".repeat(100) + "…"]);
    }
}
