//! The words that facts are made of.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::diagnostic::Requirement;
use crate::words::declare_words;
use portolan_certificate::chain::{End, Role};
use portolan_certificate::defect::{DefectKind, Part};

declare_words! {
    /// Where a cluster runs.
    #[derive(Deserialize, JsonSchema)]
    #[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
    #[serde(rename_all = "kebab-case")]
    Platform {
        /// Google Kubernetes Engine.
        Gke = "gke",
        /// Amazon Elastic Kubernetes Service.
        Eks = "eks",
        /// Azure Kubernetes Service.
        Aks = "aks",
        /// Red Hat OpenShift.
        Openshift = "openshift",
        /// Anything else.
        Other = "other",
    }

    /// A way in as people name it.
    WayIn {
        /// The router Service has a load balancer of its own.
        LoadBalancer = "LoadBalancer",
        /// The router Service opens a port on each node.
        NodePort = "NodePort",
        /// An Ingress leads to it.
        Ingress = "Ingress",
        /// A Gateway leads to it.
        Gateway = "Gateway",
        /// A custom resource of some controller leads to it.
        Resource = "a controller's own resource",
        /// ingress-nginx hands a port on to it.
        TcpServices = "tcp-services",
        /// A load balancer outside the cluster reaches it through a network endpoint group.
        Neg = "a network endpoint group",
    }

    /// Where the router's certificate comes from.
    CertificateSource {
        /// The chart's self-signed one.
        Generated = "generated",
        /// A Secret, named by `tlsCerts.existingSecret.name`.
        Secret = "secret",
        /// The values, `router.tlsCertificates`.
        Values = "values",
    }

    /// What becomes of two sources for one certificate.
    TlsConflictKind {
        /// The chart renders a Secret of the name of one that has another source.
        RenderedOver = "rendered-over",
        /// The chart refuses to render.
        Refused = "refused",
    }

    /// The kind of object that an entry point is.
    EntryPointKind {
        /// A Service of type LoadBalancer.
        LoadBalancer = "load-balancer",
        /// A Service of type NodePort.
        NodePort = "node-port",
        /// An Ingress.
        Ingress = "ingress",
        /// A Gateway of the Gateway API.
        Gateway = "gateway",
        /// A controller's own kind of object.
        Resource = "resource",
        /// A port that ingress-nginx hands on.
        TcpServices = "tcp-services",
        /// A network endpoint group that a load balancer outside the cluster uses.
        Neg = "neg",
    }

    /// Who can reach an entry point.
    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    Audience {
        /// Everybody: it is open to the internet.
        Internet = "internet",
        /// A private network alone, because somebody wrote so.
        Written = "written",
        /// A private network alone, because that is what happens where nothing is written.
        Default = "default",
    }

    /// Where TLS is terminated.
    TlsEnd {
        /// In the router: connections are passed through to it.
        Router = "router",
        /// In the load balancer, the ingress controller or the gateway.
        LoadBalancer = "load-balancer",
    }

    /// What is spoken to the router.
    RouterProtocol {
        /// Plain HTTP.
        Http = "http",
        /// HTTPS, in a connection that the layer opens.
        Https = "https",
        /// Whatever the client sends: its connection is passed through as it is.
        Tls = "tls",
    }

    /// What a limit on a connection limits.
    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    TimeoutMeaning {
        /// How long no byte may pass.
        Idle = "idle",
        /// How long the whole request may take.
        Total = "total",
    }

    /// The unit of a bare number.
    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    TimeUnit {
        /// Thousandths of a second.
        Milliseconds = "milliseconds",
        /// Seconds.
        Seconds = "seconds",
        /// Minutes.
        Minutes = "minutes",
    }

    /// How the class of an Ingress is given.
    ClassSource {
        /// By `kubernetes.io/ingress.class`.
        Annotation = "annotation",
        /// By `spec.ingressClassName`.
        Field = "field",
    }

    /// Where a chain of certificates ends.
    ChainEnd {
        /// At a root in public use.
        PublicRoot = "public-root",
        /// At a root given by `--ca`.
        GivenRoot = "given-root",
        /// At a self-signed root in the bundle, which is not in public use.
        BundledRoot = "bundled-root",
        /// At the leaf, which signed itself.
        SelfSigned = "self-signed",
        /// At the leaf, whose issuer is not there.
        LeafAlone = "leaf-alone",
        /// Below a certificate that is missing, while others further up are there.
        Gap = "gap",
        /// At an intermediate whose issuer is not known.
        UnknownIssuer = "unknown-issuer",
    }

    /// What a chain of certificates was told by.
    ChainEvidence {
        /// Every signature of the chain was checked.
        Signatures = "signatures",
        /// A signature of the chain could not be checked.
        Names = "names and key identifiers",
    }

    /// What a certificate is within its bundle.
    CertificateRole {
        /// The server's own.
        Leaf = "leaf",
        /// An authority between leaf and root.
        Intermediate = "intermediate",
        /// A self-signed root on the chain.
        Root = "root",
        /// Another way up, which no client needs.
        Alternative = "alternative",
        /// An authority above a missing certificate.
        BeyondGap = "beyond-gap",
        /// No part of the chain.
        Stray = "stray",
        /// A certificate that was there before.
        Duplicate = "duplicate",
    }

    /// What a name that a certificate must cover is.
    CertificateNameRole {
        /// The domain that users open CARTO at.
        Domain = "domain",
        /// A host of an Ingress' TLS section.
        TlsSection = "TLS section",
        /// The host name of a Gateway's listener.
        Listener = "listener",
        /// A host name of a route.
        Route = "HTTPRoute",
    }

    /// What cannot be read.
    CertificatePart {
        /// The certificate with its chain.
        Certificate = "certificate",
        /// The private key.
        PrivateKey = "private key",
        /// A file given with `--ca`.
        CaFile = "CA file",
    }

    /// Why a certificate or its key cannot be read.
    CertificateCause {
        /// Nothing is there.
        Empty = "empty",
        /// Not base64, where it must be.
        NotBase64 = "not-base64",
        /// PEM as it is, where base64 of it is expected.
        NotEncoded = "not-encoded",
        /// Base64 of base64.
        EncodedTwice = "encoded-twice",
        /// Base64 of PEM, where PEM is expected.
        Encoded = "encoded",
        /// Binary DER.
        Der = "der",
        /// The base64 of DER without its two boundary lines.
        NoBoundaries = "no-boundaries",
        /// A PKCS#12 store.
        Pkcs12 = "pkcs12",
        /// A PKCS#7 bundle.
        Pkcs7 = "pkcs7",
        /// UTF-16.
        Utf16 = "utf-16",
        /// No PEM block begins in it.
        NotPem = "not-pem",
        /// A key in place of the certificate, or a certificate in place of the key.
        Swapped = "swapped",
        /// A signing request in place of the certificate.
        Request = "request",
        /// A block whose label does not belong here, or does not fit its content.
        WrongLabel = "wrong-label",
        /// A block without its beginning or its end.
        Truncated = "truncated",
        /// First and last line of a block differ.
        LabelsDiffer = "labels-differ",
        /// Two blocks without a line break between them.
        Glued = "glued",
        /// A boundary line with too few hyphens, or one that does not begin its line.
        Boundary = "boundary",
        /// A block in one line.
        LostLineBreaks = "lost-line-breaks",
        /// A block whose content is not base64.
        BodyNotBase64 = "body-not-base64",
        /// A block that is not what its label says.
        NotParsed = "not-parsed",
        /// A key in the format of OpenSSH.
        OpenSsh = "openssh",
        /// More than is looked at.
        TooLarge = "too-large",
        /// A field that the Secret does not have.
        Missing = "missing",
    }

    /// The kind of object that an annotation leads to.
    ReferencedKind {
        /// Settings of a GKE load balancer towards the router.
        BackendConfig = "BackendConfig",
        /// Settings of a GKE load balancer towards clients.
        FrontendConfig = "FrontendConfig",
        /// A certificate that Google manages.
        ManagedCertificate = "ManagedCertificate",
    }

    /// What must be a string.
    StringPlace {
        /// An annotation.
        Annotation = "annotation",
        /// A label.
        Label = "label",
    }

    /// The type of a value that must be a string.
    ValueType {
        /// A whole number.
        Integer = "integer",
        /// A number with a fraction.
        Number = "number",
        /// `true` or `false`.
        Boolean = "boolean",
        /// Nothing.
        Null = "null",
        /// A mapping.
        Mapping = "mapping",
        /// A list.
        Sequence = "sequence",
    }

    /// A sort of value, as messages name it.
    ValueSort {
        /// Keys with values.
        Mapping = "a mapping",
        /// A list.
        List = "a list",
        /// `true` or `false`.
        Boolean = "a boolean",
        /// A number.
        Number = "a number",
        /// Text.
        Text = "a string",
        /// `*name`, for what stands at `&name`.
        Alias = "an alias",
        /// Null, or no value at all.
        Nothing = "nothing",
    }

    /// The side of a text.
    Side {
        /// It begins with it.
        Before = "before",
        /// It ends with it.
        After = "after",
        /// Both.
        Around = "around",
    }

    /// Why a policy is attached to nothing.
    PolicyDefect {
        /// It names no target.
        NoTarget = "no-target",
        /// Policies of its kind do not take targets of this kind.
        WrongKind = "wrong-kind",
        /// The target's API group is another one.
        WrongGroup = "wrong-group",
        /// The target lies in another namespace.
        OtherNamespace = "other-namespace",
        /// The target is not there.
        NotFound = "not-found",
        /// The target has no listener of that name.
        NoSection = "no-section",
    }

    /// Why nobody reads a setting.
    UnreadCause {
        /// Its readers look for it on another kind of object, or not with this class.
        WrongObject = "wrong-object",
        /// It is another controller's than the one on the way in.
        OtherReader = "other-reader",
        /// It is for a load balancer, and the Service has none.
        NoLoadBalancer = "no-load-balancer",
        /// It is for a port that the Service does not have, or that the way in does not use.
        Port = "port",
        /// The chart renders nothing of the block that it stands in.
        SwitchedOff = "switched-off",
    }

    /// What a setting is for.
    #[derive(serde::Serialize, Deserialize, JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    Purpose {
        /// How long a connection or a request may last.
        Timeout = "timeout",
        /// Plain HTTP answered with a redirect to HTTPS, or closed.
        Redirect = "redirect",
        /// Terminating TLS with a certificate.
        Tls = "tls",
        /// The certificate itself.
        Certificate = "certificate",
        /// A certificate that the cloud manages.
        ManagedCertificate = "managed-certificate",
        /// Which versions of TLS are taken.
        SslPolicy = "ssl-policy",
        /// Who can reach the load balancer: the internet, or the inside alone.
        Audience = "audience",
        /// The address of the load balancer.
        Address = "address",
        /// What is spoken to the router.
        Backend = "backend",
        /// The host names that are served.
        Host = "host",
        /// Which requests are led where.
        Route = "route",
    }
}

