//! What can be said on the command line. The comments on fields are the help that users read.

mod check;
mod others;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use super::completions::CompletionsArguments;
use super::helm::HelmArguments;
use super::man::ManArguments;
use super::post_render::{self, PostRenderArguments};
use super::{CliContext, helm, style::OutputStyle};
use crate::check::{Options, PemFile};
use crate::limits::Limits;
use crate::options::ReleaseOptions;

pub(super) use check::{BaselineArguments, CheckArguments, CheckScope, RunArguments};
pub(super) use others::{
    CertArguments, ConfigArguments, ExplainArguments, LayersArguments, ListFormat, RulesArguments,
};

use check::{BASELINE_EXAMPLES, CHECK_EXAMPLES};
use others::{
    CERT_EXAMPLES, COMPLETIONS_EXAMPLES, CONFIG_EXAMPLES, EXPLAIN_EXAMPLES, LAYERS_EXAMPLES,
    MAN_EXAMPLES, RULES_EXAMPLES,
};

const TOP_EXAMPLES: &str = "\
Examples:
  portolan check customizations.yaml
  portolan check -f carto-values.yaml -f customizations.yaml --platform gke
  helm template carto carto/carto -f customizations.yaml | portolan check -
  portolan explain timeout-too-short

Exit status:
  0  nothing at or above --fail-on
  1  findings
  2  could not check: bad usage, unreadable input, nothing to check";

/// Proves or refutes each documented requirement for reaching CARTO Self-Hosted from outside its cluster
///
/// Reads Helm values files and Kubernetes manifests, and says for each requirement whether it is met, violated or cannot be
/// decided, and where. Nothing is sent anywhere, and no cluster is asked.
#[derive(Debug, Parser)]
#[command(
    name = "portolan",
    version,
    disable_help_subcommand = true,
    arg_required_else_help = true
)]
#[command(after_help = TOP_EXAMPLES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub command: Command,

    /// Use colours
    ///
    /// By default they are used on a terminal, unless NO_COLOR is set or TERM is `dumb`. CLICOLOR_FORCE=1 turns them on for
    /// pipes too.
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Output"
    )]
    pub color: ColorChoice,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check values files and manifests
    ///
    /// Files given with -f are merged into one release, as Helm does it. Each values file given as a PATH is a release of
    /// its own; all manifests of one call are taken together. What a PATH is, its content tells: documents with
    /// `apiVersion` and `kind` are manifests, a mapping with the chart's top-level keys is a values file.
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Box<CheckArguments>),

    /// Check what Helm would install: the values, and what the chart makes of them
    ///
    /// Runs `helm template`, so that the verdicts rest on what the chart really renders; findings point at the values
    /// wherever they come from there. Helm may fetch a chart that is not a local folder or file; Portolan itself never
    /// touches the network. The plugin `helm portolan` runs this.
    #[command(after_help = helm::EXAMPLES)]
    Helm(Box<HelmArguments>),

    /// Pass manifests on unchanged, or stop Helm where a requirement is violated
    ///
    /// A post-renderer for Helm. Manifests are read from standard input. Where nothing is at or above --fail-on they are
    /// written to standard output, byte for byte; otherwise nothing is. The report goes to standard error.
    #[command(after_help = post_render::EXAMPLES)]
    PostRender(Box<PostRenderArguments>),

    /// Write the present findings to a file, so that a check reports only new ones
    ///
    /// An existing file is rewritten: entries of what was fixed go, and entries for files that this call does not look at stay.
    #[command(after_help = BASELINE_EXAMPLES)]
    Baseline(Box<BaselineArguments>),

    /// Show the configuration that applies, and its releases
    ///
    /// A configuration is a file portolan.yaml (or .portolan.yaml) in the folder of a values file, or in one above it within
    /// the repository.
    #[command(after_help = CONFIG_EXAMPLES)]
    Config(ConfigArguments),

    /// List the rules, or try the examples of your own
    #[command(after_help = RULES_EXAMPLES)]
    Rules(RulesArguments),

    /// List the load balancers, controllers and gateways that are known, or try the examples of your own
    #[command(after_help = LAYERS_EXAMPLES)]
    Layers(LayersArguments),

    /// List the limits that keep hostile input from using up time and memory
    Limits,

    /// Check certificates on their own: each one, the chain, what is wrong
    #[command(after_help = CERT_EXAMPLES)]
    Cert(CertArguments),

    /// Explain a rule or a requirement: why, where it is asked for, examples
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArguments),

    /// Print a script that lets a shell complete the command line
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions(CompletionsArguments),

    /// Print a page of the manual, for `man`
    #[command(after_help = MAN_EXAMPLES)]
    Man(ManArguments),
}

