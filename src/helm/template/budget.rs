//! How much templates may do, and how much of it those of one release have done.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::limits::{self, Limit};

/// How much may be done. Going beyond ends a template with a problem of kind [`super::ProblemKind::Limit`].
///
/// Steps and bytes are those of all templates that share a [`Budget`].
#[derive(Debug, Clone, Copy)]
pub struct Limits {
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

impl From<&limits::Limits> for Limits {
    fn from(limits: &limits::Limits) -> Self {
        Limits {
            steps: limits.template_steps as u64,
            output_bytes: limits.template_output,
            depth: limits.template_depth,
            template_bytes: limits.template_size,
            variables: limits.template_variables,
            range_items: limits.range_items,
            regex_bytes: limits.regex_size,
            value_depth: limits.nesting,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits::from(&limits::Limits::default())
    }
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
    pub fn nodes_left(&self, limits: &limits::Limits) -> usize {
        let used = usize::try_from(self.nodes.load(Ordering::Relaxed)).unwrap_or(usize::MAX);
        limits.template_nodes.saturating_sub(used)
    }

    /// The limit of the whole release that was reached, if one was: no further template is evaluated then.
    pub fn spent(&self, limits: &limits::Limits) -> Option<Limit> {
        [
            (&self.steps, Limit::TemplateSteps),
            (&self.output, Limit::TemplateOutput),
            (&self.nodes, Limit::TemplateNodes),
        ]
        .into_iter()
        .find(|(used, limit)| used.load(Ordering::Relaxed) > limits.get(*limit) as u64)
        .map(|(_, limit)| limit)
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
