//! `define` and what runs its bodies: `template`, `include`, and `tpl`, which runs text of its own.

use std::rc::Rc;

use portolan_yaml::source::MappedText;

use super::ast::{Bytes, Pipeline, Statement};
use super::eval::{Definition, Eval, EvalResult, Fault, SourceFrame, Variable};
use super::functions::chart;
use super::output::Output;
use super::parse::parse;
use super::value::Value;

impl Eval<'_> {
    /// Makes the bodies of `define` known by their names.
    pub(super) fn define(&mut self, defines: Vec<(String, Vec<Statement>)>) {
        for (name, body) in defines {
            let blank = body.iter().all(|statement| match statement {
                Statement::Text(range) => self.source(range).trim().is_empty(),
                _ => false,
            });
            // As in Go, an empty body does not replace one that is not.
            if blank && self.definitions.contains_key(&name) {
                continue;
            }
            let frame = self.frame.clone();
            self.definitions
                .insert(name, Rc::new(Definition { body, frame }));
        }
    }

    pub(super) fn call_statement(
        &mut self,
        name: &str,
        argument: Option<&Pipeline>,
        range: &Bytes,
        dot: &Value,
    ) -> EvalResult<()> {
        let data = match argument {
            Some(pipeline) => match self.pipeline(pipeline, dot) {
                Ok(value) => value,
                Err(fault) => {
                    self.settle(fault, range)?;
                    Value::Opaque(Rc::from("its argument could not be evaluated"))
                }
            },
            None => Value::Nil,
        };
        let Some(definition) = self.definitions.get(name).cloned() else {
            return match chart::named(self, name, &data) {
                Ok(Value::Opaque(reason)) => self.print_opaque(&reason, range),
                Ok(value) => self.print_value(&value, range),
                Err(fault) => self.settle(fault, range),
            };
        };
        self.run_definition(&definition, &data)
    }

    /// Runs the body of a `define` with its own variables, printing where we print.
    fn run_definition(&mut self, definition: &Definition, data: &Value) -> EvalResult<()> {
        self.enter()?;
        let frame = std::mem::replace(&mut self.frame, definition.frame.clone());
        let variables = std::mem::replace(
            &mut self.variables,
            vec![Variable {
                name: "$".to_owned(),
                value: data.clone(),
            }],
        );
        let assigned = std::mem::take(&mut self.assigned);
        let action = self.action;
        let result = self.walk(&definition.body, data);
        self.action = action;
        self.assigned = assigned;
        self.variables = variables;
        self.frame = frame;
        self.leave();
        result.map(|_| ())
    }

    /// The text that a `define` of this template prints; `None` where there is none of that name.
    pub(super) fn include(&mut self, name: &str, data: &Value) -> EvalResult<Option<String>> {
        let Some(definition) = self.definitions.get(name).cloned() else {
            return Ok(None);
        };
        let out = std::mem::replace(&mut self.out, Output::scratch());
        let result = self.run_definition(&definition, data);
        let made = std::mem::replace(&mut self.out, out);
        result.map(|()| Some(made.mapped.text))
    }

    /// Evaluates text as a template.
    pub(super) fn tpl(&mut self, text: &str, data: &Value) -> EvalResult<String> {
        if !text.contains("{{") {
            return Ok(text.to_owned());
        }
        self.allow_template(text.len())?;
        // What is known outside is known within, and is copied for it.
        self.charge(text.len() / 8 + self.definitions.len())?;
        self.enter()?;
        let parsed = parse(text, &self.limits);
        if let Some(problem) = parsed.problems.first() {
            self.leave();
            let fault = Fault {
                limit: problem.limit,
                ..Fault::new(format!(
                    "the string given to `tpl` is not a valid template: {}",
                    problem.message
                ))
            };
            return Err(match &problem.help {
                Some(help) => fault.help(help.clone()),
                None => fault,
            });
        }
        let frame = SourceFrame {
            text: Rc::new(MappedText {
                text: text.to_owned(),
                map: Default::default(),
            }),
            within: Some(self.action),
        };
        let outer_frame = std::mem::replace(&mut self.frame, frame);
        // What is defined within is not known outside.
        let definitions = self.definitions.clone();
        self.define(parsed.defines);
        let body = Definition {
            body: parsed.body,
            frame: self.frame.clone(),
        };
        let out = std::mem::replace(&mut self.out, Output::scratch());
        let result = self.run_definition(&body, data);
        let made = std::mem::replace(&mut self.out, out);
        self.definitions = definitions;
        self.frame = outer_frame;
        self.leave();
        result.map(|()| made.mapped.text)
    }
}
