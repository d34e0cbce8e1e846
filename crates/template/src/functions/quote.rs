//! Go's `%q`.

use portolan_yaml::OPAQUE;

/// `strconv.Quote`; what is not known stays as it is.
pub(super) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for at in text.chars() {
        match at {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            OPAQUE => out.push(at),
            at if at < ' ' || at == '\u{7f}' => out.push_str(&format!("\\x{:02x}", u32::from(at))),
            at if !is_printable(at) && u32::from(at) > 0xffff => {
                out.push_str(&format!("\\U{:08x}", u32::from(at)))
            }
            at if !is_printable(at) => out.push_str(&format!("\\u{:04x}", u32::from(at))),
            at => out.push(at),
        }
    }
    out.push('"');
    out
}

/// Near enough to Go's `strconv.IsPrint`: letters, marks, numbers, punctuation, symbols and the plain space. Characters
/// that Unicode has not assigned count as printable here.
fn is_printable(at: char) -> bool {
    !(at.is_control()
        || at.is_whitespace() && at != ' '
        || matches!(u32::from(at),
            0xad | 0x61c | 0x180e | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0xe000..=0xf8ff
            | 0xfdd0..=0xfdef | 0xfeff | 0xfff0..=0xfffb | 0xfffe | 0xffff | 0xe0001..=0xe007f | 0xf0000..=0x10ffff))
}
