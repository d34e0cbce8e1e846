//! Known settings where nobody reads them: on the wrong kind of object, another controller's, for a port that the way in
//! does not use.
//!
//! What is unknown about the way in leaves a setting alone: a reader that may be there is taken to be there.

use super::super::layers::{EntryKind, Layer, layers};
use super::super::router::RouterObjects;
use super::annotations::{purposes_of, rest_of};
use super::format::{Instead, ReadKeys, ReaderFile};
use super::knowledge::{OwnReaders, readers_of};
use super::on_route::{LayersOf, OnRoute};
use super::{listed, ports};
use crate::facts::{Fact, Purpose, UnreadCause, UnreadSetting};
use crate::kube::{ObjectRef, Origin};
use portolan_yaml::Node;

/// A setting that nobody reads.
pub(super) struct Unread {
    pub cause: UnreadCause,
    /// Why, as a part of a sentence.
    pub why: String,
    /// What to do, as a sentence without its full stop.
    pub how: String,
}

/// What a key is looked at with.
pub(super) struct Reading<'a> {
    pub own: &'a OwnReaders,
    pub router: Option<&'a RouterObjects<'a>>,
    pub on_route: &'a OnRoute,
}

/// One annotation on one object.
#[derive(Clone, Copy)]
pub(super) struct Written<'a> {
    pub key: &'a str,
    pub value: Node<'a>,
    pub object: ObjectRef<'a>,
}

impl Unread {
    /// The fact, at a place that is set already.
    pub(super) fn describe(
        self,
        fact: &mut UnreadSetting,
        setting: &str,
        kind: &str,
        purposes: Vec<Purpose>,
    ) {
        fact.setting = Fact::known(setting.to_owned());
        fact.kind = Fact::known(kind.to_owned());
        fact.cause = Fact::known(self.cause);
        fact.why = Fact::known(self.why);
        fact.how = Fact::known(self.how);
        let requirement = super::requirement_of(&purposes);
        fact.requirement = Fact::known(requirement.as_str().to_owned());
        fact.purposes = Fact::known(purposes);
    }
}

/// A reader with a list of its keys in which the key stands.
type Listed<'r> = (&'r ReaderFile, &'r ReadKeys);

