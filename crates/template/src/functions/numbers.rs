//! Sprig's arithmetic. Its integers are made as the library `cast` makes them: what is not a number counts as 0.

use super::super::eval::{Eval, EvalResult, Fault};
use super::super::lexer::TokenKind;
use super::super::literal::parse_number;
use super::super::value::{IntType, Value};
use super::lists::counts;
use super::{ANY, Deep, Function, argument, function, int, made, text};

pub(super) const FUNCTIONS: &[Function] = &[
    function("int", 1, 1, Deep, |_, arguments| {
        Ok(Value::Int(to_int(argument(arguments, 0)), IntType::Int))
    }),
    function("int64", 1, 1, Deep, |_, arguments| {
        Ok(whole(to_int(argument(arguments, 0))))
    }),
    function("float64", 1, 1, Deep, |_, arguments| {
        Ok(Value::Float(to_float(argument(arguments, 0))))
    }),
    function("atoi", 1, 1, Deep, |eval, arguments| {
        let text = text(eval, arguments, 0)?;
        Ok(Value::Int(text.parse().unwrap_or(0), IntType::Int))
    }),
    function("toDecimal", 1, 1, Deep, |eval, arguments| {
        let text = super::print::plain(eval, argument(arguments, 0))?;
        Ok(whole(i64::from_str_radix(&text, 8).unwrap_or(0)))
    }),
    function("add1", 1, 1, Deep, |_, arguments| {
        Ok(whole(to_int(argument(arguments, 0)).wrapping_add(1)))
    }),
    function("add", 0, ANY, Deep, |_, arguments| {
        Ok(whole(arguments.iter().fold(0, |sum: i64, value| {
            sum.wrapping_add(to_int(value))
        })))
    }),
    function("sub", 2, 2, Deep, |_, arguments| {
        Ok(whole(
            to_int(argument(arguments, 0)).wrapping_sub(to_int(argument(arguments, 1))),
        ))
    }),
    function("mul", 1, ANY, Deep, |_, arguments| {
        Ok(whole(arguments.iter().fold(1, |product: i64, value| {
            product.wrapping_mul(to_int(value))
        })))
    }),
    function("div", 2, 2, Deep, |_, arguments| {
        divide(arguments, i64::wrapping_div)
    }),
    function("mod", 2, 2, Deep, |_, arguments| {
        divide(arguments, i64::wrapping_rem)
    }),
    function("max", 1, ANY, Deep, |_, arguments| {
        Ok(whole(arguments.iter().map(to_int).max().unwrap_or(0)))
    }),
    function("biggest", 1, ANY, Deep, |_, arguments| {
        Ok(whole(arguments.iter().map(to_int).max().unwrap_or(0)))
    }),
    function("min", 1, ANY, Deep, |_, arguments| {
        Ok(whole(arguments.iter().map(to_int).min().unwrap_or(0)))
    }),
    function("maxf", 1, ANY, Deep, |_, arguments| {
        Ok(Value::Float(
            arguments
                .iter()
                .map(to_float)
                .fold(f64::NEG_INFINITY, f64::max),
        ))
    }),
    function("minf", 1, ANY, Deep, |_, arguments| {
        Ok(Value::Float(
            arguments.iter().map(to_float).fold(f64::INFINITY, f64::min),
        ))
    }),
    function("add1f", 1, 1, Deep, |_, arguments| {
        Ok(Value::Float(decimal(
            to_float(argument(arguments, 0)) + 1.0,
        )))
    }),
    function("addf", 0, ANY, Deep, |_, arguments| {
        Ok(Value::Float(decimal(arguments.iter().map(to_float).sum())))
    }),
    function("subf", 1, ANY, Deep, |_, arguments| {
        fold(arguments, |one, other| one - other)
    }),
    function("mulf", 1, ANY, Deep, |_, arguments| {
        fold(arguments, |one, other| one * other)
    }),
    function("divf", 1, ANY, Deep, |_, arguments| {
        if arguments.iter().skip(1).any(|value| to_float(value) == 0.0) {
            return Err(Fault::new("`divf` by zero"));
        }
        fold(arguments, |one, other| one / other)
    }),
    function("floor", 1, 1, Deep, |_, arguments| {
        Ok(Value::Float(to_float(argument(arguments, 0)).floor()))
    }),
    function("ceil", 1, 1, Deep, |_, arguments| {
        Ok(Value::Float(to_float(argument(arguments, 0)).ceil()))
    }),
    function("round", 2, 3, Deep, round),
    function("seq", 0, ANY, Deep, seq),
];

