//! The load balancer before a controller that runs in the cluster. Connections pass it before they reach the controller, so
//! its limits count as well; it is the controller's own Service, which is seldom among the input.

use super::layers::Layer;
use super::layers::recognize;
use super::load_balancer::platform;
use super::route::Route;
use super::{Context, Exposure, list_of, timeouts};
use crate::diagnostic::Requirement;
use crate::facts::{EntryPoint, Fact, Platform};
use crate::kube::ObjectRef;
use portolan_yaml::Node;

const NAME: &str = "app.kubernetes.io/name";

/// Adds the limits of the load balancer before a layer.
pub(super) fn extract<'a>(
    cx: Context<'a>,
    layer: &Layer,
    route: &Route<'a>,
    entry: &EntryPoint,
    exposure: &mut Exposure,
) {
    let Some(names) = &layer.own_service else {
        return;
    };
    let Some(service) = find(cx, names, route.router.service) else {
        if cx.options.platform == Some(Platform::Gke) {
            exposure.infer(format!(
                "the load balancer before {} taken as GKE's passthrough one, which ends no connection: the platform is `gke`",
                layer.title
            ));
            return;
        }
        let title = format!("the load balancer before {}", layer.title);
        let supply = format!(
            "{} runs in the cluster, and the load balancer before it is a hop of its own: give the manifest of its Service, or \
             `--platform gke`, or check that it holds a connection for {} s",
            layer.title,
            Requirement::NEEDED_SECONDS
        );
        return timeouts::of_unknown(entry, &title, &supply, exposure);
    };
    let mut hop = Route::new(service, route.router);
    let platform = platform(cx, service, exposure);
    let class = service
        .node
        .at(&["spec", "loadBalancerClass"])
        .and_then(Node::text)
        .filter(|class| !class.is_empty());
    match recognize::load_balancer(platform.as_deref(), class, &hop.input(cx)) {
        Some(before) => {
            hop.ends_tls = Fact::known(has_certificate(before, service));
            timeouts::of_route(cx, before, &hop, entry, exposure);
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

/// The controller's Service. It lies in another namespace as a rule.
fn find<'a>(cx: Context<'a>, names: &[String], router: ObjectRef<'a>) -> Option<ObjectRef<'a>> {
    cx.objects.of_kind(cx.tree, "Service").find(|service| {
        service.object.root != router.object.root
            && service.node.at(&["spec", "type"]).and_then(Node::text) == Some("LoadBalancer")
            && service
                .label(NAME)
                .is_some_and(|label| names.iter().any(|name| name == label))
    })
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
