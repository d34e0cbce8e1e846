//! The page of layers, for people: what each file says, in Markdown. A test keeps `docs/layers.md` equal to it.

use std::fmt::Write;

use super::literal::example;
use super::predicate::Predicate;
use super::setting::{Setting, SettingPlace, SettingTarget, Syntax, Zero};
use super::tls::TlsModel;
use super::{EntryKind, Layer, PathTrap, layers};
use crate::diagnostic::Requirement;
use crate::facts::{TimeUnit, TimeoutMeaning};

const KINDS: [(EntryKind, &str); 5] = [
    (
        EntryKind::LoadBalancer,
        "Load balancers of a Service (`type: LoadBalancer`)",
    ),
    (EntryKind::Ingress, "Ingress controllers"),
    (EntryKind::Gateway, "Gateways (Gateway API)"),
    (EntryKind::Resource, "Controllers' own resources"),
    (EntryKind::Front, "In front of all of these"),
];

/// The whole page.
pub fn layers_page() -> String {
    let needed = Requirement::NEEDED_SECONDS;
    let mut page = format!(
        "# Layers

<!-- Generated; `cargo xtask gen` rewrites it. -->

Every kind of load balancer, ingress controller and gateway that Portolan knows, from the files under `layers/`. CARTO needs
every limit here to be {needed} s or more. A layer that is not listed leaves its requirements *undecided*.
",
    );
    for (kind, heading) in KINDS {
        let _ = write!(page, "\n## {heading}\n");
        for layer in layers(kind) {
            one(layer, &mut page);
        }
    }
    page
}

fn one(layer: &Layer, page: &mut String) {
    let _ = write!(page, "\n### {}\n\n`{}`", layer.title, layer.id);
    let predicates = recognised_by(layer);
    if predicates.is_empty() {
        page.push_str(" · leaves no trace in the cluster\n");
    } else {
        let _ = writeln!(page, " · recognised by {}", predicates.join("; "));
    }
    if !layer.timeouts.is_empty() {
        let _ = write!(
            page,
            "\n| limit | set by | written as | default | range | for {} s | source |\n|---|---|---|---|---|---|---|\n",
            Requirement::NEEDED_SECONDS
        );
        for setting in &layer.timeouts {
            row(setting, page);
        }
    }
    for remark in remarks(layer) {
        let _ = write!(page, "\n- {remark}.");
    }
    page.push('\n');
}

/// What is to be said of a layer besides its settings, in sentences without a full stop.
pub fn remarks(layer: &Layer) -> Vec<String> {
    let mut remarks = Vec::new();
    remarks.extend(
        layer
            .undecided
            .iter()
            .map(|why| format!("Always undecided: {why}")),
    );
    for setting in &layer.timeouts {
        let instead = setting.instead.iter();
        remarks.extend(instead.map(|instead| format!("Instead: {instead}")));
        let undecided = setting.undecided.iter();
        remarks.extend(undecided.map(|undecided| format!("Undecided: {undecided}")));
    }
    for (what, keys) in [
        ("No effect", &layer.ineffective),
        ("No evidence", &layer.look_alikes),
    ] {
        let keys = keys.iter();
        remarks.extend(keys.map(|key| format!("{what}: `{}` ({})", key.annotation, key.why)));
    }
    if layer.own_service.is_some() {
        let hop = "Runs in the cluster: the load balancer of its own Service is a further hop";
        remarks.push(hop.to_owned());
    }
    remarks.extend(layer.path_traps.iter().map(path_trap));
    remarks.extend(tls(layer));
    remarks
}

fn path_trap(trap: &PathTrap) -> String {
    let path = match (&trap.path, &trap.contains) {
        (Some(path), _) => format!("`{path}`"),
        (None, Some(part)) => format!("with `{part}`"),
        (None, None) => String::new(),
    };
    let types = match trap.types.as_slice() {
        [] => String::new(),
        types => format!(" of type {}", quoted(types)),
    };
    let sources = trap.sources.join("; ");
    format!(
        "Path {path}{types} {}: {} ({sources})",
        trap.why, trap.instead
    )
}

fn quoted(items: &[String]) -> String {
    let items: Vec<String> = items.iter().map(|item| format!("`{item}`")).collect();
    items.join(", ")
}

