//! Certificates that users bring: where those are that clients on a way to the router see.
//!
//! Looks at the Secrets that the router's volume, an Ingress' TLS section or a Gateway's listener names, wherever they were
//! written, and at the files given for a Secret that is only named. The chart's generated certificate is not the user's and
//! is passed over, and so is every Secret that no way to the router uses.

use std::collections::{HashMap, HashSet};

use super::certificate_facts::{CertificateMaterial, KeyMaterial, WantedName, add};
use super::layers::predicate::PredicateOf;
use super::layers::{CertificatePlace, Layer};
use super::router::{RouterObjects, source_of, tls_volume};
use super::{Context, Exposure, gateway, ingress, opaque_supply, paths, resource};
use crate::diagnostic::Label;
use crate::facts::{
    Anchor, Bundle, CertificateNameRole, CertificateSource, Fact, StraySecret, TlsEnd,
};
use crate::kube::{ObjectRef, Origin};
use crate::limits::Limits;
use portolan_certificate::defect::{DefectKind, Part};
use portolan_certificate::encoding::{Encoding, text_of_file};
use portolan_certificate::x509::Certificate;
use portolan_certificate::{PemFile, read_certificates_at_most};
use portolan_yaml::source::{MappedText, SourceId, Sources, Span};
use portolan_yaml::{Node, mapped_text};

/// What is given beside the input: files, roots of private authorities, the time.
#[derive(Debug, Default)]
pub struct CertificateInputs {
    /// The certificate with its chain that the named Secret is made from.
    pub certificate: Option<GivenFile>,
    /// Its private key.
    pub key: Option<GivenFile>,
    /// Roots of private authorities.
    pub roots: Vec<Certificate>,
    /// What is wrong with the files of those roots, and where.
    pub defects: Vec<(String, DefectKind, Span)>,
    /// The time that certificates are judged at, in seconds since 1970.
    pub now: Option<i64>,
    /// How many certificates are looked at, among others.
    pub limits: Limits,
}

/// A file that was given.
#[derive(Debug)]
pub struct GivenFile {
    /// Its name.
    pub name: String,
    /// Its text among the sources; empty where it is no text.
    pub source: SourceId,
    /// Why it is no text.
    pub defect: Option<DefectKind>,
}

impl CertificateInputs {
    /// Reads what was given, and adds the texts to the sources.
    pub fn read(
        certificate: Option<&PemFile>,
        key: Option<&PemFile>,
        roots: &[PemFile],
        now: Option<i64>,
        limits: &Limits,
        sources: &mut Sources,
    ) -> CertificateInputs {
        let mut inputs = CertificateInputs {
            certificate: certificate.map(|file| given(file, Part::Certificate, sources)),
            key: key.map(|file| given(file, Part::PrivateKey, sources)),
            now,
            limits: limits.clone(),
            ..CertificateInputs::default()
        };
        if let Some(key) = &inputs.key {
            let len = sources.text(key.source).len();
            sources.mark_secret(Span::new(key.source, 0, len));
        }
        for file in roots {
            let file = given(file, Part::Certificate, sources);
            let text = sources.text(file.source);
            let mut defects: Vec<(DefectKind, Span)> = Vec::new();
            match file.defect {
                Some(cause) => defects.push((cause, Span::new(file.source, 0, 0))),
                None => {
                    let reading = read_certificates_at_most(text, limits.certificates);
                    defects.extend(reading.defects.into_iter().map(|defect| {
                        let span = Span::new(file.source, defect.range.start, defect.range.end);
                        (defect.kind, span)
                    }));
                    inputs
                        .roots
                        .extend(reading.entries.into_iter().map(|found| found.certificate));
                }
            }
            for (cause, span) in defects {
                inputs.defects.push((file.name.clone(), cause, span));
            }
        }
        inputs
    }
}

fn given(file: &PemFile, part: Part, sources: &mut Sources) -> GivenFile {
    let (text, defect) = match text_of_file(&file.bytes, part) {
        Ok(text) => (text, None),
        Err(cause) => (String::new(), Some(cause)),
    };
    GivenFile {
        name: file.name.clone(),
        source: sources.add(file.name.clone(), text),
        defect,
    }
}

