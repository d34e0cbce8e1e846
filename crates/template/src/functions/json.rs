//! JSON, written and read as Go does.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value as Json;

use super::super::eval::{Eval, EvalResult};
use super::super::value::{Map, MapKind, Value};
use super::print::note_open;
use super::{Deep, Function, Own, argument, function, made, text};
use portolan_yaml::OPAQUE;

pub(super) const FUNCTIONS: &[Function] = &[
    function("toJson", 1, 1, Own, |eval, arguments| {
        to_json(eval, arguments, None, true)
    }),
    function("mustToJson", 1, 1, Own, |eval, arguments| {
        to_json(eval, arguments, None, true)
    }),
    function("toPrettyJson", 1, 1, Own, |eval, arguments| {
        to_json(eval, arguments, Some(0), true)
    }),
    function("mustToPrettyJson", 1, 1, Own, |eval, arguments| {
        to_json(eval, arguments, Some(0), true)
    }),
    function("toRawJson", 1, 1, Own, |eval, arguments| {
        to_json(eval, arguments, None, false)
    }),
    function("mustToRawJson", 1, 1, Own, |eval, arguments| {
        to_json(eval, arguments, None, false)
    }),
    function("fromJson", 1, 1, Deep, |eval, arguments| {
        from_json(eval, arguments, Json::is_object)
    }),
    function("fromJsonArray", 1, 1, Deep, |eval, arguments| {
        from_json(eval, arguments, Json::is_array)
    }),
    function("mustFromJson", 1, 1, Deep, |eval, arguments| {
        from_json(eval, arguments, |_| true)
    }),
];

fn to_json(
    eval: &mut Eval<'_>,
    arguments: &[Value],
    indent: Option<usize>,
    html: bool,
) -> EvalResult {
    if let opaque @ Value::Opaque(_) = argument(arguments, 0) {
        return Ok(opaque.clone());
    }
    let mut out = String::new();
    write(eval, argument(arguments, 0), indent, html, &mut out, 0)?;
    made(eval, out)
}

fn line(out: &mut String, indent: Option<usize>) {
    if let Some(indent) = indent {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', 2 * indent));
    }
}

fn write(
    eval: &mut Eval<'_>,
    value: &Value,
    indent: Option<usize>,
    html: bool,
    out: &mut String,
    depth: usize,
) -> EvalResult<()> {
    eval.charge(1)?;
    eval.allow_depth(depth)?;
    eval.check_text(out.len())?;
    let inner = indent.map(|indent| indent + 1);
    match value {
        Value::Nil => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(value, _) => out.push_str(&value.to_string()),
        Value::Float(value) => out.push_str(&number(*value)),
        Value::Text(text) => {
            eval.charge(text.len() / 32)?;
            string(text, html, out);
        }
        Value::Opaque(reason) => {
            eval.last_reason = Rc::clone(reason);
            string(&OPAQUE.to_string(), html, out);
        }
        Value::List(id) => {
            let items = eval.heap.list(*id).items.clone();
            if items.is_empty() {
                out.push_str("[]");
                return Ok(());
            }
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                line(out, inner);
                write(eval, item, inner, html, out, depth + 1)?;
            }
            line(out, indent);
            out.push(']');
        }
        Value::Map(id) => {
            if eval.heap.is_struct(*id) {
                eval.last_reason = Rc::from("this object's fields are not all known");
                string(&OPAQUE.to_string(), html, out);
                return Ok(());
            }
            let mut entries: Vec<_> = eval
                .heap
                .entries(*id)
                .map(|(key, item)| (Rc::clone(key), item.clone()))
                .collect();
            if let Some(path) = eval.heap.open(*id) {
                note_open(eval, &path);
                entries.push((
                    Rc::from(OPAQUE.to_string()),
                    Value::text(OPAQUE.to_string()),
                ));
            }
            if entries.is_empty() {
                out.push_str("{}");
                return Ok(());
            }
            out.push('{');
            for (index, (key, item)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                line(out, inner);
                string(key, html, out);
                out.push_str(if indent.is_some() { ": " } else { ":" });
                write(eval, item, inner, html, out, depth + 1)?;
            }
            line(out, indent);
            out.push('}');
        }
    }
    Ok(())
}

/// A number as Go's `encoding/json` writes it: with an exponent below 1e-6 and from 1e21 on.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let made = format!("{value:e}");
        return if size < 1.0 {
            made
        } else {
            made.replace('e', "e+")
        };
    }
    format!("{value}")
}

fn string(text: &str, html: bool, out: &mut String) {
    out.push('"');
    for at in text.chars() {
        match at {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' if html => out.push_str(&format!("\\u{:04x}", u32::from(at))),
            '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(at))),
            at if at < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(at))),
            at => out.push(at),
        }
    }
    out.push('"');
}

fn from_json(eval: &mut Eval<'_>, arguments: &[Value], fits: fn(&Json) -> bool) -> EvalResult {
    let text = text(eval, arguments, 0)?;
    eval.charge(text.len() / 8)?;
    match serde_json::from_str::<Json>(&text) {
        Ok(json) if fits(&json) => take_in(eval, &json),
        // Helm gives a map or list with Go's error message.
        _ => Ok(Value::Opaque(Rc::from(
            "the string given to `fromJson` is not the JSON expected",
        ))),
    }
}

fn take_in(eval: &mut Eval<'_>, json: &Json) -> EvalResult {
    eval.charge(1)?;
    Ok(match json {
        Json::Null => Value::Nil,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => Value::Float(number.as_f64().unwrap_or(0.0)),
        Json::String(text) => Value::text(text.as_str()),
        // serde_json reads no more than 128 levels.
        Json::Array(array) => {
            let mut items = Vec::with_capacity(array.len());
            for item in array {
                items.push(take_in(eval, item)?);
            }
            eval.heap.new_list(items)
        }
        Json::Object(object) => {
            let mut entries = BTreeMap::new();
            for (key, item) in object {
                entries.insert(Rc::from(key.as_str()), take_in(eval, item)?);
            }
            eval.heap.new_map(Map {
                entries,
                kind: MapKind::Any,
                open: None,
            })
        }
    })
}
