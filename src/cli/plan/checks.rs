//! From what falls to a configuration to checks: files and options are read here.

use std::collections::{BTreeSet, HashMap};
use std::num::NonZero;
use std::path::{Path, PathBuf};

use super::{Group, PlannedRun, Run};
use crate::catalogue::ChartVersion;
use crate::check::{Options, PemFile};
use crate::cli::arguments::CheckScope;
use crate::cli::config::FoundConfig;
use crate::cli::error::{Error, FileError, Result};
use crate::cli::inputs::{layer, read};
use crate::cli::paths::{identity, relative, shown};
use crate::cli::{chart, own_files};
use crate::config::Coverage;
use crate::exposure::layers::LayerSet;
use crate::limits::Limits;
use crate::options::ReleaseOptions;
use crate::rules::RuleSet;

/// Turns drafts into checks.
pub(super) struct Planner<'s> {
    pub scope: &'s CheckScope,
    pub here: &'s Path,
    pub now: Option<i64>,
    pub limits: Limits,
    /// Charts that were read, by path.
    pub charts: HashMap<PathBuf, ChartVersion>,
    pub errors: Vec<Error>,
    /// The layers of the group at hand.
    pub layers: LayerSet,
}

impl Planner<'_> {
    pub(super) fn group(&mut self, draft: PlannedRun) -> Result<Group> {
        let PlannedRun {
            found,
            loose,
            releases,
            extent,
        } = draft;
        let own_rules = self.rules(found.as_deref())?;
        self.layers = self.own_layers(found.as_deref())?;
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
            match self.options(found.as_deref(), None)? {
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

    fn rules(&self, found: Option<&FoundConfig>) -> Result<Option<RuleSet>> {
        let configured = found.and_then(|found| found.config.file.rules.as_deref());
        let folder = self.own_folder("rules", self.scope.rules.as_deref(), found, configured)?;
        folder
            .map(|folder| own_files::with_builtin(&folder))
            .transpose()
    }

    fn own_layers(&self, found: Option<&FoundConfig>) -> Result<LayerSet> {
        let configured = found.and_then(|found| found.config.file.layers.as_deref());
        let given = self.scope.layers.as_deref();
        let folder = self.own_folder("layers", given, found, configured)?;
        let layers = folder.map(|folder| own_files::layers_of(&folder));
        Ok(layers.transpose()?.unwrap_or_default())
    }

    /// The folder of a user's own files: the one of the command line, else that of a configuration.
    fn own_folder(
        &self,
        key: &str,
        given: Option<&Path>,
        found: Option<&FoundConfig>,
        configured: Option<&str>,
    ) -> Result<Option<PathBuf>> {
        if let Some(folder) = given {
            return Ok(Some(folder.to_owned()));
        }
        let (Some(found), Some(folder)) = (found, configured) else {
            return Ok(None);
        };
        let name = found.called(folder, self.here);
        if found.at(folder).is_dir() {
            Ok(Some(PathBuf::from(name)))
        } else {
            let missing = Error::File(name, FileError::MissingFolder);
            Err(found.error(key, missing.to_string()).into())
        }
    }

    /// The check of a release; nothing, and an error, where a part of it cannot be read.
    fn release(&mut self, found: &FoundConfig, index: usize) -> Result<Option<Run>> {
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
                Err(error) => {
                    let field = format!("releases[{index}].values[{number}]");
                    let message = Error::File(name, error).to_string();
                    self.errors.push(found.error(&field, message));
                }
            }
        }
        let options = self.options(Some(found), Some(index))?;
        let options = options.map_err(|errors| self.errors.extend(errors));
        // A release of which a part is missing is another release: nothing true could be said of it.
        let Ok(options) = options else {
            return Ok(None);
        };
        Ok((self.errors.len() == before)
            .then(|| Run::new(Some(release.name.clone()), inputs, options)))
    }

    /// Returns the options of a check: the command line over a configuration, and the contents of files that they name.
    /// An error of the command line ends the call; one of the configuration keeps this check from being made.
    fn options(
        &mut self,
        found: Option<&FoundConfig>,
        release: Option<usize>,
    ) -> Result<Result<Options, Vec<Error>>> {
        let given = &self.scope.options;
        let configured = found.map(|found| found.options_of(release, self.here));
        let configured = configured.unwrap_or_default();
        let mut options = Options {
            release: given.over(&configured),
            select: self.scope.select.clone(),
            ignore: self.scope.ignore.clone(),
            now: self.now,
            threads: std::thread::available_parallelism().map_or(1, NonZero::get),
            limits: self.limits.clone(),
            layers: self.layers.clone(),
            ..Options::default()
        };
        let wrong = self.read_files(&mut options, given, configured.ca.len());
        let (call, own): (Vec<_>, Vec<_>) = wrong.into_iter().partition(|file| file.in_call);
        if !call.is_empty() {
            return Err(call.into_iter().map(|file| file.error).collect());
        }
        let at_field = |file: UnreadFile| match found {
            Some(found) => found.error(&found.field_of(release, file.key), file.error.to_string()),
            None => file.error,
        };
        Ok(if own.is_empty() {
            Ok(options)
        } else {
            Err(own.into_iter().map(at_field).collect())
        })
    }

    /// Reads what the paths of options lead to; gives those that cannot be read. The first `roots` authorities are the
    /// configuration's.
    fn read_files(
        &mut self,
        options: &mut Options,
        given: &ReleaseOptions,
        roots: usize,
    ) -> Vec<UnreadFile> {
        let mut wrong = Vec::new();
        let release = &options.release;
        if let Some(path) = &release.chart {
            match self.chart(path) {
                Ok(chart) => options.chart = Some(chart),
                Err(error) => wrong.push(UnreadFile {
                    key: "chart",
                    in_call: given.chart.is_some(),
                    error: Error::file(path, error),
                }),
            }
        }
        let mut pem = |key, in_call, path: &PathBuf| match read(path, &self.limits) {
            Ok(bytes) => Some(PemFile {
                name: shown(path),
                bytes,
            }),
            Err(error) => {
                let error = Error::file(path, error);
                wrong.push(UnreadFile {
                    key,
                    in_call,
                    error,
                });
                None
            }
        };
        let path = release.tls_cert.as_ref();
        options.tls_cert = path.and_then(|path| pem("tlsCert", given.tls_cert.is_some(), path));
        let path = release.tls_key.as_ref();
        options.tls_key = path.and_then(|path| pem("tlsKey", given.tls_key.is_some(), path));
        let paths = release.ca.iter().enumerate();
        options.ca = paths
            .filter_map(|(index, path)| pem("ca", index >= roots, path))
            .collect();
        wrong
    }

    fn chart(&mut self, path: &Path) -> Result<ChartVersion, FileError> {
        if let Some(known) = self.charts.get(path) {
            return Ok(known.clone());
        }
        let read = chart::read(path)?;
        self.charts.insert(path.to_owned(), read.clone());
        Ok(read)
    }
}

/// A file of the options that cannot be read.
struct UnreadFile {
    /// The key in a configuration.
    key: &'static str,
    /// Whether the command line names it.
    in_call: bool,
    error: Error,
}