/// A Secret's name where something on a way to the router uses it.
struct Use<'a> {
    /// The name as it was written.
    name: Node<'a>,
    /// The namespace that the reference gives; the object's own where it gives none.
    namespace: Option<&'a str>,
    /// The certificate itself, where the object holds it.
    inline: Option<Inline<'a>>,
    /// The object that names it.
    by: ObjectRef<'a>,
    /// What that is called: `the router`, `Ingress carto-router`.
    called: String,
    /// The layer's id, if it is a known one.
    layer: Option<String>,
    /// Further names that the certificate must cover, each with what it is.
    hosts: Vec<(Node<'a>, CertificateNameRole)>,
    /// Whether the certificate and the key go by other names in the Secret than usual.
    keys: [&'a str; 2],
}

/// A certificate that stands in the object that presents it.
#[derive(Clone, Copy)]
struct Inline<'a> {
    certificate: Node<'a>,
    /// The key of the field: what is missing belongs under it.
    field: Span,
    /// More of its chain, in a field of its own.
    chain: Option<Node<'a>>,
    key: Option<Node<'a>>,
}

pub(super) const USUAL_KEYS: [&str; 2] = ["tls.crt", "tls.key"];

/// Adds the facts about every certificate that clients see and the user brought.
pub(super) fn extract<'a>(cx: Context<'a>, router: &'a RouterObjects<'a>, exposure: &mut Exposure) {
    let mut uses = Vec::new();
    uses.extend(of_router(router, exposure));
    of_ingresses(cx, router, exposure, &mut uses);
    of_gateways(cx, router, exposure, &mut uses);
    of_resources(cx, router, &mut uses);
    let mut file_used = false;
    for group in by_secret(uses) {
        file_used |= one(cx, router, &group, exposure);
    }
    if file_used {
        super::certificate_facts::roots(cx, exposure);
    } else if let Some(file) = &cx.certificates.certificate {
        exposure.infer(format!(
            "`{}` was not looked at: no Secret is named whose certificate is not among the input",
            file.name
        ));
        if !exposure.facts.bundles.is_empty() {
            super::certificate_facts::roots(cx, exposure);
        }
    } else if !exposure.facts.bundles.is_empty() {
        super::certificate_facts::roots(cx, exposure);
    }
}

/// The uses of each Secret: one may serve several ways in.
fn by_secret(uses: Vec<Use<'_>>) -> Vec<Vec<Use<'_>>> {
    let mut groups: Vec<Vec<Use<'_>>> = Vec::new();
    let mut places: HashMap<Option<&str>, Vec<usize>> = HashMap::new();
    for user in uses {
        let of_name = places.entry(user.name.text()).or_default();
        let known = of_name.iter().copied().find(|at| {
            let first = groups.get(*at).and_then(|group| group.first());
            first.is_some_and(|first| {
                user.inline.is_none()
                    && first.inline.is_none()
                    && user.namespace == first.namespace
                    && user.by.shares_namespace(first.by)
            })
        });
        match known.and_then(|at| groups.get_mut(at)) {
            Some(group) => group.push(user),
            None => {
                of_name.push(groups.len());
                groups.push(vec![user]);
            }
        }
    }
    groups
}

fn of_router<'a>(router: &RouterObjects<'a>, exposure: &mut Exposure) -> Option<Use<'a>> {
    let facts = exposure.facts.router.first()?;
    let shown = facts.presents_own_certificate.value().copied();
    let source = facts.certificate_source.clone();
    let layer = exposure
        .facts
        .entry_points
        .iter()
        .find(|entry| entry.tls_ends_at.value() == Some(&TlsEnd::Router))
        .and_then(|entry| entry.layer.value().cloned());
    if shown == Some(false) {
        return None;
    }
    let Some(deployment) = router.deployment else {
        if shown == Some(true)
            && let Fact::Unknown(supply) = source
        {
            let place = Anchor::new(router.service.insertion_point(&[]));
            let mut bundle = Bundle::new(place);
            bundle.name = Fact::known("the router's certificate".to_owned());
            bundle.read = Fact::Unknown(supply);
            exposure.facts.bundles.push(bundle);
        }
        return None;
    };
    if source.value() == Some(&CertificateSource::Generated) {
        return None;
    }
    let volume = tls_volume(router)?;
    let mut keys = USUAL_KEYS;
    // The chart mounts keys of other names under the usual ones.
    for item in volume.get("items").into_iter().flat_map(Node::items) {
        let text = |key: &str| item.get(key).and_then(Node::text);
        for (key, usual) in keys.iter_mut().zip(USUAL_KEYS) {
            if text("path").is_some_and(|path| path.ends_with(usual)) {
                *key = text("key").unwrap_or(usual);
            }
        }
    }
    Some(Use {
        name: volume.get("secretName")?,
        namespace: None,
        inline: None,
        by: deployment,
        called: "the router".to_owned(),
        layer,
        hosts: Vec::new(),
        keys,
    })
}

