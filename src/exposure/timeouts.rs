//! How long each hop holds a connection: the knobs of a layer, read and turned into seconds.

use super::controller_service;
use super::duration::{self, Reading};
use super::knob_places::{AtPlace, Gap, annotation_key, look};
use super::layers::knob::{Holder, Knob, KnobPlace, Meaning, Unit};
use super::layers::recognize::fronts;
use super::layers::sign::{Held, all_hold, controller_reaches};
use super::layers::{Layer, WrongKey};
use super::way::{Way, WayRule};
use super::{Exposure, Scene, opaque_supply, override_labels, place_in};
use crate::diagnostic::Label;
use crate::facts::{EntryPoint, Fact, Place, Timeout};
use crate::kube::View;
use crate::version::Version;
use portolan_yaml::Node;

/// What the documentation asks for, in milliseconds (knowledge base, section 0).
const NEEDED: i64 = 605_000;

/// Adds the limits of a known layer on a way in.
fn of_layer<'a>(
    scene: Scene<'a>,
    layer: &Layer,
    way: &Way<'a>,
    entry: &EntryPoint,
    exposure: &mut Exposure,
) {
    if let Some(supply) = &layer.undecided {
        of_unknown(entry, &layer.title, supply, exposure);
    }
    for knob in &layer.timeouts {
        let unknown = match is_there(scene, knob, way) {
            Held::Yes => None,
            Held::No => continue,
            Held::Unknown(supply) => Some(supply),
        };
        let per_rule = knob.places.iter().any(|place| place.of == Holder::Rule);
        let rules: Vec<Option<WayRule<'a>>> = if per_rule && !way.rules.is_empty() {
            way.rules.iter().copied().map(Some).collect()
        } else {
            vec![way.rules.first().copied()]
        };
        for rule in rules {
            let mut timeout = settle(scene, knob, way, rule);
            describe(scene, &mut timeout, layer, knob, way);
            if let Some(supply) = &unknown {
                timeout.limited = Fact::Unknown(supply.clone());
            }
            let facts = &mut exposure.facts.timeouts;
            let here = exposure
                .seen
                .timeouts
                .entry(timeout.place.span)
                .or_default();
            let repeated = here
                .iter()
                .filter_map(|at| facts.get(*at))
                .any(|known| known.place == timeout.place && known.knob == timeout.knob);
            if !repeated {
                here.push(facts.len());
                facts.push(timeout);
            }
        }
    }
    for wrong in &layer.ineffective {
        ineffective(layer, wrong, way, exposure);
    }
}

/// Adds the limits of a layer and of whatever its object says to stand before it.
pub fn of_way<'a>(
    scene: Scene<'a>,
    layer: &Layer,
    way: &Way<'a>,
    entry: &EntryPoint,
    exposure: &mut Exposure,
) {
    of_layer(scene, layer, way, entry, exposure);
    controller_service::extract(scene, layer, way, entry, exposure);
    for front in fronts(&way.ground(scene)) {
        of_layer(scene, front, way, entry, exposure);
    }
}

/// Whether a knob is there on this way.
fn is_there(scene: Scene<'_>, knob: &Knob, way: &Way<'_>) -> Held {
    if let Some(wanted) = knob.ends_tls {
        match &way.ends_tls {
            Fact::Known(ends, _) if *ends != wanted => return Held::No,
            Fact::Unknown(supply) => return Held::Unknown(supply.clone()),
            _ => {}
        }
    }
    all_hold(&knob.when, &way.ground(scene))
}

