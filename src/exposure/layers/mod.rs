//! Layers as data: what each kind of load balancer, ingress controller and gateway calls its settings.
//!
//! One file a layer under `layers/`. These types are all there is to the format: how a layer is recognised, where its
//! limits are set, how it terminates TLS. They say what is so; whether a limit is good enough is for the rules. A new controller
//! is a new file; only a new *mechanism* (a syntax, a way of binding objects) is code.

pub mod examples;
pub mod literal;
mod load;
pub mod page;
pub mod predicate;
mod reads;
pub mod recognize;
mod set;
pub mod setting;
pub mod tls;

use std::sync::OnceLock;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::facts::Audience;
use crate::words::declare_words;
use examples::LayerExamples;

pub use load::COMMON;
pub use predicate::Predicate;
pub use reads::{IgnoredField, ReadKind, ReadPrefix, Reads};
pub use set::LayerSet;
pub use setting::Setting;
pub use tls::Tls;

/// One kind of load balancer, ingress controller or gateway.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Layer {
    /// Its public name, which is also its file's.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// The kind of entry point that it serves.
    pub entry: EntryKind,
    /// How it is recognised.
    pub recognize: Recognize,
    /// Why its limits cannot be known, as a sentence that says what to supply; a layer without settings then.
    #[serde(default)]
    pub undecided: Option<String>,
    /// The layers of which one it is, where it cannot be known which: what holds for all of them holds for it. The first case
    /// that holds counts.
    #[serde(default)]
    pub alternatives: Vec<Alternatives>,
    /// The custom resource, for an entry point that is one.
    #[serde(default)]
    pub resource: Option<Resource>,
    /// The layer runs in the cluster, behind a load balancer of its own that is a further hop: what its Service is called in
    /// the label `app.kubernetes.io/name`.
    #[serde(default)]
    pub own_service: Option<Vec<String>>,
    /// Paths of an Ingress that look as if they served everything and do not.
    #[serde(default)]
    pub path_traps: Vec<PathTrap>,
    /// How it terminates TLS.
    pub tls: Tls,
    /// Where certificates stand that clients see: in the entry point itself, or in Secrets that it names.
    #[serde(default)]
    pub certificates: Vec<CertificatePlace>,
    /// What its controller refuses or ignores, so that nothing comes up.
    #[serde(default)]
    pub refuses: Vec<RefusalCase>,
    /// What makes it reachable from inside a private network alone: the first case that holds. It is open to the internet
    /// where none does.
    #[serde(default)]
    pub internal: Vec<InternalCase>,
    /// How it treats plain HTTP from a load balancer before it that terminated TLS.
    #[serde(default)]
    pub trust: Option<Trust>,
    /// Every limit on a connection's life. All of them must be long enough.
    #[serde(default)]
    pub timeouts: Vec<Setting>,
    /// Keys that have no effect on this layer although they look like its setting.
    #[serde(default)]
    pub ineffective: Vec<WrongKey>,
    /// Keys with a timeout in their name that limit something else. They prove nothing.
    #[serde(default)]
    pub look_alikes: Vec<WrongKey>,
    /// What its controller reads, where no file under `knowledge/` says so.
    #[serde(default)]
    pub reads: Reads,
    /// Inputs on this layer that break requirements, and inputs that keep them. They are executed.
    #[serde(default)]
    pub examples: LayerExamples,
}

/// Layers of which one it is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Alternatives {
    /// What must be so; always where it is empty.
    #[serde(default)]
    pub when: Vec<Predicate>,
    /// Their ids.
    pub layers: Vec<String>,
}

/// Where a certificate of a custom resource stands.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CertificatePlace {
    /// The object that is looked at.
    #[serde(default)]
    pub of: predicate::PredicateOf,
    /// The field with the certificate itself, as PEM.
    #[serde(default)]
    pub inline: Option<String>,
    /// The field with more of its chain.
    #[serde(default)]
    pub chain: Option<String>,
    /// The field with its key.
    #[serde(default)]
    pub key: Option<String>,
    /// The field that names a Secret, or `NAMESPACE/NAME` of one.
    #[serde(default)]
    pub secret: Option<String>,
    /// The Secret is where the controller's pods run, which need not be the namespace of what names it.
    #[serde(default)]
    pub anywhere: bool,
}

