//! Policies: objects that take effect through a reference to what they are for.

use super::super::{Context, paths};
use super::fields::kind_of;
use crate::kube::ObjectRef;
use portolan_yaml::Node;

/// The references to its targets that a policy's kind reads. Of a kind that no file describes, the usual fields.
pub(in crate::exposure) fn references<'a>(cx: Context<'_>, policy: ObjectRef<'a>) -> Vec<Node<'a>> {
    let nodes = |path: &str| paths::nodes(policy.node, path);
    match kind_of(cx, policy).and_then(|kind| kind.targets.as_ref()) {
        Some(targets) => targets.at.iter().flat_map(|path| nodes(path)).collect(),
        None => [nodes("spec.targetRef"), nodes("spec.targetRefs[]")].concat(),
    }
}
