//! The address of a load balancer: the one that is asked for, and whether the cluster has given one yet. And whether the
//! platform that was given is the one that the input speaks of.

use std::net::IpAddr;

use super::layers::EntryKind;
use super::layers::recognize::platform_of;
use super::router::RouterObjects;
use super::{Context, Exposure, ingress};
use crate::facts::{Anchor, Fact, LoadBalancerAddress, PlatformContradiction};
use crate::kube::ObjectRef;

const STATUS: [&str; 2] = ["status", "loadBalancer"];

/// Adds the facts.
pub(super) fn extract(cx: Context<'_>, router: &RouterObjects<'_>, exposure: &mut Exposure) {
    let is_load_balancer =
        router.service_type().value().map(String::as_str) == Some("LoadBalancer");
    if is_load_balancer {
        contradiction(cx, EntryKind::LoadBalancer, router.service, exposure);
        address(cx, router.service, exposure);
    }
    for ingress in ingress::of_router(cx, router) {
        contradiction(cx, EntryKind::Ingress, ingress, exposure);
        address(cx, ingress, exposure);
    }
}

fn contradiction(cx: Context<'_>, kind: EntryKind, object: ObjectRef<'_>, exposure: &mut Exposure) {
    let Some(given) = cx.options.platform else {
        return;
    };
    let Some((told, node, key)) = platform_of(cx.layers, kind, object) else {
        return;
    };
    if told == given.as_str() {
        return;
    }
    let mut fact = PlatformContradiction::new(Anchor::new(node.site()).in_object(object.title()));
    fact.given = Fact::known(given.as_str().to_owned());
    fact.told = Fact::known(told.to_owned());
    fact.by = Fact::known(key.to_owned());
    exposure.facts.platform_contradictions.push(fact);
}

fn address(cx: Context<'_>, object: ObjectRef<'_>, exposure: &mut Exposure) {
    let asked = object.node.at(&["spec", "loadBalancerIP"]);
    let status = object.node.at(&STATUS);
    let place = super::place_in(object, &["metadata", "name"]);
    let mut fact = LoadBalancerAddress::new(place);
    fact.object = Fact::known(object.title());
    fact.platform = Fact::from_option(cx.options.platform.map(|name| name.as_str().to_owned()));
    match asked.filter(|node| node.is_opaque() || node.text().is_some_and(|text| !text.is_empty()))
    {
        Some(node) if node.is_opaque() => {
            let supply = super::opaque_supply("`spec.loadBalancerIP`");
            fact.text = Fact::Unknown(supply.clone());
            fact.is_address = Fact::Unknown(supply);
        }
        Some(node) => {
            let text = node.text().unwrap_or_default();
            fact.text = Fact::at(text.to_owned(), node.site());
            fact.is_address = Fact::known(text.parse::<IpAddr>().is_ok());
        }
        None => {}
    }
    let has_status = object.node.get("status").is_some();
    let is_given = status
        .and_then(|status| status.get("ingress"))
        .is_some_and(|ingress| ingress.items().len() > 0);
    fact.pending = Fact::known(has_status && !is_given);
    exposure.facts.load_balancer_addresses.push(fact);
}
