//! Loading rules: everything that can be wrong in a rule file is an error here.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

use super::condition::{Condition, check_fact};
use super::deferred::DeferredFile;
use super::format::{Case, Consequence, RuleFile, Text};
use super::prepared::PreparedRule;
use super::shared_files::{ReadShared, SharedFileError, inline};
use super::template::{Template, split_name};
use crate::diagnostic::{Requirement, RuleEntry, Severity};
use crate::facts::{Facts, SubjectDoc};
use portolan_yaml::typed::{self, Typed};
use portolan_yaml::{Issue, ParsedText};

/// A rule, ready to judge.
#[derive(Debug)]
pub struct Rule {
    id: Cow<'static, str>,
    /// The kind of thing that is judged.
    pub subject: Cow<'static, str>,
    /// The documented requirement that the rule bears on.
    pub requirement: Requirement,
    /// The fact that names the requirement instead, as `subject.field`.
    pub requirement_from: Option<Cow<'static, str>>,
    /// Which subjects it is about.
    pub when: Option<Condition>,
    /// The condition that must hold.
    pub require: Condition,
    /// When it cannot be said, and what to supply.
    pub undecided: Vec<(Condition, Cow<'static, str>)>,
    /// Whether something is assumed where the rule holds.
    pub grants: bool,
    /// The file.
    pub file: DeferredFile,
    texts: OnceLock<Box<Texts>>,
}

/// The texts of a rule.
#[derive(Debug)]
pub struct Texts {
    /// Severities and consequences that hold only sometimes.
    pub severity_when: Vec<(Condition, Severity, Consequence)>,
    /// Assumptions made where the rule holds.
    pub granted: CasesOf,
    /// The problem.
    pub message: CasesOf,
    /// The fix.
    pub help: CasesOf,
    /// Secondary places: the fact, the text, the condition.
    pub labels: Vec<RuleLabel>,
}

/// A secondary place of a rule.
#[derive(Debug)]
pub struct RuleLabel {
    /// Subject and field of the fact whose place is labelled.
    pub at: (String, String),
    /// The words shown there.
    pub message: Template,
    /// When it is shown.
    pub when: Option<Condition>,
}

/// A text whose first applicable case is taken.
#[derive(Debug)]
pub struct CasesOf(pub Vec<(Option<Condition>, Template)>);

impl Rule {
    /// Returns its public name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns its texts, which are read when they are first asked for.
    pub fn texts(&self) -> &Texts {
        self.texts.get_or_init(|| Box::new(Texts::of(&self.file)))
    }

    /// Returns its properties for reports.
    pub fn entry(&self) -> RuleEntry {
        let file = &self.file;
        RuleEntry {
            id: file.id.clone(),
            title: file.title.clone(),
            requirement: file.requirement,
            severity: file.severity,
            why: file.why.clone(),
            asks: file.documentation.asks.clone(),
            document: file.documentation.document.clone(),
            heading: file.documentation.heading.clone(),
            url: file.documentation.url.clone(),
        }
    }

    /// Returns the consequence of a finding for the requirement's verdict.
    pub fn consequence(&self) -> Consequence {
        self.file
            .verdict
            .unwrap_or_else(|| usual_consequence(self.file.severity))
    }
}

fn usual_consequence(severity: Severity) -> Consequence {
    match severity {
        Severity::Error | Severity::Warning => Consequence::Violated,
        Severity::Note => Consequence::None,
    }
}

/// A mistake in a rule file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    /// The field concerned, as a path (`examples.bad[0].files`); empty for the file as a whole.
    pub field: String,
    /// The mistake, in a sentence.
    pub message: String,
    /// The bytes of the field's text that it is about, where it is not about all of them.
    pub part: Option<Range<usize>>,
}

impl std::error::Error for RuleError {}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "`{}`: {}", self.field, self.message)
        }
    }
}

impl RuleError {
    /// Says it at its place in the text of the file.
    pub fn issue(&self, text: &ParsedText) -> Issue {
        text.issue_within(&self.field, self.part.clone(), self.to_string())
    }
}

