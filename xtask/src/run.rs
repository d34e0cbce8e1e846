//! The chores that run other programs.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

type Done = Result<(), Box<dyn Error>>;

/// Returns the root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
        .to_owned()
}

/// Regenerates all that is generated.
///
/// What is generated is written by the tests that hold it current, so that the two cannot differ in what they expect.
pub(crate) fn generate() -> Done {
    keys()?;
    let mut tests = cargo();
    tests
        .args(["test", "--quiet", "--package", "portolan"])
        .args(["--lib", "--test", "docs", "--test", "library"])
        // A test that fails for a reason of its own keeps no other page from being written.
        .arg("--no-fail-fast")
        .arg("--")
        .args([
            "generated::",
            "formats::",
            "readme::",
            "layers::the_page_of_layers_is_current",
            "report::cases::",
        ])
        .envs([("PORTOLAN_UPDATE", "1"), ("INSTA_UPDATE", "always")]);
    finish(&mut tests)?;
    if std::env::var_os("PORTOLAN_HELM").is_none() {
        println!("skipped: docs/integrations/helm.md, since PORTOLAN_HELM names no Helm");
        return Ok(());
    }
    let mut helm = cargo();
    helm.args(["test", "--quiet", "--package", "portolan", "--test", "helm"])
        .env("PORTOLAN_UPDATE", "1");
    finish(&mut helm)
}

/// Regenerates the catalogue of the chart's keys, where the chart's files are there.
fn keys() -> Done {
    if std::env::var_os("PORTOLAN_CORPUS").is_none() {
        println!(
            "skipped: chart/keys.txt, since PORTOLAN_CORPUS names no folder with the chart's values"
        );
        return Ok(());
    }
    let mut example = cargo();
    example
        .args([
            "run",
            "--quiet",
            "--package",
            "portolan",
            "--example",
            "catalogue",
        ])
        .stdout(Stdio::piped());
    let output = example.spawn()?.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("{example:?} failed").into());
    }
    // Written only now: the example has the old one built in.
    fs::write(root().join("chart/keys.txt"), output.stdout)?;
    Ok(())
}

/// Runs what must pass before a change lands.
pub(crate) fn ci() -> Done {
    finish(Command::new("bash").arg(".ci/run").current_dir(root()))
}

/// Runs the benchmarks, and nothing else that `cargo bench` would: the unit tests take part in it otherwise.
pub(crate) fn bench(arguments: &[&str]) -> Done {
    let mut bench = cargo();
    bench
        .args([
            "bench",
            "--package",
            "portolan",
            "--bench",
            "rooms",
            "--bench",
            "whole",
            "--",
        ])
        .args(arguments);
    finish(&mut bench)
}

fn cargo() -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root());
    command
}

fn finish(command: &mut Command) -> Done {
    let status = command.status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{command:?} failed").into())
    }
}
