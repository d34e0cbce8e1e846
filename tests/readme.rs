//! The README shows real output: what it prints is what the program prints. `PORTOLAN_BLESS=1` rewrites it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/page.rs"]
mod page;

use std::path::Path;

const FIXTURE: &str = "fixtures/azure-load-balancer/customizations.yaml";

#[test]
fn the_readme_shows_what_the_program_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let printed = page::printed(
        root,
        ["check", "--format", "pretty", "--color", "never", FIXTURE],
    );
    let shown = format!("```console\n$ portolan check {FIXTURE}\n{printed}```");
    let path = root.join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    if page::blesses() {
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

#[test]
fn the_pages_about_configuration_show_what_the_program_prints() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    for page in ["configuration.md", "baseline.md"] {
        page::holds(&docs.join(page));
    }
}
