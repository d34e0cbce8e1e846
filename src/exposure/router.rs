//! The router itself: its Service, how it listens, and the certificate it presents.

use super::{Context, Exposure, opaque_supply};
use crate::diagnostic::Label;
use crate::facts::{
    Anchor, CertificateSource, Fact, Router, TlsConflict, TlsConflictKind, TlsEnd, WayIn,
};
use crate::kube::{Installation, ObjectRef, Objects};
use portolan_yaml::{Node, Tree};

/// The router's objects.
pub(super) struct RouterObjects<'a> {
    /// Its Service.
    pub service: ObjectRef<'a>,
    /// Its Deployment, if it is among the input.
    pub deployment: Option<ObjectRef<'a>>,
    /// Whether it speaks HTTPS itself.
    pub https_enabled: Fact<bool>,
}

const COMPONENT: &str = "app.kubernetes.io/component";

fn selects_router(service: &ObjectRef<'_>) -> bool {
    let selector = service.node.at(&["spec", "selector"]);
    let selected = selector
        .and_then(|selector| selector.get(COMPONENT))
        .and_then(Node::text);
    service.label(COMPONENT) == Some("router") || selected == Some("router")
}

fn is_called_router(service: &ObjectRef<'_>) -> bool {
    service
        .name()
        .is_some_and(|name| name == "router" || name.ends_with("-router"))
}

/// The installations among the objects, each once: where each router Service lies, and the release that it belongs to.
pub fn installations(tree: &Tree, objects: &Objects) -> Vec<Installation> {
    let mut installations = Vec::new();
    for service in objects.of_kind(tree, "Service") {
        let installation = Installation::of(service);
        if selects_router(&service)
            && is_called_router(&service)
            && !installations.contains(&installation)
        {
            installations.push(installation);
        }
    }
    installations
}

/// Finds the router Service and what belongs to it.
pub(super) fn find<'a>(cx: Context<'a>) -> Option<RouterObjects<'a>> {
    let services = || cx.objects.of_kind(cx.tree, "Service");
    let service = services()
        .find(|service| selects_router(service) && is_called_router(service))
        .or_else(|| services().find(selects_router))
        .or_else(|| services().find(is_called_router))?;
    let deployment = cx
        .objects
        .of_kind(cx.tree, "Deployment")
        .find(|deployment| {
            deployment.name() == service.name() && deployment.shares_namespace(service)
        });
    Some(RouterObjects {
        service,
        deployment,
        https_enabled: https_enabled(cx),
    })
}

fn testing_mode(cx: Context<'_>) -> Fact<bool> {
    let key = "`cartoConfigValues.ingressTestingMode`";
    switch(cx, "ROUTER_INGRESS_TESTING_MODE", key).unwrap_or(Fact::Absent(None))
}

fn https_enabled(cx: Context<'_>) -> Fact<bool> {
    switch(cx, "ROUTER_ENABLE_HTTPS", "`tlsCerts.httpsEnabled`").unwrap_or_else(|| {
        Fact::Unknown(
            "whether the router speaks HTTPS is not known: `ROUTER_ENABLE_HTTPS` is in a ConfigMap that is not among the input"
                .to_owned(),
        )
    })
}

/// Tells whether a variable is on, where one of the ConfigMaps sets it; the key of the values that it is made from says
/// what to supply.
fn switch(cx: Context<'_>, name: &str, key: &str) -> Option<Fact<bool>> {
    let (_, node) = variable(cx, name)?;
    Some(match node.is_opaque() {
        true => Fact::Unknown(opaque_supply(key)),
        false => Fact::at(node.text() == Some("true"), node.site()),
    })
}

/// Returns what the installation's ConfigMaps set a variable of CARTO's containers to, and the ConfigMap that does.
pub(super) fn variable<'a>(cx: Context<'a>, name: &str) -> Option<(ObjectRef<'a>, Node<'a>)> {
    let mut configs = cx.objects.of_kind(cx.tree, "ConfigMap");
    configs.find_map(|config| Some((config, config.node.at(&["data", name])?)))
}

/// One port of the router Service.
#[derive(Clone, Copy)]
pub(super) struct ServicePort<'a> {
    /// The entry of `spec.ports`.
    pub node: Node<'a>,
}

impl<'a> ServicePort<'a> {
    /// Its name, lower-case.
    pub(super) fn name(self) -> String {
        self.node
            .get("name")
            .and_then(Node::text)
            .unwrap_or_default()
            .to_ascii_lowercase()
    }

