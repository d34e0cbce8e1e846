//! `portolan check` and `portolan baseline`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::output::{self, OutputSpec};
use crate::config::FailOn;
use crate::limits::{self, Limit, Limits};
use crate::options::ReleaseOptions;
use portolan_certificate::time::parse_rfc3339;

pub(super) const CHECK_EXAMPLES: &str = "\
Examples:
  Values files, merged as `helm install` would merge them:
    portolan check -f carto-values.yaml -f customizations.yaml --platform gke

  What Helm renders, or what runs in the cluster:
    helm template carto carto/carto -f customizations.yaml | portolan check -
    kubectl get service,ingress -o yaml | portolan check --platform aks -

  Every file of a repository, for a pipeline:
    portolan check --format plain --fail-on warning .
    portolan check --format pretty --format sarif=portolan.sarif .

  The releases that portolan.yaml names, all of them or one:
    portolan check
    portolan check --release prod

Exit status:
  0  nothing at or above --fail-on
  1  findings; with --strict also warnings and requirements violated or undecided
  2  could not check: bad usage, unreadable input, nothing to check";

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    pub scope: CheckScope,

    /// Leave out the findings of this file, which `portolan baseline` wrote
    ///
    /// Only new ones are reported. The verdicts on the requirements stay what they are.
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub baseline: Option<PathBuf>,

    /// Use no baseline, whatever the configuration says
    #[arg(long, conflicts_with = "baseline", help_heading = "Rules")]
    pub no_baseline: bool,

    /// Format of the report, and file to write it to [default: pretty on a terminal, else plain]
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
    pub format: Vec<OutputSpec>,

    /// Write the one format that has no file of its own to this file
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output: Option<PathBuf>,

    /// Lowest severity that makes the exit status 1 [default: error]
    #[arg(long, value_name = "SEVERITY", help_heading = "Output")]
    pub fail_on: Option<FailOn>,

    /// Warnings, and requirements violated or undecided, also make the status 1
    ///
    /// This comes on top of --fail-on, whatever that says.
    #[arg(long, help_heading = "Output")]
    pub strict: bool,

    /// Also say what each requirement demands, what was inferred, and which configuration was used
    #[arg(short, long, help_heading = "Output")]
    pub verbose: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BaselineArguments {
    #[command(flatten)]
    pub scope: CheckScope,

    /// The file to write [default: the configuration's, or portolan-baseline.yaml beside it]
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output: Option<PathBuf>,
}

pub(super) const BASELINE_EXAMPLES: &str = "\
Examples:
  portolan baseline
  portolan baseline customizations.yaml
  portolan check --baseline portolan-baseline.yaml customizations.yaml

Exit status:
  0  the file is written
  2  something could not be checked, and nothing is written";

/// The input of a check, and the options that it is judged by.
#[derive(Debug, Args)]
pub(crate) struct CheckScope {
    /// Files and folders to check; `-` is standard input
    ///
    /// Without one, the releases of `portolan.yaml`. A file that is one of a release's values files means that release
    /// with all of its files. In a folder, files named *.yaml, *.yml or *.json are looked at. Hidden folders, symbolic
    /// links, what .gitignore names and the templates of a chart are passed over; files that are neither values nor
    /// manifests are skipped and counted. A file named here is never skipped.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Skip a named file that is neither values nor manifests
    ///
    /// As in a folder: it is counted, and so is a template of a chart. For callers that hand over whatever has changed, as
    /// pre-commit does: nothing to check is then no error.
    #[arg(long)]
    pub skip_unrelated: bool,

    /// A release of `portolan.yaml`, by its name (repeatable)
    #[arg(long, value_name = "NAME", conflicts_with_all = ["paths", "values", "no_config"])]
    pub release: Vec<String>,

    /// The configuration to use [default: portolan.yaml, searched upwards]
    ///
    /// Searched from the folder of each file, up to the root of the repository. Options on the command line win over it.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Use no configuration
    #[arg(long, conflicts_with = "config")]
    pub no_config: bool,

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
    pub options: ReleaseOptions,

    #[command(flatten)]
    pub run: RunArguments,

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

    /// Also know the layer files (*.yaml) of this folder
    ///
    /// A layer is a kind of load balancer, ingress controller or gateway. One whose id is a built-in layer's takes its place.
    #[arg(long, value_name = "DIR", help_heading = "Rules")]
    pub layers: Option<PathBuf>,
}

impl CheckScope {
    /// Returns the limits on how much is read and done.
    pub(crate) fn limits(&self) -> Limits {
        Limits::with(&self.run.limit)
    }

    /// Tells whether findings of a rule were asked for.
    pub(crate) fn selects(&self, rule: &str) -> bool {
        let named = |ids: &[String]| ids.iter().any(|id| id == rule);
        (self.select.is_empty() || named(&self.select)) && !named(&self.ignore)
    }
}

/// Limits and files of a run.
#[derive(Debug, Default, Args)]
pub(crate) struct RunArguments {
    /// The time that certificates are judged at [default: now]
    ///
    /// As RFC 3339 has it, for example 2027-01-15T00:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = parse_rfc3339, help_heading = "Certificates")]
    pub now: Option<i64>,

    /// Another value for a limit, e.g. nodes=10000000 or file-size=1GiB (repeatable)
    ///
    /// Limits keep hostile input from using up time and memory; `portolan limits` lists them.
    #[arg(long, value_name = "NAME=VALUE", value_parser = limits::parse, help_heading = "Limits")]
    pub limit: Vec<(Limit, usize)>,
}
