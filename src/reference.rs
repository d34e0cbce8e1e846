//! What authors of rules look things up in, generated from the types and files that are the truth about it.
//!
//! Gives whole texts; a test keeps the files under `docs/` equal to them.

mod rule_page;

pub use rule_page::rule as rule_page;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use crate::config;
use crate::diagnostic::Requirement;
use crate::exposure::layers::Layer;
use crate::facts::{Facts, FieldDoc, SubjectDoc};
use crate::limits::Limit;
use crate::rules::{GLOBALS, RuleFile};
use crate::words::WordDoc;
use portolan_yaml::typed::schema_of;

const GENERATED: &str = "<!-- Generated; `cargo xtask gen` rewrites it. -->\n";

/// Returns the JSON Schema of rule files, pretty-printed.
pub fn rule_schema() -> String {
    let generated = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<RuleFile>();
    titled("A rule of Portolan", generated.as_object())
}

/// The JSON Schema of layer files, pretty-printed.
pub fn layer_schema() -> String {
    let generated = schema_of::<Layer>();
    titled("A layer of Portolan", generated.as_object())
}

/// The JSON Schema of `portolan.yaml`, pretty-printed.
pub fn config_schema() -> String {
    titled("Settings of Portolan", config::schema().as_object())
}

fn titled(title: &str, generated: Option<&Map<String, Value>>) -> String {
    let mut schema = Map::new();
    // What tells people and editors what they have before them comes first.
    let said = generated.and_then(|schema| schema.get("$schema"));
    schema.insert("$schema".to_owned(), said.cloned().unwrap_or_default());
    schema.insert("title".to_owned(), title.into());
    for (key, value) in generated.into_iter().flatten() {
        schema.entry(key).or_insert_with(|| value.clone());
    }
    format!("{:#}\n", Value::Object(schema))
}

/// Writes the reference of facts, in Markdown.
pub fn facts() -> String {
    let mut text = format!("# Facts\n\n{GENERATED}");
    text.push_str(&format!(
        "
Rules judge *subjects*: things that Portolan found in the values or manifests. A rule names one in `subject`, and is applied
to each one there is. The fields below are *facts*: a condition (`when`, `require`, …) reads them as `subject.field`, and a
text (`message`, `help`, …) shows them as `{{subject.field}}`.

- **Global** subjects exist at most once, and every rule can read them besides its own: {globals}.
- A **defect** is a subject that exists only because something is wrong, so a rule on it usually says `require: \"false\"`. The
  good example of such a rule is one in which the defect does not occur.
- Types are those of CEL: `bool`, `int` (64 bits), `string`, `list of strings`. A `word` is a string that is one of those
  listed, and a condition that compares it with another is refused when the rule is loaded. Every fact can be `null`: it is
  certain then that there is none. Compare with `null` before doing arithmetic.
- A fact can also be **unknown**: it depends on something that the input does not show (a template that needs the chart, an
  object outside the release). A condition that needs it is neither true nor false, unless the rest decides
  (`false && unknown` is false, `true || unknown` is true), and the requirement becomes *undecided*, with a sentence that
  says what to supply.
- Versions are compared with `version_compare(a, b)`: negative, zero or positive, as `a` comes before, with or after `b`;
  `1.17.6-gke.7` comes after `1.17.6`.

| subject | what it is |
|---|---|
",
        globals = GLOBALS.map(|name| format!("`{name}`")).join(", ")
    ));
    for subject in Facts::SUBJECTS {
        let doc = flowed(subject.doc);
        let first = first_sentence(&doc);
        text.push_str(&format!(
            "| [`{0}`](#{0}) | {1} |\n",
            subject.name,
            cell(&first)
        ));
    }
    for subject in Facts::SUBJECTS {
        text.push_str(&subject_section(subject));
    }
    text
}

/// Writes the reference of limits, in Markdown.
pub fn limits() -> String {
    let mut text = format!("# Limits\n\n{GENERATED}");
    text.push_str(
        "
Inputs are not trusted: a few lines of YAML or of a template can ask for hours of work, or for more memory than there is. So
everything that Portolan reads, computes and says has a limit. The defaults are far beyond any real installation.

What is beyond a limit is not looked at, and that is said: a finding of the rule `limit-reached`, an error at the place
where the limit was reached, names the limit, its value and how to raise it. The rest is still checked; a requirement that
depends on what was left out is *undecided*, never *met*. Two limits only shorten what is said: beyond `findings` and
`labels`, a closing note counts what is not shown, and the numbers below a report still count everything.

`--limit NAME=VALUE`, given as often as needed, sets another value for one run: a whole number (`10_000_000`), and for a limit
in bytes also one with a unit (`512KiB`, `64MiB`, `1GiB`). `portolan limits` lists the limits. No limit can be switched off,
and none can be set above the highest value of the table, where the program itself would no longer be safe.

| limit | default | highest | what is limited |
|---|---|---|---|
",
    );
    for doc in Limit::ALL {
        text.push_str(&format!(
            "| `{}` | {} | {} | {} |\n",
            doc.name,
            doc.limit.shown(doc.default),
            doc.limit.shown(doc.most),
            cell(&flowed(doc.doc)),
        ));
    }
    text
}

fn subject_section(subject: &SubjectDoc) -> String {
    let mut marks = Vec::new();
    if GLOBALS.contains(&subject.name) {
        marks.push("*Global.*");
    }
    if subject.defect {
        marks.push("*Defect.*");
    }
    let marks = if marks.is_empty() {
        String::new()
    } else {
        format!("{} ", marks.join(" "))
    };
    let mut text = format!(
        "\n## {}\n\n{marks}{}\n\n",
        subject.name,
        flowed(subject.doc)
    );
    text.push_str("| field | type | meaning |\n|---|---|---|\n");
    for field in subject.fields {
        text.push_str(&format!(
            "| `{}` | {} | {}{} |\n",
            field.name,
            field.type_name,
            cell(&flowed(field.doc)),
            words(field)
        ));
    }
    text
}

/// Lists the words that a fact can be, each on a line of its own.
fn words(field: &FieldDoc) -> String {
    let line = |word: &WordDoc| format!("<br>`{}`: {}", word.word, cell(&flowed(word.doc)));
    field.words.iter().map(line).collect()
}

/// Writes the table of all rules, in Markdown.
pub fn rules(files: &[RuleFile]) -> String {
    let mut text = format!("# Rules\n\n{GENERATED}");
    text.push_str("\nEach has a page of its own, which `portolan explain RULE` shows as well; `portolan explain REQUIREMENT` sums up a section.\n");
    for requirement in Requirement::ALL {
        let mut of_it: Vec<&RuleFile> = files
            .iter()
            .filter(|file| file.requirement == requirement)
            .collect();
        if of_it.is_empty() {
            continue;
        }
        of_it.sort_by(|left, right| left.id.cmp(&right.id));
        text.push_str(&format!(
            "\n## {requirement}\n\n{}\n\n",
            capital(requirement.title())
        ));
        text.push_str("| rule | severity | requirement | what it finds |\n|---|---|---|---|\n");
        for file in of_it {
            text.push_str(&format!(
                "| [`{0}`](rules/{0}.md) | {1} | {2} | {3} |\n",
                file.id,
                file.severity,
                requirement,
                cell(&flowed(&file.title))
            ));
        }
    }
    text
}

/// Puts a text on one line.
fn flowed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Escapes a text for a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn first_sentence(text: &str) -> String {
    match text.split_once(". ") {
        Some((first, _)) => format!("{first}."),
        None => text.to_owned(),
    }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), characters.as_str()),
        None => String::new(),
    }
}