fn ineffective(layer: &Layer, wrong: &WrongKey, way: &Way<'_>, exposure: &mut Exposure) {
    let Some(node) = way.entry.annotation(&wrong.annotation) else {
        return;
    };
    let mut timeout = Timeout::new(Place::new(node.site()).in_object(way.entry.title()));
    name(&mut timeout, layer, way.entry);
    timeout.limited = Fact::known(false);
    timeout.knob = Fact::known(wrong.annotation.clone());
    timeout.text = Fact::at(node.text().unwrap_or_default().to_owned(), node.site());
    timeout.no_effect = Fact::known(wrong.why.clone());
    timeout.depends_on_controller = Fact::known(false);
    exposure.facts.timeouts.push(timeout);
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

/// Finds what a knob is set to: the first place that is filled counts.
fn settle<'a>(scene: Scene<'a>, knob: &Knob, way: &Way<'a>, rule: Option<WayRule<'a>>) -> Timeout {
    let mut gap: Option<Gap> = None;
    for place in &knob.places {
        let place = with_port(place, way);
        match look(scene, knob, &place, way, rule) {
            AtPlace::Written {
                node,
                text,
                object,
                key,
            } => {
                let at = Place {
                    span: node.site(),
                    object: Some(object.title()),
                    labels: override_labels(node, scene),
                };
                let mut timeout = read(&as_written_at(knob, &place), node, text, at);
                timeout.knob = Fact::known(key);
                timeout.knob_on = Fact::known(object.kind().to_owned());
                return timeout;
            }
            AtPlace::Missing(found) => gap = gap.or(found),
            AtPlace::Unknown(at, supply) => {
                let mut timeout = Timeout::new(Place::new(at).in_object(way.entry.title()));
                timeout.limited = Fact::Unknown(supply.clone());
                timeout.text = Fact::Unknown(supply);
                return timeout;
            }
        }
    }
    let mut timeout = match gap {
        Some(gap) => {
            let mut timeout = Timeout::new(gap.place);
            timeout.how = Fact::from_option(gap.how);
            timeout
        }
        None => Timeout::new(nothing_to_set(knob, way)),
    };
    if let Some(how) = &knob.how {
        timeout.how = Fact::known(how.clone());
    }
    timeout.text = Fact::Absent(Some(timeout.place.span));
    if knob.unlimited_unless_set {
        timeout.limited = Fact::known(false);
    } else if knob.default.is_none() && !knob.places.is_empty() {
        timeout.limited = Fact::Unknown(format!(
            "the default is not documented: {}",
            timeout.how.value().map_or("set it", String::as_str)
        ));
    }
    timeout
}

/// The knob with what is different at one of its places.
fn as_written_at(knob: &Knob, place: &KnobPlace) -> Knob {
    Knob {
        syntax: place.syntax.unwrap_or(knob.syntax),
        unit: place.unit.or(knob.unit),
        ..knob.clone()
    }
}

fn with_port(place: &KnobPlace, way: &Way<'_>) -> KnobPlace {
    KnobPlace {
        annotation: place
            .annotation
            .as_deref()
            .map(|key| annotation_key(key, way)),
        ..place.clone()
    }
}

/// Where a limit that nothing sets is shown: at what brings it about, else at the object's type or class.
fn nothing_to_set(knob: &Knob, way: &Way<'_>) -> Place {
    let cause = knob.at.as_deref().and_then(|key| way.entry.annotation(key));
    if let Some(node) = cause {
        return Place::new(node.site()).in_object(way.entry.title());
    }
    match way.entry.kind() {
        "Service" => place_in(way.entry, &["spec", "type"]),
        "Gateway" => place_in(way.entry, &["spec", "gatewayClassName"]),
        _ => Place::new(way.entry.insertion_point(&["metadata", "annotations"]))
            .in_object(way.entry.title()),
    }
}

/// Fills in what the layer file says.
fn describe(scene: Scene<'_>, timeout: &mut Timeout, layer: &Layer, knob: &Knob, way: &Way<'_>) {
    name(timeout, layer, way.entry);
    timeout.meaning = Fact::known(
        match knob.meaning {
            Meaning::Idle => "idle",
            Meaning::Total => "total",
        }
        .to_owned(),
    );
    if let Some(supply) = &knob.undecided {
        timeout.limited = Fact::Unknown(supply.clone());
    } else if matches!(timeout.limited, Fact::Absent(_)) {
        timeout.limited = Fact::known(!knob.unlimited);
    }
    if timeout.knob.value().is_none() {
        let first = knob.places.first();
        timeout.knob = Fact::from_option(first.and_then(|place| {
            let key = place.annotation.as_deref().or(place.field.as_deref())?;
            Some(annotation_key(key, way))
        }));
        let kind = first.and_then(|place| place.kind.clone());
        timeout.knob_on = Fact::known(kind.unwrap_or_else(|| way.entry.kind().to_owned()));
    }
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
    let told = scene.cluster.aws_load_balancer_controller.as_deref();
    timeout.depends_on_controller = Fact::known(knob.depends_on.is_some() && told.is_none());
    if let Some(since) = &knob.controller_since
        && timeout.text.value().is_some()
    {
        by_controller(timeout, told, since);
    }
    if timeout.text.value().is_none() {
        look_alikes(timeout, layer, way);
    }
}

