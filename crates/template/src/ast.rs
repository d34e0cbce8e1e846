//! The syntax tree of a template. Every part knows its byte range in the template's text.

use std::ops::Range;

use super::functions::Function;

/// A byte range of the template's text.
pub(super) type Bytes = Range<usize>;

/// What the parser makes of a text.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub body: Vec<Statement>,
    /// `define` and `block` bodies by name, in the order in which they were written.
    pub defines: Vec<(String, Vec<Statement>)>,
    pub problems: Vec<SyntaxProblem>,
}

/// Something Helm would refuse to parse.
#[derive(Debug, Clone)]
pub(super) struct SyntaxProblem {
    pub range: Bytes,
    pub message: String,
    pub help: Option<String>,
    /// Set where the text is refused for its size, not for its shape.
    pub limit: Option<crate::Limit>,
}

#[derive(Debug)]
pub(super) enum Statement {
    /// Literal text, after trimming.
    Text(Bytes),
    /// `{{ pipeline }}`; the range is the whole action.
    Action {
        pipeline: Pipeline,
        range: Bytes,
    },
    /// An action that could not be parsed; a problem says why.
    Broken {
        range: Bytes,
    },
    /// `if` or `with`; the range is the whole block up to its `end`.
    Choice {
        rebinds: bool,
        branches: Vec<Branch>,
        otherwise: Vec<Statement>,
        range: Bytes,
    },
    /// `range`.
    Loop {
        pipeline: Option<Pipeline>,
        body: Vec<Statement>,
        otherwise: Vec<Statement>,
        range: Bytes,
    },
    /// `template` or `block`.
    Call {
        name: String,
        argument: Option<Pipeline>,
        range: Bytes,
    },
    Break,
    Continue,
}

/// A condition and what is rendered where it holds.
#[derive(Debug)]
pub(super) struct Branch {
    /// `None` where it could not be parsed.
    pub condition: Option<Pipeline>,
    pub body: Vec<Statement>,
    /// The action that holds the condition.
    pub head: Bytes,
}

#[derive(Debug)]
pub(super) struct Pipeline {
    /// Variables on the left of `:=` or `=`.
    pub variables: Vec<String>,
    /// True for `=`.
    pub assigns: bool,
    pub commands: Vec<Command>,
    pub range: Bytes,
}

/// A function or value and its arguments; never empty.
#[derive(Debug)]
pub(super) struct Command {
    pub first: Expression,
    pub arguments: Vec<Expression>,
    pub range: Bytes,
}

#[derive(Debug)]
pub(super) struct Expression {
    pub kind: ExpressionKind,
    pub range: Bytes,
}

#[derive(Debug)]
pub(super) enum ExpressionKind {
    Dot,
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Function(&'static Function),
    /// A field chain, `base.a.b`.
    Fields(Base, Vec<(String, Bytes)>),
    Parenthesis(Box<Pipeline>),
}

/// What a field chain starts from.
#[derive(Debug)]
pub(super) enum Base {
    /// `.a`
    Dot,
    /// `$x.a`; the name holds its `$`.
    Variable(String),
    /// `(…).a`
    Parenthesis(Box<Pipeline>),
}
