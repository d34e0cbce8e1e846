//! Chores of this repository, as `cargo xtask NAME`.
//!
//! Each one is a single command for something that is more than one by hand. They run cargo and git-tracked scripts only, and
//! write inside the repository only.

mod new;
mod run;

use std::env;
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask COMMAND

  gen                       Regenerate all that is generated: pages, schemas, console blocks, snapshots
  ci                        Run what must pass before a change lands (.ci/run)
  bench [ARGUMENT…]         Run the benchmarks; arguments go to them, for example a name to filter by
  new-rule ID REQUIREMENT   Write the skeleton of a rule: rules/REQUIREMENT/ID.yaml
  new-layer ID KIND         Write the skeleton of a layer: layers/ID.yaml
";

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["gen"] => run::generate(),
        ["ci"] => run::ci(),
        ["bench", arguments @ ..] => run::bench(arguments),
        ["new-rule", id, requirement] => new::rule(&run::root(), id, requirement).map(created),
        ["new-layer", id, kind] => new::layer(&run::root(), id, kind).map(created),
        ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        _ => Err(format!("unknown or incomplete command\n\n{USAGE}").into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Says what was written, and how to try it.
fn created(skeleton: new::Skeleton) {
    println!("{}", skeleton.path.display());
    println!("next: fill in each TODO, then {}", skeleton.next);
}
