//! Runs a template: statements, variables, output and limits.

use std::collections::HashMap;
use std::rc::Rc;

use crate::Limit;
use portolan_yaml::OPAQUE;
use portolan_yaml::source::{MappedText, Span};

use super::ast::{Bytes, Pipeline, Statement, SyntaxProblem};
use super::functions::print;
use super::output::Output;
use super::parse::parse;
use super::placeholder::{self, Placeholder};
use super::value::{Heap, MapId, Value};
use super::{Budget, Limits, OpaquePart, ProblemKind, Rendered, TemplateProblem};

/// At most this many problems of evaluation are reported.
const MAX_PROBLEMS: usize = 20;

/// At most this many opaque parts are recorded.
const MAX_OPAQUE: usize = 10_000;

/// Why a value could not be computed.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    /// The part of the template that is at fault, if it is not the whole command.
    pub range: Option<Bytes>,
    /// The same in a file, once it is known which text `range` is of.
    pub span: Option<Span>,
    pub message: String,
    pub help: Option<String>,
    /// The limit that was reached, if it is that.
    pub limit: Option<Limit>,
}

pub(super) type EvalResult<T = Value> = Result<T, Fault>;

impl Fault {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Fault {
            range: None,
            span: None,
            message: message.into(),
            help: None,
            limit: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn at(mut self, range: &Bytes) -> Self {
        self.range.get_or_insert_with(|| range.clone());
        self
    }

    pub(crate) fn limit(limit: Limit, message: impl Into<String>) -> Self {
        Fault {
            limit: Some(limit),
            ..Fault::new(message)
        }
    }
}

/// How a list of statements ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
    /// It is not known whether a `break` or `continue` was met.
    Uncertain,
}

/// The text whose statements are run, and how its bytes lead to a file.
#[derive(Clone)]
pub(super) struct SourceFrame {
    pub text: Rc<MappedText>,
    /// For text that was computed (given to `tpl`): the action that computed it.
    pub within: Option<Span>,
}

/// The body of a `define`.
pub(super) struct Definition {
    pub body: Vec<Statement>,
    pub frame: SourceFrame,
}

pub(super) struct Variable {
    pub name: String,
    pub value: Value,
}

pub(super) struct Eval<'a> {
    pub limits: Limits,
    budget: &'a Budget,
    pub heap: Heap,
    pub root: Value,
    pub definitions: HashMap<String, Rc<Definition>>,
    /// The names of templates that the chart defines; `None` where nobody knows them.
    pub elsewhere: Option<Rc<[Box<str>]>>,
    pub frame: SourceFrame,
    pub variables: Vec<Variable>,
    pub out: Output,
    /// Above 0 while a branch is tried that may not be taken: nothing is reported then.
    pub quiet: usize,
    /// Variables set while quiet, by their place on the stack.
    pub assigned: Vec<usize>,
    /// The innermost action being run.
    pub action: Span,
    /// Why the last opaque value that went into a text is not known.
    pub last_reason: Rc<str>,
    pub depth: usize,
    problems: Vec<TemplateProblem>,
    opaque: Vec<OpaquePart>,
}

impl<'a> Eval<'a> {
    pub(crate) fn new(
        template: &MappedText,
        limits: Limits,
        budget: &'a Budget,
        heap: Heap,
        root: Value,
    ) -> Self {
        Eval {
            limits,
            budget,
            heap,
            root,
            definitions: HashMap::new(),
            elsewhere: None,
            frame: SourceFrame {
                text: Rc::new(template.clone()),
                within: None,
            },
            variables: Vec::new(),
            out: Output::default(),
            quiet: 0,
            assigned: Vec::new(),
            action: Span::NOWHERE,
            last_reason: Rc::from("part of it is not known"),
            depth: 0,
            problems: Vec::new(),
            opaque: Vec::new(),
        }
    }

