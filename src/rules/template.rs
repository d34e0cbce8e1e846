//! Texts of rules with facts in them: `{timeout.seconds}`.

use super::condition::{Bindings, check_fact};
use crate::facts::{Fact, SubjectDoc};

/// A text with places for facts. Braces around anything but `subject.field` are text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Fact { subject: String, field: String },
}

impl Template {
    /// Reads a text.
    pub fn new(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text.trim();
        while let Some(open) = rest.find('{') {
            let (before, after) = rest.split_at(open);
            literal.push_str(before);
            let inside = after.get(1..).unwrap_or_default();
            let name = inside.split('}').next().unwrap_or_default();
            match split_name(name) {
                Some((subject, field)) if inside.len() > name.len() => {
                    parts.push(Part::Text(std::mem::take(&mut literal)));
                    parts.push(Part::Fact {
                        subject: subject.to_owned(),
                        field: field.to_owned(),
                    });
                    rest = inside.get(name.len() + 1..).unwrap_or_default();
                }
                _ => {
                    literal.push('{');
                    rest = inside;
                }
            }
        }
        literal.push_str(rest);
        parts.push(Part::Text(literal));
        Template { parts }
    }

    /// Checks each fact that it names.
    ///
    /// # Errors
    /// A sentence about the first that does not exist.
    pub fn check(&self, about: &SubjectDoc) -> Result<(), String> {
        for part in &self.parts {
            if let Part::Fact { subject, field } = part {
                check_fact(about, subject, field)?;
            }
        }
        Ok(())
    }

    /// Puts the facts into the text.
    pub fn fill(&self, scope: &Bindings<'_>) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Fact { subject, field } => match scope.fact(subject, field) {
                    Some(Fact::Known(value, _)) => text.push_str(&value.text()),
                    Some(Fact::Absent(_)) | None => text.push_str("nothing"),
                    Some(Fact::Unknown(_)) => text.push_str("something unknown"),
                },
            }
        }
        // Folded texts in rule files may leave line breaks behind; a message is one line.
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl Template {
    /// Puts the names of the facts, between two signs, in place of the facts.
    pub fn outline(&self, open: &str, close: &str) -> String {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Text(literal) => literal.clone(),
                Part::Fact { subject, field } => format!("{open}{subject}.{field}{close}"),
            })
            .collect()
    }
}

/// Splits `subject.field` into its two parts.
pub(super) fn split_name(name: &str) -> Option<(&str, &str)> {
    let (subject, field) = name.split_once('.')?;
    let word = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    (word(subject) && word(field)).then_some((subject, field))
}