    /// Its number.
    pub(super) fn number(self) -> Option<i64> {
        self.node.get("port").and_then(Node::as_int)
    }
}

impl<'a> RouterObjects<'a> {
    /// The ports of the Service.
    pub(super) fn ports(&self) -> impl Iterator<Item = ServicePort<'a>> {
        self.service
            .node
            .at(&["spec", "ports"])
            .into_iter()
            .flat_map(Node::items)
            .map(|node| ServicePort { node })
    }

    /// The port of a name or number.
    pub(super) fn port(&self, name: &str, number: i64) -> Option<ServicePort<'a>> {
        self.ports()
            .find(|port| port.name() == name)
            .or_else(|| self.ports().find(|port| port.number() == Some(number)))
    }

    /// Which port of the container a Service port leads to: `http` or `https`.
    pub(super) fn backend_port(&self, port: ServicePort<'a>) -> Fact<String> {
        let target = port.node.get("targetPort");
        let Some(node) = target
            .filter(|node| !node.is_null())
            .or_else(|| port.node.get("port"))
        else {
            return Fact::Absent(Some(port.node.site()));
        };
        if node.is_opaque() {
            return Fact::Unknown(opaque_supply("the router Service's target port"));
        }
        let text = node.text().unwrap_or_default();
        if node.as_str().is_some() {
            return Fact::at(text.to_owned(), node.site());
        }
        let number = node.as_int();
        let containers = self.deployment.and_then(|deployment| {
            deployment
                .node
                .at(&["spec", "template", "spec", "containers"])
        });
        let named = containers
            .into_iter()
            .flat_map(Node::items)
            .filter_map(|container| container.get("ports"))
            .flat_map(Node::items)
            .find(|port| port.get("containerPort").and_then(Node::as_int) == number)
            .and_then(|port| port.get("name"))
            .and_then(Node::text);
        match (named, number) {
            (Some(name), _) => Fact::at(name.to_owned(), node.site()),
            // The chart's own container ports.
            (None, Some(8080)) => Fact::at("http".to_owned(), node.site()),
            (None, Some(8443)) => Fact::at("https".to_owned(), node.site()),
            _ => Fact::Unknown(format!(
                "port {text} of the router's container is not known: its Deployment is not among the input"
            )),
        }
    }

    /// The Service's type.
    pub(super) fn service_type(&self) -> Fact<String> {
        let at = self.service.insertion_point(&["spec", "type"]);
        match self.service.node.at(&["spec", "type"]) {
            Some(node) if node.is_opaque() => {
                Fact::Unknown(opaque_supply("the type of the router Service"))
            }
            Some(node) => match node.text().filter(|text| !text.is_empty()) {
                Some(text) => Fact::at(text.to_owned(), node.site()),
                None => Fact::at("ClusterIP".to_owned(), node.site()),
            },
            None => Fact::at("ClusterIP".to_owned(), at),
        }
    }

    /// The release's base name: the Service's name without its last part.
    pub(super) fn fullname(&self) -> &'a str {
        let name = self.service.name().unwrap_or_default();
        name.strip_suffix("-router").unwrap_or(name)
    }
}

/// Adds the router's facts; the entry points must be there already.
pub(super) fn extract(cx: Context<'_>, objects: &RouterObjects<'_>, exposure: &mut Exposure) {
    let service = objects.service;
    let mut router = Router::new(super::place_in(service, &["spec", "type"]));
    router.service_type = objects.service_type();
    router.https_enabled = objects.https_enabled.clone();
    let mut exposed_by: Vec<WayIn> = Vec::new();
    for entry in &exposure.facts.entry_points {
        let Some(kind) = entry.kind.value() else {
            continue;
        };
        let way_in = WayIn::from(*kind);
        if !exposed_by.contains(&way_in) {
            exposed_by.push(way_in);
        }
    }
    let documented = exposed_by
        .iter()
        .filter(|way_in| **way_in != WayIn::NodePort)
        .count();
    router.routes = Fact::known(i64::try_from(documented).unwrap_or(i64::MAX));
    // What nobody has read may lead to the router.
    let mut unplaced = cx.objects.unplaced().iter();
    let other_way = unplaced.find(|part| part.may_carry_traffic());
    router.exposed_by = match other_way.filter(|_| exposed_by.is_empty()) {
        Some(part) => Fact::Unknown(part.sentence()),
        None => Fact::known(exposed_by),
    };
    router.presents_own_certificate = presents_own_certificate(exposure);
    router.certificate_source = certificate_source(cx, objects);
    router.testing_mode = testing_mode(cx);
    exposure.facts.router.push(router);
    rendered_over(cx, objects, exposure);
}

