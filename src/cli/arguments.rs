//! What can be said on the command line. The comments on fields are the help that users read.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use super::completions::CompletionsArguments;
use super::helm::HelmArguments;
use super::manual::ManArguments;
use super::output::{self, Wanted};
use super::post_render::{self, PostRenderArguments};
use super::{Surroundings, helm, look::Look};
use crate::catalogue::{Catalogue, Edition};
use crate::certificate::moment::parse_rfc3339;
use crate::check::{Options, PemFile, SetValue};
use crate::diagnostic::Severity;
use crate::exposure::ClusterOptions;
use crate::limits::{self, Limit, Limits};
use crate::version::Version;

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

const CHECK_EXAMPLES: &str = "\
Examples:
  Values files, merged as `helm install` would merge them:
    portolan check -f carto-values.yaml -f customizations.yaml --platform gke

  What Helm renders, or what runs in the cluster:
    helm template carto carto/carto -f customizations.yaml | portolan check -
    kubectl get service,ingress -o yaml | portolan check --platform aks -

  Every file of a repository, for a pipeline:
    portolan check --format plain --fail-on warning .
    portolan check --format pretty --format sarif=portolan.sarif .

Exit status:
  0  nothing at or above --fail-on
  1  findings; with --strict also warnings and requirements violated or undecided
  2  could not check: bad usage, unreadable input, nothing to check";

const RULES_EXAMPLES: &str = "\
Examples:
  portolan rules
  portolan rules --format json
  portolan rules --rules ./our-rules
  portolan rules --test ./our-rules

Exit status of --test:
  0  every example does what it says
  1  some do not
  2  a rule file could not be loaded";

const CERT_EXAMPLES: &str = "\
Examples:
  portolan cert fullchain.crt
  portolan cert fullchain.crt --key cert.key --domain carto.acme.io
  portolan cert fullchain.crt --ca company-root.crt

Exit status:
  0  nothing is wrong
  1  something is wrong, or cannot be decided
  2  a file cannot be read";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  portolan completions bash > ~/.local/share/bash-completion/completions/portolan
  portolan completions zsh > ~/.zfunc/_portolan     # a folder of $fpath
  portolan completions fish > ~/.config/fish/completions/portolan.fish";

const MAN_EXAMPLES: &str = "\
Examples:
  portolan man | man -l -
  portolan man check > /usr/local/share/man/man1/portolan-check.1";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  portolan explain timeout-too-short
  portolan explain timeout-605";

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

    /// List the rules, or try the examples of your own
    #[command(after_help = RULES_EXAMPLES)]
    Rules(RulesArguments),

    /// List the limits that keep hostile input from using up time and memory
    Limits,

    /// Explain a file of certificates: each one, the chain, what is wrong
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

#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// Files and folders to check; `-` is standard input
    ///
    /// In a folder, files named *.yaml, *.yml or *.json are looked at. Hidden folders, symbolic links, what .gitignore
    /// names and the templates of a chart are passed over; files that are neither values nor manifests are skipped and
    /// counted. A file named here is never skipped.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Skip a named file that is neither values nor manifests
    ///
    /// As in a folder: it is counted, and so is a template of a chart. For callers that hand over whatever has changed, as
    /// pre-commit does: nothing to check is then no error.
    #[arg(long)]
    pub skip_unrelated: bool,

    /// Your own copy of the chart, a folder or a packed one (.tgz)
    ///
    /// Keys and types of values are held against its values.yaml in place of a known release. It is read where it lies,
    /// and nothing is unpacked.
    #[arg(
        long,
        value_name = "DIR|TGZ",
        conflicts_with = "chart_version",
        help_heading = "Values"
    )]
    pub chart: Option<PathBuf>,

    /// A values file; repeated, merged in this order into ONE release
    ///
    /// As for Helm, a later file wins over an earlier one: maps are merged, lists replaced, `null` removes a default.
    #[arg(
        short = 'f',
        long = "values",
        value_name = "FILE",
        help_heading = "Values"
    )]
    pub values: Vec<PathBuf>,

    #[command(flatten)]
    pub circumstances: Circumstances,

    /// Only report findings of this rule (repeatable)
    ///
    /// The verdicts on the requirements still rest on all rules.
    #[arg(
        long,
        value_name = "RULE",
        value_delimiter = ',',
        help_heading = "Rules"
    )]
    pub select: Vec<String>,

    /// Do not report findings of this rule (repeatable)
    ///
    /// They still count for the verdict on the requirement.
    #[arg(
        long,
        value_name = "RULE",
        value_delimiter = ',',
        help_heading = "Rules"
    )]
    pub ignore: Vec<String>,

    /// Also apply the rule files (*.yaml) of this folder
    #[arg(long, value_name = "DIR", help_heading = "Rules")]
    pub rules: Option<PathBuf>,

    /// How to write the report [default: pretty on a terminal, else plain]
    ///
    /// NAME is pretty, plain, json, sarif, github, gitlab, junit, checkstyle or markdown. Repeatable: every format but one
    /// needs a file of its own, for example `--format pretty --format sarif=portolan.sarif`. A file is written whole or not
    /// at all. `plain` is one line a finding, `PATH:LINE:COLUMN: SEVERITY[RULE]: MESSAGE`. `json` has a public schema.
    #[arg(
        long,
        value_name = "NAME[=FILE]",
        value_parser = output::wanted,
        help_heading = "Output"
    )]
    pub format: Vec<Wanted>,

    /// Write the one format that has no file of its own to this file
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output: Option<PathBuf>,

    /// Lowest severity that makes the exit status 1
    #[arg(
        long,
        value_name = "SEVERITY",
        default_value = "error",
        help_heading = "Output"
    )]
    pub fail_on: FailOn,

    /// Warnings, and requirements violated or undecided, also make the status 1
    ///
    /// This comes on top of --fail-on, whatever that says.
    #[arg(long, help_heading = "Output")]
    pub strict: bool,

    /// Also say what each requirement demands, and what was inferred
    #[arg(short, long, help_heading = "Output")]
    pub verbose: bool,
}

