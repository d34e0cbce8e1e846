//! `portolan man`: the manual's pages, one for the program and one for each of its commands.
//!
//! clap_mangen writes all of a page but its end: it runs the lines of examples together into a paragraph, and we keep them
//! as they stand in the help.

use std::io::{self, Write};

use clap::Args;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::style::OutputStyle;
use super::{CliContext, Exit, arguments};
use portolan_yaml::nearest::nearest;

#[derive(Debug, Args)]
pub(super) struct ManArguments {
    /// The command that the page is about [default: the program as a whole]
    pub command: Option<String>,
}

pub(super) fn run(arguments: &ManArguments, style: OutputStyle, ctx: &mut CliContext<'_>) -> Exit {
    let mut program = arguments::command();
    program.build();
    let command = match &arguments.command {
        None => program,
        Some(name) => match program.find_subcommand(name) {
            Some(command) => command.clone(),
            None => {
                ctx.errors([no_command(name, &program)], style);
                return Exit::CouldNot;
            }
        },
    };
    ctx.print(Exit::Clean, |out| page(command, out))
}

fn no_command(name: &str, program: &clap::Command) -> String {
    match nearest(name, program.get_subcommands().map(clap::Command::get_name)) {
        Some(near) => format!("no command `{name}`; did you mean `{near}`?"),
        None => format!("no command `{name}`; `portolan --help` lists them"),
    }
}

fn page(command: clap::Command, out: &mut dyn Write) -> io::Result<()> {
    let end = command.get_after_help().map(ToString::to_string);
    let has_commands = command.has_subcommands();
    let man = Man::new(command)
        .source(concat!("portolan ", env!("CARGO_PKG_VERSION")))
        .manual("Portolan");
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    man.render_options_section(out)?;
    if has_commands {
        man.render_subcommands_section(out)?;
    }
    sections(&end.unwrap_or_default()).to_writer(out)
}

/// Turns the end of a help text into sections: a line at the margin that ends in a colon opens one, and the lines below it
/// are kept as they are.
fn sections(help: &str) -> Roff {
    let mut roff = Roff::new();
    let mut open = false;
    for line in help.lines() {
        if let Some(title) = line
            .strip_suffix(':')
            .filter(|title| !title.starts_with(' '))
        {
            if open {
                roff.control("fi", []);
            }
            roff.control("SH", [title.to_uppercase().as_str()]);
            roff.control("nf", []);
            open = true;
        } else {
            roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
        }
    }
    if open {
        roff.control("fi", []);
    }
    roff
}
