//! Computes pipelines: fields, variables and function calls.

use std::rc::Rc;

use super::ast::{Base, Bytes, Command, Expression, ExpressionKind, Pipeline};
use super::eval::{Eval, EvalResult, Fault, Variable};
use super::functions::{self, Function, OnOpaque};
use super::value::{Element, IntType, MapKind, Value};

impl Eval<'_> {
    /// A pipeline's value; its variables are declared or set.
    pub(super) fn pipeline(&mut self, pipeline: &Pipeline, dot: &Value) -> EvalResult {
        let value = self.range_value(pipeline, dot)?;
        for name in &pipeline.variables {
            if pipeline.assigns {
                self.assign(name, value.clone());
            } else {
                self.variables.push(Variable {
                    name: name.clone(),
                    value: value.clone(),
                });
            }
        }
        Ok(value)
    }

    /// A pipeline's value without setting its variables: in `range` they are set for each item.
    pub(super) fn range_value(&mut self, pipeline: &Pipeline, dot: &Value) -> EvalResult {
        self.enter()?;
        let mut value = None;
        let mut result = Ok(Value::Nil);
        for command in &pipeline.commands {
            match self.command(command, value.take(), dot) {
                Ok(made) => value = Some(made),
                Err(fault) => {
                    result = Err(fault);
                    break;
                }
            }
        }
        self.leave();
        result?;
        Ok(value.unwrap_or(Value::Nil))
    }

    pub(super) fn assign(&mut self, name: &str, value: Value) {
        let index = self
            .variables
            .iter()
            .rposition(|variable| variable.name == name);
        if let Some(index) = index
            && let Some(variable) = self.variables.get_mut(index)
        {
            variable.value = value;
            if self.quiet > 0 {
                self.assigned.push(index);
            }
        }
    }

    fn command(&mut self, command: &Command, piped: Option<Value>, dot: &Value) -> EvalResult {
        self.charge(1)?;
        match &command.first.kind {
            ExpressionKind::Function(function) => self.call(function, command, piped, dot),
            ExpressionKind::Fields(base, fields) => {
                let mut arguments = Vec::new();
                for argument in &command.arguments {
                    arguments.push(self.expression(argument, dot)?);
                }
                arguments.extend(piped);
                self.fields(base, fields, arguments, &command.first.range, dot)
            }
            ExpressionKind::Nil => Err(Fault::new(
                "`nil` alone is not a value that can be used here",
            )
            .at(&command.range)),
            _ => {
                if let Some(argument) = command.arguments.first() {
                    return Err(Fault::new("this is not a function and takes no arguments")
                        .at(&argument.range));
                }
                if piped.is_some() {
                    return Err(
                        Fault::new("this is not a function: nothing can be piped into it")
                            .at(&command.range),
                    );
                }
                self.expression(&command.first, dot)
            }
        }
    }

    fn expression(&mut self, expression: &Expression, dot: &Value) -> EvalResult {
        self.charge(1)?;
        match &expression.kind {
            ExpressionKind::Dot => Ok(dot.clone()),
            ExpressionKind::Nil => Ok(Value::Nil),
            ExpressionKind::Bool(value) => Ok(Value::Bool(*value)),
            ExpressionKind::Int(value) => Ok(Value::Int(*value, IntType::Int)),
            ExpressionKind::Float(value) => Ok(Value::Float(*value)),
            ExpressionKind::Text(text) => Ok(Value::text(text.as_str())),
            ExpressionKind::Function(function) => {
                self.invoke(function, Vec::new(), &expression.range)
            }
            ExpressionKind::Fields(base, fields) => {
                self.fields(base, fields, Vec::new(), &expression.range, dot)
            }
            ExpressionKind::Parenthesis(pipeline) => self.pipeline(pipeline, dot),
        }
    }

    fn fields(
        &mut self,
        base: &Base,
        fields: &[(String, Bytes)],
        arguments: Vec<Value>,
        range: &Bytes,
        dot: &Value,
    ) -> EvalResult {
        let (mut value, mut path) = match base {
            Base::Dot => (dot.clone(), String::new()),
            Base::Variable(name) => {
                let found = self
                    .variables
                    .iter()
                    .rev()
                    .find(|variable| variable.name == *name);
                match found {
                    Some(variable) => (variable.value.clone(), name.clone()),
                    None => {
                        return Err(
                            Fault::new(format!("variable `{name}` is not set here")).at(range)
                        );
                    }
                }
            }
            Base::Parenthesis(pipeline) => (self.pipeline(pipeline, dot)?, "(…)".to_owned()),
        };
        if !arguments.is_empty() && fields.is_empty() {
            return Err(
                Fault::new(format!("`{path}` is not a function and takes no arguments")).at(range),
            );
        }
        let last = fields.len().saturating_sub(1);
        for (index, (name, place)) in fields.iter().enumerate() {
            let given: &[Value] = if index == last { &arguments } else { &[] };
            value = match value {
                // Go lets a nil that came out of parentheses or a variable pass, and refuses one that is a map's entry.
                Value::Nil if index == 0 => Value::Nil,
                Value::Nil => {
                    let fault = Fault::new(format!("`{path}` is not set, so it has no `{name}`"));
                    let safe = fields
                        .iter()
                        .fold(String::new(), |so_far, (name, _)| match so_far.as_str() {
                            "" => format!(".{name}"),
                            so_far => format!("({so_far}).{name}"),
                        });
                    let help = format!(
                        "write `{{{{ if {path} }}}}` around it, or `{safe}`, which gives nothing instead"
                    );
                    return Err(fault.help(help).at(place));
                }
                value => self
                    .field(&value, &path, name, given)
                    .map_err(|fault| fault.at(place))?,
            };
            path.push('.');
            path.push_str(name);
        }
        Ok(value)
    }

    /// One step of a field chain.
    fn field(&mut self, value: &Value, path: &str, name: &str, arguments: &[Value]) -> EvalResult {
        let id = match value {
            Value::Opaque(reason) => return Ok(Value::Opaque(Rc::clone(reason))),
            Value::Map(id) => *id,
            Value::List(list)
                if self.heap.list(*list).element == Element::Versions && name == "Has" =>
            {
                return functions::has_version(self, *list, arguments);
            }
            other => {
                let kind = self.heap.type_name(other);
                let what = if path.is_empty() {
                    "the value here"
                } else {
                    path
                };
                return Err(Fault::new(format!(
                    "`{what}` is a {kind}, so it has no field `{name}`"
                )));
            }
        };
        if !arguments.is_empty() {
            return Err(Fault::new(format!(
                "`{path}.{name}` is not a function and takes no arguments"
            )));
        }
        if let Some(reason) = &self.heap.unsure {
            return Ok(Value::Opaque(Rc::clone(reason)));
        }
        if let Some(found) = self.heap.get(id, name) {
            return Ok(found.clone());
        }
        let Some(map) = self.heap.map(id) else {
            return Ok(Value::Nil);
        };
        if let Some(open) = &map.open {
            return Ok(Value::Opaque(missing(open, name)));
        }
        match map.kind {
            MapKind::Struct(kind) => Err(Fault::new(format!(
                "`{path}` has no field `{name}` (it is a {kind})"
            ))),
            MapKind::Version => Err(Fault::new(format!("a version has no field `{name}`"))),
            MapKind::Text => Ok(Value::text("")),
            MapKind::Any | MapKind::Values => Ok(Value::Nil),
        }
    }

    fn call(
        &mut self,
        function: &'static Function,
        command: &Command,
        piped: Option<Value>,
        dot: &Value,
    ) -> EvalResult {
        if matches!(function.name, "and" | "or") {
            return self.connective(function.name == "and", command, piped, dot);
        }
        let mut arguments = Vec::with_capacity(command.arguments.len() + 1);
        for argument in &command.arguments {
            arguments.push(self.expression(argument, dot)?);
        }
        arguments.extend(piped);
        self.invoke(function, arguments, &command.range)
    }

    /// `and` and `or` give the first argument that decides, and do not look at those after it. Where an argument is not
    /// known, the result is, unless a later one decides by itself.
    fn connective(
        &mut self,
        and: bool,
        command: &Command,
        piped: Option<Value>,
        dot: &Value,
    ) -> EvalResult {
        let mut unknown = None;
        let mut last = None;
        let count = command.arguments.len() + usize::from(piped.is_some());
        for index in 0..count {
            let value = match command.arguments.get(index) {
                Some(argument) => self.expression(argument, dot),
                None => Ok(piped.clone().unwrap_or(Value::Nil)),
            };
            let value = match value {
                Ok(value) => value,
                // Whether Helm would come to this argument is not known, nor then whether it fails.
                Err(fault) if unknown.is_some() && fault.limit.is_none() => break,
                Err(fault) => return Err(fault),
            };
            match self.heap.truth(&value) {
                Ok(truth) if truth != and => return Ok(value),
                Ok(_) => last = Some(value),
                Err(reason) => {
                    unknown.get_or_insert(reason);
                }
            }
        }
        if let Some(reason) = unknown {
            return Ok(Value::Opaque(reason));
        }
        last.ok_or_else(|| {
            let name = if and { "and" } else { "or" };
            Fault::new(format!("`{name}` needs at least one value")).at(&command.range)
        })
    }

    /// Calls a function with evaluated arguments.
    pub(super) fn invoke(
        &mut self,
        function: &'static Function,
        arguments: Vec<Value>,
        range: &Bytes,
    ) -> EvalResult {
        let count = arguments.len();
        if count < function.least || count > function.most {
            let expected = match (function.least, function.most) {
                (least, usize::MAX) => format!("at least {least}"),
                (least, most) if least == most => least.to_string(),
                (least, most) => format!("{least} to {most}"),
            };
            let message = format!(
                "`{}` takes {expected} arguments, found {count}",
                function.name
            );
            return Err(Fault::new(message).at(range));
        }
        if let OnOpaque::Never(reason) = function.opaque {
            return Ok(Value::Opaque(Rc::from(format!(
                "`{}`: {reason}",
                function.name
            ))));
        }
        if matches!(function.opaque, OnOpaque::Deep | OnOpaque::Shallow) {
            let opaque = arguments.iter().find_map(|argument| match argument {
                Value::Opaque(reason) => Some(Rc::clone(reason)),
                _ => None,
            });
            if let Some(reason) = opaque {
                return Ok(Value::Opaque(reason));
            }
        }
        if matches!(function.opaque, OnOpaque::Deep) {
            for argument in &arguments {
                self.charge_value(argument, 0)?;
                if self.heap.is_uncertain(argument, 0) {
                    return Ok(Value::Opaque(Rc::clone(&self.last_reason)));
                }
            }
        }
        (function.call)(self, &arguments).map_err(|fault| fault.at(range))
    }

    /// Counts the work of going through a whole value.
    pub(super) fn charge_value(&mut self, value: &Value, depth: usize) -> EvalResult<()> {
        let items: Vec<Value> = match value {
            Value::List(id) => self.heap.list(*id).items.clone(),
            Value::Map(id) => self
                .heap
                .entries(*id)
                .map(|(_, item)| item.clone())
                .collect(),
            Value::Text(text) => return self.charge(text.len() / 32),
            _ => return Ok(()),
        };
        self.allow_depth(depth)?;
        self.charge(items.len())?;
        items
            .iter()
            .try_for_each(|item| self.charge_value(item, depth + 1))
    }
}

/// Why an entry that is absent from a map is not known.
pub(super) fn missing(path: &str, name: &str) -> Rc<str> {
    Rc::from(format!(
        "`{path}.{name}` is not in the given values; the chart's default is not known"
    ))
}
