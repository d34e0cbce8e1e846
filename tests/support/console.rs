//! Pages that show what the program prints: what they show is what it prints. `PORTOLAN_UPDATE=1` rewrites it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use assert_cmd::Command;

const OPEN: &str = "```console\n$ portolan ";

/// Holds the `console` blocks of a page current: those whose command `is_shown` picks.
pub(crate) fn holds(page: &str, is_shown: impl Fn(&str) -> bool) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let text = std::fs::read_to_string(&path).unwrap();
    let mut current = String::new();
    let mut rest = text.as_str();
    let mut blocks = 0;
    while let Some(at) = rest.find(OPEN) {
        let (before, block) = rest.split_at(at + OPEN.len());
        let (line, _) = block.split_once('\n').unwrap();
        let (_, after) = block.split_once("\n```").unwrap();
        current.push_str(before);
        if is_shown(line) {
            blocks += 1;
            current.push_str(&format!("{line}\n{}\n```", printed(line).trim_end()));
        } else {
            current.push_str(&block[..block.len() - after.len()]);
        }
        rest = after;
    }
    current.push_str(rest);
    assert!(blocks > 0, "{page} shows no output");
    if std::env::var_os("PORTOLAN_UPDATE").is_some() {
        std::fs::write(&path, current).unwrap();
        return;
    }
    let mut lines = current.lines().zip(text.lines());
    let wrong = lines.position(|(current, found)| current != found);
    assert!(
        current == text,
        "{page} shows what the program does not print, from line {}; PORTOLAN_UPDATE=1 rewrites it",
        wrong.unwrap_or_default() + 1
    );
}

/// What a command line prints. `| jq PATH` after it picks a part of JSON.
fn printed(line: &str) -> String {
    let (line, part) = match line.split_once(" | jq ") {
        Some((line, part)) => (line, Some(part.trim_matches('\''))),
        None => (line, None),
    };
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("portolan"));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("COLUMNS", "100")
        .env("LC_ALL", "C.UTF-8")
        .args(line.split_whitespace());
    if !line.contains("--format") {
        command.args(["--format", "pretty", "--color", "never"]);
    }
    let output = command.output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let Some(part) = part else {
        return printed;
    };
    let json: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let pointer = part.replace(['.', '['], "/").replace(']', "");
    format!("{:#}", json.pointer(&pointer).expect("the part is there"))
}
