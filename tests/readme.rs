//! The README shows real output: what it prints is what the program prints. `PORTOLAN_BLESS=1` rewrites it.

#[path = "support/console.rs"]
mod console;

const FIXTURE: &str = "fixtures/azure-load-balancer/customizations.yaml";

#[test]
fn the_readme_shows_what_the_program_prints() {
    console::holds("README.md", |line| line == format!("check {FIXTURE}"));
}
