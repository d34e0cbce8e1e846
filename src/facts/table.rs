//! The subjects and their fields. Their texts are the reference of facts.

use super::declare_subjects;
use super::words::{
    Audience, CertificateCause, CertificateNameRole, CertificatePart, CertificateRole,
    CertificateSource, ChainEnd, ChainEvidence, ClassSource, EntryPointKind, Platform,
    PolicyDefect, Purpose, ReferencedKind, RouterProtocol, Side, StringPlace, TimeUnit,
    TimeoutMeaning, TlsConflictKind, TlsEnd, UnreadCause, ValueSort, ValueType, WayIn,
};
use crate::catalogue::SuggestedBy;

declare_subjects! {
    /// What is known about the cluster, from the command line or from annotations. There is exactly one, and every rule
    /// may use its fields.
    Cluster ("cluster", cluster) {
        /// Where the cluster runs; null where nothing tells.
        platform: Platform,
        /// The Kubernetes or GKE version, e.g. `1.17.6-gke.7` or `1.31`; null where it was not given.
        version: String,
        /// Whether a GKE cluster is VPC-native; null where it was not given.
        vpc_native: bool,
        /// Whether a GKE cluster is in a Shared VPC; null where it was not given.
        shared_vpc: bool,
        /// Whether GKE Network Policy is on; null where it was not given.
        network_policy: bool,
        /// Version of the AWS Load Balancer Controller, `none` where it is not installed; null where it was not given.
        aws_load_balancer_controller: String,
        /// True where values files were given rather than rendered manifests, so that objects made outside the release
        /// are not to be seen.
        from_values: bool,
    }

    /// What the documentation asks of every connection. There is exactly one, and every rule may use its fields.
    Needed ("needed", needed) {
        /// How long every hop must hold a connection (unit: s).
        seconds: i64,
    }

    /// The router: the Service and the Deployment that every request from outside must reach. There is one where the
    /// input has a router Service, and every rule may use its fields.
    Router ("router", router) {
        /// `spec.type` of the router Service, `ClusterIP` where it is not set.
        service_type: String,
        /// The ways in that are on.
        exposed_by: Vec<WayIn>,
        /// How many of the documented routes from outside are on (LoadBalancer, Ingress, Gateway).
        routes: i64,
        /// Whether the router itself speaks HTTPS (`tlsCerts.httpsEnabled`, `ROUTER_ENABLE_HTTPS` in its ConfigMap).
        https_enabled: bool,
        /// Whether the router's own certificate is what a client from outside sees: it speaks HTTPS, and some entry point
        /// passes TLS through to it.
        presents_own_certificate: bool,
        /// Where the router's certificate comes from.
        certificate_source: CertificateSource,
        /// Whether it serves a test page in place of CARTO (`cartoConfigValues.ingressTestingMode`,
        /// `ROUTER_INGRESS_TESTING_MODE` in its ConfigMap); null where nothing tells.
        testing_mode: bool,
    }

    /// A TLS Secret that is in a namespace where its reader does not look.
    #[defect(true)]
    StraySecret ("stray_secret", stray_secrets) {
        /// Its name.
        secret: String,
        /// The namespace that it is in.
        namespace: String,
        /// What names it.
        reader: String,
        /// The namespace that its reader looks in; null where that is left to the release.
        reader_namespace: String,
    }

    /// A platform that annotations or a class tell of, and that is not the one that was given.
    #[defect(true)]
    PlatformContradiction ("platform_contradiction", platform_contradictions) {
        /// The platform that was given.
        given: String,
        /// The platform that the input tells of.
        told: String,
        /// What tells: an annotation's key or a class.
        by: String,
    }

    /// The address that a load balancer is to have, or has got.
    LoadBalancerAddress ("load_balancer_address", load_balancer_addresses) {
        /// The object, e.g. `Service carto-router`.
        object: String,
        /// `spec.loadBalancerIP`; null where it is not set.
        text: String,
        /// Whether that is an IP address.
        is_address: bool,
        /// The platform, where it is known.
        platform: String,
        /// True where the object was read from a cluster that has not given it an address yet.
        pending: bool,
    }

    /// Two sources for one certificate of the router.
    #[defect(true)]
    TlsConflict ("tls_conflict", tls_conflicts) {
        /// What becomes of them.
        kind: TlsConflictKind,
        /// The Secret's name.
        secret: String,
    }

    /// The domain that users open CARTO at: `appConfigValues.selfHostedDomain`. There is one where the router is exposed.
    Domain ("domain", domain) {
        /// The domain as it was written; null where it is not set or empty.
        value: String,
        /// True where it is the chart's own default, which nobody owns.
        is_default: bool,
        /// True where it is a placeholder of the documentation, or a name that RFC 2606 reserves for examples.
        is_placeholder: bool,
        /// What keeps it from being a host name, in words; null where it is one.
        defect: String,
        /// The host name that was probably meant, for a value with a scheme, port, path, trailing dot or upper case.
        suggestion: String,
    }

    /// One way in from outside: a LoadBalancer or NodePort Service, an Ingress, a Gateway, or a controller's own resource.
    EntryPoint ("entry_point", entry_points) {
        /// The kind of object that it is.
        kind: EntryPointKind,
        /// The object, e.g. `Ingress carto-router`.
        name: String,
        /// Why its controller refuses or ignores it, in words, so that nothing comes up; null where it is taken up.
        refused: String,
        /// What to write instead, where it is refused.
        refused_how: String,
        /// Who can reach it.
        audience: Audience,
        /// What makes it internal, in words.
        internal_why: String,
        /// How to open it to the internet.
        internal_how: String,
        /// True where a load balancer terminates TLS and the controller behind it redirects what arrives to HTTPS, again and
        /// again.
        redirects_for_ever: bool,
        /// How to keep it from doing so.
        trust_how: String,
        /// The layer's id, e.g. `gke-ingress`; null where no layer file describes what was found.
        layer: String,
        /// What the layer is called, or, where it is not known, what was seen instead.
        layer_title: String,
        /// Where TLS is terminated; null where nothing terminates it.
        tls_ends_at: TlsEnd,
        /// True where clients can open HTTPS connections.
        serves_https: bool,
        /// True where clients can open plain HTTP connections (a redirect counts).
        serves_http: bool,
        /// True where plain HTTP is answered with a redirect to HTTPS and nothing else.
        redirects_http: bool,
        /// True where plain HTTP is handed on to the router as plain HTTP, and what the router makes of it is not known
        /// (the router itself speaks HTTPS on its other port).
        http_left_to_router: bool,
        /// The port of the router's container that HTTPS traffic is sent to: `http` or `https`.
        backend_port: String,
        /// What the layer speaks to that port.
        backend_protocol: RouterProtocol,
        /// Sources of the certificate presented, e.g. `Secret carto-tls-cert`, `ManagedCertificate carto`, an ARN.
        certificates: Vec<String>,
        /// True where HTTPS could be served here if a certificate were named (a load balancer that can terminate TLS).
        can_end_tls: bool,
        /// The annotation or field that names a certificate on this layer.
        certificate_setting: String,
        /// How to name a certificate on this layer, in its own words; null where it has none of its own.
        certificate_how: String,
        /// How to redirect plain HTTP on this layer, or close it, in its own words; null where it cannot.
        redirect_how: String,
    }

    /// One limit on how long a connection may last on one hop. Every hop of a known layer has at least one; a hop without
    /// any limit has one with `limited` false.
    Timeout ("timeout", timeouts) {
        /// The entry point that the hop belongs to, e.g. `Service carto-router`.
        entry_point: String,
        /// The layer's id; null where no layer file describes what was found.
        layer: String,
        /// What the layer is called, or what was seen instead.
        layer_title: String,
        /// False where the layer forwards packets and ends no connection by time.
        limited: bool,
        /// What it limits.
        meaning: TimeoutMeaning,
        /// The annotation or field that sets it; null where nothing can.
        setting: String,
        /// The kind of object that the setting is on, e.g. `BackendConfig`.
        setting_on: String,
        /// What was written; null where nothing is configured.
        text: String,
        /// What was written, in seconds (unit: s); null where nothing is configured or it does not parse.
        seconds: i64,
        /// What counts in the end, in seconds (unit: s): what is configured, else the default; null where neither is known
        /// or nothing limits.
        effective: i64,
        /// The layer's default (unit: s); null where there is none.
        default: i64,
        /// The smallest value that the layer accepts (unit: s).
        min: i64,
        /// The largest value that the layer accepts (unit: s); null where none is known.
        max: i64,
        /// Why the text does not parse or is refused, in words; null where it is accepted.
        defect: String,
        /// What a bare number counts in the setting; null for a duration that carries its unit.
        unit: TimeUnit,
        /// The smallest literal that satisfies the requirement, in the setting's own syntax, e.g. `"605"` or `"11"`.
        minimum: String,
        /// What a number without a unit comes to where seconds were meant and the setting counts something else, in words;
        /// null where there is no such mistake.
        unit_mistake: String,
        /// What to do when the setting is not there yet, in the layer's own words.
        how: String,
        /// What to use instead of a layer that cannot hold a connection for long enough; null for any other.
        instead: String,
        /// Why the setting has no effect here, in words; null where it works.
        no_effect: String,
        /// True where it depends on the controller in the cluster whether the setting works.
        depends_on_controller: bool,
    }

    /// A host name that an entry point serves or a certificate is asked for.
    Host ("host", hosts) {
        /// The name.
        name: String,
        /// Where it is written: `Ingress rule`, `Ingress TLS section`, or the kind of the object, such as `HTTPRoute`.
        role: String,
        /// True where this name, or another of the same list, serves the configured domain.
        serves_domain: bool,
        /// The configured domain.
        domain: String,
    }

    /// A path by which a rule of an Ingress leads to the router.
    IngressPath ("ingress_path", ingress_paths) {
        /// The Ingress, e.g. `Ingress carto-router`.
        ingress: String,
        /// The path as it was written.
        path: String,
        /// Its type: `Prefix`, `Exact` or `ImplementationSpecific`.
        path_type: String,
        /// What the controller makes of it, in words, where that is not to serve everything below it; null where it does, or
        /// where another path of the rule does.
        defect: String,
        /// What to write instead, in words.
        instead: String,
    }

    /// An Ingress that leads to the router.
    Ingress ("ingress", ingresses) {
        /// Its name.
        name: String,
        /// The class, from the annotation or from `spec.ingressClassName`; null where none is given.
        class: String,
        /// How the class was given; null where none is given.
        class_from: ClassSource,
        /// True where the GKE controller takes it up (as far as its class goes).
        gke: bool,
        /// True where the class is GKE's, but given in a way that the controller does not read.
        class_not_seen: bool,
        /// True where it is GKE's internal load balancer, which is not reached from the internet.
        internal: bool,
        /// `kubernetes.io/ingress.global-static-ip-name`.
        global_static_ip: String,
        /// `kubernetes.io/ingress.regional-static-ip-name`.
        regional_static_ip: String,
        /// True where the static IP's name is one that Google Cloud accepts: 1–63 characters, lower-case letters, digits
        /// and hyphens, a letter first, no hyphen last. Null where none is named.
        static_ip_name_valid: bool,
        /// The static IP name that was probably meant.
        static_ip_suggestion: String,
        /// Names listed in `networking.gke.io/managed-certificates`.
        managed_certificates: Vec<String>,
        /// True where the Ingress uses a Google-managed certificate, or the release has one.
        wants_managed_certificate: bool,
        /// Secrets named in `spec.tls`.
        tls_secrets: Vec<String>,
        /// True where the TLS section that the chart renders names no Secret (`router.ingress.tls` without
        /// `tlsCerts.existingSecret.name`).
        unnamed_tls_secret: bool,
    }

    /// What a client's TLS connection meets on a load balancer of Google's: an Ingress with its FrontendConfig, or a Gateway
    /// with its GCPGatewayPolicy.
    Frontend ("frontend", frontends) {
        /// `Ingress` or `Gateway`.
        kind: String,
        /// True where GKE serves it.
        gke: bool,
        /// The FrontendConfig that the Ingress names, or the GCPGatewayPolicy for the Gateway; null where there is none.
        config: String,
        /// The SSL policy that it names; null where it is not set or empty.
        ssl_policy: String,
    }

    /// The router Service behind a GKE Ingress, and whether it is reached through a network endpoint group.
    Neg ("neg", negs) {
        /// `spec.type` of the Service.
        service_type: String,
        /// The text of `cloud.google.com/neg`; null where it is not set.
        text: String,
        /// `ingress: true` is in it.
        enabled: bool,
        /// What is wrong with it, in words; null where nothing is, or where it is not set.
        defect: String,
    }

    /// A ManagedCertificate.
    ManagedCertificate ("managed_certificate", managed_certificates) {
        /// Its name.
        name: String,
        /// True where an Ingress lists it in `networking.gke.io/managed-certificates`.
        attached: bool,
        /// How many domains it names.
        domains: i64,
    }

    /// A domain of a ManagedCertificate.
    ManagedDomain ("managed_domain", managed_domains) {
        /// The domain.
        name: String,
        /// The certificate's name.
        certificate: String,
        /// Why no public certificate can be had for it, in words; null where one can.
        defect: String,
    }

    /// A certificate with its chain that the user brings, and that clients on a way to the router see: one for each Secret
    /// (or file given for it).
    Bundle ("bundle", bundles) {
        /// Where it is: `Secret carto-tls-cert`.
        name: String,
        /// Who presents it, e.g. `the router`, `Ingress carto-router`.
        presented_by: Vec<String>,
        /// Ids of the layers that show it.
        layers: Vec<String>,
        /// True where certificates could be read from it; unknown where it is not among the input.
        read: bool,
        /// How many certificates it has.
        count: i64,
        /// The leaf's subject.
        leaf: String,
        /// Where the chain ends.
        ends: ChainEnd,
        /// Subject of the last certificate of the chain that is in the bundle.
        last: String,
        /// Name of the issuer that is missing; null where the chain ends at a root.
        missing_issuer: String,
        /// The command that gets the missing issuer's certificate (from the address in AIA) and appends it; null where
        /// nothing is missing or no address is given.
        fetch: String,
        /// True where a certificate of the missing issuer's name is there whose key did not sign.
        namesake: bool,
        /// What the chain was told by.
        decided_by: ChainEvidence,
        /// True where the leaf comes first, and each certificate of the chain before its issuer.
        in_order: bool,
        /// True where another certificate of an authority's name comes before the one that leads to a root, so that clients
        /// that follow the first one they find (OpenSSL, Node.js) do not come to it. The order is wrong then.
        misleading: bool,
        /// The right order, as the numbers that the certificates have now and their names.
        order: String,
        /// The command that writes a file in the right order.
        reorder: String,
    }

    /// One certificate of a bundle.
    Certificate ("certificate", certificates) {
        /// The bundle, e.g. `Secret carto-tls-cert`.
        bundle: String,
        /// Its place in the bundle, from 1.
        number: i64,
        /// What it is within the bundle.
        role: CertificateRole,
        /// True for the certificates of the chain: leaf, intermediates and root.
        on_chain: bool,
        /// Its subject.
        subject: String,
        /// Its issuer.
        issuer: String,
        /// Number of the certificate that it repeats; null where it repeats none.
        repeats: i64,
        /// First day of its validity.
        not_before: String,
        /// Last day of its validity.
        not_after: String,
        /// True where its last second has passed; unknown where the time is not given.
        expired: bool,
        /// True where its first second is still to come; unknown where the time is not given.
        not_yet_valid: bool,
        /// Whole days until it expires (unit: days); unknown where the time is not given.
        days_left: i64,
        /// Its key: `RSA 2048`, `EC P-256`, `Ed25519` …
        key: String,
        /// Size of an RSA key (unit: bits); null for other keys.
        rsa_bits: i64,
        /// Hash of its signature: `SHA-256`, `SHA-1` …; null where the algorithm has none of its own.
        signature_hash: String,
        /// Ids of the layers that show it.
        layers: Vec<String>,
        /// How many certificates of the bundle a client needs: leaf and intermediates.
        chain_length: i64,
    }

    /// A name that a certificate must cover.
    CertificateName ("certificate_name", certificate_names) {
        /// The bundle, e.g. `Secret carto-tls-cert`.
        bundle: String,
        /// The name; unknown where the domain is.
        name: String,
        /// What it is.
        role: CertificateNameRole,
        /// True where a name in the leaf's subjectAltName covers it.
        covered: bool,
        /// The names in the leaf's subjectAltName.
        names: Vec<String>,
        /// True where the leaf has no subjectAltName for hosts at all, but a common name, which is not looked at any more.
        common_name_only: bool,
    }

    /// The private key of a bundle.
    PrivateKey ("private_key", private_keys) {
        /// The bundle, e.g. `Secret carto-tls-cert`.
        bundle: String,
        /// True where it has a passphrase.
        encrypted: bool,
        /// True where it is the leaf's; unknown where it is not among the input, or its public half cannot be had; null
        /// where the leaf or the key could not be read.
        matches: bool,
        /// The key: `RSA 2048`, `EC P-256` …; null where it is encrypted.
        key: String,
        /// The leaf's subject.
        leaf: String,
        /// The leaf's key.
        leaf_key: String,
        /// True where it is in a values file whose name does not say that it is secret.
        in_values: bool,
        /// The file that it is in.
        file: String,
    }

    /// Something that keeps a certificate or its key from being read.
    #[defect(true)]
    CertificateDefect ("certificate_defect", certificate_defects) {
        /// What it is found in: `the certificate of Secret carto-tls-cert`.
        what: String,
        /// What cannot be read.
        part: CertificatePart,
        /// Why.
        cause: CertificateCause,
        /// What is wrong, to follow `what`.
        message: String,
        /// What to do.
        help: String,
    }

    /// A name in an annotation that leads to another object.
    Reference ("reference", references) {
        /// Kind of the object that is named.
        kind: ReferencedKind,
        /// Its name.
        name: String,
        /// The annotation that names it.
        annotation: String,
        /// True where that object is among the input.
        found: bool,
        /// The nearest name among the objects of that kind; null where there is none near.
        nearest: String,
    }

    /// An object that only works when another one names it: BackendConfig, FrontendConfig.
    Attachment ("attachment", attachments) {
        /// Its kind.
        kind: ReferencedKind,
        /// Its name.
        name: String,
        /// True where something names it.
        attached: bool,
        /// The annotation that would name it, with its value.
        how: String,
        /// The kind of object that the annotation belongs on.
        attach_to: String,
    }

    /// An annotation whose value must be JSON.
    #[defect(true)]
    InvalidJson ("invalid_json", invalid_json) {
        /// The annotation's key.
        key: String,
        /// What is wrong with its value.
        defect: String,
        /// What it should look like.
        example: String,
    }

    /// An object whose `apiVersion` the cluster does not serve, or may not serve.
    #[defect(true)]
    ApiVersion ("api_version", api_versions) {
        /// The object's kind.
        kind: String,
        /// Its `apiVersion`.
        version: String,
        /// True where the cluster serves it; null where that depends on a version that is not known.
        served: bool,
        /// Since which Kubernetes release it is no longer served; null where that does not apply.
        removed_in: String,
        /// The `apiVersion` to use.
        use_instead: String,
    }

    /// A text that does not parse as YAML.
    #[defect(true)]
    SyntaxError ("syntax_error", syntax_errors) {
        /// What was found, and what was expected.
        message: String,
        /// What to do.
        help: String,
    }

    /// A key that appears twice in one mapping.
    #[defect(true)]
    DuplicateKey ("duplicate_key", duplicate_keys) {
        /// The key.
        key: String,
        /// Line of the entry that is lost.
        lost_line: i64,
    }

    /// An annotation or a label whose value is not a string.
    #[defect(true)]
    NonString ("non_string", non_strings) {
        /// What it is.
        what: StringPlace,
        /// Its key.
        key: String,
        /// What the value is.
        type_name: ValueType,
        /// The value as it must be written; null for a collection.
        quoted: String,
    }

    /// An annotation under the prefix of a known controller, which has no such annotation on any kind of object.
    #[defect(true)]
    UnknownAnnotation ("unknown_annotation", unknown_annotations) {
        /// The annotation's key.
        key: String,
        /// The kind of object that it is on.
        kind: String,
        /// The controller whose prefix it has or was meant to have, with its article.
        controller: String,
        /// The key that was probably meant; null where nothing comes near.
        meant: String,
        /// True where that differs by a slip of the pen alone, or by a prefix that is not read any more.
        near: bool,
        /// True where no controller reads the prefix any more.
        outdated: bool,
        /// What it would have been for.
        purposes: Vec<Purpose>,
        /// The requirement that it would have served.
        requirement: String,
    }

    /// A key of an annotation that is not a valid name, so that the API server refuses the object.
    #[defect(true)]
    InvalidAnnotationKey ("invalid_annotation_key", invalid_annotation_keys) {
        /// The key.
        key: String,
        /// What is wrong with it, in words.
        defect: String,
        /// How to write it; null where nothing is known.
        suggestion: String,
    }

    /// A known setting where nobody reads it.
    #[defect(true)]
    UnreadSetting ("unread_setting", unread_settings) {
        /// The annotation's key, or the path of the values.
        setting: String,
        /// The kind of object that it is on.
        kind: String,
        /// Why nobody reads it.
        cause: UnreadCause,
        /// The same in words, to follow a colon.
        why: String,
        /// What to do, as a sentence without its full stop.
        how: String,
        /// What it would have been for.
        purposes: Vec<Purpose>,
        /// The requirement that it would have served.
        requirement: String,
    }

    /// A policy that is attached to nothing.
    #[defect(true)]
    DetachedPolicy ("detached_policy", detached_policies) {
        /// Its kind.
        kind: String,
        /// Its name.
        name: String,
        /// What is wrong.
        defect: PolicyDefect,
        /// What it names, e.g. `Service carto-router`; of a wrong group or section that alone.
        target: String,
        /// The name, group or namespace that was probably meant; null where nothing comes near.
        meant: String,
        /// False where it is attached to nothing for certain; unknown where its target may lie outside the input.
        attached: bool,
        /// The kinds of targets that policies of its kind take.
        takes: Vec<String>,
        /// What it would have been for.
        purposes: Vec<Purpose>,
        /// The requirement that it would have served.
        requirement: String,
    }

    /// Several policies of one kind for one target that say different things.
    #[defect(true)]
    PolicyConflict ("policy_conflict", policy_conflicts) {
        /// Their kind.
        kind: String,
        /// Their target, e.g. `Service carto-router`.
        target: String,
        /// Their names.
        names: Vec<String>,
        /// The requirement that they serve.
        requirement: String,
    }

    /// A field that a known kind of object does not have.
    #[defect(true)]
    UnknownField ("unknown_field", unknown_fields) {
        /// The kind of object.
        kind: String,
        /// The field.
        field: String,
        /// Its path from the top of the object.
        path: String,
        /// The field that was probably meant, as a path; null where nothing comes near.
        meant: String,
        /// True where the field that was meant has this name, in another place of the object.
        misplaced: bool,
        /// What it would have been for.
        purposes: Vec<Purpose>,
        /// The requirement that it would have served.
        requirement: String,
    }

    /// A value in which a placeholder of an example was left.
    #[defect(true)]
    Placeholder ("placeholder", placeholders) {
        /// The placeholder, e.g. `<REGION>`.
        text: String,
        /// The key that holds the value.
        key: String,
    }

    /// A limit of Portolan that an input reached: what is beyond it was not looked at.
    #[defect(true)]
    ReachedLimit ("reached_limit", reached_limits) {
        /// The limit's name, e.g. `template-steps`.
        limit: String,
        /// Its value, with its unit.
        value: String,
        /// What went beyond it.
        message: String,
        /// How to raise it.
        help: String,
    }

    /// A Go template in a value that does not parse or fails to evaluate.
    #[defect(true)]
    TemplateError ("template_error", template_errors) {
        /// What is wrong.
        message: String,
        /// What to do.
        help: String,
    }

    /// An object that has kind, name and namespace in common with another.
    #[defect(true)]
    DuplicateObject ("duplicate_object", duplicate_objects) {
        /// Its kind.
        kind: String,
        /// Its name.
        name: String,
    }

    /// A key of the values that the chart does not have in this release, so that Helm ignores it with everything
    /// under it. It is the smallest such key.
    #[defect(true)]
    ChartKey ("chart_key", chart_keys) {
        /// Its path from the top, e.g. `router.ports`.
        path: String,
        /// The key itself.
        key: String,
        /// The first key under it, as a path: `httpsTargetPort`; null where it holds no mapping.
        below: String,
        /// The chart release whose keys apply, or the chart that was given.
        chart: String,
        /// The other releases that have it, e.g. `1.20.1 to 1.27.1`; null where none has it.
        releases: String,
        /// True where all of those are older than this one, false where they are newer.
        is_past: bool,
        /// The first release without it (with its successor, where it has one), or, for a key of newer releases, the first
        /// with it.
        turned: String,
        /// The path of the key that was probably meant; null where nothing comes near.
        suggestion: String,
        /// How that was found.
        how: SuggestedBy,
        /// True where the chart's own top-level keys are under it, as in the values of a chart that contains this one.
        holds_values: bool,
    }

    /// A value of another type than the chart has under its key.
    #[defect(true)]
    ChartValue ("chart_value", chart_values) {
        /// The path of its key.
        path: String,
        /// What the chart has.
        expected: ValueSort,
        /// What was written.
        found: ValueSort,
        /// The chart's default, as it would be written; null where it is empty, a collection or long.
        default: String,
        /// For text that reads as a boolean: which one.
        means: bool,
    }

    /// An unquoted word that Helm takes as a boolean: `yes`, `no`, `on`, `off`, `y`, `n`.
    #[defect(true)]
    BooleanWord ("boolean_word", boolean_words) {
        /// The word as it was written.
        word: String,
        /// What Helm makes of it.
        taken_as: bool,
        /// What the chart has in that place; null where it is free.
        expected: ValueSort,
    }

    /// A key that YAML makes something else of: `y` becomes `true`, `1.10` becomes `1.1`.
    #[defect(true)]
    RewrittenKey ("rewritten_key", rewritten_keys) {
        /// The key as it was written.
        written: String,
        /// The key as Helm sees it.
        taken_as: String,
    }

    /// An unquoted number in place of a string, which templates print in another way than it was written.
    #[defect(true)]
    RewrittenNumber ("rewritten_number", rewritten_numbers) {
        /// The path of its key.
        path: String,
        /// The number as it was written; null where it must not be shown.
        written: String,
        /// How a template prints it; null where it must not be shown.
        printed: String,
    }

    /// A quoted string that begins or ends with whitespace where the chart has a name, an address or the like.
    #[defect(true)]
    PaddedText ("padded_text", padded_texts) {
        /// The path of its key.
        path: String,
        /// Where the whitespace is.
        side: Side,
        /// The text without it; null where it must not be shown.
        trimmed: String,
    }

    /// A document after the first in a values file.
    #[defect(true)]
    IgnoredDocument ("ignored_document", ignored_documents) {
        /// How many documents Helm ignores.
        count: i64,
        /// True where the first, which Helm reads, is empty.
        first_is_empty: bool,
    }

    /// A value that a later file or option replaces with one of another kind, so that all that was there is lost.
    #[defect(true)]
    TypeOverride ("type_override", type_overrides) {
        /// What was there.
        before: ValueSort,
        /// What is there now.
        after: ValueSort,
        /// The file of the earlier value.
        file: String,
    }

    /// A comment that asks for findings to be left out: `# portolan: ignore[timeout-too-short] reason`. There is one for
    /// each rule that it names, and one for a comment that cannot be read. Entries of `ignore` in `portolan.yaml` are looked
    /// at in the same way.
    Suppression ("suppression", suppressions) {
        /// The rule that it names; null where the comment cannot be read.
        rule: String,
        /// What is wrong with the comment, in words; null where nothing is.
        defect: String,
        /// How to write it.
        help: String,
        /// True where it keeps a finding out of the list.
        used: bool,
        /// The day on which it expired; null while it holds.
        expired: String,
        /// True for an entry of `portolan.yaml`; null for a comment.
        in_config: bool,
    }

    /// An entry of the baseline that no finding of the run has used up, though its file was checked.
    #[defect(true)]
    StaleBaselineEntry ("stale_baseline_entry", stale_baseline_entries) {
        /// The rule that it names.
        rule: String,
        /// The file that it names.
        file: String,
    }
}