impl Reading<'_> {
    /// Why nobody reads a known annotation; `None` where somebody does or may.
    pub(super) fn unread(&self, written: Written<'_>) -> Option<Unread> {
        let readers = readers_of(self.own, written.key);
        let purposes = purposes_of(self.own, written.key);
        let lists: Vec<Listed<'_>> = readers
            .iter()
            .flat_map(|reader| {
                let rest = rest_of(reader, written.key);
                reader.lists_with(rest).map(move |list| (*reader, list))
            })
            .collect();
        let is_for_us = !purposes.is_empty() && !lists.is_empty();
        if !is_for_us {
            return None;
        }
        let of = self.on_route.of(written.object);
        let known = of.filter(|of| !of.unknown && !of.layers.is_empty());
        let layers = || known.into_iter().flat_map(|of| &of.layers);
        if layers().any(|layer| layer.reads.passes_on || is_said(layer, written.key)) {
            return None;
        }
        let (here, elsewhere): (Vec<Listed<'_>>, Vec<Listed<'_>>) = lists
            .into_iter()
            .partition(|(_, list)| list.kinds.iter().any(|kind| kind == written.object.kind()));
        if here.is_empty() {
            return self.wrong_object(written, known, &elsewhere);
        }
        // A reader beside all layers, which may be there.
        if here.iter().any(|(_, list)| list.by.is_none()) {
            return None;
        }
        match known.map(|known| (known, reading_layer(known, &here))) {
            Some((known, Some(layer))) => self.not_taken(written, known, layer, &here),
            Some((known, None)) => self.other_reader(written, known, &here, &purposes),
            // Where nothing leads to the router the input is a part of something.
            None => of.and_then(|_| self.no_load_balancer(written, &here)),
        }
    }

    /// A key that its readers look for on another kind of object.
    fn wrong_object(
        &self,
        written: Written<'_>,
        known: Option<&LayersOf>,
        elsewhere: &[Listed<'_>],
    ) -> Option<Unread> {
        let kind = written.object.kind();
        let is_router = self
            .router
            .is_some_and(|router| router.service.node.id() == written.object.node.id());
        // Whoever serves an Ingress of unknown class may read anything there.
        if known.is_none() && !is_router {
            return None;
        }
        if elsewhere.iter().any(|(reader, _)| !reader.complete)
            && instead(written, known, elsewhere).is_none()
        {
            return None;
        }
        let (reader, list) = elsewhere.first()?;
        let target = list.kinds.first()?;
        let named = instead(written, known, elsewhere);
        let why = named
            .and_then(|named| named.why.clone())
            .unwrap_or_else(|| {
                let (reads_it, here) = (with_article(target), with_article(kind));
                format!(
                    "{} reads it on {reads_it}, not on {here}",
                    reader.controller
                )
            });
        let how = named.map_or_else(|| self.move_to(target), |named| named.how.clone());
        Some(Unread {
            cause: UnreadCause::WrongObject,
            why,
            how,
        })
    }

    /// What to do with a key that belongs on another kind of object.
    fn move_to(&self, kind: &str) -> String {
        let path = values_path(kind);
        match (self.on_route.first_of(kind), self.router) {
            (Some((_, Origin::Projection)), _) => format!("move it to `{path}`"),
            (Some((title, _)), _) => format!("move it to {title}"),
            (None, Some(router)) if kind == "Service" => {
                if router.service.object.origin == Origin::Projection {
                    format!("move it to `{path}`")
                } else {
                    format!("move it to {}", router.service.title())
                }
            }
            _ => format!("remove it: no {kind} leads to the router here"),
        }
    }

    /// A key of a controller that does not serve this way in.
    fn other_reader(
        &self,
        written: Written<'_>,
        known: &LayersOf,
        here: &[Listed<'_>],
        purposes: &[Purpose],
    ) -> Option<Unread> {
        let any_type = here
            .iter()
            .any(|(reader, _)| makes_any_type(reader, written.object));
        if any_type {
            return None;
        }
        if let Some(unread) = self.no_load_balancer(written, here) {
            return Some(unread);
        }
        if is_of_another_platform(known, here) {
            return None;
        }
        let named = instead(written, Some(known), here);
        let why = named.and_then(|named| named.why.clone());
        let why = why.unwrap_or_else(|| served_by_others(written, known, here));
        let how = named.map(|named| named.how.clone());
        let how = how
            .or_else(|| equivalent(known, purposes))
            .unwrap_or_else(|| "remove it".to_owned());
        Some(Unread {
            cause: UnreadCause::OtherReader,
            why,
            how,
        })
    }

    /// A key for a load balancer on a Service that has none.
    fn no_load_balancer(&self, written: Written<'_>, here: &[Listed<'_>]) -> Option<Unread> {
        let router = self
            .router
            .filter(|router| router.service.node.id() == written.object.node.id())?;
        let service_type = router.service_type();
        let service_type = service_type.value().filter(|it| *it != "LoadBalancer")?;
        let makes_load_balancers = |id: &String| {
            let mut makers = layers(EntryKind::LoadBalancer).iter();
            makers.any(|layer| layer.id == *id)
        };
        let all_make = here.iter().all(|(_, list)| {
            let by = list.by.as_deref().unwrap_or_default();
            !by.is_empty() && by.iter().all(makes_load_balancers)
        });
        let any_type = here
            .iter()
            .any(|(reader, _)| makes_any_type(reader, written.object));
        if !all_make || any_type {
            return None;
        }
        Some(Unread {
            cause: UnreadCause::NoLoadBalancer,
            why: format!(
                "it is for a Service of type LoadBalancer, and this one is of type {service_type}"
            ),
            how: "remove it; what leads to the router here has settings of its own".to_owned(),
        })
    }

    /// A key that the layer on the way reads, but not with this class or not for these ports.
    fn not_taken(
        &self,
        written: Written<'_>,
        known: &LayersOf,
        layer: &Layer,
        here: &[Listed<'_>],
    ) -> Option<Unread> {
        let class = class_of(written.object);
        let refused = instead_entries(written, here)
            .find(|named| class.is_some_and(|class| named.classes.iter().any(|it| it == class)));
        if let Some(named) = refused {
            return Some(Unread {
                cause: UnreadCause::WrongObject,
                why: named.why.clone().unwrap_or_default(),
                how: named.how.clone(),
            });
        }
        let syntax = here.iter().find_map(|(reader, list)| {
            let by = list.by.as_deref().unwrap_or_default();
            let rest = rest_of(reader, written.key);
            let mut ports = reader.ports.iter();
            let (_, syntax) = ports.find(|(key, _)| reader.is_like(key, rest))?;
            by.contains(&layer.id).then_some(*syntax)
        })?;
        ports::unread(syntax, written, known, self.router?)
    }
}

/// Whether a key is for load balancers of another platform than the one on the way. The annotations then contradict the
/// platform, which is a finding of its own.
fn is_of_another_platform(known: &LayersOf, here: &[Listed<'_>]) -> bool {
    let ids: Vec<&String> = here
        .iter()
        .flat_map(|(_, list)| list.by.iter().flatten())
        .collect();
    let mut makers = layers(EntryKind::LoadBalancer).iter();
    let maker = makers.find(|layer| ids.contains(&&layer.id));
    let Some(maker) = maker else {
        return false;
    };
    let mut balancers = known
        .layers
        .iter()
        .filter(|layer| layer.entry == EntryKind::LoadBalancer);
    balancers.any(|layer| layer.recognize.platform != maker.recognize.platform)
}

/// Whether a layer names the key among those that look like its own settings: it has a finding already.
fn is_said(layer: &Layer, key: &str) -> bool {
    layer
        .ineffective
        .iter()
        .any(|wrong| wrong.annotation == key)
}

/// The layer on the way that one of the lists is of.
fn reading_layer<'l>(known: &'l LayersOf, here: &[Listed<'_>]) -> Option<&'l Layer> {
    let is_of = |layer: &&Layer| {
        here.iter()
            .any(|(_, list)| list.by.as_ref().is_some_and(|by| by.contains(&layer.id)))
    };
    known.layers.iter().map(|layer| &**layer).find(is_of)
}

/// Whether a reader makes a load balancer for the Service whatever its type.
fn makes_any_type(reader: &ReaderFile, service: ObjectRef<'_>) -> bool {
    reader.any_type_with.as_ref().is_some_and(|with| {
        let value = service.annotation(&format!("{}{}", reader.prefix, with.key));
        value.is_some_and(|value| {
            value.is_opaque()
                || value
                    .text()
                    .is_some_and(|text| with.values.iter().any(|known| known == text.trim()))
        })
    })
}

/// What files say to use in place of a key.
fn instead_entries<'r>(
    written: Written<'r>,
    lists: &'r [Listed<'r>],
) -> impl Iterator<Item = &'r Instead> {
    lists.iter().flat_map(move |(reader, _)| {
        let rest = rest_of(reader, written.key);
        let named = reader.instead.iter();
        named.filter(move |named| named.keys.iter().any(|key| reader.is_like(key, rest)))
    })
}

