//! The README shows real output: what it prints is what the program prints. `PORTOLAN_BLESS=1` rewrites it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use assert_cmd::Command;

const FIXTURE: &str = "fixtures/azure-load-balancer/customizations.yaml";

#[test]
fn the_readme_shows_what_the_program_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::cargo_bin("portolan")
        .unwrap()
        .current_dir(root)
        .env("COLUMNS", "100")
        .env("LC_ALL", "C.UTF-8")
        .args(["check", "--format", "pretty", "--color", "never", FIXTURE])
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let shown = format!("```console\n$ portolan check {FIXTURE}\n{}```", printed);
    let path = root.join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    if std::env::var_os("PORTOLAN_BLESS").is_some() {
        let start = readme.find("```console\n").unwrap();
        let end = start + readme[start..].find("\n```").unwrap() + "\n```".len();
        let blessed = format!("{}{shown}{}", &readme[..start], &readme[end..]);
        std::fs::write(&path, blessed).unwrap();
        return;
    }
    assert!(
        readme.contains(&shown),
        "the README's first block is not what the program prints; PORTOLAN_BLESS=1 rewrites it:\n{shown}"
    );
}
