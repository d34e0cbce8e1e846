//! Trees that are put together, and documents of which only a part is kept.

use super::{NodeData, NodeId, NodeKind, Tree};

impl Tree {
    /// Takes over the nodes of another, and says what [`NodeId::moved`] needs to lead its ids here.
    pub(super) fn append(&mut self, other: &mut Tree) -> u32 {
        let by = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        if by > 0 {
            for node in &mut other.nodes {
                node.overrides = node.overrides.map(|id| id.moved(by));
                each_child(&mut node.kind, |child| *child = child.moved(by));
            }
        }
        self.nodes.append(&mut other.nodes);
        by
    }

    /// Drops all nodes from `first` on but those below some keys of the mapping `root`, and gives the root's new id.
    ///
    /// No node that is kept may lead to one before `first`, and none before it to one behind.
    pub(super) fn trim(&mut self, first: usize, root: NodeId, keys: &[&str]) -> NodeId {
        let base = first.min(self.nodes.len());
        let mut old = self.nodes.split_off(base);
        let mut take = |id: NodeId| {
            let gone = NodeData {
                span: crate::source::Span::NOWHERE,
                kind: NodeKind::Sequence(Vec::new()),
                overrides: None,
            };
            let slot = id.index().checked_sub(base).and_then(|at| old.get_mut(at));
            slot.map_or_else(
                || gone.clone(),
                |slot| std::mem::replace(slot, gone.clone()),
            )
        };
        let mut kept = take(root);
        if let NodeKind::Mapping(entries) = &mut kept.kind {
            entries.retain(|entry| keys.contains(&&*entry.key));
            entries.shrink_to_fit();
        }
        let new_root = self.push(kept);
        let mut at = base;
        // Children are put behind their parents, which lead to them from then on.
        while let Some(node) = self.nodes.get_mut(at) {
            let mut kind = std::mem::replace(&mut node.kind, NodeKind::Sequence(Vec::new()));
            each_child(&mut kind, |child| *child = self.push(take(*child)));
            if let Some(node) = self.nodes.get_mut(at) {
                node.kind = kind;
            }
            at += 1;
        }
        new_root
    }
}

fn each_child(kind: &mut NodeKind, mut change: impl FnMut(&mut NodeId)) {
    match kind {
        NodeKind::Mapping(entries) => {
            for entry in entries {
                change(&mut entry.value);
            }
        }
        NodeKind::Sequence(items) => items.iter_mut().for_each(change),
        NodeKind::Alias(to) => change(to),
        NodeKind::Scalar(_) => {}
    }
}
