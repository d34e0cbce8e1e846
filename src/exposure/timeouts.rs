//! How long each hop holds a connection: the settings of a layer, read and turned into seconds.

use super::controller_service::{self, Before};
use super::duration::{self, ParsedDuration};
use super::layers::predicate::{Tristate, all_hold, controller_reaches};
use super::layers::recognize::fronts;
use super::layers::setting::{Setting, SettingPlace, SettingTarget};
use super::layers::{Layer, WrongKey};
use super::resource::ends_here;
use super::route::{Route, RouteRule};
use super::setting_places::{AtPlace, Gap, annotation_key, look};
use super::{Context, Exposure, listeners, opaque_supply, override_labels, place_in};
use crate::diagnostic::{Label, Requirement};
use crate::facts::{Anchor, EntryPoint, Fact, TimeUnit, Timeout};
use crate::kube::ObjectRef;
use crate::version::Version;
use portolan_yaml::Node;

/// Adds the limits of a known layer on a way in.
fn of_layer<'a>(
    cx: Context<'a>,
    layer: &Layer,
    route: &Route<'a>,
    entry: &EntryPoint,
    exposure: &mut Exposure,
) {
    if let Some(supply) = &layer.undecided
        && !weighed(cx, layer, route, entry, exposure)
    {
        of_unknown(entry, &layer.title, supply, exposure);
    }
    for setting in &layer.timeouts {
        let unknown = match is_there(cx, setting, route) {
            Tristate::Yes => None,
            Tristate::No => continue,
            Tristate::Unknown(supply) => Some(supply),
        };
        let per_rule = setting
            .places
            .iter()
            .any(|place| place.of == SettingTarget::Rule);
        let rules: Vec<Option<RouteRule<'a>>> = if per_rule && !route.rules.is_empty() {
            route.rules.iter().copied().map(Some).collect()
        } else {
            vec![route.rules.first().copied()]
        };
        for rule in rules {
            let mut timeout = settle(cx, layer, setting, route, rule);
            describe(cx, &mut timeout, layer, setting, route);
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
                .any(|known| known.place == timeout.place && known.setting == timeout.setting);
            if !repeated {
                here.push(facts.len());
                facts.push(timeout);
            }
        }
    }
    for wrong in &layer.ineffective {
        ineffective(layer, wrong, route, exposure);
    }
}

/// Adds the limits of a layer that is one of several, where all of them come to the same; false where they do not.
fn weighed<'a>(
    cx: Context<'a>,
    layer: &Layer,
    route: &Route<'a>,
    entry: &EntryPoint,
    exposure: &mut Exposure,
) -> bool {
    let input = route.input(cx);
    let case = layer
        .alternatives
        .iter()
        .find(|case| all_hold(&case.when, &input) == Tristate::Yes);
    let Some(case) = case else {
        return false;
    };
    let limits_of = |id: &String| {
        let alternative = cx.layers.of(layer.entry).find(|other| other.id == *id)?;
        let mut alone = Exposure::default();
        let mut point = EntryPoint::new(entry.place.clone());
        listeners::tls(cx, alternative, route, &mut point);
        let mut route = route.clone();
        route.ends_tls = ends_here(&point);
        of_layer(cx, alternative, &route, entry, &mut alone);
        Some(alone.facts.timeouts)
    };
    let limits: Vec<Vec<Timeout>> = case.layers.iter().filter_map(limits_of).collect();
    if limits.len() != case.layers.len() {
        return false;
    }
    if limits.iter().all(|limits| limits.iter().any(breaks)) {
        // What somebody wrote says best what is wrong.
        let written = |limit: &&Timeout| breaks(limit) && limit.text.value().is_some();
        let all = || limits.iter().flatten();
        let shown = all()
            .find(written)
            .or_else(|| all().find(|limit| breaks(limit)));
        exposure.facts.timeouts.extend(shown.cloned());
        return true;
    }
    if limits.iter().all(|limits| limits.iter().all(holds)) {
        exposure.facts.timeouts.extend(limits.into_iter().flatten());
        return true;
    }
    false
}

/// Whether a limit ends a connection too early, for certain.
fn breaks(limit: &Timeout) -> bool {
    limit.limited.value() == Some(&true) && is_short(limit.effective.value())
}

/// Whether a limit lets a connection last for long enough, for certain.
fn holds(limit: &Timeout) -> bool {
    let is_long = limit
        .effective
        .value()
        .is_some_and(|seconds| *seconds >= Requirement::NEEDED_SECONDS);
    limit.limited.value() == Some(&false) || (limit.defect.value().is_none() && is_long)
}

