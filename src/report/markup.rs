//! Text of others within Markdown and HTML: shown as it is, and nothing in it is obeyed.
//!
//! Our sentences put code into backticks, and only that is kept as markup. Everything else that Markdown, HTML, or the
//! services that show comments would act on is written as an entity: links, tables, emphasis, tags, mathematics. After `@`
//! and `#` stands a character of no width, because services look for `@name` and `#12` in what has been rendered, where
//! entities are no more; within code they do not look.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::glyph::escaped;
use super::secret::redacted;

/// Characters that could end a link's target, or the attribute that it becomes.
const IN_ADDRESS: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'\'')
    .add(b'(')
    .add(b')')
    .add(b'<')
    .add(b'>')
    .add(b'@')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Escapes a sentence for one line.
pub(super) fn inline(text: &str) -> String {
    let text = escaped(&redacted(text, true));
    let mut shown = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some((before, after)) = rest.split_once('`') {
        let Some((code, after)) = after.split_once('`') else {
            break;
        };
        push_words(before, &mut shown);
        if code.is_empty() {
            shown.push_str("&#96;&#96;");
        } else {
            shown.push_str(&code_span(code));
        }
        rest = after;
    }
    push_words(rest, &mut shown);
    shown
}

/// Writes a word of code on one line: a path, a name.
pub(super) fn code(text: &str) -> String {
    code_span(&escaped(&redacted(text, true)))
}

/// Writes lines of code as an element `pre`: HTML that blank lines do not end.
pub(super) fn block(text: &str) -> String {
    let text = redacted(text.trim_end(), true);
    let lines: Vec<String> = text.lines().map(|line| entities(&escaped(line))).collect();
    format!("<pre>\n{}\n</pre>", lines.join("\n"))
}

/// Returns the address of a document as the target of a link; `None` for one that a reader may not be led to.
pub(super) fn address(url: &str) -> Option<String> {
    let web = url.starts_with("https://") || url.starts_with("http://");
    let url = redacted(url, false);
    let whole = url.split('%').skip(1).all(|rest| {
        let mut digits = rest.bytes().take(2).filter(u8::is_ascii_hexdigit);
        digits.next().is_some() && digits.next().is_some()
    });
    let plain = url.chars().all(|c| !c.is_whitespace() && !c.is_control());
    (web && whole && plain).then(|| utf8_percent_encode(&url, IN_ADDRESS).to_string())
}

fn code_span(code: &str) -> String {
    format!("<code>{}</code>", entities(code))
}

fn push_words(words: &str, out: &mut String) {
    let words = entities(words);
    out.push_str(
        &words
            .replace("&#64;", "@\u{200b}")
            .replace("&#35;", "&#35;\u{200b}"),
    );
}

/// Replaces markup by entities. A name that begins with `www.` would become a link.
fn entities(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_active(c) {
            shown.push_str(&entity(c));
        } else {
            shown.push(c);
        }
    }
    shown.replace("www.", "www&#46;")
}

fn entity(c: char) -> String {
    format!("&#{};", u32::from(c))
}

/// Tells whether a character can be markup: all ASCII punctuation but what is never markup within a line.
fn is_active(c: char) -> bool {
    c.is_ascii_punctuation() && !matches!(c, '-' | '.' | '/' | ',' | ';' | '=' | '+' | '%' | '?')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_kept_and_everything_else_is_text() {
        assert_eq!(
            inline("set `a.b|c` to *11*"),
            "set <code>a.b&#124;c</code> to &#42;11&#42;"
        );
        assert_eq!(
            inline("<b>`</code>`"),
            "&#60;b&#62;<code>&#60;/code&#62;</code>"
        );
        assert_eq!(inline("a ` b"), "a &#96; b");
        assert_eq!(inline("``"), "&#96;&#96;");
        assert_eq!(inline("two\nlines"), "two&#92;nlines");
    }

    #[test]
    fn nobody_is_called_and_nothing_is_linked() {
        assert_eq!(
            inline("@ada see #12, https://x.example and [x](y)"),
            "@\u{200b}ada see &#35;\u{200b}12, https&#58;//x.example and &#91;x&#93;&#40;y&#41;"
        );
        assert_eq!(inline("`www.x.example`"), "<code>www&#46;x.example</code>");
        let to = |url| address(url).unwrap_or_default();
        assert_eq!(to("https://x.example/a)|b"), "https://x.example/a%29%7Cb");
        assert_eq!(
            to("https://ada:s3cret@x.example"),
            "https://ada:********%40x.example"
        );
        for none in [
            "javascript:alert(1)",
            "https://x.example/a b",
            "https://x.example/%zz",
        ] {
            assert_eq!(address(none), None);
        }
    }
}
