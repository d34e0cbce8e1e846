//! Judging: rules over facts give diagnostics and verdicts.

use std::collections::{BTreeMap, HashSet};

use super::condition::{Bindings, Condition, Evaluation};
use super::explain::Explanations;
use super::format::Consequence;
use super::load::{CasesOf, Rule, RuleSet};
use super::template::{Template, split_name};
use crate::diagnostic::{Diagnostic, Label, Requirement, RequirementVerdict, Severity, Verdict};
use crate::facts::{Fact, Facts, Subject};

/// The verdicts and findings on one release or one set of manifests.
#[derive(Debug, Default)]
pub struct Judgement {
    /// Every finding, in no particular order.
    pub diagnostics: Vec<Diagnostic>,
    /// Rows, each of a requirement.
    pub requirements: Vec<RequirementVerdict>,
    /// Rules that could not be applied: mistakes in the rules themselves.
    pub failures: Vec<RuleFailure>,
    /// Number of times that each rule was found to hold, by id.
    pub held: BTreeMap<String, usize>,
}

/// A rule that could not be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFailure {
    /// The rule's id.
    pub rule: String,
    /// The mistake.
    pub message: String,
}

/// The outcome of one rule for one subject.
enum Finding {
    NotAbout,
    /// The rule holds, under these assumptions.
    Holds(Vec<String>),
    Broken(Box<Diagnostic>, Consequence),
    Undecided(Vec<String>),
}

/// The state of one requirement while rules are judged.
#[derive(Default)]
struct Tally {
    held: usize,
    violated: bool,
    findings: usize,
    supply: Vec<String>,
    granted: Vec<String>,
    /// Sentences in those two: thousands of objects may each have one of their own.
    said: HashSet<String>,
}

/// Applies every rule to every subject that it is about.
pub fn judge(rules: &RuleSet, facts: &Facts) -> Judgement {
    let mut judgement = Judgement::default();
    let mut tallies = Tallies::new();
    let mut explanations = Explanations::default();
    for (name, rules) in rules.by_subject() {
        let subjects = facts.of(name);
        for rule in rules {
            tallies.entry(rule.requirement).or_default();
            judge_rule(
                rule,
                &subjects,
                facts,
                &mut judgement,
                &mut tallies,
                &mut explanations,
            );
        }
    }
    explanations.label(&mut judgement.diagnostics);
    // The values file is always looked at: that nothing was found in it is a result.
    tallies.entry(Requirement::ValuesFile).or_default().held += 1;
    judgement.requirements = Requirement::ALL
        .into_iter()
        .map(|requirement| {
            tallies
                .remove(&requirement)
                .unwrap_or_default()
                .row(requirement)
        })
        .collect();
    judgement
}

/// The state of each requirement while rules are judged.
type Tallies = BTreeMap<Requirement, Tally>;

impl Tally {
    fn row(self, requirement: Requirement) -> RequirementVerdict {
        let verdict = if self.violated {
            Verdict::Violated
        } else if !self.supply.is_empty() {
            Verdict::Undecided
        } else if self.held > 0 {
            Verdict::Met
        } else {
            Verdict::NotApplicable
        };
        RequirementVerdict {
            requirement,
            verdict,
            diagnostics: self.findings,
            supply: match verdict {
                Verdict::Undecided => self.supply,
                Verdict::Met => self.granted,
                Verdict::Violated | Verdict::NotApplicable => Vec::new(),
            },
        }
    }

    fn add_supply(&mut self, supply: Vec<String>) {
        for sentence in supply {
            if self.said.insert(sentence.clone()) {
                self.supply.push(sentence);
            }
        }
    }
}

fn judge_rule(
    rule: &Rule,
    subjects: &[&dyn Subject],
    facts: &Facts,
    judgement: &mut Judgement,
    tallies: &mut Tallies,
    explanations: &mut Explanations,
) {
    let mut failed = false;
    for subject in subjects {
        let scope = Bindings::new(facts, *subject);
        let tally = tallies.entry(rule.requirement).or_default();
        match apply(rule, *subject, &scope) {
            Ok(Finding::NotAbout) => {}
            Ok(Finding::Holds(granted)) => {
                tally.held += 1;
                for sentence in granted {
                    if tally.said.insert(format!("granted: {sentence}")) {
                        tally.granted.push(sentence);
                    }
                }
                *judgement.held.entry(rule.id().to_owned()).or_default() += 1;
            }
            Ok(Finding::Undecided(supply)) => tallies
                .entry(requirement(rule, &scope))
                .or_default()
                .add_supply(supply),
            Ok(Finding::Broken(diagnostic, consequence)) => {
                let requirement = requirement(rule, &scope);
                let tally = tallies.entry(requirement).or_default();
                tally.findings += 1;
                if consequence == Consequence::Violated {
                    for also in &rule.file.also {
                        tallies.entry(*also).or_default().violated = true;
                    }
                }
                let tally = tallies.entry(requirement).or_default();
                match consequence {
                    Consequence::Violated => tally.violated = true,
                    Consequence::Undecided => {
                        tally.add_supply(diagnostic.help.clone().into_iter().collect())
                    }
                    // That something is wrong beside it does not show that a requirement is met.
                    Consequence::None if rule.requirement_from.is_some() => {}
                    Consequence::None => tally.held += 1,
                }
                let number = judgement.diagnostics.len();
                explanations.note(rule, &scope, number, &diagnostic);
                judgement.diagnostics.push(Diagnostic {
                    requirement,
                    ..*diagnostic
                });
            }
            // One failure of a rule says enough; a thousand subjects would repeat it.
            Err(_) if failed => {}
            Err(message) => {
                failed = true;
                // What it would have said is not known.
                let id = rule.id();
                tally.add_supply(vec![format!("rule `{id}` could not be applied")]);
                judgement.failures.push(RuleFailure {
                    rule: id.to_owned(),
                    message,
                });
            }
        }
    }
}

