//! Layers as data: what each kind of load balancer, ingress controller and gateway calls its knobs.
//!
//! One file a layer under `layers/`. They say how a layer is recognised and where its limits are set; whether a limit is
//! good enough is for the rules.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::kube::View;
use crate::yaml::Node;

/// One kind of load balancer, ingress controller or gateway.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Layer {
    /// Its public name.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// The kind of entry point that it serves.
    pub entry: EntryKind,
    /// The platform that it belongs to (`gke`, `eks`, `aks` …).
    pub platform: String,
    /// Annotations with these prefixes tell that the platform is this one.
    #[serde(default)]
    pub platform_prefixes: Vec<String>,
    /// What must be so for the layer to be the one; all of them.
    #[serde(default)]
    pub recognize: Vec<Sign>,
    /// How it ends TLS.
    pub tls: TlsModel,
    /// The annotation or field that names a certificate.
    #[serde(default)]
    pub certificate_knob: Option<String>,
    /// Every limit on a connection's life. All of them must be long enough.
    pub timeouts: Vec<Knob>,
    /// Annotations that look like a knob here and are none.
    #[serde(default)]
    pub ineffective: Vec<Ineffective>,
}

/// The kinds of entry points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    /// A Service of type LoadBalancer.
    LoadBalancer,
    /// An Ingress.
    Ingress,
    /// A Gateway with routes.
    Gateway,
}

/// A sign by which a layer is recognised.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Sign {
    /// An annotation of the entry point's object.
    pub annotation: Option<String>,
    /// A field of the entry point's object, as a dotted path.
    pub field: Option<String>,
    /// It must not be there.
    pub absent: bool,
    /// It must be one of these.
    pub one_of: Vec<String>,
    /// It must not be one of these.
    pub none_of: Vec<String>,
    /// The class of the Ingress or Gateway starts with this.
    pub class_prefix: Option<String>,
}

/// How a layer ends TLS. Each model is a piece of code: it follows what the controller builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TlsModel {
    /// It passes connections through.
    None,
    /// Listeners by `ssl-cert`, `ssl-ports` and `backend-protocol`.
    ClassicElb,
    /// Certificates by `spec.tls` and two annotations, redirect by FrontendConfig.
    GkeIngress,
    /// Listeners of the Gateway API.
    Gateway,
}

/// A limit on how long a connection may last.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Knob {
    /// What it limits.
    pub meaning: Meaning,
    /// The annotation that sets it.
    #[serde(default)]
    pub annotation: Option<String>,
    /// The field that sets it, as a dotted path.
    #[serde(default)]
    pub field: Option<String>,
    /// The kind of object that the field is in.
    #[serde(default)]
    pub on: Option<String>,
    /// How that object is found.
    #[serde(default)]
    pub bound: Binding,
    /// How the value is written.
    #[serde(default)]
    pub syntax: Syntax,
    /// The unit of a bare number.
    #[serde(default)]
    pub unit: Option<Unit>,
    /// What counts where nothing is set, in seconds.
    #[serde(default)]
    pub default: Option<i64>,
    /// The smallest value accepted, in seconds.
    #[serde(default)]
    pub min: Option<i64>,
    /// The largest value accepted, in seconds.
    #[serde(default)]
    pub max: Option<i64>,
    /// A smaller maximum of earlier clusters.
    #[serde(default)]
    pub max_before: Option<MaxBefore>,
    /// The smallest literal that satisfies the requirement, as it must be written.
    #[serde(default)]
    pub minimum: Option<String>,
    /// The limit that nothing can change, in seconds.
    #[serde(default)]
    pub fixed: Option<i64>,
    /// There is no limit.
    #[serde(default)]
    pub unlimited: bool,
    /// What to use instead of a layer that cannot hold a connection for long enough.
    #[serde(default)]
    pub instead: Option<String>,
    /// The controller in the cluster that decides whether the knob works.
    #[serde(default)]
    pub depends_on: Option<String>,
    /// Where the figures come from.
    pub sources: Vec<String>,
}

