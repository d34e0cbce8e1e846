//! One release: from read texts to diagnostics and verdicts.

use std::sync::atomic::AtomicUsize;

use super::chart_failures::add_refused;
use super::manifests::ManifestSet;
use super::{Checked, Input, InputDocument, Role, Session, secrets, unrelated_objects};
use crate::diagnostic::{Label, ReleaseReport, Requirement, RequirementVerdict, Verdict};
use crate::exposure::{Context, Exposure, extract};
use crate::facts::{Anchor, DuplicateKey, Fact, Facts, SyntaxError, TemplateError, reached};
use crate::helm::projection::{self, Projection};
use crate::helm::templates::{ReleaseValues, Rendering, Templates};
use crate::helm::values::{coalesce, merge};
use crate::helm::{
    CHART_DEFAULTS, DEFAULTS_NAME, defaults, extra_deploy, keys, refusals, scalars, set,
};
use crate::kube::{Installation, Objects, Unplaced};
use crate::limits::Limit;
use crate::rules::judge;
use portolan_template::{self, Budget, TemplateProblem};
use portolan_yaml::source::{SourceId, Span};
use portolan_yaml::{Node, NodeData, NodeId, NodeKind, Problem, ProblemKind};

impl Session<'_> {
    /// Reads a text.
    pub(super) fn read(&mut self, input: Input, done: &AtomicUsize) -> InputDocument {
        let is_large = input.text.len() >= unrelated_objects::LARGE && input.role != Role::Values;
        let source = self.sources.add(input.name.clone(), input.text);
        let filter = |root: Node<'_>| portolan_yaml::Filtered {
            places: secrets::secret_places(root),
            enough: (is_large && unrelated_objects::may_be_one(root))
                .then_some(&unrelated_objects::IDENTITY[..]),
        };
        let reading = portolan_yaml::Reading {
            threads: self.options.threads,
            filter: Some(&filter),
            done: Some(done),
        };
        let limits = portolan_yaml::Limits::from(&self.options.limits);
        let mut stream =
            portolan_yaml::parse_source(&self.sources, source, &mut self.tree, &limits, reading);
        self.documents.extend(&stream.documents);
        if stream
            .problems
            .iter()
            .any(|problem| problem.kind.loses_document())
        {
            let text = self.sources.text(source);
            let places = secrets::secret_places_in_unread(source, text);
            self.sources.mark_secrets(places);
        }
        self.sources
            .mark_secrets(std::mem::take(&mut stream.places));
        InputDocument {
            source,
            name: input.name,
            stream,
            not_utf8: input.not_utf8,
        }
    }

    /// Returns the path of keys that leads to a place in an input.
    pub(super) fn path(&self, span: Span) -> Option<String> {
        // Documents of one source lie in order, and sources are read one after the other.
        let after = self.documents.partition_point(|document| {
            (document.span.source, document.span.start) <= (span.source, span.start)
        });
        let document = after.checked_sub(1).and_then(|at| self.documents.get(at));
        let path = match document.filter(|document| document.span.source == span.source) {
            Some(document) => portolan_yaml::path_at(self.tree.node(document.root), span),
            None => set::path_at(&self.tree, &self.given, span)?,
        };
        (!path.is_empty()).then_some(path)
    }

    /// Checks values files that are merged into one release, together with manifests that belong to it.
    pub(super) fn release(
        &mut self,
        layers: Vec<InputDocument>,
        beside: Option<(&[InputDocument], ManifestSet)>,
    ) -> Checked {
        // However many releases are checked beside it, the same is found in each.
        self.budget = Budget::default();
        let name = layers
            .last()
            .map_or_else(|| "--set".to_owned(), |layer| layer.name.clone());
        let mut files = files(&layers);
        let mut facts = Facts::default();
        let mut unreadable = false;
        let mut beside = beside.map(|(documents, set)| {
            files.extend(documents.iter().map(|document| document.source));
            set
        });
        if let Some(set) = &mut beside {
            absorb(&mut facts, std::mem::take(&mut set.facts));
        }
        let mut roots = Vec::new();
        for layer in &layers {
            unreadable |= self.text_facts(layer, &mut facts);
            if let Some(document) = layer.stream.documents.first() {
                let node = self.tree.node(document.root);
                if node.is_mapping() {
                    roots.push(document.root);
                } else if !node.is_null() {
                    let message =
                        "the values are not a mapping: a values file holds `key: value` pairs";
                    syntax_error(
                        &mut facts,
                        node.span(),
                        message,
                        "begin with a top-level key, for example `router:`",
                    );
                    unreadable = true;
                }
            }
        }
        let anchor = layers
            .first()
            .map_or(Span::NOWHERE, |layer| Span::new(layer.source, 0, 0));
        let is_merged = roots.len() > 1 || self.options.release.set_values().next().is_some();
        let mut user = self.tree.push(NodeData {
            span: anchor,
            kind: NodeKind::Mapping(Vec::new()),
            overrides: None,
        });
        for root in roots.iter().copied() {
            user = merge(&mut self.tree, user, root);
        }
        user = self.apply_set(user, &mut facts, &mut unreadable);
        if is_merged {
            let places = secrets::secret_places_in_merged(self.tree.node(user));
            self.sources.mark_secrets(places);
        }
        if unreadable {
            return self.unreadable(name, &files, facts);
        }
        self.chart_facts(&layers, &roots, user, &mut facts);
        let (exposure, unplaced) = self.expose(user, anchor, beside, facts);
        self.judge(name, &files, exposure, &unplaced)
    }

    /// Lays `--set` and `--set-string` over the values.
    fn apply_set(&mut self, mut user: NodeId, facts: &mut Facts, unreadable: &mut bool) -> NodeId {
        let mut given_in = Vec::new();
        for (given, as_string) in self.options.release.set_values() {
            let option = if as_string { "--set-string" } else { "--set" };
            let name = given.origin.as_deref().unwrap_or(option);
            let source = self.sources.add(name, given.text.clone());
            let text = set::Text {
                source,
                text: &given.text,
                as_string,
            };
            match set::apply(&mut self.tree, user, text, &mut self.given) {
                Ok(merged) => user = merged,
                Err(error) => {
                    syntax_error(
                        facts,
                        error.span,
                        &error.message,
                        "write it as Helm does: `path.to.key=value`",
                    );
                    *unreadable = true;
                }
            }
            given_in.push(source);
        }
        if *unreadable {
            // The kind of an object may stand in an option that was not read.
            let unread = given_in.into_iter().filter_map(|source| {
                secrets::secret_places_in_unread_set(source, self.sources.text(source))
            });
            let unread: Vec<Span> = unread.collect();
            self.sources.mark_secrets(unread);
        }
        user
    }

    /// Compares the values with the chart's own: file by file, since a later file hides what an earlier one says.
    fn chart_facts(
        &self,
        layers: &[InputDocument],
        roots: &[NodeId],
        user: NodeId,
        facts: &mut Facts,
    ) {
        for layer in layers {
            scalars::documents(&self.tree, &layer.stream, facts);
        }
        // The merged values come last, for what stands in no file: `--set`.
        for root in roots.iter().copied().chain([user]) {
            keys::facts(&self.edition, &self.sources, &self.tree, root, facts);
        }
        scalars::overrides(&self.sources, self.tree.node(user), facts);
    }

    /// Turns merged values into facts.
    fn expose(
        &mut self,
        user: NodeId,
        anchor: Span,
        beside: Option<ManifestSet>,
        mut facts: Facts,
    ) -> (Exposure, Vec<Unplaced>) {
        let defaults_source = self.sources.add_static(DEFAULTS_NAME, CHART_DEFAULTS);
        let stream = portolan_yaml::parse_source(
            &self.sources,
            defaults_source,
            &mut self.tree,
            &portolan_yaml::Limits::default(),
            portolan_yaml::Reading::default(),
        );
        let of_all = stream
            .documents
            .first()
            .map_or(user, |document| document.root);
        let version = self.edition.version();
        let default_root = defaults::on_the_way(&mut self.tree, of_all, version);
        let names = self.options.names();
        let cluster = self.options.release.cluster_version.as_deref();
        let rendering = Rendering {
            sources: &self.sources,
            names: &names,
            edition: &self.edition,
            kube_version: cluster,
            limits: &self.options.limits,
            budget: &self.budget,
        };
        let given = ReleaseValues {
            defaults: default_root,
            user,
        };
        let mut templates = Templates::new(rendering, given);
        let values = coalesce(&mut self.tree, default_root, user);
        let cluster = cluster.and_then(|version| version.parse().ok());
        let asked = refusals::Asked {
            values,
            user,
            defaults: defaults_source,
            edition: &self.edition,
            cluster,
        };
        let mut refused = refusals::find(&mut self.tree, &mut templates, asked);
        let extra = extra_deploy::render(&mut self.tree, values, &mut templates);
        let given = projection::Given {
            values,
            defaults: defaults_source,
            names: &names,
            version,
            cluster,
        };
        let projected = Projection::new(&mut self.tree, &mut templates, given).render();
        refused.extend(projected.refused);
        let problems = templates.into_problems();
        let mut objects = Objects::default();
        for object in projected.objects.into_iter().chain(extra.objects) {
            objects.add(&self.tree, object);
        }
        for unplaced in extra.unplaced {
            objects.add_unplaced(unplaced);
        }
        if let Some(set) = beside {
            objects = self.world(objects, set, names.namespace.as_deref());
        }
        for refused in refused {
            add_refused(&mut facts, refused);
        }
        for problem in problems.templates {
            self.template_error(&mut facts, problem);
        }
        for problem in &problems.yaml {
            self.problem(problem, &mut facts);
        }
        let cx = Context {
            tree: &self.tree,
            sources: &self.sources,
            objects: &objects,
            options: &self.options.release,
            from_values: true,
            anchor,
            certificates: &self.certificates,
            layers: &self.options.layers,
        };
        let mut exposure = extract(cx);
        self.sources
            .mark_secrets(std::mem::take(&mut exposure.secrets));
        let user_root = self.tree.node(user);
        crate::exposure::values_facts(user_root, &mut exposure);
        absorb(&mut exposure.facts, facts);
        (exposure, objects.unplaced().to_vec())
    }

    /// Joins the objects that the values make with those of manifests beside them: objects in the release's namespace
    /// are its own, the others are in its reach.
    fn world(&self, mut objects: Objects, set: ManifestSet, namespace: Option<&str>) -> Objects {
        for object in set.objects.iter(&self.tree) {
            objects.add(&self.tree, object.object.clone());
        }
        for unplaced in set.objects.unplaced() {
            objects.add_unplaced(unplaced.clone());
        }
        let Some(namespace) = namespace else {
            return objects;
        };
        let release = Installation {
            namespace: Some(namespace.to_owned()),
            release: None,
        };
        let (mut worlds, _) = objects.split(&self.tree, &[release], |_| false);
        worlds.pop().unwrap_or_default()
    }

    /// Adds facts about what is wrong with a text itself; returns true where a document of it was lost.
    pub(super) fn text_facts(&self, document: &InputDocument, facts: &mut Facts) -> bool {
        let mut lost = false;
        if let Some(offset) = document.not_utf8 {
            let span = Span::new(document.source, offset, offset);
            let message = "this is not UTF-8 text";
            syntax_error(facts, span, message, "save the file as UTF-8");
            lost = true;
        }
        for problem in &document.stream.problems {
            lost |= problem.kind.loses_document();
            self.problem(problem, facts);
        }
        lost
    }

    fn problem(&self, problem: &Problem, facts: &mut Facts) {
        let mut place = Anchor::new(problem.span);
        place.labels = problem
            .related
            .iter()
            .map(|(span, message)| Label {
                span: *span,
                message: message.clone(),
            })
            .collect();
        match &problem.kind {
            ProblemKind::DuplicateKey { key } | ProblemKind::MergeOverridesKey { key } => {
                let mut fact = DuplicateKey::new(place);
                fact.key = Fact::known(key.clone());
                let line = problem
                    .related
                    .as_ref()
                    .map(|(span, _)| self.sources.line_column(*span).line);
                fact.lost_line = Fact::from_option(line.and_then(|line| i64::try_from(line).ok()));
                facts.duplicate_keys.push(fact);
            }
            ProblemKind::LimitExceeded(limit) => {
                self.limit_reached((*limit).into(), place, problem.message.clone(), facts);
            }
            _ => {
                let mut fact = SyntaxError::new(place);
                fact.message = Fact::known(problem.message.clone());
                fact.help = Fact::from_option(problem.help.clone());
                facts.syntax_errors.push(fact);
            }
        }
    }

    fn template_error(&self, facts: &mut Facts, problem: TemplateProblem) {
        let place = Anchor::new(problem.span);
        if let portolan_template::ProblemKind::Limit(limit) = problem.kind {
            self.limit_reached(limit.into(), place, problem.message, facts);
            return;
        }
        let mut fact = TemplateError::new(place);
        fact.message = Fact::known(problem.message);
        fact.help = Fact::from_option(problem.help);
        facts.template_errors.push(fact);
    }

    /// Adds the fact that an input went beyond a limit.
    pub(super) fn limit_reached(
        &self,
        limit: Limit,
        place: Anchor,
        message: String,
        facts: &mut Facts,
    ) {
        facts
            .reached_limits
            .push(reached(&self.options.limits, limit, place, message));
    }

    /// Judges a release whose values cannot be read: nothing but the text itself.
    fn unreadable(&self, name: String, files: &[SourceId], facts: Facts) -> Checked {
        let mut exposure = Exposure::default();
        exposure.facts = facts;
        let mut checked = self.judge(name, files, exposure, &[]);
        for row in &mut checked.report.requirements {
            if row.requirement != Requirement::ValuesFile {
                row.verdict = Verdict::Undecided;
                row.supply =
                    vec!["the values cannot be read: fix the errors in them first".to_owned()];
            }
        }
        checked
    }

    pub(super) fn judge(
        &self,
        name: String,
        files: &[SourceId],
        exposure: Exposure,
        unplaced: &[Unplaced],
    ) -> Checked {
        let Exposure {
            facts,
            mut inferred,
            ..
        } = exposure;
        let mut judgement = judge(self.rules, &facts);
        let suppressed = self.suppress(files, &facts, &mut judgement);
        inferred.extend(self.which_chart(&facts));
        let mut requirements = judgement.requirements;
        if facts.router.is_empty() {
            no_router(&mut requirements, unplaced);
        }
        leave_open(&mut requirements, unplaced);
        Checked {
            report: ReleaseReport {
                name,
                requirements,
                inferred,
            },
            diagnostics: judgement.diagnostics,
            failures: judgement
                .failures
                .into_iter()
                .map(|failure| {
                    format!(
                        "rule `{}` could not be applied: {}",
                        failure.rule, failure.message
                    )
                })
                .collect(),
            held: judgement.held,
            suppressed,
        }
    }

    /// Says which chart the keys were held against, where that matters: it was asked for, or something was found.
    fn which_chart(&self, facts: &Facts) -> Option<String> {
        let found = !facts.chart_keys.is_empty() || !facts.chart_values.is_empty();
        let name = self.edition.name();
        if self.edition.is_own() {
            Some(format!("keys and types are those of your chart {name}"))
        } else if self.options.edition().is_some() {
            Some(format!("keys and types are those of chart {name}"))
        } else {
            found.then(|| {
                format!("keys and types are those of chart {name}, the newest known; `--chart-version` names another")
            })
        }
    }
}