/// Something that a controller refuses or ignores.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RefusalCase {
    /// What must be so. The finding stands at what the first of them finds.
    pub when: Vec<Predicate>,
    /// Why nothing comes up, after the object's name and a colon.
    pub why: String,
    /// What to write instead.
    pub instead: String,
    /// What to supply, for a case that what cannot be seen here decides: the entry point is then undecided.
    #[serde(default)]
    pub supply: Option<String>,
    /// Where this was read.
    pub sources: Vec<String>,
}

/// What makes a load balancer internal.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct InternalCase {
    /// What must be so. The finding stands at what the first of them finds.
    pub when: Vec<Predicate>,
    /// Whether somebody wrote it, or it is what happens where nothing is written.
    pub is: Audience,
    /// What makes it so, in words, for the message.
    #[serde(default)]
    pub why: Option<String>,
    /// How to open it to the internet.
    #[serde(default)]
    pub how: Option<String>,
    /// Where this was read.
    #[serde(default)]
    pub sources: Vec<String>,
}

/// How a controller treats plain HTTP from a load balancer before it that terminated TLS: whether it redirects that again.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Trust {
    /// It knows such requests for HTTPS where these hold: any of the lists.
    #[serde(default)]
    pub any_of: Vec<Vec<Predicate>>,
    /// What keeps it from redirecting them, as a sentence.
    pub how: String,
    /// Where this was read.
    pub sources: Vec<String>,
}

declare_words! {
    /// The kinds of entry points.
    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    EntryKind {
        /// A Service of type LoadBalancer.
        LoadBalancer = "load-balancer",
        /// An Ingress.
        Ingress = "ingress",
        /// A Gateway with routes.
        Gateway = "gateway",
        /// A custom resource that is entry point and route in one.
        Resource = "resource",
        /// A port that ingress-nginx hands on by its ConfigMap of tcp-services.
        TcpServices = "tcp-services",
        /// Something in front of any entry point: a content delivery network, a proxy that DNS leads to.
        Front = "front",
    }
}

/// How a layer is recognised.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Recognize {
    /// The platform that it belongs to (`gke`, `eks`, `aks` …).
    pub platform: Option<String>,
    /// Annotations with these prefixes tell that the platform is this one.
    pub platform_prefixes: Vec<String>,
    /// `spec.loadBalancerClass` of the Service. A Service with a class is served by nothing else.
    pub load_balancer_classes: Vec<String>,
    /// Names of the IngressClass or GatewayClass that people usually give it.
    pub classes: Vec<String>,
    /// Beginnings of such names.
    pub class_prefixes: Vec<String>,
    /// `spec.controller` of the IngressClass, or `spec.controllerName` of the GatewayClass: beginnings.
    pub controllers: Vec<String>,
    /// Annotations with these prefixes on the entry point tell that it is this layer, where its class does not.
    pub annotation_prefixes: Vec<String>,
    /// On its platform it serves an Ingress that names no class.
    pub without_class: bool,
    /// What must be so besides: all signs of one of these lists. Nothing where there is no list.
    pub any_of: Vec<Vec<Predicate>>,
}

/// A custom resource that is entry point and route in one.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Resource {
    /// Its kind.
    pub kind: String,
    /// Its API group.
    pub group: String,
    /// Where its rules stand (`spec.routes[]`).
    pub rules: Vec<String>,
    /// Where a rule's backends stand, from the rule; the rule itself where this is empty.
    #[serde(default)]
    pub backends: String,
    /// The Service's name, from the backend: a bare name, a DNS name, or a URL.
    pub service: String,
    /// The Service's port, from the backend: a name or a number.
    #[serde(default)]
    pub port: Option<String>,
    /// The host names that it serves.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Objects that it names and that say how TLS is terminated.
    #[serde(default)]
    pub attached_to: Option<AttachedTo>,
}

/// Objects that an entry point hangs from.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AttachedTo {
    /// Where their names stand; `NAMESPACE/NAME` is understood.
    pub field: String,
    /// Their kind.
    pub kind: String,
    /// Their API group.
    pub group: String,
    /// A name that stands for no object and leads nobody in from outside.
    #[serde(default)]
    pub inside: Option<String>,
}

