//! What is so about one bundle: the facts that the rules on certificates judge.

use std::ops::Range;

use super::{Context, Exposure};
use crate::diagnostic::Label;
use crate::facts::{
    Anchor, Bundle, Certificate, CertificateCause, CertificateDefect, CertificateName,
    CertificateNameRole, CertificatePart, ChainEvidence, Fact, PrivateKey, reached,
};
use crate::limits::Limit;
use portolan_certificate::chain::{Chain, End, Role};
use portolan_certificate::defect::{DefectKind, Part};
use portolan_certificate::encoding::Encoding;
use portolan_certificate::public_key::KeyKind;
use portolan_certificate::{
    InspectOptions, Inspection, KeyInspection, fetch_command, inspect, inspect_key,
    reorder_command, time, x509,
};
use portolan_yaml::source::{MappedText, Span};

/// A private key as it was found.
pub(super) enum KeyMaterial {
    /// The text of its field or file.
    Given(MappedText),
    /// Not among the input; what to supply.
    Missing(String),
    /// Nobody asked whether a key fits.
    NotAsked,
}

/// A name that a certificate must cover, and what it is: the domain, a host of a TLS section.
pub(super) type WantedName = (Fact<String>, CertificateNameRole);

/// A certificate and a key as they were found.
pub(super) struct CertificateMaterial<'a> {
    /// The field or file with the certificate.
    pub certificate: MappedText,
    /// Where that is.
    pub certificate_place: Anchor,
    /// Why the file is no text.
    pub certificate_defect: Option<DefectKind>,
    /// The private key.
    pub key: KeyMaterial,
    /// Where that is.
    pub key_place: Anchor,
    /// Why the file is no text.
    pub key_defect: Option<DefectKind>,
    /// How certificate and key are encoded.
    pub encodings: [Encoding; 2],
    /// The file's name for commands.
    pub file: &'a str,
    /// The key stands in a values file that is not meant to be secret.
    pub key_in_values: bool,
    /// Fields that a Secret must have and this one has not.
    pub missing: Vec<(Part, &'a str)>,
}

impl CertificateMaterial<'_> {
    fn lacks(&self, part: Part) -> bool {
        self.missing.iter().any(|(missing, _)| *missing == part)
    }

    /// The place of a range of what was given.
    fn place(&self, part: Part, range: Range<usize>) -> Anchor {
        let (text, place) = match (part, &self.key) {
            (Part::Certificate, _) => (Some(&self.certificate), &self.certificate_place),
            (Part::PrivateKey, KeyMaterial::Given(text)) => (Some(text), &self.key_place),
            (Part::PrivateKey, _) => (None, &self.key_place),
        };
        let span = text
            .filter(|_| !range.is_empty())
            .and_then(|text| text.map.span(range));
        Anchor {
            span: span.unwrap_or(place.span),
            ..place.clone()
        }
    }
}

