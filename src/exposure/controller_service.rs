//! The load balancer before a controller that runs in the cluster. Connections pass it before they reach the controller, so
//! its limits count as well; it is the controller's own Service, which is seldom among the input.

use super::front::Front;
use super::layers::Layer;
use super::layers::recognize;
use super::load_balancer::platform;
use super::route::Route;
use super::{Context, Exposure, list_of, paths, timeouts};
use crate::diagnostic::Requirement;
use crate::facts::{EntryPoint, Fact, Platform};
use crate::kube::ObjectRef;
use portolan_yaml::Node;

const NAME: &str = "app.kubernetes.io/name";

/// Adds the limits of the load balancer before a layer, and gives the load balancer where it is known.
pub(super) fn extract<'a>(
    cx: Context<'a>,
    layer: &Layer,
    route: &Route<'a>,
    entry: &EntryPoint,
    exposure: &mut Exposure,
) -> Before<'a> {
    let Some(names) = &layer.own_service else {
        return Before::Nothing;
    };
    let services = find(cx, names, route.router.service);
    if services.is_empty() {
        return of_unseen(cx, layer, entry, exposure);
    }
    let mut fronts = Vec::new();
    for service in services {
        let mut hop = Route::new(service, route.router);
        let platform = platform(cx, service, exposure);
        let class = service
            .node
            .at(&["spec", "loadBalancerClass"])
            .and_then(Node::text)
            .filter(|class| !class.is_empty());
        let made_by =
            recognize::load_balancer(cx.layers, platform.as_deref(), class, &hop.input(cx));
        match made_by {
            Some(before) => {
                hop.ends_tls = Fact::known(has_certificate(before, service));
                timeouts::of_route(cx, before, &hop, entry, exposure);
                fronts.push(Front {
                    service,
                    layer: before,
                    hop,
                });
            }
            None => {
                let title = format!("the load balancer of {}", service.title());
                let supply = format!(
                    "Portolan does not know the limits of {title}: give `--platform`, or check them by hand"
                );
                timeouts::of_unknown(entry, &title, &supply, exposure);
            }
        }
    }
    let mut fronts = fronts.into_iter();
    match (fronts.next(), fronts.next()) {
        (Some(front), None) => Before::Seen(Box::new(front)),
        _ => Before::Unseen,
    }
}

/// What stands before a controller.
pub(super) enum Before<'a> {
    /// The layer is the first hop itself.
    Nothing,
    /// One load balancer.
    Seen(Box<Front<'a>>),
    /// Something that is not to be seen, or several load balancers.
    Unseen,
}

/// A load balancer whose Service is not among the input.
fn of_unseen<'a>(
    cx: Context<'a>,
    layer: &Layer,
    entry: &EntryPoint,
    exposure: &mut Exposure,
) -> Before<'a> {
    if cx.options.platform == Some(Platform::Gke) {
        exposure.infer(format!(
            "the load balancer before {} taken as GKE's passthrough one, which ends no connection: the platform is `gke`",
            layer.title
        ));
        return Before::Nothing;
    }
    let is_platforms = layer.own_service.as_ref().is_some_and(Vec::is_empty);
    if is_platforms && cx.options.platform == Some(Platform::Openshift) {
        exposure.infer(format!(
            "the load balancer before {} assumed to hold connections for long enough and to pass them through: the platform makes it, and it is \
             not among the input",
            layer.title
        ));
        return Before::Nothing;
    }
    let title = format!("the load balancer before {}", layer.title);
    let supply = format!(
        "{} runs in the cluster, and the load balancer before it is a hop of its own: give the manifest of its Service, or \
         check that it holds a connection for {} s and say so with `--assume 'before {}={}:REASON'`",
        layer.title,
        Requirement::NEEDED_SECONDS,
        layer.title,
        Requirement::NEEDED_SECONDS
    );
    timeouts::of_unknown(entry, &title, &supply, exposure);
    Before::Unseen
}

/// Whether an object carries one of a controller's names.
fn is_called(object: ObjectRef<'_>, names: &[String]) -> bool {
    [NAME, "app", "k8s-app"]
        .into_iter()
        .filter_map(|label| object.label(label))
        .any(|label| names.iter().any(|name| name == label))
        || object
            .name()
            .is_some_and(|own| names.iter().any(|name| name == own))
}

/// Whether a ConfigMap lists ports that are handed on (tcp-services, udp-services): it configures nothing else.
fn lists_ports(map: ObjectRef<'_>) -> bool {
    let mut keys = map
        .node
        .get("data")
        .into_iter()
        .flat_map(Node::entries)
        .map(|(entry, _)| &entry.key)
        .peekable();
    keys.peek().is_some() && keys.all(|key| key.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The ConfigMaps and workloads of a controller. Where one of its workloads names its ConfigMap, that one alone counts.
pub(super) fn configuration<'a>(cx: Context<'a>, layer: &Layer) -> Vec<ObjectRef<'a>> {
    let Some(names) = &layer.own_service else {
        return Vec::new();
    };
    let workloads = ["Deployment", "DaemonSet", "StatefulSet"]
        .into_iter()
        .flat_map(|kind| cx.objects.everywhere_of_kind(cx.tree, kind))
        .filter(|object| is_called(*object, names));
    let mut found: Vec<ObjectRef<'a>> = workloads.collect();
    let named: Vec<&str> = found
        .iter()
        .flat_map(|workload| paths::nodes(workload.node, "spec.template.spec.containers[].args[]"))
        .filter_map(Node::text)
        .filter_map(|argument| argument.strip_prefix("--configmap="))
        .map(|name| name.rsplit('/').next().unwrap_or(name))
        .collect();
    let maps = cx.objects.everywhere_of_kind(cx.tree, "ConfigMap");
    found.extend(maps.filter(|map| {
        if named.is_empty() {
            is_called(*map, names) && !lists_ports(*map)
        } else {
            map.name().is_some_and(|own| named.contains(&own))
        }
    }));
    found
}

/// The controller's Services of type LoadBalancer. They lie in another namespace as a rule.
fn find<'a>(cx: Context<'a>, names: &[String], router: ObjectRef<'a>) -> Vec<ObjectRef<'a>> {
    cx.objects
        .everywhere_of_kind(cx.tree, "Service")
        .filter(|service| {
            service.object.root != router.object.root
                && service.node.at(&["spec", "type"]).and_then(Node::text) == Some("LoadBalancer")
                && is_called(*service, names)
        })
        .collect()
}

fn has_certificate(layer: &Layer, service: ObjectRef<'_>) -> bool {
    layer
        .tls
        .listeners
        .iter()
        .flat_map(|rules| &rules.certificates)
        .filter_map(|key| service.annotation(key))
        .any(|node| !list_of(node.text().unwrap_or_default()).is_empty())
}
