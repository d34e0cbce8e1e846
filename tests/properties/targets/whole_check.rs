//! Several texts in several roles, with options: the whole way through.

use portolan::check::check;
use portolan::rules::RuleSet;

use super::inputs::{inputs, options};
use super::outcome::assert_check;
use super::sections::sections;

pub fn run(data: &[u8]) {
    let sections = sections(data, "values");
    let options = options(&sections);
    let inputs = inputs(&sections);
    if inputs.is_empty() {
        // The command line asks for one.
        return;
    }
    assert_check(data, &options, || {
        check(inputs.clone(), &options, RuleSet::builtin())
    });
}
