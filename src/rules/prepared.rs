//! What the build script prepares, so that a cold start reads no more of the built-in rules than it needs.
//!
//! To parse the expressions was most of what a check of one small file cost: the grammar's tables are warmed up again in
//! each process. The build script parses them with the same parser and stores the trees; here they are built again,
//! without the parser, when an expression is first used. Of a rule's file only what decides whether it speaks is at hand;
//! the rest stays JSON until it does.
//!
//! This file belongs to the library and to the build script, which writes what the library reads.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, ListExpr, LiteralValue, SelectExpr};
use serde::{Deserialize, Serialize};

/// A rule as far as every check needs it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PreparedRule<'a> {
    pub id: &'a str,
    pub subject: &'a str,
    pub requirement: &'a str,
    /// The fact that names the requirement instead.
    #[serde(borrow)]
    pub requirement_from: Option<&'a str>,
    #[serde(borrow)]
    pub when: Option<&'a str>,
    pub require: &'a str,
    /// Expressions, each with what to supply where it is true.
    #[serde(borrow)]
    pub undecided: Vec<(&'a str, &'a str)>,
    /// Whether something is assumed where the rule holds.
    pub grants: bool,
    /// The whole file as JSON, without its examples.
    pub json: &'a str,
}

/// The text of an expression and its [`Tree`], serialized. A list of these is sorted by text.
pub(crate) type PreparedExpression<'a> = (&'a str, &'a [u8]);

/// A parsed expression, its texts borrowed from what it was read from.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Tree<'a> {
    id: u64,
    #[serde(borrow)]
    shape: ExpressionShape<'a>,
}

/// The kinds of expressions that the rules use. Any other is left to the parser.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum ExpressionShape<'a> {
    Null,
    Bool(bool),
    Int(i64),
    String(&'a str),
    Ident(&'a str),
    Select(#[serde(borrow)] Box<Tree<'a>>, &'a str, bool),
    Call(
        &'a str,
        #[serde(borrow)] Option<Box<Tree<'a>>>,
        #[serde(borrow)] Vec<Tree<'a>>,
    ),
    List(#[serde(borrow)] Vec<Tree<'a>>, Vec<usize>),
    #[serde(borrow)]
    Comprehension(Box<Loop<'a>>),
}

/// The loop that `all` and `exists` expand to.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Loop<'a> {
    #[serde(borrow)]
    range: Tree<'a>,
    #[serde(borrow)]
    variables: (&'a str, Option<&'a str>, &'a str),
    #[serde(borrow)]
    init: Tree<'a>,
    #[serde(borrow)]
    condition: Tree<'a>,
    #[serde(borrow)]
    step: Tree<'a>,
    #[serde(borrow)]
    result: Tree<'a>,
}

impl<'a> Tree<'a> {
    /// Mirrors a parsed expression; `None` where something in it has no mirror.
    pub fn of(expression: &'a IdedExpr) -> Option<Self> {
        let boxed = |operand| Tree::of(operand).map(Box::new);
        let all = |list: &'a [IdedExpr]| list.iter().map(Tree::of).collect::<Option<Vec<_>>>();
        let shape = match &expression.expr {
            Expr::Literal(LiteralValue::Null) => ExpressionShape::Null,
            Expr::Literal(LiteralValue::Boolean(value)) => ExpressionShape::Bool(*value.inner()),
            Expr::Literal(LiteralValue::Int(value)) => ExpressionShape::Int(*value.inner()),
            Expr::Literal(LiteralValue::String(value)) => ExpressionShape::String(value.inner()),
            Expr::Ident(name) => ExpressionShape::Ident(name),
            Expr::Select(select) => {
                ExpressionShape::Select(boxed(&select.operand)?, &select.field, select.test)
            }
            Expr::Call(call) => {
                let target = match &call.target {
                    Some(target) => Some(boxed(target)?),
                    None => None,
                };
                ExpressionShape::Call(&call.func_name, target, all(&call.args)?)
            }
            Expr::List(list) => {
                ExpressionShape::List(all(&list.elements)?, list.optional_indices.clone())
            }
            Expr::Comprehension(inner) => ExpressionShape::Comprehension(Box::new(Loop {
                range: Tree::of(&inner.iter_range)?,
                variables: (&inner.iter_var, inner.iter_var2.as_deref(), &inner.accu_var),
                init: Tree::of(&inner.accu_init)?,
                condition: Tree::of(&inner.loop_cond)?,
                step: Tree::of(&inner.loop_step)?,
                result: Tree::of(&inner.result)?,
            })),
            _ => return None,
        };
        Some(Tree {
            id: expression.id,
            shape,
        })
    }
}

impl From<Tree<'_>> for IdedExpr {
    fn from(tree: Tree<'_>) -> Self {
        let boxed = |tree: Box<Tree<'_>>| Box::new(IdedExpr::from(*tree));
        let all = |list: Vec<Tree<'_>>| list.into_iter().map(IdedExpr::from).collect();
        let expr = match tree.shape {
            ExpressionShape::Null => Expr::Literal(LiteralValue::Null),
            ExpressionShape::Bool(value) => Expr::Literal(LiteralValue::Boolean(value.into())),
            ExpressionShape::Int(value) => Expr::Literal(LiteralValue::Int(value.into())),
            ExpressionShape::String(text) => {
                Expr::Literal(LiteralValue::String(text.to_owned().into()))
            }
            ExpressionShape::Ident(name) => Expr::Ident(name.to_owned()),
            ExpressionShape::Select(operand, field, test) => Expr::Select(SelectExpr {
                operand: boxed(operand),
                field: field.to_owned(),
                test,
            }),
            ExpressionShape::Call(name, target, args) => Expr::Call(CallExpr {
                func_name: name.to_owned(),
                target: target.map(boxed),
                args: all(args),
            }),
            ExpressionShape::List(elements, optional) => {
                Expr::List(ListExpr::new_with_optionals(all(elements), optional))
            }
            ExpressionShape::Comprehension(inner) => {
                let (iter_var, iter_var2, accu_var) = inner.variables;
                Expr::Comprehension(Box::new(ComprehensionExpr {
                    iter_range: inner.range.into(),
                    iter_var: iter_var.to_owned(),
                    iter_var2: iter_var2.map(str::to_owned),
                    accu_var: accu_var.to_owned(),
                    accu_init: inner.init.into(),
                    loop_cond: inner.condition.into(),
                    loop_step: inner.step.into(),
                    result: inner.result.into(),
                }))
            }
        };
        IdedExpr { id: tree.id, expr }
    }
}
