//! Looks for inputs that take more than linear time: every word and line of the seeds is said very often, in several forms,
//! and again four times as often.
//!
//! `scaling [TARGET]…` prints what takes more than eight times as long then.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use portolan_fuzz::root;
use portolan_fuzz::targets::seeds::Seeds;
use portolan_fuzz::targets::{TARGETS, Target};

/// Bytes of the shorter input.
const SHORT: usize = 16 << 10;

/// Anything faster is not looked at twice.
const QUICK: Duration = Duration::from_millis(150);

/// A piece said often, in a form.
fn said(form: usize, piece: &str, length: usize) -> Vec<u8> {
    let times = length / (piece.len() + 1) + 1;
    let text = match form {
        0 => piece.repeat(times),
        1 => format!("{piece} ").repeat(times),
        2 => format!("{piece}\n").repeat(times),
        3 => format!("a: {}\n", piece.repeat(times)),
        4 => (0..times).map(|at| format!("k{at}: {piece}\n")).collect(),
        5 => format!("extraDeploy:\n{}", format!("- {piece}\n").repeat(times)),
        _ => format!(
            "extraDeploy:\n- |\n{}",
            format!("  {piece}\n").repeat(times)
        ),
    };
    text.into_bytes()
}

fn time(target: Target, data: &[u8]) -> Duration {
    let start = Instant::now();
    if catch_unwind(AssertUnwindSafe(|| (target.run)(data))).is_err() {
        println!(
            "{}: broken by {:?}",
            target.name,
            String::from_utf8_lossy(&data[..data.len().min(80)])
        );
    }
    start.elapsed()
}

fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    for target in TARGETS {
        if !wanted.is_empty() && !wanted.iter().any(|name| name == target.name) {
            continue;
        }
        let seeds = Seeds::of(target.name, root());
        let mut pieces: Vec<String> = seeds.words.clone();
        let odd = [
            "[",
            "{",
            "- ",
            "? ",
            "a: ",
            "&a ",
            "*a ",
            "'",
            "\"",
            "#",
            " #",
            "|",
            ">",
            "\n",
            " ",
            "\t",
            "%",
            "!!a ",
            "---\n",
            "{{",
            "{{ ",
            "(",
            "{{ if 1 }}",
            "{{ range . }}",
            "{{/*",
            "\\",
            ",",
            ":",
            "<<: ",
            "-----BEGIN A-----\n",
            "é",
            "\r",
            "-----BEGIN CERTIFICATE-----\n",
            "a",
            "0",
            ".",
            "-",
            "a-",
            "a.",
            "=",
            "a=b,",
            "[0]",
            "<A>",
            "${",
            "://",
            "a:b@",
            "_",
        ];
        pieces.extend(odd.map(str::to_owned));
        for text in seeds.texts.iter().step_by(7) {
            let text = String::from_utf8_lossy(text);
            pieces.extend(text.lines().take(40).map(str::to_owned));
        }
        pieces.retain(|piece| piece.len() < 200);
        pieces.sort();
        pieces.dedup();
        let mut slowest = Duration::ZERO;
        for piece in &pieces {
            for form in 0..7 {
                let short = time(target, &said(form, piece, SHORT));
                slowest = slowest.max(short);
                if short < QUICK {
                    continue;
                }
                let long = time(target, &said(form, piece, 4 * SHORT));
                if long > short * 8 || short > QUICK * 10 {
                    println!(
                        "{}: form {form} of {piece:?}: {short:?}, then {long:?}",
                        target.name
                    );
                }
            }
        }
        println!(
            "{}: {} pieces, the slowest short input took {slowest:?}",
            target.name,
            pieces.len()
        );
    }
}
