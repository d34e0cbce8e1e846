//! Syntax errors in a user's words: what was found, what was expected, and the place to look at.

use std::ops::Range;

use super::{
    ProblemKind,
    events::{Failure, FailureKind},
    layout::{line_end, line_start, opens_template, template_range},
};

/// A problem whose places are still bytes of the parsed text.
pub(super) struct SyntaxDefect {
    pub(super) kind: ProblemKind,
    pub(super) range: Range<usize>,
    pub(super) message: String,
    pub(super) help: Option<String>,
    pub(super) related: Option<(Range<usize>, String)>,
}

/// Describes a Go template where a value was expected.
pub(super) fn unquoted_template(range: Range<usize>, kind: ProblemKind) -> SyntaxDefect {
    SyntaxDefect {
        kind,
        range,
        message: "a Go template must be quoted in YAML, where `{` begins a mapping".to_owned(),
        help: Some(
            "write \"{{ … }}\" or '{{ … }}', or put it into a block scalar (`|`)".to_owned(),
        ),
        related: None,
    }
}

/// The surroundings of a failure: what had been read when it came.
pub(super) struct Context {
    /// Where the scalar before it was written.
    pub(super) last_scalar: Option<Range<usize>>,
    /// Where the innermost `[` or `{` stands that was still open.
    pub(super) open_bracket: Option<usize>,
}

/// Says what a failure means.
pub(super) fn explain(text: &str, failure: &Failure, context: Context) -> SyntaxDefect {
    let at = failure.at.min(text.len());
    if matches!(failure.kind, FailureKind::Nesting) {
        return SyntaxDefect {
            kind: ProblemKind::LimitExceeded(crate::Limit::Nesting),
            range: one_character(text, at),
            message: "too many collections are nested here".to_owned(),
            help: None,
            related: None,
        };
    }
    if let Some(template) = template_near(text, at) {
        return unquoted_template(template, ProblemKind::Syntax);
    }
    let mut found = SyntaxDefect {
        kind: ProblemKind::Syntax,
        range: one_character(text, at),
        message: String::new(),
        help: None,
        related: None,
    };
    let (message, help) = match (&failure.kind, context.open_bracket) {
        // The next key of the mapping around an unclosed bracket is read as its content.
        (FailureKind::UnexpectedColon, Some(open)) if open < line_start(text, at) => {
            found.range = one_character(text, open);
            found.related = Some((
                one_character(text, at),
                "this is read as its content".to_owned(),
            ));
            describe(text, &FailureKind::UnclosedBracket, open, None, &mut found)
        }
        (kind, _) => describe(text, kind, at, context.last_scalar, &mut found),
    };
    found.message = message;
    found.help = (!help.is_empty()).then(|| help.to_owned());
    found
}