/// The layer of each entry point, by its name.
fn layers(exposure: &Exposure) -> HashMap<&str, &str> {
    let mut layers = HashMap::new();
    for entry in &exposure.facts.entry_points {
        if let (Some(name), Some(layer)) = (entry.name.value(), entry.layer.value()) {
            layers.entry(name.as_str()).or_insert(layer.as_str());
        }
    }
    layers
}

fn of_ingresses<'a>(
    cx: Context<'a>,
    router: &RouterObjects<'_>,
    exposure: &Exposure,
    uses: &mut Vec<Use<'a>>,
) {
    let layers = layers(exposure);
    for ingress in ingress::of_router(cx, router) {
        let title = ingress.title();
        let layer = layers.get(title.as_str()).copied();
        let sections = ingress.node.at(&["spec", "tls"]);
        for section in sections.into_iter().flat_map(Node::items) {
            let Some(name) = section.get("secretName") else {
                continue;
            };
            let hosts = section.get("hosts").into_iter().flat_map(Node::items);
            uses.push(Use {
                name,
                namespace: None,
                inline: None,
                by: ingress,
                called: title.clone(),
                layer: layer.map(str::to_owned),
                hosts: hosts
                    .map(|host| (host, CertificateNameRole::TlsSection))
                    .collect(),
                keys: USUAL_KEYS,
            });
        }
    }
}

fn of_gateways<'a>(
    cx: Context<'a>,
    router: &RouterObjects<'_>,
    exposure: &Exposure,
    uses: &mut Vec<Use<'a>>,
) {
    let layers = layers(exposure);
    for gateway in gateway::of_router(cx, router) {
        let title = gateway.title();
        let layer = layers.get(title.as_str()).copied();
        let attached = gateway::attached(cx, gateway);
        let listeners = gateway.node.at(&["spec", "listeners"]);
        for listener in listeners.into_iter().flat_map(Node::items) {
            if listener.get("protocol").and_then(Node::text) == Some("HTTP") {
                continue;
            }
            let mut hosts: Vec<(Node<'_>, CertificateNameRole)> = listener
                .get("hostname")
                .map(|host| (host, CertificateNameRole::Listener))
                .into_iter()
                .collect();
            for one in &attached {
                if one.names(listener) {
                    let names = one.route.node.at(&["spec", "hostnames"]);
                    let names = names.into_iter().flat_map(Node::items);
                    hosts.extend(names.map(|name| (name, CertificateNameRole::Route)));
                }
            }
            let references = listener.at(&["tls", "certificateRefs"]);
            let references: Vec<Node<'_>> = references.into_iter().flat_map(Node::items).collect();
            for reference in &references {
                let kind = reference.get("kind").and_then(Node::text);
                let Some(name) = reference.get("name") else {
                    continue;
                };
                if kind.is_some_and(|kind| kind != "Secret") {
                    continue;
                }
                uses.push(Use {
                    name,
                    namespace: reference.get("namespace").and_then(Node::text),
                    inline: None,
                    by: gateway,
                    called: title.clone(),
                    layer: layer.map(str::to_owned),
                    // With several certificates a listener chooses by name: none must cover them all.
                    hosts: if references.len() == 1 {
                        hosts.clone()
                    } else {
                        Vec::new()
                    },
                    keys: USUAL_KEYS,
                });
            }
        }
    }
}

/// Certificates of custom resources, where their layers say that they stand.
fn of_resources<'a>(cx: Context<'a>, router: &'a RouterObjects<'a>, uses: &mut Vec<Use<'a>>) {
    for (layer, route, _) in resource::of_router(cx, router) {
        for place in &layer.certificates {
            let holders = match place.of {
                PredicateOf::AttachedTo => route.attached_to.clone(),
                _ => vec![route.entry],
            };
            for by in holders {
                uses.extend(at_place(cx, layer, place, by));
            }
        }
    }
}

