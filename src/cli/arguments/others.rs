//! The commands that check nothing of a release.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::facts::Platform;
use portolan_certificate::time::parse_rfc3339;

pub(super) const RULES_EXAMPLES: &str = "\
Examples:
  portolan rules
  portolan rules --format json
  portolan rules --rules ./our-rules
  portolan rules --test ./our-rules

Exit status of --test:
  0  every example does what it says
  1  some do not
  2  a rule file could not be loaded";

pub(super) const LAYERS_EXAMPLES: &str = "\
Examples:
  portolan layers
  portolan layers gke-ingress
  portolan layers --layers ./our-layers --format json
  portolan layers --test ./our-layers

Exit status of --test:
  0  every example does what it says
  1  some do not
  2  a layer file could not be loaded";

pub(super) const CERT_EXAMPLES: &str = "\
Examples:
  portolan cert fullchain.crt
  portolan cert fullchain.crt --key cert.key --domain carto.acme.io
  portolan cert fullchain.crt --ca company-root.crt
  kubectl get secret carto-tls -o yaml | portolan cert -

Exit status:
  0  the certificates can be used as they are
  1  there are errors or warnings, or something cannot be decided
  2  a file cannot be read, or holds no certificate";

pub(super) const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  portolan completions bash > ~/.local/share/bash-completion/completions/portolan
  portolan completions zsh > ~/.zfunc/_portolan     # a folder of $fpath
  portolan completions fish > ~/.config/fish/completions/portolan.fish";

pub(super) const MAN_EXAMPLES: &str = "\
Examples:
  portolan man | man -l -
  portolan man check > /usr/local/share/man/man1/portolan-check.1";

pub(super) const EXPLAIN_EXAMPLES: &str = "\
Examples:
  portolan explain timeout-too-short
  portolan explain timeout-605";

pub(super) const CONFIG_EXAMPLES: &str = "\
Examples:
  portolan config
  portolan config deploy/prod
  portolan config --schema > portolan.schema.json";

#[derive(Debug, Args)]
pub(crate) struct ConfigArguments {
    /// The file or folder that it should apply to [default: the current folder]
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,

    /// Show this one
    #[arg(long, value_name = "FILE", conflicts_with = "path")]
    pub config: Option<PathBuf>,

    /// Print the JSON Schema of portolan.yaml, for editors
    #[arg(long, conflicts_with_all = ["path", "config"])]
    pub schema: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RulesArguments {
    /// Format of the list
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
pub(crate) struct LayersArguments {
    /// Say everything about this one
    #[arg(value_name = "LAYER", conflicts_with_all = ["test", "schema"])]
    pub layer: Option<String>,

    /// How to write the list
    #[arg(long, default_value = "text", help_heading = "Output")]
    pub format: ListFormat,

    /// Try the examples of the layer files (*.yaml) of this folder
    ///
    /// For each example, findings and verdicts are compared with what the example says: missing findings and noisy ones are
    /// told apart.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["layers", "schema"])]
    pub test: Option<PathBuf>,

    /// Also list the layer files (*.yaml) of this folder
    #[arg(long, value_name = "DIR")]
    pub layers: Option<PathBuf>,

    /// Print the JSON Schema of layer files
    #[arg(long, conflicts_with = "layers")]
    pub schema: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CertArguments {
    /// The certificates, PEM, or a manifest of Secrets; `-` is standard input
    ///
    /// PEM: the leaf first, then each issuer. Of a manifest, every Secret that holds a certificate is judged, with the key
    /// that lies beside it.
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

    /// The platform that it is used on, whose load balancers may take fewer kinds of keys
    #[arg(long)]
    pub platform: Option<Platform>,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// The rule's id, as in a finding's brackets, or a requirement's
    pub rule: String,

    /// Also know the rule files (*.yaml) of this folder
    #[arg(long, value_name = "DIR")]
    pub rules: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    Text,
    Json,
}