impl TimeUnit {
    /// Turns a number of these into milliseconds; `None` where it is too large.
    pub fn milliseconds(self, number: i64) -> Option<i64> {
        match self {
            TimeUnit::Milliseconds => Some(number),
            TimeUnit::Seconds => number.checked_mul(1_000),
            TimeUnit::Minutes => number.checked_mul(60_000),
        }
    }
}

impl From<EntryPointKind> for WayIn {
    fn from(kind: EntryPointKind) -> Self {
        match kind {
            EntryPointKind::LoadBalancer => WayIn::LoadBalancer,
            EntryPointKind::NodePort => WayIn::NodePort,
            EntryPointKind::Ingress => WayIn::Ingress,
            EntryPointKind::Gateway => WayIn::Gateway,
            EntryPointKind::Resource => WayIn::Resource,
            EntryPointKind::TcpServices => WayIn::TcpServices,
            EntryPointKind::Neg => WayIn::Neg,
        }
    }
}

impl From<End> for ChainEnd {
    fn from(end: End) -> Self {
        match end {
            End::PublicRoot => ChainEnd::PublicRoot,
            End::GivenRoot => ChainEnd::GivenRoot,
            End::BundledRoot => ChainEnd::BundledRoot,
            End::SelfSigned => ChainEnd::SelfSigned,
            End::LeafAlone => ChainEnd::LeafAlone,
            End::Gap => ChainEnd::Gap,
            End::UnknownIssuer => ChainEnd::UnknownIssuer,
        }
    }
}