fn at_place<'a>(
    cx: Context<'a>,
    layer: &Layer,
    place: &CertificatePlace,
    by: ObjectRef<'a>,
) -> Vec<Use<'a>> {
    let node = |path: &Option<String>| {
        let path = path.as_deref()?;
        let found = paths::nodes(by.node, path).first().copied();
        found.filter(|node| !node.is_null())
    };
    let of = |name: Node<'a>, namespace: Option<&'a str>, inline: Option<Inline<'a>>| Use {
        name,
        namespace,
        inline,
        by,
        called: by.title(),
        layer: Some(layer.id.clone()),
        hosts: Vec::new(),
        keys: USUAL_KEYS,
    };
    if let Some(certificate) = node(&place.inline) {
        let inline = Inline {
            certificate,
            field: paths::insertion_point(
                by.node,
                place.inline.as_deref().unwrap_or_default(),
                certificate.site(),
            ),
            chain: node(&place.chain),
            key: node(&place.key),
        };
        return vec![of(certificate, None, Some(inline))];
    }
    let names = place
        .secret
        .as_deref()
        .map(|path| paths::nodes(by.node, path));
    names
        .into_iter()
        .flatten()
        .filter(|name| name.text().is_some_and(|text| !text.is_empty()))
        .map(|name| {
            let text = name.text().unwrap_or_default();
            let written = text.split_once('/').map(|(namespace, _)| namespace);
            let namespace = match written {
                None if place.anywhere => cx
                    .objects
                    .everywhere_named(cx.tree, "Secret", text)
                    .find_map(ObjectRef::namespace),
                written => written,
            };
            of(name, namespace, None)
        })
        .collect()
}

/// A certificate that stands in the object that presents it.
fn in_object<'a>(
    cx: Context<'a>,
    inline: Inline<'a>,
    by: ObjectRef<'a>,
) -> CertificateMaterial<'a> {
    let mut certificate = mapped_text(cx.sources, inline.certificate);
    if let Some(chain) = inline.chain {
        let more = mapped_text(cx.sources, chain);
        if !certificate.text.ends_with('\n') {
            certificate.text.push('\n');
            certificate.map.push_made(1, inline.certificate.span());
        }
        certificate.text.push_str(&more.text);
        certificate.map.push_part(&more.map, 0..more.map.len());
    }
    let place = |node: Node<'_>| Anchor::new(node.site()).in_object(by.title());
    CertificateMaterial {
        certificate,
        certificate_place: place(inline.certificate),
        certificate_defect: None,
        key: match inline.key {
            Some(key) => KeyMaterial::Given(mapped_text(cx.sources, key)),
            None => KeyMaterial::NotAsked,
        },
        key_place: place(inline.key.unwrap_or(inline.certificate)),
        key_defect: None,
        encodings: [Encoding::Plain; 2],
        file: "cert.crt",
        key_in_values: false,
        missing: Vec::new(),
    }
}

/// A Secret of the right name in a namespace where its reader does not look.
fn elsewhere(cx: Context<'_>, user: &Use<'_>, name: &str, exposure: &mut Exposure) {
    let mut secrets = cx.objects.everywhere_named(cx.tree, "Secret", name);
    let Some(secret) = secrets.find(|secret| secret.namespace().is_some()) else {
        return;
    };
    let mut place = Anchor::new(user.name.site()).in_object(user.by.title());
    place.labels.push(Label {
        span: super::place_in(secret, &["metadata", "namespace"]).span,
        message: "the Secret is here".to_owned(),
    });
    let mut fact = StraySecret::new(place);
    fact.secret = Fact::known(name.to_owned());
    fact.namespace = Fact::known(secret.namespace().unwrap_or_default().to_owned());
    fact.reader = Fact::known(user.called.clone());
    fact.reader_namespace =
        Fact::from_option(user.namespace.or(user.by.namespace()).map(str::to_owned));
    exposure.facts.stray_secrets.push(fact);
}

/// Every TLS Secret, where no router is among the input: whoever gives one wants to know whether it is good.
pub(super) fn alone(cx: Context<'_>, exposure: &mut Exposure) {
    let is_tls = |secret: &ObjectRef<'_>| {
        secret.node.get("type").and_then(Node::text) == Some("kubernetes.io/tls")
    };
    let mut any = false;
    for secret in cx.objects.of_kind(cx.tree, "Secret").filter(is_tls) {
        let mut bundle = Bundle::new(super::place_in(secret, &["data"]));
        bundle.name = Fact::known(secret.title());
        bundle.presented_by = Fact::known(Vec::new());
        bundle.layers = Fact::known(Vec::new());
        match in_secret(cx, secret, USUAL_KEYS) {
            Ok(material) => {
                add(cx, bundle, material, Vec::new(), exposure);
            }
            Err(supply) => {
                bundle.read = Fact::Unknown(supply);
                exposure.facts.bundles.push(bundle);
            }
        }
        any = true;
    }
    if any {
        super::certificate_facts::roots(cx, exposure);
    }
}

