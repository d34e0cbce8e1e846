#![doc = include_str!("../README.md")]
//!
//! # Plan
//!
//! [`source`] keeps texts and leads places back to them. A builder turns the parser's events (or, ten times as fast, plain
//! lines that need no parser: `simple`) into nodes of a [`Tree`]; `scalar` resolves their values, `aliases` carries out
//! aliases and merge keys, `report` and `syntax` say what is wrong as [`Problem`]s. [`ParsedText`] is a file of one
//! document; `typed` (a feature) reads it as a type.

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
use place::node_at;
pub use place::place_of;
pub use problem::{Problem, ProblemKind};
pub use scalar::{json_text, resolve, template_text, yaml_text};
pub use text::mapped_text;
pub use tree::{Entry, Node, NodeData, NodeId, NodeKind, OPAQUE, Scalar, Style, Tree, Value};

#[cfg(test)]
mod tests;
