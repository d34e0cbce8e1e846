//! The README shows real output: what it prints is what the program prints. `PORTOLAN_UPDATE=1` rewrites it.

use std::path::Path;

const FIXTURE: &str = "fixtures/azure-load-balancer/customizations.yaml";

#[test]
fn the_readme_shows_what_the_program_prints() {
    crate::console::holds("README.md", |line| line == format!("check {FIXTURE}"));
}

#[test]
fn the_pages_about_configuration_show_what_the_program_prints() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    for page in ["configuration.md", "baseline.md"] {
        crate::page::holds(&docs.join(page));
    }
}