/// Adds everything about one bundle. Returns what was read, for whoever draws it.
pub(super) fn add(
    cx: Context<'_>,
    mut bundle: Bundle,
    material: CertificateMaterial<'_>,
    names: Vec<WantedName>,
    exposure: &mut Exposure,
) -> (Inspection, Option<KeyInspection>) {
    let name = bundle.name.value().cloned().unwrap_or_default();
    let used_at = bundle.place.span;
    bundle.place = material.certificate_place.clone();
    if used_at != bundle.place.span && used_at != Span::NOWHERE {
        let presenters = bundle.presented_by.value().cloned().unwrap_or_default();
        bundle.place.labels.push(Label {
            span: used_at,
            message: format!("presented by {}", presenters.join(", ")),
        });
    }
    for (part, field) in &material.missing {
        let what = format!("the {} of {name}", part.as_str());
        let message = format!("is missing: there is no `{field}`");
        let help = format!("add `{field}`; `kubectl create secret tls` makes both");
        let place = match part {
            Part::Certificate => material.certificate_place.clone(),
            Part::PrivateKey => material.key_place.clone(),
        };
        let cause = CertificateCause::Missing;
        defect(&what, *part, cause, message, help, place, exposure);
    }
    let key = inspect_private_key(&material, &name, exposure);
    let asked = InspectOptions {
        given: &cx.certificates.roots,
        key: key.as_ref().and_then(|key| key.key.as_ref()),
        now: cx.certificates.now,
        most: Some(cx.certificates.limits.certificates),
    };
    let mut inspection = inspect(&material.certificate.text, material.encodings[0], asked);
    if material.lacks(Part::Certificate) {
        inspection.reading.defects.clear();
    }
    if let Some(cause) = &material.certificate_defect {
        for defect in &mut inspection.reading.defects {
            defect.kind = cause.clone();
        }
    }
    for found in &inspection.reading.secrets {
        let range = inspection.given_range(found.clone());
        exposure
            .secrets
            .push(material.place(Part::Certificate, range).span);
    }
    let what = format!("the certificate of {name}");
    for found in &inspection.reading.defects {
        let range = inspection.given_range(found.range.clone());
        let place = material.place(Part::Certificate, range);
        if matches!(found.kind, DefectKind::TooMany { .. }) {
            too_many(&what, place, cx, exposure);
        } else {
            cause(&what, Part::Certificate, &found.kind, place, exposure);
        }
    }
    let whole = inspection.reading.defects.is_empty() && !inspection.reading.entries.is_empty();
    let mut causes = inspection.reading.defects.iter().map(|found| &found.kind);
    let too_many = causes.any(|cause| matches!(cause, DefectKind::TooMany { .. }));
    bundle.read = match too_many {
        true => Fact::Unknown(cx.certificates.limits.help(Limit::Certificates)),
        false => Fact::known(whole),
    };
    bundle.count = count(inspection.reading.entries.len());
    if let Some(chain) = inspection.chain.as_ref().filter(|_| whole) {
        describe_chain(&mut bundle, &inspection, chain, &material);
        let view = BundleFacts {
            name: &name,
            bundle: &bundle,
            inspection: &inspection,
            chain,
            material: &material,
        };
        for position in 0..inspection.reading.entries.len() {
            exposure
                .facts
                .certificates
                .extend(view.certificate(position, cx.certificates.now));
        }
        let names = names.into_iter().map(|(name, role)| view.name(name, role));
        exposure.facts.certificate_names.extend(names);
    }
    let leaf = inspection.leaf().filter(|_| whole);
    private_key(cx, &name, &material, key.as_ref(), leaf, exposure);
    exposure.facts.bundles.push(bundle);
    (inspection, key)
}

/// What is wrong with the files of `--ca`.
pub(super) fn roots(cx: Context<'_>, exposure: &mut Exposure) {
    for (file, found, span) in &cx.certificates.defects {
        let what = format!("`{file}`, given with `--ca`,");
        if matches!(found, DefectKind::TooMany { .. }) {
            too_many(&what, Anchor::new(*span), cx, exposure);
            continue;
        }
        cause(
            &what,
            Part::Certificate,
            found,
            Anchor::new(*span),
            exposure,
        );
        if let Some(last) = exposure.facts.certificate_defects.last_mut() {
            last.part = Fact::known(CertificatePart::CaFile);
        }
    }
}

fn count(number: usize) -> Fact<i64> {
    Fact::known(i64::try_from(number).unwrap_or(i64::MAX))
}

fn cause(what: &str, part: Part, cause: &DefectKind, place: Anchor, exposure: &mut Exposure) {
    let (message, help) = (cause.to_string(), cause.help(part));
    defect(what, part, cause.into(), message, help, place, exposure);
}

/// There are more certificates than are looked at.
fn too_many(what: &str, place: Anchor, cx: Context<'_>, exposure: &mut Exposure) {
    let limits = &cx.certificates.limits;
    let most = limits.certificates;
    let message = format!("{what} has more than {most} certificates, and is not judged");
    let fact = reached(limits, Limit::Certificates, place, message);
    exposure.facts.reached_limits.push(fact);
}

fn defect(
    what: &str,
    part: Part,
    cause: CertificateCause,
    message: String,
    help: String,
    place: Anchor,
    exposure: &mut Exposure,
) {
    let mut fact = CertificateDefect::new(place);
    fact.what = Fact::known(what.to_owned());
    fact.part = Fact::known(part.into());
    fact.cause = Fact::known(cause);
    fact.message = Fact::known(message);
    fact.help = Fact::known(help);
    exposure.facts.certificate_defects.push(fact);
}

