//! From what falls to a configuration to checks: files and options are read here.

use std::collections::{BTreeSet, HashMap};
use std::num::NonZero;
use std::path::{Path, PathBuf};

use super::{Group, PlanError, PlannedRun, Run};
use crate::catalogue::ChartVersion;
use crate::check::{Options, SetValue};
use crate::cli::arguments::CheckScope;
use crate::cli::config::{ConfigError, FoundConfig, set_origin};
use crate::cli::inputs::{layer, read};
use crate::cli::paths::{identity, relative, shown};
use crate::cli::{chart, rule_folder};
use crate::config::{Coverage, Settings};
use crate::limits::Limits;
use crate::rules::RuleSet;

/// Turns drafts into checks.
pub(super) struct Planner<'s> {
    pub scope: &'s CheckScope,
    pub here: &'s Path,
    pub now: Option<i64>,
    pub limits: Limits,
    /// Charts that were read, by path.
    pub charts: HashMap<PathBuf, ChartVersion>,
    pub errors: Vec<ConfigError>,
}

impl Planner<'_> {
    pub(super) fn group(&mut self, draft: PlannedRun) -> Result<Group, PlanError> {
        let PlannedRun {
            found,
            loose,
            releases,
            extent,
        } = draft;
        let own_rules = self.rules(found.as_deref())?;
        let mut runs = Vec::new();
        let mut left_out = BTreeSet::new();
        let mut all = true;
        if let Some(found) = &found {
            for (index, release) in found.config.file.releases.iter().enumerate() {
                let run = match releases.contains(&index) {
                    true => self.release(found, index)?,
                    false => None,
                };
                if let Some(run) = run {
                    runs.push(run);
                } else {
                    all = false;
                    left_out.extend(release.values.iter().map(|file| identity(&found.at(file))));
                }
            }
        }
        if !loose.is_empty() {
            let defaults = Settings::default();
            let settings = found.as_ref().map(|found| &found.config.file.defaults);
            let settings = settings.unwrap_or(&defaults);
            match self.options(found.as_deref(), settings, None)? {
                Ok(options) => runs.push(Run::new(None, loose, options)),
                Err(errors) => {
                    all = false;
                    self.errors.extend(errors);
                }
            }
        }
        let group = Group {
            found,
            own_rules,
            runs,
            extent: if all { extent } else { Coverage::Part },
            left_out,
        };
        if let Some(found) = &group.found {
            let unknown = found.config.rules_unknown_to(group.rules());
            if !unknown.is_empty() {
                return Err(found.errors(unknown).into());
            }
        }
        Ok(group)
    }

    fn rules(&self, found: Option<&FoundConfig>) -> Result<Option<RuleSet>, PlanError> {
        let given = self.scope.rules.clone();
        let folder = match (given, found) {
            (Some(folder), _) => folder,
            (None, Some(found)) => match &found.config.file.rules {
                None => return Ok(None),
                Some(folder) if found.at(folder).is_dir() => {
                    PathBuf::from(found.called(folder, self.here))
                }
                Some(folder) => {
                    let name = found.called(folder, self.here);
                    let message = format!("{name}: there is no such folder");
                    return Err(found.error("rules", message).into());
                }
            },
            (None, None) => return Ok(None),
        };
        rule_folder::with_builtin(&folder)
            .map(Some)
            .map_err(PlanError::Rules)
    }

    /// The check of a release; nothing, and an error, where a part of it cannot be read.
    fn release(&mut self, found: &FoundConfig, index: usize) -> Result<Option<Run>, PlanError> {
        let Some(release) = found.config.file.releases.get(index) else {
            return Ok(None);
        };
        let mut inputs = Vec::new();
        let before = self.errors.len();
        for (number, file) in release.values.iter().enumerate() {
            let name = found.called(file, self.here);
            match layer(
                &relative(&found.at(file), self.here),
                name.clone(),
                &self.limits,
            ) {
                Ok(input) => inputs.push(input),
                Err(reason) => {
                    let field = format!("releases[{index}].values[{number}]");
                    self.errors
                        .push(found.error(&field, format!("{name}: {reason}")));
                }
            }
        }
        let settings = found.config.settings_of(release);
        let options = self.options(Some(found), &settings, Some(index))?;
        let options = options.map_err(|errors| self.errors.extend(errors));
        // A release of which a part is missing is another release: nothing true could be said of it.
        let Ok(options) = options else {
            return Ok(None);
        };
        Ok((self.errors.len() == before)
            .then(|| Run::new(Some(release.name.clone()), inputs, options)))
    }

    /// The options of a check: the command line over the settings of a configuration. An error of the command line ends
    /// the call; one of the configuration keeps this check from being made.
    fn options(
        &mut self,
        found: Option<&FoundConfig>,
        settings: &Settings,
        release: Option<usize>,
    ) -> Result<Result<Options, Vec<ConfigError>>, PlanError> {
        let here = self.here;
        let called =
            |path: &str| found.map_or_else(|| path.to_owned(), |found| found.called(path, here));
        let given = &self.scope.circumstances;
        let mut options = given.options_over(settings, &called);
        if let Some(found) = found {
            name_origins(&mut options.set, found, settings, release);
        }
        options.select.clone_from(&self.scope.select);
        options.ignore.clone_from(&self.scope.ignore);
        options.now = self.now;
        options.threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        let mut errors = Vec::new();
        let mut wrong = |field: &str, message: String| match found {
            Some(found) => errors.push(found.error(&written(found, release, field), message)),
            None => errors.push(ConfigError::Whole(message)),
        };
        if let Some(path) = &self.scope.chart {
            let chart = self.chart(path).map_err(|error| {
                PlanError::Call(vec![format!("--chart: {}: {error}", shown(path))])
            })?;
            options.chart = Some(chart);
        } else if let (Some(chart), None) = (&settings.chart, &given.chart_version) {
            match self.chart(Path::new(&called(chart))) {
                Ok(chart) => options.chart = Some(chart),
                Err(error) => wrong("chart", format!("{}: {error}", called(chart))),
            }
        }
        let mut from_call = Vec::new();
        for (field, file) in pem_files(&mut options) {
            let own = [&given.tls_cert, &given.tls_key];
            let own = own.into_iter().flatten().chain(&given.ca);
            match read(Path::new(&file.name), &self.limits) {
                Ok(bytes) => file.bytes = bytes,
                Err(error) => {
                    let message = format!("{}: {error}", file.name);
                    if own
                        .into_iter()
                        .any(|path| path.to_string_lossy() == file.name)
                    {
                        from_call.push(message);
                    } else {
                        wrong(field, message);
                    }
                }
            }
        }
        if !from_call.is_empty() {
            return Err(PlanError::Call(from_call));
        }
        Ok(if errors.is_empty() {
            Ok(options)
        } else {
            Err(errors)
        })
    }

    fn chart(&mut self, path: &Path) -> Result<ChartVersion, String> {
        if let Some(known) = self.charts.get(path) {
            return Ok(known.clone());
        }
        let read = chart::read(path)?;
        self.charts.insert(path.to_owned(), read.clone());
        Ok(read)
    }
}

