//! `default`, `ternary` and other choices; `required` and `fail`.

use super::super::eval::{Eval, EvalResult, Fault};
use super::super::value::Value;
use super::{ANY, Function, Own, Shallow, argument, function, text, wrong};

pub(super) const FUNCTIONS: &[Function] = &[
    function("default", 1, ANY, Own, |eval, arguments| {
        // Without a given value, Sprig's `default` gives its default.
        let Some(given) = arguments.get(1) else {
            return Ok(argument(arguments, 0).clone());
        };
        Ok(match eval.heap.truth(given) {
            Ok(true) => given.clone(),
            Ok(false) => argument(arguments, 0).clone(),
            Err(reason) => Value::Opaque(reason),
        })
    }),
    function("empty", 1, 1, Own, |eval, arguments| {
        Ok(match eval.heap.truth(argument(arguments, 0)) {
            Ok(truth) => Value::Bool(!truth),
            Err(reason) => Value::Opaque(reason),
        })
    }),
    function("coalesce", 0, ANY, Own, |eval, arguments| {
        for value in arguments {
            match eval.heap.truth(value) {
                Ok(true) => return Ok(value.clone()),
                Ok(false) => {}
                Err(reason) => return Ok(Value::Opaque(reason)),
            }
        }
        Ok(Value::Nil)
    }),
    function("all", 0, ANY, Own, |eval, arguments| {
        every(eval, arguments, false)
    }),
    function("any", 0, ANY, Own, |eval, arguments| {
        every(eval, arguments, true)
    }),
    function("ternary", 3, 3, Own, |eval, arguments| {
        match argument(arguments, 2) {
            Value::Bool(true) => Ok(argument(arguments, 0).clone()),
            Value::Bool(false) => Ok(argument(arguments, 1).clone()),
            opaque @ Value::Opaque(_) => Ok(opaque.clone()),
            _ => Err(wrong(eval, arguments, 2, "a bool")),
        }
    }),
    function("required", 2, 2, Own, |eval, arguments| {
        let missing = match argument(arguments, 1) {
            Value::Nil => true,
            Value::Text(text) => text.is_empty(),
            _ => false,
        };
        if !missing {
            return Ok(argument(arguments, 1).clone());
        }
        Err(refusal(eval, arguments, "`required`: a value is missing")?)
    }),
    // What it says is whatever the template makes of its values, and is not repeated.
    function("fail", 1, 1, Shallow, |_, _| {
        Err(Fault::new("the template calls `fail`"))
    }),
];

fn refusal(eval: &Eval<'_>, arguments: &[Value], what: &str) -> EvalResult<Fault> {
    let message = match argument(arguments, 0) {
        Value::Opaque(_) => String::new(),
        _ => text(eval, arguments, 0)?.replace(portolan_yaml::OPAQUE, "…"),
    };
    let shown: String = message.chars().take(200).collect();
    Ok(Fault::new(match shown.is_empty() {
        true => what.to_owned(),
        false => format!("{what}: {shown}"),
    }))
}

/// True if any value's truth is `wanted` for `any`; false if any is not for `all`.
fn every(eval: &mut Eval<'_>, arguments: &[Value], wanted: bool) -> EvalResult {
    let mut unknown = None;
    for value in arguments {
        match eval.heap.truth(value) {
            Ok(truth) if truth == wanted => return Ok(Value::Bool(wanted)),
            Ok(_) => {}
            Err(reason) => unknown = Some(reason),
        }
    }
    Ok(unknown.map_or(Value::Bool(!wanted), Value::Opaque))
}