/// One Secret and all that use it; true where a file given for it was looked at.
fn one(
    cx: Context<'_>,
    router: &RouterObjects<'_>,
    uses: &[Use<'_>],
    exposure: &mut Exposure,
) -> bool {
    let Some(first) = uses.first() else {
        return false;
    };
    let mut bundle = Bundle::new(Anchor::new(first.name.site()).in_object(first.by.title()));
    bundle.presented_by = Fact::known(uses.iter().map(|user| user.called.clone()).collect());
    bundle.layers = Fact::known(uses.iter().filter_map(|user| user.layer.clone()).collect());
    let unknown = |supply: String, mut bundle: Bundle, exposure: &mut Exposure| {
        bundle.read = Fact::Unknown(supply);
        exposure.facts.bundles.push(bundle);
        false
    };
    if first.name.is_opaque() {
        bundle.name = Fact::known("a TLS Secret".to_owned());
        return unknown(opaque_supply("the name of a TLS Secret"), bundle, exposure);
    }
    // An empty name is a finding of its own.
    let Some(name) = first.name.text().filter(|name| !name.is_empty()) else {
        return false;
    };
    let name = name.rsplit('/').next().unwrap_or(name);
    bundle.name = Fact::known(match first.inline {
        Some(_) => format!("the certificate in {}", first.by.title()),
        None => format!("Secret {name}"),
    });
    let hosts: Vec<(Node<'_>, CertificateNameRole)> = uses
        .iter()
        .flat_map(|user| user.hosts.iter().copied())
        .collect();
    if let Some(inline) = first.inline {
        let names = wanted_names(&hosts, exposure);
        add(cx, bundle, in_object(cx, inline, first.by), names, exposure);
        if let Some(bundle) = exposure.facts.bundles.last_mut()
            && let Fact::Known(last, Some(_)) = &bundle.last
        {
            bundle.last = Fact::at(last.clone(), inline.field);
        }
        return false;
    }
    let named = cx
        .objects
        .everywhere_named(cx.tree, "Secret", name)
        .filter(|secret| match (first.namespace, secret.namespace()) {
            (Some(wanted), Some(own)) => wanted == own,
            (Some(_), None) => true,
            (None, _) => secret.shares_namespace(first.by),
        });
    let mut generated = false;
    let mut found = None;
    for secret in named {
        if source_of(secret, router.fullname()) == CertificateSource::Generated {
            generated = true;
        } else {
            found = found.or(Some(secret));
        }
    }
    if let Some(secret) = found {
        let material = in_secret(cx, secret, first.keys);
        match material {
            Ok(material) => {
                let names = wanted_names(&hosts, exposure);
                add(cx, bundle, material, names, exposure);
            }
            Err(supply) => {
                bundle.place = super::place_in(secret, &["data"]);
                return unknown(supply, bundle, exposure);
            }
        }
        return false;
    }
    if !generated {
        elsewhere(cx, first, name, exposure);
    }
    if let Some(file) = &cx.certificates.certificate {
        let missing = "the private key is not among the input: give it with `--tls-key FILE` (only its public half is compared)";
        let material = in_files(cx, file, KeyMaterial::Missing(missing.to_owned()));
        let names = wanted_names(&hosts, exposure);
        add(cx, bundle, material, names, exposure);
        return true;
    }
    // Behind the chart's own name there is nothing that the user brought.
    let is_users = !generated || name != format!("{}-tls", router.fullname());
    if is_users {
        let supply = format!(
            "the certificate in Secret `{name}` is not among the input: give the files it is made from with `--tls-cert FILE` and \
             `--tls-key FILE`"
        );
        return unknown(supply, bundle, exposure);
    }
    false
}

/// Returns the domain, and every name of the objects that present the bundle.
fn wanted_names(hosts: &[(Node<'_>, CertificateNameRole)], exposure: &Exposure) -> Vec<WantedName> {
    let mut wanted: Vec<WantedName> = Vec::new();
    if let Some(domain) = exposure.facts.domain.first() {
        let unusable = domain.is_default.value() == Some(&true)
            || domain.defect.value().is_some()
            || domain.value.value().is_none();
        let name = match &domain.value {
            Fact::Unknown(supply) => Fact::Unknown(supply.clone()),
            _ if unusable => Fact::Unknown(
                "whether the certificate covers the domain cannot be decided: set `appConfigValues.selfHostedDomain` first".to_owned(),
            ),
            known => known.clone(),
        };
        wanted.push((name, CertificateNameRole::Domain));
    }
    let mut known: HashSet<Option<String>> = wanted
        .iter()
        .map(|(name, _)| name.value().cloned())
        .collect();
    for (host, role) in hosts {
        let name = if host.is_opaque() {
            Fact::Unknown(opaque_supply("a host that the certificate must cover"))
        } else {
            match host.text().filter(|text| !text.is_empty()) {
                Some(text) => Fact::at(text.to_owned(), host.site()),
                None => continue,
            }
        };
        // The domain usually stands in all of them.
        if known.insert(name.value().cloned()) {
            wanted.push((name, *role));
        }
    }
    wanted
}

/// Certificate and key as they were given in files; `without_key` where no key was.
pub(super) fn in_files<'a>(
    cx: Context<'a>,
    file: &'a GivenFile,
    without_key: KeyMaterial,
) -> CertificateMaterial<'a> {
    let text = |file: &GivenFile| MappedText::of_source(cx.sources, file.source);
    CertificateMaterial {
        certificate: text(file),
        certificate_place: Anchor::new(Span::new(file.source, 0, 0)),
        certificate_defect: file.defect.clone(),
        key: match &cx.certificates.key {
            Some(key) => KeyMaterial::Given(text(key)),
            None => without_key,
        },
        key_place: cx
            .certificates
            .key
            .as_ref()
            .map_or(Anchor::new(Span::new(file.source, 0, 0)), |key| {
                Anchor::new(Span::new(key.source, 0, 0))
            }),
        key_defect: cx
            .certificates
            .key
            .as_ref()
            .and_then(|key| key.defect.clone()),
        encodings: [Encoding::Plain; 2],
        // Standard input has a name that a shell would take for a redirection.
        file: if file.name.starts_with('<') {
            "cert.crt"
        } else {
            &file.name
        },
        key_in_values: false,
        missing: Vec::new(),
    }
}

/// Certificate and key in a Secret.
///
/// # Errors
/// What to supply where they cannot be read from the input.
pub(super) fn in_secret<'a>(
    cx: Context<'a>,
    secret: ObjectRef<'a>,
    keys: [&'a str; 2],
) -> Result<CertificateMaterial<'a>, String> {
    let [certificate, key] = keys.map(|key| {
        // What stands in `stringData` is written over `data`.
        let plain = secret.node.at(&["stringData", key]);
        let encoded = secret.node.at(&["data", key]);
        plain
            .map(|node| (node, Encoding::Plain))
            .or(encoded.map(|node| (node, Encoding::Base64)))
    });
    for (node, _) in [certificate, key].into_iter().flatten() {
        if node.is_opaque() {
            return Err(opaque_supply(&format!(
                "the certificate in {}",
                secret.title()
            )));
        }
        // SOPS writes values as ENC[AES256_GCM,…].
        if node.text().is_some_and(|text| text.starts_with("ENC[")) {
            return Err(format!(
                "the certificate in {} is encrypted: decrypt it first (`sops -d FILE`)",
                secret.title()
            ));
        }
    }
    let data_at = || super::place_in(secret, &["data"]);
    let place = |node: Option<(Node<'_>, Encoding)>| match node {
        Some((node, _)) => Anchor::new(node.site()).in_object(secret.title()),
        None => data_at(),
    };
    let text = |node: Option<(Node<'_>, Encoding)>| {
        node.map(|(node, _)| mapped_text(cx.sources, node))
            .unwrap_or_default()
    };
    let encoding = |node: Option<(Node<'_>, Encoding)>| node.map_or(Encoding::Plain, |(_, e)| e);
    let mut missing = Vec::new();
    let parts = [(certificate, Part::Certificate), (key, Part::PrivateKey)];
    for ((node, part), name) in parts.into_iter().zip(keys) {
        if node.is_none() {
            missing.push((part, name));
        }
    }
    let written_in = key.map_or(Span::NOWHERE, |(node, _)| node.span());
    let file_name = cx.sources.name(written_in.source);
    Ok(CertificateMaterial {
        certificate: text(certificate),
        certificate_place: place(certificate),
        certificate_defect: None,
        key: KeyMaterial::Given(text(key)),
        key_place: place(key),
        key_defect: None,
        encodings: [encoding(certificate), encoding(key)],
        file: "cert.crt",
        key_in_values: secret.object.origin != Origin::Manifest
            && !file_name.starts_with("--")
            && !file_name.to_ascii_lowercase().contains("secret"),
        missing,
    })
}