/// What a layer is recognised by; nothing where it leaves no trace in the cluster.
pub fn recognised_by(layer: &Layer) -> Vec<String> {
    let known = &layer.recognize;
    let mut predicates = Vec::new();
    if let Some(resource) = &layer.resource {
        predicates.push(format!("kind `{}` of `{}`", resource.kind, resource.group));
    }
    if let Some(platform) = &known.platform {
        predicates.push(format!("platform `{platform}`"));
    }
    for (what, items) in [
        (
            "annotations that tell the platform:",
            &known.platform_prefixes,
        ),
        ("`loadBalancerClass`", &known.load_balancer_classes),
        ("class", &known.classes),
        ("class beginning with", &known.class_prefixes),
        ("controller", &known.controllers),
        ("annotations", &known.annotation_prefixes),
    ] {
        if !items.is_empty() {
            predicates.push(format!("{what} {}", quoted(items)));
        }
    }
    if known.without_class {
        predicates.push("no class on its platform".to_owned());
    }
    let alternatives: Vec<String> = known
        .any_of
        .iter()
        .map(|predicates| all(predicates))
        .collect();
    if !alternatives.is_empty() {
        predicates.push(format!("where {}", alternatives.join(", or ")));
    }
    predicates
}

fn all(predicates: &[Predicate]) -> String {
    let words: Vec<String> = predicates.iter().map(words).collect();
    words.join(" and ")
}

/// A sign in words.
fn words(predicate: &Predicate) -> String {
    let mut words = Vec::new();
    if let Some(since) = &predicate.controller_since {
        words.push(format!(
            "the AWS Load Balancer Controller is {since} or later"
        ));
    }
    if let Some(since) = &predicate.controller_not_since {
        words.push(format!(
            "the AWS Load Balancer Controller is not known to be {since} or later"
        ));
    }
    let key = match (
        &predicate.annotation,
        &predicate.annotation_prefix,
        &predicate.field,
    ) {
        (Some(key), _, _) | (_, _, Some(key)) => format!("`{key}`"),
        (_, Some(prefix), _) => format!("`{prefix}…`"),
        _ => return words.join(" and "),
    };
    if predicate.present {
        words.push(format!("{key} is there"));
    }
    if predicate.absent {
        words.push(format!("{key} is not there"));
    }
    if !predicate.one_of.is_empty() {
        words.push(format!("{key} is {}", quoted(&predicate.one_of)));
    }
    if !predicate.none_of.is_empty() {
        words.push(format!("{key} is not {}", quoted(&predicate.none_of)));
    }
    if let Some(part) = &predicate.contains {
        words.push(format!("{key} holds `{part}`"));
    }
    if let Some(part) = &predicate.lacks {
        words.push(format!("{key} does not hold `{part}`"));
    }
    if predicate.lists_router {
        words.push(format!("{key} lists the router Service"));
    }
    words.join(" and ")
}

fn row(setting: &Setting, page: &mut String) {
    let SettingWords {
        meaning,
        set_by,
        written,
        default,
        range,
        needed,
        sources,
    } = SettingWords::of(setting);
    let _ = writeln!(
        page,
        "| {meaning} | {set_by} | {written} | {default} | {range} | {needed} | {sources} |"
    );
}

/// What a setting says, in words.
pub struct SettingWords {
    /// What it limits.
    pub meaning: &'static str,
    /// Where it is set.
    pub set_by: String,
    /// How its value is written.
    pub written: String,
    /// What holds where nothing is set.
    pub default: String,
    /// What its value can be.
    pub range: String,
    /// What to write for the time that the requirement asks for.
    pub needed: String,
    /// Where this was read.
    pub sources: String,
}

impl SettingWords {
    /// Puts a setting into words.
    pub fn of(setting: &Setting) -> Self {
        let written = match setting.places.as_slice() {
            [] => "–".to_owned(),
            _ => written(setting),
        };
        let default = if setting.unlimited || setting.unlimited_unless_set {
            "no limit".to_owned()
        } else {
            let default = setting.default.or(setting.fixed);
            default.map_or("–".to_owned(), |default| format!("{default} s"))
        };
        SettingWords {
            meaning: match setting.meaning {
                TimeoutMeaning::Idle => "idle",
                TimeoutMeaning::Total => "whole request",
            },
            set_by: set_by(setting),
            written,
            default,
            range: range(setting),
            needed: needed(setting),
            sources: setting.sources.join("; "),
        }
    }
}

fn set_by(setting: &Setting) -> String {
    let places: Vec<String> = setting.places.iter().map(place).collect();
    let mut set_by = if setting.places.is_empty() {
        "nothing".to_owned()
    } else {
        places.join(", else ")
    };
    if !setting.when.is_empty() {
        let _ = write!(set_by, " (where {})", all(&setting.when));
    }
    match setting.ends_tls {
        Some(true) => set_by.push_str(" (where it terminates TLS)"),
        Some(false) => set_by.push_str(" (where it passes TLS through)"),
        None => {}
    }
    if let Some(since) = &setting.controller_since {
        let _ = write!(set_by, " (controller {since} or later)");
    }
    set_by
}