/// Returns the whole command line, for whoever generates completions or a manual from it.
pub fn command() -> clap::Command {
    let command = Arguments::command();
    command
        .mut_subcommand("helm", helm::fit)
        .mut_subcommand("post-render", post_render::fit)
}

/// Reads the command line.
pub(super) fn parse(ctx: &CliContext<'_>) -> Result<Arguments, clap::Error> {
    let style = OutputStyle::new(ColorChoice::Auto, ctx);
    let mut command = command().term_width(style.width.min(100));
    let words = std::iter::once(OsString::from("portolan")).chain(ctx.arguments.iter().cloned());
    let matches = command.try_get_matches_from_mut(words)?;
    Arguments::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// Returns the value of `--color` on a command line that could not be read, or that asks for help.
pub(super) fn asked_color(words: &[OsString]) -> ColorChoice {
    let mut words = words.iter().filter_map(|word| word.to_str());
    while let Some(word) = words.next() {
        let value = match word.strip_prefix("--color") {
            Some("") => words.next(),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        };
        if let Some(choice) =
            value.and_then(|value| <ColorChoice as ValueEnum>::from_str(value, false).ok())
        {
            return choice;
        }
    }
    ColorChoice::Auto
}

/// The options of an example of a rule: those of `portolan check` that say something about values and cluster.
#[derive(Debug, Parser)]
#[command(no_binary_name = true, disable_help_flag = true)]
struct ExampleArguments {
    #[command(flatten)]
    options: ReleaseOptions,

    #[command(flatten)]
    run: RunArguments,
}

/// Reads the options of an example of a rule, with the parser of `portolan check`.
///
/// # Errors
/// A sentence about an option that does not exist, has a wrong value, or has no meaning in an example.
pub fn example_options(options: &[String]) -> Result<Options, String> {
    match ExampleArguments::try_parse_from(options) {
        Ok(parsed) if parsed.options.chart.is_some() => {
            Err("`--chart` leads out of an example: give `--chart-version`".to_owned())
        }
        Ok(parsed) => Ok(parsed.into()),
        Err(error) => {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            Err(first.strip_prefix("error: ").unwrap_or(first).to_owned())
        }
    }
}

impl From<ExampleArguments> for Options {
    fn from(parsed: ExampleArguments) -> Self {
        // An example has the files in itself: whoever runs it looks there for what is in them.
        let unread = |path: &PathBuf| PemFile {
            name: path.to_string_lossy().into_owned(),
            bytes: Vec::new(),
        };
        let ExampleArguments { options, run } = parsed;
        Options {
            tls_cert: options.tls_cert.as_ref().map(unread),
            tls_key: options.tls_key.as_ref().map(unread),
            ca: options.ca.iter().map(unread).collect(),
            release: options,
            now: run.now,
            limits: Limits::with(&run.limit),
            ..Options::default()
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::facts::Platform;

    #[test]
    fn the_command_line_is_free_of_contradictions() {
        command().debug_assert();
        ExampleArguments::command().debug_assert();
    }

    #[test]
    fn every_help_text_fits_eighty_columns() {
        let mut command = command().term_width(80);
        command.build();
        let mut all = vec![command.clone()];
        all.extend(command.get_subcommands().cloned());
        for mut one in all {
            for text in [one.render_long_help(), one.render_help()] {
                for line in text.to_string().lines() {
                    assert!(line.chars().count() <= 80, "{line}");
                }
            }
        }
    }

    #[test]
    fn an_example_has_real_options_only() {
        let options = |text: &str| example_options(&[text.to_owned()]);
        assert_eq!(
            options("--platform=aks").unwrap().release.platform,
            Some(Platform::Aks)
        );
        assert!(options("--platform=azure").unwrap_err().contains("azure"));
        assert!(options("--fail-on=never").is_err());
        assert!(
            options("--chart=chart")
                .unwrap_err()
                .contains("--chart-version")
        );
        assert!(
            options("--cluster-version=latest")
                .unwrap_err()
                .contains("latest")
        );
    }
}
