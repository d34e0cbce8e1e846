//! The format of TLS: how a layer is told to end it, what becomes of plain HTTP, what it speaks to the router.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Predicate;
use crate::words::declare_words;

/// How a layer terminates TLS.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tls {
    /// The mechanism. Each is a piece of code; what it reads stands beside it.
    pub model: TlsModel,
    /// The annotation or field that names a certificate.
    #[serde(default)]
    pub certificate_setting: Option<String>,
    /// How to name a certificate on this layer, as a sentence.
    #[serde(default)]
    pub certificate_how: Option<String>,
    /// How to redirect plain HTTP, or close it, as a sentence.
    #[serde(default)]
    pub redirect_how: Option<String>,
    /// A Gateway's HTTPS listener finds its certificate by itself where it names none.
    #[serde(default)]
    pub finds_certificate: bool,
    /// The listeners of a Service's load balancer.
    #[serde(default)]
    pub listeners: Option<Listeners>,
    /// Where TLS is terminated: the first case that holds. Nowhere where none does.
    #[serde(default)]
    pub ends: Vec<EndsCase>,
    /// What becomes of plain HTTP: the first case that holds. It is served where none does.
    #[serde(default)]
    pub plain: Vec<PlainCase>,
    /// What is spoken to the router: the first case that holds. Plain HTTP where none does.
    #[serde(default)]
    pub backend: Vec<BackendCase>,
    /// What is declared and ignored, in words, for the page of layers.
    #[serde(default)]
    pub ignored: Vec<String>,
    /// Where this was read.
    #[serde(default)]
    pub sources: Vec<String>,
}

declare_words! {
    /// How a layer terminates TLS. Each model is a piece of code: it follows what the controller builds.
    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    TlsModel {
        /// It passes connections through.
        PassThrough = "pass-through",
        /// Listeners of a Service's load balancer by annotations.
        Listeners = "listeners",
        /// Certificates by `spec.tls` and two annotations, redirect by FrontendConfig.
        GkeIngress = "gke-ingress",
        /// Listeners of the Gateway API.
        Gateway = "gateway",
        /// Cases of predicates.
        Declared = "declared",
        /// It cannot be known: the layer's `undecided` says why.
        Unknown = "unknown",
    }
}

/// Listeners of a Service's load balancer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Listeners {
    /// Annotations of which one must be filled for TLS to end here.
    pub certificates: Vec<String>,
    /// What must be so besides.
    #[serde(default)]
    pub when: Vec<Predicate>,
    /// The annotation that lists the ports with TLS.
    #[serde(default)]
    pub ports: Option<String>,
    /// The ports with TLS where nothing lists them; all of them where this is left out.
    #[serde(default)]
    pub default_ports: Option<Vec<i64>>,
    /// `*` in that list means every port.
    #[serde(default)]
    pub star_is_all: bool,
    /// Ports are listed by name as well as by number.
    #[serde(default)]
    pub by_name: bool,
    /// Blanks around the items are taken off.
    #[serde(default)]
    pub trims: bool,
    /// The annotation that says what is spoken to the router.
    #[serde(default)]
    pub protocol: Option<String>,
    /// Its values that mean HTTPS behind a listener with TLS; any other means plain HTTP.
    #[serde(default)]
    pub encrypts_again: Vec<String>,
    /// Or plain HTTP is encrypted again where these hold.
    #[serde(default)]
    pub encrypts_again_when: Vec<Predicate>,
    /// The certificates' annotation may say before a colon which ports it is for (`443:ID`).
    #[serde(default)]
    pub ports_before_colon: bool,
    /// Its values with which a listener without TLS reads requests instead of passing bytes through.
    #[serde(default)]
    pub reads_plain: Vec<String>,
    /// Plain HTTP is redirected where these hold.
    #[serde(default)]
    pub redirected: Vec<Predicate>,
}

/// Where TLS is terminated.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EndsCase {
    /// What must be so.
    pub when: Vec<Predicate>,
    /// Where it ends then.
    pub is: Ends,
    /// What the certificate is called, e.g. `Secret`; before the names that the first sign finds.
    #[serde(default)]
    pub what: Option<String>,
    /// Where the certificates' names stand, where not at the first sign.
    #[serde(default)]
    pub names: Option<String>,
    /// What to supply, for a case that cannot be known.
    #[serde(default)]
    pub supply: Option<String>,
}

/// Where TLS is terminated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ends {
    /// In the layer.
    Here,
    /// In the router: connections are passed through.
    Router,
    /// It cannot be known.
    Unknown,
}

/// What becomes of plain HTTP.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PlainCase {
    /// What must be so; always where it is empty.
    #[serde(default)]
    pub when: Vec<Predicate>,
    /// What becomes of it.
    pub is: Plain,
    /// What to supply, for a case that cannot be known.
    #[serde(default)]
    pub supply: Option<String>,
}

/// What becomes of plain HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Plain {
    /// It is served.
    Served,
    /// It is redirected to HTTPS.
    Redirected,
    /// Nothing listens.
    Closed,
    /// It cannot be known.
    Unknown,
}

/// What is spoken to the router.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BackendCase {
    /// What must be so.
    pub when: Vec<Predicate>,
    /// What is spoken then.
    pub is: BackendProtocol,
}

/// What is spoken to the router.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BackendProtocol {
    /// Plain HTTP.
    Http,
    /// HTTPS.
    Https,
    /// It depends on what is not to be seen.
    Unknown,
}