/// Adds the limits of a layer and of whatever its object says to stand before it.
pub(super) fn of_route<'a>(
    cx: Context<'a>,
    layer: &Layer,
    route: &Route<'a>,
    entry: &EntryPoint,
    exposure: &mut Exposure,
) -> Before<'a> {
    of_layer(cx, layer, route, entry, exposure);
    let before = controller_service::extract(cx, layer, route, entry, exposure);
    for front in fronts(cx.layers, &route.input(cx)) {
        of_layer(cx, front, route, entry, exposure);
    }
    before
}

/// Whether a setting is there on this way.
fn is_there(cx: Context<'_>, setting: &Setting, route: &Route<'_>) -> Tristate {
    if let Some(wanted) = setting.ends_tls {
        match &route.ends_tls {
            Fact::Known(ends, _) if *ends != wanted => return Tristate::No,
            Fact::Unknown(supply) => return Tristate::Unknown(supply.clone()),
            _ => {}
        }
    }
    all_hold(&setting.when, &route.input(cx))
}

fn ineffective(layer: &Layer, wrong: &WrongKey, route: &Route<'_>, exposure: &mut Exposure) {
    let Some(node) = route.entry.annotation(&wrong.annotation) else {
        return;
    };
    let mut timeout = Timeout::new(Anchor::new(node.site()).in_object(route.entry.title()));
    name(&mut timeout, layer, route.entry);
    timeout.limited = Fact::known(false);
    timeout.setting = Fact::known(wrong.annotation.clone());
    timeout.text = Fact::at(node.text().unwrap_or_default().to_owned(), node.site());
    timeout.no_effect = Fact::known(wrong.why.clone());
    timeout.depends_on_controller = Fact::known(false);
    exposure.facts.timeouts.push(timeout);
}

/// Adds the limit, whatever it may be, of a layer that no file describes.
pub(super) fn of_unknown(entry: &EntryPoint, title: &str, supply: &str, exposure: &mut Exposure) {
    let mut timeout = Timeout::new(entry.place.clone());
    timeout.entry_point = entry.name.clone();
    timeout.layer_title = Fact::known(title.to_owned());
    let assumed = exposure.assumed(title).and_then(|found| found.timeout);
    timeout.limited = match assumed {
        Some(_) => Fact::known(true),
        None => Fact::Unknown(supply.to_owned()),
    };
    timeout.effective = Fact::from_option(assumed);
    timeout.seconds = Fact::from_option(assumed);
    timeout.text = Fact::from_option(assumed.map(|seconds| format!("assumed to be {seconds} s")));
    timeout.setting = Fact::from_option(assumed.map(|_| title.to_owned()));
    timeout.depends_on_controller = Fact::known(false);
    exposure.facts.timeouts.push(timeout);
}

fn name(timeout: &mut Timeout, layer: &Layer, entry: ObjectRef<'_>) {
    timeout.entry_point = Fact::known(entry.title());
    timeout.layer = Fact::known(layer.id.clone());
    timeout.layer_title = Fact::known(layer.title.clone());
}

/// Finds what a setting is set to: the first place that is filled counts.
fn settle<'a>(
    cx: Context<'a>,
    layer: &Layer,
    setting: &Setting,
    route: &Route<'a>,
    rule: Option<RouteRule<'a>>,
) -> Timeout {
    let mut gap: Option<Gap> = None;
    for place in &setting.places {
        let place = with_port(place, route);
        let found = look(cx, setting, &place, route, rule);
        if let AtPlace::Contested {
            alternatives,
            span,
            supply,
        } = found
        {
            let each = alternatives.into_iter().map(|found| {
                let mut timeout = found_at(cx, setting, &place, route, found)
                    .unwrap_or_else(|gap| not_set(setting, route, gap));
                describe(cx, &mut timeout, layer, setting, route);
                timeout
            });
            return contested(each.collect(), Anchor::new(span), supply);
        }
        match found_at(cx, setting, &place, route, found) {
            Ok(timeout) => return timeout,
            Err(found) => gap = gap.or(found),
        }
    }
    not_set(setting, route, gap)
}

/// What comes of several alternatives of which one counts: what all of them come to, else nothing that is known.
fn contested(alternatives: Vec<Timeout>, place: Anchor, supply: String) -> Timeout {
    let agree = alternatives.iter().all(breaks) || alternatives.iter().all(holds);
    let weakest = alternatives
        .into_iter()
        .filter(|_| agree)
        .min_by_key(|limit| {
            (
                limit.effective.value().copied(),
                limit.text.value().cloned(),
            )
        });
    weakest.unwrap_or_else(|| {
        let mut timeout = Timeout::new(place);
        timeout.limited = Fact::Unknown(supply.clone());
        timeout.text = Fact::Unknown(supply);
        timeout
    })
}

