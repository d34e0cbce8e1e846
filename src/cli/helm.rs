//! `portolan helm`: what Helm would install, checked from both ends: the values, and what the chart makes of them.
//!
//! The only place that runs another program: the user's own `helm template`.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::{Command as Process, Stdio};

use clap::{Args, Command};

use super::arguments::CheckArguments;
use super::check::Ending;
use super::decode::decode;
use super::inputs::{Gathered, gather, read_bounded};
use super::look::Look;
use super::output::{self, Output};
use super::{Exit, Surroundings, chart, check, rule_folder};
use crate::catalogue::{Catalogue, Edition, KeyId};
use crate::check::{Input, Options, Role, check_with_rendering};
use crate::limits::Limits;
use crate::rules::RuleSet;
use crate::version::Version;

pub(super) const EXAMPLES: &str = "\
Examples:
  portolan helm carto carto/carto -f customizations.yaml -n carto
  portolan helm carto ./carto-1.287.1.tgz -f customizations.yaml --platform gke
  portolan helm carto carto/carto --version 1.287.1 -- --username me --devel

Exit status:
  0  nothing at or above --fail-on
  1  findings; with --strict also warnings and requirements violated or undecided
  2  could not check: bad usage, or Helm cannot render the chart";

#[derive(Debug, Args)]
pub(super) struct HelmArguments {
    #[command(flatten)]
    pub check: CheckArguments,

    /// The chart's version, or a range of versions
    #[arg(long, value_name = "VERSION", help_heading = "Helm")]
    version: Option<String>,

    /// URL of the repository that the chart is in
    #[arg(long, value_name = "URL", help_heading = "Helm")]
    repo: Option<String>,

    /// Kubernetes version that the chart is rendered for
    #[arg(long, value_name = "VERSION", help_heading = "Helm")]
    kube_version: Option<String>,

    /// An API version that the cluster has (repeatable)
    #[arg(short, long, value_name = "API", help_heading = "Helm")]
    api_versions: Vec<String>,

    /// A value read from a file (repeatable)
    #[arg(long, value_name = "KEY=FILE", help_heading = "Helm")]
    set_file: Vec<String>,

    /// A value in JSON (repeatable)
    #[arg(long, value_name = "KEY=JSON", help_heading = "Helm")]
    set_json: Vec<String>,

    /// A string, taken as it stands (repeatable)
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Helm")]
    set_literal: Vec<String>,
}

/// Makes Helm's own command line of the options that are shared with `portolan check`.
pub(super) fn fit(command: Command) -> Command {
    command
        .override_usage("portolan helm [OPTIONS] [RELEASE] CHART [-- HELM OPTION...]")
        .mut_arg("paths", |argument| {
            argument
                .value_name("CHART")
                .required(true)
                .help("The chart; before it, the name of the release [default: carto]")
                .long_help(
                    "The chart; before it, the name of the release [default: carto]\n\n\
                     The chart is whatever Helm takes for one: a folder, a packed chart, REPOSITORY/CHART, a URL. What \
                     follows `--` goes to `helm template` as it is.",
                )
        })
        .mut_arg("values", |argument| argument.value_delimiter(','))
        .mut_arg("namespace", |argument| argument.short('n'))
        .mut_arg("release_name", |argument| argument.hide(true))
        .mut_arg("chart", |argument| argument.hide(true))
}

