//! Baselines: reading those that apply, and `portolan baseline`.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use super::arguments::{BaselineArguments, CheckArguments, CheckScope};
use super::check::{EmptyInputs, judge};
use super::config::{Names, set_in_file};
use super::decode::decode;
use super::error::{Error, FileError, FileKind, Result};
use super::examples_test::counted;
use super::inputs::{read, read_text};
use super::output::to_file;
use super::paths::{current_folder, identity, relative, shown, whole};
use super::plan::{Group, Plan, plan};
use super::style::OutputStyle;
use super::{CliContext, Exit};

use crate::baseline::{Baseline, BaselineEntry, entries_of, text};
use crate::check::Outcome;
use crate::config::Coverage;
use crate::limits::Limits;

/// Name of the file that is written where no other is named.
const NAME: &str = "portolan-baseline.yaml";

/// The rule about entries that match nothing.
const STALE: &str = "stale-baseline-entry";

/// The baselines of a check.
pub(super) struct Baselines {
    files: Vec<File>,
    /// The file that applies to each group of the plan.
    of_group: Vec<Option<usize>>,
}

struct File {
    path: PathBuf,
    folder: PathBuf,
    baseline: Baseline,
    /// Files that were checked as a whole, as the baseline names them.
    looked_at: HashSet<String>,
}

impl Baselines {
    /// Reads the baselines that apply: that of `--baseline`, or that of each configuration.
    pub(super) fn read(arguments: &CheckArguments, plan: &Plan) -> Result<Baselines> {
        let mut baselines = Baselines {
            files: Vec::new(),
            of_group: Vec::new(),
        };
        let limits = arguments.scope.limits();
        for group in &plan.groups {
            let found = group.found.as_ref();
            let named = found.and_then(|found| {
                let named = found.config.file.baseline.as_deref()?;
                Some((found, found.at(named)))
            });
            let index = match (&arguments.baseline, named) {
                _ if arguments.no_baseline => None,
                (Some(path), _) => Some(baselines.file(&whole(path), &plan.terms.here, &limits)?),
                (None, Some((found, path))) if !path.exists() => {
                    let path = relative(&path, &plan.terms.here);
                    let missing = Error::file(&path, FileError::MissingBaseline);
                    return Err(vec![found.error("baseline", missing.to_string())]);
                }
                (None, Some((_, path))) => {
                    Some(baselines.file(&path, &plan.terms.here, &limits)?)
                }
                (None, None) => None,
            };
            baselines.of_group.push(index);
        }
        Ok(baselines)
    }

    fn file(&mut self, path: &Path, here: &Path, limits: &Limits) -> Result<usize> {
        if let Some(index) = self.files.iter().position(|file| file.path == path) {
            return Ok(index);
        }
        self.files.push(File {
            path: path.to_owned(),
            folder: path.parent().map(Path::to_owned).unwrap_or_default(),
            baseline: load(path, here, limits)?,
            looked_at: HashSet::new(),
        });
        Ok(self.files.len() - 1)
    }

    /// Leaves known findings of a group out.
    pub(super) fn apply(
        &mut self,
        index: usize,
        group: &Group,
        outcome: &mut Outcome,
        here: &Path,
    ) {
        let file = self.of_group.get(index).copied().flatten();
        let Some(file) = file.and_then(|file| self.files.get_mut(file)) else {
            return;
        };
        let names = Names {
            here,
            folder: &file.folder,
        };
        file.baseline.apply(outcome, &|name| names.of(name));
        file.looked_at.extend(checked_files(group, &names));
    }

    /// Reports the entries that no finding of the whole call has matched, with a group that they fall to.
    pub(super) fn stale<'p>(
        &self,
        groups: &'p [Group],
        scope: &CheckScope,
    ) -> Vec<(&'p Group, Outcome)> {
        if !scope.selects(STALE) {
            return Vec::new();
        }
        let mut said = Vec::new();
        for (index, file) in self.files.iter().enumerate() {
            let mut groups = groups.iter().zip(&self.of_group);
            let Some((group, _)) = groups.find(|(_, of)| **of == Some(index)) else {
                continue;
            };
            let mut outcome = file.baseline.stale(group.rules(), &|entry| {
                scope.selects(&entry.rule) && file.looked_at.contains(&entry.file)
            });
            if let Some(found) = &group.found {
                found.config.weigh(&mut outcome);
            }
            said.push((group, outcome));
        }
        said
    }
}