/// A path of an Ingress that does not serve what it seems to serve.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PathTrap {
    /// The path, exactly.
    #[serde(default)]
    pub path: Option<String>,
    /// Or what stands in it.
    #[serde(default)]
    pub contains: Option<String>,
    /// Its types; any where there is none.
    #[serde(default)]
    pub types: Vec<String>,
    /// What must be so besides.
    #[serde(default)]
    pub when: Vec<Predicate>,
    /// What becomes of it, after "the path".
    pub why: String,
    /// What to write instead, as a sentence.
    pub instead: String,
    /// Where this was read.
    pub sources: Vec<String>,
}

/// A key that is no setting.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrongKey {
    /// The annotation.
    pub annotation: String,
    /// Why it is none, in words.
    pub why: String,
}

/// The layers of one kind of entry point. Each list is read when the first entry point of its kind is met, so that a
/// check pays only for what it needs.
pub fn layers(kind: EntryKind) -> &'static [Layer] {
    static LOAD_BALANCERS: OnceLock<Vec<Layer>> = OnceLock::new();
    static INGRESSES: OnceLock<Vec<Layer>> = OnceLock::new();
    static GATEWAYS: OnceLock<Vec<Layer>> = OnceLock::new();
    static RESOURCES: OnceLock<Vec<Layer>> = OnceLock::new();
    static TCP_SERVICES: OnceLock<Vec<Layer>> = OnceLock::new();
    static FRONTS: OnceLock<Vec<Layer>> = OnceLock::new();
    // A file that does not fit is found by the test below.
    let read = |json: &str| serde_json::from_str(json).unwrap_or_default();
    match kind {
        EntryKind::LoadBalancer => LOAD_BALANCERS.get_or_init(|| read(JSON.load_balancer)),
        EntryKind::Ingress => INGRESSES.get_or_init(|| read(JSON.ingress)),
        EntryKind::Gateway => GATEWAYS.get_or_init(|| read(JSON.gateway)),
        EntryKind::Resource => RESOURCES.get_or_init(|| read(JSON.resource)),
        EntryKind::TcpServices => TCP_SERVICES.get_or_init(|| read(JSON.tcp_services)),
        EntryKind::Front => FRONTS.get_or_init(|| read(JSON.front)),
    }
}

/// The layer files as the build script lays them out.
struct Json {
    load_balancer: &'static str,
    ingress: &'static str,
    gateway: &'static str,
    resource: &'static str,
    tcp_services: &'static str,
    front: &'static str,
}

const JSON: Json = Json {
    load_balancer: include_str!(concat!(env!("OUT_DIR"), "/layers-load-balancer.json")),
    ingress: include_str!(concat!(env!("OUT_DIR"), "/layers-ingress.json")),
    gateway: include_str!(concat!(env!("OUT_DIR"), "/layers-gateway.json")),
    resource: include_str!(concat!(env!("OUT_DIR"), "/layers-resource.json")),
    tcp_services: include_str!(concat!(env!("OUT_DIR"), "/layers-tcp-services.json")),
    front: include_str!(concat!(env!("OUT_DIR"), "/layers-front.json")),
};

/// The built-in layers with their examples.
pub fn with_examples() -> Vec<Layer> {
    let json = include_str!(concat!(env!("OUT_DIR"), "/layers-with-examples.json"));
    // A file that does not fit is found by the test that loads each file from the folder.
    serde_json::from_str(json).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::panic, clippy::unwrap_used)]
mod tests {
    use std::path::Path;
    use std::{fs, io};

    use super::*;

    #[test]
    fn every_layer_file_is_whole_and_built_in() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("layers");
        let files: io::Result<Vec<_>> = fs::read_dir(folder).unwrap().collect();
        let mut ids = Vec::new();
        for file in files.unwrap() {
            let text = fs::read_to_string(file.path()).unwrap();
            match Layer::parse(&text) {
                Ok((layer, _)) => ids.push(layer.id),
                Err(issues) => panic!("{:?}: {issues:?}", file.path()),
            }
        }
        ids.sort();
        let ids_of = |layers: &mut dyn Iterator<Item = &Layer>| {
            let mut ids: Vec<String> = layers.map(|layer| layer.id.clone()).collect();
            ids.sort();
            ids
        };
        assert_eq!(ids_of(&mut LayerSet::builtin().iter()), ids);
        assert_eq!(ids_of(&mut with_examples().iter()), ids);
        let named = LayerSet::builtin()
            .iter()
            .flat_map(|layer| &layer.alternatives);
        for id in named.flat_map(|case| &case.layers) {
            assert!(ids.contains(id), "there is no layer `{id}`");
        }
    }
}
