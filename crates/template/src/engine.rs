//! Evaluates templates one after the other with the same values.

use std::rc::Rc;

use super::eval::Eval;
use super::value::{Heap, Value};
use super::{Budget, Context, Limits, Rendered, root};
use portolan_yaml::source::MappedText;

/// Evaluates templates with the same values, which are taken in once. What a template changes in them (`set`, `merge`) is
/// undone before the next.
#[derive(Debug)]
pub struct Engine {
    limits: Limits,
    heap: Heap,
    root: Value,
    elsewhere: Option<Rc<[Box<str>]>>,
}

impl Engine {
    /// Takes in what the templates are evaluated with.
    pub fn new(context: &Context<'_>) -> Self {
        let mut heap = Heap::default();
        let root = root::build(&mut heap, context);
        heap.keep();
        Engine {
            limits: context.limits,
            heap,
            root,
            elsewhere: None,
        }
    }

    /// Says which named templates the chart defines: a name that ends in a dot stands for all that begin so. To ask for any
    /// other is an error then, and not unknown.
    #[must_use]
    pub fn with_names(mut self, names: impl IntoIterator<Item = Box<str>>) -> Self {
        self.elsewhere = Some(names.into_iter().collect());
        self
    }

    /// Evaluates a template.
    pub fn render(&mut self, template: &MappedText, budget: &Budget) -> Rendered {
        let heap = std::mem::take(&mut self.heap);
        let mut eval = Eval::new(template, self.limits, budget, heap, self.root.clone());
        eval.elsewhere = self.elsewhere.clone();
        let (rendered, heap) = eval.run();
        self.heap = heap;
        self.heap.restore();
        rendered
    }
}