/// Gives message and help for a kind of failure; moves the range of `found` where a better place is known.
fn describe(
    text: &str,
    kind: &FailureKind,
    at: usize,
    last_scalar: Option<Range<usize>>,
    found: &mut SyntaxDefect,
) -> (String, &'static str) {
    let fixed = |message: &str, help: &'static str| (message.to_owned(), help);
    match kind {
        FailureKind::UnclosedQuote => fixed(
            "this quote is never closed",
            "close it; within double quotes write \\\" and within single quotes '' for the quote itself",
        ),
        FailureKind::UnclosedBracket => {
            let open = character_at(text, at);
            (
                format!("this `{open}` is never closed"),
                "close it, or quote the value if it is a string",
            )
        }
        FailureKind::MismatchedBracket { open, close } => (
            format!("this `{open}` is closed by a `{close}`"),
            "close the brackets in the order in which they were opened",
        ),
        FailureKind::StrayBracket => {
            let bracket = character_at(text, at);
            (
                format!("this `{bracket}` closes nothing"),
                "remove it, or quote the value if it is a string",
            )
        }
        FailureKind::MissingComma { close } => (
            format!("expected `,` or `{close}` here"),
            "separate the items with commas and close the bracket",
        ),
        FailureKind::Tab => {
            found.range = tab_near(text, at).unwrap_or(found.range.clone());
            fixed("a tab cannot indent YAML", "indent with spaces")
        }
        FailureKind::ExpectedKey => expected_key(text, at),
        FailureKind::ExpectedDash => fixed(
            "expected another `- ` item of the list here",
            "indent what belongs to the item above, and unindent what follows the list",
        ),
        FailureKind::Indentation => fixed(
            "this line is not indented as what it belongs to",
            "indent it as deep as its siblings",
        ),
        FailureKind::MissingColon => {
            found.range = line_text(text, at);
            fixed(
                "expected `key: value` here, but no `:` follows",
                "write `key: value`, with a space after the colon",
            )
        }
        FailureKind::UnexpectedColon => unexpected_colon(text, at, last_scalar, found),
        FailureKind::UnexpectedDash => fixed(
            "a `-` cannot be here",
            "begin the list on a line of its own, or quote the value if it is a string",
        ),
        FailureKind::UnexpectedKey => fixed(
            "a key cannot be here",
            "begin the mapping on a line of its own",
        ),
        FailureKind::Character(character) if character.is_control() => (
            format!(
                "the control character U+{:04X} is not allowed in YAML",
                u32::from(*character)
            ),
            "remove it, or write it as an escape in double quotes",
        ),
        FailureKind::Character(character) => (
            format!("a value cannot begin with `{character}`"),
            "quote it",
        ),
        FailureKind::Escape => {
            found.range = bad_escape(text, at).unwrap_or(found.range.clone());
            fixed(
                "there is no such escape in YAML",
                "write \\\\ for a backslash, or use single quotes, where it is an ordinary character",
            )
        }
        FailureKind::AfterQuote => fixed(
            "nothing may follow the closing quote",
            "put the whole value in quotes",
        ),
        FailureKind::BlockHeader => fixed(
            "only an indentation of 1 to 9 and `+` or `-` may follow `|` or `>`",
            "begin the text on the next line",
        ),
        FailureKind::CommentTooClose => fixed(
            "a comment needs a space before its `#`",
            "quote the value if the `#` is part of it",
        ),
        FailureKind::CommentInText => fixed(
            "a comment cannot interrupt a string of several lines",
            "quote the string, or use a block scalar",
        ),
        FailureKind::Directive => fixed(
            "this directive is not valid",
            "leave it out: Helm needs none",
        ),
        FailureKind::Tag => fixed(
            "this tag is not valid",
            "quote the value if the `!` is part of it",
        ),
        FailureKind::AnchorName => {
            let sign = character_at(text, at.saturating_sub(1));
            let sign = if matches!(sign, '&' | '*') {
                sign
            } else {
                character_at(text, at)
            };
            (
                format!("expected a name after `{sign}`"),
                "quote the value if it is a string",
            )
        }
        FailureKind::DocumentStart => fixed(
            "expected the end of the document or a new one (`---`) here",
            "a document holds one value: check the indentation and the line above",
        ),
        FailureKind::Nesting => fixed("too many collections are nested here", ""),
        FailureKind::Other(message) => (message.clone(), ""),
    }
}

fn expected_key(text: &str, at: usize) -> (String, &'static str) {
    let message = "expected a key of the mapping here".to_owned();
    let line = text.get(line_start(text, at)..at).unwrap_or_default();
    if !line.trim().is_empty() {
        return (message, "quote the value before it if this belongs to it");
    }
    if character_at(text, at) == '-' {
        return (
            message,
            "a list cannot follow keys at the same level: check the indentation",
        );
    }
    (
        message,
        "indent it as deep as the other keys of the mapping",
    )
}

