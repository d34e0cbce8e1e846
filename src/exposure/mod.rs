//! The exposure model: how does a request from outside reach the router?
//!
//! Takes objects, whether they were rendered by Helm or projected from values; gives facts: the ways in, where TLS is terminated,
//! which names are served, and how long each hop holds a connection. It says what is so, never whether that is good.

mod address;
mod admission;
mod certificate_facts;
mod certificate_files;
mod certificates;
mod controller_service;
mod declared_tls;
mod domain;
mod duration;
mod front;
mod gateway;
mod gke;
mod gke_ingress;
mod ingress;
mod ingress_paths;
pub mod layers;
mod listeners;
mod load_balancer;
mod manifest;
mod outside;
mod paths;
mod readers;
mod resource;
mod route;
mod router;
mod setting_places;
mod timeouts;
mod world;

pub use certificate_files::InspectedBundle;
pub(crate) use certificate_files::{of_given_file, of_secrets};
pub use certificates::{CertificateInputs, GivenFile};

use std::collections::{HashMap, HashSet};

use crate::diagnostic::Requirement;
use crate::facts::{Anchor, Cluster, EntryPoint, Fact, Facts, Needed, TlsEnd};
use crate::kube::{ObjectRef, Objects};
use crate::options::Assumption;
use crate::options::ReleaseOptions;
use crate::version::Version;
use layers::LayerSet;
use portolan_yaml::source::{Sources, Span};
use portolan_yaml::{Node, Tree};

/// Everything that facts are drawn from.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The nodes.
    pub tree: &'a Tree,
    /// The texts.
    pub sources: &'a Sources,
    /// The objects.
    pub objects: &'a Objects,
    /// What is known about the cluster besides.
    pub options: &'a ReleaseOptions,
    /// True where the objects were projected from values: objects made outside the release are not to be seen then.
    pub from_values: bool,
    /// Where a finding about the whole input stands.
    pub anchor: Span,
    /// Certificates and keys given beside the input, and the time they are judged at.
    pub certificates: &'a CertificateInputs,
    /// The kinds of load balancers and controllers that are known.
    pub layers: &'a LayerSet,
}

/// The facts of one release or one set of manifests, and what was inferred for them.
#[derive(Default)]
pub struct Exposure {
    /// The facts.
    pub facts: Facts,
    /// What was inferred rather than given, in sentences.
    pub inferred: Vec<String>,
    /// Private keys in the texts: never to be shown.
    pub secrets: Vec<Span>,
    /// What has been said already.
    pub seen: AlreadySaid,
    /// What may be assumed about hops outside the input.
    assumptions: Vec<Assumption>,
    /// Which layers read the objects on the ways in.
    on_route: readers::OnRoute,
}

/// Places and sentences that have facts already: in a long file, looking for them among the facts would never end.
#[derive(Debug, Default)]
pub struct AlreadySaid {
    non_strings: HashSet<Span>,
    /// Keys of annotations that are no names.
    invalid_keys: HashSet<Span>,
    /// Fields that their kind does not have.
    unknown_fields: HashSet<Span>,
    placeholders: HashSet<Span>,
    inferred: HashSet<String>,
    /// The timeouts at each place.
    timeouts: HashMap<Span, Vec<usize>>,
}

pub use router::installations;
pub use world::Reach;

/// Draws the facts.
pub fn extract(cx: Context<'_>) -> Exposure {
    let mut exposure = Exposure::default();
    exposure.assume(cx);
    let router = router::find(cx);
    exposure.facts.cluster.push(cluster(cx));
    exposure.facts.needed.push(needed(cx));
    if let Some(router) = &router {
        load_balancer::extract(cx, router, &mut exposure);
        ingress::extract(cx, router, &mut exposure);
        gateway::extract(cx, router, &mut exposure);
        resource::extract(cx, router, &mut exposure);
        outside::extract(cx, router, &mut exposure);
        load_balancer::node_port(cx, router, &mut exposure);
        address::extract(cx, router, &mut exposure);
        router::extract(cx, router, &mut exposure);
        if !exposure.facts.entry_points.is_empty() {
            domain::extract(cx, router, &mut exposure);
        }
        certificates::extract(cx, router, &mut exposure);
    } else {
        certificates::alone(cx, &mut exposure);
    }
    gke::extract(cx, router.as_ref(), &mut exposure);
    manifest::extract(cx, &mut exposure);
    readers::extract(cx, router.as_ref(), &mut exposure);
    exposure
}

fn cluster(cx: Context<'_>) -> Cluster {
    let options = cx.options;
    let mut cluster = Cluster::new(Anchor::new(cx.anchor));
    cluster.platform = Fact::from_option(options.platform);
    cluster.version = match options.cluster_version.as_deref() {
        Some(text) => match text.parse::<Version>() {
            Ok(_) => Fact::known(text.to_owned()),
            Err(error) => Fact::Unknown(error.to_string()),
        },
        None => Fact::Absent(None),
    };
    cluster.vpc_native = Fact::from_option(options.vpc_native);
    cluster.shared_vpc = Fact::from_option(options.shared_vpc);
    cluster.network_policy = Fact::from_option(options.network_policy);
    cluster.aws_load_balancer_controller = Fact::from_option(cx.controller().map(str::to_owned));
    cluster.from_values = Fact::known(cx.from_values);
    cluster
}

