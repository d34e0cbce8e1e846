//! A bar on the terminal while a long check runs.
//!
//! Drawn where both standard output and standard error are a terminal, after half a second, in one line that is gone
//! before the report comes. Nothing is started for it where there is little to check.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::time::Duration;

use super::CliContext;
use crate::check::{Input, Options, Outcome, check, check_counting};
use crate::rules::RuleSet;

/// Less than this is checked before anyone could see a bar.
const LITTLE: usize = 512 * 1024;

/// Before the bar is drawn for the first time, and then between one drawing and the next.
const PATIENCE: Duration = Duration::from_millis(500);
const PAUSE: Duration = Duration::from_millis(100);

/// The check has the stack of a main thread.
const STACK: usize = 8 * 1024 * 1024;

/// Columns between the brackets.
const BAR: usize = 30;

/// Checks, and shows how far it is.
pub(super) fn checked(
    inputs: Vec<Input>,
    options: &Options,
    rules: &RuleSet,
    ctx: &mut CliContext<'_>,
) -> Outcome {
    let total = inputs.iter().map(|input| input.text.len()).sum();
    let terminal = ctx.terminal.stdout && ctx.terminal.stderr;
    let dumb = (ctx.variable)("TERM").is_some_and(|term| term == "dumb");
    if total < LITTLE || !terminal || dumb {
        return check(inputs, options, rules);
    }
    let done = AtomicUsize::new(0);
    let inputs = Mutex::new(inputs);
    let take = || inputs.lock().map(|mut inputs| std::mem::take(&mut *inputs));
    let work = || check_counting(take().unwrap_or_default(), options, rules, &done);
    std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        let started =
            std::thread::Builder::new()
                .stack_size(STACK)
                .spawn_scoped(scope, move || {
                    // Whoever waits hears of a panic by the end of the channel.
                    let _ = sender.send(work());
                });
        let Ok(thread) = started else {
            return check(take().unwrap_or_default(), options, rules);
        };
        let mut patience = PATIENCE;
        let mut drawn = false;
        let outcome = loop {
            match receiver.recv_timeout(patience) {
                Ok(outcome) => break Some(outcome),
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    ctx.complain(&bar(done.load(Ordering::Relaxed), total));
                    (drawn, patience) = (true, PAUSE);
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => break None,
            }
        };
        if drawn {
            ctx.complain("\r\u{1b}[K");
        }
        match (outcome, thread.join()) {
            (_, Err(panic)) => std::panic::resume_unwind(panic),
            (outcome, Ok(())) => outcome.unwrap_or_default(),
        }
    })
}

/// Draws one line without its end.
fn bar(done: usize, total: usize) -> String {
    let part = |of: usize| done.min(total).saturating_mul(of) / total.max(1);
    let full = part(BAR);
    format!(
        "\rchecking [{}{}] {:3} %",
        "#".repeat(full),
        " ".repeat(BAR - full),
        part(100)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_grows_to_its_end_and_no_further() {
        assert_eq!(bar(0, 10), format!("\rchecking [{}]   0 %", " ".repeat(30)));
        assert_eq!(
            bar(5, 10),
            format!("\rchecking [{}{}]  50 %", "#".repeat(15), " ".repeat(15))
        );
        assert_eq!(
            bar(99, 10),
            format!("\rchecking [{}] 100 %", "#".repeat(30))
        );
        assert_eq!(bar(0, 0).len(), bar(10, 10).len());
    }
}
