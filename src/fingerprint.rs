//! What makes a finding the same finding in the next run: a name for it that survives moved lines.
//!
//! A fingerprint is made of the rule, the file, and the place in the document (the path of the value without the indices of
//! lists, and the object). The line, the wording of the message and the text of the file have no part in it: a finding keeps
//! its fingerprint when lines above it come and go, when a list grows, and when a newer version says it better; and nothing
//! of a file's content, which may be secret, can be guessed from it. Findings that are equal in all of that are counted.

use std::collections::HashMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::diagnostic::{Diagnostic, Report};
use portolan_yaml::source::Sources;

/// The version of the recipe; it is part of every fingerprint.
const RECIPE: &str = "portolan/1";

/// Half of a SHA-256 tells any two findings apart.
const BYTES: usize = 16;

/// Computes one fingerprint for each diagnostic of the report, in its order: 32 hexadecimal digits, each unique in the
/// report.
///
/// `name` says what a file is called wherever the report is made: a path relative to the repository, for example.
pub fn fingerprints(
    report: &Report,
    sources: &Sources,
    name: impl Fn(&str) -> String,
) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    report
        .diagnostics
        .iter()
        .map(|found| {
            let identity = identity(found, &name(sources.name(found.span.source)));
            let ordinal = seen.entry(identity.clone()).or_default();
            let print = digest(&format!("{identity}\0{ordinal}"));
            *ordinal += 1;
            print
        })
        .collect()
}

/// Joins the properties by which a finding is recognised. No part can hold the NUL between them.
fn identity(found: &Diagnostic, file: &str) -> String {
    let path = found.path.as_deref().map(without_indices);
    let parts = [
        RECIPE,
        &found.rule,
        &portable(file),
        path.as_deref().unwrap_or_default(),
        found.object.as_deref().unwrap_or_default(),
    ];
    parts.map(|part| part.replace('\0', "")).join("\0")
}

/// Normalizes a file name, so that it is the same on every system, however it was typed.
fn portable(file: &str) -> String {
    let file = file.replace('\\', "/");
    file.strip_prefix("./").unwrap_or(&file).to_owned()
}

/// Writes `extraDeploy[2].spec` as `extraDeploy[].spec`: an entry keeps its identity when another is put before it.
/// Keys such as `["10"]` stay.
fn without_indices(path: &str) -> String {
    let mut kept = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('[') {
        kept.push_str(before);
        kept.push('[');
        rest = after.trim_start_matches(|digit: char| digit.is_ascii_digit());
        if !rest.starts_with(']') {
            rest = after;
        }
    }
    kept.push_str(rest);
    kept
}

fn digest(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    hash.iter()
        .take(BYTES)
        .fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Input, Options, check};
    use crate::rules::RuleSet;

    fn of(name: &str, text: &str) -> Vec<(String, String)> {
        let outcome = check(
            vec![Input::named(name, text)],
            &Options::default(),
            RuleSet::builtin(),
        );
        let prints = fingerprints(&outcome.report, &outcome.sources, str::to_owned);
        let rules = outcome.report.diagnostics.iter().map(|it| it.rule.clone());
        rules.zip(prints).collect()
    }

    const SHORT: &str = "router:\n  service:\n    type: LoadBalancer\n    annotations:\n      service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: \"10\"\n";

    #[test]
    fn a_finding_keeps_its_fingerprint_when_lines_move_and_values_change() {
        let before = of("customizations.yaml", SHORT);
        assert!(before.iter().any(|(rule, _)| rule == "timeout-too-short"));
        assert_eq!(before, of("./customizations.yaml", SHORT));
        assert_eq!(
            before,
            of("customizations.yaml", &format!("# a\n\n# b\n{SHORT}"))
        );
        assert_eq!(before, of("customizations.yaml", &SHORT.replace("10", "9")));
        assert_ne!(before, of("other.yaml", SHORT));
    }

    #[test]
    fn equal_findings_are_told_apart_by_counting() {
        let twice =
            "router:\n  service:\n    type: LoadBalancer\n    foo: 1\n    foo: 2\n    foo: 3\n";
        let prints: Vec<String> = of("v.yaml", twice)
            .into_iter()
            .map(|(_, print)| print)
            .collect();
        let mut unique = prints.clone();
        unique.sort();
        unique.dedup();
        assert!(prints.len() > 1);
        assert_eq!(unique.len(), prints.len());
    }

    #[test]
    fn only_indices_of_lists_are_left_out() {
        assert_eq!(without_indices("extraDeploy[2].spec"), "extraDeploy[].spec");
        assert_eq!(without_indices("a[10][3].b"), "a[][].b");
        assert_eq!(
            without_indices("annotations[\"x/y[1]\"]"),
            "annotations[\"x/y[]\"]"
        );
        assert_eq!(
            without_indices("annotations[\"10\"]"),
            "annotations[\"10\"]"
        );
        assert_eq!(without_indices("a[1"), "a[1");
    }
}