impl Purpose {
    /// Finds the purpose of that name.
    pub fn named(name: &str) -> Option<Purpose> {
        let mut all = Purpose::ALL.iter().copied();
        all.find(|purpose| purpose.as_str() == name)
    }

    /// Says which requirement a setting of this purpose serves.
    pub fn requirement(self) -> Requirement {
        match self {
            Purpose::Timeout => Requirement::Timeout605,
            Purpose::Redirect | Purpose::Tls | Purpose::Backend => Requirement::HttpsOnly,
            Purpose::Certificate => Requirement::CertificateChain,
            Purpose::ManagedCertificate => Requirement::ManagedCertificate,
            Purpose::SslPolicy => Requirement::SslPolicy,
            Purpose::Audience | Purpose::Address | Purpose::Route => Requirement::Exposed,
            Purpose::Host => Requirement::Domain,
        }
    }
}

impl From<Role> for CertificateRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Leaf => CertificateRole::Leaf,
            Role::Intermediate => CertificateRole::Intermediate,
            Role::Root => CertificateRole::Root,
            Role::Alternative => CertificateRole::Alternative,
            Role::BeyondGap => CertificateRole::BeyondGap,
            Role::Stray => CertificateRole::Stray,
            Role::Duplicate(_) => CertificateRole::Duplicate,
        }
    }
}

