//! The format of settings: where a limit is set, how it is written, what holds where it is not.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Predicate;
use crate::facts::{TimeUnit, TimeoutMeaning};

/// A limit on how long a connection may last.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Setting {
    /// What it limits.
    pub meaning: TimeoutMeaning,
    /// Where it can be set. The first place that is filled counts, so they stand in the controller's own order.
    #[serde(default)]
    pub places: Vec<SettingPlace>,
    /// How the value is written.
    #[serde(default)]
    pub syntax: Syntax,
    /// The unit of a bare number, for a syntax that has them.
    #[serde(default)]
    pub unit: Option<TimeUnit>,
    /// Words that mean no limit, such as `infinity`.
    #[serde(default)]
    pub unlimited_words: Vec<String>,
    /// What zero means.
    #[serde(default)]
    pub zero: Zero,
    /// What counts where nothing is set, in seconds.
    #[serde(default)]
    pub default: Option<i64>,
    /// Nothing limits where nothing is set.
    #[serde(default)]
    pub unlimited_unless_set: bool,
    /// The smallest value accepted, in seconds.
    #[serde(default)]
    pub min: Option<i64>,
    /// The largest value accepted, in seconds.
    #[serde(default)]
    pub max: Option<i64>,
    /// A smaller maximum of earlier clusters.
    #[serde(default)]
    pub max_before: Option<MaxBefore>,
    /// What to do where it is not set, as a sentence; made from the first place where it is left out.
    #[serde(default)]
    pub how: Option<String>,
    /// The limit that nothing can change, in seconds.
    #[serde(default)]
    pub fixed: Option<i64>,
    /// There is no limit.
    #[serde(default)]
    pub unlimited: bool,
    /// Why it cannot be seen, as a sentence that says what to check.
    #[serde(default)]
    pub undecided: Option<String>,
    /// What to use instead of a layer that cannot hold a connection for long enough.
    #[serde(default)]
    pub instead: Option<String>,
    /// The controller in the cluster that decides whether the setting works.
    #[serde(default)]
    pub depends_on: Option<String>,
    /// The first version of the AWS Load Balancer Controller that knows the setting.
    #[serde(default)]
    pub controller_since: Option<String>,
    /// The setting is there only where all of these hold.
    #[serde(default)]
    pub when: Vec<Predicate>,
    /// The setting is there only where the layer terminates TLS (or does not).
    #[serde(default)]
    pub ends_tls: Option<bool>,
    /// The annotation to point at where there is nothing to set.
    #[serde(default)]
    pub at: Option<String>,
    /// Where the figures come from.
    pub sources: Vec<String>,
}

/// A place where a limit can be set.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SettingPlace {
    /// The object that it stands on.
    #[serde(default)]
    pub of: SettingTarget,
    /// The annotation. `{port}` is the number of the Service's HTTPS port.
    #[serde(default)]
    pub annotation: Option<String>,
    /// Other annotations with the same meaning.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// The field, from the object or, for a rule, from the rule.
    #[serde(default)]
    pub field: Option<String>,
    /// The key within a map-valued annotation (`k=v,k=v`) or within a list of `{key, value}`.
    #[serde(default)]
    pub key: Option<String>,
    /// The kind of the object that is bound.
    #[serde(default)]
    pub kind: Option<String>,
    /// The kinds that a policy's `targetRef` may name.
    #[serde(default)]
    pub targets: Vec<String>,
    /// The annotation of the router Service that names the object.
    #[serde(default)]
    pub named_by: Option<String>,
    /// The argument of the controller's workload, letter case aside: `entryPoints.*.transport.respondingTimeouts.readTimeout`,
    /// where a star stands for one part.
    #[serde(default)]
    pub argument: Option<String>,
    /// The key of the controller's ConfigMap whose value is YAML text: the field is looked for in it.
    #[serde(default)]
    pub text_key: Option<String>,
    /// What holds the controller's own configuration, in words.
    #[serde(default)]
    pub held_in: Option<String>,
    /// How the value is written here, where that differs from the setting's other places.
    #[serde(default)]
    pub syntax: Option<Syntax>,
    /// The unit of a bare number here, where that differs.
    #[serde(default)]
    pub unit: Option<TimeUnit>,
}

/// The object that a setting stands on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SettingTarget {
    /// The entry point itself.
    #[default]
    Entry,
    /// Each rule of the entry point or of its routes that leads to the router.
    Rule,
    /// The router Service.
    Service,
    /// The BackendConfig that the router Service names for the port in use.
    BackendConfig,
    /// A policy whose `targetRef` or one of whose `targetRefs` is the Service, the Gateway or the route.
    Policy,
    /// The parameters that the IngressClass names, where they are to be seen.
    ClassParameters,
    /// The object in the Gateway's `spec.infrastructure.parametersRef`, or the one that its class names.
    GatewayParameters,
    /// The controller's own configuration (a ConfigMap, mostly), where it is to be seen; it seldom is.
    Controller,
    /// The object of a kind that an annotation of the router Service names.
    Named,
}

/// A maximum that held before some cluster version.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MaxBefore {
    /// The first Kubernetes version with the larger maximum.
    pub version: String,
    /// The maximum before, in seconds.
    pub max: i64,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Syntax {
    /// A string that holds a whole number.
    #[default]
    Integer,
    /// A field of type integer.
    IntegerField,
    /// Go's `time.ParseDuration`: `605s`, `10m5s`, `1.5h`.
    GoDuration,
    /// Go's `time.ParseDuration`, or a bare number that counts the setting's unit.
    GoDurationOrNumber,
    /// The Gateway API's duration: `605s`, `10m5s`, at most four parts.
    GatewayDuration,
    /// nginx time: `605s`, `10m 5s`; a bare number is seconds.
    NginxTime,
    /// HAProxy time: one number with `us`, `ms`, `s`, `m`, `h` or `d`; a bare number counts the setting's unit.
    HaproxyTime,
    /// A protobuf duration: `605s`, `605.5s`; in Istio also Go's.
    ProtobufDuration,
}

/// What zero means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Zero {
    /// No time at all.
    #[default]
    Zero,
    /// No limit.
    Unlimited,
    /// The default.
    Default,
}
