//! Parses what stands within an action: pipelines, commands, operands.

use super::Limits;
use super::ast::{Base, Bytes, Command, Expression, ExpressionKind, Pipeline, SyntaxProblem};
use super::functions;
use super::lexer::{Token, TokenKind};
use crate::Limit;

/// The variables that may be named at a place.
pub(super) struct VariableScope(Vec<String>);

impl VariableScope {
    /// Only `$`.
    pub(crate) fn new() -> Self {
        VariableScope(vec!["$".to_owned()])
    }

    /// How many variables there are, for [`VariableScope::forget`].
    pub(crate) fn mark(&self) -> usize {
        self.0.len()
    }

    /// Forgets the variables declared since.
    pub(crate) fn forget(&mut self, mark: usize) {
        self.0.truncate(mark);
    }
}

/// Parses a whole action's tokens as one pipeline. `None` where it is not well-formed; then there is a problem.
pub(super) fn parse_pipeline(
    text: &str,
    tokens: &[Token],
    place: &Bytes,
    in_range: bool,
    scope: &mut VariableScope,
    limits: &Limits,
    problems: &mut Vec<SyntaxProblem>,
) -> Option<Pipeline> {
    let mut reader = CommandReader {
        text,
        tokens,
        at: 0,
        depth: 0,
        scope,
        limits,
        problems,
    };
    let pipeline = reader.pipeline(place, in_range)?;
    if let Some(token) = reader.peek() {
        let range = token.range.clone();
        let message = match token.kind {
            TokenKind::Close => "`)` without `(`".to_owned(),
            _ => format!("unexpected `{}` in an action", reader.shown(&range)),
        };
        reader.problem(range, message, None);
        return None;
    }
    Some(pipeline)
}

struct CommandReader<'t, 'p> {
    text: &'t str,
    tokens: &'t [Token],
    at: usize,
    depth: usize,
    scope: &'p mut VariableScope,
    limits: &'p Limits,
    problems: &'p mut Vec<SyntaxProblem>,
}

