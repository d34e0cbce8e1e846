//! Splits a template into text and actions, and actions into tokens with byte ranges.
//!
//! It goes on after an error: an action that is never closed ends with its first line, and what follows is text again.

use super::ast::{Bytes, SyntaxProblem};
use super::literal::{parse_number, unescape};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    /// A keyword, function, `true`, `false` or `nil`.
    Word(String),
    /// `.name`, without the dot.
    Field(String),
    /// `$` or `$name`.
    Variable(String),
    Dot,
    Text(String),
    Int(i64),
    Float(f64),
    Pipe,
    Open,
    Close,
    Comma,
    Declare,
    Assign,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub kind: TokenKind,
    pub range: Bytes,
}

#[derive(Debug)]
pub(super) enum Segment {
    /// Literal text after trimming; never empty.
    Text(Bytes),
    Action {
        range: Bytes,
        tokens: Vec<Token>,
        /// False where a problem was reported within, so that the parser need not report its consequences.
        sound: bool,
    },
}

const SPACES: [char; 4] = [' ', '\t', '\r', '\n'];

/// Splits a whole template.
pub(super) fn lex(text: &str, problems: &mut Vec<SyntaxProblem>) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut at = 0;
    let mut trim_left = false;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        let open = rest.find("{{").map(|offset| at + offset);
        let mut range = at..open.unwrap_or(text.len());
        let inside = open
            .and_then(|open| text.get(open + 2..))
            .unwrap_or_default();
        let trim_right =
            inside.starts_with('-') && inside.get(1..).is_some_and(|rest| rest.starts_with(SPACES));
        let piece = text.get(range.clone()).unwrap_or_default();
        if trim_left {
            range.start += piece.len() - piece.trim_start_matches(SPACES).len();
        }
        let piece = text.get(range.clone()).unwrap_or_default();
        if trim_right {
            range.end -= piece.len() - piece.trim_end_matches(SPACES).len();
        }
        if !range.is_empty() {
            segments.push(Segment::Text(range));
        }
        let Some(open) = open else { break };
        let mut action = ActionLexer {
            text,
            open,
            at: open + if trim_right { 3 } else { 2 },
            tokens: Vec::new(),
            problems: Vec::new(),
        };
        let end = action.run();
        at = end.at.max(open + 2);
        trim_left = end.trims;
        let sound = action.problems.is_empty();
        problems.append(&mut action.problems);
        if !end.comment {
            segments.push(Segment::Action {
                range: open..at,
                tokens: action.tokens,
                sound,
            });
        }
    }
    segments
}

struct ActionLexer<'t> {
    text: &'t str,
    open: usize,
    at: usize,
    tokens: Vec<Token>,
    problems: Vec<SyntaxProblem>,
}

/// How an action ended.
struct End {
    at: usize,
    trims: bool,
    comment: bool,
}

