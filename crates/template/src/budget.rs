//! How much templates may do, and how much of it those of one release have done.

use std::sync::atomic::{AtomicU64, Ordering};

/// How much may be done. Going beyond ends a template with a problem of kind [`super::ProblemKind::Limit`].
///
/// Steps and bytes are those of all templates that share a [`Budget`].
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Templates that share a [`Budget`].
    pub templates: usize,
    /// Keys and values of the documents that the templates make.
    pub nodes: usize,
    /// Steps: one for each statement, command and item of a collection, and one for every 32 bytes of text made.
    pub steps: u64,
    /// Bytes of all texts that are made, and so of any one of them.
    pub output_bytes: usize,
    /// How deep blocks, parentheses, `include` and `tpl` may be nested, together. About 200 is safe on a stack of 2 MiB.
    pub depth: usize,
    /// Bytes of one template.
    pub template_bytes: usize,
    /// Variables in one scope.
    pub variables: usize,
    /// Items that one `range` goes over or one `until` makes.
    pub range_items: usize,
    /// Bytes of one compiled regular expression.
    pub regex_bytes: usize,
    /// How deep lists and maps may be nested.
    pub value_depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            templates: 100_000,
            steps: 5_000_000,
            output_bytes: 32 << 20,
            nodes: 1_000_000,
            depth: 60,
            template_bytes: 2 << 20,
            variables: 500,
            range_items: 1_000_000,
            regex_bytes: 256 << 10,
            value_depth: 200,
        }
    }
}

/// A limit of evaluation, as [`super::ProblemKind::Limit`] names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// [`Limits::templates`]
    Templates,
    /// [`Limits::steps`]
    Steps,
    /// [`Limits::output_bytes`]
    Output,
    /// [`Limits::nodes`]
    Nodes,
    /// [`Limits::depth`]
    Depth,
    /// [`Limits::template_bytes`]
    Size,
    /// [`Limits::variables`]
    Variables,
    /// [`Limits::range_items`]
    RangeItems,
    /// [`Limits::regex_bytes`]
    RegexSize,
    /// [`Limits::value_depth`]
    Nesting,
}

/// What the templates of one release have used up. Shared by all of them: a limit that held for each of them alone would
/// bound nothing, for a file of a megabyte has room for a hundred thousand.
#[derive(Debug, Default)]
pub struct Budget {
    steps: AtomicU64,
    output: AtomicU64,
    templates: AtomicU64,
    nodes: AtomicU64,
}

impl Budget {
    /// Counts steps, and gives how many there are now.
    pub(super) fn take_steps(&self, steps: u64) -> u64 {
        add(&self.steps, steps)
    }

    /// Counts bytes of text, and gives how many there are now.
    pub(super) fn take_output(&self, bytes: u64) -> u64 {
        add(&self.output, bytes)
    }

    /// Counts a template.
    pub fn take_template(&self) {
        add(&self.templates, 1);
    }

    /// Counts nodes that were read from a template's output.
    pub fn take_nodes(&self, nodes: usize) {
        add(&self.nodes, nodes as u64);
    }

    /// How many nodes may still be read.
    pub fn nodes_left(&self, limits: &Limits) -> usize {
        let used = usize::try_from(self.nodes.load(Ordering::Relaxed)).unwrap_or(usize::MAX);
        limits.nodes.saturating_sub(used)
    }

    /// The limit of the whole release that was reached, if one was: no further template is evaluated then.
    pub fn spent(&self, limits: &Limits) -> Option<Limit> {
        [
            (&self.steps, limits.steps, Limit::Steps),
            (&self.output, limits.output_bytes as u64, Limit::Output),
            (&self.nodes, limits.nodes as u64, Limit::Nodes),
        ]
        .into_iter()
        .find(|(used, most, _)| used.load(Ordering::Relaxed) > *most)
        .map(|(_, _, limit)| limit)
        .or_else(|| {
            let templates = self.templates.load(Ordering::Relaxed);
            (templates >= limits.templates as u64).then_some(Limit::Templates)
        })
    }
}

fn add(counter: &AtomicU64, more: u64) -> u64 {
    let before = counter.fetch_add(more, Ordering::Relaxed);
    before.saturating_add(more)
}