    /// Runs the template; the heap comes back for the next one.
    pub(crate) fn run(mut self) -> (Rendered, Heap) {
        let text = Rc::clone(&self.frame.text);
        if let Err(fault) = self.allow_template(text.text.len()) {
            self.report(fault, &(0..0));
            return self.rendered();
        }
        let parsed = parse(&text.text, &self.limits);
        for problem in &parsed.problems {
            let span = self.span(&problem.range);
            self.problems.push(syntax_problem(problem, span));
        }
        self.define(parsed.defines);
        let root = self.root.clone();
        self.variables.push(Variable {
            name: "$".to_owned(),
            value: root.clone(),
        });
        if let Err(mut fault) = self.walk(&parsed.body, &root) {
            if self.action != Span::NOWHERE {
                fault.span.get_or_insert(self.action);
            }
            self.report(fault, &(0..0));
        }
        self.rendered()
    }

    fn rendered(self) -> (Rendered, Heap) {
        let rendered = Rendered {
            text: self.out.mapped,
            problems: self.problems,
            opaque: self.opaque,
        };
        (rendered, self.heap)
    }

    /// Text of the template being run.
    pub(crate) fn source(&self, range: &Bytes) -> &str {
        self.frame.text.text.get(range.clone()).unwrap_or_default()
    }

    /// Where bytes of the template being run were written.
    pub(crate) fn span(&self, range: &Bytes) -> Span {
        match self.frame.within {
            Some(span) => span,
            None => self
                .frame
                .text
                .map
                .span(range.clone())
                .unwrap_or(Span::NOWHERE),
        }
    }

    /// Counts work done.
    pub(crate) fn charge(&mut self, steps: usize) -> EvalResult<()> {
        let steps = steps.saturating_add(self.heap.take_copied());
        let most = self.limits.steps;
        if self.budget.take_steps(steps as u64) > most {
            return Err(Fault::limit(
                Limit::Steps,
                format!(
                    "the templates of this release take more than {most} steps: this one is not evaluated to its end"
                ),
            ));
        }
        Ok(())
    }

    /// Refuses a text that would be longer than all that may be made.
    pub(crate) fn check_text(&self, len: usize) -> EvalResult<()> {
        let most = self.limits.output_bytes;
        if len > most {
            return Err(Fault::limit(
                Limit::Output,
                format!("the template makes a string of more than {most} bytes"),
            ));
        }
        Ok(())
    }

    /// Refuses a text of `len` bytes before it is made, if it is too long; otherwise counts it, and the work of making it.
    pub(crate) fn allow_text(&mut self, len: usize) -> EvalResult<()> {
        self.check_text(len)?;
        let most = self.limits.output_bytes;
        if self.budget.take_output(len as u64) > most as u64 {
            return Err(Fault::limit(
                Limit::Output,
                format!(
                    "the templates of this release make more than {most} bytes of text: this one is not evaluated to its end"
                ),
            ));
        }
        self.charge(len / 32 + 1)
    }

    /// Refuses a template that is too long to be parsed; otherwise counts the work of parsing it.
    pub(crate) fn allow_template(&mut self, len: usize) -> EvalResult<()> {
        let most = self.limits.template_bytes;
        if len > most {
            return Err(Fault::limit(
                Limit::Size,
                format!("this template is longer than {most} bytes, and is not evaluated"),
            ));
        }
        self.charge(len / 32)
    }

    /// Refuses a list that is too long before it is made, or gone over.
    pub(crate) fn allow_items(&mut self, items: usize) -> EvalResult<()> {
        let most = self.limits.range_items;
        if items > most {
            return Err(Fault::limit(
                Limit::RangeItems,
                format!("this goes over more than {most} items"),
            ));
        }
        self.charge(items)
    }

    /// Refuses to go deeper into a value that is nested too deep: it may hold itself.
    pub(crate) fn allow_depth(&self, depth: usize) -> EvalResult<()> {
        let most = self.limits.value_depth;
        if depth > most {
            return Err(Fault::limit(
                Limit::Nesting,
                format!("a list or map is nested more than {most} deep here"),
            ));
        }
        Ok(())
    }