fn whole(value: i64) -> Value {
    Value::Int(value, IntType::Int64)
}

/// `cast.ToInt64`.
pub(super) fn to_int(value: &Value) -> i64 {
    match value {
        Value::Int(value, _) => *value,
        Value::Float(value) => *value as i64,
        Value::Bool(value) => i64::from(*value),
        Value::Text(text) => text_to_int(text),
        _ => 0,
    }
}

/// An integer in Go's notation (`010` is 8); a fraction of zeros is dropped.
fn text_to_int(text: &str) -> i64 {
    let whole = match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|byte| byte == b'0') => whole,
        _ => text,
    };
    match parse_number(whole) {
        Some(TokenKind::Int(value)) => value,
        _ => 0,
    }
}

/// `cast.ToFloat64`.
pub(super) fn to_float(value: &Value) -> f64 {
    match value {
        Value::Int(value, _) => *value as f64,
        Value::Float(value) => *value,
        Value::Bool(value) => f64::from(u8::from(*value)),
        Value::Text(text) => text.parse().unwrap_or(0.0),
        _ => 0.0,
    }
}

/// Sprig computes with decimals; 15 digits take binary rounding away.
fn decimal(value: f64) -> f64 {
    format!("{value:.14e}").parse().unwrap_or(value)
}

fn fold(arguments: &[Value], combine: fn(f64, f64) -> f64) -> EvalResult {
    let mut values = arguments.iter().map(to_float);
    let first = values.next().unwrap_or(0.0);
    Ok(Value::Float(decimal(values.fold(first, combine))))
}

fn divide(arguments: &[Value], combine: fn(i64, i64) -> i64) -> EvalResult {
    let divisor = to_int(argument(arguments, 1));
    if divisor == 0 {
        return Err(Fault::new("division by zero"));
    }
    Ok(whole(combine(to_int(argument(arguments, 0)), divisor)))
}

fn round(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let value = to_float(argument(arguments, 0));
    let places = i32::try_from(int(eval, arguments, 1)?).unwrap_or(0);
    let from = match arguments.get(2) {
        Some(value) => to_float(value),
        None => 0.5,
    };
    let power = 10f64.powi(places);
    let shifted = power * value;
    let rounded = if shifted.fract() >= from {
        shifted.ceil()
    } else {
        shifted.floor()
    };
    Ok(Value::Float(rounded / power))
}

fn seq(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let mut given = Vec::new();
    for index in 0..arguments.len() {
        given.push(int(eval, arguments, index)?);
    }
    let (start, end, step) = match given.as_slice() {
        [end] => (1, *end, if *end < 1 { -1 } else { 1 }),
        [start, end] => (*start, *end, if end < start { -1 } else { 1 }),
        [start, step, end] if end < start && *step > 0 => {
            let _ = start;
            return Ok(Value::text(""));
        }
        [start, step, end] => (*start, *end, *step),
        _ => return Ok(Value::text("")),
    };
    // The last number is part of the sequence.
    let past = end.saturating_add(if end < start { -1 } else { 1 });
    let numbers = counts(eval, start, past, step)?;
    let shown: Vec<String> = numbers.iter().map(i64::to_string).collect();
    made(eval, shown.join(" "))
}