fn presents_own_certificate(exposure: &Exposure) -> Fact<bool> {
    let mut unknown = None;
    for entry in &exposure.facts.entry_points {
        match &entry.tls_ends_at {
            Fact::Known(TlsEnd::Router, _) => return Fact::known(true),
            Fact::Unknown(supply) => unknown = Some(supply.clone()),
            _ => {}
        }
    }
    unknown.map_or(Fact::known(false), Fact::Unknown)
}

/// Where the chart's template says a Secret comes from.
pub(super) fn source_of(secret: ObjectRef<'_>, fullname: &str) -> CertificateSource {
    match secret.object.template.as_deref() {
        Some(template) if template.ends_with("auto-tls-secret.yaml") => {
            CertificateSource::Generated
        }
        Some(template) if template.ends_with("custom-tls-secret.yaml") => CertificateSource::Values,
        Some(_) => CertificateSource::Secret,
        // Read from a cluster: the chart's own names tell.
        None => {
            let by_chart = secret
                .label("helm.sh/chart")
                .is_some_and(|chart| chart.starts_with("carto-"));
            match secret.name().and_then(|name| name.strip_prefix(fullname)) {
                Some("-tls") if by_chart => CertificateSource::Generated,
                Some(rest) if by_chart && rest.starts_with("-tls-") => CertificateSource::Values,
                _ => CertificateSource::Secret,
            }
        }
    }
}

/// The router's volume with its TLS Secret; `None` where it has none, or its Deployment is not among the input.
pub(super) fn tls_volume<'a>(objects: &RouterObjects<'a>) -> Option<Node<'a>> {
    objects
        .deployment?
        .node
        .at(&["spec", "template", "spec", "volumes"])?
        .items()
        .find(|volume| volume.get("name").and_then(Node::text) == Some("tls-secret"))?
        .get("secret")
}

fn certificate_source(cx: Context<'_>, objects: &RouterObjects<'_>) -> Fact<CertificateSource> {
    let Some(deployment) = objects.deployment else {
        return Fact::Unknown(
            "the router's Deployment, which names its TLS Secret, is not among the input"
                .to_owned(),
        );
    };
    let name = tls_volume(objects).and_then(|secret| secret.get("secretName"));
    let Some(name) = name else {
        return Fact::Absent(None);
    };
    if name.is_opaque() {
        return Fact::Unknown(opaque_supply("the name of the router's TLS Secret"));
    }
    let text = name.text().unwrap_or_default();
    let secret = cx.objects.find(cx.tree, "Secret", text, deployment);
    let source = secret.map_or(CertificateSource::Secret, |secret| {
        source_of(secret, objects.fullname())
    });
    Fact::at(source, name.site())
}

/// The chart's self-signed Secret under a name that is somebody else's.
fn rendered_over(cx: Context<'_>, objects: &RouterObjects<'_>, exposure: &mut Exposure) {
    let fullname = objects.fullname();
    let default_name = format!("{fullname}-tls");
    for secret in cx.objects.of_kind(cx.tree, "Secret") {
        let generated = secret
            .object
            .template
            .as_deref()
            .is_some_and(|template| template.ends_with("/auto-tls-secret.yaml"));
        let Some(name) = secret.name() else { continue };
        if !generated || name == default_name || name.contains(portolan_yaml::OPAQUE) {
            continue;
        }
        let mut place = Anchor::new(secret.insertion_point(&[])).in_object(secret.title());
        // Who else claims the name: the volume's Secret, or another Secret object.
        if let Some(node) = secret.node.at(&["metadata", "name"])
            && node.site() != place.span
        {
            place.labels.push(Label {
                span: node.site(),
                message: "the name of the other source".to_owned(),
            });
        }
        let mut conflict = TlsConflict::new(place);
        conflict.kind = Fact::known(TlsConflictKind::RenderedOver);
        conflict.secret = Fact::known(name.to_owned());
        exposure.facts.tls_conflicts.push(conflict);
    }
}