/// A set of rules, by id.
#[derive(Debug, Default)]
pub struct RuleSet {
    rules: Vec<Rule>,
}

impl RuleSet {
    /// Returns the built-in rules, without their examples.
    pub fn builtin() -> &'static RuleSet {
        static RULES: OnceLock<RuleSet> = OnceLock::new();
        RULES.get_or_init(RuleSet::builtin_owned)
    }

    /// Returns the built-in rules again, for a set that others are added to.
    pub fn builtin_owned() -> RuleSet {
        // That each of them is there is tested.
        let bytes = include_bytes!(concat!(env!("OUT_DIR"), "/rules.bin"));
        let records: Vec<PreparedRule<'static>> = postcard::from_bytes(bytes).unwrap_or_default();
        RuleSet {
            rules: records.into_iter().filter_map(builtin).collect(),
        }
    }

    /// Makes a set of one rule.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn of(file: RuleFile) -> Result<RuleSet, Vec<RuleError>> {
        let errors = check(&file);
        if errors.is_empty() {
            Ok(RuleSet {
                rules: vec![compile(file)],
            })
        } else {
            Err(errors)
        }
    }

    /// Returns the built-in rules' files, with their examples.
    pub fn builtin_files() -> Vec<RuleFile> {
        let json = include_str!(concat!(env!("OUT_DIR"), "/rules-with-examples.json"));
        // A file that does not fit is found by the test that loads each file from the folder.
        serde_json::from_str(json).unwrap_or_default()
    }

    /// Reads one rule file that stands alone, and checks it from top to bottom.
    ///
    /// # Errors
    /// Everything that is wrong with it, each at its place.
    pub fn parse(text: &str) -> Result<Typed<Rule>, Vec<Issue>> {
        RuleSet::parse_in(text, &|_| Err(SharedFileError::NoFolder))
    }

    /// Reads one rule file whose examples may name files of its folder, which `read` reads.
    ///
    /// # Errors
    /// Everything that is wrong with it, each at its place.
    pub fn parse_in(text: &str, read: &ReadShared<'_>) -> Result<Typed<Rule>, Vec<Issue>> {
        let (mut file, text) = typed::read::<RuleFile>(text)?;
        let mut errors = inline(&mut file, read);
        errors.extend(check(&file));
        if errors.is_empty() {
            return Ok((compile(file), text));
        }
        let errors = errors.iter();
        let mut issues: Vec<Issue> = errors.map(|error| error.issue(&text)).collect();
        issues.sort_by_key(|issue| issue.place);
        Err(issues)
    }

    /// Adds a rule.
    ///
    /// # Errors
    /// Where there is one of that id already.
    pub fn add(&mut self, rule: Rule) -> Result<(), RuleError> {
        if self.get(rule.id()).is_some() {
            return Err(RuleError {
                field: "id".to_owned(),
                message: format!("there is a rule `{}` already", rule.id()),
                part: None,
            });
        }
        self.rules.push(rule);
        Ok(())
    }

    /// Returns the rule of that id.
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id() == id)
    }

    /// Returns all rules.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }

    /// Counts the rules.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Tells whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Returns the rules by the subject that they are about.
    pub fn by_subject(&self) -> BTreeMap<&str, Vec<&Rule>> {
        let mut map: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
        for rule in &self.rules {
            map.entry(&rule.subject).or_default().push(rule);
        }
        map
    }
}

fn builtin(record: PreparedRule<'static>) -> Option<Rule> {
    let requirement = Requirement::ALL
        .into_iter()
        .find(|known| known.as_str() == record.requirement)?;
    Some(Rule {
        id: record.id.into(),
        subject: record.subject.into(),
        requirement,
        requirement_from: record.requirement_from.map(Cow::Borrowed),
        when: record.when.map(Condition::new),
        require: Condition::new(record.require),
        undecided: record
            .undecided
            .into_iter()
            .map(|(when, supply)| (Condition::new(when), supply.into()))
            .collect(),
        grants: record.grants,
        file: DeferredFile::builtin(record.json),
        texts: OnceLock::new(),
    })
}