fn inspect_private_key(
    material: &CertificateMaterial<'_>,
    name: &str,
    exposure: &mut Exposure,
) -> Option<KeyInspection> {
    let KeyMaterial::Given(text) = &material.key else {
        return None;
    };
    if material.lacks(Part::PrivateKey) {
        return None;
    }
    if let Some(span) = text
        .map
        .span(0..text.map.len())
        .filter(|_| !text.map.is_empty())
    {
        exposure.secrets.push(span);
    }
    let mut inspection = inspect_key(&text.text, material.encodings[1]);
    if let Some(cause) = &material.key_defect {
        for defect in &mut inspection.defects {
            defect.kind = cause.clone();
        }
    }
    let what = format!("the private key of {name}");
    for found in &inspection.defects {
        let place = material.place(Part::PrivateKey, found.range.clone());
        cause(&what, Part::PrivateKey, &found.kind, place, exposure);
    }
    Some(inspection)
}

fn describe_chain(
    bundle: &mut Bundle,
    inspection: &Inspection,
    chain: &Chain,
    material: &CertificateMaterial<'_>,
) {
    let file = material.file;
    // A value in base64 is made from a file, and must be made again.
    let encoded = |file: &str| match material.encodings[0] {
        Encoding::Base64 => format!(" && base64 -w0 {file}"),
        Encoding::Plain => String::new(),
    };
    let span = |position: usize| {
        let found = inspection.reading.entries.get(position)?;
        let range = inspection.given_range(found.range.clone());
        Some(material.place(Part::Certificate, range).span)
    };
    let subject = |position: usize| match inspection.at(position) {
        Some(certificate) => Fact::Known(certificate.subject.text.clone(), span(position)),
        None => Fact::Absent(None),
    };
    bundle.leaf = subject(chain.leaf());
    bundle.last = subject(chain.last());
    bundle.ends = Fact::known(chain.end.into());
    let decided = if chain.by_signatures() {
        ChainEvidence::Signatures
    } else {
        ChainEvidence::Names
    };
    bundle.decided_by = Fact::known(decided);
    if matches!(chain.end, End::LeafAlone | End::Gap | End::UnknownIssuer)
        && let Some(last) = inspection.at(chain.last())
    {
        bundle.missing_issuer = Fact::known(last.issuer.text.clone());
        let command = last
            .issuer_url
            .as_ref()
            .map(|url| format!("{}{}", fetch_command(url, file), encoded(file)));
        bundle.fetch = Fact::from_option(command);
    }
    bundle.namesake = Fact::known(chain.namesake.is_some());
    bundle.in_order = Fact::Known(chain.in_order, span(0));
    bundle.misleading = Fact::known(chain.misleading);
    let order = chain.path.iter().filter_map(|position| {
        let certificate = inspection.at(*position)?;
        Some(format!("{} ({})", position + 1, certificate.subject.short))
    });
    bundle.order = Fact::known(order.collect::<Vec<_>>().join(", "));
    bundle.reorder = Fact::known(format!(
        "{}{}",
        reorder_command(file, &chain.path),
        encoded("fullchain.crt")
    ));
}

/// A bundle that could be read.
struct BundleFacts<'a> {
    name: &'a str,
    bundle: &'a Bundle,
    inspection: &'a Inspection,
    chain: &'a Chain,
    material: &'a CertificateMaterial<'a>,
}

const NO_TIME: &str = "the time is not known: give `--now`";