/// What a check is told besides its inputs and where its report goes: the options that an example of a rule can have.
#[derive(Debug, Default, Args)]
pub(super) struct Circumstances {
    /// A value on top of all files (repeatable)
    ///
    /// Read as Helm reads it, for example `router.service.type=LoadBalancer`.
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Values")]
    pub set: Vec<String>,

    /// The same, and the value is a string whatever it looks like
    ///
    /// As in Helm, these come after all of --set.
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Values")]
    pub set_string: Vec<String>,

    /// Another value for a limit, e.g. nodes=10000000 or file-size=1GiB (repeatable)
    ///
    /// Limits keep hostile input from using up time and memory; `portolan limits` lists them.
    #[arg(long, value_name = "NAME=VALUE", value_parser = limit, help_heading = "Limits")]
    pub limit: Vec<(Limit, usize)>,

    /// Name of the release, which the names of objects begin with
    #[arg(
        long,
        value_name = "NAME",
        default_value = "carto",
        help_heading = "Values"
    )]
    pub release_name: String,

    /// Namespace of the release
    #[arg(long, value_name = "NAME", help_heading = "Values")]
    pub namespace: Option<String>,

    /// The certificate with its chain that the named TLS Secret is made from
    ///
    /// For a Secret that values or manifests only name. PEM: the leaf first, then each issuer.
    #[arg(long, value_name = "FILE", help_heading = "Certificates")]
    pub tls_cert: Option<PathBuf>,

    /// Its private key, of which only the public half is looked at
    #[arg(long, value_name = "FILE", help_heading = "Certificates")]
    pub tls_key: Option<PathBuf>,

    /// Roots of a private certificate authority, PEM (repeatable)
    #[arg(long, value_name = "FILE", help_heading = "Certificates")]
    pub ca: Vec<PathBuf>,

    /// The time that certificates are judged at [default: now]
    ///
    /// As RFC 3339 has it, for example 2027-01-15T00:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = parse_rfc3339, help_heading = "Certificates")]
    pub now: Option<i64>,

    /// The chart release whose keys apply [default: the newest known]
    ///
    /// Keys and types of values are held against this release of the chart.
    #[arg(long, value_name = "VERSION", value_parser = chart_version, help_heading = "Values")]
    pub chart_version: Option<Edition>,

    /// The cluster's platform, where annotations do not tell
    #[arg(long, help_heading = "Cluster")]
    pub platform: Option<Platform>,

    /// Kubernetes or GKE version, e.g. 1.31 or 1.17.6-gke.7
    #[arg(long, value_name = "VERSION", value_parser = cluster_version, help_heading = "Cluster")]
    pub cluster_version: Option<String>,

    /// GKE: the cluster is VPC-native
    #[arg(long, value_name = "BOOL", help_heading = "Cluster")]
    pub vpc_native: Option<bool>,

    /// GKE: the cluster lies in a Shared VPC
    #[arg(long, value_name = "BOOL", help_heading = "Cluster")]
    pub shared_vpc: Option<bool>,

    /// GKE: Network Policy is on
    #[arg(long, value_name = "BOOL", help_heading = "Cluster")]
    pub network_policy: Option<bool>,

    /// EKS: version of the AWS Load Balancer Controller, or `none`
    ///
    /// Whether it is installed decides which load balancer a Service gets.
    #[arg(long, value_name = "VERSION", value_parser = controller_version, help_heading = "Cluster")]
    pub aws_load_balancer_controller: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct RulesArguments {
    /// How to write the list
    #[arg(long, default_value = "text", help_heading = "Output")]
    pub format: ListFormat,

    /// Try the examples of the rule files (*.yaml) of this folder
    ///
    /// For each example, what the rule finds is compared with what the example says it finds: missing findings and noisy
    /// ones are told apart.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["rules", "schema"])]
    pub test: Option<PathBuf>,

    /// Also list the rule files (*.yaml) of this folder
    #[arg(long, value_name = "DIR")]
    pub rules: Option<PathBuf>,

    /// Print the JSON Schema of rule files
    #[arg(long, conflicts_with = "rules")]
    pub schema: bool,
}