/// What was found at one place; where nothing was, the gap.
fn found_at<'a>(
    cx: Context<'a>,
    setting: &Setting,
    place: &SettingPlace,
    route: &Route<'a>,
    found: AtPlace<'a>,
) -> Result<Timeout, Option<Gap>> {
    match found {
        AtPlace::Written {
            node,
            text,
            object,
            key,
        } => {
            let at = Anchor {
                span: node.site(),
                object: Some(object.title()),
                labels: override_labels(node, cx),
            };
            let mut timeout = read(&as_written_at(setting, place), node, text, at);
            timeout.setting = Fact::known(key);
            timeout.setting_on = Fact::known(object.kind().to_owned());
            timeout.minimum = Fact::known(setting.needed_at(place));
            Ok(timeout)
        }
        AtPlace::InText {
            node,
            text,
            span,
            object,
            key,
        } => {
            let at = Anchor::new(span).in_object(object.title());
            let mut timeout = read(&as_written_at(setting, place), node, Some(text), at);
            timeout.text = timeout.text.moved_to(span);
            timeout.seconds = timeout.seconds.moved_to(span);
            timeout.defect = timeout.defect.moved_to(span);
            timeout.setting = Fact::known(key);
            timeout.setting_on = Fact::known(object.kind().to_owned());
            Ok(timeout)
        }
        AtPlace::Missing(gap) => Err(gap),
        AtPlace::Unknown(span, supply) | AtPlace::Contested { span, supply, .. } => {
            let mut timeout = Timeout::new(Anchor::new(span).in_object(route.entry.title()));
            timeout.limited = Fact::Unknown(supply.clone());
            timeout.text = Fact::Unknown(supply);
            Ok(timeout)
        }
    }
}

/// The limit where no place is filled.
fn not_set(setting: &Setting, route: &Route<'_>, gap: Option<Gap>) -> Timeout {
    let mut timeout = match gap {
        Some(gap) => {
            let mut timeout = Timeout::new(gap.place);
            timeout.how = Fact::from_option(gap.how);
            timeout
        }
        None => Timeout::new(nothing_to_set(setting, route)),
    };
    if let Some(how) = &setting.how {
        timeout.how = Fact::known(how.clone());
    }
    timeout.text = Fact::Absent(Some(timeout.place.span));
    timeout.unit = Fact::from_option(setting.unit);
    timeout.minimum =
        Fact::from_option(setting.places.first().map(|place| setting.needed_at(place)));
    if setting.unlimited_unless_set {
        timeout.limited = Fact::known(false);
    } else if setting.default.is_none() && !setting.places.is_empty() {
        timeout.limited = Fact::Unknown(format!(
            "the default is not documented: {}",
            timeout.how.value().map_or("set it", String::as_str)
        ));
    }
    timeout
}

/// The setting with what is different at one of its places.
pub(super) fn as_written_at(setting: &Setting, place: &SettingPlace) -> Setting {
    Setting {
        syntax: place.syntax.unwrap_or(setting.syntax),
        unit: place.unit.or(setting.unit),
        ..setting.clone()
    }
}

fn with_port(place: &SettingPlace, route: &Route<'_>) -> SettingPlace {
    SettingPlace {
        annotation: place
            .annotation
            .as_deref()
            .map(|key| annotation_key(key, route)),
        ..place.clone()
    }
}

/// Where a limit that nothing sets is shown: at what brings it about, else at the object's type or class.
fn nothing_to_set(setting: &Setting, route: &Route<'_>) -> Anchor {
    let cause = setting
        .at
        .as_deref()
        .and_then(|key| route.entry.annotation(key));
    if let Some(node) = cause {
        return Anchor::new(node.site()).in_object(route.entry.title());
    }
    match route.entry.kind() {
        "Service" => place_in(route.entry, &["spec", "type"]),
        "Gateway" => place_in(route.entry, &["spec", "gatewayClassName"]),
        _ => Anchor::new(route.entry.insertion_point(&["metadata", "annotations"]))
            .in_object(route.entry.title()),
    }
}

