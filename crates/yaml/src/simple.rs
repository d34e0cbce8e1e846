//! Reads the YAML that nearly all manifests are written in, and nothing else.
//!
//! The parser takes 25 ns for a byte, since it must be ready for all of YAML at each of them. Rendered manifests are
//! block mappings and sequences of scalars on one line, literal blocks, `{}` and lists such as `["a", "b"]`; for these
//! alone a scan of the lines is ten times as fast. It gives up at the first byte that it does not fully understand, and
//! then the parser reads the whole document instead. So it never has to be right about what is odd, only about what is
//! plain; `tests/simple.rs` holds both ways against each other.

use std::ops::Range;

use memchr::memchr;

/// A piece of a document, with its place in bytes of the text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Token {
    /// The document begins here.
    Start { at: usize, explicit: bool },
    /// From `#` to the end of its line.
    Comment {
        start: usize,
        end: usize,
        own_line: bool,
    },
    /// A scalar as it was written.
    Plain { start: usize, end: usize },
    /// A scalar in quotes, which are part of the range; its text is what stands between them.
    Quoted { start: usize, end: usize },
    /// A block scalar `|`, from its first character to the line below it.
    Literal {
        start: usize,
        end: usize,
        indentation: usize,
        strip: bool,
    },
    /// A value that was left out.
    Omitted { at: usize },
    /// A sequence or mapping begins.
    Open { at: usize, kind: TokenKind },
    /// The innermost sequence or mapping ends.
    Close { at: usize },
}

/// The kinds of collections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Mapping,
    Sequence,
    FlowMapping,
    FlowSequence,
}

/// Longer keys are left to the parser, which has a limit for them.
const LONGEST_KEY: usize = 128;

/// Puts the document in `chunk` into `tokens`; `None` where there is anything in it that is not simple. The chunk
/// begins with the text or at a `---`, and ends with the text or before the next `---`.
pub(super) fn read(
    text: &str,
    chunk: Range<usize>,
    deepest: usize,
    tokens: &mut Vec<Token>,
) -> Option<()> {
    tokens.clear();
    let bytes = text.as_bytes().get(..chunk.end)?;
    let body = bytes.get(chunk.start..)?;
    // No early exit, so that many bytes are looked at in one step.
    let odd = body.iter().fold(false, |odd, byte| {
        odd | !matches!(byte, b' '..=b'~' | b'\n' | b'\t')
    });
    if odd {
        return None;
    }
    let mut lines = Lines {
        bytes,
        tokens,
        open: Vec::new(),
        deepest,
        waiting: None,
        line: chunk.start,
        begun: false,
        rooted: false,
    };
    if body.starts_with(b"---") {
        if body.get(3) != Some(&b'\n') {
            return None;
        }
        lines.begin(chunk.start, true);
        lines.line += 4;
    }
    lines.read()
}

/// An open block collection.
struct Open {
    column: usize,
    is_sequence: bool,
}

struct Lines<'t> {
    /// The text up to the end of the chunk.
    bytes: &'t [u8],
    tokens: &'t mut Vec<Token>,
    open: Vec<Open>,
    /// No more collections than these within one another.
    deepest: usize,
    /// Just after the colon of a key of the innermost mapping that has no value yet.
    waiting: Option<usize>,
    /// Where the line begins.
    line: usize,
    begun: bool,
    rooted: bool,
}

/// A key with its colon.
struct SimpleKey {
    token: Token,
    after: usize,
}

