//! Sprig's maps.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::eval::{Eval, EvalResult, Fault};
use super::super::expression::missing;
use super::super::value::{Map, MapId, MapKind, Value};
use super::print::strval;
use super::{ANY, Function, Own, Shallow, argument, function, map, merge, partial, partly, text};

pub(super) const FUNCTIONS: &[Function] = &[
    function("dict", 0, ANY, Own, dict),
    function("get", 2, 2, Shallow, |eval, arguments| {
        let (id, key) = (map(eval, arguments, 0)?, text(eval, arguments, 1)?);
        Ok(entry(eval, id, &key).unwrap_or_else(|| Value::text("")))
    }),
    function("hasKey", 2, 2, Shallow, |eval, arguments| {
        let (id, key) = (map(eval, arguments, 0)?, text(eval, arguments, 1)?);
        if partial(&key) {
            return Ok(partly(eval));
        }
        let found = eval.heap.get(id, &key).is_some();
        Ok(match eval.heap.open(id) {
            Some(reason) if eval.heap.unsure.is_some() => Value::Opaque(reason),
            Some(path) if !found => Value::Opaque(missing(&path, &key)),
            _ => Value::Bool(found),
        })
    }),
    function("set", 3, 3, Own, set),
    function("unset", 2, 2, Own, |eval, arguments| {
        if let Some(opaque) = unknown_target(eval, arguments) {
            return Ok(opaque);
        }
        let (id, key) = (map(eval, arguments, 0)?, text(eval, arguments, 1)?);
        let open = eval.heap.open(id).is_some();
        if let Some(map) = eval.heap.change(id) {
            map.entries.remove(&key);
            if open {
                // The chart's default is taken away too.
                map.entries.insert(key, Value::Nil);
            }
        }
        Ok(Value::Map(id))
    }),
    function("keys", 0, ANY, Shallow, |eval, arguments| {
        let mut keys = Vec::new();
        for index in 0..arguments.len() {
            let id = map(eval, arguments, index)?;
            if let Some(reason) = uncounted(eval, id) {
                return Ok(Value::Opaque(reason));
            }
            keys.extend(eval.heap.entries(id).map(|(key, _)| key.to_string()));
        }
        // Go gives them in any order; a template that does not sort them prints them in any order too.
        eval.texts(keys)
    }),
    function("values", 1, 1, Shallow, |eval, arguments| {
        let id = map(eval, arguments, 0)?;
        if let Some(reason) = uncounted(eval, id) {
            return Ok(Value::Opaque(reason));
        }
        let values: Vec<_> = eval
            .heap
            .entries(id)
            .map(|(_, value)| value.clone())
            .collect();
        eval.charge(values.len())?;
        Ok(eval.heap.new_list(values))
    }),
    function("pluck", 1, ANY, Shallow, |eval, arguments| {
        let key = text(eval, arguments, 0)?;
        let mut found = Vec::new();
        for index in 1..arguments.len() {
            let id = map(eval, arguments, index)?;
            match entry(eval, id, &key) {
                Some(Value::Opaque(reason)) if eval.heap.get(id, &key).is_none() => {
                    return Ok(Value::Opaque(reason));
                }
                Some(value) => found.push(value),
                None => {}
            }
        }
        Ok(eval.heap.new_list(found))
    }),
    function("pick", 1, ANY, Shallow, pick),
    function("omit", 1, ANY, Shallow, omit),
    function("dig", 3, ANY, Own, dig),
    function("merge", 1, ANY, Own, |eval, arguments| {
        merge::merge(eval, arguments, false)
    }),
    function("mustMerge", 1, ANY, Own, |eval, arguments| {
        merge::merge(eval, arguments, false)
    }),
    function("mergeOverwrite", 1, ANY, Own, |eval, arguments| {
        merge::merge(eval, arguments, true)
    }),
    function("mustMergeOverwrite", 1, ANY, Own, |eval, arguments| {
        merge::merge(eval, arguments, true)
    }),
    function("deepCopy", 1, 1, Shallow, |eval, arguments| {
        merge::copy(eval, argument(arguments, 0), 0)
    }),
    function("mustDeepCopy", 1, 1, Shallow, |eval, arguments| {
        merge::copy(eval, argument(arguments, 0), 0)
    }),
];