/// Fills in what the layer file says.
fn describe(
    cx: Context<'_>,
    timeout: &mut Timeout,
    layer: &Layer,
    setting: &Setting,
    route: &Route<'_>,
) {
    name(timeout, layer, route.entry);
    timeout.meaning = Fact::known(setting.meaning);
    if let Some(supply) = &setting.undecided {
        timeout.limited = Fact::Unknown(supply.clone());
    } else if matches!(timeout.limited, Fact::Absent(_)) {
        timeout.limited = Fact::known(!setting.unlimited);
    }
    if timeout.setting.value().is_none() {
        let first = setting.places.first();
        timeout.setting = Fact::from_option(first.and_then(|place| {
            let key = place.annotation.as_deref().or(place.field.as_deref())?;
            Some(annotation_key(key, route))
        }));
        let kind = first.and_then(|place| place.kind.clone());
        timeout.setting_on = Fact::known(kind.unwrap_or_else(|| route.entry.kind().to_owned()));
    }
    timeout.default = Fact::from_option(setting.fixed.or(setting.default));
    timeout.min = Fact::from_option(setting.min.or(setting.fixed));
    timeout.max = maximum(cx, setting, timeout.seconds.value().copied());
    timeout.instead = Fact::from_option(setting.instead.clone());
    timeout.effective = match (&timeout.text, &timeout.seconds) {
        (Fact::Unknown(supply), _) => Fact::Unknown(supply.clone()),
        (_, Fact::Known(seconds, span)) => Fact::Known(*seconds, *span),
        _ => timeout.default.clone(),
    };
    let told = cx.controller();
    timeout.depends_on_controller = Fact::known(setting.depends_on.is_some() && told.is_none());
    if let Some(since) = &setting.controller_since
        && timeout.text.value().is_some()
    {
        by_controller(timeout, told, since);
    }
    if timeout.text.value().is_none() {
        look_alikes(timeout, layer, route);
    }
}

/// A setting that only newer releases of the AWS Load Balancer Controller know.
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
        // Read or not, it is too short.
        None if is_short(timeout.seconds.value()) && is_short(timeout.default.value()) => {}
        None => {
            timeout.limited = Fact::Unknown(format!(
                "the annotation is read by the AWS Load Balancer Controller {since} or later: give its version with \
                 `--aws-load-balancer-controller`"
            ));
        }
    }
}

fn is_short(seconds: Option<&i64>) -> bool {
    seconds.is_some_and(|seconds| *seconds < Requirement::NEEDED_SECONDS)
}

/// Points at what looks like the setting and is none.
fn look_alikes(timeout: &mut Timeout, layer: &Layer, route: &Route<'_>) {
    for wrong in &layer.look_alikes {
        let node = [route.entry, route.router.service]
            .into_iter()
            .find_map(|object| object.annotation(&wrong.annotation));
        let Some(node) = node else { continue };
        let labels = &timeout.place.labels;
        if labels.iter().any(|label| label.span == node.site()) {
            continue;
        }
        timeout.place.labels.push(Label {
            span: node.site(),
            message: wrong.why.clone(),
        });
    }
}

/// The largest value accepted. It is unknown only where it decides: the value lies between an old and a new maximum, and
/// the cluster's version was not given.
fn maximum(cx: Context<'_>, setting: &Setting, seconds: Option<i64>) -> Fact<i64> {
    let newest = setting.max.or(setting.fixed);
    let Some(before) = &setting.max_before else {
        return Fact::from_option(newest);
    };
    let Ok(first) = before.version.parse::<Version>() else {
        return Fact::from_option(newest);
    };
    match cx.version() {
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
fn read(setting: &Setting, node: Node<'_>, part: Option<String>, place: Anchor) -> Timeout {
    let mut timeout = Timeout::new(place);
    timeout.unit = Fact::from_option(setting.unit);
    if node.is_opaque() {
        timeout.text = Fact::Unknown(opaque_supply("the timeout"));
        timeout.seconds = Fact::Unknown(opaque_supply("the timeout"));
        return timeout;
    }
    let text = part.unwrap_or_else(|| node.text().unwrap_or_default().to_owned());
    timeout.text = Fact::at(text.clone(), node.site());
    match duration::read(setting, node, &text) {
        Ok(ParsedDuration::Limit(milliseconds)) => {
            // Rounded down: 604.9 s are not 605 s.
            timeout.seconds = Fact::at(milliseconds.div_euclid(1_000), node.site());
            timeout.unit_mistake = Fact::from_option(unit_mistake(setting, &text, milliseconds));
        }
        Ok(ParsedDuration::Unlimited) => timeout.limited = Fact::at(false, node.site()),
        Ok(ParsedDuration::Default) => {
            timeout.seconds = match setting.default {
                Some(default) => Fact::at(default, node.site()),
                None => Fact::Absent(None),
            };
        }
        Err(defect) => timeout.defect = Fact::at(defect, node.site()),
    }
    timeout
}

/// A number that is right in seconds, where the setting counts something else. Says what it comes to.
fn unit_mistake(setting: &Setting, text: &str, milliseconds: i64) -> Option<String> {
    let number = duration::bare_number(text)?;
    match setting.unit? {
        TimeUnit::Milliseconds if milliseconds < Requirement::NEEDED_SECONDS * 1_000 => {
            Some(format!(
                "a number without a unit counts milliseconds here, so {number} is {} s",
                thousandths(milliseconds)
            ))
        }
        TimeUnit::Minutes if number >= Requirement::NEEDED_SECONDS => Some(format!(
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
