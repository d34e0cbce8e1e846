//! Sprig's functions of text that cut, pad and put together.

use std::rc::Rc;

use super::super::eval::{Eval, EvalResult, Fault};
use super::super::placeholder;
use super::super::value::Value;
use super::print::strval;
use super::quote::quote;
use super::{
    ANY, Function, Own, Shallow, argument, function, int, items, made, partial, partly, text,
};
use portolan_yaml::OPAQUE;

pub(super) const FUNCTIONS: &[Function] = &[
    function("quote", 0, ANY, Own, |eval, arguments| {
        quoted(eval, arguments, quote)
    }),
    function("squote", 0, ANY, Own, |eval, arguments| {
        quoted(eval, arguments, |text| format!("'{text}'"))
    }),
    function("cat", 0, ANY, Own, |eval, arguments| {
        let mut pieces = Vec::new();
        for value in arguments
            .iter()
            .filter(|value| !matches!(value, Value::Nil))
        {
            pieces.push(strval(eval, value)?);
        }
        made(eval, pieces.join(" "))
    }),
    function("toString", 1, 1, Shallow, |eval, arguments| {
        strval(eval, argument(arguments, 0)).map(Value::Text)
    }),
    function("indent", 2, 2, Own, |eval, arguments| {
        indent(eval, arguments, "")
    }),
    function("nindent", 2, 2, Own, |eval, arguments| {
        indent(eval, arguments, "\n")
    }),
    function("trunc", 2, 2, Shallow, trunc),
    function("substr", 3, 3, Shallow, substr),
    function("repeat", 2, 2, Shallow, |eval, arguments| {
        let (count, text) = (int(eval, arguments, 0)?, text(eval, arguments, 1)?);
        let Ok(count) = usize::try_from(count) else {
            return Err(Fault::new(format!(
                "`repeat` cannot repeat a string {count} times"
            )));
        };
        eval.allow_text(text.len().saturating_mul(count))?;
        Ok(Value::text(text.repeat(count)))
    }),
    function("replace", 3, 3, Shallow, |eval, arguments| {
        let (old, new, source) = (
            text(eval, arguments, 0)?,
            text(eval, arguments, 1)?,
            text(eval, arguments, 2)?,
        );
        if partial(&old) {
            return Ok(partly(eval));
        }
        let count = if old.is_empty() {
            source.chars().count() + 1
        } else {
            source.matches(&*old).count()
        };
        eval.allow_text(source.len().saturating_add(count.saturating_mul(new.len())))?;
        Ok(Value::text(source.replace(&*old, &new)))
    }),
    function("trim", 1, 1, Shallow, |eval, arguments| {
        let text = text(eval, arguments, 0)?;
        made(eval, text.trim().to_owned())
    }),
    function("trimAll", 2, 2, Shallow, trim_all),
    function("trimall", 2, 2, Shallow, trim_all),
    function("trimSuffix", 2, 2, Shallow, |eval, arguments| {
        let (suffix, text) = (text(eval, arguments, 0)?, text(eval, arguments, 1)?);
        made(
            eval,
            text.strip_suffix(&*suffix).unwrap_or(&text).to_owned(),
        )
    }),
    function("trimPrefix", 2, 2, Shallow, |eval, arguments| {
        let (prefix, text) = (text(eval, arguments, 0)?, text(eval, arguments, 1)?);
        made(
            eval,
            text.strip_prefix(&*prefix).unwrap_or(&text).to_owned(),
        )
    }),
    function("contains", 2, 2, Shallow, |eval, arguments| {
        let (part, text) = (text(eval, arguments, 0)?, text(eval, arguments, 1)?);
        decide(eval, &part, &text, text.contains(&*part))
    }),
    function("hasPrefix", 2, 2, Shallow, |eval, arguments| {
        let (part, text) = (text(eval, arguments, 0)?, text(eval, arguments, 1)?);
        // What comes before the first unknown part decides where it is long enough, or differs already.
        let known = text.split(OPAQUE).next().unwrap_or_default();
        if !partial(&part) && (known.len() >= part.len() || !part.starts_with(known)) {
            return Ok(Value::Bool(known.starts_with(&*part)));
        }
        decide(eval, &part, &text, text.starts_with(&*part))
    }),
    function("hasSuffix", 2, 2, Shallow, |eval, arguments| {
        let (part, text) = (text(eval, arguments, 0)?, text(eval, arguments, 1)?);
        let known = text.rsplit(OPAQUE).next().unwrap_or_default();
        if !partial(&part) && (known.len() >= part.len() || !part.ends_with(known)) {
            return Ok(Value::Bool(known.ends_with(&*part)));
        }
        decide(eval, &part, &text, text.ends_with(&*part))
    }),
    function("plural", 3, 3, Shallow, |eval, arguments| {
        let (one, many) = (text(eval, arguments, 0)?, text(eval, arguments, 1)?);
        Ok(Value::Text(if int(eval, arguments, 2)? == 1 {
            one
        } else {
            many
        }))
    }),
    function("join", 2, 2, Shallow, |eval, arguments| {
        let separator = text(eval, arguments, 0)?;
        let pieces = strings(eval, arguments, 1)?;
        let len = pieces
            .iter()
            .map(|piece| piece.len() + separator.len())
            .sum();
        eval.allow_text(len)?;
        Ok(Value::text(pieces.join(&separator)))
    }),
    function("toStrings", 1, 1, Shallow, |eval, arguments| {
        let pieces = strings(eval, arguments, 0)?;
        eval.texts(pieces.iter().map(|piece| piece.to_string()).collect())
    }),
    function("sortAlpha", 1, 1, super::Deep, |eval, arguments| {
        let mut pieces: Vec<String> = strings(eval, arguments, 0)?
            .iter()
            .map(|piece| piece.to_string())
            .collect();
        pieces.sort();
        eval.texts(pieces)
    }),
    function("splitList", 2, 2, super::Deep, |eval, arguments| {
        let (separator, text) = (text(eval, arguments, 0)?, text(eval, arguments, 1)?);
        let pieces = split(&separator, &text);
        eval.texts(pieces)
    }),
];

