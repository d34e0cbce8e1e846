//! `portolan limits`.

use super::{CliContext, Exit};
use crate::limits::{Limit, LimitDoc};

/// Lists every limit with its default, and what it limits.
pub(super) fn run(ctx: &mut CliContext<'_>) -> Exit {
    let widest = |of: fn(&LimitDoc) -> usize| Limit::ALL.iter().map(of).max().unwrap_or(0);
    let name_width = widest(|doc| doc.name.len());
    let value_width = widest(|doc| doc.limit.shown(doc.default).len());
    let mut text = String::from("Limits of a check; `--limit NAME=VALUE` sets another value.\n\n");
    for doc in Limit::ALL {
        // The first sentence; `docs/limits.md` has them all.
        let first = doc
            .doc
            .split_inclusive(['.', ';'])
            .next()
            .unwrap_or_default();
        text.push_str(&format!(
            "  {:name_width$}  {:>value_width$}  {}\n",
            doc.name,
            doc.limit.shown(doc.default),
            first.trim().trim_end_matches(['.', ';']),
        ));
    }
    ctx.print(Exit::Clean, |out| out.write_all(text.as_bytes()))
}
