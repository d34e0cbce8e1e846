//! One way in, as the limits on it are looked for: the entry point's object and everything that it leads through.

use super::controller_service;
use super::layers::Layer;
use super::layers::predicate::MatchInput;
use super::router::RouterObjects;
use super::{Context, paths};
use crate::facts::Fact;
use crate::kube::ObjectRef;
use portolan_yaml::Node;

/// One way in.
#[derive(Clone)]
pub(super) struct Route<'a> {
    /// The object of the entry point.
    pub entry: ObjectRef<'a>,
    /// The router's objects.
    pub router: &'a RouterObjects<'a>,
    /// The rules that lead to the router, in the entry point itself or in its routes.
    pub rules: Vec<RouteRule<'a>>,
    /// The IngressClass or GatewayClass, where it is among the input.
    pub class_object: Option<ObjectRef<'a>>,
    /// What the IngressClass names as its parameters.
    pub class_parameters: Option<ObjectRef<'a>>,
    /// What the Gateway or its class names as its parameters.
    pub gateway_parameters: Option<ObjectRef<'a>>,
    /// The controller's own configuration, as far as it is among the input.
    pub configuration: Vec<ObjectRef<'a>>,
    /// What a custom resource hangs from.
    pub attached_to: Vec<ObjectRef<'a>>,
    /// Something that it hangs from and that is not among the input: what to supply.
    pub missing: Option<String>,
    /// Whether the layer terminates TLS, once that is known.
    pub ends_tls: Fact<bool>,
}

/// A rule that leads to the router.
#[derive(Clone, Copy)]
pub(super) struct RouteRule<'a> {
    /// The object that it is in.
    pub object: ObjectRef<'a>,
    /// The rule.
    pub node: Node<'a>,
}

impl<'a> Route<'a> {
    /// A way through an object, nothing else known yet.
    pub(super) fn new(entry: ObjectRef<'a>, router: &'a RouterObjects<'a>) -> Self {
        Route {
            entry,
            router,
            rules: Vec::new(),
            class_object: None,
            class_parameters: None,
            gateway_parameters: None,
            configuration: Vec::new(),
            attached_to: Vec::new(),
            missing: None,
            ends_tls: Fact::Absent(None),
        }
    }

    /// Looks for the class of that kind and name, and for its parameters.
    pub(super) fn with_class(mut self, cx: Context<'a>, kind: &str, name: Option<&str>) -> Self {
        self.class_object =
            name.and_then(|name| cx.objects.everywhere_named(cx.tree, kind, name).next());
        let parameters = self
            .class_object
            .and_then(|class| class.node.at(&["spec", "parameters", "name"]))
            .and_then(Node::text);
        self.class_parameters = parameters.and_then(|name| {
            cx.objects
                .everywhere_named(cx.tree, "IngressClassParams", name)
                .next()
        });
        self
    }

    /// Looks for what the Gateway, or else its class, names as its parameters.
    pub(super) fn with_gateway_parameters(mut self, cx: Context<'a>) -> Self {
        let own = self
            .entry
            .node
            .at(&["spec", "infrastructure", "parametersRef"])
            .map(|reference| (reference, self.entry));
        let of_class = self.class_object.and_then(|class| {
            let reference = class.node.at(&["spec", "parametersRef"])?;
            Some((reference, class))
        });
        self.gateway_parameters = own.or(of_class).and_then(|(reference, from)| {
            let text = |key: &str| reference.get(key).and_then(Node::text);
            cx.objects.find_in(
                cx.tree,
                text("kind")?,
                text("name")?,
                text("namespace"),
                from,
            )
        });
        self
    }

    /// Looks for the controller's own configuration: ConfigMaps and workloads that carry one of its names.
    pub(super) fn with_configuration(mut self, cx: Context<'a>, layer: &Layer) -> Self {
        self.configuration = controller_service::configuration(cx, layer);
        self
    }

    /// The controller that the class names.
    pub(super) fn controller(&self) -> Option<&'a str> {
        let class = self.class_object?;
        ["spec.controller", "spec.controllerName"]
            .into_iter()
            .find_map(|path| paths::nodes(class.node, path).first().copied())
            .and_then(Node::text)
    }

    /// What signs are looked for in.
    pub(super) fn input(&self, cx: Context<'a>) -> MatchInput<'a> {
        MatchInput {
            entry: Some(self.entry),
            service: Some(self.router.service),
            attached_to: self.attached_to.clone(),
            missing: self.missing.clone(),
            class_parameters: self.class_parameters,
            gateway_parameters: self.gateway_parameters,
            rules: self.rules.iter().map(|rule| rule.node).collect(),
            configuration: self.configuration.clone(),
            controller: cx.controller(),
        }
    }
}
