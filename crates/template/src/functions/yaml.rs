//! `toYaml`, laid out as Helm's: sorted keys, two spaces, sequences not indented under their key. Long lines are not
//! folded, which changes no value.

use std::cmp::Ordering;
use std::rc::Rc;

use super::super::eval::{Eval, EvalResult};
use super::super::value::Value;
use super::json::number;
use super::print::{float, note_open};
use super::yaml_scalar::{self, Written};
use super::{Function, Own, argument, function, made};
use portolan_yaml::OPAQUE;

pub(super) const FUNCTIONS: &[Function] = &[
    function("toYaml", 1, 1, Own, |eval, arguments| {
        to_yaml(eval, argument(arguments, 0), Layout::Plain)
    }),
    function("toYamlPretty", 1, 1, Own, |eval, arguments| {
        to_yaml(eval, argument(arguments, 0), Layout::Pretty)
    }),
];

/// `toYamlPretty` indents sequences under their key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Plain,
    Pretty,
}

/// What a value is as YAML, without the last line break.
pub(super) fn to_yaml(eval: &mut Eval<'_>, value: &Value, layout: Layout) -> EvalResult {
    if value.is_opaque() {
        return Ok(value.clone());
    }
    let mut out = String::new();
    node(eval, value, layout, 0, TextPosition::Root, &mut out, 0)?;
    let text = out.strip_suffix('\n').unwrap_or(&out).to_owned();
    made(eval, text)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TextPosition {
    Root,
    Entry,
    Item,
}

/// Writes a node and its line break. The cursor stands after `key:`, after `-`, or at the start.
fn node(
    eval: &mut Eval<'_>,
    value: &Value,
    layout: Layout,
    indent: usize,
    place: TextPosition,
    out: &mut String,
    depth: usize,
) -> EvalResult<()> {
    eval.charge(1 + indent / 32)?;
    eval.allow_depth(depth)?;
    eval.check_text(out.len())?;
    let space = if place == TextPosition::Root { "" } else { " " };
    match value {
        Value::List(id) if !eval.heap.list(*id).items.is_empty() => {
            let items = eval.heap.list(*id).items.clone();
            let inner = match (place, layout) {
                (TextPosition::Entry, Layout::Pretty) | (TextPosition::Item, _) => indent + 2,
                _ => indent,
            };
            for (index, item) in items.iter().enumerate() {
                begin_line(out, place, index, inner);
                out.push('-');
                node(
                    eval,
                    item,
                    layout,
                    inner,
                    TextPosition::Item,
                    out,
                    depth + 1,
                )?;
            }
            return Ok(());
        }
        Value::Map(id)
            if !eval.heap.is_struct(*id)
                && (eval.heap.len(*id) > 0 || eval.heap.open(*id).is_some()) =>
        {
            let mut entries: Vec<_> = eval
                .heap
                .entries(*id)
                .map(|(key, item)| (Rc::clone(key), item.clone()))
                .collect();
            entries.sort_by(|(one, _), (other, _)| key_order(one, other));
            if let Some(path) = eval.heap.open(*id) {
                note_open(eval, &path);
                entries.push((
                    Rc::from(OPAQUE.to_string()),
                    Value::text(OPAQUE.to_string()),
                ));
            }
            let inner = if place == TextPosition::Root {
                indent
            } else {
                indent + 2
            };
            for (index, (key, item)) in entries.iter().enumerate() {
                begin_line(out, place, index, inner);
                if let Written::Line(written) = yaml_scalar::write(key, true, 2) {
                    // Long keys need `? `, as in go-yaml.
                    let long = key.len() > 128;
                    if long {
                        out.push_str("? ");
                    }
                    out.push_str(&written);
                    if long {
                        out.push('\n');
                        out.extend(std::iter::repeat_n(' ', inner));
                    }
                }
                out.push(':');
                node(
                    eval,
                    item,
                    layout,
                    inner,
                    TextPosition::Entry,
                    out,
                    depth + 1,
                )?;
            }
            return Ok(());
        }
        _ => {}
    }
    out.push_str(space);
    match value {
        Value::Nil => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(value, _) => out.push_str(&value.to_string()),
        Value::Float(value) => out.push_str(&yaml_number(*value, layout)),
        Value::List(_) => out.push_str("[]"),
        Value::Map(id) if !eval.heap.is_struct(*id) => out.push_str("{}"),
        Value::Map(_) => {
            eval.last_reason = Rc::from("this object's fields are not all known");
            out.push(OPAQUE);
        }
        Value::Opaque(reason) => {
            eval.last_reason = Rc::clone(reason);
            out.push(OPAQUE);
        }
        Value::Text(text) => {
            eval.check_text(out.len().saturating_add(text.len()))?;
            eval.charge(text.len() / 32)?;
            match yaml_scalar::write(text, false, 2) {
                Written::Line(line) => out.push_str(&line),
                Written::Literal { header } => {
                    let inner = if place == TextPosition::Root {
                        indent
                    } else {
                        indent + 2
                    };
                    let len = text.len() + text.matches('\n').count().saturating_mul(inner);
                    eval.check_text(len)?;
                    eval.charge(len / 32)?;
                    out.push_str(&header);
                    let body = text.strip_suffix('\n').unwrap_or(text);
                    for line in body.split('\n') {
                        out.push('\n');
                        if !line.is_empty() {
                            out.extend(std::iter::repeat_n(
                                ' ',
                                inner.max(if place == TextPosition::Root { 2 } else { 0 }),
                            ));
                            out.push_str(line);
                        }
                    }
                }
            }
        }
    }
    out.push('\n');
    Ok(())
}

/// The first child of an item stands on the item's own line.
fn begin_line(out: &mut String, place: TextPosition, index: usize, indent: usize) {
    match (place, index) {
        (TextPosition::Item, 0) => out.push(' '),
        (TextPosition::Entry, 0) => {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
        }
        _ => out.extend(std::iter::repeat_n(' ', indent)),
    }
}

/// Helm goes through JSON, where whole numbers lose their fraction, and back.
fn yaml_number(value: f64, layout: Layout) -> String {
    if layout == Layout::Pretty {
        return float(value);
    }
    let json = number(value);
    if json.contains(['.', 'e']) || json.parse::<i64>().is_err() && json.parse::<u64>().is_err() {
        return float(value);
    }
    json
}

/// go-yaml's order of keys: numbers within them by their value, letters after everything else.
pub(in super::super) fn key_order(one: &str, other: &str) -> Ordering {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    for (index, (a, b)) in one.iter().zip(&other).enumerate() {
        if a == b {
            continue;
        }
        match (a.is_alphabetic(), b.is_alphabetic()) {
            (true, true) => return a.cmp(b),
            (true, false) => return Ordering::Greater,
            (false, true) => return Ordering::Less,
            (false, false) => {}
        }
        let before = one.get(..index).unwrap_or_default();
        let within = (*a == '0' || *b == '0')
            && before
                .iter()
                .rev()
                .take_while(|at| at.is_ascii_digit())
                .any(|at| *at != '0');
        let (a_value, a_len) = digits_from(&one, index, within);
        let (b_value, b_len) = digits_from(&other, index, within);
        return a_value.cmp(&b_value).then(a_len.cmp(&b_len)).then(a.cmp(b));
    }
    one.len().cmp(&other.len())
}

fn digits_from(text: &[char], index: usize, within: bool) -> (i64, usize) {
    let digits = text
        .get(index..)
        .unwrap_or_default()
        .iter()
        .map_while(|at| at.to_digit(10));
    let mut value = i64::from(within);
    let mut len = 0;
    for digit in digits {
        value = value.wrapping_mul(10).wrapping_add(i64::from(digit));
        len += 1;
    }
    (value, len)
}
