//! The built-in layers: each is read from its file, and each of its examples is executed with all rules at once.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use portolan::check::{Classified, Input, Outcome, check, classify};
use portolan::cli::example_options;
use portolan::diagnostic::{Requirement, Severity, Verdict};
use portolan::exposure::layers::EntryKind;
use portolan::exposure::layers::examples::{LayerExample, builtin};
use portolan::exposure::layers::page::layers_page;
use portolan::rules::RuleSet;
use portolan_yaml::source::{MappedText, Sources};
use portolan_yaml::{Limits, Tree, parse};

/// Manifests are taken together; all other files are layers of one release.
fn input(name: &str, text: &str) -> Input {
    let (mut sources, mut tree) = (Sources::default(), Tree::default());
    let source = sources.add(name, text);
    let mapped = MappedText::of_source(&sources, source);
    let stream = parse(&mapped, &mut tree, &Limits::default());
    match classify(&tree, &stream, text) {
        Classified::Manifests => Input::named(name, text),
        Classified::Values | Classified::Other => Input::values(name, text),
    }
}

/// Findings about the connection and about HTTPS, notes aside: `rule file:line text`, each with its message.
fn found(outcome: &Outcome) -> Vec<(String, String)> {
    let asked = [Requirement::Timeout605, Requirement::HttpsOnly];
    outcome
        .report
        .diagnostics
        .iter()
        .filter(|found| asked.contains(&found.requirement) && found.severity != Severity::Note)
        .map(|found| {
            let text = outcome.sources.slice(found.span);
            let spot = format!(
                "{} {}:{} `{}`",
                found.rule,
                outcome.sources.name(found.span.source),
                outcome.sources.line_column(found.span).line,
                text.lines().next().unwrap_or_default()
            );
            (spot, found.message.clone())
        })
        .collect()
}

fn verdicts(outcome: &Outcome) -> BTreeMap<String, String> {
    outcome
        .report
        .releases
        .iter()
        .flat_map(|release| &release.requirements)
        .map(|row| {
            let verdict = serde_json::to_value(row.verdict).unwrap();
            (
                row.requirement.as_str().to_owned(),
                verdict.as_str().unwrap().to_owned(),
            )
        })
        .collect()
}

/// What an example does other than it says.
fn mistakes(example: &LayerExample, must_find: bool) -> Vec<String> {
    let options = match example_options(&example.options) {
        Ok(options) => options,
        Err(error) => return vec![format!("options: {error}")],
    };
    let inputs = example
        .files
        .iter()
        .map(|file| input(&file.name, &file.text))
        .collect();
    let outcome = check(inputs, &options, RuleSet::builtin());
    let mut mistakes = outcome.failures.clone();
    let mut found = found(&outcome);
    for wanted in &example.finds {
        let file = wanted.file.as_deref().unwrap_or(&example.files[0].name);
        let spot = format!("{} {file}:{} `{}`", wanted.rule, wanted.line, wanted.text);
        match found.iter().position(|(found, _)| *found == spot) {
            Some(index) => {
                let (_, message) = found.remove(index);
                if let Some(part) = &wanted.says
                    && !message.contains(part.as_str())
                {
                    mistakes.push(format!("{spot} does not say `{part}`: {message}"));
                }
            }
            None => mistakes.push(format!("missing: {spot}")),
        }
    }
    mistakes.extend(
        found
            .into_iter()
            .map(|(spot, message)| format!("noisy: {spot}: {message}")),
    );
    let verdicts = verdicts(&outcome);
    for (requirement, wanted) in &example.verdicts {
        let found = verdicts.get(requirement);
        if found != Some(wanted) {
            mistakes.push(format!("{requirement} is {found:?}, not {wanted}"));
        }
    }
    let supply: Vec<&str> = outcome
        .report
        .releases
        .iter()
        .flat_map(|release| &release.requirements)
        .flat_map(|row| &row.supply)
        .map(String::as_str)
        .collect();
    if let Some(part) = &example.supply
        && !supply.iter().any(|text| text.contains(part.as_str()))
    {
        mistakes.push(format!("nothing asks for `{part}`: {supply:?}"));
    }
    if !mistakes.is_empty() {
        mistakes.push(format!("verdicts {verdicts:?}, supply {supply:?}"));
    }
    if must_find && example.finds.is_empty() {
        mistakes.push("a bad example in which nothing is found".to_owned());
    }
    if !must_find && example.verdicts.is_empty() {
        mistakes.push("a good example that says no verdict".to_owned());
    }
    mistakes
}

#[test]
fn every_layer_keeps_its_examples() {
    let mut wrong = Vec::new();
    for layer in builtin() {
        let both = [(&layer.examples.bad, true), (&layer.examples.good, false)];
        for (examples, bad) in both {
            let may_lack = layer.entry == EntryKind::Front || (bad && layer.undecided.is_some());
            if examples.is_empty() && !may_lack {
                wrong.push(format!("{}: no example that is bad ({bad})", layer.id));
            }
            for example in examples {
                for mistake in mistakes(example, bad) {
                    wrong.push(format!("{} / {}: {mistake}", layer.id, example.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_class_that_no_file_describes_is_named_and_left_undecided() {
    let values = [
        (
            "class `higress`",
            "router:\n  ingress:\n    enabled: true\n    ingressClassName: higress\n",
        ),
        (
            "class `cilium`",
            "gateway:\n  enabled: true\n  gatewayClassName: cilium\n  staticIP:\n    enabled: false\n",
        ),
        (
            "platform `other`",
            "router:\n  service:\n    type: LoadBalancer\n",
        ),
    ];
    for (named, text) in values {
        let options = example_options(&["--platform=other".to_owned()]).unwrap();
        let input = Input::values("customizations.yaml", text);
        let outcome = check(vec![input], &options, RuleSet::builtin());
        let timeouts: Vec<_> = found(&outcome)
            .into_iter()
            .filter(|(spot, _)| spot.starts_with("timeout"))
            .collect();
        assert!(timeouts.is_empty(), "{named}: {timeouts:?}");
        let row = outcome.report.releases[0]
            .requirements
            .iter()
            .find(|row| row.requirement == Requirement::Timeout605)
            .unwrap();
        assert_eq!(row.verdict, Verdict::Undecided);
        assert!(
            row.supply.iter().any(|text| text.contains(named)),
            "{:?}",
            row.supply
        );
    }
}

#[test]
fn every_layer_file_is_called_like_its_layer() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("layers");
    let mut files: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    files.sort();
    let mut ids: Vec<String> = builtin().into_iter().map(|layer| layer.id).collect();
    ids.sort();
    assert_eq!(ids, files);
}

#[test]
fn the_page_of_layers_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/layers.md");
    let expected = layers_page();
    if std::env::var_os("PORTOLAN_UPDATE").is_some_and(|value| value == "1") {
        fs::write(&path, &expected).unwrap();
        return;
    }
    let found = fs::read_to_string(&path)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    assert!(
        found == expected,
        "docs/layers.md is not current; `cargo xtask gen` rewrites it"
    );
}