pub(super) fn run(arguments: &HelmArguments, look: Look, around: &mut Surroundings<'_>) -> Exit {
    let shared = &arguments.check;
    // Only after `--` can a word begin with a hyphen.
    let is_option = |word: &PathBuf| word.to_string_lossy().starts_with('-');
    let end = shared.paths.iter().position(is_option);
    let (words, others) = shared.paths.split_at(end.unwrap_or(shared.paths.len()));
    let (release, chart) = match words {
        [chart] => (shared.circumstances.release_name.clone(), chart),
        [release, chart] => (release.to_string_lossy().into_owned(), chart),
        _ => {
            around.errors(
                ["give the name of the release and the chart, as for `helm template`"],
                look,
            );
            return Exit::CouldNot;
        }
    };
    let outputs = match output::plan(shared, look) {
        Ok(outputs) => outputs,
        Err(errors) => {
            around.errors(errors, look);
            return Exit::CouldNot;
        }
    };
    let mut own = None;
    let rules = match rule_folder::chosen(shared.rules.as_deref(), &mut own) {
        Ok(rules) => rules,
        Err(errors) => {
            rule_folder::report(&errors, look, around);
            return Exit::CouldNot;
        }
    };
    let options = match check::prepared(shared, rules) {
        Ok(options) => options,
        Err(errors) => {
            around.errors(errors, look);
            return Exit::CouldNot;
        }
    };
    // A chart that is not here is Helm's to find.
    let local = chart.exists().then(|| chart::read(chart));
    let work = Work {
        arguments,
        release,
        chart,
        local: local.map(Result::ok),
        others,
        outputs,
        look,
    };
    let options = work.completed(options, around);
    work.run(options, rules, around)
}

/// One call.
struct Work<'a> {
    arguments: &'a HelmArguments,
    release: String,
    chart: &'a PathBuf,
    /// The chart's keys, for a chart that lies here; `None` in it where it cannot be read.
    local: Option<Option<Edition>>,
    /// What goes to Helm as it is.
    others: &'a [PathBuf],
    /// Where reports go.
    outputs: Vec<Output>,
    look: Look,
}

