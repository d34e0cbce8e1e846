//! Go's `printf`.

use std::rc::Rc;

use super::super::eval::{Eval, EvalResult};
use super::super::value::Value;
use super::print::{append, float, plain};
use super::quote::quote;
use super::{argument, made, partial, partly, text};

/// Go reads no further digit of a width or precision that is above this.
const MOST: usize = 1_000_000;

/// A `f64` has no more digits than this that are not zero, before or after its point.
const DIGITS: usize = 1_100;

#[derive(Default, Clone)]
struct Directive {
    plus: bool,
    minus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

pub(super) fn printf(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    if let Value::Opaque(reason) = argument(arguments, 0) {
        return Ok(Value::Opaque(Rc::clone(reason)));
    }
    let format = text(eval, arguments, 0)?;
    if partial(&format) {
        return Ok(partly(eval));
    }
    let mut values = arguments.get(1..).unwrap_or_default().iter();
    let mut out = String::new();
    let mut rest: &str = &format;
    let mut reordered = false;
    while let Some(at) = rest.find('%') {
        out.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at + 1..).unwrap_or_default();
        let mut directive = Directive::default();
        while let Some(flag) = rest.chars().next().filter(|flag| "+-# 0".contains(*flag)) {
            match flag {
                '+' => directive.plus = true,
                '-' => directive.minus = true,
                '#' => directive.sharp = true,
                ' ' => directive.space = true,
                _ => directive.zero = true,
            }
            rest = rest.get(1..).unwrap_or_default();
        }
        let Ok(width) = number(&mut rest, &mut values) else {
            out.push_str("%!(NOVERB)");
            rest = "";
            break;
        };
        if let Width::Bad = width {
            out.push_str("%!(BADWIDTH)");
        }
        directive.width = width.given();
        if directive.minus {
            directive.zero = false;
        }
        if let Some(after) = rest.strip_prefix('.') {
            rest = after;
            let Ok(digits) = number(&mut rest, &mut values) else {
                out.push_str("%!(NOVERB)");
                rest = "";
                break;
            };
            directive.precision = match digits {
                Width::Bad => {
                    out.push_str("%!(BADPREC)");
                    None
                }
                digits => Some(digits.given().unwrap_or(0)),
            };
        }
        let asked = directive.width.max(directive.precision).unwrap_or(0);
        eval.check_text(out.len().saturating_add(asked))?;
        eval.charge(asked / 32)?;
        let Some(verb) = rest.chars().next() else {
            out.push_str("%!(NOVERB)");
            break;
        };
        rest = rest.get(verb.len_utf8()..).unwrap_or_default();
        if verb == '%' {
            out.push('%');
            continue;
        }
        if verb == '[' {
            // Explicit argument indexes are rare enough to be left unknown.
            reordered = true;
            break;
        }
        match values.next() {
            None => out.push_str(&format!("%!{verb}(MISSING)")),
            Some(value) => directed(eval, value, verb, &directive, &mut out)?,
        }
        eval.check_text(out.len())?;
        eval.charge(1)?;
    }
    if reordered {
        return Ok(Value::Opaque(Rc::from(
            "`printf` with `%[n]` is not evaluated",
        )));
    }
    out.push_str(rest);
    let extra: Vec<&Value> = values.collect();
    if !extra.is_empty() {
        out.push_str("%!(EXTRA ");
        for (index, value) in extra.iter().enumerate() {
            if index > 0 {
                out.push_str(", ");
            }
            match value {
                Value::Nil => out.push_str("<nil>"),
                value => {
                    out.push_str(&eval.heap.type_name(value));
                    out.push('=');
                    append(eval, value, &mut out, 0)?;
                }
            }
        }
        out.push(')');
    }
    made(eval, out)
}

/// A width or precision.
enum Width {
    None,
    Given(usize),
    /// An argument that is no number, or too large a one.
    Bad,
}

impl Width {
    fn given(&self) -> Option<usize> {
        match self {
            Width::Given(number) => Some(*number),
            Width::None | Width::Bad => None,
        }
    }
}

/// What Go makes of a number with too many digits: it reads no further, and misses the verb.
struct TooLarge;

fn number<'v>(
    rest: &mut &str,
    values: &mut impl Iterator<Item = &'v Value>,
) -> Result<Width, TooLarge> {
    if let Some(after) = rest.strip_prefix('*') {
        *rest = after;
        return Ok(match values.next() {
            Some(Value::Int(value, _)) => usize::try_from(*value)
                .ok()
                .filter(|value| *value <= MOST)
                .map_or(Width::Bad, Width::Given),
            _ => Width::Bad,
        });
    }
    let mut number = None;
    while let Some(digit) = rest.chars().next().and_then(|digit| digit.to_digit(10)) {
        let so_far = number.unwrap_or(0);
        if so_far > MOST {
            return Err(TooLarge);
        }
        number = Some(so_far * 10 + digit as usize);
        *rest = rest.get(1..).unwrap_or_default();
    }
    Ok(number.map_or(Width::None, Width::Given))
}