fn needed(cx: Context<'_>) -> Needed {
    let mut needed = Needed::new(Anchor::new(cx.anchor));
    needed.seconds = Fact::known(Requirement::NEEDED_SECONDS);
    needed
}

/// Adds what is true of the values as they were written: types of annotations and labels of any component, placeholders.
pub fn values_facts(root: Node<'_>, exposure: &mut Exposure) {
    manifest::of_values(root, exposure);
    readers::switches::extract(root, exposure);
}

impl<'a> Context<'a> {
    /// The cluster's version, where it was given.
    pub fn version(self) -> Option<Version> {
        self.options.cluster_version.as_deref()?.parse().ok()
    }

    /// The version of the AWS Load Balancer Controller or `none`, where it was given.
    fn controller(self) -> Option<&'a str> {
        self.options.aws_load_balancer_controller.as_deref()
    }
}

impl Exposure {
    fn infer(&mut self, sentence: String) {
        if self.seen.inferred.insert(sentence.clone()) {
            self.inferred.push(sentence);
        }
    }

    /// Takes in what may be assumed, except what has run out.
    fn assume(&mut self, cx: Context<'_>) {
        for assumption in &cx.options.assume {
            if assumption.is_over(cx.certificates.now) {
                self.infer(format!(
                    "the assumption about `{}` ended on {} and counts no more",
                    assumption.hop,
                    assumption.until.as_deref().unwrap_or_default()
                ));
            } else {
                self.assumptions.push(assumption.clone());
            }
        }
    }

    /// What is assumed about the hop that messages call `title`; every report repeats it.
    fn assumed(&mut self, title: &str) -> Option<Assumption> {
        let found = self
            .assumptions
            .iter()
            .find(|known| known.is_about(title))?;
        let found = found.clone();
        let what = match (found.timeout, found.tls) {
            (Some(seconds), Some(_)) => {
                format!("holds connections for {seconds} s and terminates TLS")
            }
            (Some(seconds), None) => format!("holds connections for {seconds} s"),
            (None, _) => "terminates TLS".to_owned(),
        };
        self.infer(format!("assumed: {title} {what} ({})", found.reason));
        Some(found)
    }

    /// Lays what is assumed about TLS over an entry point of which it cannot be seen.
    fn assume_tls(&mut self, entry: &mut EntryPoint) {
        let Some(title) = entry.layer_title.value().cloned() else {
            return;
        };
        let before = format!("the load balancer before {title}");
        let found = self.assumed(&title).or_else(|| self.assumed(&before));
        if found.is_none_or(|found| found.tls.is_none()) {
            return;
        }
        let at = Some(entry.place.span);
        entry.tls_ends_at = Fact::Known(TlsEnd::LoadBalancer, at);
        entry.serves_https = Fact::Known(true, at);
        entry.serves_http = Fact::known(false);
        entry.redirects_http = Fact::known(false);
        if matches!(entry.backend_protocol, Fact::Unknown(_)) {
            entry.backend_protocol = Fact::Absent(None);
            entry.backend_port = Fact::Absent(None);
        }
    }

    /// Adds an entry point together with the limits on its hops.
    fn add_entry(&mut self, mut entry: EntryPoint) {
        self.assume_tls(&mut entry);
        self.facts.entry_points.push(entry);
    }
}

/// A sentence that asks for the value of something that the chart would have to tell.
fn opaque_supply(what: &str) -> String {
    format!(
        "{what} comes from a template that needs the chart: check Helm's output instead (`helm template … | portolan check -`)"
    )
}

/// A string that must be known: absent where it is missing, null or empty, unknown where a template hides it.
fn text_fact(node: Option<Node<'_>>, missing_at: Span, what: &str) -> Fact<String> {
    match node {
        Some(node) if node.is_opaque() => Fact::Unknown(opaque_supply(what)),
        Some(node) => match node.text() {
            Some(text) if !text.is_empty() => Fact::at(text.to_owned(), node.site()),
            // For `key:` with nothing behind it, where the key would be is easier to see than an empty place.
            _ if node.site().is_empty() => Fact::Absent(Some(missing_at)),
            _ => Fact::Absent(Some(node.site())),
        },
        None => Fact::Absent(Some(missing_at)),
    }
}

/// A comma-separated list, blanks around its items trimmed.
fn list_of(text: &str) -> Vec<String> {
    text.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Labels on the values that this one replaced, in other files or further up.
fn override_labels(node: Node<'_>, cx: Context<'_>) -> Vec<crate::diagnostic::Label> {
    node.overrides()
        .filter(|replaced| replaced.text().is_some() && is_shown(cx, replaced.span()))
        .map(|replaced| crate::diagnostic::Label {
            span: replaced.span(),
            message: "this earlier value is overridden".to_owned(),
        })
        .into_iter()
        .collect()
}

/// True for text of the user's, as opposed to the chart's defaults.
fn is_shown(cx: Context<'_>, span: Span) -> bool {
    span != Span::NOWHERE
        && !cx
            .sources
            .name(span.source)
            .starts_with(crate::helm::DEFAULTS_NAME)
}

/// A place in an object, at the node of that path or where it is missing.
fn place_in(object: ObjectRef<'_>, path: &[&str]) -> Anchor {
    let span = object
        .node
        .at(path)
        .map_or_else(|| object.insertion_point(path), Node::site);
    Anchor::new(span).in_object(object.title())
}
