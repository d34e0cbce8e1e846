//! The functions a template may call: Go's own, Sprig's and Helm's.
//!
//! Each says how it takes values that are not known ([`OnOpaque`]), so that forgetting about them is not the default.

use std::rc::Rc;

use portolan_yaml::OPAQUE;

use super::eval::{Eval, EvalResult, Fault};
use super::value::{IntType, List, ListId, MapId, MapKind, Value};

pub(super) mod chart;
mod choose;
mod compare;
mod dates;
mod dicts;
mod encode;
mod from_yaml;
mod json;
mod lists;
mod merge;
mod numbers;
pub(super) mod print;
mod printf;
mod quote;
mod regexes;
mod strings;
mod types;
mod versions;
mod words;
pub(super) mod yaml;
pub(super) mod yaml_scalar;

pub(super) use chart::has_version;

/// A function by its name.
#[derive(Debug)]
pub(super) struct Function {
    pub name: &'static str,
    /// Fewest and most arguments.
    pub least: usize,
    pub most: usize,
    pub opaque: OnOpaque,
    pub call: fn(&mut Eval<'_>, &[Value]) -> EvalResult,
}

/// What a function makes of values that are not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnOpaque {
    /// Nothing is known of the result if any part of any argument is not known, however deep within.
    Deep,
    /// Nothing is known of the result if an argument is not known as a whole; parts of text may be unknown.
    Shallow,
    /// The function sees to it itself.
    Own,
    /// The result is never known, for this reason.
    Never(&'static str),
}

use OnOpaque::{Deep, Never, Own, Shallow};

const ANY: usize = usize::MAX;

const fn function(
    name: &'static str,
    least: usize,
    most: usize,
    opaque: OnOpaque,
    call: fn(&mut Eval<'_>, &[Value]) -> EvalResult,
) -> Function {
    Function {
        name,
        least,
        most,
        opaque,
        call,
    }
}

/// A function whose result depends on chance, time or the world outside.
const fn never(name: &'static str, least: usize, most: usize, reason: &'static str) -> Function {
    function(name, least, most, Never(reason), |_, _| Ok(Value::Nil))
}

const GROUPS: [&[Function]; 16] = [
    chart::FUNCTIONS,
    choose::FUNCTIONS,
    compare::FUNCTIONS,
    dates::FUNCTIONS,
    dicts::FUNCTIONS,
    encode::FUNCTIONS,
    json::FUNCTIONS,
    from_yaml::FUNCTIONS,
    lists::FUNCTIONS,
    numbers::FUNCTIONS,
    print::FUNCTIONS,
    regexes::FUNCTIONS,
    strings::FUNCTIONS,
    types::FUNCTIONS,
    versions::FUNCTIONS,
    words::FUNCTIONS,
];

/// Every function.
fn all() -> impl Iterator<Item = &'static Function> {
    let groups: &'static [&'static [Function]] = &GROUPS;
    groups.iter().copied().chain([yaml::FUNCTIONS]).flatten()
}

/// The function of that name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    all().find(|function| function.name == name)
}

/// Every function's name.
#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    all().map(|function| function.name)
}

/// The function whose name is nearest to one that does not exist.
pub(super) fn similar(name: &str) -> Option<&'static str> {
    all()
        .map(|function| {
            (
                strsim::damerau_levenshtein(&function.name.to_lowercase(), &name.to_lowercase()),
                function.name,
            )
        })
        .filter(|(distance, near)| *distance <= 1 + near.len() / 4)
        .min()
        .map(|(_, near)| near)
}

/// The argument at an index; nil beyond the last.
fn argument(arguments: &[Value], index: usize) -> &Value {
    arguments.get(index).unwrap_or(&Value::Nil)
}

fn ordinal(index: usize) -> String {
    match index {
        0 => "first".to_owned(),
        1 => "second".to_owned(),
        2 => "third".to_owned(),
        more => format!("{}th", more + 1),
    }
}

fn wrong(eval: &Eval<'_>, arguments: &[Value], index: usize, expected: &str) -> Fault {
    let value = argument(arguments, index);
    let found = match value {
        Value::Nil => "nothing (the value is not set)".to_owned(),
        value => format!("a {}", eval.heap.type_name(value)),
    };
    let place = match (arguments.len(), index) {
        (0 | 1, _) => "its argument".to_owned(),
        (_, index) => format!("its {} argument", ordinal(index)),
    };
    Fault::new(format!("expected {expected} as {place}, found {found}"))
}

/// A Go `string`.
fn text(eval: &Eval<'_>, arguments: &[Value], index: usize) -> EvalResult<Rc<str>> {
    match argument(arguments, index) {
        Value::Text(text) => Ok(Rc::clone(text)),
        Value::Nil => Err(wrong(eval, arguments, index, "a string")),
        _ => Err(wrong(eval, arguments, index, "a string").help("`toString` makes a string of it")),
    }
}

/// A Go `int`, and neither `int64` nor `float64`.
fn int(eval: &Eval<'_>, arguments: &[Value], index: usize) -> EvalResult<i64> {
    match argument(arguments, index) {
        Value::Int(value, IntType::Int) => Ok(*value),
        Value::Int(..) | Value::Float(_) => Err(wrong(eval, arguments, index, "an int")
            .help("numbers from values files are floats to Helm: `int` makes an int of it")),
        _ => Err(wrong(eval, arguments, index, "an int")),
    }
}

/// A Go `map[string]interface {}`.
fn map(eval: &Eval<'_>, arguments: &[Value], index: usize) -> EvalResult<MapId> {
    match argument(arguments, index) {
        Value::Map(id)
            if matches!(
                eval.heap.map(*id).map(|map| map.kind),
                Some(MapKind::Any | MapKind::Values)
            ) =>
        {
            Ok(*id)
        }
        _ => Err(wrong(eval, arguments, index, "a map")),
    }
}

/// A Go slice of anything.
fn list(eval: &Eval<'_>, arguments: &[Value], index: usize) -> EvalResult<ListId> {
    match argument(arguments, index) {
        Value::List(id) => Ok(*id),
        _ => Err(wrong(eval, arguments, index, "a list")),
    }
}

/// The items of a list argument; counted as work.
fn items(eval: &mut Eval<'_>, arguments: &[Value], index: usize) -> EvalResult<Vec<Value>> {
    let id = list(eval, arguments, index)?;
    let List { items, .. } = eval.heap.list(id);
    let items = items.clone();
    eval.charge(items.len())?;
    Ok(items)
}

/// True where parts of a text are not known.
fn partial(text: &str) -> bool {
    text.contains(OPAQUE)
}

/// A text that a function made; counted as work.
fn made(eval: &mut Eval<'_>, text: String) -> EvalResult {
    eval.allow_text(text.len())?;
    Ok(Value::text(text))
}

/// Not known because a part of an argument is not.
fn partly(eval: &Eval<'_>) -> Value {
    Value::Opaque(Rc::clone(&eval.last_reason))
}
