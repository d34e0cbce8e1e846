//! Each room of the house for itself, on a values file of 4 kB unless its name says otherwise.

#![allow(unreachable_pub, reason = "the inputs are shared by both benchmarks")]

mod inputs;

use divan::{Bencher, black_box};
use portolan::catalogue::{Catalogue, ChartVersion, KeyId};
use portolan::check::{Input, Options, Outcome, check};
use portolan::exposure::layers::LayerSet;
use portolan::exposure::{CertificateInputs, Context, Exposure, extract};
use portolan::helm::projection::{Given, Projection, ReleaseNames};
use portolan::helm::templates::{ReleaseValues, Rendering, Templates};
use portolan::helm::values::coalesce;
use portolan::helm::{CHART_DEFAULTS, DEFAULTS_NAME, defaults, extra_deploy};
use portolan::kube::{Object, Objects, Origin};
use portolan::limits::Limits;
use portolan::options::ReleaseOptions;
use portolan::report::{self, Format};
use portolan::rules::{RuleSet, judge};
use portolan_certificate::read_certificates;
use portolan_template::Budget;
use portolan_yaml::source::{MappedText, SourceId, Sources, Span};
use portolan_yaml::{NodeId, Style, Tree};

fn main() {
    divan::main();
}

/// A release on its way, as far as each room needs it.
struct Release {
    sources: Sources,
    tree: Tree,
    defaults: SourceId,
    default_root: NodeId,
    user: NodeId,
    names: ReleaseNames,
    edition: ChartVersion,
}

fn parse(sources: &Sources, source: SourceId, tree: &mut Tree) -> Vec<NodeId> {
    let text = MappedText::of_source(sources, source);
    let stream = portolan_yaml::parse(&text, tree, &portolan_yaml::Limits::default());
    let roots = stream.documents.iter().map(|document| document.root);
    roots.collect()
}

impl Release {
    fn read() -> Option<Self> {
        let mut sources = Sources::default();
        let mut tree = Tree::default();
        let source = sources.add("customizations.yaml", inputs::values(1));
        let user = *parse(&sources, source, &mut tree).first()?;
        let defaults = sources.add(DEFAULTS_NAME, CHART_DEFAULTS);
        let of_all = *parse(&sources, defaults, &mut tree).first()?;
        let edition = Catalogue::embedded().newest();
        let default_root = defaults::on_the_way(&mut tree, of_all, edition.version());
        Some(Release {
            sources,
            tree,
            defaults,
            default_root,
            user,
            edition,
            names: ReleaseNames {
                release: "carto".to_owned(),
                namespace: None,
            },
        })
    }

    fn values(&mut self) -> NodeId {
        coalesce(&mut self.tree, self.default_root, self.user)
    }

