//! Whether a controller takes an entry point up at all, and who can reach it then: what layer files say of both.

use super::Context;
use super::layers::Layer;
use super::layers::predicate::{MatchInput, Tristate, all_hold};
use super::route::Route;
use crate::facts::{Audience, EntryPoint, Fact};
use portolan_yaml::Node;
use portolan_yaml::source::Span;

/// Fills in what the layer refuses and what makes it internal. A refusal that is known already stays.
pub(super) fn fill<'a>(cx: Context<'a>, layer: &Layer, route: &Route<'a>, entry: &mut EntryPoint) {
    let input = route.input(cx);
    refusal(layer, &input, entry);
    audience(layer, &input, entry);
}

fn refusal(layer: &Layer, input: &MatchInput<'_>, entry: &mut EntryPoint) {
    if !matches!(entry.refused, Fact::Absent(_)) {
        return;
    }
    let mut unknown = None;
    for case in &layer.refuses {
        match all_hold(&case.when, input) {
            Tristate::No => {}
            Tristate::Unknown(supply) => unknown = unknown.or(Some(supply)),
            Tristate::Yes => {
                if let Some(supply) = &case.supply {
                    unknown = unknown.or(Some(supply.clone()));
                    continue;
                }
                let at = place(&case.when, input).unwrap_or(entry.place.span);
                entry.refused = Fact::at(case.why.clone(), at);
                entry.refused_how = Fact::known(case.instead.clone());
                return;
            }
        }
    }
    if let Some(supply) = unknown {
        entry.refused = Fact::Unknown(supply);
    }
}

fn audience(layer: &Layer, input: &MatchInput<'_>, entry: &mut EntryPoint) {
    for case in &layer.internal {
        match all_hold(&case.when, input) {
            Tristate::No => {}
            Tristate::Unknown(supply) => {
                entry.audience = Fact::Unknown(supply);
                return;
            }
            Tristate::Yes => {
                let at = place(&case.when, input).unwrap_or(entry.place.span);
                entry.audience = Fact::at(case.is, at);
                entry.internal_why = Fact::from_option(case.why.clone());
                entry.internal_how = Fact::from_option(case.how.clone());
                return;
            }
        }
    }
    entry.audience = Fact::known(Audience::Internet);
}

/// Where the first of some predicates finds something.
fn place(when: &[super::layers::Predicate], input: &MatchInput<'_>) -> Option<Span> {
    when.iter()
        .find_map(|predicate| predicate.matching(input).first().copied())
        .map(Node::site)
}
