//! Whether a pattern is worth being built for a text.

use super::TOKEN_STARTS;

/// In a longer text than this the search for hints would cost as much as the pattern.
const LONGEST: usize = 64 * 1024;

/// Tells whether the text may hold a token; false only where nothing in it is a token by its form.
pub(super) fn of_token(text: &str) -> bool {
    // In patterns that ignore case the long s is an `s`.
    text.len() > LONGEST
        || TOKEN_STARTS.iter().any(|(start, least)| {
            text.match_indices(start)
                .any(|(at, _)| is_token(text.get(at + start.len()..).unwrap_or_default(), *least))
        })
        || ["bearer", "basic"]
            .iter()
            .any(|word| is_followed_by_blank(text, word))
        || text.contains('\u{17f}')
}

fn is_token(rest: &str, least: usize) -> bool {
    rest.bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        .nth(least - 1)
        .is_some()
}

fn is_followed_by_blank(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len() + 1).any(|window| {
        window.split_last().is_some_and(|(last, start)| {
            matches!(last, b' ' | b'\t') && start.eq_ignore_ascii_case(word.as_bytes())
        })
    })
}
