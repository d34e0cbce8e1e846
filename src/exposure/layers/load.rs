//! Loading layer files: everything that can be wrong in one is an error here, at its place.

use portolan_yaml::Issue;
use portolan_yaml::typed::{self, Typed};

use super::predicate::Predicate;
use super::setting::{Setting, SettingPlace, SettingTarget};
use super::tls::TlsModel;
use super::{EntryKind, Layer};
use crate::diagnostic::Requirement;
use crate::facts::Purpose;
use crate::version::Version;
use portolan_yaml::nearest::nearest;

/// Kinds that every input has in plenty and that no layer file can mean: a check without custom resources reads no list
/// of layers for them.
pub const COMMON: [&str; 14] = [
    "BackendConfig",
    "ConfigMap",
    "CronJob",
    "Deployment",
    "FrontendConfig",
    "Gateway",
    "HTTPRoute",
    "Ingress",
    "Job",
    "ManagedCertificate",
    "Secret",
    "Service",
    "ServiceAccount",
    "StatefulSet",
];

impl Layer {
    /// Reads one layer file and checks it from top to bottom.
    ///
    /// # Errors
    /// Everything that is wrong with it, each at its place.
    pub fn parse(text: &str) -> Result<Typed<Layer>, Vec<Issue>> {
        let (layer, text) = typed::read::<Layer>(text)?;
        let mut issues: Vec<Issue> = check(&layer)
            .into_iter()
            .map(|(field, message)| text.issue(&field, message))
            .collect();
        issues.sort_by_key(|issue| issue.place);
        if issues.is_empty() {
            Ok((layer, text))
        } else {
            Err(issues)
        }
    }
}

/// What is wrong with a layer whose keys and types are right: fields as paths, each with a sentence.
fn check(layer: &Layer) -> Vec<(String, String)> {
    let mut checker = Checker {
        layer,
        issues: Vec::new(),
    };
    checker.names();
    checker.recognition();
    checker.resource();
    checker.tls();
    checker.route();
    checker.timeouts();
    checker.reads();
    checker.examples();
    checker.issues
}

struct Checker<'l> {
    layer: &'l Layer,
    issues: Vec<(String, String)>,
}

