//! Colours, links and the signs that things are drawn with.

use crate::diagnostic::{Severity, Verdict};

use super::Options;

/// The roles of a piece of text, so that one place says how each looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Style {
    /// As the terminal shows text.
    Text,
    /// Line numbers, frames and what may be skipped.
    Faint,
    /// Text to be read first.
    Strong,
    /// A severity's word, and the underline of what it is about.
    Of(Severity),
    /// Other places, and their words.
    Label,
    /// Advice.
    Help,
    /// A verdict.
    Verdict(Verdict),
}

impl Style {
    fn code(self) -> Option<&'static str> {
        Some(match self {
            Style::Text => return None,
            Style::Faint => "2",
            Style::Strong => "1",
            Style::Of(Severity::Error) | Style::Verdict(Verdict::Violated) => "1;31",
            Style::Of(Severity::Warning) | Style::Verdict(Verdict::Undecided) => "1;33",
            // Bright blue cannot be read on a dark ground in many themes; cyan can, on both.
            Style::Of(Severity::Note) => "1;36",
            Style::Label => "36",
            Style::Help | Style::Verdict(Verdict::Met) => "1;32",
            Style::Verdict(Verdict::NotApplicable) => "2",
        })
    }
}

/// The signs that frames are drawn with.
#[derive(Debug)]
pub(super) struct Signs {
    pub top: &'static str,
    pub next_file: &'static str,
    pub side: &'static str,
    pub gap: &'static str,
    pub foot: &'static str,
    pub primary: char,
    pub label: char,
    pub caret: char,
    pub stem: char,
    pub turn_right: &'static str,
    pub turn_left: &'static str,
    pub dot: &'static str,
    pub met: &'static str,
    pub violated: &'static str,
    pub undecided: &'static str,
    pub not_applicable: &'static str,
}

const UNICODE: Signs = Signs {
    top: "╭─",
    next_file: "├─",
    side: "│",
    gap: "⋮",
    foot: "╰─",
    primary: '━',
    label: '─',
    caret: '^',
    stem: '│',
    turn_right: "╰─ ",
    turn_left: " ─╯",
    dot: " · ",
    met: "✓",
    violated: "✗",
    undecided: "?",
    not_applicable: "–",
};

const ASCII: Signs = Signs {
    top: "-->",
    next_file: "-->",
    side: "|",
    gap: ":",
    foot: "=",
    primary: '^',
    label: '-',
    caret: '^',
    stem: '|',
    turn_right: "`- ",
    turn_left: " -'",
    dot: " | ",
    met: "+",
    violated: "x",
    undecided: "?",
    not_applicable: "-",
};

/// Returns the signs that the options allow.
pub(super) fn signs(options: &Options) -> &'static Signs {
    if options.unicode { &UNICODE } else { &ASCII }
}

/// Paints the text in its style. The text must have been made visible before.
pub(crate) fn paint(style: Style, text: &str, options: &Options) -> String {
    match style.code() {
        Some(code) if options.color && !text.is_empty() => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        _ => text.to_owned(),
    }
}

/// Writes the address, clickable where the options allow it.
pub(crate) fn link(url: &str, options: &Options) -> String {
    // Anything else could end the escape sequence early.
    let plain = url.bytes().all(|byte| byte.is_ascii_graphic());
    if options.links && plain {
        format!("\u{1b}]8;;{url}\u{1b}\\{url}\u{1b}]8;;\u{1b}\\")
    } else {
        url.to_owned()
    }
}

/// Returns the sign of a verdict.
pub(super) fn verdict_sign(verdict: Verdict, options: &Options) -> &'static str {
    let signs = signs(options);
    match verdict {
        Verdict::Met => signs.met,
        Verdict::Violated => signs.violated,
        Verdict::Undecided => signs.undecided,
        Verdict::NotApplicable => signs.not_applicable,
    }
}
