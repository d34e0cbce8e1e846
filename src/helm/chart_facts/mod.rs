//! What is known of the chart besides its keys: what its templates render on the way to the router, what its defaults are,
//! and what it refuses, each by release.
//!
//! Facts only, in files beside the catalogue (`chart/objects.yaml`, `chart/defaults.yaml`, `chart/refusals.yaml`,
//! `chart/definitions.txt`), which are read once. How their texts are written stands at their heads.

mod condition;
mod definitions;
mod objects;
mod path;
mod range;
mod refusals;

use std::sync::OnceLock;

pub(crate) use condition::{Circumstances, Condition};
pub(crate) use definitions::names as definitions;
pub(crate) use objects::{Alternative, Field, ObjectFacts, Piece};
pub(crate) use path::KeyPath;
pub(crate) use range::{Range, Release};
pub(crate) use refusals::{Keys, Refusal, Refusals};

use portolan_yaml::source::{MappedText, Sources};
use portolan_yaml::{Node, Tree};

/// Why a file of facts cannot be read: a mistake of ours, which the tests of this room find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FactsError(pub(crate) String);

impl std::fmt::Display for FactsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FactsError {}

type Read<T> = Result<T, FactsError>;

/// Says what is wrong with a part of a file.
fn wrong<T>(node: Node<'_>, expected: &str) -> Read<T> {
    let found = node.text().unwrap_or("a collection");
    Err(FactsError(format!("found `{found}`, expected {expected}")))
}

/// Everything in `chart/objects.yaml`.
#[derive(Debug, Default)]
pub(crate) struct RenderedFacts {
    /// Keys that have had other names.
    pub(crate) renamed: Vec<(String, Vec<(Range, KeyPath)>)>,
    /// Values that several objects have in common.
    pub(crate) named: Vec<(String, Piece)>,
    /// The objects, in the order in which they are made.
    pub(crate) objects: Vec<ObjectFacts>,
}

impl RenderedFacts {
    /// Returns the objects that the templates of all releases render.
    pub(crate) fn of_chart() -> &'static RenderedFacts {
        static FACTS: OnceLock<RenderedFacts> = OnceLock::new();
        FACTS.get_or_init(|| read(OBJECTS, objects::read).unwrap_or_default())
    }

    /// Returns the key that a name of `renamed` means in a release.
    pub(crate) fn key(&self, name: &str, release: &Release) -> Option<&KeyPath> {
        let (_, paths) = self.renamed.iter().find(|(known, _)| known == name)?;
        let holds = |(range, _): &&(Range, KeyPath)| range.holds(release);
        paths.iter().find(holds).map(|(_, path)| path)
    }

    /// Returns the piece under `named`.
    pub(crate) fn named(&self, name: &str) -> Option<&Piece> {
        let found = self.named.iter().find(|(known, _)| known == name);
        found.map(|(_, piece)| piece)
    }
}

/// Returns the refusals of the chart, in all releases.
pub(crate) fn refusals() -> &'static Refusals {
    static REFUSALS: OnceLock<Refusals> = OnceLock::new();
    REFUSALS.get_or_init(|| read(REFUSALS_TEXT, refusals::read).unwrap_or_default())
}

/// Facts about the objects that the templates render.
const OBJECTS: &str = include_str!("../../../chart/objects.yaml");

/// Facts about the values that they refuse.
const REFUSALS_TEXT: &str = include_str!("../../../chart/refusals.yaml");

/// Reads a file of facts.
fn read<T>(text: &'static str, from: impl Fn(Node<'_>) -> Read<T>) -> Read<T> {
    let mut sources = Sources::default();
    let source = sources.add_static("", text);
    let mut tree = Tree::default();
    let mapped = MappedText::of_source(&sources, source);
    let stream = portolan_yaml::parse(&mapped, &mut tree, &portolan_yaml::Limits::default());
    if let Some(problem) = stream.problems.first() {
        return Err(FactsError(problem.message.clone()));
    }
    match stream.documents.first() {
        Some(document) => from(tree.node(document.root)),
        None => Err(FactsError("the file is empty".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_facts_can_be_read() {
        assert_eq!(read(OBJECTS, objects::read).err(), None);
        assert_eq!(read(REFUSALS_TEXT, refusals::read).err(), None);
    }

    #[test]
    fn every_value_that_objects_share_is_there() {
        let facts = RenderedFacts::of_chart();
        let release = Release::newest();
        for object in &facts.objects {
            for name in object.names_used() {
                assert!(
                    facts.named(&name).is_some() || facts.key(&name, &release).is_some(),
                    "`{name}`"
                );
            }
        }
    }
}
