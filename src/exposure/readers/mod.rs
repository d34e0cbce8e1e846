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
use crate::kube::ObjectRef;

/// Adds what nobody reads.
pub(super) fn extract(
    cx: Context<'_>,
    router: Option<&RouterObjects<'_>>,
    exposure: &mut Exposure,
) {
    let objects = in_view(cx, &exposure.on_route);
    for object in &objects {
        fields::extract(cx, *object, exposure);
        fields::ignored(cx, *object, exposure);
    }
    annotations::extract(cx, &objects, router, exposure);
    policies::extract(cx, &objects, exposure);
}

/// The installation's own objects, and of other namespaces those on a way in and the policies beside them.
fn in_view<'a>(cx: Context<'a>, on_route: &OnRoute) -> Vec<ObjectRef<'a>> {
    let own = cx.objects.len();
    let is_policy = |object: ObjectRef<'_>| {
        fields::kind_of(cx, object).is_some_and(|kind| kind.targets.is_some())
    };
    cx.objects
        .everywhere(cx.tree)
        .enumerate()
        .filter(|(at, object)| {
            *at < own
                || on_route.of(*object).is_some()
                || (on_route.is_beside(*object) && is_policy(*object))
        })
        .map(|(_, object)| object)
        .collect()
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
