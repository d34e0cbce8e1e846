//! What a call checks: releases of a configuration, and files on their own, each with the options that apply to it.

mod checks;

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::CliContext;
use super::arguments::CheckScope;
use super::check::{clock, no_rule};
use super::config::{Finder, FoundConfig};
use super::error::{Error, Result};
use super::inputs::{Gathered, gather};
use super::paths::identity;
use super::style::OutputStyle;
use crate::check::{Input, Options, Role};
use crate::config::Coverage;
use crate::exposure::layers::LayerSet;
use crate::rules::RuleSet;
use checks::Planner;
use portolan_yaml::nearest::nearest;

/// Everything that a call checks.
pub(super) struct Plan<'s> {
    pub groups: Vec<Group>,
    /// What could not be read; the rest is checked all the same.
    pub errors: Vec<Error>,
    /// True where a folder was walked.
    pub walked: bool,
    /// Files that were passed over in a folder.
    pub passed_over: usize,
    pub terms: RunContext<'s>,
}

/// Options that hold for every check of a call.
pub(super) struct RunContext<'s> {
    pub scope: &'s CheckScope,
    /// The current folder.
    pub here: PathBuf,
    /// The time that everything is judged at.
    pub now: Option<i64>,
}

/// The checks that one configuration, or none, applies to.
pub(super) struct Group {
    pub found: Option<Rc<FoundConfig>>,
    /// The rules, where they are others than the built-in ones.
    own_rules: Option<RuleSet>,
    pub runs: Vec<Run>,
    /// Extent to which the configuration's releases are checked.
    pub extent: Coverage,
    /// Files of releases that this call does not check.
    pub left_out: BTreeSet<PathBuf>,
}

/// A check to be made.
pub(super) struct Run {
    /// The release of the configuration that it is.
    pub release: Option<String>,
    /// The names of its inputs.
    pub files: Vec<String>,
    pub inputs: Vec<Input>,
    /// Helm's rendering of the values, where it was asked for.
    pub rendered: Option<Input>,
    pub options: Options,
}

impl Run {
    fn new(release: Option<String>, inputs: Vec<Input>, options: Options) -> Run {
        Run {
            release,
            files: inputs.iter().map(|input| input.name.clone()).collect(),
            inputs,
            rendered: None,
            options,
        }
    }
}

impl Group {
    pub(super) fn rules(&self) -> &RuleSet {
        self.own_rules
            .as_ref()
            .unwrap_or_else(|| RuleSet::builtin())
    }
}

/// Lays out what a call checks. Mistakes in the call, in a configuration or in rules are reported, and nothing is planned.
pub(super) fn plan<'s>(
    scope: &'s CheckScope,
    style: OutputStyle,
    ctx: &mut CliContext<'_>,
) -> Option<Plan<'s>> {
    let drafted = PlanBuilder::draw(scope, ctx);
    allowed(drafted.and_then(|drafts| drafts.finish(scope)), style, ctx)
}

/// Plans the checks of inputs that were read already.
pub(super) fn plan_of<'s>(
    scope: &'s CheckScope,
    gathered: Gathered,
    style: OutputStyle,
    ctx: &mut CliContext<'_>,
) -> Option<Plan<'s>> {
    let drafted = PlanBuilder::new(scope).and_then(|drafts| drafts.of(scope, gathered));
    allowed(drafted.and_then(|drafts| drafts.finish(scope)), style, ctx)
}

/// Says why there is no plan.
fn allowed<'s>(
    planned: Result<Plan<'s>>,
    style: OutputStyle,
    ctx: &mut CliContext<'_>,
) -> Option<Plan<'s>> {
    match planned {
        Ok(plan) => Some(plan),
        Err(errors) => {
            ctx.report(&errors, style);
            None
        }
    }
}

/// What falls to one configuration.
struct PlannedRun {
    found: Option<Rc<FoundConfig>>,
    /// Texts that belong to none of its releases.
    loose: Vec<Input>,
    releases: BTreeSet<usize>,
    /// Extent of what was asked for, whether all of it can be checked or not.
    extent: Coverage,
}

struct PlanBuilder {
    finder: Finder,
    drafts: Vec<PlannedRun>,
    gathered: Gathered,
}

impl PlanBuilder {
    fn new(scope: &CheckScope) -> Result<PlanBuilder> {
        Ok(PlanBuilder {
            finder: Finder::new(scope.config.as_deref(), scope.no_config)?,
            drafts: Vec::new(),
            gathered: Gathered::default(),
        })
    }

    fn draw(scope: &CheckScope, ctx: &mut CliContext<'_>) -> Result<PlanBuilder> {
        let mut drafts = PlanBuilder::new(scope)?;
        if scope.values.is_empty() && scope.paths.is_empty() {
            drafts.of_configuration(scope)?;
            return Ok(drafts);
        }
        let gathered = gather(
            &scope.values,
            &scope.paths,
            scope.skip_unrelated,
            &scope.limits(),
            ctx.stdin,
        );
        drafts.of(scope, gathered)
    }

    /// What was read, by configuration.
    fn of(self, scope: &CheckScope, gathered: Gathered) -> Result<PlanBuilder> {
        let mut drafts = self;
        drafts.gathered = gathered;
        let last_layer = scope.values.last().filter(|path| path.as_os_str() != "-");
        for found in std::mem::take(&mut drafts.gathered.found) {
            let path = match found.input.role {
                Role::Values => last_layer.cloned(),
                Role::Named | Role::Walked | Role::Rendered => found.path,
            };
            drafts.file(path.as_deref(), found.input, scope)?;
        }
        let walked: Vec<PathBuf> = drafts
            .gathered
            .walked
            .iter()
            .map(|path| identity(path))
            .collect();
        for draft in &mut drafts.drafts {
            let folder = draft.found.as_ref().map(|found| &found.folder);
            let is_walked = folder.is_some_and(|folder| {
                let mut ctx = walked.iter();
                ctx.any(|walked| folder.starts_with(walked))
            });
            if is_walked {
                draft.extent = Coverage::Folder;
            }
        }
        Ok(drafts)
    }

