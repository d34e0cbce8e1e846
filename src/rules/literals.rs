//! Literals that a condition compares with facts. A word that the fact can never be makes `!=` true for ever and `==`
//! false for ever, and no example need show it: so it is refused.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, EntryExpr, Expr, LiteralValue, operators};

use crate::facts::{Facts, FieldDoc};
use portolan_yaml::nearest::nearest;

/// A literal that a fact can never equal.
pub(super) struct WrongLiteral {
    /// The parser's number of the literal.
    pub id: u64,
    /// A sentence about it.
    pub message: String,
}

/// Looks at every comparison of a fact with a literal: `==`, `!=` and `in`, either way around.
///
/// # Errors
/// The first literal that the fact can never equal.
pub(super) fn check(expression: &IdedExpr) -> Result<(), WrongLiteral> {
    if let Expr::Call(call) = &expression.expr {
        compared(call)?;
    }
    children(expression).into_iter().try_for_each(check)
}

fn compared(call: &CallExpr) -> Result<(), WrongLiteral> {
    let [left, right] = call.args.as_slice() else {
        return Ok(());
    };
    match call.func_name.as_str() {
        operators::EQUALS | operators::NOT_EQUALS => {
            equal(left, right)?;
            equal(right, left)
        }
        operators::IN => match &right.expr {
            Expr::List(list) => list.elements.iter().try_for_each(|item| equal(left, item)),
            _ => equal(right, left),
        },
        _ => Ok(()),
    }
}

/// Checks that a fact can equal a literal, or can hold it where it is a list.
fn equal(fact: &IdedExpr, literal: &IdedExpr) -> Result<(), WrongLiteral> {
    let (Some((name, field)), Expr::Literal(value)) = (named(fact), &literal.expr) else {
        return Ok(());
    };
    let wrong = |message: String| {
        let id = literal.id;
        Err(WrongLiteral { id, message })
    };
    match (value, field.type_name) {
        (LiteralValue::Null, _)
        | (LiteralValue::Boolean(_), "bool")
        | (LiteralValue::Int(_) | LiteralValue::UInt(_) | LiteralValue::Double(_), "int")
        | (LiteralValue::String(_), "string" | "list of strings") => Ok(()),
        (LiteralValue::String(text), "word" | "list of words") => {
            let text: &str = text.inner();
            match field.words.iter().any(|known| known.word == text) {
                true => Ok(()),
                false => wrong(no_word(&name, field, text)),
            }
        }
        (_, type_name) => wrong(format!(
            "`{name}` is of type {type_name}, and never equals a literal of another type"
        )),
    }
}

fn no_word(name: &str, field: &FieldDoc, text: &str) -> String {
    let words = || field.words.iter().map(|known| known.word);
    match nearest(text, words()) {
        Some(near) => format!("`{name}` is never `{text}`; did you mean `{near}`?"),
        None => {
            let words: Vec<String> = words().map(|word| format!("`{word}`")).collect();
            format!(
                "`{name}` is never `{text}`; it is one of {}",
                words.join(", ")
            )
        }
    }
}

/// Returns the fact that an expression is, with its name as it was written.
fn named(expression: &IdedExpr) -> Option<(String, &'static FieldDoc)> {
    let Expr::Select(select) = &expression.expr else {
        return None;
    };
    let Expr::Ident(subject) = &select.operand.expr else {
        return None;
    };
    let doc = Facts::SUBJECTS.iter().find(|doc| doc.name == subject)?;
    let field = doc.field(&select.field)?;
    Some((format!("{subject}.{}", select.field), field))
}

fn children(expression: &IdedExpr) -> Vec<&IdedExpr> {
    match &expression.expr {
        Expr::Select(select) => vec![&select.operand],
        Expr::Call(call) => call
            .target
            .as_deref()
            .into_iter()
            .chain(&call.args)
            .collect(),
        Expr::List(list) => list.elements.iter().collect(),
        // A variable of a subject's name hides the subject.
        Expr::Comprehension(inner)
            if Facts::SUBJECTS.iter().any(|doc| doc.name == inner.iter_var) =>
        {
            vec![&inner.iter_range]
        }
        Expr::Comprehension(inner) => {
            vec![&inner.iter_range, &inner.loop_step, &inner.result]
        }
        Expr::Map(map) => map
            .entries
            .iter()
            .filter_map(|entry| match &entry.expr {
                EntryExpr::MapEntry(entry) => Some([&entry.key, &entry.value]),
                EntryExpr::StructField(_) => None,
            })
            .flatten()
            .collect(),
        _ => Vec::new(),
    }
}