    /// Calls what needs templates with the tree, which it may add to.
    fn with_templates<T>(&mut self, call: impl FnOnce(&mut Tree, &mut Templates<'_>) -> T) -> T {
        let (limits, budget) = (Limits::default(), Budget::default());
        let rendering = Rendering {
            sources: &self.sources,
            names: &self.names,
            edition: &self.edition,
            kube_version: None,
            limits: &limits,
            budget: &budget,
        };
        let given = ReleaseValues {
            defaults: self.default_root,
            user: self.user,
        };
        call(&mut self.tree, &mut Templates::new(rendering, given))
    }

    fn extra(&mut self, values: NodeId) -> extra_deploy::Deployed {
        self.with_templates(|tree, templates| extra_deploy::render(tree, values, templates))
    }

    fn projection(&mut self, values: NodeId) -> Vec<Object> {
        let (defaults, names) = (self.defaults, self.names.clone());
        let version = self.edition.version().to_owned();
        self.with_templates(|tree, templates| {
            let given = Given {
                values,
                defaults,
                names: &names,
                version: &version,
                cluster: None,
            };
            Projection::new(tree, templates, given).render().objects
        })
    }

    fn objects(&mut self) -> Objects {
        let values = self.values();
        let extra = self.extra(values);
        let mut objects = Objects::default();
        for object in self.projection(values).into_iter().chain(extra.objects) {
            objects.add(&self.tree, object);
        }
        objects
    }

    fn expose(&self, objects: &Objects) -> Exposure {
        extract(Context {
            layers: LayerSet::builtin(),
            tree: &self.tree,
            sources: &self.sources,
            objects,
            options: &ReleaseOptions::default(),
            from_values: true,
            anchor: Span::NOWHERE,
            certificates: &CertificateInputs::default(),
        })
    }
}

/// The room that `work` enters, after `prepare`.
fn room<T, R>(
    bencher: Bencher<'_, '_>,
    prepare: impl Fn(&mut Release) -> T,
    work: impl Fn(&mut Release, T) -> R + Sync,
) {
    bencher
        .with_inputs(|| {
            let mut release = Release::read()?;
            let prepared = prepare(&mut release);
            Some((release, prepared))
        })
        .bench_local_values(|prepared| {
            prepared.map(|(mut release, prepared)| {
                let done = work(&mut release, prepared);
                (release, done)
            })
        });
}

#[divan::bench(args = [4_000, 150_000])]
fn yaml_parse(bencher: Bencher<'_, '_>, bytes: usize) {
    let mut sources = Sources::default();
    let source = sources.add("manifests.yaml", inputs::manifests(bytes));
    bencher.bench_local(|| {
        let mut tree = Tree::default();
        let roots = parse(&sources, source, &mut tree);
        (tree, roots)
    });
}

#[divan::bench(args = ["605", "0777", "on", "1e3", "2001-01-01", "carto.acme.io", "~"])]
fn scalar_resolution(text: &str) -> portolan_yaml::Value {
    portolan_yaml::resolve(black_box(text), Style::Plain, None)
}

#[divan::bench]
fn values_merging(bencher: Bencher<'_, '_>) {
    room(bencher, |_| (), |release, ()| release.values());
}

#[divan::bench]
fn template_evaluation(bencher: Bencher<'_, '_>) {
    room(bencher, Release::values, |release, values| {
        release.extra(values)
    });
}

#[divan::bench]
fn projection(bencher: Bencher<'_, '_>) {
    room(bencher, Release::values, |release, values| {
        release.projection(values)
    });
}

#[divan::bench]
fn kube_links_in_150_kb(bencher: Bencher<'_, '_>) {
    let mut sources = Sources::default();
    let mut tree = Tree::default();
    let source = sources.add("manifests.yaml", inputs::manifests(150_000));
    let roots = parse(&sources, source, &mut tree);
    bencher.bench_local(|| {
        let mut objects = Objects::default();
        for root in roots.iter().copied() {
            let object = Object {
                root,
                origin: Origin::Manifest,
                template: None,
            };
            objects.add(&tree, object);
        }
        let services = objects.of_kind(&tree, "Service").count();
        (objects, services)
    });
}

#[divan::bench]
fn exposure(bencher: Bencher<'_, '_>) {
    room(bencher, Release::objects, |release, objects| {
        release.expose(&objects)
    });
}

/// Rules that are used for the first time.
#[divan::bench]
fn judging_cold(bencher: Bencher<'_, '_>) {
    let prepare = |release: &mut Release| {
        let objects = release.objects();
        release.expose(&objects).facts
    };
    room(bencher, prepare, |_, facts| {
        judge(&RuleSet::builtin_owned(), &facts)
    });
}

/// Rules that have been used before.
#[divan::bench]
fn judging_warm(bencher: Bencher<'_, '_>) {
    let prepare = |release: &mut Release| {
        let objects = release.objects();
        release.expose(&objects).facts
    };
    room(bencher, prepare, |_, facts| {
        judge(RuleSet::builtin(), &facts)
    });
}

#[divan::bench(args = [1, 20])]
fn certificate_bundle(bencher: Bencher<'_, '_>, count: usize) {
    let bundle = inputs::bundle(count);
    bencher.bench(|| read_certificates(black_box(&bundle)));
}

#[divan::bench]
fn catalogue_lookups(bencher: Bencher<'_, '_>) {
    let edition = Catalogue::embedded().newest();
    bencher.bench(|| {
        ["router", "ingress", "annotations"]
            .into_iter()
            .try_fold(KeyId::ROOT, |parent, name| {
                edition.known(parent, black_box(name))
            })
    });
}

fn outcome() -> Outcome {
    let input = Input::named("customizations.yaml", inputs::values(1));
    check(vec![input], &Options::default(), RuleSet::builtin())
}

#[divan::bench(args = Format::ALL)]
fn report_format(bencher: Bencher<'_, '_>, format: Format) {
    let outcome = outcome();
    let options = report::Options::default();
    bencher.bench_local(|| {
        let mut out = Vec::new();
        report::render(
            format,
            &outcome.report,
            &outcome.sources,
            &options,
            &mut out,
        )
        .map(|()| out)
    });
}
