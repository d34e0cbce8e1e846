//! The problem matchers take the program's real `plain` output apart into what its `json` output says.
//!
//! The Actions runner and Visual Studio Code use other engines than Rust's: where `node` is installed, V8 has its say too.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command as Process, Stdio};

use assert_cmd::Command;
use regex::Regex;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Files with findings of every severity, under names that try a matcher.
const FILES: [(&str, &str); 5] = [
    ("azure-load-balancer", "customizations.yaml"),
    ("aws-tls-offload", "a:1:2/weird [x] ümläut file.yaml"),
    (
        "gke-ingress-own-certificate",
        "[error] 東京/values: live.yaml",
    ),
    ("gke-ingress-managed-certificate", "-f:3: note.yaml"),
    ("gke-load-balancer", r"C:\acme\deploy (1)\values.yaml"),
];

const TASKS: &str = "editors/vscode/tasks.json";
const ACTION: &str = "action/matcher.json";

struct Outputs {
    plain: String,
    /// File, line, column, severity, rule and message of each finding.
    findings: BTreeSet<Vec<String>>,
    /// Keeps the files.
    _folder: TempDir,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn outputs() -> Outputs {
    let folder = tempfile::tempdir().unwrap();
    for (fixture, name) in FILES {
        // These characters are separators on Windows, or may not be in a name there.
        if cfg!(windows) && name.contains([':', '\\']) {
            continue;
        }
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let fixture = root().join("fixtures").join(fixture);
        fs::copy(fixture.join("customizations.yaml"), path).unwrap();
    }
    let run = |format: &str| {
        let output = Command::new(assert_cmd::cargo::cargo_bin!("portolan"))
            .current_dir(folder.path())
            .env("LC_ALL", "C.UTF-8")
            .args(["check", "--format", format, "."])
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let report: Value = serde_json::from_str(&run("json")).unwrap();
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let findings = report["diagnostics"].as_array().unwrap().iter().map(|one| {
        let start = &one["range"]["start"];
        [
            &one["file"],
            &start["line"],
            &start["column"],
            &one["severity"],
            &one["rule"],
            &one["message"],
        ]
        .map(text)
        .to_vec()
    });
    Outputs {
        plain: run("plain"),
        findings: findings.collect(),
        _folder: folder,
    }
}

fn read(path: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(root().join(path)).unwrap()).unwrap()
}

/// Each pattern of a file of matchers, with the severity of what has none.
fn patterns(path: &str) -> Vec<(Value, Option<String>)> {
    let file = read(path);
    match &file["problemMatcher"] {
        Value::Array(matchers) => matchers
            .iter()
            .map(|one| {
                let severity = one["severity"].as_str().map(str::to_owned);
                (one["pattern"][0].clone(), severity)
            })
            .collect(),
        _ => vec![(file["tasks"][0]["problemMatcher"]["pattern"].clone(), None)],
    }
}

/// What a pattern makes of the groups of a match, in the order of [`Outputs::findings`].
fn fields(pattern: &Value, default: Option<&str>, group: impl Fn(usize) -> String) -> Vec<String> {
    ["file", "line", "column", "severity", "code", "message"]
        .iter()
        .map(|field| match pattern[field].as_u64() {
            Some(index) => group(index as usize),
            None => default.unwrap().to_owned(),
        })
        .collect()
}

fn by_rust(path: &str, plain: &str) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    for (pattern, severity) in patterns(path) {
        let regexp = Regex::new(pattern["regexp"].as_str().unwrap()).unwrap();
        for groups in plain.lines().filter_map(|line| regexp.captures(line)) {
            let group = |index: usize| groups[index].to_owned();
            found.insert(fields(&pattern, severity.as_deref(), group));
        }
    }
    found
}

/// The same by V8; `None` where there is no `node`.
fn by_node(path: &str, plain: &str) -> Option<BTreeSet<Vec<String>>> {
    let script = "const {regexps, plain} = JSON.parse(require('fs').readFileSync(0, 'utf8'));\
        console.log(JSON.stringify(regexps.map(r => plain.split('\\n').map(l => new RegExp(r).exec(l)).filter(m => m))))";
    let patterns = patterns(path);
    let regexps: Vec<&Value> = patterns.iter().map(|(one, _)| &one["regexp"]).collect();
    let mut node = Process::new("node")
        .args(["-e", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let input = json!({"regexps": regexps, "plain": plain}).to_string();
    node.stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = node.wait_with_output().unwrap();
    let all: Vec<Vec<Vec<String>>> = serde_json::from_slice(&output.stdout).unwrap();
    let mut found = BTreeSet::new();
    for ((pattern, severity), matches) in patterns.iter().zip(all) {
        for groups in matches {
            let group = |index: usize| groups[index].clone();
            found.insert(fields(pattern, severity.as_deref(), group));
        }
    }
    Some(found)
}

fn is_taken_apart(path: &str, severity: impl Fn(&str) -> String) {
    let outputs = outputs();
    let mut expected = BTreeSet::new();
    let mut severities = BTreeSet::new();
    for mut one in outputs.findings {
        severities.insert(one[3].clone());
        one[3] = severity(&one[3]);
        expected.insert(one);
    }
    assert_eq!(severities.len(), 3, "not every severity is tried");
    assert_eq!(by_rust(path, &outputs.plain), expected);
    match by_node(path, &outputs.plain) {
        Some(found) => assert_eq!(found, expected),
        None => eprintln!("there is no node: {path} was tried with Rust's engine only"),
    }
}

#[test]
fn visual_studio_code_reads_every_finding() {
    // It takes `note` for information by itself (problemMatcher.ts, `getSeverity`).
    is_taken_apart(TASKS, str::to_owned);
}

#[test]
fn the_actions_runner_reads_every_finding() {
    // It knows `error`, `warning` and `notice`, and passes over a line with any other word (OutputManager.cs).
    is_taken_apart(ACTION, |severity| match severity {
        "note" => "notice".to_owned(),
        other => other.to_owned(),
    });
}

#[test]
fn the_owners_of_the_actions_matchers_differ() {
    let file = read(ACTION);
    let matchers = file["problemMatcher"].as_array().unwrap();
    let owners: BTreeSet<&str> = matchers
        .iter()
        .map(|one| one["owner"].as_str().unwrap())
        .collect();
    assert_eq!(owners.len(), matchers.len());
}

#[test]
fn lines_for_people_are_no_problems() {
    let lines = "portolan: customizations.yaml: certificate-chain undecided: give `--tls-cert FILE`\n\
        portolan: 1 error; checked 1 release in 1 file; requirements: 4 met\n\
        error: a.yaml: there is no such file\n";
    for path in [TASKS, ACTION] {
        assert_eq!(by_rust(path, lines), BTreeSet::new(), "{path}");
    }
}