/// Sprig's `strslice`: what a list's items print, without those that are nil.
fn strings(eval: &mut Eval<'_>, arguments: &[Value], index: usize) -> EvalResult<Vec<Rc<str>>> {
    let values = match argument(arguments, index) {
        Value::Nil => Vec::new(),
        Value::List(_) => items(eval, arguments, index)?,
        value => vec![value.clone()],
    };
    let mut pieces = Vec::with_capacity(values.len());
    for value in values.iter().filter(|value| !matches!(value, Value::Nil)) {
        pieces.push(strval(eval, value)?);
    }
    Ok(pieces)
}

/// Go's `strings.Split`.
pub(super) fn split(separator: &str, text: &str) -> Vec<String> {
    if separator.is_empty() {
        return text.chars().map(String::from).collect();
    }
    text.split(separator).map(str::to_owned).collect()
}

fn decide(eval: &Eval<'_>, part: &str, text: &str, found: bool) -> EvalResult {
    if partial(part) || (partial(text) && !found) {
        return Ok(partly(eval));
    }
    Ok(Value::Bool(found))
}

fn quoted(eval: &mut Eval<'_>, arguments: &[Value], quote: fn(&str) -> String) -> EvalResult {
    let mut pieces = Vec::new();
    for value in arguments
        .iter()
        .filter(|value| !matches!(value, Value::Nil))
    {
        let text = strval(eval, value)?;
        pieces.push(quote(&text));
    }
    made(eval, pieces.join(" "))
}

/// An unknown text stands for whole lines here: see the module's documentation.
fn indent(eval: &mut Eval<'_>, arguments: &[Value], before: &str) -> EvalResult {
    if let opaque @ Value::Opaque(_) = argument(arguments, 0) {
        return Ok(opaque.clone());
    }
    let width = int(eval, arguments, 0)?;
    let Ok(width) = usize::try_from(width) else {
        return Err(Fault::new(format!(
            "text cannot be indented by {width} spaces"
        )));
    };
    let text: Rc<str> = match argument(arguments, 1) {
        Value::Opaque(reason) => {
            eval.last_reason = Rc::clone(reason);
            Rc::from(placeholder::entry())
        }
        _ => text(eval, arguments, 1)?,
    };
    let lines = text.matches('\n').count() + 1;
    eval.allow_text(text.len().saturating_add(lines.saturating_mul(width)))?;
    let pad = " ".repeat(width);
    Ok(Value::text(format!(
        "{before}{pad}{}",
        text.replace('\n', &format!("\n{pad}"))
    )))
}

/// Go cuts bytes; a cut within a character leaves what Go would print for it.
fn bytes(text: &str, from: usize, to: usize) -> String {
    String::from_utf8_lossy(text.as_bytes().get(from..to).unwrap_or_default()).into_owned()
}

fn trunc(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let (count, text) = (int(eval, arguments, 0)?, text(eval, arguments, 1)?);
    if partial(&text) {
        return Ok(partly(eval));
    }
    let most = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    if text.len() <= most {
        return Ok(Value::Text(text));
    }
    let (from, to) = if count < 0 {
        (text.len() - most, text.len())
    } else {
        (0, most)
    };
    made(eval, bytes(&text, from, to))
}

fn substr(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let (start, end, text) = (
        int(eval, arguments, 0)?,
        int(eval, arguments, 1)?,
        text(eval, arguments, 2)?,
    );
    if partial(&text) {
        return Ok(partly(eval));
    }
    let len = text.len();
    let (from, to) = match (usize::try_from(start), usize::try_from(end)) {
        (Err(_), Ok(end)) => (0, end),
        (Err(_), Err(_)) => (1, 0),
        (Ok(start), Ok(end)) if end <= len => (start, end),
        (Ok(start), _) => (start, len),
    };
    if from > to || to > len {
        return Err(Fault::new(format!(
            "a string of {len} bytes has no part from {start} to {end}"
        )));
    }
    made(eval, bytes(&text, from, to))
}

fn trim_all(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let (cut, text) = (text(eval, arguments, 0)?, text(eval, arguments, 1)?);
    let cut: Vec<char> = cut.chars().collect();
    made(eval, text.trim_matches(cut.as_slice()).to_owned())
}