/// What to use in place of a key on this kind of object, with these layers on the way.
fn instead<'r>(
    written: Written<'r>,
    known: Option<&LayersOf>,
    lists: &'r [Listed<'r>],
) -> Option<&'r Instead> {
    let kind = written.object.kind();
    instead_entries(written, lists).find(|named| {
        let has_layer = || {
            let mut layers = known.into_iter().flat_map(|known| &known.layers);
            layers.any(|layer| named.with.contains(&layer.id))
        };
        named.classes.is_empty()
            && (named.kinds.is_empty() || named.kinds.iter().any(|it| it == kind))
            && (named.with.is_empty() || has_layer())
    })
}

/// That a key is for other controllers than those on the way.
fn served_by_others(written: Written<'_>, known: &LayersOf, here: &[Listed<'_>]) -> String {
    let titles = listed(known.layers.iter().map(|layer| layer.title.as_str()));
    let mut controllers: Vec<&str> = here
        .iter()
        .map(|(reader, _)| reader.controller.as_str())
        .collect();
    controllers.dedup();
    let controllers = listed(controllers);
    match written.object.kind() {
        "Service" => format!("it is for {controllers}, and what leads to this Service is {titles}"),
        kind => format!("it is for {controllers}, and this {kind} is served by {titles}"),
    }
}

/// What does the same on the layers on the way, where there is one.
fn equivalent(known: &LayersOf, purposes: &[Purpose]) -> Option<String> {
    let [layer] = known.layers.as_slice() else {
        return None;
    };
    match purposes.first()? {
        Purpose::Redirect => layer.tls.redirect_how.clone(),
        Purpose::Tls | Purpose::ManagedCertificate => layer.tls.certificate_how.clone(),
        _ => None,
    }
}

/// The class of an Ingress, as it was written.
fn class_of(object: ObjectRef<'_>) -> Option<&str> {
    object
        .annotation("kubernetes.io/ingress.class")
        .or_else(|| object.node.at(&["spec", "ingressClassName"]))
        .and_then(Node::text)
}

/// Where the values hold the annotations of what the chart makes of a kind.
pub(super) fn values_path(kind: &str) -> &'static str {
    match kind {
        "Ingress" => "router.ingress.annotations",
        "Gateway" => "gateway.annotations",
        _ => "router.service.annotations",
    }
}

fn with_article(kind: &str) -> String {
    let article = if kind.starts_with(['A', 'E', 'I', 'O']) || kind.starts_with("HTTP") {
        "an"
    } else {
        "a"
    };
    format!("{article} {kind}")
}