/// A knob that only newer releases of the AWS Load Balancer Controller know.
fn by_controller(timeout: &mut Timeout, told: Option<&str>, since: &str) {
    if controller_reaches(told, since) {
        return;
    }
    match told {
        Some(told) => {
            // What is written is not read, so the default is all there is.
            timeout.text = Fact::Absent(timeout.text.span());
            timeout.seconds = Fact::Absent(None);
            timeout.max = timeout.default.clone();
            timeout.instead = Fact::known(format!(
                "the AWS Load Balancer Controller reads the annotation since version {since}, and this one is `{told}`: update it"
            ));
        }
        None => {
            timeout.limited = Fact::Unknown(format!(
                "the annotation is read by the AWS Load Balancer Controller {since} or later: give its version with \
                 `--aws-load-balancer-controller`"
            ));
        }
    }
}

/// Points at what looks like the knob and is none.
fn look_alikes(timeout: &mut Timeout, layer: &Layer, way: &Way<'_>) {
    for wrong in &layer.look_alikes {
        let node = [way.entry, way.router.service]
            .into_iter()
            .find_map(|object| object.annotation(&wrong.annotation));
        let Some(node) = node else { continue };
        timeout.place.labels.push(Label {
            span: node.site(),
            message: wrong.why.clone(),
        });
    }
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

/// Reads a value that was written.
fn read(knob: &Knob, node: Node<'_>, part: Option<String>, place: Place) -> Timeout {
    let mut timeout = Timeout::new(place);
    if node.is_opaque() {
        timeout.text = Fact::Unknown(opaque_supply("the timeout"));
        timeout.seconds = Fact::Unknown(opaque_supply("the timeout"));
        return timeout;
    }
    let text = part.unwrap_or_else(|| node.text().unwrap_or_default().to_owned());
    timeout.text = Fact::at(text.clone(), node.site());
    match duration::read(knob, node, &text) {
        Ok(Reading::Limit(milliseconds)) => {
            // Rounded down: 604.9 s are not 605 s.
            timeout.seconds = Fact::at(milliseconds.div_euclid(1_000), node.site());
            timeout.unit_mistake = Fact::from_option(unit_mistake(knob, &text, milliseconds));
        }
        Ok(Reading::Unlimited) => timeout.limited = Fact::at(false, node.site()),
        Ok(Reading::Default) => {
            timeout.seconds = match knob.default {
                Some(default) => Fact::at(default, node.site()),
                None => Fact::Absent(None),
            };
        }
        Err(defect) => timeout.defect = Fact::at(defect, node.site()),
    }
    timeout
}

/// A number that is right in seconds, where the knob counts something else. Says what it comes to.
fn unit_mistake(knob: &Knob, text: &str, milliseconds: i64) -> Option<String> {
    let number = duration::bare_number(text)?;
    match knob.unit? {
        Unit::Milliseconds if milliseconds < NEEDED => Some(format!(
            "a number without a unit counts milliseconds here, so {number} is {} s",
            thousandths(milliseconds)
        )),
        Unit::Minutes if number >= NEEDED / 1_000 => Some(format!(
            "it counts minutes, so {number} is {} s",
            milliseconds / 1_000
        )),
        _ => None,
    }
}

/// `605` as `0.605`, `605000` as `605`.
fn thousandths(milliseconds: i64) -> String {
    let text = format!(
        "{}.{:03}",
        milliseconds / 1_000,
        milliseconds.rem_euclid(1_000)
    );
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