impl<'t> CommandReader<'t, '_> {
    fn peek(&self) -> Option<&'t Token> {
        self.tokens.get(self.at)
    }

    fn shown(&self, range: &Bytes) -> &'t str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    fn problem(&mut self, range: Bytes, message: impl Into<String>, help: Option<String>) {
        self.problems.push(SyntaxProblem {
            range,
            message: message.into(),
            help,
            limit: None,
        });
    }

    fn kind_at(&self, ahead: usize) -> Option<&'t TokenKind> {
        self.tokens.get(self.at + ahead).map(|token| &token.kind)
    }

    /// The variables before `:=` or `=`, if the pipeline begins with them.
    fn variables(&mut self, in_range: bool) -> (Vec<String>, bool) {
        let Some(TokenKind::Variable(first)) = self.kind_at(0) else {
            return (Vec::new(), false);
        };
        match (self.kind_at(1), self.kind_at(2), self.kind_at(3)) {
            (Some(TokenKind::Declare), ..) => {
                self.at += 2;
                (vec![first.clone()], false)
            }
            (Some(TokenKind::Assign), ..) => {
                self.at += 2;
                (vec![first.clone()], true)
            }
            (
                Some(TokenKind::Comma),
                Some(TokenKind::Variable(second)),
                Some(TokenKind::Declare | TokenKind::Assign),
            ) if in_range => {
                let assigns = self.kind_at(3) == Some(&TokenKind::Assign);
                self.at += 4;
                (vec![first.clone(), second.clone()], assigns)
            }
            _ => (Vec::new(), false),
        }
    }

    fn pipeline(&mut self, place: &Bytes, in_range: bool) -> Option<Pipeline> {
        let start = self.peek().map_or(place.start, |token| token.range.start);
        let variable_range = self.peek().map(|token| token.range.clone());
        let (variables, assigns) = self.variables(in_range);
        let mut commands: Vec<Command> = Vec::new();
        loop {
            match self.peek().map(|token| &token.kind) {
                // Go takes a `|` with nothing after it for the pipeline's end.
                None | Some(TokenKind::Close) if !commands.is_empty() => break,
                None | Some(TokenKind::Pipe | TokenKind::Close) => {
                    let range = self
                        .peek()
                        .map_or(place.clone(), |token| token.range.clone());
                    self.problem(range, "a value is missing here", None);
                    return None;
                }
                Some(_) => {}
            }
            let command = self.command()?;
            if !commands.is_empty() && is_constant(&command.first.kind) {
                let shown = self.shown(&command.first.range);
                self.problem(
                    command.first.range.clone(),
                    format!("expected a function after `|`, found `{shown}`"),
                    None,
                );
                return None;
            }
            commands.push(command);
            match self.peek().map(|token| &token.kind) {
                Some(TokenKind::Pipe) => self.at += 1,
                _ => break,
            }
        }
        if assigns {
            for name in &variables {
                if !self.scope.0.contains(name) {
                    let range = variable_range.clone().unwrap_or(place.clone());
                    self.problem(
                        range,
                        format!("variable `{name}` is not declared here"),
                        Some(format!("declare it with `{name} := …` before")),
                    );
                }
            }
        } else {
            if self.scope.0.len() + variables.len() > self.limits.variables {
                let limit = Some(Limit::Variables);
                // Once is enough: every declaration after it is one too many.
                if !self.problems.iter().any(|problem| problem.limit == limit) {
                    self.problems.push(SyntaxProblem {
                        range: variable_range.unwrap_or(place.clone()),
                        message: format!(
                            "more than {} variables are declared",
                            self.limits.variables
                        ),
                        help: None,
                        limit,
                    });
                }
                return None;
            }
            self.scope.0.extend(variables.iter().cloned());
        }
        let end = commands.last().map_or(start, |command| command.range.end);
        Some(Pipeline {
            variables,
            assigns,
            commands,
            range: start..end,
        })
    }

    fn command(&mut self) -> Option<Command> {
        let first = self.operand()?;
        let mut arguments = Vec::new();
        let mut end = first.range.end;
        while let Some(token) = self.peek() {
            if matches!(token.kind, TokenKind::Pipe | TokenKind::Close) {
                break;
            }
            if token.range.start == end {
                let message = format!(
                    "unexpected `{}`: expected a space before it",
                    self.shown(&token.range)
                );
                self.problem(token.range.clone(), message, None);
                return None;
            }
            let argument = self.operand()?;
            end = argument.range.end;
            arguments.push(argument);
        }
        Some(Command {
            range: first.range.start..end,
            first,
            arguments,
        })
    }

    fn operand(&mut self) -> Option<Expression> {
        let token = self.peek()?;
        self.at += 1;
        let mut range = token.range.clone();
        let base = match &token.kind {
            TokenKind::Word(word) => {
                let kind = self.word(word, &range)?;
                return self.no_fields(Expression { kind, range });
            }
            TokenKind::Text(text) => {
                let kind = ExpressionKind::Text(text.clone());
                return self.no_fields(Expression { kind, range });
            }
            TokenKind::Int(value) => {
                let kind = ExpressionKind::Int(*value);
                return self.no_fields(Expression { kind, range });
            }
            TokenKind::Float(value) => {
                let kind = ExpressionKind::Float(*value);
                return self.no_fields(Expression { kind, range });
            }
            TokenKind::Dot => {
                let kind = ExpressionKind::Dot;
                return self.no_fields(Expression { kind, range });
            }
            TokenKind::Field(_) => {
                self.at -= 1;
                range.end = range.start;
                Base::Dot
            }
            TokenKind::Variable(name) => {
                if !self.scope.0.contains(name) {
                    self.problem(
                        range,
                        format!("variable `{name}` is not declared here"),
                        Some(format!("declare it with `{name} := …` before")),
                    );
                    return None;
                }
                Base::Variable(name.clone())
            }
            TokenKind::Open => {
                if self.depth >= self.limits.depth {
                    self.problems.push(SyntaxProblem {
                        range,
                        message: format!(
                            "parentheses are nested more than {} deep",
                            self.limits.depth
                        ),
                        help: None,
                        limit: Some(Limit::Depth),
                    });
                    return None;
                }
                self.depth += 1;
                let pipeline = self.pipeline(&range, false)?;
                self.depth -= 1;
                match self.peek() {
                    Some(close) if close.kind == TokenKind::Close => {
                        self.at += 1;
                        range.end = close.range.end;
                    }
                    _ => {
                        self.problem(range, "this `(` is never closed: expected `)`", None);
                        return None;
                    }
                }
                Base::Parenthesis(Box::new(pipeline))
            }
            TokenKind::Comma
            | TokenKind::Assign
            | TokenKind::Declare
            | TokenKind::Pipe
            | TokenKind::Close => {
                let shown = self.shown(&range);
                let help = match token.kind {
                    TokenKind::Comma => Some("arguments are separated by spaces".to_owned()),
                    TokenKind::Assign => {
                        Some("values are compared with `eq`: `eq .a .b`".to_owned())
                    }
                    _ => None,
                };
                self.problem(
                    range.clone(),
                    format!("unexpected `{shown}`: expected a value"),
                    help,
                );
                return None;
            }
        };
        let mut fields = Vec::new();
        while let Some(token) = self.peek() {
            let TokenKind::Field(name) = &token.kind else {
                break;
            };
            if token.range.start != range.end {
                break;
            }
            range.end = token.range.end;
            fields.push((name.clone(), token.range.clone()));
            self.at += 1;
        }
        let kind = match base {
            Base::Parenthesis(pipeline) if fields.is_empty() => {
                ExpressionKind::Parenthesis(pipeline)
            }
            base => ExpressionKind::Fields(base, fields),
        };
        Some(Expression { kind, range })
    }

    fn word(&mut self, word: &str, range: &Bytes) -> Option<ExpressionKind> {
        match word {
            "true" => return Some(ExpressionKind::Bool(true)),
            "false" => return Some(ExpressionKind::Bool(false)),
            "nil" => return Some(ExpressionKind::Nil),
            "if" | "else" | "end" | "range" | "with" | "define" | "block" | "template"
            | "break" | "continue" => {
                self.problem(
                    range.clone(),
                    format!("`{word}` must be the first word of its action"),
                    None,
                );
                return None;
            }
            _ => {}
        }
        if let Some(function) = functions::find(word) {
            return Some(ExpressionKind::Function(function));
        }
        let help = match (word, functions::similar(word)) {
            ("env" | "expandenv", _) => {
                Some("Helm takes this function away from templates".to_owned())
            }
            (_, Some(near)) => Some(format!("did you mean `{near}`?")),
            _ => Some(format!(
                "a string is written in quotation marks, a value with its dot: `\"{word}\"`, `.{word}`"
            )),
        };
        self.problem(
            range.clone(),
            format!("there is no function `{word}`"),
            help,
        );
        None
    }

    fn no_fields(&mut self, expression: Expression) -> Option<Expression> {
        if let Some(token) = self.peek()
            && matches!(token.kind, TokenKind::Field(_))
            && token.range.start == expression.range.end
        {
            let shown = self.shown(&token.range);
            self.problem(
                token.range.clone(),
                format!("unexpected `{shown}`: what stands before it has no fields"),
                None,
            );
            return None;
        }
        Some(expression)
    }
}

fn is_constant(kind: &ExpressionKind) -> bool {
    matches!(
        kind,
        ExpressionKind::Bool(_)
            | ExpressionKind::Dot
            | ExpressionKind::Nil
            | ExpressionKind::Int(_)
            | ExpressionKind::Float(_)
            | ExpressionKind::Text(_)
    )
}
