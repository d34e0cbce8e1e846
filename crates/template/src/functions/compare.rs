//! `eq` and its kin, `not`, and where `and`/`or` are named (they are evaluated with their pipelines).

use std::cmp::Ordering;
use std::rc::Rc;

use super::super::eval::{Eval, EvalResult, Fault};
use super::super::value::{IntType, Value};
use super::{ANY, Deep, Function, Own, argument, function, partial, partly};

pub(super) const FUNCTIONS: &[Function] = &[
    function("and", 1, ANY, Own, |_, arguments| {
        Ok(argument(arguments, 0).clone())
    }),
    function("or", 1, ANY, Own, |_, arguments| {
        Ok(argument(arguments, 0).clone())
    }),
    function("not", 1, 1, Own, |eval, arguments| {
        Ok(match eval.heap.truth(argument(arguments, 0)) {
            Ok(truth) => Value::Bool(!truth),
            Err(reason) => Value::Opaque(reason),
        })
    }),
    function("eq", 1, ANY, Own, equal),
    function("ne", 2, 2, Own, |eval, arguments| {
        Ok(match equal(eval, arguments)? {
            Value::Bool(same) => Value::Bool(!same),
            other => other,
        })
    }),
    function("lt", 2, 2, Deep, |eval, arguments| {
        order(eval, arguments, |found| found == Ordering::Less)
    }),
    function("le", 2, 2, Deep, |eval, arguments| {
        order(eval, arguments, |found| found != Ordering::Greater)
    }),
    function("gt", 2, 2, Deep, |eval, arguments| {
        order(eval, arguments, |found| found == Ordering::Greater)
    }),
    function("ge", 2, 2, Deep, |eval, arguments| {
        order(eval, arguments, |found| found != Ordering::Less)
    }),
];

fn incompatible(eval: &Eval<'_>, left: &Value, right: &Value) -> Fault {
    let (one, other) = (eval.heap.type_name(left), eval.heap.type_name(right));
    let fault = Fault::new(format!("cannot compare a {one} with a {other}"));
    match (left, right) {
        (Value::Int(..), Value::Float(_)) | (Value::Float(_), Value::Int(..)) => {
            fault.help("numbers from values files are floats to Helm: compare with `int` of the value, or write `600.0`")
        }
        (Value::Text(_), _) | (_, Value::Text(_)) => fault.help("`toString` makes a string of a value"),
        _ => fault,
    }
}

/// True if the first argument equals any other.
fn equal(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let left = argument(arguments, 0);
    let rest = arguments.get(1..).unwrap_or_default();
    if rest.is_empty() {
        return Err(Fault::new("`eq` needs something to compare with"));
    }
    let mut unknown: Option<Rc<str>> = None;
    for right in rest {
        let same = match (left, right) {
            (Value::Opaque(reason), _) | (_, Value::Opaque(reason)) => {
                unknown.get_or_insert(Rc::clone(reason));
                continue;
            }
            (Value::Text(one), Value::Text(other)) if partial(one) || partial(other) => {
                if let Value::Opaque(reason) = partly(eval) {
                    unknown.get_or_insert(reason);
                }
                continue;
            }
            (Value::Bool(one), Value::Bool(other)) => one == other,
            (Value::Int(one, kind), Value::Int(other, other_kind)) => {
                let unsigned =
                    matches!(kind, IntType::Uint64) != matches!(other_kind, IntType::Uint64);
                one == other && !(unsigned && *one < 0)
            }
            (Value::Float(one), Value::Float(other)) => one == other,
            (Value::Text(one), Value::Text(other)) => one == other,
            (Value::Nil, Value::Nil) => true,
            (Value::Nil, _) | (_, Value::Nil) => false,
            (Value::List(_), Value::List(_)) | (Value::Map(_), Value::Map(_)) => {
                let kind = eval.heap.kind_name(left);
                return Err(Fault::new(format!("a {kind} cannot be compared with `eq`"))
                    .help("`deepEqual` compares lists and maps"));
            }
            (left, right) => return Err(incompatible(eval, left, right)),
        };
        if same {
            // One that is not known, before it, changes nothing: either is enough.
            return Ok(Value::Bool(true));
        }
    }
    Ok(unknown.map_or(Value::Bool(false), Value::Opaque))
}

fn order(eval: &mut Eval<'_>, arguments: &[Value], holds: fn(Ordering) -> bool) -> EvalResult {
    let (left, right) = (argument(arguments, 0), argument(arguments, 1));
    let found = match (left, right) {
        (Value::Int(one, _), Value::Int(other, _)) => one.cmp(other),
        (Value::Float(one), Value::Float(other)) => match one.partial_cmp(other) {
            Some(found) => found,
            None => return Ok(Value::Bool(false)),
        },
        (Value::Text(one), Value::Text(other)) => one.as_bytes().cmp(other.as_bytes()),
        (Value::Nil | Value::Bool(_) | Value::List(_) | Value::Map(_), _) => {
            let kind = eval.heap.type_name(left);
            return Err(Fault::new(format!(
                "a {kind} has no order: only numbers and strings can be compared so"
            )));
        }
        (left, right) => return Err(incompatible(eval, left, right)),
    };
    Ok(Value::Bool(holds(found)))
}