pub(super) fn files(documents: &[InputDocument]) -> Vec<SourceId> {
    documents.iter().map(|document| document.source).collect()
}

/// Leaves the requirements undecided: without the router nothing is known about the ways to it.
fn no_router(requirements: &mut [RequirementVerdict], unplaced: &[Unplaced]) {
    let about_router = [
        Requirement::Exposed,
        Requirement::HttpsOnly,
        Requirement::Timeout605,
        Requirement::Domain,
    ];
    let supply = if !unplaced.is_empty() {
        "the router Service is not among the manifests that could be read: fix the broken documents"
    } else {
        "the router Service is not among the manifests: give all that `helm template` renders"
    };
    for row in requirements {
        if about_router.contains(&row.requirement) && row.verdict == Verdict::NotApplicable {
            row.verdict = Verdict::Undecided;
            row.supply = vec![supply.to_owned()];
        }
    }
}

/// Most that a row names of what could not be placed.
const MOST_NAMED: usize = 5;

/// Leaves every requirement open that would be met: what could not be placed may touch every way to the router.
fn leave_open(requirements: &mut [RequirementVerdict], unplaced: &[Unplaced]) {
    let mut sentences = Vec::new();
    for part in unplaced.iter().filter(|part| part.may_carry_traffic()) {
        let sentence = part.sentence();
        if sentences.len() < MOST_NAMED && !sentences.contains(&sentence) {
            sentences.push(sentence);
        }
    }
    if sentences.is_empty() {
        return;
    }
    for row in requirements {
        if row.requirement == Requirement::ValuesFile || row.verdict == Verdict::Violated {
            continue;
        }
        if row.verdict != Verdict::Undecided {
            row.verdict = Verdict::Undecided;
            row.supply.clear();
        }
        row.supply.extend(sentences.iter().cloned());
    }
}

fn syntax_error(facts: &mut Facts, span: Span, message: &str, help: &str) {
    let mut fact = SyntaxError::new(Anchor::new(span));
    fact.message = Fact::known(message.to_owned());
    fact.help = Fact::known(help.to_owned());
    facts.syntax_errors.push(fact);
}

/// Moves the facts about texts to those about objects.
pub(super) fn absorb(facts: &mut Facts, texts: Facts) {
    facts.syntax_errors.extend(texts.syntax_errors);
    facts.duplicate_keys.extend(texts.duplicate_keys);
    facts.template_errors.extend(texts.template_errors);
    facts.reached_limits.extend(texts.reached_limits);
    facts.tls_conflicts.extend(texts.tls_conflicts);
    facts.chart_keys.extend(texts.chart_keys);
    facts.chart_values.extend(texts.chart_values);
    facts.boolean_words.extend(texts.boolean_words);
    facts.rewritten_keys.extend(texts.rewritten_keys);
    facts.rewritten_numbers.extend(texts.rewritten_numbers);
    facts.padded_texts.extend(texts.padded_texts);
    facts.ignored_documents.extend(texts.ignored_documents);
    facts.type_overrides.extend(texts.type_overrides);
}
