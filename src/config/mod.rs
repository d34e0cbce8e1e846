//! `portolan.yaml`: the settings of a repository.
//!
//! [`Config::read`] is a pure function of the file's text; finding the file, and whatever its paths lead to, is the command
//! line's work. What is wrong with the file itself (an unknown key, a release twice, an unknown rule, no reason) keeps a
//! check from being made, as a mistake on the command line does. What time or a fixed file has made of it (an entry of
//! `ignore` that has expired, or ignores nothing any more) is a finding of the rule that also watches over comments.

mod format;
mod ignores;
mod meaning;
mod pattern;

pub use format::{ConfigFile, FailOn, IgnoreFile, Level, ReleaseFile};
pub use ignores::{Coverage, Judging};
pub use portolan_yaml::{Issue as ConfigIssue, ParsedText};

pub(crate) use portolan_yaml::typed::{read as read_typed, schema_of};

use crate::options::ReleaseOptions;
use crate::rules::RuleSet;

/// A configuration that was read.
#[derive(Debug)]
pub struct Config {
    /// The name that people know it by: its path.
    pub name: String,
    /// The file's contents.
    pub file: ConfigFile,
    text: ParsedText,
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    /// Everything that is wrong with it, names of rules aside: see [`Config::rules_unknown_to`].
    pub fn read(name: impl Into<String>, text: &str) -> Result<Config, Vec<ConfigIssue>> {
        let (file, text) = read_typed::<ConfigFile>(text)?;
        let config = Config {
            name: name.into(),
            file,
            text,
        };
        let mistakes = meaning::mistakes(&config.file, &config.text);
        if mistakes.is_empty() {
            Ok(config)
        } else {
            Err(mistakes)
        }
    }

    /// Finds rules that it names and that do not exist.
    pub fn rules_unknown_to(&self, rules: &RuleSet) -> Vec<ConfigIssue> {
        meaning::unknown_rules(&self.file, &self.text, rules)
    }

    /// Makes a mistake at a field, for what only shows when its paths are followed.
    pub fn mistake(&self, field: &str, message: impl Into<String>) -> ConfigIssue {
        self.text.issue(field, message)
    }

    /// Returns the options of a release.
    pub fn options_of(&self, release: &ReleaseFile) -> ReleaseOptions {
        release.options.over(&self.file.defaults)
    }
}

/// Returns the JSON Schema of `portolan.yaml`, for editors.
pub fn schema() -> serde_json::Value {
    schema_of::<ConfigFile>()
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
