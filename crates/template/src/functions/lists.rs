//! Sprig's lists, and Go's `len`, `index` and `slice` (which Sprig replaces).

use std::rc::Rc;

use super::super::eval::{Eval, EvalResult, Fault};
use super::super::expression::missing;
use super::super::value::{Element, IntType, MapKind, Value};
use super::numbers::to_int;
use super::{
    ANY, Deep, Function, Own, Shallow, argument, function, int, items, list, partial, partly, wrong,
};

pub(super) const FUNCTIONS: &[Function] = &[
    function("list", 0, ANY, Own, |eval, arguments| {
        Ok(eval.heap.new_list(arguments.to_vec()))
    }),
    function("tuple", 0, ANY, Own, |eval, arguments| {
        Ok(eval.heap.new_list(arguments.to_vec()))
    }),
    function("len", 1, 1, Shallow, len),
    function("index", 1, ANY, Own, index),
    function("first", 1, 1, Shallow, first),
    function("mustFirst", 1, 1, Shallow, first),
    function("last", 1, 1, Shallow, last),
    function("mustLast", 1, 1, Shallow, last),
    function("rest", 1, 1, Shallow, |eval, arguments| {
        part(eval, arguments, 1, 0)
    }),
    function("mustRest", 1, 1, Shallow, |eval, arguments| {
        part(eval, arguments, 1, 0)
    }),
    function("initial", 1, 1, Shallow, |eval, arguments| {
        part(eval, arguments, 0, 1)
    }),
    function("mustInitial", 1, 1, Shallow, |eval, arguments| {
        part(eval, arguments, 0, 1)
    }),
    function("append", 2, 2, Own, append),
    function("push", 2, 2, Own, append),
    function("mustAppend", 2, 2, Own, append),
    function("mustPush", 2, 2, Own, append),
    function("prepend", 2, 2, Own, prepend),
    function("mustPrepend", 2, 2, Own, prepend),
    function("concat", 0, ANY, Shallow, |eval, arguments| {
        let mut all = Vec::new();
        for index in 0..arguments.len() {
            all.append(&mut items(eval, arguments, index)?);
        }
        Ok(eval.heap.new_list(all))
    }),
    function("reverse", 1, 1, Shallow, reverse),
    function("mustReverse", 1, 1, Shallow, reverse),
    function("has", 2, 2, Own, has),
    function("mustHas", 2, 2, Own, has),
    function("without", 1, ANY, Deep, without),
    function("mustWithout", 1, ANY, Deep, without),
    function("uniq", 1, 1, Deep, uniq),
    function("mustUniq", 1, 1, Deep, uniq),
    function("compact", 1, 1, Deep, compact),
    function("mustCompact", 1, 1, Deep, compact),
    function("slice", 1, ANY, Shallow, slice),
    function("mustSlice", 1, ANY, Shallow, slice),
    function("chunk", 2, 2, Shallow, chunk),
    function("mustChunk", 2, 2, Shallow, chunk),
    function("until", 1, 1, Shallow, |eval, arguments| {
        let stop = int(eval, arguments, 0)?;
        steps(eval, 0, stop, if stop < 0 { -1 } else { 1 })
    }),
    function("untilStep", 3, 3, Shallow, |eval, arguments| {
        let (start, stop, step) = (
            int(eval, arguments, 0)?,
            int(eval, arguments, 1)?,
            int(eval, arguments, 2)?,
        );
        steps(eval, start, stop, step)
    }),
    function("deepEqual", 2, 2, Deep, |eval, arguments| {
        same(eval, argument(arguments, 0), argument(arguments, 1), 0).map(Value::Bool)
    }),
];

fn len(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    Ok(match argument(arguments, 0) {
        Value::Text(text) if partial(text) => partly(eval),
        Value::Text(text) => Value::int(text.len()),
        Value::List(id) => Value::int(eval.heap.list(*id).items.len()),
        Value::Map(id) if !eval.heap.is_struct(*id) => match eval.heap.open(*id) {
            Some(path) => Value::Opaque(Rc::from(format!(
                "the chart's defaults may add entries to `{path}`"
            ))),
            None => Value::int(eval.heap.len(*id)),
        },
        Value::Nil => {
            return Err(Fault::new("`len` of a value that is not set")
                .help("give it a default: `default list …`"));
        }
        _ => return Err(wrong(eval, arguments, 0, "a string, list or map")),
    })
}

