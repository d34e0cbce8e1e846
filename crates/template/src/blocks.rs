//! `if`, `with` and `range`, and what becomes of them where their condition is not known.

use std::rc::Rc;

use super::ast::{Branch, Bytes, Pipeline, Statement};
use super::eval::{Eval, EvalResult, Fault, Flow, Variable};
use super::output::Output;
use super::placeholder;
use super::value::{Element, IntType, Value};

impl Eval<'_> {
    pub(super) fn choice(
        &mut self,
        rebinds: bool,
        branches: &[Branch],
        otherwise: &[Statement],
        range: &Bytes,
        dot: &Value,
    ) -> EvalResult<Flow> {
        for (index, branch) in branches.iter().enumerate() {
            self.action = self.span(&branch.head);
            let (value, truth) = self.condition(branch.condition.as_ref(), &branch.head, dot)?;
            let inner = if rebinds { value } else { dot.clone() };
            match truth {
                Ok(true) => return self.walk(&branch.body, &inner),
                Ok(false) => {}
                Err(reason) => {
                    let rest = branches.get(index + 1..).unwrap_or_default();
                    let unknown = Value::Opaque(Rc::clone(&reason));
                    let mut bodies = vec![(branch.body.as_slice(), inner)];
                    for later in rest {
                        let dot = if rebinds {
                            unknown.clone()
                        } else {
                            dot.clone()
                        };
                        bodies.push((later.body.as_slice(), dot));
                    }
                    bodies.push((otherwise, dot.clone()));
                    return self.uncertain(&bodies, &reason, range);
                }
            }
        }
        self.walk(otherwise, dot)
    }

    /// A condition's value and its truth, or why that is not known.
    fn condition(
        &mut self,
        pipeline: Option<&Pipeline>,
        head: &Bytes,
        dot: &Value,
    ) -> EvalResult<(Value, Result<bool, Rc<str>>)> {
        let Some(pipeline) = pipeline else {
            let reason: Rc<str> = Rc::from("the condition cannot be parsed");
            return Ok((Value::Opaque(Rc::clone(&reason)), Err(reason)));
        };
        let value = match self.pipeline(pipeline, dot) {
            Ok(value) => value,
            Err(fault) => {
                let reason: Rc<str> = Rc::from(fault.message.as_str());
                self.settle(fault, head)?;
                return Ok((Value::Opaque(Rc::clone(&reason)), Err(reason)));
            }
        };
        let truth = self.heap.truth(&value);
        Ok((value, truth))
    }

    /// Tries the bodies without showing what they do, and leaves a placeholder with the shape of what they would print.
    fn uncertain(
        &mut self,
        bodies: &[(&[Statement], Value)],
        reason: &Rc<str>,
        range: &Bytes,
    ) -> EvalResult<Flow> {
        let mut sample = String::new();
        for (body, dot) in bodies {
            let made = self.try_out(body, dot, reason)?;
            if sample.trim().is_empty() {
                sample = made;
            }
        }
        let placeholder = placeholder::for_block(self.out.last_line(), &sample);
        self.leave_placeholder(placeholder, reason, range)?;
        let leaves = bodies.iter().any(|(body, _)| leaves_loop(body));
        Ok(if leaves { Flow::Uncertain } else { Flow::Next })
    }

    /// What a body would print if it were run. Variables that it sets become opaque.
    fn try_out(&mut self, body: &[Statement], dot: &Value, reason: &Rc<str>) -> EvalResult<String> {
        let mark = self.heap.mark();
        let changed = self.heap.changed.take();
        let assigned = std::mem::take(&mut self.assigned);
        let stack = self.variables.len();
        // The body must see the line it would print on, to place what is opaque within it.
        let mut scratch = Output::scratch();
        let line = self.out.last_line().to_owned();
        self.charge(line.len() / 32)?;
        scratch.make(&line, self.action);
        let out = std::mem::replace(&mut self.out, scratch);
        self.quiet += 1;
        let result = self.walk(body, dot);
        self.quiet -= 1;
        let made = std::mem::replace(&mut self.out, out);
        self.variables.truncate(stack);
        self.distrust_changes_since(mark, reason);
        self.heap.changed = match (changed, self.heap.changed) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let set = std::mem::replace(&mut self.assigned, assigned);
        for index in set {
            if let Some(variable) = self.variables.get_mut(index) {
                variable.value = Value::Opaque(Rc::clone(reason));
                // A trial around this one must know too.
                self.assigned.push(index);
            }
        }
        result?;
        Ok(made.text().get(line.len()..).unwrap_or_default().to_owned())
    }

    pub(super) fn repeat(
        &mut self,
        pipeline: Option<&Pipeline>,
        body: &[Statement],
        otherwise: &[Statement],
        range: &Bytes,
        dot: &Value,
    ) -> EvalResult<Flow> {
        self.action = self.span(pipeline.map_or(range, |pipeline| &pipeline.range));
        let value = match pipeline.map(|pipeline| self.range_value(pipeline, dot)) {
            None => Value::Opaque(Rc::from("what `range` goes over cannot be parsed")),
            Some(Ok(value)) => value,
            Some(Err(fault)) => {
                let reason: Rc<str> = Rc::from(fault.message.as_str());
                self.settle(fault, range)?;
                Value::Opaque(reason)
            }
        };
        let variables = pipeline
            .map(|pipeline| pipeline.variables.as_slice())
            .unwrap_or_default();
        let assigns = pipeline.is_some_and(|pipeline| pipeline.assigns);
        let base = self.variables.len();
        if !assigns {
            for name in variables {
                self.variables.push(Variable {
                    name: name.clone(),
                    value: value.clone(),
                });
            }
        }
        let (items, open) = match self.items(&value, variables.len()) {
            Ok(Ok(items)) => items,
            Ok(Err(reason)) => {
                let unknown = Value::Opaque(Rc::clone(&reason));
                self.bind(variables, assigns, base, &unknown, &unknown);
                let bodies = [(body, unknown), (otherwise, dot.clone())];
                // A `break` within is its own loop's affair.
                self.uncertain(&bodies, &reason, range)?;
                return Ok(Flow::Next);
            }
            Err(fault) => {
                let place = pipeline.map_or(range.clone(), |pipeline| pipeline.range.clone());
                self.settle(fault, &place)?;
                return Ok(Flow::Next);
            }
        };
        let empty = items.is_empty();
        let mark = self.variables.len();
        for (key, item) in items {
            self.charge(1)?;
            self.bind(variables, assigns, base, &key, &item);
            let flow = self.walk(body, &item)?;
            self.variables.truncate(mark);
            match flow {
                Flow::Next | Flow::Continue => {}
                Flow::Break => return Ok(Flow::Next),
                Flow::Uncertain => {
                    let reason = Rc::from("whether the loop goes on is not known");
                    let unknown = Value::Opaque(Rc::clone(&reason));
                    self.bind(variables, assigns, base, &unknown, &unknown);
                    self.uncertain(&[(body, unknown)], &reason, range)?;
                    return Ok(Flow::Next);
                }
            }
        }
        if let Some(reason) = open {
            let unknown = Value::Opaque(Rc::clone(&reason));
            self.bind(variables, assigns, base, &unknown, &unknown);
            let bodies = if empty {
                vec![(body, unknown), (otherwise, dot.clone())]
            } else {
                vec![(body, unknown)]
            };
            self.uncertain(&bodies, &reason, range)?;
            return Ok(Flow::Next);
        }
        if empty {
            self.walk(otherwise, dot)
        } else {
            Ok(Flow::Next)
        }
    }

    /// Sets a loop's variables: one is the item; of two, the first is the key.
    fn bind(
        &mut self,
        variables: &[String],
        assigns: bool,
        base: usize,
        key: &Value,
        item: &Value,
    ) {
        let values: &[&Value] = if variables.len() > 1 {
            &[key, item]
        } else {
            &[item]
        };
        for (index, (name, value)) in variables.iter().zip(values).enumerate() {
            if assigns {
                self.assign(name, (*value).clone());
            } else if let Some(variable) = self.variables.get_mut(base + index) {
                variable.value = (*value).clone();
            }
        }
    }

    /// Keys and items that a loop goes over, and why there may be more; `Err` with the reason where nothing is known.
    #[allow(clippy::type_complexity)]
    fn items(
        &mut self,
        value: &Value,
        variables: usize,
    ) -> EvalResult<Result<(Vec<(Value, Value)>, Option<Rc<str>>), Rc<str>>> {
        let items = match value {
            Value::Opaque(reason) => return Ok(Err(Rc::clone(reason))),
            Value::Nil => Vec::new(),
            Value::List(id) => {
                let items = self.heap.list(*id).items.clone();
                self.allow_items(items.len())?;
                items
                    .into_iter()
                    .enumerate()
                    .map(|(index, item)| (Value::int(index), item))
                    .collect()
            }
            Value::Map(id) if !self.heap.is_struct(*id) => {
                let items: Vec<_> = self
                    .heap
                    .entries(*id)
                    .map(|(key, item)| (Value::Text(Rc::clone(key)), item.clone()))
                    .collect();
                self.allow_items(items.len())?;
                let open = self
                    .heap
                    .open(*id)
                    .map(|path| Rc::from(format!("the chart may add entries to `{path}`")));
                return Ok(Ok((items, open)));
            }
            Value::Int(count, kind) => {
                if variables > 1 {
                    return Err(Fault::new(format!(
                        "`range` over the number {count} gives one variable, not two"
                    )));
                }
                let count = usize::try_from(*count).unwrap_or(0);
                self.allow_items(count)?;
                let kind: IntType = *kind;
                (0..count)
                    .map(|index| {
                        (
                            Value::Nil,
                            Value::Int(i64::try_from(index).unwrap_or(i64::MAX), kind),
                        )
                    })
                    .collect()
            }
            other => {
                let kind = self.heap.type_name(other);
                return Err(Fault::new(format!(
                    "`range` cannot go over a {kind}: expected a list or a map"
                )));
            }
        };
        Ok(Ok((items, None)))
    }

    /// A list of Go strings.
    pub(super) fn texts(&mut self, items: Vec<String>) -> EvalResult {
        self.charge(items.len())?;
        let items = items.into_iter().map(Value::text).collect();
        Ok(self.heap.new_list_of(items, Element::Text))
    }
}

/// True where running the statements may leave the loop around them.
fn leaves_loop(statements: &[Statement]) -> bool {
    statements.iter().any(|statement| match statement {
        Statement::Break | Statement::Continue => true,
        Statement::Choice {
            branches,
            otherwise,
            ..
        } => branches.iter().any(|branch| leaves_loop(&branch.body)) || leaves_loop(otherwise),
        Statement::Loop { otherwise, .. } => leaves_loop(otherwise),
        _ => false,
    })
}
