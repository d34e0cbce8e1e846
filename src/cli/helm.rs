//! `portolan helm`: what Helm would install, checked from both ends: the values, and what the chart makes of them.
//!
//! The only place that runs another program: the user's own `helm template`.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::{Command as Process, Stdio};

use clap::{Args, Command};

use super::arguments::CheckArguments;
use super::check::ExitPolicy;
use super::decode::decode;
use super::error::{Error, HelmError};
use super::inputs::{Gathered, LoadedFile, gather, read_bounded};
use super::output::{self, Output};
use super::plan::plan_of;
use super::style::OutputStyle;
use super::{CliContext, Exit, chart, check};
use crate::catalogue::{ChartVersion, KeyId};
use crate::check::{Input, Options, Role};
use crate::limits::Limits;
use crate::options::SetValue;

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
        .mut_arg("release", |argument| argument.hide(true))
        .mut_arg("skip_unrelated", |argument| argument.hide(true))
}

pub(super) fn run(arguments: &HelmArguments, style: OutputStyle, ctx: &mut CliContext<'_>) -> Exit {
    let shared = &arguments.check;
    // Only after `--` can a word begin with a hyphen.
    let is_option = |word: &PathBuf| word.to_string_lossy().starts_with('-');
    let end = shared.scope.paths.iter().position(is_option);
    let (words, others) = shared
        .scope
        .paths
        .split_at(end.unwrap_or(shared.scope.paths.len()));
    let (release, chart) = match words {
        [chart] => (
            shared
                .scope
                .options
                .release_name
                .clone()
                .unwrap_or_else(|| "carto".to_owned()),
            chart,
        ),
        [release, chart] => (release.to_string_lossy().into_owned(), chart),
        _ => {
            ctx.errors(
                ["give the name of the release and the chart, as for `helm template`"],
                style,
            );
            return Exit::CouldNot;
        }
    };
    let Some(outputs) = output::planned(shared, style, ctx) else {
        return Exit::CouldNot;
    };
    // A chart that is not here is Helm's to find.
    let local = chart.exists().then(|| chart::read(chart));
    let work = HelmRun {
        arguments,
        release,
        chart,
        local: local.map(Result::ok),
        others,
        outputs,
        style,
    };
    work.run(ctx)
}

/// A call of `portolan helm`.
struct HelmRun<'a> {
    arguments: &'a HelmArguments,
    release: String,
    chart: &'a PathBuf,
    /// The chart's keys, for a chart that lies here; `None` in it where it cannot be read.
    local: Option<Option<ChartVersion>>,
    /// Options that go to Helm as they are.
    others: &'a [PathBuf],
    /// Targets of the reports.
    outputs: Vec<Output>,
    style: OutputStyle,
}

impl HelmRun<'_> {
    fn run(&self, ctx: &mut CliContext<'_>) -> Exit {
        let shared = &self.arguments.check;
        let limits = shared.scope.limits();
        let judges_values = self.values_can_be_judged();
        let mut gathered = if judges_values {
            gather(&shared.scope.values, &[], false, &limits, ctx.stdin)
        } else {
            Gathered::default()
        };
        if !gathered.errors.is_empty() {
            ctx.report(&gathered.errors, self.style);
            return Exit::CouldNot;
        }
        let has_values = !gathered.found.is_empty();
        let mut errors = Vec::new();
        let mut rendered = match self.render(&limits, ctx) {
            Ok(rendered) => Some(rendered),
            Err(error) => {
                errors.push(Error::Helm(error));
                None
            }
        };
        let is_blank = |input: &Input| check::is_blank(&input.text);
        if !has_values && rendered.as_ref().is_none_or(is_blank) {
            if rendered.is_some() {
                let nothing = "nothing to check: Helm rendered no Kubernetes object";
                errors.push(Error::Check(nothing.to_owned()));
            }
            ctx.report(&errors, self.style);
            return Exit::CouldNot;
        }
        if rendered.is_none() {
            // What the values show is what helps most where the chart cannot be rendered.
            let alone = "without Helm's rendering, the verdicts rest on the values alone";
            errors.push(Error::Check(alone.to_owned()));
        }
        if !has_values {
            gathered.found.extend(
                rendered
                    .take()
                    .map(|input| LoadedFile { input, path: None }),
            );
        }
        let Some(mut plan) = plan_of(&shared.scope, gathered, self.style, ctx) else {
            return Exit::CouldNot;
        };
        for run in plan.groups.iter_mut().flat_map(|group| &mut group.runs) {
            run.release = Some(format!("release {}", self.release));
            self.complete(&mut run.options, ctx);
            if has_values {
                run.rendered = rendered.take();
            } else if judges_values && run.options.release.set_values().next().is_some() {
                run.rendered = run.inputs.pop();
            } else {
                // They are in Helm's rendering, and only there can they be judged.
                run.options.release.set.clear();
                run.options.release.set_string.clear();
            }
        }
        let ending = ExitPolicy {
            arguments: shared,
            outputs: &self.outputs,
            style: self.style,
        };
        ending.conclude(plan, errors, ctx)
    }

    /// Completes the options with what Helm is told of release, chart and cluster.
    fn complete(&self, options: &mut Options, ctx: &CliContext<'_>) {
        let release = &mut options.release;
        release.release_name = Some(self.release.clone());
        release.namespace = release
            .namespace
            .take()
            .or_else(|| (ctx.variable)("HELM_NAMESPACE").filter(|name| !name.is_empty()));
        if release.cluster_version.is_none() {
            let version = self.arguments.kube_version.as_deref();
            release.cluster_version = version.and_then(|version| version.parse().ok());
        }
        if options.chart.is_some() || release.chart_version.is_some() {
            return;
        }
        match &self.local {
            Some(local) => options.chart.clone_from(local),
            None => {
                let version = self.arguments.version.as_deref();
                release.chart_version = version.and_then(|version| version.parse().ok());
            }
        }
    }

    /// Tells whether the values are of a kind that can be judged without Helm: files and `--set`, for CARTO's own
    /// chart.
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
            && !told.check.scope.values.iter().any(only_helm_reads)
            && !self.others.iter().any(gives_values)
    }

    /// Returns the arguments of `helm template`.
    fn helm_arguments(&self) -> Vec<OsString> {
        let told = self.arguments;
        let shared = &told.check.scope.options;
        let texts = |values: &[SetValue]| values.iter().map(|value| value.text.clone()).collect();
        let plain: Vec<String> = texts(&shared.set);
        let strings: Vec<String> = texts(&shared.set_string);
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
        for path in &told.check.scope.values {
            option("values", path.as_os_str());
        }
        let repeated = [
            ("set", &plain),
            ("set-string", &strings),
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
            ("namespace", &shared.namespace),
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
    fn render(&self, limits: &Limits, ctx: &CliContext<'_>) -> Result<Input, HelmError> {
        let program = (ctx.variable)("HELM_BIN")
            .filter(|path| !path.is_empty())
            .unwrap_or_else(|| "helm".to_owned());
        let failed = |error: std::io::Error| HelmError::NotRun(program.clone(), error);
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
        let bytes = read.map_err(HelmError::Output)?;
        if !status.success() {
            return Err(HelmError::Status(status.code()));
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