fn index(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let mut value = argument(arguments, 0).clone();
    if matches!(value, Value::Nil) {
        return Err(Fault::new("`index` of a value that is not set"));
    }
    for at in arguments.get(1..).unwrap_or_default() {
        if let Value::Opaque(reason) = at {
            return Ok(Value::Opaque(Rc::clone(reason)));
        }
        value = match (&value, at) {
            (Value::Opaque(_), _) => return Ok(value),
            (Value::Text(text), _) if partial(text) => return Ok(partly(eval)),
            (Value::Text(text), Value::Int(at, _)) => {
                let byte = usize::try_from(*at)
                    .ok()
                    .and_then(|at| text.as_bytes().get(at));
                let byte = byte.ok_or_else(|| out_of_range(*at, text.len()))?;
                // Go's `uint8`.
                Value::Int(i64::from(*byte), IntType::Uint64)
            }
            (Value::List(id), Value::Int(at, _)) => {
                let items = &eval.heap.list(*id).items;
                let item = usize::try_from(*at).ok().and_then(|at| items.get(at));
                item.cloned()
                    .ok_or_else(|| out_of_range(*at, items.len()))?
            }
            (Value::List(_), _) => {
                let kind = eval.heap.type_name(at);
                return Err(Fault::new(format!(
                    "a list cannot be indexed with a {kind}: expected an integer"
                ))
                .help("numbers from values files are floats to Helm: `int` makes an int of it"));
            }
            (Value::Map(id), Value::Text(key)) if !eval.heap.is_struct(*id) => {
                if partial(key) {
                    return Ok(partly(eval));
                }
                let found = eval.heap.get(*id, key).cloned();
                match (found, eval.heap.open(*id)) {
                    (_, Some(reason)) if eval.heap.unsure.is_some() => Value::Opaque(reason),
                    (Some(found), _) => found,
                    (None, Some(path)) => Value::Opaque(missing(&path, key)),
                    (None, None)
                        if eval
                            .heap
                            .map(*id)
                            .is_some_and(|map| map.kind == MapKind::Text) =>
                    {
                        Value::text("")
                    }
                    (None, None) => Value::Nil,
                }
            }
            (Value::Nil, _) => return Err(Fault::new("`index` of a value that is not set")),
            (value, at) => {
                let (kind, index) = (eval.heap.type_name(value), eval.heap.type_name(at));
                return Err(Fault::new(format!(
                    "a {kind} cannot be indexed with a {index}"
                )));
            }
        };
    }
    Ok(value)
}

fn out_of_range(at: i64, len: usize) -> Fault {
    Fault::new(format!(
        "there is no item {at} in a list of {len} (the first is 0)"
    ))
}

fn first(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let id = list(eval, arguments, 0)?;
    Ok(eval
        .heap
        .list(id)
        .items
        .first()
        .cloned()
        .unwrap_or(Value::Nil))
}

fn last(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let id = list(eval, arguments, 0)?;
    Ok(eval
        .heap
        .list(id)
        .items
        .last()
        .cloned()
        .unwrap_or(Value::Nil))
}

/// The list without some of its first and last items; of an empty list, Go's nil slice, which is empty too.
fn part(eval: &mut Eval<'_>, arguments: &[Value], skip: usize, drop: usize) -> EvalResult {
    let items = items(eval, arguments, 0)?;
    let keep = items.len().saturating_sub(skip + drop);
    let kept = items.into_iter().skip(skip).take(keep).collect();
    Ok(eval.heap.new_list(kept))
}

fn append(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    if let opaque @ Value::Opaque(_) = argument(arguments, 0) {
        return Ok(opaque.clone());
    }
    let mut items = items(eval, arguments, 0)?;
    items.push(argument(arguments, 1).clone());
    Ok(eval.heap.new_list(items))
}

fn prepend(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    if let opaque @ Value::Opaque(_) = argument(arguments, 0) {
        return Ok(opaque.clone());
    }
    let mut items = items(eval, arguments, 0)?;
    items.insert(0, argument(arguments, 1).clone());
    Ok(eval.heap.new_list(items))
}

fn reverse(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let mut items = items(eval, arguments, 0)?;
    items.reverse();
    Ok(eval.heap.new_list(items))
}