fn compile(file: RuleFile) -> Rule {
    Rule {
        id: file.id.clone().into(),
        subject: file.subject.clone().into(),
        requirement: file.requirement,
        requirement_from: file.requirement_from.clone().map(Cow::Owned),
        when: file.when.clone().map(Condition::new),
        require: Condition::new(file.require.clone()),
        undecided: file
            .undecided
            .iter()
            .map(|case| {
                let when = Condition::new(case.when.clone());
                (when, case.supply.clone().into())
            })
            .collect(),
        grants: !file.granted.is_empty(),
        file: file.into(),
        texts: OnceLock::new(),
    }
}

impl Texts {
    fn of(file: &RuleFile) -> Self {
        Texts {
            severity_when: file
                .severity_when
                .iter()
                .map(|case| {
                    let consequence = case
                        .verdict
                        .unwrap_or_else(|| usual_consequence(case.severity));
                    let when = Condition::new(case.when.clone());
                    (when, case.severity, consequence)
                })
                .collect(),
            granted: cases_of(&Text::Cases(file.granted.clone())),
            message: cases_of(&file.message),
            help: cases_of(&file.help),
            labels: file
                .labels
                .iter()
                .filter_map(|label| {
                    let (subject, field) = split_name(&label.at)?;
                    Some(RuleLabel {
                        at: (subject.to_owned(), field.to_owned()),
                        message: Template::new(&label.message),
                        when: label.when.clone().map(Condition::new),
                    })
                })
                .collect(),
        }
    }
}

fn cases_of(text: &Text) -> CasesOf {
    CasesOf(
        text.cases()
            .into_iter()
            .map(|Case { when, text }| (when.map(Condition::new), Template::new(&text)))
            .collect(),
    )
}

/// Collects everything that is wrong with a rule file.
struct Checker<'f> {
    about: Option<&'static SubjectDoc>,
    file: &'f RuleFile,
    errors: Vec<RuleError>,
}

fn check(file: &RuleFile) -> Vec<RuleError> {
    let about = Facts::SUBJECTS.iter().find(|doc| doc.name == file.subject);
    let mut checker = Checker {
        about,
        file,
        errors: Vec::new(),
    };
    checker.names();
    checker.expressions();
    checker.texts();
    checker.examples();
    checker.errors
}

