//! Sprig's questions about types.

use super::super::eval::EvalResult;
use super::super::value::Value;
use super::{Function, Shallow, argument, function, text};

pub(super) const FUNCTIONS: &[Function] = &[
    function("typeOf", 1, 1, Shallow, |eval, arguments| {
        Ok(Value::text(eval.heap.type_name(argument(arguments, 0))))
    }),
    function("kindOf", 1, 1, Shallow, |eval, arguments| {
        Ok(Value::text(eval.heap.kind_name(argument(arguments, 0))))
    }),
    function("typeIs", 2, 2, Shallow, |eval, arguments| -> EvalResult {
        let target = text(eval, arguments, 0)?;
        Ok(Value::Bool(
            *target == *eval.heap.type_name(argument(arguments, 1)),
        ))
    }),
    function("typeIsLike", 2, 2, Shallow, |eval, arguments| {
        let target = text(eval, arguments, 0)?;
        let found = eval.heap.type_name(argument(arguments, 1));
        Ok(Value::Bool(
            *target == *found || format!("*{target}") == found,
        ))
    }),
    function("kindIs", 2, 2, Shallow, |eval, arguments| {
        let target = text(eval, arguments, 0)?;
        Ok(Value::Bool(
            *target == *eval.heap.kind_name(argument(arguments, 1)),
        ))
    }),
];
