//! How long each hop holds a connection: the knobs of a layer, read and turned into seconds.

use super::gke::{BackendConfig, backend_config_for};
use super::layers::{Binding, Knob, Layer, Meaning, Syntax, Unit};
use super::router::RouterObjects;
use super::{Exposure, Scene, opaque_supply, override_labels, place_in};
use crate::facts::{EntryPoint, Fact, Place, Timeout};
use crate::kube::View;
use crate::version::Version;
use crate::yaml::{Node, Style, Value};

/// Adds the limits of a known layer on the way through `entry`.
pub fn of_layer(
    scene: Scene<'_>,
    layer: &Layer,
    entry: View<'_>,
    router: &RouterObjects<'_>,
    exposure: &mut Exposure,
) {
    for knob in &layer.timeouts {
        let mut timeout = match knob.bound {
            Binding::Entry => on_entry(scene, knob, entry),
            Binding::BackendConfig => on_backend_config(scene, knob, entry, router),
            Binding::TargetRef => on_policy(scene, knob, entry, router),
        };
        describe(scene, &mut timeout, layer, knob, entry);
        exposure.facts.timeouts.push(timeout);
    }
    for ineffective in &layer.ineffective {
        let Some(node) = entry.annotation(&ineffective.annotation) else {
            continue;
        };
        let mut timeout = Timeout::new(Place::new(node.site()).in_object(entry.title()));
        name(&mut timeout, layer, entry);
        timeout.limited = Fact::known(false);
        timeout.knob = Fact::known(ineffective.annotation.clone());
        timeout.text = Fact::at(node.text().unwrap_or_default().to_owned(), node.site());
        timeout.no_effect = Fact::known(ineffective.why.clone());
        timeout.depends_on_controller = Fact::known(false);
        exposure.facts.timeouts.push(timeout);
    }
}

/// Adds the limit, whatever it may be, of a layer that no file describes.
pub fn of_unknown(entry: &EntryPoint, title: &str, supply: &str, exposure: &mut Exposure) {
    let mut timeout = Timeout::new(entry.place.clone());
    timeout.entry_point = entry.name.clone();
    timeout.layer_title = Fact::known(title.to_owned());
    timeout.limited = Fact::Unknown(supply.to_owned());
    timeout.depends_on_controller = Fact::known(false);
    exposure.facts.timeouts.push(timeout);
}

fn name(timeout: &mut Timeout, layer: &Layer, entry: View<'_>) {
    timeout.entry_point = Fact::known(entry.title());
    timeout.layer = Fact::known(layer.id.clone());
    timeout.layer_title = Fact::known(layer.title.clone());
}

/// Fills in what the layer file says.
fn describe(scene: Scene<'_>, timeout: &mut Timeout, layer: &Layer, knob: &Knob, entry: View<'_>) {
    name(timeout, layer, entry);
    timeout.meaning = Fact::known(
        match knob.meaning {
            Meaning::Idle => "idle",
            Meaning::Total => "total",
        }
        .to_owned(),
    );
    if !matches!(timeout.limited, Fact::Unknown(_)) {
        timeout.limited = Fact::known(!knob.unlimited);
    }
    timeout.knob = Fact::from_option(knob.annotation.clone().or_else(|| knob.field.clone()));
    timeout.knob_on = Fact::known(knob.on.clone().unwrap_or_else(|| entry.kind().to_owned()));
    timeout.default = Fact::from_option(knob.fixed.or(knob.default));
    timeout.min = Fact::from_option(knob.min.or(knob.fixed));
    timeout.max = maximum(scene, knob, timeout.seconds.value().copied());
    timeout.unit = Fact::from_option(knob.unit.map(|unit| unit.name().to_owned()));
    timeout.minimum = Fact::from_option(knob.minimum.clone());
    timeout.instead = Fact::from_option(knob.instead.clone());
    timeout.effective = match (&timeout.text, &timeout.seconds) {
        (Fact::Unknown(supply), _) => Fact::Unknown(supply.clone()),
        (_, Fact::Known(seconds, span)) => Fact::Known(*seconds, *span),
        _ => timeout.default.clone(),
    };
    let depends = knob.depends_on.is_some() && scene.cluster.aws_load_balancer_controller.is_none();
    timeout.depends_on_controller = Fact::known(depends);
}

