//! The same inputs give the same bytes: in every format, in another process, folder, environment, and on one processor.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use portolan::report::Format;
use portolan::rules::RuleSet;

/// Every example of every rule, each file in a folder of its own.
fn files() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for rule in RuleSet::builtin_files() {
        for (number, example) in rule.examples.bad.iter().enumerate() {
            for file in &example.files {
                files.push((
                    format!("{}/{number}/{}", rule.id, file.name),
                    file.text.clone(),
                ));
            }
        }
    }
    files
}

/// A folder with the files, made in an order of one's own: file systems list them in that of making, or of a hash.
fn folder<'f>(files: impl Iterator<Item = &'f (String, String)>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join("deploy").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// What a run in the folder comes to: its status, both streams, and a report in every format.
fn run(folder: &Path, prefix: &[&str], environment: &[(&str, &str)]) -> Vec<(String, String)> {
    let program = assert_cmd::cargo::cargo_bin!("portolan").to_str().unwrap();
    let mut line: Vec<&str> = prefix.to_vec();
    line.push(program);
    let mut command = Command::new(line.first().unwrap());
    command
        .args(line.get(1..).unwrap())
        .current_dir(folder)
        .args([
            "check",
            "deploy",
            "--verbose",
            "--now",
            "2027-01-15T00:00:00Z",
        ])
        .env_clear()
        .env("LC_ALL", "C.UTF-8")
        .envs(environment.iter().copied());
    for format in Format::ALL {
        command.arg(format!("--format={format}=reports/{format}"));
    }
    command.arg("--format=plain");
    fs::create_dir_all(folder.join("reports")).unwrap();
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let mut all = vec![
        ("status".to_owned(), output.status.to_string()),
        ("stdout".to_owned(), text(output.stdout)),
        ("stderr".to_owned(), text(output.stderr)),
    ];
    // A report may name the folder that it was made in.
    let here = fs::canonicalize(folder).unwrap();
    let here = here.to_str().unwrap();
    all.extend(Format::ALL.into_iter().map(|format| {
        let path: PathBuf = folder.join("reports").join(format.as_str());
        let report = fs::read_to_string(path).unwrap();
        (format.to_string(), report.replace(here, "HERE"))
    }));
    all
}

fn assert_same(left: &[(String, String)], right: &[(String, String)], what: &str) {
    for ((name, left), (_, right)) in left.iter().zip(right) {
        let mut lines = left.lines().zip(right.lines());
        let differing = lines.find(|(left, right)| left != right);
        assert!(left == right, "{what}: {name} differs: {differing:?}");
    }
}

#[test]
fn the_same_files_give_the_same_bytes() {
    let files = files();
    let one = folder(files.iter());
    let usual = run(one.path(), &[], &[]);
    let findings = usual
        .iter()
        .map(|(_, text)| text.lines().count())
        .sum::<usize>();
    assert!(files.len() > 60 && findings > 5000, "{findings}");

    // Other hash seeds come with every process.
    for _ in 0..2 {
        assert_same(&usual, &run(one.path(), &[], &[]), "again");
    }
    let other = folder(files.iter().rev());
    assert_same(&usual, &run(other.path(), &[], &[]), "another folder");
    for environment in [
        [
            ("LANG", "de_DE.UTF-8"),
            ("LANGUAGE", "de"),
            ("TZ", "Pacific/Kiritimati"),
            ("HOME", "/nowhere"),
            ("RAYON_NUM_THREADS", "1"),
        ],
        [
            ("USER", "other"),
            ("TERM", "xterm-256color"),
            ("TMPDIR", "/nowhere"),
            ("XDG_CONFIG_HOME", "/nowhere"),
            ("RAYON_NUM_THREADS", "7"),
        ],
    ] {
        let there = run(one.path(), &[], &environment);
        assert_same(&usual, &there, &format!("{environment:?}"));
    }
    let pinned = ["taskset", "-c", "0"];
    let able = Command::new("taskset").args(["-c", "0", "true"]).status();
    if able.is_ok_and(|status| status.success()) {
        assert_same(&usual, &run(one.path(), &pinned, &[]), "one processor");
    } else {
        eprintln!("taskset cannot be had: one processor was not tried");
    }
}

#[test]
fn naming_a_file_twice_changes_nothing() {
    let files = files();
    let folder = folder(files.iter().take(40));
    let said = |paths: &[&str]| {
        let output = Command::new(assert_cmd::cargo::cargo_bin!("portolan"))
            .current_dir(folder.path().join("deploy"))
            .args(["check", "--format=json", "--now=2027-01-15T00:00:00Z"])
            .args(paths)
            .output()
            .unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        report.get("diagnostics").unwrap().to_string()
    };
    let names: Vec<&str> = files
        .iter()
        .take(40)
        .map(|(name, _)| name.as_str())
        .filter(|name| name.ends_with(".yaml"))
        .collect();
    let mut twice = names.clone();
    twice.extend(&names);
    assert_eq!(said(&names), said(&twice));
}
