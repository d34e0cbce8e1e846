//! Helm's side of it: values in layers, and the Kubernetes objects that they become.
//!
//! Takes the trees of values files; gives merged [`values`], the objects that the chart would render from them
//! ([`projection`], by the facts in `chart/`), and those of `extraDeploy` ([`extra_deploy`]), whose Go [`templates`] are evaluated.

pub(crate) mod chart_facts;
pub mod defaults;
pub mod extra_deploy;
pub mod keys;
pub(crate) mod printed;
pub mod projection;
pub mod refusals;
pub(crate) mod rendered;
pub mod scalars;
pub mod set;
pub mod templates;
pub mod values;

/// Name of the source of the chart's defaults; its text is never shown as a place to edit.
pub const DEFAULTS_NAME: &str = "chart defaults";

/// The defaults of the chart's keys that the projection reads, by release.
pub const CHART_DEFAULTS: &str = include_str!("../../chart/defaults.yaml");