impl Checker<'_> {
    fn error(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.errors.push(RuleError {
            field: field.into(),
            message: message.into(),
            part: None,
        });
    }

    fn names(&mut self) {
        let file = self.file;
        let well_formed = !file.id.is_empty()
            && file.id.split('-').all(|word| {
                !word.is_empty()
                    && word
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            });
        if !well_formed {
            self.error(
                "id",
                format!(
                    "`{}` is not lower-case words joined by hyphens, like `timeout-too-short`",
                    file.id
                ),
            );
        }
        if self.about.is_none() {
            let names = Facts::SUBJECTS.iter().map(|doc| doc.name);
            let hint = portolan_yaml::nearest::nearest(&file.subject, names)
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            self.error(
                "subject",
                format!("there is no subject `{}`{hint}", file.subject),
            );
        }
        let filled = [
            ("title", &file.title),
            ("why", &file.why),
            ("documentation.document", &file.documentation.document),
            ("documentation.heading", &file.documentation.heading),
            ("documentation.asks", &file.documentation.asks),
        ];
        for (field, text) in filled {
            if text.trim().is_empty() {
                self.error(field, "says nothing");
            }
        }
    }

    fn expressions(&mut self) {
        let file = self.file;
        let mut expressions = vec![("require".to_owned(), file.require.as_str())];
        expressions.extend(file.when.as_deref().map(|when| ("when".to_owned(), when)));
        for (index, case) in file.undecided.iter().enumerate() {
            expressions.push((format!("undecided[{index}].when"), &case.when));
        }
        for (index, case) in file.severity_when.iter().enumerate() {
            expressions.push((format!("severity-when[{index}].when"), &case.when));
        }
        for (index, case) in file.granted.iter().enumerate() {
            if let Some(when) = &case.when {
                expressions.push((format!("granted[{index}].when"), when));
            }
        }
        for (index, label) in file.labels.iter().enumerate() {
            if let Some(when) = &label.when {
                expressions.push((format!("labels[{index}].when"), when));
            }
        }
        for (field, text) in [("message", &file.message), ("help", &file.help)] {
            if let Text::Cases(cases) = text {
                for (index, case) in cases.iter().enumerate() {
                    if let Some(when) = &case.when {
                        expressions.push((format!("{field}[{index}].when"), when));
                    }
                }
            }
        }
        let Some(about) = self.about else { return };
        for (field, source) in expressions {
            if let Err(wrong) = Condition::new(source.to_owned()).check(about) {
                self.errors.push(RuleError {
                    field,
                    message: wrong.message,
                    part: wrong.part,
                });
            }
        }
    }

    fn texts(&mut self) {
        let file = self.file;
        let mut texts: Vec<(String, String)> = Vec::new();
        for (field, text) in [("message", &file.message), ("help", &file.help)] {
            let cases = text.cases();
            if cases.last().is_none_or(|case| case.when.is_some()) {
                self.error(
                    field,
                    "the last case must have no `when`, so that there is always a text",
                );
            }
            let several = matches!(text, Text::Cases(_));
            for (index, case) in cases.into_iter().enumerate() {
                let field = if several {
                    format!("{field}[{index}].text")
                } else {
                    field.to_owned()
                };
                texts.push((field, case.text));
            }
        }
        for (index, case) in file.undecided.iter().enumerate() {
            texts.push((format!("undecided[{index}].supply"), case.supply.clone()));
        }
        for (index, case) in file.granted.iter().enumerate() {
            texts.push((format!("granted[{index}].text"), case.text.clone()));
        }
        for (index, label) in file.labels.iter().enumerate() {
            texts.push((format!("labels[{index}].message"), label.message.clone()));
        }
        if let Some(explains) = &file.explains {
            texts.push(("explains.message".to_owned(), explains.message.clone()));
        }
        let mut places: Vec<(String, &str)> = Vec::new();
        places.extend(file.at.as_deref().map(|at| ("at".to_owned(), at)));
        let from = file.requirement_from.as_deref();
        places.extend(from.map(|from| ("requirement-from".to_owned(), from)));
        let explains = file.explains.as_ref();
        places.extend(explains.map(|it| ("explains.missing".to_owned(), it.missing.as_str())));
        for (index, label) in file.labels.iter().enumerate() {
            places.push((format!("labels[{index}].at"), &label.at));
        }
        let Some(about) = self.about else { return };
        for (field, text) in texts {
            if text.trim().is_empty() {
                self.error(field, "says nothing");
            } else if let Err(message) = Template::new(&text).check(about) {
                self.error(field, message);
            }
        }
        for (field, place) in places {
            let checked = match split_name(place) {
                Some((subject, name)) => check_fact(about, subject, name),
                None => Err(format!("`{place}` is not a fact: expected `subject.field`")),
            };
            if let Err(message) = checked {
                self.error(field, message);
            }
        }
    }

    fn examples(&mut self) {
        let file = self.file;
        for (kind, examples) in [("bad", &file.examples.bad), ("good", &file.examples.good)] {
            if examples.is_empty() {
                self.error(format!("examples.{kind}"), "there must be at least one");
            }
            for (index, example) in examples.iter().enumerate() {
                let field = format!("examples.{kind}[{index}]");
                if example.files.is_empty() {
                    self.error(format!("{field}.files"), "there must be at least one");
                }
                for (number, file) in example.files.iter().enumerate() {
                    if file.file.is_some() {
                        let field = format!("{field}.files[{number}].file");
                        self.error(field, "the file was not read");
                    }
                }
                if kind == "bad" && example.finds.is_empty() {
                    self.error(
                        format!("{field}.finds"),
                        "a bad example says what is found in it",
                    );
                }
                if kind == "good" && !example.finds.is_empty() {
                    self.error(
                        format!("{field}.finds"),
                        "nothing is found in a good example",
                    );
                }
            }
        }
    }
}
