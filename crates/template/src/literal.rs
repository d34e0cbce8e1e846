//! Go's notation of numbers and strings.

use super::ast::Bytes;
use super::lexer::TokenKind;

/// A number in Go's notation.
pub(super) fn parse_number(written: &str) -> Option<TokenKind> {
    let (negative, digits) = match written.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, written.strip_prefix('+').unwrap_or(written)),
    };
    let lower = digits.to_ascii_lowercase().replace('_', "");
    if !lower.starts_with(|at: char| at.is_ascii_digit() || at == '.') {
        return None;
    }
    let radix = [("0x", 16), ("0o", 8), ("0b", 2)]
        .into_iter()
        .find_map(|(prefix, radix)| Some((lower.strip_prefix(prefix)?, radix)));
    let whole = match radix {
        Some((digits, radix)) => Some(i128::from_str_radix(digits, radix).ok()?),
        None if lower.len() > 1
            && lower.starts_with('0')
            && lower.bytes().all(|at| at.is_ascii_digit()) =>
        {
            Some(i128::from_str_radix(&lower, 8).ok()?)
        }
        None => lower.parse::<i128>().ok(),
    };
    if let Some(whole) = whole {
        return i64::try_from(if negative { -whole } else { whole })
            .ok()
            .map(TokenKind::Int);
    }
    let value: f64 = lower.parse().ok().filter(|value: &f64| value.is_finite())?;
    Some(TokenKind::Float(if negative { -value } else { value }))
}

/// The text of a Go string literal; `Err` with the range of an escape that Go does not know.
pub(super) fn unescape(body: &str) -> Result<String, Bytes> {
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(back) = rest.find('\\') {
        out.push_str(rest.get(..back).unwrap_or_default());
        let escape = rest.get(back..).unwrap_or_default();
        let start = body.len() - escape.len();
        let shown = escape.chars().take(2).map(char::len_utf8).sum::<usize>();
        let (made, len) = read_escape(escape).ok_or(start..start + shown)?;
        out.push(made);
        rest = escape.get(len..).unwrap_or_default();
    }
    out.push_str(rest);
    Ok(out)
}

/// The character an escape sequence stands for and its length in bytes.
fn read_escape(text: &str) -> Option<(char, usize)> {
    let coded = |from: usize, len: usize, radix: u32| {
        let digits = text.get(from..from + len)?;
        let code = u32::from_str_radix(digits, radix).ok()?;
        Some((char::from_u32(code)?, from + len))
    };
    let made = match text.chars().nth(1)? {
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        '\\' => '\\',
        '"' => '"',
        'x' => return coded(2, 2, 16),
        'u' => return coded(2, 4, 16),
        'U' => return coded(2, 8, 16),
        '0'..='7' => return coded(1, 3, 8),
        _ => return None,
    };
    Some((made, 2))
}
