//! `portolan check` and `portolan baseline`.

use std::path::PathBuf;

use clap::Args;

use crate::catalogue::{Catalogue, ChartVersion};
use crate::check::{Options, PemFile, SetValue};
use crate::cli::output::{self, OutputSpec};
use crate::config::{FailOn, Settings, cluster_version, controller_version};
use crate::exposure::ClusterOptions;
use crate::facts::Platform;
use crate::limits::{self, Limit, Limits};
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

/// What is checked, and how it is judged.
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

    /// Your own copy of the chart, a folder or a packed one (.tgz)
    ///
    /// Keys and types of values are held against its values.yaml in place of a known release. It is read in place,
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
    pub circumstances: ReleaseArgs,

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
}

impl CheckScope {
    /// How much may be read and done.
    pub(crate) fn limits(&self) -> Limits {
        Limits::with(&self.circumstances.limit)
    }

    /// Whether findings of a rule were asked for.
    pub(crate) fn selects(&self, rule: &str) -> bool {
        let named = |ids: &[String]| ids.iter().any(|id| id == rule);
        (self.select.is_empty() || named(&self.select)) && !named(&self.ignore)
    }
}

/// What a check is told besides its inputs and where its report goes: the options that an example of a rule can have.
#[derive(Debug, Default, Args)]
pub(crate) struct ReleaseArgs {
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

    /// Name of the release, which the names of objects begin with [default: carto]
    #[arg(long, value_name = "NAME", help_heading = "Values")]
    pub release_name: Option<String>,

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
    pub chart_version: Option<ChartVersion>,

    /// The cluster's platform, where annotations do not tell
    #[arg(long, help_heading = "Cluster")]
    pub platform: Option<Platform>,

    /// Kubernetes or GKE version, e.g. 1.31 or 1.17.6-gke.7
    #[arg(long, value_name = "VERSION", value_parser = cluster_version, help_heading = "Cluster")]
    pub cluster_version: Option<String>,

    /// GKE: the cluster is VPC-native
    #[arg(long, value_name = "BOOL", help_heading = "Cluster")]
    pub vpc_native: Option<bool>,

    /// GKE: the cluster is in a Shared VPC
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

impl ReleaseArgs {
    /// The options of a check, without a selection of rules.
    pub(crate) fn options(&self) -> Options {
        self.options_over(&Settings::default(), &str::to_owned)
    }

    /// The same over the settings of a configuration: what is said on the command line wins. `at` says what a path of the
    /// configuration is called from here.
    pub(crate) fn options_over(&self, settings: &Settings, at: &dyn Fn(&str) -> String) -> Options {
        let set = |text: &String, as_string| SetValue {
            text: text.clone(),
            as_string,
            origin: None,
        };
        // Helm lays all of `--set` before any `--set-string`, whatever their order (pkg/cli/values/options.go).
        let plain = settings.set.iter().chain(&self.set);
        let strings = settings.set_string.iter().chain(&self.set_string);
        // Whoever asked reads the files: an example has them in itself.
        let pem = |name: String| PemFile {
            name,
            bytes: Vec::new(),
        };
        let given = |path: &PathBuf| pem(path.to_string_lossy().into_owned());
        let own = |path: &String| pem(at(path));
        let text = |own: &Option<String>, other: &Option<String>| own.clone().or(other.clone());
        let platform = self.platform.or(settings.platform);
        let release = |version: &String| Catalogue::embedded().release(version).ok();
        Options {
            cluster: ClusterOptions {
                platform,
                version: text(&self.cluster_version, &settings.cluster_version),
                vpc_native: self.vpc_native.or(settings.vpc_native),
                shared_vpc: self.shared_vpc.or(settings.shared_vpc),
                network_policy: self.network_policy.or(settings.network_policy),
                aws_load_balancer_controller: text(
                    &self.aws_load_balancer_controller,
                    &settings.aws_load_balancer_controller,
                ),
            },
            release_name: text(&self.release_name, &settings.release_name),
            namespace: text(&self.namespace, &settings.namespace),
            set: plain
                .map(|text| set(text, false))
                .chain(strings.map(|text| set(text, true)))
                .collect(),
            tls_cert: self
                .tls_cert
                .as_ref()
                .map(given)
                .or(settings.tls_cert.as_ref().map(own)),
            tls_key: self
                .tls_key
                .as_ref()
                .map(given)
                .or(settings.tls_key.as_ref().map(own)),
            ca: settings
                .ca
                .iter()
                .map(own)
                .chain(self.ca.iter().map(given))
                .collect(),
            now: self.now,
            chart: self
                .chart_version
                .clone()
                .or_else(|| settings.chart_version.as_ref().and_then(release)),
            limits: Limits::with(&self.limit),
            ..Options::default()
        }
    }
}

fn limit(text: &str) -> Result<(Limit, usize), String> {
    limits::parse(text)
}

fn chart_version(text: &str) -> Result<ChartVersion, String> {
    Catalogue::embedded().release(text)
}