    /// The releases of the configuration that applies here: all of them, or those that were picked.
    fn of_configuration(&mut self, scope: &CheckScope) -> Result<()> {
        let nothing = "nothing to check: give a values file, a folder, or `-` for standard input";
        let here = self.finder.here.clone();
        let Some(found) = self.finder.of_folder(&here)? else {
            let picked = scope.release.first();
            return Err(vec![Error::NothingNamed(match picked {
                None => nothing.to_owned(),
                Some(name) => format!("--release {name}: there is no portolan.yaml that names it"),
            })]);
        };
        let releases = &found.config.file.releases;
        if releases.is_empty() {
            let name = &found.config.name;
            return Err(vec![Error::NothingNamed(format!(
                "{nothing}; {name} names no release"
            ))]);
        }
        let mut picked = BTreeSet::new();
        let mut unknown = Vec::new();
        for name in &scope.release {
            match releases.iter().position(|release| release.name == *name) {
                Some(index) => {
                    picked.insert(index);
                }
                None => {
                    let names = || releases.iter().map(|release| release.name.as_str());
                    let hint = nearest(name, names()).map_or_else(
                        || {
                            format!(
                                "the releases are {}",
                                names().collect::<Vec<_>>().join(", ")
                            )
                        },
                        |near| format!("did you mean `{near}`?"),
                    );
                    let file = &found.config.name;
                    unknown.push(Error::Call(format!(
                        "--release: {file} names no release `{name}`; {hint}"
                    )));
                }
            }
        }
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let draft = self.draft(Some(found));
        if picked.is_empty() {
            draft.all();
        } else {
            draft.releases = picked;
        }
        Ok(())
    }

    /// Puts a text where it belongs.
    fn file(&mut self, path: Option<&Path>, input: Input, scope: &CheckScope) -> Result<()> {
        let found = self.finder.of_file(path)?;
        if let (Some(found), Some(path), false) = (&found, path, input.role == Role::Values) {
            let releases = found.releases_of(path);
            if !releases.is_empty() {
                let releases = releases.to_vec();
                self.draft(Some(Rc::clone(found))).releases.extend(releases);
                return Ok(());
            }
            if found.is_own(path) {
                // Whoever changes the configuration, its rules or its baseline changes what is said about all of it.
                if input.role == Role::Named || scope.skip_unrelated {
                    let draft = self.draft(Some(Rc::clone(found)));
                    draft.all();
                } else {
                    self.gathered.templates += 1;
                }
                return Ok(());
            }
        }
        self.draft(found).loose.push(input);
        Ok(())
    }

    fn draft(&mut self, found: Option<Rc<FoundConfig>>) -> &mut PlannedRun {
        let path = |found: &Option<Rc<FoundConfig>>| found.as_ref().map(|found| found.path.clone());
        let known = self
            .drafts
            .iter()
            .position(|draft| path(&draft.found) == path(&found));
        let index = known.unwrap_or(self.drafts.len());
        if known.is_none() {
            self.drafts.push(PlannedRun {
                found,
                loose: Vec::new(),
                releases: BTreeSet::new(),
                extent: Coverage::Part,
            });
        }
        // It was found or has just been added.
        #[allow(clippy::indexing_slicing)]
        &mut self.drafts[index]
    }

    fn finish(self, scope: &CheckScope) -> Result<Plan<'_>> {
        let here = self.finder.here;
        let mut planner = Planner {
            scope,
            here: &here,
            now: scope.run.now.or_else(clock),
            limits: scope.limits(),
            charts: HashMap::new(),
            layers: LayerSet::default(),
            errors: Vec::new(),
        };
        let mut groups = Vec::new();
        for draft in self.drafts {
            groups.push(planner.group(draft)?);
        }
        known_rules(scope, &groups)?;
        if !self.gathered.errors.is_empty() {
            for group in &mut groups {
                group.extent = Coverage::Part;
            }
        }
        let mut errors = self.gathered.errors;
        errors.extend(planner.errors);
        Ok(Plan {
            groups,
            errors,
            walked: !self.gathered.walked.is_empty(),
            passed_over: self.gathered.templates,
            terms: RunContext {
                scope,
                now: planner.now,
                here,
            },
        })
    }
}

impl PlannedRun {
    fn all(&mut self) {
        let count = self
            .found
            .as_ref()
            .map(|found| found.config.file.releases.len());
        self.releases.extend(0..count.unwrap_or_default());
        self.extent = Coverage::Releases;
    }
}

/// Rules named on the command line exist.
fn known_rules(scope: &CheckScope, groups: &[Group]) -> Result<()> {
    if groups.is_empty() {
        return Ok(());
    }
    let sets = || groups.iter().map(Group::rules);
    let named = [("--select", &scope.select), ("--ignore", &scope.ignore)];
    let named = named.into_iter();
    let unknown: Vec<Error> = named
        .flat_map(|(option, ids)| ids.iter().map(move |id| (option, id)))
        .filter(|(_, id)| !sets().any(|rules| rules.get(id).is_some()))
        .map(|(option, id)| {
            let rules = sets().next().unwrap_or_else(|| RuleSet::builtin());
            let ids = rules.iter().map(|rule| rule.id());
            Error::Call(format!("{option}: {}", no_rule(id, ids)))
        })
        .collect();
    if unknown.is_empty() {
        Ok(())
    } else {
        Err(unknown)
    }
}
