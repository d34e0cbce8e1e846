//! Conditions: CEL expressions over facts.
//!
//! The `cel` crate stays behind this file and [`super::prepared`]. A condition of a user's own rule is parsed when the
//! rule is loaded; the expressions of the built-in rules have been parsed when Portolan was built.
//!
//! Three values: a fact that is *unknown* is left out of what the expression sees, so that reaching it is an error, which
//! `&&` and `||` absorb where the other side decides (`false && unknown` is false). What remains an error then is unknown.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use cel::common::ast::{EntryExpr, Expr, LiteralValue, operators};
use cel::{Context, Env, IdedExpr, Value};

use super::literals;
use super::prepared::{PreparedExpression, Tree};
use crate::facts::{AnyFact, Fact, FactValue, Facts, Subject, SubjectDoc};
use crate::version::Version;

/// The longest expression that is accepted, in bytes: the evaluator recurses over the expression.
pub const MAX_EXPRESSION_BYTES: usize = 4096;

/// An expression.
#[derive(Debug)]
pub struct Condition {
    source: Cow<'static, str>,
    program: OnceLock<Result<Program, String>>,
}

/// An expression, ready to be evaluated.
#[derive(Debug)]
struct Program {
    expression: IdedExpr,
    names: Names,
}

/// A mistake in an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionError {
    /// A sentence about it.
    pub message: String,
    /// The bytes of the expression that it is about, where it is not about all of them.
    pub part: Option<Range<usize>>,
}

impl From<String> for ConditionError {
    fn from(message: String) -> Self {
        ConditionError {
            message,
            part: None,
        }
    }
}

/// The result of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evaluation {
    /// True or false.
    Is(bool),
    /// Unknown, since facts are: sentences that say what to supply.
    Unknown(Vec<String>),
    /// The expression does not fit the facts (a mistake in the rule).
    Failed(String),
}

/// Facts that an expression can see: the subject at hand and the ones that there is only one of.
pub struct Bindings<'f> {
    subjects: Vec<&'f dyn Subject>,
}

/// Subjects of which there is at most one, which every rule can use.
pub const GLOBALS: [&str; 4] = ["cluster", "needed", "router", "domain"];

impl<'f> Bindings<'f> {
    /// Makes the scope of a rule that is about `subject`.
    pub fn new(facts: &'f Facts, subject: &'f dyn Subject) -> Self {
        let mut subjects = vec![subject];
        for name in GLOBALS {
            if name != subject.doc().name {
                subjects.extend(facts.of(name).into_iter().next());
            }
        }
        Bindings { subjects }
    }

    /// Returns a fact by subject and field.
    pub fn fact(&self, subject: &str, field: &str) -> Option<AnyFact> {
        self.subjects
            .iter()
            .find(|candidate| candidate.doc().name == subject)?
            .field(field)
    }
}

impl Condition {
    /// Makes an expression that is parsed when it is first used.
    pub fn new(source: impl Into<Cow<'static, str>>) -> Self {
        Condition {
            source: source.into(),
            program: OnceLock::new(),
        }
    }

