//! The whole way: texts in, a report out.

#![allow(unreachable_pub, reason = "the inputs are shared by both benchmarks")]

mod inputs;

use divan::Bencher;
use divan::counter::BytesCount;
use portolan::check::{Input, Options, check};
use portolan::rules::RuleSet;

fn main() {
    divan::main();
}

fn whole(bencher: Bencher<'_, '_>, inputs: Vec<Input>) {
    let bytes: usize = inputs.iter().map(|input| input.text.len()).sum();
    bencher
        .counter(BytesCount::new(bytes))
        .with_inputs(|| inputs.clone())
        .bench_values(|inputs| check(inputs, &Options::default(), RuleSet::builtin()));
}

#[divan::bench]
fn values_of_4_kb(bencher: Bencher<'_, '_>) {
    whole(
        bencher,
        vec![Input::named("customizations.yaml", inputs::values(1))],
    );
}

/// With rules that were never used: what a process that checks one file pays, its start aside.
#[divan::bench]
fn values_of_4_kb_with_unused_rules(bencher: Bencher<'_, '_>) {
    let input = Input::named("customizations.yaml", inputs::values(1));
    bencher
        .with_inputs(|| vec![input.clone()])
        .bench_values(|inputs| check(inputs, &Options::default(), &RuleSet::builtin_owned()));
}

#[divan::bench]
fn chart_of_150_kb(bencher: Bencher<'_, '_>) {
    whole(
        bencher,
        vec![Input::named("rendered.yaml", inputs::manifests(150_000))],
    );
}

#[divan::bench(sample_count = 20)]
fn manifests_of_1_mb(bencher: Bencher<'_, '_>) {
    whole(
        bencher,
        vec![Input::named("manifests.yaml", inputs::manifests(1_000_000))],
    );
}

#[divan::bench(sample_count = 20)]
fn a_hundred_values_files(bencher: Bencher<'_, '_>) {
    let files = (0..100)
        .map(|number| Input::named(format!("values-{number}.yaml"), inputs::values(number)));
    whole(bencher, files.collect());
}