/// The largest value accepted. It is unknown only where it decides: the value lies between an old and a new maximum, and
/// the cluster's version was not given.
fn maximum(scene: Scene<'_>, knob: &Knob, seconds: Option<i64>) -> Fact<i64> {
    let newest = knob.max.or(knob.fixed);
    let Some(before) = &knob.max_before else {
        return Fact::from_option(newest);
    };
    let Ok(first) = before.version.parse::<Version>() else {
        return Fact::from_option(newest);
    };
    match scene.version() {
        Some(version) if version < first => Fact::known(before.max),
        Some(_) => Fact::from_option(newest),
        None => {
            let between = seconds.is_some_and(|seconds| {
                seconds > before.max && newest.is_none_or(|newest| seconds <= newest)
            });
            if between {
                Fact::Unknown(format!(
                    "clusters before {} accept at most {} seconds here: give `--cluster-version`",
                    before.version, before.max
                ))
            } else {
                Fact::from_option(newest)
            }
        }
    }
}

fn on_entry(scene: Scene<'_>, knob: &Knob, entry: View<'_>) -> Timeout {
    let Some(key) = knob.annotation.as_deref() else {
        return Timeout::new(place_in(entry, &["spec", "type"]));
    };
    const ANNOTATIONS: [&str; 2] = ["metadata", "annotations"];
    let missing = entry.insertion_point(&ANNOTATIONS);
    let place = Place::new(missing).in_object(entry.title());
    let Some(node) = entry.annotation(key) else {
        let mut timeout = Timeout::new(place);
        timeout.text = if entry.is_opaque_at(&ANNOTATIONS) {
            Fact::Unknown(opaque_supply("an annotation"))
        } else {
            Fact::Absent(Some(missing))
        };
        return timeout;
    };
    let place = Place {
        span: node.site(),
        labels: override_labels(node, scene),
        ..place
    };
    if node.is_null() {
        // A null is refused as an annotation, and sets nothing.
        let mut timeout = Timeout::new(place);
        timeout.text = Fact::Absent(Some(node.site()));
        return timeout;
    }
    read(knob, node, place)
}

fn on_backend_config(
    scene: Scene<'_>,
    knob: &Knob,
    entry: View<'_>,
    router: &RouterObjects<'_>,
) -> Timeout {
    match backend_config_for(scene, entry, router) {
        BackendConfig::None(at) => {
            let mut timeout = Timeout::new(Place::new(at).in_object(router.service.title()));
            timeout.text = Fact::Absent(Some(at));
            timeout.how = Fact::known(format!(
                "create a BackendConfig (`cloud.google.com/v1`) with `spec.timeoutSec: {0}` and name it in the router Service's \
                 annotation `cloud.google.com/backend-config: '{{\"default\": \"NAME\"}}'`",
                knob.minimum.as_deref().unwrap_or("605")
            ));
            timeout
        }
        BackendConfig::Unknown(at, supply) => {
            let mut timeout = Timeout::new(Place::new(at).in_object(router.service.title()));
            timeout.limited = Fact::Unknown(supply.clone());
            timeout.text = Fact::Unknown(supply);
            timeout
        }
        BackendConfig::Found(object) => on_object(scene, knob, object),
    }
}

