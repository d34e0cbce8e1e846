//! Portolan proves or refutes each documented requirement for reaching CARTO Self-Hosted from outside its cluster.

pub mod check;
pub mod diagnostic;
pub mod helm;
pub mod source;
pub mod version;
pub mod yaml;
