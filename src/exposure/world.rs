//! What may be linked with an installation although it lies in a namespace of its own: shared Gateways with their policies,
//! routes and Secrets, and controllers with their Services and configuration.

use std::collections::HashSet;

use super::layers::{EntryKind, LayerSet};
use crate::kube::{ObjectRef, Objects};
use portolan_yaml::{Node, Tree};

/// API groups whose kinds carry no traffic from outside and say nothing about how it is carried.
const WITHOUT_TRAFFIC: [&str; 16] = [
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "metrics.k8s.io",
    "node.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
];

/// Kinds of the core and `apps` groups that configure a controller or hold its certificates.
const OF_CONTROLLERS: [&str; 4] = ["ConfigMap", "Deployment", "DaemonSet", "StatefulSet"];

/// Tells which objects of namespaces without an installation are in its reach.
pub struct Reach<'t> {
    /// Names that controllers go by in `app.kubernetes.io/name`.
    controllers: HashSet<&'t str>,
    /// Namespaces of Gateways and controllers: where Secrets with their certificates lie.
    namespaces: HashSet<&'t str>,
    /// Names of Secrets that Ingresses name, wherever they lie.
    secrets: HashSet<&'t str>,
}

impl<'t> Reach<'t> {
    /// Looks at what all objects say of themselves.
    pub fn of(tree: &'t Tree, objects: &'t Objects, layers: &'t LayerSet) -> Self {
        let layers = [EntryKind::Ingress, EntryKind::Gateway, EntryKind::Resource]
            .into_iter()
            .flat_map(|kind| layers.of(kind));
        let mut reach = Reach {
            controllers: layers
                .flat_map(|layer| layer.own_service.iter().flatten())
                .map(String::as_str)
                .collect(),
            namespaces: HashSet::new(),
            secrets: objects
                .of_kind(tree, "Ingress")
                .flat_map(|ingress| super::paths::nodes(ingress.node, "spec.tls[].secretName"))
                .filter_map(Node::text)
                .collect(),
        };
        let gateways = ["Gateway", "Ingress", "IngressRoute", "HTTPProxy"]
            .into_iter()
            .flat_map(|kind| objects.of_kind(tree, kind));
        reach.namespaces = gateways.filter_map(ObjectRef::namespace).collect();
        reach
    }

    /// Whether something may link the object with an installation. Only `apiVersion`, `kind` and `metadata` are looked at.
    pub fn holds(&self, object: ObjectRef<'_>) -> bool {
        let version = object
            .api_version()
            .and_then(Node::text)
            .unwrap_or_default();
        let group = version.split_once('/').map_or("", |(group, _)| group);
        match (group, object.kind()) {
            ("", "Service") => true,
            ("", "Secret") => {
                object
                    .namespace()
                    .is_some_and(|namespace| self.namespaces.contains(namespace))
                    || object
                        .name()
                        .is_some_and(|name| self.secrets.contains(name))
            }
            ("" | "apps", kind) => OF_CONTROLLERS.contains(&kind) && self.is_controllers(object),
            _ => !WITHOUT_TRAFFIC.contains(&group),
        }
    }

    fn is_controllers(&self, object: ObjectRef<'_>) -> bool {
        ["app.kubernetes.io/name", "app", "k8s-app"]
            .into_iter()
            .filter_map(|label| object.label(label))
            .chain(object.name())
            .any(|name| {
                self.controllers
                    .iter()
                    .any(|controller| name.contains(controller))
            })
    }
}
