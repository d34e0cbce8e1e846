//! Portolan proves or refutes each documented requirement for reaching CARTO Self-Hosted from outside its cluster.

pub mod catalogue;
pub mod certificate;
pub mod check;
pub mod cli;
pub mod diagnostic;
pub mod exposure;
pub mod facts;
pub mod fingerprint;
pub mod helm;
pub mod kube;
pub mod limits;
pub mod nearest;
pub mod reference;
pub mod report;
pub mod rules;
pub mod secrecy;
pub mod source;
pub mod version;
pub mod yaml;
