//! Sprig's regular expressions. Go's dialect and ours agree on nearly everything; where ours does not read one, the
//! result is not known.

use crate::Limit;
use std::rc::Rc;

use regex::{Regex, RegexBuilder};

use super::super::eval::{Eval, EvalResult, Fault};
use super::super::value::Value;
use super::{Deep, Function, function, int, made, text};

pub(super) const FUNCTIONS: &[Function] = &[
    function("regexMatch", 2, 2, Deep, matches_or_not),
    function("mustRegexMatch", 2, 2, Deep, matches),
    function("regexFind", 2, 2, Deep, find),
    function("mustRegexFind", 2, 2, Deep, find),
    function("regexFindAll", 3, 3, Deep, find_all),
    function("mustRegexFindAll", 3, 3, Deep, find_all),
    function("regexReplaceAll", 3, 3, Deep, |eval, arguments| {
        replace(eval, arguments, true)
    }),
    function("mustRegexReplaceAll", 3, 3, Deep, |eval, arguments| {
        replace(eval, arguments, true)
    }),
    function("regexReplaceAllLiteral", 3, 3, Deep, |eval, arguments| {
        replace(eval, arguments, false)
    }),
    function(
        "mustRegexReplaceAllLiteral",
        3,
        3,
        Deep,
        |eval, arguments| replace(eval, arguments, false),
    ),
    function("regexSplit", 3, 3, Deep, split),
    function("mustRegexSplit", 3, 3, Deep, split),
    function("regexQuoteMeta", 1, 1, Deep, |eval, arguments| {
        let text = text(eval, arguments, 0)?;
        let mut out = String::with_capacity(text.len());
        for at in text.chars() {
            if "\\.+*?()|[]{}^$".contains(at) {
                out.push('\\');
            }
            out.push(at);
        }
        made(eval, out)
    }),
];

/// The expression, or the unknown that stands for the result. In Go, `\d`, `\s`, `\w` and `\b` mean ASCII only.
fn compile(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult<Result<Regex, Value>> {
    let pattern = text(eval, arguments, 0)?;
    eval.charge(pattern.len() + 50)?;
    let mut ascii = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    while let Some(at) = characters.next() {
        if at != '\\' {
            ascii.push(at);
            continue;
        }
        match characters.next() {
            Some('d') => ascii.push_str("[0-9]"),
            Some('D') => ascii.push_str("[^0-9]"),
            Some('s') => ascii.push_str("[\\t\\n\\x0C\\r ]"),
            Some('S') => ascii.push_str("[^\\t\\n\\x0C\\r ]"),
            Some('w') => ascii.push_str("[0-9A-Za-z_]"),
            Some('W') => ascii.push_str("[^0-9A-Za-z_]"),
            Some('b') => ascii.push_str("(?-u:\\b)"),
            Some(other) => {
                ascii.push('\\');
                ascii.push(other);
            }
            None => ascii.push('\\'),
        }
    }
    let most = eval.limits.regex_bytes;
    match RegexBuilder::new(&ascii).size_limit(most).build() {
        Ok(regex) => Ok(Ok(regex)),
        Err(regex::Error::CompiledTooBig(_)) => Err(Fault::limit(
            Limit::RegexSize,
            format!("this regular expression takes more than {most} bytes once it is compiled"),
        )),
        // Go's own: literal text, and single bytes.
        Err(_) if pattern.contains("\\Q") || pattern.contains("\\C") => Ok(Err(Value::Opaque(
            Rc::from("this regular expression is not understood"),
        ))),
        Err(error) => Err(Fault::new(format!(
            "this is not a valid regular expression: {}",
            last_line(&error.to_string())
        ))),
    }
}

/// What is wrong, without the drawing above it.
fn last_line(message: &str) -> String {
    let last = message.lines().next_back().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}

/// Compiles the first argument, counts the work of searching the second, and goes on with both.
macro_rules! search {
    ($eval:ident, $arguments:ident) => {{
        let regex = match compile($eval, $arguments)? {
            Ok(regex) => regex,
            Err(unknown) => return Ok(unknown),
        };
        let text = text($eval, $arguments, 1)?;
        $eval.charge(text.len() / 8)?;
        (regex, text)
    }};
}

/// Unlike all others, `regexMatch` takes an invalid expression for one that matches nothing.
fn matches_or_not(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    match matches(eval, arguments) {
        Err(fault) if fault.limit.is_none() => {
            text(eval, arguments, 0)?;
            text(eval, arguments, 1)?;
            Ok(Value::Bool(false))
        }
        result => result,
    }
}

fn matches(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let (regex, text) = search!(eval, arguments);
    Ok(Value::Bool(regex.is_match(&text)))
}

fn find(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let (regex, text) = search!(eval, arguments);
    let found = regex.find(&text).map(|found| found.as_str().to_owned());
    made(eval, found.unwrap_or_default())
}

fn find_all(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let (regex, text) = search!(eval, arguments);
    let most = usize::try_from(int(eval, arguments, 2)?).unwrap_or(usize::MAX);
    let found = regex
        .find_iter(&text)
        .take(most)
        .map(|found| found.as_str().to_owned())
        .collect();
    eval.texts(found)
}

fn replace(eval: &mut Eval<'_>, arguments: &[Value], expand: bool) -> EvalResult {
    let (regex, source) = search!(eval, arguments);
    let with = text(eval, arguments, 2)?;
    // Each match may insert the whole source by a reference: bound it before it is made.
    let count = regex.find_iter(&source).count();
    let references = if expand { with.matches('$').count() } else { 0 };
    let most = with
        .len()
        .saturating_add(references.saturating_mul(source.len()));
    eval.allow_text(
        source
            .len()
            .saturating_add(count.saturating_mul(most.min(with.len() + references * 4096))),
    )?;
    let out = match expand {
        true => regex.replace_all(&source, &*with),
        false => regex.replace_all(&source, regex::NoExpand(&with)),
    };
    made(eval, out.into_owned())
}

fn split(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let (regex, text) = search!(eval, arguments);
    let most = int(eval, arguments, 2)?;
    let pieces = match usize::try_from(most) {
        Ok(0) => Vec::new(),
        Ok(most) => regex.splitn(&text, most).map(str::to_owned).collect(),
        Err(_) => regex.split(&text).map(str::to_owned).collect(),
    };
    eval.texts(pieces)
}