/// A number with that many digits after its point. Rust itself formats no more than 65,535 of them.
fn fixed(number: f64, digits: usize) -> String {
    let made = digits.min(DIGITS);
    let mut text = format!("{number:.made$}");
    text.extend(std::iter::repeat_n('0', digits - made));
    text
}

fn directed(
    eval: &mut Eval<'_>,
    value: &Value,
    verb: char,
    directive: &Directive,
    out: &mut String,
) -> EvalResult<()> {
    // Go formats the items of lists and maps each by the same directive.
    let item = |eval: &mut Eval<'_>, value: &Value| -> EvalResult<String> {
        let mut piece = String::new();
        eval.enter()?;
        let result = directed(eval, value, verb, directive, &mut piece);
        eval.leave();
        result.map(|()| piece)
    };
    match value {
        Value::Opaque(_) => return append(eval, value, out, 0),
        Value::List(id) if verb != 'T' && !(verb == 'v' && directive.sharp) => {
            let items = eval.heap.list(*id).items.clone();
            out.push('[');
            for (index, value) in items.iter().enumerate() {
                if index > 0 {
                    out.push(' ');
                }
                let piece = item(eval, value)?;
                out.push_str(&piece);
            }
            out.push(']');
            return Ok(());
        }
        Value::Map(id) if !matches!(verb, 'T' | 'v' | 's' | 'd' | 'q') || directive.sharp => {
            let _ = id;
            out.push(portolan_yaml::OPAQUE);
            eval.last_reason = Rc::from("this way of printing a map is not evaluated");
            return Ok(());
        }
        Value::Map(id) if matches!(verb, 's' | 'd' | 'q') && !eval.heap.is_struct(*id) => {
            let entries: Vec<_> = eval
                .heap
                .entries(*id)
                .map(|(key, value)| (Rc::clone(key), value.clone()))
                .collect();
            out.push_str("map[");
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(' ');
                }
                let key = item(eval, &Value::Text(Rc::clone(key)))?;
                let value = item(eval, value)?;
                out.push_str(&format!("{key}:{value}"));
            }
            out.push(']');
            return Ok(());
        }
        Value::List(_) if verb != 'T' => {
            out.push(portolan_yaml::OPAQUE);
            eval.last_reason = Rc::from("`%#v` of a list is not evaluated");
            return Ok(());
        }
        _ => {}
    }
    let (sign, body, numeric) = match (verb, value) {
        ('T', value) => (String::new(), eval.heap.type_name(value), false),
        ('v', Value::Nil) => (String::new(), "<nil>".to_owned(), false),
        ('v', Value::Text(text)) if directive.sharp => (String::new(), quote(text), false),
        ('v' | 'd', Value::Int(number, _)) => {
            let (sign, body) = signed(i128::from(*number), directive, |number| number.to_string());
            (sign, body, true)
        }
        ('v' | 'g' | 'G', Value::Float(number)) => {
            let (sign, body, numeric) =
                floating(*number, directive, |number| match directive.precision {
                    None => float(number),
                    Some(digits) => general(number, digits),
                });
            let body = if verb == 'G' {
                body.to_uppercase()
            } else {
                body
            };
            (sign, body, numeric)
        }
        ('f' | 'F', Value::Float(number)) => {
            let digits = directive.precision.unwrap_or(6);
            floating(*number, directive, |number| fixed(number, digits))
        }
        ('e' | 'E', Value::Float(number)) => {
            let digits = directive.precision.unwrap_or(6);
            let (sign, body, numeric) =
                floating(*number, directive, |number| exponential(number, digits));
            (
                sign,
                if verb == 'E' {
                    body.to_uppercase()
                } else {
                    body
                },
                numeric,
            )
        }
        ('v', value) => (String::new(), plain(eval, value)?, false),
        ('t', Value::Bool(value)) => (String::new(), value.to_string(), false),
        ('s', Value::Text(text)) => (String::new(), shortened(text, directive.precision), false),
        ('s', Value::Map(_)) => (String::new(), plain(eval, value)?, false),
        ('q', Value::Text(text)) => (
            String::new(),
            quote(&shortened(text, directive.precision)),
            false,
        ),
        ('x' | 'X', Value::Text(text)) if !partial(text) => {
            let body: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
            (
                String::new(),
                if verb == 'X' {
                    body.to_uppercase()
                } else {
                    body
                },
                false,
            )
        }
        ('x' | 'X', Value::Int(number, _)) => {
            let prefix = if directive.sharp {
                format!("0{verb}")
            } else {
                String::new()
            };
            let (sign, body) = signed(i128::from(*number), directive, |number| {
                format!("{number:x}")
            });
            let body = if verb == 'X' {
                body.to_uppercase()
            } else {
                body
            };
            (sign + &prefix, body, true)
        }
        ('o', Value::Int(number, _)) => {
            let (sign, body) = signed(i128::from(*number), directive, |number| {
                format!("{number:o}")
            });
            (sign, body, true)
        }
        ('b', Value::Int(number, _)) => {
            let (sign, body) = signed(i128::from(*number), directive, |number| {
                format!("{number:b}")
            });
            (sign, body, true)
        }
        ('c', Value::Int(number, _)) => {
            let at = u32::try_from(*number)
                .ok()
                .and_then(char::from_u32)
                .unwrap_or('\u{fffd}');
            (String::new(), at.to_string(), false)
        }
        ('q', Value::Int(number, _)) => {
            let at = u32::try_from(*number)
                .ok()
                .and_then(char::from_u32)
                .unwrap_or('\u{fffd}');
            let quoted = match at {
                '\'' => "\\'".to_owned(),
                '"' => "\"".to_owned(),
                at => quote(at.encode_utf8(&mut [0; 4]))
                    .trim_matches('"')
                    .to_owned(),
            };
            (String::new(), format!("'{quoted}'"), false)
        }
        ('U', Value::Int(number, _)) => (String::new(), format!("U+{number:04X}"), false),
        (verb, value) => {
            let body = match value {
                Value::Nil => format!("%!{verb}(<nil>)"),
                value => {
                    let shown = plain(eval, value)?;
                    format!("%!{verb}({}={shown})", eval.heap.type_name(value))
                }
            };
            (String::new(), body, false)
        }
    };
    let len = sign.chars().count() + body.chars().count();
    let padding = directive.width.unwrap_or(0).saturating_sub(len);
    let zeros = directive.zero
        && !(numeric && directive.precision.is_some() && matches!(value, Value::Int(..)));
    if directive.minus {
        out.push_str(&sign);
        out.push_str(&body);
        out.extend(std::iter::repeat_n(' ', padding));
    } else if zeros {
        out.push_str(&sign);
        out.extend(std::iter::repeat_n('0', padding));
        out.push_str(&body);
    } else {
        out.extend(std::iter::repeat_n(' ', padding));
        out.push_str(&sign);
        out.push_str(&body);
    }
    Ok(())
}

