//! Conditions: CEL expressions over facts.
//!
//! The `cel` crate stays behind this file. A condition is parsed when its rule is loaded from a user's folder, and on
//! first use for a built-in rule (whose expressions a test has already parsed).
//!
//! Three values: a fact that is *unknown* is left out of what the expression sees, so that reaching it is an error, which
//! `&&` and `||` absorb where the other side decides (`false && unknown` is false). What remains an error then is unknown.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use cel::common::ast::Expr;
use cel::{Context, Env, IdedExpr, Program, Value};

use crate::facts::{AnyFact, Fact, FactValue, Facts, Subject, SubjectDoc};
use crate::version::Version;

/// The longest expression that is accepted, in bytes: the evaluator recurses over the expression.
pub const MAX_EXPRESSION_BYTES: usize = 4096;

/// An expression.
#[derive(Debug)]
pub struct Condition {
    source: String,
    program: OnceLock<Result<Program, String>>,
}

/// What an expression comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// True or false.
    Is(bool),
    /// It needs facts that are not known: sentences that say what to supply.
    Unknown(Vec<String>),
    /// The expression does not fit the facts (a mistake in the rule).
    Failed(String),
}

/// Facts that an expression can see: the subject at hand and the ones that there is only one of.
pub struct Scope<'f> {
    subjects: Vec<&'f dyn Subject>,
}

/// Subjects of which there is at most one, which every rule can use.
pub const GLOBALS: [&str; 3] = ["cluster", "router", "domain"];

impl<'f> Scope<'f> {
    /// The scope of a rule that is about `subject`.
    pub fn new(facts: &'f Facts, subject: &'f dyn Subject) -> Self {
        let mut subjects = vec![subject];
        for name in GLOBALS {
            if name != subject.doc().name {
                subjects.extend(facts.of(name).into_iter().next());
            }
        }
        Scope { subjects }
    }

    /// A fact by subject and field.
    pub fn fact(&self, subject: &str, field: &str) -> Option<AnyFact> {
        self.subjects
            .iter()
            .find(|candidate| candidate.doc().name == subject)?
            .field(field)
    }
}

impl Condition {
    /// An expression that is parsed when it is first used.
    pub fn new(source: &str) -> Self {
        Condition {
            source: source.to_owned(),
            program: OnceLock::new(),
        }
    }

    /// What was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    fn program(&self) -> Result<&Program, String> {
        self.program
            .get_or_init(|| compile(&self.source))
            .as_ref()
            .map_err(Clone::clone)
    }

    /// Parses it and checks each name in it.
    ///
    /// # Errors
    /// A sentence that says what is wrong: the syntax, a fact that does not exist, a function that does not exist.
    pub fn check(&self, subject: &SubjectDoc) -> Result<(), String> {
        let program = self.program()?;
        let mut names = Names::default();
        names.collect(program.expression(), &mut Vec::new());
        for (name, field) in &names.facts {
            check_fact(subject, name, field)?;
        }
        for function in program.references().functions() {
            let known = FUNCTIONS.contains(&function)
                || function.starts_with('_')
                || function.starts_with('!')
                || function.starts_with('-')
                || function.starts_with('@');
            if !known {
                return Err(format!(
                    "there is no function `{function}`; the functions are {}",
                    FUNCTIONS.join(", ")
                ));
            }
        }
        Ok(())
    }

    /// Evaluates it.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Outcome {
        let program = match self.program() {
            Ok(program) => program,
            Err(error) => return Outcome::Failed(error),
        };
        let mut context = Context::with_env(environment());
        if let Err(error) = context.add_function("version_compare", version_compare) {
            return Outcome::Failed(error.to_string());
        }
        for subject in &scope.subjects {
            context.add_variable_from_value(subject.doc().name, visible(*subject));
        }
        // `router == null` asks whether there is one; a field of it is then an error, which becomes unknown below.
        for name in GLOBALS {
            if !scope
                .subjects
                .iter()
                .any(|subject| subject.doc().name == name)
            {
                context.add_variable_from_value(name, Value::Null);
            }
        }
        match program.execute(&context) {
            Ok(Value::Bool(value)) => Outcome::Is(value),
            Ok(other) => Outcome::Failed(format!(
                "`{}` is not true or false but {other:?}",
                self.source
            )),
            Err(error) => {
                let mut names = Names::default();
                names.collect(program.expression(), &mut Vec::new());
                let mut supply = Vec::new();
                for (subject, field) in &names.facts {
                    let missing = match scope.fact(subject, field) {
                        Some(Fact::Unknown(what)) => what,
                        None => missing_global(subject),
                        _ => continue,
                    };
                    if !supply.contains(&missing) {
                        supply.push(missing);
                    }
                }
                if supply.is_empty() {
                    Outcome::Failed(format!("`{}`: {error}", self.source))
                } else {
                    Outcome::Unknown(supply)
                }
            }
        }
    }
}

