//! Judgement as data: rule files say what must hold, this room applies them.
//!
//! Takes [`crate::facts::Facts`]; gives diagnostics and a verdict for each requirement. No rule is written in Rust, and
//! nothing here knows what a load balancer is.

mod condition;
mod deferred;
mod explain;
mod format;
mod judge;
mod literals;
mod load;
mod prepared;
mod shared_files;
mod template;

pub use condition::{Bindings, Condition, Evaluation, GLOBALS, MAX_EXPRESSION_BYTES};
pub use deferred::DeferredFile;
pub use format::{
    Case, Consequence, Documentation, Example, Examples, Expected, Explains, LabelFile, RuleFile,
    SeverityCase, Text, Undecided,
};
pub use judge::{Judgement, RuleFailure, judge};
pub use load::{CasesOf, Rule, RuleError, RuleLabel, RuleSet, Texts};
pub use shared_files::{ReadShared, SharedFileError};
pub use template::Template;
