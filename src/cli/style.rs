//! How output looks: colour, width and signs, from the options, the environment and the terminal.

use clap::ColorChoice;

use super::CliContext;
use crate::report;

/// Text wider than this is hard to read, whatever the terminal.
const WIDEST: usize = 120;

/// The style of output: colours, signs, width.
#[derive(Clone, Copy, Debug)]
pub(super) struct OutputStyle {
    /// Standard output is a terminal.
    pub terminal: bool,
    /// Colours on standard output.
    pub color: bool,
    /// Colours on standard error.
    pub error_color: bool,
    /// Columns to wrap at.
    pub width: usize,
    /// Signs beyond ASCII.
    pub unicode: bool,
}

impl OutputStyle {
    pub(super) fn new(choice: ColorChoice, ctx: &CliContext<'_>) -> Self {
        OutputStyle {
            terminal: ctx.terminal.stdout,
            color: color(choice, ctx, ctx.terminal.stdout),
            error_color: color(choice, ctx, ctx.terminal.stderr),
            width: width(ctx),
            unicode: unicode(ctx),
        }
    }

    /// Returns the style for a report on standard error.
    pub(super) fn on_stderr(self, ctx: &CliContext<'_>) -> Self {
        OutputStyle {
            terminal: ctx.terminal.stderr,
            color: self.error_color,
            ..self
        }
    }

    /// Returns the options for the renderers of reports.
    pub(super) fn report_options(self, verbose: bool) -> report::Options {
        report::Options {
            color: self.color,
            width: self.width,
            // A terminal that does not know them shows the address all the same; a log file would not.
            links: self.color && self.terminal,
            unicode: self.unicode,
            verbose,
        }
    }

    /// Returns `error:` for messages on standard error.
    pub(super) fn error_word(self) -> &'static str {
        if self.error_color {
            "\u{1b}[1;31merror:\u{1b}[0m"
        } else {
            "error:"
        }
    }

    /// Makes text that others wrote safe for a terminal, and masks what is a secret by its form.
    pub(super) fn visible(self, text: &str) -> String {
        report::visible(&report::redacted(text, self.unicode), self.unicode)
    }
}

/// Decides about colours; see <https://no-color.org> and <https://bixense.com/clicolors>.
fn color(choice: ColorChoice, ctx: &CliContext<'_>, terminal: bool) -> bool {
    let set = |name: &str| (ctx.variable)(name).filter(|value| !value.is_empty());
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if set("NO_COLOR").is_some() => false,
        ColorChoice::Auto if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
        ColorChoice::Auto => {
            let dumb = set("TERM").is_some_and(|value| value == "dumb");
            let off = set("CLICOLOR").is_some_and(|value| value == "0");
            terminal && !dumb && !off
        }
    }
}

fn width(ctx: &CliContext<'_>) -> usize {
    let from_environment = || (ctx.variable)("COLUMNS")?.parse().ok();
    ctx.terminal
        .width
        .or_else(from_environment)
        .filter(|columns| *columns > 0)
        .map_or(80, |columns| columns.min(WIDEST))
}

/// Decides about Unicode: the first of the variables that is set counts, as for the C library.
fn unicode(ctx: &CliContext<'_>) -> bool {
    if cfg!(windows) {
        return true;
    }
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(ctx.variable)
        .find(|value| !value.is_empty())
        .is_some_and(|value| {
            let value = value.to_ascii_lowercase();
            value.contains("utf-8") || value.contains("utf8")
        })
}
