//! Certificates judged on their own: those of a file, or of the Secrets in a manifest, whoever may present them.

use super::certificate_facts::{KeyMaterial, WantedName, add, roots};
use super::certificates::{USUAL_KEYS, in_files, in_secret};
use super::{Context, Exposure};
use crate::facts::{Anchor, Bundle, CertificateNameRole, Fact, Platform};
use crate::kube::ObjectRef;
use portolan_certificate::{Inspection, KeyInspection};

/// A bundle that was judged, for whoever draws it.
pub struct InspectedBundle {
    /// Its file, or the Secret that it is in.
    pub name: String,
    /// The certificates; `None` where they cannot be seen: a template or SOPS hides them.
    pub inspection: Option<Inspection>,
    /// The private key, where there is one.
    pub key: Option<KeyInspection>,
}

/// Adds the facts about the file that was given, and of `--ca`.
pub(crate) fn of_given_file(
    cx: Context<'_>,
    domain: Option<&str>,
    exposure: &mut Exposure,
) -> Vec<InspectedBundle> {
    roots(cx, exposure);
    let Some(file) = &cx.certificates.certificate else {
        return Vec::new();
    };
    let material = in_files(cx, file, KeyMaterial::NotAsked);
    let bundle = bundle(cx, &file.name, material.certificate_place.clone());
    let (inspection, key) = add(cx, bundle, material, wanted(domain), exposure);
    vec![InspectedBundle {
        name: file.name.clone(),
        inspection: Some(inspection),
        key,
    }]
}

/// Adds the facts about every Secret with a certificate, and of `--ca`.
pub(crate) fn of_secrets(
    cx: Context<'_>,
    domain: Option<&str>,
    exposure: &mut Exposure,
) -> Vec<InspectedBundle> {
    roots(cx, exposure);
    cx.objects
        .of_kind(cx.tree, "Secret")
        .filter(|secret| holds_certificate(*secret))
        .map(|secret| of_secret(cx, secret, domain, exposure))
        .collect()
}

/// Tells whether a Secret has the type that Kubernetes has for certificates, or the usual key.
fn holds_certificate(secret: ObjectRef<'_>) -> bool {
    let node = secret.node;
    let typed = node.get("type").and_then(|node| node.text()) == Some("kubernetes.io/tls");
    typed
        || ["data", "stringData"]
            .iter()
            .any(|field| node.at(&[field, USUAL_KEYS[0]]).is_some())
}

fn of_secret(
    cx: Context<'_>,
    secret: ObjectRef<'_>,
    domain: Option<&str>,
    exposure: &mut Exposure,
) -> InspectedBundle {
    let name = secret.title();
    let material = match in_secret(cx, secret, USUAL_KEYS) {
        Ok(material) => material,
        Err(supply) => {
            let mut bundle = bundle(cx, &name, super::place_in(secret, &["data"]));
            bundle.read = Fact::Unknown(supply);
            exposure.facts.bundles.push(bundle);
            return InspectedBundle {
                name,
                inspection: None,
                key: None,
            };
        }
    };
    let bundle = bundle(cx, &name, material.certificate_place.clone());
    let (inspection, key) = add(cx, bundle, material, wanted(domain), exposure);
    InspectedBundle {
        name,
        inspection: Some(inspection),
        key,
    }
}

fn bundle(cx: Context<'_>, name: &str, place: Anchor) -> Bundle {
    let mut bundle = Bundle::new(place);
    bundle.name = Fact::known(name.to_owned());
    bundle.layers = layers(cx.options.platform);
    bundle
}

/// Names the load balancers that present it: those of Google Cloud take fewer certificates than others.
fn layers(platform: Option<Platform>) -> Fact<Vec<String>> {
    let limits = "the load balancers of Google Cloud take RSA, P-256 and P-384 keys and at most five certificates";
    match platform {
        // A LoadBalancer Service of GKE leaves TLS to the router, an Ingress or a Gateway does not.
        Some(Platform::Gke) => Fact::Unknown(format!(
            "{limits}; whether an Ingress or a Gateway on GKE presents this one, the values tell: give them to `portolan check` with \
             `--tls-cert`"
        )),
        Some(_) => Fact::known(Vec::new()),
        None => Fact::Unknown(format!(
            "{limits}: name the platform with `--platform` where it is another one"
        )),
    }
}

fn wanted(domain: Option<&str>) -> Vec<WantedName> {
    let name = |domain: &str| (Fact::known(domain.to_owned()), CertificateNameRole::Domain);
    domain.map(name).into_iter().collect()
}
