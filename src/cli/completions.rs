//! `portolan completions`: what makes a shell complete the command line.

use clap::Args;
use clap::builder::PossibleValuesParser;
use clap_complete::{Shell, generate};

use super::{CliContext, Exit, arguments};
use crate::rules::RuleSet;

#[derive(Debug, Args)]
pub(super) struct CompletionsArguments {
    /// The shell that reads the script
    pub shell: Shell,
}

pub(super) fn run(arguments: &CompletionsArguments, ctx: &mut CliContext<'_>) -> Exit {
    let mut command = with_rules(arguments::command());
    // Into memory first: the generator panics where its writer fails.
    let mut script = Vec::new();
    generate(arguments.shell, &mut command, "portolan", &mut script);
    ctx.print(Exit::Clean, |out| out.write_all(&script))
}

/// Adds the built-in rules as values where the command line takes a rule. To the parser any word is a rule, because
/// `--rules` brings others and the refusal of an unknown one suggests the nearest.
fn with_rules(command: clap::Command) -> clap::Command {
    let rules = |argument: clap::Arg| {
        let ids = RuleSet::builtin().iter().map(|rule| rule.id());
        argument.value_parser(PossibleValuesParser::new(ids))
    };
    command
        .mut_subcommand("explain", |explain| explain.mut_arg("rule", rules))
        .mut_subcommand("check", |check| {
            check.mut_arg("select", rules).mut_arg("ignore", rules)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_option_is_lost_on_the_way_to_a_script() {
        with_rules(arguments::command()).debug_assert();
    }
}