#[derive(Debug, Args)]
pub(super) struct CertArguments {
    /// The certificates, PEM: the leaf first, then each issuer; `-` is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// The private key, of which only the public half is looked at
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,

    /// The host name that the certificate should cover
    #[arg(long, value_name = "NAME")]
    pub domain: Option<String>,

    /// Roots of a private certificate authority, PEM (repeatable)
    #[arg(long, value_name = "FILE")]
    pub ca: Vec<PathBuf>,

    /// The time that it is judged at [default: now]
    ///
    /// As RFC 3339 has it, for example 2027-01-15T00:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = parse_rfc3339)]
    pub now: Option<i64>,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    /// The rule's id, as it stands in a finding's brackets, or a requirement's
    pub rule: String,

    /// Also know the rule files (*.yaml) of this folder
    #[arg(long, value_name = "DIR")]
    pub rules: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    Error,
    Warning,
    Note,
    Never,
}

impl FailOn {
    /// Whether a finding of that severity makes the check fail.
    pub(super) fn counts(self, severity: Severity) -> bool {
        match self {
            FailOn::Error => severity >= Severity::Error,
            FailOn::Warning => severity >= Severity::Warning,
            FailOn::Note => true,
            FailOn::Never => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Platform {
    Gke,
    Eks,
    Aks,
    Openshift,
    Other,
}

impl Platform {
    fn as_str(self) -> &'static str {
        match self {
            Platform::Gke => "gke",
            Platform::Eks => "eks",
            Platform::Aks => "aks",
            Platform::Openshift => "openshift",
            Platform::Other => "other",
        }
    }
}

impl Circumstances {
    /// The options of a check, without a selection of rules.
    pub(super) fn options(&self) -> Options {
        let set = |text: &String, as_string| SetValue {
            text: text.clone(),
            as_string,
        };
        // Helm lays all of `--set` before any `--set-string`, whatever their order (pkg/cli/values/options.go).
        let plain = self.set.iter().map(|text| set(text, false));
        let strings = self.set_string.iter().map(|text| set(text, true));
        // Whoever asked reads the files: an example has them in itself.
        let pem = |path: &PathBuf| PemFile {
            name: path.to_string_lossy().into_owned(),
            bytes: Vec::new(),
        };
        Options {
            cluster: ClusterOptions {
                platform: self.platform.map(|platform| platform.as_str().to_owned()),
                version: self.cluster_version.clone(),
                vpc_native: self.vpc_native,
                shared_vpc: self.shared_vpc,
                network_policy: self.network_policy,
                aws_load_balancer_controller: self.aws_load_balancer_controller.clone(),
            },
            release_name: Some(self.release_name.clone()),
            namespace: self.namespace.clone(),
            set: plain.chain(strings).collect(),
            tls_cert: self.tls_cert.as_ref().map(pem),
            tls_key: self.tls_key.as_ref().map(pem),
            ca: self.ca.iter().map(pem).collect(),
            now: self.now,
            chart: self.chart_version.clone(),
            limits: Limits::with(&self.limit),
            ..Options::default()
        }
    }
}

fn chart_version(text: &str) -> Result<Edition, String> {
    Catalogue::embedded().release(text)
}

fn limit(text: &str) -> Result<(Limit, usize), String> {
    limits::parse(text)
}

fn cluster_version(text: &str) -> Result<String, String> {
    text.parse::<Version>().map(|_| text.to_owned())
}

fn controller_version(text: &str) -> Result<String, String> {
    if text == "none" || text.parse::<Version>().is_ok() {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "`{text}` is not a version like `2.7.1`, and not `none`"
        ))
    }
}

/// The whole command line, for whoever generates completions or a manual from it.
pub fn command() -> clap::Command {
    let command = Arguments::command();
    command
        .mut_subcommand("helm", helm::fit)
        .mut_subcommand("post-render", post_render::fit)
}

/// Reads the command line.
pub(super) fn parse(around: &Surroundings<'_>) -> Result<Arguments, clap::Error> {
    let look = Look::new(ColorChoice::Auto, around);
    let mut command = command().term_width(look.width.min(100));
    let words = std::iter::once(OsString::from("portolan")).chain(around.arguments.iter().cloned());
    let matches = command.try_get_matches_from_mut(words)?;
    Arguments::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// What `--color` says on a command line that could not be read, or that asks for help.
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
    circumstances: Circumstances,
}

/// Reads the options of an example of a rule, with the parser of `portolan check`.
///
/// # Errors
/// A sentence about an option that does not exist, has a wrong value, or has no meaning in an example.
pub fn example_options(options: &[String]) -> Result<Options, String> {
    match ExampleArguments::try_parse_from(options) {
        Ok(parsed) => Ok(parsed.circumstances.options()),
        Err(error) => {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            Err(first.strip_prefix("error: ").unwrap_or(first).to_owned())
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

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
            options("--platform=aks")
                .unwrap()
                .cluster
                .platform
                .as_deref(),
            Some("aks")
        );
        assert!(options("--platform=azure").unwrap_err().contains("azure"));
        assert!(options("--fail-on=never").is_err());
        assert!(
            options("--cluster-version=latest")
                .unwrap_err()
                .contains("latest")
        );
    }
}