impl Lines<'_> {
    fn read(&mut self) -> Option<()> {
        while self.line < self.bytes.len() {
            let end = self.line_end(self.line);
            let first = self.skip_spaces(self.line);
            let next = match self.byte(first) {
                _ if first >= end => end + 1,
                Some(b'#') => {
                    self.comment(first, end, true);
                    end + 1
                }
                _ => self.content(first, end)?,
            };
            self.line = next;
        }
        self.omit();
        while self.open.pop().is_some() {
            self.close(self.bytes.len());
        }
        self.rooted.then_some(())
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    fn line_end(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        memchr(b'\n', rest).map_or(self.bytes.len(), |length| from + length)
    }

    fn skip_spaces(&self, mut at: usize) -> usize {
        while self.byte(at) == Some(b' ') {
            at += 1;
        }
        at
    }

    fn begin(&mut self, at: usize, explicit: bool) {
        self.begun = true;
        self.tokens.push(Token::Start { at, explicit });
    }

    fn comment(&mut self, start: usize, end: usize, own_line: bool) {
        self.tokens.push(Token::Comment {
            start,
            end,
            own_line,
        });
    }

    fn close(&mut self, at: usize) {
        self.tokens.push(Token::Close { at });
    }

    /// Opens a block collection.
    fn open(&mut self, at: usize, is_sequence: bool) -> Option<()> {
        if self.open.len() >= self.deepest {
            return None;
        }
        let kind = if is_sequence {
            TokenKind::Sequence
        } else {
            TokenKind::Mapping
        };
        self.tokens.push(Token::Open { at, kind });
        self.open.push(Open {
            column: at - self.line,
            is_sequence,
        });
        Some(())
    }

    /// Says that the value of a key was left out, if one still waits for it.
    fn omit(&mut self) {
        if let Some(at) = self.waiting.take() {
            self.tokens.push(Token::Omitted { at });
        }
    }

    /// `- `
    fn is_dash(&self, at: usize) -> bool {
        self.byte(at) == Some(b'-') && self.byte(at + 1) == Some(b' ')
    }

    /// Reads a line with something on it from `first` to `end`; gives the start of the line to go on with.
    fn content(&mut self, first: usize, end: usize) -> Option<usize> {
        if !self.begun {
            self.begin(first, false);
        }
        let column = first - self.line;
        if self.waiting.is_some()
            && matches!(self.byte(first), Some(b'{' | b'['))
            && self.open.last()?.column < column
        {
            self.waiting = None;
            return self.flow(first, end);
        }
        self.arrive(first, column, self.is_dash(first))?;
        let mut at = first;
        while self.is_dash(at) {
            let item = self.skip_spaces(at + 1);
            if self.is_dash(item) {
                self.open(item, true)?;
            } else if let Some(key) = self.key(item, end) {
                self.open(item, false)?;
                return self.entry(key, end, item - self.line);
            } else {
                return self.value(item, end, at - self.line);
            }
            at = item;
        }
        let key = self.key(at, end)?;
        self.entry(key, end, column)
    }

    /// Closes and opens what the indentation of a line asks for.
    fn arrive(&mut self, at: usize, column: usize, dash: bool) -> Option<()> {
        if self.waiting.is_some() {
            let parent = self.open.last()?.column;
            if column > parent || (column == parent && dash) {
                self.waiting = None;
                return self.open(at, dash);
            }
            self.omit();
        }
        // A list may stand at the column of its key: the next key ends it.
        while self.open.last().is_some_and(|open| {
            open.column > column || (open.column == column && open.is_sequence && !dash)
        }) {
            self.open.pop();
            self.close(at);
        }
        match self.open.last() {
            None if self.rooted || column > 0 => None,
            None => {
                self.rooted = true;
                self.open(at, dash)
            }
            Some(open) => (open.column == column && open.is_sequence == dash).then_some(()),
        }
    }

    fn key(&self, at: usize, end: usize) -> Option<SimpleKey> {
        let (token, colon) = match self.byte(at)? {
            b'"' | b'\'' => {
                let close = self.quoted(at, end)?;
                (
                    Token::Quoted {
                        start: at,
                        end: close,
                    },
                    close,
                )
            }
            first if is_word(first) && first != b'-' => {
                let rest = self.bytes.get(at..end)?;
                let length = rest.iter().position(|byte| !is_word(*byte))?;
                let colon = at + length;
                (
                    Token::Plain {
                        start: at,
                        end: colon,
                    },
                    colon,
                )
            }
            _ => return None,
        };
        let after = colon + 1;
        let is_key = self.byte(colon) == Some(b':')
            && (after >= end || self.byte(after) == Some(b' '))
            && colon < end
            && colon - at <= LONGEST_KEY;
        is_key.then_some(SimpleKey { token, after })
    }

    /// Reads a key with what follows it on its line.
    fn entry(&mut self, key: SimpleKey, end: usize, column: usize) -> Option<usize> {
        self.tokens.push(key.token);
        let at = self.skip_spaces(key.after);
        if at < end && self.byte(at) != Some(b'#') {
            return self.value(at, end, column);
        }
        self.waiting = Some(key.after);
        self.rest(key.after, end)
    }

    /// Nothing but spaces and a comment may stand from `at` on; gives the next line.
    fn rest(&mut self, at: usize, end: usize) -> Option<usize> {
        let sign = self.skip_spaces(at);
        if sign < end {
            if self.byte(sign) != Some(b'#') || sign == at {
                return None;
            }
            self.comment(sign, end, false);
        }
        Some(end + 1)
    }

    fn value(&mut self, at: usize, end: usize, parent: usize) -> Option<usize> {
        match self.byte(at).filter(|_| at < end)? {
            b'"' | b'\'' => {
                let close = self.quoted(at, end)?;
                self.tokens.push(Token::Quoted {
                    start: at,
                    end: close,
                });
                self.rest(close, end)
            }
            b'|' => self.literal(at, end, parent),
            b'{' | b'[' => self.flow(at, end),
            b'-' if self.byte(at + 1).is_some_and(is_word) => self.plain(at, end),
            first if begins_plain(first) => self.plain(at, end),
            _ => None,
        }
    }

    /// Reads a scalar without quotes, to the end of its line or a comment.
    fn plain(&mut self, at: usize, end: usize) -> Option<usize> {
        let mut stop = end;
        let rest = self.bytes.get(at..end)?;
        for (offset, byte) in rest.iter().enumerate() {
            match byte {
                b'\t' => return None,
                b':' if matches!(rest.get(offset + 1), None | Some(b' ' | b'\t')) => return None,
                b'#' if rest.get(offset.wrapping_sub(1)) == Some(&b' ') => {
                    stop = at + offset;
                    break;
                }
                _ => {}
            }
        }
        let written = self.bytes.get(at..stop)?;
        let spaces = written.iter().rev().take_while(|byte| **byte == b' ');
        let close = stop - spaces.count();
        self.tokens.push(Token::Plain {
            start: at,
            end: close,
        });
        self.rest(close, end)
    }

    /// Returns the place just after the closing quote, if what stands between means itself.
    fn quoted(&self, at: usize, end: usize) -> Option<usize> {
        let quote = self.byte(at)?;
        let rest = self.bytes.get(at + 1..end)?;
        let length = rest
            .iter()
            .position(|byte| *byte == quote || matches!(byte, b'\\' | b'\t'))?;
        let close = at + 1 + length;
        let is_end = self.byte(close) == Some(quote) && self.byte(close + 1) != Some(quote);
        is_end.then_some(close + 1)
    }

    /// `{}`, and `[…]` of words and quoted scalars on one line.
    fn flow(&mut self, at: usize, end: usize) -> Option<usize> {
        if self.open.len() >= self.deepest {
            return None;
        }
        let is_mapping = self.byte(at) == Some(b'{');
        let (kind, bracket) = match is_mapping {
            true => (TokenKind::FlowMapping, b'}'),
            false => (TokenKind::FlowSequence, b']'),
        };
        self.tokens.push(Token::Open { at, kind });
        let mut close = at + 1;
        if self.byte(close) != Some(bracket) {
            if is_mapping {
                return None;
            }
            close = self.items(close, end)?;
        }
        self.close(close + 1);
        self.rest(close + 1, end)
    }

    /// Reads the items of a list in brackets; gives the place of the closing one.
    fn items(&mut self, mut at: usize, end: usize) -> Option<usize> {
        loop {
            at = self.skip_spaces(at);
            let close = match self.byte(at).filter(|_| at < end)? {
                b'"' | b'\'' => {
                    let close = self.quoted(at, end)?;
                    self.tokens.push(Token::Quoted {
                        start: at,
                        end: close,
                    });
                    close
                }
                first if first.is_ascii_alphanumeric() => {
                    let rest = self.bytes.get(at..end)?;
                    let close = at + rest.iter().position(|byte| !is_word(*byte))?;
                    self.tokens.push(Token::Plain {
                        start: at,
                        end: close,
                    });
                    close
                }
                _ => return None,
            };
            at = self.skip_spaces(close);
            match self.byte(at).filter(|_| at < end)? {
                b',' => at += 1,
                b']' => return Some(at),
                _ => return None,
            }
        }
    }

    /// `|` or `|-`, and the lines below that are indented deeper than the parent.
    fn literal(&mut self, at: usize, end: usize, parent: usize) -> Option<usize> {
        let strip = self.byte(at + 1) == Some(b'-');
        if at + 1 + usize::from(strip) != end {
            return None;
        }
        let mut line = end + 1;
        let start = self.skip_spaces(line);
        let indentation = start.checked_sub(line)?;
        // Empty lines and tabs at the beginning have rules of their own.
        let odd = matches!(self.byte(start), None | Some(b'\n' | b'\t'));
        if odd || indentation <= parent {
            return None;
        }
        while line < self.bytes.len() {
            let first = self.skip_spaces(line);
            let end = self.line_end(line);
            if first < end && first - line < indentation {
                if first - line > parent || self.byte(first) == Some(b'\t') {
                    return None;
                }
                break;
            }
            if end == self.bytes.len() {
                return None;
            }
            line = end + 1;
        }
        self.tokens.push(Token::Literal {
            start,
            end: line,
            indentation,
            strip,
        });
        Some(line)
    }
}

/// Says whether keys, and words in brackets, are made of a byte.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/')
}

/// Says whether a scalar without quotes may begin with a byte; a dash is looked at for itself.
fn begins_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'_' | b'.' | b'/' | b'(' | b'$' | b'+' | b'^' | b';' | b'<' | b'=' | b'~' | b'\\'
        )
}