impl From<Part> for CertificatePart {
    fn from(part: Part) -> Self {
        match part {
            Part::Certificate => CertificatePart::Certificate,
            Part::PrivateKey => CertificatePart::PrivateKey,
        }
    }
}

impl From<&DefectKind> for CertificateCause {
    fn from(cause: &DefectKind) -> Self {
        match cause {
            DefectKind::Empty => CertificateCause::Empty,
            DefectKind::NotBase64 => CertificateCause::NotBase64,
            DefectKind::PemForBase64 => CertificateCause::NotEncoded,
            DefectKind::Base64Twice => CertificateCause::EncodedTwice,
            DefectKind::Base64ForPem => CertificateCause::Encoded,
            DefectKind::Der => CertificateCause::Der,
            DefectKind::NoBoundaries => CertificateCause::NoBoundaries,
            DefectKind::Pkcs12 => CertificateCause::Pkcs12,
            DefectKind::Pkcs7 => CertificateCause::Pkcs7,
            DefectKind::Utf16 => CertificateCause::Utf16,
            DefectKind::NoPem => CertificateCause::NotPem,
            DefectKind::KeyForCertificate | DefectKind::CertificateForKey => {
                CertificateCause::Swapped
            }
            DefectKind::Request => CertificateCause::Request,
            DefectKind::Label { .. } | DefectKind::WrongLabel { .. } => {
                CertificateCause::WrongLabel
            }
            DefectKind::MissingEnd { .. }
            | DefectKind::MissingBegin
            | DefectKind::CutOff { .. } => CertificateCause::Truncated,
            DefectKind::LabelsDiffer { .. } => CertificateCause::LabelsDiffer,
            DefectKind::Glued => CertificateCause::Glued,
            DefectKind::Boundary | DefectKind::Indented => CertificateCause::Boundary,
            DefectKind::LostLineBreaks => CertificateCause::LostLineBreaks,
            DefectKind::BodyNotBase64 { .. } => CertificateCause::BodyNotBase64,
            DefectKind::NotX509 | DefectKind::NotKey => CertificateCause::NotParsed,
            DefectKind::OpenSsh => CertificateCause::OpenSsh,
            DefectKind::TooMany { .. } | DefectKind::TooLarge { .. } => CertificateCause::TooLarge,
        }
    }
}
