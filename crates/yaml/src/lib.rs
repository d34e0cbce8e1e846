//! YAML with positions, read as Helm reads it.
//!
//! [`parse()`] turns text into nodes of a [`Tree`]. Each node, keys too, knows the span it was written at; what is wrong with
//! the text comes back as [`Problem`]s next to whatever could still be read. Scalars are resolved as
//! `sigs.k8s.io/yaml` does it, which is YAML 1.1 with edges of its own, not as YAML 1.2 would.
//!
//! This room never judges: that a key stands twice is a problem with two spans; whether it matters is said by a rule.

mod aliases;
mod build;
mod chunks;
mod events;
mod layout;
mod limit;
mod mapping;
pub mod nearest;
mod parse;
mod parsed;
mod path;
mod place;
mod problem;
mod reader;
mod report;
mod scalar;
mod simple;
pub mod source;
mod syntax;
mod text;
mod tree;
mod trim;
#[cfg(feature = "typed")]
pub mod typed;

pub use limit::{Limit, Limits};
pub use parse::{
    Comment, Document, DocumentFilter, Filtered, Reading, Stream, parse, parse_again, parse_source,
};
pub use parsed::{Issue, Issues, ParsedText};
pub use path::{path_at, push_key};
pub use place::{node_at, place_of};
pub use problem::{Problem, ProblemKind};
pub use scalar::{json_text, key_text, resolve, template_text, try_resolve, yaml_text};
pub use text::mapped_text;
pub use tree::{Entry, Node, NodeData, NodeId, NodeKind, OPAQUE, Scalar, Style, Tree, Value};

#[cfg(test)]
mod tests;