impl Work<'_> {
    fn run(&self, options: Options, rules: &RuleSet, around: &mut Surroundings<'_>) -> Exit {
        let Gathered { inputs, errors, .. } = if self.values_can_be_judged() {
            gather(
                &self.arguments.check.values,
                &[],
                false,
                &options.limits,
                around.stdin,
            )
        } else {
            Gathered::default()
        };
        if !errors.is_empty() {
            around.errors(errors, self.look);
            return Exit::CouldNot;
        }
        let has_values = !inputs.is_empty() || !options.set.is_empty();
        let mut errors = Vec::new();
        let rendered = match self.render(&options.limits, around) {
            Ok(rendered) => Some(rendered),
            Err(error) => {
                errors.push(error);
                None
            }
        };
        let mut outcome = match rendered {
            Some(rendered) if has_values => check_with_rendering(inputs, rendered, &options, rules),
            Some(rendered) => {
                let options = Options {
                    set: Vec::new(),
                    ..options
                };
                crate::check::check(vec![rendered], &options, rules)
            }
            // What the values show is what helps most where the chart cannot be rendered.
            None if has_values => {
                errors.push(
                    "without Helm's rendering, the verdicts rest on the values alone".to_owned(),
                );
                crate::check::check(inputs, &options, rules)
            }
            None => {
                around.errors(errors, self.look);
                return Exit::CouldNot;
            }
        };
        if check::is_nothing(&outcome) {
            errors.push("nothing to check: Helm rendered no Kubernetes object".to_owned());
            around.errors(errors, self.look);
            return Exit::CouldNot;
        }
        if let [only] = outcome.report.releases.as_mut_slice() {
            only.name = format!("release {}", self.release);
        }
        let ending = Ending {
            arguments: &self.arguments.check,
            outputs: &self.outputs,
            rules,
            look: self.look,
        };
        ending.conclude(&outcome, errors, around)
    }

    /// The options with what Helm is told of release, chart and cluster.
    fn completed(&self, mut options: Options, around: &Surroundings<'_>) -> Options {
        options.release_name = Some(self.release.clone());
        options.namespace = options
            .namespace
            .or_else(|| (around.variable)("HELM_NAMESPACE").filter(|name| !name.is_empty()));
        let readable = |version: &&String| version.parse::<Version>().is_ok();
        if options.cluster.version.is_none() {
            options.cluster.version = self
                .arguments
                .kube_version
                .as_ref()
                .filter(readable)
                .cloned();
        }
        options.chart = options.chart.or_else(|| match &self.local {
            Some(local) => local.clone(),
            None => {
                let version = self.arguments.version.as_deref()?;
                Catalogue::embedded()
                    .release(version.trim_start_matches('v'))
                    .ok()
            }
        });
        options
    }

    /// Whether the values are of a kind that can be judged without Helm: files and `--set`, for CARTO's own chart.
    fn values_can_be_judged(&self) -> bool {
        let told = self.arguments;
        let is_carto = match &self.local {
            None => true,
            Some(None) => false,
            Some(Some(edition)) => edition
                .known(KeyId::ROOT, "router")
                .is_some_and(|key| edition.kind(key).is_some()),
        };
        let only_helm_reads = |path: &PathBuf| {
            let path = path.to_string_lossy();
            path == "-" || path.contains("://")
        };
        let gives_values = |option: &PathBuf| {
            let option = option.to_string_lossy();
            ["-f", "--values", "--set"]
                .iter()
                .any(|name| option.starts_with(name))
        };
        let others = [&told.set_file, &told.set_json, &told.set_literal];
        is_carto
            && others.iter().all(|given| given.is_empty())
            && !told.check.values.iter().any(only_helm_reads)
            && !self.others.iter().any(gives_values)
    }

    /// What `helm template` is told.
    fn helm_arguments(&self) -> Vec<OsString> {
        let told = self.arguments;
        let circumstances = &told.check.circumstances;
        let mut words = vec![
            OsString::from("template"),
            (&self.release).into(),
            self.chart.into(),
        ];
        let mut option = |name: &str, value: &OsStr| {
            let mut word = OsString::from(format!("--{name}="));
            word.push(value);
            words.push(word);
        };
        for path in &told.check.values {
            option("values", path.as_os_str());
        }
        let repeated = [
            ("set", &circumstances.set),
            ("set-string", &circumstances.set_string),
            ("set-file", &told.set_file),
            ("set-json", &told.set_json),
            ("set-literal", &told.set_literal),
            ("api-versions", &told.api_versions),
        ];
        for (name, values) in repeated {
            for value in values {
                option(name, value.as_ref());
            }
        }
        let single = [
            ("namespace", &circumstances.namespace),
            ("version", &told.version),
            ("repo", &told.repo),
            ("kube-version", &told.kube_version),
        ];
        for (name, value) in single {
            if let Some(value) = value {
                option(name, value.as_ref());
            }
        }
        words.extend(self.others.iter().map(OsString::from));
        words
    }

    /// Runs `helm template`.
    fn render(&self, limits: &Limits, around: &Surroundings<'_>) -> Result<Input, String> {
        let program = (around.variable)("HELM_BIN")
            .filter(|path| !path.is_empty())
            .unwrap_or_else(|| "helm".to_owned());
        let failed =
            |error: std::io::Error| format!("`{program} template` could not be run: {error}");
        let mut helm = Process::new(&program)
            .args(self.helm_arguments())
            .stdin(Stdio::inherit())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .map_err(failed)?;
        let read = match &mut helm.stdout {
            Some(pipe) => read_bounded(pipe, limits),
            None => Ok(Vec::new()),
        };
        if read.is_err() {
            let _ = helm.kill();
        }
        let status = helm.wait().map_err(failed)?;
        let bytes = read.map_err(|error| format!("what Helm rendered {error}"))?;
        if !status.success() {
            let status = status.code().map_or_else(
                || "by a signal".to_owned(),
                |code| format!("with exit status {code}"),
            );
            return Err(format!("`helm template` ended {status}"));
        }
        let (text, not_utf8) = decode(bytes);
        Ok(Input {
            // Without the chart: its URL may hold a password.
            name: format!("<helm template {}>", self.release),
            text,
            not_utf8,
            role: Role::Rendered,
        })
    }
}