impl Checker<'_> {
    fn wrong(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.issues.push((field.into(), message.into()));
    }

    fn reads(&mut self) {
        let reads = &self.layer.reads;
        let mut purposes = Vec::new();
        for (at, prefix) in reads.annotations.iter().enumerate() {
            let field = format!("reads.annotations[{at}]");
            if !prefix.prefix.contains('/') {
                let message = "a prefix reaches up to and with the slash, like `acme.io/`";
                self.wrong(format!("{field}.prefix"), message);
            }
            purposes.extend(
                prefix
                    .serves
                    .keys()
                    .map(|name| (format!("{field}.serves"), name)),
            );
        }
        for (at, kind) in reads.kinds.iter().enumerate() {
            let field = format!("reads.kinds[{at}]");
            if !kind.fields.is_object() {
                self.wrong(
                    format!("{field}.fields"),
                    "the fields of a kind are a mapping",
                );
            }
            purposes.push((format!("{field}.serves"), &kind.serves));
        }
        for (at, ignored) in reads.ignores.iter().enumerate() {
            purposes.push((format!("reads.ignores[{at}].serves"), &ignored.serves));
        }
        for (field, name) in purposes {
            if Purpose::named(name).is_none() {
                let names: Vec<&str> = Purpose::ALL
                    .iter()
                    .map(|purpose| purpose.as_str())
                    .collect();
                self.wrong(field, format!("`{name}` is none of {}", names.join(", ")));
            }
        }
    }

    fn names(&mut self) {
        let layer = self.layer;
        let is_word = |word: &str| {
            let mut bytes = word.bytes();
            !word.is_empty() && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        if !layer.id.split('-').all(is_word) {
            let message = format!(
                "`{}` is not lower-case words joined by hyphens, like `aws-alb`",
                layer.id
            );
            self.wrong("id", message);
        }
        if layer.title.trim().is_empty() {
            self.wrong("title", "says nothing");
        }
        match (&layer.undecided, layer.timeouts.is_empty()) {
            (None, true) => self.wrong(
                "timeouts",
                "a layer has settings, or says in `undecided` why its limits cannot be known",
            ),
            (Some(_), false) => self.wrong(
                "undecided",
                "a layer whose limits cannot be known has no settings: drop `undecided` or `timeouts`",
            ),
            _ => {}
        }
    }

    fn recognition(&mut self) {
        let known = &self.layer.recognize;
        let tells = known.platform.is_some()
            || known.without_class
            || [
                &known.load_balancer_classes,
                &known.classes,
                &known.class_prefixes,
                &known.controllers,
                &known.annotation_prefixes,
            ]
            .iter()
            .any(|list| !list.is_empty())
            || !known.any_of.is_empty();
        // A custom resource and a ConfigMap are recognised by their kind, and a front may leave no trace.
        let may_be_silent = matches!(
            self.layer.entry,
            EntryKind::Resource | EntryKind::TcpServices | EntryKind::Front
        );
        if !tells && !may_be_silent {
            self.wrong("recognize", "nothing tells that it is this layer");
        }
        for (index, alternative) in known.any_of.iter().enumerate() {
            self.predicates(&format!("recognize.any-of[{index}]"), alternative);
        }
        if !known.platform_prefixes.is_empty() && known.platform.is_none() {
            self.wrong(
                "recognize.platform-prefixes",
                "tells of a platform, so `platform` must name it",
            );
        }
        self.what_the_entry_point_has();
    }

    /// Refuses signs that are never looked at for this kind of entry point: the layer would be recognised by nothing.
    fn what_the_entry_point_has(&mut self) {
        let known = &self.layer.recognize;
        let entry = self.layer.entry;
        let of_a_class = [
            ("classes", !known.classes.is_empty()),
            ("class-prefixes", !known.class_prefixes.is_empty()),
            ("controllers", !known.controllers.is_empty()),
            ("annotation-prefixes", !known.annotation_prefixes.is_empty()),
            ("without-class", known.without_class),
        ];
        match entry {
            EntryKind::LoadBalancer => {
                for (key, _) in of_a_class.iter().filter(|(_, given)| *given) {
                    self.wrong(
                        format!("recognize.{key}"),
                        "is not looked at with `entry: load-balancer`: use `platform` with `platform-prefixes`, or \
                         `load-balancer-classes`",
                    );
                }
                if known.platform.is_none() && known.load_balancer_classes.is_empty() {
                    self.wrong(
                        "recognize",
                        "a load balancer is told by its `platform` or its `load-balancer-classes`; the rest only narrows that",
                    );
                }
            }
            EntryKind::Ingress | EntryKind::Gateway if !known.load_balancer_classes.is_empty() => {
                self.wrong(
                    "recognize.load-balancer-classes",
                    format!(
                        "is not looked at with `entry: {entry}`: use `classes` or `controllers`"
                    ),
                );
            }
            _ => {}
        }
    }

    fn resource(&mut self) {
        let Some(resource) = &self.layer.resource else {
            if self.layer.entry == EntryKind::Resource {
                self.wrong(
                    "resource",
                    "a layer of custom resources says which: its kind and group",
                );
            }
            return;
        };
        if self.layer.entry != EntryKind::Resource {
            self.wrong("resource", "only a layer with `entry: resource` has one");
        }
        if COMMON.contains(&resource.kind.as_str()) {
            let message = format!(
                "`{}` is looked at in a way of its own, never as a custom resource",
                resource.kind
            );
            self.wrong("resource.kind", message);
        }
        if resource.rules.is_empty() {
            self.wrong("resource.rules", "names no place of rules");
        }
    }

    fn tls(&mut self) {
        let tls = &self.layer.tls;
        let undecided = self.layer.undecided.is_some();
        let fits = match self.layer.entry {
            EntryKind::LoadBalancer => &[TlsModel::PassThrough, TlsModel::Listeners][..],
            EntryKind::Ingress => &[TlsModel::Declared, TlsModel::GkeIngress],
            EntryKind::Gateway => &[TlsModel::Gateway],
            EntryKind::Resource => &[TlsModel::Declared],
            EntryKind::TcpServices => &[TlsModel::PassThrough],
            EntryKind::Front => &[TlsModel::Unknown],
        };
        let is_unknown = undecided && tls.model == TlsModel::Unknown;
        if !is_unknown && !fits.contains(&tls.model) {
            let words: Vec<String> = fits.iter().map(|model| format!("`{model}`")).collect();
            self.wrong(
                "tls.model",
                format!(
                    "a layer with `entry: {}` has the model {}, or `unknown` with `undecided`",
                    self.layer.entry,
                    words.join(" or ")
                ),
            );
        }
        if (tls.model == TlsModel::Listeners) != tls.listeners.is_some() {
            self.wrong(
                "tls.listeners",
                "belongs to `model: listeners`, and to no other",
            );
        }
        let cases = [
            ("ends", tls.ends.iter().map(|case| &case.when).collect()),
            ("plain", tls.plain.iter().map(|case| &case.when).collect()),
            (
                "backend",
                tls.backend
                    .iter()
                    .map(|case| &case.when)
                    .collect::<Vec<_>>(),
            ),
        ];
        for (field, cases) in cases {
            if !cases.is_empty() && tls.model != TlsModel::Declared {
                self.wrong(
                    format!("tls.{field}"),
                    "is read with `model: declared` alone",
                );
            }
            for (index, when) in cases.into_iter().enumerate() {
                self.predicates(&format!("tls.{field}[{index}].when"), when);
            }
        }
        let Some(listeners) = &tls.listeners else {
            return;
        };
        self.predicates("tls.listeners.when", &listeners.when);
        self.predicates("tls.listeners.redirected", &listeners.redirected);
        self.predicates(
            "tls.listeners.encrypts-again-when",
            &listeners.encrypts_again_when,
        );
    }

    /// What decides whether anybody gets in, and how.
    fn route(&mut self) {
        let layer = self.layer;
        for (index, case) in layer.alternatives.iter().enumerate() {
            self.predicates(&format!("alternatives[{index}].when"), &case.when);
        }
        for (index, case) in layer.refuses.iter().enumerate() {
            self.predicates(&format!("refuses[{index}].when"), &case.when);
        }
        for (index, case) in layer.internal.iter().enumerate() {
            self.predicates(&format!("internal[{index}].when"), &case.when);
        }
        for (index, when) in layer
            .trust
            .iter()
            .flat_map(|trust| &trust.any_of)
            .enumerate()
        {
            self.predicates(&format!("trust.any-of[{index}]"), when);
        }
        for (index, trap) in layer.path_traps.iter().enumerate() {
            self.predicates(&format!("path-traps[{index}].when"), &trap.when);
        }
    }

    fn timeouts(&mut self) {
        for (index, setting) in self.layer.timeouts.iter().enumerate() {
            let field = format!("timeouts[{index}]");
            self.setting(&field, setting);
            for (number, place) in setting.places.iter().enumerate() {
                self.place(&format!("{field}.places[{number}]"), place);
            }
            self.predicates(&format!("{field}.when"), &setting.when);
        }
    }

    fn setting(&mut self, field: &str, setting: &Setting) {
        if setting.sources.is_empty() {
            self.wrong(format!("{field}.sources"), "names no source of the figures");
        }
        let fixed = setting.fixed.is_some() || setting.unlimited || setting.undecided.is_some();
        match (setting.places.is_empty(), fixed) {
            (true, false) => self.wrong(
                format!("{field}.places"),
                "names no place where it can be set; a limit that nothing can change is `fixed`, `unlimited` or `undecided`",
            ),
            (false, true) => self.wrong(
                format!("{field}.places"),
                "a limit that can be set is not `fixed`, `unlimited` or `undecided`",
            ),
            _ => {}
        }
        let needed = Requirement::NEEDED_SECONDS;
        let most = setting.fixed.or(setting.max).filter(|most| *most < needed);
        match (most, &setting.instead) {
            (Some(most), None) => self.wrong(
                format!("{field}.instead"),
                format!("at most {most} s are less than {needed} s: say what to use instead"),
            ),
            (None, Some(_)) => self.wrong(
                format!("{field}.instead"),
                format!("belongs to a limit that cannot reach {needed} s"),
            ),
            _ => {}
        }
        if setting
            .min
            .zip(setting.max)
            .is_some_and(|(min, max)| min > max)
        {
            self.wrong(format!("{field}.min"), "is more than `max`");
        }
        let before = setting.max_before.as_ref().map(|before| &before.version);
        self.version(&format!("{field}.max-before.version"), before);
        self.version(
            &format!("{field}.controller-since"),
            setting.controller_since.as_ref(),
        );
    }

    fn place(&mut self, field: &str, place: &SettingPlace) {
        let keys = [&place.annotation, &place.field, &place.argument];
        if keys.iter().filter(|key| key.is_some()).count() != 1 {
            self.wrong(field, "needs one of `annotation`, `field` and `argument`");
        }
        let needs_kind = matches!(
            place.of,
            SettingTarget::Policy | SettingTarget::GatewayParameters
        );
        if needs_kind && place.kind.is_none() {
            self.wrong(field, "needs the `kind` of the object that is bound");
        }
        if (place.of == SettingTarget::Policy) == place.targets.is_empty() {
            self.wrong(
                format!("{field}.targets"),
                "a policy names the kinds that it can be bound to, and no other place does",
            );
        }
    }

    fn predicates(&mut self, field: &str, predicates: &[Predicate]) {
        for (index, predicate) in predicates.iter().enumerate() {
            let field = format!("{field}[{index}]");
            let looks = [
                predicate.annotation.is_some(),
                predicate.annotation_prefix.is_some(),
                predicate.field.is_some(),
            ];
            let looked = looks.iter().filter(|looks| **looks).count();
            let since = predicate.controller_since.as_ref();
            let not_since = predicate.controller_not_since.as_ref();
            let asks = predicate.present
                || predicate.absent
                || predicate.lists_router
                || !predicate.one_of.is_empty()
                || !predicate.equals.is_empty()
                || !predicate.none_of.is_empty()
                || predicate.contains.is_some()
                || predicate.lacks.is_some();
            let stands_alone = predicate.serves_hosts || since.or(not_since).is_some();
            match (looked, asks) {
                (0, false) if stands_alone => {}
                (0, _) => self.wrong(
                    &field,
                    "looks at nothing: name an `annotation`, an `annotation-prefix` or a `field`",
                ),
                (1, false) => self.wrong(
                    &field,
                    "asks nothing, so that it always holds: add `present: true`",
                ),
                (1, true) => {}
                _ => self.wrong(
                    &field,
                    "looks at more than one of `annotation`, `annotation-prefix` and `field`",
                ),
            }
            self.version(&format!("{field}.controller-since"), since);
            self.version(&format!("{field}.controller-not-since"), not_since);
        }
    }

    fn version(&mut self, field: &str, version: Option<&String>) {
        if let Some(Err(error)) = version.map(|version| version.parse::<Version>()) {
            self.wrong(field, error.to_string());
        }
    }

    fn examples(&mut self) {
        let layer = self.layer;
        for (kind, examples) in [("bad", &layer.examples.bad), ("good", &layer.examples.good)] {
            let is_bad = kind == "bad";
            // A front may leave no trace to show, and a layer that is always undecided has nothing bad.
            let may_lack = layer.entry == EntryKind::Front || (is_bad && layer.undecided.is_some());
            if examples.is_empty() && !may_lack {
                self.wrong(format!("examples.{kind}"), "there must be at least one");
            }
            for (index, example) in examples.iter().enumerate() {
                let field = format!("examples.{kind}[{index}]");
                if example.files.is_empty() {
                    self.wrong(format!("{field}.files"), "there must be at least one");
                }
                for (number, _) in example
                    .files
                    .iter()
                    .enumerate()
                    .filter(|(_, file)| file.file.is_some())
                {
                    let message = "examples of layers share no files: write its `text`";
                    self.wrong(format!("{field}.files[{number}].file"), message);
                }
                if is_bad && example.finds.is_empty() {
                    self.wrong(&field, "a bad example says in `finds` what is found in it");
                }
                if !is_bad && example.verdicts.is_empty() {
                    self.wrong(&field, "a good example says in `verdicts` what comes out");
                }
                for requirement in example.verdicts.keys() {
                    let known = Requirement::ALL.map(Requirement::as_str);
                    if !known.contains(&requirement.as_str()) {
                        let hint = nearest(requirement, known)
                            .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                        self.wrong(
                            format!("{field}.verdicts.{requirement}"),
                            format!("there is no requirement `{requirement}`{hint}"),
                        );
                    }
                }
            }
        }
    }
}