fn has(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let needle = argument(arguments, 0);
    match argument(arguments, 1) {
        Value::Nil => return Ok(Value::Bool(false)),
        opaque @ Value::Opaque(_) => return Ok(opaque.clone()),
        _ => {}
    }
    if eval.heap.is_uncertain(needle, 0) {
        return Ok(match needle {
            Value::Opaque(_) => needle.clone(),
            _ => partly(eval),
        });
    }
    let mut unknown = false;
    for item in items(eval, arguments, 1)? {
        if eval.heap.is_uncertain(&item, 0) {
            unknown = true;
        } else if same(eval, needle, &item, 0)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(if unknown {
        partly(eval)
    } else {
        Value::Bool(false)
    })
}

fn without(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let mut kept = Vec::new();
    for item in items(eval, arguments, 0)? {
        let mut omitted = false;
        for other in arguments.get(1..).unwrap_or_default() {
            omitted = omitted || same(eval, &item, other, 0)?;
        }
        if !omitted {
            kept.push(item);
        }
    }
    Ok(eval.heap.new_list(kept))
}

fn uniq(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let mut kept: Vec<Value> = Vec::new();
    for item in items(eval, arguments, 0)? {
        let mut known = false;
        for other in &kept {
            if same(eval, &item, other, 0)? {
                known = true;
                break;
            }
        }
        if !known {
            kept.push(item);
        }
    }
    Ok(eval.heap.new_list(kept))
}

fn compact(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let items = items(eval, arguments, 0)?;
    let kept = items
        .into_iter()
        .filter(|item| eval.heap.truth(item).unwrap_or(true))
        .collect();
    Ok(eval.heap.new_list(kept))
}

fn slice(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let items = items(eval, arguments, 0)?;
    if items.is_empty() {
        return Ok(Value::Nil);
    }
    let start = if arguments.len() > 1 {
        to_int(argument(arguments, 1))
    } else {
        0
    };
    let end = match arguments.len() {
        0..=2 => i64::try_from(items.len()).unwrap_or(i64::MAX),
        _ => to_int(argument(arguments, 2)),
    };
    let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
    let kept = range
        .and_then(|(start, end)| items.get(start..end))
        .map(<[Value]>::to_vec);
    match kept {
        Some(kept) => Ok(eval.heap.new_list(kept)),
        None => Err(Fault::new(format!(
            "a list of {} has no part from {start} to {end}",
            items.len()
        ))),
    }
}

fn chunk(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let size = int(eval, arguments, 0)?;
    let items = items(eval, arguments, 1)?;
    let Some(size) = usize::try_from(size).ok().filter(|size| *size > 0) else {
        return Err(Fault::new("`chunk` needs a size of at least 1"));
    };
    let chunks = items
        .chunks(size)
        .map(|chunk| eval.heap.new_list(chunk.to_vec()))
        .collect();
    Ok(eval.heap.new_list(chunks))
}

/// The integers from `start` on, before `stop`; counted as work before they are made.
pub(super) fn counts(
    eval: &mut Eval<'_>,
    start: i64,
    stop: i64,
    step: i64,
) -> EvalResult<Vec<i64>> {
    let forward = stop >= start && step > 0;
    let backward = stop < start && step < 0;
    if !forward && !backward {
        return Ok(Vec::new());
    }
    let distance = (i128::from(stop) - i128::from(start)).unsigned_abs();
    let count = distance.div_ceil(i128::from(step).unsigned_abs());
    eval.allow_items(usize::try_from(count).unwrap_or(usize::MAX))?;
    let count = i64::try_from(count).unwrap_or(0);
    Ok((0..count)
        .map(|index| start.saturating_add(step.saturating_mul(index)))
        .collect())
}

fn steps(eval: &mut Eval<'_>, start: i64, stop: i64, step: i64) -> EvalResult {
    let numbers = counts(eval, start, stop, step)?;
    let items = numbers
        .into_iter()
        .map(|number| Value::Int(number, IntType::Int))
        .collect();
    Ok(eval.heap.new_list_of(items, Element::Int))
}

/// Go's `reflect.DeepEqual`: types count too.
pub(super) fn same(
    eval: &mut Eval<'_>,
    one: &Value,
    other: &Value,
    depth: usize,
) -> EvalResult<bool> {
    eval.charge(1)?;
    eval.allow_depth(depth)?;
    Ok(match (one, other) {
        (Value::Nil, Value::Nil) => true,
        (Value::Bool(one), Value::Bool(other)) => one == other,
        (Value::Int(one, kind), Value::Int(other, other_kind)) => {
            one == other && kind == other_kind
        }
        (Value::Float(one), Value::Float(other)) => one == other,
        (Value::Text(one), Value::Text(other)) => {
            eval.charge(one.len() / 32)?;
            one == other
        }
        (Value::List(one), Value::List(other)) => {
            let (one, other) = (eval.heap.list(*one).clone(), eval.heap.list(*other).clone());
            if one.element != other.element || one.items.len() != other.items.len() {
                return Ok(false);
            }
            for (one, other) in one.items.iter().zip(&other.items) {
                if !same(eval, one, other, depth + 1)? {
                    return Ok(false);
                }
            }
            true
        }
        (Value::Map(one), Value::Map(other)) => {
            let (Some(one), Some(other)) =
                (eval.heap.map(*one).cloned(), eval.heap.map(*other).cloned())
            else {
                return Ok(false);
            };
            eval.charge(one.entries.len())?;
            if one.kind != other.kind || one.entries.len() != other.entries.len() {
                return Ok(false);
            }
            for ((key, one), (other_key, other)) in one.entries.iter().zip(&other.entries) {
                if key != other_key || !same(eval, one, other, depth + 1)? {
                    return Ok(false);
                }
            }
            true
        }
        _ => false,
    })
}
