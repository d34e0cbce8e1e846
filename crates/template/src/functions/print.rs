//! Go's printing: `%v` of every value, `print`, `println`, and the escapers.

use std::rc::Rc;

use super::super::eval::{Eval, EvalResult, Fault};
use super::super::value::{MapKind, Value};
use super::{ANY, Function, Own, Shallow, argument, function, made, partial, partly, printf};
use portolan_yaml::OPAQUE;

pub(super) const FUNCTIONS: &[Function] = &[
    function("print", 0, ANY, Own, print),
    function("println", 0, ANY, Own, println),
    function("printf", 1, ANY, Own, printf::printf),
    function("html", 0, ANY, Shallow, |eval, arguments| {
        escape(eval, arguments, |at, out| match at {
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\0' => out.push('\u{fffd}'),
            at => out.push(at),
        })
    }),
    function("js", 0, ANY, Shallow, |eval, arguments| {
        escape(eval, arguments, |at, out| match at {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '"' => out.push_str("\\\""),
            '<' | '>' | '&' | '=' => out.push_str(&format!("\\u{:04X}", u32::from(at))),
            at if at < ' ' || at == '\u{7f}' => out.push_str(&format!("\\u{:04X}", u32::from(at))),
            at => out.push(at),
        })
    }),
    function("urlquery", 0, ANY, Shallow, |eval, arguments| {
        escape(eval, arguments, |at, out| match at {
            ' ' => out.push('+'),
            OPAQUE => out.push(at),
            at if at.is_ascii_alphanumeric() || matches!(at, '-' | '_' | '.' | '~') => out.push(at),
            at => {
                for byte in at.encode_utf8(&mut [0; 4]).bytes() {
                    out.push_str(&format!("%{byte:02X}"));
                }
            }
        })
    }),
    function("call", 1, ANY, Own, |_, _| {
        Err(Fault::new(
            "`call` needs a function as its first argument: templates in Helm have none",
        ))
    }),
];

/// What an action prints for a value, which is Go's `%v`.
pub(in super::super) fn plain(eval: &mut Eval<'_>, value: &Value) -> EvalResult<String> {
    let mut out = String::new();
    append(eval, value, &mut out, 0)?;
    Ok(out)
}

pub(super) fn append(
    eval: &mut Eval<'_>,
    value: &Value,
    out: &mut String,
    depth: usize,
) -> EvalResult<()> {
    eval.allow_depth(depth)?;
    eval.charge(1)?;
    eval.check_text(out.len())?;
    match value {
        Value::Nil => out.push_str("<nil>"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(value, _) => out.push_str(&value.to_string()),
        Value::Float(value) => out.push_str(&float(*value)),
        Value::Text(text) => {
            eval.check_text(out.len() + text.len())?;
            eval.charge(text.len() / 32)?;
            out.push_str(text);
        }
        Value::List(id) => {
            let items = eval.heap.list(*id).items.clone();
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(' ');
                }
                append(eval, item, out, depth + 1)?;
            }
            out.push(']');
        }
        Value::Map(id) => {
            let Some(map) = eval.heap.map(*id) else {
                return Ok(());
            };
            let kind = map.kind;
            let single = match kind {
                MapKind::Version | MapKind::Struct(_) => map.entries.get("String").cloned(),
                _ => None,
            };
            if let Some(text) = single {
                return append(eval, &text, out, depth + 1);
            }
            if matches!(kind, MapKind::Struct(_)) {
                out.push(OPAQUE);
                return Ok(());
            }
            let entries: Vec<_> = map
                .entries
                .iter()
                .map(|(key, item)| (Rc::clone(key), item.clone()))
                .collect();
            let open = eval.heap.open(*id);
            out.push_str("map[");
            for (index, (key, item)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(' ');
                }
                out.push_str(key);
                out.push(':');
                append(eval, item, out, depth + 1)?;
            }
            if let Some(path) = open {
                out.push(OPAQUE);
                note_open(eval, &path);
            }
            out.push(']');
        }
        Value::Opaque(reason) => {
            eval.last_reason = Rc::clone(reason);
            out.push(OPAQUE);
        }
    }
    Ok(())
}

/// Remembers that a map was printed to which the chart may add.
pub(super) fn note_open(eval: &mut Eval<'_>, path: &str) {
    eval.last_reason = Rc::from(format!("the chart's defaults may add entries to `{path}`"));
}

/// Go's `strconv.FormatFloat(…, 'g', -1, 64)`.
pub(super) fn float(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    // Rust's shortest digits are Go's; only the layout differs.
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..6).contains(&exponent) {
        return format!(
            "{digits}e{}{:02}",
            if exponent < 0 { '-' } else { '+' },
            exponent.abs()
        );
    }
    format!("{value}")
}

fn print(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let mut out = String::new();
    for (index, value) in arguments.iter().enumerate() {
        // Go puts a space between two operands when neither is a string.
        let previous = index
            .checked_sub(1)
            .and_then(|before| arguments.get(before));
        if previous.is_some_and(|previous| !is_text(previous)) && !is_text(value) {
            out.push(' ');
        }
        append(eval, value, &mut out, 0)?;
    }
    made(eval, out)
}

fn is_text(value: &Value) -> bool {
    matches!(value, Value::Text(_) | Value::Opaque(_))
}

fn println(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let mut out = String::new();
    for (index, value) in arguments.iter().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        append(eval, value, &mut out, 0)?;
    }
    out.push('\n');
    made(eval, out)
}

fn escape(eval: &mut Eval<'_>, arguments: &[Value], each: fn(char, &mut String)) -> EvalResult {
    let text = match (arguments.len(), argument(arguments, 0)) {
        (1, Value::Text(text)) => text.to_string(),
        _ => match print(eval, arguments)? {
            Value::Text(text) => text.to_string(),
            other => return Ok(other),
        },
    };
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|at| each(at, &mut out));
    made(eval, out)
}

/// Sprig's `strval`: text as it is, anything else as `%v`.
pub(super) fn strval(eval: &mut Eval<'_>, value: &Value) -> EvalResult<Rc<str>> {
    match value {
        Value::Text(text) => Ok(Rc::clone(text)),
        value => plain(eval, value).map(Rc::from),
    }
}

/// A text function of one known text.
pub(super) fn of_text(
    eval: &mut Eval<'_>,
    arguments: &[Value],
    make: fn(&str) -> String,
) -> EvalResult {
    let text = super::text(eval, arguments, 0)?;
    if partial(&text) {
        return Ok(partly(eval));
    }
    let text = make(&text);
    made(eval, text)
}