/// Functions that a condition can call, besides operators.
const FUNCTIONS: [&str; 10] = [
    "version_compare",
    "startsWith",
    "endsWith",
    "contains",
    "matches",
    "size",
    "all",
    "exists",
    "has",
    "int",
];

/// Says whether `subject.field` can be used in a rule about `about`.
pub fn check_fact(about: &SubjectDoc, subject: &str, field: &str) -> Result<(), String> {
    if subject != about.name && !GLOBALS.contains(&subject) {
        return Err(format!(
            "`{subject}` cannot be used here: the rule is about `{}`, and besides it sees only {}",
            about.name,
            GLOBALS.map(|name| format!("`{name}`")).join(", ")
        ));
    }
    let doc = Facts::SUBJECTS
        .iter()
        .find(|doc| doc.name == subject)
        .ok_or_else(|| format!("there is no subject `{subject}`"))?;
    if doc.field(field).is_some() {
        return Ok(());
    }
    let near = crate::nearest::nearest(field, doc.fields.iter().map(|field| field.name));
    Err(match near {
        Some(near) => format!("`{subject}` has no fact `{field}`; did you mean `{near}`?"),
        None => format!("`{subject}` has no fact `{field}`"),
    })
}

/// What to supply where a rule needs a subject that the input does not have.
fn missing_global(subject: &str) -> String {
    match subject {
        "router" => "the router Service is not among the input: give the whole chart's manifests, or its values".to_owned(),
        _ => format!("the input says nothing about the {subject}"),
    }
}

fn environment() -> Arc<Env> {
    static ENVIRONMENT: OnceLock<Arc<Env>> = OnceLock::new();
    Arc::clone(ENVIRONMENT.get_or_init(|| Arc::new(Env::stdlib())))
}

fn compile(source: &str) -> Result<Program, String> {
    if source.len() > MAX_EXPRESSION_BYTES {
        return Err(format!(
            "the expression has {} bytes, more than the {MAX_EXPRESSION_BYTES} that are accepted",
            source.len()
        ));
    }
    environment()
        .compile(source)
        .map_err(|error| format!("`{source}` is no CEL expression: {error}"))
}

fn version_compare(left: Arc<String>, right: Arc<String>) -> Result<i64, cel::ExecutionError> {
    let parse = |text: &str| {
        text.parse::<Version>()
            .map_err(|error| cel::ExecutionError::function_error("version_compare", error))
    };
    Ok(parse(&left)?.cmp(&parse(&right)?) as i64)
}

fn visible(subject: &dyn Subject) -> Value {
    let mut map = HashMap::new();
    for field in subject.doc().fields {
        let value = match subject.field(field.name) {
            Some(Fact::Known(value, _)) => to_cel(value),
            Some(Fact::Absent(_)) => Value::Null,
            Some(Fact::Unknown(_)) | None => continue,
        };
        map.insert(field.name.into(), value);
    }
    Value::Map(cel::objects::Map { map: Arc::new(map) })
}

fn to_cel(value: FactValue) -> Value {
    match value {
        FactValue::Bool(value) => Value::Bool(value),
        FactValue::Int(value) => Value::Int(value),
        FactValue::String(value) => Value::String(Arc::new(value)),
        FactValue::List(values) => Value::List(Arc::new(
            values
                .into_iter()
                .map(|value| Value::String(Arc::new(value)))
                .collect(),
        )),
    }
}

/// The facts that an expression names.
#[derive(Default)]
struct Names {
    facts: Vec<(String, String)>,
}

impl Names {
    fn collect(&mut self, expression: &IdedExpr, bound: &mut Vec<String>) {
        match &expression.expr {
            Expr::Select(select) => {
                if let Expr::Ident(name) = &select.operand.expr
                    && !bound.contains(name)
                {
                    self.facts.push((name.clone(), select.field.clone()));
                } else {
                    self.collect(&select.operand, bound);
                }
            }
            Expr::Call(call) => {
                if let Some(target) = &call.target {
                    self.collect(target, bound);
                }
                for argument in &call.args {
                    self.collect(argument, bound);
                }
            }
            Expr::List(list) => {
                for element in &list.elements {
                    self.collect(element, bound);
                }
            }
            Expr::Comprehension(comprehension) => {
                self.collect(&comprehension.iter_range, bound);
                let depth = bound.len();
                bound.push(comprehension.iter_var.clone());
                bound.push(comprehension.accu_var.clone());
                self.collect(&comprehension.accu_init, bound);
                self.collect(&comprehension.loop_cond, bound);
                self.collect(&comprehension.loop_step, bound);
                self.collect(&comprehension.result, bound);
                bound.truncate(depth);
            }
            _ => {}
        }
    }
}
