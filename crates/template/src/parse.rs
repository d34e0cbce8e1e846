//! Makes a syntax tree of a template, going on after every error.
//!
//! Blocks are kept on a stack of their own, not on the machine's, and may be nested as deep as the limits say.

use super::Limits;
use super::ast::{Branch, Bytes, Parsed, Pipeline, Statement, SyntaxProblem};
use super::lexer::{Segment, Token, TokenKind, lex};
use super::pipeline::{VariableScope, parse_pipeline};
use crate::Limit;

/// At most this many problems are kept of one template.
const MAX_PROBLEMS: usize = 50;

/// Parses a template. Problems are sorted by where they stand.
pub(super) fn parse(text: &str, limits: &Limits) -> Parsed {
    let mut problems = Vec::new();
    let segments = lex(text, &mut problems);
    let mut parser = Parser {
        text,
        open: Vec::new(),
        body: Vec::new(),
        defines: Vec::new(),
        scope: VariableScope::new(),
        limits,
        problems,
        too_deep: 0,
    };
    for segment in segments {
        match segment {
            Segment::Text(range) => parser.body.push(Statement::Text(range)),
            Segment::Action {
                range,
                tokens,
                sound,
            } => parser.action(range, &tokens, sound),
        }
    }
    parser.finish()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum BlockKind {
    If,
    With,
    Range,
    Define,
    Block,
}

impl BlockKind {
    fn word(self) -> &'static str {
        match self {
            BlockKind::If => "if",
            BlockKind::With => "with",
            BlockKind::Range => "range",
            BlockKind::Define => "define",
            BlockKind::Block => "block",
        }
    }
}

/// A block whose `end` has not come yet.
struct Open {
    kind: BlockKind,
    /// The action that opened it.
    start: Bytes,
    /// The statements before it, of the block around it.
    outer: Vec<Statement>,
    branches: Vec<Branch>,
    /// Condition and action of the branch being read; `None` after a plain `else`.
    current: Option<(Option<Pipeline>, Bytes)>,
    /// The name that `define` and `block` give.
    name: String,
    /// How many variables there were before it.
    mark: usize,
    /// The variables outside of a `define` or `block`, which has its own.
    outer_scope: Option<VariableScope>,
}

struct Parser<'t> {
    text: &'t str,
    limits: &'t Limits,
    open: Vec<Open>,
    body: Vec<Statement>,
    defines: Vec<(String, Vec<Statement>)>,
    scope: VariableScope,
    problems: Vec<SyntaxProblem>,
    /// How many blocks were refused for their depth and still await their `end`.
    too_deep: usize,
}

