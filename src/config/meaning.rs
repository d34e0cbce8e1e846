//! What a schema cannot say about `portolan.yaml`.

use std::collections::HashSet;

use globset::{Glob, GlobBuilder};

use super::format::{ConfigFile, IgnoreFile};
use crate::options::ReleaseOptions;
use crate::rules::RuleSet;
use portolan_certificate::time::end_of_day;
use portolan_yaml::nearest::nearest;
use portolan_yaml::{Issue as ConfigIssue, ParsedText};

/// Finds everything that is wrong with a file that has the right keys and types, names of rules aside.
pub(super) fn mistakes(file: &ConfigFile, text: &ParsedText) -> Vec<ConfigIssue> {
    let mut found = FoundIssues {
        text,
        mistakes: Vec::new(),
    };
    found.options("", &file.defaults);
    for (field, path) in [
        ("rules", &file.rules),
        ("layers", &file.layers),
        ("baseline", &file.baseline),
    ] {
        if path.as_deref().is_some_and(|path| path.trim().is_empty()) {
            found.at(field, format!("`{field}` is empty"));
        }
    }
    let mut names = HashSet::new();
    for (index, release) in file.releases.iter().enumerate() {
        let field = format!("releases[{index}]");
        let name = release.name.as_str();
        if name.trim().is_empty() {
            found.at(&format!("{field}.name"), "a release needs a name");
        } else if !names.insert(name) {
            let message = format!("there is a release `{name}` already");
            found.at(&format!("{field}.name"), message);
        }
        if release.values.is_empty() {
            let message = format!("release `{name}` names no values file");
            found.at(&format!("{field}.values"), message);
        }
        found.options(&format!("{field}."), &release.options);
    }
    for (index, entry) in file.ignore.iter().enumerate() {
        found.ignore(&format!("ignore[{index}]"), entry);
    }
    found.mistakes.sort_by_key(|mistake| mistake.place);
    found.mistakes
}

struct FoundIssues<'t> {
    text: &'t ParsedText,
    mistakes: Vec<ConfigIssue>,
}

impl FoundIssues<'_> {
    fn at(&mut self, field: &str, message: impl Into<String>) {
        self.mistakes.push(self.text.issue(field, message));
    }

    fn options(&mut self, before: &str, options: &ReleaseOptions) {
        if options.chart.is_some() && options.chart_version.is_some() {
            let message =
                "`chart` and `chartVersion` say two things about the same chart: give one";
            self.at(&format!("{before}chartVersion"), message);
        }
        for (key, message) in options.issues() {
            self.at(&format!("{before}{key}"), message);
        }
    }

    fn ignore(&mut self, field: &str, entry: &IgnoreFile) {
        if entry.rules.is_empty() {
            self.at(&format!("{field}.rules"), "this entry names no rule");
        }
        if !entry.reason.chars().any(char::is_alphanumeric) {
            let message = "this entry gives no reason: say why the findings may stay";
            self.at(&format!("{field}.reason"), message);
        }
        if let Some(path) = &entry.path
            && path.trim().is_empty()
        {
            self.at(&format!("{field}.path"), "`path` is empty");
        }
        if let Some(file) = &entry.file
            && let Err(error) = glob(file)
        {
            let message = format!("`{file}` is not a valid glob: {}", error.kind());
            self.at(&format!("{field}.file"), message);
        }
        if let Some(until) = &entry.until
            && let Err(error) = end_of_day(until)
        {
            self.at(&format!("{field}.until"), error.to_string());
        }
    }
}

/// Finds rules that are named and do not exist.
pub(super) fn unknown_rules(
    file: &ConfigFile,
    text: &ParsedText,
    rules: &RuleSet,
) -> Vec<ConfigIssue> {
    let wrong = |rule: &str| {
        if rules.get(rule).is_some() {
            return None;
        }
        let near = nearest(rule, rules.iter().map(|rule| rule.id())).map_or_else(
            || "`portolan rules` lists them".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        Some(format!("there is no rule `{rule}`; {near}"))
    };
    let mut mistakes = Vec::new();
    for rule in file.severity.keys() {
        let message = wrong(rule);
        mistakes.extend(message.map(|message| text.issue_at_key(&["severity"], rule, message)));
    }
    for (index, entry) in file.ignore.iter().enumerate() {
        for (number, rule) in entry.rules.iter().enumerate() {
            let field = format!("ignore[{index}].rules[{number}]");
            mistakes.extend(wrong(rule).map(|message| text.issue(&field, message)));
        }
    }
    mistakes.sort_by_key(|mistake| mistake.place);
    mistakes
}

/// A glob over the paths of files.
pub(super) fn glob(text: &str) -> Result<Glob, globset::Error> {
    let text = text.strip_prefix("./").unwrap_or(text);
    GlobBuilder::new(text).literal_separator(true).build()
}