fn shortened(text: &str, precision: Option<usize>) -> String {
    match precision {
        Some(most) => text.chars().take(most).collect(),
        None => text.to_owned(),
    }
}

fn sign_of(negative: bool, directive: &Directive) -> String {
    match (negative, directive.plus, directive.space) {
        (true, ..) => "-",
        (_, true, _) => "+",
        (_, _, true) => " ",
        _ => "",
    }
    .to_owned()
}

fn signed(
    number: i128,
    directive: &Directive,
    digits: impl Fn(u128) -> String,
) -> (String, String) {
    let body = digits(number.unsigned_abs());
    let body = match directive.precision {
        Some(least) => {
            let zeros = least.saturating_sub(body.len());
            "0".repeat(zeros) + &body
        }
        None => body,
    };
    (sign_of(number < 0, directive), body)
}

fn floating(
    number: f64,
    directive: &Directive,
    digits: impl Fn(f64) -> String,
) -> (String, String, bool) {
    let body = digits(number.abs());
    (
        sign_of(number.is_sign_negative(), directive),
        body.trim_start_matches('+').to_owned(),
        true,
    )
}

/// `%e`: at least two digits of exponent.
fn exponential(number: f64, digits: usize) -> String {
    let shown = digits.min(DIGITS);
    let made = format!("{number:.shown$e}");
    let zeros = "0".repeat(digits - shown);
    match made.split_once('e') {
        Some((digits, exponent)) => {
            let exponent: i32 = exponent.parse().unwrap_or(0);
            format!(
                "{digits}{zeros}e{}{:02}",
                if exponent < 0 { '-' } else { '+' },
                exponent.abs()
            )
        }
        None => made,
    }
}

/// `%g` with a precision: that many significant digits, without trailing zeros.
fn general(number: f64, digits: usize) -> String {
    // No more than these differ from zero, and zeros at the end are not shown.
    let digits = digits.clamp(1, DIGITS);
    let made = exponential(number, digits - 1);
    let (mantissa, exponent) = made.split_once('e').unwrap_or((&made, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let strip = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    if exponent < -4 || exponent >= i32::try_from(digits).unwrap_or(i32::MAX) {
        return format!(
            "{}e{}{:02}",
            strip(mantissa),
            if exponent < 0 { '-' } else { '+' },
            exponent.abs()
        );
    }
    let after = usize::try_from(i32::try_from(digits).unwrap_or(0) - 1 - exponent).unwrap_or(0);
    strip(&format!("{number:.after$}"))
}