/// Says of values that the configuration sets where they come from: `portolan.yaml (set of release prod)`. The releases of a
/// file set different things, and what is found in one of them is not found in another.
fn name_origins(
    set: &mut [SetValue],
    found: &FoundConfig,
    settings: &Settings,
    release: Option<usize>,
) {
    let release = release.and_then(|index| found.config.file.releases.get(index));
    for (as_string, field, count) in [
        (false, "set", settings.set.len()),
        (true, "setString", settings.set_string.len()),
    ] {
        // Those of the command line come after them.
        let alike = set.iter_mut().filter(|it| it.as_string == as_string);
        for value in alike.take(count) {
            let release = release.map(|it| it.name.as_str());
            value.origin = Some(set_origin(&found.config.name, field, release));
        }
    }
}

/// The field that a setting of a release was written in: its own, or that for all releases.
fn written(found: &FoundConfig, release: Option<usize>, field: &str) -> String {
    let own = release.and_then(|index| {
        let settings = &found.config.file.releases.get(index)?.settings;
        let is_own = match field {
            "chart" => settings.chart.is_some(),
            "tlsCert" => settings.tls_cert.is_some(),
            "tlsKey" => settings.tls_key.is_some(),
            _ => !settings.ca.is_empty(),
        };
        is_own.then(|| format!("releases[{index}].{field}"))
    });
    own.unwrap_or_else(|| field.to_owned())
}

fn pem_files(
    options: &mut Options,
) -> impl Iterator<Item = (&'static str, &mut crate::check::PemFile)> {
    let cert = options.tls_cert.iter_mut().map(|file| ("tlsCert", file));
    let key = options.tls_key.iter_mut().map(|file| ("tlsKey", file));
    let roots = options.ca.iter_mut().map(|file| ("ca", file));
    cert.chain(key).chain(roots)
}