fn range(setting: &Setting) -> String {
    let mut range = match (
        setting.fixed,
        setting.min.filter(|min| *min > 1),
        setting.max,
    ) {
        (Some(fixed), _, _) => format!("at most {fixed} s"),
        (None, Some(min), Some(max)) => format!("{min}–{max} s"),
        (None, None, Some(max)) => format!("to {max} s"),
        (None, Some(min), None) => format!("from {min} s"),
        (None, None, None) => "–".to_owned(),
    };
    if let Some(before) = &setting.max_before {
        let _ = write!(range, " (to {} s before {})", before.max, before.version);
    }
    range
}

fn needed(setting: &Setting) -> String {
    let mut literals: Vec<String> = Vec::new();
    for place in &setting.places {
        let literal = format!("`{}`", setting.needed_at(place));
        if !literals.contains(&literal) {
            literals.push(literal);
        }
    }
    match (&setting.instead, literals.as_slice()) {
        (Some(_), _) => "impossible".to_owned(),
        (None, []) => "–".to_owned(),
        (None, literals) => literals.join(" or "),
    }
}

fn written(setting: &Setting) -> String {
    let unit = setting.unit.unwrap_or(TimeUnit::Seconds);
    let mut text = match setting.syntax {
        Syntax::Integer => format!("whole {unit}, as a string"),
        Syntax::IntegerField => format!("whole {unit}, without quotes"),
        Syntax::GoDuration => "Go duration (`10m5s`)".to_owned(),
        Syntax::GoDurationOrNumber => "Go duration or number".to_owned(),
        Syntax::GatewayDuration => "Gateway duration (`10m5s`)".to_owned(),
        Syntax::NginxTime => "nginx time (`10m 5s`; a bare number is seconds)".to_owned(),
        Syntax::HaproxyTime => format!("HAProxy time (`{}`; a bare number is {unit})", example()),
        Syntax::ProtobufDuration => format!("duration (`{}`)", example()),
    };
    for word in &setting.unlimited_words {
        let _ = write!(text, ", `{word}`");
    }
    match setting.zero {
        Zero::Zero => {}
        Zero::Unlimited => text.push_str("; 0 is no limit"),
        Zero::Default => text.push_str("; 0 is the default"),
    }
    text
}

fn place(place: &SettingPlace) -> String {
    let key = place
        .annotation
        .as_deref()
        .or(place.argument.as_deref())
        .or(place.field.as_deref())
        .unwrap_or_default();
    let key = match &place.key {
        Some(inner) => format!("`{inner}` in `{key}`"),
        None => format!("`{key}`"),
    };
    let kind = place.kind.as_deref().unwrap_or("object");
    match place.of {
        SettingTarget::Entry => key,
        SettingTarget::Rule => format!("{key} of each rule"),
        SettingTarget::Service => format!("{key} on the router Service"),
        SettingTarget::BackendConfig => {
            format!("{key} of the BackendConfig that the router Service names")
        }
        SettingTarget::Policy => {
            format!("{key} of a {kind} for the {}", place.targets.join(" or "))
        }
        SettingTarget::ClassParameters => format!("{key} of the class's {kind}"),
        SettingTarget::GatewayParameters => format!("{key} of the Gateway's {kind}"),
        SettingTarget::Controller => format!(
            "{key} of {}",
            place
                .held_in
                .as_deref()
                .unwrap_or("the controller's ConfigMap")
        ),
        SettingTarget::Named => format!(
            "{key} of the {kind} that `{}` names on the router Service",
            place.named_by.as_deref().unwrap_or_default()
        ),
    }
}

fn tls(layer: &Layer) -> Vec<String> {
    let tls = &layer.tls;
    if tls.model == TlsModel::PassThrough {
        return vec!["TLS: passed through to the router".to_owned()];
    }
    let mut remarks = Vec::new();
    if let Some(setting) = &tls.certificate_setting {
        let how = tls.certificate_how.iter();
        let how: String = how.map(|how| format!(" ({how})")).collect();
        remarks.push(format!("TLS: certificate by `{setting}`{how}"));
    }
    remarks.extend(
        tls.redirect_how
            .iter()
            .map(|how| format!("Redirect: {how}")),
    );
    let ignored = tls.ignored.iter();
    remarks.extend(ignored.map(|ignored| format!("Ignored: {ignored}")));
    if !tls.sources.is_empty() {
        remarks.push(format!("Source: {}", tls.sources.join("; ")));
    }
    remarks
}