/// An entry's value; opaque where it is absent from a map that the chart may add to.
fn entry(eval: &Eval<'_>, id: MapId, key: &str) -> Option<Value> {
    if let Some(reason) = &eval.heap.unsure {
        return Some(Value::Opaque(Rc::clone(reason)));
    }
    if partial(key) {
        return Some(partly(eval));
    }
    match (eval.heap.get(id, key), eval.heap.open(id)) {
        (Some(value), _) => Some(value.clone()),
        (None, Some(path)) => Some(Value::Opaque(missing(&path, key))),
        (None, None) => None,
    }
}

/// Why the entries of a map cannot be counted.
fn uncounted(eval: &Eval<'_>, id: MapId) -> Option<Rc<str>> {
    eval.heap
        .open(id)
        .map(|path| Rc::from(format!("the chart's defaults may add entries to `{path}`")))
}

/// A map that is not known may be any: if it is changed, every map may have been.
fn unknown_target(eval: &mut Eval<'_>, arguments: &[Value]) -> Option<Value> {
    let unknown = arguments.iter().take(2).find_map(|value| match value {
        Value::Opaque(reason) => Some(Rc::clone(reason)),
        Value::Text(text) if partial(text) => Some(Rc::clone(&eval.last_reason)),
        _ => None,
    })?;
    eval.heap.unsure.get_or_insert_with(|| Rc::clone(&unknown));
    Some(Value::Opaque(unknown))
}

fn dict(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let mut entries = BTreeMap::new();
    for pair in arguments.chunks(2) {
        let key = strval(eval, argument(pair, 0))?;
        if partial(&key) {
            return Ok(partly(eval));
        }
        entries.insert(key, pair.get(1).cloned().unwrap_or_else(|| Value::text("")));
    }
    Ok(eval.heap.new_map(Map {
        entries,
        ..Map::default()
    }))
}

fn set(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    if let Some(opaque) = unknown_target(eval, arguments) {
        return Ok(opaque);
    }
    let (id, key) = (map(eval, arguments, 0)?, text(eval, arguments, 1)?);
    if let Some(map) = eval.heap.change(id) {
        map.entries.insert(key, argument(arguments, 2).clone());
    }
    Ok(Value::Map(id))
}

fn pick(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let id = map(eval, arguments, 0)?;
    let mut entries = BTreeMap::new();
    let mut open = None;
    for index in 1..arguments.len() {
        let key = text(eval, arguments, index)?;
        match entry(eval, id, &key) {
            Some(Value::Opaque(_)) if eval.heap.get(id, &key).is_none() => {
                open = eval.heap.open(id)
            }
            Some(value) => {
                entries.insert(key, value);
            }
            None => {}
        }
    }
    Ok(eval.heap.new_map(Map {
        entries,
        kind: MapKind::Any,
        open,
    }))
}

fn omit(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let id = map(eval, arguments, 0)?;
    let mut omitted = Vec::new();
    for index in 1..arguments.len() {
        let key = text(eval, arguments, index)?;
        if partial(&key) {
            return Ok(partly(eval));
        }
        omitted.push(key);
    }
    let entries: BTreeMap<_, _> = eval
        .heap
        .entries(id)
        .filter(|(key, _)| !omitted.contains(key))
        .map(|(key, value)| (Rc::clone(key), value.clone()))
        .collect();
    eval.charge(entries.len())?;
    let open = eval.heap.open(id);
    Ok(eval.heap.new_map(Map {
        entries,
        kind: MapKind::Any,
        open,
    }))
}

fn dig(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let Some((last, rest)) = arguments.split_last() else {
        return Ok(Value::Nil);
    };
    let Some((default, keys)) = rest.split_last() else {
        return Ok(Value::Nil);
    };
    let mut value = last.clone();
    for index in 0..keys.len() {
        if let Value::Opaque(_) = value {
            return Ok(value);
        }
        if let opaque @ Value::Opaque(_) = argument(keys, index) {
            return Ok(opaque.clone());
        }
        let key = text(eval, keys, index)?;
        let Value::Map(id) = value else {
            let kind = eval.heap.type_name(&value);
            return Err(Fault::new(format!(
                "`dig` looks for `{key}` in a {kind}: expected a map"
            )));
        };
        if eval
            .heap
            .map(id)
            .is_some_and(|map| map.kind == MapKind::Values)
        {
            return Err(
                Fault::new("`dig` does not take `.Values` itself: expected a plain map")
                    .help("`.Values.AsMap` is one"),
            );
        }
        value = match entry(eval, id, &key) {
            Some(value) => value,
            None => return Ok(default.clone()),
        };
    }
    Ok(value)
}
