//! Go templates in values, evaluated with what is known of the release.

use super::chart_facts::{Release as ChartRelease, definitions};
use super::defaults;
use super::projection::ReleaseNames;
use super::values::coalesce;
use crate::catalogue::ChartVersion;
use crate::limits::Limits;
use portolan_template::{
    Budget, Chart, Context, Engine, Limit, ProblemKind, Release, Rendered, TemplateProblem,
};
use portolan_yaml::source::{MappedText, Sources, Span};
use portolan_yaml::{Node, NodeId, Problem, Tree};

/// What templates are rendered with.
#[derive(Clone, Copy)]
pub struct Rendering<'r> {
    /// The texts.
    pub sources: &'r Sources,
    /// Names of the release.
    pub names: &'r ReleaseNames,
    /// The chart's release.
    pub edition: &'r ChartVersion,
    /// `.Capabilities.KubeVersion.Version`, where it was given.
    pub kube_version: Option<&'r str>,
    /// How much may be done.
    pub limits: &'r Limits,
    /// What the templates of the run have used up.
    pub budget: &'r Budget,
}

impl Rendering<'_> {
    fn context<'c>(&'c self, values: Node<'c>) -> Context<'c> {
        Context {
            values,
            // What is not known of the chart's own values stands among them as such.
            values_complete: true,
            release: Release {
                name: Some(&self.names.release),
                namespace: self.names.namespace.as_deref(),
                ..Release::default()
            },
            chart: Chart {
                name: Some("carto"),
                version: Some(self.edition.version()),
                app_version: None,
            },
            capabilities: portolan_template::Capabilities {
                kube_version: self.kube_version,
                api_versions: None,
            },
            limits: self.limits(),
        }
    }

    /// The limits of one template.
    pub(super) fn limits(&self) -> portolan_template::Limits {
        portolan_template::Limits::from(self.limits)
    }

    /// Whether nothing more is to be evaluated; what is no template costs only the nodes of its documents.
    fn spent(&self, is_template: bool) -> Option<Limit> {
        let spent = self.budget.spent(&self.limits());
        spent.filter(|limit| is_template || *limit == Limit::Nodes)
    }
}

/// The values of a release.
#[derive(Clone, Copy, Debug)]
pub struct ReleaseValues {
    /// What the chart says of the keys that decide the way to the router.
    pub defaults: NodeId,
    /// What the user has written.
    pub user: NodeId,
}

/// Renders the templates of one release. The values are taken in once, and only where there is a template.
pub struct Templates<'r> {
    pub(super) rendering: Rendering<'r>,
    values: ReleaseValues,
    engine: Option<Engine>,
    /// Templates that Helm would refuse, and limits that were reached.
    problems: Vec<TemplateProblem>,
    /// Output that is not YAML although all of it is known.
    yaml_problems: Vec<Problem>,
    /// The first template that was left out because the run's limit had been reached before, and how many there were.
    left_out: Option<(Span, Limit, usize)>,
}

/// What was wrong with the templates.
#[derive(Debug, Default)]
pub struct TemplateProblems {
    /// Templates that Helm would refuse, and limits that were reached.
    pub templates: Vec<TemplateProblem>,
    /// Output that is not YAML although all of it is known.
    pub yaml: Vec<Problem>,
}

/// How many problems there were at some time.
#[derive(Clone, Copy)]
pub(super) struct Mark(usize);

impl<'r> Templates<'r> {
    /// Prepares to render.
    pub fn new(rendering: Rendering<'r>, values: ReleaseValues) -> Self {
        Templates {
            rendering,
            values,
            engine: None,
            problems: Vec::new(),
            yaml_problems: Vec::new(),
            left_out: None,
        }
    }

    /// What is wrong with the templates.
    pub fn into_problems(self) -> TemplateProblems {
        let mut problems = self.problems;
        if let Some((span, limit, count)) = self.left_out {
            let which = match count {
                1 => "this template is not evaluated".to_owned(),
                count => format!("this template and {} more are not evaluated", count - 1),
            };
            problems.push(TemplateProblem {
                span,
                message: format!("{which}: the templates before it used up what there was for all"),
                help: None,
                fatal: false,
                kind: ProblemKind::Limit(limit),
            });
        }
        TemplateProblems {
            templates: problems,
            yaml: self.yaml_problems,
        }
    }

    /// Adds a problem.
    pub(super) fn report(&mut self, problem: TemplateProblem) {
        self.problems.push(problem);
    }

    /// Adds a problem of an output.
    pub(super) fn report_yaml(&mut self, problem: Problem) {
        self.yaml_problems.push(problem);
    }

    /// How many problems there are.
    pub(super) fn mark(&self) -> Mark {
        Mark(self.problems.len())
    }

    /// Forgets the problems of a second attempt.
    pub(super) fn forget_since(&mut self, mark: Mark) {
        self.problems.truncate(mark.0);
    }

    /// Evaluates the text of a node; `None` where nothing that could be used comes out.
    pub(super) fn evaluate_node(&mut self, tree: &mut Tree, item: NodeId) -> Option<Rendered> {
        let node = tree.node(item);
        let (text, site) = (
            portolan_yaml::mapped_text(self.rendering.sources, node),
            node.site(),
        );
        self.evaluate(tree, &text, site)
    }

    /// Evaluates a text that stands at a place; `None` where nothing that could be used comes out.
    pub(super) fn evaluate(
        &mut self,
        tree: &mut Tree,
        text: &MappedText,
        site: Span,
    ) -> Option<Rendered> {
        let is_template = text.text.contains("{{");
        if let Some(limit) = self.rendering.spent(is_template) {
            let first = self.left_out.get_or_insert((site, limit, 0));
            first.2 += 1;
            return None;
        }
        if !is_template {
            return Some(Rendered {
                text: text.clone(),
                ..Rendered::default()
            });
        }
        self.rendering.budget.take_template();
        if self.engine.is_none() {
            self.engine = Some(self.engine(tree));
        }
        let mut rendered = self.engine.as_mut()?.render(text, self.rendering.budget);
        let usable = !rendered.is_refused() && !rendered.is_cut_short();
        for problem in &mut rendered.problems {
            // A limit may be reached before the first action.
            if problem.span == Span::NOWHERE || problem.span.is_empty() {
                problem.span = site;
            }
        }
        self.problems.append(&mut rendered.problems);
        usable.then_some(rendered)
    }

    fn engine(&self, tree: &mut Tree) -> Engine {
        let known = defaults::of_release(tree, self.rendering.edition, self.values.defaults);
        let values = coalesce(tree, known, self.values.user);
        let engine = Engine::new(&self.rendering.context(tree.node(values)));
        if self.rendering.edition.is_own() {
            // What a chart of the user's own defines is not known.
            return engine;
        }
        let release = ChartRelease::of(self.rendering.edition.version());
        engine.with_names(definitions(&release).map(Into::into))
    }
}
