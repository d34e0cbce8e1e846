//! The parts of a rule that only a finding needs, read when there is one.

use std::ops::Deref;
use std::sync::OnceLock;

use super::format::{Documentation, Examples, RuleFile, Text};
use crate::diagnostic::{Requirement, Severity};

/// A rule's file. That of a built-in rule is read when it is first looked at, and has no examples.
#[derive(Debug)]
pub struct DeferredFile {
    json: &'static str,
    file: OnceLock<Box<RuleFile>>,
}

impl DeferredFile {
    pub(super) fn builtin(json: &'static str) -> Self {
        DeferredFile {
            json,
            file: OnceLock::new(),
        }
    }

    /// Returns the file itself.
    pub fn into_inner(self) -> RuleFile {
        let json = self.json;
        *self.file.into_inner().unwrap_or_else(|| read(json))
    }
}

impl From<RuleFile> for DeferredFile {
    fn from(file: RuleFile) -> Self {
        DeferredFile {
            json: "",
            file: OnceLock::from(Box::new(file)),
        }
    }
}

impl Deref for DeferredFile {
    type Target = RuleFile;

    fn deref(&self) -> &RuleFile {
        self.file.get_or_init(|| read(self.json))
    }
}

/// Reads a rule file. A test reads each of them. Should one not fit all the same, a finding says so rather than
/// nothing.
fn read(json: &str) -> Box<RuleFile> {
    Box::new(serde_json::from_str(json).unwrap_or_else(|error| RuleFile {
        id: String::new(),
        title: String::new(),
        requirement: Requirement::ValuesFile,
        requirement_from: None,
        also: Vec::new(),
        severity: Severity::Error,
        severity_when: Vec::new(),
        verdict: None,
        documentation: Documentation::default(),
        why: String::new(),
        subject: String::new(),
        when: None,
        require: String::new(),
        undecided: Vec::new(),
        granted: Vec::new(),
        at: None,
        message: Text::Always(format!("this rule's own file cannot be read: {error}")),
        help: Text::Always(String::new()),
        labels: Vec::new(),
        missing: Vec::new(),
        explains: None,
        examples: Examples::default(),
    }))
}
