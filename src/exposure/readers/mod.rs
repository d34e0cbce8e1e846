//! Who reads what: settings count where their reader reads them, and what nobody reads is a finding of its own.
//!
//! A reader is a controller on a kind of object. What each reads is knowledge: `knowledge/annotations/`,
//! `knowledge/kinds/`, and `reads` in layer files.

mod annotations;
mod fields;
pub(super) mod format;
mod knowledge;
pub(super) mod names;
mod on_route;
pub(super) mod policies;
mod ports;
pub(super) mod switches;
mod unread;

pub(super) use knowledge::OwnReaders;
pub(super) use on_route::OnRoute;

use super::router::RouterObjects;
use super::{Context, Exposure};
use crate::diagnostic::Requirement;
use crate::facts::Purpose;

/// Adds what nobody reads.
pub(super) fn extract(
    cx: Context<'_>,
    router: Option<&RouterObjects<'_>>,
    exposure: &mut Exposure,
) {
    for object in cx.objects.iter(cx.tree) {
        fields::extract(cx, object, exposure);
    }
    annotations::extract(cx, router, exposure);
    policies::extract(cx, exposure);
}

/// The requirement that a setting serves: the first of its purposes decides.
fn requirement_of(purposes: &[Purpose]) -> Requirement {
    let first = purposes.first().copied();
    first.map_or(Requirement::ValuesFile, Purpose::requirement)
}

/// Names as a sentence lists them.
fn listed<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    match names.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}
