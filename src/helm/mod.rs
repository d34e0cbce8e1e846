//! Helm's side of it: values in layers, and the Kubernetes objects that they become.
//!
//! Takes the trees of values files; gives merged [`values`], the objects that the chart would render from them
//! ([`projection`]), and those of `extraDeploy` ([`extra_deploy`]), whose Go templates are evaluated ([`template`]).

pub mod extra_deploy;
pub mod keys;
pub mod projection;
pub mod scalars;
pub mod set;
pub mod values;

/// What the source of the chart's defaults is called; its text is never shown as a place to edit.
pub const DEFAULTS_NAME: &str = "chart defaults";

/// The defaults of the chart's keys that the projection reads.
pub const CHART_DEFAULTS: &str = include_str!("chart_defaults.yaml");