    /// Returns the expression as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    fn program(&self) -> Result<&Program, String> {
        self.program
            .get_or_init(|| compile(&self.source))
            .as_ref()
            .map_err(Clone::clone)
    }

    /// Parses it and checks each name in it, and each literal that is compared with a fact.
    ///
    /// # Errors
    /// What is wrong: the syntax, a fact that does not exist, a function that does not exist, a word that a fact is never.
    pub fn check(&self, subject: &SubjectDoc) -> Result<(), ConditionError> {
        let program = self.program()?;
        for (name, field) in &program.names.facts {
            check_fact(subject, name, field)?;
        }
        for function in program.expression.references().functions() {
            let known = FUNCTIONS.contains(&function)
                || function.starts_with('_')
                || function.starts_with('!')
                || function.starts_with('-')
                || function.starts_with('@');
            if !known {
                return Err(ConditionError::from(format!(
                    "there is no function `{function}`; the functions are {}",
                    FUNCTIONS.join(", ")
                )));
            }
        }
        literals::check(&program.expression).map_err(|wrong| ConditionError {
            message: wrong.message,
            part: part_of(&self.source, wrong.id),
        })
    }

    /// Tells whether it reads a fact.
    pub fn reads(&self, subject: &str, field: &str) -> bool {
        self.program()
            .is_ok_and(|program| program.names.fact(subject, field))
    }

    /// Evaluates it.
    pub fn evaluate(&self, scope: &Bindings<'_>) -> Evaluation {
        let program = match self.program() {
            Ok(program) => program,
            Err(error) => return Evaluation::Failed(error),
        };
        let mut context = Context::with_env(environment());
        if program.names.compares_versions
            && let Err(error) = context.add_function("version_compare", version_compare)
        {
            return Evaluation::Failed(error.to_string());
        }
        for subject in &scope.subjects {
            let name = subject.doc().name;
            context.add_variable_from_value(name, visible(*subject, &program.names));
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
        match Value::resolve(&program.expression, &context) {
            Ok(Value::Bool(value)) => Evaluation::Is(value),
            Ok(other) => Evaluation::Failed(format!(
                "`{}` is not true or false but {other:?}",
                self.source
            )),
            Err(error) => {
                let mut supply = Vec::new();
                for (subject, field) in &program.names.facts {
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
                    let hint = null_hint(&program.names, scope);
                    Evaluation::Failed(format!("`{}`: {error}{hint}", self.source))
                } else {
                    Evaluation::Unknown(supply)
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
pub(super) fn check_fact(about: &SubjectDoc, subject: &str, field: &str) -> Result<(), String> {
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
    let near = portolan_yaml::nearest::nearest(field, doc.fields.iter().map(|field| field.name));
    Err(match near {
        Some(near) => format!("`{subject}` has no fact `{field}`; did you mean `{near}`?"),
        None => format!("`{subject}` has no fact `{field}`"),
    })
}

/// Says what to supply where a rule needs a subject that the input does not have.
fn missing_global(subject: &str) -> String {
    match subject {
        "router" => "the router Service is not among the input: give the whole chart's manifests, or its values".to_owned(),
        _ => format!("the input says nothing about the {subject}"),
    }
}

/// Names the facts of a failed expression that are null: the usual reason why it does not fit.
fn null_hint(names: &Names, scope: &Bindings<'_>) -> String {
    let mut nulls: Vec<String> = names
        .facts
        .iter()
        .filter(|(subject, field)| matches!(scope.fact(subject, field), Some(Fact::Absent(_))))
        .map(|(subject, field)| format!("`{subject}.{field}`"))
        .collect();
    nulls.sort();
    nulls.dedup();
    match nulls.as_slice() {
        [] => String::new(),
        [fact] => format!("; {fact} is null here: ask in `when` that it is not"),
        facts => format!(
            "; these are null here: {}: ask in `when` that they are not",
            facts.join(", ")
        ),
    }
}

fn environment() -> Arc<Env> {
    static ENVIRONMENT: OnceLock<Arc<Env>> = OnceLock::new();
    Arc::clone(ENVIRONMENT.get_or_init(|| Arc::new(Env::stdlib())))
}

fn compile(source: &str) -> Result<Program, String> {
    let expression = match prepared(source) {
        Some(expression) => expression,
        None => parse(source)?,
    };
    let mut names = Names::default();
    names.collect(&expression, &mut Vec::new());
    Ok(Program { expression, names })
}

fn parse(source: &str) -> Result<IdedExpr, String> {
    if source.len() > MAX_EXPRESSION_BYTES {
        return Err(format!(
            "the expression has {} bytes, more than the {MAX_EXPRESSION_BYTES} that are accepted",
            source.len()
        ));
    }
    environment()
        .parser()
        .parse(source)
        .map_err(|error| format!("`{source}` is not a valid CEL expression: {error}"))
}

/// Returns where a node of an expression begins and ends, by the number that the parser gave it.
fn part_of(source: &str, id: u64) -> Option<Range<usize>> {
    let (_, places) = environment().parser().parse_with_source_info(source).ok()?;
    let (first, last) = places.offset_for(id)?;
    Some(usize::try_from(first).ok()?..usize::try_from(last).ok()? + 1)
}

/// Returns the expression as it was parsed when Portolan was built, if one of the built-in rules has it.
fn prepared(source: &str) -> Option<IdedExpr> {
    static ENTRIES: OnceLock<Vec<PreparedExpression<'static>>> = OnceLock::new();
    let entries = ENTRIES.get_or_init(|| {
        let bytes = include_bytes!(concat!(env!("OUT_DIR"), "/expressions.bin"));
        postcard::from_bytes(bytes).unwrap_or_default()
    });
    let at = entries
        .binary_search_by(|(known, _)| (*known).cmp(source))
        .ok()?;
    let (_, bytes) = entries.get(at)?;
    let tree: Tree<'_> = postcard::from_bytes(bytes).ok()?;
    Some(tree.into())
}

fn version_compare(left: Arc<String>, right: Arc<String>) -> Result<i64, cel::ExecutionError> {
    let parse = |text: &str| {
        text.parse::<Version>()
            .map_err(|error| cel::ExecutionError::function_error("version_compare", error))
    };
    Ok(parse(&left)?.cmp(&parse(&right)?) as i64)
}

/// Turns a subject into a value of an expression, with the facts that it names.
fn visible(subject: &dyn Subject, names: &Names) -> Value {
    let doc = subject.doc();
    let whole = names.whole.iter().any(|name| name == doc.name);
    let mut map = HashMap::new();
    for field in doc.fields {
        if !whole && !names.fact(doc.name, field.name) {
            continue;
        }
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

/// The names in an expression.
#[derive(Debug, Default)]
struct Names {
    /// Facts, by subject and field.
    facts: Vec<(String, String)>,
    /// Subjects that are looked at as a whole, other than to see whether there is one.
    whole: Vec<String>,
    /// Whether `version_compare` is called.
    compares_versions: bool,
}

impl Names {
    fn fact(&self, subject: &str, field: &str) -> bool {
        self.facts
            .iter()
            .any(|(known, name)| known == subject && name == field)
    }

    fn collect(&mut self, expression: &IdedExpr, bound: &mut Vec<String>) {
        match &expression.expr {
            Expr::Ident(name) if !bound.contains(name) => self.whole.push(name.clone()),
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
                self.compares_versions |= call.func_name == "version_compare";
                if let Some(target) = &call.target {
                    self.collect(target, bound);
                }
                // `router == null` looks at no fact of it.
                let compares =
                    [operators::EQUALS, operators::NOT_EQUALS].contains(&call.func_name.as_str());
                let with_null = compares
                    && call
                        .args
                        .iter()
                        .any(|argument| matches!(argument.expr, Expr::Literal(LiteralValue::Null)));
                for argument in &call.args {
                    if !(with_null && matches!(argument.expr, Expr::Ident(_))) {
                        self.collect(argument, bound);
                    }
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
            Expr::Map(map) => {
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        self.collect(&entry.key, bound);
                        self.collect(&entry.value, bound);
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::rules::{RuleFile, RuleSet, Text};

    fn expressions(file: &RuleFile) -> Vec<&str> {
        let mut sources = vec![file.require.as_str()];
        sources.extend(file.when.as_deref());
        sources.extend(file.undecided.iter().map(|case| case.when.as_str()));
        sources.extend(file.severity_when.iter().map(|case| case.when.as_str()));
        sources.extend(file.labels.iter().filter_map(|label| label.when.as_deref()));
        let mut texts = vec![&file.granted];
        for text in [&file.message, &file.help] {
            if let Text::Cases(cases) = text {
                texts.push(cases);
            }
        }
        let cases = texts.into_iter().flatten();
        sources.extend(cases.filter_map(|case| case.when.as_deref()));
        sources
    }

    /// Where this fails, the build script does not know a place of expressions, or `prepared` a kind of them.
    #[test]
    fn every_built_in_expression_was_parsed_ahead_and_is_what_the_parser_makes_of_it() {
        let files = RuleSet::builtin_files();
        let mut count = 0;
        for source in files.iter().flat_map(expressions) {
            let ahead = prepared(source).expect(source);
            assert_eq!(ahead, parse(source).unwrap(), "{source}");
            count += 1;
        }
        assert!(count > 200, "{count}");
    }

    #[test]
    fn an_expression_of_somebody_else_is_left_to_the_parser() {
        assert_eq!(prepared("timeout.seconds >= 606"), None);
        assert!(Condition::new("timeout.seconds >= 606").program().is_ok());
    }

    #[test]
    fn an_expression_sees_only_what_it_names() {
        let names = |source: &str| compile(source).unwrap().names;
        assert!(
            names("router == null || router.routes > 1")
                .whole
                .is_empty()
        );
        assert_eq!(names("size(router) > 2").whole, ["router"]);
        assert!(names("[1].all(router, router == 1)").whole.is_empty());
        assert_eq!(names("{'a': domain} == {'a': 1}").whole, ["domain"]);
        assert!(names("version_compare('1', '2') < 0").compares_versions);
        // What is read is a fact, not a word in the text.
        let condition =
            Condition::new("!private_key.in_values || router.service_type == 'in_keys'");
        assert!(condition.reads("private_key", "in_values"));
        assert!(!condition.reads("router", "in_keys"));
    }
}
