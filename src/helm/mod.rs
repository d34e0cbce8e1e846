//! What Helm does with values: the evaluation of templates given in them.

pub mod template;