/// A maximum that held before some cluster version.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaxBefore {
    /// The first Kubernetes version with the larger maximum.
    pub version: String,
    /// The maximum before, in seconds.
    pub max: i64,
}

/// What a limit limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Meaning {
    /// How long no byte may pass.
    Idle,
    /// How long the whole request may take.
    Total,
}

/// How the object that a knob stands on is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Binding {
    /// It is the entry point itself.
    #[default]
    Entry,
    /// It is the BackendConfig that the router Service names for the port in use.
    BackendConfig,
    /// It is a policy whose `targetRef` is the router Service.
    TargetRef,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Syntax {
    /// A string that holds a whole number.
    #[default]
    Integer,
    /// A field of type integer.
    IntegerField,
}

/// The unit of a bare number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
}

impl Unit {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Seconds => "seconds",
            Unit::Minutes => "minutes",
        }
    }

    /// In seconds; `None` where the number is too large.
    pub fn seconds(self, number: i64) -> Option<i64> {
        match self {
            Unit::Seconds => Some(number),
            Unit::Minutes => number.checked_mul(60),
        }
    }
}

/// An annotation that has no effect on a layer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Ineffective {
    /// Its key.
    pub annotation: String,
    /// Why it has none, in words.
    pub why: String,
}

/// Every layer that is known.
pub fn layers() -> &'static [Layer] {
    static LAYERS: OnceLock<Vec<Layer>> = OnceLock::new();
    LAYERS.get_or_init(|| {
        // A file that does not fit is found by the test below.
        serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/layers.json")))
            .unwrap_or_default()
    })
}

/// The platform that an object's annotations tell of, with the annotation that tells.
pub fn platform_of<'o>(object: View<'o>) -> Option<(&'static str, Node<'o>, &'o str)> {
    let annotations = object.node.at(&["metadata", "annotations"])?;
    annotations.entries().find_map(|(entry, value)| {
        let layer = layers().iter().find(|layer| {
            layer
                .platform_prefixes
                .iter()
                .any(|prefix| entry.key.starts_with(prefix.as_str()))
        })?;
        Some((layer.platform.as_str(), value, &*entry.key))
    })
}

/// The layer that serves an entry point of that kind on a platform.
pub fn recognize(
    kind: EntryKind,
    platform: &str,
    class: Option<&str>,
    object: View<'_>,
) -> Option<&'static Layer> {
    layers().iter().find(|layer| {
        layer.entry == kind
            && layer.platform == platform
            && layer.recognize.iter().all(|sign| sign.holds(class, object))
    })
}

impl Sign {
    fn holds(&self, class: Option<&str>, object: View<'_>) -> bool {
        if let Some(prefix) = &self.class_prefix {
            return class.is_some_and(|class| class.starts_with(prefix.as_str()));
        }
        let node = match (&self.annotation, &self.field) {
            (Some(key), _) => object.annotation(key),
            (None, Some(path)) => object.node.at(&path.split('.').collect::<Vec<_>>()),
            (None, None) => None,
        };
        let text = node.and_then(Node::text).unwrap_or_default();
        if self.absent && !text.is_empty() {
            return false;
        }
        if !self.one_of.is_empty() && !self.one_of.iter().any(|known| known == text) {
            return false;
        }
        !self.none_of.iter().any(|known| known == text)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_layer_file_is_read_and_says_where_its_figures_come_from() {
        let json = include_str!(concat!(env!("OUT_DIR"), "/layers.json"));
        let layers: Vec<Layer> = serde_json::from_str(json).unwrap();
        assert!(layers.len() >= 6);
        for layer in &layers {
            assert!(!layer.timeouts.is_empty(), "{}", layer.id);
            for knob in &layer.timeouts {
                assert!(!knob.sources.is_empty(), "{}", layer.id);
                let settable = knob.annotation.is_some() || knob.field.is_some();
                assert!(
                    settable || knob.fixed.is_some() || knob.unlimited,
                    "{}",
                    layer.id
                );
                assert!(!settable || knob.minimum.is_some(), "{}", layer.id);
                assert!(
                    knob.fixed.is_none() || knob.instead.is_some(),
                    "{}",
                    layer.id
                );
            }
        }
    }
}