/// Describes a `:` where no key can be: either the line is indented below a value, or the value itself holds `: `.
fn unexpected_colon(
    text: &str,
    at: usize,
    last: Option<Range<usize>>,
    found: &mut SyntaxDefect,
) -> (String, &'static str) {
    let start = line_start(text, at);
    if let Some(last) = last.filter(|last| last.start < start && last.end > start) {
        let key = text.get(start..at).unwrap_or_default();
        let indentation = key.len() - key.trim_start().len();
        let value_end = line_end(text, last.start).min(last.end);
        found.range = start + indentation..at + 1;
        found.related = Some((
            last.start..value_end,
            "the value that it would continue".to_owned(),
        ));
        return (
            "this key is indented as if it continued the value above".to_owned(),
            "indent it as deep as its siblings, or remove the value above it",
        );
    }
    (
        "a `:` followed by a space cannot be inside a value".to_owned(),
        "quote the value",
    )
}

/// Finds an unquoted `{{` at the beginning of a value, on the line of the error or the one above.
fn template_near(text: &str, at: usize) -> Option<Range<usize>> {
    let start = line_start(text, at);
    let on_line = template_in_line(text, start..line_end(text, at));
    on_line.filter(|found| found.start <= at).or_else(|| {
        let above = text.get(..start)?.trim_end().len();
        let above_start = line_start(text, above);
        // Above, only a line of nothing but a template: `{{- if … }}`.
        let line = text.get(above_start..above)?;
        let whole = line.trim_start().starts_with("{{");
        whole.then(|| template_in_line(text, above_start..above))?
    })
}

fn template_in_line(text: &str, line: Range<usize>) -> Option<Range<usize>> {
    let content = text.get(line.clone())?;
    let at = content.find("{{")?;
    let before = content.get(..at)?.trim_end();
    let begins_value = before.is_empty() || before.ends_with([':', '-', '[', ',']);
    (begins_value && opens_template(text, line.start + at))
        .then(|| template_range(text, line.start + at))
}

/// Finds the tab at or around an error: the parser may point just past it.
fn tab_near(text: &str, at: usize) -> Option<Range<usize>> {
    let line = text.get(line_start(text, at)..line_end(text, at))?;
    let tab = line_start(text, at) + line.find('\t')?;
    Some(tab..tab + 1)
}

/// Finds the first escape in a double-quoted scalar from `quote` on that YAML does not know.
fn bad_escape(text: &str, quote: usize) -> Option<Range<usize>> {
    let mut characters = text.get(quote + 1..)?.char_indices();
    while let Some((offset, character)) = characters.next() {
        let at = quote + 1 + offset;
        match character {
            '"' => return None,
            '\\' => {}
            _ => continue,
        }
        let (_, escape) = characters.next()?;
        let digits = match escape {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            '0' | 'a' | 'b' | 't' | '\t' | 'n' | 'v' | 'f' | 'r' | 'e' | ' ' | '"' | '/' | '\\'
            | 'N' | '_' | 'L' | 'P' | '\n' | '\r' => continue,
            _ => return Some(at..at + 1 + escape.len_utf8()),
        };
        let hex: String = text.get(at + 2..)?.chars().take(digits).collect();
        let whole = at..at + 2 + hex.len();
        let code = u32::from_str_radix(&hex, 16)
            .ok()
            .filter(|_| hex.chars().count() == digits);
        if code.and_then(char::from_u32).is_none() {
            return Some(whole);
        }
    }
    None
}

/// Returns the text of a line without its indentation.
fn line_text(text: &str, at: usize) -> Range<usize> {
    let range = line_start(text, at)..line_end(text, at);
    let line = text.get(range.clone()).unwrap_or_default();
    let start = range.start + (line.len() - line.trim_start().len());
    start..(range.start + line.trim_end().len()).max(start)
}

fn character_at(text: &str, at: usize) -> char {
    text.get(at..)
        .and_then(|rest| rest.chars().next())
        .unwrap_or(' ')
}

/// Returns the character at an offset; nothing at the end of a line.
fn one_character(text: &str, at: usize) -> Range<usize> {
    match text.get(at..).and_then(|rest| rest.chars().next()) {
        Some('\n' | '\r') | None => at..at,
        Some(character) => at..at + character.len_utf8(),
    }
}
