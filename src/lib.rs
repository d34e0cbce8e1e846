//! Portolan proves or refutes each documented requirement for reaching CARTO Self-Hosted from outside its cluster.

pub mod baseline;
pub mod catalogue;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod config;
pub mod diagnostic;
pub mod example;
pub mod exposure;
pub mod facts;
pub mod fingerprint;
pub mod helm;
pub mod kube;
pub mod limits;
pub mod options;
pub mod reference;
pub mod report;
pub mod rules;
pub mod secret_names;
pub mod selftest;
pub mod version;
pub mod words;