impl Parser<'_> {
    fn problem(&mut self, range: Bytes, message: impl Into<String>, help: Option<&str>) {
        self.problems.push(SyntaxProblem {
            range,
            message: message.into(),
            help: help.map(str::to_owned),
            limit: None,
        });
    }

    fn action(&mut self, range: Bytes, tokens: &[Token], sound: bool) {
        let keyword = match tokens.first().map(|token| &token.kind) {
            Some(TokenKind::Word(word)) => word.as_str(),
            _ => "",
        };
        let rest = tokens.get(1..).unwrap_or_default();
        let head = tokens
            .first()
            .map_or(range.clone(), |token| token.range.clone());
        match keyword {
            "if" => self.enter(BlockKind::If, range, head, rest, sound),
            "with" => self.enter(BlockKind::With, range, head, rest, sound),
            "range" => self.enter(BlockKind::Range, range, head, rest, sound),
            "define" => self.enter(BlockKind::Define, range, head, rest, sound),
            "block" => self.enter(BlockKind::Block, range, head, rest, sound),
            "else" => self.alternative(range, rest, sound),
            "end" => {
                self.nothing_after("end", rest, sound);
                self.end(range);
            }
            "break" | "continue" => {
                self.nothing_after(keyword, rest, sound);
                let in_loop = self
                    .open
                    .iter()
                    .rev()
                    .take_while(|open| !matches!(open.kind, BlockKind::Define | BlockKind::Block))
                    .any(|open| open.kind == BlockKind::Range);
                if !in_loop {
                    let message = format!("`{keyword}` is outside of a `range`");
                    self.problem(range.clone(), message, None);
                    self.body.push(Statement::Broken { range });
                } else if keyword == "break" {
                    self.body.push(Statement::Break);
                } else {
                    self.body.push(Statement::Continue);
                }
            }
            "template" => {
                let name = self.name("template", &head, rest, sound);
                let rest = rest.get(1..).unwrap_or_default();
                let argument = if rest.is_empty() {
                    None
                } else {
                    self.pipeline(rest, &head, sound, false)
                };
                match name {
                    Some(name) => self.body.push(Statement::Call {
                        name,
                        argument,
                        range,
                    }),
                    None => self.body.push(Statement::Broken { range }),
                }
            }
            _ => {
                let place = range.clone();
                match self.pipeline(tokens, &place, sound, false) {
                    Some(pipeline) if sound => {
                        self.body.push(Statement::Action { pipeline, range })
                    }
                    _ => self.body.push(Statement::Broken { range }),
                }
            }
        }
    }

    /// Parses a pipeline; `place` is shown where there is none.
    fn pipeline(
        &mut self,
        tokens: &[Token],
        place: &Bytes,
        sound: bool,
        in_range: bool,
    ) -> Option<Pipeline> {
        let mut found = Vec::new();
        let pipeline = parse_pipeline(
            self.text,
            tokens,
            place,
            in_range,
            &mut self.scope,
            self.limits,
            &mut found,
        );
        if sound {
            self.problems.append(&mut found);
        }
        pipeline
    }

    fn nothing_after(&mut self, keyword: &str, rest: &[Token], sound: bool) {
        if let (Some(first), Some(last), true) = (rest.first(), rest.last(), sound) {
            let range = first.range.start..last.range.end;
            self.problem(
                range,
                format!("unexpected text after `{keyword}`: expected `}}}}`"),
                None,
            );
        }
    }

    fn name(&mut self, keyword: &str, head: &Bytes, rest: &[Token], sound: bool) -> Option<String> {
        if let Some(TokenKind::Text(name)) = rest.first().map(|token| &token.kind) {
            return Some(name.clone());
        }
        if sound {
            let range = rest
                .first()
                .map_or(head.clone(), |token| token.range.clone());
            self.problem(
                range,
                format!("`{keyword}` needs a name in quotation marks"),
                None,
            );
        }
        None
    }

    fn enter(&mut self, kind: BlockKind, range: Bytes, head: Bytes, rest: &[Token], sound: bool) {
        if self.open.len() >= self.limits.depth {
            if self.too_deep == 0 {
                self.problems.push(SyntaxProblem {
                    range,
                    message: format!("blocks are nested more than {} deep", self.limits.depth),
                    help: None,
                    limit: Some(Limit::Depth),
                });
            }
            self.too_deep += 1;
            return;
        }
        let mark = self.scope.mark();
        let mut outer_scope = None;
        let mut name = String::new();
        let mut condition = None;
        match kind {
            BlockKind::If | BlockKind::With => condition = self.pipeline(rest, &head, sound, false),
            BlockKind::Range => condition = self.pipeline(rest, &head, sound, true),
            BlockKind::Define => {
                if let Some(around) = self.open.last() {
                    let message = format!("`define` cannot be inside `{}`", around.kind.word());
                    self.problem(range.clone(), message, Some("move it out of every block"));
                }
                name = self.name("define", &head, rest, sound).unwrap_or_default();
                if let Some(second) = rest.get(1).filter(|_| sound) {
                    let range = second.range.start
                        ..rest.last().map_or(second.range.end, |last| last.range.end);
                    self.problem(
                        range,
                        "unexpected text after the name in `define`: expected `}}`",
                        None,
                    );
                }
                outer_scope = Some(std::mem::replace(&mut self.scope, VariableScope::new()));
            }
            BlockKind::Block => {
                name = self.name("block", &head, rest, sound).unwrap_or_default();
                condition = self.pipeline(rest.get(1..).unwrap_or_default(), &head, sound, false);
                outer_scope = Some(std::mem::replace(&mut self.scope, VariableScope::new()));
            }
        }
        self.open.push(Open {
            kind,
            start: range.clone(),
            outer: std::mem::take(&mut self.body),
            branches: Vec::new(),
            current: Some((condition, range)),
            name,
            mark,
            outer_scope,
        });
    }

    fn alternative(&mut self, range: Bytes, rest: &[Token], sound: bool) {
        if self.too_deep > 0 {
            return;
        }
        let Some(kind) = self.open.last().map(|open| open.kind) else {
            self.problem(
                range,
                "`else` without a block: there is no open `if`, `with` or `range` here",
                None,
            );
            return;
        };
        if matches!(kind, BlockKind::Define | BlockKind::Block) {
            self.problem(range, format!("`{}` has no `else`", kind.word()), None);
            return;
        }
        let again = match rest.first().map(|token| &token.kind) {
            Some(TokenKind::Word(word)) if word == kind.word() && kind != BlockKind::Range => {
                let head = rest
                    .first()
                    .map_or(range.clone(), |token| token.range.clone());
                Some(self.pipeline(rest.get(1..).unwrap_or_default(), &head, sound, false))
            }
            _ => {
                if let (Some(first), Some(last), true) = (rest.first(), rest.last(), sound) {
                    let message = match kind {
                        BlockKind::Range => {
                            "unexpected text after `else`: expected `}}`".to_owned()
                        }
                        _ => format!(
                            "unexpected text after `else`: expected `{}` or `}}}}`",
                            kind.word()
                        ),
                    };
                    self.problem(first.range.start..last.range.end, message, None);
                }
                None
            }
        };
        let body = std::mem::take(&mut self.body);
        let Some(open) = self.open.last_mut() else {
            return;
        };
        match open.current.take() {
            Some((condition, head)) => open.branches.push(Branch {
                condition,
                body,
                head,
            }),
            None => {
                // Two plain `else`: Helm refuses; we keep what the first one held.
                self.body = body;
                let message = format!("this `{}` has an `else` already", kind.word());
                self.problem(range, message, None);
                return;
            }
        }
        open.current = again.map(|condition| (condition, range));
    }

    fn end(&mut self, range: Bytes) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let Some(open) = self.open.pop() else {
            self.problem(
                range,
                "`end` without a block: every `if`, `with`, `range`, `define` and `block` before it is closed already",
                Some("delete it, or open the block that it was meant to close"),
            );
            return;
        };
        self.close(open, range.end);
    }

    fn close(&mut self, open: Open, end: usize) {
        let last = std::mem::replace(&mut self.body, open.outer);
        if let Some(scope) = open.outer_scope {
            self.scope = scope;
        }
        self.scope.forget(open.mark);
        let range = open.start.start..end;
        let mut branches = open.branches;
        let otherwise = match open.current {
            Some((condition, head)) => {
                branches.push(Branch {
                    condition,
                    body: last,
                    head,
                });
                Vec::new()
            }
            None => last,
        };
        match open.kind {
            BlockKind::If | BlockKind::With => self.body.push(Statement::Choice {
                rebinds: open.kind == BlockKind::With,
                branches,
                otherwise,
                range,
            }),
            BlockKind::Range => {
                if let Some(first) = branches.into_iter().next() {
                    self.body.push(Statement::Loop {
                        pipeline: first.condition,
                        body: first.body,
                        otherwise,
                        range,
                    });
                }
            }
            BlockKind::Define => {
                if let Some(first) = branches.into_iter().next() {
                    self.defines.push((open.name, first.body));
                }
            }
            BlockKind::Block => {
                if let Some(first) = branches.into_iter().next() {
                    self.body.push(Statement::Call {
                        name: open.name.clone(),
                        argument: first.condition,
                        range,
                    });
                    self.defines.push((open.name, first.body));
                }
            }
        }
    }

    fn finish(mut self) -> Parsed {
        while let Some(open) = self.open.pop() {
            let message = format!(
                "this `{}` is never closed: expected `{{{{ end }}}}`",
                open.kind.word()
            );
            self.problem(open.start.clone(), message, None);
            self.close(open, self.text.len());
        }
        self.problems
            .sort_by_key(|problem| (problem.range.start, problem.range.end));
        self.problems
            .dedup_by(|next, first| first.limit.is_some() && next.limit == first.limit);
        self.problems.truncate(MAX_PROBLEMS);
        Parsed {
            body: self.body,
            defines: self.defines,
            problems: self.problems,
        }
    }
}