impl BundleFacts<'_> {
    fn place_of(&self, position: usize) -> Anchor {
        let range = self
            .inspection
            .reading
            .entries
            .get(position)
            .map_or(0..0, |found| {
                self.inspection.given_range(found.range.clone())
            });
        self.material.place(Part::Certificate, range)
    }

    fn certificate(&self, position: usize, now: Option<i64>) -> Option<Certificate> {
        let found = self.inspection.at(position)?;
        let role = *self.chain.roles.get(position)?;
        let mut fact = Certificate::new(self.place_of(position));
        fact.bundle = Fact::known(self.name.to_owned());
        fact.number = count(position + 1);
        fact.role = Fact::known(role.into());
        fact.on_chain = Fact::known(matches!(role, Role::Leaf | Role::Intermediate | Role::Root));
        fact.subject = Fact::known(found.subject.text.clone());
        fact.issuer = Fact::known(found.issuer.text.clone());
        if let Role::Duplicate(earlier) = role {
            fact.repeats = count(earlier + 1);
        }
        fact.not_before = Fact::known(time::date(found.not_before));
        fact.not_after = Fact::known(time::date(found.not_after));
        let judged = |of: &dyn Fn(i64) -> bool| {
            now.map_or(Fact::Unknown(NO_TIME.to_owned()), |now| {
                Fact::known(of(now))
            })
        };
        fact.expired = judged(&|now| now > found.not_after);
        fact.not_yet_valid = judged(&|now| now < found.not_before);
        fact.days_left = now.map_or(Fact::Unknown(NO_TIME.to_owned()), |now| {
            Fact::known(time::days_between(now, found.not_after))
        });
        fact.key = Fact::known(found.key.kind.to_string());
        if let KeyKind::Rsa { bits } = found.key.kind {
            fact.rsa_bits = count(bits);
        }
        let hash = found.scheme.hash().map(|hash| hash.to_string());
        fact.signature_hash = Fact::from_option(hash);
        fact.layers = self.bundle.layers.clone();
        let needed = self.chain.roles.iter();
        fact.chain_length = count(
            needed
                .filter(|role| matches!(role, Role::Leaf | Role::Intermediate | Role::Root))
                .count(),
        );
        Some(fact)
    }

    fn name(&self, name: Fact<String>, role: CertificateNameRole) -> CertificateName {
        let mut fact = CertificateName::new(self.place_of(self.chain.leaf()));
        fact.bundle = Fact::known(self.name.to_owned());
        fact.role = Fact::known(role);
        if let Some(leaf) = self.inspection.leaf() {
            fact.covered = match &name {
                Fact::Known(name, _) => Fact::known(leaf.covers(name)),
                Fact::Absent(_) => Fact::Absent(None),
                Fact::Unknown(supply) => Fact::Unknown(supply.clone()),
            };
            fact.common_name_only = Fact::known(leaf.names().is_empty());
            let mut names = leaf.names();
            // A certificate may have a hundred names; a message has room for a few.
            if names.len() > 6 {
                let more = names.len() - 5;
                names.truncate(5);
                names.push(format!("and {more} more"));
            }
            fact.names = Fact::known(names);
        }
        fact.name = name;
        fact
    }
}

fn private_key(
    cx: Context<'_>,
    name: &str,
    material: &CertificateMaterial<'_>,
    key: Option<&KeyInspection>,
    leaf: Option<&x509::Certificate>,
    exposure: &mut Exposure,
) {
    if material.lacks(Part::PrivateKey) || matches!(material.key, KeyMaterial::NotAsked) {
        return;
    }
    let place = match key {
        Some(key) => material.place(Part::PrivateKey, key.range.clone()),
        None => material.key_place.clone(),
    };
    let written_in = place.span;
    let mut fact = PrivateKey::new(place);
    fact.bundle = Fact::known(name.to_owned());
    fact.leaf = Fact::from_option(leaf.map(|leaf| leaf.subject.text.clone()));
    fact.leaf_key = Fact::from_option(leaf.map(|leaf| leaf.key.kind.to_string()));
    let read = key.and_then(|key| key.key.as_ref());
    fact.encrypted = Fact::from_option(read.map(|key| key.encrypted));
    fact.key = Fact::from_option(
        read.and_then(|key| key.kind.as_ref())
            .map(ToString::to_string),
    );
    fact.in_values = Fact::known(material.key_in_values && read.is_some());
    fact.file = Fact::at(cx.sources.name(written_in.source).to_owned(), written_in);
    fact.matches = match (&material.key, read, leaf) {
        (KeyMaterial::Missing(supply), _, _) => Fact::Unknown(supply.clone()),
        (_, Some(key), Some(leaf)) if !key.encrypted => match key.matches(&leaf.key) {
            Some(matches) => Fact::known(matches),
            None => Fact::Unknown(format!(
                "whether the private key is the certificate's cannot be told from the key alone: compare `openssl pkey -pubout -in \
                 cert.key` with `openssl x509 -pubkey -noout -in {}`",
                material.file
            )),
        },
        _ => Fact::Absent(None),
    };
    exposure.facts.private_keys.push(fact);
}