fn on_policy(
    scene: Scene<'_>,
    knob: &Knob,
    entry: View<'_>,
    router: &RouterObjects<'_>,
) -> Timeout {
    let kind = knob.on.as_deref().unwrap_or_default();
    let router_name = router.service.name().unwrap_or_default();
    let policy = scene.objects.of_kind(scene.tree, kind).find(|policy| {
        let target = |field: &str| {
            policy
                .node
                .at(&["spec", "targetRef", field])
                .and_then(Node::text)
        };
        target("kind") == Some("Service")
            && target("name") == Some(router_name)
            && policy.shares_namespace(router.service)
    });
    if let Some(policy) = policy {
        return on_object(scene, knob, policy);
    }
    let mut timeout = Timeout::new(place_in(entry, &["spec", "gatewayClassName"]));
    timeout.text = Fact::Absent(Some(timeout.place.span));
    let field = knob.field.as_deref().unwrap_or_default();
    timeout.how = Fact::known(format!(
        "add a {kind} to `extraDeploy` with `{field}: {}` and `spec.targetRef` naming the Service `{router_name}` \
         (`group: \"\"`, `kind: Service`)",
        knob.minimum.as_deref().unwrap_or("605"),
    ));
    timeout
}

/// A knob that is a field of an object of its own.
fn on_object(scene: Scene<'_>, knob: &Knob, object: View<'_>) -> Timeout {
    let path: Vec<&str> = knob
        .field
        .as_deref()
        .unwrap_or_default()
        .split('.')
        .collect();
    let place = place_in(object, &path);
    match object.node.at(&path).filter(|node| !node.is_null()) {
        Some(node) => {
            let place = Place {
                labels: override_labels(node, scene),
                ..place
            };
            read(knob, node, place)
        }
        None => {
            let mut timeout = Timeout::new(place);
            let hidden =
                (1..path.len()).any(|len| object.is_opaque_at(path.get(..len).unwrap_or_default()));
            timeout.text = if hidden {
                Fact::Unknown(opaque_supply(&format!("a part of {}", object.title())))
            } else {
                Fact::Absent(Some(timeout.place.span))
            };
            timeout.how = Fact::known(format!(
                "set `{}: {}` in {}",
                knob.field.as_deref().unwrap_or_default(),
                knob.minimum.as_deref().unwrap_or("605"),
                object.title()
            ));
            timeout
        }
    }
}

/// Reads a value that was written.
fn read(knob: &Knob, node: Node<'_>, place: Place) -> Timeout {
    let mut timeout = Timeout::new(place);
    if node.is_opaque() {
        timeout.text = Fact::Unknown(opaque_supply("the timeout"));
        timeout.seconds = Fact::Unknown(opaque_supply("the timeout"));
        return timeout;
    }
    let text = node.text().unwrap_or_default();
    timeout.text = Fact::at(text.to_owned(), node.site());
    match parse(knob, node) {
        Ok(seconds) => timeout.seconds = Fact::at(seconds, node.site()),
        Err(defect) => timeout.defect = Fact::at(defect, node.site()),
    }
    timeout
}

/// The value in seconds, or why it is none.
fn parse(knob: &Knob, node: Node<'_>) -> Result<i64, String> {
    let unit = knob.unit.unwrap_or(Unit::Seconds);
    let number = match knob.syntax {
        Syntax::IntegerField => match node.scalar().map(|scalar| (scalar.value, scalar.style)) {
            Some((Value::Int(number), _)) => number,
            Some((Value::String, style)) if style != Style::Plain => {
                return Err(
                    "it is a string, and the field takes a number without quotes".to_owned(),
                );
            }
            _ => return Err(format!("it is not a whole number of {}", unit.name())),
        },
        Syntax::Integer => {
            let text = node.text().unwrap_or_default().trim();
            let plain = !text.is_empty()
                && text
                    .strip_prefix(['+', '-'])
                    .unwrap_or(text)
                    .bytes()
                    .all(|byte| byte.is_ascii_digit());
            if !plain {
                let bare = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
                let hint = if bare.len() < text.len()
                    && !bare.is_empty()
                    && bare.bytes().all(|byte| byte.is_ascii_digit())
                {
                    format!(
                        "; the unit is {} already, write the bare number",
                        unit.name()
                    )
                } else {
                    String::new()
                };
                return Err(format!("it is not a whole number of {}{hint}", unit.name()));
            }
            text.parse::<i64>()
                .map_err(|_| format!("it is too large for a number of {}", unit.name()))?
        }
    };
    unit.seconds(number)
        .ok_or_else(|| format!("it is too large for a number of {}", unit.name()))
}