impl<'t> ActionLexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn problem(&mut self, range: Bytes, message: impl Into<String>, help: Option<&str>) {
        self.problems.push(SyntaxProblem {
            range,
            message: message.into(),
            help: help.map(str::to_owned),
            limit: None,
        });
    }

    fn run(&mut self) -> End {
        // A comment follows the braces at once, or one space after their `-`.
        let trims = usize::from(self.at > self.open + 2);
        if self
            .rest()
            .get(trims..)
            .is_some_and(|body| body.starts_with("/*"))
        {
            return self.comment(self.at + trims);
        }
        loop {
            let rest = self.rest();
            if rest.starts_with("}}") {
                return self.closed(2, false);
            }
            let blank = rest.len() - rest.trim_start_matches(SPACES).len();
            // A trim marker needs a space before it: `3-}}` is a number and an error.
            if blank > 0
                && rest
                    .get(blank..)
                    .is_some_and(|rest| rest.starts_with("-}}"))
            {
                return self.closed(blank + 3, true);
            }
            self.at += blank;
            let rest = self.rest();
            let Some(first) = rest.chars().next() else {
                return self.unclosed();
            };
            if rest.starts_with("}}") {
                return self.closed(2, false);
            }
            if rest.starts_with("{{") {
                return self.unclosed();
            }
            if first == '}' {
                self.problem(
                    self.at..self.at + 1,
                    "found a single `}`, expected `}}`",
                    None,
                );
                return self.closed(1, false);
            }
            if !self.token(first) {
                // An open string swallows the rest; the action is taken to end where its line does, or at a `}}` there.
                let line = self.rest().split('\n').next().unwrap_or_default();
                self.at += line.find("}}").map_or(line.len(), |close| close + 2);
                return self.closed(0, false);
            }
        }
    }

    fn closed(&mut self, delimiter: usize, trims: bool) -> End {
        self.at += delimiter;
        End {
            at: self.at,
            trims,
            comment: false,
        }
    }

    /// The action runs into the next one, or the text ends.
    fn unclosed(&mut self) -> End {
        let read = self.text.get(self.open..self.at).unwrap_or_default();
        let line = read.split('\n').next().unwrap_or_default();
        let line = line.trim_end_matches(SPACES);
        let end = self.open + line.len();
        // What was read beyond the line was never meant as part of the action.
        self.tokens.retain(|token| token.range.end <= end);
        self.problems.clear();
        self.problem(
            self.open..end,
            "this action is never closed: expected `}}`",
            Some("write `}}` where the action ends; a literal `{{` is written `{{ \"{{\" }}`"),
        );
        End {
            at: end,
            trims: false,
            comment: false,
        }
    }

    fn comment(&mut self, start: usize) -> End {
        let body = self.text.get(start..).unwrap_or_default();
        let Some(close) = body.find("*/") else {
            let line = body
                .split('\n')
                .next()
                .unwrap_or_default()
                .trim_end_matches(SPACES);
            self.problem(
                self.open..start + line.len(),
                "this comment is never closed: expected `*/}}`",
                None,
            );
            return End {
                at: self.text.len(),
                trims: false,
                comment: true,
            };
        };
        self.at = start + close + 2;
        let rest = self.rest();
        if rest.starts_with("}}") {
            self.at += 2;
        } else {
            let blank = rest.len() - rest.trim_start_matches(SPACES).len();
            if blank > 0
                && rest
                    .get(blank..)
                    .is_some_and(|rest| rest.starts_with("-}}"))
            {
                return End {
                    at: self.at + blank + 3,
                    trims: true,
                    comment: true,
                };
            }
            self.problem(
                self.open..self.at,
                "a comment must fill its whole action: expected `*/}}` or `*/ -}}`",
                None,
            );
            self.at += rest.find("}}").map_or(rest.len(), |close| close + 2);
        }
        End {
            at: self.at,
            trims: false,
            comment: true,
        }
    }

    fn push(&mut self, len: usize, kind: TokenKind) -> bool {
        self.tokens.push(Token {
            kind,
            range: self.at..self.at + len,
        });
        self.at += len;
        true
    }

    /// Reads one token; false where the rest of the action cannot be read.
    fn token(&mut self, first: char) -> bool {
        let rest = self.rest();
        match first {
            '|' => self.push(1, TokenKind::Pipe),
            '(' => self.push(1, TokenKind::Open),
            ')' => self.push(1, TokenKind::Close),
            ',' => self.push(1, TokenKind::Comma),
            '=' => self.push(1, TokenKind::Assign),
            ':' if rest.starts_with(":=") => self.push(2, TokenKind::Declare),
            '"' => self.quoted(),
            '`' => self.raw(),
            '\'' => self.character(),
            '.' if !rest
                .get(1..)
                .is_some_and(|rest| rest.starts_with(|at: char| at.is_ascii_digit())) =>
            {
                let name = word(rest.get(1..).unwrap_or_default());
                match name {
                    "" => self.push(1, TokenKind::Dot),
                    name => self.push(1 + name.len(), TokenKind::Field(name.to_owned())),
                }
            }
            '$' => {
                let name = word(rest.get(1..).unwrap_or_default());
                self.push(1 + name.len(), TokenKind::Variable(format!("${name}")))
            }
            '0'..='9' | '+' | '-' | '.' => self.number(),
            _ => {
                let name = word(rest);
                if name.is_empty() {
                    let len = first.len_utf8();
                    let help = match first {
                        '“' | '”' | '‘' | '’' => {
                            Some("write the straight quotation mark `\"`")
                        }
                        ':' => Some("a variable is declared with `:=`"),
                        '/' if rest.starts_with("/*") => Some(
                            "a comment follows the braces at once: `{{/* … */}}` or `{{- /* … */ -}}`",
                        ),
                        _ => None,
                    };
                    self.problem(
                        self.at..self.at + len,
                        format!("unexpected `{first}` in an action"),
                        help,
                    );
                    self.at += len;
                    return true;
                }
                self.push(name.len(), TokenKind::Word(name.to_owned()))
            }
        }
    }

    fn quoted(&mut self) -> bool {
        let rest = self.rest();
        let mut escaped = false;
        for (offset, at) in rest.char_indices().skip(1) {
            match at {
                '\n' => break,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => {
                    let body = rest.get(1..offset).unwrap_or_default();
                    let value = unescape(body).unwrap_or_else(|bad| {
                        let start = self.at + 1 + bad.start;
                        self.problem(
                            start..start + bad.len(),
                            "this escape is not known in a string",
                            Some("a backslash is written `\\\\`; in a string within `…` marks backslashes are taken literally"),
                        );
                        body.to_owned()
                    });
                    return self.push(offset + 1, TokenKind::Text(value));
                }
                _ => {}
            }
        }
        let line = rest.split('\n').next().unwrap_or_default();
        let shown = line
            .split("}}")
            .next()
            .unwrap_or_default()
            .trim_end_matches(SPACES);
        self.problem(
            self.at..self.at + shown.len().max(1),
            "this string is never closed: expected `\"` on the same line",
            None,
        );
        false
    }

    fn raw(&mut self) -> bool {
        let rest = self.rest();
        let Some(close) = rest.get(1..).and_then(|rest| rest.find('`')) else {
            self.problem(
                self.at..self.at + 1,
                "this string is never closed: expected another `` ` ``",
                None,
            );
            return false;
        };
        let body = rest.get(1..=close).unwrap_or_default().replace('\r', "");
        self.push(close + 2, TokenKind::Text(body))
    }

    fn character(&mut self) -> bool {
        let rest = self.rest();
        let mut escaped = false;
        for (offset, at) in rest.char_indices().skip(1) {
            match at {
                '\n' => break,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '\'' => {
                    let body = rest.get(1..offset).unwrap_or_default();
                    let value = if body == "\\'" {
                        Ok("'".to_owned())
                    } else {
                        unescape(body)
                    };
                    let mut characters = value.iter().flat_map(|value| value.chars());
                    if let (Some(only), None) = (characters.next(), characters.next()) {
                        return self.push(offset + 1, TokenKind::Int(i64::from(u32::from(only))));
                    }
                    self.problem(
                        self.at..self.at + offset + 1,
                        "single quotation marks hold one character",
                        Some("a string is written within `\"` marks"),
                    );
                    return self.push(offset + 1, TokenKind::Int(0));
                }
                _ => {}
            }
        }
        self.problem(
            self.at..self.at + 1,
            "this character is never closed: expected `'`",
            None,
        );
        false
    }

    fn number(&mut self) -> bool {
        let rest = self.rest();
        let mut len = 0;
        let mut previous = ' ';
        let unsigned = rest.strip_prefix(['+', '-']).unwrap_or(rest);
        let hexadecimal = unsigned.starts_with("0x") || unsigned.starts_with("0X");
        for at in rest.chars() {
            let sign = matches!(at, '+' | '-');
            let after_exponent =
                !hexadecimal && matches!(previous, 'e' | 'E') || matches!(previous, 'p' | 'P');
            if !(at.is_alphanumeric()
                || matches!(at, '.' | '_')
                || sign && (len == 0 || after_exponent))
            {
                break;
            }
            previous = at;
            len += at.len_utf8();
        }
        let written = rest.get(..len).unwrap_or_default();
        match parse_number(written) {
            Some(kind) => self.push(len, kind),
            None => {
                let len = len.max(1);
                let shown = rest.get(..len).unwrap_or_default().to_owned();
                let help = (shown == "-")
                    .then_some("a trim marker is written ` -}}`, with a space before it");
                self.problem(
                    self.at..self.at + len,
                    format!("`{shown}` is not a number"),
                    help,
                );
                self.push(len, TokenKind::Int(0))
            }
        }
    }
}

/// The longest identifier at the start of a text.
fn word(text: &str) -> &str {
    let end = text
        .find(|at: char| !(at.is_alphanumeric() || at == '_'))
        .unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}