    /// Goes one deeper; every call needs an [`Eval::leave`].
    pub(crate) fn enter(&mut self) -> EvalResult<()> {
        let most = self.limits.depth;
        if self.depth >= most {
            return Err(Fault::limit(
                Limit::Depth,
                format!("the template is nested more than {most} deep"),
            ));
        }
        self.depth += 1;
        Ok(())
    }

    pub(crate) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Reports a fault; `place` is shown if it names no place of its own. A limit is handed on: it ends everything.
    pub(crate) fn settle(&mut self, fault: Fault, place: &Bytes) -> EvalResult<()> {
        if fault.limit.is_some() {
            return Err(self.pin(fault, place));
        }
        self.report(fault, place);
        Ok(())
    }

    /// Fixes where a fault stands, for it may be reported after the text it lies in was left.
    fn pin(&self, mut fault: Fault, place: &Bytes) -> Fault {
        let span = self.span(fault.range.as_ref().unwrap_or(place));
        fault.span.get_or_insert(span);
        fault
    }

    fn report(&mut self, fault: Fault, place: &Bytes) {
        if fault.limit.is_none() && (self.quiet > 0 || self.problems.len() >= MAX_PROBLEMS) {
            return;
        }
        let span = match fault.span {
            Some(span) => span,
            None => self.span(fault.range.as_ref().unwrap_or(place)),
        };
        let message = match self.frame.within {
            Some(_) => format!("in the string given to `tpl`: {}", fault.message),
            None => fault.message,
        };
        let problem = TemplateProblem {
            span,
            message,
            help: fault.help,
            fatal: fault.limit.is_none(),
            kind: fault
                .limit
                .map_or(ProblemKind::Evaluation, ProblemKind::Limit),
        };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Prints a placeholder and records why.
    pub(crate) fn leave_placeholder(
        &mut self,
        placeholder: Placeholder,
        reason: &str,
        range: &Bytes,
    ) -> EvalResult<()> {
        let start = self.out.text().len();
        let span = self.span(range);
        self.write(&placeholder.text, span)?;
        if self.quiet > 0 || self.opaque.len() >= MAX_OPAQUE {
            return Ok(());
        }
        let end = self.out.text().len();
        // Within `include` or `tpl` the place in the whole output is not known yet.
        let output = if self.out.scratch { 0..0 } else { start..end };
        let part = OpaquePart {
            span,
            reason: reason.to_owned(),
            whole_lines: placeholder.whole_lines,
            output,
        };
        if self.opaque.last() != Some(&part) {
            self.opaque.push(part);
        }
        Ok(())
    }

    pub(crate) fn write(&mut self, text: &str, span: Span) -> EvalResult<()> {
        self.make_room(text.len())?;
        self.out.make(text, span);
        Ok(())
    }

    fn make_room(&mut self, len: usize) -> EvalResult<()> {
        self.allow_text(len)
    }

    pub(crate) fn walk(&mut self, statements: &[Statement], dot: &Value) -> EvalResult<Flow> {
        for statement in statements {
            let flow = self.statement(statement, dot)?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn statement(&mut self, statement: &Statement, dot: &Value) -> EvalResult<Flow> {
        self.charge(1)?;
        match statement {
            Statement::Text(range) => {
                self.make_room(range.len())?;
                let text = Rc::clone(&self.frame.text);
                match self.frame.within {
                    Some(span) => {
                        self.write(text.text.get(range.clone()).unwrap_or_default(), span)?
                    }
                    None => self.out.copy(&text, range.clone()),
                }
                Ok(Flow::Next)
            }
            Statement::Action { pipeline, range } => {
                self.action = self.span(range);
                self.print_action(pipeline, range, dot)?;
                Ok(Flow::Next)
            }
            Statement::Broken { range } => {
                self.print_opaque("the action cannot be parsed", range)?;
                Ok(Flow::Next)
            }
            Statement::Choice {
                rebinds,
                branches,
                otherwise,
                range,
            } => {
                self.enter().map_err(|fault| self.pin(fault, range))?;
                let mark = self.variables.len();
                let flow = self.choice(*rebinds, branches, otherwise, range, dot);
                self.variables.truncate(mark);
                self.leave();
                flow
            }
            Statement::Loop {
                pipeline,
                body,
                otherwise,
                range,
            } => {
                self.enter().map_err(|fault| self.pin(fault, range))?;
                let mark = self.variables.len();
                let flow = self.repeat(pipeline.as_ref(), body, otherwise, range, dot);
                self.variables.truncate(mark);
                self.leave();
                flow
            }
            Statement::Call {
                name,
                argument,
                range,
            } => {
                self.action = self.span(range);
                self.call_statement(name, argument.as_ref(), range, dot)?;
                Ok(Flow::Next)
            }
            Statement::Break => Ok(Flow::Break),
            Statement::Continue => Ok(Flow::Continue),
        }
    }

    fn print_action(&mut self, pipeline: &Pipeline, range: &Bytes, dot: &Value) -> EvalResult<()> {
        let value = match self.pipeline(pipeline, dot) {
            Ok(value) => value,
            Err(fault) => {
                let reason = fault.message.clone();
                self.settle(fault, range)?;
                return self.print_opaque(&reason, range);
            }
        };
        if !pipeline.variables.is_empty() {
            return Ok(());
        }
        self.print_value(&value, range)
    }

    /// Whether the chart is known to define no template of that name.
    pub(crate) fn is_nowhere(&self, name: &str) -> bool {
        let may_be = |known: &str| known == name || known.ends_with('.') && name.starts_with(known);
        self.elsewhere
            .as_ref()
            .is_some_and(|names| !names.iter().any(|known| may_be(known)))
    }

    /// Prints what an action gives.
    pub(crate) fn print_value(&mut self, value: &Value, range: &Bytes) -> EvalResult<()> {
        let text = match value {
            Value::Opaque(reason) => return self.print_opaque(reason, range),
            // Go prints `<no value>`, which Helm takes away.
            Value::Nil => return Ok(()),
            Value::Text(text) => Rc::clone(text),
            value => Rc::from(print::plain(self, value)?),
        };
        if text.contains(OPAQUE) {
            let reason = Rc::clone(&self.last_reason);
            let placeholder = Placeholder {
                whole_lines: text.starts_with('\n'),
                text: text.to_string(),
            };
            return self.leave_placeholder(placeholder, &reason, range);
        }
        let span = self.span(range);
        self.write(&text, span)
    }

    /// Prints what stands for an opaque value.
    pub(crate) fn print_opaque(&mut self, reason: &str, range: &Bytes) -> EvalResult<()> {
        let source = &self.frame.text.text;
        let trims = source
            .get(range.clone())
            .is_some_and(|action| action.ends_with("-}}"));
        let rest = source.get(range.end..).unwrap_or_default();
        let mut after = rest.chars().take_while(|at| *at != '\n');
        let alone = !trims && after.all(char::is_whitespace);
        // The line that it stands on is gone through.
        self.charge(self.out.last_line().len() / 64)?;
        let placeholder = placeholder::for_value(self.out.text(), alone);
        self.leave_placeholder(placeholder, reason, range)
    }

    /// After a branch was tried: maps that were there before it and may have changed make every map uncertain.
    pub(crate) fn distrust_changes_since(&mut self, mark: MapId, reason: &Rc<str>) {
        if self.heap.changed.is_some_and(|lowest| lowest < mark) {
            self.heap.unsure.get_or_insert_with(|| Rc::clone(reason));
        }
    }
}

fn syntax_problem(problem: &SyntaxProblem, span: Span) -> TemplateProblem {
    TemplateProblem {
        span,
        message: problem.message.clone(),
        help: problem.help.clone(),
        fatal: problem.limit.is_none(),
        kind: problem
            .limit
            .map_or(ProblemKind::Syntax, ProblemKind::Limit),
    }
}