/// Returns the files of which a group would have found everything, as a baseline names them: not those that a release
/// uses which was left out of this call.
fn checked_files(group: &Group, names: &Names<'_>) -> BTreeSet<String> {
    let inputs = group.runs.iter().flat_map(|run| {
        let pem = [&run.options.tls_cert, &run.options.tls_key];
        let pem = pem.into_iter().flatten().chain(&run.options.ca);
        let pem = pem.map(|file| file.name.as_str());
        let set = run.options.release.set_values();
        let set = set.filter_map(|(value, _)| value.origin.as_deref());
        run.files.iter().map(String::as_str).chain(pem).chain(set)
    });
    let whole = inputs.filter(|name| !group.left_out.contains(&identity(&names.here.join(name))));
    let mut files: BTreeSet<String> = whole.map(|name| names.of(name)).collect();
    if let Some(found) = group
        .found
        .as_ref()
        .filter(|_| group.extent != Coverage::Part)
    {
        files.insert(names.of(&found.config.name));
    }
    files
}

fn load(path: &Path, here: &Path, limits: &Limits) -> Result<Baseline> {
    let name = shown(&relative(path, here));
    let text = read_text(path, limits).map_err(|error| Error::File(name.clone(), error))?;
    let baseline = Baseline::read(name.as_str(), &text).map_err(|issues| Error::Places {
        kind: FileKind::Baseline,
        name,
        issues,
    })?;
    Ok(baseline)
}

/// The baseline to be rewritten. Whatever else lies there is somebody's work.
fn present(path: &Path, here: &Path, limits: &Limits) -> Result<Baseline> {
    load(path, here, limits).map_err(|errors| {
        let text = read(path, limits).map(|bytes| decode(bytes).0);
        let has = |key: &str| {
            let text = text.as_deref().unwrap_or_default();
            text.lines().any(|line| line.starts_with(key))
        };
        // A damaged baseline is worth a word on what is wrong with it.
        if text.is_err() || (has("version:") && has("findings:")) {
            return errors;
        }
        vec![Error::file(&relative(path, here), FileError::NotABaseline)]
    })
}

/// Runs `portolan baseline`.
pub(super) fn run(
    arguments: &BaselineArguments,
    style: OutputStyle,
    ctx: &mut CliContext<'_>,
) -> Exit {
    let Some(mut plan) = plan(&arguments.scope, style, ctx) else {
        return Exit::CouldNot;
    };
    let written = target(arguments, &plan).and_then(|path| {
        let old = if path.exists() {
            Some(present(&path, &plan.terms.here, &arguments.scope.limits())?)
        } else {
            None
        };
        Ok((path, old))
    });
    let (path, old) = match written {
        Ok(written) => written,
        Err(errors) => {
            ctx.report(&errors, style);
            return Exit::CouldNot;
        }
    };
    let name = shown(&relative(&path, &plan.terms.here));
    let fresh = fresh(arguments, &mut plan, &path, ctx);
    let fresh = match fresh {
        Ok(fresh) => fresh,
        Err(errors) => {
            ctx.report(&plan.errors, style);
            ctx.report(&errors, style);
            ctx.errors([format!("{name} is not written")], style);
            return Exit::CouldNot;
        }
    };
    let update = Update::of(fresh, old.as_ref(), path.parent().unwrap_or(Path::new(".")));
    let said = format!("{}\n", style.visible(&update.sentence(&name)));
    if let Err(error) = to_file(&path, text(update.entries).as_bytes()) {
        ctx.report(&[Error::File(name, FileError::Write(error))], style);
        return Exit::CouldNot;
    }
    ctx.print(Exit::Clean, |out| out.write_all(said.as_bytes()))
}

/// The file to write.
fn target(arguments: &BaselineArguments, plan: &Plan) -> Result<PathBuf> {
    if let Some(path) = &arguments.output {
        return Ok(whole(path));
    }
    let of_group = |group: &Group| match &group.found {
        Some(found) => found.at(found.config.file.baseline.as_deref().unwrap_or(NAME)),
        None => current_folder().join(NAME),
    };
    let paths: BTreeSet<PathBuf> = plan.groups.iter().map(of_group).collect();
    let mut paths = paths.into_iter();
    match (paths.next(), paths.next()) {
        (Some(path), None) => Ok(path),
        (None, _) => Ok(current_folder().join(NAME)),
        (Some(_), Some(_)) => Err(vec![Error::Call(
            "these files have several configurations: say with `--output FILE` what to write"
                .to_owned(),
        )]),
    }
}