/// Returns the requirement that a rule bears on, here.
fn requirement(rule: &Rule, scope: &Bindings<'_>) -> Requirement {
    let named = rule.requirement_from.as_deref().and_then(split_name);
    let fact = named.and_then(|(subject, field)| scope.fact(subject, field));
    let name = fact.and_then(|fact| Some(fact.value()?.text()));
    name.and_then(|name| name.parse().ok())
        .unwrap_or(rule.requirement)
}

fn apply(rule: &Rule, subject: &dyn Subject, scope: &Bindings<'_>) -> Result<Finding, String> {
    if let Some(when) = &rule.when {
        match when.evaluate(scope) {
            Evaluation::Is(true) => {}
            Evaluation::Is(false) => return Ok(Finding::NotAbout),
            Evaluation::Unknown(supply) => return Ok(Finding::Undecided(supply)),
            Evaluation::Failed(error) => return Err(error),
        }
    }
    for (when, supply) in &rule.undecided {
        match when.evaluate(scope) {
            Evaluation::Is(true) => {
                let supply = Template::new(supply).fill(scope);
                return Ok(Finding::Undecided(vec![supply]));
            }
            Evaluation::Is(false) => {}
            Evaluation::Unknown(supply) => return Ok(Finding::Undecided(supply)),
            Evaluation::Failed(error) => return Err(error),
        }
    }
    match rule.require.evaluate(scope) {
        Evaluation::Is(true) => {
            let mut granted = Vec::new();
            if rule.grants {
                granted.push(first_text(&rule.texts().granted, scope)?);
                granted.retain(|text| !text.is_empty());
            }
            Ok(Finding::Holds(granted))
        }
        Evaluation::Is(false) => {
            let (severity, consequence) = weigh(rule, scope)?;
            let found = diagnostic(rule, severity, subject, scope)?;
            Ok(Finding::Broken(Box::new(found), consequence))
        }
        Evaluation::Unknown(supply) => Ok(Finding::Undecided(supply)),
        Evaluation::Failed(error) => Err(error),
    }
}

/// Returns the severity of a finding, and its consequence for the verdict.
fn weigh(rule: &Rule, scope: &Bindings<'_>) -> Result<(Severity, Consequence), String> {
    for (when, severity, consequence) in &rule.texts().severity_when {
        if holds(Some(when), scope)? {
            return Ok((*severity, *consequence));
        }
    }
    Ok((rule.file.severity, rule.consequence()))
}

fn diagnostic(
    rule: &Rule,
    severity: Severity,
    subject: &dyn Subject,
    scope: &Bindings<'_>,
) -> Result<Diagnostic, String> {
    let place = subject.place();
    let fact_span =
        |subject: &str, field: &str| scope.fact(subject, field).as_ref().and_then(Fact::span);
    let span = rule
        .file
        .at
        .as_deref()
        .and_then(split_name)
        .and_then(|(subject, field)| fact_span(subject, field))
        .unwrap_or(place.span);
    let mut labels = Vec::new();
    for label in &rule.texts().labels {
        if !holds(label.when.as_ref(), scope)? {
            continue;
        }
        let (subject, field) = &label.at;
        if let Some(at) = fact_span(subject, field)
            && at != span
        {
            labels.push(Label {
                span: at,
                message: label.message.fill(scope),
            });
        }
    }
    labels.extend(
        place
            .labels
            .iter()
            .filter(|label| label.span != span)
            .cloned(),
    );
    Ok(Diagnostic {
        rule: rule.id().to_owned(),
        severity,
        requirement: rule.requirement,
        message: first_text(&rule.texts().message, scope)?,
        help: Some(first_text(&rule.texts().help, scope)?).filter(|help| !help.is_empty()),
        url: rule.file.documentation.url.clone(),
        span,
        // Filled in by the caller, who knows the documents.
        path: None,
        object: place.object.clone(),
        labels,
    })
}

fn first_text(cases: &CasesOf, scope: &Bindings<'_>) -> Result<String, String> {
    for (when, text) in &cases.0 {
        if holds(when.as_ref(), scope)? {
            return Ok(text.fill(scope));
        }
    }
    Ok(String::new())
}

/// Tells whether an optional condition holds; an unknown one does not.
fn holds(when: Option<&Condition>, scope: &Bindings<'_>) -> Result<bool, String> {
    match when.map(|when| when.evaluate(scope)) {
        None | Some(Evaluation::Is(true)) => Ok(true),
        Some(Evaluation::Is(false) | Evaluation::Unknown(_)) => Ok(false),
        Some(Evaluation::Failed(error)) => Err(error),
    }
}
