//! Merging maps as Sprig does, which is as its library `mergo` does: a value that is empty counts as absent.

use std::rc::Rc;

use super::super::eval::{Eval, EvalResult};
use super::super::value::{Map, MapId, Value};
use super::{argument, map};

/// `merge` (what is there wins) and `mergeOverwrite` (what comes later wins); the first map is changed.
pub(super) fn merge(eval: &mut Eval<'_>, arguments: &[Value], overwrite: bool) -> EvalResult {
    if let opaque @ Value::Opaque(reason) = argument(arguments, 0) {
        eval.heap.unsure.get_or_insert_with(|| Rc::clone(reason));
        return Ok(opaque.clone());
    }
    let target = map(eval, arguments, 0)?;
    for index in 1..arguments.len() {
        if let Value::Opaque(reason) = argument(arguments, index) {
            // Any entry may have been added or replaced.
            let reason = Rc::clone(reason);
            let path: Rc<str> = Rc::from(format!(
                "a map merged with one that is not known ({reason})"
            ));
            if let Some(map) = eval.heap.change(target) {
                map.open = Some(path);
                for value in map.entries.values_mut() {
                    if overwrite {
                        *value = Value::Opaque(Rc::clone(&reason));
                    }
                }
            }
            continue;
        }
        let source = map(eval, arguments, index)?;
        into(eval, target, source, overwrite, 0)?;
    }
    Ok(Value::Map(target))
}

fn into(
    eval: &mut Eval<'_>,
    target: MapId,
    source: MapId,
    overwrite: bool,
    depth: usize,
) -> EvalResult<()> {
    eval.allow_depth(depth)?;
    let entries: Vec<_> = eval
        .heap
        .entries(source)
        .map(|(key, value)| (Rc::clone(key), value.clone()))
        .collect();
    eval.charge(entries.len() + 1)?;
    let target_open = eval.heap.open(target);
    for (key, value) in &entries {
        let there = eval.heap.get(target, key).cloned();
        let put = match (&there, value) {
            (Some(Value::Map(inner)), Value::Map(other)) => {
                into(eval, *inner, *other, overwrite, depth + 1)?;
                continue;
            }
            // The chart's default for it would win over the later map's.
            (None, _) if !overwrite && target_open.is_some() => Value::Opaque(Rc::from(format!(
                "the chart's default for `{key}` is not known"
            ))),
            (None, value) => value.clone(),
            (Some(_), value) if overwrite => value.clone(),
            (Some(there), value) => match eval.heap.truth(there) {
                Ok(true) => continue,
                Ok(false) => value.clone(),
                Err(reason) => Value::Opaque(reason),
            },
        };
        if let Some(map) = eval.heap.change(target) {
            map.entries.insert(Rc::clone(key), put);
        }
    }
    if let Some(path) = eval.heap.open(source) {
        let known: Vec<_> = entries.iter().map(|(key, _)| Rc::clone(key)).collect();
        if let Some(map) = eval.heap.change(target) {
            if overwrite {
                for (key, value) in &mut map.entries {
                    if !known.contains(key) {
                        *value = Value::Opaque(Rc::from(format!(
                            "the chart's default for `{path}.{key}` is not known"
                        )));
                    }
                }
            }
            map.open.get_or_insert(path);
        }
    }
    Ok(())
}

/// A copy that shares nothing.
pub(super) fn copy(eval: &mut Eval<'_>, value: &Value, depth: usize) -> EvalResult {
    eval.charge(1)?;
    eval.allow_depth(depth)?;
    Ok(match value {
        Value::List(id) => {
            let list = eval.heap.list(*id).clone();
            let mut items = Vec::with_capacity(list.items.len());
            for item in &list.items {
                items.push(copy(eval, item, depth + 1)?);
            }
            eval.heap.new_list_of(items, list.element)
        }
        Value::Map(id) => {
            let map = eval.heap.map(*id).cloned().unwrap_or_default();
            let mut entries = std::collections::BTreeMap::new();
            for (key, item) in &map.entries {
                entries.insert(Rc::clone(key), copy(eval, item, depth + 1)?);
            }
            eval.heap.new_map(Map { entries, ..map })
        }
        other => other.clone(),
    })
}