/// The findings of a call.
struct Fresh {
    entries: Vec<BaselineEntry>,
    /// Files that were checked as a whole.
    looked_at: BTreeSet<String>,
    /// Whether findings of a rule were asked for, for each rule of the old entries.
    scope: Vec<String>,
}

fn fresh(
    arguments: &BaselineArguments,
    plan: &mut Plan,
    path: &Path,
    ctx: &mut CliContext<'_>,
) -> Result<Fresh> {
    if !plan.errors.is_empty() {
        return Err(Vec::new());
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let names = Names {
        here: &plan.terms.here,
        folder,
    };
    let mut fresh = Fresh {
        entries: Vec::new(),
        looked_at: BTreeSet::new(),
        scope: Vec::new(),
    };
    let mut blank = EmptyInputs::default();
    let mut checked = false;
    for group in &mut plan.groups {
        let outcome = judge(group, &plan.terms, &mut blank, ctx);
        if !outcome.failures.is_empty() {
            return Err(outcome.failures.into_iter().map(Error::Check).collect());
        }
        let summary = &outcome.report.summary;
        checked |= summary.releases + summary.manifests > 0;
        fresh
            .entries
            .extend(entries_of(&outcome, &|name| names.of(name)));
        fresh.looked_at.extend(checked_files(group, &names));
    }
    if let Some(error) = blank.error() {
        return Err(vec![error]);
    }
    if !checked {
        return Err(vec![Error::Check("nothing to check".to_owned())]);
    }
    fresh.scope.extend(
        plan.groups
            .iter()
            .flat_map(|group| group.rules().iter())
            .map(|rule| rule.id().to_owned())
            .filter(|rule| arguments.scope.selects(rule)),
    );
    Ok(fresh)
}

/// The new text of a baseline, and the numbers of what changed.
struct Update {
    entries: Vec<BaselineEntry>,
    new: usize,
    gone: usize,
    /// Entries that this call could not confirm, since it did not look at their files.
    kept: usize,
}

impl Update {
    /// Joins new findings with old entries; `folder` is that of the baseline.
    fn of(fresh: Fresh, old: Option<&Baseline>, folder: &Path) -> Update {
        let old = old.map(Baseline::entries).unwrap_or_default();
        let known: BTreeMap<&str, &BaselineEntry> = old
            .iter()
            .map(|entry| (entry.fingerprint.as_str(), entry))
            .collect();
        let present: BTreeSet<String> = fresh
            .entries
            .iter()
            .map(|entry| entry.fingerprint.clone())
            .collect();
        let new = present
            .iter()
            .filter(|print| !known.contains_key(print.as_str()))
            .count();
        let (kept, gone): (Vec<&BaselineEntry>, Vec<&BaselineEntry>) = known
            .values()
            .filter(|entry| !present.contains(&entry.fingerprint))
            .partition(|entry| {
                let looked_at =
                    fresh.looked_at.contains(&entry.file) && fresh.scope.contains(&entry.rule);
                let file = set_in_file(&entry.file).map_or(&*entry.file, |(file, _)| file);
                let there = folder.join(&entry.file).is_file() || folder.join(file).is_file();
                there && !looked_at
            });
        let mut entries = fresh.entries;
        let (kept_count, gone) = (kept.len(), gone.len());
        entries.extend(kept.into_iter().cloned());
        Update {
            entries,
            new,
            gone,
            kept: kept_count,
        }
    }

    fn sentence(&self, name: &str) -> String {
        let prints: BTreeSet<&str> = self
            .entries
            .iter()
            .map(|entry| entry.fingerprint.as_str())
            .collect();
        let mut sentence = format!(
            "{name}: {}; {} new, {} gone",
            counted(prints.len(), "finding"),
            self.new,
            self.gone
        );
        if self.kept > 0 {
            sentence.push_str(&format!(
                ", {} kept that this call did not look at",
                self.kept
            ));
        }
        sentence
    }
}
