//! Questions about how a text is laid out that the parser's events leave open.
//!
//! All offsets are bytes of the text that was parsed. Nothing here fails: where the text is not what was expected, the
//! answer is the place that was asked about.

use std::ops::Range;

/// Skips whitespace, line breaks and comments from `at`.
fn skip_blank(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => at += 1,
            b'#' => at = line_end(text, at),
            _ => break,
        }
    }
    at
}

/// Returns the end of the line that `at` lies in, before its line break.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    at + rest
        .iter()
        .position(|byte| matches!(byte, b'\n' | b'\r'))
        .unwrap_or(rest.len())
}

/// Returns the start of the line that `at` lies in, behind a byte order mark.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    let mark = '\u{feff}';
    let marked = if text.starts_with(mark) {
        mark.len_utf8()
    } else {
        0
    };
    before
        .iter()
        .rposition(|byte| matches!(byte, b'\n' | b'\r'))
        .map_or(marked.min(at), |at| at + 1)
}

/// Returns the place just after the colon that follows a key which ends at `key_end`; the key's end if there is none
/// (`{key}`).
pub(super) fn after_colon(text: &str, key_end: usize) -> usize {
    let at = skip_blank(text, key_end);
    match text.as_bytes().get(at) {
        Some(b':') => at + 1,
        _ => key_end,
    }
}

/// Returns the place just after the first dash from `from` on, which is the end of the item before, of the key above,
/// or the dash itself.
pub(super) fn after_dash(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at = skip_blank(text, at);
        match text.as_bytes().get(at)? {
            b'-' => return Some(at + 1),
            b':' => at += 1,
            // An anchor or tag of the sequence.
            b'&' | b'!' => {
                let rest = text.get(at..)?;
                at += rest.find([' ', '\t', '\n', '\r']).unwrap_or(rest.len());
            }
            _ => return None,
        }
    }
}

/// Returns a block scalar's content without the line break at its end and without empty lines below; for a block scalar
/// without content, the place just after its header.
pub(super) fn block_content(text: &str, range: Range<usize>) -> Range<usize> {
    let mut content = text.get(range.clone()).unwrap_or_default();
    loop {
        content = content.trim_end_matches(['\n', '\r']);
        let last_line = content
            .rfind(['\n', '\r'])
            .and_then(|at| content.get(at + 1..))
            .unwrap_or(content);
        if content.is_empty() || !last_line.bytes().all(|byte| byte == b' ') {
            break;
        }
        content = content.trim_end_matches(' ');
    }
    if !content.is_empty() {
        return range.start..range.start + content.len();
    }
    let header = text.get(..range.start).unwrap_or_default().trim_end();
    header.len()..header.len()
}

/// Returns true where a Go template begins.
pub(super) fn opens_template(text: &str, at: usize) -> bool {
    text.get(at..).is_some_and(|rest| rest.starts_with("{{"))
}

/// From `{{` at `at` to its `}}`, or to the end of the line where that does not follow.
pub(super) fn template_range(text: &str, at: usize) -> Range<usize> {
    let end = line_end(text, at);
    let line = text.get(at..end).unwrap_or_default();
    match line.find("}}") {
        Some(close) => at..at + close + 2,
        None => at..at + line.trim_end().len(),
    }
}

/// Returns the directives above a `---` at `start`, in order.
pub(super) fn directives(text: &str, start: usize) -> Vec<(Range<usize>, &str)> {
    let mut found = Vec::new();
    let mut end = start;
    while end > 0 {
        let start = line_start(text, end.saturating_sub(1));
        let line = text.get(start..end).unwrap_or_default();
        let line = line.trim_end().trim_start_matches('\u{feff}');
        match line.bytes().next() {
            Some(b'%') => found.push((start..start + line.len(), line)),
            None | Some(b'#') => {}
            _ => break,
        }
        end = start;
    }
    found.reverse();
    found
}

/// Returns the first character that goyaml refuses wherever it stands (`readerc.go`), or that ends a line for it alone
/// (`yamlprivateh.go`: YAML 1.1 has more line breaks than 1.2).
pub(super) fn control_character(text: &str) -> Option<(usize, char)> {
    const BLOCK: usize = 64;
    let may_begin_one = |byte: &u8| {
        (*byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r'))
            || matches!(byte, 0x7f | 0xc2 | 0xe2 | 0xef)
    };
    let bytes = text.as_bytes();
    let mut from = 0;
    loop {
        // What begins none of the refused characters is passed over quickly: without an early exit, many bytes at a time.
        let block = bytes.get(from..from + BLOCK);
        if block.is_some_and(|block| {
            !block
                .iter()
                .fold(false, |odd, byte| odd | may_begin_one(byte))
        }) {
            from += BLOCK;
            continue;
        }
        let offset = bytes.get(from..)?.iter().position(may_begin_one)?;
        let at = from + offset;
        let character = text.get(at..)?.chars().next()?;
        let refused = match character {
            '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}' => true,
            _ => character.is_control(),
        };
        if refused {
            return Some((at, character));
        }
        from = at + character.len_utf8();
    }
}
